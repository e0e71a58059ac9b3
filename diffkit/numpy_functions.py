"""NumPy's functions and methods on traced values, each written as rows of `arrays` and of the table.

Letters: ``x``, ``a``, ``b`` are operands, at least one of them traced; ``axis`` and ``keepdims`` as in NumPy.  `FUNCTIONS`
holds what `__array_function__` is asked for, `METHODS` what is called as ``x.name(...)`` (set on the class below), `UFUNCS`
the universal functions that are not rows themselves.  A name that stands nowhere is refused, with the line of the user's code.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.arrays import pattern_of
from diffkit.namespaces import plain
from diffkit.recording import FROM_NUMPY, record, wrap
from diffkit.traced import Array, Traced, refusal

FUNCTIONS: dict[str, Callable[..., Any]] = {}
METHODS: dict[str, Callable[..., Any]] = {}
REMEDY = "write it with the functions that can: sum, prod, max, sort, matmul, einsum, where, reshape, concatenate, ..."
SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")


def written(*names: str, method: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the decorated function under these names of NumPy's."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS.update(dict.fromkeys(names or (function.__name__,), function))
        if method:
            METHODS.update(dict.fromkeys(names or (function.__name__,), function))
        return function

    return add


# --- the three doors -----------------------------------------------------------------------------------------------------
def function(name: str, operands: Any, options: Any) -> Any:
    """What `__array_function__` is asked for."""
    if name not in FUNCTIONS:
        raise refusal(f"numpy.{name} cannot be recorded", REMEDY)
    try:
        return FUNCTIONS[name](*operands, **options)
    except TypeError as error:
        if "argument" in str(error):
            raise refusal(f"numpy.{name} cannot be recorded with these arguments: {error}", REMEDY) from None
        raise


def ufunc(name: str, method: str, operands: Any, options: Any) -> Any:
    """What `__array_ufunc__` is asked for, beyond a plain call of a row."""
    if options.get("out") is not None:
        raise refusal("a traced value was written into a plain array in place", "write y = y + x instead of y += x")
    if method == "__call__" and name in UFUNCS and not options:
        return UFUNCS[name](*operands)
    if (name, method) in REDUCTIONS:
        return REDUCTIONS[name, method](*operands, **{k: v for k, v in options.items() if k != "out"})
    if method == "outer" and name in FROM_NUMPY:
        a, b = operands
        return record(FROM_NUMPY[name], reshape(a, (*np.shape(a), *[1] * np.ndim(b))), b)
    called = f"numpy.{name}" + (f".{method}" if method != "__call__" else "")
    raise refusal(f"{called} cannot be recorded" + (f" with {', '.join(options)}" if options else ""), REMEDY)


def of_objects(x: Any) -> Any:
    """An array of objects, some of them traced, as one traced array."""
    return reshape(stack(list(x.ravel())), x.shape) if x.ndim else x.item()


def _axes(x: Any, axis: Any) -> tuple[int, ...] | None:
    """Axes counted from the front, in order; None: all of them."""
    if axis is None:
        return None
    if type(axis) is int:
        return (_axis(x, axis),)
    return tuple(sorted(_axis(x, a) for a in (axis if isinstance(axis, (tuple, list)) else (axis,))))


def _axis(x: Any, axis: int) -> int:
    n = x.ndim if hasattr(x, "ndim") else np.ndim(x)
    if not -n <= axis < n:
        raise np.exceptions.AxisError(axis, n)
    return axis % n


def _as_array(x: Any) -> Any:
    """An operand that may be a list of traced values."""
    return stack([_as_array(part) for part in x]) if isinstance(x, (list, tuple)) and _any_traced(x) else x


def _any_traced(x: Any) -> bool:
    return isinstance(x, Traced) or (isinstance(x, (list, tuple)) and any(map(_any_traced, x)))


# --- reductions ----------------------------------------------------------------------------------------------------------
def _reduction(op: str, x: Any, axis: Any, keepdims: bool, options: dict[str, Any] | None = None) -> Any:
    if options:
        _no(options)
    x = x if isinstance(x, Traced) else _as_array(x)
    return record(op, x, static=(_axes(x, axis), keepdims)) if x.ndim else x


def _no(options: dict[str, Any]) -> None:
    """Options of NumPy's that change nothing are let pass, others refused."""
    for name, value in options.items():
        if value is not None and value is not np._NoValue and not (name == "order" and value in {"C", "K", "A"}):
            raise refusal(f"the argument {name} cannot be recorded", REMEDY)


@written(method=True)
def sum(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The sum over axes."""
    return _reduction("sum", x, axis, keepdims is True, {"out": out, "dtype": dtype} | rest if rest or dtype or out else None)


@written(method=True)
def prod(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The product over axes."""
    return _reduction("prod", x, axis, keepdims is True, {"out": out, "dtype": dtype} | rest if rest or dtype or out else None)


@written("max", "amax", method=True)
def max_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The largest element over axes."""
    return _reduction("amax", x, axis, keepdims is True, {"out": out} | rest if rest or out else None)


@written("min", "amin", method=True)
def min_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **rest: Any) -> Any:
    """The smallest element over axes."""
    return _reduction("amin", x, axis, keepdims is True, {"out": out} | rest if rest or out else None)


@written("any", method=True)
def any_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Is any element true?"""
    return max_(record("ne", x, 0.0), axis, out, keepdims)


@written("all", method=True)
def all_(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Is every element true?"""
    return min_(record("ne", x, 0.0), axis, out, keepdims)


def _count(x: Any, axis: Any) -> int:
    return math.prod(np.shape(x)[i] for i in (_axes(x, axis) if axis is not None else range(np.ndim(x))))


@written(method=True)
def mean(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """The mean over axes: the sum, divided by how many."""
    x = _as_array(x)
    count = _count(x, axis)
    return sum(x, axis, dtype, out, keepdims) / (count or math.nan)


@written(method=True)
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """The weighted mean."""
    return mean(x, axis) if weights is None else sum(x * weights, axis) / np.sum(weights, axis)


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
    _no({"dtype": dtype, "out": out})
    x = ravel(x) if axis is None else x
    return record("cumsum", x, static=(_axis(x, axis or 0),))


@written()
def diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours."""
    for _ in range(n):
        cut = (slice(None),) * _axis(x, axis)
        x = x[(*cut, slice(1, None))] - x[(*cut, slice(None, -1))]
    return x


def _logaddexp(a: Any, b: Any) -> Any:
    high = record("max", a, b)
    return high + record("log1p", record("exp", -abs(a - b)))


def _logsumexp(x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    high = max_(x, axis, keepdims=True)
    return sum(high, axis, keepdims=keepdims) + record("log", sum(record("exp", x - high), axis, keepdims=keepdims))


def _finite(x: Any) -> Any:
    return record("eq", record("sub", x, x), 0.0)


UFUNCS: dict[str, Callable[..., Any]] = {
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "positive": lambda x: x,
    "exp2": lambda x: record("pow", 2.0, x),
    "deg2rad": lambda x: x * (math.pi / 180),
    "radians": lambda x: x * (math.pi / 180),
    "rad2deg": lambda x: x * (180 / math.pi),
    "degrees": lambda x: x * (180 / math.pi),
    "logaddexp": _logaddexp,
    "floor_divide": lambda a, b: record("floor", a / b),
    "conjugate": lambda x: x,
    "ceil": lambda x: -record("floor", -x),
    "matmul": lambda a, b: matmul(a, b),
    "isnan": lambda x: record("ne", x, x),
    "isfinite": _finite,
    "isinf": lambda x: record("and", record("not", _finite(x)), record("eq", x, x)),
}
REDUCTIONS: dict[tuple[str, str], Callable[..., Any]] = {
    ("add", "reduce"): lambda x, axis=0, **rest: sum(x, axis, **rest),
    ("multiply", "reduce"): lambda x, axis=0, **rest: prod(x, axis, **rest),
    ("maximum", "reduce"): lambda x, axis=0, **rest: max_(x, axis, **rest),
    ("minimum", "reduce"): lambda x, axis=0, **rest: min_(x, axis, **rest),
    ("logaddexp", "reduce"): _logsumexp,
    ("logical_and", "reduce"): lambda x, axis=0, **rest: all_(x, axis, **rest),
    ("logical_or", "reduce"): lambda x, axis=0, **rest: any_(x, axis, **rest),
    ("add", "accumulate"): lambda x, axis=0: cumsum(x, axis),
}


# --- shapes --------------------------------------------------------------------------------------------------------------
def _viewed(source: Any, result: Any) -> Any:
    """A result that NumPy lets share its operand's memory: neither may be changed in place any more."""
    if isinstance(source, Array):
        source.shares = True
    if isinstance(result, Array):
        result.shares = True
    return result


@written()
def reshape(x: Any, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: Any = None) -> Any:
    """The same elements in another shape."""
    _no({"order": order})
    shape = newshape if shape is None else shape
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if not isinstance(x, Traced):
        return np.reshape(x, shape)
    if -1 in shape:
        known = -math.prod(shape)
        shape = tuple(int(np.size(plain(x)) // known) if n == -1 and known else n for n in shape)
    return x if shape == x.shape else _viewed(x, record("reshape", x, static=(tuple(map(int, shape)),)))


METHODS["reshape"] = lambda x, *shape, order="C": reshape(x, shape[0] if len(shape) == 1 else shape, order)


@written(method=True)
def ravel(x: Any, order: str = "C") -> Any:
    """One axis."""
    return reshape(x, (-1,), order) if np.size(plain(x)) else reshape(x, (0,), order)


METHODS["flatten"] = ravel


@written()
def transpose(x: Any, axes: Any = None) -> Any:
    """The axes in another order, reversed by default."""
    axes = tuple(reversed(range(np.ndim(x)))) if axes is None else tuple(_axis(x, a) for a in axes)
    if axes == tuple(range(np.ndim(x))):
        return x
    return _viewed(x, record("transpose", x, static=(axes,)))


METHODS["transpose"] = lambda x, *axes: transpose(x, axes[0] if len(axes) == 1 and not np.isscalar(axes[0]) else axes or None)


@written(method=True)
def swapaxes(x: Any, a: int, b: int) -> Any:
    """Two axes exchanged."""
    order = list(range(np.ndim(x)))
    order[a], order[b] = order[b], order[a]
    return transpose(x, order)


@written()
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes moved elsewhere."""
    where = np.moveaxis(np.empty([1] * 0 + list(range(1, np.ndim(x) + 1))), source, destination).shape
    return transpose(x, [n - 1 for n in where])


@written()
def expand_dims(x: Any, axis: Any) -> Any:
    """New axes of size 1."""
    return reshape(x, np.expand_dims(np.empty(np.shape(x), dtype=bool), axis).shape)


@written(method=True)
def squeeze(x: Any, axis: Any = None) -> Any:
    """Without axes of size 1."""
    return reshape(x, np.squeeze(np.empty(np.shape(x), dtype=bool), axis).shape)


@written()
def broadcast_to(x: Any, shape: Any) -> Any:
    """Repeated to a shape."""
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    return x if shape == np.shape(x) else _viewed(x, record("broadcast_to", x, static=(shape,)))


@written()
def atleast_1d(x: Any) -> Any:
    """At least one axis."""
    return x if np.ndim(x) else reshape(x, (1,))


@written()
def atleast_2d(x: Any) -> Any:
    """At least two axes."""
    return x if np.ndim(x) > 1 else reshape(x, (1, -1))


# --- putting together and taking apart ---------------------------------------------------------------------------------------
def _parts(x: Any) -> list[Any]:
    return [_as_array(part) for part in x]


@written("concatenate", "concat")
def concatenate(parts: Any, axis: Any = 0, out: Any = None, dtype: Any = None) -> Any:
    """Arrays joined along an axis."""
    _no({"out": out, "dtype": dtype})
    parts = [ravel(p) if isinstance(p, Traced) else np.ravel(p) for p in parts] if axis is None else _parts(parts)
    return record("concatenate", *parts, static=(_axis(parts[0], axis or 0),))


@written()
def stack(parts: Any, axis: int = 0) -> Any:
    """Arrays or numbers of one shape joined along a new axis."""
    parts = _parts(parts)
    return record("stack", *parts, static=(axis % (np.ndim(parts[0]) + 1),))


@written()
def vstack(parts: Any) -> Any:
    """Rows."""
    return concatenate([atleast_2d(p) if isinstance(p, Traced) else np.atleast_2d(p) for p in _parts(parts)])


@written()
def hstack(parts: Any) -> Any:
    """Side by side."""
    parts = [atleast_1d(p) if isinstance(p, Traced) else np.atleast_1d(p) for p in _parts(parts)]
    return concatenate(parts, 0 if np.ndim(parts[0]) == 1 else 1)


@written()
def column_stack(parts: Any) -> Any:
    """Vectors as columns."""
    return concatenate([reshape(p, (-1, 1)) if np.ndim(p) < 2 else p for p in _parts(parts)], 1)


@written()
def append(x: Any, values: Any, axis: Any = None) -> Any:
    """The second behind the first."""
    return concatenate([_as_array(x), _as_array(values)], axis)


@written("split", "array_split")
def split(x: Any, sections: Any, axis: int = 0) -> list[Any]:
    """Slices along an axis."""
    places = np.array_split(np.arange(np.shape(x)[axis]), sections)
    if isinstance(sections, int) and np.shape(x)[axis] % sections:
        raise refusal("an array cannot be split into parts of one size", "give the places at which to split")
    cut = (slice(None),) * _axis(x, axis)
    return [x[(*cut, slice(int(p[0]), int(p[-1]) + 1) if len(p) else slice(0, 0))] for p in places]


def take_index(x: Any, index: Any) -> Any:
    """x[index]."""
    if not x.tape.nested:
        if type(index) is slice:
            pattern = (("slice", index.start, index.stop, index.step),)
            return _viewed(x, wrap(x.tape, x.value[index], "getitem", [x.index], [x.value], (pattern,)))
        if type(index) is int:
            result = wrap(x.tape, x.value[index], "getitem", [x.index], [x.value], ((index,),))
            return result if x.value.ndim == 1 else _viewed(x, result)
    pattern, arrays = pattern_of(index)
    result = record("getitem", x, *arrays, static=(pattern,))
    return result if arrays or isinstance(plain(result), float) else _viewed(x, result)


@written(method=True)
def take(x: Any, index: Any, axis: Any = None) -> Any:
    """Elements of an axis."""
    x = ravel(x) if axis is None else x
    return x[(slice(None),) * _axis(x, axis or 0) + (index,)]


@written()
def take_along_axis(x: Any, index: Any, axis: Any = -1) -> Any:
    """For each row its own elements."""
    axis, shape = _axis(x, axis), index.shape
    grid = [np.arange(n).reshape([-1 if i == k else 1 for i in range(len(shape))]) for k, n in enumerate(shape)]
    return x[tuple(index if k == axis else g for k, g in enumerate(grid))]


@written(method=True)
def argsort(x: Any, axis: Any = -1, kind: Any = None, **rest: Any) -> Any:
    """Where the elements stand in order; its derivative is 0."""
    _no(rest)
    return record("argsort", x, static=(_axis(x, axis),))


@written(method=True)
def argmax(x: Any, axis: Any = None) -> Any:
    """Where the largest element stands; its derivative is 0."""
    return record("argmax", ravel(x) if axis is None else x, static=(0 if axis is None else _axis(x, axis),))


@written(method=True)
def argmin(x: Any, axis: Any = None) -> Any:
    """Where the smallest element stands; its derivative is 0."""
    return record("argmin", ravel(x) if axis is None else x, static=(0 if axis is None else _axis(x, axis),))


@written()
def sort(x: Any, axis: Any = -1, kind: Any = None, **rest: Any) -> Any:
    """In ascending order; at a tie the elements keep theirs."""
    x = ravel(x) if axis is None else x
    return take_along_axis(x, argsort(x, axis or 0 if axis is None else axis, **rest), -1 if axis is None else axis)


@written()
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle element, or the mean of the middle two."""
    found = sort(x, axis)
    axis_ = 0 if axis is None else _axis(x, axis)
    n, cut = found.shape[axis_], (slice(None),) * axis_
    middle = mean(found[(*cut, slice((n - 1) // 2, n // 2 + 1))], axis_)
    if not keepdims:
        return middle
    return reshape(middle, [1] * np.ndim(x)) if axis is None else expand_dims(middle, axis)


@written()
def flip(x: Any, axis: Any = None) -> Any:
    """The other way round."""
    axes = range(np.ndim(x)) if axis is None else _axes(x, axis)
    return x[tuple(slice(None, None, -1) if i in (axes or ()) else slice(None) for i in range(np.ndim(x)))]


@written()
def roll(x: Any, shift: int, axis: Any = None) -> Any:
    """Shifted round."""
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


@written()
def pad(x: Any, width: Any, mode: str = "constant", constant_values: Any = 0) -> Any:
    """Zeros around."""
    if mode != "constant" or constant_values != 0:
        raise refusal("numpy.pad can be recorded with zeros only", "use np.concatenate")
    pairs = np.broadcast_to(np.asarray(width, dtype=int), (np.ndim(x), 2)).tolist()
    shape = tuple(n + a + b for n, (a, b) in zip(np.shape(x), pairs))
    inner = tuple(slice(a, a + n) for n, (a, _) in zip(np.shape(x), pairs))
    return record("scatter", x, static=(shape, pattern_of(inner)[0]))


def _diagonal_places(shape: tuple[int, ...], offset: int) -> tuple[Any, Any]:
    rows = np.arange(max(0, -offset), max(0, -offset, min(shape[0], shape[1] - offset)))
    return rows, rows + offset


@written(method=True)
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements of a diagonal."""
    order = [i for i in range(np.ndim(x)) if i not in {_axis(x, axis1), _axis(x, axis2)}]
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


# --- choosing --------------------------------------------------------------------------------------------------------------
@written()
def where(condition: Any, a: Any = None, b: Any = None) -> Any:
    """a where the condition holds, elsewhere b."""
    if a is None or b is None:
        raise refusal("np.where(condition) alone gives places, which cannot be recorded", "write np.where(condition, a, b)")
    return record("where", condition, _as_array(a), _as_array(b))


@written(method=True)
def clip(x: Any, low: Any = None, high: Any = None, out: Any = None, **named: Any) -> Any:
    """Kept between two bounds; at a bound the slope is the mean of its sides."""
    low = named.pop("min", named.pop("a_min", low))
    high = named.pop("max", named.pop("a_max", high))
    _no(named | {"out": out})
    x = x if low is None else record("max", x, low)
    return x if high is None else record("min", x, high)


@written()
def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0) -> Any:
    """Numbers in place of nan."""
    return record("where", UFUNCS["isfinite"](x), x, nan)


# --- products ----------------------------------------------------------------------------------------------------------------
@written()
def matmul(a: Any, b: Any) -> Any:
    """a @ b."""
    if not (np.ndim(a) and np.ndim(b)):
        raise ValueError("matmul: a number is no matrix, use *")
    return record("matmul", a, b)


@written(method=True)
def dot(a: Any, b: Any) -> Any:
    """The product of numbers, vectors or matrices."""
    a, b = _as_array(a), _as_array(b)
    if not (np.ndim(a) and np.ndim(b)):
        return a * b
    return matmul(a, b) if max(np.ndim(a), np.ndim(b)) <= 2 else tensordot(a, b, ((-1,), (max(-2, -np.ndim(b)),)))


@written()
def vdot(a: Any, b: Any) -> Any:
    """The sum of the products of all elements."""
    return matmul(*(reshape(x, (-1,)) if isinstance(x, Traced) else np.ravel(x) for x in (a, b)))


@written()
def inner(a: Any, b: Any) -> Any:
    """The sum of products over the last axes."""
    return a * b if not (np.ndim(a) and np.ndim(b)) else tensordot(a, b, ((-1,), (-1,)))


@written()
def outer(a: Any, b: Any) -> Any:
    """All products of two elements."""
    column = reshape(_as_array(a), (-1, 1)) if np.ndim(a) or isinstance(a, (list, tuple)) else a
    return column * (reshape(b, (1, -1)) if np.ndim(b) else b)


@written()
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over the axes named."""
    n = np.ndim(a)
    left, right = (range(n - axes, n), range(axes)) if isinstance(axes, int) else axes
    left, right = [[_axis(x, k) for k in np.ravel(list(np.atleast_1d(ks)))] for x, ks in ((a, left), (b, right))]
    letters = [chr(97 + i) for i in range(n + np.ndim(b))]
    second = letters[n:]
    for i, j in zip(left, right, strict=True):
        second[j] = letters[i]
    free = [c for i, c in enumerate(letters[:n]) if i not in left] + [c for j, c in enumerate(second) if j not in right]
    return record("einsum", a, b, static=(f"{''.join(letters[:n])},{''.join(second)}->{''.join(free)}", True))


@written()
def einsum(spec: Any, *operands: Any, optimize: Any = False, out: Any = None) -> Any:
    """Einstein's summation."""
    _no({"out": out})
    if not isinstance(spec, str):
        raise refusal("numpy.einsum is recorded with its subscripts as text only", "write np.einsum('ij,jk->ik', a, b)")
    terms, output = _subscripts(spec.replace(" ", ""), operands)
    pairs = [_without_repeats(term, x) for term, x in zip(terms, operands)]
    written_out = ",".join(term for term, _ in pairs) + "->" + output
    return record("einsum", *(x for _, x in pairs), static=(written_out, bool(optimize) or len(operands) > 2))


def _subscripts(spec: str, operands: Any) -> tuple[list[str], str]:
    """The subscripts of each operand and of the result, without dots."""
    inputs, arrow, output = spec.partition("->")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in spec]
    terms, longest = [], 0
    for term, x in zip(inputs.split(","), operands, strict=True):
        count = np.ndim(x) - len(term.replace("...", "")) if "..." in term else 0
        longest = max(longest, count)
        terms.append(term.replace("...", "".join(reversed(spare[:count]))))
    dots = "".join(reversed(spare[:longest]))
    if arrow:
        return terms, output.replace("...", dots)
    once = sorted(c for c in set("".join(terms)) - set(dots) if "".join(terms).count(c) == 1)
    return terms, dots + "".join(once)


def _without_repeats(term: str, x: Any) -> tuple[str, Any]:
    """The diagonal of x for an index that it has twice."""
    for c in sorted(set(term)):
        while term.count(c) > 1:
            i = term.index(c)
            j = term.index(c, i + 1)
            x = diagonal(x, 0, i, j) if isinstance(x, Traced) else np.diagonal(x, 0, i, j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + c
    return term, x


# --- linear algebra ----------------------------------------------------------------------------------------------------------
@written()
def solve(a: Any, b: Any) -> Any:
    """The solution of a y = b."""
    return record("solve", a, b)


@written()
def inv(a: Any) -> Any:
    """The inverse."""
    return record("inv", a)


@written()
def det(a: Any) -> Any:
    """The determinant."""
    return record("det", a)


@written()
def slogdet(a: Any) -> Any:
    """Sign and logarithm of the determinant."""
    return SlogdetResult(record("signdet", a), record("logabsdet", a))


@written()
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Norms of vectors, and the Frobenius norm of matrices; singular at 0, where the slope is nan."""
    if axis is None and ord is None:
        x = ravel(x)
    vectors = np.ndim(x) == 1 or isinstance(axis, int)
    if ord in {None, "fro"} or (ord == 2 and vectors):
        return record("sqrt", sum(x * x, axis, keepdims=keepdims))
    if vectors and ord in {1, math.inf}:
        return (sum if ord == 1 else max_)(abs(x), axis, keepdims=keepdims)
    if vectors and isinstance(ord, (int, float)) and 0 < ord < math.inf:
        return sum(abs(x) ** ord, axis, keepdims=keepdims) ** (1 / ord)
    raise refusal(f"the norm of order {ord} cannot be recorded", "use the norm of order 1, 2 or inf of vectors, or 'fro'")


# --- what depends on shapes alone, and copies ----------------------------------------------------------------------------------
def _like(make: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *more, **options: make(np.shape(x), *more, **options)


FUNCTIONS |= {
    "shape": lambda x: x.shape,
    "ndim": lambda x: x.ndim,
    "size": lambda x, axis=None: x.size if axis is None else x.shape[axis],
    "zeros_like": _like(np.zeros),
    "ones_like": _like(np.ones),
    "empty_like": _like(np.zeros),
    "full_like": lambda x, value, **options: (
        broadcast_to(value, x.shape) if isinstance(value, Traced) else np.full(x.shape, value)
    ),
    "iscomplexobj": lambda x: False,
    "isrealobj": lambda x: True,
    "result_type": lambda *x: np.result_type(*(plain(part) for part in x)),
    "real": lambda x: x,
    "copy": lambda x, **options: METHODS["copy"](x),
    "isclose": lambda a, b, rtol=1e-5, atol=1e-8: abs(a - b) <= atol + rtol * abs(b),
    "allclose": lambda a, b, rtol=1e-5, atol=1e-8: bool(np.all(abs(a - b) <= atol + rtol * abs(b))),
    "array_equal": lambda a, b: np.shape(a) == np.shape(b) and bool(np.all(a == b)),
    "round": lambda x, decimals=0: _refuse_rounding(),
    "around": lambda x, decimals=0: _refuse_rounding(),
}


def _refuse_rounding() -> Any:
    raise refusal("numpy.round cannot be recorded", "leave rounding to what is printed; np.floor has slope 0")


def astype(x: Any, dtype: Any, **options: Any) -> Any:
    """In another precision; whole numbers would lose the derivative."""
    wanted = np.dtype(dtype)
    if wanted.kind != "f":
        raise refusal(f"a traced array was turned into {wanted}, which loses its derivative", "leave out astype")
    return copy(x) if wanted == x.dtype else record("astype", x, static=(wanted.name,))


def copy(x: Any) -> Any:
    """The same values under a name of their own: changing one in place leaves the other."""
    if not isinstance(x, Array):
        return x
    twin = object.__new__(Array)
    twin.tape, twin.index, twin.value, twin.shares = x.tape, x.index, x.value, False
    return twin


METHODS |= {"astype": astype, "copy": copy, "conj": lambda x: x}


# From here on the classes answer without asking for this module.
for _name, _function in METHODS.items():
    setattr(Array, _name, _function)
Array.__getitem__ = take_index  # type: ignore[method-assign]
Array.T = property(transpose)  # type: ignore[assignment]
