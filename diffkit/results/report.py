"""The studies of one function at one point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.messages import say
from diffkit.results.advice import Advice
from diffkit.results.compare import Comparison
from diffkit.results.record import Record
from diffkit.results.rounding import Rounding
from diffkit.results.sweep import Sweep
from diffkit.results.swell import Swell
from diffkit.tables import Table, clip, plain, point


@dataclass(frozen=True, eq=False, kw_only=True)
class Report(Record):
    """The studies of one expression at one point, and what is needed to redo them."""

    study: ClassVar[str] = "report"
    expression: str
    at: dict[str, float]
    title: str
    comparison: Comparison
    sweep: Sweep | None
    swell: Swell | None
    command: str
    environment: dict[str, str]
    seconds: dict[str, float]
    rounding: Rounding | None = None
    advice: Advice | None = None

    def headline(self) -> list[str]:
        """Return the title and what the comparison says above its table."""
        title = self.title or say(
            f"report.{'headline' if self.at else 'constant'}", expression=clip(self.expression), at=point(self.at)
        )
        return [clip(title), *self.comparison.headline()[1:]]

    def table(self) -> Table:
        """Return the table of the comparison; `sweep` and `swell` hold the others."""
        return self.comparison.table()

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield the rows of the comparison."""
        return self.comparison.raw()

    def __str__(self) -> str:
        parts = (self.comparison, self.advice, self.sweep, self.rounding, self.swell if self.at else None)
        return "\n\n".join([plain(self.headline()[0]), *(str(part) for part in parts if part is not None)])
