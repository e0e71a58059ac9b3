"""Programs: evaluation bit for bit, sizes, sharing, printing that reads back, and depth."""

import math
import random

import mpmath
import numpy as np
import pytest
from programs import random_program

import diffkit as dk
from diffkit.program import Builder, Program, tidy

FORMULAS = [
    ("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", lambda x: math.exp(x) / math.sqrt(math.sin(x) ** 3.0 + math.cos(x) ** 3.0)),
    ("(1 - cos(x))/x^2", lambda x: (1 - math.cos(x)) / x**2.0),
    ("x - 1 - x + 1 - 1/x/x*3", lambda x: x - 1 - x + 1 - 1 / x / x * 3),
    ("-x^2 + 2^-x", lambda x: -(x**2.0) + 2.0**-x),
    ("x^2^0.5", lambda x: x ** (2.0**0.5)),
    ("x if x > 1 else 3*x", lambda x: x if x > 1 else 3 * x),
    ("log1p(x)*hypot(x, 2) + atan2(x, -1)", lambda x: math.log1p(x) * math.hypot(x, 2) + math.atan2(x, -1)),
    ("pi*x + e - tau/x", lambda x: math.pi * x + math.e - math.tau / x),
]


@pytest.mark.parametrize(("text", "plain"), FORMULAS)
def test_a_formula_is_evaluated_as_plain_python_evaluates_it(text, plain):
    """The float64 value is that of the same formula in plain Python, bit for bit."""
    f, dice = dk.parse(text), random.Random(text)
    for _ in range(200):
        x = dice.uniform(0.1, 1.5)
        assert f(x) == plain(x)


def test_nothing_is_folded():
    """(1 + x) - 1 at 1e-17 is 0: that is what the user's program computes."""
    assert dk.parse("(1+x)-1")(1e-17) == 0.0


@pytest.mark.parametrize("seed", range(40))
def test_shared_and_unshared_evaluation_are_bit_identical(seed):
    """Sharing identical lines does not change one bit, only the size of the list."""
    text = str(random_program(seed)[0])
    shared, unshared = dk.parse(text), dk.parse(text, share=False)
    point = random_program(seed)[1]
    assert shared(**point) == unshared(**point)
    assert shared.dag_size == unshared.dag_size <= unshared.list_size
    assert shared.tree_size == unshared.tree_size


@pytest.mark.parametrize("seed", range(200))
def test_a_program_prints_as_text_that_reads_back(seed):
    """parse(str(p)) is the same Program, inputs in the same order."""
    program = random_program(seed, operations=10 + seed)[0]
    assert dk.parse(str(program)) == program


@pytest.mark.parametrize(
    "text",
    [
        "q = x + y; f = q*z",
        "x = x + 1; x*sin(x)",
        "l = x; repeat 5: l = 4*l*(1 - l)",
        "a = x; b = a; a = y; a*b + b",
        "s = x + 1; t = sin(s) + 1; s = x + 2; t*sin(x + 1)*s",
        "u = x*y; 3",
        "x*y, x + y",
        "f(y, x, z) = x - y",
        "-(-x) - -x",
        "(x^y)^z",
        "x^y^z",
        "(-x)^2",
        "-x^2",
        "-(x*y)",
        "(-x)*y",
        "a - (b - c)",
        "a/(b/c)",
        "a/b/c",
        "not (a < b) and b < c or c == a",
        "(a < b) < c",
        "where(x > 0, x, -x)",
        "abs(x) - 1e-300 + 0.1",
        "c = 3; c*x",
        "f = x + 1; f",
        "E*I + N - S/Q",
        "x*0",
    ],
)
def test_statements_and_names_read_back(text):
    """Names, rebinding, several outputs, a fixed order of inputs and every grouping survive printing."""
    program = dk.parse(text)
    again = dk.parse(str(program))
    assert again == program
    assert (again.inputs, [n for n, _ in again.names]) == (program.inputs, [n for n, _ in program.names])


def test_programs_that_differ_are_not_equal():
    """Names, order of inputs, operation and operand order all count."""
    texts = ["x - y", "y - x", "x + y", "s = x - y", "f(y, x) = x - y", "x - y, x"]
    programs = [dk.parse(t) for t in texts]
    assert all((a == b) == (i == j) for i, a in enumerate(programs) for j, b in enumerate(programs))
    assert len({*programs}) == len(texts)


def test_sizes_of_the_logistic_map_are_exact():
    """T(l_n) = 3*2^n - 5 and D(l_n) = 3n, to n = 10,000, where the tree has 3,011 digits."""
    for n in [*range(2, 12), 10_000]:
        program = dk.parse(f"l = x; repeat {n - 1}: l = 4*l*(1-l)")
        assert program.tree_size == 3 * 2**n - 5
        assert program.dag_size == program.list_size == 3 * n
        assert program.operations == 3 * (n - 1)


def test_a_program_of_100000_operations_works_throughout():
    """Deep programs are read, run, printed and read again: nothing recurses."""
    text = "\n".join(["y = x", *["y = sin(y)"] * 50_000, "repeat 50000: y = y + 1"])
    program = dk.parse(text)
    assert program.operations == 100_000
    assert program.tree_size == 150_001
    y = 0.3
    for _ in range(50_000):
        y = math.sin(y)
    for _ in range(50_000):
        y = y + 1
    assert program(0.3) == y
    assert dk.parse(str(program)) == program


def test_a_deep_unnamed_program_prints_line_by_line():
    """Without names of the user's, every operation becomes a statement, and the names it needs are not kept."""
    builder = Builder()
    k = builder.input("x")
    for _ in range(1000):
        k = builder.op("mul", builder.op("sin", k), k)
    program = builder.build(k)
    assert dk.parse(str(program)) == program
    assert program.names == ()


def test_arrays_broadcast_and_agree_with_scalars():
    """Arrays are evaluated by NumPy, element by element as the scalars are."""
    f = dk.parse("x*y + max(x, y)")
    x, y = np.linspace(0, 1, 5), np.array([[2.0], [0.25]])
    assert f(x, y).shape == (2, 5)
    assert f(x, y)[1, 3] == f(float(x[3]), 0.25)


def test_other_numbers_are_evaluated_as_what_they_are():
    """mpmath numbers keep their digits, complex numbers their imaginary part."""
    f = dk.parse("x^2 + 1")
    with mpmath.workdps(40):
        assert f(mpmath.mpf(1) / 3) == (mpmath.mpf(1) / 3) ** 2 + 1
    assert f(1 + 1j) == 1 + 2j


@pytest.mark.parametrize(
    ("values", "named", "message"),
    [
        ((1, 2, 3), {}, "3 values for 2 inputs (x, y)"),
        ((1,), {}, "no value for y\n    the inputs are x, y"),
        ((1,), {"x": 1}, "'x' is given twice\n    its inputs are x, y"),
        ((), {"x": 1, "z": 2}, "'z' is not an input of this function\n    its inputs are x, y"),
    ],
)
def test_wrong_points_are_refused(values, named, message):
    """A point must give each input once."""
    with pytest.raises(dk.UsageError) as caught:
        dk.parse("x + y")(*values, **named)
    assert str(caught.value) == message


def test_a_builder_refuses_what_is_no_line():
    """Wrong operand counts and constants that are not finite."""
    builder = Builder()
    with pytest.raises(dk.InputError, match="sin takes 1 operand, not 2"):
        builder.op("sin", 0, 0)
    for name in ("e", "_7", "__x", "2x", "x y", "if"):
        with pytest.raises(dk.InputError, match="an input cannot be called"):
            builder.input(name)
    with pytest.raises(dk.InputError, match="a constant must be finite, not inf"):
        builder.const(math.inf)


def test_tidy_drops_what_no_output_needs():
    """Lines that no output reads go, the inputs stay."""
    program = dk.parse("u = exp(x); v = y*y; v + 1")
    assert tidy(program).operations == 2
    assert tidy(program).inputs == ("x", "y")
    assert isinstance(tidy(program), Program)


@pytest.mark.parametrize("text", ["a = x; x = 5; a", "t = x; x = y; y = t; x, y", "a = x; b = y; x = b; y = a; x - y"])
def test_a_rebound_input_keeps_its_meaning_in_print(text):
    """An input needed after its name was given away is printed through a temporary."""
    program = dk.parse(text)
    again = dk.parse(str(program))
    point = {name: 2.0 + i for i, name in enumerate(program.inputs)}
    assert again == program
    assert again(**point) == program(**point)


def test_whole_number_arrays_do_not_overflow():
    """They are computed as floats, like whole numbers alone."""
    assert dk.parse("x*x*x*x")(np.array([100_000])).tolist() == [1e20]
    assert dk.parse("x - y")(np.array([1], np.uint8), np.array([2], np.uint8)).tolist() == [-1.0]
