"""Products of vectors and matrices, and linear algebra."""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

import numpy as np

from diffkit.numpy_functions.choosing import diagonal
from diffkit.numpy_functions.operands import as_array, axis_of, only_defaults, written
from diffkit.numpy_functions.reductions import max_, sum
from diffkit.numpy_functions.shapes import ravel, reshape
from diffkit.recording import record
from diffkit.traced import Traced, refusal

SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")


@written()
def matmul(a: Any, b: Any) -> Any:
    """a @ b."""
    if not (np.ndim(a) and np.ndim(b)):
        raise ValueError("matmul: a number is no matrix, use *")
    return record("matmul", a, b)


@written(method=True)
def dot(a: Any, b: Any) -> Any:
    """The product of numbers, vectors or matrices."""
    a, b = as_array(a), as_array(b)
    if not (np.ndim(a) and np.ndim(b)):
        return a * b
    return matmul(a, b) if max(np.ndim(a), np.ndim(b)) <= 2 else tensordot(a, b, ((-1,), (max(-2, -np.ndim(b)),)))


@written()
def vdot(a: Any, b: Any) -> Any:
    """The sum of the products of all elements."""
    return matmul(*(reshape(x, (-1,)) if isinstance(x, Traced) else np.ravel(x) for x in (a, b)))


@written()
def inner(a: Any, b: Any) -> Any:
    """The sum of products over the last axes."""
    return a * b if not (np.ndim(a) and np.ndim(b)) else tensordot(a, b, ((-1,), (-1,)))


@written()
def outer(a: Any, b: Any) -> Any:
    """All products of two elements."""
    return reshape(as_array(a), (-1, 1)) * reshape(as_array(b), (1, -1))


@written()
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over the axes named."""
    n = np.ndim(a)
    left, right = (range(n - axes, n), range(axes)) if isinstance(axes, int) else axes
    left, right = [[axis_of(x, k) for k in np.ravel(list(np.atleast_1d(ks)))] for x, ks in ((a, left), (b, right))]
    letters = [chr(97 + i) for i in range(n + np.ndim(b))]
    second = letters[n:]
    for i, j in zip(left, right, strict=True):
        second[j] = letters[i]
    free = [c for i, c in enumerate(letters[:n]) if i not in left] + [c for j, c in enumerate(second) if j not in right]
    return record("einsum", a, b, static=(f"{''.join(letters[:n])},{''.join(second)}->{''.join(free)}", True))


@written()
def einsum(spec: Any, *operands: Any, optimize: Any = False, out: Any = None) -> Any:
    """Einstein's summation."""
    only_defaults({"out": out})
    if not isinstance(spec, str):
        raise refusal("numpy.einsum is recorded with its subscripts as text only", "write np.einsum('ij,jk->ik', a, b)")
    terms, output = _subscripts(spec.replace(" ", ""), operands)
    pairs = [_without_repeats(term, x) for term, x in zip(terms, operands)]
    written_out = ",".join(term for term, _ in pairs) + "->" + output
    return record("einsum", *(x for _, x in pairs), static=(written_out, bool(optimize) or len(operands) > 2))


def _subscripts(spec: str, operands: Any) -> tuple[list[str], str]:
    """The subscripts of each operand and of the result, without dots."""
    inputs, arrow, output = spec.partition("->")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in spec]
    terms, longest = [], 0
    for term, x in zip(inputs.split(","), operands, strict=True):
        count = np.ndim(x) - len(term.replace("...", "")) if "..." in term else 0
        longest = max(longest, count)
        terms.append(term.replace("...", "".join(reversed(spare[:count]))))
    dots = "".join(reversed(spare[:longest]))
    if arrow:
        return terms, output.replace("...", dots)
    once = sorted(c for c in set("".join(terms)) - set(dots) if "".join(terms).count(c) == 1)
    return terms, dots + "".join(once)


def _without_repeats(term: str, x: Any) -> tuple[str, Any]:
    """The diagonal of x for an index that it has twice."""
    for c in sorted(set(term)):
        while term.count(c) > 1:
            i = term.index(c)
            j = term.index(c, i + 1)
            x = diagonal(x, 0, i, j) if isinstance(x, Traced) else np.diagonal(x, 0, i, j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + c
    return term, x


@written()
def solve(a: Any, b: Any) -> Any:
    """The solution of a y = b."""
    return record("solve", a, b)


@written()
def inv(a: Any) -> Any:
    """The inverse."""
    return record("inv", a)


@written()
def det(a: Any) -> Any:
    """The determinant."""
    return record("det", a)


@written()
def slogdet(a: Any) -> Any:
    """Sign and logarithm of the determinant."""
    return SlogdetResult(record("signdet", a), record("logabsdet", a))


@written()
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
    raise refusal(f"the norm of order {ord} cannot be recorded", "use the norm of order 1, 2 or inf of vectors, or 'fro'")
