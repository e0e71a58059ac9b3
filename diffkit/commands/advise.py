"""diffkit advise."""

from typing import Any

import click

from diffkit.arguments import listed
from diffkit.commands.common import common, example, study


@click.command(short_help="Which engine to use, why, and where the digits go.", epilog=example("advise", "x=1e-5"))
@common
@click.option("--wrt", metavar="x[,y]", help="Differentiate by these inputs only.")
def advise(expr: str, wrt: str | None, **options: Any) -> int:
    """Which engine to use for the derivatives, why, where digits are lost, and a stable form of f if there is one."""
    from diffkit.study import advise

    study(lambda f, at, tell: advise.measure(f, at, listed(wrt)), expr, **options)
    return 0
