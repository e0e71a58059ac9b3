"""Taylor arithmetic: the derivative of any order as a Program, by power series over the rules of the table.

Every line becomes a series y = y_0 + y_1 t + y_2 t^2 + ... along the input x_0 + t; f^(n) = n! y_n.  Products and
quotients have their classical recurrences; for any other operation y = g(u, w, ...) the chain rule
y' = g_u u' + g_w w' + ... reads

    y_k  =  1/k  sum over u and j = 1..k of  j u_j p_(k-j),        p the series of the row's partial by u,

and p needs only coefficients of y that are known by then, since the partials are formulas in y and the operands.  So the
n-th derivative takes O(n^2) operations a line, where repeated differentiation of a formula grows exponentially (Moore
1966; Griewank and Walther 2008, chapter 13).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from diffkit import algebra, namespaces
from diffkit.primitives import TABLE
from diffkit.program import Builder, Line, Program, reachable, tidy

SQUARINGS = 64.0  # whole powers up to here are written as products: their recurrence divides by the base, which may be 0


def derivative_program(program: Program, name: str, order: int) -> Program:
    """The Program of the derivative of that order of the only output by one input.

    Examples
    --------
    >>> from diffkit import parse
    >>> derivative_program(parse("x^3*y"), "x", 2)(5, 2)
    60.0
    """
    series = Arithmetic()
    nodes: dict[int, Series] = {}
    for k in reachable(program, program.outputs)[0]:
        nodes[k] = series.of_line(program.lines[k], name, [nodes[a] for a in program.lines[k].args])
    for j in range(order + 1):  # one coefficient of all lines after the other: nothing recurses deeper than a partial
        for node in nodes.values():
            node.coefficient(j)
    last = nodes[program.outputs[0]].coefficient(order) * float(math.factorial(order))
    return tidy(series.F.builder.build(last.index, inputs=program.inputs))


class Series:
    """One series: what it is computed from, and the coefficients known so far, as lines of a Program being written."""

    __slots__ = ("known", "moves", "number", "op", "operands", "partials", "space")

    def __init__(
        self, space: Arithmetic, op: str, operands: Sequence[Series], known: list[Any], number: float | None = None
    ) -> None:
        self.space, self.op, self.operands, self.known = space, op, operands, known
        self.partials: dict[int, Series] = {}
        self.moves: bool = op == "input" or any(u.moves for u in operands)
        self.number = number
        if operands and all(u.number is not None for u in operands):
            self.number = getattr(namespaces.get("math"), op)(*(u.number for u in operands))

    def coefficient(self, k: int) -> Any:
        """The coefficient of t^k."""
        while len(self.known) <= k:
            j = len(self.known)
            rule = _constant if j and not self.moves else RULES.get(self.op, _chain)
            self.known.append(rule(self, j))
        return self.known[k]

    def partial(self, position: int) -> Series:
        """The series of the partial by one operand."""
        if position not in self.partials:
            operands = [self.space.value(u) for u in self.operands]
            slope = TABLE[self.op].partial(position, self.space.S, self.space.value(self), *operands)
            self.partials[position] = self.space.node(slope)
        return self.partials[position]


class Arithmetic:
    """Series of any length: equal ones are held once, so that partials that lead back to a series (sin, cos) end."""

    def __init__(self) -> None:
        self.F = algebra.namespace(Builder())
        self.seen: dict[Any, Series] = {}
        self.S = SimpleNamespace(name="series", const=lambda value, text="": self.value(self.const(value, text)))
        for name in TABLE:
            setattr(self.S, name, partial(self.write, name))

    def of_line(self, line: Line, name: str, operands: Sequence[Series]) -> Series:
        """The series of one line of a Program; the input ``name`` moves."""
        if line.op == "const":
            return self.const(line.value, line.text)
        if line.op == "input":
            x = algebra.Var(self.F, self.F.builder.input(line.text))
            return Series(self, "input" if line.text == name else "still", (), [x])
        return self.of(line.op, operands)

    def const(self, value: float, text: str = "") -> Series:
        """A number."""
        return Series(self, "still", (), [self.F.const(value, text)], value)

    def of(self, op: str, operands: Sequence[Series]) -> Series:
        """The series of an operation on series."""
        key = (op, *map(_identity, operands))
        if key not in self.seen:
            self.seen[key] = Series(self, op, tuple(operands), [])
        return self.seen[key]

    def value(self, node: Series) -> Any:
        """The series as an operand of arithmetic."""
        return algebra.Var(self.S, node)  # type: ignore[arg-type]  # its index is the series itself

    def node(self, operand: Any) -> Series:
        """The series that an operand of arithmetic stands for."""
        return operand.index if isinstance(operand, algebra.Var) else self.const(float(operand))  # type: ignore[return-value]

    def write(self, op: str, *operands: Any) -> Any:
        return self.value(self.of(op, [self.node(u) for u in operands]))


def _identity(node: Series) -> Any:
    return id(node) if node.operands or node.number is None else node.number


# --- how the next coefficient follows from those before --------------------------------------------------------------------
def _constant(y: Series, k: int) -> Any:
    return y.space.F.const(float(y.op == "input" and k == 1))


def _each(y: Series, k: int) -> Any:
    """Sums and signs: coefficient by coefficient."""
    return getattr(y.space.F, y.op)(*(u.coefficient(k) for u in y.operands))


def _product(y: Series, k: int) -> Any:
    a, b = y.operands
    if a is not b:
        return _sum(y, [a.coefficient(j) * b.coefficient(k - j) for j in range(k + 1)])
    pairs = [a.coefficient(j) * a.coefficient(k - j) for j in range((k + 1) // 2)]
    twice = [_sum(y, pairs) * 2.0] if pairs else []
    return _sum(y, twice + [a.coefficient(k // 2) * a.coefficient(k // 2)] * (k % 2 == 0))


def _quotient(y: Series, k: int) -> Any:
    a, b = y.operands
    rest = [b.coefficient(j) * y.coefficient(k - j) for j in range(1, k + 1)]
    return (a.coefficient(k) - _sum(y, rest)) / b.coefficient(0)


def _power(y: Series, k: int) -> Any:
    """a^n as a product of squares, a^r by k a_0 y_k = sum of (r j - (k - j)) a_j y_(k-j), a^b as exp(b log a)."""
    a, b = y.operands
    value, node, S = y.space.value, y.space.node, y.space.S
    if k == 0:
        return y.space.F.pow(a.coefficient(0), b.coefficient(0))
    if b.moves:
        return node(S.exp(S.mul(value(b), S.log(value(a))))).coefficient(k)
    if b.number is not None and b.number % 1 == 0 and 0 <= b.number <= SQUARINGS:
        return node(_whole_power(S, value(a), int(b.number))).coefficient(k)
    r = b.coefficient(0)
    terms = [a.coefficient(j) * y.coefficient(k - j) * (r * float(j) - float(k - j)) for j in range(1, k + 1)]
    return _sum(y, terms) / (a.coefficient(0) * float(k))


def _whole_power(S: Any, a: Any, n: int) -> Any:
    if n < 2:
        return a if n else S.const(1.0)
    half = _whole_power(S, a, n // 2)
    return half * half * a if n % 2 else half * half


def _choice(y: Series, k: int) -> Any:
    condition, a, b = y.operands
    return y.space.F.where(condition.coefficient(0), a.coefficient(k), b.coefficient(k))


def _chain(y: Series, k: int) -> Any:
    """Any other operation, by the partials of its row."""
    F = y.space.F
    if k == 0:
        return getattr(F, y.op)(*(u.coefficient(0) for u in y.operands))
    shares = []
    for position, u in enumerate(y.operands):
        if u.moves:
            p = y.partial(position)
            terms = [u.coefficient(j) * float(j) * p.coefficient(k - j) for j in range(1, k + 1)]
            share = _sum(y, terms)
            taken = p.coefficient(0)
            shares.append(F.where(F.eq(taken, 0.0), 0.0, share) if TABLE[y.op].selects else share)
    return _sum(y, shares) / float(k)


def _sum(y: Series, terms: Sequence[Any]) -> Any:
    total = y.space.F.const(0.0)
    for term in terms:
        total = total + term
    return total


RULES = {
    "input": _constant,
    "add": _each,
    "sub": _each,
    "neg": _each,
    "mul": _product,
    "div": _quotient,
    "pow": _power,
    "where": _choice,
}
