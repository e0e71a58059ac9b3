"""SymPy as an engine: every primitive there and back, derivatives against mpmath and the tape, kinks, limits, errors."""

import math
import pickle
from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkit import namespaces, symbolic, tape
from diffkit.errors import InputError, NumberError, UsageError
from diffkit.language import parse
from diffkit.primitives import TABLE
from diffkit.program import Builder, Program, run
from diffkit.sympy_forms import Double, constant
from diffkit.sympy_program import to_program

MP = namespaces.get("mpmath")
x, y, z = sympy.symbols("x y z", real=True)
ONE = [0.3, 0.7, 1.4, 2.6, -0.3, -0.7, -1.4, -2.6]
TWO = [(0.3, 1.4), (1.4, 0.3), (2.6, -0.7), (-0.3, 0.7), (-1.4, -2.6), (-2.0, 3.0)]
BEHIND_PI = {"erf", "erfc"}  # their derivative holds pi, which as a Program is the nearest double


def program_of(name: str, count: int) -> Program:
    """The primitive applied to inputs x0, x1, ...; the order of polygamma is the constant 2."""
    builder = Builder()
    operands = [builder.input(f"x{i}") for i in range(count)]
    if name == "polygamma":
        operands[0] = builder.const(2.0)
    return builder.build(builder.op(name, *operands))


def points_of(name: str) -> list[tuple[float, ...]]:
    """Points of one, two or three coordinates on both sides of 0."""
    arity = TABLE[name].arity or 2
    return {1: [(v,) for v in ONE], 2: TWO, 3: [(c, *p) for c in (0.0, 1.0) for p in TWO]}[arity]


def at(program: Program, point: tuple[float, ...]) -> mpmath.mpf:
    """The value of a Program of x0, x1, ... with 50 digits."""
    with mpmath.workdps(50):
        return run(program, MP, [mpmath.mpf(point[int(name[1:])]) for name in program.inputs])[program.outputs[0]]


def disagreements(name: str) -> Iterator[float]:
    """How far SymPy's derivative, as a Program, is from the table's partial, where that is a real number."""
    points = points_of(name)
    f = program_of(name, len(points[0]))
    for coordinate in f.inputs:
        slope = symbolic.differentiate(f, coordinate)
        for point in points:
            operands = [mpmath.mpf(v) for v in point]
            if name == "polygamma":
                operands[0] = mpmath.mpf(2)
            with mpmath.workdps(50):
                exact = TABLE[name].partial(int(coordinate[1:]), MP, getattr(MP, name)(*operands), *operands)
                if mpmath.isnan(getattr(MP, name)(*operands)) or not mpmath.isfinite(exact):
                    continue
                yield float(abs(at(slope, point) - exact) / max(abs(exact), 1))


@pytest.mark.parametrize("name", TABLE)
def test_derivative_of_every_primitive(name: str) -> None:
    """SymPy's derivative of a primitive comes back as a Program and agrees with the table's partial to 40 digits."""
    found = list(disagreements(name))
    assert len(found) >= 2
    assert max(found) < (1e-16 if name in BEHIND_PI else 1e-40)


def test_a_wrong_form_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A primitive with a wrong SymPy form fails the check above."""
    monkeypatch.setattr(namespaces.get("sympy"), "tan", lambda e: sympy.tan(e) + e**2 / 1000)
    assert max(disagreements("tan")) > 1e-4


@pytest.mark.parametrize("name", TABLE)
def test_round_trip_of_every_primitive(name: str) -> None:
    """A primitive as a SymPy expression and back has the same values to 45 digits."""
    points = points_of(name)
    f = program_of(name, len(points[0]))
    g = symbolic.from_sympy(symbolic.expression(f), inputs=f.inputs)
    for point in points:
        there, back = at(f, point), at(g, point)
        assert mpmath.isnan(there) or abs(there - back) <= 1e-45 * abs(there)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x^2", "2*x"),
        ("1 - 4*x", "f(x) = -4"),
        ("x^3 + 2*x", "3*x^2 + 2"),
        ("x^(9/2)", "9*x^3.5/2"),
        ("sqrt(x)", "1/(2*sqrt(x))"),
        ("1/sqrt(x)", "-1/(2*x^1.5)"),
        ("1/x", "-1/x^2"),
        ("x^(1/3)", "1/(3*x^(2/3))"),
        ("cbrt(x)", "1/(3*cbrt(x)^2)"),
        ("exp(-x)", "-exp(-x)"),
        ("0.1*x^2", "2*0.1*x"),
        ("sin(pi*x)", "pi*cos(pi*x)"),
        ("log10(x)", "1/(x*log(10))"),
        ("gamma(x)", "gamma(x)*digamma(x)"),
        ("tan(x)", "1 + tan(x)^2"),
        ("abs(x)", "sign(x)"),
        ("max(x, 0)", "step(x)"),
        ("x*floor(x)", "floor(x)"),
        ("4*x*(1 - x)", "4 - 8*x"),
        ("relu(x)", "x > 0"),
        ("x^x", "x^x*(1 + log(x))"),
        ("where(x > 0, sqrt(x), 0)", "where(x > 0, 1/(2*sqrt(x)), 0)"),
    ],
)
def test_derivatives_print_as_sympy_writes_them(text: str, expected: str) -> None:
    """Quotients, differences and roots come back as such, in an order that never changes; what prints is read back."""
    slope = symbolic.differentiate(text)
    assert str(slope) == expected
    assert parse(str(slope)) == slope


def test_inputs_keep_their_order() -> None:
    """The derivative has f's inputs, in f's order, also those it does not use."""
    slope = symbolic.differentiate("y*x + exp(z)", wrt="y")
    assert (slope.inputs, slope(1, 2, 3)) == (("y", "x", "z"), 2.0)


def test_golden_numbers() -> None:
    """Derivatives of order 1 to 3 of formulas whose digits are known."""
    assert math.isclose(symbolic.differentiate("exp(x)/sqrt(sin(x)^3 + cos(x)^3)")(1.5), 4.053427893898620657714, rel_tol=1e-15)
    assert math.isclose(symbolic.differentiate("cos(sin(sin(cos(x))))")(1), 0.296770890469536055832664, rel_tol=1e-15)
    assert math.isclose(symbolic.differentiate("x^(9/2)")(1.5), 18.60081273425975868318562594, rel_tol=1e-15)
    quartic = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
    for order, exact in [(1, 708288 / 78125), (2, 1053056 / 15625), (3, -12340224 / 3125)]:
        assert math.isclose(symbolic.differentiate(quartic, order=order)(0.2), exact, rel_tol=1e-12)


def test_order_is_repetition() -> None:
    """A second derivative is the derivative of the derivative; order 0 is f."""
    twice = symbolic.differentiate(symbolic.differentiate("exp(x)*sin(x)"))
    assert twice == symbolic.differentiate("exp(x)*sin(x)", order=2)
    assert symbolic.differentiate("exp(x)*sin(x)", order=0) == parse("exp(x)*sin(x)")


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("abs(x)", 0, 0.0),
        ("abs(x)", -2, -1.0),
        ("max(x, 0)", 0, 0.5),
        ("min(x, 0)", 0, 0.5),
        ("relu(x)", 0, 0.0),
        ("max(x, x, x)", 2, 1.0),
        ("where(x > 0, sqrt(x), 0)", -1, 0.0),
        ("sign(x)", 0, 0.0),
        ("step(x)", 0, 0.0),
        ("floor(x)", 2, 0.0),
        ("x^y", (0, 2), (0.0, 0.0)),
        ("x^y", (2, 3), (12.0, 8 * math.log(2))),
        ("max(x, y, z)", (1, 1, 1), (1 / 3, 1 / 3, 1 / 3)),
        ("min(x, y, z)", (1, 1, 2), (0.5, 0.5, 0.0)),
        ("max(x, y, z)", (1, 3, 2), (0.0, 1.0, 0.0)),
        ("cbrt(x)", -8, 1 / 12),
        ("x*0.1^0.5 + 9^0.5", 7, math.sqrt(0.1)),
    ],
)
def test_kinks_by_convention(text: str, point: object, expected: object) -> None:
    """At a kink the derivative is what the table says, and the branch not taken never spoils it."""
    assert symbolic.gradient(text, point) == pytest.approx(expected, rel=1e-15, abs=0)


def test_second_derivative_at_a_kink() -> None:
    """The second derivative of abs is 0 beside the kink and infinite at it, of max likewise."""
    bend = symbolic.differentiate("abs(x) + max(x, 0)", order=2)
    assert (bend(-1), bend(0), bend(1)) == (0.0, math.inf, 0.0)
    assert math.isnan(symbolic.differentiate("abs(x)", order=3)(0))


def test_gradient_takes_the_structure_of_the_point() -> None:
    """Tuple to tuple, dict to dict, vector to vector; an array for a coordinate broadcasts, in a constant derivative too."""
    f = "(x + y)*z"
    assert symbolic.gradient(f, (-2, 5, -4)) == (-4.0, -4.0, 3.0)
    assert symbolic.gradient(f, {"z": -4, "x": -2, "y": 5}) == {"z": 3.0, "x": -4.0, "y": -4.0}
    assert np.array_equal(symbolic.gradient(f, np.array([-2.0, 5, -4])), [-4, -4, 3])
    assert symbolic.gradient("x^2", 3) == 6.0
    assert np.array_equal(symbolic.gradient("x^2", np.array([1.0, 2.0])), [2, 4])
    dx, dy = symbolic.gradient("2*x + y", (np.array([1.0, 2.0]), 1.0))
    assert np.array_equal(dx, [2, 2]) and np.array_equal(dy, [1, 1])


def test_names_of_sympy_are_variables() -> None:
    """E, I, N, S, Q, O, beta, gamma, zeta and lambda are inputs like any other."""
    names = ["E", "I", "N", "S", "Q", "O", "beta", "gamma", "zeta", "lambda"]
    f = " + ".join(f"{name}^2" for name in names)
    assert symbolic.gradient(f, dict.fromkeys(names, 1)) == dict.fromkeys(names, 2.0)


def test_constants_are_exactly_the_doubles() -> None:
    """Short fractions are fractions, other doubles keep name and exact value, nothing is folded by pi."""
    assert (constant(4.5), constant(2.0), constant(-0.5)) == (sympy.Rational(9, 2), sympy.Integer(2), sympy.Rational(-1, 2))
    assert str(symbolic.expression("sin(pi*x) + 0.1 + sin(pi)")) == "sin(pi*x) + sin(pi) + 0.1"
    pi = constant(math.pi, "pi")
    assert str(sympy.sin(pi).evalf(20)) == "1.2246467991473531772e-16"
    tenth = constant(0.1)
    assert tenth > sympy.Rational(1, 10) and sympy.Max(tenth, sympy.Rational(1, 10)) == tenth
    assert (tenth.evalf(30), float(tenth)) == (sympy.Float(sympy.Rational(0.1), 30), 0.1)
    assert (sympy.latex(pi), sympy.latex(Double(1e-3, "1e-3")), sympy.pretty(tenth)) == (r"\pi", r"1 \cdot 10^{-3}", "0.1")


def test_a_double_survives_sympy() -> None:
    """A named double is the same after pickling, rebuilding, simplifying and differentiating."""
    tenth = constant(0.1)
    e = sympy.exp(tenth * x) + tenth
    assert pickle.loads(pickle.dumps(e)) == e
    assert e.func(*e.args) == e and e.subs(x, y).subs(y, x) == e and sympy.simplify(e) == e
    assert (tenth.diff(x), e.diff(x)) == (0, tenth * sympy.exp(tenth * x))
    assert sympy.srepr(tenth) == "Double(0.1, '0.1')"
    assert tenth != constant(0.1, "0.10") and hash(tenth) == hash(constant(0.1))


@pytest.mark.parametrize(
    ("e", "text"),
    [
        (sympy.pi * x, "pi*x"),
        (sympy.E**x, "exp(x)"),
        (sympy.Float(0.1) * x, "0.1*x"),
        (x + y * sympy.Float(-0.1), "x - 0.1*y"),
        (x / 3, "x/3"),
        (sympy.Rational(1, 3), "1/3"),
        (sympy.Rational(-7, 4), "-1.75"),
        (sympy.GoldenRatio, "1.618033988749895"),
        (sympy.Symbol("p", positive=True) ** sympy.Rational(-1, 2), "1/sqrt(p)"),
        (x**-2 * y, "y/x^2"),
        (7, "7"),
        (x - y, "x - y"),
        (y - x, "y - x"),
        (-x - y, "-x - y"),
        (-x * y, "-x*y"),
        (sympy.Mod(x, y), "x - y*floor(x/y)"),
        (sympy.ceiling(x), "-floor(-x)"),
        (sympy.frac(x), "x - floor(x)"),
        (sympy.Heaviside(x), "step(x)"),
        (sympy.Heaviside(x, 0), "where(x == 0, 0, step(x))"),
        (sympy.Heaviside(x - sympy.Max(y, z)), "step(x - max(y, z))"),
        (sympy.oo, "1/0"),
        (-sympy.oo, "-1/0"),
        (sympy.zoo, "0/0"),
        (sympy.Integer(10) ** 400, "1/0"),
        (sympy.Piecewise((x, x > 1), (y, x < 0)), "where(x > 1, x, where(x < 0, y, 0/0))"),
        (sympy.true, "1"),
        (x > 0, "x > 0"),
        (sympy.Lt(x, y), "x < y"),
        (sympy.And(x > 0, y > 0), "x > 0 and y > 0"),
        (~(x > 0), "x <= 0"),
    ],
)
def test_from_sympy(e: object, text: str) -> None:
    """SymPy's numbers, powers, quotients and choices come in as our language writes them."""
    assert str(symbolic.from_sympy(e)) == text


def test_from_sympy_with_inputs() -> None:
    """The inputs may be given in an order, as names or symbols, and may be more than the expression uses."""
    assert symbolic.from_sympy(x - y, inputs=(y, "w", x)).inputs == ("y", "w", "x")


@pytest.mark.parametrize(
    ("e", "message"),
    [
        (sympy.besselj(0, x), "SymPy's besselj is none of our functions\n    diffkit functions lists them"),
        (sympy.Function("g")(x), "SymPy's g is none of our functions\n    diffkit functions lists them"),
        (sympy.Integral(sympy.exp(x**2), x), "SymPy's Integral is none of our functions\n    diffkit functions lists them"),
        (1 + sympy.I * x, "the imaginary unit I is no real number"),
        (sympy.Symbol("pi") + 1, "an input cannot be called 'pi'\n    use a name such as x or x_1"),
        (sympy.Symbol("a b"), "an input cannot be called 'a b'\n    use a name such as x or x_1"),
        (sympy.Symbol("__import__('os')"), "an input cannot be called \"__import__('os')\"\n    use a name such as x or x_1"),
        (sympy.Symbol("x") + x, "two different symbols have the name 'x'\n    give them different names"),
        ("x + 1", "a SymPy expression is needed, not str"),
        (sympy.eye(2), "a SymPy expression is needed, not MutableDenseMatrix"),
    ],
)
def test_from_sympy_refuses(e: object, message: str) -> None:
    """What is none of our functions, complex, unreadable or no expression is named; a text is never evaluated."""
    with pytest.raises(InputError) as caught:
        symbolic.from_sympy(e)
    assert str(caught.value) == message


def test_from_sympy_refuses_a_lost_symbol() -> None:
    """Inputs that leave a symbol out are an error of usage."""
    with pytest.raises(UsageError) as caught:
        symbolic.from_sympy(x + y, inputs=["x"])
    assert str(caught.value) == "the inputs leave out the symbol 'y'\n    its symbols are x, y"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x*y", "q"), "the function has no input 'q'\n    its inputs are x, y"),
        (("x*y",), "name the input to differentiate by\n    its inputs are x, y"),
        (("2",), "name the input to differentiate by\n    its inputs are none: it is constant"),
        (("x", "x", -1), "the order of a derivative is a whole number, not '-1'"),
        (("x", "x", 1.5), "the order of a derivative is a whole number, not '1.5'"),
        (("x, y", "x"), "a derivative needs one output, the function has 2\n    give one formula at a time"),
    ],
)
def test_errors_of_usage(arguments: tuple, message: str) -> None:
    """Each wrong call says what is wrong and what to give."""
    with pytest.raises(UsageError) as caught:
        symbolic.differentiate(*arguments)
    assert str(caught.value) == message


REMEDY = "\n    differentiate it in reverse mode (tape.gradient), which takes a few times the cost of f"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("repeat 200: x = 4*x*(1 - x)", "the formula written out has 9.64e60 nodes; for SymPy it may have 20000"),
        ("+".join(f"sin({i}.5*x)" for i in range(1500)), "the formula has 6000 distinct nodes; for SymPy it may have 5000"),
        ("repeat 2000: x = sin(x)", "the formula is nested too deeply for SymPy"),
    ],
)
def test_too_large_for_sympy(text: str, message: str) -> None:
    """A formula whose tree, DAG or depth SymPy cannot take is refused at once, with its size and the remedy."""
    with pytest.raises(NumberError) as caught:
        symbolic.differentiate(text)
    assert (str(caught.value), caught.value.status) == (message + REMEDY, "too-large")


def test_too_many_inputs_for_sympy() -> None:
    """A gradient takes a differentiation an input: a product of many is refused."""
    with pytest.raises(NumberError) as caught:
        symbolic.gradient("*".join(f"x{i}" for i in range(200)), (1.0,) * 200)
    what = "the formula written out has 399 nodes and 200 inputs; their product may be 20000"
    assert (str(caught.value), caught.value.status) == (what + REMEDY, "too-large")


@pytest.mark.parametrize("text", ["(2*x)^1e9", "(x/3)^(-(10^10))"])
def test_huge_powers_are_not_written_out(text: str) -> None:
    """A power of numbers that would fill the memory is refused, not computed."""
    for attempt in (symbolic.expression, symbolic.differentiate):
        with pytest.raises(NumberError) as caught:
            attempt(text)
        assert caught.value.status == "overflow"


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("x*sin(2)", "f(x) = sin(2)"),
        ("x*9^9^9", "f(x) = 9^9^9"),
        ("x^2*(1/0)", "2*x*(1/0)"),
        ("x^sqrt(2)", "x^(sqrt(2) - 1)*sqrt(2)"),
        ("x*tanh(lgamma(tan(csch(tan(0.5)))))", "f(x) = tanh(lgamma(tan(csch(tan(0.5)))))"),
        ("x*(9/2 - 2^-2)", "f(x) = 4.25"),
        ("x*lgamma(1e9)", "f(x) = lgamma(1000000000)"),
        ("exp(x)/sqrt(2*pi)", "exp(x)/sqrt(2*pi)"),
    ],
)
def test_constants_stand_as_they_were_written(text: str, slope: str) -> None:
    """Constants but fractions reach the derivative untouched, whatever SymPy would make of them."""
    assert str(symbolic.differentiate(text)) == slope


def test_what_is_undefined_is_nan() -> None:
    """Where f is undefined its derivative is nan, however SymPy would continue it into the complex numbers."""
    assert math.isnan(symbolic.gradient("x*log(-1)", 1.0))
    assert math.isnan(symbolic.gradient("x*sqrt(0 - 4)", 1.0))
    assert math.isnan(symbolic.gradient("sqrt(-x^2)", 1.0))
    assert symbolic.gradient("where(sqrt(0 - 4) > 1, 2*x, 3*x)", 1.0) == 3.0
    assert symbolic.gradient("relu(1/(x > 2) + x)", 3.0) == 1.0


def test_derivative_by_the_order_of_polygamma() -> None:
    """What SymPy cannot differentiate is named."""
    with pytest.raises(InputError) as caught:
        symbolic.differentiate("polygamma(n, x)", "n")
    assert str(caught.value) == "SymPy's Derivative is none of our functions\n    diffkit functions lists them"


def test_the_way_back_is_not_recursive() -> None:
    """An expression 20,000 functions deep becomes a Program."""
    e = x
    for _ in range(20_000):
        e = sympy.sin(e, evaluate=False)
    assert to_program(e).list_size == 20_001


def test_sizes_of_the_logistic_map() -> None:
    """SymPy's derivative of the n-fold logistic map has the sizes known from theory.

    A node is a binary operation or a leaf, so a - b*c has 5; a sign in front would be one more.  The trees 44, 166, 530,
    1538 of the theory begin with a sign; ours begin with a positive term.  The DAG (n^2 + 11n - 8)/2 is that of SymPy's own
    nodes, in which a product of many factors is one.
    """
    for n, tree in [(3, 44), (4, 166), (5, 530), (6, 1538), (7, 4194), (8, 10946)]:
        f = parse(f"repeat {n - 1}: x = 4*x*(1 - x)")
        slope = symbolic.derivatives(f, ["x"])[0]
        assert to_program(slope, derived=True).tree_size == tree - 1
        assert len(set(sympy.preorder_traversal(slope))) == (n * n + 11 * n - 8) // 2
        assert (f.tree_size, f.dag_size) == (3 * 2**n - 5, 3 * n)


SLOW_OR_FLAT = {"polygamma", "gamma", "lgamma", "digamma", "where", "step", "floor", "eq", "ne"}
OPERATIONS = [name for name in TABLE if name not in SLOW_OR_FLAT]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Programs of x and y with up to six operations."""
    builder = Builder()
    lines = [builder.input("x"), builder.input("y"), builder.const(draw(st.sampled_from([0.5, 2.0, 0.1, 3.0])))]
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(OPERATIONS))
        lines.append(builder.op(name, *(draw(st.sampled_from(lines)) for _ in range(TABLE[name].arity or 3))))
    return builder.build(lines[-1], inputs=("x", "y"))


@settings(max_examples=60, deadline=None)
@given(programs(), st.sampled_from([(0.3, 0.6), (1.7, 0.4), (-0.8, 1.3)]))
def test_random_programs_agree_with_reverse_mode(f: Program, point: tuple[float, float]) -> None:
    """With 40 digits SymPy's gradient is that of the tape, and what prints is read back."""
    slopes = to_program(symbolic.derivatives(f, f.inputs), f.inputs, derived=True)
    assert parse(str(slopes)) == slopes
    with mpmath.workdps(40):
        coordinates = tuple(map(mpmath.mpf, point))
        ours, theirs = tape.gradient(f, coordinates), slopes(*coordinates)
        for own, other in zip(theirs, ours, strict=True):
            assert not mpmath.isfinite(other) or not mpmath.isfinite(own) or abs(own - other) <= 1e-14 * max(1, abs(other))


def test_parts_of_complex_numbers_that_sympy_leaves_behind() -> None:
    """All values are real: conjugate and re hand on their operand, im is 0."""
    x = sympy.Symbol("x")
    assert str(symbolic.from_sympy(sympy.conjugate(x) * sympy.re(x) + sympy.im(x))) == "x*x + 0"
