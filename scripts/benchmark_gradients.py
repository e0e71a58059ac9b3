"""Value and gradient, by diffkit and its peers: medians of one run on one thread, every answer checked in the same run.

    python scripts/benchmark_gradients.py [--runs 7] [--only TEXT] [-o reports/benchmark_gradients.md]

Peers are used where they are installed (pip install "diffkit[benchmark]").
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gradient_peers import PARTICIPANTS, AbsentError, bare
from gradient_problems import Problem, problems

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1") | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
}
SAMPLE = 0.02  # seconds that one timing should take
LIBRARIES = ("numpy", "numba", "autograd", "torch", "jax", "casadi", "micrograd", "sympy")
AGREE = 1e-9  # relative to the largest component: all are the same arithmetic in another order

GOALS = (  # what, who, against whom, the largest ratio on numbers and on arrays
    ("eager faster than autograd", "diffkit eager", "autograd", 1.0, 1.0),
    ("eager faster than PyTorch", "diffkit eager", "PyTorch", 1.0, 1.0),
    ("compiled against f", "diffkit compiled", "f", 4.0, 3.0),
    ("fast faster than JAX", "diffkit + fast", "JAX jit", 1.0, 1.0),
    ("fast faster than CasADi", "diffkit + fast", "CasADi", 1.0, 1.0),
    ("fast near the limit", "diffkit + fast", "by hand", 1.5, 1.5),
)

WHY = {  # what is known of goals that are missed, in this or another run
    ("eager faster than autograd", "chain of 30 on 10^6"): "both keep 200 MB of results: fresh memory is a third of the time",
    (
        "eager faster than PyTorch",
        "Gaussian mixture",
    ): "60 operations on 10^4 elements: 2 us of Python for each, PyTorch's are in C++",
    ("compiled against f", "product loop 10^3"): "one multiplication a step against three and a store; lists to arrays and back",
    ("fast faster than JAX", "Rosenbrock 10^2"): "17 NumPy calls of 0.3 us or more on 99 elements, where XLA runs one loop",
    ("fast faster than JAX", "Rosenbrock 10^4"): "each of 17 NumPy calls goes through 80 kB, where XLA runs one loop",
    (
        "fast faster than JAX",
        "perceptron 64",
    ): "12 us of it to see whether the data that f reads have changed, which JAX does not look at",
    ("fast faster than JAX", "perceptron 256"): "two products of 256x256 matrices are most of it: NumPy's BLAS against JAX's",
    ("fast faster than JAX", "Gaussian mixture"): "58 statements, most of them NumPy calls on at most 10^4 elements",
    ("fast faster than JAX", "log-sum-exp 10^5"): "three passes; the largest element's own slope is not known to cancel",
    ("fast near the limit", "tiny expression"): "0.1 us for the way in and out of Python",
    ("fast near the limit", "Rosenbrock loop 10^2"): "0.3 us for the way in and out of Python; forward and reverse loop are two",
    ("fast near the limit", "Rosenbrock loop 10^4"): "forward and reverse loop are two where a hand writes one",
}


class Timed(NamedTuple):
    """One participant on one problem: seconds a call in every round, seconds until the first answer; or why it is absent."""

    samples: tuple[float, ...]
    first: float
    absent: str = ""

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(self.samples)


def sample(call: Callable[[], Any], count: int) -> float:
    """Seconds a call, of so many in a row, without searches for garbage that others have left."""
    gc.disable()
    begun = time.perf_counter()
    for _ in range(count):
        call()
    taken = time.perf_counter() - begun
    gc.enable()
    return taken / count


def enough(call: Callable[[], Any]) -> int:
    """How many calls take the time of a sample."""
    count = 1
    while (taken := sample(call, count) * count) < SAMPLE / 2:
        count *= 2 if taken > SAMPLE / 20 else 10
    return count


def flat(slopes: Any) -> Any:
    """All components in a row."""
    return np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in slopes])


def wrong(found: Any, wanted: Any) -> str:
    """What is wrong with an answer; nothing if it agrees."""
    ours, theirs = flat(found[1]), flat(wanted[1])
    if ours.shape != theirs.shape:
        return f"{ours.size} slopes for {theirs.size}"
    off = np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs))
    off = max(off, abs(float(found[0]) - float(wanted[0])) / abs(float(wanted[0])))
    return "" if off <= AGREE else f"off by {off:.0e}"


def prepared(problem: Problem, wanted: Any) -> tuple[dict[str, Callable[[], Any]], dict[str, Timed]]:
    """The calls of all who can take part and agree, and what their first answer took; why others are absent."""
    calls: dict[str, Callable[[], Any]] = {}
    notes: dict[str, Timed] = {}
    for name, make in PARTICIPANTS.items():
        begun = time.perf_counter()
        try:
            call = make(problem)
            fault = wrong(call(), wanted)
        except AbsentError as reason:
            fault = str(reason)
        except RecursionError:
            fault = "recursion too deep"
        except Exception as error:  # what a peer cannot do is a finding, not an end
            fault = f"fails: {type(error).__name__}"
            print(f"  {name} on {problem.name}: {error!s:.120}", file=sys.stderr)
        notes[name] = Timed((), time.perf_counter() - begun, fault)
        if not fault:
            calls[name] = call
    return calls, notes


def measured(problem: Problem, runs: int) -> dict[str, Timed]:
    """All participants in turn, so often that a drifting machine drifts for all; medians."""
    from diffkit import tape

    wanted = tape.value_and_gradient(problem.f(np), problem.at)
    calls, notes = prepared(problem, wanted)
    calls, notes = {"f": bare(problem), **calls}, {"f": Timed((), 0.0), **notes}
    counts = {name: enough(call) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(runs):
        for name, call in calls.items():
            samples[name].append(sample(call, counts[name]))
    return {name: note._replace(samples=tuple(samples.get(name, ()))) for name, note in notes.items()}


# --- the report ----------------------------------------------------------------------------------------------------------
def duration(seconds: float) -> str:
    """A time with three digits and its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(results: dict[str, dict[str, Timed]], cell: Callable[[Timed], str], names: list[str]) -> list[str]:
    """A table of problems and participants."""
    lines = ["| problem | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for problem, row in results.items():
        lines.append(f"| {problem} | " + " | ".join(row[name].absent or cell(row[name]) for name in names) + " |")
    return lines


def goals(results: dict[str, dict[str, Timed]], numbers: set[str]) -> list[str]:
    """Every goal, problem by problem: met, or missed by how much."""
    lines = ["| goal | problem | ratio | limit | |", "|---|---|---:|---:|---|"]
    for goal, ours, others, on_numbers, on_arrays in GOALS:
        for problem, row in results.items():
            if not (row[ours].absent or row[others].absent):
                ratio = statistics.median(a / b for a, b in zip(row[ours].samples, row[others].samples))
                bound = on_numbers if problem in numbers else on_arrays
                lines.append(
                    f"| {goal} | {problem} | {ratio:.2f} | {bound} | {verdict(ratio, bound, WHY.get((goal, problem), ''))} |"
                )
    return lines


def verdict(ratio: float, limit: float, why: str) -> str:
    """Met, or by what factor it is missed, and why."""
    excess = 100 * (ratio / limit - 1)
    return "met" if ratio <= limit else f"MISSED by {excess:.{0 if excess >= 10 else 1}f} %" + (f": {why}" if why else "")


def machine() -> str:
    """What it was measured on."""
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    model = next((line.split(":")[1].strip() for line in _cpu() if line.startswith("model name")), platform.processor())
    load = f"load average {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""
    return f"{model}, one thread, {load}; Python {platform.python_version()}; {', '.join(found)}."


def _cpu() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def report(results: dict[str, dict[str, Timed]], numbers: set[str], runs: int) -> str:
    """The whole report, as Markdown."""
    names = ["f", *PARTICIPANTS]
    met = goals(results, numbers)[2:]
    missed = sum("MISSED" in line for line in met)
    return "\n".join(
        [
            "# Value and gradient: diffkit and its peers",
            "",
            f"{len(met) - missed} of {len(met)} goals are met. Medians of {runs} timings, all participants in turn. All answers",
            f"were compared with diffkit's eager tape in the same run and agree to {AGREE:.0e} of the largest component.",
            machine(),
            "",
            "## Time of one call",
            "f is the function alone, in plain Python (problems on numbers) or NumPy (problems on arrays).",
            "",
            *table(results, lambda t: duration(t.seconds), names),
            "",
            "## Time until the first answer",
            "",
            *table(results, lambda t: duration(t.first), list(PARTICIPANTS)),
            "",
            "## Goals",
            "A ratio is the median over the rounds of the ratio within a round, so that a machine that is busy is so for both.",
            "",
            *goals(results, numbers),
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write the report if it was asked for."""
    parser = argparse.ArgumentParser(description="Value and gradient: diffkit and its peers.")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", default="", help="only problems whose name holds this text")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    if not ONE_THREAD.items() <= os.environ.items():  # which libraries read when they are loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    chosen = [problem for problem in problems() if options.only in problem.name]
    results = {}
    for problem in chosen:
        print(f"{problem.name} ...", file=sys.stderr, flush=True)
        results[problem.name] = measured(problem, options.runs)
    text = report(results, {problem.name for problem in chosen if problem.numbers}, options.runs)
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
        print(f"wrote {options.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
