"""What each primitive means in SymPy; the way back is sympy_program.py.

Every symbol is real.  An expression has exactly the value of the formula: a double that is no short fraction (0.1, and
pi, which denotes the nearest double) stays a named number, `Double`, so that SymPy folds nothing numerically.
Conditions are expressions with the values 0 and 1, Piecewise((1, c), (0, True)).

Letters: ``e`` is an expression, ``c`` a condition.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import mpmath.libmp
import sympy
from sympy import S
from sympy.printing.pretty.stringpict import prettyForm as pretty_form

from diffkit import namespaces
from diffkit.errors import NumberError
from diffkit.program import Program, active, literal, tidy

LARGEST_INTEGER = 10**22  # a literal up to here is an exact integer for SymPy: 10^22 is the last power of ten that is a double
LARGEST_DENOMINATOR = 2**10  # 0.5, 4.5, 0.001953125 are fractions for SymPy, 0.1 is not
LARGEST_POWER = 100_000  # binary digits of a power of numbers that SymPy may write out: 9^9^9 would fill the memory


# --- numbers and functions SymPy lacks -----------------------------------------------------------------------------------
class Double(sympy.NumberSymbol):  # type: ignore[misc]  # SymPy has no types
    """A positive double under the name it was written by; its value is exactly that double.

    Examples
    --------
    >>> sympy.sin(Double(math.pi, "pi")), Double(0.1, "0.1") > sympy.Rational(1, 10)
    (sin(pi), True)
    """

    __slots__ = ("text", "value")
    text: str
    value: float
    is_positive = True
    is_rational = True
    is_irrational = False

    def __new__(cls, value: float, text: str) -> "Double":
        self = sympy.AtomicExpr.__new__(cls)
        self.value, self.text = value, text
        return self  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[float, str]:
        return self.value, self.text

    def _hashable_content(self) -> tuple[float, str]:
        return self.value, self.text

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Double) and self._hashable_content() == other._hashable_content())

    def __hash__(self) -> int:
        return hash((type(self), self.value, self.text))

    def __int__(self) -> int:
        return int(self.value)

    def approximation_interval(self, kind: Any) -> tuple[Any, Any]:
        """Numbers of that kind on both sides; SymPy's floor asks for integers."""
        whole = sympy.Integer(int(self.value))
        return (whole, whole + 1) if issubclass(kind, sympy.Integer) else (sympy.Rational(self.value), sympy.Rational(self.value))

    def _as_mpf_val(self, precision: int) -> Any:
        return mpmath.libmp.from_float(self.value, precision, "n")

    def _sympystr(self, printer: Any) -> str:
        return self.text

    def _pretty(self, printer: Any) -> Any:
        return pretty_form(self.text)

    def _sympyrepr(self, printer: Any) -> str:
        return f"Double({self.value!r}, {self.text!r})"

    def _latex(self, printer: Any) -> str:
        mantissa, _, exponent = self.text.lower().partition("e")
        if mantissa and exponent:
            return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return {"pi": r"\pi", "tau": r"\tau"}.get(self.text, self.text)


# SymPy differentiates sign, Heaviside and floor to a delta distribution or leaves them alone; these are flat wherever they
# are smooth.  SymPy's abs of what it cannot prove real, such as log(x), has real and imaginary parts in its derivative;
# here all is real.  They print under SymPy's names, and simplify themselves only at what is known to have one sign.
class Abs(sympy.Abs):  # type: ignore[misc]
    """SymPy's Abs of a real number."""

    @classmethod
    def eval(cls, x: Any) -> Any:
        return sympy.Abs(x) if x.is_extended_real else None

    def _eval_derivative(self, s: Any) -> Any:
        return sign_of_abs(self.args[0]) * self.args[0].diff(s)


class sign(sympy.sign):  # type: ignore[misc]
    """SymPy's sign with derivative 0."""

    @classmethod
    def eval(cls, x: Any) -> Any:
        return _by_sign(x, S.NegativeOne, S.Zero, S.One)

    def _eval_derivative(self, s: Any) -> Any:
        return S.Zero


class sign_of_abs(sign):
    """The derivative of Abs, which jumps: its own derivative is a delta."""

    def _eval_derivative(self, s: Any) -> Any:
        return 2 * sympy.DiracDelta(self.args[0]) * self.args[0].diff(s)


class floor(sympy.floor):  # type: ignore[misc]
    """SymPy's floor with derivative 0."""

    @classmethod
    def eval(cls, x: Any) -> Any:
        return sympy.floor(x) if x.is_Rational else None

    def _eval_derivative(self, s: Any) -> Any:
        return S.Zero


class Heaviside(sympy.Heaviside):  # type: ignore[misc]
    """SymPy's Heaviside with derivative 0."""

    def __new__(cls, x: Any, at_zero: Any = S.Half, **options: Any) -> Any:
        return sympy.Function.__new__(cls, x, at_zero, **options)  # beware: SymPy's own calls itself in a subclass

    @classmethod
    def eval(cls, x: Any, at_zero: Any) -> Any:
        return _by_sign(x, S.Zero, at_zero, S.One)

    def _eval_derivative(self, s: Any) -> Any:
        return S.Zero


def _by_sign(x: Any, below: Any, at_zero: Any, above: Any) -> Any:
    """The value that goes with the sign of x, None if it is not known."""
    return above if x.is_extended_positive else below if x.is_extended_negative else at_zero if x.is_zero else None


class cbrt(sympy.Function):  # type: ignore[misc]
    """The real cube root; SymPy's x**(1/3) is complex for x < 0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (3 * self**2)

    def _eval_evalf(self, precision: int) -> Any:
        x = self.args[0]._eval_evalf(precision)
        return sympy.sign(x) * (abs(x) ** sympy.Rational(1, 3))._eval_evalf(precision) if x is not None and x.is_Float else None

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real  # type: ignore[no-any-return]

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_positive  # type: ignore[no-any-return]

    def _eval_is_zero(self) -> bool | None:
        return self.args[0].is_zero  # type: ignore[no-any-return]

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        root = rf"\sqrt[3]{{{printer._print(self.args[0])}}}"
        return root if exp is None else rf"\left({root}\right)^{{{exp}}}"


class Held(sympy.AtomicExpr):  # type: ignore[misc]
    """Something that SymPy is not to look into, as a real atom."""

    __slots__ = ("content",)
    content: Any
    is_real = True

    def __new__(cls, content: Any) -> "Held":
        self = sympy.AtomicExpr.__new__(cls)
        self.content = content
        return self  # type: ignore[no-any-return]

    def __getnewargs__(self) -> tuple[Any]:
        return (self.content,)

    def _hashable_content(self) -> tuple[Any]:
        return (self.content,)

    def _sympystr(self, printer: Any) -> str:
        return str(self.content)


class Choice(Held):
    """A Piecewise inside a condition: SymPy would multiply choices out, and evaluate the branches not taken."""


class Fixed(Held):
    """The value of a Program without inputs, such as tan(exp(2)), on whose properties SymPy may brood for ever."""

    def _hashable_content(self) -> tuple[Any]:
        return (str(self.content),)  # SymPy also sorts by it


# --- primitives as SymPy functions -----------------------------------------------------------------------------------------
SAME_NAME = """exp log sqrt sin cos tan sec csc cot asin acos atan asec acsc acot sinh cosh tanh sech csch coth
               asinh acosh atanh asech acsch acoth atan2 erf erfc"""
ALIKE = {name: getattr(sympy, name) for name in SAME_NAME.split()}
RELATIONS = {"lt": sympy.Lt, "le": sympy.Le, "gt": sympy.Gt, "ge": sympy.Ge, "eq": sympy.Eq, "ne": sympy.Ne}


def namespace() -> tuple[dict[str, Callable[..., Any]], Callable[..., Any]]:
    """The primitives as SymPy functions by name, and how a constant is written."""
    own: dict[str, Callable[..., Any]] = dict(ALIKE)
    own |= {name: lambda a, b, relation=relation: _indicator(_related(relation, a, b)) for name, relation in RELATIONS.items()}
    own |= {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "neg": lambda x: -x,
        "div": lambda a, b: S.NaN if b == 0 else a / b,
        "pow": _power,
        "abs": Abs,
        "sign": sign,
        "step": Heaviside,
        "floor": floor,
        "max": lambda *x: _extremum(sympy.Max, x),
        "min": lambda *x: _extremum(sympy.Min, x),
        "where": lambda c, a, b: sympy.Piecewise((a, _truth(c)), (b, True)),
        "and": lambda a, b: _indicator(sympy.And(_truth(a), _truth(b))),
        "or": lambda a, b: _indicator(sympy.Or(_truth(a), _truth(b))),
        "not": lambda a: _indicator(sympy.Not(_truth(a))),
        "cbrt": cbrt,
        "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
        "expm1": lambda x: sympy.exp(x) - 1,
        "log1p": lambda x: sympy.log(1 + x),
        "log2": lambda x: sympy.log(x) / sympy.log(2),
        "log10": lambda x: sympy.log(x) / sympy.log(10),
        "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
        "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
        "relu": lambda x: sympy.Piecewise((x, _related(sympy.Gt, x, S.Zero)), (S.Zero, True)),
        "gamma": _held(sympy.gamma),
        "lgamma": _held(sympy.loggamma),
        "polygamma": _held(sympy.polygamma),
        "digamma": lambda x: _held(sympy.polygamma)(S.Zero, x),
    }
    return own, constant


def constant(value: float, text: str = "") -> Any:
    """A double as SymPy holds it: an integer or short fraction as such, any other as a `Double`."""
    if not math.isfinite(value):
        return S.NaN if math.isnan(value) else S.Infinity if value > 0 else S.NegativeInfinity
    if value < 0:
        return -constant(-value, text.removeprefix("-"))
    p, q = value.as_integer_ratio() if isinstance(value, float) else float(value).as_integer_ratio()
    if q <= LARGEST_DENOMINATOR and p <= LARGEST_INTEGER:
        return sympy.Rational(p, q)
    return Double(float(value), text or literal(value))


def _indicator(c: Any) -> Any:
    """A condition as a number, 1 or 0."""
    return sympy.Piecewise((S.One, c), (S.Zero, True))


def _truth(e: Any) -> Any:
    """A number as a condition: is it other than 0?"""
    found = condition(e)
    return _related(sympy.Ne, e, S.Zero) if found is None else found


def _related(relation: Any, a: Any, b: Any) -> Any:
    """The relation, false among complex numbers: to us they are nan."""
    try:
        return relation(*(Choice(e) if e.has(sympy.Piecewise) else e for e in (a, b)))
    except TypeError:
        return S.false


def condition(e: Any) -> Any:
    """The condition of which ``e`` is the indicator, None if it is none."""
    if isinstance(e, sympy.Piecewise) and len(e.args) == 2:
        (one, c), (zero, otherwise) = e.args
        return c if one == 1 and zero == 0 and otherwise == True else None  # noqa: E712  # SymPy's True
    return None


def _extremum(choose: Any, operands: Sequence[Any]) -> Any:
    try:
        return choose(*operands)
    except ValueError:  # likewise
        return S.NaN


def _held(function: Any) -> Callable[..., Any]:
    """The function, left as it stands at a number, where SymPy would write out a factorial."""
    return lambda *operands: function(*operands, evaluate=not operands[-1].is_number)


def _power(a: Any, b: Any) -> Any:
    numbers = (e.base if e.is_Pow else e for e in sympy.Mul.make_args(a))
    if b.is_Rational and sum(_digits(n) for n in numbers if n.is_Rational) * abs(b) > LARGEST_POWER:
        raise NumberError(
            "the formula holds a power of numbers that is too large to write out for SymPy",
            remedy="differentiate it in reverse or forward mode",
            status="overflow",
        )
    return S.NaN if a == 0 and b.is_negative else a**b


def _digits(n: Any) -> int:
    return int(max(abs(n.p), n.q)).bit_length() - 1


# --- a whole Program ---------------------------------------------------------------------------------------------------------
ARITHMETIC = {"add", "sub", "mul", "div", "neg", "pow"}
LARGEST_FRACTION = 1100  # binary digits: what is larger is beyond the doubles


def of_program(program: Program) -> Any:
    """The expression of a Program with one output, for differentiation: constants but fractions are `Fixed`."""
    F = namespaces.get("sympy")
    depends = active(program, program.inputs)
    v: list[Any] = []  # None: a constant that is no fraction

    def operand(k: int) -> Any:
        if v[k] is None:
            v[k] = Fixed(tidy(Program(program.lines, (), (k,))))
        return v[k]

    for line, moves in zip(program.lines, depends):
        if not line.args:
            v.append(symbol(line.text) if line.op == "input" else F.const(line.value, line.text))
        elif moves:
            v.append(getattr(F, line.op)(*map(operand, line.args)))
        else:
            v.append(_fraction(F, line.op, [v[a] for a in line.args]))
    return operand(program.outputs[0])


def symbol(name: str) -> Any:
    """The symbol of an input; E, I, S and other names of SymPy are names like any other."""
    return sympy.Symbol(name, real=True)


def _fraction(F: Any, op: str, operands: list[Any]) -> Any:
    """The result if it is a fraction, such as 9/2 or 2^-3; None for other constants."""
    if op not in ARITHMETIC or not all(e is not None and e.is_Rational for e in operands):
        return None
    if op == "pow" and (operands[1].q != 1 or _digits(operands[0]) * abs(operands[1]) > LARGEST_FRACTION):
        return None
    result = getattr(F, op)(*operands)
    return result if result.is_Rational and _digits(result) <= LARGEST_FRACTION else None
