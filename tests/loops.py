"""Random Programs that were loops once: what the compiler has to find again, at points where anything may happen."""

import random

from diffkit.program import Builder, Program

ONE = ["sin", "tanh", "relu", "neg", "atan", "abs", "sigmoid", "expm1", "floor"]
TWO = ["add", "sub", "mul", "max", "min", "hypot", "lt"]


class Loops:
    """Writes one or two loops whose bodies read themselves, the iteration before, inputs, tables and earlier loops."""

    def __init__(self, seed: int) -> None:
        self.dice, self.builder = random.Random(seed), Builder()
        self.m = self.dice.choice([12, 25])
        self.inputs = [f"x{i}" for i in range(2 * self.m + 4)]
        self.x = [self.builder.input(name) for name in self.inputs]
        self.start = self.dice.choice(self.x[:3]) if self.dice.random() < 0.7 else self.builder.const(0.5)
        self.results: list[list[int]] = []

    def operand(self, j: int, size: int) -> tuple:
        """What an operand reads: kind and parameters."""
        chance = self.dice.random()
        if chance < 0.35 and j:
            return "same", self.dice.randrange(j)
        if chance < 0.55:
            return "before", self.dice.randrange(size), self.dice.choice([1, 1, 1, 2])
        if chance < 0.75:
            return "input", self.dice.randrange(3), self.dice.choice([0, 1, 1, 2])
        if chance < 0.85 and self.results:
            return "earlier", self.dice.randrange(len(self.results))
        if chance < 0.92:
            return "constant", self.dice.choice([0.5, 2.0, None])
        return "fixed", self.dice.choice(self.x)

    def read(self, operand: tuple, i: int, now: list[int], past: list[list[int]]) -> int:
        """The line that it is in iteration i."""
        kind, a, *b = operand
        if kind == "before":
            return past[i - b[0]][a] if i >= b[0] else self.start if i == b[0] - 1 else self.x[1]
        if kind == "constant":
            return self.builder.const(0.1 * i + 0.05 if a is None else a)
        return {"same": lambda: now[a], "input": lambda: self.x[a + b[0] * i], "earlier": lambda: self.results[a][i]}.get(
            kind, lambda: a
        )()

    def loop(self) -> None:
        """One loop."""
        size, body = self.dice.randrange(2, 9), []
        for j in range(size):
            op = (
                self.dice.choice(ONE)
                if self.dice.random() < 0.4
                else self.dice.choice(TWO)
                if self.dice.random() < 0.85
                else "where"
            )
            count = 1 if op in ONE else 3 if op == "where" else 2
            body.append((op, [self.operand(j, size) for _ in range(count)]))
        past: list[list[int]] = []
        for i in range(self.m):
            now: list[int] = []
            for op, operands in body:
                now.append(self.builder.op(op, *(self.read(r, i, now, past) for r in operands)))
            past.append(now)
        self.results += [list(column) for column in zip(*past, strict=True)]

    def program(self) -> Program:
        """One number out of what the loops left."""
        a, b, c = (self.dice.choice(self.results)[self.dice.choice([-1, -1, -2, 3])] for _ in range(3))
        end = self.builder.op("add", self.builder.op("add", a, b), self.builder.op("mul", c, self.x[0]))
        return self.builder.build(end, inputs=self.inputs)


def random_loops(seed: int) -> tuple[Program, tuple[float, ...]]:
    """A Program of one or two loops, and a point."""
    loops = Loops(seed)
    for _ in range(loops.dice.choice([1, 2])):
        loops.loop()
    return loops.program(), tuple(loops.dice.uniform(-2, 2) for _ in loops.inputs)
