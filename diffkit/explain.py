"""Why a derivative is what it is: which operation, which line of the source, which element.

Letters: a step is (op, args, operands, y, static) as in `sweeps`; ``bar`` is the adjoint of y; a mask is an array of truths of
y's shape.  Looked for are what f itself does at the point (domain, singular, overflow), where it has no derivative (kink,
tie, jump), and where an adjoint first stops being a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from diffkit import eager, namespaces, sweeps
from diffkit.array_sweeps import reverse_alive
from diffkit.arrays import ROWS
from diffkit.messages import say
from diffkit.points import prepare, recordable
from diffkit.primitives import TABLE, zero
from diffkit.program import active, run
from diffkit.traced import Recording
from diffkit.tracing import call
from diffkit.whereabouts import place

WORST_FIRST = ("domain", "singular", "overflow", "jump", "kink", "tie")
GROWING = {"exp", "expm1", "sinh", "cosh", "gamma", "mul", "add", "sub", "pow", "sum", "prod", "matmul", "einsum", "cumsum"}
COMPARING = tuple(namespaces.COMPARISONS)
NUMPY = namespaces.get("numpy")


@dataclass(frozen=True)
class Finding:
    """One operation at which something is to be said.

    Attributes
    ----------
    status : str
        domain, singular, overflow, jump, kink or tie; "adjoint" where an adjoint stops being finite.
    operation, source : str
        The operation, and the line of the user's code (of the Program, for a formula) that asked for it.
    index : tuple of int
        The first element concerned, () for a number; ``count`` says how many are.
    operands : tuple of float
        The operands there.
    inputs : tuple of str
        The inputs whose derivative goes through it.
    """

    status: str
    operation: str
    source: str
    line: int
    index: tuple[int, ...]
    count: int
    operands: tuple[float, ...]
    inputs: tuple[str, ...]

    def __str__(self) -> str:
        at = ", ".join(f"{x:.6g}" for x in self.operands)
        element = f" [{', '.join(map(str, self.index))}]" if self.index else ""
        more = say("explain.more", count=self.count - 1) if self.count > 1 else ""
        operation = f"{self.operation}({at})" if self.operands else self.operation
        said = say(f"explain.{self.status}", operation=operation + element + more)
        where = f"\n    {self.source}" if self.source else ""
        named = say("explain.inputs", names=", ".join(self.inputs)) if self.inputs else ""
        return f"{said}{where}" + (f"\n    {named}" if named else "")


@dataclass(frozen=True)
class Explanation:
    """What `explain` found: a status in one word, "ok" if nothing, and the findings in the order of the computation."""

    status: str
    value: Any
    gradient: Any
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or say("explain.ok")


class Located(Recording):
    """A recording that also notes where in the source each line was asked for."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.complete = True
        self.places: list[str] = []

    def append(self, entry: Any) -> None:
        """Write one entry."""
        self.places.append("" if entry[0] == "input" else place())
        super().append(entry)


@dataclass(frozen=True)
class Course:
    """One run of f: its steps, adjoints and places."""

    steps: Sequence[Any]
    bars: Sequence[Any]
    alive: Sequence[Any]  # where an adjoint has received anything; None: everywhere
    places: Sequence[str]
    names: Sequence[str]
    input_lines: Sequence[int]

    @cached_property
    def flat(self) -> list[bool]:
        """Is each line piecewise constant: a truth, a place, a count?"""
        found: list[bool] = []
        for op, args, *_ in self.steps:
            own = bool(args) and (set(TABLE[op].partials) == {zero} if op in TABLE else ROWS[op].flat)
            found.append(own or (bool(args) and all(a < 0 or found[a] for a in args)))
        return found

    def moves(self, args: Sequence[int]) -> bool:
        """Does any of these lines change when an input is moved a little?"""
        return any(a >= 0 and not self.flat[a] for a in args)


def explain(f: Any, at: Any) -> Explanation:
    """See `diffkit.tape.explain`."""
    with namespaces.quiet():
        course, value, gradient = _of_callable(f, at) if recordable(f) else _of_program(f, at)
        findings = tuple(_findings(course))
    status = next((s for s in WORST_FIRST if any(found.status == s for found in findings)), "ok")
    if status == "ok" and findings:
        status = "overflow"
    return Explanation(status, value, gradient, findings)


def _of_callable(f: Callable[..., Any], at: Any) -> tuple[Course, Any, Any]:
    from diffkit.tape import value_and_gradient

    tape = Located()
    recorded = call(f, at, tape)
    taken = eager.steps(tape)
    lines = [recorded.line(i) for i in range(len(recorded.outputs))]
    seeds = {k: np.ones(np.shape(taken[k][3])) if np.shape(taken[k][3]) else 1.0 for k in lines if k is not None}
    bars, alive = reverse_alive(taken, NUMPY, seeds, [True] * len(taken))
    course = Course(taken, bars, alive, tape.places, recorded.names, range(tape.inputs))
    one = len(lines) == 1 and not np.shape(recorded.value(0))
    return course, *(value_and_gradient(f, at) if one else (None, None))


def _of_program(f: Any, at: Any) -> tuple[Course, Any, Any]:
    from diffkit.tape import value_and_gradient

    program, values, _ = prepare(f, at)
    v = run(program, NUMPY, values)
    taken = sweeps.steps(program, v)
    seeds = {k: np.ones(np.shape(v[k])) if np.shape(v[k]) else 1.0 for k in program.outputs}
    bars, alive = reverse_alive(taken, NUMPY, seeds, active(program, program.inputs), summed=program.on_arrays)
    places = [say("explain.line", k=k) if line.args else "" for k, line in enumerate(program.lines)]
    input_lines = [k for k, line in enumerate(program.lines) if line.op == "input"]
    names = [program.lines[k].text for k in input_lines]
    course = Course(taken, bars, alive, places, names, input_lines)
    return course, *(value_and_gradient(program, at) if len(program.outputs) == 1 else (None, None))


# --- what is found ---------------------------------------------------------------------------------------------------------
def _findings(course: Course) -> Iterator[Finding]:
    for k, (op, args, operands, y, static) in enumerate(course.steps):
        if not args:
            continue
        for status, mask in _faults(course, k, op, args, operands, y, static):
            if np.any(mask):
                yield _finding(course, k, status, np.asarray(mask))
                break


def _faults(course: Course, k: int, op: str, args: Any, operands: Any, y: Any, static: Any) -> Iterator[tuple[str, Any]]:
    """(status, mask) of everything to be said of one step, worst first."""
    matters = course.bars[k] is not None
    if op in COMPARING and course.moves(args) and args[0] != args[1]:  # x == x asks for nan
        yield "tie", np.equal(*operands)
    if op in PLACES:
        status, mask = PLACES[op]
        yield status, mask(operands, y, *static)
    if not matters:
        return
    bar = np.broadcast_to(course.bars[k], np.shape(y))
    alive = True if course.alive[k] is None else course.alive[k]
    for status, mask in _of_value(op, operands, y):
        yield status, mask & alive
    if op in TABLE:
        yield "singular", _singular(course, op, args, operands, y) & alive
    if op in EDGES:
        status, edge = EDGES[op]
        there = edge(args, operands, y, static) & alive
        yield status, there & (bar != 0)
        if status == "jump":  # a jump times 0, as in x*sign(x)
            yield "kink", there
    yield "adjoint", _breaks(course, k, bar)


def _of_value(op: str, operands: Any, y: Any) -> Iterator[tuple[str, Any]]:
    if op not in TABLE:
        clean = all(np.all(np.isfinite(x)) for x in operands)
        yield "domain", np.isnan(y) & clean
        yield "overflow", np.isinf(y) & clean
        return
    clean = np.logical_and.reduce(np.broadcast_arrays(*(np.isfinite(x) for x in operands)))
    yield "domain", np.isnan(y) & clean
    pole = np.isinf(y) & clean
    grows = op in GROWING and not (op == "pow" and np.any(np.equal(operands[0], 0)))
    yield ("overflow" if grows else "singular"), pole


def _singular(course: Course, op: str, args: Any, operands: Any, y: Any) -> Any:
    """Where a slope is infinite or undefined although the operands and the value are numbers."""
    finite = np.isfinite(y)
    found = np.zeros(np.shape(y), dtype=bool)
    for i, a in enumerate(args):
        if a < 0 or not _moves(course, a) or (TABLE[op].arity is not None and TABLE[op].partials[i] is zero):
            continue
        slope = namespaces.local_derivative(op, i, NUMPY, y, [np.asarray(x, dtype=float) for x in operands])
        found = found | (finite & np.isfinite(operands[i]) & ~np.isfinite(slope))
        if op == "pow" and i == 1:  # 0^y has no derivative on the left of its base, whatever is answered
            found = found | np.equal(operands[0], 0)
    return found


def _moves(course: Course, a: int) -> bool:
    return bool(course.steps[a][1]) or a in course.input_lines


def _breaks(course: Course, k: int, bar: Any) -> Any:
    """Is the adjoint of y finite, and what it hands on not?"""
    op, args, operands, y, _ = course.steps[k]
    spoilt = np.zeros(np.shape(y), dtype=bool)
    for i, a in enumerate(args):
        if a < 0 or not _moves(course, a) or course.bars[a] is None or np.all(np.isfinite(course.bars[a])):
            continue
        if op not in TABLE and not np.all(np.isfinite(bar)):  # what was infinite before is spread by any row
            continue
        handed = (
            namespaces.local_derivative(op, i, NUMPY, y, list(operands)) * bar if op in TABLE else np.full(np.shape(y), np.nan)
        )
        spoilt = spoilt | ~np.isfinite(handed)
    return np.isfinite(y) & np.isfinite(bar) & spoilt & (bar != 0)


def _tied(args: Any, operands: Any, y: Any, static: Any) -> Any:
    """Do several different operands win?"""
    different = {(a if a >= 0 else -1 - i): x for i, (a, x) in enumerate(zip(args, operands))}
    return sum(np.equal(x, y) * 1 for x in different.values()) > 1


def _several_winners(args: Any, operands: Any, y: Any, static: Any) -> Any:
    axis, keepdims = static
    best = y if keepdims or axis is None else np.expand_dims(y, axis)
    return np.sum(operands[0] == best, axis=axis, keepdims=keepdims) > 1


def _equal_neighbours(operands: Any, order: Any, axis: int) -> Any:
    """Which elements, in their order, are equal to the one before?"""
    x = operands[0]
    return np.diff(np.take_along_axis(x, order, axis), axis=axis, prepend=np.nan) == 0


def _several_places(operands: Any, y: Any, axis: int) -> Any:
    x = operands[0]
    best = np.take_along_axis(x, np.expand_dims(y, axis), axis)
    return np.sum(x == best, axis=axis) > 1


def _at_zero(args: Any, operands: Any, y: Any, static: Any) -> Any:
    return np.equal(operands[0], 0)


PLACES: dict[str, tuple[str, Callable[..., Any]]] = {  # of rows that are piecewise constant
    "argsort": ("tie", _equal_neighbours),
    "argmax": ("tie", _several_places),
    "argmin": ("tie", _several_places),
    "searchsorted": ("tie", lambda operands, y, side: np.isin(operands[1], operands[0])),
    "round": ("jump", lambda operands, y, decimals: np.equal(np.abs(operands[0] - y) * 10.0**decimals, 0.5)),
    "floordiv": ("jump", lambda operands, y: np.equal(np.mod(operands[0], operands[1]), 0)),
}
EDGES: dict[str, tuple[str, Callable[..., Any]]] = {
    "abs": ("kink", _at_zero),
    "relu": ("kink", _at_zero),
    "sign": ("jump", _at_zero),
    "step": ("jump", _at_zero),
    "floor": ("jump", lambda args, operands, y, static: np.equal(operands[0], y)),
    "max": ("kink", _tied),
    "min": ("kink", _tied),
    "amax": ("kink", _several_winners),
    "amin": ("kink", _several_winners),
    "mod": ("jump", lambda args, operands, y, static: np.equal(y, 0)),
    "atan2": ("jump", lambda args, operands, y, static: np.equal(operands[0], 0) & np.less(operands[1], 0)),
}


def _finding(course: Course, k: int, status: str, mask: Any) -> Finding:
    op, _, operands, y, _ = course.steps[k]
    mask = np.broadcast_to(mask, np.shape(y))
    index = tuple(int(i) for i in np.argwhere(mask)[0]) if mask.ndim else ()
    there = tuple(_element(x, index, np.shape(y)) for x in operands) if op in TABLE else ()
    return Finding(status, op, course.places[k], k, index, int(mask.sum()), there, _inputs(course, k))


def _element(x: Any, index: tuple[int, ...], shape: tuple[int, ...]) -> float:
    return float(np.broadcast_to(x, shape)[index])


def _inputs(course: Course, k: int) -> tuple[str, ...]:
    """The inputs that a line depends on."""
    seen, waiting = {k}, [k]
    while waiting:
        for a in course.steps[waiting.pop()][1]:
            if a >= 0 and a not in seen:
                seen.add(a)
                waiting.append(a)
    return tuple(name for line, name in zip(course.input_lines, course.names) if line in seen)
