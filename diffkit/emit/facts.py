"""What the compiler must know of each line of a Program before it writes a word.

Letters: ``depends[k]``: line k depends on an input; ``reached[k]``: the reverse sweep may hand it an adjoint; ``sure[k]``: it
does so whatever max, min, where and relu choose; ``gifts[k]`` counts the contributions to its adjoint.
"""

from __future__ import annotations

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
        self.kept = kept = needed(program, output)
        place = {k: i for i, k in enumerate(kept)}
        self.lines = program.lines
        if len(kept) < len(program.lines):
            self.lines = tuple([_moved(program.lines[k], place) for k in kept])
        self.root = place[program.outputs[output]]
        self.names = [(name, place[k]) for name, k in program.names if k in place]
        self.guards = {place[k]: outcome for k, outcome in getattr(program, "guards", ())}
        self.depends = active(Program(self.lines, self.inputs, (self.root,)), self.inputs)
        self.read = {self.root}.union(*[line.args for line in self.lines])
        self.position = {name: i for i, name in enumerate(self.inputs)}
        self._reach()

    def _reach(self) -> None:
        n, lines, depends = len(self.lines), self.lines, self.depends
        self.reached, self.sure, self.gifts = [False] * n, [False] * n, [0] * n
        self.reached[self.root] = self.sure[self.root] = depends[self.root]
        self.gifts[self.root] = 1
        moving = {row: [bool(partial_of(row, c)) for c in range(TABLE[row].arity or 1)] for row in TABLE}
        for k in range(n - 1, -1, -1):
            op, args = lines[k][:2]
            if not (args and self.reached[k]):
                continue
            sure = self.sure[k] and not TABLE[op].selects
            for a, moves in zip(args, moving[op] if TABLE[op].arity else [True] * len(args)):
                if moves and depends[a]:
                    self.reached[a] = True
                    self.sure[a] |= sure
                    self.gifts[a] += 1

    def shapes(self) -> list[int]:
        """A number for each line; lines with the same one are written in the same way but for what they read."""
        known: dict[Any, int] = {}
        depends, guards = self.depends, self.guards
        told = zip(self.lines, depends, self.reached, self.sure)
        return [
            known.setdefault((line[0], a, b, c, guards.get(k), *[depends[a] for a in line[1]]), len(known))
            for k, (line, a, b, c) in enumerate(told)
        ]


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
