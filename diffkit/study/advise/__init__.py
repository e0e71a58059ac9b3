"""Which engine to use for a derivative at a point: measured against the proof, with the cause of every digit that is lost.

Letters: digits are correct significant decimal digits, at most 16; a loss is what is missing of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from diffkit import limits, stable, tape, truth
from diffkit.errors import NumberError, UsageError
from diffkit.floats import correct_digits
from diffkit.messages import say
from diffkit.program import Program, tidy
from diffkit.results import Advice, Advised, Losses, Option, Rewriting, Rounded
from diffkit.study import rounding
from diffkit.study.advise.options import ALIKE, Answer, Case, answers, best, by_values, certified, of_form, option, rewritten
from diffkit.study.compare import decimal, one_line, one_point
from diffkit.tables import clip, fixed

DIGITS = 30
FULL = correct_digits(0.0)
TOLERATED = 1.5  # digits that a sound formula may lose


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
    given = answers(program, point, exact)
    lost = {q.of: q for q in rounding.measure(program, point, of=list(exact)).quantities} if exact else {}
    known = {name: Case(program, point, name, truth, lost[f"df/d{name}"], offer, len(exact)) for name, truth in exact.items()}
    advised = tuple(_advised(known[n], given) if n in known else _refused(n, missing[n]) for n in names)
    return Advice(
        expression=str(program), at=point, derivatives=advised, stable=_rewriting(offer, "f") if offer else None, looked=looked
    )


def _names(program: Program, wrt: str | Iterable[str] | None) -> list[str]:
    if len(program.outputs) != 1:
        raise UsageError(f"advice needs one output, the function has {len(program.outputs)}")
    names = list(program.inputs) if wrt is None else [wrt] if isinstance(wrt, str) else list(dict.fromkeys(wrt))
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
        rules=tuple(clip(str(rule), 100) for rule in offer.rules),
        sources=tuple(rule.source for rule in offer.rules),
        where=offer.proof.where,
        points=offer.proof.points,
        before={of if name == "f" else name: digits for name, digits in offer.before.items()},
        after={of if name == "f" else name: digits for name, digits in offer.after.items()},
    )


# --- the advice --------------------------------------------------------------------------------------------------------
def _advised(case: Case, given: Sequence[Answer]) -> Advised:
    blind = [a for a in given if a.engine.needs == "callable" and a.engine.name != "complex-step"]
    values, quotient = by_values(case), best(option(case, a, "quotient") for a in blind)
    formula = best(option(case, a, "formula") for a in given if a not in blind)
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
        options=(values, quotient, formula, _plain(formula, better, values), certified(case)),
        stable=_rewriting(slope, f"df/d{case.wrt}") if slope else None,
    )


def _better(formula: Option, case: Case) -> tuple[Option | None, stable.Stable | None]:
    """Reverse mode on the stable form of f, or a stable form of the derivative where that has more digits still."""
    by_f = rewritten(case)
    most = max(o.correct_digits for o in (formula, by_f) if o)
    slope = _slope(case) if most < FULL - TOLERATED else None
    if slope is None or slope.after["f"] < most + ALIKE:
        return by_f, None
    return of_form(case, "stable", slope.program(**case.point), slope.program), slope


def _slope(case: Case) -> stable.Stable | None:
    """A stable form of the derivative, from that of f or of its stable form; the one with more digits."""
    found = []
    for f in (case.program, *([case.offer.program] if case.offer else [])):
        slopes = tape.gradient_program(f)
        if slopes.operations <= limits.REWRITTEN:
            slope = Program(slopes.lines, slopes.inputs, (slopes.outputs[1 + f.inputs.index(case.wrt)],))
            found.append(stable.suggest(tidy(slope), dict(case.point), ()))
    return max((s for s in found if s), key=lambda s: s.after["f"], default=None)


def _plain(*options: Option | None) -> Option:
    """The best that plain float64 reaches in any of these ways."""
    return replace(best(o for o in options if o), needs="float64")


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
