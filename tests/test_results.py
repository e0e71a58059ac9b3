"""Records: written to JSON and read back exactly, printed on any terminal, exported unrounded."""

import csv
import dataclasses
import io
import json
import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkit.errors import InputError
from diffkit.results import Comparison, Form, Record, Report, Sample, Sweep, Swell
from diffkit.tables import NOTE_WIDTH, Table, clip, count, plain, point, short

from . import specimens

RECORDS = {
    "compare": specimens.comparison(),
    "kink": specimens.kink(),
    "sweep": specimens.sweep(),
    "swell": specimens.swell(),
    "family": specimens.swell_family(),
    "report": specimens.report(),
    "functions": specimens.functions(),
    "rounding": specimens.rounding(),
    "advice": specimens.advice(),
    "rules": specimens.rules(),
    "graph": specimens.graph(),
    "staged": specimens.staged(),
    "quiz": specimens.staged(quiz=True),
    "grade": specimens.grade(),
    "check": specimens.check(),
    "errors": specimens.swell_errors(),
    "cost": specimens.cost(),
    "reproduce": specimens.reproductions(),
    "estimate": specimens.estimate(),
    "estimates": specimens.estimates(),
}
every_record = pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())


@every_record
def test_json_reads_back_the_same_record(record: Record) -> None:
    """What was written is read back as an equal record of the same class, by the base class too."""
    assert type(record).from_json(record.to_json()) == record
    assert type(Record.from_dict(json.loads(record.to_json()))) is type(record)


@every_record
def test_json_is_strict(record: Record) -> None:
    """No NaN or Infinity stands in the document, and the agreed keys come first."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    saved = json.loads(record.to_json(), parse_constant=refuse)
    assert list(saved)[:5] == ["study", "schema", "diffkit", "expression", "at"]


@given(st.floats(), st.floats(), st.none() | st.floats(), st.sampled_from(["ok", "exact", "nan", "inf"]))
@settings(deadline=None)
def test_every_float_survives(h: float, total: float, predicted: float | None, status: str) -> None:
    """Every double, nan and the infinities among them, is read back; a text "nan" stays a text."""
    sample = Sample(h=h, estimate=-h, total=total, predicted=predicted, status=status)
    read = Sample.from_dict(json.loads(json.dumps(sample.to_dict(), allow_nan=False)))
    assert read == sample
    assert read.status == status


def test_nan_equals_nan() -> None:
    """Records that hold the same nan are equal, and records that differ are not."""
    one = Sample(h=math.nan, estimate=1.0, total=math.inf)
    assert one == Sample(h=float("nan"), estimate=1.0, total=math.inf)
    assert one != Sample(h=math.nan, estimate=1.0, total=-math.inf)
    assert one != "nan"


def test_json_keys_of_compare() -> None:
    """The comparison has the keys of the interface."""
    saved = specimens.comparison().to_dict()
    assert (saved["study"], saved["schema"]) == ("compare", 1)
    assert saved["reference"] == {"digits": 30, "gradient": {"x": specimens.DERIVATIVE}, "slopes": None}
    assert list(saved["engines"][0]) == [
        *("engine", "gradient", "relative_error", "ulps", "correct_digits", "h", "evaluations", "status", "reason")
    ]
    assert saved["engines"][-1]["gradient"] == {"x": "nan"}


def test_json_keys_of_sweep() -> None:
    """The sweep has the keys of the interface."""
    saved = specimens.sweep().to_dict()
    scheme = saved["schemes"][0]
    assert {"wrt", "schemes", "verdict"} <= set(saved)
    assert set(saved["verdict"]) == {"smoothness", "text"}
    assert set(scheme) >= {
        *("scheme", "order_of_accuracy", "fitted_order", "h_predicted", "error_predicted"),
        *("h_measured_best", "error_measured_best", "samples"),
    }
    sample = scheme["samples"][0]
    assert list(sample)[:7] == [*("h", "estimate", "total", "truncation", "rounding", "predicted", "status")]
    assert set(sample) >= {"error", "cut", "abscissa", "evaluation", "arithmetic", "residue", "predicted_truncation"}


def test_tree_sizes_are_strings_in_json_and_ints_in_the_record() -> None:
    """A tree of 30,000 digits is written and read back, though str() and int() refuse it."""
    huge = dataclasses.replace(specimens.swell().forms[0], tree_size=2**100_000)
    saved = huge.to_dict()
    assert isinstance(saved["tree_size"], str)
    assert len(saved["tree_size"]) == 30_103
    assert isinstance(saved["dag_size"], int)
    assert Form.from_dict(saved) == huge
    assert Form.from_dict(saved).tree_size == 2**100_000
    assert count(2**100_000) == "9.99e30102"


def test_csv_of_a_sweep_is_unrounded() -> None:
    """One row a sample, every digit of it."""
    sweep = specimens.sweep()
    rows = list(csv.DictReader(io.StringIO(sweep.to_csv())))
    samples = [sample for scheme in sweep.schemes for sample in scheme.samples]
    assert [repr(float(row["total"])) for row in rows] == [repr(sample.total) for sample in samples]
    assert (rows[0]["scheme"], rows[-1]["predicted"]) == ("D+", "")


def test_csv_of_comparison_and_swell() -> None:
    """One row an engine with a column for every input; one row a form."""
    engines = list(csv.DictReader(io.StringIO(specimens.comparison().to_csv())))
    assert [row["engine"] for row in engines] == [e.engine for e in specimens.comparison().engines]
    assert engines[1]["d/dx"] == "4.05342794"
    forms = list(csv.DictReader(io.StringIO(specimens.swell().to_csv())))
    assert [row["tree_size"] for row in forms] == ["14", "63", "0", "63", "121"]


@every_record
def test_a_terminal_of_ascii_prints_it(record: Record) -> None:
    """Greek letters, control characters and escape sequences of the input do not reach the terminal."""
    strange = dataclasses.replace(record, expression="α = x\x1b[31m;\0 β")  # type: ignore[type-var]
    text = str(strange)
    assert text.isascii()
    assert all(c.isprintable() or c == "\n" for c in text)
    text.encode("gbk")


@every_record
def test_prose_fits_a_page(record: Record) -> None:
    """No sentence above a table is wider than a page."""
    assert max(map(len, record.prose())) <= NOTE_WIDTH


def test_terminal_table_of_the_comparison() -> None:
    """The best engine stands first; the one without a number stands last and says why."""
    lines = str(specimens.comparison()).splitlines()
    assert lines[0] == "Every engine on the derivative of exp(x)/sqrt(sin(x)^3 + cos(x)^3) at x = 1.5"
    assert lines[2] == "reference d/dx = 4.05342789389862065771418792561 (proved to 30 digits)"
    assert lines[6].split() == ["complex-step", "exact", "0", "0", "4.053427893898621", "1e-100", "1", "ok"]
    assert lines[-2].split()[0] == "peer"
    assert lines[-1] == "peer: the package peer is not installed"


def test_terminal_table_at_a_kink() -> None:
    """Status and both slopes are printed."""
    text = str(specimens.kink())
    assert "slopes along x: -1 from the left, 1 from the right" in text
    assert "status: kink (the argument of abs is 0)" in text


def test_terminal_table_of_the_sweep_names_luck() -> None:
    """The smallest measured error is called a lucky minimum, and errors are relative."""
    sweep = specimens.sweep()
    text = str(sweep)
    assert "lucky minimum" in text
    assert "best h" not in text
    assert sweep.scale() == float(specimens.DERIVATIVE)
    error = sweep.schemes[0].error_measured_best
    assert error is not None
    assert short(error / sweep.scale()) in text


def test_luck_is_named_only_where_it_can_happen() -> None:
    """The complex step has a flat floor and no lucky step; without any predicted step nothing is said of luck."""
    sweep = specimens.sweep()
    assert sweep.table().rows[-1][-2:] == ("-", "-")
    assert sweep.table().rows[0][-2] == short(sweep.schemes[0].h_measured_best)
    flat = dataclasses.replace(sweep, schemes=sweep.schemes[-1:])
    assert flat.table().notes == ()


def test_csv_of_a_sweep_has_relative_errors() -> None:
    """Relative where there is a derivative to divide by, else empty."""
    sweep = specimens.sweep()
    first = next(iter(sweep.raw()))
    assert first["relative_error"] == sweep.schemes[0].samples[0].total / float(specimens.DERIVATIVE)
    assert next(iter(dataclasses.replace(sweep, derivative="0").raw()))["relative_error"] is None


@pytest.mark.parametrize("derivative", ["0", "0.0", "nan", "", "1e999"])
def test_errors_are_absolute_without_a_derivative_to_divide_by(derivative: str) -> None:
    """A derivative of 0, or none, makes the errors absolute."""
    sweep = dataclasses.replace(specimens.sweep(), derivative=derivative)
    assert (sweep.scale(), sweep.kind()) == (1.0, "absolute")
    assert "absolute errors" in sweep.table().caption


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "the saved result has schema 2; this version reads schema 1"),
        ({"study": "<b>"}, "the saved result is of another study: '<b>'"),
        ({"study": None}, "the saved result is of another study: None"),
        ({"wrt": 1}, "the saved result is damaged: Swell.wrt is 1"),
        ({"at": {"x": "1"}}, "the saved result is damaged: Swell.at.x is '1'"),
        ({"at": {"x": True}}, "the saved result is damaged: Swell.at.x is True"),
        ({"forms": [{}]}, "the saved result is damaged: Form.form is missing"),
        ({"forms": [3]}, "the saved result is damaged: Swell.forms[0] is 3"),
    ],
)
def test_a_damaged_document_is_refused_by_name(change: dict[str, object], message: str) -> None:
    """What is wrong with a saved result is said, and where."""
    with pytest.raises(InputError) as caught:
        Swell.from_dict(specimens.swell().to_dict() | change)
    assert str(caught.value) == message


def test_a_document_of_another_study_is_refused() -> None:
    """A saved swell is no sweep."""
    with pytest.raises(InputError) as caught:
        Sweep.from_json(specimens.swell().to_json())
    assert str(caught.value) == "the saved result is of another study: 'swell'"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\0"])
def test_text_that_is_no_json_is_refused(text: str) -> None:
    """Whatever the file holds, the answer is an InputError."""
    with pytest.raises(InputError, match="the saved result is no JSON"):
        Record.from_json(text)


SCALARS = st.none() | st.booleans() | st.floats() | st.integers(-(10**400), 10**400) | st.text()


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@settings(deadline=None)
def test_any_json_gives_a_record_or_an_input_error(value: object) -> None:
    """No document gives another exception."""
    for base in (specimens.swell(), specimens.kink()):
        for key in base.to_dict():
            try:
                Record.from_dict(base.to_dict() | {key: value})
            except InputError as error:
                assert len(str(error).splitlines()) <= 3


def test_a_report_holds_its_studies() -> None:
    """The studies inside a report are documents of their own."""
    saved = specimens.report().to_dict()
    assert Comparison.from_dict(saved["comparison"]) == specimens.comparison()
    assert Report.from_dict(saved | {"sweep": None, "swell": None}).sweep is None


def test_small_formats() -> None:
    """Numbers and texts are shortened in one way everywhere."""
    assert [short(x) for x in (0.0, 1.0, 1234.5, 1e-8, -0.00012345, math.nan, -math.inf, None)] == [
        *("0", "1", "1.23e3", "1e-8", "-1.23e-4", "nan", "-inf", "-")
    ]
    assert clip("a\n b\n" + "x" * 100, 20) == "a; b; xxxxxxxxxx ..."
    assert plain("a\tb\u2192") == "a?b\\u2192"
    assert point({f"x{i}": 0.0 for i in range(9)}).count("=") == 7
    assert Table(("a", "b"), (("1e-8", "x"), ("-", "y"))).numeric() == (True, False)


def test_importing_results_loads_nothing_heavy() -> None:
    """Records are read and written without NumPy, SymPy, Matplotlib or a template engine."""
    code = "import diffkit.results, sys; print(*[m for m in %r if m in sys.modules])" % [
        *("numpy", "sympy", "mpmath", "matplotlib", "jinja2", "latex2mathml", "csv", "decimal")
    ]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
