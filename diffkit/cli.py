"""The command line: arguments -> study -> record -> renderer. No arithmetic lives here."""

import math
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from diffkit import __version__
from diffkit.arguments import expression_last, listed, read_anywhere, read_callable, read_called, read_family, read_recorded
from diffkit.deadline import deadline
from diffkit.errors import DiffkitError, UsageError
from diffkit.messages import LANGUAGES, language, spoken
from diffkit.terminal import abandon_stdout, deliver, progress

BUG, INTERRUPTED = 70, 130


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
    """The options that every study of a function has."""
    at = click.option("--at", multiple=True, metavar="x=1,y=-4", help="The point; 1/3 and pi/4 are rounded to float64 once.")
    return click.argument("expr")(at(output_options(command)))


OUT = "Write a file; the suffix picks the format: .html .md .tex .json .csv .pdf .svg .png. Repeatable."


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say where results go, how long they may take, and what is said meanwhile."""
    options = [
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."),
        click.option("-o", "--out", multiple=True, metavar="FILE", help=OUT),
        click.option("--force", is_flag=True, help="Overwrite existing files."),
        click.option("--timeout", type=POSITIVE, metavar="S", help="Give up after S seconds."),
        click.option("--seed", type=int, default=0, metavar="N", help="Seed of whatever is random."),
        click.option(
            *("--lang", "lang"),
            type=click.Choice(list(LANGUAGES)),
            default="en",
            show_default=True,
            callback=speak,
            expose_value=False,
            help="The language of reports.",
        ),
        click.option("-v", "--verbose", is_flag=True, help="Say more on standard error."),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but errors."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def speak(ctx: click.Context, param: click.Parameter, value: str) -> None:
    """Say what this command says in that language."""
    ctx.with_resource(language(value))


def study(
    measure: Callable[..., Any],
    expr: str,
    at: tuple[str, ...],
    as_json: bool,
    out: tuple[str, ...],
    force: bool,
    timeout: float | None,
    quiet: bool,
    read: Callable[[str, tuple[str, ...]], tuple[Any, Any]] = read_recorded,
) -> Any:
    """Read the input, measure, deliver: the same for every study; a family is read by the study itself."""
    from diffkit.files import demand_writable
    from diffkit.render import places

    name = click.get_current_context().info_name or ""
    with deadline(timeout, "give more with --timeout"):
        demand_writable((place for path in out for place in places(name, Path(path))), force)
        demand_suffixes(out)
        function, point = read(expr, at)
        with progress(quiet) as tell:
            record = measure(function, point, tell)
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


def example(command: str, rest: str) -> str:
    """One line that can be typed as it stands."""
    return f'\b\nExample: diffkit {command} "(1 - cos(x))/x^2" --at {rest}'


@click.group(
    context_settings=HELP,
    epilog="Exit status: 0 done; 1 a check failed; 2 wrong usage; 3 unreadable input; 4 no number possible; 70 a bug; 130 Ctrl-C",
)
@click.version_option(__version__, "--version", prog_name="diffkit")
def commands() -> None:
    """How exact is a derivative, and why? Compare the ways to differentiate a function.

    EXPR is a formula such as "exp(x)/sqrt(sin(x)^3 + cos(x)^3)", FILE.py:function, or - for standard input.
    """


@commands.command(short_help="Every engine at one point, in correct digits.", epilog=example("compare", "x=1.5"))
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

    record = study(lambda f, at, tell: compare.measure(f, at, listed(engines), listed(wrt), digits), expr, **options)
    return 0 if fail_above is None else check_errors(record, fail_above)


def check_errors(record: Any, limit: float) -> int:
    """0 if every judged engine errs by at most ``limit``, relative; else 1, and which do not on standard error."""
    judged = [e for e in record.engines if e.relative_error is not None]
    above = [f"{e.engine} ({e.relative_error:.2g})" for e in judged if not e.relative_error <= limit]
    if judged and not above:
        return 0
    return _fail(f"relative error above {limit:g}: {', '.join(above)}" if above else "no engine could be judged", 1)


@commands.command(short_help="Error against h for every difference scheme.", epilog=example("sweep", "x=1.5 -o sweep.html"))
@common
@click.option("--engines", metavar="LIST", help="Schemes D+, D-, D0, richardson, complex-step, and engines to draw beside them.")
@click.option("--wrt", metavar="x", help="The input to vary.")
@click.option("--nominal", is_flag=True, help="Divide by h itself, as textbooks do, not by the step actually taken.")
@click.option("--dtype", type=click.Choice(["float64", "float32"]), help="The arithmetic of f, x and h.")
@click.option("--digits", type=int, metavar="N", help="An arithmetic of N decimal digits instead.")
def sweep(
    expr: str,
    engines: str | None,
    wrt: str | None,
    nominal: bool,
    dtype: str | None,
    digits: int | None,
    seed: int,
    verbose: bool,
    **options: Any,
) -> int:
    """Error against h for every difference scheme: predicted, measured, split into its parts; order and best step."""
    from diffkit.engines import choose
    from diffkit.numeric import SCHEMES
    from diffkit.study import sweep

    chosen = None if engines is None else [e.name for e in choose(listed(engines))]
    schemes = None if chosen is None else [n for n in chosen if n in SCHEMES]
    beside = None if chosen is None else [n for n in chosen if n not in SCHEMES]
    study(lambda f, at, tell: sweep.measure(f, at, wrt, schemes, beside, nominal, dtype, digits), expr, **options)
    return 0


@commands.command(short_help="How large each form of the derivative grows.")
@common
@click.option("--wrt", metavar="x[,y]", help="Differentiate by these inputs only.")
@click.option("--n", "n", metavar="1:12", help="Measure a family: EXPR is a text with n, or the name of a family.")
@click.option("--repeat", metavar="1:12", help="Measure f, f(f), f(f(f)), ... so often.")
@click.option("--order", metavar="1:8", help="Measure the derivatives of these orders.")
@click.option("--interval", metavar="A:B", help="Measure time and error of every form over points of this interval.")
@click.option("--points", type=click.IntRange(1, 100_000), default=200, show_default=True, help="How many points.")
@click.option("--forms", metavar="LIST", help="Of SymPy's forms only: symbolic, cse, horner, expanded, factored, simplified.")
@click.option(
    "--simplify-limit", type=POSITIVE, default=10.0, show_default=True, metavar="S", help="Seconds for each of SymPy's forms."
)
def swell(expr: str, simplify_limit: float, verbose: bool, **options: Any) -> int:
    """How large a derivative grows, form by form: as SymPy leaves it, expanded, simplified, on the graph, as a tape."""
    from diffkit.arguments import read_interval
    from diffkit.study import swell

    asked = {name: options.pop(name) for name in ("wrt", "n", "repeat", "order", "points", "seed")}
    asked |= {"interval": read_interval(options.pop("interval")), "forms": swell.named(listed(options.pop("forms")))}
    study(
        lambda f, at, tell: swell.measure(f, at, time_limit=simplify_limit, progress=tell, **asked),
        expr,
        read=read_anywhere if asked["n"] is None else read_family,
        **options,
    )
    return 0


@commands.command(short_help="The rounding error of f, and the instructions to blame.", epilog=example("rounding", "x=1e-5"))
@common
@click.option("--of", "of", metavar="LIST", help="value, gradient, or inputs to differentiate by. Default: value,gradient.")
def rounding(expr: str, of: str | None, seed: int, verbose: bool, **options: Any) -> int:
    """The rounding error of f and of its gradient: proved, estimated with its sign, and traced to the instructions."""
    from diffkit.study import rounding

    study(lambda f, at, tell: rounding.measure(f, at, listed(of)), expr, **options)
    return 0


@commands.command(short_help="The computational graph, drawn.")
@common
@click.option(
    "--show", default="value,local,adjoint", show_default=True, metavar="LIST", help="value, local, adjoint, tangent, error."
)
@click.option("--wrt", metavar="x", help="The input of the tangents.")
@click.option(
    "--labels", type=click.Choice(["op", "name", "expr"]), default="expr", show_default=True, help="What stands in a node."
)
@click.option(
    *("--direction", "direction"),
    type=click.Choice(["LR", "TB", "BT"]),
    default="LR",
    show_default=True,
    help="Left to right, top to bottom, bottom to top.",
)
@click.option("--fuse", multiple=True, metavar="GATE", help="Make one gate of the four of a written-out sigmoid.")
@click.option("--unfuse", multiple=True, metavar="GATE", help="Write a sigmoid out as four gates.")
@click.option("--collapse/--no-collapse", default=None, help="Draw a loop as its first and last period; by default if large.")
@click.option("--frames", is_flag=True, help="Pictures after every step of the sweeps, numbered; -o FILE.gif animates them.")
def graph(expr: str, show: str, seed: int, verbose: bool, **rest: Any) -> int:
    """The computational graph: values above the nodes, adjoints below, local derivatives on the edges."""
    from diffkit.study import graph

    drawn = {name: rest.pop(name) for name in ("wrt", "labels", "direction", "fuse", "unfuse", "collapse", "frames")}
    study(lambda f, at, tell: graph.measure(f, at, listed(show) or (), **drawn), expr, **rest)
    return 0


RULE = (
    "taylor: by how fast the remainder falls. chapter: the relative difference to D0 with h = 1e-5 is below 1e-7, "
    "as textbooks advise."
)
RTOL = (
    "A pass must exclude errors above E of an entry, else it is undecided; by default 1e-6 or what is accepted. "
    "An error that is seen is wrong however small: see --accept."
)


@commands.command(
    short_help="Is a gradient right? Judged by f itself.",
    epilog='\b\nExamples: diffkit check "x^2*y" --grad "2*x*y, x^2" --at x=2,y=3\n'
    "          diffkit check model.py:loss --grad model.py:gradient --at w=@w.npy,b=1",
)
@common
@click.option(
    "--grad",
    metavar="GRAD",
    help='The gradient: "2*x*y, x^2", in the order of the names in --at, or "dx = 2*x*y; dy = x^2", or FILE.py:function. '
    "Without it, the one by reverse mode.",
)
@click.option("--rule", type=click.Choice(["taylor", "chapter"]), default="taylor", show_default=True, help=RULE)
@click.option("--rtol", type=POSITIVE, metavar="E", help=RTOL)
@click.option("--accept", type=POSITIVE, metavar="E", help="Pass an entry that is off by no more than E of its size.")
@click.option("--junit", metavar="FILE", help="Write JUnit XML too, one test case an entry.")
def check(
    expr: str,
    grad: str | None,
    rule: str,
    rtol: float | None,
    accept: float | None,
    junit: str | None,
    seed: int,
    verbose: bool,
    **options: Any,
) -> int:
    """Is a gradient right? Judged by how fast the Taylor remainder of f falls, entry by entry.

    EXPR is a formula, - for standard input, or FILE.py:function, which RUNS that file; so does --grad FILE.py:function.
    An array is given as --at w=@w.npy, a file that numpy.save wrote. The function is called by the names given in --at.

    Exit status: 0 if the gradient is right (at a kink: one of the subgradients), 1 if it is wrong or could not be decided.
    """
    from diffkit.files import demand_writable
    from diffkit.study.check import check_gradient

    def measure(f: Any, at: Any, tell: Callable[[str], None]) -> Any:
        gradient = None if grad is None else read_callable(grad)
        with redirect_stdout(sys.stderr):  # what the user's functions print
            return check_gradient(f, gradient, at, rule=rule, rtol=rtol, accept=accept, seed=seed, progress=tell)

    if junit is not None:
        demand_writable([Path(junit)], options["force"])
        if Path(junit).resolve() in {Path(name).resolve() for name in options["out"]}:
            raise UsageError(f"'{junit}' is named twice", remedy="give --junit a file of its own")
    record = study(measure, expr, read=read_called, **options)
    if junit is not None:
        write_junit(record, Path(junit), options["force"], options["quiet"])
    if record.passed:
        return 0
    return _fail(record.sentence(), 1) if options["out"] or options["as_json"] else 1


def write_junit(record: Any, path: Path, force: bool, quiet: bool) -> None:
    """Write a check for continuous integration."""
    from diffkit.files import write_all
    from diffkit.render.junit import junit

    write_all({path: junit(record)}, force)
    if not quiet:
        print(f"wrote {path}", file=sys.stderr)


@commands.command(short_help="Which engine to use, why, and where the digits go.", epilog=example("advise", "x=1e-5"))
@common
@click.option("--wrt", metavar="x[,y]", help="Differentiate by these inputs only.")
def advise(expr: str, wrt: str | None, seed: int, verbose: bool, **options: Any) -> int:
    """Which engine to use for the derivatives, why, where digits are lost, and a stable form of f if there is one."""
    from diffkit.study import advise

    study(lambda f, at, tell: advise.measure(f, at, listed(wrt)), expr, **options)
    return 0


@commands.command(short_help="The two sweeps as a numbered listing that runs.")
@common
@click.option("--as", "language", type=click.Choice(["python", "latex"]), default="python", show_default=True, help="Language.")
@click.option("--quiz", is_flag=True, help="Leave the reverse sweep open; -o FILE.py writes the answers beside it.")
@click.option("--grade", metavar="FILE.py", help="Grade a student's code; this RUNS that file, in a process of its own.")
def staged(
    expr: str, language: str, quiz: bool, grade: str | None, timeout: float | None, seed: int, verbose: bool, **options: Any
) -> int:
    """Staged backpropagation: numbered forward and reverse lines, with their values.

    With --grade exit status 0 if every line is right, else 1.
    """
    from diffkit.study import grade as grading
    from diffkit.study import staged

    def measure(f: Any, at: Any, tell: Callable[[str], None]) -> Any:
        if grade is None:
            return staged.measure(f, at, language, quiz)
        return grading.measure(f, at, grade, **({} if timeout is None else {"time_limit": timeout}))

    record = study(measure, expr, timeout=None if grade else timeout, **options)
    return 0 if grade is None or record.passed else 1


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
        said = None if spoken() == "en" else spoken()
        again = {"--at": ",".join(options["at"]), "--wrt": wrt, "--engines": engines, "--title": title, "--lang": said}
        command = redo("report", str(f) if expr == "-" else expr, again | {"-o": "report.html"})
        return report.measure(
            f, at, wrt=wrt, engines=listed(engines), title=title, command=command, time_limit=simplify_limit, progress=tell
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


@commands.command(short_help="The chapter on automatic differentiation, recomputed.")
@output_options
def chapter(
    out: tuple[str, ...], force: bool, timeout: float | None, quiet: bool, verbose: bool, seed: int, as_json: bool
) -> int:
    """Every example of the chapter on automatic differentiation, recomputed, with its pictures and listings.

    -o DIR writes DIR/index.html, and DIR/chapter.md with its pictures; -o FILE.html and so on write one file.
    """
    from diffkit.files import demand_writable
    from diffkit.study import chapter

    with deadline(timeout, "give more with --timeout"), progress(quiet) as tell:
        places = tuple(place for name in out for place in (chapter_in(Path(name)) if not Path(name).suffix else [name]))
        demand_suffixes(places)
        demand_writable(map(Path, places), force)
        record = chapter.measure(seed, tell)
    deliver(record, as_json, places, force, quiet)
    return 0


def chapter_in(folder: Path) -> list[str]:
    """The two forms of the chapter in a folder, which is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder '{folder}': {error.strerror}", remedy="choose another place") from None
    return [str(folder / name) for name in ("index.html", "chapter.md")]


@commands.command(short_help="What a gradient costs beside f, as n grows.")
@common
@click.option("--n", "n", metavar="1,2,4", help="Measure a family: EXPR is a text with n, or the name of a family.")
@click.option("--engines", metavar="LIST", help="The engines to count and time, and 'compiled'.")
@click.option("--gradient-limit", type=POSITIVE, default=2.0, show_default=True, metavar="S", help="Seconds for one gradient.")
def cost(expr: str, n: str | None, engines: str | None, gradient_limit: float, seed: int, verbose: bool, **options: Any) -> int:
    """What value and gradient cost beside f, engine by engine: operations counted, evaluations, memory, time.

    EXPR is a formula, FILE.py:function, or a family: a text with n and --n, or one of logistic, product, nested-sin,
    sigmoid-chain, tanh-chain, sine-product, determinant, network, rosenbrock.
    """
    from diffkit.families import NAMED
    from diffkit.study import cost

    read = read_family if n is not None or expr in NAMED else read_anywhere
    measure = cost.measure
    study(
        lambda f, at, tell: measure(f, at, listed(engines), n=n, time_limit=gradient_limit, progress=tell),
        expr,
        read=read,
        **options,
    )
    return 0


@commands.command(short_help="Results of the literature, recomputed.")
@click.argument("names", nargs=-1, required=True, metavar="NAME|all...")
@output_options
def reproduce(
    names: tuple[str, ...],
    as_json: bool,
    out: tuple[str, ...],
    force: bool,
    timeout: float | None,
    quiet: bool,
    seed: int,
    verbose: bool,
) -> int:
    """Published figures beside the same recomputed: what agrees, and what does not.

    NAME is baydin-table, baydin-figure, speelpenning, casadi-loop, squire-trapp, rump, or all.

    Exit status: 1 if a figure differs and it is not known why.
    """
    from diffkit.files import demand_writable
    from diffkit.study import reproduce

    with deadline(timeout, "give more with --timeout"), progress(quiet) as tell:
        demand_writable(map(Path, out), force)
        demand_suffixes(out)
        record = reproduce.measure(names, tell)
    deliver(record, as_json, out, force, quiet)
    return 0 if record.passed else 1


@commands.command(short_help="The functions of the language and their accuracy.")
@click.option("--accuracy", is_flag=True, help="Measure it: value and partials in ulps over each domain, beside textbook forms.")
@click.option("--points", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Points of each domain.")
@output_options
def functions(
    accuracy: bool,
    points: int,
    seed: int,
    as_json: bool,
    out: tuple[str, ...],
    force: bool,
    timeout: float | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """The functions of the language: accuracy of value and partials in ulps, conventions at kinks."""
    from diffkit.files import demand_writable
    from diffkit.study import functions, rules

    with deadline(timeout, "give more with --timeout"), progress(quiet) as tell:
        demand_writable(map(Path, out), force)
        demand_suffixes(out)
        record: Any = rules.measure(points=points, seed=seed, progress=tell) if accuracy else functions.measure()
    deliver(record, as_json, out, force, quiet)
    return 1 if accuracy and not all(row.holds() for row in record.rows) else 0


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
    takes_value = {
        name for c in commands.commands.values() for p in c.params for name in p.opts if not getattr(p, "is_flag", True)
    }
    try:  # click's own main would exit with 1 on a closed pipe
        with commands.make_context("diffkit", expression_last(args, takes_value)) as context:
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
        abandon_stdout()
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
