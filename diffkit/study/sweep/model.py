"""The error of every scheme at every step, predicted before it is measured and with no fitted constant.

Letters: ``p`` is the order of accuracy, ``c`` the scheme's series, D - f' = sum over n of c[n] f^(n) h^(n-1), ``w`` its weights,
D = sum over pairs of w (f(x + ah) - f(x + bh)) / h, ``u`` the unit roundoff.  The prediction is

    truncation  the first two terms of the series that are not 0, with proved derivatives
    noise       sqrt(sum over its pairs of w^2 F^2) / h, F the typical error of f(x+ah) - f(x+bh), from the tape (levels.py);
                where the errors at both ends are independent that is sqrt 2, 1/sqrt 2 and sqrt(130)/12 times the noise of f
    abscissa    |f''| times how far the rounding of x + ah and x + bh moves their middle, which is known beforehand; where D
                divides by h itself also |f'| times how far it changes their distance
    floor       u |f'|, for the quotient is rounded too

and the best step h* is where their sum is least.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diffkit import numeric
from diffkit.study.sweep.arithmetic import Arithmetic
from diffkit.study.sweep.levels import NODES, Array, Grid, Levels, Pair, spread

FLAT = 1.01  # errors that close are alike
SERIES = 1.1  # the first two terms over the first, where it rules
HIGHEST = 7  # derivative that is asked for: the second term of Richardson's series


class Rule(NamedTuple):
    """What the model knows of a scheme: the series of its truncation, and its weights."""

    series: Any  # n -> c[n]
    pairs: dict[Pair, float]  # D = sum of weight (f(t[a]) - f(t[b])) / h


RULES = {
    "D+": Rule(lambda n: 1 / math.factorial(n), {(1, 0): 1.0}),
    "D-": Rule(lambda n: (-1) ** (n - 1) / math.factorial(n), {(0, -1): 1.0}),
    "D0": Rule(lambda n: (n % 2) / math.factorial(n), {(1, -1): 1 / 2}),
    "richardson": Rule(lambda n: (n % 2) * (4 - 2 ** (n - 1)) / 3 / math.factorial(n), {(1, -1): 2 / 3, (2, -2): -1 / 12}),
    "complex-step": Rule(lambda n: (n % 2) * (-1) ** (n // 2) / math.factorial(n), {}),
}


class Place(NamedTuple):
    """What is known of f at the point: f, f', f'', ... (None where there is none), and the noise of f' as a formula."""

    x: float
    derivatives: Sequence[Any]
    noise_of_slope: tuple[float, float]  # bound, rms
    constants: float  # what rounding the constants of f does to f', absolute

    def size(self, n: int) -> float:
        """|f^(n)|, nan if there is none."""
        found = self.derivatives[n] if n < len(self.derivatives) else None
        return math.nan if found is None else abs(float(found))


class Model(NamedTuple):
    """The prediction for one scheme over all steps (in falling order), absolute."""

    scheme: str
    steps: Array
    truncation: Array
    asymptotic: NDArray[np.bool_]  # where its first term rules
    noise: Array  # what most steps meet
    rms: Array  # with those that have no luck
    floor: Array
    bound: Array  # of the rounding
    power: int | None  # of h in the truncation, None where nothing is cut off; p unless the derivative in its constant is 0

    @property
    def rounding(self) -> Array:
        """Noise and floor."""
        return self.noise + self.floor

    @property
    def predicted(self) -> Array:
        """Truncation + rounding."""
        return self.truncation + self.rounding

    def best(self, spacing: float) -> tuple[float, float] | None:
        """The best step and its error; None if the sum has no minimum inside the range of steps."""
        usable = np.isfinite(self.predicted) & (self.steps >= spacing) & (self.predicted > 0)
        h, t, r = self.steps[usable], self.truncation[usable], (self.rms + self.floor)[usable]
        if self.scheme == "complex-step" or self.power is None or len(h) < 3:
            return None
        i = int(np.argmax(t + r <= FLAT * np.min(t + r)))  # the largest of equals
        if not 0 < i < len(h) - 1:
            return None
        fine = np.geomspace(h[i + 1], h[i - 1], 65)
        total = np.exp(_between(fine, h, t)) + np.exp(_between(fine, h, r))
        j = int(np.argmin(total)) if i == int(np.argmin(t + r)) else len(fine) // 2
        return float(fine[j]), float(total[j])

    def rounding_rules(self) -> Any:
        """At which steps is the error predicted to be noise of f divided by h: ten times the truncation, and above the floor?"""
        return (self.noise >= 10 * self.truncation) & (self.noise > self.floor) & bool(RULES[self.scheme].pairs)


def _between(fine: Array, h: Array, e: Array) -> Array:
    """log e at the steps ``fine``, linear in log h."""
    with np.errstate(divide="ignore"):
        return np.interp(np.log(fine), np.log(h[::-1]), np.maximum(np.log(e[::-1]), -800.0))


def predict(scheme: str, place: Place, grid: Grid, levels: Levels, arithmetic: Arithmetic, nominal: bool) -> Model:
    """The error of a scheme over all steps."""
    truncation, first, power = _truncation(scheme, place, grid.steps)
    noise, rms, bound = _noise(scheme, place, grid.steps, levels, arithmetic)
    off = _abscissa(scheme, place, grid, nominal)
    flat = np.full_like(grid.steps, _floor(scheme, place, arithmetic))
    floor = flat if nominal else flat + off
    if nominal:  # the rounding of x + h is divided by h, as the noise of f is
        noise, rms = (np.hypot(level, off) for level in (noise, rms))
    return Model(
        scheme, grid.steps, truncation, ~(truncation > SERIES * first), noise, rms, floor, bound + 2 * off + 3 * flat, power
    )


def terms(scheme: str, place: Place) -> list[tuple[int, float]] | None:
    """The first two terms of the truncation that are not 0 as (power of h, constant); None if a derivative is missing.

    Examples
    --------
    >>> terms("D0", Place(1.0, [1.0, 2.0, 3.0, 6.0, 0.0, 240.0], (0.0, 0.0), 0.0))
    [(2, 1.0), (4, 2.0)]
    """
    found: list[tuple[int, float]] = []
    for n in range(2, HIGHEST + 1):
        c = RULES[scheme].series(n)
        if c and math.isnan(place.size(n)):
            return found or None if n > numeric.SCHEMES[scheme].order_of_accuracy + 1 else None
        if c and place.size(n):
            found.append((n - 1, abs(c) * place.size(n)))
    return found[:2]


def _truncation(scheme: str, place: Place, steps: Array) -> tuple[Array, Array, int | None]:
    """The first two terms, the first alone, and its power of h."""
    known = terms(scheme, place)
    if known is None:
        return np.full_like(steps, np.nan), np.full_like(steps, np.nan), None
    with np.errstate(over="ignore", under="ignore"):
        sizes = [constant * steps**power for power, constant in known] or [np.zeros_like(steps)]
    return np.sum(sizes, axis=0), sizes[0], known[0][0] if known else None


def _noise(scheme: str, place: Place, steps: Array, levels: Levels, arithmetic: Arithmetic) -> tuple[Array, Array, Array]:
    """What the noise of f does to D: typically, rms, and its bound."""
    pairs = RULES[scheme].pairs
    if not pairs:
        bound, rms = (np.full_like(steps, noise) for noise in place.noise_of_slope)
        return rms, rms, bound
    with np.errstate(over="ignore", invalid="ignore"):
        typical, rms = (
            np.sqrt(sum((weight * level[pair] / steps) ** 2 for pair, weight in pairs.items()))
            for level in (levels.typical, levels.rms)
        )
        sides = {k: levels.bound[NODES.index(k)] for k in NODES}
        worst = sum(abs(weight) * (sides[a] + sides[b]) for (a, b), weight in pairs.items())
        lost = arithmetic.least / steps  # by underflow
        return typical + lost, rms + lost, worst / steps + lost


def _abscissa(scheme: str, place: Place, grid: Grid, nominal: bool) -> Array:
    """What the rounding of x + kh does: it moves the middle of a pair and its width, and makes h another than the step taken."""
    slope, bend, twist = (0.0 if math.isnan(place.size(n)) else place.size(n) for n in (1, 2, 3))
    total = np.zeros_like(grid.steps)
    for (a, b), weight in RULES[scheme].pairs.items():
        middle, wider = (grid.offsets[a] + grid.offsets[b]) / 2, grid.offsets[a] - grid.offsets[b]
        total += weight * (a - b) * (bend * middle + twist / 12 * (a - b) * grid.steps * wider)
        if nominal:
            total += weight * slope * wider / grid.steps
    by_h = grid.steps if nominal else 1.0
    return spread((total * by_h) ** 2, grid.steps, np.mean) / by_h


def _floor(scheme: str, place: Place, arithmetic: Arithmetic) -> float:
    """What does not depend on h: the rounding of the quotient itself, and of the constants of f."""
    return arithmetic.u * place.size(1) * (2.0 if scheme == "richardson" else 1.0) + place.constants
