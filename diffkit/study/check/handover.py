"""What users hand over to be checked: f, its gradient and a point in any form, as functions of one flat array of entries.

f only ever sees copies.  Tensors of other libraries are told by what they can do (``detach``, ``new_tensor``), so none of
those libraries is imported here.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diffkit.errors import FAILURES, DiffkitError, InputError, NumberError, TimeLimitError, UsageError, failure
from diffkit.namespaces import quiet
from diffkit.points import as_program, like
from diffkit.program import Program

Array = NDArray[Any]


def numbers(value: Any) -> Array:
    """An array from whatever a library calls one; None, a gradient that was never computed, becomes nan.

    Raises
    ------
    TypeError
        It holds no real numbers.
    ValueError
        Its rows differ in length.
    """
    if isinstance(value, (list, tuple)):
        return np.asarray([numbers(part) for part in value])
    for step in ("detach", "cpu"):
        value = getattr(value, step)() if hasattr(value, step) else value
    array = np.asarray(np.nan if value is None else value)
    if array.dtype.kind == "O":
        array = array.astype(float)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{array.dtype} is no kind of real number")  # beware: numpy drops imaginary parts with a mere warning
    return array


class Part(NamedTuple):
    """One argument of f: its name, its shape, where its entries stand, and the object it came as."""

    name: str
    shape: tuple[int, ...]
    place: slice
    original: Any

    def names(self) -> Iterator[str]:
        """The names of its entries: x, w[2], w[1,3]."""
        for index in np.ndindex(self.shape):
            yield f"{self.name}[{','.join(map(str, index))}]" if index else self.name

    def restored(self, flat: Array, narrow: bool) -> Any:
        """A fresh object of the user's kind with these entries; ``narrow`` keeps the precision of the original."""
        values = flat[self.place].reshape(self.shape)
        if hasattr(self.original, "new_tensor"):
            kind = self.original.detach() if narrow else self.original.detach().double()
            return kind.new_tensor(values).requires_grad_(bool(self.original.requires_grad))
        if narrow and hasattr(self.original, "dtype"):
            values = values.astype(self.original.dtype)
        return values.copy() if self.shape or isinstance(self.original, np.ndarray) else float(values)


class Point:
    """A point in the user's form, and the same as one flat array of named entries."""

    def __init__(self, at: Any, names: Callable[[int], list[str]]) -> None:
        self.at = at
        if isinstance(at, Mapping):
            named = list(at.items())
        else:
            values = list(at) if isinstance(at, (tuple, list)) else [at]
            named = list(zip(names(len(values)), values))
        arrays = [_coordinates(name, value) for name, value in named]
        ends = np.cumsum([0, *(a.size for a in arrays)])
        places = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        self.parts = [Part(name, a.shape, place, v) for (name, v), a, place in zip(named, arrays, places)]
        self.flat: NDArray[np.float64] = np.concatenate([np.empty(0), *(a.ravel() for a in arrays)])
        self.names = [name for part in self.parts for name in part.names()]

    def restored(self, flat: Array, narrow: bool = False) -> Any:
        """These entries in the user's form."""
        values = [part.restored(flat, narrow) for part in self.parts]
        if isinstance(self.at, Mapping):
            return {part.name: value for part, value in zip(self.parts, values)}
        return like(self.at, values) if isinstance(self.at, (tuple, list)) else values[0]

    def flattened(self, at: Any) -> Array:
        """The entries of a point in the user's form."""
        values = list(at.values()) if isinstance(at, Mapping) else list(at) if isinstance(at, (tuple, list)) else [at]
        return np.concatenate([np.empty(0), *(numbers(value).ravel() for value in values)])


def _coordinates(name: str, value: Any) -> NDArray[np.float64]:
    try:
        if isinstance(value, (str, bytes)) or value is None:
            raise TypeError
        array = numbers(value).astype(float)
    except (TypeError, ValueError):
        raise UsageError(f"'{name}' must be a real number or an array of them, not {str(value)[:40]!r}") from None
    if not np.isfinite(array).all():
        raise UsageError(f"'{name}' is not finite", remedy="check the gradient where f has a value")
    return array


def apply(f: Callable[..., Any], at: Any) -> Any:
    """f of a point: by name, by position, or of the one argument it has."""
    if isinstance(at, Mapping):
        return f(**at)
    if isinstance(at, (tuple, list)):
        return f(*at)
    spread = isinstance(f, Program) and len(f.inputs) != 1 and np.ndim(at) == 1
    return f(*at) if spread else f(at)


class Handed:
    """f at a point, as a function of one flat array; counts its evaluations.

    ``program`` is f as a Program where there is one and its inputs are numbers, else None; ``narrow`` tells that f refused
    float64 and is called in the precision in which the point was given, ``single`` that it answers in less than float64.
    """

    def __init__(self, f: Any, at: Any) -> None:
        self.f = as_program(f) if isinstance(f, str) else f
        if not callable(self.f):
            raise UsageError(f"a function is a text, a Program or a Python callable, not {type(f).__name__}")
        if isinstance(self.f, Program) and isinstance(at, Mapping) and sorted(at) == sorted(self.f.inputs):
            at = {name: at[name] for name in self.f.inputs}  # one order for all that follows
        self.point = Point(at, lambda count: parameters(self.f, count))
        self.evaluations, self.narrow, self.single = 0, False, False
        self.first = self._first()
        self.program = self._program()

    def value(self, flat: Array) -> float:
        """f there; nan where it fails."""
        try:
            return self._call(flat)
        except (UsageError, TimeLimitError):
            raise
        except FAILURES:  # beware: callables raise what they like outside their domain
            return float("nan")

    def _call(self, flat: Array) -> float:
        self.evaluations += 1
        with quiet():
            result = _one_number(apply(self.f, self.point.restored(flat, self.narrow)))
        self.single = result.dtype.kind == "f" and result.dtype.itemsize < 8
        return float(result)

    def _first(self) -> float:
        """f at the point: in float64, else in the precision in which the point was given."""
        try:
            found = self._call(self.point.flat)
        except DiffkitError:
            raise
        except FAILURES as error:
            self.narrow = True
            found = self._narrowly(error)
        if not np.isfinite(found):
            raise NumberError(f"f is {found} at that point", remedy="check the gradient where f has a value", status="domain")
        return found

    def _narrowly(self, first: BaseException) -> float:
        try:
            return self._call(self.point.flat)
        except DiffkitError:
            raise
        except FAILURES:
            raise InputError(f"f fails at that point: {failure(first)}") from None

    def changes(self) -> bool:
        """Does f write into its arguments?"""
        at = self.point.restored(self.point.flat, self.narrow)
        before = self.point.flattened(at)
        with quiet():
            apply(self.f, at)
        self.evaluations += 1
        return not np.array_equal(before, self.point.flattened(at))

    def _program(self) -> Program | None:
        if isinstance(self.f, Program):
            return self.f if all(not part.shape for part in self.point.parts) or len(self.f.inputs) > 1 else None
        if any(part.shape for part in self.point.parts):
            return None
        try:
            return as_program(self.f, self.point.restored(self.point.flat))
        except TimeLimitError:
            raise
        except FAILURES:  # beware: what cannot be recorded raises what it likes; it is measured instead
            return None


def _one_number(result: Any) -> Array:
    try:
        if result is None:
            raise TypeError
        array = numbers(result)
    except (TypeError, ValueError):
        raise UsageError(f"f must return one real number, not {type(result).__name__}") from None
    if array.size != 1:
        raise UsageError(
            f"f must return one number, not an array of shape {array.shape}", remedy="check one output at a time, or their sum"
        )
    return array.reshape(())


def parameters(f: Any, count: int) -> list[str]:
    """Names for so many arguments: those of f itself, or x1, x2, ... (x where there is but one)."""
    if isinstance(f, Program):
        known = list(f.inputs)
    else:
        try:
            known = [p.name for p in inspect.signature(f).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
        except (TypeError, ValueError):
            known = []
    if len(known) >= count and not (count == 1 and isinstance(f, Program) and len(known) > 1):
        return known[:count]
    return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]
