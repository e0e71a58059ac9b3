"""The picture of the rounding error: how large each instruction's own error is, and how large it has become in the result."""

import math
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from diffkit.figures.sheet import DARK, GREY, PALE, STYLE, WIDTHS, Sheet, decades, new_sheet, power
from diffkit.floats import U
from diffkit.messages import say
from diffkit.results import Instruction, Rounded, Rounding

OWN, PASSED = "#0072B2", "#C25500"
LEVEL = math.log10(U)
FIGURES, EACH, ROW = 3, 3, 26.0  # numbers drawn, instructions of each; points of print a row takes
SHORTEST = 0.06  # of the axis: below that an arrow has no room
LABEL, FATE = {"full": 28, "column": 16}, {"full": 40, "column": 18}  # characters


def rounding(record: Rounding, width: str = "full") -> Figure:
    """Return the picture: for each instruction an arrow from its own relative error to what it is of the result."""
    rows = [(q, i) for q in record.quantities[:FIGURES] for i in q.worst()[:EACH]]
    handles = [
        (Line2D([], [], color=OWN, marker="o", markerfacecolor="white", linestyle="none", markersize=5.5), say("figure.own")),
        (Line2D([], [], color=PASSED, marker="D", linestyle="none", markersize=3.5), say("figure.passed")),
        (Line2D([], [], color=GREY, linestyle=":"), "u = $2^{-53}$"),
    ]
    with mpl.rc_context(STYLE):
        sheet = new_sheet(WIDTHS[width], ROW * max(len(rows), 1) + 10, handles, right=14.0)
        _place(sheet, [_label(q, i, len(record.quantities) > 1, LABEL[width]) for q, i in rows], WIDTHS[width])
        low, high = _range(rows)
        for row, (q, i) in enumerate(rows):
            own, passed = (min(max(error, low), high) for error in _errors(q, i))
            _arrow(sheet, row, own, passed, i.fate(FATE[width]) if i.kind != "rounding" else "", (low, high))
        _axes(sheet, low, high, len(rows))
    return sheet.figure


def _label(q: Rounded, i: Instruction, several: bool, length: int) -> str:
    return f"{q.of}: {i.shown(length)}" if several else i.shown(length)


def _place(sheet: Sheet, labels: list[str], width: float) -> None:
    left = max([sheet.size(_plain(label))[0] for label in labels] or [0]) + 12
    place = sheet.axes.get_position()
    sheet.axes.set_position((left / width, place.y0, 1 - (left + 14) / width, place.height))
    sheet.axes.set_yticks(range(len(labels)), labels=labels, parse_math=False)


def _plain(label: str) -> str:
    return label.replace("$", "S")


def _errors(q: Rounded, i: Instruction) -> tuple[float, float]:
    """The instruction's own relative error, and its contribution relative to the number, as decades."""
    scale = abs(q.value) if q.value else abs(float(q.reference or 0))
    own = abs(i.error / i.value) if i.value else math.inf
    return _decade(own), _decade(abs(i.contribution) / scale if scale else math.inf)


def _decade(x: float) -> float:
    return math.log10(x) if 0 < x < math.inf else math.copysign(math.inf, x - 1)


def _range(rows: list[tuple[Rounded, Instruction]]) -> tuple[float, float]:
    seen = [e for q, i in rows for e in _errors(q, i) if math.isfinite(e)] + [LEVEL]
    return math.floor(min(seen)) - 0.5, math.ceil(max(seen)) + 0.5


def _arrow(sheet: Sheet, row: int, own: float, passed: float, fate: str, span: tuple[float, float]) -> None:
    axes = sheet.axes
    if abs(passed - own) > SHORTEST * (span[1] - span[0]):
        line = {"arrowstyle": "->", "color": DARK, "linewidth": 0.8, "shrinkA": 4, "shrinkB": 3}
        axes.annotate("", (passed, row), (own, row), arrowprops=line)
    axes.plot(own, row, marker="o", color=OWN, markerfacecolor="white", markersize=6.5, linestyle="none", zorder=3)
    axes.plot(passed, row, marker="D", color=PASSED, markersize=3, linestyle="none", zorder=4)  # within the circle where equal
    left = min(own, passed)
    left = LEVEL + 0.1 if left < LEVEL < left + 12 else left  # the line of u is not written over
    inside = (left - span[0]) / (span[1] - span[0]) < 0.45
    how: Any = {"xytext": (0, 5), "textcoords": "offset points", "va": "bottom", "size": 8, "color": DARK, "parse_math": False}
    place = (left, row) if inside else (max(own, passed), row)
    axes.annotate(fate, place, ha="left" if inside else "right", gid="label", **how)


def _axes(sheet: Sheet, low: float, high: float, rows: int) -> None:
    axes = sheet.axes
    axes.axvline(LEVEL, color=GREY, linestyle=":", linewidth=1, zorder=1)
    axes.set(xlim=(low, high), ylim=(max(rows, 1) - 0.5, -0.75), xlabel=say("figure.relative"))
    ticks = decades(low, high, most=8)
    axes.set_xticks(ticks, labels=[power(d) for d in ticks])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
