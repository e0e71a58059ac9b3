"""What is written along the curves of a picture of errors: names, fitted slopes, triangles of the expected order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diffkit.figures.curves import Curve, groups_of
from diffkit.figures.labels import Points
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
    for group in groups_of(curves):
        c, p = group[0], group[0].scheme.order_of_accuracy
        h, error = c.branch()
        low, high = sheet.axes.get_ylim()
        keep = (error > low) & (error < high) & _rising(error)
        fit = c.scheme.fitted_order
        if fit is None or abs(fit - p) > 0.25 or c.scheme.scheme == "complex-step" or np.count_nonzero(keep) < 2:
            continue
        sheet.triangle(sheet.place(h[keep], error[keep]), p, c.look.color, c.look.ink)


def _rising(error: Points) -> NDArray[np.bool_]:
    """Return which samples of a branch lie left of where it reaches its top: beyond, h is too large for any order."""
    return np.asarray(np.cumsum(error > 0.3 * error.max(initial=0.0)) == 0, dtype=np.bool_)


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
