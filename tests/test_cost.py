"""What a gradient costs: counts that are proved, evaluations that are counted while they happen, growth fitted to them."""

import json
import time
from fractions import Fraction

import pytest

import diffkit as dk
from diffkit import cli, engines
from diffkit.counting import operations_written_out
from diffkit.errors import UsageError
from diffkit.families import NAMED
from diffkit.results import Cost, CostRow, Growth
from diffkit.study import cost
from diffkit.study.cost import growth


def rows_of(record: Cost, engine: str) -> list[CostRow]:
    """The rows of one engine, by n."""
    return [row for row in record.rows if row.engine == engine]


@pytest.fixture(scope="module")
def product() -> Cost:
    """Speelpenning's product by every engine."""
    return cost.measure("product", n="4,8,12,16,32")


def test_evaluations_and_growth_of_every_engine(product: Cost) -> None:
    """D+ n + 1, D0 2n, richardson 4n, complex step 4n + 1, forward n sweeps, reverse one, whatever n."""
    laws = {g.engine: (g.evaluations, g.order) for g in product.growth}
    assert laws == {
        "D+": ("n + 1", "O(n)"),
        "D-": ("n + 1", "O(n)"),
        "D0": ("2n", "O(n)"),
        "richardson": ("4n", "O(n)"),
        "complex-step": ("4n + 1", "O(n)"),
        "symbolic": ("n", "O(n)"),
        "forward": ("n", "O(n)"),
        "reverse": ("1", "O(1)"),
        "compiled": ("1", "O(1)"),
    }


def test_operations_are_exact(product: Cost) -> None:
    """Reverse 3n - 5 with the value; schemes as often as they call f; SymPy's n(n-2) and f; forward one tangent a sweep."""
    for row in product.rows:
        n = row.inputs
        assert row.f_operations == n - 1 and row.n == n
        if row.engine in {"reverse", "compiled"}:
            assert row.operations == 3 * n - 5 and row.ratio == (3 * n - 5) / (n - 1)
        elif row.engine == "symbolic":
            assert row.operations == n * (n - 2) + n - 1
        elif row.engine == "forward":
            # the sweep along x_i multiplies by each later factor once: n - 1 - max(i, 1) tangents, i counted from 0
            assert row.operations == n * (n - 1) + sum(n - 1 - max(i, 1) for i in range(n))
        else:
            assert row.operations == row.evaluations * (n - 1)


def test_the_clock_and_the_memory(product: Cost) -> None:
    """Every engine is timed beside f in the same run, and a difference quotient of 32 inputs takes many times f."""
    for row in product.rows:
        assert row.status == "ok" and row.seconds > 0 and row.f_seconds > 0 and row.memory >= 0
        assert row.time_ratio == row.seconds / row.f_seconds
    assert rows_of(product, "D0")[-1].time_ratio > 10
    assert rows_of(product, "reverse")[-1].memory < rows_of(product, "forward")[-1].memory


def test_the_statements(product: Cost) -> None:
    """Growth is stated engine by engine, and the cheap gradient last."""
    assert "reverse: O(1) in the number of inputs n, 1 sweep, up to 2.94 times the operations of f" in product.statements()
    assert product.statements()[-1] == "reverse mode stays below the cheap-gradient bound: 2.94 <= 4"
    assert Cost.from_json(product.to_json()) == product


def test_cheap_gradients_of_all_rational_families() -> None:
    """Value and gradient by reverse mode stay below 4 times f; a gate's partial costs more than one operation, and is said to."""
    for name in ("product", "rosenbrock", "determinant", "logistic"):
        record = cost.measure(name, engines=["reverse"])
        assert all(row.ratio is None or row.ratio <= cost.BOUND for row in record.rows)
    gates = cost.measure("sigmoid-chain", n="2:6", engines=["reverse"])
    assert gates.rows[-1].ratio > cost.BOUND
    assert gates.statements()[-1].startswith("reverse mode exceeds 4 times f (")


def test_exponential_swell_is_called_so() -> None:
    """SymPy's derivative of the logistic map doubles with n; reverse mode does not grow."""
    record = cost.measure("logistic", n="3:9", engines=["symbolic", "reverse"])
    found = {g.engine: g.order for g in record.growth}
    assert found["reverse"] == "O(1)" and found["symbolic"].endswith("^n)")
    assert 2 < float(found["symbolic"].removeprefix("~O(").removesuffix("^n)")) < 3
    assert {g.against for g in record.growth} == {"n"}


@pytest.mark.parametrize(
    ("law", "exponent", "order"),
    [
        (lambda n: 3.0, 0, "~O(1)"),
        (lambda n: n + 1, 1, "~O(n)"),
        (lambda n: 0.5 * n * n + n, 2, "~O(n^2)"),
        (lambda n: n**1.5, 1.5, "~O(n^1.5)"),
    ],
)
def test_growth_is_fitted_from_counts(law: object, exponent: float, order: str) -> None:
    """On laws that are known."""
    found = growth.estimate([(n, law(n)) for n in (32, 64, 128, 256)])  # type: ignore[operator]
    assert found == (pytest.approx(exponent, abs=0.05), order)


@pytest.mark.parametrize("n", ["2,4,8", "2:6", "3:12:3"])
def test_few_and_small_n_do_not_mislead(n: str) -> None:
    """Where constant terms matter most the order is still that of the law, or nothing is said."""
    record = cost.measure("product", n=n, engines=["D+", "D0", "reverse", "forward"])
    found = {g.engine: g.order for g in record.growth}
    assert (found["D+"], found["D0"], found["reverse"]) == ("O(n)", "O(n)", "O(1)")
    assert found["forward"] in {"O(n)", "~O(n)", ""}
    assert all(("too few n to tell" in said) == (not order) for said, order in zip(record.statements(), found.values()))


def test_growth_of_formulas_is_that_of_their_counts() -> None:
    """Chains whose ratio is a line and a constant, not the power that is nearest to them at small n."""
    for name in ("sigmoid-chain", "tanh-chain", "nested-sin"):
        record = cost.measure(name, engines=["symbolic", "reverse"])
        assert {g.engine: g.order for g in record.growth} == {"symbolic": "O(n)", "reverse": "O(1)"}
    record = cost.measure("determinant", n="2:5", engines=["symbolic", "reverse"])
    assert {g.engine: g.order for g in record.growth} == {"symbolic": "~O(1.1^n)", "reverse": "~O(1)"}
    record = cost.measure("x^n + sin(n*y)", n="1:4", engines=["reverse"])
    assert record.growth[0].order == "~O(1)"  # 5, 7, 8, 8 operations: the first members lack what identities drop


def test_counts_that_fall_or_that_nothing_confirms_are_no_polynomial() -> None:
    """Three points lie on a parabola by accident, four on one that opens downwards."""
    points = [(n, Fraction(y)) for n, y in zip((1, 2, 3, 4), (5, 7, 8, 8))]
    assert growth.degree(points) is None and growth.degree(points[:3]) is None
    assert growth.degree([(n, Fraction(n * n)) for n in range(1, 6)]) == 2


def test_too_few_members_are_said_to_be_too_few() -> None:
    """A 1 x 1 determinant has no operations: two members are no growth."""
    record = cost.measure("determinant", n="1:3", engines=["reverse"])
    assert record.growth == () and "fewer than 3 n" in record.statements()[0]


def test_the_first_call_is_not_the_time_of_an_engine() -> None:
    """What an engine does once, as importing, is left out; f is the same beside all of them."""
    calls = []

    def gradient(program: object, at: dict[str, float]) -> dict[str, float]:
        calls.append(1)
        time.sleep(0.15 if len(calls) == 1 else 0.001)
        return dict.fromkeys(at, 1.0)

    peer = engines.Engine("peer", gradient, lambda n: 1)
    subject = cost.Subject(dk.parse("x*y"), {"x": 1.0, "y": 2.0}, None, 2.0)
    rows = cost._rows([peer, peer], subject, {})
    assert max(row.seconds for row in rows) < 0.1
    assert rows[0].f_seconds == rows[1].f_seconds


def test_an_engine_that_cannot_work_here_has_no_counts() -> None:
    """The complex step knows no erf: neither operations nor evaluations, but the reason."""
    (row,) = cost.measure("erf(x)*y", engines=["complex-step"]).rows
    assert (row.operations, row.evaluations, row.seconds, row.status) == (None, None, None, "not-applicable") and row.reason


def test_a_point_outside_the_domain() -> None:
    """At a point that was given there must be a value; where the point is ours the counts stand without times."""
    assert cli.run(["cost", "log(x)", "--at", "x=-1"]) == 4
    rows = cost.measure("log(x - n)", n="3:5", engines=["reverse", "D+"]).rows
    assert {(row.status, row.seconds) for row in rows} == {("domain", None)}
    assert all(row.operations and row.reason.startswith("f has no finite value") for row in rows)


def test_one_function_of_ones_own() -> None:
    """A plain formula has no n and no growth, but exact counts; the point may be left out."""
    record = cost.measure("x*sin(y)", at={"x": 2.0, "y": 3.0}, engines=["D+", "reverse"])
    assert [(row.n, row.evaluations, row.operations) for row in record.rows] == [(None, 3, 6), (None, 1, 4)]
    assert record.growth == () and record.at == {"x": 2.0, "y": 3.0}
    assert dk.cost(lambda x: x * x, 2.0, engines=["reverse"]).rows[0].operations == 2


def test_an_engine_that_is_slow_is_counted_but_not_timed() -> None:
    """The reason is in the row, and for larger n it is not tried again."""
    record = cost.measure("product", n="64:128:64", engines=["forward"], time_limit=1e-4)
    assert [row.status for row in record.rows] == ["not timed", "not timed"]
    assert {row.reason for row in record.rows} == {"a gradient takes more than 0.0001 s"}
    assert all(row.operations and row.seconds is None for row in record.rows)


def test_sweeps_beyond_the_limit_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row says so."""
    monkeypatch.setattr("diffkit.limits.COUNTED", 10)
    (row,) = cost.measure("x*y*z", engines=["forward"]).rows
    assert (row.operations, row.status, row.reason) == (
        None,
        "not counted",
        "3 sweeps over 5 lines are too many to be written out",
    )


def test_a_peer_is_timed_though_nobody_knows_its_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine of another package has evaluations and a clock."""
    peer = engines.Engine("peer", lambda program, at: dict.fromkeys(at, 1.0), lambda n: 7)
    monkeypatch.setattr(cost, "choose", lambda names: [peer])
    (row,) = cost.measure("x + y", engines=["peer"]).rows
    assert (row.operations, row.ratio, row.evaluations) == (None, None, 7) and row.seconds > 0


@pytest.mark.parametrize(
    ("f", "options", "message"),
    [
        ("2 + 3", {}, "a gradient needs one output and an input"),
        ("x, y", {}, "a gradient needs one output and an input"),
        ("x", {"n": "1:3"}, "there is no n in 'x'"),
        ("x", {"at": {"z": 1.0}}, "no value for x"),
        ("x", {"engines": ["magic"]}, "unknown engine 'magic'"),
    ],
)
def test_what_is_refused(f: str, options: dict[str, object], message: str) -> None:
    """Each says what to give instead."""
    with pytest.raises(UsageError) as caught:
        cost.measure(f, **options)
    assert str(caught.value).startswith(message)


def test_growth_without_a_law_or_with_too_few_points() -> None:
    """Two members are no growth; evaluations on no line have no law."""
    assert cost.measure("product", n="2:3", engines=["reverse"]).growth == ()
    found = Growth(engine="D+", against="n", exponent=1.0, order="O(n)", largest_ratio=3.0, evaluations="")
    assert found.work() == ""


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A family by name, a text with n, one formula; JSON as everywhere."""
    assert cli.run(["cost", "product", "--n", "4:16:4", "--engines", "D+,reverse", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document)[:5] == ["study", "schema", "diffkit", "expression", "at"] and document["study"] == "cost"
    assert [(g["engine"], g["evaluations"]) for g in document["growth"]] == [("D+", "n + 1"), ("reverse", "1")]
    assert cli.run(["cost", "repeat n: x = x*sin(x)", "--n", "4:12:4", "--engines", "reverse"]) == 0
    assert "reverse: O(1) in n" in capsys.readouterr().out
    assert cli.run(["cost", "x*y", "--engines", "compiled"]) == 0
    assert cli.run(["cost", "x*y", "--engines", "magic"]) == 2


def test_values_near_1_keep_the_largest_product_in_range() -> None:
    """No engine meets an overflow or an underflow at the family's own point, so none is faster for it."""
    for n in (64, 256, 1024):
        f = NAMED["product"].member(n)
        assert 1e-100 < f(**dict(zip(f.inputs, (cost._point(f, None, n)[name] for name in f.inputs)))) < 1e100
        assert operations_written_out(f) == n - 1
