"""The computational graph of a function at a point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.record import Record
from diffkit.tables import Table, clip, point, shape_text, short

if TYPE_CHECKING:
    Numbers = Any  # a number, or an array
else:
    from diffkit.codec import Numbers

SHOWN_TEXT = 40  # characters of a node's expression in the table


@dataclass(frozen=True, eq=False, kw_only=True)
class Node(Data):
    """One operation (or input), with what was computed there; None says that it was not computed, which is not 0.

    Of an array ``value``, ``tangent`` and ``adjoint`` are norms, the root of the sum of squares.  ``error`` is the bound on
    what its rounding contributes to the error of the output, absolute.  ``symbol`` is in LaTeX what others read it by.
    """

    number: int
    role: str
    op: str
    name: str
    text: str
    latex: str
    gate: str
    value: float | None
    tangent: float | None
    adjoint: float | None
    error: float | None
    repeats: int = 1
    varies: bool = False
    symbol: str = ""
    shape: tuple[int, ...] = ()

    def labels(self, kind: str) -> list[str]:
        """Return what may stand in the node in LaTeX, the best first: op, name or expr, then what is shorter."""
        if self.role == "input":
            return [self.latex]
        if kind == "op":
            return [self.gate]
        if kind == "name":
            return [self.symbol or self.gate]
        named = [f"{self.symbol} = {self.latex}"] if self.symbol and self.latex else []
        output = ["f"] if self.role == "output" else []
        return [*named, *filter(None, [self.symbol or self.latex]), *output, self.gate]


@dataclass(frozen=True, eq=False, kw_only=True)
class Edge(Data):
    """What an operation reads, and its local derivative by that operand: a number; between arrays a rule, as text and LaTeX."""

    source: int
    target: int
    operand: int
    local: float | None
    rule: str = ""
    latex: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Graph(Record):
    """The computational graph: nodes in the order of the forward sweep, edges to what they read."""

    study: ClassVar[str] = "graph"
    expression: str
    at: dict[str, Numbers]
    wrt: str
    show: tuple[str, ...]
    labels: str
    direction: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    operations: int
    notes: tuple[str, ...] = ()
    frames: bool = False

    def headline(self) -> list[str]:
        """Return expression and point, how many operations, what was done to them."""
        title = say("graph.headline", expression=clip(self.expression), at=point(self.at))
        return [title, say("graph.operations", count=self.operations), *self.notes]

    def on_arrays(self) -> bool:
        """Tell whether any node is an array."""
        return any(node.shape for node in self.nodes)

    def table(self) -> Table:
        """Return one row a node: what it reads and what was computed."""
        called = ["name"] * any(n.name for n in self.nodes)
        columns = [(say(f"header.{name}"), [_texts(n, name) for n in self.nodes]) for name in ("node", *called, "expression")]
        if self.on_arrays():
            columns.append((say("header.shape"), [shape_text(n.shape) if n.shape else "-" for n in self.nodes]))
        for kind in ("value", "tangent", "adjoint", "error"):
            if kind in self.show:
                columns.append((self.column(kind), [short(getattr(n, kind), 5) for n in self.nodes]))
        if "local" in self.show:
            columns.append((say("header.local"), [self._locals(n) for n in self.nodes]))
        headers, texts = zip(*columns, strict=True)
        return Table(headers, tuple(zip(*texts, strict=True)), say("graph.caption", at=point(self.at)), self._key())

    def _key(self) -> tuple[str, ...]:
        return (say("graph.norms"),) if self.on_arrays() else ()

    def column(self, kind: str) -> str:
        """Return what stands above a column of numbers."""
        return f"d/d{self.wrt}" if kind == "tangent" else say("header.rounding" if kind == "error" else f"header.{kind}")

    def _locals(self, node: Node) -> str:
        read = [(e.rule or short(e.local, 5), e.source) for e in self.edges if e.target == node.number]
        return say("comma").join(say("graph.local", local=local, source=source) for local, source in read) or "-"

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a node, with what it reads and the local derivatives."""
        for n in self.nodes:
            read = [e for e in self.edges if e.target == n.number]
            row = n.to_dict()
            row["shape"] = shape_text(n.shape) if n.shape else ""
            row["reads"] = " ".join(str(e.source) for e in read)
            row["local"] = " ".join("" if e.local is None else repr(e.local) for e in read)
            row["rule"] = "; ".join(e.rule for e in read) if any(e.rule for e in read) else ""
            yield row


def _texts(node: Node, column: str) -> str:
    return clip({"node": str(node.number), "name": node.name, "expression": node.text}[column], SHOWN_TEXT)
