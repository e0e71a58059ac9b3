"""Ulps and digits."""

import math
from fractions import Fraction

import mpmath
import pytest

from diffkit import floats


def test_ulps_are_measured_in_those_of_the_nearest_double():
    """A correctly rounded value is at most half an ulp away; infinities and nan are told apart."""
    assert floats.ulps(1.0, Fraction(1) + Fraction(1, 2**53)) == 0.5
    assert floats.ulps(1.0 + 2**-52, Fraction(1)) == 1.0
    assert floats.ulps(math.inf, mpmath.mpf("1e400")) == 0.0
    assert floats.ulps(math.inf, mpmath.mpf(1)) == math.inf
    assert math.isnan(floats.ulps(math.nan, mpmath.mpf(1)))
    assert floats.ulps(0.0, mpmath.mpf("1e-330")) < 1e-6


@pytest.mark.parametrize(("error", "digits"), [(1e-8, 8.0), (0.0, 15.9546), (1.0, 0.0), (50.0, 0.0), (math.inf, 0.0)])
def test_correct_digits_lie_between_none_and_those_of_a_double(error, digits):
    """Minus the logarithm of the relative error, never negative, never -0.0."""
    found = floats.correct_digits(error)
    assert found == pytest.approx(digits, abs=1e-4)
    assert math.copysign(1, found) == 1


def test_the_spacing_at_1_is_eps():
    """Twice the unit roundoff."""
    assert floats.ulp(1.0) == floats.EPS == 2 * floats.U
