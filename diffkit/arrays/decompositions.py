"""Decompositions of symmetric matrices by their textbook adjoints (Giles 2008; Murray 2016); letters as in `rows`.

The matrices are taken to be symmetric, and so are the adjoints; ``w`` are eigenvalues, the columns of ``V`` eigenvectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.arrays.rows import OPERANDS, RESULT, row


def _turned(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _halved(a: Any) -> Any:
    """The lower triangle with half of the diagonal."""
    n = a.shape[-1]
    return a * (np.tri(n) - 0.5 * np.eye(n))


def _pull_cholesky(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    """L^-T P(L^T L_bar) L^-1, its symmetric part; P halves the diagonal of the lower triangle."""
    inner = np.linalg.solve(_turned(y), _halved(_turned(y) @ bar))
    found = _turned(np.linalg.solve(_turned(y), _turned(inner)))
    return (found + _turned(found)) / 2


def _push_cholesky(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    inner = _turned(np.linalg.solve(y, _turned(np.linalg.solve(y, move))))
    return y @ _halved(inner)


@row("cholesky", pull=_pull_cholesky, push=_push_cholesky, needs=RESULT)
def _cholesky(static: Any, a: Any) -> Any:
    return np.linalg.cholesky(a)


def _pull_eigenvalues(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    V = np.linalg.eigh(a)[1]
    return (V * bar[..., None, :]) @ _turned(V)


def _push_eigenvalues(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    V = np.linalg.eigh(a)[1]
    return np.sum(V * (move @ V), axis=-2)


@row("eigenvalues", pull=_pull_eigenvalues, push=_push_eigenvalues, needs=OPERANDS)
def _eigenvalues(static: Any, a: Any) -> Any:
    return np.linalg.eigh(a)[0]


def _over_gaps(w: Any) -> Any:
    """1/(w_j - w_i), and 0 on the diagonal: infinite where two eigenvalues are one and its vectors can turn."""
    diagonal = np.eye(w.shape[-1])
    return (1.0 - diagonal) / (w[..., None, :] - w[..., :, None] + diagonal)


def _pull_eigenvectors(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    found = y @ (_over_gaps(np.linalg.eigh(a)[0]) * (_turned(y) @ bar)) @ _turned(y)
    return (found + _turned(found)) / 2


def _push_eigenvectors(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    return y @ (_over_gaps(np.linalg.eigh(a)[0]) * (_turned(y) @ move @ y))


@row("eigenvectors", pull=_pull_eigenvectors, push=_push_eigenvectors)
def _eigenvectors(static: Any, a: Any) -> Any:
    return np.linalg.eigh(a)[1]
