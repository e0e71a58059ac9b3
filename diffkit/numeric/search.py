"""The search for the step: a coarse scan of all scales finds where f is smooth, a dense table there gives the derivative.

Letters as in ladder; ``scale`` the largest power of two below max(1, |x|), or below |x|; the anchor is the largest step of the
scan from which on the quotients converge.
"""

from typing import Any, NamedTuple

import numpy as np

from diffkit.floats import U
from diffkit.numeric.ladder import SPAN, TINY, Best, Ladder, better, climb, extrapolate, last_row, take, worst_below
from diffkit.numeric.sampler import Array, Sampler

BITS = 4  # of the ratio of the scan
LEVELS = SPAN // BITS + 1
UNEVEN = 1.2345678912345678  # beware: at steps that are powers of two the rounding errors inside f repeat, and noise hides
SCAN = UNEVEN * np.exp2(2.0 - BITS * np.arange(LEVELS))[:, None]
ROWS, LEAST_ROWS = 10, 5  # of the dense table
TOP = 4.0  # where it begins, over the anchor
FALL = 8.0  # truncation must shrink by at least this from one step of the scan to the next
BEYOND = np.fmin(np.arange(LEVELS) + 3, LEVELS - 1)  # the row whose scatter is the noise at a step
LAST = 4  # steps for which that is the last row; where f is by luck as at x, and not at a smaller step, the last two rows are
GONE = 4  # rows below the anchor at which truncation has vanished beside rounding
REPEATED = 16.0  # how much of the rounding of x inside f, as in sin(100 x), may have been the same at every step
SCAN_COST = 1 + 2 * LEVELS


class Search(NamedTuple):
    """What was seen around each point.

    ``rise`` is the larger of the changes of f at x - h and x + h, 0 where that is no number; ``noise`` that of f relative to
    |f|, at least U; ``rough`` that at each step of the scan, absolute.
    """

    x: Array
    centre: Array
    scan: Ladder
    best: Best
    rise: Array
    anchor: Array
    noise: Array
    rough: Array
    table: Ladder

    def part(self, where: Array) -> "Search":
        """The same of some of the points."""
        picked: list[Any] = [
            type(item)(*(a[..., where] for a in item)) if isinstance(item, tuple) else item[..., where] for item in self
        ]
        return Search(*picked)

    @property
    def cost(self) -> int:
        """Evaluations of f a point."""
        return 1 + 2 * len(self.scan.h) + 2 * len(self.table.h)


def search(f: Sampler, x: Array, scale: Array, rows: int = ROWS) -> Search:
    """Scan all scales, then look closely, at so many steps, at the one that promises most."""
    centre = f(x, strict=True)
    scan = climb(f, x, scale * SCAN)
    size, flat = _beside(scan, centre)
    F = U * size
    F += TINY
    first = extrapolate(scan.quotient, scan.h, F, 4.0**BITS, columns=2)
    anchor = np.clip(_anchor(scan, first, F), 1, LEVELS - 3)
    scatter = _scatter(scan)
    low, fine = _fine(anchor)
    noise = np.fmax(U, _noise(scatter[low:], scan.size[low:], fine))
    rise = _rise(scan, centre)
    inside = U * np.abs(x) * take(rise, anchor) / (take(scan.h, anchor) * take(scan.size, anchor))
    noise = np.fmax(noise, np.fmin(REPEATED * noise, inside))
    rise[~np.isfinite(rise)] = 0
    rough = np.fmax(F, worst_below(scatter)[BEYOND])
    lucky = ((rise[-LAST - 1 : -1] == 0) & (rise[-LAST:] > 0)).any(axis=0)
    rough[-LAST:, lucky] = np.fmax(rough[-LAST:, lucky], rough[-LAST - 1, lucky])
    table = dense(f, x, take(scan.h, anchor) * TOP, rows)
    size = np.fmax(_beside(table, centre)[0], take(flat, anchor + 1) * take(size, anchor + 1))
    size = np.fmax(size, np.fmax.reduce(np.where(fine, scan.size[low:], 0), axis=0))  # f may be 0 over all steps of the table
    best = extrapolate(table.quotient, table.h, noise * size + TINY, 4.0)
    return Search(x, centre, scan, better(first, best, best.error < first.error), rise, anchor, noise, rough, table)


def _rise(ladder: Ladder, centre: Array) -> Array:
    rise, down = ladder.above - centre, ladder.below - centre
    return np.fmax(np.abs(rise, out=rise), np.abs(down, out=down), out=rise)


def _beside(ladder: Ladder, centre: Array) -> tuple[Array, Array]:
    """The size of f, where f is constant that at the next larger step, and where it is.

    For (1-cos x)/x^2 is 0 at 1e-8, but made of larger things.
    """
    flat = ladder.above == centre
    if flat.any():
        flat &= ladder.below == centre
    columns = np.flatnonzero(flat.any(axis=0))
    if not columns.size:
        return ladder.size, flat
    size, constant = ladder.size[:, columns], flat[:, columns]
    known = np.maximum.accumulate(np.where(constant, -1, np.arange(len(flat))[:, None]), axis=0)
    there = np.take_along_axis(size, np.fmax(known, 0), axis=0)
    whole = np.array(ladder.size)
    whole[:, columns] = np.where((known >= 0) & np.isfinite(there), there, size)
    return whole, flat


def dense(f: Sampler, x: Array, top: Array, rows: int = ROWS) -> Ladder:
    """A ladder of powers of two from ``top`` downwards: they make quotients of polynomials exact."""
    return climb(f, x, np.exp2(np.floor(np.log2(top)) - np.arange(rows)[:, None]))


def _anchor(scan: Ladder, first: Best, F: Array) -> Array:
    """The row from which on, down to the step of the first estimate, the distance to that estimate falls as truncation does."""
    D, h = scan.quotient, scan.h
    off, change = D - first.value, D[1:] - D[:-1]
    np.abs(off, out=off)
    np.abs(change, out=change)
    change *= h[1:]
    rough = worst_below(change)
    rough += 2 * F[:-1]
    rough *= 3
    stays = ~(FALL * off[1:] <= off[:-1])
    off *= h
    stays &= ~(off[:-1] <= rough)
    stays &= h[1:] >= first.h
    return last_row(stays) + 1


def _scatter(scan: Ladder) -> Array:
    """The differences of extrapolated quotients times h, row by row: the noise of f, where truncation has gone."""
    D = scan.quotient
    R = D[1:] - D[:-1]
    R /= 4.0**BITS - 1
    R += D[1:]
    scatter = np.zeros(D.shape)
    change = np.subtract(R[1:], R[:-1], out=scatter[2:])
    np.abs(change, out=change)
    change *= scan.h[2:]
    return scatter


def _fine(anchor: Array) -> tuple[int, Array]:
    """The first row in which truncation has vanished beside rounding at some point; and at which points, from that row on."""
    first = np.minimum(anchor + GONE, LEVELS - 1)
    low = int(first.min(initial=LEVELS - 1))
    return low, np.arange(low, LEVELS)[:, None] >= first


def _noise(scatter: Array, size: Array, fine: Array) -> Array:
    """The noise of f relative to |f|."""
    noise = scatter / np.where(size > 0, size, np.inf)
    noise[~fine] = 0
    worst: Array = np.fmax.reduce(noise, axis=0)
    return np.where(np.isfinite(worst), worst, 0)
