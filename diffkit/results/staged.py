"""Staged backpropagation: the forward and the reverse sweep, one operation a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.program_latex import identifier
from diffkit.results.record import Record
from diffkit.tables import Table, clip, headed, point, short

BLANK = "____"  # what a quiz leaves open


@dataclass(frozen=True, eq=False, kw_only=True)
class StagedRow(Data):
    """One row of code: role is forward, reverse or frame (of a loop or branch).

    ``number`` ties a reverse row to the forward row of the operation that it differentiates; ``value`` is that of the name
    after the row, at the point (after its last turn in a loop).
    """

    role: str
    number: int | None
    depth: int
    name: str
    sign: str
    expression: str
    latex: str
    rule: str
    value: float | None

    @property
    def code(self) -> str:
        """Return the row as Python."""
        return "    " * self.depth + (f"{self.name} {self.sign} {self.expression}" if self.sign else self.name)

    def blank(self) -> StagedRow:
        """Return the row with its right-hand side left open; loops and branches stay."""
        return replace(self, expression=BLANK, latex=r"\underline{\qquad}", value=None, rule="") if self.sign else self


@dataclass(frozen=True, eq=False, kw_only=True)
class Staged(Record):
    """The listing of value and gradient; as Python it runs, and gives what the tape gives."""

    study: ClassVar[str] = "staged"
    expression: str
    at: dict[str, float]
    language: str
    quiz: bool
    header: tuple[str, ...]
    rows: tuple[StagedRow, ...]
    output: str
    slopes: dict[str, str]
    value: float
    gradient: dict[str, float]

    def answers(self) -> Staged:
        """Return a quiz with its right-hand sides."""
        return replace(self, quiz=False)

    def shown(self) -> list[StagedRow]:
        """Return the rows as they are handed out: of a quiz without the right-hand sides of the reverse sweep."""
        return [row.blank() if row.role == "reverse" and self.quiz else row for row in self.rows]

    @property
    def code(self) -> str:
        """Return the listing in its language, with its numbers and values beside it."""
        return self._latex() if self.language == "latex" else self._python()

    def _python(self) -> str:
        rows = self.shown()
        width = min(max((len(row.code) for row in rows), default=0), 48)
        lines, operation = [*self.header, "", f"# {say('staged.forward')}"], None
        for row in rows:
            if row.role == "reverse" and operation is None:
                lines += ["", f"# {say('staged.reverse')}"]
            if row.role == "reverse" and row.number != operation:
                operation = row.number
                lines += [f"{'    ' * row.depth}# {self._about(row)}"] if row.number else []
            lines.append(f"{row.code:{width}}{_beside(row)}".rstrip())
        slopes = ", ".join(f"df/d{name} = {slope}" for name, slope in self.slopes.items())
        return "\n".join([*lines, "", f"# {slopes}"]) + "\n"

    def _about(self, row: StagedRow) -> str:
        """What the rows that follow hand back: the operation, and by which rule."""
        forward = next(r for r in reversed(self.shown()) if r.number == row.number and r.role == "forward")
        return f"({row.number}) {forward.name} {forward.sign} {forward.expression}" + (f": {row.rule}" if row.rule else "")

    def _latex(self) -> str:
        rows = [row for row in self.shown() if row.sign]
        lines = [
            rf"  {identifier(r.name)} &\mathrel{{{r.sign.replace('-=', '{-}{=}').replace('+=', '{+}{=}')}}} {r.latex}"
            rf" && \text{{{f'({r.number})' if r.number else ''}}} \\"
            for r in rows
        ]
        return "\n".join([r"\begin{align*}", *lines, r"\end{align*}"]) + "\n"

    def headline(self) -> list[str]:
        """Return expression and point."""
        return [say("staged.headline", expression=clip(self.expression), at=point(self.at))]

    def table(self) -> Table:
        """Return one row of code a row."""
        rows = [(f"({r.number})" if r.number else "", r.code, short(r.value, 6), r.rule) for r in self.shown()]
        headers = headed("number", "code", "value", "rule")
        return Table(headers, tuple(rows), say("staged.caption", at=point(self.at)))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row of code a row."""
        return (row.to_dict() for row in self.shown())

    def __str__(self) -> str:
        return self.code


def _beside(row: StagedRow) -> str:
    """The number and the value of a row, as a comment."""
    if not row.sign:
        return ""
    number, value = f"({row.number})" if row.number else "", "" if row.value is None else short(row.value, 6)
    return f"  # {number:5} {value}"
