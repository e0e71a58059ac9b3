"""What a gradient costs beside f, engine by engine, as n grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say, word
from diffkit.results.record import Record
from diffkit.tables import Table, clip, count, headed, short

UNITS = {"forward": "cost.sweeps", "reverse": "cost.sweeps", "compiled": "cost.sweeps", "symbolic": "cost.formulas"}


@dataclass(frozen=True, eq=False, kw_only=True)
class CostRow(Data):
    """One engine on one function: exact counts first, what a clock says second.

    `operations` are those of value and gradient; `ratio` is over those of f, `time_ratio` over the seconds of f in the same
    run.  `evaluations` counts calls of f, or sweeps; `memory` is the peak of bytes allocated during one gradient.
    """

    engine: str
    n: int | None
    inputs: int
    f_operations: int
    operations: int | None
    ratio: float | None
    evaluations: int | None
    f_seconds: float | None = None
    seconds: float | None = None
    time_ratio: float | None = None
    memory: int | None = None
    status: str = "ok"
    reason: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Growth(Data):
    """How the operations of one engine, over those of f, grow: like n^exponent, n being the inputs or the parameter.

    ``order`` such as O(n) is known from the counts, ~O(n^1.6) fitted to them, and empty from too few.
    """

    engine: str
    against: str
    exponent: float | None
    order: str
    largest_ratio: float
    evaluations: str

    def work(self) -> str:
        """Return how often the engine does what it does, such as n + 1 evaluations; empty if no law is known."""
        unit = UNITS.get(self.engine, "cost.evaluations")
        return say(unit if self.evaluations != "1" else f"{unit}.one", count=self.evaluations) if self.evaluations else ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Cost(Record):
    """What a gradient costs, by every engine."""

    study: ClassVar[str] = "cost"
    expression: str
    at: dict[str, float]
    bound: float
    rows: tuple[CostRow, ...]
    growth: tuple[Growth, ...]
    definition: str = ""

    def headline(self) -> list[str]:
        """Return the expression, and how each engine's cost grows."""
        return [say("cost.headline", expression=clip(self.expression)), *self.statements()]

    def statements(self) -> list[str]:
        """Return one sentence an engine on its growth, and one on the cheap gradient."""
        few = [say("cost.few")] if self.family() and not self.growth else []
        return [*map(_statement, self.growth), *few, *self.verdict()]

    def verdict(self) -> list[str]:
        """Return in one sentence whether reverse mode keeps the cheap-gradient bound, if it was counted."""
        largest = max((row.ratio for row in self.rows if row.engine == "reverse" and row.ratio is not None), default=None)
        if largest is None:
            return []
        return [say("cost.cheap" if largest <= self.bound else "cost.dear", ratio=short(largest), bound=short(self.bound))]

    def growth_table(self) -> Table:
        """Return one row an engine: how its cost grows."""
        headers = headed("engine", "growth", "work", "most")
        rows = [(g.engine, g.order or "-", g.work() or "-", short(g.largest_ratio)) for g in self.growth]
        against = word(self.growth[0].against) if self.growth else ""
        return Table(headers, tuple(rows), say("growth.caption", against=against))

    def family(self) -> bool:
        """Tell whether the rows carry an n."""
        return any(row.n is not None for row in self.rows)

    def table(self) -> Table:
        """Return one row an engine and n."""
        family = self.family()
        counts = headed("inputs", "of-f", "operations", "ratio", "evaluations")
        headers = (*headed("engine"), *["n"] * family, *counts, *headed("seconds", "time-ratio", "memory", "status"))
        rows = [(row.engine, *[_whole(row.n)] * family, *_cells(row)) for row in self.rows]
        notes = [say("colon", name=_name(row), text=row.reason) for row in self.rows if row.reason]
        return Table(headers, tuple(rows), say("cost.caption", expression=clip(self.expression)), tuple(notes))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row an engine and n."""
        return (row.to_dict() for row in self.rows)


def _statement(growth: Growth) -> str:
    known = {"engine": growth.engine, "order": growth.order, "ratio": short(growth.largest_ratio), "work": growth.work()}
    key = "cost.growth.work" if growth.evaluations else "cost.growth"
    return say(key if growth.order else "cost.growth.unknown", against=word(growth.against), **known)


def _name(row: CostRow) -> str:
    return row.engine if row.n is None else say("row.at", row=row.engine, parameter="n", n=row.n)


def _cells(row: CostRow) -> tuple[str, ...]:
    sizes = (_whole(row.inputs), _whole(row.f_operations), _whole(row.operations), short(row.ratio, 4), _whole(row.evaluations))
    memory = "-" if row.memory is None else short(row.memory / 1024)
    return (*sizes, short(row.seconds), short(row.time_ratio), memory, word(row.status))


def _whole(n: int | None) -> str:
    return "-" if n is None else count(n)
