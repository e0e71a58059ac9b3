"""A function compiled for its value and gradient: its recordings, and which of them is the function at a point."""

from __future__ import annotations

import gc
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from diffkit import limits
from diffkit.emit import numba_code
from diffkit.emit.code import EXCEPTIONAL, BranchTakenError, Code
from diffkit.emit.lower import to_numbers
from diffkit.jacobians import demand_one
from diffkit.points import as_program, recordable, spread
from diffkit.program import Program
from diffkit.tracing import coordinate, flatten

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


@contextmanager
def no_collection() -> Iterator[None]:
    """No search for garbage while millions of lines are built, none of which is any: it would take half of the time."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


class Variant(namedtuple("Variant", "form code")):
    """The code for one form of the point (which keys, which shapes) and the branches taken there; None: left to the tape."""

    __slots__ = ()
    form: Any
    code: Code | None


class Compiled:
    """g(at) -> (value, gradient), many times; what `diffkit.tape.compile` returns.

    Attributes
    ----------
    source : str
        The Python that ran last.
    fast : bool
        Was it compiled by numba?
    recordings : int
        How often the function was recorded: once, and again for other branches and shapes.
    """

    def __init__(self, f: Any, at: Any, tape: Callable[[Any, Any], Any], fast: bool | None) -> None:
        self._f = f if recordable(f) else as_program(f)
        self._tape, self._wanted = tape, numba_code.wanted(fast)
        self._variants: list[Variant] = []
        self.recordings = 0
        self._record(self._taken_apart(at)[2] if recordable(f) else self._own_form(), at)

    @property
    def source(self) -> str:
        """The Python that ran last."""
        code = self._variants[0].code
        return code.source if code else ""

    @property
    def fast(self) -> bool:
        """Was that compiled by numba?"""
        code = self._variants[0].code
        return bool(code and code.fast)

    @property
    def rows(self) -> Sequence[Any]:
        """The listing behind ``source``: role, line of the Program, name, sign, expression and depth of every row."""
        code = self._variants[0].code
        return code.rows if code else []

    def __call__(self, at: Any) -> tuple[Any, Any]:
        """The value and the gradient at a point, structured like it."""
        return self._entry(at)  # type: ignore[no-any-return]

    def _slowly(self, at: Any) -> tuple[Any, Any]:
        """The same for points that need a closer look: of another form or branch, with many coordinates, or exceptional."""
        leaves, restore, form = self._taken_apart(at)
        for variant in [v for v in self._variants if v.form == form]:
            try:
                found = variant.code(leaves) if variant.code else None
            except BranchTakenError:
                continue
            except EXCEPTIONAL:
                found = None
            self._put_first(variant)
            return (found[0], restore(found[1])) if found else self._tape(self._f, at)
        if not recordable(self._f):
            return self._tape(self._f, at)  # type: ignore[no-any-return]
        self._record(form, at)
        return self._slowly(at)

    def _taken_apart(self, at: Any) -> tuple[Sequence[Any], Callable[[Sequence[Any]], Any], Any]:
        """The coordinates, the way back, and the form of a point: where its coordinates stand and which are arrays."""
        if not recordable(self._f):
            values, restore = spread(self._f.inputs, at)
            return values, restore, _form(None, values)
        paths, values, restore = flatten(at)
        values = values if {*map(type, values)} == {float} else [coordinate(x) for x in values]
        return values, restore, _form(paths, values)

    def _own_form(self) -> Any:
        """The form of the point for which a Program was written."""
        static = {line.text: line.static for line in self._f.lines if line.op == "input"}
        return None, tuple(static.get(name) or None for name in self._f.inputs)

    def _put_first(self, variant: Variant) -> None:
        if self._variants[0] is not variant:
            self._variants.remove(variant)
            self._variants.insert(0, variant)
            self._entry = self._new_entry()

    def _record(self, form: Any, at: Any) -> None:
        with no_collection():
            program = as_program(self._f, at)
            demand_one(len(program.outputs))
            code = self._code(program)
        self.recordings += 1
        self._variants.insert(0, Variant(form, code))
        del self._variants[limits.VARIANTS :]
        self._entry = self._new_entry()

    def _code(self, program: Program) -> Code | None:
        numbers = to_numbers(program)
        if numbers is None:
            return None
        code = Code(numbers, self._wanted)
        return code if code.function else Code(numbers, fast=False)

    def _new_entry(self) -> Callable[[Any], Any]:
        """The fast way in, where the point is a tuple of floats."""
        (paths, kinds), code = self._variants[0]
        plain = paths is None or paths == tuple((i,) for i in range(len(kinds)))
        return code.entry(self._slowly) if code and plain and not any(kinds) else self._slowly


def _form(paths: Any, values: Sequence[Any]) -> Any:
    kinds = tuple([None if type(x) is float else (x.shape, str(x.dtype)) for x in values])
    return None if paths is None else tuple(paths), kinds
