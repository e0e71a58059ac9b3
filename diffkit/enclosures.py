"""f as a power series of balls at one precision, or the operation that has none there.

Letters: ``t`` runs along one input, ``y`` is f as a series in t, ``v`` the series of every line, ``k`` a line.

A run first leaves open every choice whose ball is exactly its boundary.  If the output depended on one, both sides are
followed: where they agree f is differentiable all the same, where they provably differ there is a kink or a jump.
"""

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import mpmath
from flint import arb_series, ctx

from diffkit import balls, namespaces
from diffkit.balls import FOREVER, LEFT, OPEN, RIGHT, TIE_LENGTH, MoreTerms, good, working
from diffkit.domains import fault
from diffkit.errors import NumberError
from diffkit.messages import say
from diffkit.program import Program, _instruction, reachable, run

KEPT = 16  # plans are kept for so many inputs only, since each is as long as the Program
SHOWN = 60  # characters of an operation in a message


class Question(NamedTuple):
    """The derivative of that order of a Program at a point along one input; None asks for the value."""

    program: Program
    values: Sequence[float]
    wrt: int | None = None
    order: int = 0
    const: Any = balls.double


class Undecided(Exception):
    """Not at this precision; ``line`` is the line that could not be computed, or None."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__(line)
        self.line = line


class KinkError(NumberError):
    """The two sides differ; ``slopes`` are what they are on the left and on the right."""

    def __init__(self, what: str, where: str, status: str, slopes: tuple[Any, Any]) -> None:
        super().__init__(what, where, status=status)
        self.slopes = slopes

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.where, self.status, self.slopes)


# --- runs --------------------------------------------------------------------------------------------------------------
def series(question: Question) -> Any:
    """f as a series good to the order asked; raises NumberError if there is none, Undecided if none was found."""
    v = lines(question, OPEN)
    y = v[question.program.outputs[0]]
    if good(y, question.order):
        return y
    k = _blame(question, v)
    if question.program.lines[k].op not in balls.CHOICES:
        raise Undecided(k)
    return _joined(question, k, beside(question, LEFT), beside(question, RIGHT))


def beside(question: Question, side: int) -> Any:
    """f as a series on one side of the point."""
    with working(ctx.prec, question.order + TIE_LENGTH):
        v = lines(question, side)
        y = v[question.program.outputs[0]]
        if not good(y, question.order):
            raise Undecided(_blame(question, v))
        return y


def lines(question: Question, side: int) -> list[Any]:
    """Every line as a series along the input, longer than asked where that decides."""
    try:
        return _lines(question, side)
    except MoreTerms:
        with working(ctx.prec, ctx.cap + TIE_LENGTH):
            return _lines(question, side)


def _lines(question: Question, side: int) -> list[Any]:
    program, values, wrt = question[:3]
    inputs = [arb_series([x], FOREVER) for x in values]
    if wrt is not None:
        inputs[wrt] = arb_series([values[wrt], 1])
    return run(program, _frame(question, side), inputs)


def _frame(question: Question, side: int) -> Any:
    """What `run` asks of a namespace, its plan made and kept: lines that do not depend on t are computed as constants."""
    program, _, wrt, _, const = question
    name = f"balls {side} {wrt if wrt is None or wrt < KEPT else 'other'}"
    if name not in program._plans or name.endswith("other"):
        F = balls.namespace(side, const)
        place = {name: i for i, name in enumerate(program.inputs)}
        program._plans[name] = [
            _instruction(line, F if reads else F.constants, place)
            for line, reads in zip(program.lines, _reads_moving(program, wrt))
        ]
    return SimpleNamespace(name=name)


def _reads_moving(program: Program, wrt: int | None) -> list[bool]:
    """Does each line read one that depends on t?  What floor(t) hands on does not."""
    name = None if wrt is None else program.inputs[wrt]
    reads, moves = list[bool](), list[bool]()
    for line in program.lines:
        reads.append(any(moves[a] for a in line.args))
        moves.append(line.text == name if line.op == "input" else reads[-1] and line.op not in balls.STEPS)
    return reads


def _joined(question: Question, k: int, left: Any, right: Any) -> Any:
    """One series that holds both sides; KinkError if they, or the value at the point, provably differ."""
    here = series(question._replace(wrt=None, order=0))[0]
    if not here.overlaps(left[0]) or not here.overlaps(right[0]):
        raise _kink(question, k, 0, left[0], right[0], say("truth.sides.there", here=plain(here)))
    for j in range(question.order + 1):
        if not left[j].overlaps(right[j]):
            raise _kink(question, k, j, left[j] * math.factorial(j), right[j] * math.factorial(j))
    pairs = [(left[j], right[j]) for j in range(question.order + 1)]
    return arb_series([a if a == b else a.union(b) for a, b in pairs])  # == holds between exact balls only


# --- whose fault it is -----------------------------------------------------------------------------------------------------
def _blame(question: Question, v: Sequence[Any]) -> int:
    """The line to blame; raises NumberError if no precision can help it."""
    k = _culprit(question, v)
    line = question.program.lines[k]
    status = fault(line.op, [v[a][0] for a in line.args])
    told = {"shown": operation(question.program, k), "at": point(question)}
    finite = status is not None and math.isfinite(run(question.program, namespaces.get("math"), question.values)[k])
    if status == "domain" and finite:
        raise NumberError(say("truth.domain.beside", shown=told["shown"], place=place(question)), status=status)
    if status == "domain":
        raise NumberError(say("truth.domain", **told), status=status)
    if status == "overflow":
        raise NumberError(say("truth.overflow", **told), status=status)
    if status:
        what = "derivative" if question.wrt is not None and finite else "value"
        raise NumberError(say("truth.singular", lack=_there_is_no(what, question), shown=told["shown"]), status=status)
    return k


def _culprit(question: Question, v: Sequence[Any]) -> int:
    """The first line without a number among those the output came from; a branch not taken is not followed."""
    k = question.program.outputs[0]
    while True:
        line = question.program.lines[k]
        taken = [a for a in line.args if v[a] is v[k]] or line.args[: 1 if line.op == "where" else None]
        worse = [a for a in taken if not good(v[a], question.order)]
        if not worse:
            return k
        k = worse[0]


def _kink(question: Question, k: int, order: int, left: Any, right: Any, there: str = "") -> KinkError:
    status = "kink" if order else "jump"
    choice = "choice." if question.program.lines[k].op in namespaces.COMPARISONS else ""
    lack = _there_is_no("derivative" if question.wrt is not None else "value", question)
    of = ("value", "slope")[order] if order < 2 else "order"
    return KinkError(
        say(f"truth.{choice}{status}", lack=lack, blamed=operation(question.program, k)),
        say(f"truth.sides.{of}", order=order, left=plain(left), right=plain(right)) + there,
        status,
        (number(left), number(right)),
    )


def _there_is_no(what: str, question: Question) -> str:
    program, values, wrt = question[:3]
    if wrt is None or what == "value" or len(values) < 2:
        return say(f"truth.no.{what}", at=point(question))
    return say("truth.no.derivative.by", name=program.inputs[wrt], at=point(question))


def point(question: Question) -> str:
    """Where it was asked, as the end of a sentence."""
    return say("truth.at", place=place(question)) if question.program.inputs else ""


def place(question: Question) -> str:
    """The point that was asked for, cut to fit a message."""
    shown = [f"{name} = {repr(x).removesuffix('.0')}" for name, x in zip(question.program.inputs, question.values)]
    return f"{', '.join(shown[:4])}{', ...' * (len(shown) > 4)}"


def operation(program: Program, k: int) -> str:
    """The text of one operation, cut to fit a message."""
    order, _ = reachable(program, [k])
    short = f"{program.lines[k].op}(...)"
    if len(order) > SHOWN:
        return short
    seen = dict.fromkeys(program.lines[i].text for i in order if program.lines[i].op == "input")
    shown = str(Program(program.lines, tuple(seen), (k,)))
    return shown if len(shown) <= SHOWN else short


def number(x: Any) -> Any:
    """The midpoint of a ball as an mpmath number with all its digits, whatever mp.dps is."""
    mantissa, exponent = x.mid().man_exp()
    return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent)))


def plain(x: Any) -> str:
    """The midpoint of a ball for a message."""
    return str(mpmath.nstr(number(x), 15)).removesuffix(".0")
