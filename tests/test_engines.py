"""Engines as values: what is there, how a peer joins, what is refused."""

from importlib import metadata

import pytest

import diffkit as dk
from diffkit import engines
from diffkit.engines import Engine


def test_ours_are_there_and_say_what_they_need():
    """Eight engines; those with a step know f only by calling it."""
    known = engines.available()
    assert list(known)[:8] == ["symbolic", "reverse", "forward", "complex-step", "richardson", "D0", "D+", "D-"]
    assert {name for name, e in known.items() if e.step} == {name for name, e in known.items() if e.needs == "callable"}


def test_a_peer_joins_by_an_entry_point(monkeypatch):
    """A package that names a tuple of engines stands beside ours in every comparison."""
    peer = (Engine("peer", lambda program, at: {"x": 6.0}, lambda n: 1),)

    class Point:
        value = "somewhere:ENGINES"

        def load(self):
            return peer

    monkeypatch.setattr(metadata, "entry_points", lambda group: [Point()] if group == engines.GROUP else [])
    engines.available.cache_clear()
    try:
        rows = {row.engine: row for row in dk.compare("x^2", 3).engines}
    finally:
        engines.available.cache_clear()
    assert rows["peer"].relative_error == 0.0


def test_unknown_engines_are_refused():
    """With the list of those that exist."""
    with pytest.raises(dk.UsageError) as caught:
        engines.choose(["reverse", "magic"])
    assert str(caught.value).startswith("unknown engine 'magic'\n    the engines are symbolic, reverse, forward")
