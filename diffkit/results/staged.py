"""Staged backpropagation: the forward and the reverse sweep, one operation a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.record import Record
from diffkit.tables import Table, clip, headed, point, short

if TYPE_CHECKING:
    from typing import Any as Numbers  # a number or an array
else:
    from diffkit.codec import Numbers

BLANK = "____"  # what a quiz leaves open
WIDEST = 48  # characters of code beside which numbers and values are lined up
SWEEPS = {"forward": "staged.forward", "reverse": "staged.reverse"}


@dataclass(frozen=True, eq=False, kw_only=True)
class StagedRow(Data):
    """One row of code: role is forward, reverse, part (read by the next rows), copy (of a value) or frame (a loop or test).

    ``number`` ties a reverse row to the forward row of the operation that it differentiates; ``value`` is that of the name
    after the row, at the point, in a loop that of the last turn; of an array it is the Euclidean norm, beside its shape.
    ``target`` and ``latex`` are the two sides in LaTeX; ``rule_latex`` is empty where the rule is in words.
    """

    role: str
    sweep: str
    number: int | None
    depth: int
    name: str
    sign: str
    expression: str
    target: str
    latex: str
    rule: str
    rule_latex: str
    value: float | None
    shape: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        """Return the row as Python."""
        return "    " * self.depth + (f"{self.name} {self.sign} {self.expression}" if self.sign else self.name)

    def blank(self) -> StagedRow:
        """Return the row with its right-hand side left open; loops and tests stay."""
        open_ = {"expression": BLANK, "latex": r"\underline{\qquad}", "value": None, "shape": (), "rule": "", "rule_latex": ""}
        return replace(self, **open_) if self.sign else self  # type: ignore[arg-type]

    def measured(self) -> str:
        """Return the value as a reader takes it in; of an array the shape and the norm."""
        if not self.shape:
            return "" if self.value is None else short(self.value, 6)
        return say("staged.array", shape="x".join(map(str, self.shape)), norm=short(self.value, 6))


@dataclass(frozen=True, eq=False, kw_only=True)
class Staged(Record):
    """The listing of value and gradient; as Python or NumPy it runs, and gives what the tape gives.

    ``output`` holds f after running, ``slopes`` names the derivative by each input; ``stops`` is the row that raises at the
    point, and what it says.
    """

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
    stops: tuple[int, str] | None = None

    def answers(self) -> Staged:
        """Return a quiz with its right-hand sides."""
        return replace(self, quiz=False)

    def shown(self) -> list[StagedRow]:
        """Return the rows as they are handed out: of a quiz nothing of the reverse sweep but what is to be found."""
        if not self.quiz:
            return list(self.rows)
        rows = [row for row in self.rows if row.sweep == "forward" or row.role != "part"]
        return [row.blank() if row.role == "reverse" else row for row in rows]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document; of a quiz without its answers."""
        handed = replace(self, rows=tuple(self.shown()), gradient={}) if self.quiz else self
        return super(Staged, handed).to_dict()

    @property
    def code(self) -> str:
        """Return the listing in its language, with its numbers and values beside it."""
        return self.formulas if self.language == "latex" else self._code()

    def _code(self) -> str:
        rows = self.shown()
        width = min(max((len(row.code) for row in rows), default=0), WIDEST)
        lines = [*self.header]
        for sweep, group in groupby(rows, lambda row: row.sweep):
            lines += ["", f"# {say(SWEEPS[sweep])}"]
            for number, some in groupby(group, lambda row: row.number):
                lines += self._operation(number, list(some), width)
        notes = [f"# {note}" for note in self._notes()]
        return "\n".join([*lines, *([""] if notes else []), *notes]).strip("\n") + "\n"

    def _notes(self) -> Iterator[str]:
        """What the results are called, and what a reader should know."""
        names = {"f": self.output} | {f"df/d{name}": slope for name, slope in self.slopes.items()}
        if said := ", ".join(f"{what} = {name}" for what, name in names.items() if what != name):
            yield said
        if any(row.depth for row in self.rows):
            yield say("staged.turns")
        if self.stops:
            yield say("staged.stops", error=self.stops[1])

    def _operation(self, number: int | None, rows: list[StagedRow], width: int) -> Iterator[str]:
        """The rows of one operation, in the reverse sweep below a comment that says which and by which rule."""
        if number and rows[0].sweep == "reverse":
            rules = dict.fromkeys(row.rule for row in rows if row.rule)
            forward = next(r for r in self.rows if r.number == number and r.role == "forward")
            said = f": {say('semicolon').join(rules)}" if rules else ""
            yield f"{'    ' * rows[0].depth}# ({number}) {forward.name} {forward.sign} {forward.expression}{said}"
        for row in rows:
            yield f"{row.code:{width}}{self._beside(row)}".rstrip()

    def _beside(self, row: StagedRow) -> str:
        """The number and the value of a row, as a comment."""
        number, value = f"({row.number})" if row.number else "", row.measured()
        if self.stops and row is self.rows[self.stops[0]]:
            value = say("staged.here", error=self.stops[1])
        return f"  # {number:5} {value}" if number or value else ""

    @property
    def formulas(self) -> str:
        """Return both sweeps as an align* environment of LaTeX: row, value, number and rule."""
        lines = []
        for sweep, group in groupby(self.shown(), lambda row: row.sweep):
            lines.append(rf"  & \textbf{{{say(SWEEPS[sweep])}}}")
            for depth, rows in groupby(group, lambda row: row.depth):
                lines += [f"  {_aligned(row)}" for row in rows if row.latex]
                lines += [rf"  & \text{{{say('staged.end')}}}"] if depth else []
        return "\n".join([r"\begin{align*}", " \\\\\n".join(lines), r"\end{align*}"]) + "\n"

    def headline(self) -> list[str]:
        """Return expression and point, and where the listing stops."""
        said = say("staged.headline", expression=clip(self.expression), at=_point(self.at))
        return [said, say("staged.stops", error=self.stops[1])] if self.stops else [said]

    def table(self) -> Table:
        """Return one row of code a row."""
        rows = [(f"({r.number})" if r.number else "", r.code, r.measured() or "-", r.rule) for r in self.shown()]
        headers = headed("number", "code", "value", "rule")
        return Table(headers, tuple(rows), say("staged.caption", at=_point(self.at)))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row of code a row."""
        return (row.to_dict() for row in self.shown())

    def __str__(self) -> str:
        return self.code


def _point(at: dict[str, Any]) -> str:
    """The point as people write it, of an array the shape."""
    numbers = {name: x for name, x in at.items() if not getattr(x, "ndim", 0)}
    arrays = [f"{name} ({'x'.join(map(str, x.shape))})" for name, x in at.items() if name not in numbers]
    return ", ".join([*arrays, *([point(numbers)] if numbers or not arrays else [])])


def _aligned(row: StagedRow) -> str:
    """One line of an align* environment."""
    sign = {"+=": r"\mathrel{\text{+=}} ", "-=": r"\mathrel{\text{-=}} "}.get(row.sign, "= ")
    number = rf"\text{{({row.number})}}" if row.number else ""
    body = f"{row.target} &{sign}{row.latex}" if row.sign else f"& {row.latex}"
    rule = rf"\quad {row.rule_latex}" if row.rule_latex else ""
    return f"{body} && {_number(row)} && {number} && {rule}".rstrip(" &")


def _number(row: StagedRow) -> str:
    """The value of a row as mathematics."""
    if row.value is None:
        return ""
    if row.shape:
        return rf"\text{{{row.measured()}}}"
    mantissa, e, exponent = row.measured().partition("e")
    mantissa = mantissa.replace("inf", r"\infty").replace("nan", r"\text{nan}")
    return rf"{{{mantissa}}} \cdot 10^{{{exponent}}}" if e else f"{{{mantissa}}}"
