"""Staged backpropagation, and the grade of a student's."""

from diffkit.document import Listing, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Grade, Staged
from diffkit.sections.common import formula


def build(record: Staged) -> list[Section]:
    """Return the sections of a listing."""
    return [Section(say("heading.formula"), (formula(record),)), listing(record)]


def listing(record: Staged) -> Section:
    """Return the listing with what it shows."""
    return Section(say("heading.staged"), (Prose(say("prose.staged")), Listing(record.code, say("listing.staged"))))


def grade(record: Grade) -> list[Section]:
    """Return the sections of a grade: the verdict, then every line."""
    verdict = Prose(say("semicolon").join(record.headline()), lead=True)
    return [
        Section(say("heading.verdict"), (verdict, formula(record))),
        Section(say("heading.grade"), (TableBlock(record.table()),)),
    ]
