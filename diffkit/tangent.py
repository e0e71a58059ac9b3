"""Forward mode: every value travels with its tangent.

The tangent of line k is v_dot[k] = the derivative of v[k] in the direction x_dot.  Walking the lines forwards,

    v_dot[k]  =  sum over its operands a of  d v[k] / d v[a] * v_dot[a]

One forward sweep gives the derivative in one direction, so a gradient takes one sweep an input (Wengert 1964).
"""

from collections.abc import Sequence
from typing import Any

from diffkit import namespaces
from diffkit.points import prepare
from diffkit.program import Program, namespace_of
from diffkit.sweeps import forward_sweep


def _along(program: Program, values: Sequence[Any], directions: Sequence[Any]) -> tuple[Any, Any]:
    F = namespaces.get(namespace_of(values))
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
    program, values, _ = prepare(f, at)
    return _along(program, values, prepare(program, at_dot)[1])


def derivative(f: Any, x: Any) -> Any:
    """The derivative of a function of one input; x may be an array, f is then differentiated at each element.

    Examples
    --------
    >>> derivative("x^3", 2)
    12.0
    """
    program, values, _ = prepare(f, x)
    return _along(program, values, [0 * values[0] + 1.0])[1]


def gradient(f: Any, at: Any) -> Any:
    """The gradient of f, structured like ``at``: one forward sweep an input.

    Examples
    --------
    >>> gradient("(a + b)*(b + 1)", {"a": 2, "b": 1})
    {'a': 2.0, 'b': 5.0}
    """
    program, values, restore = prepare(f, at)
    return restore([_along(program, values, unit)[1] for unit in _units(values)])


def jacobian(f: Any, at: Any) -> Any:
    """The derivative of every output by every input, one forward sweep an input; each row structured like ``at``.

    Examples
    --------
    >>> jacobian("x*y, x + y", (2, 3))
    ((3.0, 2.0), (1.0, 1.0))
    """
    program, values, restore = prepare(f, at)
    columns = [_along(program, values, unit)[1] for unit in _units(values)]
    if len(program.outputs) == 1:
        return (restore(columns),)
    return tuple(restore([column[i] for column in columns]) for i in range(len(program.outputs)))


def _units(values: Sequence[Any]) -> list[list[Any]]:
    """The unit directions: each moves one input, the others (None) stand still."""
    return [[0 * x + 1.0 if i == j else None for j, x in enumerate(values)] for i in range(len(values))]
