"""The pictures of sizes (swell) and of correct digits, by engine and by advice."""

import math
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from diffkit.captions import label
from diffkit.figures.labels import spread
from diffkit.figures.sheet import DARK, PALE, STYLE, WIDTHS, Sheet, decades, new_sheet, power
from diffkit.results import Advice, Comparison, Form, Swell
from diffkit.tables import count, fixed

SIZES = (("tree", "o", "#0072B2"), ("DAG", "s", "#C25500"), ("operations", "^", "#007A59"))
MOST_WAYS = 25  # rows of the picture of an advice
FORM_COLORS = (
    ("#5f5f5f", "s", ":"),
    ("#C25500", "o", "-"),
    ("#9A6400", "v", "--"),
    ("#007A59", "D", "-."),
    ("#0072B2", "^", "-"),
)


def swell(record: Swell, width: str = "full") -> Figure:
    """Return the picture of sizes: dots by form, or lines against n where the forms carry one."""
    family = any(form.n is not None for form in record.forms)
    with mpl.rc_context(STYLE):
        sheet = _swell_lines(record, WIDTHS[width]) if family else _swell_dots(record, WIDTHS[width])
        for side in ("top", "right"):
            sheet.axes.spines[side].set_visible(False)
    return sheet.figure


def _prime(form: str) -> str:
    return form.replace("'", "\u2032")


def _log_size(size: int) -> float:
    return math.log10(size) if size > 0 else 0.0  # beware: a size may exceed every float


def _swell_dots(record: Swell, width: float) -> Sheet:
    forms = record.forms
    handles = [(Line2D([], [], color=c, marker=m, linestyle="none", markersize=4), name) for name, m, c in SIZES]
    sheet = new_sheet(width, 34.0 * max(len(forms), 1) + 8, handles, right=12.0)
    axes, place = sheet.axes, sheet.axes.get_position()
    left = max([sheet.size(_prime(f.form))[0] for f in forms] or [0]) + 12
    axes.set_position((left / width, place.y0, 1 - (left + 30) / width, place.height))
    top = max([_log_size(f.tree_size) for f in forms] + [1.0])
    for row, form in enumerate(forms):
        if form.status != "ok":
            how: Any = {"va": "center", "color": DARK, "style": "italic", "parse_math": False, "gid": "label"}
            axes.text(0.0, row, f" {form.status}", **how)
            continue
        for k, ((_, marker, color), size) in enumerate(zip(SIZES, _form_sizes(form), strict=True)):
            y, x = row + 0.27 * (k - 1), _log_size(size)
            axes.plot([0, x], [y, y], color=PALE, linewidth=1, zorder=1)
            axes.plot(x, y, marker=marker, color=color, markersize=4, zorder=3)
            how = {"xytext": (5, 0), "textcoords": "offset points", "va": "center_baseline", "size": 8}
            axes.annotate(count(size), (x, y), color=color, gid="label", **how)
    axes.set(xlim=(0, top * 1.02), ylim=(max(len(forms), 1) - 0.5, -0.5), xlabel="size (leaves and operations)")
    axes.set_yticks(range(len(forms)), labels=[_prime(f.form) for f in forms], parse_math=False)
    axes.tick_params(axis="y", length=0)
    ticks = decades(0, top, most=9)
    axes.set_xticks(ticks, labels=[power(d) for d in ticks])
    axes.grid(axis="x", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    return sheet


def _form_sizes(form: Form) -> tuple[int, int, int]:
    return form.tree_size, form.dag_size, form.operations


def _swell_lines(record: Swell, width: float) -> Sheet:
    """Draw one line a form: its tree, or the DAG where the form is a program; names at the right ends."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for f in record.forms:
        shared = "reverse" in f.form or "cse" in f.form
        name = f"{_prime(f.form)} ({'DAG' if shared else 'tree'})"
        points = lines.setdefault(name, [])
        if f.status == "ok" and f.n is not None:
            points.append((f.n, _log_size(f.dag_size if shared else f.tree_size)))
    lines = {name: sorted(points) for name, points in lines.items() if points}
    sheet = new_sheet(width, 200.0, [])
    room, place = max([sheet.size(name)[0] for name in lines] or [0]) + 34, sheet.axes.get_position()
    sheet.axes.set_position((place.x0, place.y0, 1 - place.x0 - room / width, place.height))
    _draw_lines(sheet, lines)
    sheet.axes.set(xlabel="$n$", ylabel="size (leaves and operations)")
    sheet.axes.grid(axis="y", color=PALE, linewidth=0.5)
    return sheet


def _draw_lines(sheet: Sheet, lines: dict[str, list[tuple[int, float]]]) -> None:
    axes = sheet.axes
    for rank, points in enumerate(lines.values()):
        color, marker, style = FORM_COLORS[rank % len(FORM_COLORS)]
        face = "white" if marker == "s" else color
        axes.plot(*zip(*points, strict=True), color=color, marker=marker, linestyle=style, markersize=4, markerfacecolor=face)
    numbers = sorted({n for points in lines.values() for n, _ in points})
    top = max([y for points in lines.values() for _, y in points] + [1.0])
    axes.set(ylim=(-0.15, top * 1.05), xlim=(numbers[0] - 0.3, numbers[-1] + 0.1) if numbers else (0, 1))
    shown = numbers[:: max(1, len(numbers) // 10)]
    axes.set_xticks(shown, labels=[str(n) for n in shown])
    ticks = decades(0, top, most=8)
    axes.set_yticks(ticks, labels=[power(d) for d in ticks])
    frame = sheet.frame
    ends = [float(sheet.place([p[-1][0]], [p[-1][1]])[0, 1]) for p in lines.values()]
    heights = spread(ends, [12.0] * len(ends), frame.y - frame.height / 2, frame.y + frame.height / 2 + 8)
    for rank, ((name, points), height) in enumerate(zip(lines.items(), heights, strict=True)):
        color = FORM_COLORS[rank % len(FORM_COLORS)][0]
        y = (height - frame.y) / frame.height + 0.5
        line = {"arrowstyle": "-", "color": color, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
        how: Any = {"xytext": (1 + 18 / frame.width, y), "textcoords": "axes fraction", "va": "center", "parse_math": False}
        axes.annotate(name, points[-1], color=color, arrowprops=line, gid="label", annotation_clip=False, **how)


def engines(record: Comparison, width: str = "full") -> Figure:
    """Return the picture of correct digits by engine, best first."""
    return _digits([(label(e.engine), e.correct_digits or 0.0, e.digits()) for e in record.judged()], WIDTHS[width])


def advice(record: Advice, width: str = "full") -> Figure:
    """Return the picture of correct digits by way to the derivative, in the order of what they need to know."""
    several = len(record.derivatives) > 1
    ways = [(f"d/d{d.wrt}: " * several + label(o.shown()), o.correct_digits) for d in record.derivatives for o in d.options]
    once = list(dict.fromkeys(ways))  # the best in float64 may be the best of another row
    return _digits([(way, digits, fixed(digits, 1)) for way, digits in once[:MOST_WAYS]], WIDTHS[width])


def _digits(rows: list[tuple[str, float, str]], width: float) -> Figure:
    """Dots by correct digits: the label, the digits, and how they are written."""
    with mpl.rc_context(STYLE):
        sheet = new_sheet(width, 16.0 * max(len(rows), 1) + 8, [], right=40.0)
        axes, place = sheet.axes, sheet.axes.get_position()
        left = max([sheet.size(name)[0] for name, _, _ in rows] or [0]) + 12
        axes.set_position((left / width, place.y0, 1 - (left + 40) / width, place.height))
        for row, (_, known, shown) in enumerate(rows):
            digits = min(max(known, 0.0), 17.0)
            axes.plot([0, digits], [row, row], color=PALE, linewidth=1, zorder=1)
            axes.plot(digits, row, marker="o", color="#0072B2", markersize=4.5, clip_on=False)
            axes.annotate(shown, (digits, row), xytext=(6, 0), textcoords="offset points", va="center_baseline", gid="label")
        axes.set(xlim=(0, 17), ylim=(max(len(rows), 1) - 0.5, -0.5), xlabel="correct significant digits")
        axes.set_xticks(range(0, 17, 2), labels=[str(d) for d in range(0, 17, 2)])
        axes.set_yticks(range(len(rows)), labels=[name for name, _, _ in rows], parse_math=False)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=PALE, linewidth=0.5)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    return sheet.figure
