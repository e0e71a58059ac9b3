"""Grading hand-staged backpropagation: each line of a student's code against what it should have computed.

A forward line is judged by the value of the user's name.  A reverse line ``dt = ...`` or ``dt += ...`` is judged by what the
student's own variable t hands back through the statements that read it: each line must be one of these contributions, or a
sum of some, each used once.  So any order and any names will do, and the first line that is wrong is the one to blame.
"""

import json
import math
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import chain, combinations
from pathlib import Path
from typing import Any

from diffkit.errors import InputError, NumberError
from diffkit.messages import say
from diffkit.namespaces import get
from diffkit.program import Program, run
from diffkit.results import Grade, GradedLine
from diffkit.study import compare

TOLERANCE = 1e-6  # relative: the contributions are measured to 1e-9
MOST_USES = 12  # of one variable; sums of them are searched


def measure(f: Any, at: Any, student: str | Path, time_limit: float = 10.0) -> Grade:
    """Grade a file of hand-staged code, which is run in a process of its own.

    Parameters
    ----------
    f : Program or str
        With the names that the student was given; the result is called f, or by its own name.
    at : number, tuple, dict or array
        The point that the student's code sets.
    student : path
        A Python file: the point, the forward lines, the reverse lines ``dname = ...``.
    time_limit : float
        Seconds that the file may run.

    Returns
    -------
    Grade
        Every line with its verdict: right, wrong, or unjudged (a variable of the student's own).

    Raises
    ------
    InputError
        If the file is missing or does not run.
    NumberError
        If it does not end in time.
    """
    program, point = compare.one_point(f, at)
    output = program.names[-1][0] if program.names and program.names[-1][1] == program.outputs[0] else "f"
    found = _run(Path(student), output, time_limit)
    forward = list(_forward(found["assignments"], _expected(program, point)))
    reverse, left = _reverse(found, output)
    return Grade(
        expression=str(program),
        at=point,
        student=str(student),
        lines=(*forward, *reverse),
        missing=(*_missing(found, point, output), *left),
        failed="" if not found["failed"] else say("grade.failed", line=found["failed"][0], error=found["failed"][1]),
    )


def _run(path: Path, output: str, time_limit: float) -> dict[str, Any]:
    """What the student's file assigned, from a process that runs it."""
    if not path.is_file():
        raise InputError(f"no file '{path}'", remedy="give the student's Python file")
    command = [sys.executable, "-m", "diffkit.study.staged.student", str(path), output]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=time_limit, check=False)
    except subprocess.TimeoutExpired:
        raise NumberError(
            f"'{path}' did not end within {time_limit:g} s", status="timeout", remedy="give more with --timeout"
        ) from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(f"'{path}' does not run: {last[:200]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _expected(program: Program, point: dict[str, float]) -> dict[str, float]:
    """The values of inputs and of the user's names."""
    v = run(program, get("math"), list(point.values()))
    return point | {name: v[k] for name, k in program.names} | ({} if program.names else {"f": v[program.outputs[0]]})


def _forward(assignments: Sequence[dict[str, Any]], expected: dict[str, float]) -> Iterable[GradedLine]:
    """The lines that set what has a name in the expression; of a name set twice the last."""
    last = {row["name"]: row for row in assignments if row["forward"]}
    for row in (row for row in assignments if row["forward"]):
        known = row["name"] in expected and last[row["name"]] is row
        right = known and _close(row["value"], expected[row["name"]], abs(expected[row["name"]]))
        verdict = ("right" if right else "wrong") if known else "unjudged"
        wanted = expected[row["name"]] if known else None
        yield GradedLine(
            line=row["line"], name=row["name"], forward=True, value=row["value"], expected=wanted, verdict=verdict, reason=""
        )


def _reverse(found: dict[str, Any], output: str) -> tuple[list[GradedLine], list[str]]:
    """The lines that set derivatives, each of which must use up contributions of its variable; and what no line added."""
    left: dict[str, list[dict[str, Any]]] = {}
    for use in found["uses"]:
        left.setdefault(use["name"], []).append(use)
    judged: list[GradedLine] = []
    begun: set[str] = set()
    for row in (row for row in found["assignments"] if not row["forward"]):
        name = _of(row["name"], output, left)
        if name is None:
            judged.append(_line(row, None, "unjudged"))
        elif name == output:
            judged.append(_line(row, 1.0, "right" if row["value"] == 1 else "wrong"))
        elif name in begun and not row["added"]:
            judged.append(_line(row, None, "wrong", say("grade.overwritten", name=row["name"])))
        else:
            judged.append(_judged(row, left[name]))
        begun |= {name} if name else set()
    wrong = any(line.verdict == "wrong" for line in judged)
    lost = [use for name in begun & set(left) for use in left[name] if use["handed"]]
    return judged, [] if wrong else [
        say("grade.lost", name=use["name"], line=use["line"], value=f"{use['handed']:.6g}") for use in lost
    ]


def _line(row: dict[str, Any], expected: float | None, verdict: str, reason: str = "") -> GradedLine:
    return GradedLine(
        line=row["line"],
        name=row["name"],
        forward=False,
        value=row["value"] - row["before"],
        expected=expected,
        verdict=verdict,
        reason=reason,
    )


def _of(name: str, output: str, known: Iterable[str]) -> str | None:
    """The variable whose derivative a name holds: dt or dfdt."""
    for prefix in (f"d{output}d", f"d{output}_d", "d"):
        variable = name.removeprefix(prefix)
        if name.startswith(prefix) and (variable in known or variable == output):
            return variable
    return None


def _judged(row: dict[str, Any], uses: list[dict[str, Any]]) -> GradedLine:
    """One line against the contributions that are still open; those it uses are closed."""
    got, scale = row["value"] - row["before"], max((abs(use["handed"]) for use in uses), default=1.0)
    for some in _subsets(uses):
        if _close(got, math.fsum(use["handed"] for use in some), scale):
            for use in some:
                uses.remove(use)
            return _line(row, got, "right")
    wanted = [use["handed"] for use in uses]
    reason = say("grade.contributions", listed=", ".join(f"{x:.6g}" for x in wanted)) if len(wanted) > 1 else ""
    return _line(
        row, wanted[0] if len(wanted) == 1 else math.fsum(wanted) if wanted and not row["added"] else None, "wrong", reason
    )


def _subsets(uses: Sequence[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], ...]]:
    """One contribution, several, all; of many only single ones and all."""
    sizes = range(1, len(uses) + 1) if len(uses) <= MOST_USES else (1, len(uses))
    return chain.from_iterable(combinations(uses, size) for size in sizes)


def _close(a: float, b: float, scale: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(abs(b), 1e-6 * scale)


def _missing(found: dict[str, Any], point: dict[str, float], output: str) -> Iterable[str]:
    """Inputs without a derivative, and contributions that no line added."""
    names = {row["name"] for row in found["assignments"]}
    if output not in names:
        yield say("grade.no_output", name=output)
    for name in point:
        if not any(_of(n, output, point) == name for n in names if n != name):
            yield say("grade.no_slope", name=name)
