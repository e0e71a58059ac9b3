"""Shapes: the same elements arranged in another way, and what depends on shapes alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.namespaces import plain
from diffkit.numpy_functions.operands import FUNCTIONS, METHODS, axis_of, viewed, written
from diffkit.recording import record
from diffkit.traced import Array, Traced
from diffkit.whereabouts import refusal


@written()
def reshape(x: Any, shape: Any = None, order: Any = "C", *, newshape: Any = None, copy: Any = None) -> Any:
    """The same elements in another shape."""
    shape = newshape if shape is None else shape
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if not isinstance(x, Traced):
        return np.reshape(x, shape, order)
    if _by_columns(x, order):
        return transpose(reshape(transpose(x), shape[::-1]))
    if -1 in shape:
        known = -math.prod(shape)
        shape = tuple(int(np.size(plain(x)) // known) if n == -1 and known else n for n in shape)
    return x if shape == x.shape else viewed(x, record("reshape", x, static=(tuple(map(int, shape)),)))


def _by_columns(x: Any, order: str) -> bool:
    """Are the elements to be read with the first index running fastest?"""
    if order == "A":
        return bool(getattr(plain(x), "flags", None) is not None and plain(x).flags.fnc)
    if order not in {"C", "F"}:
        raise refusal(f"the order {order!r} cannot be recorded", "give order 'C' or 'F'")
    return order == "F"


METHODS["reshape"] = lambda x, *shape, order="C": reshape(x, shape[0] if len(shape) == 1 else shape, order)


@written(method=True)
def ravel(x: Any, order: str = "C") -> Any:
    """One axis."""
    return reshape(x, (-1,), order) if np.size(plain(x)) else reshape(x, (0,), order)


METHODS["flatten"] = lambda x, order="C": copy(ravel(x, order))


@written()
def transpose(x: Any, axes: Any = None) -> Any:
    """The axes in another order, reversed by default."""
    axes = tuple(reversed(range(np.ndim(x)))) if axes is None else tuple(axis_of(x, a) for a in axes)
    if axes == tuple(range(np.ndim(x))):
        return x
    return viewed(x, record("transpose", x, static=(axes,)))


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
    return x if shape == np.shape(x) else viewed(x, record("broadcast_to", x, static=(shape,)))


@written()
def atleast_1d(x: Any) -> Any:
    """At least one axis."""
    return x if np.ndim(x) else reshape(x, (1,))


@written()
def atleast_2d(x: Any) -> Any:
    """At least two axes."""
    return x if np.ndim(x) > 1 else reshape(x, (1, -1))


@written()
def atleast_3d(x: Any) -> Any:
    """At least three axes."""
    if np.ndim(x) == 2:
        return reshape(x, (*np.shape(x), 1))
    return x if np.ndim(x) > 2 else reshape(x, (1, -1, 1))


@written()
def broadcast_arrays(*parts: Any, subok: bool = False) -> tuple[Any, ...]:
    """All in the shape that they have together."""
    shape = np.broadcast_shapes(*map(np.shape, parts))
    return tuple(broadcast_to(x, shape) if isinstance(x, Traced) else np.broadcast_to(x, shape) for x in parts)


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
    "round": lambda x, decimals=0: record("round", x, static=(decimals,)),
    "around": lambda x, decimals=0: record("round", x, static=(decimals,)),
    "linalg.matrix_transpose": lambda x: swapaxes(x, -1, -2),
    "matrix_transpose": lambda x: swapaxes(x, -1, -2),
}
METHODS["round"] = FUNCTIONS["round"]


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
