"""The listing of a Program on arrays, in NumPy: every adjoint has the shape of its value.

Operations on each element are those of `listing`; a share of an operand that was repeated (broadcast) is added up to its shape.
What NumPy says in one call is said so; other rows are called as they stand in `arrays.ROWS`, for which the listing imports them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from diffkit.arrays import ROWS
from diffkit.emit.array_reverse import shapes_of
from diffkit.emit.array_text import index_text
from diffkit.emit.facts import Facts, partial_of
from diffkit.emit.listed_loops import Entry, Operation
from diffkit.emit.listed_text import NumpySheet
from diffkit.emit.listing import Listing
from diffkit.emit.sheet import ATOM
from diffkit.primitives import TABLE
from diffkit.program import Fixed, Program

Shape = tuple[int, ...]
REDUCED = {"sum": "np.sum", "prod": "np.prod", "amax": "np.max", "amin": "np.min"}
CALLED = {"solve": "np.linalg.solve", "inv": "np.linalg.inv", "det": "np.linalg.det"}


def _along(static: tuple[Any, ...]) -> str:
    axis, keepdims = static
    axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis
    return (f", axis={axis}" if axis is not None else "") + (", keepdims=True" if keepdims else "")


def forward_text(op: str, static: tuple[Any, ...], a: Sequence[str]) -> str:
    """An operation on arrays as NumPy says it.

    Examples
    --------
    >>> forward_text("sum", ((0,), False), ["x"]), forward_text("matmul", (), ["W", "x"])
    ('np.sum(x, axis=0)', 'W @ x')
    """
    if op in REDUCED:
        return f"{REDUCED[op]}({a[0]}{_along(static)})"
    if op in {"concatenate", "stack"}:
        return f"np.{op}([{', '.join(a)}], axis={static[0]})"
    if op == "getitem" and len(a) == 1:
        return f"{a[0]}[{index_text(static[0])}]"
    texts = {
        "matmul": f"{a[0]} @ {a[-1]}",
        "transpose": f"{a[0]}.T" if static == ((1, 0),) else f"np.transpose({a[0]}, {static[0] if static else ()})",
        "reshape": f"np.reshape({a[0]}, {static[0] if static else ()})",
        "broadcast_to": f"np.broadcast_to({a[0]}, {static[0] if static else ()})",
        "cumsum": f"np.cumsum({a[0]}, axis={static[0] if static else None})",
    }
    if op in texts:
        return texts[op]
    return f"{CALLED[op]}({', '.join(a)})" if op in CALLED else f'ROWS["{op}"].run({", ".join([repr(static), *a])})'


def unbroadcast(text: str, y: Shape, x: Shape) -> str:
    """A share of shape y added up to the shape x of an operand that was repeated to it.

    Examples
    --------
    >>> unbroadcast("dy", (5, 3), (3,)), unbroadcast("dy", (5, 3), (5, 1)), unbroadcast("dy", (5, 3), ())
    ('np.sum(dy, axis=0)', 'np.sum(dy, axis=1, keepdims=True)', 'np.sum(dy)')
    """
    if x == y:
        return text
    if not x:
        return f"np.sum({text})"
    extra = len(y) - len(x)
    kept = tuple(i for i, n in enumerate(x, extra) if n == 1 and y[i] != 1)
    if extra:
        text = f"np.sum({text}, axis={tuple(range(extra)) if extra > 1 else 0})"
    kept = tuple(i - extra for i in kept)
    return f"np.sum({text}, axis={kept if len(kept) > 1 else kept[0]}, keepdims=True)" if kept else text


def _spread(text: str, static: tuple[Any, ...], shape: Shape) -> str:
    """What was reduced over axes, with those axes back."""
    axis, keepdims = static
    return (
        text
        if keepdims or axis is None or len(axis) == len(shape)
        else f"np.expand_dims({text}, {axis if len(axis) > 1 else axis[0]})"
    )


# --- the reverse of each, as (static, c, bar, y, operands, shapes of the operands) -> text --------------------------------
def _of_matmul(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str | None:
    """dA = dD B^T, dB = A^T dD; an outer product where one of the two is a vector."""
    first, second = len(shapes[0]), len(shapes[1])
    if max(first, second) > 2:
        return None
    if first == second == 1:
        return f"{bar}*{a[1 - c]}"
    if c == 0:
        return f"{a[1]} @ {bar}" if first == 1 else f"np.outer({bar}, {a[1]})" if second == 1 else f"{bar} @ {a[1]}.T"
    return f"np.outer({a[0]}, {bar})" if first == 1 else f"{a[0]}.T @ {bar}"


def _of_sum(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str:
    return f"np.broadcast_to({_spread(bar, static, shapes[0])}, {shapes[0]})"


def _of_reshape(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str:
    return f"np.reshape({bar}, {shapes[0]})"


def _of_transpose(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str:
    axes = tuple(sorted(range(len(static[0])), key=static[0].__getitem__))
    return f"{bar}.T" if axes == (1, 0) else f"np.transpose({bar}, {axes})"


def _of_broadcast(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str:
    return unbroadcast(bar, static[0], shapes[0])


def _of_concatenate(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str:
    axis = static[0] % len(shapes[c])
    start = sum(shape[axis] for shape in shapes[:c])
    return f"{bar}[{', '.join([':'] * axis + [f'{start}:{start + shapes[c][axis]}'])}]"


def _of_stack(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str:
    return f"np.take({bar}, {c}, axis={static[0]})"


def _of_cumsum(static: Any, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> str | None:
    axis = static[0]
    return None if axis is None else f"np.flip(np.cumsum(np.flip({bar}, {axis}), axis={axis}), {axis})"


PULLS: dict[str, Callable[..., str | None]] = {
    "matmul": _of_matmul,
    "sum": _of_sum,
    "reshape": _of_reshape,
    "transpose": _of_transpose,
    "broadcast_to": _of_broadcast,
    "concatenate": _of_concatenate,
    "stack": _of_stack,
    "cumsum": _of_cumsum,
}


class ArrayFacts(Facts):
    """The same facts where lines may be operations on arrays."""

    def _reach(self) -> None:
        n, lines = len(self.lines), self.lines
        self.reached, self.sure, self.gifts = [False] * n, [False] * n, [0] * n
        self.reached[self.root] = self.sure[self.root] = self.depends[self.root]
        for k in range(n - 1, -1, -1):
            op, args = lines[k][:2]
            sure = self.sure[k] and not (op in TABLE and TABLE[op].selects)
            for c, a in enumerate(args if self.reached[k] else ()):
                if self.depends[a] and hands(op, c):
                    self.reached[a] = True
                    self.sure[a] |= sure


def hands(op: str, c: int) -> bool:
    """Does an operation hand its adjoint on to operand c?"""
    if op in TABLE:
        return partial_of(op, c) is not None
    return not ROWS[op].flat and ROWS[op].pull is not None and (c == 0 or op not in {"getitem", "scatter"})


class ArrayListing(Listing):
    """The rows of one Program on arrays; ``arrays`` are its constants by name."""

    def __init__(self, program: Program, values: Sequence[Any]) -> None:
        found = shapes_of(program, values)
        facts = ArrayFacts(program)
        self.shapes = [found[k] for k in facts.kept]
        self.arrays: dict[str, Any] = {}
        self.imports = False
        self._write(facts, [], NumpySheet())

    def constant(self, k: int) -> Any:
        """A number as it is, an array by a name."""
        value = self.facts.lines[k].value
        if not isinstance(value, Fixed):
            return self.sheet.const(value)
        name = self.names.new("c")
        self.arrays[name] = value.array
        return self.sheet.leaf(name)

    def _operand(self, a: int) -> Any:
        line = self.facts.lines[a]
        return float(line.value) if line.op == "const" and not isinstance(line.value, Fixed) else self.read(a)

    def _text(self, k: int) -> str:
        return str(self.sheet.text(self.read(k).index, binds=ATOM))

    def hands(self, op: str, c: int) -> bool:
        """Does an operation hand its adjoint on to operand c?"""
        return hands(op, c)

    def fitted(self, k: int, c: int, text: str) -> str:
        """A share in the shape of operand c of line k."""
        return unbroadcast(text, self.shapes[k], self.shapes[self.facts.lines[k].args[c]])

    def expression(self, k: int) -> str:
        """The operation of a line."""
        line = self.facts.lines[k]
        if line.op in TABLE:
            return super().expression(k)
        text = forward_text(line.op, line.static, list(map(self._text, line.args)))
        self.imports |= text.startswith("ROWS")
        return text

    def contributions(
        self, k: int, bar: Any, sure: bool, y: Any, operands: Sequence[Any], targets: Sequence[str | None]
    ) -> Iterator[Entry]:
        """The rows that hand the adjoint of line k to its operands."""
        line = self.facts.lines[k]
        if line.op in TABLE:
            yield from super().contributions(k, bar, sure, y, operands, targets)
            return
        texts, shapes = list(map(self._text, line.args)), [self.shapes[a] for a in line.args]
        for c, target in enumerate(targets):
            if target is None:
                continue
            parts, text = self._pulled(k, c, self.sheet.text(bar.index), self._text(k), texts, shapes)
            yield from parts
            sign = "+=" if self.holds(target) else "="
            self.begun.add(target)
            yield self.added(k, target, sign, text, Operation(line.op, c))

    def _pulled(self, k: int, c: int, bar: str, y: str, a: Sequence[str], shapes: Sequence[Shape]) -> tuple[list[Entry], str]:
        """The share of operand c, after the parts that it reads."""
        op, static = self.facts.lines[k].op, self.facts.lines[k].static
        if op == "getitem" and len(a) == 1:
            name = self.names.new("t")
            made = Entry("part", k, name, "=", f"np.zeros({shapes[0]})")
            return [made, Entry("part", k, f"{name}[{index_text(static[0])}]", "+=", bar)], name
        if op in {"amax", "amin"}:
            name, wide = self.names.new("t"), _spread(y, static, shapes[0])
            winners = Entry("part", k, name, "=", f"{a[0]} == {wide}")
            among = f"np.sum({name}{_along((static[0], True)) if static[0] is not None else ''})"
            return [winners], f"np.where({name}, {_spread(bar, static, shapes[0])}*(1.0/{among}), 0.0)"
        found = PULLS[op](static, c, bar, y, a, shapes) if op in PULLS else None
        if found is not None:
            return [], found
        self.imports = True
        pulled = f'ROWS["{op}"].pull({", ".join([repr(static), str(c), f"np.asarray({bar})", y, *a])})'
        return [], f"np.broadcast_to({pulled}, {shapes[c]})"

    def header(self) -> Iterator[str]:
        """The imports, and what must be written out."""
        if self.imports:
            yield "from diffkit.arrays import ROWS"
        yield from self.sheet.header()
