"""Taylor arithmetic: derivatives of any order against the proved reference, and what they cost."""

import math

import pytest
from programs import random_program

import diffkit as dk
from diffkit import tape
from diffkit.counting import counts
from diffkit.language import parse
from diffkit.taylor import derivative_program

CASES = [
    ("sin(x)*exp(x)", 0.7),
    ("x^5", 1.3),
    ("x^5", 0.0),
    ("x^0 + x^1", 0.0),
    ("x^70", 1.1),
    ("x^2.5", 1.7),
    ("x^(9/2)", 1.5),
    ("x^(2*3 - 1)", -1.5),
    ("x^-3", -1.4),
    ("(x - 2)^-3*x^(-1/2)", 1.5),
    ("x^x", 1.2),
    ("2^x*3^(1 + x)*x^(1 + x)", 1.5),
    ("1/(1 + x^2)", 0.4),
    ("tanh(x)*sigmoid(x)", 0.3),
    ("log(x)/x + sqrt(1 + x)", 2.0),
    ("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", 1.5),
    ("erf(x)*erfc(x)", 0.6),
    ("gamma(x)*lgamma(x)*digamma(x)*polygamma(1, x)", 2.5),
    ("abs(x)*x", -0.7),
    ("max(x, x^2, 2 - x)*min(x, 3)", 1.5),
    ("x^2 if x > 1 else 2*x", 1.25),
    ("where(x > 0, sqrt(x), x)", -1.0),
    ("relu(x)*x + floor(x)*x^3 + sign(x)*x^2 + step(x)*x", 1.5),
    ("atan2(x, 1 + x^2)*hypot(x, 2)", 0.4),
    ("asin(x) + acos(x)*atan(x)", 0.3),
    ("softplus(x)*cbrt(x)", 0.9),
    ("log1p(x) + expm1(x) + log2(2 + x) + log10(3 + x)", 0.3),
    ("sec(x) + csc(x)*cot(x) + tan(x)", 0.8),
    ("asinh(x)*acosh(1 + x) + atanh(x/2)", 0.6),
    ("asec(2 + x) + acsc(2 + x) + acot(1 + x)", 0.3),
    ("sech(x) + csch(x)*coth(x) + sinh(x)*cosh(x)", 0.7),
    ("asech(x/2) + acsch(x) + acoth(2 + x)", 0.7),
    ("repeat 5: x = 4*x*(1 - x)", 0.2),
]


@pytest.mark.parametrize(("text", "x"), CASES)
def test_every_primitive_to_order_6(text: str, x: float) -> None:
    """Orders 1, 2, 3 and 6 agree with ball arithmetic; order 0 is f."""
    f = parse(text)
    assert derivative_program(f, "x", 0)(x) == f(x)
    for order in (1, 2, 3, 6):
        wanted = float(dk.reference(f, x, digits=20, order=order))
        assert derivative_program(f, "x", order)(x) == pytest.approx(wanted, rel=1e-11, abs=1e-11), order


@pytest.mark.parametrize("seed", range(20))
def test_first_order_of_random_programs(seed: int) -> None:
    """The first derivative is what the tape computes."""
    f, point = random_program(seed)
    for name, wanted in tape.gradient(f, point).items():
        if wanted == wanted:  # nan: the order of polygamma
            assert derivative_program(f, name, 1)(**point) == pytest.approx(wanted, rel=1e-8, abs=1e-10)


def test_other_inputs_stand_still() -> None:
    """An exponent or a factor that is another input is a constant."""
    assert derivative_program(parse("x^y"), "x", 2)(-3.0, 3.0) == -18.0
    assert derivative_program(parse("x^y*z"), "y", 2)(2.0, 3.0, 1.0) == pytest.approx(8 * math.log(2) ** 2)
    assert derivative_program(parse("f(x, y) = y^2"), "x", 1)(1.0, 2.0) == 0.0


def test_operations_grow_with_the_square_of_the_order() -> None:
    """Doubling the order costs at most 4 times as much, where repeated differentiation costs many times more."""
    f = parse("exp(x)/sqrt(sin(x)^3 + cos(x)^3)")
    sizes = [counts(derivative_program(f, "x", order)).operations for order in (8, 16, 32)]
    assert 3 < sizes[1] / sizes[0] < 4.2 and 3 < sizes[2] / sizes[1] < 4.2


def test_long_chains_do_not_recurse() -> None:
    """20,000 operations to the second order."""
    f = parse("repeat 10000: x = sin(x) + 0.001")
    assert derivative_program(f, "x", 2)(0.1) == pytest.approx(tape.hessian(f, 0.1), rel=1e-6)
