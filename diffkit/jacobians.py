"""Jacobians of recorded calls, in blocks: the derivative of every leaf of the result by every leaf of the point.

Letters: ``m`` and ``n`` count the numbers in the result and in the point; a block has the shape of the output's leaf followed
by that of the input's.  One reverse sweep gives a row, one forward sweep a column, so the smaller of m and n decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from diffkit import eager, namespaces
from diffkit.errors import UsageError
from diffkit.traced import Traced
from diffkit.tracing import Call, call, coordinate, is_inner

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def pull(recorded: Call, seeds: dict[int, Any], undefined: bool = False, once: bool = False) -> list[Any]:
    """The adjoint of every leaf of the point, in its own form, from those of lines: one reverse sweep."""
    with namespaces.quiet():
        bars = eager.reverse(recorded.tape, seeds, undefined, once) if seeds else [None] * len(recorded.leaves)
    return [in_form(bar, leaf) for bar, leaf in zip(bars, recorded.leaves)]


def push(recorded: Call, directions: Sequence[Any]) -> list[Any]:
    """The tangent of every leaf of the result, from those of the point (None: it stands still): one forward sweep."""
    with namespaces.quiet():
        moves = {k: move for k, move in enumerate(directions) if move is not None}
        v_dot = eager.forward(recorded.tape, moves)
    lines = [recorded.line(i) for i in range(len(recorded.outputs))]
    return [own(in_form(None if k is None else v_dot[k], recorded.value(i))) for i, k in enumerate(lines)]


def own(x: Any) -> Any:
    """An array that shares no memory with what was handed in or is kept; anything else as it is."""
    return x.copy() if hasattr(x, "flags") else x


def in_form(bar: Any, leaf: Any) -> Any:
    """An adjoint or tangent as a float or an array of its own, like the value it belongs to."""
    if type(leaf) is float or (isinstance(leaf, Traced) and not leaf.shape):
        return 0.0 if bar is None else bar if isinstance(bar, Traced) else float(bar)
    from diffkit.eager_arrays import written_out

    return written_out(bar, leaf)


def is_nan(value: Any) -> bool:
    """Is the number, or any element, nan?"""
    while isinstance(value, Traced):
        value = value.value
    found = value != value
    return found if isinstance(found, bool) else bool(found.any())


def directions_like(recorded: Call, at_dot: Any) -> list[Any]:
    """The leaves of a direction, each with the shape of the coordinate it moves.

    Raises
    ------
    UsageError
        If the direction is not structured like the point.
    """
    return _matched(at_dot, recorded.restore(recorded.leaves), "the direction", "the point")


def seeds_like(recorded: Call, y_bar: Any) -> dict[int, Any]:
    """Adjoints of lines, from those of the result.

    Raises
    ------
    UsageError
        If they are not structured like the result.
    """
    values = recorded.rebuild([recorded.value(i) for i in range(len(recorded.outputs))])
    seeds: dict[int, Any] = {}
    for i, bar in enumerate(_matched(y_bar, values, "the adjoint", "the result")):
        k = recorded.line(i)
        if k is not None:
            seeds[k] = seeds[k] + bar if k in seeds else bar
    return seeds


def _matched(found: Any, like: Any, what: str, whole: str) -> list[Any]:
    """The leaves of ``found`` in the order of those of ``like``: parts of a dict by their keys, of a list by their places."""
    if not is_inner(like):
        return [_same_shape(found, like, what)]
    places, parts = _by_key(like), _by_key(found)
    if places.keys() != parts.keys():
        counted = f"{what} has {len(parts)} parts, {whole} {len(places)}"
        fault = counted if len(parts) != len(places) else f"{what} has other keys than {whole}"
        raise UsageError(fault, remedy=f"give it the structure of {whole}")
    return [leaf for key, part in places.items() for leaf in _matched(parts[key], part, what, whole)]


def _by_key(structure: Any) -> dict[Any, Any]:
    """The parts of a structure by key or place; a leaf is a part without a key."""
    if not is_inner(structure):
        return {None: structure}
    return dict(structure) if isinstance(structure, Mapping) else dict(enumerate(structure))


def _same_shape(x: Any, like: Any, what: str) -> Any:
    wanted = getattr(like, "shape", ())
    shape = getattr(x, "shape", ())
    if not wanted and not shape:
        return coordinate(x)
    if not isinstance(x, Traced):
        import numpy as np

        x = np.asarray(x)
        shape = x.shape
        if x.dtype.kind not in "biuf":
            raise UsageError(f"a part of {what} is an array of {x.dtype}", remedy="give real numbers")
    if shape not in {wanted, ()}:
        raise UsageError(f"a part of {what} has shape {shape}, not {wanted}")
    return x if isinstance(x, Traced) else np.broadcast_to(x.astype(float, copy=False), wanted)


def demand_one_number(recorded: Call) -> Any:
    """The value of a function of one output.

    Raises
    ------
    UsageError
        If it has several.
    """
    demand_one(len(recorded.outputs))
    value = recorded.value(0)
    if getattr(value, "shape", ()):
        raise UsageError(
            f"a gradient needs one number, the function gave an array of shape {value.shape}", remedy="add it up, or use jacobian"
        )
    return value


def demand_one(outputs: int) -> None:
    if outputs != 1:
        raise UsageError(f"a gradient needs one output, the function has {outputs}", remedy="use jacobian")


# --- blocks ----------------------------------------------------------------------------------------------------------------
def units(leaf: Any) -> Iterator[Any]:
    """The unit directions of a number or an array."""
    shape = getattr(leaf, "shape", ())
    if not shape:
        yield 1.0
        return
    import numpy as np

    for place in np.ndindex(shape):
        unit = np.zeros(shape)
        unit[place] = 1.0
        yield unit


def _size(leaf: Any) -> int:
    return getattr(leaf, "size", 1)


def blocks(recorded: Call) -> list[list[Any]]:
    """blocks[i][j]: the derivative of leaf i of the result by leaf j of the point, by the cheaper sweep."""
    values = [recorded.value(i) for i in range(len(recorded.outputs))]
    by_rows = sum(map(_size, values)) <= sum(map(_size, recorded.leaves))
    return rows(recorded, values) if by_rows else columns(recorded, values)


def rows(recorded: Call, values: Sequence[Any]) -> list[list[Any]]:
    """The blocks, one reverse sweep an element of the result."""
    found = []
    for i, y in enumerate(values):
        k = recorded.line(i)
        swept = [pull(recorded, {} if k is None else {k: unit}, is_nan(y)) for unit in units(y)]
        found.append([_joined([row[j] for row in swept], y, leaf) for j, leaf in enumerate(recorded.leaves)])
    return found


def columns(recorded: Call, values: Sequence[Any]) -> list[list[Any]]:
    """The blocks, one forward sweep an element of the point."""
    found: list[list[Any]] = [[] for _ in values]
    for j, leaf in enumerate(recorded.leaves):
        still = [None] * len(recorded.leaves)
        swept = [push(recorded, [*still[:j], unit, *still[j + 1 :]]) for unit in units(leaf)]
        for i, y in enumerate(values):
            found[i].append(_joined([column[i] for column in swept], y, leaf, last=True))
    return found


def _joined(parts: list[Any], y: Any, leaf: Any, last: bool = False) -> Any:
    """Rows (or columns) put together as a block of y's shape followed by the leaf's."""
    y_shape, x_shape = getattr(y, "shape", ()), getattr(leaf, "shape", ())
    if not (y_shape if not last else x_shape):
        return parts[0]
    import numpy as np

    if not parts:
        return np.zeros((*y_shape, *x_shape))
    return np.reshape(np.stack(parts, axis=-1 if last else 0), (*y_shape, *x_shape))


def jacobian(recorded: Call, found: list[list[Any]]) -> Any:
    """The blocks in the structure of the result, each leaf structured like the point; one number gives a row of one."""
    result = recorded.rebuild([recorded.restore(row) for row in found])
    alone = len(recorded.outputs) == 1 and recorded.rebuild([None]) is None
    return (result,) if alone and not getattr(recorded.value(0), "shape", ()) else result


def of_gradient(gradient: Callable[[Any, Any], Any], f: Any, at: Any) -> Call:
    """The recorded call of a gradient, itself recorded: what second derivatives are found from."""
    return call(lambda point: gradient(f, point), (at,))
