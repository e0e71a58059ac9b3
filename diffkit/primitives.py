"""THE table: one row a primitive.

Letters: ``F`` is a namespace (what ``exp`` and ``where`` mean for floats, arrays, balls of digits, expressions or
Programs), ``y`` the primal result, ``x``, ``a``, ``b`` the operands.  A partial derivative is written once, over ``F``; the
same line then serves numbers, NumPy arrays, mpmath, SymPy and Programs.

Every partial is the well-conditioned form.  Where a textbook's form loses digits it stands beside it as ``textbook``, so
that a report can show the loss: 1 - tanh(x)^2 has no correct digit at x = 20.

Conventions at a kink: abs, sign, step and floor take the mean of their sides (0, 0, 0, 0 for the slope), relu takes 0,
max and min share one among the winners (weights sum to 1).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

    Partial = Callable[..., Any]



class Primitive(
    namedtuple(
        "Primitive",
        "name partials arity domain ulps via textbook convention selects doc",
        defaults=(None, None, "", False, ""),
    )
):
    """One row: an operation, its partial derivatives, where it is defined and how accurate it is."""

    __slots__ = ()

    name: str
    partials: tuple[Partial, ...]  # one per operand, called as partial(F, y, *operands)
    arity: int | None  # None: any number of operands; then partials[0] takes the operand's position first
    domain: tuple[tuple[float, float], ...]  # where its accuracy is stated, one interval per operand
    ulps: tuple[float, float]  # stated accuracy of value and partials in math and NumPy
    via: Callable[..., Any] | None  # its definition by other rows, for a namespace that lacks it
    textbook: tuple[Partial, ...] | None  # well-known forms of the partials, by operand, that lose digits or overflow
    convention: str  # what is answered there
    selects: bool  # hands on some operands and ignores others: a strong zero, 0 * nan = 0
    doc: str

    def partial(self, position: int, F: Any, y: Any, *operands: Any) -> Any:
        """The partial derivative by operand ``position`` at these operands."""
        if self.arity is None:
            return self.partials[0](F, y, position, *operands)
        return self.partials[position](F, y, *operands)


TABLE: dict[str, Primitive] = {}
WIDE, UNIT, POSITIVE = (-1e3, 1e3), (-1.0, 1.0), (1e-8, 1e8)


def primitive(name: str, *partials: Partial, domain: Any = WIDE, ulps: tuple[float, float] = (1, 2), **rest: Any) -> None:
    """Add one row to the table."""
    arity = rest.pop("arity", len(partials))
    intervals = (domain,) * (arity or 2) if isinstance(domain[0], (int, float)) else domain
    TABLE[name] = Primitive(name, partials, arity, intervals, ulps, **rest)


def share_among_winners(F: Any, y: Any, position: int, *operands: Any) -> Any:
    """d max / d operand: 1 for the only winner, 1/k for each of k winners, so that the weights sum to 1."""
    return F.eq(operands[position], y) / sum((F.eq(x, y) for x in operands), F.const(0.0))  # True + True is True in NumPy


def zero(F: Any, y: Any, *operands: Any) -> Any:
    """The partial of a piecewise constant operation."""
    return F.const(0.0)


def pow_by_exponent(F: Any, y: Any, a: Any, b: Any) -> Any:
    """d a^b / d b = a^b log a, and 0 at a = 0 for b >= 0: 0^b stays 0 for every b > 0."""
    zero = F.const(0.0)
    return F.where(F.mul(F.eq(a, zero), F.ge(b, zero)), zero, y * F.log(a))


def pow_by_base(F: Any, y: Any, a: Any, b: Any) -> Any:
    """d a^b / d a = b a^(b-1), and 0 for b = 0, where a^b is 1 for every a."""
    if type(b) is float:  # a constant exponent needs no choice for each element
        return F.const(0.0) if b == 0 else b * a if b == 2 else b * F.pow(a, b - 1)
    return F.where(F.eq(b, F.const(0.0)), F.const(0.0), b * F.pow(a, b - 1))


def square(s: Any) -> Any:
    """s^2, of what is computed once."""
    return s * s


def bell(e: Any) -> Any:
    """e/(1 + e)^2, without the square, which may overflow."""
    s = 1 + e
    return e / s / s


def two_over_root_pi(F: Any) -> Any:
    """2/sqrt(pi), exact in any namespace."""
    return 2 / F.sqrt(F.acos(F.const(-1.0)))


# --- arithmetic ------------------------------------------------------------------------------------------------------
primitive("add", lambda F, y, a, b: F.const(1.0), lambda F, y, a, b: F.const(1.0), ulps=(0.5, 0))
primitive("sub", lambda F, y, a, b: F.const(1.0), lambda F, y, a, b: F.const(-1.0), ulps=(0.5, 0))
primitive("mul", lambda F, y, a, b: b, lambda F, y, a, b: a, ulps=(0.5, 0))
primitive("div", lambda F, y, a, b: 1 / b, lambda F, y, a, b: -y / b, ulps=(0.5, 2))
primitive("neg", lambda F, y, x: F.const(-1.0), ulps=(0, 0))
primitive("pow", pow_by_base, pow_by_exponent, domain=((1e-3, 1e2), (-8.0, 8.0)), ulps=(1, 80))
# --- choosing --------------------------------------------------------------------------------------------------------
primitive("abs", lambda F, y, x: F.sign(x), ulps=(0, 0), convention="slope 0 at 0")
primitive("sign", zero, ulps=(0, 0), convention="sign(0) = 0, slope 0")
primitive("step", zero, ulps=(0, 0), convention="step(0) = 1/2, slope 0",
          via=lambda F, x: (1 + F.sign(x)) / 2, doc="0 for x < 0, 1 for x > 0")
primitive("floor", zero, ulps=(0, 0), convention="slope 0")
primitive("max", share_among_winners, arity=None, ulps=(0, 1), selects=True,
          convention="one shared among the winners")
primitive("min", share_among_winners, arity=None, ulps=(0, 1), selects=True,
          convention="one shared among the winners")
primitive("where", zero, lambda F, y, c, a, b: F.where(c, F.const(1.0), F.const(0.0)),
          lambda F, y, c, a, b: F.where(c, F.const(0.0), F.const(1.0)), ulps=(0, 0), selects=True,
          doc="where(c, a, b) is a if c else b; the branch not taken contributes 0, never nan")
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    primitive(_name, zero, zero, ulps=(0, 0), convention="slope 0")
primitive("and", zero, zero, ulps=(0, 0))
primitive("or", zero, zero, ulps=(0, 0))
primitive("not", zero, ulps=(0, 0))
# --- exponentials and roots ------------------------------------------------------------------------------------------
primitive("exp", lambda F, y, x: y, domain=(-700.0, 700.0), ulps=(1, 1))
primitive("expm1", lambda F, y, x: F.exp(x), domain=(-700.0, 700.0), ulps=(1, 1),
          textbook=(lambda F, y, x: y + 1,))
primitive("log", lambda F, y, x: 1 / x, domain=POSITIVE, ulps=(1, 1))
primitive("log1p", lambda F, y, x: 1 / (1 + x), domain=(-0.99, 1e6), ulps=(1, 2))
primitive("log2", lambda F, y, x: 1 / (x * F.log(F.const(2.0))), domain=POSITIVE, ulps=(1, 3))
primitive("log10", lambda F, y, x: 1 / (x * F.log(F.const(10.0))), domain=POSITIVE, ulps=(1.5, 3))
primitive("sqrt", lambda F, y, x: 0.5 / y, domain=POSITIVE, ulps=(0.5, 2))
primitive("cbrt", lambda F, y, x: 1 / (3 * y * y), domain=POSITIVE, ulps=(4, 10),
          via=lambda F, x: F.sign(x) * F.pow(F.abs(x), F.const(1.0) / 3))
primitive("hypot", lambda F, y, a, b: a / y, lambda F, y, a, b: b / y, ulps=(1, 2),
          via=lambda F, a, b: F.sqrt(a * a + b * b))
# --- trigonometric ---------------------------------------------------------------------------------------------------
primitive("sin", lambda F, y, x: F.cos(x), ulps=(1, 1))
primitive("cos", lambda F, y, x: -F.sin(x), ulps=(1, 1))
primitive("tan", lambda F, y, x: 1 + y * y, ulps=(1, 3))
primitive("sec", lambda F, y, x: y * F.tan(x), via=lambda F, x: 1 / F.cos(x), ulps=(2, 3))
primitive("csc", lambda F, y, x: -y * F.cot(x), via=lambda F, x: 1 / F.sin(x), ulps=(2.5, 4))
primitive("cot", lambda F, y, x: -(1 + y * y), via=lambda F, x: 1 / F.tan(x), ulps=(2.5, 4))
primitive("asin", lambda F, y, x: 1 / F.sqrt((1 - x) * (1 + x)), domain=UNIT, ulps=(1.5, 3),
          textbook=(lambda F, y, x: 1 / F.sqrt(1 - x * x),))
primitive("acos", lambda F, y, x: -1 / F.sqrt((1 - x) * (1 + x)), domain=UNIT, ulps=(1.5, 3),
          textbook=(lambda F, y, x: -1 / F.sqrt(1 - x * x),))
primitive("atan", lambda F, y, x: 1 / (1 + x * x), ulps=(1, 2))
primitive("asec", lambda F, y, x: 1 / (F.abs(x) * F.sqrt((F.abs(x) - 1) * (F.abs(x) + 1))), domain=(1.0, 1e6), ulps=(3.5, 4),
          via=lambda F, x: F.atan2(F.sqrt(F.abs(x) - 1) * F.sqrt(F.abs(x) + 1), F.sign(x)),
          textbook=(lambda F, y, x: 1 / (F.abs(x) * F.sqrt(x * x - 1)),))
primitive("acsc", lambda F, y, x: -1 / (F.abs(x) * F.sqrt((F.abs(x) - 1) * (F.abs(x) + 1))), domain=(1.0, 1e6), ulps=(4, 4),
          via=lambda F, x: F.atan2(F.sign(x), F.sqrt(F.abs(x) - 1) * F.sqrt(F.abs(x) + 1)),
          textbook=(lambda F, y, x: -1 / (F.abs(x) * F.sqrt(x * x - 1)),))
primitive("acot", lambda F, y, x: -1 / (1 + x * x), via=lambda F, x: F.atan(1 / x), ulps=(1.5, 3),
          convention="acot(x) = atan(1/x), which jumps at 0")
primitive("atan2", lambda F, y, a, b: b / F.hypot(a, b) / F.hypot(a, b), lambda F, y, a, b: -a / F.hypot(a, b) / F.hypot(a, b),
          ulps=(1, 4), convention="jumps on the negative axis")
# --- hyperbolic ------------------------------------------------------------------------------------------------------
primitive("sinh", lambda F, y, x: F.cosh(x), domain=(-300.0, 300.0), ulps=(2.5, 2))
primitive("cosh", lambda F, y, x: F.sinh(x), domain=(-300.0, 300.0), ulps=(2, 2))
primitive("tanh", lambda F, y, x: square(F.sech(x)), domain=(-300.0, 300.0), ulps=(2.5, 6),
          textbook=(lambda F, y, x: 1 - y * y,))
primitive("sech", lambda F, y, x: -y * F.tanh(x), domain=(-300.0, 300.0), ulps=(3, 4), via=lambda F, x: 1 / F.cosh(x))
primitive("csch", lambda F, y, x: -y * F.coth(x), domain=(-300.0, 300.0), ulps=(3, 4), via=lambda F, x: 1 / F.sinh(x))
primitive("coth", lambda F, y, x: -square(F.csch(x)), domain=(-300.0, 300.0), ulps=(3, 6), via=lambda F, x: 1 / F.tanh(x),
          textbook=(lambda F, y, x: 1 - y * y,))
primitive("asinh", lambda F, y, x: 1 / F.hypot(F.const(1.0), x), domain=(-1e8, 1e8), ulps=(1.5, 3))
primitive("acosh", lambda F, y, x: 1 / (F.sqrt(x - 1) * F.sqrt(x + 1)), domain=(1.0, 1e8), ulps=(2.5, 3.5),
          textbook=(lambda F, y, x: 1 / F.sqrt(x * x - 1),))
primitive("atanh", lambda F, y, x: 1 / ((1 - x) * (1 + x)), domain=UNIT, ulps=(2, 2.5),
          textbook=(lambda F, y, x: 1 / (1 - x * x),))
primitive("asech", lambda F, y, x: -1 / (x * F.sqrt((1 - x) * (1 + x))), domain=(1e-8, 1.0), ulps=(3, 3),
          via=lambda F, x: F.asinh(F.sqrt((1 - x) * (1 + x)) / x),
          textbook=(lambda F, y, x: -1 / (x * F.sqrt(1 - x * x)),))
primitive("acsch", lambda F, y, x: -1 / (F.abs(x) * F.hypot(F.const(1.0), x)), domain=(-1e6, 1e6), ulps=(2.5, 3.5),
          via=lambda F, x: F.asinh(1 / x))
primitive("acoth", lambda F, y, x: 1 / ((1 - x) * (1 + x)), domain=(1.0, 1e6), ulps=(2.5, 2.5),
          via=lambda F, x: F.sign(x) * F.log1p(2 / (F.abs(x) - 1)) / 2,
          textbook=(lambda F, y, x: 1 / (1 - x * x),))
# --- gates -----------------------------------------------------------------------------------------------------------
primitive("sigmoid", lambda F, y, x: bell(F.exp(-F.abs(x))),
          domain=(-700.0, 700.0), ulps=(2.5, 5), textbook=(lambda F, y, x: y * (1 - y),), doc="1/(1 + exp(-x))",
          via=lambda F, x: F.where(F.ge(x, F.const(0.0)), F.const(1.0), F.exp(-F.abs(x))) / (1 + F.exp(-F.abs(x))))
primitive("softplus", lambda F, y, x: F.sigmoid(x), domain=(-700.0, 700.0), ulps=(2, 3), doc="log(1 + exp(x))",
          via=lambda F, x: F.max(x, F.const(0.0)) + F.log1p(F.exp(-F.abs(x))),
          textbook=(lambda F, y, x: 1 - F.exp(-y),))
primitive("relu", lambda F, y, x: F.gt(x, F.const(0.0)), ulps=(0, 0), selects=True,
          convention="slope 0 at 0", via=lambda F, x: F.max(x, F.const(0.0)), doc="max(x, 0)")
# --- special functions -----------------------------------------------------------------------------------------------
# exp(-x*x) amplifies the rounding of x*x by x^2: the stated ulps hold for |x| <= 5.
primitive("erf", lambda F, y, x: F.exp(-x * x) * two_over_root_pi(F), domain=(-5.0, 5.0), ulps=(1.5, 20))
primitive("erfc", lambda F, y, x: -F.exp(-x * x) * two_over_root_pi(F), domain=(-5.0, 5.0), ulps=(3.5, 25))
primitive("gamma", lambda F, y, x: y * F.digamma(x), domain=(0.1, 100.0), ulps=(8, 10))
# the C library's lgamma loses relative digits near its zeros 1 and 2: the stated ulps hold from 3 on.
primitive("lgamma", lambda F, y, x: F.digamma(x), domain=(3.0, 1e6), ulps=(20, 1), doc="log |gamma(x)|")
primitive("digamma", lambda F, y, x: F.polygamma(F.const(1.0), x), domain=(0.1, 1e6), ulps=(0.5, 0.5), doc="derivative of lgamma")
# nobody needs its derivative by the order: sqrt(-1) is nan in every namespace
primitive("polygamma", lambda F, y, n, x: F.sqrt(F.const(-1.0)), lambda F, y, n, x: F.polygamma(n + 1, x),
          domain=((0.0, 4.0), (0.1, 1e3)), ulps=(0.5, 0.5), doc="n-th derivative of digamma; n is a whole number")
