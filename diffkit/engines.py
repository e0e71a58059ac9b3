"""An engine is a value: its name, what it needs, and how it finds a gradient.

A study asks `available` and never lists engines by hand.  A package adds its own by an entry point in the group
``diffkit.engines`` that names a tuple of `Engine`.
"""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module, metadata
from typing import Any, NamedTuple

from diffkit.errors import UsageError

GROUP = "diffkit.engines"


class Engine(NamedTuple):
    """A way to differentiate.

    ``gradient(program, at)`` gives the partials by name; ``evaluations(n)`` counts sweeps or calls of f for n inputs;
    ``step(scheme, x)`` is the step at coordinate x, None for engines without one; ``tree_limit`` bounds the formula.
    """

    name: str
    gradient: Callable[[Any, dict[str, float]], dict[str, float]]
    evaluations: Callable[[int], int]
    step: Callable[[float], float] | None = None
    needs: str = "formula"  # or "callable": knows f only by calling it


def _from(module: str) -> Callable[[Any, dict[str, float]], dict[str, float]]:
    """The gradient of an engine module, imported at its first use."""
    return lambda program, at: import_module(f"diffkit.{module}").gradient(program, at)


def _by_quotient(scheme: str) -> Engine:
    from diffkit import numeric

    return Engine(
        scheme,
        lambda program, at: numeric.gradient(program, at, scheme),
        numeric.SCHEMES[scheme].evaluations,
        lambda x: numeric.default_step(scheme, x),
        "callable",
    )


BUILT_IN = (
    Engine("symbolic", _from("symbolic"), lambda n: n),
    Engine("reverse", _from("tape"), lambda n: 1),
    Engine("forward", _from("tangent"), lambda n: n),
    *(_by_quotient(scheme) for scheme in ("complex-step", "richardson", "D0", "D+", "D-")),
)


@cache
def available() -> dict[str, Engine]:
    """Every engine that is installed, by name; ours first."""
    found = {engine.name: engine for engine in BUILT_IN}
    for point in metadata.entry_points(group=GROUP):
        if point.value != "diffkit.engines:BUILT_IN":
            found |= {engine.name: engine for engine in point.load()}
    return found


def choose(names: Iterable[str] | None) -> list[Engine]:
    """The engines of these names, or all of them.

    Raises
    ------
    UsageError
        If no engine has that name.
    """
    known = available()
    chosen = list(known) if names is None else list(names)
    for name in chosen:
        if name not in known:
            raise UsageError(f"unknown engine '{name}'", remedy=f"the engines are {', '.join(known)}")
    return [known[name] for name in chosen]
