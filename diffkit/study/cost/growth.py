"""How the cost of an engine grows with n: a power or an exponential fitted to counts, and the line that evaluations lie on."""

import math
from collections.abc import Sequence

from diffkit.results import CostRow, Growth

STEEP = 2.5  # exponents above this may be those of exponential growth
NEAR = 0.15  # exponents so near to a whole number are called that number


def fitted(engine: str, rows: Sequence[CostRow]) -> Growth | None:
    """How the ratio grows, from the counts of one engine; None from fewer than 3 members."""
    known = [row for row in rows if row.engine == engine and row.ratio and row.n is not None]
    if len(known) < 3:
        return None
    by_inputs = len({row.inputs for row in known}) > 1
    upper = known[-max(3, len(known) // 2) :]
    points = [(row.inputs if by_inputs else row.n or 0, row.ratio or 0.0) for row in upper]
    exponent = slope(points)
    return Growth(
        engine=engine,
        against="the number of inputs n" if by_inputs else "n",
        exponent=exponent,
        order=order(exponent, points),
        largest_ratio=max(row.ratio or 0.0 for row in known),
        evaluations=law([(row.inputs, row.evaluations or 0) for row in known]) if by_inputs else "",
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The least squares slope of log y over log x.

    Examples
    --------
    >>> round(slope([(1, 3), (2, 12), (4, 48)]), 12)
    2.0
    """
    return _line([(math.log(x), math.log(y)) for x, y in points])[0]


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The least squares slope of y over x, and the sum of the squares it leaves."""
    x_mean, y_mean = (sum(values) / len(points) for values in zip(*points))
    a = sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)
    return a, sum((y - y_mean - a * (x - x_mean)) ** 2 for x, y in points)


def order(exponent: float, points: Sequence[tuple[float, float]] = ()) -> str:
    """The growth in words of the field; exponential if that is the better fit to the points and steeper than O(n^2).

    Examples
    --------
    >>> order(0.04), order(0.97), order(2.1), order(1.5), order(5.8, [(7, 127), (8, 279), (9, 608)])
    ('O(1)', 'O(n)', 'O(n^2)', 'O(n^1.5)', 'O(2.2^n)')
    """
    whole = round(exponent)
    if exponent > STEEP and points:
        rate, left = _line([(x, math.log(y)) for x, y in points])
        if left < _line([(math.log(x), math.log(y)) for x, y in points])[1]:
            return f"O({math.exp(rate):.2g}^n)"
    if abs(exponent - whole) > NEAR:
        return f"O(n^{exponent:.2g})"
    return "O(1)" if whole == 0 else "O(n)" if whole == 1 else f"O(n^{whole})"


def law(points: Sequence[tuple[int, int]]) -> str:
    """The line through all the points, such as n + 1 or 2n; empty if there is none with whole coefficients.

    Examples
    --------
    >>> law([(2, 3), (4, 5), (8, 9)]), law([(2, 8), (3, 12)]), law([(2, 1), (3, 1)]), law([(1, 2), (2, 4), (3, 9)])
    ('n + 1', '4n', '1', '')
    """
    (x0, y0), (x1, y1) = points[0], points[-1]
    a, rest = divmod(y1 - y0, x1 - x0)
    b = y0 - a * x0
    if rest or any(a * x + b != y for x, y in points):
        return ""
    scaled = "" if a == 0 else "n" if a == 1 else f"{a}n"
    return f"{scaled} {'+' if b > 0 else '-'} {abs(b)}" if a and b else scaled or str(b)
