"""What the commands share: their options, and the way from measuring to a file or the terminal."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from diffkit.arguments import read_recorded
from diffkit.deadline import deadline
from diffkit.errors import UsageError
from diffkit.messages import LANGUAGES, language
from diffkit.terminal import deliver, progress

Tell = Callable[[str], None]  # says on a terminal what is being done
OUT = (
    "Write a file; the suffix picks the format: .html .md .tex .json .csv .pdf .svg .png, the last three for pictures. "
    "Repeatable."
)


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


def example(command: str, rest: str) -> str:
    """One line that can be typed as it stands."""
    return f'\b\nExample: diffkit {command} "(1 - cos(x))/x^2" --at {rest}'


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every study of a function has."""
    at = click.option("--at", multiple=True, metavar="x=1,y=-4", help="The point; 1/3 and pi/4 are rounded to float64 once.")
    return click.argument("expr")(at(output_options(command)))


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
    read: Callable[[str, tuple[str, ...]], tuple[Any, Any]] = read_recorded,
    **output: Any,
) -> Any:
    """Read a function and a point, measure, deliver: the same for every study of a function."""
    return carry_out(lambda tell: measure(*read(expr, at), tell), **output)


def carry_out(
    measure: Callable[[Tell], Any],
    *,
    as_json: bool,
    out: tuple[str, ...],
    force: bool,
    timeout: float | None,
    quiet: bool,
    seed: int = 0,
    verbose: bool = False,
    series: bool = False,
) -> Any:
    """Measure and deliver; the same for every command. What cannot be written is said before anything is measured."""
    from diffkit.files import demand_writable
    from diffkit.render import places

    name = click.get_current_context().info_name or ""
    with deadline(timeout, "give more with --timeout"):
        demand_writable((place for path in out for place in places(name, Path(path), series)), force)
        demand_suffixes(out)
        with progress(quiet) as tell:
            record = measure(tell)
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


def fail(message: str, status: int) -> int:
    """Say on standard error why, and return the exit status."""
    aside(message)
    return status


def aside(message: str) -> None:
    """Say something on standard error that every terminal can show."""
    encoding = sys.stderr.encoding or "utf-8"
    print("diffkit: " + message.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
