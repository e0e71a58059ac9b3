"""Does float64 choose as exact arithmetic does?  Where it does not, first-order error analysis says nothing.

Letters: ``w[k]`` is what float64 computed for line k.  A choice between two numbers that are equal need not be decided.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple

from diffkit import balls, limits
from diffkit.balls import OPEN, POINT, constant, working
from diffkit.namespaces import COMPARISONS
from diffkit.program import Program, run

FIRST_BITS = 256


class Divergence(NamedTuple):
    """A choice that float64 made otherwise than exact arithmetic; ``jumps`` if f jumps there, else it bends."""

    line: int
    jumps: bool
    decided: bool


BENDS = {"abs", "relu", "max", "min"}
LOGICAL = {"and", "or", "not"}
TRUTHS = LOGICAL | set(COMPARISONS)


def divergence(program: Program, values: Sequence[float], w: Sequence[float], alive: Sequence[bool]) -> Divergence | None:
    """The first choice that is made otherwise, or stays undecided, in exact arithmetic, and matters; None if there is none."""
    choices = _choices(program, alive)
    bits = FIRST_BITS
    found = None
    while choices and bits <= limits.BITS_OF_ROUNDING:
        with working(bits, 1):
            exact = run(program, tolerant(), [constant(x) for x in values])
            found = _first_divergence(program, exact, w, choices)
        if found is None or found.decided:
            return found
        bits *= 2
    return found


@cache
def tolerant() -> SimpleNamespace:
    """The functions of the table over constant series, where a choice between equal numbers need not be decided."""
    F = balls.namespace(OPEN).constants
    return SimpleNamespace(**vars(F) | {"name": "tolerant", "where": partial(_chosen, F.where)})


def _chosen(where: Any, c: Any, a: Any, b: Any) -> Any:
    decided = balls.truth(POINT, c) is not None or not _alike(a, b)
    return where(c, a, b) if decided else constant(a[0].union(b[0]))


def _choices(program: Program, alive: Sequence[bool]) -> list[int]:
    """The lines that choose: a truth value does where it is used as a number, else the where that it steers."""
    as_number = {program.outputs[0]}
    for k, line in enumerate(program.lines):
        if alive[k] and line.op not in LOGICAL:
            as_number.update(line.args[1:] if line.op == "where" else line.args)
    return [k for k, x in enumerate(program.lines) if alive[k] and x.op in DECISIONS and (x.op not in TRUTHS or k in as_number)]


def _first_divergence(program: Program, exact: Sequence[Any], w: Sequence[float], choices: Sequence[int]) -> Divergence | None:
    for k in choices:
        line = program.lines[k]
        operands = [exact[a] for a in line.args]
        truth = DECISIONS[line.op](*operands)
        mine = DECISIONS[line.op](*(constant(w[a]) for a in line.args))
        if (truth is None or truth != mine) and not (line.op == "where" and _alike(*operands[1:])):
            return Divergence(_steering(program, k), line.op not in BENDS, truth is not None)
    return None


def _alike(a: Any, b: Any) -> bool:
    """Have both branches the same value, so that it does not matter which is taken?  The strong zero of a gradient is one."""
    return bool(a[0].is_finite() and b[0].is_finite() and a[0].overlaps(b[0]))


def _steering(program: Program, k: int) -> int:
    """The line to name: of a where its condition."""
    line = program.lines[k]
    return line.args[0] if line.op == "where" and program.lines[line.args[0]].args else k


def _sign(x: Any) -> int | None:
    return balls.sign(POINT, x)


def _met(condition: Any, a: Any, b: Any) -> bool | None:
    s = 0 if a is b else _sign(a - b)
    return None if s is None else condition(s, 0)


def _is_true(*operands: Any) -> tuple[bool, ...] | None:
    signs = [_sign(x) for x in operands]
    return None if None in signs else tuple(s != 0 for s in signs)


def _winners(wanted: int, *operands: Any) -> tuple[bool, ...] | None:
    """Which operands are largest (``wanted`` 1) or smallest (-1)?"""
    wins = [_wins([0 if a is b else _sign(a - b) for b in operands], wanted) for a in operands]
    return None if None in wins else tuple(map(bool, wins))


def _wins(signs: Sequence[int | None], wanted: int) -> bool | None:
    return False if -wanted in signs else None if None in signs else True


def _whole_below(x: Any) -> int | None:
    below = x[0].floor()
    return balls.whole(below) if below.is_exact() else None


def _side_of_cut(a: Any, b: Any) -> int | None:
    right = _sign(b)
    return None if right is None else 1 if right > 0 else _sign(a)


DECISIONS: dict[str, Callable[..., Any]] = {  # by what each choice is made; None while a ball cannot tell
    **{name: partial(_met, condition) for name, condition in COMPARISONS.items()},
    **dict.fromkeys(("abs", "sign", "step", "relu", "acot"), _sign),
    "max": partial(_winners, 1),
    "min": partial(_winners, -1),
    **dict.fromkeys(("and", "or", "not"), _is_true),
    "where": lambda c, a, b: _is_true(c),
    "floor": _whole_below,
    "atan2": _side_of_cut,
}
