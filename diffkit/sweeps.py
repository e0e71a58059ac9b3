"""The forward and the reverse sweep over a list of steps: what `tape` and `tangent` share.

Letters: a step is (op, args, operands, y, static): the operation, the lines it reads (-1: a constant), their values, its own.
``bar`` is the adjoint of y, ``move`` the tangent of an operand, ``partial`` the derivative of y by it.

A *strong zero* is no contribution at all, where 0 * inf would be nan: what a choice did not take (where, max), and what an
infinite operand cannot move any more because the operation has reached its limit (1/inf, atan(inf), exp(-inf)).  A zero that
arises otherwise keeps its right to be nan beside an infinity: sqrt(x)^2 at 0 is no zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diffkit import namespaces
from diffkit.primitives import TABLE
from diffkit.program import Program

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Step: TypeAlias = "tuple[str, Sequence[int], Sequence[Any], Any, tuple[Any, ...]]"


def steps(program: Program, v: Sequence[Any]) -> list[Step]:
    """The steps of a Program whose lines have the values ``v``."""
    return [(line.op, line.args, [v[a] for a in line.args], y, line.static) for line, y in zip(program.lines, v)]


def reverse_sweep(program: Program, F: Any, v: Sequence[Any], seeds: dict[int, Any], depends: Sequence[bool]) -> list[Any]:
    """The adjoint of every line that ``depends`` marks, from the adjoints ``seeds`` of the outputs; None: no path to them."""
    if F.name == "numpy":
        from diffkit.array_sweeps import reverse_arrays

        return reverse_arrays(steps(program, v), F, seeds, depends, summed=program.on_arrays)
    if F.name in namespaces.NUMBERS:
        return reverse_numbers(steps(program, v), F, seeds, depends)
    return _reverse_written(program, F, v, seeds, depends)


def started(count: int, seeds: dict[int, Any]) -> list[Any]:
    """The adjoints before a reverse sweep."""
    v_bar: list[Any] = [None] * count
    for k, seed in seeds.items():
        v_bar[k] = seed if v_bar[k] is None else v_bar[k] + seed
    return v_bar


def reverse_numbers(taken: Sequence[Step], F: Any, seeds: dict[int, Any], depends: Sequence[bool]) -> list[Any]:
    """The reverse sweep over single numbers, in floats or any number of digits."""
    v_bar = started(len(taken), seeds)
    for k in range(len(taken) - 1, -1, -1):
        op, args, operands, y, _ = taken[k]
        bar = v_bar[k]
        if bar is None or not args:
            continue
        for i, a in enumerate(args):
            if a >= 0 and depends[a]:
                partial = namespaces.local_derivative(op, i, F, y, list(operands))
                if partial == 0 and strong_zero(op, operands[i], y):
                    continue
                share = bar * partial
                v_bar[a] = share if v_bar[a] is None else v_bar[a] + share
    return v_bar


def strong_zero(op: str, x: Any, y: Any) -> bool:
    """Is a partial of 0 no contribution at all: not taken, or already at its limit?"""
    return TABLE[op].selects or (abs(x) == namespaces.INF and abs(y) < namespaces.INF)


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
                partial = namespaces.local_derivative(line.op, position, F, v[k], operands)
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


# --- forwards ------------------------------------------------------------------------------------------------------------
def forward_tangents(taken: Iterable[Step], F: Any, directions: dict[int, Any]) -> list[Any]:
    """The tangent of every line, from those of the lines in ``directions``; None: it does not move."""
    v_dot: list[Any] = []
    for k, (op, args, operands, y, static) in enumerate(taken):
        moves = [v_dot[a] if a >= 0 else None for a in args]
        still = not args or all(move is None for move in moves)
        v_dot.append(directions.get(k) if still else _tangent(op, F, y, operands, moves, static))
    return v_dot


def _tangent(op: str, F: Any, y: Any, operands: Sequence[Any], moves: Sequence[Any], static: tuple[Any, ...]) -> Any:
    """The tangent of one operation: the sum of partial times tangent over the operands that move."""
    total = None
    for i, move in enumerate(moves):
        if move is None:
            continue
        share = _moved_by(op, i, F, y, operands, move, static)
        if share is not None:
            total = share if total is None else total + share
    return total


def _moved_by(op: str, i: int, F: Any, y: Any, operands: Sequence[Any], move: Any, static: tuple[Any, ...]) -> Any:
    if op not in TABLE:
        from diffkit.array_sweeps import push

        return push(op, static, i, move, y, operands)
    partial = namespaces.local_derivative(op, i, F, y, list(operands))
    if F.name in namespaces.NUMBERS or (F.name == "traced" and not getattr(y, "shape", ())):
        x, found = namespaces.plain(operands[i]), namespaces.plain(y)
        return None if namespaces.plain(partial) == 0 and strong_zero(op, x, found) else partial * move
    if F.name in {"numpy", "traced"}:
        from diffkit.array_sweeps import strong_product

        return strong_product(op, operands[i], y, partial, move)
    if TABLE[op].selects:
        return F.where(F.eq(partial, F.const(0.0)), F.const(0.0), partial * move)
    return partial * move
