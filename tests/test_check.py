"""The gradient check: right gradients pass, wrong ones are caught down to the stated limit, the rest is undecided."""

import math
import random
import subprocess
import sys
import time

import numpy as np
import pytest

import diffkit as dk
from diffkit.deadline import deadline
from diffkit.errors import InputError, NumberError, UsageError
from diffkit.results import Check, Entry

from .programs import random_program

RNG = np.random.default_rng(20)
W, X, B = RNG.normal(size=(5, 4)), RNG.normal(size=(4, 3)), RNG.normal(size=3)


def loss(w, x, b):
    """The mean square of a layer with tanh."""
    return np.mean(np.tanh(w @ x + b) ** 2)


def loss_gradient(w, x, b):
    """Its gradient, by hand."""
    y = np.tanh(w @ x + b)
    back = 2 * y / y.size * (1 - y**2)
    return back @ x.T, w.T @ back, back.sum(axis=0)


def entry(check: Check, name: str) -> Entry:
    """The entry of that name."""
    return next(e for e in check.entries if e.name == name)


# --- right gradients ----------------------------------------------------------------------------------------------------
RIGHT = {
    "sin(1000x)": ("sin(1000*x)", "1000*cos(1000*x)", 1.0),
    "1e8 + x": ("1e8 + x", "1", 1.0),
    "1e8 + x, callable": (lambda x: 1e8 + x, lambda x: 1.0, 1.0),
    "sin at 1e9": (math.sin, math.cos, 1e9),
    "|x| near 0": (abs, lambda x: math.copysign(1.0, x), 1e-9),
    "-|x| near 0": (lambda x: -abs(x), lambda x: -math.copysign(1.0, x), -1e-9),
    "exp": (math.exp, math.exp, 1.0),
    "1e-6 exp": (lambda x: 1e-6 * math.exp(x), lambda x: 1e-6 * math.exp(x), 1.0),
    "0 where f'' is not": ("cos(x)", "-sin(x)", 0.0),
    "0 where f is": ("(x - 1)^2", "2*(x - 1)", 1.0),
    "constant": ("5 + 0*x", "0", 1.0),
    "log at 1e-50": (math.log, lambda x: 1 / x, 1e-50),
    "x^2 at 1e20": (lambda x: x * x, lambda x: 2 * x, 1e20),
    "several scales": ("x*y", "y, x", {"x": 1e8, "y": 1e-8}),
    "layer": (loss, loss_gradient, (W, X, B)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_gradient_passes(name):
    """Whatever the scale of f, of its argument and of the length over which it changes."""
    check = dk.check_gradient(*RIGHT[name])
    assert (check.verdict, check.cause, check.status) == ("pass", None, "ok"), str(check)
    assert all(e.verdict == "pass" and e.digits >= 6 for e in check.entries)


@pytest.mark.parametrize("name", ["sin(1000x)", "sin at 1e9", "exp", "1e-6 exp", "layer"])
def test_the_remainders_of_a_right_gradient_have_slopes_2_3_5(name):
    """In windows that nobody chose."""
    check = dk.check_gradient(*RIGHT[name])
    slopes = {r.scheme: r.slope for r in check.remainders}
    assert slopes["taylor"] == check.taylor_slope
    assert abs(slopes["taylor"] - 2) < 0.15
    assert abs(slopes["symmetric"] - 3) < 0.25
    assert slopes["richardson"] is None or abs(slopes["richardson"] - 5) < 0.3
    assert all(r.low < r.high for r in check.remainders if r.slope is not None)


@pytest.mark.parametrize(("f", "x"), [("log(x)", 1e-50), ("1/x", 1e-30), ("sin(1e40*x)", 1e-40)])
def test_slopes_are_found_at_the_scale_of_x(f, x):
    """Steps reach down to the spacing of the floats at x, however small x is."""
    slopes = [curve.slope for curve in dk.check_gradient(f, None, x).remainders]
    assert np.abs(np.array(slopes) - [2, 3, 5]).max() < 0.1


@pytest.mark.parametrize(("f", "x"), [("abs(x)", 1e-9), ("sign(x)", 1.5), ("relu(x)", -1e-3), ("x", 5e-324)])
def test_a_line_beyond_a_kink_is_no_slope(f, x):
    """The remainder is 0 up to the kink and grows like h beyond it, which says nothing of the gradient."""
    check = dk.check_gradient(f, None, x)
    assert check.verdict == "pass" or (check.verdict == "undecided" and f in {"floor(x)", "relu(x)"})  # flat, then not: a step?
    assert [curve.slope for curve in check.remainders] == [None, None, None]


def test_a_line_that_is_broken_by_chance_alone_is_a_slope():
    """A remainder that dips once where two terms cancel, above the window, is no kink: the window is below."""
    check = dk.check_gradient(lambda x: x + x * x, lambda x: 1 + 1e-4 + 2 * x, 0.0)
    assert check.verdict == "wrong"
    assert check.taylor_slope == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("f", ["log(x)", "1/x"])
def test_an_infinite_derivative_is_not_called_wrong_where_it_overflows(f):
    """The derivative is beyond every double: infinity cannot be told from right; nan can, and so can the other infinity."""
    assert dk.check_gradient(f, None, 1e-310 if f == "log(x)" else 1e-300).verdict == "undecided"
    assert dk.check_gradient(f, math.nan, 1e-300).verdict == "wrong"
    assert dk.check_gradient(f, math.inf, 1.0).verdict == "wrong"


def test_no_slope_is_measured_of_what_is_no_number():
    """The remainder of a gradient that has no number has none either."""
    check = dk.check_gradient(lambda w: (w**2).sum(), lambda w: w * np.nan, np.ones(3))
    assert (check.verdict, check.remainders, check.taylor_slope) == ("wrong", (), None)


def test_the_chapters_rule_rejects_what_is_right_and_stands_beside():
    """Its verdict by rule="chapter", its error in every entry otherwise."""
    for name in ("sin(1000x)", "1e8 + x", "sin at 1e9"):
        check = dk.check_gradient(*RIGHT[name], rule="chapter")
        assert (check.rule, check.verdict) == ("chapter", "wrong")
        assert dk.check_gradient(*RIGHT[name]).entries[0].chapter == check.entries[0].chapter > 1e-7
    check = dk.check_gradient("exp(x)", "exp(x)*(1 + 5e-8)", 1.0, rule="chapter")
    assert check.verdict == "pass"
    a, n = math.e * (1 + 5e-8), (math.exp(1 + 1e-5) - math.exp(1 - 1e-5)) / 2e-5
    assert check.entries[0].numerical == pytest.approx(n, rel=1e-14)
    assert check.entries[0].relative_error == pytest.approx(abs(a - n) / max(a, n), rel=1e-6)


# --- wrong gradients ----------------------------------------------------------------------------------------------------
WRONG = {
    "5e-8": (math.exp, lambda x: math.exp(x) * (1 + 5e-8), 1.0, 5e-8),
    "1e-10": (math.exp, lambda x: math.exp(x) * (1 + 1e-10), 1.0, 1e-10),
    "300 %": (lambda x: 1e-6 * math.exp(x), lambda x: 4e-6 * math.exp(x), 1.0, 3.0),
    "sign": ("sin(x)", "-cos(x)", 1.0, 2.0),
    "where f' is 0": ("cos(x)", "1e-6", 0.0, None),
    "1 % at 1e9": (math.sin, lambda x: 1.01 * math.cos(x), 1e9, 0.01),
    "1e-4 at 1e8 + x": ("1e8 + x", "1.0001", 1.0, 1e-4),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_is_caught_and_told_by_how_much(name):
    """Down to an error of 1e-10."""
    f, g, at, error = WRONG[name]
    check = dk.check_gradient(f, g, at)
    assert check.verdict == "wrong", str(check)
    if error is not None:
        assert check.entries[0].relative_error == pytest.approx(error, rel=0.05)


def test_the_remainder_of_a_wrong_gradient_has_slope_1():
    """All three for a large error; the Richardson one alone for 1e-10."""
    check = dk.check_gradient(math.exp, lambda x: 1.03 * math.exp(x), 1.0)
    assert [round(r.slope, 1) for r in check.remainders] == [1, 1, 1]
    small = {r.scheme: r.slope for r in dk.check_gradient(*WRONG["1e-10"][:3]).remainders}
    assert abs(small["taylor"] - 2) < 0.1
    assert abs(small["richardson"] - 1) < 0.1


def test_a_wrong_entry_among_right_ones_is_named():
    """Worst first, and which side is which."""

    def wrong(w, x, b):
        gw, gx, gb = loss_gradient(w, x, b)
        gw[2, 1] *= 1.001
        gx[0, 2] *= 1.5
        return gw, gx, gb

    check = dk.check_gradient(loss, wrong, (W, X, B))
    assert [e.name for e in check.entries[:2]] == ["x[0,2]", "w[2,1]"]
    assert [e.verdict for e in check.entries[:3]] == ["wrong", "wrong", "pass"]
    true = loss_gradient(W, X, B)[1][0, 2]
    assert entry(check, "x[0,2]").yours == 1.5 * true
    assert entry(check, "x[0,2]").numerical == pytest.approx(true, rel=1e-9)
    assert check.direction == "x[0,2]"
    assert "x[0,2]" in check.sentence()


@pytest.mark.parametrize("error", [0.01, 1e-6, 2.0])
def test_one_entry_in_10000_is_caught(error):
    """By random directions, and found by halving; without an error all pass."""
    w = RNG.normal(size=10_000)
    right = np.cos(w)
    check = dk.check_gradient(lambda w: np.sum(np.sin(w)), right, w)
    assert (check.verdict, check.count) == ("pass", 10_000)
    assert 0 < check.limit < 1e-7
    wrong = right.copy()
    wrong[4321] *= 1 + error
    check = dk.check_gradient(lambda w: np.sum(np.sin(w)), wrong, w)
    assert (check.verdict, check.entries[0].name) == ("wrong", "w[4321]")
    assert check.found("wrong")[0].relative_error == pytest.approx(error, rel=1e-2)
    assert len(check.found("wrong")) == 1


@pytest.mark.parametrize("i", range(4))
def test_entries_of_all_scales_in_one_array_are_judged(i):
    """The noise of the gradient is not what a step of the size of the largest entry makes of the smallest."""
    x = np.array([0.7e-9, -1.3, 1.1e5, -0.4e11])
    scale = np.array([1e-9, 1.0, 1e5, 1e11])
    dk.assert_gradient(lambda x: np.sin(x / scale).sum(), lambda x: np.cos(x / scale) / scale, x)
    wrong = 1 + 1e-4 * (np.arange(4) == i)
    found = dk.check_gradient(lambda x: np.sin(x / scale).sum(), lambda x: wrong * np.cos(x / scale) / scale, x)
    assert [entry.name for entry in found.entries if entry.verdict == "wrong"] == [f"x[{i}]"]


def test_two_errors_that_cancel_along_a_diagonal_are_caught():
    """Two entries of 2000 exchanged: equal errors of opposite sign."""
    w = RNG.normal(size=2000)
    wrong = np.cos(w)
    wrong[[7, 1600]] = wrong[[1600, 7]]
    check = dk.check_gradient(lambda w: np.sum(np.sin(w)), wrong, w)
    assert {e.name for e in check.found("wrong")} == {"w[7]", "w[1600]"}


@pytest.mark.parametrize(("wrong", "cause"), [(slice(None), "sign"), (slice(0, None, 10), "sign")])
def test_more_wrong_entries_than_are_sought(wrong, cause):
    """All or a tenth of 2000: enough are shown, the cause is named, and nothing is claimed of the others."""
    w = RNG.normal(size=2000)
    g = np.cos(w)
    g[wrong] *= -1
    check = dk.check_gradient(lambda w: np.sum(np.sin(w)), g, w)
    assert (check.verdict, check.cause, check.limit) == ("wrong", cause, math.inf)
    assert 32 <= len(check.found("wrong")) <= 64
    assert "of none of them can it be said" in " ".join(check.table().notes)


# --- kinks --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("slope", [0.0, 0.3, 0.5, 1.0])
def test_every_slope_of_relu_at_0_in_0_1_passes(slope):
    """The verdict is kink, which is right, with both slopes."""
    check = dk.check_gradient("relu(x)", slope, 0.0)
    assert (check.verdict, check.passed) == ("kink", True)
    assert (check.entries[0].left, check.entries[0].right) == (0.0, 1.0)


@pytest.mark.parametrize("slope", [-0.01, 1.01, -1.0, 2.0])
def test_a_slope_outside_the_subdifferential_is_wrong(slope):
    """Below the left or above the right one."""
    check = dk.check_gradient("relu(x)", slope, 0.0)
    assert (check.verdict, check.passed) == ("wrong", False)


@pytest.mark.parametrize(
    ("f", "g", "verdict"),
    [
        ("max(x, y)", (0.5, 0.5), "kink"),
        ("max(x, y)", (1.0, 0.0), "kink"),
        ("max(x, y)", (0.3, 0.7), "kink"),
        ("max(x, y)", (1.0, 1.0), "wrong"),
        ("max(x, y)", (0.0, 0.0), "wrong"),
        ("min(x, y)", (1.0, 1.0), "wrong"),
        ("min(x, y)", (0.2, 0.8), "kink"),
        ("abs(x - 1) - abs(y - 1)", (1.0, 1.0), "kink"),
        ("abs(x - 1) - abs(y - 1)", (1.0, 1.2), "wrong"),
        ("abs(x - 1) + abs(y - 1)", (-1.0, 1.0), "kink"),
        ("sqrt((x - 1)^2 + (y - 1)^2)", (0.6, 0.7), "kink"),
        ("sqrt((x - 1)^2 + (y - 1)^2)", (0.9, 0.9), "wrong"),
    ],
)
def test_at_a_tie_the_entries_are_judged_together(f, g, verdict):
    """1 and 1 at max(x, x) is no subgradient, though each of them could be right; a saddle of kinks has a square of them."""
    check = dk.check_gradient(f, g, (1.0, 1.0))
    assert check.verdict == verdict, str(check)
    assert (check.cause == "tie") is (verdict == "wrong" and g != (1.0, 1.2))


def test_many_kinks_at_once_pass():
    """50 zeros of a sum of relu: their corners cannot be sampled, so nothing false is said."""
    check = dk.check_gradient(lambda w: np.sum(np.maximum(w, 0)), np.full(50, 0.5), np.zeros(50))
    assert check.verdict == "kink"


# --- what cannot be decided ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("noise", [1e-3, 1e-6])
def test_a_noisy_f_is_undecided_with_the_digits_it_could_decide(noise):
    """The digits are those of the noise, and an error above them is still caught."""
    dice = np.random.default_rng(3)

    def noisy(x):
        return math.sin(x) + noise * dice.normal()

    check = dk.check_gradient(noisy, math.cos, 1.0)
    assert check.verdict == "undecided"
    assert 0 <= check.entries[0].digits <= -math.log10(noise)
    assert check.status == "not-deterministic"
    assert "digits could be decided" in check.sentence()
    assert dk.check_gradient(noisy, lambda x: -2 * math.cos(x), 1.0).verdict == "wrong"


def test_a_quantised_f_is_undecided_or_passes_to_its_digits():
    """round(sin x, 6): its values say nothing below 1e-6, and it is never called wrong."""
    check = dk.check_gradient(lambda x: round(math.sin(x), 6), math.cos, 1.0)
    assert check.verdict == "undecided"
    assert check.entries[0].digits < 6
    assert dk.check_gradient(lambda x: round(math.sin(x), 6), lambda x: 1.5 * math.cos(x), 1.0).verdict == "wrong"


def test_fewer_digits_can_be_asked_for():
    """rtol decides what pass must exclude."""
    f = lambda x: round(math.sin(x), 6)  # noqa: E731
    assert dk.check_gradient(f, math.cos, 1.0, rtol=0.05).verdict == "pass"


def test_a_gradient_that_is_a_difference_quotient_of_its_own_is_not_called_wrong_for_its_noise():
    """D0 at 1e-8 errs by its rounding noise, which is measured and explains the gap."""

    def rough(x):
        return (math.exp(x + 1e-8) - math.exp(x - 1e-8)) / 2e-8

    check = dk.check_gradient(math.exp, rough, 1.0)
    assert check.verdict == "undecided"
    assert "your gradient" in check.sentence()


@pytest.mark.parametrize("gradient", [None, "sin(x)/x^2 - 2*(1 - cos(x))/x^3"])
def test_a_right_formula_that_loses_all_digits_is_undecided(gradient):
    """(1 - cos x)/x^2 at 1e-4: its derivative as a formula is 630 % off; a formula that is wrong by more is wrong."""
    check = dk.check_gradient("(1 - cos(x))/x^2", gradient, 1e-4)
    assert check.verdict == "undecided"
    assert check.sentence().startswith("undecided: x is off by 629 %, but the rounding noise of your gradient")
    assert dk.check_gradient("(1 - cos(x))/x^2", "sin(x)/x^2 - (1 - cos(x))/x^3", 1e-4).verdict == "wrong"


def test_an_edge_of_the_domain():
    """One-sided points suffice; where f has no value there is nothing to check."""
    assert dk.check_gradient(math.log, lambda x: 1 / x, 1e-3).verdict == "pass"
    with pytest.raises(NumberError):
        dk.check_gradient("log(x)", "1/x", -1.0)


# --- forms --------------------------------------------------------------------------------------------------------------
FORMS = {
    "text and text by name": ("x*y^2", "y^2, 2*x*y", {"x": 2, "y": 3}),
    "text, other order of inputs": ("x*y^2", "2*y*x, y^2", {"y": 3, "x": 2}),
    "tape, other order of inputs": ("x*y^2", None, {"y": 3, "x": 2}),
    "texts at an array": ("x*y^2", "y^2, 2*x*y", np.array([2.0, 3.0])),
    "tape at an array": ("x*y^2", None, np.array([2.0, 3.0])),
    "dict for texts, other order": ("x*y^2", {"y": 12.0, "x": 9.0}, {"y": 3, "x": 2}),
    "Program": (dk.parse("x*y^2"), dk.parse("y^2, 2*x*y"), (2, 3)),
    "tape": ("x*y^2", None, (2, 3)),
    "value": ("x*y^2", (9.0, 12.0), (2, 3)),
    "dict value": ("x*y^2", {"y": 12.0, "x": 9.0}, {"x": 2, "y": 3}),
    "array point of a Program": ("x*y^2", np.array([9.0, 12.0]), np.array([2.0, 3.0])),
    "array for a tuple": (lambda x, y: x * y**2, lambda x, y: np.array([y**2, 2 * x * y]), (2.0, 3.0)),
    "list of floats": (lambda w: w[0] * w[1], lambda w: [w[1], w[0]], np.array([2.0, 3.0])),
    "f as 0-d array": (lambda w: np.array(w @ w), lambda w: 2 * w, np.array([2, 3])),
    "f of shape (1, 1)": (lambda w: (w @ w).reshape(1, 1), lambda w: 2 * w, np.array([2.0, 3.0])),
    "dict of arrays": (lambda w, b: np.sum(w) * b, lambda w, b: {"w": np.full_like(w, b), "b": w.sum()}, {"w": W, "b": 2.0}),
    "0-d point": (lambda x: x**2, lambda x: 2 * x, np.array(3.0)),
    "number and array": (lambda x, w: x * w.sum(), lambda x, w: (w.sum(), np.full_like(w, x)), (2.0, W)),
    "one-element list": (math.sin, lambda x: [math.cos(x)], 1.0),
    "float32 point": (lambda w: np.sum(w**3), lambda w: 3 * w**2, np.array([1.5, 2.5], dtype=np.float32)),
}


@pytest.mark.parametrize("name", FORMS)
def test_f_gradient_and_point_come_in_every_form(name):
    """Text, Program, callable, value; number, tuple, dict, array."""
    check = dk.check_gradient(*FORMS[name])
    assert check.verdict == "pass", str(check)
    assert check.count == len(check.at)


def test_names_of_the_entries():
    """Those of the parameters, with indices."""
    names = list(dk.check_gradient(loss, loss_gradient, (W, X, B)).at)
    assert (names[0], names[7], names[-1]) == ("w[0,0]", "w[1,3]", "b[2]")
    assert list(dk.check_gradient(lambda w: w @ w, lambda w: 2 * w, np.ones(3)).at) == ["w[0]", "w[1]", "w[2]"]
    assert list(dk.check_gradient(np.sin, np.cos, 1.0).at) == ["x"]


def test_the_arguments_are_untouched_and_a_function_that_writes_into_them_is_told():
    """f gets copies."""
    w = np.array([1.0, 2.0])

    def writes(w):
        w *= 2
        return w @ w

    check = dk.check_gradient(writes, lambda w: 8 * w, w)
    assert (check.verdict, check.status) == ("pass", "mutates")
    assert "copies" in check.reason
    assert w.tolist() == [1.0, 2.0]


def test_a_function_with_a_memory_is_told():
    """f(at) before and after is compared."""
    calls = []

    def drifts(x):
        calls.append(x)
        return x * x + 1e-12 * len(calls)

    assert dk.check_gradient(drifts, lambda x: 2 * x, 1.0).status == "not-deterministic"


def test_nan_in_the_gradient_is_wrong():
    """And so is inf, and a gradient that was never computed."""
    for bad in (math.nan, math.inf, None):
        check = dk.check_gradient(lambda w: w @ w, [2.0, bad, 6.0], np.array([1.0, 2.0, 3.0]))
        assert (check.verdict, check.cause, check.entries[0].name) == ("wrong", "not-finite", "w[1]")
        assert "w[1] is no finite number" in check.sentence()


def test_the_time_limit_ends_a_check():
    """Though it strikes inside f, whose other errors only mean that it has no value there."""
    with pytest.raises(NumberError, match="time limit"), deadline(0.3, "wait"):
        dk.check_gradient(lambda x: time.sleep(0.01) or math.sin(x), math.cos, 1.0)


def test_misuse_is_refused_in_one_sentence():
    """f of several outputs, f that fails, points that are none, unknown rules."""
    with pytest.raises(UsageError, match="one number, not an array of shape"):
        dk.check_gradient(lambda w: w * 2, lambda w: w, np.ones(3))
    with pytest.raises(UsageError, match="one number"):
        dk.check_gradient("x, y", "1, 0", (1, 2))
    with pytest.raises(UsageError, match="one real number, not str"):
        dk.check_gradient(lambda x: "a", 1.0, 1.0)
    with pytest.raises(InputError, match="f fails at that point: ZeroDivisionError"):
        dk.check_gradient(lambda x: 1 / (x - 1), lambda x: x, 1.0)
    with pytest.raises(InputError, match="the gradient fails at that point: KeyError"):
        dk.check_gradient(math.sin, lambda x: {}["a"], 1.0)
    with pytest.raises(UsageError, match="must be a real number"):
        dk.check_gradient(math.sin, math.cos, "1.0")
    with pytest.raises(UsageError, match="not finite"):
        dk.check_gradient(math.sin, math.cos, math.inf)
    with pytest.raises(UsageError, match="rule"):
        dk.check_gradient(math.sin, math.cos, 1.0, rule="magic")
    with pytest.raises(UsageError, match="rtol"):
        dk.check_gradient(math.sin, math.cos, 1.0, rtol=2.0)
    with pytest.raises(UsageError, match="formula"):
        dk.check_gradient("x*y", "y", (1, 2))
    with pytest.raises(UsageError, match="uses z"):
        dk.check_gradient("x*y", "y, z", (1, 2))
    with pytest.raises(UsageError, match="cannot be recorded"):
        dk.check_gradient(math.sin, None, 1.0)


@pytest.mark.parametrize("strange", [1 + 0j, np.array([1j]), "abc", None])
def test_what_is_no_real_number_is_refused(strange):
    """Complex numbers and texts, from f and from the gradient; a missing gradient is a wrong one."""
    with pytest.raises(UsageError, match=f"one real number, not {type(strange).__name__}"):
        dk.check_gradient(lambda x: strange, 0.0, 1.0)
    if strange is None:
        assert dk.check_gradient(math.sin, lambda x: None, 1.0).cause == "not-finite"
    else:
        with pytest.raises(UsageError, match=f"of real numbers, not {type(strange).__name__}"):
            dk.check_gradient(math.sin, lambda x: strange, 1.0)


def test_another_shape_is_not_called_another_number():
    """Where the shape is wrong no entry has a number, and the sentence says why."""
    found = dk.check_gradient(lambda w: (w**2).sum(), lambda w: 2 * w[:2], np.arange(1.0, 4.0))
    assert found.sentence().startswith("wrong: the gradient has another shape than the point. Probable cause: another shape")


def test_a_point_without_entries_passes():
    """There is nothing to be wrong."""
    for f, g, at in ((lambda w: 1.0, np.empty(0), np.empty(0)), ("5", None, ()), ("5", None, {}), (lambda: 1.0, lambda: (), ())):
        found = dk.check_gradient(f, g, at)
        assert (found.verdict, found.entries) == ("pass", ())
        assert "no entry" in found.sentence()


def test_the_seed_decides_the_directions():
    """The same seed, the same record; another, another direction."""
    one, two, three = (dk.check_gradient(loss, loss_gradient, (W, X, B), seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one.remainders != three.remainders
    assert dk.check_gradient(loss, loss_gradient, (W, X, B), seed=-1).verdict == "pass"


def test_assert_gradient_is_silent_or_shows_the_table():
    """For pytest: the message is the table, the verdict first."""
    dk.assert_gradient(loss, loss_gradient, (W, X, B))
    dk.assert_gradient("relu(x)", 0.5, 0.0)
    with pytest.raises(AssertionError) as failure:
        dk.assert_gradient("x*y", "y, -x", {"x": 2, "y": 3})
    text = str(failure.value)
    assert all(word in text for word in ("wrong: 1 of 2 entries", "sign", "yours", "numerical", "-2.0", "2.0"))
    with pytest.raises(AssertionError, match="undecided"):
        dk.assert_gradient(lambda x: round(math.sin(x), 3), math.cos, 1.0)


def test_json_has_the_keys_of_the_contract():
    """verdict, entries with name, yours, numerical, relative_error, verdict; taylor_slope; cause."""
    saved = dk.check_gradient("x*y", "y, -x", {"x": 2, "y": 3}).to_dict()
    assert (saved["study"], saved["verdict"], saved["cause"]) == ("check", "wrong", "sign")
    assert abs(saved["taylor_slope"] - 1) < 0.1
    assert {"name", "yours", "numerical", "relative_error", "verdict"} <= set(saved["entries"][0])
    assert Check.from_json(dk.check_gradient("x*y", "y, -x", {"x": 2, "y": 3}).to_json()).to_dict() == saved


def test_no_picture_library_and_no_sympy_is_loaded():
    """Nor anything of other frameworks."""
    code = (
        "import sys, math, diffkit; diffkit.check_gradient(math.sin, math.cos, 1.0);"
        "print([m for m in ('sympy', 'matplotlib', 'torch', 'jax', 'flint') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


# --- other libraries ----------------------------------------------------------------------------------------------------
def test_pytorch():
    """Tensors in, tensors out, in double and in single precision; a sign is found."""
    torch = pytest.importorskip("torch")

    def f(w):
        return torch.sum(torch.sin(w) * w)

    def g(w):
        w = w.detach().clone().requires_grad_()
        return torch.autograd.grad(f(w), w)[0]

    for kind in (torch.float64, torch.float32):
        w = torch.tensor([[0.5, -1.25], [2.0, 3.0]], dtype=kind, requires_grad=True)
        assert dk.check_gradient(f, g, w).verdict == "pass"
        assert dk.check_gradient(f, g(w), w).passed or kind is torch.float32
        assert dk.check_gradient(f, lambda w: -g(w), w).cause == "sign"
        assert w.grad is None


def test_pytorch_with_weights_in_single_precision():
    """A model that refuses float64 is called in its own precision, and judged to its digits."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 1)
    w = torch.tensor([0.5, -1.25, 2.0])
    f = lambda w: torch.tanh(layer(w)).sum()  # noqa: E731

    def g(w):
        w = w.detach().clone().requires_grad_()
        return torch.autograd.grad(f(w), w)[0]

    check = dk.check_gradient(f, g, w)
    assert check.verdict in ("pass", "undecided")
    assert check.rtol == 2e-3
    assert dk.check_gradient(f, lambda w: 1.5 * g(w), w).verdict == "wrong"


def test_jax():
    """Arrays of JAX, in its single precision."""
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    def f(w):
        return jnp.sum(jnp.tanh(w) ** 2)

    w = jnp.array([0.5, -1.25, 2.0])
    check = dk.check_gradient(f, jax.grad(f), w)
    assert check.verdict in ("pass", "undecided")
    assert check.entries[0].digits > 2
    assert dk.check_gradient(f, lambda w: -jax.grad(f)(w), w).cause == "sign"


SLOW = {"polygamma", "digamma", "gamma", "lgamma"}  # of mpmath, a hundred times slower than the others


# --- mutations ----------------------------------------------------------------------------------------------------------
def specimens():
    """Functions, points and right gradients: random programs by their proved reference, NumPy functions by hand."""
    programs = (random_program(seed, operations=10, inputs=3) for seed in range(60))
    quick = [p for p in programs if not SLOW & {line.op for line in p[0].lines}]
    for program, point in quick[:30]:
        yield program, {name: float(g) for name, g in dk.reference(program, point).items()}, point
    for seed in range(6):
        dice = np.random.default_rng(seed)
        at = (dice.normal(size=(3, 2)), dice.normal(size=(2, 2)), dice.normal(size=2))
        yield loss, loss_gradient(*at), at


def flat(gradient):
    """The entries of a gradient as one list."""
    values = gradient.values() if isinstance(gradient, dict) else gradient
    return np.concatenate([np.ravel(v) for v in values])


def refilled(gradient, entries):
    """A gradient of the same form with these entries."""
    if isinstance(gradient, dict):
        return dict(zip(gradient, map(float, entries), strict=True))
    ends = np.cumsum([v.size for v in gradient])[:-1]
    return tuple(part.reshape(v.shape) for part, v in zip(np.split(entries, ends), gradient, strict=True))


def mutated(kind, g, limits, dice):
    """A gradient with one planted error above the limit of its entry, or None if that kind is none here."""
    g, i, j = g.copy(), dice.randrange(len(g)), dice.randrange(len(g))
    if kind == "perturb":
        g[i] += dice.choice([-1, 1]) * limits[i] * 10 ** dice.uniform(0.05, 6)
    elif kind == "sign" and 2 * abs(g[i]) > limits[i]:
        g[i] = -g[i]
    elif kind == "drop" and abs(g[i]) > limits[i]:
        g[i] = 0.0
    elif kind == "swap" and abs(g[i] - g[j]) > max(limits[i], limits[j]):
        g[i], g[j] = g[j], g[i]
    else:
        return None
    return g


def test_500_planted_errors_are_caught_and_right_gradients_raise_no_alarm():
    """Every error above the stated limit of its entry; no right gradient is called wrong, no chance error gets a cause."""
    dice, planted, missed, misnamed, alarms = random.Random(1), 0, [], [], []
    material = []
    for f, gradient, at in specimens():
        check = dk.check_gradient(f, gradient, at)
        alarms += [str(check)] if check.verdict == "wrong" else []
        entries = [entry(check, name) for name in check.at]
        limits = np.array([e.limit for e in entries])
        if all(e.verdict == "pass" for e in entries):
            material.append((f, gradient, at, limits))
    assert alarms == []
    assert len(material) >= 32
    while planted < 500:
        f, gradient, at, limits = dice.choice(material)
        kind = dice.choice(["perturb", "perturb", "sign", "drop", "swap"])
        wrong = mutated(kind, flat(gradient), limits, dice)
        if wrong is not None:
            planted += 1
            check = dk.check_gradient(f, refilled(gradient, wrong), at)
            missed += [str(check)] if check.verdict != "wrong" else []
            misnamed += [str(check)] if kind == "perturb" and check.cause else []
    assert missed == []
    assert misnamed == []
