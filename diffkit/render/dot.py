"""A computational graph in the language of Graphviz."""

from diffkit.captions import FILL
from diffkit.messages import say
from diffkit.results import Edge, Graph, Node
from diffkit.tables import shape_text, short


def render(record: Graph) -> str:
    """Return the graph as a DOT document; every text of the user is a quoted string.

    Examples
    --------
    >>> from diffkit.study import graph
    >>> print(render(graph.measure("x*y", {"x": 2, "y": 3}, show=("value", "local"))).splitlines()[3])
      n0 [label="x\\nvalue 2", fillcolor="#E8F1F8"];
    """
    lines = ["digraph computation {", f"  rankdir={record.direction};", '  node [shape=box, style="rounded,filled"];']
    for node in record.nodes:
        label = quoted(_name(node, record.labels), *_numbers(record, node))
        lines.append(f'  n{node.number} [label={label}, fillcolor="{FILL[node.role]}"];')
    for edge in record.edges:
        lines.append(f"  n{edge.source} -> n{edge.target}{_said(edge)};")
    return "\n".join([*lines, "}"]) + "\n"


def _name(node: Node, labels: str) -> str:
    """What a node is called, as text: as the picture has it."""
    if labels == "op" and node.role != "input":
        return node.op
    if not node.name:
        return node.op if labels == "name" and node.role == "operation" else node.text
    return node.name if labels == "name" else f"{node.name} = {node.text}"


def _numbers(record: Graph, node: Node) -> list[str]:
    """The shape of an array, and what was computed, each with its name."""
    shape = [f"{say('header.shape')} {shape_text(node.shape)}"] if node.shape else []
    shown = [kind for kind in ("value", "tangent", "adjoint", "error") if kind in record.show and getattr(node, kind) is not None]
    return [*shape, *(_number(record.column(kind), getattr(node, kind), bool(shape) and kind != "error") for kind in shown)]


def _number(name: str, x: float, norm: bool) -> str:
    return f"|{name}| {short(x)}" if norm else f"{name} {short(x)}"


def _said(edge: Edge) -> str:
    text = edge.rule or ("" if edge.local is None else short(edge.local))
    return f" [label={quoted(text)}]" if text else ""


def quoted(*rows: str) -> str:
    """Return rows of text as one quoted string."""
    escaped = [row.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for row in rows]
    return '"' + "\\n".join(escaped) + '"'
