"""Documents and tables as HTML: one file that opens from disk, with no script and no request to anywhere.

Everything that is text passes through the template's autoescape; only our own SVG and MathML, and numbers set with
powers of ten, are markup.
"""

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from diffkit.document import Document, FigureBlock, Formula
from diffkit.messages import LANGUAGES, say, spoken
from diffkit.tables import IN_PROSE, POWER_OF_TEN, Table

WIDE = 7.0  # inches; a wider picture takes the whole page, not only the width of the text


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("diffkit", "render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"numbers": numbers, "cell": cell}
    environment.globals["say"] = say
    return environment


def numbers(text: str) -> Markup:
    """Return text, escaped, with its powers of ten raised.

    Examples
    --------
    >>> print(numbers("u = 2^-53 < 1"))
    u = 2<sup>−53</sup> &lt; 1
    """
    pieces: list[str] = []
    end = 0
    for found in IN_PROSE.finditer(text):
        pieces += [escape(text[end : found.start()]), _raised(found[0])]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _raised(number: str) -> Markup:
    base, caret, power = number.partition("^")
    if not caret and "e" not in number:
        return escape(_minus(number))
    found = POWER_OF_TEN.fullmatch(number)
    if not caret and found:
        base, power = f"{found[1]}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10", str(int(found[2]))
    return Markup("{}<sup>{}</sup>").format(_minus(base), _minus(power))


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def cell(text: str, numeric: bool) -> Markup:
    """Return the text of a cell, set as a number where its column holds numbers."""
    if not numeric:
        return numbers(text)
    if text == "-":
        return Markup('<span aria-label="{}">\N{EN DASH}</span>').format(say("label.none"))
    return numbers(text) if "e" in text and text != "exact" else escape(_minus(text))


def mathml(formula: Formula) -> Markup:
    """Return a formula as MathML; the text as typed where the converter cannot read it."""
    from latex2mathml.converter import convert

    try:
        text = convert(formula.latex, display="block")
    except Exception:  # beware: the converter raises what it likes; a report is worth more than one formula
        return Markup("<pre><code>{}</code></pre>").format(formula.alt)
    return Markup(text.replace("<math ", f'<math alttext="{escape(formula.alt)}" ', 1))


def picture(block: FigureBlock, index: int) -> Markup:
    """Return a picture as an inline SVG element with title and description."""
    from diffkit import figures

    drawn = figures.pictures(block.record)[block.name]
    inches = drawn.get_size_inches()[0]
    room = 44 if inches < WIDE else 55
    natural = f'style="max-width: min({room}rem, {1.4 * inches:.2f}in)"'  # a small one stays small
    return Markup(figures.svg(drawn, say("label.figures", number=index), block.alt).replace("<svg ", f"<svg {natural} ", 1))


def table(data: Table) -> str:
    """Return a table that scrolls where the screen is narrow."""
    macros: Any = _environment().get_template("report.html.j2").module
    return str(macros.table(data, "", list(data.numeric())))


def render(document: Document) -> str:
    """Return the document as one self-contained page."""
    template = _environment().get_template("report.html.j2")
    helpers: Any = {"mathml": mathml, "picture": picture, "kind": lambda block: type(block).__name__}
    return template.render(document=document, lang=LANGUAGES[spoken()], **helpers)
