"""The advice: which engine, why, and a stable form with the rules that lead to it."""

from diffkit.document import Block, Listing, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Advice, Rewriting
from diffkit.sections.common import formula
from diffkit.tables import Table


def build(record: Advice) -> list[Section | None]:
    """Return the sections of the advice."""
    lead = Prose(" ".join(d.text for d in record.derivatives[:4]) or record.headline()[0], lead=True)
    first = Section(say("heading.verdict"), (lead, formula(record)))
    return [first, section(record), _form(record.stable) if record.stable else None] if record.at else [first]


def section(record: Advice) -> Section:
    """Return the one section that stands in a report too: options, losses, offer."""
    losses = tuple(Prose(f"df/d{d.wrt}: {d.lost()}") for d in record.derivatives if d.reference is not None)
    offer = Prose(record.offer())
    return Section(say("heading.advice"), (Prose(say("prose.advice")), TableBlock(record.table()), *losses, offer))


def _form(stable: Rewriting) -> Section:
    rows = tuple(zip(stable.rules, stable.sources, strict=True))
    table = Table((say("stable.rule"), say("stable.source")), rows, say("stable.caption"))
    blocks: tuple[Block, ...] = (Listing(stable.text, stable.sentence()), TableBlock(table))
    return Section(say("heading.stable"), blocks)
