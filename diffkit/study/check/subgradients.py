"""At a kink of several entries at once: is g one of the subgradients?

Clarke's subdifferential is the convex hull of the gradients near the point (Clarke 1983), here of a random sample of them (Burke,
Lewis and Overton 2005).  A sample may miss corners, so g is only called outside if it also exceeds the slope of f, on either
side, along the direction that separates it from the sample.
"""

from collections.abc import Callable, Sequence

import numpy as np

from diffkit.study.check.handover import Array

MOST = 6  # entries: a sample of SAMPLES gradients meets every corner of so many
SAMPLES = 256
NEAR, STEP = 2.0**-16, 2.0**-26  # how far the sample lies from the point, and the steps of its differences, both times |x| or 1
CLEAR = 1e-3  # part of the size of the slopes that counts as a difference


def excess(
    value: Callable[[Array], float], x: Array, g: Array, entries: Sequence[int], dice: np.random.Generator
) -> Array | None:
    """How far g, by these entries, lies outside, as part of the size of the slopes; None unless it certainly does."""
    size = max(1.0, float(np.abs(x).max(initial=0.0)))
    sample = _gradients(value, x, entries, size, dice)
    if len(sample) <= len(entries) or len(entries) > MOST:
        return None
    g = g[list(entries)]
    away = g - _nearest(sample, g)
    slopes = float(np.abs(sample).max())
    if np.abs(away).max() <= 10 * CLEAR * slopes:
        return None
    d = np.zeros_like(x)
    d[list(entries)] = away / np.abs(away).max()
    h = NEAR * size
    steepest = max(value(x + h * d) - value(x), value(x) - value(x - h * d)) / h
    certain = float(g @ d[list(entries)]) > steepest + CLEAR * slopes
    return np.abs(away) / slopes if certain else None


def _gradients(
    value: Callable[[Array], float], x: Array, entries: Sequence[int], size: float, dice: np.random.Generator
) -> Array:
    """Gradients, by these entries, at points nearby where f is smooth."""
    found = []
    for _ in range(SAMPLES):
        near = x.copy()
        near[list(entries)] += NEAR * size * dice.uniform(-1, 1, len(entries))
        slopes = np.array([_sides(value, near, i, STEP * size) for i in entries])
        jump = np.abs(slopes[:, 0] - slopes[:, 1]).max()
        if np.isfinite(slopes).all() and jump <= CLEAR * np.abs(slopes).max():
            found.append(slopes.mean(axis=1))
    return np.array(found)


def _sides(value: Callable[[Array], float], x: Array, i: int, h: float) -> tuple[float, float]:
    above, below = x.copy(), x.copy()
    above[i] += h
    below[i] -= h
    middle = value(x)
    return (value(above) - middle) / (above[i] - x[i]), (middle - value(below)) / (x[i] - below[i])


def _nearest(points: Array, g: Array) -> Array:
    """The point of the convex hull nearest g: sum w = 1, w >= 0, by non-negative least squares (Lawson and Hanson 1974)."""
    points = np.unique(points.round(12), axis=0)
    heavy = 1e3 * max(1.0, float(np.abs(points).max()))
    a, b = np.vstack([points.T, np.full(len(points), heavy)]), np.append(g, heavy)
    used, w = np.zeros(len(points), dtype=bool), np.zeros(len(points))
    for _ in range(3 * len(points)):
        gain = np.where(used, -np.inf, a.T @ (b - a @ w))
        if gain.max() <= 1e-9 * heavy:
            break
        used[int(gain.argmax())] = True
        w, used = _feasible(a, b, w, used)
    return np.asarray(points.T @ w)


def _feasible(a: Array, b: Array, w: Array, used: Array) -> tuple[Array, Array]:
    """The least squares weights of those in use; who would become negative leaves."""
    while True:
        best = np.zeros_like(w)
        best[used] = np.linalg.lstsq(a[:, used], b, rcond=None)[0]
        if (best[used] > 0).all():
            return best, used
        falling = used & (best <= 0)
        way = float((w[falling] / (w[falling] - best[falling])).min())
        w = w + way * (best - w)
        used = used & (w > 1e-14)
