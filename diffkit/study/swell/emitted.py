"""The code that `tape.compile` runs, as a form of the derivative: its statements counted as they stand.

Names and numbers are leaves; operators, calls and items of lists are operations.  The tree sums the expressions of all
statements; the graph holds every operation once, and with it each input and each number once.  A recording that repeats is
written as a loop, whose body stands there once: such code does not grow with n at all.
"""

import ast
import time
from collections.abc import Iterator, Sequence
from typing import Any

from diffkit import tape
from diffkit.counting import Counts
from diffkit.messages import say
from diffkit.program import Program
from diffkit.study.swell.forms import Written, gave_up
from diffkit.study.swell.sizes import EMITTED

OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript, ast.AugAssign)


def emitted(program: Program) -> Written:
    """Value and gradient of the Program, by all of its inputs, as Python."""
    begun = time.perf_counter()
    code = tape.compile(program, fast=False).source
    seconds = time.perf_counter() - begun
    if not code:
        return gave_up(EMITTED, say("swell.no_code"))
    return Written(EMITTED, counted(code), seconds=seconds, program=(program.lines, program.inputs, program.outputs))


def counted(code: str) -> Counts:
    """The sizes of a function's code.

    Examples
    --------
    >>> counted("def f(x):\\n    v = 2.0*x\\n    return v + sin(v)")
    Counts(tree=7, dag=5, operations=3, depth=2, path_length=6, characters=45)
    """
    function: Any = ast.parse(code).body[0]
    nodes = list(ast.walk(function))
    operations = sum(isinstance(node, OPERATIONS) for node in nodes)
    inputs = {argument.arg for argument in function.args.args}
    return Counts(
        dag=operations + len({leaf for node in nodes if (leaf := _leaf(node)) in inputs or isinstance(node, ast.Constant)}),
        operations=operations,
        characters=len(code),
        **_of_trees(nodes),
    )


def _leaf(node: ast.AST) -> str:
    """The name or number that a leaf holds; empty for anything else."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ""


def _of_trees(nodes: Sequence[ast.AST]) -> dict[str, int]:
    """The sums over the expressions of all statements; operands are behind what they are operands of.

    What += adds to is read, too.
    """
    tree: dict[ast.AST, int] = {}
    depth: dict[ast.AST, int] = {}
    path: dict[ast.AST, int] = {}
    for node in reversed(nodes):
        operands = [a for a in _operands(node) if a in tree]
        own = isinstance(node, OPERATIONS)
        below = sum(tree[a] for a in operands) + (isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name))
        tree[node] = below + (own or bool(_leaf(node)))
        depth[node] = own + max((depth[a] for a in operands), default=0)
        path[node] = own * below + sum(path[a] for a in operands)
    return {"tree": tree[nodes[0]], "depth": depth[nodes[0]], "path_length": path[nodes[0]]}


def _operands(node: ast.AST) -> Iterator[ast.AST]:
    """What a node is made of; the name of a function that is called is none of it."""
    return iter(node.args) if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
