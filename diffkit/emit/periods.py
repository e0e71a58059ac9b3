"""Repeated periods: the loops that a straight-line Program was before it was recorded.

Letters: a loop starts at line ``s``, has ``m`` iterations of ``p`` lines; line s + i p + j is position ``j`` of iteration ``i``.
What position j reads moves by a constant ``stride`` an iteration: by p what an iteration computes or hands to the next one,
by 0 what is the same for all, by anything else what stands in a list.

Candidates come from equal windows of operations, as in the compression of texts (Ziv and Lempel 1977), and are then verified
line by line, which takes a time linear in the number of lines.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence

from diffkit import limits

WINDOWS = (4, 16, 64, 256, 1024)  # lines that must be equal before a period is tried; longer ones find outer loops
MODULUS, BASE = (1 << 61) - 1, 1_000_003


class Loop(namedtuple("Loop", "s p m strides")):
    """A run of equal periods; ``strides[j]`` has one stride for each operand of position j."""

    __slots__ = ()
    s: int
    p: int
    m: int
    strides: tuple[tuple[int, ...], ...]

    @property
    def end(self) -> int:
        """The line after the last."""
        return self.s + self.p * self.m


def find(shapes: Sequence[int], args: Sequence[tuple[int, ...]], least: int) -> list[Loop]:
    """The loops of at least ``least`` lines that leave the fewest lines to write, of those that the windows find."""
    best: list[Loop] = []
    size = len(shapes)
    for window in WINDOWS:
        if size <= least or window > len(shapes) // 3:
            break
        found = _with_window(shapes, args, window, least)
        left = len(shapes) - sum(loop.p * (loop.m - 1) for loop in found)
        if left < size:
            best, size = found, left
    return best


def _with_window(shapes: Sequence[int], args: Sequence[tuple[int, ...]], window: int, least: int) -> list[Loop]:
    found: list[Loop] = []
    latest: dict[int, int] = {}
    tried: dict[int, int] = {}  # the line up to which a period has been verified already
    free = 0  # lines before it belong to loops
    for k, key in enumerate(_windows(shapes, window)):
        before, p = latest.get(key, -1), k - latest.get(key, -1)
        latest[key] = k
        if before < free or k < max(free, tried.get(p, 0)) or p > limits.PERIOD_LINES:
            continue
        loop, tried[p] = _verified(shapes, args, before, p)
        if loop.m >= 4 and loop.m * loop.p >= least:
            found.append(_turned(loop, args))
            free = found[-1].end
    return found


def _windows(shapes: Sequence[int], window: int) -> list[int]:
    """A number for each window of shapes, the same for equal ones (Karp and Rabin 1987)."""
    lead, key, keys = pow(BASE, window, MODULUS), 0, []
    for k, shape in enumerate(shapes):
        key = (key * BASE + shape + 1) % MODULUS
        if k >= window:
            key = (key - lead * (shapes[k - window] + 1)) % MODULUS
        if k >= window - 1:
            keys.append(key)
    return keys


def _verified(shapes: Sequence[int], args: Sequence[tuple[int, ...]], s: int, p: int) -> tuple[Loop, int]:
    """The first run of period p from line s on (m is 2 if there is none), and the line up to which this was settled."""
    start = t = s + 2 * p
    while t < len(shapes) and shapes[t] == shapes[t - p] == shapes[t - 2 * p]:
        if _strides(args, t, p) != _strides(args, t - p, p):
            if t - start >= p:
                break
            start = t + 1
        t += 1
    strides = tuple(_strides(args, line, p) for line in range(start - p, start)) if t - start >= p else ()
    return Loop(start - 2 * p, p, (t - start) // p + 2, strides), t


def _turned(loop: Loop, args: Sequence[tuple[int, ...]]) -> Loop:
    """The loop begun at the line where it hands the fewest values from one iteration to the next."""
    s, p, m, strides = loop
    if p > limits.TURNED_LINES:
        return loop
    handed = [len({a % p for t in range(s + r + p, s + r + 2 * p) for a in args[t] if s + r <= a < s + r + p}) for r in range(p)]
    r = handed.index(min(handed))
    return Loop(s + r, p, m - (r > 0), strides[r:] + strides[:r])


def _strides(args: Sequence[tuple[int, ...]], t: int, p: int) -> tuple[int, ...]:
    return tuple([a - b for a, b in zip(args[t], args[t - p])])
