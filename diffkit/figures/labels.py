"""Where labels of a picture go, so that none covers a point, a line or another label.

Everything is in one plane of equal units (points of print); nothing here draws.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # one row a point


class Box(NamedTuple):
    """A rectangle by its centre, width, height and angle in radians."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def corners(self) -> Points:
        """Return the four corners."""
        half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (self.width / 2, self.height / 2)
        return half @ _rotation(self.angle).T + (self.x, self.y)

    def count(self, points: Points) -> int:
        """Return how many of the points lie inside."""
        local = np.abs((points - (self.x, self.y)) @ _rotation(self.angle))
        return int(np.count_nonzero((local[:, 0] <= self.width / 2) & (local[:, 1] <= self.height / 2)))

    def overlaps(self, other: "Box") -> bool:
        """Tell whether two rectangles meet: no side of either separates their corners."""
        return not any(
            one[:, axis].max() < two[:, axis].min() or two[:, axis].max() < one[:, axis].min()
            for angle in (self.angle, other.angle)
            for one, two in [(self.corners() @ _rotation(angle), other.corners() @ _rotation(angle))]
            for axis in (0, 1)
        )

    def within(self, frame: "Box") -> bool:
        """Tell whether all of it lies in an upright frame."""
        return frame.count(self.corners()) == 4


def _rotation(angle: float) -> Points:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s], [s, c]])


def along(curve: Points, width: float, height: float, gap: float = 2.0, first: float = 0.55, side: int = 1) -> Iterable[Box]:
    """Yield boxes that lie along a curve given from left to right, first above it (`side` 1) or below it (-1).

    The place at the fraction `first` comes first: where two places are equally free, it is taken.
    """
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    places = sorted(np.linspace(0.04, 0.96, 24), key=lambda t: abs(t - first))
    for way in (side, -side):
        for t in places:
            ends = np.clip([t * length[-1] - width / 2, t * length[-1] + width / 2], 0, length[-1])
            (x0, x1), (y0, y1) = (np.interp(ends, length, curve[:, axis]) for axis in (0, 1))
            angle = math.atan2(y1 - y0, x1 - x0)
            x, y = (float(np.interp(t * length[-1], length, curve[:, axis])) for axis in (0, 1))
            away = way * (height / 2 + gap)
            yield Box(x - away * math.sin(angle), y + away * math.cos(angle), width, height, angle)


def beside(curve: Points, width: float, height: float, gaps: Sequence[float]) -> Iterable[Box]:
    """Yield upright boxes below and right of a rising curve, the nearest and the middle first."""
    for away in gaps:
        for t in sorted(np.linspace(0.0, 1.0, 41), key=lambda t: abs(t - 0.45)):
            place = t * (len(curve) - 1)
            x, y = (float(np.interp(place, range(len(curve)), curve[:, axis])) for axis in (0, 1))
            for down in (0.25, 0.5):
                yield Box(x + away + width / 2, y - down * height, width, height)


def freest(candidates: Iterable[Box], points: Points, taken: Sequence[Box], frame: Box) -> Box | None:
    """Return the candidate that covers the fewest points; None if each leaves the frame or meets a taken box."""
    best, least = None, math.inf
    for box in candidates:
        if not box.within(frame) or any(box.overlaps(other) for other in taken):
            continue
        covered = box.count(points)
        if covered < least:
            best, least = box, covered
        if covered == 0:
            break
    return best


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return centres near the wanted ones, in the same order, so that intervals of those sizes do not meet.

    Neighbours that meet are merged into a block at the mean of what they want (pool adjacent violators).

    Examples
    --------
    >>> spread([10, 11, 50], [4, 4, 4], 0, 100)
    [8.5, 12.5, 50.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    starts = np.concatenate([[0.0], np.cumsum([sizes[i] for i in order])])  # of each interval, were all pushed together
    blocks: list[tuple[float, int]] = []  # mean shift wanted, members
    for rank, i in enumerate(order):
        shift, members = wanted[i] - sizes[i] / 2 - starts[rank], 1
        while blocks and blocks[-1][0] > shift:
            other, count = blocks.pop()
            shift, members = (shift * members + other * count) / (members + count), members + count
        blocks.append((shift, members))
    shifts = [min(max(shift, low), high - starts[-1]) for shift, members in blocks for _ in range(members)]
    placed = {i: float(shifts[rank] + starts[rank] + sizes[i] / 2) for rank, i in enumerate(order)}
    return [placed[i] for i in range(len(wanted))]
