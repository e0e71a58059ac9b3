"""The rows of a listing as mathematics: adjoints with a bar, items of lists with an index."""

import re
from collections.abc import Mapping

from diffkit.emit.listed_loops import Entry
from diffkit.errors import DiffkitError
from diffkit.language import parse
from diffkit.messages import say
from diffkit.namespaces import NUMPY_NAMES
from diffkit.program_latex import identifier, latex

NAME = r"[^\W\d]\w*"
OURS = {native: name for name, native in NUMPY_NAMES.items()}
NATIVE = re.compile(rf"np\.({'|'.join(OURS)})(?=\()")
LIST = re.compile(r"(?:\[(.+)\] \+ )?\[0\.0\]\*(\d+)")
PLACEHOLDER = re.compile(r"\\mathrm\{leaf\}_\{(\d+)\}")


def in_latex(expression: str) -> str:
    """A formula in LaTeX; as it stands where it is none."""
    try:
        return latex(parse(re.sub(r"\b(\d+)\.0\b", r"\1", expression)))
    except DiffkitError:
        return typed(expression)


def typed(text: str) -> str:
    """Code as it stands."""
    return r"\_".join(rf"\texttt{{{part}}}" for part in text.split("_"))


class Formulas:
    """Rows in LaTeX; ``bars`` says what the adjoint of each name is called."""

    def __init__(self, bars: Mapping[str, str]) -> None:
        self.own = {bar: name for name, bar in bars.items()}
        words = "|".join(map(re.escape, sorted(self.own, key=len, reverse=True))) or "(?!)"
        self.names = re.compile(rf"{NAME}\[[^\]]*\]|\b(?:{words})\b")

    def name(self, name: str) -> str:
        r"""A variable or an item of a list; an adjoint with a bar.

        Examples
        --------
        >>> formulas = Formulas({"l": "dl"})
        >>> print(formulas.name("xpy"), formulas.name("dl[i + 1]"))
        \mathrm{xpy} \bar{l}_{i+1}
        """
        word, _, index = name.rstrip("]").partition("[")
        letters, sub, own = identifier(self.own.get(word, word)).partition("_{")
        over = "overline" if letters.startswith(r"\mathrm") else "bar"
        letters = rf"\{over}{{{letters}}}" if word in self.own else letters
        indices = [*([own.removesuffix("}")] if sub else []), *([index.replace(" ", "")] if index else [])]
        return letters + (f"_{{{','.join(indices)}}}" if indices else "")

    def expression(self, text: str) -> str:
        r"""An expression of the code.

        Examples
        --------
        >>> print(Formulas({"l": "dl"}).expression("dl[i + 1]*3.0/x"))
        \frac{\bar{l}_{i+1} \cdot 3}{x}
        """
        names: list[str] = []

        def hidden(found: re.Match[str]) -> str:
            names.append(found[0])
            return f"leaf_{len(names) - 1}"

        plain = NATIVE.sub(lambda found: OURS[found[1]], text).replace(" @ ", "*")
        found = in_latex(self.names.sub(hidden, plain))
        return typed(text) if r"\texttt" in found else PLACEHOLDER.sub(lambda k: self.name(names[int(k[1])]), found)

    def row(self, row: Entry) -> tuple[str, str]:
        """The two sides of a row; the second is empty where it says nothing to a reader of formulas."""
        if not row.sign:
            return "", _frame(row.name)
        made = LIST.fullmatch(row.expression)
        if not made:
            return self.name(row.name), self.expression(row.expression)
        if made[1]:
            starts = made[1].split(", ")
            return ", ".join(self.name(f"{row.name}[{n}]") for n in range(len(starts))), ", ".join(map(self.expression, starts))
        return (self.name(f"{row.name}[i]"), rf"0 \quad (i = 0, \dots, {int(made[2]) - 1})") if row.name in self.own else ("", "")


def _frame(text: str) -> str:
    """A loop, or a branch that was taken, in words."""
    loop = re.fullmatch(r"for i in range\((?:(\d+)|(\d+), -1, -1)\):", text)
    if not loop:
        return rf"\text{{{say('staged.branch')} }} {in_latex(text.removeprefix('assert '))}"
    first, last = (0, int(loop[1]) - 1) if loop[1] else (int(loop[2]), 0)
    return rf"\text{{{say('staged.loop')} }} i = {first}, \dots, {last}\colon"
