"""Python callable -> Program, by running it once on inputs that write down what is done to them.

Plain operators, and NumPy functions by name (``np.sin(x)``), on scalars.  A comparison is answered at the point, so that ``if``
and ``while`` take the branch that the point takes.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from diffkit import namespaces
from diffkit.errors import InputError, UsageError
from diffkit.namespaces import NUMPY_NAMES
from diffkit.program import Builder, Program

OF_NUMBERS = "a Python callable is recorded at a point of numbers"
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
}


class Traced:
    """A value that writes every operation on it into a Program, and knows what it is at the point."""

    __slots__ = ("builder", "index", "value")
    __array_priority__ = 1000

    def __init__(self, builder: Builder, index: int, value: float) -> None:
        self.builder, self.index, self.value = builder, index, value

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **options: Any) -> "Traced":
        name = FROM_NUMPY.get(ufunc.__name__)
        if name is None or method != "__call__" or options:
            raise InputError(
                f"numpy.{ufunc.__name__} cannot be recorded", remedy="use the functions that 'diffkit functions' lists"
            )
        return record(name, *operands)

    def __float__(self) -> float:
        raise InputError(
            "a traced value was turned into a plain float, which loses its derivative",
            remedy="use NumPy's functions (np.sin, not math.sin) and leave out float()",
        )

    __int__ = __index__ = __complex__ = __float__

    def __bool__(self) -> bool:
        return bool(self.value)

    def __abs__(self) -> "Traced":
        return record("abs", self)

    def __neg__(self) -> "Traced":
        return record("neg", self)

    def __pos__(self) -> "Traced":
        return self


def record(name: str, *operands: Any) -> Traced:
    """Write one operation on traced values and plain numbers."""
    builder = next(x.builder for x in operands if isinstance(x, Traced))
    F = namespaces.get("math")
    lines, values = [], []
    for x in operands:
        if isinstance(x, Traced) and x.builder is not builder:
            raise InputError(
                "a value traced by an outer differentiation was used inside an inner one",
                remedy="differentiate twice with hessian, or write the formula as text",
            )
        values.append(x.value if isinstance(x, Traced) else float(x))
        lines.append(x.index if isinstance(x, Traced) else builder.const(float(x)))
    return Traced(builder, builder.op(name, *lines), getattr(F, name)(*values))


def _operator(name: str, swapped: bool) -> Callable[[Any, Any], Any]:
    if swapped:
        return lambda self, other: record(name, other, self)
    return lambda self, other: record(name, self, other)


for _python, _name in {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow"}.items():
    setattr(Traced, f"__{_python}__", _operator(_name, swapped=False))
    setattr(Traced, f"__r{_python}__", _operator(_name, swapped=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Traced, f"__{_name}__", _operator(_name, swapped=False))
Traced.__hash__ = object.__hash__  # type: ignore[method-assign]


def trace(function: Callable[..., Any], at: Any) -> Program:
    """The Program that a Python callable runs at the point ``at``; its inputs are named like the callable's parameters.

    Raises
    ------
    InputError
        If the callable does what cannot be recorded, such as math.sin of its argument.

    Examples
    --------
    >>> print(trace(lambda x, y: x*y + 1, (2, 3)))
    x*y + 1
    """
    builder = Builder()
    names = list(at) if isinstance(at, Mapping) else _parameters(function, at)
    values = list(at.values()) if isinstance(at, Mapping) else list(at) if isinstance(at, (tuple, list)) else [at]
    if any(getattr(value, "ndim", 0) or isinstance(value, (list, tuple)) for value in values):
        raise UsageError(OF_NUMBERS, remedy="give at= a number, a tuple or a dict")
    inputs = [Traced(builder, builder.input(name), float(value)) for name, value in zip(names, values, strict=True)]
    result = function(**dict(zip(names, inputs))) if isinstance(at, Mapping) else function(*inputs)
    outputs = result if isinstance(result, (tuple, list)) else (result,)
    lines = [x.index if isinstance(x, Traced) else builder.const(float(x)) for x in outputs]
    return builder.build(*lines, inputs=names)


def _parameters(function: Callable[..., Any], at: Any) -> list[str]:
    """Names for the coordinates of ``at``: the callable's own parameters, or x1, x2, ..."""
    count = len(at) if isinstance(at, (tuple, list)) else 1
    if at is None or getattr(at, "ndim", None):
        raise UsageError(OF_NUMBERS, remedy="give at= a number, a tuple or a dict")
    try:
        names = [p.name for p in inspect.signature(function).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        names = []
    return names[:count] if len(names) >= count else [f"x{i + 1}" for i in range(count)]
