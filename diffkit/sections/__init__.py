"""Records -> Document: which section stands where, and which sentence is the verdict; one file a study.

It never imports an engine or a study: a saved result is rendered again without measuring again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from diffkit.document import Document, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import (
    Advice,
    Check,
    Comparison,
    Cost,
    Estimate,
    Functions,
    Record,
    Report,
    Reproductions,
    Rounding,
    Rules,
    Sweep,
    Swell,
)
from diffkit.sections import advice, check, compare, cost, report, reproduce, rounding, sweep, swell
from diffkit.tables import clip, point


def _functions(record: Functions | Rules) -> list[Section]:
    return [Section(say("heading.functions"), (TableBlock(record.table()),))]


def _estimate(record: Estimate) -> list[Section]:
    return [Section(say("heading.estimate"), (*map(Prose, record.headline()), TableBlock(record.table())))]


SECTIONS: dict[type[Record], Callable[[Any], Sequence[Section | None]]] = {
    Report: report.build,
    Comparison: compare.build,
    Sweep: sweep.build,
    Swell: swell.build,
    Rounding: rounding.build,
    Advice: advice.build,
    Check: check.build,
    Cost: cost.build,
    Reproductions: reproduce.build,
    Estimate: _estimate,
    Functions: _functions,
    Rules: _functions,
}


def build(record: Record) -> Document:
    """Return the document of a record: the verdict first, how to redo it last."""
    sections = SECTIONS[type(record)](record)
    title = record.title if isinstance(record, Report) else ""
    if title.strip() in ("", record.expression.strip()):
        named = not record.at or isinstance(record, Rounding | Advice | Check | Estimate | Swell | Cost)
        title = _untitled(record) if named else say("report.title", at=point(record.at))
    return Document(clip(title, 200), tuple(section for section in sections if section is not None))


def _untitled(record: Record) -> str:
    if isinstance(record, Reproductions):
        return say("heading.reproduce")
    return say("report.constant", expression=clip(record.expression)) if isinstance(record, Report) else record.headline()[0]
