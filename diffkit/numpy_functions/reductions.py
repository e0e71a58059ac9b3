"""Reductions over axes, and differences of neighbours."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from diffkit.numpy_functions.operands import as_array, axes_of, axis_of, only_defaults, written
from diffkit.numpy_functions.shapes import ravel, reshape
from diffkit.recording import record
from diffkit.traced import Traced


def _reduction(op: str, x: Any, axis: Any, keepdims: bool, options: dict[str, Any] | None = None) -> Any:
    if options:
        only_defaults(options)
    x = x if isinstance(x, Traced) else as_array(x)
    return record(op, x, static=(axes_of(x, axis), keepdims)) if x.ndim else +x


def asked(option: Any) -> bool:
    """An option that NumPy hands on as "no value" if it was not given."""
    return option is not np._NoValue and bool(option)


@written(method=True)
def sum(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The sum over axes."""
    return _reduction(
        "sum",
        x,
        axis,
        asked(keepdims),
        {"out": out, "dtype": dtype} | rest if rest or dtype is not None or out is not None else None,
    )


@written(method=True)
def prod(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The product over axes."""
    return _reduction(
        "prod",
        x,
        axis,
        asked(keepdims),
        {"out": out, "dtype": dtype} | rest if rest or dtype is not None or out is not None else None,
    )


@written("max", "amax", method=True)
def max_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The largest element over axes."""
    return _reduction("amax", x, axis, asked(keepdims), {"out": out} | rest if rest or out is not None else None)


@written("min", "amin", method=True)
def min_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The smallest element over axes."""
    return _reduction("amin", x, axis, asked(keepdims), {"out": out} | rest if rest or out is not None else None)


@written("any", method=True)
def any_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Is any element true?"""
    return max_(record("ne", x, 0.0), axis, out, keepdims)


@written("all", method=True)
def all_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Is every element true?"""
    return min_(record("ne", x, 0.0), axis, out, keepdims)


def _count(x: Any, axis: Any) -> int:
    axes = axes_of(x, axis)
    return math.prod(x.shape if axes is None else (x.shape[i] for i in axes))


@written(method=True)
def mean(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The mean over axes: the sum, divided by how many."""
    x = as_array(x)
    count = _count(x, axis)
    return sum(x, axis, dtype, out, keepdims) / (count or math.nan)


@written(method=True)
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The weighted mean."""
    if weights is None:
        return mean(x, axis)
    if np.shape(weights) != np.shape(x):  # one weight for each place along the axis
        weights = reshape(weights, [-1 if i == axis_of(x, axis) else 1 for i in range(np.ndim(x))])
        return sum(x * weights, axis) / np.sum(weights)
    return sum(x * weights, axis) / np.sum(weights, axis)


@written(method=True)
def var(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    """The variance: the mean square of what the mean leaves, by two passes as in NumPy."""
    rest = x - mean(x, axis, dtype, keepdims=True)
    return sum(rest * rest, axis, dtype, out, keepdims) / (_count(x, axis) - ddof)


@written(method=True)
def std(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    """The standard deviation."""
    return record("sqrt", var(x, axis, dtype, out, ddof, keepdims))


@written(method=True)
def ptp(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The range."""
    return max_(x, axis, keepdims=keepdims) - min_(x, axis, keepdims=keepdims)


@written(method=True)
def cumsum(x: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Running sums along an axis."""
    only_defaults({"dtype": dtype, "out": out})
    x = ravel(x) if axis is None else x
    return record("cumsum", x, static=(axis_of(x, axis or 0),))


@written()
def diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours."""
    for _ in range(n):
        cut = (slice(None),) * axis_of(x, axis)
        x = x[(*cut, slice(1, None))] - x[(*cut, slice(None, -1))]
    return x
