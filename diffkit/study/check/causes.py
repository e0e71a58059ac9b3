"""What probably went wrong: each cause is a hypothesis that is computed and must explain every wrong entry to its error bar.

Letters: ``yours`` the gradient under test, ``true`` the numerical one (nan where it was not measured), ``bars`` what the two may
differ by where they agree.  A cause is only named where the bars are so narrow that chance hardly meets them.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from diffkit import limits, namespaces, tape
from diffkit.floats import U
from diffkit.messages import say
from diffkit.printing import line_text
from diffkit.program import Builder, Program, run
from diffkit.study.check.answers import Answer
from diffkit.study.check.handover import Array, Part

SHARP, CLEAR = 1e-3, 0.05  # bars wider than this part of the entry prove nothing about its factor; nothing about its sign
FLOAT32 = 2.0**-24
GROWN = 64.0  # a gradient computed in float32 errs by so many times its unit roundoff, and no more
CONSTANTS = {"2": 2.0, "3": 3.0, "4": 4.0, "ln 2": math.log(2), "ln 10": math.log(10), "pi": math.pi, "180/pi": 180 / math.pi}


class Evidence(NamedTuple):
    """What is known when a gradient is found wrong."""

    parts: Sequence[Part]
    answer: Answer
    true: Array
    bars: Array
    wrong: Array
    program: Program | None
    x: Array

    @property
    def yours(self) -> Array:
        return self.answer.flat

    def narrow(self, part: float) -> bool:
        """Are the error bars within this part of what they are to explain?"""
        size = np.maximum(np.abs(self.yours), np.abs(self.true))
        return bool(np.all(self.bars[self.wrong] <= part * size[self.wrong]))

    def explained(self, expected: Array, only: Array | None = None) -> bool:
        """Is this what every entry (or every one of ``only``) would be, to its error bar?"""
        asked = np.isfinite(self.true) if only is None else only
        if not np.isfinite(self.yours[asked]).all():
            return False
        gap = np.abs(self.yours - expected)[asked]
        rounding = 16 * U * np.maximum(np.abs(self.yours), np.abs(expected))[asked]
        return bool(asked.any() and np.all(gap <= self.bars[asked] + rounding))

    def complete(self, part: Part) -> bool:
        """Was every entry of the part measured?"""
        return bool(np.isfinite(self.true[part.place]).all())

    def touched(self) -> list[Part]:
        """The parts with a wrong entry."""
        return [part for part in self.parts if self.wrong[part.place].any()]


Cause = tuple[str, str]  # its name, and what is known of it in one sentence


def name(evidence: Evidence) -> Cause | None:
    """The first cause that explains all that is wrong."""
    tests = (_shape, _not_finite, *CLEAR_TESTS * evidence.narrow(CLEAR), *SHARP_TESTS * evidence.narrow(SHARP))
    return next((found for test in tests if (found := test(evidence))), None)


def of_entry(evidence: Evidence, i: int) -> str | None:
    """The cause that explains one entry alone; only what one number can show."""
    alone = evidence._replace(wrong=np.arange(len(evidence.x)) == i)
    tests = (_not_finite, *CLEAR_TESTS * alone.narrow(CLEAR), *(_float32, _one_factor) * alone.narrow(SHARP))
    return next((found[0] for test in tests if (found := test(alone))), None)


# --- what one entry can show --------------------------------------------------------------------------------------------
def _not_finite(e: Evidence) -> Cause | None:
    bad = e.wrong & ~np.isfinite(e.yours)
    return ("not-finite", say("because.not-finite")) if e.wrong.any() and np.array_equal(bad, e.wrong) else None


def _zero(e: Evidence) -> Cause | None:
    """An entry that nobody computed is still what it was initialised with."""
    return ("zero", say("because.zero")) if not e.yours[e.wrong].any() else None


def _sign(e: Evidence) -> Cause | None:
    return ("sign", say("because.sign")) if e.explained(-e.true, e.wrong) else None


def _float32(e: Evidence) -> Cause | None:
    """Numbers of float32, wrong by its roundings."""
    all_single = all(single(float(y), float(t)) for y, t in zip(e.yours[e.wrong], e.true[e.wrong]))
    return ("float32", say("because.float32")) if all_single else None


def single(yours: float, true: float) -> bool:
    """Is this a number of float32, off by its roundings?"""
    return abs(yours) < 3e38 and float(np.float32(yours)) == yours and abs(yours - true) <= GROWN * FLOAT32 * abs(true)


def _usual_factor(e: Evidence) -> Cause | None:
    """A factor that people forget, or put in twice, in several entries."""
    return _one_factor(e) if e.wrong.sum() > 1 else None


def _one_factor(e: Evidence) -> Cause | None:
    factors = CONSTANTS | {str(n): float(n) for part in e.parts for n in (*part.shape, math.prod(part.shape)) if n > 1}
    for text, c in factors.items():
        for shown, ratio in ((text, c), (f"1/{text}", 1 / c), (f"-{text}", -c), (f"-1/{text}", -1 / c)):
            if e.explained(ratio * e.true, e.wrong):
                return "factor", say("because.factor", factor=shown)
    return None


def _any_factor(e: Evidence) -> Cause | None:
    """The same factor in several entries, whatever it is."""
    asked = np.flatnonzero(e.wrong & (np.abs(e.true) > e.bars / SHARP))
    if len(asked) < 2 or not np.isfinite(e.yours[asked]).all():
        return None
    best = asked[np.argmin(e.bars[asked] / np.abs(e.true[asked]))]
    ratio = float(e.yours[best] / e.true[best])
    wide = e._replace(bars=e.bars * (1 + abs(ratio)) + np.abs(e.true) * abs(ratio) * e.bars[best] / abs(e.true[best]))
    return ("factor", say("because.factor", factor=f"{ratio:.6g}")) if wide.explained(ratio * e.true, e.wrong) else None


# --- what the shape shows -----------------------------------------------------------------------------------------------
def _shape(e: Evidence) -> Cause | None:
    """Transposed, not summed over the axes that were broadcast, or another shape altogether."""
    for part in e.answer.misshapen(e.parts):
        given = e.answer.parts[part.name]
        true, bars = (a[part.place].reshape(part.shape) for a in (e.true, e.bars))
        fields = {"name": part.name, "shape": given.shape, "expected": part.shape}
        if given.shape == part.shape[::-1] and _close(given.T, true, bars):
            return "transposed", say("because.transposed", **fields)
        if any(_close(total, true, bars) for total in _sums(given, part.shape)):
            return "missing broadcast sum", say("because.broadcast", **fields)
        return "shape", say("because.shape", **fields)
    return None


def _close(given: Array, true: Array, bars: Array) -> bool:
    return given.shape == true.shape and bool(np.all(np.abs(given - true) <= bars + 1e-12 * np.abs(given).max(initial=0.0)))


def _sums(given: Array, shape: tuple[int, ...]) -> Iterator[Array]:
    """All sums over axes that leave the wanted shape, with the axes kept or not."""
    for count in range(1, given.ndim + 1):
        for axes in combinations(range(given.ndim), count):
            for keep in (False, True):
                total = given.sum(axis=axes, keepdims=keep)
                if total.shape == shape and total.size < given.size:
                    yield total


# --- what entries show together -----------------------------------------------------------------------------------------
def _rearranged(e: Evidence, arranged: Callable[[Part], Array | None]) -> bool:
    """Does some order of the true entries, in every part that is wrong, explain all?"""
    expected, bars = e.true.copy(), e.bars.copy()
    for part in e.touched():
        order = arranged(part) if e.complete(part) else None
        if order is None:
            return False
        expected[part.place], bars[part.place] = e.true[part.place][order], e.bars[part.place][order]
    moved = np.abs(expected - e.true)[e.wrong] > (bars + e.bars)[e.wrong]
    return bool(len(moved)) and bool(moved.all()) and e._replace(bars=bars).explained(expected)


def _transposed(e: Evidence) -> Cause | None:
    def order(part: Part) -> Array | None:
        square = len(part.shape) == 2 and part.shape[0] == part.shape[1]
        return np.arange(math.prod(part.shape)).reshape(part.shape).T.ravel() if square else None

    shown = ", ".join(part.name for part in e.touched())
    return ("transposed", say("because.transposed.square", name=shown)) if _rearranged(e, order) else None


def _swapped(e: Evidence) -> Cause | None:
    """The gradients of two arguments, exchanged."""
    touched = e.touched()
    if len(touched) != 2 or touched[0].shape != touched[1].shape or not all(map(e.complete, touched)):
        return None
    a, b = (part.place for part in touched)
    expected, bars = e.true.copy(), e.bars.copy()
    expected[a], expected[b], bars[a], bars[b] = e.true[b], e.true[a], e.bars[b], e.bars[a]
    found = e._replace(bars=bars).explained(expected)
    return ("swapped", say("because.swapped", a=touched[0].name, b=touched[1].name)) if found else None


def _permuted(e: Evidence) -> Cause | None:
    """The right numbers in another order: within an array, or among arguments that are numbers."""
    if all(not part.shape for part in e.parts) and np.isfinite(e.true).all():
        whole = Part("", (len(e.x),), slice(0, len(e.x)), None)
        e = e._replace(parts=[whole])
    found = _rearranged(e, lambda part: _order(e.yours[part.place], e.true[part.place]))
    return ("permuted", say("because.permuted")) if found else None


def _order(yours: Array, true: Array) -> Array:
    """Which true entry stands where, if the order was lost: the one of the same rank."""
    order = np.empty(len(true), dtype=int)
    order[np.argsort(yours)] = np.argsort(true)
    return order


def _row(e: Evidence) -> Cause | None:
    """One row where the sum over rows belongs: the gradient of a broadcast argument."""
    for part, other in ((p, o) for p in e.touched() for o in e.parts if o is not p and len(o.shape) > len(p.shape)):
        if other.shape[len(other.shape) - len(part.shape) :] != part.shape or len(e.touched()) > 1:
            continue
        rows = e.yours[other.place].reshape(-1, max(math.prod(part.shape), 1))
        true, bars, yours = (a[part.place] for a in (e.true, e.bars, e.yours))
        if _close(rows.sum(axis=0), true, bars) and any(_close(row, yours, bars) for row in rows):
            return "missing broadcast sum", say("because.row", name=part.name, other=other.name)
    return None


# --- what the graph shows -----------------------------------------------------------------------------------------------
def _accumulation(e: Evidence) -> Cause | None:
    """What the gradient would be if a value that is used several times had lost the share of one use, or kept only one."""
    if e.program is None or len(e.program.lines) > limits.CHECK_LINES or len(e.program.inputs) != len(e.x):
        return None
    for variable, cut in _cuts(e.program, e.x):
        try:
            lost = np.array([float(g) for g in tape.gradient(cut, tuple(map(float, e.x)))])
        except (ArithmeticError, ValueError):
            continue
        if e.explained(lost):
            return "missing accumulation", say("because.accumulation", name=variable)
    return None


def _cuts(program: Program, x: Array) -> Iterator[tuple[str, Program]]:
    """The Program without one use of a value, or with one alone: the other uses read the number instead."""
    values = run(program, namespaces.get("math"), [float(t) for t in x])
    names = {k: text for text, k in program.names}
    uses: dict[int, list[tuple[int, int]]] = {}
    for k, line in enumerate(program.lines):
        for position, a in enumerate(line.args):
            uses.setdefault(a, []).append((k, position))
    for a, places in uses.items():
        if len(places) < 2 or program.lines[a].op == "const" or not math.isfinite(values[a]):
            continue
        text = names.get(a) or line_text(program, a, names)
        for place in places:
            yield text, _without(program, {place}, values)
            if len(places) > 2:
                yield text, _without(program, {*places} - {place}, values)


def _without(program: Program, cut: set[tuple[int, int]], values: Sequence[float]) -> Program:
    builder, new = Builder(share=False), list[int]()
    for k, line in enumerate(program.lines):
        args = tuple(builder.const(values[a]) if (k, p) in cut else new[a] for p, a in enumerate(line.args))
        new.append(builder.line(line._replace(args=args)))
    return builder.build(*(new[k] for k in program.outputs), inputs=program.inputs)


Tests = tuple[Callable[[Evidence], Cause | None], ...]
CLEAR_TESTS: Tests = (_zero, _sign)
SHARP_TESTS: Tests = (
    *(_float32, _transposed, _swapped, _permuted, _row),
    *(_usual_factor, _accumulation, _any_factor, _one_factor),
)
