"""Random Programs for the tests: every primitive, at points where nothing is near a kink, a pole or the end of a domain."""

import math
import random

from diffkit import namespaces, tape
from diffkit.floats import U
from diffkit.primitives import TABLE
from diffkit.program import Builder, Program, run

CLEAR = 1e-2  # how far operands stay from kinks and ties
COMPARISONS = ["lt", "le", "gt", "ge", "eq", "ne"]
LOGICAL = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")
NARROW = {
    "asin": 0.9,
    "acos": 0.9,
    "atanh": 0.9,
    "tan": 1.4,
    "sec": 1.4,
    "exp": 6.0,
    "expm1": 6.0,
    "sinh": 6.0,
    "cosh": 6.0,
    "erf": 3.0,
    "erfc": 3.0,
    "gamma": 6.0,
    "sigmoid": 30.0,
    "softplus": 30.0,
    "tanh": 8.0,
    "sech": 8.0,
    "csch": 8.0,
    "coth": 8.0,
}
ABOVE_ONE, BELOW_ONE = {"asec", "acsc", "acosh", "acoth"}, {"asech"}
AWAY_FROM_ZERO = {"csc", "cot", "csch", "coth", "acot", "acsch", "cbrt", "div", "abs", "sign", "step", "relu", "atan2", "hypot"}
POSITIVE = {"log", "log2", "log10", "sqrt", "gamma", "digamma", "log1p"}


SMOOTH = [name for name in TABLE if name not in {"where", "floor", "sign", "step", *LOGICAL}]


def fits(name: str, operands: list[float]) -> bool:
    """May the primitive be applied there: inside its stated domain, away from what is not smooth?"""
    if name in {"max", "min", *LOGICAL} and len(operands) > 1:
        return all(abs(a - b) > CLEAR for i, a in enumerate(operands) for b in operands[:i])
    size = [abs(x) for x in operands]
    if name == "pow":
        return 0.1 < operands[0] < 20 and size[1] < 4
    if name == "floor":
        return CLEAR < operands[0] % 1 < 1 - CLEAR
    if name == "lgamma":
        return 3 < operands[0] < 50
    if name in ABOVE_ONE:
        return 1.1 < operands[0] < 50
    if name in BELOW_ONE:
        return 0.05 < operands[0] < 0.9
    if name in POSITIVE and operands[0] <= 0.1:
        return False
    return size[-1] <= NARROW.get(name, 50.0) and size[0] <= 50 and (name not in AWAY_FROM_ZERO or min(size) > CLEAR)


class Writer:
    """Writes random operations whose values it knows, so that it can refuse those that are not smooth there."""

    def __init__(self, seed: int, inputs: int) -> None:
        self.dice, self.F, self.builder = random.Random(seed), namespaces.get("math"), Builder()
        self.point = {f"x{i}": self.dice.uniform(-2, 2) for i in range(inputs)}
        self.value = {self.builder.input(name): x for name, x in self.point.items()}
        self.moving = list(self.value)  # lines that depend on an input by more than a choice
        self.unused = list(self.value)  # lines that nothing reads yet
        self.constants = [self.constant(self.dice.choice([0.5, 2.0, 3.0])), self.constant(self.dice.uniform(0.1, 4.0))]

    def constant(self, x: float) -> int:
        """A constant."""
        k = self.builder.const(x)
        self.value[k] = x
        return k

    def apply(self, name: str, *operands: int) -> int | None:
        """One operation, unless it is not smooth there, too large, or known already."""
        v = [self.value[k] for k in operands]
        if name != "where" and not fits(name, v[1:] if name == "polygamma" else v):
            return None
        y = getattr(self.F, name)(*v)
        before = len(self.builder.lines)
        if not (math.isfinite(y) and abs(y) < 50):
            return None
        k = self.builder.op(name, *operands)
        self.value[k] = y
        return k if k >= before else None

    def keep(self, k: int, operands: tuple[int, ...]) -> None:
        """Let later operations read this line."""
        self.moving.append(k)
        self.unused = [u for u in self.unused if u not in operands] + [k]

    def grow(self) -> None:
        """Try one random operation."""
        name = self.dice.choice(SMOOTH if self.dice.random() < 0.97 else ["floor", "sign", "step"])
        count = TABLE[name].arity or self.dice.choice([2, 3])
        operands = [self.dice.choice(self.unused[-4:] if self.dice.random() < 0.6 else self.moving) for _ in range(count)]
        if count == 2 and self.dice.random() < 0.4:
            operands[self.dice.randrange(2)] = self.dice.choice(self.constants)
        if name == "polygamma":
            operands[0] = self.constant(float(self.dice.randrange(1, 3)))
        k = self.apply(name, *operands)
        if k is None:
            return
        self.keep(k, tuple(operands))
        if self.dice.random() < 0.1:
            self.choose(k)

    def choose(self, k: int) -> None:
        """k if a condition else another line."""
        tests = [self.apply(self.dice.choice(COMPARISONS), k, other) for other in self.dice.sample(self.moving, 2)]
        if None in tests:
            return
        both = self.builder.op(self.dice.choice(["and", "or"]), *tests)
        self.value[both] = getattr(self.F, self.builder.lines[both].op)(*(self.value[t] for t in tests))
        test = self.builder.op("not", both)
        self.value[test] = 1.0 - self.value[both]
        operands = (test, k, self.dice.choice(self.moving))
        chosen = self.apply("where", *operands)
        if chosen is not None:
            self.keep(chosen, operands)

    def join(self) -> int:
        """One line that needs all lines that nothing reads yet."""
        while len(self.unused) > 1:
            a, b = self.unused[-2:]
            k = self.apply(self.dice.choice(["add", "sub"]), a, b)
            if k is None:
                k = self.apply("atan", a) or self.apply("tanh", a)
                self.unused.remove(a)
                if k is not None:
                    self.unused.append(k)
            else:
                self.keep(k, (a, b))
        return self.unused[0]


def random_program(seed: int, operations: int = 40, inputs: int = 2) -> tuple[Program, dict[str, float]]:
    """A Program of at least that many operations, and a point near which it is smooth."""
    writer = Writer(seed, inputs)
    while sum(bool(line.args) for line in writer.builder.lines) < operations:
        writer.grow()
    program = writer.builder.build(writer.join(), inputs=tuple(writer.point))
    return (program, writer.point) if program.operations >= operations else random_program(seed + 10**6, operations, inputs)


def rounding_bound(program: Program, point: dict[str, float], output: int = 0) -> float:
    """First-order bound on the rounding error of one output, from one reverse sweep; fractions may be rounded too."""
    F = namespaces.get("math")
    v = run(program, F, [point[name] for name in program.inputs])
    v_bar = tape.reverse_sweep(program, F, v, {program.outputs[output]: 1.0}, [True] * len(v))
    total = 0.0
    for line, y, bar in zip(program.lines, v, v_bar, strict=True):
        ulps = 2 * TABLE[line.op].ulps[0] if line.args else float(line.op == "const" and y % 1 != 0)
        if bar and y and ulps and not math.isnan(bar):  # nan: the order of polygamma
            total += abs(bar * y) * ulps * U
    return total
