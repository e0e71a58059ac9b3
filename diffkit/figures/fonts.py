"""Style and language of a picture: its words are in the language of the context if a font is installed that has them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager

from diffkit.figures.sheet import STYLE
from diffkit.messages import language, spoken

CHINESE = (  # families that hold simplified Chinese; serifs, which go with the formulas, first
    *("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "SimSun", "Noto Serif CJK JP", "AR PL UMing CN"),
    *("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "Noto Sans CJK JP"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "AR PL UKai CN"),
)


IDEOGRAPHS = re.compile("[\u2e80-\U0010ffff]")  # which neither our font nor mathtext has
FILES = re.compile(r"cjk|hansans|hanserif|song|simsun|simhei|yahei|wqy|pingfang|uming|ukai|fallback", re.IGNORECASE)


@cache
def chinese() -> str | None:
    """Return a family with Chinese characters that is installed, or None."""
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for path in font_manager.findSystemFonts():  # those that came after Matplotlib made its list
        if path not in known and FILES.search(Path(path).name):
            with suppress(Exception):  # a damaged file raises what it likes
                font_manager.fontManager.addfont(path)
    installed = set(font_manager.get_font_names())
    return next((family for family in CHINESE if family in installed), None)


@contextmanager
def drawing(names: str = "") -> Iterator[None]:
    """Draw in our style; without a font for the words of the language of the context, in English.

    Where the user's ``names`` are Chinese, that font stands by in English too.
    """
    family = chinese() if spoken() == "zh" or IDEOGRAPHS.search(names) else None
    families = [family, STYLE["font.family"]] if spoken() == "zh" else [STYLE["font.family"], family]
    fonts = {} if family is None else {"font.family": families}
    with mpl.rc_context(STYLE | fonts), language(spoken() if family else "en"):
        yield
