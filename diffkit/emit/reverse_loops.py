"""The reverse part of one loop of an emitted function."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from diffkit.emit.gifts import MAYBE, NEUTRAL, SET, UNSET, Gift, Given, Target, gifts, steps
from diffkit.emit.loops import ForwardLoop
from diffkit.emit.page import Page, Row, Step
from diffkit.primitives import TABLE


class LoopWriter(ForwardLoop):
    """Writes one loop, both ways."""

    def contributions(self) -> list[Given]:
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
            if merged and j == self.direct:
                self.chain = merged[1]
            elif merged:
                merged[0].gifts.append(merged[1])
        if single is None:
            return found
        for target in {gift.target for given in found for gift in given.gifts if not isinstance(gift.target.key, tuple)}:
            merged = self._merged(target, found, lambda gift: gift.target)
            if merged:
                merged[0].gifts.append(merged[1])
        self.chain = self._weighed(self.chain, single) if self.chain else None
        return [given._replace(gifts=[self._weighed(gift, single) for gift in given.gifts]) for given in found]

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

    def _weighed(self, gift: Gift, single: int) -> Gift:
        """A contribution of partials times the adjoint that all of them come from."""
        bar = self.sheet.leaf(self.bar(single), "bar")
        return gift._replace(share=self.sheet.F.mul(bar, self.sheet.at(gift.share)).index)

    def start(self) -> list[Row]:
        """The lists of adjoints."""
        return [
            self.owner.list_of_bars(self.list_of(j), str(self.loop.m + q), self.maybe(j))
            for j, q in sorted(self.loop.lead.items())
            if self.facts.reached[self.loop.s + j]
        ]

    def reverse(self) -> list[Any]:
        """The reverse loop, what must be ready before it, and what it leaves to lines before the loop."""
        if not self.chain and not any(given.gifts for given in self.backward):
            return []
        return [*self._bars_made_ready(), *self._looped_back(), *self._bars_left()]

    def _framed(self, rows: list[Row]) -> list[Row]:
        """The loop itself: over what was stored, if nothing else asks for the number of the iteration."""
        by_number = any(re.search(r"\bi\b", row.text) for row in rows)
        if not self.stored or len(self.stored) < len(self.kept) or by_number:
            rows = [Row("reverse", -1, self._stored_name(k), "=", text) for k, text in self.kept.items()] + rows
            frame = f"for i in range({self.first + self.loop.m - 1}, {self.first - 1}, -1):"
        else:
            backwards = f"[:{self.first - 1}:-1]" if self.first else "[::-1]"
            over = ", ".join(name + backwards for name in self.stored.values())
            frame = f"for {', '.join(map(self._stored_name, self.stored))} in {f'zip({over})' if len(self.stored) > 1 else over}:"
        return [Row("frame", self.loop.s, frame), *(row.deeper(1) for row in rows)]

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
        shared = self._outside()
        for slot, bar, k in self._leads():
            if bar.key in shared:  # the loop adds to that variable too: what the slot gets is added to it afterwards
                continue
            state = SET if bar.key is None else self.owner.states.get(bar.key, UNSET)
            if state != UNSET:
                unsure = state == MAYBE and not self.maybe((k - self.loop.s) % self.loop.p)
                text = (
                    f"{NEUTRAL} if {bar.text} is None else {bar.text}"
                    if unsure and self.owner.dialect.name == "python"
                    else bar.text
                )
                rows.append(Row("reverse", k, slot, "=", text))
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
        items: list[Any] = []
        for given in self.backward:
            j = given.line - self.loop.s
            if j in self.loop.lead:
                place = f"{self.naming.bar(self.list_of(j))}[{self.index(self.loop.lead[j], 1)}]"
                items.append(Row("reverse", given.line, self.bar(j), "=", place))
            items += steps(given, states, self.owner.dialect)
        if self.chain:
            items.append(Step("reverse", self.chain.line, self.bar(chained[0]), "=", self.chain.share))
        for j in chained if not self.chain else []:
            handed = self.naming.derived(self.bar(j), "before") if self._handed(j) else self.owner.dialect.unreached
            items.append(Row("reverse", self.loop.s + j, self.bar(j), "=", handed))
        page = Page(self.sheet, items, self._temporary, self.owner.dialect)
        page.names = {k: self._stored_name(k) for k in self.kept}
        page.count()
        return self._framed(page.rows())

    def _handed(self, j: int) -> bool:
        """Does any iteration contribute to position j of the one before?"""
        return bool(self.chain) or any(gift.target.key == ("before", j) for given in self.backward for gift in given.gifts)

    def _handed_on(self, j: int) -> bool:
        """Does each iteration surely contribute to position j of the one before?"""
        return bool(self.chain) or any(
            given.sure and gift.choice is None and gift.target.key == ("before", j)
            for given in self.backward
            for gift in given.gifts
        )

    def _bars_left(self) -> list[Any]:
        items: list[Any] = []
        shared = self._outside()
        for slot, bar, k in self._leads():
            if bar.key in shared:
                items += self._handed_out(k, slot, not self.maybe((k - self.loop.s) % self.loop.p))
                continue
            items.append(Row("reverse", k, bar.text, "=", slot))
            if bar.key is not None and self.owner.states.get(bar.key) != SET:
                self.owner.states[bar.key] = MAYBE if self.maybe((k - self.loop.s) % self.loop.p) else SET
        for j in self._chained():
            k = self.loop.s - self.loop.p + j
            if self._handed(j) and self.facts.depends[k]:
                items += self._handed_out(k, self.bar(j), self._handed_on(j))
        return items

    def _handed_out(self, k: int, bar: str, sure: bool) -> list[Any]:
        """What the loop has gathered for line k before it, added to the adjoint of that line."""
        share = self.owner.sheet.leaf(bar, "bar").index
        given = Given(k, bar, sure, [Gift(k, self.owner.target(k), share, None)])
        return steps(given, self.owner.states, self.owner.dialect)
