"""What the sweeps compute at every line, of numbers and of arrays: values, tangents, adjoints, contributions of rounding."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from diffkit import namespaces, sweeps, tape
from diffkit.program import Program, run


class Swept(NamedTuple):
    """One entry a line; None where nothing was asked for, or where no path leads."""

    value: Sequence[Any]
    tangent: Sequence[Any]
    adjoint: Sequence[Any]
    error: Sequence[float | None]


def sweep(program: Program, point: dict[str, Any], depends: Sequence[bool], show: Sequence[str], seed: str) -> Swept:
    """Run what is shown; an output that is an array is taken as the sum of its elements."""
    F, values = namespaces.get("numpy" if program.on_arrays else "math"), list(point.values())
    nothing: list[Any] = [None] * len(program.lines)
    with namespaces.quiet():
        v = run(program, F, values)
        root = program.outputs[0]
        v_bar = nothing
        if "adjoint" in show or ("error" in show and program.on_arrays):
            v_bar = sweeps.reverse_sweep(program, F, v, {root: alike(v[root], 1.0)}, depends)
        v_dot = _tangents(program, F, point, v, seed) if "tangent" in show else nothing
        shares = nothing
        if "error" in show:
            shares = _shares(program, v, v_bar) if program.on_arrays else tape.shares(program, point)
    return Swept(v, v_dot, v_bar if "adjoint" in show else nothing, shares)


def alike(x: Any, value: float) -> Any:
    """An array of x's shape with that value everywhere; the value itself for a number."""
    if not getattr(x, "ndim", 0):
        return value
    import numpy as np

    return np.full(x.shape, value)


def norm(x: Any, like: Any) -> float | None:
    """The size of a number with its sign, of an array the root of the sum of squares (Frobenius), whatever its scale.

    Examples
    --------
    >>> import numpy as np
    >>> norm(-2.0, 1.0), norm(np.array([3.0, 4.0]), np.zeros(2)), norm(1.0, np.zeros((2, 2)))
    (-2.0, 5.0, 2.0)
    """
    if x is None:
        return None
    if not getattr(like, "ndim", 0):
        return float(x)
    import numpy as np

    from diffkit.array_sweeps import full

    x = full(x, like)
    largest = float(np.max(np.abs(x), initial=0.0))
    return largest * float(np.linalg.norm(x / largest)) if 0 < largest < np.inf else largest


def _tangents(program: Program, F: Any, point: dict[str, Any], v: Sequence[Any], seed: str) -> list[Any]:
    """The tangents by one input, by all elements of an array at once; forward mode computes the zeros too."""
    directions = [alike(x, 1.0) if name == seed else None for name, x in point.items()]
    found = sweeps.tangents(program, F, v, directions)
    return [0.0 if v_dot is None else v_dot for v_dot in found]


# --- rounding in arrays ----------------------------------------------------------------------------------------------------
MOVED = {"reshape", "transpose", "broadcast_to", "concatenate", "stack", "getitem", "amax", "amin", "argsort", "argmax", "argmin"}


def _shares(program: Program, v: Sequence[Any], v_bar: Sequence[Any]) -> list[float | None]:
    """What the rounding of each line may do to the output, to first order; None where no bound is known."""
    import numpy as np

    found: list[float | None] = []
    for k, line in enumerate(program.lines):
        error = _committed(line.op, line.static, v[k], [v[a] for a in line.args]) if line.args else 0.0
        bar = 0.0 if v_bar[k] is None else np.abs(v_bar[k])
        found.append(None if error is None else float(np.sum(np.where(np.equal(bar, 0), 0.0, bar * error))))
    return found


def _committed_by_elements(op: str, y: Any, operands: Sequence[Any]) -> Any:
    """As `tape.committed`, in one go where no result is subnormal."""
    import numpy as np

    from diffkit.floats import U
    from diffkit.primitives import TABLE

    if np.all(np.abs(y) >= np.finfo(float).tiny):
        return TABLE[op].ulps[0] * 2 * U * np.abs(y)
    return np.vectorize(lambda y, *x: tape.committed(op, y, x), otypes=[float])(y, *operands)


def _committed(op: str, static: tuple[Any, ...], y: Any, operands: Sequence[Any]) -> Any:
    """What one operation may err by, element by element; sums of n terms by (n-1) u sum |x| (Higham 2002, section 4.2)."""
    import numpy as np

    from diffkit.arrays import ROWS
    from diffkit.floats import U
    from diffkit.primitives import TABLE

    if op in MOVED:
        return 0.0
    if op in TABLE:
        return _committed_by_elements(op, y, operands)
    sizes = [np.abs(x) for x in operands]
    if op == "sum":
        count = np.size(operands[0]) // max(np.size(y), 1)
        return (count - 1) * U * ROWS[op].run(static, *sizes)
    return np.shape(operands[0])[-1] * U * ROWS[op].run(static, *sizes) if op == "matmul" else None
