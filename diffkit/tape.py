"""Reverse mode: the forward sweep records every value, the reverse sweep accumulates adjoints.

The adjoint of line k is v_bar[k] = d f / d v[k].  Walking the lines backwards, each hands its adjoint to its operands:

    v_bar[a]  +=  v_bar[k] * d v[k] / d v[a]

One reverse sweep gives the derivative by every input, at a few times the cost of f whatever their number (Linnainmaa 1970,
Speelpenning 1980).  The sweep runs in any namespace: floats, arrays, mpmath, and Programs, where it writes the gradient
as a Program.

A Python callable is recorded while it runs (`recording`), so that value and gradient take one call of it and one pass back
over what it did (`eager`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from diffkit import namespaces
from diffkit.floats import U
from diffkit.jacobians import (
    blocks,
    demand_one,
    demand_one_number,
    directions_like,
    in_form,
    is_nan,
    of_gradient,
    own,
    pull,
    push,
    seeds_like,
)
from diffkit.jacobians import jacobian as structured
from diffkit.points import as_program, prepare, recordable
from diffkit.primitives import TABLE
from diffkit.program import Program, active, run
from diffkit.sweeps import of_inputs, reverse_sweep
from diffkit.tracing import call

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

    from diffkit.explain import Explanation


# --- Python callables ------------------------------------------------------------------------------------------------------
def _recorded_value_and_gradient(f: Callable[..., Any], at: Any) -> tuple[Any, Any]:
    recorded = call(f, at)
    value = demand_one_number(recorded)
    k = recorded.line(0)
    return value, recorded.restore(pull(recorded, {} if k is None else {k: 1.0}, is_nan(value), once=True))


# --- Programs --------------------------------------------------------------------------------------------------------------
def _sweep_at(program: Program, values: Sequence[Any], output: int = 0) -> tuple[Any, list[Any]]:
    """One output and its derivative by every input, at ``values``."""
    F = namespaces.get(program.namespace_of(values))
    root = program.outputs[output]
    with namespaces.quiet():
        v = run(program, F, values)
        v_bar = reverse_sweep(program, F, v, {root: F.const(1.0)}, active(program, program.inputs))
    return v[root], of_inputs(program, v_bar, _zeros(values))


def _zeros(values: Sequence[Any]) -> list[Any]:
    """What the derivative by an input that is not used is."""
    return [0.0 if type(x) is float else 0 * x for x in values]


def value_and_gradient(f: Any, at: Any) -> tuple[Any, Any]:
    """The value and the gradient of f, by one forward and one reverse sweep (Linnainmaa 1970, Speelpenning 1980).

    Parameters
    ----------
    f : Program, str or callable
        With one output. A callable uses plain operators and plain NumPy; numbers are Python floats, arrays those of NumPy.
    at : number, tuple, dict or array
        The point.

    Returns
    -------
    value : float
    gradient
        Structured like ``at``; relative error a few u times the condition of the sweep.

    Raises
    ------
    UsageError
        If f has several outputs, or a coordinate is no real number or an array of whole numbers.
    InputError
        If f does what cannot be recorded, such as math.sin of its argument: with the line, and what to write instead.

    Examples
    --------
    >>> value_and_gradient("(x + y)*z", {"x": -2, "y": 5, "z": -4})
    (-12.0, {'x': -4.0, 'y': -4.0, 'z': 3.0})
    >>> import numpy as np
    >>> value_and_gradient(lambda w, x: np.sum(np.sin(w @ x)), (np.zeros((1, 2)), np.array([3.0, 4.0])))
    (0.0, (array([[3., 4.]]), array([0., 0.])))
    """
    if recordable(f):
        return _recorded_value_and_gradient(f, at)
    program, values, restore = prepare(f, at)
    demand_one(len(program.outputs))
    value, gradient = _sweep_at(program, values)
    return value, restore(gradient)


def compile(f: Any, at: Any = None, fast: bool | None = False) -> Any:
    """A function g with g(at) = `value_and_gradient` (f, at), for many points.

    f is recorded once and written as straight-line Python: forward and reverse sweep in one function, dead code dropped, long
    repeated periods as loops, large arrays block by block.  Where a recorded callable takes another branch, or meets another
    shape, it is recorded again; where the fast code meets a pole, an overflow or nan, the tape itself answers.  On numbers the
    results are those of the tape, bit for bit, but that an expression which a callable writes twice is computed once, which may
    change the last digit of a slope; on arrays sums may be added up in another order.

    What a callable reads besides its arguments is looked at before each call, and if it has changed, f is recorded again: the
    variables that its code names, in closures, globals and its own modules, and all they lead to (elements of lists, dicts and
    arrays, attributes, other functions). That takes about a microsecond, for large arrays the time of one comparison; what
    changes often is better an argument. A function that changes what it reads itself (a counter, a log, a random generator)
    is left to the tape. Not seen is what comes from files, clocks, and from within installed libraries.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        Where a callable is recorded; not needed for a text or a Program.
    fast : bool or None
        Compile code on numbers with numba (the extra ``fast``), whose operations agree with Python's to 2 ulps; code on arrays
        calls NumPy in any case. None: if numba is installed. By default plain Python, whose first call takes milliseconds
        where numba takes a second.

    Returns
    -------
    Compiled
        ``g(at)``; ``g.source`` is the Python it runs.

    Raises
    ------
    UsageError
        If f has several outputs, or numba is asked for and not installed.
    InputError
        If f does what cannot be recorded.

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
    """The gradient of f, structured like ``at``: df/dx for every coordinate x; parameters and errors of `value_and_gradient`.

    Examples
    --------
    >>> gradient("(a + b)*(b + 1)", (2, 1))
    (2.0, 5.0)
    """
    return value_and_gradient(f, at)[1]


def checkpoint(f: Callable[..., Any], times: int = 1, snapshots: int | None = None) -> Callable[..., Any]:
    """f, whose reverse sweep computes it again instead of storing what is in between.

    Inside a function that is differentiated, ``checkpoint(f)(x)`` keeps only x.  With ``times`` = n it is the loop that does
    x = f(x, *rest) n times, and keeps a bounded number of the states x: on the binomial schedule (Griewank 1992), s snapshots
    reach C(s + r, s) steps with each step computed at most r + 1 times and recorded once.

    Parameters
    ----------
    f : callable
        Of numbers, arrays, and structures of them; all that is differentiated by must be an argument.
    times : int
        How often f is applied; its result then has the structure of its first argument.
    snapshots : int
        States kept at a time; 64 by default.

    Raises
    ------
    UsageError
        If there is less than one step or snapshot, or a step gives another structure than it takes.
    InputError
        If f reads a traced value that is no argument of it, or would be another function when it is computed again, since what
        it reads besides its arguments has changed.

    Examples
    --------
    >>> step = lambda x, r: r*x*(1 - x)
    >>> gradient(lambda x, r: checkpoint(step, times=3)(x, r), (0.5, 3.0)) == gradient(
    ...     lambda x, r: step(step(step(x, r), r), r), (0.5, 3.0))
    True
    """
    from diffkit import limits
    from diffkit.checkpoint import checkpoint as recomputed

    return recomputed(f, times, limits.SNAPSHOTS if snapshots is None else snapshots)


def jacobian(f: Any, at: Any) -> Any:
    """The derivative of every output by every input, J[i, j] = df_i/dx_j; each row structured like ``at``.

    One reverse sweep an output, or one forward sweep an input, whichever are fewer.  An array as result, or in ``at``, gives
    an array: its shape is the result's followed by the coordinate's.

    Parameters
    ----------
    f : Program, str or callable
        With any number of outputs, of any shapes.
    at : number, tuple, dict or array
        The point.

    Raises
    ------
    UsageError, InputError
        As `value_and_gradient`.

    Examples
    --------
    >>> jacobian("x*y, x + y", (2, 3))
    ((3.0, 2.0), (1.0, 1.0))
    >>> import numpy as np
    >>> jacobian(lambda x: np.cumsum(x * x), np.array([1.0, 2.0]))
    array([[2., 0.],
           [2., 4.]])
    """
    if recordable(f):
        recorded = call(f, at)
        return structured(recorded, blocks(recorded))
    program, values, restore = prepare(f, at)
    return tuple(restore(_sweep_at(program, values, i)[1]) for i in range(len(program.outputs)))


def hessian(f: Any, at: Any) -> Any:
    """The second derivatives of f, H[i, j] = d^2 f/dx_i dx_j: the Jacobian of the gradient; structured like ``at`` twice over.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        The point.

    Raises
    ------
    UsageError, InputError
        As `value_and_gradient`.

    Examples
    --------
    >>> hessian("x^2*y", (3, 2))
    ((4.0, 6.0), (6.0, 0.0))
    >>> import numpy as np
    >>> hessian(np.prod, np.array([2.0, 3.0]))
    array([[0., 1.],
           [1., 0.]])
    """
    if recordable(f):
        recorded = of_gradient(gradient, f, at)
        return recorded.rebuild([recorded.restore(row)[0] for row in blocks(recorded)])
    program, values, restore = prepare(f, at)
    slopes = gradient_program(program)
    return restore([restore(_sweep_at(slopes, values, 1 + i)[1]) for i in range(len(values))])


def hvp(f: Any, at: Any, v: Any) -> Any:
    """The Hessian times a vector, sum_j H[i, j] v_j, without the Hessian (Pearlmutter 1994).

    For a callable: one forward sweep over its recorded gradient; for a Program: one reverse sweep over its gradient Program,
    which is the same number because the Hessian is symmetric.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        The point.
    v : structured like ``at``
        The vector.

    Raises
    ------
    UsageError, InputError
        As `value_and_gradient`; if v is not structured like ``at``.

    Examples
    --------
    >>> hvp("x^2*y", (3, 2), (1, 0))
    (4.0, 6.0)
    """
    if recordable(f):
        recorded = of_gradient(gradient, f, at)
        return recorded.rebuild(push(recorded, directions_like(recorded, (v,))))
    program, values, restore = prepare(f, at)
    weights = prepare(program, v)[1]
    slopes = gradient_program(program)
    F = namespaces.get(program.namespace_of(values))
    seeds: dict[int, Any] = {}
    for k, weight in zip(slopes.outputs[1:], weights):
        seeds[k] = seeds.get(k, 0.0) + weight
    with namespaces.quiet():
        v_bar = reverse_sweep(slopes, F, run(slopes, F, values), seeds, active(slopes, slopes.inputs))
    return restore(of_inputs(slopes, v_bar, _zeros(values)))


def vjp(f: Any, at: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The value of f and its pullback y_bar -> y_bar . J, structured like ``at``; f is run once for any number of y_bar.

    Parameters
    ----------
    f : Program, str or callable
        With any number of outputs.
    at : number, tuple, dict or array
        The point.

    Returns
    -------
    y
        The value.
    pullback : callable
        Of an adjoint structured like y.

    Raises
    ------
    UsageError, InputError
        As `value_and_gradient`.

    Examples
    --------
    >>> y, pullback = vjp("x*y, x + y", (2, 3))
    >>> y, pullback((1, 10))
    ((6.0, 5.0), (13.0, 12.0))
    >>> import numpy as np
    >>> vjp(lambda W: W @ np.array([1.0, 2.0]), np.eye(2))[1](np.array([1.0, 10.0]))  # dW = dD x^T
    array([[ 1.,  2.],
           [10., 20.]])
    """
    if recordable(f):
        return _recorded_vjp(f, at)
    program, values, restore = prepare(f, at)
    F = namespaces.get(program.namespace_of(values))
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
        return restore(of_inputs(program, v_bar, _zeros(values)))

    return (v[program.outputs[0]] if one else tuple(v[k] for k in program.outputs)), pullback


def _recorded_vjp(f: Callable[..., Any], at: Any) -> tuple[Any, Callable[[Any], Any]]:
    recorded = call(f, at)
    values = [recorded.value(i) for i in range(len(recorded.outputs))]
    undefined = any(map(is_nan, values))

    def pullback(y_bar: Any) -> Any:
        return recorded.restore(pull(recorded, seeds_like(recorded, y_bar), undefined))

    return recorded.rebuild([own(in_form(y, y)) for y in values]), pullback


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
    demand_one(len(program.outputs))
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


def explain(f: Any, at: Any) -> Explanation:
    """Why the gradient of f is what it is: kinks, ties, jumps, poles, overflow, and where an adjoint stops being a number.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
        The point.

    Returns
    -------
    Explanation
        ``.status`` in one word ("ok" if there is nothing to say), ``.findings`` with operation, source line and index of
        the element, ``.value``, ``.gradient``.

    Examples
    --------
    >>> print(explain("sqrt(x^2 + y^2)", (0, 0)))
    sqrt(0) has an infinite or undefined slope there
        line 6 of the Program
        on the way to the derivative by x, y
    """
    from diffkit.explain import explain as found

    return found(f, at)


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
