"""The accuracy of every row of the primitive table, measured over its domain against ball arithmetic.

Value and partials are judged in math and in NumPy; where a textbook's form of a partial stands in the row, it is judged at the
same points, so that what it loses can be read off.  The reference uses none of our rules: a Program of the one operation,
differentiated by FLINT's own power series.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from diffkit import algebra, namespaces, truth
from diffkit.errors import NumberError, UsageError
from diffkit.floats import ulps
from diffkit.primitives import TABLE, Primitive
from diffkit.program import Builder, Program
from diffkit.results import RuleRow, Rules
from diffkit.tables import short

POINTS = 100
DIGITS = 30
ORDERS = (0.0, 4.0)  # the domain of an operand that is a whole number: the order of polygamma
SMALLEST = 1e-6  # absolute: towards 0, samples are spread evenly in the logarithm down to here
NOT_MEASURED = {"and", "or", "not", "lt", "le", "gt", "ge", "eq", "ne"}  # 0 or 1, with slope 0
Point = tuple[float, ...]


class Worst(NamedTuple):
    """The largest error found, in ulps, and where."""

    ulps: float = 0.0
    at: Point = ()

    def or_worse(self, error: float, at: Point) -> "Worst":
        """The larger of this and another error; nan is the worst of all."""
        return Worst(error, at) if not error <= self.ulps and not math.isnan(self.ulps) else self


def measure(
    functions: Iterable[str] | None = None,
    points: int = POINTS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda stage: None,
) -> Rules:
    """Measure value and partials of every row in ulps, over its domain.

    Parameters
    ----------
    functions : iterable of str, optional
        Rows of the primitive table; by default all that are functions of numbers.
    points : int
        How many points a row is tried at, towards its ends and in the logarithm too.
    seed : int
        Of the points.
    progress : callable, optional
        Told the name of each row as it begins.

    Returns
    -------
    Rules
        The worst errors in ulps of the correctly rounded result, in math and in NumPy, and where they were met.

    Examples
    --------
    >>> row = measure(["tanh"]).rows[0]
    >>> row.partial_ulps <= row.partial_stated < 1e15 < row.textbook_ulps
    True
    """
    if points < 1:
        raise UsageError(f"at least one point is needed, not {points}")
    found = []
    for row in _rows(functions):
        progress(row.name)
        with namespaces.quiet():
            found.append(_row(row, sample(row, points, seed)))
    return Rules(expression="", at={}, points=points, seed=seed, rows=tuple(found))


def _rows(functions: Iterable[str] | None) -> Iterator[Primitive]:
    for name in TABLE if functions is None else functions:
        if name not in TABLE:
            raise UsageError(f"the table has no row '{name}'", remedy="diffkit functions lists them")
        if name not in NOT_MEASURED:
            yield TABLE[name]


def sample(row: Primitive, points: int, seed: int = 0) -> list[Point]:
    """Points of the row's domain: half uniform, a quarter close to its ends, a quarter spread evenly in the logarithm."""
    dice = random.Random(f"{row.name} {seed}" if seed else row.name)
    return [tuple(_coordinate(dice, *interval) for interval in row.domain) for _ in range(points)]


def _coordinate(dice: random.Random, low: float, high: float) -> float:
    if (low, high) == ORDERS:
        return float(dice.randrange(int(high) + 1))
    kind = dice.randrange(4)
    if kind < 2:
        return dice.uniform(low, high)
    if kind == 2:  # close to an end, where 1 - x*x of an arc sine cancels
        inwards = (high - low) * 10 ** dice.uniform(-15, -1)
        return dice.choice((low + inwards, high - inwards))
    if low < 0 and dice.random() < 0.5:
        return -math.exp(dice.uniform(math.log(SMALLEST), math.log(-low)))
    return math.exp(dice.uniform(math.log(max(low, SMALLEST)), math.log(high)))


def one_operation(name: str) -> Program:
    """The Program of one operation on inputs x0, x1, ..."""
    builder = Builder()
    return builder.build(builder.op(name, *(builder.input(f"x{i}") for i in range(TABLE[name].arity or 2))))


def _row(row: Primitive, points: list[Point]) -> RuleRow:
    """One row judged at all points, in math and in NumPy."""
    program = one_operation(row.name)
    values = [truth.value(program, point, DIGITS) for point in points]
    slopes = [[_slope(program, point, i) for point in points] for i in range(len(program.inputs))]
    runs = [_Run(name, row, points) for name in ("math", "numpy")]
    forms = row.textbook or ()
    value = worst((run.y, values, points) for run in runs)
    slope = worst((run.partial(i), slopes[i], points) for run in runs for i in range(len(slopes)))
    textbook = worst((run.apply(form), slopes[i], points) for run in runs for i, form in enumerate(forms))
    return RuleRow(
        function=row.name,
        domain=domain(row),
        value_ulps=value.ulps,
        value_stated=float(row.ulps[0]),
        value_at=value.at,
        partial_ulps=slope.ulps,
        partial_stated=float(row.ulps[1]),
        partial_at=slope.at,
        textbook="; ".join(_written(row, form) for form in forms),
        textbook_ulps=textbook.ulps if forms else None,
        textbook_at=textbook.at,
    )


class _Run:
    """A row run at all points: one by one in math, as arrays in NumPy."""

    def __init__(self, namespace: str, row: Primitive, points: list[Point]) -> None:
        self.F, self.row, self.one_by_one = namespaces.get(namespace), row, namespace == "math"
        self.operands: list[Any] = [list(column) for column in zip(*points, strict=True)]
        if not self.one_by_one:
            import numpy as np

            self.operands = [np.array(column) for column in self.operands]
        self.y = self._map(getattr(self.F, row.name), *self.operands)

    def _map(self, function: Callable[..., Any], *columns: Any) -> Any:
        return list(map(function, *columns)) if self.one_by_one else function(*columns)

    def partial(self, i: int) -> Any:
        """Our partial by operand i, at all points."""
        return self._map(lambda y, *x: namespaces.local_derivative(self.row.name, i, self.F, y, list(x)), self.y, *self.operands)

    def apply(self, form: Callable[..., Any]) -> Any:
        """Another form of a partial, at all points."""
        return self._map(partial(namespaces.ieee, form, self.F), self.y, *self.operands)


def worst(judged: Iterable[tuple[Any, list[Any], list[Point]]]) -> Worst:
    """The largest error of all columns of results beside their references; where there is no reference nothing is judged."""
    found = Worst()
    for results, exact, points in judged:
        column = [results] * len(points) if not hasattr(results, "__len__") else results
        for result, reference, point in zip(column, exact, points, strict=True):
            if reference is not None:
                found = found.or_worse(ulps(float(result), reference), point)
    return found


def _slope(program: Program, point: Point, i: int) -> Any:
    """The proved partial, or None at a kink and where none exists, such as by the order of polygamma."""
    try:
        return truth.reference(program, point, digits=DIGITS, wrt=program.inputs[i])
    except NumberError:
        return None


def domain(row: Primitive) -> str:
    """The domain of a row as people write it."""
    return " x ".join(dict.fromkeys(f"[{short(low)}, {short(high)}]" for low, high in row.domain))


def _written(row: Primitive, form: Callable[..., Any]) -> str:
    """A form of a partial as a formula in x (and a second operand b)."""
    builder = Builder()
    F = algebra.namespace(builder)
    operands = [algebra.Var(F, builder.input(name)) for name in ("ab" if len(row.domain) > 1 else "x")]
    return str(builder.build(form(F, getattr(F, row.name)(*operands), *operands).index))
