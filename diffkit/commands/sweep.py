"""diffkit sweep."""

from typing import Any

import click

from diffkit.arguments import listed
from diffkit.commands.common import common, example, study


@click.command(short_help="Error against h for every difference scheme.", epilog=example("sweep", "x=1.5 -o sweep.html"))
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
