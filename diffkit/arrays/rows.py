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


class Row(namedtuple("Row", "name run pull push parts flat convention needs")):
    """One operation on arrays."""

    __slots__ = ()
    name: str
    run: Callable[..., Any]
    pull: Callable[..., Any]
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


def unbroadcast(bar: Any, shape: tuple[int, ...]) -> Any:
    """The adjoint of an operand of that shape: summed over the axes along which it was repeated."""
    extra = bar.ndim - len(shape)
    repeated = tuple(range(extra)) + tuple(extra + i for i, n in enumerate(shape) if n == 1 and bar.shape[extra + i] != 1)
    if repeated == tuple(range(len(repeated))) and type(bar) is np.ndarray and bar.flags.c_contiguous and bar.size:
        count = math.prod(bar.shape[: len(repeated)])  # rows one below the other: a product of matrices adds them fastest
        return (np.ones(count, bar.dtype) @ bar.reshape(count, -1)).reshape(shape)
    if repeated:
        bar = reduced(np.add, bar, repeated, True) if type(bar) is np.ndarray else np.sum(bar, axis=repeated, keepdims=True)
    return np.reshape(bar, shape) if bar.shape != shape else bar


def kept(x: Any, static: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """A reduced value with its axes back, each of size 1."""
    axis, keepdims = static
    if keepdims or axis is None:
        return x
    return np.reshape(x, tuple(1 if i in axis else n for i, n in enumerate(shape)))


SHORT, LONG = 8, 512  # below SHORT elements NumPy adds one after the other; from LONG results on its loop over them costs more


def reduced(ufunc: Any, x: Any, axis: tuple[int, ...] | None, keepdims: bool) -> Any:
    """NumPy's reduction over axes, to the last bit; by slices where the axis is short and NumPy's loop over it is slow."""
    n = x.shape[-1] if x.ndim else 0
    if axis != (x.ndim - 1,) or not (1 < n < SHORT) or x.size < n * LONG or not x.flags.c_contiguous:
        return ufunc.reduce(x, axis=axis, keepdims=keepdims)
    y = ufunc(x[..., 0], x[..., 1])
    for i in range(2, n):
        ufunc(y, x[..., i], out=y)
    return y[..., None] if keepdims else y
