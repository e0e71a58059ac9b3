"""Which engine to use at a point, why, and where the digits go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.record import Record
from diffkit.tables import Table, clip, exact, fixed, point, proved, short


@dataclass(frozen=True, eq=False, kw_only=True)
class Option(Data):
    """One way to the derivative, by what it needs to know: values, formula, float64 (a rewritten formula), proof.

    ``error`` is the bar the engine itself claims, where it claims one; ``correct_digits`` are measured against the proof;
    ``evaluations`` counts evaluations of f or sweeps.
    """

    needs: str
    engine: str
    value: float
    error: float | None
    correct_digits: float
    evaluations: int
    cost: str
    form: str = ""
    status: str = "ok"
    reason: str = ""

    def shown(self) -> str:
        """Return the engine as a table names it."""
        return say(f"advice.rewritten.{self.engine}") if self.form else self.engine


@dataclass(frozen=True, eq=False, kw_only=True)
class Losses(Data):
    """Digits of the derivative that are lost, by cause; None where a cause could not be measured.

    ``conditioning``: by half an ulp in every input, whatever the formula; ``formula``: by the rounding of this formula beyond
    that; ``method``: by the best difference quotient beyond that.
    """

    conditioning: float | None
    formula: float | None
    method: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Rewriting(Data):
    """A form equal to f, or to df/dx, that loses fewer digits: the text, the rules that lead to it, the proof, the digits."""

    of: str
    text: str
    rules: tuple[str, ...]
    sources: tuple[str, ...]
    where: str
    points: int
    before: dict[str, float]
    after: dict[str, float]

    def sentence(self) -> str:
        """Return the offer with its digits."""
        shown = {name: (fixed(old, 1), fixed(self.after[name], 1)) for name, old in self.before.items()}
        gains = [say("advice.gain", of=name, before=old, after=new) for name, (old, new) in shown.items() if old != new]
        return say(f"advice.stable.{self.where}", of=self.of, text=self.text, points=self.points, gains=", ".join(gains))


@dataclass(frozen=True, eq=False, kw_only=True)
class Advised(Data):
    """The advice on one derivative."""

    wrt: str
    reference: str | None
    cause: str
    text: str
    losses: Losses
    blamed: str
    amplifier: str
    options: tuple[Option, ...]
    stable: Rewriting | None = None
    status: str = "ok"
    reason: str = ""

    def headline(self) -> list[str]:
        """Return the advice in words."""
        if self.reference is None:
            return [self.text]
        offer = [self.stable.sentence()] if self.stable else []
        return [say("advice.reference", name=self.wrt, value=proved(self.reference)), self.text, self.lost(), *offer]

    def lost(self) -> str:
        """Return the digits lost by each cause."""
        parts = {"data": self.losses.conditioning, "formula": self.losses.formula, "method": self.losses.method}
        shown = {cause: fixed(x, 1) for cause, x in parts.items()}
        values, formula = self.way("values"), self.way("formula")
        if values and formula and values.correct_digits > formula.correct_digits:
            return say("advice.losses.values", kept=fixed(values.correct_digits, 1), **shown)
        return say("advice.losses", **shown)

    def way(self, needs: str) -> Option | None:
        """Return the way to the derivative that needs to know so much."""
        return next((o for o in self.options if o.needs == needs), None)

    def use(self, option: Option) -> str:
        """Return how a table names a way: once only, though the best of all may be that of an earlier row."""
        again = option.needs == "float64" and any(o.shown() == option.shown() for o in self.options if o.needs != "float64")
        return say("advice.same", engine=option.engine) if again else option.shown()

    def lucky(self) -> Option | None:
        """Return the quotient at a fixed step, if it has more digits than the way that tells its own error."""
        values, quotient = self.way("values"), self.way("quotient")
        return quotient if values and quotient and quotient.correct_digits > values.correct_digits else None


@dataclass(frozen=True, eq=False, kw_only=True)
class Advice(Record):
    """Which engine to use for each derivative of f at a point, and a stable form of f if there is one to offer."""

    study: ClassVar[str] = "advise"
    expression: str
    at: dict[str, float]
    derivatives: tuple[Advised, ...]
    stable: Rewriting | None
    looked: str = ""

    def headline(self) -> list[str]:
        """Return the advice on every derivative, then the stable form or why there is none."""
        title = say("advice.headline" if self.at else "advice.constant", expression=clip(self.expression), at=point(self.at))
        offer = ["", self.offer()] if self.at and self.offer() else []
        return [title, *(part for d in self.derivatives for part in ("", *d.headline())), *offer]

    def offer(self) -> str:
        """Return the stable form, or why none is offered."""
        if self.stable is None and any(d.stable for d in self.derivatives):
            return self.looked
        return self.stable.sentence() if self.stable else self.looked or say("advice.no_form")

    def table(self) -> Table:
        """Return one row a way to the derivative."""
        several = len(self.derivatives) > 1
        headers = ("from", "use", "digits", "value", "error bar", "cost")
        rows = tuple(
            (
                *((d.wrt,) if several else ()),
                *(say(f"advice.needs.{o.needs}"), d.use(o), fixed(o.correct_digits, 1), exact(o.value)),
                *(short(o.error), o.cost),
            )
            for d in self.derivatives
            for o in d.options
        )
        notes = tuple(
            say("advice.note", name=d.wrt, engine=o.engine, status=o.status, reason=o.reason)
            for d in self.derivatives
            for o in d.options
            if o.status != "ok"
        )
        fixed_steps = dict.fromkeys(lucky.engine for d in self.derivatives if (lucky := d.lucky()))
        notes += tuple(say("advice.luck", engine=engine) for engine in fixed_steps)
        return Table((*(("by",) if several else ()), *headers), rows, say("advice.caption", at=point(self.at)), notes)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a way to each derivative."""
        for d in self.derivatives:
            for o in d.options:
                yield {"wrt": d.wrt, **o.to_dict()}
