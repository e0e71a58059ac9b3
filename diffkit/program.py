"""Program: a Wengert list in single-assignment form, the one thing all engines share.

Letters: ``k`` is a line, ``v[k]`` its value, ``args`` the lines it reads.  A Program is plain data; evaluating, printing,
differentiating and rendering it are functions that walk the list once, so 100,000 lines are no deeper than ten.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Iterable, Sequence
from functools import partial

from diffkit import namespaces
from diffkit.errors import InputError, NumberError, UsageError
from diffkit.primitives import TABLE

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

RESERVED = {"pi", "e", "tau", "if", "else", "and", "or", "not", "repeat"}


def temporary(name: str) -> bool:
    """Is this what printing calls a line that the user did not name: _1, _2, ...?"""
    return name.startswith("_") and name[1:].isascii() and name[1:].isdecimal()


class Fixed:
    """An array that is a constant of a Program: never written to, equal to another if all its bytes are."""

    __slots__ = ("_key", "array")

    def __init__(self, array: Any) -> None:
        self.array = array
        self._key = (array.shape, array.dtype.str, array.tobytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fixed) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        from diffkit.tables import shape_text

        return f"array{shape_text(self.array.shape)}"


class Line(namedtuple("Line", "op args value text static", defaults=((), 0.0, "", ()))):
    """One line: an input (``text`` is its name), a constant (``value``, printed as ``text``), or an operation.

    ``static`` is what an operation on arrays takes besides its operands, such as the axis of a sum (`arrays.ROWS` names the
    parts), and the shape and dtype of an input that is an array; empty for numbers.
    """

    __slots__ = ()
    op: str
    args: tuple[int, ...]
    value: Any  # a float; of an array constant what holds it, Fixed
    text: str
    static: tuple[Any, ...]


class Program:
    """A straight-line program: formula, staged names and all, in the user's own order of operations.

    Built by `diffkit.parse`, `diffkit.from_sympy` or a `Builder`.

    Attributes
    ----------
    lines : tuple of Line
        Inputs, constants and operations; each reads only lines before it.
    inputs : tuple of str
        Names of the inputs, in order of first appearance.
    outputs : tuple of int
        The lines that are the result; usually one.
    names : tuple of (str, int)
        The names the user gave, in order; a name may be bound again.
    guards : tuple of (int, bool)
        The choices a Python callable made while it was recorded: lines, and whether each was true. Where another choice
        would be made, the Program is not that function.

    Examples
    --------
    >>> from diffkit import parse
    >>> f = parse("q = x + y; f = q*z")
    >>> f(-2, 5, -4), f(x=-2, y=5, z=-4)
    (-12.0, -12.0)
    >>> str(f), f.inputs, f.dag_size
    ('q = x + y; f = q*z', ('x', 'y', 'z'), 5)
    """

    __slots__ = ("_key", "_on_arrays", "_plans", "guards", "inputs", "lines", "names", "outputs")

    def __init__(
        self,
        lines: tuple[Line, ...],
        inputs: tuple[str, ...],
        outputs: tuple[int, ...],
        names: tuple[tuple[str, int], ...] = (),
        guards: tuple[tuple[int, bool], ...] = (),
    ) -> None:
        self.lines, self.inputs, self.outputs, self.names, self.guards = lines, inputs, outputs, names, guards
        self._plans: dict[str, list[Any]] = {}
        self._key: Any = None
        self._on_arrays: bool | None = None

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Evaluate in the user's own operation order: floats by math, arrays by NumPy, mpmath and complex numbers likewise.

        Raises
        ------
        UsageError
            If an input is missing, unknown or given twice, or has another shape than where arrays were recorded.
        NumberError
            If the callable that was recorded takes another branch there.
        """
        point = self.point(*values, **named)
        if self.on_arrays:
            self._demand_the_same_shapes(point)
        F = namespaces.get(self.namespace_of(point))
        with namespaces.quiet():
            v = run(self, F, [float(x) for x in point] if F.name == "math" else [_inexact(x) for x in point])
        if F.name != "sympy":
            self._demand_the_same_branches([namespaces.plain(v[k]) for k, _ in self.guards])
        results = tuple(v[k] for k in self.outputs)
        return results[0] if len(results) == 1 else results

    def _demand_the_same_shapes(self, point: Sequence[Any]) -> None:
        recorded = {line.text: line.static[0] if line.static else () for line in self.lines if line.op == "input"}
        for name, x in zip(self.inputs, point):
            shape = tuple(getattr(x, "shape", ()))
            if shape != recorded.get(name, shape):
                raise UsageError(
                    f"{name} has the shape {shape}, and had {recorded[name]} where the function was recorded",
                    remedy="record it again at that point",
                )

    def _demand_the_same_branches(self, found: Sequence[Any]) -> None:
        for (k, outcome), value in zip(self.guards, found):
            same = (value != 0) == outcome
            if not (same if isinstance(same, bool) else same.all()):
                raise NumberError(
                    "another branch of the recorded function is taken there",
                    where=f"{self.lines[k].op} was {outcome} where it was recorded",
                    remedy="record it again at that point",
                    status="jump",
                )

    def formula(self) -> Program:
        """The same Program as a formula of numbers, which holds everywhere: without the choices of a recorded callable.

        Raises
        ------
        UsageError
            If it has an operation on arrays.
        """
        for line in self.lines if self.on_arrays else ():
            if line.args and line.op not in TABLE:
                on_arrays(line.op, (), "program")
        return Program(self.lines, self.inputs, self.outputs, self.names) if self.guards else self

    @property
    def on_arrays(self) -> bool:
        """Does any line need arrays: an operation of `arrays.ROWS`, a constant or an input that is an array?"""
        if self._on_arrays is None:
            self._on_arrays = any(
                line.static or isinstance(line.value, Fixed) or (line.args and line.op not in TABLE) for line in self.lines
            )
        return self._on_arrays

    def namespace_of(self, values: Iterable[Any]) -> str:
        """The namespace in which this Program is computed at these values."""
        found = namespace_of(values)
        return "numpy" if found == "math" and self.on_arrays else found

    def point(self, *values: Any, **named: Any) -> list[Any]:
        """The values of all inputs, in order, from positional and named ones."""
        if len(values) > len(self.inputs):
            raise UsageError(f"{len(values)} values for {len(self.inputs)} inputs ({', '.join(self.inputs)})")
        given = dict(zip(self.inputs, values))
        for name, value in named.items():
            if name not in self.inputs or name in given:
                fault = "given twice" if name in given else "not an input of this function"
                raise UsageError(f"'{name}' is {fault}", remedy=f"its inputs are {', '.join(self.inputs) or 'none'}")
            given[name] = value
        missing = [name for name in self.inputs if name not in given]
        if missing:
            raise UsageError(f"no value for {', '.join(missing)}", remedy=f"the inputs are {', '.join(self.inputs)}")
        return [given[name] for name in self.inputs]

    def __str__(self) -> str:
        from diffkit.printing import text

        return text(self)

    def __repr__(self) -> str:
        shown = str(self)
        return f"parse({shown!r})" if len(shown) < 200 else f"<Program of {len(self.lines)} lines>"

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Program) and self.key == other.key)

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> Any:
        """Everything but the order in which independent lines stand."""
        if self._key is None:
            order, place = reachable(self, [*(k for _, k in self.names), *self.outputs, *(k for k, _ in self.guards)])
            lines = tuple(
                (line.op, line.value, line.text, tuple(place[a] for a in line.args), line.static)
                for line in map(self.lines.__getitem__, order)
            )
            names = tuple((n, place[k]) for n, k in self.names)
            guards = tuple((place[k], outcome) for k, outcome in self.guards)
            self._key = (self.inputs, names, tuple(place[k] for k in self.outputs), lines, guards)
        return self._key

    @property
    def list_size(self) -> int:
        """Number of lines: inputs, constants and operations as they stand."""
        return len(self.lines)

    @property
    def dag_size(self) -> int:
        """Number of distinct nodes of the outputs' graph, leaves and operations both counted."""
        shared = Builder()
        renumber(self, shared, reachable(self, self.outputs)[0])
        return len(shared.lines)

    @property
    def tree_size(self) -> int:
        """Number of nodes when every output is written out in full, leaves and operations both counted; exact."""
        sizes: list[int] = []
        for line in self.lines:
            sizes.append(1 + sum(sizes[a] for a in line.args))
        return sum(sizes[k] for k in self.outputs)

    @property
    def operations(self) -> int:
        """Number of operations among the distinct nodes of the outputs' graph."""
        shared = Builder()
        renumber(self, shared, reachable(self, self.outputs)[0])
        return sum(bool(line.args) for line in shared.lines)

    def plan(self, F: Any) -> list[Any]:
        """What `run` does line by line in namespace ``F``: an input's position, a constant, or (function, lines read)."""
        if F.name not in self._plans:
            place = {name: i for i, name in enumerate(self.inputs)}
            found = [_instruction(line, F, place) for line in self.lines]
            if F.name == "program":  # its constants are lines of the one Program that it writes
                return found
            self._plans[F.name] = found
        return self._plans[F.name]


def _instruction(line: Line, F: Any, place: dict[str, int]) -> tuple[int, Any, Any]:
    if line.op == "input":
        return 0, place[line.text], ()
    if line.op == "const":
        return 3, line.value.array if isinstance(line.value, Fixed) else F.const(line.value, line.text), ()
    function = getattr(F, line.op) if line.op in TABLE else on_arrays(line.op, line.static, F.name)
    if len(line.args) <= 2:
        return len(line.args) + 3, function, line.args
    return 6, function, line.args


def run(program: Program, F: Any, values: Sequence[Any]) -> list[Any]:
    """The forward sweep: the value of every line, in namespace ``F``, from the values of the inputs."""
    v: list[Any] = []
    append = v.append
    for kind, function, args in program.plan(F):
        if kind == 5:
            append(function(v[args[0]], v[args[1]]))
        elif kind == 4:
            append(function(v[args[0]]))
        elif kind == 3:
            append(function)  # a constant
        elif kind == 0:
            append(values[function])  # an input
        else:
            append(function(*[v[a] for a in args]))
    return v


def on_arrays(op: str, static: tuple[Any, ...], namespace: str) -> Any:
    """The function of an operation on arrays.

    Raises
    ------
    UsageError
        In a namespace of single values.
    """
    if namespace == "traced":
        from diffkit.recording import compute

        return lambda *operands: compute(op, list(operands), static)
    if namespace not in {"numpy", "complex"}:
        raise UsageError(f"{op} is an operation on arrays, and this needs a function of numbers", remedy="use tape or tangent")
    from diffkit.arrays import ROWS

    return partial(ROWS[op].run, static)


def _inexact(x: Any) -> Any:
    """An array of whole numbers as floats: it must not overflow like one of integers."""
    return x.astype(float) if getattr(getattr(x, "dtype", None), "kind", "") in {"b", "i", "u"} else x


def namespace_of(values: Iterable[Any]) -> str:
    """The namespace in which these values can be computed with, told from their types."""
    found = "math"
    for value in values:
        home = type(value).__module__.partition(".")[0]
        if isinstance(value, complex):
            found = "complex"
        elif home == "numpy" and getattr(value, "ndim", None):
            found = "complex" if value.dtype.kind == "c" or found == "complex" else "numpy"
        elif home in {"mpmath", "sympy"}:
            found = home
        elif hasattr(value, "tape"):
            return "traced"
    return found


# --- graphs ------------------------------------------------------------------------------------------------------------
def reachable(program: Program, roots: Sequence[int]) -> tuple[list[int], dict[int, int]]:
    """The lines that ``roots`` need, each after its operands (depth first, left to right), and the place of each."""
    order: list[int] = []
    place: dict[int, int] = {}
    stack = list(reversed(roots))
    while stack:
        k = stack[-1]
        waiting = [] if k in place else [a for a in program.lines[k].args if a not in place]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        stack.pop()
        if k not in place:
            place[k] = len(order)
            order.append(k)
    return order, place


def active(program: Program, wrt: Iterable[str]) -> list[bool]:
    """Does each line depend on one of these inputs?"""
    names, depends = set(wrt), list[bool]()
    for line in program.lines:
        depends.append(line.text in names if line.op == "input" else any(depends[a] for a in line.args))
    return depends


def renumber(program: Program, builder: Builder, order: Sequence[int]) -> dict[int, int]:
    """Write these lines into ``builder``, in that order; where each of them went."""
    new: dict[int, int] = {}
    for k in order:
        line = program.lines[k]
        moved = Line(line.op, tuple([new[a] for a in line.args]), line.value, line.text, line.static) if line.args else line
        new[k] = builder.line(moved)
    return new


def tidy(program: Program) -> Program:
    """The same Program without lines that no output needs, in the order in which it prints."""
    builder = Builder()
    new = renumber(program, builder, reachable(program, program.outputs)[0])
    return builder.build(*(new[k] for k in program.outputs), inputs=program.inputs)


class Builder:
    """Writes a Program line by line; identical lines are shared unless ``share`` is False. Nothing is folded."""

    def __init__(self, share: bool = True) -> None:
        self.share = share
        self.lines: list[Line] = []
        self.seen: dict[Line, int] = {}
        self.names: list[tuple[str, int]] = []
        self.inputs: dict[str, int] = {}
        self.guards: list[tuple[int, bool]] = []

    def line(self, line: Line) -> int:
        """Add one line, or find it."""
        known = self.seen.get(line)
        if known is not None and (self.share or line.op == "input"):
            return known
        self.seen[line] = k = len(self.lines)
        self.lines.append(line)
        if line.op == "input":
            self.inputs[line.text] = k
        return k

    def input(self, name: str, static: tuple[Any, ...] = ()) -> int:
        """The line of the input of that name; ``static`` is the shape and dtype of an array.

        Raises
        ------
        InputError
            If a printed Program could not be read back: the name is a constant's, a temporary's, or no name.
        """
        if name in RESERVED or not name.isidentifier() or temporary(name) or name.startswith("__"):
            raise InputError(f"an input cannot be called {name!r}", remedy="use a name such as x or x_1")
        return self.line(Line("input", text=name, static=static))

    def const(self, value: float, text: str = "") -> int:
        """A constant, the double ``value``; a negative one becomes the negation that it prints as."""
        if not math.isfinite(value):
            raise InputError(f"a constant must be finite, not {value}")
        if value < 0 or (value == 0 and math.copysign(1.0, value) < 0):
            return self.op("neg", self.const(-value, text.removeprefix("-")))
        return self.line(Line("const", value=float(value), text=text or literal(value)))

    def array(self, value: Any) -> int:
        """A constant array."""
        fixed = Fixed(value)
        return self.line(Line("const", value=fixed, text=repr(fixed) if value.ndim else str(value)))

    def op(self, name: str, *args: int, static: tuple[Any, ...] = ()) -> int:
        """An operation of the table, or of the rows for arrays, on earlier lines."""
        arity = TABLE[name].arity if name in TABLE else None
        if arity is not None and arity != len(args):
            raise InputError(f"{name} takes {arity} operand{'s' * (arity != 1)}, not {len(args)}")
        return self.line(Line(name, args, static=static))

    def bind(self, name: str, index: int) -> None:
        """Give a line the name the user gave it."""
        self.names.append((name, index))

    def build(self, *outputs: int, inputs: Sequence[str] | None = None) -> Program:
        """The Program with these outputs; ``inputs`` fixes the order of its inputs and may name more than it uses."""
        order = tuple(self.inputs) if inputs is None else tuple(inputs)
        return Program(tuple(self.lines), order, outputs, tuple(self.names), tuple(self.guards))


def literal(value: float) -> str:
    """How a constant prints: the shortest text that reads back as the same double.

    Examples
    --------
    >>> literal(2.0), literal(0.1)
    ('2', '0.1')
    """
    return str(int(value)) if value == int(value) and value < 1e16 else repr(float(value))
