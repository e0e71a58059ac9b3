"""The namespace in which derivatives are written: which identities it uses, and that it uses no others."""

import pytest

from diffkit import algebra
from diffkit.program import Builder


def written(f):
    """The expression that a function writes when it is given the inputs a and b."""
    builder = Builder()
    F = algebra.namespace(builder)
    a, b = (algebra.Var(F, builder.input(name)) for name in "ab")
    result = f(F, a, b)
    return str(builder.build(result.index, inputs=("a", "b"))).removeprefix("f(a, b) = ")


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda F, a, b: a * 1 + 0 * b, "a"),
        (lambda F, a, b: a + 0, "a"),
        (lambda F, a, b: 0 - a, "-a"),
        (lambda F, a, b: F.neg(F.neg(a)), "a"),
        (lambda F, a, b: a * -1, "-a"),
        (lambda F, a, b: a / 1, "a"),
        (lambda F, a, b: F.const(0.0) / b, "0"),
        (lambda F, a, b: F.pow(a, F.const(3.0) - 1), "a^2"),
        (lambda F, a, b: F.pow(a, F.const(2.0) - 1), "a"),
        (lambda F, a, b: F.pow(a, F.const(1.0) - 1), "1"),
        (lambda F, a, b: F.where(a, b, b), "b"),
        (lambda F, a, b: -F.const(3.0) * 2, "-6"),
        (lambda F, a, b: a - a, "a - a"),
        (lambda F, a, b: a / a, "a/a"),
        (lambda F, a, b: a * b - b * a, "a*b - b*a"),
        (lambda F, a, b: F.const(0.1) + 0.2, "0.1 + 0.2"),
        (lambda F, a, b: F.const(1.0) / 3, "1/3"),
        (lambda F, a, b: 2 / a + 2**b - (1 - a) ** 2, "2/a + 2^b - (1 - a)^2"),
    ],
)
def test_identities(f, text):
    """0, 1, double negation, whole constants and equal branches; nothing that would round, and nothing clever."""
    assert written(f) == text


def test_whole_constants_stay_exact():
    """Beyond 2^53 nothing is folded."""
    assert written(lambda F, a, b: F.const(2.0**53) + 1) == "9007199254740992 + 1"
