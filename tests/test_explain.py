"""tape.explain: what, where and which element."""

import numpy as np
import pytest

from diffkit import tape


def test_nothing_to_report():
    """A smooth point."""
    found = tape.explain("sin(x)*y", (1.0, 2.0))
    assert (found.status, found.findings) == ("ok", ())
    assert str(found) == "nothing to report: every operation has a value and a slope there"
    assert found.gradient == tape.gradient("sin(x)*y", (1.0, 2.0))


@pytest.mark.parametrize(
    ("f", "at", "status", "operation"),
    [
        ("log(x)", -1.0, "domain", "log"),
        ("1/x", 0.0, "singular", "div"),
        ("cbrt(x)", 0.0, "singular", "cbrt"),
        ("asin(x)", 1.0, "singular", "asin"),
        ("exp(x)", 1000.0, "overflow", "exp"),
        ("floor(x)", 2.0, "jump", "floor"),
        ("sign(x)", 0.0, "jump", "sign"),
        ("abs(x)", 0.0, "kink", "abs"),
        ("min(x, 2*x)", 0.0, "kink", "min"),
        ("atan2(x, 0 - 1)", 0.0, "jump", "atan2"),
        ("hypot(x, x)", 0.0, "singular", "hypot"),
        ("x*sign(x)", 0.0, "kink", "sign"),
    ],
)
def test_each_status(f, at, status, operation):
    """One formula a status; the first finding names the operation."""
    found = tape.explain(f, at)
    assert found.status == status
    assert found.findings[0].operation == operation
    assert found.findings[0].inputs == ("x",)


def test_line_and_element_of_an_array_program():
    """The user's line, the index of the element, how many more there are, and the operand there."""

    def f(x, y):
        roots = np.sqrt(x)
        return np.sum(roots * y)

    found = tape.explain(f, (np.array([[4.0, 0.0], [0.0, 1.0]]), 2.0))
    (finding,) = found.findings
    assert (found.status, finding.operation, finding.index, finding.count) == ("singular", "sqrt", (0, 1), 2)
    assert finding.operands == (0.0,)
    assert finding.inputs == ("x",)
    assert finding.source.endswith("roots = np.sqrt(x)")
    assert str(found).split("\n")[0] == "sqrt(0) [0, 1] and 1 more has an infinite or undefined slope there"


def test_where_an_adjoint_stops_being_a_number():
    """A product of slopes that overflows: the operation at which it does."""

    def f(x):
        y = x * 1e200
        return y * 1e200 * 1e-300

    found = tape.explain(f, 1e-150)
    assert found.status == "ok"
    wide = tape.explain(lambda x: np.exp(x * 1e300) * 1e300, 1e-300)
    assert not np.isfinite(wide.gradient)
    assert wide.status == "overflow"
    assert wide.findings[0].status == "adjoint"
    assert wide.findings[0].operation == "mul"


def test_a_branch_decided_by_equal_numbers():
    """if x > 2 at 2, and where(x > 0, ...) at 0."""
    found = tape.explain(lambda x: x * x if x > 2.0 else x + 2.0, 2.0)
    assert (found.status, found.findings[0].operation) == ("tie", "gt")
    found = tape.explain(lambda x: np.sum(np.where(x > 0, x, 2 * x)), np.array([1.0, 0.0]))
    assert (found.status, found.findings[0].index) == ("tie", (1,))


def test_what_does_not_matter_is_not_reported():
    """A pole, a kink or an overflow that no output needs, or that contributes nothing."""
    assert tape.explain(lambda x: np.where(x > 0, np.sqrt(x), 0.0), -1.0).status == "ok"
    assert tape.explain(lambda x: x if np.log(x - 1) != 0 else 2 * x, 1.0).status == "ok"
    assert tape.explain(lambda x: x + 0.0 * abs(x - 1), 1.0).status == "ok"
    assert tape.explain("1/(1 + exp(-x))", -800.0).status == "ok"


def test_several_outputs_are_explained_together():
    """No gradient, but what there is to say of each."""
    found = tape.explain(lambda x: (abs(x), 1 / x), 0.0)
    assert found.gradient is None
    assert {f.status for f in found.findings} == {"kink", "singular"}


W = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("f", "operation"),
    [
        (lambda x: np.sum(np.sort(x) * W), "argsort"),
        (lambda x: np.median(x[:2]) + np.median(x), "argsort"),
        (lambda x: x[np.argmax(x)] * 2.0, "argmax"),
        (lambda x: x[np.argmin(-x)], "argmin"),
        (lambda x: np.sum(np.sort(np.stack([x, 2 * x]), axis=1)[:, 1]), "argsort"),
    ],
)
def test_ties_of_an_order_are_reported(f, operation):
    """Equal elements change places at once; different ones do not."""
    found = tape.explain(f, np.array([1.0, 1.0, 0.0]))
    assert (found.status, found.findings[0].operation) == ("tie", operation)
    assert tape.explain(f, np.array([1.0, 2.0, 0.0])).status == "ok"


def test_the_operation_that_is_singular_is_named_not_the_linear_one_before():
    """The power of element 0; cumsum only adds up what it is handed."""
    found = tape.explain(lambda x: np.sum(np.cumsum(x) ** 0.5), np.array([0.0, 1.0]))
    assert [(f.operation, f.index) for f in found.findings] == [("pow", (0,))]


def test_a_checkpointed_function_is_looked_into():
    """Every step of it."""
    found = tape.explain(lambda x: tape.checkpoint(lambda y: np.abs(y) - 1.0, times=3)(x), 1.0)
    assert (found.status, [f.operation for f in found.findings]) == ("kink", ["abs"])
    assert tape.explain(lambda x: tape.checkpoint(np.sin)(x), 1.0).status == "ok"


def test_counts_do_not_tie():
    """sum(x > 0) == 3 holds around the point, too."""
    assert tape.explain(lambda x: np.sum(x) if np.sum(x > 0) == 3 else np.prod(x), W).status == "ok"


@pytest.mark.parametrize("f", [np.nansum, np.nan_to_num, lambda x: np.where(np.isfinite(x), x, 0.0), lambda x: np.fmax(x, -9.0)])
def test_asking_for_nan_is_no_tie(f):
    """x == x compares a number with itself."""
    assert tape.explain(lambda x: np.sum(f(x)), W).status == "ok"
