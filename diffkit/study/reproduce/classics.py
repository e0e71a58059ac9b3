"""Results of others: Speelpenning's product, CasADi's loop, the complex step, Rump's sum."""

import math
import time
from typing import Any

import mpmath

from diffkit import accumulation, families, numeric, problems
from diffkit.counting import counts
from diffkit.language import parse
from diffkit.messages import say, word
from diffkit.program import Program
from diffkit.results import Claim
from diffkit.study.reproduce.claims import fact, number, whole
from diffkit.study.swell.forms import CSE, SYMBOLIC, Job, Worker, Written
from diffkit.tables import fixed, quotient, short
from diffkit.truth import reference, value

SECONDS = 10.0  # for SymPy's share of one result


# --- Speelpenning ------------------------------------------------------------------------------------------------------------
def speelpenning() -> list[Claim]:
    """The gradient of x1 x2 ... xn: multiplications written out, with common subexpressions, and by reverse mode."""
    claims = []
    for n in (10, 20):
        forms = _sympy(families.product(n), (SYMBOLIC, CSE))
        raw, cse = (form.native[2] if form.native else None for form in (forms[SYMBOLIC], forms[CSE]))
        claims.append(whole(say("reproduce.written", n=n), "n(n-2)", n * (n - 2), raw))
        claims.append(whole(say("reproduce.cse", n=n), "n(n-1)/2", n * (n - 1) // 2, cse))
    for n in (10, 100, 1000, 10_000):
        program = families.product(n)
        gradient = accumulation.reverse(program, program.inputs)
        claims.append(whole(say("reproduce.reverse", n=n), "3n-6", 3 * n - 6, _multiplications(gradient)))
    return claims


def _multiplications(program: Program) -> int | None:
    """How many there are; None if there is anything else."""
    operations = [line.op for line in program.lines if line.args]
    return len(operations) if set(operations) == {"mul"} else None


def _sympy(program: Program, forms: tuple[str, ...], anyway: bool = False) -> dict[str, Written]:
    worker = Worker(Job(program, program.inputs, 1, forms, SECONDS, anyway=anyway))
    try:
        return worker.results()
    finally:
        worker.kill()


# --- CasADi ----------------------------------------------------------------------------------------------------------------
def casadi_loop() -> list[Claim]:
    """y = sin(y)*y, a hundred times: a very large expression, which CasADi builds and computer algebra fails to handle."""
    begun = time.perf_counter()
    program = families.NAMED["sine-product"].member(100)
    slopes = accumulation.reverse(program, program.inputs, value=True)
    seconds = time.perf_counter() - begun
    sizes, derived = counts(program), counts(slopes)
    built = say("reproduce.built", dag=sizes.dag, derivative=derived.dag, seconds=fixed(seconds, 3))
    form = _sympy(program, (SYMBOLIC,), anyway=True)[SYMBOLIC]
    written = say("reproduce.nodes", nodes=quotient(sizes.tree, 1))
    return [
        fact(say("reproduce.graph"), say("reproduce.blink"), built, seconds < 1.0),
        fact(say("reproduce.tree"), say("reproduce.large"), written, sizes.tree > 2**100),
        fact(
            say("reproduce.differentiated"), say("reproduce.unhandled"), form.reason or say("reproduce.works"), form.sizes is None
        ),
        _constructed(),
    ]


def _constructed() -> Claim:
    """Does SymPy construct the expression?  It shares equal parts today, so it does; only what walks the tree fails."""
    import sympy

    begun, y = time.perf_counter(), sympy.Symbol("x", real=True)
    for _ in range(100):
        y = sympy.sin(y) * y
        if time.perf_counter() - begun > SECONDS:
            break
    seconds = time.perf_counter() - begun
    found = say("reproduce.constructs", version=sympy.__version__, seconds=fixed(seconds, 2))
    return fact(say("reproduce.construction"), say("reproduce.fails"), found, seconds > SECONDS, say("reproduce.shares"))


# --- the complex step ------------------------------------------------------------------------------------------------------
WITHOUT_ROOT, WITH_ROOT = "exp(x)/(sin(x)^3 + cos(x)^3)", "exp(x)/sqrt(sin(x)^3 + cos(x)^3)"
COMPLEX_STEP = (  # the function without the root is often taken for that with it, whose figures differ
    ("x^(9/2), 1.5", "x^(9/2)", 1.5, "18.600812734259759"),
    ("without root, 1.5", WITHOUT_ROOT, 1.5, "3.622033700716326"),
    ("without root, pi/4", WITHOUT_ROOT, math.pi / 4, "3.101766393836051"),
    ("with root, 1.5", WITH_ROOT, 1.5, "4.05342789389862"),
)


def squire_trapp() -> list[Claim]:
    """The complex step: the derivatives it was introduced with, and that no step is too small."""
    return [claim for row in COMPLEX_STEP for claim in _complex_step(*row)]


def _complex_step(label: str, f: str, x: float, published: str) -> list[Claim]:
    truth = reference(f, x)
    small = max(float(abs(numeric.complex_step(f, x, h) / truth - 1)) for h in (1e-8, 1e-20, 1e-100))
    lost = max(float(abs(numeric.central_difference(f, x, h, nominal=True) / truth - 1)) for h in (1e-11, 1e-12, 1e-13))
    printed = _at_a_quarter_pi() if x == math.pi / 4 else truth
    return [
        number(say("reproduce.of", label=word(label)), published, printed),
        fact(say("reproduce.step", label=word(label)), say("reproduce.full"), short(small, 2), small < 1e-14),
        fact(say("reproduce.central", label=word(label)), say("reproduce.lost"), short(lost, 2), lost > 1e-6),
    ]


def _at_a_quarter_pi() -> Any:
    """f' without the root at pi/4 itself, no double: there sin = cos, so that f' = f."""
    with mpmath.workdps(30):
        return mpmath.sqrt(2) * mpmath.exp(mpmath.pi / 4)


# --- Rump ------------------------------------------------------------------------------------------------------------------
REARRANGED = "(333.75 - a^2)*b^6 + a^2*(11*a^2*b^2 - 121*b^4 - 2) + 5.5*b^8 + a/(2*b)"  # Loh and Walster (2002)


def rump() -> list[Claim]:
    """A formula that single, double and extended precision answer alike, and wrong even in sign."""
    problem = problems.by_name("rump")
    original, rearranged = (parse(f)(**problem.at) for f in (problem.expression, REARRANGED))
    truth = value(problem.expression, dict(problem.at), digits=40)
    same = say("reproduce.yes" if (rearranged > 0) == (truth > 0) else "reproduce.no")
    return [
        number(say("reproduce.value"), "-0.827396059946821368141165095479816", truth),
        number(say("reproduce.double"), "1.1726039400531...", original, say("reproduce.hexadecimal")),
        number(say("reproduce.rearranged"), "1.1726039400531...", rearranged),
        fact(say("reproduce.sign"), say("reproduce.no"), same, same == say("reproduce.no")),
    ]
