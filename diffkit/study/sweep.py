"""Error against h: every scheme over steps from 4 max(1, |x|) down to below ulp(x), each sample judged against the reference.

Letters: ``p`` order of accuracy, ``C`` the constant of the truncation C h^p, ``F`` the noise of f in absolute terms (a bound from
the tape), ``W`` how many of them the quotient takes, so that rounding <= W F / h.  The best step, where p C h^p = W F / h, is

    h* = (W F / (p C))^(1/(p+1))

No constant is fitted: C comes from the proved higher derivatives, F from one reverse sweep.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from diffkit import numeric, tape, truth
from diffkit.engines import choose
from diffkit.errors import DiffkitError, NumberError, UsageError
from diffkit.floats import MAX, U
from diffkit.program import Program
from diffkit.results import Sample, Scheme, Sweep, Verdict
from diffkit.study import compare

PER_DECADE = 8
LEAST = 5e-324  # absolute: what the underflow of f costs
SMALLEST_AT_ZERO = 1e-20  # ulp(0) is 5e-324: 320 decades of nothing new
NOISE_MARGIN = 100.0  # the order is fitted where the error is this many times the rounding bound
BEYOND = 2.5  # how much better than its order a scheme can be: two more where f is odd or even about x
FIT_DECADES, FIT_SAMPLES = 1.0, 5


class Model(NamedTuple):
    """The predicted error of a scheme: |C| h^p + W F / h, absolute."""

    constant: float
    order: int
    weight: float
    noise: float
    ceiling: float  # what is left when h no longer matters: the arithmetic of the quotient
    slope: float  # |f'|
    spacing: float  # of the floats at x: no smaller step can be taken

    def truncation(self, h: float) -> float:
        """|C| h^p, inf where it overflows."""
        try:
            return self.constant * h**self.order
        except OverflowError:
            return math.inf

    def rounding(self, h: float, level: float = 0.0) -> float:
        """W F / h plus the rounding of the quotient itself; ``level`` is the noise of f at the points it is taken at."""
        return (self.weight * max(self.noise, level) + LEAST) / h + self.ceiling

    def predicted(self, h: float, level: float = 0.0) -> float:
        """The sum of both."""
        return self.truncation(h) + self.rounding(h, level)

    def best_step(self) -> float | None:
        """h*, or None where there is none to predict."""
        if not (0 < self.constant < math.inf and 0 < self.weight * self.noise < math.inf):
            return None
        h = float((self.weight * self.noise / (self.order * self.constant)) ** (1 / (self.order + 1)))
        return h if h >= self.spacing else None

    def excuse(self) -> str:
        """Why there is no best step to predict."""
        if math.isnan(self.constant):
            return "no prediction: the derivative in its truncation constant does not exist here"
        if not self.constant:
            return "no prediction: the derivative in its truncation constant is 0 here, or too small for float64"
        if not self.weight:
            return ""  # the complex step: the smaller the better
        if not self.noise:
            return "no prediction: the rounding noise of f vanishes here"
        return "no prediction: the best step would lie below the spacing of the floats at this point"


# scheme: which derivative stands in C, the factor before it, and W (theory: the sum of |weights| of f in the quotient)
CONSTANTS = {
    "D+": (2, 1 / 2, 2.0),
    "D-": (2, 1 / 2, 2.0),
    "D0": (3, 1 / 6, 1.0),
    "richardson": (5, 1 / 30, 1.5),
    "complex-step": (3, 1 / 6, 0.0),
}


def measure(
    f: Any, at: Any, wrt: str | None = None, schemes: Iterable[str] | None = None, engines: Iterable[str] | None = None
) -> Sweep:
    """Measure the error of every difference scheme over all steps.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
    wrt : str, optional
        The input to differentiate by; needed if there are several.
    schemes : iterable of str, optional
        Of D+, D-, D0, richardson, complex-step; by default all.
    engines : iterable of str, optional
        The engines without a step that are drawn beside them; by default all.

    Returns
    -------
    Sweep
        Errors are absolute.  A sample's status is ok, exact (no error at all), below-ulp (h is below the
        spacing of the floats at x), domain (f is undefined
        at one of its points) or overflow.

    Raises
    ------
    NumberError
        If f has no derivative there: the status says kink, domain, ...

    Examples
    --------
    >>> result = measure("exp(x)", 0.0)
    >>> [round(scheme.fitted_order, 1) for scheme in result.schemes]
    [1.0, 1.0, 2.0, 4.0, 2.0]
    """
    program, point = compare.one_point(f, at)
    name = _wrt(program, wrt)
    derivatives = taylor(program, point, name)
    exact = derivatives[1]
    predicted = models(derivatives, *noises(program, point, name), point[name])
    along = _restricted(program, point, name)
    grid = levels(along, point[name])
    rows = tuple(scheme(s, along, point[name], exact, predicted[s], grid) for s in _schemes(schemes))
    without_h = [e.name for e in choose(engines) if e.step is None]
    beside = compare.measure(program, point, engines=without_h, wrt=(name,)).engines
    return Sweep(
        expression=str(program),
        at=point,
        wrt=name,
        value=float(program(**point)),
        derivative=compare.decimal(exact, compare.DIGITS),
        schemes=rows,
        engines=beside,
        verdict=_verdict(rows),
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


def taylor(program: Program, point: dict[str, float], name: str, order: int = 5) -> list[Any]:
    """f, f', ... by one input, as mpmath numbers; an order that does not exist there, and all above it, is None."""
    place = program.inputs.index(name)
    known: list[Any] = []
    for n in range(order, 0, -1):
        try:
            known = truth.taylor(program, list(point.values()), place, n, compare.DIGITS)
            break
        except NumberError:
            if n == 1:
                raise
    return known + [None] * (order + 1 - len(known))


def noises(program: Program, point: dict[str, float], name: str) -> tuple[float, float]:
    """Bounds on the rounding errors of f and of its derivative as formulas: one reverse sweep each."""
    return tape.noise(program, point), tape.noise(tape.gradient_program(program), point, 1 + program.inputs.index(name))


def models(derivatives: Sequence[Any], noise: float, noise_of_slope: float, x: float) -> dict[str, Model]:
    """The predicted error of every scheme, from f, f', f'', ... and the noises of f and f'.

    A quotient adds a few u |f'| of its own; the complex step carries f' along with f, and commits the errors of its formula.
    """

    def size(number: Any) -> float:
        return math.nan if number is None else abs(float(number))

    found, slope = {}, size(derivatives[1])
    for name, (n, factor, weight) in CONSTANTS.items():
        ceiling = 2 * U * slope + (noise_of_slope if name == "complex-step" else 0.0)
        order = numeric.SCHEMES[name].order_of_accuracy
        found[name] = Model(factor * size(derivatives[n]), order, weight, noise, ceiling, slope, math.ulp(x))
    return found


def levels(f: Callable[[Any], Any], x: float) -> dict[float, float]:
    """The steps, and with each the least noise that f can have at x +- h and x +- 2h: u times its largest value there.

    Where |f| grows away from x, as x^2 does at 1e-200, this and not the noise at x is what a quotient meets.
    """
    grid = {}
    for h in steps(x):
        sizes = [abs(float(f(x + k * h))) for k in (-2, -1, 1, 2)]
        grid[h] = U * max((y for y in sizes if y < math.inf), default=0.0)
    return grid


def _restricted(program: Program, point: dict[str, float], name: str) -> Callable[[Any], Any]:
    """f as a function of one of its inputs, the others held."""
    place, values = program.inputs.index(name), list(point.values())
    return lambda t: program(*values[:place], t, *values[place + 1 :])


def steps(x: float) -> list[float]:
    """At least PER_DECADE steps a decade, from 4 max(1, |x|) down to below ulp(x).

    Examples
    --------
    >>> h = steps(1.5)
    >>> h[0], h[-1] < 2.0**-52
    (6.0, True)
    """
    top = min(4 * max(1.0, abs(x)), MAX)
    bottom = max(math.ulp(x) / 4, LEAST) if x else SMALLEST_AT_ZERO
    count = math.ceil(PER_DECADE * (math.log10(top) - math.log10(bottom)))
    return [h for h in (top * 10 ** (-k / PER_DECADE) for k in range(count + 1)) if 0 < h < math.inf]


def scheme(name: str, f: Callable[[Any], Any], x: float, exact: Any, model: Model, grid: Mapping[float, float]) -> Scheme:
    """One scheme over all steps of ``grid``, judged against the exact derivative."""
    quotient = numeric.SCHEMES[name].quotient
    high = float(exact)
    low = float(exact - type(exact)(high))
    h_predicted = model.best_step()
    reason = "" if h_predicted else model.excuse()
    samples: list[Sample] = []
    try:
        for h, level in grid.items():
            below = name != "complex-step" and (h < model.spacing or x + h == x or x - h == x)
            samples.append(_sample(quotient(f, x, h), h, high, low, model, level, below))
    except DiffkitError as error:
        reason = error.what
    best = min((s for s in samples if s.status in {"ok", "exact"}), key=lambda s: s.total, default=None)
    return Scheme(
        scheme=name,
        order_of_accuracy=model.order,
        fitted_order=fitted_order(samples, model),
        h_predicted=h_predicted,
        error_predicted=model.predicted(h_predicted) if h_predicted else None,
        h_measured_best=best.h if best else None,
        error_measured_best=best.total if best else None,
        samples=tuple(samples),
        reason=reason,
    )


def _sample(estimate: float, h: float, high: float, low: float, model: Model, level: float, below: bool) -> Sample:
    """One estimate; the reference is high + low, so that the difference is exact where it matters."""
    total = abs((estimate - high) - low)
    known = math.isfinite(model.constant)
    return Sample(
        h=h,
        estimate=estimate,
        total=total,
        truncation=model.truncation(h) if known else None,
        rounding=model.rounding(h, level),
        predicted=model.predicted(h, level) if known else None,
        status="below-ulp" if below else _status(estimate, total),
    )


def _status(estimate: float, total: float) -> str:
    if math.isnan(estimate):
        return "domain"
    if math.isinf(estimate):
        return "overflow"
    return "exact" if total == 0 else "ok"


def fitted_order(samples: Sequence[Sample], model: Model) -> float | None:
    """The slope of log error against log h where truncation rules: nearest to h = 0 above the noise; None if too few samples.

    An estimate below 1 % of f' has not seen the slope at all (sin at 1e22): its error is f' itself, whatever h.
    """
    floor = [
        (s.h, s.total)
        for s in samples
        if s.status == "ok" and s.total > NOISE_MARGIN * (s.rounding or 0.0) and abs(s.estimate) >= 0.01 * model.slope
    ]
    if not floor:
        return None
    smallest = _smallest_unbroken(samples, floor)
    chosen = [(h, e) for h, e in floor if smallest <= h <= smallest * 10**FIT_DECADES]
    if len(chosen) < FIT_SAMPLES:
        return None
    x = [math.log(h) for h, _ in chosen]
    y = [math.log(e) for _, e in chosen]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)
    return slope if 0 < slope < model.order + BEYOND else None  # else it is no power of h: underflow, or a function gone flat


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


def _verdict(schemes: Sequence[Scheme]) -> Verdict:
    """What the fitted orders say about f at this point, in one word and one sentence."""
    fitted = {s.scheme: s.fitted_order for s in schemes if s.scheme != "complex-step" and s.fitted_order is not None}
    expected = {s.scheme: s.order_of_accuracy for s in schemes}
    if not fitted:
        return Verdict(
            smoothness="no-asymptotic-range",
            text="no scheme has a range of steps where truncation rules, so no order could be fitted.",
        )
    listed = ", ".join(f"{name} {order:.2f}" for name, order in fitted.items())
    short = [name for name, order in fitted.items() if order < expected[name] - 0.2]
    better = [name for name, order in fitted.items() if order > expected[name] + 0.2]
    if short:
        return Verdict(
            smoothness="limited",
            text=f"fitted orders {listed}: {', '.join(short)} stay below the theory, so f lacks the "
            f"smoothness that it assumes, or a singularity is near.",
        )
    if better:
        return Verdict(
            smoothness="superconvergent",
            text=f"fitted orders {listed}: {', '.join(better)} do better than the theory's order, because "
            f"the derivative in its truncation constant vanishes here.",
        )
    return Verdict(smoothness="smooth", text=f"fitted orders {listed}, as the theory says for a smooth f.")
