"""diffkit reproduce."""

from typing import Any

import click

from diffkit.commands.common import carry_out, output_options


@click.command(short_help="Results of the literature, recomputed.")
@click.argument("names", nargs=-1, required=True, metavar="NAME|all...")
@output_options
def reproduce(names: tuple[str, ...], **options: Any) -> int:
    """Published figures beside the same recomputed: what agrees, and what does not.

    NAME is baydin-table, baydin-figure, speelpenning, casadi-loop, squire-trapp, rump, or all.

    Exit status: 1 if a figure differs and it is not known why.
    """
    from diffkit.study import reproduce

    record = carry_out(lambda tell: reproduce.measure(names, tell), **options)
    return 0 if record.passed else 1
