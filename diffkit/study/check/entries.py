"""One entry of a gradient judged by what f does along it.

Letters: ``yours`` the entry under test, ``n`` its numerical value, which comes with an error bar; ``gap`` = |yours - n|; ``u``
the unit roundoff of the precision in which yours came.

    wrong      gap > 4 error(n) + 8 u |yours|, and the remainder of f agrees that there is such a gap
    pass       no gap, and an error of rtol would have shown: it exceeds the limit of 5 error(n) + 8 u |yours|
    kink       yours lies between the slopes on the left and on the right
    undecided  no gap, but noise or a kink nearby hides the digits that were asked for
"""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from diffkit import numeric, tape
from diffkit.floats import U, correct_digits
from diffkit.messages import say
from diffkit.results import Entry, Remainder
from diffkit.study.check import remainders
from diffkit.study.check.answers import Answer, Source, arranged
from diffkit.study.check.causes import single
from diffkit.study.check.handover import Array, Handed

SAFE = 4.0  # error bars hold in all but 1 of 1000 cases, and are then missed by less than this
ROUNDING = 8.0  # how many u the rounding of a right gradient may cost
LOUD = 8.0  # how many times its own rms noise a noisy gradient may be off
DENIALS = 3  # steps at which the remainder must be too small for the gap: one could be a zero crossing
CHAPTER_STEP, CHAPTER_LIMIT = 1e-5, 1e-7


class Case:
    """What is checked: f at a point, the gradient as a function and as an answer there, and the noise of f."""

    def __init__(self, handed: Handed, gradient: Source, rtol: float) -> None:
        self.handed, self.gradient, self.rtol = handed, gradient, rtol
        self.x = handed.point.flat
        self.answer: Answer = arranged(gradient.at(self.x), handed)
        self.known: dict[float, Array] = {}

    @property
    def yours(self) -> Array:
        return self.answer.flat

    def rounding(self, d: Array) -> float:
        """What the rounding of a right gradient may do to g.d."""
        moved = d != 0
        u = np.where(self.answer.float32, 2.0**-24, U)[moved]
        return float(ROUNDING * np.sum(u * np.abs(self.yours[moved] * d[moved])))

    def along(self, i: int) -> Callable[[float], float]:
        """f as a function of its entry i."""

        def restricted(t: float) -> float:
            moved = self.x.copy()
            moved[i] = t
            return self.handed.value(moved)

        return restricted

    @cached_property
    def size(self) -> float:
        """The largest coordinate, or 1 at the origin."""
        return float(np.abs(self.x).max(initial=0.0)) or 1.0

    def on_line(self, d: Array) -> Callable[[float], float]:
        """f along a direction, as a function of a number about `size`, whose spacing is that of the largest coordinate."""
        return lambda t: self.handed.value(self.x + (t - self.size) * d)

    @cached_property
    def everywhere(self) -> Array:
        """The direction that moves every entry by the same part of itself, so that tiny steps show noise alone.

        What is 0 moves as the smallest other entry does.
        """
        size = np.abs(self.x)
        return np.where(size > 0, size, size[size > 0].min(initial=self.size)) / self.size

    @cached_property
    def noise(self) -> float:
        """The noise of f, absolute: predicted from the tape where f can be recorded, else measured."""
        program = self.handed.program
        if program is not None and len(program.inputs) == len(self.x):
            predicted = tape.noise_rms(program, tuple(map(float, self.x)))
            if math.isfinite(predicted):
                return predicted
        return _level(self.on_line(self.everywhere), self.size) if len(self.x) else 0.0

    def noise_of_entry(self, i: int) -> float:
        """The noise of entry i of the gradient itself: the bound if its formula is known, else measured if it can be called."""

        def entry(t: float) -> float:
            if t not in self.known:
                self.known[t] = arranged(self.gradient.at(self.x + (t - self.size) * self.everywhere), self.handed).flat
            return float(self.known[t][i])

        predicted = self.gradient.rounding(i)
        return max(predicted if math.isfinite(predicted) else 0.0, _level(entry, self.size))

    def remainders(self, d: Array) -> tuple[Remainder, ...]:
        """The Taylor remainders along a direction."""
        return remainders.along(self.handed.value, self.x, np.nan_to_num(self.yours), d, self.noise)


def _level(f: Callable[[float], float], x: float) -> float:
    """The noise of f at x from its values; 0 where none can be told."""
    level = numeric.noise(f, x)
    return level if math.isfinite(level) else 0.0


def judge(case: Case, i: int) -> Entry:
    """One entry by Richardson extrapolation with an error bar; it names no cause yet."""
    f, x, yours = case.along(i), float(case.x[i]), float(case.yours[i])
    estimate = numeric.derivative(f, x)
    n, error = float(estimate.value), float(estimate.error)
    entry = Entry(
        name=case.handed.point.names[i],
        yours=yours,
        numerical=n,
        relative_error=relative(yours, n),
        verdict="undecided",
        error=error,
        digits=0.0,
        chapter=chapter(f, x, yours)[0],
        reason=estimate.reason,
    )
    if estimate.status == "kink":
        return _at_kink(entry, float(estimate.left), float(estimate.right), error)
    overflows = math.isinf(yours) and not math.isfinite(n)
    if not math.isfinite(yours) and not overflows and estimate.status != "vertical-tangent":
        return _with(entry, verdict="wrong", reason="")
    if not (math.isfinite(n) and math.isfinite(error)):
        return _with(entry, reason=say("check.no-number", status=estimate.status, reason=estimate.reason))
    return _weighed(case, i, entry, estimate)


def _with(entry: Entry, **changes: Any) -> Entry:
    from dataclasses import replace

    return replace(entry, **changes)


def _at_kink(entry: Entry, left: float, right: float, error: float) -> Entry:
    """Between the slopes of both sides, to their rounding, every value is a right one."""
    low, high = min(left, right), max(left, right)
    nearest = min(max(entry.yours, low), high)
    size = max(abs(low), abs(high))
    inside = abs(entry.yours - nearest) <= SLOPES * size
    off = abs(entry.yours - nearest) / size if size else 0.0
    said = say("check.inside" if inside else "check.outside", left=f"{left:.6g}", right=f"{right:.6g}")
    found = {"verdict": "kink" if inside else "wrong", "digits": correct_digits(SLOPES), "reason": said}
    return _with(entry, left=left, right=right, numerical=nearest, relative_error=0.0 if inside else off, **found)


SLOPES = 1e-6  # part of its size to which the slope on one side is known


def _weighed(case: Case, i: int, entry: Entry, estimate: Any) -> Entry:
    """Wrong, right or undecided, from the gap and what may explain it."""
    axis = (np.arange(len(case.x)) == i) * 1.0
    rounding, gap = case.rounding(axis), abs(entry.yours - entry.numerical)
    scale = max(abs(entry.yours), abs(entry.numerical))
    allowed, limit = SAFE * entry.error + rounding, (SAFE + 1) * entry.error + rounding
    if scale <= limit:
        scale = max(scale, _typical(case.along(i), float(case.x[i]), float(estimate.h or 0.0)))
    digits = correct_digits(limit / scale) if scale else correct_digits(0.0)
    entry = _with(entry, digits=digits, limit=limit)
    if gap > allowed:
        return _suspected(case, i, entry, axis, gap - allowed)
    if digits >= -math.log10(case.rtol):
        return _with(entry, verdict="pass", reason="")
    hidden = "check.hidden.why" if estimate.reason else "check.hidden"
    return _with(entry, reason=say(hidden, digits=f"{digits:.1f}", status=estimate.status, reason=estimate.reason))


def _typical(f: Callable[[float], float], x: float, h: float) -> float:
    """A slope to compare 0 with: how f changes over the step, or |f| over the size of x."""
    middle = f(x)
    change = max((abs(y - middle) / h for y in (f(x + h), f(x - h)) if math.isfinite(y)), default=0.0) if h else 0.0
    return max(change, abs(middle) / max(1.0, abs(x)))


def _suspected(case: Case, i: int, entry: Entry, axis: Array, excess: float) -> Entry:
    """Wrong, unless the remainder denies the gap or the noise of the gradient itself explains it."""
    noise = _level(case.along(i), float(case.x[i]))
    if denied(case.remainders(axis)[-1], abs(entry.yours - entry.numerical), noise):
        return _with(entry, reason=say("check.denied"))
    hidden = single(entry.yours, entry.numerical) and not case.answer.float32[i]
    if not hidden and excess <= LOUD * case.noise_of_entry(i):
        return _with(entry, reason=say("check.noisy-gradient"))
    return _with(entry, verdict="wrong", reason="")


def denied(curve: Remainder, gap: float, noise: float) -> bool:
    """Is the remainder too small for such a gap, at the smallest steps that could show it? With a gap it tends to h gap."""
    telling = [step for step in reversed(curve.steps) if 0.5 * gap * step.h > 3 * max(step.noise, noise)][:DENIALS]
    return len(telling) == DENIALS and all(step.remainder < 0.5 * gap * step.h for step in telling)


def relative(yours: float, numerical: float) -> float:
    """|yours - n|/|n|: 0 if both are 0, inf if n alone is.

    Examples
    --------
    >>> relative(4.0, 1.0), relative(0.0, 0.0), relative(1.0, 0.0)
    (3.0, 0.0, inf)
    """
    gap = abs(yours - numerical)
    return gap / abs(numerical) if numerical else 0.0 if gap == 0 else math.inf if gap else math.nan


def chapter(f: Callable[[float], float], x: float, yours: float) -> tuple[float, float]:
    """The chapter's |a - n|/max(|a|, |n|), and its n: D0 with h = 1e-5, whatever f and x."""
    n = float(numeric.central_difference(f, x, CHAPTER_STEP, nominal=True))
    largest = max(abs(yours), abs(n))
    return (abs(yours - n) / largest if largest else 0.0), n


def by_chapter(case: Case, i: int) -> Entry:
    """One entry by the chapter's rule alone: pass below 1e-7."""
    yours = float(case.yours[i])
    error, n = chapter(case.along(i), float(case.x[i]), yours)
    return Entry(
        name=case.handed.point.names[i],
        yours=yours,
        numerical=n,
        relative_error=error,
        verdict="pass" if error < CHAPTER_LIMIT else "wrong",
        error=math.nan,
        digits=correct_digits(CHAPTER_LIMIT),
        chapter=error,
    )
