"""Records -> Document: which section stands where, and which sentence is the verdict.

It never imports an engine or a study: a saved result is rendered again without measuring again.
"""

import math
from collections.abc import Sequence

from diffkit.captions import alt, caption, joined, label, named
from diffkit.document import Block, Document, FigureBlock, Formula, Listing, Prose, Section, TableBlock, Terms
from diffkit.errors import DiffkitError
from diffkit.messages import say
from diffkit.program_latex import equation
from diffkit.results import Comparison, EngineResult, Record, Report, Sweep, Swell
from diffkit.tables import Table, clip, count, exact, fixed, point, proved, short

SHOWN_DERIVATIVES = 4  # of a gradient with more components the verdict shows the first ones
SHOWN_ROWS = 60  # of the table of proved derivatives


def build(record: Record) -> Document:
    """Return the document of a record: the verdict first, how to redo it last."""
    sections = _sections(record)
    title = record.title if isinstance(record, Report) else ""
    if title.strip() in ("", record.expression.strip()):
        title = say("report.title", at=point(record.at)) if record.at else _untitled(record)
    return Document(clip(title, 200), tuple(section for section in sections if section is not None))


def _untitled(record: Record) -> str:
    return say("report.constant", expression=clip(record.expression)) if isinstance(record, Report) else record.headline()[0]


def _sections(record: Record) -> Sequence[Section | None]:
    if isinstance(record, Report):
        known = record.sweep.schemes if record.sweep else ()
        return [
            Section(say("heading.verdict"), (Prose(verdict(record.comparison), lead=True), formula(record), *_setting(record))),
            _engines(record.comparison) if record.at else None,
            _sweep(record.sweep) if record.sweep else _no_sweep() if record.at else None,
            _orders(record.sweep) if known and record.sweep else None,
            _swell(record.swell) if record.swell and record.at else None,
            _measured(record),
            _redo(record),
        ]
    if isinstance(record, Comparison):
        picture = (FigureBlock("engines", caption(record), alt(record), record),) if record.judged() else ()
        first = Section(say("heading.verdict"), (Prose(verdict(record), lead=True), formula(record)))
        return [first, _engines(record, picture), _terms(record)] if record.at else [first]
    if isinstance(record, Sweep):
        lead = Prose(_smooth(record), lead=True)
        return [Section(say("heading.verdict"), (lead, formula(record))), _sweep(record), _orders(record), _terms(record)]
    if isinstance(record, Swell):
        return [Section(say("heading.formula"), (formula(record),)), _swell(record)]
    return [Section(say("heading.functions"), (TableBlock(record.table()),))]


# -- the verdict: two sentences ------------------------------------------------------------------------
def verdict(comparison: Comparison) -> str:
    """Return the derivative, or why there is none, and how well the engines did: two sentences."""
    return f"{_known(comparison)} {_judged(comparison)}" if comparison.at else say("verdict.constant")


def _known(comparison: Comparison) -> str:
    at, reference = point(comparison.at), comparison.reference
    status, reason = comparison.status, comparison.reason.rstrip(". ") or say("verdict.no_reason")
    if reference and reference.slopes:
        name, (left, right) = next(iter(reference.slopes.items()))
        sides = {"name": name, "left": proved(left), "right": proved(right)}
        return say("verdict.jump" if status == "jump" else "verdict.kink", at=at, status=status, **sides)
    if reference is None or comparison.status != "ok":
        return say("verdict.none", at=at, status=status, reason=reason)
    values = list(reference.gradient.items())
    if len(values) == 1:
        return say("verdict.reference", at=at, name=values[0][0], value=proved(values[0][1]), digits=reference.digits)
    shown = [f"d/d{name} = {short(float(value), 6)}" for name, value in values[:SHOWN_DERIVATIVES]]
    more = len(values) - len(shown)
    rest = [say("verdict.more", count=more)] if more else []
    return say("verdict.gradient", at=at, values=joined(shown + rest), digits=reference.digits)


def _judged(comparison: Comparison) -> str:
    ranked = comparison.judged()
    if not ranked:
        answers = [f"{label(e.engine)} {exact(v)}" for e in comparison.engines for v in list(e.gradient.values())[:1]]
        return say("verdict.convention", answers=joined(answers[:6])) if answers else say("verdict.no_engines")
    differences = [e for e in ranked if e.engine in ("D+", "D-", "D0", "richardson")]
    part, wrong = _part(comparison), say("digits.none")
    if len(ranked) > 1 and all(e.relative_error == 0 for e in ranked):
        return _after(part, say("verdict.all"))
    if _digits(ranked[0]) == wrong:
        return _after(part, say("verdict.nobody", engine=_named(ranked[0])))
    parts = [say("verdict.best", engine=_named(ranked[0]), digits=_digits(ranked[0]))]
    failed = bool(differences) and _digits(differences[0]) == wrong
    if failed:
        parts.append(say("verdict.no_difference"))
    elif differences and differences[0] is not ranked[0]:
        parts.append(say("verdict.difference", engine=_named(differences[0]), digits=_digits(differences[0])))
    if len(ranked) > 2 and ranked[-1] is not (differences or ranked)[0] and not (failed and _digits(ranked[-1]) == wrong):
        parts.append(say("verdict.worst", engine=_named(ranked[-1]), digits=_digits(ranked[-1])))
    return _after(part, f"{'; '.join(parts)}.")


def _after(part: str, sentence: str) -> str:
    return f"{part} {sentence[:1].lower()}{sentence[1:]}" if part else sentence


def _part(comparison: Comparison) -> str:
    """Return by which derivatives engines were judged where others do not exist."""
    reference = comparison.reference
    if reference is None or not reference.slopes:
        return ""
    return say("verdict.part", names=joined([f"d/d{name}" for name in reference.gradient]))


def _named(engine: EngineResult) -> str:
    return label(engine.engine) if engine.h is None else f"{label(engine.engine)} (h = {short(engine.h)})"


def _digits(engine: EngineResult) -> str:
    if engine.relative_error == math.inf:
        return say("digits.zero")
    shown = engine.digits()
    return say("digits.exact") if shown == "exact" else say("digits.none") if shown == "0.0" else say("digits", digits=shown)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- the sections --------------------------------------------------------------------------------------
def formula(record: Record) -> Block:
    """Return the formula as mathematics; as it was typed where it cannot be read or is long."""
    from diffkit.language import parse

    try:
        latex = equation(parse(record.expression))
    except DiffkitError:
        latex = ""
    typed = clip(record.expression, 2000)
    return Listing(typed, say("listing.function")) if not latex or r"\text{a program of" in latex else Formula(latex, typed)


def _setting(record: Report) -> list[Block]:
    value = say("report.setting" if record.at else "report.value", at=point(record.at), value=exact(record.comparison.value))
    return [Prose(value)]


def _engines(comparison: Comparison, picture: tuple[Block, ...] = ()) -> Section:
    said = "engines" if comparison.judged() else "answers"
    table = TableBlock(_dressed(comparison.table()))
    return Section(say(f"heading.{said}"), (Prose(say(f"prose.{said}")), *_reference(comparison), table, *picture))


def _reference(comparison: Comparison) -> list[Block]:
    """Return the proved derivatives as a table, where there are several."""
    known = comparison.reference
    if known is None or len(known.gradient) < 2:
        return []
    rows = [(name, exact(comparison.at.get(name)), proved(value)) for name, value in known.gradient.items()]
    headers = (say("header.input"), say("header.point"), say("header.proved"))
    notes = (say("reference.more", count=len(rows) - SHOWN_ROWS),) if len(rows) > SHOWN_ROWS else ()
    said = say("reference.caption", at=point(comparison.at), digits=known.digits)
    return [TableBlock(Table(headers, tuple(rows[:SHOWN_ROWS]), said, notes))]


def _dressed(table: Table) -> Table:
    """Return a table with the names of engines and schemes, its first column, as prose writes them."""
    rows = tuple((label(row[0]), *row[1:]) for row in table.rows)
    return table._replace(rows=rows, notes=tuple(map(named, table.notes)))


def _smooth(sweep: Sweep) -> str:
    return f"{_capital(sweep.verdict.smoothness)}: {named(sweep.verdict.text)}"


def _sweep(sweep: Sweep) -> Section:
    picture = FigureBlock("error_vs_h", caption(sweep), alt(sweep), sweep)
    return Section(say("heading.sweep"), (Prose(say("prose.sweep")), picture, Prose(_smooth(sweep))))


def _no_sweep() -> Section:
    return Section(say("heading.sweep"), (Prose(say("prose.no_sweep")),))


def _orders(sweep: Sweep) -> Section:
    return Section(say("heading.orders"), (Prose(say("prose.orders")), TableBlock(_dressed(sweep.table()))))


def _swell(swell: Swell) -> Section:
    picture = FigureBlock("swell", caption(swell), alt(swell), swell)
    return Section(say("heading.swell"), (Prose(_growth(swell)), TableBlock(swell.table()), picture))


def _growth(swell: Swell) -> str:
    """Return in one sentence by what factor the derivative's tree is larger than that of f."""
    sizes = {form.form: form for form in swell.forms if form.status == "ok"}
    f, derivative = sizes.get("f"), sizes.get("f' symbolic")
    if f is None or derivative is None or any(form.n is not None for form in swell.forms) or not f.tree_size or not f.dag_size:
        return say("prose.swell")
    tree, dag = ratio(derivative.tree_size, f.tree_size), ratio(derivative.dag_size, f.dag_size)
    said = say("prose.growth.alike", tree=tree) if tree == dag else say("prose.growth", tree=tree, dag=dag)
    return f"{say('prose.swell')} {said}"


def ratio(size: int, of: int) -> str:
    """Return in words how large a size is beside that of f, to 2 significant digits.

    Examples
    --------
    >>> ratio(13, 7), ratio(2, 3), ratio(2, 4)
    ('1.9 times as large as f', '0.67 of the size of f', 'half the size of f')
    """
    if size == of or 2 * size == of:
        return say("growth.same" if size == of else "growth.half")
    shown = count((2 * size + of) // (2 * of)) if size >= 10 * of else short(size / of, 2)  # beware: no float holds the largest
    return say("growth.about" if shown == "1" else "growth.larger" if size > of else "growth.smaller", ratio=shown)


def _terms(record: Comparison | Sweep) -> Section:
    return Section(say("heading.measured"), (Terms(tuple((say(f"term.{key}"), say(f"meaning.{key}")) for key in _keys(record))),))


def _keys(record: Record) -> list[str]:
    sweep = record.sweep if isinstance(record, Report) else record
    luck = isinstance(sweep, Sweep) and any(s.h_predicted for s in sweep.schemes)
    model = ["truncation", *["luck"] * luck] if not isinstance(record, Comparison) else []
    return ["float64", "reference", "relative", "digits", "ulp", *model]


def _measured(report: Report) -> Section:
    keys = _keys(report) if report.sweep else _keys(report.comparison)
    words = Terms(tuple((say(f"term.{key}"), say(f"meaning.{key}")) for key in keys))
    reference = report.comparison.reference
    digits = reference.digits if reference and (reference.gradient or reference.slopes) else 0
    proved = [Prose(say("prose.proved", digits=digits))] if digits else []
    times = [(say("time", stage=stage), say("seconds", count=fixed(spent, 3))) for stage, spent in report.seconds.items()]
    rows = [*report.environment.items(), *times]
    table = (say("header.what"), say("header.how"))
    machine = TableBlock(Table(table, tuple(rows), say("caption.environment")))
    return Section(say("heading.measured"), (*proved, words, machine))


def _redo(report: Report) -> Section:
    python = f"import diffkit as dk\n\nf = dk.parse({report.expression!r})\nreport = dk.report(f, {report.at!r})\nprint(report)"
    again = say("code.json")
    listings = [Listing(python, say("listing.python")), Listing(again, say("listing.json"))]
    command = [Listing(report.command, say("listing.command"))] if report.command.strip() else []
    return Section(say("heading.redo"), (Prose(say("prose.redo")), *command, *listings))
