"""The code of one recording on arrays, compiled and called; see `code` for why that is safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit import namespaces
from diffkit.emit.array_writer import ArrayWriter
from diffkit.emit.code import STOPS, BranchTakenError
from diffkit.emit.sheet import FUNCTIONS, OWN
from diffkit.program import Program


class ArrayCode:
    """The code of a Program on arrays of the shapes that ``values`` have.

    numba is not asked: NumPy's own functions of arrays (0.6 ns for an exponential) are faster than its (5 ns).
    """

    fast, on_arrays = False, True

    def __init__(self, program: Program, values: Sequence[Any]) -> None:
        writer = ArrayWriter(program, list(values))
        self.form = tuple([getattr(x, "shape", None) for x in values])
        self.inputs, self.source, self.rows = program.inputs, writer.source, writer.rows
        F = namespaces.get("math")
        room = FUNCTIONS | {name: getattr(F, name) for name in OWN} | writer.data
        room |= {"np": np, "BranchTakenError": BranchTakenError}
        exec(compile(self.source, "<diffkit: value and gradient>", "exec"), room)  # no text of a user: see code.py
        self.function: Any = room["value_and_gradient"]

    def entry(self, slowly: Callable[[Any], Any], shape: Any, single: bool) -> Callable[[Any], Any]:
        """The function of one array, or a tuple of arrays and floats, that answers fast where it can."""

        def entry(at: Any) -> Any:
            leaves = (at,) if single and at.__class__ is np.ndarray else at
            if (
                leaves.__class__ is tuple
                and tuple([getattr(x, "shape", None) for x in leaves]) == self.form
                and self._known(leaves)
            ):
                try:
                    found = self(leaves)
                except STOPS:
                    found = None
                if found:
                    return (found[0], found[1][0]) if leaves is not at else found
            return slowly(at)

        return entry

    def _known(self, leaves: Sequence[Any]) -> bool:
        return all(x.__class__ is float or (x.__class__ is np.ndarray and x.dtype == float) for x in leaves)

    def __call__(self, leaves: Sequence[Any]) -> tuple[float, Sequence[Any]] | None:
        """The value and the slope by each coordinate; None if anything is not finite."""
        with np.errstate(all="ignore"):
            value, slopes = self.function(*leaves)
            total = value + sum([_size_of(slope) for slope in slopes])
        return (value, slopes) if total - total == 0.0 else None


def _size_of(slope: Any) -> float:
    """A number that is not finite if any element is not."""
    return slope if type(slope) is float else float(np.vdot(slope, slope))
