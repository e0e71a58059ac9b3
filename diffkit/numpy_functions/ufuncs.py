"""Universal functions that are not rows themselves, and what they reduce to."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.numpy_functions.products import matmul
from diffkit.numpy_functions.reductions import all_, any_, cumsum, max_, min_, prod, sum
from diffkit.recording import record
from diffkit.traced import Number, Traced


def _logaddexp(a: Any, b: Any) -> Any:
    high = record("max", a, b)
    return high + record("log1p", record("exp", -abs(a - b)))


def _logsumexp(x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    high = max_(x, axis, keepdims=True)
    return sum(high, axis, keepdims=keepdims) + record("log", sum(record("exp", x - high), axis, keepdims=keepdims))


def _finite(x: Any) -> Any:
    return record("eq", record("sub", x, x), 0.0)


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
    "conjugate": lambda x: +x,
    "ceil": lambda x: -record("floor", -x),
    "logical_and": lambda a, b: record("and", _truth(a), _truth(b)),
    "logical_or": lambda a, b: record("or", _truth(a), _truth(b)),
    "logical_xor": lambda a, b: record("ne", _truth(a), _truth(b)),
    "logical_not": lambda x: record("not", _truth(x)),
    "matmul": lambda a, b: matmul(a, b),
    "isnan": lambda x: record("ne", x, x),
    "isfinite": _finite,
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
