"""The computational graph: value above a node, adjoint below it, local derivatives on the edges.

Read `graph_text` (what is written), `graph_layout` (where), `graph_marks` (how it is drawn).  Lengths are points of print.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diffkit import limits
from diffkit.errors import UsageError
from diffkit.figures.fonts import drawing
from diffkit.figures.graph_layout import Layout, arrange
from diffkit.figures.graph_marks import draw_box, draw_edge, draw_factor, draw_key, draw_label, draw_numbers
from diffkit.figures.graph_text import ABOVE, BELOW, ROW, SMALL, Pen, cell, factors, keys, label
from diffkit.results import Edge, Graph

KEY = 20.0  # height of the reading instructions under the picture


class Seen(NamedTuple):
    """What of a graph a picture shows: nodes whose values and adjoints are known, the one being computed; None: all."""

    values: frozenset[int] | None = None
    adjoints: frozenset[int] | None = None
    current: int | None = None


ALL = Seen()


def graph(record: Graph, seen: Seen = ALL) -> Figure:
    """Draw the computational graph.

    Raises
    ------
    UsageError
        If it has more nodes than a picture can show.
    """
    with drawing(record.expression):
        return Drawing(record).figure(seen)


def _merged(record: Graph) -> Iterator[list[Edge]]:
    """The edges, those between the same two nodes together: they are drawn as one double line."""
    found: dict[tuple[int, int], list[Edge]] = {}
    for edge in record.edges:
        found.setdefault((edge.source, edge.target), []).append(edge)
    yield from found.values()


class Drawing:
    """A record laid out, to be drawn once or step by step."""

    def __init__(self, record: Graph) -> None:
        if len(record.nodes) > limits.GRAPH_NODES:
            raise UsageError(
                f"the graph has {len(record.nodes)} nodes; a picture shows up to {limits.GRAPH_NODES}",
                remedy="write its table: .html .md .tex .csv .json, or .dot for Graphviz",
            )
        self.record, self.pen = record, Pen()
        self.labels = [label(record, node, self.pen) for node in record.nodes]
        self.edges = list(_merged(record))
        self.texts = [factors(uses, self.pen) for uses in self.edges]
        self.layout = self._laid_out()
        self.keys = keys(record, self.pen)
        placed = zip(self.layout.numbers, self.texts, strict=True)
        self.factors = {e: (box, text) for e, (box, text) in enumerate(placed) if box and text}
        self.into: dict[int, list[int]] = {node.number: [] for node in record.nodes}
        for e in self.factors:
            self.into[self.edges[e][0].target].append(e)

    def _laid_out(self) -> Layout:
        record, turned = self.record, self.record.direction != "LR"
        index = {n.number: i for i, n in enumerate(record.nodes)}
        ends = [(index[uses[0].source], index[uses[0].target]) for uses in self.edges]
        arriving = Counter(b for _, b in ends)
        cells = [cell(record, n, self.labels[i], arriving[i], self.pen) for i, n in enumerate(record.nodes)]
        sizes = [self.pen.size(text, SMALL) if text else (0.0, 0.0) for text in self.texts]
        layout = arrange(cells, ends, sizes, turned)
        return layout.upside_down() if record.direction == "BT" else layout

    def figure(self, seen: Seen) -> Figure:
        """The picture of what is seen."""
        layout, wide = self.layout, sum(wide for _, _, wide in self.keys)
        width = max(layout.width, *(wide for _, _, wide in self.keys), 0.0)
        height = layout.height + KEY * bool(self.keys) + (0 if wide <= width else ROW * (len(self.keys) - 1))
        figure = Figure(figsize=(width / 72, height / 72), dpi=144)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=((layout.width - width) / 2, (layout.width + width) / 2), ylim=(height, 0))
        axes.axis("off")
        for e, uses in enumerate(self.edges):
            draw_edge(axes, f"{e}", layout.curves[e], len(uses) > 1)
        for i, node in enumerate(self.record.nodes):
            self.draw_node(axes, i, seen.current == node.number)
            self.draw_values(axes, i, seen)
        draw_key(axes, self.keys, layout.width, layout.height + KEY / 2)
        return figure

    def draw_node(self, axes: Axes, i: int, current: bool) -> list[Artist]:
        """Draw a node with its label."""
        node, box = self.record.nodes[i], self.layout.boxes[i]
        return [draw_box(axes, node, box, current), *draw_label(axes, box, self.labels[i], self.pen)]

    def draw_values(self, axes: Axes, i: int, seen: Seen) -> list[Artist]:
        """Write those of a node's numbers that are known, and those on the edges by which it got its value."""
        node, drawn = self.record.nodes[i], list[Artist]()
        if seen.values is None or node.number in seen.values:
            drawn += draw_numbers(axes, self.record, node, self.layout.boxes[i], ABOVE)
            for e in self.into[node.number]:
                drawn += draw_factor(axes, f"{e}", *self.factors[e])
        if seen.adjoints is None or node.number in seen.adjoints:
            drawn += draw_numbers(axes, self.record, node, self.layout.boxes[i], BELOW)
        return drawn


def frames(record: Graph) -> Iterator[Figure]:
    """The graph after every step of the forward sweep, then, if adjoints are shown, of the reverse sweep."""
    with drawing(record.expression):
        prepared = Drawing(record)
    for seen in steps(record):
        with drawing(record.expression):
            yield prepared.figure(seen)


def steps(record: Graph) -> Iterator[Seen]:
    """What is seen after every step."""
    numbers = [n.number for n in record.nodes]
    for i, k in enumerate(numbers):
        yield Seen(frozenset(numbers[: i + 1]), frozenset(), k)
    known = [n.number for n in record.nodes if n.adjoint is not None]
    for i, k in enumerate(reversed(known)):
        yield Seen(None, frozenset(known[len(known) - 1 - i :]), k)
