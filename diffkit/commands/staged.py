"""diffkit staged."""

from typing import Any

import click

from diffkit.commands.common import Tell, common, study
from diffkit.errors import UsageError


@click.command(short_help="The two sweeps as a numbered listing that runs.")
@common
@click.option(
    "--as", "language", type=click.Choice(["python", "numpy", "latex"]), default="python", show_default=True, help="Language."
)
@click.option("--quiz", is_flag=True, help="Leave the reverse sweep open; -o FILE writes the answers beside it.")
@click.option("--grade", metavar="FILE.py", help="Grade a student's code; this RUNS that file, in a process of its own.")
def staged(expr: str, language: str, quiz: bool, grade: str | None, timeout: float | None, **options: Any) -> int:
    """Staged backpropagation: numbered forward and reverse lines, with their values.

    With --grade exit status 0 if every line is right, else 1.
    """
    from diffkit.arguments import check_point, read_function, read_point
    from diffkit.study import staged
    from diffkit.study.staged import grade as grading

    if quiz and grade is not None:
        raise UsageError("--quiz makes a sheet, --grade marks one", remedy="give one of the two")

    def read(text: str, items: tuple[str, ...]) -> tuple[Any, Any]:
        point = read_point(items, arrays=True)
        program = read_function(text, point)
        return program, check_point(program, point)

    def measure(f: Any, at: Any, tell: Tell) -> Any:
        if grade is None:
            return staged.measure(f, at, language, quiz)
        return grading.measure(f, at, grade, **({} if timeout is None else {"time_limit": timeout}))

    record = study(measure, expr, read=read, timeout=None if grade else timeout, **options)
    return 0 if grade is None or record.passed else 1
