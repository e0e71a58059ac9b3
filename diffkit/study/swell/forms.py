"""The forms of a derivative that SymPy writes, each within a time and a memory limit, in a process that can be ended.

    f' symbolic     SymPy's own derivative, as SymPy leaves it          f' horner      sympy.horner of that
    f' expanded     sympy.expand of that                                f' simplified  sympy.simplify of that
    f' factored     sympy.factor of that                                f' cse         its common subexpressions named (sympy.cse)

Only sizes come back, and the Programs if they are asked for.  A form that takes too long is interrupted inside the process,
which then goes on to the next; where that does not help, the process is ended and another one does the rest.
"""

import contextlib
import math
import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from diffkit import limits
from diffkit.counting import Counts, counts, slopes_written_out
from diffkit.deadline import deadline
from diffkit.errors import DiffkitError, TimeLimitError
from diffkit.messages import language, say, spoken, word
from diffkit.program import Program
from diffkit.study.swell.restraint import GRACE, end_after, restrain
from diffkit.tables import quotient, short

SYMBOLIC, CSE, HORNER = "f' symbolic", "f' cse", "f' horner"
EXPANDED, FACTORED, SIMPLIFIED = "f' expanded", "f' factored", "f' simplified"
STEPS = {
    SYMBOLIC: "SymPy's diff",
    CSE: "cse",
    HORNER: "horner",
    EXPANDED: "expand",
    FACTORED: "factor",
    SIMPLIFIED: "simplify",
}  # in the order in which they are tried
GAVE_UP, TOO_LARGE, NOT_TRIED, FAILED = "gave up", "too large", "not tried", "failed"  # why a form is missing
NATIVE_OPERATIONS = 20_000  # nodes up to which SymPy's own count_ops, which walks the tree, is asked


class Written(NamedTuple):
    """One form as a Program with its sizes, or why there is none."""

    name: str
    sizes: Counts | None = None
    native: tuple[int, int, int | None] | None = None  # SymPy's own nodes as a tree and as a graph, and its count_ops
    seconds: float | None = None
    status: str = "ok"
    reason: str = ""
    program: tuple[Any, ...] | None = None  # lines, inputs, outputs


def gave_up(name: str, reason: str, seconds: float | None = None) -> Written:
    """A form that does not exist, and why."""
    return Written(name, seconds=seconds, status=GAVE_UP, reason=reason)


def attempt(name: str, write: Callable[[], Program], keep: bool = True) -> Written:
    """The form with the seconds it took to write, or why there is none."""
    begun, step = time.perf_counter(), word(STEPS.get(name, name))
    try:
        program = write()
        seconds = time.perf_counter() - begun
        data = (program.lines, program.inputs, program.outputs) if keep else None
        return Written(name, counts(program), seconds=seconds, program=data)
    except TimeLimitError:
        raise
    except DiffkitError as error:
        return gave_up(name, error.what)
    except MemoryError:
        return gave_up(name, say("swell.memory", step=step, size=short(limits.SYMPY_MEMORY / 2**30)))
    except Exception as error:  # SymPy fails in its own ways
        key = "swell.no_polynomial" if type(error).__name__ == "PolynomialError" else "swell.fails"
        return Written(name, status=FAILED, reason=say(key, step=step, error=type(error).__name__))


class Job(NamedTuple):
    """What SymPy is asked for."""

    program: Program
    names: tuple[str, ...]
    order: int = 1
    forms: tuple[str, ...] = tuple(STEPS)
    seconds: float = 10.0  # for each form
    keep: bool = False  # send the Programs too
    anyway: bool = False  # try what is too large by estimate

    def data(self) -> tuple[Any, ...]:
        """What a process needs to know, without what the Program has computed so far."""
        program = self.program
        return (program.lines, program.inputs, program.outputs), self.names, self.order, self.seconds, self.keep


# --- this side -------------------------------------------------------------------------------------------------------------
class Worker:
    """SymPy at work: `results` waits for it, `kill` ends it whatever it does."""

    def __init__(self, job: Job, total: float = math.inf) -> None:
        self.job, self.total = job._replace(seconds=min(job.seconds, limits.WORKER_SECONDS)), total
        self.latest = time.monotonic() + min(total, limits.WORKER_SECONDS)
        self.found = {w.name: w for w in refused(job)}
        self.process: Any = None
        self.missing = [name for name in job.forms if name not in self.found]
        if self.missing:
            self.start()

    def start(self) -> None:
        """Begin with the forms that are missing."""
        fork = sys.platform == "linux"
        if fork:
            import sympy  # noqa: F401  # a fork has it already
        context: Any = multiprocessing.get_context("fork" if fork else "spawn")
        self.here, there = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(there, spoken(), *self.job.data(), tuple(self.missing)), daemon=True)
        self.begun = time.monotonic()
        with there, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads: a child that hangs is killed
            with contextlib.suppress(AssertionError, OSError):  # no process may be started here; `results` says so
                self.process.start()

    def results(self) -> dict[str, Written]:
        """All forms, in the order in which they were asked for; for those that did not come, the reason."""
        while self.missing:
            reason = self.receive()
            if reason:
                self.kill()
                ended = time.monotonic() >= self.latest or self.process.pid is None
                first = self.missing[0] == SYMBOLIC  # of which all others are made
                late = self.missing if ended or first else self.missing[:1]
                self.note(*(self.late(reason, name, SYMBOLIC if first else name) for name in late))
                if self.missing:
                    self.start()
        return {name: self.found[name] for name in self.job.forms}

    @property
    def limit(self) -> float:
        return min(self.job.seconds, self.total)

    def late(self, reason: str, name: str, step: str) -> Written:
        """A form that did not come because of that step."""
        return gave_up(name, say(reason, step=word(STEPS[step]), seconds=f"{self.limit:g}"), self.limit)

    def note(self, *found: Written) -> None:
        """These are there."""
        self.found |= {w.name: w for w in found}
        self.missing = [name for name in self.missing if name not in self.found]

    def receive(self) -> str:
        """Take what the process sends, until all is there or it has to be ended; why, as the name of a sentence."""
        try:
            while self.missing:
                hard = min(self.begun + self.job.seconds + GRACE, self.latest)
                if not self.here.poll(max(0.0, hard - time.monotonic())):
                    return "swell.late"
                self.note(self.here.recv())
                self.begun = time.monotonic()
        except (EOFError, OSError):
            return "swell.no_process" if self.process.pid is None else "swell.ended"
        return ""

    def kill(self) -> None:
        """End the process."""
        if self.process is not None:
            if self.process.pid is not None:
                self.process.kill()
                self.process.join()
            self.here.close()


def refused(job: Job) -> list[Written]:
    """SymPy's forms, if the derivative that they are made of would be too large."""
    if job.anyway:
        return []
    nodes = slopes_written_out(job.program, job.names)
    if nodes <= limits.SYMPY_NODES:
        return []
    reason = say("swell.too_large", step=word(STEPS[SYMBOLIC]), nodes=quotient(nodes, 1))
    return [Written(name, status=TOO_LARGE, reason=reason) for name in job.forms]


# --- the other side --------------------------------------------------------------------------------------------------------
def _work(
    pipe: Any, tongue: str, data: tuple[Any, ...], names: Sequence[str], order: int, seconds: float, keep: bool, forms: Any
) -> None:
    """What the process does: each form as soon as it is known."""
    restrain()
    with contextlib.suppress(BrokenPipeError), language(tongue):  # nobody waits any more
        for written in _forms(Program(*data), names, order, forms, seconds, keep):
            pipe.send(written)


def _forms(
    program: Program, names: Sequence[str], order: int, forms: Sequence[str], seconds: float, keep: bool
) -> Iterator[Written]:
    """SymPy's forms of the gradient; all but the first are made of it, so that none is tried without it."""
    sympy_forms = SympyForms(program, names, order)
    reason = ""
    for name in forms:
        end_after(seconds)
        try:
            with deadline(seconds):
                yield gave_up(name, reason, seconds) if reason else sympy_forms.written(name, keep)
        except TimeLimitError:
            late = say("swell.late", step=word(STEPS[name if sympy_forms.slopes else SYMBOLIC]), seconds=f"{seconds:g}")
            reason = "" if sympy_forms.slopes else late
            yield gave_up(name, late, seconds)


class SympyForms:
    """SymPy's derivatives of a Program, and what SymPy makes of them."""

    def __init__(self, program: Program, names: Sequence[str], order: int) -> None:
        self.program, self.names, self.order = program, names, order
        self.slopes: list[Any] = []

    def written(self, name: str, keep: bool) -> Written:
        """One form, with SymPy's own counts of it."""
        pieces: list[Any] = []
        spent = 0.0

        def write() -> Program:
            nonlocal spent
            begun = time.perf_counter()
            self.differentiate()
            spent = time.perf_counter() - begun if name != SYMBOLIC else 0.0  # not this form's
            pieces.extend(self.transformed(name))
            return self.brought_back(name, pieces)

        found = attempt(name, write, keep)
        return found._replace(native=native(pieces), seconds=found.seconds - spent) if found.seconds and found.sizes else found

    def differentiate(self) -> None:
        """SymPy's derivatives, once."""
        from diffkit import symbolic
        from diffkit.sympy_forms import symbol

        if not self.slopes:
            slopes = symbolic.derivatives(self.program, self.names)
            for _ in range(self.order - 1):
                slopes = [symbolic.derivative(e, symbol(name)) for e, name in zip(slopes, self.names)]
            self.slopes = slopes

    def transformed(self, name: str) -> list[Any]:
        """The derivatives in that form; for cse the named parts, as pairs, then what is left."""
        import sympy

        if name == SYMBOLIC:
            return self.slopes
        if name == CSE:
            named, reduced = sympy.cse(self.slopes, symbols=sympy.numbered_symbols(cls=sympy.Dummy), order="none")
            return [*named, *reduced]
        return [getattr(sympy, STEPS[name])(e) for e in self.slopes]

    def brought_back(self, name: str, pieces: Sequence[Any]) -> Program:
        """The Program of a form."""
        from diffkit.sympy_program import Translator, to_program

        if name != CSE:
            return to_program(list(pieces), self.program.inputs, derived=True)
        translator = Translator(derived=True)
        for symbol, part in pieces[: -len(self.slopes)]:
            translator.known[symbol] = translator.line(part)
        return translator.builder.build(*map(translator.line, pieces[-len(self.slopes) :]), inputs=self.program.inputs)


def native(pieces: Sequence[Any]) -> tuple[int, int, int | None]:
    """SymPy's own counts: nodes of its trees, in which a sum or product has any number of operands; distinct nodes; count_ops.

    Nodes are told apart by what they are made of, not by SymPy's ==, which walks whole trees.
    """
    sizes: dict[Any, tuple[int, int]] = {}  # what a node is made of: its number, and the nodes of its tree
    seen: dict[int, tuple[int, int]] = {}  # the same by identity
    whole = [part for piece in pieces for part in (piece[1:] if isinstance(piece, tuple) else [piece])]
    for piece in whole:
        stack = [piece]
        while stack:
            e = stack[-1]
            waiting = [a for a in e.args if id(a) not in seen]
            stack.extend(waiting)
            if not waiting:
                stack.pop()
                parts = tuple(seen[id(a)] for a in e.args)
                key = (type(e), tuple(number for number, _ in parts)) if parts else e
                seen[id(e)] = sizes.setdefault(key, (len(sizes), 1 + sum(size for _, size in parts)))
    tree = sum(seen[id(piece)][1] for piece in whole)
    return tree, len(sizes), _count_ops(whole) if tree <= NATIVE_OPERATIONS else None


def _count_ops(pieces: Sequence[Any]) -> int:
    import sympy

    return sum(int(sympy.count_ops(piece)) for piece in pieces)
