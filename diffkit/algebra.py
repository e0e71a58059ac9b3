"""The namespace in which differentiation writes Programs: a value is a line that is about to be written.

Only the identities of 0 and 1, double negation, whole-number constants and settled choices are used (x*1, x+0, x^1, 3 - 1);
everything else is written as it is asked for.  Sizes of derivatives depend on this list, so it is the whole list.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

from diffkit.primitives import TABLE
from diffkit.program import Builder

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Operand: TypeAlias = "Var | float | int"
    Constant: TypeAlias = "Callable[[Operand], float | None]"

LARGEST_EXACT = 2.0**53


class Var:
    """A line of a Program being written; arithmetic on it writes further lines."""

    __slots__ = ("F", "index")

    def __init__(self, F: Any, index: int) -> None:
        self.F, self.index = F, index

    def __add__(self, other: Operand) -> Any:
        return self.F.add(self, other)

    def __radd__(self, other: Operand) -> Any:
        return self.F.add(other, self)

    def __sub__(self, other: Operand) -> Any:
        return self.F.sub(self, other)

    def __rsub__(self, other: Operand) -> Any:
        return self.F.sub(other, self)

    def __mul__(self, other: Operand) -> Any:
        return self.F.mul(self, other)

    def __rmul__(self, other: Operand) -> Any:
        return self.F.mul(other, self)

    def __truediv__(self, other: Operand) -> Any:
        return self.F.div(self, other)

    def __rtruediv__(self, other: Operand) -> Any:
        return self.F.div(other, self)

    def __pow__(self, other: Operand) -> Any:
        return self.F.pow(self, other)

    def __rpow__(self, other: Operand) -> Any:
        return self.F.pow(other, self)

    def __neg__(self) -> Any:
        return self.F.neg(self)


def namespace(builder: Builder) -> SimpleNamespace:
    """The namespace that writes into ``builder``, using the identities of 0 and 1."""
    F = SimpleNamespace(name="program", builder=builder)
    F.const = lambda value, text="": Var(F, builder.const(value, text))

    def constant(operand: Operand) -> float | None:
        """The value of a constant or negated constant, None for anything else."""
        if not isinstance(operand, Var):
            return float(operand)
        line = builder.lines[operand.index]
        if line.op == "neg" and builder.lines[line.args[0]].op == "const":
            return -float(builder.lines[line.args[0]].value)
        return float(line.value) if line.op == "const" else None

    def write(name: str, *operands: Operand) -> Any:
        identity: Callable[..., Operand | None] = IDENTITIES.get(name, nothing_shorter)
        shorter = identity(F, constant, *operands)
        if shorter is not None:
            return F.const(float(shorter)) if isinstance(shorter, (int, float)) else shorter
        lines = [x.index if isinstance(x, Var) else builder.const(float(x)) for x in operands]
        return Var(F, builder.op(name, *lines))

    for name in TABLE:
        setattr(F, name, partial(write, name))
    return F


# --- identities: each answers with a shorter form, or None -----------------------------------------------------------------


def nothing_shorter(F: Any, constant: Constant, *operands: Operand) -> Operand | None:
    """No identity is used for this operation."""
    return None


def _whole(operation: Callable[[float, float], float], a: float | None, b: float | None) -> float | None:
    """The exact result on two whole constants, or None."""
    if a is None or b is None or a % 1 or b % 1:
        return None
    result = operation(a, b)
    return result if abs(result) < LARGEST_EXACT else None


def _add(F: Any, constant: Constant, a: Operand, b: Operand) -> Operand | None:
    x, y = constant(a), constant(b)
    return b if x == 0 else a if y == 0 else _whole(lambda p, q: p + q, x, y)


def _sub(F: Any, constant: Constant, a: Operand, b: Operand) -> Operand | None:
    x, y = constant(a), constant(b)
    return a if y == 0 else F.neg(b) if x == 0 else _whole(lambda p, q: p - q, x, y)


def _mul(F: Any, constant: Constant, a: Operand, b: Operand) -> Operand | None:
    x, y = constant(a), constant(b)
    if x == 0 or y == 0:
        return 0.0
    if x == 1 or y == 1:
        return b if x == 1 else a
    if x == -1 or y == -1:
        return F.neg(b if x == -1 else a)  # type: ignore[no-any-return]
    return _whole(lambda p, q: p * q, x, y)


def _div(F: Any, constant: Constant, a: Operand, b: Operand) -> Operand | None:
    return a if constant(b) == 1 else 0.0 if constant(a) == 0 and constant(b) is None else None


def _neg(F: Any, constant: Constant, a: Operand) -> Operand | None:
    value = constant(a)
    if value is not None and value <= 0:
        return -value or 0.0
    line = F.builder.lines[a.index] if isinstance(a, Var) else None
    return Var(F, line.args[0]) if line and line.op == "neg" else None


def _pow(F: Any, constant: Constant, a: Operand, b: Operand) -> Operand | None:
    return a if constant(b) == 1 else 1.0 if constant(b) == 0 else None


def _where(F: Any, constant: Constant, condition: Operand, a: Operand, b: Operand) -> Operand | None:
    known = constant(condition)
    if known is not None:
        return a if known else b
    return a if isinstance(a, Var) and isinstance(b, Var) and a.index == b.index else None


def _eq(F: Any, constant: Constant, a: Operand, b: Operand) -> Operand | None:
    x, y = constant(a), constant(b)
    return None if x is None or y is None else float(x == y)


IDENTITIES: dict[str, Callable[..., Operand | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "where": _where,
    "eq": _eq,
}
