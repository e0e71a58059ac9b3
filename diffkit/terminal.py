"""What goes to standard output and to files: whole or not at all, in whatever encoding the terminal has."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from diffkit.errors import UsageError


def deliver(record: Any, json: bool, out: tuple[str, ...], force: bool, quiet: bool) -> None:
    """Write the record to files and to standard output."""
    if out:
        from diffkit.files import write_all
        from diffkit.render import write_plan

        contents: dict[Path, bytes] = {}
        for name in out:
            contents |= write_plan(record, Path(name))
        write_all(contents, force)
        if not quiet:
            for path in contents:
                print(f"wrote {path}", file=sys.stderr)
    if json:
        print_text(json_text(record))
    elif not out:
        print_text(str(record) + "\n")


def json_text(record: Any) -> str:
    """JSON that the terminal's encoding can carry."""
    text: str = record.to_json()
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        import json

        return json.dumps(json.loads(text), indent=1, allow_nan=False) + "\n"
    return text


def print_text(text: str) -> None:
    """Print whatever the terminal's encoding: what it lacks is written as an escape."""
    if sys.stdout is None:
        raise UsageError("cannot write standard output: it is closed", remedy="write a file with -o")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_stdout()
        raise UsageError(f"cannot write standard output: {error.strerror}") from None


def abandon_stdout() -> None:
    """Send what is still buffered nowhere, else the interpreter complains while closing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Tell on a terminal what is being done; elsewhere say nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield lambda stage: status.update(stage)
