"""Records as plain JSON values and back, exactly: what is annotated on a dataclass is what is read.

Non-finite numbers are the strings "nan", "inf" and "-inf", so that the document is strict JSON.
"""

import functools
import math
import sys
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Self, get_args, get_origin, get_type_hints

from diffkit.errors import InputError
from diffkit.tables import clip, digits_of, plain

SIZES = {"tree_size", "path_length", "characters", "pages", "native_tree"}  # whole numbers that may pass 2^53
NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class Numbers:
    """The kind of a field that holds a number or a text, or an array of them, which is written as nested lists."""


def encode(value: object) -> Any:
    """Return plain JSON values; non-finite numbers become the strings "nan", "inf", "-inf"."""
    if isinstance(value, Data):
        return value.to_dict()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if hasattr(value, "tolist"):
        return encode(value.tolist())
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    return [encode(item) for item in value] if isinstance(value, tuple | list) else value


def decode(kind: Any, value: Any, where: str) -> Any:
    """Return the value of that annotated kind; the inverse of `encode`."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        return None if value is None else decode(args[0], value, where)
    if origin is dict:
        return {k: decode(args[1], v, f"{where}.{k}") for k, v in expect(value, dict, where).items()}
    if origin is tuple:
        return _decode_tuple(args, expect(value, list | tuple, where), where)
    if kind is Numbers:
        return _decode_numbers(value, where)
    if issubclass(kind, Data):
        return kind.from_dict(expect(value, dict, where))
    return _decode_scalar(kind, value, where)


def _decode_tuple(args: tuple[Any, ...], items: Any, where: str) -> tuple[Any, ...]:
    kinds = [args[0]] * len(items) if args[-1] is Ellipsis else list(args)
    if len(kinds) != len(items):
        raise damaged(items, where)
    return tuple(decode(k, v, f"{where}[{i}]") for i, (k, v) in enumerate(zip(kinds, items, strict=True)))


def _decode_numbers(value: Any, where: str) -> Any:
    """A number, None or a text that stands alone; an array for lists."""
    if not isinstance(value, list):
        value = NON_FINITE.get(value, value) if isinstance(value, str) else value
        return value if value is None else expect(value, int | float | str, where)
    import numpy as np

    try:
        plainly = np.array(value)
        texts = plainly.dtype.kind == "U" and not set(plainly.flat) & NON_FINITE.keys()
        return plainly if texts or plainly.dtype.kind in "if" else np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise damaged(value, where) from None


def _decode_scalar(kind: type, value: Any, where: str) -> Any:
    if kind is float and isinstance(value, str) and value in NON_FINITE:
        return NON_FINITE[value]
    if kind is float and isinstance(value, int) and abs(value) > sys.float_info.max:
        raise damaged("an integer beyond any float", where)
    if kind is float:
        return float(expect(value, int | float, where))
    if kind is int and isinstance(value, str) and value.isascii() and value.isdecimal():
        from decimal import Decimal  # int() alone refuses more than 4300 digits

        return int(Decimal(value))
    return expect(value, kind, where)


def expect(value: Any, kind: Any, where: str) -> Any:
    """Return the value if it is of that kind; a bool is no number."""
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
        return value
    raise damaged(value, where)


def damaged(value: object, where: str) -> InputError:
    """Return the error that says what stands there instead."""
    return InputError(f"the saved result is damaged: {plain(clip(where, 80))} is {plain(clip(repr(value), 40))}")


@functools.cache
def _kinds(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {item.name: hints[item.name] for item in fields(cls)}


class Data:
    """What records are made of: equal when they would be written alike, so that nan equals nan."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values by field; sizes that may pass 2^53 as strings."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}  # type: ignore[arg-type]
        return {name: digits_of(v) if name in SIZES and v is not None else encode(v) for name, v in values.items()}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return the record that `to_dict` wrote.

        Raises
        ------
        InputError
            A value is missing or of another kind.
        """
        values = {n: decode(k, saved[n], f"{cls.__name__}.{n}") for n, k in _kinds(cls).items() if n in saved}  # type: ignore[arg-type]
        for item in fields(cls):  # type: ignore[arg-type]
            if item.name not in values and item.default is MISSING:
                raise InputError(f"the saved result is damaged: {cls.__name__}.{item.name} is missing")
        return cls(**values)

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, type(self)) else NotImplemented
