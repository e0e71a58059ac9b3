"""Programs as straight-line Python."""

import math

import pytest
from programs import random_program

from diffkit.language import parse
from diffkit.study.compiled import compiled, seconds_a_call, source, written_out


@pytest.mark.parametrize("seed", range(30))
def test_the_values_are_those_of_the_program(seed: int) -> None:
    """Bit for bit, shared or written out, for every primitive."""
    f, point = random_program(seed, operations=15)
    wanted = f(**point)
    values = [point[name] for name in f.inputs]
    assert compiled(f)(*values) == (wanted,)
    if f.tree_size < 50_000:
        assert compiled(written_out(f))(*values) == (wanted,)


def test_a_tree_is_written_out_in_full() -> None:
    """As many lines as the tree has nodes, however deep."""
    f = parse("repeat 10: x = x*x")
    assert len(written_out(f).lines) == f.tree_size == 2**11 - 1
    deep = parse("repeat 20000: x = sin(x)")
    assert len(written_out(deep).lines) == 20_001


def test_it_never_raises() -> None:
    """Logarithms of negative numbers are nan, divisions by 0 inf; and, or, not are no keywords there."""
    assert compiled(parse("1/x"))(0.0) == (math.inf,)
    assert math.isnan(compiled(parse("log(x)"))(-1.0)[0])
    assert compiled(parse("x > 0 and not y > 0 or x > 5"))(1.0, -1.0) == (1.0,)


def test_no_name_of_the_user_is_in_the_source() -> None:
    """Inputs and constants are numbered."""
    text = source(parse("evil*31.5 + os"))
    assert "evil" not in text and "os" not in text and "31.5" not in text


def test_seconds_of_a_call_are_those_of_one_call() -> None:
    """A function that waits 2 ms takes at least that."""
    import time

    assert 0.002 <= seconds_a_call(lambda: time.sleep(0.002), least=0.004, rounds=1) < 0.1
