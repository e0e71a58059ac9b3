"""What a Python function reads besides its arguments, and whether that has changed.

Seen are the variables that its code names, in closures, globals and modules, its defaults, what it is bound to, and all that
leads on from there: other functions, elements of lists and dicts, attributes of objects, elements of arrays, the state of
random generators.  Not seen is what installed libraries keep for themselves, what compiled objects hide, and what comes from
outside, such as files and clocks.

A route is (read, fixed): ``read()`` gives what an object leads to, which cannot become another object if it is ``fixed``.
"""

from __future__ import annotations

import functools
import operator
import pickle
import random
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial as bound
from itertools import chain
from types import CodeType, FunctionType, MethodType, ModuleType

from diffkit import limits
from diffkit.traced import Traced
from diffkit.whereabouts import is_of_library

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

    Route = tuple[Callable[[], Any], bool]

ATOMS = {int, float, complex, bool, str, bytes, type(None), ModuleType}
PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {  # what cannot be exchanged
    tuple: tuple,
    frozenset: tuple,
    MethodType: operator.attrgetter("__self__", "__func__"),
    functools.partial: operator.attrgetter("func", "args", "keywords"),
    property: operator.attrgetter("fget", "fset"),
    staticmethod: lambda x: (x.__func__,),
    classmethod: lambda x: (x.__func__,),
}
SMALL = 1 << 15  # bytes below which copying an array to compare it is the fastest way


class Surroundings:
    """All that a function reads besides its arguments, as it stands now; ``hashed`` keeps no copies of arrays."""

    def __init__(self, f: Any, hashed: bool = False) -> None:
        self._kept = _hashed if hashed else _copy
        self._places: list[tuple[Callable[[], Any], tuple[Any, ...]]] = []
        self._values: list[tuple[Any, Any]] = []  # each with what it was
        known, waiting = {id(f): f}, [f]
        while waiting and len(known) < limits.WATCHED:
            for x in self._enter(waiting.pop()):
                if type(x) not in ATOMS and id(x) not in known and not isinstance(x, Traced):
                    known[id(x)] = x
                    waiting.append(x)
        self.complete = not waiting and not any(hasattr(type(x), "__next__") for x in known.values())

    def _enter(self, x: Any) -> Iterator[Any]:
        if _is_value(x):
            self._values.append((x, self._kept(x)))
            return
        for read, fixed in routes(x):
            found = tuple(read())
            if not fixed:
                self._places.append((read, found))
            yield from found

    def __bool__(self) -> bool:
        return bool(self._places or self._values)

    def changed(self) -> bool:
        """Does anything lead elsewhere, or have another value, than when this was made?"""
        try:
            for read, found in self._places:
                now = tuple(read())
                if len(now) != len(found) or not all(map(operator.is_, now, found)):
                    return True
        except (LookupError, ValueError, AttributeError):  # a variable that was deleted
            return True
        return not all(_same(x, copy) for x, copy in self._values)


def routes(x: Any) -> Iterator[Route]:
    """All that leads on from an object."""
    kind = type(x)
    if kind in PARTS or isinstance(x, tuple):
        yield bound(PARTS.get(kind, tuple), x), True
    elif isinstance(x, FunctionType):
        yield from _of_function(x)
    elif isinstance(x, (list, set, deque)):
        yield bound(tuple, x), False
    elif _is_array(x):
        yield (lambda: x.ravel().tolist()), False
    elif isinstance(x, Mapping):
        yield bound(_items, x), False
    if isinstance(x, type):
        yield from () if is_of_library(x.__module__) else (((vars(x)).values, False), (bound(tuple, x.__bases__), True))
        return
    if getattr(x, "__dict__", None):
        yield vars(x).values, False
    slots = [name for base in kind.__mro__ for name in _slots(base) if hasattr(x, name)]
    if slots:
        yield bound(_attributes, x, slots), False
    yield bound(tuple, (kind,)), True


def _of_function(x: FunctionType) -> Iterator[Route]:
    cells = [cell for cell in x.__closure__ or () if type(_cells([cell])[0]) is not ModuleType]
    if cells:
        yield bound(_cells, cells), False
    if x.__defaults__ or x.__kwdefaults__:
        yield (lambda: (x.__defaults__, x.__kwdefaults__)), False
    if not is_of_library(x.__globals__.get("__name__", "")):
        names = _names(x.__code__)
        if "random" in names:
            yield _shared_generators, True
        for space in _spaces(x.__globals__, names):
            found = [name for name in names if name in space and type(space[name]) is not ModuleType]
            if found:
                yield bound(_variables, space, found), False


def _spaces(variables: dict[str, Any], names: frozenset[str]) -> list[dict[str, Any]]:
    """The variables of a module, and of those modules it names."""
    spaces = [variables]
    for space in spaces:  # grows on the way
        for name in names:
            x = space.get(name)
            if type(x) is ModuleType and not is_of_library(x.__name__) and not any(vars(x) is known for known in spaces):
                spaces.append(vars(x))
    return spaces


def _names(code: CodeType) -> frozenset[str]:
    """All names of variables and attributes in a function and those defined within it."""
    inner = [_names(part) for part in code.co_consts if isinstance(part, CodeType)]
    return frozenset(code.co_names).union(*inner)


def _cells(closure: list[Any]) -> list[Any]:
    try:
        return [cell.cell_contents for cell in closure]
    except ValueError:  # a variable without a value yet
        return [None] if len(closure) == 1 else [part for cell in closure for part in _cells([cell])]


def _variables(space: dict[str, Any], names: list[str]) -> list[Any]:
    return [space[name] for name in names]


def _items(x: Mapping[Any, Any]) -> Iterator[Any]:
    return chain(x, x.values())


def _slots(base: type) -> tuple[str, ...]:
    names = vars(base).get("__slots__", ())
    return (names,) if isinstance(names, str) else tuple(names)


def _attributes(x: Any, names: list[str]) -> list[Any]:
    return [getattr(x, name) for name in names]


def _shared_generators() -> list[Any]:
    """What random.random and numpy.random.random draw from."""
    numpy = sys.modules.get("numpy")
    return [random.random.__self__, *([numpy.random.random.__self__] if numpy else [])]  # type: ignore[attr-defined]


# --- values ----------------------------------------------------------------------------------------------------------------
def _is_value(x: Any) -> bool:
    """An array, bytes or a random generator: compared by what is in it?"""
    return isinstance(x, (bytearray, memoryview)) or (_is_array(x) and x.dtype.kind != "O") or _draws(x)


def _is_array(x: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, (numpy.ndarray, numpy.generic))


def _draws(x: Any) -> bool:
    return isinstance(x, random.Random) or (type(x).__module__ or "").startswith("numpy.random")


def _copy(x: Any) -> Any:
    return x.copy() if _is_array(x) else _state(x)


def _state(x: Any) -> bytes:
    return pickle.dumps(x) if _draws(x) else bytes(x)


def _hashed(x: Any) -> int:
    return hash((x.shape, str(x.dtype), x.tobytes()) if _is_array(x) else _state(x))


def _same(x: Any, copy: Any) -> bool:
    """The same bits, so that nan is itself and -0 is not 0?"""
    if type(copy) is int:
        return _hashed(x) == copy
    if not _is_array(x):
        return bool(_state(x) == copy)
    if x.shape != copy.shape or x.dtype != copy.dtype:
        return False
    if x.nbytes < SMALL or x.itemsize not in {1, 2, 4, 8}:
        return bool(x.tobytes() == copy.tobytes())
    import numpy as np

    now, then = (np.ascontiguousarray(part).view(f"u{part.itemsize}") for part in (x, copy))
    return np.array_equal(now, then)
