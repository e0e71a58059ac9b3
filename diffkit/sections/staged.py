"""Staged backpropagation, and the grade of a student's."""

from diffkit.document import Block, Formula, Listing, Prose, Section, TableBlock
from diffkit.messages import say
from diffkit.results import Grade, Staged
from diffkit.sections.common import formula

PAGE = 14  # rows of a formula: TeX does not break it, and more would leave half a page empty


def build(record: Staged) -> list[Section]:
    """Return the sections of a listing."""
    return [Section(say("heading.formula"), (formula(record),)), listing(record)]


def listing(record: Staged) -> Section:
    """Return the listing with what it shows: as code, or as formulas."""
    blocks: list[Block] = [Prose(say("prose.staged"))]
    if record.language == "latex":
        blocks += formulas(record)
    else:
        blocks.append(Listing(record.code, record.stops or say("listing.staged")))
    return Section(say("heading.staged"), tuple(blocks))


def formulas(record: Staged) -> list[Block]:
    """Return the two sweeps as formulas, so many rows each that they fit on a page."""
    found: list[Block] = []
    for role in ("forward", "reverse"):
        rows, typed = record.in_latex(role), [row.code for row in record.shown() if row.role == role]
        found += [Prose(say(f"staged.{role}"), lead=True)] * bool(rows)
        for i in range(0, len(rows), PAGE):
            body = "\n".join(rows[i : i + PAGE])
            found.append(Formula(f"\\begin{{array}}{{rlrl}}\n{body}\n\\end{{array}}", "\n".join(typed[i : i + PAGE])))
    return found


def grade(record: Grade) -> list[Section]:
    """Return the sections of a grade: the verdict, then every line."""
    verdict = Prose(say("semicolon").join(record.headline()), lead=True)
    return [
        Section(say("heading.verdict"), (verdict, formula(record))),
        Section(say("heading.grade"), (TableBlock(record.table()),)),
    ]
