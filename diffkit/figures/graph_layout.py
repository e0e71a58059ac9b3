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
BEND = 12.0  # room for an edge that passes through a column
MARGIN = 8.0
PORT = 9.0  # between two edges that enter a node
HEAD, HALF = 6.0, 2.4  # length of an arrowhead, half of its width
TRIALS, WIDER, APART = 12, 1.3, 1.12  # drawings tried until no number clashes: its column's gap grows, and all lanes
SPOTS = sorted(np.linspace(0.06, 0.94, 23), key=lambda t: abs(t - 0.5))  # where on a stretch of an edge its number may stand
STEP = 2.0  # between the points at which an edge is noted
FINE = np.linspace(0.0, 1.0, 17)


class Cell(NamedTuple):
    """A node with its numbers: the size of all, the size of the box within, and where its centre lies from that of all."""

    width: float
    height: float
    box: tuple[float, float]
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Layout:
    """What a drawing needs; ``clashes`` lists the edges whose number found no free place."""

    boxes: list[Box]
    cells: list[Box]
    curves: list[Points]
    numbers: list[Box | None]
    width: float
    height: float
    clashes: list[int]

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
    """Place nodes and edges: ever roomier, until no number on an edge covers anything.

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
    lanes, gaps = 1.0, [1.0] * (1 + max(found.column))
    best: Layout | None = None
    for _ in range(TRIALS):
        layout = _Arrangement(cells, edges, numbers, turned, found, lanes, gaps).layout()
        best = layout if best is None or len(layout.clashes) < len(best.clashes) else best
        if not layout.clashes:
            break
        crowded = {found.column[edges[e][1]] for e in layout.clashes}
        gaps = [gap * WIDER if c in crowded else gap for c, gap in enumerate(gaps)]
        lanes *= APART
    assert best is not None
    return best


class _Arrangement:
    """One attempt, at one size of the distances."""

    def __init__(
        self,
        cells: Sequence[Cell],
        edges: Sequence[tuple[int, int]],
        numbers: Sequence[tuple[float, float]],
        turned: bool,
        found: Layers,
        lanes: float,
        gaps: Sequence[float],
    ) -> None:
        self.edges, self.numbers, self.turned, self.found = edges, numbers, turned, found
        deep = [c.height if turned else c.width for c in cells]
        self.start, self.end = self._columns(deep, gaps)
        self.across = _rows(found, [c.width if turned else c.height for c in cells], lanes)
        self.cells = [self._cell(i, cell) for i, cell in enumerate(cells)]
        self.boxes = [
            Box(at.x + cell.shift[0], at.y + cell.shift[1], *cell.box) for at, cell in zip(self.cells, cells, strict=True)
        ]

    def _columns(self, deep: Sequence[float], gaps: Sequence[float]) -> tuple[list[float], list[float]]:
        """Where each column begins and ends along u."""
        count = len(gaps)
        depth, widest = [0.0] * count, [0.0] * count
        for i, c in enumerate(self.found.column):
            depth[c] = max(depth[c], deep[i])
        for (_, b), size in zip(self.edges, self.numbers, strict=True):
            c = self.found.column[b]
            widest[c] = max(widest[c], size[self.turned])
        start = [MARGIN]
        for c in range(1, count):
            start.append(start[-1] + depth[c - 1] + (GAP + widest[c]) * gaps[c])
        return start, [s + d for s, d in zip(start, depth, strict=True)]

    def _cell(self, i: int, cell: Cell) -> Box:
        c = self.found.column[i]
        u, w = (self.start[c] + self.end[c]) / 2, self.across[self.found.place[i]]
        return Box(*((w, u) if self.turned else (u, w)), cell.width, cell.height)

    def layout(self) -> Layout:
        """All places on the page."""
        curves = list(self._curves())
        corners = [(c.x + c.width / 2, c.y + c.height / 2) for c in self.cells]
        everything = np.concatenate([corners, *(c for stretches in curves for c in stretches)])
        width, height = (float(side) + MARGIN for side in everything.max(axis=0))
        placed, clashes = self._write(curves)
        return Layout(self.boxes, self.cells, [np.concatenate(c) for c in curves], placed, width, height, clashes)

    def _curves(self) -> Iterator[list[Points]]:
        """Every edge as its stretches: straight within a column, curved between two."""
        ports = self._ports()
        for e, ((a, b), bend) in enumerate(zip(self.edges, self.found.bends, strict=True)):
            leaves, arrives = self._middle(a), self._middle(b) + ports[e]
            stops = [(self._face(a, 1), leaves), (self.end[self.found.column[a]], leaves)]
            for column, place in bend:
                stops += [(self.start[column], self.across[place]), (self.end[column], self.across[place])]
            stops += [(self.start[self.found.column[b]], arrives), (self._face(b, -1), arrives)]
            stretches = [_bend(p, q) for p, q in itertools.pairwise(stops) if q[0] - p[0] > STEP / 100]
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
            arriving.setdefault(b, []).append((self.across[bend[-1][1]] if bend else self._middle(a), e))
        found = {}
        for b, coming in arriving.items():
            side = self.boxes[b].width if self.turned else self.boxes[b].height
            step = min(PORT, side / (len(coming) + 1))
            for rank, (_, e) in enumerate(sorted(coming)):
                found[e] = (rank - (len(coming) - 1) / 2) * step
        return found

    def _write(self, curves: Sequence[list[Points]]) -> tuple[list[Box | None], list[int]]:
        """A free place on its edge for every number, preferably where it arrives; and the edges on which there was none."""
        lines = [_dense(stretches) for stretches in curves]
        points, owner = np.concatenate([*lines, np.zeros((0, 2))]), np.repeat(np.arange(len(lines)), [len(c) for c in lines])
        taken = [_sides(box) for box in (*self.cells, *map(self._head, curves))]
        placed: list[Box | None] = []
        clashes = []
        for e, (width, height) in enumerate(self.numbers):
            spots = _spots(curves[e], width + 3, height + 1) if width else iter(())
            box, covered = _freest(spots, points[owner != e], np.array(taken))
            placed.append(box)
            taken += [_sides(box)] if box else []
            clashes += [e] if width and (box is None or covered) else []
        return placed, clashes

    def _head(self, stretches: Sequence[Points]) -> Box:
        """The place of an arrowhead."""
        x, y = stretches[-1][-1]
        return Box(x, y - HEAD / 2, 2 * HALF, HEAD) if self.turned else Box(x - HEAD / 2, y, HEAD, 2 * HALF)


def _rows(found: Layers, sizes: Sequence[float], lanes: float) -> dict[float, float]:
    """Where each place lies along w: as near to the first as the sizes of what stands in the columns allow.

    What was in one line stays in one line.
    """
    columns: dict[int, list[tuple[float, float]]] = {}
    for c, place, size in zip(found.column, found.place, sizes, strict=True):
        columns.setdefault(c, []).append((place, size + LANE))
    for c, place in itertools.chain.from_iterable(found.bends):
        columns.setdefault(c, []).append((place, BEND))
    before: dict[float, list[tuple[float | None, float]]] = {}
    for column in columns.values():
        (first, size), *_ = column = sorted(column)
        before.setdefault(first, []).append((None, MARGIN + size / 2))
        for (a, one), (b, two) in itertools.pairwise(column):
            before.setdefault(b, []).append((a, (one + two) / 2 * lanes))
    at: dict[float, float] = {}
    least = 0.0
    for place in sorted(before):
        least = at[place] = max(least, *((at[a] if a is not None else 0.0) + apart for a, apart in before[place]))
    return at


def _sides(box: Box) -> tuple[float, float, float, float]:
    """Left, right, upper and lower end of an upright box."""
    return box.x - box.width / 2, box.x + box.width / 2, box.y - box.height / 2, box.y + box.height / 2


def _freest(spots: Iterator[Box], points: Points, taken: Points) -> tuple[Box | None, int]:
    """The box that covers the fewest points, and none of what is taken, with how many; None if each does."""
    best, least = None, len(points) + 1
    for box in spots:
        left, right, top, bottom = _sides(box)
        if np.any((taken[:, 0] < right) & (taken[:, 1] > left) & (taken[:, 2] < bottom) & (taken[:, 3] > top)):
            continue
        x, y = points[:, 0], points[:, 1]
        covered = int(np.count_nonzero((x > left - 1) & (x < right + 1) & (y > top - 1) & (y < bottom + 1)))
        if covered < least:
            best, least = box, covered
        if covered == 0:
            break
    return best, least if best else 0


def _dense(stretches: Sequence[Points]) -> Points:
    """An edge as points no further apart than STEP."""
    curve = np.concatenate(stretches)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    at = np.linspace(0.0, length[-1], 2 + int(length[-1] / STEP))
    return np.column_stack([np.interp(at, length, curve[:, axis]) for axis in (0, 1)])


def _bend(p: tuple[float, float], q: tuple[float, float]) -> Points:
    """A curve from p to q that leaves and arrives along u."""
    t, s = FINE[:, None], 1 - FINE[:, None]
    middle = (p[0] + q[0]) / 2
    p0, p1, p2, p3 = np.array(p), np.array([middle, p[1]]), np.array([middle, q[1]]), np.array(q)
    return np.asarray(s**3 * p0 + 3 * s**2 * t * p1 + 3 * s * t**2 * p2 + t**3 * p3)


def _spots(stretches: Sequence[Points], width: float, height: float) -> Iterator[Box]:
    """Places along an edge: the stretches from its end to its start, each from the middle outwards; short ones come last."""
    length = [float(np.abs(stretch[-1] - stretch[0]).max()) for stretch in stretches]
    order = sorted(range(len(stretches)), key=lambda i: (length[i] < GAP, -i))
    for i in order:
        for t in SPOTS:
            x, y = (float(np.interp(t, FINE, stretches[i][:, axis])) for axis in (0, 1))
            yield Box(x, y, width, height)
