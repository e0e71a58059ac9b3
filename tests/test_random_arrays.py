"""Random NumPy programs: shapes, broadcasting, reductions and indexing, against the complex step and against a peer."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import diffkit as dk
from diffkit import tangent, tape

SHAPES = [(), (1,), (3,), (2, 3), (2, 1), (1, 3), (4, 2, 3), (0, 3)]
BINARY = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - 2.0 * b, lambda a, b: a / (3 + b * b)]


def unary(np):
    """Functions of each element, in NumPy or a peer's stand-in for it."""
    return [
        lambda x: np.sin(x),
        lambda x: np.tanh(x) + 0.1 * x,
        lambda x: np.exp(-x * x),
        lambda x: 1 / (2 + np.cos(x)),
        lambda x: x**3 / 5,
        lambda x: np.sqrt(1 + x * x),
        lambda x: np.arctan(x) * 0.7,
    ]


def shaping(np):
    """What mixes, moves and chooses elements."""
    return [
        lambda x, k: np.sum(x, axis=k % x.ndim) if x.ndim else x,
        lambda x, k: x.mean(axis=k % x.ndim, keepdims=True) if x.ndim and x.shape[k % x.ndim] else x,
        lambda x, k: np.prod(0.5 + 0.3 * np.sin(x), axis=k % x.ndim) if x.ndim else x,
        lambda x, k: np.cumsum(x, axis=k % x.ndim) if x.ndim else x,
        lambda x, k: x.T,
        lambda x, k: x.reshape(-1) if x.ndim else x,
        lambda x, k: x[..., ::-1] if x.ndim else x,
        lambda x, k: x[k % len(x)] if x.ndim and len(x) else x,
        lambda x, k: x[np.array([0, k % len(x), 0])] if x.ndim and len(x) else x,
        lambda x, k: x[:, None] if x.ndim else x,
        lambda x, k: np.concatenate([x, 2 * x]) if x.ndim else x,
        lambda x, k: np.stack([x, x * x]),
        lambda x, k: np.roll(x, k)[::-1] if x.ndim else x,
        lambda x, k: x @ x.T if x.ndim == 2 else x,
        lambda x, k: np.einsum("i,j->ij", x, x) if x.ndim == 1 and x.size < 50 else x,
    ]


def compatible(a, b):
    """Do the shapes broadcast, to something small?"""
    try:
        return np.prod(np.broadcast_shapes(np.shape(a), np.shape(b))) <= 400
    except ValueError:
        return False


@st.composite
def programs(draw):
    """A list of steps, and the shapes of two inputs."""
    kinds = st.tuples(st.sampled_from(["unary", "shape", "binary"]), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
    return draw(st.lists(kinds, min_size=1, max_size=8)), draw(st.sampled_from(SHAPES)), draw(st.sampled_from(SHAPES))


def run(steps, *inputs, xp=np):
    """The sum of sines of the last results; every step applies one operation to earlier ones."""
    one, many = unary(xp), shaping(xp)
    values = [np.float64(x) if isinstance(x, float) else x for x in inputs]
    for kind, which, i, k in steps:
        x = values[i % len(values)]
        if kind == "unary":
            y = one[which % len(one)](x)
        elif kind == "shape":
            y = many[which % len(many)](x, k) if np.size(x) <= 400 and hasattr(x, "T") else x
        else:
            other = values[k % len(values)]
            y = BINARY[which % len(BINARY)](x, other) if compatible(x, other) else x
        values.append(y)
    return sum(xp.sum(xp.sin(v)) for v in values[-3:])


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs(), st.integers(0, 2**32 - 1))
def test_a_random_array_program(program, seed):
    """Reverse and forward mode, the traced Program and the complex step agree to 1e-12 of the largest slope."""
    steps, *shapes = program
    dice = np.random.default_rng(seed)
    at = tuple(dice.uniform(-1, 1, shape) if shape else np.array(dice.uniform(-1, 1)) for shape in shapes)
    moves = tuple(dice.standard_normal(shape) if shape else np.array(dice.standard_normal()) for shape in shapes)

    def f(x, y):
        return run(steps, x, y)

    slopes = tape.gradient(f, at)
    h = 2.0**-300
    wanted = np.asarray(f(*(x + 1j * h * v for x, v in zip(at, moves, strict=True)))).imag / h
    terms = [np.asarray(s * v) for s, v in zip(slopes, moves, strict=True)]
    size = max([1.0, *(float(np.sum(np.abs(t))) for t in terms)])
    assert all(np.shape(s) == np.shape(x) for s, x in zip(slopes, at, strict=True))
    assert abs(sum(float(np.sum(t)) for t in terms) - wanted) <= 1e-12 * size
    assert abs(tangent.jvp(f, at, moves)[1] - wanted) <= 1e-12 * size
    for got, slope in zip(tape.gradient(dk.trace(f, at), at), slopes, strict=True):
        assert np.max(np.abs(got - slope), initial=0.0) <= 1e-12 * size


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs(), st.integers(0, 2**32 - 1))
def test_a_random_array_program_against_a_peer(program, seed):
    """Every element of the gradient, eager and compiled, to 1e-12 of the largest: autograd differentiates the same code."""
    autograd = pytest.importorskip("autograd")
    peer = pytest.importorskip("autograd.numpy")
    steps, *shapes = program
    dice = np.random.default_rng(seed)
    at = tuple(dice.uniform(-1, 1, shape) if shape else np.array(dice.uniform(-1, 1)) for shape in shapes)

    def f(x, y):
        return run(steps, x, y) + 0.0 * (np.sum(x) + np.sum(y))

    value, wanted = autograd.value_and_grad(lambda at: run(steps, *at, xp=peer) + 0.0 * (peer.sum(at[0]) + peer.sum(at[1])))(at)
    size = max([1.0, *(float(np.max(np.abs(w), initial=0.0)) for w in wanted)])
    compiled = tape.compile(f, at)
    for found, slopes in (tape.value_and_gradient(f, at), compiled(at)):
        assert abs(found - value) <= 1e-12 * max(1.0, abs(value))
        for got, slope in zip(slopes, wanted, strict=True):
            assert np.shape(got) == np.shape(slope)
            assert np.max(np.abs(got - slope), initial=0.0) <= 1e-12 * size


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs(), st.integers(0, 2**32 - 1))
def test_second_derivatives_of_a_random_array_program(program, seed):
    """The Hessian-vector product is symmetric, and the difference of gradients."""
    steps, *shapes = program
    dice = np.random.default_rng(seed)
    at, u, v = (tuple(np.asarray(dice.uniform(-1, 1, shape)) for shape in shapes) for _ in range(3))

    def f(x, y):
        return run(steps, x, y)

    def along(a, b):
        return sum(float(np.sum(x * y)) for x, y in zip(a, b, strict=True))

    Hu, Hv, h = tape.hvp(f, at, u), tape.hvp(f, at, v), 1e-5
    above, below = (tape.gradient(f, tuple(np.asarray(x + s * h * d) for x, d in zip(at, u, strict=True))) for s in (1, -1))
    difference = (along(above, v) - along(below, v)) / (2 * h)
    size = 1 + sum(float(np.sum(np.abs(x))) for x in Hu)
    assert abs(along(Hu, v) - along(Hv, u)) <= 1e-11 * size
    assert abs(along(Hu, v) - difference) <= 1e-6 * size
