"""diffkit swell."""

from typing import Any

import click

from diffkit.arguments import listed, read_anywhere, read_family, read_interval
from diffkit.commands.common import POSITIVE, common, study


@click.command(short_help="How large each form of the derivative grows.")
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
def swell(expr: str, simplify_limit: float, **options: Any) -> int:
    """How large a derivative grows, form by form: as SymPy leaves it, expanded, simplified, on the graph, as a tape."""
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
