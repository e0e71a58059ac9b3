"""Operations on arrays as NumPy's words."""

from __future__ import annotations

from typing import Any

from diffkit.emit.array_graph import Node


def reduced(node: Node, a: str) -> str:
    """A sum, count or extreme along axes."""
    axis, keepdims = node.static
    options = (f", axis={axis}" if axis is not None or node.op != "count" else "") + (", keepdims=True" if keepdims else "")
    name = {"sum": "add.reduce", "count": "count_nonzero", "amax": "maximum.reduce", "amin": "minimum.reduce"}[node.op]
    return f"np.{name}({a}{options})"


def index_text(pattern: tuple[Any, ...]) -> str:
    """An index of numbers, slices and new axes, as Python writes it."""
    parts = []
    for part in pattern:
        if isinstance(part, tuple):
            start, stop, step = ("" if x is None else str(x) for x in part[1:])
            parts.append(f"{start}:{stop}" + (f":{step}" if step else ""))
        else:
            parts.append("..." if part == "..." else str(part))
    return ", ".join(parts) if parts else "()"
