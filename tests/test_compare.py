"""All engines at one point, each judged against the reference; what happens where there is no derivative."""

import math

import pytest

import diffkit as dk
from diffkit import engines
from diffkit.engines import Engine
from diffkit.study.compare import relative_error

EXACT = ("symbolic", "reverse", "forward", "complex-step")


def by_name(comparison):
    """The rows by engine."""
    return {row.engine: row for row in comparison.engines}


def test_every_engine_is_judged_none_is_assumed_exact():
    """(1-cos x)/x^2 at 1e-4: symbolic, reverse, forward and complex step are all 630 % off, and it is seen."""
    rows = by_name(dk.compare("(1-cos(x))/x^2", 1e-4))
    for name in EXACT:
        assert rows[name].relative_error == pytest.approx(6.3, abs=0.1)
        assert rows[name].correct_digits == 0
    assert rows["richardson"].relative_error < 0.01


def test_the_quotient_of_expm1_loses_digits_too():
    """(e^x - 1)/x at 1e-7: symbolic is 1.1e-2 off."""
    assert by_name(dk.compare("(exp(x)-1)/x", 1e-7))["symbolic"].relative_error == pytest.approx(1.1e-2, rel=0.1)


def test_what_the_program_computes_is_the_value():
    """(1+x)-1 at 1e-17 is 0, and its slope 1 is found by every engine that does not difference."""
    result = dk.compare("(1+x)-1", 1e-17)
    assert result.value == 0.0
    assert all(by_name(result)[name].gradient == {"x": 1.0} for name in EXACT)


@pytest.mark.parametrize(
    ("f", "at", "slopes", "convention"),
    [
        ("abs(x)", 0, {"x": ("-1.0", "1.0")}, {"x": 0.0}),
        ("max(x, 0)", 0, {"x": ("0.0", "1.0")}, {"x": 0.5}),
        ("relu(x)", 0, {"x": ("0.0", "1.0")}, {"x": 0.0}),
    ],
)
def test_at_a_kink_engines_answer_by_convention_and_say_so(f, at, slopes, convention):
    """Status kink, both slopes, the reason; no error is computed."""
    result = dk.compare(f, at)
    assert (result.status, result.reference.slopes) == ("kink", slopes)
    for name in ("reverse", "forward"):
        row = by_name(result)[name]
        assert (row.status, row.gradient, row.relative_error) == ("kink", convention, None)


def test_a_kink_in_one_input_leaves_the_others_judged():
    """abs(x)*y at x = 0: the partial by y is proved."""
    result = dk.compare("abs(x) + y^2", {"x": 0, "y": 3})
    assert result.reference.gradient == {"y": "6.0"}
    assert list(result.reference.slopes) == ["x"]


def test_a_smooth_point_of_a_function_with_a_choice_is_no_kink():
    """x*abs(x) at 0 has slope 0, proved."""
    result = dk.compare("x*abs(x)", 0)
    assert (result.status, result.reference.gradient) == ("ok", {"x": "0.0"})


@pytest.mark.parametrize(
    ("f", "at", "status"),
    [
        ("log(x)", -1, "domain"),
        ("1/x", 0, "singular"),
        ("sqrt(x)", 0, "singular"),
        ("exp(x)", 1000, "overflow"),
        ("sqrt(x^2+y^2)", (0, 0), "singular"),
    ],
)
def test_where_there_is_no_number_there_is_an_error(f, at, status):
    """The status names the reason."""
    with pytest.raises(dk.NumberError) as caught:
        dk.compare(f, at)
    assert caught.value.status == status


def test_engines_can_be_chosen_and_counted():
    """Evaluations of f for a gradient of n entries: D+ n+1, D0 2n, Richardson 4n, reverse 1 sweep, forward n."""
    rows = by_name(dk.compare("x*y*z", (1, 2, 3), engines=["D+", "D0", "richardson", "reverse", "forward"]))
    assert {name: row.evaluations for name, row in rows.items()} == {
        "D+": 4,
        "D0": 6,
        "richardson": 12,
        "reverse": 1,
        "forward": 3,
    }
    with pytest.raises(dk.UsageError, match="unknown engine 'magic'"):
        dk.compare("x", 1, engines=["magic"])


def test_a_failing_engine_leaves_the_others(monkeypatch):
    """An engine that raises an error of ours gets a row that says so; one that answers wrongly is seen."""

    def fails(program, at):
        raise dk.NumberError("cannot do that", status="not-applicable")

    known = {
        "broken": Engine("broken", fails, lambda n: 0),
        "wrong": Engine("wrong", lambda p, at: {"x": 7.0}, lambda n: 0),
        "nan": Engine("nan", lambda p, at: {"x": math.nan}, lambda n: 0),
        **engines.available(),
    }
    monkeypatch.setattr(engines, "available", lambda: known)
    rows = by_name(dk.compare("x^2", 3, engines=["broken", "wrong", "nan", "reverse"]))
    assert (rows["broken"].status, rows["broken"].reason) == ("not-applicable", "cannot do that")
    assert rows["wrong"].relative_error == pytest.approx(1 / 6)
    assert rows["nan"].status == "not-finite"
    assert rows["reverse"].correct_digits > 15.9


def test_the_complex_step_says_where_it_cannot():
    """erf has no complex form here."""
    row = by_name(dk.compare("erf(x)", 0.5))["complex-step"]
    assert (row.status, row.gradient) == ("not-applicable", {})


def test_relative_errors_of_zero_and_of_numbers_that_are_none():
    """0 met is 0, 0 missed is inf, nan stays nan."""
    import mpmath

    assert [relative_error(x, mpmath.mpf(0)) for x in (0.0, 1e-30)] == [0.0, math.inf]
    assert math.isnan(relative_error(math.nan, mpmath.mpf(1)))


def test_a_result_too_small_for_a_double_counts_as_right_when_it_is_rounded_correctly():
    """The derivative of 1/(1+exp(-x)) at -800 is 4e-348: 0.0 is the nearest double."""
    assert by_name(dk.compare("1/(1+exp(-x))", -800))["D0"].correct_digits > 15.9
    assert dk.derivative("1/(1+exp(-x))", -800) == 0.0


def test_one_missing_partial_leaves_the_others_judged():
    """x^y at (-2, 3): f is -8 with slope 12 by x; along y it is not defined beside the point."""
    result = dk.compare("x^y", (-2.0, 3.0))
    assert result.reference.gradient == {"x": "12.0"}
    assert result.status == "domain"
    assert result.reason.startswith("f is not defined beside x = -2, y = 3: x^y has no real value there")


def test_an_array_of_points_is_refused():
    """A study looks at one point."""
    import numpy as np

    with pytest.raises(dk.UsageError, match="a study looks at one point, not at an array of them"):
        dk.compare("x^2", np.array([1.0, 2.0]))


def test_a_branch_on_whose_edge_the_point_lies_is_said():
    """A Python `if` hides a kink: the derivative is that of the branch taken, and the status and the report say so."""
    edge = dk.compare(lambda x: x if x > 0 else -x, 0.0)
    assert (edge.status, edge.reference.gradient) == ("branch", {"x": "-1.0"})
    assert "f chose by x > 0, and the point lies on its edge" in edge.reason
    assert dk.compare(lambda x: x if x > 0 else -x, 0.5).status == "ok"
    assert "branch taken" in dk.report(lambda x: x if x > 0 else -x, 0.0).to_json()
