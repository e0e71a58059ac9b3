"""The whole report on one function at one point: comparison, sweep and swell, with what is needed to do it again."""

import platform
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from diffkit import __version__
from diffkit.enclosures import KinkError
from diffkit.errors import NumberError
from diffkit.results import Report, Sweep
from diffkit.study import advise, compare, rounding, sweep, swell

PACKAGES = ("sympy", "numpy", "mpmath", "python-flint", "matplotlib")


def measure(
    f: Any,
    at: Any,
    out: str | Path | None = None,
    *,
    wrt: str | None = None,
    engines: Iterable[str] | None = None,
    title: str = "",
    command: str = "",
    time_limit: float = 10.0,
    force: bool = False,
    progress: Callable[[str], None] = lambda stage: None,
) -> Report:
    """Measure everything a report shows, and write it if ``out`` says where.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
    out : path, optional
        A file ending in .html, .md, .tex, .json; its suffix picks the format.
    wrt : str, optional
        The input that the error-against-h figure varies; by default the first.
    engines : iterable of str, optional
        Engines to compare; by default all.
    title : str, optional
        By default the expression.
    command : str, optional
        The command line that does it again; by default the Python call.
    time_limit : float
        Seconds that simplification may take.
    force : bool
        Overwrite ``out`` if it exists.
    progress : callable, optional
        Told the name of each stage as it begins.

    Returns
    -------
    Report

    Raises
    ------
    NumberError
        If f has no value or no derivative there.
    UsageError
        If ``out`` cannot be written.
    """
    from diffkit.files import demand_writable

    f = compare.recorded(f, at)
    program, point = compare.one_point(f, at)
    if out is not None:
        demand_writable([Path(out)], force)
    name = wrt or next(iter(point), None)
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        progress(stage)
        begun = time.perf_counter()
        result = work()
        seconds[stage] = time.perf_counter() - begun
        return result

    comparison = timed("compare", lambda: compare.measure(f, point, engines))
    pending = swell.begin(program, point, name, time_limit)
    swept = timed("sweep", lambda: _sweep(program, point, name))
    rounded = timed("rounding", lambda: _if_any(rounding.measure, program, point)) if point else None
    advice = timed("advice", lambda: _if_any(advise.measure, program, point)) if point else None
    sizes = timed("swell", pending.finish)
    result = Report(
        expression=str(program),
        at=point,
        title=title or str(program),
        comparison=comparison,
        sweep=swept,
        swell=sizes,
        command=command or _python_call(program, point),
        environment=environment(),
        seconds=seconds,
        rounding=rounded,
        advice=advice,
    )
    if out is not None:
        from diffkit.files import write_all
        from diffkit.render import write_plan

        write_all(write_plan(result, Path(out)), force)
    return result


def _sweep(program: Any, point: dict[str, float], name: str | None) -> Sweep | None:
    """The sweep, or None at a kink, where there is no derivative to err from."""
    try:
        return sweep.measure(program, point, name) if name else None
    except KinkError:
        return None


def _if_any(measure: Callable[..., Any], program: Any, point: dict[str, float]) -> Any:
    """A study, or None where f has no derivative for it to speak of."""
    try:
        return measure(program, point)
    except NumberError:
        return None


def _python_call(program: Any, point: dict[str, float]) -> str:
    return f"diffkit.report({str(program)!r}, {point!r}, out='report.html')"


def environment() -> dict[str, str]:
    """The versions and the machine on which a report was measured."""
    found = {"diffkit": __version__, "Python": platform.python_version()}
    found |= {name: metadata.version(name) for name in PACKAGES}
    return found | {"machine": f"{platform.system()} {platform.machine()}, libc {' '.join(platform.libc_ver()) or 'unknown'}"}
