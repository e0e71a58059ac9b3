"""The picture of correct digits by engine."""

import matplotlib as mpl
from matplotlib.figure import Figure

from diffkit.figures.sheet import PALE, STYLE, WIDTHS, new_sheet
from diffkit.results import Comparison


def engines(record: Comparison, width: str = "full") -> Figure:
    """Return the picture of correct digits by engine, best first."""
    rows = record.judged()
    with mpl.rc_context(STYLE):
        sheet = new_sheet(WIDTHS[width], 16.0 * max(len(rows), 1) + 8, [], right=40.0)
        axes, place = sheet.axes, sheet.axes.get_position()
        left = max([sheet.size(e.engine)[0] for e in rows] or [0]) + 12
        axes.set_position((left / WIDTHS[width], place.y0, 1 - (left + 40) / WIDTHS[width], place.height))
        for row, e in enumerate(rows):
            digits = min(max(e.correct_digits or 0.0, 0.0), 17.0)
            axes.plot([0, digits], [row, row], color=PALE, linewidth=1, zorder=1)
            axes.plot(digits, row, marker="o", color="#0072B2", markersize=4.5, clip_on=False)
            axes.annotate(e.digits(), (digits, row), xytext=(6, 0), textcoords="offset points", va="center_baseline", gid="label")
        axes.set(xlim=(0, 17), ylim=(max(len(rows), 1) - 0.5, -0.5), xlabel="correct significant digits")
        axes.set_xticks(range(0, 17, 2), labels=[str(d) for d in range(0, 17, 2)])
        axes.set_yticks(range(len(rows)), labels=[e.engine for e in rows], parse_math=False)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    return sheet.figure
