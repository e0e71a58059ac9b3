"""Gradients, Jacobians and Hessians from values of f, one coordinate after the other.

With a scheme of one step an entry is a number; with ``scheme="auto"`` an entry is an `Estimate` with an error bar and a status.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from diffkit.numeric.callables import as_callable, coordinates, is_array
from diffkit.numeric.schemes import default_step, scheme_rule

AUTO = "auto"


def gradient(f: Any, at: Any, scheme: str = "richardson", h: Any = None) -> Any:
    """The gradient of f by one difference quotient an input, structured like ``at``; f at the point itself is computed once.

    Parameters
    ----------
    f : callable or str
        Of as many arguments as ``at`` has coordinates (by name if ``at`` is a dict); of one array if ``at`` is an array.
    scheme : {"D+", "D-", "D0", "richardson", "complex-step", "auto"}
        With "auto" every entry is the `Estimate` of `derivative`, and of an array one Estimate whose fields are arrays.
    h : float, optional
        The step for every input; by default `default_step`.  "auto" finds its own.

    Examples
    --------
    >>> gradient("(a + b)*(b + 1)", (2, 1), scheme="D0")
    (2.0, 5.0)
    >>> print(gradient("abs(x)*y", {"x": 0, "y": 3}, scheme="auto")["x"].status)
    kink
    """
    call, values, restore = coordinates(as_callable(f), at)
    centre = cache(lambda: call(values))
    lines = [_along(call, values, i, centre) for i in range(len(values))]
    if scheme == AUTO:
        from diffkit.numeric.estimate import derivative

        found = [derivative(line, x) for line, x in zip(lines, values, strict=True)]
        return _restored([_named(e, f, name) for e, name in zip(found, _names(f, at), strict=True)], at, restore)
    quotient = scheme_rule(scheme).quotient
    own = h is not None or scheme == "complex-step"  # which, without a step of yours, is guarded
    return restore([quotient(line, x, h if own else default_step(scheme, x)) for line, x in zip(lines, values, strict=True)])


def _along(call: Callable[[Sequence[Any]], Any], values: list[Any], i: int, centre: Callable[[], Any]) -> Callable[[Any], Any]:
    """f as a function of coordinate i alone; f at the point itself is known."""
    x = values[i]

    def line(t: Any) -> Any:
        if type(t) is type(x) and not is_array(t) and t == x:
            return centre()
        return call([*values[:i], t, *values[i + 1 :]])

    return line


def _names(f: Any, at: Any) -> list[str]:
    """What the coordinates of the point are called."""
    if isinstance(at, dict):
        return [str(name) for name in at]
    inputs = getattr(as_callable(f), "inputs", ())
    size = at.size if is_array(at) else len(at) if isinstance(at, (tuple, list)) else 1
    return list(inputs) if len(inputs) == size else [f"x[{i}]" for i in range(size)] if size > 1 else ["x"]


def _named(estimate: Any, f: Any, *names: str) -> Any:
    """The estimate with the text or name of f, and the coordinates' names."""
    from diffkit.numeric.estimate import title

    point = dict(zip(names, estimate.at.values(), strict=True))
    return dataclasses.replace(estimate, expression=title(f), at=point)


def _restored(entries: list[Any], at: Any, restore: Callable[[Sequence[Any]], Any]) -> Any:
    """Estimates in the form of the point: those of an array as one."""
    if not is_array(at):
        return restore(entries)
    import numpy as np

    from diffkit.results.estimate import COLUMNS

    def column(name: str) -> Any:
        cells = [getattr(e, name) for e in entries]
        return np.array([math.nan if c is None else c for c in cells]).reshape(at.shape)

    return dataclasses.replace(entries[0], at={"x": np.array(at, dtype=float)}, **{name: column(name) for name in COLUMNS})


def jacobian(f: Any, at: Any, scheme: str = "richardson", h: Any = None) -> Any:
    """The derivative of every output of f by every input; a tuple of rows, each structured like ``at``: see `gradient`.

    Examples
    --------
    >>> jacobian("x*y, x + y", (2, 4), scheme="D0")
    ((4.0, 2.0), (1.0, 1.0))
    """
    call, values, _ = coordinates(as_callable(f), at)
    outputs = call(values)
    several = hasattr(outputs, "__len__")

    def output(i: int) -> Callable[..., Any]:
        return _Output(as_callable(f), i) if several else as_callable(f)

    return tuple(gradient(output(i), at, scheme, h) for i in range(len(outputs) if several else 1))


class _Output:
    """One output of a function of several, with the names of its inputs."""

    def __init__(self, f: Callable[..., Any], i: int) -> None:
        self.f, self.i = f, i
        if hasattr(f, "inputs"):
            self.inputs = f.inputs

    def __call__(self, *x: Any, **named: Any) -> Any:
        return self.f(*x, **named)[self.i]

    def __str__(self) -> str:
        return f"{self.f if hasattr(self.f, 'inputs') else getattr(self.f, '__name__', 'f')}"


def hessian(f: Any, at: Any, h: Any = None, scheme: str = "D0") -> Any:
    """The second derivatives of f by central differences, rows and columns structured like ``at``.

    (f(x+h,y+k) - f(x+h,y-k) - f(x-h,y+k) + f(x-h,y-k))/(4hk), and (f(x+h) - 2f(x) + f(x-h))/h^2 on the diagonal; truncation
    O(h^2), rounding 4u|f|/h^2, so about half of the digits are right at the default step, the power of two nearest
    eps^(1/4) max(1, |x|), if f changes over lengths of max(1, |x|): sin(1000 x) does not.

    Parameters
    ----------
    f : callable or str
    at : point
    h : float, optional
        The step for every input.
    scheme : {"D0", "auto"}
        With "auto" every entry is an `Estimate`, extrapolated over a ladder of steps, with an error bar and a status.

    Examples
    --------
    >>> hessian("x^2*y", (4, 2), h=0.5)
    ((4.0, 8.0), (8.0, 0.0))
    >>> hessian("x^2*y", (4, 2), scheme="auto")[0][1].value
    8.0
    """
    call, values, restore = coordinates(as_callable(f), at)
    if scheme == AUTO:
        return _estimated(f, at, call, values, restore)
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


def _estimated(
    f: Any, at: Any, call: Callable[[Sequence[Any]], Any], values: list[Any], restore: Callable[[Sequence[Any]], Any]
) -> Any:
    """The Hessian as Estimates; an array of them for an array."""
    from diffkit.numeric.second import second

    names, n = _names(f, at), len(values)
    upper = {(i, j): second(call, values, i, j, names) for i in range(n) for j in range(i, n)}
    rows = [[_named(upper[min(i, j), max(i, j)], f, *_pair(names, i, j)) for j in range(n)] for i in range(n)]
    if not is_array(at):
        return restore([restore(row) for row in rows])
    import numpy as np

    return np.array(rows, dtype=object).reshape(*at.shape, *at.shape)


def _pair(names: list[str], i: int, j: int) -> list[str]:
    return [names[k] for k in sorted({i, j})]
