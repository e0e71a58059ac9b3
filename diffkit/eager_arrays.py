"""The reverse sweep over a recording with arrays.

Letters: ``bars[k]`` is the adjoint of line k, ``own[k]`` whether its buffer is ours to write to.  An adjoint with fewer
elements than its line stands for all of them (broadcast), until an operation asks for each.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from diffkit.array_sweeps import full, summed_back
from diffkit.arrays import ROWS, add_at, index_of
from diffkit.namespaces import get
from diffkit.primitives import TABLE
from diffkit.recording import ANYTHING, MATH, Ghost, slope
from diffkit.sweeps import started
from diffkit.traced import Recording

NUMPY = get("numpy")
holders = getattr(sys, "getrefcount", lambda x: 0)  # not every Python counts
PROBE = [np.empty(1)]
SOLE = holders(PROBE[0]) or -1  # of an array that stands in one list and nowhere else
BLOCK = 1 << 14  # elements: three such arrays of floats fit a second-level cache


def reverse_mixed(tape: Recording, seeds: dict[int, Any], release: bool = False) -> list[Any]:
    """The adjoints of the inputs, each ours to keep; None: no path.  ``release`` lets values go as the sweep passes."""
    bars = started(len(tape), seeds)
    own = [False] * len(tape)
    for k in range(len(tape) - 1, tape.inputs - 1, -1):
        bar, entry = bars[k], tape[k]
        if bar is None:
            continue
        bars[k] = None  # freed as the sweep passes
        if release and type(entry[1]) is list:
            tape[k] = (entry[0], entry[1], None, None, entry[4])
        if type(entry[1]) is not list:
            _, a, b, p, q = entry
            if p is not None:
                bars[a] = bar * p if bars[a] is None else bars[a] + bar * p
            if q is not None:
                bars[b] = bar * q if bars[b] is None else bars[b] + bar * q
        elif entry[0] in TABLE:
            _through_element(bars, own, bar, own[k], entry, ANYTHING if tape.nested else NUMPY, release)
        elif not ROWS[entry[0]].flat:
            _through_row(bars, own, bar, *entry)
    return [_ours(bar, mine) for bar, mine in zip(bars[: tape.inputs], own)]


def _ours(bar: Any, mine: bool) -> Any:
    return bar.copy() if isinstance(bar, np.ndarray) and not mine else bar


def _through_element(bars: list[Any], own: list[bool], bar: Any, mine: bool, entry: Any, F: Any, release: bool) -> None:
    """Hand the adjoint of an operation on each element to its operands."""
    op, args, operands, y, _ = entry
    shape = () if type(y) is float else y.shape
    last = len(args) - 1
    for i, a in enumerate(args):
        if type(a) is not int or a < 0:
            continue
        if op == "where":
            share, fresh = _of_the_branch(i, bar, operands[0]), True
        else:
            if F is NUMPY and shape and y.size > 2 * BLOCK and _in_step(bar, y, operands):
                share, fresh = _block_by_block(bar, mine and i == last, release and i == last, op, i, y, operands)
            else:
                share, fresh = _whole(bar, mine and i == last, op, i, MATH if F is NUMPY and shape == () else F, y, operands)
            if share is None:
                continue
        if share is bar:  # handed on as it is: ours only if nobody else has it, or is to have it
            fresh, mine = mine and sum(map(_moves, args)) == 1, False
        x = operands[i]
        if (() if type(x) is float else x.shape) != shape:
            share, fresh = summed_back(share, x, y), True
        receive(bars, own, a, share, fresh)


def _whole(bar: Any, mine: bool, op: str, i: int, F: Any, y: Any, operands: Any) -> tuple[Any, bool]:
    partial = slope(op, i, F, y, operands)
    return (None, False) if partial is None else _product(bar, partial, mine, y, operands)


def _in_step(bar: Any, y: Any, operands: Any) -> bool:
    """Does every array involved run through its memory like y?"""
    arrays = [x for x in (bar, y, *operands) if type(x) is np.ndarray]
    return all(x.shape == y.shape and x.flags.c_contiguous and x.dtype == y.dtype for x in arrays)


def _block_by_block(bar: Any, mine: bool, release: bool, op: str, i: int, y: Any, operands: Any) -> tuple[Any, bool]:
    """bar * partial for a large array: so few elements at a time that what is in between stays in the cache."""
    spare = bar if mine and type(bar) is np.ndarray else _spare(y, operands) if release else None
    flat = [x.reshape(-1) if type(x) is np.ndarray else x for x in (bar, y, *operands)]
    out = None
    for start in range(0, y.size, BLOCK):
        piece, part_y, *parts = [x[start : start + BLOCK] if type(x) is np.ndarray else x for x in flat]
        partial = slope(op, i, NUMPY, part_y, parts)
        if type(partial) is not np.ndarray or not _is_new(partial, part_y, parts):
            return (None, False) if partial is None else _product(bar, slope(op, i, NUMPY, y, operands), mine, y, operands)
        if out is None:
            out = np.empty(y.shape, y.dtype) if spare is None else spare
            to = out.reshape(-1)
        np.multiply(piece, partial, out=to[start : start + BLOCK])
    return out, True


def _spare(y: Any, operands: list[Any]) -> Any:
    """The buffer of an operand that nobody else holds: its values are not asked for again."""
    for j in range(len(operands)):
        if type(operands[j]) is np.ndarray and holders(operands[j]) == SOLE and operands[j].base is None:
            return operands[j] if operands[j].flags.writeable and operands[j].shape == y.shape else None
    return None


def _moves(a: Any) -> bool:
    return type(a) is int and a >= 0


def _of_the_branch(i: int, bar: Any, condition: Any) -> Any:
    return np.where(condition, bar, 0.0) if i == 1 else np.where(condition, 0.0, bar)


def _product(bar: Any, partial: Any, mine: bool, y: Any, operands: Any) -> tuple[Any, bool]:
    """bar * partial and whether it is a new buffer; in a buffer that is no longer needed, if there is one."""
    if type(partial) is float and partial == 1.0:
        return bar, False
    if type(partial) is not np.ndarray:
        if mine and type(bar) is np.ndarray and type(partial) is float:
            return np.multiply(bar, partial, out=bar), True
        return bar * partial, True
    if type(bar) is np.ndarray:
        if bar.shape == partial.shape and bar.dtype == partial.dtype:
            if mine:
                return np.multiply(bar, partial, out=bar), True
            if _is_new(partial, y, operands):
                return np.multiply(bar, partial, out=partial), True
    elif type(bar) is float and _is_new(partial, y, operands):
        return (partial if bar == 1.0 else np.multiply(partial, bar, out=partial)), True
    return bar * partial, True


def _is_new(partial: Any, y: Any, operands: Any) -> bool:
    """Is it an array that was made just now, not an operand or the result itself?"""
    for x in operands:
        if partial is x:
            return False
    return partial is not y


def _through_row(bars: list[Any], own: list[bool], bar: Any, op: str, args: Any, operands: Any, y: Any, static: Any) -> None:
    """Hand the adjoint of an operation on arrays to its operands."""
    if op == "getitem":
        return _into_elements(bars, own, bar, args[0], operands, y, static)
    bar = full(bar, y)
    pull = ROWS[op].pull
    for i, a in enumerate(args):
        if type(a) is int and a >= 0:
            share = pull(static, i, bar, y, *operands)
            fresh = isinstance(share, np.ndarray) and share.base is None and share is not bar
            receive(bars, own, a, share, fresh and not any(share is x for x in operands))
    return None


def _into_elements(bars: list[Any], own: list[bool], bar: Any, a: Any, operands: Any, y: Any, static: Any) -> None:
    """The adjoint of x[index] added to x's where it belongs: many elements of one array cost no more than one of each."""
    if type(a) is not int or a < 0:
        return
    x = operands[0]
    if not isinstance(x, (np.ndarray, Ghost)) or not isinstance(bar, (np.ndarray, float)):
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
    squares = np.dot(flat, flat)
    return bool(squares != squares and np.isnan(bar).any())


def written_out(bar: Any, like: Any) -> Any:
    """An adjoint for every element of an array, in its precision; zeros for None."""
    if type(bar) is np.ndarray and bar.shape == like.shape and bar.dtype == like.dtype:
        return bar
    if bar is None:
        return np.zeros(like.shape, like.dtype if like.dtype.kind == "f" else float)
    if not isinstance(bar, (np.ndarray, float, np.generic)):
        return np.broadcast_to(bar, like.shape)
    bar = np.asarray(bar)
    return bar.astype(like.dtype, copy=False) if bar.shape == like.shape else np.full(like.shape, bar, like.dtype)
