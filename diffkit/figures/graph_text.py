"""What is written in a computational graph, and how much room it takes.

Lengths are points of print.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from diffkit.figures.fonts import IDEOGRAPHS, chinese
from diffkit.figures.graph_layout import PORT, Cell
from diffkit.figures.sheet import renderer, times
from diffkit.messages import say
from diffkit.results import Edge, Graph, Node

INK = {"value": "#0072B2", "tangent": "#007A59", "adjoint": "#C25500", "error": "#8A3F74", "local": "#555555"}
ABOVE, BELOW = ("tangent", "value"), ("adjoint", "error")
SIZE, SMALL, SMALLER = 9.5, 8.0, 7.5  # of text: labels, numbers, long labels
ROW, PAD = 11.5, 7.0  # a line of numbers, around a label
LEAST = (44.0, 22.0)  # width and height of a node
LONGEST = 120.0  # of a label; beyond, the operation stands in its place
CLIPPED = 16  # characters of a name that is longer than that
MOST_USES = 3  # of a node by one operation, whose factors are written out
FRACTION, BIG = r"\frac", r"\dfrac"  # a small one cannot be read


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
        text = _readable(node, shown)
        for size in (SIZE, SMALLER):
            if pen.size(text, size)[0] <= LONGEST:
                return Label(text, size, below)
    return Label(_clipped(node.name or node.text) if node.name or node.role == "input" else node.op[:12], below=below)


def _readable(node: Node, latex: str) -> str:
    """A label for mathtext; as text where mathtext has no such letters."""
    if not IDEOGRAPHS.search(latex):
        return f"${latex.replace(FRACTION, BIG, 1)}$"
    text = f"{node.name} = {node.text}" if node.name and " = " in latex else node.text if latex == node.latex else node.name
    return text if chinese() else text.encode("ascii", "backslashreplace").decode("ascii")


def _clipped(name: str) -> str:
    """The two ends of a long name, as which names differ."""
    return name if len(name) <= CLIPPED else f"{name[: CLIPPED // 2]}...{name[-CLIPPED // 2 :]}"


def factors(uses: Sequence[Edge], pen: Pen) -> str:
    """What is written on an edge; of several uses the sum of their local derivatives; nothing where that is long."""
    terms = [edge.latex or _digits(edge.local) for edge in uses if edge.latex or edge.local is not None]
    if len(terms) > MOST_USES:
        return rf"${len(terms)} \cdot {terms[0]}$" if len(set(terms)) == 1 else rf"${terms[0]} + \ldots$"
    total = f"${' + '.join(terms)}$".replace("+ -", "- ") if terms else ""
    return total if total and pen.size(total, SMALL)[0] <= LONGEST else ""


def _digits(x: float | None) -> str:
    """A number to three digits in mathtext; 0 has no sign here."""
    if x is None:
        return ""
    return times(x or 0.0, 3) if np.isfinite(x) else str(x).replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")


def _number(x: float | None, array: bool = False) -> str:
    if x is None:
        return ""
    return rf"$\Vert {_digits(x)} \Vert$" if array else f"${_digits(x)}$"


def shown(record: Graph, kinds: Sequence[str]) -> list[str]:
    return [kind for kind in kinds if kind in record.show]


def written(node: Node, kind: str, x: float | None) -> str:
    """A number of a node: of an array a norm, but what rounding contributes is always a number."""
    return _number(x, bool(node.shape) and kind != "error")


def cell(record: Graph, node: Node, label: Label, arriving: int, pen: Pen) -> Cell:
    """A box with its numbers above and below it; beside it where the drawing runs from top to bottom."""
    above, below = shown(record, ABOVE), shown(record, BELOW)
    numbers = [pen.size(written(node, kind, getattr(node, kind)), SMALL)[0] for kind in (*above, *below)]
    width, height = pen.size(label.text, label.size)
    small, low = pen.size(label.below, SMALLER) if label.below else (0.0, 0.0)
    box = (max(width + 2 * PAD, small + 2 * PAD, LEAST[0]), max(height + low + PAD, LEAST[1]))
    widest, ports = max(numbers, default=0.0), PORT * (arriving + 1)
    if record.direction != "LR":
        box, beside = (max(box[0], ports), box[1]), widest + 5
        return Cell(box[0] + beside, max(box[1], ROW * len(above + below)), box, (-beside / 2, 0.0))
    box = (box[0], max(box[1], ports))
    tall = box[1] + ROW * len(above + below)
    return Cell(max(box[0], widest + 4), tall, box, (0.0, ROW * (len(above) - len(below)) / 2))


def keys(record: Graph, pen: Pen) -> list[tuple[str, str, float]]:
    """The reading instructions: colour, text and width of each."""
    turned = record.direction != "LR"
    order = (*ABOVE, *BELOW, "local") if turned else ("value", "tangent", "adjoint", "error", "local")
    side, kinds = "turned" if turned else "upright", shown(record, order)
    texts = [say("graph.key.local" if kind == "local" else f"graph.key.{kind}.{side}", name=record.wrt) for kind in kinds]
    if beside := turned and set(kinds) - {"local"}:
        kinds, texts = ["local", *kinds], [say("graph.key.beside" if len(beside) > 1 else "graph.key.beside.one"), *texts]
    if len({(edge.source, edge.target) for edge in record.edges}) < len(record.edges):
        kinds, texts = [*kinds, "local"], [*texts, say("graph.key.twice")]
    if record.on_arrays() and {"value", "tangent", "adjoint"}.intersection(record.show):
        kinds, texts = [*kinds, "local"], [*texts, say("graph.key.norm")]
    return [(INK[kind], text, pen.size(text, SMALL)[0] + 14) for kind, text in zip(kinds, texts, strict=True)]
