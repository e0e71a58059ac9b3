"""A gradient check: the verdict, the entries, the remainders."""

from diffkit.captions import alt, caption
from diffkit.document import Block, FigureBlock, Prose, Section, TableBlock, Terms
from diffkit.messages import say
from diffkit.results import Check
from diffkit.sections.common import capital

TERMS = ("float64", "check.numerical", "check.digits", "check.verdict", "check.slope", "check.chapter")


def build(record: Check) -> list[Section]:
    """Return the sections of a gradient check."""
    status = [Prose(f"{capital(line)}.") for line in record.headline()[2:]]
    first = Section(say("heading.verdict"), (Prose(capital(record.sentence()), lead=True), *status))
    table = Section(say("heading.entries"), (Prose(say("prose.entries")), TableBlock(record.table())))
    words = Terms(tuple((say(f"term.{key}"), say(f"meaning.{key}")) for key in TERMS))
    return [first, table, *_picture(record), Section(say("heading.measured"), (words,))]


def _picture(record: Check) -> list[Section]:
    if not record.drawn:
        return []
    blocks: tuple[Block, ...] = (Prose(say("prose.remainders")), FigureBlock("remainders", caption(record), alt(record), record))
    return [Section(say("heading.remainders"), blocks)]
