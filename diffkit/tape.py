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
from diffkit.floats import U
from diffkit.points import as_program, demand_one_output, prepare
from diffkit.primitives import TABLE, zero
from diffkit.program import Builder, Program, active, namespace_of, reachable, renumber, run, tidy

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

# operations whose partial 0 is a strong one: choices not taken, and what is piecewise constant
STRONG = {row.name for row in TABLE.values() if row.selects or set(row.partials) == {zero}}


def reverse_sweep(program: Program, F: Any, v: Sequence[Any], seeds: dict[int, Any], depends: Sequence[bool]) -> list[Any]:
    """The adjoint of every line that ``depends`` marks, from the adjoints ``seeds`` of the outputs; None: no path to them."""
    v_bar: list[Any] = [None] * len(v)
    for k, seed in seeds.items():
        v_bar[k] = seed if v_bar[k] is None else v_bar[k] + seed
    strong = [False] * len(v) if F.name in namespaces.NUMBERS else _behind_a_choice(program)
    for k in range(len(v) - 1, -1, -1):
        line, bar = program.lines[k], v_bar[k]
        if bar is None or not line.args:
            continue
        operands = [v[a] for a in line.args]
        for position, a in enumerate(line.args):
            if depends[a]:
                partial = namespaces.local_derivative(line.op, position, F, v[k], operands)
                if F.name in namespaces.NUMBERS and partial == 0 and line.op in STRONG:
                    continue  # not taken, or piecewise constant: contributes nothing, whatever lies behind it
                share = _strong_product(F, bar, partial) if strong[k] else bar * partial
                v_bar[a] = share if v_bar[a] is None else v_bar[a] + share
    return v_bar


def _behind_a_choice(program: Program) -> list[bool]:
    """Does each line feed a where, max, min or relu, which may not have taken it?"""
    behind = [False] * len(program.lines)
    for k in range(len(program.lines) - 1, -1, -1):
        if behind[k] or (program.lines[k].args and TABLE[program.lines[k].op].selects):
            for a in program.lines[k].args:
                behind[a] = True
    return behind


def _strong_product(F: Any, bar: Any, partial: Any) -> Any:
    """bar * partial, and 0 where bar is 0 even if partial is nan: the branch not taken."""
    zero = F.const(0.0)
    return F.where(F.eq(bar, zero), zero, bar * partial)


def _sweep_at(program: Program, values: Sequence[Any], output: int = 0) -> tuple[Any, list[Any]]:
    """One output and its derivative by every input, at ``values``."""
    F = namespaces.get(namespace_of(values))
    root = program.outputs[output]
    with namespaces.quiet():
        v = run(program, F, values)
        v_bar = reverse_sweep(program, F, v, {root: F.const(1.0)}, active(program, program.inputs))
    return v[root], _of_inputs(program, v_bar, [_nothing(x) for x in values])


def _of_inputs(program: Program, v_bar: Sequence[Any], absent: Sequence[Any]) -> list[Any]:
    """The adjoints of the inputs, in order; an input that the outputs do not use has ``absent``."""
    found = {line.text: v_bar[k] for k, line in enumerate(program.lines) if line.op == "input" and v_bar[k] is not None}
    return [_shaped(found.get(name, nothing), nothing) for name, nothing in zip(program.inputs, absent)]


def _nothing(x: Any) -> Any:
    """The slope by an input that is not used: 0 also at inf, and never -0."""
    return 0 * abs(x) if getattr(x, "ndim", None) else type(x)(0)


def _shaped(adjoint: Any, like: Any) -> Any:
    """An adjoint that is the same for all elements of an array, written out for each."""
    if not getattr(like, "ndim", None) or getattr(adjoint, "ndim", None):
        return adjoint
    import numpy as np

    return np.full(like.shape, adjoint)


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
    demand_one_output(program)
    value, gradient = _sweep_at(program, values)
    return value, restore(gradient)


def compile(f: Any, at: Any = None, fast: bool | None = False) -> Any:
    """A function g with g(at) = `value_and_gradient` (f, at), for many points.

    f is recorded once and written as straight-line Python: forward and reverse sweep in one function, dead code dropped, long
    repeated periods as loops.  Where a recorded callable takes another branch it is recorded again; where the fast code meets a
    pole, an overflow or nan, the tape itself answers.  The results are those of the tape, bit for bit.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        Where a callable is recorded; not needed for a text or a Program.
    fast : bool or None
        Compile that Python with numba (the extra ``fast``): the results then agree to 2 ulps of each operation. None: if numba
        is installed. By default plain Python, whose first call costs milliseconds, not seconds.

    Returns
    -------
    Compiled
        ``g(at)``; ``g.source`` is the Python it runs.

    Raises
    ------
    UsageError
        If f has several outputs, or numba is asked for and not installed.

    Examples
    --------
    >>> g = compile("q = x + y; f = q*z")
    >>> g((-2.0, 5.0, -4.0))
    (-12.0, (-4.0, -4.0, 3.0))
    >>> print(g.source)
    def value_and_gradient(x, y, z):
        q = x + y
        f = q*z
        dq = z
        dz = q
        dx = dq
        dy = dq
        return f, (dx, dy, dz)
    <BLANKLINE>
    """
    from diffkit.emit.compiled import Compiled

    return Compiled(f, at, value_and_gradient, fast)


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
    return restore(_of_inputs(slopes, v_bar, [_nothing(x) for x in values]))


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
        return restore(_of_inputs(program, v_bar, [_nothing(x) for x in values]))

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
    from diffkit import algebra

    program = tidy(as_program(f))
    demand_one_output(program)
    builder = Builder()
    F = algebra.namespace(builder)
    new = renumber(program, builder, reachable(program, range(len(program.lines)))[0])
    v = [algebra.Var(F, new[k]) for k in range(len(program.lines))]
    root = program.outputs[0]
    v_bar = reverse_sweep(program, F, v, {root: F.const(1.0)}, active(program, program.inputs))
    slopes = [bar.index for bar in _of_inputs(program, v_bar, [F.const(0.0)] * len(program.inputs))]
    return tidy(builder.build(new[root], *slopes, inputs=program.inputs))


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
