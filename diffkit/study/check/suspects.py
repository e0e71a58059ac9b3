"""Which of many entries to look at: random directions tell whether any is wrong, halving tells which.

Letters: ``d`` a random direction within a group of entries; a group disagrees if g.d is not the slope of f along d.
"""

import math
from typing import NamedTuple

import numpy as np

from diffkit import limits, numeric
from diffkit.study.check.entries import SAFE, Case
from diffkit.study.check.handover import Array

DIRECTIONS = 4  # all of them must miss a wrong entry for it to be missed
SAMPLE = 32  # entries that are looked at in any case


class Search(NamedTuple):
    """The entries to look at, and the largest error that any other could hide, absolute: inf if nothing is known of them."""

    entries: list[int]
    limit: float


class Group(NamedTuple):
    """What one direction says of a group: does it disagree, and what error of one entry it could hide."""

    wrong: bool
    limit: float


def search(case: Case, dice: np.random.Generator) -> Search:
    """A sample, and the entries behind every direction that disagrees, found by halving."""
    everything = np.arange(len(case.x))
    sample = sorted(int(i) for i in dice.choice(everything, SAMPLE, replace=False))
    wrong, limit = asked(case, everything, dice)
    if not wrong:
        return Search(sample, limit)
    found = sorted({*sample, *_halved(case, everything, dice)})
    wrong, limit = asked(case, np.setdiff1d(everything, found), dice)
    return Search(found, math.inf if wrong else limit)


def asked(case: Case, group: Array, dice: np.random.Generator) -> Group:
    """What several directions say of a group."""
    answers = [ask(case, group, dice) for _ in range(DIRECTIONS)]
    return Group(any(one.wrong for one in answers), min(one.limit for one in answers))


def ask(case: Case, group: Array, dice: np.random.Generator) -> Group:
    """Compare g.d with the slope of f along a random d that moves the group alone."""
    d = np.zeros_like(case.x)
    d[group] = _random(case, dice)[group]
    d /= np.abs(d).max()
    mine = float(case.yours[group] @ d[group])
    if not math.isfinite(mine):
        return Group(True, math.inf)
    estimate = numeric.derivative(case.on_line(d), case.size)
    low, high = sorted((estimate.left, estimate.right)) if estimate.status == "kink" else (estimate.value,) * 2
    error, rounding = float(estimate.error), case.rounding(d)
    tolerance = SAFE * error + rounding
    if not math.isfinite(low + high + tolerance):
        return Group(False, math.inf)
    return Group(not low - tolerance <= mine <= high + tolerance, (error + tolerance) / float(np.abs(d[group]).min()))


def _random(case: Case, dice: np.random.Generator) -> Array:
    from diffkit.study.check.remainders import direction

    return direction([part.place for part in case.handed.point.parts], case.x, dice)


def _halved(case: Case, group: Array, dice: np.random.Generator) -> list[int]:
    """The entries that disagree, as long as they are few: where most do, the sample shows how."""
    found: list[int] = []
    waiting = [group]
    while waiting and len(found) < limits.CHECK_SUSPECTS:
        whole = waiting.pop()
        if len(whole) == 1:
            found.append(int(whole[0]))
            continue
        halves = np.array_split(whole, 2)
        waiting += [half for half in halves if ask(case, half, dice).wrong or ask(case, half, dice).wrong]
    return found
