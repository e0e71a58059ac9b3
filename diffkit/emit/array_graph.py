"""Graphs of operations on arrays whose shapes are known: what is computed twice is shared, and constants are computed once.

Letters: a `Node` is one operation.  Only what leaves every bit as it is gets shortened; but whole powers up to 4 become
products, as NumPy's power takes ten times as long.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Sequence
from functools import partial, reduce
from types import SimpleNamespace
from typing import Any

import numpy as np

from diffkit import namespaces
from diffkit.algebra import Var
from diffkit.emit.sheet import neutral
from diffkit.namespaces import COMPARISONS, NUMPY_NAMES
from diffkit.primitives import TABLE

LOGICAL = {"and": "logical_and", "or": "logical_or", "not": "logical_not"}
UFUNCS = NUMPY_NAMES | {"max": "maximum", "min": "minimum"}
TRUTHS = {*COMPARISONS, *LOGICAL}
BY_ELEMENT = set(namespaces.ELEMENT_BY_ELEMENT)
NATIVE = {*UFUNCS, *TRUTHS, "where", *BY_ELEMENT}


class Node(namedtuple("Node", "op args static shape", defaults=((), (), ()))):
    """An operation of the table, of the rows for arrays, or of this module.

    Those of this module: input, const, fixed (a constant array), float and count (of truths), fill (written out for each
    element), pull (a transpose as it stands in the rows), into (added where an index says), others (y/x, the product of the
    others).
    """

    __slots__ = ()
    op: str
    args: tuple[int, ...]
    static: Any
    shape: tuple[int, ...]

    @property
    def elementwise(self) -> bool:
        """Is every element computed from the elements in the same place?"""
        return self.op in TABLE or self.op == "float"

    @property
    def truth(self) -> bool:
        """Are its elements True and False, in NumPy?"""
        return self.op in TRUTHS


class Graph:
    """Operations on arrays that share their parts; its namespace ``F`` is what partials are written over."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.seen: dict[Any, int] = {}
        self.arrays: dict[int, Any] = {}  # constants that are arrays
        self.F = SimpleNamespace(name="emit", const=lambda value, text="": self.const(value))
        for name in TABLE:
            setattr(self.F, name, partial(self.write, name))

    # --- nodes -------------------------------------------------------------------------------------------------------
    def add(self, op: str, args: Sequence[Any] = (), static: Any = (), shape: tuple[int, ...] = (), share: bool = True) -> Any:
        """The node, found or added."""
        node = Node(op, tuple(x.index for x in args), static, shape)
        key = (node, math.copysign(1.0, static)) if op == "const" else node
        k = self.seen.setdefault(key, len(self.nodes)) if share else len(self.nodes)
        if k == len(self.nodes):
            self.nodes.append(node)
        return Var(self.F, k)

    def const(self, value: float) -> Any:
        """A number that is the same at every point."""
        return self.add("const", static=math.nan if value != value else float(value))

    def fixed(self, array: Any) -> Any:
        """An array that is the same at every point."""
        found = self.add("fixed", static=len(self.arrays), shape=array.shape, share=False)
        self.arrays[found.index] = array
        return found

    def shape(self, x: Any) -> tuple[int, ...]:
        """The shape of a node."""
        found: tuple[int, ...] = self.nodes[x.index].shape
        return found

    def number(self, x: Any) -> float | None:
        """The value of a constant, None for anything else."""
        node = self.nodes[x.index]
        return node.static if node.op == "const" else None

    def write(self, name: str, *operands: Any) -> Any:
        """An operation of the table; by other rows where NumPy has no function for it."""
        args = [x if isinstance(x, Var) else self.const(x) for x in operands]
        numbers = [self.number(x) for x in args]
        if all(n is not None for n in numbers):
            return self.const(getattr(namespaces.get("math"), name)(*numbers))
        shorter = self._shorter(name, args, numbers)
        if shorter is not None:
            return shorter
        row = TABLE[name]
        if row.via and name not in NATIVE:
            return row.via(self.F, *args)
        if name in {"max", "min"} and len(args) > 2:
            return reduce(partial(self.write, name), args)
        if not (name in LOGICAL or name in {"mul", "div"}):
            args = [x if name == "where" and i == 0 else self.untrue(x) for i, x in enumerate(args)]
        elif name == "mul" and all(self.nodes[x.index].truth for x in args):
            args[0] = self.untrue(args[0])
        return self.add(name, args, shape=np.broadcast_shapes(*map(self.shape, args)))

    def untrue(self, x: Any) -> Any:
        """True and False as 1.0 and 0.0, which add up otherwise."""
        return self.add("float", [x], (), self.shape(x)) if self.nodes[x.index].truth else x

    def _shorter(self, name: str, args: list[Any], numbers: list[float | None]) -> Any:
        """An identity that is exact and keeps the shape, or None; and whole powers that NumPy is slow at."""
        found = neutral(self.F, name, args, numbers)
        if found is not None:
            return found
        if name == "pow" and numbers[1] in {2.0, 3.0, 4.0}:
            square = args[0] * args[0]
            return square if numbers[1] == 2.0 else square * (args[0] if numbers[1] == 3.0 else square)
        if name == "pow" and numbers[1] == -1.0:
            return 1.0 / args[0]
        if name == "neg" and self.nodes[args[0].index].op == "neg":
            return Var(self.F, self.nodes[args[0].index].args[0])
        if name == "where" and numbers[0] is not None:
            return args[1] if numbers[0] else args[2]
        return self._without_sign(name, args)

    def _without_sign(self, name: str, args: list[Any]) -> Any:
        """Negations moved outwards, where they meet a difference or each other; None if there is none."""
        bare = [self.nodes[x.index].args[0] if self.nodes[x.index].op == "neg" else None for x in args]
        if name in {"mul", "div"} and any(a is not None for a in bare):
            one, other = (x if a is None else Var(self.F, a) for x, a in zip(args, bare))
            found = self.write(name, one, other)
            return found if None not in bare else self.F.neg(found)
        if name in {"add", "sub"} and len(bare) == 2 and bare[1] is not None:
            return self.write("sub" if name == "add" else "add", args[0], Var(self.F, bare[1]))
        if name == "add" and bare[0] is not None:
            return self.F.sub(args[1], Var(self.F, bare[0]))
        return None

    # --- what reverse sweeps do to shapes -------------------------------------------------------------------------------
    def row(self, op: str, static: Any, shape: tuple[int, ...], *args: Any) -> Any:
        """An operation on arrays."""
        return self.add(op, args, static, shape)

    def reshaped(self, x: Any, shape: tuple[int, ...]) -> Any:
        """The same elements in another shape; a number stays one."""
        if self.shape(x) == shape or not self.shape(x):
            return x
        return self.row("reshape", (shape,), shape, x)

    def full(self, x: Any, shape: tuple[int, ...]) -> Any:
        """Written out for every element."""
        return x if self.shape(x) == shape else self.add("fill", [x], (), shape)

    def summed(self, x: Any, axis: tuple[int, ...] | None, keepdims: bool, shape: tuple[int, ...]) -> Any:
        """A sum; that of negatives is the negative of a sum."""
        node = self.nodes[x.index]
        if node.op == "neg" and node.shape:
            return self.F.neg(self.summed(Var(self.F, node.args[0]), axis, keepdims, shape))
        return self.row("count" if node.truth else "sum", (axis, keepdims), shape, x)

    def unbroadcast(self, share: Any, y: tuple[int, ...], x: tuple[int, ...]) -> Any:
        """A share for elements of shape y as one for an operand of shape x that was repeated to it."""
        if x == y:
            return share
        if not x and self.shape(share) == y:
            return self.summed(share, None, False, ())
        wide = (1,) * (len(y) - len(x)) + x
        repeated = [i for i, n in enumerate(wide) if n == 1 and y[i] != 1]
        own = (1,) * (len(y) - len(self.shape(share))) + self.shape(share)
        copies = math.prod(y[i] for i in repeated if own[i] == 1)
        axis = tuple(i for i in repeated if own[i] != 1)
        share = self.reshaped(share, own) if axis else share
        if axis:
            share = self.summed(share, axis, True, tuple(1 if i in axis else n for i, n in enumerate(own)))
        share = share * float(copies) if copies != 1 else share
        kept = self.shape(share)
        return self.reshaped(share, x if math.prod(kept) == math.prod(x) else kept[len(kept) - len(x) :] if kept else kept)
