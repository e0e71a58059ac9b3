"""diffkit rounding."""

from typing import Any

import click

from diffkit.arguments import listed
from diffkit.commands.common import common, example, study


@click.command(short_help="The rounding error of f, and the instructions to blame.", epilog=example("rounding", "x=1e-5"))
@common
@click.option("--of", "of", metavar="LIST", help="value, gradient, or inputs to differentiate by. Default: value,gradient.")
def rounding(expr: str, of: str | None, **options: Any) -> int:
    """The rounding error of f and of its gradient: proved, estimated with its sign, and traced to the instructions."""
    from diffkit.study import rounding

    study(lambda f, at, tell: rounding.measure(f, at, listed(of)), expr, **options)
    return 0
