"""The graph of a Program on arrays and its reverse sweep, written as Python that calls NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diffkit.arrays import ROWS, add_at, index_of
from diffkit.arrays.reductions import SAFE, others
from diffkit.emit.array_graph import BY_ELEMENT, LOGICAL, UFUNCS, Node
from diffkit.emit.array_plan import REDUCTIONS, Plan, Sweep
from diffkit.emit.array_reverse import Differentiated
from diffkit.emit.array_sweep import SweepWriter
from diffkit.emit.array_text import index_text, reduced
from diffkit.emit.names import Names
from diffkit.emit.page import Row
from diffkit.emit.sheet import CONDITIONS
from diffkit.program import Program

INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"} | {
    op: sign.strip() for op, sign in CONDITIONS.items() if op not in LOGICAL
}
COMPARED = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"}


class ArrayWriter:
    """Writes one Program for one set of shapes; ``data`` is what the code reads besides its arguments."""

    def __init__(self, program: Program, values: list[Any]) -> None:
        self.plan_of = Differentiated(program, values)
        self.graph, self.nodes = self.plan_of.graph, self.plan_of.graph.nodes
        slopes = [bar for bar in self.plan_of.slopes if bar is not None]
        wanted = [x.index for x in (self.plan_of.value, *slopes, *(x for x, _ in self.plan_of.guards))]
        self.program, self.plan = program, Plan(self.graph, wanted)
        self.names, self.name = Names(), dict[int, str]()
        self.names.taken |= {"np", "j", "rows", "add_at"}
        self.data: dict[str, Any] = {}
        self.arguments: list[str] = [self.names.new(name) for name in program.inputs]
        self.rows = [Row("frame", -1, f"def value_and_gradient({', '.join(self.arguments)}):")]
        self.rows += [row.deeper(1) for row in self._body()]

    @property
    def source(self) -> str:
        """The whole function."""
        return "\n".join(row.text for row in self.rows) + "\n"

    # --- names -------------------------------------------------------------------------------------------------------
    def read(self, k: int) -> str:
        """How a node is read as a whole."""
        node = self.nodes[k]
        if node.op == "const":
            return f"({node.static!r})" if node.static < 0 else repr(node.static)
        if node.op == "input":
            position: int = node.static
            return self.arguments[position]
        if node.op == "fixed":
            return self._datum("c", self.graph.arrays[k], k)
        return self.name[k]

    def _datum(self, wish: str, thing: Any, k: int) -> str:
        if k not in self.name:
            self.name[k] = self.names.new(wish)
            self.data[self.name[k]] = thing
        return self.name[k]

    def new_name(self, k: int) -> str:
        """The variable of a node: the user's name, its adjoint's, v and the line's number, or a temporary."""
        if k not in self.name:
            line, bar = self.plan_of.line_of.get(k), self.plan_of.bar_of.get(k)
            named = {at: name for name, at in self.program.names}
            wish = named.get(line, f"v{line}") if line is not None else "t"
            if line is None and bar is not None:
                ground = self.program.lines[bar].text if self.program.lines[bar].op == "input" else named.get(bar, f"v{bar}")
                wish = "d" + ground
            self.name[k] = self.names.new(wish)
        return self.name[k]

    def row(self, k: int, expression: str, sign: str = "=", target: str = "", depth: int = 0) -> Row:
        """The row that assigns a node, or what belongs to it, to its variable or another target."""
        line = self.plan_of.line_of.get(k)
        role = "reverse" if line is None else "forward"
        return Row(
            role, self.plan_of.bar_of.get(k, -1) if line is None else line, target or self.new_name(k), sign, expression, depth
        )

    # --- the function ------------------------------------------------------------------------------------------------
    def _body(self) -> Iterator[Row]:
        guards = {x.index: outcome for x, outcome in self.plan_of.guards}
        for step in self.plan.steps:
            if isinstance(step, Sweep):
                yield from SweepWriter(self, step).written()
            else:
                yield from self._at_once(step)
            for k in [step] if isinstance(step, int) else step.nodes:
                if k in guards:
                    yield Row("frame", -1, f"if bool({self.read(k)}) is not {guards[k]}:")
                    yield Row("frame", -1, "raise BranchTakenError", depth=1)
        yield from self._end()

    def _at_once(self, k: int) -> Iterator[Row]:
        node = self.nodes[k]
        if node.op == "into" and not node.static[1] and self.plan.shift(k) is not None:
            yield from self._begun_by_into(k, node)
        elif node.op == "into":
            yield from self.made_for_into(k)
            yield self._added_into(k, self.read(node.args[0]))
        else:
            yield self.row(k, self._whole(k, node))

    def _whole(self, k: int, node: Node) -> str:
        """The expression of a node that is computed at once."""
        a = [self.read(x) for x in node.args]
        if not node.shape and node.elementwise:
            return self._of_numbers(node, a)
        if node.elementwise:
            return self.of_elements(node, a)
        if node.op == "fill":
            return (
                f"np.full({node.shape}, {a[0]})"
                if not self.nodes[node.args[0]].shape
                else f"np.broadcast_to({a[0]}, {node.shape})"
            )
        if node.op == "pull":
            op, static, i = node.static
            name = self._datum(f"pull_{op}", ROWS[op].pull, -2 - 2 * k)
            return f"{name}({self._datum('static', static, -3 - 2 * k)}, {i}, {', '.join(a)})"
        return self._of_row(k, node, a)

    def _of_row(self, k: int, node: Node, a: list[str]) -> str:
        if node.op in REDUCTIONS:
            return self.number(node, reduced(node, a[0], self.nodes[node.args[0]].shape))
        if node.op == "others":
            self.data["others"] = others
            return f"{a[0]} / {a[1]} if {SAFE[0]!r} < abs({a[0]}) < {SAFE[1]!r} else others({a[1]}, None)"
        if node.op == "matmul":
            return self.number(node, f"{a[0]} @ {a[1]}")
        if node.op == "transpose":
            return f"{a[0]}.T" if node.static[0] == (1, 0) else f"{a[0]}.transpose({node.static[0]})"
        if node.op == "reshape":
            return (
                self.number(node, f"{a[0]}.reshape({node.shape})")
                if self.nodes[node.args[0]].shape
                else f"np.full({node.shape}, {a[0]})"
            )
        if node.op == "getitem" and len(a) == 1:
            return self.number(node, f"{a[0]}[{index_text(node.static[0])}]")
        name = self._datum(node.op, ROWS[node.op].run, -2 - 2 * k)
        return self.number(node, f"{name}({', '.join([self._datum('static', node.static, -3 - 2 * k), *a])})")

    def number(self, node: Node, text: str) -> str:
        """A result without axes as a Python float."""
        return text if node.shape else f"float({text})"

    def _of_numbers(self, node: Node, a: list[str]) -> str:
        if node.op in INFIX:
            return f"{a[0]} {INFIX[node.op]} {a[1]}"
        if node.op == "where":
            return f"{a[1]} if {a[0]} else {a[2]}"
        if node.op in {"neg", "not", "float"}:
            return {"neg": "-{}", "not": "not {}", "float": "float({})"}[node.op].format(a[0])
        if node.op in {"and", "or"}:
            return f" {node.op} ".join(a)
        name = {"pow": "power", "max": "largest", "min": "smallest"}.get(node.op, node.op)
        return f"{name}({', '.join(a)})"

    def of_elements(self, node: Node, a: list[str], out: str = "") -> str:
        """An operation on each element, into the array ``out`` if that is given and possible."""
        if node.op == "where":
            return f"np.where({', '.join(a)})"
        if node.op == "float":
            return f"{a[0]}.astype(float)"
        if node.op in BY_ELEMENT:
            return f"{self._by_element(node.op)}({', '.join(a)})"
        if node.op in INFIX and not out:
            return f"{a[0]} {INFIX[node.op]} {a[1]}"
        if node.op == "neg" and not out:
            return f"-{a[0]}"
        name = UFUNCS.get(node.op) or LOGICAL.get(node.op) or COMPARED[node.op]
        return f"np.{name}({', '.join(a)}{f', out={out}' if out and not node.truth else ''})"

    def _by_element(self, op: str) -> str:
        from diffkit.namespaces import get

        self.data[f"{op}_of_each"] = getattr(get("numpy"), op)
        return f"{op}_of_each"

    # --- adjoints added where an index says --------------------------------------------------------------------------
    def made_for_into(self, k: int) -> Iterator[Row]:
        """The array that an `into` adds to: zeros, a copy, or the one of the `into` before."""
        node = self.nodes[k]
        before = node.args[-1] if node.static[1] else None
        if before is not None and self.nodes[before].op == "into":
            self.name[k] = self.name[before]
        elif before is not None:
            yield self.row(k, f"np.array(np.broadcast_to({self.read(before)}, {node.shape}))")
        else:
            yield self.row(k, f"np.zeros({node.shape})")

    def _begun_by_into(self, k: int, node: Node) -> Iterator[Row]:
        """The first `into`, of some rows: zeros are needed for the others only."""
        start = self.plan.shift(k) or 0
        stop = start + self.nodes[node.args[0]].shape[0]
        yield self.row(k, f"np.empty({node.shape})")
        yield self.row(k, self.read(node.args[0]), target=f"{self.name[k]}[{start}:{stop}]")
        if start:
            yield self.row(k, "0.0", target=f"{self.name[k]}[:{start}]")
        if stop < node.shape[0]:
            yield self.row(k, "0.0", target=f"{self.name[k]}[{stop}:]")

    def _added_into(self, k: int, share: str) -> Row:
        node = self.nodes[k]
        arrays = node.args[1 : len(node.args) - node.static[1]]
        if not arrays:
            return self.row(k, share, "+=", f"{self.name[k]}[{index_text(node.static[0])}]")
        pattern = self._datum("pattern", node.static[0], -3 - 2 * k)
        self.data |= {"add_at": add_at, "index_of": index_of}
        return Row("reverse", -1, f"add_at({self.name[k]}, index_of({pattern}, [{', '.join(map(self.read, arrays))}]), {share})")

    # --- the end -----------------------------------------------------------------------------------------------------
    def _end(self) -> Iterator[Row]:
        returned: set[str] = set()
        slopes = []
        for position, bar in enumerate(self.plan_of.slopes):
            slopes.append(self._slope(position, bar, returned))
        value = self.read(self.plan_of.value.index)
        yield Row("frame", -1, f"return {value}, ({', '.join(slopes)}{',' * (len(slopes) == 1)})")

    def _slope(self, position: int, bar: Any, returned: set[str]) -> str:
        """The slope by an input as an array of its own."""
        shape = next((n.shape for n in self.nodes if n.op == "input" and n.static == position), ())
        shape = self._shape_of(position) or shape
        if bar is None:
            return f"np.zeros({shape})" if shape else "0.0"
        node, text = self.nodes[bar.index], self.read(bar.index)
        if not shape:
            return text if node.op == "const" else f"float({text})"
        if node.shape != shape:
            return f"np.full({shape}, {text})"
        if text in returned or not (node.elementwise or node.op in {"into", "matmul"}):
            return f"np.array({text})"
        returned.add(text)
        return text

    def _shape_of(self, position: int) -> tuple[int, ...]:
        name = self.program.inputs[position]
        static = next((line.static for line in self.program.lines if line.op == "input" and line.text == name), ())
        return tuple(static[0]) if static else ()
