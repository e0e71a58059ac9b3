"""Families: members of every kind, and what is refused."""

import math

import pytest

from diffkit import families, tape
from diffkit.errors import UsageError
from diffkit.families import NAMED, family, iterated, numbers, point
from diffkit.language import parse


@pytest.mark.parametrize("name", NAMED)
def test_every_named_family_has_the_members_it_names(name: str) -> None:
    """Each is a Program of one output whose gradient is finite at the family's own point; below its first n it says so."""
    known = NAMED[name]
    for n in known.numbers[:4]:
        member = known.member(n)
        assert len(member.outputs) == 1
        assert all(map(math.isfinite, tape.gradient(member, point(member)).values()))
    if known.least:
        with pytest.raises(UsageError, match=f"{name} begins with n = {known.least}"):
            known.member(known.least - 1)
    assert known.why and known.source and known.definition


def test_values_of_the_named_families() -> None:
    """Against formulas written by hand."""
    assert NAMED["logistic"].member(1)(0.2) == 0.2
    assert NAMED["logistic"].member(4)(0.2) == pytest.approx(0.28901376)
    assert NAMED["product"].member(4)(1, 2, 3, 4) == 24
    assert NAMED["nested-sin"].member(3)(0.5) == math.sin(math.sin(math.sin(0.5)))
    assert NAMED["sine-product"].member(2)(0.5) == pytest.approx(math.sin(0.5 * math.sin(0.5)) * 0.5 * math.sin(0.5))
    assert NAMED["rosenbrock"].member(3)(1, 2, 3) == 100 * 1 + 0 + 100 * 1 + 1
    assert NAMED["network"].member(1)(1, 0, 1, 0, 1, 0, 1, 1, 1) == pytest.approx(3 * math.tanh(0.5))


def test_the_determinant_is_numpys() -> None:
    """On random matrices of 1 to 6 rows."""
    np = pytest.importorskip("numpy")
    for n in range(1, 7):
        a = np.random.default_rng(n).normal(size=(n, n))
        assert NAMED["determinant"].member(n)(*a.ravel()) == pytest.approx(np.linalg.det(a), rel=1e-9)


def test_texts_with_n() -> None:
    """n counts a repeat, or stands in the formula; it stays no input."""
    assert family("l = x; repeat n: l = 4*l*(1-l)").member(3)(0.2) == pytest.approx(0.28901376)
    assert family("x^n/n").member(3)(2.0) == pytest.approx(8 / 3)
    assert family("sin(n*x)").member(2).inputs == ("x",)
    assert family("repeat n: x = x/n").member(0)(7.0) == 7.0


def test_callables_with_n() -> None:
    """A callable takes n beside its inputs, or returns the function of that n in any form."""
    assert family(lambda x, n: x**n, at=2.0).member(3)(2.0) == 8.0
    assert family(lambda n: "*".join(f"x{i}" for i in range(n))).member(3)(2, 3, 4) == 24
    assert family(lambda n: lambda x: x * n, at=1.0).member(5)(2.0) == 10.0
    assert family(NAMED["product"]) is NAMED["product"]


def test_iterated_functions() -> None:
    """f(f(f(x))); 0 times is x itself; another number of inputs or outputs cannot be applied to itself."""
    f = iterated(parse("4*x*(1 - x)"))
    assert [f.member(n)(0.2) for n in range(3)] == pytest.approx([0.2, 0.64, 0.9216])
    for text in ("x*y", "x, x"):
        with pytest.raises(UsageError, match="one input and one output"):
            iterated(parse(text))
    with pytest.raises(UsageError, match="repeat less often"):
        f.member(400_000)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        ("x^2", "there is no n in 'x^2'\n    write one, as in x^n, or name a family: logistic, product"),
        ("logistik", "there is no n in 'logistik'\n    did you mean 'logistic'?"),
        (parse("x"), "a family needs an n\n    a text with n, or a callable with a parameter n"),
        (lambda x: x, "a family needs an n"),
    ],
)
def test_what_has_no_n(f: object, message: str) -> None:
    """The error says what to write."""
    with pytest.raises(UsageError) as caught:
        family(f)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("text", ["", "a", "1:", "3:1", "1,1", "2,1", "1:4:0", "1:2:3:4", "-1:2", "1:100000", "1.5", "9" * 20])
def test_numbers_that_cannot_be_read(text: str) -> None:
    """A list rises and is not endless."""
    with pytest.raises(UsageError) as caught:
        numbers(text)
    assert "1:12 or 1,2,4:16:4" in str(caught.value)


def test_listed_numbers() -> None:
    """A text, a range, or one number."""
    assert families.listed("1:3, 8") == (1, 2, 3, 8)
    assert families.listed(range(2, 5)) == (2, 3, 4)
    assert families.listed(7) == (7,)
