"""What the compiler must know of each line of a Program before it writes a word.

Letters: ``depends[k]``: line k depends on an input; ``reached[k]``: the reverse sweep may hand it an adjoint; ``sure[k]``: it
does so whatever max, min, where and relu choose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from diffkit.primitives import TABLE, zero
from diffkit.program import Line, Program, active

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def partial_of(op: str, position: int) -> Callable[..., Any] | None:
    """The partial derivative of a primitive by one operand, None where it is 0 everywhere."""
    row = TABLE[op]
    found = row.partials[0 if row.arity is None else position]
    return None if found is zero else found


class Facts:
    """A Program without dead code, in the order in which it was recorded, and what its reverse sweep will do.

    Examples
    --------
    >>> from diffkit import parse
    >>> facts = Facts(parse("dead = sin(x); x*floor(y)"))
    >>> [line.op for line in facts.lines], facts.reached
    (['input', 'input', 'floor', 'mul'], [True, False, True, True])
    """

    def __init__(self, program: Program, output: int = 0) -> None:
        self.inputs = program.inputs
        kept = needed(program, output)
        place = {k: i for i, k in enumerate(kept)}
        self.lines = [_moved(program.lines[k], place) for k in kept]
        self.root = place[program.outputs[output]]
        self.names = [(name, place[k]) for name, k in program.names if k in place]
        self.guards = {place[k]: outcome for k, outcome in getattr(program, "guards", ())}
        self.depends = active(Program(tuple(self.lines), self.inputs, (self.root,)), self.inputs)
        self.read = {a for line in self.lines for a in line.args} | {self.root}
        self.position = {name: i for i, name in enumerate(self.inputs)}
        self._reach()
        self.gifts = self._gifts()

    def _reach(self) -> None:
        n = len(self.lines)
        self.reached, self.sure = [False] * n, [False] * n
        self.reached[self.root] = self.sure[self.root] = self.depends[self.root]
        for k in range(n - 1, -1, -1):
            line = self.lines[k]
            if not (self.reached[k] and line.args):
                continue
            for c, a in enumerate(line.args):
                if self.depends[a] and partial_of(line.op, c):
                    self.reached[a] = True
                    self.sure[a] = self.sure[a] or (self.sure[k] and not TABLE[line.op].selects)

    def _gifts(self) -> Counter[int]:
        """How many contributions the adjoint of each line gets, the seed of the root included."""
        gifts = Counter([self.root])
        for k, line in enumerate(self.lines):
            if self.reached[k] and line.args:
                gifts.update(a for c, a in enumerate(line.args) if self.depends[a] and partial_of(line.op, c))
        return gifts

    def shapes(self) -> list[int]:
        """A number for each line; lines with the same one are written in the same way but for what they read."""
        known: dict[Any, int] = {}
        return [known.setdefault(self._shape(k), len(known)) for k in range(len(self.lines))]

    def _shape(self, k: int) -> tuple[Any, ...]:
        line = self.lines[k]
        told = self.depends[k], self.reached[k], self.sure[k], self.guards.get(k)
        return line.op, told, tuple([self.depends[a] for a in line.args])


def needed(program: Program, output: int) -> list[int]:
    """The lines that an output or a guard needs, in their order; all inputs that appear are kept."""
    wanted = [line.op == "input" for line in program.lines]
    for k in [program.outputs[output], *(k for k, _ in getattr(program, "guards", ()))]:
        wanted[k] = True
    for k in range(len(wanted) - 1, -1, -1):
        if wanted[k]:
            for a in program.lines[k].args:
                wanted[a] = True
    return [k for k, yes in enumerate(wanted) if yes]


def _moved(line: Line, place: dict[int, int]) -> Line:
    return line._replace(args=tuple([place[a] for a in line.args])) if line.args else line
