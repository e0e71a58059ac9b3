"""The picture of a gradient check: the Taylor remainders against h, with their slopes, their windows and the noise of f."""

import math
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from diffkit.captions import label
from diffkit.figures.labels import Points
from diffkit.figures.sheet import DARK, GREY, PALE, STYLE, WIDTHS, Sheet, decades, new_sheet, power
from diffkit.results import Check, Remainder
from diffkit.tables import fixed


class Look(NamedTuple):
    """How a scheme is drawn: its colour, the darker one of its text, its mark."""

    color: str
    ink: str
    marker: str


LOOKS = {
    "taylor": Look("#D55E00", "#C25500", "^"),
    "symmetric": Look("#0072B2", "#0072B2", "s"),
    "richardson": Look("#009E73", "#007A59", "o"),
}
BELOW, ABOVE = 3, 1  # decades shown on both sides of the windows, and above the largest remainder in them
SHADE = "#f0efe6"


def remainders(record: Check, width: str = "full") -> Figure:
    """Return the remainders against h: filled marks in the window in which the slope is taken."""
    with mpl.rc_context(STYLE):
        sheet = new_sheet(WIDTHS[width], 236.0, _legend(record), right=14.0)
        _set_axes(sheet, record, width)
        _draw_noise(sheet, record)
        for curve in record.remainders:
            _draw(sheet, curve)
        shown: set[int | None] = {None}
        for curve in reversed(record.remainders):  # the steep ones have least room
            slope = _slope(curve)
            if slope not in shown:
                sheet.triangle(_shown(sheet, curve), slope or 0, LOOKS[curve.scheme].color, LOOKS[curve.scheme].ink)
            _name(sheet, curve)
            shown.add(slope)
        for side in ("top", "right"):
            sheet.axes.spines[side].set_visible(False)
    return sheet.figure


def _columns(curve: Remainder) -> tuple[Points, Points, Points]:
    """Return h, remainder and noise, h rising."""
    rows = [(s.h, s.remainder, s.noise) for s in reversed(curve.steps) if math.isfinite(s.remainder)]
    h, r, noise = np.array(rows, dtype=float).reshape(-1, 3).T
    return h, r, noise


def _inside(curve: Remainder, h: Points) -> Any:
    if curve.low is None or curve.high is None:
        return np.zeros(len(h), dtype=bool)
    return (h >= curve.low) & (h <= curve.high)


def _legend(record: Check) -> list[tuple[Any, str]]:
    def mark(face: str) -> Line2D:
        return Line2D([], [], linestyle="none", marker="o", color=DARK, markerfacecolor=face, markersize=4)

    windows = any(curve.low for curve in record.remainders)
    entries: list[tuple[Any, str]] = [
        (mark(DARK), "in the window of the slope"),
        (mark("white"), "outside"),
        (Patch(facecolor=SHADE), "widest window"),
        (Line2D([], [], color=GREY, linestyle=":"), "rounding noise of f"),
    ]
    return [entry for entry, wanted in zip(entries, (windows, True, windows, True), strict=True) if wanted]


def _set_axes(sheet: Sheet, record: Check, width: str) -> None:
    columns = [_columns(curve) for curve in record.remainders]
    h, r, noise = (np.concatenate(part) for part in zip(*columns, strict=True))
    lows = [curve.low for curve in record.remainders if curve.low]
    ends = [*lows, *(curve.high for curve in record.remainders if curve.high)] or list(h[r > 2 * noise]) or list(h)
    left = max(math.log10(min(ends)) - BELOW, math.log10(h.min()))
    right = min(math.log10(max(ends)) + BELOW, math.log10(h.max()))
    seen = (h >= 10.0**left) & (h <= 10.0**right) & (r > 0)
    inside = np.concatenate([_inside(curve, c[0]) for curve, c in zip(record.remainders, columns, strict=True)])
    high = r[inside].max() if inside.any() else r[seen].max() if seen.any() else r.max()
    quiet = noise[seen & (noise > 0)]
    high = max(high, quiet.max(initial=0.0) if not lows else 0.0)
    top = min(math.log10(high) + ABOVE, math.log10(max(r.max(), high)) + 0.3)
    low = max(quiet.min(initial=math.inf), r[seen].min(initial=math.inf) / 100) if len(quiet) else high * 1e-12
    bottom = min(math.log10(min(low, high)) - 1.5, top - 3)
    axes = sheet.axes
    axes.set(xscale="log", yscale="log", xlim=[10.0 ** (left - 0.1), 10.0 ** (right + 0.1)], ylim=[10.0**bottom, 10.0**top])
    for axis, span, most in ((axes.xaxis, (left, right), 9 if width == "full" else 6), (axes.yaxis, (bottom, top), 8)):
        ticks = decades(*span, most=most)
        axis.set_ticks([10.0**d for d in ticks], labels=[power(d) for d in ticks])
        axis.set_ticks([], minor=True)
    axes.tick_params(direction="in")
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("step $h$")
    axes.set_ylabel(r"remainder of $f$, less $h\,g\cdot d$")


def _draw_noise(sheet: Sheet, record: Check) -> None:
    """Draw the level of the noise, and shade the widest window."""
    windows = [(curve.low, curve.high) for curve in record.remainders if curve.low and curve.high]
    if windows:
        sheet.axes.axvspan(*max(windows, key=lambda ends: ends[1] / ends[0]), color=SHADE, zorder=0)
    h, _, noise = _columns(record.remainders[0])
    keep = noise > 0
    sheet.axes.plot(h[keep], noise[keep], color=GREY, linestyle=":", linewidth=1.2, zorder=2)
    sheet.cover(h[keep], noise[keep], line=True)


def _draw(sheet: Sheet, curve: Remainder) -> None:
    look = LOOKS[curve.scheme]
    h, r, _ = _columns(curve)
    keep = r > 0
    inside = _inside(curve, h)
    mark: dict[str, Any] = {"marker": look.marker, "markersize": 3.2, "markeredgewidth": 0.7, "color": look.color}
    sheet.axes.plot(h[keep], r[keep], color=look.color, linewidth=0.7, alpha=0.6, zorder=2.5)
    sheet.axes.plot(h[keep & inside], r[keep & inside], linestyle="none", markerfacecolor=look.color, zorder=3, **mark)
    sheet.axes.plot(h[keep & ~inside], r[keep & ~inside], linestyle="none", markerfacecolor="white", zorder=2.8, **mark)
    sheet.cover(h[keep], r[keep], line=True)


def _shown(sheet: Sheet, curve: Remainder) -> Points:
    """Return the part of a curve that its name stands beside, in points of print: its window, or what is seen of it."""
    h, r, _ = _columns(curve)
    low, high = sheet.axes.get_ylim()
    left, right = sheet.axes.get_xlim()
    seen = (r > low) & (r < high) & (h > left) & (h < right)
    inside = seen & _inside(curve, h)
    chosen = inside if inside.sum() > 1 else seen
    return sheet.place(h[chosen], r[chosen])


def _name(sheet: Sheet, curve: Remainder) -> None:
    spots = _shown(sheet, curve)
    if len(spots) < 2:
        return
    name = label(curve.scheme)
    texts = [name]
    if curve.slope is not None:
        texts = [f"{name}: slope {fixed(curve.slope)}", f"{name} {fixed(curve.slope)}", *texts]
    sheet.fit(texts, spots, LOOKS[curve.scheme].ink, side=-1 if curve.scheme == "richardson" else 1)


def _slope(curve: Remainder) -> int | None:
    """Return the slope of a right or of a wrong gradient, whichever was found."""
    return next((n for n in (1, curve.expected_slope) if curve.slope is not None and abs(curve.slope - n) <= 0.25), None)
