"""How exact and how fast each form of a derivative is, over the points of an interval.

A form that SymPy wrote as one formula is timed as that formula, every part computed as often as it is written; the others
share.  All are compiled the same way (compiled.py), but for the emitted code, which is what `tape.compile` gives its users.
The values do not depend on sharing; each is judged against the proved reference, and the error of a gradient is the worst
over its components.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from diffkit import limits, tape
from diffkit.errors import NumberError, UsageError
from diffkit.messages import say
from diffkit.program import Program, tidy
from diffkit.results import Form
from diffkit.study.compare import relative_error
from diffkit.study.compiled import compiled, seconds_a_call, written_out
from diffkit.study.swell.forms import CSE, STEPS, Written
from diffkit.study.swell.sizes import EMITTED
from diffkit.truth import reference

DIGITS = 20  # of the reference: enough to judge doubles
TIMED = 20  # points of them that are timed


def judged(
    rows: Sequence[Form],
    written: Mapping[str, Written],
    program: Program,
    names: Sequence[str],
    order: int,
    interval: tuple[float, float],
    points: int,
    seed: int,
) -> list[Form]:
    """The rows with evaluation time and errors of every form that is a Program."""
    most = max(1, limits.REFERENCES // max(len(names), 1))
    places = sample(program.inputs, interval, min(points, most), seed)
    exact = [(place, truth) for place in places if (truth := _truth(program, place, names, order))]
    return [_judge(row, written[row.form], names, exact) for row in rows]


def sample(inputs: Sequence[str], interval: tuple[float, float], points: int, seed: int) -> list[list[float]]:
    """Points drawn evenly from the interval, the same for the same seed; of several inputs from its cube.

    A regular grid would meet the zeros of the derivative, where relative errors are largest, all in the same way.

    Examples
    --------
    >>> sample(["x"], (0.0, 1.0), 2, seed=0)
    [[0.6369616873214543], [0.2697867137638703]]
    """
    import numpy as np

    low, high = map(float, interval)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError(f"({low:g}, {high:g}) is no interval", remedy="give two numbers, the lower first, as in 0.01:0.99")
    if points < 1:
        raise UsageError(f"errors are measured at 1 point or more, not {points}")
    drawn: list[list[float]] = np.random.default_rng(seed).uniform(low, high, (points, len(inputs))).tolist()
    return drawn


def _truth(program: Program, place: Sequence[float], names: Sequence[str], order: int) -> list[Any]:
    """The proved derivatives, empty where there is none."""
    at = dict(zip(program.inputs, place))
    try:
        return [reference(program, at, DIGITS, name, order) for name in names]
    except NumberError:
        return []


def _judge(row: Form, written: Written, names: Sequence[str], exact: Sequence[tuple[list[float], list[Any]]]) -> Form:
    """One row judged; f itself, and what is no Program, stay as they are."""
    if row.form == "f" or written.program is None or not exact:
        return row
    run = (_emitted if row.form == EMITTED else _straight)(row, Program(*written.program), names)
    errors = [_worst(run.slopes(place), truth) for place, truth in exact]
    known = [error for error in errors if error is not None]
    return replace(
        row,
        evaluation_seconds=seconds_a_call(run.timed, [run.given(place) for place, _ in exact[:TIMED]]) if run.timed else None,
        largest_error=max(known, default=None),
        median_error=statistics.median(known) if known else None,
        points=len(known),
        reason=row.reason if run.timed else say("swell.not_timed", nodes=limits.COMPILED),
    )


class Run(NamedTuple):
    """How a form is evaluated: its slopes at a place, what is timed if it is not too long, and what that is given."""

    slopes: Callable[[Sequence[float]], Sequence[float]]
    timed: Callable[..., Any] | None
    given: Callable[[Sequence[float]], Sequence[Any]]


def _straight(row: Form, program: Program, names: Sequence[str]) -> Run:
    """A Program, compiled; one formula as it is written."""
    shared = compiled(tidy(program))
    timed: Callable[..., Any] | None = shared
    if row.form in STEPS and row.form != CSE:
        timed = compiled(written_out(tidy(program))) if row.tree_size <= limits.COMPILED else None
    return Run(lambda place: shared(*place)[-len(names) :], timed, lambda place: place)


def _emitted(row: Form, program: Program, names: Sequence[str]) -> Run:
    """The code of `tape.compile` for this f, called as its users call it."""
    g = tape.compile(program, fast=False)
    wanted = [program.inputs.index(name) for name in names]

    def given(place: Sequence[float]) -> Sequence[Any]:
        return [tuple(place) if len(place) > 1 else place[0]]

    def slopes(place: Sequence[float]) -> Sequence[float]:
        found = g(*given(place))[1]
        return [found[i] for i in wanted] if len(place) > 1 else [found]

    return Run(slopes, g, given)


def _worst(found: Sequence[float], truth: Sequence[Any]) -> float | None:
    """The largest relative error of the components that are not 0; inf for one that is no number, None if all are 0."""
    errors = [relative_error(y, x) if math.isfinite(y) else math.inf for y, x in zip(found, truth) if x]
    return max(errors, default=None)
