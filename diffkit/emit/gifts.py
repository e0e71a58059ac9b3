"""What a line hands to its operands in the reverse sweep: v_bar[a] += v_bar[k] * d v[k] / d v[a], as expressions.

Letters: a `Gift` is one such contribution; ``sure`` says that it comes whatever max, min, where and relu choose.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence

from diffkit.emit.facts import partial_of
from diffkit.emit.page import Block, Dialect, Row, Step
from diffkit.emit.sheet import CONDITIONS, Sheet
from diffkit.namespaces import local_derivative
from diffkit.primitives import TABLE

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

UNSET, MAYBE, SET = "unset", "maybe", "set"  # states of an adjoint's variable
NEUTRAL = "-0.0"  # added to any number it leaves every bit as it is, which 0.0 does not


class Target(namedtuple("Target", "text key maybe once", defaults=(False, False))):
    """Where a contribution goes: a variable, whose state is known by ``key``, or an item of a list (key is None)."""

    __slots__ = ()
    text: str
    key: Any
    maybe: bool  # an item that may stay unreached
    once: bool  # an item that gets no other contribution


class Gift(namedtuple("Gift", "line target share choice")):
    """One contribution to an adjoint."""

    __slots__ = ()
    line: int
    target: Target
    share: int
    choice: int | None


class Given(namedtuple("Given", "line bar sure gifts")):
    """All contributions of one line, whose adjoint ``bar`` may not have been reached."""

    __slots__ = ()
    line: int
    bar: str
    sure: bool
    gifts: list[Gift]


def gifts(
    sheet: Sheet, line: int, op: str, bar: Any, y: Any, operands: Sequence[Any], targets: Sequence[Target | None]
) -> list[Gift]:
    """The contributions of one line, in the order of its operands."""
    found = []
    for c, target in enumerate(targets):
        if target is None or partial_of(op, c) is None:
            continue
        partial = local_derivative(op, c, sheet.F, y, list(operands))
        partial = partial if hasattr(partial, "index") else sheet.const(partial)
        share, choice = sheet.F.mul(bar, partial), None
        if TABLE[op].selects:
            if sheet.number(partial.index) == 0:
                continue
            share, choice = _selected(sheet, bar, partial)
        found.append(Gift(line, target, share.index, choice))
    return found


def _selected(sheet: Sheet, bar: Any, partial: Any) -> tuple[Any, int | None]:
    """The share of an operand that may not have been chosen, and when it was; where it was, a weight of 1 is left out."""
    node = sheet.nodes[partial.index]
    if sheet.number(partial.index) is not None:
        return sheet.F.mul(bar, partial), None
    weights = [sheet.number(a) for a in node.args[1:]] if node.op == "where" else []
    if weights == [1.0, 0.0]:
        return bar, node.args[0]
    if weights == [0.0, 1.0]:
        return bar, sheet.F.__dict__["not"](sheet.at(node.args[0])).index
    if node.op in CONDITIONS:
        return bar, partial.index
    return sheet.F.mul(bar, partial), partial.index


def steps(given: Given, states: dict[Any, str], dialect: Dialect) -> list[Any]:
    """The planned steps of one line's contributions, and the states of the variables after them."""
    before: list[Any] = []
    planned: list[Step] = []
    for gift in given.gifts:
        sure = given.sure and gift.choice is None
        sign = "=" if gift.target.once else "?=" if gift.target.maybe else "+="
        if gift.target.key is not None:
            state = states.get(gift.target.key, UNSET)
            if state == UNSET and not sure:
                before.append(Row("reverse", given.line, gift.target.text, "=", dialect.unreached))
            sign = {UNSET: "=", MAYBE: "?=", SET: "+="}[state]
            states[gift.target.key] = SET if sure or state == SET else MAYBE
        planned.append(Step("reverse", given.line, gift.target.text, sign, gift.share, gift.choice))
    if given.sure or not planned:
        return before + planned
    return [*before, Block(given.line, given.bar, planned)]
