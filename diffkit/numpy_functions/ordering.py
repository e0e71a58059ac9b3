"""Elements by their order: where they stand, sorted, and quantiles."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.numpy_functions.choosing import take_along_axis, where
from diffkit.numpy_functions.operands import axes_of, axis_of, only_defaults, written
from diffkit.numpy_functions.reductions import mean
from diffkit.numpy_functions.shapes import moveaxis, ravel, reshape
from diffkit.recording import record
from diffkit.traced import Traced
from diffkit.whereabouts import refusal


@written(method=True)
def argsort(x: Any, axis: Any = -1, kind: Any = None, **rest: Any) -> Any:
    """Where the elements stand in order; its derivative is 0."""
    only_defaults(rest)
    return record("argsort", x, static=(axis_of(x, axis),))


@written(method=True)
def argmax(x: Any, axis: Any = None) -> Any:
    """Where the largest element stands; its derivative is 0."""
    return record("argmax", ravel(x) if axis is None else x, static=(0 if axis is None else axis_of(x, axis),))


@written(method=True)
def argmin(x: Any, axis: Any = None) -> Any:
    """Where the smallest element stands; its derivative is 0."""
    return record("argmin", ravel(x) if axis is None else x, static=(0 if axis is None else axis_of(x, axis),))


@written()
def sort(x: Any, axis: Any = -1, kind: Any = None, **rest: Any) -> Any:
    """In ascending order; at a tie the elements keep theirs."""
    x = ravel(x) if axis is None else x
    return take_along_axis(x, argsort(x, axis or 0 if axis is None else axis, **rest), -1 if axis is None else axis)


def _ordered(x: Any, axis: Any) -> tuple[Any, list[int]]:
    """The elements of the axes in order, along a first axis, and the shape with each of those axes of size 1."""
    found = axes_of(x, axis)
    axes = tuple(range(np.ndim(x))) if found is None else found
    rest = [n for i, n in enumerate(np.shape(x)) if i not in axes]
    rows = reshape(moveaxis(x, axes, range(len(axes))) if rest else x, (-1, *rest))
    return sort(rows, 0), [1 if i in axes else n for i, n in enumerate(np.shape(x))]


@written()
def quantile(x: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False, **rest: Any) -> Any:
    """The element, between two of them linearly, below which the share q of all lies."""
    only_defaults(rest)
    if method != "linear" or isinstance(q, Traced):
        raise refusal("a quantile is recorded by the method 'linear' and for plain shares only", "use np.sort")
    rows, kept = _ordered(x, axis)
    place = np.asarray(q, dtype=float) * (np.shape(rows)[0] - 1)
    low = np.floor(place).astype(int)
    t = reshape(place - low, (*np.shape(q), *[1] * (np.ndim(rows) - 1)))
    a, b = rows[low], rows[np.ceil(place).astype(int)]
    found = where(t < 0.5, a + (b - a) * t, b - (b - a) * (1.0 - t))  # as NumPy does, to the last bit
    return reshape(found, (*np.shape(q), *kept)) if keepdims else found


@written()
def percentile(x: Any, q: Any, axis: Any = None, **rest: Any) -> Any:
    """The same in hundredths."""
    return quantile(x, np.true_divide(q, 100), axis, **rest)


@written()
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle element, or the mean of the middle two."""
    rows, kept = _ordered(x, axis)
    n = np.shape(rows)[0]
    middle = mean(rows[(n - 1) // 2 : n // 2 + 1], 0)
    return reshape(middle, kept) if keepdims else middle
