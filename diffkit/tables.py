"""Numbers and texts as people read them, and tables of them: what terminal, Markdown, LaTeX and HTML share.

A table holds texts; the renderers only set them, so that a number looks alike wherever it is printed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from diffkit.messages import say, spoken
from diffkit.widths import lines, padded, width

NOTE_WIDTH = 100  # characters of a line of prose in a terminal
SHOWN = 72  # characters of an expression that a headline shows
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?(e[-+]?\d+)?|nan|inf)|-|exact")
IN_PROSE = re.compile(  # what prose sets raised, and negative numbers, but not the difference in (x)-1
    r"(?<![\w.])-?\d+(?:\.\d+)?e[+-]?\d+(?![\w.])|\b(?:10|2)\^-?\d+|\bh\^[p\d]\b|(?<![\w.)\]^])-\d+(?:\.\d+)?(?![\w.]*\w)"
)
POWER_OF_TEN = re.compile(r"([-+]?\d+(?:\.\d+)?)e([-+]?\d+)")  # as `short`, `exact` and `count` write one


def short(x: float | None, digits: int = 3) -> str:
    """Return a number to so many significant digits, as in a table; "-" where there is none.

    Examples
    --------
    >>> short(8.7164e-04), short(0.0001, 3), short(1e400), short(None)
    ('8.72e-4', '1e-4', 'inf', '-')
    """
    if x is None:
        return "-"
    mantissa, e, exponent = f"{x:.{digits}{'e' if 0 < abs(x) < 1e-3 else 'g'}}".partition("e")
    if not e:
        return mantissa
    mantissa, _, exponent = f"{x:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def exact(x: float | None) -> str:
    """Return the shortest text that reads back as the same double; "-" where there is none."""
    return "-" if x is None else float.__repr__(float(x))


def proved(text: str) -> str:
    """Return a decimal string with all its digits, by powers of ten where it is not of everyday size.

    Examples
    --------
    >>> proved("-0.00000833333"), proved("4.5"), proved("nan")
    ('-8.33333e-6', '4.5', 'nan')
    """
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or not number or -4 < number.adjusted() < 21:
        return text
    return f"{number:.{len(number.as_tuple().digits) - 1}e}".replace("e+", "e")


def fixed(x: float | None, places: int = 2) -> str:
    """Return a number to so many decimal places; "-" where there is none."""
    return "-" if x is None else f"{x:.{places}f}"


def digits_of(n: int) -> str:
    """Return all digits of an int: str() alone refuses more than 4300."""
    if n.bit_length() < 10_000:
        return str(n)
    from decimal import Decimal

    return str(Decimal(n))


def count(n: int) -> str:
    """Return a size: in full while it fits a table, else to 3 digits.

    Examples
    --------
    >>> count(27648), count(2**200)
    ('27648', '1.60e60')
    """
    text = digits_of(n)
    return text if len(text) <= 12 else f"{text[0]}.{text[1:3]}e{len(text) - 1}"


def quotient(a: int, b: int) -> str:
    """Return a/b to 4 significant digits, however large the two are.

    Examples
    --------
    >>> quotient(44, 19), quotient(8, 2), quotient(7**4000, 3)
    ('2.316', '4', '8.223e3379')
    """
    from decimal import Context, Decimal

    x = Context(prec=4).divide(Decimal(a), Decimal(b))
    if -4 < x.adjusted() < 6:
        return f"{x:f}"
    mantissa, _, exponent = f"{x:.3e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def plain(text: str) -> str:
    """Return text that any terminal prints: ASCII in English, and no control characters but the line's end."""
    shown = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    return shown.encode("ascii", "backslashreplace").decode("ascii") if spoken() == "en" else shown


def clip(text: str, length: int = SHOWN) -> str:
    """Return the text on one line, its end left out where it is longer than that."""
    text = "; ".join(line.strip() for line in text.splitlines() if line.strip())
    return text if len(text) <= length else f"{text[: length - 4].rstrip()} ..."


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as people write it: (5x10)."""
    return f"({'x'.join(map(str, shape))})"


def point(at: Mapping[str, Any]) -> str:
    """Return a point as people write it; of an array its shape.

    Examples
    --------
    >>> point({"x": 1.5, "y": -4.0}), point({})
    ('x = 1.5, y = -4.0', 'every point')
    """
    if not at:
        return say("point.any")
    arrays = {name: f"array{shape_text(value.shape)}" for name, value in at.items() if getattr(value, "ndim", 0)}
    shown = [f"{name} = {arrays.get(name) or exact(value)}" for name, value in at.items()]
    return ", ".join(shown if len(shown) <= 8 else [*shown[:6], "...", shown[-1]])


def wrapped(text: str) -> list[str]:
    """Return prose as the lines of a terminal; what is indented stays so.

    Examples
    --------
    >>> [len(line) for line in wrapped("  " + "a minus b " * 20)]
    [99, 95, 9]
    """
    return lines(text, NOTE_WIDTH, " " * (len(text) - len(text.lstrip())))


def headed(*names: str) -> tuple[str, ...]:
    """Return what stands above the columns of those names."""
    return tuple(say(f"header.{name}") for name in names)


class Table(NamedTuple):
    """Texts in rows under headers; a note stands below, a caption is a whole sentence."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    notes: tuple[str, ...] = ()

    def numeric(self) -> tuple[bool, ...]:
        """Return for each column whether it holds numbers only, and so is set flush right."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.headers)
        return tuple(any(column) and all(NUMBER.fullmatch(cell) for cell in column) for column in columns)

    def __str__(self) -> str:
        table = [self.headers, *self.rows]
        widths = [max(map(width, column)) for column in zip(*table, strict=True)]
        right = self.numeric()
        rows = [
            "  ".join(padded(c, w, r) for c, w, r in zip(row, widths, right, strict=True)).rstrip()
            for row in [self.headers, tuple("-" * w for w in widths), *self.rows]
        ]
        notes = [line for note in self.notes for line in wrapped(note)]
        return plain("\n".join([*rows, *notes]))
