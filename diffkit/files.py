"""Files are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from diffkit.errors import UsageError


def demand_writable(paths: Iterable[Path], force: bool) -> None:
    """Complain about an output path before any work is done for it.

    Raises
    ------
    UsageError
        If a path is a folder, its folder is missing or not writable, or it exists and ``force`` is off.
    """
    for path in paths:
        if path == Path():
            raise UsageError("an output file needs a name", remedy="write -o report.html")
        folder = path.parent
        if path.is_dir():
            raise UsageError(f"cannot write '{path}': it is a folder", remedy="give the name of a file in it")
        if not folder.is_dir():
            raise UsageError(f"cannot write '{path}': there is no folder '{folder}'", remedy="make the folder first")
        if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
            raise UsageError(f"cannot write '{path}': no permission", remedy="choose another place")
        if path.exists() and not force:
            raise UsageError(f"'{path}' exists already", remedy="choose another name, or overwrite it with --force")


def write_all(contents: Mapping[Path, bytes], force: bool) -> None:
    """Write several files, all of them or none: first beside their places, then into them.

    Raises
    ------
    UsageError
        As `demand_writable`, or the disk refuses.
    """
    demand_writable(contents, force)
    written: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            written[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        for path, beside in written.items():
            beside.chmod(0o666 & ~mask)  # mkstemp makes files that only their owner may read
            beside.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write '{path}': {error.strerror}") from None
    finally:
        for beside in written.values():
            beside.unlink(missing_ok=True)
