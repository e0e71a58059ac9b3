"""The ways to one derivative, each run and judged in correct digits against the proof."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from diffkit import limits, tape, truth
from diffkit.deadline import deadline
from diffkit.engines import Engine, choose
from diffkit.errors import DiffkitError
from diffkit.floats import digits_right
from diffkit.messages import say
from diffkit.numeric.estimate import derivative
from diffkit.program import Program
from diffkit.results import Option, Rounded
from diffkit.stable import Stable
from diffkit.study.compare import one_line

ALIKE = 0.5  # digits within which the cheaper engine is the better one


class Case(NamedTuple):
    """One derivative: its proved value, its rounding error by reverse mode, and a stable form of f if there is one."""

    program: Program
    point: Mapping[str, float]
    wrt: str
    exact: Any
    rounded: Rounded
    offer: Stable | None
    asked: int  # derivatives


class Answer(NamedTuple):
    """What one engine gave, by input, or why it gave nothing."""

    engine: Engine
    gradient: Mapping[str, float]
    reason: str = ""


def answers(program: Program, point: Mapping[str, float], exact: Mapping[str, Any]) -> list[Answer]:
    """Every installed engine on f, each within its time."""
    found = []
    for engine in choose(None) if exact else ():
        try:
            with deadline(limits.ENGINE_SECONDS):
                found.append(Answer(engine, engine.gradient(program, dict(point))))
        except DiffkitError as error:
            found.append(Answer(engine, {}, one_line(error)))
    return found


def option(case: Case, answer: Answer, needs: str) -> Option:
    """What one engine gave for this derivative, judged."""
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


def best(options: Iterable[Option]) -> Option:
    """The most digits; among those alike, the cheapest."""
    ranked = list(options)
    most = max(o.correct_digits for o in ranked)
    return min((o for o in ranked if o.correct_digits >= most - ALIKE), key=lambda o: (o.evaluations, o.engine == "symbolic"))


def by_values(case: Case) -> Option:
    """`numeric.derivative`, which knows f by its values only and says how far off it may be."""
    values, i = [case.point[name] for name in case.program.inputs], case.program.inputs.index(case.wrt)

    def along(t: Any) -> Any:
        return case.program(*values[:i], t, *values[i + 1 :])

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


def rewritten(case: Case) -> Option | None:
    """Reverse mode on the stable form of f."""
    if case.offer is None:
        return None
    value = float(tape.gradient(case.offer.program, dict(case.point))[case.wrt])
    return of_form(case, "reverse", value, case.offer.program)


def of_form(case: Case, engine: str, value: float, form: Program) -> Option:
    """What came of an offered form, judged."""
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


def certified(case: Case) -> Option:
    """The correctly rounded value, with what it took to prove it."""
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
