"""Formulas that lose digits, and others that are equal and do not: a table, and the rewriting of Programs by it.

A row reads: this form, that form, whence.  Both are written in the language of expressions; their variables stand for any
line.  Sums and products match in either order, t^2 matches t*t, and a - b matches a + (-b).  A row may hold on part of the
plane only, or help on part of it only: what is offered is checked at the point (`diffkit.stable`), so the table may be generous.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from diffkit.language import parse
from diffkit.program import Builder, Line, Program, reachable, renumber

HIGHAM = "N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM (2002)"
HAMMING = "R. W. Hamming, Numerical Methods for Scientists and Engineers, 2nd ed., McGraw-Hill (1973)"
GOLDBERG = "D. Goldberg, What every computer scientist should know about floating-point arithmetic, ACM Comput. Surv. 23 (1991)"
IDENTITY = "an elementary identity"
BLANCHARD = (
    "P. Blanchard, D. J. Higham, N. J. Higham, Accurately computing the log-sum-exp and softmax, IMA J. Numer. Anal. 41 (2021)"
)

TABLE = (
    # --- a sum undone
    ("(a + c) - a",               "c",                                               GOLDBERG),
    ("(a - c) - a",               "-c",                                              GOLDBERG),
    ("a - (a + c)",               "-c",                                              GOLDBERG),
    ("a - (a - c)",               "c",                                               GOLDBERG),
    ("(a + c) - (a + d)",         "c - d",                                           GOLDBERG),
    ("(a + c) - (a - d)",         "c + d",                                           GOLDBERG),
    ("(a - c) - (a + d)",         "-(c + d)",                                        GOLDBERG),
    ("(a - c) - (a - d)",         "d - c",                                           GOLDBERG),
    # --- exponentials and logarithms near 0 and 1
    ("exp(t) - 1",                "expm1(t)",                                        HIGHAM),
    ("1 - exp(t)",                "-expm1(t)",                                       HIGHAM),
    ("exp(a) - exp(b)",           "exp(b)*expm1(a - b)",                             IDENTITY),
    ("exp(t) - exp(-t)",          "2*sinh(t)",                                       IDENTITY),
    ("(exp(t) - exp(-t))/2",      "sinh(t)",                                         IDENTITY),
    ("(exp(t) + exp(-t))/2",      "cosh(t)",                                         IDENTITY),
    ("1/2*(exp(t) - exp(-t))",    "sinh(t)",                                         IDENTITY),
    ("1/2*(exp(t) + exp(-t))",    "cosh(t)",                                         IDENTITY),
    ("exp(t) + exp(-t)",          "2*cosh(t)",                                       IDENTITY),
    ("exp(t) - 2 + exp(-t)",      "4*sinh(t/2)^2",                                   IDENTITY),
    ("log(1 + t)",                "log1p(t)",                                        GOLDBERG),
    ("log(1 - t)",                "log1p(-t)",                                       GOLDBERG),
    ("log(b + c) - log(b)",       "log1p(c/b)",                                      HAMMING),
    ("log(b) - log(b - c)",       "-log1p(-c/b)",                                    HAMMING),
    ("log(a) - log(b)",           "log1p((a - b)/b)",                                HAMMING),
    ("log(a/b)",                  "log1p((a - b)/b)",                                GOLDBERG),
    ("log((1 - t)/(1 + t))",      "-2*atanh(t)",                                     IDENTITY),
    ("log((1 + t)/(1 - t))",      "2*atanh(t)",                                      IDENTITY),
    ("log(t + sqrt(t^2 + 1))",    "asinh(t)",                                        IDENTITY),
    ("log(t + sqrt(t^2 - 1))",    "acosh(t)",                                        IDENTITY),
    # --- exponentials that overflow, gates
    ("1/(1 + exp(-t))",           "sigmoid(t)",                                      BLANCHARD),
    ("1/(1 + exp(t))",            "sigmoid(-t)",                                     BLANCHARD),
    ("exp(t)/(1 + exp(t))",       "sigmoid(t)",                                      BLANCHARD),
    ("exp(a)/(exp(a) + exp(b))",  "sigmoid(a - b)",                                  BLANCHARD),
    ("exp(a)/exp(b)",             "exp(a - b)",                                      IDENTITY),
    ("exp(a)*exp(b)",             "exp(a + b)",                                      IDENTITY),
    ("log(1 + exp(t))",           "softplus(t)",                                     BLANCHARD),
    ("log(exp(a) + exp(b))",      "max(a, b) + log1p(exp(-abs(a - b)))",             BLANCHARD),
    ("sigmoid(t)*(1 - sigmoid(t))", "exp(-abs(t))/(1 + exp(-abs(t)))^2",             BLANCHARD),
    ("1 - sigmoid(t)",            "sigmoid(-t)",                                     BLANCHARD),
    ("1 - tanh(t)^2",             "1/cosh(t)^2",                                     IDENTITY),
    ("tanh(t)^2 - 1",              "-1/cosh(t)^2",                                    IDENTITY),
    ("1 - tanh(t)",               "2/(exp(2*t) + 1)",                                IDENTITY),
    ("tanh(t) - 1",                "-2/(exp(2*t) + 1)",                               IDENTITY),
    ("cosh(t)^2 - 1",             "sinh(t)^2",                                       IDENTITY),
    ("cosh(t) - 1",               "2*sinh(t/2)^2",                                   IDENTITY),
    ("1 - cosh(t)",               "-2*sinh(t/2)^2",                                  IDENTITY),
    ("log(cosh(t))",               "log1p(2*sinh(t/2)^2)",                            IDENTITY),
    ("1 - erf(t)",                "erfc(t)",                                         IDENTITY),
    ("erf(t) - 1",                 "-erfc(t)",                                        IDENTITY),
    # --- trigonometric
    ("1 - cos(t)",                "2*sin(t/2)^2",                                    HIGHAM),
    ("cos(t) - 1",                "-2*sin(t/2)^2",                                   HIGHAM),
    ("1 - cos(t)^2",              "sin(t)^2",                                        IDENTITY),
    ("cos(t)^2 - 1",               "-sin(t)^2",                                       IDENTITY),
    ("1 - sin(t)^2",              "cos(t)^2",                                        IDENTITY),
    ("sin(t)^2 - 1",               "-cos(t)^2",                                       IDENTITY),
    ("cos(t + d) - cos(t)",       "-2*sin(d/2)*sin(t + d/2)",                        HAMMING),
    ("sin(t + d) - sin(t)",       "2*sin(d/2)*cos(t + d/2)",                         HAMMING),
    ("cos(a) - cos(b)",           "-2*sin((a - b)/2)*sin((a + b)/2)",                HAMMING),
    ("sin(a) - sin(b)",           "2*sin((a - b)/2)*cos((a + b)/2)",                 HAMMING),
    ("tan(t + d) - tan(t)",       "sin(d)/(cos(t)*cos(t + d))",                      HAMMING),
    ("tan(a) - tan(b)",           "sin(a - b)/(cos(a)*cos(b))",                      HAMMING),
    ("sin(t) - tan(t)",           "-2*tan(t)*sin(t/2)^2",                            IDENTITY),
    ("tan(t) - sin(t)",           "2*tan(t)*sin(t/2)^2",                             IDENTITY),
    ("(1 - cos(t))/sin(t)",       "tan(t/2)",                                        HAMMING),
    ("sin(t)/(1 + cos(t))",       "tan(t/2)",                                        IDENTITY),
    ("atan(t + d) - atan(t)",     "atan2(d, 1 + t*(t + d))",                         HAMMING),
    ("atan(a) - atan(b)",         "atan2(a - b, 1 + a*b)",                           HAMMING),
    ("acos(1 - t)",               "2*asin(sqrt(t/2))",                               IDENTITY),
    # --- roots
    ("-b + sqrt(b^2 - c)",        "-c/(b + sqrt(b^2 - c))",                          HIGHAM),
    ("sqrt(b^2 - c) - b",         "-c/(sqrt(b^2 - c) + b)",                          HIGHAM),
    ("b - sqrt(b^2 - c)",         "c/(b + sqrt(b^2 - c))",                           HIGHAM),
    ("-b - sqrt(b^2 - c)",        "c/(sqrt(b^2 - c) - b)",                           HIGHAM),
    ("b + sqrt(b^2 - c)",         "c/(b - sqrt(b^2 - c))",                           HIGHAM),
    ("-b + sqrt(b^2 + c)",        "c/(b + sqrt(b^2 + c))",                           HIGHAM),
    ("sqrt(b^2 + c) - b",         "c/(sqrt(b^2 + c) + b)",                           HIGHAM),
    ("b - sqrt(b^2 + c)",         "-c/(b + sqrt(b^2 + c))",                          HIGHAM),
    ("b + sqrt(b^2 + c)",         "c/(sqrt(b^2 + c) - b)",                           HIGHAM),
    ("sqrt(b + c) - sqrt(b)",     "c/(sqrt(b + c) + sqrt(b))",                       HIGHAM),
    ("sqrt(b) - sqrt(b + c)",     "-c/(sqrt(b) + sqrt(b + c))",                      HIGHAM),
    ("sqrt(b) - sqrt(b - c)",     "c/(sqrt(b) + sqrt(b - c))",                       HIGHAM),
    ("sqrt(b - c) - sqrt(b)",     "-c/(sqrt(b - c) + sqrt(b))",                      HIGHAM),
    ("sqrt(b + c) - sqrt(b - c)", "2*c/(sqrt(b + c) + sqrt(b - c))",                 HIGHAM),
    ("sqrt(a) - sqrt(b)",         "(a - b)/(sqrt(a) + sqrt(b))",                     HIGHAM),
    ("sqrt(1 + t) - 1",           "t/(sqrt(1 + t) + 1)",                             HIGHAM),
    ("1 - sqrt(1 + t)",           "-t/(sqrt(1 + t) + 1)",                            HIGHAM),
    ("1 - sqrt(1 - t)",           "t/(1 + sqrt(1 - t))",                             HIGHAM),
    ("sqrt(1 - t) - 1",           "-t/(1 + sqrt(1 - t))",                            HIGHAM),
    ("sqrt(a) - b",               "(a - b^2)/(sqrt(a) + b)",                         HIGHAM),
    ("cbrt(b + c) - cbrt(b)",     "c/(cbrt(b + c)^2 + cbrt(b + c)*cbrt(b) + cbrt(b)^2)", HAMMING),
    ("sqrt(a^2 + b^2)",           "hypot(a, b)",                                     HIGHAM),
    # --- rational
    ("1/b - 1/(b + c)",           "c/(b*(b + c))",                                   HAMMING),
    ("1/(b + c) - 1/b",           "-c/(b*(b + c))",                                  HAMMING),
    ("1/a - 1/b",                 "(b - a)/(a*b)",                                   HAMMING),
    ("a^2 - b^2",                 "(a - b)*(a + b)",                                 GOLDBERG),
    ("1 - b^2",                   "(1 - b)*(1 + b)",                                 GOLDBERG),
    ("a^2 - 1",                   "(a - 1)*(a + 1)",                                 GOLDBERG),
    ("(a + c)^2 - a^2",           "c*(2*a + c)",                                     GOLDBERG),
    ("(a^2 + b^2)/2 - ((a + b)/2)^2", "((a - b)/2)^2",                               IDENTITY),
    ("(a + b)^2 - 2*a*b",         "a^2 + b^2",                                       IDENTITY),
)  # fmt: skip
ALSO = {"sub": ["add"], "pow": ["mul"]}  # operations that a pattern of another one may fit
COMMUTATIVE = {"add", "mul", "max", "min", "hypot"}


class Rule(NamedTuple):
    """One row: a form, one that is equal to it, and where it is taught."""

    form: Program
    better: Program
    source: str

    def __str__(self) -> str:
        return f"{self.form} -> {self.better}"


@cache
def rules() -> dict[str, list[Rule]]:
    """The rows by the operations that their forms may fit, in the order of the table."""
    found: dict[str, list[Rule]] = {}
    for form, better, source in TABLE:
        rule = Rule(parse(form), parse(better), source)
        op = rule.form.lines[rule.form.outputs[0]].op
        for fitting in (op, *ALSO.get(op, ())):
            found.setdefault(fitting, []).append(rule)
    return found


class Site(NamedTuple):
    """A rule and the line it fits, with the lines that its variables stand for."""

    rule: Rule
    line: int
    bound: dict[str, int]


def sites(program: Program) -> Iterator[Site]:
    """Every place of a Program, its equal lines written once (`shared`), at which a rule fits."""
    table = rules()
    for k, line in enumerate(program.lines):
        for rule in table.get(line.op, ()) if line.args else ():
            root = rule.form.outputs[0]
            yield from (Site(rule, k, bound) for bound in _matches(program, rule.form, [(root, k)], {}))


def _matches(program: Program, form: Program, pairs: list[tuple[int, int]], bound: dict[str, int]) -> Iterator[dict[str, int]]:
    """Every way to let the pattern's lines of ``pairs`` stand for the program's; it recurses along the small pattern only."""
    if not pairs:
        yield bound
        return
    (p, k), *rest = pairs
    wanted, line = form.lines[p], program.lines[k]
    if wanted.op == "input":
        if bound.setdefault(wanted.text, k) == k:
            yield from _matches(program, form, rest, bound)
    elif wanted.op == "const":
        if line.op == "const" and line.value == wanted.value:
            yield from _matches(program, form, rest, bound)
    else:
        for operands in _operands(program, form, wanted, line):
            yield from _matches(program, form, [*operands, *rest], dict(bound))


def _operands(program: Program, form: Program, wanted: Line, line: Line) -> list[list[tuple[int, int]]]:
    """The operands of a line beside those of the pattern's, in every order in which they may fit.

    t*t is t^2, and a + (-b) is a - b.
    """
    orders = [line.args, line.args[::-1]] if line.op in COMMUTATIVE and line.args[0] != line.args[-1] else [line.args]
    if line.op == wanted.op and len(line.args) == len(wanted.args):
        return [list(zip(wanted.args, order)) for order in orders]
    if wanted.op == "sub" and line.op == "add":
        negated = [(a, program.lines[b].args[0]) for a, b in orders if program.lines[b].op == "neg"]
        return [list(zip(wanted.args, pair)) for pair in negated]
    squared = wanted.op == "pow" and form.lines[wanted.args[1]].value == 2
    return [[(wanted.args[0], line.args[0])]] if squared and line.op == "mul" and line.args[0] == line.args[1] else []


def rewrite(program: Program, site: Site) -> Program:
    """The Program with one line replaced by the better form; the user's names stay with what they named.

    Examples
    --------
    >>> f = parse("c = cos(x); d = 1 - c; d/x^2")
    >>> print(rewrite(f, next(sites(f))))
    d = 2*sin(x/2)^2; d/x^2
    """
    builder = Builder()
    new: dict[int, int] = {}
    for k in reachable(program, program.outputs)[0]:
        line = program.lines[k]
        replaced = k == site.line
        new[k] = _write(builder, site, new) if replaced else builder.line(line._replace(args=tuple(new[a] for a in line.args)))
    return _named(Program(tuple(builder.lines), program.inputs, tuple(new[k] for k in program.outputs)), program, new)


def _write(builder: Builder, site: Site, new: dict[int, int]) -> int:
    """Write the better form over the lines that its variables stand for."""
    better, place = site.rule.better, dict[int, int]()
    for j, line in enumerate(better.lines):
        if line.op == "input":
            place[j] = new[site.bound[line.text]]
        else:
            place[j] = builder.line(line._replace(args=tuple(place[a] for a in line.args)))
    return place[better.outputs[0]]


def _named(bare: Program, program: Program, new: dict[int, int]) -> Program:
    """Only the lines that are needed, with the names that they still have."""
    builder = Builder()
    place = renumber(bare, builder, reachable(bare, bare.outputs)[0])
    for name, k in program.names:
        if new.get(k) in place:
            builder.bind(name, place[new[k]])
    return builder.build(*(place[k] for k in bare.outputs), inputs=program.inputs)


def shared(program: Program) -> Program:
    """The same Program with equal lines written once, names kept: what `sites` wants."""
    return _named(*_merged(program))


def _merged(program: Program) -> tuple[Program, Program, dict[int, int]]:
    builder = Builder()
    new = renumber(program, builder, range(len(program.lines)))
    return Program(tuple(builder.lines), program.inputs, tuple(new[k] for k in program.outputs)), program, new
