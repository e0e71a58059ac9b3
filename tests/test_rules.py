"""The measured accuracy of the primitive table."""

import math

import pytest

import diffkit as dk
from diffkit.primitives import TABLE
from diffkit.results import Record
from diffkit.study import rules

SMOOTH = [name for name in TABLE if name not in rules.NOT_MEASURED]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_is_as_accurate_as_it_states(seed: int) -> None:
    """At points that the statements were not made from."""
    result = rules.measure(seed=seed)
    assert [row.function for row in result.rows] == SMOOTH
    assert [row for row in result.rows if not row.holds()] == []
    assert "every row is as accurate as it states" in str(result)


def test_a_row_that_states_too_little_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cosine that is off by 1e-14 is found, and so is a partial that is nan."""
    row = TABLE["sin"]
    wrong = row._replace(partials=(lambda F, y, x: F.cos(x) * (1 + 1e-14),))
    monkeypatch.setitem(TABLE, "sin", wrong)
    result = rules.measure(["sin", "cos"])
    assert "less accurate than stated: sin" in str(result)
    assert 40 < result.rows[0].partial_ulps < 200
    monkeypatch.setitem(TABLE, "sin", row._replace(partials=(lambda F, y, x: x * math.nan,)))
    assert math.isnan(rules.measure(["sin"]).rows[0].partial_ulps)
    assert not rules.measure(["sin"]).rows[0].holds()


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.textbook])
def test_every_textbook_form_loses_more_than_ours(name: str) -> None:
    """Else it would not stand there: at least six digits, somewhere in the domain."""
    row = rules.measure([name], points=200).rows[0]
    assert row.textbook_ulps is not None
    assert row.textbook_ulps > 1e5 * row.partial_stated
    assert dk.parse(row.textbook)


def test_samples_lie_in_the_domain_and_reach_its_ends() -> None:
    """For every row; the arc sine is tried within 1e-9 of 1."""
    for name in SMOOTH:
        for point in rules.sample(TABLE[name], 200, seed=3):
            assert all(low <= x <= high for x, (low, high) in zip(point, TABLE[name].domain, strict=True))
    assert any(1 - abs(x) < 1e-9 for (x,) in rules.sample(TABLE["asin"], 200))


def test_the_record_reads_back() -> None:
    """Exactly, as every record does."""
    saved = rules.measure(["sin", "gamma"], points=2).to_json()
    assert Record.from_json(saved).to_json() == saved


@pytest.mark.parametrize("bad", [{"functions": ["snh"]}, {"points": 0}])
def test_bad_input_is_one_error(bad: dict[str, object]) -> None:
    """An unknown row, and no points."""
    with pytest.raises(dk.UsageError):
        rules.measure(**bad)  # type: ignore[arg-type]
