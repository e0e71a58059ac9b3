"""One loop of a listing, both ways: every value of every turn stands in a list, as the reverse sweep needs it."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from diffkit.emit.facts import partial_of
from diffkit.emit.layout import Ref
from diffkit.emit.turns import Turns


class Operation(namedtuple("Operation", "op position constants shapes", defaults=((), ()))):
    """By which partial a row hands an adjoint back: of ``op`` by its operand ``position``; the operands that are constant."""

    __slots__ = ()
    op: str
    position: int
    constants: tuple[float | None, ...]
    shapes: tuple[Any, ...]


class Entry(namedtuple("Entry", "role line name sign expression depth operation", defaults=(0, None))):
    """A row: role is forward or reverse, part (of such a row), copy (of a value), or frame (of a loop); its line or -1."""

    __slots__ = ()
    role: str
    line: int
    name: str
    sign: str
    expression: str
    depth: int
    operation: Operation | None

    @property
    def text(self) -> str:
        """The row as Python, without its indentation."""
        return f"{self.name} {self.sign} {self.expression}" if self.sign else self.name


def whole(role: str, text: str, depth: int = 0) -> Entry:
    """A row that is no assignment."""
    return Entry(role, -1, text, "", "", depth)


class ListedLoop:
    """One loop; ``owner`` is the `listing.Listing`."""

    def __init__(self, owner: Any, loop: Turns) -> None:
        self.owner, self.loop, self.sheet, self.facts = owner, loop, owner.sheet, owner.facts
        self.alias: dict[int, str] = {}  # lines before the loop whose adjoint a list keeps while the loop runs
        self.value: list[Any] = []

    # --- names ---------------------------------------------------------------------------------------------------------
    def name(self, j: int) -> str:
        """The list of a position."""
        return str(self.owner.line[self.loop.base + j])

    def item(self, name: str, j: int, q: int = 0) -> str:
        """The item of a position's list that belongs to this turn, or the one q before."""
        return f"{name}[{_index(self.loop.lead(j) - q, 1)}]"

    def listed(self, j: int) -> bool:
        """Is the adjoint of a position kept for more than its own turn?"""
        return bool(self.loop.lead(j)) or any(k in self.owner.outside for k in self._lines(j))

    def _lines(self, j: int) -> range:
        return range(self.loop.base + j, self.loop.end, self.loop.p)

    def bar(self, j: int) -> str:
        """The adjoint of a position, or the list of it."""
        return str(self.owner.bar(self.name(j)))

    # --- forward -------------------------------------------------------------------------------------------------------
    def forward(self) -> Iterator[Entry]:
        """The lists, then the loop."""
        body = [row for j in range(self.loop.p) for row in self._position(j)]
        for j in range(self.loop.p):
            if self.facts.lines[self.loop.base + j].args and not self.owner.inline(self.loop.base + j):
                starts = ", ".join(self.sheet.text(self.owner.read(k).index) for k in self.loop.leads(j))
                yield Entry(
                    "copy", -1, self.name(j), "=", f"[{starts}] + [0.0]*{self.loop.m}" if starts else f"[0.0]*{self.loop.m}"
                )
        yield whole("frame", f"for i in range({self.loop.m}):")
        yield from (row._replace(depth=1) for row in body)

    def _position(self, j: int) -> Iterator[Entry]:
        k = self.loop.base + j
        node = self.sheet.operation(self.facts.lines[k].op, [self._node(r) for r in self.loop.refs[j]])
        if self.owner.inline(k):
            self.value.append(node)
        else:
            text = self.item(self.name(j), j)
            self.value.append(self.sheet.leaf(text))
            yield Entry("forward", k, text, "=", self.sheet.text(node.index))
        if k + self.loop.p in self.facts.guards:
            yield self.owner.guard(k + self.loop.p, self.value[j], 1)

    def _node(self, r: Ref) -> Any:
        found = self._operand(r)
        return self.sheet.const(found) if isinstance(found, float) else found

    def _operand(self, r: Ref) -> Any:
        """What an operand reads: a number where it is constant."""
        if r.kind == "const":
            return float(r.table[0])
        if r.kind == "same":
            return self.value[r.j]
        if r.kind == "fixed":
            return self.owner.read(r.line)
        return self.sheet.leaf(self._text(r))

    def _text(self, r: Ref) -> str:
        if r.kind == "before":
            return self.item(self.name(r.j), r.j, r.q)
        if r.kind == "item":
            other = self.owner.loops[r.line]
            return f"{self.owner.line[other.base + r.j]}[{_index(r.base + other.lead(r.j), r.stride)}]"
        steps = {b - a for a, b in pairwise(r.table)}
        if len(steps) == 1 and all(x % 1 == 0 and abs(x) < 2**31 for x in r.table):
            text = _index(int(r.table[0]), int(steps.pop()))
            return text if text == "i" else f"({text})"
        return f"({', '.join(map(repr, r.table))})[i]"

    # --- reverse -------------------------------------------------------------------------------------------------------
    def start(self) -> Iterator[Entry]:
        """The lists of adjoints."""
        for j in range(self.loop.p):
            if self._moves(j) and not self.owner.inline(self.loop.base + j) and self.listed(j):
                yield Entry("copy", -1, self.bar(j), "=", f"[0.0]*{self.loop.m + self.loop.lead(j)}")

    def _moves(self, j: int) -> bool:
        return bool(self.facts.reached[self.loop.base + self.loop.p + j])

    def reverse(self) -> Iterator[Entry]:
        """The loop backwards, what must be ready before it, and what it leaves to the lines before it."""
        owner = self.owner
        slots = [
            (f"{self.bar(j)}[{slot}]", k)
            for j in range(self.loop.p)
            for slot, k in enumerate(self.loop.leads(j))
            if self.facts.depends[k] and self._moves(j)
        ]
        if not any(map(self._moves, range(self.loop.p))):
            return
        self.alias = {k: slot for slot, k in slots}
        yield from (Entry("copy", -1, slot, "=", owner.target(k)) for slot, k in slots if owner.holds(owner.target(k)))
        yield from self._outside_ready()
        body = [row for j in reversed(range(self.loop.p)) for row in self._back(j)]
        yield whole("frame", f"for i in range({self.loop.m - 1}, -1, -1):")
        yield from (row._replace(depth=1) for row in body)
        for slot, k in slots:
            yield Entry("copy", -1, owner.target(k), "=", slot)
            owner.begun.add(owner.target(k))

    def _outside_ready(self) -> Iterator[Entry]:
        """Adjoints of lines before the loop to which every turn adds."""
        for j, refs in enumerate(self.loop.refs):
            for c, target in enumerate(self._targets(j) if self._moves(j) else []):
                if target and refs[c].kind == "fixed" and not self.owner.holds(target):
                    yield Entry("copy", -1, target, "=", "0.0")
                    self.owner.begun.add(target)

    def _targets(self, j: int) -> list[str | None]:
        k, op = self.loop.base + self.loop.p + j, self.facts.lines[self.loop.base + j].op
        moving = [
            self.facts.depends[a] and partial_of(op, c) is not None and not self.owner.inline(a)
            for c, a in enumerate(self.facts.lines[k].args)
        ]
        return [self._target(r) if moves else None for r, moves in zip(self.loop.refs[j], moving, strict=True)]

    def _target(self, r: Ref) -> str:
        if r.kind == "fixed":
            return self.alias.get(r.line) or str(self.owner.target(r.line))
        if r.kind == "item":
            name, bracket, place = self._text(r).partition("[")
            return str(self.owner.bar(name)) + bracket + place
        return self.item(self.bar(r.j), r.j, r.q) if self.listed(r.j) else self.bar(r.j)

    def _back(self, j: int) -> Iterator[Entry]:
        """The rows of one position."""
        k = self.loop.base + j
        if not self._moves(j) or not self.facts.lines[k].args or self.owner.inline(k):
            return
        bar = self.item(self.bar(j), j) if self.listed(j) else self.bar(j)
        if self.owner.holds(bar):
            operands, sure = [self._operand(r) for r in self.loop.refs[j]], self.facts.sure[k + self.loop.p]
            yield from self.owner.contributions(k, self.sheet.leaf(bar), sure, self.value[j], operands, self._targets(j))


def _index(base: int, stride: int) -> str:
    """base + stride*i as Python."""
    moving = "i" if stride == 1 else "-i" if stride == -1 else f"{stride}*i"
    return moving if not base else f"{moving} {'+' if base > 0 else '-'} {abs(base)}"
