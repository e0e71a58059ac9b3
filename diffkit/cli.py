"""The command line: arguments -> study -> record -> renderer. No arithmetic lives here."""

import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from diffkit import __version__
from diffkit.deadline import deadline
from diffkit.errors import DiffkitError, InputError, NumberError, UsageError

BUG, INTERRUPTED = 70, 130
FLAGS = {"-o", "-v", "-q", "-h"}
KNOWN_SUFFIX = re.compile(r"-o.+\.(html|md|tex|json|csv|pdf|svg|png|dot)$")
LONG_OPTION = re.compile(r"--[a-z][a-z-]+(=.*)?$", re.DOTALL)


# --- input ---------------------------------------------------------------------------------------------------------------
def expression_last(args: list[str]) -> list[str]:
    """Put an expression that starts with a minus behind ``--``, so that it is not read as an option.

    Examples
    --------
    >>> expression_last(["compare", "-x**2", "--at", "x=1"])
    ['compare', '--at', 'x=1', '--', '-x**2']
    """
    takes_value = {
        name for c in commands.commands.values() for p in c.params for name in p.opts if not getattr(p, "is_flag", True)
    }
    for i, arg in enumerate(args):
        if arg == "--":
            break
        if i and args[i - 1] in takes_value:
            continue
        if arg.startswith("-") and len(arg) > 1 and not (arg in FLAGS or LONG_OPTION.match(arg) or KNOWN_SUFFIX.match(arg)):
            return [*args[:i], *args[i + 1 :], "--", arg]
    return args


def read_function(text: str, at: dict[str, float] | None) -> Any:
    """The Program that EXPR names: a text, FILE.py:function, or - for standard input."""
    from diffkit.language import parse

    if text == "-":
        return parse(_standard_input())
    named = re.fullmatch(r"(?s)(.+\.py):([^\W\d]\w*)", text)
    return _from_file(Path(named[1]), named[2], at) if named else parse(text)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").rstrip()
    except UnicodeDecodeError as error:
        raise InputError(f"standard input is not UTF-8 text: byte {error.start} cannot be read") from None


def _from_file(path: Path, name: str, at: dict[str, float] | None) -> Any:
    """The recorded Program of a function in a Python file, which is run."""
    import runpy
    from contextlib import redirect_stdout

    from diffkit.tracing import trace

    if not path.is_file():
        raise InputError(f"no file '{path}'", remedy="give FILE.py:function, or a formula")
    if at is None:
        raise UsageError("a Python function is recorded at a point", remedy="give it with --at x=1")
    try:
        with redirect_stdout(sys.stderr):
            found = runpy.run_path(str(path))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise InputError(f"'{path}' does not run: {type(error).__name__}: {error}") from None
    if not callable(found.get(name)):
        raise InputError(
            f"'{path}' has no function '{name}'", remedy=_did_you_mean(name, [k for k, v in found.items() if callable(v)])
        )
    try:
        return trace(found[name], at)
    except DiffkitError:
        raise
    except Exception as error:
        raise InputError(f"'{name}' in '{path}' fails at that point: {type(error).__name__}: {error}") from None


def _did_you_mean(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, 1)
    return f"did you mean '{close[0]}'?" if close else ""


def read_point(items: tuple[str, ...]) -> dict[str, float] | None:
    """The point from --at x=1/3,y=pi/4: each coordinate is read exactly, then rounded to float64 once."""
    point: dict[str, float] = {}
    for item in items:
        for part in re.split(r",(?![^(]*\))", item):
            name, equals, value = part.partition("=")
            name = name.strip()
            if not equals or not name or not value.strip():
                raise UsageError(f"cannot read the point '{part.strip()}'", remedy="write --at x=1.5,y=1/3")
            if name in point:
                raise UsageError(f"'{name}' is given twice in --at")
            point[name] = _coordinate(name, value)
    return point or None


def _coordinate(name: str, text: str) -> float:
    remedy = "write a number such as 1.5, 1e-8, 1/3 or pi/4"
    try:
        value = float(text)
    except ValueError:
        value = _exactly(name, text, remedy)
    if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]) and _is_literal(text):
        raise UsageError(f"the value of '{name}' in --at is too small for float64: '{text.strip()}'", remedy=remedy)
    if not math.isfinite(value):
        raise UsageError(f"the value of '{name}' in --at is not finite in float64: '{text.strip()}'", remedy=remedy)
    return value


def _is_literal(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _exactly(name: str, text: str, remedy: str) -> float:
    """The double nearest to what a formula without variables says."""
    from diffkit.language import parse
    from diffkit.truth import round_constant

    try:
        program = parse(text)
    except InputError as error:
        raise UsageError(f"cannot read the value of '{name}' in --at: '{text.strip()}'", error.what, remedy) from None
    if program.inputs or len(program.outputs) != 1:
        raise UsageError(f"the value of '{name}' in --at is not a number: '{text.strip()}'", remedy=remedy)
    try:
        return round_constant(program)
    except NumberError as error:
        raise UsageError(f"the value of '{name}' in --at has no number: '{text.strip()}'", error.what, remedy) from None


def check_point(program: Any, at: dict[str, float] | None) -> dict[str, float]:
    """The point, if it names every input of the program and no other."""
    from diffkit.points import spread

    if at is None and program.inputs:
        raise UsageError("the point is missing", remedy=f"give it with --at {','.join(f'{n}=1' for n in program.inputs)}")
    spread(program.inputs, at or {})
    return at or {}


def _listed(text: str | None) -> tuple[str, ...] | None:
    """The parts of a list such as D0,reverse, each once; None if nothing was asked for."""
    if text is None:
        return None
    parts = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not parts:
        raise UsageError("a list is empty", remedy="leave the option out for all, or separate names by commas")
    return parts


# --- output --------------------------------------------------------------------------------------------------------------
def deliver(record: Any, json: bool, out: tuple[str, ...], force: bool, quiet: bool) -> None:
    """Write the record to files and to standard output."""
    if out:
        from diffkit.files import write_all
        from diffkit.render import write_plan

        contents: dict[Path, bytes] = {}
        for name in out:
            contents |= write_plan(record, Path(name))
        write_all(contents, force)
        if not quiet:
            for path in contents:
                print(f"wrote {path}", file=sys.stderr)
    if json:
        print_text(_json(record))
    elif not out:
        print_text(str(record) + "\n")


def _json(record: Any) -> str:
    """JSON that the terminal's encoding can carry."""
    text: str = record.to_json()
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        import json

        return json.dumps(json.loads(text), indent=1, allow_nan=False) + "\n"
    return text


def print_text(text: str) -> None:
    """Print whatever the terminal's encoding: what it lacks is written as an escape."""
    if sys.stdout is None:
        raise UsageError("cannot write standard output: it is closed", remedy="write a file with -o")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _abandon_stdout()
        raise UsageError(f"cannot write standard output: {error.strerror}") from None


def _abandon_stdout() -> None:
    """Send what is still buffered nowhere, else the interpreter complains while closing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Tell on a terminal what is being done; elsewhere say nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield lambda stage: status.update(stage)


# --- commands --------------------------------------------------------------------------------------------------------------
HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Positive(click.FloatRange):
    """A finite number above 0."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


POSITIVE = Positive()


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every study has."""
    options = [
        click.argument("expr"),
        click.option("--at", multiple=True, metavar="x=1,y=-4", help="The point; 1/3 and pi/4 are rounded to float64 once."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."),
        click.option("-o", "--out", multiple=True, metavar="FILE", help="Write a file; the suffix picks the format. Repeatable."),
        click.option("--force", is_flag=True, help="Overwrite existing files."),
        click.option("--timeout", type=POSITIVE, metavar="S", help="Give up after S seconds."),
        click.option("--seed", type=int, default=0, metavar="N", help="Seed of whatever is random."),
        click.option("-v", "--verbose", is_flag=True, help="Say more on standard error."),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but errors."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def study(
    measure: Callable[..., Any],
    expr: str,
    at: tuple[str, ...],
    as_json: bool,
    out: tuple[str, ...],
    force: bool,
    timeout: float | None,
    quiet: bool,
    needs_point: bool = True,
) -> Any:
    """Read the input, measure, deliver: the same for every study."""
    from diffkit.files import demand_writable

    with deadline(timeout, "give more with --timeout"):
        demand_writable(map(Path, out), force)
        demand_suffixes(out)
        point = read_point(at)
        program = read_function(expr, point)
        checked = check_point(program, point) if needs_point or point is not None else None
        with progress(quiet) as tell:
            record = measure(program, checked, tell)
        deliver(record, as_json, out, force, quiet)
    return record


def demand_suffixes(out: tuple[str, ...]) -> None:
    """Complain about an output format before any work is done for it."""
    from diffkit.render import SUFFIXES

    for name in out:
        if Path(name).suffix.lower() not in SUFFIXES:
            raise UsageError(
                f"cannot write '{name}': unknown format '{Path(name).suffix}'", remedy=f"the formats are {' '.join(SUFFIXES)}"
            )


@click.group(
    context_settings=HELP,
    epilog="Exit status: 0 done; 1 a check failed; 2 wrong usage; 3 unreadable input; 4 no number possible; 70 a bug; 130 Ctrl-C",
)
@click.version_option(__version__, "--version", prog_name="diffkit")
def commands() -> None:
    """How exact is a derivative, and why? Compare the ways to differentiate a function.

    EXPR is a formula such as "exp(x)/sqrt(sin(x)^3 + cos(x)^3)", FILE.py:function, or - for standard input.
    """


@commands.command(short_help="Every engine at one point, in correct digits.")
@common
@click.option("--engines", metavar="LIST", help="symbolic, reverse, forward, complex-step, richardson, D0, D+, D-.")
@click.option("--wrt", metavar="x[,y]", help="Differentiate by these inputs only.")
@click.option("--digits", type=click.IntRange(1, 10_000), default=30, show_default=True, help="Digits of the reference.")
@click.option("--fail-above", type=POSITIVE, metavar="E", help="Exit with 1 if a relative error is above E.")
def compare(
    expr: str,
    engines: str | None,
    wrt: str | None,
    digits: int,
    fail_above: float | None,
    seed: int,
    verbose: bool,
    **options: Any,
) -> int:
    """Every engine at one point, in correct digits against a proved reference."""
    from diffkit.study import compare

    record = study(lambda f, at, tell: compare.measure(f, at, _listed(engines), _listed(wrt), digits), expr, **options)
    return 0 if fail_above is None else check_errors(record, fail_above)


def check_errors(record: Any, limit: float) -> int:
    """0 if every judged engine errs by at most ``limit``, relative; else 1, and which do not on standard error."""
    judged = [e for e in record.engines if e.relative_error is not None]
    above = [f"{e.engine} ({e.relative_error:.2g})" for e in judged if not e.relative_error <= limit]
    if judged and not above:
        return 0
    return _fail(f"relative error above {limit:g}: {', '.join(above)}" if above else "no engine could be judged", 1)


@commands.command(short_help="Error against h for every difference scheme.")
@common
@click.option("--engines", metavar="LIST", help="Schemes D+, D-, D0, richardson, complex-step, and engines to draw beside them.")
@click.option("--wrt", metavar="x", help="The input to vary.")
def sweep(expr: str, engines: str | None, wrt: str | None, seed: int, verbose: bool, **options: Any) -> int:
    """Error against h for every difference scheme, with its order and its best step."""
    from diffkit.engines import choose
    from diffkit.study import sweep

    chosen = None if engines is None else [e.name for e in choose(_listed(engines))]
    schemes = None if chosen is None else [n for n in chosen if n in sweep.CONSTANTS]
    beside = None if chosen is None else [n for n in chosen if n not in sweep.CONSTANTS]
    study(lambda f, at, tell: sweep.measure(f, at, wrt, schemes, beside), expr, **options)
    return 0


@commands.command(short_help="How large each form of the derivative grows.")
@common
@click.option("--wrt", metavar="x", help="Differentiate by this input.")
@click.option("--simplify-limit", type=POSITIVE, default=10.0, show_default=True, metavar="S", help="Seconds for simplify.")
def swell(expr: str, wrt: str | None, simplify_limit: float, seed: int, verbose: bool, **options: Any) -> int:
    """How large a derivative grows: symbolic, simplified, after cse, and by reverse mode."""
    from diffkit.study import swell

    study(lambda f, at, tell: swell.measure(f, at, wrt, simplify_limit), expr, needs_point=False, **options)
    return 0


@commands.command(short_help="The whole error report, as one file.")
@common
@click.option("--engines", metavar="LIST", help="The engines to compare.")
@click.option("--wrt", metavar="x", help="The input that the error-against-h figure varies.")
@click.option("--title", default="", help="The title of the report.")
@click.option("--simplify-limit", type=POSITIVE, default=10.0, show_default=True, metavar="S", help="Seconds for simplify.")
def report(
    expr: str, engines: str | None, wrt: str | None, title: str, simplify_limit: float, seed: int, verbose: bool, **options: Any
) -> int:
    """The whole error report: verdict, table, figure, orders, swell, how it was measured."""
    from diffkit.study import report

    def measure(f: Any, at: Any, tell: Callable[[str], None]) -> Any:
        again = {"--at": ",".join(options["at"]), "--wrt": wrt, "--engines": engines, "--title": title, "-o": "report.html"}
        command = redo("report", str(f) if expr == "-" else expr, again)
        return report.measure(
            f, at, wrt=wrt, engines=_listed(engines), title=title, command=command, time_limit=simplify_limit, progress=tell
        )

    record = study(measure, expr, **options)
    if verbose:
        for stage, seconds in record.seconds.items():
            print(f"{stage}: {seconds:.2f} s", file=sys.stderr)
    return 0


def redo(command: str, expr: str, options: dict[str, str | None]) -> str:
    """The command line that does it again, ready for a shell."""
    import shlex

    words = [expr, *(word for name, value in options.items() if value for word in (name, value))]
    return f"diffkit {command} {shlex.join(words)}"


@commands.command(short_help="The functions of the language and their accuracy.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def functions(as_json: bool) -> int:
    """The functions of the language: accuracy of value and partials in ulps, conventions at kinks."""
    from diffkit.study import functions

    record = functions.measure()
    print_text(_json(record) if as_json else str(record) + "\n")
    return 0


# --- the program -----------------------------------------------------------------------------------------------------------
def main() -> None:
    """Run the command line and exit with its status."""
    sys.unraisablehook = interrupt_again
    sys.exit(run(sys.argv[1:]))


def interrupt_again(lost: Any) -> None:
    """A Ctrl-C that fell into a callback, where Python can only print and forget it, comes again outside."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    import _thread
    import threading

    threading.Timer(0.01, _thread.interrupt_main).start()


def run(args: list[str]) -> int:
    """Run one command; every error becomes at most three lines and an exit status."""
    try:
        with commands.make_context(
            "diffkit", expression_last(args)
        ) as context:  # click's own main would exit with 1 on a closed pipe
            return int(commands.invoke(context) or 0)
    except click.exceptions.Exit as wish:  # --help, --version
        return wish.exit_code
    except DiffkitError as error:
        return _fail(str(error), error.exit_status)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return UsageError.exit_status
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "diffkit"
        return _fail(f"{error.format_message()}\n    see {where} --help", UsageError.exit_status)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _abandon_stdout()
        return 0
    except Exception as error:
        if os.environ.get("DIFFKIT_DEBUG"):
            raise
        return _fail(
            f"a bug in diffkit: {type(error).__name__}: {error}\n    please report it, with what DIFFKIT_DEBUG=1 prints", BUG
        )


def _fail(message: str, status: int) -> int:
    encoding = sys.stderr.encoding or "utf-8"
    print("diffkit: " + message.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
    return status
