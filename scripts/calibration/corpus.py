"""What the study differentiates: functions of one variable as float64 code, and the points to ask at.

Letters: F a namespace of primitives (NumPy's for float64, mpmath's for the truth), x the point.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import mpmath
import numpy as np

from diffkit import namespaces

DEVELOPMENT = 0  # the seed of the points at which the estimator was mended: it may know them too well
DIGITS = 150  # of the arithmetic that finds a true slope
STEP = 1e-50  # relative step: truncation and rounding ~ 1e-100, for slopes right to 50 digits whatever the scale
AGREED = 1e-30  # to which the slopes on the left and on the right agree, h f'' apart; their mean is off by about the square


@dataclass(frozen=True)
class Function:
    """A formula over a namespace, where to ask, and what is known of it beyond the formula."""

    name: str
    formula: Callable[[Any, Any], Any]
    point: Callable[[Random], float]
    hard: bool = False
    computed: Callable[[Any, Any], Any] | None = None  # the float64 code, where it is not the formula (rounded, noisy)
    slope: Callable[[Any, Any], Any] | None = None  # where difference quotients of the formula are no truth
    edges: Mapping[float, tuple[float, float]] = field(default_factory=dict)  # no derivative there: slopes on the left, right
    known: tuple[float, ...] = ()  # points that must be asked

    def __call__(self, x: Any) -> Any:
        """f(x) in float64, of a float or elementwise of an array."""
        with np.errstate(all="ignore"):
            y = np.asarray((self.computed or self.formula)(namespaces.get("numpy"), np.asarray(x)[()]))  # 1/0 is inf
        return np.broadcast_to(y, np.shape(x)) if np.ndim(x) else y[()]


class Case(NamedTuple):
    """A function at a point, with the interval of its slopes there: one number where a derivative exists."""

    function: Function
    x: float
    low: mpmath.mpf
    high: mpmath.mpf
    differentiable: bool


def cases(function: Function, count: int, seed: int = DEVELOPMENT) -> list[Case]:
    """The function at so many points; the points depend on nothing but its name and the seed."""
    dice = Random(f"{function.name} {seed}" if seed else function.name)
    known = [*function.edges, *function.known][: count // 4]
    return [case(function, x) for x in [*known, *(function.point(dice) for _ in range(count - len(known)))]]


def case(function: Function, x: float) -> Case:
    """The function at that point, with its slope there."""
    if x in function.edges:
        left, right = function.edges[x]
        return Case(function, x, mpmath.mpf(min(left, right)), mpmath.mpf(max(left, right)), False)
    slope = true_slope(function, x)
    return Case(function, x, slope, slope, True)


def true_slope(function: Function, x: float) -> mpmath.mpf:
    """f'(x) of the formula to 50 digits, by central differences of 150-digit numbers unless the function states its slope.

    Raises
    ------
    ArithmeticError
        If the slopes on the left and on the right differ: the function should state a slope or an edge there.
    """
    F = namespaces.get("mpmath")
    with mpmath.workdps(DIGITS):
        at = mpmath.mpf(x)
        if function.slope:
            return mpmath.mpf(function.slope(F, at))
        h = STEP * (abs(at) or mpmath.mpf(1))
        below, here, above = (function.formula(F, at + k * h) for k in (-1, 0, 1))
        left, right = (here - below) / h, (above - here) / h
        if not abs(right - left) <= AGREED * abs(right):
            raise ArithmeticError(f"the slope of {function.name} at {x!r} is {mpmath.nstr(left)} or {mpmath.nstr(right)}")
        return (left + right) / 2


# --- where to ask --------------------------------------------------------------------------------------------------------
def uniform(low: float, high: float) -> Callable[[Random], float]:
    """Points spread evenly."""
    return lambda dice: dice.uniform(low, high)


def decades(low: float, high: float) -> Callable[[Random], float]:
    """Points spread evenly over orders of magnitude."""
    return lambda dice: math.exp(dice.uniform(math.log(low), math.log(high)))


def beside(*centres: float, nearest: float, farthest: float, sides: tuple[int, ...] = (-1, 1)) -> Callable[[Random], float]:
    """Points beside one of the centres, at distances spread over orders of magnitude."""
    distance = decades(nearest, farthest)
    return lambda dice: dice.choice(centres) + dice.choice(sides) * distance(dice)
