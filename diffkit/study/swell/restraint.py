"""What the process in which SymPy works may not do: outlive its parent, its time or its share of memory."""

import contextlib
import math
import signal
import sys
import time

from diffkit import limits

GRACE = 1.0  # seconds beyond the limit after which a process that does not stop is ended
PR_SET_PDEATHSIG = 1  # of Linux's prctl


def restrain() -> None:
    """Leave Ctrl-C to the parent, end with it, and take no more than its share of memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    with contextlib.suppress(ImportError, ValueError, OSError), open("/proc/self/statm") as file:
        import resource

        inherited = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (inherited + limits.SYMPY_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _end_with_parent() -> None:
    """Have Linux end this process when its parent ends in whatever way.  Beware: the thread that began it is the parent."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def end_after(seconds: float) -> None:
    """Have the system end this process after so many more seconds of work, should its parent be gone."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        spent = math.ceil(time.process_time() + seconds + GRACE)
        resource.setrlimit(resource.RLIMIT_CPU, (spent, resource.getrlimit(resource.RLIMIT_CPU)[1]))
