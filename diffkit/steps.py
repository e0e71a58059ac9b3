"""What a formula computes, as postfix steps: the grammar's reductions write them, a Machine carries them out.

Nothing is folded or reordered: the steps are the user's own operations in the user's own order.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from diffkit import limits
from diffkit.errors import ParseError
from diffkit.primitives import TABLE
from diffkit.program import Builder, Line, temporary

PI, TAU = (math.pi, "pi"), (math.tau, "tau")
CONSTANTS = {"pi": PI, "π": PI, "e": (math.e, "e"), "tau": TAU, "τ": TAU}
RELATIONS = {"<": "lt", "<=": "le", "≤": "le", ">": "gt", ">=": "ge", "≥": "ge", "==": "eq", "!=": "ne", "≠": "ne"}
ROOTS = {"√": "sqrt", "∛": "cbrt"}
OPERATORS = {"add", "sub", "mul", "div", "neg", "and", "or", "not", *RELATIONS.values()}  # rows that nobody calls by name
INVERSES = [name for name in TABLE if name[0] == "a" and name[1:] in TABLE]
FUNCTIONS = (
    {name: name for name in TABLE if name not in OPERATORS}
    | {"ln": "log"}
    | {"arc" + name[1:]: name for name in INVERSES}  # arcsin, arcsinh
    | {"ar" + name[1:]: name for name in INVERSES if name.endswith("h")}
)  # arsinh

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NOT_DECIMAL = re.compile(r"[0-9.]_|\.[^\W\d]|(?<![0-9.])0[xXbBoO]\w")  # 1_000, 1.real and 0x10 are not products
NO_NAME = re.compile(r"__\w*|repeat\b")
UNREADABLE = (
    dict.fromkeys("[]{}", "use ( and )")
    | dict.fromkeys("'\"", "text in quotes has no place in a formula")
    | {
        ".": "write sin(x), not math.sin(x)",
        "!": "n! is gamma(n + 1)",
        "%": "x mod y is x - y*floor(x/y)",
        "&": "write and",
        ":": "only repeat 10: has a colon",
    }
)


class Span(NamedTuple):
    """A part of the statement that has been read; its fields are named as those of a lark Token."""

    start_pos: int
    end_pos: int
    kind: str = ""  # "scale" for a product without a sign, as 2x; "root" for √x; else empty
    middle: int = 0  # where the second factor of a "scale" begins
    size: int = 1  # expressions in a row of them
    steps: int = 0  # steps written up to the end of the row

    def moved(self, offset: int) -> "Span":
        """The same part of the text, counted from ``offset`` places before."""
        return self._replace(start_pos=self.start_pos + offset, end_pos=self.end_pos + offset)


def alike(name: str) -> list[str]:
    """The function that a name is a slip of, if any: of nearly the same length, or of nearly the same letters.

    Examples
    --------
    >>> alike("snh"), alike("sqroot"), alike("foo")
    (['sinh'], ['sqrt'], [])
    """
    as_long = [function for function in FUNCTIONS if abs(len(function) - len(name)) < 2]
    return get_close_matches(name, as_long, 1) or get_close_matches(name, FUNCTIONS, 1, 0.8)


class Statement(NamedTuple):
    """What a statement turned out to be: a binding, a row of values, or the last line f(x, y) = ..."""

    span: Span
    name: str = ""
    inputs: tuple[str, ...] | None = None


class Machine:
    """Carries out steps on a Builder: a stack of lines, and what each name stands for at this point."""

    def __init__(self, builder: Builder, parameters: Mapping[str, int]) -> None:
        self.builder = builder
        self.stack: list[int] = []
        self.parameters = parameters
        self.names: dict[str, int] = {}
        self.inputs: dict[str, int] = {}  # and where each is first used

    def const(self, value: tuple[float, str], place: int) -> None:
        self.stack.append(self.builder.const(*value))

    def load(self, name: str, place: int) -> None:
        if name not in self.names and name in self.parameters:
            self.names[name] = self.builder.const(float(self.parameters[name]))
        elif name not in self.names:
            self.inputs[name] = place
            self.names[name] = self.builder.line(Line("input", text=name))  # its name is judged at the end, with its place
        self.stack.append(self.names[name])

    def apply(self, operation: tuple[str, int], place: int) -> None:
        name, count = operation
        operands = self.stack[-count:]
        self.stack[-count:] = [self.builder.op(name, *operands)]

    def choose(self, _: None, place: int) -> None:
        a, c, b = self.stack[-3:]  # in the order of `a if c else b`
        self.stack[-3:] = [self.builder.op("where", c, a, b)]

    def compare(self, relations: tuple[str, ...], place: int) -> None:
        """a < b < c is a < b and b < c, b computed once."""
        operands = self.stack[-len(relations) - 1 :]
        results = [self.builder.op(name, a, b) for name, a, b in zip(relations, operands, operands[1:])]
        total = results[0]
        for result in results[1:]:
            total = self.builder.op("and", total, result)
        self.stack[-len(operands) :] = [total]

    def bind(self, name: str, place: int) -> None:
        self.names[name] = index = self.stack.pop()
        if not temporary(name):
            self.builder.bind(name, index)


Step = tuple[Callable[[Machine, Any, int], None], Any, int]  # what to do, with what, and the place in the text


def _binary(row: str) -> Callable[["Steps", list[Any]], Span]:
    def reduce(self: "Steps", parts: list[Any]) -> Span:
        return self.write(Machine.apply, (row, 2), parts)

    return reduce


class Steps:
    """Writes the steps of a statement while the grammar reads it: one method for every arrow in grammar.lark."""

    def __init__(self) -> None:
        self.clear("", "")

    def clear(self, text: str, clean: str) -> None:
        """Begin a new text."""
        self.text, self.clean = text, clean
        self.steps: list[Step] = []
        self.begin = self.offset = self.operations = 0
        self.variables: set[str] = set()
        self.unknown: list[list[Any]] = []  # calls of no function, by their parts

    def begin_statement(self, offset: int) -> None:
        """Begin a new statement, which stands at ``offset`` in the text."""
        self.begin, self.offset = len(self.steps), offset
        self.unknown.clear()

    def fail(self, what: str, where: Any, remedy: str = "") -> ParseError:
        """An error that points at a part of the statement."""
        return ParseError(what, self.text, self.offset + where.start_pos, self.offset + where.end_pos, remedy)

    def words(self, start: int, end: int) -> str:
        """A part of the statement as the user wrote it, shortened."""
        words = " ".join(self.text[self.offset + start : self.offset + end].split())
        return words if len(words) <= 32 else f"{words[:14]}...{words[-14:]}"

    def write(self, step: Callable[..., None], value: Any, parts: list[Any], cost: int = 1) -> Span:
        """Append one step, which costs so many operations; returns the span of the parts it was read from."""
        start, end = parts[0].start_pos, parts[-1].end_pos
        self.steps.append((step, value, self.offset + start))
        self.operations += cost
        return Span(start, end)

    # --- operators
    disjunction, conjunction = _binary("or"), _binary("and")
    add, sub, mul = _binary("add"), _binary("sub"), _binary("mul")

    def where(self, parts: list[Any]) -> Span:
        return self.write(Machine.choose, None, parts)

    def inversion(self, parts: list[Any]) -> Span:
        return self.write(Machine.apply, ("not", 1), parts)

    def comparison(self, parts: list[Any]) -> Span:
        relations = tuple(RELATIONS[sign] for sign in parts[1::2])
        return self.write(Machine.compare, relations, parts, cost=2 * len(relations) - 1)

    def div(self, parts: list[Any]) -> Span:
        self.one_reading(parts)
        return self.write(Machine.apply, ("div", 2), parts)

    def neg(self, parts: list[Any]) -> Span:
        return self.write(Machine.apply, ("neg", 1), parts)._replace(kind=parts[1].kind, middle=parts[1].middle)

    def unchanged(self, parts: list[Any]) -> Span:
        """A leading plus, or parentheses."""
        inner = parts[1] if len(parts) == 2 else Span(0, 0)
        return Span(parts[0].start_pos, parts[-1].end_pos, inner.kind, inner.middle)

    def pow(self, parts: list[Any]) -> Span:
        self.one_reading(parts)
        return self.write(Machine.apply, ("pow", 2), parts)

    def one_reading(self, parts: list[Any]) -> None:
        """Refuse 1/2x, which some read as (1/2)*x and others as 1/(2*x); 2^2x and √x^2 likewise."""
        left, sign, right = parts
        whole = Span(left.start_pos, right.end_pos)
        before = self.words(left.start_pos, left.end_pos)
        if right.kind == "scale":
            number = self.words(right.start_pos, right.middle).rstrip()
            factor = self.words(right.middle, right.end_pos)
            readings = f"({before}{sign}{number})*{factor} or {before}{sign}({number}*{factor})"
        elif left.kind == "root" and sign != "/":
            readings = f"({before}){sign}{self.words(right.start_pos, right.end_pos)} or "
            readings += f"{before[0]}({before[1:]}{sign}{self.words(right.start_pos, right.end_pos)})"
        else:
            return
        raise self.fail(f"{self.words(*whole[:2])} can be read in two ways", whole, f"write {readings}")

    def superscript(self, parts: list[Any]) -> Span:
        base, exponent = parts
        if base.kind == "root":
            body = self.words(base.start_pos, base.end_pos)
            raise self.fail(
                f"{body}{exponent} can be read in two ways",
                Span(base.start_pos, exponent.end_pos),
                f"write ({body}){exponent} or {body[0]}({body[1:]}{exponent})",
            )
        digits = exponent.translate(SUPERSCRIPTS)
        self.write(Machine.const, (self.value(digits.lstrip("-"), exponent), ""), [exponent], cost=0)
        if digits.startswith("-"):
            self.write(Machine.apply, ("neg", 1), [exponent])
        return self.write(Machine.apply, ("pow", 2), parts)

    def two_exponents(self, parts: list[Any]) -> Span:
        base, small, sign, large = (self.words(part.start_pos, part.end_pos) for part in parts)
        plain = small.translate(SUPERSCRIPTS)
        whole = Span(parts[0].start_pos, parts[-1].end_pos)
        raise self.fail(
            f"{base}{small}{sign}{large} can be read in two ways",
            whole,
            f"write ({base}{small}){sign}{large} or {base}^({plain}{sign}{large})",
        )

    def scale(self, parts: list[Any]) -> Span:
        number, factor = parts
        if NOT_DECIMAL.match(self.clean, self.offset + number.end_pos - 1):
            found = self.words(number.start_pos, factor.end_pos)
            raise self.fail(
                f"'{found}' is not a number",
                Span(number.start_pos, factor.end_pos),
                "write plain decimal digits, and * for a product",
            )
        return self.write(Machine.apply, ("mul", 2), parts)._replace(kind="scale", middle=factor.start_pos)

    def absolute(self, parts: list[Any]) -> Span:
        return self.write(Machine.apply, ("abs", 1), parts)

    def root(self, parts: list[Any]) -> Span:
        grouped = self.clean[self.offset + parts[1].start_pos] in "(|"
        return self.write(Machine.apply, (ROOTS[parts[0]], 1), parts)._replace(kind="" if grouped else "root")

    # --- leaves
    def number(self, parts: list[Any]) -> Span:
        return self.write(Machine.const, (self.value(parts[0], parts[0]), ""), parts, cost=0)

    def value(self, digits: str, token: Any) -> float:
        """The nearest double, if there is one."""
        if len(digits) > limits.DIGITS:
            raise self.fail(f"a number of {len(digits)} digits is beyond the limit of {limits.DIGITS}", token)
        value = float(digits)
        if math.isinf(value) or (value == 0 and re.match(r"[0.]*[1-9]", digits)):
            limit = "largest double is 1.7976931348623157e308" if value else "smallest double is 5e-324"
            raise self.fail(f"{self.words(token.start_pos, token.end_pos)} is beyond its limit", token, f"the {limit}")
        return value

    def name(self, token: Any) -> str:
        """The name a token spells, if it may be one."""
        name = str(token)
        if len(name) > limits.NAME:
            raise self.fail(f"a name of {len(name)} characters is beyond the limit of {limits.NAME}", token)
        if not name.isascii() and not (name.isidentifier() and unicodedata.is_normalized("NFKC", name)):
            place = next((i for i, c in enumerate(name) if not _is_letter(c)), 0)
            raise unreadable(self.text, self.clean, self.offset + token.start_pos + place)
        return name

    def variable(self, parts: list[Any]) -> Span:
        name = self.name(parts[0])
        if name in CONSTANTS:
            return self.write(Machine.const, CONSTANTS[name], parts, cost=0)
        self.variables.add(name)
        return self.write(Machine.load, name, parts, cost=0)

    def call(self, parts: list[Any]) -> Span:
        name, count = self.name(parts[0]), parts[2].size if len(parts) == 4 else 0
        row = FUNCTIONS.get(name)
        if row is None:
            self.unknown.append(parts)  # unless it turns out to be the f of f(x, y) = ...
        else:
            self.check_count(name, TABLE[row].arity, count, parts)
        return self.write(Machine.apply, (row or name, count), parts, cost=max(1, count - 1))

    def check_count(self, name: str, arity: int | None, count: int, parts: list[Any]) -> None:
        if count != arity and not (arity is None and count):
            wanted = "at least 1 argument" if arity is None else f"{arity} argument{'s' * (arity != 1)}"
            raise self.fail(f"{name} takes {wanted}, not {count}", Span(parts[0].start_pos, parts[-1].end_pos))

    def no_function(self, parts: list[Any]) -> ParseError:
        """A slip in a function's name, or a product without its sign."""
        name = str(parts[0])
        near = [name.lower()] if name.lower() in FUNCTIONS else alike(name)
        product = f"{name}*{self.words(parts[1].start_pos, parts[-1].end_pos)}"
        if len(name) == 1 or name in self.variables or name in CONSTANTS:
            whole = Span(parts[0].start_pos, parts[-1].end_pos)
            return self.fail(
                f"{self.words(*whole[:2])} can be read in two ways",
                whole,
                f"write {product} for the product; as a call it needs a function named '{name}'",
            )
        remedy = f"did you mean '{near[0]}'?" if near else f"`diffkit functions` lists them; a product is {product}"
        return self.fail(f"unknown function '{name}'", parts[0], remedy)

    # --- whole statements
    def row(self, parts: list[Any]) -> Span:
        """Expressions with commas between them."""
        return Span(parts[0].start_pos, parts[-1].end_pos, size=(len(parts) + 1) // 2, steps=len(self.steps))

    def output(self, parts: list[Any]) -> Statement:
        return Statement(parts[0])

    def assignment(self, parts: list[Any]) -> Statement:
        left, _, right = parts
        target = self.steps[self.begin : left.steps]
        del self.steps[self.begin : left.steps]
        whole = Span(left.start_pos, right.end_pos)
        if [step for step, _, _ in target] == [Machine.load]:
            if right.size > 1:
                raise self.fail(f"{right.size} values for one name", right, "give each value its own name")
            self.write(Machine.bind, target[0][1], parts, cost=0)
            return Statement(whole, name=target[0][1])
        if left.size == 1 and self.is_heading(target):
            self.unknown.pop(0)
            return Statement(whole, inputs=self.listed(left, [name for _, name, _ in target[:-1]]))
        found = self.words(left.start_pos, left.end_pos)
        constant, place = f"'{found}' is a constant", "a name stands there, or f(x, y) in the last line"
        remedy = constant if found in CONSTANTS else place
        raise self.fail(f"cannot assign to {found}", left, remedy)

    def is_heading(self, target: list[Step]) -> bool:
        """Is it f(x, y), a call of no function with nothing but names in it?"""
        *operands, (_, _, place) = target
        called = bool(self.unknown) and self.offset + self.unknown[0][0].start_pos == place
        return called and all(step is Machine.load for step, _, _ in operands)

    def listed(self, left: Span, names: list[str]) -> tuple[str, ...]:
        """The inputs in a heading, each once."""
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self.fail(f"input '{name}' is listed twice", left)
            if temporary(name):
                raise self.fail(f"'{name}' cannot be an input", left, "names of an underscore and digits are for steps")
            seen.add(name)
        return tuple(names)


def _is_letter(character: str) -> bool:
    """Can it stand in a name of Python, and does it mean itself there?"""
    return f"a{character}".isidentifier() and unicodedata.is_normalized("NFKC", character)


def unreadable(text: str, clean: str, place: int) -> ParseError:
    """The error for a character at which nothing can begin."""
    if word := NO_NAME.match(clean, place):
        if word[0] == "repeat":
            return ParseError("'repeat' is out of place", text, place, word.end(), "it stands before a whole statement")
        return ParseError("a name cannot begin with two underscores", text, place, word.end())
    hint = UNREADABLE.get(clean[place], "")
    return ParseError(f"unexpected character {shown(text[place])}", text, place, place + 1, hint)


def shown(character: str) -> str:
    """How an error names a character: itself, or its code point where it cannot be seen."""
    return f"'{character}'" if character.isprintable() and character != " " else f"U+{ord(character):04X}"
