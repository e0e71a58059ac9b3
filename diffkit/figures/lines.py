"""Curves that are named at their right ends, so that a picture needs no legend."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from diffkit.figures.labels import spread
from diffkit.figures.sheet import PALE, Sheet, decades, power

STYLES = (
    ("#5f5f5f", "s", ":"),
    ("#C25500", "o", "-"),
    ("#9A6400", "v", "--"),
    ("#007A59", "D", "-."),
    ("#0072B2", "^", "-"),
    ("#8A3F74", "P", "--"),
    ("#333333", "X", ":"),
    ("#56707F", "h", "-."),
    ("#5B4CC4", "<", "-"),
    ("#7A5C3E", ">", "--"),
)
GAP = 18.0  # points of print between the axes and the names


class Curve(NamedTuple):
    """Points in data coordinates under a name; a style is its colour, marker and line."""

    name: str
    points: Sequence[tuple[float, float]]
    style: tuple[str, str, str]


def narrow(sheet: Sheet, drawn: Sequence[Curve], width: float) -> None:
    """Make room for the names beside the axes."""
    room = max([sheet.size(curve.name)[0] for curve in drawn] or [0.0]) + GAP + 16
    place = sheet.axes.get_position()
    sheet.axes.set_position((place.x0, place.y0, 1 - place.x0 - room / width, place.height))


def draw(sheet: Sheet, drawn: Sequence[Curve], foot: float | None = None) -> None:
    """Draw curves on axes whose vertical scale is in decades; ``foot`` is the decade at which they begin."""
    axes = sheet.axes
    for curve in drawn:
        color, marker, line = curve.style
        face = "white" if marker == "s" else color
        how: Any = {"markersize": 4, "markerfacecolor": face, "clip_on": False, "zorder": 3}
        axes.plot(*zip(*curve.points, strict=True), color=color, marker=marker, linestyle=line, **how)
    heights = [y for curve in drawn for _, y in curve.points] or [0.0]
    low = min(heights) if foot is None else foot
    high = max(*heights, low + 1.0, low + 1.0)
    margin = 0.03 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    ticks = decades(low, high, most=8)
    axes.set_yticks(ticks, labels=[power(d) for d in ticks])
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def numbered(sheet: Sheet, places: Sequence[tuple[float, str]]) -> None:
    """Set the limits of the horizontal axis, and as many of its ticks as there is room for."""
    if not places:
        return
    wide = max(places[-1][0] - places[0][0], 1e-9)
    sheet.axes.set_xlim(places[0][0] - 0.04 * wide, places[-1][0] + 0.02 * wide)
    apart = max(sheet.size(text)[0] for _, text in places) + 6
    shown: list[tuple[float, str]] = []
    for x, text in places:
        if not shown or (x - shown[-1][0]) / (1.06 * wide) * sheet.frame.width >= apart:
            shown.append((x, text))
    sheet.axes.set_xticks([x for x, _ in shown], labels=[text for _, text in shown])


def name_ends(sheet: Sheet, drawn: Sequence[Curve]) -> None:
    """Write the names beside the right ends, spread so that they never overlap; limits of the axes are set before."""
    frame = sheet.frame
    ends = [float(sheet.place([curve.points[-1][0]], [curve.points[-1][1]])[0, 1]) for curve in drawn]
    low, high = frame.y - frame.height / 2 - 6, frame.y + frame.height / 2 + 6
    for curve, height in zip(drawn, spread(ends, [12.0] * len(ends), low, high), strict=True):
        color = curve.style[0]
        line: dict[str, Any] = {"arrowstyle": "-", "color": color, "shrinkA": 2, "shrinkB": 3, "relpos": (0, 0.5)}
        line |= {"linewidth": 0.6, "linestyle": (0, (1, 2))}  # not to be taken for a piece of the curve
        how: Any = {"xytext": (1 + GAP / frame.width, (height - frame.y) / frame.height + 0.5), "textcoords": "axes fraction"}
        how |= {"va": "center", "parse_math": False, "annotation_clip": False}
        sheet.axes.annotate(curve.name, curve.points[-1], color=color, arrowprops=line, gid="label", **how)
