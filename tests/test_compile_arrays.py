"""tape.compile on arrays: the tape's results to a few ulps, in whatever blocks the rows are computed."""

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit import limits, tape

DICE = np.random.default_rng(7)
m, n = 37, 5
X, W, V, POSITIVE = DICE.standard_normal((m, n)), DICE.standard_normal((n, 4)), DICE.standard_normal(m), DICE.random((m, n)) + 0.5
CHOSEN = np.array([3, 0, 3, 36])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def soft(x):
    """Rows of a softmax: sums of rows that come back to their rows."""
    e = np.exp(x - x.max(axis=1)[:, None])
    return e / e.sum(axis=1, keepdims=True)


FUNCTIONS = {
    "chain": (lambda x: (np.sin(x) * x + np.exp(-x * x)).sum(), (X,)),
    "two arrays": (lambda x, y: (x * y - x / y).sum() + (x - y).sum() ** 2, (X, POSITIVE)),
    "a number and an array": (lambda a, x: (a * x + np.sin(a)).sum() * a, (0.7, X)),
    "rows and columns": (lambda x, b, c: (x * b + c[:, None] * x + b).sum(), (X, DICE.random(n), V)),
    "an array with rows of one": (lambda x, c: (np.exp(x) * c).sum(), (X, DICE.random((m, 1)))),
    "an array with one row": (lambda x, b: (x + b * b).sum(), (X, DICE.random((1, n)))),
    "sums by axes": (lambda x: (x.sum(axis=0) ** 3).sum() + (x.sum(axis=1) ** 2 * V).sum() + x.mean(), (X,)),
    "softmax": (lambda x: (soft(x) * soft(x)).sum() + np.log(soft(x)[:, 0]).sum(), (X,)),
    "log-sum-exp": (lambda x: np.log(np.exp(x - x.max()).sum()) + x.max(), (V,)),
    "variance": (lambda x: ((x - x.mean(axis=0)) ** 2).sum(), (X,)),
    "extremes": (lambda x: x.max() * x.min() + (x.max(axis=1) * V).sum() + x.min(axis=0).sum(), (X,)),
    "ties": (lambda x: np.maximum(x, 1.0).sum() + np.minimum(x, x).sum() + np.abs(x).sum(), (np.where(X > 0, 1.0, X),)),
    "where": (lambda x: np.where(x > 0, np.sin(x), x * x).sum(), (X,)),
    "truths as numbers": (lambda x: ((x > 0) * x + (x > 1) * 3.0).sum(), (X,)),
    "powers": (lambda x: (x**2 + x**3 - x**-1 + x**0.5 + x**4).sum(), (POSITIVE,)),
    "power of two arrays": (lambda x, y: (x**y).sum(), (POSITIVE, X)),
    "perceptron": (lambda w, b: (sigmoid(X @ w + b) ** 2).sum(), (W, DICE.random(4))),
    "two layers": (lambda w, v: ((sigmoid(X @ w) @ v - V[:, None]) ** 2).sum(), (W, DICE.random((4, 1)))),
    "vectors": (lambda w: (X @ w) @ V + w @ w, (DICE.random(n),)),
    "slices": (lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(), (V,)),
    "slices of rows and columns": (lambda x: (x[2:9] * x[1:8]).sum() + (x[:, 1] * x[:, 2]).sum() + x[3, 2], (X,)),
    "a slice added to the whole": (lambda x: (x * x).sum() + x[5:].sum() * x[0], (V,)),
    "chosen elements": (lambda x: (x[CHOSEN] ** 2).sum() + x.sum(), (V,)),
    "masked elements": (lambda x: (x[V > 0] ** 2).sum(), (V,)),
    "shapes": (lambda x: (x.reshape(n, m) @ x).sum() + x.T.sum(axis=0) @ V + np.transpose(x).max(), (X,)),
    "joined": (lambda x, y: np.concatenate([x, y]).prod() + np.stack([x, y]).sum(axis=0) @ x, (DICE.random(4) + 0.5,) * 2),
    "products": (lambda x: x.prod() + (x.reshape(2, 3).prod(axis=1) ** 2).sum(), (DICE.random(6) + 0.5,)),
    "product with a zero": (lambda x: x.prod(), (np.array([0.0, 2.0, 3.0]),)),
    "running sums": (lambda x: (np.cumsum(x) ** 2).sum(), (V,)),
    "einsum": (lambda x, w: (np.einsum("ij,jk->ik", x, w) ** 2).sum(), (X, W)),
    "linear algebra": (
        lambda a, b: np.linalg.solve(a, b).sum() + np.linalg.det(a),
        (np.eye(3) * 2 + DICE.random((3, 3)), DICE.random(3)),
    ),
    "rows that are columns, too": (lambda x: (np.exp(x) / x.sum() + np.exp(x)[:, None] * np.exp(x)).sum(), (V,)),
    "one array twice": (lambda x, y: (x * y).sum(), (X, X)),
    "unused": (lambda x, y: x.sum(), (X, V)),
    "the sum itself": (lambda x: x.sum(), (X,)),
    "a gradient that is an argument": (lambda x, y: (x * y).sum(), (V, V + 1)),
    "gates": (lambda x: (np.tanh(x) + np.log1p(np.exp(x)) + np.hypot(x, 2.0) + np.arctan2(x, 3.0)).sum(), (X,)),
    "a branch": (lambda x: (x * x).sum() if x.sum() > -100 else x.sum(), (X,)),
}


def assert_close(found, wanted):
    """A value and slopes to 1e-12 of the largest, in arrays of their own, of the same shapes."""
    assert found[0] == pytest.approx(wanted[0], rel=1e-12)
    assert type(found[0]) is float
    assert len(found[1]) == len(wanted[1])
    for ours, theirs in zip(found[1], wanted[1], strict=True):
        assert np.shape(ours) == np.shape(theirs)
        assert type(ours) is type(theirs)
        assert np.allclose(ours, theirs, rtol=1e-11, atol=1e-13 * (1 + np.max(np.abs(theirs))))


@pytest.mark.parametrize("block", [1, 7, 64, 10**6])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_arrays_agree_with_the_tape(name, block, monkeypatch):
    """In blocks of one row, of some, of all, and at once."""
    monkeypatch.setattr(limits, "BLOCK", block)
    monkeypatch.setattr(limits, "BLOCKED_ELEMENTS", 8 if block < 10**6 else 10**9)
    f, at = FUNCTIONS[name]
    before = [np.copy(x) for x in at]
    g = tape.compile(f, at)
    assert g.source
    for scale in (1.0, 1.25):
        point = tuple(scale * x for x in at)
        assert_close(g(point), tape.value_and_gradient(f, point))
    assert g.recordings == 1 or name == "a branch"
    assert all(np.array_equal(x, y) for x, y in zip(at, before, strict=True)), "arguments are not written to"


def operations(a, b):
    """What may be done to two values, each of which may be a matrix, a row, a column or a number."""
    matrix = np.shape(a) == (6, 4)
    return [
        lambda: a + b,
        lambda: a * b,
        lambda: a - 0.5 * b,
        lambda: a / (1.5 + b * b),
        lambda: np.sin(a),
        lambda: np.tanh(a) * b,
        lambda: np.exp(-a * a),
        lambda: a.sum(axis=1, keepdims=True) if matrix else -a,
        lambda: a.sum(axis=0) if matrix else a * 2.0,
        lambda: np.maximum(a, b),
        lambda: np.where(a > b, a, 0.3),
        lambda: a.mean() if matrix else np.abs(a),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_random_programs_on_arrays(seed, monkeypatch):
    """Random operations, reductions and broadcasts, in blocks of 16 elements."""
    monkeypatch.setattr(limits, "BLOCK", 16)
    monkeypatch.setattr(limits, "BLOCKED_ELEMENTS", 12)
    dice = np.random.default_rng(seed)
    at = (dice.standard_normal((6, 4)), dice.standard_normal(4), dice.standard_normal((6, 1)), 0.7)
    script = dice.integers(0, 10**6, (14, 3)).tolist()

    def f(*inputs):
        pool = list(inputs)
        for op, i, j in script:
            choices = operations(pool[i % len(pool)], pool[j % len(pool)])
            pool.append(choices[op % len(choices)]())
        return sum((np.sum(x) * (k + 1.0) for k, x in enumerate(pool)), 0.0)

    assert_close(tape.compile(f, at)(at), tape.value_and_gradient(f, at))


def test_large_arrays_are_computed_in_blocks_without_arrays_in_between():
    """A chain on 10^6 elements: one loop, forward and reverse, whose buffers hold a block; only the gradient is as large."""
    import tracemalloc

    def f(x):
        for _ in range(10):
            x = np.sin(x) * 1.5 + 0.1
        return x.sum()

    x = np.linspace(0, 1, 10**6)
    g = tape.compile(f, x)
    assert g.source.count("for i in range") == 1
    tracemalloc.start()
    g(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6 + 60 * 8 * limits.BLOCK


def test_gradients_are_arrays_of_their_own():
    """Writing to one changes neither the point nor the next answer."""
    x, y = np.arange(4.0), np.arange(4.0) + 1
    g = tape.compile(lambda x, y: (x * y).sum(), (x, y))
    dx, dy = g((x, y))[1]
    dx += 100
    dy += 100
    assert g((x, y))[1][0].tolist() == y.tolist() == [1.0, 2.0, 3.0, 4.0]
    a, b = tape.compile(lambda x, y: (x + y).sum() * x.sum() * 0 + (x + y).sum(), (x, y))((x, y))[1]
    a += 5
    assert b.tolist() == [1.0] * 4


def test_other_shapes_and_branches_are_recorded_again():
    """A new shape, a new branch and a known one again."""

    def f(x):
        return (x * x).sum() if x[0] > 0 else (3 * x).sum()

    g = tape.compile(f, np.ones(3))
    for x in (np.ones(3), np.ones(5), -np.ones(5), np.ones(5), np.ones(3)):
        value, slope = g(x)
        wanted = tape.value_and_gradient(f, x)
        assert value == wanted[0]
        assert slope.tolist() == wanted[1].tolist()
    assert g.recordings == 3


def test_exceptional_elements_are_the_tapes():
    """Poles, choices not taken beside them, and nan: as the tape answers."""
    cases = [
        (lambda x: np.where(x > 0, np.sqrt(x), 0.0).sum(), np.array([-1.0, 4.0])),
        (lambda x: np.log(x).sum(), np.array([0.0, 1.0])),
        (lambda x: (x / x).sum(), np.array([0.0, 1.0])),
        (lambda x: np.sqrt(x).sum(), np.array([0.0, 1.0])),
        (lambda x: np.maximum(x, 1.0).sum(), np.array([np.nan, 2.0])),
    ]
    for f, x in cases:
        found, wanted = tape.compile(f, np.ones(2))(x), tape.value_and_gradient(f, x)
        assert np.array_equal(found[0], wanted[0], equal_nan=True)
        assert np.array_equal(found[1], wanted[1], equal_nan=True)


def test_float32_is_left_to_the_tape():
    """Its precision is kept, and nothing is claimed to be compiled."""
    x = np.ones(3, np.float32)
    g = tape.compile(lambda x: (x * x).sum(), x)
    assert g.source == ""
    assert g(x)[1].dtype == np.float32


def test_points_that_are_none():
    """Arrays of whole numbers, and other kinds of points, are refused as the tape refuses them."""
    g = tape.compile(lambda x: (x * x).sum(), np.ones(3))
    with pytest.raises(dk.UsageError):
        g(np.ones(3, int))
    with pytest.raises(dk.UsageError):
        g("x")
    with pytest.raises(dk.UsageError):
        tape.compile(lambda x: x * x, np.ones(3))


def test_a_formula_at_many_points_is_the_tapes():
    """A text at an array is a formula at many points: each slope its own."""
    assert tape.compile("x^2")(np.array([1.0, 3.0]))[1].tolist() == [2.0, 6.0]
    assert math.isclose(tape.compile("x^2")(3.0)[1], 6.0)


def test_empty_arrays_and_arrays_of_one():
    """No elements, one element, and one number in an array."""
    for shape in ((0,), (0, 3), (3, 0), (1,), (1, 1), ()):
        x = np.full(shape, 2.0)
        found, wanted = (
            h(lambda x: (x * x).sum() + 1.0, x) for h in (lambda f, x: tape.compile(f, x)(x), tape.value_and_gradient)
        )
        assert found[0] == wanted[0]
        assert type(found[1]) is type(wanted[1])
        assert np.array_equal(found[1], wanted[1])


def test_arrays_in_any_order_in_memory():
    """Transposed, reversed and strided arrays give the slopes of copies of them."""
    f = FUNCTIONS["softmax"][0]
    for x in (np.asfortranarray(X), X[::-1], X[:, ::-1], np.repeat(X, 2, axis=1)[:, ::2]):
        assert np.allclose(tape.compile(f, x)(x)[1], tape.gradient(f, x.copy()), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("block", [8, 8192])
def test_an_array_read_by_rows_and_as_a_whole(block, monkeypatch):
    """sin(X) goes by rows, X*W repeats all of X along another axis: one sweep must not take the rows for the whole."""
    monkeypatch.setattr(limits, "BLOCK", block)
    dice = np.random.default_rng(0)
    X, W, S = dice.standard_normal((200, 90)), dice.standard_normal((200, 1, 90)), dice.standard_normal((300, 300))
    f, v = (lambda X: np.sum(np.sin(X)) + np.sum(np.tanh(X * W))), S[0]
    assert_close(tape.compile(f, X)(X), tape.value_and_gradient(f, X))

    def g(v):
        return np.sum(np.sin(v)) + np.sum(np.tanh(S * v))

    compiled = tape.compile(g, v)
    assert compiled._variants[0].code([v]) is not None
    assert_close(compiled(v), tape.value_and_gradient(g, v))


def ways(a, b, axis):
    """What may be done to two values of any number of axes."""
    found = [lambda: a + b, lambda: a * b, lambda: np.sin(a), lambda: np.tanh(a) * b, lambda: a / (2.0 + b * b)]
    reduced = [lambda: np.sum(a, axis=axis % np.ndim(a)), lambda: np.max(a, axis=axis % np.ndim(a))]
    return found + (reduced if np.ndim(a) else [])


@pytest.mark.parametrize("seed", range(300))
def test_random_broadcasts_between_several_axes_in_small_blocks(seed, monkeypatch):
    """Operands of one to three axes whose first sizes are the same, so that rows and wholes are easily confused."""
    monkeypatch.setattr(limits, "BLOCK", 8)
    monkeypatch.setattr(limits, "BLOCKED_ELEMENTS", 1)
    dice = np.random.default_rng(seed)
    shapes = [(4,), (4, 4), (4, 1), (4, 4, 4), (4, 1, 4), (1, 4), (), (3, 4), (3, 1, 4)]
    at = tuple(dice.uniform(-1, 1, shapes[i]) if shapes[i] else 0.6 for i in dice.permutation(len(shapes))[:3])
    script = dice.integers(0, 10**6, (8, 4)).tolist()

    def f(*inputs):
        pool = list(inputs)
        for op, i, j, axis in script:
            a, b = pool[i % len(pool)], pool[j % len(pool)]
            try:
                np.broadcast_shapes(np.shape(a), np.shape(b))
            except ValueError:
                b = a
            choices = ways(a, b, axis)
            pool.append(choices[op % len(choices)]())
        return sum((np.sum(np.sin(x)) * (k + 1.0) for k, x in enumerate(pool)), 0.0)

    for point in (at, tuple(1.3 * x for x in at)):
        assert_close(tape.compile(f, at)(point), tape.value_and_gradient(f, point))


MASKED = [
    lambda x: np.mean(x[x > 0] ** 2),
    lambda x: np.std(x[x > 0]),
    lambda x: np.sum(x[x > 0]) / len(x[x > 0]),
    lambda x: np.sum(x[x > 0] ** 2) * x[x > 0].size,
    lambda x: np.sum(x[x > 0] ** 2) * x[x > 0].shape[0],
    lambda x: np.median(x[x > 0]),
    lambda x: x[x > 0][-1] ** 2 + x[x > 0][0],
    lambda x: sum(i * v for i, v in enumerate(x[x > 0])),
    lambda x: np.sum(x.reshape(2, 2)[:, x[:2] != 0] ** 2) * np.sum(np.ones(x[(x > 0) & (x < 9)].shape)),
    lambda x: np.sum(x[x > 0] ** 2),
]


@pytest.mark.parametrize("f", MASKED)
def test_how_many_elements_a_mask_takes_is_a_branch(f):
    """Another number of true elements is recorded again, and refused by a Program; the same number elsewhere is not."""
    a, same, more = np.array([1.0, -2.0, 3.0, -4.0]), np.array([-1.0, 2.0, 5.0, -4.0]), np.array([1.0, 2.0, 3.0, -4.0])
    g, program = tape.compile(f, a), dk.trace(f, a)
    for point in (same, a, more, a):
        assert_close(g(point), tape.value_and_gradient(f, point))
    assert g.recordings == 2
    assert program(same) == pytest.approx(f(same), rel=1e-14)
    with pytest.raises(dk.NumberError, match="another branch"):
        program(more)
    assert tape.explain(f, a).status == "ok"


@pytest.mark.parametrize(
    "f",
    [lambda x: x[np.argmax(x)] ** 2, lambda x: np.sum(x[np.argmin(x)] * x), lambda x: x[np.argmax(x), None][0] * x[np.argmin(x)]],
)
def test_a_place_that_is_computed(f):
    """x[argmax(x)] is another element at another point."""
    g = tape.compile(f, np.array([1.0, 3.0, 0.5]))
    for point in (np.array([1.0, 3.0, 0.5]), np.array([4.0, 3.0, 7.0]), np.array([1.0, 1.0, 0.0])):
        assert_close(g(point), tape.value_and_gradient(f, point))
    assert g.recordings == 1
