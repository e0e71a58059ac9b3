"""Second derivatives with an error bar: second differences along lines, extrapolated to h = 0.

Letters as in ladder; ``t`` the parameter of a line x + t v, ``q`` a second difference (f(x + tv) - 2f(x) + f(x - tv))/t^2.
The mixed derivative is ((f along v + w)'' - (f along v - w)'')/4, so that every entry is made of lines.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.floats import U
from diffkit.messages import say
from diffkit.numeric.ladder import TINY, Best, extrapolate
from diffkit.numeric.noise import noise
from diffkit.numeric.sampler import Array, Sampler
from diffkit.results.estimate import Estimate

STEPS = np.exp2(1.0 - np.arange(32))[:, None]  # of t, over the scale of the coordinates
SMALL = 2.0**-4  # below it |x| is a scale of its own
EXCELLENT = 2.0**-30


def second(call: Callable[[Sequence[Any]], Any], at: list[Any], i: int, j: int, names: list[str]) -> Estimate:
    """The derivative of f by its coordinates i and j.

    Where the coordinates are small, both their own scale and that of 1 are tried, and the surer answer is taken.
    """
    tried = []
    for own in (False, True) if any(0 < abs(at[k]) < SMALL for k in (i, j)) else (False,):
        tried.append(_at_scale(call, at, i, j, own))
        if tried[-1]["error"] <= EXCELLENT * abs(tried[-1]["value"]):
            break
    best = min(tried, key=lambda fields: (math.isnan(fields["value"]), fields["error"]))
    best["evaluations"] = sum(fields["evaluations"] for fields in tried)
    reason = say(f"second.{best['status']}") if best["status"] != "ok" else ""
    point = {names[k]: float(at[k]) for k in sorted({i, j})}
    return Estimate(expression="f", at=point, reason=reason, scheme="richardson", **best)


def _at_scale(call: Callable[[Sequence[Any]], Any], at: list[Any], i: int, j: int, own: bool) -> dict[str, Any]:
    sizes = {k: float(abs(at[k]) if own and at[k] else max(1.0, abs(at[k]))) for k in (i, j)}
    scales = {k: 2.0 ** math.floor(math.log2(size)) for k, size in sizes.items()}
    if i == j:
        return _line(call, at, {i: scales[i]}, scales[i] ** 2)
    area = 4 * scales[i] * scales[j]
    plus, minus = (_line(call, at, {i: scales[i], j: sign * scales[j]}, area) for sign in (1, -1))
    status = next((s for s in (plus["status"], minus["status"]) if s != "ok"), "ok")
    return {
        "value": plus["value"] - minus["value"],
        "error": plus["error"] + minus["error"],
        "h": min(plus["h"], minus["h"]),
        "evaluations": plus["evaluations"] + minus["evaluations"],
        "status": status,
    }


def _line(call: Callable[[Sequence[Any]], Any], at: list[Any], v: dict[int, float], area: float) -> dict[str, Any]:
    """The second derivative along v, over ``area``: value, error, h, evaluations, status."""

    def along(t: float) -> Any:
        return call([x + t * v[k] if k in v else x for k, x in enumerate(at)])

    f = Sampler(along, arrays=False)
    with np.errstate(all="ignore"):
        above, below, centre = f(STEPS), f(-STEPS), f(np.zeros((1, 1)))[0]
        level = noise(along, 0.0)
        q = (above - 2 * centre + below) / STEPS**2
        size = np.fmax(np.fmax(np.abs(above), np.abs(below)), np.abs(centre))
        F = 4 * np.fmax(U * size, 3 * np.nan_to_num(level)) + TINY
        both = extrapolate(_finite(q), STEPS**2, F, 4.0)
        sides = [_side(values, centre, F) for values in (above, below)]
    value, error, status = _verdict(_finite(q), F, both, sides, centre)
    fields = {"value": value / area, "error": error / area, "h": float(both.h[0]) ** 0.5 * max(map(abs, v.values()))}
    return fields | {"evaluations": 2 * len(STEPS) + 18, "status": status}


def _finite(q: Array) -> Array:
    return np.where(np.isfinite(q), q, np.nan)


def _side(values: Array, centre: Array, F: Array) -> Best:
    """The second derivative from one side, from f(x), f(x + h) and f(x + 2h)."""
    q = (values[:-1] - 2 * values[1:] + centre) / STEPS[1:] ** 2
    return extrapolate(_finite(q), STEPS[1:] ** 2, F[:-1], 2.0, columns=5)


def _verdict(q: Array, F: Array, both: Best, sides: list[Best], centre: Array) -> tuple[float, float, str]:
    """Value and error of the second derivative, and whether both sides and all smaller steps agree to it."""
    value, error = float(both.value[0]), float(both.error[0])
    if not np.isfinite(centre).all() or not error < np.inf:
        return math.nan, math.inf, "domain"
    h2 = STEPS**2
    step = np.nan_to_num(np.abs(np.diff(q, axis=0, prepend=np.nan)))
    strays = (np.abs(q - value) > error + 4 * F / h2 + step / 2) & (h2 < both.h)
    if strays.any():
        return math.nan, math.inf, "no-asymptotic-range"
    gap, width = (float(sides[0].value[0] - sides[1].value[0]), float(sides[0].error[0] + sides[1].error[0]))
    if abs(gap) > 2 * width:
        return value, abs(gap) / 2 + width + error, "limited-smoothness"
    return value, error, "ok"
