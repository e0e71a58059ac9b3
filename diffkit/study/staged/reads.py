"""A student's statements, made to say which numbers they read: ``x + x`` becomes ``read(0, "x", x) + read(1, "x", x)``."""

import ast
import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

READ, ITEM, CALL = "__diffkit_read__", "__diffkit_item__", "__diffkit_call__"  # functions that the changed code calls

OWN_VARIABLES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Read(NamedTuple):
    """One place where a variable is read: its line, and what the statement assigns."""

    line: int
    via: tuple[str, ...]


class Reads(ast.NodeTransformer):
    """Wraps every reading of a name, and of an item of a list; ``found`` numbers them.

    Bodies of functions are left alone: their variables are their own.
    """

    def __init__(self) -> None:
        self.found: list[Read] = []

    def changed(self, statement: ast.stmt) -> ast.stmt:
        """The changed statement."""
        self.here = Read(statement.lineno, tuple(assigned(statement)))
        found: ast.stmt = ast.fix_missing_locations(self.visit(copy.deepcopy(statement)))
        return found

    def _call(self, function: str, *arguments: ast.expr) -> ast.expr:
        self.found.append(self.here)
        return ast.Call(ast.Name(function, ast.Load()), [ast.Constant(len(self.found) - 1), *arguments], [])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Wrap a name that is read."""
        return self._call(READ, ast.Constant(node.id), node) if isinstance(node.ctx, ast.Load) else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Wrap an item of a variable that is read."""
        node.slice = self.visit(node.slice)
        if not isinstance(node.value, ast.Name):
            node.value = self.visit(node.value)
        elif isinstance(node.ctx, ast.Load):
            return self._call(ITEM, ast.Constant(node.value.id), node.value, node.slice)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Call by way of a function that sees what is forgotten."""
        arguments = [self.visit(x) for x in (node.func, *node.args)]
        return ast.Call(ast.Name(CALL, ast.Load()), arguments, [self.visit(x) for x in node.keywords])

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """Write ``x += y`` as what it is for numbers, ``x = x + y``."""
        if not isinstance(node.target, ast.Name):
            return self.generic_visit(node)
        before = self.visit(ast.Name(node.target.id, ast.Load()))
        return ast.copy_location(ast.Assign([node.target], ast.BinOp(before, node.op, self.visit(node.value))), node)

    def generic_visit(self, node: ast.AST) -> Any:
        """Go on inside, but not into functions and classes."""
        return node if isinstance(node, OWN_VARIABLES) else super().generic_visit(node)


def statements(source: bytes, name: str) -> list[ast.stmt]:
    """The statements of a file, those behind ``if __name__ == "__main__"`` included."""
    found: list[ast.stmt] = []
    for statement in ast.parse(source, name).body:
        main = isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'"
        found += statement.body if main and isinstance(statement, ast.If) else [statement]
    return found


def assigned(statement: ast.stmt) -> Iterator[str]:
    """The variables that a statement assigns, also item by item, those inside a loop or branch included."""
    for node in _outside_functions(statement):
        inside = node.value if isinstance(node, ast.Subscript) else node
        if isinstance(inside, ast.Name) and isinstance(getattr(node, "ctx", None), ast.Store):
            yield inside.id


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all that it holds, but what has variables of its own: functions, classes, comprehensions."""
    yield node
    for part in ast.iter_child_nodes(node):
        if not isinstance(node, (*OWN_VARIABLES, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            yield from _outside_functions(part)


def right_hand_side(statement: ast.stmt) -> list[str]:
    """The variables that a simple statement reads; none for a loop or branch."""
    value = getattr(statement, "value", None)
    return [node.id for node in ast.walk(value) if isinstance(node, ast.Name)] if value else []
