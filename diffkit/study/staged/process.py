"""A student's file run in a process of its own: with little time and memory, without the terminal, and nothing left of it.

This is no prison: the file may do what whoever runs it may do.  It keeps accidents (endless loops, prints, `sys.exit`) apart
from the grade.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffkit import limits
from diffkit.errors import InputError, NumberError


def answer(path: Path, inputs: Sequence[str], outputs: Sequence[str], seconds: float) -> dict[str, Any]:
    """What the file assigned, and what each of its variables should hand back; see `student`."""
    if not path.is_file():
        raise InputError(f"no file '{path}'", remedy="give the student's Python file")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "answer.json"
        settings = {
            "path": str(path),
            "inputs": inputs,
            "outputs": outputs,
            "answer": str(place),
            "memory": limits.STUDENT_MEMORY,
        }
        status = _run(json.dumps(settings), path, seconds)
        try:
            found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            remedy = "take out what ends the program, such as os._exit"
            raise InputError(f"'{path}' ended its process before its last line (status {status})", remedy=remedy) from None
    if "unreadable" in found:
        raise InputError(f"'{path}' does not run: {found['unreadable']}")
    return found


def _run(settings: str, path: Path, seconds: float) -> int:
    """Run the program `student`; whatever it started ends with it."""
    import diffkit

    home = str(Path(diffkit.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    silent = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "diffkit.study.staged.student"],
        env=os.environ | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
        text=True,
        start_new_session=True,
        **silent,  # type: ignore[call-overload]
    )
    try:
        process.communicate(settings, timeout=seconds)
    except subprocess.TimeoutExpired:
        remedy = "give more with --timeout"
        raise NumberError(f"'{path}' did not end within {seconds:g} s", status="timeout", remedy=remedy) from None
    finally:
        _end(process)
    return int(process.returncode)


def _end(process: "subprocess.Popen[str]") -> None:
    """End the process and those that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # none is left, or the system has no groups of processes
        process.kill()
    process.wait()
