"""Which engine to use for a derivative at a point: measured against the proof, with the cause of every digit that is lost.

Letters: digits are correct significant decimal digits, at most 16; a loss is what is missing of them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from diffkit import limits, stable, tape, truth
from diffkit.deadline import deadline
from diffkit.engines import Engine, choose
from diffkit.errors import DiffkitError, NumberError, UsageError
from diffkit.floats import correct_digits, digits_right
from diffkit.messages import say
from diffkit.numeric.estimate import derivative
from diffkit.program import Program, tidy
from diffkit.results import Advice, Advised, Losses, Option, Rewriting, Rounded
from diffkit.study import rounding
from diffkit.study.compare import decimal, one_line, one_point
from diffkit.tables import fixed

DIGITS = 30
FULL = correct_digits(0.0)
TOLERATED = 1.5  # digits that a sound formula may lose
ALIKE = 0.5  # digits within which the cheaper engine is the better one


def measure(f: Any, at: Any, wrt: str | Iterable[str] | None = None) -> Advice:
    """Advise on the derivatives of f at one point: which engine, why, at what cost, and what to do about lost digits.

    Every engine is run and judged against the proved derivative; the loss is divided into f's conditioning, the formula's
    cancellation, traced to its instruction, and the method's; a stable form is looked for, proved and measured.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
    wrt : str or iterable of str, optional
        By these inputs only.

    Returns
    -------
    Advice

    Raises
    ------
    NumberError
        If f has no derivative there.
    UsageError
        If f has no such input.

    Examples
    --------
    >>> advice = measure("(exp(x) - 1)/x", 1e-7)
    >>> advice.derivatives[0].cause, advice.derivatives[0].blamed, advice.stable.text
    ('formula', 'exp(x)', 'expm1(x)/x')
    """
    program, point = one_point(f, at)
    names = _names(program, wrt)
    exact, missing = _truth(program, point, names)
    offer, looked = _stable(program, point, names)
    answers = _answers(program, point, exact)
    lost = {q.of: q for q in rounding.measure(program, point, of=list(exact)).quantities} if exact else {}
    known = {name: Case(program, point, name, truth, lost[f"df/d{name}"], offer, len(exact)) for name, truth in exact.items()}
    advised = tuple(_advised(known[n], answers) if n in known else _refused(n, missing[n]) for n in names)
    return Advice(
        expression=str(program), at=point, derivatives=advised, stable=_rewriting(offer, "f") if offer else None, looked=looked
    )


class Case(NamedTuple):
    """One derivative: its proved value, its rounding error by reverse mode, and a stable form of f if there is one."""

    program: Program
    point: Mapping[str, float]
    wrt: str
    exact: Any
    rounded: Rounded
    offer: stable.Stable | None
    asked: int  # derivatives


def _names(program: Program, wrt: str | Iterable[str] | None) -> list[str]:
    if len(program.outputs) != 1:
        raise UsageError(f"advice needs one output, the function has {len(program.outputs)}")
    names = list(program.inputs) if wrt is None else [wrt] if isinstance(wrt, str) else list(wrt)
    for name in names:
        if name not in program.inputs:
            raise UsageError(
                f"the function has no input '{name[:40]}'", remedy=f"its inputs are {', '.join(program.inputs) or 'none'}"
            )
    return names


def _truth(program: Program, point: Mapping[str, float], names: Sequence[str]) -> tuple[dict[str, Any], dict[str, NumberError]]:
    """The proved derivatives, and the errors of those that do not exist; if none does, that is the answer."""
    exact: dict[str, Any] = {}
    missing: dict[str, NumberError] = {}
    for name in names:
        try:
            exact[name] = truth.reference(program, dict(point), DIGITS, wrt=name)
        except NumberError as error:
            missing[name] = error
    if missing and not exact:
        raise next(iter(missing.values()))
    return exact, missing


def _stable(program: Program, point: Mapping[str, float], names: Sequence[str]) -> tuple[stable.Stable | None, str]:
    """A stable form, or why none was looked for."""
    if program.operations > limits.REWRITTEN:
        return None, say("advice.too_long", count=limits.REWRITTEN)
    return stable.suggest(program, dict(point), names), ""


def _rewriting(offer: stable.Stable, of: str) -> Rewriting:
    return Rewriting(
        of=of,
        text=str(offer.program),
        rules=tuple(map(str, offer.rules)),
        sources=tuple(rule.source for rule in offer.rules),
        where=offer.proof.where,
        points=offer.proof.points,
        before={of if name == "f" else name: digits for name, digits in offer.before.items()},
        after={of if name == "f" else name: digits for name, digits in offer.after.items()},
    )


# --- what the engines answer -------------------------------------------------------------------------------------------
class Answer(NamedTuple):
    """What one engine gave, by input, or why it gave nothing."""

    engine: Engine
    gradient: Mapping[str, float]
    reason: str = ""


def _answers(program: Program, point: Mapping[str, float], exact: Mapping[str, Any]) -> list[Answer]:
    """Every installed engine on f, each within its time."""
    found = []
    for engine in choose(None) if exact else ():
        try:
            with deadline(limits.ENGINE_SECONDS):
                found.append(Answer(engine, engine.gradient(program, dict(point))))
        except DiffkitError as error:
            found.append(Answer(engine, {}, one_line(error)))
    return found


def _option(case: Case, answer: Answer, needs: str) -> Option:
    count = answer.engine.evaluations(1 if needs == "quotient" else case.asked)
    value = float(answer.gradient.get(case.wrt, math.nan))
    unit = "evaluations" if answer.engine.needs == "callable" else "formula" if answer.engine.name == "symbolic" else "sweeps"
    return Option(
        needs=needs,
        engine=answer.engine.name,
        value=value,
        error=None,
        correct_digits=digits_right(value, case.exact),
        evaluations=count,
        cost=say(f"advice.cost.{unit}", count=count, s="s" * (count != 1)),
        status="ok" if math.isfinite(value) else "failed",
        reason=answer.reason or ("" if math.isfinite(value) else say("advice.not_finite")),
    )


def _best(options: Iterable[Option]) -> Option:
    """The most digits; among those alike, the cheapest."""
    ranked = list(options)
    most = max(o.correct_digits for o in ranked)
    return min((o for o in ranked if o.correct_digits >= most - ALIKE), key=lambda o: (o.evaluations, o.engine == "symbolic"))


def _by_values(case: Case) -> Option:
    """`numeric.derivative`, which knows f by its values only and says how far off it may be."""

    def along(t: Any) -> Any:
        return case.program(**{**case.point, case.wrt: t})

    estimate = derivative(along, case.point[case.wrt])
    value = float(estimate)
    return Option(
        needs="values",
        engine="numeric.derivative",
        value=value,
        error=float(estimate.error),
        correct_digits=digits_right(value, case.exact),
        evaluations=int(estimate.evaluations),
        cost=say("advice.cost.evaluations", count=int(estimate.evaluations), s="s"),
        status=estimate.status,
        reason=estimate.reason,
    )


def _rewritten(case: Case) -> Option | None:
    """Reverse mode on the stable form of f."""
    if case.offer is None:
        return None
    value = float(tape.gradient(case.offer.program, dict(case.point))[case.wrt])
    return _of_form(case, "reverse", value, case.offer.program)


def _of_form(case: Case, engine: str, value: float, form: Program) -> Option:
    return Option(
        needs="float64",
        engine=engine,
        value=value,
        error=None,
        correct_digits=digits_right(value, case.exact),
        evaluations=1,
        cost=say("advice.cost.sweeps" if engine == "reverse" else "advice.cost.formula", count=1, s=""),
        form=str(form),
    )


def _slope(case: Case) -> stable.Stable | None:
    """A stable form of the derivative, from that of f or of its stable form; the one with more digits."""
    found = []
    for f in (case.program, *([case.offer.program] if case.offer else [])):
        slopes = tape.gradient_program(f)
        if slopes.operations <= limits.REWRITTEN:
            slope = Program(slopes.lines, slopes.inputs, (slopes.outputs[1 + f.inputs.index(case.wrt)],))
            found.append(stable.suggest(tidy(slope), dict(case.point), ()))
    return max((s for s in found if s), key=lambda s: s.after["f"], default=None)


def _certified(case: Case) -> Option:
    value = truth.derivative(case.program, dict(case.point), wrt=case.wrt)
    return Option(
        needs="proof",
        engine="diffkit.derivative",
        value=float(value),
        error=None,
        correct_digits=digits_right(float(value), case.exact),
        evaluations=1,
        cost=say("advice.cost.bits", count=value.bits),
        status=value.status,
        reason=value.reason,
    )


# --- the advice --------------------------------------------------------------------------------------------------------
def _advised(case: Case, answers: Sequence[Answer]) -> Advised:
    blind = [a for a in answers if a.engine.needs == "callable" and a.engine.name != "complex-step"]
    values, quotient = _by_values(case), _best(_option(case, a, "quotient") for a in blind)
    formula = _best(_option(case, a, "formula") for a in answers if a not in blind)
    better, slope = _better(formula, case)
    losses = _losses(case.rounded, formula, values)
    cause = _cause(case.rounded, losses, formula)
    blamed = case.rounded.instructions[:1] if cause == "formula" else ()
    return Advised(
        wrt=case.wrt,
        reference=decimal(case.exact, DIGITS),
        cause=cause,
        text=" ".join(_sentences(case, cause, losses, formula, values, better)),
        losses=losses,
        blamed=blamed[0].shown() if blamed else "",
        amplifier=blamed[0].amplifier if blamed else "",
        options=(values, quotient, formula, _plain(formula, better, values), _certified(case)),
        stable=_rewriting(slope, f"df/d{case.wrt}") if slope else None,
    )


def _better(formula: Option, case: Case) -> tuple[Option | None, stable.Stable | None]:
    """Reverse mode on the stable form of f, or a stable form of the derivative where that has more digits still."""
    by_f = _rewritten(case)
    most = max(o.correct_digits for o in (formula, by_f) if o)
    slope = _slope(case) if most < FULL - TOLERATED else None
    if slope is None or slope.after["f"] < most + ALIKE:
        return by_f, None
    return _of_form(case, "stable", slope.program(**case.point), slope.program), slope


def _plain(*options: Option | None) -> Option:
    """The best that plain float64 reaches in any of these ways."""
    return replace(_best(o for o in options if o), needs="float64")


def _refused(name: str, error: NumberError) -> Advised:
    reason = one_line(error)
    return Advised(
        wrt=name,
        reference=None,
        cause="",
        text=say("advice.refused", name=name, reason=reason),
        losses=Losses(conditioning=None, formula=None, method=None),
        blamed="",
        amplifier="",
        options=(),
        status=error.status,
        reason=reason,
    )


def _losses(q: Rounded, formula: Option, values: Option) -> Losses:
    """The digits lost by the inputs' uncertainty, by this formula beyond that, and by a quotient beyond that."""
    data = FULL if q.data_digits is None else q.data_digits
    return Losses(
        conditioning=FULL - data,
        formula=max(0.0, data - formula.correct_digits),
        method=max(0.0, formula.correct_digits - values.correct_digits),
    )


def _cause(q: Rounded, losses: Losses, formula: Option) -> str:
    """What the derivative's digits are lost by, if more are lost than a sound formula may lose."""
    if formula.correct_digits >= FULL - TOLERATED:
        return "none"
    if q.estimate is None:
        return "float64"
    return "formula" if (losses.formula or 0.0) > TOLERATED else "conditioning"


def _sentences(case: Case, cause: str, losses: Losses, formula: Option, values: Option, better: Option | None) -> list[str]:
    """Why, what to use, and what to expect of the others."""
    q, kept = case.rounded, formula.correct_digits
    worst = {"line": q.instructions[0].shown(), "fate": q.instructions[0].fate()} if q.instructions else {"line": "", "fate": ""}
    digits = {"digits": fixed(kept, 1), "lost": fixed(losses.formula, 1), "data": fixed(q.data_digits, 1)}
    found = [say(f"advice.{cause}", engine=formula.engine, cost=formula.cost, name=case.wrt, reason=q.reason, **digits, **worst)]
    if better and better.correct_digits > kept + ALIKE:
        found.append(say(f"advice.rewrite.{better.engine}", digits=fixed(better.correct_digits, 1)))
    more = ".better" * (values.correct_digits > kept + ALIKE)
    found.append(say(f"advice.values{more}", digits=fixed(values.correct_digits, 1), cost=values.cost))
    return [*found, say("advice.certified")]
