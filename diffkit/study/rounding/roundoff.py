"""What every instruction of a Program commits in float64, and what becomes of it.

Letters: ``w[k]`` is what float64 computed for line k, ``exact`` the operation without rounding on the same float64 operands,
``delta[k]`` = w[k] - exact, ``bar[k]`` the adjoint of line k along the computed values.  To first order the error of f is

    f in float64 - f  =  sum over k of  bar[k] delta[k]                                        (Linnainmaa 1976)

Both factors are balls, so that the sum is proved, however much of it cancels; w is plain floats.
"""

import math
from collections.abc import Sequence
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple

from flint import arb

from diffkit import balls, limits, namespaces
from diffkit.balls import OPEN, constant, working
from diffkit.domains import fault
from diffkit.errors import NumberError
from diffkit.messages import say
from diffkit.primitives import TABLE
from diffkit.program import Program, run
from diffkit.sweeps import reverse_sweep
from diffkit.tape import committed

FIRST_BITS = 256  # of precision: the deltas of a polynomial of degree 10 with all their digits
SETTLED = 1e-6  # relative radius at which the sum counts as known
BELOW_ROUNDING = 2.0**-80  # of the value: an estimate known to that much needs no digits of its own
VANISHING = 2.0**-400  # of the sum of its terms: a sum that cancels to this is 0


class Ledger(NamedTuple):
    """What float64 computed, committed and passed on, line by line; contributions are ``bar[k] delta[k]`` as floats."""

    program: Program  # with one output
    w: list[float]
    delta: list[float]
    bar: list[float]
    contribution: list[float]
    bound: list[float]
    estimate: Any  # a ball


@cache
def exactly() -> SimpleNamespace:
    """The functions of the table over single balls."""
    F = balls.namespace(OPEN).constants
    own = {name: partial(_of_constants, getattr(F, name)) for name in TABLE}
    return SimpleNamespace(name="arb", const=lambda value, text="": arb(value), **own)


def _of_constants(function: Any, *operands: Any) -> Any:
    return function(*map(constant, operands))[0]


def computed(program: Program, values: Sequence[float]) -> list[float]:
    """What float64 makes of every line."""
    return run(program, namespaces.get("math"), [float(x) for x in values])


def taken(program: Program, w: Sequence[float]) -> list[bool]:
    """Does each line's number reach the output, by the branches that float64 took?"""
    alive = [False] * len(w)
    alive[program.outputs[0]] = True
    for k in range(len(w) - 1, -1, -1):
        for a in _handed_on(program, w, k) if alive[k] else ():
            alive[a] = True
    return alive


def _handed_on(program: Program, w: Sequence[float], k: int) -> Sequence[int]:
    """The operands that line k looks at: of a choice the condition and what was chosen."""
    line = program.lines[k]
    if line.op == "where":
        return line.args[0], line.args[1 if w[line.args[0]] else 2]
    return [a for a in line.args if w[a] == w[k]] or line.args if line.op in ("max", "min") else line.args


# --- the first-order sum -----------------------------------------------------------------------------------------------
def ledger(program: Program, w: list[float], alive: Sequence[bool]) -> Ledger:
    """Deltas, adjoints and their products, proved by raising the precision.

    Raises
    ------
    NumberError
        If an adjoint is infinite there (singular), or digits cancel without end (precision).
    """
    bits = FIRST_BITS
    while bits <= limits.BITS_OF_ROUNDING:
        with working(bits, 1):
            delta, bar = _deltas(program, w, alive), _adjoints(program, w)
            products = [arb(0) if d is None or d.is_zero() or b is None else b * d for d, b in zip(delta, bar)]
            total = sum(products, arb(0))
            if _settled(total, w[program.outputs[0]], sum(map(abs, products), arb(0))):
                return _as_floats(program, w, delta, bar, products, total)
        bits *= 2
    raise NumberError(say("rounding.no-sum"), status="singular")


def _deltas(program: Program, w: Sequence[float], alive: Sequence[bool]) -> list[Any]:
    """w minus the exact operation on the same operands, for the operations that count."""
    F = exactly()
    found: list[Any] = []
    for k, line in enumerate(program.lines):
        rounds = alive[k] and line.args and TABLE[line.op].ulps[0]
        found.append(arb(w[k]) - getattr(F, line.op)(*(arb(w[a]) for a in line.args)) if rounds else None)
    return found


def _adjoints(program: Program, w: Sequence[float]) -> list[Any]:
    """The adjoint of every line at the values that float64 computed, without rounding."""
    depends = [line.op != "const" for line in program.lines]
    return reverse_sweep(program, exactly(), [arb(x) for x in w], {program.outputs[0]: arb(1)}, depends)


def _settled(total: Any, value: float, size: Any) -> bool:
    """Is the sum known well enough: relatively, beside the value, or as 0 beside its terms?"""
    if not total.is_finite():
        return False
    radius = total.rad()
    return bool(
        radius <= SETTLED * abs(total).lower() or radius <= BELOW_ROUNDING * abs(value) or radius < VANISHING * size.lower()
    )


def _as_floats(program: Program, w: list[float], delta: Sequence[Any], bar: Sequence[Any], products: Any, total: Any) -> Ledger:
    passed = [0.0 if b is None else float(b) for b in bar]
    bound = []
    for k, line in enumerate(program.lines):
        error = committed(line.op, w[k], [w[a] for a in line.args]) if delta[k] is not None and passed[k] else 0.0
        bound.append(abs(passed[k]) * error if error else 0.0)
    known = [0.0 if d is None else _beyond_doubt(d) for d in delta]
    shares = [_beyond_doubt(p) if known[k] else 0.0 for k, p in enumerate(products)]
    return Ledger(program, w, known, passed, shares, bound, arb(0) if total.contains(0) else total)


def _beyond_doubt(x: Any) -> float:
    """The number, and 0 where a ball cannot tell it from 0."""
    return 0.0 if x.contains(0) else float(x)


# --- where the sum says nothing --------------------------------------------------------------------------------------------
def first_not_finite(program: Program, w: Sequence[float], alive: Sequence[bool]) -> int | None:
    """The first line that counts and has no finite number in float64."""
    return next((k for k, x in enumerate(w) if alive[k] and not math.isfinite(x)), None)


def no_number(program: Program, w: Sequence[float], k: int) -> str:
    """Why line k is not finite in float64: domain, singular or overflow."""
    operands = [w[a] for a in program.lines[k].args]
    if not all(map(math.isfinite, operands)):
        return "domain"
    with working(FIRST_BITS, 1):
        return fault(program.lines[k].op, [arb(x) for x in operands]) or ("overflow" if math.isinf(w[k]) else "domain")


# --- what becomes of an error on its way -----------------------------------------------------------------------------------
class Amplifier(NamedTuple):
    """The line on the way to the output that makes an error largest, and how many times larger, relatively."""

    line: int | None
    factor: float


def condition(program: Program, w: Sequence[float], k: int, position: int) -> float:
    """The condition of one operation: by how much it enlarges a relative error of that operand."""
    operands = [w[a] for a in program.lines[k].args]
    slope = namespaces.local_derivative(program.lines[k].op, position, namespaces.get("math"), w[k], operands)
    change = abs(slope * operands[position])
    return change / abs(w[k]) if w[k] else math.inf if change else 0.0


def consumers(program: Program) -> list[list[tuple[int, int]]]:
    """The lines that read each line, with the position at which they do."""
    readers: list[list[tuple[int, int]]] = [[] for _ in program.lines]
    for k, line in enumerate(program.lines):
        for position, a in enumerate(line.args):
            readers[a].append((k, position))
    return readers


def amplifier(book: Ledger, readers: Sequence[Sequence[tuple[int, int]]], k: int) -> Amplifier:
    """Follow an error of line k along the way on which most of it reaches the output."""
    program, w = book.program, book.w
    worst = Amplifier(None, 1.0)
    while readers[k] and k != program.outputs[0]:
        k, position = max(readers[k], key=lambda reader: _passed_on(book, *reader))
        factor = condition(program, w, k, position)
        if factor > worst.factor:
            worst = Amplifier(k, factor)
    return worst


def _passed_on(book: Ledger, k: int, position: int) -> float:
    line, w = book.program.lines[k], book.w
    slope = namespaces.local_derivative(line.op, position, namespaces.get("math"), w[k], [w[a] for a in line.args])
    passed = abs(book.bar[k] * slope) if book.bar[k] else 0.0
    return passed if passed == passed else 0.0
