"""The reference: proved against SymPy and mpmath, golden numbers, kinks and poles, and a checker that can fail."""

import math
import operator
import pickle
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb

from diffkit import balls
from diffkit.errors import NumberError, UsageError
from diffkit.language import parse
from diffkit.primitives import TABLE
from diffkit.problems import PROBLEMS, Problem, by_name
from diffkit.program import Builder, Program, run
from diffkit.truth import (
    CertifiedDerivative,
    KinkError,
    ball,
    derivative,
    nearest_double,
    reference,
    round_constant,
    slopes,
    taylor,
    value,
)

TEXTBOOK = "exp(x)/sqrt(sin(x)^3 + cos(x)^3)"
UNDECIDABLE = "abs(sin(x)^2 + cos(x)^2 - 1)"


# --- SymPy as the independent check --------------------------------------------------------------------------------------
def exact(number: float, text: str = "") -> sympy.Rational:
    """A double as the fraction that it is."""
    return sympy.Rational(*float(number).as_integer_ratio())


def _sympy_functions() -> dict[str, Callable[..., Any]]:
    plain = {"exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "tanh", "asinh", "atan2", "erf", "erfc", "gamma"}
    own: dict[str, Callable[..., Any]] = {name: getattr(sympy, name) for name in plain}
    own |= {name: getattr(operator, name) for name in ("add", "sub", "mul", "neg", "abs", "pow")}
    own |= {name: getattr(sympy, name.capitalize()) for name in ("lt", "le", "gt", "ge", "eq", "ne")}
    return own | {
        "div": operator.truediv, "expm1": lambda x: sympy.exp(x) - 1, "log1p": lambda x: sympy.log(1 + x),
        "lgamma": lambda x: sympy.log(sympy.Abs(sympy.gamma(x))),
        "where": lambda c, a, b: sympy.Piecewise((a, c), (b, True)),
        "max": lambda *x: reduce(lambda a, b: sympy.Piecewise((a, a >= b), (b, True)), x),
    }  # fmt: skip


def unordered(expressions: list[sympy.Expr]) -> Any:
    """Shared parts by name, without the sorting that takes most of the time."""
    return sympy.cse(expressions, list=False, order="none", optimizations=())


def sympy_derivative(problem: Problem, wrt: str, digits: int) -> mpmath.mpf:
    """SymPy's derivative, evaluated in mpmath at the point, which is exact."""
    program = parse(problem.expression)
    symbols = [sympy.Symbol(name, real=True) for name in program.inputs]
    F = SimpleNamespace(name="exact sympy", const=exact, **_sympy_functions())
    for row in TABLE:
        F.__dict__.setdefault(row, None)
    formula = run(program, F, symbols)[program.outputs[0]].diff(symbols[program.inputs.index(wrt)])
    with mpmath.workdps(digits):
        point = [mpmath.mpf(problem.at[name]) for name in program.inputs]
        return mpmath.mpf(mpmath.re(sympy.lambdify(symbols, formula, modules="mpmath", cse=unordered)(*point)))


SMOOTH = [(problem, name) for problem in PROBLEMS if problem.smooth for name in problem.at]


@pytest.mark.parametrize(("problem", "wrt"), SMOOTH, ids=[f"{problem.name} by {name}" for problem, name in SMOOTH])
def test_correctly_rounded(problem: Problem, wrt: str) -> None:
    """dk.derivative is 0 ulp from SymPy's derivative in mpmath, and dk.reference agrees with it to 30 digits."""
    checks = [sympy_derivative(problem, wrt, digits) for digits in (120, 300)]
    got = derivative(problem.expression, problem.at, wrt=wrt)
    proved = reference(problem.expression, problem.at, wrt=wrt)
    with mpmath.workdps(120):
        assert abs(checks[0] - checks[1]) <= abs(checks[1]) * mpmath.mpf(10) ** -60 + mpmath.mpf(2) ** -1100 or got == 0
        nearest = float(Fraction(*mpmath.libmp.to_rational(checks[1]._mpf_))) if abs(checks[1]) > 1e-330 else 0.0
        assert got == nearest
        assert abs(proved - checks[1]) <= abs(checks[1]) * mpmath.mpf(10) ** -30 + mpmath.mpf(2) ** -1100


# --- every primitive against mpmath ----------------------------------------------------------------------------------------
POINTS = {
    "asin": (0.3, -0.7, 0.99), "acos": (0.3, -0.7), "atanh": (0.3, -0.9), "acosh": (1.5, 40.0), "log": (0.3, 50.0),
    "log1p": (0.3, -0.9), "log2": (0.3, 50.0), "log10": (0.3, 50.0), "sqrt": (0.3, 50.0), "asech": (0.3, 0.9),
    "asec": (1.5, -2.5), "acsc": (1.5, -2.5), "acoth": (1.5, -2.5), "gamma": (0.3, 4.5, -2.5, -3.25),
    "lgamma": (0.3, 4.5, -2.5, -3.25), "digamma": (0.3, 4.5, -2.5), "erfc": (0.3, -1.5, 9.0),
    "pow": ((0.3, 2.5), (2.0, -3.0), (-2.0, 3.0), (-1.5, -2.0), (2.25, 4.5), (0.0, 2.0)),
    "hypot": ((3.0, -4.0), (-0.5, 0.0)), "atan2": ((1.0, 2.0), (1.0, -2.0), (-1.0, -2.0), (-3.0, 0.0), (0.0, 2.0)),
    "polygamma": ((0.0, 0.3), (1.0, 4.5), (3.0, -2.5)),
    "where": ((1.0, 0.3, 0.7), (0.0, 0.3, 0.7)), "max": ((0.3, -0.7, 0.1), (-2.0, -1.0)), "min": ((0.3, -0.7, 0.1), (-2.0, -1.0)),
}  # fmt: skip
BY_ARITY: dict[int | None, tuple[Any, ...]] = {1: (0.3, -0.7, 2.6, -8.5), 2: ((0.3, -0.7), (-2.5, -1.25)), None: ((0.3, -0.7),)}


def _mpmath_functions() -> dict[str, Callable[..., Any]]:
    """The textbook's definition of each primitive; none is taken from the package."""
    m = mpmath
    own: dict[str, Callable[..., Any]] = {name: getattr(m, name) for name in TABLE if hasattr(m, name)}
    own |= {name: getattr(operator, name) for name in ("add", "sub", "mul", "neg", "abs", "pow")}
    own |= {name: lambda a, b, met=getattr(operator, name): m.mpf(met(a, b)) for name in ("lt", "le", "gt", "ge", "eq", "ne")}  # noqa: B008
    return own | {
        "div": operator.truediv, "where": lambda c, a, b: a if c else b, "max": lambda *x: max(x), "min": lambda *x: min(x),
        "and": lambda a, b: m.mpf(bool(a and b)), "or": lambda a, b: m.mpf(bool(a or b)), "not": lambda a: m.mpf(not a),
        "sign": m.sign, "step": lambda x: (1 + m.sign(x)) / 2, "relu": lambda x: x if x > 0 else m.mpf(0),
        "log2": lambda x: m.log(x) / m.log(2), "cbrt": lambda x: m.sign(x) * m.root(abs(x), 3),
        "acot": lambda x: m.atan(1 / x), "asec": lambda x: m.acos(1 / x), "acsc": lambda x: m.asin(1 / x),
        "asech": lambda x: m.acosh(1 / x), "acsch": lambda x: m.asinh(1 / x), "acoth": lambda x: m.atanh(1 / x),
        "sigmoid": lambda x: 1 / (1 + m.exp(-x)), "softplus": lambda x: m.log(1 + m.exp(x)),
        "lgamma": lambda x: m.log(abs(m.gamma(x))), "polygamma": lambda n, x: m.psi(int(n), x), "atan2": m.atan2,
    }  # fmt: skip


def single(name: str, count: int) -> Program:
    """One operation on inputs."""
    builder = Builder()
    return builder.build(builder.op(name, *(builder.input(f"x{i}") for i in range(count))))


def contains(ball: Any, truth: mpmath.mpf) -> bool:
    """Does a narrow ball hold the truth, which is known to 50 digits?"""
    known = arb(mpmath.nstr(truth, 70, strip_zeros=False))
    slack = arb(10) ** -50 * (1 + abs(known))
    return bool(ball.is_finite() and ball.rad() < slack and abs(ball - known) < 2 * slack)


def check_primitive(name: str, point: tuple[float, ...]) -> None:
    """The ball of the value and of each partial derivative holds mpmath's."""
    function, program = _mpmath_functions()[name], single(name, len(point))
    with mpmath.workdps(120), balls.working(400, 1):
        place = [mpmath.mpf(x) for x in point]
        assert contains(ball(program, point, None, 0, 400), mpmath.mpf(function(*place)))
        for i in range(len(point)):
            if (name, i) in {("polygamma", 0), ("where", 0)} or (name == "pow" and i == 1 and point[0] <= 0):
                continue  # not differentiable by these
            slope = mpmath.diff(lambda t, i=i: function(*place[:i], t, *place[i + 1 :]), place[i])
            assert contains(ball(program, point, i, 1, 400), mpmath.mpf(mpmath.re(slope)))


CASES = [(row.name, point if isinstance(point, tuple) else (point,)) for row in TABLE.values()
         for point in POINTS.get(row.name, BY_ARITY.get(row.arity, ()))]  # fmt: skip


@pytest.mark.parametrize(("name", "point"), CASES, ids=[f"{name}{point}" for name, point in CASES])
def test_primitive(name: str, point: tuple[float, ...]) -> None:
    """Every primitive's ball holds mpmath's value and derivatives to 50 digits, at negative arguments too."""
    check_primitive(name, point)


def test_every_primitive_has_points() -> None:
    """No row of the table goes untested."""
    assert {name for name, _ in CASES} == set(TABLE)
    assert set(balls.SMOOTH) | set(balls.CHOICES) == set(TABLE)


@pytest.mark.parametrize("wrong", [lambda x: x.sin() * (1 + arb(10) ** -45), lambda x: x, lambda x: x.cos()])
def test_wrong_ball_is_caught(monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Any], Any]) -> None:
    """A ball function that is wrong, if only in the 45th digit, fails the check above."""
    check_primitive("sin", (0.3,))
    monkeypatch.setattr(balls.namespace(balls.OPEN, balls.double), "sin", wrong)
    with pytest.raises(AssertionError):
        check_primitive("sin", (0.3,))


# --- golden numbers --------------------------------------------------------------------------------------------------------
GOLDEN = [
    (TEXTBOOK, 1.5, 0, "4.497780053946161950251770072282866"),
    (TEXTBOOK, 1.5, 1, "4.053427893898620657714187925608"),
    ("exp(x)/(sin(x)^3 + cos(x)^3)", 1.5, 1, "3.622033700716326042597771"),
    ("cos(sin(sin(cos(x))))", 1.0, 1, "0.296770890469536055832664"),
    ("x^(9/2)", 1.5, 1, "18.60081273425975868318562594"),
    ("(1 - cos(x))/x^2", 1e-4, 1, "-0.00000833333332777777817"),
    ("sin(x)", 1e22, 1, "0.523214785395138945"),
]


@pytest.mark.parametrize(("text", "x", "order", "figures"), GOLDEN)
def test_golden(text: str, x: float, order: int, figures: str) -> None:
    """The printed figures, all of them."""
    got = reference(text, x, digits=40, order=order) if order else value(text, x, digits=40)
    with mpmath.workdps(50):
        last = mpmath.mpf(10) ** -len(figures.partition(".")[2])
        assert abs(got - mpmath.mpf(figures)) <= last


def test_golden_at_quarter_pi() -> None:
    """At pi/4 itself, not at its double: the figures printed belong to the number, and the Taylor step leads there."""
    x = math.pi / 4
    _, slope, second, *_ = taylor("exp(x)/(sin(x)^3 + cos(x)^3)", [x], 0, 5, 40)
    with mpmath.workdps(50):
        there = slope + second * (mpmath.pi / 4 - mpmath.mpf(x))
        assert abs(there - mpmath.mpf("3.101766393836051495198318")) < mpmath.mpf(10) ** -23


def test_golden_polynomial() -> None:
    """64x(1-x)(1-2x)^2(1-8x+8x^2)^2 at 1/5: 0.28901376, 708288/78125, 1053056/15625, -12340224/3125, exactly."""
    problem = by_name("baydin")
    value_, first, second, third = taylor(problem.expression, [0.2], 0, 3, 40)
    with mpmath.workdps(50):
        shift = mpmath.mpf(1) / 5 - mpmath.mpf(0.2)
        for got, slope, truth in ((value_, first, "28901376/100000000"), (first, second, "708288/78125"),
                                  (second, third, "1053056/15625"), (third, None, "-12340224/3125")):  # fmt: skip
            step = shift * (slope if slope is not None else 0)
            wanted = mpmath.mpf(Fraction(truth).numerator) / Fraction(truth).denominator
            assert abs(got + step - wanted) < (mpmath.mpf(10) ** -28 if slope is not None else mpmath.mpf(10) ** -10)


def test_golden_gradients() -> None:
    """The gradients of the chapter, structured like the point."""
    sums = by_name("chapter-sum")
    assert reference(sums.expression, (2.0, 1.0)) == (2, 5)
    assert reference("q = x + y; f = q*z", {"z": -4.0, "x": -2.0, "y": 5.0}) == {"z": 3, "x": -4, "y": -4}
    staged = by_name("staged")
    assert float(value(staged.expression, staged.at)) == 1.5456448841066441
    assert derivative(staged.expression, staged.at) == {"x": 2.059569795572165, "y": 1.5922327514838093}
    neuron = by_name("neuron")
    assert {name: round(slope.value, 7) for name, slope in derivative(neuron.expression, neuron.at).items()} == {
        "w0": -0.1966119, "x0": 0.3932239, "w1": -0.3932239, "x1": -0.5898358, "w2": 0.1966119}  # fmt: skip


def test_symbolic_is_not_exact() -> None:
    """Cancellation that float64 cannot survive does not touch the reference."""
    assert derivative("(1 - cos(x))/x^2", 1e-4) == -8.333333327777778e-06
    assert derivative("(exp(x) - 1)/x", 1e-7) == 0.5000000333333345
    assert derivative("sqrt(x + 1) - sqrt(x)", 1e8) == -2.49999998125e-13
    assert derivative("(1 + x) - 1", 1e-17) == 1.0


def test_exact_ties_round_to_even() -> None:
    """A derivative that lies exactly between two doubles is decided, because its ball has no radius."""
    assert derivative("x + x*2^-53", 1.0) == 1.0
    assert derivative("x + x*(2^-53 + 2^-52)", 1.0) == 1.0 + 2.0**-51
    assert derivative("x*(1 + 2^-53 + 2^-1000)", 1.0) == 1.0 + 2.0**-52


# --- rounding ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("exponent", [0, 52, 1000, -1000, -1022, -1040, -1073, -1074, -1075, -1080])
@pytest.mark.parametrize("mantissa", [1, 3, 2**53 + 1, 2**54 - 1, 2**60 + 12345, -(2**53) - 3])
def test_nearest_double(mantissa: int, exponent: int) -> None:
    """Correct rounding, subnormals, ties and overflow included, as Python divides fractions."""
    try:
        wanted = float(Fraction(mantissa) * Fraction(2) ** (exponent - mantissa.bit_length()))
    except OverflowError:
        wanted = math.copysign(math.inf, mantissa)
    with balls.working(200, 1):
        assert nearest_double(arb(mantissa) * arb(2) ** (exponent - mantissa.bit_length())) == wanted


def test_nearest_double_of_a_ball() -> None:
    """A ball rounds if both its ends round alike, and not if a halfway point is inside."""
    with balls.working(200, 1):
        tiny = arb(0, 1) * arb(2) ** -150
        assert nearest_double(arb(1) / 3 + tiny) == 1 / 3
        assert nearest_double(arb(1) + arb(2) ** -53 + tiny) is None
        assert nearest_double(arb(2) ** 1024 + tiny) == math.inf
        assert nearest_double(-(arb(2) ** 1024) + tiny) == -math.inf
        assert nearest_double(tiny * arb(2) ** -1100) == 0.0
        assert nearest_double(arb(2) ** (arb(2) ** 70)) == math.inf
        assert nearest_double(arb.nan()) is None


@pytest.mark.parametrize(("text", "wanted"), [
    ("pi/4", math.pi / 4), ("1/3", 1 / 3), ("1e-8", 1e-8), ("-pi", -math.pi), ("tau", math.tau), ("e", math.e),
    ("0.1 + 0.2", 0.3), ("sin(pi)", 0.0), ("cos(pi/3)", 0.5), ("2^-1074", 5e-324), ("2^-1075", 0.0), ("sqrt(2)^2", 2.0),
])  # fmt: skip
def test_round_constant(text: str, wanted: float) -> None:
    """Constants are read exactly and rounded once: pi is the number here, and 0.1 is 1/10."""
    assert round_constant(parse(text)) == wanted


@pytest.mark.parametrize(("text", "message"), [
    ("9^9^9", "9^9^9 is larger than every double"),
    ("log(-1)", "f is not defined: log(-1) has no real value"),
    ("1/0", "f has no value: 1/0 is singular"),
    ("tan(pi/2)", "tan(pi/2) stayed undecided with 65536 bits of precision\n"
                  "    it is, or is extremely close to, a point where it has no number"),
])  # fmt: skip
def test_round_constant_refuses(text: str, message: str) -> None:
    """What has no double is refused by name."""
    with pytest.raises(NumberError) as caught:
        round_constant(parse(text))
    assert str(caught.value) == message


# --- kinks, jumps, poles -----------------------------------------------------------------------------------------------------
NONE, VOID = "f has no derivative", "f has no value"
TRAPS = [
    ("abs(x)", 0, "kink", f"{NONE} at x = 0: abs(x) has a kink\n    its slope is -1 on the left, 1 on the right"),
    ("max(x, 0)", 0, "kink", f"{NONE} at x = 0: max(x, 0) has a kink\n    its slope is 0 on the left, 1 on the right"),
    ("relu(x)", 0, "kink", f"{NONE} at x = 0: relu(x) has a kink\n    its slope is 0 on the left, 1 on the right"),
    ("y = 2*abs(x - 1); x + y", 1, "kink",
     f"{NONE} at x = 1: abs(x - 1) has a kink\n    its slope is -1 on the left, 3 on the right"),
    ("floor(x)", 2, "jump", f"{NONE} at x = 2: floor(x) jumps\n    its value is 1 on the left, 2 on the right and 2 there"),
    ("where(x == 0, 5, x)", 0, "jump",
     f"{NONE} at x = 0: the choice by x == 0 makes a jump\n    its value is 0 on the left, 0 on the right and 5 there"),
    ("cbrt(x)", 0, "singular", f"{NONE} at x = 0: cbrt(x) is singular"),
    ("sqrt(x)", 0, "singular", f"{NONE} at x = 0: sqrt(x) is singular"),
    ("x^0.5", 0, "singular", f"{NONE} at x = 0: x^0.5 is singular"),
    ("1/x", 0, "singular", f"{VOID} at x = 0: 1/x is singular"),
    ("sin(x)/x", 0, "singular", f"{VOID} at x = 0: sin(x)/x is singular"),
    ("log(x)", 0, "singular", f"{VOID} at x = 0: log(x) is singular"),
    ("gamma(x)", -2, "singular", f"{VOID} at x = -2: gamma(x) is singular"),
    ("asin(x)", 1, "singular", f"{NONE} at x = 1: asin(x) is singular"),
    ("x^y", (0, 0), "singular", f"{NONE} by y at x = 0, y = 0: x^y is singular"),
    ("sqrt(x^2 + y^2)", (0, 0), "singular", f"{NONE} by x at x = 0, y = 0: sqrt(x^2 + y^2) is singular"),
    ("asin(sech(log(x)))", 1, "singular", f"{NONE} at x = 1: asin(sech(log(x))) is singular"),
    ("0*log(x)", -1, "domain", "f is not defined at x = -1: log(x) has no real value"),
    ("0/gamma(x) + log(x)^0", 0, "singular", f"{VOID} at x = 0: gamma(x) is singular"),
    ("log(x)^0", -1, "domain", "f is not defined at x = -1: log(x) has no real value"),
    ("hypot(relu(x), x)", 0, "singular", f"{NONE} at x = 0: hypot(relu(x), x) is singular"),
    ("asin(1 - x*relu(x))", 0, "singular", f"{NONE} at x = 0: asin(1 - x*relu(x)) is singular"),
    ("(x^2)^(x + 0.3)", 0, "singular", f"{NONE} at x = 0: (x^2)^(x + 0.3) is singular"),
    ("(-2)^(2 + x^2)", 0, "domain", "f is not defined beside x = 0: (-2)^(2 + x^2) has no real value there"),
    ("t = x and 0.1; atan2(t, t)", 0, "singular", "f has no value at x = 0: atan2(x and 0.1, x and 0.1) is singular"),
    ("where(x > 0, sqrt(x), 0)", 0, "singular", f"{NONE} at x = 0: sqrt(x) is singular"),
    ("log(x)", -1, "domain", "f is not defined at x = -1: log(x) has no real value"),
    ("sqrt(x)", -1, "domain", "f is not defined at x = -1: sqrt(x) has no real value"),
    ("asin(x)", 2, "domain", "f is not defined at x = 2: asin(x) has no real value"),
    ("x^2", math.inf, "domain", "f is not defined at x = inf: the point is not finite"),
    ("exp(exp(exp(x)))", 100, "overflow", "f is too large at x = 100: exp(exp(exp(x))) overflows"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at", "status", "message"), TRAPS, ids=[f"{text} at {at}" for text, at, *_ in TRAPS])
def test_no_derivative(text: str, at: Any, status: str, message: str) -> None:
    """Where there is no derivative the operation is named, by both calls."""
    for function in (reference, derivative):
        with pytest.raises(NumberError) as caught:
            function(text, at)
        assert (caught.value.status, str(caught.value)) == (status, message)


def test_kink_carries_slopes() -> None:
    """The error at a kink carries both slopes, and survives pickling."""
    with pytest.raises(KinkError) as caught:
        reference("max(3*x, -x)*exp(x)", 0)
    assert caught.value.slopes == (-1, 3)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.status, again.slopes) == (str(caught.value), "kink", (-1, 3))


@pytest.mark.parametrize(("text", "at", "gradient"), [
    ("x*abs(x)", 0, 0), ("abs(x)^(5/3)", 0, 0), ("x + x^3*abs(x)", 0, 1), ("max(x, x, x)", 0, 1), ("x^1.5", 0, 0),
    ("where(x > 0, sqrt(x), 0)", -1, 0), ("where(x > 1, abs(x), x^2)", 0, 0), ("x^y", (0, 2), (0, 0)),
    ("x*y*z", (0, 2, 3), (6, 0, 0)), ("sin(x)/x if x != 0 else 1", 0, 0), ("floor(x)*x", 2.5, 2),
    ("x^3 if x > 0 and not x > 1 else 0", 0, 0), ("x^(floor(x) + 4)", -1.5, -3),
    ("sqrt(floor(x)) + cbrt(floor(x))", 0.5, 0), ("y*abs(x)^3 + 0*floor(y)", {"x": 0, "y": 0.5}, {"x": 0, "y": 0}),
])  # fmt: skip
def test_derivative_exists(text: str, at: Any, gradient: Any) -> None:
    """A tie is no kink when both sides agree, and a branch not taken does no harm."""
    assert reference(text, at) == gradient
    assert derivative(text, at) == gradient


def test_both_sides_agree_to_the_digits_asked() -> None:
    """Sides that agree without being exact are joined: exp'(0.3) beside a kink that is flattened."""
    got = reference("abs(x)^3*pi + exp(x + 0.3)", 0)
    with mpmath.workdps(40):
        assert abs(got - mpmath.exp(mpmath.mpf(0.3))) < mpmath.mpf(10) ** -29


def test_kink_in_a_higher_derivative() -> None:
    """x|x| has a first derivative at 0 and no second."""
    with pytest.raises(KinkError) as caught:
        reference("x*abs(x)", 0, order=2)
    assert str(caught.value) == (f"{NONE} at x = 0: abs(x) has a kink\n"
                                 "    its derivative of order 2 is -2 on the left, 2 on the right")  # fmt: skip


def test_slopes() -> None:
    """One-sided slopes, at a kink and where there is none."""
    assert slopes("abs(x)", [0.0]) == (-1, 1)
    assert slopes("abs(abs(x) - 1)*y", [1.0, 3.0], 0) == (-3, 3)
    assert slopes("x^2", [3.0]) == (6, 6)


@pytest.mark.parametrize("function", [reference, derivative])
def test_undecidable_ends(function: Callable[..., Any]) -> None:
    """A choice that no precision can decide ends at the limit, in seconds, and is named."""
    with pytest.raises(NumberError) as caught:
        function(UNDECIDABLE, 1.0)
    assert caught.value.status == "undecided"
    assert str(caught.value) == (f"{UNDECIDABLE} stayed undecided at x = 1 with 65536 bits of precision\n"
                                 "    it is, or is extremely close to, a point where it has no number")  # fmt: skip


def test_undecidable_gamma_ends() -> None:
    """The gamma function is slow at high precision, so its limit is lower."""
    with pytest.raises(NumberError) as caught:
        reference("abs(gamma(x) - gamma(x)*1)", 2.5)
    assert str(caught.value).startswith("abs(gamma(x) - gamma(x)*1) stayed undecided at x = 2.5 with 4096 bits of precision\n")


def test_unprovable_rounding_ends() -> None:
    """A derivative that lies on a tie without being exact is refused, with its reason."""
    with pytest.raises(NumberError) as caught:
        derivative("x*(1 + 2^-53 + (sin(1)^2 + cos(1)^2 - 1))", 1.0)
    assert caught.value.status == "precision"
    assert str(caught.value) == (
        "not proved at x = 1 with 65536 bits of precision\n"
        "    digits cancel without end there, or the truth lies exactly between two doubles"
    )


# --- calls and results -----------------------------------------------------------------------------------------------------
def test_certified_derivative() -> None:
    """The result is its double, with a proof that contains the truth, and can be pickled."""
    got = derivative("exp(x)", 1)
    assert isinstance(got, CertifiedDerivative) and got == math.e and got.value == math.e
    assert (got.status, got.reason, got.order, type(got.value)) == ("ok", "", 1, float)
    truth = Fraction("2.71828182845904523536028747135266249775724709")
    assert abs(Fraction(got.midpoint) - truth) <= Fraction(got.radius) < Fraction(1, 2**60)
    again = pickle.loads(pickle.dumps(got))
    assert (again, again.__dict__) == (got, got.__dict__)


@pytest.mark.parametrize(("text", "x", "number", "status", "reason"), [
    ("1/(1 + exp(-x))", -800, 0.0, "underflow", "the derivative is below every double: 0 is what it rounds to"),
    ("sin(x)^2 + cos(x)^2", 1, 0.0, "underflow", "the derivative is below every double: 0 is what it rounds to"),
    ("x^2", 0, 0.0, "ok", ""),
    ("-1e300*x^3", 1e10, -math.inf, "overflow", "the derivative is larger than every double"),
    ("exp(-x)", 745, -5e-324, "ok", ""),
])  # fmt: skip
def test_status(text: str, x: float, number: float, status: str, reason: str) -> None:
    """Underflow and overflow are rounded as IEEE 754 rounds, and told."""
    got = derivative(text, x)
    assert (got, got.status, got.reason) == (number, status, reason)


def test_higher_orders() -> None:
    """Second and later derivatives, in all three calls."""
    assert [derivative("x^5", 2, order=n) for n in range(1, 7)] == [80, 160, 240, 240, 120, 0]
    assert taylor("x^5", [2.0], 0, 5) == [32, 80, 160, 240, 240, 120]
    assert derivative("sin(x)*y", {"x": 0.0, "y": 2.0}, order=3) == {"x": -2, "y": 0}
    assert mpmath.nstr(reference("sin(x)", 0.0, order=3), 30) == "-1.0"


def test_wrt() -> None:
    """One name gives one number, several a dict."""
    at = {"x": 2.0, "y": 3.0}
    assert reference("x*y", at, wrt="y") == 2
    assert reference("x*y", at, wrt=("y", "x")) == {"y": 2, "x": 3}
    assert derivative("x*y", at, wrt="x") == 3
    with pytest.raises(UsageError) as caught:
        reference("x*y", at, wrt="z")
    assert str(caught.value) == "the function has no input 'z'\n    its inputs are x, y"


def test_arrays() -> None:
    """An array of points gives an array of derivatives; an array of coordinates a gradient."""
    x = np.array([[0.5, 1.0], [2.0, 3.0]])
    got = derivative("x^3", x)
    assert got.dtype == np.float64 and got.tolist() == (3 * x**2).tolist()
    assert list(reference("x*y", np.array([2.0, 3.0]))) == [3, 2]


def test_callable() -> None:
    """A Python callable is recorded at the point."""
    assert derivative(lambda x: np.sin(x) * x, 0.0) == 0.0


def test_all_digits_survive() -> None:
    """10,000 digits are proved and kept whatever mp.dps is."""
    got = reference(TEXTBOOK, 1.5, digits=10_000)
    more = reference(TEXTBOOK, 1.5, digits=10_100)
    with mpmath.workdps(10_200):
        assert 0 < abs(got - more) < abs(more) * mpmath.mpf(10) ** -10_000


@pytest.mark.parametrize(("arguments", "message"), [
    ({"digits": 0}, "digits must lie between 1 and 100000, not 0"),
    ({"order": -1}, "the order of a derivative must lie between 0 and 100, not -1"),
])  # fmt: skip
def test_bad_arguments(arguments: dict[str, int], message: str) -> None:
    """Digits and order have limits."""
    with pytest.raises(UsageError) as caught:
        reference("x", 1.0, **arguments)
    assert str(caught.value) == message


def test_precision_is_restored() -> None:
    """FLINT's global precision is left as it was found, after an error too."""
    before = balls.ctx.prec, balls.ctx.cap
    derivative("exp(x)", 1.0)
    with pytest.raises(NumberError):
        reference(UNDECIDABLE, 1.0)
    assert (balls.ctx.prec, balls.ctx.cap) == before


def test_long_chain() -> None:
    """A chain of 100,000 operations needs no recursion."""
    builder = Builder(share=False)
    k = builder.input("x")
    for _ in range(100_000):
        k = builder.op("neg", k)
    assert reference(builder.build(k), 2.0) == 1


def test_gradient_of_many_inputs_keeps_few_plans() -> None:
    """A product of 60 inputs: the gradient is right, and its plans do not pile up."""
    program = parse("*".join(f"x{i}" for i in range(60)))
    assert reference(program, tuple([2.0] + [1.0] * 59)) == (1,) + (2,) * 59
    assert len(program._plans) < 20


def test_imports_no_more_than_needed() -> None:
    """The reference loads neither SymPy nor NumPy nor Matplotlib."""
    code = "import sys, diffkit.truth; print([m for m in ('sympy', 'numpy', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("text", ["where(x^40 > 0, x, 2*x)", "sign(x^41)*x", "step(x^33)*x"])
def test_a_tie_of_high_order_is_not_taken_for_a_tie_for_ever(text: str) -> None:
    """Beyond the terms that are looked at the sides may differ: undecided, never a wrong number."""
    with pytest.raises(NumberError) as caught:
        derivative(text, 0.0)
    assert caught.value.status == "undecided"


@pytest.mark.parametrize("text", ["(-x^2)^1.5", "(-x^2)^2.5", "(-x^40)^1.5"])
def test_a_function_defined_at_one_point_only_has_no_derivative(text: str) -> None:
    """Beside 0 the base is negative, so there is nothing to differentiate."""
    for order in (1, 2):
        with pytest.raises(NumberError):
            derivative(text, 0.0, order=order)


def test_powers_of_a_base_that_touches_zero() -> None:
    """(x^2)^1.5 is |x|^3 with slope 0 at 0; x^1.5 has its one-sided slope 0."""
    assert derivative("(x^2)^1.5", 0.0) == 0.0
    assert derivative("(x^4)^1.3", 0.0) == 0.0
    assert derivative("x^1.5", 0.0) == 0.0
