"""Records -> Document: which section stands where, and which sentence is the verdict; one file a study.

It never imports an engine or a study: a saved result is rendered again without measuring again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from diffkit.document import Document, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import (
    Advice,
    Chapter,
    Check,
    Comparison,
    Estimate,
    Functions,
    Grade,
    Graph,
    Record,
    Report,
    Rounding,
    Rules,
    Staged,
    Sweep,
    Swell,
)
from diffkit.sections import advice, chapter, check, compare, graph, report, rounding, staged, sweep, swell
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
    Estimate: _estimate,
    Functions: _functions,
    Rules: _functions,
}


def build(record: Record) -> Document:
    """Return the document of a record: the verdict first, how to redo it last."""
    sections = SECTIONS[type(record)](record)
    title = record.title if isinstance(record, Report) else ""
    if title.strip() in ("", record.expression.strip()):
        title = (
            say("report.title", at=point(record.at))
            if record.at and not isinstance(record, Rounding | Graph | Staged | Grade)
            else _untitled(record)
        )
        named = not record.at or isinstance(record, Rounding | Check)
        named = not record.at or isinstance(record, Rounding | Advice | Check)
        named = not record.at or isinstance(record, Rounding | Advice | Check | Estimate)
        title = _untitled(record) if named else say("report.title", at=point(record.at))
    return Document(clip(title, 200), tuple(section for section in sections if section is not None))


def _untitled(record: Record) -> str:
    return say("report.constant", expression=clip(record.expression)) if isinstance(record, Report) else record.headline()[0]
