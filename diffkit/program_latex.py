"""Program -> LaTeX: fractions, roots and powers as textbooks set them, in the user's order, the user's names as lines.

Needs nothing but the Program's data (`lines`, `outputs`, `names`, `inputs`), so that a picture of a formula never runs it.
One walk over the lines, each of which is a piece of text and how tightly its outermost operator binds.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

LONGEST, DEEPEST, MOST = 250, 24, 24  # nodes and nesting of one statement, number of statements
OR, AND, NOT, COMPARE, ADD, NEG, MUL, FUNCTION, POWER, ATOM = range(10)


def _words(text: str) -> list[str]:
    return text.split()


GREEK = _words(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", GREEK, strict=True))
FUNCTIONS = {
    **{name: f"\\{name}" for name in _words("sin cos tan sec csc cot sinh cosh tanh coth exp max min")},
    **{name: f"\\operatorname{{{name}}}" for name in _words("sech csch erf erfc hypot sigmoid softplus relu log1p expm1 step")},
    **{f"a{name}": f"\\operatorname{{arc{name}}}" for name in ("sec", "csc", "cot")},
    **{f"a{name}": f"\\operatorname{{ar{name}}}" for name in _words("sinh cosh tanh sech csch coth")},
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "atan2": r"\operatorname{atan2}",
    "log": r"\ln",
    "log2": r"\log_{2}",
    "log10": r"\log_{10}",
    "sign": r"\operatorname{sgn}",
    "gamma": r"\Gamma",
    "lgamma": r"\ln\Gamma",
    "digamma": r"\psi",
}
BARE = set(_words("asin acos atan log2 log10 sin cos tan sec csc cot sinh cosh tanh sech csch coth log"))  # sin x, but erf(x)
RAISED = set(_words("sin cos tan sec csc cot sinh cosh tanh sech csch coth log"))  # sin^2 x; but never log_2^3
COMPARISONS = {"lt": "<", "le": r"\le", "gt": ">", "ge": r"\ge", "eq": "=", "ne": r"\ne"}
WRAPPED = {
    "sqrt": r"\sqrt{%s}",
    "cbrt": r"\sqrt[3]{%s}",
    "abs": r"\left|%s\right|",
    "floor": r"\left\lfloor %s\right\rfloor",
}


class Line(Protocol):
    """What is read of a line of a Program."""

    @property
    def op(self) -> str: ...
    @property
    def args(self) -> tuple[int, ...]: ...
    @property
    def text(self) -> str: ...
    @property
    def value(self) -> Any: ...


class Program(Protocol):
    """What is read of a Program."""

    @property
    def lines(self) -> Sequence[Line]: ...
    @property
    def inputs(self) -> Sequence[str]: ...
    @property
    def outputs(self) -> Sequence[int]: ...
    @property
    def names(self) -> Sequence[tuple[str, int]]: ...


class Piece(NamedTuple):
    """A text, how tightly it binds, its nodes and nesting; whether what follows would read as an argument, as after sin x;
    of a function's call name and argument, for sin^2 x."""

    text: str
    binds: int = ATOM
    nodes: int = 1
    depth: int = 1
    open: bool = False
    call: tuple[str, str] | None = None


TOO_LONG = Piece("", nodes=LONGEST + 1)
NONE: Mapping[int, int] = MappingProxyType({})


def latex(program: Program) -> str:
    r"""Return the formula in LaTeX (mathematics, for amsmath); with names, one aligned line each.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> print(latex(parse("exp(x)/sqrt(sin(x)^3 + 1)")))
    \frac{e^{x}}{\sqrt{\sin^{3} x + 1}}
    """
    statements = _statements(program)
    if statements is None:
        return rf"\text{{a program of {len(program.lines)} lines, too long to print}}"
    if len(statements) == 1:
        return statements[0][1]
    rows = [f"{left} &= {right}" for left, right in statements]
    return "\\begin{split}" + r" \\ ".join(rows) + "\\end{split}"


def equation(program: Program) -> str:
    r"""Return the formula as an equation, f(x) = ..., unless its own lines say what equals what.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> print(equation(parse("x^2*y")))
    f(x, y) = x^{2} y
    """
    statements = _statements(program)
    if statements is not None and len(statements) > 1:
        return latex(program)
    left = statements[0][0] if statements else _function(program)
    return f"{left} = {latex(program)}"


def lines_latex(
    program: Program, gates: Mapping[int, int] | None = None, shapes: Sequence[tuple[int, ...]] = (), nodes: int = 16
) -> tuple[list[str], list[str]]:
    r"""Return what each line looks like, and as what others read it; "" where that takes more than so many nodes.

    Others read a line by the user's name for it, and a written-out sigmoid, which ``gates`` lists with the line of its
    argument, as sigma(...).  ``shapes`` of all lines tell the product of arrays from that of matrices.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> lines_latex(parse("q = x + y; f = q*z"))
    (['x', 'y', 'x + y', 'z', 'q z'], ['x', 'y', 'q', 'z', 'f'])
    """
    symbols = {k: name for name, k in reversed(_symbols(program)) if program.lines[k].args}
    both = _pieces(program, symbols, gates or {}, shapes)
    written, read = (["" if piece.nodes > nodes else piece.text for piece in pieces] for pieces in both)
    return written, read


def gate_latex(program: Program, k: int, moving: Sequence[bool]) -> str:
    r"""Return an operation as a gate: its sign or function, with the operands that do not move written in.

    Examples
    --------
    >>> from diffkit.language import parse
    >>> f = parse("1/(x + 2)")
    >>> [gate_latex(f, k, (False, True, False, True, True)) for k in (3, 4)]
    ['+ 2', '1 / \\bullet']
    """
    line = program.lines[k]
    fixed = [_constant(program, a) for a in line.args if not moving[a]]
    if line.op in GATES and fixed:
        return GATES[line.op][moving[line.args[0]]].replace("#", fixed[0])
    return SIGNS.get(line.op) or FUNCTIONS.get(line.op) or rf"\operatorname{{{plain_letters(line.op)}}}"


def _constant(program: Program, a: int) -> str:
    """A constant as text; what is made of constants by its operation."""
    line = program.lines[a]
    if line.op == "neg" and program.lines[line.args[0]].op == "const":
        return f"(-{_constant(program, line.args[0])})"
    if line.op != "const" or not isinstance(line.value, float):
        return r"\mathrm{const}"
    return number(line.text if len(line.text) <= 8 else f"{line.value:.4g}").text


SIGNS = {
    "add": "+",
    "sub": "-",
    "mul": r"\times",
    "div": r"\div",
    "neg": r"\times (-1)",
    "pow": r"\bullet^{\bullet}",
    **{op: sign.replace("le", "leq").replace("ge", "geq").replace("ne", "neq") for op, sign in COMPARISONS.items()},
}
GATES = {  # with the constant left of what moves, and right of it
    "add": ("# +", "+ #"),
    "sub": (r"# - \bullet", "- #"),
    "mul": (r"# \times", r"\times #"),
    "div": (r"# / \bullet", r"\div #"),
    "pow": (r"#^{\bullet}", r"\bullet^{#}"),
}


def _statements(program: Program) -> list[tuple[str, str]] | None:
    """Return left and right sides, the result last; None where they are too long or too many."""
    symbols = _symbols(program)
    if len(symbols) > MOST:
        return None
    pieces, _ = _pieces(program, {k: name for name, k in reversed(symbols) if program.lines[k].args})
    shown = [(name, pieces[k]) for name, k in symbols]
    if [k for _, k in symbols[-1:]] != list(program.outputs):
        named = {k: Piece(name) for name, k in reversed(symbols)}
        results = [named.get(k, pieces[k]) for k in program.outputs]
        nodes, depth = sum(r.nodes for r in results), max(r.depth for r in results)
        together = results[0].text if len(results) == 1 else _parens(r",\ ".join(r.text for r in results))
        shown.append((_function(program), Piece(together, nodes=nodes, depth=depth)))
    if any(piece.nodes > LONGEST or piece.depth > DEEPEST for _, piece in shown):
        return None
    return [(left, piece.text) for left, piece in shown]


def _function(program: Program) -> str:
    taken = {*program.inputs, *(name for name, _ in program.names)}
    name = next(n for n in ("f", "F", r"\mathcal{F}") if n not in taken)
    return f"{name}({', '.join(map(identifier, program.inputs))})" if program.inputs else name


def _symbols(program: Program) -> list[tuple[str, int]]:
    """Return the user's names with their lines; a name bound again is counted, from 1 on."""
    often = Counter([name for name, _ in program.names] + list(set(program.inputs) & {name for name, _ in program.names}))
    single = {identifier(name) for name in (*often, *program.inputs)}
    count: Counter[str] = Counter()
    symbols = []
    for name, k in program.names:
        count[name] += 1
        symbol = identifier(name)
        if often[name] > 1:
            indexed = f"{symbol[:-1]},{count[name]}}}" if "_{" in symbol else f"{symbol}_{{{count[name]}}}"
            symbol = indexed if indexed not in single else f"{symbol}^{{({count[name]})}}"
        symbols.append((symbol, k))
    return symbols


def _pieces(
    program: Program, symbols: dict[int, str], gates: Mapping[int, int] = NONE, shapes: Sequence[tuple[int, ...]] = ()
) -> tuple[list[Piece], list[Piece]]:
    """Return what each line looks like, written out in full down to the user's names, and as others read it."""
    pieces: list[Piece] = []
    seen: list[Piece] = []
    sigma = r"\operatorname{sigmoid}" if r"\sigma" in {*symbols.values(), *map(identifier, program.inputs)} else r"\sigma"
    for k, line in enumerate(program.lines):
        args = [seen[a] for a in line.args]
        nodes, depth = 1 + sum(a.nodes for a in args), 1 + max((a.depth for a in args), default=0)
        arrays = line.op == "mul" and shapes and all(shapes[a] for a in line.args)
        piece = TOO_LONG if nodes > LONGEST else _by_elements(args) if arrays else _piece(line, args)
        piece = piece._replace(nodes=nodes, depth=depth)
        read = Piece(symbols[k]) if k in symbols else piece
        if k in gates:
            argument = seen[gates[k]]
            gate = Piece(sigma + _parens(argument.text), POWER, argument.nodes + 1, argument.depth + 1)
            piece, read = gate if line.op == "sigmoid" else piece, read if k in symbols else gate
        pieces.append(piece)
        seen.append(read)
    return pieces, seen


def _piece(line: Line, args: list[Piece]) -> Piece:
    op = line.op
    texts = [a.text for a in args]
    if op == "input":
        return Piece(identifier(line.text))
    if op == "const":
        return number(line.text) if isinstance(line.value, float) else Piece(_constant_array(line.text))
    if op in OF_ARRAYS:
        return OF_ARRAYS[op](getattr(line, "static", ()), args)
    if op in WRITERS:
        return WRITERS[op](args)
    if op in COMPARISONS:
        return Piece(f"{_at(args[0], ADD)} {COMPARISONS[op]} {_at(args[1], ADD)}", COMPARE)
    if op in WRAPPED:
        return Piece(WRAPPED[op] % texts[0], POWER if "sqrt" in WRAPPED[op] else ATOM)
    return _call(op, args)


# -- operators ------------------------------------------------------------------------------------------
def _parens(text: str) -> str:
    return rf"\left({text}\right)"


def _at(piece: Piece, binds: int) -> str:
    """Return the text, in parentheses where it binds less tightly than that."""
    return piece.text if piece.binds >= binds else _parens(piece.text)


def _add(args: list[Piece]) -> Piece:
    return Piece(f"{_at(args[0], ADD)} + {_after(args[1], MUL)}", ADD)


def _sub(args: list[Piece]) -> Piece:
    return Piece(f"{_at(args[0], ADD)} - {_after(args[1], MUL)}", ADD)


def _after(piece: Piece, binds: int) -> str:
    """Return the text of a right operand, which must not begin with a sign."""
    return _parens(piece.text) if piece.text.startswith("-") else _at(piece, binds)


def _neg(args: list[Piece]) -> Piece:
    return Piece(f"-{_after(args[0], MUL)}", NEG, open=args[0].open)


def _mul(args: list[Piece]) -> Piece:
    left, right = _at(args[0], NEG), _after(args[1], FUNCTION)
    again = left == right or left.endswith(f" {right}")  # xx would be a name
    named = re.match(r"\\(sin|cos|tan|sec|csc|cot|ln|log|arc|operatorname|exp)", right)
    opened = args[0].open and args[0].binds >= NEG
    dotted = re.match(r"[\d.]|\\frac", right) or (opened and not named)
    between = r" \cdot " if dotted or again else r" \, " if named or re.search(r"\\mathrm\{\w+\}$", left) else " "
    return Piece(left + between + right, NEG if args[0].binds == NEG else MUL, open=args[1].open and args[1].binds >= FUNCTION)


def _div(args: list[Piece]) -> Piece:
    return Piece(rf"\frac{{{args[0].text}}}{{{args[1].text}}}", POWER)


def _pow(args: list[Piece]) -> Piece:
    base, exponent = args
    if base.call and base.call[0] in RAISED and re.fullmatch(r"[2-9]", exponent.text):
        name, argument = base.call
        return Piece(f"{FUNCTIONS[name]}^{{{exponent.text}}}{argument}", base.binds, open=base.open)
    raised = _parens(base.text) if base.binds < ATOM or "^" in base.text else base.text
    return Piece(f"{raised}^{{{exponent.text}}}", POWER)


def _exp(args: list[Piece]) -> Piece:
    short = len(args[0].text) <= 60 and r"\frac" not in args[0].text and r"\begin" not in args[0].text
    return Piece(f"e^{{{args[0].text}}}", POWER) if short else _call("exp", args)


def _and(args: list[Piece]) -> Piece:
    return Piece(rf"{_at(args[0], AND)} \wedge {_at(args[1], NOT)}", AND)


def _or(args: list[Piece]) -> Piece:
    return Piece(rf"{_at(args[0], OR)} \vee {_at(args[1], AND)}", OR)


def _not(args: list[Piece]) -> Piece:
    return Piece(rf"\neg {_at(args[0], ATOM)}", NOT)


def _where(args: list[Piece]) -> Piece:
    condition, then, otherwise = (a.text for a in args)
    return Piece(rf"\begin{{cases}}{then} & \text{{if }} {condition} \\ {otherwise} & \text{{otherwise}}\end{{cases}}", OR)


def _polygamma(args: list[Piece]) -> Piece:
    return Piece(rf"\psi^{{({args[0].text})}}{_parens(args[1].text)}", POWER)


def _call(op: str, args: list[Piece]) -> Piece:
    """Return a function's call; its one argument goes without parentheses if it is a letter or a number."""
    name = FUNCTIONS.get(op, rf"\operatorname{{{plain_letters(op)}}}")
    bare = op in BARE and args[0].binds == ATOM and args[0].nodes == 1
    argument = f" {args[0].text}" if bare else _parens(", ".join(a.text for a in args))
    return Piece(name + argument, FUNCTION if bare else POWER, open=bare, call=(op, argument) if len(args) == 1 else None)


# -- arrays ---------------------------------------------------------------------------------------------
TIMES = r" {\times} "


def _constant_array(text: str) -> str:
    """Return a constant array by its shape; ``text`` is array(3x2)."""
    return rf"\mathrm{{array}}_{{{TIMES.join(re.findall('[0-9]+', text))}}}"


def _by_elements(args: list[Piece]) -> Piece:
    return Piece(rf"{_at(args[0], MUL)} \odot {_after(args[1], FUNCTION)}", MUL)


def _transpose(static: tuple[Any, ...], args: list[Piece]) -> Piece:
    """Return X^T; other orders of the axes by their name."""
    plainly = static[0] in (None, (1, 0))
    return Piece(rf"{_at(args[0], ATOM)}^{{\mathsf{{T}}}}", POWER) if plainly else _call("transpose", args)


def _getitem(static: tuple[Any, ...], args: list[Piece]) -> Piece:
    whole = all(type(part) is int for part in static[0])
    index = ", ".join(map(str, static[0])) if whole else r"\cdot"
    return Piece(f"{_at(args[0], ATOM)}_{{[{index}]}}", POWER)


def _along(name: str, static: tuple[Any, ...], args: list[Piece]) -> Piece:
    """Return a reduction, the axes it runs along as its index."""
    axes = static[0] if static and static[0] is not None else ()
    index = rf"_{{{','.join(map(str, axes if isinstance(axes, tuple) else (axes,)))}}}" if axes != () else ""
    return Piece(rf"\operatorname{{{name}}}{index}{_parens(args[0].text)}", POWER)


OF_ARRAYS: dict[str, Callable[[tuple[Any, ...], list[Piece]], Piece]] = {
    "matmul": lambda static, args: _mul(args),
    "transpose": _transpose,
    "getitem": _getitem,
    "astype": lambda static, args: args[0],
    **{name: partial(_along, name) for name in ("sum", "prod", "cumsum")},
    "amax": partial(_along, "max"),
    "amin": partial(_along, "min"),
}
WRITERS = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "exp": _exp,
    "and": _and,
    "or": _or,
    "not": _not,
    "where": _where,
    "polygamma": _polygamma,
}


# -- names and numbers ------------------------------------------------------------------------------------
def plain_letters(text: str) -> str:
    """Return letters and digits only: nothing that LaTeX could read as a command."""
    return "".join(c if c.isalnum() else r"\_" if c == "_" else "?" for c in text)


def identifier(name: str) -> str:
    r"""Return a user's name in LaTeX.

    Examples
    --------
    >>> print(identifier("x"), identifier("x_1"), identifier("w12"), identifier("alpha"), identifier("rate"))
    x x_{1} w_{12} \alpha \mathrm{rate}
    """
    found = re.fullmatch(r"([^\W\d_]+)_?(\w*?)_?", name)
    if not found:
        return rf"\mathrm{{{plain_letters(name)}}}"
    letters, index = _letters(found[1]), found[2]
    return f"{letters}_{{{index if index.isdecimal() else _letters(index)}}}" if index else letters


def _letters(word: str) -> str:
    word = LETTERS.get(word, word)
    return f"\\{word}" if word in GREEK else word if len(word) == 1 else rf"\mathrm{{{plain_letters(word)}}}"


def number(text: str) -> Piece:
    r"""Return a constant as it is printed.

    Examples
    --------
    >>> print(number("0.1").text, number("1e-8").text, number("pi").text)
    0.1 1 \cdot 10^{-8} \pi
    """
    found = re.fullmatch(r"([\d.]+)(?:[eE]([+-]?\d+))?", text)
    if not found:
        return Piece({"pi": r"\pi", "tau": r"\tau", "inf": r"\infty"}.get(text, identifier(text)))
    return Piece(text) if found[2] is None else Piece(rf"{found[1]} \cdot 10^{{{int(found[2])}}}", MUL)
