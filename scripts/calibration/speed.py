"""What 10^5 derivatives in one vectorised pass cost, beside the evaluations of f they report."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from diffkit.numeric.estimate import derivative

POINTS, RUNS, GOAL = 10**5, 7, 3.0


class Speed(NamedTuple):
    """One vectorised call beside as many bare evaluations."""

    points: int
    evaluations: int  # counted from outside, one an element
    reported: int
    seconds: float
    seconds_of_evaluations: float

    @property
    def ratio(self) -> float:
        """Time of the call over time of the evaluations it reports."""
        return self.seconds / self.seconds_of_evaluations


def measure() -> Speed:
    """Time numeric.derivative(np.sin, 10^5 points) and np.sin on the very arrays that it asks for, in turn; the medians."""
    x, asked = np.random.default_rng(1).uniform(-10, 10, POINTS), []

    def sine(points: Any) -> Any:
        asked.append(points)
        return np.sin(points)

    reported = int(derivative(sine, x).evaluations.sum())
    work = (lambda: derivative(np.sin, x)), (lambda: [np.sin(points) for points in asked])
    whole, evaluations = (median(times) for times in zip(*([_seconds(one) for one in work] for _ in range(RUNS)), strict=True))
    return Speed(POINTS, sum(points.size for points in asked), reported, whole, evaluations)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()  # of this process alone, whatever else the machine does
    work()
    return time.process_time() - begun
