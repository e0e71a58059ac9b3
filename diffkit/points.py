"""Functions and points in every form a user may give them, and results handed back in the same form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from diffkit.errors import UsageError
from diffkit.program import Program

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def recordable(f: Any) -> bool:
    """Is it to be recorded while it runs: a Python callable, or a Program on arrays?"""
    return f.on_arrays if isinstance(f, Program) else callable(f)


def as_program(f: Any, at: Any = None) -> Program:
    """A Program of numbers from a Program, a text, or a Python callable (recorded at the point ``at``).

    Raises
    ------
    UsageError
        If it is none of these, or works on arrays.
    """
    if isinstance(f, Program):
        return f.formula()
    if isinstance(f, str):
        from diffkit.language import parse

        return parse(f)
    if callable(f):
        from diffkit.tracing import trace

        return trace(f, at).formula()
    raise UsageError(f"a function is a text, a Program or a Python callable, not {type(f).__name__}")


def prepare(f: Any, at: Any) -> tuple[Program, list[Any], Callable[[Sequence[Any]], Any]]:
    """The Program, the values of its inputs in order, and how to give one number an input back in the form of ``at``.

    Examples
    --------
    >>> program, values, restore = prepare("x*y", {"y": 3, "x": 2})
    >>> values, restore([10.0, 20.0])
    ([2.0, 3.0], {'y': 20.0, 'x': 10.0})
    """
    program = as_program(f, at)
    values, restore = spread(program.inputs, at)
    if isinstance(f, Program) and f.guards:
        f(*values)  # the branches are those that were recorded, or an error says so
    return program, values, restore


def spread(inputs: tuple[str, ...], at: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """The values of ``inputs`` in order, and the way back: dict to dict, tuple to tuple, array to array, number to number."""
    if isinstance(at, Mapping):
        return _by_name(inputs, at)
    if isinstance(at, (tuple, list)):
        _demand_count(inputs, len(at))
        values = list(at) if {*map(type, at)} == {float} else [_number(x) for x in at]
        return values, lambda results: like(at, results)
    if len(inputs) != 1 and getattr(at, "ndim", 0) == 1:
        _demand_count(inputs, len(at))
        return [float(x) for x in at], lambda results: _array(results)
    _demand_count(inputs, 1)
    return [_number(at)], lambda results: results[0]


def like(at: Any, results: Sequence[Any]) -> Any:
    """The results as a tuple, named tuple or list, whichever ``at`` is."""
    return at._make(results) if hasattr(at, "_make") else type(at)(results)


def _by_name(inputs: tuple[str, ...], at: Mapping[str, Any]) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    missing = [name for name in inputs if name not in at]
    extra = [name for name in at if name not in inputs]
    if missing or extra:
        fault = f"no value for {', '.join(missing)}" if missing else f"the function has no input {', '.join(map(repr, extra))}"
        raise UsageError(fault, remedy=f"its inputs are {', '.join(inputs) or 'none: it is constant'}")
    values = [_number(at[name]) for name in inputs]
    return values, lambda results: {name: dict(zip(inputs, results))[name] for name in at}


def _demand_count(inputs: tuple[str, ...], count: int) -> None:
    if len(inputs) != count:
        raise UsageError(
            f"the point has {count} coordinate{'s' * (count != 1)}, the function {len(inputs)} input{'s' * (len(inputs) != 1)}",
            remedy=f"its inputs are {', '.join(inputs) or 'none: it is constant'}",
        )


def _number(x: Any) -> Any:
    """A float for any real number, an array as it is."""
    if getattr(x, "ndim", 0) and x.dtype.kind in "biuf":
        return x if x.dtype.kind == "f" else x.astype(float)
    try:
        if isinstance(x, (str, bytes)):
            raise TypeError
        return float(x)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"a coordinate must be a real number, not {str(x)[:40]!r}") from None


def _array(results: Sequence[Any]) -> Any:
    import numpy as np

    return np.array(results)
