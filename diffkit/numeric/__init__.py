"""Numeric differentiation of any callable: f is only ever called.

Read schemes (the quotients), gradients, and how a derivative is estimated honestly: ladder, search, classify, estimate.
"""

from diffkit.numeric.callables import as_callable
from diffkit.numeric.gradients import gradient, hessian, jacobian
from diffkit.numeric.noise import noise
from diffkit.numeric.schemes import (
    SCHEMES,
    TINY_STEP,
    SchemeRule,
    backward_difference,
    central_difference,
    complex_step,
    default_step,
    forward_difference,
    richardson,
)

__all__ = [
    "SCHEMES",
    "TINY_STEP",
    "SchemeRule",
    "as_callable",
    "backward_difference",
    "central_difference",
    "complex_step",
    "default_step",
    "derivative",
    "forward_difference",
    "gradient",
    "hessian",
    "jacobian",
    "noise",
    "richardson",
]


def __getattr__(name: str) -> object:  # the estimator needs NumPy, which is imported at its first use
    if name != "derivative":
        raise AttributeError(f"module 'diffkit.numeric' has no attribute {name!r}")
    from diffkit.numeric.estimate import derivative

    return derivative
