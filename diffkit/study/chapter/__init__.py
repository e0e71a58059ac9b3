"""The chapter on automatic differentiation, recomputed: every example that it gives, in its order.

Nothing is copied from the chapter but its functions and points (`examples`); every number is measured here.
"""

import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from diffkit import algebra, numeric, symbolic, tape
from diffkit.errors import DiffkitError
from diffkit.language import parse
from diffkit.program import Builder, Program, tidy
from diffkit.results import Chapter, Graph
from diffkit.results.chapter import Branch, Branching, Gate, Judged, Mode, Product, Rule, Work
from diffkit.study import check, graph, staged, sweep
from diffkit.study.chapter import examples
from diffkit.sweeps import forward_sweep
from diffkit.tracing import trace
from diffkit.truth import derivative

QUOTIENTS = ("D+", "D0", "richardson")  # D- takes what D+ takes


def measure(seed: int = 0, progress: Callable[[str], None] = lambda stage: None) -> Chapter:
    """Recompute every example of the chapter.

    Parameters
    ----------
    seed : int
        Of the random matrices.
    progress : callable, optional
        Told the name of each stage as it begins.

    Returns
    -------
    Chapter

    Examples
    --------
    >>> chapter = measure()
    >>> chapter.exercise_listing.value, chapter.exercise_listing.gradient["x"]
    (1.5456448841066441, 2.0595697955721652)
    """
    progress("orders")
    orders = sweep.measure(examples.SMOOTH, examples.SMOOTH_AT, engines=())
    progress("costs")
    costs = tuple(map(work, examples.INPUTS))
    progress("checks")
    checks = tuple(judged(*row) for row in examples.CHECKS)
    progress("graphs")
    exercise, neuron = (examples.EXERCISE, examples.EXERCISE_AT), (examples.NEURON, examples.NEURON_AT)
    composite = examples.COMPOSITE, examples.COMPOSITE_AT
    return Chapter(
        orders=orders,
        costs=costs,
        checks=checks,
        branching=(_if(), _while()),
        tree=tuple(tree()),
        modes=tuple(modes()),
        rules=tuple(rule(*row) for row in examples.RULES),
        composite=graph.measure(*composite),
        composite_listing=staged.measure(*composite),
        neuron=(graph.measure(*neuron), graph.measure(*neuron, fuse=("sigmoid",))),
        neuron_listing=staged.measure(*neuron),
        neuron_fused=staged.measure(examples.NEURON_FUSED, examples.NEURON_AT),
        gates=tuple(gates()),
        saturated=examples.SATURATED,
        exercise=graph.measure(*exercise),
        exercise_listing=staged.measure(*exercise),
        products=tuple(products(seed)),
        seed=seed,
    )


# --- numeric differentiation -------------------------------------------------------------------------------------------
def work(n: int) -> Work:
    """Count what a gradient of a neuron with n weights takes in every way."""
    program = parse(examples.neuron(n))
    at = [1.0] * n
    evaluations = {scheme: _points(program, at, scheme) for scheme in QUOTIENTS}
    swept = {"forward": sum(tangent_program(program, i).operations for i in range(n))}
    return Work(
        n=n,
        operations=program.operations,
        times=evaluations | {"forward": n, "reverse": 1},
        work={scheme: count * program.operations for scheme, count in evaluations.items()}
        | swept
        | {"reverse": tape.gradient_program(program).operations},
    )


def _points(program: Program, at: list[float], scheme: str) -> int:
    """At how many points a scheme asks for f: a value that was computed once is kept."""
    seen = set()

    def f(x: Any) -> float:
        seen.add(tuple(map(float, x)))
        return float(program(*map(float, x)))

    numeric.gradient(f, np.array(at), scheme=scheme)
    return len(seen)


def tangent_program(program: Program, i: int) -> Program:
    """The Program of the value of f and of its derivative by input i: forward mode, written out."""
    builder = Builder()
    F = algebra.namespace(builder)
    inputs = [algebra.Var(F, builder.input(name)) for name in program.inputs]
    v, v_dot = forward_sweep(program, F, inputs, [F.const(1.0) if k == i else None for k in range(len(inputs))])
    root = program.outputs[0]
    return tidy(builder.build(v[root].index, v_dot[root].index, inputs=program.inputs))


def judged(case: str, expression: str, at: dict[str, float], gradient: str | None) -> Judged:
    """A gradient by the chapter's rule and by ours."""
    by_rule, ours = (check.check_gradient(expression, gradient, at, rule=rule) for rule in ("chapter", "taylor"))
    return Judged(
        case=case,
        expression=expression,
        at=at,
        gradient=gradient or "",
        error=max(entry.relative_error for entry in by_rule.entries),
        chapter=by_rule.verdict,
        verdict=ours.verdict,
    )


# --- symbolic differentiation ------------------------------------------------------------------------------------------
def _if() -> Branching:
    program = parse(examples.IF)
    slope = symbolic.differentiate(program)
    branches = [_branch(program, x, slope(x)) for x in examples.IF_POINTS]
    return Branching(case="if", code=examples.IF, symbolic=str(slope), reason="", branches=tuple(branches))


def _while() -> Branching:
    """A loop whose number of turns depends on a value: SymPy is given a symbol and has to decide the condition."""
    import sympy

    try:
        formula, reason = str(examples.root(sympy.Symbol("a"))), ""
    except (TypeError, DiffkitError) as error:
        formula, reason = "", f"{type(error).__name__}: {error}"
    branches = [_branch(examples.root, a, 1 / (2 * math.sqrt(a))) for a in examples.WHILE_POINTS]
    code = inspect.getsource(examples.root).replace(": Any", "").replace(" -> Any", "").rstrip()
    return Branching(case="while", code=code, symbolic=formula, reason=reason, branches=tuple(branches))


def _branch(f: Any, x: float, expected: float) -> Branch:
    lines = f if isinstance(f, Program) else trace(f, x)
    return Branch(x=x, lines=lines.operations, slope=float(tape.gradient(f, x)), expected=float(expected))


# --- graphs and modes --------------------------------------------------------------------------------------------------
def tree() -> Iterator[Graph]:
    """The five pictures of the first graph: operations, values, local derivatives, forward mode by b, reverse mode."""
    shown = [(), ("value",), ("value", "local"), ("value", "local", "tangent"), ("value", "local", "adjoint")]
    for show in shown:
        yield graph.measure(examples.TREE, examples.TREE_AT, show=show, wrt="b", direction="BT")


def modes() -> Iterator[Mode]:
    """Forward mode, one sweep an input, beside reverse mode: one product an edge and sweep."""
    sweeps = [graph.measure(examples.TREE, examples.TREE_AT, show=("tangent",), wrt=name) for name in examples.TREE_AT]
    wasted = 0
    for swept in sweeps:
        tangents = {node.number: node.tangent for node in swept.nodes}
        wasted += sum(tangents[edge.source] == 0 for edge in swept.edges)
    edges = len(sweeps[0].edges)
    yield Mode(mode="forward", sweeps=len(sweeps), products=edges * len(sweeps), wasted=wasted)
    yield Mode(mode="reverse", sweeps=1, products=edges, wasted=0)


def rule(expression: str, at: dict[str, float], chapter: dict[str, float]) -> Rule:
    """An operation beside the chapter's rule; its growth along (1, 1) by the difference of two values."""
    program = parse(expression)
    value, gradient = tape.value_and_gradient(program, at)
    ahead, back = (program(*(x + way for x in at.values())) for way in (0.5, -0.5))
    return Rule(expression=expression, at=at, value=value, gradient=gradient, chapter=chapter, along=float(ahead - back))


def gates() -> Iterator[Gate]:
    """The sigmoid as four gates, and as one whose derivative reads what the forward sweep has computed."""
    truth = float(derivative(examples.SIGMOID, examples.SATURATED))
    forward = parse(examples.SIGMOID)
    for form, text in examples.GATES:
        both = tape.gradient_program(forward) if text is None else parse(text)
        value = tidy(Program(both.lines, both.inputs, both.outputs[:1]))
        slope = both(examples.SATURATED)[1]
        error = abs(slope - truth) / truth
        yield Gate(form=form, forward=value.operations, reverse=both.operations - value.operations, error=error)


# --- matrices ------------------------------------------------------------------------------------------------------------
def products(seed: int) -> Iterator[Product]:
    """The layer D = W X and its gradients by the tape, checked against dD X^T and W^T dD and against the complex step."""
    dice = np.random.default_rng(seed)
    w, x = dice.standard_normal(examples.W), dice.standard_normal(examples.X)
    d_bar = dice.standard_normal((w @ x).shape)

    def loss(w: Any, x: Any) -> Any:
        return np.sum(d_bar * (w @ x))

    def flat(z: Any) -> Any:
        return loss(z[: w.size].reshape(w.shape), z[w.size :].reshape(x.shape))

    w_bar, x_bar = tape.gradient(loss, (w, x))
    slopes = numeric.gradient(flat, np.concatenate([w.ravel(), x.ravel()]), scheme="complex-step")
    yield Product(name="D", formula="W X", shapes=(w.shape, x.shape, (w @ x).shape), difference=None, error=None)
    yield _product("dW", "dD X^T", (d_bar, x.T), w_bar, slopes[: w.size].reshape(w.shape))
    yield _product("dX", "W^T dD", (w.T, d_bar), x_bar, slopes[w.size :].reshape(x.shape))


def _product(name: str, formula: str, factors: tuple[Any, Any], by_tape: Any, by_step: Any) -> Product:
    left, right = factors
    return Product(
        name=name,
        formula=formula,
        shapes=(left.shape, right.shape, by_tape.shape),
        difference=float(np.max(np.abs(left @ right - by_tape))),
        error=float(np.max(np.abs(by_tape - by_step))),
    )
