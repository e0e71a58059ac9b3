"""A gradient checked: entry by entry, and by how fast the Taylor remainder falls."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import paragraph, say, word
from diffkit.results.record import Record
from diffkit.tables import Table, clip, exact, fixed, headed, point, short

VERDICTS = ("wrong", "undecided", "kink", "pass")  # the worst first
MISSHAPEN = {"shape", "transposed", "missing broadcast sum"}  # causes of entries that have no number
COORDINATES = 4  # of a point that a sentence writes out
ALIKE = 1.5  # a slope below that is rather the 1 of a wrong gradient than the 2 of a right one
SHOWN = 20  # entries in the table; JSON and CSV hold all that were measured


@dataclass(frozen=True, eq=False, kw_only=True)
class Entry(Data):
    """One entry of the gradient: yours beside the numerical one.

    ``error`` is the error bar of the latter and ``limit`` the error of yours that would be seen, both absolute; ``digits`` is
    what that leaves of its size. ``chapter`` is the error by the chapter's rule.
    """

    name: str
    yours: float
    numerical: float
    relative_error: float
    verdict: str
    error: float
    digits: float
    limit: float = math.nan
    cause: str | None = None
    left: float | None = None
    right: float | None = None
    chapter: float | None = None
    reason: str = ""
    accepted: bool = False

    def differs(self) -> bool:
        """Tell whether yours is off by more than would be seen."""
        return abs(self.yours - self.numerical) > self.limit

    def shown(self) -> str:
        """Return the numerical side: a number, or both slopes at a kink."""
        if self.left is None or self.right is None:
            return exact(self.numerical)
        return say("check.sides", left=short(self.left, 6), right=short(self.right, 6))


@dataclass(frozen=True, eq=False, kw_only=True)
class Step(Data):
    """The remainder after a step h, and the rounding noise below which it says nothing; absolute."""

    h: float
    remainder: float
    noise: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Remainder(Data):
    """What one scheme leaves of f after g.d is taken off; ``low`` to ``high`` is the window in which its slope is seen."""

    scheme: str
    expected_slope: int
    slope: float | None
    low: float | None
    high: float | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Check(Record):
    """A gradient against f itself.

    ``accept`` is the relative error that passes; ``notes`` say what else must be known;
    ``count`` is the number of entries of the gradient; ``limit`` the largest error, absolute, that an entry which was checked
    only together with others could hide.
    """

    study: ClassVar[str] = "check"
    PASSED: ClassVar[tuple[str, ...]] = ("pass", "kink")
    expression: str
    at: dict[str, float]
    rule: str
    verdict: str
    cause: str | None
    entries: tuple[Entry, ...]
    taylor_slope: float | None
    direction: str
    remainders: tuple[Remainder, ...]
    count: int
    rtol: float
    noise: float
    seed: int
    evaluations: int
    because: str = ""
    limit: float | None = None
    status: str = "ok"
    reason: str = ""
    accept: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether the gradient may be used: pass, or inside the subdifferential at a kink."""
        return self.verdict in self.PASSED

    @property
    def drawn(self) -> bool:
        """Tell whether there is a remainder to draw: a constant f leaves none."""
        return any(step.remainder > 0 and math.isfinite(step.remainder) for r in self.remainders for step in r.steps)

    def place(self) -> str:
        """Return the point, as far as a line holds it."""
        return point(self.at) if len(self.at) <= COORDINATES else say("check.point", count=len(self.at))

    def found(self, verdict: str) -> list[Entry]:
        """Return the entries with that verdict."""
        return [entry for entry in self.entries if entry.verdict == verdict]

    def headline(self) -> list[str]:
        """Return what was checked, the verdict, the slopes and what else must be known."""
        title = say("check.headline", expression=clip(self.expression), at=self.place())
        status = [] if self.status == "ok" else [say("check.status", status=word(self.status), reason=self.reason)]
        return [title, self.sentence(), *self._slopes(), *self.notes, *status]

    def sentence(self) -> str:
        """Return the verdict in one sentence."""
        found = self.found(self.verdict)
        said = say(f"check.{self.verdict}.{self._form(found)}", **self._fields(found))
        cause = [say("check.cause", cause=self._cause())] if self.cause else []
        return paragraph(said, *self._leave(), *cause)

    def _leave(self) -> list[str]:
        """Return what the user accepted, where an entry took advantage of it."""
        used = sum(entry.accepted for entry in self.entries)
        return [say("check.accepting", accept=short(self.accept), count=used)] if used else []

    def _form(self, found: list[Entry]) -> str:
        """Return which sentence says the verdict."""
        if self.verdict == "undecided":
            together = "together" if self.limit is not None and self.limit < math.inf else "unknown"
            return ("differs" if found[0].differs() else "sentence") if found else together
        if self.verdict == "wrong" and (not found or not math.isfinite(found[0].yours)):
            return "missing" if found and self.cause not in MISSHAPEN else "shape"
        if self.verdict == "pass" and (self.limit is not None or not self.count):
            return "many" if self.count else "empty"
        if self.verdict == "wrong" and self.limit == math.inf:
            return "least"
        return "one" if self.count == 1 and self.verdict != "kink" else "sentence"

    def _cause(self) -> str:
        cause = say(f"cause.{self.cause}")
        return say("check.because", cause=cause, because=self.because) if self.because else cause

    def _fields(self, found: list[Entry]) -> dict[str, object]:
        worst = next(iter(found or self.entries), None)
        digits = [entry.digits for entry in self.entries if entry.verdict != "kink"] or [0.0]
        return {
            "looked": len(self.entries),
            "others": self.count - len(self.entries),
            "limit": short(self.limit),
            "wrong": len(self.found("wrong")),
            "count": self.count,
            "undecided": len(self.found("undecided")),
            "name": worst.name if worst else "-",
            "amount": amount(worst.relative_error) if worst else "-",
            "reason": worst.reason if worst else "",
            "digits": fixed(min(digits), 1),
            "wanted": fixed(-math.log10(self.rtol), 1),
        }

    def _slopes(self) -> list[str]:
        known = [r for r in self.remainders if r.slope is not None and self.verdict != "kink"]  # there every gradient has 1
        shown = [
            say("check.slope", scheme=say(f"engine.{r.scheme}"), slope=fixed(r.slope), expected=r.expected_slope) for r in known
        ]
        direction = self.direction or say("check.random")
        said = [say("check.slopes", direction=direction, slopes=say("comma").join(shown))] if shown else []
        denied = self.rule == "chapter" and self.passed and any(r.slope and r.slope < ALIKE for r in known)
        return [*said, say("check.rule.denied")] if denied else said

    def table(self) -> Table:
        """Return one row an entry, the worst first."""
        named = any(e.cause for e in self.entries)
        rows = [
            (
                *(
                    e.name,
                    exact(mine(e, e.yours)),
                    e.shown(),
                    short(mine(e, e.relative_error)),
                    fixed(e.digits, 1),
                    word(e.verdict),
                ),
                *(short(mine(e, e.chapter)), *[say(f"cause.{e.cause}") if e.cause else "-"] * named),
            )
            for e in self.entries[:SHOWN]
        ]
        headers = headed("entry", "yours", "numerical", "relative-error", "digits", "verdict", "by-rule", *["cause"] * named)
        reasons = tuple(say("colon", name=e.name, text=e.reason) for e in self.entries[:SHOWN] if e.reason)
        rule = [say("check.rule")] if rows else []
        return Table(headers, tuple(rows), say("check.caption", at=self.place()), (*reasons, *self._more(), *rule))

    def _more(self) -> list[str]:
        """Return what the table leaves out."""
        hidden, together = len(self.entries) - SHOWN, self.count - len(self.entries)
        left_out = [say("check.more", count=hidden)] if hidden > 0 else []
        if self.limit is None or not together:
            return left_out
        known = "check.together" if self.limit < math.inf else "check.unknown"
        return [*left_out, say(known, count=together, limit=short(self.limit))]

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row an entry."""
        return (entry.to_dict() for entry in self.entries)


def mine(entry: Entry, number: float | None) -> float | None:
    """Return what comes of yours; None where a gradient of another shape has no such entry."""
    return None if math.isnan(entry.yours) and entry.cause in MISSHAPEN else number


def amount(relative_error: float) -> str:
    """Return a relative error as people say it.

    Examples
    --------
    >>> amount(3.0), amount(0.5), amount(5e-8), amount(float("inf"))
    ('300 %', '50 %', '5e-8 of its size', 'everything (it should be 0)')
    """
    if relative_error == math.inf:
        return say("check.all")
    if relative_error < 1e-3:
        return say("check.part", error=short(relative_error, 2))
    percent = 100 * relative_error
    return say("check.percent", percent=f"{percent:.0f}" if 1e3 <= percent < 1e6 else short(percent))
