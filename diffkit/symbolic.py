"""The symbolic engine: SymPy's own differentiation of a formula, brought back as a Program.

A Program becomes a SymPy expression (sympy_forms), SymPy differentiates it by its own rules, and the derivative becomes a
Program again (sympy_program): it prints, evaluates and can be differentiated once more.  SymPy reorders and combines as it
likes, so only derivatives come from here; the value of f is always computed by f's own Program.

SymPy writes a formula out as a tree.  A Program that shares its lines may stand for a tree too large for any memory, so
what is above `limits.SYMPY_TREE` or `SYMPY_DAG` is refused.

At a kink: abs takes slope 0, max and min share 1 among the winners, sign, step and floor are flat, relu takes 0; a second
derivative of abs or max is inf at the kink and 0 beside it.  The derivatives of x^y at x = 0 are 0 for y > 1.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sympy
from sympy.logic.boolalg import Boolean

from diffkit import accumulation, limits, namespaces
from diffkit.errors import DiffkitError, InputError, NumberError, UsageError
from diffkit.points import as_program, prepare
from diffkit.program import Program, active, namespace_of, run, tidy
from diffkit.sympy_forms import of_program, symbol
from diffkit.sympy_program import to_program
from diffkit.tables import count

METHODS = {"sympy": None, "forward": accumulation.forward, "reverse": accumulation.reverse}
REMEDY = "differentiate it in reverse mode (tape.gradient), which takes a few times the cost of f"


def expression(f: Any) -> sympy.Expr:
    """The SymPy expression of f; its symbols are real, and SymPy's automatic simplifications have been applied.

    Parameters
    ----------
    f : Program, str or callable
        With one output.

    Raises
    ------
    NumberError
        If f is nested too deeply for SymPy (status "too-large"), or holds a power too large to write out.

    Examples
    --------
    >>> expression("exp(x)/x + 0.5")
    1/2 + exp(x)/x
    """
    program = _one_output(as_program(f))
    with _sympy_watched():
        return run(program, namespaces.get("sympy"), list(map(symbol, program.inputs)))[program.outputs[0]]


def _one_output(program: Program) -> Program:
    """The Program, without lines that it does not need."""
    if len(program.outputs) != 1:
        raise UsageError(
            f"a derivative needs one output, the function has {len(program.outputs)}", remedy="give one formula at a time"
        )
    return tidy(program)


@contextmanager
def _sympy_watched() -> Iterator[None]:
    """Say in our words that SymPy failed, which it does in its own ways, most often at complex numbers."""
    try:
        yield
    except DiffkitError:
        raise
    except RecursionError:
        raise _too_large("the formula is nested too deeply for SymPy") from None
    except Exception as error:
        raise NumberError(f"SymPy fails on this formula ({type(error).__name__})", remedy=REMEDY) from error


def differentiate(f: Any, wrt: str | None = None, order: int = 1, method: str = "sympy") -> Program:
    """The derivative of f in closed form: by SymPy, or on the graph, where every shared part is differentiated once.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    wrt : str, optional
        The input to differentiate by; may be left out if there is only one.
    order : int
        Which derivative.
    method : {"sympy", "forward", "reverse"}
        SymPy's own differentiation of the formula written out; or forward or reverse accumulation by the rules of the
        table, which takes time and size linear in the lines of f, whatever the size of the formula.

    Returns
    -------
    Program
        With the inputs of f, in f's order.

    Raises
    ------
    UsageError
        If f has no such input, ``order`` is no whole number, or there is no such method.
    NumberError
        Status "too-large": f is larger or deeper than SymPy can take in seconds.
    InputError
        If the derivative holds a function that is none of ours; the message names it.

    Examples
    --------
    >>> print(differentiate("x^3*sin(y)", wrt="x", order=2))
    6*x*sin(y)
    >>> slope = differentiate("log(x)/x")
    >>> print(slope)
    1/x^2 - log(x)/x^2
    >>> differentiate("repeat 999: x = 4*x*(1 - x)", method="forward").dag_size
    7992
    """
    program = as_program(f)
    name = _input(program, wrt)
    if isinstance(order, bool) or not isinstance(order, int) or order < 0:
        raise UsageError(f"the order of a derivative is a whole number, not {str(order)[:40]!r}")
    if method not in METHODS:
        raise UsageError(f"unknown method {str(method)[:40]!r}", remedy=f"the methods are {', '.join(METHODS)}")
    return _by_sympy(program, name, order) if method == "sympy" else _on_the_graph(program, name, order, METHODS[method])


def _on_the_graph(program: Program, name: str, order: int, accumulate: Any) -> Program:
    """Accumulate so often."""
    program = _one_output(program)
    for _ in range(order):
        if len(program.lines) > limits.OPERATIONS:
            raise NumberError(f"a derivative of {len(program.lines)} lines is differentiated no further", status="too-large")
        program = accumulate(program, [name])
    return program


def _by_sympy(program: Program, name: str, order: int) -> Program:
    """SymPy's derivative; the next order begins with what SymPy holds, not with the Program made of it."""
    slope = None
    for _ in range(order):
        demand_small(program)
        slope = derivatives(program, [name])[0] if slope is None else derivative(slope, symbol(name))
        program = to_program(slope, program.inputs, derived=True)
    return program


def derivatives(program: Program, names: Sequence[str]) -> list[Any]:
    """SymPy's derivatives of a Program by these inputs, as SymPy leaves them."""
    program = _one_output(program)
    with _sympy_watched():
        e = of_program(program)
    root = program.outputs[0]
    return [derivative(e, symbol(name)) if active(program, [name])[root] else sympy.Integer(0) for name in names]


def derivative(e: Any, s: Any) -> Any:
    """SymPy's derivative of an expression by a symbol, as SymPy leaves it; nan if the expression has no value anywhere."""
    if e.is_infinite or e is sympy.nan:
        return sympy.nan
    with _sympy_watched():
        return e.diff(s)


def demand_small(program: Program, inputs: int = 1) -> None:
    """Refuse a Program that is too large for SymPy to differentiate by so many inputs."""
    tree, dag = program.tree_size, program.dag_size
    if tree * inputs > limits.SYMPY_TREE:
        times = f" and {inputs} inputs; their product may be" if inputs > 1 else "; for SymPy it may have"
        raise _too_large(f"the formula written out has {count(tree)} nodes{times} {limits.SYMPY_TREE}")
    if dag > limits.SYMPY_DAG:
        raise _too_large(f"the formula has {dag} distinct nodes; for SymPy it may have {limits.SYMPY_DAG}")


def _too_large(what: str) -> NumberError:
    return NumberError(what, remedy=REMEDY, status="too-large")


def _input(program: Program, wrt: str | None) -> str:
    """The input to differentiate by."""
    if wrt is None and len(program.inputs) == 1:
        return program.inputs[0]
    if wrt not in program.inputs:
        fault = "name the input to differentiate by" if wrt is None else f"the function has no input {str(wrt)[:40]!r}"
        raise UsageError(fault, remedy=f"its inputs are {', '.join(program.inputs) or 'none: it is constant'}")
    return str(wrt)


def gradient(f: Any, at: Any) -> Any:
    """The gradient of f at a point: SymPy's derivative by each input, evaluated in float64.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
        The point; arrays broadcast.

    Returns
    -------
    gradient
        Structured like ``at``.

    Raises
    ------
    NumberError, InputError
        As `differentiate` does.

    Examples
    --------
    >>> gradient("(x + y)*z", {"x": -2, "y": 5, "z": -4})
    {'x': -4.0, 'y': -4.0, 'z': 3.0}
    """
    program, values, restore = prepare(f, at)
    demand_small(program, len(program.inputs))
    slopes = to_program(derivatives(program, program.inputs), program.inputs, derived=True)
    return restore(_evaluate(slopes, values))


def _evaluate(program: Program, values: Sequence[Any]) -> list[Any]:
    """The outputs at a point; arrays where there is an array among the values, also of a constant derivative."""
    F = namespaces.get(namespace_of(values))
    with namespaces.quiet():
        v = run(program, F, values)
        return [v[k] + sum(0 * x for x in values) if F.name == "numpy" else v[k] for k in program.outputs]


def from_sympy(expression: Any, inputs: Sequence[Any] | None = None) -> Program:
    """The Program of a SymPy expression, with the structure that SymPy gave it.

    Parameters
    ----------
    expression : sympy.Expr
        Symbols may carry any assumptions; floats, pi and E become the nearest double.
    inputs : sequence of str or Symbol, optional
        The inputs in order; by default in order of first appearance.

    Raises
    ------
    InputError
        If it holds a function that is none of ours (named in the message), an imaginary unit, or a symbol whose name the
        language of expressions cannot read.
    UsageError
        If ``inputs`` leaves a symbol out.

    Examples
    --------
    >>> x = sympy.Symbol("x", positive=True)
    >>> print(from_sympy(sympy.exp(-x)/sympy.sqrt(x)))
    exp(-x)/sqrt(x)
    """
    e = sympy.sympify(expression) if isinstance(expression, (int, float)) else expression
    if not isinstance(e, (sympy.Expr, Boolean)):
        raise InputError(f"a SymPy expression is needed, not {type(expression).__name__}")
    program = to_program(e)
    order = program.inputs if inputs is None else tuple(map(str, inputs))
    if missing := [name for name in program.inputs if name not in order]:
        raise UsageError(f"the inputs leave out the symbol {missing[0]!r}", remedy=f"its symbols are {', '.join(program.inputs)}")
    return Program(program.lines, order, program.outputs)
