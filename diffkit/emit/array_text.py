"""Operations on arrays as NumPy's words."""

from __future__ import annotations

import math
from typing import Any

from diffkit.emit.array_graph import Node

SHORT = 8  # elements along an axis, below which NumPy's own loop over them takes longer than adding up slices
UFUNCS = {"sum": "add", "count": "add", "amax": "maximum", "amin": "minimum"}


def reduced(node: Node, a: str, shape: tuple[int, ...]) -> str:
    """A sum, count or extreme along axes of an operand of that shape."""
    axis, keepdims = node.static
    if node.op == "count":
        return f"np.count_nonzero({a}{f', axis={axis}' if axis is not None else ''}{', keepdims=True' if keepdims else ''})"
    if axis == (len(shape) - 1,) and 1 < shape[-1] < SHORT and len(shape) > 1:
        return _by_slices(UFUNCS[node.op], a, shape[-1], keepdims)
    if node.op == "sum" and axis == (0,) and len(shape) > 1 and shape[0] > 1:
        return _by_product(a, shape, keepdims)
    return f"np.{UFUNCS[node.op]}.reduce({a}, axis={axis}{', keepdims=True' if keepdims else ''})"


def _by_slices(ufunc: str, a: str, n: int, keepdims: bool) -> str:
    parts = [f"{a}[..., {i}:{i + 1}]" if keepdims else f"{a}[..., {i}]" for i in range(n)]
    if ufunc == "add":
        return " + ".join(parts)
    found = parts[0]
    for part in parts[1:]:
        found = f"np.{ufunc}({found}, {part})"
    return found


def _by_product(a: str, shape: tuple[int, ...], keepdims: bool) -> str:
    """Rows one below the other are added up fastest by a product of matrices."""
    flat = a if len(shape) == 2 else f"{a}.reshape(len({a}), {math.prod(shape[1:])})"
    wanted = (1, *shape[1:]) if keepdims else shape[1:]
    return f"(np.ones(len({a})) @ {flat})" + (f".reshape({wanted})" if len(wanted) > 1 else "")


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
