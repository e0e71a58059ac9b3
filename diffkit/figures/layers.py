"""A layered drawing of a directed graph: which column, which place in it, and through which columns an edge passes.

Columns are numbered from 0; places are units apart, to be scaled.  Order and places are Sugiyama's (1981), by igraph;
an edge that skips columns gets a dummy vertex in each, so that it passes between the nodes.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Layers(NamedTuple):
    """Column and place of every node, and for every edge the places at which it crosses the columns between."""

    column: list[int]
    place: list[float]
    bends: list[list[tuple[int, float]]]


def layers(count: int, edges: Sequence[tuple[int, int]]) -> Layers:
    """Arrange nodes 0, 1, ..., numbered so that every edge goes from a smaller to a larger number.

    Examples
    --------
    >>> found = layers(3, [(0, 1), (1, 2), (0, 2)])
    >>> found.column, [len(bend) for bend in found.bends]
    ([0, 1, 2], [0, 0, 1])
    """
    import igraph  # it loads pyplot, which only who draws a graph should pay for

    column = columns(count, edges)
    vertices, short, chains = list(column), list[tuple[int, int]](), list[list[int]]()
    for a, b in edges:
        chain = list(range(len(vertices), len(vertices) + column[b] - column[a] - 1))
        vertices += range(column[a] + 1, column[b])
        short += zip([a, *chain], [*chain, b], strict=True)
        chains.append(chain)
    drawing = igraph.Graph(n=len(vertices), edges=short, directed=True).layout_sugiyama(layers=vertices, hgap=1, maxiter=500)
    places = [float(drawing[i][0]) for i in range(len(vertices))]
    return Layers(column, places[:count], [[(vertices[i], places[i]) for i in chain] for chain in chains])


def columns(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The column of every node: as early as its operands allow, then as late as shortens its edges; sources stay first."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges:
        before[b].append(a)
        after[a].append(b)
    column: list[int] = []
    for i in range(count):
        column.append(1 + max((column[a] for a in before[i]), default=-1))
    for i in reversed(range(count)):
        if before[i] and len(after[i]) >= len(before[i]):
            column[i] = min(column[b] for b in after[i]) - 1
    return column
