"""What a row of the table means in ball arithmetic: power series whose coefficients are proved enclosures.

Letters: ``x``, ``a``, ``b`` are series in ``t`` along one input, ``x[0]`` is the value, ``x[1]`` the derivative, ``x[j] j!``
the j-th.  Rules of differentiation are FLINT's own, by its series arithmetic; no partial of ours is read here.

A function that has no series there answers nan in every coefficient it cannot vouch for, and never raises; so the branch
that is not taken does no harm, and whoever finds a nan in the end asks `domains.fault` what happened.  `SIDE` says what a choice
does when its ball is exactly the boundary: nan (OPEN), the side t < 0 or t > 0, or what f does at the point (POINT).
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import cache, partial, reduce
from threading import RLock
from types import SimpleNamespace
from typing import Any

from flint import arb, arb_series, ctx, fmpq

from diffkit.domains import LARGE, MARGINS
from diffkit.namespaces import COMPARISONS

TIE_LENGTH = 32  # coefficients looked at to tell the sides of a choice: x^31 > 0 is still seen to change
LEFT, OPEN, RIGHT, POINT = -1, 0, 1, 2
FOREVER = 1 << 30  # the length to which an exact constant is known
LOCK = RLock()  # FLINT's precision is global


@contextmanager
def working(bits: int, length: int) -> Iterator[None]:
    """Compute to so many bits, with series of so many coefficients."""
    with LOCK:
        before = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = bits, length
        try:
            yield
        finally:
            ctx.prec, ctx.cap = before


def constant(value: Any) -> arb_series:
    """A series that is constant, to any length."""
    return arb_series([arb(value)], FOREVER)


def unknown(value: Any = None) -> arb_series:
    """nan in every coefficient, or in every one but the first."""
    rest = [arb.nan()] * ctx.cap
    return arb_series(rest if value is None else [value, *rest[1:]])


def first(x: arb_series) -> arb_series:
    """The constant term as a constant series: all there is to a line that does not depend on t."""
    return x if x.prec == FOREVER else constant(x[0])


def known(x: arb_series) -> bool:
    """Is the value a finite ball?"""
    return bool(x[0].is_finite())


def good(x: arb_series, order: int) -> bool:
    """Is a series finite to that order?"""
    return x.prec > order and all(x[j].is_finite() for j in range(order, -1, -1))


def sign(side: int, x: arb_series) -> int | None:
    """The sign of ``x`` there or on that side; None while its ball cannot tell."""
    if x[0] > 0:
        return 1
    if x[0] < 0:
        return -1
    if side == OPEN or not x[0].is_zero():
        return None
    return 0 if side == POINT else _sign_beside(side, x)


def _sign_beside(side: int, x: arb_series) -> int | None:
    """The sign of ``x`` where t has the sign ``side``: that of the first term which is not exactly 0.

    Beware: terms beyond those that are known may still tell the sides apart, as in x^40 > 0.
    """
    for j in range(1, x.length()):
        if not x[j].is_zero():
            return side**j if x[j] > 0 else -(side**j) if x[j] < 0 else None
    return 0 if x.prec == FOREVER else None


def tied(side: int, x: arb_series) -> bool:
    """Is every known term of ``x`` exactly 0?  Then either branch of abs, max and min has the same series to that order."""
    return side != OPEN and x.length() == 0 and x.prec > 0


# --- products, quotients, powers and roots -----------------------------------------------------------------------------
def product(a: arb_series, b: arb_series) -> arb_series:
    """a b; FLINT takes 0 times nan for 0."""
    return _settled(a * b, a, b)


def quotient(a: arb_series, b: arb_series) -> arb_series:
    """a/b; FLINT would cancel a common root t/t, but there f itself has no value."""
    return quotient_beside(a, b) if b[0] > 0 or b[0] < 0 else unknown()


def quotient_beside(a: arb_series, b: arb_series) -> arb_series:
    """a/b beside the point, where sin(t)/t does have a value."""
    try:
        return _settled(a / b, a, b)
    except (ValueError, ZeroDivisionError):  # the leading term of b may be, or is, 0
        return unknown()


def _settled(y: arb_series, *operands: arb_series) -> arb_series:
    """y, unless it is 0 only because nobody looked at an operand that has no number."""
    return y if y.length() or all(c.is_finite() for x in operands for c in x.coeffs()) else unknown()


def power(a: arb_series, b: arb_series) -> arb_series:
    """a^b: by multiplication or roots if b is a whole or half number, otherwise exp(b log a)."""
    exponent = b[0]
    if b.prec < FOREVER:
        if a[0].is_zero():
            return constant(0) if a.prec == FOREVER and exponent > 0 else unknown()
    elif exponent.is_integer() and abs(exponent) < LARGE:
        return whole_power(a, whole(exponent))
    elif a[0].is_zero():
        return _power_of_zero(a, exponent)
    elif (2 * exponent).is_integer() and abs(exponent) < LARGE:
        return whole_power(ROOT(a), whole(2 * exponent))
    return (b * a.log()).exp()


def whole(x: arb) -> int:
    """The whole number that this exact ball is."""
    mantissa, exponent = x.man_exp()
    return int(mantissa) << int(exponent)


def whole_power(a: arb_series, n: int) -> arb_series:
    """a^n by repeated squaring, which is exact where it can be."""
    if n <= 0:
        return quotient(constant(1), whole_power(a, -n)) if n else constant(1) if known(a) else unknown()
    result = a
    for bit in bin(n)[3:]:
        result = result * result
        if bit == "1":
            result = result * a
    return result


class MoreTerms(Exception):
    """The first terms of a series are all 0, and what comes after them decides."""


def _power_of_zero(a: arb_series, exponent: arb) -> arb_series:
    """t^b for b > 0: the terms below t^b are 0, the others are not finite.

    A base that is negative on both sides, such as -t^2, has no powers beside the point; one that is so on one side only,
    such as t, has those of the other.
    """
    if a.prec < FOREVER:
        lead = next((j for j in range(1, a.length()) if not a[j].is_zero()), None)
        if lead is None and ctx.cap < TIE_LENGTH:
            raise MoreTerms
        if lead is None or (lead % 2 == 0 and not a[lead] > 0):
            return unknown()
    return arb_series([arb(0) if exponent > j else arb.nan() for j in range(ctx.cap)])


def edged(op: str, series: Callable[[Any], Any], number: Callable[[Any], Any]) -> Callable[[arb_series], arb_series]:
    """A function that has a value, but no slope, on the edge of its domain; there FLINT's series are not to be trusted."""

    def function(x: arb_series) -> arb_series:
        inside = all(margin > 0 for margin in MARGINS[op](x[0]))
        return series(x) if inside else on_edge(x, number(x[0]))

    return function


def on_edge(x: arb_series, value: arb) -> arb_series:
    """Only a value, unless x stays where it is, as floor(t) does."""
    return constant(value) if x.prec == FOREVER else unknown(value)


def cbrt(x: arb_series) -> arb_series:
    """The real cube root, odd."""
    if x[0].is_zero():
        return on_edge(x, arb(0))
    return -(((-x).log() / 3).exp()) if x[0] < 0 else (x.log() / 3).exp()


def hypot(a: arb_series, b: arb_series) -> arb_series:
    """sqrt(a^2 + b^2)."""
    return ROOT(a * a + b * b)


ROOT = edged("sqrt", arb_series.sqrt, arb.sqrt)


# --- by exp and log ------------------------------------------------------------------------------------------------------
def inverse(x: arb_series) -> arb_series:
    """1/x."""
    return quotient(constant(1), x)


def sinh(x: arb_series) -> arb_series:
    """(e^x - e^-x)/2."""
    e = x.exp()
    return (e - inverse(e)) / 2


def cosh(x: arb_series) -> arb_series:
    """(e^x + e^-x)/2."""
    e = x.exp()
    return (e + inverse(e)) / 2


def tanh(x: arb_series) -> arb_series:
    """(1 - q)/(1 + q) with q = e^-2x, turned round for negative x so that q stays small."""
    if x[0] < 0:
        return -tanh(-x)
    q = (-2 * x).exp()
    return quotient(1 - q, 1 + q)


def asinh(x: arb_series) -> arb_series:
    """log(x + sqrt(x^2 + 1)), turned round for negative x, where the sum would cancel."""
    return -asinh(-x) if x[0] < 0 else (x + (x * x + 1).sqrt()).log()


def acosh(x: arb_series) -> arb_series:
    """log(x + sqrt(x - 1) sqrt(x + 1)); the product of roots is nan for x < -1 too."""
    return (x + (x - 1).sqrt() * (x + 1).sqrt()).log()


def atanh(x: arb_series) -> arb_series:
    """log((1 + x)/(1 - x))/2."""
    return ((1 + x).log() - (1 - x).log()) / 2


def sigmoid(x: arb_series) -> arb_series:
    """1/(1 + e^-x)."""
    return inverse(1 + (-x).exp())


def softplus(x: arb_series) -> arb_series:
    """log(1 + e^x)."""
    return (1 + x.exp()).log()


# --- gamma and its family --------------------------------------------------------------------------------------------------
def lgamma(x: arb_series) -> arb_series:
    """log |gamma(x)|."""
    if x[0] > 0:
        return x.lgamma()
    g = x.gamma()
    return (-g if g[0] < 0 else g).log()


def polygamma(order: arb_series, x: arb_series) -> arb_series:
    """The derivative of lgamma of that order + 1: differentiated term by term around x[0], then composed."""
    if order.prec < FOREVER or not order[0].is_integer() or order[0] < 0:
        return unknown()
    times = 1 + whole(order[0])
    with working(ctx.prec, ctx.cap + times):
        y = lgamma(arb_series([x[0], 1]))
        for _ in range(times):
            y = y.derivative()
    if not known(y):
        return unknown()
    return y(arb_series([0, *x.coeffs()[1:]])) if x.length() > 1 else constant(y[0])


# --- choices, each on a side --------------------------------------------------------------------------------------
YES, NO = constant(1), constant(0)


def choose(answers: Sequence[arb_series], side: int, x: arb_series) -> arb_series:
    """By the sign of x: the answer for -1, 0 or 1."""
    s = sign(side, x)
    return unknown() if s is None else answers[s + 1]


def absolute(side: int, x: arb_series) -> arb_series:
    """|x|."""
    s = 0 if tied(side, x) else sign(side, x)
    return unknown() if s is None else -x if s < 0 else x


def larger(side: int, a: arb_series, b: arb_series, wanted: int = 1) -> arb_series:
    """The larger of two (the smaller, with ``wanted`` -1), handed on as it is; the same line twice is no tie."""
    s = 0 if a is b or tied(side, a - b) else sign(side, a - b)
    return unknown() if s is None else b if s == -wanted else a


def floor(side: int, x: arb_series) -> arb_series:
    """The whole number below; beside a whole number, the one of that side."""
    below = x[0].floor()
    s = sign(side, x - below) if below.is_exact() else None
    return unknown() if s is None else constant(below - (s < 0))


def truth(side: int, c: arb_series) -> bool | None:
    """Is a condition met?  A number is, unless it is 0."""
    s = sign(POINT if c.prec == FOREVER else side, c)
    return None if s is None else s != 0


def where(side: int, c: arb_series, a: arb_series, b: arb_series) -> arb_series:
    """a if c else b, handed on as it is."""
    met = truth(side, c)
    return unknown() if met is None else a if met else b


def logical(combine: Callable[..., bool], side: int, *operands: arb_series) -> arb_series:
    """and, or, not."""
    met = [truth(side, x) for x in operands]
    return unknown() if None in met else YES if combine(*met) else NO


def compare(met: Callable[[int, int], bool], side: int, a: arb_series, b: arb_series) -> arb_series:
    """A comparison, by the sign of a - b."""
    s = 0 if a is b and known(a) else sign(side, a - b)
    return unknown() if s is None else YES if met(s, 0) else NO


def acot(side: int, x: arb_series) -> arb_series:
    """atan(1/x), which jumps at 0."""
    s = sign(side, x)
    return unknown() if s is None else (s or 1) * arb.pi() / 2 - x.atan()


def atan2(side: int, a: arb_series, b: arb_series) -> arb_series:
    """The angle of the point (b, a), by the half plane it is in; it jumps by 2 pi where a = 0 and b < 0."""
    if b[0] > 0:
        return (a / b).atan()
    if a[0] > 0 or a[0] < 0:
        return (arb.pi() if a[0] > 0 else -arb.pi()) / 2 - (b / a).atan()
    s = sign(side, a) if b[0] < 0 else None
    return unknown() if s is None else (arb.pi() if s >= 0 else -arb.pi()) + (a / b).atan()


# --- the namespaces --------------------------------------------------------------------------------------------------------
SMOOTH: dict[str, Callable[..., arb_series]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": product,
    "neg": operator.neg,
    "pow": power,
    "div": quotient,
    "exp": arb_series.exp,
    "expm1": lambda x: x.exp() - 1,
    "log": arb_series.log,
    "log1p": lambda x: (1 + x).log(),
    "log2": lambda x: x.log() / arb.const_log2(),
    "log10": lambda x: x.log() / arb.const_log10(),
    "sqrt": ROOT,
    "cbrt": cbrt,
    "hypot": hypot,
    "sin": arb_series.sin,
    "cos": arb_series.cos,
    "tan": arb_series.tan,
    "sec": lambda x: inverse(x.cos()),
    "csc": lambda x: inverse(x.sin()),
    "cot": lambda x: quotient(x.cos(), x.sin()),
    "asin": edged("asin", arb_series.asin, arb.asin),
    "acos": edged("acos", arb_series.acos, arb.acos),
    "atan": arb_series.atan,
    "asec": edged("asec", lambda x: inverse(x).acos(), lambda x: (1 / x).acos()),
    "acsc": edged("acsc", lambda x: inverse(x).asin(), lambda x: (1 / x).asin()),
    "sinh": sinh,
    "cosh": cosh,
    "tanh": tanh,
    "sech": lambda x: inverse(cosh(x)),
    "csch": lambda x: inverse(sinh(x)),
    "coth": lambda x: inverse(tanh(x)),
    "asinh": asinh,
    "acosh": edged("acosh", acosh, arb.acosh),
    "atanh": atanh,
    "asech": edged("asech", lambda x: acosh(inverse(x)), lambda x: (1 / x).acosh()),
    "acsch": lambda x: asinh(inverse(x)),
    "acoth": lambda x: atanh(inverse(x)),
    "sigmoid": sigmoid,
    "softplus": softplus,
    "erf": arb_series.erf,
    "erfc": arb_series.erfc,
    "gamma": arb_series.gamma,
    "lgamma": lgamma,
    "digamma": partial(polygamma, NO),
    "polygamma": polygamma,
}
STEPS = {"sign", "step", "floor", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"}  # constant between their jumps
CHOICES: dict[str, Callable[..., arb_series]] = {
    "abs": absolute,
    "sign": partial(choose, (constant(-1), NO, YES)),
    "step": partial(choose, (NO, constant(0.5), YES)),
    "floor": floor,
    "relu": lambda side, x: larger(side, x, NO),
    "max": lambda side, *x: reduce(partial(larger, side), x),
    "min": lambda side, *x: reduce(partial(larger, side, wanted=-1), x),
    "where": where,
    "acot": acot,
    "atan2": atan2,
    "and": partial(logical, lambda p, q: p and q),
    "or": partial(logical, lambda p, q: p or q),
    "not": partial(logical, operator.not_),
    **{name: partial(compare, met) for name, met in COMPARISONS.items()},
}


def double(value: float, text: str = "") -> arb_series:
    """A constant of a Program: the double that it is."""
    return constant(value)


def true_constant(value: float, text: str = "") -> arb_series:
    """A constant as it is written: pi is the number pi and 0.1 is 1/10."""
    named: dict[str, Any] = {"pi": arb.pi, "e": arb.const_e, "tau": lambda: 2 * arb.pi()}
    if text in named:
        return constant(named[text]())
    try:
        exact = Fraction(text or value)
    except ValueError:
        exact = Fraction(value)
    return constant(arb(fmpq(exact.numerator, exact.denominator)))


@cache
def namespace(side: int, const: Callable[..., arb_series] = double) -> SimpleNamespace:
    """The functions over series that depend on t, and (``.constants``) over those that do not.

    Examples
    --------
    >>> with working(53, 2):
    ...     print(namespace(RIGHT).abs(arb_series([0, -3])))
    3.00000000000000*x + O(x^2)
    """
    own = SMOOTH | {name: partial(function, side) for name, function in CHOICES.items()}
    if side in (LEFT, RIGHT):
        own["div"] = quotient_beside
    at_the_point = SMOOTH | {name: partial(function, POINT) for name, function in CHOICES.items()}
    constants = {name: partial(_constant_result, function) for name, function in at_the_point.items()}
    return SimpleNamespace(
        name=f"balls {side} {const.__name__}", const=const, **own, constants=SimpleNamespace(name="", const=const, **constants)
    )


def _constant_result(function: Callable[..., arb_series], *operands: arb_series) -> arb_series:
    return first(function(*operands))
