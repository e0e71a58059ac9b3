"""Rendering: a record and a path -> the files that are to be written, by the suffix of the path.

Nothing is written here and nothing is measured; each format is one small file of this drawer.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from diffkit.errors import UsageError

if TYPE_CHECKING:
    from diffkit.results import Record

DOCUMENTS = {".html": (), ".md": (".svg", ".png"), ".tex": (".pdf",)}  # with the formats of the pictures beside them
DATA = (".json", ".csv")
PICTURES = (".pdf", ".svg", ".png")
DRAWN = {  # the pictures that a study may have, the main one first
    "compare": ("engines",),
    "sweep": ("error_vs_h", "error_parts"),
    "swell": ("swell", "accuracy"),
    "rounding": ("rounding",),
    "advise": ("advice",),
    "check": ("remainders",),
    "cost": ("cost",),
    "reproduce": ("baydin-figure",),
    "report": ("error_vs_h", "error_parts", "swell", "accuracy", "rounding", "advice"),
}
SUFFIXES = (*DOCUMENTS, *DATA, *PICTURES)


def write_plan(record: "Record", path: str | Path) -> dict[Path, bytes]:
    """Return what is to be written for a record, by path; the suffix of the path picks the format.

    Parameters
    ----------
    record : Record
        A report or the result of one study.
    path : path
        Ends in .html .md .tex .json .csv .pdf .svg .png; beside .md and .tex stand the pictures as files,
        and beside a picture the further pictures of the record.

    Raises
    ------
    UsageError
        The suffix is none of these.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in DOCUMENTS:
        return _document(record, path, suffix)
    if suffix in DATA:
        return {path: (record.to_json() if suffix == ".json" else record.to_csv()).encode("utf-8")}
    if suffix in PICTURES:
        return _pictures(record, path, suffix)
    raise UsageError(f"cannot write '{path}': unknown format '{suffix}'", remedy=f"the formats are {' '.join(SUFFIXES)}")


def places(study: str, path: Path) -> list[Path]:
    """Return all files that may be written for a study at that path, before anything is measured for them.

    Examples
    --------
    >>> [place.name for place in places("sweep", Path("two.png"))]
    ['two.png', 'two-error_parts.png']
    """
    suffix, drawn = path.suffix.lower(), DRAWN.get(study, ())
    if suffix in PICTURES:
        return [path, *(path.with_name(f"{path.stem}-{name}{suffix}") for name in drawn[1:])]
    return [path, *(path.with_name(f"{path.stem}-{name}{form}") for form in DOCUMENTS.get(suffix, ()) for name in drawn)]


def _document(record: "Record", path: Path, suffix: str) -> dict[Path, bytes]:
    from diffkit.sections import build

    document = build(record)
    if suffix == ".html":
        from diffkit.render.html import render

        return {path: render(document).encode("utf-8")}
    from diffkit.render import latex, markdown

    formats = DOCUMENTS[suffix]
    files = {block.name: f"{path.stem}-{block.name}{formats[0]}" for block in document.figures()}
    text = (markdown if suffix == ".md" else latex).render(document, files)
    plan = {path: text.encode("utf-8")}
    if files:
        from diffkit import figures

        for name, drawn in figures.pictures(record).items():
            plan |= {path.with_name(f"{path.stem}-{name}{form}"): figures.write(drawn, form) for form in formats}
    return plan


def _pictures(record: "Record", path: Path, suffix: str) -> dict[Path, bytes]:
    from diffkit import figures

    drawn = list(figures.pictures(record).items())
    if not drawn:
        raise UsageError(f"a result of the study '{record.study}' has no picture", remedy="use .html .md .tex .json or .csv")
    places = [path, *(path.with_name(f"{path.stem}-{name}{suffix}") for name, _ in drawn[1:])]
    return {place: figures.write(picture, suffix) for place, (_, picture) in zip(places, drawn, strict=True)}
