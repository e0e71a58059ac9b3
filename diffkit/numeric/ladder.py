"""Ladders of steps: f sampled at x - h and x + h for falling h, and the extrapolation of its quotients to h = 0.

Letters: rows are steps, from large to small, columns are points.  ``h`` a step, ``D`` a quotient, ``T`` an extrapolated one,
``F`` the noise of f, absolute; ``ratio`` the factor from step to step, ``bits`` its binary logarithm.  Steps are powers of two
and a quotient is divided by the step taken.
"""

from itertools import pairwise
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
    rows, columns = h.shape
    points = np.empty((2 * rows, columns))
    up, down = np.add(x, h, out=points[:rows]), np.subtract(x, h, out=points[rows:])
    run, values = up - down, f(points)
    high, low = values[:rows], values[rows:]
    quotient = high - low
    quotient /= run
    finite = np.isfinite(quotient)
    if not finite.all() or (run[0] == np.inf).any():
        quotient[~finite | (run == np.inf)] = np.nan
    size = np.abs(high)
    return Ladder(h, high, low, quotient, np.fmax(size, np.abs(low), out=size))


def take(table: Array, row: Array) -> Array:
    """The entry of that row of each column."""
    n = table.shape[1]
    return table.take(row * n + np.arange(n))  # of the flat table: twice as fast as two indices


def last_row(mask: Array) -> Array:
    """The last row of each column in which the mask holds; -1 if none."""
    number = np.arange(1, len(mask) + 1, dtype=np.int8)[:, None]
    return (mask * number).max(axis=0).astype(int) - 1  # ten times as fast as where


def running(ufunc: Any, table: Array) -> Array:
    """ufunc.accumulate down the rows, written over the table."""
    if table.shape[1] < FEW:
        return ufunc.accumulate(table, axis=0, out=table)
    for above, here in pairwise(table):  # four times as fast as accumulate
        ufunc(above, here, out=here)
    return table


def worst_below(table: Array) -> Array:
    """The largest number in each row and all rows of smaller steps, written over the table; nan counts as none."""
    return running(np.fmax, table[::-1])[::-1]


def extrapolate(D: Array, h: Array, F: Array, ratio: float, columns: int = COLUMNS) -> Best:
    """The best entry of a Neville table, T_m = T_(m-1)(h) + (T_(m-1)(h) - T_(m-1)(ratio h))/(ratio^m - 1).

    ``ratio`` is the factor between successive terms of the error: the square of that of the steps if D is central.  What an
    entry claims is `SAFETY` times the largest of: the difference from its neighbour; that of the neighbours one row up, as it
    should have shrunk but for one power of the ratio, against luck; the differences at all smaller steps, which are noise,
    grown in proportion to 1/h; and the noise F/h.  Richardson (1911); the choice in the spirit of Ridders (1982).
    """
    T, step, error, tables = D, D[1:] - D[:-1], np.full(D.shape[1], np.inf), []
    floor = np.abs(D * h)
    floor *= 4 * U
    floor += SAFETY * SAFETY * F
    floor /= h
    gaps = np.isnan(step).any()
    for m in range(min(columns, len(D) - 2)):
        if m:
            step *= 1 / (ratio**m - 1)
            step += T[1:]
            T, step = step, step[1:] - step[:-1]
        change = np.abs(step)
        claim = worst_below(change * h[m + 1 :])[1:]
        claim /= h[m + 2 :]
        unlucky = change[:-1]
        unlucky *= ratio**-m
        np.fmax(claim, unlucky, out=claim)
        claim *= SAFETY
        np.fmax(claim, floor[m + 2 :], out=claim)
        if gaps:
            claim[np.isnan(step[1:]) | np.isnan(step[:-1])] = np.inf
        found = claim.min(axis=0)
        if not (found < error).any():
            break
        tables.append((T, claim, found))
        error = np.fmin(error, found)
    return _of_least_error(tables, error, h)


def _of_least_error(tables: list[tuple[Array, Array, Array]], error: Array, h: Array) -> Best:
    """The first entry, column by column, that claims that error; nan where none claims any."""
    n = len(error)
    value, step, column, open_ = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, int), error < np.inf
    h = np.broadcast_to(h, (len(h), n))
    for m, (T, claim, found) in enumerate(tables):
        here = np.flatnonzero(open_ & (found == error))
        if here.size:
            open_[here] = False
            first = len(T) - 1 - last_row((claim.take(here, axis=1) == error[here])[::-1])
            value[here], step[here], column[here] = T.take(first * n + here), h.take((first + m) * n + here), m
    return Best(value, error, step, column)


def better(old: Any, new: Any, where: Array) -> Any:
    """The tuple of arrays ``new`` at those points, ``old`` at the others."""
    return type(old)(*(np.where(where, b, a) for a, b in zip(old, new, strict=True)))
