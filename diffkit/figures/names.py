"""What is written along the curves of a picture of errors: names, fitted slopes, triangles of the expected order."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from diffkit.figures.curves import Curve, Look, groups_of
from diffkit.figures.labels import Box, Points, beside, freest
from diffkit.figures.sheet import DARK, Sheet
from diffkit.tables import fixed


def write_names(sheet: Sheet, curves: Sequence[Curve]) -> None:
    """Write name and fitted slope along each curve; steep ones, which have least room, first."""
    for group in sorted(groups_of(curves), key=lambda g: -g[0].scheme.order_of_accuracy):
        h, error = group[0].branch()
        low, high = sheet.axes.get_ylim()
        inside = (error > low) & (error < high)
        if np.count_nonzero(inside) < 2:
            continue
        name = r"$,\ $".join(c.look.label for c in group)
        slope = group[0].scheme.fitted_order
        shown = fixed(slope).replace("-", "\u2212")
        texts = [name] if slope is None else [f"{name} (slope {shown})", f"{name} ({shown})", name]
        side = -1 if group[0].scheme.order_of_accuracy > 2 else 1  # the last curve has free room on its right
        sheet.fit(texts, sheet.place(h[inside], error[inside]), group[0].look.ink, side=side)


def draw_triangles(sheet: Sheet, curves: Sequence[Curve]) -> None:
    """Draw the expected order as a triangle to scale, beside each curve that has it; small where room is scarce."""
    spots = np.concatenate([*sheet.points, np.empty((0, 2))])
    origin = [sheet.axes.get_xlim()[0], sheet.axes.get_ylim()[0]]
    unit = sheet.place([10 * origin[0]], [10 * origin[1]])[0] - sheet.place([origin[0]], [origin[1]])[0]  # a decade
    for group in groups_of(curves):
        c, p = group[0], group[0].scheme.order_of_accuracy
        h, error = c.branch()
        keep = (error > origin[1]) & (error < sheet.axes.get_ylim()[1]) & _rising(error)
        fit = c.scheme.fitted_order
        if fit is None or abs(fit - p) > 0.25 or c.scheme.scheme == "complex-step" or np.count_nonzero(keep) < 2:
            continue
        curve = sheet.place(h[keep], error[keep])
        for size, gaps in ((1.2, (4, 10)), (0.9, (3, 8)), (0.7, (2, 6)), (0.55, (2, 4))):
            base = size / math.sqrt(p)  # decades
            width, height = base * unit[0], base * p * unit[1]
            box = freest(beside(curve, width + 9, height + 11, gaps), spots, sheet.taken, sheet.frame)
            if width < 5 or height < 5:
                break  # no triangle, only a blot
            if box and box.count(spots) == 0:
                _triangle(sheet, box, width, height, c.look, str(p))
                break


def _rising(error: Points) -> NDArray[np.bool_]:
    """Return which samples of a branch lie left of where it reaches its top: beyond, h is too large for any order."""
    return np.asarray(np.cumsum(error > 0.3 * error.max(initial=0.0)) == 0, dtype=np.bool_)


def _triangle(sheet: Sheet, box: Box, width: float, height: float, look: Look, order: str) -> None:
    left, low = box.x - box.width / 2 + 1, box.y + box.height / 2 - height - 1
    corners = np.array([[left, low], [left + width, low], [left + width, low + height]])
    how: Any = {"closed": True, "facecolor": look.color + "22", "edgecolor": look.color, "linewidth": 0.8}
    sheet.axes.add_patch(Polygon(sheet.fraction(corners), transform=sheet.axes.transAxes, **how))
    sheet.write("1", Box(left + width / 2, low - 5.5, 5, 8), color=look.ink, size=8)
    sheet.write(order, Box(left + width + 5, low + height / 2, 5, 8), color=look.ink, size=8)
    sheet.taken.append(box)


def write_rounding(sheet: Sheet, curves: Sequence[Curve]) -> None:
    """Write along the rounding branch, where there is one with slope -1."""
    for c in curves:
        h, error = c.shown("ok")
        left = h < (c.scheme.h_predicted or c.scheme.h_measured_best or 0) / 100
        if np.count_nonzero(left) < 12 or abs(np.polyfit(np.log(h[left]), np.log(error[left]), 1)[0] + 1) > 0.2:
            continue
        modelled = np.isfinite(c.model[:, 3]) & (c.h < h[left].max()) & (c.h > sheet.axes.get_xlim()[0])
        level = np.exp(np.mean(np.log(error[left] * h[left])))
        curve = (c.h[modelled], c.model[modelled, 3]) if modelled.sum() > 2 else (h[left], 3 * level / h[left])
        inside = curve[1] < sheet.axes.get_ylim()[1]
        if sheet.fit([r"rounding ${\propto}\,h^{-1}$"], sheet.place(curve[0][inside], curve[1][inside]), DARK):
            return
