"""All engines at one point, each judged in correct digits against the proved reference."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from diffkit import limits, namespaces
from diffkit.deadline import deadline
from diffkit.enclosures import KinkError
from diffkit.engines import Engine, choose
from diffkit.errors import DiffkitError, NumberError, UsageError
from diffkit.floats import correct_digits, ulps
from diffkit.messages import say
from diffkit.points import prepare
from diffkit.printing import line_text
from diffkit.program import Program, run
from diffkit.results import Comparison, EngineResult, Reference
from diffkit.truth import reference

DIGITS = 30


def measure(
    f: Any, at: Any, engines: Iterable[str] | None = None, wrt: Iterable[str] | None = None, digits: int = DIGITS
) -> Comparison:
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
    f = recorded(f, at)
    program, point = one_point(f, at)
    names = _names(program, wrt)
    exact, sides, missing = _truth(program, point, names, digits)
    value = float(program(**point))
    if not math.isfinite(value):
        raise NumberError(
            say("compare.no-value", value=value), str(program)[:72], status="overflow" if math.isinf(value) else "domain"
        )
    known = Reference(
        digits=digits,
        gradient={n: decimal(x, digits) for n, x in exact.items()},
        slopes={n: (decimal(e.slopes[0], digits), decimal(e.slopes[1], digits)) for n, e in sides.items()} or None,
    )
    first = next(iter(sides.values()), None) or next(iter(missing.values()), None)
    edge = "" if first or not isinstance(f, Program) else on_the_edge(f, point)
    status = first.status if first else "branch" if edge else "ok"
    results = tuple(_judge(engine, program, point, names, exact, status) for engine in choose(engines))
    return Comparison(
        expression=str(program),
        at=point,
        value=value,
        reference=known,
        engines=results,
        status=status,
        reason=one_line(first) if first else edge,
    )


def recorded(f: Any, at: Any) -> Any:
    """A Python callable as the Program that remembers which branches it took; anything else as it is."""
    if isinstance(f, (Program, str)) or not callable(f):
        return f
    from diffkit.tracing import trace

    return trace(f, at)


def on_the_edge(program: Program, point: Mapping[str, float]) -> str:
    """What to say where a recorded callable chose between two numbers that are equal there: the other branch begins at once."""
    v = run(program, namespaces.get("math"), list(point.values()))
    names = {k: name for name, k in program.names}
    for k, _ in program.guards:
        line = program.lines[k]
        if line.op in namespaces.COMPARISONS and v[line.args[0]] == v[line.args[1]]:
            return say("compare.branch", condition=line_text(program, k, names))
    return ""


def one_point(f: Any, at: Any) -> tuple[Program, dict[str, float]]:
    """The Program and the coordinates by name; a study looks at one point, not at arrays of them."""
    program, values, _ = prepare(f, at)
    if any(getattr(x, "ndim", None) for x in values):
        raise UsageError("a study looks at one point, not at an array of them", remedy="call it for each element")
    return program, dict(zip(program.inputs, values))


def _names(program: Program, wrt: Iterable[str] | None) -> tuple[str, ...]:
    names = program.inputs if wrt is None else tuple(wrt)
    for name in names:
        if name not in program.inputs:
            raise UsageError(f"the function has no input '{name}'", remedy=f"its inputs are {', '.join(program.inputs)}")
    return names


def _truth(
    program: Program, point: dict[str, float], names: Iterable[str], digits: int
) -> tuple[dict[str, Any], dict[str, KinkError], dict[str, NumberError]]:
    """The proved partials by name; along which inputs the two sides differ, and how; along which there is no derivative.

    If there is none along any input, that is the answer, as an error.
    """
    exact: dict[str, Any] = {}
    sides: dict[str, KinkError] = {}
    missing: dict[str, NumberError] = {}
    for name in names:
        try:
            exact[name] = reference(program, point, digits=digits, wrt=name)
        except KinkError as error:  # engines answer by convention there
            sides[name] = error
        except NumberError as error:
            missing[name] = error
    if missing and not exact and not sides:
        raise next(iter(missing.values()))
    return exact, sides, missing


def one_line(error: DiffkitError) -> str:
    """An error's text without line breaks."""
    return str(error).replace("\n    ", say("semicolon"))


def decimal(number: Any, digits: int) -> str:
    """An mpmath number as a decimal string of that many digits."""
    import mpmath

    return str(mpmath.nstr(number, digits, strip_zeros=True))


def _judge(
    engine: Engine, program: Program, point: dict[str, float], names: tuple[str, ...], exact: Mapping[str, Any], status: str
) -> EngineResult:
    """Run one engine; an engine that cannot answer says why, and the comparison goes on."""
    gradient: dict[str, float] = {}
    reason = ""
    try:
        with deadline(limits.ENGINE_SECONDS):
            found = engine.gradient(program, point)
        gradient = {name: float(found[name]) for name in names}
    except DiffkitError as error:
        status, reason = getattr(error, "status", "failed"), one_line(error)
    if status == "ok" and not all(map(math.isfinite, gradient.values())):
        status, reason = "not-finite", say("compare.not-finite")
    judged = [(gradient[name], exact[name]) for name in names if name in gradient and name in exact]
    relative = max((relative_error(*pair) for pair in judged), default=None)
    distance = max((ulps(*pair) for pair in judged), default=None)
    rounded = distance is not None and distance <= 0.5  # below the smallest double even the nearest one is 100 % off
    return EngineResult(
        engine=engine.name,
        gradient=gradient,
        relative_error=relative,
        ulps=distance,
        correct_digits=None if relative is None else correct_digits(0.0 if rounded else relative),
        evaluations=engine.evaluations(len(names)),
        h=engine.step(max(map(abs, point.values()), default=1.0)) if engine.step else None,
        status=status,
        reason=reason,
    )


def relative_error(value: float, exact: Any) -> float:
    """|value - exact|/|exact|; where the exact value is 0, 0 if it was met and inf otherwise."""
    if not math.isfinite(value):
        return math.inf if math.isinf(value) else math.nan
    distance = abs(type(exact)(value) - exact)
    return float(distance / abs(exact)) if exact else (0.0 if not distance else math.inf)
