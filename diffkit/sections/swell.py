"""How large the derivative grows."""

from diffkit.captions import alt, caption
from diffkit.document import FigureBlock, Prose, Section, TableBlock
from diffkit.messages import paragraph, say
from diffkit.results import Swell
from diffkit.sections.common import formula
from diffkit.tables import count, short


def build(record: Swell) -> list[Section]:
    """Return the sections of a swell study."""
    return [Section(say("heading.formula"), (formula(record),)), growth(record)]


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
