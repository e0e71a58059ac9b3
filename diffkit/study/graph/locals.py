"""The local derivative on an edge: a number, or between arrays what the adjoint is multiplied by."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from diffkit import algebra, namespaces
from diffkit.primitives import TABLE
from diffkit.printing import line_text
from diffkit.program import Builder, Program
from diffkit.program_latex import lines_latex

SPREAD = {"sum", "broadcast_to", "reshape", "stack", "concatenate", "getitem", "astype"}  # they hand an adjoint on as it is
SHORT = 8  # nodes of a rule that can be read on an edge


class Local(NamedTuple):
    """A number, or a rule as text and in LaTeX; None and "": neither."""

    number: float | None = None
    rule: str = ""
    latex: str = ""


def of_numbers(program: Program, v: Sequence[float], k: int, i: int) -> Local:
    """The local derivative of line k by its operand i."""
    line = program.lines[k]
    return Local(namespaces.local_derivative(line.op, i, namespaces.get("math"), v[k], [v[a] for a in line.args]))


def of_arrays(program: Program, v: Sequence[Any], k: int, i: int) -> Local:
    """The same between arrays: one number where it is the same for all elements."""
    import numpy as np

    line = program.lines[k]
    if line.op not in TABLE:
        return _row(program, v, k, i)
    with namespaces.quiet():
        operands = [v[a] for a in line.args]
        slopes = np.ravel(namespaces.local_derivative(line.op, i, namespaces.get("numpy"), v[k], operands))
    if slopes.size and np.all((slopes == slopes[0]) | np.isnan(slopes) & np.isnan(slopes[0])):
        return Local(float(slopes[0]))
    text, latex = _formula(program, v, k, i)
    return Local(rule=f"* {text}", latex=rf"\odot\, {latex}") if latex else Local()


def _row(program: Program, v: Sequence[Any], k: int, i: int) -> Local:
    """dX = W^T dD and dW = dD X^T; an operation that only moves or adds up elements hands the adjoint on."""
    line = program.lines[k]
    if line.op == "matmul":
        return _factor(program, v, k, i)
    if line.op == "transpose":
        return Local(rule=".T", latex=r"\mathsf{T}")
    return Local(1.0) if line.op in SPREAD and i == 0 else Local()


def _factor(program: Program, v: Sequence[Any], k: int, i: int) -> Local:
    """What the adjoint of a product of matrices is multiplied by, from the right for the first factor."""
    args = program.lines[k].args
    text, latex = _both(program, v, args[1 - i])
    if not latex:
        return Local()
    if not all(getattr(v[a], "ndim", 0) == 1 for a in args):
        single = text.isidentifier()
        text = f"{text}.T" if single else f"({text}).T"
        latex = rf"{latex}^{{\mathsf{{T}}}}" if single else rf"\left({latex}\right)^{{\mathsf{{T}}}}"
    return Local(rule=f"@ {text}", latex=rf"\cdot\, {latex}") if i == 0 else Local(rule=f"{text} @", latex=rf"{latex}\, \cdot")


def _formula(program: Program, v: Sequence[Any], k: int, i: int) -> tuple[str, str]:
    """The derivative of one operation, written over the lines that it reads."""
    builder = Builder(share=False)
    builder.lines = list(program.lines[: k + 1])
    F = algebra.namespace(builder)
    line = program.lines[k]
    found = TABLE[line.op].partial(i, F, algebra.Var(F, k), *(algebra.Var(F, a) for a in line.args))
    names = tuple((name, j) for name, j in program.names if j <= k)
    longer = Program(tuple(builder.lines), program.inputs, (found.index,), names)
    text, latex = _both(longer, [*v[: k + 1], *[0.0] * (len(builder.lines) - k - 1)], found.index)
    if latex and builder.lines[found.index].op in {"add", "sub", "neg"}:
        return f"({text})", rf"\left({latex}\right)"
    return text, latex


def _both(program: Program, v: Sequence[Any], k: int) -> tuple[str, str]:
    """A line as others read it, as text and in LaTeX; "" and "" where that is long."""
    latex = lines_latex(program, shapes=[getattr(x, "shape", ()) for x in v], nodes=SHORT)[1][k]
    names = {j: name for name, j in program.names if program.lines[j].args}
    return (names.get(k) or line_text(program, k, names), latex) if latex else ("", "")
