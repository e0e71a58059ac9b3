"""Time limits: they end what takes longer, nest, and leave nothing behind."""

import signal
import threading
import time

import pytest

from diffkit.deadline import deadline
from diffkit.errors import TimeLimitError


def wait(seconds):
    """Be busy that long, in Python."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_it_ends_what_takes_longer_and_only_that():
    """An error with the limit in its text; quick work is left alone; no timer stays."""
    with pytest.raises(TimeLimitError, match=r"the time limit of 0\.02 s is over"), deadline(0.02):
        wait(5)
    with deadline(5):
        wait(0.01)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_code_that_swallows_the_error_is_stopped_all_the_same():
    """SymPy catches every exception here and there; the error comes again."""
    caught = 0
    with pytest.raises(TimeLimitError), deadline(0.02):
        for _ in range(2):
            try:
                wait(5)
            except TimeLimitError:
                caught += 1
        wait(5)
    assert caught == 2


def test_the_outer_limit_outlives_the_inner_one():
    """After an inner limit that was kept, the outer one still ends the block; an inner one that is missed is its own error."""
    with pytest.raises(TimeLimitError, match=r"0\.1 s"), deadline(0.1):
        with deadline(5):
            wait(0.01)
        wait(5)
    with deadline(5), pytest.raises(TimeLimitError, match=r"0\.02 s"), deadline(0.02):
        wait(5)


def test_without_a_limit_or_outside_the_main_thread_nothing_is_limited():
    """None means no limit; a thread cannot have one."""
    with deadline(None):
        wait(0.01)
    failed = []

    def work():
        try:
            with deadline(0.001):
                wait(0.05)
        except TimeLimitError as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failed == []
