"""Error against h: the verdict, the picture, the orders."""

from diffkit.captions import alt, caption, named
from diffkit.document import FigureBlock, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Sweep
from diffkit.sections.common import capital, dressed, formula, terms


def build(record: Sweep) -> list[Section]:
    """Return the sections of a sweep."""
    lead = Prose(smooth(record), lead=True)
    return [Section(say("heading.verdict"), (lead, formula(record))), errors(record), orders(record), terms(record)]


def smooth(sweep: Sweep) -> str:
    return f"{capital(sweep.verdict.smoothness)}: {named(sweep.verdict.text)}"


def errors(sweep: Sweep) -> Section:
    picture = FigureBlock("error_vs_h", caption(sweep), alt(sweep), sweep)
    return Section(say("heading.sweep"), (Prose(say("prose.sweep")), picture, Prose(smooth(sweep))))


def orders(sweep: Sweep) -> Section:
    return Section(say("heading.orders"), (Prose(say("prose.orders")), TableBlock(dressed(sweep.table()))))
