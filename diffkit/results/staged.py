"""Staged backpropagation: the forward and the reverse sweep, one operation a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.program_latex import identifier
from diffkit.results.record import Record
from diffkit.tables import POWER_OF_TEN, Table, clip, headed, point, short

if TYPE_CHECKING:
    Numbers = Any  # a number, or an array
else:
    from diffkit.codec import Numbers

HELPER = re.compile(r"t(_\d+)?")  # what the emitter calls a part that is used twice
BLANK = "____"  # what a quiz leaves open


@dataclass(frozen=True, eq=False, kw_only=True)
class StagedRow(Data):
    """One row of code: role is forward, reverse or frame (of a loop or branch).

    ``number`` ties a reverse row to the forward row of the operation that it differentiates; ``value`` is that of the name
    after the row, at the point (after its last turn in a loop); of an array it is the norm.
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
    shape: tuple[int, ...] | None = None

    @property
    def shown(self) -> str:
        """Return the value, or the shape and the norm of an array."""
        if self.value is None:
            return ""
        return short(self.value, 6) if not self.shape else f"{'x'.join(map(str, self.shape))} |{short(self.value, 4)}|"

    @property
    def code(self) -> str:
        """Return the row as Python."""
        return "    " * self.depth + (f"{self.name} {self.sign} {self.expression}" if self.sign else self.name)

    def blank(self) -> StagedRow:
        """Return the row with its right-hand side left open; loops and branches stay, and helpers that nobody could guess."""
        if not self.sign or HELPER.fullmatch(self.name):
            return self
        return replace(self, expression=BLANK, latex=r"\underline{\qquad}", value=None, shape=None, rule="")


@dataclass(frozen=True, eq=False, kw_only=True)
class Staged(Record):
    """The listing of value and gradient; as Python it runs, and gives what the tape gives, unless something ``stops`` it."""

    study: ClassVar[str] = "staged"
    expression: str
    at: dict[str, Numbers]
    language: str
    quiz: bool
    header: tuple[str, ...]
    rows: tuple[StagedRow, ...]
    output: str
    slopes: dict[str, str]
    value: float
    gradient: dict[str, Numbers]
    stops: str = ""

    def answers(self) -> Staged:
        """Return a quiz with its right-hand sides."""
        return replace(self, quiz=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document; that of a quiz does not hold its answers."""
        kept = replace(self, rows=tuple(self.shown()), gradient={}) if self.quiz and self.gradient else self
        return super(Staged, kept).to_dict()

    def shown(self) -> list[StagedRow]:
        """Return the rows as they are handed out: of a quiz without the right-hand sides of the reverse sweep."""
        return [row.blank() if row.role == "reverse" and self.quiz else row for row in self.rows]

    @property
    def code(self) -> str:
        """Return the listing in its language, with its numbers and values beside it."""
        return self._latex() if self.language == "latex" else self._python()

    def _python(self) -> str:
        rows = self.shown()
        width = min(max((len(row.code) for row in rows if row.sign), default=0), 48)
        lines, reverse, operation = [*self.header, "", f"# {say('staged.forward')}"], False, None
        for row in rows:
            if row.role == "reverse" and not reverse:
                lines += ["", f"# {say('staged.reverse')}"]
                reverse = True
            if row.role == "reverse" and row.sign and (row.number, row.rule) != operation:
                operation = row.number, row.rule
                lines += [f"{'    ' * row.depth}# {about}"] if (about := self._about(row)) else []
            lines.append(f"{row.code:{width}}{_beside(row)}".rstrip())
        slopes = ", ".join(f"df/d{name} = {slope}" for name, slope in self.slopes.items())
        return (
            "\n".join([*lines, "", f"# {slopes}" if slopes else "", *([f"# {self.stops}"] if self.stops else [])]).rstrip() + "\n"
        )

    def _about(self, row: StagedRow) -> str:
        """What the rows that follow hand back: the operation, and by which rule."""
        if not row.number:
            return row.rule
        forward = next(r for r in reversed(self.shown()) if r.number == row.number and r.role == "forward")
        return f"({row.number}) {forward.name} {forward.sign} {forward.expression}" + (f": {row.rule}" if row.rule else "")

    def _latex(self) -> str:
        r"""The two sweeps as an align* each, with numbers, values and rules."""
        return "\n".join(
            "\n".join([rf"\noindent {say(f'staged.{role}')}", r"\begin{align*}", *rows, r"\end{align*}"]) + "\n"
            for role, rows in (("forward", self.in_latex("forward", " && ")), ("reverse", self.in_latex("reverse", " && ")))
            if rows
        )

    def in_latex(self, role: str, between: str = " & ") -> list[str]:
        """Return the rows of one sweep as rows of an array: name, sign and right-hand side, value, number and rule."""
        found = []
        for r in self.shown():
            if not r.sign and r.role == "frame" and role == self._sweep(r):
                found.append(rf"  &\text{{\ttfamily {'~' * 2 * r.depth}{_plainly(r.name)}}}{between}{between} \\")
            elif r.sign and r.role == role:
                sign = r.sign.replace("-=", "{-}{=}").replace("+=", "{+}{=}")
                number = f"({r.number})" if r.number else ""
                words = " ".join(filter(None, [number, r.rule if self.rules(r) else ""]))
                value = POWER_OF_TEN.sub(r"\1 \\cdot 10^{\2}", r.shown) if not r.shape else rf"\text{{{r.shown}}}"
                found.append(
                    rf"  {identifier(r.name)} &\mathrel{{{sign}}} {r.latex}{between}{value}{between}\text{{{_plainly(words)}}} \\"
                )
        return found

    def _sweep(self, row: StagedRow) -> str:
        """The sweep in which a loop or branch stands: that of the next row."""
        i = next(i for i, other in enumerate(self.rows) if other is row or other == row)
        return next((other.role for other in self.rows[i:] if other.role != "frame"), "reverse")

    def rules(self, row: StagedRow) -> bool:
        """Is it the first row of its rule?"""
        first = next((r for r in self.rows if r.role == "reverse" and (r.number, r.rule) == (row.number, row.rule)), row)
        return first == row or first.name == row.name

    def headline(self) -> list[str]:
        """Return expression and point."""
        return [say("staged.headline", expression=clip(self.expression), at=point(self.at))]

    def table(self) -> Table:
        """Return one row of code a row."""
        rows = [(f"({r.number})" if r.number else "", r.code, r.shown, r.rule) for r in self.shown()]
        headers = headed("number", "code", "value", "rule")
        return Table(headers, tuple(rows), say("staged.caption", at=point(self.at)))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row of code a row."""
        return (row.to_dict() for row in self.shown())

    def __str__(self) -> str:
        return self.code


def _plainly(words: str) -> str:
    """Words that LaTeX sets as they stand."""
    return re.sub(r"([\^_&%#$])", lambda found: r"\textasciicircum{}" if found[1] == "^" else rf"\{found[1]}", words)


def _beside(row: StagedRow) -> str:
    """The number and the value of a row, as a comment."""
    if not row.sign:
        return ""
    number = f"({row.number})" if row.number else ""
    return f"  # {number:5} {row.shown}" if number or row.shown else ""
