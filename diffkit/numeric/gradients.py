"""Gradients, Jacobians and Hessians by difference quotients, one coordinate after the other."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from diffkit.numeric.callables import as_callable, coordinates, is_array
from diffkit.numeric.schemes import default_step, scheme_rule


def gradient(f: Any, at: Any, scheme: str = "richardson", h: Any = None) -> Any:
    """The gradient of f by one difference quotient an input, structured like ``at``; f at the point itself is computed once.

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
    call, values, restore = coordinates(as_callable(f), at)
    quotient = scheme_rule(scheme).quotient
    slopes, centre = [], cache(lambda: call(values))
    for i, x in enumerate(values):

        def along(t: Any, i: int = i, x: Any = x) -> Any:
            return centre() if not is_array(t) and t == x else call([*values[:i], t, *values[i + 1 :]])

        slopes.append(quotient(along, x, default_step(scheme, x) if h is None else h))
    return restore(slopes)


def jacobian(f: Any, at: Any, scheme: str = "richardson", h: Any = None) -> Any:
    """The derivative of every output of f by every input; a tuple of rows, each structured like ``at``.

    Examples
    --------
    >>> jacobian("x*y, x + y", (2, 4), scheme="D0")
    ((4.0, 2.0), (1.0, 1.0))
    """
    call, values, restore = coordinates(as_callable(f), at)
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
    call, values, restore = coordinates(as_callable(f), at)
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
