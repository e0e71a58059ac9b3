"""A Program and its reverse sweep, written as one function of straight-line Python with loops where periods repeat.

Letters: line ``k``; in a loop position ``j``, operand ``c``, iteration ``i`` (`layout`).  Every adjoint is added up in the
order of the tape, so that the results are the same to the last bit.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from diffkit import limits
from diffkit.emit.facts import Facts
from diffkit.emit.gifts import MAYBE, NEUTRAL, SET, UNSET, Given, Target, gifts, steps
from diffkit.emit.layout import Layout
from diffkit.emit.names import Naming
from diffkit.emit.page import PYTHON, Dialect, Page, Row, Step
from diffkit.emit.reverse_loops import LoopWriter
from diffkit.emit.sheet import Sheet
from diffkit.program import Program


class Writer:
    """Writes one Program; ``rows`` is the listing, ``data`` the tables that its loops read."""

    def __init__(self, program: Program, dialect: Dialect = PYTHON, least: int = limits.ROLLED_LINES) -> None:
        self.dialect, self.facts = dialect, Facts(program)
        self.layout = Layout(self.facts, least)
        self.naming = Naming(self.facts, self.layout)
        self.sheet = Sheet()
        self.value: dict[int, Any] = {}
        self.states: dict[Any, str] = {}
        self.data: dict[str, Any] = {}
        self.loops = [LoopWriter(self, n, loop) for n, loop in enumerate(self.layout.loops)]
        forward = [*self._forward(), *self._start()]
        page = Page(self.sheet, [*forward, *self._reverse(), *self._end()], self._temporary, dialect)
        page.count()
        self.rows = self._framed(page.rows())

    @property
    def source(self) -> str:
        """The whole function."""
        return "\n".join(row.text for row in self.rows) + "\n"

    def _temporary(self, k: int) -> str:
        return self.naming.names.new("t")

    def _framed(self, body: list[Row]) -> list[Row]:
        line = self.line_of_input
        inputs = self.naming.inputs or ", ".join(
            self.naming.line[line[i]] if i in line else self.naming.names.new(name) for i, name in enumerate(self.facts.inputs)
        )
        return [Row("frame", -1, f"def value_and_gradient({inputs}):"), *(row.deeper(1) for row in body)]

    # --- where a line's value and adjoint are ------------------------------------------------------------------------
    def text_of(self, k: int) -> str:
        """How a line is read from anywhere outside its own loop."""
        line, found = self.facts.lines[k], self.layout.home(k)
        if line.op == "const":
            return repr(line.value)
        if line.op == "input" and self.naming.inputs:
            return f"{self.naming.inputs}[{self.facts.position[line.text]}]"
        if found is None:
            return self.naming.line[k]
        loop, i, j = found
        writer = self.loops[self.layout.loops.index(loop)]
        return f"{writer.list_of(j)}[{i + loop.lead[j]}]" if j in loop.lead else writer.name(j)

    def read(self, k: int) -> Any:
        """A line's value, in the sheet of what stands outside the loops."""
        if k not in self.value:
            text, line = self.text_of(k), self.facts.lines[k]
            kind = "load" if "[" in text else "leaf"
            self.value[k] = self.sheet.const(float(line.value)) if line.op == "const" else self.sheet.leaf(text, kind)
        return self.value[k]

    def target(self, k: int) -> Target:
        """Where contributions to a line's adjoint go, from anywhere outside its own loop."""
        line, found = self.facts.lines[k], self.layout.home(k)
        if line.op == "input" and self.naming.inputs:
            name = self.naming.bar(self.naming.inputs)
            return Target(f"{name}[{self.facts.position[line.text]}]", None, self.inputs_maybe, self.facts.gifts[k] == 1)
        if found and found[2] in found[0].lead:
            loop, i, j = found
            writer = self.loops[self.layout.loops.index(loop)]
            return Target(f"{self.naming.bar(writer.list_of(j))}[{i + loop.lead[j]}]", None, writer.maybe(j))
        return Target(self.naming.bar(self.text_of(k)), k)

    def given_once(self, positions: range) -> bool:
        """Does the adjoint of each of these inputs get one contribution only?"""
        return all(self.facts.gifts[self.line_of_input[position]] == 1 for position in positions)

    @cached_property
    def line_of_input(self) -> dict[int, int]:
        """The line of the input at each position."""
        return {self.facts.position[line.text]: k for k, line in enumerate(self.facts.lines) if line.op == "input"}

    @cached_property
    def inputs_maybe(self) -> bool:
        """May the adjoint of any input stay unreached?"""
        facts = self.facts
        return any(facts.reached[k] and not facts.sure[k] for k, line in enumerate(facts.lines) if line.op == "input")

    # --- the parts of the function -----------------------------------------------------------------------------------
    def _segments(self) -> list[Any]:
        found: list[Any] = [*self.layout.straight(), *self.loops]
        return sorted(found, key=lambda part: part if isinstance(part, int) else part.loop.s)

    def _forward(self) -> list[Any]:
        items: list[Any] = []
        for part in self._segments():
            if isinstance(part, LoopWriter):
                items += part.forward()
            else:
                items += self._forward_line(part)
        return items

    def _forward_line(self, k: int) -> list[Any]:
        line = self.facts.lines[k]
        items = []
        if line.args:
            self.value[k] = getattr(self.sheet.F, line.op)(*map(self.read, line.args))
            if k in self.facts.read:
                items.append(Step("forward", k, self.naming.line[k], "=", self.value[k].index))
        if k in self.facts.guards:
            items.append(Step("frame", k, str(self.facts.guards[k]), "guard", self.read(k).index))
        return items

    def _start(self) -> list[Any]:
        """The adjoint of the result is 1; lists of adjoints begin with the neutral element of addition."""
        items: list[Any] = []
        if self.naming.inputs:
            items.append(self.list_of_bars(self.naming.inputs, str(len(self.facts.inputs)), self.inputs_maybe))
        for loop in self.loops:
            items += loop.start()
        root = self.facts.root
        self.result = self.text_of(root)
        if self.layout.home(root):  # whose variable the reverse loop uses again
            self.result = self.naming.names.new("value")
            items.append(Row("forward", root, self.result, "=", self.text_of(root)))
        if self.facts.depends[root]:
            self.states[root] = SET
            if self.layout.home(root) or not self.facts.lines[root].args:
                items.append(Row("reverse", root, self.target(root).text, "=", "1.0"))
        return items

    def list_of_bars(self, name: str, size: str, maybe: bool) -> Row:
        """The row that makes the list of the adjoints of a list."""
        first = self.dialect.unreached if maybe else NEUTRAL
        return Row("reverse", -1, self.naming.bar(name), "=", self.dialect.full.format(size, first))

    def _reverse(self) -> list[Any]:
        items: list[Any] = []
        for part in reversed(self._segments()):
            if isinstance(part, LoopWriter):
                items += part.reverse()
            elif self.facts.reached[part] and self.facts.lines[part].args:
                items += self._reverse_line(part)
        return items

    def _reverse_line(self, k: int) -> list[Any]:
        line, bar = self.facts.lines[k], self.target(k).text
        if self.states.get(k, UNSET) == UNSET:  # a choice that is settled
            return []
        seed = k == self.facts.root
        targets = [self.target(a) if self.facts.depends[a] else None for a in line.args]
        found = gifts(
            self.sheet,
            k,
            line.op,
            self.sheet.const(1.0) if seed else self.sheet.leaf(bar, "bar"),
            self.value[k],
            [*map(self.read, line.args)],
            targets,
        )
        return steps(Given(k, bar, self.facts.sure[k], found), self.states, self.dialect)

    def _end(self) -> list[Any]:
        value = self.result
        if self.naming.inputs:
            bars = self.naming.bar(self.naming.inputs)
            faults = f"defects({bars}) + defects({self.naming.inputs})"
            return [*self._end_of_list(), *self._finite([value], f" or {faults}"), Row("frame", -1, f"return {value}, {bars}")]
        slopes = [self._slope(self.line_of_input.get(position)) for position in range(len(self.facts.inputs))]
        inputs = [self.naming.line[k] for k in self.line_of_input.values()]
        return [
            *self._finite([value, *slopes, *inputs]),
            Row("frame", -1, f"return {value}, ({', '.join(slopes)}{',' * (len(slopes) == 1)})"),
        ]

    def _finite(self, parts: list[str], faults: str = "") -> list[Row]:
        """numba follows IEEE 754 into inf and nan, where the tape has to answer."""
        if self.dialect.name != "numba":
            return []
        total = self.naming.names.new("total")
        test = Row("frame", -1, f"if {total} - {total} != 0.0{faults}:")
        return [Row("frame", -1, total, "=", " + ".join(parts)), test, Row("frame", -1, "raise ExceptionalError", depth=1)]

    def _slope(self, k: int | None) -> str:
        state = UNSET if k is None else self.states.get(k, UNSET)
        if state == UNSET or k is None:
            return "0.0"
        name = self.target(k).text
        return f"0.0 if {name} is None else {name}" if state == MAYBE and self.dialect.name == "python" else name

    def _end_of_list(self) -> list[Row]:
        """Inputs that nothing reaches have slope 0.0."""
        name, size = self.naming.bar(self.naming.inputs), len(self.facts.inputs)
        reached = {position for position, k in self.line_of_input.items() if self.facts.reached[k]}
        rows = []
        if len(reached) < size:
            self.data["unreached"] = tuple(sorted(set(range(size)) - reached))
            rows += [Row("frame", -1, "for i in unreached:"), Row("reverse", -1, f"{name}[i]", "=", "0.0", 1)]
        if self.inputs_maybe and self.dialect.name == "python":
            rows.append(Row("reverse", -1, name, "=", f"[0.0 if d is None else d for d in {name}]"))
        return rows
