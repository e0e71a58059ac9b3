"""What a row of the table means for floats, arrays, digits of any number, complex numbers and SymPy expressions.

A namespace ``F`` has one function for every primitive (``F.sin``, ``F.where``, ...) and ``F.const``.  Arithmetic follows
IEEE 754 everywhere: log(-1) is nan and 1/0 is inf, so that running a Program never raises.  Each library is imported when
its namespace is first asked for.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from functools import cache, partial, reduce
from types import SimpleNamespace

from diffkit import limits
from diffkit.primitives import TABLE

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any

INF, NAN = math.inf, math.nan
NUMBERS = {"math", "mpmath", "arb"}  # namespaces of single values, where a branch not taken can be left out
COMPARISONS = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne}


class NotApplicableError(ArithmeticError):
    """A primitive that a namespace cannot mean anything by, such as erf of a complex number."""


def complete(name: str, own: dict[str, Callable[..., Any]], const: Callable[..., Any]) -> SimpleNamespace:
    """A namespace from its own functions; a primitive it lacks is composed as its row says (``via``)."""
    F = SimpleNamespace(name=name, const=const, **own)
    for row in TABLE.values():
        if not hasattr(F, row.name):
            setattr(F, row.name, partial(ieee, row.via, F) if row.via else partial(_refuse, row.name, name))
    return F


def _refuse(primitive: str, namespace: str, *operands: Any) -> Any:
    raise NotApplicableError(f"{primitive} has no {namespace} form here")


def ieee(compute: Callable[..., Any], F: Any, *operands: Any) -> Any:
    """``compute(F, *operands)``; where Python raises on a division by zero, the inf or nan of IEEE 754 instead."""
    try:
        return compute(F, *operands)
    except ZeroDivisionError:
        if F.name != "math":
            return F.const(NAN)
    import numpy as np

    with np.errstate(all="ignore"):
        return float(compute(get("numpy"), *map(np.float64, operands)))


def local_derivative(name: str, position: int, F: Any, y: Any, operands: list[Any]) -> Any:
    """The partial of primitive ``name`` by one operand: inf or nan where it divides by zero, nan where y is nan."""
    if F.name == "math":
        if y != y:
            return y
        try:
            return TABLE[name].partial(position, F, y, *operands)
        except ZeroDivisionError:
            pass
    found = ieee(partial(TABLE[name].partial, position), F, y, *operands)
    if F.name == "traced":
        undefined = plain(y) != plain(y)
        return found if undefined is False else y if undefined is True else F.where(undefined, NAN, found)
    return F.where(y != y, y, found) if F.name == "numpy" else found


def plain(x: Any) -> Any:
    """The number or array behind a recorded value."""
    while hasattr(x, "tape"):
        x = x.value
    return x


@cache
def get(name: str) -> SimpleNamespace:
    """The namespace of that name: math, numpy, complex, mpmath or sympy.

    Examples
    --------
    >>> get("math").log(0.0)
    -inf
    """
    if name == "traced":
        from diffkit.recording import ANYTHING

        return ANYTHING  # type: ignore[return-value]
    builders = {"math": _math, "numpy": _numpy, "complex": _complex, "mpmath": _mpmath, "sympy": _sympy}
    return complete(name, *builders[name]())


def quiet() -> AbstractContextManager[Any]:
    """NumPy's floating-point warnings off, if NumPy is in use: here inf and nan are answers."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        from contextlib import nullcontext

        return nullcontext()
    return numpy.errstate(all="ignore")  # type: ignore[no-any-return]


# --- floats ------------------------------------------------------------------------------------------------------------
POLES = {
    ("log", 0.0): -INF,
    ("log2", 0.0): -INF,
    ("log10", 0.0): -INF,
    ("log1p", -1.0): -INF,
    ("atanh", 1.0): INF,
    ("atanh", -1.0): -INF,
}
ODD = {"sinh", "gamma"}  # their overflow has the sign of the operand


def _safe(name: str) -> Callable[[float], float]:
    """A function of the math module that answers inf or nan where the module raises."""
    native = getattr(math, name)

    def function(x: float) -> float:
        try:
            return native(x)  # type: ignore[no-any-return]
        except ValueError:
            return INF if name == "lgamma" else POLES.get((name, x), NAN)
        except OverflowError:
            return math.copysign(INF, x) if name in ODD else INF

    return function


def _divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return NAN if a == 0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except ValueError:  # a pole, 0 to a negative power, or a negative base and no whole exponent
        odd = a == 0 and b % 2 == 1
        return (math.copysign(INF, a) if odd else INF) if a == 0 else NAN
    except OverflowError:
        return -INF if a < 0 and b % 2 == 1 else INF


def _sign(x: float) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else x * 0.0 if x != x else 0.0


def _extremum(choose: Callable[..., float], *operands: float) -> float:
    return NAN if any(x != x for x in operands) else choose(operands)


def _floor(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) else x


def _psi(order: float, x: float) -> float:
    """The polygamma function by mpmath, with 10 digits to spare: near its zeros a float algorithm has none left."""
    import mpmath

    if not (0 <= order <= limits.POLYGAMMA_ORDER and order == int(order)) or not limits.POLYGAMMA_LOWEST <= x < INF:
        return (INF if order == 0 else 0.0) if x == INF and 0 <= order <= limits.POLYGAMMA_ORDER else NAN
    with mpmath.workdps(30):
        try:
            return float(mpmath.psi(int(order), mpmath.mpf(x)))
        except (ValueError, ZeroDivisionError):  # a pole
            return NAN


def _math() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    own: dict[str, Callable[..., Any]] = {
        name: _safe(name) for name in TABLE if hasattr(math, name) and name not in {"pow", "floor", "hypot", "atan2"}
    }
    own |= {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg, "div": _divide, "pow": _power}
    own |= {name: partial(_compare, compare) for name, compare in COMPARISONS.items()}
    own |= {
        "and": lambda a, b: 1.0 if a and b else 0.0,
        "or": lambda a, b: 1.0 if a or b else 0.0,
        "not": lambda a: 0.0 if a else 1.0,
        "where": lambda c, a, b: a if c else b,
        "abs": abs,
        "sign": _sign,
        "floor": _floor,
        "max": partial(_extremum, max),
        "min": partial(_extremum, min),
        "hypot": math.hypot,
        "atan2": math.atan2,
        "digamma": partial(_psi, 0),
        "polygamma": _psi,
    }
    return own, lambda value, text="": value


def _compare(compare: Callable[[float, float], bool], a: float, b: float) -> float:
    return 1.0 if compare(a, b) else 0.0


# --- arrays ------------------------------------------------------------------------------------------------------------
NUMPY_NAMES = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negative",
    "pow": "power",
    "abs": "abs",
    "sign": "sign",
    "floor": "floor",
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "log2": "log2",
    "log10": "log10",
    "sqrt": "sqrt",
    "cbrt": "cbrt",
    "hypot": "hypot",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
}
ELEMENT_BY_ELEMENT = ("erf", "erfc", "gamma", "lgamma", "digamma", "polygamma")  # NumPy lacks them: math, one at a time


def _numpy() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    import numpy as np

    scalar = get("math")
    own: dict[str, Callable[..., Any]] = {name: getattr(np, native) for name, native in NUMPY_NAMES.items()}
    own |= {name: np.vectorize(getattr(scalar, name), otypes=[float]) for name in ELEMENT_BY_ELEMENT}
    own |= {name: partial(_truth, compare) for name, compare in COMPARISONS.items()}
    own |= {
        "and": lambda a, b: np.logical_and(a, b) * 1.0,
        "or": lambda a, b: np.logical_or(a, b) * 1.0,
        "not": lambda a: np.logical_not(a) * 1.0,
        "where": lambda c, a, b: np.where(np.asarray(c, dtype=bool), a, b),
        "max": lambda *x: reduce(np.maximum, x),
        "min": lambda *x: reduce(np.minimum, x),
    }
    return own, lambda value, text="": value


def _truth(compare: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    return compare(a, b) * 1.0


# --- complex numbers, for the complex step: f is continued from the real axis, choices are made by the real part ---------
def _complex() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    import numpy as np

    real, absent = np.real, {"hypot", "cbrt", "atan2", "floor", "sign", "abs"}
    own: dict[str, Callable[..., Any]] = {name: getattr(np, native) for name, native in NUMPY_NAMES.items() if name not in absent}
    own |= {name: partial(_truth_of_real, compare) for name, compare in COMPARISONS.items()}
    own |= {
        "and": lambda a, b: np.logical_and(real(a), real(b)) * 1.0,
        "or": lambda a, b: np.logical_or(real(a), real(b)) * 1.0,
        "not": lambda a: np.logical_not(real(a)) * 1.0,
        "where": lambda c, a, b: np.where(real(c) != 0, a, b),
        "max": lambda *x: reduce(lambda a, b: np.where(real(a) >= real(b), a, b), x),
        "min": lambda *x: reduce(lambda a, b: np.where(real(a) <= real(b), a, b), x),
        "sign": lambda x: np.sign(real(x)),
        "floor": lambda x: np.floor(real(x)),
        "abs": lambda x: x * np.sign(real(x)),
        "pow": _complex_power,
        "atan2": _complex_atan2,
    }
    for name in ELEMENT_BY_ELEMENT:
        own[name] = partial(_refuse, name, "complex")
    return own, lambda value, text="": value


def _truth_of_real(compare: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    return compare(a.real, b.real) * 1.0


def _complex_power(a: Any, b: Any) -> Any:
    """a^b; by repeated squaring for one whole b, since exp(b log a) has no digits of a negative a's tiny imaginary part."""
    import numpy as np

    exponent = np.asarray(b)
    if exponent.ndim or exponent.imag != 0 or exponent.real % 1 != 0 or abs(exponent.real) > 2**20:
        return np.power(a, b)
    n, square, result = abs(int(exponent.real)), a, 1.0 + 0.0 * a
    while n:
        result = result * square if n & 1 else result
        square, n = square * square, n >> 1
    return 1 / result if exponent.real < 0 else result


def _complex_atan2(a: Any, b: Any) -> Any:
    import numpy as np

    x, y = np.real(b), np.real(a)
    steep = np.abs(y) > np.abs(x)
    ratio = np.where(steep, b, a) / np.where(steep, a, b)
    turn = np.where(steep, np.copysign(np.pi / 2, y), np.where(x < 0, np.copysign(np.pi, y), 0.0))
    return turn + np.where(steep, -1.0, 1.0) * np.arctan(ratio)


# --- any number of digits ------------------------------------------------------------------------------------------------
def _mpmath() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    import mpmath as mp

    one, nought = mp.mpf(1), mp.mpf(0)
    lacking = {"sign", "floor", "abs", "cbrt", "pow", "sigmoid", "lgamma", "polygamma", "erfc"}
    own: dict[str, Callable[..., Any]] = {
        name: _real(getattr(mp, name)) for name in TABLE if hasattr(mp, name) and name not in lacking
    }
    own |= {name: _choice(compare, one, nought) for name, compare in COMPARISONS.items()}
    own |= {
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "neg": operator.neg,
        "div": _real(operator.truediv),
        "pow": _real(mp.power),
        "and": _choice(lambda a, b: bool(a and b), one, nought),
        "or": _choice(lambda a, b: bool(a or b), one, nought),
        "not": _choice(operator.not_, one, nought),
        "where": lambda c, a, b: a if c else b,
        "abs": abs,
        "sign": lambda x: mp.mpf(mp.sign(x)),
        "floor": mp.floor,
        "max": lambda *x: max(x),
        "min": lambda *x: min(x),
        "erfc": _real(mp.erfc),
        "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        "lgamma": _real(lambda x: mp.log(abs(mp.gamma(x)))),
        "polygamma": _real(lambda n, x: mp.psi(int(n), x)),
        "log2": _real(lambda x: mp.log(x, 2)),
        "atan2": _real(mp.atan2),
    }
    return own, lambda value, text="": mp.mpf(value)


def _choice(condition: Callable[..., bool], yes: Any, no: Any) -> Callable[..., Any]:
    return lambda *operands: yes if condition(*operands) else no


def _real(function: Callable[..., Any]) -> Callable[..., Any]:
    """An mpmath function that answers nan where mpmath answers with a complex number or raises."""
    import mpmath as mp

    def real(*operands: Any) -> Any:
        try:
            result = function(*operands)
        except (ZeroDivisionError, ValueError, OverflowError):
            return mp.nan
        return mp.nan if isinstance(result, mp.mpc) else result

    return real


# --- SymPy expressions ---------------------------------------------------------------------------------------------------
def _sympy() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    from diffkit.sympy_forms import namespace

    return namespace()
