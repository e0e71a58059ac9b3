"""The error of a difference quotient, split into its four parts in ball arithmetic.

Letters: ``t`` are the points x + kh by k, ``y`` f at them, ``Q`` the quotient.  With exact numbers throughout, but for what each
step says, the parts are differences of neighbours in the chain

    f'  ->  Q of exact f at the nominal x + kh                      truncation
        ->  Q of exact f at the rounded points, divided as it was   abscissa
        ->  Q of the computed values of f                           evaluation
        ->  the estimate itself                                     arithmetic

Each is computed on its own, as a ball; the radii prove to how many digits they add up to the error of the estimate.  The
precision follows from the cancellation in Q: the truncation is of size h^p beside values of f divided by h.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import mpmath
from flint import arb

from diffkit.balls import OPEN, working
from diffkit.enclosures import Question, lines, series
from diffkit.program import Program, run
from diffkit.study.sweep import continuation

DIGITS, HIGHEST_ORDER = 40, 4  # the parts are wanted to 30 digits of their sum, whatever the scheme
GUARD = 64  # bits that a well-conditioned f of some length loses
ENOUGH = 1e-30  # what the parts may miss their sum by, relative
MOST_BITS = 1 << 14  # what no double needs more of
BITS_OF_PART = 40  # of the truncation, where it is not 0


class Parts(NamedTuple):
    """The signed parts of one error as balls, the error itself, ``total`` = estimate - f', and what they miss it by."""

    truncation: Any
    abscissa: Any
    evaluation: Any
    arithmetic: Any
    total: Any
    residue: float  # an upper bound of |sum of the parts - total| / |total|, radii included

    def settled(self) -> bool:
        """Do they add up, and is the truncation known, or exactly 0?"""
        known = self.truncation.rel_accuracy_bits() >= BITS_OF_PART or self.truncation.is_zero()
        return self.residue <= ENOUGH and bool(known)


def residue(parts: Sequence[Any], total: Any, scale: Callable[[], Any]) -> float:
    """How far the parts can be from adding up to the total, relative to it, or to ``scale()`` where it is 0."""
    gap = abs(sum(parts, -total)).abs_upper()
    return 0.0 if gap.is_zero() else float(gap / (total if total != 0 else scale()).abs_lower())


def exact(number: Any) -> Any:
    """A float, NumPy scalar or mpmath number as an exact ball."""
    if isinstance(number, mpmath.mpf):
        if not mpmath.isfinite(number):
            return arb.nan()
        mantissa, exponent = number.man_exp  # beware: of |number|
        return arb((int(mantissa) * (-1 if number < 0 else 1), int(exponent)))
    return arb(float(number))


def quotient(scheme: str, y: Mapping[int, Any], t: Mapping[int, Any]) -> Any:
    """The scheme in exact arithmetic, from values ``y`` and what is taken for the points ``t``, both by k in x + kh.

    Examples
    --------
    >>> from fractions import Fraction
    >>> t = {k: Fraction(k, 8) for k in range(-2, 3)}
    >>> quotient("richardson", {k: x**4 + x for k, x in t.items()}, t)
    Fraction(1, 1)
    """
    if scheme == "richardson":
        return (4 * _slope(y, t, 1, -1) - _slope(y, t, 2, -2)) / 3
    return _slope(y, t, *{"D+": (1, 0), "D-": (0, -1), "D0": (1, -1)}[scheme])


def _slope(y: Mapping[int, Any], t: Mapping[int, Any], a: int, b: int) -> Any:
    return (y[a] - y[b]) / (t[a] - t[b])


class Step(NamedTuple):
    """What was computed at one h: the rounded points and the values of f there, in some arithmetic."""

    h: Any
    t: Mapping[int, Any]
    y: Mapping[int, Any]
    imaginary: Any  # Im f(x + ih) for the complex step; None if f has none


class Exact:
    """f along one input in ball arithmetic, and its derivative, each computed once at each precision."""

    def __init__(self, program: Program, values: list[float], place: int) -> None:
        self.program, self.values, self.place = program, values, place
        self.slopes: dict[int, Any] = {}
        self.here: dict[int, Any] = {}

    def at(self, t: Any) -> Any:
        """f at an exact point, at the working precision."""
        values: list[Any] = list(self.values)
        values[self.place] = t
        return lines(Question(self.program, values), OPEN)[self.program.outputs[0]][0]

    def beside(self, h: Any) -> Any:
        """Im f(x + ih), at the working precision."""
        F = continuation.of_balls()
        values = [F.const(x) for x in self.values]
        values[self.place] = type(values[0])(self.values[self.place], h)
        return run(self.program, F, values)[self.program.outputs[0]].imag

    def slope(self, bits: int) -> Any:
        """f' at the point."""
        if bits not in self.slopes:
            with working(bits, 2):
                self.slopes[bits] = series(Question(self.program, self.values, self.place, 1))[1]
        return self.slopes[bits]


def bits_for(x: float, h: float) -> int:
    """The precision at which the truncation of every scheme is known at this step: 40 + (p+1) log10(scale/h) digits."""
    lost = (HIGHEST_ORDER + 1) * max(0.0, math.log2(max(1.0, abs(x))) - math.log2(h))
    return 64 * math.ceil((DIGITS * math.log2(10) + lost + GUARD) / 64)


class Lazy(dict[int, Any]):
    """A mapping that computes what it is asked for, once."""

    def __init__(self, compute: Callable[[int], Any]) -> None:
        self.compute = compute

    def __missing__(self, k: int) -> Any:
        value = self[k] = self.compute(k)
        return value


class Values:
    """The points of one step and f at them, at one precision: nominal, rounded, computed."""

    def __init__(self, f: Exact, x: float, step: Step) -> None:
        h = exact(step.h)
        self.nominal = Lazy(lambda k: arb(x) + k * h)
        self.rounded = Lazy(lambda k: exact(step.t[k]))
        self.true = Lazy(lambda k: f.at(self.nominal[k]))
        self.moved = Lazy(lambda k: self.true[k] if self.rounded[k] == self.nominal[k] else f.at(self.rounded[k]))
        self.computed = Lazy(lambda k: exact(step.y[k]))


class Split:
    """The parts of the errors of all schemes at one step; values of f are shared between them."""

    def __init__(self, f: Exact, x: float, step: Step, nominal: bool) -> None:
        self.f, self.x, self.step, self.nominal = f, x, step, nominal
        self.values: dict[int, Values] = {}

    def parts(self, scheme: str, estimate: Any) -> Parts | None:
        """The parts of this estimate's error; None where f has no exact value at one of the points."""
        if not exact(estimate).is_finite():
            return None
        bits = bits_for(self.x, float(self.step.h))
        found = self._at(scheme, estimate, bits)
        if found is not None and found.settled():
            return found
        short = math.log2(found.residue / ENOUGH) if found and ENOUGH < found.residue < math.inf else 0.0
        return self._at(scheme, estimate, min(MOST_BITS, 2 * bits + 64 * math.ceil(short / 64)))

    def error(self, estimate: Any) -> float:
        """estimate - f', where it has no parts."""
        bits = bits_for(self.x, float(self.step.h))
        with working(bits, 1):
            return float(exact(estimate) - self.f.slope(bits)) if exact(estimate).is_finite() else float(estimate)

    def _at(self, scheme: str, estimate: Any, bits: int) -> Parts | None:
        with working(bits, 1):
            estimate, slope = exact(estimate), self.f.slope(bits)
            chain = self._continued() if scheme == "complex-step" else self._quotients(scheme, bits)
            links = [slope, *chain, estimate]
            cut, abscissa, evaluation, arithmetic = parts = [b - a for a, b in pairwise(links)]
            if not all(part.is_finite() for part in parts):
                return None
            total = estimate - slope
            return Parts(cut, abscissa, evaluation, arithmetic, total, residue(parts, total, self._scale))

    def _scale(self) -> Any:
        """What an error of exactly 0 is measured by: the terms of the quotient."""
        terms = [abs(exact(y)) for y in self.step.y.values()]
        return max((y for y in terms if y.is_finite()), default=arb(1), key=float) / exact(self.step.h)

    def _quotients(self, scheme: str, bits: int) -> list[Any]:
        """The three quotients between f' and the estimate, in the order of the chain."""
        if bits not in self.values:
            self.values[bits] = Values(self.f, self.x, self.step)
        at = self.values[bits]
        taken = at.nominal if self.nominal else at.rounded
        pairs = ((at.true, at.nominal), (at.moved, taken), (at.computed, taken))
        return [quotient(scheme, y, t) for y, t in pairs]

    def _continued(self) -> list[Any]:
        """The same for the complex step: x + ih is not rounded."""
        h = exact(self.step.h)
        q = self.f.beside(h) / h
        return [q, q, exact(self.step.imaginary) / h]
