"""Seconds of calls, and the memory they take."""

import math
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from diffkit.study.compiled import seconds_a_call


class Stopwatch:
    """The best time of one call of a function, however often it is taken."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.best: float | None = None

    def take(self) -> None:
        """Take it once more."""
        self.best = min(seconds_a_call(self.function), self.best or math.inf)


def seconds_of_one(work: Callable[[], Any]) -> float:
    """The seconds of a single call, of what takes long."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak(work: Callable[[], Any]) -> int:
    """The bytes that Python holds at most for this work, beyond those before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
