"""diffkit functions."""

from typing import Any

import click

from diffkit.commands.common import Tell, carry_out, output_options


@click.command(short_help="The functions of the language and their accuracy.")
@click.option("--accuracy", is_flag=True, help="Measure it: value and partials in ulps over each domain, beside textbook forms.")
@click.option("--points", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Points of each domain.")
@output_options
def functions(accuracy: bool, points: int, seed: int, **options: Any) -> int:
    """The functions of the language: accuracy of value and partials in ulps, conventions at kinks."""
    from diffkit.study import functions, rules

    def measure(tell: Tell) -> Any:
        return rules.measure(points=points, seed=seed, progress=tell) if accuracy else functions.measure()

    record = carry_out(measure, **options)
    return 1 if accuracy and not all(row.holds() for row in record.rows) else 0
