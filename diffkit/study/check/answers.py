"""The gradient that is checked, in whatever form it was handed over: one flat array, and what is wrong with its shape."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from diffkit import tape
from diffkit.errors import FAILURES, DiffkitError, InputError, UsageError, failure
from diffkit.namespaces import quiet
from diffkit.points import as_program
from diffkit.program import Program
from diffkit.study.check.handover import Array, Handed, Part, apply, numbers


class Answer(NamedTuple):
    """A gradient: its entries in the order of the point, nan where it has none, and each part as it came.

    ``float32`` marks the entries that came in single precision.
    """

    flat: Array
    parts: dict[str, Array]
    float32: Array

    def misshapen(self, parts: Sequence[Part]) -> list[Part]:
        """The parts whose gradient has another shape than they have."""
        return [p for p in parts if self.parts[p.name].shape != p.shape and (p.shape or self.parts[p.name].size != 1)]


class Source(NamedTuple):
    """Where answers come from: a function of the flat point that answers in the user's form, and what rounding may do to it.

    ``rounding`` bounds, for one entry at the point, the rounding error of a formula; 0 where the formula is not known.
    """

    at: Callable[[Array], Any]
    rounding: Callable[[int], float] = lambda i: 0.0


def source(gradient: Any, handed: Handed) -> Source:
    """The gradient, in whatever form, as a Source."""
    if gradient is None:
        program = _recorded(handed)
        point = tuple(map(float, handed.point.flat))
        slopes = tape.gradient_program(program)
        return Source(lambda flat: tape.gradient(program, [float(x) for x in flat]), lambda i: tape.noise(slopes, point, 1 + i))
    if isinstance(gradient, str):
        gradient = as_program(gradient)
    if isinstance(gradient, Program):
        return _formulas(gradient, handed)
    if not callable(gradient):
        return Source(lambda flat: gradient)
    return Source(lambda flat: _called(gradient, handed, flat))


def _recorded(handed: Handed) -> Program:
    if handed.program is None:
        raise UsageError("this f cannot be recorded, so there is no gradient of it to check", remedy="give the gradient")
    return handed.program


def _called(gradient: Callable[..., Any], handed: Handed, flat: Array) -> Any:
    errors: list[BaseException] = []
    for narrow in dict.fromkeys((handed.narrow, True)):
        try:
            with quiet():
                return apply(gradient, handed.point.restored(flat, narrow))
        except DiffkitError:
            raise
        except FAILURES as error:
            errors.append(error)
    raise InputError(f"the gradient fails at that point: {failure(errors[0])}")


def _formulas(gradient: Program, handed: Handed) -> Source:
    """A Program of as many outputs as the point has entries, in the order of the inputs of f; its inputs are found by name."""
    program = handed.f if isinstance(handed.f, Program) and len(handed.f.inputs) == len(handed.point.flat) else None
    names = list(program.inputs) if program else handed.point.names
    strange = [name for name in gradient.inputs if name not in names]
    if strange:
        raise UsageError(f"the gradient uses {', '.join(strange)}, f does not", remedy=f"the entries are {', '.join(names[:8])}")
    if len(gradient.outputs) != len(names):
        formulas, inputs = len(gradient.outputs), len(names)
        raise UsageError(
            f"the gradient has {formulas} formula{'s' * (formulas != 1)}, f {inputs} input{'s' * (inputs != 1)}",
            remedy=f"give one for each of {', '.join(names[:8])}, separated by commas",
        )

    def point(flat: Array) -> dict[str, float]:
        known = dict(zip(names, map(float, flat)))
        return {name: known[name] for name in gradient.inputs}

    def at(flat: Array) -> Any:
        found = gradient(**point(flat))
        return found if len(names) > 1 else (found,)

    return Source(at, lambda i: tape.noise(gradient, point(handed.point.flat), i))


def arranged(given: Any, handed: Handed) -> Answer:
    """A gradient in the user's form as an Answer."""
    parts = handed.point.parts
    arrays = dict(zip((part.name for part in parts), _by_part(given, parts)))
    flat, single = np.full(len(handed.point.flat), np.nan), np.zeros(len(handed.point.flat), dtype=bool)
    for part in parts:
        array = arrays[part.name]
        if np.squeeze(array).shape == np.squeeze(np.empty(part.shape)).shape:
            flat[part.place] = array.ravel()
            single[part.place] = array.dtype.itemsize < 8 and array.dtype.kind == "f"
    return Answer(flat, arrays, single)


def _by_part(given: Any, parts: Sequence[Part]) -> list[Array]:
    """The gradient of each part; an empty array where there is none."""
    if isinstance(given, Mapping):
        return [_array(given.get(part.name)) for part in parts]
    several = isinstance(given, (tuple, list))
    if several and len(given) == len(parts) and (len(parts) != 1 or np.ndim(_array(given[0])) == len(parts[0].shape)):
        return [_array(part) for part in given]
    whole = _array(given)
    if len(parts) == 1:
        return [whole]
    if all(not part.shape for part in parts) and whole.shape == (len(parts),):
        return [whole[i] for i in range(len(parts))]
    return [np.empty(0) for _ in parts]


def _array(value: Any) -> Array:
    """The array; an empty one where rows differ in length."""
    try:
        return numbers(value)
    except TypeError:
        raise UsageError(f"a gradient is of real numbers, not {type(value).__name__}") from None
    except ValueError:
        return np.empty(0)
