r"""Documents and tables as LaTeX: an article with booktabs, the pictures by \includegraphics."""

import re
from collections.abc import Mapping

from diffkit.document import Block, Document, FigureBlock, Formula, Listing, Prose, TableBlock, Terms
from diffkit.messages import spoken
from diffkit.program_latex import LETTERS
from diffkit.tables import IN_PROSE, NUMBER, POWER_OF_TEN, Table

SPECIAL = {
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "-": "{-}",  # no dash out of two
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "\u2212": "$-$",
    **{letter: f"$\\{name}$" for letter, name in LETTERS.items()},
}
CLASSES = {
    "en": r"""% compile with pdflatex; a title or a name in another script needs xelatex or lualatex and a font that has it
\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}""",
    "zh": r"""% compile with xelatex; ctex sets Chinese by xeCJK, with a font that it finds
\documentclass[11pt,a4paper]{ctexart}""",
}
PREAMBLE = r"""
\usepackage{textcomp,amsmath,booktabs,longtable,graphicx,caption}
\usepackage[margin=25mm]{geometry}
\captionsetup{font=small,labelfont=bf}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6em}
"""
PAGE = 36  # rows of a table that fit on a page
VERBATIM = 92  # characters of a line that fit in the text's width at that size
FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"  # a wide table shrinks, a narrow one stays


def escape(text: str) -> str:
    r"""Return text that LaTeX prints as it stands, control characters left out.

    Examples
    --------
    >>> print(escape("50% of x_1"))
    50\% of x\_1
    """
    return "".join(SPECIAL.get(c, c) for c in text if c.isprintable() or c in "\n ")


def prose(text: str) -> str:
    r"""Return text, escaped, with its powers set as mathematics.

    Examples
    --------
    >>> print(prose("h = 8.7e-4 & u = 2^-53"))
    h = $8.7 \cdot 10^{-4}$ \& u = $2^{-53}$
    """
    pieces, end = [], 0
    for found in IN_PROSE.finditer(text):
        base, caret, power = found[0].partition("^")
        pieces += [escape(text[end : found.start()]), f"${base}^{{{power}}}$" if caret else cell(found[0])]
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def cell(text: str) -> str:
    r"""Return the text of a cell; a number is set as mathematics.

    Examples
    --------
    >>> print(cell("-8.7e-4"), cell("1.5"), cell("D0"))
    $-8.7 \cdot 10^{-4}$ $1.5$ D0
    """
    if not NUMBER.fullmatch(text) or text in ("-", "exact", "nan", "inf", "-inf"):
        return escape("\u2013" if text == "-" else text)
    return f"${POWER_OF_TEN.sub(_power, text)}$"


def _power(found: re.Match[str]) -> str:
    return rf"{found[1]} \cdot 10^{{{int(found[2])}}}"


def table(data: Table) -> str:
    """Return a table with rules of the package booktabs, its caption above and its notes below."""
    columns = "".join("r" if numeric else "l" for numeric in data.numeric())
    rows = [" & ".join(map(cell, row)) + r" \\" for row in data.rows]
    head = " & ".join(map(escape, data.headers)) + r" \\"
    if len(rows) > PAGE:
        return _long_table(data, columns, head, rows)
    body = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"]
    notes = [rf"\par\smallskip\parbox{{\linewidth}}{{\footnotesize {prose(note)}}}" for note in data.notes]
    caption = [rf"\caption{{{prose(data.caption)}}}"] if data.caption else []
    opening = [r"\begin{table}[htbp]", r"\centering\small", *caption]
    return "\n".join([*opening, FIT, *body[:-1], body[-1] + "}", *notes, r"\end{table}"]) + "\n"


def _long_table(data: Table, columns: str, head: str, rows: list[str]) -> str:
    """Return a table that goes over several pages, each with its head."""
    caption = [rf"\caption{{{prose(data.caption)}}} \\"] if data.caption else []
    top = [rf"\begin{{longtable}}{{{columns}}}", *caption, r"\toprule", head, r"\midrule", r"\endfirsthead"]
    again = [r"\toprule", head, r"\midrule", r"\endhead", r"\bottomrule", r"\endlastfoot"]
    notes = [rf"\par\smallskip{{\footnotesize {prose(note)}}}" for note in data.notes]
    return "\n".join([r"{\small", *top, *again, *rows, r"\end{longtable}", *notes, "}"]) + "\n"


def render(document: Document, files: Mapping[str, str] | None = None) -> str:
    """Return a whole article; `files` says under which name each picture stands beside it."""
    parts = [
        CLASSES[spoken()] + PREAMBLE,
        rf"\title{{{escape(document.title)}}}",
        r"\author{}\date{}",
        r"\begin{document}",
        r"\maketitle",
    ]
    for section in document.sections:
        parts += [rf"\section{{{escape(section.heading)}}}", *(_block(block, files or {}) for block in section.blocks)]
    return "\n".join([*parts, r"\end{document}"]) + "\n"


def _block(block: Block, files: Mapping[str, str]) -> str:
    if isinstance(block, Prose):
        return rf"\textbf{{{prose(block.text)}}}" + "\n" if block.lead else prose(block.text) + "\n"
    if isinstance(block, Formula):
        if block.latex.startswith(r"\begin{align*}"):  # a display by itself, which may go on on the next page
            return block.latex
        wide = f"{FIT}\n${block.latex}$}}" if r"\begin{array}" in block.latex else block.latex
        return f"\\[\n{wide}\n\\]"
    if isinstance(block, TableBlock):
        return table(block.table)
    if isinstance(block, FigureBlock):
        return _figure(block, files.get(block.file, block.file + ".pdf"))
    if isinstance(block, Terms):
        items = [rf"\item[{{{escape(word)}}}] {prose(meaning)}" for word, meaning in block.pairs]
        return "\n".join([r"\begin{description}", *items, r"\end{description}"])
    return _listing(block)


def _figure(block: FigureBlock, file: str) -> str:
    picture = FIT + "\n" + rf"\includegraphics{{\detokenize{{{file}}}}}}}"
    return "\n".join([r"\begin{figure}[!htbp]", r"\centering", picture, rf"\caption{{{prose(block.caption)}}}", r"\end{figure}"])


def _listing(block: Listing) -> str:
    """Code as it stands; escaped, and broken where its lines are too long, only where verbatim cannot set it."""
    longest = max(map(len, block.code.split("\n")))
    if block.code.isascii() and longest <= VERBATIM and r"\end{verbatim}" not in block.code:
        return f"{escape(block.caption)}\n{{\\footnotesize\n\\begin{{verbatim}}\n{block.code.rstrip()}\n\\end{{verbatim}}\n}}"
    lines = [escape(line).replace(" ", r"\ \allowbreak{}") or r"\strut" for line in block.code.split("\n")]
    typed = "\\\\\n".join(rf"\mbox{{}}{line}" for line in lines)
    return rf"{escape(block.caption)}" + "\n\\begin{quote}\\ttfamily\\raggedright\\small\n" + typed + "\n\\end{quote}"
