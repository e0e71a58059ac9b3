"""Computational graphs: what is computed at every node, what the picture shows, and what it leaves out."""

import json

import pytest

import diffkit as dk
from diffkit.gates import fuse, unfuse
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
