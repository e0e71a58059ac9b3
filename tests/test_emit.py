"""The emitted code: loops found again, what is stored, names, and text that nobody else has written."""

import ast
import builtins
import keyword

import numpy as np
import pytest
from loops import random_loops
from programs import random_program

import diffkit as dk
from diffkit import tape
from diffkit.emit import periods
from diffkit.emit.facts import Facts
from diffkit.emit.layout import Layout
from diffkit.emit.sheet import FUNCTIONS, OWN, Sheet
from diffkit.emit.writer import Writer


def test_the_chapter_as_code():
    """(x+y)z and its reverse sweep, line by line; a variable that is used again adds up its adjoint."""
    assert tape.compile("q = x + y; f = q*z").source.splitlines() == [
        "def value_and_gradient(x, y, z):",
        "    q = x + y",
        "    f = q*z",
        "    dq = z",
        "    dz = q",
        "    dx = dq",
        "    dy = dq",
        "    return f, (dx, dy, dz)",
    ]
    rows = tape.compile("a = x*y; f = a*x").rows
    assert [(row.role, row.name, row.sign, row.expression) for row in rows if row.name == "dx"] == [
        ("reverse", "dx", "=", "a"),
        ("reverse", "dx", "+=", "da*y"),
    ]


def test_rows_name_the_lines_of_the_program():
    """Every row knows its role and the line that it is about."""
    f = dk.parse("q = x + y; f = q*z")
    rows = tape.compile(f).rows
    for row in rows[1:-1]:
        assert f.lines[row.line].op in {"add", "mul"}
        assert row.role == ("forward" if row.name in {"q", "f"} else "reverse")


def test_dead_code_is_dropped():
    """What the result does not need is neither computed nor differentiated."""
    source = tape.compile("dead = exp(x); s = sin(y); floor(s)*x").source
    assert "exp" not in source
    assert "cos" not in source  # floor hands on nothing


def test_a_loop_is_found_from_its_lines():
    """The logistic map of 100 and of 10,000 steps gives the same code but for the count."""
    short, long = (Writer(dk.parse(f"repeat {n}: l = 4*l*(1-l)"), least=50).source for n in (100, 10_000))
    assert short.replace("99", "9999").replace("98", "9998") == long
    assert len(long.splitlines()) < 30


@pytest.mark.parametrize("n", [300, 600])
def test_sums_and_products_of_many_inputs_become_loops(n):
    """Horner's rule, a product and Rosenbrock's sum: no more lines for more inputs."""
    texts = {
        "product": "*".join(f"x{i}" for i in range(n)),
        "rosenbrock": " + ".join(f"100*(x{i + 1} - x{i}^2)^2 + (1 - x{i})^2" for i in range(n)),
        "two loops": "; ".join(
            [*(f"y{i} = sin(x{i})*x{i}" for i in range(n)), " + ".join(f"y{i}*y{n - 1 - i}" for i in range(n))]
        ),
    }
    for text in texts.values():
        assert len(Writer(dk.parse(text)).source.splitlines()) < 100


def test_a_period_that_is_broken_is_two_loops():
    """One other operation in the middle does not hide the loops around it."""
    middle = "; ".join(["repeat 200: l = 4*l*(1-l)", "l = sin(l)", "repeat 200: l = 4*l*(1-l)"])
    layout = Layout(Facts(dk.parse(middle)), least=100)
    assert [loop.p for loop in layout.loops] == [3, 3]


def test_an_outer_loop_is_found_around_an_inner_one():
    """Periods of 36 lines that hold shorter ones: the code is as short as the outer loop."""
    step = "; ".join(["l = 4*l*(1-l)"] * 10 + ["l = sin(l)*r"])
    f = dk.parse("\n".join([step] * 60))
    loops = periods.find(Facts(f).shapes(), [line.args for line in f.lines], 100)
    assert [loop.p for loop in loops] == [32]


def test_periods_are_not_seen_where_there_are_none():
    """Equal operations that read irregularly are no loop, and looking for one takes no long time."""
    import random
    import time

    dice = random.Random(1)
    shapes = [0] * 20_000 + [k % 7 for k in range(20_000)]
    args = [(dice.randrange(k), dice.randrange(k)) if k else () for k in range(40_000)]
    start = time.perf_counter()
    assert periods.find(shapes, args, 100) == []
    assert time.perf_counter() - start < 5


def test_no_name_means_anything_else():
    """Names of functions, keywords and numbered variables of the code are not taken from users' names, nor texts."""
    f = dk.trace(lambda exp, t, v3, dexp, range: np.sin(exp) * t * v3 + dexp * range * exp, (1.0, 2.0, 3.0, 4.0, 5.0))
    g = tape.compile(f)
    assert g((1.0, 2.0, 3.0, 4.0, 5.0)) == tape.value_and_gradient(f, (1.0, 2.0, 3.0, 4.0, 5.0))
    bound = {node.id for node in ast.walk(ast.parse(g.source)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {a.arg for node in ast.walk(ast.parse(g.source)) if isinstance(node, ast.FunctionDef) for a in node.args.args}
    assert not bound & ({*dir(builtins), *keyword.kwlist, *FUNCTIONS} | OWN)


def test_names_that_python_reads_alike_stay_apart():
    """The ligature fi and the letters f i are one identifier to Python, two variables to the user."""
    f = dk.Builder()
    lines = [f.input("ﬁ"), f.input("fi")]
    program = f.build(f.op("sub", *lines), inputs=("ﬁ", "fi"))
    assert tape.compile(program)((5.0, 3.0)) == (2.0, (1.0, -1.0))


@pytest.mark.parametrize("seed", range(40))
def test_the_code_is_made_of_names_numbers_and_arithmetic_only(seed):
    """Nothing else can be emitted: no attribute, no import, no call but of our own functions."""
    program = random_program(seed)[0] if seed % 2 else random_loops(seed)[0]
    writer = Writer(program, least=12)
    known = {*FUNCTIONS, *OWN, "range"}
    for node in ast.walk(ast.parse(writer.source)):
        assert not isinstance(node, (ast.Attribute, ast.Import, ast.ImportFrom, ast.Lambda, ast.JoinedStr))
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            assert node.func.id in known
        if isinstance(node, ast.Constant):
            assert node.value is None or isinstance(node.value, (int, float))


def test_only_exact_identities_shorten():
    """x*1 and x*(-1) lose nothing; x + 0 and x*0 are written, since -0.0 + 0 is no -0.0 and inf*0 no 0."""
    sheet = Sheet()
    x, F = sheet.leaf("x"), sheet.F
    assert sheet.text((x * 1).index) == "x"
    assert sheet.text((x * -1).index) == "-x"
    assert sheet.text((x + 0).index) == "x + 0.0"
    assert sheet.text((x * 0).index) == "x*0.0"
    assert sheet.text((F.sin(F.const(0.5)) * x).index) == "0.479425538604203*x"
    assert sheet.text(F.pow(x, F.const(3.0)).index) == "x**3"
    assert sheet.text(F.pow(x, F.const(0.5)).index) == "pow(x, 0.5)"  # which raises where ** would become complex
    assert sheet.text((x - (x - 1)).index) == "x - (x - 1.0)"
    assert sheet.text((-(x + 1) * x).index) == "-(x + 1.0)*x"


def test_loops_store_what_they_cannot_compute_again():
    """4 l (1-l) needs l alone in its reverse loop; tanh needs its value, too."""
    source = Writer(dk.parse("repeat 300: l = 4*l*(1-l)"), least=50).source
    assert source.count("= [0.0]*") == 1
    source = Writer(dk.parse("repeat 300: l = exp(l)*l"), least=50).source
    assert source.count("= [0.0]*") == 2
