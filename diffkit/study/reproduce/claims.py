"""How a published figure and ours are compared."""

from decimal import Decimal
from typing import Any

import mpmath

from diffkit.messages import say
from diffkit.results import Claim
from diffkit.tables import count


def number(what: str, published: str, found: Any, why: str = "") -> Claim:
    """A number agrees if it rounds to every digit that was printed; what ends in ... was cut off there.

    Examples
    --------
    >>> number("x", "9.0660864", 9.06608639).agrees, number("x", "1.17...", 1.179).agrees, number("x", "1.17", 1.179).agrees
    (True, True, False)
    """
    printed = published.removesuffix("...")
    digits = len(Decimal(printed).as_tuple().digits)
    with mpmath.workdps(digits + 10):
        shown, longer = (str(mpmath.nstr(mpmath.mpf(found), d, strip_zeros=False)) for d in (digits, digits + 10))
    if printed != published and longer.startswith(printed):
        return fact(what, published, published, True)
    return fact(what, published, shown, printed == published and Decimal(shown) == Decimal(printed), why)


def whole(what: str, law: str, published: int, found: int | None) -> Claim:
    """A count agrees if it is the same."""
    recomputed = say("reproduce.none") if found is None else count(found)
    return Claim(what=what, published=f"{law} = {count(published)}", recomputed=recomputed, agrees=found == published)


def fact(what: str, published: str, found: str, agrees: bool, why: str = "") -> Claim:
    """Whatever agrees or does not; ``why`` is told where it does not."""
    return Claim(what=what, published=published, recomputed=found, agrees=agrees, why="" if agrees else why)
