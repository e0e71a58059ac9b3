"""Every sentence a report prints, by name, a file a study; another language is a file in locale/ with the same names.

A sentence is a template of ours and its fields are data: text of the user is never a template.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from diffkit.messages import (
    advice,
    chapter,
    check,
    compare,
    cost,
    estimate,
    explain,
    functions,
    graph,
    report,
    reproduce,
    rounding,
    staged,
    sweep,
    swell,
    truth,
    words,
)

LANGUAGES = {"en": "en", "zh": "zh-CN"}  # and as HTML names them
CHARACTER = "[\u2e80-\u9fff\uff00-\uff60]"  # of Chinese, with its punctuation
BLANK = re.compile(f"(?<={CHARACTER}) (?={CHARACTER})|(?<=[，。；：）]) ")  # where Chinese has none
LOCALE = Path(__file__).parent.parent / "locale"
STUDIES = (
    compare,
    sweep,
    swell,
    cost,
    reproduce,
    functions,
    graph,
    staged,
    estimate,
    rounding,
    check,
    advice,
    explain,
    chapter,
    truth,
    report,
    words,
)
SENTENCES = {name: sentence for study in STUDIES for name, sentence in study.SENTENCES.items()}


_language = ContextVar("language", default="en")


def say(sentence: str, /, **fields: object) -> str:
    """Return the sentence of that name with its fields filled in, in the language of the context.

    Examples
    --------
    >>> say("compare.value", value=4.5)
    'f = 4.5'
    """
    return _set(_sentences(spoken())[sentence].format(**fields))


def paragraph(*sentences: str) -> str:
    """Return sentences one after the other."""
    return _set(" ".join(sentences))


def _set(text: str) -> str:
    return text if spoken() == "en" else BLANK.sub("", text)


def word(identifier: str) -> str:
    """Return a status, verdict or reason that JSON names by one word, as a sentence says it."""
    return say(f"word.{identifier}") if f"word.{identifier}" in SENTENCES else identifier


def spoken() -> str:
    """Return the language in which sentences are said now: en or zh."""
    return _language.get()


@contextmanager
def language(name: str) -> Iterator[None]:
    """Say every sentence in that language, in this thread.

    Examples
    --------
    >>> with language("zh"):
    ...     print(say("heading.verdict"))
    结论
    """
    token = _language.set(name)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _sentences(name: str) -> Mapping[str, str]:
    """The sentences of a language: those of its gettext file, whose contexts are the names."""
    if name == "en":
        return SENTENCES
    import polib

    return SENTENCES | {entry.msgctxt: entry.msgstr for entry in polib.pofile(str(LOCALE / f"{name}.po")) if entry.msgstr}
