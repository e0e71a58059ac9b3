"""What the sections of several studies share."""

import re

from diffkit.captions import named
from diffkit.document import Block, Formula, Listing, Section, Terms
from diffkit.errors import DiffkitError
from diffkit.messages import say, word
from diffkit.program_latex import equation
from diffkit.results import Comparison, Cost, Record, Report, Sweep, Swell
from diffkit.tables import Table, clip

PRINTED = 20_000  # characters of a text beyond which no formula can be printed
TYPED, RECORDED = 2000, 300  # characters shown of what somebody typed, of the lines that a function ran


def formula(record: Record) -> Block:
    """Return the formula as mathematics; as it was typed where it cannot be read or is long."""
    from diffkit.language import parse

    try:
        latex = equation(parse(record.expression)) if len(record.expression) < PRINTED else ""
    except DiffkitError:
        latex = ""
    typed = clip(record.expression, RECORDED if re.match(r"_\d+ = ", record.expression) else TYPED)
    return Listing(typed, say("listing.function")) if not latex or r"\text{a program of" in latex else Formula(latex, typed)


def subject(record: Swell | Cost) -> Block:
    """Return the formula, or what a family is."""
    if not record.family():
        return formula(record)
    defined, name = record.definition, record.expression
    text = say("colon", name=name, text=word(defined)) if defined else name
    return Listing(clip(text, 2000), say("listing.family"))


def dressed(table: Table) -> Table:
    """Return a table with the names of engines and schemes as prose writes them."""
    rows = tuple(tuple(map(named, row)) for row in table.rows)
    return table._replace(rows=rows, notes=tuple(map(named, table.notes)))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def terms(record: Comparison | Sweep) -> Section:
    return Section(say("heading.measured"), (Terms(tuple((say(f"term.{key}"), say(f"meaning.{key}")) for key in keys(record))),))


def keys(record: Record) -> list[str]:
    sweep = record.sweep if isinstance(record, Report) else record
    luck = isinstance(sweep, Sweep) and any(s.h_predicted for s in sweep.schemes)
    model = ["truncation", *["luck"] * luck] if not isinstance(record, Comparison) else []
    return ["float64", "reference", "relative", "digits", "ulp", *model]
