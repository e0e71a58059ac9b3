"""The rows for arrays: operations that mix, move or add up elements.

Letters: ``y`` is the result, ``i`` the position of an operand, ``static`` what the operation takes besides its operands
(an axis, a shape), ``bar`` the adjoint of y, ``move`` the tangent of operand i.  Each row has

    run(static, *operands)                    the value y
    pull(static, i, bar, y, *operands)        the adjoint that y's adjoint gives to operand i:  J_i^T bar
    push(static, i, move, y, *operands)       the tangent that operand i's tangent gives to y:  J_i move

A row without ``push`` is linear in each operand, so its push is run with ``move`` in place of the operand.  The functions
are written with NumPy alone, which hands a recorded value back to `recording`: so the derivative of a row can itself be
recorded and differentiated.  A pull may answer with fewer elements than the operand has: they stand for all (broadcast).

Operations on each element by itself (sin, +, where) are rows of `primitives.TABLE`.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.namespaces import plain


class Row(namedtuple("Row", "name run pull push parts flat convention needs")):
    """One operation on arrays."""

    __slots__ = ()
    name: str
    run: Callable[..., Any]
    pull: Callable[..., Any] | None
    push: Callable[..., Any] | None
    parts: tuple[str, ...]  # the names of what stands in ``static``
    flat: bool  # piecewise constant: its derivative is 0
    convention: str  # what is answered where it is not differentiable
    needs: int  # values that pull asks for beyond their shapes: bit 0 the result, higher bits the operands

    def moved(self, static: tuple[Any, ...], i: int, move: Any, y: Any, *operands: Any) -> Any:
        """The tangent that operand i's tangent gives to y."""
        if self.push is not None:
            return self.push(static, i, move, y, *operands)
        return self.run(static, *operands[:i], move, *operands[i + 1 :])


ROWS: dict[str, Row] = {}


SHAPES, RESULT, OPERANDS, ALL = 0, 1, ~1, ~0


def row(
    name: str, *parts: str, pull: Any = None, push: Any = None, flat: bool = False, convention: str = "", needs: int = ALL
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the decorated function to the rows."""

    def add(run: Callable[..., Any]) -> Callable[..., Any]:
        ROWS[name] = Row(name, run, pull, push, parts, flat, convention, needs)
        return run

    return add


# --- shapes ------------------------------------------------------------------------------------------------------------
def unbroadcast(bar: Any, shape: tuple[int, ...]) -> Any:
    """The adjoint of an operand of that shape: summed over the axes along which it was repeated."""
    extra = bar.ndim - len(shape)
    repeated = tuple(range(extra)) + tuple(extra + i for i, n in enumerate(shape) if n == 1 and bar.shape[extra + i] != 1)
    if repeated == tuple(range(len(repeated))) and type(bar) is np.ndarray and bar.flags.c_contiguous and bar.size:
        count = math.prod(bar.shape[: len(repeated)])  # rows one below the other: a product of matrices adds them fastest
        return (np.ones(count, bar.dtype) @ bar.reshape(count, -1)).reshape(shape)
    if repeated:
        bar = np.sum(bar, axis=repeated, keepdims=True)
    return np.reshape(bar, shape) if bar.shape != shape else bar


def _kept(x: Any, static: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """A reduced value with its axes back, each of size 1."""
    axis, keepdims = static
    if keepdims or axis is None:
        return x
    return np.reshape(x, tuple(1 if i in axis else n for i, n in enumerate(shape)))


def _pull_sum(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return _kept(bar, static, x.shape)


@row("sum", "axis", "keepdims", pull=_pull_sum, needs=SHAPES)
def _sum(static: Any, x: Any) -> Any:
    return np.sum(x, axis=static[0], keepdims=static[1])


# --- products and extremes --------------------------------------------------------------------------------------------
SAFE = 2.0**-900, 2.0**900  # a product in between, over one of its factors, has lost nothing


def _products_before(z: Any) -> Any:
    """Along the last axis: the product of all elements before each."""
    ones = np.ones((*z.shape[:-1], 1), plain(z).dtype)
    found = np.concatenate([ones, z[..., :-1]], axis=-1)[..., : z.shape[-1]]
    if isinstance(z, np.ndarray):
        return np.cumprod(found, axis=-1)
    reach = 1
    while reach < z.shape[-1]:  # Hillis and Steele (1986): log2(n) recorded operations instead of n
        shifted = np.concatenate([np.ones((*z.shape[:-1], reach), ones.dtype), found[..., :-reach]], axis=-1)
        found, reach = found * shifted, 2 * reach
    return found


def _others(x: Any, axis: tuple[int, ...] | None) -> Any:
    """For each element: the product of all others it is multiplied with; no division, so zeros are no exception."""
    axes = tuple(range(x.ndim)) if axis is None else axis
    rest = tuple(i for i in range(x.ndim) if i not in axes)
    order = (*rest, *axes)
    z = np.transpose(x, order)
    flat = np.reshape(z, (*(x.shape[i] for i in rest), math.prod(x.shape[i] for i in axes)))
    both = _products_before(flat) * np.flip(_products_before(np.flip(flat, -1)), -1)
    back = tuple(sorted(range(x.ndim), key=order.__getitem__))
    return np.transpose(np.reshape(both, z.shape), back)


def _slopes_of_prod(static: Any, y: Any, x: Any) -> Any:
    size = abs(plain(y))
    safe = (size > SAFE[0]) & (size < SAFE[1])
    if safe if type(safe) is bool else safe.all():
        return _kept(y, static, x.shape) / x
    return _others(x, static[0])


def _pull_prod(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return _kept(bar, static, x.shape) * _slopes_of_prod(static, y, x)


def _push_prod(static: Any, i: int, move: Any, y: Any, x: Any) -> Any:
    return np.sum(move * _slopes_of_prod(static, y, x), axis=static[0], keepdims=static[1])


@row("prod", "axis", "keepdims", pull=_pull_prod, push=_push_prod)
def _prod(static: Any, x: Any) -> Any:
    return np.prod(x, axis=static[0], keepdims=static[1])


def _weights(static: Any, y: Any, x: Any) -> Any:
    """One shared among the winners."""
    winners = plain(x) == _kept(plain(y), static, x.shape)
    return winners / np.sum(winners, axis=static[0], keepdims=True)


def _pull_extreme(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return _kept(bar, static, x.shape) * _weights(static, y, x)


def _push_extreme(static: Any, i: int, move: Any, y: Any, x: Any) -> Any:
    weights = _weights(static, y, x)
    return np.sum(np.where(weights, move * weights, 0.0), axis=static[0], keepdims=static[1])


def _highest(static: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return _chosen_by_real_part(np.max(x.real, axis=static[0], keepdims=True), static, x)
    return np.max(x, axis=static[0], keepdims=static[1])


def _lowest(static: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return _chosen_by_real_part(np.min(x.real, axis=static[0], keepdims=True), static, x)
    return np.min(x, axis=static[0], keepdims=static[1])


def _chosen_by_real_part(best: Any, static: Any, x: Any) -> Any:
    """For the complex step: the mean of the winners, whose imaginary part is the slope shared among them."""
    winners = x.real == best
    found = np.sum(np.where(winners, x, 0), axis=static[0], keepdims=static[1])
    return found / np.sum(winners, axis=static[0], keepdims=static[1])


SHARED = "one shared among the winners"
row("amax", "axis", "keepdims", pull=_pull_extreme, push=_push_extreme, convention=SHARED)(_highest)
row("amin", "axis", "keepdims", pull=_pull_extreme, push=_push_extreme, convention=SHARED)(_lowest)


# --- running sums -------------------------------------------------------------------------------------------------------
def _pull_cumsum(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return np.flip(np.cumsum(np.flip(bar, static[0]), static[0]), static[0])


@row("cumsum", "axis", pull=_pull_cumsum, needs=SHAPES)
def _cumsum(static: Any, x: Any) -> Any:
    return np.cumsum(x, axis=static[0])


# --- moving elements -----------------------------------------------------------------------------------------------------
def _pull_reshape(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return np.reshape(bar, np.shape(x))


@row("reshape", "shape", pull=_pull_reshape, needs=SHAPES)
def _reshape(static: Any, x: Any) -> Any:
    return np.reshape(x, static[0])


def _pull_transpose(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return np.transpose(bar, tuple(sorted(range(len(static[0])), key=static[0].__getitem__)))


@row("transpose", "axes", pull=_pull_transpose, needs=SHAPES)
def _transpose(static: Any, x: Any) -> Any:
    return np.transpose(x, static[0])


def _pull_broadcast(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return unbroadcast(bar, np.shape(x))


@row("broadcast_to", "shape", pull=_pull_broadcast, needs=SHAPES)
def _broadcast_to(static: Any, x: Any) -> Any:
    return np.broadcast_to(x, static[0])


def _pull_concatenate(static: Any, i: int, bar: Any, y: Any, *parts: Any) -> Any:
    start = sum(p.shape[static[0]] for p in parts[:i])
    return bar[(slice(None),) * static[0] + (slice(start, start + parts[i].shape[static[0]]),)]


def _push_concatenate(static: Any, i: int, move: Any, y: Any, *parts: Any) -> Any:
    return np.concatenate([move if j == i else np.zeros(p.shape) for j, p in enumerate(parts)], axis=static[0])


@row("concatenate", "axis", pull=_pull_concatenate, push=_push_concatenate, needs=SHAPES)
def _concatenate(static: Any, *parts: Any) -> Any:
    return np.concatenate(parts, axis=static[0])


def _pull_stack(static: Any, i: int, bar: Any, y: Any, *parts: Any) -> Any:
    return bar[(slice(None),) * static[0] + (i,)]


def _push_stack(static: Any, i: int, move: Any, y: Any, *parts: Any) -> Any:
    return np.stack([move if j == i else np.zeros(np.shape(p)) for j, p in enumerate(parts)], axis=static[0])


@row("stack", "axis", pull=_pull_stack, push=_push_stack, needs=SHAPES)
def _stack(static: Any, *parts: Any) -> Any:
    return np.stack(parts, axis=static[0])


def _pull_astype(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return bar.astype(plain(x).dtype)


@row("astype", "dtype", pull=_pull_astype, needs=SHAPES)
def _astype(static: Any, x: Any) -> Any:
    return x.astype(static[0]) if hasattr(x, "astype") else x


# --- choosing elements: getitem and scatter are each other's transpose -------------------------------------------------------
ARRAY = "array"  # stands in a pattern for an operand that is an array of whole numbers or truths


def pattern_of(index: Any) -> tuple[tuple[Any, ...], list[Any]]:
    """An index as plain data, and the arrays in it.

    Examples
    --------
    >>> pattern_of((slice(1, None), None, 3))
    ((('slice', 1, None, None), None, 3), [])
    """
    pattern: list[Any] = []
    found: list[Any] = []
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, slice):
            pattern.append(("slice", part.start, part.stop, part.step))
        elif part is None or part is Ellipsis:
            pattern.append(None if part is None else "...")
        elif hasattr(part, "__index__") and not isinstance(part, bool) and np.ndim(part) == 0 and not hasattr(part, "tape"):
            pattern.append(part.__index__())
        else:
            pattern.append(ARRAY)
            found.append(part if hasattr(part, "tape") else np.array(part))
    return tuple(pattern), found


def index_of(pattern: tuple[Any, ...], arrays: Any) -> tuple[Any, ...]:
    """The index that `pattern_of` took apart."""
    if len(pattern) == 1 and type(pattern[0]) is int:
        return pattern
    rest = iter(arrays)
    return tuple(_part(part, rest) for part in pattern)


def _part(part: Any, arrays: Any) -> Any:
    if part.__class__ is tuple:
        return slice(*part[1:])
    if part == ARRAY:
        found = plain(next(arrays))
        return found if found.dtype.kind != "f" else found.astype(bool)  # a Program's comparisons are 1.0 and 0.0
    return Ellipsis if part == "..." else part


def add_at(z: Any, index: tuple[Any, ...], x: Any) -> None:
    """z[index] += x, where an element may be named more than once."""
    if any(getattr(part, "ndim", 0) and part.dtype.kind in "iu" for part in index):
        np.add.at(z, index, x)
    else:
        z[index] += x


def scatter(x: Any, shape: tuple[int, ...], pattern: tuple[Any, ...], *arrays: Any) -> Any:
    """Zeros of that shape, with x added at an index."""
    if hasattr(x, "tape"):
        return x.apply("scatter", x, *arrays, static=(shape, pattern))
    z = np.zeros(shape, getattr(x, "dtype", float))
    add_at(z, index_of(pattern, arrays), x)
    return z


def _pull_getitem(static: Any, i: int, bar: Any, y: Any, x: Any, *arrays: Any) -> Any:
    return scatter(bar, x.shape, static[0], *arrays)


@row("getitem", "index", pull=_pull_getitem, needs=SHAPES)
def _getitem(static: Any, x: Any, *arrays: Any) -> Any:
    return x[index_of(static[0], arrays)]


def _pull_scatter(static: Any, i: int, bar: Any, y: Any, x: Any, *arrays: Any) -> Any:
    return bar[index_of(static[1], arrays)]


@row("scatter", "shape", "index", pull=_pull_scatter, needs=SHAPES)
def _scatter(static: Any, x: Any, *arrays: Any) -> Any:
    return scatter(x, *static, *arrays)


@row("argsort", "axis", flat=True)
def _argsort(static: Any, x: Any) -> Any:
    return np.argsort(np.real(x), axis=static[0], kind="stable")


@row("argmax", "axis", flat=True)
def _argmax(static: Any, x: Any) -> Any:
    return np.argmax(np.real(x), axis=static[0])


@row("argmin", "axis", flat=True)
def _argmin(static: Any, x: Any) -> Any:
    return np.argmin(np.real(x), axis=static[0])


# --- products of matrices --------------------------------------------------------------------------------------------------
def _pull_matmul(static: Any, i: int, bar: Any, y: Any, a: Any, b: Any) -> Any:
    """dA = dD B^T, dB = A^T dD; a vector is a matrix of one row (left) or one column (right)."""
    if a.ndim == 2 and b.ndim == 2:
        return bar @ b.T if i == 0 else a.T @ bar
    A = np.reshape(a, (1, -1)) if a.ndim == 1 else a
    B = np.reshape(b, (-1, 1)) if b.ndim == 1 else b
    shape = np.shape(bar)
    shape = shape if a.ndim > 1 else (*shape[: max(B.ndim - 2, 0)], 1, *shape[max(B.ndim - 2, 0) :])
    D = np.reshape(bar, shape if b.ndim > 1 else (*shape, 1))
    found = D @ np.swapaxes(B, -1, -2) if i == 0 else np.swapaxes(A, -1, -2) @ D
    like = A if i == 0 else B
    return np.reshape(unbroadcast(found, like.shape), (a, b)[i].shape)


@row("matmul", pull=_pull_matmul, needs=OPERANDS)
def _matmul(static: Any, a: Any, b: Any) -> Any:
    return a @ b


def _pull_einsum(static: Any, i: int, bar: Any, y: Any, *operands: Any) -> Any:
    """The sum with bar in place of operand i; an index that only operand i has is one over which bar is repeated."""
    inputs, output = static[0].split("->")
    terms = inputs.split(",")
    others = [(t, x) for j, (t, x) in enumerate(zip(terms, operands)) if j != i]
    known = set(output).union(*(t for t, _ in others))
    kept = "".join(c for c in terms[i] if c in known)
    spec = ",".join([output, *(t for t, _ in others)]) + "->" + kept
    found = np.einsum(spec, bar, *(x for _, x in others), optimize=True)
    wide = tuple(n if c in known else 1 for c, n in zip(terms[i], operands[i].shape))
    return np.broadcast_to(np.reshape(found, wide), operands[i].shape)


@row("einsum", "spec", "optimize", pull=_pull_einsum, needs=OPERANDS)
def _einsum(static: Any, *operands: Any) -> Any:
    return np.einsum(static[0], *operands, optimize=static[1])


# --- linear algebra, by the textbook's adjoints (Giles 2008) -----------------------------------------------------------------
def _turned(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _pull_solve(static: Any, i: int, bar: Any, y: Any, a: Any, b: Any) -> Any:
    right = np.linalg.solve(_turned(a), bar)
    if i == 1:
        return unbroadcast(right, b.shape)
    outer = right[..., :, None] * y[..., None, :] if b.ndim == 1 else right @ _turned(y)
    return unbroadcast(-outer, a.shape)


def _push_solve(static: Any, i: int, move: Any, y: Any, a: Any, b: Any) -> Any:
    return np.linalg.solve(a, move if i == 1 else -(move @ y))


@row("solve", pull=_pull_solve, push=_push_solve)
def _solve(static: Any, a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b)


def _pull_inv(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    return -(_turned(y) @ bar @ _turned(y))


def _push_inv(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    return -(y @ move @ y)


@row("inv", pull=_pull_inv, push=_push_inv, needs=RESULT)
def _inv(static: Any, a: Any) -> Any:
    return np.linalg.inv(a)


def _cofactors(a: Any) -> Any:
    """d det / d a, the matrix of cofactors; by singular values, so that a singular matrix is no exception (Giles 2008)."""
    if hasattr(a, "tape") or np.iscomplexobj(a):
        return np.reshape(np.linalg.det(a), (*a.shape[:-2], 1, 1)) * _turned(np.linalg.inv(a))
    U, s, Vt = np.linalg.svd(a)
    sign = np.linalg.det(U) * np.linalg.det(Vt)
    return sign[..., None, None] * (U * _others(s, (s.ndim - 1,))[..., None, :] @ Vt)


def _pull_det(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    return np.reshape(bar, (*a.shape[:-2], 1, 1)) * _cofactors(a)


def _push_det(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    return np.sum(move * _cofactors(a), axis=(-1, -2))


@row("det", pull=_pull_det, push=_push_det, needs=OPERANDS)
def _det(static: Any, a: Any) -> Any:
    return np.linalg.det(a)


def _pull_logdet(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    return np.reshape(bar, (*a.shape[:-2], 1, 1)) * _turned(np.linalg.inv(a))


def _push_logdet(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    return np.sum(move * _turned(np.linalg.inv(a)), axis=(-1, -2))


@row("logabsdet", pull=_pull_logdet, push=_push_logdet, needs=OPERANDS)
def _logabsdet(static: Any, a: Any) -> Any:
    return np.log(np.linalg.det(a)) if np.iscomplexobj(a) else np.linalg.slogdet(a)[1]


@row("signdet", flat=True)
def _signdet(static: Any, a: Any) -> Any:
    return np.sign(np.linalg.det(a).real) if np.iscomplexobj(a) else np.linalg.slogdet(a)[0]
