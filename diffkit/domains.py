"""Where the primitives have a power series, and why one has none at given balls."""

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb

LARGE = arb(2) ** 1100  # beyond every double: larger whole exponents are not written out


def pole(x: arb) -> Any:
    """0 at the poles of gamma, 1 elsewhere."""
    return arb(0) if x.is_integer() and not x > 0 else arb(1)


MARGINS: dict[str, Callable[..., tuple[Any, ...]]] = {  # positive: inside; 0: on the edge; negative: outside of the domain
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), lambda x: (x,)), "log1p": lambda x: (1 + x,), "pow": lambda a, b: (a,),
    **dict.fromkeys(("asin", "acos", "atanh"), lambda x: (1 - x, 1 + x)), "acosh": lambda x: (x - 1,),
    **dict.fromkeys(("asec", "acsc", "acoth"), lambda x: (abs(x) - 1,)), "asech": lambda x: (x, 1 - x),
    **dict.fromkeys(("csc", "cot", "csch", "coth", "acsch", "cbrt"), lambda x: (abs(x),)), "div": lambda a, b: (abs(b),),
    **dict.fromkeys(("hypot", "atan2"), lambda a, b: (abs(a) + abs(b),)),
    **dict.fromkeys(("gamma", "lgamma", "digamma"), lambda x: (pole(x),)),
    "polygamma": lambda n, x: (arb(1 if n.is_integer() and not n < 0 else -1), pole(x)),
}  # fmt: skip

GROWTH: dict[str, Callable[..., Any]] = {  # FLINT stops at results of about exp(2^1100)
    **dict.fromkeys(("exp", "expm1", "sinh", "cosh", "gamma"), abs),
    "pow": lambda a, b: abs(b * abs(a).log()),
}


def fault(op: str, operands: Sequence[Any]) -> str:
    """Why an operation has no number at these balls: domain, singular, overflow; "" if more precision might help."""
    margins = MARGINS[op](*operands) if op in MARGINS else ()
    if any(m < 0 for m in margins):
        return "domain"
    if any(m.is_zero() for m in margins):
        return "singular"
    return "overflow" if op in GROWTH and GROWTH[op](*operands) > LARGE else ""
