"""Records for tests, made with mpmath and plain floats and no engine of ours."""

import dataclasses
import math
from collections.abc import Callable
from functools import cache

import mpmath
import numpy as np

from diffkit.results import (
    Advice,
    Advised,
    Check,
    Claim,
    Comparison,
    Cost,
    CostRow,
    Edge,
    EngineResult,
    Entry,
    Estimate,
    Form,
    FunctionRow,
    Functions,
    Grade,
    GradedLine,
    Graph,
    Growth,
    Instruction,
    Losses,
    Node,
    Option,
    Reference,
    Remainder,
    Report,
    Reproduction,
    Reproductions,
    Rewriting,
    Rounded,
    Rounding,
    RuleRow,
    Rules,
    Sample,
    Scheme,
    Series,
    Staged,
    StagedRow,
    Step,
    Sweep,
    Swell,
    Verdict,
)

U = 2.0**-53
EXPRESSION = "exp(x)/sqrt(sin(x)^3 + cos(x)^3)"
AT = {"x": 1.5}
DERIVATIVE = "4.05342789389862065771418792561"
TEXTBOOK = {"exp": mpmath.exp, "sin": mpmath.sin, "cos": mpmath.cos, "sqrt": mpmath.sqrt}

# scheme: order, nodes and weights of the quotient, weight of the rounding bound, derivative and constant of the truncation
SCHEMES: dict[str, tuple[int, dict[int, float], float, int, float]] = {
    "D+": (1, {1: 1.0, 0: -1.0}, 2.0, 2, 1 / 2),
    "D-": (1, {0: 1.0, -1: -1.0}, 2.0, 2, 1 / 2),
    "D0": (2, {1: 0.5, -1: -0.5}, 1.0, 3, 1 / 6),
    "richardson": (4, {2: -1 / 12, 1: 2 / 3, -1: -2 / 3, -2: 1 / 12}, 1.5, 5, 1 / 30),
}


def f(x: float) -> float:
    """The textbook's function in float64."""
    return math.exp(x) / math.sqrt(math.sin(x) ** 3 + math.cos(x) ** 3)


def f_exact(x: mpmath.mpf) -> mpmath.mpf:
    """The textbook's function in mpmath."""
    return mpmath.exp(x) / mpmath.sqrt(mpmath.sin(x) ** 3 + mpmath.cos(x) ** 3)


def steps(x: float, first: float = 4.0, last: float = 1e-17) -> list[float]:
    """Steps from `first` down to `last`, eight to a decade."""
    count = int(8 * math.log10(first / last))
    return [first * max(1.0, abs(x)) * 10 ** (-k / 8) for k in range(count + 1)]


def _estimate(f: Callable[[float], float], x: float, h: float, weights: dict[int, float]) -> float:
    try:
        return sum(w * f(x + k * h) for k, w in weights.items()) / h
    except (ValueError, ZeroDivisionError, OverflowError):
        return math.nan


@cache
def _slope(x: float) -> mpmath.mpf:
    with mpmath.workdps(120):
        return mpmath.diff(f_exact, mpmath.mpf(x))


@cache
def _value(t: mpmath.mpf) -> mpmath.mpf:
    return f_exact(t)


def _cut(x: float, h: float, weights: dict[int, float]) -> float | None:
    """The truncation of a quotient of the textbook's function; None outside of its domain."""
    with mpmath.workdps(120):
        exact = [mpmath.mpf(round(12 * w)) / 12 * _value(mpmath.mpf(x) + k * mpmath.mpf(h)) for k, w in weights.items()]
        cut = mpmath.fsum(exact) / h - _slope(x)
        return float(cut) if isinstance(cut, mpmath.mpf) and mpmath.isfinite(cut) else None


def _parts(error: float, cut: float | None) -> dict[str, float]:
    """The error split in two: all of the rounding is taken for evaluation."""
    if cut is None or not math.isfinite(error):
        return {}
    rest = error - cut
    signed = {"cut": cut, "abscissa": 0.0, "evaluation": rest, "arithmetic": 0.0, "error": error, "residue": 0.0}
    return {"truncation": abs(cut), "rounding": abs(rest)} | signed


def scheme(
    name: str, f: Callable[[float], float], x: float, slope: float, terms: dict[int, float] | None, noise: float
) -> Scheme:
    """Measure one scheme; with the derivatives in `terms`, predict it too."""
    order, weights, weight, index, constant = SCHEMES[name]
    samples = []
    for h in steps(x):
        estimate = _estimate(f, x, h, weights)
        total = abs(estimate - slope)
        cut = _cut(x, h, weights) if terms else None
        truncation = constant * abs(terms[index]) * h**order if terms else None
        rounding = weight * noise / h if terms else None
        status = "domain" if math.isnan(estimate) else "below-ulp" if h < math.ulp(x) else "exact" if total == 0 else "ok"
        predicted = truncation + rounding if truncation is not None and rounding is not None else None
        model = {"predicted_truncation": truncation, "predicted_rounding": rounding, "predicted": predicted}
        samples.append(Sample(h=h, estimate=estimate, total=total, status=status, **model, **_parts(estimate - slope, cut)))
    modelled = [s for s in samples if s.predicted]
    star = min(modelled, key=lambda s: s.predicted or math.inf) if modelled else None
    seen = [s for s in samples if s.status == "ok"]
    lucky = min(seen, key=lambda s: s.total) if seen else None
    return Scheme(
        scheme=name,
        order_of_accuracy=order,
        fitted_order=fitted(samples, star.h if star else 1e-3),
        h_predicted=star.h if star else None,
        error_predicted=star.predicted if star else None,
        h_measured_best=lucky.h if lucky else None,
        error_measured_best=lucky.total if lucky else None,
        samples=tuple(samples),
        error_there=star.predicted / 2 if star and star.predicted else None,
        error_envelope=star.predicted / 3 if star and star.predicted else None,
        ratio=0.7 if star else None,
    )


def fitted(samples: list[Sample], star: float) -> float | None:
    """Least squares slope of log error over log h, from a few steps above the predicted best to 0.1."""
    pairs = [(math.log(s.h), math.log(s.total)) for s in samples if 6 * star < s.h < 0.1 and s.status == "ok"]
    if len(pairs) < 3:
        return None
    mean_x, mean_y = (sum(p[i] for p in pairs) / len(pairs) for i in (0, 1))
    return sum((a - mean_x) * (b - mean_y) for a, b in pairs) / sum((a - mean_x) ** 2 for a, _ in pairs)


def complex_step(x: float, slope: float) -> Scheme:
    """Complex step: its truncation is that of D0 and it has no rounding branch."""
    with mpmath.workdps(40):
        third = float(mpmath.diff(f_exact, mpmath.mpf(x), 3))
    samples = []
    for k, h in enumerate(steps(x)):
        truncation = abs(third) / 6 * h * h
        total = truncation + U * slope * (0.1 + (k * 7 % 10) / 10)
        samples.append(
            Sample(h=h, estimate=slope + total, total=total, truncation=truncation, rounding=total - truncation, predicted=None)
        )
    return Scheme(
        scheme="complex-step",
        order_of_accuracy=2,
        fitted_order=2.0,
        h_predicted=None,
        error_predicted=None,
        h_measured_best=1e-12,
        error_measured_best=0.1 * U * slope,
        samples=tuple(samples),
    )


def engine(name: str, error: float | None, value: float, h: float | None = None, **more: object) -> EngineResult:
    """One row of a comparison; error is relative."""
    digits = None if error is None else 17.0 if error == 0 else -math.log10(error)
    fields = {"ulps": None if error is None else error / U, "evaluations": 1, "status": "ok", "reason": ""} | more
    return EngineResult(  # type: ignore[arg-type]
        engine=name, gradient={"x": value}, relative_error=error, correct_digits=digits, h=h, **fields
    )


def sweep(model: bool = True, complex_too: bool = True) -> Sweep:
    """The sweep of the textbook's function at 1.5."""
    x, slope = AT["x"], float(DERIVATIVE)
    with mpmath.workdps(40):
        terms = {n: float(mpmath.diff(f_exact, mpmath.mpf(x), n)) for n in (2, 3, 5)} if model else None
    schemes = [scheme(name, f, x, slope, terms, 6 * U * f(x)) for name in SCHEMES]
    return Sweep(
        expression=EXPRESSION,
        at=AT,
        wrt="x",
        value=f(x),
        derivative=DERIVATIVE,
        schemes=(*schemes, *[complex_step(x, slope)] * complex_too),
        engines=(engine("reverse", 6.5e-17, slope), engine("forward", 6.5e-17, slope), engine("symbolic", 1.5e-16, slope)),
        verdict=Verdict(smoothness="smooth", text="the fitted orders 1.00, 1.00, 2.00, 4.00 are those of a smooth f."),
        **{"noise_bound": 6 * U * f(x), "noise_rms": 2 * U * f(x)} if model else {},
    )


def bare_sweep(f: Callable[[float], float], x: float, derivative: str, text: str = "f", word: str = "smooth") -> Sweep:
    """A sweep of any function without model, for odd cases."""
    slope = float(derivative)
    return Sweep(
        expression=text,
        at={"x": x},
        wrt="x",
        value=f(x),
        derivative=derivative,
        schemes=tuple(scheme(name, f, x, slope, None, 0.0) for name in SCHEMES),
        engines=(),
        verdict=Verdict(smoothness=word, text="seen in the slopes."),
    )


def comparison() -> Comparison:
    """The comparison at the same point, with a value missing and a reason given."""
    slope = float(DERIVATIVE)
    return Comparison(
        expression=EXPRESSION,
        at=AT,
        value=f(1.5),
        reference=Reference(digits=30, gradient={"x": DERIVATIVE}),
        engines=(
            engine("symbolic", 1.5e-16, 4.053427893898621),
            engine("D+", 1.1e-8, 4.05342794, 2.98e-8, evaluations=2),
            engine("D-", 1.3e-8, 4.05342784, 2.98e-8, evaluations=2),
            engine("D0", 8.3e-12, 4.0534278939, 1.05e-5, evaluations=2),
            engine("richardson", 2.2e-13, 4.053427893898, 8.7164e-4, evaluations=4),
            engine("complex-step", 0.0, slope, 1e-100),
            engine("forward", 6.5e-17, slope),
            engine("reverse", 6.5e-17, slope),
            engine("peer", None, math.nan, status="missing", reason="the package peer is not installed"),
        ),
    )


def kink() -> Comparison:
    """abs at 0."""
    return Comparison(
        expression="abs(x)",
        at={"x": 0.0},
        value=0.0,
        reference=Reference(digits=30, gradient={"x": "0"}, slopes={"x": ("-1", "1")}),
        engines=(engine("reverse", None, 0.0, status="kink", reason="0 by convention"),),
        status="kink",
        reason="the argument of abs is 0",
    )


def swell() -> Swell:
    """Sizes of the forms; simplification gave up."""
    return Swell(
        expression=EXPRESSION,
        at=AT,
        wrt="x",
        forms=(
            Form(form="f", tree_size=14, dag_size=11, operations=8, seconds=1e-4),
            Form(form="f' symbolic", tree_size=63, dag_size=31, operations=27, seconds=0.012),
            Form(
                form="f' simplified", tree_size=0, dag_size=0, operations=0, status="gave up", reason="after 10 s", seconds=10.0
            ),
            Form(form="f' cse", tree_size=63, dag_size=29, operations=25, seconds=0.004),
            Form(form="f' reverse", tree_size=121, dag_size=26, operations=23, seconds=2e-4),
        ),
    )


def swell_family() -> Swell:
    """The logistic map: sizes by the number of iterations, some with thousands of digits."""
    forms = []
    for n in range(2, 10):
        forms += [
            Form(form="f", tree_size=3 * 2**n - 5, dag_size=3 * n, operations=3 * n - 2, n=n),
            Form(form="f' symbolic", tree_size=3 * (n - 1) * 2**n, dag_size=(n * n + 11 * n - 8) // 2, operations=9 * n, n=n),
            Form(form="f' reverse", tree_size=2**n, dag_size=8 * n - 7, operations=8 * n - 9, n=n),
        ]
    return Swell(expression="repeat n: l = 4*l*(1-l)", at={"l": 0.2}, wrt="l", forms=tuple(forms))


def swell_errors() -> Swell:
    """The logistic map with errors: simplify shrinks the formula and ruins it; at n = 7 it gave up."""
    forms = []
    for n, simplified, wrong in [(4, 41, 2.2e-9), (5, 89, 2.7e-4), (6, 185, 4.5e7), (7, 0, None)]:
        sizes = {"f' symbolic": 43 * 4**n, "f' cse": 62 * n, "f' forward": (6 * n - 7) * 2 ** (n - 1), "f' tape": 4**n}
        forms.append(Form(form="f", tree_size=3 * 2**n - 5, dag_size=3 * n, operations=3 * n - 3, n=n))
        for name, tree in sizes.items():
            error = {"largest_error": 2e-13 * n, "median_error": 4e-16, "evaluation_seconds": 1e-6 * n, "points": 200}
            forms.append(Form(form=name, tree_size=tree, dag_size=8 * n, operations=7 * n, n=n, native_tree=tree, **error))
        ok = wrong is not None
        forms.append(
            Form(
                form="f' simplified",
                tree_size=simplified,
                dag_size=simplified,
                operations=simplified,
                n=n,
                largest_error=wrong,
                median_error=1e-12 if ok else None,
                status="ok" if ok else "gave up",
                reason="" if ok else "simplify did not finish in 10 s",
                points=200 if ok else None,
            )
        )
    known = {"definition": "l = x; repeat n: l = 4*l*(1 - l), n - 1 times", "interval": (0.01, 0.99)}
    return Swell(expression="logistic", at={}, wrt="x", forms=tuple(forms), **known)


def cost() -> Cost:
    """The product of n inputs; one engine could not be timed, one not counted."""
    laws = {"D+": lambda n: n + 1, "D0": lambda n: 2 * n, "forward": lambda n: n, "reverse": lambda n: 1}
    rows = []
    for n in (2, 4, 8, 16):
        for engine, evaluations in laws.items():
            operations = 3 * n - 5 if engine == "reverse" else evaluations(n) * (n - 1)
            rows.append(
                CostRow(
                    engine=engine,
                    n=n,
                    inputs=n,
                    f_operations=n - 1,
                    operations=operations,
                    ratio=operations / (n - 1),
                    evaluations=evaluations(n),
                    f_seconds=1e-6,
                    seconds=1e-6 * evaluations(n),
                    time_ratio=float(evaluations(n)),
                    memory=2048,
                )
            )
        missing = {"status": "gave up", "reason": "SymPy's diff did not finish in 2 s"}
        rows.append(
            CostRow(engine="symbolic", n=n, inputs=n, f_operations=n - 1, operations=None, ratio=None, evaluations=n, **missing)
        )
    growth = (
        Growth(engine="D+", against="n", exponent=0.96, order="O(n)", largest_ratio=17.0, evaluations="n + 1"),
        Growth(engine="reverse", against="n", exponent=0.05, order="O(1)", largest_ratio=2.87, evaluations="1"),
        Growth(engine="forward", against="n", exponent=1.0, order="O(n)", largest_ratio=16.0, evaluations=""),
    )
    return Cost(expression="product", at={}, bound=4.0, rows=tuple(rows), growth=growth, definition="x1*x2*...*xn")


def reproductions() -> Reproductions:
    """Two results: one agrees and has a curve, one differs and it is known why."""
    claims = (
        Claim(what="in double precision", published="1.1726", recomputed="-1.1806e+21", agrees=False, why="another arithmetic"),
        Claim(what="<b>", published="1", recomputed="1", agrees=True),
    )
    points = tuple((10.0**-k, 10.0**-k + 1e-16 * 10.0**k) for k in range(1, 16))
    curve = Series(name="D+", points=points)
    good = (Claim(what="f'", published="9.07", recomputed="9.07", agrees=True),)
    results = (
        Reproduction(name="baydin-figure", title="errors", source="a survey", seconds=0.1, claims=good, curves=(curve,)),
        Reproduction(name="rump", title="a sum", source="a book", seconds=0.2, claims=claims),
    )
    return Reproductions(expression="", at={}, results=results)


def functions() -> Functions:
    """Two rows of the table of functions."""
    rows = (
        FunctionRow(function="asin", operands=1, ulps_value=1, ulps_partials=4, domain="[-1, 1]", convention="", meaning=""),
        FunctionRow(function="max", operands=None, ulps_value=0, ulps_partials=1, domain="", convention="shared", meaning="<b>"),
    )
    return Functions(expression="", at={}, functions=rows)


def graph() -> Graph:
    """The graph of x y, with one adjoint that was not computed."""
    numbers = {"tangent": None, "error": None}
    nodes = (
        Node(number=0, role="input", op="input", name="", text="x", latex="x", gate="x", value=2.0, adjoint=None, **numbers),
        Node(number=1, role="input", op="input", name="", text="y", latex="y", gate="y", value=3.0, adjoint=2.0, **numbers),
        Node(
            number=2,
            role="output",
            op="mul",
            name="f",
            text="x*y",
            latex="x y",
            gate=r"\times",
            value=6.0,
            adjoint=1.0,
            **numbers,
        ),
    )
    edges = (Edge(source=0, target=2, operand=0, local=3.0), Edge(source=1, target=2, operand=1, local=2.0))
    return Graph(
        expression="f = x*y",
        at={"x": 2.0, "y": 3.0},
        wrt="x",
        show=("value", "local", "adjoint"),
        labels="expr",
        direction="LR",
        nodes=nodes,
        edges=edges,
        operations=1,
    )


def staged(quiz: bool = False) -> Staged:
    """The listing of x y."""
    empty = {"depth": 0, "sign": "=", "rule": "", "rule_latex": "", "number": 1}
    back = {**empty, "role": "reverse", "sweep": "reverse"}
    rows = (
        StagedRow(role="forward", sweep="forward", name="f", expression="x*y", target="f", latex="x y", value=6.0, **empty),
        StagedRow(name="dx", expression="y", target=r"\bar{x}", latex="y", value=3.0, **back),
        StagedRow(name="dy", expression="x", target=r"\bar{y}", latex="x", value=math.nan, **back),
    )
    return Staged(
        expression="f = x*y",
        at={"x": 2.0, "y": 3.0},
        language="python",
        quiz=quiz,
        header=("x = 2.0", "y = 3.0"),
        rows=rows,
        output="f",
        slopes={"x": "dx", "y": "dy"},
        value=6.0,
        gradient={"x": 3.0, "y": 2.0},
    )


def grade() -> Grade:
    """A student's listing with one wrong line."""
    lines = (
        GradedLine(line=3, name="f", forward=True, value=6.0, expected=6.0, verdict="right", reason=""),
        GradedLine(line=4, name="dx<b>", forward=False, value=-3.0, expected=3.0, verdict="wrong", reason="sign"),
        GradedLine(line=5, name="t", forward=False, value=math.inf, expected=None, verdict="unjudged", reason=""),
    )
    return Grade(expression="f = x*y", at={"x": 2.0, "y": 3.0}, student="s.py", lines=lines, missing=("no dy",), failed="")


def rules() -> Rules:
    """Two measured rows of the primitive table, one with a textbook's form, one less accurate than it states."""
    rows = (
        RuleRow(
            function="tanh",
            domain="[-300, 300]",
            value_ulps=1.1,
            value_stated=2.5,
            value_at=(1e-6,),
            partial_ulps=2.7,
            partial_stated=6,
            partial_at=(0.04,),
            textbook="1 - tanh(x)*tanh(x)",
            textbook_ulps=9e15,
            textbook_at=(72.8,),
        ),
        RuleRow(
            function="mul",
            domain="[-1e3, 1e3]",
            value_ulps=math.nan,
            value_stated=0.5,
            value_at=(822.07, -3.0),
            partial_ulps=0,
            partial_stated=0,
            partial_at=(),
        ),
    )
    return Rules(expression="", at={}, points=100, seed=0, rows=rows)


def rounding() -> Rounding:
    """The rounding error of (1 - cos x)/x^2, and a derivative of which nothing is known."""
    x, value = 1e-5, (1 - math.cos(1e-5)) / 1e-5**2
    with mpmath.workdps(40):
        delta = float(math.cos(x) - mpmath.cos(x))
        truth = 2 * mpmath.sin(mpmath.mpf(x) / 2) ** 2 / mpmath.mpf(x) ** 2
        error = float(value - truth)
    blamed = Instruction(
        text="cos(x)",
        name="c <b>",
        value=math.cos(x),
        error=delta,
        ulps=delta / 2**-53,
        adjoint=-1 / x**2,
        contribution=-delta / x**2,
        share=99.9,
        bound=2 * U / x**2,
        amplification=2e10,
        kind="cancellation",
        amplifier="1 - c",
        factor=2e10,
    )
    known = Rounded(
        of="f",
        value=value,
        reference=mpmath.nstr(truth, 30),
        error=error,
        correct_digits=7.1,
        estimate=error,
        corrected=float(truth),
        corrected_digits=16.0,
        bound=2.2e-6,
        rms=1.3e-6,
        data=9.2e-24,
        data_digits=16.0,
        rounded=3,
        operations=4,
        instructions=(blamed, dataclasses.replace(blamed, text="x^2", name="", share=0.01, kind="rounding", amplifier="")),
    )
    unknown = dict.fromkeys(("reference", "error", "correct_digits", "estimate", "corrected", "corrected_digits", "bound", "rms"))
    lost = dataclasses.replace(
        known,
        **unknown,
        of="df/dx",
        value=math.nan,
        data=None,
        data_digits=None,
        instructions=(),
        status="overflow",
        reason="inf",
    )
    return Rounding(expression="c = cos(x); (1 - c)/x^2", at={"x": x}, quantities=(known, lost))


def advice() -> Advice:
    """Advice on (1 - cos x)/x^2 at 1e-5, with a stable form to offer, and on an input by which there is no derivative."""
    offered = Rewriting(
        of="f",
        text="2*sin(x/2)^2/x^2",
        rules=("1 - cos(t) -> 2*sin(t/2)^2 <b>",),
        sources=("N. J. Higham",),
        where="everywhere",
        points=33,
        before={"f": 7.1, "df/dx": 0.0},
        after={"f": 16.0, "df/dx": 5.4},
    )
    option = Option(
        needs="values",
        engine="numeric.derivative",
        value=-8.3e-7,
        error=7.8e-6,
        correct_digits=2.4,
        evaluations=118,
        cost="118 evaluations of f",
        status="noisy",
        reason="f scatters <b>",
    )
    plain = {"error": None, "status": "ok", "reason": "", "evaluations": 1, "cost": "1 sweep"}
    options = (
        option,
        dataclasses.replace(option, needs="quotient", engine="richardson", correct_digits=1.3, **plain),
        dataclasses.replace(option, needs="formula", engine="reverse", correct_digits=0.0, **plain),
        dataclasses.replace(option, needs="float64", engine="reverse", form=offered.text, correct_digits=5.4, **plain),
        dataclasses.replace(option, needs="proof", engine="diffkit.derivative", correct_digits=15.95, **plain),
    )
    known = Advised(
        wrt="x",
        reference="-8.33333333327777845947004252393e-7",
        cause="formula",
        text="The formula loses 11.5 digits: cos(x) is rounded.",
        losses=Losses(conditioning=4.5, formula=11.5, method=0.0),
        blamed="cos(x)",
        amplifier="1 - cos(x)",
        options=options,
    )
    nothing = Losses(conditioning=None, formula=None, method=None)
    none = {"reference": None, "cause": "", "losses": nothing, "blamed": "", "amplifier": "", "options": (), "status": "kink"}
    return Advice(
        expression="(1 - cos(x))/x^2 + abs(y)",
        at={"x": 1e-5, "y": 0.0},
        derivatives=(known, dataclasses.replace(known, wrt="y", text="There is no df/dy.", reason="abs(y) has a kink", **none)),
        stable=offered,
    )


def report(title: str = "") -> Report:
    """A whole report."""
    return Report(
        expression=EXPRESSION,
        at=AT,
        title=title,
        comparison=comparison(),
        sweep=sweep(),
        swell=swell(),
        command=f'diffkit report "{EXPRESSION}" --at x=1.5 -o report.html',
        environment={"diffkit": "0.1.0", "python": "3.11.7", "sympy": "1.14.0", "machine": "x86_64, Linux"},
        seconds={"compare": 0.41, "sweep": 0.013, "swell": 10.02},
    )


def estimate() -> Estimate:
    """A kink of a scalar argument."""
    return Estimate(
        expression="abs(x)",
        at={"x": 0.0},
        value=0.0,
        error=1.0,
        scheme="D0",
        h=2.0**-6,
        evaluations=49,
        status="kink",
        reason="f has a <kink>",
        left=-1.0,
        right=1.0,
    )


def estimates() -> Estimate:
    """Sines at an array of points, one of them unknown."""
    x = np.array([[0.0, 1.0], [math.pi, 1e22]])
    known = np.array([[True, True], [True, False]])
    nan = np.full(x.shape, math.nan)
    return Estimate(
        expression="sin",
        at={"x": x},
        value=np.where(known, np.cos(x), nan),
        error=np.where(known, 1e-14, math.inf),
        scheme=np.full(x.shape, "richardson"),
        h=np.full(x.shape, 2.0**-4),
        evaluations=np.full(x.shape, 49),
        status=np.where(known, "ok", "below-ulp"),
        reason=np.where(known, "", "float64 cannot resolve it"),
        left=nan,
        right=nan,
        order=nan,
    )


def check() -> Check:
    """One entry of exp too large by 3 %, one at a kink, one right: remainders by the first terms of the series."""
    entries = (
        Entry(
            name="w[1]",
            yours=2.8,
            numerical=math.e,
            relative_error=0.03,
            verdict="wrong",
            error=1e-13,
            digits=12.1,
            cause="factor",
            chapter=0.03,
        ),
        Entry(
            name="w[2]",
            yours=0.25,
            numerical=0.25,
            relative_error=0.0,
            verdict="kink",
            error=math.nan,
            digits=6.0,
            left=0.0,
            right=1.0,
            reason="f has a kink here",
        ),
        Entry(
            name="w[0]", yours=0.0, numerical=1e-14, relative_error=1.0, verdict="pass", error=1e-12, digits=9.5, chapter=math.inf
        ),
    )
    return Check(
        expression="loss",
        at={"w[0]": 0.0, "w[1]": 1.0, "w[2]": 0.0},
        rule="taylor",
        verdict="wrong",
        cause="factor",
        because="what is wrong is 1.03 times the right value",
        entries=entries,
        taylor_slope=1.0,
        direction="w[1]",
        remainders=tuple(
            remainder(scheme, p, 0.03 * math.e) for scheme, p in (("taylor", 1), ("symmetric", 2), ("richardson", 4))
        ),
        count=3,
        rtol=1e-6,
        noise=1.6e-16,
        seed=0,
        evaluations=812,
    )


def remainder(scheme: str, p: int, error: float) -> Remainder:
    """|C h^(p+1) + error h| with C = 1/(p+1), and a noise of u at the smallest steps."""
    steps = []
    for k in range(60):
        h = 4 * 2.0**-k
        steps.append(Step(h=h, remainder=abs(h ** (p + 1) / (p + 1) + error * h) + U * (k * 7 % 10) / 10, noise=2 * U))
    clear = [s.h for s in steps if s.remainder > 64 * U and s.h < 0.3]
    slope = 1.0 if error else p + 1.0
    return Remainder(scheme=scheme, expected_slope=p + 1, slope=slope, low=clear[-1], high=clear[0], steps=tuple(steps))
