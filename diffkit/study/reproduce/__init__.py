"""Results of the literature recomputed and set beside the published figures: each says what agrees and what does not.

The published figures stand here as they are quoted in the field, and nothing else is taken from the papers; before one is
cited with its page it wants to be checked against a copy.
"""

import math
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

import mpmath

from diffkit import accumulation, families, numeric, problems
from diffkit.counting import counts
from diffkit.errors import UsageError
from diffkit.language import parse
from diffkit.messages import say, word
from diffkit.program import Program
from diffkit.results import Claim, Reproduction, Reproductions, Series
from diffkit.study.cost.growth import slope
from diffkit.study.reproduce import product_rule
from diffkit.study.reproduce.product_rule import polynomial
from diffkit.study.swell.forms import CSE, SYMBOLIC, Job, Worker, Written
from diffkit.tables import count, exact, fixed, quotient, short
from diffkit.truth import reference, value

SECONDS = 10.0  # for SymPy's share of one result
BAYDIN_FUNCTION = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
BAYDIN_TABLE = {  # n: l_n, its derivative, and the derivative simplified
    1: ("x", "1", "1"),
    2: ("4*x*(1-x)", "4*(1-x) - 4*x", "4 - 8*x"),
    3: (
        "16*x*(1-x)*(1-2*x)^2",
        "16*(1-x)*(1-2*x)^2 - 16*x*(1-2*x)^2 - 64*x*(1-x)*(1-2*x)",
        "16*(1 - 10*x + 24*x^2 - 16*x^3)",
    ),
    4: (
        BAYDIN_FUNCTION,
        "128*x*(1-x)*(-8+16*x)*(1-2*x)^2*(1-8*x+8*x^2) + 64*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
        " - 64*x*(1-2*x)^2*(1-8*x+8*x^2)^2 - 256*x*(1-x)*(1-2*x)*(1-8*x+8*x^2)^2",
        "64*(1 - 42*x + 504*x^2 - 2640*x^3 + 7040*x^4 - 9984*x^5 + 7168*x^6 - 2048*x^7)",
    ),
}


class Published(NamedTuple):
    """A result under the name by which it is asked for."""

    name: str
    title: str
    source: str
    claims: Callable[[], list[Claim]]
    curves: Callable[[], tuple[Series, ...]] = tuple


def measure(names: str | Iterable[str] = "all", progress: Callable[[str], None] = lambda stage: None) -> Reproductions:
    """Recompute results of the literature.

    Parameters
    ----------
    names : str or iterable of str
        Names of results, or "all".
    progress : callable, optional
        Told the name of each result as it begins.

    Raises
    ------
    UsageError
        If there is no result of that name.

    Examples
    --------
    >>> record = measure("rump")
    >>> record.passed, record.results[0].claims[0].recomputed
    (True, '-0.827396059946821368141165095479816')
    """
    chosen = [result for name in ([names] if isinstance(names, str) else names) for result in _named(name)]
    return Reproductions(expression="", at={}, results=tuple(_recomputed(result, progress) for result in dict.fromkeys(chosen)))


def _named(name: str) -> list[Published]:
    if name == "all":
        return list(RESULTS.values())
    if name in RESULTS:
        return [RESULTS[name]]
    close = get_close_matches(name, RESULTS, 1)
    remedy = f"did you mean '{close[0]}'?" if close else f"they are {', '.join(RESULTS)}"
    raise UsageError(f"no published result is called {name[:40]!r}", remedy=remedy)


def _recomputed(result: Published, progress: Callable[[str], None]) -> Reproduction:
    progress(result.name)
    begun = time.perf_counter()
    claims = tuple(result.claims())
    found = {"name": result.name, "title": result.title, "source": result.source}
    return Reproduction(**found, claims=claims, curves=result.curves(), seconds=time.perf_counter() - begun)


# --- how figures are compared ----------------------------------------------------------------------------------------------
def _number(what: str, published: str, found: Any, why: str = "") -> Claim:
    """A number agrees if it rounds to every digit that was printed."""
    digits = len(Decimal(published).as_tuple().digits)
    with mpmath.workdps(digits + 10):
        shown = str(mpmath.nstr(mpmath.mpf(found), digits, strip_zeros=False))
    return _fact(what, published, shown, Decimal(shown) == Decimal(published), why)


def _whole(what: str, law: str, published: int, found: int | None) -> Claim:
    """A count agrees if it is the same."""
    recomputed = say("reproduce.none") if found is None else count(found)
    return Claim(what=what, published=f"{law} = {count(published)}", recomputed=recomputed, agrees=found == published)


def _fact(what: str, published: str, found: str, agrees: bool, why: str = "") -> Claim:
    return Claim(what=what, published=published, recomputed=found, agrees=agrees, why="" if agrees else why)


# --- Baydin et al. ---------------------------------------------------------------------------------------------------------
def baydin_table() -> list[Claim]:
    """Table 1: the logistic map, its derivative as the product rule leaves it, and the same simplified."""
    return [claim for n, row in BAYDIN_TABLE.items() for claim in _baydin_row(n, *row)]


def _baydin_row(n: int, f: str, slope: str, simplified: str) -> list[Claim]:
    published = parse(f)
    ours = product_rule.derivative(published)
    written, collected = polynomial(families.NAMED["logistic"].member(n)), polynomial(ours)
    return [
        _fact(say("reproduce.map", n=n), f, _ascending(written), polynomial(published) == written),
        _fact(say("reproduce.raw", n=n), slope, _bare(ours), product_rule.terms(ours) == product_rule.terms(_in_x(slope))),
        _fact(say("reproduce.simplified", n=n), simplified, _ascending(collected), polynomial(_in_x(simplified)) == collected),
    ]


def _in_x(text: str) -> Program:
    """A text as a function of x, even if x is not in it."""
    return parse(f"f(x) = {text}")


def _bare(program: Program) -> str:
    """The formula alone, without the heading that a constant function has."""
    return str(program).removeprefix("f(x) = ")


def _ascending(p: Any) -> str:
    """A polynomial with whole coefficients as 16*x*(1 - 5*x + 8*x^2 - 4*x^3): what is common to all terms in front."""
    coefficients = [int(c) for c in p.coeffs()]
    lowest = next(k for k, c in enumerate(coefficients) if c)
    content = math.gcd(*coefficients)
    terms = [(c // content, k) for k, c in enumerate(coefficients[lowest:]) if c]
    inner = "".join(f" {'-' if c < 0 else '+'} {_term(abs(c), k)}" for c, k in terms).removeprefix(" + ")
    front = [_term(content, lowest)] if (content, lowest) != (1, 0) else []
    return "*".join([*front, f"({inner})" if len(terms) > 1 and front else inner]) if inner != "1" or not front else front[0]


def _term(c: int, k: int) -> str:
    power = "" if k == 0 else "x" if k == 1 else f"x^{k}"
    return power if c == 1 and power else f"{c}*{power}" if power else str(c)


def baydin_figure() -> list[Claim]:
    """The figure of errors against h: forward and central differences of l_4 at 0.2."""
    truth = reference(BAYDIN_FUNCTION, 0.2)
    claims = [_number(say("reproduce.derivative", at="0.2"), "9.0660864", truth)]
    for curve, order, best in zip(baydin_curves(), (1, 2), (1e-8, 1e-6)):
        fall = slope([(h, e) for h, e in curve.points if 100 * best < h < 0.01])
        foot = slope([(h, e) for h, e in curve.points if 1e-15 < h < best / 10])
        rules, grows = say("reproduce.truncation", scheme=curve.name), say("reproduce.rounding", scheme=curve.name)
        claims.append(_fact(rules, f"O(h^{order})", f"h^{fall:.2f}", abs(fall - order) < 0.1))
        claims.append(_fact(grows, say("reproduce.grows"), f"h^{foot:.2f}", -1.3 < foot < -0.7))
    return claims


def baydin_curves() -> tuple[Series, ...]:
    """The errors of that figure, by the quotients of the textbook, which divide by h itself."""
    f, truth = parse(BAYDIN_FUNCTION), reference(BAYDIN_FUNCTION, 0.2)
    steps = [10.0 ** (-k / 8) for k in range(8, 137)]
    schemes = {"D+": numeric.forward_difference, "D0": numeric.central_difference}
    errors = {name: [(h, abs(float(d(f, 0.2, h, nominal=True) - truth))) for h in steps] for name, d in schemes.items()}
    return tuple(Series(name=name, points=tuple((h, e) for h, e in found if e)) for name, found in errors.items())


# --- Speelpenning ------------------------------------------------------------------------------------------------------------
def speelpenning() -> list[Claim]:
    """The gradient of x1 x2 ... xn: multiplications written out, with common subexpressions, and by reverse mode."""
    claims = []
    for n in (10, 20):
        forms = _sympy(families.product(n), (SYMBOLIC, CSE))
        raw, cse = (form.native[2] if form.native else None for form in (forms[SYMBOLIC], forms[CSE]))
        claims.append(_whole(say("reproduce.written", n=n), "n(n-2)", n * (n - 2), raw))
        claims.append(_whole(say("reproduce.cse", n=n), "n(n-1)/2", n * (n - 1) // 2, cse))
    for n in (10, 100, 1000, 10_000):
        program = families.product(n)
        gradient = accumulation.reverse(program, program.inputs)
        claims.append(_whole(say("reproduce.reverse", n=n), "3n-6", 3 * n - 6, _multiplications(gradient)))
    return claims


def _multiplications(program: Program) -> int | None:
    """How many there are; None if there is anything else."""
    operations = [line.op for line in program.lines if line.args]
    return len(operations) if set(operations) == {"mul"} else None


def _sympy(program: Program, forms: tuple[str, ...]) -> dict[str, Written]:
    worker = Worker(Job(program, program.inputs, 1, forms, SECONDS))
    try:
        return worker.results()
    finally:
        worker.kill()


# --- CasADi ----------------------------------------------------------------------------------------------------------------
def casadi_loop() -> list[Claim]:
    """y = sin(y)*y, a hundred times: built in the blink of an eye, while computer algebra fails to construct it."""
    begun = time.perf_counter()
    program = families.NAMED["sine-product"].member(100)
    slope = accumulation.reverse(program, program.inputs, value=True)
    seconds = time.perf_counter() - begun
    sizes, derived = counts(program), counts(slope)
    built = say("reproduce.built", dag=sizes.dag, derivative=derived.dag, seconds=fixed(seconds, 3))
    form = _sympy(program, (SYMBOLIC,))[SYMBOLIC]
    written = say("reproduce.nodes", nodes=quotient(sizes.tree, 1))
    return [
        _fact(say("reproduce.graph"), say("reproduce.blink"), built, seconds < 1.0),
        _fact(say("reproduce.tree"), say("reproduce.large"), written, sizes.tree > 2**100),
        _fact(say("reproduce.differentiated"), say("reproduce.fails"), form.reason or say("reproduce.works"), form.sizes is None),
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
    return _fact(say("reproduce.construction"), say("reproduce.fails"), found, seconds > SECONDS, say("reproduce.shares"))


# --- Squire and Trapp ------------------------------------------------------------------------------------------------------
WITHOUT_ROOT, WITH_ROOT = "exp(x)/(sin(x)^3 + cos(x)^3)", "exp(x)/sqrt(sin(x)^3 + cos(x)^3)"
SQUIRE_TRAPP = (  # the second function is often taken for the fourth, whose figures differ
    ("x^(9/2), 1.5", "x^(9/2)", 1.5, "18.600812734259758"),
    ("without root, 1.5", WITHOUT_ROOT, 1.5, "3.622033700716326"),
    ("without root, pi/4", WITHOUT_ROOT, math.pi / 4, "3.101766393836051"),
    ("with root, 1.5", WITH_ROOT, 1.5, "4.053427893898620"),
)


def squire_trapp() -> list[Claim]:
    """The complex step: the derivatives it was introduced with, and that no step is too small."""
    return [claim for row in SQUIRE_TRAPP for claim in _squire_trapp_row(*row)]


def _squire_trapp_row(label: str, f: str, x: float, published: str) -> list[Claim]:
    truth = reference(f, x)
    shown = str(mpmath.nstr(truth, 25))
    small = max(float(abs(numeric.complex_step(f, x, h) / truth - 1)) for h in (1e-8, 1e-20, 1e-100))
    lost = max(float(abs(numeric.central_difference(f, x, h, nominal=True) / truth - 1)) for h in (1e-11, 1e-12, 1e-13))
    return [
        _fact(say("reproduce.of", label=word(label)), published, shown, shown.startswith(published)),
        _fact(say("reproduce.step", label=word(label)), say("reproduce.full"), short(small, 2), small < 1e-14),
        _fact(say("reproduce.central", label=word(label)), say("reproduce.lost"), short(lost, 2), lost > 1e-6),
    ]


# --- Rump ------------------------------------------------------------------------------------------------------------------
def rump() -> list[Claim]:
    """A formula that single, double and extended precision answer alike, and wrong even in sign."""
    problem = problems.by_name("rump")
    found = parse(problem.expression)(**problem.at)
    truth = value(problem.expression, dict(problem.at), digits=40)
    return [
        _number(say("reproduce.value"), "-0.827396059946821368141165095479816", truth),
        _number(say("reproduce.double"), "1.1726039400531", found, say("reproduce.hexadecimal")),
        _fact(say("reproduce.sign"), say("reproduce.wrong"), exact(found), abs(found - truth) > abs(truth)),
    ]


FIGURE = f"{problems.BAYDIN}, the figure of errors"
RESULTS = {
    row[0]: Published(*row)
    for row in (
        ("baydin-table", "the logistic map and its derivatives", f"{problems.BAYDIN}, table 1", baydin_table),
        ("baydin-figure", "the error of difference quotients against h", FIGURE, baydin_figure, baydin_curves),
        ("speelpenning", "the gradient of a product", problems.SPEELPENNING, speelpenning),
        ("casadi-loop", "the loop y = sin(y)*y, a hundred times", families.CASADI, casadi_loop),
        ("squire-trapp", "the complex step", problems.SQUIRE, squire_trapp),
        ("rump", "a sum that is wrong in every precision", problems.RUMP, rump),
    )
}
