"""The forward and the reverse sweep over a list of steps: what `tape` and `tangent` share.

Letters: a step is (op, args, operands, y, static): the operation, the lines it reads (-1: a constant), their values, its own.
``bar`` is the adjoint of y, ``move`` the tangent of an operand, ``slope`` the derivative of y by it.

A *strong zero* is no contribution at all, where 0 * inf would be nan: what a choice did not take (where, max), and what an
infinite operand cannot move any more because the operation has reached its limit (1/inf, atan(inf), exp(-inf)).  A zero that
arises otherwise keeps its right to be nan beside an infinity: sqrt(x)^2 at 0 is no zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from diffkit import namespaces
from diffkit.primitives import TABLE, zero
from diffkit.program import Line, Program, run

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Step: TypeAlias = "tuple[str, Sequence[int], list[Any], Any, tuple[Any, ...]]"


# operations whose partial of 0 is always strong: what chooses, and what is piecewise constant
STRONG = {row.name for row in TABLE.values() if row.selects or set(row.partials) == {zero}}


def steps(program: Program, v: Sequence[Any]) -> list[Step]:
    """The steps of a Program whose lines have the values ``v``."""
    return [_step(program.lines, v, k) for k in range(len(v))]


def _step(lines: Sequence[Line], v: Sequence[Any], k: int) -> Step:
    op, args, _, _, static = lines[k]
    return op, args, [v[a] for a in args], v[k], static


def reverse_sweep(program: Program, F: Any, v: Sequence[Any], seeds: dict[int, Any], depends: Sequence[bool]) -> list[Any]:
    """The adjoint of every line that ``depends`` marks, from the adjoints ``seeds`` of the outputs; None: no path to them."""
    if F.name == "numpy":
        from diffkit.array_sweeps import reverse_arrays

        return reverse_arrays(steps(program, v), F, seeds, depends, summed=program.on_arrays)
    if F.name in namespaces.NUMBERS:
        return reverse_numbers(partial(_step, program.lines, v), len(v), F, seeds, depends)
    return _reverse_written(program, F, v, seeds, depends)


def started(count: int, seeds: dict[int, Any]) -> list[Any]:
    """The adjoints before a reverse sweep."""
    v_bar: list[Any] = [None] * count
    for k, seed in seeds.items():
        v_bar[k] = seed if v_bar[k] is None else v_bar[k] + seed
    return v_bar


def reverse_numbers(step: Callable[[int], Step], count: int, F: Any, seeds: dict[int, Any], depends: Sequence[bool]) -> list[Any]:
    """The reverse sweep over single numbers, in floats or any number of digits; ``step(k)`` is line k."""
    v_bar = started(count, seeds)
    for k in range(count - 1, -1, -1):
        bar = v_bar[k]
        if bar is None:
            continue
        op, args, operands, y, _ = step(k)
        for i, a in enumerate(args):
            if a >= 0 and depends[a]:
                slope = namespaces.local_derivative(op, i, F, y, operands)
                if slope == 0 and strong_zero(op, operands[i], y):
                    continue
                share = bar * slope
                v_bar[a] = share if v_bar[a] is None else v_bar[a] + share
    return v_bar


def strong_zero(op: str, x: Any, y: Any) -> bool:
    """Is a slope of 0 no contribution at all: not taken, piecewise constant, or already at its limit?"""
    return op in STRONG or (abs(x) == namespaces.INF and abs(y) < namespaces.INF)


def _reverse_written(program: Program, F: Any, v: Sequence[Any], seeds: dict[int, Any], depends: Sequence[bool]) -> list[Any]:
    """The reverse sweep that writes a Program: a choice cannot be left out, so its zero is written where it may matter."""
    v_bar = started(len(v), seeds)
    strong = _behind_a_choice(program)
    for k in range(len(v) - 1, -1, -1):
        line, bar = program.lines[k], v_bar[k]
        if bar is None or not line.args:
            continue
        operands = [v[a] for a in line.args]
        for position, a in enumerate(line.args):
            if depends[a]:
                slope = namespaces.local_derivative(line.op, position, F, v[k], operands)
                share = _strong_product(F, bar, slope) if strong[k] else bar * slope
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


def _strong_product(F: Any, bar: Any, slope: Any) -> Any:
    """bar * slope, and 0 where bar is 0 even if slope is nan: the branch not taken."""
    zero = F.const(0.0)
    return F.where(F.eq(bar, zero), zero, bar * slope)


def of_inputs(program: Program, v_bar: Sequence[Any], absent: Sequence[Any]) -> list[Any]:
    """The adjoints of the inputs, in order; an input that the outputs do not use has ``absent``."""
    found = {line.text: v_bar[k] for k, line in enumerate(program.lines) if line.op == "input" and v_bar[k] is not None}
    return [_shaped(found.get(name, nothing), nothing) for name, nothing in zip(program.inputs, absent)]


def _shaped(adjoint: Any, like: Any) -> Any:
    """An adjoint that is the same for several elements of an array, written out for each."""
    if not getattr(like, "ndim", None) or getattr(adjoint, "shape", None) == like.shape:
        return adjoint
    import numpy as np

    return np.full(like.shape, adjoint)


# --- forwards ------------------------------------------------------------------------------------------------------------
def forward_sweep(program: Program, F: Any, values: Sequence[Any], directions: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Value and tangent of every line; a direction of None, and the tangent None, stand for "does not move"."""
    v = run(program, F, values)
    return v, tangents(program, F, v, directions)


def tangents(program: Program, F: Any, v: Sequence[Any], directions: Sequence[Any]) -> list[Any]:
    """The tangent of every line, from the values of all."""
    place = {name: i for i, name in enumerate(program.inputs)}
    inputs = {k: directions[place[line.text]] for k, line in enumerate(program.lines) if line.op == "input"}
    return forward_tangents(steps(program, v), F, inputs)


def forward_tangents(taken: Iterable[Step], F: Any, directions: dict[int, Any]) -> list[Any]:
    """The tangent of every line, from those of the lines in ``directions``; None: it does not move."""
    v_dot: list[Any] = []
    for k, (op, args, operands, y, static) in enumerate(taken):
        moves = [v_dot[a] if a >= 0 else None for a in args]
        if any(move is not None for move in moves):
            v_dot.append(tangent(op, F, y, operands, moves, static))
        else:
            v_dot.append(None if args else directions.get(k))
    return v_dot


def tangent(op: str, F: Any, y: Any, operands: list[Any], moves: Sequence[Any], static: tuple[Any, ...]) -> Any:
    """The tangent of one operation: the sum of slope times tangent over the operands that move."""
    total = None
    for i, move in enumerate(moves):
        if move is None:
            continue
        share = _moved_by(op, i, F, y, operands, move, static)
        if share is not None:
            total = share if total is None else total + share
    return total


def _moved_by(op: str, i: int, F: Any, y: Any, operands: list[Any], move: Any, static: tuple[Any, ...]) -> Any:
    if op not in TABLE:
        from diffkit.array_sweeps import push

        return push(op, static, i, move, y, operands)
    slope = namespaces.local_derivative(op, i, F, y, operands)
    if F.name in namespaces.NUMBERS or (F.name == "traced" and not getattr(y, "shape", ())):
        x, found = namespaces.plain(operands[i]), namespaces.plain(y)
        return None if namespaces.plain(slope) == 0 and strong_zero(op, x, found) else slope * move
    if F.name in {"numpy", "traced"}:
        from diffkit.array_sweeps import strong_product

        return strong_product(op, operands[i], y, slope, move)
    if TABLE[op].selects:
        return F.where(F.eq(slope, F.const(0.0)), F.const(0.0), slope * move)
    return slope * move
