"""diffkit staged."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from diffkit import limits
from diffkit.arguments import read_recorded
from diffkit.commands.common import Tell, aside, common, study
from diffkit.errors import UsageError
from diffkit.messages import say


@click.command(short_help="The two sweeps as a numbered listing that runs.")
@common
@click.option(
    "--as", "language", type=click.Choice(["python", "numpy", "latex"]), default="python", show_default=True, help="Language."
)
@click.option("--quiz", is_flag=True, help="Leave the reverse sweep open; -o FILE writes FILE-answers beside it.")
@click.option("--grade", metavar="FILE.py", help="Grade a student's code; this RUNS that file.")
def staged(expr: str, language: str, quiz: bool, grade: str | None, timeout: float | None, **options: Any) -> int:
    """Staged backpropagation: numbered forward and reverse lines, with their values.

    FILE.py:function takes arrays by --at w=@w.npy; its listing is in NumPy.

    With --grade exit status 0 if every line is right, else 1. The file is run in a process of its own, with a limit of time
    (10 s, or --timeout) and of memory; it can do whatever you can do.
    """
    from diffkit.study import staged
    from diffkit.study.staged import grade as grading

    if grade is not None and (quiz or language != "python"):
        raise UsageError("--grade goes neither with --quiz nor with --as", remedy="grade in a command of its own")

    def measure(f: Any, at: Any, tell: Tell) -> Any:
        if grade is None:
            return staged.measure(f, at, language, quiz)
        seconds = timeout or limits.STUDENT_SECONDS
        if not options["quiet"] and Path(grade).is_file():
            aside(say("grade.runs", file=grade, seconds=f"{seconds:g}", size=limits.STUDENT_MEMORY >> 30))
        return grading.measure(f, at, grade, seconds)

    read = partial(read_recorded, arrays=grade is None)
    record = study(measure, expr, read=read, timeout=None if grade else timeout, **options)
    return 0 if grade is None or record.passed else 1
