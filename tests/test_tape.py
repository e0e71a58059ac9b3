"""Reverse mode: the chapter's numbers, every derivative it offers, depth, and choices not taken."""

import math

import numpy as np
import pytest
from programs import random_program, rounding_bound

import diffkit as dk
from diffkit import tangent, tape
from diffkit.program import Builder


def test_the_chapter_graph():
    """(a+b)(b+1) at a = 2, b = 1: de/da = 2, de/db = 5."""
    assert tape.value_and_gradient("c = a + b; d = b + 1; e_ = c*d", {"a": 2, "b": 1}) == (6.0, {"a": 2.0, "b": 5.0})


def test_the_chapter_product():
    """(x+y)z at -2, 5, -4: value -12, gradient -4, -4, 3."""
    assert tape.value_and_gradient("q = x + y; f = q*z", (-2, 5, -4)) == (-12.0, (-4.0, -4.0, 3.0))


def test_the_chapter_neuron():
    """The sigmoid neuron: f, dx and dw to ten digits."""
    value, slopes = tape.value_and_gradient(
        "dot = w0*x0 + w1*x1 + w2; sigmoid(dot)", {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
    )
    assert value == pytest.approx(0.7310585786300049, rel=1e-15)
    wanted = {
        "w0": -0.19661193324148185,
        "x0": 0.3932238664829637,
        "w1": -0.3932238664829637,
        "x1": -0.5898357997244456,
        "w2": 0.19661193324148185,
    }
    assert slopes == pytest.approx(wanted, rel=1e-14)


def test_the_chapter_staged_exercise():
    """(x + sigma(y))/(sigma(x) + (x+y)^2) at 3, -4."""
    text = "sigy = 1/(1+exp(-y)); num = x + sigy; sigx = 1/(1+exp(-x)); xpy = x+y; den = sigx + xpy^2; f = num*(1/den)"
    value, slopes = tape.value_and_gradient(text, {"x": 3, "y": -4})
    assert value == pytest.approx(1.5456448841066441, rel=1e-14)
    assert slopes == pytest.approx({"x": 2.0595697955721652, "y": 1.5922327514838093}, rel=1e-13)


def test_results_have_the_form_of_the_point():
    """Number, tuple, dict and array in; the same out."""
    assert tape.gradient("x^2", 3) == 6.0
    assert tape.gradient("x*y", (2, 3)) == (3.0, 2.0)
    assert tape.gradient("x*y", {"y": 3, "x": 2}) == {"y": 2.0, "x": 3.0}
    assert tape.gradient("x*y", np.array([2.0, 3.0])).tolist() == [3.0, 2.0]
    assert tape.gradient("x^2", np.array([1.0, 3.0])).tolist() == [2.0, 6.0]
    assert tape.gradient(lambda x, y: np.sin(x) * y, (1.0, 2.0)) == (2 * math.cos(1.0), math.sin(1.0))


def test_jacobian_hessian_and_products():
    """All derivatives of a two-output function and of Rosenbrock's, against their formulas."""
    assert tape.jacobian("x*y, x/y", (6, 2)) == ((2.0, 6.0), (0.5, -1.5))
    rosenbrock, x, y = "(1-x)^2 + 100*(y-x^2)^2", 1.5, 2.0
    H = ((1200 * x * x - 400 * y + 2, -400 * x), (-400 * x, 200.0))
    assert np.array(tape.hessian(rosenbrock, (x, y))) == pytest.approx(np.array(H), rel=1e-13)
    assert tape.hvp(rosenbrock, (x, y), (1, 2)) == pytest.approx((H[0][0] + 2 * H[0][1], H[1][0] + 2 * H[1][1]), rel=1e-13)
    assert tape.hessian("x^2*y", {"x": 3, "y": 2}) == {"x": {"x": 4.0, "y": 6.0}, "y": {"x": 6.0, "y": 0.0}}
    y, pullback = tape.vjp("x*y, x/y", (6, 2))
    assert y == (12.0, 3.0)
    assert pullback((1, 0)) == (2.0, 6.0)
    assert pullback((1, 2)) == (3.0, 3.0)


def test_a_gradient_of_several_outputs_is_refused():
    """One output, or the Jacobian."""
    with pytest.raises(dk.UsageError) as caught:
        tape.gradient("x, y", (1, 2))
    assert str(caught.value) == "a gradient needs one output, the function has 2\n    use jacobian"


def test_a_branch_not_taken_contributes_nothing():
    """where(x > 0, sqrt(x), 0) at -1 has slope 0, not nan, in every form of the tape."""
    f = dk.parse("where(x > 0, sqrt(x), 0)")
    assert tape.gradient(f, -1.0) == 0.0
    assert tape.gradient_program(f)(-1.0)[1] == 0.0
    assert tape.gradient(f, np.array([-1.0, 4.0])).tolist() == [0.0, 0.25]
    assert tape.gradient("max(1, log(x))", 0.5) == 0.0
    assert tangent.derivative(f, -1.0) == 0.0
    assert tangent.derivative(f, np.array([-1.0, 4.0])).tolist() == [0.0, 0.25]


def test_unused_inputs_and_constants_have_slope_zero():
    """f(x, y) = 3 has gradient (0, 0); constants are not differentiated."""
    assert tape.gradient("f(x, y) = 3", (1, 2)) == (0.0, 0.0)
    assert tape.gradient("f(x, y) = x", (1, 2)) == (1.0, 0.0)
    assert tape.gradient("x^3", -2.0) == 12.0  # log(-2) for the exponent is never asked for


def test_poles_give_infinities_not_exceptions():
    """sqrt(x) at 0 has slope inf, x^y at (0, 2) slopes 0."""
    assert tape.gradient("sqrt(x)", 0.0) == math.inf
    assert tape.gradient("1/x", 0.0) == -math.inf
    assert tape.gradient("x^y", (0.0, 2.0)) == (0.0, 0.0)
    assert tape.gradient("x*y*z", (0.0, 2.0, 3.0)) == (6.0, 0.0, 0.0)


def test_a_chain_of_100000_operations():
    """Nothing recurses: the derivative of 100,000 nested sines is the product of their cosines."""
    builder = Builder()
    k = builder.input("x")
    for _ in range(100_000):
        k = builder.op("sin", k)
    f, y, product = builder.build(k), 0.3, 1.0
    for _ in range(100_000):
        product, y = product * math.cos(y), math.sin(y)
    assert tape.gradient(f, 0.3) == pytest.approx(product, rel=1e-9)
    assert tangent.derivative(f, 0.3) == pytest.approx(product, rel=1e-9)
    assert tape.gradient_program(f)(0.3)[1] == pytest.approx(product, rel=1e-9)


@pytest.mark.parametrize("seed", range(100))
def test_the_gradient_program_is_cheap_and_right(seed):
    """Value and gradient cost a small multiple of f in operations counted, and agree with both sweeps within rounding."""
    f, point = random_program(seed)
    written = tape.gradient_program(f)
    assert written.operations <= 12 * f.operations
    value, *slopes = written(**point)
    assert value == f(**point)
    for i, (name, slope) in enumerate(zip(f.inputs, slopes, strict=True)):
        bound = 2 * rounding_bound(written, point, 1 + i) + 1e-300
        assert abs(tape.gradient(f, point)[name] - slope) <= bound
        assert abs(tangent.gradient(f, point)[name] - slope) <= bound


def test_speelpenning_costs_3n_minus_6_multiplications():
    """The gradient of x1 x2 ... xn by reverse mode takes 3n - 6 multiplications, value included n - 1 of them."""
    for n in (3, 10, 1000):
        builder = Builder()
        k, *others = [builder.input(f"x{i}") for i in range(n)]
        for other in others:
            k = builder.op("mul", k, other)
        assert tape.gradient_program(builder.build(k)).operations == 3 * n - 6 + 1


def test_noise_bounds_the_rounding_error_of_f():
    """The first-order bound holds on random programs, and is not idle: (1-cos x)/x^2 at 1e-4 loses half its digits."""
    import mpmath

    for seed in range(100):
        f, point = random_program(seed)
        with mpmath.workdps(60):
            exact = f(**{n: mpmath.mpf(x) for n, x in point.items()})
            assert abs(mpmath.mpf(f(**point)) - exact) <= tape.noise(f, point) * (1 + 1e-6) + 1e-300
    assert 1e-9 < tape.noise("(1-cos(x))/x^2", 1e-4) < 1e-7


def test_shares_name_the_line_that_loses_the_digits():
    """1 - cos x: half an ulp of the subtraction, and one of the cosine, which weighs cos x/(1 - cos x) times as much."""
    f, x = dk.parse("1 - cos(x)"), 1e-4
    shares = tape.shares(f, x)
    assert shares[:2] == [0.0, 0.0]  # a constant and an input
    assert shares[2] == pytest.approx(2 * 2**-53 * math.cos(x), rel=1e-15)
    assert shares[3] == pytest.approx(2**-53 * (1 - math.cos(x)), rel=1e-15)
    assert tape.noise(f, x) == sum(shares)
    assert tape.noise_rms(f, x) == pytest.approx(math.sqrt(sum(s * s for s in shares) / 3), rel=1e-14)
    assert tape.shares("x, (-x)*x", 3.0, output=1) == [0.0, 0.0, 9 * 2**-53]
    assert tape.noise_rms("abs(-x)", 3.0) == 0.0


def test_what_one_operation_may_commit():
    """Its stated ulps of 2u|y|; a subnormal result half a spacing and more; a subnormal sum, an exact operation nothing."""
    assert tape.committed("mul", 3.0, [1.5, 2.0]) == 3 * 2**-53
    assert tape.committed("mul", 0.0, [1e-200, 1e-200]) == tape.committed("exp", 0.0, [-800.0]) == 2.0**-1074
    assert tape.committed("mul", 0.0, [0.0, 1.0]) == tape.committed("sin", 0.0, [0.0]) == 0.0
    assert tape.committed("div", 1e-310, [1.0, 1e310]) >= 2.0**-1075
    assert tape.committed("sub", 1e-310, [2e-310, 1e-310]) <= 1e-320
    assert tape.committed("neg", 3.0, [-3.0]) == 0.0


def test_noise_rms_meets_the_errors_of_a_sum():
    """Sums of 64 random numbers: the root mean square of 300 errors lies within a factor 2 of the one predicted."""
    import random
    from fractions import Fraction

    dice, n, ratios = random.Random(3), 64, []
    f = dk.parse(" + ".join(f"x{i}" for i in range(n)))
    for _ in range(300):
        x = [dice.uniform(0, 1) for _ in range(n)]
        ratios.append(float(Fraction(f(*x)) - sum(map(Fraction, x))) / tape.noise_rms(f, tuple(x)))
    assert 0.5 < math.sqrt(sum(r * r for r in ratios) / len(ratios)) < 2


def test_powers_at_zero_exponents():
    """x^0 has slope 0 everywhere, also at 0 and inside a sum; nothing is multiplied by infinity."""
    assert tape.gradient("x^0", 0.0) == 0.0
    assert tape.gradient("3*x^0 + 2*x + x^2", 0.0) == 2.0
    assert tape.gradient("x^y", (0.0, 0.0)) == (0.0, 0.0)
    assert tangent.derivative("x^0", 0.0) == 0.0


@pytest.mark.parametrize(
    ("f", "x"), [("log(x)", -1.0), ("atanh(x)", 2.0), ("log1p(x)", -3.0), ("log2(x)", -1.0), ("acoth(x)", 0.5)]
)
def test_where_f_has_no_value_there_is_no_slope(f, x):
    """nan, by floats and by arrays, in both modes."""
    assert math.isnan(tape.gradient(f, x))
    assert math.isnan(tangent.derivative(f, x))
    assert np.isnan(tape.gradient(f, np.array([x, x]))).all()


def test_arrays_in_arrays_out():
    """Also where the slope is the same for every element; without warnings at poles."""
    A = np.array([1.0, 2.0])
    assert tape.gradient("3*x", A).tolist() == [3.0, 3.0]
    assert tape.gradient("floor(x)", A).tolist() == [0.0, 0.0]
    assert tape.gradient("x*x*x*x", np.array([10**7])).tolist() == [4e21]
    _, pullback = tape.vjp("1/x", np.array([0.0, 1.0]))
    assert pullback(1.0).tolist() == [-math.inf, -1.0]


def test_one_differentiation_inside_another():
    """D(x -> x D(y -> x y)(1))(4) = 8, whichever factor comes first: the inner recording takes the outer's value as constant."""
    assert tape.gradient(lambda x: x * tape.gradient(lambda y: x * y, 1.0), 4.0) == 8.0
    assert tape.gradient(lambda x: x * tape.gradient(lambda y: y * x, 1.0), 4.0) == 8.0
    assert tangent.gradient(lambda x: x * tangent.gradient(lambda y: x * y, 1.0), 4.0) == 8.0
    assert tape.gradient(lambda x: x * tangent.derivative(lambda y: x * y, 1.0), 4.0) == 8.0
    assert tangent.derivative(lambda x: x * tape.gradient(lambda y: x * y, 1.0), 4.0) == 8.0
