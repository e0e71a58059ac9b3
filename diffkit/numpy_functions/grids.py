"""Grids, functions on them, and what slides along them."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.arrays import pattern_of
from diffkit.namespaces import plain
from diffkit.numpy_functions.joining import concatenate
from diffkit.numpy_functions.operands import as_array, axes_of, axis_of, stack, written
from diffkit.numpy_functions.products import matmul
from diffkit.numpy_functions.reductions import sum
from diffkit.numpy_functions.shapes import reshape
from diffkit.recording import record
from diffkit.traced import Traced
from diffkit.whereabouts import refusal


@written()
def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, **rest: Any) -> Any:
    """Points at equal distances, the last of them exactly ``stop``."""
    if any(value is not None and value != 0 for value in rest.values()):
        raise refusal(f"numpy.linspace cannot be recorded with {', '.join(rest)}", "leave them out")
    step = (stop - start) / max(num - endpoint, 1)
    places = reshape(np.arange(0.0, num), (-1, *[1] * np.ndim(step)))
    points = start + places * step
    if endpoint and num > 1:
        points = concatenate([points[:-1], stack([stop + 0.0 * start])])
    return (points, step) if retstep else points


@written()
def meshgrid(*axes: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Each coordinate at all points of a grid."""
    n = len(axes)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    shape = [int(np.size(plain(axes[i]))) for i in order]
    lines = [reshape(x, [-1 if k == order.index(i) else 1 for k in range(n)]) for i, x in enumerate(axes)]
    return tuple(lines if sparse else [np.broadcast_to(x, shape) for x in lines])


@written()
def polyval(p: Any, x: Any) -> Any:
    """A polynomial, the highest power first, by Horner's rule."""
    y = 0.0 * x
    for c in as_array(p):
        y = y * x + c
    return y


@written("trapezoid", "trapz")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of the piecewise linear function through the points."""
    axis = axis_of(y, axis)
    cut = (slice(None),) * axis
    if x is None:
        width = dx
    else:
        x = x if np.ndim(x) > 1 else reshape(x, [-1 if k == axis else 1 for k in range(np.ndim(y))])
        width = x[(*cut, slice(1, None))] - x[(*cut, slice(None, -1))]
    return sum(width * (y[(*cut, slice(1, None))] + y[(*cut, slice(None, -1))]) / 2.0, axis)


@written()
def searchsorted(grid: Any, x: Any, side: str = "left", sorter: Any = None) -> Any:
    """Before which element of a sorted array each number belongs; its derivative is 0."""
    if sorter is not None:
        raise refusal("numpy.searchsorted cannot be recorded with sorter", "sort the array first: a[sorter]")
    return record("searchsorted", grid, x, static=(side,))


@written()
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """The piecewise linear function through the points (xp, fp); at a point the slope of the piece on its right."""
    if period is not None:
        raise refusal("numpy.interp cannot be recorded with period", "reduce x by np.mod, and repeat the ends of xp and fp")
    xp, fp, n = as_array(xp), as_array(fp), len(xp)
    if n == 1:
        inside = fp[0] + 0.0 * x
    else:
        k = np.minimum(np.maximum(np.searchsorted(xp, x, side="right") - 1, 0), n - 2)
        start, height = _at(xp, k), _at(fp, k)
        inside = (_at(fp, k + 1) - height) / (_at(xp, k + 1) - start) * (x - start) + height
    inside = np.where(x < xp[0], fp[0] if left is None else left, inside)
    return np.where(x > xp[-1], fp[-1] if right is None else right, inside)


def _at(values: Any, places: Any) -> Any:
    """values[places], either of them traced."""
    if isinstance(values, Traced) or not isinstance(places, Traced):
        return np.asarray(values)[places] if isinstance(values, list) else values[places]
    pattern, arrays = pattern_of((places,))
    return record("getitem", np.asarray(values), *arrays, static=(pattern,))


@written()
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The sums of products while one slides along the other."""
    a, v = as_array(a), as_array(v)
    if np.shape(v)[0] > np.shape(a)[0]:
        a, v = v, a
    n, m = np.shape(a)[0], np.shape(v)[0]
    places = np.arange(n + m - 1)[:, None] - np.arange(m) + m - 1
    found = matmul(np.pad(a, m - 1)[places], v)
    if mode == "full":
        return found
    start, size = ((m - 1) // 2, n) if mode == "same" else (m - 1, n - m + 1)
    return found[start : start + size]


@written()
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The same without turning one of them round."""
    if np.shape(a)[0] < np.shape(v)[0]:
        return np.flip(correlate(v, a, mode))
    return convolve(a, np.flip(as_array(v)), mode)


@written()
def gradient(f: Any, *distances: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Central differences inside, one-sided ones at the ends, for points at equal distances."""
    axes = axes_of(f, axis) or tuple(range(np.ndim(f)))
    steps = distances if len(distances) == len(axes) else (distances or (1.0,)) * len(axes)
    if edge_order != 1 or any(np.ndim(h) for h in steps):
        raise refusal("numpy.gradient is recorded for equal distances and edge_order=1 only", "use np.diff")
    found = [_gradient_along(f, h, k) for h, k in zip(steps, axes, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _gradient_along(f: Any, h: Any, axis: int) -> Any:
    cut = (slice(None),) * axis
    first, second, last, before = (f[(*cut, slice(i, i + 1 or None))] for i in (0, 1, -1, -2))
    inside = (f[(*cut, slice(2, None))] - f[(*cut, slice(None, -2))]) / (2.0 * h)
    return concatenate([(second - first) / h, inside, (last - before) / h], axis)
