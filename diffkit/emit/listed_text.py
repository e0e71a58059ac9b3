"""Expressions as a reader wants them: every function by its name, choices as Python says them, in plain Python or NumPy.

What Python's module math or NumPy lacks is written out once, above the listing, from its row in THE table.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from diffkit.algebra import Var
from diffkit.emit.sheet import CHOICE, COMPARISON, CONDITIONS, Node, Sheet
from diffkit.namespaces import ELEMENT_BY_ELEMENT, NUMPY_NAMES
from diffkit.primitives import TABLE

BUILTIN = {"abs", "max", "min"}
MATH = {name for name in TABLE if hasattr(math, name)} - {"floor"}
OURS = {"sign", "floor", "digamma", "polygamma"}  # as `helpers` has them
ENOUGH = 3  # uses of a function of the same operands, from which on it is computed once


class PythonSheet(Sheet):
    """Expressions in plain Python; ``calls`` are the functions that they name."""

    language = "python"

    def __init__(self) -> None:
        super().__init__()
        self.calls: set[str] = set()

    def knows(self, name: str) -> bool:
        """Every function of the table has a name."""
        return True

    def operation(self, name: str, args: Sequence[Any]) -> Any:
        """An operation as the user wrote it: nothing is folded or left out."""
        return self.add(Node(name, tuple(x.index for x in args)))

    def choice(self, condition: Any, yes: Any, no: Any) -> Any:
        """One of two, as the user would write it."""
        args = [x if isinstance(x, Var) else self.const(x) for x in (condition, yes, no)]
        settled = self.number(args[0].index)
        return self.operation("where", args) if settled is None else args[1 if settled else 2]

    def shared(self, root: int) -> list[int]:
        """Functions that an expression would compute several times."""
        uses: Counter[int] = Counter()
        stack = [root]
        while stack:
            k = stack.pop()
            uses[k] += 1
            stack.extend(self.nodes[k].args)
        return [k for k, n in sorted(uses.items()) if n >= ENOUGH and self._called(self.nodes[k].op)]

    def _called(self, op: str) -> bool:
        return op in TABLE and op not in {"add", "sub", "mul", "div", "neg", "abs", "where", "not", *CONDITIONS}

    def _operation(self, node: Any, names: dict[int, str]) -> tuple[str, int]:
        if node.op in {"add", "sub", "mul", "div", "neg"}:
            return super()._operation(node, names)
        if node.op == "where":
            return self._choice(node.args, names)
        if node.op == "pow":
            return self._power(node.args, names)
        return self._call(node.op, [self.text(a, names) for a in node.args]), 9

    def _choice(self, a: tuple[int, ...], names: dict[int, str]) -> tuple[str, int]:
        return f"{self.text(a[1], names, 1)} if {self.condition(a[0], names)} else {self.text(a[2], names)}", CHOICE

    def _power(self, a: tuple[int, ...], names: dict[int, str]) -> tuple[str, int]:
        """Whole powers by the operator, which calls the same function of C; others must not become complex."""
        exponent = self.number(a[1])
        if exponent and exponent % 1 == 0 and abs(exponent) < 2**31:
            return f"{self.text(a[0], names, 9)}**{int(exponent)}", 8
        return self._call("pow", [self.text(x, names) for x in a]), 9

    def _call(self, op: str, args: list[str]) -> str:
        self.calls.add(op)
        return f"{op}({', '.join(args)})"

    def header(self) -> Iterator[str]:
        """The imports and functions without which the expressions do not run."""
        defined = dict(written_out(type(self), self.calls))
        called = self.calls.union(*(calls for _, calls in defined.values()))
        native = sorted(called & MATH)
        text = "\n".join(code for code, _ in defined.values())
        yield from (f"import {module}" for module in ("math", "mpmath") if f"{module}." in text)
        if native:
            yield f"from math import {', '.join(native)}"
        for code, _ in defined.values():
            yield from ("", "", *code.splitlines())
        if defined:
            yield ""

    @classmethod
    def lacks(cls, name: str) -> bool:
        """Must the function be written out?"""
        return name not in MATH and name not in BUILTIN


class NumpySheet(PythonSheet):
    """The same in NumPy, element by element where the inputs are arrays."""

    language = "numpy"

    def _choice(self, a: tuple[int, ...], names: dict[int, str]) -> tuple[str, int]:
        return f"np.where({self.condition(a[0], names)}, {self.text(a[1], names)}, {self.text(a[2], names)})", 9

    def _power(self, a: tuple[int, ...], names: dict[int, str]) -> tuple[str, int]:
        exponent = self.number(a[1])
        if exponent and exponent % 1 == 0:
            return f"{self.text(a[0], names, 9)}**{int(exponent)}", 8
        return f"{self.text(a[0], names, 9)}**{self.text(a[1], names, 8)}", 8

    def _piece(self, k: int, names: dict[int, str]) -> tuple[str, int]:
        if k not in names and (self.nodes[k].op in CONDITIONS or self.nodes[k].op == "not"):
            return f"1.0*({self.condition(k, names)})", 6
        return super()._piece(k, names)

    def condition(self, k: int, names: dict[int, str], binds: int = 0) -> str:
        """One node where only its truth counts; & and | bind more tightly than comparisons."""
        node = self.nodes[k]
        if k in names or node.op not in {*CONDITIONS, "not"}:
            text = f"{self.text(k, names, COMPARISON + 1)} != 0.0"
        elif node.op == "not":
            return f"np.logical_not({self.condition(node.args[0], names)})"
        elif node.op in {"and", "or"}:
            text = {"and": " & ", "or": " | "}[node.op].join(f"({self.condition(a, names)})" for a in node.args)
        else:
            text = CONDITIONS[node.op].join(self.text(a, names, COMPARISON + 1) for a in node.args)
        return f"({text})" if binds else text

    def _call(self, op: str, args: list[str]) -> str:
        if op in {"max", "min"}:
            found = args[0]
            for other in args[1:]:
                found = f"np.{op}imum({found}, {other})"
            return found
        if op in NUMPY_NAMES:
            return f"np.{NUMPY_NAMES[op]}({', '.join(args)})"
        return super()._call(op, args)

    def header(self) -> Iterator[str]:
        """The imports and functions without which the expressions do not run."""
        yield "import numpy as np"
        yield from super().header()
        each = sorted(self._each(self.calls))
        yield from (f"{name} = np.vectorize({name}, otypes=[float])" for name in each)

    def _each(self, calls: set[str]) -> set[str]:
        """Functions of one number that are called for each element."""
        defined = dict(written_out(type(self), calls))
        return calls.union(*(found for _, found in defined.values())) & {*ELEMENT_BY_ELEMENT}

    @classmethod
    def lacks(cls, name: str) -> bool:
        """Must the function be written out?"""
        return name not in MATH and name not in NUMPY_NAMES


SHEETS = {"python": PythonSheet, "latex": PythonSheet, "numpy": NumpySheet}


def written_out(kind: type[PythonSheet], names: set[str]) -> Iterator[tuple[str, tuple[str, set[str]]]]:
    """The functions among ``names`` that must be written out, those first that others call: name, text, and what it calls."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, tuple[str, set[str]]]]:
        if name in done or not kind.lacks(name):
            return
        done.add(name)
        text, calls = _source(name) if name in OURS else _definition(kind, name)
        for other in sorted(calls):
            yield from visit(other)
        yield name, (text, calls)

    for name in sorted(names):
        yield from visit(name)


def _source(name: str) -> tuple[str, set[str]]:
    """A function of `helpers` without its annotations."""
    import inspect

    from diffkit.emit import helpers

    text = inspect.getsource(getattr(helpers, name))
    return re.sub(r": float|: int| -> float", "", text).rstrip(), {"polygamma"} if name == "digamma" else set()


def _definition(kind: type[PythonSheet], name: str) -> tuple[str, set[str]]:
    """A function as its row of the table defines it by others."""
    row, sheet = TABLE[name], kind()
    letters = ["x"] if row.arity == 1 else ["a", "b"]
    found = row.via(sheet.F, *map(sheet.leaf, letters))  # type: ignore[misc]
    names: dict[int, str] = {}
    lines = [f"def {name}({', '.join(letters)}):"]
    for k, part in zip(sheet.shared(found.index), "tuvw"):
        lines.append(f"    {part} = {sheet.text(k, names)}")
        names[k] = part
    lines.append(f"    return {sheet.text(found.index, names)}")
    return "\n".join(lines), sheet.calls
