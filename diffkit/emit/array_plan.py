"""When each operation of a graph is computed: fused block by block where every row is computed from the same rows, else at once.

Letters: ``m`` is a number of rows (the length of the first axis) that some large array has.  An operation *goes by rows* if its
rows i to j need only rows i to j of operands that are *aligned* with it.  ``level`` says when: what stands on a level needs only
lower levels, or earlier operations of its own block.  All operations by m rows on one level are one `Sweep`, which walks the
rows in blocks that fit in the cache; forward and reverse sweep meet in one of them where the adjoint is known beforehand.
"""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

from diffkit import limits
from diffkit.emit.array_graph import Graph

GIVEN = {"input", "const", "fixed"}
REDUCTIONS = {"sum", "count", "amax", "amin"}


class Sweep(namedtuple("Sweep", "m level nodes")):
    """Operations that are computed together, a block of rows after the other."""

    __slots__ = ()
    m: int
    level: int
    nodes: list[int]


class Plan:
    """The order of a graph: ``steps`` are nodes computed at once and `Sweep`s."""

    def __init__(self, graph: Graph, wanted: list[int]) -> None:
        self.graph, self.nodes, self.wanted = graph, graph.nodes, set(wanted)
        self.needed = self._needed(wanted)
        self.rows = {
            node.shape[0]
            for k, node in enumerate(self.nodes)
            if k in self.needed and node.elementwise and node.shape and math.prod(node.shape) >= limits.BLOCKED_ELEMENTS
        }
        self.readers: dict[int, list[int]] = {k: [] for k in self.needed}
        for k in self.needed:
            for a in self.nodes[k].args:
                self.readers[a].append(k)
        self.given: set[int] = set()
        self.level: dict[int, int] = {}
        self.steps: list[Any] = []
        self._order()
        self.outside = self._outside()

    def _needed(self, wanted: list[int]) -> set[int]:
        found: set[int] = set()
        stack = list(wanted)
        while stack:
            k = stack.pop()
            if k not in found:
                found.add(k)
                stack.extend(self.nodes[k].args)
        return found

    # --- rows --------------------------------------------------------------------------------------------------------
    def by_rows(self, k: int) -> int:
        """By how many rows a node goes; 0 if it is computed at once."""
        node = self.nodes[k]
        m = node.shape[0] if node.shape else 0
        if m not in self.rows or m == 0:
            return 0
        if node.elementwise or node.op == "fill":
            return m
        if node.op == "reshape":
            return m if self._first(node.args[0]) == m else 0
        if node.op in REDUCTIONS and node.static[0] is not None:
            return m if 0 not in node.static[0] and self._first(node.args[0]) == m else 0
        return 0

    def collects(self, k: int) -> int:
        """By how many rows a node collects from blocks what is there as a whole after the last one: sums, and `into`; or 0."""
        node = self.nodes[k]
        if node.op in REDUCTIONS and not self.by_rows(k):
            m = self._first(node.args[0])
            return m if self.by_rows(node.args[0]) == m else 0
        if node.op == "into" and self.shift(k) is not None:
            return self.by_rows(node.args[0])
        return 0

    def shift(self, k: int) -> int | None:
        """By how many rows an `into` moves its operand, if that is all it does."""
        node = self.nodes[k]
        pattern, before = node.static
        shape = self.nodes[node.args[0]].shape
        if len(pattern) != 1 or not isinstance(pattern[0], tuple) or not shape:
            return None
        if before and self.nodes[node.args[-1]].op != "into":
            return None
        start, stop, step = slice(*pattern[0][1:]).indices(node.shape[0])
        return start if step == 1 and stop - start == shape[0] and shape[1:] == node.shape[1:] else None

    def _first(self, k: int) -> int:
        shape = self.nodes[k].shape
        return shape[0] if shape else 0

    def aligned(self, k: int, a: int) -> bool:
        """Does a node that goes by rows need only the same rows of this operand?"""
        node, m = self.nodes[k], self.by_rows(k) or self.collects(k)
        if self._first(a) != m:
            return False
        return not (node.elementwise or node.op == "fill") or len(self.nodes[a].shape) == len(node.shape)

    # --- order ---------------------------------------------------------------------------------------------------------
    def _levels(self) -> None:
        """Every node as early as can be."""
        for k in sorted(self.needed):
            node = self.nodes[k]
            if node.op in GIVEN:
                self.level[k] = -1
                continue
            m = self.by_rows(k) or self.collects(k)
            self.level[k] = max((self.level[a] + (not self._same_block(k, a, m)) for a in node.args), default=0)

    def _sink(self) -> None:
        """What only a later sweep reads is computed there, unless that takes more arrays kept as a whole in between."""
        readers = self.readers
        for k in sorted(self.needed, reverse=True):
            m = self.by_rows(k)
            later = {self.level[r] if self._same_block(r, k, self.by_rows(r) or self.collects(r)) else -1 for r in readers[k]}
            if not m or k in self.wanted or len(later) != 1 or max(later) <= self.level[k]:
                continue
            kept = [a for a in self.nodes[k].args if self._same_block(k, a, m) and self.nodes[a].op not in GIVEN]
            if sum(all(self.level[r] == self.level[a] for r in readers[a]) for a in kept) <= 1:
                self.level[k] = max(later)

    def _order(self) -> None:
        self._levels()
        self._sink()
        sweeps: dict[tuple[int, int], Sweep] = {}
        at_once: dict[int, list[int]] = {}
        for k in sorted(self.needed - {k for k in self.needed if self.nodes[k].op in GIVEN}):
            m = self.by_rows(k) or self.collects(k)
            if m:
                sweeps.setdefault((self.level[k], m), Sweep(m, self.level[k], [])).nodes.append(k)
            else:
                at_once.setdefault(self.level[k], []).append(k)
        for level in range(max(self.level.values(), default=-1) + 1):
            self.steps += at_once.get(level, [])
            for sweep in [sweep for (at, _), sweep in sorted(sweeps.items()) if at == level]:
                self.steps += [sweep] if sweep.m * self.widest(sweep) >= limits.BLOCKED_ELEMENTS else sweep.nodes

    def widest(self, sweep: Sweep) -> int:
        """The most elements that a row of any array in a sweep has."""
        shapes = [self.nodes[k].shape for k in sweep.nodes if self.by_rows(k)]
        shapes += [self.nodes[self.nodes[k].args[0]].shape for k in sweep.nodes if self.collects(k)]
        return max(1, *(math.prod(shape[1:]) for shape in shapes))

    def _same_block(self, k: int, a: int, m: int) -> bool:
        """Can the operand be read in the block in which it is computed?"""
        if self.nodes[k].op == "into" and self.nodes[a].op == "into":
            return bool(m) and self.collects(a) == m
        return bool(m) and self.by_rows(a) == m and self.aligned(k, a)

    def leaves(self, a: int, k: int) -> bool:
        """Is node k the last to read the array of node a, and may it be computed in its memory?  Each is left once."""
        node = self.nodes[a]
        if a not in self.outside or a in self.wanted or a in self.given or node.truth or node.shape != self.nodes[k].shape:
            return False
        others, m = [r for r in self.readers[a] if r != k], self.by_rows(k)
        over = all(
            self.level[r] < self.level[k] or (self.level[r] == self.level[k] and r < k and self._same_rows(r, a, m))
            for r in others
        )
        plain = all(self.nodes[r].elementwise or self.nodes[r].op in REDUCTIONS for r in others)
        if over and plain and self.level[a] < self.level[k]:
            self.given.add(a)
            return True
        return False

    def _same_rows(self, r: int, a: int, m: int) -> bool:
        return (self.by_rows(r) or self.collects(r)) == m and self.aligned(r, a)

    def _outside(self) -> set[int]:
        """Nodes that go by rows and are needed as a whole."""
        found = {k for k in self.wanted if self.by_rows(k)}
        for k in self.needed:
            m = self.by_rows(k) or self.collects(k)
            for a in self.nodes[k].args:
                if self.by_rows(a) and (self.level[a] != self.level[k] or not self._same_block(k, a, m)):
                    found.add(a)
        return found
