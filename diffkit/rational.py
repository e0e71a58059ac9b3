"""Rational functions as products: (x - 1)^10 multiplied out, or 1/(x + 1) - 1/x, loses what the product of its factors keeps.

Coefficients are exact fractions; numerator and denominator are factored over the rationals by FLINT.  Letters: ``p/q`` is a
rational function, both polynomials in all inputs.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from diffkit.program import Builder, Program

HIGHEST, LONGEST = 60, 400  # total degree and terms: more is no formula that somebody wrote out
LARGEST = 2**53  # coefficients up to here are doubles


class Ratio(NamedTuple):
    """p/q in lowest terms."""

    p: Any
    q: Any


def product(a: Any, b: Any) -> Any:
    """a b; raises OverflowError where that could be long."""
    if len(a) * len(b) > LONGEST:
        raise OverflowError
    return a * b


def power(a: Any, n: int) -> Any:
    """a^n; raises OverflowError where that could be long."""
    if n * max(int(a.total_degree()), 1) > HIGHEST or math.comb(n + len(a) - 1, n) > LONGEST:
        raise OverflowError
    return a**n


def reduced(p: Any, q: Any) -> Ratio | None:
    """p/q in lowest terms; None for a zero denominator."""
    if q == 0:
        return None
    common = p.gcd(q) if p != 0 else q
    return Ratio(p / common, q / common)


def _power(a: Ratio, n: Ratio) -> Ratio | None:
    """a^n for a whole constant n."""
    if not n.p.is_constant() or not n.q.is_constant():
        return None
    exponent = Fraction(str(n.p.leading_coefficient() if n.p != 0 else 0)) / Fraction(str(n.q.leading_coefficient()))
    if exponent.denominator != 1 or a.p == 0:
        return None
    p, q = (power(x, abs(int(exponent))) for x in a)
    return reduced(p, q) if exponent >= 0 else reduced(q, p)


OPERATIONS: dict[str, Callable[..., Ratio | None]] = {
    "add": lambda a, b: reduced(product(a.p, b.q) + product(b.p, a.q), product(a.q, b.q)),
    "sub": lambda a, b: reduced(product(a.p, b.q) - product(b.p, a.q), product(a.q, b.q)),
    "mul": lambda a, b: reduced(product(a.p, b.p), product(a.q, b.q)),
    "div": lambda a, b: reduced(product(a.p, b.q), product(a.q, b.p)),
    "neg": lambda a: Ratio(-a.p, a.q),
    "pow": _power,
}


def ratio(program: Program) -> Ratio | None:
    """The rational function that a Program of one output computes, or None."""
    if len(program.outputs) != 1 or not program.inputs:
        return None
    context = fmpq_mpoly_ctx.get([f"t{i}" for i in range(len(program.inputs))], Ordering.lex)
    x, one = dict(zip(program.inputs, context.gens())), context.constant(1)
    found: list[Ratio | None] = []
    for line in program.lines:
        operands = [found[a] for a in line.args]
        if line.op == "input":
            y: Ratio | None = Ratio(x[line.text], one)
        elif line.op == "const":
            y = Ratio(context.constant(fmpq(*line.value.as_integer_ratio())), one)
        else:
            y = _apply(line.op, operands)
        found.append(y)
    return found[program.outputs[0]]


def _apply(op: str, operands: list[Ratio | None]) -> Ratio | None:
    if op not in OPERATIONS or None in operands:
        return None
    try:
        return OPERATIONS[op](*operands)
    except OverflowError:
        return None


def factored(program: Program) -> Program | None:
    """The same rational function as a product of powers over another one; None if the Program is none, or none to be written.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> print(factored(parse("x^3 - 3*x^2 + 3*x - 1")))
    (x - 1)^3
    >>> print(factored(parse("1/(x + 1) - 2/x + 1/(x - 1)")))
    2/(x*(x - 1)*(x + 1))
    """
    found = ratio(program)
    if found is None or found.p == 0:
        return None
    (above, numerator), (below, denominator) = found.p.factor(), found.q.factor()
    factor = Fraction(str(above)) / Fraction(str(below))
    coefficients = [factor, *(Fraction(str(c)) for q, _ in numerator + denominator for c in q.to_dict().values())]
    if any(max(abs(c.numerator), c.denominator) > LARGEST for c in coefficients) or any(
        c.denominator > 1 for c in coefficients[1:]
    ):
        return None
    writer = Writer(program.inputs)
    top = writer.product(abs(factor.numerator), numerator)
    top = writer.builder.op("neg", top) if factor < 0 else top
    whole = factor.denominator == 1 and not denominator
    root = top if whole else writer.builder.op("div", top, writer.product(factor.denominator, denominator))
    return writer.builder.build(root, inputs=program.inputs)


class Writer:
    """Writes products of powers of polynomials with whole coefficients."""

    def __init__(self, inputs: tuple[str, ...]) -> None:
        self.builder = Builder()
        self.x = [self.builder.input(name) for name in inputs]

    def product(self, constant: int, factors: list[tuple[Any, int]]) -> int:
        """constant times the factors, each to its power; 1 is left out."""
        parts = [self.power(self.polynomial(q.to_dict()), int(n)) for q, n in factors]
        if constant != 1 or not parts:
            parts = [self.builder.const(constant), *parts]
        return self._joined("mul", parts)

    def power(self, k: int, n: int) -> int:
        """k^n, and k itself for n = 1."""
        return self.builder.op("pow", k, self.builder.const(n)) if n > 1 else k

    def polynomial(self, terms: dict[tuple[int, ...], Any]) -> int:
        """A polynomial: by Horner's rule if it has one variable, else term by term."""
        used = [i for i in range(len(self.x)) if any(powers[i] for powers in terms)]
        if len(used) == 1:
            return self.horner(self.x[used[0]], {int(powers[used[0]]): int(str(c)) for powers, c in terms.items()})
        k = None
        for powers, c in terms.items():
            term = self.term(abs(int(str(c))), powers)
            signed = term if k is None and c > 0 else self.builder.op("neg", term) if k is None else None
            k = signed if k is None else self.builder.op("add" if c > 0 else "sub", k, term)
        assert k is not None
        return k

    def term(self, c: int, powers: tuple[int, ...]) -> int:
        """c x^i y^j ..., without what is 1."""
        parts = [self.power(x, int(n)) for x, n in zip(self.x, powers) if n]
        return self._joined("mul", parts if c == 1 and parts else [self.builder.const(c), *parts])

    def horner(self, x: int, coefficients: dict[int, int]) -> int:
        """A polynomial in x by Horner's rule, without factors 1 and terms 0."""
        degree = max(coefficients)
        k = x if coefficients[degree] == 1 else self.builder.op("mul", self.builder.const(coefficients[degree]), x)
        for i in range(degree - 1, -1, -1):
            c = coefficients.get(i, 0)
            k = self.builder.op("add" if c > 0 else "sub", k, self.builder.const(abs(c))) if c else k
            k = self.builder.op("mul", k, x) if i else k
        return k

    def _joined(self, op: str, parts: list[int]) -> int:
        k, *others = parts
        for other in others:
            k = self.builder.op(op, k, other)
        return k
