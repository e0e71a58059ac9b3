"""Expression swell: sizes known from theory, the time limit, and that no process is left behind."""

import math
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from diffkit.errors import UsageError
from diffkit.language import parse
from diffkit.program import Program
from diffkit.results import Form, Swell
from diffkit.study import swell
from diffkit.tape import gradient_program

ROWS = ["f", "f' symbolic", "f' simplified", "f' cse", "f' reverse"]
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

    A node is a leaf or an operation of the table; a - b*c has 5.  Theory's trees of SymPy's derivative, 44, 166, 530 and
    1538, begin with a sign, one node more than ours.
    """
    for n, tree, cse in [(3, 44, 18), (4, 166, 33), (5, 530, 52)]:
        rows = forms(logistic(n))
        assert list(rows) == ROWS
        assert (rows["f"].tree_size, rows["f"].dag_size, rows["f"].operations) == (3 * 2**n - 5, 3 * n, 3 * n - 3)
        assert rows["f' symbolic"].tree_size == tree - 1
        assert rows["f' cse"].dag_size == cse
        assert rows["f' simplified"].tree_size < tree
        assert rows["f' reverse"].dag_size == 8 * n - 7  # what theory has for forward accumulation: value included here
        assert all(form.status == "ok" and form.reason == "" for form in rows.values())


def test_sizes_of_nested_sines() -> None:
    """sin(sin(...)): SymPy's derivative has T = (n^2 + 5n - 2)/2 and D = 3n - 1."""
    for n in (2, 5, 9):
        form = forms(f"repeat {n}: x = sin(x)", time_limit=0.5)["f' symbolic"]
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
    assert rows["f' reverse"].operations == 3 * n - 6 + 1  # the last multiplication gives the value
    one = forms(f, wrt="x0")
    assert one["f' symbolic"].operations == n - 2


def test_reverse_row_is_the_gradient_program() -> None:
    """The row f' reverse counts value and gradient as the tape writes them, exactly, however many digits the tree has."""
    f = parse("repeat 60: x = 4*x*(1 - x)")
    row = forms(f, time_limit=0.2)["f' reverse"]
    slopes = gradient_program(f)
    assert (row.tree_size, row.dag_size, row.operations) == (slopes.tree_size, slopes.dag_size, slopes.operations)
    assert row.tree_size > 2**64


def test_the_record() -> None:
    """The point stands in the record, as it was given by any structure; the record is written and read back."""
    result = swell.measure("x*y", at=(2, 3), wrt="y")
    assert (result.expression, result.at, result.wrt) == ("x*y", {"x": 2.0, "y": 3.0}, "y")
    assert Swell.from_json(result.to_json()) == result
    assert all(form.seconds is None or 0 <= form.seconds < 10 for form in result.forms)


def test_simplify_gives_up_at_the_limit() -> None:
    """What simplify does not finish in time is "gave up" with its reason; everything else is there; no process stays."""
    begun = time.monotonic()
    rows = forms(SLOW, time_limit=1.5)
    assert time.monotonic() - begun < 4
    late = rows["f' simplified"]
    assert (late.status, late.reason, late.seconds) == ("gave up", "simplify did not finish in 1.5 s", 1.5)
    assert [name for name in ROWS if rows[name].status == "ok"] == ["f", "f' symbolic", "f' cse", "f' reverse"]
    assert not multiprocessing.active_children()


def test_differentiation_gives_up_too() -> None:
    """A tree of 2^60 nodes cannot be written out: SymPy's forms give up, each saying so, the others stay exact."""
    rows = forms("repeat 60: x = 4*x*(1 - x)", time_limit=0.5)
    assert [rows[name].reason for name in ROWS[1:4]] == [
        "SymPy's diff did not finish in 0.5 s",
        "simplify did not finish in 0.5 s",
        "cse did not finish in 0.5 s",
    ]
    assert rows["f"].tree_size == 3 * 2**61 - 5


def test_what_sympy_cannot_do_is_a_reason() -> None:
    """A derivative that SymPy leaves open is named in the row."""
    row = forms("polygamma(n, x)", wrt="n")["f' symbolic"]
    assert (row.status, row.reason) == ("gave up", "SymPy's Derivative is none of our functions")


def test_a_worker_that_dies_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that ends without an answer is told at once, not waited for."""
    monkeypatch.setattr(swell, "_forms", lambda program, names: os._exit(1))
    begun = time.monotonic()
    row = forms("x^2", time_limit=30.0)["f' simplified"]
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
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_parent(number: int) -> None:
    """After Ctrl-C the worker is gone at once; if the parent is killed outright, soon after the limit."""
    status, worker = run_and_signal(number)
    assert status == -number
    deadline = time.monotonic() + (1 if number == signal.SIGINT else 2 + swell.GRACE + 2)
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


def test_the_program_may_have_been_run() -> None:
    """A Program that was evaluated before, and so keeps plans, is measured like any other."""
    f = parse("x^2 + 1")
    f(1.0)
    assert isinstance(f, Program) and forms(f)["f' symbolic"].tree_size == 3
