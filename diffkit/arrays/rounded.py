"""Whole numbers out of floats, and what division leaves; letters as in `rows`."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.arrays.rows import OPERANDS, row, unbroadcast


@row("round", "decimals", flat=True, convention="slope 0")
def _round(static: Any, x: Any) -> Any:
    return np.round(x, static[0])


@row("floordiv", flat=True, convention="slope 0")
def _floordiv(static: Any, a: Any, b: Any) -> Any:
    return np.floor_divide(a, b)


@row("searchsorted", "side", flat=True)
def _searchsorted(static: Any, grid: Any, x: Any) -> Any:
    return np.searchsorted(np.real(grid), np.real(x), static[0])


def _back(share: Any, x: Any) -> Any:
    """A share as one for an operand that may have been repeated."""
    return unbroadcast(share, x.shape) if np.shape(x) else np.sum(share)


def _slope_of_mod(i: int, a: Any, b: Any) -> Any:
    return 1.0 if i == 0 else -np.floor_divide(a, b)


def _pull_mod(static: Any, i: int, bar: Any, y: Any, a: Any, b: Any) -> Any:
    return _back(bar * _slope_of_mod(i, a, b), (a, b)[i])


def _push_mod(static: Any, i: int, move: Any, y: Any, a: Any, b: Any) -> Any:
    return np.broadcast_to(move * _slope_of_mod(i, a, b), np.shape(y))


@row("mod", pull=_pull_mod, push=_push_mod, needs=OPERANDS, convention="slope 1 where it jumps")
def _mod(static: Any, a: Any, b: Any) -> Any:
    """a - b*floor(a/b)."""
    return np.mod(a, b)
