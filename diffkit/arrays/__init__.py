"""The rows for arrays: operations that mix, move or add up elements.  Read rows, reductions, elements, products."""

from diffkit.arrays import elements, products, reductions
from diffkit.arrays.elements import add_at, index_of, pattern_of, scatter
from diffkit.arrays.rows import ROWS, Row, unbroadcast

__all__ = ["ROWS", "Row", "add_at", "elements", "index_of", "pattern_of", "products", "reductions", "scatter", "unbroadcast"]
