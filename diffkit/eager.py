"""The sweeps over a recording: one pass over its entries, with as little to do an operation as possible.

Letters: ``bars[k]`` is the adjoint of line k.  Plain IEEE arithmetic first; only where that ends in nan do `sweeps` go over
the same lines again with strong zeros.
"""

from __future__ import annotations

from collections.abc import Iterator

from diffkit import sweeps
from diffkit.namespaces import get
from diffkit.recording import ANYTHING, MATH, compute, slope
from diffkit.traced import Recording, Traced

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def reverse(tape: Recording, seeds: dict[int, Any], undefined: bool = False, once: bool = False) -> list[Any]:
    """The adjoints of the inputs, from those of the outputs, each ours to keep; None: no path.

    ``once`` promises that there will be no other sweep, so that values may go as this one passes.  ``undefined`` says that
    an output is nan: then its slopes are, although a partial such as 1/x of log may be a number.
    """
    if undefined:
        return _reverse_with_strong_zeros(tape, seeds)
    if tape.arrays or any(getattr(seed, "shape", ()) for seed in seeds.values()):
        from diffkit.eager_arrays import reverse_mixed

        bars = reverse_mixed(tape, seeds, release=once)
    elif tape.mixed or any(type(seed) is not float for seed in seeds.values()):
        bars = _reverse_numbers(tape, seeds)
    else:
        bars = _reverse_floats(tape, seeds)
    return _reverse_with_strong_zeros(tape, seeds) if any(map(_has_nan, bars)) else bars


def _reverse_floats(tape: Recording, seeds: dict[int, float]) -> list[Any]:
    """The reverse sweep over floats alone, whose slopes are known."""
    last = max(seeds, default=-1) + 1
    bars = [0.0] * last
    for k, seed in seeds.items():
        bars[k] += seed
    pop = bars.pop
    for _, a, b, p, q in reversed(tape[tape.inputs : last]):
        bar = pop()
        if p is not None:
            bars[a] += bar * p
        if q is not None:
            bars[b] += bar * q
    return bars + [0.0] * (tape.inputs - len(bars))


def _reverse_numbers(tape: Recording, seeds: dict[int, Any]) -> list[Any]:
    """The reverse sweep over single numbers, some of which an outer recording traces."""
    bars = sweeps.started(len(tape), seeds)
    for k in range(len(tape) - 1, tape.inputs - 1, -1):
        bar, entry = bars[k], tape[k]
        if bar is None:
            continue
        for a, partial in _slopes(entry):
            if partial is not None:
                share = bar if type(partial) is float and partial == 1.0 else bar * partial
                bars[a] = share if bars[a] is None else bars[a] + share
    return bars[: tape.inputs]


def _slopes(entry: tuple[Any, ...]) -> Iterator[tuple[int, Any]]:
    """The lines that an entry of single numbers reads, and its slopes by them."""
    if type(entry[1]) is not list:
        yield from ((entry[1], entry[3]), (entry[2], entry[4]))
        return
    op, args, operands, y, _ = entry
    for i, a in enumerate(args):
        if type(a) is int and a >= 0:
            yield a, slope(op, i, ANYTHING, y, operands)


def _has_nan(bar: Any) -> bool:
    if type(bar) is float:
        return bar != bar
    while isinstance(bar, Traced):
        bar = bar.value
    if bar is None or type(bar) is float:
        return bar != bar
    from diffkit.eager_arrays import has_nan

    return has_nan(bar)


def _reverse_with_strong_zeros(tape: Recording, seeds: dict[int, Any]) -> list[Any]:
    taken = steps(tape)
    everywhere = [True] * len(taken)
    nested = any(isinstance(x, Traced) for x in [*seeds.values(), *(step[3] for step in taken)])
    if not (tape.mixed or nested):
        return sweeps.reverse_numbers(taken.__getitem__, len(taken), MATH, seeds, everywhere)[: tape.inputs]
    from diffkit.array_sweeps import reverse_arrays

    F = ANYTHING if nested else get("numpy")
    found = reverse_arrays(taken, F, seeds, everywhere)[: tape.inputs]
    return [bar.copy() if hasattr(bar, "flags") else bar for bar in found]


def steps(tape: Recording) -> list[sweeps.Step]:
    """The lines as the steps that `sweeps` take, computed again: a recording keeps only what its own sweep asks for."""
    v: list[Any] = list(tape.values)
    found: list[sweeps.Step] = [("input", (), [], x, ()) for x in v]
    for op, *entry in tape[tape.inputs :]:
        args, static = (entry[0], entry[3]) if type(entry[0]) is list else ([x for x in entry[:2] if x is not None], ())
        operands = [v[x if x >= 0 else ~x] if type(x) is int else x for x in args]
        v.append(number(compute(op, operands, static)))
        found.append((op, [_line(x) for x in args], operands, v[-1], static))
    return found


def number(y: Any) -> Any:
    """A Python float for a single number of NumPy's."""
    return float(y) if getattr(y, "shape", None) == () and getattr(y, "dtype", None) in {"float64", "bool"} else y


def _line(operand: Any) -> int:
    """The line of an operand that may move, -1 for others."""
    return operand if type(operand) is int and operand >= 0 else -1


def forward(tape: Recording, directions: dict[int, Any]) -> list[Any]:
    """The tangent of every line, from those of the inputs; None: it does not move."""
    taken = steps(tape)
    if any(isinstance(x, Traced) for x in [*(step[3] for step in taken), *directions.values()]):
        return sweeps.forward_tangents(taken, ANYTHING, directions)
    return sweeps.forward_tangents(taken, get("numpy") if tape.mixed else MATH, directions)
