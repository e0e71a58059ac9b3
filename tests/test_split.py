"""The split of errors: parts against mpmath, sums to 30 digits, and what each arithmetic and option does to them."""

import math

import mpmath
import pytest

import diffkit as dk
from diffkit.study.sweep import arithmetic, split

F = "exp(x)/sqrt(sin(x)^3+cos(x)^3)"
TWENTY = (
    (F, 1.5),
    ("(1-cos(x))/x^2", 1e-4),
    ("(exp(x)-1)/x", 1e-7),
    ("sqrt(x+1)-sqrt(x)", 1e6),
    ("repeat 12: x = 4*x*(1-x)", 0.3),
    ("x^10 - 10*x^9 + 45*x^8 - 120*x^7 + 210*x^6 - 252*x^5 + 210*x^4 - 120*x^3 + 45*x^2 - 10*x + 1", 1.5),
    ("sin(x)", 0.0),
    ("sin(x)", 1e6),
    ("sin(x)", 1e22),
    ("x^2", 3.0),
    ("x*abs(x)", 0.0),
    ("x^2 if x > 1 else 2*x - 1", 1.25),
    ("max(x, x^2, 2-x)", 1.5),
    ("log(x)", 1e-50),
    ("1/x", 1e-3),
    ("sqrt(x)", 1e-3),
    ("tanh(x)", 20.0),
    ("gamma(x)", 4.5),
    ("erf(x)*exp(x^2)", 0.7),
    ("sin(x)^2 + cos(x)^2", 1.0),
)
FUNCTIONS = {
    F: lambda x: mpmath.exp(x) / mpmath.sqrt(mpmath.sin(x) ** 3 + mpmath.cos(x) ** 3),
    "sin(x)": mpmath.sin,
    "(1-cos(x))/x^2": lambda x: (1 - mpmath.cos(x)) / x**2,
    "log(x)": mpmath.log,
}
WEIGHTS = {"D+": {1: 1, 0: -1}, "D-": {0: 1, -1: -1}, "D0": {1: 1, -1: -1}}
STEPS = {"D+": 1, "D-": 1, "D0": 2}


def samples(result, *schemes):
    """Scheme and sample, of these schemes or all."""
    return [(s.scheme, sample) for s in result.schemes for sample in s.samples if not schemes or s.scheme in schemes]


def quotient(f, scheme, x, h):
    """A difference quotient in mpmath at the nominal points, at the working precision."""
    x, h = mpmath.mpf(x), mpmath.mpf(h)
    if scheme == "richardson":
        return (4 * quotient(f, "D0", x, h) - quotient(f, "D0", x, 2 * h)) / 3
    return sum(w * f(x + k * h) for k, w in WEIGHTS[scheme].items()) / (STEPS[scheme] * h)


@pytest.mark.parametrize(("f", "x"), TWENTY)
def test_the_parts_add_up_to_30_digits(f, x):
    """The radii of the balls prove it, for every sample of every scheme that is a number."""
    found = samples(dk.sweep(f, x))
    split_up = [sample for _, sample in found if sample.residue is not None]
    assert len(split_up) > 300
    assert all(sample.residue <= 1e-30 for sample in split_up)
    lost = [s for _, s in found if s.residue is None and math.isfinite(s.estimate)]
    assert not [s for s in lost if s.status in {"ok", "exact"}]


@pytest.mark.parametrize(("f", "x"), [(F, 1.5), ("sin(x)", 100.3), ("(1-cos(x))/x^2", 1e-4), ("log(x)", 0.1)])
@pytest.mark.parametrize("nominal", [False, True])
def test_the_truncation_is_that_of_mpmath(f, x, nominal):
    """The scheme at the nominal step with 200 digits, minus the derivative: to the last digit of a float64."""
    checked = 0
    with mpmath.workdps(200):
        slope = mpmath.diff(FUNCTIONS[f], mpmath.mpf(x))
        for scheme, sample in samples(dk.sweep(f, x, nominal=nominal), "D+", "D-", "D0", "richardson"):
            if sample.cut is None or sample.h > x / 4:
                continue
            expected = quotient(FUNCTIONS[f], scheme, x, sample.h) - slope
            assert abs(sample.cut - expected) <= 1e-12 * abs(expected) + mpmath.mpf(10) ** -90
            checked += 1
    assert checked > 300


@pytest.mark.parametrize("nominal", [False, True])
def test_abscissa_and_evaluation_are_those_of_mpmath(nominal):
    """D+ of sin at 100.3: exact sines at the rounded points, then the computed ones, divided as the scheme divides."""
    x = 100.3
    with mpmath.workdps(80):
        for _, s in samples(dk.sweep("sin(x)", x, nominal=nominal), "D+"):
            if s.status != "ok":
                continue
            above = mpmath.mpf(x + s.h)
            run = mpmath.mpf(s.h) if nominal else above - x
            moved = (mpmath.sin(above) - mpmath.sin(x)) / run
            abscissa = moved - quotient(mpmath.sin, "D+", x, s.h)
            evaluation = (mpmath.mpf(math.sin(x + s.h)) - mpmath.mpf(math.sin(x))) / run - moved
            assert abs(s.abscissa - abscissa) <= 1e-12 * abs(abscissa) + 1e-60
            assert abs(s.evaluation - evaluation) <= 1e-12 * abs(evaluation) + 1e-60
            assert abs(s.arithmetic) <= 4 * 2.0**-53 * abs(s.estimate)


def test_sizes_are_those_of_the_signed_parts():
    """truncation and rounding are absolute, and rounding is the sum of abscissa, evaluation and arithmetic."""
    for _, s in samples(dk.sweep(F, 1.5)):
        if s.cut is not None:
            assert (s.total, s.truncation) == (abs(s.error), abs(s.cut))
            rest = math.fsum([s.abscissa, s.evaluation, s.arithmetic])
            assert s.rounding == pytest.approx(abs(rest), rel=1e-12)


def test_dividing_by_the_nominal_step_raises_the_floor():
    """sin at 100.3: the smallest error that neighbouring steps reach with Richardson is over 100 times as large."""
    best = {nominal: dk.sweep("sin(x)", 100.3, nominal=nominal).schemes[3].error_envelope for nominal in (False, True)}
    assert best[True] > 100 * best[False]
    parts = [s for _, s in samples(dk.sweep("sin(x)", 100.3, nominal=True), "D0") if s.status == "ok" and s.h < 1e-6]
    assert sum(abs(s.abscissa) > 10 * abs(s.evaluation) for s in parts) > len(parts) / 2


@pytest.mark.parametrize("options", [{"dtype": "float32"}, {"digits": 10}, {"digits": 30}], ids=str)
def test_the_v_moves_with_u(options):
    """The best error goes like u^(p/(p+1)) from one arithmetic to another: predicted, and reached within a factor 3."""
    there, here = dk.sweep(F, 1.5, **options), dk.sweep(F, 1.5)
    for a, b in zip(there.schemes, here.schemes):
        if a.scheme == "complex-step":
            continue
        p = a.order_of_accuracy
        expected = (there.u / here.u) ** (p / (p + 1))
        assert 1 / 4 < a.error_predicted / b.error_predicted / expected < 4
        assert 1 / 4 < a.h_predicted / b.h_predicted / (there.u / here.u) ** (1 / (p + 1)) < 4
        assert a.error_there < 3.5 * a.error_predicted


def test_float32_is_that_of_numpy():
    """Estimates are what NumPy computes with float32 throughout; the point is rounded, and the record says to what."""
    import numpy as np

    result = dk.sweep("x*sin(x)", 0.1, dtype="float32")
    x = np.float32(0.1)
    assert result.at == {"x": float(x)} and result.u == 2.0**-24 and result.arithmetic == "float32"
    for _, s in samples(result, "D+"):
        if s.status == "ok":
            h = np.float32(s.h)
            above = x + h
            expected = (above * np.sin(above) - x * np.sin(x)) / (above - x)
            assert s.h == float(h) and s.estimate == float(expected)


def test_digits_are_those_of_mpmath():
    """With 30 digits D0 of exp is that of mpmath at that precision."""
    with mpmath.workdps(30):
        prec = mpmath.mp.prec
    result = dk.sweep("exp(x)", 1.0, digits=30)
    bits = round(-math.log2(result.u))
    assert abs(bits - prec) <= 4
    with mpmath.workprec(bits):
        for _, s in samples(result, "D0")[:60]:
            above, below = 1 + mpmath.mpf(s.h), 1 - mpmath.mpf(s.h)
            assert s.estimate == float((mpmath.exp(above) - mpmath.exp(below)) / (above - below))


def test_the_complex_step_is_split():
    """Its abscissa is exact; truncation is that of mpmath's complex function; in every arithmetic."""
    for options in ({}, {"dtype": "float32"}, {"digits": 25}):
        found = [s for _, s in samples(dk.sweep(F, 1.5, **options), "complex-step") if s.cut is not None and s.h < 0.05]
        assert len(found) > 20
        with mpmath.workdps(120):
            slope = mpmath.diff(FUNCTIONS[F], mpmath.mpf(1.5))
            for s in found:
                y = FUNCTIONS[F](mpmath.mpc(1.5, mpmath.mpf(s.h)))
                expected = y.imag / mpmath.mpf(s.h) - slope
                assert s.abscissa == 0 and abs(s.cut - expected) <= 1e-12 * abs(expected)


@pytest.mark.parametrize(
    "f", ["max(x, -x)", "abs(x)^3", "where(x > 0, x^2, x)", "atan2(x, 2)", "log2(x)*cbrt(x)", "hypot(x, 3)", "x^-3"]
)
def test_continuations_agree_in_all_numbers(f):
    """Im f(x + ih)/h in floats, in mpmath and in balls is one function."""
    program = dk.parse(f)
    exact = split.Exact(program, [1.25], 0)
    from diffkit.balls import working

    h = 2.0**-20
    with working(200, 1):
        true = float(exact.beside(split.exact(h)) / split.exact(h))
    for kind in (arithmetic.float64(), arithmetic.of_digits(40)):
        with kind.working():
            found = kind.imaginary(program, [kind.number(1.25)], 0, kind.number(h)) / h
        assert float(found) == pytest.approx(true, rel=1e-13)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"digits": 1}, "digits of a sweep must lie between 2 and 100, not 1"),
        ({"digits": 10**9}, "digits of a sweep must lie between 2 and 100"),
        ({"dtype": "int8"}, "a sweep has no dtype 'int8'"),
        ({"dtype": "float32", "digits": 9}, "a sweep takes dtype or digits, not both"),
    ],
)
def test_options_without_meaning_are_refused(options, said):
    """In one sentence."""
    with pytest.raises(dk.UsageError, match=said):
        dk.sweep("sin(x)", 1.0, **options)


@pytest.mark.parametrize("number", [0.1, -3.5, 5e-324, 1.7e308, mpmath.mpf("-1e-400"), mpmath.mpf(3) / 7])
def test_numbers_become_exact_balls(number):
    """Sign and all digits are kept."""
    ball = split.exact(number)
    assert ball.is_exact() and (ball > 0) == (number > 0)
    if isinstance(number, float):
        assert float(ball) == number
