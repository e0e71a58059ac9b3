"""NumPy's functions and methods on traced values, each written as rows of `arrays` and of the table.

Letters: ``x``, ``a``, ``b`` are operands, at least one of them traced; ``axis`` and ``keepdims`` as in NumPy.  A name that
stands nowhere is refused, with the line of the user's code.  Read operands, shapes, reductions, joining, choosing, ordering,
products, grids, linear_algebra, ufuncs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.namespaces import plain
from diffkit.numpy_functions import grids, joining, linear_algebra, ordering, products
from diffkit.numpy_functions.choosing import take_index
from diffkit.numpy_functions.operands import FUNCTIONS, METHODS, REMEDY, stack
from diffkit.numpy_functions.shapes import reshape, transpose
from diffkit.numpy_functions.ufuncs import REDUCTIONS, UFUNCS
from diffkit.recording import FROM_NUMPY, record
from diffkit.traced import Array
from diffkit.whereabouts import refusal

__all__ = [
    "elements",
    "function",
    "joining",
    "grids",
    "linear_algebra",
    "of_objects",
    "ordering",
    "products",
    "take_index",
    "ufunc",
]


def function(name: str, operands: Any, options: Any) -> Any:
    """What `__array_function__` is asked for."""
    if name not in FUNCTIONS:
        raise refusal(f"numpy.{name} cannot be recorded", REMEDY)
    try:
        return FUNCTIONS[name](*operands, **options)
    except TypeError as error:
        if "argument" in str(error):
            raise refusal(f"numpy.{name} cannot be recorded with these arguments: {error}", REMEDY) from None
        raise


def ufunc(name: str, method: str, operands: Any, options: Any) -> Any:
    """What `__array_ufunc__` is asked for, beyond a plain call of a row."""
    if options.get("out") is not None:
        raise refusal("a traced value was written into a plain array in place", "write y = y + x instead of y += x")
    if method == "__call__" and name in UFUNCS and options.keys() <= ({"axis"} if name == "vecdot" else set()):
        return UFUNCS[name](*operands, **options)
    if (name, method) in REDUCTIONS:
        return REDUCTIONS[name, method](*operands, **{k: v for k, v in options.items() if k != "out"})
    if method == "outer" and name in FROM_NUMPY:
        a, b = operands
        return record(FROM_NUMPY[name], reshape(a, (*np.shape(a), *[1] * np.ndim(b))), b)
    called = f"numpy.{name}" + (f".{method}" if method != "__call__" else "")
    raise refusal(f"{called} cannot be recorded" + (f" with {', '.join(options)}" if options else ""), REMEDY)


def of_objects(x: Any) -> Any:
    """An array of objects, some of them traced, as one traced array."""
    return reshape(stack(list(x.ravel())), x.shape) if x.ndim else x.item()


def elements(x: Any, own: bool) -> Any:
    """What np.asarray makes of a traced array: an array of its traced numbers; None if they are no doubles.

    It can be written to if it is its caller's ``own``; else it stands for x itself, which cannot.
    """
    if not x.shape or plain(x).dtype != float:
        return None
    found = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        found[index] = x[index]
    found.flags.writeable = own
    return found


# From here on the classes answer without asking for this module.
for _name, _function in METHODS.items():
    setattr(Array, _name, _function)
Array.__getitem__ = take_index  # type: ignore[method-assign]
Array.T = property(transpose)  # type: ignore[assignment]
