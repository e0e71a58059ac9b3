"""Program -> the text that `diffkit.parse` reads back to the same Program.

A Program prints as the user wrote it: the user's names as statements, everything else written out.  Where that would be
long (a shared line written out a thousand times), deep, or impossible (a name that was bound again), every operation
becomes a statement of its own, ``_7 = sin(_6)``.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from diffkit.program import Program, reachable

INFIX = {
    "or": (1, " or "),
    "and": (2, " and "),
    "lt": (4, " < "),
    "le": (4, " <= "),
    "gt": (4, " > "),
    "ge": (4, " >= "),
    "eq": (4, " == "),
    "ne": (4, " != "),
    "add": (5, " + "),
    "sub": (5, " - "),
    "mul": (6, "*"),
    "div": (6, "/"),
    "pow": (8, "^"),
}
WORDS = {"add": "sum", "sub": "difference", "mul": "product", "div": "quotient", "pow": "power", "neg": "negative"}
NOT, NEG, ATOM = 3, 7, 9
GUARDS = 3  # choices named in the remark on them
LONGEST, DEEPEST = 400, 60  # nodes and nesting of one statement


class NotAsWritten(Exception):
    """This statement cannot be written out, or only at great length."""


class Piece(NamedTuple):
    """A text, how tightly its outermost operator binds, its nodes and its nesting."""

    text: str
    binds: int = ATOM
    nodes: int = 1
    depth: int = 1


def text(program: Program) -> str:
    """The Program as text that parses back to it."""
    try:
        statements, seen = _as_written(program)
    except NotAsWritten:
        statements, seen = _line_by_line(program)
    if tuple(seen) != program.inputs:
        name = next(n for n in ("f", "F", "the_function") if n not in program.inputs)
        if _ends_named(program):
            statements.append(program.names[-1][0])
        statements[-1] = f"{name}({', '.join(program.inputs)}) = {statements[-1]}"
    return "; ".join(statements) + _where(program)


def _where(program: Program) -> str:
    """A remark on the branches that were taken where the Program was recorded."""
    if not program.guards:
        return ""
    shown = [_guard(program, k, outcome) for k, outcome in program.guards[:GUARDS]]
    more = f" and {len(program.guards) - GUARDS} choices more" if len(program.guards) > GUARDS else ""
    return f"  # where {' and '.join(shown)}{more}"


def _guard(program: Program, k: int, outcome: bool) -> str:
    try:
        condition = _write(program, k, lambda a: None if program.lines[a].args else Piece(program.lines[a].text))
    except NotAsWritten:
        condition = f"{program.lines[k].op} of line {k}"
    return condition if outcome else f"not {condition}"


def _ends_named(program: Program) -> bool:
    return bool(program.names) and program.outputs == (program.names[-1][1],)


def _as_written(program: Program) -> tuple[list[str], dict[str, None]]:
    shown: dict[int, str] = {}  # what a line is called at this point of the text
    owner: dict[str, int] = {}  # and the other way round
    seen: dict[str, None] = {}
    rebound = set(program.inputs) & {name for name, _ in program.names}

    def leaf(k: int) -> Piece | None:
        line = program.lines[k]
        if line.op == "input":
            if line.text in rebound and line.text in owner:
                raise NotAsWritten
            seen.setdefault(line.text)
            return Piece(line.text)
        return Piece(line.text) if line.op == "const" else Piece(shown[k]) if k in shown else None

    statements = []
    for name, k in program.names:
        statements.append(f"{name} = {_write(program, k, leaf)}")
        shown.pop(owner.get(name, -1), None)
        owner[name] = k
        if program.lines[k].args:
            shown[k] = name
    if not _ends_named(program):
        statements.append(", ".join(_write(program, k, leaf) for k in program.outputs))
    return statements, seen


def _line_by_line(program: Program) -> tuple[list[str], dict[str, None]]:
    labels: dict[int, str] = {}
    seen: dict[str, None] = {}
    rebound = {name for name, _ in program.names}

    def leaf(k: int) -> Piece | None:
        line = program.lines[k]
        if k in labels:
            return Piece(labels[k])
        if line.op == "input":
            seen.setdefault(line.text)
        return None if line.args else Piece(line.text)

    statements = []
    for k, line in enumerate(program.lines):
        if line.op == "input" and line.text in rebound:  # its name will mean something else further on
            statements.append(f"_{k} = {_write(program, k, leaf)}")
            labels[k] = f"_{k}"
    for k in reachable(program, [k for _, k in program.names] + list(program.outputs))[0]:
        if program.lines[k].args:
            statements.append(f"_{k} = {_write(program, k, leaf)}")
            labels[k] = f"_{k}"
    statements += [f"{name} = {_write(program, k, leaf)}" for name, k in program.names]
    if not _ends_named(program):
        statements.append(", ".join(_write(program, k, leaf) for k in program.outputs))
    return statements, seen


def _write(program: Program, root: int, leaf: Callable[[int], Piece | None]) -> str:
    """The expression of one line, operands first and without recursion; ``leaf`` says what needs no writing out."""
    done: dict[int, Piece] = {}
    stack = [root]
    while stack:
        k = stack[-1]
        if k in done:
            stack.pop()
        elif piece := leaf(k):
            done[k] = piece
        elif waiting := [a for a in program.lines[k].args if a not in done]:
            if len(stack) > LONGEST:
                raise NotAsWritten
            stack.extend(reversed(waiting))
        else:
            done[k] = _compose(program.lines[k].op, [done[a] for a in program.lines[k].args])
    return done[root].text


def line_text(program: Program, k: int, names: Mapping[int, str], length: int = 60) -> str:
    """One line as text of at most ``length`` characters: named lines by their names, what lies deepest as ``...``.

    Where little else would be left it is told as the operation and the line of the Program.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> f = parse("q = x + y; exp(q)*sin(exp(q) + 1)")
    >>> line_text(f, f.outputs[0], {2: "q"}), line_text(f, f.outputs[0], {2: "q"}, 16)
    ('exp(q)*sin(exp(q) + 1)', 'exp(q)*sin(...)')
    >>> line_text(f, f.outputs[0], {}, 12)
    'product (line 8)'
    """
    for depth in (8, 6, 5, 4, 3, 2, 1):
        below = _distances(program, k, names, depth)

        def leaf(j: int, below: dict[int, int] = below, depth: int = depth) -> Piece | None:
            if not program.lines[j].args:
                return Piece(program.lines[j].text)
            return Piece(names[j]) if j in names and j != k else Piece("...") if below[j] >= depth else None

        try:
            shown = _write(program, k, leaf)
        except NotAsWritten:
            continue
        if len(shown) <= length and shown.count("...") < 2:
            return shown
    op = program.lines[k].op
    return f"{WORDS.get(op, op)} (line {k + 1})"


def _distances(program: Program, root: int, names: Mapping[int, str], depth: int) -> dict[int, int]:
    """How far below ``root`` the lines stand that are at most ``depth`` away, not looking into named ones."""
    found, level = {root: 0}, [root]
    for distance in range(1, depth + 1):
        level = [a for k in level if k == root or k not in names for a in program.lines[k].args if a not in found]
        found |= dict.fromkeys(level, distance)
    return found


def _compose(op: str, operands: list[Piece]) -> Piece:
    nodes, depth = 1 + sum(p.nodes for p in operands), 1 + max(p.depth for p in operands)
    if nodes > LONGEST or depth > DEEPEST:
        raise NotAsWritten
    if op in INFIX:
        binds, sign = INFIX[op]
        left, right = operands
        return Piece(
            _wrap(left, binds + (binds in (4, 8))) + sign + _wrap(right, binds + (op != "pow"), first=False), binds, nodes, depth
        )
    if op == "neg":
        return Piece("-" + _wrap(operands[0], NEG + 1), NEG, nodes, depth)
    if op == "not":
        return Piece("not " + _wrap(operands[0], NOT), NOT, nodes, depth)
    return Piece(f"{op}({', '.join(p.text for p in operands)})", ATOM, nodes, depth)


def _wrap(piece: Piece, binds: int, first: bool = True) -> str:
    """The text in parentheses if it binds less tightly than ``binds``, or would put a sign behind an operator."""
    bare = piece.binds >= binds and (first or not piece.text.startswith("-"))
    return piece.text if bare else f"({piece.text})"
