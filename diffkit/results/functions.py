"""The functions of the language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say, word
from diffkit.results.record import Record
from diffkit.tables import Table, headed, short


@dataclass(frozen=True, eq=False, kw_only=True)
class FunctionRow(Data):
    """One function of the language; accuracies are in ulps, over its domain."""

    function: str
    operands: int | None
    ulps_value: float
    ulps_partials: float
    domain: str
    convention: str = ""
    meaning: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Functions(Record):
    """The functions of the language, as the primitive table states them."""

    study: ClassVar[str] = "functions"
    expression: str
    at: dict[str, float]
    functions: tuple[FunctionRow, ...]

    def headline(self) -> list[str]:
        """Return what the columns mean."""
        return [say("functions.headline")]

    def table(self) -> Table:
        """Return one row a function."""
        rows = [
            (
                *(
                    f.function,
                    say("functions.any") if f.operands is None else str(f.operands),
                    short(f.ulps_value),
                    short(f.ulps_partials),
                ),
                *(f.domain, say("semicolon").join(word(text) for text in (f.meaning, f.convention) if text)),
            )
            for f in self.functions
        ]
        headers = headed("function", "operands", "ulps-value", "ulps-partials", "over", "meaning")
        return Table(headers, tuple(rows), say("functions.headline"))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a function."""
        return (f.to_dict() for f in self.functions)
