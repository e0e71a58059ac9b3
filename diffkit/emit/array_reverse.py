"""A Program on arrays and its reverse sweep as one graph.

Letters: ``bar`` is the adjoint of a line; one with fewer elements than its line stands for all of them (broadcast).  Partials
come out of THE table; the rows for arrays that matter for speed have their transposes written as operations here, all others
are called as they stand in `arrays.ROWS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit import namespaces
from diffkit.arrays import ROWS
from diffkit.emit.array_graph import Graph
from diffkit.emit.facts import needed, partial_of
from diffkit.namespaces import local_derivative
from diffkit.primitives import TABLE
from diffkit.program import Fixed, Program, run

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
    """dA = dD B^T, dB = A^T dD; a vector at the right is a matrix of one column."""
    a, b = operands
    if len(graph.shape(a)) != 2 or len(graph.shape(b)) not in (1, 2):
        return None
    (m, n), p = graph.shape(a), graph.shape(b)[1] if len(graph.shape(b)) == 2 else 1
    bar, b = graph.reshaped(graph.full(bar, graph.shape(y)), (m, p)), graph.reshaped(b, (n, p))
    if i == 0:
        return graph.row("matmul", (), (m, n), bar, _turned(graph, b))
    return graph.reshaped(graph.row("matmul", (), (n, p), _turned(graph, a), bar), graph.shape(operands[1]))


def _turned(graph: Graph, x: Any) -> Any:
    return graph.row("transpose", ((1, 0),), graph.shape(x)[::-1], x)


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
        self.kept = needed(program, 0)
        self.depends = _moving(program)
        v = shapes_of(program, values)
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


def _moving(program: Program) -> list[bool]:
    """Which lines may move with the inputs: not what is piecewise constant."""
    found: list[bool] = []
    for line in program.lines:
        flat = line.op in ROWS and ROWS[line.op].flat
        found.append(line.op == "input" or (not flat and any(found[a] for a in line.args)))
    return found


def shapes_of(program: Program, values: Sequence[Any]) -> list[tuple[int, ...]]:
    """The shape of every line: the Program is run once."""
    F = namespaces.get("numpy")
    with namespaces.quiet():
        return [np.shape(y) for y in run(program, F, values)]
