"""One sweep by rows of an emitted function: a loop over blocks that stay in the cache.

Letters: ``i`` and ``j`` bound the block, names ending in _ hold rows i to j; b0, b1, ... are buffers of one block, which are used
again as soon as their value is not needed any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diffkit import limits
from diffkit.emit.array_graph import BY_ELEMENT, Node
from diffkit.emit.array_plan import REDUCTIONS, Sweep
from diffkit.emit.array_text import reduced
from diffkit.emit.page import Row

VIEWS = {"reshape", "fill"}  # these share the memory of their operand


class SweepWriter:
    """Writes one sweep by rows."""

    def __init__(self, owner: Any, sweep: Sweep) -> None:
        self.owner, self.sweep, self.plan, self.nodes = owner, sweep, owner.plan, owner.nodes
        self.block = max(1, limits.BLOCK // owner.plan.widest(sweep))
        self.whole = self.block >= sweep.m  # one block is all
        self.rows, self.count = (":", str(sweep.m)) if self.whole else ("i:j", "j - i")
        self.inside = set(sweep.nodes)
        self.local: dict[int, str] = {}  # how a node's rows are read
        self.buffers: dict[tuple[int, ...], list[str]] = {}  # free ones by shape of a row
        self.made: dict[str, tuple[int, ...]] = {}
        self.loaded: list[Row] = []
        self.inherits: dict[int, int] = {}  # arrays needed as a whole that take the memory of one that is not needed any more

    def written(self) -> Iterator[Row]:
        """The rows of the sweep; without a loop if there is one block only."""
        m = self.sweep.m
        body = list(self._body())
        for k in self.sweep.nodes:
            yield from self._made_ready(k)
        for name, shape in self.made.items():
            yield Row("frame", -1, name, "=", f"np.empty({(min(self.block, m), *shape)})")
        if self.whole:
            yield from body
        else:
            yield from self._looped(body)
        for k in self.sweep.nodes:
            if self.nodes[k].op in REDUCTIONS and self.plan.collects(k) and not self.nodes[k].shape:
                yield self._row(k, f"float({self.owner.name[k]})")

    def _looped(self, body: list[Row]) -> Iterator[Row]:
        m = self.sweep.m
        yield Row("frame", -1, f"for i in range(0, {m}, {self.block}):")
        yield Row("frame", -1, "j", "=", f"min(i + {self.block}, {m})", 1)
        if self.made and m % self.block:
            shorter = ", ".join(f"{name}[:j - i]" for name in self.made)
            yield Row("frame", -1, f"if j - i < {self.block}:", depth=1)
            yield Row("frame", -1, ", ".join(self.made), "=", shorter, 2)
        yield from (row.deeper(1) for row in [*self.loaded, *body])

    def _rows_of(self, name: str) -> str:
        """The rows of the block of an array, by a name of their own."""
        if self.whole:
            return name
        rows: str = self.owner.names.new(name + "_")
        self.loaded.append(Row("frame", -1, rows, "=", f"{name}[i:j]"))
        return rows

    def _made_ready(self, k: int) -> Iterator[Row]:
        node = self.nodes[k]
        if self.plan.by_rows(k):
            if k in self.plan.outside:
                kind = ", dtype=bool" if node.truth else ""
                fresh = f"np.empty({node.shape}{kind})"
                yield self._row(k, self.owner.read(self.inherits[k]) if k in self.inherits else fresh)
        elif node.op == "into":
            yield from self.owner.made_for_into(k)
        else:
            start = {"amax": "-np.inf", "amin": "np.inf"}.get(node.op, "0.0")
            yield self._row(k, f"np.full({node.shape}, {start})" if node.shape else start)

    def _row(self, k: int, expression: str, sign: str = "=", target: str = "") -> Row:
        found: Row = self.owner.row(k, expression, sign, target)
        return found

    # --- one block ---------------------------------------------------------------------------------------------------
    def _body(self) -> Iterator[Row]:
        last = self._last_uses()
        for place, k in enumerate(self.sweep.nodes):
            node = self.nodes[k]
            operands = [self._operand(k, a) for a in node.args if not (node.op == "into" and self.nodes[a].op == "into")]
            if self.plan.collects(k):
                if k not in self.owner.name:
                    list(self._made_ready(k))  # gives it its name
                yield self._collected(k, node, operands)
                self._free(k, place, last)
                continue
            yield from self._computed(k, node, operands, place, last)

    def _operand(self, k: int, a: int) -> str:
        """How a node reads an operand: its rows, if it is aligned, else all of it."""
        if a not in self.inside and (self.nodes[a].op == "const" or not self.plan.aligned(k, a)):
            whole: str = self.owner.read(a)
            return whole
        if a not in self.local:
            self.local[a] = self._rows_of(self.owner.read(a))
        return self.local[a]

    def _computed(self, k: int, node: Node, a: list[str], place: int, last: dict[int, int]) -> Iterator[Row]:
        if node.op in VIEWS:
            name = self.owner.names.new("t")
            yield self._row(k, self._view(node, a[0]), target=name)
            self.local[k] = name
            if k in self.plan.outside:
                yield self._row(k, name, target=f"{self.owner.new_name(k)}[{self.rows}]")
            return
        if node.op in REDUCTIONS:
            self._free(k, place, last)
            name = self.owner.names.new("t")
            yield self._row(k, reduced(node, a[0], self.nodes[node.args[0]].shape), target=name)
            self.local[k] = name
            if k in self.plan.outside:
                yield self._row(k, name, target=f"{self.owner.new_name(k)}[{self.rows}]")
            return
        fresh = node.op in {"where", "float"} or node.op in BY_ELEMENT or node.truth
        if node.op not in BY_ELEMENT:
            self._free(k, place, last)
        out = "" if fresh else self._out(k, node)
        name = out or self.owner.names.new("t")
        text = self.owner.of_elements(node, a, out)
        yield Row(*self._row(k, "", target=name)[:2], text) if out else self._row(k, text, target=name)
        self.local[k] = name
        if fresh and k in self.plan.outside:
            yield self._row(k, name, target=f"{self.owner.new_name(k)}[{self.rows}]")

    def _view(self, node: Node, a: str) -> str:
        tail = ", ".join(map(str, node.shape[1:]))
        if node.op == "reshape":
            return f"{a}.reshape({self.count}{', ' if tail else ''}{tail})"
        return f"np.broadcast_to({a}, ({self.count}, {tail}))"

    def _collected(self, k: int, node: Node, a: list[str]) -> Row:
        name = self.owner.name[k]
        if node.op == "into":
            shift = self.plan.shift(k) or 0
            at = f"i + {shift}:j + {shift}" if shift else "i:j"
            at = f"{shift}:{shift + self.sweep.m}" if self.whole else at
            return self._row(k, a[0], "+=", f"{name}[{at}]")
        part = reduced(node, a[0], self.nodes[node.args[0]].shape)
        if node.op in {"sum", "count"}:
            return self._row(k, part, "+=", name)
        return self._row(k, f"np.{'maximum' if node.op == 'amax' else 'minimum'}({name}, {part})", "=", name)

    # --- buffers -----------------------------------------------------------------------------------------------------
    def _root(self, k: int) -> int:
        while self.nodes[k].op in VIEWS and self.nodes[k].args[0] in self.inside:
            k = self.nodes[k].args[0]
        return k

    def _last_uses(self) -> dict[int, int]:
        """Where each node of the block is used for the last time, itself or through a view."""
        last: dict[int, int] = {}
        for place, k in enumerate(self.sweep.nodes):
            for a in [*self.nodes[k].args, k]:
                last[self._root(a)] = place
        return last

    def _free(self, k: int, place: int, last: dict[int, int]) -> None:
        for a in {self._root(a) for a in self.nodes[k].args}:
            name = self.local.get(a, "")
            if last.get(a) == place and name in self.made and a in self.inside:
                free = self.buffers.setdefault(self.made[name], [])
                if name not in free:
                    free.append(name)

    def _out(self, k: int, node: Node) -> str:
        """Where the rows of a node are computed: in the array that is needed as a whole, or in a buffer."""
        if k in self.plan.outside:
            heir = next((a for a in node.args if self.plan.leaves(a, k)), None)
            if heir is not None:
                self.inherits[k] = heir
            return self._rows_of(self.owner.new_name(k))
        shape = node.shape[1:]
        free = self.buffers.setdefault(shape, [])
        if free:
            return free.pop()
        name: str = self.owner.names.new(f"b{len(self.made)}")
        self.made[name] = shape
        return name
