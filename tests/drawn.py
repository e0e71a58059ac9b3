"""What is wrong with a picture of a graph, judged by what was drawn: texts, nodes, edges and arrowheads, in pixels."""

import itertools
from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from diffkit.figures.sheet import renderer

TOUCH = 1.0  # pixels by which boxes of texts may meet: they hold a little air


def texts(figure: Figure) -> list[str]:
    """What is written in a picture."""
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def faults(figure: Figure) -> list[str]:
    """What covers what, and what is cut off."""
    return [*_texts(figure), *_factors(figure), *_edges(figure)]


def _texts(figure: Figure) -> Iterator[str]:
    """Texts that cover each other, or that the picture does not hold."""
    pen, page = renderer(figure), figure.bbox
    found = [(text.get_text(), text.get_window_extent(pen)) for text in figure.axes[0].texts if text.get_text()]
    for (a, one), (b, two) in itertools.combinations(found, 2):
        if _meet(one, two):
            yield f"{a} and {b} cover each other"
    for a, box in found:
        if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1:
            yield f"{a} is cut off"


def _meet(one: Bbox, two: Bbox) -> bool:
    return bool(one.x0 + TOUCH < two.x1 and two.x0 + TOUCH < one.x1 and one.y0 + TOUCH < two.y1 and two.y0 + TOUCH < one.y1)


def _factors(figure: Figure) -> Iterator[str]:
    """Numbers on edges that stand on another edge, on an arrowhead or on a node."""
    pen, patches = renderer(figure), [(name, _dense(patch)) for name, patch in _patches(figure)]
    for text in figure.axes[0].texts:
        kind, _, own = (text.get_gid() or "").partition("-")
        if kind != "factor":
            continue
        box = text.get_window_extent(pen)
        for name, points in patches:
            if name != f"edge-{own}" and _inside(box, points):
                yield f"{text.get_text()} of edge {own} covers {name}"


def _edges(figure: Figure) -> Iterator[str]:
    """Edges that run through a node or a text that is not theirs."""
    pen = renderer(figure)
    boxes = [(text.get_text(), text.get_window_extent(pen)) for text in figure.axes[0].texts if text.get_gid() == "label"]
    boxes += [("a node", patch.get_window_extent(pen)) for name, patch in _patches(figure) if name == "node"]
    for name, patch in _patches(figure):
        if name.startswith("edge"):
            points = _dense(patch)[2:-2]  # it may touch the nodes at its ends
            yield from (f"{name} runs through {what}" for what, box in boxes if _inside(box.padded(-1.5), points))


def _patches(figure: Figure) -> list[tuple[str, Patch]]:
    return [(patch.get_gid(), patch) for patch in figure.axes[0].patches if patch.get_gid()]


def _dense(patch: Patch) -> np.ndarray:
    """The outline of a patch as points 1 pixel apart."""
    corners = patch.get_transform().transform_path(patch.get_path()).interpolated(1).vertices
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    at = np.linspace(0.0, length[-1], 2 + int(length[-1]))
    return np.column_stack([np.interp(at, length, corners[:, axis]) for axis in (0, 1)])


def _inside(box: Bbox, points: np.ndarray) -> bool:
    x, y = points.T
    return bool(np.any((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)))
