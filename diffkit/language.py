"""Text -> Program: the language of expressions, never by eval.

A text is cut into statements; the grammar (grammar.lark, LALR, so nothing recurses) reads one statement at a time and
its reductions write postfix steps (steps.py); at the end the steps are carried out, one after the other, on a Builder.
So a ``repeat`` is read once and its steps are copied.  Characters are normalised one for one: a place in the text read
is a place in the user's own text, and carets stay right.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from diffkit import limits
from diffkit.errors import ParseError
from diffkit.program import Builder, Program, temporary
from diffkit.steps import CONSTANTS, FUNCTIONS, Machine, Statement, Steps, unreadable

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["CONSTANTS", "FUNCTIONS", "normalise", "parse"]

LOOKALIKES = dict.fromkeys("·⋅∙×∗", "*") | dict.fromkeys("÷∕⁄", "/") | dict.fromkeys("−–", "-") | {"∣": "|"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
MARKS = re.compile(r"[()\n;]|#[^\n]*|\Z")
BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
CALLED = re.compile(r"([^\W\d]\w*?)([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*)\s*\Z")
REPEAT = r"repeat\b[ \t]*(?:({})[ \t]*:)?[ \t\r]*"
OPERAND_ENDS = {"operand", "NUMBER", "NAME", "SUPERSCRIPT", "RPAR", "CLOSE"}
OPERAND_STARTS = {"NUMBER", "NAME", "LPAR", "OPEN", "ROOT", "NOT"}
UNFINISHED = {"OPEN": ("'|' is never closed", "add a '|'"), "IF": ("'if' without 'else'", "write a if condition else b")}
OUT_OF_PLACE = {
    "EQUAL": "one = a statement; == compares",
    "CLOSE": "a product with |x| needs its *",
    "ELSE": "write a if condition else b",
    "COMMA": "commas stand between arguments, and in the last line",
}


def parse(text: str, share: bool = True, parameters: Mapping[str, int] | None = None) -> Program:
    """Read a text in the language of expressions as a Program.

    Parameters
    ----------
    text : str
        Statements separated by ``;`` or newlines; the last one is the output.
    share : bool
        Write identical lines once; the values are bit for bit the same without.
    parameters : mapping of str to int, optional
        Names that stand for whole numbers from 0 on, also as the count of a ``repeat``.

    Raises
    ------
    ParseError
        If the text is not in the language or beyond one of its limits; it points at the place.

    Examples
    --------
    >>> f = parse("q = x + y; f = q*z")
    >>> f(-2, 5, -4)
    -12.0
    >>> parse("repeat 3: l = 4l*(1 - l)")(0.2)
    0.28901376000000045
    >>> parse("repeat n: y = y + n", parameters={"n": 3})(1)
    10.0
    >>> parse("snh(x)")
    Traceback (most recent call last):
    diffkit.errors.ParseError: unknown function 'snh' (column 1)
        snh(x)
        ^^^         did you mean 'sinh'?
    """
    reader = Reader(text, parameters or {})
    reader.read()
    return reader.program(Builder(share))


def normalise(text: str) -> str:
    """The text in plain characters, one for one: full-width forms, look-alikes, typographic letters.

    Examples
    --------
    >>> normalise("２×（ｘ＋１）²")
    '2*(x+1)²'
    """
    return text if text.isascii() else text.translate({ord(c): _plain(c) for c in set(text)})


def _plain(character: str) -> str:
    if unicodedata.decomposition(character).startswith("<super>"):
        return character  # x² is not x2
    plain = unicodedata.normalize("NFKC", character)
    return LOOKALIKES.get(plain, plain) if len(plain) == 1 else character


class Block(NamedTuple):
    """An open ``repeat``, and how much there was when it began."""

    times: int
    indent: int
    steps: int
    operations: int
    statements: int
    start: int
    end: int


class Piece(NamedTuple):
    """A statement of the text: where it stands, how far its line is indented, and whether it is the first there."""

    start: int
    end: int
    indent: int
    first: bool


@cache
def _parser() -> tuple["Lark", Steps]:
    from lark import Lark  # 30 ms, so not before the first formula

    steps = Steps()
    grammar = files("diffkit").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=steps, keep_all_tokens=True, maybe_placeholders=False), steps


LOCK = Lock()  # the parser's reductions write to one list of steps


class Reader:
    """Reads one text to the list of its steps."""

    def __init__(self, text: str, parameters: Mapping[str, int]) -> None:
        if len(text) > limits.TEXT:
            raise ParseError(f"a text of {len(text)} characters is beyond the limit of {limits.TEXT}")
        self.text, self.clean = text, normalise(text)
        self.parameters = parameters
        self.heading = re.compile(REPEAT.format("|".join(["[0-9]+", *map(re.escape, parameters)])))
        self.blocks: list[Block] = []
        self.last: Statement | None = None
        self.statements = 0

    def read(self) -> None:
        """Write down the steps of the whole text."""
        if control := CONTROL.search(self.clean):
            raise unreadable(self.text, self.clean, control.start())
        with LOCK:
            self.lark, self.writer = _parser()
            self.writer.clear(self.text, self.clean)
            try:
                for piece in self.pieces():
                    self.statement(piece)
                self.close_blocks(-1)
                self.steps = self.writer.steps
            finally:
                self.writer.clear("", "")

    def program(self, builder: Builder) -> Program:
        """Carry the steps out."""
        if self.last is None:
            raise ParseError("there is no expression", remedy="write one, as x^2 + 1")
        machine = Machine(builder, self.parameters)
        for step, value, place in self.steps:
            step(machine, value, place)
        if self.last.name:
            machine.load(self.last.name, self.last.span.start_pos)
        self.check_inputs(machine.inputs, self.last.inputs)
        return builder.build(*machine.stack, inputs=self.last.inputs)

    def check_inputs(self, used: dict[str, int], listed: tuple[str, ...] | None) -> None:
        """Every input is a proper name, and listed if the last line lists them."""
        allowed = set(used if listed is None else listed)
        for name, place in used.items():
            if temporary(name):
                raise self.fail(
                    f"'{name}' is used before it is given a value",
                    place,
                    place + len(name),
                    "names of an underscore and digits are for steps",
                )
            if name not in allowed:
                raise self.fail(
                    f"'{name}' is not among the inputs listed",
                    place,
                    place + len(name),
                    f"the last line lists {', '.join(listed or ['none'])}",
                )

    def fail(self, what: str, start: int, end: int, remedy: str = "") -> ParseError:
        return ParseError(what, self.text, start, end, remedy)

    def pieces(self) -> Iterator[Piece]:
        """The statements: they end at a semicolon, or at a line's end outside parentheses."""
        openers: list[int] = []
        begin = line = indent = 0
        first = True
        for mark in MARKS.finditer(self.clean):
            place, sign = mark.start(), mark[0][:1]
            if place - begin > limits.STATEMENT:
                raise self.fail(
                    f"this statement is longer than the limit of {limits.STATEMENT} characters",
                    begin,
                    begin + 1,
                    "name its parts: q = ...; f = ...",
                )
            if sign in {"(", ")"}:
                self.nest(sign, place, openers)
            elif sign != "#" and not (sign == "\n" and openers):
                if openers:
                    raise self.fail("'(' is never closed", openers[-1], openers[-1] + 1, "add a ')'")
                blank = BLANK.match(self.clean, begin, place)
                start = blank.end() if blank else begin
                if start < place:
                    indent = start - line if first else indent
                    yield Piece(start, place, indent, first)
                    first = False
                begin = mark.end()
                if sign == "\n":
                    line, first = begin, True

    def nest(self, sign: str, place: int, openers: list[int]) -> None:
        """Keep count of open parentheses."""
        if sign == "(":
            openers.append(place)
        elif openers:
            openers.pop()
        else:
            raise self.fail("')' closes nothing", place, place + 1, "delete it, or open a '(' before")
        if len(openers) > limits.NESTING:
            raise self.fail(
                f"parentheses are nested deeper than the limit of {limits.NESTING}",
                place,
                place + 1,
                "name the inner parts: q = ...; f = ...",
            )

    def statement(self, piece: Piece) -> None:
        """Read one statement and the repeats before it; a repeat with nothing behind it waits for an indented block."""
        if piece.first:
            self.close_blocks(piece.indent)
        elif self.blocks and self.blocks[-1].statements == self.statements:
            raise self.nothing_to_repeat(self.blocks[-1])
        if self.last and not self.last.name:
            raise self.fail("this value is not used", *self.last.span[:2], "name it, or make it the last line")
        start, opened = self.open_blocks(piece)
        blank = BLANK.match(self.clean, start, piece.end)
        if blank and blank.end() == piece.end:
            return
        self.last = self.expression(start, piece.end)
        self.statements += 1
        if self.blocks and not self.last.name:
            raise self.fail("repeat needs a statement with a name", start, piece.end, "as in repeat 10: x = x/2")
        for _ in range(opened):
            self.close_block()

    def open_blocks(self, piece: Piece) -> tuple[int, int]:
        """Open a block for each ``repeat N:`` at the beginning; where the statement begins, and how many there were."""
        start, opened = piece.start, 0
        while heading := self.heading.match(self.clean, start, piece.end):
            self.blocks.append(
                Block(
                    self.times(heading),
                    piece.indent,
                    len(self.writer.steps),
                    self.writer.operations,
                    self.statements,
                    start,
                    heading.end(),
                )
            )
            start, opened = heading.end(), opened + 1
        return start, opened

    def times(self, heading: re.Match[str]) -> int:
        """How often a ``repeat`` says."""
        count = heading[1] or ""
        if count in self.parameters:
            return self.parameters[count]
        if not count or len(count) > limits.DIGITS:
            raise self.fail("repeat needs a whole number and a colon", *heading.span(), "as in repeat 10: x = x/2")
        return int(count)

    def close_blocks(self, indent: int) -> None:
        """Close every block that a line indented so far does not belong to."""
        while self.blocks and indent <= self.blocks[-1].indent:
            self.close_block()

    def close_block(self) -> None:
        """Copy the steps of the innermost block as often as its heading says."""
        block, writer = self.blocks.pop(), self.writer
        if block.statements == self.statements:
            raise self.nothing_to_repeat(block)
        body = writer.steps[block.steps :]
        writer.operations = block.operations + block.times * max(1, writer.operations - block.operations)
        self.check_operations(block.start, block.end)
        writer.steps[block.steps :] = body * block.times

    def nothing_to_repeat(self, block: Block) -> ParseError:
        return self.fail("nothing to repeat", block.start, block.end, "a statement or an indented block follows the colon")

    def check_operations(self, start: int, end: int) -> None:
        if self.writer.operations > limits.OPERATIONS:
            raise self.fail(f"more operations than the limit of {limits.OPERATIONS}", start, end, "unroll less")

    def expression(self, start: int, end: int) -> Statement:
        """Read the statement that stands there by the grammar."""
        from lark.exceptions import UnexpectedInput

        self.writer.begin_statement(start)
        try:
            found: Any = self.lark.parse(self.clean[start:end])
        except UnexpectedInput as error:
            raise self.explain(error, start) from None
        if self.writer.unknown:
            raise self.writer.no_function(self.writer.unknown[0])
        self.check_operations(start, end)
        statement: Statement = found._replace(span=found.span.moved(start))
        return statement

    def explain(self, error: Any, start: int) -> ParseError:
        """What is wrong where the grammar could not go on; the parser's stack tells what had been read."""
        token = getattr(error, "token", None)
        if token is None:
            return unreadable(self.text, self.clean, start + error.pos_in_stream)
        before = self.clean[max(start, start + token.start_pos - limits.NAME) : start + token.start_pos]
        return self.fail(*misplaced(token, error.state.value_stack, start, before))


def misplaced(token: Any, stack: list[Any], start: int, before: str) -> tuple[str, int, int, str]:
    """What is wrong with a token after the text ``before``, where, and what to try."""
    here = start + token.start_pos, start + token.end_pos
    top = stack[-1] if stack else None
    kind = getattr(top, "type", "operand")  # what has been reduced already is no token
    if top is None:
        return f"nothing stands before '{token}'", *here, ""
    there = start + top.start_pos, start + top.end_pos
    if kind not in OPERAND_ENDS and token.type == "$END":
        return f"nothing stands after '{top}'", *there, ""
    if kind not in OPERAND_ENDS:
        return f"nothing stands between '{top}' and '{token}'", there[0], here[1], ""
    if token.type in OPERAND_STARTS:
        called = CALLED.search(before)  # sin x, sin²(x)
        known = called and called[1] in FUNCTIONS
        remedy = f"write {called[1]}(...){called[2]}" if called and known else "write * for a product"
        return f"an operator is missing before '{token}'", *here, remedy
    waiting = [entry for entry in stack if getattr(entry, "type", "") in {"OPEN", "IF", "LPAR"}]
    if waiting and waiting[-1].type != "LPAR":
        what, remedy = UNFINISHED[waiting[-1].type]
        return what, start + waiting[-1].start_pos, start + waiting[-1].end_pos, remedy
    return f"'{token}' is out of place", *here, OUT_OF_PLACE.get(token.type, "")
