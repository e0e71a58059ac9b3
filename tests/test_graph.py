"""Computational graphs: what is computed at every node, what is left out, and what is written."""

import json
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import diffkit as dk
from diffkit.gates import fuse, unfuse
from diffkit.render import write_plan
from diffkit.render.dot import quoted, render
from diffkit.results import Graph, Record

from .drawn import faults, texts

STAGED = "sigy = 1/(1 + exp(-y)); num = x + sigy; sigx = 1/(1 + exp(-x)); xpy = x + y; den = sigx + xpy^2; f = num/den"
ALL = ("value", "local", "adjoint", "tangent", "error")


def by_text(graph: Graph) -> dict[str, tuple[float | None, float | None]]:
    """Value and adjoint of every node."""
    return {node.text: (node.value, node.adjoint) for node in graph.nodes}


def test_the_chapters_first_graph() -> None:
    """(a + b)(b + 1) at 2, 1: c = 3, d = 2, e = 6; de/da = 2, de/db = 5; forward mode by b gives 0, 1, 1, 1, 5."""
    graph = dk.graph("c = a + b; d = b + 1; f = c*d", {"a": 2, "b": 1}, show=ALL, wrt="b")
    assert [(n.name, n.value, n.tangent, n.adjoint) for n in graph.nodes] == [
        ("", 2.0, 0.0, 2.0),
        ("", 1.0, 1.0, 5.0),
        ("c", 3.0, 1.0, 2.0),
        ("d", 2.0, 1.0, 3.0),
        ("f", 6.0, 5.0, 1.0),
    ]
    assert [(e.source, e.target, e.local) for e in graph.edges if e.target == graph.nodes[-1].number] == [
        (graph.nodes[2].number, graph.nodes[4].number, 2.0),
        (graph.nodes[3].number, graph.nodes[4].number, 3.0),
    ]


def test_the_chapters_second_graph() -> None:
    """(x + y) z at -2, 5, -4: q = 3, f = -12, gradient -4, -4, 3."""
    assert by_text(dk.graph("(x + y)*z", (-2, 5, -4))) == {
        "x": (-2.0, -4.0),
        "y": (5.0, -4.0),
        "x + y": (3.0, -4.0),
        "z": (-4.0, 3.0),
        "(x + y)*z": (-12.0, 1.0),
    }


def test_adjoints_add_up_over_the_edges() -> None:
    """Each node's adjoint is the sum over its edges of the local derivative times the adjoint at their other end."""
    graph = dk.graph(STAGED, {"x": 3, "y": -4})
    adjoint = {node.number: node.adjoint for node in graph.nodes}
    for node in graph.nodes[:-1]:
        if node.role != "output":
            handed = [edge.local * adjoint[edge.target] for edge in graph.edges if edge.source == node.number]
            assert node.adjoint == pytest.approx(sum(handed), rel=1e-14)
    assert dict(zip("yx", [n.adjoint for n in graph.nodes if n.role == "input"], strict=True)) == pytest.approx(
        {"x": 2.0595697, "y": 1.5922327}, rel=1e-7
    )


def test_what_is_not_computed_is_not_zero() -> None:
    """None where nothing was asked for or no path leads to the output, 0 where forward mode computed it in vain."""
    graph = dk.graph("where(x > 0, x*y, z)", {"x": 1, "y": 2, "z": 3}, show=("value",))
    assert all(node.adjoint is None and node.tangent is None for node in graph.nodes)
    assert all(edge.local is None for edge in graph.edges)
    forward = dk.graph("(a + b)*(b + 1)", (2, 1), show=("tangent",), wrt="b")
    assert forward.nodes[0].tangent == 0.0
    assert forward.nodes[0].value is None
    text = str(dk.graph("x*y", (1, 2), show=("value",)))
    assert "adjoint" not in text


def test_gates_are_fused_and_written_out() -> None:
    """The neuron: nine operations, with the four gates of the sigmoid fused six; and back, with the same values."""
    neuron = "1/(1 + exp(-(w0*x0 + w1*x1 + w2)))"
    at = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}
    typed, fused = dk.graph(neuron, at), dk.graph(neuron, at, fuse=["sigmoid"])
    assert typed.operations - fused.operations == 3
    assert fused.nodes[-1].op == "sigmoid"
    assert fused.nodes[-1].value == pytest.approx(0.7310585786300049)
    assert [n.adjoint for n in fused.nodes if n.role == "input"] == pytest.approx(
        [n.adjoint for n in typed.nodes if n.role == "input"]
    )
    assert "8 operations as typed, 5 as drawn" in str(fused)
    assert "8 operations as typed, 5 as drawn" in write_plan(fused, "g.md")[Path("g.md")].decode("utf-8")
    assert "nothing was fused" in str(dk.graph("x*y", (1, 2), fuse=["sigmoid"]))
    assert "nothing was written out" in str(dk.graph("x*y", (1, 2), unfuse=["sigmoid"]))
    with pytest.raises(dk.UsageError, match="both fused and written out"):
        dk.graph(neuron, at, fuse=["sigmoid"], unfuse=["sigmoid"])
    program = dk.parse(neuron)
    assert unfuse(fuse(program, "sigmoid"), "sigmoid") == program
    with pytest.raises(dk.UsageError, match="no gate"):
        fuse(program, "tanh")


def test_a_loop_is_drawn_as_its_periods() -> None:
    """Of 10,000 operations the first and the last period stay, the output among them; the record says how often."""
    graph = dk.graph("l = x; repeat 3333: l = 4*l*(1 - l)", 0.3)
    assert len(graph.nodes) == 8
    assert [node.repeats for node in graph.nodes if node.role == "repeats"] == [3331]
    assert graph.nodes[-1].role == "output"
    assert graph.operations == 9999
    assert any("3331 times" in text for text in texts(graph.plot()))
    full = dk.graph("l = x; repeat 40: l = 4*l*(1 - l)", 0.3, collapse=False)
    assert len(full.nodes) == 121
    with pytest.raises(dk.UsageError, match="121 nodes; a picture shows up to 80"):
        full.plot()


def test_several_loops_are_each_drawn_once() -> None:
    """Two loops after each other, with something else between; a product of many inputs is left as it is."""
    graph = dk.graph("a = x; repeat 30: a = sin(a)*2; b = exp(a) + x; repeat 50: b = b*b + a", 0.3, collapse=True)
    assert sorted(node.repeats for node in graph.nodes if node.role == "repeats") == [28, 48]
    assert len(graph.nodes) < 20
    assert faults(graph.plot()) == []


def test_files_of_every_kind(tmp_path, capsys) -> None:
    """DOT, an animation, numbered pictures; a table instead of a picture where there are too many nodes."""
    from diffkit.cli import run

    names = [str(tmp_path / f"g{suffix}") for suffix in (".dot", ".gif", ".svg", ".html", ".json", ".csv")]
    outs = [word for name in names for word in ("-o", name)]
    assert run(["graph", "(x + y)*z", "--at", "x=-2,y=5,z=-4", *outs]) == 0
    dot = (tmp_path / "g.dot").read_text(encoding="utf-8")
    assert dot.startswith("digraph")
    assert dot.count("->") == 4
    assert (tmp_path / "g.gif").read_bytes().startswith(b"GIF89a")
    assert isinstance(Record.from_dict(json.loads((tmp_path / "g.json").read_text(encoding="utf-8"))), Graph)
    assert run(["graph", "x*y", "--at", "x=1,y=2", "--frames", "-o", str(tmp_path / "f.png")]) == 0
    assert len(list(tmp_path.glob("f*.png"))) == 1 + 3 + 3
    assert (
        run(["graph", "l = x; repeat 40: l = 4*l*(1 - l)", "--at", "x=0.3", "--no-collapse", "-o", str(tmp_path / "t.html")]) == 0
    )
    assert "too many for a picture" in (tmp_path / "t.html").read_text(encoding="utf-8")
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"show": ["values"]}, "unknown show"),
        ({"wrt": "q"}, "no input 'q'"),
        ({"labels": "all"}, "unknown labels"),
        ({"fuse": ["relu"]}, "no gate"),
    ],
)
def test_bad_input_is_one_error(arguments: dict[str, object], word: str) -> None:
    """With its remedy."""
    with pytest.raises(dk.UsageError, match=word):
        dk.graph("x*y", (1, 2), **arguments)


def test_two_outputs_have_no_graph_with_adjoints() -> None:
    """The adjoint is the derivative of one output."""
    with pytest.raises(dk.UsageError, match="one output"):
        dk.graph("x*y, x + y", (1, 2))


def test_arrays_have_shapes_norms_and_rules() -> None:
    """f = sum(sigmoid(W x + b)^2): the adjoints are the tape's gradient; dW is d times x^T, dx is W^T times d."""
    rng = np.random.default_rng(1)
    W, x, b = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=3)

    def f(W, x, b):
        return np.sum(np.tanh(W @ x + b) ** 2)

    graph = dk.graph(f, (W, x, b), show=ALL, wrt="x")
    inputs = [node for node in graph.nodes if node.role == "input"]
    assert [node.shape for node in inputs] == [(3, 4), (4,), (3,)]
    assert [node.value for node in inputs] == pytest.approx([np.linalg.norm(a) for a in (W, x, b)], rel=1e-14)
    gradient = dk.tape.gradient(f, (W, x, b))
    assert [node.adjoint for node in inputs] == pytest.approx([np.linalg.norm(g) for g in gradient], rel=1e-14)
    assert graph.nodes[-1].tangent == pytest.approx(gradient[1].sum(), rel=1e-13)
    rules = {edge.rule for edge in graph.edges}
    assert {"@ x.T", "W.T @"} <= rules
    assert any(rule.startswith("* 2*") for rule in rules)
    assert "all elements of x alike" in str(graph)
    assert "(3x4)" in str(graph)
    assert type(graph).from_json(graph.to_json()) == graph


def test_the_bound_on_rounding_in_arrays_is_that_of_their_elements() -> None:
    """sum((x + 1)^2) as one array and as numbers: the bounds on the sums and powers are the same, that of adding up larger."""
    x = np.array([0.3, -1.7, 2.9])
    arrays = dk.graph(lambda x: ((x + 1) ** 2).sum(), x, show=("error",))
    numbers = dk.graph(lambda x: (x[0] + 1) ** 2 + (x[1] + 1) ** 2 + (x[2] + 1) ** 2, x, show=("error",))
    total = {op: sum(n.error or 0 for n in graph.nodes if n.op == op) for graph in (arrays, numbers) for op in ("pow", "sum")}
    assert total["pow"] == pytest.approx(sum(n.error for n in arrays.nodes if n.op == "pow"), rel=1e-14)
    assert total["sum"] == 0
    summed = next(n.error for n in arrays.nodes if n.op == "sum")
    assert summed == pytest.approx(2 * 2.0**-53 * float(((x + 1) ** 2).sum()), rel=1e-14)


def test_an_array_as_output_is_summed_and_says_so() -> None:
    """The layer D = W X alone: adjoints are those of the sum of its elements."""
    W, X = np.arange(50.0).reshape(5, 10), np.arange(30.0).reshape(10, 3)
    graph = dk.graph(lambda W, X: W @ X, {"W": W, "X": X})
    assert graph.nodes[0].adjoint == pytest.approx(np.linalg.norm(np.ones((5, 3)) @ X.T), rel=1e-14)
    assert "array (5x3): adjoints are derivatives of the sum" in str(graph)
    assert "derivatives of the sum" not in str(dk.graph(lambda W, X: W @ X, {"W": W, "X": X}, show=("value",)))


def test_arrays_come_from_files(tmp_path, capsys) -> None:
    """W=@W.npy on the command line; gates are changed in functions of arrays too."""
    from diffkit.cli import run

    (tmp_path / "f.py").write_text("import numpy as np\ndef f(W, x):\n    return np.sum(1/(1 + np.exp(-(W @ x))), axis=0)\n")
    np.save(tmp_path / "W.npy", np.ones((2, 3)))
    np.save(tmp_path / "x.npy", np.ones(3))
    at = f"W=@{tmp_path / 'W.npy'},x=@{tmp_path / 'x.npy'}"
    assert run(["graph", f"{tmp_path / 'f.py'}:f", "--at", at, "--fuse", "sigmoid", "-o", str(tmp_path / "g.json")]) == 0
    graph = Record.from_json((tmp_path / "g.json").read_text(encoding="utf-8"))
    assert [node.op for node in graph.nodes] == ["input", "input", "matmul", "sigmoid", "sum"]
    assert graph.nodes[-1].value == pytest.approx(2 / (1 + np.exp(-3)), rel=1e-15)
    assert [node.shape for node in graph.nodes] == [(2, 3), (3,), (2,), (2,), ()]
    assert run(["graph", "x*y", "--at", at.replace("W=", "y=")]) == 2
    assert "not at an array of them" in capsys.readouterr().err


def test_a_loop_with_other_constants_each_time_is_drawn_once_too() -> None:
    """Horner's rule over named lines, and a loop over i: the record says that the constants differ."""
    text = "; ".join(["v0 = x", *(f"v{i} = v{i - 1}*{i % 7 + 2} + {i % 11 + 1}" for i in range(1, 201))])
    graph = dk.graph(text, 0.001)
    assert len(graph.nodes) < 10
    assert [(node.repeats, node.varies) for node in graph.nodes if node.role == "repeats"] == [(198, True)]

    def unrolled(x, y):
        for i in range(30):
            x, y = x * y + i, x - y * 0.5
        return x + y

    graph = dk.graph(unrolled, (0.1, 0.2))
    assert [(node.repeats, node.varies) for node in graph.nodes if node.role == "repeats"] == [(27, True)]
    assert any("other constants" in text for text in texts(graph.plot()))


def test_a_loop_in_a_loop_is_drawn_once() -> None:
    """The outer one first, then the inner ones that are left of it."""

    def nested(x):
        for _ in range(20):
            for _ in range(40):
                x = x * 0.9 + 0.1
            x = np.sin(x)
        return x

    graph = dk.graph(nested, 0.3)
    assert graph.operations == 20 * 81
    repeats = [node.repeats for node in graph.nodes if node.role == "repeats"]
    assert repeats == [38, 18, 38]
    assert len(graph.nodes) == 1 + 2 * 6 + 1
    assert faults(graph.plot()) == []


def test_ten_thousand_operations_make_a_picture_in_three_seconds(tmp_path) -> None:
    """With everything, from the start of Python: a loop in a file, three operations a turn."""
    (tmp_path / "f.py").write_text("def f(x):\n    for i in range(3334): x = x*x*0.5 + 0.1\n    return x\n")
    command = [sys.executable, "-m", "diffkit", "graph", f"{tmp_path / 'f.py'}:f", "--at", "x=0.3", "-o", str(tmp_path / "g.png")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3
    assert (tmp_path / "g.png").exists()


def test_a_name_is_plain_in_the_table_and_in_dot(tmp_path) -> None:
    """LaTeX stands in formulas only; names, shapes and what the numbers are stand in DOT too."""
    graph = dk.graph("sigy = sigmoid(y); f = sigy^2", 0.5)
    assert "\\" not in str(graph)
    dot = render(graph)
    assert '"sigy = sigmoid(y)\\nvalue 0.622\\nadjoint 1.24"' in dot
    assert '"sigy\\n' in render(dk.graph("sigy = sigmoid(y); f = sigy^2", 0.5, labels="name"))


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\\", "a\nb", "{|}<x>", "β_max = x²"])
def test_any_text_is_one_string_in_dot(text: str) -> None:
    """Read back as Graphviz reads: a backslash and a quotation mark are escaped, everything else stands for itself."""
    inner = quoted(text)[1:-1]
    assert re.fullmatch(r'(?:[^"\\]|\\.)*', inner)
    assert re.sub(r"\\(.)", r"\1", inner) == text.replace("\n", " ")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_what_is_written() -> None:
    """Names of keywords and of other alphabets included."""
    dot = render(dk.graph("β_max = x*y; node = β_max^2; edge = node + 1", (1, 2), show=ALL))
    found = subprocess.run(["dot", "-Tsvg"], input=dot.encode(), capture_output=True, check=True)
    assert found.stderr == b""
    assert found.stdout.decode().count('class="node"') == 5


def test_an_existing_series_is_noticed_before_anything_is_measured(tmp_path, capsys) -> None:
    """The length of a series is not known, but one that is there is; another name that looks alike is not one."""
    from diffkit.cli import run

    out = str(tmp_path / "f.png")
    (tmp_path / "f-graph-07.png").write_bytes(b"mine")
    (tmp_path / "f-graph-08.svg").write_bytes(b"mine")
    missing = ["graph", f"{tmp_path / 'none.py'}:f", "--at", "x=1", "--frames", "-o", out]
    assert run(missing) == 2  # the file, not the missing function
    assert "f-graph-07.png" in capsys.readouterr().err
    (tmp_path / "f-graph-07.png").rename(tmp_path / "f-graph-old.png")
    assert run(missing) == 3
    assert run(["graph", "x*y", "--at", "x=1,y=2", "-o", out]) == 0
    capsys.readouterr()


def test_an_input_that_nothing_reaches_has_the_derivative_zero() -> None:
    """As the tape has it; the branch not taken was not computed."""
    graph = dk.graph("where(x > 0, sqrt(x), 0)", -1)
    adjoint = {node.text: node.adjoint for node in graph.nodes}
    assert adjoint["x"] == 0.0
    assert adjoint["sqrt(x)"] is None


def test_where_a_function_has_no_value_the_graph_says_so() -> None:
    """And at which node."""
    assert "sqrt(x) is the first result that is not a number" in str(dk.graph("sqrt(x) + log(y)", (-1, 1)))


def test_an_svg_says_what_it_shows(tmp_path) -> None:
    """Title and description, for who cannot see it: of each picture its own, alone and beside a document."""
    written = write_plan(dk.graph("x*y", (1, 2)), tmp_path / "g.svg") | write_plan(dk.sweep("sin(x)", 1.0), tmp_path / "s.md")
    titles = {}
    for path, content in written.items():
        if path.suffix == ".svg":
            root = ElementTree.fromstring(content.decode("utf-8"))
            assert [child.tag.rpartition("}")[2] for child in root[:2]] == ["title", "desc"]
            titles[path.name] = root[0].text
    assert "computational graph of x*y" in titles["g.svg"]
    assert len(set(titles.values())) == len(titles) == 3


def test_the_lines_of_a_recorded_function_are_not_listed_at_length(tmp_path) -> None:
    """What somebody typed is."""

    def loop(x):
        for _ in range(2000):
            x = x * x * 0.5 + 0.1
        return x

    assert len(write_plan(dk.graph(loop, 0.3), tmp_path / "g.md")[tmp_path / "g.md"]) < 6000
    typed = "; ".join(f"v{i} = x*{i}" for i in range(100)) + "; v0 + v1"
    assert "v60 = x*60" in write_plan(dk.graph(typed, 1), tmp_path / "g.md")[tmp_path / "g.md"].decode("utf-8")


@pytest.mark.parametrize(
    ("written", "fused"),
    [
        ("1/(1 + exp(-x*y))", "sigmoid(x*y)"),
        ("1/(exp(-x/y) + 1)", "sigmoid(x/y)"),
        ("1/(1 + exp(-x - y))", "sigmoid(x + y)"),
        ("1/(1 + exp(-x*y - 3))", "sigmoid(x*y + 3)"),
        ("1/(1 + exp(-(x*y)))", "sigmoid(x*y)"),
    ],
)
def test_a_minus_at_the_head_belongs_to_the_gate(written: str, fused: str) -> None:
    """-x*y is (-x)*y to the tape, and the same number as -(x*y)."""
    assert str(fuse(dk.parse(written), "sigmoid")) == fused
    assert dk.parse(fused)(0.3, 0.7) == pytest.approx(dk.parse(written)(0.3, 0.7), rel=4e-16)
    assert "nothing was fused" in str(dk.graph("1/(1 + exp(y - x*x))", (1, 2), fuse=["sigmoid"]))


FUNCTIONS = {
    "max": lambda M: M.max() + np.maximum(M, M.T).sum(),
    "min along an axis": lambda M: M.min(axis=0).sum(),
    "prod": np.prod,
    "cumsum": lambda M: np.cumsum(M).sum(),
    "einsum": lambda M: np.einsum("ij,jk->", M, M),
    "solve": lambda M: np.linalg.solve(M, np.ones(3)).sum(),
    "det": lambda M: np.linalg.det(M) + np.linalg.slogdet(M)[1],
    "joined": lambda M: np.concatenate([M, 2 * M]).sum() + np.stack([M, M]).sum(),
    "parts": lambda M: M[0, 1] + M[1:, ::2].sum() + M[[0, 1]].sum(),
    "chosen by a value": lambda M: M[np.argmax(M[:, 0])].sum() + np.sort(M[0])[0],
    "where": lambda M: np.where(M > 0, np.sqrt(np.abs(M)), 0.0).sum(),
    "power": lambda M: (np.abs(M) ** M).sum(),
    "softmax": lambda M: (np.exp(M) / np.exp(M).sum(axis=1, keepdims=True))[:, 0].sum(),
    "statistics": lambda M: M.mean() + M.std() + np.linalg.norm(M),
    "transposed": lambda M: (M.T @ M).sum(),
    "an array": lambda M: M @ M,
    "no elements": lambda M: M[3:].sum() + M.sum(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_arrays_are_drawn_and_agree_with_the_tape(name: str) -> None:
    """Whatever they do: the adjoint of the input has the norm of the gradient, and nothing in the picture covers anything."""
    f, M = FUNCTIONS[name], np.random.default_rng(3).normal(size=(3, 3))
    graph = dk.graph(f, M, show=ALL)
    assert graph.nodes[0].adjoint == pytest.approx(np.linalg.norm(dk.tape.gradient(lambda M: np.sum(f(M)), M)), rel=1e-12)
    assert faults(graph.plot()) == []
    assert "(3x3)" in str(graph)


@pytest.mark.parametrize(
    ("f", "rule"),
    [
        (np.tan, "* (1 + tan(x)*tan(x))"),
        (np.sin, "* cos(x)"),
        (np.exp, "* exp(x)"),
        (np.negative, ""),
        (lambda x: x * np.cos(x), "* cos(x)"),
    ],
)
def test_a_rule_between_arrays_is_the_derivative_written_out(f, rule: str) -> None:
    """In parentheses where it is a sum; a slope that is the same for all elements is a number."""
    graph = dk.graph(lambda x: np.sum(f(x)), np.array([0.3, 0.7]))
    edge = next(edge for edge in graph.edges if edge.source == 0)
    rules = [e.rule for e in graph.edges if e.source == 0]
    assert rule in rules
    assert (edge.local is None) == bool(edge.rule)
