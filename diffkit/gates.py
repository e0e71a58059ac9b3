"""Gates made larger or smaller: a sigmoid written out by four operations becomes one, and back.

    fuse     1/(1 + exp(-t))  ->  sigmoid(t)
    unfuse   sigmoid(t)       ->  1/(1 + exp(-t))

One fused gate needs one local derivative, s(1 - s), instead of four.  Values may change in the last digits.
"""

from collections.abc import Callable

from diffkit.errors import UsageError
from diffkit.program import Builder, Line, Program, reachable

GATES = ("sigmoid",)


def fuse(program: Program, gate: str) -> Program:
    """The Program with every written-out ``gate`` as one operation.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> print(fuse(parse("y*1/(1 + exp(-x)) + 1/(exp(-y) + 1)"), "sigmoid"))
    y*1/(1 + exp(-x)) + sigmoid(y)
    """
    _demand(gate)
    found = {k: t for k in range(len(program.lines)) if (t := _argument_of_sigmoid(program, k)) is not None}
    return _rewritten(program, lambda k, line, new, builder: builder.op(gate, new[found[k]]) if k in found else None)


def unfuse(program: Program, gate: str) -> Program:
    """The Program with every operation ``gate`` written out.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> print(unfuse(parse("sigmoid(x*y)"), "sigmoid"))
    1/(1 + exp(-(x*y)))
    """
    _demand(gate)

    def written_out(k: int, line: Line, new: dict[int, int], builder: Builder) -> int | None:
        if line.op != gate:
            return None
        one = builder.const(1.0)
        return builder.op("div", one, builder.op("add", one, builder.op("exp", builder.op("neg", new[line.args[0]]))))

    return _rewritten(program, written_out)


def _demand(gate: str) -> None:
    if gate not in GATES:
        raise UsageError(f"no gate '{gate}' can be fused", remedy=f"the gates are {', '.join(GATES)}")


def _argument_of_sigmoid(program: Program, k: int) -> int | None:
    """The line t if line k is 1/(1 + exp(-t)), the sum in either order; else None."""

    def one(a: int) -> bool:
        return program.lines[a].op == "const" and program.lines[a].value == 1.0

    def argument(a: int, op: str) -> int | None:
        return program.lines[a].args[0] if program.lines[a].op == op else None

    line = program.lines[k]
    if line.op != "div" or not one(line.args[0]) or program.lines[line.args[1]].op != "add":
        return None
    terms = program.lines[line.args[1]].args
    raised = next((argument(b, "exp") for a, b in (terms, terms[::-1]) if one(a)), None)
    return None if raised is None else argument(raised, "neg")


def _rewritten(program: Program, replace: Callable[[int, Line, dict[int, int], Builder], int | None]) -> Program:
    """The Program with some lines replaced by others of the same meaning; names of lines that are gone go with them."""
    builder = Builder()
    new: dict[int, int] = {}
    for k, line in enumerate(program.lines):
        other = replace(k, line, new, builder) if line.args else None
        new[k] = builder.line(line._replace(args=tuple(new[a] for a in line.args))) if other is None else other
    for name, k in program.names:
        builder.bind(name, new[k])
    return _pruned(builder.build(*(new[k] for k in program.outputs), inputs=program.inputs))


def _pruned(program: Program) -> Program:
    """Only the lines that the outputs need, in the order in which they stand, and their names."""
    needed = sorted(reachable(program, program.outputs)[0])
    builder = Builder()
    new: dict[int, int] = {}
    for k in needed:
        line = program.lines[k]
        new[k] = builder.line(line._replace(args=tuple(new[a] for a in line.args)))
    for name, k in program.names:
        if k in new:
            builder.bind(name, new[k])
    return builder.build(*(new[k] for k in program.outputs), inputs=program.inputs)
