"""What a gradient costs."""

from diffkit.captions import alt, caption
from diffkit.document import FigureBlock, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Cost
from diffkit.sections.common import capital, dressed, subject


def build(record: Cost) -> list[Section]:
    """Return the sections of a cost study: what grows how comes first."""
    said = [Prose(f"{capital(sentence)}.", lead=i == 0) for i, sentence in enumerate(reversed(record.statements()))]
    picture = [FigureBlock("cost", caption(record), alt(record), record)] if record.family() else []
    growth = [Section(say("heading.growth"), (*said, *picture))] if said else []
    return [
        Section(say("heading.formula"), (subject(record),)),
        *growth,
        Section(say("heading.cost"), (Prose(say("prose.cost")), TableBlock(dressed(record.table())))),
    ]
