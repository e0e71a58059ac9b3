"""Records -> Document: which section stands where, and which sentence is the verdict; one file a study.

It never imports an engine or a study: a saved result is rendered again without measuring again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from diffkit.document import Document, Prose, Section, TableBlock
from diffkit.messages import say, spoken
from diffkit.results import (
    Advice,
    Chapter,
    Check,
    Comparison,
    Cost,
    Estimate,
    Functions,
    Grade,
    Graph,
    Record,
    Report,
    Reproductions,
    Rounding,
    Rules,
    Staged,
    Sweep,
    Swell,
)
from diffkit.sections import advice, chapter, check, compare, cost, graph, report, reproduce, rounding, staged, sweep, swell
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
    Graph: graph.build,
    Staged: staged.build,
    Grade: staged.grade,
    Advice: advice.build,
    Check: check.build,
    Chapter: chapter.build,
    Cost: cost.build,
    Reproductions: reproduce.build,
    Estimate: _estimate,
    Functions: _functions,
    Rules: _functions,
}


NAMED = (Rounding, Advice, Check, Estimate, Graph, Staged, Grade, Swell, Cost)  # about more than the derivative at a point


def build(record: Record) -> Document:
    """Return the document of a record: the verdict first, how to redo it last."""
    sections = SECTIONS[type(record)](record)
    title = record.title if isinstance(record, Report) else ""
    if title.strip() in ("", record.expression.strip()):
        titled = record.at and not isinstance(record, NAMED)
        title = say("report.title", at=point(record.at)) if titled else _untitled(record)
    return _noted(Document(clip(title, 200), tuple(section for section in sections if section is not None)))


def _noted(document: Document) -> Document:
    """The document; where no font has the characters of its language, captions say why the pictures are in English."""
    if spoken() == "en" or not document.figures():
        return document
    from diffkit.figures.fonts import chinese

    return document if chinese() else document.captioned(say("figure.no-font"))


def _untitled(record: Record) -> str:
    if isinstance(record, Reproductions):
        return say("heading.reproduce")
    return say("report.constant", expression=clip(record.expression)) if isinstance(record, Report) else record.headline()[0]
