"""How fast the Taylor remainder falls: the slope that tells a right gradient from a wrong one.

Letters: ``g`` the gradient under test, ``d`` a direction, ``h`` a power of two, ``c`` the weights of a scheme of order p.  With
the steps s_j = (x + j h d) - x that were actually taken,

    r(h) = | sum_j c_j f(x + s_j) - g . sum_j c_j s_j |

falls like h^(p+1) if g is right, and like h if it is not: slopes 2, 3 and 5 against 1.  The slope is taken in a window that is
found, not given: above the rounding noise of f, and below the steps at which terms of higher order bend the curve.  A line
that smaller steps fall short of, past a kink or a scale of f, is no limit: it shows no slope.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from diffkit.floats import U
from diffkit.namespaces import quiet
from diffkit.results import Remainder, Step
from diffkit.study.check.handover import Array

SCHEMES: dict[str, tuple[int, dict[int, float]]] = {  # order p, weights c
    "taylor": (1, {1: 1.0, 0: -1.0}),
    "symmetric": (2, {1: 1 / 2, -1: -1 / 2}),
    "richardson": (4, {1: 2 / 3, -1: -2 / 3, 2: -1 / 12, -2: 1 / 12}),
}
CLEAR = 32.0  # the window begins where the remainder is so many times the noise: its slope is then right to 0.1
BEND = 0.3  # and ends where the slope between neighbours has changed by so much
FEWEST = 4  # steps in a window
TINIEST = 5e-324  # the smallest double: what is below underflows
LEAST = 60  # steps in all, at an x of everyday size or 0
SHORT = 4.0  # how many times a smaller step may fall short of the line


def along(value: Callable[[Array], float], x: Array, g: Array, d: Array, noise: float) -> tuple[Remainder, ...]:
    """The remainders of every scheme along ``d``, from 4 max(1, |x|) down to the spacing of the floats at x."""
    known: dict[float, tuple[float, Array]] = {}

    def at(t: float) -> tuple[float, Array]:
        if t not in known:
            moved = x + t * d
            known[t] = value(moved), moved - x
        return known[t]

    reach = float(np.abs(d).max(initial=0.0)) / 2
    taken = [h for h in _steps(x, d) if np.abs(at(h)[1]).max(initial=0.0) >= reach * h]  # smaller ones vanish in x + h d
    with quiet():
        return tuple(_remainder(name, [_step(name, at, g, h, noise) for h in taken]) for name in SCHEMES)


def _steps(x: Array, d: Array) -> list[float]:
    """Powers of two from 4 max(1, |x|) down to where x + h d is no longer told from x."""
    top = math.ceil(math.log2(4 * max(1.0, float(np.abs(x).max(initial=0.0)))))
    moved = (d != 0) & (x != 0)
    bottom = math.floor(math.log2(float((np.spacing(np.abs(x[moved])) / np.abs(d[moved])).max(initial=TINIEST))))
    return [2.0**k for k in range(top, min(bottom if moved.any() else top, top - LEAST), -1)]


def _step(scheme: str, at: Callable[[float], tuple[float, Array]], g: Array, h: float, noise: float) -> Step:
    weights = SCHEMES[scheme][1]
    points = [(c, *at(j * h)) for j, c in weights.items()]
    change = math.fsum(c * y for c, y, _ in points) if all(math.isfinite(y) for _, y, _ in points) else math.nan
    predicted = float(g @ sum(c * s for c, _, s in points))
    level = max(noise, U * max(abs(y) for _, y, _ in points), TINIEST)
    rounding = sum(abs(c) for c in weights.values()) * level + 8 * U * abs(predicted)
    return Step(h=h, remainder=abs(change - predicted), noise=rounding)


def _remainder(scheme: str, steps: list[Step]) -> Remainder:
    """The curve of a scheme with its window and its slope there."""
    rising = [s for s in reversed(steps) if math.isfinite(s.remainder)]
    window = _window(rising)
    slope = _fitted(window) if window else None
    ends = (window[0].h, window[-1].h) if window else (None, None)
    order = SCHEMES[scheme][0] + 1
    return Remainder(scheme=scheme, expected_slope=order, slope=slope, low=ends[0], high=ends[1], steps=tuple(steps))


def _fitted(window: Sequence[Step]) -> float:
    h, r = np.log([[s.h for s in window], [s.remainder for s in window]])
    return float(np.polyfit(h, r, 1)[0])


def _window(rising: Sequence[Step]) -> list[Step]:
    """The first steps, from below, that stand clear of the noise and on one line."""
    clear = [s.remainder > CLEAR * s.noise for s in rising]
    for start in range(len(rising) - FEWEST + 1):
        if all(clear[start : start + FEWEST]):
            found = _straight(rising[start:], clear[start:])
            if len(found) >= FEWEST:
                return [] if _broken(rising[:start], found) else found
    return []


def _broken(below: Sequence[Step], window: Sequence[Step]) -> bool:
    """Do steps below the window fall short of its line, where that stands clear of the noise?"""
    first, slope = window[0], _fitted(window)
    line = [(s, first.remainder * (s.h / first.h) ** slope) for s in below]
    return any(s.remainder * SHORT < expected and expected > CLEAR * s.noise for s, expected in line)


def _straight(steps: Sequence[Step], clear: Sequence[bool]) -> list[Step]:
    logs = np.log2([[s.h, max(s.remainder, 5e-324)] for s in steps])
    slopes = np.diff(logs[:, 1]) / np.diff(logs[:, 0])
    usual = float(np.median(slopes[: FEWEST - 1]))
    end = next((k for k, slope in enumerate(slopes) if not clear[k + 1] or abs(slope - usual) > BEND), len(slopes))
    return list(steps[: end + 1])


def direction(parts: Sequence[slice], x: Array, dice: np.random.Generator) -> Array:
    """A random direction: every entry moves by a half to once the size of its argument, the largest by about 1.

    Weights that are all different let no two errors cancel, as two of equal size would along half of the directions of +-1.
    """
    d = dice.choice([-1.0, 1.0], len(x)) * dice.uniform(0.5, 1.0, len(x)) * sizes(parts, x)
    return np.asarray(d / np.abs(d).max())


def sizes(parts: Sequence[slice], x: Array) -> Array:
    """The size of the argument that each entry belongs to: the root of its mean square, or 1 if it is 0."""
    d = np.ones_like(x)
    for part in parts:
        d[part] = math.sqrt(float(np.mean(x[part] ** 2))) or 1.0 if x[part].size else 1.0
    return d
