"""Reverse mode: the forward sweep records every value, the reverse sweep accumulates adjoints.

The adjoint of line k is v_bar[k] = d f / d v[k].  Walking the lines backwards, each hands its adjoint to its operands:

    v_bar[a]  +=  v_bar[k] * d v[k] / d v[a]

One reverse sweep gives the derivative by every input, at a few times the cost of f whatever their number (Linnainmaa 1970,
Speelpenning 1980).  The sweep runs in any namespace: floats, arrays, mpmath, and Programs, where it writes the gradient
as a Program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from diffkit import namespaces
from diffkit.errors import UsageError
from diffkit.floats import U
from diffkit.points import as_program, prepare
from diffkit.primitives import TABLE
from diffkit.program import Program, active, namespace_of, run
from diffkit.sweeps import of_inputs, reverse_sweep

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def _sweep_at(program: Program, values: Sequence[Any], output: int = 0) -> tuple[Any, list[Any]]:
    """One output and its derivative by every input, at ``values``."""
    F = namespaces.get(namespace_of(values))
    root = program.outputs[output]
    with namespaces.quiet():
        v = run(program, F, values)
        v_bar = reverse_sweep(program, F, v, {root: F.const(1.0)}, active(program, program.inputs))
    return v[root], of_inputs(program, v_bar, [0 * x for x in values])


def value_and_gradient(f: Any, at: Any) -> tuple[Any, Any]:
    """The value and the gradient of f, by one forward and one reverse sweep.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        The point.

    Returns
    -------
    value : float
    gradient
        Structured like ``at``; relative error a few u times the condition of the sweep.

    Examples
    --------
    >>> value_and_gradient("(x + y)*z", {"x": -2, "y": 5, "z": -4})
    (-12.0, {'x': -4.0, 'y': -4.0, 'z': 3.0})
    """
    program, values, restore = prepare(f, at)
    _demand_one_output(program)
    value, gradient = _sweep_at(program, values)
    return value, restore(gradient)


def _demand_one_output(program: Program) -> None:
    if len(program.outputs) != 1:
        raise UsageError(f"a gradient needs one output, the function has {len(program.outputs)}", remedy="use jacobian")


def gradient(f: Any, at: Any) -> Any:
    """The gradient of f, structured like ``at``; see `value_and_gradient`.

    Examples
    --------
    >>> gradient("(a + b)*(b + 1)", (2, 1))
    (2.0, 5.0)
    """
    return value_and_gradient(f, at)[1]


def jacobian(f: Any, at: Any) -> Any:
    """The derivative of every output by every input, one reverse sweep an output; each row structured like ``at``.

    Examples
    --------
    >>> jacobian("x*y, x + y", (2, 3))
    ((3.0, 2.0), (1.0, 1.0))
    """
    program, values, restore = prepare(f, at)
    return tuple(restore(_sweep_at(program, values, i)[1]) for i in range(len(program.outputs)))


def hessian(f: Any, at: Any) -> Any:
    """The second derivatives of f: the Jacobian of the gradient Program; rows and columns structured like ``at``.

    Examples
    --------
    >>> hessian("x^2*y", (3, 2))
    ((4.0, 6.0), (6.0, 0.0))
    """
    program, values, restore = prepare(f, at)
    slopes = gradient_program(program)
    return restore([restore(_sweep_at(slopes, values, 1 + i)[1]) for i in range(len(values))])


def hvp(f: Any, at: Any, v: Any) -> Any:
    """The Hessian times a vector, by one reverse sweep over the gradient Program (the Hessian is symmetric).

    Examples
    --------
    >>> hvp("x^2*y", (3, 2), (1, 0))
    (4.0, 6.0)
    """
    program, values, restore = prepare(f, at)
    weights = prepare(program, v)[1]
    slopes = gradient_program(program)
    F = namespaces.get(namespace_of(values))
    seeds: dict[int, Any] = {}
    for k, weight in zip(slopes.outputs[1:], weights):
        seeds[k] = seeds.get(k, 0.0) + weight
    with namespaces.quiet():
        v_bar = reverse_sweep(slopes, F, run(slopes, F, values), seeds, active(slopes, slopes.inputs))
    return restore(of_inputs(slopes, v_bar, [0 * x for x in values]))


def vjp(f: Any, at: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The value of f and its pullback y_bar -> y_bar . J, structured like ``at``.

    Examples
    --------
    >>> y, pullback = vjp("x*y, x + y", (2, 3))
    >>> y, pullback((1, 10))
    ((6.0, 5.0), (13.0, 12.0))
    """
    program, values, restore = prepare(f, at)
    F = namespaces.get(namespace_of(values))
    with namespaces.quiet():
        v = run(program, F, values)
    depends = active(program, program.inputs)
    one = len(program.outputs) == 1

    def pullback(y_bar: Any) -> Any:
        seeds: dict[int, Any] = {}
        for k, bar in zip(program.outputs, (y_bar,) if one else y_bar, strict=True):
            seeds[k] = seeds.get(k, 0.0) + bar
        with namespaces.quiet():
            v_bar = reverse_sweep(program, F, v, seeds, depends)
        return restore(of_inputs(program, v_bar, [0 * x for x in values]))

    return (v[program.outputs[0]] if one else tuple(v[k] for k in program.outputs)), pullback


def gradient_program(f: Any) -> Program:
    """The Program whose outputs are the value of f and its derivative by every input: reverse mode, written out.

    The reverse sweep run over the namespace of Programs; its number of operations is a small multiple of that of f
    (Baur and Strassen 1983), and differentiating it again gives second derivatives.

    Examples
    --------
    >>> print(gradient_program("x*sin(y)"))
    x*sin(y), sin(y), x*cos(y)
    """
    from diffkit import accumulation

    program = as_program(f)
    _demand_one_output(program)
    return accumulation.reverse(program, program.inputs, value=True)


SMALLEST_NORMAL, SUBNORMAL = 2.0**-1022, 2.0**-1074
UNDERFLOWING = {"mul", "div", "pow", "exp", "sech", "csch", "erfc", "sigmoid", "softplus", "gamma"}


def committed(op: str, y: float, operands: Sequence[float]) -> float:
    """What one operation with the result ``y`` may err by: its stated ulps, each 2u|y|, or 2^-1074 where it underflows.

    Examples
    --------
    >>> committed("mul", 3.0, [1.5, 2.0]) / 2**-53
    3.0
    """
    ulps = TABLE[op].ulps[0]
    if abs(y) >= SMALLEST_NORMAL or not ulps or op in {"add", "sub"}:  # a sum that is subnormal is exact
        return ulps * 2 * U * abs(y)
    flushed = op in UNDERFLOWING and all(operands)
    return max(ulps, 1) * SUBNORMAL if y or flushed else abs(y)


def shares(f: Any, at: Any, output: int = 0) -> list[float]:
    """What the rounding of each line may do to f in float64, to first order: |v_bar[k]| times what it `committed`, absolute.

    Every operation commits at most its stated ulps; its adjoint says what that does to the result (Linnainmaa 1976).
    Inputs, constants and exact operations have 0.

    Examples
    --------
    >>> [round(share / 2**-53, 1) for share in shares("sin(x) - 1", 1.5)]
    [0.0, 2.0, 0.0, 0.0]
    """
    program, values, _ = prepare(f, at)
    F = namespaces.get("math")
    v = run(program, F, values)
    v_bar = reverse_sweep(program, F, v, {program.outputs[output]: 1.0}, [line.op != "const" for line in program.lines])
    found = []
    for line, y, bar in zip(program.lines, v, v_bar):
        # one whose result does not matter, or that is exact, may stand at a pole
        error = committed(line.op, y, [v[a] for a in line.args]) if bar and line.args else 0.0
        found.append(abs(bar) * error if error else 0.0)
    return found


def noise(f: Any, at: Any, output: int = 0) -> float:
    """A bound on the absolute rounding error of f in float64, to first order: the sum of the `shares`.

    Examples
    --------
    >>> 0.9 < noise("sin(x)", 1.5) / 2**-52 < 1.1
    True
    """
    return sum(shares(f, at, output))


def noise_rms(f: Any, at: Any, output: int = 0) -> float:
    """The absolute rounding error of f to be expected: the root of the sum of shares^2 / 3, to first order.

    Each rounding error is taken as uniform within its bound, and independent of the others, which they seldom quite are.

    Examples
    --------
    >>> round(noise("sin(x)", 1.5) / noise_rms("sin(x)", 1.5), 9)
    1.732050808
    """
    return math.hypot(*shares(f, at, output)) / math.sqrt(3)
