"""Numeric differentiation of any callable: f is only ever called.

Read schemes (the quotients), gradients, and how a derivative is estimated honestly: ladder (steps and extrapolation), search
(the step), doubt, scales and plateau (is it to be believed?), classify (what f does), estimate (`derivative`), second
(Hessians), noise.
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from diffkit.numeric.estimate import derivative

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


def __getattr__(name: str) -> "Any":  # the estimator needs NumPy, which is imported at its first use
    if name != "derivative":
        raise AttributeError(f"module 'diffkit.numeric' has no attribute {name!r}")
    from diffkit.numeric.estimate import derivative

    return derivative
