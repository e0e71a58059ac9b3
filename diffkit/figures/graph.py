"""The computational graph: value above a node, adjoint below it, local derivatives on the edges.

Lengths are points of print, and y points down.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from diffkit import limits
from diffkit.errors import UsageError
from diffkit.figures.fonts import drawing
from diffkit.figures.graph_layout import Cell, Layout, arrange
from diffkit.figures.labels import Box, Points
from diffkit.figures.sheet import DARK, GREY, renderer, times
from diffkit.messages import say
from diffkit.results import Graph, Node

INK = {"value": "#0072B2", "tangent": "#007A59", "adjoint": "#C25500", "error": "#8A3F74", "local": "#555555"}
ABOVE, BELOW = ("tangent", "value"), ("adjoint", "error")
FILL = {"input": "#E8F1F8", "output": "#FCEDE3", "operation": "white", "repeats": "#F2F2F2"}
SIZE, SMALL = 9.5, 8.0  # of text
ROW, PAD = 11.5, 7.0  # a line of numbers, around a label
LEAST = (44.0, 22.0)  # width and height of a node
LONGEST = 120.0  # of a label; beyond, the operation stands in its place
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
    return _drawn(record, seen)


def few_enough(record: Graph) -> bool:
    """Has the graph few enough nodes for a picture?"""
    return len(record.nodes) <= limits.GRAPH_NODES


def _drawn(record: Graph, seen: Seen) -> Figure:
    pen = Pen()
    layout = _laid_out(record, pen)
    keys = _keys(record, pen)
    width = max(layout.width, *(wide for _, _, wide in keys), 0.0)
    height = layout.height + KEY * bool(keys) + (0 if sum(wide for _, _, wide in keys) <= width else ROW * (len(keys) - 1))
    figure = Figure(figsize=(width / 72, height / 72), dpi=144)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=((layout.width - width) / 2, (layout.width + width) / 2), ylim=(height, 0))
    axes.axis("off")
    for e, curve in enumerate(layout.curves):
        edge = record.edges[e]
        known = seen.values is None or edge.target in seen.values
        _draw_edge(axes, curve, layout.numbers[e], _number(edge.local) if known else "")
    for i, node in enumerate(record.nodes):
        _draw_node(axes, record, node, layout.boxes[i], label(record, node, pen), seen)
    _draw_key(axes, keys, width, layout.height + KEY / 2)
    return figure


def frames(record: Graph) -> Iterator[Figure]:
    """The graph after every step of the forward sweep, then, if adjoints are shown, of the reverse sweep."""
    numbers = [n.number for n in record.nodes]
    for i, k in enumerate(numbers):
        yield graph(record, Seen(frozenset(numbers[: i + 1]), frozenset(), k))
    known = [n.number for n in record.nodes if n.adjoint is not None]
    for i, k in enumerate(reversed(known)):
        yield graph(record, Seen(None, frozenset(known[len(known) - 1 - i :]), k))


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


def label(record: Graph, node: Node, pen: Pen) -> str:
    """What is written into a node: as asked for, or the operation where that is too long or cannot be set."""
    if node.role == "repeats":
        return say("graph.repeats", count=node.repeats)
    shown = node.label(record.labels)
    shown = shown.replace(r"\frac", r"\dfrac", 1) if shown.startswith(r"\frac") else shown  # a small one cannot be read
    short = ["$f$"] if node.role == "output" and record.labels == "expr" else []
    named = [f"${node.name} = {shown}$"] if node.name and record.labels == "expr" else []
    wanted = [*named, f"${shown}$", *short, f"${node.gate}$", node.op]
    return next((text for text in wanted if pen.size(text, SIZE)[0] <= LONGEST), node.op[:12])


def _number(x: float | None) -> str:
    if x is None:
        return ""
    return f"${times(x, 3)}$" if np.isfinite(x) else str(x)


def _shown(record: Graph, kinds: Sequence[str]) -> list[str]:
    return [kind for kind in kinds if kind in record.show]


def _cell(record: Graph, node: Node, pen: Pen) -> Cell:
    """A box with its numbers above and below it; beside it where the drawing runs from top to bottom."""
    above, below = _shown(record, ABOVE), _shown(record, BELOW)
    written = [pen.size(_number(getattr(node, kind)), SMALL)[0] for kind in (*above, *below) if getattr(node, kind) is not None]
    width, height = pen.size(label(record, node, pen), SIZE)
    box = (max(width + 2 * PAD, LEAST[0]), max(height + PAD, LEAST[1]))
    widest = max(written, default=0.0)
    if record.direction != "LR":
        beside = widest + 5
        return Cell(box[0] + beside, max(box[1], ROW * len(above + below)), box, (-beside / 2, 0.0))
    tall = box[1] + ROW * len(above + below)
    return Cell(max(box[0], widest + 4), tall, box, (0.0, ROW * (len(above) - len(below)) / 2))


def _laid_out(record: Graph, pen: Pen) -> Layout:
    if not few_enough(record):
        raise UsageError(
            f"the graph has {len(record.nodes)} nodes; a picture shows up to {limits.GRAPH_NODES}",
            remedy="write its table: .html .md .tex .csv .json",
        )
    index = {n.number: i for i, n in enumerate(record.nodes)}
    cells = [_cell(record, n, pen) for n in record.nodes]
    numbers = [pen.size(_number(e.local), SMALL) if e.local is not None else (0.0, 0.0) for e in record.edges]
    layout = arrange(cells, [(index[e.source], index[e.target]) for e in record.edges], numbers, record.direction != "LR")
    return layout.upside_down() if record.direction == "BT" else layout


# --- drawing -------------------------------------------------------------------------------------------------------------
def _draw_edge(axes: Axes, curve: Points, number: Box | None, text: str) -> None:
    axes.add_patch(PathPatch(Path(curve), fill=False, edgecolor=INK["local"], linewidth=0.9, zorder=1))
    tip = curve[-1]
    along = tip - curve[-2]
    along = along / np.hypot(*along)
    aside = np.array([-along[1], along[0]])
    corners = [tip, tip - 6 * along + 2.4 * aside, tip - 6 * along - 2.4 * aside]
    axes.add_patch(Polygon(corners, closed=True, facecolor=INK["local"], linewidth=0, zorder=2))
    if number and text:
        axes.add_patch(FancyBboxPatch(*_corner(number), boxstyle="square,pad=0", facecolor="white", linewidth=0, zorder=3))
        axes.text(number.x, number.y, text, ha="center", va="center", size=SMALL, color=INK["local"], zorder=4, gid="label")


def _corner(box: Box) -> tuple[tuple[float, float], float, float]:
    return (box.x - box.width / 2, box.y - box.height / 2), box.width, box.height


def _draw_node(axes: Axes, record: Graph, node: Node, box: Box, written: str, seen: Seen) -> None:
    current = seen.current == node.number
    outline: Any = {"linewidth": 2.2 if current else 1.1, "linestyle": "--" if node.role == "repeats" else "-", "zorder": 5}
    fill = "#FFF3B0" if current else FILL[node.role]
    shape = "round,pad=0,rounding_size=4"
    axes.add_patch(FancyBboxPatch(*_corner(box), boxstyle=shape, facecolor=fill, edgecolor=DARK, **outline))
    axes.text(box.x, box.y, written, ha="center", va="center", size=SIZE, zorder=6, gid="label")
    above, below = _shown(record, ABOVE), _shown(record, BELOW)
    for row, kind in enumerate([*above, *below]):
        x, y, align = _place(record, box, row, len(above), len(above + below))
        number = seen.number(node, kind)
        color = GREY if kind == "tangent" and number == 0 else INK[kind]
        axes.text(x, y, _number(number), ha=align, va="center", size=SMALL, color=color, zorder=6, gid="label")


def _place(record: Graph, box: Box, row: int, above: int, rows: int) -> tuple[float, float, str]:
    """Where the numbers of a row go."""
    if record.direction != "LR":
        return box.x + box.width / 2 + 4, box.y + (row - (rows - 1) / 2) * ROW, "left"
    return box.x, box.y + (1 if row >= above else -1) * box.height / 2 + (row - above + 0.5) * ROW, "center"


def _keys(record: Graph, pen: Pen) -> list[tuple[str, str, float]]:
    """The reading instructions: colour, text and width of each."""
    side = "turned" if record.direction != "LR" else "upright"
    kinds = [kind for kind in ("value", "tangent", "adjoint", "error", "local") if kind in record.show]
    texts = [say("graph.key.local" if kind == "local" else f"graph.key.{kind}.{side}", name=record.wrt) for kind in kinds]
    return [(INK[kind], text, pen.size(text, SMALL)[0] + 14) for kind, text in zip(kinds, texts, strict=True)]


def _draw_key(axes: Axes, keys: list[tuple[str, str, float]], width: float, y: float) -> None:
    """Write the reading instructions side by side; one below the other where the picture is narrow."""
    row = sum(wide for _, _, wide in keys) <= width
    x = (width - sum(wide for _, _, wide in keys)) / 2
    for color, text, wide in keys:
        axes.text(x + wide / 2 if row else width / 2, y, text, ha="center", va="center", size=SMALL, color=color)
        x, y = x + wide, y if row else y + ROW
