"""Error against h: the verdict, the picture, the orders."""

from diffkit.captions import alt, caption, named, parts_alt, parts_caption
from diffkit.document import FigureBlock, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Sweep
from diffkit.sections.common import capital, dressed, formula, terms


def build(record: Sweep) -> list[Section | None]:
    """Return the sections of a sweep; None stands for one that has nothing to show."""
    lead = Prose(smooth(record), lead=True)
    verdict = Section(say("heading.verdict"), (lead, formula(record), *setting(record)))
    return [verdict, errors(record), parts(record), orders(record), terms(record)]


def setting(sweep: Sweep) -> list[Prose]:
    return [Prose(f"{capital(sweep.setting())}.")] if sweep.setting() else []


def parts(sweep: Sweep) -> Section | None:
    """Return what the errors are made of; None where they were not split."""
    if not sweep.split():
        return None
    picture = FigureBlock("error_parts", parts_caption(sweep), parts_alt(sweep), sweep)
    return Section(say("heading.parts"), (Prose(say("prose.parts")), picture))


def smooth(sweep: Sweep) -> str:
    return f"{capital(sweep.verdict.smoothness)}: {named(sweep.verdict.text)}"


def errors(sweep: Sweep) -> Section:
    picture = FigureBlock("error_vs_h", caption(sweep), alt(sweep), sweep)
    return Section(say("heading.sweep"), (Prose(say("prose.sweep")), picture, Prose(smooth(sweep))))


def orders(sweep: Sweep) -> Section:
    return Section(say("heading.orders"), (Prose(say("prose.orders")), TableBlock(dressed(sweep.table()))))
