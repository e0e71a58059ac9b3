"""The staged listing of a function of arrays: what `diffkit.tape.compile` runs for it, with shapes and norms."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from diffkit import limits, namespaces, tape
from diffkit.arrays import ROWS, add_at, index_of
from diffkit.emit.array_writer import ArrayWriter
from diffkit.emit.page import Row
from diffkit.emit.sheet import FUNCTIONS, OWN
from diffkit.errors import FAILURES, DiffkitError, InputError, UsageError, failure
from diffkit.messages import say
from diffkit.printing import line_text
from diffkit.program import Program
from diffkit.results import Staged, StagedRow
from diffkit.study.staged import header
from diffkit.study.staged.rows import in_words
from diffkit.tracing import trace


def measure(f: Any, at: Any, language: str, quiz: bool) -> Staged:
    """The listing of f at a point with arrays; see the package."""
    if language == "latex":
        raise UsageError("a listing on arrays is written in NumPy only", remedy="use --as numpy")
    program, value, gradient = _differentiated(f, at)
    names = program.inputs
    point = dict(zip(names, at.values() if isinstance(at, Mapping) else at, strict=True))
    writer = ArrayWriter(program, [x if np.ndim(x) else float(x) for x in point.values()])
    body = in_order([row.deeper(-1) for row in writer.rows[1:-1]])
    room = _room(writer) | dict(zip(writer.arguments, point.values(), strict=True))
    result, _, slopes = writer.rows[-1].name.removeprefix("return ").partition(", ")
    return Staged(
        expression=_formula(program),
        at=point,
        language="numpy",
        quiz=quiz,
        header=tuple(_header(writer, dict(zip(writer.arguments, point.values(), strict=True)), body)),
        rows=tuple(_Rows(program, body).listed(room)),
        output=result,
        slopes=dict(zip(names, _parts(slopes), strict=True)),
        value=float(value),
        gradient=dict(zip(names, gradient, strict=True)),
    )


def _differentiated(f: Any, at: Any) -> tuple[Program, Any, list[Any]]:
    """The recording of f, its value and its gradient by the tape, in the order of its inputs."""
    try:
        program = trace(f, at)
        value, gradient = tape.value_and_gradient(f, at)
    except DiffkitError:
        raise
    except FAILURES as error:
        raise InputError(f"the function fails at that point: {failure(error)}") from None
    if len(program.outputs) != 1 or np.ndim(value):
        raise UsageError("staged backpropagation starts from one number", remedy="let the function return a sum, for example")
    return program, value, list(gradient.values() if isinstance(gradient, Mapping) else gradient)


def _formula(program: Program) -> str:
    """The operations by name, as one text."""
    names = {k: name for name, k in program.names} | {k: line.text for k, line in enumerate(program.lines) if line.op == "input"}
    names |= {k: f"v{k}" for k, line in enumerate(program.lines) if line.args and k not in names}
    return "; ".join(f"{names[k]} = {line_text(program, k, names)}" for k, line in enumerate(program.lines) if line.args)


def _parts(slopes: str) -> list[str]:
    """The parts of a tuple as it is written in Python."""
    import ast

    return [ast.unparse(part) for part in ast.parse(slopes, mode="eval").body.elts]  # type: ignore[attr-defined]


def _room(writer: ArrayWriter) -> dict[str, Any]:
    F = namespaces.get("math")
    return FUNCTIONS | {name: getattr(F, name) for name in OWN} | writer.data | {"np": np}


# --- what stands above ---------------------------------------------------------------------------------------------------
def _header(writer: ArrayWriter, point: dict[str, Any], body: Sequence[Row]) -> Iterator[str]:
    """The imports that the rows need, the tables, the point."""
    yield "import numpy as np"
    yield from (line for line in header.of_python([row.text for row in body], {}) if "largest" not in line)
    yield from (
        f"{name} = {text}" if text else line for name, thing in writer.data.items() for text, line in [_datum(name, thing)]
    )
    yield from (f"{name} = {_literal(name, value)}" for name, value in point.items())


def _datum(name: str, thing: Any) -> tuple[str, str]:
    """What the code reads besides its arguments: as a text of Python, or as an import."""
    if isinstance(thing, np.ndarray):
        return _literal(name, thing), ""
    for op, row in ROWS.items():
        if thing in (row.run, row.pull):
            return f'__import__("diffkit.arrays").arrays.ROWS["{op}"].{"run" if thing is row.run else "pull"}', ""
    if thing in (add_at, index_of):
        return "", f"from diffkit.arrays import {name}"
    if name.endswith("_of_each"):
        return f'__import__("diffkit.namespaces").namespaces.get("numpy").{name.removesuffix("_of_each")}', ""
    return (repr(thing), "") if not callable(thing) else ("", f"from {thing.__module__} import {thing.__name__} as {name}")


def _literal(name: str, value: Any) -> str:
    """A number or array as Python; one that is too long for that is read from a file."""
    if not np.ndim(value):
        return repr(float(value))
    if np.size(value) > limits.LISTED_ITEMS:
        return f'np.load("{name}.npy")  # {np.shape(value)}'
    return f"np.array({np.asarray(value, dtype=float).tolist()!r}).reshape({np.shape(value)})"


def in_order(body: Sequence[Row]) -> list[Row]:
    """The forward rows, with all that they read, before the others; as they are where rows stand in loops or share memory."""
    plain = [row.name for row in body if "[" not in row.name]
    if any(row.depth or not row.sign for row in body) or len({*plain}) < len(plain):
        return list(body)
    needed: set[str] = set()
    for row in reversed(body):
        if row.role == "forward" or row.name in needed:
            needed |= header.words([row.expression]) | {row.name}
    first = [row._replace(role="forward") for row in body if row.name in needed]
    return first + [row for row in body if row.name not in needed]


# --- rows ----------------------------------------------------------------------------------------------------------------
class _Rows:
    """Numbers and rules: a reverse row belongs to the operations that read the line whose adjoint it sets."""

    def __init__(self, program: Program, body: Sequence[Row]) -> None:
        self.lines, self.body = program.lines, body
        forward = dict.fromkeys(row.line for row in body if row.role == "forward" and row.line >= 0)
        self.number = {k: n for n, k in enumerate(forward, 1)}
        self.readers: dict[int, list[int]] = {}
        for k in self.number:
            for a in dict.fromkeys(self.lines[k].args):
                self.readers.setdefault(a, []).append(k)

    def listed(self, room: dict[str, Any]) -> Iterator[StagedRow]:
        """The rows, each with the shape and the norm of what it computes; the rows of a loop after its last turn."""
        groups: list[list[Row]] = []
        for row in self.body:
            groups[-1:] = [[*groups[-1], row]] if groups and row.depth else [*groups[-1:], [row]]
        with np.errstate(all="ignore"):
            for group in groups:
                exec("\n".join(row.text for row in group), room)  # no text of a user: see the package
                yield from (self._row(row, room.get(row.name.partition("[")[0])) for row in group)

    def _row(self, row: Row, found: Any) -> StagedRow:
        number, rule = self._about(row)
        known = bool(row.sign) and isinstance(found, (float, int, np.ndarray, np.generic))
        return StagedRow(
            role=row.role,
            number=number,
            depth=row.depth,
            name=row.name,
            sign=row.sign,
            expression=row.expression,
            latex="",
            rule=rule,
            value=float(np.linalg.norm(found) if np.ndim(found) else found) if known else None,
            shape=np.shape(found) if known else None,
        )

    def _about(self, row: Row) -> tuple[int | None, str]:
        if row.role == "forward":
            return self.number.get(row.line), ""
        readers = self.readers.get(row.line, []) if row.role == "reverse" and row.sign else []
        if len(readers) != 1:
            listed = ", ".join(f"({self.number[k]})" for k in readers)
            return None, say("rule.several", numbers=listed) if readers else ""
        return self.number[readers[0]], in_words(self.lines, readers[0])
