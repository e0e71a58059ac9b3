"""Linear algebra: what numpy.linalg is asked for."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from diffkit.namespaces import plain
from diffkit.numpy_functions import products
from diffkit.numpy_functions.choosing import diagonal, tril
from diffkit.numpy_functions.operands import written
from diffkit.numpy_functions.reductions import max_, sum
from diffkit.numpy_functions.shapes import ravel, reshape, swapaxes
from diffkit.recording import record
from diffkit.whereabouts import refusal

SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")
EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")


@written("linalg.solve")
def solve(a: Any, b: Any) -> Any:
    """The solution of a y = b."""
    return record("solve", a, b)


@written("linalg.inv")
def inv(a: Any) -> Any:
    """The inverse."""
    return record("inv", a)


@written("linalg.det")
def det(a: Any) -> Any:
    """The determinant."""
    return record("det", a)


@written("linalg.slogdet")
def slogdet(a: Any) -> Any:
    """Sign and logarithm of the determinant."""
    return SlogdetResult(record("signdet", a), record("logabsdet", a))


@written("linalg.norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Norms of vectors, and the Frobenius norm of matrices; singular at 0, where the slope is nan."""
    if axis is None and ord is None:
        x = ravel(x)
    vectors = np.ndim(x) == 1 or isinstance(axis, int)
    if ord in {None, "fro"} or (ord == 2 and vectors):
        return record("sqrt", sum(x * x, axis, keepdims=keepdims))
    if vectors and ord in {1, math.inf}:
        return (sum if ord == 1 else max_)(abs(x), axis, keepdims=keepdims)
    if vectors and isinstance(ord, (int, float)) and 0 < ord < math.inf:
        return sum(abs(x) ** ord, axis, keepdims=keepdims) ** (1 / ord)
    if not vectors and axis is None and np.ndim(x) == 2 and ord in MATRIX_NORMS:
        return reshape(MATRIX_NORMS[ord](x), (1, 1) if keepdims else ())
    raise refusal(f"the norm of order {ord} cannot be recorded", "use order 1, 2 or inf, also 'fro' or 'nuc' of matrices")


MATRIX_NORMS: dict[Any, Any] = {
    1: lambda x: max_(sum(abs(x), 0)),
    math.inf: lambda x: max_(sum(abs(x), 1)),
    2: lambda x: svdvals(x)[0],
    "nuc": lambda x: sum(svdvals(x)),
}


def _by_triangle(a: Any, UPLO: str) -> Any:
    """The symmetric matrix of which NumPy reads one triangle only."""
    low = tril(a if UPLO.upper() == "L" else swapaxes(a, -1, -2))
    return low + swapaxes(tril(low, -1), -1, -2)


@written("linalg.cholesky")
def cholesky(a: Any, upper: bool = False) -> Any:
    """The triangular factor, of one triangle of the matrix."""
    found = record("cholesky", _by_triangle(a, "U" if upper else "L"))
    return swapaxes(found, -1, -2) if upper else found


@written("linalg.eigvalsh")
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """The eigenvalues of a symmetric matrix."""
    return record("eigenvalues", _by_triangle(a, UPLO))


@written("linalg.eigh")
def eigh(a: Any, UPLO: str = "L") -> Any:
    """The eigenvalues and eigenvectors; of equal eigenvalues the vectors have no derivative."""
    symmetric = _by_triangle(a, UPLO)
    return EighResult(record("eigenvalues", symmetric), record("eigenvectors", symmetric))


@written("linalg.svdvals")
def svdvals(a: Any) -> Any:
    """The singular values: the positive eigenvalues of [[0, A], [A^T, 0]] (Jordan, Wielandt), which loses no digits."""
    (m, n), before = np.shape(a)[-2:], np.shape(a)[:-2]
    turned = swapaxes(a, -1, -2)
    above = np.concatenate([np.zeros((*before, m, m)), a], -1)
    below = np.concatenate([turned, np.zeros((*before, n, n))], -1)
    return record("eigenvalues", np.concatenate([above, below], -2))[..., : -min(m, n) - 1 : -1]


@written("linalg.svd")
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The singular values alone."""
    if compute_uv or hermitian:
        raise refusal("numpy.linalg.svd is recorded for its values only", "give compute_uv=False, or use eigh of a.T @ a")
    return svdvals(a)


@written("linalg.matrix_power")
def matrix_power(a: Any, n: int) -> Any:
    """The product of n of them; of the inverse for n < 0."""
    if n == 0:
        return np.broadcast_to(np.eye(np.shape(a)[-1]), np.shape(a))
    if n < 0:
        return matrix_power(inv(a), -n)
    half = matrix_power(a, n // 2) if n > 1 else None
    return a if half is None else half @ half @ a if n % 2 else half @ half


@written("linalg.multi_dot")
def multi_dot(parts: Sequence[Any]) -> Any:
    """The product of several matrices, from left to right."""
    return reduce(products.dot, parts)


@written("linalg.lstsq")
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The least-squares solution of full rank, the residuals, the rank and the singular values.

    [[I, A], [A^T, 0]] (r, x) = (b, 0) for many equations, the same with A^T for few (Bjorck 1967).
    """
    m, n = np.shape(a)
    rank = int(np.linalg.matrix_rank(plain(a)))
    if rank < min(m, n):
        raise refusal(f"a matrix of rank {rank} < {min(m, n)} has no least-squares solution with a derivative", "add a ridge")
    column = b if np.ndim(b) == 2 else b[:, None]
    tall = a if m >= n else swapaxes(a, -1, -2)
    p, q = np.shape(tall)
    matrix = np.concatenate(
        [np.concatenate([np.eye(p), tall], 1), np.concatenate([swapaxes(tall, 0, 1), np.zeros((q, q))], 1)], 0
    )
    none = np.zeros((q if m >= n else p, np.shape(column)[1]))
    both = solve(matrix, np.concatenate([column, none] if m >= n else [none, column], 0))
    x = both[p:] if m >= n else both[:p]
    residuals = sum((column - a @ x) ** 2, 0) if m > n else np.zeros(0)
    return (x if np.ndim(b) == 2 else x[:, 0]), residuals, rank, svdvals(a)


@written("linalg.pinv")
def pinv(a: Any, rcond: Any = None) -> Any:
    """The pseudo-inverse of a matrix of full rank."""
    return lstsq(a, np.eye(np.shape(a)[0]))[0]


@written("linalg.diagonal")
def diagonal_of_last(x: Any, offset: int = 0) -> Any:
    """Of the last two axes."""
    return diagonal(x, offset, -2, -1)


@written("linalg.trace")
def trace_of_last(x: Any, offset: int = 0) -> Any:
    """Of the last two axes."""
    return sum(diagonal(x, offset, -2, -1), -1)
