"""Numeric differentiation: difference quotients, Richardson extrapolation and the complex step, of any callable.

Letters: ``h`` is the nominal step, ``p`` the order of accuracy (error ~ C h^p until rounding, ~ u|f|/h, takes over).
A quotient divides by the step actually taken, (x+h) - x, not by h, because x+h is rounded; ``nominal=True`` gives the
textbook's naive quotient instead.  f is only ever called: on floats, on Fractions, on arrays where it takes them.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from diffkit.errors import NumberError, UsageError
from diffkit.floats import EPS
from diffkit.namespaces import quiet
from diffkit.points import like

TINY_STEP = 2.0**-332  # about 1e-100: its square vanishes beside 1, and tiny derivatives times it do not underflow


def as_callable(f: Any) -> Callable[..., Any]:
    """A callable from a callable or a text."""
    if isinstance(f, str):
        from diffkit.language import parse

        return parse(f)
    if not callable(f):
        raise UsageError(f"a function is a text, a Program or a Python callable, not {type(f).__name__}")
    return f  # type: ignore[no-any-return]


def _is_array(x: Any) -> bool:
    return getattr(x, "ndim", 0) > 0


def _ready(f: Any, x: Any, h: Any) -> tuple[Callable[[Any], Any], Any, Any]:
    """f, x and h such that f can be called on x + h: whole numbers become floats, sequences arrays."""
    call = as_callable(f)
    if isinstance(x, (list, tuple)) or isinstance(h, (list, tuple)) or _is_array(x) or _is_array(h):
        import numpy as np

        # f(x) must come from the same code as f(x+h), so a lone x becomes an array too
        return _elementwise(call), np.atleast_1d(np.asarray(x, dtype=float)), np.asarray(h, dtype=float)
    return call, _real(x), _real(h)


def _elementwise(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f on arrays: in one call if it takes arrays, else one element after the other."""
    import numpy as np

    def vectorised(x: Any) -> Any:
        try:
            with np.errstate(all="ignore"):
                y = np.asarray(f(x), dtype=float)
        except (TypeError, ValueError):  # math.sin of an array, `if x > 0` of an array
            return np.array([float(f(float(t))) for t in x.ravel()]).reshape(x.shape)
        return np.broadcast_to(y, x.shape)

    return vectorised


def _quotient(rise: Any, run: Any) -> Any:
    """rise/run; a step that vanished in x + h gives nan."""
    if _is_array(rise) or _is_array(run):
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
    answers for the branch that f(x) takes.

    Parameters
    ----------
    f : callable or str
    x : float or array
    h : float or array, optional
        By default `default_step`.

    Returns
    -------
    float or array
        nan where f(x) itself is not finite: beside the real axis log(-1) is a number, on it there is none.

    Raises
    ------
    NumberError
        If f does not take complex numbers.

    Examples
    --------
    >>> complex_step("x^3", 2.0)
    12.0
    """
    call = as_callable(f)
    if isinstance(x, (list, tuple)) or _is_array(x) or _is_array(h):
        return _complex_steps(call, x, h)
    h = default_step("complex-step", float(x)) if h is None else h
    with quiet():
        return float(_imaginary(call, x, h)) if math.isfinite(call(float(x))) else math.nan


def _complex_steps(call: Callable[..., Any], x: Any, h: Any) -> Any:
    import numpy as np

    x = np.atleast_1d(np.asarray(x, dtype=float))
    h = np.vectorize(partial(default_step, "complex-step"), otypes=[float])(x) if h is None else np.asarray(h, dtype=float)
    with quiet():
        steps = np.asarray(_imaginary(call, x, h), dtype=float)
        return np.where(np.isfinite(_elementwise(call)(x)), steps, np.nan)


def _imaginary(call: Callable[..., Any], x: Any, h: Any) -> Any:
    try:
        return call(x + 1j * h).imag / h
    except (TypeError, ArithmeticError, AttributeError) as error:
        raise NumberError(f"the complex step needs a function of complex numbers: {error}", status="not-applicable") from None


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
    "complex-step": SchemeRule(complex_step, 2, lambda n: 2 * n),  # f(x) too, to see that it is a number
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


def gradient(f: Any, at: Any, scheme: str = "richardson", h: Any = None) -> Any:
    """The gradient of f by one difference quotient an input, structured like ``at``.

    Parameters
    ----------
    f : callable or str
        Of as many arguments as ``at`` has coordinates (by name if ``at`` is a dict); of one array if ``at`` is an array.
    scheme : {"D+", "D-", "D0", "richardson", "complex-step"}
    h : float, optional
        The step for every input; by default `default_step`.

    Examples
    --------
    >>> gradient("(a + b)*(b + 1)", (2, 1), scheme="D0")
    (2.0, 5.0)
    """
    call, values, restore = _coordinates(as_callable(f), at)
    quotient = _scheme(scheme).quotient
    slopes = []
    for i, x in enumerate(values):

        def along(t: Any, i: int = i) -> Any:
            return call([*values[:i], t, *values[i + 1 :]])

        slopes.append(quotient(along, x, default_step(scheme, x) if h is None else h))
    return restore(slopes)


def _scheme(name: str) -> SchemeRule:
    if name not in SCHEMES:
        raise UsageError(f"unknown scheme '{name}'", remedy=f"the schemes are {', '.join(SCHEMES)}")
    return SCHEMES[name]


def _coordinates(
    f: Callable[..., Any], at: Any
) -> tuple[Callable[[Sequence[Any]], Any], list[Any], Callable[[Sequence[Any]], Any]]:
    """f as a function of a list of coordinates, the coordinates, and the way back to the form of ``at``."""
    if isinstance(at, dict):
        return lambda x: f(**dict(zip(at, x))), [_real(x) for x in at.values()], lambda r: dict(zip(at, r))
    if isinstance(at, (tuple, list)):
        return lambda x: f(*x), [_real(x) for x in at], lambda r: like(at, r)
    if _is_array(at):
        return _array_coordinates(f, at)
    return lambda x: f(x[0]), [_real(at)], lambda r: r[0]


def _array_coordinates(
    f: Callable[..., Any], at: Any
) -> tuple[Callable[[Sequence[Any]], Any], list[Any], Callable[[Sequence[Any]], Any]]:
    import numpy as np

    names = getattr(f, "inputs", None)  # a Program takes its inputs one by one, a callable the array whole
    if names is not None and len(names) != 1:
        return lambda x: f(*x), [float(x) for x in at.ravel()], lambda r: np.array(r).reshape(at.shape)
    return (
        lambda x: f(np.array(x).reshape(at.shape)),
        [float(x) for x in at.ravel()],
        lambda r: np.array(r).reshape(np.shape(r[0])[:0] + at.shape + np.shape(r[0])),
    )


def _real(x: Any) -> Any:
    """A float for a whole number, of Python's or NumPy's; Fractions and other exact numbers stay."""
    return float(x) if hasattr(x, "__index__") else x


def jacobian(f: Any, at: Any, scheme: str = "richardson", h: Any = None) -> Any:
    """The derivative of every output of f by every input; a tuple of rows, each structured like ``at``.

    Examples
    --------
    >>> jacobian("x*y, x + y", (2, 4), scheme="D0")
    ((4.0, 2.0), (1.0, 1.0))
    """
    call, values, restore = _coordinates(as_callable(f), at)
    outputs = call(values)
    count = len(outputs) if hasattr(outputs, "__len__") else 1

    def output(i: int) -> Callable[..., Any]:
        return lambda *x: call(x)[i] if hasattr(outputs, "__len__") else call(x)

    return tuple(restore(list(gradient(output(i), tuple(values), scheme, h))) for i in range(count))


def hessian(f: Any, at: Any, h: Any = None) -> Any:
    """The second derivatives of f by central differences, rows and columns structured like ``at``.

    (f(x+h,y+k) - f(x+h,y-k) - f(x-h,y+k) + f(x-h,y-k))/(4hk), and (f(x+h) - 2f(x) + f(x-h))/h^2 on the diagonal; truncation
    O(h^2), rounding 4u|f|/h^2, so about half of the digits are right at the default step, the power of two nearest
    eps^(1/4) max(1, |x|), if f changes over lengths of max(1, |x|): sin(1000 x) does not.

    Examples
    --------
    >>> hessian("x^2*y", (4, 2), h=0.5)
    ((4.0, 8.0), (8.0, 0.0))
    """
    call, values, restore = _coordinates(as_callable(f), at)
    steps = [h if h is not None else 2.0 ** round(math.log2(max(1.0, abs(x)) * 2**-13)) for x in values]

    def moved(*moves: tuple[int, int]) -> Any:
        x = list(values)
        for i, sign in moves:
            x[i] = x[i] + sign * steps[i]
        return call(x)

    def entry(i: int, j: int) -> Any:
        if i == j:
            return (moved((i, 1)) - 2 * moved() + moved((i, -1))) / steps[i] ** 2
        corners = moved((i, 1), (j, 1)) - moved((i, 1), (j, -1)) - moved((i, -1), (j, 1)) + moved((i, -1), (j, -1))
        return corners / (4 * steps[i] * steps[j])

    n = len(values)
    return restore([restore([entry(i, j) for j in range(n)]) for i in range(n)])
