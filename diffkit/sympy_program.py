"""The way back: SymPy expressions -> Program, keeping the structure that SymPy gave them.

Letters: ``e`` is an expression, ``f`` a factor of a product, ``c`` a coefficient or a condition, ``u`` an operand that is
already a line of the Program.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import sympy
from sympy import S

from diffkit.errors import InputError
from diffkit.program import Builder, Program, literal, renumber
from diffkit.sympy_forms import ALIKE, RELATIONS, Abs, Choice, Double, Fixed, Heaviside, cbrt, condition, floor, sign, sign_of_abs

EXACT = 2**53  # whole numbers up to here are doubles
SHORT = 6  # characters of a fraction that is shown as a decimal: 0.5 but 1/1024
NAMED = {S.Pi: (math.pi, "pi"), S.Exp1: (math.e, "e")}
NO_NUMBER = (S.NaN, S.ComplexInfinity, S.ImaginaryUnit)
BACK: dict[Any, str] = {function: name for name, function in (ALIKE | RELATIONS).items() if name != "sqrt"}
BACK |= {
    sign: "sign",
    sign_of_abs: "sign",
    sympy.sign: "sign",
    Abs: "abs",
    sympy.Abs: "abs",
    floor: "floor",
    sympy.floor: "floor",
    sympy.Max: "max",
    sympy.Min: "min",
    sympy.gamma: "gamma",
    sympy.loggamma: "lgamma",
    cbrt: "cbrt",
    sympy.Not: "not",
}


class Plan(NamedTuple):
    """How an expression is written: its operands, then ``compose`` of their lines."""

    operands: tuple[Any, ...]
    compose: Callable[..., int]


def to_program(e: Any, inputs: Sequence[str] | None = None, derived: bool = False) -> Program:
    """The Program that computes ``e``, or each of several expressions, as SymPy's own structure has it.

    Parameters
    ----------
    e : sympy.Expr or list of them
    inputs : sequence of str, optional
        The inputs in order; by default in order of first appearance.
    derived : bool
        Is it SymPy's derivative of a real function?  Then ties of max and min share 1 among all winners, and what is
        complex is nan.

    Raises
    ------
    InputError
        If a function in it is none of ours (the message names it), or it is complex.

    Examples
    --------
    >>> x, y = sympy.symbols("x y")
    >>> print(to_program(y/x - 3*sympy.sqrt(x)/2 + x**-2))
    y/x - 3*sqrt(x)/2 + 1/x^2
    """
    translator = Translator(derived)
    lines = [translator.line(part) for part in (e if isinstance(e, list) else [e])]
    return translator.builder.build(*lines, inputs=inputs)


class Translator:
    """Writes expressions into a Builder, each object once and without recursion.

    Objects are told apart by identity, since SymPy's == walks whole trees; equal lines are shared by the Builder.
    """

    def __init__(self, derived: bool = False) -> None:
        self.derived = derived
        self.builder = Builder()
        self.op = self.builder.op
        self.known: dict[Any, int] = {}  # symbols that stand for a line
        self.symbols: dict[str, Any] = {}  # the others, by name
        self.done: dict[int, tuple[int, Any]] = {}  # by identity: the line, and the object, which keeps its identity taken

    def line(self, root: Any) -> int:
        """The line of this expression."""
        stack = [(root, self.plan(root))]
        while stack:
            e, plan = stack[-1]
            waiting = [a for a in plan.operands if id(a) not in self.done]
            if waiting:
                stack.extend((a, self.plan(a)) for a in reversed(waiting))
            else:
                stack.pop()
                self.done[id(e)] = plan.compose(*(self.done[id(a)][0] for a in plan.operands)), e
        return self.done[id(root)][0]

    def plan(self, e: Any) -> Plan:
        """How to write ``e``."""
        if rule := RULES.get(type(e)):
            return rule(self, e)
        if name := BACK.get(type(e)):
            return Plan(e.args, lambda *u: self.op(name, *u))
        if e.is_Symbol:
            return Plan((), lambda: self.known[e] if e in self.known else self.input(e))
        if e.is_Atom and e.is_number:
            return Plan((), lambda: self.number(e))
        raise InputError(f"SymPy's {type(e).__name__[:40]} is none of our functions", remedy="diffkit functions lists them")

    def input(self, e: Any) -> int:
        if self.symbols.setdefault(e.name, e) != e:
            raise InputError(f"two different symbols have the name {e.name[:40]!r}", remedy="give them different names")
        return self.builder.input(e.name)

    def fold(self, name: str, u: Sequence[int]) -> int:
        """u[0] op u[1] op u[2] ..., from the left."""
        line = u[0]
        for other in u[1:]:
            line = self.op(name, line, other)
        return line

    # -- numbers
    def number(self, e: Any) -> int:
        """A constant: a fraction that is no short decimal as a quotient, infinities as quotients by 0."""
        if isinstance(e, Double):
            return self.builder.const(e.value, e.text)
        if e in NAMED:
            return self.builder.const(*NAMED[e])
        if e is S.ImaginaryUnit and not self.derived:
            raise InputError("the imaginary unit I is no real number")
        if e in NO_NUMBER or e.is_infinite:
            return self.quotient(1 if e is S.Infinity else -1 if e is S.NegativeInfinity else 0, 0)
        if e.is_Rational and e.q != 1 and max(abs(e.p), e.q) <= EXACT and not _is_short(e):
            return self.quotient(e.p, e.q)
        try:
            return self.builder.const(e.p / e.q if e.is_Rational else float(e))
        except OverflowError:
            return self.quotient(1 if e > 0 else -1, 0)

    def quotient(self, p: int, q: int) -> int:
        return self.op("div", self.builder.const(float(p)), self.builder.const(float(q)))

    # -- arithmetic
    def sum(self, e: Any) -> Plan:
        """a + (-1)*b as a - b."""
        terms = _in_order(e.args)
        plans = [self.product(term, signed=i == 0) for i, term in enumerate(terms)]

        def compose(*u: int) -> int:
            line, *others = _written(plans, u)
            for term, other in zip(terms[1:], others):
                line = self.op("sub" if _coefficient(term) < 0 else "add", line, other)
            return line

        return Plan(_operands(plans), compose)

    def product(self, e: Any, signed: bool = True) -> Plan:
        """x**(-1)*y as y/x, Rational(2, 3)*x as 2*x/3; without its sign if ``signed`` is False."""
        c = _coefficient(e) if signed else abs(_coefficient(e))
        factors = sorted((f for f in sympy.Mul.make_args(e) if not _is_plain(f)), key=lambda f: not f.is_NumberSymbol)
        above = []
        for f in factors:
            if (partner := _partner(f, factors)) is not None:
                above.append(self.pair(f, partner))
                factors = [g for g in factors if g is not f and g is not partner]
        above += [Plan((f,), lambda u: u) for f in factors if not _is_divisor(f)]
        below = [Plan((f.base,), lambda u, n=-f.exp: self.raised(u, n)) for f in factors if _is_divisor(f)]

        def compose(*u: int) -> int:
            lines = _written(above + below, u)
            return self.scaled(c, lines[: len(above)], lines[len(above) :])

        return Plan(_operands(above + below), compose)

    def pair(self, power: Any, partner: Any) -> Plan:
        """b**y/b**n as b**(y - n), and b**y*log(b) as 0 where b**y is 0: unlike what they stand for, defined at b = 0."""
        if partner.is_Pow:
            return Plan(power.args, lambda b, y: self.op("pow", b, self.op("sub", y, self.number(-partner.exp))))

        def compose(b: int, y: int) -> int:
            line = self.op("pow", b, y)
            return self.at_zero(line, self.number(S.Zero), self.op("mul", line, self.op("log", b)))

        return Plan(power.args, compose)

    def scaled(self, c: Any, above: list[int], below: list[int]) -> int:
        """c * above / below, the sign at the first factor."""
        if not above and not below:
            return self.number(c)
        p, q = (abs(c.p), c.q) if c.is_Rational else (abs(c), 1)
        if p != 1 or not above:
            above = [self.number(sympy.sympify(p)), *above]
        if c < 0:
            above = [self.op("neg", above[0]), *above[1:]]
        if q != 1:
            below = [self.number(sympy.Integer(q)), *below]
        upper = self.fold("mul", above)
        return self.op("div", upper, self.fold("mul", below)) if below else upper

    def raised(self, u: int, n: Any) -> int:
        """A line to a positive rational power."""
        return u if n == 1 else self.op("sqrt", u) if n == S.Half else self.op("pow", u, self.number(n))

    def power(self, e: Any) -> Plan:
        if _is_divisor(e):
            return self.product(e)
        if e.exp.is_Rational:
            return Plan((e.base,), lambda u: self.raised(u, e.exp))
        return Plan((e.base, e.exp), lambda u, v: self.op("pow", u, v))

    # -- choices
    def piecewise(self, e: Any) -> Plan:
        """A chain of where; nan if no condition holds."""
        c = condition(e)
        if c is not None:
            return Plan((c,), lambda u: u)
        if len(e.args) == 2 and e.args[0][1] == sympy.Gt(e.args[0][0], 0) and e.args[1] == (0, True):
            return Plan((e.args[0][0],), lambda u: self.op("relu", u))
        pieces = [(value, c) for value, c in e.args if c != True]  # noqa: E712  # SymPy's True
        otherwise = e.args[-1][0] if len(pieces) < len(e.args) else S.NaN

        def compose(last: int, *u: int) -> int:
            for value, c in reversed(list(zip(u[::2], u[1::2]))):
                last = self.op("where", c, value, last)
            return last

        return Plan((otherwise, *(part for piece in pieces for part in piece)), compose)

    def heaviside(self, e: Any) -> Plan:
        """step(x); in a derivative of max or min of many a share, as SymPy's halves do not sum to 1 at a tie."""
        x, at_zero = e.args
        if at_zero != S.Half:
            return Plan((at_zero, x), lambda h, u: self.at_zero(u, h, self.op("step", u)))
        rivals = next(filter(None, map(_rivals, sympy.Add.make_args(x))), None)
        if rivals is None or not self.derived or isinstance(e, Heaviside):
            return Plan((x,), lambda u: self.op("step", u))
        name = BACK[type(rivals)]
        return Plan((x + rivals if name == "max" else rivals - x, *rivals.args), lambda *u: self.share(name, u))

    def share(self, name: str, u: Sequence[int]) -> int:
        """What u[0] has of the derivative of max or min of all: 1 as the only winner, 1/k as one of k."""
        best = self.op(name, *sorted(u))
        wins = [self.op("eq", x, best) for x in u]
        return self.op("div", wins[0], self.fold("add", sorted(wins)))

    def at_zero(self, u: int, value: int, elsewhere: int) -> int:
        """``value`` where line u is 0."""
        return self.op("where", self.op("eq", u, self.number(S.Zero)), value, elsewhere)

    def delta(self, e: Any) -> Plan:
        """DiracDelta as a function: inf at 0, its derivatives nan there, 0 elsewhere."""
        at = self.number(S.Infinity if len(e.args) == 1 or e.args[1] == 0 else S.NaN)
        return Plan(e.args[:1], lambda u: self.at_zero(u, at, self.number(S.Zero)))

    def polygamma(self, e: Any) -> Plan:
        if e.args[0] == 0:
            return Plan(e.args[1:], lambda u: self.op("digamma", u))
        return Plan(e.args, lambda n, u: self.op("polygamma", n, u))

    def remainder(self, e: Any) -> Plan:
        """a - b*floor(a/b)."""
        return Plan(e.args, lambda a, b: self.op("sub", a, self.op("mul", b, self.op("floor", self.op("div", a, b)))))


RULES: dict[Any, Callable[[Translator, Any], Plan]] = {
    sympy.Add: Translator.sum,
    sympy.Mul: Translator.product,
    sympy.Pow: Translator.power,
    sympy.Piecewise: Translator.piecewise,
    sympy.Heaviside: Translator.heaviside,
    Heaviside: Translator.heaviside,
    sympy.DiracDelta: Translator.delta,
    sympy.polygamma: Translator.polygamma,
    sympy.Mod: Translator.remainder,
    Choice: lambda t, e: Plan((e.content,), lambda u: u),
    Fixed: lambda t, e: Plan((), lambda: renumber(e.content, t.builder, range(len(e.content.lines)))[e.content.outputs[0]]),
    sympy.conjugate: lambda t, e: Plan(e.args, lambda u: u),  # all values are real, which SymPy does not always see
    sympy.re: lambda t, e: Plan(e.args, lambda u: u),
    sympy.im: lambda t, e: Plan((), lambda: t.number(S.Zero)),
    sympy.ITE: lambda t, e: Plan(e.args, lambda c, u, v: t.op("where", c, u, v)),
    sympy.And: lambda t, e: Plan(_sorted(e), lambda *u: t.fold("and", u)),
    sympy.Or: lambda t, e: Plan(_sorted(e), lambda *u: t.fold("or", u)),
    sympy.ceiling: lambda t, e: Plan(e.args, lambda u: t.op("neg", t.op("floor", t.op("neg", u)))),
    sympy.frac: lambda t, e: Plan(e.args, lambda u: t.op("sub", u, t.op("floor", u))),
    type(S.true): lambda t, e: Plan((), lambda: t.number(S.One)),
    type(S.false): lambda t, e: Plan((), lambda: t.number(S.Zero)),
}


def _sorted(e: Any) -> tuple[Any, ...]:
    """The operands of a condition in an order that does not change from run to run."""
    return tuple(sympy.ordered(e.args))


def _written(plans: Iterable[Plan], u: Iterable[int]) -> list[int]:
    """The lines of these plans, from the lines of all their operands."""
    lines = iter(u)
    return [plan.compose(*islice(lines, len(plan.operands))) for plan in plans]


def _operands(plans: Iterable[Plan]) -> tuple[Any, ...]:
    return tuple(a for plan in plans for a in plan.operands)


def _is_plain(e: Any) -> bool:
    """A number that can be a coefficient."""
    return bool(e.is_Rational or e.is_Float)


def _is_divisor(e: Any) -> bool:
    return bool(e.is_Pow and e.exp.is_Rational and e.exp.is_negative)


def _coefficient(e: Any) -> Any:
    first = e.args[0] if e.is_Mul else e
    return first if _is_plain(first) else S.One


def _is_short(e: Any) -> bool:
    """A fraction that is a short decimal and exactly a double."""
    return bool(e.q & (e.q - 1) == 0) and len(literal(abs(e.p) / e.q)) <= SHORT


def _partner(f: Any, factors: Iterable[Any]) -> Any:
    """The divisor b**n or the log(b) beside a factor b**y, None if there is none."""
    if not f.is_Pow or f.exp.is_Rational or f.base.is_number:
        return None
    for g in factors:
        base = g.base if _is_divisor(g) else g.args[0] if type(g) is sympy.log else None
        if base is f.base or (hash(base) == hash(f.base) and base == f.base):  # == alone would walk the trees
            return g
    return None


def _rivals(term: Any) -> Any:
    """Max(b, c) of the term -Max(b, c) and Min(b, c) of the term Min(b, c): what SymPy's derivatives compare with."""
    if term.is_Mul and term.args[0] is S.NegativeOne and isinstance(-term, sympy.Max):
        return -term
    return term if isinstance(term, sympy.Min) else None


def _in_order(terms: Sequence[Any]) -> list[Any]:
    """The terms of a sum as people write them: x^2 + x + 1, but 1 + exp(x); a positive one in front."""
    ordered = list(terms)
    if any(_degree(term) > 0 for term in terms):
        ordered.sort(key=lambda term: (bool(term.is_Atom and term.is_number), -_degree(term)))
    first = next((i for i, term in enumerate(ordered) if _coefficient(term) > 0), 0)
    return [ordered[first], *ordered[:first], *ordered[first + 1 :]]


def _degree(term: Any) -> Any:
    """The degree of a monomial; other factors count nothing, so that no more than the factors is looked at."""
    powers = (f.as_base_exp() for f in sympy.Mul.make_args(term))
    return sum(exponent for base, exponent in powers if base.is_Symbol and exponent.is_Rational)
