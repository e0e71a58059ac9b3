"""Every error a user can meet: what was asked or found, where, and what to try.

Nothing here imports anything, so that each engine may be imported alone and cheaply.
"""


class DiffkitError(Exception):
    """An error that is the input's fault, told in at most three lines.

    Parameters
    ----------
    what : str
        One sentence: what was asked for and what was found.
    where : str, optional
        The place: the offending text, a file, an operation.
    remedy : str, optional
        What to try.

    Examples
    --------
    >>> print(DiffkitError("no file 'f.py'", remedy="give the path of a Python file"))
    no file 'f.py'
        give the path of a Python file
    """

    exit_status = 70

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        return "\n".join([self.what, *("    " + line for line in (self.where, self.remedy) if line)])


class UsageError(DiffkitError):
    """The call or command line is wrong: an option, a point, an output path."""

    exit_status = 2


class InputError(DiffkitError):
    """The input cannot be read: a file, a function name, an expression."""

    exit_status = 3


class ParseError(InputError):
    """A formula that cannot be read; ``text[start:end]`` is the offending span."""

    WINDOW = 72

    def __init__(self, what: str, text: str = "", start: int = 0, end: int = 0, remedy: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.text, self.start, self.end = text, start, max(end, start + 1)

    def __reduce__(self) -> tuple[object, ...]:  # Exception would replay only (what, where, remedy)
        return type(self), (self.what, self.text, self.start, self.end, self.remedy)

    def __str__(self) -> str:
        line_start = self.text.rfind("\n", 0, self.start) + 1
        line = self.text[line_start:].split("\n", 1)[0]
        column = self.start - line_start
        cut = max(0, column - self.WINDOW // 2)  # a long line is shown around the place only
        shown = "".join(c if c.isprintable() else "?" for c in line[cut : cut + self.WINDOW])
        carets = "^" * max(1, min(self.end - self.start, len(shown) - (column - cut), 24))
        under = " " * (column - cut) + carets + (f"         {self.remedy}" if self.remedy else "")
        place = f" (line {self.text.count(chr(10), 0, self.start) + 1}, column {column + 1})"
        if "\n" not in self.text.strip():
            place = f" (column {column + 1})"
        return f"{self.what}{place}\n    {shown}\n    {under}" if self.text else super().__str__()


class NumberError(DiffkitError):
    """No number is possible there; ``status`` says why in one word.

    ``status`` is one of kink, tie, jump, singular, domain, overflow, undecided, precision.
    """

    exit_status = 4

    def __init__(self, what: str, where: str = "", remedy: str = "", status: str = "undecided") -> None:
        super().__init__(what, where, remedy)
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.where, self.remedy, self.status)


class TimeLimitError(NumberError):
    """The time the user allowed (``--timeout``) ran out."""


FAILURES = (Exception, SystemExit)  # what users' code may raise; beware: sys.exit(0) in it must not pass for success


def failure(error: BaseException) -> str:
    """Return on one short line what users' code raised.

    Examples
    --------
    >>> failure(ValueError("too large\\nin step 3")), failure(MemoryError())
    ('ValueError: too large ...', 'MemoryError')
    """
    lines = str(error).strip().splitlines() or [""]
    said = lines[0][:200] + " ..." * (len(lines) > 1 or len(lines[0]) > 200)
    return f"{type(error).__name__}: {said}".removesuffix(": ")
