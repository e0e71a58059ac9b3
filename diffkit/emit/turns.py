"""The loops of a Program as a reader expects them: from the first turn on, wherever its values came from.

Letters: a loop begins at line ``base`` and has ``m`` turns of ``p`` lines; line base + i p + j is position ``j`` of turn ``i``.
`periods` finds turns that are equal line by line.  The first turn differs in what it reads (x, where the others read what the
turn before has left), so it is joined here: ``starts`` says which line stands where the turn before the first would have.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence

from diffkit import limits
from diffkit.emit import periods
from diffkit.emit.facts import Facts
from diffkit.emit.layout import Ref
from diffkit.program import Program

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


class Turns(namedtuple("Turns", "base p m refs starts")):
    """A loop: what each operand of each position reads, and the lines that stand before the first turn."""

    __slots__ = ()
    base: int
    p: int
    m: int
    refs: list[list[Ref]]
    starts: dict[int, int]

    @property
    def end(self) -> int:
        """The line after the last."""
        return self.base + self.p * self.m

    def lead(self, j: int) -> int:
        """How many turns before the first are read at position j."""
        return max((r.q for row in self.refs for r in row if r.kind == "before" and r.j == j), default=0)

    def leads(self, j: int) -> list[int]:
        """The lines that stand for position j before the first turn."""
        virtual = range(self.base + j - self.lead(j) * self.p, self.base + j, self.p)
        return [self.starts.get(k, k) for k in virtual]


def leaves_first(program: Program) -> Program:
    """The same Program with constants, one for each use, and inputs before all else, where they do not hide what repeats."""
    lines = program.lines
    leaves = [lines[a] for line in lines for a in line.args if lines[a].op == "const"]
    later = [k for k, line in enumerate(lines) if line.args or (line.op == "const" and k in program.outputs)]
    place: dict[int, int] = {}
    for k in [*(k for k, line in enumerate(lines) if line.op == "input"), *later]:
        place[k] = len(leaves) + len(place)
    fresh = iter(range(len(leaves)))
    moved = [lines[k] for k in place]
    new = [line._replace(args=tuple([next(fresh) if lines[a].op == "const" else place[a] for a in line.args])) for line in moved]
    return Program(
        (*leaves, *new),
        program.inputs,
        tuple([place[k] for k in program.outputs]),
        tuple([(name, place[k]) for name, k in program.names if k in place]),
        tuple([(place[k], outcome) for k, outcome in program.guards if k in place]),
    )


def find(facts: Facts, least: int) -> list[Turns]:
    """The loops of at least ``least`` lines that can be written as loops over lists of their own values."""
    args, found = [line.args for line in facts.lines], list[Turns]()
    shapes = facts.shapes()
    loops = periods.find(shapes, args, least)
    for n, loop in enumerate(loops):
        floor = found[-1].end if found else 0
        ceiling = loops[n + 1].s if n + 1 < len(loops) else len(args)
        turns = _Finder(facts, shapes, args, found, (floor, ceiling)).turns(loop)
        found += [turns] if turns else []
    return found


class _Finder:
    """One loop that `periods` found, made longer at both ends."""

    def __init__(
        self, facts: Facts, shapes: list[int], args: Sequence[tuple[int, ...]], before: list[Turns], room: tuple[int, int]
    ) -> None:
        self.facts, self.shapes, self.args, self.before = facts, shapes, args, before
        self.floor, self.ceiling = room

    def turns(self, loop: periods.Loop) -> Turns | None:
        """The loop with as much of an earlier turn as fits, or None if it reads what no list of a listing holds."""
        for d in range(min(loop.p, loop.s - self.floor, limits.TURNED_LINES), -1, -1):
            starts = self._starts(loop.s - d, loop)
            turns = None if starts is None else self._placed(loop.s - d, loop, starts)
            if turns and _distinct(turns):
                return turns
        return None

    def _strides(self, t: int, p: int) -> list[int]:
        return [b - a for a, b in zip(self.args[t], self.args[t + p])]

    def _starts(self, base: int, loop: periods.Loop) -> dict[int, int] | None:
        """What stands before a first turn that begins at ``base``; None if the lines there are none."""
        lines, guards, p, starts = self.facts.lines, self.facts.guards, loop.p, dict[int, int]()
        for t in range(base, loop.s):
            if lines[t].op != lines[t + p].op or guards.get(t) != guards.get(t + p):
                return None
            for a, b, stride in zip(self.args[t], self.args[t + p], self._strides(t + p, p)):
                expected = b - stride
                carried = stride == p and expected < base
                if carried and lines[b].op != "const":
                    if a >= base or starts.setdefault(expected, a) != a:
                        return None
                elif a != expected and not (lines[a].op == lines[b].op == "const"):
                    return None
        return starts if self._agree(base, loop, starts) else None

    def _agree(self, base: int, loop: periods.Loop, starts: dict[int, int]) -> bool:
        """Do later turns that look back beyond the first find there what it finds?"""
        for t in range(loop.s, loop.s + loop.p * min(loop.m - 1, limits.LOOKBACK)):
            for a, stride in zip(self.args[t], self._strides(t, loop.p)):
                if stride == loop.p and a < base and starts.setdefault(a, a) != a:
                    return False
        return True

    def _end(self, loop: periods.Loop) -> int:
        """The line up to which the loop goes on, in part of a turn perhaps."""
        t, p, shapes = loop.end, loop.p, self.shapes
        while t < self.ceiling and shapes[t] == shapes[t - p] and self._strides(t - p, p) == self._strides(t - 2 * p, p):
            t += 1
        return t

    def _placed(self, base: int, loop: periods.Loop, starts: dict[int, int]) -> Turns | None:
        p, m = loop.p, (self._end(loop) - base) // loop.p
        refs = [
            [self._ref(base, p, m, j, c, stride) for c, stride in enumerate(self._strides(base + p + j, p))] for j in range(p)
        ]
        if any(r is None for row in refs for r in row) or not any(refs):
            return None
        return Turns(base, p, m, refs, starts)

    def _ref(self, base: int, p: int, m: int, j: int, c: int, stride: int) -> Ref | None:
        """What operand c of position j reads, from the second and third turn; the first may begin elsewhere."""
        second, kind = self.args[base + p + j][c], self.facts.lines[self.args[base + p + j][c]].op
        if kind == "const":
            lines = [self.facts.lines[self.args[base + i * p + j][c]] for i in range(m)]
            values = tuple([line.value for line in lines])
            return Ref("const" if len(set(values)) == 1 else "table", table=values)
        if not stride:
            return Ref("fixed", line=second) if second < base else None
        if kind == "input":
            return None
        iterations, position = divmod(second - stride - base, p)
        if stride == p and iterations == 0:
            return Ref("same", j=position)
        if stride == p and 0 < -iterations <= min(limits.LOOKBACK, m - 1):
            return Ref("before", j=position, q=-iterations)
        return self._item(second, stride, m)

    def _item(self, second: int, stride: int, m: int) -> Ref | None:
        first, last = (home(self.before, second + stride * i) for i in (-1, m - 2))
        if first is None or last is None or first[0] != last[0] or stride % self.before[first[0]].p:
            return None
        n, i, j = first
        return Ref("item", j=j, line=n, base=i, stride=stride // self.before[n].p)


def _distinct(turns: Turns) -> bool:
    """Does each line before the loop begin one list only?"""
    leads = [k for j in range(turns.p) for k in turns.leads(j)]
    return len({*leads}) == len(leads) and all(k < turns.base for k in leads)


def home(loops: Sequence[Turns], k: int) -> tuple[int, int, int] | None:
    """The loop, turn and position of a line; None outside all loops."""
    for n, loop in enumerate(loops):
        if loop.base <= k < loop.end:
            return n, *divmod(k - loop.base, loop.p)
    return None


def straight(loops: Sequence[Turns], lines: int) -> Iterator[Any]:
    """The lines outside all loops, and the numbers of the loops as negative numbers -1, -2, ... where they stand."""
    k = 0
    for n, loop in enumerate(loops):
        yield from range(k, loop.base)
        yield -1 - n
        k = loop.end
    yield from range(k, lines)
