"""The sweeps through a computational graph as an animation: what a step adds is drawn over what was there."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from diffkit.errors import UsageError
from diffkit.figures.fonts import drawing
from diffkit.figures.graph import ALL, Drawing, Seen, steps
from diffkit.results import Graph, Record

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS = 64
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
    with drawing():
        first, *rest = images(record)
    file = io.BytesIO()
    first.save(file, format="GIF", save_all=True, append_images=rest, duration=SECOND, loop=0)
    return file.getvalue()


def images(record: Graph) -> Iterator["Image"]:
    """The graph after every step, the node that was computed marked; and at last without a mark."""
    prepared = Drawing(record)
    colours = _palette(prepared)
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
        yield _flat(canvas, colours)
        canvas.restore_region(without)
    yield _flat(canvas, colours)


def _palette(prepared: Drawing) -> "Image":
    """The colours of a picture in which all is seen and one node is marked."""
    some = prepared.record.nodes[0].number
    figure = prepared.figure(ALL._replace(current=some))
    figure.set_dpi(WIDEST / max(figure.get_size_inches()) / 4)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return _flat(canvas)


def _flat(canvas: Any, colours: "Image | None" = None) -> "Image":
    """What was drawn, in few colours, each of them plain, of a palette or of its own."""
    from PIL import Image

    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    return drawn.quantize(COLOURS, palette=colours, dither=Image.Dither.NONE)
