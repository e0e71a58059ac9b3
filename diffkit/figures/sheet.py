"""A sheet of paper under construction: axes, what is drawn on them, the labels placed so far.

All lengths are points of print, 72 an inch.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.patches import Polygon

from diffkit.figures.labels import Box, Points, along, beside, freest

STYLE: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.linewidth": 0.8,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "diffkit",
}
LEGEND: Any = {
    "loc": "upper center",
    "frameon": False,
    "fontsize": 8,
    "borderpad": 0.2,
    "handlelength": 2.6,
    "columnspacing": 1.4,
    "labelspacing": 0.35,
}
WIDTHS = {"full": 6.3 * 72, "column": 3.4 * 72}
TRIANGLES = ((1.2, (4, 10)), (0.9, (3, 8)), (0.7, (2, 6)), (0.55, (2, 4)))  # size in decades, distances from the curve
BLOT = 5.0  # a triangle smaller than this is only a blot
GREY, DARK, PALE = "#8c8c8c", "#333333", "#d9d9d9"


@dataclass
class Sheet:
    """A figure with one axes, what is drawn on it in points of print, and the labels placed so far."""

    figure: Figure
    axes: Axes
    points: list[Points] = field(default_factory=list)
    taken: list[Box] = field(default_factory=list)

    @property
    def frame(self) -> Box:
        """The axes in points of print."""
        box = self.axes.get_window_extent()
        x, y, w, h = (v * 72 / self.figure.dpi for v in (box.x0, box.y0, box.width, box.height))
        return Box(x + w / 2, y + h / 2, w, h)

    def place(self, x: Sequence[float] | Points, y: Sequence[float] | Points) -> Points:
        """Return data coordinates in points of print."""
        pixels = self.axes.transData.transform(np.column_stack([x, y]))
        return np.asarray(pixels) * 72 / self.figure.dpi

    def cover(self, x: Sequence[float] | Points, y: Sequence[float] | Points, line: bool = False) -> None:
        """Note that something is drawn there; a line is noted every 3 points."""
        spots = self.place(x, y)
        spots = spots[np.isfinite(spots).all(axis=1)]
        if line and len(spots) > 1:
            length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(spots, axis=0).T))])
            at = np.arange(0.0, min(length[-1], 1e5), 3.0)
            spots = np.column_stack([np.interp(at, length, spots[:, axis]) for axis in (0, 1)])
        self.points.append(spots)

    def size(self, text: str, size: float = 9) -> tuple[float, float]:
        """Return width and height of a text."""
        drawn = self.figure.text(0, 0, text, size=size)
        box = drawn.get_window_extent(renderer(self.figure))
        drawn.remove()
        return box.width * 72 / self.figure.dpi, box.height * 72 / self.figure.dpi

    def write(self, text: str, box: Box, **how: Any) -> None:
        """Write a text centred in a box, turned with it, and keep the place from others."""
        x, y = self.fraction(np.array([[box.x, box.y]]))[0]
        turned: Any = {"rotation": math.degrees(box.angle), "rotation_mode": "anchor", "transform": self.axes.transAxes}
        self.axes.text(x, y, text, ha="center", va="center", gid="label", **turned, **how)
        self.taken.append(box)

    def fraction(self, points: Points) -> Points:
        """Return points of print as fractions of the axes."""
        frame = self.frame
        return (points - (frame.x, frame.y)) / (frame.width, frame.height) + 0.5

    def triangle(self, curve: Points, slope: int, color: str, ink: str) -> None:
        """Draw a slope on logarithmic axes as a triangle to scale, beside a curve; small, or not at all, where room is scarce."""
        spots = np.concatenate([*self.points, np.empty((0, 2))])
        x, y = self.axes.get_xlim()[0], self.axes.get_ylim()[0]
        unit = self.place([10 * x], [10 * y])[0] - self.place([x], [y])[0]  # a decade
        for size, gaps in TRIANGLES:
            width, height = size / math.sqrt(slope) * unit[0], size * math.sqrt(slope) * unit[1]
            box = freest(beside(curve, width + 9, height + 11, gaps), spots, self.taken, self.frame)
            if min(width, height) < BLOT:
                return
            if box and box.count(spots) == 0:
                self._draw_triangle(box, width, height, str(slope), color, ink)
                return

    def _draw_triangle(self, box: Box, width: float, height: float, slope: str, color: str, ink: str) -> None:
        left, low = box.x - box.width / 2 + 1, box.y + box.height / 2 - height - 1
        corners = np.array([[left, low], [left + width, low], [left + width, low + height]])
        how: Any = {"closed": True, "facecolor": color + "22", "edgecolor": color, "linewidth": 0.8}
        self.axes.add_patch(Polygon(self.fraction(corners), transform=self.axes.transAxes, **how))
        self.write("1", Box(left + width / 2, low - 5.5, 5, 8), color=ink, size=8)
        self.write(slope, Box(left + width + 5, low + height / 2, 5, 8), color=ink, size=8)
        self.taken.append(box)

    def fit(self, texts: Sequence[str], curve: Points, color: str, first: float = 0.55, side: int = 1) -> bool:
        """Write the first of the texts that finds a free place along a curve, and tell whether one did."""
        spots = np.concatenate([*self.points, np.empty((0, 2))])
        for text in texts:
            width, height = self.size(text)
            places = chain.from_iterable(along(curve, width + 2, height, gap, first, side) for gap in (2, 6, 12))
            box = freest(places, spots, self.taken, self.frame)
            if box and (box.count(spots) == 0 or text == texts[-1]):
                self.write(text, box, color=color)
                return True
        return False


def renderer(figure: Figure) -> Any:
    return FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]


def power(decade: float) -> str:
    return f"$10^{{{decade:.0f}}}$"


def times(x: float, digits: int) -> str:
    """Return a number for mathtext, as a power of ten where it is not of everyday size."""
    if x == 0 or 0.01 <= abs(x) < 1000:
        return f"{float(f'{x:.{digits}g}'):g}"
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    return rf"{float(mantissa):g}{{\times}}10^{{{int(exponent)}}}"


def decades(low: float, high: float, most: int) -> list[int]:
    steps = (s * 10**k for k in range(9) for s in (1, 2, 4, 5))
    step = next(s for s in steps if (high - low) / s <= most)
    return [d for d in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1) if d % step == 0]


def new_sheet(width: float, height: float, handles: Sequence[tuple[Any, str]], right: float = 46.0) -> Sheet:
    """Return axes of that height, with room for its labels and, above it, for the legend."""
    left, bottom, gap = 46.0, 34.0, 8.0
    figure = Figure(figsize=(width / 72, height / 72), dpi=144)
    legend = (
        figure.legend(
            *zip(*handles, strict=True),
            **LEGEND,
            ncols=4 if width > 400 else 2,
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0.4)},
        )
        if handles
        else None
    )
    above = legend.get_window_extent(renderer(figure)).height * 72 / figure.dpi + gap if legend else gap
    total = bottom + height + above
    figure.set_size_inches(width / 72, total / 72)
    place = (left / width, bottom / total, 1 - (left + right) / width, height / total)
    return Sheet(figure, figure.add_axes(place))
