"""What a sweep says about f: fitted orders, the ratio of measured to predicted, its causes, the verdict."""

import math
import statistics
from collections.abc import Sequence

from diffkit import numeric
from diffkit.messages import paragraph, say
from diffkit.primitives import TABLE
from diffkit.program import Program
from diffkit.results import Sample, Scheme, Verdict
from diffkit.results.sweep import digits_of
from diffkit.study.sweep.arithmetic import Arithmetic
from diffkit.study.sweep.model import Model, Place
from diffkit.tables import fixed, short

NOISE_MARGIN = 100.0  # the order is fitted where the error is this many times the rounding bound
BEYOND = 2.5  # how much better than its order a scheme can be: two more where f is odd or even about x
FIT_DECADES, FIT_SAMPLES = 1.0, 5
NEIGHBOURS = 2  # on either side, with which a step is looked at
FINEST = 64  # spacings of x: at smaller steps neighbours take the same few points, and repeat one another's luck
UNDERFLOW = 1e-290  # below this float64 cannot tell two terms apart
FEWEST = 5  # samples that a median needs
USABLE = {"ok", "exact"}
JUMP, LASTING = 10.0, 4  # by how much, and for how many steps, a truncation must leave its series to be broken
OFF = 3.0  # measured over predicted, either way, beyond which there must be a reason


def scheme(program: Program, model: Model, place: Place, samples: Sequence[Sample], kind: Arithmetic, reason: str) -> Scheme:
    """The record of a scheme; ``reason`` says why it has no samples."""
    order = numeric.SCHEMES[model.scheme].order_of_accuracy
    usable = [s for s in samples if s.status in USABLE]
    lucky = min(usable, key=lambda s: s.total, default=None)
    best = model.best(kind.spacing(place.x)) if samples else None
    rounding = ratio(samples, model)
    hull = envelope([s for s in usable if s.h >= FINEST * kind.spacing(place.x)])
    return Scheme(
        scheme=model.scheme,
        order_of_accuracy=order,
        fitted_order=fitted_order(samples, model, order, place.size(1)),
        h_predicted=best[0] if best else None,
        error_predicted=best[1] if best else None,
        h_measured_best=lucky.h if lucky else None,
        error_measured_best=lucky.total if lucky else None,
        samples=tuple(samples),
        reason=reason or _excuse(model, best, order),
        error_there=near(hull, best[0]) if best else None,
        error_envelope=min((e for _, e in hull), default=None),
        ratio=rounding,
        cause=_cause(program, model, samples, rounding, best),
    )


def _excuse(model: Model, best: tuple[float, float] | None, order: int) -> str:
    """Why there is no best step to predict, or why the truncation is better than its order."""
    if model.scheme == "complex-step":
        return ""  # the smaller the better
    if all(map(math.isnan, model.truncation)):
        return say("sweep.reason.missing")
    if model.power is None:
        return say("sweep.reason.nothing")
    if best is None:
        return say("sweep.reason.edge")
    return say("sweep.reason.superconvergent", power=model.power) if model.power > order else ""


def _cause(
    program: Program, model: Model, samples: Sequence[Sample], ratio: float | None, best: tuple[float, float] | None
) -> str:
    """The name of the reason why measured and predicted differ by more than a factor 3; "" where they do not."""
    if ratio is not None and ratio < 1 / OFF:
        return _smaller([(s, f) for s, f, rules in zip(samples, model.floor, model.rounding_rules()) if rules])
    if ratio is not None and ratio > OFF:
        return "library" if any(line.args and TABLE[line.op].ulps[0] > 1 for line in program.lines) else "first-order"
    there = min(samples, key=lambda s: abs(math.log(s.h / best[0]))) if best else None
    if there and there.truncation and there.predicted_truncation and there.predicted_truncation > (there.rounding or 0.0) / OFF:
        off = there.truncation / there.predicted_truncation
        return "" if 1 / OFF <= off <= OFF else "series"
    return ""


def _smaller(branch: Sequence[tuple[Sample, float]]) -> str:
    """Why rounding errors are smaller than predicted, from the samples where they rule and the floor there."""
    exact = [s.status == "exact" or s.rounding <= floor for s, floor in branch if s.rounding is not None]
    if 2 * sum(exact) >= len(exact):
        return "exact"
    return "quantised" if 2 * sum(s.estimate == 0 for s, _ in branch) >= len(branch) else "correlated"


def envelope(usable: Sequence[Sample]) -> list[tuple[float, float]]:
    """What each step reaches without luck: its truncation and the largest rounding of its neighbours."""
    known = [s for s in usable if s.truncation is not None and s.rounding is not None]
    around = [known[max(0, i - NEIGHBOURS) : i + NEIGHBOURS + 1] for i in range(len(known))]
    return [(s.h, (s.truncation or 0.0) + max(n.rounding or 0.0 for n in near)) for s, near in zip(known, around)]


def near(hull: Sequence[tuple[float, float]], h: float) -> float | None:
    """The error of the envelope at the step nearest to h."""
    return min(hull, key=lambda point: abs(math.log(point[0] / h)), default=(h, None))[1]


def ratio(samples: Sequence[Sample], model: Model) -> float | None:
    """The median of measured over predicted where rounding rules; None where it rules nowhere."""
    found = [
        s.total / s.predicted
        for s, rules in zip(samples, model.rounding_rules())
        if rules and s.status in USABLE and s.predicted and s.predicted < math.inf
    ]
    return statistics.median(found) if len(found) >= FEWEST else None


def fitted_order(samples: Sequence[Sample], model: Model, order: int, slope: float) -> float | None:
    """The slope of log error against log h where truncation rules: nearest to h = 0 above the noise; None if too few samples.

    An estimate below 1 % of f' has not seen the slope at all (sin at 1e22): its error is f' itself, whatever h.
    """
    floor = [
        (s.h, s.total)
        for s in samples
        if s.status == "ok" and s.total > NOISE_MARGIN * (s.predicted_bound or 0.0) and abs(s.estimate) >= 0.01 * slope
    ]
    if not floor:
        return None
    smallest = _smallest_unbroken(samples, floor)
    asymptotic = {s.h for s, rules in zip(samples, model.asymptotic) if rules}
    chosen = [(h, e) for h, e in floor if smallest <= h <= smallest * 10**FIT_DECADES and h in asymptotic]
    if len(chosen) < FIT_SAMPLES:
        return None
    x = [math.log(h) for h, _ in chosen]
    y = [math.log(e) for _, e in chosen]
    fit = statistics.linear_regression(x, y).slope
    return fit if 0 < fit < order + BEYOND else None  # else it is no power of h: underflow, or a function gone flat


def _smallest_unbroken(samples: Sequence[Sample], above: Sequence[tuple[float, float]]) -> float:
    """The smallest h down to which (from some h on) every usable sample stands clear of the noise.

    Beware: far right, where h exceeds the distance to a singularity, errors may stand clear too; the run that counts is the
    one that reaches furthest down.
    """
    clear = {h for h, _ in above}
    runs: list[list[float]] = [[]]
    for s in samples:  # from large to small h
        if s.h in clear:
            runs[-1].append(s.h)
        elif s.status == "ok" and runs[-1]:
            runs.append([])
    long = [run for run in runs if len(run) >= FIT_SAMPLES] or [max(runs, key=len)]
    return long[-1][-1]


def verdict(schemes: Sequence[Scheme], slope: float, u: float) -> Verdict:
    """What the fitted orders say about f at this point, in one word; and the best scheme, predicted and measured."""
    word, text = _smoothness(schemes)
    distance = broken_at(schemes) if slope else None  # where f' underflows, so does what is predicted
    if distance is not None:
        text = paragraph(text, say("sweep.verdict.break", h=short(distance, 2)))
    whole = [s for s in schemes if _cuts_nothing_off(s)] if 0 < slope < math.inf else []
    if whole:
        reach = math.inf if distance is None else distance / 2  # of a step 2h
        last = max((x for x in whole[-1].samples if x.status == "ok"), key=lambda x: (x.h < reach, x.h))
        digits = fixed(digits_of(last.total or 0.0, slope, u), 1)
        names = say("comma").join(s.scheme for s in whole)
        found = say("sweep.verdict.whole", names=names, scheme=whole[-1].scheme, h=short(last.h), measured=digits)
        return Verdict(smoothness=word, text=paragraph(text, found))
    known = [s for s in schemes if s.error_predicted is not None and s.error_there is not None]
    best = min(known, key=lambda s: s.error_predicted or 0.0, default=None)
    if best is None or best.h_predicted is None or not 0 < slope < math.inf:
        return Verdict(smoothness=word, text=text)
    predicted, measured = (fixed(digits_of(error, slope, u), 1) for error in (best.error_predicted, best.error_there))
    found = say("sweep.verdict.best", scheme=best.scheme, h=short(best.h_predicted), predicted=predicted, measured=measured)
    return Verdict(smoothness=word, text=paragraph(text, found))


def _cuts_nothing_off(scheme: Scheme) -> bool:
    """Is the truncation of a difference quotient 0 at every step, as that of D0 for x^2?"""
    seen = [s for s in scheme.samples if s.status == "ok"]
    return bool(seen) and scheme.scheme != "complex-step" and all(s.predicted_truncation == 0 for s in seen)


def broken_at(schemes: Sequence[Scheme]) -> float | None:
    """The step at which a truncation leaves its series at once, not by and by: how far away a kink or a jump is."""
    found = []
    for scheme in schemes:
        seen = [s for s in reversed(scheme.samples) if s.truncation is not None and s.predicted_truncation is not None]
        limits = [max(s.predicted_truncation or 0.0, (s.predicted_bound or 0.0) / OFF, UNDERFLOW) * OFF for s in seen]
        off = [(s.truncation or 0.0) > JUMP * limit for s, limit in zip(seen, limits)]
        reach = 2 if scheme.scheme == "richardson" else 1  # it takes f at x + 2h
        for i in range(1, len(seen) - LASTING + 1):
            if (seen[i - 1].truncation or 0.0) <= limits[i - 1] and all(off[i : i + LASTING]):
                found.append(reach * seen[i].h)
    return min(found, default=None)


def _smoothness(schemes: Sequence[Scheme]) -> tuple[str, str]:
    fitted = {s.scheme: s.fitted_order for s in schemes if s.scheme != "complex-step" and s.fitted_order is not None}
    expected = {s.scheme: s.order_of_accuracy for s in schemes}
    if not fitted:
        return "no-asymptotic-range", say("sweep.verdict.none")
    listed = say("comma").join(f"{name} {order:.2f}" for name, order in fitted.items())
    for kind, names in (
        ("limited", [name for name, order in fitted.items() if order < expected[name] - 0.2]),
        ("superconvergent", [name for name, order in fitted.items() if order > expected[name] + 0.2]),
    ):
        if names:
            return kind, say(f"sweep.verdict.{kind}", orders=listed, names=say("comma").join(names))
    return "smooth", say("sweep.verdict.smooth", orders=listed)
