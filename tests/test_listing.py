"""Listings as they are printed: they run without diffkit, give what the tape gives, and say no false word."""

import ast
import itertools
import json
import math
import random
import re
import shutil
import struct
import subprocess
import sys

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit import tape
from diffkit.cli import run as command
from diffkit.emit.listed_loops import Operation
from diffkit.namespaces import get
from diffkit.primitives import TABLE
from diffkit.results import Record, Staged
from diffkit.study import staged
from diffkit.study.staged.rules import derivative, rule

from . import programs

AT = {"x": 0.3, "y": 1.2}
LOOPS = {  # with the number of loops that each should have
    "l = x; repeat 300: l = 3.5*l*(1-l)": 1,
    "l = x; repeat 6: l = 3.5*l*(1-l)": 1,
    "s = x; repeat 20: s = sin(s)*x + y": 1,
    "s = x*y; repeat 200: s = sin(s) - x*y": 1,
    "s = 0; repeat 50: s = s*x + y": 1,
    "s = 1; repeat 20: s = sin(s)*0.3 + s*0.1; s*x": 1,
    "s = x; repeat 30: s = s - 0.1*(s*s - x)": 1,
    "s = x; repeat 20: s = max(s*x, y)": 1,
    "s = x; repeat 20: s = max(sqrt(s)*x, y) + s": 1,
    "s = x; repeat 8: s = s^2 if s > y else s + y": 1,
    "s = x; repeat 20: s = sin(s)*s; s*s + sin(s)": 1,
    "s = x; repeat 20: s = sin(s)*s; t = y; repeat 30: t = cos(t)*s + t; t*x + s": 2,
    "s = x*y; z = s + 1; repeat 20: s = sin(s)*z + s/2; s": 1,
    "s = x; repeat 20: s = relu(s) + 0.1*s; s/y": 1,
    "s = x; repeat 9: s = (s < y)*s + s*y": 1,
    "s = x; repeat 2: s = sin(s)*s": 0,
}


def ran(listing: Staged) -> dict[str, object]:
    """What the printed text leaves behind; it must not need diffkit."""
    assert "diffkit" not in listing.code
    room: dict[str, object] = {}
    exec(listing.code, room)
    return room


def bits(x: object) -> bytes:
    """A double, bit by bit, but for the sign of 0."""
    return struct.pack("d", float(x) + 0.0)  # type: ignore[arg-type]


def demand_the_tapes_bits(f: object, at: dict[str, float]) -> Staged:
    """Value and gradient of the printed listing are those of the tape, to the last bit."""
    listing = staged.measure(f, at)
    room, (value, gradient) = ran(listing), tape.value_and_gradient(f, at)
    assert bits(room[listing.output]) == bits(value)
    assert {name: bits(room[slope]) for name, slope in listing.slopes.items()} == {k: bits(v) for k, v in gradient.items()}
    return listing


@pytest.mark.parametrize("part", range(8))
def test_the_printed_listing_equals_the_tape_bit_for_bit(part: int) -> None:
    """On 200 random programs, without diffkit."""
    for seed in range(25 * part, 25 * part + 25):
        demand_the_tapes_bits(*programs.random_program(seed))


@pytest.mark.parametrize(("f", "loops"), LOOPS.items())
def test_loops_stay_loops_and_equal_the_tape(f: str, loops: int) -> None:
    """Whatever starts them and whatever else reads it; each is written once forwards and once backwards."""
    at = {name: AT[name] for name in dk.parse(f).inputs}
    listing = demand_the_tapes_bits(f, at)
    backwards = [row for row in listing.rows if row.name.startswith("for ") and row.sweep == "reverse"]
    assert len(backwards) == loops - ("s = 1;" in f)  # in which nothing moves
    assert str(listing).count("# reverse sweep") == 1
    assert len(listing.rows) < 40


STEPS = [
    lambda a, b: a * b,
    lambda a, b: np.sin(a) + b,
    lambda a, b: a - b * 0.5,
    lambda a, b: np.maximum(a, b),
    lambda a, b: np.sqrt(abs(a)) + b,
    lambda a, b: np.where(a > b, a, b * 0.9),
]


def random_loop(seed: int):
    """A Python loop over four variables, begun by inputs, products or constants, some of them read again afterwards."""
    dice = random.Random(seed)
    body = [(dice.choice(STEPS), *(dice.randrange(4) for _ in range(3))) for _ in range(dice.randrange(1, 4))]
    turns, start, counted, again = dice.randrange(3, 30), dice.randrange(4), dice.random() < 0.3, dice.randrange(2)

    def f(x, y):
        v = [x, y, (x * y, x, 1.0, y)[start], x + y if start < 2 else x]
        for i in range(turns):
            for step, a, b, target in body:
                v[target] = step(v[a], v[b]) * 0.5 + i if counted else step(v[a], v[b])
        return v[body[-1][3]] + v[2] * x * again

    return f


@pytest.mark.parametrize("part", range(4))
def test_random_python_loops_equal_the_tape(part: int) -> None:
    """Bit for bit what the tape gives for the recorded Program; many of them are rolled up."""
    rolled = 0
    for seed in range(20 * part, 20 * part + 20):
        program = dk.trace(random_loop(seed), (0.37, 0.61))
        try:
            listing = demand_the_tapes_bits(program, dict(zip(program.inputs, (0.37, 0.61), strict=True)))
        except OverflowError:  # Python stops where IEEE 754 has an inf
            continue
        rolled += any(row.depth for row in listing.rows)
    assert rolled >= 3


@pytest.mark.parametrize(
    "name", ["i", "np", "t", "n", "v1", "f", "df", "lambda", "exp", "sec", "math", "range", "beta_max", "dx"]
)
@pytest.mark.parametrize("language", ["python", "numpy"])
def test_names_of_the_user_do_no_harm(name: str, language: str) -> None:
    """Whatever a variable is called, also as a name in a loop."""
    f = f"a0 = {name}*sec({name}) + exp({name}); dx = {name}*{name}; s = dx; repeat 9: s = sin(s)*{name}; s + dx + a0"
    f = f if name != "dx" else "dx*sec(dx)"
    listing = staged.measure(f, {name: 1.25}, language)
    assert float(ran(listing)[listing.slopes[name]]) == pytest.approx(tape.gradient(f, {name: 1.25})[name], rel=1e-12)  # type: ignore[arg-type]


def test_a_listing_runs_where_diffkit_is_not_installed(tmp_path) -> None:
    """In a Python that has the standard library only."""
    f = "max(x, y, 2)*sigmoid(x) + sec(y)*floor(x) + sign(x)*hypot(x, y) + relu(x)*softplus(y) + asech(x/9) + x^y"
    listing = staged.measure(f, {"x": 1.5, "y": 2.5})
    path = tmp_path / "listing.py"
    path.write_text(listing.code + "\nprint(repr((dx, dy)))\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", "-S", str(path)], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ast.literal_eval(done.stdout) == tape.gradient(f, (1.5, 2.5))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if name not in {"and", "or", "not"}])
@pytest.mark.parametrize("language", ["python", "numpy"])
def test_every_function_of_the_table_is_listed(name: str, language: str) -> None:
    """Its listing gives what the tape gives; NumPy's own functions may differ in the last digits."""
    arguments = {1: "x", 2: "x, y"}.get(TABLE[name].arity or 2, "x > 0, x, y")
    words = {"add": "x + y", "sub": "x - y", "mul": "x*y", "div": "x/y", "neg": "-x", "pow": "x^y"}
    signs = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
    f = words.get(name) or (f"(x {signs[name]} y)*x" if name in signs else f"{name}({arguments})")
    f = "polygamma(1, x)" if name == "polygamma" else f
    at = {"x": 1.25 if name in {"asec", "acsc", "acosh", "acoth"} else 0.75, "y": 1.5}
    at = {key: at[key] for key in dk.parse(f).inputs}
    listing = staged.measure(f, at, language)
    room, expected = ran(listing), tape.gradient(f, at)
    for key, slope in listing.slopes.items():
        assert float(room[slope]) == pytest.approx(expected[key], rel=0 if language == "python" else 1e-13)  # type: ignore[arg-type]


# --- rules ---------------------------------------------------------------------------------------------------------------
def meaning(text: str, room: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """A formula in 30 digits."""
    program = dk.parse(text)
    return program(**{name: room[name] for name in program.inputs})


@pytest.mark.parametrize(
    "name", [n for n, row in TABLE.items() if row.arity in (1, 2) and any(p.__name__ != "zero" for p in row.partials)]
)
def test_every_derivative_that_is_said_is_right(name: str) -> None:
    """The formula of each partial, read by our own parser, against mpmath's difference of 30 digits of the function."""
    row, F = TABLE[name], get("mpmath")
    with mpmath.workdps(40):
        letters = ["x"] if row.arity == 1 else ["a", "b"]
        at = {letter: mpmath.mpf(x) for letter, x in zip(letters, (0.7, 1.3), strict=False)}
        if name in {"asec", "acsc", "acosh", "acoth"}:
            at["x"] = mpmath.mpf("1.7")
        if name == "polygamma":
            at["a"] = mpmath.mpf(1)
        for c in range(int(name == "polygamma"), len(letters)):
            text, letter, found, _ = derivative(Operation(name, c, (None,) * len(letters)))
            assert letter == letters[c]
            operands = list(at.values())

            def moved(t: mpmath.mpf, c: int = c, operands: list[mpmath.mpf] = operands) -> mpmath.mpf:
                return getattr(F, name)(*operands[:c], t, *operands[c + 1 :])

            expected = mpmath.diff(moved, operands[c])
            assert abs(meaning(found, at) - expected) < 1e-15 * (1 + abs(expected)), (text, found)


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (Operation("pow", 0, (None, 2.0)), "d(a^2)/da = 2*a"),
        (Operation("pow", 1, (2.0, None)), "d(2^b)/db = 2^b*log(2)"),
        (Operation("div", 1, (1.0, None)), "d(1/b)/db = -(1/b)/b"),
        (Operation("div", 0, (None, 3.0)), "d(a/3)/da = 1/3"),
        (Operation("erf", 0, (None,)), "d erf(x)/dx = exp(-x*x)*(2/sqrt(pi))"),
        (Operation("sigmoid", 0, (None,)), "d sigmoid(x)/dx = sigmoid(x)*(1 - sigmoid(x)), here in a form that loses no digits"),
        (Operation("sec", 0, (None,)), "d sec(x)/dx = sec(x)*tan(x)"),
    ],
)
def test_rules_of_constants_say_what_remains(operation: Operation, text: str) -> None:
    """Of x^2 nobody needs to hear about the derivative by 2."""
    assert rule(operation) == text


WORDS = {
    "Add": "a sum hands",
    "Sub": "a difference hands",
    "Mult": "a product: ",
    "USub": "the opposite sign",
    "Div": "/",
    "Pow": "^",
}


def operation_of(expression: str) -> str:
    """The outermost operation of a row of code, by Python's own parser."""
    node = ast.parse(expression, mode="eval").body
    if isinstance(node, ast.Call):
        return f"d {node.func.id}("  # type: ignore[attr-defined]
    if isinstance(node, ast.IfExp):
        return "the branch that was taken"
    return type(node.op).__name__  # type: ignore[attr-defined]


@pytest.mark.parametrize("f", [*LOOPS, "x/y + x^2*sec(x) - atan2(y, x) + (x if x > y else -y)"])
def test_no_rule_is_false(f: str) -> None:
    """Of every row the rule is that of the operation in the forward row of its number; copies have none."""
    at = {name: AT[name] for name in dk.parse(f).inputs}
    listing = staged.measure(f, at)
    forward = {row.number: row for row in listing.rows if row.role == "forward"}
    assert list(forward) == [*range(1, len(forward) + 1)]
    judged = 0
    for row in listing.rows:
        if row.role in {"copy", "frame"}:
            assert row.number is None
            assert not row.rule
        if row.role == "reverse" and row.number:
            found = operation_of(forward[row.number].expression)
            wanted = WORDS.get(found, found)
            choice = {"d max(": "the larger operand", "d min(": "the smaller operand", "d relu(": "handed on where"}
            assert choice.get(wanted, wanted) in row.rule, (row.code, row.rule)
            judged += 1
    assert judged


def test_values_inside_a_loop_are_those_of_its_last_turn() -> None:
    """Forwards and backwards, as the listing says, against the recursion done by hand."""
    listing = staged.measure("l = x; repeat 6: l = 3.5*l*(1-l)", {"x": 0.2})
    states = [0.2]
    for _ in range(6):
        states.append(3.5 * states[-1] * (1 - states[-1]))
    inside = {row.code.strip().partition(" ")[0]: row.value for row in listing.rows if row.depth and row.sign}
    assert inside["l[i"] is not None
    values = [row.value for row in listing.rows if row.depth and row.sign]
    last = states[-2]
    assert values == pytest.approx(
        [3.5 * last, 1 - last, states[-1], 1 - last, 3.5 * last, -3.5 * last, 3.5 * (1 - last) - 3.5 * last]
    )
    assert "those of the last turn" in str(listing)


# --- choices, names, order -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("f", "at"),
    [
        ("max(x, 2)", {"x": 3.0}),
        ("max(x, 2)", {"x": 2.0}),
        ("min(x, y)*x", {"x": 2.0, "y": 2.0}),
        ("max(x, y, 2)", {"x": 2.0, "y": 2.0}),
        ("max(sqrt(x), 2)", {"x": 0.0}),  # the derivative of sqrt is not asked for where 2 is taken
        ("where(x > 0, sqrt(x), y)", {"x": 0.0, "y": 1.0}),
        ("x if x > 0 and not y < 1 else -y", {"x": 1.0, "y": 1.0}),
        ("relu(x)*y + abs(x)", {"x": 0.0, "y": 3.0}),
    ],
)
def test_choices_are_plain_python(f: str, at: dict[str, float]) -> None:
    """Ties and branches not taken are what the tape says, without None and without helper rows."""
    listing = demand_the_tapes_bits(f, at)
    assert "None" not in listing.code
    assert "largest" not in listing.code


def test_max_reads_like_the_chapter() -> None:
    """One row for the operand."""
    rows = staged.measure("max(x, 2)*y", {"x": 3, "y": 1}).rows
    assert rows[-1].code == "dx = dv1 if x > 2.0 else 0.5*dv1 if x == 2.0 else 0.0"
    rows = staged.measure("x*y + max(x, 2)", {"x": 3, "y": 1}).rows
    assert next(row.code for row in rows if row.name == "dx") == "dx = dv2 if x > 2.0 else 0.5*dv2 if x == 2.0 else 0.0"


def test_a_function_without_inputs_is_listed() -> None:
    """3 + 4 is 7, and hands on nothing."""
    listing = staged.measure("3+4", {})
    assert (listing.value, listing.gradient, [row.code for row in listing.rows]) == (7.0, {}, ["f = 3.0 + 4.0"])


def test_inputs_in_the_order_of_the_point_and_no_gaps_in_names() -> None:
    """As the reader gave them; unnamed rows are v1, v2, ..., the result f."""
    listing = staged.measure("sin(y)*2 + cos(x)*3", {"x": 3, "y": -4})
    assert list(listing.slopes) == list(listing.at) == list(listing.gradient) == ["x", "y"]
    assert [line for line in listing.header if " = " in line] == ["x = 3.0", "y = -4.0"]
    assert [row.name for row in listing.rows if row.role == "forward"] == ["v1", "v2", "v3", "v4", "f"]


@pytest.mark.parametrize("f", ["x", "l = x; repeat 200: l = 3.5*l*(1-l)", "f = y*2; x + f", "s = x; s"])
def test_the_output_is_what_it_says(f: str) -> None:
    """After running, whatever the user calls f and wherever the result comes from."""
    at = {name: AT[name] for name in dk.parse(f).inputs}
    demand_the_tapes_bits(f, at)


def test_a_row_that_stops_says_so() -> None:
    """In its place, in the headline, and in the JSON."""
    listing = staged.measure("sqrt(x) + log(y)", {"x": -1, "y": 0})
    assert listing.stops is not None
    assert "v1 = sqrt(x)       # (1)   stops here: ValueError: math domain error" in str(listing)
    assert "stops" in listing.headline()[1]
    assert Record.from_dict(listing.to_dict()) == listing
    with pytest.raises(ValueError, match="math domain"):
        exec(listing.code, {})


def test_another_branch_than_the_recorded_one_is_not_answered() -> None:
    """The listing of a callable stops where it would take another branch."""
    listing = staged.measure(lambda x: x * x if x > 1 else -x, 2.0)
    assert ran(listing)["dx"] == 4.0
    with pytest.raises(AssertionError):
        exec(listing.code.replace("x = 2.0", "x = 0.5"), {})


# --- NumPy ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(0, 200, 5))
def test_the_numpy_listing_agrees_with_the_tape(seed: int) -> None:
    """On random programs; NumPy's functions differ from C's in the last digits, which the program may amplify."""
    program, at = programs.random_program(seed)
    listing, (value, gradient) = staged.measure(program, at, "numpy"), tape.value_and_gradient(program, at)
    room = ran(listing)
    assert float(room[listing.output]) == pytest.approx(value, rel=1e-9)  # type: ignore[arg-type]
    assert {k: float(room[s]) for k, s in listing.slopes.items()} == pytest.approx(gradient, rel=1e-8)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "f", ["x*y + x", "sin(x)*max(x, y) + x^3", "(x if x > y and y < 2 else y)*x", "s = x; repeat 9: s = sin(s)*y + x"]
)
def test_the_numpy_listing_works_on_each_element(f: str) -> None:
    """With arrays in place of the numbers every element has its own derivative; no += changes what another name holds."""
    x, y = np.linspace(0.1, 2, 7), np.linspace(3, 0.2, 7)
    listing = staged.measure(f, {"x": 1.0, "y": 2.0}, "numpy")
    code = listing.code.replace("x = np.float64(1.0)", "x = X").replace("y = np.float64(2.0)", "y = Y")
    room: dict[str, object] = {"X": x, "Y": y}
    exec(code, room)
    for i in range(7):
        expected = tape.gradient(f, {"x": x[i], "y": y[i]})
        for name, slope in listing.slopes.items():
            assert np.broadcast_to(room[slope], 7)[i] == pytest.approx(expected[name], rel=1e-12)


RANDOM = np.random.default_rng(5)
W, X, B = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=4), RANDOM.normal(size=3)
ON_ARRAYS = {
    "layer": (lambda w, x, b: np.tanh(w @ x + b).sum(), (W, X, B)),
    "matrices": (lambda a, b: ((a @ b.T) * (a @ b.T)).sum(), (W, W + 1)),
    "vectors": (lambda x, y: (x @ x) * (y @ W) @ x, (X, B)),
    "broadcast": (lambda w, x, s: (w * x + s * w - x).sum(axis=0).max() + (w / s).mean(), (W, X, 2.0)),
    "columns": (lambda w, b: np.log(1 + np.exp(w * b[:, None])).sum(axis=1).prod(), (W, B)),
    "choices": (lambda w, x: np.where(w > 0, np.sqrt(np.abs(w)), w * x).max(axis=0).sum() + w.min(), (W, X)),
    "parts": (lambda x: x[1:3].sum() * x[0] + x[::2].prod() + x[np.array([1, 1, 2])].sum(), (X,)),
    "shapes": (lambda w: (w.reshape(2, 6).T @ w.reshape(2, 6)).sum() + np.cumsum(w, axis=1)[0, 2], (W,)),
    "joined": (lambda x, y: np.concatenate([x, y, x]).sum() + (np.stack([x, x * x]) ** 2).sum(), (X, B)),
    "solved": (lambda a, b: np.linalg.solve(a @ a.T + np.eye(3), b).sum(), (W, B)),
    "einsum": (lambda a, b: np.einsum("ij,i->j", a, b).max(), (W, B)),
    "zero": (lambda x, y: (x * 0).sum() + y.sum() * 2, (X, B)),
    "large": (lambda x: np.exp(-x * x).sum(), (RANDOM.normal(size=(100, 60)),)),
}


@pytest.mark.parametrize(("f", "at"), ON_ARRAYS.values(), ids=ON_ARRAYS.keys())
def test_listings_on_arrays_run_and_agree_with_the_tape(f, at, tmp_path, monkeypatch) -> None:
    """Every slope has the shape of its input; sums may be added up in another order."""
    monkeypatch.chdir(tmp_path)
    listing = dk.staged(f, at, language="numpy")
    for name, x in listing.at.items():
        np.save(f"{name}.npy", x)  # which the listing reads if it is large
    room: dict[str, object] = {}
    exec(listing.code, room)
    value, gradient = tape.value_and_gradient(f, at)
    assert float(room[listing.output]) == pytest.approx(float(value), rel=1e-13)  # type: ignore[arg-type]
    for (name, slope), expected, x in zip(listing.slopes.items(), gradient, at, strict=True):
        assert np.shape(room[slope]) == np.shape(x), name
        np.testing.assert_allclose(room[slope], expected, rtol=1e-11, atol=1e-13)
    again = Record.from_dict(json.loads(listing.to_json()))
    assert again == listing
    assert str(again) == str(listing)


def test_rows_on_arrays_have_numbers_shapes_and_rules() -> None:
    """The bookkeeping of the chapter: dW = dD x^T, dx = W^T dD."""
    listing = dk.staged(lambda w, x, b: np.tanh(w @ x + b).sum(), (W, X, B))
    assert listing.language == "numpy"
    rows = {row.name: row for row in listing.rows}
    assert (rows["dw"].code, rows["dw"].shape, rows["dw"].number) == ("dw = np.outer(dv1, x)", (3, 4), rows["v1"].number)
    assert rows["dx"].code == "dx = w.T @ dv1"
    assert rows["dx"].rule == "a product of matrices D = A B: dB = A^T dD"
    assert rows["dw"].value == pytest.approx(np.linalg.norm(tape.gradient(lambda w: np.tanh(w @ X + B).sum(), W)))
    assert "(3x4), norm" in str(listing)


def test_arrays_on_the_command_line(tmp_path, capsys) -> None:
    """w=@w.npy; a formula at an array is one clear error."""
    np.save(tmp_path / "w.npy", W)
    (tmp_path / "f.py").write_text("def f(w, s):\n    return (w*w).sum()*s\n", encoding="utf-8")
    assert command(["staged", f"{tmp_path / 'f.py'}:f", "--at", f"w=@{tmp_path / 'w.npy'},s=2", "--as", "numpy"]) == 0
    assert "dw = dw + dv1*w" in capsys.readouterr().out
    assert command(["staged", "w*s", "--at", f"w=@{tmp_path / 'w.npy'},s=2"]) == 2
    assert command(["staged", f"{tmp_path / 'f.py'}:f", "--at", f"w=@{tmp_path / 'none.npy'},s=2"]) == 3


# --- quizzes and LaTeX ---------------------------------------------------------------------------------------------------
def test_no_format_of_a_quiz_gives_the_answers_away(tmp_path) -> None:
    """Neither values nor right-hand sides of the reverse sweep; each has a file of answers beside it."""
    f, at = "x*exp(y) + max(x, y, 1)", "x=3,y=1.25"
    gradient = tape.gradient(f, (3, 1.25))
    for suffix in ("py", "json", "csv", "html", "md", "tex"):
        language = ["--as", "latex"] if suffix in {"tex", "html"} else []
        path = tmp_path / f"quiz.{suffix}"
        assert command(["staged", f, "--at", at, "--quiz", "-o", str(path), *language]) == 0
        quiz, answers = path.read_text(encoding="utf-8"), (tmp_path / f"quiz-answers.{suffix}").read_text(encoding="utf-8")
        secrets = [f"{gradient[0]:.6g}", "other factor", "1.0/n"]
        assert not any(secret in quiz for secret in secrets), suffix
        assert secrets[0] in answers, suffix
    saved = json.loads((tmp_path / "quiz.json").read_text(encoding="utf-8"))
    assert saved["gradient"] == {}
    assert all(row["value"] is None and not row["rule"] for row in saved["rows"] if row["sweep"] == "reverse")
    assert Record.from_dict(saved).to_dict() == saved
    assert not [row for row in saved["rows"] if row["role"] == "part"]


def test_a_quiz_is_not_graded(capsys) -> None:
    """One of the two options at a time."""
    assert command(["staged", "x", "--at", "x=1", "--quiz", "--grade", "s.py"]) == 2
    assert "--quiz" in capsys.readouterr().err
    assert command(["staged", "x*x", "--at", "x=1", "--as", "latex", "-o", "x.py"]) == 2


LATEX = [
    "q = x + y; f = q*sin(z)",
    "l = x; repeat 30: l = 3.5*l*(1-l); f = l + sec(x) - max(x, y)",
    "beta_max = x^2; 1e-9*beta_max",
]


@pytest.mark.parametrize("f", LATEX)
def test_both_sweeps_are_typeset(f: str, tmp_path) -> None:
    """An align* with every operation, its value and its rule; no code in it; it compiles where a TeX is installed."""
    at = dict.fromkeys(dk.parse(f).inputs, 0.25)
    listing = staged.measure(f, at, "latex")
    assert listing.formulas.count(r"\begin{align*}") == 1
    assert "texttt" not in listing.formulas
    assert r"\frac{\mathrm{d}}{\mathrm{d}" in listing.formulas
    assert not re.search(r"_\{[^}]*\}_", listing.formulas)  # no double index, at which TeX stops
    if shutil.which("pdflatex") is None:
        pytest.skip("no TeX is installed")
    from diffkit.render import write_plan

    (tmp_path / "a.tex").write_bytes(write_plan(listing, tmp_path / "a.tex")[tmp_path / "a.tex"])
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "a.tex"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Overfull" not in done.stdout


def test_numbers_tie_the_sweeps_together() -> None:
    """Each number stands first in the forward sweep and then, in the opposite order, in the reverse sweep."""
    listing = staged.measure("sigy = sigmoid(y); num = x + sigy; f = num/(x*y)", {"x": 3, "y": -4})
    order = [number for number, _ in itertools.groupby(row.number for row in listing.rows if row.sweep == "reverse")]
    assert order == [*range(len({row.number for row in listing.rows}), 0, -1)]
    assert math.isfinite(listing.value)
