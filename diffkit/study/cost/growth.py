"""How the cost of an engine grows with n, from exact counts.

Where the operations of the engine and of f are polynomials in n, through all members and one or two more than it takes to find
them, the order of their ratio is known: O(n).  Elsewhere a power or an exponential is fitted: ~O(n^1.6), ~O(2.2^n).
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from diffkit.results import CostRow, Growth

FEWEST, FITTED = 3, 4  # members from which growth is stated, and from which it is fitted
NEAR = 0.15  # exponents so near to a whole number are called that number

Points = Sequence[tuple[int, Fraction]]


def fitted(engine: str, rows: Sequence[CostRow]) -> Growth | None:
    """How the ratio grows, from the counts of one engine; None from fewer than 3 members."""
    known = [row for row in rows if row.engine == engine and row.ratio and row.n is not None]
    if len(known) < FEWEST:
        return None
    by_inputs = len({row.inputs for row in known}) == len(known)
    places = [row.inputs if by_inputs else row.n or 0 for row in known]
    exponent, order = _order(places, [(row.operations or 0, row.f_operations) for row in known])
    return Growth(
        engine=engine,
        against="the number of inputs n" if by_inputs else "n",
        exponent=exponent,
        order=order,
        largest_ratio=max(row.ratio or 0.0 for row in known),
        evaluations=law([(row.inputs, row.evaluations or 0) for row in known]) if by_inputs else "",
    )


def _order(places: Sequence[int], counts: Sequence[tuple[int, int]]) -> tuple[float | None, str]:
    """The exponent and the order of the ratio of two counts; None and nothing if there are too few to tell."""
    columns = zip(*((Fraction(a, b), Fraction(a), Fraction(b)) for a, b in counts))
    ratios, ours, of_f = ([*zip(places, values)] for values in columns)
    known = degree(ratios)
    if known is None and None not in (degrees := (degree(ours), degree(of_f))):
        known = (degrees[0] or 0) - (degrees[1] or 0)
    if known is not None:
        return float(known), named(known)
    return estimate([(x, float(y)) for x, y in ratios]) if len(places) >= FITTED else (None, "")


def degree(points: Points) -> int | None:
    """The degree of the polynomial through all points, by divided differences; None if no point confirms it, or it falls.

    A line is confirmed by one point more than it takes to draw it, other curves by two.

    Examples
    --------
    >>> degree([(n, Fraction(n * n)) for n in (2, 4, 8, 16, 32)]), degree([(1, Fraction(1)), (2, Fraction(2)), (3, Fraction(4))])
    (2, None)
    """
    row = [y for _, y in points]
    for d in range(len(points) - 1):
        leading = row[-1]
        gaps = [points[i + d + 1][0] - points[i][0] for i in range(len(row) - 1)]
        row = [(b - a) / gap for (a, b), gap in zip(pairwise(row), gaps)]
        if not any(row):
            return d if (len(row) > 1 or d < 2) and (leading > 0 or not d) else None
    return None


def estimate(points: Sequence[tuple[float, float]]) -> tuple[float, str]:
    """The power or, if it fits better and the slope on logarithmic scales rises, the exponential through the upper half.

    Examples
    --------
    >>> estimate([(n, n**1.5) for n in (8, 16, 32, 64)])[1], estimate([(n, 2.2**n) for n in (5, 6, 7, 8)])[1]
    ('~O(n^1.5)', '~O(2.2^n)')
    """
    upper = points[-max(FITTED, len(points) // 2) :]
    exponent, left = _line([(math.log(x), math.log(y)) for x, y in upper])
    first, *_, last = (slope(pair) for pair in pairwise(upper))
    if last < NEAR and last <= first:  # it levels off
        return last, f"~{named(0)}"
    rate, left_by_rate = _line([(x, math.log(y)) for x, y in upper])
    if left_by_rate < left and last > first + NEAR:
        return exponent, f"~O({math.exp(rate):.2g}^n)"
    return exponent, f"~{named(exponent)}"


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


def named(exponent: float) -> str:
    """A power of n in words of the field.

    Examples
    --------
    >>> named(0.04), named(0.97), named(2), named(1.5)
    ('O(1)', 'O(n)', 'O(n^2)', 'O(n^1.5)')
    """
    whole = round(exponent)
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
