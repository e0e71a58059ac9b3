"""The picture of the chapter's cost: operations of a gradient against the number of inputs."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from diffkit.captions import label
from diffkit.figures.fonts import drawing
from diffkit.figures.labels import spread
from diffkit.figures.sheet import GREY, PALE, WIDTHS, Sheet, new_sheet
from diffkit.messages import say
from diffkit.results import Chapter

LOOKS = {  # mark, ink of the name, marker, line
    "D+": ("#D55E00", "#C25500", "o", "--"),
    "D0": ("#0072B2", "#0072B2", "^", "--"),
    "richardson": ("#009E73", "#007A59", "D", "--"),
    "forward": ("#E69F00", "#9A6400", "s", "-."),
    "reverse": ("#CC79A7", "#8A3F74", "v", "-"),
}
NAMES = {"D+": "$D_+$", "D0": "$D_0$"}


@drawing()
def costs(record: Chapter, width: str = "full") -> Figure:
    """Return the operations of every way to a gradient against n, on logarithmic axes, names at the right ends."""
    n = [work.n for work in record.costs]
    lines = {name: [work.work[name] for work in record.costs] for name in LOOKS}
    names = {name: NAMES.get(name) or _way(name) for name in LOOKS} | {"f": "$f$"}
    sheet = new_sheet(WIDTHS[width], 210.0, [], right=96.0)
    axes = sheet.axes
    axes.set(xscale="log", yscale="log", xlabel=say("axis.weights"), ylabel=say("axis.operations"))
    axes.plot(n, [work.operations for work in record.costs], color=GREY, linewidth=1)
    for name, (color, _, marker, style) in LOOKS.items():
        axes.plot(n, lines[name], color=color, marker=marker, linestyle=style, markersize=3.5, linewidth=1.1)
    axes.set_xticks(n, labels=list(map(str, n)), minor=False)
    axes.set_xticks([], minor=True)
    axes.grid(color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    ends = {name: values[-1] for name, values in lines.items()} | {"f": record.costs[-1].operations}
    _write_names(sheet, ends, names, n[-1])
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return sheet.figure


def _way(name: str) -> str:
    return label(name) if name == "richardson" else say(f"mode.{name}")


def _write_names(sheet: Sheet, ends: dict[str, int], names: dict[str, str], last: int) -> None:
    """Write each name beside the end of its line, none over another."""
    frame = sheet.frame
    heights = sheet.place([last] * len(ends), list(ends.values()))[:, 1]
    wanted = spread(heights.tolist(), [11.0] * len(ends), frame.y - frame.height / 2, frame.y + frame.height / 2 + 6)
    for name, height in zip(ends, wanted, strict=True):
        ink = LOOKS[name][1] if name in LOOKS else GREY
        start = np.array([[frame.x + frame.width / 2 + 14, height]])
        x, y = sheet.fraction(start)[0]
        how: Any = {"xycoords": "data", "textcoords": "axes fraction", "va": "center", "annotation_clip": False, "gid": "label"}
        line = {"arrowstyle": "-", "color": ink, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
        sheet.axes.annotate(names[name], (last, ends[name]), xytext=(x, y), color=ink, arrowprops=line, **how)
