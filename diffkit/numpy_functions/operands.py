"""What the functions share: their registers, axes, lists as operands, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.recording import record
from diffkit.traced import Array, Traced
from diffkit.whereabouts import refusal

FUNCTIONS: dict[str, Callable[..., Any]] = {}  # what __array_function__ is asked for
METHODS: dict[str, Callable[..., Any]] = {}  # what is called as x.name(...)
REMEDY = "write it with the functions that can: sum, prod, max, sort, matmul, einsum, where, reshape, concatenate, ..."


def written(*names: str, method: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the decorated function under these names of NumPy's."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS.update(dict.fromkeys(names or (function.__name__,), function))
        if method:
            METHODS.update(dict.fromkeys(names or (function.__name__,), function))
        return function

    return add


def axes_of(x: Any, axis: Any) -> tuple[int, ...] | None:
    """Axes counted from the front, in order; None: all of them."""
    if axis is None:
        return None
    if type(axis) is int:
        return (axis_of(x, axis),)
    return tuple(sorted(axis_of(x, a) for a in (axis if isinstance(axis, (tuple, list)) else (axis,))))


def axis_of(x: Any, axis: int) -> int:
    n = x.ndim if hasattr(x, "ndim") else np.ndim(x)
    if not -n <= axis < n:
        raise np.exceptions.AxisError(axis, n)
    return axis % n


def only_defaults(options: dict[str, Any]) -> None:
    """Options of NumPy's that change nothing are let pass, others refused."""
    for name, value in options.items():
        if value is not None and value is not np._NoValue and not (name == "order" and value in {"C", "K", "A"}):
            raise refusal(f"the argument {name} cannot be recorded", REMEDY)


def as_array(x: Any) -> Any:
    """An operand that may be a list of traced values."""
    return stack([as_array(part) for part in x]) if isinstance(x, (list, tuple)) and any_traced(x) else x


def any_traced(x: Any) -> bool:
    return isinstance(x, Traced) or (isinstance(x, (list, tuple)) and any(map(any_traced, x)))


def as_arrays(x: Any) -> list[Any]:
    return [as_array(part) for part in x]


@written()
def stack(parts: Any, axis: int = 0) -> Any:
    """Arrays or numbers of one shape joined along a new axis."""
    parts = as_arrays(parts)
    return record("stack", *parts, static=(axis % (np.ndim(parts[0]) + 1),))


def viewed(source: Any, result: Any) -> Any:
    """A result that NumPy lets share its operand's memory: neither may be changed in place any more."""
    if isinstance(source, Array):
        source.shares = True
    if isinstance(result, Array):
        result.shares = True
    return result
