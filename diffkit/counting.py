"""How large a formula is: exact whole numbers, in one walk over its lines, however many digits they have.

A node is a leaf (an input or a constant) or an operation of the table; a + b has 3 nodes, sin(x) has 2.  Of a Program
with several outputs the sizes of the trees are summed, and the graph holds what they share once.

    tree         nodes when every shared part is written out as often as it is used
    dag          distinct nodes: equal parts are held once, as a program computes them
    operations   those of the distinct nodes that are no leaves
    depth        operations on the longest way from a leaf to the result
    path_length  the sum over all nodes of the tree of their distance from the root (Knuth, TAOCP 2.3.4.5)
    characters   of the formula written out in full, as diffkit prints it on one line
    pages        of LaTeX for that, begun ones counted: an A4 page of 10 pt text has some 43 lines of 70 characters
    sharing      tree / dag: how often a node is used on average

Swell compares a derivative with its function: swell_tree = T(f')/T(f), swell_dag = D(f')/D(f).  Intermediate swell is the
largest tree on the way to a form, f and SymPy's derivative included, over the tree of the form itself.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from diffkit import limits
from diffkit.errors import NumberError
from diffkit.messages import say
from diffkit.printing import ATOM, INFIX, NEG, NOT
from diffkit.program import Line, Program, tidy

CHARACTERS_OF_A_PAGE = 43 * 70
LINEAR = {"add", "sub"}  # their partials are 1 or -1
FACTORS = {"mul", "div", "neg"}  # products, as SymPy holds them


class Counts(NamedTuple):
    """The sizes of a Program; see the module for what each means."""

    tree: int
    dag: int
    operations: int
    depth: int
    path_length: int
    characters: int

    @property
    def pages(self) -> int:
        """Pages of LaTeX, begun ones counted."""
        return pages(self.characters)


def pages(characters: int) -> int:
    """Pages that so many characters fill, begun ones counted.

    Examples
    --------
    >>> pages(1), pages(3011)
    (1, 2)
    """
    return -(-characters // CHARACTERS_OF_A_PAGE)


def counts(program: Program) -> Counts:
    """Count a Program, in operations linear in its lines; a number is forgotten when the last line that needs it has it.

    Raises
    ------
    NumberError
        If the numbers that are still needed would fill the memory.

    Examples
    --------
    >>> from diffkit import parse
    >>> counts(parse("(x + 1)*sin(x + 1)"))
    Counts(tree=8, dag=5, operations=3, depth=3, path_length=14, characters=18)
    """
    lines, roots = _distinct(program)
    tree: list[int] = []
    path: list[int] = []
    depth: list[int] = []
    texts: list[Text] = []
    bits = 0
    for line, done in zip(lines, _last_uses([line.args for line in lines], roots)):
        args = line.args
        tree.append(1 + sum([tree[a] for a in args]))
        path.append(sum([path[a] + tree[a] for a in args]))
        depth.append(1 + max([depth[a] for a in args]) if args else 0)
        texts.append(_text(line, [texts[a] for a in args]))
        bits += tree[-1].bit_length() - sum([tree[a].bit_length() for a in done])
        if bits > limits.COUNTED_BITS:
            raise NumberError(say("swell.uncounted"), status="too-large")
        for a in done:
            tree[a], path[a], texts[a] = 0, 0, FORGOTTEN
    return Counts(
        tree=sum(tree[k] for k in roots),
        dag=len(lines),
        operations=sum(bool(line.args) for line in lines),
        depth=max(depth[k] for k in roots),
        path_length=sum(path[k] for k in roots),
        characters=sum(texts[k][0] for k in roots) + 2 * (len(roots) - 1),
    )


def operations_written_out(program: Program) -> int:
    """Operations of the tree: what a formula costs that computes every part as often as it is written.

    Examples
    --------
    >>> from diffkit import parse
    >>> operations_written_out(parse("(x + 1)*sin(x + 1)"))
    4
    """
    operations: list[int] = []
    for line, done in zip(program.lines, _last_uses([line.args for line in program.lines], program.outputs)):
        operations.append(sum([operations[a] for a in line.args], 1 if line.args else 0))
        for a in done:
            operations[a] = 0
    return sum(operations[k] for k in program.outputs)


def slopes_written_out(program: Program, names: Iterable[str]) -> int:
    """About how many nodes the derivatives by these inputs have when SymPy's product rule and chain rule write them out.

    For every operand that moves: its own derivative, times a partial about as large as the operation; sums are joined.  A
    product has all factors side by side, as SymPy holds it, so that each term of its derivative carries all others:
    abc has a'bc + ab'c + abc', not (a'b + ab')c + (ab)c'.  Powers of the same meet: aaa has 3a^2 a'.

    Examples
    --------
    >>> from diffkit import parse
    >>> slopes_written_out(parse("x*sin(x)"), ["x"]), str(slopes_written_out(parse("repeat 99: x = sin(x)*x"), ["x"]))[:3]
    (12, '489')
    """
    wanted = set(names)
    size: list[int] = []
    slope: list[int] = []
    moving: list[int] = []  # how many of the inputs a line depends on, at most
    terms: list[int] = []  # how many terms its derivatives are: one for every factor and input it moves with
    base = _bases(program.lines)
    reads = [(*line.args, base[k]) if base[k] != k else line.args for k, line in enumerate(program.lines)]
    for k, (line, done) in enumerate(zip(program.lines, _last_uses(reads, program.outputs))):
        args = line.args if base[k] == k else (base[k],)
        size.append(1 + sum([size[a] for a in line.args]))
        moves = [moving[a] for a in args]
        moving.append(min(len(wanted), sum(moves)) if line.args else int(line.text in wanted))
        joints = (sum(moves) if line.args else 2 * moving[-1]) - moving[-1]  # an input's own derivative is 1
        shares = [_share(line.op, size[-1], size[a], terms[a], moving[a]) for a in args]
        if base[k] != k:
            shares = [moving[base[k]] * (size[base[k]] + 4)]  # n a^(n-1)
        slope.append(joints + sum([slope[a] for a in args]) + sum(shares))
        terms.append(sum([terms[a] for a in args]) if line.op in FACTORS and base[k] == k else moving[-1])
        for a in done:
            size[a] = slope[a] = terms[a] = 0
    return sum(slope[k] for k in program.outputs)


def _bases(lines: Sequence[Line]) -> list[int]:
    """What each line is a power of, if only of itself."""
    base: list[int] = []
    for k, line in enumerate(lines):
        base.append(base[line.args[0]] if line.op == "mul" and len({base[a] for a in line.args}) == 1 else k)
    return base


def _share(op: str, size: int, operand: int, terms: int, moving: int) -> int:
    """The nodes by which the derivatives of an operand are multiplied."""
    if op in FACTORS:
        return terms * (size - operand if op != "neg" else 0)
    return 0 if op in LINEAR else moving * (size + 2)


def _last_uses(reads: Sequence[Sequence[int]], roots: Iterable[int]) -> list[list[int]]:
    """For every line the earlier ones that it is the last to read; roots are read to the end."""
    last: dict[int, int] = {a: k for k, args in enumerate(reads) for a in args}
    found: list[list[int]] = [[] for _ in reads]
    kept = set(roots)
    for a, k in last.items():
        if a not in kept:
            found[k].append(a)
    return found


def _distinct(program: Program) -> tuple[Sequence[Line], Sequence[int]]:
    """The lines that the outputs need, each once, operands first; and the outputs among them."""
    used = {a for line in program.lines for a in line.args}.union(program.outputs)
    if len(used) < len(program.lines) or len(set(program.lines)) < len(program.lines):
        program = tidy(program)
    return program.lines, program.outputs


# What is known of a text without writing it: its length, how tightly its operator binds, has it a sign in front?
Text = tuple[int, int, bool]
FORGOTTEN: Text = (0, ATOM, False)


def _text(line: Line, operands: Sequence[Text]) -> Text:
    """The text of one operation, as `printing` composes it."""
    if not operands:
        return len(line.text), ATOM, False
    if line.op in INFIX:
        binds, sign = INFIX[line.op]
        left, right = operands
        ahead = _length(left, binds + (binds in (4, 8)))
        behind = _length(right, binds + (line.op != "pow"), first=False)
        return ahead + len(sign) + behind, binds, left[2] and ahead == left[0]
    if line.op == "neg":
        return 1 + _length(operands[0], NEG + 1), NEG, True
    if line.op == "not":
        return 4 + _length(operands[0], NOT), NOT, False
    return len(line.op) + sum(length for length, _, _ in operands) + 2 * len(operands), ATOM, False


def _length(text: Text, binds: int, first: bool = True) -> int:
    """Its length, with the parentheses that `printing` puts around it."""
    length, bound, signed = text
    return length if bound >= binds and (first or not signed) else length + 2
