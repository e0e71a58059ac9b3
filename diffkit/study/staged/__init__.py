"""Staged backpropagation: what `diffkit.tape.compile` runs, as a listing to read, to run, to fill in.

Every forward row has a number, and the rows that hand its derivative back carry the same one.  The code is that of
diffkit.emit, so no text of a user is in it but names that are Python's own; that is why running it here is safe.
"""

import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from diffkit import limits, namespaces, tape
from diffkit.emit.page import Row
from diffkit.emit.sheet import FUNCTIONS, OWN
from diffkit.emit.writer import Writer
from diffkit.errors import DiffkitError, UsageError
from diffkit.language import parse
from diffkit.messages import SENTENCES, say
from diffkit.program import Line
from diffkit.program_latex import latex
from diffkit.results import Staged, StagedRow
from diffkit.study import compare

LANGUAGES = ("python", "latex")


def measure(f: Any, at: Any, language: str = "python", quiz: bool = False) -> Staged:
    """The numbered forward and reverse listing of f at a point.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
    language : {"python", "latex"}
    quiz : bool
        Leave the right-hand sides of the reverse sweep open.

    Returns
    -------
    Staged

    Raises
    ------
    UsageError
        If the language has no such form, or f several outputs.

    Examples
    --------
    >>> listing = measure("q = x + y; f = q*z", (-2, 5, -4))
    >>> [row.code for row in listing.rows if row.role == "reverse"]
    ['dq = z', 'dz = q', 'dx = dq', 'dy = dq']
    """
    if language not in LANGUAGES:
        raise UsageError(f"no listing in '{language}'", remedy=f"choose of {', '.join(LANGUAGES)}")
    program, point = compare.one_point(f, at)
    value, gradient = tape.value_and_gradient(program, point)
    writer = Writer(program, least=limits.ROLLED_LINES)
    inputs = [name for name in writer.rows[0].name.partition("(")[2].rstrip("):").split(", ") if name]
    body = [row.deeper(-1) for row in writer.rows[1:-1]]
    room = (
        {writer.naming.inputs: list(point.values())} if writer.naming.inputs else dict(zip(inputs, point.values(), strict=True))
    )
    values = _values(body, room, writer.data)
    numbers = _numbers(body)
    rows = tuple(_row(row, numbers, writer.facts.lines, value) for row, value in zip(body, values, strict=True))
    return Staged(
        expression=str(program),
        at=point,
        language=language,
        quiz=quiz,
        header=tuple(_header(rows, inputs, point)),
        rows=rows,
        output=writer.text_of(writer.facts.root),
        slopes=_slopes(writer.rows[-1], point),
        value=float(value),
        gradient={name: float(slope) for name, slope in gradient.items()},
    )


def _numbers(body: Sequence[Row]) -> dict[int, int]:
    """The number of each line of the Program that has a forward row, in their order."""
    found: dict[int, int] = {}
    for row in body:
        if row.role == "forward" and row.line >= 0:
            found.setdefault(row.line, len(found) + 1)
    return found


def _values(body: Sequence[Row], room: dict[str, Any], tables: dict[str, Any]) -> list[float | None]:
    """What each row's name is after it, run at the point; after the last turn for the rows of a loop."""
    F = namespaces.get("math")
    room = FUNCTIONS | {name: getattr(F, name) for name in OWN} | tables | room
    values: list[float | None] = []
    for group in _statements(body):
        try:
            exec("\n".join(row.text for row in group), room)  # no text of a user: see the top of this file
        except (ArithmeticError, ValueError):
            break
        values += [_number(room.get(row.name)) if row.sign else None for row in group]
    return values + [None] * (len(body) - len(values))


def _statements(body: Sequence[Row]) -> Iterator[list[Row]]:
    """The rows in groups that run as one: a loop with all that is inside."""
    group: list[Row] = []
    for row in body:
        if group and row.depth == 0 and not row.text.startswith("else"):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (float, int)) else None


def _row(row: Row, numbers: dict[int, int], lines: Sequence[Line], value: float | None) -> StagedRow:
    return StagedRow(
        role=row.role,
        number=numbers.get(row.line),
        depth=row.depth,
        name=row.name,
        sign=row.sign,
        expression=row.expression,
        latex=_in_latex(row.expression) if row.sign else "",
        rule=_rule(row, lines),
        value=value,
    )


def _rule(row: Row, lines: Sequence[Line]) -> str:
    """The rule by which a reverse row hands its derivative back, in words."""
    if row.role != "reverse" or row.line < 0 or not row.sign:
        return ""
    key = f"rule.{lines[row.line].op}"
    return say(key) if key in SENTENCES else say("rule.other", operation=lines[row.line].op)


def _in_latex(expression: str) -> str:
    """An expression of the code in LaTeX; as it stands where it reads a list, which formulas do not."""
    try:
        return latex(parse(expression))
    except DiffkitError:
        return rf"\texttt{{{expression}}}".replace("_", r"\_")


# --- what stands above and below -----------------------------------------------------------------------------------------
def _header(rows: Sequence[StagedRow], inputs: Sequence[str], point: dict[str, float]) -> Iterator[str]:
    """The imports that the rows need, and the point."""
    used = {word for row in rows for word in _words(row.code)}
    helpers = sorted({"power", "largest", "smallest"} & used)
    native = sorted((used & set(FUNCTIONS)) - set(helpers) - OWN - {"abs"})
    if native:
        yield f"from math import {', '.join(native)}"
    if helpers:
        yield f"from diffkit.emit.sheet import {', '.join(helpers)}"
    yield from _own(sorted(used & OWN))
    if len(inputs) == len(point):
        yield from (f"{name} = {value!r}" for name, value in zip(inputs, point.values(), strict=True))
    else:
        yield f"{inputs[0]} = {list(point.values())!r}"


def _own(names: Sequence[str]) -> Iterator[str]:
    """Functions that only this package has."""
    if names:
        yield "from diffkit import namespaces"
        yield from (f'{name} = namespaces.get("math").{name}' for name in names)


def _words(code: str) -> Iterable[str]:
    return (word for word in re.findall(r"[^\W\d]\w*", code) if not keyword.iskeyword(word))


def _slopes(last: Row, point: dict[str, float]) -> dict[str, str]:
    """What the derivative by each input is called in the code, read from its last row, ``return f, (dx, dy)``."""
    inside = last.name.partition(", ")[2]
    parts = (
        inside.strip("()").rstrip(",").split(", ") if inside.startswith("(") else [f"{inside}[{i}]" for i in range(len(point))]
    )
    return dict(zip(point, parts, strict=True))
