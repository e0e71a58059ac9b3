"""A time limit on code that does not look at the clock itself, such as SymPy's."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from diffkit.errors import TimeLimitError

AGAIN = 0.5  # seconds until the error is raised once more, since the code may have caught it (SymPy does)


@contextmanager
def deadline(seconds: float | None, remedy: str = "") -> Iterator[None]:
    """Raise TimeLimitError in this block once the time is over; limits may be nested, the outer one keeps running.

    It needs the timer of a Unix process and works in the main thread only; elsewhere there is no limit.

    Examples
    --------
    >>> with deadline(0.01):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
    ...
    diffkit.errors.TimeLimitError: the time limit of 0.01 s is over
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: Any) -> None:
        raise TimeLimitError(f"the time limit of {seconds:g} s is over", remedy=remedy, status="timeout")

    begun = time.monotonic()
    outer_action = signal.signal(signal.SIGALRM, over)
    outer, _ = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, outer_action)
        if outer:  # what is left of the outer limit; if it is over already, at once
            signal.setitimer(signal.ITIMER_REAL, max(outer - (time.monotonic() - begun), 1e-3))
