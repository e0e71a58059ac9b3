"""Forward mode: every value travels with its tangent.

The tangent of line k is v_dot[k] = the derivative of v[k] in the direction x_dot.  Walking the lines forwards,

    v_dot[k]  =  sum over its operands a of  d v[k] / d v[a] * v_dot[a]

One forward sweep gives the derivative in one direction, so a gradient takes one sweep an input (Wengert 1964).
"""

from __future__ import annotations

from collections.abc import Sequence

from diffkit import namespaces
from diffkit.errors import UsageError
from diffkit.jacobians import columns, demand_one_number, directions_like, in_form, push
from diffkit.jacobians import jacobian as structured
from diffkit.points import prepare, recordable
from diffkit.primitives import TABLE
from diffkit.program import Program
from diffkit.sweeps import forward_sweep
from diffkit.tracing import call

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def _along(program: Program, values: Sequence[Any], directions: Sequence[Any]) -> tuple[Any, Any]:
    F = namespaces.get(program.namespace_of(values))
    with namespaces.quiet():
        v, v_dot = forward_sweep(program, F, values, directions)
    y = tuple(v[k] for k in program.outputs)
    y_dot = tuple(0 * v[k] if v_dot[k] is None else v_dot[k] for k in program.outputs)
    return (y[0], y_dot[0]) if len(y) == 1 else (y, y_dot)


def jvp(f: Any, at: Any, at_dot: Any) -> tuple[Any, Any]:
    """The value of f and its derivative in the direction ``at_dot``, by one forward sweep.

    Parameters
    ----------
    f : Program, str or callable
    at, at_dot : number, tuple, dict or array
        Point and direction, structured alike.

    Examples
    --------
    >>> jvp("x*y", (2, 3), (1, 0))
    (6.0, 3.0)
    """
    if recordable(f):
        recorded = call(f, at)
        values = [in_form(recorded.value(i), recorded.value(i)) for i in range(len(recorded.outputs))]
        return recorded.rebuild(values), recorded.rebuild(push(recorded, directions_like(recorded, at_dot)))
    program, values, _ = prepare(f, at)
    return _along(program, values, prepare(program, at_dot)[1])


def derivative(f: Any, x: Any) -> Any:
    """The derivative of a function of one input; x may be an array, f is then differentiated at each element.

    Examples
    --------
    >>> derivative("x^3", 2)
    12.0
    """
    if recordable(f):
        return _of_a_callable(f, x)
    program, values, _ = prepare(f, x)
    return _along(program, values, [0 * values[0] + 1.0])[1]


def _of_a_callable(f: Any, x: Any) -> Any:
    """At one number, or at each element of an array.

    Raises
    ------
    UsageError
        If the callable mixes the elements of an array.
    """
    recorded = call(f, x)
    keeps = len(recorded.outputs) == 1 and getattr(recorded.value(0), "shape", ()) == getattr(x, "shape", ())
    if not keeps or any(type(entry[1]) is list and entry[0] not in TABLE for entry in recorded.tape):
        raise UsageError("the function does not keep the elements of its argument apart", remedy="use gradient or jacobian")
    return push(recorded, directions_like(recorded, 1.0))[0]


def gradient(f: Any, at: Any) -> Any:
    """The gradient of f, structured like ``at``: one forward sweep an input.

    Examples
    --------
    >>> gradient("(a + b)*(b + 1)", {"a": 2, "b": 1})
    {'a': 2.0, 'b': 5.0}
    """
    if recordable(f):
        recorded = call(f, at)
        value = demand_one_number(recorded)
        return recorded.restore(columns(recorded, [value])[0])
    program, values, restore = prepare(f, at)
    return restore([_along(program, values, unit)[1] for unit in _units(values)])


def jacobian(f: Any, at: Any) -> Any:
    """The derivative of every output by every input, one forward sweep an input; each row structured like ``at``.

    Examples
    --------
    >>> jacobian("x*y, x + y", (2, 3))
    ((3.0, 2.0), (1.0, 1.0))
    """
    if recordable(f):
        recorded = call(f, at)
        return structured(recorded, columns(recorded, [recorded.value(i) for i in range(len(recorded.outputs))]))
    program, values, restore = prepare(f, at)
    swept = [_along(program, values, unit)[1] for unit in _units(values)]
    if len(program.outputs) == 1:
        return (restore(swept),)
    return tuple(restore([column[i] for column in swept]) for i in range(len(program.outputs)))


def _units(values: Sequence[Any]) -> list[list[Any]]:
    """The unit directions: each moves one input, the others (None) stand still."""
    return [[0 * x + 1.0 if i == j else None for j, x in enumerate(values)] for i in range(len(values))]
