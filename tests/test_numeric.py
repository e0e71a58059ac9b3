"""Difference quotients: exact cases, golden numbers, orders, the step taken, arrays and complex steps."""

import math
from fractions import Fraction

import numpy as np
import pytest

import diffkit as dk
from diffkit import numeric


def test_the_fraction_case_is_exact():
    """x^3 at 1/3 with h = 1/1024: D+ is off by 1025/1048576, D0 by h^2, Richardson not at all."""
    x, h = Fraction(1, 3), Fraction(1, 1024)
    cube = lambda t: t**3  # noqa: E731
    assert numeric.forward_difference(cube, x, h) - 3 * x**2 == Fraction(1025, 1048576)
    assert numeric.central_difference(cube, x, h) - 3 * x**2 == h**2
    assert numeric.richardson(cube, x, h) == 3 * x**2


def test_d_plus_of_exp_at_0_with_the_nominal_step():
    """The textbook's figures, digit for digit."""
    found = [numeric.forward_difference(math.exp, 0.0, h, nominal=True) for h in (1e-4, 1e-8, 1e-12)]
    assert [f"{x:.15f}" for x in found] == ["1.000050001667141", "0.999999993922529", "1.000088900582341"]


def test_d_plus_of_log_as_published():
    """ln at 1.8 with h = 0.1, 0.05, 0.01: 0.5406722, 0.5479795, 0.5540180."""
    assert [round(numeric.forward_difference("log(x)", 1.8, h), 7) for h in (0.1, 0.05, 0.01)] == [
        0.5406722,
        0.5479795,
        0.5540180,
    ]


def test_the_mean_of_one_sided_quotients_is_the_central_one():
    """(D+ + D-)/2 = D0 in exact arithmetic."""
    x, h = Fraction(2, 7), Fraction(1, 64)
    f = lambda t: t**5 - t  # noqa: E731
    assert (numeric.forward_difference(f, x, h) + numeric.backward_difference(f, x, h)) / 2 == numeric.central_difference(f, x, h)


@pytest.mark.parametrize(("scheme", "order", "h"), [("D+", 1, 1e-4), ("D-", 1, 1e-4), ("D0", 2, 1e-3), ("richardson", 4, 0.02)])
def test_halving_the_step_divides_the_error_by_two_to_the_order(scheme, order, h):
    """The order of accuracy is what the table of schemes says."""
    quotient = numeric.SCHEMES[scheme].quotient
    errors = [abs(quotient(math.sin, 1.0, step) - math.cos(1.0)) for step in (h, h / 2)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.05)
    assert numeric.SCHEMES[scheme].order_of_accuracy == order


def test_the_step_taken_beats_the_nominal_step():
    """sin at 100.3: dividing by the nominal h raises the noise floor at least a hundredfold."""
    steps = [10**-k * m for k in range(4, 9) for m in (1.1, 1.7, 2.3, 3.1)]
    errors = {
        nominal: [abs(numeric.central_difference(lambda t: t, 100.3, h, nominal=nominal) - 1) for h in steps]
        for nominal in (False, True)
    }
    assert max(errors[True]) > 1e-9
    assert max(errors[False]) == 0.0


def test_a_step_below_half_an_ulp_gives_nan_not_a_wrong_number():
    """x + h = x: there is no quotient; the naive one says 0."""
    assert math.isnan(numeric.forward_difference(math.sin, 1e16, 0.5))
    assert numeric.forward_difference(math.sin, 1e16, 0.5, nominal=True) == 0.0


@pytest.mark.parametrize("scheme", ["D+", "D-", "D0", "richardson", "complex-step"])
def test_points_and_steps_may_be_arrays(scheme):
    """x and h broadcast; the results are those of the scalars to rounding."""
    quotient = numeric.SCHEMES[scheme].quotient
    x, h = np.array([0.3, 1.1, 2.0]), np.array([[1e-3], [1e-2]])
    found = quotient("sin(x)*x^2", x, h)
    assert found.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        assert found[i, j] == pytest.approx(quotient("sin(x)*x^2", float(x[j]), float(h[i, 0])), rel=1e-10)


def test_a_function_of_floats_only_is_called_element_by_element():
    """math.sin takes no arrays."""
    found = numeric.central_difference(math.sin, [0.0, 1.0], 1e-5)
    assert found == pytest.approx([1.0, math.cos(1.0)], rel=1e-9)


def test_the_complex_step_has_no_cancellation():
    """Right to two ulps where a difference has lost everything, and an order of 2 at large h."""
    assert numeric.complex_step("exp(x)/sqrt(sin(x)^3+cos(x)^3)", 1.5) == pytest.approx(4.053427893898621, rel=1e-15)
    errors = [abs(numeric.complex_step("exp(x)", 1.0, h) - math.e) for h in (0.1, 0.05)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.05)


def test_the_complex_step_says_when_it_cannot():
    """erf has no complex form here; math functions take no complex numbers."""
    with pytest.raises(dk.NumberError) as caught:
        numeric.complex_step("erf(x)", 1.0)
    assert str(caught.value) == "the complex step needs a function of complex numbers: erf has no complex form here"
    assert caught.value.status == "not-applicable"
    with pytest.raises(dk.NumberError, match="needs a function of complex numbers"):
        numeric.complex_step(math.sin, 1.0)


@pytest.mark.parametrize("scheme", list(numeric.SCHEMES))
def test_gradients_take_every_form_of_point(scheme):
    """Tuple, dict, number, array of a Program and array of a callable; evaluations counted as the table of schemes says."""
    calls = 0

    def f(x, y):
        nonlocal calls
        calls += 1
        return x * x * y

    assert numeric.gradient(f, (2.0, 3.0), scheme) == pytest.approx((12, 4), rel=1e-5)
    assert calls <= numeric.SCHEMES[scheme].evaluations(2) + (scheme in {"D+", "D-"})  # each quotient asks for f(x) again
    assert numeric.gradient("x^2*y", {"y": 3, "x": 2}, scheme) == pytest.approx({"y": 4, "x": 12}, rel=1e-5)
    assert numeric.gradient("x^2", 3, scheme) == pytest.approx(6, rel=1e-5)
    assert numeric.gradient(dk.parse("x^2*y"), np.array([2.0, 3.0]), scheme) == pytest.approx([12, 4], rel=1e-5)
    assert numeric.gradient(lambda a: (a**2).sum(), np.array([[1.0, 2.0]]), scheme) == pytest.approx(np.array([[2, 4]]), rel=1e-5)


def test_jacobian_and_hessian():
    """Against the formulas."""
    assert np.array(numeric.jacobian("x*y, x/y", (6, 2))) == pytest.approx(np.array([[2, 6], [0.5, -1.5]]), rel=1e-9)
    assert np.array(numeric.hessian("x^3*y", (2, 3))) == pytest.approx(np.array([[36, 12], [12, 0]]), rel=1e-6, abs=1e-5)


def test_wrong_requests_are_refused():
    """Unknown schemes and things that are no function."""
    with pytest.raises(dk.UsageError) as caught:
        numeric.gradient("x", 1, scheme="D")
    assert str(caught.value) == "unknown scheme 'D'\n    the schemes are D+, D-, D0, richardson, complex-step"
    with pytest.raises(dk.UsageError, match="a function is a text, a Program or a Python callable, not int"):
        numeric.forward_difference(3, 1.0, 0.1)


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        ("x^150", -2.0, -150 * 2.0**149),
        ("x^-150", -1.01, 150 * 1.01**-151),
        ("sqrt(x)", 1e-120, 5e59),
        ("x^3", 1e-120, 3e-240),
        ("log(x)", 1e-120, 1e120),
    ],
)
def test_the_complex_step_at_negative_bases_and_tiny_points(f, x, slope):
    """Whole powers are multiplied out; the step is far below x."""
    assert numeric.complex_step(f, x) == pytest.approx(slope, rel=1e-13)
    assert numeric.complex_step(f, [x, x]) == pytest.approx([slope, slope], rel=1e-13)


@pytest.mark.parametrize(
    ("f", "x"), [("log(x)", -1.0), ("sqrt(x)", -1.0), ("acosh(x)", 0.5), ("x^(1/3)", -8.0), ("1/x", 0.0), ("atanh(x)", 2.0)]
)
def test_the_complex_step_has_no_slope_where_f_has_no_value(f, x):
    """Beside the real axis there is a number, on it there is none."""
    assert math.isnan(numeric.complex_step(f, x))
    assert np.isnan(numeric.complex_step(f, [x])).all()


def test_numpy_whole_numbers_and_named_tuples():
    """They are numbers and points like any other."""
    from typing import NamedTuple

    class P(NamedTuple):
        x: float
        y: float

    assert numeric.forward_difference(lambda x: x**40, np.int64(3), 1e-3) == numeric.forward_difference(lambda x: x**40, 3, 1e-3)
    assert numeric.gradient("x*y", P(2, 3), "D0") == P(3.0, 2.0)
