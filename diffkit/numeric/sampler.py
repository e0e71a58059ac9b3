"""f as an array function that never raises for what is undefined, and counts nothing twice."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffkit.errors import UsageError
from diffkit.messages import say

Array = NDArray[Any]


class Sampler:
    """Values of f at arrays of points: nan where f is undefined or raises an arithmetic error.

    With ``arrays`` f is given whole arrays, as long as it takes them and answers element by element; else one float at a time.
    """

    def __init__(self, f: Callable[[Any], Any], arrays: bool) -> None:
        self.f, self.arrays = f, arrays

    def __call__(self, points: Array) -> Array:
        with np.errstate(all="ignore"):
            values = self._whole(points) if self.arrays else None
            return self._each(points) if values is None else values

    def _whole(self, points: Array) -> Array | None:
        try:
            values = np.asarray(self.f(points))
        except (TypeError, ValueError, ArithmeticError):  # math.sin of an array, `if x > 0` of an array
            values = np.asarray(None)
        if values.dtype.kind == "c":
            raise _unfit(values.flat[0])
        if values.dtype.kind in "biuf" and values.shape == points.shape:
            return values.astype(float, copy=False)
        self.arrays = False  # beware: f may have summed over the array
        return None

    def _each(self, points: Array) -> Array:
        return np.array([self._one(t) for t in points.ravel().tolist()]).reshape(points.shape)

    def _one(self, t: float) -> float:
        try:
            y = self.f(t)
        except OverflowError:
            return np.inf
        except (ArithmeticError, ValueError):
            return np.nan
        return y if type(y) is float else _real(y)


def _real(y: Any) -> float:
    """A float for what f answered."""
    try:
        if isinstance(y, (str, bytes, complex, np.complexfloating)) or getattr(y, "size", 1) != 1:
            raise TypeError
        return float(y.item() if hasattr(y, "item") else y)
    except OverflowError:
        return np.inf if y > 0 else -np.inf
    except (TypeError, ValueError):
        raise _unfit(y) from None


def _unfit(y: Any) -> UsageError:
    return UsageError(say("estimate.unfit", kind=type(y).__name__), remedy=say("estimate.unfit.remedy"))
