"""Every row of the primitive table in every namespace, against mpmath at 60 digits and more."""

import itertools
import math

import mpmath
import numpy as np
import pytest

from diffkit import namespaces, tangent, tape
from diffkit.floats import ulps
from diffkit.namespaces import local_derivative
from diffkit.primitives import TABLE, Primitive
from diffkit.program import Builder
from diffkit.study.rules import one_operation, sample

POINTS = 60
CHOICES = {"and", "or", "not", "lt", "le", "gt", "ge", "eq", "ne"}
SMOOTH = [name for name in TABLE if name not in CHOICES]
HOSTILE = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 1e300, -1e300, 1e-300, 5e-324, math.inf, -math.inf, math.nan]


def exact(name: str, point: tuple[float, ...]) -> mpmath.mpf:
    """The value of a primitive at a point, by mpmath."""
    return getattr(namespaces.get("mpmath"), name)(*map(mpmath.mpf, point))


def exact_partial(name: str, position: int, point: tuple[float, ...]) -> mpmath.mpf:
    """A partial by a fourth-order difference of mpmath's values with 450 digits, so by none of our rules."""

    def at(shift: mpmath.mpf) -> mpmath.mpf:
        moved = [mpmath.mpf(x) + (shift if i == position else 0) for i, x in enumerate(point)]
        return getattr(namespaces.get("mpmath"), name)(*moved)

    with mpmath.workdps(450):  # tanh(300) leaves 1 in the 260th digit
        h = mpmath.mpf(2) ** -120 * min(1, max(abs(mpmath.mpf(point[position])), mpmath.mpf(2) ** -60))
        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def computed(row: Primitive, namespace: str, points: list[tuple[float, ...]]) -> tuple[list[float], list[list[float]]]:
    """Values, and partials by position, at all points: one by one in math, as arrays in NumPy."""
    F = namespaces.get(namespace)
    columns = list(zip(*points, strict=True))
    if namespace == "numpy":
        operands = [np.array(c) for c in columns]
        y = getattr(F, row.name)(*operands)
        partials = [local_derivative(row.name, i, F, y, operands) for i in range(len(operands))]
        return list(y), [list(np.broadcast_to(p, y.shape)) for p in partials]
    values = [getattr(F, row.name)(*point) for point in points]
    return values, [
        [local_derivative(row.name, i, F, y, list(p)) for y, p in zip(values, points, strict=True)] for i in range(len(columns))
    ]


def worst(row: Primitive, namespace: str) -> tuple[float, float]:
    """The largest errors of value and partials over the row's domain, in ulps."""
    points = sample(row, POINTS)
    values, partials = computed(row, namespace, points)
    with mpmath.workdps(60):
        value = max(ulps(float(v), exact(row.name, p)) for v, p in zip(values, points, strict=True))
        partial = max(
            ulps(float(d), exact_partial(row.name, i, p))
            for i, column in enumerate(partials)
            for d, p in zip(column, points, strict=True)
            if (row.name, i) != ("polygamma", 0)
        )
    return value, partial


@pytest.mark.parametrize("namespace", ["math", "numpy"])
@pytest.mark.parametrize("name", SMOOTH)
def test_value_and_partials_are_within_the_stated_ulps(name: str, namespace: str) -> None:
    """Value and partials of every row are as accurate as the row says, in math and in NumPy."""
    row = TABLE[name]
    with namespaces.quiet():
        value, partial = worst(row, namespace)
    assert value <= row.ulps[0]
    assert partial <= row.ulps[1]


@pytest.mark.parametrize("name", ["sin", "tanh", "atan2", "gamma"])
def test_a_wrong_partial_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above fails for a row whose first partial is off by 1e-14."""
    row = TABLE[name]
    wrong = row._replace(partials=(lambda *a: row.partials[0](*a) * (1 + 1e-14), *row.partials[1:]))
    monkeypatch.setitem(TABLE, name, wrong)
    assert worst(wrong, "math")[1] > row.ulps[1]


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_the_textbook_form_loses_the_digits_that_ours_keeps(name: str) -> None:
    """1 - tanh(x)^2 and s(1 - s) have not one correct digit at x = 40."""
    row, F = TABLE[name], namespaces.get("math")
    y = getattr(F, name)(40.0)
    true = exact_partial(name, 0, (40.0,))
    assert row.textbook is not None
    assert ulps(row.textbook[0](F, y, 40.0), true) > 1e15
    assert ulps(row.partial(0, F, y, 40.0), true) <= row.ulps[1]


@pytest.mark.parametrize("name", list(TABLE))
def test_no_operand_makes_a_row_raise(name: str) -> None:
    """Zeros, infinities, nan and the extremes of float64 give a number in math and in NumPy, and the same kind of number."""
    row = TABLE[name]
    with np.errstate(all="ignore"):
        for operands in itertools.product(HOSTILE, repeat=min(row.arity or 2, 2)):
            operands = (*operands, 1.0)[: row.arity or 2]
            one = float(getattr(namespaces.get("math"), name)(*operands))
            many = float(getattr(namespaces.get("numpy"), name)(*[np.array([x]) for x in operands])[0])
            same = math.isnan(one) == math.isnan(many) and math.isinf(one) == math.isinf(many)
            assert same, (name, operands, one, many)


@pytest.mark.parametrize("name", SMOOTH)
def test_reverse_and_forward_mode_hand_on_each_partial(name: str) -> None:
    """On a Program of one operation both modes give the row's own partials, and so does the written gradient Program."""
    row = TABLE[name]
    program = one_operation(name)
    for point in sample(row, 10):
        F = namespaces.get("math")
        y = getattr(F, name)(*point)
        wanted = tuple(local_derivative(name, i, F, y, list(point)) for i in range(len(point)))
        if name == "polygamma":
            continue
        assert tape.gradient(program, point) == pytest.approx(wanted, rel=1e-14, abs=0)
        assert tangent.gradient(program, point) == pytest.approx(wanted, rel=1e-14, abs=0)
        assert tape.gradient_program(program)(*point)[1:] == pytest.approx(wanted, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("name", "point", "gradient"),
    [
        ("abs", (0.0,), (0.0,)),
        ("sign", (0.0,), (0.0,)),
        ("floor", (2.0,), (0.0,)),
        ("relu", (0.0,), (0.0,)),
        ("max", (3.0, 3.0), (0.5, 0.5)),
        ("min", (3.0, 3.0), (0.5, 0.5)),
        ("max", (1.0, 2.0), (0.0, 1.0)),
        ("pow", (0.0, 2.0), (0.0, 0.0)),
        ("where", (1.0, 5.0, 7.0), (0.0, 1.0, 0.0)),
        ("where", (0.0, 5.0, 7.0), (0.0, 0.0, 1.0)),
    ],
)
def test_kinks_follow_the_convention(name: str, point: tuple[float, ...], gradient: tuple[float, ...]) -> None:
    """At a kink every mode answers as the table says."""
    program = one_operation(name)
    assert tape.gradient(program, point) == gradient
    assert tangent.gradient(program, point) == gradient


def test_the_weights_of_a_triple_tie_sum_to_one() -> None:
    """max(x, x, x) has slope 1, and max(x, y, z) at a tie shares it."""
    builder = Builder()
    x, y, z = map(builder.input, "xyz")
    program = builder.build(builder.op("max", x, y, z))
    assert tape.gradient(program, (2.0, 2.0, 2.0)) == pytest.approx((1 / 3,) * 3)
    builder = Builder()
    x = builder.input("x")
    assert tape.gradient(builder.build(builder.op("max", x, x, x)), 2.0) == 1.0
    assert tangent.derivative(builder.build(builder.op("max", x, x, x)), 2.0) == 1.0
