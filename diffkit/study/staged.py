"""Staged backpropagation: what `diffkit.tape.compile` runs, as a listing to read, to run, to fill in.

Every forward row has a number, and the rows that hand its derivative back carry the same one.  The code is that of
diffkit.emit, so no text of a user is in it but names that are Python's own; that is why running it here is safe.
"""

import keyword
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from diffkit import limits, namespaces, tape
from diffkit.emit.page import Row
from diffkit.emit.sheet import FUNCTIONS, OWN
from diffkit.emit.writer import Writer
from diffkit.errors import DiffkitError, UsageError
from diffkit.language import parse
from diffkit.messages import SENTENCES, say
from diffkit.printing import text as printed
from diffkit.program import Program
from diffkit.program_latex import identifier, latex
from diffkit.results import Staged, StagedRow
from diffkit.study import compare

LANGUAGES = ("python", "numpy", "latex")
NUMPY = {  # functions that NumPy calls otherwise
    **{f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "atan2": "arctan2",
    "abs": "abs",
    "max": "maximum",
    "min": "minimum",
}
IN_NUMPY = {*NUMPY, *"exp expm1 log log1p log2 log10 sqrt cbrt hypot sin cos tan sinh cosh tanh sign floor where".split()}
LOGICAL = {"and", "or", "not"}


def measure(f: Any, at: Any, language: str = "python", quiz: bool = False) -> Staged:
    """The numbered forward and reverse listing of f at a point.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
    language : {"python", "numpy", "latex"}
        Python for floats, NumPy for arrays as well, or LaTeX.
    quiz : bool
        Leave the right-hand sides open.

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
    inputs = [_plain(name) for name in writer.rows[0].name.partition("(")[2].rstrip("):").split(", ") if name]
    body = [row.deeper(-1) for row in writer.rows[1:-1]]
    values = _values(body, dict(zip(inputs, point.values(), strict=True)) if len(inputs) == len(point) else {}, writer.data)
    numbers = _numbers(body)
    rows = tuple(_row(row, program, numbers, value, language) for row, value in zip(body, values, strict=True))
    return Staged(
        expression=str(program),
        at=point,
        language=language,
        quiz=quiz,
        header=tuple(_header(rows, inputs, point, language)),
        rows=rows,
        output=writer.text_of(program.outputs[0]),
        slopes=_slopes(writer.rows[-1], point),
        value=float(value),
        gradient={name: float(slope) for name, slope in gradient.items()},
    )
