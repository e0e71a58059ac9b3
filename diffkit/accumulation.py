"""Differentiation on the graph: the sweeps write the derivative of a Program as a Program, every shared part once.

Nothing is simplified but by the identities that `algebra` lists, so the sizes of what is written can be proved.  For the
logistic map l_1 = x, l_(k+1) = (4 l_k)(1 - l_k), by forward accumulation,

    l_k has      T = 3 2^k - 5 nodes as a tree, because l_1 has 1 and l_(k+1) has 2 T + 5; D = 3k as a graph;
    l_(k+1)' is  (1 - l_k) (4 l_k') + (4 l_k) (-l_k'), of 2 T(l_k') + 2 T(l_k) + 10 nodes, and l_2' = (1 - x) 4 + (-(4 x)) has 10,
    so that      T(l_n') = (6n - 7) 2^(n-1) and, since a step adds 3 lines of values and 5 of tangents, D(l_n') = 8n - 8.

Without the identity x (-1) = -x each such product keeps its leaf -1, which adds 2^(n-1) nodes and one shared line:
T = 3 (n-1) 2^n and D = 8n - 7.  Reverse accumulation has the same D; written out it is larger, T(l_n') = 4^n - 2^(n-1) - 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffkit import algebra
from diffkit.program import Builder, Program, active, reachable, renumber, tidy
from diffkit.sweeps import of_inputs, reverse_sweep, tangents

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any


def _written(program: Program) -> tuple[Program, Any, list[Any]]:
    """The Program without idle lines, a namespace that writes behind it, and its lines there."""
    builder = Builder()
    new = renumber(program, builder, reachable(program, program.outputs)[0])
    F = algebra.namespace(builder)
    written = builder.build(*(new[k] for k in program.outputs), inputs=program.inputs)
    return written, F, [algebra.Var(F, k) for k in range(len(written.lines))]


def forward(program: Program, names: Sequence[str], value: bool = False) -> Program:
    """The derivatives of the only output by these inputs, by one forward sweep each; the value before them if asked for.

    Examples
    --------
    >>> from diffkit import parse
    >>> print(forward(parse("x*sin(x)"), ["x"]))
    sin(x) + x*cos(x)
    """
    program, F, v = _written(program)
    root, zero = program.outputs[0], F.const(0.0)
    slopes = []
    for name in names:
        unit = [F.const(1.0) if name == other else None for other in program.inputs]
        found = tangents(program, F, v, unit)[root]
        slopes.append(zero if found is None else found)
    return _built(program, F, [v[root]] * value + slopes)


def reverse(program: Program, names: Sequence[str], value: bool = False) -> Program:
    """The same by one reverse sweep.

    Examples
    --------
    >>> from diffkit import parse
    >>> print(reverse(parse("x*sin(x)"), ["x"], value=True))
    x*sin(x), sin(x) + x*cos(x)
    """
    program, F, v = _written(program)
    root = program.outputs[0]
    v_bar = reverse_sweep(program, F, v, {root: F.const(1.0)}, active(program, names))
    slopes = dict(zip(program.inputs, of_inputs(program, v_bar, [F.const(0.0)] * len(program.inputs))))
    return _built(program, F, [v[root]] * value + [slopes[name] for name in names])


def _built(program: Program, F: Any, outputs: Sequence[Any]) -> Program:
    return tidy(F.builder.build(*(y.index for y in outputs), inputs=program.inputs))
