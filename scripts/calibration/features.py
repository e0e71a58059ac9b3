"""Smooth functions with one feature of random size beside the point: what an estimator can see, if it looks closely enough.

Letters: a the amplitude of the feature, L its distance from the point or its width, t the distance from its centre.
"""

import math
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from calibration.corpus import Case, Function, case, decades
from diffkit.floats import U

CLEAR = 100  # a feature is asked about if its values are this many roundings of f, and its length as many ulps of x
AMPLITUDE, LENGTH = decades(1e-12, 10), decades(1e-12, 1)
BASES: tuple[Callable[[Any, Any], Any], ...] = (
    lambda F, x: F.sin(x),
    lambda F, x: F.exp(x),
    lambda F, x: x * x * x - 2 * x + 1,
    lambda F, x: 1 / (1 + 25 * x * x),
    lambda F, x: F.log(3 + x),
    lambda F, x: F.tanh(3 * x),
    lambda F, x: x + 0.25,
)


class Feature(NamedTuple):
    """What is added to a smooth function, and where its centre lies, in lengths L from the point."""

    name: str
    added: Callable[[Any, Any, float, float], Any]  # of F, t, a, L
    values: Callable[[float, float], float]  # how large it is, of a, L
    centre: Callable[[Random], float]


def _beside(dice: Random) -> float:
    return dice.choice((-1.0, 1.0))


def _around(dice: Random) -> float:
    return dice.uniform(-3, 3)


FEATURES = (
    Feature("a kink beside x", lambda F, t, a, L: a * abs(t), lambda a, L: a * L, _beside),
    Feature("a jump beside x", lambda F, t, a, L: a * F.sign(t), lambda a, L: a, _beside),
    Feature("a pole beside x", lambda F, t, a, L: a / t, lambda a, L: a / L, _beside),
    Feature("a root |t|^0.5 beside x", lambda F, t, a, L: a * F.sqrt(abs(t)), lambda a, L: a * L**0.5, _beside),
    Feature("a root |t|^1.5 beside x", lambda F, t, a, L: a * F.sqrt(abs(t)) ** 3, lambda a, L: a * L**1.5, _beside),
    Feature("a peak near x", lambda F, t, a, L: a * F.exp(-(t / L) * (t / L)), lambda a, L: a, _around),
    Feature("a wave", lambda F, t, a, L: a * F.sin(t / L), lambda a, L: a, _around),
)


def featured(feature: Feature, count: int, seed: int) -> list[Case]:
    """So many functions with that feature, each at one point; the same for the same seed."""
    dice = Random(f"{feature.name} {seed}")
    return [_draw(feature, dice) for _ in range(count)]


def _draw(feature: Feature, dice: Random) -> Case:
    x, base, a, L = dice.uniform(-2, 2), dice.choice(BASES), AMPLITUDE(dice), LENGTH(dice)
    c = x + feature.centre(dice) * L
    f = Function(feature.name, lambda F, x: base(F, x) + feature.added(F, x - c, a, L), lambda dice: x, hard=True)
    visible = CLEAR * U * abs(float(f(x))) < feature.values(a, L) and CLEAR * math.ulp(x) < L
    return case(f, x) if visible else _draw(feature, dice)
