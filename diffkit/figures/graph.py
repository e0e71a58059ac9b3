"""The computational graph: value above a node, adjoint below it, local derivatives on the edges.

Lengths are points of print, and y points down.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from diffkit import limits
from diffkit.captions import FILL
from diffkit.errors import UsageError
from diffkit.figures.fonts import drawing
from diffkit.figures.graph_layout import HALF, HEAD, PORT, Cell, Layout, arrange
from diffkit.figures.labels import Box, Points
from diffkit.figures.sheet import DARK, GREY, renderer, times
from diffkit.messages import say
from diffkit.results import Edge, Graph, Node

INK = {"value": "#0072B2", "tangent": "#007A59", "adjoint": "#C25500", "error": "#8A3F74", "local": "#555555"}
ABOVE, BELOW = ("tangent", "value"), ("adjoint", "error")
SIZE, SMALL, SMALLER = 9.5, 8.0, 7.5  # of text: labels, numbers, long labels
ROW, PAD = 11.5, 7.0  # a line of numbers, around a label
LEAST = (44.0, 22.0)  # width and height of a node
LONGEST = 120.0  # of a label; beyond, the operation stands in its place
MOST_USES = 3  # of a node by one operation, whose factors are written out
FRACTION, BIG = r"\frac", r"\dfrac"  # a small one cannot be read
KEY = 20.0  # height of the reading instructions under the picture


class Seen(NamedTuple):
    """What of a graph a picture shows: nodes whose values and adjoints are known, the one being computed; None: all."""

    values: frozenset[int] | None = None
    adjoints: frozenset[int] | None = None
    current: int | None = None

    def number(self, node: Node, kind: str) -> float | None:
        """A number of a node if it is known by now."""
        known = self.values if kind in ("value", "tangent") else self.adjoints
        found: float | None = getattr(node, kind)
        return found if known is None or node.number in known else None


ALL = Seen()


@drawing()
def graph(record: Graph, seen: Seen = ALL) -> Figure:
    """Draw the computational graph.

    Raises
    ------
    UsageError
        If it has more nodes than a picture can show.
    """
    return Drawing(record).figure(seen)


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
        self.texts = [_factors(record, uses) for uses in self.edges]
        self.layout = self._laid_out()
        self.keys = _keys(record, self.pen)

    def _laid_out(self) -> Layout:
        record, turned = self.record, self.record.direction != "LR"
        index = {n.number: i for i, n in enumerate(record.nodes)}
        ends = [(index[uses[0].source], index[uses[0].target]) for uses in self.edges]
        arriving = Counter(b for _, b in ends)
        cells = [_cell(record, n, self.labels[i], arriving[i], self.pen) for i, n in enumerate(record.nodes)]
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
            known = seen.values is None or uses[0].target in seen.values
            place = layout.numbers[e] if known else None
            _draw_edge(axes, f"{e}", layout.curves[e], place, self.texts[e], len(uses) > 1)
        for i, node in enumerate(self.record.nodes):
            _write_label(axes, layout.boxes[i], self.labels[i], self.pen)
            _draw_node(axes, self.record, node, layout.boxes[i], seen)
        _draw_key(axes, self.keys, layout.width, layout.height + KEY / 2)
        return figure


def frames(record: Graph) -> Iterator[Figure]:
    """The graph after every step of the forward sweep, then, if adjoints are shown, of the reverse sweep."""
    with drawing():
        prepared = Drawing(record)
    for seen in steps(record):
        with drawing():
            yield prepared.figure(seen)


def steps(record: Graph) -> Iterator[Seen]:
    """What is seen after every step."""
    numbers = [n.number for n in record.nodes]
    for i, k in enumerate(numbers):
        yield Seen(frozenset(numbers[: i + 1]), frozenset(), k)
    known = [n.number for n in record.nodes if n.adjoint is not None]
    for i, k in enumerate(reversed(known)):
        yield Seen(None, frozenset(known[len(known) - 1 - i :]), k)


# --- sizes ---------------------------------------------------------------------------------------------------------------
class Pen:
    """Measures texts, each once."""

    def __init__(self) -> None:
        self.figure = Figure(dpi=72)
        self.renderer = renderer(self.figure)
        self.known: dict[tuple[str, float], tuple[float, float]] = {}

    def size(self, text: str, size: float) -> tuple[float, float]:
        """Width and height of a text; infinite if mathtext cannot set it."""
        if (text, size) not in self.known:
            drawn = self.figure.text(0, 0, text, size=size)
            try:
                box = drawn.get_window_extent(self.renderer)
                self.known[text, size] = float(box.width), float(box.height)
            except ValueError:
                self.known[text, size] = float("inf"), float("inf")
            drawn.remove()
        return self.known[text, size]


class Label(NamedTuple):
    """What is written into a node, at which size, and in small letters below it."""

    text: str
    size: float = SIZE
    below: str = ""


def label(record: Graph, node: Node, pen: Pen) -> Label:
    """What is written into a node: as asked for, a little smaller where it is long, or what is shorter."""
    if node.role == "repeats":
        return Label(say("graph.repeats", count=node.repeats), below=say("graph.varied") if node.varies else "")
    below = r"$\mathbb{R}^{" + r"{\times}".join(map(str, node.shape)) + "}$" if node.shape else ""
    for shown in node.labels(record.labels):
        text = f"${shown.replace(FRACTION, BIG, 1) if FRACTION in shown else shown}$"
        for size in (SIZE, SMALLER):
            if pen.size(text, size)[0] <= LONGEST:
                return Label(text, size, below)
    return Label(node.op[:12], below=below)


def _merged(record: Graph) -> Iterator[list[Edge]]:
    """The edges, those between the same two nodes together: they are drawn as one double line."""
    found: dict[tuple[int, int], list[Edge]] = {}
    for edge in record.edges:
        found.setdefault((edge.source, edge.target), []).append(edge)
    yield from found.values()


def _factors(record: Graph, uses: Sequence[Edge]) -> str:
    """What is written on an edge; of several uses the sum of their local derivatives."""
    shown = [edge.latex or _digits(edge.local) for edge in uses if edge.latex or edge.local is not None]
    if not shown:
        return ""
    if len(shown) > MOST_USES:
        return f"$({len(shown)}\\,\\mathrm{{x}})$"
    total = shown[0] + "".join(term if term.startswith("-") else f" + {term}" for term in shown[1:])
    return f"${total}$"


def _digits(x: float | None) -> str:
    """A number to three digits in mathtext; 0 has no sign here."""
    if x is None:
        return ""
    return times(x or 0.0, 3) if np.isfinite(x) else str(x).replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")


def _number(x: float | None, array: bool = False) -> str:
    if x is None:
        return ""
    return rf"$\Vert {_digits(x)} \Vert$" if array else f"${_digits(x)}$"


def _shown(record: Graph, kinds: Sequence[str]) -> list[str]:
    return [kind for kind in kinds if kind in record.show]


def _cell(record: Graph, node: Node, written: Label, arriving: int, pen: Pen) -> Cell:
    """A box with its numbers above and below it; beside it where the drawing runs from top to bottom."""
    above, below = _shown(record, ABOVE), _shown(record, BELOW)
    numbers = [pen.size(_written(node, kind, getattr(node, kind)), SMALL)[0] for kind in (*above, *below)]
    width, height = pen.size(written.text, written.size)
    small, low = pen.size(written.below, SMALLER) if written.below else (0.0, 0.0)
    box = (max(width + 2 * PAD, small + 2 * PAD, LEAST[0]), max(height + low + PAD, LEAST[1]))
    widest, ports = max(numbers, default=0.0), PORT * (arriving + 1)
    if record.direction != "LR":
        box, beside = (max(box[0], ports), box[1]), widest + 5
        return Cell(box[0] + beside, max(box[1], ROW * len(above + below)), box, (-beside / 2, 0.0))
    box = (box[0], max(box[1], ports))
    tall = box[1] + ROW * len(above + below)
    return Cell(max(box[0], widest + 4), tall, box, (0.0, ROW * (len(above) - len(below)) / 2))


def _written(node: Node, kind: str, x: float | None) -> str:
    """A number of a node: of an array a norm, but what rounding contributes is always a number."""
    return _number(x, bool(node.shape) and kind != "error")


# --- drawing -------------------------------------------------------------------------------------------------------------
def _draw_edge(axes: Axes, name: str, curve: Points, number: Box | None, text: str, double: bool) -> None:
    line = Path(curve)
    thick = 2.9 if double else 0.9
    axes.add_patch(PathPatch(line, fill=False, edgecolor=INK["local"], linewidth=thick, zorder=1, gid=f"edge-{name}"))
    if double:
        axes.add_patch(PathPatch(line, fill=False, edgecolor="white", linewidth=1.3, zorder=1))
    tip = curve[-1]
    along = tip - curve[-2]
    along = along / np.hypot(*along)
    aside = np.array([-along[1], along[0]])
    corners = [tip, tip - HEAD * along + HALF * aside, tip - HEAD * along - HALF * aside]
    axes.add_patch(Polygon(corners, closed=True, facecolor=INK["local"], linewidth=0, zorder=2, gid=f"head-{name}"))
    if number and text:
        axes.add_patch(FancyBboxPatch(*_corner(number), boxstyle="square,pad=0", facecolor="white", linewidth=0, zorder=3))
        how: Any = {"ha": "center", "va": "center", "zorder": 4, "gid": f"factor-{name}"}
        axes.text(number.x, number.y, text, size=SMALL, color=INK["local"], **how)


def _corner(box: Box) -> tuple[tuple[float, float], float, float]:
    return (box.x - box.width / 2, box.y - box.height / 2), box.width, box.height


def _draw_node(axes: Axes, record: Graph, node: Node, box: Box, seen: Seen) -> None:
    current = seen.current == node.number
    outline: Any = {"linewidth": 2.2 if current else 1.1, "linestyle": "--" if node.role == "repeats" else "-", "zorder": 5}
    fill = "#FFF3B0" if current else FILL[node.role]
    shape = "round,pad=0,rounding_size=4"
    axes.add_patch(FancyBboxPatch(*_corner(box), boxstyle=shape, facecolor=fill, edgecolor=DARK, gid="node", **outline))
    above, below = _shown(record, ABOVE), _shown(record, BELOW)
    for row, kind in enumerate([*above, *below]):
        x, y, align = _place(record, box, row, len(above), len(above + below))
        number = seen.number(node, kind)
        color = GREY if kind == "tangent" and number == 0 else INK[kind]
        axes.text(x, y, _written(node, kind, number), ha=align, va="center", size=SMALL, color=color, zorder=6, gid="label")


def _write_label(axes: Axes, box: Box, written: Label, pen: Pen) -> None:
    """Write the label, and what stands below it, centred in the box."""
    high, low = pen.size(written.text, written.size)[1], pen.size(written.below, SMALLER)[1] if written.below else 0.0
    axes.text(box.x, box.y - low / 2, written.text, ha="center", va="center", size=written.size, zorder=6, gid="label")
    if written.below:
        axes.text(
            box.x, box.y + high / 2, written.below, ha="center", va="center", size=SMALLER, color=GREY, zorder=6, gid="label"
        )


def _place(record: Graph, box: Box, row: int, above: int, rows: int) -> tuple[float, float, str]:
    """Where the numbers of a row go."""
    if record.direction != "LR":
        return box.x + box.width / 2 + 4, box.y + (row - (rows - 1) / 2) * ROW, "left"
    return box.x, box.y + (1 if row >= above else -1) * box.height / 2 + (row - above + 0.5) * ROW, "center"


def _keys(record: Graph, pen: Pen) -> list[tuple[str, str, float]]:
    """The reading instructions: colour, text and width of each."""
    turned = record.direction != "LR"
    order = (*ABOVE, *BELOW, "local") if turned else ("value", "tangent", "adjoint", "error", "local")
    side, kinds = "turned" if turned else "upright", _shown(record, order)
    texts = [say("graph.key.local" if kind == "local" else f"graph.key.{kind}.{side}", name=record.wrt) for kind in kinds]
    if turned and set(kinds) - {"local"}:
        kinds, texts = ["local", *kinds], [say("graph.key.beside"), *texts]
    if len({(edge.source, edge.target) for edge in record.edges}) < len(record.edges):
        kinds, texts = [*kinds, "local"], [*texts, say("graph.key.twice")]
    if record.on_arrays() and {"value", "tangent", "adjoint"}.intersection(record.show):
        kinds, texts = [*kinds, "local"], [*texts, say("graph.key.norm")]
    return [(INK[kind], text, pen.size(text, SMALL)[0] + 14) for kind, text in zip(kinds, texts, strict=True)]


def _draw_key(axes: Axes, keys: list[tuple[str, str, float]], width: float, y: float) -> None:
    """Write the reading instructions side by side; one below the other where the picture is narrow."""
    row = sum(wide for _, _, wide in keys) <= width
    x = (width - sum(wide for _, _, wide in keys)) / 2
    for color, text, wide in keys:
        axes.text(x + wide / 2 if row else width / 2, y, text, ha="center", va="center", size=SMALL, color=color)
        x, y = x + wide, y if row else y + ROW
