"""Every engine at one point."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say, word
from diffkit.results.record import Record
from diffkit.tables import Table, clip, exact, fixed, headed, point, proved, short

COLUMNS = 3  # a gradient with more components than this is left out of the table, not of JSON and CSV


def _absent(x: float | None) -> bool:
    return x is None or math.isnan(x)


@dataclass(frozen=True, eq=False, kw_only=True)
class EngineResult(Data):
    """What one engine answered; relative_error is the worst over the components."""

    engine: str
    gradient: dict[str, float]
    relative_error: float | None
    ulps: float | None
    correct_digits: float | None
    h: float | None
    evaluations: int
    status: str = "ok"
    reason: str = ""

    def digits(self) -> str:
        """Return the correct digits as a table shows them."""
        if self.relative_error == 0:
            return "exact"
        return short(self.correct_digits) if self.correct_digits is None else fixed(max(self.correct_digits, 0.0), 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class Reference(Data):
    """The proved gradient as decimal strings; at a kink also the slopes left and right."""

    digits: int
    gradient: dict[str, str]
    slopes: dict[str, tuple[str, str]] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison(Record):
    """Every engine at one point, judged against the proved reference."""

    study: ClassVar[str] = "compare"
    expression: str
    at: dict[str, float]
    value: float
    reference: Reference | None
    engines: tuple[EngineResult, ...]
    status: str = "ok"
    reason: str = ""

    def headline(self) -> list[str]:
        """Return expression and point, the value, and the reference or why there is none."""
        known = self.reference or Reference(digits=0, gradient={})
        slopes = [
            say("compare.reference", name=n, value=proved(v), digits=known.digits) for n, v in list(known.gradient.items())[:8]
        ]
        status = [] if self.status == "ok" else [_status(self.status, self.reason)]
        title = say(f"compare.{'headline' if self.at else 'constant'}", expression=clip(self.expression), at=point(self.at))
        return [title, say("compare.value", value=exact(self.value)), *slopes, *self._sides(), *status]

    def _sides(self) -> list[str]:
        """Return what is on the left and on the right: slopes, or values at a jump; the status is that of the first input."""
        sides = (self.reference.slopes if self.reference else None) or {}
        first = {"jump": "compare.jump", "kink": "compare.slopes"}.get(self.status, "compare.sides")
        keys = [first, *["compare.sides"] * len(sides)]
        return [say(key, name=n, left=proved(a), right=proved(b)) for key, (n, (a, b)) in zip(keys, sides.items(), strict=False)]

    def ranked(self) -> list[EngineResult]:
        """Return the engines by relative error, best first; those without one last."""
        return sorted(self.engines, key=lambda e: math.inf if _absent(e.relative_error) else e.relative_error or 0.0)

    def judged(self) -> list[EngineResult]:
        """Return the engines that gave a number and an error, best first."""
        return [e for e in self.ranked() if not _absent(e.relative_error) and not _absent(e.correct_digits)]

    def table(self) -> Table:
        """Return one row an engine."""
        asked = [n for n in self.at if any(n in e.gradient for e in self.engines)] or list(self.at)
        names = [] if len(asked) > COLUMNS else asked
        judged = headed("engine", "correct-digits", "relative-error", "ulps")
        headers = (*judged, *(f"d/d{n}" for n in names), *headed("h", "evaluations", "status"))
        rows = [
            (
                *(e.engine, e.digits(), short(e.relative_error), short(e.ulps)),
                *(exact(e.gradient.get(n)) for n in names),
                *(short(e.h), str(e.evaluations), word(e.status)),
            )
            for e in self.ranked()
        ]
        notes = tuple(say("colon", name=e.engine, text=e.reason) for e in self.ranked() if e.reason)
        said = "compare.nothing" if not self.at else "compare.caption" if self.judged() else "compare.answers"
        return Table(headers, tuple(rows), say(said, at=point(self.at)), notes)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row an engine, with a column "d/dx" for every input."""
        for engine in self.engines:
            row = engine.to_dict()
            gradient = row.pop("gradient")
            yield {"engine": row.pop("engine")} | {f"d/d{n}": gradient.get(n) for n in self.at} | row


def _status(status: str, reason: str) -> str:
    said = {"status": word(status), "reason": reason}
    return say("compare.status.reason" if reason else "compare.status", **said)
