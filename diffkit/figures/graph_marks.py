"""The marks of a computational graph: edges, nodes, numbers, reading instructions.

Lengths are points of print, and y points down.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from diffkit.captions import FILL
from diffkit.figures.graph_layout import HALF, HEAD
from diffkit.figures.graph_text import ABOVE, BELOW, INK, ROW, SMALL, SMALLER, Label, Pen, shown, written
from diffkit.figures.labels import Box, Points
from diffkit.figures.sheet import DARK, GREY
from diffkit.results import Graph, Node

CURRENT = "#FFF3B0"  # of the node that is being computed


def draw_edge(axes: Axes, name: str, curve: Points, double: bool) -> None:
    """Draw an edge with its arrowhead."""
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


def draw_factor(axes: Axes, name: str, box: Box, text: str) -> Iterator[Artist]:
    """Write the number on an edge over a stretch that it blanks out."""
    yield axes.add_patch(FancyBboxPatch(*_corner(box), boxstyle="square,pad=0", facecolor="white", linewidth=0, zorder=3))
    how: Any = {"ha": "center", "va": "center", "zorder": 4, "gid": f"factor-{name}"}
    yield axes.text(box.x, box.y, text, size=SMALL, color=INK["local"], **how)


def _corner(box: Box) -> tuple[tuple[float, float], float, float]:
    return (box.x - box.width / 2, box.y - box.height / 2), box.width, box.height


def draw_box(axes: Axes, node: Node, box: Box, current: bool) -> Artist:
    """Draw the box of a node, marked if it is being computed."""
    outline: Any = {"linewidth": 2.2 if current else 1.1, "linestyle": "--" if node.role == "repeats" else "-", "zorder": 5}
    fill, shape = CURRENT if current else FILL[node.role], "round,pad=0,rounding_size=4"
    patch = FancyBboxPatch(*_corner(box), boxstyle=shape, facecolor=fill, edgecolor=DARK, gid="node", **outline)
    return axes.add_patch(patch)


def draw_numbers(axes: Axes, record: Graph, node: Node, box: Box, kinds: Iterable[str]) -> Iterator[Artist]:
    """Write those of a node's numbers that are shown and were computed."""
    above, below = shown(record, ABOVE), shown(record, BELOW)
    for row, kind in enumerate([*above, *below]):
        number = getattr(node, kind)
        if kind in kinds and number is not None:
            x, y, align = _place(record, box, row, len(above), len(above + below))
            color = GREY if kind == "tangent" and number == 0 else INK[kind]
            how: Any = {"ha": align, "va": "center", "size": SMALL, "zorder": 6, "gid": "label"}
            yield axes.text(x, y, written(node, kind, number), color=color, **how)


def draw_label(axes: Axes, box: Box, label: Label, pen: Pen) -> Iterator[Artist]:
    """Write the label, and what stands below it, centred in the box."""
    how: Any = {"ha": "center", "va": "center", "zorder": 6, "gid": "label"}
    high, low = pen.size(label.text, label.size)[1], pen.size(label.below, SMALLER)[1] if label.below else 0.0
    yield axes.text(box.x, box.y - low / 2, label.text, size=label.size, **how)
    if label.below:
        yield axes.text(box.x, box.y + high / 2, label.below, size=SMALLER, color=GREY, **how)


def _place(record: Graph, box: Box, row: int, above: int, rows: int) -> tuple[float, float, str]:
    """Where the numbers of a row go."""
    if record.direction != "LR":
        return box.x + box.width / 2 + 4, box.y + (row - (rows - 1) / 2) * ROW, "left"
    return box.x, box.y + (1 if row >= above else -1) * box.height / 2 + (row - above + 0.5) * ROW, "center"


def draw_key(axes: Axes, keys: list[tuple[str, str, float]], width: float, y: float) -> None:
    """Write the reading instructions side by side; one below the other where the picture is narrow."""
    row = sum(wide for _, _, wide in keys) <= width
    x = (width - sum(wide for _, _, wide in keys)) / 2
    for color, text, wide in keys:
        axes.text(x + wide / 2 if row else width / 2, y, text, ha="center", va="center", size=SMALL, color=color)
        x, y = x + wide, y if row else y + ROW
