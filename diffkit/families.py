"""Families of functions: one Program for every n, named ones of the literature and any text or callable with n.

Letters: ``n`` is the number that tells the members apart, the iterations, inputs or units.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from diffkit import limits
from diffkit.errors import UsageError
from diffkit.language import normalise, parse
from diffkit.points import as_program
from diffkit.problems import BAYDIN, OURS, SPEELPENNING
from diffkit.program import Builder, Program, reachable

N = re.compile(r"\bn\b")
CASADI = "CasADi, frequently asked questions, github.com/casadi/casadi/wiki/FAQ"
HIDDEN = 3  # units of the network's one layer


class Family(NamedTuple):
    """One Program for every n.

    Attributes
    ----------
    name : str
        Its name, or the text of the user.
    write : callable
        n -> Program; `member` checks n first.
    numbers : tuple of int
        The n that are measured if nobody asks for others.
    why, source : str
        Why it is interesting, and where it comes from.
    least : int
        The n it begins with.
    definition : str
        What it is, where the name does not say it.
    """

    name: str
    write: Callable[[int], Program]
    numbers: tuple[int, ...] = tuple(range(1, 9))
    why: str = ""
    source: str = ""
    least: int = 0
    definition: str = ""

    def member(self, n: int) -> Program:
        """The Program of that n.

        Raises
        ------
        UsageError
            If n is too small for this family.
        """
        if n < self.least:
            raise UsageError(f"{self.name} begins with n = {self.least}, not {n}")
        return self.write(n)


# --- members, written line by line ----------------------------------------------------------------------------------------
def product(n: int) -> Program:
    """x1*x2*...*xn, from the left.

    Examples
    --------
    >>> print(product(4))
    x1*x2*x3*x4
    """
    builder = Builder()
    return builder.build(_fold(builder, "mul", _inputs(builder, "x", n)))


def rosenbrock(n: int) -> Program:
    """The sum of 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2 over i < n.

    Examples
    --------
    >>> rosenbrock(2)(-1.2, 1.0)
    24.199999999999996
    """
    builder = Builder()
    op, two, one, hundred = builder.op, builder.const(2.0), builder.const(1.0), builder.const(100.0)
    x = _inputs(builder, "x", n)
    terms = []
    for a, b in pairwise(x):
        terms.append(op("mul", hundred, op("pow", op("sub", b, op("pow", a, two)), two)))
        terms.append(op("pow", op("sub", one, a), two))
    return builder.build(_fold(builder, "add", terms))


def network(n: int) -> Program:
    """One layer of three tanh units on n features: the weights are the inputs, the features i/(n+1) are constants."""
    builder = Builder()
    features = [builder.const(i / (n + 1)) for i in range(1, n + 1)]
    units = []
    for j in range(1, HIDDEN + 1):
        weights = _inputs(builder, f"w{j}_", n)
        sums = [builder.op("mul", w, x) for w, x in zip(weights, features)] + [builder.input(f"b{j}")]
        units.append(builder.op("tanh", _fold(builder, "add", sums)))
    outer = _inputs(builder, "v", HIDDEN)
    return builder.build(_fold(builder, "add", [builder.op("mul", v, u) for v, u in zip(outer, units)]))


def determinant(n: int) -> Program:
    """The determinant of the n x n matrix a1_1 ... by expansion in minors along the first row; equal minors are shared.

    Examples
    --------
    >>> determinant(2)(1, 2, 3, 4)
    -2.0
    """
    builder = Builder()
    a = [_inputs(builder, f"a{i + 1}_", n) for i in range(n)]
    minors: dict[tuple[int, ...], int] = {(j,): a[n - 1][j] for j in range(n)}
    for size in range(2, n + 1):
        row = a[n - size]
        minors = {columns: _laplace(builder, row, minors, columns) for columns in combinations(range(n), size)}
    return builder.build(minors[tuple(range(n))])


def _laplace(builder: Builder, row: Sequence[int], minors: dict[tuple[int, ...], int], columns: tuple[int, ...]) -> int:
    """One minor from those of one row less."""
    total = -1
    for place, j in enumerate(columns):
        term = builder.op("mul", row[j], minors[columns[:place] + columns[place + 1 :]])
        total = term if place == 0 else builder.op("sub" if place % 2 else "add", total, term)
    return total


def _inputs(builder: Builder, name: str, n: int) -> list[int]:
    return [builder.input(f"{name}{i}") for i in range(1, n + 1)]


def _fold(builder: Builder, op: str, lines: Sequence[int]) -> int:
    total = lines[0]
    for line in lines[1:]:
        total = builder.op(op, total, line)
    return total


def _text(text: str, shift: int = 0) -> Callable[[int], Program]:
    return lambda n: parse(text, parameters={"n": n + shift})


POWERS = (2, 4, 8, 16, 32, 64, 128, 256)
CHAIN = (1, 2, 3, 4, 5, 6, 7, 8)
LOGISTIC = "l = x; repeat n: l = 4*l*(1 - l)"  # n iterations; the survey counts l_1 = x
SINES, SIGMOIDS, TANHS = (f"y = x; repeat n: y = {name}(y)" for name in ("sin", "sigmoid", "tanh"))
CASADI_LOOP = "y = x; repeat n: y = sin(y)*y"
BANANA = "the sum of 100*(x2 - x1^2)^2 + (1 - x1)^2 over neighbours of n inputs"
NAMED = {
    row[0]: Family(*row)
    for row in (
        ("logistic", _text(LOGISTIC, -1), (*CHAIN, 9), "its derivative swells like 2^n", BAYDIN, 1, f"{LOGISTIC}, n - 1 times"),
        ("product", product, POWERS, "Speelpenning's product", SPEELPENNING, 1, "x1*x2*...*xn"),
        ("nested-sin", _text(SINES), CHAIN, "a chain: its swell is only quadratic", OURS, 0, SINES),
        ("sigmoid-chain", _text(SIGMOIDS), CHAIN, "simplify takes long from n = 4", OURS, 0, SIGMOIDS),
        ("tanh-chain", _text(TANHS), CHAIN, "simplify takes long from n = 4", OURS, 0, TANHS),
        ("sine-product", _text(CASADI_LOOP), CHAIN, "a loop that stops computer algebra", CASADI, 0, CASADI_LOOP),
        ("determinant", determinant, (2, 3, 4, 5, 6), "n^2 inputs", "textbooks", 1, "of an n x n matrix, by minors"),
        ("network", network, (1, 2, 4, 8, 16, 32), "by its weights", OURS, 1, "three tanh units on n features"),
        ("rosenbrock", rosenbrock, POWERS[:-1], "a curved valley", "H. H. Rosenbrock (1960)", 2, BANANA),
    )
}


# --- what users give -------------------------------------------------------------------------------------------------------
def family(f: Any, at: Any = None) -> Family:
    """The family that a name, a text with n or a callable with a parameter n stands for.

    Parameters
    ----------
    f : str, callable or Family
        A callable takes ``n`` beside its inputs and is recorded at the point ``at``; one that takes n alone returns the
        function itself, as text, Program or callable.

    Raises
    ------
    UsageError
        If there is no n in it.

    Examples
    --------
    >>> family("sin(n*x)").member(3)(0.0), family(lambda n: f"x^{n}").member(2)(3.0)
    (0.0, 9.0)
    """
    if isinstance(f, Family):
        return f
    if isinstance(f, str):
        return NAMED[f] if f in NAMED else _of_text(f)
    if not callable(f) or isinstance(f, Program) or "n" not in (names := _parameters(f)):
        raise UsageError("a family needs an n", remedy="a text with n, or a callable with a parameter n")
    name = getattr(f, "__name__", "f")
    if len(names) == 1:
        return Family(name, lambda n: _recorded(f(n), at))
    return Family(name, lambda n: _recorded(partial(f, n=n), at))


def _recorded(f: Any, at: Any) -> Program:
    if at is None and callable(f) and not isinstance(f, Program):
        raise UsageError("a Python function is recorded at a point", remedy="give it with at=, or --at x=1")
    return as_program(f, at)


def _of_text(text: str) -> Family:
    if not N.search(normalise(text)):
        close = get_close_matches(text.strip(), NAMED, 1)
        remedy = f"did you mean '{close[0]}'?" if close else f"write one, as in x^n, or name a family: {', '.join(NAMED)}"
        raise UsageError(f"there is no n in '{text.strip()[:40]}'", remedy=remedy)
    return Family(text, _text(text))


def _parameters(f: Any) -> Sequence[str]:
    try:
        return list(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        return []


def iterated(program: Program) -> Family:
    """f(f(... f(x))), n times.

    Raises
    ------
    UsageError
        If f has several inputs or outputs.

    Examples
    --------
    >>> print(iterated(parse("x^2 + 1")).member(2))
    (x^2 + 1)^2 + 1
    """
    if len(program.inputs) != 1 or len(program.outputs) != 1:
        raise UsageError("only a function of one input and one output can be applied to its own result")

    def member(n: int) -> Program:
        builder = Builder()
        x = builder.input(program.inputs[0])
        for _ in range(n):
            if len(builder.lines) > limits.OPERATIONS:
                raise UsageError(f"more lines than the limit of {limits.OPERATIONS}", remedy="repeat less often")
            new: dict[int, int] = {}
            for k in reachable(program, program.outputs)[0]:
                line = program.lines[k]
                moved = line._replace(args=tuple(new[a] for a in line.args))
                new[k] = x if line.op == "input" else builder.line(moved)
            x = new[program.outputs[0]]
        return builder.build(x, inputs=program.inputs)

    return Family(str(program), member)


def listed(asked: Iterable[int] | str | int) -> tuple[int, ...]:
    """The numbers asked for, as a text or as they are.

    Examples
    --------
    >>> listed("1:3"), listed([2, 4]), listed(5)
    ((1, 2, 3), (2, 4), (5,))
    """
    if isinstance(asked, str):
        return numbers(asked)
    return numbers(",".join(map(str, [asked] if isinstance(asked, int) else asked)))


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a list such as 1:4,8,16:64:16, both ends included.

    Raises
    ------
    UsageError
        If it is no such list, is not rising, or has more than `limits.MEMBERS` numbers.

    Examples
    --------
    >>> numbers("1:4,8,16:64:16")
    (1, 2, 3, 4, 8, 16, 32, 48, 64)
    """
    remedy = "write a rising list such as 1:12 or 1,2,4:16:4"
    found: list[int] = []
    for part in text.split(","):
        ends = part.strip().split(":")
        if len(ends) > 3 or not all(end.isascii() and end.isdecimal() and len(end) < 10 for end in ends):
            raise UsageError(f"cannot read the numbers '{text[:40]}'", remedy=remedy)
        first, *rest = map(int, ends)
        step = rest[1] if len(rest) == 2 else 1
        if step < 1 or (rest and (rest[0] - first) // step >= limits.MEMBERS):
            raise UsageError(f"'{part.strip()[:40]}' has more than {limits.MEMBERS} numbers, or no step", remedy=remedy)
        found += range(first, (rest[0] if rest else first) + 1, step)
    if not found or sorted(set(found)) != found or len(found) > limits.MEMBERS:
        raise UsageError(f"the numbers '{text[:40]}' are no rising list of at most {limits.MEMBERS}", remedy=remedy)
    return tuple(found)


def point(program: Program, at: Mapping[str, float] | None = None) -> dict[str, float]:
    """A point for a member: what is given, and for other inputs numbers near 1 that differ and multiply to about 1.

    Examples
    --------
    >>> point(product(3), {"x2": 5.0})
    {'x1': 0.9, 'x2': 5.0, 'x3': 1.0125}
    """
    given = at or {}
    return {name: given.get(name, 0.9 + 0.225 * (i * 0.25 % 1)) for i, name in enumerate(program.inputs)}
