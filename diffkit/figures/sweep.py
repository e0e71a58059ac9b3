"""The picture of error against h: measured points, the model, slopes, the predicted steps, the engines without h.

Letters: h a step, e an error.
"""

import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from diffkit.errors import UsageError
from diffkit.figures.band import Band, band_of, below, draw_engines
from diffkit.figures.curves import Curve, curve_of, mark
from diffkit.figures.labels import Box, Points, spread
from diffkit.figures.names import draw_triangles, write_names, write_rounding
from diffkit.figures.sheet import DARK, GREY, PALE, STYLE, WIDTHS, Sheet, decades, new_sheet, power, times
from diffkit.results import Sweep

SPAN = 290  # decades beyond which an axis does not follow: near the ends of float64 Matplotlib's own arithmetic overflows


def error_vs_h(sweep: Sweep, width: str = "full") -> Figure:
    """Return the picture of error against h, on logarithmic axes.

    Parameters
    ----------
    sweep : Sweep
        What was measured; the model is drawn where the samples carry it.
    width : {"full", "column"}
        6.3 or 3.4 inches.

    Raises
    ------
    UsageError
        Another width was asked for.
    """
    if width not in WIDTHS:
        raise UsageError(f"unknown width '{width}' of a figure", remedy="give 'full' or 'column'")
    curves = [curve_of(scheme, sweep.scale()) for scheme in sweep.schemes]
    with mpl.rc_context(STYLE):
        sheet = new_sheet(WIDTHS[width], 232.0 if width == "full" else 178.0, _legend_handles(curves))
        band = _set_axes(sheet, sweep, curves, width)
        _draw_models(sheet, curves)
        _draw_samples(sheet, curves, band)
        _cover_stars(sheet, curves, band)
        draw_engines(sheet, sweep, band)
        _draw_stars(sheet, curves, band, digits=2 if width == "full" else 1)
        write_names(sheet, curves)
        draw_triangles(sheet, curves)
        write_rounding(sheet, curves)
        if not any(c.drawn for c in curves):
            sheet.write("no estimate is a finite number", sheet.frame._replace(width=150, height=12), color=DARK)
    return sheet.figure


def _legend_handles(curves: Sequence[Curve]) -> list[tuple[Any, str]]:
    def line(**how: Any) -> Line2D:
        return Line2D([], [], **dict[str, Any]({"color": DARK, "linestyle": "none", "markersize": 4} | how))

    def any_status(status: str) -> bool:
        return any((c.status == status).any() for c in curves)

    marks = tuple(line(**mark(c.look, 1.4)) for c in curves if c.drawn)
    silent = [c for c in curves if c.drawn and len(c.shown("ok")[0]) < 4]  # with no curve to write along
    model = any(np.isfinite(c.model[:, 0]).any() for c in curves if c.scheme.scheme != "complex-step")
    star = any(c.best for c in curves)
    entries: list[tuple[bool, Any, str]] = [
        (bool(marks), marks, "measured"),
        *((True, line(**mark(c.look, 1.4)), c.look.label) for c in silent),
        (model, line(linestyle="-", linewidth=1.4), "model: truncation + rounding"),
        (any(c.branches()[0].any() for c in curves), line(linestyle="--", linewidth=1), "truncation alone"),
        (any(c.branches()[1].any() for c in curves), line(linestyle=":", linewidth=1.2), "rounding alone"),
        (star, line(marker="*", markersize=9, markerfacecolor="white"), "predicted best $h^*$"),
        (any_status("exact"), line(marker="v", markerfacecolor="none"), "error exactly 0"),
        (
            any(len(c.shown("below-ulp")[0]) for c in curves),
            line(marker="o", markerfacecolor="none", color=GREY),
            "$h$ below ulp($x$)",
        ),
    ]
    return [(handle, text) for wanted, handle, text in entries if wanted]


def _set_axes(sheet: Sheet, sweep: Sweep, curves: Sequence[Curve], width: str) -> Band:
    """Set scales, limits, ticks and labels; return the band at the foot."""
    axes, relative = sheet.axes, sweep.kind() == "relative"
    x = _span(np.concatenate([c.h for c in curves] or [np.array([])]), (-16, 0))
    errors = np.concatenate([c.shown("ok", "below-ulp")[1] for c in curves] or [np.array([])])
    low, top = _span(errors, (-16, 0), outliers=True)
    band = band_of(sweep, curves, low)
    edge = math.log10(band.edge)
    top = max(top, edge + 6, 1.0 if relative else -SPAN)
    if np.count_nonzero(errors > 10.0 ** (top - 1.5)) > 0.3 * len(errors):
        top = min(top + 0.06 * (top - edge), SPAN)  # room for labels over a plateau
    bottom = edge - band.height * (top - edge) / (sheet.frame.height - band.height)
    axes.set(xscale="log", yscale="log", xlim=[10.0**d for d in x], ylim=[10.0**bottom, 10.0**top])
    many = 11 if width == "full" else 6
    for axis, span in ((axes.xaxis, x), (axes.yaxis, (edge - 0.1, top))):
        ticks = decades(*span, most=many)
        axis.set_ticks([10.0**d for d in ticks], labels=[power(d) for d in ticks])
        axis.set_ticks([], minor=True)
    axes.tick_params(direction="in", top=True)
    axes.grid(color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("step size $h$")
    axes.set_ylabel(f"{'relative' if relative else 'absolute'} error of the derivative")
    if relative:
        _digits_axis(axes, bottom, top, sheet.frame.height, round(-math.log10(sweep.u)))
    else:
        axes.tick_params(right=True)
    return band


def _span(values: Points, default: tuple[float, float], outliers: bool = False) -> tuple[float, float]:
    """Return the decades that hold the values; what lies 4 decades above most is cut if outliers may be."""
    logs = np.log10(values[np.isfinite(values) & (values > 0)])
    if not len(logs):
        return default
    high = min(logs.max(), np.quantile(logs, 0.85) + 4) if outliers else logs.max()
    low = max(math.floor(logs.min() + 0.05), -SPAN)
    return low, min(max(math.ceil(high + (0.2 if outliers else -0.05)), low + 1), SPAN)


def _digits_axis(axes: Axes, bottom: float, top: float, height: float, most: int) -> None:
    """Draw the axis of correct digits, up to those that the arithmetic has, its ticks no nearer than the height of a line."""
    right = axes.twinx()
    right.set_ylim(-bottom, -top)
    digit = height / (top - bottom)
    step = next((s for s in (1, 2, 4, 8, 16, 32) if s * digit >= 13 and (s > 1 or most < 9)), 64)
    ticks = range(0, most + 1, step)
    right.set_yticks(ticks, labels=[str(d) for d in ticks])  # beware: made later, they lack the style
    right.tick_params(direction="in")
    right.set_ylabel("correct significant digits")


def _draw_models(sheet: Sheet, curves: Sequence[Curve]) -> None:
    for c in reversed(curves):  # D+ over D-, which it hardly differs from
        total, truncation, rounding, _ = c.model.T
        if not np.isfinite(total).any() or c.scheme.scheme == "complex-step":
            continue
        _line(sheet, c.h, total, c.look.color, "-", 1.4)
        if c.best:
            left, right = c.branches()
            _line(sheet, c.h[left], truncation[left], c.look.color, "--", 1.0)
            _line(sheet, c.h[right], rounding[right], c.look.color, ":", 1.2)


def _line(sheet: Sheet, h: Points, error: Points, color: str, style: str, width: float) -> None:
    keep = np.isfinite(error) & (error > 0)
    sheet.axes.plot(h[keep], error[keep], color=color, linestyle=style, linewidth=width, zorder=2)
    sheet.cover(h[keep], error[keep], line=True)


def _draw_samples(sheet: Sheet, curves: Sequence[Curve], band: Band) -> None:
    for rank, c in enumerate(curves):
        modest = c.scheme.scheme == "complex-step"
        order = 2.5 if modest else 3 + 0.1 * (c.scheme.scheme == "D+")
        marked = mark(c.look, 1.0 if sheet.frame.width > 300 else 0.8) | {"zorder": order}
        h, error = c.shown("ok")
        sheet.axes.plot(h, error, linestyle="-" if modest else "none", linewidth=0.5, **marked)
        sheet.cover(h, error, line=modest)
        h, error = c.shown("below-ulp")
        sheet.axes.plot(h, error, linestyle="none", **marked | {"markerfacecolor": "none", "alpha": 0.45})
        sheet.cover(h, error)
        h = c.h[c.status == "exact"]
        row = below(sheet, band, band.zeros + 1.6 * (rank % 4))
        zero: Any = {"marker": "v", "markerfacecolor": "none", "markersize": 2.6, "markeredgewidth": 0.6}
        sheet.axes.plot(h, np.full(len(h), row), linestyle="none", color=c.look.color, **zero, zorder=3)


def _cover_stars(sheet: Sheet, curves: Sequence[Curve], band: Band) -> None:
    """Note where the dotted lines of the predicted steps will run, so that no label is written across."""
    for c in curves:
        if c.best:
            h, e = c.best
            sheet.cover([h, h], [e, below(sheet, band, band.steps - 6)], line=True)


def _draw_stars(sheet: Sheet, curves: Sequence[Curve], band: Band, digits: int) -> None:
    """Draw the predicted steps as stars, their values in a row of the band below."""
    low, high = sheet.axes.get_xlim()
    known = [(c, *c.best) for c in curves if c.best and low < c.best[0] < high]
    row = sheet.place([1], [band.edge])[0, 1] - band.steps
    foot = below(sheet, band, band.steps - 6)
    for c, h, e in reversed(known):
        sheet.axes.plot([h, h], [e, foot], color=c.look.color, linestyle=(0, (1, 2)), linewidth=0.9, zorder=1.5)
        sheet.axes.plot(h, e, marker="*", markersize=9, color=c.look.color, markerfacecolor="white", zorder=4)
        x, y = sheet.place([h], [e])[0]
        sheet.taken.append(Box(float(x), float(y), 11, 11))
    named = [k for i, k in enumerate(known) if not any(abs(math.log(k[1] / other[1])) < 0.3 for other in known[:i])]
    texts = [("$h^*{\\approx}" if digits > 1 else "$") + times(h, digits) + "$" for _, h, _ in named]
    sizes = [sheet.size(text) for text in texts]
    frame = sheet.frame
    ends = (frame.x - frame.width / 2 + 3, frame.x + frame.width / 2 - 3)
    wanted = [float(sheet.place([h], [1])[0, 0]) for _, h, _ in named]
    centres = spread(wanted, [w + 5 for w, _ in sizes], *ends)
    for (c, _, _), text, (w, height), x in zip(named, texts, sizes, centres, strict=True):
        sheet.write(text, Box(x, row, w, height), color=c.look.ink)
