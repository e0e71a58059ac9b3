"""The picture of what errors are made of: truncation, abscissa, evaluation, arithmetic and their sum, the prediction behind them.

Letters: h a step, e an error.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D

from diffkit.figures.curves import LOOKS, OTHER
from diffkit.figures.labels import Points
from diffkit.figures.sheet import DARK, GREY, LEGEND, PALE, STYLE, WIDTHS, decades, power, renderer
from diffkit.results import Sample, Scheme, Sweep

LEFT, RIGHT, BOTTOM, GAP, BETWEEN = 46.0, 46.0, 34.0, 8.0, 7.0  # points of print
HEIGHTS = {"full": 190.0, "column": 170.0}


class Part(NamedTuple):
    """How a part is drawn: its name, where a sample has it, colour, marker, size, filled."""

    name: str
    of: Callable[[Sample], float | None]
    color: str
    marker: str
    size: float
    filled: bool


PARTS = (
    Part("truncation", lambda s: s.cut, "#D55E00", "^", 2.6, True),
    Part("evaluation", lambda s: s.evaluation, "#0072B2", "o", 2.2, True),
    Part("abscissa", lambda s: s.abscissa, "#009E73", "s", 2.4, False),
    Part("arithmetic", lambda s: s.arithmetic, "#CC79A7", "+", 3.4, True),
)


def error_parts(sweep: Sweep, width: str = "full") -> Figure:
    """Return the picture of the parts of the errors: one panel a scheme, or only that of D0 in the width of a column."""
    schemes = sweep.split()
    if width == "column":
        schemes = [s for s in schemes if s.scheme == "D0"] or schemes[:1]
    with mpl.rc_context(STYLE):
        figure, panels = _panels(WIDTHS[width], HEIGHTS[width], len(schemes), _handles(schemes))
        x, y = _limits(sweep, schemes)
        for axes, scheme in zip(panels, schemes, strict=True):
            _frame(axes, x, y, 4 if len(schemes) > 1 else 6)
            _draw(axes, scheme, sweep.scale())
            label = LOOKS.get(scheme.scheme, OTHER).label
            axes.text(0.5, 0.97, label, transform=axes.transAxes, ha="center", va="top", color=DARK, gid="label")  # inside the V
        _outside(figure, panels, sweep, y)
    return figure


def _handles(schemes: Sequence[Scheme]) -> list[tuple[Any, str]]:
    seen = [s for scheme in schemes for s in scheme.samples]
    parts = [p for p in PARTS if any(p.of(s) for s in seen)]
    marks = [(Line2D([], [], **_mark(p), markersize=1.5 * p.size), p.name) for p in parts]
    total = (Line2D([], [], color=DARK, linewidth=0.7), "their sum, the error measured")
    model = (Line2D([], [], color=GREY, linewidth=2.4, alpha=0.6), "predicted")
    bound = (Line2D([], [], color=GREY, linewidth=0.9, linestyle=":"), "bound predicted")
    return [*marks, total, model, bound]


def _mark(part: Part) -> dict[str, Any]:
    face = part.color if part.filled else "none"
    return {"color": part.color, "marker": part.marker, "markerfacecolor": face, "markeredgewidth": 0.6, "linestyle": "none"}


def _panels(width: float, height: float, count: int, handles: Sequence[tuple[Any, str]]) -> tuple[Figure, list[Axes]]:
    """Return a figure with that many panels side by side, the legend above them."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=144)
    legend = figure.legend(
        *zip(*handles, strict=True), **LEGEND, ncols=4 if width > 400 else 2, handler_map={tuple: HandlerTuple()}
    )
    above = legend.get_window_extent(renderer(figure)).height * 72 / figure.dpi + GAP
    total = BOTTOM + height + above
    figure.set_size_inches(width / 72, total / 72)
    each = (width - LEFT - RIGHT - BETWEEN * (count - 1)) / count
    places = [(LEFT + i * (each + BETWEEN)) / width for i in range(count)]
    return figure, [figure.add_axes((x, BOTTOM / total, each / width, height / total)) for x in places]


def _limits(sweep: Sweep, schemes: Sequence[Scheme]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the decades of steps and of errors: parts far below one rounding are of no interest."""
    seen = [s for scheme in schemes for s in scheme.samples if s.status in {"ok", "exact"}]
    h = [math.log10(s.h) for s in seen] or [-16.0, 0.0]
    errors = [math.log10(s.total / sweep.scale()) for s in seen if 0 < s.total / sweep.scale() < math.inf] or [-16.0, 0.0]
    low = min(math.floor(min(errors)), math.floor(math.log10(sweep.u))) - 1
    top = max(math.ceil(np.quantile(errors, 0.98)), low + 2)
    room = 0.08 * (top - low)  # for the name of the scheme
    return (math.floor(min(h) + 0.05), math.ceil(max(h) - 0.05)), (low, top + room)


def _frame(axes: Axes, x: tuple[float, float], y: tuple[float, float], many: int) -> None:
    axes.set(xscale="log", yscale="log", xlim=[10.0**d for d in x], ylim=[10.0**d for d in y])
    inner = (x[0], x[1] - 0.1 * (x[1] - x[0]))  # the last label would meet the first of the next panel
    for axis, span, most in ((axes.xaxis, inner, many), (axes.yaxis, y, 11)):
        ticks = decades(*span, most=most)
        axis.set_ticks([10.0**d for d in ticks], labels=[power(d) for d in ticks])
        axis.set_ticks([], minor=True)
    axes.tick_params(direction="in", top=True, right=True)
    axes.grid(color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("step size $h$")


def _outside(figure: Figure, panels: Sequence[Axes], sweep: Sweep, y: tuple[float, float]) -> None:
    """Label the axes: errors on the left of the first panel, digits on the right of the last."""
    relative = sweep.kind() == "relative"
    panels[0].set_ylabel(f"{'relative' if relative else 'absolute'} error of the derivative")
    for axes in panels[1:]:
        axes.tick_params(labelleft=False)
    if relative:
        panels[-1].tick_params(right=False)
        right = panels[-1].twinx()
        right.set_ylim(-y[0], -y[1])
        most = round(-math.log10(sweep.u))
        ticks = [d for d in decades(0, most, most=9) if d <= -y[0]]
        right.set_yticks(ticks, labels=[str(d) for d in ticks])
        right.tick_params(direction="in")
        right.set_ylabel("correct significant digits")


def _draw(axes: Axes, scheme: Scheme, scale: float) -> None:
    usable = [s for s in scheme.samples if s.status in {"ok", "exact"}]
    h = np.array([s.h for s in usable])

    def column(of: Callable[[Sample], float | None]) -> Points:
        sizes = np.abs(np.array([math.nan if (v := of(s)) is None else v for s in usable], dtype=float)) / scale
        return np.where(sizes > 0, sizes, math.nan)

    bound = column(lambda s: None if s.predicted_bound is None else s.predicted_bound + (s.predicted_truncation or 0.0))
    axes.plot(h, column(lambda s: s.predicted), color=GREY, linewidth=2.4, alpha=0.6, zorder=2)
    axes.plot(h, bound, color=GREY, linewidth=0.9, linestyle=":", zorder=2)
    axes.plot(h, column(lambda s: s.total), color=DARK, linewidth=0.7, zorder=2.5)
    for part in PARTS:
        axes.plot(h, column(part.of), **_mark(part), markersize=part.size, zorder=3)
