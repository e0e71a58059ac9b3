"""Frozen records of every study: plain data, written to JSON and read back exactly.

What is printed, exported or drawn is a function of a record; each says what it holds by `table`,
and every textual rendering derives from that.

Letters: h a step; u = 2^-53; an error is |estimate - reference|, absolute unless it says relative;
correct digits are -log10 of the relative error.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from diffkit.codec import Data, expect
from diffkit.errors import InputError, UsageError
from diffkit.messages import say
from diffkit.tables import Table, clip, count, exact, fixed, plain, point, proved, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
COLUMNS = 3  # a gradient with more components than this is left out of the table, not of JSON and CSV


class Record(Data):
    """The result of a study; a subclass says what it holds by `headline`, `table` and `raw`."""

    STUDIES: ClassVar[dict[str, type[Record]]] = {}
    study: ClassVar[str]
    schema: ClassVar[int] = SCHEMA
    expression: str
    at: dict[str, float]

    def __init_subclass__(cls) -> None:
        Record.STUDIES[cls.study] = cls  # beware: every subclass names its study

    def headline(self) -> list[str]:
        """Return the lines that stand above the table in a terminal."""
        raise NotImplementedError

    def table(self) -> Table:
        """Return the table that every textual rendering shows."""
        raise NotImplementedError

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield the rows of the CSV file, unrounded, all with the same keys."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document: study, schema, version, then the fields."""
        version = sys.modules[str(__package__)].__version__
        return {"study": self.study, "schema": self.schema, "diffkit": version, **super().to_dict()}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return the record of a JSON document; `Record.from_dict` reads that of any study.

        Raises
        ------
        InputError
            The document is of another study or schema, or a value is missing or of another kind.
        """
        kind = Record.STUDIES.get(str(saved.get("study")))
        study, schema = (plain(clip(repr(saved.get(key)), 40)) for key in ("study", "schema"))
        if kind is None or not issubclass(kind, cls):
            raise InputError(f"the saved result is of another study: {study}")
        if saved.get("schema") != SCHEMA:
            raise InputError(f"the saved result has schema {schema}; this version reads schema {SCHEMA}")
        return super(Record, kind).from_dict(saved)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the record of a JSON text.

        Raises
        ------
        InputError
            It is no JSON, or not a result of ours.
        """
        try:
            saved = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError("the saved result is no JSON", where=clip(str(error))) from None
        return cls.from_dict(expect(saved, dict, "the document"))

    def to_json(self) -> str:
        """Return the document as strict JSON: non-finite numbers are strings."""
        return json.dumps(self.to_dict(), allow_nan=False, indent=1, ensure_ascii=False) + "\n"

    def to_csv(self) -> str:
        """Return the unrounded rows as CSV, the first line naming the columns."""
        import csv
        import io

        rows = list(self.raw())
        file = io.StringIO()
        header = [list(row) for row in rows[:1]]
        csv.writer(file, lineterminator="\n").writerows([*header, *(row.values() for row in rows)])
        return file.getvalue()

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        from diffkit.render.markdown import table

        return table(self.table())

    def to_latex(self) -> str:
        """Return the table as LaTeX, for the package booktabs."""
        from diffkit.render.latex import table

        return table(self.table())

    def _repr_html_(self) -> str:
        from diffkit.render.html import table

        return table(self.table())

    def plot(self) -> Figure:
        """Return the picture of this record.

        Raises
        ------
        UsageError
            A result of this study has no picture.
        """
        from diffkit.figures import pictures

        drawn = next(iter(pictures(self).values()), None)
        if drawn is None:
            raise UsageError(f"a result of the study '{self.study}' has no picture")
        return drawn

    def __str__(self) -> str:
        return "\n".join([*map(plain, self.headline()), "", str(self.table())])


def _absent(x: float | None) -> bool:
    return x is None or math.isnan(x)


# -- compare --------------------------------------------------------------------------------------------
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
        status = [] if self.status == "ok" else [f"status: {self.status}" + f" ({self.reason})" * bool(self.reason)]
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
        headers = ("engine", "correct digits", "relative error", "ulps", *(f"d/d{n}" for n in names), "h", "evaluations")
        rows = [
            (
                *(e.engine, e.digits(), short(e.relative_error), short(e.ulps)),
                *(exact(e.gradient.get(n)) for n in names),
                *(short(e.h), str(e.evaluations), e.status),
            )
            for e in self.ranked()
        ]
        notes = tuple(f"{e.engine}: {e.reason}" for e in self.ranked() if e.reason)
        said = "compare.nothing" if not self.at else "compare.caption" if self.judged() else "compare.answers"
        return Table((*headers, "status"), tuple(rows), say(said, at=point(self.at)), notes)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row an engine, with a column "d/dx" for every input."""
        for engine in self.engines:
            row = engine.to_dict()
            gradient = row.pop("gradient")
            yield {"engine": row.pop("engine")} | {f"d/d{n}": gradient.get(n) for n in self.at} | row


# -- sweep ----------------------------------------------------------------------------------------------
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


# -- swell ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False, kw_only=True)
class Form(Data):
    """One way to write f or its derivative, and how large it is."""

    form: str
    tree_size: int = field(repr=False)  # repr() refuses more than 4300 digits
    dag_size: int
    operations: int
    status: str = "ok"
    reason: str = ""
    seconds: float | None = None
    n: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Swell(Record):
    """How large the derivative grows, form by form; in a family every form carries its n."""

    study: ClassVar[str] = "swell"
    expression: str
    at: dict[str, float]
    wrt: str
    forms: tuple[Form, ...]

    def headline(self) -> list[str]:
        """Return expression and variable."""
        return [say("swell.headline" if self.wrt else "swell.constant", expression=clip(self.expression), name=self.wrt)]

    def table(self) -> Table:
        """Return one row a form."""
        family = any(f.n is not None for f in self.forms)
        headers = ("form", *["n"] * family, "tree", "DAG", "operations", "seconds", "status")
        rows = [
            (f.form, *["-" if f.n is None else str(f.n)] * family, *_sizes(f), short(f.seconds), f.status) for f in self.forms
        ]
        notes = tuple(f"{f.form}: {f.reason}" for f in self.forms if f.reason)
        said = say("swell.caption", name=self.wrt) if self.wrt else self.headline()[0] + "."
        return Table(headers, tuple(rows), said, notes)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a form."""
        return (f.to_dict() for f in self.forms)


def _sizes(form: Form) -> tuple[str, ...]:
    known = form.status == "ok"
    return tuple(count(size) if known else "-" for size in (form.tree_size, form.dag_size, form.operations))


# -- report ---------------------------------------------------------------------------------------------
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
        parts = (self.comparison, self.sweep, self.swell if self.at else None)
        return "\n\n".join([plain(self.headline()[0]), *(str(part) for part in parts if part is not None)])


# -- functions ------------------------------------------------------------------------------------------
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
                *(f.function, "any" if f.operands is None else str(f.operands), short(f.ulps_value), short(f.ulps_partials)),
                *(f.domain, "; ".join(filter(None, (f.meaning, f.convention)))),
            )
            for f in self.functions
        ]
        headers = ("function", "operands", "ulps of value", "ulps of partials", "over", "meaning, convention at a kink")
        return Table(headers, tuple(rows), say("functions.headline"))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a function."""
        return (f.to_dict() for f in self.functions)
