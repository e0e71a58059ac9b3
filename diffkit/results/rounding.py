"""The rounding error of f, and of its derivatives, instruction by instruction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.record import Record
from diffkit.tables import Table, clip, exact, fixed, point, proved, short

SHOWN, LEAST_SHARE = 5, 0.1  # instructions of each quantity in a table, and their percent; JSON and CSV hold more
INSTRUCTION, AMPLIFIER = 32, 21  # characters of each in a table


def signed(x: float | None, digits: int = 3) -> str:
    """Return a number with its sign, as errors are shown; "-" where there is none.

    Examples
    --------
    >>> signed(4.14e-8), signed(-0.25), signed(0.0)
    ('+4.14e-8', '-0.25', '0')
    """
    return "-" if x is None else f"{'+' * (x > 0)}{short(x + 0.0, digits)}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Instruction(Data):
    """One operation: what float64 made of it, its own rounding error, and what that does to the result.

    ``error`` is signed, ``contribution`` = ``adjoint`` times ``error``, ``share`` its part of all contributions in percent,
    ``bound`` what it may have been; ``amplification`` is the factor by which a relative error of it grows.
    """

    text: str
    name: str
    value: float
    error: float
    ulps: float
    adjoint: float
    contribution: float
    share: float
    bound: float
    amplification: float
    kind: str
    amplifier: str
    factor: float

    def shown(self, length: int = 200) -> str:
        """Return the instruction as the user wrote it, with its name if it has one."""
        return clip(f"{self.name} = {self.text}" if self.name else self.text, length)

    def fate(self, length: int = 200) -> str:
        """Return in words what becomes of its error."""
        return say(f"rounding.kind.{self.kind}", amplifier=clip(self.amplifier, length))


@dataclass(frozen=True, eq=False, kw_only=True)
class Rounded(Data):
    """One computed number, f or a derivative: its proved error beside the estimates of it; errors are absolute and signed.

    ``reference`` and ``error`` are proved; ``estimate``, ``bound`` and ``rms`` are of first order; ``corrected`` is value -
    estimate; ``data`` is what half an ulp in every input would do, which no formula can avoid.
    """

    of: str
    value: float
    reference: str | None
    error: float | None
    correct_digits: float | None
    estimate: float | None
    corrected: float | None
    corrected_digits: float | None
    bound: float | None
    rms: float | None
    data: float | None
    data_digits: float | None
    rounded: int
    operations: int
    instructions: tuple[Instruction, ...]
    status: str = "ok"
    reason: str = ""

    def headline(self) -> list[str]:
        """Return what is known of it, line by line."""
        lines = [say("rounding.value", of=self.of, value=exact(self.value)), *self._exactly()]
        if self.estimate is not None:
            lines.append(say("rounding.estimate", estimate=signed(self.estimate), bound=short(self.bound), rms=short(self.rms)))
            known = "rounding.corrected" if self.corrected_digits is not None else "rounding.corrected.unproved"
            lines.append(say(known, value=exact(self.corrected), digits=fixed(self.corrected_digits, 1)))
        if self.data_digits is not None:
            lines.append(say("rounding.data", data=short(self.data), digits=fixed(self.data_digits, 1)))
        return lines + ([say("rounding.status", status=self.status, reason=self.reason)] if self.status != "ok" else [])

    def _exactly(self) -> list[str]:
        if self.reference is None:
            return []
        if self.error is None:
            return [say("rounding.exactly", value=proved(self.reference))]
        below = self.value == self.error == 0 and self.reference != "0.0"
        error = say("rounding.below") if below else signed(self.error)
        return [say("rounding.reference", value=proved(self.reference), digits=fixed(self.correct_digits, 1), error=error)]

    def worst(self) -> tuple[Instruction, ...]:
        """Return the instructions that a table shows."""
        return tuple(i for i in self.instructions[:SHOWN] if i.share >= LEAST_SHARE)


@dataclass(frozen=True, eq=False, kw_only=True)
class Rounding(Record):
    """The rounding error of f, and of its derivatives as reverse mode computes them, at one point."""

    study: ClassVar[str] = "rounding"
    expression: str
    at: dict[str, float]
    quantities: tuple[Rounded, ...]

    def headline(self) -> list[str]:
        """Return, for each number, its value, its error proved and estimated, and what is left."""
        said = "rounding.headline" if self.at else "rounding.constant"
        title = say(said, expression=clip(self.expression), at=point(self.at))
        parts = [part for q in self.quantities for part in ("", q.headline()[0], *(f"  {line}" for line in q.headline()[1:]))]
        return [title, *parts]

    def table(self) -> Table:
        """Return the instructions that lose most digits, worst first, for each number."""
        several = len(self.quantities) > 1
        headers = ("instruction", "ulps", "amplified", "contribution", "share %", "what becomes of it")
        rows = [
            (
                *((q.of,) if several else ()),
                *(i.shown(INSTRUCTION), signed(i.ulps, 2), short(i.amplification, 2)),
                *(signed(i.contribution), fixed(i.share, 1), i.fate(AMPLIFIER)),
            )
            for q in self.quantities
            for i in q.worst()
        ]
        said = say("rounding.caption" if rows else "rounding.exact", at=point(self.at))
        return Table((*(("of",) if several else ()), *headers), tuple(rows), said, (say("rounding.limits"),))

    def summary(self) -> Table:
        """Return one row a number: error proved and estimated, bound, digits."""
        headers = ("of", "float64", "error, proved", "estimate", "bound", "rms", "correct digits", "corrected", "digits then")
        rows = tuple(
            (
                *(q.of, exact(q.value), signed(q.error), signed(q.estimate), short(q.bound), short(q.rms)),
                *(fixed(q.correct_digits, 1), exact(q.corrected), fixed(q.corrected_digits, 1)),
            )
            for q in self.quantities
        )
        notes = tuple(f"{q.of}: {q.status}, {q.reason}" for q in self.quantities if q.status != "ok")
        return Table(headers, rows, say("rounding.summary", at=point(self.at)), notes)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row an instruction, all that were ranked."""
        for q in self.quantities:
            for i in q.instructions:
                yield {"of": q.of, **i.to_dict()}

    def __str__(self) -> str:
        if any(q.worst() for q in self.quantities):
            return super().__str__()
        known = all(q.estimate is not None for q in self.quantities)
        return "\n".join([*self.prose(), *(["", say("rounding.exact", at=point(self.at))] if known else [])])
