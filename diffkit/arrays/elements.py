"""Moving and choosing elements; letters as in `rows`."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.arrays.rows import SHAPES, row, unbroadcast
from diffkit.namespaces import plain


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


# --- choosing elements: getitem and scatter are each other's transpose --------------------------------------------------
ARRAY, MASK = "array", "mask"  # stand in a pattern for an operand that is an array: of whole numbers, of truths


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
            found.append(part if hasattr(part, "tape") else np.array(part, dtype=int if _is_empty(part) else None))
            pattern.append(MASK if getattr(getattr(plain(found[-1]), "dtype", None), "kind", "") == "b" else ARRAY)
    return tuple(pattern), found


def _is_empty(part: Any) -> bool:
    return isinstance(part, list) and not part


def index_of(pattern: tuple[Any, ...], arrays: Any) -> tuple[Any, ...]:
    """The index that `pattern_of` took apart."""
    if len(pattern) == 1 and type(pattern[0]) is int:
        return pattern
    rest = iter(arrays)
    return tuple(_part(part, rest) for part in pattern)


def _part(part: Any, arrays: Any) -> Any:
    if part.__class__ is tuple:
        return slice(*part[1:])
    if part in {ARRAY, MASK}:  # which a Program and emitted code may have computed in floats
        return np.asarray(plain(next(arrays))).astype(int if part == ARRAY else bool, copy=False)[()]
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
