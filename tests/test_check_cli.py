"""`diffkit check` from outside: statuses, arrays from files, JUnit, pictures, reports."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

import diffkit as dk
from diffkit import cli, figures
from diffkit.captions import alt, caption
from diffkit.errors import UsageError
from diffkit.figures.labels import Box
from diffkit.render.junit import junit
from diffkit.results import Check

from . import specimens
from .test_figures import boxes, overlapping

FILE = """
import numpy as np
print("loaded")

def f(w, b):
    print("called")
    return np.sum((2*w + b)**2)

def g(w, b):
    return {"w": 4*(2*w + b), "b": 2*np.sum(2*w + b)}

def transposed(w, b):
    return {"w": 4*(2*w + b).T, "b": 2*np.sum(2*w + b)}

def failing(w, b):
    raise RuntimeError("no")

def talkative(w, b):
    raise RuntimeError("no\\n" * 40)

def leaving(w, b):
    raise SystemExit(0)

drawn = np.random.default_rng().normal()

def noise(w, b):
    return drawn * np.sum(w) * b

def slope(w, b):
    return {"w": drawn * b * np.ones_like(w), "b": drawn * np.sum(w)}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a Python file and an array."""
    (tmp_path / "mine.py").write_text(FILE)
    np.save(tmp_path / "w.npy", np.arange(6.0).reshape(2, 3) + 0.5)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *args):
    """Run the program in this process: status, standard output, standard error."""
    status = cli.run(list(args))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize(
    ("f", "grad", "at", "status", "verdict"),
    [
        ("x*y", "y, x", "x=2,y=3", 0, "pass"),
        ("x*y", "-y, x", "x=2,y=3", 1, "wrong"),
        ("sin(1000*x)", "1000*cos(1000*x)", "x=1", 0, "pass"),
        ("-x^2", "-2*x", "x=1/3", 0, "pass"),
        ("relu(x)", "1/2", "x=0", 0, "kink"),
        ("relu(x)", "2", "x=0", 1, "wrong"),
        ("floor(1e4*sin(x))/1e4", "cos(x)", "x=1", 1, "undecided"),
        ("x*y^2", None, "x=2,y=3", 0, "pass"),
    ],
)
def test_the_exit_status_tells_the_verdict(capsys, f, grad, at, status, verdict):
    """0 for pass and for a subgradient at a kink, 1 for wrong and for undecided."""
    found, out, _ = run(capsys, "check", f, *(["--grad", grad] if grad else []), "--at", at, "--json")
    document = json.loads(out)
    assert (found, document["verdict"], document["study"]) == (status, verdict, "check")
    assert list(document)[:5] == ["study", "schema", "diffkit", "expression", "at"]
    assert {"entries", "taylor_slope", "cause", "verdict"} <= set(document)


def test_functions_in_files_and_arrays(capsys, folder):
    """FILE.py:f is called as it is, by the names of --at; what it prints goes to standard error."""
    status, out, err = run(capsys, "check", "mine.py:f", "--grad", "mine.py:g", "--at", "w=@w.npy,b=1/3", "--json")
    document = json.loads(out)
    assert (status, document["verdict"], document["expression"]) == (0, "pass", "f")
    assert list(document["at"]) == ["w[0,0]", "w[0,1]", "w[0,2]", "w[1,0]", "w[1,1]", "w[1,2]", "b"]
    assert {"loaded", "called"} <= set(err.split())
    status, out, _ = run(capsys, "check", "mine.py:f", "--grad", "mine.py:transposed", "--at", "w=@w.npy", "--at", "b=2")
    assert status == 1
    assert "transposed" in out.splitlines()[1]


def test_f_and_its_gradient_come_from_one_run_of_the_file(capsys, folder):
    """What the file draws at random is the same for both."""
    status, out, err = run(capsys, "check", "mine.py:noise", "--grad", "mine.py:slope", "--at", "w=@w.npy,b=2")
    assert (status, err.count("loaded")) == (0, 1), out


def test_a_saved_result_is_the_record(capsys, folder):
    """-o check.json, read back, prints the same table."""
    status, out, _ = run(capsys, "check", "x*y", "--grad", "y,x", "--at", "x=1,y=2", "-o", "check.json")
    record = Check.from_json((folder / "check.json").read_text())
    assert (status, out) == (0, "")
    assert record == dk.check_gradient("x*y", "y,x", {"x": 1.0, "y": 2.0})


def test_every_format_is_written(capsys, folder):
    """Report, table and picture."""
    names = ["c.html", "c.md", "c.tex", "c.csv", "c.png", "c.svg", "c.pdf"]
    options = [part for name in names for part in ("-o", name)]
    status, out, err = run(capsys, "check", "exp(x)", "--grad", "1.03*exp(x)", "--at", "x=1", *options, "--force")
    assert (status, out) == (1, "")
    assert "diffkit: wrong: the derivative is off by 3 %" in err
    assert all((folder / name).stat().st_size > 100 for name in names)
    assert "Probable cause" not in (folder / "c.html").read_text() or "factor" in (folder / "c.html").read_text()


BAD = [
    (["x*y", "--grad", "y", "--at", "x=1,y=2"], 2, "diffkit: the gradient has 1 formula, f 2 inputs\n"),
    (["x*y", "--grad", "y, z", "--at", "x=1,y=2"], 2, "diffkit: the gradient uses z, f does not\n"),
    (["x*y", "--grad", "y, (", "--at", "x=1,y=2"], 3, None),
    (["x*y", "--grad", "mine.py:nothing", "--at", "x=1,y=2"], 3, None),
    (["x*y", "--at", "x=1"], 2, None),
    (["x*y"], 2, None),
    (["mine.py:f"], 2, "diffkit: the point is missing\n    give it with --at x=1, or --at w=@w.npy for an array\n"),
    (["mine.py:f", "--at", "w=@w.npy"], 3, None),
    (["mine.py:f", "--at", "w=@none.npy,b=1"], 3, "diffkit: no file 'none.npy'\n"),
    (["mine.py:f", "--at", "w=@mine.py,b=1"], 3, "diffkit: 'mine.py' is no array that numpy.save wrote\n"),
    (["mine.py:f", "--at", "w=@words.npy,b=1"], 3, "diffkit: 'words.npy' does not hold one array of real numbers\n"),
    (["mine.py:f", "--at", "w=@objects.npy,b=1"], 3, "diffkit: 'objects.npy' is no array that numpy.save wrote\n"),
    (
        ["mine.py:f", "--at", "w=@w.npy,b=1", "--grad", "mine.py:failing"],
        3,
        "diffkit: the gradient fails at that point: RuntimeError: no",
    ),
    (["mine.py:failing", "--at", "w=@w.npy,b=1"], 3, "diffkit: f fails at that point: RuntimeError: no"),
    (["mine.py:talkative", "--at", "w=@w.npy,b=1"], 3, "diffkit: f fails at that point: RuntimeError: no ...\n"),
    (["mine.py:leaving", "--at", "w=@w.npy,b=1"], 3, "diffkit: f fails at that point: SystemExit: 0\n"),
    (
        ["mine.py:f", "--at", "w=@w.npy,b=1", "--grad", "mine.py:leaving"],
        3,
        "diffkit: the gradient fails at that point: SystemExit: 0\n",
    ),
    (["x", "--at", "x=1", "-o", "j.json", "--junit", "./j.json"], 2, "diffkit: './j.json' is named twice\n"),
    (["x*2", "--at", "x=@w.npy"], 2, "diffkit: f must return one number, not an array of shape (2, 3)\n"),
    (["log(x)", "--at", "x=-1"], 4, None),
    (["x", "--at", "x=1", "--rule", "magic"], 2, None),
    (["x", "--at", "x=1", "--rtol", "2"], 2, None),
    (["x", "--at", "x=1", "--junit", "missing/j.xml"], 2, None),
    (["compare", "--at", "w=@w.npy"], 2, None),
]


@pytest.mark.parametrize(("args", "status", "message"), BAD, ids=[" ".join(a)[:40] for a, _, _ in BAD])
def test_bad_input_gets_one_clear_error(capsys, folder, args, status, message):
    """The right status, at most three lines, nothing on standard output, no traceback."""
    np.save(folder / "words.npy", np.array(["a", "b"]))
    np.save(folder / "objects.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    found, out, err = run(capsys, *(["check", *args] if args[0] != "compare" else ["compare", "x", *args[1:]]))
    told = [line for line in err.splitlines() if line not in ("loaded", "called")]
    assert (found, out) == (status, ""), err
    assert "Traceback" not in err
    assert len(told) <= 3
    assert message is None or "\n".join(told + [""]).startswith(message)


def test_junit_has_one_test_case_an_entry(capsys, folder):
    """Counts add up, failures carry verdict and numbers, names and texts are escaped."""
    status, _, err = run(capsys, "check", "x*y + z", "--grad", "y, -x, 1", "--at", "x=2,y=3,z=1", "--junit", "j.xml")
    suites = ET.parse(folder / "j.xml").getroot()
    suite = suites.find("testsuite")
    cases = suite.findall("testcase")
    assert (status, suites.tag, "wrote j.xml" in err) == (1, "testsuites", True)
    assert [c.get("name") for c in cases] == ["y", "x", "z"]
    assert [len(c.findall("failure")) for c in cases] == [1, 0, 0]
    assert all(suite.get(k) == suites.get(k) for k in ("tests", "failures", "errors", "skipped"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "0")
    failure = cases[0].find("failure")
    assert failure.get("type") == "wrong"
    assert "yours -2.0" in failure.get("message")
    assert "sign" in failure.get("message")
    assert "yours" in suite.find("system-out").text
    assert run(capsys, "check", "x", "--at", "x=1", "--junit", "j.xml")[0] == 2
    assert run(capsys, "check", "x", "--at", "x=1", "--junit", "j.xml", "--force")[0] == 0


def test_junit_escapes_and_never_hides_a_failure():
    """Markup and control characters in names; a wrong shape, or a large gradient that is undecided, fails as a whole."""
    check = specimens.check()
    entries = (replace(check.entries[0], name='<w>&"\x00', reason="]]>"), *check.entries[1:])
    case = ET.fromstring(junit(replace(check, entries=entries, expression="<f>")))[0][0]
    assert (case.get("name"), case.get("classname")) == ('<w>&"?', "<f>")
    shape = dk.check_gradient(lambda w: w @ w, lambda w: 2 * w[:, None], np.ones(3))
    suite = ET.fromstring(junit(shape))[0]
    assert (shape.verdict, suite.get("failures"), suite[-2].get("name")) == ("wrong", "1", "gradient")
    passed = ET.fromstring(junit(dk.check_gradient("relu(x)", 0.5, 0.0)))[0]
    assert (passed.get("failures"), passed.get("tests")) == ("0", "1")
    greek = ET.fromstring(junit(dk.check_gradient("θ^2", "2*θ", {"θ": 1.0})))[0]
    assert (greek.get("tests"), greek[0].get("name")) == ("1", "θ")
    large = dk.check_gradient(lambda w: w @ w, lambda w: 2 * w, np.linspace(1, 2, 300))
    assert ET.fromstring(junit(large))[0][-2].get("name") == "gradient"


def test_help_says_that_it_runs_the_file(capsys):
    """And what the exit status means."""
    out = run(capsys, "check", "--help")[1]
    assert "RUNS" in out
    assert "Exit status" in out
    assert "@w.npy" in out


def test_the_program_in_a_process_of_its_own(folder):
    """With nothing but the document on standard output, though f prints."""
    found = subprocess.run(
        [sys.executable, "-m", "diffkit", "check", "mine.py:f", "--grad", "mine.py:g", "--at", "w=@w.npy,b=1", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0
    assert json.loads(found.stdout)["verdict"] == "pass"


# --- the record, the picture --------------------------------------------------------------------------------------------
CASES = {
    "right": ("exp(sin(x))", "exp(sin(x))*cos(x)", 1.0),
    "wrong": ("exp(sin(x))", "-exp(sin(x))*cos(x)", 1.0),
    "slightly wrong": ("exp(x)", "exp(x)*(1 + 5e-8)", 1.0),
    "linear": ("1e8 + x", "1", 1.0),
    "kink": ("relu(x)", "0.3", 0.0),
    "tiny": ("1e-200*exp(x)", "1e-200*exp(x)", 1.0),
    "huge": ("1e100*x^2", "2e100*x", 1e90),
    "several": ("x*y + exp(z)", "y, x, exp(z)", {"x": 1.0, "y": 2.0, "z": 0.5}),
    "small x": ("log(x)", "1/x", 1e-50),
    "past a kink": ("abs(x)", "1", 1e-9),
    "quantised": ("floor(1e4*sin(x))/1e4", "cos(x)", 1.0),
}


@pytest.mark.parametrize("width", ["full", "column"])
@pytest.mark.parametrize("name", CASES)
def test_labels_of_the_picture_do_not_overlap(name, width):
    """Names with slopes and the numbers of the triangles stand apart, inside the paper."""
    check = dk.check_gradient(*CASES[name])
    for figure in figures.pictures(check, width).values():
        assert overlapping(figure) == []
        size = figure.get_size_inches() * 72
        frame = Box(size[0] / 2, size[1] / 2, *size)
        assert all(box.within(frame) for _, box in boxes(figure))
        figures.write(figure, ".svg")
    assert caption(check).endswith(".")
    assert check.verdict in alt(check)


def test_the_picture_shows_the_slopes():
    """2, 3 and 5 beside the curves and in the triangles."""
    texts = [text for text, _ in boxes(dk.check_gradient(*CASES["right"]).plot())]
    assert all(any(name in text for text in texts) for name in ("Taylor", "symmetric", "Richardson"))
    assert {"2", "3", "5"} <= set(texts)


@pytest.mark.parametrize("name", ["right", "small x", "past a kink"])
def test_the_picture_is_of_what_can_be_seen(name):
    """The windows, or what stands above the noise, with few decades beside them."""
    low, high = dk.check_gradient(*CASES[name]).plot().axes[0].get_xlim()
    assert high / low < 1e20


def test_a_check_without_remainders_has_no_picture():
    """Of a constant nothing is left."""
    check = dk.check_gradient("5 + 0*x", "0", 1.0)
    assert not check.drawn
    assert figures.pictures(check) == {}
    with pytest.raises(UsageError, match="no picture"):
        check.plot()
