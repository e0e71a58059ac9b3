"""The computational graph of a function at a point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.record import Record
from diffkit.tables import Table, clip, headed, plain, point, short

SHOWN_TEXT = 40  # characters of a node's expression in the table


@dataclass(frozen=True, eq=False, kw_only=True)
class Node(Data):
    """One operation (or input), with what was computed there; None says that it was not computed, which is not 0.

    ``error`` is the bound on what its rounding contributes to the error of the output, absolute.
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

    def label(self, kind: str) -> str:
        """Return op, name or expr in LaTeX; a node without a name is called by its operation."""
        if kind == "expr" or self.role == "input":
            return self.latex or self.gate
        return self.name if kind == "name" and self.name else self.gate


@dataclass(frozen=True, eq=False, kw_only=True)
class Edge(Data):
    """What an operation reads, and its local derivative by that operand."""

    source: int
    target: int
    operand: int
    local: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Graph(Record):
    """The computational graph: nodes in the order of the forward sweep, edges to what they read."""

    study: ClassVar[str] = "graph"
    expression: str
    at: dict[str, float]
    wrt: str
    show: tuple[str, ...]
    labels: str
    direction: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    operations: int
    note: str = ""
    frames: bool = False

    def headline(self) -> list[str]:
        """Return expression and point, how many operations, what was done to them."""
        title = say("graph.headline", expression=clip(self.expression), at=point(self.at))
        return [title, *filter(None, [say("graph.operations", count=self.operations), self.note])]

    def table(self) -> Table:
        """Return one row a node: what it reads and what was computed."""
        shown = [key for key in ("value", "tangent", "adjoint", "error") if key in self.show]
        with_local = "local" in self.show
        rows = [
            (
                *(str(n.number), clip(plain(n.name), SHOWN_TEXT), clip(n.text, SHOWN_TEXT)),
                *(short(getattr(n, key), 5) for key in shown),
                *([self._locals(n)] * with_local),
            )
            for n in self.nodes
        ]
        headers = (*headed("node", "name", "expression"), *map(self._column, shown), *headed(*["local"] * with_local))
        return Table(headers, tuple(rows), say("graph.caption", at=point(self.at)))

    def _column(self, kind: str) -> str:
        """Return what stands above a column of numbers."""
        return f"d/d{self.wrt}" if kind == "tangent" else say("header.rounding" if kind == "error" else f"header.{kind}")

    def _locals(self, node: Node) -> str:
        read = [(e.source, e.local) for e in self.edges if e.target == node.number]
        return say("comma").join(say("graph.local", local=short(local, 5), source=source) for source, local in read) or "-"

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a node, with what it reads and the local derivatives."""
        for n in self.nodes:
            read = [e for e in self.edges if e.target == n.number]
            row = n.to_dict()
            row["reads"] = " ".join(str(e.source) for e in read)
            row["local"] = " ".join("" if e.local is None else repr(e.local) for e in read)
            yield row
