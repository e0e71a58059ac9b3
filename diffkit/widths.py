"""How wide texts are in a terminal, where a Chinese character takes two columns and a line may break beside it."""

import re
import textwrap
from unicodedata import east_asian_width

CLOSING = "，。；：、！？）》”"  # never begin a line
PIECE = re.compile(rf"\s+|[\u2e80-\u9fff][{CLOSING}]*|[^\s\u2e80-\u9fff]+")


def width(text: str) -> int:
    """Return the columns that a text takes.

    Examples
    --------
    >>> width("h"), width("\N{CJK UNIFIED IDEOGRAPH-6B65}h")
    (1, 3)
    """
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, columns: int, right: bool) -> str:
    """Return a text with blanks that fill so many columns, before it if it is set flush right."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def lines(text: str, columns: int, indent: str) -> list[str]:
    """Return prose broken into lines of at most so many columns; further lines are indented."""
    if width(text) == len(text):
        return textwrap.wrap(text, columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
    found, line = [], ""
    for piece in PIECE.findall(text):
        if line.strip() and width(line) + width(piece.rstrip()) > columns:
            found.append(line.rstrip())
            line = indent + piece.lstrip()
        else:
            line += piece
    return [*found, line.rstrip()]
