"""The computational graph at a point: values, local derivatives, tangents, adjoints and rounding, node by node.

A node is an input or an operation that depends on one; constants are part of the operation that reads them ("+ 1").  What
is not asked for is not computed, and None.  A loop whose period repeats is drawn once, as the period and how often.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from diffkit import limits, points, tracing
from diffkit.errors import UsageError
from diffkit.gates import fuse as fused
from diffkit.gates import sigmoids
from diffkit.gates import unfuse as unfused
from diffkit.messages import say
from diffkit.printing import line_text
from diffkit.program import Program, active
from diffkit.program_latex import gate_latex, lines_latex
from diffkit.results import Edge, Graph, Node
from diffkit.study import compare
from diffkit.study.graph.collapse import Collapsed
from diffkit.study.graph.collapse import collapse as collapsed
from diffkit.study.graph.locals import Local, of_arrays, of_numbers
from diffkit.study.graph.swept import Swept, norm, sweep
from diffkit.tables import shape_text

SHOW = ("value", "local", "adjoint", "tangent", "error")
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
        Of a Python callable any of its arguments may be an array: its nodes have a shape, and of value, tangent and adjoint
        the norm.
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
    typed, point = recorded(f, at)
    if len(typed.outputs) != 1:
        raise UsageError(f"a graph with adjoints needs one output, the function has {len(typed.outputs)}")
    program, notes = _with_gates(typed, tuple(fuse), tuple(unfuse))
    seed = _seed(program, wrt)
    depends = active(program, program.inputs)
    swept = sweep(program, point, depends, chosen, seed)
    items = _items(program, depends)
    drawn = collapsed(program, items, limits.GRAPH_NODES if collapse is None else 0 if collapse else len(items))
    return Graph(
        expression=str(typed),
        at=point,
        wrt=seed,
        show=chosen,
        labels=labels,
        direction=direction,
        nodes=tuple(_nodes(program, drawn, depends, swept, chosen)),
        edges=tuple(_edges(program, drawn, depends, swept, chosen)),
        operations=sum(bool(program.lines[k].args) for k in items),
        notes=(*notes, *_notes(program, swept, items, chosen, seed, bool(getattr(point.get(seed), "ndim", 0)))),
        frames=frames,
    )


def recorded(f: Any, at: Any) -> tuple[Program, dict[str, Any]]:
    """The Program of a function of numbers or of arrays, and the point by name."""
    if isinstance(f, (Program, str)):
        program = f if isinstance(f, Program) else points.as_program(f)
        if not program.on_arrays:
            return compare.one_point(program, at)
        values = [tracing.coordinate(x) for x in points.spread(program.inputs, at)[0]]
        program(*values)  # the branches are those that were recorded, or an error says so
    else:
        program = tracing.trace(f, at) if callable(f) else points.as_program(f)
        values = [tracing.coordinate(x) for x in tracing.flatten(at)[0]]
    bare = Program(program.lines, program.inputs, program.outputs, program.names)
    return bare, dict(zip(program.inputs, values, strict=True))


def _among(what: str, given: tuple[str, ...], known: Sequence[str]) -> tuple[str, ...]:
    for word in given:
        if word not in known:
            raise UsageError(f"unknown {what} '{word}'", remedy=f"choose of {', '.join(known)}")
    return given


def _with_gates(program: Program, fuse: Sequence[str], unfuse: Sequence[str]) -> tuple[Program, list[str]]:
    """The Program with its gates changed, and what is to be said about that."""
    if both := set(fuse) & set(unfuse):
        raise UsageError(f"'{min(both)}' cannot be both fused and written out", remedy="give --fuse or --unfuse")
    notes: list[str] = []
    for change, gates in ((unfused, unfuse), (fused, fuse)):
        for gate in gates:
            program = _changed(program, change, gate, notes)
    return program, notes


def _changed(program: Program, change: Callable[[Program, str], Program], gate: str, notes: list[str]) -> Program:
    changed = change(program, gate)
    before, after = (len([k for k in _items(p, active(p, p.inputs)) if p.lines[k].args]) for p in (program, changed))
    found = "gates" if before != after else "fuse.none" if change is fused else "unfuse.none"
    notes.append(say(f"graph.{found}", gate=gate, before=before, after=after))
    return changed


def _seed(program: Program, wrt: str | None) -> str:
    if wrt is not None and wrt not in program.inputs:
        raise UsageError(f"the function has no input '{wrt}'", remedy=f"its inputs are {', '.join(program.inputs)}")
    return wrt or next(iter(program.inputs), "")


def _items(program: Program, depends: Sequence[bool]) -> list[int]:
    """The lines that are nodes: inputs, and what depends on one; of a constant function its output."""
    return [k for k in range(len(program.lines)) if depends[k]] or [program.outputs[0]]


def _notes(program: Program, swept: Swept, items: Sequence[int], show: Sequence[str], seed: str, is_array: bool) -> Iterator[str]:
    """What has to be known to read the numbers."""
    y = swept.value[program.outputs[0]]
    if getattr(y, "ndim", 0) and {"adjoint", "error"}.intersection(show):
        yield say("graph.summed", shape=shape_text(y.shape))
    if "tangent" in show and is_array:
        yield say("graph.together", name=seed)
    lost = next((k for k in items if _undefined(swept.value[k])), None)
    if lost is not None:
        yield say("graph.undefined", text=line_text(program, lost, _names(program)))


def _undefined(x: Any) -> bool:
    return bool((x != x).any()) if getattr(x, "ndim", 0) else bool(x != x)


def _names(program: Program) -> dict[int, str]:
    return {k: name for name, k in program.names if program.lines[k].args}


def _nodes(program: Program, drawn: Collapsed, depends: Sequence[bool], swept: Swept, show: Sequence[str]) -> Iterator[Node]:
    names, gates, root = _names(program), sigmoids(program), program.outputs[0]
    shapes = [getattr(x, "shape", ()) for x in swept.value]
    written, read = lines_latex(program, gates, shapes)
    for k in drawn.drawn():
        if k in drawn.repeats:
            yield _summary(k, *drawn.repeats[k][:2])
            continue
        line, value = program.lines[k], swept.value[k]
        called = k in names or (k in gates and line.op != "sigmoid")
        yield Node(
            number=k,
            role="output" if k == root else "input" if line.op == "input" else "operation",
            op=line.op,
            name=names.get(k, ""),
            symbol=read[k] if called else "",
            text=line_text(program, k, names),
            latex=written[k],
            gate=gate_latex(program, k, depends),
            shape=shapes[k],
            value=norm(value, value) if "value" in show else None,
            tangent=norm(swept.tangent[k], value),
            adjoint=norm(_reached(line.op, swept.adjoint[k], show), value),
            error=swept.error[k] if line.args else None,
        )


def _reached(op: str, v_bar: Any, show: Sequence[str]) -> Any:
    """The adjoint; an input from which no path leads to the output has the derivative 0."""
    return 0.0 if v_bar is None and op == "input" and "adjoint" in show else v_bar


def _summary(k: int, times: int, varies: bool) -> Node:
    return Node(
        number=k,
        role="repeats",
        op="repeat",
        name="",
        text=say("graph.repeats.varied" if varies else "graph.repeats", count=times),
        latex="",
        gate="",
        value=None,
        tangent=None,
        adjoint=None,
        error=None,
        repeats=times,
        varies=varies,
    )


def _edges(program: Program, drawn: Collapsed, depends: Sequence[bool], swept: Swept, show: Sequence[str]) -> Iterator[Edge]:
    """The edges between what is drawn; those into and out of a repeat once each, without a local derivative."""
    local = of_arrays if program.on_arrays else of_numbers
    known = set[tuple[int, int]]()
    for k, target in drawn.stands.items():
        for i, a in enumerate(program.lines[k].args):
            if not depends[a] or drawn.stands[a] == target:
                continue
            source = drawn.stands[a]
            if source in drawn.repeats or target in drawn.repeats:
                if (source, target) not in known:
                    known.add((source, target))
                    yield Edge(source=source, target=target, operand=0, local=None)
                continue
            slope = local(program, swept.value, k, i) if "local" in show else Local()
            yield Edge(source=source, target=target, operand=i, local=slope.number, rule=slope.rule, latex=slope.latex)
