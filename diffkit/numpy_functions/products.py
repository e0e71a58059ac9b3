"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.numpy_functions.choosing import diagonal
from diffkit.numpy_functions.operands import as_array, axis_of, only_defaults, stack, written
from diffkit.numpy_functions.shapes import reshape
from diffkit.recording import record
from diffkit.traced import Traced
from diffkit.whereabouts import refusal


@written("matmul", "linalg.matmul")
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


@written("outer", "linalg.outer")
def outer(a: Any, b: Any) -> Any:
    """All products of two elements."""
    return reshape(as_array(a), (-1, 1)) * reshape(as_array(b), (1, -1))


@written("cross", "linalg.cross")
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Any:
    """The vector product in three dimensions."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    (a0, a1, a2), (b0, b1, b2) = (np.moveaxis(as_array(x), k, 0) for x, k in ((a, axisa), (b, axisb)))
    return stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axisc)


@written()
def kron(a: Any, b: Any) -> Any:
    """Each element of a times the whole of b."""
    n = max(np.ndim(a), np.ndim(b))
    left, right = ((1,) * (n - np.ndim(x)) + np.shape(x) for x in (a, b))
    wide = reshape(as_array(a), [k for m in left for k in (m, 1)]) * reshape(as_array(b), [k for m in right for k in (1, m)])
    return reshape(wide, [p * q for p, q in zip(left, right)])


@written("vecdot", "linalg.vecdot")
def vecdot(a: Any, b: Any, axis: int = -1) -> Any:
    """The sum of products over one axis."""
    return np.sum(a * b, axis=axis)


@written("tensordot", "linalg.tensordot")
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
