"""All engines at one point, each judged in correct digits against the proved reference."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from diffkit.reference import reference as proved
from diffkit.engines import Engine, choose
from diffkit.errors import DiffkitError, NumberError
from diffkit.floats import correct_digits, ulps
from diffkit.points import prepare
from diffkit.program import Program
from diffkit.results import Comparison, EngineResult, Reference

DIGITS = 30
NO_DERIVATIVE = {"kink", "tie", "jump"}  # f has a value there and engines answer by convention


def measure(f: Any, at: Any, engines: Iterable[str] | None = None, wrt: Iterable[str] | None = None,
            digits: int = DIGITS) -> Comparison:
    """Compare engines at one point.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
    engines : iterable of str, optional
        Names of engines; by default all that are installed.
    wrt : iterable of str, optional
        Differentiate by these inputs only.
    digits : int
        Digits to which the reference is proved.

    Returns
    -------
    Comparison
        Relative errors are the worst over the components, ulps those of the component's reference.

    Raises
    ------
    NumberError
        If f or its derivative is not defined there.

    Examples
    --------
    >>> result = measure("x^2", 3, engines=["reverse"])
    >>> result.engines[0].gradient, result.engines[0].correct_digits
    ({'x': 6.0}, 15.954589770191003)
    """
    program, values, _ = prepare(f, at)
    point = dict(zip(program.inputs, map(float, values)))
    names = tuple(point) if wrt is None else tuple(wrt)
    exact, reference, status, reason = _reference(program, point, names, digits)
    results = tuple(_judge(engine, program, point, names, exact, status) for engine in choose(engines))
    return Comparison(expression=str(program), at=point, value=float(program(**point)), reference=reference,
                      engines=results, status=status, reason=reason)


def _reference(program: Program, point: dict[str, float], names: tuple[str, ...],
               digits: int) -> tuple[dict[str, Any] | None, Reference, str, str]:
    """The exact gradient, its record, and the status: ok, or why there is no derivative there."""
    try:
        exact = proved(program, point, digits=digits, wrt=names)
    except NumberError as error:
        slopes = getattr(error, "slopes", None)
        if error.status not in NO_DERIVATIVE:
            raise
        return None, Reference(digits=digits, gradient={}, slopes=slopes), error.status, str(error).replace("\n    ", "; ")
    return exact, Reference(digits=digits, gradient={n: decimal(exact[n], digits) for n in names}, slopes=None), "ok", ""


def decimal(number: Any, digits: int) -> str:
    """An mpmath number as a decimal string of that many digits."""
    import mpmath

    return str(mpmath.nstr(number, digits, strip_zeros=True))


def _judge(engine: Engine, program: Program, point: dict[str, float], names: tuple[str, ...],
           exact: Mapping[str, Any] | None, status: str) -> EngineResult:
    """Run one engine; an engine that cannot answer says why, and the comparison goes on."""
    step = engine.step(max(map(abs, point.values()), default=1.0)) if engine.step else None
    evaluations = engine.evaluations(len(names))
    reason = ""
    try:
        found = engine.gradient(program, point)
        gradient = {name: float(found[name]) for name in names}
    except DiffkitError as error:
        gradient, status, reason = {}, getattr(error, "status", "failed"), str(error).replace("\n    ", "; ")
    if gradient and status == "ok" and not all(map(math.isfinite, gradient.values())):
        status, reason = "not-finite", "the engine's result is not a finite number"
    if exact is None or not gradient:
        return EngineResult(engine=engine.name, gradient=gradient, relative_error=None, ulps=None, correct_digits=None, h=step,
                            evaluations=evaluations, status=status, reason=reason)
    relative = max((relative_error(gradient[n], exact[n]) for n in names), default=0.0)
    return EngineResult(engine=engine.name, gradient=gradient, relative_error=relative,
                        ulps=max((ulps(gradient[n], exact[n]) for n in names), default=0.0),
                        correct_digits=correct_digits(relative), h=step, evaluations=evaluations, status=status, reason=reason)


def relative_error(value: float, exact: Any) -> float:
    """|value - exact|/|exact|; where the exact value is 0, 0 if it was met and inf otherwise."""
    if not math.isfinite(value):
        return math.inf if math.isinf(value) else math.nan
    distance = abs(type(exact)(value) - exact)
    return float(distance / abs(exact)) if exact else (0.0 if not distance else math.inf)
