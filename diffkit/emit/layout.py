"""Where every value of a compiled Program lives: in a variable of its own, in a variable of a loop, or in a list.

Letters: line ``k``; in a loop, position ``j`` of iteration ``i`` (`periods`), ``c`` an operand.  What a loop reads is described
by a `Ref`: the same iteration, the one ``q`` before, one line for all iterations, or an item base + stride*i of a list.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import namedtuple
from collections.abc import Iterator
from itertools import pairwise

from diffkit import limits
from diffkit.emit import periods
from diffkit.emit.facts import Facts, partial_of

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    pass

INPUTS = -1  # the list of the inputs, beside those of the loops


class Ref(namedtuple("Ref", "kind j q line base stride table", defaults=(0, 0, 0, 0, 0, ()))):
    """What one operand of a loop reads: kind is same, before, fixed, item, const or table."""

    __slots__ = ()
    kind: str
    j: int  # same, before, item: the position read
    q: int  # before: how many iterations ago
    line: int  # fixed: the line; item: which loop, or INPUTS
    base: int
    stride: int
    table: tuple[float, ...]  # const, table: the values


class Placed:
    """A loop that will be written as one: its `periods.Loop`, what its operands read, and which values go into lists."""

    def __init__(self, loop: periods.Loop, refs: list[list[Ref]], inputs: dict[int, tuple[int, int]]) -> None:
        self.s, self.p, self.m, self.end = loop.s, loop.p, loop.m, loop.end
        self.refs = refs
        self.inputs = inputs  # positions that are inputs themselves: base and stride in the list of inputs
        self.carried = {r.j for row in refs for r in row if r.kind == "before"}
        self.lead: dict[int, int] = {}  # positions in lists, and how many iterations before the first these begin

    def lookback(self, j: int) -> int:
        """How many iterations before the first are read."""
        return max((r.q for row in self.refs for r in row if r.kind == "before" and r.j == j), default=0)

    def enlist(self, j: int) -> None:
        """Keep the values of position ``j`` in a list, unless it is an input or a constant, which stand in one already."""
        if self.refs[j]:
            self.lead[j] = self.lookback(j)


class Layout:
    """The loops of a Program that can be written as loops, and where their values live.

    Examples
    --------
    >>> from diffkit import parse
    >>> layout = Layout(Facts(parse("repeat 100: l = 4*l*(1-l)")), least=50)
    >>> [(loop.s, loop.p, loop.m) for loop in layout.loops]
    [(6, 3, 99)]
    """

    def __init__(self, facts: Facts, least: int) -> None:
        self.facts, self.loops = facts, list[Placed]()
        self.starts: list[int] = []
        args = [line.args for line in facts.lines]
        for loop in periods.find(facts.shapes(), args, least):
            self._place(loop)
        self.listed_inputs = any(
            r.kind == "item" and r.line == INPUTS for loop in self.loops for row in loop.refs for r in row
        ) or any(loop.inputs for loop in self.loops)
        self._enlist()

    def home(self, k: int) -> tuple[Placed, int, int] | None:
        """The loop, iteration and position of a line; None outside all loops."""
        n = bisect_right(self.starts, k) - 1
        if n < 0 or k >= self.loops[n].end:
            return None
        loop = self.loops[n]
        return loop, *divmod(k - loop.s, loop.p)

    def straight(self) -> Iterator[int]:
        """The lines outside all loops."""
        k = 0
        for loop in self.loops:
            yield from range(k, loop.s)
            k = loop.end
        yield from range(k, len(self.facts.lines))

    # --- what a loop reads -------------------------------------------------------------------------------------------
    def _place(self, loop: periods.Loop) -> None:
        refs: list[list[Ref]] = []
        inputs: dict[int, tuple[int, int]] = {}
        for j, strides in enumerate(loop.strides):
            found = [self._ref(loop, a, stride) for a, stride in zip(self.facts.lines[loop.s + j].args, strides)]
            if self.facts.lines[loop.s + j].op == "input":
                found = [self._input(range(loop.s + j, loop.end, loop.p))]
            if None in found:
                return
            if self.facts.lines[loop.s + j].op == "input":
                inputs[j] = found[0].base, found[0].stride  # type: ignore[union-attr]
                found = []
            refs.append(found)  # type: ignore[arg-type]
        if any(refs):
            self.loops.append(Placed(loop, refs, inputs))
            self.starts.append(loop.s)

    def _ref(self, loop: periods.Loop, first: int, stride: int) -> Ref | None:
        lines = range(first, first + stride * loop.m, stride) if stride else range(first, first + 1)
        kind = self.facts.lines[lines[-1]].op
        if kind == "const":
            return self._constants(lines)
        if kind == "input" and stride:
            return self._input(lines)
        if not stride:
            return Ref("fixed", line=first) if first < loop.s else None
        if lines[-1] >= loop.s:
            iterations, j = divmod(first - loop.s, loop.p)
            if stride != loop.p or not -min(limits.LOOKBACK, loop.m - 1) <= iterations <= 0:
                return None
            return Ref("before", j=j, q=-iterations) if iterations else Ref("same", j=j)
        return self._item(lines)

    def _constants(self, lines: range) -> Ref | None:
        if any(self.facts.lines[k].op != "const" for k in lines):
            return None
        values = tuple([self.facts.lines[k].value for k in lines])
        return Ref("const" if len(set(values)) == 1 else "table", table=values)

    def _input(self, lines: range) -> Ref | None:
        if any(self.facts.lines[k].op != "input" for k in lines):
            return None
        places = [self.facts.position[self.facts.lines[k].text] for k in lines]
        stride = places[1] - places[0]
        if any(b - a != stride for a, b in pairwise(places)):
            return None
        return Ref("item", line=INPUTS, base=places[0], stride=stride)

    def _item(self, lines: range) -> Ref | None:
        first, last = self.home(lines[0]), self.home(lines[-1])
        if first is None or last is None or first[0] is not last[0] or lines.step % first[0].p:
            return None
        owner, i, j = first
        if j in owner.inputs:
            return self._input(lines)
        return Ref("item", j=j, line=self.loops.index(owner), base=i, stride=lines.step // owner.p)

    # --- which values go into lists ------------------------------------------------------------------------------------
    def _enlist(self) -> None:
        """What is read otherwise than by the same or the next iteration, or once after the loop, goes into a list."""
        outside = [a for k in self.straight() for a in self.facts.lines[k].args] + [self.facts.root]
        for loop in self.loops:
            for j in loop.carried - self._handing_back(loop):
                loop.enlist(j)
            for r in (r for row in loop.refs for r in row):
                if r.kind == "before" and r.q > 1:
                    loop.enlist(r.j)
                elif r.kind == "item" and r.line != INPUTS:
                    self.loops[r.line].enlist(r.j)
                elif r.kind == "fixed":
                    outside.append(r.line)
        for a in outside:
            found = self.home(a)
            if found and (found[1] != found[0].m - 1 or found[2] not in found[0].carried):
                found[0].enlist(found[2])
        self._enlist_shared_starts()

    def _handing_back(self, loop: Placed) -> set[int]:
        """Positions to whose adjoint the next iteration contributes."""
        lines, found = self.facts.lines, set()
        for j, row in enumerate(loop.refs):
            for c, r in enumerate(row):
                k = loop.s + loop.p + j
                if (
                    r.kind == "before"
                    and self.facts.reached[k]
                    and self.facts.depends[lines[k].args[c]]
                    and partial_of(lines[k].op, c)
                ):
                    found.add(r.j)
        return found

    def _enlist_shared_starts(self) -> None:
        """A value before the loop with other readers after its start: only a list adds up its adjoint in the tape's order."""
        starts = {loop.s - loop.p + j: (loop, j) for loop in self.loops for j in loop.carried if j not in loop.lead}
        for k, line in enumerate(self.facts.lines):
            for a in line.args:
                if a in starts and k >= starts[a][0].s + starts[a][0].p:
                    starts[a][0].enlist(starts[a][1])
        if self.facts.root in starts:
            starts[self.facts.root][0].enlist(starts[self.facts.root][1])
