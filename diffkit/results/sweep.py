"""Error against h."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.compare import EngineResult
from diffkit.results.record import Record
from diffkit.tables import Table, clip, fixed, point, proved, short


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample(Data):
    """One estimate; predicted = truncation + rounding is the model of its error at that h."""

    h: float
    estimate: float
    total: float
    truncation: float | None = None
    rounding: float | None = None
    predicted: float | None = None
    status: str = "ok"


@dataclass(frozen=True, eq=False, kw_only=True)
class Scheme(Data):
    """A difference scheme over all steps; its errors are absolute."""

    scheme: str
    order_of_accuracy: int
    fitted_order: float | None
    h_predicted: float | None
    error_predicted: float | None
    h_measured_best: float | None
    error_measured_best: float | None
    samples: tuple[Sample, ...]
    reason: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Verdict(Data):
    """What the slopes of the error say about f, in one word and in one sentence."""

    smoothness: str
    text: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Sweep(Record):
    """Error against h for every scheme, and the engines that need no h."""

    study: ClassVar[str] = "sweep"
    expression: str
    at: dict[str, float]
    wrt: str
    value: float
    derivative: str
    schemes: tuple[Scheme, ...]
    engines: tuple[EngineResult, ...]
    verdict: Verdict

    def _slope(self) -> float:
        try:
            slope = abs(float(self.derivative))
        except ValueError:
            return 0.0
        return slope if slope < math.inf else 0.0

    def scale(self) -> float:
        """Return what errors are divided by: |f'|, or 1 where that is 0 or unknown (then they are absolute)."""
        return self._slope() or 1.0

    def kind(self) -> str:
        """Return "relative" or "absolute": what the errors of table and picture are."""
        return "relative" if self._slope() else "absolute"

    def _judged(self, error: float | None) -> float | None:
        return None if error is None else error / self.scale()

    def headline(self) -> list[str]:
        """Return expression and point, the reference, the verdict."""
        title = say("sweep.headline", name=self.wrt, expression=clip(self.expression), at=point(self.at))
        known = say("sweep.reference", name=self.wrt, value=proved(self.derivative))
        return [title, known, f"{self.verdict.smoothness}: {self.verdict.text}"]

    def table(self) -> Table:
        """Return one row a scheme: orders, the predicted step, the lucky minimum."""
        rows = [
            (
                *(s.scheme, str(s.order_of_accuracy), fixed(s.fitted_order)),
                *(short(s.h_predicted), short(self._judged(s.error_predicted))),
                *self._lucky(s),
            )
            for s in self.schemes
        ]
        headers = ("scheme", "order", "fitted", "predicted h*", "predicted error", "lucky h", "lucky minimum")
        luck = [say("sweep.luck")] if any(s.h_predicted for s in self.schemes) else []
        notes = (*luck, *(f"{s.scheme}: {s.reason}" for s in self.schemes if s.reason))
        return Table(headers, tuple(rows), say("sweep.caption", at=point(self.at), kind=self.kind()), notes)

    def _lucky(self, scheme: Scheme) -> tuple[str, str]:
        """Return step and error of the lucky minimum: luck is where rounding and truncation can cancel, not a flat floor."""
        zero = scheme.error_measured_best == 0
        if not scheme.h_predicted:
            return "-", "exact" if zero else "-"
        return short(scheme.h_measured_best), "exact" if zero else short(self._judged(scheme.error_measured_best))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a sample; errors are absolute but for the column that says relative."""
        slope = self._slope()
        for scheme in self.schemes:
            for s in scheme.samples:
                yield {"scheme": scheme.scheme} | s.to_dict() | {"relative_error": s.total / slope if slope else None}
