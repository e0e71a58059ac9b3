"""The noise of f at the points of every step, predicted from one forward and one reverse sweep over all of them.

Letters: ``t`` are the points x + kh, k = -2 ... 2, one column a step; ``v`` are the lines of f there, ``v_bar`` their adjoints
and ``v_dot`` their tangents; ``ulp`` is the spacing of the numbers at v, and a pair is two points whose values f are subtracted.

Rounding line k adds to v[k] what is missing to the nearest number, at most half an ulp, and v_bar[k] times that to f (Linnainmaa
1976).  Over all that v[k] could be, that error is uniform, and what a pair sees of it is the difference of two.  Between the
points of a pair v[k] moves by q = v_dot (t[a] - t[b]) / ulp.  The difference is known from q alone, up to chance: it vanishes
where q is a whole number, since the error is then the same at both, and its size is the distance from q to the nearest one:

    sqrt(2) ulp |v_bar| |q - round(q)|        which for a q that is large and arbitrary is ulp |v_bar| / sqrt(6), the usual rms

That is the size of each line's own error.  What most pairs see of all of them together is less, for a line rounds what its
operands really moved, and they moved by whole ulps: of b^2 and sqrt(b^2) the second undoes the rounding of the first, a chain
that stands still loses its move once and not once a line, and two lines that move alike lose alike.  So the moves are followed
from line to line, each rounded to the nearest number of ulps; ``gone`` is how far a computed move is from the exact one, and
sqrt(2) |gone| of f what is typical.  By chance a line may round to the next number instead: where that matters, in the choice
of h, the lines count as independent.  What the tangent of f, in float64 too, misses of f' is added.

This is why the noise of f depends on the scale at which it is looked at: an operation that stands still between the points
commits no error that the quotient could see, and nor does one that moves along the same grid as x.  An operation that is exact
(a difference of close numbers, Sterbenz 1974; a product with a power of two) commits none at all.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from flint import arb
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from diffkit import namespaces, sweeps
from diffkit.balls import working
from diffkit.primitives import TABLE
from diffkit.program import Builder, Line, Program
from diffkit.study.sweep.arithmetic import Arithmetic
from diffkit.truth import ball

Array = NDArray[np.float64]
Pair = tuple[int, int]
NODES = (-2, -1, 0, 1, 2)
PAIRS: tuple[Pair, ...] = ((1, 0), (0, -1), (1, -1), (2, -2))
BLOCK = 1 << 20  # numbers of a kind held at once: lines times points
WINDOW = 3  # looks at which an operation must be exact at all points, to be exact by more than chance
SMOOTH = 9  # steps, about a decade, that are looked at together
TRIED, NEARBY = 32, 2.0**-36  # points at which a library function is tried, and how far apart, relative
BITS = 128  # of precision for that
ARBITRARY = 2.0**40  # ulps: a float64 tangent does not tell the fraction of a larger q, and nothing depends on it


class Grid(NamedTuple):
    """The steps, and how x + kh was rounded at each: known before f is."""

    steps: Array
    offsets: Mapping[int, Array]  # t - (x + kh) by k
    spans: Mapping[Pair, Array]  # t[a] - t[b]

    def part(self, b: slice) -> "Grid":
        """Some of the steps."""
        return Grid(self.steps[b], {k: v[b] for k, v in self.offsets.items()}, {k: v[b] for k, v in self.spans.items()})


class Levels(NamedTuple):
    """The noise of f, absolute: a bound by node and step; by pair and step that of f(t[a]) - f(t[b]).

    ``typical`` is what most steps meet, ``rms`` counts those without luck too: they differ where q is often near a whole number.
    """

    bound: Array
    typical: Mapping[Pair, Array]
    rms: Mapping[Pair, Array]


class Subject(NamedTuple):
    """f, the point, the input that varies, and the arithmetic."""

    program: Program
    values: tuple[float, ...]
    place: int
    arithmetic: Arithmetic
    nominal: bool

    @property
    def x(self) -> float:
        """The coordinate that varies."""
        return self.values[self.place]

    def numbers(self, t: Any) -> list[Any]:
        """The inputs of f in its arithmetic, the one that varies at ``t``."""
        numbers = [self.arithmetic.number(value) for value in self.values]
        numbers[self.place] = t
        return numbers


def noise_levels(subject: Subject, grid: Grid, exact: NDArray[np.bool_], slope: float) -> Levels:
    """The noise at every step; ``exact`` is what `exact_lines` found, by line and step; ``slope`` f'."""
    width = max(1, BLOCK // (len(NODES) * max(1, len(subject.program.lines))))
    blocks = [slice(i, i + width) for i in range(0, len(grid.steps), width)]
    found = [_block(subject, grid.part(b), exact[:, b], slope) for b in blocks]
    bound = np.concatenate([block.bound for block in found], axis=1)
    typical, rms = (
        {pair: spread(np.concatenate([kind[pair] for kind in kinds]), grid.steps, by) for pair in PAIRS}
        for kinds, by in (([block.likely for block in found], np.median), ([block.each for block in found], np.mean))
    )
    return Levels(bound, typical, rms)


def spread(variance: Array, steps: Array, by: Callable[..., Any]) -> Array:
    """The root of a variance that wavers from step to step, by the median or mean of its neighbours.

    Beware: noise is level or grows like h, so the mean is taken of what grows least, variance/h.
    """
    window = sliding_window_view(np.pad(variance / steps, SMOOTH // 2, mode="edge"), SMOOTH)
    return np.asarray(np.sqrt(by(window, axis=-1) * steps))


class Block(NamedTuple):
    """A bound by node; by pair the variance of f(t[a]) - f(t[b]): the likely one, and that if each line erred by itself."""

    bound: Array
    likely: dict[Pair, Array]
    each: dict[Pair, Array]


def _block(subject: Subject, grid: Grid, exact: NDArray[np.bool_], slope: float) -> Block:
    F, program, place = namespaces.get("numpy"), subject.program, subject.place
    points: list[Any] = list(subject.values)
    points[place] = subject.x + np.outer(NODES, grid.steps)
    moves = [np.ones_like(points[place]) if i == place else None for i in range(len(points))]
    v, v_dot = sweeps.forward_sweep(program, F, points, moves)
    v_bar = sweeps.reverse_sweep(program, F, v, {program.outputs[0]: np.ones_like(points[place])}, _moving(program))
    lines: list[Rounded | None] = []
    for k, line in enumerate(program.lines):
        ulps = TABLE[line.op].ulps[0] if line.args else 0.0
        y, dot, bar = (np.broadcast_to(0.0 if z is None else z, points[place].shape) for z in (v[k], v_dot[k], v_bar[k]))
        half = subject.arithmetic.half_spacing(y) if ulps else y
        lines.append(Rounded(half, dot, np.abs(bar), exact[k], ulps) if ulps and v_bar[k] is not None else None)
    bound = sum((_counted(z.bar * z.half * 2 * z.ulps) for z in lines if z), np.zeros_like(points[place]))
    own = library_errors(subject)
    dot = v_dot[program.outputs[0]]
    here = np.broadcast_to(0.0 if dot is None else dot, points[place].shape)
    lost = here[NODES.index(0)] - slope  # by cancelling in the tangents, too
    likely, each = {}, {}
    for pair, span in grid.spans.items():
        seen = [z.seen(pair, span, own.get(k, 0.0)) if z else (0.0, 0.0) for k, z in enumerate(lines)]
        chance, known = (sum(parts, np.zeros_like(span)) for parts in zip(*seen, strict=True))
        each[pair] = chance + known
        likely[pair] = chance + 2 * (_gone(program, v, lines, pair, span) + _counted(lost * span)) ** 2
    return Block(bound, likely, each)


def _moving(program: Program) -> list[bool]:
    return [line.op != "const" for line in program.lines]


class Rounded(NamedTuple):
    """A line that rounds, by node and step: half its ulp, tangent, size of the adjoint; where it is exact; its bound in ulps."""

    half: Array
    dot: Array
    bar: Array
    exact: NDArray[np.bool_]
    ulps: float

    def moved(self, pair: Pair, span: Array) -> tuple[Array, NDArray[np.bool_]]:
        """By how many ulps the line moves between the points of a pair, and where that number tells its error."""
        a, b = map(NODES.index, pair)
        q = (self.dot[a] + self.dot[b]) / 2 * span / (2 * self.half[a])
        return q, (self.half[a] == self.half[b]) & (np.abs(q) < ARBITRARY)

    def seen(self, pair: Pair, span: Array, own: float) -> tuple[Array, Array]:
        """The variance of what rounding the line does to f(t[a]) - f(t[b]): by chance, and as far as it is known."""
        a, b = map(NODES.index, pair)
        q, known = self.moved(pair, span)
        independent = (self.bar[a] * self.half[a]) ** 2 + (self.bar[b] * self.half[b]) ** 2
        size = 2 * (np.maximum(self.bar[a], self.bar[b]) * 2 * self.half[a] * np.abs(q - np.round(q))) ** 2
        chance = _counted(np.where(known, 0.0, independent / 3) + own * independent)
        return np.where(self.exact, 0.0, chance), np.where(self.exact | ~known, 0.0, _counted(size))

    def gone(self, pair: Pair, span: Array, before: Array) -> Array:
        """How far the computed move is from the exact one, if that of the operands is off by so much already."""
        q, known = self.moved(pair, span)
        ulp = 2 * self.half[NODES.index(pair[0])]
        off = _counted(ulp * (np.round(q + before / ulp) - q) - before)
        return np.asarray(before + np.where(known & ~self.exact, off, 0.0))


def _gone(program: Program, v: list[Any], lines: Sequence[Rounded | None], pair: Pair, span: Array) -> Array:
    """How far the move of f that is computed is from the exact one, if every line moves by the nearest number of ulps."""
    F, (a, b) = namespaces.get("numpy"), map(NODES.index, pair)
    gone: list[Any] = []
    for (op, args, operands, y, static), z in zip(sweeps.steps(program, v), lines, strict=True):
        before = [gone[i] if i >= 0 else None for i in args]
        if not args or (z is None and all(off is None for off in before)):
            gone.append(None)
            continue
        slope = sweeps.tangent(op, F, y, operands, before, static) if any(off is not None for off in before) else 0.0
        both = np.broadcast_to(slope, (len(NODES), len(span)))
        passed = _counted((both[a] + both[b]) / 2)
        gone.append(z.gone(pair, span, passed) if z else passed)
    found = gone[program.outputs[0]]
    return np.zeros_like(span) if found is None else found


def library_errors(subject: Subject) -> dict[int, float]:
    """How much the errors of library functions worse than an ulp vary near the point, beyond rounding: variances by line.

    Measured in half spacings against ball arithmetic, on the one operation, before any quotient is formed; NumPy's float32 and
    mpmath round these functions from more digits.
    """
    if subject.arithmetic.name != "float64":
        return {}
    v = subject.arithmetic.lines(subject.program, subject.values)
    lines = enumerate(subject.program.lines)
    worse = [(k, line) for k, line in lines if line.args and TABLE[line.op].ulps[0] > 1 and TABLE[line.op].arity is not None]
    return {k: _variance(subject.arithmetic, line.op, [v[a] for a in line.args]) for k, line in worse}


def _variance(arithmetic: Arithmetic, op: str, operands: Sequence[float]) -> float:
    """The variance of one operation's error around these operands, less that of correct rounding; 0 where it has no value."""
    builder = Builder()
    names = [f"x{i}" for i in range(len(operands))]
    program = builder.build(builder.op(op, *map(builder.input, names)), inputs=names)
    errors = []
    for j in range(1, TRIED + 1):
        nearby = [x * (1 + j * NEARBY) if op != "polygamma" or i else x for i, x in enumerate(operands)]
        y = arithmetic.lines(program, nearby)[-1]
        true = ball(program, nearby, None, 0, BITS)
        if not (np.isfinite(y) and true.is_finite()):
            return 0.0
        with working(BITS, 1):
            errors.append(float((arb(y) - true) / float(arithmetic.half_spacing(y))))
    return max(0.0, float(np.var(errors)) - 1 / 3)


def _counted(share: Any) -> Any:
    """A share of the noise; nan, where 0 meets a pole, is none."""
    return np.where(np.isnan(share), 0.0, share)


def exact_lines(program: Program, computed: Sequence[Sequence[Sequence[Any]]]) -> NDArray[np.bool_]:
    """Which lines commit no rounding error, by line and step, from all lines at the points of some steps.

    ``computed`` holds for each step looked at the lines at each of its points, in the arithmetic of the sweep.
    """
    found = np.zeros((len(program.lines), len(computed)), dtype=np.bool_)
    for k, line in enumerate(program.lines):
        if line.op in {"add", "sub"}:
            sign = 1 if line.op == "add" else -1
            seen = [all(_no_error(v[line.args[0]], sign * v[line.args[1]], v[k]) for v in points) for points in computed]
            found[k] = [all(seen[max(0, i - WINDOW // 2) : i + WINDOW // 2 + 1]) for i in range(len(seen))]
        elif line.op in {"mul", "div"}:
            found[k] = any(_power_of_two(program.lines[a]) for a in line.args[line.op == "div" :])
    return found


def _no_error(a: Any, b: Any, s: Any) -> bool:
    """Is s = a + b exactly?  Knuth's TwoSum gives the error of the rounded sum as a number of the same kind."""
    rest = s - a
    return bool((a - (s - rest)) + (b - rest) == 0)


def _power_of_two(line: Line) -> bool:
    return bool(line.op == "const" and line.value != 0 and np.frexp(abs(line.value))[0] == 0.5)
