"""The smooth functions: what an estimator must get right to many digits, cancelling and badly scaled formulas included."""

import math
from functools import reduce
from itertools import accumulate
from typing import Any

from calibration.corpus import Function, decades, uniform


def logistic(F: Any, x: Any) -> Any:
    """Eight steps of y <- 4 y (1 - y)."""
    return reduce(lambda y, _: 4 * y * (1 - y), range(8), x)


def tenth_power(F: Any, x: Any) -> Any:
    """(x - 1)^10 written out, by Horner's rule."""
    return reduce(lambda y, c: y * x + c, [(-1.0) ** k * math.comb(10, k) for k in range(11)])


def bessel(F: Any, x: Any) -> Any:
    """J0(x) by 30 terms of its power series."""
    return sum(accumulate(range(1, 30), lambda term, k: -term * (x * x) / (4.0 * k * k), initial=1.0 + 0 * x))


SMOOTH = [
    Function("exp(x)", lambda F, x: F.exp(x), uniform(-5, 5)),
    Function("sin(x)", lambda F, x: F.sin(x), uniform(-10, 10)),
    Function("exp(x)/sqrt(sin(x)^3+cos(x)^3)", lambda F, x: F.exp(x) / F.sqrt(F.sin(x) ** 3 + F.cos(x) ** 3), uniform(0, 1.6)),
    Function("(1-cos(x))/x^2", lambda F, x: (1 - F.cos(x)) / (x * x), decades(1e-3, 3)),
    Function("logistic map, 8 steps", logistic, uniform(0.05, 0.95)),
    Function("(x-1)^10 written out", tenth_power, uniform(0.5, 2.5)),
    Function("sqrt(x+1)-sqrt(x)", lambda F, x: F.sqrt(x + 1) - F.sqrt(x), decades(1e-2, 1e6)),
    Function("erf(x)", lambda F, x: F.erf(x), uniform(-3, 3)),
    Function("gamma(x)", lambda F, x: F.gamma(x), uniform(0.5, 10)),
    Function("1/(1+25x^2)", lambda F, x: 1 / (1 + 25 * x * x), uniform(-2, 2)),
    Function("tanh(10x)", lambda F, x: F.tanh(10 * x), uniform(-1, 1)),
    Function("x^9", lambda F, x: x**9, uniform(-2, 2)),
    Function("2x^5-3x^3+x-7", lambda F, x: 2 * x**5 - 3 * x**3 + x - 7, uniform(-3, 3)),
    Function("log(x)", lambda F, x: F.log(x), decades(1e-3, 1e3)),
    Function("atan(x)", lambda F, x: F.atan(x), uniform(-10, 10)),
    Function("sin(x)/x", lambda F, x: F.sin(x) / x, uniform(0.1, 20)),
    Function("J0(x), series", bessel, uniform(0.1, 8)),
    Function("exp(-1/x^2)", lambda F, x: F.exp(-1 / (x * x)), uniform(0.3, 3)),
    Function("sin(1/x)", lambda F, x: F.sin(1 / x), decades(0.05, 1)),
    Function("x^x", lambda F, x: F.exp(x * F.log(x)), uniform(0.1, 4)),
    Function("sin(100x)", lambda F, x: F.sin(100 * x), uniform(-3, 3)),
    Function("log(1+exp(x))", lambda F, x: F.log(1 + F.exp(x)), uniform(-20, 20)),
    Function("1/x", lambda F, x: 1 / x, decades(1e-3, 1e3)),
    Function("cos(sin(sin(cos(x))))", lambda F, x: F.cos(F.sin(F.sin(F.cos(x)))), uniform(-3, 3)),
    Function("sqrt(x)", lambda F, x: F.sqrt(x), decades(1e-6, 1e6)),
    Function("exp(-x^2)", lambda F, x: F.exp(-x * x), uniform(-4, 4)),
    Function("x exp(-x) sin(5x)", lambda F, x: x * F.exp(-x) * F.sin(5 * x), uniform(-2, 5)),
    Function("1e8+sin(x)", lambda F, x: 1e8 + F.sin(x), uniform(-10, 10)),
    Function("3x+1", lambda F, x: 3 * x + 1, uniform(-100, 100)),
    Function("x^2", lambda F, x: x * x, decades(1e-12, 1e12)),
]
