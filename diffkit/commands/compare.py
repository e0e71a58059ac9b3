"""diffkit compare."""

from typing import Any

import click

from diffkit.arguments import listed
from diffkit.commands.common import POSITIVE, common, example, fail, study


@click.command(short_help="Every engine at one point, in correct digits.", epilog=example("compare", "x=1.5"))
@common
@click.option("--engines", metavar="LIST", help="symbolic, reverse, forward, complex-step, richardson, D0, D+, D-.")
@click.option("--wrt", metavar="x[,y]", help="Differentiate by these inputs only.")
@click.option("--digits", type=click.IntRange(1, 10_000), default=30, show_default=True, help="Digits of the reference.")
@click.option("--fail-above", type=POSITIVE, metavar="E", help="Exit with 1 if a relative error is above E.")
def compare(expr: str, engines: str | None, wrt: str | None, digits: int, fail_above: float | None, **options: Any) -> int:
    """Every engine at one point, in correct digits against a proved reference."""
    from diffkit.study import compare

    record = study(lambda f, at, tell: compare.measure(f, at, listed(engines), listed(wrt), digits), expr, **options)
    return 0 if fail_above is None else check_errors(record, fail_above)


def check_errors(record: Any, limit: float) -> int:
    """0 if every judged engine errs by at most ``limit``, relative; else 1, and which do not on standard error."""
    judged = [e for e in record.engines if e.relative_error is not None]
    above = [f"{e.engine} ({e.relative_error:.2g})" for e in judged if not e.relative_error <= limit]
    if judged and not above:
        return 0
    return fail(f"relative error above {limit:g}: {', '.join(above)}" if above else "no engine could be judged", 1)
