"""Forward mode: every value travels with its tangent.

The tangent of line k is v_dot[k] = the derivative of v[k] in the direction x_dot.  Walking the lines forwards,

    v_dot[k]  =  sum over its operands a of  d v[k] / d v[a] * v_dot[a]

One forward sweep gives the derivative in one direction, so a gradient takes one sweep an input (Wengert 1964).
"""

from collections.abc import Sequence
from typing import Any

from diffkit import namespaces
from diffkit.points import prepare
from diffkit.primitives import TABLE
from diffkit.program import Program, namespace_of


def forward_sweep(program: Program, F: Any, values: Sequence[Any], directions: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Value and tangent of every line; a direction of None, and the tangent None, stand for "does not move"."""
    v: list[Any] = []
    v_dot: list[Any] = []
    place = {name: i for i, name in enumerate(program.inputs)}
    for line in program.lines:
        if line.op == "input":
            v.append(values[place[line.text]])
            v_dot.append(directions[place[line.text]])
        elif line.op == "const":
            v.append(F.const(line.value, line.text))
            v_dot.append(None)
        else:
            operands = [v[a] for a in line.args]
            v.append(getattr(F, line.op)(*operands))
            v_dot.append(_tangent(line.op, F, v[-1], operands, [v_dot[a] for a in line.args]))
    return v, v_dot


def _tangent(op: str, F: Any, y: Any, operands: list[Any], moves: list[Any]) -> Any:
    """The tangent of one operation: the sum of partial times tangent over the operands that move."""
    total = None
    for position, move in enumerate(moves):
        if move is None:
            continue
        partial = namespaces.local_derivative(op, position, F, y, operands)
        if TABLE[op].selects:
            if F.name in namespaces.NUMBERS and partial == 0:
                continue  # not taken: contributes nothing, even if its tangent is nan
            share = F.where(F.eq(partial, F.const(0.0)), F.const(0.0), partial * move)
        else:
            share = partial * move
        total = share if total is None else total + share
    return total


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
