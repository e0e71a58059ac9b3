"""The rule by which a row hands an adjoint back, in words, or as the derivative that stands in THE table."""

import re
import textwrap
from functools import cache
from typing import Any

from diffkit.arrays import ROWS
from diffkit.emit.listed_loops import Operation
from diffkit.emit.listed_text import PythonSheet
from diffkit.emit.sheet import ATOM, POWER
from diffkit.messages import SENTENCES, say
from diffkit.primitives import TABLE
from diffkit.study.staged.formulas import in_latex

WIDTH = 34  # characters of a rule in words beside a formula


def rule(operation: Operation | None) -> str:
    """What the derivative of an operation by one operand is; empty for a row that only copies.

    Examples
    --------
    >>> rule(Operation("sec", 0, (None,))), rule(Operation("pow", 0, (None, 3.0)))
    ('d sec(x)/dx = sec(x)*tan(x)', 'd(a^3)/da = 3*a^2')
    """
    if operation is None:
        return ""
    key = _key(operation)
    if key:
        return say(key, operation=operation.op)
    text, letter, found, well_known = derivative(operation)
    formula = f"d {text}/d{letter} = {found}" if text.endswith(")") else f"d({text})/d{letter} = {found}"
    return say("rule.stable", formula=formula) if well_known else formula


def _key(operation: Operation) -> str:
    """The sentence that is the rule in words; empty where a formula says it."""
    keys = [f"rule.{operation.op}.{operation.position}", f"rule.{operation.op}", *["rule.array"] * (operation.op in ROWS)]
    return next((key for key in keys if key in SENTENCES), "")


class _Formula(PythonSheet):
    """Formulas as prose writes them: a^b, and constants as the table has them, for 2/sqrt(pi) says more than 1.128."""

    def write(self, name: str, *operands: Any) -> Any:
        if name in {"sqrt", "acos", "log", "div"}:
            return self.operation(name, [self.const(x) if isinstance(x, (int, float)) else x for x in operands])
        if name == "mul" and 0 in [self.number(x.index) for x in operands if not isinstance(x, (int, float))]:
            return self.const(0.0)  # a choice that is settled
        return super().write(name, *operands)

    def _power(self, a: tuple[int, ...], names: dict[int, str]) -> tuple[str, int]:
        base, exponent = self.text(a[0], names, ATOM), self.text(a[1], names)
        return f"{base}^{exponent if exponent.replace('.', '').isalnum() else f'({exponent})'}", POWER


@cache
def derivative(operation: Operation) -> tuple[str, str, str, bool]:
    """The operation, the letter by which it is differentiated, its partial derivative, as formulas, and of which form it is.

    The last is True where the textbook's form, which loses digits, is said because that of the table is longer.
    """
    op, position, constants, _ = operation
    sheet, letters = _Formula(), ["x"] if len(constants) == 1 else "abcdefgh"[: len(constants)]
    leaves = [sheet.leaf(letter) if x is None else sheet.const(x) for letter, x in zip(letters, constants, strict=True)]
    text = sheet.text(sheet.operation(op, leaves).index)
    operands = [leaf if op != "pow" or x is None else float(x) for leaf, x in zip(leaves, constants, strict=True)]
    y, textbook = sheet.leaf(f"({text})" if op == "div" else text), TABLE[op].textbook
    found = _text(sheet, TABLE[op].partial(position, sheet.F, y, *operands))
    well_known = _text(sheet, textbook[position](sheet.F, y, *operands)) if textbook else found
    shorter = len(well_known) < len(found)
    return _tidy(text), letters[position], well_known if shorter else found, shorter


def _text(sheet: _Formula, partial: Any) -> str:
    return _tidy(str(partial) if isinstance(partial, (int, float)) else sheet.text(partial.index))


def rule_in_latex(operation: Operation | None) -> str:
    """The rule as mathematics: the derivative, or its words, broken where they are long."""
    if operation is None:
        return ""
    if operation.op in TABLE and not TABLE[operation.op].selects:
        text, letter, found, _ = derivative(operation)
        whole = in_latex(text) if text.endswith(")") or text.isalnum() else rf"\left({in_latex(text)}\right)"
        return rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}}{letter}}} {whole} = {in_latex(found)}"
    lines = [rf"\text{{{line}}}" for line in textwrap.wrap(rule(operation).replace("^T", "'"), WIDTH)]
    return lines[0] if len(lines) == 1 else r"\begin{array}{l}" + r" \\ ".join(lines) + r"\end{array}"


def _tidy(text: str) -> str:
    return re.sub(r"\b(\d+)\.0\b", r"\1", text).replace("acos(-1)", "pi")
