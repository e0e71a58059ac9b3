"""The whole report: every study in turn, how it was measured, how to redo it."""

from diffkit.document import Block, Listing, Prose, Section, TableBlock, Terms
from diffkit.messages import SENTENCES, say
from diffkit.results import Report, Sweep
from diffkit.sections import advice, compare, rounding, sweep, swell
from diffkit.sections.common import formula, keys
from diffkit.tables import Table, exact, fixed, point


def build(record: Report) -> list[Section | None]:
    """Return the sections of a report; None stands for one that has nothing to show."""
    known = record.sweep.schemes if record.sweep else ()
    lead = Prose(compare.verdict(record.comparison), lead=True)
    return [
        Section(say("heading.verdict"), (lead, formula(record), *_setting(record))),
        compare.engines(record.comparison) if record.at else None,
        advice.section(record.advice) if record.advice else None,
        _errors(record, record.sweep) if record.sweep else _no_sweep() if record.at else None,
        sweep.parts(record.sweep) if known and record.sweep else None,
        sweep.orders(record.sweep) if known and record.sweep else None,
        rounding.errors(record.rounding) if record.rounding else None,
        swell.growth(record.swell) if record.swell and record.at else None,
        _measured(record),
        _redo(record),
    ]


def _setting(record: Report) -> list[Block]:
    value = say("report.setting" if record.at else "report.value", at=point(record.at), value=exact(record.comparison.value))
    return [Prose(value)]


def _errors(report: Report, swept: Sweep) -> Section:
    """The sweep of one input; where there are several, which one it is, and how to see another."""
    section = sweep.errors(swept)
    other = next((name for name in report.at if name != swept.wrt), None)
    if other is None:
        return section
    return section._replace(blocks=(Prose(say("prose.sweep.one", name=swept.wrt, other=other)), *section.blocks))


def _no_sweep() -> Section:
    return Section(say("heading.sweep"), (Prose(say("prose.no_sweep")),))


def _measured(report: Report) -> Section:
    used = keys(report) if report.sweep else keys(report.comparison)
    words = Terms(tuple((say(f"term.{key}"), say(f"meaning.{key}")) for key in used))
    reference = report.comparison.reference
    digits = reference.digits if reference and (reference.gradient or reference.slopes) else 0
    proved = [Prose(say("prose.proved", digits=digits))] if digits else []
    times = [(_time(stage), say("seconds", count=fixed(t, 3))) for stage, t in report.seconds.items()]
    rows = [*((_named("environment", what), how) for what, how in report.environment.items()), *times]
    table = (say("header.what"), say("header.how"))
    machine = TableBlock(Table(table, tuple(rows), say("caption.environment")))
    return Section(say("heading.measured"), (*proved, words, machine))


def _time(stage: str) -> str:
    return say("time.swell" if stage == "swell" else "time", stage=_named("stage", stage))


def _named(kind: str, name: str) -> str:
    """A stage or a part of the environment, as the language calls it."""
    return say(f"{kind}.{name}") if f"{kind}.{name}" in SENTENCES else name


def _redo(report: Report) -> Section:
    python = f"import diffkit as dk\n\nf = dk.parse({report.expression!r})\nreport = dk.report(f, {report.at!r})\nprint(report)"
    again = say("code.json")
    listings = [Listing(python, say("listing.python")), Listing(again, say("listing.json"))]
    command = [Listing(report.command, say("listing.command"))] if report.command.strip() else []
    return Section(say("heading.redo"), (Prose(say("prose.redo")), *command, *listings))
