"""Expressions being written: the arithmetic of the tape, as the Python text that does the same.

Letters: ``F`` is the namespace of a `Sheet`; a partial of THE table run over it writes expressions.  Only what leaves every bit
as it is gets shortened (x*1, x*(-1), a choice that is settled); constants are computed once, as the tape computes them.
"""

from __future__ import annotations

import math
from collections import namedtuple
from functools import partial
from types import SimpleNamespace

from diffkit import namespaces
from diffkit.algebra import Var
from diffkit.primitives import TABLE

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

INFIX = {"add": (5, " + "), "sub": (5, " - "), "mul": (6, "*"), "div": (6, "/")}
CONDITIONS = {"lt": " < ", "le": " <= ", "gt": " > ", "ge": " >= ", "eq": " == ", "ne": " != ", "and": " and ", "or": " or "}
CHOICE, NOT, COMPARISON, NEG, POWER, ATOM = 0, 3, 4, 7, 8, 9  # how tightly Python binds, as INFIX does
LEAVES = {"leaf", "load", "var", "bar"}  # what has a text of its own: names, items of lists, values and adjoints that change
CHEAP = {"add", "sub", "mul", "neg"}  # computed again sooner than stored


class ExceptionalError(ArithmeticError):
    """A value that the fast code would hide from its caller, such as nan: the tape has to answer."""


def power(a: float, b: float) -> float:
    """a**b, and no answer where the result would hide a nan: nan**0 is 1."""
    if a != a or b != b:
        raise ExceptionalError
    return math.pow(a, b)


def largest(*operands: float) -> float:
    """The largest operand, and no answer if one is nan."""
    found = operands[0]
    for x in operands:
        if x != x:
            raise ExceptionalError
        if x > found:
            found = x
    return found


def smallest(*operands: float) -> float:
    """The smallest operand, and no answer if one is nan."""
    found = operands[0]
    for x in operands:
        if x != x:
            raise ExceptionalError
        if x < found:
            found = x
    return found


# Native functions raise where IEEE 754 has an inf or nan; then the tape answers instead.
NATIVE = {name: getattr(math, name) for name in TABLE if hasattr(math, name) and name not in {"floor", "pow"}}
OWN = {"sign", "floor", "digamma", "polygamma", *({"cbrt"} - set(NATIVE))}  # as the tape has them
FUNCTIONS: dict[str, Any] = NATIVE | {
    "abs": abs,
    "pow": math.pow,
    "power": power,
    "largest": largest,
    "smallest": smallest,
    "inf": math.inf,
    "nan": math.nan,
    "ExceptionalError": ExceptionalError,
}
CALLED = {"max": "largest", "min": "smallest"}


def neutral(F: Any, name: str, args: list[Any], numbers: Sequence[float | None]) -> Any:
    """What x*1, x*(-1), x/1 and x^1 are to the last bit; None for anything else."""
    if name == "mul" and 1.0 in numbers:
        return args[1 - numbers.index(1.0)]
    if name == "mul" and -1.0 in numbers:
        return F.neg(args[1 - numbers.index(-1.0)])
    return args[0] if name in {"div", "pow"} and numbers[1] == 1.0 else None


class Node(namedtuple("Node", "op args value text", defaults=((), 0.0, ""))):
    """A leaf (``text`` stands for it), a constant, or an operation on earlier nodes."""

    __slots__ = ()
    op: str
    args: tuple[int, ...]
    value: float
    text: str


class Sheet:
    """Expressions that share their parts.

    Examples
    --------
    >>> sheet = Sheet()
    >>> x = sheet.leaf("x")
    >>> sheet.text((1 - sheet.F.sin(x) * x).index)
    '1.0 - sin(x)*x'
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.seen: dict[Any, int] = {}
        self.F = SimpleNamespace(name="emit", const=lambda value, text="": self.const(value))
        for name in TABLE:
            setattr(self.F, name, partial(self.write, name))

    def add(self, node: Node) -> Any:
        """The node, found or added."""
        key = (node, math.copysign(1.0, node.value))  # 0.0 == -0.0
        k = self.seen.setdefault(key, len(self.nodes))
        if k == len(self.nodes):
            self.nodes.append(node)
        return Var(self.F, k)

    def leaf(self, text: str, op: str = "leaf") -> Any:
        """What is read by its name, or from a list; ``op`` is one of LEAVES."""
        return self.add(Node(op, text=text))

    def const(self, value: float) -> Any:
        """A constant; all nan are the same."""
        return self.add(Node("const", value=math.nan if value != value else float(value)))

    def at(self, k: int) -> Any:
        """The node of that number."""
        return Var(self.F, k)

    def number(self, k: int) -> float | None:
        """The value of a constant, None for anything else."""
        return self.nodes[k].value if self.nodes[k].op == "const" else None

    def write(self, name: str, *operands: Any) -> Any:
        """An operation of the table; by other rows (``via``) where Python has no function for it."""
        args = [x if isinstance(x, Var) else self.const(x) for x in operands]
        numbers = [self.number(x.index) for x in args]
        if all(n is not None for n in numbers):
            return self.const(getattr(namespaces.get("math"), name)(*numbers))
        shorter = self.shorter(name, args, numbers)
        if shorter is not None:
            return shorter
        row = TABLE[name]
        if row.via and not self.knows(name):
            return row.via(self.F, *args)
        return self.add(Node(name, tuple(x.index for x in args)))

    def knows(self, name: str) -> bool:
        """Has the code a function of that name?"""
        return name in NATIVE or name in OWN

    def shorter(self, name: str, args: list[Any], numbers: list[float | None]) -> Any:
        """An identity of IEEE 754 arithmetic, or None."""
        found = neutral(self.F, name, args, numbers)
        if found is not None:
            return found
        if name == "neg" and self.nodes[args[0].index].op == "neg":
            return Var(self.F, self.nodes[args[0].index].args[0])
        if name == "add" and "neg" in (ops := [self.nodes[x.index].op for x in args]):
            place = 1 if ops[1] == "neg" else 0
            return self.F.sub(args[1 - place], Var(self.F, self.nodes[args[place].index].args[0]))
        if name == "where" and numbers[0] is not None:
            return args[1] if numbers[0] else args[2]
        return args[1] if name == "where" and args[1].index == args[2].index else None

    # --- text ------------------------------------------------------------------------------------------------------------
    def text(self, k: int, names: dict[int, str] | None = None, binds: int = 0) -> str:
        """One node as Python; ``names`` says what has a name already."""
        text, own = self._piece(k, names or {})
        return text if own >= binds else f"({text})"

    def _piece(self, k: int, names: dict[int, str]) -> tuple[str, int]:
        node = self.nodes[k]
        if k in names:
            return names[k], ATOM
        if node.op in LEAVES:
            return node.text, ATOM
        if node.op == "const":
            return repr(node.value), NEG if node.value < 0 or repr(node.value)[0] == "-" else ATOM
        if node.op in CONDITIONS or node.op == "not":
            return f"1.0 if {self.condition(k, names)} else 0.0", CHOICE
        return self._operation(node, names)

    def _operation(self, node: Node, names: dict[int, str]) -> tuple[str, int]:
        a = node.args
        if node.op in INFIX:
            binds, sign = INFIX[node.op]
            right = self.text(a[1], names, binds + 1)
            return f"{self.text(a[0], names, binds)}{sign}{f'({right})' if right[0] == '-' else right}", binds
        if node.op == "neg":
            return "-" + self.text(a[0], names, NEG), NEG
        if node.op == "where":
            chosen, other = self.text(a[1], names, 1), self.text(a[2], names)
            return f"{chosen} if {self.condition(a[0], names)} else {other}", CHOICE
        if node.op == "pow":
            return self._power(a, names)
        name = CALLED.get(node.op, node.op)
        return f"{name}({', '.join(self.text(x, names) for x in a)})", ATOM

    def _power(self, a: tuple[int, ...], names: dict[int, str]) -> tuple[str, int]:
        """Whole powers by the operator, which calls the same function of C; others must not become complex or hide a nan."""
        exponent = self.number(a[1])
        if exponent and exponent % 1 == 0 and abs(exponent) < 2**31:
            return f"{self.text(a[0], names, ATOM)}**{int(exponent)}", POWER
        name = "pow" if exponent else "power"
        return f"{name}({self.text(a[0], names)}, {self.text(a[1], names)})", ATOM

    def condition(self, k: int, names: dict[int, str], binds: int = 0) -> str:
        """One node where only its truth counts."""
        node = self.nodes[k]
        if k in names or node.op not in {*CONDITIONS, "not", "mul"}:
            return self.text(k, names, COMPARISON + 1)
        if node.op == "not":
            text, own = "not " + self.condition(node.args[0], names, NOT), NOT
        elif node.op == "mul":
            if not all(self.nodes[a].op in CONDITIONS for a in node.args):
                return self.text(k, names, COMPARISON + 1)
            text, own = " and ".join(self.condition(a, names, 3) for a in node.args), 2
        elif node.op in {"and", "or"}:
            own = 2 if node.op == "and" else 1
            text = CONDITIONS[node.op].join(self.condition(a, names, own + 1) for a in node.args)
        else:
            text, own = CONDITIONS[node.op].join(self.text(a, names, COMPARISON + 1) for a in node.args), COMPARISON
        return text if own >= binds else f"({text})"


def reach(nodes: list[Node], roots: Any, stop: Callable[[int], bool] = lambda k: False) -> set[int]:
    """All nodes that ``roots`` need, themselves included; not beyond those where ``stop`` says so."""
    found: set[int] = set()
    stack = list(roots)
    while stack:
        k = stack.pop()
        if k not in found:
            found.add(k)
            if not stop(k):
                stack.extend(nodes[k].args)
    return found
