"""Error against h."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.floats import U
from diffkit.messages import say
from diffkit.results.compare import EngineResult
from diffkit.results.record import Record
from diffkit.tables import Table, clip, fixed, point, proved, short


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample(Data):
    """One estimate, its error split into parts, and what was predicted; absolute, None where it is not known.

    ``total``, ``truncation`` and ``rounding`` are sizes.  With their signs, ``error`` = ``cut`` (the truncation) +
    ``abscissa`` + ``evaluation`` + ``arithmetic``, which ``residue`` proves: it bounds what is missing, relative to the error.
    Predicted are truncation + rounding, the latter as root mean square; ``predicted_bound`` bounds the rounding.
    """

    h: float
    estimate: float
    total: float
    truncation: float | None = None
    rounding: float | None = None
    predicted: float | None = None
    status: str = "ok"
    error: float | None = None
    cut: float | None = None
    abscissa: float | None = None
    evaluation: float | None = None
    arithmetic: float | None = None
    residue: float | None = None
    predicted_truncation: float | None = None
    predicted_rounding: float | None = None
    predicted_bound: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Scheme(Data):
    """A difference scheme over all steps; its errors are absolute.

    ``error_there`` is what was measured around the predicted step, ``error_envelope`` the best that neighbouring steps reach
    together, ``ratio`` the median of measured over predicted where rounding rules; ``cause`` names why it is off by more than 3.
    """

    scheme: str
    order_of_accuracy: int
    fitted_order: float | None
    h_predicted: float | None
    error_predicted: float | None
    h_measured_best: float | None
    error_measured_best: float | None
    samples: tuple[Sample, ...]
    reason: str = ""
    error_there: float | None = None
    error_envelope: float | None = None
    ratio: float | None = None
    cause: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Verdict(Data):
    """What the slopes of the error say about f, in one word and in one sentence."""

    smoothness: str
    text: str


def digits_of(error: float | None, slope: float, u: float) -> float:
    """Return the correct digits of a derivative with that absolute error, between 0 and those that the arithmetic has.

    Examples
    --------
    >>> digits_of(1e-8, 1.0, 2.0**-53)
    8.0
    """
    relative = max((error or 0.0) / slope, u)
    return math.nan if math.isnan(relative) else max(0.0, -math.log10(relative))


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
    arithmetic: str = "float64"
    u: float = U
    nominal: bool = False
    noise_bound: float | None = None
    noise_rms: float | None = None

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
        """Return expression and point, the reference, the noise of f, the verdict."""
        title = say("sweep.headline", name=self.wrt, expression=clip(self.expression), at=point(self.at))
        known = say("sweep.reference", name=self.wrt, value=proved(self.derivative))
        noise = [self.setting()] if self.setting() else []
        return [title, known, *noise, f"{self.verdict.smoothness}: {self.verdict.text}"]

    def setting(self) -> str:
        """Return in what arithmetic f was computed, how noisy it is there, and what the quotients were divided by."""
        if self.noise_rms is None:
            return ""
        noise = say("sweep.noise", arithmetic=self.arithmetic, rms=short(self.noise_rms), bound=short(self.noise_bound))
        return f"{noise}{say('sweep.nominal')}" if self.nominal else noise

    def split(self) -> list[Scheme]:
        """Return the schemes of difference quotients whose errors are split into parts, D- aside, which is D+ turned round."""
        shown = [s for s in self.schemes if s.scheme not in ("D-", "complex-step")]
        return [s for s in shown if any(sample.cut is not None for sample in s.samples)]

    def table(self) -> Table:
        """Return one row a scheme: orders, the predicted step and what it reached, the lucky minimum."""
        rows = [
            (
                *(s.scheme, str(s.order_of_accuracy), fixed(s.fitted_order), short(s.h_predicted)),
                *(short(self._judged(s.error_predicted)), short(self._judged(s.error_there) if s.h_predicted else None)),
                *(fixed(self.digits(s.error_predicted), 1), fixed(s.ratio), *self._lucky(s)),
            )
            for s in self.schemes
        ]
        headers = ("scheme", "order", "fitted", "h*", "predicted", "measured", "digits", "ratio", "lucky h", "lucky minimum")
        return Table(headers, tuple(rows), say("sweep.caption", at=point(self.at), kind=self.kind()), self._notes())

    def _notes(self) -> tuple[str, ...]:
        star = [say("sweep.columns"), say("sweep.luck")] if any(s.h_predicted for s in self.schemes) else []
        causes = [(s.scheme, say(f"sweep.cause.{s.cause}")) for s in self.schemes if s.cause]
        said: dict[str, list[str]] = {}
        for scheme, why in [*((s.scheme, s.reason) for s in self.schemes if s.reason), *causes]:
            said.setdefault(why, []).append(scheme)
        return (*star, *(f"{', '.join(schemes)}: {why}" for why, schemes in said.items()))

    def digits(self, error: float | None) -> float | None:
        """Return the correct digits that an absolute error leaves; None where the derivative is 0 or unknown."""
        return digits_of(error, self._slope(), self.u) if error is not None and self._slope() else None

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
