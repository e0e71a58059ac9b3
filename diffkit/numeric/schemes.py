"""Difference quotients, Richardson extrapolation and the complex step, and what each scheme is called.

Letters: ``h`` is the nominal step, ``p`` the order of accuracy (error ~ C h^p until rounding, ~ u|f|/h, takes over).
A quotient divides by the step actually taken, (x+h) - x, not by h, because x+h is rounded; ``nominal=True`` gives the
textbook's naive quotient instead.  f is only ever called: on floats, on Fractions, on arrays where it takes them.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from diffkit.errors import NumberError, UsageError
from diffkit.floats import EPS
from diffkit.messages import say
from diffkit.namespaces import quiet
from diffkit.numeric.callables import as_callable, elementwise, is_array, real, unfit

STEP_OF_D0 = 2.0**-17  # of the guard of the complex step, relative
UNREAL = 2.0**-40  # imaginary part on the real axis, relative, that rounding explains
CLOSE = 1e-3  # relative difference from D0 that its own truncation explains
TINY_STEP = 2.0**-332  # about 1e-100: its square vanishes beside 1, and tiny derivatives times it do not underflow


def _ready(f: Any, x: Any, h: Any) -> tuple[Callable[[Any], Any], Any, Any]:
    """f, x and h such that f can be called on x + h: whole numbers become floats, sequences arrays."""
    call = as_callable(f)
    if isinstance(x, (list, tuple)) or isinstance(h, (list, tuple)) or is_array(x) or is_array(h):
        import numpy as np

        # f(x) must come from the same code as f(x+h), so a lone x becomes an array too
        return elementwise(call), np.atleast_1d(np.asarray(x, dtype=float)), np.asarray(h, dtype=float)
    return call, real(x), real(h)


def _quotient(rise: Any, run: Any) -> Any:
    """rise/run; a step that vanished in x + h gives nan."""
    if is_array(rise) or is_array(run):
        import numpy as np

        with np.errstate(all="ignore"):
            return rise / np.where(run == 0, np.nan, run)
    return rise / run if run else float("nan")


def forward_difference(f: Any, x: Any, h: Any, nominal: bool = False) -> Any:
    """D+ = (f(x+h) - f(x))/h, of order 1: D+ - f' = (h/2) f'' + (h^2/6) f''' + ...

    Parameters
    ----------
    f : callable or str
        Of one argument.
    x, h : float or array
        Point and step; they broadcast.
    nominal : bool
        Divide by h itself instead of by the step actually taken.

    Returns
    -------
    float or array
        nan where x + h equals x and the step was to be the one taken.

    Examples
    --------
    >>> import math
    >>> f"{forward_difference(math.exp, 0.0, 1e-4, nominal=True):.15f}"
    '1.000050001667141'
    """
    f, x, h = _ready(f, x, h)
    above = x + h
    return _quotient(f(above) - f(x), h if nominal else above - x)


def backward_difference(f: Any, x: Any, h: Any, nominal: bool = False) -> Any:
    """D- = (f(x) - f(x-h))/h, of order 1: D- - f' = -(h/2) f'' + (h^2/6) f''' - ...; see `forward_difference`.

    Examples
    --------
    >>> backward_difference("x^2", 1.0, 0.5)
    1.5
    """
    f, x, h = _ready(f, x, h)
    below = x - h
    return _quotient(f(x) - f(below), h if nominal else x - below)


def central_difference(f: Any, x: Any, h: Any, nominal: bool = False) -> Any:
    """D0 = (f(x+h) - f(x-h))/(2h), of order 2: D0 - f' = (h^2/6) f''' + ...; see `forward_difference`.

    Examples
    --------
    >>> central_difference("x^3", 1.0, 0.5)
    3.25
    """
    f, x, h = _ready(f, x, h)
    return _central(f, x, h, nominal)


def _central(f: Callable[[Any], Any], x: Any, h: Any, nominal: bool) -> Any:
    above, below = x + h, x - h
    return _quotient(f(above) - f(below), 2 * h if nominal else above - below)


def richardson(f: Any, x: Any, h: Any, nominal: bool = False) -> Any:
    """R = (4 D0(h) - D0(2h))/3, of order 4: R - f' = -(h^4/30) f5 - ... (Richardson 1911); see `forward_difference`.

    Examples
    --------
    >>> from fractions import Fraction
    >>> richardson(lambda x: x**3, Fraction(1, 3), Fraction(1, 1024))
    Fraction(1, 3)
    """
    f, x, h = _ready(f, x, h)
    return (4 * _central(f, x, h, nominal) - _central(f, x, 2 * h, nominal)) / 3


def complex_step(f: Any, x: Any, h: Any = None) -> Any:
    """Im f(x + ih)/h, of order 2 and without a subtraction, so h may be tiny: -(h^2/6) f''' + ... (Squire, Trapp 1998).

    f must continue analytically from the real axis, and be evaluated by operations that take complex numbers.  At a kink it
    answers for the branch that f(x) takes.  It is guarded: f(x + 0i) must be real, and at the default step D0 must agree to
    three digits; where it does not, `derivative` decides.

    Parameters
    ----------
    f : callable or str
    x : float or array
    h : float or array, optional
        By default `default_step`; with a step of your own there is no comparison with D0.

    Returns
    -------
    float or array
        nan where f(x) itself is not finite: beside the real axis log(-1) is a number, on it there is none.

    Raises
    ------
    NumberError
        If f does not take complex numbers (status not-applicable), or is not analytic, as abs of Python is not (not-analytic).

    Examples
    --------
    >>> complex_step("x^3", 2.0)
    12.0
    """
    call = as_callable(f)
    if isinstance(x, (list, tuple)) or is_array(x) or is_array(h):
        return _complex_steps(call, x, h)
    step = default_step("complex-step", float(x)) if h is None else h
    with quiet():
        on_axis = call(float(x))
        if isinstance(on_axis, complex):
            raise unfit(on_axis)
        if not math.isfinite(on_axis):
            return math.nan
        slope = float(_imaginary(call, float(x), step))
    return slope if h is not None or _agrees(call, float(x), slope) else _contested(call, float(x), slope)


def _complex_steps(call: Callable[..., Any], x: Any, h: Any) -> Any:
    import numpy as np

    x = np.atleast_1d(np.asarray(x, dtype=float))
    step = np.vectorize(partial(default_step, "complex-step"), otypes=[float])(x) if h is None else np.asarray(h, dtype=float)
    with quiet():
        finite = np.isfinite(elementwise(call)(x))
        slopes = np.where(finite, np.asarray(_imaginary(call, np.where(finite, x, np.nan), step), dtype=float), np.nan)
    if h is None:
        distrusted = finite & ~_agrees(call, x, slopes)
        for t, slope in zip(x[distrusted].tolist(), slopes[distrusted].tolist(), strict=True):
            _contested(call, t, slope)
    return slopes


def _imaginary(call: Callable[..., Any], x: Any, h: Any) -> Any:
    try:
        slope = call(x + 1j * h).imag / h
        on = call(x + 0j)
        unreal = abs(on.imag) > abs(on.real) * UNREAL
    except (TypeError, ArithmeticError, AttributeError) as error:
        raise NumberError(f"the complex step needs a function of complex numbers: {error}", status="not-applicable") from None
    if unreal.any() if is_array(unreal) else unreal:
        raise NumberError(say("complex.unreal"), status="not-analytic")
    return slope


def _agrees(call: Callable[..., Any], x: Any, slope: Any) -> Any:
    """Do the complex step and D0 agree to three digits, as far as rounding lets D0 say?"""
    h = abs(x) * STEP_OF_D0 + STEP_OF_D0
    f = elementwise(call) if is_array(x) else call
    try:
        with quiet():
            above, below = f(x + h), f(x - h)
            rounding = 8 * EPS * (abs(above) + abs(below)) / h
            return abs((above - below) / (2 * h) - slope) <= CLOSE * abs(slope) + rounding
    except (ArithmeticError, ValueError):
        return False


def _contested(call: Callable[..., Any], x: float, slope: float) -> float:
    """The slope of a complex step that D0 denies, unless the estimate from values of f denies it too."""
    from diffkit.numeric.estimate import derivative

    estimate = derivative(call, x)
    sure = estimate.status in ("ok", "superconvergent", "limited-smoothness")
    if sure and abs(slope - estimate.value) > 2 * estimate.error + CLOSE**2 * abs(estimate.value):
        said = say("complex.disagrees", slope=f"{slope:.6g}", value=f"{estimate.value:.6g}")
        raise NumberError(said, remedy=say("complex.remedy"), status="not-analytic")
    return slope


class SchemeRule(NamedTuple):
    """A scheme: its quotient, its order of accuracy, and how many evaluations of f a gradient of n entries takes."""

    quotient: Callable[..., Any]
    order_of_accuracy: int
    evaluations: Callable[[int], int]


SCHEMES = {
    "D+": SchemeRule(forward_difference, 1, lambda n: n + 1),
    "D-": SchemeRule(backward_difference, 1, lambda n: n + 1),
    "D0": SchemeRule(central_difference, 2, lambda n: 2 * n),
    "richardson": SchemeRule(richardson, 4, lambda n: 4 * n),
    "complex-step": SchemeRule(complex_step, 2, lambda n: 4 * n + 1),  # f(x) once, f(x+0i), f(x+ih) and D0, its guard
}


def default_step(scheme: str, x: float) -> float:
    """The usual step without knowledge of f: the power of two nearest eps^(1/(p+1)) max(1, |x|).

    Examples
    --------
    >>> default_step("D0", 1.0) == 2.0**-17
    True
    """
    if scheme == "complex-step":
        return min(TINY_STEP, abs(x) * 2.0**-60) or TINY_STEP
    p = SCHEMES[scheme].order_of_accuracy
    size = max(1.0, abs(x)) * EPS ** (1 / (p + 1))
    return 2.0 ** round(math.log2(size)) if math.isfinite(size) else size


def scheme_rule(name: str) -> SchemeRule:
    if name not in SCHEMES:
        raise UsageError(f"unknown scheme '{name}'", remedy=f"the schemes are {', '.join(SCHEMES)}")
    return SCHEMES[name]
