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
FEW = 64  # columns below which NumPy's own accumulate costs less than a loop over rows
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
    points = np.concatenate((x + h, x - h))
    values, run = f(points), points[: len(h)] - points[len(h) :]
    high, low = values[: len(h)], values[len(h) :]
    quotient = (high - low) / run
    finite = np.isfinite(quotient)
    if not finite.all() or (run[0] == np.inf).any():
        quotient[~finite | (run == np.inf)] = np.nan
    return Ladder(h, high, low, quotient, np.fmax(np.abs(high), np.abs(low)))


def take(table: Array, row: Array) -> Array:
    """The entry of that row of each column."""
    return table[row, np.arange(table.shape[1])]


def worst_below(table: Array) -> Array:
    """The largest number in each row and all rows of smaller steps, written over the table; nan counts as none."""
    if table.shape[1] < FEW:
        return np.fmax.accumulate(table[::-1], axis=0)[::-1]
    for i in range(len(table) - 2, -1, -1):  # four times as fast as accumulate
        np.fmax(table[i], table[i + 1], out=table[i])
    return table


def extrapolate(D: Array, h: Array, F: Array, ratio: float, columns: int = COLUMNS) -> Best:
    """The best entry of a Neville table, T_m = T_(m-1)(h) + (T_(m-1)(h) - T_(m-1)(ratio h))/(ratio^m - 1).

    ``ratio`` is the factor between successive terms of the error: the square of that of the steps if D is central.  What an
    entry claims is `SAFETY` times the largest of: the difference from its neighbour; that of the neighbours one row up, as it
    should have shrunk but for one power of the ratio, against luck; the differences at all smaller steps, which are noise,
    grown in proportion to 1/h; and the noise F/h.  Richardson (1911); the choice in the spirit of Ridders (1982).
    """
    T, n = D, D.shape[1]
    value, error, row, column = np.full(n, np.nan), np.full(n, np.inf), np.zeros(n, int), np.zeros(n, int)
    least = (SAFETY * SAFETY * F + 4 * U * np.abs(D * h)) / h
    gaps = np.isnan(D).any()
    for m in range(min(columns, len(D) - 2)):
        if m:
            T = T[1:] + (T[1:] - T[:-1]) * (1 / (ratio**m - 1))
        change = np.abs(T[1:] - T[:-1])
        claim = worst_below(change * h[m + 1 :])[1:] / h[m + 2 :]
        np.fmax(claim, change[:-1] * ratio**-m, out=claim)
        claim *= SAFETY
        np.fmax(claim, least[m + 2 :], out=claim)
        if gaps:
            claim[np.isnan(change[1:]) | np.isnan(change[:-1])] = np.inf
        best = claim.argmin(axis=0)
        found = take(claim, best)
        better = found < error
        if not better.any():
            break
        np.copyto(value, take(T, best + 2), where=better)
        np.copyto(row, best + m + 2, where=better)
        np.copyto(error, found, where=better)
        column[better] = m
    step = np.where(error < np.inf, take(np.broadcast_to(h, D.shape), row), np.nan)
    return Best(value, error, step, column)


def better(old: Any, new: Any, where: Array) -> Any:
    """The tuple of arrays ``new`` at those points, ``old`` at the others."""
    return type(old)(*(np.where(where, b, a) for a, b in zip(old, new, strict=True)))
