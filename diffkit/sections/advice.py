"""The advice: which engine, why, and a stable form with the rules that lead to it."""

from diffkit.captions import alt, caption
from diffkit.document import Block, FigureBlock, Listing, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Advice, Rewriting
from diffkit.sections.common import dressed, formula
from diffkit.tables import Table

LEADS = 4  # derivatives that the verdict speaks of


def build(record: Advice) -> list[Section | None]:
    """Return the sections of the advice."""
    several = len(record.derivatives) > 1
    texts = [say("advice.of", name=d.wrt, text=d.text) if several else d.text for d in record.derivatives[:LEADS]]
    leads = tuple(Prose(text, lead=True) for text in texts or record.headline()[:1])
    first = Section(say("heading.verdict"), (*leads, formula(record)))
    offers = [stable for stable in (record.stable, *(d.stable for d in record.derivatives)) if stable]
    return [first, section(record), _forms(offers) if offers else None] if record.at else [first]


def section(record: Advice) -> Section:
    """Return the one section that stands in a report too: options, losses, offer."""
    losses = tuple(Prose(f"df/d{d.wrt}: {d.lost()}") for d in record.derivatives if d.reference is not None)
    offer = [Prose(record.offer())] if record.offer() else []
    drawn = (FigureBlock("advice", caption(record), alt(record), record),) if record.table().rows else ()
    table = TableBlock(dressed(record.table(), record.table().headers.index("use")))
    return Section(say("heading.advice"), (Prose(say("prose.advice")), table, *losses, *offer, *drawn))


def _forms(offers: list[Rewriting]) -> Section:
    """Return the offered forms, to be typed as they stand, with the rules that lead to each."""
    blocks: list[Block] = []
    for stable in offers:
        rows = tuple(zip(stable.rules, stable.sources, strict=True))
        blocks.append(Listing(stable.text, say("stable.form", of=stable.of)))
        blocks.append(TableBlock(Table((say("stable.rule"), say("stable.source")), rows, say("stable.caption"))))
    return Section(say("heading.stable"), tuple(blocks))
