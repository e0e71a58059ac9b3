"""NumPy's functions with their options: values as NumPy gives them, slopes as differences do, and the same when compiled."""

import numpy as np
import pytest

from diffkit import tape

DICE = np.random.default_rng(3)
x, v, s = DICE.standard_normal((3, 4)), DICE.standard_normal(5), 0.73
CASES = {  # name: (function, where)
    "interp list": (lambda x: np.interp(x, [0.0, 1.0, 2.0], [1.0, 5.0, 2.0]), v),
    "interp scalar": (lambda x: np.interp(x, [0.0, 1.0, 2.0], [1.0, 5.0, 2.0]), s),
    "interp edge": (
        lambda x: np.interp(np.array([-1.0, 0.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0]) * 1.0, x, left=9.0),
        np.array([1.0, 5.0, 2.0]),
    ),
    "interp one": (lambda x: np.interp(x, [0.0], [1.0]), v),
    "interp 2d": (lambda x: np.interp(x, [0.0, 1.0, 2.0], [1.0, 5.0, 2.0], right=7.0), x),
    "quant scalar x": (lambda x: np.quantile(x, 0.3), s),
    "quant q arr2": (lambda x: np.quantile(x, [[0.1, 0.2], [0.5, 0.9]], axis=1), x),
    "quant -1": (lambda x: np.quantile(x, 0.25, axis=-1, keepdims=True), x),
    "perc list": (lambda x: np.percentile(x, [25, 75]), x),
    "quant tuple axis": (lambda x: np.quantile(x, 0.3, axis=(0, 1)), x),
    "median tuple": (lambda x: np.median(x, axis=(0, 1)), x),
    "median -1": (lambda x: np.median(x, axis=-1, keepdims=True), x),
    "round m": (lambda x: x.round(1) * x, x),
    "round neg": (lambda x: np.round(x * 100, -1) * x, x),
    "round scalar": (lambda x: np.round(x, 2) * x, s),
    "cumprod s": (lambda x: np.cumprod(x, axis=-1), x),
    "cumprod 0": (lambda x: np.cumprod(x, axis=0), x),
    "linspace vec": (lambda x: np.linspace(x, x + 1, 3), v),
    "linspace 1": (lambda x: np.linspace(x, x + 1, 1), s),
    "linspace 0": (lambda x: np.sum(np.linspace(x, x + 1, 0)) + x, s),
    "linspace step": (lambda x: np.linspace(x, 3, 4, retstep=True)[1] * x, s),
    "linspace np": (lambda x: np.linspace(0, x, 7)[-1], v),
    "linspace mixed": (lambda x: np.linspace(0.5, x, 4) + np.linspace(x, np.ones((2, 5)), 4)[:, 0], v),
    "meshgrid 3": (
        lambda x: np.meshgrid(x, np.arange(2.0), np.arange(3.0))[0] * np.meshgrid(x, np.arange(2.0), x)[2][:, :, :3],
        v,
    ),
    "meshgrid 1": (lambda x: np.meshgrid(x)[0], v),
    "mesh sparse": (lambda x: np.meshgrid(x, np.arange(2.0), sparse=True, indexing="ij")[0], v),
    "polyval 2d": (lambda x: np.polyval([1, 2, 3], x), x),
    "polyval const": (lambda x: np.polyval(x, 2.0), v),
    "trapz axis0": (lambda x: np.trapezoid(x, np.array([0.0, 1.0, 3.0]), axis=0), x),
    "trapz x2d": (lambda x: np.trapezoid(x, np.cumsum(np.ones((3, 4)), 1)), x),
    "conv same": (lambda x: np.convolve(x, np.ones(8), "same"), v),
    "conv valid": (lambda x: np.convolve(np.ones(7), x, "valid"), v),
    "corr full": (lambda x: np.correlate(x, np.arange(8.0), "full"), v),
    "corr same": (lambda x: np.correlate(x, np.arange(3.0), "same"), v),
    "corr same2": (lambda x: np.correlate(np.arange(3.0), x, "same"), v),
    "corr valid2": (lambda x: np.correlate(np.arange(3.0), x), v),
    "corr 4": (lambda x: np.correlate(x, np.arange(4.0), "same"), v),
    "conv same even": (lambda x: np.convolve(x, np.arange(4.0), "same"), v),
    "kron num": (lambda x: np.kron(x, 3.0), x),
    "kron 1 2": (lambda x: np.kron(np.arange(2.0), x), x),
    "kron list": (lambda x: np.kron([1.0, 2.0], x), v),
    "cross ax": (lambda x: np.cross(x, np.ones((3, 4)), axis=0), x),
    "cross list": (lambda x: np.cross(x, [1.0, 2.0, 3.0]), v[:3]),
    "rot": (lambda x: np.rot90(x, -3) + np.rot90(x, 5), x),
    "flip tuple": (lambda x: np.flip(x, (0, 1)), x),
    "flipud1": (lambda x: np.flipud(x), v),
    "dstack1": (lambda x: np.dstack([x, x]), v),
    "hsplit1": (lambda x: np.hsplit(x, [1, 3])[1], v),
    "array_split": (lambda x: np.array_split(x, 3)[0], v),
    "pad int": (lambda x: np.pad(x, 1, mode="reflect"), x),
    "pad pair": (lambda x: np.pad(x, (2, 1), "wrap"), v),
    "pad cv": (lambda x: np.pad(x, ((1, 0), (0, 1)), constant_values=((1, 2), (3, 4))), x),
    "diff pre arr": (lambda x: np.diff(x, prepend=np.zeros((3, 1))), x),
    "diff app axis0": (lambda x: np.diff(x, axis=0, append=2.0), x),
    "sum where b": (lambda x: np.sum(x, where=[True, False, True, True]), x),
    "mean where": (lambda x: np.mean(x, axis=0, where=x > -9), x),
    "max wh": (lambda x: np.max(x, axis=1, where=x > 0, initial=-5.0), x),
    "min init": (lambda x: x.min(initial=-9.0), x),
    "sum init m": (lambda x: x.sum(axis=0, initial=2.0), x),
    "prod wh": (lambda x: x.prod(where=x > 0), x),
    "mean f": (lambda x: np.mean(x, dtype=float), x),
    "sum np64": (lambda x: np.sum(x, dtype=np.float64), x),
    "nansum": (lambda x: np.nansum(x, axis=1, keepdims=True), x),
    "nanstd": (lambda x: np.nanstd(x, axis=1, ddof=1), x),
    "nanmean s": (lambda x: np.nanmean(x), v),
    "nanmax s": (lambda x: np.nanmax(x, axis=0), x),
    "mod neg": (lambda x: np.mod(x, -0.3) + x % 0.3 + (-0.3) % x, v),
    "divmod": (lambda x: np.divmod(x, 0.3)[1], v),
    "floordiv": (lambda x: x // 0.3 * x, v),
    "mod bc": (lambda x: x % np.array([0.1, 0.2, 0.3, 0.4]), x),
    "mod int": (lambda x: x % 2 + 7 % x + x // 1, s),
    "heavi": (lambda x: np.heaviside(x, x) * x, v),
    "copysign": (lambda x: np.copysign(2.0, x) * x + np.copysign(x, -1.0), v),
    "trunc s": (lambda x: np.trunc(x * 5) * x, -s),
    "fmax c": (lambda x: np.fmax(0.1, x) + np.fmin(x, [1, np.nan, 0, 0.1, 0.2]), v),
    "sinc0": (lambda x: np.sinc(x), np.array([0.0, 1e-9, 0.05, 1.0, -2.0])),
    "sinc s": (lambda x: np.sinc(x), 0.0),
    "select d": (lambda x: np.select([x > 1], [x * 2], -1.0), x),
    "select s": (lambda x: np.select([x > 0.5], [x * 2], -x), s),
    "piece s": (lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t * t]), s),
    "piece def": (lambda x: np.piecewise(x, [x < 0], [lambda t: -t, lambda t: t * t]), x),
    "piece num": (lambda x: np.piecewise(x, [x < 0, x > 1], [1.0, lambda t, k: k * t], 3.0), x),
    "piece zero": (lambda x: np.piecewise(x, [x < 0], [-1.0]) * x, x),
    "eigvalsh U": (lambda x: np.linalg.eigvalsh(x[:, :3], UPLO="U"), x),
    "eigh L": (lambda x: abs(np.linalg.eigh(x[:, :3])[1]), x),
    "svd t": (lambda x: np.linalg.svd(x, compute_uv=False), x),
    "svd tall": (lambda x: np.linalg.svdvals(x.T), x),
    "norm2": (lambda x: np.linalg.norm(x, 2), x),
    "norm nuc": (lambda x: np.linalg.norm(x, "nuc", keepdims=True), x),
    "lstsq": (lambda x: np.linalg.lstsq(x.T, np.arange(4.0), rcond=None)[0], x),
    "lstsq under": (lambda x: np.linalg.lstsq(x, np.arange(3.0), rcond=None)[0], x),
    "pinv wide": (lambda x: np.linalg.pinv(x), x),
    "mp0": (lambda x: np.linalg.matrix_power(x[:, :3], 0) * x[0, 0], x),
    "mp1": (lambda x: np.linalg.matrix_power(x[:, :3], 1), x),
    "mp7": (lambda x: np.linalg.matrix_power(x[:, :3], 7), x),
    "ltrace": (lambda x: np.linalg.trace(x.reshape(3, 2, 2)), x),
    "ldiag": (lambda x: np.linalg.diagonal(x.reshape(3, 2, 2)), x),
    "vecdot": (lambda x: np.vecdot(x, x, axis=0), x),
    "louter": (lambda x: np.linalg.outer(x, x), v),
    "cov1": (lambda x: np.cov(x), v),
    "cov": (lambda x: np.cov(x, ddof=0), x),
    "corr": (lambda x: np.corrcoef(x), x),
    "grad2": (lambda x: np.gradient(x, 0.5, 2.0)[1], x),
    "grad1": (lambda x: np.gradient(x), v),
    "searchs": (lambda x: np.searchsorted(x, 0.3) * x, np.sort(v)),
    "count": (lambda x: np.count_nonzero(x > 0, axis=0) * x, x),
    "compress": (lambda x: np.compress([0, 1, 1], x, 0), x),
    "extract": (lambda x: np.extract(x > 0, x), x),
    "matT": (lambda x: np.matrix_transpose(x), x),
    "outer list": (lambda x: np.outer([1.0, 2.0], x), v),
    "atl3": (lambda x: np.atleast_3d(x), v),
    "bcast": (lambda x: np.broadcast_arrays(x, np.ones((2, 5)))[0], v),
}


@pytest.mark.parametrize("name", CASES)
def test_values_and_slopes(name):
    """To 1e-13 of NumPy's values; <y_bar, J d> to what a central difference with h = 1e-6 allows."""
    f, at = CASES[name]
    wanted = np.asarray(f(at))
    y, pullback = tape.vjp(f, at)
    assert np.shape(y) == wanted.shape
    assert np.asarray(y) == pytest.approx(wanted, rel=1e-13, abs=1e-14)
    dice, h = np.random.default_rng(1), 1e-6
    y_bar = dice.standard_normal(np.shape(y)) if np.ndim(y) else 1.3
    d = dice.standard_normal(np.shape(at)) if np.ndim(at) else 1.0
    along = np.sum(y_bar * (np.asarray(f(at + h * d)) - np.asarray(f(at - h * d)))) / (2 * h)
    assert np.sum(pullback(y_bar) * d) == pytest.approx(along, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_the_same_when_compiled(name):
    """Value and slopes of the sum of sines."""
    f, at = CASES[name]

    def g(z):
        return np.sum(np.sin(f(z)))

    found, wanted = tape.compile(g, at)(at), tape.value_and_gradient(g, at)
    assert found[0] == pytest.approx(wanted[0], rel=1e-13)
    assert np.asarray(found[1]) == pytest.approx(np.asarray(wanted[1]), rel=1e-11, abs=1e-12)
