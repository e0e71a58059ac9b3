"""A function compiled for its value and gradient: the emitted code, and what happens where that code is not the function.

The emitted code is compiled by Python's own ``compile``.  That is safe because no text of a user is in it: it is made from a
Program, which holds names of operations out of THE table, doubles, and names that `names.Names` has let through.

The fast code knows nothing of inf and nan: where Python raises on a pole or an overflow, or the value is not finite, the tape
itself computes that point, by the rules of IEEE 754.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from diffkit import limits, namespaces
from diffkit.emit import numba_code
from diffkit.emit.page import NUMBA, PYTHON
from diffkit.emit.sheet import FUNCTIONS, OWN
from diffkit.emit.writer import Writer
from diffkit.jacobians import demand_one
from diffkit.points import as_program, spread
from diffkit.program import Program

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

FLOATS = {float}
EXCEPTIONAL = (ArithmeticError, ValueError)
# How a point that is a tuple of floats reaches the code without delay; anything else takes the way of `Compiled.slowly`.
ENTRY = """
def entry(at):
    if at.__class__ is tuple:
        try:
            {names}, = at
            if {check}:
                found = function({names})
                if found[0] - found[0] == 0.0:
                    return found
        except stops:
            pass
    return slowly(at)
"""


class BranchTakenError(Exception):
    """The recorded function takes another branch at this point."""


class Variant:
    """The code for one recording: the form of a point and the branches taken there."""

    def __init__(self, program: Program, fast: bool) -> None:
        self.inputs, self.fast = program.inputs, fast
        writer = Writer(program, NUMBA if fast else PYTHON, limits.ROLLED_LINES_FAST if fast else limits.ROLLED_LINES)
        self.source, self.rows, self.many = writer.source, writer.rows, bool(writer.naming.inputs)
        F = namespaces.get("math")
        room = FUNCTIONS | {name: getattr(F, name) for name in OWN} | writer.data | {"BranchTakenError": BranchTakenError}
        room = numba_code.room(room) if fast else room
        exec(compile(self.source, "<diffkit: value and gradient>", "exec"), room)  # no text of a user: see the top of this file
        self.function: Any = room["value_and_gradient"]
        if fast:
            self.function = numba_code.build(self.function, len(self.inputs), self.many)

    def entry(self, slowly: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The function of one point that answers fast where it can, and asks ``slowly`` elsewhere."""
        if self.many or not self.inputs:
            return slowly
        names = [f"x{i}" for i in range(len(self.inputs))]
        check = "True" if self.fast else " is ".join(f"type({name})" for name in names) + " is float"
        room = {"function": self.function, "slowly": slowly, "stops": (*EXCEPTIONAL, BranchTakenError, TypeError)}
        exec(compile(ENTRY.format(names=", ".join(names), check=check), "<diffkit: entry>", "exec"), room)  # numbered names only
        return room["entry"]  # type: ignore[return-value]

    def at(self, point: Any) -> tuple[float, Any]:
        """The value and the gradient, structured like the point."""
        if self.many and getattr(point, "ndim", 0) == 1 and len(point) == len(self.inputs):
            return self._at_array(point)
        values, restore = spread(self.inputs, point)
        if not self.many:
            value, slopes = self.function(*values)
        elif self.fast:
            value, slopes = self._at_array(values)
            slopes = slopes.tolist()
        else:
            value, slopes = self.function(values)
        return value, restore(slopes)

    def _at_array(self, point: Any) -> tuple[float, Any]:
        import numpy as np

        if self.fast:
            return self.function(np.ascontiguousarray(point, dtype=float))  # type: ignore[no-any-return]
        value, slopes = self.function(np.asarray(point, dtype=float).tolist())
        return value, np.array(slopes)


class Compiled:
    """g(at) -> (value, gradient), many times; what `diffkit.tape.compile` returns.

    Attributes
    ----------
    source : str
        The Python that ran last.
    fast : bool
        Was it compiled by numba?
    recordings : int
        How often the function was recorded: once, and again for other branches.
    """

    def __init__(self, f: Any, at: Any, tape: Callable[[Any, Any], Any], fast: bool | None) -> None:
        self._f, self._tape, self._wanted = f, tape, numba_code.wanted(fast)
        self._variants: list[Variant] = []
        self.recordings = 0
        self._record(at)

    @property
    def source(self) -> str:
        """The Python that ran last."""
        return self._variants[0].source

    @property
    def fast(self) -> bool:
        """Was that compiled by numba?"""
        return self._variants[0].fast

    @property
    def rows(self) -> Sequence[Any]:
        """The listing behind ``source``: role, line of the Program, name, sign, expression and depth of every row."""
        return self._variants[0].rows

    def __call__(self, at: Any) -> tuple[Any, Any]:
        """The value and the gradient at a point, structured like it."""
        return self._entry(at)  # type: ignore[no-any-return]

    def slowly(self, at: Any) -> tuple[Any, Any]:
        """The same for points that need a closer look: of another form or branch, with many coordinates, or exceptional."""
        for variant in self._variants:
            try:
                value, slopes = variant.at(at)
            except BranchTakenError:
                continue
            except EXCEPTIONAL:
                return self._tape(self._f, at)  # type: ignore[no-any-return]
            self._put_first(variant)
            return (value, slopes) if value - value == 0.0 else self._tape(self._f, at)
        self._record(at)
        return self.slowly(at)

    def _put_first(self, variant: Variant) -> None:
        if self._variants[0] is not variant:
            self._variants.remove(variant)
            self._variants.insert(0, variant)
            self._entry = variant.entry(self.slowly)

    def _record(self, at: Any) -> None:
        program = as_program(self._f, at)
        demand_one(len(program.outputs))
        self.recordings += 1
        variant = Variant(program, self._wanted)
        self._variants.insert(0, variant if variant.function else Variant(program, fast=False))
        del self._variants[limits.VARIANTS :]
        self._entry = self._variants[0].entry(self.slowly)
