"""The computational graph at a point: values, local derivatives, tangents, adjoints and rounding, node by node.

A node is an input or an operation that depends on one; constants are part of the operation that reads them ("+ 1").  What
is not asked for is not computed, and None.  A loop whose period repeats is drawn once, as the period and how often.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from diffkit import limits, namespaces, sweeps, tape
from diffkit.emit import periods
from diffkit.errors import UsageError
from diffkit.gates import fuse as fused
from diffkit.gates import unfuse as unfused
from diffkit.messages import say
from diffkit.printing import line_text
from diffkit.program import Program, active, run
from diffkit.program_latex import gate_latex, identifier, lines_latex
from diffkit.results import Edge, Graph, Node
from diffkit.study import compare

SHOW = ("value", "local", "adjoint", "tangent", "error")
LEAST = 12  # nodes of a repeat that is drawn once
LABELS, DIRECTIONS = ("op", "name", "expr"), ("LR", "TB", "BT")


def measure(
    f: Any,
    at: Any,
    show: Iterable[str] = ("value", "local", "adjoint"),
    wrt: str | None = None,
    labels: str = "expr",
    direction: str = "LR",
    fuse: Iterable[str] = (),
    unfuse: Iterable[str] = (),
    collapse: bool | None = None,
    frames: bool = False,
) -> Graph:
    """The computational graph of f at a point.

    Parameters
    ----------
    f : Program, str or callable
        With one output.
    at : number, tuple, dict or array
    show : iterable of str
        Of value (forward sweep), local (derivative of each operation by what it reads), adjoint (reverse mode), tangent
        (forward mode by ``wrt``), error (what the rounding of each operation contributes at most).
    wrt : str, optional
        The input of the tangents; by default the first.
    labels : {"op", "name", "expr"}
        What is written into a node.
    direction : {"LR", "TB", "BT"}
        From left to right, from top to bottom, or from bottom to top.
    fuse, unfuse : iterable of str
        Gates to make of four operations one, or of one four: sigmoid.
    collapse : bool, optional
        Draw of an unrolled loop only the first and the last period, and between them how often it repeats; by default in
        graphs of more than 80 nodes.
    frames : bool
        Its pictures are a numbered series, one a step of the forward and of the reverse sweep.

    Returns
    -------
    Graph

    Examples
    --------
    >>> graph = measure("(a + b)*(b + 1)", (2, 1))
    >>> [(node.text, node.value, node.adjoint) for node in graph.nodes[:2]]
    [('a', 2.0, 2.0), ('b', 1.0, 5.0)]
    """
    chosen = _among("show", tuple(dict.fromkeys(show)), SHOW)
    _among("labels", (labels,), LABELS)
    _among("direction", (direction,), DIRECTIONS)
    typed, point = compare.one_point(f, at)
    if len(typed.outputs) != 1:
        raise UsageError(f"a graph with adjoints needs one output, the function has {len(typed.outputs)}")
    program = _with_gates(typed, fuse, unfuse)
    seed = _seed(program, wrt)
    nodes, edges = list(_nodes(program, point, chosen, seed)), list(_edges(program, point, "local" in chosen))
    if collapse or (collapse is None and len(nodes) > limits.GRAPH_NODES):
        nodes, edges = collapsed(nodes, edges, program)
    return Graph(
        expression=str(typed),
        at=point,
        wrt=seed,
        show=chosen,
        labels=labels,
        direction=direction,
        nodes=tuple(nodes),
        edges=tuple(edges),
        operations=sum(bool(program.lines[k].args) for k in _shown(program)),
        note=_note(typed, program),
        frames=frames,
    )


def _among(what: str, given: tuple[str, ...], known: Sequence[str]) -> tuple[str, ...]:
    for word in given:
        if word not in known:
            raise UsageError(f"unknown {what} '{word}'", remedy=f"choose of {', '.join(known)}")
    return given


def _with_gates(program: Program, fuse: Iterable[str], unfuse: Iterable[str]) -> Program:
    for gate in unfuse:
        program = unfused(program, gate)
    for gate in fuse:
        program = fused(program, gate)
    return program


def _note(typed: Program, drawn: Program) -> str:
    before, after = (sum(bool(p.lines[k].args) for k in _shown(p)) for p in (typed, drawn))
    return "" if typed == drawn else say("graph.gates", before=before, after=after)


def _seed(program: Program, wrt: str | None) -> str:
    if wrt is not None and wrt not in program.inputs:
        raise UsageError(f"the function has no input '{wrt}'", remedy=f"its inputs are {', '.join(program.inputs)}")
    return wrt or next(iter(program.inputs), "")


def _shown(program: Program) -> list[int]:
    """The lines that are nodes: inputs, and what depends on one; of a constant function its output."""
    depends = active(program, program.inputs)
    return [k for k in range(len(program.lines)) if depends[k]] or [program.outputs[0]]


def _nodes(program: Program, point: dict[str, float], show: Sequence[str], seed: str) -> Iterable[Node]:
    F, values, root = namespaces.get("math"), list(point.values()), program.outputs[0]
    depends = active(program, program.inputs)
    v = run(program, F, values)
    nothing: list[Any] = [None] * len(v)
    v_bar = sweeps.reverse_sweep(program, F, v, {root: 1.0}, depends) if "adjoint" in show else nothing
    v_dot = _tangents(program, F, values, seed) if "tangent" in show else nothing
    shares = tape.shares(program, point) if "error" in show else nothing
    names = {k: name for name, k in program.names}
    formulas = lines_latex(program)
    for k in _shown(program):
        line = program.lines[k]
        yield Node(
            number=k,
            role="output" if k == root else "input" if line.op == "input" else "operation",
            op=line.op,
            name=identifier(names[k]) if k in names else "",
            text=line_text(program, k, names),
            latex=formulas[k],
            gate=gate_latex(program, k, depends),
            value=v[k] if "value" in show else None,
            tangent=v_dot[k],
            adjoint=v_bar[k],
            error=shares[k] if line.args else None,
        )


def _tangents(program: Program, F: Any, values: Sequence[float], seed: str) -> list[float]:
    """The tangents by one input; forward mode computes the zeros too."""
    seeds = [1.0 if name == seed else None for name in program.inputs]
    return [0.0 if v_dot is None else v_dot for v_dot in sweeps.forward_sweep(program, F, values, seeds)[1]]


def _edges(program: Program, point: dict[str, float], with_local: bool) -> Iterable[Edge]:
    F = namespaces.get("math")
    depends = active(program, program.inputs)
    v = run(program, F, list(point.values()))
    for k in _shown(program):
        line = program.lines[k]
        operands = [v[a] for a in line.args]
        for i, a in enumerate(line.args):
            if depends[a]:
                local = namespaces.local_derivative(line.op, i, F, v[k], operands) if with_local else None
                yield Edge(source=a, target=k, operand=i, local=local)


def collapsed(nodes: Sequence[Node], edges: Sequence[Edge], program: Program) -> tuple[list[Node], list[Edge]]:
    """The graph with the middle of every repeat as one node that says how often it repeats."""
    kept = list(range(len(nodes)))  # the node that stands for each
    summaries = {}
    for found in periods.find(*_shapes(nodes, program), least=LEAST):
        middle = range(found.s + found.p, found.end - found.p)
        kept[middle.start : middle.stop] = [middle.start] * len(middle)
        summaries[middle.start] = _summary(nodes[middle.start], found.m - 2)
    stands = {node.number: nodes[kept[i]].number for i, node in enumerate(nodes)}
    shown = [summaries.get(i, node) for i, node in enumerate(nodes) if kept[i] == i]
    return shown, _between(edges, stands, {node.number for node in summaries.values()})


def _shapes(nodes: Sequence[Node], program: Program) -> tuple[list[int], list[tuple[int, ...]]]:
    """What each node does (its operation and constants, as a number), and which nodes it reads."""
    place = {node.number: i for i, node in enumerate(nodes)}
    shapes: dict[tuple[Any, ...], int] = {}
    found, reads = [], []
    for node in nodes:
        args = program.lines[node.number].args
        shape = (node.op, *(None if a in place else a for a in args))
        found.append(shapes.setdefault(shape, len(shapes)))
        reads.append(tuple(place[a] for a in args if a in place))
    return found, reads


def _summary(node: Node, times: int) -> Node:
    return Node(
        number=node.number,
        role="repeats",
        op="repeat",
        name="",
        text=say("graph.repeats", count=times),
        latex="",
        gate="",
        value=None,
        tangent=None,
        adjoint=None,
        error=None,
        repeats=times,
    )


def _between(edges: Iterable[Edge], stands: dict[int, int], summaries: set[int]) -> list[Edge]:
    """The edges between what is shown, once each; into and out of a summary they carry no local derivative."""
    found: dict[tuple[int, int, int], Edge] = {}
    for edge in edges:
        source, target = stands[edge.source], stands[edge.target]
        if source == target:
            continue
        vague = source in summaries or target in summaries
        operand = 0 if vague else edge.operand
        found.setdefault(
            (source, target, operand), Edge(source=source, target=target, operand=operand, local=None if vague else edge.local)
        )
    return list(found.values())
