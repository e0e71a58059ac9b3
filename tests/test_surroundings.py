"""What a compiled function reads besides its arguments: a change of it is never overlooked."""

import functools
import random
import types
from collections import deque, namedtuple

import numpy as np
import pytest

from diffkit import limits, tape
from diffkit.surroundings import Surroundings

RATE = 3.0
WEIGHTS = np.array([1.0, 2.0, 3.0])
X = np.array([0.5, -1.0, 2.0])
Pair = namedtuple("Pair", "w more")
OWN = types.ModuleType("own_module")
OWN.inner = types.ModuleType("own_module.inner")
OWN.inner.rate = 2.0


def scaled(x):
    """Reads a global number."""
    return x * RATE


def by_helper(x):
    """Reads it by way of another function."""
    return scaled(x) * x


class Model:
    """Weights as attributes; a number of its class."""

    power = 2.0

    def __init__(self):
        self.w, self.parts = X.copy(), {"b": [1.0, {"c": 2.0}]}

    def __call__(self, x):
        return np.sum(self.w * x**self.power) + self.parts["b"][1]["c"]

    def loss(self, x):
        """The same."""
        return self(x)


class Slotted:
    """Attributes without a dict."""

    __slots__ = ("rate",)

    def __init__(self):
        self.rate = 2.0


def cases():
    """Name, function, point, and changes, each of which changes value or slope."""
    w, c, d, obj, slotted = X.copy(), [3.0], {"k": 2.0}, Model(), Slotted()
    line, pair, state = deque([1.0]), Pair(X.copy(), [2.0]), bytearray(b"\x03")
    large, objects = np.ones(10_000), np.array([1.0, [2.0]], dtype=object)
    number = 2.0

    def closure(x):
        return x * number

    def reset():
        nonlocal number
        number = 5.0

    def default(x, rate=2.0):
        return x * rate

    @functools.wraps(closure)
    def wrapped(x):
        return closure(x) + 1.0

    def inner(x):
        return sum(d["k"] * y for y in [x])

    slopes = functools.partial(lambda w, x: np.sum(w * x), w)
    return {
        "array in place": (lambda x: np.sum(w * x * x), X, [lambda: w.__setitem__(0, 9.0), lambda: w.fill(0.0)]),
        "part of an expression": (lambda x: np.sum((w * 2.0) * x), X, [lambda: w.__setitem__(1, 7.0)]),
        "sign of a zero": (lambda x: x / w[0], 2.0, [lambda: w.__setitem__(0, 0.0), lambda: w.__setitem__(0, -0.0)]),
        "large array": (lambda x: x * np.sum(large), 2.0, [lambda: large.__setitem__(77, -5.0), lambda: large.fill(2.0)]),
        "list": (lambda x: c[0] * x * x, 2.0, [lambda: c.__setitem__(0, 5.0), lambda: c.insert(0, 1.0)]),
        "dict": (inner, 2.0, [lambda: d.update(k=7.0)]),
        "deque": (lambda x: x * sum(line), 2.0, [lambda: line.append(3.0)]),
        "named tuple": (
            lambda x: np.sum(pair.w * x) * pair.more[0],
            X,
            [lambda: pair.w.fill(1.0), lambda: pair.more.insert(0, 9.0)],
        ),
        "bytes": (lambda x: x * float(state[0]), 2.0, [lambda: state.__setitem__(0, 4)]),
        "objects": (
            lambda x: x * objects[0] * objects[1][0],
            2.0,
            [lambda: objects.__setitem__(0, 3.0), lambda: objects[1].insert(0, 5.0)],
        ),
        "closure": (closure, 2.0, [reset]),
        "wrapped": (wrapped, 2.0, [reset]),
        "default": (default, (2.0,), [lambda: setattr(default, "__defaults__", (4.0,))]),
        "partial": (slopes, X, [lambda: w.fill(4.0)]),
        "method": (
            obj.loss,
            X,
            [lambda: obj.w.fill(1.0), lambda: setattr(obj, "w", 3.0 * X), lambda: obj.parts["b"][1].update(c=0.0)],
        ),
        "callable object": (obj, X, [lambda: setattr(obj, "power", 3.0)]),
        "slots": (lambda x: x * slotted.rate, 2.0, [lambda: setattr(slotted, "rate", 4.0)]),
        "module": (lambda x: x * OWN.inner.rate, 2.0, [lambda: setattr(OWN.inner, "rate", 3.0)]),
        "checkpoint": (tape.checkpoint(lambda x: x * c[0], times=3), 2.0, [lambda: c.__setitem__(0, 0.5)]),
    }


NAMES = list(cases())


def assert_alike(found, wanted):
    """The same value and slopes, to a few ulps."""
    assert found[0] == pytest.approx(wanted[0], rel=1e-14, nan_ok=True)
    assert np.asarray(found[1]) == pytest.approx(np.asarray(wanted[1]), rel=1e-14, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_change_of_what_a_function_reads_is_seen(name):
    """After each change value and gradient are the tape's, and without one nothing is recorded again."""
    f, at, changes = cases()[name]
    g = tape.compile(f, at)
    for change in changes:
        assert_alike(g(at), tape.value_and_gradient(f, at))
        before, recordings = g(at), g.recordings
        change()
        assert_alike(g(at), tape.value_and_gradient(f, at))
        assert g.recordings == recordings + 1
        assert not np.array_equal(np.asarray(g(at)[1]), np.asarray(before[1]), equal_nan=True) or g(at)[0] != before[0]


@pytest.mark.parametrize(("f", "wanted"), [(scaled, 5.0), (by_helper, 20.0), (lambda x: x * np.sum(WEIGHTS), 6.0)])
def test_globals_and_helpers(f, wanted, monkeypatch):
    """A number, a function and an array of the module, exchanged and deleted."""
    g = tape.compile(f, 2.0)
    g(2.0)
    monkeypatch.setitem(globals(), "RATE", 5.0)
    assert g(2.0)[1] == wanted
    monkeypatch.setitem(globals(), "scaled", lambda x: x * 7.0)
    assert g(2.0)[1] == {20.0: 28.0}.get(wanted, wanted)
    monkeypatch.setitem(globals(), "WEIGHTS", np.ones(2))
    assert g(2.0)[1] == {20.0: 28.0, 6.0: 2.0}.get(wanted, wanted)
    for name in ("RATE", "scaled", "WEIGHTS"):
        monkeypatch.delitem(globals(), name)
    if wanted != 5.0:
        with pytest.raises(NameError):
            g(2.0)


def test_a_number_of_a_class_and_a_base_class(monkeypatch):
    """Attributes that an object has by its class are seen, too."""
    model = type("Heir", (Model,), {})()
    g = tape.compile(model.loss, X * X)
    g(X * X)
    monkeypatch.setattr(Model, "power", 3.0)
    assert_alike(g(X * X), tape.value_and_gradient(model.loss, X * X))


def test_other_branches_and_forms_are_recorded_anew_after_a_change():
    """Not only the recording that is asked first: all of them are stale."""
    c = [2.0]

    def f(x):
        return np.sum(x * c[0]) if np.sum(x) > 0 else np.sum(x * x * c[0])

    g = tape.compile(f, 1.0)
    points = (1.0, -1.0, np.ones(3), -np.ones(3))
    for rate in (2.0, 3.0, 4.0):
        c[0] = rate
        for at in points:
            assert_alike(g(at), tape.value_and_gradient(f, at))


def _counter():
    calls = [0.0]

    def f(x):
        calls[0] += 1.0
        return x * calls[0]

    return f


def _log():
    kept = []

    def f(x):
        kept.append(len(kept))
        return x * len(kept)

    return f


def _iterator():
    numbers = iter([1.0, 2.0, 3.0, 4.0])
    return lambda x: x * next(numbers)


def _generator(seed=1):
    dice = np.random.default_rng(seed)
    return lambda x: x * dice.standard_normal()


def _python_dice(seed=1):
    dice = random.Random(seed)
    return lambda x: x * dice.random()


def _shared_dice():
    np.random.seed(3)
    return lambda x: x * np.random.standard_normal()


def _shared_python_dice():
    random.seed(3)
    return lambda x: x * random.random()


@pytest.mark.parametrize("make", [_counter, _log, _iterator, _generator, _python_dice, _shared_dice, _shared_python_dice])
def test_a_function_that_changes_what_it_reads_is_left_to_the_tape(make):
    """Every call runs it: the compiled function goes through the same values as the plain one."""
    plain = make()
    wanted = [plain(1.0) for _ in range(4)]
    g = tape.compile(make(), 1.0)  # whose recording is the first call
    assert [g(1.0)[1] for _ in range(3)] == wanted[1:]
    assert g.source == ""


def test_a_function_of_its_arguments_alone_is_not_looked_at():
    """NumPy, its constants and Python's own functions cost nothing."""
    assert not Surroundings(lambda x, y: np.sin(x) * y + np.pi + abs(x))


def test_too_large_surroundings_are_left_to_the_tape(monkeypatch):
    """More objects than are looked at: right, only not compiled."""
    many = [[float(i)] for i in range(50)]
    monkeypatch.setattr(limits, "WATCHED", 20)
    g = tape.compile(lambda x: x * many[7][0], 2.0)
    many[7][0] = 100.0
    assert g(2.0) == (200.0, 100.0)
    assert g.source == ""


def test_infinite_constants_and_outer_differentiations_are_left_to_the_tape():
    """Right, where no Program can be written."""
    g = tape.compile(lambda x: np.minimum(x, np.inf) * x, 2.0)
    assert g(3.0) == (9.0, 6.0)
    assert tape.gradient(lambda x: x * tape.compile(lambda y: x * y * y, 1.0)(2.0)[1], 4.0) == 32.0


def test_a_module_in_a_closure_is_not_looked_at():
    """What computes with np, however it is called."""

    def make(xp):
        return lambda x: xp.sin(x)

    assert not Surroundings(make(np))


def test_a_variable_of_a_closure_that_has_no_value_yet():
    """A branch not taken may read what is assigned later."""

    def make():
        def f(x):
            return x * later if x > 10 else x

        g = tape.compile(f, 1.0)
        assert g(1.0) == (1.0, 1.0)
        later = 3.0
        return g

    g = make()
    assert g(11.0) == (33.0, 3.0)
    assert g(1.0) == (1.0, 1.0)
