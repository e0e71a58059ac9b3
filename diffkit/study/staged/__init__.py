"""Staged backpropagation: what `diffkit.tape.compile` runs, as a listing to read, to run, to fill in.

Every forward row has a number, and the rows that hand its derivative back carry the same one.  The code is that of
diffkit.emit, so no text of a user is in it but names that are Python's own; that is why running it here is safe.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from diffkit import limits, namespaces, tape
from diffkit.emit.page import Row
from diffkit.emit.sheet import FUNCTIONS, OWN
from diffkit.errors import UsageError
from diffkit.program import Program
from diffkit.results import Staged
from diffkit.study import compare
from diffkit.study.staged import header, in_numpy
from diffkit.study.staged.rows import Lister, values, written

LANGUAGES = ("python", "numpy", "latex")


def measure(f: Any, at: Any, language: str = "python", quiz: bool = False) -> Staged:
    """The numbered forward and reverse listing of f at a point.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        With arrays among the coordinates f is a callable, and the listing is of arrays.
    language : {"python", "numpy", "latex"}
        In NumPy a formula works on arrays, element by element.
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
    if _on_arrays(at):
        from diffkit.study.staged import arrays

        return arrays.measure(f, at, language, quiz)
    program, point = compare.one_point(f, at)
    program = with_result_named(program)
    point = {name: point[name] for name in at} if isinstance(at, Mapping) else point
    value, gradient = tape.value_and_gradient(program, point)
    listing = Listing(program, point)
    if any(gradient[name] == gradient[name] != slope for name, slope in listing.found.items()):
        listing = Listing(program, point, least=len(program.lines))  # no loops
    body = in_numpy.rewritten(listing.body) if language == "numpy" else listing.body
    above = header.of_numpy if language == "numpy" else header.of_python
    lister = Lister(listing.lines, listing.body)
    seen = listing.values if len(body) == len(listing.body) else _at_rows(body, listing)
    return Staged(
        expression=str(program),
        at=point,
        language=language,
        quiz=quiz,
        header=tuple(above([row.text for row in body], listing.inputs, quiz)),
        rows=tuple(lister.row(row, x) for row, x in zip(body, seen, strict=True)),
        output=listing.output,
        slopes=listing.slopes,
        value=float(value),
        gradient={name: float(gradient[name]) for name in point},
        stops=listing.stops,
    )


def with_result_named(program: Program) -> Program:
    """The Program, its result called f if it has no name and nothing else is called so."""
    root = program.outputs[0]
    taken = {*program.inputs, *(name for name, _ in program.names)}
    if len(program.outputs) > 1 or not program.lines[root].args or "f" in taken or root in {k for _, k in program.names}:
        return program
    return Program(program.lines, program.inputs, program.outputs, (*program.names, ("f", root)), program.guards)


def _on_arrays(at: Any) -> bool:
    parts = at.values() if isinstance(at, Mapping) else at if isinstance(at, (tuple, list)) else []
    return any(getattr(x, "ndim", 0) for x in parts)


class Listing:
    """The emitter's rows for a Program, run at a point: values, derivatives, and what stopped them."""

    def __init__(self, program: Program, point: Mapping[str, float], least: int = limits.LISTED_LINES) -> None:
        writer, inputs, self.body = written(program, least)
        self.lines = writer.facts.lines
        places = [point[name] for name in program.inputs]
        named = dict(zip(program.inputs, inputs, strict=True)) if not writer.naming.inputs else {}
        self.inputs: dict[str, Any] = {named[k]: x for k, x in point.items()} if named else dict.fromkeys(inputs, places)
        F = namespaces.get("math")
        room = FUNCTIONS | {name: getattr(F, name) for name in OWN} | writer.data | self.inputs
        self.tables: dict[str, Any] = writer.data
        self.values, self.stops = values(self.body, room)
        self.output, slopes = _result(writer.rows[-1], program.inputs)
        self.slopes = {name: slopes[name] for name in point}
        self.found = {} if self.stops else {name: eval(text, room) for name, text in self.slopes.items()}  # ours: see above
        self.inputs |= self.tables


def _result(last: Row, inputs: Sequence[str]) -> tuple[str, dict[str, str]]:
    """What value and derivatives are called in the code, read from its last row, ``return f, (dx, dy)``."""
    value, _, inside = last.name.removeprefix("return ").partition(", ")
    if inside.startswith("("):
        return value, dict(zip(inputs, inside.strip("()").rstrip(",").split(", "), strict=True)) if inputs else {}
    return value, {name: f"{inside}[{i}]" for i, name in enumerate(inputs)}


def _at_rows(body: Sequence[Row], listing: Listing) -> list[float | None]:
    """The values of rows from which conditions were taken out: those of the rows that are left."""
    kept = [x for row, x in zip(listing.body, listing.values, strict=True) if not (row.name.startswith("if ") and not row.sign)]
    return kept if len(kept) == len(body) else [None] * len(body)
