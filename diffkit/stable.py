"""Stable forms: Programs equal to f that lose fewer digits at a point, each proved equal there before it is offered.

A candidate comes from the table of `diffkit.rewriting`, the search among them goes by the rounding error that the tape
predicts, and what is offered has passed two examinations: ball arithmetic shows that it is f (values at the point, beside it
and far from it, and Taylor coefficients), and its digits, measured against the proved value, are more.
"""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from diffkit import limits, tape, truth
from diffkit.balls import OPEN, working
from diffkit.enclosures import Question, lines
from diffkit.errors import DiffkitError
from diffkit.floats import correct_digits, digits_right
from diffkit.points import prepare
from diffkit.program import Program
from diffkit.rational import factored
from diffkit.rewriting import Rule, rewrite, shared, sites

BITS, AGREE = 512, 128  # of precision; of agreement, before two balls count as equal
NEAR, FAR, ORDER = 16, 16, 6  # points beside the point and far from it; Taylor coefficients compared
WIDTH, DEPTH = 4, 5  # of the search: candidates kept, rewritings in a row
FACTORS = "factorisation over the rationals"
GAIN = 0.5  # digits; less is not worth another formula
FULL = correct_digits(0.0)
UNSEEN = 2.0**-1070  # an error that no double shows


class Proof(NamedTuple):
    """What ball arithmetic says of two Programs: equal "everywhere" or only "near" the point, at so many points."""

    equal: bool
    where: str
    points: int
    reason: str = ""


class Stable(NamedTuple):
    """A form that loses fewer digits: digits of f and of each derivative, before and after."""

    program: Program
    rules: tuple[Rule, ...]
    proof: Proof
    before: dict[str, float]
    after: dict[str, float]


# --- the proof ---------------------------------------------------------------------------------------------------------
def prove(f: Program, g: Program, values: Sequence[float], seed: int = 0) -> Proof:
    """Are two Programs of the same inputs the same function, as far as balls can tell?

    At the point, at points beside it and in Taylor coefficients they must be; at points far from it they may differ, and
    then the form is valid near the point only.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> prove(parse("exp(x) - 1"), parse("expm1(x)"), [1e-7]).where
    'everywhere'
    >>> prove(parse("exp(x) - 1"), parse("x*(1 + x/2)"), [1e-7]).reason
    'they differ at x = 1e-07'
    """
    dice = random.Random(seed)
    near = [values, *(_moved(values, lambda x: x + dice.uniform(-1, 1) * 1e-3 * (abs(x) or 1.0)) for _ in range(NEAR))]
    far = [_moved(values, lambda x: dice.choice((-1, 1)) * 10 ** dice.uniform(-1, 1) * (x or 1.0)) for _ in range(FAR)]
    verdicts = [agree(f, g, point) for point in near]
    if False in verdicts:
        return Proof(False, "", len(near), f"they differ at {_shown(f, near[verdicts.index(False)])}")
    if verdicts[0] is None or verdicts.count(None) > NEAR // 2:
        return Proof(False, "", len(near), "no precision decides whether they are equal")
    if not all(_same_series(f, g, values, i) for i in range(len(values))):
        return Proof(False, "", len(near), "their Taylor coefficients differ")
    distant = [agree(f, g, point) for point in far]
    return Proof(True, "near" if False in distant else "everywhere", len(near) + len(far))


def _moved(values: Sequence[float], move: Any) -> list[float]:
    return [float(move(x)) for x in values]


def _shown(f: Program, values: Sequence[float]) -> str:
    return ", ".join(f"{name} = {x!r}" for name, x in zip(f.inputs, values))


def agree(f: Program, g: Program, values: Sequence[float]) -> bool | None:
    """Do two Programs have the same value there, to 38 digits?  None where f has none or no precision tells."""
    a, b = (truth.ball(p, values, None, 0, BITS) for p in (f, g))
    if not a.is_finite():
        return None
    if not b.is_finite() or not a.overlaps(b):
        return False
    small = 2.0**-AGREE
    sharp = all(x.rel_accuracy_bits() >= AGREE or (x.rad() < small * small and abs(x) < small) for x in (a, b))
    return True if sharp else None


def _same_series(f: Program, g: Program, values: Sequence[float], wrt: int) -> bool:
    """Do the first Taylor coefficients along one input overlap, where both are known?"""
    with working(BITS, ORDER + 1):
        a, b = (lines(Question(p, values, wrt, ORDER), OPEN)[p.outputs[0]] for p in (f, g))
        known = range(min(a.prec, b.prec, ORDER + 1))
        return all(a[j].overlaps(b[j]) for j in known if a[j].is_finite() and b[j].is_finite())


# --- digits, predicted and measured ------------------------------------------------------------------------------------
def measured(program: Program, values: Sequence[float], wrt: Sequence[int], exact: Sequence[Any]) -> list[float]:
    """Correct digits of f and of its derivatives by reverse mode, against exact numbers."""
    value, slopes = tape.value_and_gradient(program, tuple(values))
    found = [value, *(slopes[i] for i in wrt)]
    return [digits_right(x, truth) for x, truth in zip(found, exact)]


def expected(program: Program, values: Sequence[float], wrt: Sequence[int], exact: Sequence[Any]) -> tuple[float, ...]:
    """The digits measured, but no more than the rms error that the tape predicts leaves: the rest of them is luck."""
    slopes = tape.gradient_program(program) if wrt else program
    left = [_left(slopes, values, output, float(x)) for output, x in zip([0, *(1 + i for i in wrt)], exact)]
    return tuple(map(min, left, measured(program, values, wrt, exact)))


def _left(program: Program, values: Sequence[float], output: int, exact: float) -> float:
    """Digits that rounding is expected to leave, none where it has no number."""
    noise = tape.noise_rms(program, tuple(values), output)
    if not math.isfinite(noise):
        return 0.0
    return FULL if noise <= UNSEEN else correct_digits(noise / abs(exact)) if exact else 0.0


# --- the search --------------------------------------------------------------------------------------------------------
class Candidate(NamedTuple):
    """A rewritten Program, the rules used, and the digits to expect of it."""

    program: Program
    rules: tuple[Rule, ...]
    digits: tuple[float, ...]

    def rank(self) -> tuple[float, int]:
        """Most digits first, then fewest operations."""
        return -round(2 * sum(self.digits)), len(self.program.lines)


def suggest(f: Any, at: Any, wrt: Sequence[str] | None = None) -> Stable | None:
    """The best form of f at a point that the table leads to, proved and measured; None if none has more digits.

    Parameters
    ----------
    f : Program, str or callable
    at : number, tuple, dict or array
    wrt : sequence of str, optional
        The derivatives whose digits count beside those of f; by default all.

    Examples
    --------
    >>> better = suggest("(1 - cos(x))/x^2", 1e-5)
    >>> print(better.program)
    2*sin(x/2)^2/x^2
    >>> {name: round(digits) for name, digits in better.before.items()}, round(better.after["f"])
    ({'f': 7, 'df/dx': 0}, 16)
    """
    program, values, _ = prepare(f, at)
    program = shared(program)
    if program.operations > limits.REWRITTEN:
        return None
    names = {"f": None} | {f"df/d{name}": program.inputs.index(name) for name in (program.inputs if wrt is None else wrt)}
    known = {name: x for name, i in names.items() if (x := _exact(program, values, i)) is not None}
    if "f" not in known:
        return None
    indices = [i for name, i in names.items() if name in known and i is not None]
    exact = list(known.values())
    before = measured(program, values, indices, exact)
    for candidate in candidates(program, values, indices, exact):
        after = measured(candidate.program, values, indices, exact)
        if _worth(before, after) and (proof := prove(program, candidate.program, values)).equal:
            return Stable(candidate.program, candidate.rules, proof, dict(zip(known, before)), dict(zip(known, after)))
    return None


def _worth(before: Sequence[float], after: Sequence[float]) -> bool:
    """Is something gained and nothing lost?"""
    gains = [b - a for a, b in zip(before, after)]
    return max(gains) >= GAIN and min(gains) >= -GAIN


def _exact(program: Program, values: Sequence[float], wrt: int | None) -> Any:
    """The proved value or derivative, None where there is none."""
    point = dict(zip(program.inputs, values))
    try:
        return truth.value(program, point) if wrt is None else truth.reference(program, point, wrt=program.inputs[wrt])
    except DiffkitError:
        return None


def candidates(program: Program, values: Sequence[float], wrt: Sequence[int], exact: Sequence[Any]) -> list[Candidate]:
    """Programs that the table leads to and that should lose fewer digits, the best first: a beam search."""
    first = Candidate(program, (), expected(program, values, wrt, exact))
    seen, beam, found = {program}, [first], [first]
    for _ in range(DEPTH):
        steps = [step for parent in beam for step in _steps(parent, values, wrt, exact, seen)]
        found += steps
        beam = sorted(steps, key=Candidate.rank)[:WIDTH]
    enough = sum(first.digits) + GAIN
    return _ordered([c for c in found if sum(c.digits) > enough])


def _ordered(found: Sequence[Candidate]) -> list[Candidate]:
    """The best first: among those that are as good as the best but for a trifle, the shortest."""
    most = max((sum(c.digits) - GAIN * len(c.digits) for c in found), default=0.0)
    return sorted(found, key=lambda c: (0, len(c.program.lines)) if sum(c.digits) >= most else (1, *c.rank()))


def _whole(program: Program) -> Iterator[tuple[Program, Rule]]:
    """Rewritings of a Program as a whole."""
    if product := factored(program):
        yield product, Rule(program, product, FACTORS)


def _steps(
    parent: Candidate, values: Sequence[float], wrt: Sequence[int], exact: Sequence[Any], seen: set[Program]
) -> Iterator[Candidate]:
    rewritten = ((rewrite(parent.program, site), site.rule) for site in sites(parent.program))
    for program, rule in chain(rewritten, _whole(parent.program)):
        if program not in seen:
            seen.add(program)
            yield Candidate(program, (*parent.rules, rule), expected(program, values, wrt, exact))
