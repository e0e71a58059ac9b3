"""What 10^5 derivatives in one vectorised pass cost, beside the evaluations of f they report."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from calibration.participants import Counted
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
    """Time numeric.derivative(np.sin, 10^5 points) and np.sin on those points, in turn; of each the least disturbed run."""
    x = np.random.default_rng(1).uniform(-10, 10, POINTS)
    counted = Counted(np.sin)
    reported = int(np.sum(np.broadcast_to(derivative(counted, x).evaluations, x.shape)))
    calls, evaluations = zip(*((_seconds(lambda: derivative(np.sin, x)), _seconds(lambda: np.sin(x))) for _ in range(RUNS)))
    return Speed(POINTS, counted.evaluations, reported, min(calls), min(evaluations) * reported / POINTS)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()  # of this process alone, whatever else the machine does
    work()
    return time.process_time() - begun
