"""A listing run once at its point, and what every row gave.

The code is that of diffkit.emit, which no text of a user is in but names that are Python's own; so running it is safe.
"""

import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from diffkit import namespaces
from diffkit.emit.listed_loops import Entry
from diffkit.errors import FAILURES

CODE = "<listing>"
Seen = tuple[float | None, tuple[int, ...]]


class Watched(NamedTuple):
    """The value (of an array the norm) and the shape by row, of a loop those of its last turn; and where it stopped."""

    values: dict[int, Seen]
    failed: int
    error: BaseException | None


def watch(header: Sequence[str], rows: Sequence[Entry], turn: int, given: Mapping[str, Any]) -> Watched:
    """Run header and rows with the given values, noting what each row gives; row ``turn`` begins the reverse sweep."""
    values: dict[int, Seen] = {}

    def note(k: int, value: Any) -> None:
        if k < turn or k not in values:  # a reverse loop meets the last turn first
            values[k] = _seen(value)

    lines, owner = [*header], [-1] * sum(text.count("\n") + 1 for text in header)
    for k, row in enumerate(rows):
        noted = [f"_note({k}, {row.name})"] if row.sign else []
        lines += ["    " * row.depth + text for text in (row.text, *noted)]
        owner += [k] * (1 + len(noted))
    try:
        with namespaces.quiet():
            exec(compile("\n".join(lines), CODE, "exec"), {"_note": note, **given})  # no text of a user: see the top of this file
    except FAILURES as error:
        return Watched(values, owner[_line(error) - 1], error)
    return Watched(values, -1, None)


def _line(error: BaseException) -> int:
    """The line of the listing itself that raised, in a function that it calls perhaps."""
    frames = traceback.extract_tb(error.__traceback__)
    return next(frame.lineno or 1 for frame in reversed(frames) if (frame.filename, frame.name) == (CODE, "<module>"))


def _seen(value: Any) -> Seen:
    shape = getattr(value, "shape", ())
    if shape:
        import numpy as np

        return float(np.linalg.norm(value)), tuple(shape)
    return (None if isinstance(value, list) else float(value)), ()
