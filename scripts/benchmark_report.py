"""How fast diffkit starts, parses, proves, sweeps and reports, as ratios within one run.

Every figure is the median of several runs, set beside its goal; whole-process figures are ratios to another process that is
timed in turn with it, so that a drifting machine drifts for both.

    python scripts/benchmark_report.py [--runs 7]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

F = "exp(x)/sqrt(sin(x)^3+cos(x)^3)"


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def process(*args: str) -> Callable[[], object]:
    """A Python process with these arguments."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # byte code is cached
    return lambda: subprocess.run([sys.executable, *args], check=True, capture_output=True, env=usual)


def ratio(ours: Callable[[], object], theirs: Callable[[], object], runs: int) -> float:
    """The median of the pairwise ratios, ours and theirs in turn, after one run of each that is not counted."""
    ours()
    theirs()
    return statistics.median(seconds(ours) / seconds(theirs) for _ in range(runs))


def median(work: Callable[[], object], runs: int) -> float:
    """The median wall time, after one run that is not counted."""
    work()
    return statistics.median(seconds(work) for _ in range(runs))


def show(what: str, found: str, goal: str, met: bool) -> None:
    """One line of the table."""
    print(f"{what:66} {found:>12}   goal {goal:>9}   {'met' if met else 'MISSED'}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How fast diffkit is, as ratios within one run.")
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    bare = process("-c", "pass")
    libraries = process("-c", "import sympy, matplotlib.figure")
    for what, ours, theirs, goal in (
        ("diffkit --help / python -c pass", process("-m", "diffkit", "--help"), bare, 8.0),
        ("import diffkit.tape / python -c pass", process("-c", "import diffkit.tape"), bare, 3.0),
    ):
        found = ratio(ours, theirs, runs)
        show(what, f"{found:.2f} x", f"{goal:g} x", found <= goal)
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "report.html")
        found = ratio(process("-m", "diffkit", "report", F, "--at", "x=1.5", "-o", out, "--force"), libraries, runs)
    show("report as HTML / python -c 'import sympy, matplotlib.figure'", f"{found:.2f} x", "6 x", found <= 6)
    inside(runs)


def inside(runs: int) -> None:
    """What is timed inside one process: the sweep, the reference, the parser."""
    from diffkit.language import parse
    from diffkit.study import sweep
    from diffkit.truth import reference

    program = parse(F)
    found = median(lambda: sweep.measure(program, 1.5, engines=[]), runs)
    what = f"sweep of 5 schemes x {len(sweep.steps(1.5))} steps, predicted, measured, split"
    show(what, f"{1e3 * found:.1f} ms", "100 ms", found <= 0.1)
    chain = parse("y = x; " + "; ".join(f"y = {op}" for op in ["sin(y)+2", "y*x", "sqrt(y)", "exp(y)/3", "y-cos(x)"] * 4))
    calls = 200
    found = median(lambda: [reference(chain, 0.7) for _ in range(calls)], runs) / calls
    show(f"reference, one partial of {chain.operations} operations, 30 digits", f"{1e6 * found:.0f} us", "100 us", found <= 1e-4)
    text = "+".join(["sin(x)*3^2/(1+x)"] * 400)
    found = median(lambda: parse(text), runs)
    show(f"parse {parse(text).tree_size:,} nodes", f"{1e3 * found:.1f} ms", "100 ms", found <= 0.1)


if __name__ == "__main__":
    main()
