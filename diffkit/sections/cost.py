"""What a gradient costs."""

from diffkit.captions import alt, caption
from diffkit.document import Block, FigureBlock, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Cost
from diffkit.sections.common import capital, dressed, subject


def build(record: Cost) -> list[Section]:
    """Return the sections of a cost study: what grows how comes first."""
    counted = (Prose(say("prose.cost")), TableBlock(dressed(record.table())))
    return [
        Section(say("heading.formula"), (subject(record),)),
        *([Section(say("heading.growth"), growth(record))] if record.verdict() or record.growth else []),
        Section(say("heading.cost"), counted),
    ]


def growth(record: Cost) -> tuple[Block, ...]:
    """Return the verdict on the cheap gradient, the growth of every engine, and the picture."""
    verdict = [Prose(say("stop", text=capital(said)), lead=True) for said in record.verdict()]
    table = [TableBlock(dressed(record.growth_table()))] if record.growth else []
    picture = [FigureBlock("cost", caption(record), alt(record), record)] if record.family() else []
    return (*verdict, *table, *picture)
