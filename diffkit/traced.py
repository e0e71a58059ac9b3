"""Traced values: they write down what is done to them, and know what they are at the point.

A `Recording` is the tape of one call of a Python callable: one entry a line.  A `Traced` value is the result of one line:
a `Scalar` holds a Python float, an `Array` an array of NumPy; an `Array` or a `Number` may hold what an outer recording
traces, so that differentiation nests.  What the operators do stands in `recording`, which sets them on these classes; here
are only the short ways of floats, and what is refused.
"""

from __future__ import annotations

import itertools
from functools import cache

from diffkit.errors import InputError
from diffkit.whereabouts import place, refusal

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LEVELS = itertools.count()
INPUT = ("input", None, None, None, None)


class NoAttributeError(InputError, AttributeError):
    """What is asked of a traced array cannot be recorded; for hasattr it is not there."""


class Recording(list):  # type: ignore[type-arg]
    """The tape of one call: its entries, the inputs first, and the choices that were made."""

    __slots__ = ("arrays", "closed", "complete", "guards", "inputs", "level", "mixed", "nested", "values")

    def __init__(self) -> None:
        self.level = next(LEVELS)  # an inner recording starts later than those around it
        self.guards: list[tuple[int, bool]] = []
        self.inputs = 0
        self.values: list[Any] = []  # of the inputs
        self.mixed = False  # is any entry not one of floats?
        self.arrays = False  # is any value an array?
        self.nested = False  # is any value traced by an outer recording?
        self.closed = False
        self.complete = False  # are the steps of checkpointed functions to be recorded, too?

    def input(self, value: Any) -> Traced:
        """The next input, a float, an array or a value traced by an outer recording."""
        self.inputs += 1
        self.values.append(value)
        if type(value) is float:
            return Scalar(self, value, INPUT)
        self.mixed = True
        self.nested = self.nested or isinstance(value, Traced)
        self.arrays = self.arrays or not isinstance(value, Number)
        return (Number if isinstance(value, Number) else Array)(self, value, INPUT)


class Traced:
    """The result of one recorded line."""

    __slots__ = ("index", "tape", "value")
    __array_priority__ = 1000
    tape: Recording
    value: Any
    index: int
    if TYPE_CHECKING:
        shape: tuple[int, ...]
    __hash__ = object.__hash__

    def __init__(self, tape: Recording, value: Any, entry: tuple[Any, ...]) -> None:
        self.tape = tape
        self.value = value
        self.index = len(tape)
        tape.append(entry)

    apply: Callable[..., Any]  # record an operation: (op, *operands, static=())

    def __array_function__(self, function: Any, types: Any, operands: Any, options: Any) -> Any:
        name = f"{function.__module__}.{function.__name__}".removeprefix("numpy.")
        return numpy_functions().function(name, operands, options)

    def __bool__(self) -> bool:
        outcome = bool(self.value)
        self.tape.guards.append((self.index, outcome))
        return outcome

    def __pos__(self) -> Traced:
        return self

    def __float__(self, *digits: Any) -> Any:
        raise refusal(
            "a traced value was turned into a plain float, which loses its derivative",
            "use NumPy's functions (np.sin, not math.sin) and leave out float()",
        )

    __int__ = __complex__ = item = __round__ = __trunc__ = __floor__ = __ceil__ = __float__

    def tolist(self) -> Any:
        """Refused: it would lose the derivative."""
        return self.__float__()

    def __index__(self) -> int:
        raise refusal(
            "a traced value was used as an index or a count, which must be a plain whole number",
            "take it from what is not differentiated: len(x), range(n), an argument bound beforehand",
        )

    def __setitem__(self, index: Any, value: Any) -> None:
        raise refusal(
            "an element of a traced array was assigned to, which cannot be recorded",
            "build the array at once: np.stack, np.concatenate or np.where",
        )

    def __mod__(self, other: Any) -> Any:
        return self.apply("mod", self, other)

    def __rmod__(self, other: Any) -> Any:
        return self.apply("mod", other, self)

    def __floordiv__(self, other: Any) -> Any:
        return self.apply("floordiv", self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self.apply("floordiv", other, self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __xor__(self, other: Any) -> Any:
        raise refusal("^ cannot be recorded", "write x**y for a power, np.logical_xor(a, b) for truths")

    __rxor__ = __xor__

    def __repr__(self) -> str:
        return f"<traced {self.value!r}>"

    def __format__(self, how: str) -> str:
        return format(self.value, how) if how else repr(self)

    def __getstate__(self) -> Any:
        raise refusal("a traced value cannot be saved or sent elsewhere", "return it from the function instead")


class Double:
    """Stands for NumPy's type of floats, without NumPy; a traced value is already of it."""

    kind, char, name, itemsize = "f", "d", "float64", 8

    @property
    def dtype(self) -> Any:
        """What NumPy takes for it."""
        return numpy_functions().np.dtype(float)

    @staticmethod
    def type(x: Any = 0.0) -> Any:
        """What the type makes of a value."""
        return x

    def __eq__(self, other: object) -> bool:
        return bool(self.dtype == other)

    def __hash__(self) -> int:
        return hash(self.dtype)


DOUBLE = Double()


class Number(Traced):
    """A single traced number: here one that an outer recording traces too."""

    __slots__ = ()
    shape: tuple[int, ...] = ()
    ndim, size = 0, 1

    @property
    def dtype(self) -> Any:
        """As of a plain number of NumPy's."""
        return DOUBLE

    def sum(self, *axis: Any, **options: Any) -> Number:
        """Itself, like NumPy's numbers."""
        return self

    mean = prod = max = min = squeeze = copy = transpose = conjugate = sum
    T = real = property(sum)


class Scalar(Number):
    """A traced Python float."""

    __slots__ = ()
    value: float

    def __add__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Scalar and other.tape is self.tape:
            return Scalar(self.tape, self.value + other.value, ("add", self.index, other.index, 1.0, 1.0))
        if kind is float or kind is int:
            other = float(other)
            return Scalar(self.tape, self.value + other, ("add", self.index, other, 1.0, None))
        return self.apply("add", self, other)

    def __radd__(self, other: Any) -> Any:
        kind = type(other)
        if kind is float or kind is int:
            other = float(other)
            return Scalar(self.tape, other + self.value, ("add", other, self.index, None, 1.0))
        return self.apply("add", other, self)

    def __sub__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Scalar and other.tape is self.tape:
            return Scalar(self.tape, self.value - other.value, ("sub", self.index, other.index, 1.0, -1.0))
        if kind is float or kind is int:
            other = float(other)
            return Scalar(self.tape, self.value - other, ("sub", self.index, other, 1.0, None))
        return self.apply("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        kind = type(other)
        if kind is float or kind is int:
            other = float(other)
            return Scalar(self.tape, other - self.value, ("sub", other, self.index, None, -1.0))
        return self.apply("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        kind = type(other)
        if kind is Scalar and other.tape is self.tape:
            a, b = self.value, other.value
            return Scalar(self.tape, a * b, ("mul", self.index, other.index, b, a))
        if kind is float or kind is int:
            other = float(other)
            return Scalar(self.tape, self.value * other, ("mul", self.index, other, other, None))
        return self.apply("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        kind = type(other)
        if kind is float or kind is int:
            other = float(other)
            return Scalar(self.tape, other * self.value, ("mul", other, self.index, None, other))
        return self.apply("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        if type(other) is Scalar and other.tape is self.tape and other.value:
            b = other.value
            y = self.value / b
            return Scalar(self.tape, y, ("div", self.index, other.index, 1 / b, -y / b))
        return self.apply("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        kind = type(other)
        if (kind is float or kind is int) and self.value:
            other = float(other)
            y = other / self.value
            return Scalar(self.tape, y, ("div", other, self.index, None, -y / self.value))
        return self.apply("div", other, self)

    def __neg__(self) -> Scalar:
        return Scalar(self.tape, -self.value, ("neg", self.index, None, -1.0, None))


class Array(Traced):
    """A traced array."""

    __slots__ = ("shares",)

    def __init__(self, tape: Recording, value: Any, entry: tuple[Any, ...], flat: bool = False) -> None:
        self.tape = tape
        self.value = value
        self.index = ~len(tape) if flat else len(tape)
        self.shares = False  # may its memory be reached by another name?
        tape.append(entry)

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """As of a plain array."""
        return self.value.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """As of a plain array."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """As of a plain array."""
        size = 1
        for n in self.shape:
            size *= n
        return size

    @property
    def dtype(self) -> Any:
        """As of a plain array."""
        return getattr(self.value, "dtype", float)

    @property
    def T(self) -> Any:
        """As of a plain array."""
        return self.transpose()

    @property
    def mT(self) -> Any:
        """As of a plain array."""
        return self.swapaxes(-1, -2)

    @property
    def real(self) -> Any:
        """Itself: here all numbers are."""
        return self

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a single number")
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        return numpy_functions().take_index(self, index)

    def __getattr__(self, name: str) -> Any:
        numpy_functions()  # sets the methods of arrays
        if name not in vars(Array):
            raise NoAttributeError(f"a traced array has no attribute {name!r} that can be recorded", where=place())
        return getattr(self, name)

    def __pos__(self) -> Any:
        return self.copy()

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        found = numpy_functions().elements(self, bool(copy)) if dtype in {None, object} else None
        if found is None:
            raise refusal(
                "a traced array was turned into a plain array, which loses its derivative",
                "leave out np.asarray(x), or give it no dtype; put traced values together with np.stack or np.concatenate",
            )
        return found


@cache
def numpy_functions() -> Any:
    """The module that knows NumPy's functions, imported where NumPy is in use."""
    from importlib import import_module

    return import_module("diffkit.numpy_functions")
