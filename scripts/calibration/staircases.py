"""Staircases: smooth formulas that cancel, so that float64 gives them in steps, wide or narrow beside the steps of a scan.

Letters: k the parameter of a family, drawn with the point.
"""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from calibration.corpus import DEVELOPMENT, Case, Function, case, decades, uniform


class Family(NamedTuple):
    """A formula with a parameter, and where both are drawn."""

    name: str
    formula: Callable[[Any, Any, float], Any]  # of F, x, k
    parameter: Callable[[Random], float]
    point: Callable[[Random], float]


LARGE, ROOTS = decades(1e13, 1e17), decades(1e7, 1e8)
FAMILIES = (
    Family("(k+x)-k, k = 1e13..1e17", lambda F, x, k: (k + x) - k, LARGE, uniform(-5, 5)),
    Family("k+sin(x), k = 1e13..1e17", lambda F, x, k: k + F.sin(x), LARGE, uniform(-5, 5)),
    Family("sqrt(k^2-4x)-k, k = 1e7..1e8", lambda F, x, k: F.sqrt(k * k - 4 * x) - k, ROOTS, uniform(0.1, 5)),
    Family("(sqrt(k^2-4x)-k)/(2x), k = 1e7..1e8", lambda F, x, k: (F.sqrt(k * k - 4 * x) - k) / (2 * x), ROOTS, uniform(0.1, 5)),
    Family("sqrt(x^2+1)-x, x = 1e7..1e8", lambda F, x, k: F.sqrt(x * x + 1) - x, ROOTS, ROOTS),
    Family("(1-cos(x))/x^2, x = 1e-9..1e-7", lambda F, x, k: (1 - F.cos(x)) / (x * x), ROOTS, decades(1e-9, 1e-7)),
)


def stepped(family: Family, count: int, seed: int = DEVELOPMENT) -> list[Case]:
    """So many functions of that family, each at one point; the same for the same seed."""
    dice = Random(f"{family.name} {seed}")
    return [_draw(family, family.parameter(dice), family.point(dice)) for _ in range(count)]


def _draw(family: Family, k: float, x: float) -> Case:
    return case(Function(family.name, lambda F, x: family.formula(F, x, k), lambda dice: x, hard=True), x)
