"""What the sections of several studies share."""

from diffkit.captions import label, named
from diffkit.document import Block, Formula, Listing, Section, Terms
from diffkit.errors import DiffkitError
from diffkit.messages import say
from diffkit.program_latex import equation
from diffkit.results import Comparison, Cost, Record, Report, Sweep, Swell
from diffkit.tables import Table, clip


def formula(record: Record) -> Block:
    """Return the formula as mathematics; as it was typed where it cannot be read or is long."""
    from diffkit.language import parse

    try:
        latex = equation(parse(record.expression))
    except DiffkitError:
        latex = ""
    typed = clip(record.expression, 2000)
    return Listing(typed, say("listing.function")) if not latex or r"\text{a program of" in latex else Formula(latex, typed)


def subject(record: Swell | Cost) -> Block:
    """Return the formula, or what a family is."""
    if not record.family():
        return formula(record)
    text = f"{record.expression}: {record.definition}" if record.definition else record.expression
    return Listing(clip(text, 2000), say("listing.family"))


def dressed(table: Table, column: int = 0) -> Table:
    """Return a table with the names of engines and schemes, in that column, as prose writes them."""
    rows = tuple((*row[:column], label(row[column]), *row[column + 1 :]) for row in table.rows)
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
