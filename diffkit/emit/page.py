"""Planned steps -> rows of Python: what is used twice gets a variable, everything else is written out where it is used.

Letters: a `Step` assigns one expression, ``node`` of a sheet, to ``target``; ``sign`` is "=", "+=", or "?=" for what may not have
been reached yet, None in Python.
"""

from __future__ import annotations

from collections import Counter, namedtuple
from collections.abc import Iterable, Sequence

from diffkit.emit.sheet import CHOICE, LEAVES, Sheet, reach

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PLAIN = (LEAVES | {"const"}) - {"load"}  # reading an item takes longer than reading a variable


class Row(namedtuple("Row", "role line name sign expression depth", defaults=("", "", 0))):
    """One row of a listing: role is forward, reverse or frame; ``line`` the line of the Program that it is about."""

    __slots__ = ()
    role: str
    line: int
    name: str
    sign: str
    expression: str
    depth: int

    @property
    def text(self) -> str:
        """The row as Python."""
        return "    " * self.depth + (f"{self.name} {self.sign} {self.expression}" if self.sign else self.name)

    def deeper(self, depth: int) -> Row:
        """The same row, further to the right."""
        return self._replace(depth=self.depth + depth)


class Step(namedtuple("Step", "role line target sign node choice", defaults=(None,))):
    """One planned assignment, done only where the node ``choice`` is not 0."""

    __slots__ = ()
    role: str
    line: int
    target: str
    sign: str
    node: int
    choice: int | None


class Block(namedtuple("Block", "line bar steps")):
    """Steps of one line, done only if its adjoint was reached."""

    __slots__ = ()
    line: int
    bar: str
    steps: list[Step]


class Dialect(namedtuple("Dialect", "name unreached reached add empty full")):
    """How Python or numba says that an adjoint was not reached, and makes lists."""

    __slots__ = ()
    name: str
    unreached: str
    reached: str
    add: str
    empty: str
    full: str


PYTHON = Dialect("python", "None", "{0} is not None", "{1} if {0} is None else {0} + {2}", "[0.0]*{0}", "[{1}]*{0}")
# numba has no variable that may be None at this speed; -0.0 is the neutral element of addition, and a strong zero
NUMBA = Dialect("numba", "-0.0", "{0} != 0.0", "{0} + {2}", "empty({0})", "full({0}, {1})")


class Page:
    """Rows being written from the steps of one scope, over one sheet."""

    def __init__(self, sheet: Sheet, items: Iterable[Any], new: Callable[[int], str], dialect: Dialect = PYTHON) -> None:
        self.sheet, self.items, self.new, self.dialect = sheet, list(items), new, dialect
        self.names: dict[int, str] = {}  # nodes that have a variable
        self.uses: Counter[int] = Counter()
        self.on_bars: set[int] = set()

    def count(self) -> None:
        """Count how often each node is used; nodes with a name end the search."""
        roots = [node for item in self.items for node in _roots(item)]
        self.uses.update(roots)
        found = sorted(reach(self.sheet.nodes, roots, self.names.__contains__))
        for k in found:
            node = self.sheet.nodes[k]
            if k not in self.names:
                self.uses.update(node.args)
            if node.op == "bar" or any(a in self.on_bars for a in node.args):
                self.on_bars.add(k)

    def rows(self) -> list[Row]:
        """All rows."""
        rows: list[Row] = []
        for item in self.items:
            if isinstance(item, Row):
                rows.append(item)
            elif isinstance(item, Block):
                self._block(item, rows)
            else:
                self.step(item, rows, 0)
        return rows

    def _block(self, block: Block, rows: list[Row]) -> None:
        for step in block.steps:
            self.share(step, rows, 0, hoisted=True)
        rows.append(Row("frame", block.line, f"if {self.dialect.reached.format(block.bar)}:"))
        for step in block.steps:
            self.step(step, rows, 1)

    def step(self, step: Step, rows: list[Row], depth: int = 0) -> None:
        """Append the rows of one step."""
        self.share(step, rows, depth)
        if step.choice is not None:
            rows.append(Row("frame", step.line, f"if {self.sheet.condition(step.choice, self.names)}:", depth=depth))
            depth += 1
        if step.sign == "guard":
            return rows.extend(_guard(step, self.sheet.condition(step.node, self.names, 3), depth))
        expression, sign = self.sheet.text(step.node, self.names), step.sign
        if sign == "?=":
            inner = self.sheet.text(step.node, self.names, CHOICE + 1)
            expression, sign = self.dialect.add.format(step.target, inner, inner), "="
        elif sign == "+=" and self.sheet.nodes[step.node].op == "neg" and step.node not in self.names:
            expression, sign = self.sheet.text(self.sheet.nodes[step.node].args[0], self.names, CHOICE + 1), "-="
        rows.append(Row(step.role, step.line, step.target, sign, expression, depth))
        if step.role == "forward" and sign == "=" and self.sheet.nodes[step.node].op not in PLAIN:
            self.names.setdefault(step.node, step.target)
        return None

    def share(self, step: Step, rows: list[Row], depth: int = 0, hoisted: bool = False) -> None:
        """Variables for the parts that are used more than once; ``hoisted``: only for those that read no adjoint."""
        roots = _roots(step)
        for k in sorted(reach(self.sheet.nodes, roots, self.names.__contains__)):
            own = k == step.node and step.role == "forward"
            if self.uses[k] < 2 or k in self.names or own or self._plain(k) or (hoisted and k in self.on_bars):
                continue
            name = self.new(k)
            rows.append(Row(step.role, step.line, name, "=", self.sheet.text(k, self.names), depth))
            self.names[k] = name

    def _plain(self, k: int) -> bool:
        node = self.sheet.nodes[k]
        return node.op in PLAIN or (node.op == "neg" and self.sheet.nodes[node.args[0]].op in PLAIN)


def _roots(item: Any) -> list[int]:
    if isinstance(item, Row):
        return []
    steps: Sequence[Step] = item.steps if isinstance(item, Block) else [item]
    return [k for step in steps for k in (step.node, step.choice) if k is not None]


def _guard(step: Step, condition: str, depth: int) -> list[Row]:
    """Another branch than the recorded one stops the code."""
    test = f"if not {condition}:" if step.target == "True" else f"if {condition}:"
    return [Row("frame", step.line, test, depth=depth), Row("frame", step.line, "raise BranchTakenError", depth=depth + 1)]
