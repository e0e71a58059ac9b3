"""Recording plain Python: control flow, structures, nesting, threads, and what cannot be recorded."""

import gc
import math
import threading
import weakref

import numpy as np
import pytest

import diffkit as dk
from diffkit import tangent, tape


# --- Python --------------------------------------------------------------------------------------------------------------
def test_loops_recursion_and_closures():
    """for, while, recursion and a variable of the surroundings."""
    rate = 3.5

    def logistic(x):
        for _ in range(10):
            x = rate * x * (1 - x)
        return x

    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    h = 2.0**-300
    assert tape.gradient(logistic, 0.3) == pytest.approx(logistic(0.3 + 1j * h).imag / h, rel=1e-13)
    assert tape.gradient(lambda x: power(x, 5), 2.0) == 80.0
    assert tangent.derivative(lambda x: power(x, 5), 2.0) == 80.0


def test_a_branch_on_an_array_and_a_while_loop():
    """Newton's iteration for the square roots of an array stops when all are found."""

    def roots(a):
        x = a
        while np.max(abs(x * x - a)) > 1e-13:
            x = 0.5 * (x + a / x)
        return np.sum(x)

    a = np.array([2.0, 3.0, 10.0])
    assert tape.gradient(roots, a) == pytest.approx(0.5 / np.sqrt(a), rel=1e-12)


def test_operators_of_numbers():
    """Every operator on either side of a float, an int, and another traced value."""

    def f(x, y):
        return 2 + x - 3 * y / x - y**2 + 2**x + (1 - x) / 7 + (-x) + abs(y) + 1 / y + x * 2 + (y + 1) * x / 2 - 4.0

    h, at = 2.0**-300, (1.25, 2.5)
    wanted = (f(1.25 + 1j * h, 2.5).imag / h, -3 / 1.25 - 5 + 1 - 1 / 2.5**2 + 1.25 / 2)
    assert tape.gradient(f, at) == pytest.approx(wanted, rel=1e-14)
    assert tangent.gradient(f, at) == pytest.approx(wanted, rel=1e-14)


def test_numbers_stay_floats_and_run_without_numpy():
    """A callable on floats is recorded, swept, nested and differentiated twice with the standard library only."""
    import subprocess
    import sys

    code = (
        "from diffkit import tape, tangent; import sys\n"
        "def f(x, y): return x*y/(x + 2.0) - y**3 if x > 0 else y\n"
        "print(tape.gradient(f, (1.0, 2.0)), tape.hessian(f, (1.0, 2.0)), tape.jacobian(f, (1.0, 2.0)))\n"
        "print(tangent.gradient(f, (1.0, 2.0)), 'numpy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")
    assert found[0].startswith("(0.444444")
    assert found[1].endswith("False")


def test_points_and_results_of_any_structure():
    """Nested lists, dicts and tuples of arrays as one argument; the gradient has the same structure."""

    def network(x, layers):
        for layer in layers:
            x = np.tanh(x @ layer["w"] + layer["b"])
        return np.sum(x)

    layers = [{"w": np.ones((2, 3)) / 3, "b": np.zeros(3)}, {"w": np.ones((3, 1)) / 2, "b": np.zeros(1)}]
    x = np.array([[0.1, -0.2]])
    value, (by_x, by_layers) = tape.value_and_gradient(network, (x, layers))
    assert value == network(x, layers)
    assert by_x.shape == x.shape
    assert [{k: v.shape for k, v in layer.items()} for layer in by_layers] == [{"w": (2, 3), "b": (3,)}, {"w": (3, 1), "b": (1,)}]
    by_name = tape.gradient(network, {"layers": layers, "x": x})
    assert list(by_name) == ["layers", "x"]
    assert by_name["x"] == pytest.approx(by_x)
    by_list = tape.gradient(lambda a, b: np.sum(a * b), [np.ones(2), 3.0])
    assert isinstance(by_list, list)
    assert by_list[1] == 2.0


def test_results_of_any_structure():
    """jvp, vjp and jacobian keep the structure of what the function returns."""

    def f(x, y):
        return {"product": x * y, "parts": (x.sum(), y)}

    at = (np.array([1.0, 2.0]), 3.0)
    y, y_dot = tangent.jvp(f, at, (np.array([1.0, 0.0]), 0.0))
    assert y["product"].tolist() == [3.0, 6.0]
    assert y_dot["product"].tolist() == [3.0, 0.0]
    assert y_dot["parts"] == (1.0, 0.0)
    _, pullback = tape.vjp(f, at)
    by_x, by_y = pullback({"product": np.array([1.0, 10.0]), "parts": (100.0, 1000.0)})
    assert by_x.tolist() == [103.0, 130.0]
    assert by_y == 1021.0
    jacobian = tape.jacobian(f, at)
    assert jacobian["product"][0].tolist() == [[3.0, 0.0], [0.0, 3.0]]
    assert jacobian["product"][1].tolist() == [1.0, 2.0]
    assert jacobian["parts"][1][1] == 1.0


def test_both_ways_to_a_jacobian_agree():
    """Wide and tall: reverse sweeps for few outputs, forward sweeps for few inputs, and tangent.jacobian always forward."""
    A = np.random.default_rng(1).standard_normal((5, 2))
    for matrix, count in ((A, 2), (A.T, 5)):
        x = np.linspace(0.1, 0.9, count)
        wanted = matrix * np.cos(x)
        assert tape.jacobian(lambda x, m=matrix: m @ np.sin(x), x) == pytest.approx(wanted, rel=1e-14)
        assert tangent.jacobian(lambda x, m=matrix: m @ np.sin(x), x) == pytest.approx(wanted, rel=1e-14)
    assert tape.jacobian(lambda x: x.sum(), np.ones(3))[0].tolist() == [1.0, 1.0, 1.0]
    assert tape.jacobian(lambda x: np.sin(x), 0.0) == (1.0,)


# --- nesting, threads, exceptions -------------------------------------------------------------------------------------------
def test_higher_derivatives_by_nesting():
    """d^n sin / dx^n for n up to 5, and mixed engines."""

    def nth(f, n):
        return f if n == 0 else nth(lambda x: tape.gradient(f, x), n - 1)

    for n, wanted in enumerate([math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x), math.sin, math.cos]):
        assert nth(np.sin, n)(0.7) == pytest.approx(wanted(0.7), rel=1e-14)
    assert tangent.derivative(lambda x: tape.gradient(lambda y: y**3 * x, x), 2.0) == pytest.approx(3 * 4 * 2 + 2**2 * 3)


def test_no_perturbation_is_confused():
    """An inner derivative sees the outer variable as a constant, at every level, in arrays too."""
    assert tape.gradient(lambda x: x * tangent.derivative(lambda y: x * y, 1.0), 4.0) == 8.0
    x = np.array([1.0, 2.0])
    inner = tape.gradient(lambda x: np.sum(x * tape.gradient(lambda y: np.sum(x * y * y), x)), x)
    assert inner == pytest.approx(6 * x * x)  # sum x * 2 x * x
    three = tape.gradient(lambda x: x * tape.gradient(lambda y: y * x * tape.gradient(lambda z: x * y * z, 1.0), 1.0), 2.0)
    assert three == pytest.approx(3 * 2 * 2**2)  # x * d/dy (y x (x y)) = 2 x^3, whose slope is 6 x^2


def test_hessians_of_arrays_and_control_flow():
    """Against scipy's Rosenbrock; and of a function that branches."""
    optimize = pytest.importorskip("scipy.optimize")

    def rosen(x):
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)

    x, p = np.random.default_rng(3).standard_normal((2, 7))
    assert tape.value_and_gradient(rosen, x)[0] == pytest.approx(optimize.rosen(x), rel=1e-15)
    assert tape.gradient(rosen, x) == pytest.approx(optimize.rosen_der(x), rel=1e-12, abs=1e-10)
    assert tape.hvp(rosen, x, p) == pytest.approx(optimize.rosen_hess_prod(x, p), rel=1e-12, abs=1e-10)
    assert tape.hessian(rosen, x) == pytest.approx(optimize.rosen_hess(x), rel=1e-12, abs=1e-10)
    assert tape.hessian(lambda x, y: x * x * y if x > 0 else y**3, (-1.0, 2.0)) == ((0.0, 0.0), (0.0, 12.0))


def test_a_hessian_in_blocks():
    """A number and an array: every block has the shape of its row followed by that of its column."""
    H = tape.hessian(lambda a, x: a * a * np.sum(x**3), (2.0, np.array([1.0, 2.0])))
    assert H[0][0] == 18.0
    assert H[0][1].tolist() == [12.0, 48.0]
    assert H[1][0].tolist() == [12.0, 48.0]
    assert H[1][1].tolist() == [[24.0, 0.0], [0.0, 48.0]]


def test_threads_do_not_see_one_another():
    """Eight threads differentiate their own function many times."""
    found = {}

    def work(k):
        found[k] = [tape.gradient(lambda x: np.sum(x**k) * x[0], np.array([2.0, 3.0])).tolist() for _ in range(50)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, results in found.items():
        wanted = [k * 2.0 ** (k - 1) * 2 + 2.0**k + 3.0**k, k * 3.0 ** (k - 1) * 2]
        assert all(result == pytest.approx(wanted, rel=1e-14) for result in results)


def test_an_exception_leaves_nothing_behind():
    """After a failure in f the next call answers as if nothing had been, NumPy's error state is as before, memory is freed."""

    def bad(x):
        raise KeyError("user")

    before, x = np.geterr(), np.ones(3)
    for _ in range(3):
        with pytest.raises(KeyError, match="user"):
            tape.gradient(lambda x: tape.gradient(bad, x) + bad(x), x)
    assert np.geterr() == before
    assert tape.gradient(lambda x: np.sum(x * x), x).tolist() == [2.0, 2.0, 2.0]


def test_a_recording_is_freed_when_it_is_done():
    """No cycle keeps the arrays of a finished differentiation alive."""
    alive = []

    class Watched(np.ndarray):
        pass

    def f(x):
        alive.append(weakref.ref(x))
        return np.sum(np.sin(x) * 2)

    gc.disable()
    try:
        # a traced array has no weak reference of its own: its recording's memory is watched through a subclass of list
        from diffkit.traced import Recording
        from diffkit.tracing import call

        class Seen(Recording):
            __slots__ = ("__weakref__",)

        tape_ = Seen()
        seen = weakref.ref(tape_)
        call(lambda x: np.sum(np.sin(x) * 2), np.ones(4), tape_)
        del tape_
        assert seen() is None
    finally:
        gc.enable()


def test_a_million_operations():
    """A chain of 10^6 additions and products: no recursion, and right."""

    def chain(x):
        y = x
        for _ in range(500_000):
            y = y * 1.0000001 + x
        return y

    value, slope = tape.value_and_gradient(chain, 1.0)
    assert slope == pytest.approx(value, rel=1e-9)  # linear in x


# --- Programs ------------------------------------------------------------------------------------------------------------------
def test_trace_writes_array_programs_with_guards():
    """Inputs know their shape, choices are kept and checked: another branch is an error, never a silent answer."""

    def f(w, x):
        y = w @ x
        return np.sum(y * y) if y[0] > 0 else np.sum(y)

    w, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 1.0])
    program = dk.trace(f, (w, x))
    assert program.inputs == ("w", "x")
    assert program.lines[0].static == ((2, 2), "float64")
    assert [outcome for _, outcome in program.guards] == [True]
    assert program(w, x) == f(w, x)
    assert tape.gradient(program, (w, x))[1] == pytest.approx(tape.gradient(f, (w, x))[1])
    with pytest.raises(dk.NumberError, match="another branch"):
        program(-w, x)
    assert "matmul(w, x)" in str(program)
    assert "gt was True" not in str(program)


def test_guards_print_as_a_remark():
    """The text of a recorded function says where it holds, and still reads back."""
    program = dk.trace(lambda x: x * x if x > 1 else -x, 2.0)
    assert str(program) == "x*x  # where x > 1"
    assert dk.parse(str(program)).operations == 1
    assert str(dk.trace(lambda x: x * x if x > 1 else -x, 0.5)) == "-x  # where not x > 1"


def test_engines_of_numbers_refuse_array_programs():
    """With what they need."""
    program = dk.trace(lambda x: np.sum(x * x), np.ones(3))
    for engine in (
        lambda: dk.symbolic.expression(program),
        lambda: dk.reference(program, {"x": 1.0}),
        lambda: tape.gradient_program(program),
    ):
        with pytest.raises(dk.UsageError, match="sum is an operation on arrays, and this needs a function of numbers"):
            engine()


def test_a_program_can_be_called_inside_a_recorded_function():
    """A formula used as a function of traced values."""
    p = dk.parse("x^2*y")
    assert tape.gradient(lambda a, b: p(a, b) + a, (2.0, 3.0)) == (13.0, 4.0)
    assert tape.gradient(lambda a: np.sum(p(a, 2.0)), np.array([1.0, 2.0])).tolist() == [4.0, 8.0]


# --- what cannot be recorded --------------------------------------------------------------------------------------------
def refused(f, at, what, remedy=""):
    """The error, whose three lines say what, where and what to do."""
    with pytest.raises(dk.InputError) as caught:
        tape.gradient(f, at)
    message = str(caught.value)
    assert what in message
    assert "test_recording.py, line" in message
    assert remedy in message
    assert message.count("\n") <= 2


ARRAY = np.array([1.0, 2.0, 3.0])


def test_functions_of_the_math_module_name_the_line_and_the_remedy():
    """math.sin, float, int, round of a traced value."""
    refused(lambda x: math.sin(x), 1.0, "turned into a plain float", "np.sin, not math.sin")
    refused(lambda x: math.exp(x[0]), ARRAY, "turned into a plain float", "np.sin, not math.sin")
    for convert in (float, int, complex, round, math.floor):
        refused(lambda x, c=convert: c(x) * x, 1.0, "turned into a plain float", "leave out float()")
    refused(lambda x: x[0].item(), ARRAY, "turned into a plain float")


def test_indices_counts_and_assignments():
    """A traced value as an index or a count; an assignment to an element."""
    refused(lambda x: [1, 2][x], 1.0, "used as an index")
    refused(lambda x: sum(x for _ in range(x)), 1.0, "used as an index or a count")

    def assigns(x):
        x[0] = 1.0
        return x

    def assigns_into_plain(x):
        y = np.zeros(3)
        y[0] = x[0]
        return y

    refused(assigns, ARRAY, "assigned to, which cannot be recorded", "np.stack")
    refused(assigns_into_plain, ARRAY, "turned into a plain float")


def test_numpy_functions_without_a_row():
    """Named, with what could be used instead."""
    refused(lambda x: np.fft.fft(x), ARRAY, "numpy.fft.fft cannot be recorded")
    refused(lambda x: np.linalg.qr(np.outer(x, x)), ARRAY, "numpy.linalg.qr cannot be recorded")
    refused(
        lambda x: np.linalg.svd(np.outer(x, x)), ARRAY, "numpy.linalg.svd is recorded for its values only", "compute_uv=False"
    )
    refused(lambda x: np.nextafter(x, 1.0), ARRAY, "numpy.nextafter cannot be recorded")
    refused(lambda x: np.sin(x, dtype=float), ARRAY, "numpy.sin cannot be recorded with dtype")
    refused(lambda x: np.asarray(x, dtype=float), ARRAY, "turned into a plain array", "leave out np.asarray")
    refused(lambda x: np.asarray(np.argsort(x)), ARRAY, "turned into a plain array", "leave out np.asarray")
    refused(lambda x: x.astype(int), ARRAY, "turned into int64")
    refused(lambda x: np.where(x > 0), ARRAY, "np.where(condition) alone")
    with pytest.raises(AttributeError, match="'partition'"):
        tape.gradient(lambda x: x.partition(1), ARRAY)


def test_complex_numbers_and_texts_are_refused():
    """As constants of f and as coordinates."""
    refused(lambda x: x * 1j, 1.0, "is no real number")
    refused(lambda x: x * "a", 1.0, "is no real number")
    for at in ("1", 1j, None, np.array([1j])):
        with pytest.raises(dk.UsageError, match="a coordinate must be a real number"):
            tape.gradient(lambda x: x, at)


@pytest.mark.parametrize("dtype", [int, bool, np.uint8])
def test_arrays_of_whole_numbers_have_no_gradient(dtype):
    """An error, not zeros; a whole number alone is read as a float."""
    with pytest.raises(dk.UsageError, match="there is no derivative by an array of"):
        tape.gradient(lambda x: np.sum(x * 1.0), np.ones(3, dtype=dtype))
    with pytest.raises(dk.UsageError, match="astype"):
        tangent.gradient(lambda x: np.sum(x * 1.0), np.ones(3, dtype=dtype))
    assert tape.gradient(lambda x: x * x, 3) == 6.0


def test_a_gradient_needs_one_number():
    """Arrays and tuples of results are refused, with the way out; so is None."""
    with pytest.raises(dk.UsageError, match=r"the function gave an array of shape \(3,\)"):
        tape.gradient(lambda x: x * 2, ARRAY)
    with pytest.raises(dk.UsageError, match="a gradient needs one output, the function has 2"):
        tape.gradient(lambda x: (x[0], x[1]), ARRAY)
    with pytest.raises(dk.UsageError, match="the function returned None"):
        tape.gradient(lambda x: None, 1.0)
    with pytest.raises(dk.UsageError, match="keep the elements of its argument apart"):
        tangent.derivative(lambda x: np.cumsum(x), ARRAY)


def test_a_traced_value_that_escaped_is_found():
    """Kept from an earlier differentiation and used, or returned, in a later one."""
    kept = []
    tape.gradient(lambda x: kept.append(x) or x * x, 1.0)
    refused(lambda x: x * kept[0], 2.0, "used after its differentiation had ended")
    refused(lambda x: kept[0], 2.0, "used after its differentiation had ended")


def test_constants_and_functions_of_nothing():
    """A result that does not depend on the point has gradient 0; so has one that depends piecewise constantly."""
    assert tape.gradient(lambda x: 3.0, 1.0) == 0.0
    assert tape.gradient(lambda x: np.sum(x > 0), ARRAY).tolist() == [0.0, 0.0, 0.0]
    assert tape.gradient(lambda x, y: x, (1.0, ARRAY))[1].tolist() == [0.0, 0.0, 0.0]
    assert tape.jacobian(lambda x: np.ones(2), ARRAY).tolist() == [[0.0] * 3] * 2
    assert tangent.gradient(lambda x: 3.0, 1.0) == 0.0


def test_programs_on_arrays_have_all_operators():
    """What dk.trace wrote on arrays is differentiated like the callable it came from."""
    x = np.array([1.0, 2.0, 3.0])
    program = dk.trace(lambda x: np.sum(x**3) * x[0], x)
    assert tape.hessian(program, x) == pytest.approx(tape.hessian(lambda x: np.sum(x**3) * x[0], x))
    assert tape.hvp(program, x, np.ones(3)) == pytest.approx(tape.hessian(program, x).sum(axis=1))
    wide = dk.trace(lambda x: np.cumsum(x * x), x)
    assert tape.jacobian(wide, x) == pytest.approx(2 * np.tril(np.ones((3, 3))) * x)
    with pytest.raises(dk.UsageError, match="a gradient needs one number"):
        tape.gradient(wide, x)
    assert tape.gradient(program, {"x": x})["x"] == pytest.approx(tape.gradient(program, x))


def test_copies_are_copies():
    """flatten, +x, copy, np.clip and sums of single numbers give arrays of their own, as in NumPy."""
    x = np.array([1.0, 2.0])
    for copied in (
        lambda x: x.flatten(),
        lambda x: +x,
        lambda x: x.copy(),
        np.copy,
        lambda x: np.positive(x),
        lambda x: x.astype(float),
    ):

        def f(x, copied=copied):
            y = copied(x)
            y += 1.0
            return np.sum(y * x)

        assert tape.value_and_gradient(f, x)[0] == f(x.copy())
        assert tape.gradient(f, x).tolist() == [3.0, 5.0]


def test_keepdims_in_every_spelling():
    """True, 1, np.True_."""
    for keepdims in (True, 1, np.True_):
        assert tape.vjp(lambda x, k=keepdims: np.sum(x, axis=0, keepdims=k), np.ones((2, 3)))[0].shape == (1, 3)
        assert tape.vjp(lambda x, k=keepdims: x.mean(axis=1, keepdims=k), np.ones((2, 3)))[0].shape == (2, 1)
        assert tape.vjp(lambda x, k=keepdims: np.std(x * x, axis=1, keepdims=k), np.arange(6.0).reshape(2, 3))[0].shape == (2, 1)


def test_a_dict_is_matched_by_its_keys():
    """Directions and adjoints whose keys stand in another order than those of the point or the result."""
    at = {"a": 2.0, "b": 3.0}

    def f(a, b):
        return a * a * b

    for direction in ({"a": 0.0, "b": 1.0}, {"b": 1.0, "a": 0.0}):
        assert tape.hvp(f, at, direction) == {"a": 4.0, "b": 0.0}
        assert tangent.jvp(f, at, direction) == (12.0, 4.0)
    assert tape.vjp(lambda x: {"u": x, "v": 2 * x}, 3.0)[1]({"v": 1.0, "u": 0.0}) == 2.0
    with pytest.raises(dk.errors.UsageError, match="other keys"):
        tangent.jvp(f, at, {"a": 1.0, "c": 1.0})


@pytest.mark.parametrize("bar", [np.array([1j, 0.0]), "one", None, np.array(["a", "b"])])
def test_directions_and_adjoints_are_real_numbers(bar):
    """An imaginary part is not dropped in silence."""
    x = np.ones(2)
    with pytest.raises(dk.errors.UsageError):
        tangent.jvp(np.sin, x, bar)
    with pytest.raises(dk.errors.UsageError):
        tape.vjp(np.sin, x)[1](bar)
    with pytest.raises(dk.errors.UsageError):
        tangent.jvp(np.sin, 1.0, bar)


@pytest.mark.parametrize(
    "places",
    [
        lambda x: np.argsort(x)[:2] + 1,
        lambda x: 2 * np.argmin(x) - 1,
        lambda x: np.argmax(x) - np.int64(1),
        lambda x: 1 - (x > 2),
        lambda x: np.argsort(x)[:2] + np.array([1, 0]),
        lambda x: [],
    ],
)
def test_places_can_be_computed_with(places):
    """Whole numbers beside places stay whole numbers, so the result is an index, not a mask; at first and second order."""
    x = np.array([3.0, 1.0, 2.5, 5.0])
    chosen = np.zeros(4)
    np.add.at(chosen, places(x), 1.0)

    def f(x):
        return np.sum(x[places(x)] ** 2)

    assert tape.value_and_gradient(f, x)[0] == f(x)
    assert tape.gradient(f, x).tolist() == (2 * x * chosen).tolist()
    assert np.diag(tape.hessian(f, x)).tolist() == (2 * chosen).tolist()


@pytest.mark.parametrize(
    "places", [lambda x: np.argsort(x) / 2, lambda x: np.array([0.0, 1.0]), lambda x: True, lambda x: x[0] > 0]
)
def test_floats_are_no_places(places):
    """An array of floats is neither taken for a mask nor for places."""
    with pytest.raises(dk.errors.InputError, match="index must be whole numbers"):
        tape.gradient(lambda x: np.sum(x[places(x)]), np.array([3.0, 1.0]))


def test_logical_functions_ask_whether_numbers_are_not_zero():
    """np.logical_and and its kin on places and floats, not bit by bit."""
    x = np.array([1.0, 2.0, 3.0])
    for truths in (
        lambda x: np.logical_and(np.argsort(x), 2),
        lambda x: np.logical_not(np.argsort(x)),
        lambda x: np.logical_or(x - 1, x - 2),
        lambda x: np.logical_xor(x > 1, np.argsort(x)),
    ):
        assert tape.gradient(lambda x, t=truths: np.sum(t(x) * x), x).tolist() == (truths(x) * 1.0).tolist()


def test_elements_in_the_order_of_columns():
    """reshape, ravel and flatten with order F, and A where that is what NumPy does; K is refused."""
    x = np.arange(24.0).reshape(2, 3, 4)
    for shaped in (
        lambda x: x.reshape((-1, 2), order="F")[:, 0],
        lambda x: x.flatten("F")[3:9],
        lambda x: np.ravel(x.T, "A")[3:9],
        lambda x: x.ravel("A")[3:9],
    ):
        value, slopes = tape.value_and_gradient(lambda x, s=shaped: np.sum(np.sin(s(x))), x)
        assert value == pytest.approx(np.sum(np.sin(shaped(x))), rel=1e-14)
        chosen = np.isin(x, shaped(x))
        assert slopes == pytest.approx(np.where(chosen, np.cos(x), 0.0))
    with pytest.raises(dk.errors.InputError, match="'K' cannot be recorded"):
        tape.gradient(lambda x: x.T.ravel("K")[0], x)


def test_in_place_keeps_the_precision():
    """NumPy would round the sum to the precision of the array: refused, not answered in another one."""
    with pytest.raises(dk.errors.InputError, match="precision"):

        def f(x):
            y = x.astype("float32")
            y += x
            return np.sum(y)

        tape.gradient(f, np.ones(2))


def test_a_structure_as_one_argument():
    """A list or dict given as the point is f's arguments; the error says how to pass it as one."""
    for at in ({"a": 2.0, "b": 3.0}, [1.0, 2.0]):
        with pytest.raises(dk.errors.UsageError, match=r"\(p,\) passes p as one"):
            tape.gradient(lambda p: 1.0, at)
    with pytest.raises(TypeError, match="inside"):
        tape.gradient(lambda x, y: (_ for _ in ()).throw(TypeError("inside")), (1.0, 2.0))


def test_traced_values_can_be_printed_and_asked():
    """A format does not lose the derivative; what arrays have not is an error of ours and not there for hasattr."""
    assert tape.gradient(lambda x: [f"{x:.3f} {x * x:g}", x * x][1], 3.0) == 6.0
    assert tape.gradient(lambda x: np.sum(x.real * x.mT), np.ones((2, 2))).tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert tape.gradient(lambda x: 0.0 if hasattr(x, "flat") else np.sum(x), np.ones(2)).tolist() == [1.0, 1.0]
    with pytest.raises(dk.errors.InputError, match="flat"):
        tape.gradient(lambda x: x.flat[0], np.ones(2))
    with pytest.raises(dk.errors.InputError, match="plain float"):
        tape.gradient(lambda x: round(x, 2), 1.0)
    with pytest.raises(dk.errors.UsageError, match=r"np\.stack"):
        tape.gradient(lambda x: np.linalg.det(np.array([[x[0], 1.0], [1.0, x[1]]])), np.ones(2))


def test_an_array_of_an_outer_recording_changed_in_place_by_an_inner_one():
    """The array then belongs to the inner recording: neither value nor slope is lost."""

    def f(x):
        y = x * 1.0

        def g(z):
            nonlocal y
            y += z
            return np.sum(y * y)

        return np.sum(tape.gradient(g, x))  # 2 (x + z) at z = x

    assert tape.value_and_gradient(f, np.array([1.0, 2.0]))[0] == 12.0
    assert tape.gradient(f, np.array([1.0, 2.0])).tolist() == [4.0, 4.0]


def test_a_recorded_branch_is_not_differentiated_elsewhere():
    """Where the Program cannot be evaluated it has no gradient either: not that of the branch not taken."""
    p = dk.trace(lambda x: x * x if x > 0 else -x, 2.0)
    assert tape.gradient(p, 3.0) == 6.0
    for differentiate in (p, tape.value_and_gradient, tape.vjp, tape.hessian, tangent.gradient, tangent.derivative):
        with pytest.raises(dk.errors.NumberError, match="another branch"):
            differentiate(-3.0) if differentiate is p else differentiate(p, -3.0)


def test_inputs_of_a_program_have_different_names():
    """x_0 may be a parameter, and the first part of another one."""
    p = dk.trace(lambda x_0, x: x_0 * x[0] * x[1], (1.0, [2.0, 3.0]))
    assert len(set(p.inputs)) == 3
    assert tape.gradient(p, (1.0, 2.0, 3.0)) == (6.0, 3.0, 2.0)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("make", [np.matrix, np.ma.masked_array])
def test_arrays_with_an_arithmetic_of_their_own_are_refused(make):
    """The product of matrices is no product of elements, and a masked element no element: at the point and inside."""
    special = make([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(dk.errors.UsageError, match="plain array"):
        tape.gradient(lambda x: np.sum(x * x), special)
    with pytest.raises(dk.errors.InputError, match="own arithmetic"):
        tape.gradient(lambda x: np.sum(x * special), np.ones((2, 2)))


def test_whole_numbers_beside_places_print_as_numbers():
    """In the listing of a Program."""
    assert str(dk.trace(lambda x: np.sum(x[np.argsort(x) + 1 - 1]), np.ones(2))) == "sum(getitem(x, argsort(x) + 1 - 1))"


@pytest.mark.parametrize("f", [lambda x: x ^ 2, lambda x: 2 ^ x, lambda x: (x > 0) ^ (x > 1)])
def test_the_sign_of_exclusive_or(f):
    """Often meant as a power: refused with both remedies."""
    for at in (1.5, np.ones(2)):
        with pytest.raises(dk.errors.InputError, match=r"x\*\*y"):
            tape.gradient(f, at)


def test_places_of_an_outer_recording():
    """A place found further out, beside places found further in."""
    x = np.array([3.0, 1.0, 2.0])

    def f(x):
        return np.sum(tape.gradient(lambda z: np.sum(z[(np.argsort(z) + np.argmax(x))[:1]] ** 2), x))

    assert tape.gradient(f, x).tolist() == [0.0, 2.0, 0.0]


@pytest.mark.parametrize("make", [np.asarray, np.array, np.asanyarray, np.ascontiguousarray])
def test_a_first_line_with_asarray(make):
    """What a library's function begins with: the derivatives of all that is done to the array of numbers it gives."""

    def f(x):
        x = make(x)
        y = np.exp(-x[1:]) * x[:-1] ** 2 + np.where(x[1:] > 2.5, x[1:], 0.0)
        return np.sum(y) + np.max(x) * x.mean() + np.dot(x, np.array([1.0, 2.0, 3.0]))

    def plain(x):
        y = np.exp(-x[1:]) * x[:-1] ** 2 + np.where(x[1:] > 2.5, x[1:], 0.0)
        return np.sum(y) + np.max(x) * x.mean() + np.dot(x, np.array([1.0, 2.0, 3.0]))

    assert tape.value_and_gradient(f, ARRAY)[0] == pytest.approx(plain(ARRAY), rel=1e-14)
    assert tape.gradient(f, ARRAY) == pytest.approx(tape.gradient(plain, ARRAY), rel=1e-13)
    assert tape.hessian(f, ARRAY) == pytest.approx(tape.hessian(plain, ARRAY), rel=1e-13)
    assert tape.compile(f, ARRAY)(ARRAY)[1] == pytest.approx(tape.gradient(plain, ARRAY), rel=1e-13)


def test_a_copy_can_be_written_to_and_the_array_itself_not():
    """np.array copies, np.asarray does not: writing to what it gives would change x, too."""

    def f(x):
        y = np.array(x)
        y[0] = x[1] ** 2
        return np.sum(y * x)

    assert tape.gradient(f, ARRAY).tolist() == [4.0, 8.0, 6.0]

    def g(x):
        y = np.asarray(x)
        y[0] = 0.0
        return np.sum(y * x)

    with pytest.raises(ValueError, match="read-only"):
        tape.gradient(g, ARRAY)


def test_scipys_own_rosenbrock():
    """Unmodified: it begins with asarray."""
    optimize = pytest.importorskip("scipy.optimize")
    x, v = np.array([1.3, 0.7, 0.8, 1.9, 1.2]), np.array([0.3, -1.0, 0.2, 2.0, 0.1])
    assert tape.gradient(optimize.rosen, x) == pytest.approx(optimize.rosen_der(x), rel=1e-13, abs=1e-11)
    assert tape.hessian(optimize.rosen, x) == pytest.approx(optimize.rosen_hess(x), rel=1e-13)
    assert tape.hvp(optimize.rosen, x, v) == pytest.approx(optimize.rosen_hess_prod(x, v), rel=1e-13)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: np.mean([x, y, x * y]),
        lambda x, y: np.std([x, y, x * y]) + np.var([x, y, x * y]),
        lambda x, y: np.average([x, y, x * y], weights=[1.0, 2.0, 3.0]),
        lambda x, y: np.median([x, y, x * y, 9.0]),
        lambda x, y: np.einsum(",", x, y) + np.einsum("...,...", x, x * y),
        lambda x, y: np.sum(np.outer(x, y) * np.outer([x, y], x)),
        lambda x, y: np.flip(x) * np.flip([y, x])[0] + np.sum(np.pad([x, y], 1, mode="edge")),
        lambda x, y: x % 0.3 * (y // 0.7) + np.round(x, 1) * y,
    ],
)
def test_lists_and_single_numbers(f):
    """Values as plain NumPy gives them; first and second derivatives as differences do, also compiled."""
    at, h = (1.37, 2.21), 1e-5
    value, slopes = tape.value_and_gradient(f, at)
    assert value == pytest.approx(float(f(*at)), rel=1e-14)
    shifted = [(at[0] + s * h * (i == 0), at[1] + s * h * (i == 1)) for i in range(2) for s in (1, -1)]
    wanted = [(f(*shifted[2 * i]) - f(*shifted[2 * i + 1])) / (2 * h) for i in range(2)]
    assert slopes == pytest.approx(wanted, rel=1e-8)
    rows = tape.hessian(f, at)
    for i in range(2):
        above, below = (tape.gradient(f, shifted[2 * i + s]) for s in (0, 1))
        assert rows[i] == pytest.approx([(a - b) / (2 * h) for a, b in zip(above, below, strict=True)], rel=1e-7, abs=1e-7)
    found = tape.compile(f, at)(at)
    assert found[0] == pytest.approx(value, rel=1e-14)
    assert found[1] == pytest.approx(slopes, rel=1e-14)
    assert all(type(slope) is float for slope in found[1])


def test_outer_of_numbers_has_numpys_shape():
    """Two axes, as NumPy says."""
    assert tape.jacobian(lambda x: np.outer(x, x), 2.0).tolist() == [[4.0]]


def test_places_that_are_computed_stay_places():
    """Sums of places and numbers that are places are no truths, in emitted code and in Programs."""
    x = np.array([0.5, 3.0, 1.0, 2.0])

    def f(x):
        k = np.argmax(x[:2])
        return np.sum(x[np.argsort(x)[:2] * 0 + k] ** 2) + x[k + 1] + x[np.sum(x > 1.5) - k] ** 3 + x[k - 1]

    for at in (x, x[::-1].copy()):
        wanted = tape.value_and_gradient(f, at)
        found = tape.compile(f, x)(at)
        assert found[0] == pytest.approx(wanted[0], rel=1e-15)
        assert found[1] == pytest.approx(wanted[1], rel=1e-15)
        assert tape.gradient(dk.trace(f, x), at) == pytest.approx(wanted[1], rel=1e-15)
        assert float(f(at)) == pytest.approx(wanted[0], rel=1e-15)


def test_truths_are_no_coordinates():
    """There is no derivative by True."""
    for at in (True, np.True_, (1.0, False)):
        with pytest.raises(dk.UsageError, match="must be a real number"):
            tape.gradient(lambda *x: x[0] * 2.0, at)


def test_comparing_with_nothing():
    """x == None and x == "text" are False, as for any number."""
    assert tape.gradient(lambda x: x * x if x != None and x != "a" else x, 2.0) == 4.0  # noqa: E711


def test_too_few_arguments_are_named():
    """Not a bare TypeError."""
    with pytest.raises(dk.UsageError, match="does not fit the function"):
        tape.gradient(lambda x, y: x * y, 2.0)


def test_the_line_named_is_the_users_not_a_librarys():
    """Between f and us stands SciPy."""
    special = pytest.importorskip("scipy.special")

    def f(x):
        return special.jv(0, x)

    with pytest.raises(dk.InputError) as found:
        tape.gradient(f, 1.0)
    assert "special.jv(0, x)" in str(found.value)
    linalg = pytest.importorskip("scipy.linalg")
    with pytest.raises(dk.InputError) as found:
        tape.gradient(lambda x: np.sum(linalg.solve(np.eye(3), np.argsort(x))), ARRAY)
    assert "test_recording.py" in str(found.value)


def test_scipys_gates_and_error_functions():
    """Those that the table has."""
    special = pytest.importorskip("scipy.special")
    x = np.array([0.3, 1.7, 2.5])
    for f in (special.expit, special.erf, special.erfc, special.gamma, special.gammaln, special.log_expit):
        h = 1e-6
        assert tape.gradient(lambda x, f=f: np.sum(f(x)), x) == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-8)
    assert tape.gradient(lambda x: np.sum(special.xlogy(x - 0.3, x)), x) == pytest.approx(np.log(x) + (x - 0.3) / x)


@pytest.mark.parametrize("at", [np.ones(5), np.ones((2, 2)), 1.0, np.ones((1, 4))])
def test_a_program_on_arrays_is_one_of_their_shapes(at):
    """A mean of four is no mean of five: an error that says so, not another function."""
    p = dk.trace(lambda x: x.mean() + np.sum(x[:2] @ np.ones(2)), np.ones(4))
    with pytest.raises(dk.UsageError, match="where the function was recorded"):
        p(at)
    with pytest.raises(dk.UsageError, match="where the function was recorded"):
        tape.gradient(p, at)


def test_nan_to_num_as_numpy_does_it():
    """nan and both infinities; their slopes are 0."""
    x = np.array([1.0, np.nan, np.inf, -np.inf, -2.0])
    for options in ({}, {"nan": 5.0, "posinf": 7.0}, {"neginf": -9.0}):
        y, _ = tape.vjp(lambda x, o=options: np.nan_to_num(x, **o), x)
        assert np.array_equal(y, np.nan_to_num(x, **options))
        assert tape.gradient(lambda x, o=options: np.sum(np.nan_to_num(x, **o) * 1e-10), x).tolist() == [1e-10, 0, 0, 0, 1e-10]
