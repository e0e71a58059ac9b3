"""What f does at a point where there is reason to look closer: the status of an estimate.

Letters as in ladder; ``C`` f(x); ``slope`` a one-sided quotient, (f(x+h) - f(x))/h or (f(x) - f(x-h))/h; ``gap`` the right slope
less the left one, which tends to 0 like h f'' where f is smooth; ``growth`` the exponent of 1/h with which a quotient grows.
"""

import numpy as np

from diffkit.floats import U
from diffkit.numeric.doubt import FINEST, RATIO, SCATTER, Sides, below, loud, one_sided, repeats, restless, strays, unrest
from diffkit.numeric.finding import CODE, SCHEMES, Finding, finding, name, nothing
from diffkit.numeric.ladder import TINY, Best, take
from diffkit.numeric.plateau import COST as ENDS
from diffkit.numeric.plateau import TEETH, plateau, teeth
from diffkit.numeric.sampler import Array, Sampler
from diffkit.numeric.scales import COST, contradicted, staircase
from diffkit.numeric.search import Search


def judge(f: Sampler, s: Search, slopes: Sides, spare: int) -> Finding:
    """Name what f does at these points, and mend value and error where the two-sided table cannot be believed.

    From what weighs least to what weighs most: a later name takes the place of an earlier one.  ``spare`` evaluations are left.
    """
    right, left = (one_sided(s, slope, s.rough) for slope in (slopes.right, slopes.left))
    found = name(finding(s.best, s.cost), loud(s), "noisy")
    found = name(found, restless(s), "noisy", error=np.fmax(found.error, 2 * unrest(s) / found.h))
    found = named_by_order(found, s, slopes)
    found = name(found, repeats(s).any(axis=0), "quantised")
    found = plateau(found, f if spare > ENDS else None, s)
    more = f if spare > COST + ENDS else None
    found = staircase(contradicted(found, more, s, slopes), more, s, slopes)
    found = teeth(found, f if spare > COST + TEETH else None, s)
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
    whole, size = s.rise.max(axis=0), s.scan.size[-1]
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
