"""The rounding error of f in float64: bounded, estimated with its sign, proved, and traced to the instructions that commit it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import mpmath
from flint import arb

from diffkit import truth
from diffkit.enclosures import number
from diffkit.errors import NumberError, UsageError
from diffkit.floats import U, correct_digits, ulps
from diffkit.messages import say
from diffkit.printing import line_text
from diffkit.program import Builder, Program, reachable, renumber, tidy
from diffkit.results import Instruction, Rounded, Rounding
from diffkit.study.compare import decimal, one_line, one_point, relative_error
from diffkit.study.rounding import branches, roundoff
from diffkit.study.rounding.roundoff import Ledger
from diffkit.tables import point

RANKED = 20  # instructions of each quantity in the record
AMPLIFIES = 4.0  # a factor from which on an error counts as amplified rather than passed on
UNEXPLAINED = 0.1  # of the error: more than this left over is the work of second-order terms
DIGITS, BITS = 30, 512
REPORTED = {"kink", "precision", "undecided"}  # statuses in which a number that float64 gives means something


def measure(f: Any, at: Any, of: str | Iterable[str] | None = None) -> Rounding:
    """Measure the rounding error of f and of its derivatives at one point.

    To first order it is the sum of v_bar[k] delta[k] over the instructions k: the error each commits, which is computed with
    its sign in ball arithmetic, times its adjoint.  The error itself is proved beside it.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
        The point, taken as exact.
    of : str or iterable of str, optional
        "value", "gradient", or names of inputs for derivatives by them; by default the value and the gradient.

    Returns
    -------
    Rounding
        Errors are absolute; derivatives are those that reverse mode computes.

    Raises
    ------
    NumberError
        If f has no value there, neither in float64 nor exactly.
    UsageError
        If f has no such input.

    References
    ----------
    S. Linnainmaa, Taylor expansion of the accumulated rounding error, BIT 16 (1976).

    Examples
    --------
    >>> found = measure("(1 - cos(x))/x^2", 1e-5, of="value").quantities[0]
    >>> f"{found.error:.3g} {found.estimate:.3g}"
    '4.14e-08 4.14e-08'
    >>> found.instructions[0].text, found.instructions[0].amplifier
    ('cos(x)', '1 - cos(x)')
    """
    program, at_point = one_point(f, at)
    if len(program.outputs) != 1:
        raise UsageError(f"the rounding error needs one output, the function has {len(program.outputs)}")
    if not all(map(math.isfinite, at_point.values())):
        raise NumberError("the point is not finite", say("rounding.point", at=point(at_point)), status="domain")
    wanted = _wanted(program, of)
    quantities = tuple(_quantity(q, at_point) for q in _questions(program, wanted))
    if all(q.reference is None and q.status not in REPORTED for q in quantities):
        raise NumberError(quantities[0].reason, status=quantities[0].status)
    return Rounding(expression=str(program), at=at_point, quantities=quantities)


def _wanted(program: Program, of: str | Iterable[str] | None) -> list[str]:
    """ "" for the value, else the input to differentiate by."""
    words = ["value", "gradient"] if of is None else [of] if isinstance(of, str) else list(of)
    found: list[str] = []
    for word in words:
        if word not in ("value", "gradient", *program.inputs):
            raise UsageError(
                f"the function has no input '{word[:40]}'",
                remedy=f"give value, gradient, or of its inputs {', '.join(program.inputs) or '(it has none)'}",
            )
        found += [word] if word in program.inputs else [""] if word == "value" else program.inputs
    if not found:
        raise UsageError(
            "there is nothing to measure", remedy=f"give value, or of the inputs {', '.join(program.inputs) or '(none)'}"
        )
    return list(dict.fromkeys(found))


class Quantity(NamedTuple):
    """One number to look at: the Program that computes it, the user's names of its lines, and what it is a derivative of."""

    f: Program
    wrt: str
    program: Program
    names: Mapping[int, str]


def _questions(f: Program, wanted: Sequence[str]) -> list[Quantity]:
    """The Programs of f and of its derivatives, each with one output."""
    from diffkit.tape import gradient_program

    slopes = gradient_program(f) if any(wanted) else f
    found = []
    for name in wanted:
        written = Program(slopes.lines, f.inputs, (slopes.outputs[1 + f.inputs.index(name)],)) if name else f
        program = tidy(written)
        found.append(Quantity(f, name, program, _names(f, program)))
    return found


def _names(f: Program, program: Program) -> dict[int, str]:
    """What the user called the lines of ``program`` that are also lines of f."""
    shared = Builder()
    place = renumber(f, shared, reachable(f, [k for _, k in f.names])[0])
    called = {place[k]: name for name, k in f.names if f.lines[k].args}
    new = renumber(program, shared, range(len(program.lines)))
    return {k: called[new[k]] for k in new if new[k] in called}


# --- one number ------------------------------------------------------------------------------------------------------------
def _quantity(q: Quantity, at: Mapping[str, float]) -> Rounded:
    values = [at[name] for name in q.program.inputs]
    w = roundoff.computed(q.program, values)
    value = w[q.program.outputs[0]]
    status, reason, book = _book(q, values, w)
    exact, error = None, None
    try:
        exact, radius = _proved(q, values)
        error = _distance(value, exact, radius) if math.isfinite(value) else None
    except NumberError as missing:
        status, reason = missing.status, one_line(missing)
    if status == "ok" and book and error is not None:
        status, reason = _judged(book, error)
    operations = [k for k, line in enumerate(q.program.lines) if line.args]
    return Rounded(
        of=f"df/d{q.wrt}" if q.wrt else "f",
        value=value,
        reference=None if exact is None else decimal(exact, DIGITS),
        error=None if error is None else float(error),
        correct_digits=None if error is None else _digits(value, exact),
        **(_estimates(book, exact) if book else NOTHING_KNOWN),
        rounded=sum(1 for k in operations if book and book.delta[k]),
        operations=len(operations),
        instructions=_ranked(q, book) if book else (),
        status=status,
        reason=reason,
    )


def _proved(q: Quantity, values: Sequence[float]) -> tuple[Any, Any]:
    """The exact number and how far it may be off; one that is 0 as far as anyone can see is 0."""
    index = q.f.inputs.index(q.wrt) if q.wrt else None
    ball = truth.ball(q.f, values, index, 1 if q.wrt else 0, BITS)
    if ball.is_finite() and ball.rel_accuracy_bits() > DIGITS * truth.BITS_PER_DIGIT:
        return number(ball), number(ball.rad())
    if ball.is_finite() and abs(ball) < arb(2) ** (-BITS // 2):
        return mpmath.mpf(0), number(abs(ball).upper())
    place = dict(zip(q.f.inputs, values))
    found = truth.reference(q.f, place, DIGITS, wrt=q.wrt) if q.wrt else truth.value(q.f, place, DIGITS)
    return found, abs(found) / 10**DIGITS


def _distance(value: float, exact: Any, radius: Any) -> Any:
    """value - exact, and 0 where it cannot be told from 0."""
    error = mpmath.mpf(value) - exact
    return error if abs(error) > radius else mpmath.mpf(0)


def _book(q: Quantity, values: Sequence[float], w: list[float]) -> tuple[str, str, Ledger | None]:
    """The first-order sum; or status and reason why it says nothing."""
    alive = roundoff.taken(q.program, w)
    k = roundoff.first_not_finite(q.program, w, alive)
    if k is not None:
        status = roundoff.no_number(q.program, w, k)
        return status, say(f"rounding.{status}", line=_text(q, k), value=w[k]), None
    other = branches.divergence(q.program, values, w, alive)
    if other and (other.jumps or not other.decided):
        status = "branch" if other.decided else "undecided"
        return status, say(f"rounding.{status}", line=_text(q, other.line)), None
    try:
        book = roundoff.ledger(q.program, w, alive)
    except NumberError as error:
        return error.status, say("rounding.singular"), None
    return ("tie", say("rounding.tie", line=_text(q, other.line)), book) if other else ("ok", "", book)


def _text(q: Quantity, k: int) -> str:
    return line_text(q.program, k, q.names)


NOTHING_KNOWN = dict.fromkeys(("estimate", "corrected", "corrected_digits", "bound", "rms", "data", "data_digits"))


def _estimates(book: Ledger, exact: Any) -> dict[str, Any]:
    value = book.w[book.program.outputs[0]]
    with mpmath.workprec(roundoff.FIRST_BITS):
        better = mpmath.mpf(value) - number(book.estimate)
        corrected = float(better)
    inputs = [abs(book.bar[k] * book.w[k]) for k, line in enumerate(book.program.lines) if line.op == "input" and book.w[k]]
    data = U * sum(inputs)
    bound = [max(most, abs(met)) for most, met in zip(book.bound, book.contribution)]
    return {
        "estimate": float(book.estimate),
        "corrected": corrected,
        "corrected_digits": None if exact is None else _digits(corrected, exact),
        "bound": sum(bound),
        "rms": math.hypot(*bound) / math.sqrt(3),
        "data": data,
        "data_digits": correct_digits(data / abs(corrected)) if corrected and math.isfinite(data) else None,
    }


def _digits(value: float, exact: Any) -> float:
    """Correct digits; all of them for the nearest double, even where that is 0 for what is smaller than all."""
    return correct_digits(0.0 if ulps(value, exact) <= 0.5 else relative_error(value, exact))


def _judged(book: Ledger, error: Any) -> tuple[str, str]:
    """Does the first-order sum explain the proved error?"""
    with mpmath.workprec(roundoff.FIRST_BITS):
        left = abs(error - number(book.estimate))
        if left <= UNEXPLAINED * abs(error) or left <= U * abs(book.w[book.program.outputs[0]]):
            return "ok", ""
        return "second-order", say("rounding.second-order", left=f"{float(left / abs(error)):.0%}")


# --- the instructions to blame ----------------------------------------------------------------------------------------------
def _ranked(q: Quantity, book: Ledger) -> tuple[Instruction, ...]:
    """The instructions that contribute, worst first."""
    total = sum(map(abs, book.contribution))
    worst = sorted((k for k, c in enumerate(book.contribution) if c), key=lambda k: -abs(book.contribution[k]))[:RANKED]
    readers = roundoff.consumers(q.program) if worst else []
    return tuple(_instruction(q, book, k, total, roundoff.amplifier(book, readers, k)) for k in worst)


def _instruction(q: Quantity, book: Ledger, k: int, total: float, way: roundoff.Amplifier) -> Instruction:
    value, result = book.w[k], book.w[q.program.outputs[0]]
    moved = abs(book.bar[k] * value)
    amplification = moved / abs(result) if result else math.inf
    return Instruction(
        text=_text(q, k),
        name=q.names.get(k, ""),
        value=value,
        error=book.delta[k],
        ulps=book.delta[k] / math.ulp(value),
        adjoint=book.bar[k],
        contribution=book.contribution[k],
        share=100 * abs(book.contribution[k]) / total,
        bound=book.bound[k],
        amplification=amplification,
        kind=_kind(q.program, book, k, amplification, way),
        amplifier="" if way.line is None else q.names.get(way.line) or _text(q, way.line),
        factor=way.factor,
    )


def _kind(program: Program, book: Ledger, k: int, amplification: float, way: roundoff.Amplifier) -> str:
    """What becomes of an instruction's error: cancellation, ill-conditioned, accumulated, or nothing (rounding)."""
    if abs(book.contribution[k]) > book.bound[k] * (1 + 1e-9):
        return "inaccurate"
    if amplification < AMPLIFIES:
        return "rounding"
    if way.line is None or way.factor < AMPLIFIES:
        return "accumulated"
    return "cancellation" if program.lines[way.line].op in ("add", "sub") else "ill-conditioned"
