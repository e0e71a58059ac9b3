"""A derivative from values of f alone, with an error bar and a status."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from diffkit.messages import say
from diffkit.results.record import Record
from diffkit.tables import Table, clip, exact, short

if TYPE_CHECKING:
    Numbers = Any  # a number, or an array shaped like x
else:
    from diffkit.codec import Numbers

SHOWN = 20  # points of an array that a table lists
COLUMNS = ("value", "error", "scheme", "h", "evaluations", "status", "reason", "left", "right", "order")


@dataclass(frozen=True, eq=False, kw_only=True)
class Estimate(Record):
    """f' at a point, or at every point of an array: then every field but the expression is an array of that shape.

    The true derivative is meant to lie within ``error`` of ``value``.  ``left`` and ``right`` are one-sided slopes, at a kink or
    a vertical tangent; ``order`` is the measured order of convergence where it is not that of a smooth f.  Unknown is None (nan
    in an array).
    """

    study: ClassVar[str] = "estimate"
    expression: str
    at: dict[str, Numbers]
    value: Numbers
    error: Numbers
    scheme: Numbers
    h: Numbers
    evaluations: Numbers
    status: Numbers
    reason: Numbers
    left: Numbers = None
    right: Numbers = None
    order: Numbers = None

    def __float__(self) -> float:
        return float(self.value)

    def headline(self) -> list[str]:
        """Return the estimate in a line and, if it is not plain, why; of an array how many points have which status."""
        if not isinstance(self.status, str):
            return [say("estimate.headline", expression=clip(self.expression), count=self.status.size), *self._counts()]
        row = next(self.raw())
        line = say(
            "estimate.line",
            at=exact(self._x()),
            value=self._digits(),
            **_shown(row, "error", "scheme", "h", "evaluations", "status"),
        )
        slopes = say("estimate.slopes", **_shown(row, "left", "right")) if self.left is not None else ""
        order = say("estimate.order", order=f"{self.order:.2f}") if self.order is not None else ""
        return [line, *(["; ".join(filter(None, (self.reason, slopes, order)))] if self.reason else [])]

    def _x(self) -> Any:
        return next(iter(self.at.values()))

    def _digits(self) -> str:
        """Return the value to the digits that its error leaves, and two more."""
        if not self.error < math.inf:
            return str(self.value)
        sure = math.log10(abs(self.value) / self.error) if self.value else 0.0
        return f"{self.value:.{min(17, max(1, math.ceil(sure) + 1))}g}"

    def _counts(self) -> list[str]:
        seen = self.status.ravel().tolist()
        return [f"{status}: {seen.count(status)}" for status in sorted(set(seen))]

    def table(self) -> Table:
        """Return one row a point, of an array the first points."""
        rows = [
            tuple(_cell(value) for key, value in row.items() if key != "reason")
            for row, _ in zip(self.raw(), range(SHOWN), strict=False)
        ]
        headers = (*self.at, *(name for name in COLUMNS if name != "reason"))
        return Table(headers, tuple(rows), say("estimate.caption", expression=clip(self.expression)), self._notes())

    def _notes(self) -> tuple[str, ...]:
        if isinstance(self.status, str):
            return (f"{self.status}: {self.reason}",) if self.reason else ()
        reasons = dict(zip(self.status.ravel().tolist(), self.reason.ravel().tolist(), strict=True))
        more = [say("estimate.more", count=self.status.size - SHOWN)] if self.status.size > SHOWN else []
        return (*more, *(f"{status}: {reason}" for status, reason in sorted(reasons.items()) if reason))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a point."""
        fields = self.at | {key: getattr(self, key) for key in COLUMNS}
        if isinstance(self.status, str):
            yield fields
            return
        for row in zip(*(column.ravel().tolist() for column in fields.values()), strict=True):
            yield dict(zip(fields, row, strict=True))

    def __repr__(self) -> str:  # what a dict or a tuple of estimates shows: one line each
        return self.headline()[0] if isinstance(self.status, str) else "; ".join(self.headline())

    def __str__(self) -> str:
        return "\n".join(self.headline()) if isinstance(self.status, str) else super().__str__()


def _shown(row: dict[str, object], *keys: str) -> dict[str, str]:
    return {key: _cell(row[key]) for key in keys}


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    return short(value) if isinstance(value, float) else str(value)
