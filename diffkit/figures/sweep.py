"""The picture of error against h: measured points, the model, slopes, the predicted steps, the engines without h.

Letters: h a step, e an error, u = 2^-53.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from diffkit.errors import UsageError
from diffkit.figures.labels import Box, Points, beside, freest, spread
from diffkit.figures.sheet import DARK, GREY, PALE, STYLE, WIDTHS, Sheet, decades, new_sheet, power, times
from diffkit.results import EngineResult, Scheme, Sweep
from diffkit.tables import fixed

U = 2.0**-53
SPAN = 290  # decades beyond which an axis does not follow: near the ends of float64 Matplotlib's own arithmetic overflows


class Look(NamedTuple):
    """How a scheme is drawn: mark and text colour (Okabe-Ito, the text darker), marker, filled or hollow, its label."""

    color: str
    ink: str
    marker: str
    filled: bool
    label: str


LOOKS = {
    "D+": Look("#D55E00", "#C25500", "o", True, "$D_+$"),
    "D-": Look("#E69F00", "#9A6400", "s", False, "$D_-$"),
    "D0": Look("#0072B2", "#0072B2", "^", True, "$D_0$"),
    "richardson": Look("#009E73", "#007A59", "D", True, "Richardson"),
    "complex-step": Look("#CC79A7", "#8A3F74", "+", True, "complex step"),
}
OTHER = Look(DARK, DARK, "x", True, "")


@dataclass
class Curve:
    """One scheme, ready to draw: its errors divided by the scale of the sweep."""

    scheme: Scheme
    look: Look
    h: Points
    error: Points
    status: Points
    model: Points  # columns: predicted, truncation, rounding
    best: tuple[float, float] | None  # predicted step and its error

    def shown(self, *status: str) -> tuple[Points, Points]:
        """Return h and error of the samples of that status that a logarithm takes."""
        keep = np.isin(self.status, status) & np.isfinite(self.error) & (self.error > 0) & (self.h > 0)
        return self.h[keep], self.error[keep]

    def branches(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return where truncation alone and rounding alone are drawn: on the far side of the star, while near its height."""
        none = np.zeros(len(self.h), dtype=np.bool_)
        if self.best is None or self.scheme.scheme == "complex-step":
            return none, none
        _, truncation, rounding = self.model.T
        least = self.best[1] / 60
        right = self.h >= self.best[0]
        # where |f| grows with h the rounding does too, far from the star: that part is left out
        edge = np.min(self.h[right & (rounding <= least)], initial=min(np.inf, 100 * self.best[0]))
        return (truncation > least) & (self.h <= self.best[0]), right & (self.h < edge)

    @property
    def drawn(self) -> bool:
        """Whether any of its samples is in the picture."""
        return bool(len(self.shown("ok", "below-ulp")[0]) or (self.status == "exact").any())

    def branch(self) -> tuple[Points, Points]:
        """Return the part to write along: right of the predicted step, or of the smallest error, or flat."""
        h, error = self.shown("ok")
        if self.scheme.scheme == "complex-step" and len(h):
            flat = error < 100 * np.quantile(error, 0.2)  # the least may be luck
            return h[flat], np.full(np.count_nonzero(flat), np.exp(np.mean(np.log(error[flat]))))
        turns = [turn for turn in (self.scheme.h_predicted, self.scheme.h_measured_best) if turn]
        rights = [h > 3 * turn for turn in turns] or [np.full(len(h), True)]
        right = rights[0] if np.count_nonzero(rights[0]) > 12 else max(rights, key=np.count_nonzero)
        return (h[right], error[right]) if np.count_nonzero(right) > 3 else (h, error)


def _curve(scheme: Scheme, scale: float) -> Curve:
    samples = sorted((s for s in scheme.samples if s.h > 0 and math.isfinite(s.h)), key=lambda s: s.h)
    model = [[math.nan if v is None else v for v in (s.predicted, s.truncation, s.rounding)] for s in samples]
    look = LOOKS.get(scheme.scheme, OTHER._replace(label=scheme.scheme.replace("$", "")))
    status = np.array(["exact" if s.total == 0 and s.status == "ok" else s.status for s in samples], dtype=str)
    steps, errors = np.array([s.h for s in samples]), np.array([s.total for s in samples]) / scale
    h, e = scheme.h_predicted, scheme.error_predicted
    best = (h, e / scale) if h and e and math.isfinite(h) and math.isfinite(e) else None
    return Curve(scheme, look, steps, errors, status, np.array(model, dtype=float).reshape(-1, 3) / scale, best)


BAND_COLOR = "#ececec"


class Band(NamedTuple):
    """The band under u: how far below its edge the rows lie, and how high it is."""

    edge: float
    steps: float
    engines: float
    zeros: float
    height: float


def _band(sweep: Sweep, curves: Sequence[Curve], low: float) -> Band:
    edge = U if sweep.kind() == "relative" else 10.0 ** (low - 0.3)
    below = any((c.shown("ok")[1] < edge).any() for c in curves)
    steps = (20.0 if below else 14.0) - 11.0 * (not any(c.best for c in curves))
    row = steps + 11.0 * bool(sweep.engines)
    zeros = row + 9.0
    return Band(edge, steps, row, zeros, (zeros + 8.0) if any((c.status == "exact").any() for c in curves) else row + 8.0)


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
    curves = [_curve(scheme, sweep.scale()) for scheme in sweep.schemes]
    with mpl.rc_context(STYLE):
        sheet = new_sheet(WIDTHS[width], 232.0 if width == "full" else 178.0, _legend_handles(curves))
        band = _set_axes(sheet, sweep, curves, width)
        _draw_models(sheet, curves)
        _draw_samples(sheet, curves, band)
        _cover_stars(sheet, curves, band)
        _draw_engines(sheet, sweep, band)
        _draw_stars(sheet, curves, band, digits=2 if width == "full" else 1)
        _write_names(sheet, curves)
        _draw_triangles(sheet, curves)
        _write_rounding(sheet, curves)
        if not any(c.drawn for c in curves):
            sheet.write("no estimate is a finite number", sheet.frame._replace(width=150, height=12), color=DARK)
    return sheet.figure


def _legend_handles(curves: Sequence[Curve]) -> list[tuple[Any, str]]:
    def line(**how: Any) -> Line2D:
        return Line2D([], [], **dict[str, Any]({"color": DARK, "linestyle": "none", "markersize": 4} | how))

    def any_status(status: str) -> bool:
        return any((c.status == status).any() for c in curves)

    marks = tuple(line(**_mark(c.look, 1.4)) for c in curves if c.drawn)
    silent = [c for c in curves if c.drawn and len(c.shown("ok")[0]) < 4]  # with no curve to write along
    model = any(np.isfinite(c.model[:, 0]).any() for c in curves if c.scheme.scheme != "complex-step")
    star = any(c.best for c in curves)
    entries: list[tuple[bool, Any, str]] = [
        (bool(marks), marks, "measured"),
        *((True, line(**_mark(c.look, 1.4)), c.look.label) for c in silent),
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


def _mark(look: Look, scale: float = 1.0) -> dict[str, Any]:
    face = look.color if look.filled else "white"
    size = scale * {"D": 2.3, "+": 3.6, "s": 3.2, "o": 2.4}.get(look.marker, 2.8)
    return {"color": look.color, "marker": look.marker, "markerfacecolor": face, "markersize": size, "markeredgewidth": 0.5}


def _set_axes(sheet: Sheet, sweep: Sweep, curves: Sequence[Curve], width: str) -> Band:
    """Set scales, limits, ticks and labels; return the band at the foot."""
    axes, relative = sheet.axes, sweep.kind() == "relative"
    x = _span(np.concatenate([c.h for c in curves] or [np.array([])]), (-16, 0))
    errors = np.concatenate([c.shown("ok", "below-ulp")[1] for c in curves] or [np.array([])])
    low, top = _span(errors, (-16, 0), outliers=True)
    band = _band(sweep, curves, low)
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
        _digits_axis(axes, bottom, top, sheet.frame.height)
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


def _digits_axis(axes: Axes, bottom: float, top: float, height: float) -> None:
    """Draw the axis of correct digits, its ticks no nearer than the height of a line."""
    right = axes.twinx()
    right.set_ylim(-bottom, -top)
    digit = height / (top - bottom)
    step = next((s for s in (2, 4, 8) if s * digit >= 13), 16)
    ticks = range(0, 17 if 16 * digit >= 13 else 1, step)
    right.set_yticks(ticks, labels=[str(d) for d in ticks])  # beware: made later, they lack the style
    right.tick_params(direction="in")
    right.set_ylabel("correct significant digits")


def _draw_models(sheet: Sheet, curves: Sequence[Curve]) -> None:
    for c in reversed(curves):  # D+ over D-, which it hardly differs from
        total, truncation, rounding = c.model.T
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


def _below(sheet: Sheet, band: Band, points: float) -> float:
    """Return the error that lies so many points of print below the edge of the band."""
    decade = (sheet.frame.height - band.height) / math.log10(sheet.axes.get_ylim()[1] / band.edge)
    return float(band.edge * 10 ** (-points / decade))


def _draw_samples(sheet: Sheet, curves: Sequence[Curve], band: Band) -> None:
    for rank, c in enumerate(curves):
        modest = c.scheme.scheme == "complex-step"
        order = 2.5 if modest else 3 + 0.1 * (c.scheme.scheme == "D+")
        mark = _mark(c.look, 1.0 if sheet.frame.width > 300 else 0.8) | {"zorder": order}
        h, error = c.shown("ok")
        sheet.axes.plot(h, error, linestyle="-" if modest else "none", linewidth=0.5, **mark)
        sheet.cover(h, error, line=modest)
        h, error = c.shown("below-ulp")
        sheet.axes.plot(h, error, linestyle="none", **mark | {"markerfacecolor": "none", "alpha": 0.45})
        sheet.cover(h, error)
        h = c.h[c.status == "exact"]
        row = _below(sheet, band, band.zeros + 1.6 * (rank % 4))
        zero: Any = {"marker": "v", "markerfacecolor": "none", "markersize": 2.6, "markeredgewidth": 0.6}
        sheet.axes.plot(h, np.full(len(h), row), linestyle="none", color=c.look.color, **zero, zorder=3)


def _draw_engines(sheet: Sheet, sweep: Sweep, band: Band) -> None:
    """Draw the band under u, and a line for the engines that need no h."""
    axes, edge = sheet.axes, band.edge
    axes.axhspan(axes.get_ylim()[0], edge, color=BAND_COLOR, zorder=0)
    axes.axhline(edge, color=DARK, linewidth=0.8, zorder=1)
    sheet.cover(axes.get_xlim(), [edge, edge], line=True)
    if sweep.kind() == "relative":
        sheet.fit(["$u=2^{-53}$"], sheet.place(axes.get_xlim(), [edge, edge]), DARK, first=0.96)
    levels: dict[int | None, list[tuple[float, EngineResult]]] = {}
    for engine in sweep.engines:
        error = _engine_error(sweep, engine)
        if error is not None and math.isfinite(error):
            levels.setdefault(None if error <= 4 * edge else round(3 * math.log10(error)), []).append((error, engine))
    for level_or_none, group in levels.items():
        _draw_level(sheet, group, band, in_band=level_or_none is None)


def _engine_error(sweep: Sweep, engine: EngineResult) -> float | None:
    if sweep.kind() == "relative":
        return engine.relative_error
    try:
        return abs(engine.gradient[sweep.wrt] - float(sweep.derivative))
    except (KeyError, ValueError):
        return None


def _draw_level(sheet: Sheet, group: Sequence[tuple[float, EngineResult]], band: Band, in_band: bool) -> None:
    """Draw a line at the worst error of engines that lie together; in the band their names have a row."""
    worst = max(error for error, _ in group)
    names = ", ".join(engine.engine.replace("$", "") for _, engine in group)
    ratio = "error 0" if worst == 0 else rf"error $\leq{worst / U:.1f}\,u$" if in_band and band.edge == U else ""
    texts = [f"{names}: {ratio or f'error ${times(worst, 2)}$'}, no $h$", f"{names}: no $h$", f"{len(group)} engines: no $h$"]
    if not in_band:
        sheet.axes.axhline(worst, color=DARK, linewidth=1.6, zorder=1.5)
        sheet.cover(sheet.axes.get_xlim(), [worst, worst], line=True)
        sheet.fit(texts, sheet.place(sheet.axes.get_xlim(), [worst, worst]), DARK)
        return
    frame = sheet.frame
    text, (width, height) = next(
        ((t, s) for t in texts for s in [sheet.size(t)] if s[0] < frame.width - 8), (texts[-1], sheet.size(texts[-1]))
    )
    level = sheet.place([1], [band.edge])[0, 1] - band.engines
    ground = {"facecolor": BAND_COLOR, "edgecolor": "none", "pad": 2}
    sheet.axes.plot([0, 1], [sheet.fraction(np.array([[0, level]]))[0, 1]] * 2, color=GREY, transform=sheet.axes.transAxes)
    sheet.write(text, Box(frame.x - frame.width / 2 + width / 2 + 14, level, width, height), color=DARK, bbox=ground)


def _cover_stars(sheet: Sheet, curves: Sequence[Curve], band: Band) -> None:
    """Note where the dotted lines of the predicted steps will run, so that no label is written across."""
    for c in curves:
        if c.best:
            h, e = c.best
            sheet.cover([h, h], [e, _below(sheet, band, band.steps - 6)], line=True)


def _draw_stars(sheet: Sheet, curves: Sequence[Curve], band: Band, digits: int) -> None:
    """Draw the predicted steps as stars, their values in a row of the band below."""
    low, high = sheet.axes.get_xlim()
    known = [(c, *c.best) for c in curves if c.best and low < c.best[0] < high]
    row = sheet.place([1], [band.edge])[0, 1] - band.steps
    foot = _below(sheet, band, band.steps - 6)
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


def _groups(curves: Sequence[Curve]) -> list[list[Curve]]:
    """Put D+ and D- under one label where their errors can hardly be told apart."""
    groups = [[c] for c in curves]
    pair = [c for c in curves if c.scheme.scheme in ("D+", "D-")]
    if len(pair) == 2 and all(len(c.branch()[0]) > 3 for c in pair):
        (h0, e0), (h1, e1) = (c.branch() for c in pair)
        apart = np.abs(np.log(e0) - np.interp(np.log(h0), np.log(h1), np.log(e1)))
        fits = [c.scheme.fitted_order for c in pair]
        if np.median(apart) < 1 and None not in fits and abs(fits[0] - fits[1]) < 0.05:  # type: ignore[operator]
            groups = [pair, *([c] for c in curves if c not in pair)]
    return groups


def _write_names(sheet: Sheet, curves: Sequence[Curve]) -> None:
    """Write name and fitted slope along each curve; steep ones, which have least room, first."""
    for group in sorted(_groups(curves), key=lambda g: -g[0].scheme.order_of_accuracy):
        h, error = group[0].branch()
        low, high = sheet.axes.get_ylim()
        inside = (error > low) & (error < high)
        if np.count_nonzero(inside) < 2:
            continue
        name = r"$,\ $".join(c.look.label for c in group)
        slope = group[0].scheme.fitted_order
        shown = fixed(slope).replace("-", "\u2212")
        texts = [name] if slope is None else [f"{name} (slope {shown})", f"{name} ({shown})", name]
        side = -1 if group[0].scheme.order_of_accuracy > 2 else 1  # the last curve has free room on its right
        sheet.fit(texts, sheet.place(h[inside], error[inside]), group[0].look.ink, side=side)


def _draw_triangles(sheet: Sheet, curves: Sequence[Curve]) -> None:
    """Draw the expected order as a triangle to scale, beside each curve that has it; small where room is scarce."""
    spots = np.concatenate([*sheet.points, np.empty((0, 2))])
    origin = [sheet.axes.get_xlim()[0], sheet.axes.get_ylim()[0]]
    unit = sheet.place([10 * origin[0]], [10 * origin[1]])[0] - sheet.place([origin[0]], [origin[1]])[0]  # a decade
    for group in _groups(curves):
        c, p = group[0], group[0].scheme.order_of_accuracy
        h, error = c.branch()
        keep = (error > origin[1]) & (error < sheet.axes.get_ylim()[1]) & _rising(error)
        fit = c.scheme.fitted_order
        if fit is None or abs(fit - p) > 0.25 or c.scheme.scheme == "complex-step" or np.count_nonzero(keep) < 2:
            continue
        curve = sheet.place(h[keep], error[keep])
        for size, gaps in ((1.2, (4, 10)), (0.9, (3, 8)), (0.7, (2, 6)), (0.55, (2, 4))):
            base = size / math.sqrt(p)  # decades
            width, height = base * unit[0], base * p * unit[1]
            box = freest(beside(curve, width + 9, height + 11, gaps), spots, sheet.taken, sheet.frame)
            if width < 5 or height < 5:
                break  # no triangle, only a blot
            if box and box.count(spots) == 0:
                _triangle(sheet, box, width, height, c.look, str(p))
                break


def _rising(error: Points) -> NDArray[np.bool_]:
    """Return which samples of a branch lie left of where it reaches its top: beyond, h is too large for any order."""
    return np.asarray(np.cumsum(error > 0.3 * error.max(initial=0.0)) == 0, dtype=np.bool_)


def _triangle(sheet: Sheet, box: Box, width: float, height: float, look: Look, order: str) -> None:
    left, low = box.x - box.width / 2 + 1, box.y + box.height / 2 - height - 1
    corners = np.array([[left, low], [left + width, low], [left + width, low + height]])
    how: Any = {"closed": True, "facecolor": look.color + "22", "edgecolor": look.color, "linewidth": 0.8}
    sheet.axes.add_patch(Polygon(sheet.fraction(corners), transform=sheet.axes.transAxes, **how))
    sheet.write("1", Box(left + width / 2, low - 5.5, 5, 8), color=look.ink, size=8)
    sheet.write(order, Box(left + width + 5, low + height / 2, 5, 8), color=look.ink, size=8)
    sheet.taken.append(box)


def _write_rounding(sheet: Sheet, curves: Sequence[Curve]) -> None:
    """Write along the rounding branch, where there is one with slope -1."""
    for c in curves:
        h, error = c.shown("ok")
        left = h < (c.scheme.h_predicted or c.scheme.h_measured_best or 0) / 100
        if np.count_nonzero(left) < 12 or abs(np.polyfit(np.log(h[left]), np.log(error[left]), 1)[0] + 1) > 0.2:
            continue
        modelled = np.isfinite(c.model[:, 2]) & (c.h < h[left].max()) & (c.h > sheet.axes.get_xlim()[0])
        level = np.exp(np.mean(np.log(error[left] * h[left])))
        curve = (c.h[modelled], c.model[modelled, 2]) if modelled.sum() > 2 else (h[left], 3 * level / h[left])
        inside = curve[1] < sheet.axes.get_ylim()[1]
        if sheet.fit([r"rounding ${\propto}\,h^{-1}$"], sheet.place(curve[0][inside], curve[1][inside]), DARK):
            return
