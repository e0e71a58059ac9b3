"""Every engine at one point: the verdict in two sentences, the table, the picture."""

import math

from diffkit.captions import alt, caption, joined, label
from diffkit.document import Block, FigureBlock, Prose, Section, TableBlock
from diffkit.messages import paragraph, say, word
from diffkit.results import Comparison, EngineResult
from diffkit.sections.common import dressed, formula, terms
from diffkit.tables import Table, exact, point, proved, short

SHOWN_DERIVATIVES = 4  # of a gradient with more components the verdict shows the first ones
SHOWN_ROWS = 60  # of the table of proved derivatives


def build(record: Comparison) -> list[Section]:
    """Return the sections of a comparison."""
    picture = (FigureBlock("engines", caption(record), alt(record), record),) if record.judged() else ()
    first = Section(say("heading.verdict"), (Prose(verdict(record), lead=True), formula(record)))
    return [first, engines(record, picture), terms(record)] if record.at else [first]


def verdict(comparison: Comparison) -> str:
    """Return the derivative, or why there is none, and how well the engines did: two sentences."""
    if not comparison.at:
        return say("verdict.constant")
    return paragraph(_known(comparison), _judged(comparison))


def _known(comparison: Comparison) -> str:
    at, reference = point(comparison.at), comparison.reference
    status, reason = comparison.status, comparison.reason.rstrip(". ") or say("verdict.no_reason")
    if reference and reference.slopes:
        name, (left, right) = next(iter(reference.slopes.items()))
        sides = {"name": name, "left": proved(left), "right": proved(right)}
        return say("verdict.jump" if status == "jump" else "verdict.kink", at=at, status=word(status), **sides)
    if status == "branch":
        return say("verdict.branch", at=at, reason=reason)
    if reference is None or comparison.status != "ok":
        return say("verdict.none", at=at, status=word(status), reason=reason)
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
    return _after(part, say("stop", text=say("semicolon").join(parts)))


def _after(part: str, sentence: str) -> str:
    return paragraph(part, sentence[:1].lower() + sentence[1:]) if part else sentence


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


def engines(comparison: Comparison, picture: tuple[Block, ...] = ()) -> Section:
    said = "engines" if comparison.judged() else "answers"
    table = TableBlock(dressed(comparison.table()))
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
