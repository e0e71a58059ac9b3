"""Products of matrices, and linear algebra by the textbook's adjoints (Giles 2008); letters as in `rows`."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.arrays.reductions import others
from diffkit.arrays.rows import OPERANDS, RESULT, row, unbroadcast
from diffkit.namespaces import plain


def _pull_matmul(static: Any, i: int, bar: Any, y: Any, a: Any, b: Any) -> Any:
    """dA = dD B^T, dB = A^T dD; a vector is a matrix of one row (left) or one column (right)."""
    if a.ndim == 2 and b.ndim == 2:
        return bar @ b.T if i == 0 else a.T @ bar
    A = np.reshape(a, (1, -1)) if a.ndim == 1 else a
    B = np.reshape(b, (-1, 1)) if b.ndim == 1 else b
    shape = np.shape(bar)
    shape = shape if a.ndim > 1 else (*shape[: max(B.ndim - 2, 0)], 1, *shape[max(B.ndim - 2, 0) :])
    D = np.reshape(bar, shape if b.ndim > 1 else (*shape, 1))
    found = D @ np.swapaxes(B, -1, -2) if i == 0 else np.swapaxes(A, -1, -2) @ D
    like = A if i == 0 else B
    return np.reshape(unbroadcast(found, like.shape), (a, b)[i].shape)


@row("matmul", pull=_pull_matmul, needs=OPERANDS)
def _matmul(static: Any, a: Any, b: Any) -> Any:
    return a @ b


def _pull_einsum(static: Any, i: int, bar: Any, y: Any, *operands: Any) -> Any:
    """The sum with bar in place of operand i; an index that only operand i has is one over which bar is repeated."""
    inputs, output = static[0].split("->")
    terms = inputs.split(",")
    others = [(t, x) for j, (t, x) in enumerate(zip(terms, operands)) if j != i]
    known = set(output).union(*(t for t, _ in others))
    kept = "".join(c for c in terms[i] if c in known)
    sizes = {c: n for t, x in [(output, bar), *others] for c, n in zip(t, np.shape(x)) if n != 1}
    spec = ",".join([output, *(t for t, _ in others)]) + "->" + kept
    found = np.einsum(spec, bar, *(x for _, x in others), optimize=True)
    shape = np.shape(operands[i])
    found = np.reshape(found, tuple(sizes.get(c, 1) for c in terms[i]))
    return np.broadcast_to(unbroadcast(found, tuple(n if c in known else 1 for c, n in zip(terms[i], shape))), shape)


@row("einsum", "spec", "optimize", pull=_pull_einsum, needs=OPERANDS)
def _einsum(static: Any, *operands: Any) -> Any:
    return np.einsum(static[0], *operands, optimize=static[1])


# --- linear algebra --------------------------------------------------------------------------------------------------
def _turned(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _pull_solve(static: Any, i: int, bar: Any, y: Any, a: Any, b: Any) -> Any:
    right = np.linalg.solve(_turned(a), bar)
    if i == 1:
        return unbroadcast(right, b.shape)
    outer = right[..., :, None] * y[..., None, :] if b.ndim == 1 else right @ _turned(y)
    return unbroadcast(-outer, a.shape)


def _push_solve(static: Any, i: int, move: Any, y: Any, a: Any, b: Any) -> Any:
    return np.linalg.solve(a, move if i == 1 else -(move @ y))


@row("solve", pull=_pull_solve, push=_push_solve)
def _solve(static: Any, a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b)


def _pull_inv(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    return -(_turned(y) @ bar @ _turned(y))


def _push_inv(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    return -(y @ move @ y)


@row("inv", pull=_pull_inv, push=_push_inv, needs=RESULT)
def _inv(static: Any, a: Any) -> Any:
    return np.linalg.inv(a)


def _cofactors(a: Any) -> Any:
    """d det / d a, the matrix of cofactors; by singular values, so that a singular matrix is no exception (Giles 2008)."""
    if hasattr(a, "tape") and not np.all(np.linalg.det(plain(a))):
        return _minors(a)
    if hasattr(a, "tape") or np.iscomplexobj(a):
        return np.reshape(np.linalg.det(a), (*a.shape[:-2], 1, 1)) * _turned(np.linalg.inv(a))
    U, s, Vt = np.linalg.svd(a)
    sign = np.linalg.det(U) * np.linalg.det(Vt)
    return sign[..., None, None] * (U * others(s, (s.ndim - 1,))[..., None, :] @ Vt)


def _minors(a: Any) -> Any:
    """The matrix of cofactors as determinants without row i and column j: for derivatives at a singular matrix."""
    n = a.shape[-1]
    rest = np.array([[k for k in range(n) if k != i] for i in range(n)], dtype=int).reshape(n, max(n - 1, 0))
    signs = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    return signs * np.linalg.det(a[..., rest[:, None, :, None], rest[None, :, None, :]])


def _pull_det(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    return np.reshape(bar, (*a.shape[:-2], 1, 1)) * _cofactors(a)


def _push_det(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    return np.sum(move * _cofactors(a), axis=(-1, -2))


@row("det", pull=_pull_det, push=_push_det, needs=OPERANDS)
def _det(static: Any, a: Any) -> Any:
    return np.linalg.det(a)


def _pull_logdet(static: Any, i: int, bar: Any, y: Any, a: Any) -> Any:
    return np.reshape(bar, (*a.shape[:-2], 1, 1)) * _turned(np.linalg.inv(a))


def _push_logdet(static: Any, i: int, move: Any, y: Any, a: Any) -> Any:
    return np.sum(move * _turned(np.linalg.inv(a)), axis=(-1, -2))


@row("logabsdet", pull=_pull_logdet, push=_push_logdet, needs=OPERANDS)
def _logabsdet(static: Any, a: Any) -> Any:
    return np.log(np.linalg.det(a)) if np.iscomplexobj(a) else np.linalg.slogdet(a)[1]


@row("signdet", flat=True)
def _signdet(static: Any, a: Any) -> Any:
    return np.sign(np.linalg.det(a).real) if np.iscomplexobj(a) else np.linalg.slogdet(a)[0]
