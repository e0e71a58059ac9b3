"""The sweeps through a computational graph as an animation: what a step adds is drawn over what was there."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from diffkit.captions import FILL
from diffkit.errors import UsageError
from diffkit.figures.fonts import drawing
from diffkit.figures.graph import Drawing, Seen, steps
from diffkit.figures.graph_marks import CURRENT
from diffkit.figures.graph_text import INK
from diffkit.figures.sheet import DARK, GREY
from diffkit.results import Graph, Record

if TYPE_CHECKING:
    from PIL.Image import Image

SHADES = np.linspace(0.0, 1.0, 8)
SECOND = 1000  # milliseconds that a step stands
DPI, WIDEST = 120.0, 2400.0  # of a frame; pixels of its longer side


def animation(record: Record) -> bytes:
    """Return an animated GIF of the sweeps through a computational graph, a second a step.

    Raises
    ------
    UsageError
        The record is no graph, or one of too many nodes.
    """
    if not isinstance(record, Graph):
        raise UsageError(f"a result of the study '{record.study}' has no animation", remedy="use .png .svg or .pdf")
    with drawing(record.expression):
        first, *rest = images(record)
    file = io.BytesIO()
    first.save(file, format="GIF", save_all=True, append_images=rest, duration=SECOND, loop=0)
    return file.getvalue()


def images(record: Graph) -> Iterator["Image"]:
    """The graph after every step, the node that was computed marked; and at last without a mark."""
    prepared = Drawing(record)
    palette = _palette()
    figure = prepared.figure(Seen(frozenset(), frozenset()))
    figure.set_dpi(min(DPI, WIDEST / max(figure.get_size_inches())))
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    axes, index = figure.axes[0], {node.number: i for i, node in enumerate(record.nodes)}
    for seen in steps(record):
        i = index[seen.current or 0]
        nothing, new = frozenset[int](), frozenset([seen.current or 0])
        for artist in prepared.draw_values(axes, i, Seen(nothing, new) if seen.values is None else Seen(new, nothing)):
            axes.draw_artist(artist)
        without = canvas.copy_from_bbox(figure.bbox)
        for artist in prepared.draw_node(axes, i, current=True):
            axes.draw_artist(artist)
        yield _flat(canvas, palette)
        canvas.restore_region(without)
    yield _flat(canvas, palette)


def _palette() -> "Image":
    """The inks in all shades on the papers they are drawn on: what smoothing makes of a picture."""
    from PIL import Image

    papers, inks = map(to_rgb, {*FILL.values(), CURRENT, "#FFFFFF"}), ["#000000", DARK, GREY]
    pairs = [(paper, to_rgb(ink)) for paper in papers for ink in inks] + [((1.0, 1.0, 1.0), to_rgb(ink)) for ink in INK.values()]
    shades = [np.outer(1 - SHADES, paper) + np.outer(SHADES, ink) for paper, ink in pairs]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.unique(np.rint(255 * np.concatenate(shades)).astype(np.uint8), axis=0).tobytes())
    return palette


def _flat(canvas: Any, palette: "Image") -> "Image":
    """What was drawn, in the colours of a palette."""
    from PIL import Image

    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    return drawn.quantize(palette=palette, dither=Image.Dither.NONE)
