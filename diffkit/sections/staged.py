"""Staged backpropagation, and the grade of a student's."""

from diffkit.document import Formula, Listing, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Grade, Staged
from diffkit.sections.common import formula


def build(record: Staged) -> list[Section]:
    """Return the sections of a listing."""
    return [Section(say("heading.formula"), (formula(record),)), listing(record)]


def listing(record: Staged) -> Section:
    """Return the listing with what it shows, as code or as formulas."""
    prose = [Prose(say("prose.staged"))]
    if record.stops:
        prose.append(Prose(say("staged.stops", error=record.stops[1]), lead=True))
    shown = Formula(record.formulas, record.expression) if record.language == "latex" else Listing(record.code, _caption(record))
    return Section(say("heading.staged"), (*prose, shown))


def _caption(record: Staged) -> str:
    """What can be done with the code."""
    return say("listing.quiz" if record.quiz else "listing.stops" if record.stops else "listing.staged")


def grade(record: Grade) -> list[Section]:
    """Return the sections of a grade: the verdict, then every line."""
    verdict = Prose(say("semicolon").join(record.headline()), lead=True)
    return [
        Section(say("heading.verdict"), (verdict, formula(record))),
        Section(say("heading.grade"), (TableBlock(record.table()),)),
    ]
