"""The survey of Baydin and others: its table of the logistic map, and its figure of errors against the step."""

import math
from decimal import Decimal
from typing import Any

from flint import fmpq

from diffkit import families, numeric
from diffkit.language import parse
from diffkit.messages import say
from diffkit.program import Program
from diffkit.results import Claim, Series
from diffkit.study.cost.growth import slope
from diffkit.study.reproduce import product_rule
from diffkit.study.reproduce.claims import fact, number
from diffkit.study.reproduce.product_rule import polynomial
from diffkit.tables import fixed
from diffkit.truth import reference

FUNCTION = "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
TABLE = {  # n: l_n, its derivative, and the derivative simplified
    1: ("x", "1", "1"),
    2: ("4*x*(1-x)", "4*(1-x) - 4*x", "4 - 8*x"),
    3: (
        "16*x*(1-x)*(1-2*x)^2",
        "16*(1-x)*(1-2*x)^2 - 16*x*(1-2*x)^2 - 64*x*(1-x)*(1-2*x)",
        "16*(1 - 10*x + 24*x^2 - 16*x^3)",
    ),
    4: (
        FUNCTION,
        "128*x*(1-x)*(-8+16*x)*(1-2*x)^2*(1-8*x+8*x^2) + 64*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2"
        " - 64*x*(1-2*x)^2*(1-8*x+8*x^2)^2 - 256*x*(1-x)*(1-2*x)*(1-8*x+8*x^2)^2",
        "64*(1 - 42*x + 504*x^2 - 2640*x^3 + 7040*x^4 - 9984*x^5 + 7168*x^6 - 2048*x^7)",
    ),
}


def table() -> list[Claim]:
    """Table 1: the logistic map, its derivative as the product rule leaves it, and the same simplified."""
    return [claim for n, row in TABLE.items() for claim in _row(n, *row)]


def _row(n: int, f: str, slope: str, simplified: str) -> list[Claim]:
    published = parse(f)
    ours = product_rule.derivative(published)
    written, collected = polynomial(families.NAMED["logistic"].member(n)), polynomial(ours)
    return [
        fact(say("reproduce.map", n=n), f, _ascending(written), polynomial(published) == written),
        fact(say("reproduce.raw", n=n), slope, _bare(ours), product_rule.terms(ours) == product_rule.terms(_in_x(slope))),
        fact(say("reproduce.simplified", n=n), simplified, _ascending(collected), polynomial(_in_x(simplified)) == collected),
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


def figure() -> list[Claim]:
    """The figure of errors against h: forward and central differences of l_4 at 0.2, whose derivative is that of the table."""
    at_a_fifth = polynomial(_in_x(TABLE[4][2]))(fmpq(1, 5))
    exact = str(Decimal(int(at_a_fifth.p)) / Decimal(int(at_a_fifth.q)))
    claims = [number(say("reproduce.derivative", at="0.2"), exact, reference(FUNCTION, 0.2))]
    for curve, order, best in zip(curves(), (1, 2), (1e-8, 1e-6)):
        fall = slope([(h, e) for h, e in curve.points if 100 * best < h < 0.01])
        foot = slope([(h, e) for h, e in curve.points if 1e-15 < h < best / 10])
        for regime, power, found in (("truncation", order, fall), ("rounding", -1, foot)):
            what = say(f"reproduce.{regime}", scheme=curve.name)
            shown = say("reproduce.slope", slope=fixed(found))
            claims.append(fact(what, say("reproduce.slope", slope=power), shown, abs(found - power) < 0.1))
    return claims


def curves() -> tuple[Series, ...]:
    """The errors of that figure, by the quotients of the textbook, which divide by h itself."""
    f, truth = parse(FUNCTION), reference(FUNCTION, 0.2)
    steps = [10.0 ** (-k / 8) for k in range(8, 137)]
    schemes = {"D+": numeric.forward_difference, "D0": numeric.central_difference}
    errors = {name: [(h, abs(float(d(f, 0.2, h, nominal=True) - truth))) for h in steps] for name, d in schemes.items()}
    return tuple(Series(name=name, points=tuple((h, e) for h, e in found if e)) for name, found in errors.items())
