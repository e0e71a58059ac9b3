"""The code of one recording: emitted text, compiled, and called with the coordinates of a point.

The emitted code is compiled by Python's own ``compile``.  That is safe because no text of a user is in it: it is made from a
Program, which holds names of operations out of THE table, doubles, and names that `names.Names` has let through.

The code knows little of inf and nan: where Python raises on a pole or an overflow, or a coordinate or result is not finite, the
tape itself has to compute that point, by the rules of IEEE 754.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from diffkit import limits, namespaces
from diffkit.emit import numba_code
from diffkit.emit.page import NUMBA, PYTHON
from diffkit.emit.sheet import FUNCTIONS, OWN, ExceptionalError
from diffkit.emit.writer import Writer
from diffkit.errors import InputError
from diffkit.program import Program

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


class BranchTakenError(Exception):
    """The recorded function takes another branch at this point."""


EXCEPTIONAL = (ArithmeticError, ValueError)
# How a point that is a tuple of floats, or one float, reaches the code without delay; everything else goes by ``slowly``.
ENTRY = """
def entry(at):
    if at.__class__ is {kind}:
        try:
            {names}{comma} = at
            if {check}:
                value, ({slopes},) = found = function({names})
                total = value + {total}
                if total - total == 0.0:
                    return {found}
        except stops:
            pass
    return slowly(at)
"""
STOPS = (*EXCEPTIONAL, BranchTakenError, TypeError, InputError)


class Code:
    """The code of a Program on numbers; ``function`` is None if it is too long, or numba knows some function of it not."""

    on_arrays = False

    def __init__(self, program: Program, fast: bool) -> None:
        self.inputs, self.fast = program.inputs, fast
        writer = Writer(program, NUMBA if fast else PYTHON, limits.ROLLED_LINES_FAST if fast else limits.ROLLED_LINES)
        self.source, self.rows, self.many = writer.source, writer.rows, bool(writer.naming.inputs)
        if len(self.rows) > (limits.ROWS_FAST if fast else limits.ROWS):
            self.function: Any = None
            return
        F = namespaces.get("math")
        room = FUNCTIONS | {name: getattr(F, name) for name in OWN} | writer.data | {"BranchTakenError": BranchTakenError}
        room = numba_code.room(room) if fast else room
        exec(compile(self.source, "<diffkit: value and gradient>", "exec"), room)  # no text of a user: see the top of this file
        self.function = room["value_and_gradient"]
        if fast:
            self.function = numba_code.build(self.function, len(self.inputs), self.many)

    def entry(self, slowly: Callable[[Any], Any], shape: tuple[int, ...] | None, single: bool) -> Callable[[Any], Any]:
        """The function of a point that answers fast in the usual case and asks ``slowly`` in all others.

        Usual is a ``single`` float, a tuple of floats, or, where there are many coordinates, one array of that ``shape``.
        """
        if self.many:
            return self._entry_of_array(slowly, shape) if shape else slowly
        if not self.inputs:
            return slowly
        if self.fast and not single:
            return self._entry_of_numba(slowly)
        names, slopes = ([f"{letter}{i}" for i in range(len(self.inputs))] for letter in "xd")
        text = ENTRY.format(
            kind="float" if single else "tuple",
            comma="" if single else ",",
            found="value, d0" if single else "found",
            names=", ".join(names),
            slopes=", ".join(slopes),
            total=" + ".join([*slopes, *names]),
            check=" is ".join(f"type({name})" for name in names) + " is float",
        )
        room: dict[str, Any] = {"function": self.function, "slowly": slowly, "stops": STOPS}
        exec(compile(text, "<diffkit: entry>", "exec"), room)  # numbered names only
        found: Callable[[Any], Any] = room["entry"]
        return found

    def _entry_of_numba(self, slowly: Callable[[Any], Any]) -> Callable[[Any], Any]:
        function = self.function  # it looks for itself whether all is finite

        def entry(at: Any) -> Any:
            if at.__class__ is tuple:
                try:
                    return function(*at)
                except STOPS:
                    pass
            return slowly(at)

        return entry

    def _entry_of_array(self, slowly: Callable[[Any], Any], shape: tuple[int, ...]) -> Callable[[Any], Any]:
        """numba's function takes the array itself and looks for itself at its type and at what is not finite."""
        import numpy as np

        function = self.function if self.fast and len(shape) == 1 else self._of_array

        def entry(at: Any) -> Any:
            try:
                if at.__class__ is np.ndarray and at.shape == shape:
                    return function(at)
                if at.__class__ is tuple and len(at) == 1 and at[0].__class__ is np.ndarray and at[0].shape == shape:
                    value, slopes = function(at[0])
                    return value, (slopes,)
            except STOPS:
                pass
            return slowly(at)

        return entry

    def _of_array(self, x: Any) -> tuple[float, Any]:
        """The value and the slopes at one array of doubles; ExceptionalError if anything is not finite."""
        import numpy as np

        if x.dtype != float:
            raise TypeError
        flat = np.ascontiguousarray(x).reshape(-1)
        value, slopes = self.function(flat if self.fast else flat.tolist())
        slopes = (slopes if self.fast else np.fromiter(slopes, float, len(slopes))).reshape(x.shape)
        total = value + np.add.reduce(slopes, axis=None) + np.add.reduce(flat)
        if total - total != 0.0:
            raise ExceptionalError
        return value, slopes

    def __call__(self, leaves: Sequence[Any]) -> tuple[float, list[Any]] | None:
        """The value and the slope by each coordinate, a float or an array of floats; None if anything is not finite.

        Raises
        ------
        ArithmeticError, ValueError
            At a pole, an overflow, or where a nan would be hidden.
        BranchTakenError
            If the point takes another branch.
        """
        arrays = any(type(x) is not float for x in leaves)
        if self.many and self.fast:
            return self._joined(leaves)
        numbers = (
            [x for leaf in leaves for x in (leaf.ravel().tolist() if type(leaf) is not float else (leaf,))] if arrays else leaves
        )
        value, slopes = self.function(numbers) if self.many else self.function(*numbers)
        total = value + sum(slopes) + sum(numbers)
        if total - total != 0.0:
            return None
        return value, _split(slopes, leaves) if arrays else slopes

    def _joined(self, leaves: Sequence[Any]) -> tuple[float, list[Any]] | None:
        """The same by numba, which takes one array of all coordinates."""
        import numpy as np

        one = len(leaves) == 1
        at = (
            leaves[0].ravel()
            if one
            else np.concatenate([np.ravel(x) for x in leaves])
            if _any_array(leaves)
            else np.array(leaves)
        )
        value, slopes = self.function(np.ascontiguousarray(at))
        total = value + slopes.sum() + at.sum()
        if total - total != 0.0:
            return None
        return value, _split(slopes, leaves) if _any_array(leaves) else slopes.tolist()


def _numbers(leaves: Sequence[Any]) -> list[float]:
    return [x for leaf in leaves for x in (leaf.ravel().tolist() if type(leaf) is not float else (leaf,))]


def _any_array(leaves: Sequence[Any]) -> bool:
    return any(type(x) is not float for x in leaves)


def _split(slopes: Any, leaves: Sequence[Any]) -> list[Any]:
    """All slopes in a row, as a float or an array for each coordinate."""
    import numpy as np

    slopes, found, start = np.asarray(slopes), [], 0
    for leaf in leaves:
        size = 1 if type(leaf) is float else leaf.size
        part = slopes[start : start + size]
        found.append(float(part[0]) if type(leaf) is float else part.reshape(leaf.shape))
        start += size
    return found
