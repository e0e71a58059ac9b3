"""The rounding error: the verdict, what is proved beside what is estimated, the instructions to blame."""

from diffkit.captions import alt, caption
from diffkit.document import Block, FigureBlock, Prose, Section, TableBlock, Terms
from diffkit.messages import say
from diffkit.results import Rounded, Rounding
from diffkit.sections.common import formula
from diffkit.tables import fixed

LEADS, SOUND = 4, 15.0  # numbers that the verdict speaks of; digits from which on nobody is to blame


def build(record: Rounding) -> list[Section]:
    """Return the sections of a rounding study."""
    leads = tuple(Prose(_verdict(q), lead=True) for q in record.quantities[:LEADS])
    first = Section(say("heading.verdict"), (*leads, formula(record)))
    return [first, errors(record), _measured()]


def errors(record: Rounding) -> Section:
    """Return the section that stands in a report too: numbers, instructions, picture."""
    ranked = any(q.worst() for q in record.quantities)
    picture = (FigureBlock("rounding", caption(record), alt(record), record),) if ranked else ()
    blocks: tuple[Block, ...] = (TableBlock(record.table()), *picture) if ranked else ()
    return Section(say("heading.rounding"), (Prose(say("prose.rounding")), TableBlock(record.summary()), *blocks))


def _verdict(q: Rounded) -> str:
    """Return in one sentence how many digits are right and which instruction loses the others."""
    if q.correct_digits is None:
        return say("verdict.rounding.unknown", of=q.of, status=q.status, reason=q.reason)
    digits = say("verdict.rounding", of=q.of, digits=fixed(q.correct_digits, 1))
    if not q.instructions or q.correct_digits > SOUND:
        return f"{digits}."
    worst = q.instructions[0]
    return say("verdict.rounding.blame", digits=digits, line=worst.shown(), share=fixed(worst.share, 0), fate=worst.fate())


def _measured() -> Section:
    words = ("float64", "adjoint", "contribution", "bound", "corrected", "data", "digits", "ulp")
    return Section(say("heading.measured"), (Terms(tuple((say(f"term.{w}"), say(f"meaning.{w}")) for w in words)),))
