"""What stands above a listing so that it runs by itself: imports, functions that Python has not, the point."""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diffkit.emit.sheet import NATIVE
from diffkit.namespaces import NUMPY_NAMES

MATH = {*NATIVE, "pow", "inf", "nan"}  # no user's variable is called so in emitted code
SMALL = {  # functions of two lines
    "sign": "def sign(x):\n    return x if x != x else float((x > 0) - (x < 0))",
    "floor": "def floor(x):\n    return float(x // 1)",
}
OURS = {"digamma", "polygamma"}  # which only diffkit has, of those that Python has not


def of_python(code: Sequence[str], point: Mapping[str, Any], quiz: bool = False) -> Iterator[str]:
    """The lines above a listing in Python; those of a quiz do not tell which functions the answers need."""
    used = words(code)
    native = sorted(used & MATH)
    if native:
        yield f"from math import {'*' if quiz else ', '.join(native)}"
    for name in sorted(used & SMALL.keys()):
        yield from SMALL[name].split("\n")
    yield from _ours(used)
    yield from (f"{name} = {value!r}" for name, value in point.items())


def of_numpy(code: Sequence[str], point: Mapping[str, Any], quiz: bool = False) -> Iterator[str]:
    """The lines above a listing in NumPy; its functions of arrays that NumPy has not go element by element."""
    used = words(code)
    yield "import numpy as np"
    constants, each = sorted(used & {"inf", "nan"}), sorted(used & (MATH - {*NUMPY_NAMES, "pow", "inf", "nan"}))
    if constants:
        yield f"from numpy import {', '.join(constants)}"
    if each:
        yield "import math"
        yield from (f"{name} = np.vectorize(math.{name}, otypes=[float])" for name in each)
    yield from _ours(used)
    yield from (f"{name} = np.vectorize({name}, otypes=[float])" for name in sorted(used & OURS))
    if any("np.where(" in line for line in code):
        yield 'np.seterr(all="ignore")'
    yield from (f"{name} = {value!r}" for name, value in point.items())


def _ours(used: set[str]) -> Iterator[str]:
    """Functions that only this package has."""
    names = sorted(used & OURS)
    if names:
        yield "from diffkit import namespaces"
        yield from (f'{name} = namespaces.get("math").{name}' for name in names)


def words(code: Sequence[str]) -> set[str]:
    """The names that the code uses, but those behind a dot."""
    return {word for line in code for word in re.findall(r"(?<![\w.])[^\W\d]\w*", line) if not keyword.iskeyword(word)}
