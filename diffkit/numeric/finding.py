"""What is found at each point: an estimate, its bar, and one word on f; arrays of one entry a point."""

from typing import NamedTuple

import numpy as np

from diffkit.numeric.ladder import TINY, Best
from diffkit.numeric.sampler import Array

STATUSES = (
    *("ok", "superconvergent", "limited-smoothness", "noisy", "quantised", "kink", "jump", "vertical-tangent"),
    *("domain-edge", "domain", "overflow", "below-ulp", "no-asymptotic-range"),
)
CODE = {status: code for code, status in enumerate(STATUSES)}
SCHEMES = ("D0", "richardson", "D+", "D-")


class Finding(NamedTuple):
    """The estimate at each point and what is said of it; status and scheme by number, nan for what is not known."""

    value: Array
    error: Array
    h: Array
    scheme: Array
    status: Array
    left: Array
    right: Array
    order: Array
    evaluations: Array


def finding(best: Best, cost: int) -> Finding:
    """The estimate as it is, not yet judged, and what it cost."""
    n = len(best.value)
    left, right, order = np.full((3, n), np.nan)
    scheme = np.where(best.column > 0, SCHEMES.index("richardson"), SCHEMES.index("D0"))
    value = np.where(best.error < np.inf, best.value, np.nan)
    error = np.fmax(best.error, TINY)
    return Finding(value, error, best.h, scheme, np.zeros(n, int), left, right, order, np.full(n, cost))


def name(found: Finding, where: Array, status: str, **changes: Array) -> Finding:
    """The finding with this status, and these fields, at those points."""
    changes["status"] = np.full(len(where), CODE[status])
    return found._replace(**{key: np.where(where, new, getattr(found, key)) for key, new in changes.items()})


def put_where(found: Finding, where: Array, new: Finding) -> Finding:
    """The new finding at those points."""
    return Finding(*(np.where(where, b, a) for a, b in zip(found, new, strict=True)))


def nothing(found: Finding, where: Array, status: str, **changes: Array) -> Finding:
    """The same where no number can be given."""
    nan = np.full(len(where), np.nan)
    return name(found, where, status, value=nan, error=np.full(len(where), np.inf), order=nan, **changes)
