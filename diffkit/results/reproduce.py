"""Published figures beside the same recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say, word
from diffkit.results.record import Record
from diffkit.tables import Table, clip, fixed, headed

SHOWN = 36  # characters of a figure in a table


@dataclass(frozen=True, eq=False, kw_only=True)
class Claim(Data):
    """One published figure, what we find, and whether the two agree; ``why`` explains a difference that is known."""

    what: str
    published: str
    recomputed: str
    agrees: bool
    why: str = ""

    @property
    def expected(self) -> bool:
        """Does it agree, or is it known why it does not?"""
        return self.agrees or bool(self.why)

    def verdict(self) -> str:
        """Return agrees or differs."""
        return say("reproduce.agrees" if self.agrees else "reproduce.differs")


@dataclass(frozen=True, eq=False, kw_only=True)
class Series(Data):
    """A curve of a published figure, recomputed: errors by step."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Reproduction(Data):
    """A result of the literature: what it is, where it was published, its figures, and what those were checked against."""

    name: str
    title: str
    source: str
    seconds: float
    claims: tuple[Claim, ...]
    curves: tuple[Series, ...] = ()
    checked: str = ""

    def sentence(self) -> str:
        """Return what agrees and what does not, in one sentence."""
        agreeing = sum(claim.agrees for claim in self.claims)
        key = "reproduce.all" if agreeing == len(self.claims) else "reproduce.some"
        return say(key, title=word(self.title), agreeing=agreeing, count=len(self.claims))


@dataclass(frozen=True, eq=False, kw_only=True)
class Reproductions(Record):
    """Named results of the literature, recomputed."""

    study: ClassVar[str] = "reproduce"
    expression: str
    at: dict[str, float]
    results: tuple[Reproduction, ...]

    @property
    def passed(self) -> bool:
        """Does every figure agree, or differ for a known reason?"""
        return all(claim.expected for result in self.results for claim in result.claims)

    def headline(self) -> list[str]:
        """Return one sentence a result."""
        return [say("colon", name=result.name, text=result.sentence()) for result in self.results]

    def table(self) -> Table:
        """Return one row a figure."""
        headers = headed("result", "figure", "published", "recomputed", "verdict")
        rows = [(r.name, c.what, clip(c.published, SHOWN), clip(c.recomputed, SHOWN), c.verdict()) for r, c in self._claims()]
        return Table(headers, tuple(rows), say("reproduce.caption"), self.notes())

    def notes(self) -> tuple[str, ...]:
        """Return what is too long for the table, why figures differ, where they were published, and how they were checked."""
        known = [(r, c) for r, c in self._claims() if c.why and not c.agrees]
        reasons = [say("reproduce.note", name=r.name, what=c.what, why=c.why) for r, c in known]
        sources = [note for result in self.results for note in _sources(result)]
        return (
            *(_whole(r, c) for r, c in self._claims() if max(len(c.published), len(c.recomputed)) > SHOWN),
            *reasons,
            *sources,
        )

    def _claims(self) -> list[tuple[Reproduction, Claim]]:
        return [(result, claim) for result in self.results for claim in result.claims]

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a figure."""
        return ({"name": result.name, **claim.to_dict()} for result, claim in self._claims())


def _whole(result: Reproduction, claim: Claim) -> str:
    """A claim that the table cuts off."""
    return say("reproduce.whole", name=result.name, what=claim.what, published=claim.published, recomputed=claim.recomputed)


def _sources(result: Reproduction) -> list[str]:
    source = say("reproduce.source", name=result.name, source=result.source, seconds=fixed(result.seconds))
    return [source, *([say("reproduce.checked", name=result.name, checked=result.checked)] if result.checked else [])]
