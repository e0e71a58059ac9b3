"""Elements chosen by an index or a condition."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from diffkit.arrays import pattern_of
from diffkit.namespaces import plain
from diffkit.numpy_functions.operands import as_array, axes_of, axis_of, only_defaults, viewed, written
from diffkit.numpy_functions.reductions import sum
from diffkit.numpy_functions.shapes import ravel, reshape, swapaxes, transpose
from diffkit.recording import record, wrap
from diffkit.traced import Traced
from diffkit.whereabouts import refusal


def take_index(x: Any, index: Any) -> Any:
    """x[index]."""
    if not x.tape.nested:
        if type(index) is slice:
            pattern = (("slice", index.start, index.stop, index.step),)
            return viewed(x, wrap(x.tape, x.value[index], "getitem", [x.index], [x.value], (pattern,)))
        if type(index) is int:
            result = wrap(x.tape, x.value[index], "getitem", [x.index], [x.value], ((index,),))
            return result if x.value.ndim == 1 else viewed(x, result)
    pattern, arrays = pattern_of(index)
    if not all(map(_is_places, arrays)):
        raise refusal("an index must be whole numbers or an array of truths", "leave out what makes floats, such as /")
    for part in arrays:
        if isinstance(part, Traced) and plain(part).dtype.kind == "b":
            bool(sum(part) == np.count_nonzero(plain(part)))  # the shape hangs on it: a branch that was taken
    result = record("getitem", x, *arrays, static=(pattern,))
    return result if arrays or isinstance(plain(result), float) else viewed(x, result)


def _is_places(part: Any) -> bool:
    """Whole numbers, or an array of truths?"""
    part = plain(part)
    return not isinstance(part, float) and part.dtype.kind in ("biu" if part.ndim else "iu")


@written(method=True)
def take(x: Any, index: Any, axis: Any = None) -> Any:
    """Elements of an axis."""
    x = ravel(x) if axis is None else x
    return x[(slice(None),) * axis_of(x, axis or 0) + (index,)]


@written()
def take_along_axis(x: Any, index: Any, axis: Any = -1) -> Any:
    """For each row its own elements."""
    axis, shape = axis_of(x, axis), index.shape
    grid = [np.arange(n).reshape([-1 if i == k else 1 for i in range(len(shape))]) for k, n in enumerate(shape)]
    return x[tuple(index if k == axis else g for k, g in enumerate(grid))]


@written()
def flip(x: Any, axis: Any = None) -> Any:
    """The other way round."""
    if not np.ndim(x):
        return x
    axes = range(np.ndim(x)) if axis is None else axes_of(x, axis)
    return x[tuple(slice(None, None, -1) if i in (axes or ()) else slice(None) for i in range(np.ndim(x)))]


@written()
def fliplr(x: Any) -> Any:
    """The columns the other way round."""
    return flip(x, 1)


@written()
def flipud(x: Any) -> Any:
    """The rows the other way round."""
    return flip(x, 0)


@written()
def rot90(x: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """A plane turned k times by 90 degrees."""
    a, b = axes
    k = k % 4
    if k in {0, 2}:
        return +x if k == 0 else flip(x, (a, b))
    return swapaxes(flip(x, b), a, b) if k == 1 else flip(swapaxes(x, a, b), b)


@written()
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Shifted round."""
    if not isinstance(shift, int) or isinstance(axis, tuple):  # along several axes
        return ravel(x)[np.roll(np.arange(np.size(plain(x))).reshape(np.shape(x)), shift, axis)]
    where = np.roll(np.arange(np.size(plain(x)) if axis is None else np.shape(x)[axis]), shift)
    return reshape(take(x, where, axis), np.shape(x))


@written(method=True)
def repeat(x: Any, count: Any, axis: Any = None) -> Any:
    """Each element several times."""
    return take(x, np.repeat(np.arange(np.size(plain(x)) if axis is None else np.shape(x)[axis]), count), axis)


@written()
def tile(x: Any, reps: Any) -> Any:
    """The whole several times."""
    places = np.tile(np.arange(np.size(plain(x))).reshape(np.shape(x)), reps)
    return ravel(x)[places]


MIRRORS = {"edge", "reflect", "symmetric", "wrap"}  # what stands around is found inside


@written()
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0.0) -> Any:
    """Constants around, or elements again."""
    pairs = np.broadcast_to(np.asarray(pad_width, dtype=int), (np.ndim(x), 2)).tolist()
    if mode in MIRRORS:
        places: Any = [np.pad(np.arange(n), pair, mode=mode) for n, pair in zip(np.shape(x), pairs)]  # type: ignore[call-overload]
        return x[np.ix_(*places)]
    if mode != "constant":
        raise refusal(f"numpy.pad cannot be recorded with mode={mode!r}", f"use constant, {', '.join(sorted(MIRRORS))}")
    if np.any(constant_values):
        around = np.pad(np.zeros(np.shape(x)), pad_width, constant_values=constant_values)
        return pad(x, pad_width) + around
    shape = tuple(n + a + b for n, (a, b) in zip(np.shape(x), pairs))
    inner = tuple(slice(a, a + n) for n, (a, _) in zip(np.shape(x), pairs))
    return record("scatter", x, static=(shape, pattern_of(inner)[0]))


def _diagonal_places(shape: tuple[int, ...], offset: int) -> tuple[Any, Any]:
    rows = np.arange(max(0, -offset), max(0, -offset, min(shape[0], shape[1] - offset)))
    return rows, rows + offset


@written(method=True)
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements of a diagonal."""
    order = [i for i in range(np.ndim(x)) if i not in {axis_of(x, axis1), axis_of(x, axis2)}]
    turned = transpose(x, (*order, axis1, axis2))
    return turned[(..., *_diagonal_places(turned.shape[-2:], offset))]


@written(method=True)
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of a diagonal."""
    return sum(diagonal(x, offset, axis1, axis2), -1)


@written()
def diag(x: Any, k: int = 0) -> Any:
    """The diagonal of a matrix, or the matrix of a diagonal."""
    if np.ndim(x) == 2:
        return diagonal(x, k)
    n = np.size(plain(x)) + abs(k)
    pattern, arrays = pattern_of(_diagonal_places((n, n), k))
    return record("scatter", x, *arrays, static=((n, n), pattern))


@written()
def tril(x: Any, k: int = 0) -> Any:
    """The lower triangle."""
    return record("where", np.tril(np.ones(np.shape(x)[-2:], dtype=bool), k), x, 0.0)


@written()
def triu(x: Any, k: int = 0) -> Any:
    """The upper triangle."""
    return record("where", np.triu(np.ones(np.shape(x)[-2:], dtype=bool), k), x, 0.0)


@written()
def select(conditions: Any, choices: Any, default: Any = 0.0) -> Any:
    """The first choice whose condition holds."""
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        default = np.where(condition, choice, default)
    return default


@written()
def piecewise(x: Any, conditions: Any, functions: Any, *rest: Any, **named: Any) -> Any:
    """On the elements where the last condition holds that does, what its function or number gives."""
    conditions = list(conditions) if isinstance(conditions, (list, tuple)) else [conditions]
    taken = reduce(np.logical_or, conditions)
    pieces = [*conditions, np.logical_not(taken)] if len(functions) > len(conditions) else conditions
    y = 0.0 * x
    for condition, function in zip(pieces, functions, strict=True):
        if not callable(function):
            y = where(condition, function, y)
        elif not np.ndim(x):
            y = function(x, *rest, **named) if condition else y
        else:
            pattern, arrays = pattern_of(condition)
            found = function(x[condition], *rest, **named) + 0.0 * x[condition]
            y = where(condition, record("scatter", found, *arrays, static=(np.shape(x), pattern)), y)
    return y


@written()
def compress(condition: Any, x: Any, axis: Any = None) -> Any:
    """Those elements of an axis for which the condition holds."""
    return take(x, np.flatnonzero(condition), axis)


@written()
def extract(condition: Any, x: Any) -> Any:
    """Those elements for which the condition holds."""
    return ravel(x)[np.ravel(condition) != 0]


@written()
def where(condition: Any, a: Any = None, b: Any = None) -> Any:
    """a where the condition holds, elsewhere b."""
    if a is None or b is None:
        raise refusal("np.where(condition) alone gives places, which cannot be recorded", "write np.where(condition, a, b)")
    return record("where", condition, as_array(a), as_array(b))


@written(method=True)
def clip(x: Any, low: Any = None, high: Any = None, out: Any = None, **named: Any) -> Any:
    """Kept between two bounds; at a bound the slope is the mean of its sides."""
    low = named.pop("min", named.pop("a_min", low))
    high = named.pop("max", named.pop("a_max", high))
    only_defaults(named | {"out": out})
    x = +x if low is None else record("max", x, low)
    return x if high is None else record("min", x, high)


LARGEST = float(np.finfo(float).max)


@written()
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Numbers in place of nan and infinities."""
    found = np.where(np.isnan(x), nan, x)
    found = np.where(np.greater(x, LARGEST), LARGEST if posinf is None else posinf, found)
    return np.where(np.less(x, -LARGEST), -LARGEST if neginf is None else neginf, found)
