"""The two sweeps, over any namespace: floats, arrays, mpmath, and Programs that are being written.

Letters: v[k] is the value of line k, v_dot[k] its tangent, v_bar[k] its adjoint d f / d v[k]; None: there is no path.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffkit import namespaces
from diffkit.primitives import TABLE
from diffkit.program import Program

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def forward_sweep(program: Program, F: Any, values: Sequence[Any], directions: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Value and tangent of every line; a direction of None, and the tangent None, stand for "does not move"."""
    v: list[Any] = []
    place = {name: i for i, name in enumerate(program.inputs)}
    for line in program.lines:
        if line.op == "input":
            v.append(values[place[line.text]])
        elif line.op == "const":
            v.append(F.const(line.value, line.text))
        else:
            v.append(getattr(F, line.op)(*[v[a] for a in line.args]))
    return v, tangents(program, F, v, directions)


def tangents(program: Program, F: Any, v: Sequence[Any], directions: Sequence[Any]) -> list[Any]:
    """The tangent of every line, from the values of all."""
    v_dot: list[Any] = []
    place = {name: i for i, name in enumerate(program.inputs)}
    for k, line in enumerate(program.lines):
        if line.op == "input":
            v_dot.append(directions[place[line.text]])
        else:
            moves = [v_dot[a] for a in line.args]
            still = all(move is None for move in moves)
            v_dot.append(None if still else _tangent(line.op, F, v[k], [v[a] for a in line.args], moves))
    return v_dot


def _tangent(op: str, F: Any, y: Any, operands: list[Any], moves: list[Any]) -> Any:
    """The tangent of one operation: the sum of partial times tangent over the operands that move."""
    total = None
    for position, move in enumerate(moves):
        if move is None:
            continue
        partial = namespaces.local_derivative(op, position, F, y, operands)
        if TABLE[op].selects:
            if F.name in namespaces.NUMBERS and partial == 0:
                continue  # not taken: contributes nothing, even if its tangent is nan
            share = F.where(F.eq(partial, F.const(0.0)), F.const(0.0), partial * move)
        else:
            share = partial * move
        total = share if total is None else total + share
    return total


def reverse_sweep(program: Program, F: Any, v: Sequence[Any], seeds: dict[int, Any], depends: Sequence[bool]) -> list[Any]:
    """The adjoint of every line that ``depends`` marks, from the adjoints ``seeds`` of the outputs; None: no path to them."""
    v_bar: list[Any] = [None] * len(v)
    for k, seed in seeds.items():
        v_bar[k] = seed if v_bar[k] is None else v_bar[k] + seed
    strong = [False] * len(v) if F.name in namespaces.NUMBERS else _behind_a_choice(program)
    for k in range(len(v) - 1, -1, -1):
        line, bar = program.lines[k], v_bar[k]
        if bar is None or not line.args:
            continue
        operands = [v[a] for a in line.args]
        for position, a in enumerate(line.args):
            if depends[a]:
                partial = namespaces.local_derivative(line.op, position, F, v[k], operands)
                if F.name in namespaces.NUMBERS and TABLE[line.op].selects and partial == 0:
                    continue  # not taken: contributes nothing, whatever lies behind it
                share = _strong_product(F, bar, partial) if strong[k] else bar * partial
                v_bar[a] = share if v_bar[a] is None else v_bar[a] + share
    return v_bar


def _behind_a_choice(program: Program) -> list[bool]:
    """Does each line feed a where, max, min or relu, which may not have taken it?"""
    behind = [False] * len(program.lines)
    for k in range(len(program.lines) - 1, -1, -1):
        if behind[k] or (program.lines[k].args and TABLE[program.lines[k].op].selects):
            for a in program.lines[k].args:
                behind[a] = True
    return behind


def _strong_product(F: Any, bar: Any, partial: Any) -> Any:
    """bar * partial, and 0 where bar is 0 even if partial is nan: the branch not taken."""
    zero = F.const(0.0)
    return F.where(F.eq(bar, zero), zero, bar * partial)


def of_inputs(program: Program, v_bar: Sequence[Any], absent: Sequence[Any]) -> list[Any]:
    """The adjoints of the inputs, in order; an input that the outputs do not use has ``absent``."""
    found = {line.text: v_bar[k] for k, line in enumerate(program.lines) if line.op == "input" and v_bar[k] is not None}
    return [_shaped(found.get(name, nothing), nothing) for name, nothing in zip(program.inputs, absent)]


def _shaped(adjoint: Any, like: Any) -> Any:
    """An adjoint that is the same for all elements of an array, written out for each."""
    if not getattr(like, "ndim", None) or getattr(adjoint, "ndim", None):
        return adjoint
    import numpy as np

    return np.full(like.shape, adjoint)
