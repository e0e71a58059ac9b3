"""The computational graph: the picture and its nodes."""

from diffkit import limits
from diffkit.captions import alt, caption
from diffkit.document import Block, FigureBlock, Prose, Section, TableBlock
from diffkit.messages import paragraph, say
from diffkit.results import Graph
from diffkit.sections.common import formula


def build(record: Graph) -> list[Section]:
    """Return the sections of a graph."""
    return [Section(say("heading.formula"), (formula(record),)), drawn(record)]


def drawn(record: Graph) -> Section:
    """Return the picture with its reading instructions, and the nodes as a table."""
    large = len(record.nodes) > limits.GRAPH_NODES
    picture: Block = FigureBlock("graph", caption(record), alt(record), record)
    shown = Prose(say("prose.graph.large", count=len(record.nodes))) if large else picture
    known = Prose(paragraph(*record.headline()[1:]))
    return Section(say("heading.graph"), (Prose(say("prose.graph")), known, shown, TableBlock(record.table())))
