"""Expression swell: how large f, and each way to write its derivative, is; how long that takes, and how exact it stays.

    f' symbolic, expanded, factored, horner, simplified, cse     SymPy's forms (forms.py)
    f' forward, f' reverse                                       accumulation on the graph, every shared part once
    f' tape                                                      value and gradient as the tape's Program
    f' emitted                                                   both as the Python that `tape.compile` runs (emitted.py)
    f' Taylor                                                    a derivative of higher order by Taylor arithmetic

Sizes are those of Programs and defined in counting.py.  With several inputs, f' is the whole gradient.

SymPy may take longer than anyone waits, or all memory, so it works in a process of its own that is ended at the time
limit.  That process is started by `begin` and runs beside whatever else is done until `finish`.
"""

import math
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from diffkit import accumulation, families, limits, taylor
from diffkit.errors import NumberError, UsageError
from diffkit.messages import say, word
from diffkit.points import as_program, spread
from diffkit.program import Program
from diffkit.results import Form, Swell
from diffkit.study.swell import accuracy, sizes
from diffkit.study.swell.emitted import emitted
from diffkit.study.swell.forms import CSE, GAVE_UP, NOT_TRIED, SIMPLIFIED, STEPS, SYMBOLIC, Job, Worker, Written, attempt
from diffkit.study.swell.sizes import EMITTED, FORWARD, REVERSE, TAPE, TAYLOR

MAIN = (SYMBOLIC, CSE, SIMPLIFIED)  # SymPy's forms in the report on one function
SHOWN_INPUTS = 8  # names of inputs that a record lists in full
Numbers = Iterable[int] | str | int | None


def measure(
    f: Any,
    at: Any = None,
    wrt: str | Sequence[str] | None = None,
    time_limit: float = 10.0,
    *,
    n: Numbers = None,
    repeat: Numbers = None,
    order: Numbers = None,
    interval: tuple[float, float] | None = None,
    points: int = 200,
    seed: int = 0,
    forms: Sequence[str] | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> Swell:
    """Measure the sizes of f and of its derivative, form by form.

    Parameters
    ----------
    f : Program, str or callable
        With one output.  With ``n``, a family: the name of one, a text with n, or a callable with a parameter n.
    at : number, tuple, dict or array, optional
        The point, for the record (and to trace a callable).
    wrt : str or sequence of str, optional
        Differentiate by these inputs ("x" or "x,y"); by default by all.
    time_limit : float
        Seconds for each of SymPy's forms; one not finished by then has the status "gave up", and is not tried for larger n.
    n : list of int or str, optional
        The members of the family, such as "1:12".
    repeat : list of int or str, optional
        Measure f, f(f), f(f(f)) ...: f applied to its own result so often.
    order : list of int or str, optional
        Measure the derivatives of these orders by one input.
    interval : (float, float), optional
        Measure time and relative error of every form over points of this interval, the same for every input.
    points : int
        How many, drawn evenly from it.
    seed : int
        Of the draw.
    forms : sequence of str, optional
        Of SymPy's forms only these.
    progress : callable, optional
        Told what is measured next.

    Raises
    ------
    UsageError
        If f has no such input, or more than one output; if there is no n in a family.

    Examples
    --------
    >>> rows = measure("exp(x)*sin(x)").forms
    >>> [(form.form, form.tree_size) for form in rows[:2]]
    [('f', 5), ("f' symbolic", 11)]
    """
    members = _members(f, at, n, repeat, order)
    parameter = "order" if order is not None else "n"
    rows: list[Form] = []
    lost: dict[str, tuple[int, str]] = {}  # forms that gave up, at which n and why
    for member in members:
        progress(f"{parameter} = {member.n}" if member.n is not None else "swell")
        names = _chosen(member.program, wrt, order is not None)
        plan = tuple(name for name in STEPS if (forms is None or name in forms) and name not in lost)
        with Pending(member, names, time_limit, plan, keep=interval is not None, skip=lost) as pending:
            written = pending.collect()
        if names and member.n is not None:
            _remember(lost, written, member.n, parameter)
        found = sizes.rows(written, member.n)
        if interval is not None:
            found = accuracy.judged(found, written, member.program, names, member.order, interval, points, seed)
        rows += found
    last = members[-1]
    return Swell(
        expression=_expression(f, last, n),
        at=_point(last.program, at),
        wrt=_listed(_chosen(last.program, wrt, order is not None)),
        forms=tuple(rows),
        parameter=parameter,
        interval=interval,
        points=None if interval is None else points,
        definition=families.family(f, at).definition if n is not None else "",
    )


def named(forms: Sequence[str] | None) -> tuple[str, ...] | None:
    """SymPy's forms by their short names.

    Examples
    --------
    >>> named(["simplified", "cse"])
    ("f' simplified", "f' cse")
    """
    for form in forms or ():
        if f"f' {form}" not in STEPS:
            known = ", ".join(name.removeprefix("f' ") for name in STEPS)
            raise UsageError(f"SymPy has no form {form[:40]!r}", remedy=f"its forms are {known}")
    return None if forms is None else tuple(f"f' {form}" for form in forms)


class Member(NamedTuple):
    """One function to be measured: the n of a family, or the order of the derivative."""

    program: Program
    n: int | None = None
    order: int = 1
    by_order: bool = False


def _members(f: Any, at: Any, n: Numbers, repeat: Numbers, order: Numbers) -> list[Member]:
    """What to measure."""
    if sum(asked is not None for asked in (n, repeat, order)) > 1:
        raise UsageError("n, repeat and order are measured one at a time")
    if n is not None:
        family = families.family(f, at)
        return [Member(_one_output(family.member(k)), k) for k in families.listed(n)]
    program = _one_output(as_program(f, at))
    if repeat is not None:
        family = families.iterated(program)
        return [Member(family.member(k), k) for k in families.listed(repeat)]
    if order is not None:
        orders = families.listed(order)
        if orders[0] < 1:
            raise UsageError(f"orders of derivatives begin with 1, not {orders[0]}")
        return [Member(program, k, k, True) for k in orders]
    return [Member(program)]


def _one_output(program: Program) -> Program:
    if len(program.outputs) != 1:
        raise UsageError(f"swell needs one output, the function has {len(program.outputs)}")
    return program


def _chosen(program: Program, wrt: str | Sequence[str] | None, one: bool = False) -> tuple[str, ...]:
    """The inputs to differentiate by; only one for a derivative of higher order."""
    if wrt is None:
        names = program.inputs
    else:
        names = tuple(name.strip() for name in wrt.split(",")) if isinstance(wrt, str) else tuple(wrt)
    inputs = ", ".join(program.inputs) or "none: it is constant"
    for name in names:
        if name not in program.inputs:
            raise UsageError(f"the function has no input {str(name)[:40]!r}", remedy=f"its inputs are {inputs}")
    if one and len(names) > 1:
        raise UsageError("a derivative of higher order is by one input", remedy=f"name it: wrt is one of {inputs}")
    return names


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names if len(names) <= SHOWN_INPUTS else [*names[:2], "...", names[-1]])


def _point(program: Program, at: Any) -> dict[str, float]:
    """The point by name; of a family, whose inputs vary with n, what there is of it."""
    if isinstance(at, Mapping):
        return {name: float(x) for name, x in at.items()}
    return {} if at is None else dict(zip(program.inputs, map(float, spread(program.inputs, at)[0])))


def _expression(f: Any, last: Member, n: Numbers) -> str:
    return families.family(f).name if n is not None else str(last.program)


def _remember(lost: dict[str, tuple[int, str]], written: dict[str, Written], n: int, parameter: str) -> None:
    """Note which forms gave up at this n; those that did before were not tried again."""
    for name, (first, reason) in lost.items():
        said = say("swell.before", parameter=word(parameter), n=first, reason=reason)
        written[name] = Written(name, status=NOT_TRIED, reason=said)
    lost |= {name: (n, form.reason) for name, form in written.items() if form.status == GAVE_UP}


def begin(f: Any, at: Any = None, wrt: str | Sequence[str] | None = None, time_limit: float = 10.0) -> "Pending":
    """Start measuring one function; `Pending.finish` waits for the result.  SymPy's main forms share the time limit."""
    program = _one_output(as_program(f, at))
    return Pending(Member(program), _chosen(program, wrt), time_limit, MAIN, total=time_limit, at=_point(program, at))


class Pending:
    """A measurement under way; as a context manager it leaves no process behind."""

    def __init__(
        self,
        member: Member,
        names: tuple[str, ...],
        time_limit: float,
        plan: tuple[str, ...] = tuple(STEPS),
        *,
        keep: bool = False,
        skip: Collection[str] = (),
        total: float = math.inf,
        at: Mapping[str, float] | None = None,
    ) -> None:
        self.member, self.names, self.skip, self.at = member, names, frozenset(skip), dict(at or {})
        self.worker = Worker(Job(member.program, names, member.order, plan if names else (), time_limit, keep), total)
        self.close = weakref.finalize(self, self.worker.kill)  # on every way out, exceptions and the end of Python included

    def collect(self) -> dict[str, Written]:
        """Every form; SymPy's are waited for, at most until its time limit."""
        try:
            own = {name: attempt(name, write) for name, write in self.own().items() if name not in self.skip}
            if TAPE in own and EMITTED not in self.skip:
                own[EMITTED] = emitted(self.member.program)
            sympy_forms = self.worker.results()
        finally:
            self.close()
        return {"f": own.pop("f")} | sympy_forms | own

    def own(self) -> dict[str, Callable[[], Program]]:
        """How the forms that need no SymPy are written."""
        program, names, order = self.member.program, self.names, self.member.order
        forms: dict[str, Callable[[], Program]] = {"f": lambda: program}
        if names:
            forms[FORWARD] = lambda: _accumulated(accumulation.forward, program, names, order)
            forms[REVERSE] = lambda: _accumulated(accumulation.reverse, program, names, order)
        if names and not self.member.by_order:
            forms[TAPE] = lambda: accumulation.reverse(program, names, value=True)
        if names and self.member.by_order:
            forms[TAYLOR] = lambda: taylor.derivative_program(program, names[0], order)
        return forms

    def finish(self) -> Swell:
        """Wait for the worker and return the record."""
        rows = sizes.rows(self.collect(), None)
        return Swell(expression=str(self.member.program), at=self.at, wrt=_listed(self.names), forms=tuple(rows))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _accumulated(sweep: Callable[..., Program], program: Program, names: Sequence[str], order: int) -> Program:
    for k in range(order):
        if len(program.lines) > (limits.DIFFERENTIATED if k else limits.OPERATIONS):
            raise NumberError(say("swell.lines", lines=len(program.lines)), status="too-large")
        program = sweep(program, names)
    return program
