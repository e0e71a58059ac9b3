"""The traps of theory.md section 10, each with the answer that is right; buffers written to after use; the chapter in NumPy."""

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit import tangent, tape


def sigmoid(z):
    """As everybody writes it."""
    return 1 / (1 + np.exp(-z))


# --- the table ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "f", "at", "slopes", "status"),
    [
        ("abs(x)", abs, 0.0, 0.0, "kink"),
        ("max(x, 0)", lambda x: np.maximum(x, 0), 0.0, 0.5, "kink"),
        ("relu(x)", None, 0.0, 0.0, "kink"),
        ("max(x, x, x)", lambda x: np.maximum(x, x), 2.0, 1.0, "ok"),
        ("where(x > 0, sqrt(x), 0)", lambda x: np.where(x > 0, np.sqrt(x), 0), -1.0, 0.0, "ok"),
        ("x^y", lambda x, y: x**y, (0.0, 2.0), (0.0, 0.0), "singular"),
        ("x^y", lambda x, y: x**y, (0.0, 0.0), (0.0, 0.0), "singular"),
        ("sqrt(x^2 + y^2)", lambda x, y: np.sqrt(x**2 + y**2), (0.0, 0.0), (math.nan, math.nan), "singular"),
        ("1/(1 + exp(-x))", sigmoid, -800.0, 0.0, "ok"),
        ("sin(x)", np.sin, 1e22, 0.5232147853951389, "ok"),
        ("x^2", lambda x: x**2, 1e20, 2e20, "ok"),
        ("1/x", lambda x: 1 / x, 1e-3, -1e6, "ok"),
    ],
)
def test_a_trap_has_the_right_answer_in_every_form(text, f, at, slopes, status):
    """Formula and callable, numbers and arrays, both modes: the same answer, and explain says what there is to say."""
    wanted = pytest.approx(slopes, rel=1e-15, abs=0, nan_ok=True)
    for form in (text, f):
        if form is None:
            continue
        assert tape.gradient(form, at) == wanted
        assert tangent.gradient(form, at) == wanted
        assert tape.explain(form, at).status == status
    if f is not None:
        arrays = tuple(np.array([x, x]) for x in (at if isinstance(at, tuple) else (at,)))
        by_array = tape.gradient(lambda *x: np.sum(f(*x)), arrays)
        for got, slope in zip(by_array, slopes if isinstance(slopes, tuple) else (slopes,), strict=True):
            assert got == pytest.approx([slope, slope], rel=1e-15, abs=0, nan_ok=True)


def test_the_singular_root_names_both_inputs():
    """sqrt(x^2 + y^2) at (0, 0): the operation, its operand, and x and y."""
    (found,) = tape.explain(lambda x, y: np.sqrt(x**2 + y**2), (0.0, 0.0)).findings
    assert (found.operation, found.operands, found.inputs) == ("sqrt", (0.0,), ("x", "y"))


def test_products_with_zeros():
    """prod([0, 2, 3]) has gradient 6, 0, 0; with two zeros all are 0; second derivatives too."""
    assert tape.gradient(np.prod, np.array([0.0, 2.0, 3.0])).tolist() == [6.0, 0.0, 0.0]
    assert tape.gradient(np.prod, np.array([0.0, 0.0, 3.0])).tolist() == [0.0, 0.0, 0.0]
    assert tangent.gradient(np.prod, np.array([0.0, 2.0, 3.0])).tolist() == [6.0, 0.0, 0.0]
    assert tape.hessian(np.prod, np.array([0.0, 2.0, 3.0])).tolist() == [[0, 3, 2], [3, 0, 0], [2, 0, 0]]
    assert tape.gradient(lambda x: x[0] * x[1] * x[2], np.array([0.0, 2.0, 3.0])).tolist() == [6.0, 0.0, 0.0]
    tiny = np.array([1e-200, 1e-200, 1e300, 1e300])
    assert tape.gradient(np.prod, tiny)[2] == pytest.approx(1e-100, rel=1e-14)


def test_ties_share_one():
    """max, min and sort at ties: the weights sum to 1."""
    x = np.array([3.0, 1.0, 3.0, 3.0])
    assert tape.gradient(np.max, x) == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3])
    assert tape.gradient(lambda x: np.min(-x), x) == pytest.approx([-1 / 3, 0, -1 / 3, -1 / 3])
    assert tape.gradient(lambda x: np.sort(x)[-1], x).sum() == 1.0
    assert tape.gradient(lambda x: np.sum(np.clip(x, 1.0, 2.0)), x).tolist() == [0.0, 0.5, 0.0, 0.0]
    assert tape.explain(np.max, x).status == "kink"


def test_a_saturated_sigmoid_is_zero_to_the_last_digit():
    """exp overflows, its slope is inf and the adjoint 0: 1/inf cannot be moved any more, so nothing is handed on."""
    x = np.array([-800.0, -745.0, -10.0, 0.0, 800.0])
    got = tape.gradient(lambda x: np.sum(sigmoid(x)), x)
    assert got[0] == 0.0
    assert got[2:4] == pytest.approx([4.539580773595167e-05, 0.25], rel=1e-13)
    assert got[4] == 0.0
    assert tape.gradient(lambda x: np.arctan(np.exp(x)), 800.0) == 0.0
    assert tape.gradient(lambda x: np.tanh(np.exp(x)), 800.0) == 0.0
    assert tape.gradient(lambda x: np.exp(-1 / (x * x)), 1e-170) == 0.0


def test_a_zero_that_is_no_limit_stays_undetermined():
    """sqrt(x)^2 at 0 has slope 1 on one side, log(1 + e^x) overflows at 800: nan, never a silent 0."""
    assert math.isnan(tape.gradient(lambda x: np.sqrt(x) ** 2, 0.0))
    assert math.isnan(tape.gradient(lambda x: np.sum(np.where(x >= 0, np.sqrt(x) ** 2, 0.0)), np.zeros(1))[0])
    assert math.isnan(tape.gradient(lambda x: np.log(1 + np.exp(x)), 800.0))
    assert tape.explain(lambda x: np.log(1 + np.exp(x)), 800.0).status == "overflow"


def test_the_branch_not_taken_contributes_nothing_in_any_depth():
    """where around where, masks, fancy indices and Hessians."""

    def f(x):
        return np.sum(np.where(x > 0, np.where(x > 1, np.log(x - 1), np.sqrt(x)), 1 / x) * 1.0)

    x = np.array([-1.0, 0.25, 3.0])
    assert tape.gradient(f, x) == pytest.approx([-1.0, 1.0, 0.5])
    assert np.diag(tape.hessian(f, x)) == pytest.approx([-2.0, -2.0, -0.25])
    assert tape.hessian(lambda x: np.where(x > 0, np.sqrt(x), 0.0), -1.0) == 0.0
    for sqrt_of_some in (lambda x: np.sum(np.sqrt(x)[x > 0]), lambda x: np.sum(np.sqrt(x)[1:]), lambda x: np.max(np.sqrt(x[1:]))):
        assert tape.gradient(sqrt_of_some, np.array([-1.0, 4.0])).tolist() == [0.0, 0.25]
        assert tangent.gradient(sqrt_of_some, np.array([-1.0, 4.0])).tolist() == [0.0, 0.25]
    for extreme in (np.max, np.min):
        assert tape.gradient(lambda x, f=extreme: f(f(-1) * np.sqrt(x)), np.array([4.0, 0.0]))[0] in (0.0, -0.25)
    masked = np.array([True, False])
    assert tape.gradient(lambda x: np.max(np.where(masked, x, -np.inf)), np.array([1.0, 5.0])).tolist() == [1.0, 0.0]


def test_where_f_is_nan_there_is_no_slope():
    """log(-1), element by element and as a number."""
    assert math.isnan(tape.gradient(np.log, -1.0))
    got = tape.gradient(lambda x: np.sum(np.log(x)), np.array([-1.0, 2.0]))
    assert math.isnan(got[0])
    assert got[1] == 0.5


def test_a_chain_of_100000_callable_operations():
    """Recorded, not recursed: nested sines of a number and of an array."""

    def chain(x):
        for _ in range(100_000):
            x = np.sin(x)
        return np.sum(x)

    product, y = 1.0, 0.3
    for _ in range(100_000):
        product, y = product * math.cos(y), math.sin(y)
    assert tape.gradient(chain, 0.3) == pytest.approx(product, rel=1e-9)
    assert tape.gradient(chain, np.array([0.3, 0.3])) == pytest.approx([product] * 2, rel=1e-9)


# --- buffers written to after use ------------------------------------------------------------------------------------------
def test_a_plain_array_changed_after_use():
    """The recording has its own copy: the slope is that of the values that were used."""
    c = np.array([2.0, 3.0])

    def f(x):
        y = np.sum(x * c * x)
        c[:] = 100.0
        return y

    assert tape.gradient(f, np.array([1.0, 1.0])).tolist() == [4.0, 6.0]
    index = np.array([0, 0])

    def g(x):
        y = x[index]
        index[:] = 1
        return np.sum(y)

    assert tape.gradient(g, np.array([1.0, 1.0])).tolist() == [2.0, 0.0]


def test_the_point_itself_changed_by_f():
    """The caller's array is copied on the way in."""
    x0 = np.array([1.0, 2.0])

    def f(x):
        x0[:] = 0.0
        return np.sum(x * x)

    assert tape.gradient(f, x0).tolist() == [2.0, 4.0]


def test_in_place_operators_change_all_names_of_an_array():
    """y += x as NumPy means it: whoever holds y sees it."""

    def f(x):
        y = x * 1.0
        z = y
        y += x
        y *= 2.0
        return np.sum(z * y)

    x = np.array([1.0, -2.0])
    assert tape.value_and_gradient(f, x)[0] == f(x.copy()) == 80.0
    assert tape.gradient(f, x) == pytest.approx(32 * x)

    def total(x):
        s = 0.0
        for part in x:
            s += part * part
        return s

    assert tape.gradient(total, x) == pytest.approx(2 * x)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x[1:].__iadd__(1.0),
        lambda x: (x * 1.0).reshape(1, 2).__imul__(2.0),
        lambda x: (x.T.T, x.reshape(2, 1), x.__iadd__(1.0))[2],
    ],
)
def test_shared_memory_changed_in_place_is_refused(change):
    """Where another array would change too, an error names the line."""
    with pytest.raises(dk.InputError, match=r"changed in place") as caught:
        tape.gradient(lambda x: np.sum(change(x)), np.array([1.0, 2.0]))
    assert "test_traps.py, line" in str(caught.value)
    assert "write y = y + x instead of y += x" in str(caught.value)


def test_a_traced_value_written_into_a_plain_array_is_refused():
    """buffer += x, np.add(out=), buffer[0] = x."""

    def adds(x):
        buffer = np.zeros(2)
        buffer += x
        return np.sum(buffer)

    def assigns(x):
        buffer = np.zeros(2)
        buffer[:] = x
        return np.sum(buffer)

    for f in (adds, assigns, lambda x: np.sum(np.add(x, 1.0, out=np.zeros(2)))):
        with pytest.raises(dk.InputError, match=r"test_traps\.py, line"):
            tape.gradient(f, np.ones(2))


def test_results_do_not_share_memory():
    """Writing to one gradient changes neither another, nor the point, nor a second answer."""
    x, y = np.ones(3), np.ones(3)
    by_x, by_y = tape.gradient(lambda x, y: np.sum(x + y), (x, y))
    by_x += 5.0
    assert by_y.tolist() == [1.0, 1.0, 1.0]
    _, pullback = tape.vjp(lambda x: x * 1.0, x)
    seed = np.ones(3)
    first = pullback(seed)
    first += 1.0
    assert seed.tolist() == [1.0, 1.0, 1.0]
    assert pullback(seed).tolist() == [1.0, 1.0, 1.0]
    value, pullback = tape.vjp(lambda x: x, x)
    value += 1.0
    assert x.tolist() == [1.0, 1.0, 1.0]
    assert tape.gradient(lambda x: np.sum(x[:2]) + x[0], x).flags.writeable
    (double, _), pullback = tape.vjp(lambda x: (double := x * 2.0, np.sum(double * double)), x)
    double += 100.0
    assert pullback((np.zeros(3), 1.0)).tolist() == [8.0, 8.0, 8.0]
    move = np.ones(3)
    _, moved = tangent.jvp(lambda x: x, x, move)
    moved += 1.0
    assert move.tolist() == [1.0, 1.0, 1.0]
    _, pullback = tape.vjp(lambda x: (x, np.log(-x)), x)
    undefined = pullback((move, move))
    undefined += 1.0
    assert np.isnan(undefined).all()
    assert move.tolist() == [1.0, 1.0, 1.0]


# --- the chapter --------------------------------------------------------------------------------------------------------------
def test_matrix_gradients_as_the_chapter_writes_them():
    """dW = dD X^T and dX = W^T dD for 5x10 by 10x3."""
    dice = np.random.default_rng(0)
    W, X, dD = dice.standard_normal((5, 10)), dice.standard_normal((10, 3)), dice.standard_normal((5, 3))
    D, pullback = tape.vjp(lambda W, X: W.dot(X), (W, X))
    assert D.tolist() == W.dot(X).tolist()
    dW, dX = pullback(dD)
    assert dW == pytest.approx(dD.dot(X.T), rel=1e-14)
    assert dX == pytest.approx(W.T.dot(dD), rel=1e-14)


def test_the_neuron_as_the_chapter_writes_it():
    """w = [2, -3, -3], x = [-1, -2]: dx and dw to ten digits."""

    def neuron(w, x):
        dot = w[0] * x[0] + w[1] * x[1] + w[2]
        return 1.0 / (1 + np.exp(-dot))

    dw, dx = tape.gradient(neuron, ([2, -3, -3], [-1, -2]))
    assert dx == pytest.approx([0.3932238664829637, -0.5898357997244456], rel=1e-14)
    assert dw == pytest.approx([-0.19661193324148185, -0.3932238664829637, 0.19661193324148185], rel=1e-14)


def test_a_two_layer_network_is_trained_by_the_tape_alone():
    """Exclusive or, learnt by gradient descent on dictionaries of arrays."""
    dice = np.random.default_rng(3)
    X, T = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
    layers = [{"W": dice.standard_normal((2, 8)), "b": np.zeros(8)}, {"W": dice.standard_normal((8, 1)), "b": np.zeros(1)}]

    def loss(layers):
        hidden = np.tanh(X @ layers[0]["W"] + layers[0]["b"])
        out = sigmoid(hidden @ layers[1]["W"] + layers[1]["b"])
        return -np.mean(T * np.log(out) + (1 - T) * np.log(1 - out))

    start = loss(layers)
    for _ in range(300):
        (slopes,) = tape.gradient(loss, (layers,))
        layers = [{k: v - 0.5 * d[k] for k, v in layer.items()} for layer, d in zip(layers, slopes, strict=True)]
    assert start > 0.5
    assert loss(layers) < 0.05


def test_second_derivatives_at_ties():
    """max(x, x) x is x^2: inside a second differentiation too, where truths are arrays, the weights sum to 1."""
    for f in (lambda x: np.sum(np.maximum(x, x) * x), lambda x: np.sum(np.maximum(x, abs(x)) * np.minimum(x, x))):
        assert np.diag(tape.hessian(f, np.array([1.0, 2.0]))).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("a", [np.arange(9.0).reshape(3, 3), np.outer([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), np.zeros((2, 2))])
def test_the_hessian_of_det_at_a_singular_matrix(a):
    """A polynomial has derivatives everywhere: against second differences, exact for one of degree 2 in any two elements."""
    n = a.size
    H = tape.hessian(np.linalg.det, a).reshape(n, n)
    units = np.eye(n).reshape(n, *a.shape)
    for i in range(n):
        for j in range(n):
            corners = [s * t * np.linalg.det(a + s * units[i] + t * units[j]) for s in (-1, 1) for t in (-1, 1)]
            assert H[i, j] == pytest.approx(sum(corners) / 4 if i != j else 0.0, abs=1e-12)
