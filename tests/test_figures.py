"""Pictures: labels never overlap, odd data never break them, files are reproducible and describe themselves."""

import dataclasses
import itertools
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from diffkit import figures
from diffkit.captions import accuracy_alt, accuracy_caption, alt, caption, errors_alt, errors_caption
from diffkit.errors import UsageError
from diffkit.figures.labels import Box, freest, spread
from diffkit.results import Form, Record, Sample, Scheme, Sweep, Swell

from . import specimens

Function = Callable[[float], float]
ODD: dict[str, tuple[Function, float, str]] = {
    "kink": (abs, 0.0, "0"),
    "near a kink": (lambda x: x * x + abs(x - 1e-3), 0.0, "-1"),
    "exact zeros": (lambda x: x * x, 3.0, "6"),
    "linear": (lambda x: x, 1.0, "1"),
    "cancelling": (lambda x: (1 - math.cos(x)) / x**2, 1e-4, "-8.33e-6"),
    "order one everywhere": (lambda x: x * abs(x), 0.0, "0"),
    "all nan": (lambda x: math.nan, 1.0, "nan"),
    "all inf": (lambda x: math.inf, 1.0, "1"),
    "overflow": (lambda x: x * x, 1e200, "2e200"),
    "huge point": (math.sin, 1e22, "0.5"),
    "tiny point": (lambda x: x * x, 1e-300, "2e-300"),
    "tiny values": (lambda x: 1e-300 * math.sin(x), 1.0, "5.4e-301"),
    "domain edge": (math.sqrt, 1e-3, "15.811388300841896"),
    "explosive": (lambda x: math.exp(x * x), 5.0, "7.2e11"),
}


def boxes(figure: Figure) -> list[tuple[str, Box]]:
    """Where the labels inside the axes stand, in points of print, turned as they are drawn."""
    found = []
    for text in figure.findobj(Text):
        if not isinstance(text, Text) or text.get_gid() != "label":
            continue
        text.get_window_extent()  # puts an annotation in its place
        place = Text.get_window_extent(text)  # and this leaves out its arrow
        turn, anchor = text.get_rotation(), ((place.x0 + place.x1) / 2, (place.y0 + place.y1) / 2)
        text.set_rotation(0)
        flat = Text.get_window_extent(text)
        text.set_rotation(turn)
        scale = 72 / figure.dpi
        size = (flat.width * scale - 1, flat.height * scale - 1)  # a shared point of white is no overlap
        found.append((text.get_text(), Box(anchor[0] * scale, anchor[1] * scale, *size, math.radians(turn))))
    return found


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of labels that cover each other."""
    return [(a[0], b[0]) for a, b in itertools.combinations(boxes(figure), 2) if a[1].overlaps(b[1])]


@pytest.mark.parametrize("width", ["full", "column"])
@pytest.mark.parametrize("model", [True, False])
def test_labels_of_the_textbook_picture_do_not_overlap(width: str, model: bool) -> None:
    """Names, slopes, predicted steps and the line of the engines stand apart, with and without the model."""
    figure = figures.error_vs_h(specimens.sweep(model), width)
    assert overlapping(figure) == []
    texts = [text for text, _ in boxes(figure)]
    assert sum("slope" in text or ".00" in text or ".01" in text for text in texts) >= 3
    assert any("no $h$" in text for text in texts)
    assert any(r"{\times}10^{-8}" in text for text in texts) is model


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("width", ["full", "column"])
def test_odd_data_give_a_sane_picture(name: str, width: str) -> None:
    """Kinks, zeros, nan, infinities and extreme scales are drawn; limits are finite, labels apart and inside."""
    function, x, derivative = ODD[name]
    figure = figures.error_vs_h(specimens.bare_sweep(function, x, derivative), width)
    axes = figure.axes[0]
    for low, high in (axes.get_xlim(), axes.get_ylim()):
        assert 0 < low < high < math.inf
    assert overlapping(figure) == []
    frame = axes.get_window_extent()
    for _, box in boxes(figure):
        assert frame.x0 / 2 <= box.x <= frame.x1 / 2 and frame.y0 / 2 <= box.y <= frame.y1 / 2
    assert figures.write(figure, ".png").startswith(b"\x89PNG")


def test_parts_of_the_errors_have_a_picture_of_their_own() -> None:
    """A panel a scheme, or that of D0 alone; parts that are not 0, their sum and the prediction; none where none is known."""
    sweep = specimens.sweep()
    assert list(figures.pictures(sweep)) == ["error_vs_h", "error_parts"]
    assert list(figures.pictures(specimens.sweep(False))) == ["error_vs_h"]
    for width, panels in (("full", ["$D_+$", "$D_0$", "Richardson"]), ("column", ["$D_0$"])):
        figure = figures.error_parts(sweep, width)
        assert [text for text, _ in boxes(figure)] == panels and overlapping(figure) == []
        assert len(figure.axes) == len(panels) + 1 and len(figure.axes[0].get_lines()) == 7
        legend = [text.get_text() for text in figure.legends[0].get_texts()]
        assert legend[:3] == ["truncation", "evaluation", "their sum, the error measured"]  # the other two parts are 0 here
    truncation = figures.error_parts(sweep, "column").axes[0].get_lines()[3]
    measured = {s.h: s.truncation for s in sweep.schemes[2].samples if s.truncation is not None}
    for h, error in zip(*truncation.get_data()):
        if math.isfinite(error):
            assert error == pytest.approx(measured[h] / sweep.scale())


def _sweep_of(samples: list[Sample], **scheme: object) -> Sweep:
    empty: dict[str, object] = {
        "scheme": "D0",
        "order_of_accuracy": 2,
        **dict.fromkeys(("fitted_order", "h_predicted", "error_predicted", "h_measured_best", "error_measured_best")),
        "samples": tuple(samples),
    }
    return dataclasses.replace(specimens.sweep(False, False), schemes=(Scheme(**(empty | scheme)),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [Sample(h=1.0, estimate=1.0, total=0.0, status="exact")],
        [Sample(h=math.nan, estimate=math.nan, total=math.nan, status="domain")],
        [Sample(h=h, estimate=1.0, total=1.0) for h in (math.inf, -1.0, 0.0)],
        [Sample(h=5e-324, estimate=1.0, total=5e-324), Sample(h=1.7e308, estimate=1.0, total=1.7e308)],
        [Sample(h=1e-3, estimate=1.0, total=1e-3)],
    ],
)
def test_few_or_impossible_samples(samples: list[Sample]) -> None:
    """No sample, one sample, and steps that no logarithm takes."""
    assert figures.write(figures.error_vs_h(_sweep_of(samples)), ".svg")


def test_unknown_schemes_and_engines_are_drawn_by_their_name() -> None:
    """A peer's name is no mathematics: dollars and backslashes do no harm."""
    samples = [Sample(h=10.0**-k, estimate=1.0, total=10.0**-k) for k in range(10)]
    sweep = _sweep_of(samples, scheme=r"peer$\frac", fitted_order=1.0)
    sweep = dataclasses.replace(sweep, engines=(specimens.engine("a$b", 1e-16, 1.0), specimens.engine("c", 0.5, 1.0)))
    assert overlapping(figures.error_vs_h(sweep)) == []


def test_engines_that_err_get_a_line_of_their_own() -> None:
    """Where symbolic and automatic differentiation lose all digits, the picture shows it."""
    sweep = specimens.bare_sweep(*ODD["cancelling"])
    sweep = dataclasses.replace(sweep, engines=(specimens.engine("symbolic", 6.3, 1.0), specimens.engine("D", 1e-16, 1.0)))
    texts = [text for text, _ in boxes(figures.error_vs_h(sweep))]
    assert "symbolic: error $6.3$, no $h$" in texts
    assert r"D: error $\leq0.9\,u$, no $h$" in texts


def test_zero_derivative_is_drawn_with_absolute_errors() -> None:
    """Nothing is divided by 0: the axis says absolute and there is no axis of digits."""
    figure = figures.error_vs_h(specimens.bare_sweep(lambda x: x * x, 0.0, "0"))
    assert figure.axes[0].get_ylabel() == "absolute error of the derivative"
    assert len(figure.axes) == 1


def test_axes_of_the_textbook_picture() -> None:
    """Relative error against h, digits on the right, legend outside, no title, the stated width."""
    for width, inches in (("full", 6.3), ("column", 3.4)):
        figure = figures.error_vs_h(specimens.sweep(), width)
        left, right = figure.axes
        assert (left.get_xscale(), left.get_yscale(), left.get_title()) == ("log", "log", "")
        assert (left.get_ylabel(), right.get_ylabel()) == ("relative error of the derivative", "correct significant digits")
        assert figure.get_size_inches()[0] == pytest.approx(inches)
        assert figure.legends[0].get_window_extent().y0 >= left.get_window_extent().y1
        low, high = left.get_ylim()
        assert right.get_ylim() == pytest.approx((-math.log10(low), -math.log10(high)))


def test_exact_zeros_and_coarse_steps_have_their_own_marks() -> None:
    """The legend names them only where they occur, and zeros lie at the foot."""
    figure = figures.error_vs_h(specimens.bare_sweep(*ODD["exact zeros"]))
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"error exactly 0", "$h$ below ulp($x$)"} <= set(legend)
    plain = figures.error_vs_h(_sweep_of([Sample(h=10.0**-k, estimate=1.0, total=10.0**-k) for k in range(10)]))
    assert [text.get_text() for text in plain.legends[0].get_texts()] == ["measured"]


def test_another_width_is_refused() -> None:
    """Only full and column are known."""
    with pytest.raises(UsageError) as caught:
        figures.error_vs_h(specimens.sweep(), "wide")
    assert str(caught.value) == "unknown width 'wide' of a figure\n    give 'full' or 'column'"


@pytest.mark.parametrize("record", [specimens.swell(), specimens.swell_family()], ids=["forms", "family"])
@pytest.mark.parametrize("width", ["full", "column"])
def test_labels_of_sizes_do_not_overlap(record: Swell, width: str) -> None:
    """Sizes stand beside their dots, names at the ends of their lines."""
    assert overlapping(figures.swell(record, width)) == []


def test_lines_that_end_together_have_labels_apart() -> None:
    """Forms of nearly the same size keep readable names."""
    names = ("f", "f' symbolic", "f' simplified", "f' cse", "f' forward", "f' tape", "f' Taylor")
    forms = tuple(
        Form(form=f, tree_size=100 + k, dag_size=100, operations=9, n=n) for k, f in enumerate(names) for n in (1, 2, 3)
    )
    assert len(figures.swell(dataclasses.replace(specimens.swell_family(), forms=forms)).axes[0].texts) == len(names)
    assert overlapping(figures.swell(dataclasses.replace(specimens.swell_family(), forms=forms))) == []


@pytest.mark.parametrize("width", ["full", "column"])
@pytest.mark.parametrize("errors", [False, True])
def test_pictures_of_errors_and_cost(width: str, errors: bool) -> None:
    """Names at the line ends never overlap; the picture of errors has two panels over the same n."""
    drawn = figures.accuracy(specimens.swell_errors(), width) if errors else figures.cost(specimens.cost(), width)
    assert overlapping(drawn) == []
    assert len(drawn.axes) == 1 + errors
    if errors:
        lower, upper = drawn.axes
        assert lower.get_xlim() == upper.get_xlim() and not lower.get_window_extent().overlaps(upper.get_window_extent())


def test_the_cost_picture_draws_the_bound() -> None:
    """The bound is drawn at 4, and every engine that was counted has its curve; the one that was not has none."""
    lines = figures.cost(specimens.cost()).axes[0].texts
    assert {text.get_text().split(":")[0] for text in lines} == {"cheap-gradient bound 4\u00d7", "D+", "D0", "forward", "reverse"}
    flat = [line for line in figures.cost(specimens.cost()).axes[0].lines if set(line.get_ydata()) == {math.log10(4)}]
    assert len(flat) == 1


def test_errors_of_one_function_by_form() -> None:
    """Without an n, forms stand in rows, largest and median error side by side."""
    forms = tuple(dataclasses.replace(f, n=None) for f in specimens.swell_errors().forms if f.n == 5)
    one = dataclasses.replace(specimens.swell_errors(), forms=forms)
    axes = figures.accuracy(one).axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [f.form.replace("'", "\u2032") for f in forms[1:]]
    assert len(axes.lines) == 2 * (len(forms) - 1)


def test_a_published_curve_is_drawn() -> None:
    """Marks without a line, on two logarithmic scales, under the name of the result."""
    drawn = figures.pictures(specimens.reproductions())
    assert list(drawn) == ["baydin-figure"]
    (line,) = drawn["baydin-figure"].axes[0].lines
    assert line.get_linestyle() == "None" and len(line.get_xdata()) == 15


@pytest.mark.parametrize("forms", [(), (Form(form="f", tree_size=2**20_000, dag_size=5, operations=4),)], ids=["none", "huge"])
def test_sizes_beyond_every_float(forms: tuple[Form, ...]) -> None:
    """A tree of thousands of digits is drawn, and so is no form at all."""
    assert figures.write(figures.swell(dataclasses.replace(specimens.swell(), forms=forms)), ".pdf").startswith(b"%PDF")


def test_engines_by_digits() -> None:
    """Best first; an engine without a number is left to the table."""
    axes = figures.engines(specimens.comparison()).axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()][:2] == ["complex step", "forward"]
    assert len(axes.get_yticklabels()) == 8
    assert figures.pictures(specimens.kink()) == {}


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_files_are_reproducible(suffix: str, tmp_path: Path) -> None:
    """The same record gives the same bytes, and save picks the format by the suffix."""
    first, second = (figures.write(figures.error_vs_h(specimens.sweep()), suffix) for _ in range(2))
    assert first == second
    figures.save(figures.error_vs_h(specimens.sweep()), tmp_path / f"x{suffix}")
    assert (tmp_path / f"x{suffix}").read_bytes() == first


def test_png_has_300_dots_an_inch() -> None:
    """6.3 inches are 1890 dots."""
    data = figures.write(figures.error_vs_h(specimens.sweep()), ".png")
    assert int.from_bytes(data[16:20], "big") == 1890


def test_another_format_is_refused() -> None:
    """A bitmap with losses is not offered."""
    with pytest.raises(UsageError) as caught:
        figures.write(Figure(), ".jpg")
    assert str(caught.value) == "a picture cannot be written as '.jpg'\n    use one of .png .svg .pdf"


def test_svg_describes_itself_and_loads_nothing() -> None:
    """Title and description come first, escaped; text is drawn as paths; no address but namespaces."""
    text = figures.svg(figures.error_vs_h(specimens.sweep()), "<b>&", "what it shows")
    root = ET.fromstring(text)
    assert [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"]
    assert (root[0].text, root[1].text) == ("<b>&", "what it shows")
    assert "<text" not in text
    assert set(re.findall(r"https?://[^\"' ]*", text)) == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


@pytest.mark.parametrize(
    "record",
    [
        specimens.sweep(),
        specimens.sweep(False),
        specimens.swell(),
        specimens.swell_family(),
        specimens.comparison(),
        specimens.cost(),
    ],
)
def test_captions_are_whole_sentences(record: Record) -> None:
    """A caption begins with a capital and ends with one full stop; nothing is left unfilled."""
    for text in (caption(record), alt(record)):
        assert text[0].isupper() and text.endswith(".") and not text.endswith("..")
        assert not re.search(r"[{}]|None|nan|  ", text)


def test_captions_of_the_other_pictures_are_whole_sentences() -> None:
    """So are those of errors and of published curves."""
    swell, published = specimens.swell_errors(), specimens.reproductions().results[0]
    for text in (accuracy_caption(swell), accuracy_alt(swell), errors_caption(published), errors_alt(published)):
        assert text[0].isupper() and text.endswith(".") and not re.search(r"[{}]|None|nan|  ", text)


def test_caption_of_the_textbook_picture() -> None:
    """It names function, point and the predicted steps; without a model it is silent about one."""
    assert "exp(x)/sqrt(sin(x)^3 + cos(x)^3) at x = 1.5" in caption(specimens.sweep())
    assert "h* = 3.4e-8 for D+ and D\u2212, 6e-6 for D0 and 6e-4 for Richardson" in caption(specimens.sweep())
    assert "model" not in caption(specimens.sweep(False))


def test_spread_keeps_order_and_distance() -> None:
    """Labels that want one place stand side by side within the limits."""
    placed = spread([5.0, 5.0, 5.0, 90.0], [10, 10, 10, 10], 0, 100)
    assert placed == [5.0, 15.0, 25.0, 90.0]
    assert spread([99.0, 98.0], [10, 10], 0, 100) == [95.0, 85.0]


def test_freest_place() -> None:
    """A free box is preferred, a taken place never used, and one outside the frame neither."""
    import numpy as np

    here, there, outside = Box(10, 10, 4, 4), Box(20, 10, 4, 4, 0.5), Box(99, 10, 4, 4)
    frame = Box(50, 50, 100, 100)
    assert freest([here, there], np.array([[10.0, 10.0]]), [], frame) == there
    assert freest([here, there], np.array([[10.0, 10.0]]), [there], frame) == here
    assert freest([outside, here], np.empty((0, 2)), [here], frame) is None


def test_only_the_drawer_of_figures_imports_matplotlib() -> None:
    """Records, documents and captions are read without it; pyplot is never loaded."""
    code = (
        "import diffkit.results, diffkit.captions, diffkit.sections, diffkit.render.markdown, diffkit.render.latex, sys;"
        "assert 'matplotlib' not in sys.modules; import diffkit.figures; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
