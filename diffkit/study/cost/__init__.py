"""What a gradient costs beside f: exact operation counts, evaluations, peak memory, and the clock.

    D+, D-, D0, richardson, complex-step   the calls of f that the engine makes, counted while it makes them, times the
                                           operations of f; the few of the quotients themselves are left out
    forward                                the Programs of value and tangent, one a sweep, written and counted
    reverse                                the Program of value and gradient, written and counted
    symbolic                               SymPy's gradient as it is written out, every part as often as it stands there
    compiled                               counted as reverse; timed as `tape.compile` has it, beside f as straight-line Python

Operations are those of the table, a sum or a sine 1 each.  Baur and Strassen (1983): value and gradient of a rational
function need at most 4 times the operations of f by reverse mode; a partial such as the sigmoid's needs more than one.
All count value and gradient but D0 and richardson, which never evaluate f itself and count the gradient; an operation on
complex numbers counts as one.  Seconds are those of a call that is not the first.
How the ratio grows is found from the counts (growth.py), against the number of inputs if that changes.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from diffkit import accumulation, families, limits, tape
from diffkit.counting import operations_written_out
from diffkit.deadline import deadline
from diffkit.engines import Engine, choose
from diffkit.errors import DiffkitError, NumberError, TimeLimitError, UsageError
from diffkit.messages import say
from diffkit.points import as_program, spread
from diffkit.program import Program
from diffkit.results import Cost, CostRow
from diffkit.study.compiled import compiled, seconds_a_call
from diffkit.study.cost.growth import fitted
from diffkit.study.cost.watch import Stopwatch, peak, seconds_of_one
from diffkit.study.swell.forms import SYMBOLIC, Job, Worker

BOUND = 4.0  # Baur and Strassen's, for sums, products and quotients
COMPILED = "compiled"
SLOW = 0.1  # seconds from which one call is enough to time a gradient
NOT_TIMED, UNABLE = "not timed", "not-applicable"  # the latter says an engine that knows no such function


def measure(
    f: Any,
    at: Any = None,
    engines: Iterable[str] | None = None,
    *,
    n: Iterable[int] | str | int | None = None,
    time_limit: float = 2.0,
    progress: Callable[[str], None] = lambda stage: None,
) -> Cost:
    """Measure what value and gradient of f cost, by every engine.

    Parameters
    ----------
    f : Program, str or callable
        With one output; or a family: the name of one, a text with n, or a callable with a parameter n.
    at : dict, optional
        The point; inputs that it leaves out have values near 1.
    engines : iterable of str, optional
        Names of engines, and "compiled"; by default all.
    n : list of int or str, optional
        The members of the family, such as "1:12"; by default what the family names.
    time_limit : float
        Seconds for one gradient; an engine that needs more is counted, but not timed, for larger n.

    Returns
    -------
    Cost
        Its ``growth`` says O(1), O(n) or O(n^2) for every engine.

    Examples
    --------
    >>> result = measure("product", n="8:32:8", engines=["reverse", "D+"])
    >>> [(row.engine, row.inputs, row.operations) for row in result.rows[-2:]]
    [('D+', 32, 1023), ('reverse', 32, 91)]
    >>> [(growth.engine, growth.order) for growth in result.growth]
    [('D+', 'O(n)'), ('reverse', 'O(1)')]
    """
    members, name, definition = _members(f, at, n)
    chosen = _engines(engines)
    rows: list[CostRow] = []
    slow: dict[str, str] = {}  # engines that took too long, and what was said then
    for number, program in members:
        progress(f"n = {number}" if number is not None else "cost")
        subject = Subject(program, _point(program, at, number), number, time_limit)
        if at is not None and number is None and not subject.finite():
            raise NumberError(say("cost.domain"), remedy="choose another point", status="domain")
        rows += _rows(chosen, subject, slow)
    growth = tuple(found for engine in chosen if (found := fitted(engine.name, rows)))
    return Cost(expression=name, at=_given(at), bound=BOUND, rows=tuple(rows), growth=growth, definition=definition)


class Subject(NamedTuple):
    """One function at one point."""

    program: Program
    at: dict[str, float]
    n: int | None
    time_limit: float

    @property
    def values(self) -> tuple[float, ...]:
        """The point in the order of the inputs."""
        return tuple(self.at[name] for name in self.program.inputs)

    def finite(self) -> bool:
        """Has f a finite value there?"""
        return math.isfinite(self.program(*self.values))


def _members(f: Any, at: Any, n: Any) -> tuple[list[tuple[int | None, Program]], str, str]:
    """The functions by n, what the whole is called, and what it is."""
    if n is None and not (isinstance(f, families.Family) or (isinstance(f, str) and f in families.NAMED)):
        program = as_program(f, at)
        return [(None, _one_output(program))], str(program), ""
    family = families.family(f, at)
    asked = family.numbers if n is None else families.listed(n)
    return [(k, _one_output(family.member(k))) for k in asked], family.name, family.definition


def _one_output(program: Program) -> Program:
    if len(program.outputs) != 1 or not program.inputs:
        raise UsageError("a gradient needs one output and an input", remedy="give one formula with a variable")
    return program


def _given(at: Any) -> dict[str, float]:
    return {name: float(x) for name, x in at.items()} if isinstance(at, Mapping) else {}


def _point(program: Program, at: Any, n: int | None) -> dict[str, float]:
    """The point by name; in a family, whose inputs vary with n, near 1 where it is not given."""
    if at is None or (isinstance(at, Mapping) and n is not None):
        return families.point(program, at)
    return dict(zip(program.inputs, map(float, spread(program.inputs, at)[0])))


def _engines(names: Iterable[str] | None) -> list[Engine]:
    """The engines in their usual order, and `compiled` behind them."""
    asked = None if names is None else list(names)
    found = choose(None if asked is None else [name for name in asked if name != COMPILED])
    extra = [Engine(COMPILED, _never, lambda n: 1)] if asked is None or COMPILED in asked else []
    return sorted(found, key=lambda e: e.needs != "callable") + extra


def _never(program: Any, at: dict[str, float]) -> dict[str, float]:
    raise NotImplementedError  # `compiled` is no engine of its own: _timed has its gradient


# --- one row ---------------------------------------------------------------------------------------------------------------
def _rows(engines: Iterable[Engine], subject: Subject, slow: dict[str, str]) -> list[CostRow]:
    """A row an engine; f is timed between the engines, and its best time stands beside all of them."""
    known = subject.finite()
    f = Stopwatch(partial(subject.program, *subject.values))
    clocks = [
        _clock(engine, subject, slow, f) if known else Clock(status="domain", reason=say("cost.domain")) for engine in engines
    ]
    return [_row(engine, subject, clock, f.best) for engine, clock in zip(engines, clocks)]


def _row(engine: Engine, subject: Subject, clock: "Clock", f_seconds: float | None) -> CostRow:
    """One engine on one function; what cannot be counted or timed is None, with the reason."""
    f_operations = subject.program.operations
    counted = Counted(None, None, clock.status, clock.reason) if clock.status == UNABLE else _counted(engine, subject)
    f_seconds = (clock.f_seconds or f_seconds) if clock.seconds else None
    status, reason = (clock.status, clock.reason) if counted.status == "ok" else (counted.status, counted.reason)
    return CostRow(
        engine=engine.name,
        n=subject.n,
        inputs=len(subject.program.inputs),
        f_operations=f_operations,
        operations=counted.operations,
        ratio=counted.operations / f_operations if counted.operations is not None and f_operations else None,
        evaluations=counted.evaluations,
        f_seconds=f_seconds,
        seconds=clock.seconds,
        time_ratio=clock.seconds / f_seconds if clock.seconds and f_seconds else None,
        memory=clock.memory,
        status=status,
        reason=reason,
    )


class Counted(NamedTuple):
    """Exact counts, or why there are none."""

    operations: int | None = None
    evaluations: int | None = None
    status: str = "ok"
    reason: str = ""


def _counted(engine: Engine, subject: Subject) -> Counted:
    program = subject.program
    if engine.needs == "callable":
        calls = _calls(engine, subject)
        return Counted(calls and calls * program.operations, calls)
    if engine.name in {"reverse", COMPILED}:
        return Counted(_operations(accumulation.reverse(program, program.inputs, value=True)), 1)
    if engine.name == "forward":
        return _counted_sweeps(program)
    if engine.name == "symbolic":
        return _counted_formula(subject)
    return Counted(None, engine.evaluations(len(program.inputs)))  # a peer: what it does is its own affair


class Counter:
    """f, which counts how often it is called."""

    def __init__(self, program: Program) -> None:
        self.program, self.inputs, self.calls = program, program.inputs, 0

    def __call__(self, *values: Any, **named: Any) -> Any:
        self.calls += 1
        return 1.0 + 0.0 * (values[0] if values else next(iter(named.values())))  # beware: no engine may look at the value


def _calls(engine: Engine, subject: Subject) -> int | None:
    """How often the engine calls f."""
    counter = Counter(subject.program)
    engine.gradient(counter, subject.at)
    return counter.calls


def _counted_sweeps(program: Program) -> Counted:
    """The sweeps of forward mode: each computes the value and one tangent of every line."""
    inputs = program.inputs
    if len(inputs) * len(program.lines) > limits.COUNTED:
        return Counted(None, len(inputs), "not counted", say("cost.not_counted", sweeps=len(inputs), lines=len(program.lines)))
    sweeps = (accumulation.forward(program, [name], value=True) for name in inputs)
    return Counted(sum(_operations(sweep) for sweep in sweeps), len(inputs))


def _operations(program: Program) -> int:
    """Operations of a Program as `accumulation` writes it: no line is idle, none stands twice."""
    return sum(bool(line.args) for line in program.lines)


def _counted_formula(subject: Subject) -> Counted:
    """SymPy's gradient as it is written out, and f."""
    program = subject.program
    worker = Worker(Job(program, program.inputs, 1, (SYMBOLIC,), subject.time_limit, keep=True))
    try:
        written = worker.results()[SYMBOLIC]
    finally:
        worker.kill()
    if written.program is None:
        return Counted(None, len(program.inputs), written.status, written.reason)
    return Counted(operations_written_out(Program(*written.program)) + operations_written_out(program), len(program.inputs))


# --- the clock -------------------------------------------------------------------------------------------------------------
class Clock(NamedTuple):
    """Seconds of one gradient, and its peak memory; seconds of f only where it is another f than that of the other engines."""

    seconds: float | None = None
    memory: int | None = None
    f_seconds: float | None = None
    status: str = "ok"
    reason: str = ""


def _clock(engine: Engine, subject: Subject, slow: dict[str, str], f: Stopwatch) -> Clock:
    """Time an engine, once it has been called: what it imports, and what SymPy keeps for the next time, are left out."""
    if engine.name in slow:
        return Clock(status=NOT_TIMED, reason=slow[engine.name])
    f, gradient = _timed(engine, subject, f)
    begun = time.perf_counter()
    try:
        with deadline(subject.time_limit):
            gradient()
    except TimeLimitError:
        slow[engine.name] = say("cost.slow", seconds=f"{subject.time_limit:g}")
        return Clock(status=NOT_TIMED, reason=slow[engine.name])
    except DiffkitError as error:
        return Clock(status=getattr(error, "status", "failed"), reason=error.what)
    slowly = time.perf_counter() - begun > SLOW
    seconds = seconds_of_one(gradient) if slowly else seconds_a_call(gradient)
    f.take()
    return Clock(seconds, peak(gradient), f.best if engine.name == COMPILED else None)


def _timed(engine: Engine, subject: Subject, f: Stopwatch) -> tuple[Stopwatch, Callable[[], Any]]:
    """f, and its gradient by this engine, at the point; both as Python for `compiled`."""
    values = subject.values
    if engine.name == COMPILED:
        g = tape.compile(subject.program, fast=False)
        return Stopwatch(partial(compiled(subject.program), *values)), partial(g, values if len(values) > 1 else values[0])
    return f, partial(engine.gradient, subject.program, subject.at)
