"""The pictures of correct digits, by engine and by advice."""

from matplotlib.figure import Figure

from diffkit.captions import label
from diffkit.figures.fonts import drawing
from diffkit.figures.sheet import PALE, WIDTHS, new_sheet
from diffkit.messages import say
from diffkit.results import Advice, Comparison
from diffkit.tables import fixed

MOST_WAYS = 25  # rows of the picture of an advice


@drawing()
def engines(record: Comparison, width: str = "full") -> Figure:
    """Return the picture of correct digits by engine, best first."""
    return _digits([(label(e.engine), e.correct_digits or 0.0, e.digits()) for e in record.judged()], WIDTHS[width])


@drawing()
def advice(record: Advice, width: str = "full") -> Figure:
    """Return the picture of correct digits by way to the derivative, in the order of what they need to know."""
    several = len(record.derivatives) > 1
    ways = [(f"d/d{d.wrt}: " * several + label(o.shown()), o.correct_digits) for d in record.derivatives for o in d.options]
    once = list(dict.fromkeys(ways))  # the best in float64 may be the best of another row
    return _digits([(way, digits, fixed(digits, 1)) for way, digits in once[:MOST_WAYS]], WIDTHS[width])


@drawing()
def _digits(rows: list[tuple[str, float, str]], width: float) -> Figure:
    """Dots by correct digits: the label, the digits, and how they are written."""
    sheet = new_sheet(width, 16.0 * max(len(rows), 1) + 8, [], right=40.0)
    axes, place = sheet.axes, sheet.axes.get_position()
    left = max([sheet.size(name)[0] for name, _, _ in rows] or [0]) + 12
    axes.set_position((left / width, place.y0, 1 - (left + 40) / width, place.height))
    for row, (_, known, shown) in enumerate(rows):
        digits = min(max(known, 0.0), 17.0)
        axes.plot([0, digits], [row, row], color=PALE, linewidth=1, zorder=1)
        axes.plot(digits, row, marker="o", color="#0072B2", markersize=4.5, clip_on=False)
        axes.annotate(shown, (digits, row), xytext=(6, 0), textcoords="offset points", va="center_baseline", gid="label")
    axes.set(xlim=(0, 17), ylim=(max(len(rows), 1) - 0.5, -0.5), xlabel=say("axis.digits"))
    axes.set_xticks(range(0, 17, 2), labels=[str(d) for d in range(0, 17, 2)])
    axes.set_yticks(range(len(rows)), labels=[name for name, _, _ in rows], parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return sheet.figure
