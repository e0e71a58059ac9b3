"""tape.checkpoint: the same derivatives in less memory, and the schedule that theory promises."""

import math
import tracemalloc

import numpy as np
import pytest

import diffkit as dk
from diffkit import tangent, tape
from diffkit.checkpoint import stretch
from diffkit.errors import InputError

X = np.linspace(0.1, 0.9, 7)


def decay(x, r):
    """A step that keeps derivatives of the size of 1."""
    return x + 1e-3 * r * np.sin(x)


def plain_loop(n):
    def f(x, r):
        for _ in range(n):
            x = decay(x, r)
        return (x * x).sum()

    return f


def kept_loop(n, **options):
    return lambda x, r: (tape.checkpoint(decay, times=n, **options)(x, r) ** 2).sum()


def test_a_segment_has_the_same_derivatives():
    """Arrays, numbers, several results, structures; values and slopes to the last bit."""

    def segment(x, w):
        return {"a": np.sin(x * w["k"]), "b": x.sum() * w["k"]}

    def f(x, w):
        y = segment(x, w)
        return (y["a"] ** 2).sum() * y["b"]

    def g(x, w):
        y = tape.checkpoint(segment)(x, w)
        return (y["a"] ** 2).sum() * y["b"]

    at = (X, {"k": 1.5})
    ours, theirs = tape.value_and_gradient(g, at), tape.value_and_gradient(f, at)
    assert ours[0] == theirs[0]
    assert np.array_equal(ours[1][0], theirs[1][0])
    assert ours[1][1] == theirs[1][1]
    assert tape.gradient(lambda x: tape.checkpoint(lambda y: y * y * 3.0)(x), 2.0) == 12.0
    assert tape.checkpoint(segment)(X, {"k": 1.5})["b"] == X.sum() * 1.5  # outside any recording


@pytest.mark.parametrize("n", [2, 3, 17, 100])
@pytest.mark.parametrize("snapshots", [1, 2, 5, 64])
def test_loops_have_the_same_derivatives(n, snapshots):
    """For few and many steps and snapshots; the parameter's adjoint is added up in another order."""
    ours = tape.value_and_gradient(kept_loop(n, snapshots=snapshots), (X, 0.7))
    theirs = tape.value_and_gradient(plain_loop(n), (X, 0.7))
    assert ours[0] == theirs[0]
    assert np.allclose(ours[1][0], theirs[1][0], rtol=1e-14)
    assert ours[1][1] == pytest.approx(theirs[1][1], rel=1e-13)


def test_second_derivatives_and_forward_mode():
    """A checkpointed function is differentiated again, forwards and compiled like any other."""
    at = (X, 0.7)
    f, g = plain_loop(5), kept_loop(5)
    for ours, theirs in zip(tape.hvp(g, at, (X, 1.0)), tape.hvp(f, at, (X, 1.0)), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12)
    assert tangent.jvp(g, at, (X, 1.0))[1] == pytest.approx(tangent.jvp(f, at, (X, 1.0))[1], rel=1e-13)
    compiled = tape.compile(g, at)
    assert compiled.source
    assert np.allclose(compiled(at)[1][0], tape.gradient(f, at)[0], rtol=1e-13)


@pytest.mark.parametrize("s", [1, 2, 3, 8])
def test_the_schedule_is_binomial(s):
    """C(s + r, s) steps need each step to be advanced over at most r times; one step more needs r + 1."""

    def advances(n, s):
        """The most often that any one step is advanced over, by the schedule."""
        if n == 1:
            return [0]
        ahead = stretch(n, s)
        return [1 + x for x in advances(ahead, s)] + advances(n - ahead, max(s - 1, 0))

    for r in (1, 2, 3):
        steps = math.comb(s + r, s)
        assert max(advances(steps, s)) == r
        assert max(advances(steps + 1, s)) == r + 1


def test_every_step_is_recorded_once():
    """The calls of f: one on traced values a step, and at most r + 1 plain ones, r = 2 for 10 steps and 3 snapshots."""
    from diffkit.traced import Traced

    calls = {True: 0, False: 0}

    def counted(x):
        calls[isinstance(x, Traced)] += 1
        return np.sin(x)

    tape.gradient(lambda x: tape.checkpoint(counted, times=10, snapshots=3)(x), 0.5)
    assert calls[True] == 10
    assert 10 <= calls[False] <= 10 * 3


def test_100000_steps_in_bounded_memory():
    """A loop over an array of 200 numbers: 160 MB if every state were kept, under 1 MB here."""
    x = np.linspace(0.5, 1.5, 200)
    tracemalloc.start()
    value, slope = tape.value_and_gradient(lambda x: tape.checkpoint(np.sin, times=100_000)(x).sum(), x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6
    y, product = x, np.ones_like(x)
    for _ in range(100_000):
        y, product = np.sin(y), product * np.cos(y)
    assert value == pytest.approx(y.sum(), rel=1e-12)
    assert np.allclose(slope, product, rtol=1e-10)


def test_what_is_no_argument_is_refused():
    """A traced value that the segment reads from outside would lose its derivative."""
    with pytest.raises(dk.InputError, match="no argument of it"):
        tape.gradient(lambda x, r: tape.checkpoint(lambda y: y * r)(x), (2.0, 3.0))
    assert tape.gradient(lambda x: tape.checkpoint(lambda y, k: y**k)(x, 3), 2.0) == 12.0  # whole numbers are constants


def test_a_step_must_give_what_it_takes():
    """Another shape or structure cannot be handed to the next step."""
    with pytest.raises(dk.UsageError, match="a step must give what it takes"):
        tape.gradient(lambda x: tape.checkpoint(lambda y: y.sum(), times=3)(x), X)
    with pytest.raises(dk.UsageError, match="at least one step"):
        tape.checkpoint(decay, times=0)


def _reused_buffer(x):
    w, t = np.ones(4), np.sum(x * 0)
    scaled = tape.checkpoint(lambda y: y * w)
    for _ in range(3):
        t = t + np.sum(scaled(x))
        w += 1
    return t


def _rebound(x):
    w, y = 1.0, x
    step = tape.checkpoint(lambda y: y * w)
    for _ in range(3):
        y = step(y)
        w = w + 1.0
    return np.sum(y)


def _zeroed(x):
    w = np.ones(4)
    y = tape.checkpoint(lambda y: y * w)(x * 0.0)  # 0 before and after: only the slope tells
    w[:] = 7.0
    return np.sum(y)


def _random(x):
    return np.sum(tape.checkpoint(lambda y: y * np.random.standard_normal(4))(x))


def _counting(x):
    calls = [0.0]

    def step(y):
        calls[0] += 1.0
        return y * calls[0]

    return np.sum(tape.checkpoint(step, times=4)(x))


@pytest.mark.parametrize("f", [_reused_buffer, _rebound, _zeroed, _random, _counting])
def test_what_changes_before_it_is_computed_again_is_an_error(f):
    """Never the gradient of another function: by the tape, compiled, forwards, and by a pullback called later."""
    x = np.array([1.0, -2.0, 3.0, -4.0])
    with pytest.raises(InputError, match="checkpointed"):
        tape.gradient(f, x)
    with pytest.raises(InputError, match="checkpointed"):
        tape.compile(f, x)(x)
    with pytest.raises(InputError, match="checkpointed"):
        tape.hvp(f, x, x)


def test_a_pullback_after_a_change_is_an_error():
    """The buffer is overwritten between the value and the pullback."""
    w = np.ones(2)
    _, pullback = tape.vjp(lambda x: np.sum(tape.checkpoint(lambda y: y * w * y)(x)), np.ones(2))
    assert np.array_equal(pullback(1.0), [2.0, 2.0])
    w[:] = 0
    with pytest.raises(InputError, match="has changed"):
        pullback(2.0)


def test_a_compiled_checkpoint_follows_its_surroundings():
    """A change between calls is followed, not refused."""
    w = np.ones(2)
    g = tape.compile(lambda x: np.sum(tape.checkpoint(lambda y: y * w * y)(x)), np.ones(2))
    w[:] = 3.0
    assert g(np.ones(2))[0] == 6.0
    assert np.array_equal(g(np.ones(2))[1], [6.0, 6.0])
