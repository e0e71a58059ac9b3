"""Those who state an error with their derivative, as they come: one adapter each, default settings, peers if installed."""

import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from math import nan
from typing import Any, NamedTuple

import numpy as np

Answered = tuple[float, float, bool, str]  # value, claimed error, whether it stands by them, its own word for that


class Answer(NamedTuple):
    """What one participant said of one case, and what that took."""

    value: float
    claimed: float
    stands: bool
    status: str
    evaluations: int
    seconds: float


class Participant(NamedTuple):
    """A name, the distribution it comes in, how it is asked, and what is known of how it stands by an answer."""

    name: str
    distribution: str
    ask: Callable[[Callable[[Any], Any], float], Answered]
    stands: str

    @property
    def version(self) -> str | None:
        """The version installed, None if it is not."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None


class Counted:
    """A function that counts its evaluations: one an element, whoever calls it and however."""

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f, self.evaluations = f, 0

    def __call__(self, x: Any) -> Any:
        """f(x)."""
        self.evaluations += np.size(x)
        return self.f(x)


def ask(participant: Participant, f: Callable[[Any], Any], x: float) -> Answer:
    """Return the participant's answer; an exception is a refusal, with its name as status."""
    counted = Counted(f)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        begun = time.process_time()
        try:
            answered = participant.ask(counted, x)
        except Exception as error:  # a peer may raise anything; to refuse is honest
            answered = nan, nan, False, type(error).__name__
        seconds = time.process_time() - begun
    return Answer(*answered, counted.evaluations, seconds)


def _diffkit(f: Callable[[Any], Any], x: float) -> Answered:
    from diffkit.numeric.estimate import derivative

    found = derivative(f, x)
    return found.value, found.error, found.status in {"ok", "superconvergent"}, found.status


def _scipy(f: Callable[[Any], Any], x: float) -> Answered:
    from scipy.differentiate import derivative

    found = derivative(f, x)
    return float(found.df), float(found.error), bool(found.success), f"status {found.status}"


def _numdifftools(f: Callable[[Any], Any], x: float) -> Answered:
    from numdifftools import Derivative

    found = Derivative(f, full_output=True)(x)
    return _unflagged(found.estimate, found.error_estimate)


def _jacobi(f: Callable[[Any], Any], x: float) -> Answered:
    from jacobi import jacobi

    return _unflagged(*jacobi(f, x))


def _unflagged(value: Any, error: Any) -> Answered:
    found = float(value), float(error)
    finite = bool(np.isfinite(found).all())
    return *found, finite, "finite" if finite else "not finite"


OURS = Participant("diffkit", "diffkit", _diffkit, "status ok or superconvergent")
PEERS = [
    Participant("SciPy", "scipy", _scipy, "success is true"),
    Participant("numdifftools", "numdifftools", _numdifftools, "has no flag: whenever value and error are finite"),
    Participant("jacobi", "jacobi", _jacobi, "has no flag: whenever value and error are finite"),
]
