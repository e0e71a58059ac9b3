"""Where in the user's own source something is asked for, and the error that names that line."""

from __future__ import annotations

import sys
from functools import cache

from diffkit.errors import InputError

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def refusal(what: str, remedy: str) -> InputError:
    """The error for what cannot be recorded, with the line of the user's own code."""
    return InputError(what, where=place_of(sys._getframe(1)), remedy=remedy)


def place() -> str:
    """File, line and source of what the user's code is doing."""
    return place_of(sys._getframe(2))


def place_of(frame: Any) -> str:
    """File, line and source of the innermost frame of the user's own code; of a library's, if there is none."""
    frames: list[tuple[bool, int, Any]] = []
    while frame is not None:
        home = frame.f_globals.get("__name__", "")
        if home.startswith("diffkit.commands"):  # what called it reads a command line
            break
        if home.partition(".")[0] not in {"diffkit", "numpy"}:
            frames.append((is_of_library(home), len(frames), frame))
        frame = frame.f_back
    return _line_of(min(frames)[2]) if frames else ""


def place_of_error(error: BaseException) -> str:
    """The same for where an error was raised."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return place_of(traceback.tb_frame) if traceback else ""


def _line_of(frame: Any) -> str:
    import linecache

    name = frame.f_code.co_filename
    text = linecache.getline(name, frame.f_lineno).strip()
    file = name.replace(chr(92), "/").rpartition("/")[2]
    return f"{file}, line {frame.f_lineno}" + (f": {text}" if text else "")


def is_of_library(module: str) -> bool:
    """Does the module belong to Python, to an installed library, or to us?"""
    root = module.partition(".")[0]
    file = getattr(sys.modules.get(root), "__file__", None)
    return root in {"diffkit", *sys.builtin_module_names} or (file is not None and file.startswith(_libraries()))


@cache
def _libraries() -> tuple[str, ...]:
    """The folders of Python's own modules and of installed ones."""
    import sysconfig

    return tuple({path for key, path in sysconfig.get_paths().items() if key.endswith("lib")})
