"""The band under u at the foot of a picture of errors: the engines that need no step have their row there."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diffkit.figures.curves import Curve
from diffkit.figures.labels import Box
from diffkit.figures.sheet import DARK, GREY, Sheet, times
from diffkit.results import EngineResult, Sweep

BAND_COLOR = "#ececec"


class Band(NamedTuple):
    """The band under u: how far below its edge the rows lie, and how high it is."""

    edge: float
    steps: float
    engines: float
    zeros: float
    height: float


def band_of(sweep: Sweep, curves: Sequence[Curve], low: float) -> Band:
    edge = sweep.u if sweep.kind() == "relative" else 10.0 ** (low - 0.3)
    below = any((c.shown("ok")[1] < edge).any() for c in curves)
    steps = (20.0 if below else 14.0) - 11.0 * (not any(c.best for c in curves))
    row = steps + 11.0 * bool(sweep.engines)
    zeros = row + 9.0
    return Band(edge, steps, row, zeros, (zeros + 8.0) if any((c.status == "exact").any() for c in curves) else row + 8.0)


def below(sheet: Sheet, band: Band, points: float) -> float:
    """Return the error that lies so many points of print below the edge of the band."""
    decade = (sheet.frame.height - band.height) / math.log10(sheet.axes.get_ylim()[1] / band.edge)
    return float(band.edge * 10 ** (-points / decade))


def draw_engines(sheet: Sheet, sweep: Sweep, band: Band) -> None:
    """Draw the band under u, and a line for the engines that need no h."""
    axes, edge = sheet.axes, band.edge
    axes.axhspan(axes.get_ylim()[0], edge, color=BAND_COLOR, zorder=0)
    axes.axhline(edge, color=DARK, linewidth=0.8, zorder=1)
    sheet.cover(axes.get_xlim(), [edge, edge], line=True)
    if sweep.kind() == "relative":
        sheet.fit([f"$u=2^{{{round(math.log2(sweep.u))}}}$"], sheet.place(axes.get_xlim(), [edge, edge]), DARK, first=0.96)
    levels: dict[int | None, list[tuple[float, EngineResult]]] = {}
    for engine in sweep.engines:
        error = _engine_error(sweep, engine)
        if error is not None and math.isfinite(error):
            levels.setdefault(None if error <= 4 * edge else round(3 * math.log10(error)), []).append((error, engine))
    for level_or_none, group in levels.items():
        _draw_level(sheet, group, band, level_or_none is None, sweep.kind() == "relative")


def _engine_error(sweep: Sweep, engine: EngineResult) -> float | None:
    if sweep.kind() == "relative":
        return engine.relative_error
    try:
        return abs(engine.gradient[sweep.wrt] - float(sweep.derivative))
    except (KeyError, ValueError):
        return None


def _draw_level(sheet: Sheet, group: Sequence[tuple[float, EngineResult]], band: Band, in_band: bool, relative: bool) -> None:
    """Draw a line at the worst error of engines that lie together; in the band their names have a row."""
    worst = max(error for error, _ in group)
    names = ", ".join(engine.engine.replace("$", "") for _, engine in group)
    ratio = "error 0" if worst == 0 else rf"error $\leq{worst / band.edge:.1f}\,u$" if in_band and relative else ""
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
