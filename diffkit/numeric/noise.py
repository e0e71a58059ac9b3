"""The noise of a function, measured from its values alone by a table of differences.

Letters: ``T_k`` the differences of order k of f at equally spaced points, ``sigma`` the rms of the random part of f.
Differencing makes the smooth part of f vanish like h^k and lets independent errors grow: the variance of T_k is
C(2k, k) sigma^2 (Hamming 1962), so that sigma can be read off where several orders agree (More and Wild 2011).
"""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median
from typing import Any

from diffkit.namespaces import quiet
from diffkit.numeric.callables import as_callable

POINTS = 17
ORDERS = range(2, 8)
AGREE = 4.0  # levels of successive orders that differ by less are one level (More and Wild 2011)
NORMAL = 1.4826  # rms over median of |T|, if T is normal; a median does not see the one spike that a kink makes
LOUD = 16.0  # noise above this part of |f| is believed only if no narrower spacing shows less
ODD = 2**25 + 1317  # points of full mantissas: at round numbers f is often exact by luck
WIDER, NARROWER = (0, 6, 12, 18, 22), (0, -6, -12, -18)  # binary orders by which the spacing is changed


def noise(f: Any, x: float, h: float | None = None) -> float:
    """The rms of the random part of f around x, absolute, from 17 values a spacing.

    sigma_k^2 = mean(T_k^2)/C(2k, k) is the same for all orders k once the smooth part of f has gone; three orders have to
    agree.  The mean is taken by a median, so that a kink or a jump nearby is not called noise (Hamming 1962; More and Wild 2011).

    Parameters
    ----------
    f : callable or str
        Of one number.
    x : float
    h : float, optional
        The spacing of the points.  By default 2^-26 |x| (2^-26 at 0), wider where values repeat, narrower where f is not smooth
        over it.  Noise depends on it: (1-cos x)/x^2 has 1e-16 at spacings below 1e-10 x and 5e-9 above 1e-8 x.

    Returns
    -------
    float
        0.0 where no difference of higher order is seen (a constant, an exact polynomial); nan if undetermined.

    Examples
    --------
    >>> import math
    >>> 1e-17 < noise(math.sin, 1.0) < 2e-16
    True
    >>> noise("2*x", 1.0)
    0.0
    """
    call = as_callable(f)
    if h is not None:
        return _level(_values(call, x, h))
    first = _values(call, x, _spacing(x, 0))
    doubted = math.nan
    for shift in WIDER if _repeats(first) else NARROWER:
        values = _values(call, x, _spacing(x, shift)) if shift else first
        level = _level(values)
        flat = level == 0.0 and _repeats(values) and shift < WIDER[-1]
        loud = level * LOUD > max(map(abs, values))  # beware: sin at 1e10, where 2^-26 x is many waves, looks so too
        if not (math.isnan(level) or flat or loud):
            return level
        doubted = level if loud and math.isnan(doubted) else doubted
    return doubted


def _spacing(x: float, shift: int) -> float:
    """An odd multiple of a power of two near 2^(shift-26) |x|, so that the points are equally spaced without rounding."""
    multiple = ODD << shift if shift >= 0 else ODD >> -shift | 1
    return multiple * (2 * math.ulp(x) if x else 2.0**-51)


def _values(f: Callable[[float], Any], x: float, h: float) -> list[float]:
    half = POINTS // 2
    with quiet():
        return [_value(f, x + i * h) for i in range(-half, half + 1)]


def _value(f: Callable[[float], Any], t: float) -> float:
    try:
        return float(f(t))
    except (ArithmeticError, ValueError):
        return math.nan


def _repeats(values: list[float]) -> bool:
    """Are half of all neighbours equal?"""
    return 2 * sum(a == b for a, b in pairwise(values)) >= POINTS - 1


def _level(values: list[float]) -> float:
    """The level on which three orders agree, nan if there is none."""
    if not all(map(math.isfinite, values)):
        return math.nan
    sigmas = list(_sigmas(values))
    for three in zip(sigmas, sigmas[1:], sigmas[2:]):
        if max(three) <= AGREE * min(three):
            return sum(three) / 3
    return math.nan


def _sigmas(values: list[float]) -> Iterator[float]:
    for k in range(1, ORDERS.stop):
        values = [b - a for a, b in pairwise(values)]
        if k in ORDERS:
            yield NORMAL * median(map(abs, values)) / math.sqrt(math.comb(2 * k, k))
