"""One loop of an emitted function: its forward part stores what its reverse part needs and cannot cheaply compute again.

Letters: position ``j``, operand ``c``, iteration ``i``, ``q`` iterations back; names end in _before for the iteration before, in
_all for the list of all iterations, in _kept for what is stored for the reverse sweep only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diffkit.emit.gifts import MAYBE, NEUTRAL, SET, UNSET, Gift, Given, Target, gifts, steps
from diffkit.emit.layout import FARTHEST, INPUTS, Placed, Ref
from diffkit.emit.page import Page, Row, Step
from diffkit.emit.sheet import CHEAP, Sheet, reach
from diffkit.primitives import TABLE

FREE = {"leaf", "load", "const"}  # what the reverse sweep can read again without storing it


class LoopWriter:
    """Writes one loop; ``owner`` is the Writer of the function."""

    def __init__(self, owner: Any, number: int, loop: Placed) -> None:
        self.owner, self.number, self.loop = owner, number, loop
        self.facts, self.naming = owner.facts, owner.naming
        self.sheet = Sheet()
        self.first = self._first()
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

    def _depends(self, j: int, c: int) -> bool:
        return bool(self.facts.depends[self.facts.lines[self.loop.s + self.loop.p + j].args[c]])

    def index(self, base: int, stride: int) -> str:
        """base + stride*(i - first) as Python."""
        base -= stride * self.first
        moving = "i" if stride == 1 else "-i" if stride == -1 else f"{stride}*i"
        return moving if not base else f"{moving} {'+' if base > 0 else '-'} {abs(base)}"

    def _first(self) -> int:
        """The number of the first iteration: the one that lets most indices into the list of inputs be just i."""
        refs = [r for row in self.loop.refs for r in row if r.kind == "item" and r.stride == 1 and 0 <= r.base <= FARTHEST]
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
                self.wishes.setdefault(self.value[j].index, self.name(j))
                if k in self.facts.read:
                    found.append(Step("forward", k, self.name(j), "=", self.value[j].index))
            if k in self.facts.guards:
                found.append(Step("frame", k, str(self.facts.guards[k]), "guard", self.value[j].index))
        return found

    def forward(self) -> list[Row]:
        """The rows of the forward loop, and of what must be ready before it."""
        self.body = self._body()
        self.backward = self._backward()
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
        rows = page.rows()
        for j in sorted(self.loop.lead):
            rows.append(
                Row("forward", self.loop.s + j, f"{self.list_of(j)}[{self.index(self.loop.lead[j], 1)}]", "=", self.name(j))
            )
        for k, name in self.stored.items():
            rows.append(Row("forward", -1, f"{name}[i]", "=", self.sheet.text(k, page.names)))
        for j in self._chained():
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
        roots = [k for given in self.backward for gift in given.gifts for k in (gift.share, gift.choice) if k is not None]
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

    # --- reverse -------------------------------------------------------------------------------------------------------
    def _backward(self) -> list[Given]:
        """The contributions of every position, the last one first; sure ones to the same adjoint are written as one sum."""
        found: list[Given] = []
        single = self._single()
        for j in range(self.loop.p - 1, -1, -1):
            k = self.loop.s + j
            bar = self.sheet.const(1.0) if j == single else self._bar_node(j, found)
            if bar is not None and self.facts.lines[k].args:
                operands = [*map(self._read, self.loop.refs[j])]
                targets = [self._target(r) if self._depends(j, c) else None for c, r in enumerate(self.loop.refs[j])]
                given = gifts(self.sheet, k, self.facts.lines[k].op, bar, self.value[j], operands, targets)
                found.append(Given(k, self.bar(j), self.facts.sure[k], given))
        for j in self._chained():
            merged = self._merged(("before", j), found)
            if merged:
                merged[0].gifts.append(merged[1])
        if single is None:
            return found
        for target in {gift.target for given in found for gift in given.gifts if not isinstance(gift.target.key, tuple)}:
            merged = self._merged(target, found, lambda gift: gift.target)
            if merged:
                merged[0].gifts.append(merged[1])
        return [self._weighed(given, single) for given in found]

    def _bar_node(self, j: int, found: list[Given]) -> Any:
        """The adjoint of a position: its variable, or the sum of what it was given if nothing else comes; None: unreached."""
        if not self.facts.reached[self.loop.s + j]:
            return None
        variable = self.sheet.leaf(self.bar(j), "bar")
        if j in self.loop.lead or j in self.loop.carried:
            return variable
        given = [gift for one in found for gift in one.gifts if gift.target.key == ("same", j)]
        merged = self._merged(("same", j), found)
        if merged is None:
            return variable if given else None
        self.wishes.setdefault(merged[1].share, self.bar(j))
        return self.sheet.at(merged[1].share)

    def _merged(
        self, key: Any, found: list[Given], key_of: Callable[[Gift], Any] = lambda gift: gift.target.key
    ) -> tuple[Given, Gift] | None:
        """All contributions to one adjoint of the body taken out as one, with the line of the last; None if any is unsure."""
        parts = [(given, gift) for given in found for gift in given.gifts if key_of(gift) == key]
        if not parts or any(not given.sure or gift.choice is not None for given, gift in parts):
            return None
        total = self.sheet.at(parts[0][1].share)
        for _, gift in parts[1:]:
            total = total + self.sheet.at(gift.share)
        for given, gift in parts:
            given.gifts.remove(gift)
        return parts[-1][0], parts[-1][1]._replace(share=total.index)

    def _single(self) -> int | None:
        """For numba: the position through which every adjoint of the body comes, so that partials can be multiplied first.

        The chain from iteration to iteration is then one multiplication long (Griewank and Walther 2008, preaccumulation); it is
        the same sum of products, rounded in another order.
        """
        reached = [j for j in {*self.loop.lead, *self.loop.carried} if self.facts.reached[self.loop.s + j]]
        lines = range(self.loop.s, self.loop.s + self.loop.p)
        sure = all(self.facts.sure[k] for k in lines if self.facts.reached[k])
        plain = not any(TABLE[self.facts.lines[k].op].selects for k in lines if self.facts.lines[k].args)
        ours = self.owner.dialect.name == "numba" and len(reached) == 1 and reached[0] not in self.loop.lead
        return reached[0] if ours and sure and plain else None

    def _weighed(self, given: Given, single: int) -> Given:
        """Contributions of partials times the adjoint that all of them come from."""
        bar = self.sheet.leaf(self.bar(single), "bar")
        shares = [gift._replace(share=self.sheet.F.mul(bar, self.sheet.at(gift.share)).index) for gift in given.gifts]
        return given._replace(gifts=shares)

    def start(self) -> list[Row]:
        """The lists of adjoints."""
        return [
            self.owner.list_of_bars(self.list_of(j), str(self.loop.m + q), self.maybe(j))
            for j, q in sorted(self.loop.lead.items())
            if self.facts.reached[self.loop.s + j]
        ]

    def reverse(self) -> list[Any]:
        """The reverse loop, what must be ready before it, and what it leaves to lines before the loop."""
        if not any(given.gifts for given in self.backward):
            return []
        ready = self._bars_made_ready()
        frame = Row("frame", self.loop.s, f"for i in range({self.first + self.loop.m - 1}, {self.first - 1}, -1):")
        return [*ready, frame, *self._looped_back(), *self._bars_left()]

    def _bars_made_ready(self) -> list[Row]:
        rows = []
        for target, sure in self._outside().values():
            if self.owner.states.get(target.key, UNSET) == UNSET:
                self.owner.states[target.key] = SET if sure else MAYBE
                rows.append(Row("reverse", target.key, target.text, "=", NEUTRAL if sure else self.owner.dialect.unreached))
        last = self.loop.s + (self.loop.m - 1) * self.loop.p
        for j in self._chained():
            if self.facts.reached[self.loop.s + j] and self.owner.states.get(last + j, UNSET) == UNSET:
                rows.append(Row("reverse", last + j, self.bar(j), "=", self.owner.dialect.unreached))
        for slot, bar, k in self._leads():
            if bar.key is None or self.owner.states.get(bar.key, UNSET) != UNSET:
                rows.append(Row("reverse", k, slot, "=", bar.text))
        return rows

    def _leads(self) -> list[tuple[str, Target, int]]:
        """Items of the adjoints' lists that belong to lines before the loop, and where those lines keep theirs."""
        return [
            (f"{self.naming.bar(self.list_of(j))}[{slot}]", self.owner.target(k), k)
            for j in sorted(self.loop.lead)
            if self.facts.reached[self.loop.s + j]
            for slot, k in enumerate(self._lead(j))
            if self.facts.reached[k]
        ]

    def _outside(self) -> dict[Any, tuple[Target, bool]]:
        """Variables outside the loop that it contributes to, and whether they are surely reached."""
        found: dict[Any, tuple[Target, bool]] = {}
        for given in self.backward:
            for gift in given.gifts:
                if isinstance(gift.target.key, int):
                    known = found.get(gift.target.key, (gift.target, False))[1]
                    found[gift.target.key] = gift.target, known or (given.sure and gift.choice is None)
        return found

    def _looped_back(self) -> list[Row]:
        states = dict(self.owner.states)
        chained = [j for j in self._chained() if self.facts.reached[self.loop.s + j]]
        last = self.loop.s + (self.loop.m - 1) * self.loop.p
        for j in chained:
            always = self.owner.states.get(last + j) == SET and self._handed_on(j)
            states["same", j] = SET if always else MAYBE
        items: list[Any] = [Row("reverse", -1, self._stored_name(k), "=", text) for k, text in self.kept.items()]
        for given in self.backward:
            j = given.line - self.loop.s
            if j in self.loop.lead:
                items.append(
                    Row(
                        "reverse",
                        given.line,
                        self.bar(j),
                        "=",
                        f"{self.naming.bar(self.list_of(j))}[{self.index(self.loop.lead[j], 1)}]",
                    )
                )
            items += steps(given, states, self.owner.dialect)
        for j in chained:
            handed = self.naming.derived(self.bar(j), "before") if self._handed(j) else self.owner.dialect.unreached
            items.append(Row("reverse", self.loop.s + j, self.bar(j), "=", handed))
        page = Page(self.sheet, items, self._temporary, self.owner.dialect)
        page.names = {k: self._stored_name(k) for k in self.kept}
        page.count()
        return [row.deeper(1) for row in page.rows()]

    def _handed(self, j: int) -> bool:
        """Does any iteration contribute to position j of the one before?"""
        return any(gift.target.key == ("before", j) for given in self.backward for gift in given.gifts)

    def _handed_on(self, j: int) -> bool:
        """Does each iteration surely contribute to position j of the one before?"""
        return any(
            given.sure and gift.choice is None and gift.target.key == ("before", j)
            for given in self.backward
            for gift in given.gifts
        )

    def _bars_left(self) -> list[Any]:
        items: list[Any] = []
        for slot, bar, k in self._leads():
            items.append(Row("reverse", k, bar.text, "=", slot))
            if bar.key is not None and self.owner.states.get(bar.key) != SET:
                self.owner.states[bar.key] = MAYBE if self.maybe((k - self.loop.s) % self.loop.p) else SET
        for j in self._chained():
            k = self.loop.s - self.loop.p + j
            if self._handed(j) and self.facts.depends[k]:
                share = self.owner.sheet.leaf(self.bar(j), "bar").index
                given = Given(k, self.bar(j), self._handed_on(j), [Gift(k, self.owner.target(k), share, None)])
                items += steps(given, self.owner.states, self.owner.dialect)
        return items
