"""Expression swell: how large f, and each way to write its derivative, is.

    f' symbolic     SymPy's own derivative, as SymPy leaves it
    f' simplified   the same after sympy.simplify
    f' cse          the same with common subexpressions named (sympy.cse)
    f' reverse      the tape's Program of value and gradient

Sizes are those of Programs: binary operations, every leaf counted, nothing folded; a tree writes shared parts out, a DAG
holds them once.  With several inputs, f' is the whole gradient.

SymPy may take longer than anyone waits, or all memory, so it works in a process of its own that is ended at the time
limit.  That process is started by `begin` and runs beside whatever else is done until `finish`.
"""

import contextlib
import multiprocessing
import signal
import sys
import time
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from diffkit import limits
from diffkit.errors import DiffkitError, UsageError
from diffkit.points import as_program, spread
from diffkit.program import Program
from diffkit.results import Form, Swell

SYMBOLIC, SIMPLIFIED, CSE, REVERSE = "f' symbolic", "f' simplified", "f' cse", "f' reverse"
STEPS = {SYMBOLIC: "SymPy's diff", SIMPLIFIED: "simplify", CSE: "cse"}  # what the worker does
GRACE = 1.0  # seconds after the limit when the worker ends itself, should its parent be gone
Data = tuple[Any, ...]


def measure(f: Any, at: Any = None, wrt: str | Sequence[str] | None = None, time_limit: float = 10.0) -> Swell:
    """Measure the sizes of f and of its derivative, form by form.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array, optional
        The point, for the record (and to trace a callable).
    wrt : str or sequence of str, optional
        Differentiate by these inputs ("x" or "x,y"); by default by all.
    time_limit : float
        Seconds for SymPy; a form not finished by then has the status "gave up".

    Raises
    ------
    UsageError
        If f has no such input, or more than one output.

    Examples
    --------
    >>> forms = measure("exp(x)*sin(x)").forms
    >>> [(form.form, form.tree_size) for form in forms[:2]]
    [('f', 5), ("f' symbolic", 11)]
    """
    with begin(f, at, wrt, time_limit) as pending:
        return pending.finish()


def begin(f: Any, at: Any = None, wrt: str | Sequence[str] | None = None, time_limit: float = 10.0) -> "Pending":
    """Start measuring; `Pending.finish` waits for the result.  Arguments as for `measure`."""
    program = as_program(f, at)
    if len(program.outputs) != 1:
        raise UsageError(f"swell needs one output, the function has {len(program.outputs)}")
    point = {} if at is None else dict(zip(program.inputs, map(float, spread(program.inputs, at)[0])))
    return Pending(program, point, _chosen(program, wrt), time_limit)


def _chosen(program: Program, wrt: str | Sequence[str] | None) -> list[str]:
    """The inputs to differentiate by."""
    if wrt is None:
        return list(program.inputs)
    names = [name.strip() for name in wrt.split(",")] if isinstance(wrt, str) else list(wrt)
    for name in names:
        if name not in program.inputs:
            raise UsageError(
                f"the function has no input {str(name)[:40]!r}",
                remedy=f"its inputs are {', '.join(program.inputs) or 'none: it is constant'}",
            )
    return names


class Pending:
    """A measurement under way; as a context manager it leaves no process behind."""

    def __init__(self, program: Program, at: dict[str, float], names: list[str], time_limit: float) -> None:
        self.program, self.at, self.names = program, at, names
        self.worker = Worker(program, names, min(time_limit, limits.WORKER_SECONDS))
        self.close = weakref.finalize(self, self.worker.kill)  # on every way out, exceptions and the end of Python included

    def finish(self) -> Swell:
        """Wait for the worker, at most until its time limit, and return the record."""
        try:
            forms = {"f": _form("f", self.program)}
            if self.names:
                forms |= {REVERSE: _attempt(REVERSE, self._reverse)} | self.worker.results()
        finally:
            self.close()
        rows = tuple(forms[name] for name in ("f", *STEPS, REVERSE) if name in forms)
        return Swell(expression=str(self.program), at=self.at, wrt=", ".join(self.names), forms=rows)

    def _reverse(self) -> Program:
        from diffkit.tape import gradient_program

        slopes = gradient_program(self.program)
        kept = [slopes.outputs[1 + self.program.inputs.index(name)] for name in self.names]
        return Program(slopes.lines, slopes.inputs, (slopes.outputs[0], *kept))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _form(name: str, program: Program, seconds: float | None = None) -> Form:
    return Form(form=name, tree_size=program.tree_size, dag_size=program.dag_size, operations=program.operations, seconds=seconds)


def _gave_up(name: str, reason: str, seconds: float | None = None) -> Form:
    return Form(form=name, tree_size=0, dag_size=0, operations=0, status="gave up", reason=reason, seconds=seconds)


def _attempt(name: str, write: Callable[[], Program]) -> Form:
    """The form with the seconds it took to write, or why there is none."""
    begun = time.perf_counter()
    try:
        program = write()
        return _form(name, program, time.perf_counter() - begun)
    except DiffkitError as error:
        return _gave_up(name, error.what)
    except MemoryError:
        return _gave_up(name, f"{STEPS.get(name, name)} needs more than {limits.SYMPY_MEMORY >> 30} GiB")
    except Exception as error:  # SymPy fails in its own ways
        return _gave_up(name, f"{STEPS.get(name, name)} fails: {type(error).__name__}")


# --- the process that runs SymPy -------------------------------------------------------------------------------------------
class Worker:
    """A process that sends the forms SymPy writes, one by one; only their sizes come back."""

    def __init__(self, program: Program, names: list[str], time_limit: float) -> None:
        self.time_limit = time_limit
        self.deadline = time.monotonic() + time_limit
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")  # a fork has SymPy already
        self.here, there = context.Pipe(duplex=False)
        data = program.lines, program.inputs, program.outputs
        self.process = context.Process(target=_work, args=(there, data, names, time_limit), daemon=True)
        with there, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads: a child that hangs is killed
            with contextlib.suppress(AssertionError, OSError):  # no process may be started here; `results` says so
                self.process.start()

    def results(self) -> dict[str, Form]:
        """The forms that arrive before the deadline; for the others, the reason."""
        forms: dict[str, Form] = {}
        reason = f"did not finish in {self.time_limit:g} s"
        try:
            while len(forms) < len(STEPS) and self.here.poll(max(0.0, self.deadline - time.monotonic())):
                form = self.here.recv()
                forms[form.form] = form
        except (EOFError, OSError):
            if time.monotonic() < self.deadline:
                reason = "got no process to run in" if self.process.pid is None else "ended without an answer"
        missing = {name: _gave_up(name, f"{step} {reason}", self.time_limit) for name, step in STEPS.items() if name not in forms}
        return forms | missing

    def kill(self) -> None:
        """End the process, whatever it does."""
        if self.process.pid is not None:
            self.process.kill()
            self.process.join()
        self.here.close()


def _work(pipe: Any, data: Data, names: list[str], time_limit: float) -> None:
    """What the process does: each form as soon as it is known, the slowest last."""
    _restrain(time_limit)
    with contextlib.suppress(BrokenPipeError):  # nobody waits any more
        for form in _forms(Program(*data), names):
            pipe.send(form)


def _restrain(time_limit: float) -> None:
    """Leave Ctrl-C to the parent; end by itself soon after the limit; and take no more than its share of memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, time_limit + GRACE)
    with contextlib.suppress(ImportError, ValueError, OSError), open("/proc/self/statm") as file:
        import resource

        inherited = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (inherited + limits.SYMPY_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _forms(program: Program, names: list[str]) -> Iterator[Form]:
    """SymPy's forms of the gradient."""
    import sympy

    from diffkit import symbolic
    from diffkit.sympy_program import Translator, to_program

    slopes: list[Any] = []

    def raw() -> Program:
        slopes.extend(symbolic.derivatives(program, names))
        return to_program(slopes, program.inputs, derived=True)

    def cse() -> Program:
        translator = Translator(derived=True)
        named, reduced = sympy.cse(slopes, symbols=sympy.numbered_symbols(cls=sympy.Dummy), order="none")
        for name, part in named:
            translator.known[name] = translator.line(part)
        return translator.builder.build(*map(translator.line, reduced), inputs=program.inputs)

    yield _attempt(SYMBOLIC, raw)
    if slopes:
        yield _attempt(CSE, cse)
        yield _attempt(SIMPLIFIED, lambda: to_program([sympy.simplify(e) for e in slopes], program.inputs, derived=True))
