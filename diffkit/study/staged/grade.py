"""Grading hand-staged backpropagation: each line of a student's code against what it should have computed.

A forward line is judged by the value of the user's name.  A reverse line ``dt = ...`` or ``dt += ...`` is judged by what the
student's own variable t hands back through the places that read it: each line must be one of these contributions, or a
sum of some, each used once.  So any order and any names will do, and the first line that is wrong is the one to blame.
Whatever the lines say, the last values of the derivatives by the inputs must be the true gradient.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path
from typing import Any

from diffkit import limits, tape
from diffkit.enclosures import KinkError
from diffkit.errors import DiffkitError, NumberError
from diffkit.messages import say
from diffkit.namespaces import get
from diffkit.program import Program, run
from diffkit.results import Grade, GradedLine
from diffkit.results.staged import BLANK
from diffkit.study import compare
from diffkit.study.staged import process
from diffkit.study.staged.student import spellings
from diffkit.truth import reference

TOLERANCE = 1e-6  # relative: a student's rounding errors are far below, mistakes far above
NOISE = 1e-9  # of the largest contribution: what cancels among them by other rounding errors


def measure(f: Any, at: Any, student: str | Path, time_limit: float = limits.STUDENT_SECONDS) -> Grade:
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
    named = program.names[-1][0] if program.names and program.names[-1][1] == program.outputs[0] else "f"
    found = process.answer(Path(student), program.inputs, [named, "f"], time_limit)
    truth = _truth(program, point)
    steps = run(program, get("math"), list(point.values()))
    judge = Judge(found, _expected(program, point, found["output"], steps), truth, program.inputs, steps)
    failed = _where_it_ends(*found["failed"]) if found["failed"] else ""
    lines = judge.lines()
    return Grade(
        expression=str(program),
        at=point,
        student=str(student),
        lines=tuple(lines if failed else judge.with_last_values(lines)),
        missing=() if failed else (*judge.missing(), *judge.lost(lines)),
        failed=failed,
    )


def _expected(program: Program, point: dict[str, float], output: str, v: Sequence[float]) -> dict[str, float]:
    """The values of inputs, of the user's names and of the output."""
    return point | {output: v[program.outputs[0]]} | {name: v[k] for name, k in program.names}


def _where_it_ends(line: int, error: str) -> str:
    """Which line fails and how, or which line of a quiz nobody has filled in yet."""
    return say("grade.open", line=line) if f"'{BLANK}'" in error else say("grade.failed", line=line, error=error)


def _truth(program: Program, point: dict[str, float]) -> dict[str, tuple[float, ...]]:
    """What the derivative by each input may be: the tape's value and the proved one, or the slopes on both sides of a kink."""
    slopes = tape.gradient(program, point)
    found: dict[str, tuple[float, ...]] = {}
    for name in program.inputs:
        try:
            others = [float(reference(program, point, digits=17, wrt=name))]
        except KinkError as kink:
            others = [float(x) for x in kink.slopes]
        except DiffkitError:
            others = []
        found[name] = (float(slopes[name]), *others)
        if not all(map(math.isfinite, found[name])):
            raise NumberError(say("grade.no_truth", name=name), status="domain")
    return found


class Judge:
    """What is known of a student's file; ``left`` are the contributions that no line has used up."""

    def __init__(
        self,
        found: dict[str, Any],
        expected: dict[str, float],
        truth: dict[str, tuple[float, ...]],
        inputs: Sequence[str],
        steps: Sequence[float],
    ) -> None:
        self.rows, self.output, self.expected, self.truth = found["rows"], found["output"], expected, truth
        self.inputs, self.steps, self.often = inputs, steps, {*found["often"]}
        self.left: dict[str, list[dict[str, Any]]] = {}
        for use in found["uses"]:
            self.left.setdefault(self.known(use["name"]), []).append(use)
        self.begun: set[str] = set()  # variables with a derivative that is not 0 any more
        self.unclear = ""  # why contributions are not known
        self.scale = max((abs(use["handed"]) for use in found["uses"]), default=0.0)
        self.unsure = {name for name, uses in self.left.items() if not all(use["sure"] for use in uses)}
        self.total = {name: math.fsum(use["handed"] for use in uses) for name, uses in self.left.items()}

    def known(self, label: str) -> str:
        """The formula's name for w[0], which may be w0; or the same."""
        return next((name for name in spellings(label) if name in self.expected), label)

    def variable(self, name: str) -> str | None:
        """The variable whose derivative a name holds: dt or dfdt."""
        for prefix in (f"d{self.output}d", f"d{self.output}_d", "d"):
            found = self.known(name.removeprefix(prefix))
            if name.startswith(prefix) and (found in self.left or found in self.inputs or found == self.output):
                return found
        return None

    def lines(self) -> list[GradedLine]:
        """All rows, each by itself."""
        found = list(self.forward())
        self.unclear = "" if any(line.verdict == "wrong" for line in found) else self._unclear()
        return self._forgiven([*found, *self.reverse()])

    def _forgiven(self, lines: list[GradedLine]) -> list[GradedLine]:
        """The lines; those of a derivative whose last value is right are right together, however it was put together."""
        last = {name: row["value"] for row in self.rows if not row["forward"] and (name := self.variable(row["name"]))}
        good = {name for name, value in last.items() if name in self.total and _close(value, self.total[name], self._scale(name))}
        good -= self.unsure | self.often
        for i, line in enumerate(lines):
            if line.verdict == "wrong" and not line.forward and self.variable(line.name) in good:
                lines[i] = replace(line, verdict="right", expected=line.value, reason="")
        for name in good:
            self.left[name] = []
        return lines

    def _scale(self, name: str) -> float:
        return max((abs(use["handed"]) for use in self.left.get(name, [])), default=abs(self.total[name]))

    # --- forward -----------------------------------------------------------------------------------------------------
    def forward(self) -> Iterator[GradedLine]:
        """The lines that set what has a name in the expression; of a name set twice the last."""
        rows = [row for row in self.rows if row["forward"]]
        last = {row["name"]: row for row in rows}
        for row in rows:
            name = self.known(row["name"])
            wanted = self.expected.get(name) if last[row["name"]] is row else None
            right = wanted is not None and _close(row["value"], wanted, abs(wanted))
            verdict = "unjudged" if wanted is None else "right" if right else "wrong"
            yield _line(row, row["value"], wanted, verdict, self._suspect(row) if verdict == "wrong" else "")

    def _suspect(self, wrong: dict[str, Any]) -> str:
        """Before a wrong line: the first line of the student's own whose value is none that the expression computes."""
        for row in self.rows[: self.rows.index(wrong)]:
            if self.known(row["name"]) not in self.expected and not any(_close(row["value"], v, abs(v)) for v in self.steps):
                return say("grade.suspects", line=row["line"])
        return ""

    # --- reverse -----------------------------------------------------------------------------------------------------
    def reverse(self) -> Iterator[GradedLine]:
        """The lines that set derivatives, each of which must use up contributions of its variable."""
        rows = [row for row in self.rows if not row["forward"]]
        for i, row in enumerate(rows):
            name, amount = self.variable(row["name"]), row["value"] - row["before"]
            more = any(later["name"] == row["name"] for later in rows[i + 1 :])
            if name is None:
                yield _line(row, row["value"], None, "unjudged")
            elif name == self.output:
                yield _line(row, row["value"], 1.0, "right" if row["value"] == 1 else "wrong")
            elif reason := self._unjudged(row, name):
                yield _line(row, row["value"], None, "unjudged", reason)
            elif name in self.begun and not row["before"] and row["name"] not in row["reads"]:
                yield _line(row, row["value"], None, "wrong", say("grade.overwritten", name=row["name"]))
            else:
                yield self._judged(row, amount, self.left.get(name, []), more)
            self.begun |= {name} if name and amount else set()

    def _unclear(self) -> str:
        """Why no contribution can be known; empty if all that the inputs hand back is the true gradient."""
        for name in self.inputs:
            if name not in self.unsure and not self._true(name, self.total.get(name, 0.0)):
                return say("grade.unclear")
        return say("grade.kink") if any(len({*slopes[1:]}) > 1 for slopes in self.truth.values()) else ""

    def _unjudged(self, row: dict[str, Any], name: str) -> str:
        """Why this line is not judged by itself."""
        if name in self.often:
            return say("grade.often", name=name)
        if name in self.unsure:
            return say("grade.unsure", name=name)
        return say("grade.loop") if row["loop"] else self.unclear

    def _judged(self, row: dict[str, Any], amount: float, uses: list[dict[str, Any]], more: bool) -> GradedLine:
        """One line against the contributions that are still open; those it uses are closed."""
        scale = max((abs(use["handed"]) for use in uses), default=1.0)
        if amount == 0 and more:
            return _line(row, 0.0, 0.0, "right")
        for some in _subsets(uses):
            if _close(amount, math.fsum(use["handed"] for use in some), scale):
                _close_uses(uses, some)
                return _line(row, amount, amount, "right")
        meant = self._meant(row, uses)
        wanted = math.fsum(use["handed"] for use in meant) if meant or not uses else None
        listed = say("grade.contributions", listed=", ".join(f"{use['handed']:.6g}" for use in uses)) if len(uses) > 1 else ""
        _close_uses(uses, meant)
        return _line(row, amount, wanted, "wrong", self._misplaced(row, amount) or listed)

    def _misplaced(self, row: dict[str, Any], amount: float) -> str:
        """Which other variable should have received what a wrong line adds."""
        for name, uses in self.left.items():
            if name != self.variable(row["name"]) and any(_close(amount, use["handed"], abs(amount)) for use in uses if amount):
                return say("grade.misplaced", name=f"d{name}")
        return ""

    def _meant(self, row: dict[str, Any], uses: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The contributions that a wrong line is about: those through the variables whose derivatives it reads."""
        if len(uses) < 2:
            return [*uses]
        read = {name for name in map(self.variable, row["reads"]) if name} - {self.variable(row["name"])}
        through = read or {self.output}
        found = [use for use in uses if through & {*map(self.known, use["via"])}]
        covered = {self.known(name) for use in found for name in use["via"]}
        return found if through <= covered else []

    # --- what is left ------------------------------------------------------------------------------------------------
    def _last(self, name: str) -> int | None:
        """Which row is the last that sets the derivative by an input."""
        return next((i for i in reversed(range(len(self.rows))) if self.variable(self.rows[i]["name"]) == name), None)

    def _true(self, name: str, value: float) -> bool:
        """Is it the derivative by that input?"""
        slopes = self.truth[name]
        if len({*slopes[1:]}) > 1 and min(slopes) <= value <= max(slopes):
            return True
        same = _close(value, self.total.get(name, math.nan), self.scale)
        return any(_close(value, s, abs(s)) or (same and abs(value - s) <= NOISE * self.scale) for s in slopes)

    def with_last_values(self, lines: list[GradedLine]) -> list[GradedLine]:
        """The lines, the last one of each derivative by an input judged by the true gradient where it is not judged otherwise."""
        blamed = any(line.verdict == "wrong" for line in lines) or any(self.lost(lines))
        for name, i in ((name, i) for name in self.inputs if (i := self._last(name)) is not None):
            value, expected = self.rows[i]["value"], self.truth[name][0]
            if self._true(name, value) and lines[i].verdict == "unjudged":
                verdict, reason = "right", lines[i].reason or say("grade.only_last")
            elif not self._true(name, value) and not blamed:
                verdict, reason = "wrong", say("grade.last", name=name)
            else:
                continue
            lines[i] = replace(lines[i], value=value, expected=expected, verdict=verdict, reason=reason)
        return lines

    def missing(self) -> Iterator[str]:
        """The output, derivatives by inputs."""
        if self.output not in {row["name"] for row in self.rows}:
            yield say("grade.no_output", name=self.output)
        yield from (
            say("grade.no_slope", name=name) for name in self.inputs if self._last(name) is None and not self._true(name, 0.0)
        )

    def lost(self, lines: Sequence[GradedLine]) -> Iterator[str]:
        """Contributions that no line added."""
        if self.unclear or any(line.verdict == "wrong" for line in lines):
            return
        in_loops = {self.variable(row["name"]) for row in self.rows if row["loop"]}
        for name in [name for name in self.left if name in self.begun - self.often - self.unsure - in_loops]:
            for use in self.left[name]:
                if abs(use["handed"]) > NOISE * self.scale:
                    yield say("grade.lost", name=name, line=use["line"], value=f"{use['handed']:.6g}")


def _line(row: Mapping[str, Any], value: float, expected: float | None, verdict: str, reason: str = "") -> GradedLine:
    return GradedLine(
        line=row["line"],
        name=row["name"],
        forward=row["forward"],
        value=value,
        expected=expected,
        verdict=verdict,
        reason=reason,
    )


def _close_uses(uses: list[dict[str, Any]], some: Iterable[dict[str, Any]]) -> None:
    for use in some:
        uses.remove(use)


def _subsets(uses: Sequence[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], ...]]:
    """One contribution, several, all; of many only single ones and all."""
    sizes = range(1, len(uses) + 1) if len(uses) <= limits.CONTRIBUTIONS else (1, len(uses))
    return chain.from_iterable(combinations(uses, size) for size in sizes)


def _close(a: float, b: float, scale: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(abs(b), 1e-6 * scale)
