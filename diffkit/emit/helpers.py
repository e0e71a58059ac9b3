"""Functions that a listing writes out because neither Python nor NumPy has them: their source is what stands here.

They answer what `namespaces` answers, to the last bit.
"""

# what they compute is their name, and their text is shown to students: no docstrings
import math

import mpmath


def sign(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0


def floor(x: float) -> float:
    return float(math.floor(x))


def digamma(x: float) -> float:
    return polygamma(0, x)


def polygamma(n: float, x: float) -> float:
    with mpmath.workdps(30):
        return float(mpmath.psi(int(n), mpmath.mpf(x)))
