"""tape.compile: the tape's results bit for bit, in every branch and form, at kinks and poles, and with numba."""

import math
import subprocess
import sys

import numpy as np
import pytest
from loops import random_loops
from programs import random_program

import diffkit as dk
from diffkit import limits, tape
from diffkit.program import Builder


def same(a, b):
    """The same bits, and any nan for a nan."""
    return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))


def assert_same(found, wanted):
    """A value and a tuple of slopes, bit for bit."""
    assert same(found[0], wanted[0])
    assert len(found[1]) == len(wanted[1])
    assert all(map(same, found[1], wanted[1]))


@pytest.mark.parametrize("seed", range(200))
def test_random_programs_bit_for_bit(seed):
    """Every primitive, at a smooth point, at 0, mirrored, and so far out that most overflow."""
    f, at = random_program(seed, inputs=3)
    g = tape.compile(f)
    for scale in (1.0, 0.0, -1.0, 3.7, 1e200):
        point = tuple(scale * x for x in at.values())
        assert_same(g(point), tape.value_and_gradient(f, point))


BODIES = ["sin(s) + x", "cos(s)*x", "0.5*s + x", "max(s*x, x)", "x if s > x else sin(s)", "where(s > 0.5, x*s, x + y)", "|s - x|"]


@pytest.mark.parametrize("start", ["x", "x*y", "max(x, y)", "1"])
@pytest.mark.parametrize("body", BODIES)
def test_a_loop_that_reads_again_what_it_began_with(body, start):
    """The loop adds to an adjoint whose line stands before it, both at its beginning and in its body; rolled up all the same."""
    for last in ("s", "s - x*y", "s*x + s"):
        f = dk.parse(f"s = {start}\nrepeat 500: s = {body}\nf = {last}")
        at = tuple({"x": 0.3, "y": 0.7}[name] for name in f.inputs)
        g = tape.compile(f, at)
        assert "for " in g.source
        assert_same(g(at), tape.value_and_gradient(f, at))


def test_random_loops_bit_for_bit(monkeypatch):
    """Loops that read the iteration before, tables, inputs and earlier loops, with choices and ties; many are rolled up."""
    monkeypatch.setattr(limits, "ROLLED_LINES", 12)
    rolled = 0
    for seed in range(300):
        f, at = random_loops(seed)
        g = tape.compile(f)
        rolled += "for i in range" in g.source
        for point in (at, tuple(0.0 for _ in at), tuple(1.0 for _ in at)):
            assert_same(g(point), tape.value_and_gradient(f, point))
    assert rolled > 100


CONVENTIONS = [
    ("abs(x)", [0.0, -0.0, math.nan]),
    ("max(x, 1)*x", [1.0, 0.5, 2.0, math.nan]),
    ("max(x, x, x)", [2.0]),
    ("relu(x) + floor(x) + sign(x)", [0.0, 1.0, -0.5]),
    ("where(x > 0, sqrt(x), 0)", [-1.0, 0.0, 4.0]),
    ("where(x, x^2, 1)", [0.0, 2.0]),
    ("1/x", [0.0, -0.0, math.inf]),
    ("log(x)", [-1.0, 0.0, math.inf, 1e-300]),
    ("sqrt(x)^2", [0.0, -1.0]),
    ("x^y", [(0.0, 2.0), (0.0, 0.0), (-8.0, 1 / 3), (2.0, 3.0), (math.nan, 0.0), (1.0, math.nan)]),
    ("x*y*z", [(0.0, 2.0, 3.0), (math.inf, 0.0, 1.0)]),
    ("exp(x)", [710.0, -800.0, math.inf, -math.inf]),
    ("1/(1 + exp(-x))", [-800.0, 800.0]),
    ("sqrt(x^2 + y^2)", [(0.0, 0.0)]),
    ("x*(x*x*x > 1)", [1e200, 2.0, 0.5]),
    ("atan(x) + tanh(x)", [math.inf, -math.inf]),
    ("x < 1", [0.0, 2.0]),
    ("not x", [0.0, 2.0]),
    ("gamma(x) + lgamma(x)", [-1.0, 0.0, 0.5, 171.0, 172.0]),
    ("digamma(x)", [2.5, -1.0]),
    ("f(x, y) = 3", [(1.0, 2.0)]),
    ("f(x, y) = x", [(1.0, -2.0), (1.0, math.inf)]),
    ("x", [3.0]),
    ("hypot(x, y)", [(math.inf, math.nan), (0.0, 0.0)]),
]


@pytest.mark.parametrize(("f", "points"), CONVENTIONS)
def test_conventions_at_kinks_poles_and_overflows(f, points):
    """Whatever the tape answers there."""
    f = dk.parse(f)
    g = tape.compile(f)
    for at in points:
        at = at if isinstance(at, tuple) else (at,)
        assert_same(g(at), tape.value_and_gradient(f, at))


def test_results_have_the_form_of_the_point():
    """Number, whole number, tuple, list, dict and array in; the same out, and floats."""
    assert tape.compile("x^2")(3) == (9.0, 6.0)
    g = tape.compile("x*y")
    assert g((2, 3)) == (6.0, (3.0, 2.0))
    assert type(g((2, 3))[0]) is float
    assert g([2.0, 3]) == (6.0, [3.0, 2.0])
    assert g({"y": 3, "x": 2}) == (6.0, {"y": 2.0, "x": 3.0})
    assert g(np.array([2.0, 3.0]))[1].tolist() == [3.0, 2.0]
    assert g((np.float64(2.0), True)) == (2.0, (1.0, 2.0))
    assert tape.compile("x^2")(np.array([1.0, 3.0]))[1].tolist() == [2.0, 6.0]


def test_whole_numbers_are_computed_in_floats():
    """10^20 + 1 - 10^20 is 0 in floats, which a Program computes in."""
    assert tape.compile("x + y - z")((10**20, 1, 10**20)) == (0.0, (1.0, 1.0, -1.0))


def test_points_that_are_none():
    """Missing, unknown and surplus coordinates, and texts, are refused as the tape refuses them."""
    g = tape.compile("x*y")
    for at in ((1.0,), (1.0, 2.0, 3.0), {"x": 1.0}, {"x": 1.0, "y": 2.0, "z": 3.0}, ("1", "2"), (1.0, None)):
        with pytest.raises(dk.UsageError):
            g(at)
    with pytest.raises(dk.UsageError, match="a gradient needs one output"):
        tape.compile("x, y")


def root(a):
    """Newton's square root, with a branch."""
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x if a > 0 else -a


def test_another_branch_is_recorded_again():
    """Other numbers of steps: never the derivative of the wrong branch, and known ones are found again."""
    g = tape.compile(root, 2.0)
    for a in (2.0, 3.0, 100.0, 0.5, 1e-3, 2.0, 100.0):
        assert g(a) == tape.value_and_gradient(root, a)
    known = g.recordings
    for a in (2.0, 3.0, 100.0, 0.5, 1e-3):
        assert g(a) == tape.value_and_gradient(root, a)
    assert g.recordings == known <= 5


def test_recordings_are_bounded():
    """A function with a branch for every point does not fill the memory."""

    def staircase(x):
        steps = 0
        while x > steps:
            steps += 1
        return x * steps

    g = tape.compile(staircase, 1.5)
    for n in range(3 * limits.VARIANTS):
        assert g(n + 0.5) == ((n + 0.5) * (n + 1), n + 1.0)
    assert len(g._variants) == limits.VARIANTS


def test_structures_of_a_callable():
    """Dicts of lists; and the same coordinates in another structure are another function call."""

    def f(w, b):
        return w["a"] * b[0] + b[1] * b[1]

    at = ({"a": 2.0}, [3.0, 4.0])
    assert tape.compile(f, at)(at) == (22.0, ({"a": 3.0}, [2.0, 8.0]))
    g = tape.compile(lambda a, b: a - 2 * b, {"b": 1.0, "a": 5.0})
    assert g({"b": 1.0, "a": 5.0}) == (3.0, {"b": -2.0, "a": 1.0})
    assert g((5.0, 1.0)) == (3.0, (1.0, -2.0))


def rosenbrock(x):
    """A loop over the elements of an array."""
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def test_a_loop_over_elements_becomes_a_loop():
    """The same value and slopes as the tape, in code that does not grow, for every length."""
    g, lengths = tape.compile(rosenbrock, np.linspace(0, 1, 500)), []
    for n in (500, 1000, 2):
        x = np.linspace(-1, 1, n)
        value, slopes = g(x)
        wanted = tape.value_and_gradient(rosenbrock, x)
        assert value == wanted[0]
        assert np.array_equal(slopes, wanted[1])
        lengths.append(len(g.source.splitlines()))
    assert lengths[0] == lengths[1] < 120
    assert g.recordings == 3


def test_a_chain_of_100000_operations():
    """The derivative of 100,000 nested sines, in a few lines of code."""
    builder = Builder()
    k = builder.input("x")
    for _ in range(100_000):
        k = builder.op("sin", k)
    f = builder.build(k)
    g = tape.compile(f)
    assert g((0.3,)) == tape.value_and_gradient(f, (0.3,))
    assert len(g.source.splitlines()) < 30


def test_compiling_loads_numpy_only_when_asked_to():
    """Scalars need the standard library; the import of the tape loads nothing of the compiler."""
    code = (
        "import sys; from diffkit import tape; from diffkit.program import Builder\n"
        "print('diffkit.emit' in sys.modules); b = Builder(); g = tape.compile(b.build(b.op('sin', b.input('x'))))\n"
        "print(g((0.0,)), 'numpy' in sys.modules, 'numba' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found == "False\n(0.0, (1.0,)) False False\n"


# --- numba -----------------------------------------------------------------------------------------------------------------
def test_numba_agrees(monkeypatch):
    """Random programs and loops: as accurate as the tape to first order, and the tape's own answer at exceptional points."""
    pytest.importorskip("numba")
    from programs import rounding_bound

    for seed in range(6):
        f, at = random_program(seed)
        g = tape.compile(f, fast=True)
        value, slopes = tape.value_and_gradient(f, at)
        assert abs(g(at)[0] - value) <= 4 * rounding_bound(f, at)
        for name, slope in g(at)[1].items():
            assert slope == pytest.approx(slopes[name], rel=1e-9)
        assert_same(g((math.inf, 1.0)), tape.value_and_gradient(f, (math.inf, 1.0)))
    monkeypatch.setattr(limits, "ROLLED_LINES_FAST", 12)
    for seed in (1, 3, 5, 8):
        f, at = random_loops(seed)
        g = tape.compile(f, fast=True)
        assert g.fast
        assert np.allclose(g(at)[1], tape.value_and_gradient(f, at)[1], rtol=1e-12, atol=0)


def test_numba_is_the_same_to_2_ulps_an_operation():
    """One operation each, over its domain."""
    pytest.importorskip("numba")
    from diffkit.primitives import TABLE

    names = [n for n, row in TABLE.items() if row.arity == 1 and n not in {"gamma", "lgamma", "digamma", "not"}]
    builder, total = Builder(), None
    for name in names:
        y = builder.op(name, builder.input(f"x_{name}"))
        total = y if total is None else builder.op("add", total, y)
    f = builder.build(total)
    at = tuple(0.75 if n in {"asin", "acos", "atanh", "asech"} else 1.25 for n in names)
    g = tape.compile(f, fast=True)
    assert g.fast
    for found, wanted in zip(g(at)[1], tape.value_and_gradient(f, at)[1], strict=True):
        assert abs(found - wanted) <= 4 * math.ulp(wanted)  # a partial is a few operations


def test_what_numba_lacks_stays_python():
    """digamma has no numba form; the results do not depend on it."""
    pytest.importorskip("numba")
    g = tape.compile("digamma(x)", fast=True)
    assert not g.fast
    assert g((2.5,)) == tape.value_and_gradient("digamma(x)", (2.5,))


def test_fast_without_numba_says_so(monkeypatch):
    """An extra that is not installed is named."""
    from diffkit.emit import numba_code

    monkeypatch.setattr(numba_code.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(dk.UsageError, match="numba, which is not installed"):
        tape.compile("x", fast=True)
    assert tape.compile("x", fast=None).fast is False


# --- what else may happen ----------------------------------------------------------------------------------------------------
def test_inside_another_differentiation_the_tape_answers():
    """A compiled gradient of a traced value is a traced value: second derivatives come out right."""
    g = tape.compile(lambda x, y: x**3 * y, (1.0, 1.0))
    assert tape.gradient(lambda x: g((x, 2.0))[1][0], 3.0) == 36.0
    h = tape.compile(lambda x: (x**3).sum(), np.ones(2))
    assert tape.gradient(lambda x: h(x)[1].sum(), np.array([1.0, 2.0])).tolist() == [6.0, 12.0]
    with pytest.raises(dk.InputError):  # a text takes numbers, compiled or not
        tape.gradient(lambda x: tape.compile("x^3")(x)[1], 3.0)


def test_a_callable_needs_a_point():
    """It has to be run to be known."""
    with pytest.raises(dk.UsageError, match="recorded at a point"):
        tape.compile(lambda x: x)


def test_threads_compute_what_they_would_alone():
    """Four threads, two branches, one compiled function."""
    from concurrent.futures import ThreadPoolExecutor

    g = tape.compile(root, 2.0)
    points = [0.5 + 0.37 * (k % 50) for k in range(2000)]
    wanted = {a: tape.value_and_gradient(root, a) for a in set(points)}
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(g, points)) == [wanted[a] for a in points]


def test_code_that_would_be_too_long_is_left_to_the_tape(monkeypatch):
    """Irregular Programs of a million lines are not written out; numba gets only what it compiles in seconds."""
    f, at = random_program(3)
    monkeypatch.setattr(limits, "ROWS", 10)
    g = tape.compile(f)
    assert g.source == ""
    assert g(at) == tape.value_and_gradient(f, at)
    monkeypatch.undo()
    pytest.importorskip("numba")
    monkeypatch.setattr(limits, "ROWS_FAST", 10)
    g = tape.compile(f, fast=True)
    assert not g.fast
    assert g.source
    assert repr(g).endswith("lines of Python>")


def test_branches_inside_loops_are_guarded(monkeypatch):
    """A choice made in every iteration: taken otherwise anywhere, the function is recorded again."""
    monkeypatch.setattr(limits, "ROLLED_LINES", 50)

    def f(x):
        total = 0.0
        for i in range(len(x)):
            total = total + (x[i] * x[i] if x[i] > 0 else 3.0 * x[i])
        return total

    x = np.linspace(1, 2, 60)
    g = tape.compile(f, x)
    assert "for i in range" in g.source
    assert "raise BranchTakenError" in g.source
    for i in (0, 30, 59):
        y = x.copy()
        y[i] = -1.0
        assert g(y)[1].tolist() == tape.gradient(f, y).tolist()
    assert g.recordings == 4
