"""A computational graph in the language of Graphviz."""

from diffkit.results import Graph
from diffkit.tables import short


def render(record: Graph) -> str:
    """Return the graph as a DOT document; every text of the user is a quoted string.

    Examples
    --------
    >>> from diffkit.study import graph
    >>> print(render(graph.measure("x*y", {"x": 2, "y": 3}, show=("value", "local"))).splitlines()[2])
      n0 [label="x\\n2"];
    """
    lines = ["digraph computation {", f"  rankdir={record.direction}; node [shape=box, style=rounded];"]
    for node in record.nodes:
        numbers = [short(getattr(node, kind)) for kind in ("value", "tangent", "adjoint", "error") if kind in record.show]
        lines.append(f"  n{node.number} [label={quoted(node.text, *numbers)}];")
    for edge in record.edges:
        said = f" [label={quoted(short(edge.local))}]" if edge.local is not None else ""
        lines.append(f"  n{edge.source} -> n{edge.target}{said};")
    return "\n".join([*lines, "}"]) + "\n"


def quoted(*rows: str) -> str:
    """Return rows of text as one quoted string."""
    escaped = [row.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for row in rows]
    return '"' + "\\n".join(escaped) + '"'
