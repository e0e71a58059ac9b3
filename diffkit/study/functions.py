"""The functions of the language, as the primitive table states them."""

from diffkit.primitives import TABLE
from diffkit.results import FunctionRow, Functions
from diffkit.study import rules

NOT_CALLED = {"add", "sub", "mul", "div", "neg", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"}


def measure() -> Functions:
    """Every function with its accuracy in ulps, where that is stated, and its convention at a kink.

    Examples
    --------
    >>> next(row.domain for row in measure().functions if row.function == "asin")
    '[-1, 1]'
    """
    rows = (
        FunctionRow(
            function=row.name,
            operands=row.arity,
            ulps_value=row.ulps[0],
            ulps_partials=row.ulps[1],
            domain=rules.domain(row),
            convention=row.convention,
            meaning=row.doc,
        )
        for row in TABLE.values()
        if row.name not in NOT_CALLED
    )
    return Functions(expression="", at={}, functions=tuple(rows))
