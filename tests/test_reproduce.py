"""Published results, recomputed: what agrees, what does not, and that a wrong figure would be found."""

import dataclasses
import json

import pytest

from diffkit import cli
from diffkit.errors import UsageError
from diffkit.results import Claim, Reproductions
from diffkit.study import reproduce
from diffkit.study.reproduce import baydin, claims, classics


@pytest.fixture(scope="module")
def everything() -> Reproductions:
    """All results."""
    return reproduce.measure()


def test_what_agrees_and_what_does_not(everything: Reproductions) -> None:
    """Two figures differ, each for a known reason; all others agree."""
    assert [result.name for result in everything.results] == list(reproduce.RESULTS)
    differing = [(r.name, c.what) for r in everything.results for c in r.claims if not c.agrees]
    assert differing == [("casadi-loop", "SymPy constructs it"), ("rump", "in double precision")]
    assert everything.passed
    assert len(everything.table().rows) == sum(len(result.claims) for result in everything.results) >= 40


def test_the_middle_column_of_the_table(everything: Reproductions) -> None:
    """The product rule on the formula as it is written gives the survey's own terms."""
    found = {claim.what: claim for claim in everything.results[0].claims}
    assert found["l_3' by the product rule"].recomputed == ("16*(1 - x)*(1 - 2*x)^2 - 16*x*(1 - 2*x)^2 - 64*x*(1 - x)*(1 - 2*x)")
    assert found["l_3' simplified"].recomputed == "16*(1 - 10*x + 24*x^2 - 16*x^3)"


def test_a_wrong_term_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Had the survey printed another coefficient anywhere, the figure would differ, and the study fail."""
    for place in range(3):
        row = list(baydin.TABLE[3])
        row[place] = row[place].replace("16", "17", 1)
        monkeypatch.setitem(baydin.TABLE, 3, tuple(row))
        assert not reproduce.measure(["baydin-table"]).passed
        monkeypatch.undo()


def test_digits_agree_if_they_are_the_printed_ones() -> None:
    """Rounded to as many as were printed; one unit in the last differs."""
    assert claims.number("x", "9.0660864", 9.06608639).agrees
    assert not claims.number("x", "9.0660864", 9.06608651).agrees
    assert not claims.number("x", "1.1726", -1.1726).agrees
    assert claims.number("x", "1.1726...", 1.17269).agrees and not claims.number("x", "1.1726", 1.17269).agrees
    assert not claims.number("x", "1.1726...", 1.17259).agrees and not claims.number("x", "1.1726...", -1.17261).agrees


def test_counts_agree_if_they_are_equal() -> None:
    """None is no count."""
    assert claims.whole("x", "3n-6", 24, 24).agrees
    assert not claims.whole("x", "3n-6", 24, 25).agrees
    assert not claims.whole("x", "3n-6", 24, None).agrees


def test_rumps_value_is_proved(everything: Reproductions) -> None:
    """To 33 digits, while float64 is wrong by 21 decades, and wrong in sign if rearranged as Loh and Walster did."""
    value, double, rearranged, sign = everything.results[-1].claims
    assert value.recomputed == value.published == "-0.827396059946821368141165095479816"
    assert double.recomputed == "-1.1805916207174e+21" and double.why and "right in sign" in double.why
    assert rearranged.recomputed == rearranged.published == "1.1726039400531..."
    assert (sign.published, sign.recomputed) == ("no", "no")


def test_a_right_sign_is_not_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim on the sign looks at the sign: a sum that keeps it does not agree."""
    monkeypatch.setattr(classics, "REARRANGED", "-3.0*a/a + 0*b")
    assert not classics.rump()[-1].agrees


def test_sympy_is_asked_before_it_is_said_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop is handed to SymPy's diff, which is ended at the limit: no estimate of ours stands for its answer."""
    monkeypatch.setattr(classics, "SECONDS", 0.5)
    (claim,) = (c for c in classics.casadi_loop() if c.what == "SymPy differentiates it")
    assert claim.agrees and claim.recomputed == "SymPy's diff did not finish in 0.5 s"


def test_it_is_said_what_figures_were_checked_against(everything: Reproductions) -> None:
    """Every result says it, in the record and below the table; formulas that the table cuts off stand below it in full."""
    notes = " ".join(everything.notes())
    for result in everything.results:
        assert result.checked and f"{result.name}: {result.checked}" in notes
    assert baydin.TABLE[4][1] in notes
    assert Reproductions.from_json(everything.to_json()) == everything


def test_the_figure_stands_on_the_table() -> None:
    """f' at 0.2 is computed in fractions from the table's last formula: were that another, the figure would differ."""
    assert [(c.published, c.agrees) for c in baydin.figure()[:1]] == [("9.0660864", True)]
    row = baydin.TABLE[4]
    baydin.TABLE[4] = (*row[:2], row[2].replace("504", "505"))
    try:
        assert not baydin.figure()[0].agrees
    finally:
        baydin.TABLE[4] = row


def test_one_by_name_and_twice_is_once() -> None:
    """Names may be listed; a slip is answered with the name that was meant."""
    assert [r.name for r in reproduce.measure(["rump", "rump"]).results] == ["rump"]
    assert [r.name for r in reproduce.measure("rump").results] == ["rump"]
    with pytest.raises(UsageError) as caught:
        reproduce.measure("speelpening")
    assert str(caught.value) == "no published result is called 'speelpening'\n    did you mean 'speelpenning'?"


def test_the_curves_of_the_figure_of_errors(everything: Reproductions) -> None:
    """A V on logarithmic scales: D0 reaches 100 times farther down than D+, at a larger step."""
    figure = next(result for result in everything.results if result.curves)
    lowest = {curve.name: min(curve.points, key=lambda pair: pair[1]) for curve in figure.curves}
    assert lowest["D0"][0] > lowest["D+"][0] and lowest["D0"][1] < lowest["D+"][1] / 100


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """0 if every difference is known, 1 if one is not, 2 for a name that does not exist."""
    assert cli.run(["reproduce", "rump", "squire-trapp", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["study"] == "reproduce" and [r["name"] for r in document["results"]] == ["rump", "squire-trapp"]
    wrong = Claim(what="x", published="1", recomputed="2", agrees=False)
    broken = reproduce.RESULTS["rump"]._replace(claims=lambda: [wrong])
    monkeypatch.setitem(reproduce.RESULTS, "rump", broken)
    assert cli.run(["reproduce", "rump"]) == 1
    assert "differs" in capsys.readouterr().out
    assert cli.run(["reproduce", "nobody"]) == 2
    assert cli.run(["reproduce"]) == 2


def test_a_known_difference_is_expected_an_unknown_one_is_not() -> None:
    """A reason belongs to a difference only."""
    claim = Claim(what="x", published="1", recomputed="2", agrees=False, why="another arithmetic")
    assert claim.expected and not dataclasses.replace(claim, why="").expected
    assert claims.fact("x", "1", "1", True, "another arithmetic").why == ""
