"""Names for the variables of emitted code: the user's own where they can be, numbered ones elsewhere.

No text of the user reaches the code but names that Python itself calls identifiers, and none of those means anything else there.
"""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterable

from diffkit.emit.facts import Facts
from diffkit.emit.layout import Layout, Placed
from diffkit.emit.sheet import FUNCTIONS, OWN

TAKEN = {
    *dir(builtins),
    *keyword.kwlist,
    *keyword.softkwlist,
    *FUNCTIONS,
    *OWN,
    "i",
    "empty",
    "value_and_gradient",
    "BranchTakenError",
}


class Names:
    """Names given out once each.

    Examples
    --------
    >>> names = Names()
    >>> [names.new(wish) for wish in ("x", "x", "lambda", "exp")]
    ['x', 'x_1', 'lambda_1', 'exp_1']
    """

    def __init__(self) -> None:
        self.taken = set(TAKEN)
        self.count: dict[str, int] = {}

    def new(self, wish: str) -> str:
        """The name, or the name with the first number that is free."""
        wish = unicodedata.normalize("NFKC", wish)  # as Python reads it
        wish = wish if wish.isidentifier() and not wish.startswith("__") else "v"
        name = wish
        while name in self.taken:
            self.count[wish] = self.count.get(wish, 0) + 1
            name = f"{wish}_{self.count[wish]}"
        self.taken.add(name)
        return name


class Naming:
    """What every line of a laid out Program, its adjoint and its lists are called."""

    def __init__(self, facts: Facts, layout: Layout) -> None:
        self.names, self.facts, self.layout = Names(), facts, layout
        self.wishes = {k: name for name, k in facts.names}
        self.inputs = self.names.new("x") if layout.listed_inputs else ""
        self.line: dict[int, str] = {}
        self.body: dict[tuple[int, int], str] = {}
        if not self.inputs:
            self._name(k for k, line in enumerate(facts.lines) if line.op == "input")
        for n, loop in enumerate(layout.loops):
            self._name_body(n, loop)
        self._name(k for k in layout.straight() if facts.lines[k].args)
        self.bars: dict[str, str] = {}

    def _name(self, lines: Iterable[int]) -> None:
        for k in lines:
            line = self.facts.lines[k]
            self.line[k] = self.names.new(line.text if line.op == "input" else self.wishes.get(k, f"v{k}"))

    def _name_body(self, n: int, loop: Placed) -> None:
        for j in range(loop.p):
            first, second = self.wishes.get(loop.s + j), self.wishes.get(loop.s + loop.p + j)
            self.body[n, j] = self.names.new(first if first and first == second else f"v{loop.s + j}")

    def bar(self, name: str) -> str:
        """What the adjoint of a variable or list is called: d and its name, as in the chapter."""
        if name not in self.bars:
            self.bars[name] = self.names.new("d" + name)
        return self.bars[name]

    def derived(self, name: str, suffix: str) -> str:
        """What another variable that belongs to it is called."""
        key = name + " " + suffix
        if key not in self.bars:
            self.bars[key] = self.names.new(f"{name}_{suffix}")
        return self.bars[key]
