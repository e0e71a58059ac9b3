"""One scheme of a sweep, ready to draw: its errors, the model beside them, its colours.

Letters: h a step, e an error.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diffkit.figures.labels import Points
from diffkit.figures.sheet import DARK
from diffkit.results import Scheme


class Look(NamedTuple):
    """How a scheme is drawn: mark and text colour (Okabe-Ito, the text darker), marker, filled or hollow, its label."""

    color: str
    ink: str
    marker: str
    filled: bool
    label: str


LOOKS = {
    "D+": Look("#D55E00", "#C25500", "o", True, "$D_+$"),
    "D-": Look("#E69F00", "#9A6400", "s", False, "$D_-$"),
    "D0": Look("#0072B2", "#0072B2", "^", True, "$D_0$"),
    "richardson": Look("#009E73", "#007A59", "D", True, "Richardson"),
    "complex-step": Look("#CC79A7", "#8A3F74", "+", True, "complex step"),
}
OTHER = Look(DARK, DARK, "x", True, "")


@dataclass
class Curve:
    """One scheme, ready to draw: its errors divided by the scale of the sweep."""

    scheme: Scheme
    look: Look
    h: Points
    error: Points
    status: Points
    model: Points  # columns: predicted, truncation, rounding, bound of the rounding
    best: tuple[float, float] | None  # predicted step and its error

    def shown(self, *status: str) -> tuple[Points, Points]:
        """Return h and error of the samples of that status that a logarithm takes."""
        keep = np.isin(self.status, status) & np.isfinite(self.error) & (self.error > 0) & (self.h > 0)
        return self.h[keep], self.error[keep]

    def branches(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return where truncation alone and rounding alone are drawn: on the far side of the star, while near its height."""
        none = np.zeros(len(self.h), dtype=np.bool_)
        if self.best is None or self.scheme.scheme == "complex-step":
            return none, none
        _, truncation, rounding, _ = self.model.T
        least = self.best[1] / 60
        right = self.h >= self.best[0]
        # where |f| grows with h the rounding does too, far from the star: that part is left out
        edge = np.min(self.h[right & (rounding <= least)], initial=min(np.inf, 100 * self.best[0]))
        return (truncation > least) & (self.h <= self.best[0]), right & (self.h < edge)

    @property
    def drawn(self) -> bool:
        """Whether any of its samples is in the picture."""
        return bool(len(self.shown("ok", "below-ulp")[0]) or (self.status == "exact").any())

    def branch(self) -> tuple[Points, Points]:
        """Return the part to write along: right of the predicted step, or of the smallest error, or flat."""
        h, error = self.shown("ok")
        if self.scheme.scheme == "complex-step" and len(h):
            flat = error < 100 * np.quantile(error, 0.2)  # the least may be luck
            return h[flat], np.full(np.count_nonzero(flat), np.exp(np.mean(np.log(error[flat]))))
        turns = [turn for turn in (self.scheme.h_predicted, self.scheme.h_measured_best) if turn]
        rights = [h > 3 * turn for turn in turns] or [np.full(len(h), True)]
        right = rights[0] if np.count_nonzero(rights[0]) > 12 else max(rights, key=np.count_nonzero)
        return (h[right], error[right]) if np.count_nonzero(right) > 3 else (h, error)


def curve_of(scheme: Scheme, scale: float) -> Curve:
    samples = sorted((s for s in scheme.samples if s.h > 0 and math.isfinite(s.h)), key=lambda s: s.h)
    columns = ("predicted", "predicted_truncation", "predicted_rounding", "predicted_bound")
    model = [[math.nan if (v := getattr(s, name)) is None else v for name in columns] for s in samples]
    look = LOOKS.get(scheme.scheme, OTHER._replace(label=scheme.scheme.replace("$", "")))
    status = np.array(["exact" if s.total == 0 and s.status == "ok" else s.status for s in samples], dtype=str)
    steps, errors = np.array([s.h for s in samples]), np.array([s.total for s in samples]) / scale
    h, e = scheme.h_predicted, scheme.error_predicted
    best = (h, e / scale) if h and e and math.isfinite(h) and math.isfinite(e) else None
    return Curve(scheme, look, steps, errors, status, np.array(model, dtype=float).reshape(-1, 4) / scale, best)


def groups_of(curves: Sequence[Curve]) -> list[list[Curve]]:
    """Put D+ and D- under one label where their errors can hardly be told apart."""
    groups = [[c] for c in curves]
    pair = [c for c in curves if c.scheme.scheme in ("D+", "D-")]
    if len(pair) == 2 and all(len(c.branch()[0]) > 3 for c in pair):
        (h0, e0), (h1, e1) = (c.branch() for c in pair)
        apart = np.abs(np.log(e0) - np.interp(np.log(h0), np.log(h1), np.log(e1)))
        fits = [c.scheme.fitted_order for c in pair]
        if np.median(apart) < 1 and None not in fits and abs(fits[0] - fits[1]) < 0.05:  # type: ignore[operator]
            groups = [pair, *([c] for c in curves if c not in pair)]
    return groups


def mark(look: Look, scale: float = 1.0) -> dict[str, Any]:
    face = look.color if look.filled else "white"
    size = scale * {"D": 2.3, "+": 3.6, "s": 3.2, "o": 2.4}.get(look.marker, 2.8)
    return {"color": look.color, "marker": look.marker, "markerfacecolor": face, "markersize": size, "markeredgewidth": 0.5}
