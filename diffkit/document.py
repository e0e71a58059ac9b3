"""A document: sections of prose, formulas, tables, figures and listings; it knows no format.

`sections` builds one, each renderer in `render/` writes it; all texts are plain text, which the renderers escape.
"""

from typing import NamedTuple

from diffkit.results import Record
from diffkit.tables import Table


class Prose(NamedTuple):
    """A paragraph; the `lead` is the one to read if only one is read."""

    text: str
    lead: bool = False


class Formula(NamedTuple):
    """Mathematics in LaTeX, and the same as typed."""

    latex: str
    alt: str


class TableBlock(NamedTuple):
    """A table with its caption and notes."""

    table: Table


class FigureBlock(NamedTuple):
    """A picture: its name in `figures.pictures(record)`, a whole sentence as caption, and what it shows in words.

    ``key`` names it in a document that holds several pictures of that name.
    """

    name: str
    caption: str
    alt: str
    record: Record
    key: str = ""

    @property
    def file(self) -> str:
        """Return what its file is called, after the name of the document."""
        return self.key or self.name


class Listing(NamedTuple):
    """Text to be typed exactly as it stands."""

    code: str
    caption: str


class Terms(NamedTuple):
    """Words and what they mean here."""

    pairs: tuple[tuple[str, str], ...]


Block = Prose | Formula | TableBlock | FigureBlock | Listing | Terms


class Section(NamedTuple):
    """A heading and what stands below it."""

    heading: str
    blocks: tuple[Block, ...]


class Document(NamedTuple):
    """A title and sections, in the order of reading."""

    title: str
    sections: tuple[Section, ...]

    def figures(self) -> list[FigureBlock]:
        """Return its pictures in order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, FigureBlock)]

    def captioned(self, note: str) -> "Document":
        """Return the document with a note at the end of every caption of a picture."""

        def noted(block: Block) -> Block:
            return block._replace(caption=f"{block.caption} {note}") if isinstance(block, FigureBlock) else block

        return self._replace(sections=tuple(s._replace(blocks=tuple(map(noted, s.blocks))) for s in self.sections))
