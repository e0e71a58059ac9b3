"""The rows for arrays: each against the complex step, its transpose against itself, and differentiated twice."""

import itertools

import numpy as np
import pytest

from diffkit import namespaces, tangent, tape
from diffkit.arrays import ROWS, unbroadcast
from diffkit.arrays.rows import reduced
from diffkit.namespaces import NUMPY_NAMES, local_derivative
from diffkit.primitives import TABLE
from diffkit.tracing import call

DICE = np.random.default_rng(7)
MASK = np.array([[True, False, True], [False, True, True]])
INDEX = np.array([2, 0, 2, 1])
NOTHING = np.array([np.nan])


def spd(a):
    """A well-conditioned symmetric matrix made of any."""
    return a @ np.swapaxes(a, -1, -2) + 3 * np.eye(a.shape[-1])


def centred(x, axis, count):
    """The sum of squares around the mean, over a count; analytic, as np.var is not."""
    return np.sum((x - x.mean(axis=axis, keepdims=True)) ** 2, axis=axis) / count


def softmax(x):
    """Rows of weights."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)[:, None]


def cholesky(a):
    """Column by column, analytic."""
    L = np.zeros_like(a)
    for j in range(len(a)):
        L[j, j] = (a[j, j] - np.sum(L[j, :j] ** 2)) ** 0.5
        L[j + 1 :, j] = (a[j + 1 :, j] - L[j + 1 :, :j] @ L[j, :j]) / L[j, j]
    return L


def eigenvalues(a):
    """In ascending order, analytic."""
    w = np.linalg.eigvals(a)
    return w[np.argsort(w.real)]


def remainder(a, b):
    """a - b floor(a/b), analytic."""
    return a - b * np.floor_divide(np.real(a), np.real(b))


def quantile(x, q, axis):
    """Between two elements of an axis, analytic."""
    x = np.take_along_axis(x, np.argsort(x.real, axis=axis), axis)
    place = q * (x.shape[axis] - 1)
    low, high = (np.take(x, int(f(place)), axis) for f in (np.floor, np.ceil))
    return low + (high - low) * (place % 1)


def interp(x, xp, fp):
    """Piecewise linear, constant outside, analytic."""
    k = np.clip(np.searchsorted(xp.real, x.real, "right") - 1, 0, len(xp) - 2)
    inside = fp[k] + (fp[k + 1] - fp[k]) / (xp[k + 1] - xp[k]) * (x - xp[k])
    return np.where(x.real < xp[0].real, fp[0], np.where(x.real > xp[-1].real, fp[-1], inside))


def sinc(x):
    """By its product of cosines (Viete), analytic and without division."""
    return np.prod([np.cos(np.pi * x / 2**k) for k in range(1, 40)], axis=0)


CASES = {  # name: (function, shapes of its arguments, the same in functions that are analytic, if it is not)
    "sum": (lambda x: np.sum(x * x), [(2, 3)]),
    "sum axis": (lambda x: (x * x).sum(axis=1), [(2, 3)]),
    "sum axes": (lambda x: (x * x).sum(axis=(0, -1), keepdims=True), [(2, 3, 2)]),
    "sum of a number": (lambda x: np.sum(x) * x, [()]),
    "sum of nothing": (lambda x: np.sum(x * x), [(0, 3)]),
    "sum axis of nothing": (lambda x: np.sum(x * x, axis=0), [(0, 3)]),
    "mean": (lambda x: x.mean(axis=0) * np.mean(x), [(4, 2)]),
    "average": (lambda x: np.average(x * x, axis=0, weights=np.array([1.0, 2.0, 3.0])), [(3,)]),
    "var std": (lambda x: np.var(x, axis=0) + x.std(ddof=1), [(4, 2)], lambda x: centred(x, 0, 4) + centred(x, None, 7) ** 0.5),
    "prod": (lambda x: np.prod(x), [(2, 3)]),
    "prod axis": (lambda x: x.prod(axis=1, keepdims=True), [(2, 3)]),
    "prod with zeros": (lambda x: np.prod(x * np.array([0.0, 1.0, 2.0]), axis=0) + np.prod(x - x[1]), [(3,)]),
    "amax amin": (lambda x: np.max(x, axis=1) * np.min(x) + x.max(axis=0, keepdims=True).sum(), [(3, 3)]),
    "ptp": (lambda x: np.ptp(x, axis=0), [(3, 2)]),
    "cumsum": (lambda x: np.cumsum(x * x, axis=1), [(2, 3)]),
    "cumsum flat": (lambda x: np.cumsum(x), [(2, 3)]),
    "diff": (lambda x: np.diff(x, n=2, axis=0), [(4, 2)]),
    "reshape": (lambda x: x.reshape(3, -1) * np.ravel(x).reshape((3, 2)), [(2, 3)]),
    "flatten squeeze": (lambda x: np.squeeze(np.expand_dims(x.flatten(), (0, 2))), [(2, 3)]),
    "transpose": (lambda x: np.transpose(x, (2, 0, 1)) * x.swapaxes(0, 2).swapaxes(1, 2), [(2, 2, 2)]),
    "T moveaxis": (lambda x: x.T + np.moveaxis(x, 0, -1), [(2, 3)]),
    "broadcast_to": (lambda x: np.broadcast_to(x, (4, 2, 3)) ** 2, [(2, 3)]),
    "broadcasting": (lambda x, y: x * y + x / (y * y + 1) - x, [(3, 1), (2, 1, 4)]),
    "broadcasting a number": (lambda x, y: x * y - y / (x + 5), [(), (2, 3)]),
    "size one": (lambda x, y: (x + y) * x, [(1,), (1, 1)]),
    "concatenate": (lambda x, y: np.concatenate([x, y * y, np.ones((1, 2))]), [(2, 2), (1, 2)]),
    "stack": (lambda x, y: np.stack([x, y, x * y], axis=1), [(3,), (3,)]),
    "stack numbers": (lambda x: np.stack([x[0] * x[1], x[2], 1.0 * x[0]]), [(3,)]),
    "vstack hstack": (lambda x, y: np.vstack([x, y]).sum(axis=0) * np.hstack([x, y])[:3], [(3,), (3,)]),
    "column_stack append": (lambda x, y: np.append(np.column_stack([x, y]), x), [(3,), (3,)]),
    "split": (lambda x: np.split(x, 2)[0] * np.array_split(x, [2])[1], [(4, 2)]),
    "getitem": (lambda x: x[1] * x[0, ::-1] + x[-1, 1], [(2, 3)]),
    "getitem new axis": (lambda x: x[:, None] * x[None, ...], [(3,)]),
    "getitem twice": (lambda x: x[INDEX] * x[[0, 0, 1, 2]], [(3,)]),
    "getitem pairs": (lambda x: x[[0, 1, 1], INDEX[:3]], [(2, 3)]),
    "getitem mask": (lambda x: x[MASK] ** 2, [(2, 3)]),
    "getitem own mask": (lambda x: x[x > 0] ** 3, [(2, 3)]),
    "take": (lambda x: np.take(x, INDEX, axis=1), [(2, 3)]),
    "take_along_axis": (lambda x: np.take_along_axis(x, np.array([[1], [0]]), 1), [(2, 3)]),
    "sort": (lambda x: np.sort(x, axis=0) * np.array([[1.0], [2.0], [3.0]]), [(3, 2)]),
    "sort flat": (lambda x: np.sort(x, axis=None), [(3, 2)]),
    "median": (lambda x: np.median(x, axis=0) + np.median(x), [(4, 3)]),
    "argsort argmax": (lambda x: x[np.argsort(x)] * x[np.argmax(x)] + x[x.argmin()], [(4,)]),
    "flip roll": (lambda x: np.flip(x, 0) * np.roll(x, 1, axis=1) + np.roll(x, 2), [(2, 3)]),
    "repeat tile": (lambda x: np.repeat(x, 2) * np.tile(x, 2), [(3,)]),
    "pad": (lambda x: np.pad(x, ((1, 0), (0, 2))), [(2, 3)]),
    "diag": (lambda x: np.diag(x) @ np.diag(x, 1)[:3, :3] + np.diag(np.diag(x)), [(3,)]),
    "trace": (lambda x: np.trace(x @ x) + np.trace(x, offset=1) + np.diagonal(x).sum(), [(3, 3)]),
    "triangles": (lambda x: np.tril(x) @ np.triu(x, 1), [(3, 3)]),
    "where": (lambda x, y: np.where(x > y, x * y, y), [(2, 3), (3,)]),
    "clip": (lambda x: np.clip(x, -0.5, 0.5) * x + x.clip(max=0.3), [(5,)]),
    "maximum": (lambda x, y: np.maximum(x, y) * np.minimum(x, 0.2), [(2, 3), (3,)]),
    "matmul 22": (lambda x, y: x @ y, [(2, 3), (3, 4)]),
    "matmul 11": (lambda x, y: x @ y, [(3,), (3,)]),
    "matmul 12": (lambda x, y: x @ y, [(3,), (3, 2)]),
    "matmul 21": (lambda x, y: x @ y, [(2, 3), (3,)]),
    "matmul 33": (lambda x, y: np.matmul(x, y), [(2, 2, 3), (2, 3, 2)]),
    "matmul 31": (lambda x, y: x @ y, [(2, 2, 3), (3,)]),
    "matmul 13": (lambda x, y: x @ y, [(3,), (2, 3, 2)]),
    "matmul broadcast": (lambda x, y: x @ y, [(2, 1, 2, 3), (4, 3, 2)]),
    "matmul of nothing": (lambda x, y: x @ y, [(2, 0), (0, 3)]),
    "matmul on the right": (lambda x: np.ones((2, 3)) @ x, [(3, 2)]),
    "dot": (lambda x, y: np.dot(x, y) + x.dot(y), [(2, 3), (3,)]),
    "dot of many axes": (lambda x, y: np.dot(x, y), [(2, 3), (2, 3, 2)]),
    "inner outer": (lambda x, y: np.inner(x, y) * np.outer(x, y) + x.dot(y), [(3,), (3,)]),
    "vdot": (lambda x, y: np.vdot(x, y), [(2, 2), (2, 2)], lambda x, y: np.sum(x * y)),
    "tensordot": (lambda x, y: np.tensordot(x, y, axes=([0, 1], [1, 0])), [(2, 3), (3, 2, 2)]),
    "einsum": (lambda x, y: np.einsum("ij,jk->ki", x, y), [(2, 3), (3, 2)]),
    "einsum sums alone": (lambda x, y: np.einsum("ij,k->k", x, y), [(2, 3), (3,)]),
    "einsum diagonal": (lambda x: np.einsum("iij->j", x) + np.einsum("ii", x[:, :, 0]), [(2, 2, 3)]),
    "einsum dots": (lambda x, y: np.einsum("...ij,...j->...i", x, y), [(2, 2, 3), (3,)]),
    "einsum three": (lambda x, y: np.einsum("i,ij,j", x, y, x), [(3,), (3, 3)]),
    "solve": (lambda x, y: np.linalg.solve(spd(x), y), [(3, 3), (3,)]),
    "solve matrices": (lambda x, y: np.linalg.solve(spd(x), y), [(2, 3, 3), (2, 3, 2)]),
    "inv": (lambda x: np.linalg.inv(spd(x)), [(3, 3)]),
    "det": (lambda x: np.linalg.det(x), [(3, 3)]),
    "det of many": (lambda x: np.linalg.det(x), [(2, 3, 3)]),
    "slogdet": (
        lambda x: np.linalg.slogdet(spd(x))[1] * np.linalg.slogdet(x)[0],
        [(3, 3)],
        lambda x: np.log(np.linalg.det(spd(x))) * np.sign(np.linalg.det(x).real),
    ),
    "astype": (lambda x: x.astype(float) * x.astype("float64"), [(3,)], lambda x: x * x),
    "logsumexp": (lambda x: x.max() + np.log(np.sum(np.exp(x - x.max()))), [(5,)]),
    "softmax": (lambda x: softmax(x), [(2, 3)]),
    "reductions of ufuncs": (lambda x: np.add.reduce(x) * np.multiply.reduce(x, axis=0) + np.add.accumulate(x)[1], [(2, 3)]),
    "outer of a ufunc": (lambda x, y: np.multiply.outer(x, y) + np.subtract.outer(x, y), [(2,), (3,)]),
    "ufuncs": (lambda x: np.square(x) + np.reciprocal(x + 9) + np.exp2(x) + np.positive(x), [(4,)]),
    "copy like": (lambda x: np.copy(x) + np.zeros_like(x) + x.copy() * np.full_like(x, 2.0), [(2, 2)]),
    "iteration": (lambda x: sum(row @ row for row in x) + len(x), [(2, 3)]),
    "flips": (lambda x: np.fliplr(x) * np.flipud(x) + np.rot90(x, 2) + np.rot90(np.rot90(x), -1) * np.rot90(x, 4), [(2, 3)]),
    "rot90": (lambda x: np.rot90(x, 1, (1, 2)) * np.rot90(x, 3, (2, 1)), [(2, 3, 3)]),
    "dstack atleast_3d": (lambda x: np.dstack([x, x * x]) * np.atleast_3d(x), [(2, 3)]),
    "hsplit vsplit": (
        lambda x: np.hsplit(x, 2)[1] * np.vsplit(x, [2])[0].sum() + np.dsplit(x[:, :, None], 1)[0][:, :2, 0],
        [(3, 4)],
    ),
    "broadcast_arrays": (lambda x, y: np.multiply(*np.broadcast_arrays(x, y)), [(3, 1), (2,)]),
    "pads": (
        lambda x: sum(np.pad(x, ((2, 1), (0, 2)), mode=m) * k for k, m in enumerate(("edge", "reflect", "symmetric", "wrap"), 1)),
        [(3, 4)],
    ),
    "pad by numbers": (lambda x: np.pad(x * x, 2, constant_values=(3.0, -1.0)), [(3,)]),
    "select": (lambda x: np.select([x > 0.3, x > -0.3], [x * x, np.sin(x)], 2.0 * x), [(6,)]),
    "piecewise": (lambda x: np.piecewise(x, [x > 0.3, x < -0.3], [lambda t: t * t, 5.0, np.sin]), [(6,)]),
    "compress extract": (lambda x: np.compress([True, False, True], x, axis=1).sum() * np.extract(x > 0, x * x), [(2, 3)]),
    "quantile": (
        lambda x: np.quantile(x, [0.1, 0.5, 0.77], axis=0) * np.percentile(x, 30),
        [(5, 2)],
        lambda x: np.stack([quantile(x, q, 0) for q in (0.1, 0.5, 0.77)]) * quantile(x.ravel(), 0.3, 0),
    ),
    "quantile keepdims": (
        lambda x: np.quantile(x, 0.3, axis=1, keepdims=True) * np.quantile(x, 1.0, keepdims=True),
        [(2, 5)],
        lambda x: quantile(x, 0.3, 1)[:, None] * quantile(x.ravel(), 1.0, 0),
    ),
    "cumprod": (lambda x: np.cumprod(x, axis=1) + x.cumprod().reshape(2, 3), [(2, 3)]),
    "cumprod with zeros": (lambda x: np.cumprod(x * np.array([1.0, 0.0, 2.0, 0.0])), [(4,)]),
    "diff with ends": (lambda x: np.diff(x, prepend=0.5, append=x[:, :2], axis=1), [(2, 3)]),
    "sum where": (
        lambda x: np.sum(x * x, axis=0, where=MASK) + np.prod(x, where=MASK, initial=2.0) + np.sum(x, initial=3.0),
        [(2, 3)],
    ),
    "mean where": (lambda x: np.mean(x * x, axis=1, where=MASK), [(2, 3)]),
    "max initial": (lambda x: np.max(x, axis=0, initial=0.1) * np.min(x, initial=9.0, where=MASK), [(2, 3)]),
    "nan": (
        lambda x: np.nansum(np.where(MASK, x, NOTHING), axis=0) + np.nanmean(np.where(MASK, x * x, NOTHING), axis=0),
        [(2, 3)],
        lambda x: np.sum(np.where(MASK, x, 0), axis=0) + np.sum(np.where(MASK, x * x, 0), axis=0) / np.sum(MASK, axis=0),
    ),
    "nan too": (
        lambda x: np.nanmax(np.where(MASK, x, NOTHING)) * np.nanmin(x) + np.nanprod(x) + np.nanvar(x, axis=0) + np.nanstd(x),
        [(2, 3)],
        lambda x: (
            max(x[MASK], key=lambda t: t.real) * min(x.ravel(), key=lambda t: t.real)
            + np.prod(x)
            + centred(x, 0, 2)
            + centred(x, None, 6) ** 0.5
        ),
    ),
    "cov": (lambda x: np.cov(x), [(2, 5)], lambda x: (x - x.mean(1, keepdims=True)) @ (x - x.mean(1, keepdims=True)).T / 4),
    "corrcoef": (
        lambda x: np.corrcoef(x)[0, 1] * np.cov(x, rowvar=False, bias=True)[0, 1],
        [(2, 5)],
        lambda x: (
            (lambda a, b: np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b)))(*(x - x.mean(1, keepdims=True)))
            * np.prod((x - x.mean(0))[:, :2], axis=1).sum()
            / 2
        ),
    ),
    "cross": (lambda x, y: np.cross(x, y) + np.cross(x.T, y[0], axisa=0), [(2, 3), (2, 3)]),
    "kron": (lambda x, y: np.kron(x, y), [(2, 2), (3,)]),
    "vecdot": (lambda x, y: np.vecdot(x, y), [(2, 3), (2, 3)], lambda x, y: np.sum(x * y, axis=-1)),
    "linspace": (lambda x, y: np.linspace(x, y, 5) * np.linspace(x, 2.0, 5, endpoint=False), [(), ()]),
    "linspace of arrays": (lambda x: np.linspace(x, x * x, 4), [(3,)]),
    "meshgrid": (lambda x, y: np.multiply(*np.meshgrid(x, y)) + np.add(*np.meshgrid(x, y, indexing="ij")).T, [(3,), (2,)]),
    "polyval": (lambda x, y: np.polyval(x, y) + np.polyval([1.0, 2.0, 3.0], y), [(4,), (2,)]),
    "trapezoid": (lambda x, y: np.trapezoid(y, x) + np.trapezoid(y, dx=0.5, axis=0).sum(), [(4,), (2, 4)]),
    "interp": (
        lambda x, y, z: np.interp(x, np.arange(4.0), y, left=-1.0) + np.interp(z[0], np.sort(x), [1.0, 4.0, 2.0]) * z[1],
        [(3,), (4,), (2,)],
        lambda x, y, z: (
            np.where(x.real < 0, -1, interp(x, np.arange(4.0), y)) + interp(z[0], np.sort(x), np.array([1.0, 4.0, 2.0])) * z[1]
        ),
    ),
    "searchsorted": (
        lambda x, y: x[np.searchsorted(np.array([-1.0, 0.5]), y)] * y,
        [(3,), (4,)],
        lambda x, y: x[np.searchsorted([-1.0, 0.5], y.real)] * y,
    ),
    "convolve": (lambda x, y: np.convolve(x, y) + np.convolve(y, x, "same").sum() + np.convolve(x, y, "valid")[0], [(5,), (3,)]),
    "correlate": (
        lambda x, y: np.correlate(x, y).sum() * np.correlate(x, y, "full") + np.correlate(y, x)[0],
        [(5,), (3,)],
        lambda x, y: np.convolve(x, y[::-1], "valid").sum() * np.convolve(x, y[::-1]) + np.convolve(y[::-1], x, "valid")[-1],
    ),
    "gradient": (lambda x: np.gradient(x, 0.5, axis=0) * np.gradient(x)[1], [(3, 4)]),
    "cholesky": (lambda x: np.linalg.cholesky(spd(x)), [(3, 3)], lambda x: cholesky(spd(x))),
    "cholesky upper": (
        lambda x: np.linalg.cholesky(spd(x), upper=True),
        [(2, 2, 2)],
        lambda x: np.stack([cholesky(spd(a)).T for a in x]),
    ),
    "eigvalsh": (lambda x: np.linalg.eigvalsh(spd(x)), [(3, 3)], lambda x: eigenvalues(spd(x))),
    "eigh": (
        lambda x: (lambda w, V: (V * (1 / w + w * w)[..., None, :]) @ np.swapaxes(V, -1, -2))(*np.linalg.eigh(spd(x))),
        [(3, 3)],
        lambda x: np.linalg.inv(spd(x)) + spd(x) @ spd(x),
    ),
    "svd": (
        lambda x: np.linalg.svd(x, compute_uv=False) * np.linalg.norm(x, 2) + np.linalg.norm(x, "nuc"),
        [(2, 3)],
        lambda x: (lambda s: s * s[0] + s.sum())(eigenvalues(x @ x.T)[::-1] ** 0.5),
    ),
    "norms of matrices": (
        lambda x: np.linalg.norm(x, 1) * np.linalg.norm(x, np.inf),
        [(3, 3)],
        lambda x: (
            np.max(np.sum(x * np.sign(x.real), 0).real, initial=0) * 0
            + max(np.sum(x * np.sign(x.real), 0), key=lambda t: t.real)
            * max(np.sum(x * np.sign(x.real), 1), key=lambda t: t.real)
        ),
    ),
    "matrix_power": (lambda x: np.linalg.matrix_power(x, 5) + np.linalg.matrix_power(spd(x), -2), [(3, 3)]),
    "multi_dot": (lambda x, y: np.linalg.multi_dot([x, y, x]), [(2, 3), (3, 2)], lambda x, y: x @ y @ x),
    "lstsq": (
        lambda x, y: np.linalg.lstsq(x, y, rcond=None)[0] + np.linalg.lstsq(x, y, rcond=None)[1],
        [(5, 2), (5,)],
        lambda x, y: (lambda b: b + np.sum((y - x @ b) ** 2))(np.linalg.solve(x.T @ x, x.T @ y)),
    ),
    "lstsq of few": (
        lambda x, y: np.linalg.lstsq(x, y, rcond=None)[0],
        [(2, 4), (2, 3)],
        lambda x, y: x.T @ np.linalg.solve(x @ x.T, y),
    ),
    "pinv": (lambda x: np.linalg.pinv(x), [(4, 2)], lambda x: np.linalg.solve(x.T @ x, x.T)),
    "last axes": (
        lambda x: np.linalg.trace(x) + np.linalg.diagonal(x, offset=1).sum(),
        [(2, 3, 3)],
        lambda x: np.trace(x, axis1=-2, axis2=-1) + np.diagonal(x, 1, -2, -1).sum(),
    ),
    "flat ufuncs": (
        lambda x: (np.rint(3 * x) + np.trunc(4 * x) + np.round(x, 1) + np.ceil(x) + np.fix(5 * x) + np.floor_divide(x, 0.3)) * x,
        [(5,)],
        lambda x: (
            (
                np.rint(3 * x.real)
                + np.trunc(4 * x.real)
                + np.round(x.real, 1)
                + np.ceil(x.real)
                + np.fix(5 * x.real)
                + x.real // 0.3
            )
            * x
        ),
    ),
    "heaviside": (lambda x: np.heaviside(x, 0.5) * x + np.count_nonzero(x) * x, [(5,)], lambda x: (x.real > 0) * x + 5 * x),
    "fmax fmin": (
        lambda x, y: np.fmax(x, NOTHING) * np.fmin(x, y) + np.copysign(x, y),
        [(5,), (5,)],
        lambda x, y: x * np.where(x.real < y.real, x, y) + x * np.sign(x.real) * np.sign(y.real),
    ),
    "mod": (
        lambda x, y: x % 0.7 + np.mod(x, y) * (x // y) + (2.0 % y) * divmod(x, y)[1],
        [(2, 3), (3,)],
        lambda x, y: remainder(x, 0.7) + remainder(x, y) * (x.real // y.real) + remainder(2.0 + 0 * y, y) * remainder(x, y),
    ),
    "mod of numbers": (
        lambda x, y: x % y * (y % 0.3) + x // 0.2,
        [(), ()],
        lambda x, y: remainder(x, y) * remainder(y, 0.3) + x.real // 0.2,
    ),
    "sinc": (
        lambda x: np.sinc(x) + np.sinc(x * 0.01) * np.logaddexp2(x, 1.0),
        [(5,)],
        lambda x: sinc(x) + sinc(x * 0.01) * np.log2(2**x + 2),
    ),
    "array of numbers": (lambda x: np.array([x[0] * x[1], np.sin(x[2])]) * 2.0, [(3,)]),
    "rows of numbers": (lambda x: np.array([[x[0], x[1]], [x[1], 2.0]]) @ x[1:], [(3,)]),
}
NAMES = list(CASES)


def point(name):
    """A point of a case, away from kinks and ties; a number for the shape ()."""
    dice = np.random.default_rng(len(name))
    return tuple(dice.standard_normal(shape) if shape else float(dice.standard_normal()) for shape in CASES[name][1])


def analytic(name):
    """The function of a case for the complex step: itself, or the same in functions that are analytic."""
    return CASES[name][-1] if len(CASES[name]) > 2 else CASES[name][0]


def directions(at, seed):
    """A random direction, structured like the point."""
    dice = np.random.default_rng(seed)
    return tuple(dice.standard_normal(np.shape(x)) if np.ndim(x) else float(dice.standard_normal()) for x in at)


def along(f, at, moves):
    """The derivative along a direction by the complex step: plain NumPy on complex arrays, none of our rules."""
    h = 2.0**-300
    return np.asarray(f(*(x + 1j * h * v for x, v in zip(at, moves, strict=True)))).imag / h


def scalar_product(a, b):
    """<a, b> over all leaves."""
    return sum(float(np.sum(np.asarray(x) * np.asarray(y))) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_both_sweeps_agree_with_the_complex_step(name):
    """The tangent along a random direction to 1e-12, and the adjoint by <y_bar, J x_dot> = <J^T y_bar, x_dot>."""
    f, at = CASES[name][0], point(name)
    moves = directions(at, 1)
    y, y_dot = tangent.jvp(f, at, moves)
    assert np.asarray(y) == pytest.approx(np.asarray(f(*at)), rel=1e-14, abs=1e-14)
    assert np.shape(y_dot) == np.shape(y)
    wanted = along(analytic(name), at, moves)
    assert np.asarray(y_dot, dtype=float) == pytest.approx(wanted, rel=1e-12, abs=1e-12)
    y_bar = np.random.default_rng(2).standard_normal(np.shape(y)) if np.ndim(y) else 1.5
    _, pullback = tape.vjp(f, at)
    assert scalar_product((y_bar,), (wanted,)) == pytest.approx(scalar_product(pullback(y_bar), moves), rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_second_derivatives_are_the_differences_of_first_ones(name):
    """The Hessian of a weighted sum of squares along a direction, against a central difference of gradients, and symmetric."""
    f, at = CASES[name][0], point(name)

    def energy(*x):
        y = f(*x)
        return np.sum(y * y * 0.5 + np.sin(y))

    u, v, h = directions(at, 3), directions(at, 4), 1e-5
    Hu, Hv = tape.hvp(energy, at, u), tape.hvp(energy, at, v)
    assert scalar_product(Hu, v) == pytest.approx(scalar_product(Hv, u), rel=1e-10, abs=1e-10)
    above, below = (tape.gradient(energy, tuple(x + s * h * d for x, d in zip(at, u, strict=True))) for s in (1, -1))
    difference = tuple((a - b) / (2 * h) for a, b in zip(above, below, strict=True))
    size = max([1.0, *(float(np.max(np.abs(d), initial=0.0)) for d in difference)])
    for got, wanted in zip(Hu, difference, strict=True):
        assert np.asarray(got) == pytest.approx(np.asarray(wanted), abs=2e-7 * size)


@pytest.mark.parametrize("name", NAMES)
def test_the_program_of_a_case_gives_its_value_and_gradient(name):
    """dk.trace writes what the callable does: the Program answers alike, and its sweep gives the same adjoints."""
    import diffkit as dk

    f, at = CASES[name][0], point(name)
    program = dk.trace(lambda *x: np.sum(f(*x) * 1.0), at)
    assert np.asarray(program(*at)) == pytest.approx(np.asarray(np.sum(f(*at))), rel=1e-13, abs=1e-13)
    wanted = tape.gradient(lambda *x: np.sum(f(*x) * 1.0), at)
    for got, true in zip(tape.gradient(program, at), wanted, strict=True):
        assert np.shape(got) == np.shape(true)
        assert np.asarray(got) == pytest.approx(np.asarray(true), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_compiled(name):
    """At its point and at another, which may take other branches."""
    f, at = CASES[name][0], point(name)

    def energy(*x):
        y = f(*x)
        return np.sum(y * y * 0.5 + np.sin(y))

    g = tape.compile(energy, at)
    for place in (at, tuple(x * 0.875 for x in at), tuple(-x for x in at)):
        value, slopes = tape.value_and_gradient(energy, place)
        found, got = g(place)
        assert found == pytest.approx(value, rel=1e-12, abs=1e-12)
        for ours, wanted in zip(got, slopes, strict=True):
            assert type(ours) is type(wanted)
            assert np.asarray(ours) == pytest.approx(
                np.asarray(wanted), rel=1e-10, abs=1e-11 * (1 + np.max(np.abs(wanted), initial=0.0))
            )


def test_every_row_is_used_by_a_case():
    """A new row cannot go untested."""
    used = {"astype", "checkpoint"}  # tests of their own, below and in test_checkpoint
    for name in NAMES:
        used |= {entry[0] for entry in call(CASES[name][0], point(name)).tape}
    assert set(ROWS) <= used


@pytest.mark.parametrize("name", ["sum", "prod", "matmul", "getitem", "solve"])
def test_a_wrong_transpose_is_found(name, monkeypatch):
    """The dot-product test fails for a row whose pull is off by 1e-6."""
    row = ROWS[name]
    monkeypatch.setitem(ROWS, name, row._replace(pull=lambda *a: row.pull(*a) * (1 + 1e-6)))
    case = {"sum": "sum axis", "prod": "prod axis", "matmul": "matmul 22", "getitem": "take", "solve": "solve"}[name]
    f, at = CASES[case][0], point(case)
    moves = directions(at, 1)
    y, y_dot = tangent.jvp(f, at, moves)
    if name == "getitem":  # the eager sweep adds elements in place and never asks the row
        none = lambda bars, own, bar, a, *rest: bars.__setitem__(a, 0 * at[0])  # noqa: E731
        monkeypatch.setattr("diffkit.eager_arrays._into_elements", none)
    got = scalar_product(tape.vjp(f, at)[1](np.ones(np.shape(y))), moves)
    assert got != pytest.approx(scalar_product((np.ones(np.shape(y)),), (y_dot,)), rel=1e-9)


def test_slogdet_and_powers_of_matrices_against_their_formulas():
    """d log|det A| = A^-T, d tr(A^-1) = -(A^-2)^T, d det A = det(A) A^-T."""
    A = np.random.default_rng(5).standard_normal((4, 4))
    inverse = np.linalg.inv(A)
    assert tape.gradient(lambda a: np.linalg.slogdet(a)[1], A) == pytest.approx(inverse.T, rel=1e-11)
    assert tape.gradient(lambda a: np.trace(np.linalg.inv(a)), A) == pytest.approx(-(inverse @ inverse).T, rel=1e-11)
    assert tape.gradient(np.linalg.det, A) == pytest.approx(np.linalg.det(A) * inverse.T, rel=1e-11)


def test_the_determinant_of_a_singular_matrix_has_its_cofactors_as_gradient():
    """Rank n-1: the cofactors; rank n-2: zero."""
    A = np.array([[1.0, 2.0], [2.0, 4.0]])
    assert tape.gradient(np.linalg.det, A) == pytest.approx(np.array([[4.0, -2.0], [-2.0, 1.0]]), rel=1e-13)
    assert tape.gradient(np.linalg.det, np.diag([3.0, 0.0, 0.0])) == pytest.approx(np.zeros((3, 3)), abs=1e-15)


def test_linear_algebra_against_differences_at_50_digits():
    """solve, inv and det by mpmath's own linear algebra and a central difference with 1e-20 steps."""
    import mpmath

    A, b = np.random.default_rng(6).standard_normal((3, 3)) + 3 * np.eye(3), np.array([1.0, -2.0, 0.5])
    w = np.array([0.3, 0.7, -1.1])
    numpy_forms = {
        "solve": lambda a: w @ np.linalg.solve(a, b),
        "inv": lambda a: np.sum(np.linalg.inv(a) * np.outer(w, b)),
        "det": np.linalg.det,
    }
    with mpmath.workdps(50):
        W, B, h = mpmath.matrix(w.tolist()), mpmath.matrix(b.tolist()), mpmath.mpf(10) ** -20
        exact_forms = {
            "solve": lambda a: (W.T * mpmath.lu_solve(a, B))[0],
            "inv": lambda a: (W.T * mpmath.inverse(a) * B)[0],
            "det": mpmath.det,
        }
        for name, f in numpy_forms.items():
            got = tape.gradient(f, A)
            for i, j in itertools.product(range(3), repeat=2):
                above, below = mpmath.matrix(A.tolist()), mpmath.matrix(A.tolist())
                above[i, j] += h
                below[i, j] -= h
                wanted = (exact_forms[name](above) - exact_forms[name](below)) / (2 * h)
                assert got[i, j] == pytest.approx(float(wanted), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(
    ("shape", "to"), [((2, 3), (3,)), ((2, 3), (1, 3)), ((2, 3), (2, 1)), ((4, 2, 3), (2, 3)), ((2, 3), ()), ((3,), (3,))]
)
def test_unbroadcast_is_the_transpose_of_broadcasting(shape, to):
    """<bar, broadcast(x)> = <unbroadcast(bar), x>, for arrays in C order and not."""
    x, bar = DICE.standard_normal(to), DICE.standard_normal(shape)
    for adjoint in (bar, np.asfortranarray(bar)):
        back = unbroadcast(adjoint, to)
        assert np.shape(back) == to
        assert np.sum(adjoint * np.broadcast_to(x, shape)) == pytest.approx(np.sum(back * x), rel=1e-13)


def test_float32_stays_float32():
    """Values and gradients in the precision of the input."""
    x = np.array([0.5, 1.5], dtype=np.float32)
    _, g = tape.value_and_gradient(lambda x: np.sum(np.sin(x) * 2 + x[0]), x)
    assert g.dtype == np.float32
    assert g == pytest.approx(2 * np.cos(x) + np.array([2, 0], dtype=np.float32), rel=1e-6)


def test_a_change_of_precision_hands_the_adjoint_back_in_the_old_one():
    """A function that computes in float32 inside: value and slopes to its precision, as float64."""
    x = np.array([0.5, 1.5])
    _, g = tape.value_and_gradient(lambda x: np.sum(np.exp(x.astype("float32")) * x), x)
    assert g.dtype == np.float64
    assert g == pytest.approx(np.exp(x) * (1 + x), rel=1e-6)


@pytest.mark.parametrize("n", range(1, 10))
def test_short_axes_are_reduced_as_numpy_does_it(n):
    """To the last bit, also with nan, and in whatever order the memory lies."""
    x = np.random.default_rng(n).standard_normal((40, 50, n)) * 10.0 ** np.arange(n)
    x[3, 4, 0] = np.nan
    for array in (x, np.asfortranarray(x), x[::2], x[:3, :3]):
        for ufunc in (np.add, np.maximum, np.minimum):
            for keepdims in (True, False):
                wanted = ufunc.reduce(array, axis=2, keepdims=keepdims)
                assert np.array_equal(reduced(ufunc, array, (2,), keepdims), wanted, equal_nan=True)


def test_large_arrays_are_swept_in_blocks_without_touching_what_is_shared():
    """Beyond two blocks: the same slopes as of the first elements alone, and constants, points and kept values unharmed."""
    x = np.random.default_rng(1).uniform(0.5, 1.5, 100_000)
    c, kept = x + 1.0, []

    def f(x):
        a = np.sin(x) * c
        b = (a - 0.3) ** 2.0
        kept.append(b)
        d = np.exp(-b) + b / x + a**1.5
        return np.sum(d * d + 1.0 / (1.0 + np.exp(-d)))

    before = x.copy(), c.copy()
    value, slopes = tape.value_and_gradient(f, x)
    assert value == pytest.approx(f(x), rel=1e-13)
    assert np.array_equal(before[0], x)
    assert np.array_equal(before[1], c)
    h = 2.0**-300
    with np.errstate(all="ignore"):
        a = np.sin(x + 1j * h) * c
        b = (a - 0.3) ** 2
        d = np.exp(-b) + b / (x + 1j * h) + a**1.5
        wanted = (d * d + 1 / (1 + np.exp(-d))).imag / h
    assert slopes == pytest.approx(wanted, rel=1e-11)
    assert kept[0].value == pytest.approx(kept[1], rel=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_let_go_is_missed(name, monkeypatch):
    """With every entry thinned out and every sweep in blocks of three elements the gradients are the same."""
    f, at = CASES[name][0], point(name)

    def energy(*x):
        y = f(*x)
        return np.sum(y * y * 0.5 + np.sin(y))

    wanted = tape.gradient(energy, at)
    monkeypatch.setattr("diffkit.recording.LARGE", 0)
    monkeypatch.setattr("diffkit.eager_arrays.BLOCK", 3)
    for got, slope in zip(tape.gradient(energy, at), wanted, strict=True):
        assert np.asarray(got) == pytest.approx(np.asarray(slope), rel=1e-14, abs=1e-15)
    _, pullback = tape.vjp(energy, at)
    for _ in range(2):  # a pullback can be called again
        for got, slope in zip(pullback(1.0), wanted, strict=True):
            assert np.asarray(got) == pytest.approx(np.asarray(slope), rel=1e-14, abs=1e-15)


ELEMENTWISE = [name for name, row in TABLE.items() if name in NUMPY_NAMES and name not in {"floor", "sign"}]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_large_arrays_have_the_slopes_of_their_elements(name):
    """Every row that NumPy has, on 40,000 elements: by name, in blocks, thinned out, against the row's own partial."""
    row = TABLE[name]
    dice = np.random.default_rng(3)
    low_high = [(max(low, -3.0), min(high, 3.0)) for low, high in row.domain]
    at = tuple(dice.uniform(low, high, 40_000) for low, high in low_high)
    function = getattr(np, NUMPY_NAMES[name])
    w = dice.standard_normal(40_000)
    got = tape.gradient(lambda *x: np.sum(function(*x) * w), at)
    F = namespaces.get("numpy")
    y = getattr(F, name)(*at)
    for i, slope in enumerate(got):
        assert slope == pytest.approx(w * local_derivative(name, i, F, y, list(at)), rel=1e-14)


@pytest.mark.parametrize(
    ("f", "shape"),
    [
        (lambda x: np.einsum("ij->", x) ** 2, (3, 4)),
        (lambda x: np.einsum("ij,ij->", x, x) ** 2, (3, 4)),
        (lambda x: np.einsum("ii", x) ** 2, (3, 3)),
        (lambda x: np.sum(np.einsum("ij,ij->ij", x, np.ones((3, 4))) ** 2), (1, 4)),
        (lambda x: np.sum(np.einsum("...i,...i->...", x, np.arange(24.0).reshape(2, 3, 4)) ** 2), (1, 4)),
        (lambda x: np.sum(np.average(x * x, axis=1, weights=np.arange(4.0)) ** 2), (3, 4)),
        (lambda x: np.sum(np.roll(x, (1, 2), axis=(0, 1)) * x), (3, 4)),
        (lambda x: np.sum(np.roll(x, 1, axis=(0, 1)) * x**2), (3, 4)),
    ],
)
def test_numbers_from_sums_short_axes_and_several_axes(f, shape):
    """Gradient against the complex step, Hessian against the complex step of the gradient in one direction."""
    x = np.random.default_rng(4).uniform(0.5, 1.5, shape)
    h = 2.0**-300
    wanted = np.array([f(x + 1j * h * e.reshape(shape)).imag / h for e in np.eye(x.size)]).reshape(shape)
    assert tape.gradient(f, x) == pytest.approx(wanted, rel=1e-12)
    v, d = np.cos(np.arange(x.size)).reshape(shape), 1e-4
    quotient = (tape.gradient(f, x + d * v) - tape.gradient(f, x - d * v)) / (2 * d)
    assert tape.hvp(f, x, v) == pytest.approx(quotient, rel=1e-6, abs=1e-6)
    assert np.tensordot(tape.hessian(f, x), v, x.ndim) == pytest.approx(tape.hvp(f, x, v), rel=1e-12, abs=1e-12)
