"""Named problems: an expression, a point, and why it is interesting there.

``smooth`` says that f is analytic around the point, so that every engine should succeed; what is not smooth is named in
``tags``: kink, jump, singular, domain, or once (differentiable there, though not often).
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from diffkit.errors import UsageError

__all__ = ["PROBLEMS", "Problem", "by_name"]


class Problem(NamedTuple):
    """One entry of the corpus.

    Attributes
    ----------
    name : str
    expression : str
        In the language of `diffkit.parse`.
    at : mapping of str to float
    why : str
        Why it is interesting.
    source : str
        Where it comes from.
    smooth : bool
        Is f analytic around the point?
    tags : tuple of str
    """

    name: str
    expression: str
    at: Mapping[str, float]
    why: str
    source: str
    smooth: bool
    tags: tuple[str, ...]


OURS = "diffkit"
SQUIRE = "W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40 (1998)"
MARTINS = "J. R. R. A. Martins, P. Sturdza and J. J. Alonso, The complex-step derivative approximation, ACM TOMS 29 (2003)"
MOLER = "C. Moler, Complex step differentiation, Cleve's Corner (2013)"
BAYDIN = "A. G. Baydin et al., Automatic differentiation in machine learning: a survey, JMLR 18 (2018)"
CS231N = "Stanford CS231n course notes, Backpropagation, intuitions"
HIGHAM = "N. J. Higham, Accuracy and Stability of Numerical Algorithms, SIAM (2002)"
KAHAN = "W. Kahan, How futile are mindless assessments of roundoff in floating-point computation?, manuscript (2006)"
RUMP = "S. M. Rump, Algorithms for verified inclusions, in: Reliability in Computing, Academic Press (1988)"
LOH = "E. Loh and G. W. Walster, Rump's example revisited, Reliable Computing 8 (2002)"
SPEELPENNING = "B. Speelpenning, Compiling fast partial derivatives of functions given by algorithms, thesis, Urbana (1980)"
GRIEWANK = "A. Griewank and A. Walther, Evaluating Derivatives, SIAM (2008)"
FPBENCH = "FPBench benchmarks, fpbench.org"
MORE = "J. J. More, B. S. Garbow and K. E. Hillstrom, Testing unconstrained optimization software, ACM TOMS 7 (1981)"
CALCULUS = "calculus textbooks"

CORPUS: list[Problem] = []


def _add(name: str, expression: str, at: dict[str, float], why: str, source: str, tags: str, smooth: bool = True) -> None:
    CORPUS.append(Problem(name, expression, at, why, source, smooth, tuple(tags.split())))


def _rough(name: str, expression: str, at: dict[str, float], why: str, source: str, tags: str) -> None:
    _add(name, expression, at, why, source, tags, smooth=False)


# --- the textbook -----------------------------------------------------------------------------------------------------
_add("squire-trapp", "exp(x)/sqrt(sin(x)^3 + cos(x)^3)", {"x": 1.5}, "the complex step is shown with it", MARTINS, "textbook")
_add(
    "squire-trapp-without-root",
    "exp(x)/(sin(x)^3 + cos(x)^3)",
    {"x": 1.5},
    "the complex step was introduced with it; often taken for the function above, whose figures differ",
    SQUIRE,
    "textbook",
)
_add("squire-trapp-quarter-pi", "exp(x)/(sin(x)^3 + cos(x)^3)", {"x": 0.7853981633974483}, "the same at pi/4", MOLER, "textbook")
_add(
    "baydin",
    "64*x*(1-x)*(1-2*x)^2*(1-8*x+8*x^2)^2",
    {"x": 0.2},
    "the logistic map written out, f' is 9.0660864 at 1/5",
    BAYDIN,
    "textbook polynomial",
)
_add("exp", "exp(x)", {"x": 0.0}, "D+ loses digits on both sides of h = 1e-8", CALCULUS, "textbook")
_add("nested-trigonometry", "cos(sin(sin(cos(x))))", {"x": 1.0}, "a chain of four", CALCULUS, "textbook chain")
_add(
    "log",
    "ln(x)",
    {"x": 1.8},
    "forward differences at h = 0.1, 0.05, 0.01",
    "R. L. Burden and J. D. Faires, Numerical Analysis",
    "textbook",
)
_add("power-9/2", "x^(9/2)", {"x": 1.5}, "the other function of the complex step's paper", SQUIRE, "textbook")
_add("cube", "x^3", {"x": 1 / 3}, "every scheme's error is a short fraction", CALCULUS, "textbook polynomial")
_add(
    "chapter-sum",
    "c = a + b; d = b + 1; c*d",
    {"a": 2.0, "b": 1.0},
    "the first graph drawn in most courses",
    "C. Olah, Calculus on computational graphs: backpropagation (2015)",
    "textbook graph",
)
_add(
    "chapter-product", "q = x + y; f = q*z", {"x": -2.0, "y": 5.0, "z": -4.0}, "three inputs, two gates", CS231N, "textbook graph"
)
_add(
    "neuron",
    "dot = w0*x0 + w1*x1 + w2; f = 1/(1 + exp(-dot))",
    {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0},
    "a neuron with two inputs",
    CS231N,
    "textbook graph",
)
_add(
    "staged",
    "sigy = 1/(1 + exp(-y)); num = x + sigy; sigx = 1/(1 + exp(-x)); xpy = x + y; den = sigx + xpy^2; f = num/den",
    {"x": 3.0, "y": -4.0},
    "the staged exercise",
    CS231N,
    "textbook graph",
)
# --- cancellation -----------------------------------------------------------------------------------------------------
for _x in (1e-2, 1e-4, 1e-5):
    _add(
        f"one-minus-cos-{_x:g}",
        "(1 - cos(x))/x^2",
        {"x": _x},
        "f cancels: symbolic and automatic derivatives lose all digits",
        HIGHAM,
        "cancellation",
    )
_add(
    "expm1-quotient",
    "(exp(x) - 1)/x",
    {"x": 1e-7},
    "symbolic is wrong by 1 %, a central difference by 2e-6",
    KAHAN,
    "cancellation",
)
for _x in (1e6, 1e8):
    _add(
        f"root-difference-{_x:g}",
        "sqrt(x + 1) - sqrt(x)",
        {"x": _x},
        "two large roots, a tiny difference",
        HIGHAM,
        "cancellation",
    )
_add(
    "expanded-power",
    "x^10 - 10*x^9 + 45*x^8 - 120*x^7 + 210*x^6 - 252*x^5 + 210*x^4 - 120*x^3 + 45*x^2 - 10*x + 1",
    {"x": 1.5},
    "(x - 1)^10 multiplied out",
    HIGHAM,
    "cancellation polynomial",
)
_add(
    "rump",
    "333.75*b^6 + a^2*(11*a^2*b^2 - b^6 - 121*b^4 - 2) + 5.5*b^8 + a/(2*b)",
    {"a": 77617.0, "b": 33096.0},
    "float64 answers -1.18e21, the truth is -0.827",
    RUMP,
    "cancellation polynomial",
)
_add(
    "quadratic-root",
    "(-b + sqrt(b^2 - 4*a*c))/(2*a)",
    {"a": 1.0, "b": 1e8, "c": 1.0},
    "the small root cancels",
    KAHAN,
    "cancellation",
)
_add("one-plus-x-minus-one", "(1 + x) - 1", {"x": 1e-17}, "f itself is 0 in float64, its derivative is 1", OURS, "cancellation")
_add("tan-minus-sin", "tan(x) - sin(x)", {"x": 1e-3}, "of third order in x", HIGHAM, "cancellation")
_add("cos-shift", "cos(x + d) - cos(x)", {"x": 2.0, "d": 1e-9}, "a difference of close values", FPBENCH, "cancellation")
_add("log-quotient", "log(1 + x)/x", {"x": 1e-10}, "1 + x drops digits of x", KAHAN, "cancellation")
_add("variance", "(x^2 + y^2)/2 - ((x + y)/2)^2", {"x": 1e8, "y": 1e8 + 1}, "the one-pass formula", HIGHAM, "cancellation")
_add(
    "heron",
    "s = (a + b + c)/2; sqrt(s*(s - a)*(s - b)*(s - c))",
    {"a": 9.0, "b": 4.53, "c": 4.53},
    "a needle-like triangle",
    KAHAN,
    "cancellation",
)
_add(
    "pythagoras",
    "sin(x)^2 + cos(x)^2",
    {"x": 1.0},
    "constant: the derivative is 0 and no ball can show it exactly",
    OURS,
    "cancellation zero",
)
# --- growth of errors -------------------------------------------------------------------------------------------------
_add("logistic-4", "repeat 3: x = 4*x*(1 - x)", {"x": 0.2}, "l_4 of the survey's table", BAYDIN, "chain polynomial")
_add("logistic-12", "repeat 12: x = 4*x*(1 - x)", {"x": 0.3}, "chaos: every step doubles the error", BAYDIN, "chain polynomial")
_add(
    "kahan-muller",
    "u = 4 + x; v = 4.25 + x; repeat 12: w = 108 - (815 - 1500/u)/v; u = v; v = w",
    {"x": 0.0},
    "a recurrence that float64 takes to a wrong limit",
    KAHAN,
    "chain",
)
_add("sines", "repeat 20: x = sin(x)", {"x": 1.0}, "nested sines: expression swell written out", OURS, "chain")
_add(
    "speelpenning",
    "a*b*c*d*g*h*i*j",
    {"a": 1.5, "b": 2.0, "c": 0.5, "d": 3.0, "g": 1.25, "h": 0.75, "i": 2.5, "j": 1.1},
    "the product whose gradient costs n times as much when written out",
    SPEELPENNING,
    "gradient",
)
# --- scale ------------------------------------------------------------------------------------------------------------
_add("sin-1e22", "sin(x)", {"x": 1e22}, "the argument needs some 130 bits of pi", KAHAN, "scale")
_add("sin-1e9", "sin(x)", {"x": 1e9}, "a fixed tolerance rejects its correct gradient", OURS, "scale")
_add("sin-1000x", "sin(1000*x)", {"x": 1.0}, "steep: a fixed step is too long", OURS, "scale")
_add("large-offset", "1e8 + x", {"x": 1.0}, "f is large, its changes are small", OURS, "scale")
_add("square-1e20", "x^2", {"x": 1e20}, "an absolute step is no step", OURS, "scale")
_add("reciprocal-1e-3", "1/x", {"x": 1e-3}, "a step of 1e-3 reaches the pole", OURS, "scale")
_add("topologist", "sin(1/x)", {"x": 1e-3}, "oscillates ever faster towards 0", CALCULUS, "scale")
_add(
    "logistic-underflow", "1/(1 + exp(-x))", {"x": -800.0}, "the derivative underflows: it is 0 to the last digit", OURS, "scale"
)
_add("log-sum-exp", "log(exp(x) + exp(y))", {"x": 700.0, "y": 699.0}, "near overflow", HIGHAM, "scale")
_add("saturated-tanh", "tanh(x)", {"x": 20.0}, "1 - tanh(x)^2 has no correct digit", OURS, "scale")
# --- functions of several inputs --------------------------------------------------------------------------------------
_add(
    "rosenbrock",
    "(1 - x)^2 + 100*(y - x^2)^2",
    {"x": -1.2, "y": 1.0},
    "the banana valley",
    "H. H. Rosenbrock, An automatic method for finding the greatest or least value of a function, Computer Journal 3 (1960)",
    "gradient polynomial",
)
_add(
    "beale",
    "(1.5 - x*(1 - y))^2 + (2.25 - x*(1 - y^2))^2 + (2.625 - x*(1 - y^3))^2",
    {"x": 1.0, "y": 0.8},
    "a flat valley",
    MORE,
    "gradient polynomial",
)
_add(
    "powell",
    "(x + 10*y)^2 + 5*(z - w)^2 + (y - 2*z)^4 + 10*(x - w)^4",
    {"x": 3.0, "y": -1.0, "z": 0.1, "w": 1.0},
    "its Hessian is singular at the minimum",
    MORE,
    "gradient polynomial",
)
_add(
    "himmelblau",
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    {"x": 3.0, "y": 2.0},
    "at a minimum: the gradient is 0",
    "D. M. Himmelblau, Applied Nonlinear Programming (1972)",
    "gradient polynomial zero",
)
_add(
    "griewank-function",
    "(x^2 + y^2)/4000 - cos(x)*cos(y/sqrt(2)) + 1",
    {"x": 10.0, "y": -7.5},
    "many minima",
    GRIEWANK,
    "gradient",
)
_add(
    "lighthouse",
    "nu*tan(w*t)/(g - tan(w*t))",
    {"nu": 2.0, "g": 1.5, "w": 0.7, "t": 0.4},
    "the book's worked example",
    GRIEWANK,
    "gradient",
)
_add(
    "doppler",
    "u1 = 331.4 + 0.6*T; -u1*v/((u1 + u)*(u1 + u))",
    {"T": 20.0, "v": 1000.0, "u": 30.0},
    "a formula of physics",
    FPBENCH,
    "gradient",
)
_add(
    "jet-engine",
    "t = 3*x*x + 2*y - x; r = 3*x*x - 2*y - x; d = x*x + 1; s = t/d; q = r/d; "
    "x + (2*x*s*(s - 3) + x*x*(4*s - 6))*d + 3*x*x*s + x*x*x + x + 3*q",
    {"x": 1.3, "y": -4.2},
    "long and rational",
    FPBENCH,
    "gradient",
)
_add(
    "carbon-gas",
    "(p + a*(n/v)^2)*(v - n*b) - k*n*t",
    {"p": 3.5e7, "a": 0.401, "n": 1000.0, "v": 0.1, "b": 42.7e-6, "k": 1.3806503e-23, "t": 300.0},
    "van der Waals; its numbers span 30 decades",
    FPBENCH,
    "gradient scale",
)
_add(
    "black-scholes",
    "d = (log(s/k) + (r + v^2/2)*t)/(v*sqrt(t)); c = d - v*sqrt(t); s*erfc(-d/sqrt(2))/2 - k*exp(-r*t)*erfc(-c/sqrt(2))/2",
    {"s": 100.0, "k": 95.0, "r": 0.02, "v": 0.25, "t": 0.5},
    "the price of an option: its derivatives are the Greeks",
    "F. Black and M. Scholes, The pricing of options and corporate liabilities, J. Political Economy 81 (1973)",
    "gradient",
)
_add("polar-angle", "atan2(y, x)", {"y": 1.0, "x": -2.0}, "left of the axis", CALCULUS, "gradient")
# --- functions of one input -------------------------------------------------------------------------------------------
_add(
    "runge",
    "1/(1 + 25*x^2)",
    {"x": 0.2},
    "complex poles close by",
    "C. Runge, Über empirische Funktionen und die Interpolation zwischen äquidistanten Ordinaten, Z. Math. Phys. 46 (1901)",
    "pole",
)
_add("tan-near-pole", "tan(x)", {"x": 1.5707963267948966}, "6e-17 from the pole", KAHAN, "pole")
_add("spike", "log(abs(3*(1 - x) + 1))/80 + x^2 + 1", {"x": 1.333}, "the pole at 4/3 is hardly visible", KAHAN, "pole")
_add("self-power", "x^x", {"x": 0.5}, "base and exponent both vary", CALCULUS, "")
_add("gamma", "gamma(x)", {"x": 4.5}, "its derivative needs the digamma function", CALCULUS, "special")
_add("lgamma-negative", "lgamma(x)", {"x": -2.5}, "log |gamma|", CALCULUS, "special")
_add("error-function", "erf(x)*exp(x^2)", {"x": 0.7}, "a special function", CALCULUS, "special")
_add("hyperbolic", "asinh(sinh(x)) + log1p(expm1(x))", {"x": 0.75}, "two identities: f is 2x", OURS, "special")
_add("smooth-branch", "x^2 if x > 1 else 2*x - 1", {"x": 1.25}, "a branch, taken clearly", OURS, "branch")
_add("clear-maximum", "max(x, x^2, 2 - x)", {"x": 1.5}, "a maximum without a tie", OURS, "branch")
# --- no derivative, or barely one -------------------------------------------------------------------------------------
_rough("abs-at-0", "abs(x)", {"x": 0.0}, "slopes -1 and 1; peers answer 0, or 1", OURS, "kink")
_rough("max-at-tie", "max(x, 0)", {"x": 0.0}, "slopes 0 and 1; peers answer 0, 1/2 or 1", OURS, "kink")
_rough("relu-at-0", "relu(x)", {"x": 0.0}, "slopes 0 and 1; 0 by convention", OURS, "kink")
_rough(
    "max-of-same", "max(x, x, x)", {"x": 0.0}, "no kink at all, though all tie; SymPy's weights add up to 1.5", OURS, "once tie"
)
_rough("folded", "abs(abs(x) - 1)", {"x": 1.0}, "a kink away from 0", OURS, "kink")
_rough("floor-at-2", "floor(x)", {"x": 2.0}, "a jump", OURS, "jump")
_rough("x-abs-x", "x*abs(x)", {"x": 0.0}, "differentiable once; difference quotients converge like h", OURS, "once")
_rough("five-thirds", "abs(x)^(5/3)", {"x": 0.0}, "the error falls like h^0.67", OURS, "once")
_rough("five-halves", "x*abs(x)^1.5", {"x": 0.0}, "the error falls like h^1.5", OURS, "once")
_rough("cubic-spline", "x + x^3*abs(x)", {"x": 0.0}, "the error falls like h^3, for all schemes", OURS, "once")
_rough("cbrt-at-0", "cbrt(x)", {"x": 0.0}, "a vertical tangent", CALCULUS, "singular")
_rough(
    "guarded-root", "where(x > 0, sqrt(x), 0)", {"x": -1.0}, "the branch not taken is nan; the derivative is 0", OURS, "branch"
)
_rough("zero-power", "x^y", {"x": 0.0, "y": 2.0}, "0, 0; peers answer nan", OURS, "once")
_rough("zero-to-zero", "x^y", {"x": 0.0, "y": 0.0}, "no derivative by y", OURS, "singular")
_add("product-with-zero", "x*y*z", {"x": 0.0, "y": 2.0, "z": 3.0}, "6, 0, 0; dividing by x gives nan", OURS, "gradient")
_rough("norm-at-0", "sqrt(x^2 + y^2)", {"x": 0.0, "y": 0.0}, "the tip of a cone", OURS, "singular")
_rough("guarded-sinc", "sin(x)/x if x != 0 else 1", {"x": 0.0}, "smooth, though the formula has a hole there", CALCULUS, "once")
_rough("log-of-negative", "log(x)", {"x": -1.0}, "outside of the domain", CALCULUS, "domain")
_rough("pole", "1/x", {"x": 0.0}, "at the pole", CALCULUS, "singular")

PROBLEMS = tuple(CORPUS)


def by_name(name: str) -> Problem:
    """The problem of that name.

    Raises
    ------
    UsageError
        If there is none, with the name that was probably meant.

    Examples
    --------
    >>> by_name("rosenbrock").expression
    '(1 - x)^2 + 100*(y - x^2)^2'
    """
    known = {problem.name: problem for problem in PROBLEMS}
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=1)
    raise UsageError(
        f"no problem is called {name[:40]!r}",
        remedy=f"did you mean {close[0]!r}?" if close else "diffkit.problems.PROBLEMS lists them",
    )
