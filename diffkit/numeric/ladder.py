"""Ladders of steps: f sampled at x - h and x + h for falling h, and the extrapolation of its quotients to h = 0.

Letters: rows are steps, from large to small, columns are points.  ``h`` a step, ``D`` a quotient, ``T`` an extrapolated one,
``F`` the noise of f, absolute; ``ratio`` the factor from step to step, ``bits`` its binary logarithm.  Steps are powers of two
and a quotient is divided by the step taken.
"""

from typing import Any, NamedTuple

import numpy as np

from diffkit.floats import U
from diffkit.numeric.sampler import Array, Sampler

TINY = 2.0**-1074  # the least subnormal: what an underflow in f may hide
SPAN = 52  # binary orders of a scan, from 4 times the scale of x down to its ulps
COLUMNS = 7  # of a table: more bring noise only
SAFETY = 2.0  # on differences of neighbours in a table, which bound the error where convergence is regular


class Ladder(NamedTuple):
    """f on both sides of each point: steps, values above and below, central quotients, and the larger of the two |f|."""

    h: Array
    above: Array
    below: Array
    quotient: Array
    size: Array


class Best(NamedTuple):
    """The estimate of least claimed error at each point, its step and its column: how often it was extrapolated."""

    value: Array
    error: Array
    h: Array
    column: Array


def climb(f: Sampler, x: Array, h: Array) -> Ladder:
    """f at x + h and x - h; where such a point is no number, neither is f."""
    above, below = x + h, x - h
    values = f(np.concatenate((above, below)))
    high, low = values[: len(h)], values[len(h) :]
    run = above - below
    quotient = (high - low) / run
    quotient[~(np.isfinite(quotient) & (run < np.inf))] = np.nan
    return Ladder(h, high, low, quotient, np.fmax(np.abs(high), np.abs(low)))


def take(table: Array, row: Array) -> Array:
    """The entry of that row of each column."""
    entries: Array = table[row, np.arange(table.shape[1])]
    return entries


def worst_below(table: Array) -> Array:
    """The largest number in each row and all rows of smaller steps; nan counts as none."""
    worst: Array = np.fmax.accumulate(table[::-1], axis=0)[::-1]
    return worst


def extrapolate(D: Array, h: Array, F: Array, ratio: float, columns: int = COLUMNS) -> Best:
    """The best entry of a Neville table, T_m = T_(m-1)(h) + (T_(m-1)(h) - T_(m-1)(ratio h))/(ratio^m - 1).

    ``ratio`` is the factor between successive terms of the error: the square of that of the steps if D is central.  What an
    entry claims is `SAFETY` times the largest of: the difference from its neighbour; that of the neighbours one row up, as it
    should have shrunk but for one power of the ratio, against luck; the differences at all smaller steps, which are noise,
    grown in proportion to 1/h; and the noise F/h.  Richardson (1911); the choice in the spirit of Ridders (1982).
    """
    T, n = D, D.shape[1]
    best = Best(np.full(n, np.nan), np.full(n, np.inf), np.full(n, np.nan), np.zeros(n, int))
    for m in range(min(columns, len(D) - 2)):
        if m:
            T = T[1:] + (T[1:] - T[:-1]) / (ratio**m - 1)
        step = h[m + 1 :]
        change = np.abs(T[1:] - T[:-1])
        claim = np.fmax(worst_below(change * step)[1:], SAFETY * F[m + 2 :])
        claim /= step[1:]
        np.fmax(claim, change[:-1] * ratio**-m, out=claim)
        claim *= SAFETY
        claim += 4 * U * np.abs(T[2:])
        claim[np.isnan(change[1:]) | np.isnan(change[:-1])] = np.inf
        row = claim.argmin(axis=0)
        found = Best(take(T[2:], row), take(claim, row), take(step[1:], row), np.full(n, m))
        best = better(best, found, found.error < best.error)
    return best


def better(old: Any, new: Any, where: Array) -> Any:
    """The tuple of arrays ``new`` at those points, ``old`` at the others."""
    return type(old)(*(np.where(where, b, a) for a, b in zip(old, new, strict=True)))
