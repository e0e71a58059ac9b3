"""The product rule as it is taught: terms as a textbook leaves them, and derivatives that are right."""

import pytest

from diffkit.errors import InputError
from diffkit.language import parse
from diffkit.study.reproduce.product_rule import derivative, polynomial, terms


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        ("4*x*(1-x)", "4*(1 - x) - 4*x"),
        ("x", "f(x) = 1"),
        ("x^2*3", "6*x"),
        ("x^3 - x", "3*x^2 - 1"),
        ("-(1-2x)^3", "6*(1 - 2*x)^2"),
        ("(1+x^2+x)^2", "2*(1 + x^2 + x)*(2*x + 1)"),
        ("x*x", "2*x"),
    ],
)
def test_what_is_written(f: str, slope: str) -> None:
    """Numbers are multiplied, signs stand between terms, nothing is collected."""
    assert str(derivative(parse(f))) == slope


@pytest.mark.parametrize("f", ["x*(1-x)*(2+3*x)^4", "(x^2-x)*(x+1)-(2*x)^3", "-x*-(1-x)", "((x-1)^2+3)^3*(x-4)"])
def test_it_is_the_derivative(f: str) -> None:
    """As exact polynomials."""
    p = polynomial(parse(f))
    assert polynomial(derivative(parse(f))) == p.derivative()


def test_terms_do_not_depend_on_their_order() -> None:
    """Nor on that of their factors; but another number or power is another term."""
    assert terms(parse("2*x*(1-x) - x^2")) == terms(parse("-x*x + (1 - x)*x*2"))
    for other in ("3*x*(1-x) - x^2", "2*x*(1-x) - x^3", "2*x*(1+x) - x^2", "2*x*(1-x) + x^2", "2*x*(1-x)"):
        assert terms(parse("2*x*(1-x) - x^2")) != terms(parse(other))


def test_other_functions_are_refused() -> None:
    """It is a rule for products."""
    with pytest.raises(InputError, match="not sin"):
        derivative(parse("x*sin(x)"))
