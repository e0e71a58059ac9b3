"""diffkit check."""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from diffkit.arguments import read_callable, read_called
from diffkit.commands.common import POSITIVE, Tell, common, fail, study
from diffkit.errors import UsageError

RULE = (
    "taylor: by how fast the remainder falls. chapter: the relative difference to D0 with h = 1e-5 is below 1e-7, "
    "as textbooks advise."
)
RTOL = (
    "A pass must exclude errors above E of an entry, else it is undecided; by default 1e-6 or what is accepted. "
    "An error that is seen is wrong however small: see --accept."
)


@click.command(
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
    **options: Any,
) -> int:
    """Is a gradient right? Judged by how fast the Taylor remainder of f falls, entry by entry.

    EXPR is a formula, - for standard input, or FILE.py:function, which RUNS that file; so does --grad FILE.py:function.
    An array is given as --at w=@w.npy, a file that numpy.save wrote. The function is called by the names given in --at.

    Exit status: 0 if the gradient is right (at a kink: one of the subgradients), 1 if it is wrong or could not be decided.
    """
    from diffkit.files import demand_writable
    from diffkit.study.check import check_gradient

    def measure(f: Any, at: Any, tell: Tell) -> Any:
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
    return fail(record.sentence(), 1) if options["out"] or options["as_json"] else 1


def write_junit(record: Any, path: Path, force: bool, quiet: bool) -> None:
    """Write a check for continuous integration."""
    from diffkit.files import write_all
    from diffkit.render.junit import junit

    write_all({path: junit(record)}, force)
    if not quiet:
        print(f"wrote {path}", file=sys.stderr)
