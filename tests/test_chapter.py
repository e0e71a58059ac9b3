"""The chapter: its numbers to the last digit, its counts by theory, its slips named where they occur."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.cli import run
from diffkit.messages import language as speaking
from diffkit.render import write_plan
from diffkit.results import Chapter, Record
from diffkit.sections import build
from diffkit.study import chapter
from diffkit.study.chapter import examples


@pytest.fixture(scope="module")
def record() -> Chapter:
    """The chapter, measured once."""
    return dk.chapter()


def numbers(record: Chapter, key: str) -> dict[str, float]:
    """The numbers of one example."""
    return {name: value for example, name, value in record.numbers() if example == key}


def test_the_first_graph(record: Chapter) -> None:
    """(a + b)(b + 1) at 2, 1: c = 3, d = 2, the result 6, derivatives 2 and 5."""
    assert numbers(record, "tree") == {"c": 3.0, "d": 2.0, "f": 6.0, "df/da": 2.0, "df/db": 5.0}


def test_forward_mode_computes_a_zero_in_vain(record: Chapter) -> None:
    """By b: 0 at a, 1 at b, c and d, 5 at the result; and no other picture of the five shows tangents."""
    assert [node.tangent for node in record.tree[3].nodes] == [0.0, 1.0, 1.0, 1.0, 5.0]
    assert [graph.show for graph in record.tree] == [
        *((), ("value",), ("value", "local"), ("value", "local", "tangent"), ("value", "local", "adjoint"))
    ]
    assert [e.local for e in record.tree[2].edges] == [1.0, 1.0, 1.0, 2.0, 3.0]


def test_reverse_mode_takes_one_sweep(record: Chapter) -> None:
    """Forward mode needs a sweep an input: 2 times 5 products, of which 1 by b and 3 by a have a factor 0."""
    assert [(m.mode, m.sweeps, m.products, m.wasted) for m in record.modes] == [("forward", 2, 10, 4), ("reverse", 1, 5, 0)]


def test_the_second_graph(record: Chapter) -> None:
    """(x + y)z at -2, 5, -4: q = 3, f = -12, gradient -4, -4, 3; in the listing too."""
    assert numbers(record, "composite") == {"q": 3.0, "f": -12.0, "df/dx": -4.0, "df/dy": -4.0, "df/dz": 3.0}
    assert record.composite_listing.gradient == {"x": -4.0, "y": -4.0, "z": 3.0}


def test_the_neuron(record: Chapter) -> None:
    """f, dx and dw to the ten digits known, and to 1e-15 against mpmath."""
    found = numbers(record, "neuron")
    assert (found["dot"], round(found["ddot"], 10)) == (1.0, 0.1966119332)
    with mpmath.workdps(30):
        f = 1 / (1 + mpmath.exp(-1))
        ddot = f * (1 - f)
    assert found["f"] == pytest.approx(float(f), rel=4e-16)
    expected = {"w0": -ddot, "x0": 2 * ddot, "w1": -2 * ddot, "x1": -3 * ddot, "w2": ddot}
    assert {k: found[f"df/d{k}"] for k in expected} == pytest.approx({k: float(v) for k, v in expected.items()}, rel=1e-15)
    assert round(found["f"], 10) == 0.7310585786
    assert [round(found[f"df/d{k}"], 7) for k in ("x0", "x1", "w0", "w1", "w2")] == [
        *(0.3932239, -0.5898358, -0.1966119, -0.3932239, 0.1966119)
    ]


def test_the_neurons_gates(record: Chapter) -> None:
    """Eight operations, five with the sigmoid as one gate; its derivative takes 2 operations instead of 4, but loses digits."""
    assert [graph.operations for graph in record.neuron] == [8, 5]
    four, fused, stable = record.gates
    assert (four.forward, four.reverse, fused.forward, fused.reverse, stable.reverse) == (4, 4, 4, 2, 2)
    assert [gate.forward + gate.reverse for gate in record.gates] == [8, 6, 9]
    text = " ".join(block.text for section in build(record).sections for block in section.blocks if hasattr(block, "text"))
    assert "8 operations in all become 6" in text
    assert "9 in all" in text
    assert 3e-8 < fused.error < 5e-8
    assert max(four.error, stable.error) < 1e-15


def test_the_staged_exercise(record: Chapter) -> None:
    """Value and gradient to the last digits, against mpmath; the listing carries the chapter's numbers (1) to (8)."""
    with mpmath.workdps(40):

        def f(x: mpmath.mpf, y: mpmath.mpf) -> mpmath.mpf:
            return (x + 1 / (1 + mpmath.exp(-y))) / (1 / (1 + mpmath.exp(-x)) + (x + y) ** 2)

        truth = [float(f(3, -4)), *(float(mpmath.diff(f, (3, -4), order)) for order in ((1, 0), (0, 1)))]
    found = numbers(record, "exercise")
    assert [found["f"], found["df/dx"], found["df/dy"]] == pytest.approx(truth, rel=5e-16)
    assert (found["df/dx"], found["df/dy"]) == (2.0595697955721652, 1.5922327514838093)
    assert [row.number for row in record.exercise_listing.rows if row.role == "reverse"] == [8, 8, 7, 6, 6, 5, 4, 4, 3, 2, 2, 1]


def test_the_listings_run(record: Chapter) -> None:
    """Each listing, run as it stands, sets the derivatives that it names last."""
    for listing in (record.composite_listing, record.neuron_listing, record.neuron_fused, record.exercise_listing):
        room: dict[str, float] = {}
        exec(listing.code, room)
        assert {name: room[slope] for name, slope in listing.slopes.items()} == listing.gradient


def test_every_intermediate_number_of_the_exercise_is_listed(record: Chapter) -> None:
    """The forward lines (1) to (8) and every derivative on the way, each a number of its own."""
    with mpmath.workdps(30):
        x, y = mpmath.mpf(3), mpmath.mpf(-4)
        sigx, sigy = 1 / (1 + mpmath.exp(-x)), 1 / (1 + mpmath.exp(-y))
        num, den = x + sigy, sigx + (x + y) ** 2
        truth = {"sigy": sigy, "num": num, "sigx": sigx, "xpy": x + y, "xpysqr": (x + y) ** 2, "den": den, "invden": 1 / den}
        truth |= {"dnum": 1 / den, "dinvden": num, "dden": -num / den**2, "dsigx": -num / den**2, "dsigy": 1 / den}
    found = numbers(record, "exercise")
    assert {name: found[name] for name in truth} == pytest.approx({k: float(v) for k, v in truth.items()}, rel=1e-14)


def test_orders(record: Chapter) -> None:
    """O(h), O(h), O(h^2), O(h^4), measured."""
    fitted = {s.scheme: s.fitted_order for s in record.orders.schemes}
    for scheme, order in (("D+", 1), ("D-", 1), ("D0", 2), ("richardson", 4)):
        assert fitted[scheme] == pytest.approx(order, abs=0.02)


def test_costs(record: Chapter) -> None:
    """n + 1, 2n and 4n evaluations, n forward sweeps, one reverse sweep whose operations stay a small multiple of those of f."""
    assert [work.n for work in record.costs] == [1, 2, 4, 8, 16, 32, 64]
    for work in record.costs:
        n = work.n
        assert work.times == {"D+": n + 1, "D0": 2 * n, "richardson": 4 * n, "forward": n, "reverse": 1}
        assert work.work["D0"] == 2 * n * work.operations
    assert record.costs[-1].work["reverse"] < 2 * record.costs[-1].operations
    assert record.costs[-1].work["forward"] > 60 * record.costs[-1].operations


def test_tangent_programs_are_derivatives() -> None:
    """The Program of forward mode gives what the tape gives."""
    program = dk.parse(examples.EXERCISE)
    point = [examples.EXERCISE_AT[name] for name in program.inputs]
    slopes = [float(chapter.tangent_program(program, i)(*point)[1]) for i in range(2)]
    assert slopes == pytest.approx([dk.tape.gradient(program, examples.EXERCISE_AT)[name] for name in program.inputs], rel=1e-15)


def test_the_rule_of_max_at_a_tie(record: Chapter) -> None:
    """1/2 and 1/2 add up to the growth along (1, 1), the chapter's 1 and 1 do not; elsewhere both do."""
    for rule in record.rules:
        assert sum(rule.gradient.values()) == pytest.approx(rule.along)
        tie = rule.expression.startswith("max") and len(set(rule.at.values())) == 1
        assert (sum(rule.chapter.values()) == pytest.approx(rule.along)) == (not tie)
    assert record.rules[-1].gradient == {"x": 0.5, "y": 0.5}


def test_the_chapters_check_fails_both_ways(record: Chapter) -> None:
    """It rejects two right gradients and accepts a wrong one; the Taylor remainder judges all five rightly."""
    found = {c.case: (c.chapter, c.verdict) for c in record.checks}
    assert found == {
        "right": ("pass", "pass"),
        "slip": ("wrong", "wrong"),
        "steep": ("wrong", "pass"),
        "offset": ("wrong", "pass"),
        "small": ("pass", "wrong"),
    }


def test_symbolic_on_if_and_while(record: Chapter) -> None:
    """An if becomes a piecewise derivative; a while stops SymPy, and the tape records as many turns as the value takes."""
    choice, loop = record.branching
    assert dk.parse(choice.symbolic)(-1.0) == -1.0
    assert [b.slope for b in choice.branches] == [b.expected for b in choice.branches] == [-1.0, 1.0]
    assert loop.symbolic == ""
    assert "truth value" in loop.reason
    assert len({b.lines for b in loop.branches}) == 3
    assert [b.slope for b in loop.branches] == pytest.approx([0.5 / b.x**0.5 for b in loop.branches], rel=1e-12)
    room: dict[str, object] = {}
    exec(loop.code, room)
    assert room["root"](9.0) == examples.root(9.0)  # type: ignore[operator]


def test_matrix_gradients(record: Chapter) -> None:
    """Shapes fit, and the tape's dW and dX agree with dD X^T, W^T dD and with the complex step in every entry."""
    shapes = {p.name: p.shapes for p in record.products}
    assert shapes == {
        "D": ((5, 10), (10, 3), (5, 3)),
        "dW": ((5, 3), (3, 10), (5, 10)),
        "dX": ((10, 5), (5, 3), (10, 3)),
    }
    for product in record.products[1:]:
        assert product.difference is not None
        assert product.error is not None
        assert product.difference <= 1e-14
        assert product.error <= 1e-14


def test_a_wrong_product_would_be_seen() -> None:
    """The check above fails if a transpose is left out where the shapes allow it."""
    square = np.random.default_rng(1).standard_normal((3, 3))
    wrong = chapter._product("dW", "dD X", (square, square), square @ square.T, square @ square.T)
    assert wrong.difference is not None
    assert wrong.difference > 0.1
    assert wrong.error == 0.0


def test_it_is_read_back(record: Chapter) -> None:
    """The record survives JSON, with the studies in it."""
    assert Record.from_json(record.to_json()) == record


def test_every_slip_is_noted_in_its_place(record: Chapter) -> None:
    """Each note stands in the section of the chapter's slip."""
    document = build(record)
    noted = {
        s.heading: " ".join(b.text for b in s.blocks if hasattr(b, "text") and b.text.startswith("Note:"))
        for s in document.sections
    }
    assert "n + 1" in noted["Numeric differentiation: n times the cost"]
    assert "1/2 each" in noted["Basic operations: addition, multiplication, max"]
    assert "it is z" in noted["The chain rule: (x + y)z"]
    assert "it must be i" in noted["Gradients of matrices"]
    assert "reciprocal" in noted["The sigmoid neuron: gates small and large"]
    assert "integration" in noted["Symbolic differentiation: if and while"]


def test_the_pictures_of_the_markdown_are_there(record: Chapter) -> None:
    """Every picture that the text shows is a file of its own, and no other is written."""
    plan = write_plan(record, "chapter.md")
    text = plan[Path("chapter.md")].decode()
    shown = set(re.findall(r"\]\((chapter-[\w-]+)\.svg\)", text))
    assert len(shown) == 11
    assert {path.stem for path in plan if path.suffix != ".md"} == shown


def test_the_command_writes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-o DIR makes the folder with a page, a text and its pictures; without --force nothing is overwritten."""
    folder = tmp_path / "new" / "chapter"
    assert run(["chapter", "-o", str(folder), "-q"]) == 0
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 11
    assert "1.5456448841066441" in page
    assert (folder / "chapter-tree-forward.png").stat().st_size > 10_000
    assert run(["chapter", "-o", str(folder)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints one document."""
    assert run(["chapter", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["study"] == "chapter"


@pytest.mark.parametrize(("language", "compiler"), [("en", "pdflatex"), ("zh", "xelatex")])
def test_the_article_compiles(record: Chapter, language: str, compiler: str, tmp_path: Path) -> None:
    """Where a TeX is installed: no error, nothing wider than the page, no missing character."""
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    with speaking(language):
        plan = write_plan(record, tmp_path / "chapter.tex")
    for path, content in plan.items():
        path.write_bytes(content)
    command = [compiler, "-interaction=nonstopmode", "-halt-on-error", "chapter.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False, timeout=200)
    assert done.returncode == 0, done.stdout[-2000:]
    assert not re.findall(r"Overfull .hbox \((?:[2-9]\d|\d{3})\.", done.stdout)
    assert "Missing character" not in done.stdout
    assert "Float too large" not in done.stdout
