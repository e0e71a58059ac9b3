"""The grade of hand-staged code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say, word
from diffkit.results.record import Record
from diffkit.tables import Table, clip, headed, plain, short


@dataclass(frozen=True, eq=False, kw_only=True)
class GradedLine(Data):
    """One assignment of the student: right, wrong or unjudged; of ``+=`` the value is what was added."""

    line: int
    name: str
    forward: bool
    value: float
    expected: float | None
    verdict: str
    reason: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Grade(Record):
    """Every line of the student's code, and what is missing from it."""

    study: ClassVar[str] = "grade"
    expression: str
    at: dict[str, float]
    student: str
    lines: tuple[GradedLine, ...]
    missing: tuple[str, ...]
    failed: str

    @property
    def wrong(self) -> GradedLine | None:
        """The first wrong line, in the order in which they ran."""
        return next((line for line in self.lines if line.verdict == "wrong"), None)

    @property
    def passed(self) -> bool:
        """Is every line right and nothing missing?"""
        return not (self.wrong or self.missing or self.failed)

    def headline(self) -> list[str]:
        """Return the verdict: the first wrong line with what was expected, or what is missing."""
        if self.passed:
            count = sum(line.verdict == "right" and not line.reason for line in self.lines)
            key = "grade.passed" if count == len(self.lines) else "grade.passed_by_values"
            return [say(key, count=count, unjudged=len(self.lines) - count)]
        wrong = self.wrong
        said = [] if wrong is None else [say("grade.wrong", line=wrong.line, name=wrong.name, value=short(wrong.value, 8))]
        if wrong is not None and wrong.expected is not None:
            said.append(say("grade.expected", expected=short(wrong.expected, 8)))
        return [*said, *([wrong.reason] if wrong and wrong.reason else []), *filter(None, [self.failed]), *self.missing]

    def table(self) -> Table:
        """Return one row an assignment."""
        rows = [
            (str(r.line), clip(plain(r.name), 24), short(r.value, 8), short(r.expected, 8), word(r.verdict)) for r in self.lines
        ]
        headers = headed("line", "name", "yours", "expected", "verdict")
        notes = dict.fromkeys(line.reason for line in self.lines if line.reason and line is not self.wrong)
        return Table(headers, tuple(rows), say("grade.caption"), tuple(self._note(reason) for reason in notes))

    def _note(self, reason: str) -> str:
        """What is said of some lines."""
        lines = dict.fromkeys(str(line.line) for line in self.lines if line.reason == reason)
        return say("grade.note", lines=say("comma").join(lines), reason=reason)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row an assignment."""
        return (line.to_dict() for line in self.lines)
