"""f continued from the real axis, for the complex step: in complex balls and in mpmath's complex numbers.

Choices are made by the real part, as in the namespace `complex` of floats.  A function that is not continued here raises
NotApplicableError, in floats too.
"""

import operator
from collections.abc import Callable
from functools import cache, reduce
from types import SimpleNamespace
from typing import Any

import mpmath
from flint import acb, arb

from diffkit.namespaces import COMPARISONS, ELEMENT_BY_ELEMENT, NotApplicableError, complete

TRIGONOMETRIC = ("sin", "cos", "tan", "sec", "csc", "cot", "asin", "acos", "atan")
HYPERBOLIC = ("sinh", "cosh", "tanh", "sech", "csch", "coth", "asinh", "acosh", "atanh")
NATIVE = ("exp", "expm1", "log", "log1p", "sqrt", *TRIGONOMETRIC, *HYPERBOLIC)  # what both libraries have under this name
LARGEST_POWER = 1 << 20


@cache
def of_balls() -> SimpleNamespace:
    """The functions over complex balls: a choice that a ball cannot decide is nan."""
    own = {name: getattr(acb, name) for name in NATIVE}
    own |= _shared(_ball_sign, acb, acb(arb.nan(), arb.nan()), lambda a, b: a**b)
    own |= {"floor": lambda x: acb(x.real.floor())}
    own |= {"expm1": lambda x: x.exp() - 1, "log1p": lambda x: (1 + x).log()}
    return complete("continued balls", own, lambda value, text="": acb(value))


def of_mpmath(name: str) -> SimpleNamespace:
    """The functions over mpmath's complex numbers, at the working precision."""
    own = {row: getattr(mpmath, row) for row in NATIVE}
    own |= _shared(lambda x: int(mpmath.sign(x.real)), mpmath.mpc, mpmath.mpc(mpmath.nan, mpmath.nan), mpmath.power)
    own |= {"floor": lambda x: mpmath.mpc(mpmath.floor(x.real))}
    return complete(name, own, lambda value, text="": mpmath.mpc(value))


def _ball_sign(x: Any) -> int | None:
    a = x.real
    return 1 if a > 0 else -1 if a < 0 else 0 if a.is_zero() else None


def _shared(
    sign: Callable[[Any], int | None], number: Callable[..., Any], unknown: Any, power: Callable[[Any, Any], Any]
) -> dict[str, Callable[..., Any]]:
    """Arithmetic, choices by the real part, and what is composed; ``sign`` is that of the real part, None if undecided."""

    def decided(answer: Callable[[int], Any], x: Any) -> Any:
        s = sign(x)
        return unknown if s is None else answer(s)

    def compare(met: Callable[[int, int], bool]) -> Callable[[Any, Any], Any]:
        return lambda a, b: decided(lambda s: number(1 if met(s, 0) else 0), a - b)

    def truths(combine: Callable[..., bool]) -> Callable[..., Any]:
        def logical(*operands: Any) -> Any:
            signs = [sign(x) for x in operands]
            return unknown if None in signs else number(1 if combine(*signs) else 0)

        return logical

    def larger(wanted: int) -> Callable[..., Any]:
        return lambda *x: reduce(lambda a, b: decided(lambda s: b if s == -wanted else a, a - b), x)

    def raised(a: Any, b: Any) -> Any:
        return _power(a, b, number, power)

    own: dict[str, Callable[..., Any]] = {name: compare(met) for name, met in COMPARISONS.items()}
    own |= dict.fromkeys(ELEMENT_BY_ELEMENT, _refused)
    return own | {
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "neg": operator.neg,
        "div": operator.truediv,
        "pow": raised,
        "log2": lambda x: own_log(x) / own_log(number(2)),
        "log10": lambda x: own_log(x) / own_log(number(10)),
        "abs": lambda x: decided(lambda s: x * s, x),
        "sign": lambda x: decided(number, x),
        "max": larger(1),
        "min": larger(-1),
        "where": lambda c, a, b: decided(lambda s: a if s else b, c),
        "and": truths(lambda p, q: bool(p and q)),
        "or": truths(lambda p, q: bool(p or q)),
        "not": truths(operator.not_),
        "atan2": lambda a, b: _angle(a, b, sign, number),
    }


def own_log(x: Any) -> Any:
    """log of a number of either library."""
    return x.log() if isinstance(x, acb) else mpmath.log(x)


def _refused(*operands: Any) -> Any:
    raise NotApplicableError("it is not continued from the real axis here")


def _power(a: Any, b: Any, number: Callable[..., Any], power: Callable[[Any, Any], Any]) -> Any:
    """a^b; by multiplication for a whole b, so that a negative base has its powers."""
    if b.imag == 0 and _whole(b.real) is not None:
        n = _whole(b.real) or 0
        y = reduce(operator.mul, [_squared(a, k) for k, bit in enumerate(reversed(bin(abs(n))[2:])) if bit == "1"], number(1))
        return y if n >= 0 else 1 / y
    return power(a, b)


def _squared(a: Any, times: int) -> Any:
    for _ in range(times):
        a = a * a
    return a


def _whole(x: Any) -> int | None:
    """The whole number that x is, if it is a small one."""
    integer = x.is_integer() if isinstance(x, arb) else x == int(x)
    return int(float(x)) if integer and abs(x) < LARGEST_POWER else None


def _angle(a: Any, b: Any, sign: Callable[[Any], int | None], number: Callable[..., Any]) -> Any:
    """atan2(a, b) by the half plane that the real parts are in."""
    above, right = sign(a), sign(b)
    pi = acb.pi() if number is acb else mpmath.pi
    atan = (lambda x: x.atan()) if number is acb else mpmath.atan
    if right is not None and right > 0:
        return atan(a / b)
    if above:
        return above * pi / 2 - atan(b / a)
    return (pi if above == 0 else -pi) + atan(a / b)
