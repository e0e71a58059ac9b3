"""A function compiled for its value and gradient: its recordings, and which of them is the function at a point."""

from __future__ import annotations

import gc
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from diffkit import limits
from diffkit.emit import numba_code
from diffkit.emit.code import EXCEPTIONAL, BranchTakenError, Code
from diffkit.emit.lower import to_numbers
from diffkit.errors import InputError, UsageError
from diffkit.jacobians import demand_one, demand_one_number
from diffkit.points import as_program, recordable, spread
from diffkit.program import Program
from diffkit.surroundings import Surroundings
from diffkit.traced import Traced
from diffkit.tracing import call, coordinate, flatten, program, walk

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
    code: Any  # Code, ArrayCode or None


class Compiled:
    """g(at) -> (value, gradient), many times; what `diffkit.tape.compile` returns.

    Attributes
    ----------
    source : str
        The Python that ran last; empty where the tape itself answers (arrays of other precisions, a million different lines).
    fast : bool
        Was it compiled by numba?
    recordings : int
        How often the function was recorded: once, and again for other branches and shapes.
    """

    def __new__(cls, *_: Any) -> Compiled:
        """Each has a class of its own, whose __call__ is the shortest way to its code."""
        return object.__new__(type(cls.__name__, (cls,), {"__doc__": cls.__doc__}))

    def __init__(self, f: Any, at: Any, tape: Callable[[Any, Any], Any], fast: bool | None) -> None:
        self._f: Any = f if recordable(f) else as_program(f)
        self._tape, self._wanted = tape, numba_code.wanted(fast)
        self._variants: tuple[Variant, ...] = ()  # replaced, never changed, so that threads see whole ones
        self._surroundings: Any = ()  # what f reads besides its arguments, as it was when the variants were recorded
        self.recordings = 0
        if at is None and recordable(f):
            raise UsageError("a Python callable is recorded at a point", remedy="give at= a number, a tuple, a dict or an array")
        values, _, form = self._taken_apart(at) if recordable(f) else ([], None, self._own_form())
        self._record(form, at, values, kept=())

    def __repr__(self) -> str:
        return f"<value and gradient in {len(self.rows)} lines of {'numba' if self.fast else 'Python'}>"

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
        return self._slowly(at)

    def _slowly(self, at: Any) -> tuple[Any, Any]:
        """The same for points that need a closer look: of another form or branch, with many coordinates, or exceptional."""
        leaves, restore, form = self._taken_apart(at)
        if any(isinstance(x, Traced) for x in leaves):  # inside an outer differentiation
            return self._tape(self._f, at)  # type: ignore[no-any-return]
        if self._surroundings and self._surroundings.changed():
            self._record(form, at, leaves, kept=())
        for variant in [v for v in self._variants if v.form == form]:
            try:
                found = variant.code(leaves) if variant.code else None
            except BranchTakenError:
                continue
            except (
                *EXCEPTIONAL,
                InputError,
            ):  # a checkpointed function has changed: the tape runs f anew, and says so if it must
                found = None
            self._put_first(variant)
            return (found[0], restore(found[1])) if found else self._tape(self._f, at)
        if not recordable(self._f):
            return self._tape(self._f, at)  # type: ignore[no-any-return]
        self._record(form, at, leaves, kept=self._variants)
        return self._slowly(at)

    def _taken_apart(self, at: Any) -> tuple[Sequence[Any], Callable[[Sequence[Any]], Any], Any]:
        """The coordinates, the way back, and the form of a point: where its coordinates stand and which are arrays."""
        if not recordable(self._f):
            values, restore = spread(self._f.inputs, at)
            return values, restore, _form(None, values)
        values, restore = flatten(at)
        values = values if {*map(type, values)} == {float} else [_coordinate(x) for x in values]
        return values, restore, _form(_structure(at), values)

    def _own_form(self) -> Any:
        """The form of the point for which a Program was written."""
        static = {line.text: line.static for line in self._f.lines if line.op == "input"}
        return None, tuple(static.get(name) or None for name in self._f.inputs)

    def _put_first(self, variant: Variant) -> None:
        if self._variants[0] is not variant:
            self._variants = (variant, *[v for v in self._variants if v is not variant][: limits.VARIANTS - 1])
            self._enter_by(variant)

    def _record(self, form: Any, at: Any, values: Sequence[Any], kept: tuple[Variant, ...]) -> None:
        surroundings: Any = Surroundings(self._f) if recordable(self._f) else ()
        with no_collection():
            recorded = self._recorded(at)
            lasting = not surroundings or (surroundings.complete and not surroundings.changed())
            code = self._code(recorded, values) if lasting else None
        self.recordings += 1
        self._surroundings = surroundings
        self._variants = (Variant(form, code), *kept[: limits.VARIANTS - 1])
        if lasting:
            self._enter_by(self._variants[0])
        else:  # a function that changes what it reads, or reads what cannot be looked at, has to run each time
            self._enter(lambda at: self._tape(self._f, at))

    def _recorded(self, at: Any) -> Program | None:
        if not recordable(self._f):
            demand_one(len(self._f.outputs))
            found: Program = self._f
            return found
        recorded = call(self._f, at)
        demand_one_number(recorded)
        try:
            return program(recorded)
        except InputError:  # no Program has infinite constants, or what an outer differentiation traces
            return None

    def _code(self, recorded: Program | None, values: Sequence[Any]) -> Any:
        if recorded is None:
            return None
        numbers = to_numbers(recorded)
        if numbers is None:
            return self._array_code(recorded, values)
        for fast in (True, False) if self._wanted else (False,):
            code = Code(numbers, fast)
            if code.function:
                return code
        return None

    def _array_code(self, recorded: Program, values: Sequence[Any]) -> Any:
        """Code on arrays of doubles; other precisions, and arrays without axes, are left to the tape."""
        kinds = [line.static for line in recorded.lines if line.op == "input" and line.static]
        if not values or any(not shape or dtype != "float64" for shape, dtype in kinds):
            return None
        if any(line.op == "astype" for line in recorded.lines):
            return None
        from diffkit.emit.array_code import ArrayCode

        return ArrayCode(recorded, values)

    def _enter_by(self, variant: Variant) -> None:
        """Let calls go to the entry of that variant: at the class, which is this object's own, where Python looks for it."""
        (structure, kinds), code = variant
        entry = self._slowly
        if code and (structure is None or structure in ((), len(kinds))):
            single = structure == () or (structure is None and len(kinds) == 1)
            shape = (
                (len(kinds),) if structure is None and not any(kinds) else kinds[0][0] if len(kinds) == 1 and kinds[0] else None
            )
            if code.on_arrays or code.many or not any(kinds):
                entry = code.entry(self._slowly, shape, single)
        self._enter(self._guarded(entry) if self._surroundings else entry)

    def _guarded(self, entry: Callable[[Any], Any]) -> Callable[[Any], Any]:
        changed = self._surroundings.changed
        return lambda at: self._slowly(at) if changed() else entry(at)

    def _enter(self, entry: Callable[[Any], Any]) -> None:
        type(self).__call__ = staticmethod(entry)  # type: ignore[method-assign,assignment]


def _coordinate(x: Any) -> Any:
    """A coordinate as the tape takes it; an array of doubles is not copied, since nothing writes to it."""
    return x if type(x) is float or (type(x).__name__ == "ndarray" and x.ndim and x.dtype == float) else coordinate(x)


def _structure(at: Any) -> Any:
    """Where the coordinates of a point stand: its length if it is a tuple or list of them, all paths if it is deeper."""
    if not isinstance(at, (Mapping, tuple, list)):
        return ()
    if any(isinstance(x, (Mapping, tuple, list)) for x in (at.values() if isinstance(at, Mapping) else at)):
        return tuple(path for path, _ in walk(at))
    return tuple(at) if isinstance(at, Mapping) else len(at)


def _form(structure: Any, values: Sequence[Any]) -> Any:
    return structure, tuple([None if type(x) is float else (x.shape, str(x.dtype)) for x in values])
