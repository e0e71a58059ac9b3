"""The picture of what a gradient costs beside f, as n grows."""

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from diffkit.captions import label
from diffkit.figures.fonts import drawing
from diffkit.figures.lines import STYLES, Curve, draw, name_ends, narrow, numbered
from diffkit.figures.sheet import DARK, WIDTHS, new_sheet
from diffkit.messages import say
from diffkit.results import Cost, CostRow, Growth

SHOWN = ("forward", "symbolic", "complex-step", "richardson", "D0", "D+", "reverse")
HIDDEN = ("D-", "compiled")  # the first lies on D+, the other on reverse
PALETTE = dict(zip(SHOWN, (STYLES[3], STYLES[2], STYLES[9], STYLES[8], STYLES[4], STYLES[1], STYLES[5]), strict=True))


@drawing()
def cost(record: Cost, width: str = "full") -> Figure:
    """Return the picture of cost(gradient)/cost(f) against n, from the counts, with the cheap-gradient bound."""
    sheet = new_sheet(WIDTHS[width], 200.0, [])
    drawn = _curves(record, brief=width != "full")
    narrow(sheet, drawn, WIDTHS[width])
    draw(sheet, drawn, foot=0.0)
    numbered(sheet, sorted({(_place(record, row), str(_number(record, row))) for row in record.rows if row.ratio}))
    sheet.axes.set(xlabel=say("axis.inputs") if _by_inputs(record) else "$n$")
    sheet.axes.set(ylabel=say("axis.cost"))
    name_ends(sheet, drawn)
    return sheet.figure


def _curves(record: Cost, brief: bool) -> list[Curve]:
    """Return the bound and one curve an engine, peers included."""
    rows = [row for row in record.rows if row.ratio and row.engine not in HIDDEN]
    growth = {g.engine: g for g in record.growth}
    found = []
    for engine in sorted({row.engine for row in rows}, key=lambda name: SHOWN.index(name) if name in SHOWN else len(SHOWN)):
        points = sorted((_place(record, row), math.log10(row.ratio)) for row in rows if row.engine == engine and row.ratio)
        found.append(Curve(_name(engine, growth.get(engine), brief), points, PALETTE.get(engine, STYLES[6])))
    return [*found, _bound(record, rows, brief)]  # above a curve that lies on it


def _bound(record: Cost, rows: Sequence[CostRow], brief: bool) -> Curve:
    places = [_place(record, row) for row in rows]
    name = say("legend.cheap.short" if brief else "legend.cheap", bound=f"{record.bound:g}")
    return Curve(name, [(x, math.log10(record.bound)) for x in (min(places), max(places))], (DARK, "", "--"))


def _name(engine: str, growth: Growth | None, brief: bool) -> str:
    """The engine and how often it calls f, or sweeps."""
    if growth is None:
        return label(engine)
    said = (growth.evaluations if brief else growth.work()) or _raised(growth.order)
    return say("colon", name=label(engine), text=said)


def _raised(order: str) -> str:
    """O(n^2) and O(2.2^n) with exponents where they belong."""
    return order.replace("^n", "\u207f").replace("^2)", "\u00b2)").replace("^3)", "\u00b3)")


def _by_inputs(record: Cost) -> bool:
    return len({row.inputs for row in record.rows}) > 1


def _number(record: Cost, row: CostRow) -> int:
    return row.inputs if _by_inputs(record) else row.n or 0


def _place(record: Cost, row: CostRow) -> float:
    number = _number(record, row)
    return math.log2(number) if _by_inputs(record) else float(number)
