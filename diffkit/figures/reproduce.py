"""The pictures of published results, recomputed."""

import math

from matplotlib.figure import Figure

from diffkit.captions import label
from diffkit.figures.fonts import drawing
from diffkit.figures.lines import STYLES, Curve, draw, name_ends, narrow
from diffkit.figures.sheet import WIDTHS, decades, new_sheet, power
from diffkit.messages import say
from diffkit.results import Reproduction, Series


@drawing()
def errors(result: Reproduction, width: str = "full") -> Figure:
    """Return the picture of the errors of a result against the step, on logarithmic scales."""
    sheet = new_sheet(WIDTHS[width], 200.0, [])
    drawn = [_curve(series, STYLES[1 + 3 * i]) for i, series in enumerate(result.curves)]
    narrow(sheet, drawn, WIDTHS[width])
    draw(sheet, drawn)
    places = [x for curve in drawn for x, _ in curve.points]
    ticks = decades(min(places), max(places), most=9)
    sheet.axes.set_xticks(ticks, labels=[power(d) for d in ticks])
    sheet.axes.set(xlabel=say("axis.step"), ylabel=say("axis.error.published"), xlim=(min(places) - 0.3, max(places) + 0.3))
    name_ends(sheet, drawn)
    return sheet.figure


def _curve(series: Series, style: tuple[str, str, str]) -> Curve:
    points = [(math.log10(h), math.log10(e)) for h, e in sorted(series.points)]
    return Curve(label(series.name), points, (*style[:2], ""))
