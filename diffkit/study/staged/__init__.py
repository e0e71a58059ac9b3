"""Staged backpropagation: value and gradient as a listing to read, to run, to fill in.

Every forward row has a number, and the rows that hand its derivative back carry the same one.  The code is that of
diffkit.emit, so no text of a user is in it but names that are Python's own; that is why running it here is safe.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from diffkit import limits, tape
from diffkit.emit.listed_loops import Entry
from diffkit.emit.listing import Listing
from diffkit.errors import UsageError, failure
from diffkit.program import Program
from diffkit.results import Staged, StagedRow
from diffkit.study import compare
from diffkit.study.staged.formulas import Formulas
from diffkit.study.staged.rules import rule, rule_in_latex
from diffkit.study.staged.watch import Watched, watch

LANGUAGES = ("python", "numpy", "latex")


def measure(f: Any, at: Any, language: str = "python", quiz: bool = False) -> Staged:
    """The numbered forward and reverse listing of f at a point.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        With arrays the listing is in NumPy.
    language : {"python", "numpy", "latex"}
    quiz : bool
        Leave the right-hand sides of the reverse sweep open.

    Returns
    -------
    Staged

    Raises
    ------
    UsageError
        If there is no such language, or f has several outputs.

    Examples
    --------
    >>> listing = measure("q = x + y; f = q*z", (-2, 5, -4))
    >>> [row.code for row in listing.rows if row.role == "reverse"]
    ['dq = z', 'dz = q', 'dx = dq', 'dy = dq']
    """
    if language not in LANGUAGES:
        raise UsageError(f"no listing in '{language}'", remedy=f"choose of {', '.join(LANGUAGES)}")
    program, point = _in_order(*compare.one_point(f, at), at)
    value, gradient = tape.value_and_gradient(program, point)
    listing = Listing(program, language, limits.LISTED_LINES)
    header = [*listing.sheet.header(), *(f"{name} = {_number(point[key], language)}" for key, name in listing.inputs.items())]
    seen = watch(header, listing.rows, listing.turn)
    return Staged(
        expression=str(program),
        at=point,
        language=language,
        quiz=quiz,
        header=tuple(header),
        rows=tuple(_rows(listing, seen)),
        output=listing.output,
        slopes=listing.slopes,
        value=float(value),
        gradient={name: float(slope) for name, slope in gradient.items()},
        stops=None if seen.error is None else (seen.failed, failure(seen.error)),
    )


def _in_order(program: Program, point: dict[str, float], at: Any) -> tuple[Program, dict[str, float]]:
    """The inputs in the order in which the point names them."""
    names = tuple(at) if isinstance(at, dict) else program.inputs
    ordered = Program(program.lines, names, program.outputs, program.names, program.guards)
    return ordered, {name: point[name] for name in names}


def _number(x: float, language: str) -> str:
    """A coordinate, as a type that follows IEEE 754 in NumPy."""
    return f"np.float64({x!r})" if language == "numpy" else repr(x)


def _numbers(rows: Sequence[Entry]) -> dict[int, int]:
    """The number of each line of the Program that has a forward row, in their order."""
    found: dict[int, int] = {}
    for row in rows:
        if row.role == "forward":
            found.setdefault(row.line, len(found) + 1)
    return found


def _rows(listing: Listing, seen: Watched) -> Iterator[StagedRow]:
    numbers, written = _numbers(listing.rows), Formulas(listing.bars)
    for k, row in enumerate(listing.rows):
        value, shape = seen.values.get(k, (None, ()))
        target, latex = written.row(row)
        yield StagedRow(
            role=row.role,
            sweep="forward" if k < listing.turn else "reverse",
            number=numbers.get(row.line),
            depth=row.depth,
            name=row.name,
            sign=row.sign,
            expression=row.expression,
            target=target,
            latex=latex,
            rule=rule(row.operation),
            rule_latex=rule_in_latex(row.operation),
            value=value,
            shape=shape,
        )
