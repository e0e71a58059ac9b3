"""Documents and tables as Markdown, with the pictures as files beside the text."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from diffkit.document import Block, Document, FigureBlock, Formula, Listing, Prose, TableBlock, Terms
from diffkit.tables import Table

SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~$&^])")  # may mean something to one dialect or another
LINE_START = re.compile(r"^([-+#=]|\d+(?=[.)](?:\s|$)))")  # a list or a heading


def escape(text: str) -> str:
    r"""Return text that any Markdown dialect shows as it stands.

    Examples
    --------
    >>> print(escape("a_1 * <b>|x|"))
    a\_1 \* \<b\>\|x\|
    """
    return LINE_START.sub(_start, SPECIAL.sub(r"\\\1", " ".join(text.split())))


def _start(found: re.Match[str]) -> str:
    return found[0] + "\\" if found[0].isdigit() else "\\" + found[0]


def cell(text: str) -> str:
    """Return the text of a cell: no line starts there, but an empty cell would be lost."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split())) or " "


def table(data: Table) -> str:
    """Return a table with its caption above and its notes below."""
    rules = ["---:" if numeric else ":---" for numeric in data.numeric()]
    rows = [[cell(text) for text in row] for row in (data.headers, *data.rows)]
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], rules, *rows[1:])]
    caption = [f"*{escape(data.caption)}*", ""] if data.caption else []
    notes = ["", *(f"{escape(note)}  " for note in data.notes)] if data.notes else []
    return "\n".join([*caption, *lines, *notes]) + "\n"


def render(document: Document, files: Mapping[str, str] | None = None) -> str:
    """Return the document; `files` says under which name each picture stands beside it."""
    parts = [f"# {escape(document.title)}\n"]
    for section in document.sections:
        parts += [f"## {escape(section.heading)}\n", *(_block(block, files or {}) for block in section.blocks)]
    return "\n".join(parts)


def _block(block: Block, files: Mapping[str, str]) -> str:
    if isinstance(block, Prose):
        return f"**{escape(block.text)}**\n" if block.lead else f"{escape(block.text)}\n"
    if isinstance(block, Formula):
        return f"$$\n{block.latex.replace('align*', 'aligned').strip()}\n$$\n"
    if isinstance(block, TableBlock):
        return table(block.table)
    if isinstance(block, FigureBlock):
        link = f"![{escape(block.alt)}]({quote(files.get(block.file, block.file + '.svg'))})\n\n"
        return f"{link}*{escape(block.caption)}*\n"
    if isinstance(block, Terms):
        return "".join(f"- **{escape(word)}**: {escape(meaning)}\n" for word, meaning in block.pairs)
    return _listing(block)


def _listing(block: Listing) -> str:
    longest = max((len(run) for run in re.findall("`+", block.code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{escape(block.caption)}\n\n{fence}\n{block.code}\n{fence}\n"
