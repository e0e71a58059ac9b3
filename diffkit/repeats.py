"""Repeats in a list of operations: where a loop was unrolled, the same few lines come again and again.

Two lines are alike at distance p if they do the same and each operand is the same line, or one p lines further on; in a
repeat each operand does one or the other all the way.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

LONGEST = 200  # lines of a period
LEAST = 4  # periods that are worth calling a repeat


class Repeat(NamedTuple):
    """``times`` periods of ``period`` lines each, from line ``start`` on."""

    start: int
    period: int
    times: int

    @property
    def stop(self) -> int:
        """The line after the last period."""
        return self.start + self.period * self.times


def repeats(kinds: Sequence[object], operands: Sequence[Sequence[int]]) -> list[Repeat]:
    """The longest repeat, then the longest beside it, and so on, in the order of the lines.

    Parameters
    ----------
    kinds : sequence
        What each line does.
    operands : sequence of sequence of int
        Which lines it reads; what is no line (a constant) as any negative number that tells it from others.

    Examples
    --------
    >>> repeats(["input"] + ["sin"] * 9, [[]] + [[k] for k in range(9)])
    [Repeat(start=1, period=1, times=9)]
    """
    codes: dict[object, int] = {}
    kind = np.array([codes.setdefault(k, len(codes)) for k in kinds], dtype=np.int64)
    width = max(map(len, operands), default=0)
    reads = np.full((len(kinds), width), -1, dtype=np.int64)
    for i, found in enumerate(operands):
        reads[i, : len(found)] = found
    todo, done = [(0, len(kinds))], list[Repeat]()
    while todo:
        low, high = todo.pop()
        best = _longest(kind[low:high], reads[low:high], low)
        if best:
            done.append(best)
            todo += [(low, best.start), (best.stop, high)]
    return sorted(done)


def _longest(kind: np.ndarray, reads: np.ndarray, offset: int) -> Repeat | None:
    """The repeat that covers most lines, of the shortest period, or None."""
    best, covered = None, 0
    for p in range(1, min(LONGEST, len(kind) // LEAST) + 1):
        further = reads[p:] - reads[:-p]
        allowed = (further == 0) | ((further == p) & (reads[:-p] >= 0))
        alike = (kind[p:] == kind[:-p]) & allowed.all(axis=1)
        steady = alike.copy()  # an operand either stays or moves on, in every period alike
        steady[p:] &= (further[p:] == further[:-p]).all(axis=1)
        start, length = _run(steady)
        before = min(p, start - int(np.flatnonzero(np.append(True, ~alike[:start]))[-1])) if length else 0
        start, length = start - before, length + before
        times = (length + p) // p
        if times >= LEAST and times * p > covered:
            best, covered = Repeat(offset + start, p, times), times * p
    return best


def _run(alike: np.ndarray) -> tuple[int, int]:
    """Start and length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alike, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    i = int(np.argmax(stops - starts))
    return int(starts[i]), int(stops[i] - starts[i])
