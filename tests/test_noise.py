"""numeric.noise against noise of known size, against mpmath, and where there is none."""

import math
import random

import mpmath
import numpy as np
import pytest

from diffkit import numeric


@pytest.mark.parametrize("sigma", [1e-12, 1e-6, 1e-2])
@pytest.mark.parametrize("x", [0.0, 1.0, -30.0])
def test_noise_of_known_size(sigma, x):
    """Normal noise of rms sigma on a smooth f is found to a factor of 2 in the mean over 40 tries, and of 5 in each."""
    dice = random.Random(3)
    found = [numeric.noise(lambda t: math.cos(t) + dice.gauss(0, sigma), x) for _ in range(40)]
    assert sigma / 2 < float(np.mean(found)) < 2 * sigma
    assert all(sigma / 5 < level < 5 * sigma for level in found)


@pytest.mark.parametrize(
    ("f", "exact", "x"),
    [
        (math.sin, mpmath.sin, 1.0),
        (math.sin, mpmath.sin, 1e10),
        (lambda t: (1 - math.cos(t)) / t**2, lambda t: (1 - mpmath.cos(t)) / t**2, 0.5),
        (lambda t: math.sqrt(t + 1) - math.sqrt(t), lambda t: mpmath.sqrt(t + 1) - mpmath.sqrt(t), 1e6),
        (lambda t: (t - 1) * (t * t + t + 1) + 1 - t**3, lambda t: mpmath.mpf(0), 1.7),
    ],
)
def test_rounding_noise_is_that_of_the_values(f, exact, x):
    """Within a factor of 6 of the rms error of f at random points nearby, by mpmath at 50 digits."""
    dice = np.random.default_rng(4)
    with mpmath.workdps(50):
        errors = [float(f(t) - exact(mpmath.mpf(t))) for t in (x * (1 + 2.0**-22 * dice.uniform(-1, 1, 60))).tolist()]
    rms = float(np.std(errors))
    assert rms / 6 < numeric.noise(f, x) < 6 * rms


def test_exact_and_kinked_functions_have_none():
    """A constant, a line, kinks, a step away from x."""
    for f, x in ((lambda t: 3.0, 1.0), (lambda t: 2 * t, 0.3), (abs, 0.0), (lambda t: abs(t - 1), 1.0), (math.floor, 0.5)):
        assert numeric.noise(f, x) == 0.0


def test_steps_of_a_rounded_function_are_noise():
    """round(sin, 6) and float32: the rms of a uniform error, q/sqrt(12), within a factor of 4."""
    assert numeric.noise(lambda t: round(math.sin(t), 6), 1.0) == pytest.approx(1e-6 / math.sqrt(12), rel=3)
    assert numeric.noise(lambda t: float(np.float32(math.sin(t))), 1.0) == pytest.approx(2.0**-24 / math.sqrt(12), rel=3)


def test_noise_depends_on_the_spacing():
    """(1-cos x)/x^2 at 1e-4: none at spacings below 1e-10 x, about 1e-9 above 1e-8 x."""
    f = lambda t: (1 - math.cos(t)) / t**2  # noqa: E731
    assert numeric.noise(f, 1e-4, 1e-16) < 1e-12
    assert 1e-10 < numeric.noise(f, 1e-4, 1e-7) < 1e-7


def test_undetermined_is_nan():
    """Where f is undefined, and where a given spacing is far too wide."""
    assert math.isnan(numeric.noise(math.log, -1.0))
    assert math.isnan(numeric.noise(math.exp, 0.0, 3.0))
