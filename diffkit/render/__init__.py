"""Rendering: a record and a path -> the files that are to be written, by the suffix of the path.

Nothing is written here and nothing is measured; each format is one small file of this drawer.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from diffkit.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from diffkit.document import Document
    from diffkit.results import Record

DOCUMENTS = {".html": (), ".md": (".svg", ".png"), ".tex": (".pdf",)}  # with the formats of the pictures beside them
DATA = (".json", ".csv")
PICTURES = (".pdf", ".svg", ".png")
GRAPHS = (".dot", ".gif")
CODE = (".py",)
SUFFIXES = (*DOCUMENTS, *DATA, *PICTURES, *GRAPHS, *CODE)
DRAWN = {  # the pictures that a study may have, the main one first
    "compare": ("engines",),
    "sweep": ("error_vs_h", "error_parts"),
    "swell": ("swell", "accuracy"),
    "cost": ("cost",),
    "reproduce": ("baydin-figure",),
    "graph": ("graph",),
    "chapter": ("costs",),
    "rounding": ("rounding",),
    "advise": ("advice",),
    "check": ("remainders",),
    "report": ("error_vs_h", "error_parts", "swell", "accuracy", "rounding", "advice"),
}


def write_plan(record: "Record", path: str | Path) -> dict[Path, bytes]:
    """Return what is to be written for a record, by path; the suffix of the path picks the format.

    Parameters
    ----------
    record : Record
        A report or the result of one study.
    path : path
        Ends in .html .md .tex .json .csv .pdf .svg .png, of a graph .dot .gif, of a listing .py; beside .md and .tex stand the
        pictures as files, beside a picture the further pictures of the record, and beside a quiz its answers.

    Raises
    ------
    UsageError
        The suffix is none of these.
    """
    path = Path(path)
    if getattr(record, "quiz", False):
        return _plan(record, path) | _plan(record.answers(), path.with_stem(f"{path.stem}-answers"))  # type: ignore[attr-defined]
    return _plan(record, path)


def _plan(record: "Record", path: Path) -> dict[Path, bytes]:
    suffix = path.suffix.lower()
    if suffix in DOCUMENTS:
        return _document(record, path, suffix)
    if suffix in DATA:
        return {path: (record.to_json() if suffix == ".json" else record.to_csv()).encode("utf-8")}
    if suffix in PICTURES:
        return _pictures(record, path, suffix)
    if suffix in GRAPHS:
        return {path: _graph(record, suffix)}
    if suffix in CODE:
        return _code(record, path)
    raise UsageError(f"cannot write '{path}': unknown format '{suffix}'", remedy=f"the formats are {' '.join(SUFFIXES)}")


def _graph(record: "Record", suffix: str) -> bytes:
    """A graph for Graphviz, or as an animation."""
    from diffkit import figures
    from diffkit.render import dot
    from diffkit.results import Graph

    if suffix == ".gif":
        return figures.animation(record)
    if not isinstance(record, Graph):
        raise UsageError(f"a result of the study '{record.study}' is no graph", remedy="use .html .md .tex .json or .csv")
    return dot.render(record).encode("utf-8")


def _code(record: "Record", path: Path) -> dict[Path, bytes]:
    """A listing that runs."""
    from diffkit.results import Staged

    if isinstance(record, Staged) and record.language == "latex":
        raise UsageError("formulas are no Python code", remedy="use .tex .html or .md, or a listing --as python")
    if not isinstance(record, Staged):
        raise UsageError(f"a result of the study '{record.study}' is no Python code", remedy="use .html .md .tex .json or .csv")
    return {path: record.code.encode("utf-8")}


def places(study: str, path: Path, series: bool = False) -> list[Path]:
    """Return all files that may be written for a study at that path, before anything is measured for them.

    How long a numbered ``series`` will be is not known by then: of it the files are returned that exist.

    Examples
    --------
    >>> [place.name for place in places("sweep", Path("two.png"))]
    ['two.png', 'two-error_parts.png']
    """
    suffix, drawn = path.suffix.lower(), DRAWN.get(study, ())
    numbered = _numbered(path, drawn[0]) if series and drawn else []
    if suffix in PICTURES:
        return [path, *(path.with_name(f"{path.stem}-{name}{suffix}") for name in drawn[1:]), *numbered]
    forms = DOCUMENTS.get(suffix, ())
    return [path, *(path.with_name(f"{path.stem}-{name}{form}") for form in forms for name in drawn), *numbered]


def _numbered(path: Path, name: str) -> list[Path]:
    """The pictures of a series that stand beside that path already, in the formats that would be written."""
    suffix = path.suffix.lower()
    forms = (suffix,) if suffix in PICTURES else DOCUMENTS.get(suffix, ())
    start = f"{path.stem}-{name}-"
    beside = sorted(path.parent.iterdir()) if forms and path.parent.is_dir() else []
    return [at for at in beside if at.suffix in forms and at.stem.startswith(start) and at.stem.removeprefix(start).isdecimal()]


def _document(record: "Record", path: Path, suffix: str) -> dict[Path, bytes]:
    from diffkit.sections import build

    document = build(record)
    if suffix == ".html":
        from diffkit.render.html import render

        return {path: render(document).encode("utf-8")}
    from diffkit.render import latex, markdown

    formats = DOCUMENTS[suffix]
    files = {block.file: f"{path.stem}-{block.file}{formats[0]}" for block in document.figures()}
    text = (markdown if suffix == ".md" else latex).render(document, files)
    drawn = _drawn(record, document)
    said = {form: _said(record, form, document) for form in formats}
    beside = {
        path.with_name(f"{path.stem}-{name}{form}"): _picture(figure, form, *said[form](name))
        for name, figure in drawn.items()
        for form in formats
    }
    return {path: text.encode("utf-8")} | beside


def _drawn(record: "Record", document: "Document") -> dict[str, "Figure"]:
    """The pictures of a document by the names of their files, and further ones of its record, such as a numbered series."""
    shown: dict[int, tuple[Record, dict[str, str]]] = {}
    for block in document.figures():
        shown.setdefault(id(block.record), (block.record, {}))[1][block.name] = block.file
    if not shown:
        return {}
    from diffkit import figures

    found = {}
    for part, names in shown.values():
        for name, drawn in figures.pictures(part).items():
            if name in names or part is record:
                found[names.get(name, name)] = drawn
    return found


def _pictures(record: "Record", path: Path, suffix: str) -> dict[Path, bytes]:
    from diffkit import figures

    drawn = list(figures.pictures(record).items())
    if not drawn:
        raise UsageError(f"a result of the study '{record.study}' has no picture", remedy="use .html .md .tex .json or .csv")
    places = [path, *(path.with_name(f"{path.stem}-{name}{suffix}") for name, _ in drawn[1:])]
    said = _said(record, suffix)
    return {place: _picture(picture, suffix, *said(name)) for place, (name, picture) in zip(places, drawn, strict=True)}


def _said(record: "Record", suffix: str, document: "Document | None" = None) -> Callable[[str], tuple[str, str]]:
    """Title and description of a picture by the name of its file: those it has in a document."""
    from diffkit import figures
    from diffkit.sections import build

    if suffix != ".svg":
        return lambda name: ("", "")
    known = {block.file: (block.caption, block.alt) for block in (document or build(record)).figures()}
    return lambda name: known.get(name) or (figures.caption(record), figures.alt(record))


def _picture(drawn: "Figure", suffix: str, title: str, desc: str) -> bytes:
    """The file of a picture; an SVG says what it shows."""
    from diffkit import figures

    return figures.svg(drawn, title, desc).encode("utf-8") if suffix == ".svg" else figures.write(drawn, suffix)
