"""diffkit cost."""

from typing import Any

import click

from diffkit.arguments import listed, read_anywhere, read_family
from diffkit.commands.common import POSITIVE, common, study


@click.command(short_help="What a gradient costs beside f, as n grows.")
@common
@click.option("--n", "n", metavar="1,2,4", help="Measure a family: EXPR is a text with n, or the name of a family.")
@click.option("--engines", metavar="LIST", help="The engines to count and time, and 'compiled'.")
@click.option("--gradient-limit", type=POSITIVE, default=2.0, show_default=True, metavar="S", help="Seconds for one gradient.")
def cost(expr: str, n: str | None, engines: str | None, gradient_limit: float, **options: Any) -> int:
    """What value and gradient cost beside f, engine by engine: operations counted, evaluations, memory, time.

    EXPR is a formula, FILE.py:function, or a family: a text with n and --n, or one of logistic, product, nested-sin,
    sigmoid-chain, tanh-chain, sine-product, determinant, network, rosenbrock.
    """
    from diffkit.families import NAMED
    from diffkit.study import cost

    read = read_family if n is not None or expr in NAMED else read_anywhere
    study(
        lambda f, at, tell: cost.measure(f, at, listed(engines), n=n, time_limit=gradient_limit, progress=tell),
        expr,
        read=read,
        **options,
    )
    return 0
