"""Floats that remember what they were computed from, so that one sweep back tells what each use of a number handed back.

They are floats, so that a student's code cannot tell them from others; what is lost on the way (a value cast, put into an
array) is found out by `grade`, which knows the true gradient.
"""

import math
import operator
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

from diffkit.namespaces import NUMPY_NAMES, get, local_derivative
from diffkit.primitives import TABLE

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
    "abs": abs,
}
ROWS = {"truediv": "div", "fabs": "abs"}  # of the table, where Python has another name for it
UFUNCS = {native: name for name, native in NUMPY_NAMES.items()} | {"absolute": "abs"}


class Remembering(float):
    """A float with its place in the order of computing, and the earlier ones that it depends on, each with the partial."""

    __slots__ = ("parents", "place")
    parents: tuple[tuple[int, float], ...]
    place: int
    all: list["Remembering"] = []  # of the one run of this process

    def __new__(cls, value: Any, parents: Iterable[tuple[int, float]] = ()) -> "Remembering":
        """Return the number, in its place."""
        found = float.__new__(cls, value)
        found.parents, found.place = tuple(parents), len(cls.all)
        cls.all.append(found)
        return found

    def __index__(self) -> int:
        """Return the whole number that it stands for, where Python wants one."""
        if not self.is_integer():
            raise TypeError("'float' object cannot be interpreted as an integer")
        return int(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **options: Any) -> Any:
        """Let NumPy's functions of one number remember, too."""
        plain = [float(x) if isinstance(x, Remembering) else x for x in operands]
        name = UFUNCS.get(ufunc.__name__)
        if method != "__call__" or options or name is None or any(getattr(x, "ndim", 0) for x in plain):
            return getattr(ufunc, method)(*plain, **options)
        return remembered(name, lambda *x: float(ufunc(*x)), operands)


def remembered(name: str, compute: Callable[..., Any], operands: Iterable[Any]) -> Any:
    """``compute(*operands)``, which remembers the operands that remember; ``name`` is the row of the table."""
    operands = [*operands]
    values = [float(x) if isinstance(x, Remembering) else x for x in operands]
    y = compute(*values)
    if not isinstance(y, float) or not any(isinstance(x, Remembering) for x in operands):
        return y
    numbers = [float(x) for x in values]
    known = [(i, x.place) for i, x in enumerate(operands) if isinstance(x, Remembering)]
    return Remembering(y, [(place, local_derivative(name, i, get("math"), y, numbers)) for i, place in known])


def _operator(name: str, mirrored: bool = False) -> Callable[..., Any]:
    """A method such as __add__ or, mirrored, __radd__."""

    def method(self: Remembering, *others: Any) -> Any:
        if any(not isinstance(x, Real) for x in others):
            return NotImplemented
        return remembered(ROWS.get(name, name), OPERATORS[name], [*others, self] if mirrored else [self, *others])

    return method


for _name in OPERATORS:
    setattr(Remembering, f"__{_name}__", _operator(_name))
    if _name not in {"neg", "abs"}:
        setattr(Remembering, f"__r{_name}__", _operator(_name, mirrored=True))


def forgotten(function: Callable[..., Any], operands: Iterable[Any], result: Any) -> Iterable[int]:
    """The places of operands that the result may depend on although it does not remember them, and of those at a tie."""
    known = [x for x in operands if isinstance(x, Remembering)]
    plain = isinstance(result, Real) and not isinstance(result, (int, Remembering))
    tied = function in (max, min) and sum(x == result for x in operands if isinstance(x, Real)) > 1
    if plain or tied or hasattr(result, "dtype") or (function is abs and result == 0):
        return [x.place for x in known]
    return []


def teach_math() -> None:
    """Let the functions of the math module remember, and ours that it has not, in this whole process."""
    F = get("math")
    for name in ("digamma", "polygamma"):
        setattr(F, name, _remembering(name, getattr(F, name)))
    for name in ({*TABLE} & {*vars(math)}) - {"floor"} | {"fabs"}:
        setattr(math, name, _remembering(ROWS.get(name, name), getattr(math, name)))


def _remembering(name: str, native: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *operands: remembered(name, native, operands)


def ancestors(places: Iterable[int]) -> set[int]:
    """These numbers and all on which they depend."""
    found = {*places}
    for number in reversed(Remembering.all):
        if number.place in found:
            found.update(place for place, _ in number.parents)
    return found


def handed_back(output: Any) -> dict[int, float]:
    """The derivative of the output by every number that it depends on, by their places."""
    if not isinstance(output, Remembering):
        return {}
    found = {output.place: 1.0}
    for number in reversed(Remembering.all[: output.place + 1]):
        bar = found.get(number.place, 0.0)
        for place, partial in number.parents if bar else ():
            found[place] = found.get(place, 0.0) + bar * partial
    return found
