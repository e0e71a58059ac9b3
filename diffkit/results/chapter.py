"""The examples of the chapter on automatic differentiation, recomputed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say
from diffkit.results.graph import Graph
from diffkit.results.record import Record
from diffkit.results.staged import Staged
from diffkit.results.sweep import Sweep
from diffkit.tables import Table, exact, headed, point


@dataclass(frozen=True, eq=False, kw_only=True)
class Work(Data):
    """What a gradient of n inputs takes, by scheme or mode: evaluations of f or sweeps, and operations in all."""

    n: int
    operations: int
    times: dict[str, int]
    work: dict[str, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Judged(Data):
    """A gradient judged twice: by |a - n|/max(|a|, |n|) < 1e-7, the chapter's rule, and by the Taylor remainder."""

    case: str
    expression: str
    at: dict[str, float]
    gradient: str
    error: float
    chapter: str
    verdict: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Branch(Data):
    """A function that branches or loops, at one point: lines that the tape records, and its slope beside the true one."""

    x: float
    lines: int
    slope: float
    expected: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Branching(Data):
    """A function that branches or loops: what symbolic differentiation makes of it ("" and why, if nothing), and the tape."""

    case: str
    code: str
    symbolic: str
    reason: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Mode(Data):
    """A mode of differentiation on a graph: its sweeps, the products "edge times derivative", those with a factor 0."""

    mode: str
    sweeps: int
    products: int
    wasted: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Rule(Data):
    """An operation at a point: its derivatives here and by the chapter, and how fast it grows along (1, 1)."""

    expression: str
    at: dict[str, float]
    value: float
    gradient: dict[str, float]
    chapter: dict[str, float]
    along: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Gate(Data):
    """Operations of one sigmoid in the forward sweep and, for its derivative, in the reverse sweep."""

    form: str
    forward: int
    reverse: int
    error: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Product(Data):
    """A matrix of the layer D = W X, and the product that it is.

    ``difference`` is how far the tape's gradient is from that product, ``error`` how far from the complex step.
    """

    name: str
    formula: str
    shapes: tuple[tuple[int, ...], ...]
    difference: float | None
    error: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Chapter(Record):
    """Every example of the chapter, in its order."""

    study: ClassVar[str] = "chapter"
    expression: str = ""
    at: dict[str, float] = field(default_factory=dict)
    orders: Sweep
    costs: tuple[Work, ...]
    checks: tuple[Judged, ...]
    branching: tuple[Branching, ...]
    tree: tuple[Graph, ...]
    modes: tuple[Mode, ...]
    rules: tuple[Rule, ...]
    composite: Graph
    composite_listing: Staged
    neuron: tuple[Graph, ...]
    neuron_listing: Staged
    neuron_fused: Staged
    gates: tuple[Gate, ...]
    saturated: float
    exercise: Graph
    exercise_listing: Staged
    products: tuple[Product, ...]
    seed: int = 0

    def headline(self) -> list[str]:
        """Return the title."""
        return [say("chapter.headline")]

    def numbers(self) -> Iterator[tuple[str, str, float]]:
        """Yield every number that the chapter prints or leaves to be computed: the example, its name, the value."""
        for scheme in self.orders.schemes:
            if scheme.fitted_order is not None:
                yield "orders", scheme.scheme, scheme.fitted_order
        yield from _seen("tree", self.tree[-1])
        for rule in self.rules:
            yield from ((f"{rule.expression}, {point(rule.at)}", f"d/d{name}", slope) for name, slope in rule.gradient.items())
        yield from _seen("composite", self.composite)
        for key, listing in (("neuron", self.neuron_fused), ("exercise", self.exercise_listing)):
            yield from _listed(key, listing)

    def table(self) -> Table:
        """Return the numbers of the chapter, to the last digit."""
        rows = [(_example(key), name, exact(value)) for key, name, value in self.numbers()]
        headers = headed("example", "name", "value")
        return Table(headers, tuple(rows), say("chapter.caption"))

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a number."""
        return ({"example": key, "name": name, "value": value} for key, name, value in self.numbers())


NUMBERED = re.compile(r"d?v\d+|t(_\d+)?")  # variables without a name of their own
EXAMPLES = ("orders", "tree", "composite", "neuron", "exercise")


def _example(key: str) -> str:
    return say(f"chapter.example.{key}") if key in EXAMPLES else key


def _seen(key: str, graph: Graph) -> Iterator[tuple[str, str, float]]:
    """Values and adjoints of the nodes of a graph."""
    for node in graph.nodes:
        name = node.name or node.text
        if node.value is not None and node.role != "input":
            yield key, name, node.value
        if node.adjoint is not None and node.role == "input":
            yield key, f"df/d{name}", node.adjoint


def _listed(key: str, listing: Staged) -> Iterator[tuple[str, str, float]]:
    """What the lines of a listing compute, by their names, and its gradient; of a line that adds the sum."""
    values = {row.name: row.value for row in listing.rows if row.value is not None and not NUMBERED.fullmatch(row.name)}
    yield from ((key, name, value) for name, value in values.items() if name not in listing.slopes.values())
    yield from ((key, f"df/d{name}", slope) for name, slope in listing.gradient.items())
