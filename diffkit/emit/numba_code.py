"""The emitted code compiled by numba, if the extra ``fast`` is installed: the same text, other functions by the same names.

numba follows IEEE 754 where Python raises (error_model="numpy"), and calls the functions of the same C library.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable

from diffkit.emit import sheet
from diffkit.errors import UsageError

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def wanted(fast: bool | None) -> bool:
    """Shall numba compile: yes, no, or if it is installed (None)?"""
    installed = fast is not False and importlib.util.find_spec("numba") is not None
    if fast and not installed:
        raise UsageError("fast=True needs numba, which is not installed", remedy="pip install 'diffkit[fast]'")
    return installed


def sign(x: float) -> float:
    """-1, 0, 1 or nan."""
    return 1.0 if x > 0 else -1.0 if x < 0 else x * 0.0


def floor(x: float) -> float:
    """The largest whole number not above x; inf and nan are their own."""
    return float(math.floor(x)) if math.isfinite(x) else x


def gamma(x: float) -> float:
    """The gamma function, nan at its poles."""
    return math.gamma(x) if x > 0 or math.floor(x) != x else math.nan


def defects(x: Any) -> int:
    """How many elements are not finite: a sum of whole numbers, which compilers know to do in parallel."""
    count = 0
    for i in range(x.size):
        count += x[i] - x[i] != 0.0
    return count


def room(python: dict[str, Any]) -> dict[str, Any]:
    """The names of the emitted code as numba can call them; tables become arrays."""
    import numba
    import numpy as np

    found = {name: np.array(thing) if isinstance(thing, tuple) else thing for name, thing in python.items()}
    ours = {f.__name__: f for f in (sign, floor, gamma, defects, sheet.power, sheet.largest, sheet.smallest)}
    jitted = {name: numba.njit(function, error_model="numpy") for name, function in ours.items()}
    return found | jitted | {"cbrt": np.cbrt, "full": np.full, "empty": np.empty}


def build(function: Callable[..., Any], inputs: int, many: bool) -> Callable[..., Any] | None:
    """The function compiled for its types; None if it calls what numba does not know."""
    import numba

    types = (numba.float64[::1],) if many else (numba.float64,) * inputs
    jitted = numba.njit(function, error_model="numpy")
    try:
        jitted.compile(types)
    except (numba.core.errors.NumbaError, NotImplementedError):
        return None
    jitted.disable_compile()
    return jitted  # type: ignore[no-any-return]
