"""diffkit report."""

import sys
from typing import Any

import click

from diffkit.arguments import listed
from diffkit.commands.common import POSITIVE, Tell, common, study
from diffkit.messages import spoken


@click.command(short_help="The whole error report, as one file.")
@common
@click.option("--engines", metavar="LIST", help="The engines to compare.")
@click.option("--wrt", metavar="x", help="The input that the error-against-h figure varies.")
@click.option("--title", default="", help="The title of the report.")
@click.option("--simplify-limit", type=POSITIVE, default=10.0, show_default=True, metavar="S", help="Seconds for simplify.")
def report(
    expr: str, engines: str | None, wrt: str | None, title: str, simplify_limit: float, verbose: bool, **options: Any
) -> int:
    """The whole error report: verdict, table, figure, orders, swell, how it was measured."""
    from diffkit.study import report

    def measure(f: Any, at: Any, tell: Tell) -> Any:
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
