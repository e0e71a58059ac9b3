"""The accuracy of the primitive table, measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.record import Record
from diffkit.tables import Table, headed, short


@dataclass(frozen=True, eq=False, kw_only=True)
class RuleRow(Data):
    """One row of the table: its largest errors in ulps over its domain, and the operands where they were met."""

    function: str
    domain: str
    value_ulps: float
    value_stated: float
    value_at: tuple[float, ...]
    partial_ulps: float
    partial_stated: float
    partial_at: tuple[float, ...]
    textbook: str = ""
    textbook_ulps: float | None = None
    textbook_at: tuple[float, ...] = ()

    def holds(self) -> bool:
        """Return whether value and partials are as accurate as the row states."""
        return self.value_ulps <= self.value_stated and self.partial_ulps <= self.partial_stated


@dataclass(frozen=True, eq=False, kw_only=True)
class Rules(Record):
    """Value and partials of every row in ulps, beside a textbook's form where one stands."""

    study: ClassVar[str] = "rules"
    expression: str
    at: dict[str, float]
    points: int
    seed: int
    rows: tuple[RuleRow, ...]

    def headline(self) -> list[str]:
        """Return what was measured, and whether every row is as accurate as it states."""
        broken = [row.function for row in self.rows if not row.holds()]
        verdict = say("rules.broken", functions=", ".join(broken)) if broken else say("rules.held")
        return [say("rules.headline", points=self.points), verdict]

    def table(self) -> Table:
        """Return one row a function."""
        headers = headed("function", "value", "stated", "partials", "stated", "worst-at", "textbook", "over")
        rows = [
            (
                *(r.function, short(r.value_ulps, 2), short(r.value_stated), short(r.partial_ulps, 2), short(r.partial_stated)),
                *(_point(r.partial_at), short(r.textbook_ulps, 2), r.domain),
            )
            for r in self.rows
        ]
        notes = tuple(
            say(
                "rules.textbook",
                function=r.function,
                form=r.textbook,
                ulps=short(r.textbook_ulps, 2),
                at=", ".join(map(short, r.textbook_at)),
            )
            for r in self.rows
            if r.textbook
        )
        return Table(headers, tuple(rows), say("rules.caption", points=self.points), notes)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a function."""
        for r in self.rows:
            row = r.to_dict()
            yield row | {key: " ".join(map(repr, getattr(r, key))) for key in ("value_at", "partial_at", "textbook_at")}


def _point(operands: tuple[float, ...]) -> str:
    return ", ".join(map(short, operands)) or "-"
