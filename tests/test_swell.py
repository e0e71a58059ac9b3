"""Expression swell: sizes known from theory, the time limit, and that no process is left behind."""

import contextlib
import json
import math
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffkit import cli, figures, limits, tape
from diffkit.counting import slopes_written_out
from diffkit.document import Section
from diffkit.errors import UsageError
from diffkit.language import parse
from diffkit.program import Program
from diffkit.results import Form, Swell
from diffkit.sections import swell as sections
from diffkit.study import swell
from diffkit.study.swell import forms as sympy_forms
from diffkit.study.swell import restraint
from diffkit.tables import short
from diffkit.tape import gradient_program

SYMPY = ["f' symbolic", "f' cse", "f' horner", "f' expanded", "f' factored", "f' simplified"]
OURS = ["f' forward", "f' reverse", "f' tape", "f' emitted"]
ROWS = ["f", *SYMPY, *OURS]
SLOW = "repeat 9: x = 4*x*(1 - x)"  # simplify takes far longer than any limit below


def logistic(n: int) -> str:
    """The n-fold logistic map; n = 1 is x."""
    return f"repeat {n - 1}: x = 4*x*(1 - x)"


def forms(f: object, **options: object) -> dict[str, Form]:
    """The rows by name."""
    return {form.form: form for form in swell.measure(f, **options).forms}


def dead(pid: int) -> bool:
    """Is this process gone, or a zombie that only waits to be counted?"""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_sizes_of_the_logistic_map() -> None:
    """T(f) = 3*2^n - 5, D(f) = 3n, and the derivatives in every form.

    SymPy's own counts are those of theory, 44, 166, 530 and D = (n^2 + 11n - 8)/2; ours of the same have one sign less.
    """
    for n, tree, cse in [(3, 44, 18), (4, 166, 33), (5, 530, 52)]:
        rows = forms(logistic(n))
        assert list(rows) == ROWS
        assert (rows["f"].tree_size, rows["f"].dag_size, rows["f"].operations) == (3 * 2**n - 5, 3 * n, 3 * n - 3)
        assert (rows["f' symbolic"].native_tree, rows["f' symbolic"].native_dag) == (tree, (n * n + 11 * n - 8) // 2)
        assert rows["f' symbolic"].tree_size == tree - 1
        assert rows["f' cse"].dag_size == cse
        assert rows["f' simplified"].tree_size == rows["f' expanded"].tree_size < tree
        assert rows["f' forward"].tree_size == (6 * n - 7) * 2 ** (n - 1)
        assert rows["f' forward"].dag_size == rows["f' reverse"].dag_size == 8 * n - 8
        assert rows["f' tape"].dag_size == rows["f' emitted"].dag_size == 8 * n - 7  # value included
        assert all(form.status == "ok" and form.reason == "" for form in rows.values())


@pytest.mark.parametrize(("n", "tree"), [(6, 1538), (7, 4194), (8, 10946)])
def test_sympys_own_counts_of_the_logistic_map(n: int, tree: int) -> None:
    """T(f') and D(f') as theory has them, and count_ops as SymPy counts."""
    import sympy

    row = forms(logistic(n), forms=["f' symbolic"])["f' symbolic"]
    assert (row.native_tree, row.native_dag) == (tree, (n * n + 11 * n - 8) // 2)
    e = sympy.Symbol("x", real=True)
    for _ in range(n - 1):
        e = 4 * e * (1 - e)
    assert row.native_operations == sympy.count_ops(e.diff())


def test_derived_sizes() -> None:
    """Swell, sharing, pages and intermediate swell are quotients of the counts."""
    rows = forms(logistic(5))
    f, symbolic, simplified = rows["f"], rows["f' symbolic"], rows["f' simplified"]
    assert (f.swell_tree, symbolic.swell_tree) == ("", f"{529 / 91:.4g}")
    assert symbolic.swell_dag == f"{symbolic.dag_size / 15:.4g}"
    assert float(symbolic.sharing) == pytest.approx(529 / symbolic.dag_size, rel=1e-3)
    assert simplified.intermediate_swell == f"{529 / simplified.tree_size:.4g}"
    assert symbolic.intermediate_swell == "1" and rows["f' forward"].intermediate_swell == ""
    assert symbolic.pages == -(-symbolic.characters // 3010)


def test_sizes_of_nested_sines() -> None:
    """sin(sin(...)): SymPy's derivative has T = (n^2 + 5n - 2)/2 and D = 3n - 1."""
    for n in (2, 5, 9):
        form = forms(f"repeat {n}: x = sin(x)", forms=["f' symbolic"])["f' symbolic"]
        assert (form.tree_size, form.dag_size) == ((n * n + 5 * n - 2) // 2, 3 * n - 1)


def test_speelpenning_counts_the_whole_gradient() -> None:
    """x1*...*xn: without wrt the gradient is counted, n(n-2) multiplications written out by SymPy."""
    n = 7
    f = "*".join(f"x{i}" for i in range(n))
    result = swell.measure(f)
    rows = {form.form: form for form in result.forms}
    assert result.wrt == ", ".join(f"x{i}" for i in range(n))
    assert rows["f' symbolic"].tree_size == n * (n - 2) + n * (n - 1)  # multiplications and leaves
    assert rows["f' cse"].operations <= n * (n - 1) // 2 < n * (n - 2)
    assert rows["f' symbolic"].native_operations == n * (n - 2)
    assert rows["f' reverse"].operations == 3 * n - 6
    assert rows["f' tape"].operations == 3 * n - 6 + 1  # the last multiplication gives the value
    one = forms(f, wrt="x0")
    assert one["f' symbolic"].operations == n - 2


def test_tape_row_is_the_gradient_program() -> None:
    """The row f' tape counts value and gradient as the tape writes them, exactly, however many digits the tree has."""
    f = parse("repeat 60: x = 4*x*(1 - x)")
    rows = forms(f, time_limit=0.2)
    row, slopes = rows["f' tape"], gradient_program(f)
    assert (row.tree_size, row.dag_size, row.operations) == (slopes.tree_size, slopes.dag_size, slopes.operations)
    assert row.tree_size > 2**64


def test_emitted_row_is_the_code_of_the_tape() -> None:
    """Its characters are those of `tape.compile`; what repeats is a loop, so that it stops growing."""
    few, many = (forms(f"repeat {n}: x = 4*x*(1 - x)", forms=[])["f' emitted"] for n in (3, 5000))
    code = tape.compile("repeat 3: x = 4*x*(1 - x)", fast=False).source
    assert few.characters == len(code)
    names = [name for name in re.findall(r"[a-z]\w*", code) if name not in {"def", "return", "value_and_gradient"}]
    stored = 1 + len(re.findall(r"^ +\w+ = ", code, re.MULTILINE))  # names that are given a value, the argument one of them
    assert few.tree_size == len(names) - stored + len(re.findall(r"\b\d\.\d", code)) + few.operations
    assert few.operations == len(re.findall(r" [-+*] |\*| \+= |= -", code))
    assert many.tree_size < 100 < few.tree_size * 2 and many.operations < 30
    assert many.status == "ok" and many.characters < 500 < 2**5000


def test_a_recording_too_long_for_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row says so."""
    monkeypatch.setattr(limits, "ROWS", 3)
    row = forms("x*sin(x)", forms=[])["f' emitted"]
    assert (row.status, row.reason) == ("gave up", "so long a recording is not written as code: the tape itself answers")


def test_emitted_code_is_judged_by_the_chosen_inputs() -> None:
    """The slope by x is exact, that by y cancels; each alone has its own error."""
    errors = {}
    for name in ("x", "y"):
        record = swell.measure("x*x + (1 - cos(y))/y", wrt=name, interval=(1e-9, 2e-9), points=5, forms=[])
        rows = {form.form: form for form in record.forms}
        assert rows["f' emitted"].largest_error == rows["f' tape"].largest_error
        errors[name] = rows["f' emitted"].largest_error
    assert errors["x"] == 0 and errors["y"] > 0.1


def test_the_record() -> None:
    """The point stands in the record, as it was given by any structure; the record is written and read back."""
    result = swell.measure("x*y", at=(2, 3), wrt="y")
    assert (result.expression, result.at, result.wrt) == ("x*y", {"x": 2.0, "y": 3.0}, "y")
    assert Swell.from_json(result.to_json()) == result
    assert all(form.seconds is None or 0 <= form.seconds < 10 for form in result.forms)


def test_forms_give_up_at_the_limit() -> None:
    """What does not finish in time is "gave up" with its reason, each form for itself; everything else is there."""
    begun = time.monotonic()
    rows = forms(SLOW, time_limit=1.0)
    assert time.monotonic() - begun < 6 * (1 + restraint.GRACE) + 4
    late = rows["f' simplified"]
    assert (late.status, late.reason, late.seconds) == ("gave up", "simplify did not finish in 1 s", 1.0)
    assert [name for name in ROWS if rows[name].status == "ok"] == ["f", "f' symbolic", "f' cse", *OURS]
    assert not multiprocessing.active_children()


def test_a_form_that_cannot_be_interrupted_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the limit cannot interrupt SymPy the process is ended and another one writes the other forms."""
    monkeypatch.setattr(sympy_forms, "deadline", lambda seconds: contextlib.nullcontext())
    rows = forms(SLOW, time_limit=1.0, forms=["f' symbolic", "f' horner", "f' cse", "f' simplified"])
    assert [rows[name].status for name in ("f' symbolic", "f' cse", "f' horner", "f' simplified")] == ["ok"] * 2 + ["gave up"] * 2
    assert rows["f' horner"].reason == "horner did not finish in 1 s"
    assert not multiprocessing.active_children()


def test_what_is_too_large_is_not_begun() -> None:
    """A tree of 2^60 nodes is not written out: the rows say how many nodes there would be, the others stay exact."""
    begun = time.monotonic()
    rows = forms("repeat 60: x = 4*x*(1 - x)")
    assert time.monotonic() - begun < 5
    assert {rows[name].status for name in SYMPY} == {"too large"}
    estimate = float(rows["f' cse"].reason.removeprefix("SymPy's diff would need about ").removesuffix(" nodes, by estimate"))
    assert 1 < estimate / (sympy_tree(60)) < 1.5
    assert rows["f"].tree_size == 3 * 2**61 - 5
    assert rows["f' forward"].dag_size == 8 * 61 - 8


def sympy_tree(n: int) -> int:
    """T(f') of the n-fold logistic map by SymPy: it holds 4*4*...*x*(1 - x)... as one product of n + 2 factors."""
    return (5 * n * n + 15 * n - 8) * 2 ** (n - 2) + 1


def test_the_estimate_follows_sympy_however_large() -> None:
    """No formula is refused for fewer nodes than a smaller one of the family really has."""
    for n in (2, 5, 9, 11):
        text = f"repeat {n}: x = 4*x*(1 - x)"
        assert forms(text, forms=["f' symbolic"])["f' symbolic"].tree_size == sympy_tree(n)
        assert 1 < slopes_written_out(parse(text), ["x"]) / sympy_tree(n) < 1.5


def test_the_estimate_is_about_what_sympy_needs() -> None:
    """The estimate is within a factor of 3 of SymPy's own tree, on chains, products, sums and quotients."""
    many = "*".join(f"x{i}" for i in range(9))
    texts = (logistic(7), logistic(9), "repeat 40: x = sin(x)", "repeat 6: x = sin(x)*x", many, "repeat 5: x = x/(1 + x^2)")
    texts += tuple(f"repeat 6: x = {step}" for step in ("exp(x)/(1 + x*x)", "x^3 + x", "sqrt(x + 1/x)", "exp(-x)*cos(x)", "x^x"))
    for f in (*texts, "+".join(f"sin(x{i})" for i in range(50))):
        symbolic = forms(f, forms=["f' symbolic"])["f' symbolic"]
        assert 1 / 3 < slopes_written_out(parse(f), parse(f).inputs) / symbolic.native_tree < 3, f


def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that needs more memory than it may have says so."""

    def greedy(self: object, name: str) -> list[object]:
        if name == "f' horner":
            bytearray(2**40)
        return self.slopes  # type: ignore[attr-defined]

    monkeypatch.setattr(sympy_forms.SympyForms, "transformed", greedy)
    rows = forms("x^2", forms=["f' symbolic", "f' horner"])
    assert rows["f' symbolic"].status == "ok"
    assert (rows["f' horner"].status, rows["f' horner"].reason) == ("gave up", "horner needs more than 1.5 GiB")
    assert limits.SYMPY_MEMORY < 2 * 2**30


def test_what_sympy_cannot_do_is_a_reason() -> None:
    """A derivative that SymPy leaves open is named in the row."""
    row = forms("polygamma(n, x)", wrt="n")["f' symbolic"]
    assert (row.status, row.reason) == ("gave up", "SymPy's Derivative is none of our functions")


def test_horner_needs_a_polynomial() -> None:
    """It fails on x*sin(x), whose x stands inside and outside of the sine, and is tried again at the next n."""
    record = swell.measure("x^n*sin(x)", n="1:2", forms=["f' horner"])
    rows = [form for form in record.forms if form.form == "f' horner"]
    assert [(form.n, form.status) for form in rows] == [(1, "failed"), (2, "failed")]
    assert rows[0].reason == "horner needs a polynomial, also in sines and the like taken as names"


def test_a_worker_that_dies_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that ends without an answer is told at once, not waited for."""
    monkeypatch.setattr(sympy_forms, "_forms", lambda *arguments: os._exit(1))
    begun = time.monotonic()
    row = forms("x^2", time_limit=30.0, forms=["f' simplified"])["f' simplified"]
    assert (row.status, row.reason) == ("gave up", "simplify ended without an answer")
    assert time.monotonic() - begun < 5


def test_no_process_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process may be started the rows say so."""

    def refuse(self: object) -> None:
        raise AssertionError("daemonic processes are not allowed to have children")

    monkeypatch.setattr(multiprocessing.get_context("fork").Process, "start", refuse)
    rows = forms("x^2")
    assert rows["f' symbolic"].reason == "SymPy's diff got no process to run in"
    assert rows["f' reverse"].status == "ok"


def test_begin_runs_beside_other_work() -> None:
    """The worker computes between begin and finish; starting it costs little; finish after the limit still has its results."""
    import sympy  # noqa: F401  # which takes its time once

    begun = time.monotonic()
    with swell.begin("exp(x)*sin(x)", time_limit=1.0) as pending:
        assert time.monotonic() - begun < 0.5
        time.sleep(1.5)
        waited = time.monotonic()
        rows = {form.form: form for form in pending.finish().forms}
        assert time.monotonic() - waited < 0.5
    assert {form.status for form in rows.values()} == {"ok"}


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_no_process_is_left_behind_by_an_exception(failure: type[BaseException]) -> None:
    """An exception between begin and finish ends the worker, with a context manager or without."""
    with pytest.raises(failure), swell.begin(SLOW, time_limit=60.0) as pending:
        raise failure
    assert dead(pending.worker.process.pid)

    def forgotten() -> int:
        return int(swell.begin(SLOW, time_limit=60.0).worker.process.pid or 0)

    assert dead(forgotten())
    assert not multiprocessing.active_children()


def run_and_signal(number: int) -> tuple[int, int]:
    """Measure in a fresh Python, send it a signal while simplify runs: its exit status and the worker's pid."""
    code = (
        "import time; from diffkit.study import swell\n"
        f"p = swell.begin({SLOW!r}, time_limit=2.0); print(p.worker.process.pid, flush=True); p.finish(); time.sleep(9)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        worker = int(child.stdout.readline())
        time.sleep(0.3)
        child.send_signal(number)
        child.wait(10)
    return child.returncode, worker


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_its_parent(number: int) -> None:
    """However the parent ends, by Ctrl-C, by SIGTERM or killed outright, the worker is gone at once."""
    status, worker = run_and_signal(number)
    assert status == -number
    deadline = time.monotonic() + 1
    while not dead(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert dead(worker)


@pytest.mark.parametrize(
    ("f", "wrt", "message"),
    [
        ("x*y", "z", "the function has no input 'z'\n    its inputs are x, y"),
        ("x*y", "x,q", "the function has no input 'q'\n    its inputs are x, y"),
        ("x, y", None, "swell needs one output, the function has 2"),
    ],
)
def test_errors_of_usage(f: str, wrt: str | None, message: str) -> None:
    """An input that f lacks and a second output are refused before any process starts."""
    with pytest.raises(UsageError) as caught:
        swell.measure(f, wrt=wrt)
    assert str(caught.value) == message


def test_several_inputs_by_name() -> None:
    """Some of the inputs may be chosen, in a text or a sequence."""
    assert swell.measure("x*y*z", wrt="x, z").wrt == swell.measure("x*y*z", wrt=("x", "z")).wrt == "x, z"


def test_a_constant_has_no_derivative_rows() -> None:
    """Without inputs there is only f."""
    assert [form.form for form in swell.measure("2 + 3").forms] == ["f"]


def test_a_limit_of_infinity_is_a_day() -> None:
    """No limit is too long to be waited for."""
    assert forms("x^2", time_limit=math.inf)["f' simplified"].status == "ok"


# --- families, orders, accuracy ----------------------------------------------------------------------------------------------
def test_a_family_has_its_n_in_every_row() -> None:
    """Every form at every n; what gave up once is not tried again, and says why."""
    record = swell.measure("l = x; repeat n: l = 4*l*(1 - l)", n="1:9:4", time_limit=1.0)
    assert [form.n for form in record.forms] == [n for n in (1, 5, 9) for _ in ROWS]
    assert [form.form for form in record.forms] == ROWS * 3
    assert record.expression == "l = x; repeat n: l = 4*l*(1 - l)" and record.wrt == "x"
    assert [form.native_tree for form in record.forms if (form.n, form.form) == (5, "f' symbolic")] == [1538]
    last = {form.form: form for form in record.forms if form.n == 9}
    assert last["f' simplified"].reason.endswith("simplify did not finish in 1 s")
    again = swell.measure("l = x; repeat n: l = 4*l*(1 - l)", n=[9, 10], time_limit=1.0, forms=["f' symbolic", "f' factored"])
    (skipped,) = (form for form in again.forms if (form.n, form.form) == (10, "f' factored"))
    assert (skipped.status, skipped.reason) == ("not tried", "at n = 9 factor did not finish in 1 s")
    assert not any("not tried" in note or "at n = 9" in note for note in again.table().notes)
    assert not multiprocessing.active_children()


def test_iterated_functions_and_callables() -> None:
    """--repeat applies f to itself; a callable takes n or returns the function of n."""
    repeated = swell.measure("4*x*(1 - x)", repeat="2:3", forms=[])
    assert [form.tree_size for form in repeated.forms if form.form == "f"] == [19, 43]
    called = swell.measure(lambda x, n: x**n, at=2.0, n=[2, 3], forms=[])
    assert [form.form for form in called.forms if form.n == 3] == ["f", *OURS]
    named = swell.measure("product", n=[3], forms=[])
    assert named.wrt == "x1, x2, x3" and named.definition == "x1*x2*...*xn"


def test_higher_orders_and_their_cheap_rival() -> None:
    """SymPy's, the graph's and Taylor's derivatives, order by order; Taylor's grows least."""
    record = swell.measure("exp(x)/sqrt(sin(x)^3 + cos(x)^3)", order="1:4", forms=["f' symbolic"])
    assert record.parameter == "order" and [form.form for form in record.forms[:5]] == [
        "f",
        "f' symbolic",
        "f' forward",
        "f' reverse",
        "f' Taylor",
    ]
    operations = {name: [form.operations for form in record.of(name)] for name in ("f' forward", "f' reverse", "f' Taylor")}
    assert operations["f' Taylor"][-1] < operations["f' forward"][-1] < operations["f' reverse"][-1]
    assert "order by order" in record.headline()[0]


def test_simplify_shrinks_the_formula_and_ruins_it() -> None:
    """Largest relative errors on 200 points of (0.01, 0.99), within a factor 3 of theory: 2e-9, 3e-4, 5e+7 for n = 4, 5, 6."""
    wanted = {4: 2e-9, 5: 3e-4, 6: 5e7}
    record = swell.measure(
        "logistic", n=tuple(wanted), interval=(0.01, 0.99), time_limit=60, forms=["f' symbolic", "f' cse", "f' simplified"]
    )
    for n, error in wanted.items():
        rows = {form.form: form for form in record.forms if form.n == n}
        assert error / 3 < rows["f' simplified"].largest_error < 3 * error
        assert rows["f' simplified"].tree_size < rows["f' symbolic"].tree_size
        for name in ("f' symbolic", "f' cse", *OURS):
            assert rows[name].largest_error <= 2e-12
            assert 0 < rows[name].median_error < 1e-14
            assert rows[name].points == 200 and rows[name].evaluation_seconds > 0
    assert rows["f"].largest_error is None
    assert Swell.from_json(record.to_json()) == record
    said = "".join(block.text for block in section(record).blocks if hasattr(block, "text"))
    (median,) = (f.median_error for f in record.of("f' simplified") if f.n == 6)
    assert f"up to 4.5e7; at half of the points the error is {short(median, 2)} or more" in said and median < 4.5e7


def section(record: Swell) -> Section:
    """What the report says of the accuracy."""
    return sections.accuracy(record)


def test_errors_are_those_of_the_form() -> None:
    """A gradient's error is its worst component's; a form that is never finite has the error inf."""
    record = swell.measure("exp(x*y)*1e308*10", interval=(0.5, 1.0), points=5, forms=[])
    assert {form.largest_error for form in record.forms if form.form != "f"} == {math.inf}
    record = swell.measure("x*y", interval=(0.5, 1.0), points=7, forms=[])
    assert {form.largest_error for form in record.forms if form.form != "f"} == {0.0}


def test_points_at_a_kink_or_of_slope_0_are_left_out() -> None:
    """floor has slope 0 everywhere: no error is relative to that."""
    record = swell.measure("floor(x)", interval=(0.0, 9.0), points=5, forms=[])
    assert {form.largest_error for form in record.forms} == {None}
    assert record.notes() == ("There are no errors: at no point of (0, 9) was a derivative other than 0 proved.",)
    assert list(figures.pictures(record)) == ["swell"]


def test_points_without_a_reference_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Half of the interval lies outside the domain of the square root: the note says at how many points errors were measured."""
    record = swell.measure("sqrt(x)", interval=(-1.0, 1.0), points=50, forms=[])
    (known,) = {form.points for form in record.forms if form.form != "f"}
    assert 0 < known < 50 and f"over {known} of 50 points of (-1, 1)" in record.notes()[0]
    assert Swell.from_json(record.to_json()) == record


def test_a_formula_too_long_to_be_timed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row is ok, has errors, no time, and the reason."""
    monkeypatch.setattr(limits, "COMPILED", 20)
    record = swell.measure(logistic(4), interval=(0.1, 0.9), points=3, forms=["f' symbolic"])
    row = record.of("f' symbolic")[0]
    assert row.evaluation_seconds is None and row.largest_error is not None
    assert row.reason == "not timed, as a formula of more than 20 nodes is not compiled as it is written"
    assert any(row.reason in note for note in record.notes())


def test_higher_orders_end() -> None:
    """A derivative that doubles with every order is differentiated no further, in any form, and not tried again."""
    begun = time.monotonic()
    record = swell.measure("x*sin(1/x)", order=[1, 15, 16], forms=[])
    assert time.monotonic() - begun < 30
    status = {(form.form, form.n): form.status for form in record.forms}
    assert status["f' reverse", 15] == "gave up" and status["f' reverse", 16] == "not tried"
    assert status["f' forward", 16] == status["f' Taylor", 16] == "ok"


def test_the_same_reason_stands_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms that are missing for the same reason share a note, at the first and the last n."""
    monkeypatch.setattr(limits, "SYMPY_NODES", 100)
    notes = swell.measure("l = x; repeat n: l = 4*l*(1 - l)", n="3:9").notes()
    assert len(notes) == 2
    assert notes[0].startswith("f' symbolic, f' cse, f' horner, f' expanded, f' factored, f' simplified, n = 3: SymPy's diff")
    assert ", n = 9: " in notes[1]


def test_many_inputs_have_fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of points is that of the derivatives that are proved, by the number of inputs; the rows say it."""
    monkeypatch.setattr(limits, "REFERENCES", 12)
    record = swell.measure("x*y*z", interval=(0.5, 1.0), forms=[])
    assert {form.points for form in record.forms} == {None, 4}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": "1:2", "order": "1:2"}, "n, repeat and order are measured one at a time"),
        ({"interval": (1.0, 0.0)}, "(1, 0) is no interval\n    give two numbers, the lower first, as in 0.01:0.99"),
        ({"interval": (0.0, 1.0), "points": 0}, "errors are measured at 1 point or more, not 0"),
        ({"n": "1:2"}, "there is no n in 'x*y'"),
        ({"order": "0:2"}, "orders of derivatives begin with 1, not 0"),
        ({"order": "2"}, "a derivative of higher order is by one input\n    name it: wrt is one of x, y"),
        ({"repeat": "2"}, "only a function of one input and one output can be applied to its own result"),
    ],
)
def test_errors_of_what_is_asked(options: dict[str, object], message: str) -> None:
    """Each says what to give instead."""
    with pytest.raises(UsageError) as caught:
        swell.measure("x*y", forms=[], **options)
    assert str(caught.value).startswith(message)


# --- the command line --------------------------------------------------------------------------------------------------------
def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Families, repeated functions, orders and accuracy from the command line."""
    base = ["swell", "--json", "--forms", "symbolic"]
    assert cli.run([*base, "l = x; repeat n: l = 4*l*(1-l)", "--n", "1:3", "--interval", "1/100:0.99", "--points", "9"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["n"] for row in document["forms"]] == [n for n in (1, 2, 3) for _ in range(6)]
    rows = {(row["form"], row["n"]): row for row in document["forms"]}
    assert rows["f' symbolic", 2]["native_tree"] == "44" and rows["f' tape", 3]["points"] == 9
    assert document["interval"] == [0.01, 0.99]
    assert cli.run([*base, "-x*(1 + x)", "--repeat", "2"]) == 0
    assert cli.run([*base, "sin(x)*x", "--order", "1:2", "--wrt", "x"]) == 0
    assert json.loads(capsys.readouterr().out.split("\n}\n")[1] + "}")["parameter"] == "order"


def test_the_command_with_a_python_function(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """FILE.py:function with a parameter n is recorded for every n."""
    (tmp_path / "f.py").write_text("def power(x, n):\n    return x**n\n")
    where = f"{tmp_path / 'f.py'}:power"
    assert cli.run(["swell", "--json", "--forms", "cse", where, "--n", "2,3", "--at", "x=2"]) == 0
    assert {row["n"] for row in json.loads(capsys.readouterr().out)["forms"]} == {2, 3}
    assert cli.run(["swell", where, "--n", "2,3"]) == 2
    assert capsys.readouterr().err.splitlines()[1].strip() == "give it with at=, or --at x=1"


def test_an_error_of_the_users_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What a function with n raises is its own error, not a bug of diffkit."""
    (tmp_path / "f.py").write_text("def bad(x, n):\n    raise ValueError('boom')\n\ndef item(x, n):\n    return x[n]\n")
    for command in ("swell", "cost"):
        for name, said in (("bad", "ValueError: boom"), ("item", "TypeError")):
            assert cli.run([command, f"{tmp_path / 'f.py'}:{name}", "--n", "1:2", "--at", "x=2"]) == 3
            assert capsys.readouterr().err.startswith(f"diffkit: '{name}' in '{tmp_path / 'f.py'}' fails: {said}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x^2", "--n", "1:3"], "there is no n in 'x^2'"),
        (["x^n", "--n", "3:1"], "'3:1' are no rising list"),
        (["x^2", "--interval", "1"], "cannot read the interval '1'"),
        (["x^2", "--interval", "nan:1"], "the value of 'nan' in --interval is not finite"),
        (["x^2", "--forms", "tidy"], "SymPy has no form 'tidy'"),
        (["x^2", "--order", "2", "--repeat", "2"], "one at a time"),
    ],
)
def test_slips_at_the_command_line(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    """Status 2, at most three lines."""
    assert cli.run(["swell", *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") <= 3


def test_the_program_may_have_been_run() -> None:
    """A Program that was evaluated before, and so keeps plans, is measured like any other."""
    f = parse("x^2 + 1")
    f(1.0)
    assert isinstance(f, Program) and forms(f)["f' symbolic"].tree_size == 3


def test_derivatives_are_named_by_their_order() -> None:
    """The second derivative is no f'; the JSON keeps the names of the forms."""
    record = swell.measure("sin(x)*exp(x)", order="1:4", forms=[])
    names = [row[0] for row in record.table().rows if "Taylor" in row[0]]
    assert names == ["f' Taylor", "f'' Taylor", "f''' Taylor", "f^(4) Taylor"]
    assert {form.form for form in record.forms if "Taylor" in form.form} == {"f' Taylor"}


def test_every_count_is_shown() -> None:
    """What the first table leaves out stands in the second: sharing, path length, characters, swells, SymPy's own."""
    record = swell.measure(logistic(4), forms=["f' symbolic"])
    row = record.of("f' symbolic")[0]
    (shown,) = (cells for cells in record.details().rows if cells[0] == "f' symbolic")
    counted = (row.path_length, row.characters, row.native_tree, row.native_dag, row.native_operations)
    assert shown[1:] == (row.sharing, *map(str, counted[:2]), row.swell_dag, row.intermediate_swell, *map(str, counted[2:]))
    assert [section.heading for section in sections.build(record)][-1] == "What is counted"
