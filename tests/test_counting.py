"""Counting: every size against a tree that is really written out, and sizes no tree could be written out for."""

import time
import tracemalloc

import pytest
from programs import random_program

from diffkit import accumulation, limits
from diffkit.counting import counts, operations_written_out, pages, slopes_written_out
from diffkit.errors import NumberError
from diffkit.language import parse
from diffkit.program import Builder, Program, tidy
from diffkit.study import swell

TEXTS = [
    "x",
    "2",
    "-x^2",
    "(-x)^2",
    "1 - (-x)",
    "a - (b - c)*(-d)/e",
    "not (x < y) and z or x",
    "x if x < y else -y",
    "-(x + y)*z",
    "(x^y)^z^x",
    "x^-y",
    "-x, y*x, 3",
    "max(x, y, -z)*-1",
    "2*-x - -x",
    "(x < y) == (y < z)",
    "-(-x)",
    "a*b/(c*d)",
    "(x + y)*(x + y)*sin(x + y)",
    "0.1 + 1e300 - 0.125",
    "hypot(x, y)/atan2(y, x)",
]


def written_out(program: Program, k: int) -> tuple[int, int, int, int]:
    """Nodes, operations, depth and path length of the tree of one line, by recursion over all of it."""
    parts = [written_out(program, a) for a in program.lines[k].args]
    nodes, path = 1 + sum(p[0] for p in parts), sum(p[3] + p[0] for p in parts)
    return nodes, bool(parts) + sum(p[1] for p in parts), max([1 + p[2] for p in parts], default=0), path


@pytest.mark.parametrize("text", TEXTS)
def test_sizes_are_those_of_the_tree_and_of_the_text(text: str) -> None:
    """Characters are those that the formula prints, the others those of the tree that it is."""
    program = parse(text)
    found, trees = counts(program), [written_out(program, k) for k in program.outputs]
    assert (found.tree, found.path_length) == (sum(t[0] for t in trees), sum(t[3] for t in trees))
    assert found.depth == max(t[2] for t in trees)
    assert operations_written_out(program) == sum(t[1] for t in trees)
    assert found.characters == len(str(program).removeprefix("f(x, y) = "))
    assert found.dag == program.dag_size == len(set(tidy(program).lines))
    assert found.operations == program.operations


@pytest.mark.parametrize("seed", range(20))
def test_sizes_of_random_programs(seed: int) -> None:
    """The same of programs of all primitives."""
    program, _ = random_program(seed, operations=12)
    nodes, operations, depth, path = written_out(program, program.outputs[0])
    found = counts(program)
    assert (found.tree, found.depth, found.path_length) == (nodes, depth, path)
    assert operations_written_out(program) == operations


def test_equal_and_idle_lines_are_counted_once_or_not_at_all() -> None:
    """A Program may hold equal lines twice, and lines that nothing needs: neither changes a size."""
    builder = Builder(share=False)
    x = builder.input("x")
    first, second = builder.op("sin", x), builder.op("sin", x)
    builder.op("exp", first)
    found = counts(builder.build(builder.op("add", first, second)))
    assert (found.tree, found.dag, found.operations) == (5, 3, 2)


def test_sizes_of_thousands_of_digits_are_counted_at_once() -> None:
    """T = 3*2^n - 5 for n = 10,000 has 3011 digits; four sizes of that order are counted exactly, in well under a second."""
    n = 10_000
    program = parse(f"repeat {n - 1}: x = 4*x*(1 - x)")
    begun = time.perf_counter()
    found = counts(program)
    assert time.perf_counter() - begun < 1.0
    assert found.tree == 3 * 2**n - 5
    assert (found.dag, found.operations, found.depth) == (3 * n, 3 * n - 3, 2 * n - 2)
    assert found.characters > found.tree and found.pages == -(-found.characters // 3010)


def test_pages_are_begun_pages() -> None:
    """43 lines of 70 characters fill a page."""
    assert [pages(n) for n in (1, 3010, 3011)] == [1, 1, 2]


def test_numbers_are_forgotten_when_nobody_needs_them() -> None:
    """A chain of 20,000 lines has sizes of 20,000 bits, of which few are kept at a time: megabytes, not gigabytes."""
    f = parse("repeat 20000: x = sin(x)*x")
    tracemalloc.start()
    try:
        found = counts(f)
        slopes_written_out(f, ["x"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.tree == 3 * 2**20000 - 2
    assert peak < 60e6  # 40,000 lines of a few hundred bytes; all sizes together would take 150 MB


def test_what_would_fill_the_memory_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers that must be kept at once are limited, and the swell study says so in the row."""
    monkeypatch.setattr(limits, "COUNTED_BITS", 3_000)
    f = parse("repeat 100: x = sin(x)*x")
    assert counts(f).dag == 201
    with pytest.raises(NumberError, match="too large to be counted"):
        counts(accumulation.reverse(f, ["x"]))
    row = next(form for form in swell.measure(f, forms=[]).forms if form.form == "f' reverse")
    assert (row.status, row.reason) == ("gave up", "the numbers of nodes are themselves too large to be counted")
