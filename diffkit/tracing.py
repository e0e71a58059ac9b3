"""Calling a Python function on traced values: any structure of arguments and results, one recording.

Letters: ``leaves`` are the numbers and arrays in a structure of tuples, lists and dicts, in order; ``rebuild`` puts others
in their places.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence

from diffkit import namespaces
from diffkit.errors import UsageError
from diffkit.program import Builder, Program
from diffkit.recording import PLAIN, constant
from diffkit.traced import Recording, Traced
from diffkit.whereabouts import place_of_error, refusal

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


class Call(namedtuple("Call", "tape leaves restore outputs rebuild naming")):
    """One recorded call: its tape, the coordinates of the point, the way back to the point's form, the results."""

    __slots__ = ()
    tape: Recording
    leaves: list[Any]
    restore: Callable[[Sequence[Any]], Any]
    outputs: list[Any]  # leaves of the result: traced, or constants
    rebuild: Callable[[Sequence[Any]], Any]  # results in the form of the function's result
    naming: tuple[Any, ...]  # what `names` are found from, if anybody asks

    @property
    def names(self) -> list[str]:
        """Names of the coordinates: the callable's own parameters, with the keys that lead to a part of one."""
        return _different(_names(*self.naming))

    def value(self, i: int) -> Any:
        """The value of output i."""
        found = self.outputs[i]
        return found.value if self.traces(i) else found

    def traces(self, i: int) -> bool:
        """Does output i depend on the inputs, as far as this recording knows?"""
        return isinstance(self.outputs[i], Traced) and self.outputs[i].tape is self.tape

    def line(self, i: int) -> int | None:
        """The line of output i; None for a constant, or what is piecewise constant."""
        k = self.outputs[i].index if self.traces(i) else -1
        return k if k >= 0 else None


def call(function: Callable[..., Any], at: Any, tape: Recording | None = None) -> Call:
    """Run the function once at the point and record what it does.

    Raises
    ------
    UsageError
        If the point is no point: whole numbers in an array, complex numbers, texts.
    InputError
        If the function does what cannot be recorded.
    """
    tape = Recording() if tape is None else tape
    values, restore = flatten(at)
    leaves = [coordinate(x) for x in values]
    inputs = restore([tape.input(x) for x in leaves])
    try:
        with namespaces.quiet():
            result = _result(function, at, inputs)
        outputs, rebuild = flatten(result)
        outputs = [_output(x, tape) for x in outputs]
    finally:
        tape.closed = True
    return Call(tape, leaves, restore, outputs, rebuild, (function, at))


def _result(function: Callable[..., Any], at: Any, inputs: Any) -> Any:
    try:
        return function(**inputs) if isinstance(at, Mapping) else function(*_positional(at, inputs))
    except TypeError as error:
        traceback = error.__traceback__
        if traceback is not None and traceback.tb_next is None:  # not inside of f
            remedy = "the parts of a tuple, list or dict are f's arguments; (p,) passes p as one"
            raise UsageError(f"the point does not fit the function: {error}", remedy=remedy) from None
        if "dtype('O')" in str(error):
            raise UsageError(
                str(error), where=place_of_error(error), remedy="put traced values together with np.stack, not np.array"
            ) from None
        raise


def _positional(at: Any, inputs: Any) -> Sequence[Any]:
    return inputs if isinstance(at, (tuple, list)) else (inputs,)


def _output(x: Any, tape: Recording) -> Any:
    if isinstance(x, Traced) and (x.tape is tape or not x.tape.closed):
        return x
    if x is None:
        raise UsageError("the function returned None", remedy="end it with: return ...")
    return constant(x)


# --- structures ------------------------------------------------------------------------------------------------------------
def flatten(structure: Any) -> tuple[list[Any], Callable[[Sequence[Any]], Any]]:
    """The leaves, and how to put others in their places.

    Examples
    --------
    >>> leaves, rebuild = flatten({"w": [1, 2], "b": 3})
    >>> leaves, rebuild([10, 20, 30])
    ([1, 2, 3], {'w': [10, 20], 'b': 30})
    """
    if not is_inner(structure):
        return [structure], lambda results: results[0]
    parts = list(structure.values() if isinstance(structure, Mapping) else structure)
    if not any(map(is_inner, parts)):
        return parts, lambda results: _like(structure, list(results))
    return [x for _, x in walk(structure)], lambda results: _rebuilt(structure, iter(results))


def is_inner(x: Any) -> bool:
    """Is it a structure, not a leaf?"""
    kind = type(x)
    if kind is float or hasattr(x, "dtype"):
        return False
    return kind is tuple or kind is list or kind is dict or isinstance(x, (Mapping, tuple, list))


def walk(structure: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Where each leaf stands, and the leaf.

    Examples
    --------
    >>> list(walk({"w": [1, 2]}))
    [(('w', 0), 1), (('w', 1), 2)]
    """
    if not is_inner(structure):
        yield path, structure
        return
    for key, part in structure.items() if isinstance(structure, Mapping) else enumerate(structure):
        yield from walk(part, (*path, key))


def _like(structure: Any, parts: list[Any]) -> Any:
    """A structure of the same kind with other parts."""
    if isinstance(structure, Mapping):
        return dict(zip(structure, parts))
    return structure._make(parts) if hasattr(structure, "_make") else type(structure)(parts)


def _rebuilt(structure: Any, results: Iterator[Any]) -> Any:
    if not is_inner(structure):
        return next(results)
    parts = structure.values() if isinstance(structure, Mapping) else structure
    return _like(structure, [_rebuilt(part, results) for part in parts])


def coordinate(x: Any) -> Any:
    """A coordinate of the point: a float, a copy of an array of floats, or what an outer differentiation traces.

    Raises
    ------
    UsageError
        For an array of whole numbers or truths, which cannot be moved a little, and for what is no real number.
    """
    if type(x) is float or isinstance(x, Traced):
        return x
    dtype = getattr(x, "dtype", None)
    if dtype is not None and (x.ndim or (hasattr(x, "flags") and type(x).__name__ == "ndarray")):
        if dtype.kind in "biu":
            raise UsageError(f"there is no derivative by an array of {dtype}", remedy="give an array of floats: x.astype(float)")
        if type(x).__name__ not in PLAIN:
            raise UsageError(f"a coordinate is a plain array, not a {type(x).__name__}", remedy="give np.asarray(x)")
        if dtype.kind == "f":
            return x.copy()
    try:
        if isinstance(x, (str, bytes)) or type(x).__name__ in {"bool", "bool_"}:
            raise TypeError
        return float(x)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"a coordinate must be a real number, not {str(x)[:40]!r}") from None


# --- Programs ----------------------------------------------------------------------------------------------------------------
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
    return program(call(function, at))


def program(recorded: Call) -> Program:
    """The Program that a recorded call wrote."""
    builder = Builder()
    lines: list[int] = []
    names = recorded.names
    for k, entry in enumerate(recorded.tape):
        if entry[0] == "input":
            lines.append(builder.input(names[k], _static(recorded.leaves[k])))
        else:
            args, static = (entry[1], entry[4]) if type(entry[1]) is list else ([a for a in entry[1:3] if a is not None], ())
            lines.append(builder.op(entry[0], *(_place(builder, lines, a) for a in args), static=static))
    outputs = [
        _place(builder, lines, recorded.outputs[i].index if recorded.traces(i) else x) for i, x in enumerate(recorded.outputs)
    ]
    builder.guards = list(dict.fromkeys((lines[k if k >= 0 else ~k], outcome) for k, outcome in recorded.tape.guards))
    return builder.build(*outputs, inputs=names)


def _static(x: Any) -> tuple[Any, ...]:
    """Shape and dtype of an input that is an array."""
    return (x.shape, str(x.dtype)) if hasattr(x, "dtype") and not isinstance(x, Traced) else ()


def _place(builder: Builder, lines: list[int], operand: Any) -> int:
    """The line of an operand."""
    if type(operand) is int:
        return lines[operand if operand >= 0 else ~operand]
    if isinstance(operand, Traced):
        raise refusal("a value traced by an outer differentiation stands in a function to be recorded", "pass it as an argument")
    return builder.const(operand) if type(operand) is float else builder.array(operand)


def _names(function: Callable[..., Any], at: Any) -> list[str]:
    paths = [path for path, _ in walk(at)]
    if isinstance(at, Mapping):
        heads = {key: str(key) for key in at}
        return ["_".join([heads[p[0]], *map(str, p[1:])]) for p in paths]
    count = len(at) if isinstance(at, (tuple, list)) else 1
    heads = dict(enumerate(_parameters(function, count)))
    whole = not isinstance(at, (tuple, list))
    return ["_".join([heads[0 if whole else p[0]], *map(str, p if whole else p[1:])]) for p in paths]


def _different(names: list[str]) -> list[str]:
    """Names of which no two are the same: x_0 may be a parameter and the first part of x."""
    found: dict[str, None] = {}
    for name in names:
        while name in found:
            name += "_"
        found[name] = None
    return list(found)


def _parameters(function: Callable[..., Any], count: int) -> list[str]:
    import inspect

    if isinstance(function, Program):
        return list(function.inputs)
    try:
        names = [p.name for p in inspect.signature(function).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        names = []
    return names[:count] if len(names) >= count else [f"x{i + 1}" for i in range(count)]
