"""Segments that are recomputed in the reverse sweep instead of stored.

A checkpointed function is one operation of the tape.  Its value is computed without recording; its reverse sweep records it
again from its arguments, which are all that was kept.  A loop of n steps keeps at most s states at any time: states are put
down and taken up again on the binomial schedule of Griewank (1992), which reaches C(s + r, s) steps with each step computed
at most r + 1 times and recorded once; no schedule does with fewer.

Letters: ``leaves`` are the numbers and arrays in the arguments, ``bars`` their adjoints; ``state`` is what the loop hands from
step to step, ``rest`` the arguments that stay the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit import eager, limits
from diffkit.arrays.rows import row
from diffkit.errors import UsageError
from diffkit.jacobians import in_form, pull
from diffkit.namespaces import plain
from diffkit.recording import record
from diffkit.surroundings import Surroundings
from diffkit.traced import Traced
from diffkit.tracing import call, flatten
from diffkit.whereabouts import refusal


def checkpoint(f: Callable[..., Any], times: int = 1, snapshots: int = limits.SNAPSHOTS) -> Callable[..., Any]:
    """f, recomputed in the reverse sweep; see `diffkit.tape.checkpoint`."""
    if not isinstance(times, int) or times < 1 or snapshots < 1:
        raise UsageError("a checkpointed loop has at least one step and one snapshot, whole numbers of them")

    def recomputed(*arguments: Any, **named: Any) -> Any:
        if named:
            raise UsageError("a checkpointed function takes its arguments by position", remedy=f"leave out {', '.join(named)}=")
        leaves, rebuild = flatten(arguments)
        moving = [i for i, x in enumerate(leaves) if _moves(x)]
        segment = Segment(f, arguments, leaves, rebuild, moving, times, snapshots)
        traced = [x for x in leaves if isinstance(x, Traced)]
        if not traced or any(x.tape.complete for x in traced):
            return segment.packed_apart(segment.value([leaves[i] for i in moving]))
        before = Surroundings(f, hashed=True)
        y = record("checkpoint", *(leaves[i] for i in moving), static=(segment,))
        segment.surroundings = None if before.changed() else before
        y.tape.mixed = y.tape.arrays = True  # not an operation of single numbers, whatever its operands are
        if isinstance(y.value, Traced) and y.value.tape is y.tape:
            raise refusal("a checkpointed function reads a traced value that is no argument of it", "pass it as an argument")
        return segment.packed_apart(y)

    return recomputed


def _moves(x: Any) -> bool:
    return type(x) is float or isinstance(x, Traced) or getattr(getattr(x, "dtype", None), "kind", "") == "f"


def stretch(n: int, s: int) -> int:
    """How many of n steps to go before the next snapshot, if s can be put down beside the one at the start.

    Examples
    --------
    >>> stretch(10, 3), stretch(4, 3)
    (4, 1)
    """
    if s == 0:
        return n - 1
    r = next(r for r in range(1, n + 1) if math.comb(s + r, s) >= n)
    return n - min(n - 1, math.comb(s + r - 1, s - 1))


class Segment:
    """A function of some leaves whose results are packed into one value, run once or several times."""

    def __init__(
        self,
        f: Callable[..., Any],
        arguments: Sequence[Any],
        leaves: Sequence[Any],
        rebuild: Callable[[Sequence[Any]], Any],
        moving: Sequence[int],
        times: int,
        snapshots: int,
    ) -> None:
        self.f, self.rebuild, self.moving, self.times, self.snapshots = f, rebuild, moving, times, snapshots
        self.template = [None if i in set(moving) else x for i, x in enumerate(leaves)]
        self.first = sum(i < len(flatten(arguments[0])[0]) for i in moving) if times > 1 else 0
        self.flat = len(moving) == len(leaves) == len(arguments)  # every argument is one number or array
        self.simple = False  # does f also give one number or array?
        self.shapes: list[tuple[int, ...]] = []
        self.unflatten: Callable[[Sequence[Any]], Any] = lambda results: results[0]
        self.latest: tuple[Any, Sequence[Any], list[Any]] = (None, (), [])
        self.surroundings: Surroundings | None = None  # what f reads besides its arguments; None: it changes that itself
        self.expected: Any = None  # the results that the next recomputation has to give

    def demand_the_same_surroundings(self) -> None:
        """Raise InputError if f, computed again, would not be the function that it was."""
        if self.surroundings and self.surroundings.changed():
            raise refusal(
                "what a checkpointed function reads besides its arguments has changed before it was computed again",
                "pass it as an argument",
            )

    def demand_the_same_results(self, found: Any) -> None:
        """Raise InputError if f, computed again, gives other results: it counts, draws random numbers, reads a file."""
        wanted, self.expected = self.expected, None
        if wanted is None:
            return
        near = 1e-4 * np.max(np.abs(wanted), initial=0.0)
        if not np.allclose(plain(found), wanted, rtol=0.0, atol=near, equal_nan=True):
            raise refusal(
                "a checkpointed function gave other results when it was computed again", "pass what changes as an argument"
            )

    # --- the value -----------------------------------------------------------------------------------------------------
    def step(self, *leaves: Any) -> list[Any]:
        """The leaves of f's result."""
        if self.simple:
            return [self.f(*leaves)]
        arguments = list(self.template)
        for i, x in zip(self.moving, leaves):
            arguments[i] = x
        results, self.unflatten = flatten(self.f(*self.rebuild(arguments)))
        return results

    def value(self, leaves: Sequence[Any]) -> Any:
        """All results in one value."""
        self.demand_the_same_surroundings()
        if self.times > 1:
            results, state = self.step(*leaves), leaves[: self.first]
            if list(map(np.shape, results)) != list(map(np.shape, state)):
                raise UsageError("a step must give what it takes: its result has another structure than its first argument")
            self.simple = self.flat and len(results) == 1 and self.unflatten(["leaf"]) == "leaf"
        return self.packed(self.step(*self.advanced(leaves, self.times - 1)))

    def advanced(self, leaves: Sequence[Any], count: int) -> Sequence[Any]:
        """The leaves some steps later."""
        state, rest = leaves[: self.first], leaves[self.first :]
        for _ in range(count):
            state = self.step(*state, *rest)
        return [*state, *rest]

    def packed(self, results: Sequence[Any]) -> Any:
        """Several results end to end."""
        self.shapes = [np.shape(x) for x in results]
        return results[0] if len(results) == 1 else np.concatenate([np.reshape(x, (-1,)) for x in results])

    def packed_apart(self, y: Any) -> Any:
        """The results in the form of f's."""
        return self.unflatten(self.parts(y))

    def parts(self, y: Any) -> list[Any]:
        """Each result, or its adjoint, out of what is packed."""
        if len(self.shapes) == 1:
            return [y]
        found, start = [], 0
        for shape in self.shapes:
            size = math.prod(shape)
            found.append(np.reshape(y[start : start + size], shape) if shape else y[start])
            start += size
        return found

    # --- the reverse sweep -----------------------------------------------------------------------------------------------
    def pulled(self, bar: Any, y: Any, leaves: Sequence[Any]) -> list[Any]:
        """The adjoints of all leaves; those of one sweep are asked for one after the other."""
        known, at, bars = self.latest
        if known is bar and len(at) == len(leaves) and all(a is b for a, b in zip(at, leaves)):
            return bars
        self.demand_the_same_surroundings()
        self.expected = plain(y)
        parts = self.parts(bar)
        bars = self._of_step(leaves, parts) if self.times == 1 else self._of_loop(leaves, parts)
        self.latest = bar, leaves, bars
        return bars

    def _of_step(self, leaves: Sequence[Any], bars: Sequence[Any]) -> list[Any]:
        recorded = call(self.step, tuple(leaves))
        self.demand_the_same_results(self.packed([plain(recorded.value(i)) for i in range(len(recorded.outputs))]))
        seeds: dict[int, Any] = {}
        for i, bar in enumerate(bars):
            k = recorded.line(i)
            if k is not None:
                seeds[k] = seeds[k] + bar if k in seeds else bar
        return pull(recorded, seeds, once=True)

    def _of_loop(self, leaves: Sequence[Any], bars: list[Any]) -> list[Any]:
        rest = [0.0] * (len(leaves) - self.first)
        bars = self._swept(leaves, self.times, bars, rest, self.snapshots)
        return [in_form(bar, leaf) for bar, leaf in zip([*bars, *rest], leaves)]

    def _swept(self, leaves: Sequence[Any], n: int, bars: list[Any], rest: list[Any], s: int) -> list[Any]:
        """The adjoint of the state n steps before, on the binomial schedule; ``rest`` adds up the others."""
        while n > 1:
            ahead = stretch(n, s)
            bars = self._swept(self.advanced(leaves, ahead), n - ahead, bars, rest, max(s - 1, 0))
            n = ahead
        found = self._of_step(leaves, bars)
        rest[:] = [a + b for a, b in zip(rest, found[self.first :])]
        return found[: self.first]

    # --- the forward sweep -----------------------------------------------------------------------------------------------
    def pushed(self, i: int, move: Any, y: Any, leaves: Sequence[Any]) -> Any:
        """The tangent of the packed results when leaf i moves."""
        self.demand_the_same_surroundings()
        self.expected = plain(y)
        moves: list[Any] = [move if j == i else None for j in range(len(leaves))]
        for count in range(self.times):
            recorded = call(self.step, tuple(leaves))
            found = eager.forward(recorded.tape, {j: m for j, m in enumerate(moves) if m is not None})
            lines = [recorded.line(j) for j in range(len(recorded.outputs))]
            values = [recorded.value(j) for j in range(len(lines))]
            moved = [in_form(None if k is None else found[k], x) for k, x in zip(lines, values)]
            if count + 1 < self.times:
                leaves, moves = [*values, *leaves[self.first :]], [*moved, *moves[self.first :]]
        self.demand_the_same_results(self.packed([plain(x) for x in values]))
        return self.packed(moved)


def _pull(static: Any, i: int, bar: Any, y: Any, *leaves: Any) -> Any:
    return static[0].pulled(bar, y, leaves)[i]


def _push(static: Any, i: int, move: Any, y: Any, *leaves: Any) -> Any:
    return static[0].pushed(i, move, y, leaves)


@row("checkpoint", "segment", pull=_pull, push=_push)
def _run(static: Any, *leaves: Any) -> Any:
    return static[0].value(leaves)
