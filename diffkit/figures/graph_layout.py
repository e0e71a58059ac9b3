"""Where the parts of a computational graph go: boxes of nodes, curves of edges, boxes of the numbers on them.

Letters: ``u`` runs along the columns, ``w`` across them; on the page, whose y points down, u points right and w down, or
(from top to bottom) u down and w right.  Lengths are points of print.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from diffkit.figures.labels import Box, Points
from diffkit.figures.layers import Layers, layers

GAP, LANE = 24.0, 12.0  # least distance between columns, and between the cells of one column
MARGIN = 8.0
PORT = 9.0  # between two edges that enter a node
ROOMIER = (1.0, 1.25, 1.6, 2.0, 2.6)  # factors of the distances, tried until no labels overlap
SPOTS = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9)  # where on a stretch of an edge its number may stand
FINE = np.linspace(0.0, 1.0, 17)


class Cell(NamedTuple):
    """A node with its numbers: the size of all, the size of the box within, and where its centre lies from that of all."""

    width: float
    height: float
    box: tuple[float, float]
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Layout:
    """What a drawing needs; ``clashes`` counts numbers that found no free place."""

    boxes: list[Box]
    cells: list[Box]
    curves: list[Points]
    numbers: list[Box | None]
    width: float
    height: float
    clashes: int

    def upside_down(self) -> "Layout":
        """Return what runs downwards, running upwards."""

        def over(box: Box) -> Box:
            return box._replace(y=self.height - box.y)

        curves = [curve * (1, -1) + (0, self.height) for curve in self.curves]
        numbers = [box and over(box) for box in self.numbers]
        return replace(self, boxes=list(map(over, self.boxes)), cells=list(map(over, self.cells)), curves=curves, numbers=numbers)


def arrange(
    cells: Sequence[Cell], edges: Sequence[tuple[int, int]], numbers: Sequence[tuple[float, float]], turned: bool
) -> Layout:
    """Place nodes and edges; the first of ever roomier drawings in which no number covers anything, else the roomiest.

    Parameters
    ----------
    cells : sequence of Cell
    edges : sequence of (int, int)
        From a smaller to a larger index.
    numbers : sequence of (float, float)
        Width and height of what is written on each edge; 0, 0 for nothing.
    turned : bool
        From top to bottom instead of from left to right.
    """
    found = layers(len(cells), edges)
    for room in ROOMIER:
        layout = _Arrangement(cells, edges, numbers, turned, found, room).layout()
        if not layout.clashes:
            break
    return layout


class _Arrangement:
    """One attempt, at one size of the distances."""

    def __init__(
        self,
        cells: Sequence[Cell],
        edges: Sequence[tuple[int, int]],
        numbers: Sequence[tuple[float, float]],
        turned: bool,
        found: Layers,
        room: float,
    ) -> None:
        self.edges, self.numbers, self.turned, self.found = edges, numbers, turned, found
        deep = [c.height if turned else c.width for c in cells]
        self.unit = (max(c.width if turned else c.height for c in cells) + LANE) * room
        self.start, self.end = self._columns(deep, room)
        self.first = min([*found.place, *(place for bend in found.bends for _, place in bend)])
        self.cells = [self._cell(i, cell) for i, cell in enumerate(cells)]
        self.boxes = [
            Box(at.x + cell.shift[0], at.y + cell.shift[1], *cell.box) for at, cell in zip(self.cells, cells, strict=True)
        ]

    def _columns(self, deep: Sequence[float], room: float) -> tuple[list[float], list[float]]:
        """Where each column begins and ends along u."""
        count = 1 + max(self.found.column)
        depth, gap = [0.0] * count, [GAP * room] * count
        for i, c in enumerate(self.found.column):
            depth[c] = max(depth[c], deep[i])
        for (_, b), size in zip(self.edges, self.numbers, strict=True):
            c = self.found.column[b]
            gap[c] = max(gap[c], GAP * room + size[self.turned])
        start = [MARGIN]
        for c in range(1, count):
            start.append(start[-1] + depth[c - 1] + gap[c])
        return start, [s + d for s, d in zip(start, depth, strict=True)]

    def _across(self, place: float) -> float:
        return MARGIN + (place - self.first + 0.5) * self.unit

    def _cell(self, i: int, cell: Cell) -> Box:
        c = self.found.column[i]
        u, w = (self.start[c] + self.end[c]) / 2, self._across(self.found.place[i])
        return Box(*((w, u) if self.turned else (u, w)), cell.width, cell.height)

    def layout(self) -> Layout:
        """All places on the page."""
        curves = list(self._curves())
        corners = [(c.x + c.width / 2, c.y + c.height / 2) for c in self.cells]
        everything = np.concatenate([corners, *(c for stretches in curves for c in stretches)])
        width, height = (float(side) + MARGIN for side in everything.max(axis=0))
        placed = self._write(curves)
        clashes = sum(box is None and bool(w) for box, (w, _) in zip(placed, self.numbers, strict=True))
        return Layout(self.boxes, self.cells, [np.concatenate(c) for c in curves], placed, width, height, clashes)

    def _curves(self) -> Iterator[list[Points]]:
        """Every edge as its stretches: curved between columns, straight through them."""
        ports = self._ports()
        for e, ((a, b), bend) in enumerate(zip(self.edges, self.found.bends, strict=True)):
            stops = [(self._face(a, 1), self._middle(a))]
            for column, place in bend:
                stops += [(self.start[column], self._across(place)), (self.end[column], self._across(place))]
            stops.append((self._face(b, -1), self._middle(b) + ports[e]))
            stretches = [_bend(p, q) for p, q in itertools.pairwise(stops)]
            yield [s[:, ::-1] if self.turned else s for s in stretches]

    def _face(self, i: int, side: int) -> float:
        box = self.boxes[i]
        return box.y + side * box.height / 2 if self.turned else box.x + side * box.width / 2

    def _middle(self, i: int) -> float:
        return self.boxes[i].x if self.turned else self.boxes[i].y

    def _ports(self) -> dict[int, float]:
        """How far from the middle of its target's face each edge arrives: in the order in which they come."""
        arriving: dict[int, list[tuple[float, int]]] = {}
        for e, ((a, b), bend) in enumerate(zip(self.edges, self.found.bends, strict=True)):
            arriving.setdefault(b, []).append((self._across(bend[-1][1]) if bend else self._middle(a), e))
        found = {}
        for b, coming in arriving.items():
            side = self.boxes[b].width if self.turned else self.boxes[b].height
            step = min(PORT, side / (len(coming) + 1))
            for rank, (_, e) in enumerate(sorted(coming)):
                found[e] = (rank - (len(coming) - 1) / 2) * step
        return found

    def _write(self, curves: Sequence[list[Points]]) -> list[Box | None]:
        """A free place on its edge for every number, preferably on the last stretch; None where there is none."""
        points = np.concatenate([c for stretches in curves for c in stretches] or [np.zeros((0, 2))])
        owner = np.repeat(np.arange(len(curves)), [sum(map(len, stretches)) for stretches in curves])
        taken = [_sides(cell) for cell in self.cells]
        placed: list[Box | None] = []
        for e, (width, height) in enumerate(self.numbers):
            spots = _spots(curves[e], width + 3, height + 1) if width else iter(())
            box = _freest(spots, points[owner != e], np.array(taken))
            placed.append(box)
            taken += [_sides(box)] if box else []
        return placed


def _sides(box: Box) -> tuple[float, float, float, float]:
    """Left, right, upper and lower end of an upright box."""
    return box.x - box.width / 2, box.x + box.width / 2, box.y - box.height / 2, box.y + box.height / 2


def _freest(spots: Iterator[Box], points: Points, taken: Points) -> Box | None:
    """The box that covers the fewest points, and none of what is taken; None if each does."""
    best, least = None, len(points) + 1
    for box in spots:
        left, right, top, bottom = _sides(box)
        if np.any((taken[:, 0] < right) & (taken[:, 1] > left) & (taken[:, 2] < bottom) & (taken[:, 3] > top)):
            continue
        x, y = points[:, 0], points[:, 1]
        covered = int(np.count_nonzero((x > left) & (x < right) & (y > top) & (y < bottom)))
        if covered < least:
            best, least = box, covered
        if covered == 0:
            break
    return best


def _bend(p: tuple[float, float], q: tuple[float, float]) -> Points:
    """A curve from p to q that leaves and arrives along u."""
    t, s = FINE[:, None], 1 - FINE[:, None]
    middle = (p[0] + q[0]) / 2
    p0, p1, p2, p3 = np.array(p), np.array([middle, p[1]]), np.array([middle, q[1]]), np.array(q)
    return np.asarray(s**3 * p0 + 3 * s**2 * t * p1 + 3 * s * t**2 * p2 + t**3 * p3)


def _spots(stretches: Sequence[Points], width: float, height: float) -> Iterator[Box]:
    for stretch in reversed(stretches):
        for t in SPOTS:
            x, y = (float(np.interp(t, FINE, stretch[:, axis])) for axis in (0, 1))
            yield Box(x, y, width, height)
