"""Documents: the verdict first, how to redo it last; formulas as textbooks set them."""

import dataclasses
import math
import re
import string
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkit.document import Document, FigureBlock, Formula, Listing, Prose, TableBlock, Terms
from diffkit.language import parse
from diffkit.messages import SENTENCES, say
from diffkit.program import Builder
from diffkit.program_latex import GREEK, equation, identifier, latex
from diffkit.results import Comparison, Record, Reference, Report
from diffkit.sections import build
from diffkit.sections.compare import verdict

from . import specimens


def sections(record: Record) -> list[str]:
    """The headings of a record's document."""
    return [section.heading for section in build(record).sections]


def test_sections_of_a_report() -> None:
    """The answer first, then engines, figure, orders, swell, how it was measured, how to redo it."""
    assert sections(specimens.report()) == [
        "Verdict",
        "Every engine against the proved value",
        "Error against the step",
        "What the errors are made of",
        "Orders of accuracy and the best step",
        "How large the derivative grows",
        "How it was measured",
        "How to redo it",
    ]


def test_verdict_is_two_sentences() -> None:
    """The derivative with its proved digits; the best engine, the best difference, the worst."""
    assert verdict(specimens.comparison()) == (
        "The derivative df/dx at x = 1.5 is 4.05342789389862065771418792561, proved to 30 digits. "
        "The best engine, complex step (h = 1e-100), is exactly right; the best difference quotient, Richardson (h = 8.72e-4), "
        "is right to 12.7 digits; the worst engine, D\u2212 (h = 2.98e-8), is right to 7.9 digits."
    )


def test_verdict_at_a_kink() -> None:
    """Both slopes are named and no engine is praised."""
    assert verdict(specimens.kink()) == (
        "At x = 0.0 f has no derivative (kink): along x its slope is -1 on the left and 1 on the right. "
        "What the engines answer there is a convention and cannot be judged: reverse 0.0."
    )


def test_verdict_without_a_reference() -> None:
    """The status and the reason are said, once and with one full stop."""
    reason = "more than 4000 bits."
    lost = dataclasses.replace(specimens.comparison(), reference=None, status="undecided", reason=reason, engines=())
    assert verdict(lost) == (
        "No derivative could be proved at x = 1.5 (undecided): more than 4000 bits. No engine gave a number that can be judged."
    )


def test_verdict_of_a_gradient() -> None:
    """Several components are listed, many are counted."""
    gradient = {f"x{k}": f"{k}.25" for k in range(9)}
    many = dataclasses.replace(specimens.comparison(), reference=Reference(digits=30, gradient=gradient))
    assert verdict(many).startswith(
        "The gradient at x = 1.5 is d/dx0 = 0.25, d/dx1 = 1.25, d/dx2 = 2.25, d/dx3 = 3.25 and 5 more, proved to 30 digits. "
    )


def test_engines_wrong_in_every_digit_are_called_so() -> None:
    """An error of 630 % is no digit at all."""
    wrong = dataclasses.replace(specimens.comparison(), engines=(specimens.engine("symbolic", 6.3, 1.0),))
    assert verdict(wrong).endswith(" No engine has a correct digit; the least wrong is symbolic.")


def test_an_infinite_relative_error_is_told_as_such() -> None:
    """Where the derivative is 0 no estimate but 0 has a correct digit."""
    engine = dataclasses.replace(specimens.engine("D0", 1.0, 1e-9), relative_error=math.inf, correct_digits=0.0)
    only = dataclasses.replace(specimens.comparison(), engines=(engine,))
    assert verdict(only).endswith(" The best engine, D0, is not 0 where the derivative is 0.")


@pytest.mark.parametrize("title", ["", "  ", specimens.EXPRESSION])
def test_a_report_without_title_gets_one(title: str) -> None:
    """An empty title, or the expression again, becomes a question."""
    assert build(specimens.report(title)).title == "How exact is the derivative at x = 1.5?"


def test_a_title_of_the_user_stays() -> None:
    """Whatever it says, and whatever is in its braces."""
    assert build(specimens.report("{Homework} 3")).title == "{Homework} 3"


def test_a_report_without_sweep_and_swell() -> None:
    """At a kink there is no error to draw; the rest stands."""
    bare = dataclasses.replace(specimens.report(), sweep=None, swell=None, comparison=specimens.kink())
    document = build(bare)
    assert document.figures() == []
    assert [s.heading for s in document.sections][2:] == ["Error against the step", "How it was measured", "How to redo it"]


def test_documents_of_single_studies() -> None:
    """A comparison, a sweep and a swell are documents too."""
    assert sections(specimens.comparison()) == ["Verdict", "Every engine against the proved value", "How it was measured"]
    assert sections(specimens.sweep())[:3] == ["Verdict", "Error against the step", "What the errors are made of"]
    assert sections(specimens.swell()) == ["The function", "How large the derivative grows", "What is counted"]
    assert sections(specimens.swell_errors())[1] == "What the forms do to the accuracy"
    assert sections(specimens.cost()) == ["The function", "How the cost grows", "What the gradient costs"]
    assert sections(specimens.reproductions()) == ["Verdict", "Published and recomputed"]


def blocks(document: Document, kind: type) -> list[object]:
    """All blocks of a kind."""
    return [block for section in document.sections for block in section.blocks if isinstance(block, kind)]


def test_every_block_is_complete() -> None:
    """No caption, no alternative text and no cell is missing; every template was filled."""
    document = build(specimens.report())
    for block in blocks(document, FigureBlock):
        assert isinstance(block, FigureBlock) and block.caption and block.alt
    for block in blocks(document, TableBlock):
        assert isinstance(block, TableBlock) and block.table.caption
        assert all(len(row) == len(block.table.headers) and all(row) for row in block.table.rows)
    for block in blocks(document, Prose):
        assert isinstance(block, Prose) and not re.search(r"[{}]|None\b(?! of)", block.text)
    assert [type(b) for b in document.sections[0].blocks] == [Prose, Formula, Prose]
    assert blocks(document, Terms)


def test_how_to_redo_it() -> None:
    """The command line as it was, a Python call that runs, and the saved JSON."""
    listings = [block.code for block in build(specimens.report()).sections[-1].blocks if isinstance(block, Listing)]
    assert listings[0] == specimens.report().command
    compile(listings[1], "python", "exec")
    compile(listings[2], "json", "exec")
    assert repr(specimens.EXPRESSION) in listings[1]


def test_an_expression_that_cannot_be_read_is_listed() -> None:
    """The name of a callable, or text of an attacker, is shown as it stands."""
    for text in ("model.py:f", "<script>alert(1)</script>", "__import__('os').system('x')"):
        block = build(dataclasses.replace(specimens.comparison(), expression=text)).sections[0].blocks[1]
        assert block == Listing(text, "The function as it was given.")


def test_a_report_says_by_how_much_the_derivative_grew() -> None:
    """63 nodes are 4.5 times 14."""
    prose = [b.text for b in blocks(build(specimens.swell()), Prose) if isinstance(b, Prose)]
    assert prose[-1].endswith(
        "The symbolic derivative is 4.5 times as large as f when written out in full, "
        "and 2.8 times as large as f with equal parts shared."
    )


def test_reports_import_no_engine() -> None:
    """A saved result is rendered without anything that measures."""
    code = (
        "import diffkit.sections, diffkit.render.html, diffkit.render.latex, diffkit.render.markdown, diffkit.figures, sys;"
        "print(*[m for m in ('sympy', 'flint', 'diffkit.tape', 'diffkit.symbolic', 'diffkit.numeric', 'diffkit.truth',"
        " 'diffkit.study') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# -- sentences ------------------------------------------------------------------------------------------
def test_templates_have_plain_fields_only() -> None:
    """No sentence looks into its fields' attributes."""
    for template in SENTENCES.values():
        for _, name, spec, conversion in string.Formatter().parse(template):
            assert name is None or (name.isidentifier() and not spec and not conversion)


@given(st.text())
@settings(deadline=None)
def test_text_of_the_user_is_never_a_template(text: str) -> None:
    """Braces in a field come out as they went in."""
    assert say("compare.value", value=text) == f"f = {text}"


# -- formulas -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", r"\frac{e^{x}}{\sqrt{\sin^{3} x + \cos^{3} x}}"),
        ("(1-cos(x))/x^2", r"\frac{1 - \cos x}{x^{2}}"),
        ("-x^2", "-x^{2}"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
        ("a-(b-c)", r"a - \left(b - c\right)"),
        ("a*(b+c)", r"a \left(b + c\right)"),
        ("x^y^z", "x^{y^{z}}"),
        ("(x^y)^z", r"\left(x^{y}\right)^{z}"),
        ("sin(x)*y", r"\sin x \cdot y"),
        ("-sin(x)*y", r"-\sin x \cdot y"),
        ("sin(x*y)^2*z", r"\sin^{2}\left(x y\right) z"),
        ("sin(x)^12", r"\left(\sin x\right)^{12}"),
        ("2*3*x", r"2 \cdot 3 \cdot x".replace(r"\cdot x", "x")),
        ("x*2", r"x \cdot 2"),
        ("sqrt(x)^2", r"\left(\sqrt{x}\right)^{2}"),
        ("1e-8*x", r"1 \cdot 10^{-8} x"),
        ("rate*alpha_1", r"\mathrm{rate} \, \alpha_{1}"),
        ("α*ω", r"\alpha \omega"),
        ("|x|", r"\left|x\right|"),
        ("max(x, 0)", r"\max\left(x, 0\right)"),
        ("x if x > 0 else 0", r"\begin{cases}x & \text{if } x > 0 \\ 0 & \text{otherwise}\end{cases}"),
        ("gamma(x)", r"\Gamma\left(x\right)"),
        ("log(x) + log10(x)", r"\ln x + \log_{10} x"),
        ("2*pi*x", r"2 \pi x"),
        ("q = x + y; f = q*z", r"\begin{split}q &= x + y \\ f &= q z\end{split}"),
        ("repeat 2: l = 4*l", r"\begin{split}l_{1} &= 4 l \\ l_{2} &= 4 l_{1}\end{split}"),
    ],
)
def test_formulas(text: str, expected: str) -> None:
    """Fractions, roots, powers, as few parentheses as the order of operations allows."""
    assert latex(parse(text)) == expected


def test_equations() -> None:
    """The function's name is one that is free."""
    assert equation(parse("x^2*y")) == "f(x, y) = x^{2} y"
    assert equation(parse("2*f")) == "F(f) = 2 f"
    assert equation(parse("q = x^2; q + 1")) == r"\begin{split}q &= x^{2} \\ f(x) &= q + 1\end{split}"


def test_long_programs_are_not_printed() -> None:
    """A hundred thousand operations, a tree of 2^200 leaves and a deep nest are told in one line."""
    builder = Builder()
    x = deep = builder.input("x")
    for _ in range(100_000):
        deep = builder.op("sin", deep)
    for program, lines in ((builder.build(deep), 100_001),):
        assert latex(program) == rf"\text{{a program of {lines} lines, too long to print}}"
    builder = Builder()
    x = builder.input("x")
    for _ in range(200):
        x = builder.op("add", x, x)
    assert "too long to print" in latex(builder.build(x))


@given(st.text(min_size=1))
@settings(deadline=None)
def test_names_cannot_break_out(name: str) -> None:
    """Braces balance, and no control character, dollar, percent or unknown command appears."""
    shown = identifier(name)
    assert shown.count("{") == shown.count("}")
    assert not set(shown) & set("$%&#~<>\n\r\0") - {"_"}
    assert set(re.findall(r"\\([a-zA-Z]+)", shown)) <= {"mathrm", *re.findall("[A-Za-z]+", name), *GREEK}


def test_verdict_survives_nan() -> None:
    """An engine that gave nan is passed over."""
    broken = specimens.engine("broken", None, math.nan)
    only = dataclasses.replace(specimens.comparison(), engines=(broken,))
    assert isinstance(only, Comparison)
    assert verdict(only).endswith("cannot be judged: broken nan.")


def test_report_from_json_builds_the_same_document() -> None:
    """Saved and read back, the document is the same."""
    again = Report.from_json(specimens.report().to_json())
    assert build(again).sections[0] == build(specimens.report()).sections[0]


def test_a_jump_has_values_and_no_slopes() -> None:
    """At a jump both sides are values of f, and are called so."""
    kink = specimens.kink()
    jump = dataclasses.replace(kink, status="jump", reason="")
    assert "f jumps from -1 to 1 along x" in str(jump)
    assert "slopes" not in str(jump)
    assert "it jumps from -1 to 1" in verdict(jump)


def test_several_inputs_have_a_table_of_proved_derivatives() -> None:
    """Every proved digit of a gradient stands in a table."""
    proved = {"x": "4.05342789389862065771418792561", "y": "-0.00000833333332777777817361267241578"}
    record = dataclasses.replace(specimens.comparison(), at={"x": 1.5, "y": 2.0}, reference=Reference(digits=30, gradient=proved))
    tables = [block.table for section in build(record).sections for block in section.blocks if isinstance(block, TableBlock)]
    assert tables[0].rows[0] == ("x", "1.5", proved["x"])
    assert tables[0].rows[1] == ("y", "2.0", "-8.33333332777777817361267241578e-6")
    assert "d/dy" not in tables[1].headers  # no engine was asked for it


def test_a_report_says_which_input_its_error_figures_vary() -> None:
    """Of several inputs one is drawn; the report names it, and how to see another.  Of a single one there is nothing to say."""
    several = dataclasses.replace(specimens.report(), at={"x": 1.5, "width": 2.0})
    said = "only x varies, the other inputs keep their values"
    assert said in str(build(several))
    assert '--wrt width, wrt="width"' in str(build(several))
    assert said not in str(build(specimens.report()))


def test_time_that_is_spent_waiting_is_called_so() -> None:
    """The worker of the swell study runs beside the others, so it is not its time that is told."""
    text = str(build(specimens.report()))
    assert "time spent waiting for swell" in text
    assert "time for swell" not in text
    assert "time for compare" in text


def test_without_inputs_there_is_nothing_to_differentiate() -> None:
    """A constant function gives whole sentences."""
    record = dataclasses.replace(specimens.comparison(), expression="5", at={}, engines=(), reference=None)
    assert record.headline()[0] == "5 has no inputs: there is nothing to differentiate"
    assert verdict(record) == "The function has no inputs, so there is nothing to differentiate."
    assert len(build(record).sections) == 1


def test_where_one_derivative_is_missing_the_others_are_judged() -> None:
    """It is said by which derivatives; and engines that are all exact are not ranked."""
    right = (specimens.engine("reverse", 0.0, 1.0), specimens.engine("D0", 0.0, 1.0, 1e-5))
    known = Reference(digits=30, gradient={"x": "1.0"}, slopes={"y": ("2.0", "3.0")})
    record = dataclasses.replace(specimens.kink(), at={"x": 0.0, "y": 2.0}, reference=known, engines=right, status="jump")
    assert verdict(record).endswith("along y it jumps from 2.0 to 3.0. Judged by d/dx alone: every engine is exactly right.")
