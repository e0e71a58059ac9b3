"""What f does at a point, from its values on a ladder of steps: the status of an estimate.

Letters as in ladder; ``C`` f(x); ``slope`` a one-sided quotient, (f(x+h) - f(x))/h or (f(x) - f(x-h))/h; ``gap`` the right slope
less the left one, which tends to 0 like h f'' where f is smooth; ``growth`` the exponent of 1/h with which a quotient grows.
"""

from typing import NamedTuple

import numpy as np

from diffkit.floats import U
from diffkit.numeric.ladder import TINY, Array, Best, extrapolate, take
from diffkit.numeric.sampler import Sampler
from diffkit.numeric.search import BITS, LEVELS, ROWS, Search, dense

STATUSES = (
    *("ok", "superconvergent", "limited-smoothness", "noisy", "quantised", "kink", "jump", "vertical-tangent"),
    *("domain-edge", "domain", "overflow", "below-ulp", "no-asymptotic-range"),
)
CODE = {status: code for code, status in enumerate(STATUSES)}
SCHEMES = ("D0", "richardson", "D+", "D-")
RATIO = 2.0**BITS  # of the steps of the scan
FINEST = 4  # rows in which what h tends to is seen
GAP_FALL = 12.0  # a gap must shrink by more than this when h does by 16: by 16 if f'' exists, by 11 for |x|^1.87
SCATTER = 2.0**10  # noise this much above what rounding f(x) and x explains is said
SUDDEN = 256.0  # a fall of the differences at one halving that no smooth f shows
SETTLED = 2.0**-14  # of the distance to the limit that is left a row of the scan later, if the quotients settled suddenly
CLEAR = 2.0**-10  # relative change of D0 over the coarse steps that asks for a closer look


class Finding(NamedTuple):
    """The estimate at each point and what is said of it; status and scheme by number, nan for what is not known."""

    value: Array
    error: Array
    h: Array
    scheme: Array
    status: Array
    left: Array
    right: Array
    order: Array
    evaluations: Array


class Sides(NamedTuple):
    """The one-sided slopes on the scan, and where f is a number beside x."""

    right: Array
    left: Array
    above: Array
    below: Array


def finding(best: Best, cost: int) -> Finding:
    """The estimate as it is, not yet judged, and what it cost."""
    n = len(best.value)
    left, right, order = np.full((3, n), np.nan)
    scheme = np.where(best.column > 0, SCHEMES.index("richardson"), SCHEMES.index("D0"))
    value = np.where(best.error < np.inf, best.value, np.nan)
    error = np.fmax(best.error, TINY)
    return Finding(value, error, best.h, scheme, np.zeros(n, int), left, right, order, np.full(n, cost))


def sides(s: Search) -> Sides:
    """One-sided slopes of the scan."""
    up, down = (s.x + s.scan.h) - s.x, s.x - (s.x - s.scan.h)
    right, left = (s.scan.above - s.centre) / up, (s.centre - s.scan.below) / down
    above, below = (np.isfinite(v[-FINEST:]).all(axis=0) for v in (s.scan.above, s.scan.below))
    return Sides(_finite(right), _finite(left), above, below)


def _finite(D: Array) -> Array:
    return np.where(np.isfinite(D), D, np.nan)


# --- is there reason to look closer? ---------------------------------------------------------------------------------------
def doubtful(s: Search, slopes: Sides) -> Array:
    """Where anything speaks against a smooth f; the rest are "ok" as they stand.

    A gap that does not shrink, differences that do not fall by 4, values that repeat, noise beyond rounding, values missing, a
    bad estimate, or one that no extrapolation supports.
    """
    D, T, claim = s.scan.quotient, s.best.value, s.best.error
    near = below(s)
    found: Array = (
        (near & np.isnan(D) | repeats(s)).any(axis=0)
        | (stays(s, slopes) & near).any(axis=0)
        | uneven(s)
        | loud(s)
        | (claim > CLEAR**2 * np.abs(T)) & (claim * s.best.h > 64 * U * s.table.size[-1])
        | abrupt(s) & (~near & (np.abs(D - T) > CLEAR * np.abs(T))).any(axis=0)
        | ~np.isfinite(s.centre)
        | ~(claim < np.inf)
    )
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


# --- a closer look ---------------------------------------------------------------------------------------------------------
def judge(f: Sampler, s: Search, slopes: Sides, spare: int) -> Finding:
    """Name what f does at these points, and mend value and error where the two-sided table cannot be believed.

    From what weighs least to what weighs most: a later name takes the place of an earlier one.  ``spare`` evaluations are left.
    """
    right, left = (one_sided(s, slope) for slope in (slopes.right, slopes.left))
    found = name(finding(s.best, s.cost), loud(s), "noisy")
    found = named_by_order(found, s, slopes)
    found = name(found, repeats(s).any(axis=0), "quantised")
    found = contradicted(found, s, slopes)
    found = staircase(found, f, s, slopes) if spare > 2 * ROWS else found
    found = nothing(found, wandering(s, slopes), "no-asymptotic-range")
    found = hidden(found, f, s) if spare else found
    found = nothing(found, diverging(s), "no-asymptotic-range")
    found = kinked(found, s, slopes, right, left)
    found = steep(found, slopes, s)
    found = nothing(found, jumps(s), "jump")
    found = edge(found, s, slopes, right, left)
    found = nothing(found, ~(found.error < np.inf) & (found.status == CODE["ok"]), "no-asymptotic-range")
    found = nothing(found, slopes.above & slopes.below & np.isnan(s.scan.quotient[-FINEST:]).all(axis=0), "overflow")
    found = nothing(found, np.isnan(s.centre) | ~(slopes.above | slopes.below), "domain")
    return nothing(found, np.isinf(s.centre), "overflow")


def name(found: Finding, where: Array, status: str, **changes: Array) -> Finding:
    """The finding with this status, and these fields, at those points."""
    changes["status"] = np.full(len(where), CODE[status])
    return found._replace(**{key: np.where(where, new, getattr(found, key)) for key, new in changes.items()})


def put_where(found: Finding, where: Array, new: Finding) -> Finding:
    """The new finding at those points."""
    return Finding(*(np.where(where, b, a) for a, b in zip(found, new, strict=True)))


def nothing(found: Finding, where: Array, status: str, **changes: Array) -> Finding:
    """The same where no number can be given."""
    nan = np.full(len(where), np.nan)
    return name(found, where, status, value=nan, error=np.full(len(where), np.inf), order=nan, **changes)


def one_sided(s: Search, slope: Array, rows: Array | None = None) -> Best:
    """The limit of a one-sided slope, from these rows of the scan; where f is constant at small steps only, those say nothing."""
    kept = (slope != 0) | (slope == 0).all(axis=0)
    F = 3 * (s.rough if rows is None else U * s.scan.size + TINY)
    return extrapolate(np.where(kept if rows is None else kept & rows, slope, np.nan), s.scan.h, F, RATIO, columns=4)


def named_by_order(found: Finding, s: Search, slopes: Sides) -> Finding:
    """By the measured order of D0, or of the gap where D0 is exact by symmetry: 2 and 1 are those of a smooth f."""
    two = measured_order(s.table.quotient[1:] - s.table.quotient[:-1], 16 * U * s.table.size[1:] / s.table.h[1:], 2.0)
    even = np.fmax(2, 2 * np.round(two / 2))
    off = np.abs(two - even)
    found = name(found, (two > 3.5) & (off < 0.3), "superconvergent", order=two)
    found = name(found, (two > 0.05) & (off > 0.2), "limited-smoothness", order=two)
    size = np.fmax(s.scan.size, np.abs(s.centre))
    one = measured_order(slopes.right - slopes.left, 16 * U * size / s.scan.h, RATIO)
    return name(found, (one > 0.05) & (one < 0.9), "limited-smoothness", order=one)


def measured_order(change: Array, threshold: Array, ratio: float) -> Array:
    """The exponent with which changes fall from row to row, at the last above noise; nan where no three agree."""
    size = np.abs(change)
    orders = np.log(size[:-1] / size[1:]) / np.log(ratio)
    orders[~(size[1:] > threshold[1:])] = np.nan
    last = np.where(np.isfinite(orders), np.arange(len(orders))[:, None], 0).max(axis=0)
    three = np.array([take(orders, np.fmax(last - i, 0)) for i in range(3)])
    return np.where((last > 1) & (np.ptp(three, axis=0) < 0.15), np.median(three, axis=0), np.nan)


def contradicted(found: Finding, s: Search, slopes: Sides) -> Finding:
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
    last = np.where((np.abs(D - inner.value) > off / RATIO) & (h > inner.h), rows, 0).max(axis=0)
    after = np.fmin(last + 1, LEVELS - 1)
    outer, settled = (np.abs(take(D, row) - inner.value) for row in (last, after))
    kept = settled > SETTLED * outer + inner.error + 8 * take(s.rough, after) / take(h, after)
    for slope in (slopes.right, slopes.left):
        side = one_sided(s, slope, rows <= last)
        kept |= (np.abs(side.value - inner.value) <= side.error + inner.error) & (side.error + inner.error < off / 4)
    seen = finding(inner, 0)
    return put_where(found, apart & kept, seen._replace(evaluations=found.evaluations))


def staircase(found: Finding, f: Sampler, s: Search, slopes: Sides) -> Finding:
    """A slope that the coarse steps agree on, from both sides, goes before a fine one that appears at once: a step's own slope.

    Beware: a kink near x also changes D0 at once, but leaves the slope on the far side alone; a fine wave changes it gradually.
    """
    flat, first = fine_steps(s)
    rows = np.arange(LEVELS)[:, None] < np.where(flat, first + 1, s.anchor)
    F = U * s.scan.size + np.where(flat, take(_rise(s), first), TINY)
    coarse = extrapolate(np.where(rows, s.scan.quotient, np.nan), s.scan.h, F, RATIO**2, columns=2)
    off, width = np.abs(coarse.value - s.best.value), coarse.error + s.best.error
    flat &= s.best.h <= take(s.scan.h, first)
    sure = (coarse.error < np.inf) & (flat | (abrupt(s) & (off > 8 * width)))
    for slope in (slopes.right, slopes.left):
        side = one_sided(s, slope, rows)
        sure &= np.abs(side.value - coarse.value) <= 4 * (side.error + coarse.error)
        sure &= flat | (np.abs(side.value - s.best.value) > side.error + s.best.error)
    return across(found, f, s, coarse, sure, flat) if sure.any() else found


def fine_steps(s: Search) -> tuple[Array, Array]:
    """Where f is constant at the least steps and its first change is small beside those over larger ones; that step's row."""
    rise = _rise(s)
    flat: Array = (rise[-FINEST:] == 0).all(axis=0)
    first = np.where(rise > 0, np.arange(LEVELS)[:, None], 0).max(axis=0)
    step = take(rise, first)
    return flat & (RATIO * step < rise.max(axis=0)) & (step > 16 * U * take(s.scan.size, first)), first


def _rise(s: Search) -> Array:
    """The larger of the changes of f at x - h and x + h."""
    rise = np.fmax(np.abs(s.scan.above - s.centre), np.abs(s.scan.below - s.centre))
    return np.where(np.isfinite(rise), rise, 0)


def abrupt(s: Search) -> Array:
    """Where the quotients settle at once: those of a smooth f, however narrow, come nearer by about 4 at each halving."""
    row = s.anchor + 1
    off = np.abs(take(s.scan.quotient, row) - s.best.value) * take(s.scan.h, row)
    change = np.abs(s.table.quotient[1:] - s.table.quotient[:-1])
    leap = (change[:-2] > SUDDEN * np.fmax(change[1:-1], change[2:])) & (16 * change[:-2] > np.abs(s.best.value))
    settled: Array = (off <= 64 * s.noise * take(s.scan.size, row)) | leap.any(axis=0)
    return settled


def across(found: Finding, f: Sampler, s: Search, coarse: Best, sure: Array, flat: Array) -> Finding:
    """The slope across the steps of a staircase, from a table around the step that the scan found best."""
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


def wandering(s: Search, slopes: Sides) -> Array:
    """Where the gap, well above noise at five steps or more, does not fall by 32 in all: it tends to no limit."""
    gap = np.abs(slopes.right - slopes.left)
    clear = below(s) & (gap * s.scan.h > 16 * s.rough)
    least, most = np.where(clear, gap, np.inf).min(axis=0), np.where(clear, gap, 0).max(axis=0)
    wanders: Array = (clear.sum(axis=0) >= FINEST + 1) & (least * 2 * RATIO > most)
    return wanders


def diverging(s: Search) -> Array:
    """Where f strays from the estimate the more the smaller the step: a pole closer than that."""
    off = (np.abs(s.scan.quotient - s.best.value) * s.scan.h)[-FINEST:]
    strays: Array = (off[1:] > 4 * off[:-1]).all(axis=0)
    return strays


def hidden(found: Finding, f: Sampler, s: Search) -> Finding:
    """Where f changes as much over the least steps as over the largest: by chance, or faster than the floats near x."""
    whole, size = _rise(s).max(axis=0), s.scan.size[-1]
    lost = (2 * s.best.error > np.abs(s.best.value)) & (RATIO * s.noise * size > whole) & (whole > SCATTER * U * size)
    if not lost.any():
        return found
    again = np.array(s.centre)
    again[lost] = f(s.x[lost])
    counted = found._replace(evaluations=found.evaluations + lost)
    same = (again == s.centre) & (s.scan.h[-1] < RATIO * np.spacing(np.abs(s.x)))
    return nothing(nothing(counted, lost & same, "below-ulp"), lost & ~same, "no-asymptotic-range")


def kinked(found: Finding, s: Search, slopes: Sides, right: Best, left: Best) -> Finding:
    """A gap that no smaller step contradicts: the value is the mean of the slopes, and the error reaches both."""
    gap, error = right.value - left.value, right.error + left.error
    seen, rough = slopes.right - slopes.left, 8 * s.rough / s.scan.h
    finer = s.scan.h <= np.fmin(right.h, left.h)
    against = finer & (np.abs(seen - gap) > np.abs(gap) / 2 + rough)
    kink = (np.abs(gap) > 2 * error) & ~against.any(axis=0)
    value, width = (right.value + left.value) / 2, np.abs(gap) / 2 + error
    changes = {"value": value, "error": width, "left": left.value, "right": right.value, "h": np.fmin(right.h, left.h)}
    unknown, central = np.full(len(gap), np.nan), np.full(len(gap), SCHEMES.index("D0"))
    return name(found, kink, "kink", **changes, scheme=central, order=unknown)


def steep(found: Finding, slopes: Sides, s: Search) -> Finding:
    """Where a one-sided slope grows like a power of 1/h below 1, or like log h, down to the least step."""
    ends, orders = [], []
    for slope in (slopes.left, slopes.right):
        last = slope[-FINEST - 1 :]
        growth = np.log(np.abs(last[1:] / last[:-1])) / np.log(RATIO)
        even = (growth.min(axis=0) > 0.02) & (growth.max(axis=0) < 0.97) & (np.ptp(growth, axis=0) < 0.1)
        above = np.abs(last * s.scan.h[-FINEST - 1 :]).min(axis=0) > SCATTER * U * np.abs(s.centre)
        ends.append(np.where(even & above, np.copysign(np.inf, last[-1]), np.nan))
        orders.append(np.where(even & above, -growth.mean(axis=0), np.nan))
    vertical = np.isinf(ends[0]) | np.isinf(ends[1])
    found = nothing(found, vertical, "vertical-tangent", left=ends[0], right=ends[1])
    return name(found, vertical, "vertical-tangent", order=np.fmin(*orders))


def jumps(s: Search) -> Array:
    """Where f on one side keeps its distance from f(x) down to the least step."""
    found = np.zeros(len(s.x), bool)
    for side in (s.scan.above, s.scan.below):
        rise = (side - s.centre)[-2 * FINEST :]
        least = np.abs(rise).min(axis=0)
        found |= (np.ptp(rise, axis=0) < 0.1 * least) & (least > SCATTER * U * s.scan.size[-1])
    return found


def edge(found: Finding, s: Search, slopes: Sides, right: Best, left: Best) -> Finding:
    """Where f is undefined on one side: the slope on the other."""
    ends = ((2, right, slopes.right, slopes.above & ~slopes.below), (3, left, slopes.left, slopes.below & ~slopes.above))
    for index, side, slope, is_edge in ends:
        open_ = is_edge & (found.status != CODE["vertical-tangent"]) & (found.status != CODE["jump"]) & (side.error < np.inf)
        changes = {"value": side.value, "error": np.fmax(side.error, TINY), "h": side.h}
        found = name(found, open_, "domain-edge", **changes, scheme=np.full(len(open_), index))
        found = nothing(found, open_ & strays(s, slope, side).any(axis=0), "no-asymptotic-range")
    return found


def strays(s: Search, slope: Array, best: Best) -> Array:
    """The smaller steps whose slopes contradict the limit found."""
    step = np.abs(np.diff(slope, axis=0, prepend=np.nan))
    far = np.abs(slope - best.value) > best.error + 8 * s.rough / s.scan.h + np.where(np.isnan(step), 0, step)
    found: Array = far & (s.scan.h < best.h)
    return found
