"""A derivative of any callable with an error bar that holds, and a word on what f does at the point.

f is sampled on both sides of x at steps from 4 max(1, |x|) down to the ulps of x (search), the quotients are extrapolated to
h = 0 where f is smooth (ladder), and where anything speaks against that, the values are looked at again (classify).
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.errors import UsageError
from diffkit.messages import SENTENCES, say
from diffkit.numeric.callables import as_callable
from diffkit.numeric.classify import judge
from diffkit.numeric.doubt import Sides, doubtful, sides
from diffkit.numeric.finding import CODE, SCHEMES, STATUSES, Finding, finding
from diffkit.numeric.sampler import Array, Sampler
from diffkit.numeric.search import LEAST_ROWS, ROWS, SCAN_COST, search
from diffkit.results.estimate import Estimate

MAXEVALS = 160  # of which a smooth f takes 49 or, near 0, 98
CHUNK = 4096  # points whose tables fit in the cache together
SMALL = 2.0**-4  # below it |x| is a scale of its own: log and 1/x change over |x|, exp and cos over 1
KEPT = 31 * 2**20  # bytes of a block that, once freed, keeps glibc from returning every chunk's memory page by page
OPTIONAL = ("left", "right", "order")  # None for a number where nothing is known
WIDE = 2.0**8  # how much wider than |x| its scale is looked at, so that what happens over |x| is seen from outside
EXCELLENT = 2.0**-46  # relative error that no other scale can mend


def derivative(f: Any, x: Any, *, maxevals: int = MAXEVALS) -> Estimate:
    """f'(x) from values of f alone: step and scheme are found, and the true error is meant to lie within ``error``.

    A scan of steps h from 4 max(1, |x|) to the ulps of x finds the noise of f and the largest step over which f is smooth; there
    D0(h), D0(h/2), ... are extrapolated (Richardson 1911; Ridders 1982).

    Parameters
    ----------
    f : callable or str
        Of one number.  Of an array it must act element by element; where it does not take arrays it is called point by point.
    x : float or array
        With an array every field of the estimate is an array of that shape.
    maxevals : int
        Evaluations of f a point, at most; a smooth f takes 49, and 98 where \\|x\\| < 1/16; up to 110 more where f is doubtful.

    Returns
    -------
    Estimate
        ``status`` is one of ok, superconvergent, limited-smoothness, noisy, quantised, kink, jump, vertical-tangent,
        domain-edge, domain, overflow, below-ulp, no-asymptotic-range, and ``reason`` says it in words.  Where no number can
        honestly be given value is nan and error inf.  What lies between the steps, and what is smaller than the noise, is not
        seen.  So a derivative "ok" with value 0 says that f has been seen to be constant around x: at some steps if that ends
        gradually or in a single jump, else at all of them, up to about 1000 max(1, \\|x\\|) from x; error is then what
        rounding f(x) may hide.

    Raises
    ------
    UsageError
        If x is not finite, f returns no real number, or maxevals is too small.

    Examples
    --------
    >>> import math
    >>> estimate = derivative(math.sin, 1.0)
    >>> abs(estimate.value - math.cos(1.0)) <= estimate.error < 1e-13
    True
    >>> kink = derivative("abs(x)", 0.0)
    >>> kink.status, kink.left, kink.right
    ('kink', -1.0, 1.0)
    """
    call = as_callable(f)
    if getattr(call, "inputs", None) == ():  # a text without inputs is a constant
        constant = call()
        f, call = str(f), lambda _: constant
    points = _points(x)
    rows = _rows(maxevals)
    sampler = Sampler(call, arrays=points.ndim > 0)
    found = _in_chunks(sampler, points.ravel(), rows, maxevals)
    return _record(f, call, points, Finding(*(column.reshape(points.shape) for column in found)))


def _points(x: Any) -> Array:
    try:
        points = np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise UsageError(say("estimate.point", kind=type(x).__name__)) from None
    if not np.isfinite(points).all():
        raise UsageError(say("estimate.finite"))
    return points


def _rows(maxevals: int) -> int:
    """The rows of the dense table that are paid for."""
    least = SCAN_COST + 2 * LEAST_ROWS
    if maxevals < least:
        raise UsageError(say("estimate.maxevals", given=maxevals, least=least))
    return min(ROWS, (maxevals - SCAN_COST) // 2)


def _in_chunks(f: Sampler, x: Array, rows: int, maxevals: int) -> Finding:
    """The estimates at many points, as many at a time as is fast."""
    with np.errstate(all="ignore"):
        found = _estimate(f, x[:CHUNK], rows, maxevals)
        if len(x) > CHUNK:
            np.empty(KEPT, np.uint8)  # beware: without it the first call in a process takes twice the time
            first, found = found, Finding(*(np.empty(len(x), column.dtype) for column in found))
            _put(found, slice(CHUNK), first)
        for begin in range(CHUNK, len(x), CHUNK):
            chunk = slice(begin, begin + CHUNK)
            _put(found, chunk, _estimate(f, x[chunk], rows, maxevals))
    return found


def _estimate(f: Sampler, x: Array, rows: int, maxevals: int) -> Finding:
    """The estimate at each point of a chunk; where |x| is small from two scales."""
    size = np.abs(x)
    small = (size < SMALL) & (x != 0)
    scale = np.ldexp(1.0, np.frexp(np.where(small, WIDE * size, np.fmax(size, 1.0)))[1] - 1)
    found = _at_scale(f, x, scale, rows, maxevals)
    again = small & ~(found.error <= EXCELLENT * np.abs(found.value))
    again &= found.evaluations + SCAN_COST + 2 * rows <= maxevals
    if again.any():
        left = maxevals - int(found.evaluations[again].max())
        other = _at_scale(f, x[again], np.ones(int(again.sum())), rows, left)
        _put(found, again, _of_two(x[again], _part(found, again), other))
    return found


def _at_scale(f: Sampler, x: Array, scale: Array, rows: int, maxevals: int) -> Finding:
    """Search, and judge where there is doubt."""
    seen = search(f, x, scale, rows)
    slopes = sides(seen)
    found = finding(seen.best, seen.cost)
    doubts = doubtful(seen, slopes)
    if doubts.any():
        part = Sides(*(side[..., doubts] for side in slopes))
        _put(found, doubts, judge(f, seen.part(doubts), part, maxevals - seen.cost))
    return found


def _of_two(x: Array, near: Finding, wide: Finding) -> Finding:
    """Of the estimates at the scale of x and at that of 1 the surer one, and where they differ the nearer one.

    Unless no extrapolation supports it: then it is the slope of one step of a staircase, as of (1-cos x)/x^2 at 1e-5.  And a
    step of a staircase that only one of the scales could see is one.
    """
    apart = np.abs(near.value - wide.value) > near.error + wide.error
    abrupt = apart & (near.scheme == SCHEMES.index("D0")) & (near.status == 0) & (near.value != 0)
    fine, coarse = (column == CODE["quantised"] for column in (near.status, wide.status))
    constant = (near.value == 0) & (near.status == 0) & (near.h > np.abs(x))
    surer = (wide.error < near.error) & ~(fine & (wide.h <= near.h))
    choose = np.where(apart, abrupt, surer) | (constant & coarse) | (np.isnan(near.value) & ~np.isnan(wide.value))
    chosen = Finding(*(np.where(choose, b, a) for a, b in zip(near, wide, strict=True)))
    status = np.where(abrupt & (chosen.status == 0), CODE["quantised"], chosen.status)
    return chosen._replace(evaluations=near.evaluations + wide.evaluations, status=status)


def _part(found: Finding, where: Array) -> Finding:
    return Finding(*(column[where] for column in found))


def _put(found: Finding, where: Array | slice, new: Finding) -> None:
    for old, column in zip(found, new, strict=True):
        old[where] = column


def title(f: Any) -> str:
    """The text or the name of a function."""
    if isinstance(f, str) or hasattr(f, "inputs"):
        return str(f)
    name = getattr(f, "__name__", "f")
    return "f" if name == "<lambda>" else str(name)


def _record(f: Any, call: Callable[..., Any], x: Array, found: Finding) -> Estimate:
    inputs = getattr(call, "inputs", ("x",))
    reasons = np.array([say(f"estimate.{s}") if f"estimate.{s}" in SENTENCES else "" for s in STATUSES], dtype=object)
    fields = found._asdict()
    fields |= {
        "scheme": np.array(SCHEMES)[found.scheme],
        "status": np.array(STATUSES)[found.status],
        "reason": reasons[found.status],
    }
    at: Any = x
    if x.ndim == 0:
        at = float(x)
        fields = {key: column.item() if hasattr(column, "item") else column for key, column in fields.items()}
        fields |= {key: None for key in OPTIONAL if math.isnan(fields[key])}
    return Estimate(expression=title(f), at={inputs[0] if inputs else "x": at}, **fields)
