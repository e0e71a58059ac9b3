"""The picture of calibration: stated against true error, one panel a participant; below the diagonal a claim is too small."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from calibration.judge import Verdict
from diffkit.figures.sheet import DARK, GREY, PALE, STYLE

LOW, HIGH = -18.0, 4.0  # decades of relative error; what lies beyond, exact zeros included, is drawn on the frame
DOT: Any = {"linestyle": "none", "clip_on": False}
LOOKS: dict[tuple[bool, bool], Any] = {  # by violated, stands by it; those last drawn lie on top
    (False, True): DOT | {"marker": "o", "markersize": 2, "color": "#0072B2", "label": "holds"},
    (False, False): DOT
    | {"marker": "o", "markersize": 2, "color": GREY, "markerfacecolor": "none", "markeredgewidth": 0.5}
    | {"label": "holds, flagged by itself"},
    (True, False): DOT
    | {"marker": "+", "markersize": 4, "color": "#CC79A7", "markeredgewidth": 0.6}
    | {"label": "too small, flagged by itself"},
    (True, True): DOT | {"marker": "x", "markersize": 3, "color": "#D55E00", "markeredgewidth": 0.6, "label": "too small"},
}


def decade(x: float) -> float:
    """log10 of a relative error, kept within the axes."""
    return min(max(math.log10(x), LOW), HIGH) if x > 0 else LOW


def draw(found: Mapping[str, Sequence[Verdict]], path: Path) -> None:
    """Write the picture."""
    with mpl.rc_context(STYLE):
        columns = 2
        rows = -(-len(found) // columns)
        figure = Figure(figsize=(6.3, 2.9 * rows + 0.3), dpi=144)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, (name, verdicts) in zip(grid.flat, found.items(), strict=False):
            _panel(axes, name, verdicts)
        for axes in list(grid.flat)[len(found) :]:
            axes.set_visible(False)
        figure.supxlabel("true relative error", fontsize=9)
        figure.supylabel("stated relative error", fontsize=9)
        handles = [Line2D([], [], **look | {"markersize": 4}) for look in LOOKS.values()]
        figure.legend(handles=handles, loc="upper center", ncols=4, frameon=False, fontsize=8)
        figure.subplots_adjust(left=0.1, right=0.97, bottom=0.075, top=0.92, hspace=0.12, wspace=0.07)
        figure.savefig(path, metadata={"Software": None})


def _panel(axes: Axes, name: str, verdicts: Sequence[Verdict]) -> None:
    shown = [v for v in verdicts if v.claims and v.case.differentiable]
    for (violated, stands), look in LOOKS.items():
        chosen = [v for v in shown if (v.violated, v.answer.stands) == (violated, stands)]
        axes.plot([decade(v.relative) for v in chosen], [decade(v.relative_claim) for v in chosen], **look)
    axes.plot([LOW, HIGH], [LOW, HIGH], color=DARK, linewidth=0.8)
    axes.set(xlim=(LOW, HIGH), ylim=(LOW, HIGH), xticks=range(-16, 5, 4), yticks=range(-16, 5, 4), axisbelow=True)
    axes.set_xticklabels([f"$10^{{{d}}}$" for d in range(-16, 5, 4)])
    axes.set_yticklabels([f"$10^{{{d}}}$" for d in range(-16, 5, 4)])
    axes.grid(color=PALE, linewidth=0.5)
    axes.set_title(f"{name}: {sum(v.violated for v in shown)} of {len(shown)} claims too small", fontsize=9, pad=4)
