"""diffkit chapter."""

from pathlib import Path
from typing import Any

import click

from diffkit.commands.common import carry_out, output_options
from diffkit.errors import UsageError


@click.command(short_help="The chapter on automatic differentiation, recomputed.")
@output_options
def chapter(out: tuple[str, ...], seed: int, **options: Any) -> int:
    """Every example of the chapter on automatic differentiation, recomputed, with its pictures and listings.

    -o DIR writes DIR/index.html, and DIR/chapter.md with its pictures; -o FILE.html and so on write one file.
    """
    from diffkit.study import chapter

    files = tuple(file for name in out for file in ([name] if Path(name).suffix else chapter_in(Path(name))))
    carry_out(lambda tell: chapter.measure(seed, tell), out=files, **options)
    return 0


def chapter_in(folder: Path) -> list[str]:
    """The two forms of the chapter in a folder, which is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder '{folder}': {error.strerror}", remedy="choose another place") from None
    return [str(folder / name) for name in ("index.html", "chapter.md")]
