"""The trusted value: a Program over power series of balls, precision raised until the answer is proved.

`reference` proves digits, `derivative` proves one double.  Where f has no derivative the operation to blame is named
(enclosures.py); what each primitive means for balls stands in balls.py.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import mpmath
from flint import arb

from diffkit import balls, limits
from diffkit.balls import LEFT, OPEN, RIGHT, TIE_LENGTH, working
from diffkit.domains import LARGE
from diffkit.enclosures import KinkError, Question, Undecided, beside, lines, number, operation, point, series
from diffkit.errors import NumberError, UsageError
from diffkit.messages import say
from diffkit.points import as_program, prepare
from diffkit.program import Program

__all__ = [
    "CertifiedDerivative",
    "KinkError",
    "ball",
    "derivative",
    "nearest_double",
    "reference",
    "round_constant",
    "slopes",
    "taylor",
    "value",
]

T = TypeVar("T")
BITS_PER_DIGIT = math.log2(10)
GUARD_BITS = 64  # what a well-conditioned formula of some length loses
DOUBLE_BITS = 53 + GUARD_BITS
GAMMAS = {"gamma", "lgamma", "digamma", "polygamma"}
NEGLIGIBLE = arb(2) ** -1100  # below every double: a derivative this small counts as 0


# --- precision, raised until the answer is accepted ----------------------------------------------------------------------
def _certify(
    question: Question, bits: int, accept: Callable[[Any], T | None], series: Callable[[Question], Any] = series
) -> tuple[T, int]:
    """What ``accept`` makes of f's series at the first precision at which it makes anything, and that precision."""
    if not all(map(math.isfinite, question.values)):
        raise NumberError(say("truth.not-finite", at=point(question)), status="domain")
    start = bits
    while True:
        stuck = None
        with working(bits, question.order + 1):
            try:
                answer = accept(series(question))
            except Undecided as undecided:
                answer, stuck = None, undecided.line
        if answer is not None:
            return answer, bits
        if bits >= (limit := _most_bits(question.program, start)):
            raise _undecided(question, stuck, bits)
        bits = min(2 * bits, limit)


def _most_bits(program: Program, start: int) -> int:
    """The limit on precision, so that giving up takes seconds."""
    slow = any(line.op in GAMMAS for line in program.lines)
    limit = (
        limits.BITS_OF_GAMMA if slow else min(max((limits.BITS << 8) // len(program.lines), limits.BITS_OF_A_BOOK), limits.BITS)
    )
    return max(limit, 4 * start)


def _undecided(question: Question, k: int | None, bits: int) -> NumberError:
    if k is None:
        return NumberError(
            say("truth.precision", at=point(question), bits=bits), status="precision", remedy=say("truth.precision.remedy")
        )
    return NumberError(
        say("truth.undecided", shown=operation(question.program, k), at=point(question), bits=bits),
        remedy=say("truth.undecided.remedy"),
        status="undecided",
    )


def _bits(digits: int) -> int:
    if not 1 <= digits <= limits.REFERENCE_DIGITS:
        raise UsageError(f"digits must lie between 1 and {limits.REFERENCE_DIGITS}, not {digits}")
    return int(digits * BITS_PER_DIGIT) + GUARD_BITS


def _factorial(order: int) -> int:
    if not 0 <= order <= limits.DERIVATIVE_ORDER:
        raise UsageError(f"the order of a derivative must lie between 0 and {limits.DERIVATIVE_ORDER}, not {order}")
    return math.factorial(order)


def _proved(x: Any, digits: int) -> Any:
    """The midpoint as an mpmath number if its relative error is below 10^-digits, 0 if it is negligible, else None."""
    if x.rel_accuracy_bits() > digits * BITS_PER_DIGIT:
        return number(x)
    return mpmath.mpf(0) if abs(x) < NEGLIGIBLE else None


def nearest_double(x: Any) -> float | None:
    """The double to which every number of a ball rounds (to nearest, ties to even; beyond all doubles inf), if there is one.

    Examples
    --------
    >>> with working(128, 1):
    ...     nearest_double(arb(1) / 3)
    0.3333333333333333
    >>> nearest_double(arb(1, 1e-10)) is None
    True
    """
    if not x.is_finite():
        return None
    if x.is_exact():
        return _round(x)
    with working(x.bits() + GUARD_BITS, 1):  # lower and upper round outwards
        low, high = _round(x.lower()), _round(x.upper())
    return low if low == high else None


def _round(x: Any) -> float:
    """An exact ball, correctly rounded: Python divides whole numbers so."""
    if abs(x) < NEGLIGIBLE:
        return 0.0
    if not abs(x) < LARGE:
        return math.inf if x > 0 else -math.inf
    mantissa, exponent = map(int, x.man_exp())
    try:
        return mantissa / (1 << -exponent) if exponent < 0 else float(mantissa << exponent)
    except OverflowError:
        return math.copysign(math.inf, mantissa)


# --- digits ------------------------------------------------------------------------------------------------------------
def reference(f: Any, at: Any, digits: int = 30, wrt: Any = None, order: int = 1) -> Any:
    """The gradient, structured like ``at``, proved correct to that many digits.

    Each number is the midpoint of a ball whose radius proves |number - truth| < 10^-digits |truth|.  Literals, pi, e, tau
    and the point are the doubles that they are.  A derivative below 2^-1100, smaller than every double, counts as 0.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
    digits : int, optional
        Up to 100,000; the precision is raised until they are proved.
    wrt : str or sequence of str, optional
        One input: the result is one number; several: a dict.
    order : int, optional
        Differentiate so often by the same input.

    Raises
    ------
    NumberError
        If there is no such number: its status is kink, jump, singular, domain, overflow, undecided or precision, and its
        text names the operation.  A KinkError carries the ``slopes`` of the two sides.

    References
    ----------
    F. Johansson, Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE Trans. Comput. 66 (2017).

    Examples
    --------
    >>> print(reference("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", 1.5))
    4.05342789389862
    >>> mpmath.nstr(reference("x^9", 1.5, digits=30), 30)
    '230.66015625'
    """

    def proved(question: Question) -> Any:
        return _certify(question, bits, lambda y: _proved(y[order] * factor, digits))[0]

    bits, factor = _bits(digits), _factorial(order)
    return _along(f, at, wrt, order, proved)


def _along(f: Any, at: Any, wrt: Any, order: int, answer: Callable[[Question], Any]) -> Any:
    """One answer an input, in the form of ``at``; by one name one answer, by several a dict."""
    program, values, restore = _prepare(f, at)
    if wrt is None:
        return restore([_each(Question(program, values, i, order), answer) for i in range(len(values))])
    names = [wrt] if isinstance(wrt, str) else list(wrt)
    if missing := [name for name in names if name not in program.inputs]:
        inputs = ", ".join(program.inputs) or "none"
        raise UsageError(f"the function has no input {missing[0]!r}", remedy=f"its inputs are {inputs}")
    found = {name: _each(Question(program, values, program.inputs.index(name), order), answer) for name in names}
    return found[wrt] if isinstance(wrt, str) else found


def _prepare(f: Any, at: Any) -> tuple[Program, list[Any], Callable[[Sequence[Any]], Any]]:
    program, values, restore = prepare(f, at)
    if len(program.outputs) != 1:
        raise UsageError(f"the function has {len(program.outputs)} outputs; the reference takes one at a time")
    return program, values, restore


def _each(question: Question, answer: Callable[[Question], Any]) -> Any:
    """The answer, or an array of answers if a coordinate is an array."""
    if not any(getattr(x, "ndim", 0) for x in question.values):
        return answer(question)
    import numpy as np

    grid = np.broadcast_arrays(*question.values)
    answers = [answer(question._replace(values=[float(x) for x in place])) for place in zip(*(g.ravel() for g in grid))]
    kind = float if all(isinstance(x, float) for x in answers) else object
    return np.array(answers, dtype=kind).reshape(grid[0].shape)


def value(f: Any, at: Any, digits: int = 30) -> Any:
    """The value of f, proved to that many digits, as an mpmath number.

    Examples
    --------
    >>> mpmath.nstr(value("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", 1.5), 24)
    '4.49778005394616195025177'
    """
    program, values, _ = _prepare(f, at)
    bits = _bits(digits)
    return _each(Question(program, values), lambda question: _certify(question, bits, lambda y: _proved(y[0], digits))[0])


def taylor(f: Any, values: Sequence[float], wrt_index: int = 0, order: int = 5, digits: int = 30) -> list[Any]:
    """f, f', f'', ... up to that order along one input, each proved to that many digits, as mpmath numbers.

    Examples
    --------
    >>> [int(d) for d in taylor("x^3", [2.0], 0, 4)]
    [8, 12, 12, 6, 0]
    """
    program = as_program(f, values)

    def accept(y: Any) -> list[Any] | None:
        found = [_proved(y[j] * math.factorial(j), digits) for j in range(order + 1)]
        return None if any(d is None for d in found) else found

    return _certify(Question(program, values, wrt_index, order), _bits(digits), accept)[0]


def slopes(f: Any, values: Sequence[float], wrt_index: int = 0, digits: int = 30) -> tuple[Any, Any]:
    """The slopes on the left and on the right, proved to that many digits.

    Examples
    --------
    >>> [int(s) for s in slopes("max(x, 3*x)", [0.0])]
    [1, 3]
    """
    program = as_program(f, values)
    question, bits = Question(program, values, wrt_index, 1), _bits(digits)
    left, right = (
        _certify(question, bits, lambda y: _proved(y[1], digits), partial(beside, side=side))[0] for side in (LEFT, RIGHT)
    )
    return left, right


def ball(f: Any, values: Sequence[float], wrt_index: int | None = 0, order: int = 1, bits: int = 128, side: int = OPEN) -> Any:
    """The derivative of that order as the ball (a flint arb) that one run at this precision gives; nan if it gives none.

    ``side`` is -1 or 1 for the derivative on the left or right.

    Examples
    --------
    >>> ball("exp(x)", [0.0]).overlaps(arb(1))
    True
    """
    program = as_program(f, values)
    with working(bits, order + (TIE_LENGTH if side else 1)):
        y = lines(Question(program, values, wrt_index, order), side)[program.outputs[0]]
        return y[order] * math.factorial(order) if y.prec > order else arb.nan()


# --- one double --------------------------------------------------------------------------------------------------------
class CertifiedDerivative(float):
    """A derivative that is the double nearest to the truth, with the proof.

    Attributes
    ----------
    value : float
    status : str
        ok, underflow (the truth is smaller than every double and this is 0) or overflow (this is infinite).
    reason : str
        What the status means here.
    bits : int
        The precision that was enough.
    midpoint, radius : str
        Decimals; the truth is within radius of midpoint, and every number that is rounds to this double.
    order : int
        Which derivative it is.
    """

    bits: int
    midpoint: str
    radius: str
    order: int
    status: str
    reason: str

    def __new__(cls, value: float, bits: int, midpoint: str, radius: str, order: int = 1) -> "CertifiedDerivative":
        """The double ``value`` with its proof."""
        self = super().__new__(cls, value)
        self.bits, self.midpoint, self.radius, self.order = bits, midpoint, radius, order
        self.status, self.reason = _rounding_status(value, midpoint, radius)
        return self

    def __getnewargs__(self) -> tuple[float, int, str, str, int]:  # type: ignore[override]
        return self.value, self.bits, self.midpoint, self.radius, self.order

    @property
    def value(self) -> float:
        """The double itself."""
        return float(self)


def _rounding_status(value: float, midpoint: str, radius: str) -> tuple[str, str]:
    if math.isinf(value):
        return "overflow", "the derivative is larger than every double"
    if value == 0 and (midpoint, radius) != ("0", "0"):
        return "underflow", "the derivative is below every double: 0 is what it rounds to"
    return "ok", ""


def derivative(f: Any, x: Any, order: int = 1, wrt: Any = None) -> Any:
    """The recommended derivative: correctly rounded, with proof.

    Parameters
    ----------
    f : Program, str or callable
    x : number, array, tuple or dict
        An array gives an array of float64; with several inputs the result has the structure of ``x``.
    order : int, optional
        Which derivative.
    wrt : str or sequence of str, optional
        Differentiate by these inputs only.

    Returns
    -------
    CertifiedDerivative
        A float, at most half an ulp from the truth, with ``status``, ``bits``, ``midpoint`` and ``radius``.

    Raises
    ------
    NumberError
        If there is no derivative, with the reason; see `reference`.

    Examples
    --------
    >>> derivative("(1 - cos(x))/x^2", 1e-4)
    -8.333333327777778e-06
    >>> derivative("abs(x)", 0)
    Traceback (most recent call last):
    diffkit.enclosures.KinkError: f has no derivative at x = 0: abs(x) has a kink
        its slope is -1 on the left, 1 on the right
    """
    return _along(f, x, wrt, order, _rounded_derivative)


def _rounded_derivative(question: Question) -> CertifiedDerivative:
    order, factor = question.order, _factorial(question.order)

    def accept(y: Any) -> tuple[float, Any] | None:
        enclosed = y[order] * factor
        rounded = nearest_double(enclosed)
        return None if rounded is None else (rounded, enclosed)

    (rounded, enclosed), bits = _certify(question, DOUBLE_BITS, accept)
    return CertifiedDerivative(rounded, bits, *_decimals(enclosed), order)


def _decimals(x: Any, digits: int = 30) -> tuple[str, str]:
    """Midpoint and radius in decimals, the radius rounded up so that the ball only grows."""
    if abs(x) > LARGE or 0 < abs(x) < 1 / LARGE**2:
        return x.str(digits, radius=False), x.rad().str(5, radius=False)
    middle, radius, exponent = map(int, x.mid_rad_10exp(digits))
    return _scientific(middle, exponent), _scientific(radius, exponent)


def _scientific(mantissa: int, exponent: int) -> str:
    return f"{mantissa}e{exponent}" if mantissa else "0"


def round_constant(program: Program) -> float:
    """The value of a Program without inputs, computed from exact constants and rounded once.

    Here pi, e and tau are the true numbers and 0.1 is 1/10: ``pi/4`` is the double nearest to pi/4.

    Raises
    ------
    NumberError
        If it has no value, or none that a double can hold.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> round_constant(parse("1/3")), round_constant(parse("0.1*3"))
    (0.3333333333333333, 0.3)
    """

    def afresh(question: Question) -> Any:  # no plan may be kept: pi has more digits at every precision
        return series(question._replace(program=Program(program.lines, (), program.outputs)))

    question = Question(program, [], const=balls.true_constant)
    result = _certify(question, DOUBLE_BITS, lambda y: nearest_double(y[0]), afresh)[0]
    if math.isinf(result):
        raise NumberError(say("truth.larger", shown=operation(program, program.outputs[0])), status="overflow")
    return result
