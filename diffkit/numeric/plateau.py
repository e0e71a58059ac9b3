"""Is f constant at x, or is that one step of a staircase?  Where its plateau ends, and how.

(1e15 + t) - 1e15 is constant around t = 1 over an 8th, yet its slope is 1.  Nothing on the plateau tells it from that of
max(t - 2, 0) or sign(t): what happens at its end does.  One that ends gradually is of f, and so is one beside a single jump.
Letters as in ladder; ``q`` the jump at the nearer end of the plateau, ``d`` the distance of that end; ``v`` the estimate.
"""

from typing import NamedTuple

import numpy as np

from diffkit.floats import U
from diffkit.numeric.doubt import RATIO, ROUNDINGS, level, taken_back
from diffkit.numeric.finding import CODE, Finding, name
from diffkit.numeric.ladder import TINY, climb, take
from diffkit.numeric.sampler import Array, Sampler
from diffkit.numeric.scales import halved
from diffkit.numeric.search import Search

WIDER = np.array([[RATIO**2], [RATIO]])  # times the largest step of the scan: there a constant f is looked at as well
HALVINGS = 16  # that find the end of a plateau
FADES = 0.4  # the last change over that of half as many halvings, at most, if the plateau ends gradually: 1/256 at a kink
ALIKE = 3  # steps, each 16 times the next, over which a staircase rises more than once
UNLIKE = 4.0  # how much steeper than the mean over its plateau a staircase may be: 3 for 1/x
SAME = 1.5  # binary logarithm of what two halvings may change of a jump; a kink loses 2, a pole gains 2
FAR = 4.0  # times the step before the first that sees teeth, from that step on, a third one is looked for
SPLITS = 12  # halvings that find a tooth, so that a wave as long as the first step is resolved
TEETH = 2 * (3 * SPLITS + 1)  # evaluations that takes
COST = 2 * len(WIDER) + HALVINGS  # that the ends of a plateau take


class Ends(NamedTuple):
    """Of a plateau: how far it reaches on the nearer and on the other side, and the jump there; 0 where it ends gradually."""

    d: Array
    other: Array
    q: Array


def plateau(found: Finding, f: Sampler | None, s: Search) -> Finding:
    """Where the estimate is that of one step of a staircase: "quantised", with a bar that reaches the slope across the steps.

    Without f, where the budget does not pay for it, a jump is taken for granted.
    """
    where = level(s)
    if not where.any():
        return found
    part = s.part(where)
    ends = _ends(f, part)
    q, bar = np.zeros((2, len(where)))
    q[where], bar[where] = ends.q, UNLIKE * ends.q / (ends.d + ends.other)
    found = found._replace(evaluations=found.evaluations + (COST if f else 0) * where)
    return name(found, q > 0, "quantised", error=np.fmax(found.error, bar))


def _ends(f: Sampler | None, s: Search) -> Ends:
    """The ends of the plateau around each point, within 256 times the largest step of the scan."""
    h, up, down = s.scan.h, s.scan.above - s.centre, s.scan.below - s.centre
    if f is not None:
        wide = climb(f, s.x, h[:1] * WIDER)
        h, up, down = (np.concatenate(pair) for pair in ((wide.h, h), (wide.above - s.centre, up), (wide.below - s.centre, down)))
    rows = np.arange(len(h))[:, None]
    right, left = (np.where(np.isfinite(side) & (side != 0), rows, -1).max(axis=0) for side in (up, down))
    side, first, last = np.where(right >= left, 1, -1), np.fmax(right, left), np.fmin(right, left)
    near = np.where(side > 0, up, down)
    single = (last < 0) & (first >= ALIKE - 1) & ((near == near[0]) | (rows > first)).all(axis=0)
    d, q, jump = _nearer_end(f, s, side, take(h, np.fmin(first + 1, len(h) - 1)), take(h, np.fmax(first, 0)), take(near, first))
    beyond = np.where(last >= 0, take(h, np.fmin(last + 1, len(h) - 1)), d)
    rounding = ROUNDINGS * U * np.abs(s.centre)
    most = s.rise.max(axis=0)
    lost = (most > 0) & (most <= rounding)
    seen = (first >= 0) & (lost | jump & ~single & (q > rounding + ROUNDINGS * TINY))
    return Ends(d, np.fmax(d, np.fmin(beyond, s.scan.h[1])), np.where(seen, q, 0))


def _nearer_end(f: Sampler | None, s: Search, side: Array, low: Array, high: Array, q: Array) -> tuple[Array, Array, Array]:
    """Between two distances from x, at the first of which f is as at x: where that ends, the change there, if it jumps."""
    q = np.abs(q)
    if f is None:
        return low, q, np.full(len(q), True)
    changes = [q]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        change = np.abs(f(s.x + side * middle) - s.centre)
        same = ~(change > 0)
        low, high, q = np.where(same, middle, low), np.where(same, high, middle), np.where(same, q, change)
        changes.append(q)
    return low, q, ~(changes[-1] < FADES * changes[HALVINGS // 2])


def teeth(found: Finding, f: Sampler | None, s: Search) -> Finding:
    """Where jumps of f, two at least, take back what the estimate gives: "quantised", and the slope may be 0 or less.

    As of x % 0.1, and of the root (sqrt(1e16 - 4 a) - 1e8)/(2 a) along a, whose numerator is quantised.
    """
    where = taken_back(s) & (found.status == CODE["ok"])
    if f is None or not where.any():
        return found
    part, v = s.part(where), found.value[where]
    jumps, slope = np.zeros(len(v), int), np.abs(v)
    for side, values in ((1, part.scan.above), (-1, part.scan.below)):
        h, value = 0 * v, part.centre
        last = _first_off(part, v, side * (values - part.centre))
        far = FAR * take(part.scan.h, last - 1)
        ends = ((take(part.scan.h, row), take(values, row)) for row in (last, last - 1))
        for end, there in (*ends, (far, f(part.x + side * far))):
            changes, rounding = halved(f, part.x + side * h, value, part.x + side * end, there, v, SPLITS)
            torn = (changes[-1] > rounding) & (np.abs(np.log2(changes[-1] / changes[-3])) < SAME)
            jumps += torn
            slope = np.fmax(slope, np.where(torn, changes[-1] / end, 0))
            h, value = end, there
    found = found._replace(evaluations=found.evaluations + TEETH * where)
    bar, several = np.zeros(len(where)), np.array(where)
    bar[where], several[where] = np.abs(v) + slope, jumps > 1
    return name(found, several, "quantised", error=np.fmax(found.error, bar))


def _first_off(s: Search, v: Array, rise: Array) -> Array:
    """The least step above that of the estimate over which this rise is not that of the slope v; not the largest."""
    off = (np.abs(rise - v * s.scan.h) > np.abs(v) * s.scan.h / 4) & (s.scan.h > s.best.h)
    row: Array = np.where(off, np.arange(len(rise))[:, None], 1).max(axis=0)
    return np.fmax(row, 1)
