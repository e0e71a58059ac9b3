"""The command line from outside: statuses, messages, files, streams, hostile input."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffkit import cli

F = "exp(x)/sqrt(sin(x)^3+cos(x)^3)"


def diffkit(*args, stdin="", env=None, cwd=None, encoding="utf-8"):
    """Run the program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "diffkit", *args],
        input=stdin,
        capture_output=True,
        encoding=encoding,
        cwd=cwd,
        env=os.environ | (env or {}),
        check=False,
        timeout=120,
    )


def run(capsys, *args):
    """Run the program in this process: status, standard output, standard error."""
    status = cli.run(list(args))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_compare_as_json_is_one_document_that_says_what_the_contract_says(capsys):
    """The reference to 30 digits; exact engines within 4 ulps; Richardson beats D0 beats D+ at their own steps."""
    status, out, err = run(capsys, "compare", F, "--at", "x=1.5", "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert list(document)[:5] == ["study", "schema", "diffkit", "expression", "at"]
    assert document["study"] == "compare"
    assert document["reference"]["gradient"]["x"] == "4.05342789389862065771418792561"
    engines = {e["engine"]: e for e in document["engines"]}
    assert list(engines) == ["symbolic", "reverse", "forward", "complex-step", "richardson", "D0", "D+", "D-"]
    assert all(engines[name]["ulps"] <= 4 for name in ("symbolic", "reverse", "forward", "complex-step"))
    assert engines["richardson"]["relative_error"] < engines["D0"]["relative_error"] < engines["D+"]["relative_error"]
    assert all(e["status"] == "ok" for e in engines.values())


def test_sweep_as_json_fits_the_orders(capsys):
    """Orders within 0.05 of 1, 1, 2, 4; steps below ulp(x) carry a status."""
    status, out, _ = run(capsys, "sweep", F, "--at", "x=1.5", "--json")
    schemes = {s["scheme"]: s for s in json.loads(out)["schemes"]}
    assert status == 0
    assert [round(schemes[s]["fitted_order"], 1) for s in ("D+", "D-", "D0", "richardson")] == [1, 1, 2, 4]
    for name in ("D+", "D-", "D0", "richardson"):
        assert abs(schemes[name]["fitted_order"] - schemes[name]["order_of_accuracy"]) < 0.05
        assert schemes[name]["samples"][-1]["status"] == "below-ulp"
        assert schemes[name]["samples"][-1]["estimate"] == "nan"


BAD = [
    (
        ["compare", "snh(x)", "--at", "x=1"],
        3,
        "diffkit: unknown function 'snh' (column 1)\n    snh(x)\n    ^^^         did you mean 'sinh'?\n",
    ),
    (["compare", "(x+1", "--at", "x=1"], 3, "diffkit: '(' is never closed (column 1)\n    (x+1\n    ^         add a ')'\n"),
    (["compare", "1/2x", "--at", "x=1"], 3, None),
    (["compare", "x(y+1)", "--at", "x=1"], 3, None),
    (["compare", "", "--at", "x=1"], 3, None),
    (["compare", "x*y", "--at", "x=1"], 2, "diffkit: no value for y\n    its inputs are x, y\n"),
    (["compare", "x", "--at", "x=1,y=2"], 2, "diffkit: the function has no input 'y'\n    its inputs are x\n"),
    (
        ["compare", "x", "--at", "x=abc"],
        2,
        "diffkit: the value of 'x' in --at is not a number: 'abc'\n    write a number such as 1.5, 1e-8, 1/3 or pi/4\n",
    ),
    (["compare", "x", "--at", "x=1", "--at", "x=2"], 2, "diffkit: 'x' is given twice in --at\n"),
    (["compare", "x", "--at", "x"], 2, "diffkit: cannot read the point 'x'\n    write --at x=1.5,y=1/3\n"),
    (["compare", "x"], 2, "diffkit: the point is missing\n    give it with --at x=1\n"),
    (["compare", "log(x)", "--at", "x=-1"], 4, "diffkit: f is not defined at x = -1: log(x) has no real value\n"),
    (["compare", "1/x", "--at", "x=0"], 4, "diffkit: f has no value at x = 0: 1/x is singular\n"),
    (["compare", "9^9^9"], 4, "diffkit: the value of f is inf in float64\n    9^9^9\n"),
    (["compare", "x^1e999", "--at", "x=1"], 3, None),
    (["compare", "(" * 300 + "x" + ")" * 300, "--at", "x=1"], 3, None),
    (["compare", "x\x01", "--at", "x=1"], 3, None),
    (["compare", "__import__('os').system('x')", "--at", "x=1"], 3, None),
    (["compare", "().__class__", "--at", "x=1"], 3, None),
    (["compare", "<script>alert(1)</script>", "--at", "x=1"], 3, None),
    (["compare", "x", "--at", "x=1", "--engines", "magic"], 2, None),
    (["compare", "x", "--at", "x=1", "--wrt", "y"], 2, "diffkit: the function has no input 'y'\n    its inputs are x\n"),
    (["sweep", "x*y", "--at", "x=1,y=2"], 2, "diffkit: a sweep varies one input\n    choose with wrt (--wrt) one of x, y\n"),
    (
        ["sweep", "abs(x)", "--at", "x=0"],
        4,
        "diffkit: f has no derivative at x = 0: abs(x) has a kink\n    its slope is -1 on the left, 1 on the right\n",
    ),
    (["compare", "nothing.py:f", "--at", "x=1"], 3, "diffkit: no file 'nothing.py'\n    give FILE.py:function, or a formula\n"),
    (["compare", "x", "--at", "x=1", "--frobnicate"], 2, None),
    (["frobnicate"], 2, None),
    (["compare"], 2, None),
    (["compare", "x", "--at", "x=1", "--timeout", "-1"], 2, None),
]


@pytest.mark.parametrize(("args", "status", "message"), BAD, ids=[" ".join(a)[:40] for a, _, _ in BAD])
def test_bad_input_gets_one_clear_error(capsys, args, status, message):
    """The right status, at most three lines on standard error, nothing on standard output."""
    found, out, err = run(capsys, *args)
    assert (found, out) == (status, "")
    assert err.startswith("diffkit: ")
    assert len(err.rstrip("\n").split("\n")) <= 3
    assert "Traceback" not in err
    assert message is None or err == message


def test_a_megabyte_on_standard_input_is_refused():
    """By the limit on one statement, in at most three lines."""
    result = diffkit("compare", "-", "--at", "x=1", stdin="x+" * 500_000 + "x")
    assert result.returncode == 3
    assert len(result.stderr.splitlines()) <= 3


def test_nul_bytes_and_bytes_that_are_no_text_are_refused():
    """Named by code point, or by the byte that cannot be read."""
    assert diffkit("compare", "-", "--at", "x=1", stdin="x\x00").returncode == 3
    result = diffkit("compare", "-", "--at", "x=1", stdin="x÷2", encoding="latin-1")
    assert (result.returncode, result.stderr) == (3, "diffkit: standard input is not UTF-8 text: byte 1 cannot be read\n")


@pytest.mark.parametrize("expression", ["-x**2", "-x", "-v*2", "-(x+v)", "--x", "-2*o", "-q"])
def test_an_expression_may_start_with_a_minus(capsys, expression):
    """It is not read as an option, unless it is one to the letter."""
    if expression == "-q":
        assert run(capsys, "compare", expression, "--at", "q=1")[0] == 2
        return
    names = [n for n in "xvo" if n in expression]
    status, out, _ = run(capsys, "compare", expression, "--at", ",".join(f"{n}=1.5" for n in names), "--json")
    assert status == 0
    assert json.loads(out)["at"] == dict.fromkeys(names, 1.5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/3", 1 / 3),
        ("pi/4", 0.7853981633974483),
        ("1e-8", 1e-8),
        ("-4", -4.0),
        ("pi/3", 1.0471975511965979),
        ("sqrt(2)", 2**0.5),
        ("0.1+0.2", 0.3),
        ("max(1, 2)", 2.0),
    ],
)
def test_a_coordinate_is_read_exactly_and_rounded_once(capsys, text, value):
    """1/3, pi/3 and 0.1 + 0.2 are the doubles nearest to what they say."""
    status, out, _ = run(capsys, "compare", "x", "--at", f"x={text}", "--json")
    found = json.loads(out)["at"]["x"]
    assert status == 0
    assert found == value


def test_files_are_written_by_suffix_and_not_overwritten(capsys, tmp_path):
    """Every format; an existing file is an error without --force and is left alone."""
    names = [tmp_path / f"s{suffix}" for suffix in (".json", ".csv", ".md", ".tex", ".html", ".svg", ".png", ".pdf")]
    status, out, err = run(capsys, "sweep", "exp(x)", "--at", "x=1", *[part for n in names for part in ("-o", str(n))])
    assert (status, out) == (0, "")
    assert all(n.stat().st_size > 300 for n in names)
    assert all(f"wrote {n}" in err for n in names)
    names[0].write_text("mine")
    status, out, err = run(capsys, "compare", "x", "--at", "x=1", "-o", str(names[0]))
    assert (status, err) == (2, f"diffkit: '{names[0]}' exists already\n    choose another name, or overwrite it with --force\n")
    assert names[0].read_text() == "mine"
    assert run(capsys, "compare", "x", "--at", "x=1", "-o", str(names[0]), "--force", "-q")[0::2] == (0, "")
    assert json.loads(names[0].read_text())["study"] == "compare"


def test_output_paths_that_cannot_be_written(capsys, tmp_path):
    """A folder, a missing folder, an unknown format: refused before any work, no file left behind."""
    for path in (tmp_path, tmp_path / "missing" / "x.json", tmp_path / "x.docx", tmp_path / "nosuffix"):
        status, out, err = run(capsys, "compare", "x", "--at", "x=1", "-o", str(path))
        assert (status, out) == (2, "")
        assert err.startswith(f"diffkit: cannot write '{path}'")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["compare", "sweep", "rounding", "check", "advise"])
def test_help_has_an_example_that_runs(capsys, command):
    """The line, typed as it stands, works; -o lists the formats."""
    out = run(capsys, command, "--help")[1]
    assert ".html .md .tex .json .csv .pdf .svg .png" in " ".join(out.split())
    line = next(line for line in out.splitlines() if "Example" in line).partition("diffkit ")[2]
    words = shlex.split(line)
    assert run(capsys, *words[: words.index("-o") if "-o" in words else None])[0] == 0


@pytest.mark.parametrize(("name", "beside"), [("two.png", "two-error_parts.png"), ("two.md", "two-error_vs_h.svg")])
def test_files_beside_are_looked_at_before_any_work(capsys, tmp_path, monkeypatch, name, beside):
    """A picture that would be written too and exists already is told at once: f is not even read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / beside).write_text("mine")
    status, out, err = run(capsys, "sweep", "no such(", "--at", "x=1", "-o", name)
    assert (status, out) == (2, "")
    assert err == f"diffkit: '{beside}' exists already\n    choose another name, or overwrite it with --force\n"
    assert (tmp_path / beside).read_text() == "mine"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission(capsys, tmp_path):
    """Refused with the reason."""
    tmp_path.chmod(0o500)
    assert run(capsys, "compare", "x", "--at", "x=1", "-o", str(tmp_path / "x.json"))[0] == 2


def test_a_failed_check_exits_with_1(capsys):
    """--fail-above: D+ is never right to 1e-12."""
    assert run(capsys, "compare", "exp(x)", "--at", "x=1", "--engines", "D+", "--fail-above", "1e-12")[0] == 1
    assert run(capsys, "compare", "exp(x)", "--at", "x=1", "--engines", "reverse", "--fail-above", "1e-12")[0] == 0


def test_engines_and_wrt_choose(capsys):
    """Only what was asked for, in that order."""
    _, out, _ = run(capsys, "compare", "x*y", "--at", "x=2,y=3", "--engines", "D0,reverse", "--wrt", "y", "--json")
    assert [(e["engine"], list(e["gradient"])) for e in json.loads(out)["engines"]] == [("D0", ["y"]), ("reverse", ["y"])]


def test_a_python_file(capsys, tmp_path):
    """FILE.py:function is recorded; a wrong name gets a suggestion, a failing file its error; prints go to standard error."""
    path = tmp_path / "mine.py"
    path.write_text("import numpy as np\nprint('hello')\ndef area(r):\n    return np.pi*r**2\ndef bad(r):\n    return float(r)\n")
    status, out, err = run(capsys, "compare", f"{path}:area", "--at", "r=2", "--json")
    assert (status, json.loads(out)["reference"]["gradient"]["r"][:12], err) == (0, "12.566370614", "hello\n")
    assert run(capsys, "compare", f"{path}:aera", "--at", "r=2")[2].endswith("has no function 'aera'\n    did you mean 'area'?\n")
    assert run(capsys, "compare", f"{path}:bad", "--at", "r=2")[0] == 3
    path.write_text("1/0\n")
    assert run(capsys, "compare", f"{path}:area", "--at", "r=2")[::2] == (
        3,
        f"diffkit: '{path}' does not run: ZeroDivisionError: division by zero\n",
    )


def test_functions_lists_the_table(capsys):
    """Every function with its accuracy; as JSON too."""
    status, out, _ = run(capsys, "functions")
    assert status == 0
    assert all(name in out for name in ("sin", "atan2", "softplus", "lgamma"))
    assert json.loads(run(capsys, "functions", "--json")[1])["study"] == "functions"


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_no_character_crashes_a_narrow_terminal(encoding):
    """Greek names and every command's text pass through an ASCII or GBK terminal."""
    for args in (
        ["compare", "θ²×2", "--at", "θ=1"],
        ["compare", "θ²", "--at", "θ=1", "--json"],
        ["functions"],
        ["compare", "é$", "--at", "é=1"],
    ):
        result = diffkit(*args, env={"PYTHONIOENCODING": encoding}, encoding=encoding)
        assert "Traceback" not in result.stderr
        assert result.returncode == (3 if "é$" in args else 0)
        if "--json" in args:
            assert json.loads(result.stdout)["at"] == {"θ": 1.0}


def test_a_closed_pipe_ends_quietly():
    """`diffkit functions | head -1` shows no traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "diffkit", "functions"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_ctrl_c_leaves_no_file(tmp_path):
    """An interrupt while a report is being made exits with 130 and leaves nothing behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "diffkit", "report", F, "--at", "x=1.5", "-o", "r.html"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in {130, -signal.SIGINT, 0}  # 0: a fast machine was done already
    assert "Traceback" not in err
    assert [p.name for p in tmp_path.iterdir()] == ([] if process.returncode else ["r.html"])


def test_an_interrupt_in_the_middle_of_writing_leaves_no_file(tmp_path, monkeypatch):
    """Several files are written all or none."""
    from diffkit import files

    real = Path.replace
    monkeypatch.setattr(Path, "chmod", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        files.write_all({tmp_path / "a": b"1", tmp_path / "b": b"2"}, force=False)
    assert list(tmp_path.iterdir()) == []
    assert real is Path.replace


def test_the_time_limit_ends_with_4(capsys):
    """--timeout stops whatever takes longer."""
    status, _, err = run(capsys, "compare", "abs(sin(x)^2+cos(x)^2-1)", "--at", "x=1", "--timeout", "0.01")
    assert (status, err) == (4, "diffkit: the time limit of 0.01 s is over\n    give more with --timeout\n")


def test_a_bug_is_reported_as_one(capsys, monkeypatch):
    """An exception of our own exits with 70 and no traceback."""
    from diffkit.study import compare

    monkeypatch.setattr(compare, "measure", lambda *a: 1 / 0)
    status, _, err = run(capsys, "compare", "x", "--at", "x=1")
    assert status == 70
    assert err.startswith("diffkit: a bug in diffkit: ZeroDivisionError")


def test_version_and_help(capsys):
    """They go to standard output."""
    assert run(capsys, "--version")[1] == "diffkit, version 0.1.0\n"
    for command in ([], ["compare"], ["sweep"], ["swell"], ["report"], ["functions"]):
        status, out, _ = run(capsys, *command, "--help")
        assert status == 0
        assert "Usage" in out


def test_a_report_with_a_hostile_title_shows_it_as_text(capsys, tmp_path):
    """Markup in a title is text in the page."""
    path = tmp_path / "r.html"
    status, _, _ = run(capsys, "report", "x^2", "--at", "x=1", "--title", "<script>alert(1)</script>", "-o", str(path))
    page = path.read_text()
    assert status == 0
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_interrupt_that_falls_into_a_callback_comes_again():
    """Python prints and forgets a KeyboardInterrupt in a finalizer; the program is interrupted all the same."""
    code = (
        "import sys, time, weakref\nfrom diffkit import cli\n"
        "class Thing: pass\n"
        "def lost(_): raise KeyboardInterrupt\n"
        "sys.unraisablehook = cli.interrupt_again\n"
        "thing = Thing()\nwatch = weakref.ref(thing, lost)\n"
        "try:\n    del thing\n    time.sleep(20)\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (result.stdout, result.stderr) == ("interrupted\n", "")


def test_functions_measures_their_accuracy(capsys, tmp_path):
    """In a file of any format; nothing else is printed."""
    status, out, err = run(capsys, "functions", "--accuracy", "--points", "5", "-o", str(tmp_path / "rules.md"))
    assert (status, out) == (0, "")
    assert "rules.md" in err
    assert "textbook" in (tmp_path / "rules.md").read_text(encoding="utf-8")
    assert json.loads(run(capsys, "functions", "--accuracy", "--points", "5", "--json")[1])["study"] == "rules"
    assert run(capsys, "functions", "-o", str(tmp_path / "rules.png"))[0] == 2


def test_errors_of_a_users_file_say_where(capsys, tmp_path):
    """The line that fails; no line of ours where the user's has ended; what is missing where only the file is named."""
    path = tmp_path / "mine.py"
    path.write_text("def boom(x):\n    y = 2*x\n    return y + missing\n\n\ndef text(x):\n    return 'hello'\n")
    assert "mine.py, line 3: return y + missing" in run(capsys, "compare", f"{path}:boom", "--at", "x=1")[2]
    status, _, err = run(capsys, "compare", f"{path}:text", "--at", "x=1")
    assert (status, err.count("line")) == (3, 0)
    status, _, err = run(capsys, "compare", str(path), "--at", "x=1")
    assert status == 3
    assert "mine.py:function" in err
