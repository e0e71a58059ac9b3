"""The calibration study: its truth, its judge (liars are caught, the honest are not), its page and its picture."""

import json
import math
import time
from math import inf, nan

import calibrate
import mpmath
import numpy as np
import pytest
from calibration import page, picture, speed
from calibration.corpus import Case, Function, cases, true_slope, uniform
from calibration.features import FEATURES, featured
from calibration.hard import HARD
from calibration.judge import judge, quantile, summary
from calibration.participants import PEERS, Answer, Participant, ask
from calibration.questioning import answers
from calibration.smooth import SMOOTH

import diffkit as dk

SINE = Function("sine", lambda F, x: F.sin(x), uniform(-3, 3))
KINK = Function("kink", lambda F, x: abs(x), uniform(-1, 1), hard=True, edges={0.0: (-1.0, 1.0)})
FORMULAS = {  # the same functions as text, for the reference that is proved by ball arithmetic
    "exp(x)/sqrt(sin(x)^3+cos(x)^3)": "exp(x)/sqrt(sin(x)^3+cos(x)^3)",
    "(1-cos(x))/x^2": "(1-cos(x))/(x*x)",
    "logistic map, 8 steps": "y = x; repeat 8: y = 4*y*(1-y)",
    "sqrt(x+1)-sqrt(x)": "sqrt(x+1)-sqrt(x)",
    "gamma(x)": "gamma(x)",
    "erf(x)": "erf(x)",
    "exp(-1/x^2)": "exp(-1/(x*x))",
    "sin(1/x) near 0": "sin(1/x)",
    "sin(x) at 1e10": "sin(x)",
    "log(x) at 1e-50": "log(x)",
    "asin(x) near 1": "asin(x)",
    "exp(x) near 709": "exp(x)",
    "tan(x) near pi/2": "tan(x)",
    "x|x|": "x*abs(x)",
}
BY_NAME = {f.name: f for f in [*SMOOTH, *HARD]}


def slope(f, x):
    """The slope of the sine, a little off as a double is, and the value of the kink's."""
    f(x)
    return math.cos(x)


def verdicts(claimed, off=0.0, stands=True, function=SINE):
    """What the judge says of an estimator that is off by so much and claims so much."""
    participant = Participant("planted", "planted", lambda f, x: (slope(f, x) + off, claimed, stands, "planted"), "")
    return [judge(case, ask(participant, function, case.x)) for case in cases(function, 12)]


@pytest.mark.parametrize("name", FORMULAS)
def test_the_truth_agrees_with_the_proved_reference(name):
    """To 45 digits, at points of every magnitude the study asks at."""
    for case in [c for c in cases(BY_NAME[name], 12) if c.differentiable]:
        proved = dk.reference(FORMULAS[name], case.x, digits=50)
        with mpmath.workdps(80):
            assert abs(case.low - proved) <= abs(proved) * mpmath.mpf(10) ** -45


def test_a_slope_at_a_kink_is_refused_as_truth():
    """A function that hides a kink from its list of edges is found out, though central differences see nothing."""
    with pytest.raises(ArithmeticError, match=r"the slope of hidden at 0.25 is 1.0 or 2.0"):
        true_slope(Function("hidden", lambda F, x: F.max(x - 0.25, 2 * (x - 0.25)), uniform(0, 1)), 0.25)


def test_an_honest_estimator_is_not_caught():
    """Right to the last digit with a claim of an ulp, or off by less than it claims."""
    for found in (verdicts(2e-16), verdicts(1e-3, off=0.99e-3)):
        assert not any(v.violated or v.silent for v in found)


def test_a_liar_is_caught():
    """Off by more than it claims: a violation; by more than 1 % and standing by it: silent, too."""
    found = verdicts(1e-3, off=1.01e-3)
    assert all(v.violated for v in found)
    assert all(v.silent == (v.relative > 0.01) for v in found)
    assert all(v.silent for v in verdicts(0.0, off=0.5))
    assert summary(verdicts(1e-3, off=0.5)).worst == pytest.approx(500, rel=1e-9)


def test_a_flagged_answer_is_a_violation_and_not_silent():
    """Who says that he does not stand by a number still stated a bar that does not hold."""
    found = verdicts(0.0, off=0.5, stands=False)
    assert all(v.violated and not v.silent for v in found)
    assert summary(found).violations == 12
    assert summary(found).stood_by == summary(found).violations_stood_by == 0


@pytest.mark.parametrize("claimed", [inf, nan])
def test_who_claims_nothing_is_never_wrong_and_never_sharp(claimed):
    """An infinite bar always holds, and counts for nothing."""
    s = summary(verdicts(claimed, off=0.5))
    assert (s.violations, s.silent, s.claims, s.sharp, s.refused_on_smooth) == (0, 0, 0, 0.0, 12)


def test_to_refuse_does_not_lower_the_median_error():
    """A nan counts as an infinite error."""
    assert summary(verdicts(1.0, off=nan)).median_relative == inf


def test_at_a_kink_a_bar_over_both_slopes_is_honest_and_none_is_silent():
    """0 +- 1 for |x| at 0 is right, 0 +- 0 is wrong without a word, and neither is a violation: there is no derivative."""
    at_0 = next(case for case in cases(KINK, 8) if not case.differentiable)
    wide, narrow = (judge(at_0, Answer(0.0, claimed, True, "", 1, 0.0)) for claimed in (1.0, 0.0))
    assert (wide.violated, wide.silent) == (False, False)
    assert (narrow.violated, narrow.silent) == (False, True)


def test_one_ulp_is_allowed_and_two_are_not():
    """The rounding of the value itself is not held against a claim of nothing."""
    case = Case(SINE, 0.0, mpmath.mpf(1), mpmath.mpf(1), True)
    one, two = (judge(case, Answer(1 + k * math.ulp(1.0), 0.0, True, "", 1, 0.0)) for k in (1, 2))
    assert (one.violated, two.violated) == (False, True)


def test_evaluations_are_counted_from_outside():
    """One an element of an array, whatever the estimator itself reports; an exception is a refusal under its name."""
    counting = ask(Participant("", "", lambda f, x: (f(np.array([x, x])).sum(), f(x), True, ""), ""), SINE, 1.0)
    assert counting.evaluations == 3
    failing = ask(Participant("", "", lambda f, x: 1 / 0, ""), SINE, 1.0)
    assert (failing.status, failing.stands, math.isnan(failing.value)) == ("ZeroDivisionError", False, True)


def test_who_never_returns_is_ended(monkeypatch):
    """That case is a refusal, and the next ones are asked."""
    monkeypatch.setattr("calibration.questioning.PATIENCE", 0.3)
    asked = cases(SINE, 4)
    sleeper = Participant("", "", lambda f, x: (time.sleep(60 * (x == asked[1].x)), (1.0, 2.0, True, "awake"))[1], "")
    assert [a.status for a in answers(sleeper, asked)] == ["awake", "no answer", "awake", "awake"]


def test_the_corpus_is_as_large_as_promised_and_seeded():
    """At least 20 smooth and 10 hard functions, float64 of scalars and arrays alike, the same points on every run."""
    assert len(SMOOTH) >= 20
    assert len(HARD) >= 10
    assert len(BY_NAME) == len(SMOOTH) + len(HARD)
    for f in BY_NAME.values():
        x = [case.x for case in cases(f, 6)]
        assert x == [case.x for case in cases(f, 6)] != [case.x for case in cases(f, 6, seed=1)]
        np.testing.assert_allclose(f(np.array(x)), [f(t) for t in x], rtol=1e-3)  # pow and (1 - cos x)/x^2 of arrays differ


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_features_can_be_seen_and_change_the_slope(feature):
    """Seeded; and the slope is that of base and feature together, not of the base alone."""
    drawn = featured(feature, 5, seed=3)
    assert [case.x for case in drawn] == [case.x for case in featured(feature, 5, seed=3)]
    assert all(math.isfinite(case.function(case.x)) and case.low == case.high for case in drawn)


def test_quantiles_are_of_the_sample():
    """The smallest number that the share does not exceed."""
    assert [quantile([3.0, 1.0, 2.0, 4.0], share) for share in (0, 0.25, 0.5, 0.9, 1)] == [1, 1, 2, 4, 4]
    assert math.isnan(quantile([], 0.5))


@pytest.mark.parametrize("peer", PEERS, ids=lambda p: p.name)
def test_each_peer_is_read_rightly(peer):
    """Its derivative of sin at 1 is there with a small stated error, and its evaluations are counted."""
    if peer.version is None:
        pytest.skip(f"{peer.distribution} is not installed")
    answer = ask(peer, SINE, 1.0)
    assert abs(answer.value - math.cos(1)) < 1e-8
    assert 0 <= answer.claimed < 1e-6
    assert answer.stands
    assert answer.evaluations > 5


def test_without_its_peers_the_study_is_skipped(monkeypatch, capsys):
    """With a sentence that says what is missing, and nothing written."""
    monkeypatch.setattr(calibrate, "PEERS", [Participant("absent", "no-such-distribution", slope, "")])
    monkeypatch.setattr("sys.argv", ["calibrate.py", "--out", "nowhere"])
    calibrate.main()
    assert capsys.readouterr().out.startswith("calibration: skipped, without no-such-distribution; pip install 'diffkit[peers]'")


def test_page_and_picture_tell_what_was_found(tmp_path):
    """The study of two planted participants, whole: the liar's violations are in the page, its data and its picture."""
    honest = Participant("honest", "numpy", lambda f, x: (math.cos(x), 1e-15, True, "fine"), "always")
    liar = Participant("liar", "numpy", lambda f, x: (math.cos(x) + 0.5, 1e-3, True, "fine"), "always")
    found = calibrate.ask_all([honest, liar], [cases(SINE, 8, seed=3)])
    took = speed.Speed(points=10, evaluations=200, reported=200, seconds=3.0, seconds_of_evaluations=2.0)
    study = page.Study([honest, liar], found, found, seed=3, seen=summary(found["honest"]), speed=took)
    text, saved = page.render(study), json.loads(page.data(study))
    assert "| violations | 0 | 8 |" in text
    assert "1.50 times" in text
    assert "| all | 0 (0) | 100 (100) |" in text
    assert "of its 8 claims there, 0 are now too small" in text
    assert (saved["participants"]["honest"]["violations"], saved["functions"]["sine"]["liar"]["silent"]) == (0, 8)
    picture.draw(found, tmp_path / "a.png")
    picture.draw(found, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
