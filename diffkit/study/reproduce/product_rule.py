"""Differentiation as it is taught: product rule and power rule on the formula as it is written, nothing expanded or collected.

A derivative is a sum of terms; a term is a whole number times powers.  Numbers that meet in a term are multiplied, and that
is all: 16 x (1 - x) (1 - 2x)^2 becomes 16 (1-x) (1-2x)^2 - 16 x (1-2x)^2 - 64 x (1-x) (1-2x).

Letters: ``c`` the number of a term, ``powers`` its factors, by line and exponent.
"""

from collections import Counter
from typing import Any, NamedTuple

from flint import fmpq, fmpq_poly

from diffkit.errors import InputError
from diffkit.program import Builder, Program, reachable, renumber

OPERATIONS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "pow": lambda a, n: a ** int(n[0].p),
}


def polynomial(program: Program) -> Any:
    """The polynomial in one input that sums, products and whole powers compute, exactly.

    Raises
    ------
    InputError
        If something else is in it.

    Examples
    --------
    >>> from diffkit import parse
    >>> polynomial(parse("(x - 1)^2*x"))
    x^3 + (-2)*x^2 + x
    """
    found: list[Any] = []
    for line in program.lines:
        if line.op == "input":
            found.append(fmpq_poly([0, 1]))
        elif line.op == "const":
            found.append(fmpq_poly([fmpq(*line.value.as_integer_ratio())]))
        else:
            found.append(_operation(line.op)(*(found[a] for a in line.args)))
    return found[program.outputs[0]]


def _operation(op: str) -> Any:
    if op not in OPERATIONS:
        raise InputError(f"the product rule is for sums, products and whole powers, not {op}")
    return OPERATIONS[op]


class Term(NamedTuple):
    """c times the product of lines to whole powers."""

    c: float
    powers: tuple[tuple[int, int], ...] = ()


def derivative(program: Program) -> Program:
    """The derivative of sums, products and whole powers of one input.

    Raises
    ------
    InputError
        If something else is in it.

    Examples
    --------
    >>> from diffkit import parse
    >>> print(derivative(parse("16*x*(1-x)*(1-2x)^2")))
    16*(1 - x)*(1 - 2*x)^2 - 16*x*(1 - 2*x)^2 - 64*x*(1 - x)*(1 - 2*x)
    """
    rules = Rules(program)
    return rules.builder.build(rules.sum(rules.slope(rules.new[program.outputs[0]])), inputs=program.inputs)


def terms(program: Program) -> Counter[Any]:
    """The terms of a sum whatever their order, and the order of their factors; a factor is known by its polynomial.

    Examples
    --------
    >>> from diffkit import parse
    >>> terms(parse("2*x*(1-x) - x^2")) == terms(parse("-x^2 + x*(1 - x)*2"))
    True
    """
    rules = Rules(program)
    return Counter((t.c, frozenset(rules.known(t).items())) for t in rules.terms(rules.new[program.outputs[0]]))


class Rules:
    """The rules, on the lines of one Program and those they write."""

    def __init__(self, program: Program) -> None:
        self.builder = Builder()
        self.new = renumber(program, self.builder, reachable(program, range(len(program.lines)))[0])
        self.inputs = program.inputs

    def line(self, k: int) -> Any:
        return self.builder.lines[k]

    def terms(self, k: int, sign: float = 1.0) -> list[Term]:
        """The terms of the sum that a line is."""
        op, args = self.line(k).op, self.line(k).args
        if op in {"add", "sub"}:
            return self.terms(args[0], sign) + self.terms(args[1], sign if op == "add" else -sign)
        term = self.term(k)
        return [Term(sign * term.c, term.powers)]

    def term(self, k: int) -> Term:
        """The product that a line is."""
        line = self.line(k)
        if line.op == "const":
            return Term(line.value)
        if line.op == "neg":
            inner = self.term(line.args[0])
            return Term(-inner.c, inner.powers)
        if line.op == "mul":
            return _times(self.term(line.args[0]), self.term(line.args[1]))
        if line.op == "pow" and self.line(line.args[1]).op == "const" and self.line(line.args[1]).value % 1 == 0:
            return Term(1.0, ((line.args[0], int(self.line(line.args[1]).value)),))
        if line.op in {"add", "sub", "input"}:
            return Term(1.0, ((k, 1),))
        raise InputError(f"the product rule is for sums, products and whole powers, not {line.op}")

    def slope(self, k: int) -> list[Term]:
        """The derivative of a line, term by term."""
        if self.line(k).op == "input":
            return [Term(1.0)]
        return [piece for term in self.terms(k) for piece in self.product_rule(term)]

    def product_rule(self, term: Term) -> list[Term]:
        """One factor after the other is differentiated; a derivative of several terms stays together as a factor."""
        pieces = []
        for place, (base, n) in enumerate(term.powers):
            inner = self.slope(base)
            if inner:
                head = inner[0] if len(inner) == 1 else Term(1.0, ((self.sum(inner), 1),))
                lowered = ((base, n - 1),) if n > 1 else ()
                rest = (*term.powers[:place], *lowered, *term.powers[place + 1 :])
                pieces.append(_times(Term(term.c * n, rest), head))
        return pieces

    def sum(self, pieces: list[Term]) -> int:
        """The line of a sum of terms, signs between them."""
        if not pieces:
            return self.builder.const(0.0)
        total = self.product(pieces[0])
        for piece in pieces[1:]:
            line = self.product(Term(abs(piece.c), piece.powers))
            total = self.builder.op("sub" if piece.c < 0 else "add", total, line)
        return total

    def product(self, term: Term) -> int:
        """The line of one term: its number, then its powers."""
        op, const = self.builder.op, self.builder.const
        factors = [base if n == 1 else op("pow", base, const(float(n))) for base, n in term.powers]
        if term.c != 1 or not factors:
            factors.insert(0, const(term.c))
        total = factors[0]
        for factor in factors[1:]:
            total = op("mul", total, factor)
        return total

    def known(self, term: Term) -> Counter[Any]:
        """The factors by the polynomials that they are."""
        found: Counter[Any] = Counter()
        for base, n in term.powers:
            found[str(polynomial(Program(tuple(self.builder.lines), self.inputs, (base,))))] += n
        return found


def _times(a: Term, b: Term) -> Term:
    powers: dict[int, int] = {}
    for base, n in (*a.powers, *b.powers):
        powers[base] = powers.get(base, 0) + n
    return Term(a.c * b.c, tuple(powers.items()))
