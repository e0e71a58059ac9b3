"""Polynomials in one input, written out, as products of their factors: (x - 1)^10 multiplied out loses what the power keeps.

Coefficients are exact fractions; factors are those over the rationals, found by FLINT.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_poly

from diffkit.program import Builder, Program

HIGHEST = 100  # degree
LARGEST = 2**53  # coefficients up to here are doubles

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "div": lambda a, b: a / b[0] if b.degree() == 0 else None,
    "pow": lambda a, n: a ** int(n[0].p) if n.degree() <= 0 and n[0].q == 1 and 0 <= n[0] * a.degree() <= HIGHEST else None,
}


def polynomial(program: Program) -> Any:
    """The polynomial that a Program of one input computes, or None."""
    if len(program.inputs) != 1 or len(program.outputs) != 1:
        return None
    found: list[Any] = []
    for line in program.lines:
        operands = [found[a] for a in line.args]
        if line.op == "input":
            found.append(fmpq_poly([0, 1]))
        elif line.op == "const":
            found.append(fmpq_poly([fmpq(*line.value.as_integer_ratio())]))
        elif line.op in OPERATIONS and None not in operands:
            found.append(OPERATIONS[line.op](*operands))
        else:
            found.append(None)
        if found[-1] is not None and found[-1].degree() > HIGHEST:
            found[-1] = None
    return found[program.outputs[0]]


def factored(program: Program) -> Program | None:
    """The product of the factors of a polynomial in one input, each by Horner's rule; None if it is none, or has one factor.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> print(factored(parse("x^3 - 3*x^2 + 3*x - 1")))
    (x - 1)^3
    >>> factored(parse("x^2 + 1")) is None
    True
    """
    p = polynomial(program)
    if p is None or p.degree() < 2:
        return None
    content, factors = p.numer().factor()
    factor = Fraction(int(content), int(p.denom()))
    coefficients = [factor.numerator, factor.denominator, *(int(c) for q, _ in factors for c in q.coeffs())]
    if (len(factors) == 1 and factors[0][1] == 1) or any(abs(c) > LARGEST for c in coefficients):
        return None
    builder = Builder()
    x = builder.input(program.inputs[0])
    powers = [_power(builder, _horner(builder, x, q), n) for q, n in factors]
    return builder.build(_scaled(builder, _product(builder, powers), factor), inputs=program.inputs)


def _horner(builder: Builder, x: int, q: Any) -> int:
    """q(x) by Horner's rule, without factors 1, terms 0 and minus signs in front of terms."""
    *rest, lead = (int(c) for c in q.coeffs())
    k = x if lead == 1 else builder.op("mul", builder.const(lead), x)
    for i, c in enumerate(reversed(rest)):
        k = builder.op("mul", k, x) if i else k
        k = builder.op("add" if c > 0 else "sub", k, builder.const(abs(c))) if c else k
    return k


def _power(builder: Builder, k: int, n: int) -> int:
    return builder.op("pow", k, builder.const(n)) if n > 1 else k


def _product(builder: Builder, factors: list[int]) -> int:
    k, *others = factors
    for other in others:
        k = builder.op("mul", k, other)
    return k


def _scaled(builder: Builder, k: int, factor: Fraction) -> int:
    if abs(factor.numerator) != 1:
        k = builder.op("mul", builder.const(abs(factor.numerator)), k)
    if factor < 0:
        k = builder.op("neg", k)
    return k if factor.denominator == 1 else builder.op("div", k, builder.const(factor.denominator))
