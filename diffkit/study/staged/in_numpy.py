"""Rows of Python numbers as rows of NumPy arrays, element by element: np.sin for sin, np.where for a choice."""

import ast
import re
from collections.abc import Sequence
from functools import reduce

from diffkit.emit.page import Row
from diffkit.namespaces import NUMPY_NAMES

EXTREMES = {"max": "maximum", "min": "minimum"}
TRUTHS = {ast.And: "logical_and", ast.Or: "logical_or"}


def rewritten(body: Sequence[Row]) -> list[Row]:
    """The rows; what stood under a condition is computed everywhere and taken where the condition holds."""
    rows: list[Row] = []
    known: set[str] = set()
    conditions: list[tuple[int, str]] = []  # those that a row stands under, with their depths
    for row in body:
        conditions = [(depth, text) for depth, text in conditions if depth < row.depth]
        if row.name.startswith("if ") and not row.sign:
            conditions.append((row.depth, expression(row.name[3:-1])))
            continue
        row = row._replace(depth=row.depth - len(conditions), expression=expression(row.expression) if row.sign else "")
        rows.append(_anew(_chosen(row, [text for _, text in conditions], known)))
        known.add(row.name)
    return rows


def _chosen(row: Row, conditions: Sequence[str], known: set[str]) -> Row:
    """A row that is done where all the conditions hold; of a new variable everywhere."""
    if not conditions or not row.sign or row.name not in known:
        return row
    condition = reduce("np.logical_and({}, {})".format, conditions)
    return row._replace(expression=f"np.where({condition}, {row.expression}, {'0.0' if row.sign != '=' else row.name})")


def _anew(row: Row) -> Row:
    """``x += y`` as ``x = x + y``, which makes a new array: x may be another variable's array, too."""
    if row.sign not in {"+=", "-="}:
        return row
    right = f"({row.expression})" if row.sign == "-=" and re.search(" [-+] ", row.expression) else row.expression
    return row._replace(sign="=", expression=f"{row.name} {row.sign[0]} {right}")


def expression(text: str) -> str:
    """An expression of numbers as one of arrays.

    Examples
    --------
    >>> expression("exp(x)*y if x > 0.0 and y else max(x, y, 2.0)")
    'np.where(np.logical_and(x > 0.0, y), np.exp(x)*y, np.maximum(np.maximum(x, y), 2.0))'
    >>> expression("x**2/sin(y)")
    'x**2/np.sin(y)'
    """
    tree = ast.parse(text, mode="eval").body
    return _tight(ast.unparse(_Arrays().visit(tree)))


def _tight(text: str) -> str:
    """Products and powers without the blanks that Python puts around them."""
    for sign in ("**", "*", "/"):
        text = text.replace(f" {sign} ", sign)
    return text


class _Arrays(ast.NodeTransformer):
    """Functions and choices of Python as those of NumPy."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Call NumPy's function, two operands at a time for extremes."""
        operands: Sequence[ast.expr] = [self.visit(x) for x in node.args]
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in EXTREMES:
            return _in_pairs(EXTREMES[name], operands)
        return _call(NUMPY_NAMES[name], operands) if name in NUMPY_NAMES else ast.Call(node.func, list(operands), [])

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Choose element by element."""
        return _call("where", [self.visit(part) for part in (node.test, node.body, node.orelse)])

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Combine truths element by element."""
        return _in_pairs(TRUTHS[type(node.op)], [self.visit(x) for x in node.values])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Negate truths element by element."""
        if isinstance(node.op, ast.Not):
            return _call("logical_not", [self.visit(node.operand)])
        return ast.UnaryOp(node.op, self.visit(node.operand))


def _in_pairs(name: str, operands: Sequence[ast.expr]) -> ast.expr:
    return reduce(lambda a, b: _call(name, [a, b]), operands)


def _call(name: str, operands: Sequence[ast.expr]) -> ast.expr:
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), list(operands), [])
