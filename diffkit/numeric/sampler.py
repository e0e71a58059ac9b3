"""f as an array function that never raises for what is undefined, and counts nothing twice."""

from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.numeric.callables import unfit

Array = Any  # of NumPy, whose own types know no shapes


class Sampler:
    """Values of f at arrays of points: nan where f is undefined or raises an arithmetic error.

    With ``arrays`` f is given whole arrays, as long as it takes them and answers element by element; else one float at a time.
    """

    def __init__(self, f: Callable[[Any], Any], arrays: bool) -> None:
        self.f, self.arrays = f, arrays

    def __call__(self, points: Array, strict: bool = False) -> Array:
        """The values; a complex one is nan, as of x**1.5 below 0, or if ``strict`` an error."""
        with np.errstate(all="ignore"):
            values = self._whole(points, strict) if self.arrays else None
            return self._each(points, strict) if values is None else values

    def _whole(self, points: Array, strict: bool) -> Array | None:
        try:
            values = np.asarray(self.f(points))
        except (TypeError, ValueError, ArithmeticError):  # math.sin of an array, `if x > 0` of an array
            values = np.asarray(None)
        if values.dtype.kind == "c" and values.size:
            if strict:
                raise unfit(values.flat[0])
            values = np.where(values.imag == 0, values.real, np.nan)
        if values.dtype.kind in "biuf" and values.shape == points.shape:
            return values.astype(float, copy=False)
        self.arrays = False  # beware: f may have summed over the array
        return None

    def _each(self, points: Array, strict: bool) -> Array:
        return np.array([self._one(t, strict) for t in points.ravel().tolist()], dtype=float).reshape(points.shape)

    def _one(self, t: float, strict: bool) -> float:
        try:
            y = self.f(t)
        except OverflowError:
            return np.inf
        except (ArithmeticError, ValueError):
            return np.nan
        if isinstance(y, (complex, np.complexfloating)) and not strict:
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
        raise unfit(y) from None
