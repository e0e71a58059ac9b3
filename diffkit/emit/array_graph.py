"""A Program on arrays and its reverse sweep as one graph of operations whose shapes are known.

Letters: a `Node` is one operation, ``bar`` the adjoint of a line; an adjoint with fewer elements than its line stands for all of
them (broadcast).  Partials come out of THE table; the rows for arrays that matter for speed have their transposes written as
operations here, all others are called as they stand in `arrays.ROWS`.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import partial, reduce
from types import SimpleNamespace
from typing import Any

import numpy as np

from diffkit import namespaces
from diffkit.algebra import Var
from diffkit.arrays import ROWS
from diffkit.emit.facts import partial_of
from diffkit.namespaces import COMPARISONS, NUMPY_NAMES, local_derivative
from diffkit.primitives import TABLE
from diffkit.program import Fixed, Program

LOGICAL = {"and": "logical_and", "or": "logical_or", "not": "logical_not"}
UFUNCS = NUMPY_NAMES | {"max": "maximum", "min": "minimum"}
TRUTHS = {*COMPARISONS, *LOGICAL}
BY_ELEMENT = set(namespaces.ELEMENT_BY_ELEMENT)
NATIVE = {*UFUNCS, *TRUTHS, "where", *BY_ELEMENT}


class Node(namedtuple("Node", "op args static shape", defaults=((), (), ()))):
    """An operation of the table, of the rows for arrays, or of this module.

    Those of this module: input, const, fixed (a constant array), float and count (of truths), fill (written out for each
    element), pull (a transpose as it stands in the rows), into (added where an index says), others (y/x, the product of the
    others).
    """

    __slots__ = ()
    op: str
    args: tuple[int, ...]
    static: Any
    shape: tuple[int, ...]

    @property
    def elementwise(self) -> bool:
        """Is every element computed from the elements in the same place?"""
        return self.op in TABLE or self.op == "float"

    @property
    def truth(self) -> bool:
        """Are its elements True and False, in NumPy?"""
        return self.op in TRUTHS


class Graph:
    """Operations on arrays that share their parts; its namespace ``F`` is what partials are written over."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.seen: dict[Any, int] = {}
        self.arrays: dict[int, Any] = {}  # constants that are arrays
        self.F = SimpleNamespace(name="emit", const=lambda value, text="": self.const(value))
        for name in TABLE:
            setattr(self.F, name, partial(self.write, name))

    # --- nodes -------------------------------------------------------------------------------------------------------
    def add(self, op: str, args: Sequence[Any] = (), static: Any = (), shape: tuple[int, ...] = (), share: bool = True) -> Any:
        """The node, found or added."""
        node = Node(op, tuple(x.index for x in args), static, shape)
        key = (node, math.copysign(1.0, static)) if op == "const" else node
        k = self.seen.setdefault(key, len(self.nodes)) if share else len(self.nodes)
        if k == len(self.nodes):
            self.nodes.append(node)
        return Var(self.F, k)

    def const(self, value: float) -> Any:
        """A number that is the same at every point."""
        return self.add("const", static=math.nan if value != value else float(value))

    def fixed(self, array: Any) -> Any:
        """An array that is the same at every point."""
        found = self.add("fixed", static=len(self.arrays), shape=array.shape, share=False)
        self.arrays[found.index] = array
        return found

    def shape(self, x: Any) -> tuple[int, ...]:
        """The shape of a node."""
        found: tuple[int, ...] = self.nodes[x.index].shape
        return found

    def number(self, x: Any) -> float | None:
        """The value of a constant, None for anything else."""
        node = self.nodes[x.index]
        return node.static if node.op == "const" else None

    def write(self, name: str, *operands: Any) -> Any:
        """An operation of the table; by other rows where NumPy has no function for it."""
        args = [x if isinstance(x, Var) else self.const(x) for x in operands]
        numbers = [self.number(x) for x in args]
        if all(n is not None for n in numbers):
            return self.const(getattr(namespaces.get("math"), name)(*numbers))
        shorter = self._shorter(name, args, numbers)
        if shorter is not None:
            return shorter
        row = TABLE[name]
        if row.via and name not in NATIVE:
            return row.via(self.F, *args)
        if name in {"max", "min"} and len(args) > 2:
            return reduce(partial(self.write, name), args)
        if not (name in LOGICAL or name in {"mul", "div"}):
            args = [x if name == "where" and i == 0 else self.untrue(x) for i, x in enumerate(args)]
        elif name == "mul" and all(self.nodes[x.index].truth for x in args):
            args[0] = self.untrue(args[0])
        return self.add(name, args, shape=np.broadcast_shapes(*map(self.shape, args)))

    def untrue(self, x: Any) -> Any:
        """True and False as 1.0 and 0.0, which add up otherwise."""
        return self.add("float", [x], (), self.shape(x)) if self.nodes[x.index].truth else x

    def _shorter(self, name: str, args: list[Any], numbers: list[float | None]) -> Any:
        """An identity that is exact and keeps the shape, or None; and whole powers that NumPy is slow at."""
        if name == "mul" and 1.0 in numbers:
            return args[1 - numbers.index(1.0)]
        if name == "mul" and -1.0 in numbers:
            return self.F.neg(args[1 - numbers.index(-1.0)])
        if name in {"div", "pow"} and numbers[1] == 1.0:
            return args[0]
        if name == "pow" and numbers[1] in {2.0, 3.0, 4.0}:
            square = args[0] * args[0]
            return square if numbers[1] == 2.0 else square * (args[0] if numbers[1] == 3.0 else square)
        if name == "pow" and numbers[1] == -1.0:
            return 1.0 / args[0]
        if name == "neg" and self.nodes[args[0].index].op == "neg":
            return Var(self.F, self.nodes[args[0].index].args[0])
        if name == "where" and numbers[0] is not None:
            return args[1] if numbers[0] else args[2]
        return self._without_sign(name, args)

    def _without_sign(self, name: str, args: list[Any]) -> Any:
        """Negations moved outwards, where they meet a difference or each other; None if there is none."""
        bare = [self.nodes[x.index].args[0] if self.nodes[x.index].op == "neg" else None for x in args]
        if name in {"mul", "div"} and any(a is not None for a in bare):
            one, other = (x if a is None else Var(self.F, a) for x, a in zip(args, bare))
            found = self.write(name, one, other)
            return found if None not in bare else self.F.neg(found)
        if name in {"add", "sub"} and len(bare) == 2 and bare[1] is not None:
            return self.write("sub" if name == "add" else "add", args[0], Var(self.F, bare[1]))
        if name == "add" and bare[0] is not None:
            return self.F.sub(args[1], Var(self.F, bare[0]))
        return None

    # --- what reverse sweeps do to shapes -------------------------------------------------------------------------------
    def row(self, op: str, static: Any, shape: tuple[int, ...], *args: Any) -> Any:
        """An operation on arrays."""
        return self.add(op, args, static, shape)

    def reshaped(self, x: Any, shape: tuple[int, ...]) -> Any:
        """The same elements in another shape; a number stays one."""
        if self.shape(x) == shape or not self.shape(x):
            return x
        return self.row("reshape", (shape,), shape, x)

    def full(self, x: Any, shape: tuple[int, ...]) -> Any:
        """Written out for every element."""
        return x if self.shape(x) == shape else self.add("fill", [x], (), shape)

    def summed(self, x: Any, axis: tuple[int, ...] | None, keepdims: bool, shape: tuple[int, ...]) -> Any:
        """A sum; that of negatives is the negative of a sum."""
        node = self.nodes[x.index]
        if node.op == "neg" and node.shape:
            return self.F.neg(self.summed(Var(self.F, node.args[0]), axis, keepdims, shape))
        return self.row("count" if node.truth else "sum", (axis, keepdims), shape, x)

    def unbroadcast(self, share: Any, y: tuple[int, ...], x: tuple[int, ...]) -> Any:
        """A share for elements of shape y as one for an operand of shape x that was repeated to it."""
        if x == y:
            return share
        if not x and self.shape(share) == y:
            return self.summed(share, None, False, ())
        wide = (1,) * (len(y) - len(x)) + x
        repeated = [i for i, n in enumerate(wide) if n == 1 and y[i] != 1]
        own = (1,) * (len(y) - len(self.shape(share))) + self.shape(share)
        copies = math.prod(y[i] for i in repeated if own[i] == 1)
        axis = tuple(i for i in repeated if own[i] != 1)
        share = self.reshaped(share, own) if axis else share
        if axis:
            share = self.summed(share, axis, True, tuple(1 if i in axis else n for i, n in enumerate(own)))
        share = share * float(copies) if copies != 1 else share
        kept = self.shape(share)
        return self.reshaped(share, x if math.prod(kept) == math.prod(x) else kept[len(kept) - len(x) :] if kept else kept)


Pull = Callable[[Graph, Any, int, Any, Any, Sequence[Any]], Any]


def _of_sum(graph: Graph, static: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
    axis, keepdims = static
    shape = graph.shape(operands[0])
    if axis is None or keepdims or not graph.shape(bar):
        return graph.reshaped(bar, (1,) * len(shape)) if graph.shape(bar) and axis is None else bar
    return graph.reshaped(bar, tuple(1 if k in axis else n for k, n in enumerate(shape)))


def _of_reshape(graph: Graph, static: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
    return graph.reshaped(graph.full(bar, graph.shape(y)), graph.shape(operands[0])) if graph.shape(bar) else bar


def _of_transpose(graph: Graph, static: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
    if not graph.shape(bar):
        return bar
    axes = tuple(sorted(range(len(static[0])), key=static[0].__getitem__))
    return graph.row("transpose", (axes,), graph.shape(operands[0]), graph.full(bar, graph.shape(y)))


def _of_broadcast(graph: Graph, static: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
    return graph.unbroadcast(bar, graph.shape(y), graph.shape(operands[0]))


def _of_matmul(graph: Graph, static: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
    """dA = dD B^T, dB = A^T dD."""
    a, b = operands
    if len(graph.shape(a)) != 2 or len(graph.shape(b)) != 2:
        return None
    bar, other = graph.full(bar, graph.shape(y)), operands[1 - i]
    turned = graph.row("transpose", ((1, 0),), graph.shape(other)[::-1], other)
    return graph.row("matmul", (), graph.shape(operands[i]), *((bar, turned) if i == 0 else (turned, bar)))


def _of_extreme(graph: Graph, static: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
    """One shared among the winners."""
    x, (axis, _) = operands[0], static
    shape = graph.shape(x)
    axes = tuple(range(len(shape))) if axis is None else axis
    wide = tuple(1 if k in axes else n for k, n in enumerate(shape))
    winners = graph.F.eq(x, graph.reshaped(y, wide))
    weight = 1.0 / (graph.summed(winners, None, False, ()) if axis is None else graph.summed(winners, axes, True, wide))
    return graph.F.where(winners, graph.reshaped(bar, wide) * weight, 0.0)


def _of_prod(graph: Graph, static: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
    """y/x where that loses nothing, else the product of the others."""
    if static[0] is not None or graph.shape(bar):
        return None
    return bar * graph.row("others", (), graph.shape(operands[0]), y, operands[0])


PULLS: dict[str, Pull] = {
    "sum": _of_sum,
    "reshape": _of_reshape,
    "transpose": _of_transpose,
    "broadcast_to": _of_broadcast,
    "matmul": _of_matmul,
    "amax": _of_extreme,
    "amin": _of_extreme,
    "prod": _of_prod,
}


class Differentiated:
    """A Program and its reverse sweep in one graph: ``value`` is the result, ``slopes`` the adjoints of the inputs."""

    def __init__(self, program: Program, values: Sequence[Any]) -> None:
        self.graph, self.program = Graph(), program
        self.kept = _needed(program)
        self.depends = _moving(program)
        v = _shapes(program, values)
        self.node: dict[int, Any] = {}
        for k in self.kept:
            self.node[k] = self._forward(k, v[k])
        self.guards = [(self.node[k], outcome) for k, outcome in program.guards]
        self.value = self.node[program.outputs[0]]
        bars = self._reverse(program.outputs[0])
        line = {program.lines[k].text: k for k in self.kept if program.lines[k].op == "input"}
        self.slopes = [bars.get(line.get(name, -1)) for name in program.inputs]
        self.line_of = {x.index: k for k, x in self.node.items()}

    def _forward(self, k: int, shape: tuple[int, ...]) -> Any:
        line, graph = self.program.lines[k], self.graph
        if line.op == "input":
            return graph.add("input", static=self.program.inputs.index(line.text), shape=shape)
        if line.op == "const":
            return graph.fixed(line.value.array) if isinstance(line.value, Fixed) else graph.const(line.value)
        operands = [self.node[a] for a in line.args]
        if line.op in TABLE:
            return graph.write(line.op, *operands)
        if line.op == "sum":
            axis, keepdims = line.static
            return graph.summed(operands[0], axis, keepdims, shape)
        return graph.row(line.op, line.static, shape, *(operands if line.op == "getitem" else map(graph.untrue, operands)))

    def _reverse(self, root: int) -> dict[int, Any]:
        bars: dict[int, Any] = {root: self.graph.const(1.0)} if self.depends[root] else {}
        self.bar_of: dict[int, int] = {}
        for k in reversed(self.kept):
            line = self.program.lines[k]
            if k in bars:
                self.bar_of.setdefault(bars[k].index, k)
            if k not in bars or not line.args:
                continue
            for i, a in enumerate(line.args):
                if self.depends[a]:
                    self._give(bars, k, i, a)
        return bars

    def _give(self, bars: dict[int, Any], k: int, i: int, a: int) -> None:
        """Hand the adjoint of line k to its operand i."""
        line, y = self.program.lines[k], self.node[k]
        operands = [self.node[b] for b in line.args]
        if line.op == "getitem":
            if i == 0:
                bars[a] = self._into(bars.get(a), bars[k], y, operands, line.static)
            return
        if line.op in TABLE:
            share = self._through_element(line.op, i, bars[k], y, operands)
        elif ROWS[line.op].flat or ROWS[line.op].pull is None:
            return
        else:
            share = self._through_row(line, i, bars[k], y, operands)
        if share is not None:
            bars[a] = share if a not in bars else bars[a] + share

    def _through_element(self, op: str, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
        graph = self.graph
        if partial_of(op, i) is None:
            return None
        if op == "where":
            chosen = (bar, 0.0) if i == 1 else (0.0, bar)
            share = graph.F.where(operands[0], *chosen)
        else:
            found = local_derivative(op, i, graph.F, y, list(operands))
            share = graph.F.mul(bar, found)
        return graph.unbroadcast(share, graph.shape(y), graph.shape(operands[i]))

    def _through_row(self, line: Any, i: int, bar: Any, y: Any, operands: Sequence[Any]) -> Any:
        graph = self.graph
        pull = PULLS.get(line.op)
        found = pull(graph, line.static, i, bar, y, operands) if pull else None
        if found is not None:
            return found
        bar = graph.full(bar, graph.shape(y))
        return graph.add("pull", [bar, y, *operands], (line.op, line.static, i), graph.shape(operands[i]))

    def _into(self, old: Any, bar: Any, y: Any, operands: Sequence[Any], static: Any) -> Any:
        """The adjoint of x with that of x[index] added where it belongs."""
        shape = self.graph.shape(operands[0])
        before = [] if old is None else [old]
        return self.graph.add("into", [bar, *operands[1:], *before], (static[0], bool(before)), shape, share=False)


def _needed(program: Program) -> list[int]:
    from diffkit.emit.facts import needed

    return needed(program, 0)


def _moving(program: Program) -> list[bool]:
    """Which lines may move with the inputs: not what is piecewise constant."""
    found: list[bool] = []
    for line in program.lines:
        flat = line.op in ROWS and ROWS[line.op].flat
        found.append(line.op == "input" or (not flat and any(found[a] for a in line.args)))
    return found


def _shapes(program: Program, values: Sequence[Any]) -> list[tuple[int, ...]]:
    """The shape of every line: the Program is run once."""
    F = namespaces.get("numpy")
    from diffkit.program import run

    with namespaces.quiet():
        return [np.shape(y) for y in run(program, F, values)]
