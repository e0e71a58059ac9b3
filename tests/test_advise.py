"""Advice: the right cause, the right engine, digits that are measured, forms that are proved."""

import json
import math

import mpmath
import pytest

import diffkit as dk
from diffkit import cli, figures, tape
from diffkit.document import TableBlock
from diffkit.floats import digits_right
from diffkit.problems import PROBLEMS
from diffkit.results import Advice, Advised, Option
from diffkit.sections import build
from diffkit.sections.advice import section

from .test_figures import overlapping

FULL = 15.95


def one(f: object, at: object, wrt: str | None = None) -> Advised:
    """The advice on the first derivative."""
    return dk.advise(f, at, wrt).derivatives[0]


def option(advised: Advised, needs: str) -> Option:
    """The way that needs to know so much."""
    return next(o for o in advised.options if o.needs == needs)


# --- the cause -------------------------------------------------------------------------------------------------------------
CAUSES = [
    ("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", 1.5, "none"),
    ("sin(x)", 1e9, "none"),
    ("(1-cos(x))/x^2", 1e-4, "formula"),
    ("(exp(x) - 1)/x", 1e-7, "formula"),
    ("x - sin(x)", 1e-4, "formula"),
    ("log(1 + x)/x", 1e-9, "formula"),
    ("sin(x^2)", 12345.678, "conditioning"),
    ("log(exp(x) + exp(x/2))", 1000.0, "float64"),
]


@pytest.mark.parametrize(("f", "x", "cause"), CAUSES)
def test_the_cause_of_the_loss_is_told(f: str, x: float, cause: str) -> None:
    """Nothing lost; lost by the formula's cancellation; by f's conditioning; by an overflow on the way."""
    assert one(f, x).cause == cause


def test_the_instruction_is_blamed_and_a_stable_form_offered() -> None:
    """(e^x - 1)/x at 1e-7: exp(x) is rounded; expm1(x)/x keeps 9 digits instead of 2, proved and sourced."""
    record = dk.advise("(exp(x) - 1)/x", 1e-7)
    advised, stable = record.derivatives[0], record.stable
    assert (advised.blamed, stable.text, stable.where) == ("exp(x)", "expm1(x)/x", "everywhere")
    assert stable.before["df/dx"] < 2.5 < 9 < stable.after["df/dx"]
    assert "Higham" in stable.sources[0]
    assert "On the form of f offered below reverse mode keeps 9.4." in advised.text
    assert option(advised, "float64").form == "expm1(x)/x" or option(advised, "float64").engine == "numeric.derivative"


def test_a_stable_form_of_the_derivative_is_offered_where_f_has_none() -> None:
    """x - sin(x) has no better form in the table, its derivative 1 - cos(x) has."""
    record = dk.advise("x - sin(x)", 1e-4)
    assert record.stable is None
    advised = record.derivatives[0]
    assert (advised.stable.of, advised.stable.text) == ("df/dx", "2*sin(x/2)^2")
    assert option(advised, "float64").value == pytest.approx(2 * math.sin(5e-5) ** 2, rel=1e-15)
    assert option(advised, "float64").correct_digits > 15


def test_where_nothing_helps_it_says_so() -> None:
    """The terminal says that no rewriting keeps more digits; the certified value has them all."""
    record = dk.advise("sin(x^2)", 12345.678)
    assert record.stable is None
    assert "No rewriting in the table keeps more digits" in str(record)
    assert option(record.derivatives[0], "proof").correct_digits > 15.9


def test_losses_are_the_conditioning_the_formula_and_the_method() -> None:
    """sin at 1e9: half an ulp in x costs 9 digits of the slope, the formula none; digits by values are those it measured."""
    lost = one("sin(x)", 1e9).losses
    kappa = 1e9 * math.tan(1e9)
    assert lost.conditioning == pytest.approx(math.log10(abs(kappa)), abs=0.1)
    assert lost.formula == 0.0
    advised = one("(1-cos(x))/x^2", 1e-5)
    assert advised.losses.formula > 10
    assert advised.losses.method == 0.0


# --- the options -------------------------------------------------------------------------------------------------------
SMOOTH = [p for p in PROBLEMS if p.smooth and p.name not in ("logistic-underflow",)]


@pytest.mark.parametrize("name", [p.name for p in SMOOTH][::6])
def test_every_digit_is_measured_against_the_proof(name: str) -> None:
    """All options of every sixth problem: the digits are those of the value shown, against mpmath."""
    problem = next(p for p in SMOOTH if p.name == name)
    for advised in dk.advise(problem.expression, dict(problem.at)).derivatives:
        with mpmath.workdps(40):
            exact = mpmath.mpf(advised.reference)
        assert [o.needs for o in advised.options] == ["values", "quotient", "formula", "float64", "proof"]
        for o in advised.options:
            assert o.correct_digits == pytest.approx(digits_right(o.value, exact), abs=0.05)
            assert o.evaluations >= 1
            assert o.cost
        assert option(advised, "proof").correct_digits > 15.9
        assert option(advised, "float64").correct_digits >= option(advised, "formula").correct_digits - 0.5


def test_the_cheapest_of_equals_is_advised() -> None:
    """Of 20 inputs reverse mode takes one sweep, forward mode 20; with one input a sweep goes before a formula of SymPy."""
    f = " + ".join(f"sin(x{i})*x{i}" for i in range(20))
    advised = dk.advise(f, {f"x{i}": 0.5 + i for i in range(20)}, [f"x{i}" for i in range(5)]).derivatives[3]
    assert (option(advised, "formula").engine, option(advised, "formula").evaluations) == ("reverse", 1)
    assert option(one("exp(x)", 1.0), "formula").engine == "reverse"


def test_values_alone_are_recommended_where_they_keep_more() -> None:
    """(e^x - 1)/x at 1e-7: differences of values keep more digits than any derivative of this formula, and it is said."""
    advised = one("(exp(x) - 1)/x", 1e-7)
    if option(advised, "values").correct_digits > option(advised, "formula").correct_digits + 0.5:
        assert "keeps more than any derivative of this formula" in advised.text
    assert option(advised, "values").error is not None
    assert abs(option(advised, "values").value - float(advised.reference)) <= option(advised, "values").error


def test_inputs_without_a_derivative_are_told_apart() -> None:
    """x y^2 + sqrt(x) at x = 0: none by x, with the reason; one by y.  Where there is none at all, that is the answer."""
    by_x, by_y = dk.advise("x*y^2 + sqrt(x)", {"x": 0.0, "y": 1.0}).derivatives
    assert (by_x.status, by_x.options, by_x.reference) == ("singular", (), None)
    assert "sqrt(x) is singular" in by_x.text
    assert option(by_y, "formula").correct_digits > 15
    with pytest.raises(dk.NumberError) as caught:
        dk.advise("abs(x)", 0.0)
    assert caught.value.status == "kink"


def test_a_python_function_is_advised_too() -> None:
    """A callable becomes a Program; the offer is text that reads back."""
    import numpy as np

    record = dk.advise(lambda x: np.sqrt(x + 1) - np.sqrt(x), 1e8)
    assert tape.gradient(dk.parse(record.stable.text), 1e8) == pytest.approx(-2.5e-13, rel=1e-6)


def test_long_programs_are_not_rewritten() -> None:
    """Beyond the limit no form is looked for, and that is said."""
    record = dk.advise("repeat 150: x = sin(x) + x/3", 0.3)
    assert record.stable is None
    assert "No stable form was looked for" in record.offer()


def test_strangers_are_refused() -> None:
    """An input that f does not have, two outputs."""
    with pytest.raises(dk.UsageError, match="no input 'z'"):
        dk.advise("x", 1.0, wrt="z")
    with pytest.raises(dk.UsageError, match="needs one output"):
        dk.advise("x, x^2", 1.0)


# --- the command line, the section, the picture --------------------------------------------------------------------------------
def test_the_command_prints_json_and_files(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    """One JSON document that reads back; every format is written; no derivative exits with 4."""
    assert cli.run(["advise", "(1-cos(x))/x^2", "--at", "x=1e-5", "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["study"] == "advise"
    assert Advice.from_json(text).stable.text == "2*sin(x/2)^2/x^2"
    files = [f"{tmp_path}/r{suffix}" for suffix in (".html", ".md", ".tex", ".json", ".csv", ".pdf", ".svg", ".png")]
    assert cli.run(["advise", "x*y - sin(x*y)", "--at", "x=1e-3,y=1", *(word for f in files for word in ("-o", f))]) == 0
    assert cli.run(["advise", "abs(x)", "--at", "x=0"]) == 4
    assert cli.run(["advise", "x", "--at", "x=1", "--wrt", "z"]) == 2


def test_a_report_can_take_the_section() -> None:
    """One section by itself holds table, losses and offer."""
    record = dk.advise("(1-cos(x))/x^2", 1e-5)
    assert section(record).heading == "Which engine to use"
    assert [s.heading for s in build(record).sections] == ["Verdict", "Which engine to use", "A stable form"]


def test_an_input_named_twice_is_advised_on_once() -> None:
    """As on the command line."""
    assert [d.wrt for d in dk.advise("x*y", (1.0, 2.0), wrt=["x", "x"]).derivatives] == ["x"]


@pytest.mark.parametrize("width", ["full", "column"])
def test_labels_of_the_picture_do_not_overlap(width: str) -> None:
    """Digits beside the dots, for two inputs."""
    assert overlapping(figures.advice(dk.advise("(1-cos(x*y))/x^2", (1e-5, 2.0)), width)) == []


def test_the_picture_shows_every_way_once() -> None:
    """Where the formula is best in float64 too, one row stands for both."""
    labels = [tick.get_text() for tick in figures.advice(dk.advise("x*y", (1.5, 2.0))).axes[0].get_yticklabels()]
    assert "d/dx: reverse" in labels
    assert len(set(labels)) == len(labels)


def test_the_best_in_float64_is_not_a_second_row_of_the_same_name() -> None:
    """It refers to the row above; an offered form has a name of its own."""
    use = [row[1] for row in dk.advise("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", 1.5).table().rows]
    assert use == ["numeric.derivative", "richardson", "reverse", "reverse, as above", "diffkit.derivative"]
    page = next(block for block in section(dk.advise("exp(x)", 1.5)).blocks if isinstance(block, TableBlock))
    assert "Richardson" in [row[1] for row in page.table.rows]
    labels = [tick.get_text() for tick in figures.advice(dk.advise("exp(x)", 1.5)).axes[0].get_yticklabels()]
    assert "Richardson" in labels


def test_digits_of_values_are_not_lost_where_they_are_kept() -> None:
    """(e^x - 1)/x at 1e-7: losses name what differences keep; that a fixed step did better only the proof tells."""
    advised = one("(exp(x) - 1)/x", 1e-7)
    values, quotient = option(advised, "values"), option(advised, "quotient")
    assert values.correct_digits > option(advised, "formula").correct_digits
    assert f"differences of values do not use its derivative and keep {values.correct_digits:.1f}" in advised.lost()
    assert "more by differences of values" in one("exp(x)", 1.5).lost()
    lucky = quotient.correct_digits > values.correct_digits
    assert (advised.lucky() is quotient) == lucky
    assert any("which only the proof tells" in note for note in dk.advise("(exp(x) - 1)/x", 1e-7).table().notes) == lucky
    assert one("exp(x)", 1.5).lucky() is None


def test_a_terminal_shows_the_whole_table() -> None:
    """No line is longer than 120 characters."""
    shown = str(dk.advise("x*y - sin(x*y)", (1e-3, 1.0)))
    assert max(map(len, shown.splitlines())) <= 120
