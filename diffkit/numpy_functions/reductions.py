"""Reductions over axes, and differences of neighbours."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from diffkit.arrays.reductions import products_before
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


def given(option: Any) -> bool:
    """Is it there, and not the value that it has in any case?"""
    return option is not None and option is not np._NoValue and option is not True


def _over(
    op: str, neutral: Any, join: Any, x: Any, axis: Any, keepdims: Any, rest: dict[str, Any], out: Any, dtype: Any = None
) -> Any:
    """A reduction of the elements ``where`` a condition holds, beginning with ``initial``."""
    if dtype is not None and np.dtype(dtype) == x.dtype:
        dtype = None
    if not rest and out is None and dtype is None:
        return _reduction(op, x, axis, asked(keepdims))
    some, initial = rest.pop("where", None), rest.pop("initial", None)
    if given(some):
        x = np.where(some, x, initial if neutral is None else neutral)
    found = _reduction(op, x, axis, asked(keepdims), rest | {"out": out, "dtype": dtype})
    return join(found, initial) if given(initial) else found


@written(method=True)
def sum(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The sum over axes."""
    return _over("sum", 0.0, operator.add, x, axis, keepdims, rest, out, dtype)


@written(method=True)
def prod(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The product over axes."""
    return _over("prod", 1.0, operator.mul, x, axis, keepdims, rest, out, dtype)


@written("max", "amax", method=True)
def max_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The largest element over axes."""
    return _over("amax", None, np.maximum, x, axis, keepdims, rest, out)


@written("min", "amin", method=True)
def min_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The smallest element over axes."""
    return _over("amin", None, np.minimum, x, axis, keepdims, rest, out)


@written()
def count_nonzero(x: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many elements are not 0; its derivative is 0."""
    return sum(record("ne", x, 0.0), axis, keepdims=keepdims)


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
def mean(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The mean over axes: the sum, divided by how many."""
    x = as_array(x)
    some = rest.pop("where", None)
    only_defaults(rest)
    if given(some):
        count: Any = np.sum(np.broadcast_to(some, np.shape(x)), axis=axis, keepdims=asked(keepdims))
        return sum(x, axis, dtype, out, keepdims, where=some) / count
    return sum(x, axis, dtype, out, keepdims) / (_count(x, axis) or math.nan)


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


@written(method=True)
def cumprod(x: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Running products along an axis; no division, so zeros are no exception."""
    only_defaults({"dtype": dtype, "out": out})
    x, axis = (ravel(x), 0) if axis is None else (x, axis)
    z = np.moveaxis(x, axis, -1)
    return np.moveaxis(products_before(z) * z, -1, axis)


@written()
def diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue) -> Any:
    """Differences of neighbours."""
    axis = axis_of(x, axis)
    parts = [part for part in (prepend, x, append) if part is not np._NoValue]
    if len(parts) > 1:
        one = [1 if i == axis else m for i, m in enumerate(np.shape(x))]
        x = np.concatenate([part if np.ndim(part) else np.broadcast_to(part, one) for part in parts], axis=axis)
    cut = (slice(None),) * axis
    for _ in range(n):
        x = x[(*cut, slice(1, None))] - x[(*cut, slice(None, -1))]
    return x


# --- without nan ---------------------------------------------------------------------------------------------------------
def _but_nan(value: float, x: Any) -> Any:
    """The elements, and that value in place of nan."""
    return record("where", record("ne", x, x), np.full(np.shape(x), value), x)


@written()
def nansum(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The sum of what is not nan."""
    return sum(_but_nan(0.0, x), axis, dtype, out, keepdims)


@written()
def nanprod(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The product of what is not nan."""
    return prod(_but_nan(1.0, x), axis, dtype, out, keepdims)


@written()
def nanmax(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The largest of what is not nan."""
    return max_(_but_nan(-math.inf, x), axis, out, keepdims)


@written()
def nanmin(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The smallest of what is not nan."""
    return min_(_but_nan(math.inf, x), axis, out, keepdims)


@written()
def nanmean(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The mean of what is not nan."""
    return mean(x, axis, dtype, out, keepdims, where=record("eq", x, x))


@written()
def nanvar(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    """The variance of what is not nan."""
    numbers = record("eq", x, x)
    rest = np.where(numbers, x - nanmean(x, axis, keepdims=True), 0.0)
    return sum(rest * rest, axis, dtype, out, keepdims) / (sum(numbers, axis, keepdims=keepdims) - ddof)


@written()
def nanstd(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: Any = False) -> Any:
    """The standard deviation of what is not nan."""
    return record("sqrt", nanvar(x, axis, dtype, out, ddof, keepdims))


# --- several variables -----------------------------------------------------------------------------------------------------
@written()
def cov(x: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, **rest: Any) -> Any:
    """The covariances of variables, each a row."""
    only_defaults(rest | {"y": y})
    rows = x if rowvar or np.ndim(x) == 1 else np.transpose(x)
    off = rows - mean(rows, -1, keepdims=True)
    return off @ np.transpose(off) / (np.shape(off)[-1] - (ddof if ddof is not None else 0 if bias else 1))


@written()
def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """The correlations of variables, each a row."""
    found = cov(x, y, rowvar)
    scale = np.sqrt(np.diagonal(found))
    return found / scale[:, None] / scale
