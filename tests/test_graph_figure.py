"""Pictures of computational graphs: nothing covers anything, and what is drawn is what was computed."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

import diffkit as dk
from diffkit.figures import animation
from diffkit.figures.fonts import chinese, drawing
from diffkit.figures.graph import frames

from . import programs
from .drawn import faults, texts

STAGED = "sigy = 1/(1 + exp(-y)); num = x + sigy; sigx = 1/(1 + exp(-x)); xpy = x + y; den = sigx + xpy^2; f = num/den"
KINDS = ("value", "local", "adjoint", "tangent", "error")
FORMS = list(itertools.product(["LR", "TB", "BT"], ["op", "name", "expr"]))


@pytest.mark.parametrize(("direction", "labels"), FORMS)
def test_nothing_overlaps_in_the_staged_exercise(direction: str, labels: str) -> None:
    """Nor with every number shown."""
    graph = dk.graph(STAGED, {"x": 3, "y": -4}, show=KINDS, labels=labels, direction=direction)
    assert faults(graph.plot()) == []


@pytest.mark.parametrize("show", [(), *[(kind,) for kind in KINDS], ("value", "local", "adjoint"), KINDS], ids="-".join)
def test_nothing_overlaps_in_sixty_nodes_whatever_is_shown(show: tuple[str, ...]) -> None:
    """Of random programs, a different one each time."""
    seed = len("".join(show))
    program, point = programs.random_program(seed, operations=52)
    direction, labels = FORMS[seed % len(FORMS)]
    graph = dk.graph(program, point, show=show, labels=labels, direction=direction)
    assert 50 <= len(graph.nodes) <= 80
    assert faults(graph.plot()) == []


@pytest.mark.parametrize(("seed", "form"), list(enumerate(FORMS)))
def test_nothing_overlaps_in_sixty_nodes_in_any_form(seed: int, form: tuple[str, str]) -> None:
    """Directions and labels, with the numbers of the chapter's pictures."""
    program, point = programs.random_program(seed + 20, operations=52)
    direction, labels = form
    graph = dk.graph(program, point, labels=labels, direction=direction)
    assert faults(graph.plot()) == []


def test_the_judge_sees_every_fault() -> None:
    """Two texts at one place, a text cut off, an edge through a node, a factor on an arrowhead and on another edge."""
    figure = dk.graph("(x + y)*x", (1, 2)).plot()
    axes = figure.axes[0]
    assert faults(figure) == []
    axes.text(30, 30, "one")
    axes.text(32, 31, "two")
    axes.text(-4, 5, "three")
    head = next(patch for patch in axes.patches if patch.get_gid() == "head-0")
    node = [patch for patch in axes.patches if patch.get_gid() == "node"][2]
    factor = next(text for text in axes.texts if text.get_gid() == "factor-1")
    factor.set_position(head.get_xy()[0])
    edge = next(patch for patch in axes.patches if patch.get_gid() == "edge-0")
    x, y = node.get_x() + node.get_width() / 2, node.get_y() + node.get_height() / 2
    edge.get_path().vertices[3:10] = [x, y]
    found = "; ".join(faults(figure))
    for fault in (
        "one and two cover",
        "three is cut off",
        "edge-0 runs through a node",
        "of edge 1 covers head-0",
        "covers edge-0",
    ):
        assert fault in found


def test_the_output_is_written_out_and_a_gate_has_a_name() -> None:
    """In the exercise with its gates written out nodes say what they are: sigma(y), sums of it, f as a fraction."""
    graph = dk.graph("(x + sigmoid(y))/(sigmoid(x) + (x + y)^2)", {"x": 3, "y": -4}, unfuse=["sigmoid"])
    written = " ".join(texts(graph.plot()))
    assert r"\sigma\left(y\right) = \dfrac{1}{1 + e^{-y}}" in written
    assert r"x + \sigma\left(y\right)" in written
    assert r"\sigma\left(x\right) + \left(x + y\right)^{2}" in written
    assert r"\div" not in written
    assert "$+$" not in written


def test_an_operand_read_twice_is_one_double_line() -> None:
    """x*x at 2 hands back 2 + 2; the record keeps both edges."""
    graph = dk.graph("x*x", 2)
    assert [edge.local for edge in graph.edges] == [2.0, 2.0]
    figure = graph.plot()
    assert "$2 + 2$" in texts(figure)
    assert sum((patch.get_gid() or "").startswith("head") for patch in figure.axes[0].patches) == 1


def test_numbers_are_set_as_numbers() -> None:
    """No minus before 0, no hyphen before an infinity, no digits that say nothing."""
    assert "$0$" in texts(dk.graph("0*x - y*0", (-1, 1)).plot())
    assert not any("-0$" in text for text in texts(dk.graph("-x*y", (0, 0)).plot()))
    assert r"$-\infty$" in texts(dk.graph("log(x)", 0).plot())
    assert r"$1{\times}10^{300}$" in texts(dk.graph("x*1", 1e300).plot())


def test_an_input_with_a_second_name_keeps_its_own() -> None:
    """l = x names the input anew."""
    assert "$x$" in texts(dk.graph("l = x; repeat 2: l = 4*l*(1 - l)", 0.3).plot())


def test_frames_show_what_is_known_by_then() -> None:
    """One a step of both sweeps; at first only an input has its value, at last all has all."""
    graph = dk.graph("(x + y)*y", (2, 3))
    shown = [texts(figure) for figure in frames(graph)]
    assert len(shown) == 4 + 4
    assert "$2$" in shown[0]
    assert "$5$" not in "".join(shown[1])
    assert sorted(shown[-1]) == sorted(texts(graph.plot()))


def test_arrays_show_shapes_norms_and_rules() -> None:
    """The layer of the chapter: D = W X, dW = dD X^T, dX = W^T dD."""
    W, X = np.full((5, 10), 2.0), np.ones((10, 3))
    graph = dk.graph(lambda W, X: W @ X, (W, X))
    written = texts(graph.plot())
    assert r"$\mathbb{R}^{5{\times}10}$" in written
    assert r"$\cdot\, X^{\mathsf{T}}$" in written
    assert r"$W^{\mathsf{T}}\, \cdot$" in written
    assert rf"$\Vert {np.linalg.norm(W):.3g} \Vert$" in written
    assert faults(graph.plot()) == []


def test_names_that_mathtext_cannot_set_are_text() -> None:
    """Chinese ones in any language of the report, without a warning; or escaped, where no font has them."""

    figure = dk.graph("斜率 = 变量*2; 斜率^2 + x", (1, 2)).plot()
    shown = "斜率 = 变量*2" if chinese() else "斜率 = 变量*2".encode("ascii", "backslashreplace").decode("ascii")
    assert shown in texts(figure)
    assert faults(figure) == []
    figure.savefig(io.BytesIO())


def test_long_names_keep_both_ends() -> None:
    """Two inputs are never called the same."""
    name = "a_very_long_name_of_an_input_that_goes_on_and_on"
    written = texts(dk.graph(f"{name}_1*{name}_2", (1, 2)).plot())
    assert sum(text.startswith("a_very") and text.endswith(("_1", "_2")) for text in written) == 2


def test_an_animation_has_a_frame_a_step_and_ends_unmarked(tmp_path) -> None:
    """Its last frame is the picture, in the picture's colours; a step marks one node and adds to the one before."""
    graph = dk.graph("(x + y)*y", (2, 3))
    animated = Image.open(io.BytesIO(animation(graph)))
    assert animated.n_frames == 4 + 4 + 1
    for k in range(animated.n_frames):
        animated.seek(k)
        pixels = np.asarray(animated.convert("RGB")).astype(int)
        marked = (abs(pixels - (255, 243, 176)).max(axis=2) < 8).sum()
        assert (marked > 200) == (k < animated.n_frames - 1)
    with drawing():
        shown = io.BytesIO()
        graph.plot().savefig(shown, dpi=120)
    still = np.asarray(Image.open(shown).convert("RGB")).astype(int)
    assert np.mean(abs(pixels - still).max(axis=2) > 40) < 0.002
