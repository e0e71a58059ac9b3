"""How large the derivative grows."""

from diffkit.captions import accuracy_alt, accuracy_caption, alt, caption
from diffkit.document import FigureBlock, Prose, Section, TableBlock, Terms
from diffkit.messages import paragraph, say, word
from diffkit.results import Form, Swell
from diffkit.sections.common import subject
from diffkit.tables import count, short


def build(record: Swell) -> list[Section]:
    """Return the sections of a swell study: what the forms do to the accuracy comes first if it was measured."""
    errors = [accuracy(record)] if record.judged() else []
    return [Section(say("heading.formula"), (subject(record),)), *errors, growth(record), _counted(record)]


def _counted(record: Swell) -> Section:
    """What else is counted, and what the words mean."""
    words = ["forms", "tree", "depth", "swell", "sharing", "native", *["emitted"] * bool(record.of("f' emitted"))]
    words += ["evaluation", "relative"] * record.judged()
    defined = Terms(tuple((say(f"term.{w}"), say(f"meaning.{w}")) for w in words))
    return Section(say("heading.counted"), (TableBlock(record.details()), defined))


def accuracy(swell: Swell) -> Section:
    """What the forms do to the accuracy; where simplify shrinks the formula and ruins it, that comes first."""
    low, high = map(short, swell.interval or (0.0, 0.0))
    points = max(form.points or 0 for form in swell.forms)
    measured = Prose(say("prose.accuracy", points=points, low=low, high=high))
    picture = FigureBlock("accuracy", accuracy_caption(swell), accuracy_alt(swell), swell)
    found = _explosion(swell)
    return Section(say("heading.accuracy"), (*([Prose(found, lead=True)] if found else []), measured, picture))


def _explosion(swell: Swell) -> str:
    """Return in one sentence what simplify saved and cost, at the largest n at which it finished; nothing if it cost nothing."""
    raw = {form.n: form for form in swell.of("f' symbolic")}
    for simplified in reversed(swell.of("f' simplified")):
        form = raw.get(simplified.n)
        if form and simplified.tree_size < form.tree_size and _worse(simplified, form):
            sizes = {"raw": count(form.tree_size), "simplified": count(simplified.tree_size)}
            errors = {"exact": short(form.largest_error, 2), "wrong": short(simplified.largest_error, 2)}
            errors["median"] = short(simplified.median_error, 2)
            key = "prose.explosion" if swell.family() else "prose.explosion.one"
            return say(key, parameter=word(swell.parameter), n=form.n, **sizes, **errors)
    return ""


def _worse(form: Form, than: Form) -> bool:
    """Did the largest error grow by more than rounding may?"""
    return form.largest_error is not None and than.largest_error is not None and form.largest_error > 10 * than.largest_error


def growth(swell: Swell) -> Section:
    picture = FigureBlock("swell", caption(swell), alt(swell), swell)
    return Section(say("heading.swell"), (Prose(_factor(swell)), TableBlock(swell.table()), picture))


def _factor(swell: Swell) -> str:
    """Return in one sentence by what factor the derivative's tree is larger than that of f."""
    sizes = {form.form: form for form in swell.forms if form.status == "ok"}
    f, derivative = sizes.get("f"), sizes.get("f' symbolic")
    if f is None or derivative is None or any(form.n is not None for form in swell.forms) or not f.tree_size or not f.dag_size:
        return say("prose.swell")
    tree, dag = ratio(derivative.tree_size, f.tree_size), ratio(derivative.dag_size, f.dag_size)
    said = say("prose.growth.alike", tree=tree) if tree == dag else say("prose.growth", tree=tree, dag=dag)
    return paragraph(say("prose.swell"), said)


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
