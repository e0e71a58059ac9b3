"""One loop of an emitted function: its forward part stores what its reverse part needs and cannot cheaply compute again.

Letters: position ``j``, operand ``c``, iteration ``i``, ``q`` iterations back; names end in _before for the iteration before, in
_all for the list of all iterations, in _kept for what is stored for the reverse sweep only.
"""

from __future__ import annotations

from typing import Any

from diffkit import limits
from diffkit.emit.gifts import Gift, Given, Target
from diffkit.emit.layout import INPUTS, Placed, Ref
from diffkit.emit.page import Page, Row, Step
from diffkit.emit.sheet import CHEAP, Sheet, reach

FREE = {"leaf", "load", "const"}  # what the reverse sweep can read again without storing it


class ForwardLoop:
    """The forward part of one loop; ``owner`` is the Writer of the function."""

    def __init__(self, owner: Any, number: int, loop: Placed) -> None:
        self.owner, self.number, self.loop = owner, number, loop
        self.facts, self.naming = owner.facts, owner.naming
        self.sheet = Sheet()
        self.first = self._first()
        self.direct = self._direct()
        self.chain: Gift | None = None  # what the reverse loop hands to the adjoint of ``direct``
        self.value: list[Any] = []
        self.wishes: dict[int, str] = {}  # what a node is called
        self.kept: dict[int, str] = {}  # nodes that the reverse loop reads from lists, and how
        self.stored: dict[int, str] = {}  # those whose lists are written for it alone, and their lists
        self.tables: dict[tuple[float, ...], str] = {}
        self.body: list[Step] = []
        self.backward: list[Given] = []

    # --- names and places ----------------------------------------------------------------------------------------------
    def name(self, j: int) -> str:
        """The variable of a position."""
        return str(self.naming.body[self.number, j])

    def list_of(self, j: int) -> str:
        """The list of a position's values."""
        return str(self.naming.derived(self.name(j), "all"))

    def before(self, j: int) -> str:
        """The variable of a position's value in the iteration before."""
        if j == self.direct:
            return self.name(j)
        return str(self.naming.derived(self.name(j), "before"))

    def bar(self, j: int) -> str:
        """The variable of a position's adjoint."""
        return str(self.naming.bar(self.name(j)))

    def maybe(self, j: int) -> bool:
        """May the adjoint of a position, or of what stands before its list, stay unreached?"""
        loop = self.loop
        lines = [loop.s + j, *self._lead(j)]
        return any(self.facts.reached[k] and not self.facts.sure[k] for k in lines)

    def _lead(self, j: int) -> range:
        """The lines before the loop that begin the list of a position."""
        loop, q = self.loop, self.loop.lead.get(j, 0)
        return range(loop.s + j - q * loop.p, loop.s + j, loop.p)

    def _direct(self) -> int | None:
        """The one position that is handed on, if only the next iteration reads it: one variable does for both."""
        chained = self._chained()
        if len(chained) != 1 or self.loop.s + chained[0] in self.facts.guards:
            return None
        read = any(r.kind == "same" and r.j == chained[0] for row in self.loop.refs for r in row)
        return None if read else chained[0]

    def _depends(self, j: int, c: int) -> bool:
        return bool(self.facts.depends[self.facts.lines[self.loop.s + self.loop.p + j].args[c]])

    def index(self, base: int, stride: int) -> str:
        """base + stride*(i - first) as Python."""
        base -= stride * self.first
        moving = "i" if stride == 1 else "-i" if stride == -1 else f"{stride}*i"
        return moving if not base else f"{moving} {'+' if base > 0 else '-'} {abs(base)}"

    def _first(self) -> int:
        """The number of the first iteration: the one that lets most indices into the list of inputs be just i."""
        refs = [r for row in self.loop.refs for r in row if r.kind == "item" and r.stride == 1 and 0 <= r.base <= limits.LOOKBACK]
        return max({r.base for r in refs}, key=[r.base for r in refs].count, default=0)

    # --- what an operand reads, and where its adjoint is --------------------------------------------------------------
    def _read(self, r: Ref) -> Any:
        if r.kind == "same":
            return self.value[r.j]
        if r.kind == "const":
            return self.sheet.const(r.table[0])
        text = self._text(r)
        return self.sheet.leaf(text, "load" if "[" in text else "var" if r.kind == "before" else "leaf")

    def _text(self, r: Ref) -> str:
        if r.kind == "fixed":
            return str(self.owner.text_of(r.line))
        if r.kind == "table":
            if r.table not in self.tables:
                self.tables[r.table] = self.naming.names.new("table")
                self.owner.data[self.tables[r.table]] = (0.0,) * self.first + r.table
            return f"{self.tables[r.table]}[i]"
        if r.kind == "before":
            return (
                f"{self.list_of(r.j)}[{self.index(self.loop.lead[r.j] - r.q, 1)}]" if r.j in self.loop.lead else self.before(r.j)
            )
        if r.line == INPUTS:
            return f"{self.naming.inputs}[{self.index(r.base, r.stride)}]"
        other = self.owner.loops[r.line]
        return f"{other.list_of(r.j)}[{self.index(r.base + other.loop.lead[r.j], r.stride)}]"

    def _target(self, r: Ref) -> Target:
        lead = self.loop.lead
        if r.kind == "fixed":
            return self.owner.target(r.line)  # type: ignore[no-any-return]
        if r.kind == "same" and r.j in self.loop.inputs:
            base, stride = self.loop.inputs[r.j]
            r = Ref("item", line=INPUTS, base=base, stride=stride)
        if r.kind in {"same", "before"} and r.j in lead:
            text = f"{self.naming.bar(self.list_of(r.j))}[{self.index(lead[r.j] - r.q, 1)}]"
            return Target(text, None, self.maybe(r.j))
        if r.kind == "same":
            return Target(self.bar(r.j), ("same", r.j))
        if r.kind == "before":
            return Target(self.naming.derived(self.bar(r.j), "before"), ("before", r.j))
        if r.line == INPUTS:
            once = self.owner.given_once(range(r.base, r.base + r.stride * self.loop.m, r.stride))
            return Target(
                f"{self.naming.bar(self.naming.inputs)}[{self.index(r.base, r.stride)}]", None, self.owner.inputs_maybe, once
            )
        other = self.owner.loops[r.line]
        place = self.index(r.base + other.loop.lead[r.j], r.stride)
        return Target(f"{self.naming.bar(other.list_of(r.j))}[{place}]", None, other.maybe(r.j))

    # --- forward -------------------------------------------------------------------------------------------------------
    def _body(self) -> list[Step]:
        found = []
        for j, refs in enumerate(self.loop.refs):
            k = self.loop.s + j
            line = self.facts.lines[k]
            if line.op == "input":
                base, stride = self.loop.inputs[j]
                self.value.append(self._read(Ref("item", line=INPUTS, base=base, stride=stride)))
            elif line.op == "const":
                lines = range(k, self.loop.end, self.loop.p)
                values = tuple([self.facts.lines[line].value for line in lines])
                self.value.append(self._read(Ref("const" if len(set(values)) == 1 else "table", table=values)))
            else:
                self.value.append(getattr(self.sheet.F, line.op)(*map(self._read, refs)))
                if j != self.direct:
                    self.wishes.setdefault(self.value[j].index, self.name(j))
                if k in self.naming.wishes or j in self.loop.carried or j in self.loop.lead:
                    found.append(Step("forward", k, self.name(j), "=", self.value[j].index))
            if k in self.facts.guards:
                found.append(Step("frame", k, str(self.facts.guards[k]), "guard", self.value[j].index))
        return found

    def contributions(self) -> list[Given]:
        """What the reverse loop hands on, which says what the forward loop has to store."""
        raise NotImplementedError

    def forward(self) -> list[Row]:
        """The rows of the forward loop, and of what must be ready before it."""
        self.body = self._body()
        self.backward = self.contributions()
        self._keep()
        return [*self._made_ready(), Row("frame", self.loop.s, f"for i in range({self._range()}):"), *self._looped()]

    def _range(self) -> str:
        return f"{self.first}, {self.first + self.loop.m}" if self.first else str(self.loop.m)

    def _made_ready(self) -> list[Row]:
        rows, empty = [], self.owner.dialect.empty
        for j in sorted(self.loop.lead):
            rows.append(Row("forward", self.loop.s + j, self.list_of(j), "=", empty.format(self.loop.m + self.loop.lead[j])))
            for slot, k in enumerate(self._lead(j)):
                rows.append(Row("forward", k, f"{self.list_of(j)}[{slot}]", "=", self.owner.text_of(k)))
        for j in self._chained():
            k = self.loop.s - self.loop.p + j
            rows.append(Row("forward", k, self.before(j), "=", self.owner.text_of(k)))
        for name in self.stored.values():
            rows.append(Row("forward", -1, name, "=", empty.format(self.first + self.loop.m)))
        return rows

    def _chained(self) -> list[int]:
        """Positions that hand their value to the next iteration in a variable."""
        return sorted(self.loop.carried - set(self.loop.lead))

    def _looped(self) -> list[Row]:
        page = Page(self.sheet, self.body, self._temporary, self.owner.dialect)
        page.count()
        page.uses.update(dict.fromkeys(self.kept, 2))
        last = [step for step in self.body if self.direct is not None and step.line == self.loop.s + self.direct]
        page.items = [step for step in self.body if step not in last]
        rows = page.rows()
        for step in last:
            page.share(step, rows)
        for j in sorted(self.loop.lead):
            place = f"{self.list_of(j)}[{self.index(self.loop.lead[j], 1)}]"
            rows.append(Row("forward", self.loop.s + j, place, "=", self.name(j)))
        for k, name in self.stored.items():
            rows.append(Row("forward", -1, f"{name}[i]", "=", self.sheet.text(k, page.names)))
        for step in last:
            page.step(step, rows)
        for j in self._chained() if self.direct is None else []:
            rows.append(Row("forward", self.loop.s + j, self.before(j), "=", self.name(j)))
        return [row.deeper(1) for row in rows]

    def _temporary(self, k: int) -> str:
        if k not in self.wishes:
            self.wishes[k] = self.naming.names.new("t")
        return self.wishes[k]

    # --- what the reverse loop needs -------------------------------------------------------------------------------------
    def _keep(self) -> None:
        """Choose what to store: a node is computed again if that is cheap and needs at most one more value stored."""
        listed = {self.value[j].index: f"{self.list_of(j)}[{self.index(q, 1)}]" for j, q in self.loop.lead.items()}
        nodes = self.sheet.nodes
        handed = [gift for given in self.backward for gift in given.gifts] + ([self.chain] if self.chain else [])
        roots = [k for gift in handed for k in (gift.share, gift.choice) if k is not None]
        at_hand = reach(nodes, [step.node for step in self.body])
        for k in sorted(reach(nodes, roots) & at_hand):
            if k in listed:
                self.kept[k] = listed[k]
                continue
            missing = self._missing(k)
            for n in missing if len(missing) <= 1 else {k}:
                self.stored[n] = self.naming.derived(self._stored_name(n), "kept")
                self.kept[n] = f"{self.stored[n]}[i]"

    def _missing(self, k: int) -> set[int]:
        nodes, missing = self.sheet.nodes, set[int]()
        stop = reach(nodes, [k], lambda n: n in self.kept or nodes[n].op not in CHEAP)
        for n in stop:
            if n not in self.kept and nodes[n].op not in CHEAP and nodes[n].op not in FREE:
                missing.add(n)
        return missing

    def _stored_name(self, k: int) -> str:
        return self.sheet.nodes[k].text if self.sheet.nodes[k].op == "var" else self._temporary(k)
