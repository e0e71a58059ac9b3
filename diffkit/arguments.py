"""What users type, read: functions, files, points, lists; every slip becomes one error with its remedy."""

import math
import re
import sys
from functools import cache, wraps
from pathlib import Path
from typing import Any

from diffkit.errors import FAILURES, DiffkitError, InputError, NumberError, UsageError, failure
from diffkit.whereabouts import place_of_error

FLAGS = {"-o", "-v", "-q", "-h"}
KNOWN_SUFFIX = re.compile(r"-o.+\.(html|md|tex|json|csv|pdf|svg|png|dot)$")
LONG_OPTION = re.compile(r"--[a-z][a-z-]+(=.*)?$", re.DOTALL)


def expression_last(args: list[str], takes_value: set[str]) -> list[str]:
    """Put an expression that starts with a minus behind ``--``, so that it is not read as an option.

    Examples
    --------
    >>> expression_last(["compare", "-x**2", "--at", "x=1"], {"--at"})
    ['compare', '--at', 'x=1', '--', '-x**2']
    """
    for i, arg in enumerate(args):
        if arg == "--":
            break
        if i and args[i - 1] in takes_value:
            continue
        known = arg in FLAGS or arg.partition("=")[0] in takes_value or LONG_OPTION.match(arg) or KNOWN_SUFFIX.match(arg)
        if arg.startswith("-") and len(arg) > 1 and not known:
            return [*args[:i], *args[i + 1 :], "--", arg]
    return args


def read_function(text: str, at: dict[str, float] | None) -> Any:
    """The Program that EXPR names: a text, FILE.py:function, or - for standard input."""
    from diffkit.language import parse

    if text == "-":
        return parse(_standard_input())
    named = file_and_name(text)
    return _recorded(*named, at) if named else parse(text)


def read_interval(text: str | None) -> tuple[float, float] | None:
    """The interval from A:B, each end read like a coordinate.

    Examples
    --------
    >>> read_interval("0.01:pi/4")
    (0.01, 0.7853981633974483)
    """
    if text is None:
        return None
    low, colon, high = text.partition(":")
    if not colon or not low.strip() or not high.strip():
        raise UsageError(f"cannot read the interval '{text[:40]}'", remedy="write A:B, as in 0.01:0.99")
    return _coordinate(low.strip(), low, "--interval"), _coordinate(high.strip(), high, "--interval")


def file_and_name(text: str) -> tuple[Path, str] | None:
    """The parts of FILE.py:function, or None if the text is something else."""
    if re.fullmatch(r"(?s).+\.py:?", text):
        raise InputError(f"'{text}' names a file and no function of it", remedy=f"give {text.rstrip(':')}:function")
    named = re.fullmatch(r"(?s)(.+\.py):([^\W\d]\w*)", text)
    return (Path(named[1]), named[2]) if named else None


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").rstrip()
    except UnicodeDecodeError as error:
        raise InputError(f"standard input is not UTF-8 text: byte {error.start} cannot be read") from None


def _recorded(path: Path, name: str, at: dict[str, float] | None) -> Any:
    """The Program of a function in a Python file."""
    from diffkit.tracing import trace

    if at is None and path.is_file():
        raise UsageError("a Python function is recorded at a point", remedy="give it with --at x=1")
    function = function_in_file(path, name)
    try:
        return trace(function, at)
    except DiffkitError:
        raise
    except FAILURES as error:
        raise InputError(f"'{name}' in '{path}' fails at that point: {failure(error)}", place_of_error(error)) from None


def function_in_file(path: Path, name: str) -> Any:
    """A function of a Python file, which is run; what it prints goes to standard error."""
    if not path.is_file():
        raise InputError(f"no file '{path}'", remedy="give FILE.py:function, or a formula")
    found = _ran(path, path.stat().st_mtime_ns)
    if not callable(found.get(name)):
        callables = [k for k, v in found.items() if callable(v)]
        raise InputError(f"'{path}' has no function '{name}'", remedy=_did_you_mean(name, callables))
    return found[name]


@cache
def _ran(path: Path, written: int) -> dict[str, Any]:
    """What a file holds once it has run: once only, so that a function and its gradient share what it drew at random.

    ``written`` is when, lest a file that has changed be taken for the old one.
    """
    import runpy
    from contextlib import redirect_stdout

    try:
        with redirect_stdout(sys.stderr):
            return runpy.run_path(str(path))
    except FAILURES as error:
        raise InputError(f"'{path}' does not run: {failure(error)}") from None


def _did_you_mean(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, 1)
    return f"did you mean '{close[0]}'?" if close else ""


def read_recorded(text: str, items: tuple[str, ...], arrays: bool = False) -> tuple[Any, dict[str, Any]]:
    """The Program that EXPR names, and the point of all its inputs, which may hold ``arrays``."""
    program, point = read_anywhere(text, items, arrays)
    return program, check_point(program, point)


def read_anywhere(text: str, items: tuple[str, ...], arrays: bool = False) -> tuple[Any, dict[str, Any] | None]:
    """The Program that EXPR names, and a point if one was given."""
    point = read_point(items, arrays)
    program = read_function(text, point)
    return program, None if point is None else check_point(program, point)


def read_family(text: str, items: tuple[str, ...]) -> tuple[Any, dict[str, float] | None]:
    """What EXPR means where every n has its own function: the text itself, or the callable of FILE.py:function."""
    named = file_and_name(text)
    f = _guarded(*named) if named else _standard_input() if text == "-" else text
    return f, read_point(items)


def _guarded(path: Path, name: str) -> Any:
    """The function of a file, whose own errors say that they are its own."""
    function = function_in_file(path, name)

    @wraps(function)
    def guarded(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except DiffkitError:
            raise
        except FAILURES as error:
            raise InputError(f"'{name}' in '{path}' fails: {failure(error)}", place_of_error(error)) from None

    return guarded


def read_called(text: str, items: tuple[str, ...]) -> tuple[Any, dict[str, Any]]:
    """The function that EXPR names as it is, not recorded, and a point that may hold arrays."""
    point, function = read_point(items, arrays=True), read_callable(text)
    if hasattr(function, "inputs"):
        return function, check_point(function, point)
    if point is None:
        raise UsageError("the point is missing", remedy="give it with --at x=1, or --at w=@w.npy for an array")
    return function, point


def read_callable(text: str) -> Any:
    """The callable of FILE.py:function, or the Program of a formula."""
    named = file_and_name(text)
    return function_in_file(*named) if named else read_function(text, None)


def read_point(items: tuple[str, ...], arrays: bool = False) -> dict[str, Any] | None:
    """The point from --at x=1/3,y=pi/4: each coordinate is read exactly, then rounded to float64 once.

    Where a study takes ``arrays``, w=@w.npy is the array in that file.
    """
    point: dict[str, Any] = {}
    for item in items:
        for part in re.split(r",(?![^(]*\))", item):
            name, equals, value = part.partition("=")
            name = name.strip()
            if not equals or not name or not value.strip():
                raise UsageError(f"cannot read the point '{part.strip()}'", remedy="write --at x=1.5,y=1/3")
            if name in point:
                raise UsageError(f"'{name}' is given twice in --at")
            point[name] = _array(_file(name, value, arrays)) if value.strip()[0] == "@" else _coordinate(name, value)
    return point or None


def _file(name: str, text: str, arrays: bool) -> str:
    """The path behind the @, where a study takes arrays."""
    if not arrays:
        remedy = "give a number for every input; diffkit check, graph and staged (its grader not) take arrays"
        raise UsageError(f"'{name}' is an array: '{text.strip()}'", remedy=remedy)
    return text.strip()[1:]


def _array(path: str) -> Any:
    """The array in a file that np.save wrote; whatever would run code is refused."""
    import numpy as np

    remedy = "write the array with np.save('w.npy', w)"
    try:
        found = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise InputError(f"no file '{path}'", remedy=remedy) from None
    except (OSError, ValueError, EOFError):
        raise InputError(f"'{path}' is no array that numpy.save wrote", remedy=remedy) from None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        raise InputError(f"'{path}' does not hold one array of real numbers", remedy=remedy)
    return found


def _coordinate(name: str, text: str, where: str = "--at") -> float:
    remedy = "write a number such as 1.5, 1e-8, 1/3 or pi/4"
    if text.strip().endswith(".npy"):
        remedy = f"an array in a file is written {name}=@{text.strip()}, for diffkit check, graph and staged"
        raise UsageError(f"the value of '{name}' in --at is not a number: '{text.strip()}'", remedy=remedy)
    try:
        value = float(text)
    except ValueError:
        value = _exactly(name, text, remedy, where)
    if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]) and _is_literal(text):
        raise UsageError(f"the value of '{name}' in {where} is too small for float64: '{text.strip()}'", remedy=remedy)
    if not math.isfinite(value):
        raise UsageError(f"the value of '{name}' in {where} is not finite in float64: '{text.strip()}'", remedy=remedy)
    return value


def _is_literal(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _exactly(name: str, text: str, remedy: str, where: str) -> float:
    """The double nearest to what a formula without variables says."""
    from diffkit.language import parse
    from diffkit.truth import round_constant

    try:
        program = parse(text)
    except InputError as error:
        raise UsageError(f"cannot read the value of '{name}' in {where}: '{text.strip()}'", error.what, remedy) from None
    if program.inputs or len(program.outputs) != 1:
        raise UsageError(f"the value of '{name}' in {where} is not a number: '{text.strip()}'", remedy=remedy)
    try:
        return round_constant(program)
    except NumberError as error:
        raise UsageError(f"the value of '{name}' in {where} has no number: '{text.strip()}'", error.what, remedy) from None


def check_point(program: Any, at: dict[str, float] | None) -> dict[str, float]:
    """The point, if it names every input of the program and no other."""
    from diffkit.points import spread

    if at is None and program.inputs:
        raise UsageError("the point is missing", remedy=f"give it with --at {','.join(f'{n}=1' for n in program.inputs)}")
    spread(program.inputs, at or {})
    return at or {}


def listed(text: str | None) -> tuple[str, ...] | None:
    """The parts of a list such as D0,reverse, each once; None if nothing was asked for."""
    if text is None:
        return None
    parts = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not parts:
        raise UsageError("a list is empty", remedy="leave the option out for all, or separate names by commas")
    return parts
