"""The rows for arrays: operations that mix, move or add up elements.  Read rows, reductions, elements, products,
decompositions, rounded."""

from diffkit.arrays import decompositions, elements, products, reductions, rounded
from diffkit.arrays.elements import add_at, index_of, pattern_of, scatter
from diffkit.arrays.rows import ROWS, Row, unbroadcast

__all__ = [
    "ROWS",
    "Row",
    "add_at",
    "decompositions",
    "elements",
    "index_of",
    "pattern_of",
    "products",
    "reductions",
    "rounded",
    "scatter",
    "unbroadcast",
]
