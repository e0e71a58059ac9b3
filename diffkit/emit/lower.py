"""A Program on arrays that reads them number by number, as the Program on those numbers that it is.

``s = s + x[i]*x[i]`` in a Python loop is recorded as operations on numbers and elements of an array; every element becomes an
input of its own, so that the loop can be found again.
"""

from __future__ import annotations

import math

from diffkit.primitives import TABLE
from diffkit.program import Line, Program

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def to_numbers(program: Program) -> Program | None:
    """The same function of the numbers in its inputs, in order; None if anything but reading an element is done to an array."""
    if not program.on_arrays:
        return program
    numbers = _Numbers(program)
    if len({*numbers.names}) < len(numbers.names):
        return None
    for k, line in enumerate(program.lines):
        if not numbers.take(k, line):
            return None
    outputs = [numbers.place.get(k) for k in program.outputs]
    guards = [(numbers.place.get(k), outcome) for k, outcome in program.guards]
    if None in outputs or any(k is None for k, _ in guards):
        return None
    return Program(tuple(numbers.lines), tuple(numbers.names), tuple(outputs), (), tuple(guards))  # type: ignore[arg-type]


class _Numbers:
    """The lines on numbers, and for each line on an array which part of which input it is."""

    def __init__(self, program: Program) -> None:
        self.lines: list[Line] = []
        self.place: dict[int, int] = {}
        self.part: dict[int, tuple[str, tuple[int, ...]]] = {}
        self.shapes = {line.text: line.static[0] if line.static else () for line in program.lines if line.op == "input"}
        self.known: dict[str, int] = {}
        self.first: dict[str, int] = {}  # where the numbers of an input begin
        self.names: list[str] = []
        joint = "_" if len(program.inputs) == 1 else "__"  # which no name of a parameter next to x would end in
        for name in program.inputs:
            self.first[name] = len(self.names)
            shape = self.shapes.get(name, ())
            self.names += [f"{name}{joint}{i}" for i in range(math.prod(shape))] if shape else [name]

    def take(self, k: int, line: Line) -> bool:
        """Take over one line; False if it needs arrays."""
        if line.op == "input" and line.static and line.static[0]:
            self.part[k] = line.text, ()
            return str(line.static[1]) == "float64"
        if line.op == "input":
            self.place[k] = self._input(line.text)
            return not line.static
        if line.op == "getitem" and len(line.args) == 1 and line.args[0] in self.part:
            return self._element(k, line)
        if (line.op not in TABLE and line.op != "const") or not isinstance(line.value, float) or line.static:
            return False
        if any(a not in self.place for a in line.args):
            return False
        self.place[k] = len(self.lines)
        self.lines.append(Line(line.op, tuple([self.place[a] for a in line.args])) if line.args else line)
        return True

    def _input(self, name: str) -> int:
        if name not in self.known:
            self.known[name] = len(self.lines)
            self.lines.append(Line("input", text=name))
        return self.known[name]

    def _element(self, k: int, line: Line) -> bool:
        name, before = self.part[line.args[0]]
        pattern: tuple[Any, ...] = line.static[0]
        shape = self.shapes[name]
        if not all(type(i) is int for i in pattern) or len(before) + len(pattern) > len(shape):
            return False
        index = (*before, *(i % n for i, n in zip(pattern, shape[len(before) :])))
        if len(index) < len(shape):
            self.part[k] = name, index
            return True
        flat = 0
        for i, n in zip(index, shape):
            flat = flat * n + i
        self.place[k] = self._input(self.names[self.first[name] + flat])
        return True
