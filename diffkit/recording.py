"""Recording: what is done to traced values, one entry an operation.

The innermost recording among the operands writes, all others are constants to it.  No state stands outside the recordings:
an exception, a thread or a recursion leaves nothing behind.

An entry is (op, a, b, slope by a, slope by b) for one or two floats, its slopes known at once (None: none asked for), and
(op, args, operands, y, static) for all else.  Operands a, b, args: the line of a traced value, ~line if it is piecewise
constant, and anything that is no int is a constant.  What no slope asks for among the values operands and y of a large entry
is not kept: a `Ghost` has its shape only.
"""

from __future__ import annotations

import math
import operator
from collections import namedtuple
from collections.abc import Callable
from functools import cache
from functools import partial as bound

from diffkit import namespaces
from diffkit.namespaces import NUMPY_NAMES
from diffkit.primitives import TABLE, zero
from diffkit.traced import Array, Number, Recording, Scalar, Traced, numpy_functions
from diffkit.whereabouts import refusal

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

FROM_NUMPY = {native: name for name, native in NUMPY_NAMES.items()} | {
    "maximum": "max",
    "minimum": "min",
    "absolute": "abs",
    "fabs": "abs",
    "float_power": "pow",
    "true_divide": "div",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
    "equal": "eq",
    "not_equal": "ne",
    "bitwise_and": "and",
    "bitwise_or": "or",
    "invert": "not",
}
OPERATORS = namespaces.COMPARISONS | {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
    "abs": abs,
    "and": operator.and_,
    "or": operator.or_,
    "not": operator.invert,
}
MATH = namespaces.get("math")
PLAIN = {"ndarray", "memmap"}  # matrices and masked arrays mean other things by * and sum


class Ghost(namedtuple("Ghost", "shape dtype")):
    """What is left of an array whose values no slope asks for."""

    __slots__ = ()
    size = property(lambda self: math.prod(self.shape))
    ndim = property(lambda self: len(self.shape))


LARGE = 1 << 15  # bytes from which it is worth asking what need not be kept


@cache
def kernel(op: str) -> Callable[..., Any]:
    """What computes an operation on plain arrays: of its operands, for a row of arrays after ``static``."""
    if op in OPERATORS:
        return bound(_operate, op)
    if op in TABLE:
        return getattr(namespaces.get("numpy"), op)  # type: ignore[no-any-return]
    from diffkit.arrays import ROWS

    return ROWS[op].run


def _operate(op: str, *values: Any) -> Any:
    try:
        return OPERATORS[op](*values)  # type: ignore[operator]
    except (ZeroDivisionError, TypeError):  # a number over 0, or ~ of numbers that stand for truths
        return getattr(namespaces.get("numpy"), op)(*values)


def record(op: str, *operands: Any, static: tuple[Any, ...] = ()) -> Any:
    """Write one operation on traced values and constants into the innermost recording among them."""
    x = operands[0]
    if len(operands) == 1 and type(x) is Array and not x.tape.nested:
        y = kernel(op)(x.value) if op in TABLE else kernel(op)(static, x.value)
        return wrap(x.tape, y, op, [x.index], [x.value], static)
    tape = innermost(operands)
    args, values = [], []
    for x in operands:
        if isinstance(x, Traced) and x.tape is tape:
            args.append(x.index)
            values.append(x.value)
        else:
            x = constant(x) if type(x) is float else beside(operands, x)
            if isinstance(x, Traced) and x.tape is tape:  # an array of traced values
                args.append(x.index)
                x = x.value
            else:
                args.append(x)
            values.append(x)
    for x in values:
        if type(x) is not float:
            break
    else:
        if op in TABLE:
            return _record_floats(tape, op, args, values)
    tape.mixed = True
    y = compute(op, values, static)
    return wrap(tape, y, op, args, values, static)


def innermost(operands: Any) -> Recording:
    """The recording that started last among those of the operands."""
    found = [x.tape for x in operands if isinstance(x, Traced)]
    for x in operands:
        if getattr(getattr(x, "dtype", None), "kind", "") == "O":
            found += [part.tape for part in x.ravel().tolist() if isinstance(part, Traced)]
    return max(found, key=_level)


def _level(tape: Recording) -> int:
    return tape.level


def constant(x: Any) -> Any:
    """A constant operand as a float, or an array that nobody else can write to."""
    if type(x) is float:
        return x
    if isinstance(x, Traced):
        if x.tape.closed:
            raise refusal("a traced value was used after its differentiation had ended", "return it from the function instead")
        return x
    if isinstance(x, (list, tuple)):
        import numpy as np

        x = np.asarray(x)
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    if kind == "O":
        return numpy_functions().of_objects(x)
    if kind in {"b", "i", "u", "f"} and x.ndim:
        if type(x).__name__ not in PLAIN:
            raise refusal(f"a {type(x).__name__} has its own arithmetic", "use a plain array: np.asarray(x)")
        return x.copy()
    try:
        return float(x)
    except (TypeError, ValueError, OverflowError):
        raise refusal(f"{str(x)[:40]!r} ({type(x).__name__}) is no real number", "use floats and arrays of floats") from None


def beside(operands: Any, x: Any) -> Any:
    """A constant among the operands: a float or an array, but beside places and truths a whole number stays one."""
    whole = type(x) is int or (getattr(getattr(x, "dtype", None), "kind", "") in {"i", "u"} and not x.ndim)
    if (
        not whole
        or isinstance(x, Traced)
        or not any(type(other) is Array and other.index < 0 for other in operands)
        or abs(x) >= 1 << 63
    ):
        return constant(x)
    import numpy as np

    return np.array(x)


def compute(op: str, values: list[Any], static: tuple[Any, ...]) -> Any:
    """The value of one operation: recorded further out, in floats, or in NumPy, as the values ask for."""
    number = True
    for x in values:
        if isinstance(x, Traced):
            return record(op, *values, static=static)
        number = number and type(x) is float
    if number and op in TABLE:
        return getattr(MATH, op)(*values)
    return kernel(op)(*values) if op in TABLE else kernel(op)(static, *values)


def wrap(tape: Recording, y: Any, op: str, args: list[Any], values: list[Any], static: tuple[Any, ...]) -> Traced:
    """The traced result of one general entry."""
    if type(y) is float:
        return Scalar(tape, y, (op, args, values, y, static))
    if isinstance(y, Traced):
        tape.nested = True
        tape.arrays = tape.arrays or op not in TABLE or bool(y.shape) or any(getattr(x, "shape", ()) for x in values)
        entry = (op, args, values, y, static)
        flat = type(y) is Array and y.index < 0
        return Array(tape, y, entry, flat) if y.shape or flat else Number(tape, y, entry)
    tape.arrays = True
    letter = y.dtype.kind
    if letter == "f":
        if y.ndim == 0 and y.dtype.itemsize == 8:
            y = float(y)
            return Scalar(tape, y, _thinned(op, args, values, y, static))
        return Array(tape, y, (op, args, values, y, static) if y.nbytes < LARGE else _thinned(op, args, values, y, static))
    if letter == "b":
        op = {"add": "or", "mul": "and"}.get(op, op)  # what + and * mean on truths
        if y.ndim == 0:
            return Scalar(tape, float(y), (op, args, values, float(y), static))
    return Array(tape, y, (op, args, values, y, static), flat=True)


def _thinned(op: str, args: list[Any], values: list[Any], y: Any, static: tuple[Any, ...]) -> tuple[Any, ...]:
    """An entry without the arrays that its slopes do not ask for."""
    asked = 0
    for i, a in enumerate(args):
        if type(a) is int and a >= 0:
            asked |= needs(op, min(i, 3))
    kept = [x if asked >> min(i, 3) & 2 or not _traced(args[i]) else _ghost(x) for i, x in enumerate(values)]
    return op, args, kept, y if asked & 1 else _ghost(y), static


def _traced(a: Any) -> bool:
    return type(a) is int and a >= 0


def _ghost(x: Any) -> Any:
    return Ghost(x.shape, x.dtype) if hasattr(x, "dtype") else x


@cache
def needs(op: str, i: int) -> int:
    """What the slope by operand i asks for: bit 0 the result, bit 1 the first operand, bit 2 the second."""
    if op not in TABLE:
        from diffkit.arrays import ROWS

        return ROWS[op].needs
    if TABLE[op].arity is None or len(TABLE[op].partials) > 2:
        return ~0
    import dis

    names = TABLE[op].partials[i].__code__.co_varnames
    read = {step.argval for step in dis.get_instructions(TABLE[op].partials[i]) if step.opname.startswith("LOAD_")}
    return sum(1 << k for k, name in enumerate(names[1 : 2 + len(TABLE[op].partials)]) if name in read)


def _record_floats(tape: Recording, op: str, args: list[Any], values: list[float]) -> Scalar:
    y = getattr(MATH, op)(*values)
    if len(args) > 2:
        tape.mixed = True
        return Scalar(tape, y, (op, args, values, y, ()))
    slopes = [slope(op, i, MATH, y, values) if type(a) is int and a >= 0 else None for i, a in enumerate(args)]
    a, b, p, q = (args[0], None, slopes[0], None) if len(args) == 1 else (*args, *slopes)
    return Scalar(tape, y, (op, a, b, p, q))


def slope(op: str, i: int, F: Any, y: Any, operands: Any) -> Any:
    """The partial by operand i; None for a piecewise constant operation."""
    row = TABLE[op]
    if row.arity is None:
        return row.partials[0](F, y, i, *operands)
    partial = row.partials[i]
    if partial is zero:
        return None
    try:
        return partial(F, y, *operands)
    except ZeroDivisionError:
        return namespaces.local_derivative(op, i, F, y, list(operands))


class _Anything:
    """The namespace in which each operation is recorded, or computed in floats or arrays, as its operands ask for."""

    name = "traced"

    def __getattr__(self, op: str) -> Callable[..., Any]:
        return lambda *operands: compute(op, [float(x) if type(x) is int else x for x in operands], ())

    @staticmethod
    def const(value: float, text: str = "") -> float:
        return value


ANYTHING = _Anything()


def _comparison(op: str) -> Callable[[Any, Any], Any]:
    """x == None is False, as for any number."""
    return lambda self, other: NotImplemented if other is None or isinstance(other, str) else record(op, self, other)


def _binary(op: str, swapped: bool) -> Callable[[Any, Any], Any]:
    if swapped:
        return lambda self, other: record(op, other, self)
    return lambda self, other: record(op, self, other)


def _of_array(op: str, compute: Callable[[Any, Any], Any], swapped: bool) -> Callable[[Any, Any], Any]:
    """The operator of an array, with a short way for its own recording's values and numbers."""
    general = _binary(op, swapped)

    def method(self: Array, other: Any) -> Any:
        tape, kind = self.tape, type(other)
        if tape.nested:
            return general(self, other)
        if kind is float or (kind is int and self.index >= 0):  # places and truths stay whole numbers
            index = value = float(other)
        elif (kind is Array or kind is Scalar) and other.tape is tape:
            index, value = other.index, other.value
        else:
            return general(self, other)
        args, values = ([index, self.index], [value, self.value]) if swapped else ([self.index, index], [self.value, value])
        return wrap(tape, compute(*values), op, args, values, ())

    return method


def _in_place(op: str) -> Callable[[Any, Any], Any]:
    """y += x changes y under all its names, as in NumPy; refused where other arrays may share its memory."""

    def method(self: Array, other: Any) -> Array:
        found = record(op, self, other)
        if self.shares or found.shape != self.shape or found.dtype != self.dtype:
            fault = "shares its memory with another (a slice, a transpose, a reshape)"
            fault = fault if self.shares else "has another shape or precision than what it would become"
            raise refusal(f"a traced array that {fault} was changed in place", "write y = y + x instead of y += x")
        self.tape, self.index, self.value = found.tape, found.index, found.value
        return self

    return method


def _unary(op: str) -> Callable[[Any], Any]:
    return lambda self: record(op, self)


def _of_numpy(self: Traced, ufunc: Any, method: str, *operands: Any, **options: Any) -> Any:
    if method == "__call__" and not options and ufunc.__name__ in FROM_NUMPY:
        return record(FROM_NUMPY[ufunc.__name__], *operands)
    return numpy_functions().ufunc(ufunc.__name__, method, operands, options)


for _python, _op in {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow", "and": "and", "or": "or"}.items():
    for _before, _swapped in (("__", False), ("__r", True)):
        setattr(Number, f"{_before}{_python}__", _binary(_op, _swapped))  # Scalar has short ways of its own
        setattr(Array, f"{_before}{_python}__", _of_array(_op, bound(_operate, _op), _swapped))
    setattr(Array, f"__i{_python}__", _in_place(_op))
Traced.apply = staticmethod(record)
Traced.__array_ufunc__ = _of_numpy  # type: ignore[attr-defined]
for _before, _swapped in (("__", False), ("__r", True)):
    setattr(Array, f"{_before}matmul__", _binary("matmul", _swapped))
for _op in namespaces.COMPARISONS:
    setattr(Traced, f"__{_op}__", _comparison(_op))
for _python, _op in {"neg": "neg", "abs": "abs", "invert": "not"}.items():
    setattr(Traced, f"__{_python}__", _unary(_op))
for _native, _op in FROM_NUMPY.items():  # an array of objects calls the functions of its elements by name
    if not hasattr(Number, _native) and TABLE[_op].arity == 1:
        setattr(Number, _native, _unary(_op))
Traced.__hash__ = object.__hash__  # type: ignore[method-assign, assignment]  # lost by __eq__
