"""Reductions: sums, products, extremes and running sums over axes; letters as in `rows`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from diffkit.arrays.rows import SHAPES, kept, reduced, row
from diffkit.namespaces import plain


def _pull_sum(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return kept(bar, static, x.shape)


@row("sum", "axis", "keepdims", pull=_pull_sum, needs=SHAPES)
def _sum(static: Any, x: Any) -> Any:
    return reduced(np.add, x, *static)


# --- products and extremes --------------------------------------------------------------------------------------------
SAFE = 2.0**-900, 2.0**900  # a product in between, over one of its factors, has lost nothing


def products_before(z: Any) -> Any:
    """Along the last axis: the product of all elements before each."""
    ones = np.ones((*z.shape[:-1], 1), plain(z).dtype)
    found = np.concatenate([ones, z[..., :-1]], axis=-1)[..., : z.shape[-1]]
    if isinstance(z, np.ndarray):
        return np.cumprod(found, axis=-1)
    reach = 1
    while reach < z.shape[-1]:  # Hillis and Steele (1986): log2(n) recorded operations instead of n
        shifted = np.concatenate([np.ones((*z.shape[:-1], reach), ones.dtype), found[..., :-reach]], axis=-1)
        found, reach = found * shifted, 2 * reach
    return found


def others(x: Any, axis: tuple[int, ...] | None) -> Any:
    """For each element: the product of all others it is multiplied with; no division, so zeros are no exception."""
    axes = tuple(range(x.ndim)) if axis is None else axis
    rest = tuple(i for i in range(x.ndim) if i not in axes)
    order = (*rest, *axes)
    z = np.transpose(x, order)
    flat = np.reshape(z, (*(x.shape[i] for i in rest), math.prod(x.shape[i] for i in axes)))
    both = products_before(flat) * np.flip(products_before(np.flip(flat, -1)), -1)
    back = tuple(sorted(range(x.ndim), key=order.__getitem__))
    return np.transpose(np.reshape(both, z.shape), back)


def _slopes_of_prod(static: Any, y: Any, x: Any) -> Any:
    size = abs(plain(y))
    safe = (size > SAFE[0]) & (size < SAFE[1])
    if safe if type(safe) is bool else safe.all():
        return kept(y, static, x.shape) / x
    return others(x, static[0])


def _pull_prod(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    slopes = _slopes_of_prod(static, y, x)
    return slopes if type(bar) is float and bar == 1.0 else kept(bar, static, x.shape) * slopes


def _push_prod(static: Any, i: int, move: Any, y: Any, x: Any) -> Any:
    return np.sum(move * _slopes_of_prod(static, y, x), axis=static[0], keepdims=static[1])


@row("prod", "axis", "keepdims", pull=_pull_prod, push=_push_prod)
def _prod(static: Any, x: Any) -> Any:
    return np.prod(x, axis=static[0], keepdims=static[1])


def _weights(static: Any, y: Any, x: Any) -> Any:
    """One shared among the winners."""
    winners = plain(x) == kept(plain(y), static, x.shape)
    if np.count_nonzero(winners) == np.size(plain(y)):
        return winners
    return winners / np.sum(winners, axis=static[0], keepdims=True)


def _pull_extreme(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return kept(bar, static, x.shape) * _weights(static, y, x)


def _push_extreme(static: Any, i: int, move: Any, y: Any, x: Any) -> Any:
    weights = _weights(static, y, x)
    return np.sum(np.where(weights, move * weights, 0.0), axis=static[0], keepdims=static[1])


def _highest(static: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return _chosen_by_real_part(np.max(x.real, axis=static[0], keepdims=True), static, x)
    return reduced(np.maximum, x, *static)


def _lowest(static: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return _chosen_by_real_part(np.min(x.real, axis=static[0], keepdims=True), static, x)
    return reduced(np.minimum, x, *static)


def _chosen_by_real_part(best: Any, static: Any, x: Any) -> Any:
    """For the complex step: the mean of the winners, whose imaginary part is the slope shared among them."""
    winners = x.real == best
    found = np.sum(np.where(winners, x, 0), axis=static[0], keepdims=static[1])
    return found / np.sum(winners, axis=static[0], keepdims=static[1])


SHARED = "one shared among the winners"
row("amax", "axis", "keepdims", pull=_pull_extreme, push=_push_extreme, convention=SHARED)(_highest)
row("amin", "axis", "keepdims", pull=_pull_extreme, push=_push_extreme, convention=SHARED)(_lowest)


# --- running sums ----------------------------------------------------------------------------------------------------
def _pull_cumsum(static: Any, i: int, bar: Any, y: Any, x: Any) -> Any:
    return np.flip(np.cumsum(np.flip(bar, static[0]), static[0]), static[0])


@row("cumsum", "axis", pull=_pull_cumsum, needs=SHAPES)
def _cumsum(static: Any, x: Any) -> Any:
    return np.cumsum(x, axis=static[0])
