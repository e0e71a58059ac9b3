"""The sweeps over a recording: one pass over its entries, with as little to do an operation as possible.

Letters: ``bars[k]`` is the adjoint of line k.  Plain IEEE arithmetic first; only where that ends in nan do `sweeps` go over
the same lines again with strong zeros.
"""

from __future__ import annotations

from diffkit import sweeps
from diffkit.namespaces import get
from diffkit.recording import ANYTHING, MATH, Recording, Traced

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def reverse(tape: Recording, seeds: dict[int, Any], undefined: bool = False) -> list[Any]:
    """The adjoints of the inputs, from those of the outputs, each ours to keep; None: no path.

    ``undefined`` says that an output is nan: then its slopes are, although a partial such as 1/x of log may be a number.
    """
    if undefined:
        return _reverse_with_strong_zeros(tape, seeds)
    if tape.mixed or any(type(seed) is not float for seed in seeds.values()):
        from diffkit.eager_arrays import reverse_mixed

        bars = reverse_mixed(tape, seeds)
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
        return sweeps.reverse_numbers(taken, MATH, seeds, everywhere)[: tape.inputs]
    from diffkit.array_sweeps import reverse_arrays

    F = ANYTHING if nested else get("numpy")
    return reverse_arrays(taken, F, seeds, everywhere)[: tape.inputs]


def steps(tape: Recording) -> list[sweeps.Step]:
    """The entries as the steps that `sweeps` take: with operands and values, also where floats were recorded by slopes."""
    v: list[Any] = list(tape.values)
    found: list[sweeps.Step] = []
    for k, entry in enumerate(tape):
        if type(entry[1]) is list:
            op, args, operands, y, static = entry
            found.append((op, [_line(a) for a in args], operands, y, static))
            v.append(y)
        elif entry[0] == "input":
            found.append(("input", (), (), v[k], ()))  # whose value is known from the start
        else:
            op, a, b, *_ = entry
            args = [x for x in (a, b) if x is not None]
            operands = [v[x if x >= 0 else ~x] if type(x) is int else x for x in args]
            y = getattr(MATH, op)(*operands)
            found.append((op, [_line(x) for x in args], operands, y, ()))
            v.append(y)
    return found


def _line(operand: Any) -> int:
    """The line of an operand that may move, -1 for others."""
    return operand if type(operand) is int and operand >= 0 else -1


def forward(tape: Recording, directions: dict[int, Any]) -> list[Any]:
    """The tangent of every line, from those of the inputs; None: it does not move."""
    taken = steps(tape)
    if any(isinstance(x, Traced) for x in [*(step[3] for step in taken), *directions.values()]):
        return sweeps.forward_tangents(taken, ANYTHING, directions)
    return sweeps.forward_tangents(taken, get("numpy") if tape.mixed else MATH, directions)
