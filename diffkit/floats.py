"""Floating-point facts: unit roundoff, ulps, correct digits.

u = 2^-53 is the unit roundoff of float64 (half an ulp of 1), eps = 2^-52 the spacing at 1.
"""

from __future__ import annotations

import math
import sys

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

U = 2.0**-53
EPS = 2.0**-52
MAX = sys.float_info.max


def ulp(x: float) -> float:
    """Spacing of float64 at ``x``, absolute; at 0 the least subnormal.

    Examples
    --------
    >>> ulp(1.0) == EPS
    True
    """
    return math.ulp(x)


def ulps(value: float, exact: Any) -> float:
    """Distance of ``value`` from ``exact``, in ulps of the double nearest ``exact``.

    ``exact`` is any number that subtracts from a float without rounding, such as an mpmath number of enough digits or a
    Fraction.  A correctly rounded value is at most 0.5 away.

    Examples
    --------
    >>> from fractions import Fraction
    >>> round(ulps(1/3, Fraction(1, 3)), 3)
    0.333
    """
    if math.isnan(value):
        return math.nan
    if math.isinf(value) or math.isinf(nearest := float(exact)):
        return 0.0 if value == float(exact) else math.inf
    return float(abs(type(exact)(value) - exact) / type(exact)(math.ulp(nearest)))


def correct_digits(relative_error: float) -> float:
    """Correct significant decimal digits, -log10 of the relative error, between 0 and the 15.95 of float64.

    Examples
    --------
    >>> correct_digits(1e-8)
    8.0
    """
    if math.isnan(relative_error):
        return math.nan
    return min(max(0.0, -math.log10(max(relative_error, U))), -math.log10(U))


def digits_right(value: float, exact: Any) -> float:
    """Correct digits of ``value``: all of them for the double nearest ``exact``, even if that is 0; 0 if it is not finite.

    ``exact`` is a number as for `ulps`.

    Examples
    --------
    >>> from fractions import Fraction
    >>> round(digits_right(0.3333, Fraction(1, 3)), 1), digits_right(math.nan, Fraction(1, 3))
    (4.0, 0.0)
    """
    if not math.isfinite(value):
        return 0.0
    if ulps(value, exact) <= 0.5:
        return correct_digits(0.0)
    return correct_digits(float(abs(type(exact)(value) - exact) / abs(exact))) if exact else 0.0
