"""The hard functions: kinks, jumps, poles, ends of domains, coarse or noisy f, extreme scales and narrow features."""

import math
from typing import Any

import numpy as np

from calibration.corpus import Function, beside, decades, uniform

INF = math.inf
THIRD, PEAK = 1 / 3, 0.3
KINK, JUMP, VERTICAL = (-1.0, 1.0), (INF, INF), (INF, INF)
QUANTUM = 1e-6


def quantised(F: Any, x: Any) -> Any:
    """The sine to six decimal places."""
    return np.round(F.sin(x), 6)


def single(F: Any, x: Any) -> Any:
    """The sine in single precision."""
    return np.sin(np.asarray(x).astype(np.float32)).astype(np.float64)


def noise(x: Any) -> Any:
    """A number of (-1, 1) that depends on all bits of x: Fibonacci hashing, twice."""
    bits = np.asarray(x, dtype=np.float64).view(np.uint64)
    for shift in (29, 32):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(0x9E3779B97F4A7C15)
    return (bits >> np.uint64(11)) * 2.0**-52 - 1


def noisy(F: Any, x: Any) -> Any:
    """The sine, each value off by up to 1e-8."""
    return F.sin(x) + 1e-8 * noise(x)


def peak(F: Any, x: Any) -> Any:
    """A bell of width 1e-3."""
    t = (x - PEAK) / 1e-3
    return F.exp(-t * t)


HARD = [
    Function("|x|", lambda F, x: abs(x), beside(0.0, nearest=1e-12, farthest=1), True, edges={0.0: KINK}),
    Function("|x-1/3|", lambda F, x: abs(x - THIRD), beside(THIRD, nearest=1e-12, farthest=1), True, edges={THIRD: KINK}),
    Function(
        "max(x,x^2)",
        lambda F, x: F.max(x, x * x),
        beside(0.0, 1.0, nearest=1e-9, farthest=0.3),
        True,
        edges={0.0: (0.0, 1.0), 1.0: (1.0, 2.0)},
    ),
    Function(
        "sin(x)+1e-6|x-1/3|",
        lambda F, x: F.sin(x) + 1e-6 * abs(x - THIRD),
        beside(THIRD, nearest=1e-9, farthest=1e-1),
        True,
        edges={THIRD: (math.cos(THIRD) - 1e-6, math.cos(THIRD) + 1e-6)},
    ),
    Function(
        "x|x|", lambda F, x: x * abs(x), beside(0.0, nearest=1e-9, farthest=1), True, slope=lambda F, x: 2 * abs(x), known=(0.0,)
    ),
    Function(
        "floor(x)",
        lambda F, x: F.floor(x),
        beside(1.0, 2.0, nearest=1e-9, farthest=0.5),
        True,
        slope=lambda F, x: 0,
        edges={float(n): JUMP for n in range(-2, 5)},
    ),
    Function(
        "sign(x)",
        lambda F, x: F.sign(x),
        beside(0.0, nearest=1e-12, farthest=1),
        True,
        slope=lambda F, x: 0,
        edges={0.0: JUMP},
    ),
    Function(
        "sin(x)+floor(x)",
        lambda F, x: F.sin(x) + F.floor(x),
        beside(1.0, nearest=1e-9, farthest=0.5),
        True,
        edges={1.0: JUMP, 2.0: JUMP, -3.0: JUMP},
    ),
    Function("1/x near 0", lambda F, x: 1 / x, beside(0.0, nearest=1e-12, farthest=1e-2), True, edges={0.0: VERTICAL}),
    Function("tan(x) near pi/2", lambda F, x: F.tan(x), beside(math.pi / 2, nearest=1e-8, farthest=1e-1), True),
    Function("round(sin(x),6)", lambda F, x: F.sin(x), uniform(-3, 3), True, quantised),
    Function("sin(x) in float32", lambda F, x: F.sin(x), uniform(-3, 3), True, single),
    Function("sin(x)+1e-8 noise", lambda F, x: F.sin(x), uniform(-3, 3), True, noisy),
    Function("sin(1e6x)", lambda F, x: F.sin(1e6 * x), uniform(-1, 1), True),
    Function("exp(-((x-0.3)/1e-3)^2)", peak, beside(PEAK, nearest=1e-4, farthest=3e-3), True),
    Function("sin(x) at 1e10", lambda F, x: F.sin(x), uniform(1e10, 2e10), True),
    Function("x^2 at 1e20", lambda F, x: x * x, uniform(1e20, 2e20), True),
    Function("log(x) at 1e-50", lambda F, x: F.log(x), decades(1e-52, 1e-48), True),
    Function("cbrt(x)", lambda F, x: F.cbrt(x), beside(0.0, nearest=1e-9, farthest=1e-1), True, edges={0.0: VERTICAL}),
    Function("sqrt(x) near 0", lambda F, x: F.sqrt(x), decades(1e-15, 1e-2), True, edges={0.0: VERTICAL}),
    Function(
        "sqrt(x)^3 near 0",
        lambda F, x: F.sqrt(x) ** 3,
        decades(1e-15, 1e-2),
        True,
        slope=lambda F, x: 1.5 * F.sqrt(x),  # at 0 the slope on the right, where f is defined
        known=(0.0,),
    ),
    Function(
        "asin(x) near 1",
        lambda F, x: F.asin(x),
        beside(1.0, nearest=1e-12, farthest=0.1, sides=(-1,)),
        True,
        edges={1.0: VERTICAL},
    ),
    Function("exp(x) near 709", lambda F, x: F.exp(x), uniform(700, 709.7), True),
    Function("(1-cos(x))/x^2 near 0", lambda F, x: (1 - F.cos(x)) / (x * x), decades(1e-6, 1e-3), True),
    Function("sin(1/x) near 0", lambda F, x: F.sin(1 / x), decades(1e-4, 1e-2), True),
]
