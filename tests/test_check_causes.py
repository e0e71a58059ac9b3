"""Probable causes: each is named where it is the cause, and not where something else is wrong."""

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.study.check import causes
from diffkit.study.check.answers import arranged
from diffkit.study.check.handover import Handed

RNG = np.random.default_rng(5)
S, V = RNG.normal(size=(4, 4)), RNG.normal(size=4)
W, X, B = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=2)
POINT = (W, X, B)


def square(s):
    """|s v|^2: its gradient is no symmetric matrix."""
    return np.sum((s @ V) ** 2)


def square_gradient(s):
    """2 s v v^T."""
    return 2 * np.outer(s @ V, V)


def layer(w, x, b):
    """A sum of squares, with a bias that is broadcast over rows."""
    return np.sum((w @ x + b) ** 2)


def layer_gradient(w, x, b):
    """By hand."""
    y = 2 * (w @ x + b)
    return y @ x.T, w.T @ y, y.sum(axis=0)


def changed(change):
    """The gradient of the layer with one part changed."""

    def gradient(w, x, b):
        return change(*layer_gradient(w, x, b), 2 * (w @ x + b))

    return gradient


def scaled(g, **factors):
    """An array with some entries multiplied."""
    g = g.copy()
    for place, factor in factors.items():
        g[int(place[1:])] *= factor
    return g


def vector(w):
    """A function of three numbers whose gradient has no two alike."""
    return np.exp(w[0]) + np.sin(w[1]) * w[2]


def vector_gradient(w):
    """By hand."""
    return np.array([np.exp(w[0]), np.cos(w[1]) * w[2], np.sin(w[1])])


AT = np.array([0.3, 0.7, 1.9])
CAUSES = {
    "sign of all": ("sign", vector, lambda w: -vector_gradient(w), AT),
    "sign of one": ("sign", vector, lambda w: scaled(vector_gradient(w), _1=-1), AT),
    "sign of two": ("sign", vector, lambda w: scaled(vector_gradient(w), _1=-1, _2=-1), AT),
    "factor 2": ("factor", vector, lambda w: 2 * vector_gradient(w), AT),
    "factor 1/2 of one": ("factor", vector, lambda w: scaled(vector_gradient(w), _0=0.5), AT),
    "factor 1/n": ("factor", vector, lambda w: vector_gradient(w) / 3, AT),
    "factor of no name": ("factor", vector, lambda w: 1.0371 * vector_gradient(w), AT),
    "degrees": ("factor", math.sin, lambda x: math.cos(x) * math.pi / 180, 0.4),
    "ln 10": ("factor", math.log10, lambda x: 1 / x, 0.4),
    "zero": ("zero", vector, lambda w: scaled(vector_gradient(w), _1=0), AT),
    "nan": ("not-finite", vector, lambda w: scaled(vector_gradient(w), _1=math.nan), AT),
    "transposed, square": ("transposed", square, lambda s: square_gradient(s).T, S),
    "transposed, another shape": ("transposed", layer, changed(lambda w, x, b, y: (w.T, x, b)), POINT),
    "not summed over rows": ("missing broadcast sum", layer, changed(lambda w, x, b, y: (w, x, y)), POINT),
    "one row": (
        "missing broadcast sum",
        lambda x, b: np.sum((x + b) ** 2),
        lambda x, b: (2 * (x + b), 2 * (x + b)[1]),
        (W, V[:3]),
    ),
    "scalar not summed": ("missing broadcast sum", lambda c: np.sum((V + c) ** 2), lambda c: 2 * (V + c), 0.5),
    "another shape": ("shape", layer, changed(lambda w, x, b, y: (w, x, b[:1])), POINT),
    "a column for a vector": ("shape", vector, lambda w: vector_gradient(w)[:, None], AT),
    "permuted": ("permuted", vector, lambda w: np.roll(vector_gradient(w), 1), AT),
    "permuted numbers": ("permuted", "x*y^2 + exp(z)", "exp(z), y^2, 2*x*y", {"x": 2.0, "y": 3.0, "z": 0.5}),
    "swapped arguments": ("swapped", lambda a, b: np.sum(a**2 * b), lambda a, b: (a**2, 2 * a * b), (AT, V[:3])),
    "swapped numbers": ("swapped", "x*y^2", "2*x*y, y^2", {"x": 2.0, "y": 5.0}),
    "float32": ("float32", vector, lambda w: vector_gradient(w).astype(np.float32).astype(float), AT),
    "float32 inside": ("float32", vector, lambda w: vector_gradient(w.astype(np.float32)).astype(float), AT),
    "use of an input": ("missing accumulation", "x*sin(x) + y", "x*cos(x), 1", {"x": 1.2, "y": 2.0}),
    "use of a value": ("missing accumulation", "q = x*y; q*sin(q)", "y*sin(x*y), x*sin(x*y)", {"x": 1.2, "y": 0.5}),
    "one use of three kept": ("missing accumulation", "x*sin(x)*exp(x)", "sin(x)*exp(x)", {"x": 1.2}),
    "one use of three lost": ("missing accumulation", "x*sin(x)*exp(x)", "x*cos(x)*exp(x) + x*sin(x)*exp(x)", {"x": 1.2}),
    "use in a callable": (
        "missing accumulation",
        lambda x, y: x * np.sin(x) * y,
        lambda x, y: (np.sin(x) * y, x * np.sin(x)),
        (1.2, 0.5),
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_the_cause_is_named(name):
    """In the record, in the verdict sentence and in the entries that are wrong."""
    cause, f, gradient, at = CAUSES[name]
    check = dk.check_gradient(f, gradient, at)
    assert (check.verdict, check.cause) == ("wrong", cause), str(check)
    assert "Probable cause" in check.sentence()
    assert {e.cause for e in check.found("wrong")} <= {cause}
    assert all(e.cause is None for e in check.found("pass"))


def test_the_chapters_slips_are_named():
    """1 and 1 of max at a tie; df/dx = x + y of (x + y) z: the value of another input's derivative."""
    assert dk.check_gradient("max(x, y)", (1, 1), (2.0, 2.0)).cause == "tie"
    check = dk.check_gradient("(x + y)*z", "x + y, z, x + y", {"x": -2, "y": 5, "z": -4})
    assert (check.verdict, [e.name for e in check.found("wrong")]) == ("wrong", ["x"])


def test_causes_of_several_kinds_stand_at_their_entries():
    """A sign here and a factor there: no common cause, one each."""
    check = dk.check_gradient(vector, lambda w: scaled(vector_gradient(w), _0=-1, _2=2), AT)
    assert check.cause is None
    assert {e.name: e.cause for e in check.found("wrong")} == {"w[0]": "sign", "w[2]": "factor"}


NAMELESS = {
    "one entry off by 3.7 %": (vector, lambda w: scaled(vector_gradient(w), _0=1.037), AT),
    "two entries off by different factors": (vector, lambda w: scaled(vector_gradient(w), _0=1.037, _1=0.6), AT),
    "a constant added": (vector, lambda w: vector_gradient(w) + 0.01, AT),
    "a random matrix": (square, lambda s: S + 1.0, S),
    "one entry off in a formula": ("x*sin(x) + y", "1.01*(x*cos(x) + sin(x)), 1", {"x": 1.2, "y": 2.0}),
    "off by 1e-7, not a float32": (math.exp, lambda x: math.exp(x) * (1 + 1e-7), 0.5),
    "a float32, but off by 1e-3": (vector, lambda w: (scaled(vector_gradient(w), _0=1.001)).astype(np.float32).astype(float), AT),
    "row of an argument that is wrong itself": (layer, changed(lambda w, x, b, y: (w, x * 1.01, b * 1.5)), POINT),
}


@pytest.mark.parametrize("name", NAMELESS)
def test_no_cause_is_made_up(name):
    """What fits no cause gets none."""
    check = dk.check_gradient(*NAMELESS[name])
    assert check.verdict == "wrong"
    assert check.cause is None, str(check)


@pytest.mark.parametrize(
    ("never", "f", "gradient", "at"),
    [
        ("transposed", lambda s: np.sum(s * (S + S.T)), lambda s: 1.5 * (S + S.T), S),  # symmetric: transposing changes nothing
        ("permuted", lambda w: np.sum(w**2) * 0.5, lambda w: 2 * w, AT),
        ("missing broadcast sum", vector, lambda w: vector_gradient(w)[:2], AT),
        ("sign", "x^2 - 2*x", "2*x", 1.0),
        ("missing accumulation", "x^2", "x", 1.5),  # one operation, one use: a factor
        ("factor", vector, lambda w: vector_gradient(w) + np.array([0.1, 0.2, 0.3]), AT),
        ("swapped", "x*y", "1.1*y, 1.1*x", {"x": 2.0, "y": 3.0}),
        ("zero", "x*y + x", "0*x + 1e-3, x", {"x": 2.0, "y": 3.0}),
    ],
)
def test_a_cause_that_is_not_the_cause_is_not_named(never, f, gradient, at):
    """Near misses."""
    check = dk.check_gradient(f, gradient, at)
    assert check.verdict == "wrong"
    assert check.cause != never, str(check)
    assert never not in {e.cause for e in check.entries}


def test_noise_hides_causes():
    """Where the bars are as wide as the entry, any factor would fit: none is named."""
    dice = np.random.default_rng(1)
    check = dk.check_gradient(lambda x: math.sin(x) + 1e-2 * dice.normal(), lambda x: -40 * math.cos(x), 1.0)
    assert (check.verdict, check.cause) == ("wrong", None)


def test_right_gradients_have_no_cause():
    """The tests of causes, asked of a right gradient, explain nothing that is wrong, for nothing is."""
    handed = Handed(layer, POINT)
    answer = arranged(layer_gradient(*POINT), handed)
    wrong = np.zeros(len(handed.point.flat), dtype=bool)
    bars = np.full(len(handed.point.flat), 1e-9)
    evidence = causes.Evidence(handed.point.parts, answer, answer.flat, bars, wrong, None, handed.point.flat)
    assert causes._shape(evidence) is None
    assert causes._transposed(evidence) is None
    assert causes._permuted(evidence) is None
    assert causes._swapped(evidence) is None
    assert causes._row(evidence) is None
    assert causes._not_finite(evidence) is None


def test_random_errors_are_seldom_given_a_cause():
    """150 random wrong gradients: chance names none."""
    dice, named = np.random.default_rng(8), []
    for _ in range(150):
        wrong = vector_gradient(AT) * (1 + dice.normal(size=3) * (dice.random(3) < 0.7))
        check = dk.check_gradient(vector, wrong, AT) if not np.array_equal(wrong, vector_gradient(AT)) else None
        named += [(check.cause, wrong)] if check and check.cause else []
    assert named == []
