"""Random programs of all primitives: every engine agrees with the proved reference within its own rounding bound."""

import math
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from programs import random_program, rounding_bound

import diffkit as dk
from diffkit import algebra, symbolic, tangent, tape
from diffkit.deadline import deadline
from diffkit.primitives import TABLE
from diffkit.program import Builder, Program, reachable, renumber, tidy

PARTS = range(8)  # so that several processes share the 2,000 programs
EASY = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    max_examples=2000 // len(PARTS),
    phases=[Phase.explicit, Phase.generate],
)
FIRST_ORDER = 1e-7  # relative bounds above it are no first-order statement


def forward_program(f: Program, name: str) -> Program:
    """The derivative by one input as forward mode writes it."""
    builder = Builder()
    F = algebra.namespace(builder)
    directions = [F.const(1.0) if n == name else None for n in f.inputs]
    _, v_dot = tangent.forward_sweep(f, F, [algebra.Var(F, builder.input(n)) for n in f.inputs], directions)
    slope = v_dot[f.outputs[0]]
    return tidy(builder.build(F.const(0.0).index if slope is None else slope.index, inputs=f.inputs))


def agrees(found: float, exact, bound: float) -> bool:
    """Is the error within the bound, where the bound says anything?"""
    size = abs(float(exact))
    return not bound < FIRST_ORDER * max(size, 1e-30) or abs(float(found - exact)) <= 1.01 * bound + 1e-16 * size


@pytest.mark.parametrize("part", PARTS)
@EASY
@given(seed=st.integers(0, 10**8))
def test_reverse_and_forward_mode_agree_with_the_reference(part, seed):
    """On programs of at least 40 operations, within first-order bounds; and the program prints as text that reads back."""
    seed = seed * len(PARTS) + part
    f, point = random_program(seed)
    exact = dk.reference(f, point)
    reverse, forward = tape.gradient(f, point), tangent.gradient(f, point)
    written = tape.gradient_program(f)
    for i, name in enumerate(f.inputs):
        assert agrees(reverse[name], exact[name], rounding_bound(written, point, 1 + i)), (seed, name)
        assert agrees(forward[name], exact[name], rounding_bound(forward_program(f, name), point)), (seed, name)
    assert dk.parse(str(f)) == f


@pytest.mark.parametrize("part", PARTS)
@EASY
@given(seed=st.integers(0, 10**8))
def test_symbolic_agrees_with_the_reference(part, seed):
    """SymPy's derivative of a random program by one input, evaluated as a Program, within that Program's first-order bound."""
    seed = seed * len(PARTS) + part
    f, point = random_program(seed)
    name = f.inputs[seed // len(PARTS) % 2]
    try:
        with deadline(10):
            slope = symbolic.differentiate(f, name)
    except dk.NumberError as error:  # about one program in a thousand hangs SymPy
        assert error.status in {"too-large", "timeout"}
        return
    assert agrees(slope(**point), dk.reference(f, point, wrt=name), rounding_bound(slope, point)), (seed, name)


def test_random_programs_use_every_primitive_and_the_bounds_say_something():
    """The tests above test what they say: all rows occur, and most bounds are far below the derivative."""
    used: Counter[str] = Counter()
    useful = 0
    for seed in range(200):
        f, point = random_program(seed)
        used.update({f.lines[k].op for k in reachable(f, f.outputs)[0]})
        bound, slope = rounding_bound(tape.gradient_program(f), point, 1), tape.gradient(f, point)["x0"]
        useful += bound < FIRST_ORDER * max(abs(slope), 1e-30)
    assert set(TABLE) <= set(used)
    assert useful > 150


def test_a_wrong_rule_is_found(monkeypatch):
    """A partial that is off by one part in 10^9 breaks the agreement."""
    row = TABLE["tanh"]
    monkeypatch.setitem(TABLE, "tanh", row._replace(partials=(lambda F, y, x: row.partials[0](F, y, x) * (1 + 1e-9),)))
    f = dk.parse("tanh(x)*x")
    bound = rounding_bound(tape.gradient_program(f), {"x": 0.5}, 1)
    assert not agrees(tape.gradient(f, 0.5), dk.reference(f, 0.5), bound)


@pytest.mark.parametrize("seed", range(50))
def test_order_of_lines_does_not_matter(seed):
    """A Program written in another order of independent lines is the same Program with the same value."""
    f, point = random_program(seed)
    builder = Builder()
    new = renumber(f, builder, reachable(f, f.outputs)[0])
    again = builder.build(new[f.outputs[0]], inputs=f.inputs)
    assert again == f
    assert math.isclose(again(**point), f(**point), rel_tol=0)
