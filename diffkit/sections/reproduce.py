"""Published figures beside the same recomputed."""

from diffkit.captions import errors_alt, errors_caption
from diffkit.document import FigureBlock, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Reproductions
from diffkit.sections.common import capital


def build(record: Reproductions) -> list[Section]:
    """Return the sections of reproductions: what agrees and what does not, figure by figure."""
    verdicts = [Prose(say("stop", text=capital(result.sentence())), lead=i == 0) for i, result in enumerate(record.results)]
    drawn = [result for result in record.results if result.curves]
    pictures = [FigureBlock(r.name, errors_caption(r), errors_alt(r), record) for r in drawn]
    return [
        Section(say("heading.verdict"), tuple(verdicts)),
        Section(say("heading.reproduce"), (TableBlock(record.table()), *pictures)),
    ]
