"""Golden numbers: what the literature and the chapter print, recomputed."""

import mpmath
import pytest

import diffkit as dk
from diffkit import symbolic, tape


@pytest.mark.parametrize(
    ("f", "x", "value", "slope"),
    [
        ("exp(x)/sqrt(sin(x)^3+cos(x)^3)", 1.5, "4.497780053946161950251770072282866", "4.053427893898620657714187925608"),
        ("exp(x)/(sin(x)^3+cos(x)^3)", 1.5, None, "3.622033700716326042597771"),
        ("cos(sin(sin(cos(x))))", 1.0, None, "0.296770890469536055832664"),
        ("x^(9/2)", 1.5, None, "18.60081273425975868318562594"),
    ],
)
def test_published_derivatives(f, x, value, slope):
    """To all digits printed."""
    digits = len(slope.lstrip("0.").replace(".", ""))
    assert mpmath.nstr(dk.reference(f, x, digits=40), digits) == slope
    if value:
        from diffkit import truth

        assert mpmath.nstr(truth.value(f, x, digits=40), 34) == value


def test_the_same_function_at_pi_over_4():
    """Without the root, at the double nearest pi/4, the figure printed for pi/4 holds to 15 digits."""
    found = dk.reference("exp(x)/(sin(x)^3+cos(x)^3)", 0.7853981633974483)
    assert abs(found / mpmath.mpf("3.101766393836051495198318") - 1) < 1e-15


def test_the_polynomial_with_exact_derivatives():
    """64x(1-x)(1-2x)^2(1-8x+8x^2)^2 at 0.2: the double 0.2 moves the published fractions by less than f'' ulp(0.2)."""
    f = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
    assert dk.parse(f)(0.2) == pytest.approx(0.28901376, rel=1e-14)
    assert dk.derivative(f, 0.2) == pytest.approx(708288 / 78125, rel=1e-14)
    assert dk.derivative(f, 0.2, order=2) == pytest.approx(1053056 / 15625, rel=1e-13)
    assert dk.derivative(f, 0.2, order=3) == pytest.approx(-12340224 / 3125, rel=1e-13)


def test_the_logistic_map_of_the_survey():
    """Table 1 of Baydin et al.: l2' = 4 - 8x, l3' = 16(1 - 10x + 24x^2 - 16x^3), at points of [0, 1]."""
    for n, slope in ((1, lambda x: 4 - 8 * x), (2, lambda x: 16 * (1 - 10 * x + 24 * x**2 - 16 * x**3))):
        f = dk.parse(f"l = x; repeat {n}: l = 4*l*(1-l)")
        derivative = symbolic.differentiate(f)
        for x in (0.1, 0.3, 0.7):
            assert tape.gradient(f, x) == pytest.approx(slope(x), rel=1e-13)
            assert derivative(x) == pytest.approx(slope(x), rel=1e-13)
