"""The sweeps over arrays, with strong zeros element by element.

Letters as in `sweeps`; ``alive`` is True where an element of an adjoint has received any contribution, so that an element
behind a choice not taken contributes nothing, whatever lies behind it.  None stands for: all alive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffkit import namespaces
from diffkit.arrays import ROWS, unbroadcast
from diffkit.namespaces import plain
from diffkit.primitives import TABLE
from diffkit.sweeps import started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from diffkit.sweeps import Step

SELECTED = {"getitem", "scatter"}  # rows whose operands but the first are indices
SELECTING = {"getitem", "amax", "amin"}  # rows that hand on to some elements only
MOVING = SELECTING | {"scatter", "reshape", "transpose", "concatenate", "stack", "broadcast_to", "sum", "astype"}


def strong_zeros(op: str, x: Any, y: Any, partial: Any) -> Any:
    """Where a partial of 0 is no contribution at all; None: nowhere."""
    if TABLE[op].selects:
        return np.equal(plain(partial), 0)
    limit = np.isinf(plain(x))
    return limit & np.isfinite(plain(y)) & np.equal(plain(partial), 0) if np.any(limit) else None


def strong_product(op: str, x: Any, y: Any, partial: Any, move: Any) -> Any:
    """partial * move, and 0 at strong zeros."""
    strong = strong_zeros(op, x, y, partial)
    return partial * move if strong is None else np.where(strong, 0.0, partial * move)


def full(bar: Any, y: Any) -> Any:
    """An adjoint written out for every element of y."""
    shape = getattr(y, "shape", ())
    return bar if getattr(bar, "shape", ()) == shape else np.broadcast_to(bar, shape)


def summed_back(share: Any, x: Any, y: Any) -> Any:
    """A share of y's shape as one of x's: summed over the axes along which x was repeated."""
    shape = getattr(x, "shape", ())
    if shape == getattr(y, "shape", ()):
        return share
    share = full(share, y)
    if shape:
        return unbroadcast(share, shape)
    total = np.sum(share)
    return float(total) if isinstance(total, np.generic) else total


def reverse_arrays(
    taken: Sequence[Step], F: Any, seeds: dict[int, Any], depends: Sequence[bool], summed: bool = True
) -> list[Any]:
    """The reverse sweep; ``summed`` is False where each element is a problem of its own (a formula at many points)."""
    return reverse_alive(taken, F, seeds, depends, summed)[0]


def reverse_alive(
    taken: Sequence[Step], F: Any, seeds: dict[int, Any], depends: Sequence[bool], summed: bool = True
) -> tuple[list[Any], list[Any]]:
    """The adjoints, and for each line which of its elements have received any contribution."""
    v_bar = started(len(taken), seeds)
    alive: list[Any] = [None] * len(taken)
    for k in range(len(taken) - 1, -1, -1):
        op, args, operands, y, static = taken[k]
        if v_bar[k] is None or not args:
            continue
        for i, a in enumerate(args):
            if a >= 0 and depends[a]:
                if op in TABLE:
                    share, living = _through_element(op, F, i, v_bar[k], alive[k], y, operands, summed)
                else:
                    share, living = _through_row(op, static, i, v_bar[k], alive[k], y, operands)
                if share is not None:
                    _receive(v_bar, alive, a, share, living)
    return v_bar, alive


def _receive(v_bar: list[Any], alive: list[Any], a: int, share: Any, living: Any) -> None:
    """Add a share to the adjoint of line a."""
    if v_bar[a] is None:
        v_bar[a], alive[a] = share, living
    else:
        v_bar[a] = v_bar[a] + share
        alive[a] = None if alive[a] is None or living is None else alive[a] | living


def _through_element(
    op: str, F: Any, i: int, bar: Any, alive: Any, y: Any, operands: Sequence[Any], summed: bool
) -> tuple[Any, Any]:
    partial = namespaces.local_derivative(op, i, F, y, list(operands))
    strong = strong_zeros(op, operands[i], y, partial)
    living = alive if strong is None else ~strong if alive is None else alive & ~strong
    share = bar * partial if living is None else np.where(living, bar * partial, 0.0)
    if summed:
        share = summed_back(share, operands[i], y)
        living = None if living is None else summed_back(living * 1.0, operands[i], y) != 0
    return share, living


def _through_row(op: str, static: Any, i: int, bar: Any, alive: Any, y: Any, operands: Sequence[Any]) -> tuple[Any, Any]:
    row = ROWS[op]
    if row.flat or (op in SELECTED and i):
        return None, None
    share = row.pull(static, i, full(bar, y), y, *operands)
    if op not in MOVING or (alive is None and op not in SELECTING):
        return share, None
    ones = np.ones(getattr(y, "shape", ())) * (True if alive is None else alive)
    living = np.not_equal(plain(row.pull(static, i, ones, y, *operands)), 0)
    return np.where(living, share, 0.0), living


def push(op: str, static: tuple[Any, ...], i: int, move: Any, y: Any, operands: Sequence[Any]) -> Any:
    """The tangent that operand i's tangent gives to y through a row for arrays; None: none."""
    row = ROWS[op]
    if row.flat or (op in SELECTED and i):
        return None
    return row.moved(static, i, full(move, operands[i]), y, *operands)
