"""Repeats drawn once: of a loop that was unrolled the first and the last period stay, and between them how often it repeats.

Letters: a line ``k`` of the Program is an item if it is drawn; ``stands[k]`` is the line that is drawn for it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from diffkit.emit import periods
from diffkit.program import Program

LEAST = 12  # items of a repeat that is drawn once


class Repeat(NamedTuple):
    """How often a period repeats between its first and its last time; do its constants differ; what its items do."""

    times: int
    varies: bool
    period: tuple[int, ...]


class Collapsed(NamedTuple):
    """Which line is drawn for each, and the lines that are drawn as repeats."""

    stands: dict[int, int]
    repeats: dict[int, Repeat]
    shapes: dict[object, int]  # what an item does, as a number

    def drawn(self) -> list[int]:
        """The lines that are drawn, in their order."""
        return [k for k, stand in self.stands.items() if k == stand]


def collapse(program: Program, items: Sequence[int], most: int) -> Collapsed:
    """Collapse loops, then loops within what is left of them, until at most so many items are left or nothing repeats."""
    found = Collapsed({k: k for k in items}, {}, {})
    depends = set(items)
    while len(left := found.drawn()) > most:
        merged = dict(_merged(program, left, found, depends))
        if not merged:
            break
        found.stands.update({k: merged.get(stand, stand) for k, stand in found.stands.items()})
    return found


def _merged(program: Program, left: Sequence[int], found: Collapsed, depends: set[int]) -> Iterator[tuple[int, int]]:
    """The items in the middle of a loop, each with the first of them, which becomes a repeat."""
    place = {k: i for i, k in enumerate(left)}
    shapes, constants, reads = _shapes(program, left, found, place, depends)
    for loop in periods.find(shapes, reads, least=LEAST):
        middle = range(loop.s + loop.p, loop.end - loop.p)
        varies = any(constants[i] != constants[i - loop.p] for i in range(loop.s + loop.p, loop.end))
        nested = any(left[i] in found.repeats and found.repeats[left[i]].varies for i in range(loop.s, loop.end))
        for i in middle:
            found.repeats.pop(left[i], None)
            yield left[i], left[middle.start]
        period = tuple(shapes[loop.s : loop.s + loop.p])
        found.repeats[left[middle.start]] = Repeat(loop.m - 2, varies or nested, period)


def _shapes(
    program: Program, left: Sequence[int], found: Collapsed, place: dict[int, int], depends: set[int]
) -> tuple[list[int], list[tuple[str | int, ...]], list[tuple[int, ...]]]:
    """What each item does (as a number), its constants, and the items it reads."""
    shapes, constants, reads = [], [], []
    for k in left:
        line = program.lines[k]
        known = found.repeats.get(k)
        shape = (known.times, known.period) if known else (line.op, line.static, *(a in depends for a in line.args))
        shapes.append(found.shapes.setdefault(shape, len(found.shapes)))
        constants.append(tuple(program.lines[a].text or a for a in line.args if a not in depends))
        reads.append(tuple(place[found.stands[a]] for a in line.args if a in depends))
    return shapes, constants, reads
