"""Error against h: every scheme over steps from 4 max(1, |x|) down to below ulp(x), each error predicted, measured and split.

Letters: ``h`` a step, ``x`` the point, ``t`` the points x + kh as they are rounded, ``u`` the unit roundoff of the arithmetic.
The prediction stands in model.py, the split in split.py, and what the two say about each other in explain.py.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from diffkit import namespaces, numeric, tape
from diffkit.engines import choose
from diffkit.errors import NumberError, UsageError
from diffkit.floats import MAX, U
from diffkit.messages import say
from diffkit.namespaces import NotApplicableError
from diffkit.program import Program
from diffkit.results import Sample, Scheme, Sweep
from diffkit.study import compare
from diffkit.study.sweep import arithmetic, explain, model
from diffkit.study.sweep.arithmetic import Arithmetic
from diffkit.study.sweep.levels import NODES, PAIRS, Grid, Subject, exact_lines, noise_levels
from diffkit.study.sweep.model import Model, Place
from diffkit.study.sweep.split import Exact, Parts, Split, Step
from diffkit.truth import taylor

PER_DECADE = 8
BOTTOM_AT_ZERO = 5e-5  # times u: the spacing of the floats at 0 lies 320 decades below, with nothing new between


def measure(
    f: Any,
    at: Any,
    wrt: str | None = None,
    schemes: Iterable[str] | None = None,
    engines: Iterable[str] | None = None,
    nominal: bool = False,
    dtype: str | None = None,
    digits: int | None = None,
) -> Sweep:
    """Measure, predict and split the error of every difference scheme over all steps.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
    wrt : str, optional
        The input to differentiate by; needed if there are several.
    schemes : iterable of str, optional
        Of D+, D-, D0, richardson, complex-step; by default all.
    engines : iterable of str, optional
        The engines without a step that are drawn beside them; by default all, and none in another arithmetic than float64.
    nominal : bool
        Divide by h itself, as textbooks write it, instead of by the step actually taken.
    dtype : str, optional
        float64 or float32: the arithmetic of f, x and h.
    digits : int, optional
        mpmath's arithmetic with so many digits instead.

    Returns
    -------
    Sweep
        Errors are absolute.  A sample's status is ok, exact (no error at all), below-ulp (h is below the spacing of the
        numbers at x), domain (f is undefined at one of its points) or overflow.

    Raises
    ------
    NumberError
        If f has no derivative there: the status says kink, domain, ...
    UsageError
        If an option has no meaning.

    Examples
    --------
    >>> result = measure("exp(x)", 0.0)
    >>> [round(scheme.fitted_order, 1) for scheme in result.schemes]
    [1.0, 1.0, 2.0, 4.0, 2.0]
    """
    program, point = compare.one_point(f, at)
    kind = arithmetic.choose(dtype, digits)
    name, chosen = _wrt(program, wrt), _schemes(schemes)
    with kind.working(), namespaces.quiet():
        point = {key: float(kind.number(value)) for key, value in point.items()}
        subject = Subject(program, tuple(point.values()), program.inputs.index(name), kind, nominal)
        place = known(subject)
        truth = Exact(program, list(subject.values), subject.place)
        taken = [take(subject, truth, kind.number(h)) for h in steps(subject.x, kind)]
        models = predictions(subject, place, taken, chosen)
        rows = tuple(scheme(subject, place, taken, models[s]) for s in chosen)
    without_h = [e.name for e in choose(engines) if e.step is None] if kind is arithmetic.float64() else []
    scale = kind.u / U
    return Sweep(
        expression=str(program),
        at=point,
        wrt=name,
        value=float(taken[0].lines[0][program.outputs[0]]),
        derivative=compare.decimal(place.derivatives[1], compare.DIGITS),
        schemes=rows,
        engines=compare.measure(program, point, engines=without_h, wrt=(name,)).engines if without_h else (),
        verdict=explain.verdict(rows, place.size(1), kind.u),
        arithmetic=kind.name,
        u=kind.u,
        nominal=nominal,
        noise_bound=tape.noise(program, point) * scale,
        noise_rms=tape.noise_rms(program, point) * scale,
    )


def _wrt(program: Program, wrt: str | None) -> str:
    if wrt is None and len(program.inputs) != 1:
        raise UsageError(
            "a sweep varies one input", remedy=f"choose with wrt (--wrt) one of {', '.join(program.inputs) or 'none'}"
        )
    if wrt is not None and wrt not in program.inputs:
        raise UsageError(f"the function has no input '{wrt}'", remedy=f"its inputs are {', '.join(program.inputs)}")
    return wrt or program.inputs[0]


def _schemes(names: Iterable[str] | None) -> list[str]:
    chosen = list(numeric.SCHEMES) if names is None else list(names)
    for name in chosen:
        if name not in numeric.SCHEMES:
            raise UsageError(f"unknown scheme '{name}'", remedy=f"the schemes are {', '.join(numeric.SCHEMES)}")
    return chosen


# --- what is swept -------------------------------------------------------------------------------------------------------
class Taken(NamedTuple):
    """What was computed at one step: the points, all lines of f at each, and why the complex step has no value."""

    step: Step
    lines: Mapping[int, Sequence[Any]]
    split: Split
    reason: str


def steps(x: float, kind: Arithmetic | None = None) -> list[float]:
    """At least PER_DECADE steps a decade, from 4 max(1, |x|) down to below ulp(x).

    Examples
    --------
    >>> h = steps(1.5)
    >>> h[0], h[-1] < 2.0**-52
    (6.0, True)
    """
    kind = kind or arithmetic.float64()
    top = min(4 * max(1.0, abs(x)), kind.most, MAX)  # a record holds steps as float64
    bottom = max(kind.spacing(x) / 4, kind.least, 5e-324) if x else BOTTOM_AT_ZERO * kind.u
    count = math.ceil(PER_DECADE * (math.log10(top) - math.log10(bottom)))
    return [h for h in (top * 10 ** (-k / PER_DECADE) for k in range(count + 1)) if kind.number(h) > 0 and h < math.inf]


def take(subject: Subject, f: Exact, h: Any) -> Taken:
    """f at the points of one step, each point once, and at x + ih."""
    program, x = subject.program, subject.arithmetic.number(subject.x)
    t = {-2: x - 2 * h, -1: x - h, 0: x, 1: x + h, 2: x + 2 * h}
    lines = {k: subject.arithmetic.lines(program, subject.numbers(t[k])) for k in NODES}
    imaginary, reason = None, ""
    try:
        imaginary = subject.arithmetic.imaginary(program, subject.numbers(x), subject.place, h)
    except NotApplicableError as error:
        reason = say("sweep.complex", error=error)
    except ArithmeticError:
        imaginary = math.nan  # a pole of f beside the real axis
    step = Step(h, t, {k: v[program.outputs[0]] for k, v in lines.items()}, imaginary)
    return Taken(step, lines, Split(f, subject.x, step, subject.nominal), reason)


# --- what is known and predicted --------------------------------------------------------------------------------------------
def known(subject: Subject) -> Place:
    """The derivatives of f at the point, proved, and the noise of its derivative as a formula."""
    slope = tape.gradient_program(subject.program)
    at, output, scale = subject.values, 1 + subject.place, subject.arithmetic.u / U
    noise = (tape.noise(slope, at, output) * scale, tape.noise_rms(slope, at, output) * scale)
    derivatives = proved_derivatives(subject)
    return Place(subject.x, derivatives, noise, _constants(subject, derivatives[1]))


def proved_derivatives(subject: Subject) -> list[Any]:
    """f, f', f'', ... as mpmath numbers; an order that does not exist there, and all above it, is None."""
    found: list[Any] = []
    for n in range(model.HIGHEST, 0, -1):
        try:
            found = taylor(subject.program, list(subject.values), subject.place, n, compare.DIGITS)
            break
        except NumberError:
            if n == 1:
                raise
    return found + [None] * (model.HIGHEST + 1 - len(found))


def _constants(subject: Subject, slope: Any) -> float:
    """What it does to f' that a coarser arithmetic rounds the constants of f: known before any step is taken."""
    program, number = subject.program, subject.arithmetic.number
    rounded = [line._replace(value=float(number(line.value))) if line.op == "const" else line for line in program.lines]
    if rounded == list(program.lines):
        return 0.0
    other = Program(tuple(rounded), program.inputs, program.outputs)
    try:
        return float(abs(taylor(other, list(subject.values), subject.place, 1, compare.DIGITS)[1] - slope))
    except NumberError:
        return 0.0


def predictions(subject: Subject, place: Place, taken: Sequence[Taken], schemes: Sequence[str]) -> dict[str, Model]:
    """The predicted error of every scheme over all steps."""
    looked = list(range(0, len(taken), PER_DECADE))
    found = exact_lines(subject.program, [list(taken[i].lines.values()) for i in looked])
    nearest = np.minimum((np.arange(len(taken)) + PER_DECADE // 2) // PER_DECADE, len(looked) - 1)
    grid = _grid([one.step for one in taken])
    noise = noise_levels(subject, grid, found[:, nearest], float(place.derivatives[1]))
    return {s: model.predict(s, place, grid, noise, subject.arithmetic, subject.nominal) for s in schemes}


def _grid(taken: Sequence[Step]) -> Grid:
    """The steps and how x + kh was rounded, from the points alone."""

    def column(number: Any) -> Any:
        return np.array([float(number(step)) for step in taken])

    return Grid(
        column(lambda step: step.h),
        {k: column(lambda step: step.t[k] - step.t[0] - k * step.h) for k in NODES},  # noqa: B023
        {(a, b): column(lambda step: step.t[a] - step.t[b]) for a, b in PAIRS},  # noqa: B023
    )


# --- what is measured --------------------------------------------------------------------------------------------------------
def scheme(subject: Subject, place: Place, taken: Sequence[Taken], model: Model) -> Scheme:
    """One scheme over all steps, judged against the exact derivative."""
    reason = taken[0].reason if model.scheme == "complex-step" else ""
    samples = [] if reason else [_sample(subject, one, model, i) for i, one in enumerate(taken)]
    return explain.scheme(subject.program, model, place, samples, subject.arithmetic, reason)


def _sample(subject: Subject, one: Taken, model: Model, i: int) -> Sample:
    """One estimate with its error, the parts of it and the prediction."""
    estimate = _estimate(subject, one, model.scheme)
    parts = one.split.parts(model.scheme, estimate)
    error = float(parts.total) if parts else one.split.error(estimate)
    status = _status(subject, one, model.scheme, estimate, error)
    return Sample(
        h=float(one.step.h),
        estimate=float(estimate),
        total=abs(error),
        status=status,
        error=error,
        **_measured(parts),
        **(_predicted(model, i) if status != "below-ulp" else {}),
    )


def _predicted(model: Model, i: int) -> dict[str, float | None]:
    """What was predicted for one step; below the spacing of x there is no such step."""
    columns = {"": model.predicted, "_truncation": model.truncation, "_rounding": model.rounding, "_bound": model.bound}
    return {f"predicted{name}": None if math.isnan(column[i]) else float(column[i]) for name, column in columns.items()}


def _estimate(subject: Subject, one: Taken, scheme: str) -> Any:
    """What the engine answers, from values of f that are computed once for all schemes."""
    h = one.step.h
    if scheme == "complex-step":
        return one.step.imaginary / h
    f = {t: one.step.y[k] for k, t in one.step.t.items()}
    x = one.step.t[0]
    return numeric.SCHEMES[scheme].quotient(f.__getitem__, x, h, nominal=subject.nominal)


def _measured(parts: Parts | None) -> dict[str, float | None]:
    if parts is None:
        return {}
    rounding = parts.total - parts.truncation
    return {
        "truncation": abs(float(parts.truncation)),
        "rounding": abs(float(rounding)),
        "cut": float(parts.truncation),
        "abscissa": float(parts.abscissa),
        "evaluation": float(parts.evaluation),
        "arithmetic": float(parts.arithmetic),
        "residue": parts.residue,
    }


def _status(subject: Subject, one: Taken, scheme: str, estimate: Any, error: float) -> str:
    h, x = float(one.step.h), one.step.t[0]
    if scheme != "complex-step" and (h < subject.arithmetic.spacing(subject.x) or x in (one.step.t[1], one.step.t[-1])):
        return "below-ulp"
    if estimate != estimate:
        return "domain"
    if math.isinf(estimate):
        return "overflow"
    return "exact" if error == 0 else "ok"
