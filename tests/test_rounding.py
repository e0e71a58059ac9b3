"""The rounding error of f: bounds that hold, estimates with the right sign, the instruction to blame, honest statuses."""

import json
import math
import random
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from programs import random_program

import diffkit as dk
from diffkit import cli, figures, tape, truth
from diffkit.errors import UsageError
from diffkit.problems import PROBLEMS
from diffkit.program import Builder, Program
from diffkit.results import Rounded, Rounding
from diffkit.study.rounding import branches, roundoff

from .test_figures import overlapping

RUMP = "333.75*b^6 + a^2*(11*a^2*b^2 - b^6 - 121*b^4 - 2) + 5.5*b^8 + a/(2*b)"
EXPANDED = "x^10 - 10*x^9 + 45*x^8 - 120*x^7 + 210*x^6 - 252*x^5 + 210*x^4 - 120*x^3 + 45*x^2 - 10*x + 1"


def of_value(f: str | Program, at: object) -> Rounded:
    """The rounding error of the value alone."""
    return dk.rounding(f, at, of="value").quantities[0]


# --- golden numbers --------------------------------------------------------------------------------------------------------
def test_one_minus_cosine_is_estimated_with_its_sign() -> None:
    """(1 - cos x)/x^2 at 1e-5: the true error is +4.14e-8, the estimate too, and the corrected value has all digits."""
    found = of_value("(1-cos(x))/x^2", 1e-5)
    with mpmath.workdps(50):
        x = mpmath.mpf(1e-5)
        exact = 2 * mpmath.sin(x / 2) ** 2 / x**2
        assert found.error == pytest.approx(float(found.value - exact), rel=1e-12)
        assert found.corrected == float(exact)
    assert found.estimate == pytest.approx(4.137e-8, rel=1e-3)
    assert found.estimate == pytest.approx(found.error, rel=1e-6)
    assert found.bound == pytest.approx(2 * 2**-53 / 1e-10, rel=1e-4)
    assert found.correct_digits == pytest.approx(-math.log10(4.137e-8 / 0.5), abs=1e-3)
    assert found.status == "ok"


def test_rumps_polynomial_is_corrected() -> None:
    """Float64 answers -1.18e21; less its estimated error that is -0.827396..., right to the last digit."""
    found = of_value(RUMP, {"a": 77617, "b": 33096})
    assert found.value == pytest.approx(-1.18e21, rel=1e-3)
    assert found.corrected == -0.8273960599468214
    assert found.reference.startswith("-0.8273960599468213681411650954")
    assert (found.correct_digits, round(found.corrected_digits)) == (0.0, 16)
    assert found.data_digits == 0.0  # and with uncertain inputs no formula could do better


BLAMED = [
    ("(1-cos(x))/x^2", {"x": 1e-5}, "cos(x)", "1 - cos(x)"),
    ("(-b + sqrt(b^2 - 4*a*c))/(2*a)", {"a": 1, "b": 1e8, "c": 1}, "sqrt(b^2 - 4*a*c)", "-b + sqrt(b^2 - 4*a*c)"),
    ("sqrt(x + 1) - sqrt(x)", {"x": 1e8}, "sqrt(x + 1)", "sqrt(x + 1) - sqrt(x)"),
    ("(exp(x) - 1)/x", {"x": 1e-7}, "exp(x)", "exp(x) - 1"),
    ("log(1 + x)/x", {"x": 1e-10}, "1 + x", "log(1 + x)"),
    ("sin(1/x)", {"x": 1e-3}, "1/x", "sin(1/x)"),
    ("(1 + x) - 1", {"x": 1e-17}, "1 + x", "1 + x - 1"),
]


@pytest.mark.parametrize(("f", "at", "blamed", "amplifier"), BLAMED)
def test_the_instruction_to_blame_is_named_with_its_amplifier(f: str, at: dict[str, float], blamed: str, amplifier: str) -> None:
    """The worst instruction causes most of the error, and where its error grows is said."""
    worst = of_value(f, at).instructions[0]
    assert (worst.text, worst.amplifier) == (blamed, amplifier)
    assert worst.share > 90
    assert worst.kind == ("cancellation" if " - " in amplifier or "+ sqrt" in amplifier else "ill-conditioned")


def test_an_expanded_power_blames_its_sums() -> None:
    """(x - 1)^10 multiplied out, at 1.1: every digit but three goes, all of it by cancelling sums of its large terms."""
    found = of_value(EXPANDED, 1.1)
    with mpmath.workdps(50):
        exact = (mpmath.mpf(1.1) - 1) ** 10
        assert found.error == pytest.approx(float(found.value - exact), rel=1e-9)
    assert found.estimate == pytest.approx(found.error, rel=1e-6)
    assert found.corrected_digits > 15
    assert {i.kind for i in found.instructions[:5]} == {"cancellation"}
    assert found.instructions[0].amplification > 1e10


def test_names_of_the_user_are_kept() -> None:
    """Where the user named a line, the line, its amplifier and the lines of the gradient say that name."""
    record = dk.rounding("d = b^2 - 4*a*c; root = sqrt(d); (-b + root)/(2*a)", {"a": 1, "b": 1e8, "c": 1})
    value, by_b = record.quantities[0], record.quantities[1]
    assert (value.instructions[0].name, value.instructions[0].text) == ("root", "sqrt(d)")
    assert value.instructions[0].amplifier == "-b + root"
    assert by_b.of == "df/db"
    assert any(i.name == "root" for i in by_b.instructions)


def test_the_gradient_has_errors_of_its_own() -> None:
    """At 1e-5 the derivative of (1 - cos x)/x^2 is wrong in every digit, and the estimate brings back 13."""
    record = dk.rounding("(1-cos(x))/x^2", 1e-5)
    value, slope = record.quantities
    assert (value.of, slope.of) == ("f", "df/dx")
    assert slope.value == tape.gradient_program("(1-cos(x))/x^2")(1e-5)[1]
    assert slope.correct_digits == 0.0
    assert slope.estimate == pytest.approx(slope.error, rel=1e-9)
    assert slope.corrected_digits > 12
    assert slope.instructions[0].text == "cos(x)"


# --- 5000 random points ------------------------------------------------------------------------------------------------
def points(count: int, programs: int) -> list[tuple[Program, list[float]]]:
    """Random Programs with random points near the one they were made for, and the smooth problems near theirs."""
    dice = random.Random(7)
    makers = [(f, [at[n] for n in f.inputs]) for f, at in map(random_program, range(programs))]
    smooth = [p for p in PROBLEMS if p.smooth and "overflow" not in p.tags]
    makers += [(dk.parse(p.expression), [p.at[n] for n in dk.parse(p.expression).inputs]) for p in smooth]
    return [(f, [x * (1 + dice.uniform(-1e-3, 1e-3)) for x in at]) for f, at in makers for _ in range(count)]


def true_error(f: Program, x: list[float]) -> float:
    """The error of f in float64, by ball arithmetic of 600 bits."""
    value, ball = f(*x), truth.ball(f, x, None, 0, 600)
    with roundoff.working(600, 1):
        return float(value - ball) if math.isfinite(value) and ball.is_finite() else math.nan


def test_the_bound_holds_at_5000_random_points() -> None:
    """No true error exceeds the first-order bound; an eighth of the bound is exceeded, so the test can fail."""
    tried, violated, tightest = 0, [], 0.0
    for f, x in points(20, 210):
        error, bound = abs(true_error(f, x)), tape.noise(f, tuple(x))
        if math.isnan(error) or not math.isfinite(bound) or any(line.op == "lgamma" for line in f.lines):
            continue  # no float64 value there; lgamma states its ulps from 3 on only
        tried += 1
        tightest = max(tightest, error / bound if bound else float(error > 0))
        violated += [(str(f), x)] if error > bound * (1 + 1e-6) else []
    assert tried >= 5000
    assert violated == []
    assert tightest > 1 / 8


def test_estimates_agree_with_true_errors_at_random_points() -> None:
    """Signed: what the first-order sum leaves of the error is of second order, below 1e-6 of the bound."""
    for f, x in points(2, 150):
        w = roundoff.computed(f, x)
        alive = roundoff.taken(f, w)
        if roundoff.first_not_finite(f, w, alive) is not None or branches.divergence(f, x, w, alive):
            continue
        book = roundoff.ledger(f, w, alive)
        left = abs(true_error(f, x) - float(book.estimate))
        assert left <= 1e-6 * sum(book.bound) + 1e-300, f


def test_a_wrong_error_is_not_estimated() -> None:
    """The sum knows its Program: the estimate for one formula is not the error of another that is equal to it."""
    lossy, exact = of_value("(1-cos(x))/x^2", 1e-4), of_value("2*sin(x/2)^2/x^2", 1e-4)
    assert abs(lossy.estimate) > 1e6 * abs(exact.error)


def test_contributions_add_up() -> None:
    """The ranked contributions of a short formula are all there are, so that they sum to the estimate; shares to 100."""
    found = of_value("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", 1.5)
    assert len(found.instructions) == found.rounded == 8 - sum(1 for i in found.instructions if not i.error)
    assert sum(i.contribution for i in found.instructions) == pytest.approx(found.estimate, rel=1e-9)
    assert sum(i.share for i in found.instructions) == pytest.approx(100)


def test_the_data_term_is_the_conditioning() -> None:
    """x^10: half an ulp in x moves f by 10 u f; and at x = 0 nothing moves."""
    found = of_value("x^10", 1.3)
    assert found.data == pytest.approx(10 * 2**-53 * 1.3**10, rel=1e-12)
    assert found.data_digits == pytest.approx(-math.log10(10 * 2**-53), abs=1e-9)
    assert of_value("x", 0.0).data == 0.0


# --- where first order says nothing ------------------------------------------------------------------------------------------
STATUSES = [
    ("1/(1 + exp(-x))", -800.0, "overflow", "exp(-x) is inf in float64"),
    ("exp(x)/exp(x - 1)", 1000.0, "overflow", "exp(x) is inf"),
    ("where((x + 1) - 1 > 0, 1 + x, 2*x)", 1e-17, "branch", "float64 decides x + 1 - 1 > 0 otherwise"),
    ("floor((x + 1)*3)", 1 - 2**-53, "branch", "floor((x + 1)*3)"),
    ("abs((x + 1) - 1)", 1e-17, "tie", "abs(x + 1 - 1)"),
    ("max((1 + x) - 1, x/2)", 1e-17, "tie", "max(1 + x - 1, x/2)"),
    ("((1 + x) - 1)^2", 1e-17, "second-order", "unexplained"),
    ("sqrt((x + 1) - 1)", 1e-17, "singular", "infinite"),
]


@pytest.mark.parametrize(("f", "x", "status", "reason"), STATUSES)
def test_a_status_says_where_first_order_fails(f: str, x: float, status: str, reason: str) -> None:
    """Overflow, another branch, a tie, errors whose products matter: named, with the instruction; the truth is still proved."""
    found = of_value(f, x)
    assert found.status == status
    assert reason in found.reason
    assert found.reference is not None
    if status in ("overflow", "branch", "singular"):
        assert found.estimate is found.bound is found.corrected is None
        assert found.instructions == ()


def test_a_branch_that_both_take_is_no_obstacle() -> None:
    """The branch not taken, with its pole and its comparison that would differ, does not matter."""
    found = of_value("where(x > 1, log(x)/3, where((x + 1) - 1 > 0, 1/0*x, 2))", 2.5)
    assert (found.status, found.estimate) == ("ok", pytest.approx(found.error, rel=1e-6, abs=1e-30))


def test_the_order_of_losers_does_not_matter() -> None:
    """Whether 1 + x - 1 or x is the smaller one is none of the maximum's business; the same of a minimum."""
    assert of_value("max((1 + x) - 1, x/2, 3)", 1e-17).status == "ok"
    assert of_value("min((1 + x) - 1, x/2, -3)", 1e-17).status == "ok"
    assert of_value("min((1 + x) - 1, x/2, 3)", 1e-17).status == "tie"


def test_a_choice_between_equal_numbers_is_none() -> None:
    """The strong zero in a gradient, where(a == 0, 0, a*b), and a condition that no precision decides, do no harm."""
    f = "where(sin(x)^2 + cos(x)^2 - 1 == 0, x*exp(x), exp(x)*x)"
    assert of_value(f, 0.3).estimate is not None  # though the reference itself stays undecided
    assert of_value(f.replace("exp(x)*x)", "x)"), 0.3).estimate is None
    assert {q.status for q in dk.rounding("max(x, y)*abs(x - y)^2 + x^y", (1.5, 2.5)).quantities} == {"ok"}


def test_no_value_is_an_error_and_a_missing_derivative_a_status() -> None:
    """log at -1 has no value; sqrt at 0 has a value and no slope; |x| at 0 a slope by convention."""
    with pytest.raises(dk.NumberError) as caught:
        dk.rounding("log(x)", -1.0)
    assert caught.value.status == "domain"
    value, slope = dk.rounding("sqrt(x)", 0.0).quantities
    assert (value.status, value.error, slope.status, slope.reference) == ("ok", 0.0, "singular", None)
    with pytest.raises(dk.NumberError):
        dk.rounding("sqrt(x)", 0.0, of="gradient")
    slope = dk.rounding("abs(x)", 0.0, of="x").quantities[0]
    assert (slope.status, slope.value, slope.reference) == ("kink", 0.0, None)


def test_underflow_is_within_the_bound() -> None:
    """x^2 at 1e-200 is 0, the nearest double; (x^2)*1e300 is then wrong in every digit, and bound and estimate say so."""
    assert of_value("x^2", 1e-200).correct_digits > 15
    found = of_value("x^2*1e300", 1e-200)
    assert (found.value, found.correct_digits) == (0.0, 0.0)
    assert found.estimate == pytest.approx(found.error, rel=1e-9) == pytest.approx(-1e-100, rel=1e-9)
    assert found.bound >= abs(found.error)
    assert tape.noise("x^2*1e300", 1e-200) >= abs(found.error)
    assert tape.noise("x^2", 0.0) == 0.0


def test_a_library_function_beyond_its_stated_ulps_is_caught() -> None:
    """The C library's lgamma near 1 errs by billions of ulps: named so, and inside the bound of the record."""
    found = of_value("lgamma(x)", 1 + 1e-10)
    assert found.instructions[0].kind == "inaccurate"
    assert found.bound >= abs(found.error) > tape.noise("lgamma(x)", 1 + 1e-10)
    assert found.corrected_digits > 15


def test_what_is_exactly_right_has_no_instruction_to_blame() -> None:
    """2^-3 + 0.5 commits nothing; a value that is exactly 1 and a slope that is exactly 0 are recognised."""
    record = dk.rounding("x^3 + 1/2", 0.5, of="value")
    assert record.quantities[0].instructions == ()
    assert "No instruction commits an error" in str(record)
    value, slope = dk.rounding("sin(x)^2 + cos(x)^2", 1.0).quantities
    assert (value.error, slope.error) == (float(Fraction(value.value) - 1), slope.value)


def test_a_chain_of_20000_operations() -> None:
    """Nothing recurses, and the text of a line stays short."""
    builder = Builder()
    k = builder.input("x")
    for _ in range(20_000):
        k = builder.op("sin", k)
    found = of_value(builder.build(k), 0.3)
    assert found.estimate == pytest.approx(found.error, rel=1e-3)
    assert all(len(i.text) <= 60 for i in found.instructions)


# --- the record, the command line, the picture ---------------------------------------------------------------------------------
def test_nothing_is_not_asked_for() -> None:
    """An empty list, and the gradient of a constant."""
    for f, at, of in (("x*y", (1.0, 2.0), []), ("5", {}, "gradient")):
        with pytest.raises(UsageError, match="nothing to measure"):
            dk.rounding(f, at, of=of)


def test_what_is_asked_for_is_given() -> None:
    """The value, the gradient, single inputs, in that order; a stranger is refused."""

    def of(what: object) -> list[str]:
        return [q.of for q in dk.rounding("x*y^3", (2.0, 0.1), of=what).quantities]

    assert of(None) == ["f", "df/dx", "df/dy"]
    assert of("value") == ["f"]
    assert of("gradient") == ["df/dx", "df/dy"]
    assert of(["y", "value", "y"]) == ["df/dy", "f"]
    with pytest.raises(dk.UsageError, match="no input 'z'"):
        of("z")
    with pytest.raises(dk.UsageError, match="needs one output"):
        dk.rounding("x, y", (1.0, 2.0))


def test_the_command_prints_json_and_files(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    """One JSON document that reads back; every format is written; an undefined value exits with 4."""
    assert cli.run(["rounding", "(1-cos(x))/x^2", "--at", "x=1e-5", "--of", "value", "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["study"] == "rounding"
    assert Rounding.from_json(text) == dk.rounding("(1-cos(x))/x^2", 1e-5, of="value")
    files = [f"{tmp_path}/r{suffix}" for suffix in (".html", ".md", ".tex", ".json", ".csv", ".pdf", ".svg", ".png")]
    assert cli.run(["rounding", RUMP, "--at", "a=77617,b=33096", *(word for f in files for word in ("-o", f))]) == 0
    assert " cancels" in Path(files[0]).read_text(encoding="utf-8")
    assert Path(files[4]).read_text(encoding="utf-8").startswith("of,text,name,value,error,ulps,adjoint,contribution,share")
    assert cli.run(["rounding", "log(x)", "--at", "x=-1"]) == 4
    assert cli.run(["rounding", "x", "--at", "x=1", "--of", "z"]) == 2


@pytest.mark.parametrize("f", ["(1-cos(x))/x^2", "(1 + x) - 1", "x*1e300*sin(x)", "exp(x)*(1 + 1e-9*x - 1)", "lgamma(1+x)"])
@pytest.mark.parametrize("width", ["full", "column"])
def test_labels_of_the_picture_do_not_overlap(f: str, width: str) -> None:
    """Nor do they in the narrow one, nor where an output is 0."""
    figure = figures.rounding(dk.rounding(f, 1e-12), width)
    assert overlapping(figure) == []


@pytest.mark.parametrize("f", ["exp(x)/sqrt(sin(x)^3 + cos(x)^3)", "x*exp(x)"])
def test_the_picture_of_what_is_passed_on_is_cropped(f: str) -> None:
    """Where no error grows, the axis ends beside the errors; the cause stands within the circle, and both can be seen."""
    axes = figures.rounding(dk.rounding(f, 1.5)).axes[0]
    assert axes.get_xlim()[1] < -14
    sizes = {line.get_marker(): line.get_markersize() for line in axes.get_lines() if line.get_marker() in "oD"}
    assert sizes["D"] < sizes["o"]


def test_an_instruction_too_long_to_show_is_its_operation_and_line() -> None:
    """Not a pattern of dots; names of the user go first."""
    rows = dk.rounding("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", 1.5).table().rows
    assert all(row[1].count("...") < 2 for row in rows)
    assert any(row[1].startswith("sum (line ") for row in rows)
    assert dk.rounding("s = sin(x)^3 + cos(x)^3; exp(x)/sqrt(s)", 1.5).table().rows[0][1] in ("exp(x)", "exp(x)/sqrt(s)")


def test_words_of_the_estimate_are_explained() -> None:
    """Value minus estimated error; bound and rms in the note under the table."""
    shown = " ".join(str(dk.rounding("(1 - cos(x))/x^2", 1e-5)).split())
    assert "value minus estimated error = " in shown
    assert "the bound is the most that such errors could do, and rms what they do on average" in shown


def test_a_terminal_shows_the_whole_table() -> None:
    """No line is longer than 120 characters, and the proved error stands beside the estimate."""
    shown = str(dk.rounding(RUMP, {"a": 77617, "b": 33096}))
    assert max(map(len, shown.splitlines())) <= 120
    assert "error -1.18e21 (proved): 0.0 correct digits" in shown
    assert "estimated error -1.18e21" in shown
