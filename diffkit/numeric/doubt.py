"""Is there reason to look closer at a point?  What the values on a ladder say of f, one question a function.

Letters as in ladder; ``C`` f(x); ``slope`` a one-sided quotient, (f(x+h) - f(x))/h or (f(x) - f(x-h))/h; ``gap`` the right slope
less the left one, which tends to 0 like h f'' where f is smooth.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diffkit.floats import U
from diffkit.numeric.ladder import TINY, Best, extrapolate, last_row, running, take
from diffkit.numeric.sampler import Array
from diffkit.numeric.search import BITS, LEVELS, Search

RATIO = 2.0**BITS  # of the steps of the scan
FINEST = 4  # rows in which what h tends to is seen
GAP_FALL = 12.0  # a gap must shrink by more than this when h does by 16: by 16 if f'' exists, by 11 for |x|^1.87
SCATTER = 2.0**10  # noise this much above what rounding f(x) and x explains is said
SUDDEN = 256.0  # times nearer than a 16th is no smooth f at the next halving
ROUNDINGS = 16.0  # of f, beside which a smaller change is none
LITTLE = 0.75  # of the estimate, at most: the mean slope of a sawtooth over larger steps
CLEAR = 2.0**-10  # relative change of D0 over the coarse steps that asks for a closer look


class Sides(NamedTuple):
    """The one-sided slopes on the scan, and where f is a number beside x."""

    right: Array
    left: Array
    above: Array
    below: Array


def sides(s: Search) -> Sides:
    """One-sided slopes of the scan."""
    up, down = (s.x + s.scan.h) - s.x, s.x - (s.x - s.scan.h)
    right, left = (s.scan.above - s.centre) / up, (s.centre - s.scan.below) / down
    above, below = (np.isfinite(v[-FINEST:]).all(axis=0) for v in (s.scan.above, s.scan.below))
    return Sides(_finite(right), _finite(left), above, below)


def _finite(D: Array) -> Array:
    finite = np.isfinite(D)
    return D if finite.all() else np.where(finite, D, np.nan)


def one_sided(s: Search, slope: Array, F: Array, rows: Array | bool = True) -> Best:
    """The limit of a one-sided slope, from these rows of the scan; where f is constant at small steps only, those say nothing."""
    kept = ((slope != 0) | (slope == 0).all(axis=0)) & rows
    return extrapolate(np.where(kept, slope, np.nan), s.scan.h, 3 * F, RATIO, columns=4)


def doubtful(s: Search, slopes: Sides) -> Array:
    """Where anything speaks against a smooth f; the rest are "ok" as they stand.

    A gap that does not shrink, differences that do not fall by 4, values that repeat, noise beyond rounding, values missing, a
    bad estimate, or one that no extrapolation supports.
    """
    D, T, claim = s.scan.quotient, s.best.value, s.best.error
    near, coarse = below(s), int(s.anchor.max(initial=0)) + 1
    found: Array = (
        (near & np.isnan(D)).any(axis=0)
        | (stays(s, slopes)[1:] & near[:-1]).any(axis=0)
        | uneven(s)
        | loud(s)
        | (claim > CLEAR**2 * np.abs(T)) & (claim * s.best.h > 64 * U * s.table.size[-1])
        | abrupt(s) & (~near[:coarse] & (np.abs(D[:coarse] - T) > CLEAR * np.abs(T))).any(axis=0)
        | ~np.isfinite(s.centre)
        | ~(claim < np.inf)
    )
    found |= restless(s)
    found |= _asked(s, ~found & (near & (s.scan.above == s.scan.below)).any(axis=0), lambda part: repeats(part).any(axis=0))
    little = (D[:coarse] * np.sign(T) / np.abs(T) <= LITTLE).sum(axis=0) > 1
    found |= _asked(s, ~found & little, taken_back)
    found |= _asked(s, ~found & (s.scan.above[-1] == s.scan.below[-1]), lambda part: level(part) | fine_steps(part)[0])
    return found


def _asked(s: Search, where: Array, question: Callable[[Search], Array]) -> Array:
    """The answer at those few points that can say yes; no at the others."""
    found, columns = np.zeros(len(where), bool), np.flatnonzero(where)
    if columns.size:
        found[columns] = question(s.part(columns))
    return found


def stays(s: Search, slopes: Sides) -> Array:
    """Steps at which the gap has not shrunk from the step before, and is no noise."""
    gap = np.abs(slopes.right - slopes.left)
    found = np.zeros(gap.shape, bool)
    found[1:] = (gap[1:] * GAP_FALL > gap[:-1]) & (gap[1:] * s.scan.h[1:] > 16 * s.rough[1:])
    return found


def repeats(s: Search) -> Array:
    """Steps, below the anchor, at which f is the same on both sides though its slope should move it by more than rounding."""
    moved = np.abs(s.best.value) * s.scan.h > 8 * U * np.fmax(s.scan.size, np.abs(s.centre))
    return (s.scan.above == s.scan.below) & moved & below(s)


def below(s: Search) -> Array:
    """The steps of the scan below the anchor: those over which f is seen as it is at x."""
    steps: Array = np.arange(LEVELS)[:, None] > s.anchor
    return steps


def uneven(s: Search) -> Array:
    """Where the last differences of the table, if more than noise, do not fall by a factor near 4."""
    change = np.abs(s.table.quotient[-3:-1] - s.table.quotient[-2:])
    odd: Array = np.abs(change[0] - 4 * change[1]) > change[1]
    return odd & (change[1] * s.table.h[-1] > 16 * U * s.table.size[-1])


def loud(s: Search) -> Array:
    """Where the noise of f is far above what the rounding of f(x) and of x explains, and costs digits."""
    explained = U * (s.table.size[-1] + np.abs(s.x * s.best.value)) + TINY
    costs: Array = s.best.error * s.best.h > 64 * explained
    return costs & (s.noise * s.table.size[-1] > SCATTER * explained)


def abrupt(s: Search) -> Array:
    """Where the quotients settle at once: those of a smooth f, however narrow, come nearer by about 4 at each halving."""
    T, D = s.best.value, s.table.quotient
    size = np.abs(T)
    away = np.abs(D - T)
    last = last_row(away > size / RATIO)
    seen = (last >= 0) & (last < len(D) - 1)
    off = np.where(seen, take(away, np.fmin(last + 1, len(D) - 1)), 0)
    row = np.fmin(s.anchor + 1, LEVELS - 1)
    below_noise = np.abs(take(s.scan.quotient, row) - T) * take(s.scan.h, row) <= 64 * s.noise * take(s.scan.size, row)
    return np.where(seen, off * SUDDEN < size, below_noise)


def fine_steps(s: Search) -> tuple[Array, Array]:
    """Where f is constant at the least steps and its first change is small beside those over larger ones; that step's row."""
    rise = s.rise
    flat: Array = (rise[-FINEST:] == 0).all(axis=0)
    first = np.fmax(last_row(rise > 0), 0)
    step = take(rise, first)
    return flat & (RATIO * step < rise.max(axis=0)) & (step > 16 * U * take(s.scan.size, first)), first


def level(s: Search) -> Array:
    """Where f is constant at the least steps up to that of the estimate, or nowhere changes by more than its own rounding."""
    rise = s.rise
    first = np.fmax(last_row(rise > 0), 0)
    within = s.best.h <= RATIO * take(s.scan.h, first)  # beware: a few steps beyond f may be the same on both sides by chance
    found: Array = (rise[-FINEST:] == 0).all(axis=0) & np.isfinite(s.centre) & (within | only_rounding(s))
    return found


def only_rounding(s: Search) -> Array:
    """Where f changes over the whole scan by no more than a few of its own roundings: nothing else of it is seen."""
    found: Array = s.rise.max(axis=0) <= ROUNDINGS * U * np.abs(s.centre)
    return found


def taken_back(s: Search) -> Array:
    """Where f rises little over larger steps, the least of them too, beside what the estimate would make it rise, or falls."""
    T = s.best.value
    rise = s.scan.quotient * np.sign(T) / np.abs(T)
    last = last_far(s, s.best, RATIO / 4 * np.abs(T))
    wide = (np.arange(LEVELS)[:, None] <= last) & np.isfinite(rise)
    found: Array = (
        (((rise <= LITTLE) & wide).sum(axis=0) > 1)
        & (take(rise, last) <= LITTLE)
        & (np.abs(T) * s.scan.h[1] > 64 * U * s.scan.size[1])
    )
    here, finer = (np.abs(take(rise, row) - 1) for row in (last, np.fmin(last + 1, LEVELS - 1)))
    return found & ((here > RATIO**2 * finer) | _drops(s))  # of a wave or a peak they are off by less than c h^2


def _drops(s: Search) -> Array:
    """Where the quotients of the table come nearer, from far, by twice what those of a smooth f do at a halving."""
    off = np.abs(s.table.quotient - s.best.value)
    far = off[:-1] > np.abs(s.best.value) / 4
    last = last_row(far)
    drop = take(off, np.fmax(last, 0)) > 8 * take(off, last + 1)
    return drop & (last >= 0)


def restless(s: Search) -> Array:
    """Where such a change is larger than what the estimate claims, or all that is seen."""
    q = unrest(s)
    found: Array = (q > s.best.error * s.best.h) | (q > 0) & (s.best.error > np.abs(s.best.value))
    return found


def unrest(s: Search) -> Array:
    """The largest change of f over one of the least steps that is not half of that over a larger one, and no rounding of f."""
    rise, h = s.rise[-2 * FINEST :], s.scan.h[-2 * FINEST :]
    stays = 2 * rise[1:] > running(np.minimum, rise[:-1].copy())
    stays &= rise[1:] > ROUNDINGS * U * np.abs(s.centre) + 4 * np.abs(s.best.value) * h[1:]
    worst: Array = np.where(stays, rise[1:], 0).max(axis=0)
    return worst


def strays(s: Search, slope: Array, best: Best) -> Array:
    """The smaller steps whose slopes contradict the limit found."""
    step = np.abs(np.diff(slope, axis=0, prepend=np.nan))
    far = np.abs(slope - best.value) > best.error + 8 * s.rough / s.scan.h + np.where(np.isnan(step), 0, step / 2)
    found: Array = far & (s.scan.h < best.h)
    return found


def last_far(s: Search, best: Best, off: Array) -> Array:
    """The last row before that estimate's in which the quotient is away from it by a 16th of ``off``."""
    far = (np.abs(s.scan.quotient - best.value) > off / RATIO) & (s.scan.h > best.h)
    return np.fmax(last_row(far), 0)
