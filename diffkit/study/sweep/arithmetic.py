"""The arithmetic in which a sweep computes f and its quotients: float64, float32, or mpmath's with d digits.

Letters: ``u`` is the unit roundoff, half the spacing of the numbers at 1.  Everything that a sweep knows of rounding (steps,
noise, predictions, what lies below an ulp) derives from the arithmetic.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import mpmath
import numpy as np

from diffkit import limits, namespaces
from diffkit.errors import UsageError
from diffkit.floats import MAX, U
from diffkit.messages import say
from diffkit.program import Program, run
from diffkit.study.sweep import continuation

BITS_OF_DIGIT = math.log2(10)


class Arithmetic(NamedTuple):
    """Numbers of one kind: how f is computed in them, and how finely they lie."""

    name: str
    u: float
    number: Callable[[Any], Any]  # the nearest number of this kind
    real: Any  # the namespace of f
    continued: Any  # the namespace of f beside the real axis
    complex: Callable[[Any, Any], Any]  # a number beside the real axis
    least: float  # the smallest number above 0: what an underflow costs
    most: float
    working: Callable[[], AbstractContextManager[Any]]

    def lines(self, program: Program, values: Sequence[Any]) -> list[Any]:
        """The value of every line of f."""
        return run(program, self.real, values)

    def imaginary(self, program: Program, values: Sequence[Any], place: int, h: Any) -> Any:
        """Im f(x + ih); NotApplicableError where f has no continuation in this arithmetic."""
        moved = list(values)
        moved[place] = self.complex(values[place], h)
        y = run(program, self.continued, moved)[program.outputs[0]]
        return getattr(y, "imag", self.number(0.0))

    def spacing(self, x: float) -> float:
        """The distance from |x| to the next larger number.

        Examples
        --------
        >>> float64().spacing(1.0) == 2.0**-52, float32().spacing(1.0) == 2.0**-23
        (True, True)
        """
        return max(2 * self.u * 2.0 ** (math.frexp(x)[1] - 1), self.least) if x else self.least

    def half_spacing(self, v: Any) -> Any:
        """The largest error of rounding to one of these numbers, element by element."""
        size = np.abs(v)
        exponent = np.clip(np.frexp(size)[1] - 1, -1022, 1023)
        return np.where(size > 0, np.maximum(self.u * np.ldexp(1.0, exponent), self.least / 2), self.least / 2)


@cache
def float64() -> Arithmetic:
    """IEEE double precision, as Python's floats."""
    real, continued = namespaces.get("math"), namespaces.get("complex")
    return Arithmetic("float64", U, float, real, continued, complex, 5e-324, MAX, nullcontext)


@cache
def float32() -> Arithmetic:
    """IEEE single precision, as NumPy's scalars; a function that NumPy lacks is computed in float64 and rounded."""
    facts = np.finfo(np.float32)
    return Arithmetic(
        "float32",
        2.0**-24,
        np.float32,
        _rounded("numpy", np.float32),
        _rounded("complex", np.complex64),
        lambda x, h: np.complex64(complex(x, h)),
        float(facts.smallest_subnormal),
        float(facts.max),
        nullcontext,
    )


def _rounded(name: str, kind: Callable[[Any], Any]) -> SimpleNamespace:
    """A namespace in which every result is of that kind; rows that it lacks are composed of rounded ones."""
    builder = {"numpy": namespaces._numpy, "complex": namespaces._complex}[name]
    own: dict[str, Callable[..., Any]] = {row: partial(_cast, kind, function) for row, function in builder()[0].items()}
    if name == "numpy":
        own |= {row: partial(_from_float64, kind, getattr(namespaces.get("math"), row)) for row in namespaces.ELEMENT_BY_ELEMENT}
    return namespaces.complete(f"{name} {kind}", own, lambda value, text="": kind(value))


def _cast(kind: Callable[[Any], Any], function: Callable[..., Any], *operands: Any) -> Any:
    return kind(function(*operands))


def _from_float64(kind: Callable[[Any], Any], function: Callable[..., Any], *operands: Any) -> Any:
    return kind(function(*map(float, operands)))


@cache
def of_digits(digits: int) -> Arithmetic:
    """mpmath's binary arithmetic with so many decimal digits.

    Raises
    ------
    UsageError
        If there are too few or too many of them.
    """
    if not 2 <= digits <= limits.SWEEP_DIGITS:
        raise UsageError(say("sweep.digits", digits=digits, most=limits.SWEEP_DIGITS))
    bits = math.ceil(digits * BITS_OF_DIGIT)
    own, const = namespaces._mpmath()
    return Arithmetic(
        f"{digits} digits",
        2.0**-bits,
        lambda value: +mpmath.mpf(value),
        namespaces.complete(f"mpmath {bits}", own, const),  # beware: a plan keeps constants rounded to this precision
        continuation.of_mpmath(f"continued mpmath {bits}"),
        mpmath.mpc,
        0.0,
        math.inf,
        partial(mpmath.workprec, bits),
    )


def choose(dtype: str | None, digits: int | None) -> Arithmetic:
    """The arithmetic that these options of a sweep ask for.

    Raises
    ------
    UsageError
        If both are given, or the dtype is neither float64 nor float32.
    """
    if digits is not None and dtype is not None:
        raise UsageError(say("sweep.both"))
    if digits is not None:
        return of_digits(digits)
    if dtype not in (None, "float64", "float32"):
        raise UsageError(say("sweep.dtype", dtype=dtype), remedy=say("sweep.dtype.remedy"))
    return float32() if dtype == "float32" else float64()
