"""Universal functions that are not rows themselves, and what they reduce to."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.numpy_functions.operands import FUNCTIONS
from diffkit.numpy_functions.products import matmul, vecdot
from diffkit.numpy_functions.reductions import all_, any_, cumsum, max_, min_, prod, sum
from diffkit.recording import record
from diffkit.traced import Number, Traced


def _logaddexp(a: Any, b: Any) -> Any:
    high = record("max", a, b)
    return high + record("log1p", record("exp", -abs(a - b)))


def _logsumexp(x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    high = max_(x, axis, keepdims=True)
    return sum(high, axis, keepdims=keepdims) + record("log", sum(record("exp", x - high), axis, keepdims=keepdims))


def _but_nan(op: str, a: Any, b: Any) -> Any:
    """The larger or smaller of two; the other, if one is nan."""
    return np.where(np.isnan(a), b, np.where(np.isnan(b), a, record(op, a, b)))


def _sinc(x: Any) -> Any:
    """sin(t)/t with t = pi x, by its series near 0, where its derivative would lose all digits."""
    t = math.pi * x
    near = record("lt", abs(t), 0.2)
    square = record("where", near, t * t, 0.0)
    series = 1.0
    for k in (11, 9, 7, 5, 3):
        series = 1.0 - square / (k * (k - 1)) * series
    far = record("where", near, 1.0, t)
    return record("where", near, series, record("sin", far) / far)


FUNCTIONS["sinc"] = _sinc
FUNCTIONS["fix"] = lambda x: UFUNCS["trunc"](x)


def _finite(x: Any) -> Any:
    nothing = record("sub", x, x)  # 0, or nan
    return record("eq", nothing, nothing)


def _truth(x: Any) -> Any:
    """Truths as they are; of anything else whether it is not 0."""
    if isinstance(x, Number) or getattr(getattr(x, "dtype", None), "kind", "") == "b":
        return x
    return record("ne", x, 0.0) if isinstance(x, Traced) else np.not_equal(x, 0)


UFUNCS: dict[str, Callable[..., Any]] = {
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "positive": lambda x: +x,
    "exp2": lambda x: record("pow", 2.0, x),
    "deg2rad": lambda x: x * (math.pi / 180),
    "radians": lambda x: x * (math.pi / 180),
    "rad2deg": lambda x: x * (180 / math.pi),
    "degrees": lambda x: x * (180 / math.pi),
    "logaddexp": _logaddexp,
    "logaddexp2": lambda a, b: _logaddexp(a * math.log(2.0), b * math.log(2.0)) / math.log(2.0),
    "conjugate": lambda x: +x,
    "rint": lambda x: record("round", x, static=(0,)),
    "trunc": lambda x: record("where", record("lt", x, 0.0), -record("floor", -x), record("floor", x)),
    "heaviside": lambda x, h: np.where(np.equal(x, 0.0), h, np.greater(x, 0.0)),
    "fmax": lambda a, b: _but_nan("max", a, b),
    "fmin": lambda a, b: _but_nan("min", a, b),
    "remainder": lambda a, b: record("mod", a, b),
    "floor_divide": lambda a, b: record("floordiv", a, b),
    "divmod": lambda a, b: (record("floordiv", a, b), record("mod", a, b)),
    "copysign": lambda a, b: np.where(np.arctan2(b, -1.0) < 0.0, -abs(a), abs(a)),  # which tells -0
    "ceil": lambda x: -record("floor", -x),
    "logical_and": lambda a, b: record("and", _truth(a), _truth(b)),
    "logical_or": lambda a, b: record("or", _truth(a), _truth(b)),
    "logical_xor": lambda a, b: record("ne", _truth(a), _truth(b)),
    "logical_not": lambda x: record("not", _truth(x)),
    "matmul": lambda a, b: matmul(a, b),
    "isnan": lambda x: record("ne", x, x),
    "isfinite": _finite,
    "vecdot": vecdot,
    "expit": lambda x: record("sigmoid", x),
    "log_expit": lambda x: -record("softplus", -x),
    "erf": lambda x: record("erf", x),
    "erfc": lambda x: record("erfc", x),
    "gamma": lambda x: record("gamma", x),
    "gammaln": lambda x: record("lgamma", x),
    "psi": lambda x: record("digamma", x),
    "xlogy": lambda a, b: np.where(np.logical_and(np.equal(a, 0.0), np.less_equal(b, 0.0)), 0.0, a * np.log(b)),
    "isinf": lambda x: record("and", record("not", _finite(x)), record("eq", x, x)),
}
REDUCTIONS: dict[tuple[str, str], Callable[..., Any]] = {
    ("add", "reduce"): lambda x, axis=0, **rest: sum(x, axis, **rest),
    ("multiply", "reduce"): lambda x, axis=0, **rest: prod(x, axis, **rest),
    ("maximum", "reduce"): lambda x, axis=0, **rest: max_(x, axis, **rest),
    ("minimum", "reduce"): lambda x, axis=0, **rest: min_(x, axis, **rest),
    ("logaddexp", "reduce"): _logsumexp,
    ("logical_and", "reduce"): lambda x, axis=0, **rest: all_(x, axis, **rest),
    ("logical_or", "reduce"): lambda x, axis=0, **rest: any_(x, axis, **rest),
    ("add", "accumulate"): lambda x, axis=0: cumsum(x, axis),
}
