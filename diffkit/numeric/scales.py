"""Which scale speaks for f: where coarse and fine steps give different slopes, one of them is that of a wave, a kink or a step.

Letters as in ladder; ``C`` f(x); ``slope`` a one-sided quotient, (f(x+h) - f(x))/h or (f(x) - f(x-h))/h; ``gap`` the right slope
less the left one, which tends to 0 like h f'' where f is smooth; ``teeth`` the steps of a function that rounds inside.
"""

import numpy as np

from diffkit.floats import U
from diffkit.numeric.doubt import RATIO, Sides, abrupt, fine_steps, last_far, one_sided, strays
from diffkit.numeric.finding import Finding, finding, name, put_where
from diffkit.numeric.ladder import TINY, Best, extrapolate, take
from diffkit.numeric.sampler import Array, Sampler
from diffkit.numeric.search import LEVELS, ROWS, Search, dense

SETTLED = 2.0**-14  # of the distance to the limit that is left a row of the scan later, if the quotients settled suddenly
HALVINGS = 8  # that tell a jump from a steep rise
COST = 2 * HALVINGS + 2 * ROWS  # evaluations that the questions of this file may take


def contradicted(found: Finding, f: Sampler | None, s: Search, slopes: Sides) -> Finding:
    """Where smaller steps contradict the estimate: what they say, if they come to it gradually or it is the slope of one side.

    A fine wave is entered gradually; a kink beside x, closer than the best step, suddenly, but it leaves the slope of the far
    side alone.  Teeth, as of a function that rounds inside, are neither.
    """
    D, h, rows = s.scan.quotient, s.scan.h, np.arange(LEVELS)[:, None]
    against = strays(s, D, s.best)
    first = np.where(against, rows, LEVELS).min(axis=0)
    inner = extrapolate(np.where(rows >= first - 1, D, np.nan), h, s.rough, RATIO**2, columns=2)
    off = np.abs(inner.value - found.value)
    apart = against.any(axis=0) & (off > 2 * inner.error)
    last = last_far(s, inner, off)
    after = np.fmin(last + 1, LEVELS - 1)
    outer, settled = (np.abs(take(D, row) - inner.value) for row in (last, after))
    kept = settled > SETTLED * outer + inner.error + 8 * take(s.rough, after) / take(h, after)
    for slope in (slopes.right, slopes.left):
        side = one_sided(s, slope, U * s.scan.size + TINY, rows <= last)
        kept |= (np.abs(side.value - inner.value) <= side.error + inner.error) & (side.error + inner.error < off / 2)
    found, jump = torn(found, f, s, inner.value, last, apart & ~kept)
    kept |= apart & ~jump & ~kept
    seen = finding(inner, 0)
    wide = found._replace(error=np.fmax(found.error, _agreed(against, D - found.value, 8 * s.rough / h)))
    return put_where(put_where(found, ~apart, wide), apart & kept, seen._replace(evaluations=found.evaluations))


def _agreed(against: Array, off: Array, rough: Array) -> Array:
    """How far from the estimate two successive of those steps agree that the slope is."""
    alike = against[:-1] & against[1:] & (np.abs(off[1:] - off[:-1]) <= np.abs(off[1:]))
    farthest: Array = np.where(alike, np.abs(off[1:]) + rough[1:], 0).max(axis=0)
    return farthest


def staircase(found: Finding, f: Sampler | None, s: Search, slopes: Sides) -> Finding:
    """A slope that the coarse steps agree on, from both sides, goes before a fine one that appears at once: a step's own slope.

    Beware: a kink near x also changes D0 at once, but leaves the slope on the far side alone; a fine wave changes it gradually.
    """
    flat, first = fine_steps(s)
    rows = np.arange(LEVELS)[:, None] < np.where(flat, first + 1, s.anchor)
    F = U * s.scan.size + np.where(flat, take(s.rise, first), TINY)
    coarse = extrapolate(np.where(rows, s.scan.quotient, np.nan), s.scan.h, F, RATIO**2, columns=2)
    off, width = np.abs(coarse.value - s.best.value), coarse.error + s.best.error
    flat &= s.best.h <= take(s.scan.h, first)
    sure = (coarse.error < np.inf) & (flat | (abrupt(s) & (off > 8 * width)))
    for slope in (slopes.right, slopes.left):
        side = one_sided(s, slope, F, rows)
        sure &= np.abs(side.value - coarse.value) <= 4 * (side.error + coarse.error)
        sure &= flat | (np.abs(side.value - s.best.value) > side.error + s.best.error)
    start = np.where(flat, first, last_far(s, s.best, np.abs(s.best.value)))
    found, sure = torn(found, f, s, s.best.value, start, sure)
    return across(found, f, s, coarse, sure, flat) if sure.any() else found


def across(found: Finding, f: Sampler | None, s: Search, coarse: Best, sure: Array, flat: Array) -> Finding:
    """The slope across the steps of a staircase, from a table around the step that the scan found best."""
    if f is None:
        seen = finding(coarse, 0)._replace(evaluations=found.evaluations)
        return put_where(found, sure, name(name(seen, flat, "quantised"), ~flat, "noisy"))
    scatter = np.where(s.scan.h < coarse.h, np.abs(s.scan.quotient - coarse.value) * s.scan.h, 0)
    table = dense(f, s.x[sure], coarse.h[sure] * RATIO)
    best = extrapolate(table.quotient, table.h, np.fmax.reduce(scatter, axis=0)[sure] + U * table.size, 4.0)
    seen = finding(best, 2 * len(table.h))
    seen = name(name(seen, flat[sure], "quantised"), ~flat[sure], "noisy")
    seen = seen._replace(evaluations=seen.evaluations + found.evaluations[sure])
    whole = Finding(*(np.array(old) for old in found))
    for old, new in zip(whole, seen, strict=True):
        old[sure] = new
    return whole


def torn(found: Finding, f: Sampler | None, s: Search, slope: Array, row: Array, where: Array) -> tuple[Finding, Array]:
    """Where f, less that slope, has a jump between x and this step of the scan: halving after halving leaves the change as it is.

    Of teeth, quantised and noisy functions it does; of a wave, a kink or a peak each halving takes half of it, of a cusp a third.
    Without f, where the budget does not pay for it, a jump is taken for granted.
    """
    if f is None or not where.any():
        return found, where
    v, row = slope[where], row[where]
    h, high, low = (take(part[..., where], row) for part in (s.scan.h, s.scan.above, s.scan.below))
    a, fa = s.x[where], s.centre[where]
    up = np.nan_to_num(np.abs(high - fa - v * h)) >= np.nan_to_num(np.abs(low - fa + v * h))
    b, fb = np.where(up, a + h, a - h), np.where(up, high, low)
    changes, rounding = halved(f, a, fa, b, fb, v)
    jump = np.array(where)
    jump[where] = ~((changes[-1] < 0.4 * changes[-5]) | (changes[-1] <= rounding))
    return found._replace(evaluations=found.evaluations + HALVINGS * where), jump


def halved(f: Sampler, a: Array, fa: Array, b: Array, fb: Array, v: Array, halvings: int = HALVINGS) -> tuple[list[Array], Array]:
    """The changes of f, less slope v, as [a, b] is halved again and again towards the larger one; how much of it is rounding."""
    changes = []
    for _ in range(halvings):
        m = (a + b) / 2
        fm = f(m)
        left, right = np.abs(fm - fa - v * (m - a)), np.abs(fb - fm - v * (b - m))
        a, b = np.where(left >= right, (a, m), (m, b))
        fa, fb = np.where(left >= right, (fa, fm), (fm, fb))
        changes.append(np.fmax(left, right))
    return changes, 8 * U * np.fmax(np.abs(fa), np.abs(fb))
