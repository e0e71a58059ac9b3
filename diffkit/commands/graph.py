"""diffkit graph."""

from functools import partial
from typing import Any

import click

from diffkit.arguments import listed, read_recorded
from diffkit.commands.common import common, study


@click.command(short_help="The computational graph, drawn.")
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
def graph(expr: str, show: str, **rest: Any) -> int:
    """The computational graph: values above the nodes, adjoints below, local derivatives on the edges."""
    from diffkit.study import graph

    drawn = {name: rest.pop(name) for name in ("wrt", "labels", "direction", "fuse", "unfuse", "collapse", "frames")}
    read = partial(read_recorded, arrays=True)
    study(lambda f, at, tell: graph.measure(f, at, listed(show) or (), **drawn), expr, read=read, series=drawn["frames"], **rest)
    return 0
