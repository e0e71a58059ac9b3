"""The reverse sweep over a recording with arrays.

Letters: ``bars[k]`` is the adjoint of line k, ``own[k]`` whether its buffer is ours to write to.  An adjoint with fewer
elements than its line stands for all of them (broadcast), until an operation asks for each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.array_sweeps import full, summed_back
from diffkit.arrays import ROWS, add_at, index_of
from diffkit.namespaces import get
from diffkit.primitives import TABLE
from diffkit.recording import ANYTHING, MATH, Recording, slope
from diffkit.sweeps import started

NUMPY = get("numpy")


def reverse_mixed(tape: Recording, seeds: dict[int, Any]) -> list[Any]:
    """The adjoints of the inputs, each ours to keep; None: no path."""
    bars = started(len(tape), seeds)
    own = [False] * len(tape)
    for k in range(len(tape) - 1, tape.inputs - 1, -1):
        bar, entry = bars[k], tape[k]
        if bar is None:
            continue
        bars[k] = None  # freed as the sweep passes
        if type(entry[1]) is not list:
            _, a, b, p, q = entry
            if p is not None:
                bars[a] = bar * p if bars[a] is None else bars[a] + bar * p
            if q is not None:
                bars[b] = bar * q if bars[b] is None else bars[b] + bar * q
        elif entry[0] in TABLE:
            _through_element(bars, own, bar, own[k], *entry)
        elif not ROWS[entry[0]].flat:
            _through_row(bars, own, bar, *entry)
    return [_ours(bar, mine) for bar, mine in zip(bars[: tape.inputs], own)]


def _ours(bar: Any, mine: bool) -> Any:
    return bar.copy() if isinstance(bar, np.ndarray) and not mine else bar


def _through_element(
    bars: list[Any], own: list[bool], bar: Any, mine: bool, op: str, args: Any, operands: Any, y: Any, _: Any
) -> None:
    """Hand the adjoint of an operation on each element to its operands."""
    F = NUMPY if isinstance(y, np.ndarray) else MATH if type(y) is float and all(type(x) is float for x in operands) else ANYTHING
    active = [i for i, a in enumerate(args) if type(a) is int and a >= 0]
    for i in active:
        if op == "where":
            share, fresh = _of_the_branch(i, bar, operands[0]), True
        else:
            partial = slope(op, i, F, y, operands)
            if partial is None:
                continue
            share, fresh = _product(bar, partial, mine and i == active[-1], y, operands)
        back = summed_back(share, operands[i], y)
        if share is bar:  # handed on as it is: ours only if nobody else is to have it
            fresh = mine and len(active) == 1
            mine = False
        receive(bars, own, args[i], back, fresh or back is not share)


def _of_the_branch(i: int, bar: Any, condition: Any) -> Any:
    return np.where(condition, bar, 0.0) if i == 1 else np.where(condition, 0.0, bar)


def _product(bar: Any, partial: Any, mine: bool, y: Any, operands: Any) -> tuple[Any, bool]:
    """bar * partial and whether it is a new buffer; in a buffer that is no longer needed, if there is one."""
    if type(partial) is float and partial == 1.0:
        return bar, False
    one, other = type(bar) is np.ndarray, type(partial) is np.ndarray
    if one and mine and (not other or (bar.shape == partial.shape and bar.dtype == partial.dtype)):
        return np.multiply(bar, partial, out=bar) if _number(partial) or other else bar * partial, True
    if other and not (partial is y or any(partial is x for x in operands)):
        if _number(bar) or (one and bar.shape == partial.shape and bar.dtype == partial.dtype):
            return np.multiply(partial, bar, out=partial), True
    return bar * partial, True


def _number(x: Any) -> bool:
    return type(x) is float


def _through_row(bars: list[Any], own: list[bool], bar: Any, op: str, args: Any, operands: Any, y: Any, static: Any) -> None:
    """Hand the adjoint of an operation on arrays to its operands."""
    if op == "getitem":
        return _into_elements(bars, own, bar, args[0], operands, y, static)
    bar = full(bar, y)
    pull = ROWS[op].pull
    for i, a in enumerate(args):
        if type(a) is int and a >= 0:
            share = pull(static, i, bar, y, *operands)  # type: ignore[misc]
            fresh = isinstance(share, np.ndarray) and share.base is None and share is not bar
            receive(bars, own, a, share, fresh and not any(share is x for x in operands))
    return None


def _into_elements(bars: list[Any], own: list[bool], bar: Any, a: Any, operands: Any, y: Any, static: Any) -> None:
    """The adjoint of x[index] added to x's where it belongs: many elements of one array cost no more than one of each."""
    if type(a) is not int or a < 0:
        return
    x = operands[0]
    if not isinstance(x, np.ndarray) or not isinstance(bar, (np.ndarray, float)):
        receive(bars, own, a, ROWS["getitem"].pull(static, 0, full(bar, y), y, *operands), True)
        return
    old = bars[a]
    if not (own[a] and isinstance(old, np.ndarray) and old.shape == x.shape):
        fresh = np.zeros(x.shape, x.dtype)
        if old is not None:
            fresh += old
        bars[a], own[a] = fresh, True
    add_at(bars[a], index_of(static[0], operands[1:]), bar)


def receive(bars: list[Any], own: list[bool], a: int, share: Any, fresh: bool) -> None:
    """Add a share to the adjoint of line a, in its own buffer where that is ours."""
    old = bars[a]
    if old is None:
        bars[a], own[a] = share, fresh
    elif own[a] and type(old) is np.ndarray and _fits(share, old):
        old += share
    elif fresh and type(share) is np.ndarray and _fits(old, share):
        share += old
        bars[a], own[a] = share, True
    else:
        bars[a], own[a] = old + share, True


def _fits(small: Any, large: Any) -> bool:
    """Can the one be added to the other in place?"""
    return type(small) is float or (type(small) is np.ndarray and small.shape == large.shape and small.dtype == large.dtype)


def has_nan(bar: Any) -> bool:
    """Is any element nan?  A sum of squares tells, without a temporary array."""
    flat = bar.ravel()
    return bool(np.isnan(np.dot(flat, flat)) and np.isnan(bar).any())


def written_out(bar: Any, like: Any) -> Any:
    """An adjoint for every element of an array, in its precision; zeros for None."""
    if bar is None:
        return np.zeros_like(like)
    if not isinstance(bar, (np.ndarray, float, np.generic)):
        return np.broadcast_to(bar, like.shape)
    bar = np.asarray(bar)
    return bar.astype(like.dtype, copy=False) if bar.shape == like.shape else np.full(like.shape, bar, like.dtype)
