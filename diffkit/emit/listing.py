"""A Program and its reverse sweep as a listing to read: one operation a row, each tied to the rows that hand its adjoint back.

What `writer` writes to run fast keeps as few variables as it can and adds contributions together; a listing keeps every value
under a name of its own, in a list where it belongs to a turn of a loop.  Both add each adjoint up in the order of the tape.
Letters: line ``k``; position ``j`` of turn ``i`` of a loop (`turns`); operand ``c``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diffkit.emit import turns
from diffkit.emit.facts import Facts, partial_of
from diffkit.emit.listed_loops import Entry, ListedLoop, Operation, whole
from diffkit.emit.listed_text import SHEETS
from diffkit.emit.names import Names
from diffkit.emit.sheet import CONDITIONS
from diffkit.namespaces import local_derivative
from diffkit.primitives import TABLE
from diffkit.program import Program

LOGIC = {*CONDITIONS, "not"}
HARMLESS = {"leaf", "const", "neg", "add", "sub", "mul"}  # times 0 these are 0; others may stop or be infinite


class Listing:
    """The rows of one Program; ``output`` holds the value after running, ``slopes`` the adjoint of each input by name."""

    arrays: Mapping[str, Any] = {}  # constants that have a name

    def __init__(self, program: Program, language: str, least: int) -> None:
        facts = Facts(turns.leaves_first(program))
        self._write(facts, turns.find(facts, least), SHEETS[language]())

    def _write(self, facts: Facts, loops: list[turns.Turns], sheet: Any) -> None:
        self.facts, self.loops, self.sheet = facts, loops, sheet
        self.begun: set[Any] = set()  # adjoints that hold something
        self.outside = {  # lines of loops that are read after the loop
            a
            for k, line in enumerate(self.facts.lines)
            for a in (*line.args, *([k] if k == self.facts.root else []))
            if (found := turns.home(self.loops, a)) and (k == self.facts.root == a or k >= self.loops[found[0]].end)
        }
        self._name()
        self.nodes: dict[int, Any] = {}
        self.listed = [ListedLoop(self, loop) for loop in self.loops]
        forward = [row for part in self._parts() for row in self._forward(part)]
        forward += self._result()
        reverse = [*self._start(), *(row for part in reversed(self._parts()) for row in self._reverse(part))]
        forward = _without_needless_lists(forward, reverse)
        self.turn = len(forward)  # where the reverse sweep begins
        self.rows = [*forward, *reverse, *self._unreached()]

    def _parts(self) -> list[int]:
        return [*turns.straight(self.loops, len(self.facts.lines))]

    # --- names ---------------------------------------------------------------------------------------------------------
    def _name(self) -> None:
        self.names = Names()
        self.names.taken |= {*TABLE, "np", "math", "mpmath"}
        wishes = {k: name for name, k in self.facts.names}
        root = self.facts.root
        if self.facts.lines[root].args and not turns.home(self.loops, root):
            wishes.setdefault(root, "f")
        self.inputs = {name: self.names.new(name) for name in self.facts.inputs}
        self.line = {k: self.inputs[line.text] for k, line in enumerate(self.facts.lines) if line.op == "input"}
        self.wishes, self.count = wishes, 0
        self.bars: dict[str, str] = {}  # what the adjoint of a name is called
        for n, name in self._named():
            self.line[n] = self.names.new(name)
        for part in self._parts():
            for k in (
                [part] if part >= 0 else range(self.loops[-1 - part].base, self.loops[-1 - part].base + self.loops[-1 - part].p)
            ):
                if k not in self.line and self.facts.lines[k].args and not self.inline(k):
                    self.line[k] = self._numbered()

    def _named(self) -> Iterator[tuple[int, str]]:
        """The lines that the user has named; of a loop its first turn."""
        for k, name in sorted(self.wishes.items()):
            found = turns.home(self.loops, k)
            if not self.facts.lines[k].args or (found and found[1]):
                continue
            if not found or self.wishes.get(k + self.loops[found[0]].p) == name:
                yield k, name

    def _numbered(self) -> str:
        self.count += 1
        while f"v{self.count}" in self.names.taken:
            self.count += 1
        return self.names.new(f"v{self.count}")

    def inline(self, k: int) -> bool:
        """Is the line a comparison that is read where it stands, in a choice?"""
        if self.facts.lines[k].op not in LOGIC or k in self.wishes or k == self.facts.root:
            return False
        found = turns.home(self.loops, k)
        return not found or not self.loops[found[0]].lead(found[2])

    def bar(self, name: str) -> str:
        """What an adjoint is called: d and the name, as in the chapter."""
        if name not in self.bars:
            self.bars[name] = self.names.new("d" + name)
        return self.bars[name]

    # --- where a line's value and adjoint are --------------------------------------------------------------------------
    def _place(self, k: int) -> tuple[str, str]:
        """The variable of a line, and the item of it if it is a list; from outside its loop."""
        found = turns.home(self.loops, k)
        if not found:
            return self.line[k], ""
        n, i, j = found
        return self.line[self.loops[n].base + j], f"[{i + self.loops[n].lead(j)}]"

    def read(self, k: int) -> Any:
        """The node of a line, from outside its loop."""
        if k not in self.nodes:
            line = self.facts.lines[k]
            if line.op == "const":
                self.nodes[k] = self.constant(k)
            elif self.inline(k) and not turns.home(self.loops, k):
                self.nodes[k] = self.sheet.operation(line.op, [self.read(a) for a in line.args])
            else:
                self.nodes[k] = self.sheet.leaf("".join(self._place(k)))
        return self.nodes[k]

    def constant(self, k: int) -> Any:
        """The node of a constant."""
        return self.sheet.const(self.facts.lines[k].value)

    def target(self, k: int) -> str:
        """The adjoint of a line, from outside its loop."""
        name, item = self._place(k)
        return self.bar(name) + item

    def holds(self, target: str) -> bool:
        """Does an adjoint hold something already?  The items of a list hold 0."""
        return target in self.begun or target.endswith("]")

    # --- rows ----------------------------------------------------------------------------------------------------------
    def _forward(self, part: int) -> Iterator[Entry]:
        if part < 0:
            yield from self.listed[-1 - part].forward()
            return
        line = self.facts.lines[part]
        if line.args and not self.inline(part):
            yield Entry("forward", part, self.line[part], "=", self.expression(part))
        if part in self.facts.guards:
            yield self.guard(part, self.read(part), 0)

    def expression(self, k: int) -> str:
        """The operation of a line."""
        line = self.facts.lines[k]
        return str(self.sheet.text(self.sheet.operation(line.op, [self.read(a) for a in line.args]).index))

    def guard(self, k: int, node: Any, depth: int) -> Entry:
        """The branch that was recorded: in another one the listing stops."""
        test = self.sheet.condition(node.index, {}, 0 if self.facts.guards[k] else 4)
        return whole("frame", f"assert {test}" if self.facts.guards[k] else f"assert not {test}", depth)

    def _result(self) -> Iterator[Entry]:
        """The result under its name, where that is not the name of a line."""
        root = self.facts.root
        self.output = self.line.get(root, "")
        if not self.facts.lines[root].args or turns.home(self.loops, root):
            self.output = self.names.new("f")
            yield Entry("copy", -1, self.output, "=", self.sheet.text(self.read(root).index))

    def _start(self) -> Iterator[Entry]:
        """The lists of adjoints, and the adjoint of the result where that is no operation outside all loops."""
        for loop in self.listed:
            yield from loop.start()
        root = self.facts.root
        if self.facts.depends[root] and (turns.home(self.loops, root) or not self.facts.lines[root].args):
            yield Entry("reverse", -1, self.target(root), "=", "1.0")
            self.begun.add(self.target(root))

    def _reverse(self, part: int) -> Iterator[Entry]:
        if part < 0:
            yield from self.listed[-1 - part].reverse()
        elif self.facts.reached[part] and self.facts.lines[part].args and not self.inline(part):
            yield from self._reverse_line(part)

    def _reverse_line(self, k: int) -> Iterator[Entry]:
        line, seed = self.facts.lines[k], k == self.facts.root
        if not seed and self.target(k) not in self.begun:
            return
        bar = self.sheet.const(1.0) if seed else self.sheet.leaf(self.target(k))
        operands = [self._operand(a) for a in line.args]
        moving = [self.facts.depends[a] and self.hands(line.op, c) and not self.inline(a) for c, a in enumerate(line.args)]
        targets = [self.target(a) if moves else None for a, moves in zip(line.args, moving, strict=True)]
        yield from self.contributions(k, bar, self.facts.sure[k], self.read(k), operands, targets)

    def hands(self, op: str, c: int) -> bool:
        """Does an operation hand its adjoint on to operand c?"""
        return partial_of(op, c) is not None

    def _operand(self, a: int) -> Any:
        line = self.facts.lines[a]
        return float(line.value) if line.op == "const" else self.read(a)

    def contributions(
        self, k: int, bar: Any, sure: bool, y: Any, operands: Sequence[Any], targets: Sequence[str | None]
    ) -> Iterator[Entry]:
        """The rows that hand the adjoint of line k to its operands; ``sure``: it has surely been reached."""
        op = self.facts.lines[k].op
        constants = tuple([x if isinstance(x, float) else None for x in operands])
        given = [(c, target) for c, target in enumerate(targets) if target is not None]
        winners, names = self._winners(op, y, operands), dict[int, str]()
        if winners is not None and given:
            names = {winners.index: self.names.new("n")}
            yield Entry("part", k, names[winners.index], "=", self.sheet.text(winners.index))
        for c, target in given:
            share = self._share(op, c, bar, y, operands, winners, sure)
            yield from self._added(k, target, share, dict(names), Operation(op, c, constants))

    def _winners(self, op: str, y: Any, operands: Sequence[Any]) -> Any:
        """How many of more than two operands are the largest (or smallest)."""
        if op not in {"max", "min"} or len(operands) == 2:
            return None
        F = self.sheet.F
        return sum((F.eq(x, y) for x in operands[1:]), F.eq(operands[0], y))

    def _share(self, op: str, c: int, bar: Any, y: Any, operands: Sequence[Any], winners: Any, sure: bool) -> Any:
        """What operand c is given."""
        F, choose = self.sheet.F, self.sheet.choice
        if op == "where":
            share = choose(operands[0], bar, 0.0) if c == 1 else choose(operands[0], 0.0, bar)
        elif op == "relu":
            share = choose(F.gt(operands[0], 0.0), bar, 0.0)
        elif winners is not None:
            share = choose(F.eq(operands[c], y), F.mul(bar, 1.0 / winners), 0.0)
        elif op in {"max", "min"}:
            better = (F.gt if op == "max" else F.lt)(operands[c], operands[1 - c])
            tie = choose(F.eq(operands[c], operands[1 - c]), F.mul(0.5, bar), 0.0)
            share = choose(better, bar, tie)
        else:
            partial = local_derivative(op, c, F, y, list(operands))
            share = F.mul(bar, partial)
            reads = self.sheet.const(partial).index if isinstance(partial, (int, float)) else partial.index
            if not sure and not self._harmless(reads):
                share = choose(F.ne(bar, 0.0), share, 0.0)
        return share

    def _harmless(self, k: int) -> bool:
        node = self.sheet.nodes[k]
        return node.op in HARMLESS and all(self._harmless(a) for a in node.args)

    def _added(self, k: int, target: str, share: Any, names: dict[int, str], operation: Operation) -> Iterator[Entry]:
        """The row that adds a share to an adjoint, after the parts that it reads several times."""
        sheet = self.sheet
        for part in sheet.shared(share.index):
            name = self.names.new("t")
            yield Entry("part", k, name, "=", sheet.text(part, names))
            names[part] = name
        node, sign = share.index, "="
        if self.holds(target):
            negative = sheet.nodes[node].op == "neg" and node not in names
            node, sign = (sheet.nodes[node].args[0], "-=") if negative else (node, "+=")
        self.begun.add(target)
        binds = 6 if sign == "-=" or (sign == "+=" and sheet.language == "numpy") else 0
        yield self.added(k, target, sign, self.fitted(k, operation.position, sheet.text(node, names, binds)), operation)

    def added(self, k: int, target: str, sign: str, text: str, operation: Operation) -> Entry:
        """One row; in NumPy += would change an array that another name holds, too."""
        if sign != "=" and self.sheet.language == "numpy":
            sign, text = "=", f"{target} {sign[0]} {text}"
        return Entry("reverse", k, target, sign, text, operation=operation)

    def header(self) -> Iterator[str]:
        """The imports, and what must be written out."""
        yield from self.sheet.header()

    def fitted(self, k: int, c: int, text: str) -> str:
        """A share in the shape of operand c of line k."""
        return text

    def _unreached(self) -> Iterator[Entry]:
        """Inputs on which the result does not depend, and the names of all slopes."""
        self.slopes = {name: self.bar(own) for name, own in self.inputs.items()}
        for slope in self.slopes.values():
            if slope not in self.begun:
                yield Entry("reverse", -1, slope, "=", "0.0")


def _without_needless_lists(forward: list[Entry], reverse: list[Entry]) -> list[Entry]:
    """The forward rows with a variable for every list of which nothing but the item of the same turn is ever read."""
    read = "\n".join(row.name + " " + row.expression for row in reverse)
    made = [row.name for row in forward if row.role == "copy" and re.fullmatch(r"\[0\.0\]\*\d+", row.expression)]
    for name in made:
        other = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)(?!\[i\])")
        uses = sum(len(other.findall(row.expression)) for row in forward)
        if uses or re.search(rf"(?<!\w){re.escape(name)}\[", read):
            continue
        forward = [row for row in forward if row.name != name]
        item = re.compile(rf"(?<!\w){re.escape(name)}\[i\]")
        forward = [row._replace(name=item.sub(name, row.name), expression=item.sub(name, row.expression)) for row in forward]
    return forward
