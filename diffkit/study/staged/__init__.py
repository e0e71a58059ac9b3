"""Staged backpropagation: value and gradient as a listing to read, to run, to fill in.

Every forward row has a number, and the rows that hand its derivative back carry the same one.  The code is that of
diffkit.emit, so no text of a user is in it but names that are Python's own; that is why running it here is safe.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diffkit import limits, tape
from diffkit.emit.listed_loops import Entry
from diffkit.emit.listing import Listing
from diffkit.errors import UsageError, failure
from diffkit.jacobians import demand_one
from diffkit.points import as_program, spread
from diffkit.program import Program
from diffkit.results import Staged, StagedRow
from diffkit.study.staged.formulas import Formulas
from diffkit.study.staged.rules import rule, rule_in_latex
from diffkit.study.staged.watch import Watched, watch
from diffkit.tracing import trace

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
    recorded, program, point = _recorded(f, at)
    arrays = any(map(_ndim, point.values()))
    if arrays and not program.on_arrays:
        raise UsageError("a formula is listed at one point, not at an array of them", remedy="give a number for every input")
    listing: Any
    if program.on_arrays:
        from diffkit.emit.listed_arrays import ArrayListing

        language, listing = "numpy" if language == "python" else language, ArrayListing(program, list(point.values()))
    else:
        listing = Listing(program, language, limits.LISTED_LINES)
    value, gradient = tape.value_and_gradient(program, point)
    header = [_all_of_math(line) if quiz else line for line in listing.header()]
    given = {name: point[key] for key, name in listing.inputs.items()} | listing.arrays
    seen = watch(header, listing.rows, listing.turn, {name: _as_given(x, language) for name, x in given.items()})
    return Staged(
        expression=str(recorded),
        at=point,
        language=language,
        quiz=quiz,
        header=(*header, *(f"{name} = {_written(name, x, language)}" for name, x in given.items())),
        rows=tuple(_rows(listing, seen)),
        output=listing.output,
        slopes=listing.slopes,
        value=float(value),
        gradient={name: _plain(slope) for name, slope in gradient.items()},
        stops=None if seen.error is None else (seen.failed, failure(seen.error)),
    )


def _recorded(f: Any, at: Any) -> tuple[Program, Program, dict[str, Any]]:
    """The Program, the same with its inputs in the order in which the point gives them, and the point by name."""
    program = f if isinstance(f, Program) else trace(f, at) if callable(f) else as_program(f)
    values, _ = spread(program.inputs, at)
    if program.guards:
        program(*values)  # the branches are those that were recorded, or an error says so
    point = dict(zip(program.inputs, values, strict=True))
    names = tuple(at) if isinstance(at, Mapping) else program.inputs
    demand_one(len(program.outputs))
    ordered = Program(program.lines, names, program.outputs, program.names, program.guards)
    return program, ordered, {name: point[name] for name in names}


def _all_of_math(line: str) -> str:
    """The import of a quiz, whose names would tell what the reverse sweep calls."""
    return "from math import *" if line.startswith("from math import") else line


def _ndim(x: Any) -> int:
    return int(getattr(x, "ndim", 0))


def _plain(x: Any) -> Any:
    """A number as a float, an array as it is."""
    return x if _ndim(x) else float(x)


def _as_given(x: Any, language: str) -> Any:
    """A coordinate as a type that follows IEEE 754 in NumPy."""
    if language != "numpy" or _ndim(x):
        return x
    import numpy as np

    return np.float64(x)


def _written(name: str, x: Any, language: str) -> str:
    """A coordinate as code: a large array is read from a file of its name."""
    if not _ndim(x):
        return f"np.float64({float(x)!r})" if language == "numpy" else repr(float(x))
    import numpy as np

    if x.size > limits.LISTED_ELEMENTS or not np.isfinite(x).all():
        return f'np.load("{name}.npy")'
    kind = "" if x.dtype == float else f", dtype=np.{x.dtype}"
    return f"np.array({x.tolist()!r}{kind})" if x.size else f"np.zeros({x.shape}{kind})"


def _numbers(rows: Sequence[Entry]) -> dict[int, int]:
    """The number of each line of the Program that has a forward row, in their order."""
    found: dict[int, int] = {}
    for row in rows:
        if row.role == "forward":
            found.setdefault(row.line, len(found) + 1)
    return found


def _rows(listing: Any, seen: Watched) -> Iterator[StagedRow]:
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
