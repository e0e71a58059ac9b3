"""Error against h: steps, statuses, orders, prediction, verdicts."""

import itertools
import math

import pytest

import diffkit as dk
from diffkit import tape
from diffkit.study import sweep

F = "exp(x)/sqrt(sin(x)^3+cos(x)^3)"


def by_name(result):
    """The schemes by name."""
    return {scheme.scheme: scheme for scheme in result.schemes}


@pytest.mark.parametrize("x", [0.0, 1.5, -1.5, 1e-8, 1e6, 1e300, -1e22])
def test_steps_reach_from_4_max_1_x_to_below_ulp(x):
    """At least eight a decade, largest first."""
    h = sweep.steps(x)
    assert h[0] == 4 * max(1, abs(x))
    assert x + h[-1] == x if x else h[-1] <= 1e-20
    assert all(1 < a / b < 10 ** (1 / 8) * (1 + 1e-9) for a, b in itertools.pairwise(h) if b > 1e-300)


@pytest.mark.parametrize(
    ("f", "x"), [(F, 1.5), ("exp(x)", 0.0), ("log(x)", 1.8), ("x^(9/2)", 1.5), ("sin(x)", 1.0), ("atan(x)", 1e3), ("erf(x)", 0.5)]
)
def test_orders_are_1_1_2_4(f, x):
    """Fitted in the truncation range, within 0.05."""
    for name, scheme in by_name(dk.sweep(f, x)).items():
        if name == "complex-step" and scheme.reason:
            continue
        assert scheme.fitted_order == pytest.approx(scheme.order_of_accuracy, abs=0.05), name


def test_the_classic_optimal_steps_of_sin():
    """sin at 1: D0 is best near 1e-5, D+ near 1e-8, Richardson near 1e-3."""
    schemes = by_name(dk.sweep("sin(x)", 1.0))
    for name, h in (("D+", 1e-8), ("D0", 1e-5), ("richardson", 1e-3)):
        assert 0.1 < schemes[name].h_predicted / h < 10
        assert 0.01 < schemes[name].h_measured_best / h < 10


@pytest.mark.parametrize(
    ("f", "x"), [(F, 1.5), ("(1-cos(x))/x^2", 0.01), ("sqrt(x+1)-sqrt(x)", 1e6), ("exp(x)", 1.0), ("log(x)", 50.0)]
)
def test_the_prediction_bounds_the_measurement_and_is_not_idle(f, x):
    """Left of h = x/100 an error is at most truncation + bound of the rounding; at h* it is what was predicted, within 4."""
    for name in ("D+", "D0", "richardson"):
        scheme = by_name(dk.sweep(f, x))[name]
        seen = [s for s in scheme.samples if s.status == "ok" and s.h < x / 100]
        assert all(s.total <= 1.01 * s.predicted_truncation + s.predicted_bound for s in seen)
        assert all(s.predicted_rounding <= s.predicted_bound for s in seen)
        assert scheme.error_predicted / 4 <= scheme.error_there <= 4 * scheme.error_predicted  # the worst of five


def test_samples_carry_a_status():
    """Below ulp(x), outside the domain, overflowing and exact samples are named, not dropped."""
    statuses = {s.status for s in by_name(dk.sweep("log(x)", 1.5))["D-"].samples}
    assert statuses == {"ok", "domain", "below-ulp"}
    assert {s.status for s in by_name(dk.sweep("x^2", 1.0))["D0"].samples} >= {"exact", "below-ulp"}
    assert "overflow" in {s.status for s in by_name(dk.sweep("exp(x)", 700.0))["D+"].samples}
    assert math.isnan(by_name(dk.sweep("x^2", 1.0))["D0"].samples[-1].estimate)


@pytest.mark.parametrize(
    ("f", "x", "verdict"),
    [
        (F, 1.5, "smooth"),
        ("sin(x)", 0.0, "superconvergent"),
        ("x*abs(x)", 0.0, "limited"),
        ("3*x", 0.5, "no-asymptotic-range"),
    ],
)
def test_verdicts(f, x, verdict):
    """In one word, from the fitted orders."""
    assert dk.sweep(f, x).verdict.smoothness == verdict


def test_orders_at_points_of_little_smoothness():
    """x|x| at 0 has slope 1 for all schemes, x|x|^1.5 slope 1.5, x + x^3|x| slope 3."""
    for f, order in (("x*abs(x)", 1.0), ("x*abs(x)^1.5", 1.5), ("x + x^3*abs(x)", 3.0)):
        fitted = by_name(dk.sweep(f, 0.0))["D0"].fitted_order
        assert fitted == pytest.approx(order, abs=0.02)


def test_no_prediction_says_why():
    """A vanishing truncation constant and one that does not exist."""
    assert by_name(dk.sweep("sin(x)", 0.0))["D+"].reason.startswith("superconvergent: ")
    assert by_name(dk.sweep("3*x", 0.5))["D0"].reason.startswith("no best step: the derivatives in its truncation are all 0")
    assert by_name(dk.sweep("x*abs(x)", 0.0))["D0"].reason.endswith("does not exist here")


def test_one_input_of_several():
    """wrt chooses; without it there is an error."""
    assert dk.sweep("x*exp(y)", {"x": 2, "y": 1}, wrt="y").derivative.startswith("5.43656365691809")
    with pytest.raises(dk.UsageError, match="a sweep varies one input"):
        dk.sweep("x*y", (1, 2))
    with pytest.raises(dk.UsageError, match="the function has no input 'z'"):
        dk.sweep("x*y", (1, 2), wrt="z")


def test_a_kink_has_no_sweep():
    """There is no derivative to err from."""
    with pytest.raises(dk.NumberError) as caught:
        dk.sweep("abs(x)", 0.0)
    assert caught.value.status == "kink"


def test_the_noise_comes_from_the_tape():
    """The bound of the rounding is W F / h with F the tape's bound, give or take that values are rounded to powers of two."""
    result = dk.sweep(F, 1.5)
    assert result.noise_bound == tape.noise(F, 1.5) and result.noise_rms == tape.noise_rms(F, 1.5)
    sample = by_name(result)["D0"].samples[40]
    assert 0.5 <= sample.predicted_bound * sample.h / tape.noise(F, 1.5) <= 1.01


@pytest.mark.parametrize(
    ("f", "x"),
    [("sin(x)", 5e-324), ("exp(x)", 1e-320), ("sqrt(x)", 1e308), ("exp(-x^2)", 30.0), ("exp(x)", -740.0), ("sin(x)", 1e22)],
)
def test_the_ends_of_float64_give_no_order_that_is_not_there(f, x):
    """No crash, and no slope that is no power of h."""
    for scheme in dk.sweep(f, x).schemes:
        assert scheme.fitted_order is None or 0 < scheme.fitted_order < scheme.order_of_accuracy + 2.5
        assert scheme.h_predicted is None or scheme.h_predicted >= math.ulp(x)


@pytest.mark.parametrize(
    ("f", "named", "digits"),
    [("x^2", "D0, richardson", 15), ("x^4", "richardson", 14), ("x^2 if x > 0 else x", "D0, richardson", 14)],
)
def test_schemes_that_cut_nothing_off_are_the_best(f, named, digits):
    """D0 on x^2, Richardson on x^4: no scheme with a best step is recommended before them; up to where another branch begins."""
    text = dk.sweep(f, 1.0).verdict.text
    assert f"Nothing is cut off here by {named}:" in text
    assert "Best by prediction" not in text
    assert float(text.split(" has ")[-1].split(" correct")[0]) >= digits
