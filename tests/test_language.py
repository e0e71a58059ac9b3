"""The language of expressions: what it reads, in which order it computes, and what it says when it cannot."""

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffkit import limits
from diffkit.errors import DiffkitError, ParseError
from diffkit.language import CONSTANTS, FUNCTIONS, normalise, parse
from diffkit.primitives import TABLE
from diffkit.program import Line, Program

HERE = Path(__file__).parent
SAMPLE = {"x": 0.7, "y": -1.3, "z": 2.5}
x, y, z = SAMPLE.values()
KNOWN = {**vars(math), **SAMPLE, "abs": abs, "__builtins__": {}}
# texts are ours and so Python may evaluate them: what a formula computes; the message of every error under its first line
MEANINGS = [tuple(map(str.strip, row.split(" ~ "))) for row in (HERE / "parse_meanings.txt").read_text("utf-8").splitlines()[1:]]
ERRORS = [(block.split("\n")[1][4:], block) for block in (HERE / "parse_errors.txt").read_text("utf-8").strip().split("\n\n")]


def value(text: str, **point: float) -> float:
    """The value of a formula, its inputs taken from a fixed sample."""
    program = parse(text)
    return float(program(**{name: {**SAMPLE, **point}[name] for name in program.inputs}))


def operations(text: str) -> list[str]:
    """The operations of a formula in their order."""
    return [line.op for line in parse(text).lines if line.args]


def message(text: str) -> str:
    """The whole message of the error that a text gives."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    return str(caught.value)


# --- what formulas mean ---------------------------------------------------------------------------------------------
LAYOUTS = [
    ("(x +\n y) # a comment (\n", x + y),
    ("x\r\n", x),
    ("  x\t", x),
    ("  x", x),
    ("q = x + y # q\n\n# f\nf = q*z\n", (x + y) * z),
    ("repeat 2:\n  x = 2x\n  x = x + 1\nx", 4 * x + 3),
    ("repeat 2:\n  repeat 2:\n    x = 2x\n  x = x + 1\nx - 1", 16 * x + 4),
    ("repeat 2: # twice\n\n  x = 2x; x = x + 1\n\n", 4 * x + 3),
    ("  q = x\n  repeat 2:\n    q = 2q\n  q + 1", 4 * x + 1),
    ("repeat 2: repeat 2:\n  x = 2x\nx", 16 * x),
]


@pytest.mark.parametrize(("text", "expected"), MEANINGS)
def test_meaning(text: str, expected: str) -> None:
    """Every construct computes what plain Python computes for its long form, bit for bit."""
    assert value(text) == eval(expected, KNOWN)


@pytest.mark.parametrize(("text", "expected"), LAYOUTS)
def test_layout(text: str, expected: float) -> None:
    """Statements end at semicolons and at line ends outside parentheses; an indented block is repeated as a whole."""
    assert value(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in MEANINGS + LAYOUTS])
def test_round_trip(text: str) -> None:
    """A Program prints as text that parses back to it."""
    program = parse(text)
    assert parse(str(program)) == program


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts one after the other."""
    return st.tuples(*parts).map("".join)


def python_formula() -> st.SearchStrategy[str]:
    """Texts that mean the same in Python and here; whole exponents, so that nothing becomes complex."""
    sign, power = st.sampled_from([" + ", " - ", "*", "/"]), st.sampled_from(["**2.0", "**-3.0", "**2.0**3.0", "**-2.0**2.0"])
    sums = st.recursive(
        st.sampled_from(["x", "y", "z", "2.0", "0.1", "1e-2"]),
        lambda part: st.one_of(
            joined(part, sign, part),
            joined(part, power),
            part.map("-{}".format),
            part.map("({})".format),
            part.map("abs({})".format),
        ),
        max_leaves=12,
    )
    relation = joined(sums, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), sums, st.sampled_from(["", "<y", "!=3.0"]))
    test = st.recursive(
        relation,
        lambda part: st.one_of(
            joined(part, st.sampled_from([" and ", " or "]), part), part.map("not {}".format), part.map("({})".format)
        ),
        max_leaves=4,
    )
    return st.one_of(sums, test, joined(sums, st.just(" if "), test, st.just(" else "), sums))


@settings(max_examples=500, deadline=None)
@given(python_formula())
def test_precedence_is_that_of_python(text: str) -> None:
    """Operators bind, associate and chain as in Python, whatever parentheses are left out."""
    try:
        expected = float(eval(text, KNOWN))
    except (ZeroDivisionError, OverflowError, TypeError):  # TypeError: it is complex in Python
        assume(False)
    found = value(text)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


def test_operations_are_those_written() -> None:
    """Nothing is folded, reordered or simplified."""
    assert operations("(1 + x) - 1") == ["add", "sub"]
    assert operations("0*x + 2*3 - -4") == ["mul", "mul", "add", "neg", "sub"]
    assert operations("x^1") == ["pow"] and operations("sqrt(x^2)") == ["pow", "sqrt"]
    assert value("(1 + x) - 1", x=1e-17) == 0.0


def test_names_of_operations() -> None:
    """Every operator becomes its row of the table."""
    assert operations("a < b <= c > d >= a == b != c") == ["lt", "le", "gt", "ge", "eq", "ne", "and", "and", "and", "and", "and"]
    assert operations("not a or b and c") == ["not", "and", "or"]
    assert operations("a if b else c") == ["where"] and operations("|√(-x)|") == ["neg", "sqrt", "abs"]


def test_lines() -> None:
    """Inputs come in the order of appearance, a constant keeps its text, identical lines are shared."""
    assert parse("x if y < 2 else x*y").lines == (
        Line("input", text="x"),
        Line("input", text="y"),
        Line("const", value=2.0, text="2"),
        Line("lt", (1, 2)),
        Line("mul", (0, 1)),
        Line("where", (3, 0, 4)),
    )
    assert len(parse("x*y + x*y").lines) == 4 and len(parse("x*y + x*y", share=False).lines) == 5


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2.0", "2"),
        ("0.10", "0.1"),
        ("1e-8", "1e-08"),
        ("00012", "12"),
        ("1e15", "1000000000000000"),
        ("1e16", "1e+16"),
        ("0.1000000000000000055", "0.1"),
        ("9007199254740993", "9007199254740992"),
        ("0.0", "0"),
        ("0e999999", "0"),
        ("5e-324", "5e-324"),
        ("π", "pi"),
        ("τ", "tau"),
        ("e", "e"),
    ],
)
def test_literals(text: str, printed: str) -> None:
    """A literal is the nearest double and prints as its shortest text; constants print by name."""
    (line,) = parse(text).lines
    assert line.text == printed and line.value == (CONSTANTS[text][0] if text in CONSTANTS else float(text))


def test_constants_and_variables() -> None:
    """Only pi, e and tau are reserved; any other name that is not called is a variable."""
    names = (
        "E",
        "I",
        "N",
        "S",
        "Q",
        "O",
        "beta",
        "gamma",
        "zeta",
        "lambda",
        "sin",
        "class",
        "iffy",
        "nota",
        "repeats",
        "_a",
        "θ",
        "变量",
    )
    assert parse(" + ".join(names)).inputs == names and parse("x₁ + 𝑦").inputs == ("x1", "y")
    assert parse("gamma(gamma)").inputs == ("gamma",) and parse("pi + e + tau + π").inputs == ()


def test_bindings() -> None:
    """Bound names are kept in order; those of an underscore and digits are not."""
    program = parse("q = x + y; _1 = q*z; f = _1; q = f")
    assert program.names == (("q", 2), ("f", 4), ("q", 4)) and program.outputs == (4,)


def test_name_before_and_after_it_is_bound() -> None:
    """A name used before it is bound is an input, and afterwards what it was bound to."""
    program = parse("y = x + 1; x = y*y; x")
    assert program.inputs == ("x",) and program(2.0) == 9.0


def test_a_body_that_is_never_run() -> None:
    """What only a repeat of 0 binds stays an input, and a step's name is never one."""
    assert parse("repeat 0: q = x").inputs == ("q",)
    assert message("repeat 0: _1 = x").splitlines()[0] == "'_1' is used before it is given a value (column 11)"


def test_several_outputs() -> None:
    """Commas in the last line give several outputs."""
    assert parse("s = x + y; s, x*y")(2.0, 3.0) == (5.0, 6.0)
    assert parse("f(y, x) = x - y, y")(2.0, 3.0) == (1.0, 2.0)


def test_heading_orders_the_inputs() -> None:
    """f(x, y) = ... lists the inputs in the caller's order, unused ones too."""
    assert parse("q = x*y; f(z, y, x) = q").inputs == ("z", "y", "x")


def test_repeat_unrolls() -> None:
    """A repeat writes its body's operations once for every turn."""
    assert operations("repeat 3: l = 4*l*(1 - l)") == ["mul", "sub", "mul"] * 3
    assert parse("repeat 3: l = 4*l*(1 - l)").inputs == ("l",)


# --- the table of functions -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_read(name: str) -> None:
    """Every public row of the table and every alias can be called with its number of arguments."""
    arity = TABLE[FUNCTIONS[name]].arity or 3
    assert operations(f"{name}({', '.join('abc'[:arity])})") == [FUNCTIONS[name]]


def test_operators_are_no_functions() -> None:
    """Rows that are operators are not called by name; all others are."""
    operators = set(TABLE) - set(FUNCTIONS)
    assert operators == {"add", "sub", "mul", "div", "neg", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"}
    assert message("add(x, y)").startswith("unknown function 'add' (column 1)\n")


def test_aliases() -> None:
    """Every inverse has its arc- name, the hyperbolic ones their ar- name too."""
    aliases = {name for name in FUNCTIONS if name not in TABLE}
    circular, hyperbolic = ("sin", "cos", "tan", "sec", "csc", "cot"), ("sinh", "cosh", "tanh", "sech", "csch", "coth")
    assert aliases == {"ln"} | {f"arc{name}" for name in circular + hyperbolic} | {f"ar{name}" for name in hyperbolic}


# --- errors -----------------------------------------------------------------------------------------------------------
OTHER_ERRORS = [
    ("", "there is no expression\n    write one, as x^2 + 1"),
    (" \n;# nothing", "there is no expression\n    write one, as x^2 + 1"),
    ("x\x00y", "unexpected character U+0000 (column 2)\n    x?y\n     ^"),
    ("x\x1b[31m", "unexpected character U+001B (column 2)\n    x?[31m\n     ^"),
    ("x + \u200by", "unexpected character U+200B (column 5)\n    x + ?y\n        ^"),
    ("x\ud800", "unexpected character U+D800 (column 2)\n    x?\n     ^"),
    (
        "f(x) = x\ny",
        "this value is not used (line 1, column 1)\n    f(x) = x\n    ^^^^^^^^         name it, or make it the last line",
    ),
    (
        "repeat 3:\nx",
        "nothing to repeat (line 1, column 1)\n"
        "    repeat 3:\n"
        "    ^^^^^^^^^         a statement or an indented block follows the colon",
    ),
    ("y = x\nz = y +* 2\nz", "nothing stands between '+' and '*' (line 2, column 7)\n    z = y +* 2\n          ^^"),
]


@pytest.mark.parametrize(("text", "expected"), ERRORS + OTHER_ERRORS)
def test_error(text: str, expected: str) -> None:
    """A text that cannot be read says what is wrong, where, and what to try."""
    assert message(text) == expected


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("(" * 300 + "x" + ")" * 300, f"parentheses are nested deeper than the limit of {limits.NESTING} (column 201)"),
        ("x" + "+x" * 50_000, f"this statement is longer than the limit of {limits.STATEMENT} characters (column 1)"),
        ("x" * 1_000_000, f"this statement is longer than the limit of {limits.STATEMENT} characters (column 1)"),
        (" " * (limits.TEXT + 1), f"a text of {limits.TEXT + 1} characters is beyond the limit of {limits.TEXT}"),
        ("9" * 401, f"a number of 401 digits is beyond the limit of {limits.DIGITS} (column 1)"),
        ("9" * 400, f"{'9' * 14}...{'9' * 14} is beyond its limit (column 1)"),
        ("n" * 101, f"a name of 101 characters is beyond the limit of {limits.NAME} (column 1)"),
        ("repeat 1000001: x = x + 1", f"more operations than the limit of {limits.OPERATIONS} (column 1)"),
        ("repeat 2000: repeat 2000: x = y", f"more operations than the limit of {limits.OPERATIONS} (column 1)"),
        ("repeat 1" + "0" * 399 + ": x = y", f"more operations than the limit of {limits.OPERATIONS} (column 1)"),
        ("repeat 1" + "0" * 9999 + ": x = y", "repeat needs a whole number and a colon (column 1)"),
    ],
)
def test_limits(text: str, what: str) -> None:
    """Every limit is named by the error that it gives."""
    assert message(text).splitlines()[0] == what


@pytest.mark.parametrize(
    "unit",
    ["(", ")", "x", "1", "x\n", "()", "|", "-", "2^", "not ", "√", "f(", "@", "é", "repeat 1: ", "x<", "x if ", "1e9", "\0", "'"],
)
def test_junk(unit: str) -> None:
    """A megabyte of junk is refused."""
    assert len(message(unit * (1_000_000 // len(unit))).splitlines()) in {1, 3}


# --- size -------------------------------------------------------------------------------------------------------------
def test_a_hundred_thousand_lines() -> None:
    """100,000 statements, each reading the one before, are read without recursion."""
    count = 100_000
    program = parse("\n".join(["v0 = x", *(f"v{i} = v{i - 1} + 1" for i in range(1, count))]))
    assert program.list_size == count + 1 and program(0.0) == count - 1


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2^" * 40_000 + "x", 40_002),
        ("-" * 90_000 + "x", 90_001),
        ("x + " * 20_000 + "x", 20_001),
        ("1 if x else " * 8_000 + "x", 8_002),
        ("|" * 40_000 + "x" + "|" * 40_000, 40_001),
        ("(" * 200 + "x" + ")" * 200, 1),
        ("repeat 100000: l = 4*l*(1 - l)", 300_003),
    ],
)
def test_deep_and_long_statements(text: str, size: int) -> None:
    """Nesting without parentheses is as deep as a statement is long."""
    assert parse(text).list_size == size


def test_threads() -> None:
    """Texts read at the same time do not mix."""
    texts = [f"q = {i}x; " * 50 + f"q + {i}" for i in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert [program(1.0) for program in pool.map(parse, texts)] == [2.0 * i for i in range(40)]


def test_an_error_leaves_nothing_behind() -> None:
    """The parser is as good as new after an error."""
    message("q = snh(x) + ")
    assert parse("y + 1") == parse("y+1") and message("snh(x)") == dict(ERRORS)["snh(x)"]


def test_lark_is_imported_late() -> None:
    """Importing the module loads neither lark nor any engine."""
    code = "import sys, diffkit.language; assert not {'lark', 'sympy', 'numpy', 'mpmath'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- fuzz -------------------------------------------------------------------------------------------------------------
TOKENS = st.sampled_from(
    [
        *"xyzq+-*/^|()²³√=<>,;#!.'\\\0\n 0123456789eπ½ⁿ（＋\u200b\ud800\r\t",
        "**",
        "<=",
        "==",
        " if ",
        " else ",
        " and ",
        " or ",
        "not ",
        "repeat 2: ",
        "repeat 3:\n  ",
        "sin(",
        "max(",
        "_1",
        "__",
        "1e5",
        "2x",
        "f(x)",
        "snh(",
    ]
)


def reads_or_refuses(text: str) -> Program | None:
    """A Program that prints and parses back, or None after a DiffkitError of at most three lines."""
    try:
        program = parse(text)
    except DiffkitError as error:
        assert 1 <= len(str(error).split("\n")) <= 3
        return None
    assert parse(str(program)) == program
    return program


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(TOKENS, max_size=25).map("".join)))
def test_any_text(text: str) -> None:
    """Any text gives a Program or a DiffkitError."""
    reads_or_refuses(text)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([text for text, _ in MEANINGS + LAYOUTS]), st.integers(0, 60), st.integers(0, 3), TOKENS)
def test_mutated_formulas(text: str, place: int, cut: int, token: str) -> None:
    """A formula with a slip in it gives a Program or a DiffkitError."""
    reads_or_refuses(text[:place] + token + text[place + cut :])


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_normalising_keeps_places(text: str) -> None:
    """Normalisation is one character for one, so that carets stay right."""
    assert len(normalise(text)) == len(text)
