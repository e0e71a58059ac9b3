"""Staged listings: they run and give what the tape gives; the grader finds the wrong line and lets right ones pass."""

import json
import math

import pytest

import diffkit as dk
from diffkit import tape
from diffkit.study import staged
from diffkit.study.staged import grade

from . import programs

EXERCISE = (
    "sigy = 1/(1+exp(-y)); num = x + sigy; sigx = 1/(1+exp(-x)); xpy = x+y; xpysqr = xpy^2; den = sigx + xpysqr; "
    "invden = 1/den; f = num*invden"
)
AT = {"x": 3, "y": -4}
STUDENT = """\
import math
x = 3
y = -4
sigy = 1.0 / (1 + math.exp(-y))
num = x + sigy
sigx = 1.0 / (1 + math.exp(-x))
xpy = x + y
xpysqr = xpy**2
den = sigx + xpysqr
invden = 1.0 / den
f = num * invden
dnum = invden
dinvden = num
dden = (-1.0 / (den**2)) * dinvden
dsigx = (1) * dden
dxpysqr = (1) * dden
dxpy = (2 * xpy) * dxpysqr
dx = (1) * dxpy
dy = (1) * dxpy
dx += ((1 - sigx) * sigx) * dsigx
dx += (1) * dnum
dsigy = (1) * dnum
dy += ((1 - sigy) * sigy) * dsigy
"""
LINES = STUDENT.splitlines()


def run(listing: staged.Staged) -> dict[str, float]:
    """The derivatives that a listing computes when it is run."""
    room: dict[str, object] = {}
    exec(listing.code, room)
    return {name: eval(slope, room) for name, slope in listing.slopes.items()}


def grade_of(text: str, tmp_path, f: str = EXERCISE, at: object = AT) -> grade.Grade:
    """The grade of a student's text."""
    path = tmp_path / "student.py"
    path.write_text(text, encoding="utf-8")
    return grade.measure(f, at, path)


@pytest.mark.parametrize("part", range(8))
def test_the_listing_equals_the_tape_bit_for_bit(part: int) -> None:
    """On 200 random programs, run as the text that is printed."""
    for seed in range(25 * part, 25 * part + 25):
        program, point = programs.random_program(seed)
        listing = staged.measure(program, point)
        assert run(listing) == tape.gradient(program, point), seed
        assert listing.gradient == tape.gradient(program, point)


def test_a_loop_stays_a_loop_and_runs() -> None:
    """A thousand steps are written in 30 rows."""
    f = "l = x; repeat 1000: l = 3.9*l*(1 - l)"
    listing = staged.measure(f, {"x": 0.3})
    assert len(listing.rows) < 30
    assert sum(row.name.startswith("for ") for row in listing.rows) == 2
    assert run(listing) == tape.gradient(f, {"x": 0.3})


def test_the_chapters_listing() -> None:
    """(x + y) z at -2, 5, -4, with the numbers that tie the sweeps together and the values of theory."""
    listing = staged.measure("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4})
    assert [(row.number, row.code, row.value) for row in listing.rows] == [
        (1, "q = x + y", 3.0),
        (2, "f = q*z", -12.0),
        (2, "dq = z", -4.0),
        (2, "dz = q", 3.0),
        (1, "dx = dq", -4.0),
        (1, "dy = dq", -4.0),
    ]
    assert (listing.value, listing.gradient) == (-12.0, {"x": -4.0, "y": -4.0, "z": 3.0})
    assert "a product: times the other factor" in str(listing)


def test_the_exercise_of_the_chapter() -> None:
    """Its value and gradient, and += where x and y are read again."""
    listing = staged.measure(EXERCISE, AT)
    assert listing.value == pytest.approx(1.5456448841066, rel=1e-13)
    assert listing.gradient == pytest.approx({"x": 2.0595697955721652, "y": 1.5922327514838093}, rel=1e-14)
    assert [row.sign for row in listing.rows if row.name == "dx"] == ["=", "-=", "+="] or [
        row.sign for row in listing.rows if row.name == "dx"
    ] == ["=", "+=", "+="]


def test_names_of_the_user_do_no_harm() -> None:
    """A variable called lambda, exp or t is one, and the listing still runs."""
    for name in ("lambda", "exp", "t", "import", "F", "print"):
        f = f"{name}*sin({name}) + exp({name})"
        assert run(staged.measure(f, {name: 1.5})) == tape.gradient(f, {name: 1.5})


def test_a_quiz_hides_the_reverse_sweep_and_has_answers(tmp_path) -> None:
    """No right-hand side of the reverse sweep is left in the quiz; the file beside it has them all."""
    from diffkit.cli import run as command

    quiz = staged.measure(EXERCISE, AT, quiz=True)
    hidden = str(quiz).split("# reverse sweep")[1]
    assert all("invden" not in line.split("#")[0].partition("=")[2] for line in hidden.splitlines())
    assert hidden.count("____") == sum(row.role == "reverse" for row in quiz.rows)
    assert command(["staged", EXERCISE, "--at", "x=3,y=-4", "--quiz", "-o", str(tmp_path / "q.py")]) == 0
    assert "____" in (tmp_path / "q.py").read_text(encoding="utf-8")
    answers: dict[str, float] = {}
    exec((tmp_path / "q-answers.py").read_text(encoding="utf-8"), answers)
    assert answers["dx"] == pytest.approx(2.0595697955721652)


def test_latex_has_a_row_for_every_row() -> None:
    """And one above each sweep; numbers at the right, mathematics in between."""
    listing = staged.measure("q = x + y; f = q*sin(z)", (1, 2, 3), language="latex")
    assert str(listing).startswith(r"\begin{align*}")
    assert str(listing).count(r"\\") + 1 == len(listing.rows) + 2
    assert r"\sin z" in str(listing)


# --- the grader ----------------------------------------------------------------------------------------------------------
def test_a_right_solution_passes(tmp_path) -> None:
    """The chapter's own, line for line."""
    found = grade_of(STUDENT, tmp_path)
    assert found.passed
    assert sum(line.verdict == "right" for line in found.lines) == 22


def test_another_order_and_fewer_lines_pass(tmp_path) -> None:
    """Contributions in another order, two of them added in one line, names of the student's own, dfdx for dx."""
    other = [*LINES[:11], "dden = -num / den**2", "dnum = 1 / den", "helper = (1 - sigx) * sigx"]
    other += ["dy = (1 - sigy) * sigy * dnum", "dx = dnum + helper * dden", "dxpy = 2 * xpy * dden", "dy += dxpy", "dx += dxpy"]
    assert grade_of("\n".join(other), tmp_path).passed
    renamed = "x = 2\ny = 3\nz = 5\nq = x + y\nf = q*z\ndfdz = q\ndfdq = z\ndfdx = 1.0*dfdq\ndfdy = 1.0*dfdq\n"
    assert grade_of(renamed, tmp_path, "q = x + y; f = q*z", {"x": 2, "y": 3, "z": 5}).passed


@pytest.mark.parametrize("line", range(2, len(LINES) + 1))
def test_an_error_in_any_line_is_found_there(line: int, tmp_path) -> None:
    """One per cent too much in one line: that line is the first that is wrong, with the value it should have."""
    left, sign, right = LINES[line - 1].partition("= ")
    wrong = "\n".join([*LINES[: line - 1], f"{left}{sign}1.01 * ({right})", *LINES[line:]])
    found = grade_of(wrong, tmp_path)
    assert not found.passed
    assert found.wrong is not None
    assert found.wrong.line == line
    assert found.wrong.expected is not None or found.wrong.reason
    assert f"line {line} gives" in str(found)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda lines: [*lines[:20], *lines[21:]], "dx lacks what x hands back through line 5"),
        (lambda lines: [line.replace("dx += (1)", "dx = (1)") for line in lines], "what it held is lost"),
        (lambda lines: [line for line in lines if not line.startswith("dy")], "derivative by y is missing"),
        (lambda lines: [*lines[:10], "g = num * invden", *lines[11:]], "nothing sets the result f"),
        (lambda lines: [*lines[:15], "dxpysqr = 1/0", *lines[16:]], "line 16 fails: ZeroDivisionError"),
    ],
)
def test_what_is_missing_is_said(change, word: str, tmp_path) -> None:
    """A contribution left out, += forgotten, a derivative or the result missing, a line that fails."""
    found = grade_of("\n".join(change(LINES)), tmp_path)
    assert not found.passed
    assert word in str(found)


def test_the_command_line(tmp_path, capsys) -> None:
    """Exit status 0 for a right file, 1 for a wrong one, 3 for none, 4 for one that does not end."""
    from diffkit.cli import run as command

    path = tmp_path / "student.py"
    path.write_text(STUDENT, encoding="utf-8")
    words = ["staged", EXERCISE, "--at", "x=3,y=-4", "--grade", str(path)]
    assert command(words) == 0
    path.write_text(STUDENT.replace("(2 * xpy)", "(3 * xpy)"), encoding="utf-8")
    capsys.readouterr()
    assert command([*words, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["study"] == "grade"
    assert command([*words[:-1], str(tmp_path / "none.py")]) == 3
    path.write_text("while True: pass", encoding="utf-8")
    assert command([*words, "--timeout", "1"]) == 4
    path.write_text("x = (", encoding="utf-8")
    assert command(words) == 3


def test_bad_input_is_one_error() -> None:
    """An unknown language, two outputs, a point that is missing."""
    for arguments in ((EXERCISE, AT, "fortran"), ("x, y", (1, 2)), (EXERCISE, {"x": 1})):
        with pytest.raises(dk.UsageError):
            staged.measure(*arguments)
    assert math.isnan(staged.measure("log(x)", -1.0).gradient["x"])
