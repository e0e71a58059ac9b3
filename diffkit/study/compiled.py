"""A Program as a Python function: one statement a line, so that every form of a derivative is timed on equal terms.

The emitter of `tape.compile` cannot serve here: it writes one output together with its reverse sweep, names what it finds
twice, and leaves poles to the tape.  A form has as many outputs as there are inputs, is wanted alone, and a formula as often
as it is written; all of it has to follow IEEE 754.

No text of a user reaches the compiler: statements hold numbered names, and the functions and constants are handed over as
values.
"""

from collections.abc import Callable, Sequence
from typing import Any

from diffkit import namespaces
from diffkit.program import Line, Program

OPERATORS = {"add": "v{} + v{}", "sub": "v{} - v{}", "mul": "v{} * v{}", "neg": "-v{}"}


def source(program: Program) -> str:
    """The Python of a function of the inputs in order, which returns the tuple of the outputs; every line is computed.

    Examples
    --------
    >>> from diffkit import parse
    >>> print(source(parse("x*sin(x) + 2")))
    def f(x0):
        v0 = x0
        v1 = sin(v0)
        v2 = v0 * v1
        v3 = c3
        v4 = v2 + v3
        return (v4,)
    """
    place = {name: i for i, name in enumerate(program.inputs)}
    body = [f"    v{k} = {_statement(k, line, place)}" for k, line in enumerate(program.lines)]
    arguments = ", ".join(f"x{i}" for i in range(len(place)))
    return "\n".join([f"def f({arguments}):", *body, f"    return ({''.join(f'v{k},' for k in program.outputs)})"])


def _statement(k: int, line: Line, place: dict[str, int]) -> str:
    if line.op == "input":
        return f"x{place[line.text]}"
    if line.op == "const":
        return f"c{k}"
    if line.op in OPERATORS:
        return OPERATORS[line.op].format(*line.args)
    return f"{_name(line.op)}({', '.join(f'v{a}' for a in line.args)})"


def _name(op: str) -> str:
    return f"{op}_" if op in {"and", "or", "not"} else op


def compiled(program: Program) -> Callable[..., tuple[float, ...]]:
    """The function on floats; it never raises, log(-1) is nan.

    Examples
    --------
    >>> from diffkit import parse
    >>> compiled(parse("x*y + 1, x/y"))(6.0, 3.0)
    (19.0, 2.0)
    """
    F = namespaces.get("math")
    known: dict[str, Any] = {f"c{k}": line.value for k, line in enumerate(program.lines) if line.op == "const"}
    known |= {_name(op): getattr(F, op) for op in {line.op for line in program.lines if line.args}}
    exec(compile(source(program), "<a Program>", "exec"), known)
    function: Callable[..., tuple[float, ...]] = known["f"]
    return function


def written_out(program: Program) -> Program:
    """The same with nothing shared: a line for every node of the tree, inputs excepted."""
    lines: list[Line] = []

    def copies(k: int) -> int:
        """Write line k and all below it anew, without recursion; where it went."""
        stack: list[tuple[int, list[int]]] = [(k, [])]
        while True:
            at, done = stack[-1]
            line = program.lines[at]
            if len(done) < len(line.args):
                stack.append((line.args[len(done)], []))
                continue
            stack.pop()
            lines.append(line._replace(args=tuple(done)))
            if not stack:
                return len(lines) - 1
            stack[-1][1].append(len(lines) - 1)

    roots = tuple(map(copies, program.outputs))
    return Program(tuple(lines), program.inputs, roots)


def seconds_a_call(
    function: Callable[..., Any], points: Sequence[Sequence[Any]] = ((),), least: float = 0.01, rounds: int = 3
) -> float:
    """The seconds that one call takes: the fastest of some rounds over the points, each of at least so many seconds."""
    from time import perf_counter

    times, best = 1, float("inf")
    for _ in range(rounds):
        while True:
            begun = perf_counter()
            for _ in range(times):
                for point in points:
                    function(*point)
            spent = perf_counter() - begun
            if spent >= least:
                break
            times *= 2
        best = min(best, spent / (times * len(points)))
    return best
