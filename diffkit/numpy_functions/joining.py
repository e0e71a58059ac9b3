"""Arrays put together and taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.numpy_functions.operands import as_array, as_arrays, axis_of, only_defaults, written
from diffkit.numpy_functions.shapes import atleast_1d, atleast_2d, atleast_3d, ravel, reshape
from diffkit.recording import record
from diffkit.traced import Traced


@written("concatenate", "concat")
def concatenate(parts: Any, axis: Any = 0, out: Any = None, dtype: Any = None) -> Any:
    """Arrays joined along an axis."""
    only_defaults({"out": out, "dtype": dtype})
    parts = [ravel(p) if isinstance(p, Traced) else np.ravel(p) for p in parts] if axis is None else as_arrays(parts)
    return record("concatenate", *parts, static=(axis_of(parts[0], axis or 0),))


@written()
def vstack(parts: Any) -> Any:
    """Rows."""
    return concatenate([atleast_2d(p) if isinstance(p, Traced) else np.atleast_2d(p) for p in as_arrays(parts)])


@written()
def hstack(parts: Any) -> Any:
    """Side by side."""
    parts = [atleast_1d(p) if isinstance(p, Traced) else np.atleast_1d(p) for p in as_arrays(parts)]
    return concatenate(parts, 0 if np.ndim(parts[0]) == 1 else 1)


@written()
def column_stack(parts: Any) -> Any:
    """Vectors as columns."""
    return concatenate([reshape(p, (-1, 1)) if np.ndim(p) < 2 else p for p in as_arrays(parts)], 1)


@written()
def dstack(parts: Any) -> Any:
    """One behind the other."""
    return concatenate([atleast_3d(p) if isinstance(p, Traced) else np.atleast_3d(p) for p in as_arrays(parts)], 2)


@written()
def append(x: Any, values: Any, axis: Any = None) -> Any:
    """The second behind the first."""
    return concatenate([as_array(x), as_array(values)], axis)


@written()
def split(x: Any, sections: Any, axis: int = 0) -> Any:
    """Slices of one size along an axis, or from place to place."""
    if isinstance(sections, int) and np.shape(x)[axis] % sections:
        raise ValueError("array split does not result in an equal division")
    return array_split(x, sections, axis)


@written()
def array_split(x: Any, sections: Any, axis: int = 0) -> Any:
    """The same, the first of them longer by one where it does not come out even."""
    places = np.array_split(np.arange(np.shape(x)[axis]), sections)
    cut = (slice(None),) * axis_of(x, axis)
    return [x[(*cut, slice(int(p[0]), int(p[-1]) + 1) if len(p) else slice(0, 0))] for p in places]


@written()
def vsplit(x: Any, sections: Any) -> Any:
    """Rows."""
    return split(x, sections, 0)


@written()
def hsplit(x: Any, sections: Any) -> Any:
    """Columns."""
    return split(x, sections, 1 if np.ndim(x) > 1 else 0)


@written()
def dsplit(x: Any, sections: Any) -> Any:
    """Along the third axis."""
    return split(x, sections, 2)
