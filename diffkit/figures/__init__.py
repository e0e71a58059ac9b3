"""Pictures of the records: the only drawer that imports Matplotlib, and never pyplot.

Reading instructions stand in the caption (`captions.py`) and in the legend outside the axes; what colour
carries is carried by marker, line style or a direct label too.
"""

import io
import re
from html import escape
from pathlib import Path

from matplotlib.figure import Figure

from diffkit.captions import alt, caption
from diffkit.errors import UsageError
from diffkit.figures.chapter import costs
from diffkit.figures.check import remainders
from diffkit.figures.cost import cost
from diffkit.figures.engines import advice, engines
from diffkit.figures.fonts import drawing
from diffkit.figures.graph import frames, graph
from diffkit.figures.graph_animation import animation
from diffkit.figures.parts import error_parts
from diffkit.figures.reproduce import errors
from diffkit.figures.rounding import rounding
from diffkit.figures.sweep import error_vs_h
from diffkit.figures.swell import accuracy, swell
from diffkit.results import (
    Advice,
    Chapter,
    Check,
    Comparison,
    Cost,
    Graph,
    Record,
    Report,
    Reproductions,
    Rounding,
    Sweep,
    Swell,
)

__all__ = [
    "accuracy",
    "advice",
    "alt",
    "animation",
    "caption",
    "cost",
    "costs",
    "engines",
    "errors",
    "error_parts",
    "error_vs_h",
    "graph",
    "pictures",
    "remainders",
    "rounding",
    "save",
    "svg",
    "swell",
    "write",
]
FORMATS = (".png", ".svg", ".pdf")


def pictures(record: Record, width: str = "full") -> dict[str, Figure]:
    """Return the pictures of a record by name, the main one first."""
    if isinstance(record, Sweep):
        split = {"error_parts": error_parts(record, width)} if record.split() else {}
        return {"error_vs_h": error_vs_h(record, width)} | split
    if isinstance(record, Swell):
        sizes = {"swell": swell(record, width)}
        return sizes | ({"accuracy": accuracy(record, width)} if record.judged() else {})
    if isinstance(record, Reproductions):
        return {result.name: errors(result, width) for result in record.results if result.curves}
    if isinstance(record, Cost):
        return {"cost": cost(record, width)} if record.family() and any(row.ratio for row in record.rows) else {}
    if isinstance(record, Advice):
        return {"advice": advice(record, width)} if any(d.options for d in record.derivatives) else {}
    if isinstance(record, Rounding):
        return {"rounding": rounding(record, width)} if any(q.worst() for q in record.quantities) else {}
    if isinstance(record, Graph):
        return _graphs(record)
    if isinstance(record, Chapter):
        return {"costs": costs(record, width)}
    if isinstance(record, Check):
        return {"remainders": remainders(record, width)} if record.drawn else {}
    if isinstance(record, Comparison):
        return {"engines": engines(record, width)} if record.judged() else {}
    if isinstance(record, Report):
        studies: tuple[Record | None, ...] = (record.sweep, record.swell, record.rounding, record.advice)
        parts = [part for part in studies if part is not None] or [record.comparison]
        return {name: drawn for part in parts for name, drawn in pictures(part, width).items()}
    return {}


def _graphs(record: Graph) -> dict[str, Figure]:
    """The graph, and if asked for the same after every step, numbered from 01."""
    series = list(frames(record)) if record.frames else []
    digits = max(len(str(len(series))), 2)
    return {"graph": graph(record)} | {f"graph-{i:0{digits}d}": step for i, step in enumerate(series, start=1)}


def write(figure: Figure, suffix: str) -> bytes:
    """Return the file of a picture: .png (300 dpi), .svg or .pdf, the same bytes every time.

    Raises
    ------
    UsageError
        The suffix is none of these.
    """
    if suffix not in FORMATS:
        raise UsageError(f"a picture cannot be written as '{suffix}'", remedy=f"use one of {' '.join(FORMATS)}")
    file = io.BytesIO()
    dates: dict[str, dict[str, None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
    with drawing():
        figure.savefig(file, format=suffix[1:], dpi=300, metadata=dates[suffix])
    return file.getvalue()


def save(figure: Figure, path: str | Path) -> None:
    """Write a picture; the suffix of the path picks the format."""
    Path(path).write_bytes(write(figure, Path(path).suffix.lower()))


def svg(figure: Figure, title: str = "", desc: str = "") -> str:
    """Return a picture as an SVG element that names and describes itself and refers to nothing outside."""
    text = write(figure, ".svg").decode("utf-8")
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text[text.index("<svg") :], count=1, flags=re.DOTALL)
    words = "".join(f"<{tag}>{escape(said)}</{tag}>" for tag, said in (("title", title), ("desc", desc)) if said)
    return re.sub(r"<svg ([^>]*)>", lambda found: f'<svg role="img" {found[1]}>{words}', text, count=1)
