"""`diffkit check` from outside: statuses, arrays from files, JUnit, pictures, reports."""

import json
import math
import re
import subprocess
import sys
import time
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


ORDERS = [
    ("2*x*y, x^2", "x=2,y=3", 0),
    ("x^2, 2*x*y", "y=3,x=2", 0),
    ("x^2, 2*x*y", "x=2,y=3", 1),
    ("dx = 2*x*y; dy = x^2", "y=3,x=2", 0),
    ("dy = x^2; dx = 2*x*y", "x=2,y=3", 0),
    ("dx = x^2; dy = 2*x*y", "x=2,y=3", 1),
]


@pytest.mark.parametrize(("grad", "at", "status"), ORDERS)
def test_formulas_are_in_the_order_of_the_point_or_have_names(capsys, grad, at, status):
    """Whatever comes first in the formula of f; a wrong order is told with the order that was read."""
    found, out, _ = run(capsys, "check", "y*x^2", "--grad", grad, "--at", at)
    assert found == status, out
    assert ("read in the order x, y" in " ".join(out.split())) == (status == 1 and "dx" not in grad)
    point = {part[0]: float(part[2]) for part in at.split(",")}
    assert dk.check_gradient("y*x^2", grad, point).passed == (status == 0)
    assert dk.check_gradient("y*x^2", None, point).passed
    assert dk.check_gradient("y*x^2", "x^2, 2*x*y", (3.0, 2.0)).passed


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


def told(text):
    """A text of the terminal on one line."""
    return " ".join(text.split())


def test_the_search_for_wrong_entries_ends(capsys, folder):
    """Where most of 20000 entries are wrong a sample is judged, and the headline says that there may be more."""
    np.save(folder / "big.npy", np.random.default_rng(0).normal(size=20_000))
    (folder / "big.py").write_text("def f(w): return (w**2).mean()\ndef g(w): return w/len(w)\n")
    begun = time.perf_counter()
    status, out, _ = run(capsys, "check", "big.py:f", "--grad", "big.py:g", "--at", "w=@big.npy")
    assert time.perf_counter() - begun < 20  # 1.3 s
    assert status == 1
    assert "wrong: at least 32 of 20000 entries (the search ended there)" in told(out)
    assert "what is wrong is 1/2 times the right value" in told(out)


def test_what_is_known_when_the_time_ends(capsys, folder):
    """How many entries were judged, and how many of them are wrong."""
    (folder / "slow.py").write_text("import time\ndef f(w): time.sleep(0.002); return (w**2).sum()\ndef g(w): return w\n")
    np.save(folder / "w.npy", np.ones(40))
    status, out, err = run(capsys, "check", "slow.py:f", "--grad", "slow.py:g", "--at", "w=@w.npy", "--timeout", "2")
    assert (status, out) == (4, "")
    known = re.search(r"until then (\d+) of 40 entries were judged and (\d+) found wrong", err)
    assert known, err
    assert 0 < int(known[1]) == int(known[2]) < 40


ACCEPTED = [
    ("exp(x)*(1 + 8e-11)", "x=1", 0, "x: off by 8e-11 of its size, which is accepted"),
    ("exp(x)*(1 - 9e-4)", "x=1", 0, "Errors up to 0.001 of an entry are accepted, as asked; 1 of them would be wrong otherwise."),
    ("exp(x)*(1 + 2e-3)", "x=1", 1, "off by 0.2 %"),
    ("exp(x)", "x=1", 0, "pass: the derivative agrees with f"),
]


@pytest.mark.parametrize(("grad", "at", "status", "said"), ACCEPTED)
def test_what_is_good_enough_is_accepted(capsys, grad, at, status, said):
    """An error up to --accept passes and is stated; --rtol makes no error good; the rule of textbooks takes no such limit."""
    found, out, _ = run(capsys, "check", "exp(x)", "--grad", grad, "--at", at, "--accept", "1e-3")
    assert found == status, out
    assert said in told(out)
    assert ("accepted" in out) == (status == 0 and grad != "exp(x)")
    assert run(capsys, "check", "exp(x)", "--grad", grad, "--at", at, "--rtol", "1e-3")[0] == (grad != "exp(x)")
    assert run(capsys, "check", "exp(x)", "--grad", grad, "--at", at, "--accept", "1e-3", "--rule", "chapter")[0] == 2


def test_many_entries_are_not_accepted_together():
    """Of 300 entries that are all off by 1e-5 a sample is judged and accepted, and the others are not vouched for."""
    w = np.linspace(1, 2, 300)
    check = dk.check_gradient(lambda w: w @ w, lambda w: 2 * w * (1 + 1e-5), w, accept=1e-3)
    assert (check.verdict, all(entry.accepted for entry in check.entries)) == ("undecided", True)
    assert "of the other 268 nothing can be said" in check.sentence()
    assert dk.check_gradient(lambda w: w @ w, lambda w: 2 * w * (1 + 1e-5), w[:200], accept=1e-3).passed


def test_an_error_bar_across_what_is_accepted_is_undecided():
    """f is rounded to 5 digits: an error of 2e-3 can be seen, but not whether it is below 2e-3."""
    check = dk.check_gradient(lambda x: round(1e5 * math.exp(x)) / 1e5, lambda x: 1.03 * math.exp(x), 1.0, accept=0.03)
    assert check.verdict == "undecided", str(check)
    assert dk.check_gradient(lambda x: round(1e5 * math.exp(x)) / 1e5, lambda x: 1.03 * math.exp(x), 1.0, accept=0.2).passed


def test_the_textbooks_rule_is_explained_and_contradicted(capsys):
    """A note under every table; where it passes what the remainder denies, that is said; at a kink no slope is."""
    out = told(run(capsys, "check", "exp(x)", "--grad", "exp(x)*(1+9e-8)", "--at", "x=1", "--rule", "chapter")[1])
    assert "1e-7 rule: the relative difference to D0 with h = 1e-5" in out
    assert "passes it although the remainder shows an error" in out
    assert "although" not in run(capsys, "check", "exp(x)", "--grad", "exp(x)", "--at", "x=1", "--rule", "chapter")[1]
    kink = dk.check_gradient("abs(x)", 0, 0.0)
    assert "slope" not in str(kink)
    assert "slope 1 is that of every gradient" in caption(kink)


def test_a_gradient_of_too_few_arrays_has_no_entries_and_no_slopes():
    """One array for two arguments, or none for one of them, is said as such."""
    w, b = np.ones((3, 3)), np.ones(3)
    check = dk.check_gradient(lambda w, b: np.sum(w @ b), lambda w, b: np.ones((3, 3)), (w, b))
    assert "arrays given: 1, expected: 2, one for each of w, b" in check.sentence()
    assert "nan" not in str(check)
    assert check.remainders == ()
    lacking = dk.check_gradient(lambda w, b: np.sum(w @ b), lambda w, b: {"w": np.ones((3, 3))}, {"w": w, "b": b})
    assert "there is no gradient of b" in lacking.sentence()


def test_single_precision_that_was_promoted_is_told():
    """An array of float32 is handed over in float64, so that the check sees more than 7 digits."""
    w = np.ones(3, dtype=np.float32)
    assert dk.check_gradient(lambda w: w @ w, lambda w: 2 * w, {"w": w}).notes == (
        "w came as float32; f and its gradient were called in float64",
    )
    assert dk.check_gradient(lambda w: w @ w, lambda w: 2 * w, {"w": w.astype(float)}).notes == ()


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
    (
        ["compare", "--at", "w=@w.npy"],
        2,
        "diffkit: 'w' is an array: '@w.npy'\n    give a number for every input; "
        "diffkit check, graph and staged (its grader not) take arrays",
    ),
    (["compare", "--at", "w=w.npy"], 2, None),
    (
        ["mine.py:f", "--at", "w=w.npy,b=1"],
        2,
        "diffkit: the value of 'w' in --at is not a number: 'w.npy'\n    an array in a file is written w=@w.npy, for",
    ),
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
