"""Staged listings: they run and give what the tape gives; the grader finds the wrong line and lets right ones pass."""

import json
import math
import re

import pytest

import diffkit as dk
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


def grade_of(text: str, tmp_path, f: str = EXERCISE, at: object = AT) -> grade.Grade:
    """The grade of a student's text."""
    path = tmp_path / "student.py"
    path.write_text(text, encoding="utf-8")
    return grade.measure(f, at, path)


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
    assert "(1) f = " in str(staged.measure("sigmoid(x)", 1.0))  # the row that ends the operation


def test_the_exercise_of_the_chapter() -> None:
    """Its value and gradient, and += where x and y are read again."""
    listing = staged.measure(EXERCISE, AT)
    assert listing.value == pytest.approx(1.5456448841066, rel=1e-13)
    assert listing.gradient == pytest.approx({"x": 2.0595697955721652, "y": 1.5922327514838093}, rel=1e-14)
    assert [row.sign for row in listing.rows if row.name == "dx"] == ["=", "-=", "+="] or [
        row.sign for row in listing.rows if row.name == "dx"
    ] == ["=", "+=", "+="]


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


# --- quizzes -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", [".py", ".md", ".html", ".tex", ".json"])
def test_a_quiz_in_every_format_has_an_answer_file_and_tells_nothing(suffix: str, tmp_path) -> None:
    """What is to be found is in the second file only."""
    from diffkit.cli import run as command

    assert command(["staged", "f = x*sin(y)", "--at", "x=3,y=2", "--quiz", "-o", str(tmp_path / f"q{suffix}"), "-q"]) == 0
    quiz, answers = ((tmp_path / name).read_text("utf-8") for name in (f"q{suffix}", f"q-answers{suffix}"))
    assert "cos" not in quiz
    assert "cos" in answers
    assert "-1.248" not in quiz


@pytest.mark.parametrize("f", [EXERCISE, "max(x, y)*x", "abs(x)*y + x", "sigmoid(x)*y^3", "where(x > y, x*y, x)", "y/x - x"])
def test_our_own_answers_pass_the_grader(f: str, tmp_path) -> None:
    """The answer file of a quiz is a right solution; the quiz itself, not filled in, is not, and the first blank is named."""
    listing = staged.measure(f, {"x": 3, "y": -4}, quiz=True)
    found = grade_of(listing.answers().code, tmp_path, f)
    assert found.passed, str(found)
    empty = grade_of(listing.code, tmp_path, f)
    assert not empty.passed
    assert "is still to be filled in" in str(empty)
    assert "missing" not in str(empty)


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
        (lambda lines: [*lines[:10], "g = num * invden", *lines[11:]], "sets the result f"),
        (lambda lines: [*lines[:15], "dxpysqr = 1/0", *lines[16:]], "line 16 fails: ZeroDivisionError"),
    ],
)
def test_what_is_missing_is_said(change, word: str, tmp_path) -> None:
    """A contribution left out, += forgotten, a derivative or the result missing, a line that fails."""
    found = grade_of("\n".join(change(LINES)), tmp_path)
    assert not found.passed
    assert word in str(found)


def test_the_expected_value_is_that_of_the_line(tmp_path) -> None:
    """Of a wrong line of several contributions: what this line has to add, not their sum."""
    for line in (18, 19, 20, 21, 23):
        left, sign, right = LINES[line - 1].partition("= ")
        found = grade_of("\n".join([*LINES[: line - 1], f"{left}{sign}1.01 * ({right})", *LINES[line:]]), tmp_path).wrong
        assert found is not None
        assert found.line == line
        assert found.expected == pytest.approx(found.value / 1.01, rel=1e-9)


COMPOSITE = "q = x + y; f = q*z"
HERE = {"x": -2, "y": 5, "z": -4}
START = "x = -2; y = 5; z = -4\nq = x + y\nf = q*z\n"
LOOP = "x = 0.3\nl = x\nfor i in range(5):\n    l = 2*l*(1 - l)\nf = l\ndx = 1e-3"
STYLES = {  # right solutions in styles that people have
    "zeros first": (START + "dx = dy = dz = dq = 0.0\ndq += z\ndz += q\ndx += dq\ndy += dq", COMPOSITE, HERE),
    "written out": (START + "dq = z\ndz = q\ndx = 0\ndx = dx + dq\ndy = dq", COMPOSITE, HERE),
    "one line, twice": ("x = 3\nf = x*x\ndx = x\ndx += x", "x*x", {"x": 3}),
    "one line, two terms": (
        "x = 3; y = 2; z = 5\nf = x*y + x*z\ndx = y\ndx += z\ndy = x\ndz = x",
        "x*y + x*z",
        {"x": 3, "y": 2, "z": 5},
    ),
    "-=": ("x = 3; y = 2\nf = x - y\ndx = 1\ndy = 0\ndy -= 1", "x - y", {"x": 3, "y": 2}),
    "steep": ("import math\nx = 1.0\nf = math.sin(1e5*x)\ndx = 1e5*math.cos(1e5*x)", "sin(1e5*x)", {"x": 1}),
    "cancels": ("import math\nx = 1e-3\nf = (1-math.cos(x))/x**2\ndx = math.sin(x)/x**2 - 2*f/x", "(1-cos(x))/x^2", {"x": 1e-3}),
    "near 0": ("from math import log\nx = 1e-6\nf = log(x)\ndx = 1/x", "log(x)", {"x": 1e-6}),
    "main": ("if __name__ == '__main__':\n    x = 3\n    f = x*x\n    dx = 2*x", "x*x", {"x": 3}),
    "exit": (START + "dq = z\ndz = q\ndx = dy = dq\nimport sys\nsys.exit(0)", COMPOSITE, HERE),
    "numpy": (
        "import numpy as np\nx = np.float64(0.5)\ns = np.sin(x)\nf = np.exp(s)*x\nds = f\ndx = np.exp(s) + ds*np.cos(x)",
        "s = sin(x); f = exp(s)*x",
        {"x": 0.5},
    ),
    "0-d": (START.replace("x = -2", "import numpy as np; x = np.array(-2.0)") + "dq = z\ndz = q\ndx = dy = dq", COMPOSITE, HERE),
    "helper": ("def sq(t):\n    return t*t\nx = 3\nn = 2\nf = sum(sq(x) for _ in range(n))\ndx = n*2*x", "2*x*x", {"x": 3}),
    "helper with names": (
        "def f1(x):\n    q = 2*x\n    return q\nx = 3.0\nq = 5.0\ndef f2(x):\n    q = x*x\n    return q\nf = f1(x)*f2(x)\n"
        "dx = 6*x*x + 0*sum(q for q in range(3))",
        "2*x*x^2",
        {"x": 3},
    ),
    "lists": (
        "import math\nw = [2, -3, -3]\nx = [-1, -2]\ndot = w[0]*x[0] + w[1]*x[1] + w[2]\nf = 1/(1 + math.exp(-dot))\n"
        "ddot = (1 - f)*f\ndx = [w[0]*ddot, w[1]*ddot]\ndw = [x[0]*ddot, x[1]*ddot, 1.0*ddot]",
        "dot = w0*x0 + w1*x1 + w2; f = 1/(1 + exp(-dot))",
        {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3},
    ),
    "by item": ("w = [2, 3]\nf = w[0]*w[1]\ndw = [0, 0]\ndw[0] += w[1]\ndw[1] += w[0]", "w_0*w_1", {"w_0": 2, "w_1": 3}),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_right_solutions_of_every_style_pass(style: str, tmp_path) -> None:
    """However the contributions are written, and whatever the function."""
    found = grade_of(*STYLES[style][:1], tmp_path, *STYLES[style][1:])
    assert found.passed, str(found)


@pytest.mark.parametrize(
    ("text", "f", "at", "name", "expected"),
    [
        ("def g(x, y):\n    q = x + y\n    return q*x, q, x\nf, dx, dy = g(3.0, 2.0)", "q = x + y; f = q*x", (3, 2), "dx", 8),
        ("x = 3\nf = 9\ndx = 7", "x*x", (3,), "dx", 6),
        (LOOP, "l = x; repeat 5: l = 2*l*(1-l)", (0.3,), "dx", 1.47573e-11),
        ("w = [2, 3]\nf = w[0]*w[1]\ndw = [3, 3]", "w0*w1", (2, 3), "dw[1]", 2),
    ],
)  # fmt: skip
def test_a_wrong_gradient_never_passes(text: str, f: str, at: tuple[float, ...], name: str, expected: float, tmp_path) -> None:
    """Also where no line can be judged by itself: in functions, with values copied by hand, in loops, in lists."""
    found = grade_of(text, tmp_path, f, at)
    assert not found.passed
    assert found.wrong is not None
    assert (found.wrong.name, found.wrong.expected) == (name, pytest.approx(expected, rel=1e-5))


def test_a_hidden_forward_part_is_judged_by_its_gradient_and_says_so(tmp_path) -> None:
    """Right values that no line explains are right, but nobody says that both sweeps are complete."""
    found = grade_of("x = 3\ny = -4\nf = 1.5456448841066441\ndx = 2.0595697955721652\ndy = 1.5922327514838093", tmp_path)
    assert found.passed
    assert "both sweeps" not in str(found)
    assert "not judged by themselves: 2" in str(found)
    assert "line 4, 5: judged by its last value only" in str(found)


def planted(lines: list[str], i: int) -> list[str]:
    """The listing with one right-hand side one per cent off."""
    left, sign, right = lines[i].partition("= ")
    return [*lines[:i], f"{left}{sign}1.01*({right.partition('#')[0].strip()})", *lines[i + 1 :]]


def slopes(code: str) -> dict[str, float]:
    """What the code hands back by the inputs."""
    room: dict[str, object] = {}
    exec(code, room)
    return {name: float(x) for name, x in room.items() if re.fullmatch(r"dx\d", name)}  # type: ignore[arg-type]


@pytest.mark.parametrize("part", range(2))
def test_answers_of_random_programs_pass_and_errors_in_them_do_not(part: int, tmp_path) -> None:
    """Our own listing is a right solution; with one line one per cent off it is not, and no line before that one is blamed."""
    for seed in range(2000 + 8 * part, 2008 + 8 * part):
        program, point = programs.random_program(seed, 12)
        lines = staged.measure(program, point).code.split("\n")
        found = grade_of("\n".join(lines), tmp_path, program, point)
        assert found.passed, (seed, str(found))
        candidates = [i for i, line in enumerate(lines) if re.match(r"dx\d [+-]?= [^#]*[a-z]", line)]
        last = next(i for i in reversed(candidates) if slopes("\n".join(planted(lines, i))) != slopes("\n".join(lines)))
        lines = planted(lines, last)
        found = grade_of("\n".join(lines), tmp_path, program, point)
        assert not found.passed, seed
        assert found.wrong is None or found.wrong.line >= last + 1


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nx = 3.0\na = np.array([x, 1.0])\ny = float(a[0]*2)\nf = x + y*y\ndy = 2*y\ndx = 1 + 2*dy",
        "x = 3.0\ny = float(2*x)\nf = x + y*y\ndy = 2*y\ndx = 1\ndx += 2*dy",
        "import statistics\nx = 3.0\ny = 2*statistics.fmean([x, x])\nf = x + y*y\ndy = 2*y\ndx = 1\ndx += dy + dy",
        "x = 3.0\ne = 2*x\nf = x + e*e\ndx = 1.0\ndx += 2*e\ndx += 2*e",
    ],
)
def test_what_a_function_hides_is_not_called_wrong(text: str, tmp_path) -> None:
    """Numbers that went through arrays, casts or other libraries: no false blame, and still no false praise."""
    assert grade_of(text, tmp_path, "x + (2*x)^2", 3.0).passed
    wrong = grade_of(text + " + 0.1", tmp_path, "x + (2*x)^2", 3.0)
    assert wrong.wrong is not None
    assert wrong.wrong.line >= len(text.split("\n")) - 1  # of two halves of one contribution either may be the wrong one


def test_at_a_kink_every_slope_between_both_sides_passes(tmp_path) -> None:
    """max(x, 0) at 0: 0, 1/2 and 1; but not 2."""
    passed = [grade_of(f"x = 0.0\nf = max(x, 0)\ndx = {slope}", tmp_path, "max(x, 0)", 0.0).passed for slope in (0, 0.5, 1, 2)]
    assert passed == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "status", "word"),
    [
        ("import os\nos._exit(0)", 3, "ended its process"),
        ("import sys\nsys.__stdout__.write('{}')\nsys.exit(1)\nx = 3", 1, "line 3 fails: SystemExit: 1"),
        ("x = float(input())", 1, "EOFError"),
        ("x = [0]*10**12", 1, "MemoryError"),
        ("x = 'a'*(3 << 30)", 1, "MemoryError"),
        ("x = (", 3, "SyntaxError"),
        ("x = 1\0", 3, "does not run"),
        ("def f(): return f()\nx = f()", 1, "RecursionError"),
        ("while True: print('x'*1000)", 4, "did not end within 2 s"),
        ("import subprocess\nsubprocess.Popen(['sleep', '60'])\nx = 3", 1, "nothing at the top level"),
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()", 1, "nothing at the top level"),
    ],
)
def test_hostile_code_is_one_clear_message(text: str, status: int, word: str, tmp_path, capfd) -> None:
    """It ends in time, nothing of it reaches the terminal, and no traceback is shown."""
    from time import monotonic

    from diffkit.cli import run as command

    path = tmp_path / "student.py"
    path.write_text(text, encoding="utf-8")
    begin = monotonic()
    assert command(["staged", "x*x", "--at", "x=3", "--grade", str(path), "--timeout", "2" if status == 4 else "20"]) == status
    assert monotonic() - begin < 20
    said = "".join(capfd.readouterr())
    assert word in said
    assert "is run now" in said
    assert "Traceback" not in said


def test_the_answer_cannot_be_printed(tmp_path) -> None:
    """What the file writes to the standard output of its process is no part of the answer."""
    forged = "import sys\nsys.__stdout__.write('{\"rows\": []}')\nsys.__stdout__.flush()\nx = 3\nf = x*x\ndx = 5\n"
    assert not grade_of(forged, tmp_path, "x*x", 3).passed


def test_the_file_runs_once(tmp_path) -> None:
    """Whatever it writes is written once."""
    log = tmp_path / "log"
    assert grade_of(f"x = 3\nopen({str(log)!r}, 'a').write('x')\nf = x*x\ndx = 2*x", tmp_path, "x*x", 3).passed
    assert log.read_text() == "x"


OWN = """\
import math
x = 3
y = -4
s2 = 1/(1 + math.exp(-y))
sq = (x + y)**2
s1 = 1/(1 + math.exp(-x))
d = s1 + sq
n = x + s2
f = n/d
dn = 1/d
dd = -n/d**2
dx = dn
ds2 = dn
ds1 = dd
dsq = dd
dx += ds1*s1*(1 - s1)
dx += dsq*2*(x + y)
dy = dsq*2*(x + y)
dy += ds2*s2*(1 - s2)
"""
UNNAMED = "(x + 1/(1+exp(-y)))/(1/(1+exp(-x)) + (x + y)^2)"


@pytest.mark.parametrize(
    ("right", "wrong", "blamed", "said"),
    [
        ("d = s1 + sq", "d = s1 - sq", 9, "is that of line 7"),
        ("sq = (x + y)**2", "sq = 2*(x + y)**2 + 5", 9, "is that of line 5"),
        ("dy += ds2", "dx += ds2", 19, "it is what has to be added to dy"),
        ("ds1*s1*(1 - s1)", "ds1*s1*(1 + s1)", 16, "one of these contributions"),
    ],
)
def test_names_of_the_students_own(right: str, wrong: str, blamed: int, said: str, tmp_path) -> None:
    """The formula names nothing: a wrong result points to the first value of its own, a sum at the wrong place says so."""
    assert grade_of(OWN, tmp_path, UNNAMED).passed
    found = grade_of(OWN.replace(right, wrong), tmp_path, UNNAMED)
    assert found.wrong is not None
    assert found.wrong.line == blamed
    assert said in str(found)


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
