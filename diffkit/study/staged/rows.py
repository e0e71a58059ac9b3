"""The emitter's rows as rows of a listing: numbered, with values, with the rule in words."""

import re
from collections.abc import Sequence
from typing import Any

from diffkit import limits
from diffkit.emit.page import Dialect, Row
from diffkit.emit.writer import Writer
from diffkit.errors import DiffkitError
from diffkit.language import parse
from diffkit.messages import SENTENCES, say
from diffkit.program import Line, Program
from diffkit.program_latex import latex
from diffkit.results import StagedRow

# As people write it: what no contribution has reached is 0, which adding changes no number but the sign of 0.
PAPER = Dialect("paper", "0.0", "{0} != 0.0", "{0} + {2}", "[0.0]*{0}", "[{1}]*{0}")
COPIED = re.compile(r"[\w.]+(\[[^\]]*\])?$|\[.*\]\*\d+$")  # a name, a number, an item of a list; a new list
PYTHON = {"largest": "max", "smallest": "min", "power": "pow"}
STARTED = re.compile(r"(^|\()0\.0 \+ ")  # sums that begin with nothing
CALLED = re.compile(rf"\b({'|'.join(PYTHON)})\(")


def written(program: Program, least: int = limits.LISTED_LINES) -> tuple[Writer, list[str], list[Row]]:
    """The emitter, the names of the inputs, and the rows between the head of the function and its return."""
    writer = Writer(program, PAPER, least=least)
    inputs = [name for name in writer.rows[0].name.partition("(")[2].rstrip("):").split(", ") if name]
    return writer, inputs, [_added(row.deeper(-1)) for row in writer.rows[1:-1]]


def _added(row: Row) -> Row:
    """``x = x + y`` as ``x += y``."""
    start = f"{row.name} + "
    row = row._replace(expression=in_python(row.expression), name=row.name if row.sign else in_python(row.name))
    again = row.sign == "=" and row.expression.startswith(start)
    return row._replace(sign="+=", expression=row.expression.removeprefix(start)) if again else row


def in_python(code: str) -> str:
    """Code with functions of Python in place of the emitter's, which only add what happens to nan."""
    return CALLED.sub(lambda found: f"{PYTHON[found[1]]}(", STARTED.sub(r"\1", code))


class Lister:
    """Numbers and rules of the rows of one Program; equal numbers tie reverse rows to the forward row of their operation."""

    def __init__(self, lines: Sequence[Line], body: Sequence[Row]) -> None:
        self.lines = lines  # of the emitter, which leaves out what nothing needs
        self.number: dict[int, int] = {}
        self.forward: dict[int, Row] = {}
        for row in body:
            if row.role == "forward" and row.line >= 0 and not _copy(row):
                self.number.setdefault(row.line, len(self.number) + 1)
                self.forward[row.line] = row

    def row(self, row: Row, value: float | None) -> StagedRow:
        """One row of the listing."""
        return StagedRow(
            role=row.role,
            number=None if self._moves(row) else self.number.get(row.line),
            depth=row.depth,
            name=row.name,
            sign=row.sign,
            expression=row.expression,
            latex=in_latex(row.expression) if row.sign else "",
            rule=self._rule(row),
            value=value,
        )

    def _moves(self, row: Row) -> bool:
        """Does a row only move a value, or an adjoint, from a variable to another?"""
        if row.role == "forward":
            return _copy(row)
        forward = self.forward.get(row.line)
        return forward is not None and row.name.partition("[")[0] == f"d{forward.name}"

    def _rule(self, row: Row) -> str:
        """The rule by which a reverse row hands its derivative back, in words."""
        if row.role != "reverse" or not row.sign or self._moves(row):
            return ""
        if row.line not in self.number:
            return say("rule.chain") if row.depth and not COPIED.match(row.expression) else ""
        return in_words(self.lines, row.line)


def in_words(lines: Sequence[Line], k: int) -> str:
    """The rule of the operation in line k."""
    line = lines[k]
    if line.op == "pow" and lines[line.args[1]].op == "const":
        return say("rule.power")
    if line.op == "div" and lines[line.args[0]].op == "const":
        return say("rule.reciprocal")
    return say(f"rule.{line.op}") if f"rule.{line.op}" in SENTENCES else say("rule.other", operation=line.op)


def _copy(row: Row) -> bool:
    return bool(COPIED.match(row.expression))


def in_latex(expression: str) -> str:
    """An expression of the code in LaTeX; as it stands where it reads a list, which formulas do not."""
    try:
        return latex(parse(expression))
    except DiffkitError:
        return rf"\mathtt{{{expression}}}".replace("_", r"\_")


def values(body: Sequence[Row], room: dict[str, Any]) -> tuple[list[float | None], str]:
    """What each row's name is after it, run in that room (after the last turn for the rows of a loop), and what stopped it."""
    found: list[float | None] = []
    for group in _statements(body):
        try:
            exec("\n".join(row.text for row in group), room)  # no text of a user: see the package
        except (ArithmeticError, ValueError) as error:
            stopped = say("staged.stops", code=group[0].text, error=f"{type(error).__name__}: {error}")
            return found + [None] * (len(body) - len(found)), stopped
        found += [_number(room.get(row.name)) if row.sign else None for row in group]
    return found, ""


def _statements(body: Sequence[Row]) -> list[list[Row]]:
    """The rows in groups that run as one: a loop or branch with all that is inside."""
    groups: list[list[Row]] = []
    for row in body:
        if groups and row.depth:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (float, int)) else None
