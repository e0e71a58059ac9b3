"""The pictures of a swell study: sizes by form or against n, and what the forms do to the accuracy."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from diffkit.figures.fonts import drawing
from diffkit.figures.lines import STYLES, Curve, draw, name_ends, narrow, numbered
from diffkit.figures.sheet import DARK, PALE, WIDTHS, Sheet, decades, new_sheet, power
from diffkit.messages import say, word
from diffkit.results import Form, Swell
from diffkit.tables import count

SIZES = (("tree", "o", "#0072B2"), ("dag", "s", "#C25500"), ("operations", "^", "#007A59"))
TREES = ("f", "f' symbolic", "f' simplified")  # what is drawn as it is written out
GRAPHS = ("f' cse", "f' forward", "f' tape", "f' Taylor")  # and what is a program
ERRORS = ("f' symbolic", "f' horner", "f' factored", "f' simplified", "f' cse", "f' forward", "f' tape", "f' Taylor")
NAMES = ("f", *ERRORS, "f' reverse")
PANEL, BETWEEN = 140.0, 16.0  # points of print: the height of one of two panels, and the gap


@drawing()
def swell(record: Swell, width: str = "full") -> Figure:
    """Return the picture of sizes: dots by form, or lines against n where the forms carry one."""
    return _lines(record, WIDTHS[width]) if record.family() else _dots(record, WIDTHS[width]).figure


@drawing()
def accuracy(record: Swell, width: str = "full") -> Figure:
    """Return the picture of sizes above errors against n, or of errors by form."""
    return _two_panels(record, WIDTHS[width]) if record.family() else _error_dots(record, WIDTHS[width])


# --- one function: dots by form ----------------------------------------------------------------------------------------------
def _dots(record: Swell, width: float) -> Sheet:
    forms = record.forms
    handles = [(Line2D([], [], color=c, marker=m, linestyle="none", markersize=4), say(f"legend.{name}")) for name, m, c in SIZES]
    sheet = new_sheet(width, 34.0 * max(len(forms), 1) + 8, handles, right=12.0)
    axes, place = sheet.axes, sheet.axes.get_position()
    left = max([sheet.size(_prime(word(f.form)))[0] for f in forms] or [0]) + 12
    axes.set_position((left / width, place.y0, 1 - (left + 30) / width, place.height))
    top = max([_log_size(f.tree_size) for f in forms] + [1.0])
    for row, form in enumerate(forms):
        if form.status != "ok":
            how: Any = {"va": "center", "color": DARK, "style": "italic", "parse_math": False, "gid": "label"}
            axes.text(0.0, row, f" {word(form.status)}", **how)
            continue
        for k, ((_, marker, color), size) in enumerate(zip(SIZES, _form_sizes(form), strict=True)):
            y, x = row + 0.27 * (k - 1), _log_size(size)
            axes.plot([0, x], [y, y], color=PALE, linewidth=1, zorder=1)
            axes.plot(x, y, marker=marker, color=color, markersize=4, zorder=3)
            how = {"xytext": (5, 0), "textcoords": "offset points", "va": "center_baseline", "size": 8}
            axes.annotate(count(size), (x, y), color=color, gid="label", **how)
    axes.set(xlim=(0, top * 1.02), ylim=(max(len(forms), 1) - 0.5, -0.5), xlabel=say("axis.size"))
    axes.set_yticks(range(len(forms)), labels=[_prime(word(f.form)) for f in forms], parse_math=False)
    axes.tick_params(axis="y", length=0)
    ticks = decades(0, top, most=9)
    axes.set_xticks(ticks, labels=[power(d) for d in ticks])
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    _bare(sheet)
    return sheet


def _form_sizes(form: Form) -> tuple[int, int, int]:
    return form.tree_size, form.dag_size, form.operations


def _error_dots(record: Swell, width: float) -> Figure:
    """Draw the largest and the median error of every form."""
    forms = [form for form in record.forms if form.largest_error is not None]
    handles = [(_mark("o", "#C25500"), say("legend.largest")), (_mark("s", "#0072B2"), say("legend.median"))]
    sheet = new_sheet(width, 18.0 * max(len(forms), 1) + 8, handles, right=12.0)
    axes, place = sheet.axes, sheet.axes.get_position()
    left = max([sheet.size(_prime(word(form.form)))[0] for form in forms] or [0]) + 12
    axes.set_position((left / width, place.y0, 1 - (left + 16) / width, place.height))
    spots = [(row, key, _log_error(error)) for row, f in enumerate(forms) for key, error in enumerate(_errors(f))]
    low, high = min([x for *_, x in spots] or [-17.0]), max([x for *_, x in spots] or [0.0])
    for row, key, x in spots:
        marker, color = (("o", "#C25500"), ("s", "#0072B2"))[key]
        axes.plot(x, row, marker=marker, color=color, markersize=4.5 - key, clip_on=False, zorder=3)
    axes.set(xlim=(low - 0.5, high + 0.5), ylim=(len(forms) - 0.5, -0.5), xlabel=say("axis.error.of-forms"))
    axes.set_yticks(range(len(forms)), labels=[_prime(word(form.form)) for form in forms], parse_math=False)
    ticks = decades(low - 0.5, high + 0.5, most=9)
    axes.set_xticks(ticks, labels=[power(d) for d in ticks])
    axes.tick_params(axis="y", length=0)
    axes.grid(color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    _bare(sheet)
    return sheet.figure


def _mark(marker: str, color: str) -> Line2D:
    return Line2D([], [], color=color, marker=marker, linestyle="none", markersize=4)


def _errors(form: Form) -> Sequence[float]:
    return form.largest_error or 0.0, form.median_error or 0.0


def _bare(sheet: Sheet) -> None:
    for side in ("top", "right"):
        sheet.axes.spines[side].set_visible(False)


# --- a family: lines against n ---------------------------------------------------------------------------------------------
def _lines(record: Swell, width: float) -> Figure:
    sheet = new_sheet(width, 200.0, [])
    drawn = _sizes(record)
    narrow(sheet, drawn, width)
    _panel(sheet, record, drawn, say("axis.size"), foot=0.0)
    sheet.axes.set(xlabel=_label(record))
    return sheet.figure


def _two_panels(record: Swell, width: float) -> Figure:
    """Draw the sizes above, the largest errors below, over the same n."""
    lower = new_sheet(width, 2 * PANEL + BETWEEN, [])
    sizes, errors = _sizes(record), _error_curves(record)
    narrow(lower, [*sizes, *errors], width)
    place = lower.axes.get_position()
    share = place.height * PANEL / (2 * PANEL + BETWEEN)
    upper = Sheet(lower.figure, lower.figure.add_axes((place.x0, place.y1 - share, place.width, share)))
    lower.axes.set_position((place.x0, place.y0, place.width, share))
    _panel(upper, record, sizes, say("axis.size.short"), foot=0.0)
    upper.axes.tick_params(axis="x", labelbottom=False)
    _panel(lower, record, errors, say("axis.error.largest"))
    lower.axes.set(xlabel=_label(record))
    return lower.figure


def _panel(sheet: Sheet, record: Swell, drawn: Sequence[Curve], label: str, foot: float | None = None) -> None:
    draw(sheet, drawn, foot)
    numbered(sheet, [(float(n), str(n)) for n in sorted({f.n for f in record.forms if f.n is not None})])
    sheet.axes.set_ylabel(label)
    name_ends(sheet, drawn)


def _label(record: Swell) -> str:
    return say("axis.order") if record.parameter == "order" else "$n$"


def _sizes(record: Swell) -> list[Curve]:
    """Return the sizes: of the tree where the form is a formula, of the graph where it is a program."""
    trees = {form: _points(record, form, lambda f: _log_size(f.tree_size)) for form in TREES}
    programs = GRAPHS if record.of("f' forward") else ("f' cse", "f' reverse", "f' tape")
    graphs = {form: _points(record, form, lambda f: _log_size(f.dag_size)) for form in programs}
    named = [(form, "legend.tree", points) for form, points in trees.items()]
    named += [(form, "legend.dag", points) for form, points in graphs.items()]
    return [Curve(f"{_name(record, form)} ({say(kind)})", points, _style(form)) for form, kind, points in named if points]


def _error_curves(record: Swell) -> list[Curve]:
    found = {form: _points(record, form, lambda f: _log_error(f.largest_error)) for form in ERRORS}
    return [Curve(_name(record, form), points, _style(form)) for form, points in found.items() if points]


def _points(record: Swell, form: str, height: Callable[[Form], float]) -> list[tuple[float, float]]:
    return [(float(f.n), y) for f in record.of(form) if f.n is not None and math.isfinite(y := height(f))]


def _style(form: str) -> tuple[str, str, str]:
    return STYLES[NAMES.index(form) % len(STYLES)]


def _name(record: Swell, form: str) -> str:
    """The name of a curve; one through derivatives of several orders says only how they are written."""
    return word(form).removeprefix("f' ") if record.parameter == "order" else _prime(word(form))


def _prime(name: str) -> str:
    return name.replace("'", "\u2032")


def _log_size(size: int) -> float:
    return math.log10(size) if size > 0 else 0.0  # beware: a size may exceed every float


def _log_error(error: float | None) -> float:
    """The exponent of an error; one of 0 stands at the unit roundoff, below which nothing can be told apart."""
    return math.nan if error is None else math.log10(max(error, 2.0**-53))
