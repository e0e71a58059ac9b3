"""Languages: every sentence in each of them with the same fields, chosen by the context; figures, terminals, LaTeX."""

import ast
import json
import re
import string
import threading
from pathlib import Path

import polib
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import diffkit as dk
from diffkit import messages
from diffkit.captions import joined, label
from diffkit.cli import run
from diffkit.families import NAMED
from diffkit.figures import fonts, pictures
from diffkit.figures.fonts import CHINESE, chinese
from diffkit.messages import LANGUAGES, LOCALE, SENTENCES, language, say, spoken, word
from diffkit.primitives import TABLE
from diffkit.render import write_plan
from diffkit.results import Record
from diffkit.sections import build
from diffkit.study.reproduce import RESULTS
from diffkit.study.swell.forms import FAILED, GAVE_UP, NOT_TRIED, STEPS, TOO_LARGE
from diffkit.study.swell.sizes import EMITTED, FORWARD, REVERSE, TAPE, TAYLOR
from diffkit.tables import Table, plain
from diffkit.widths import lines, width

from . import specimens
from .test_results import RECORDS

OTHERS = [name for name in LANGUAGES if name != "en"]
HOUSE = Path(messages.__file__).parent.parent
CHARACTER = re.compile(r"[\u4e00-\u9fff]")
DRAWN = ("sweep", "swell", "rounding", "advice", "graph", "check", "compare", "errors", "cost", "reproduce")
needs_font = pytest.mark.skipif(chinese() is None, reason="no font with Chinese characters is installed")


def fields(sentence: str) -> set[str]:
    """The names of the fields of a sentence; {s} is the English plural."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name} - {"s"}


@pytest.mark.parametrize("name", OTHERS)
def test_every_sentence_is_translated(name: str) -> None:
    """None is missing, none left over, none twice, none of an English sentence that has changed since."""
    entries = polib.pofile(str(LOCALE / f"{name}.po"))
    assert [entry.msgctxt for entry in entries] == list(SENTENCES)
    for entry in entries:
        assert entry.msgstr, entry.msgctxt
        assert not entry.fuzzy, entry.msgctxt
        assert entry.msgid == SENTENCES[entry.msgctxt], f"run scripts/update_languages.py and translate {entry.msgctxt}"


def test_no_sentence_stands_in_two_files() -> None:
    """The last would hide the first."""
    files = [set(study.SENTENCES) for study in messages.STUDIES]
    assert len(set().union(*files)) == sum(map(len, files)) == len(SENTENCES)
    assert len(files) == len(list(Path(messages.__file__).parent.glob("*.py"))) - 1


@pytest.mark.parametrize("name", OTHERS)
def test_every_translation_has_the_same_fields(name: str) -> None:
    """And can be filled in."""
    for entry in polib.pofile(str(LOCALE / f"{name}.po")):
        assert fields(entry.msgstr) == fields(entry.msgid), entry.msgctxt
        entry.msgstr.format(**dict.fromkeys(fields(entry.msgid), "1"))


def test_sentences_are_chinese() -> None:
    """Whatever has an English word of four letters in it has a Chinese character in Chinese."""
    for entry in polib.pofile(str(LOCALE / "zh.po")):
        words = re.findall(r"[a-z]{4,}", re.sub(r"\{\w+\}|\$[^$]*\$", "", entry.msgid))
        if set(words) - {"float", "ulps"} and entry.msgctxt != "code.json":
            assert CHARACTER.search(entry.msgstr), entry.msgctxt


def said_in_code() -> set[str]:
    """Every name of a sentence that the code says outright."""
    found = set()
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            first = node.args[0] if isinstance(node, ast.Call) and node.args else None
            if isinstance(first, ast.Constant) and name == "say":
                found.add(first.value)
            elif isinstance(node, ast.Call) and name == "headed":
                found |= {f"header.{arg.value}" for arg in node.args if isinstance(arg, ast.Constant)}
    return found


def test_what_the_code_says_is_in_the_catalogue() -> None:
    """Every sentence that is said by its name exists."""
    assert said_in_code() - set(SENTENCES) == set()
    assert len(said_in_code()) > 300


def test_the_language_belongs_to_the_context() -> None:
    """Inside the block Chinese, outside and in another thread English; an exception leaves nothing behind."""
    seen = []
    with language("zh"):
        assert spoken() == "zh"
        assert say("heading.verdict") == "结论"
        other = threading.Thread(target=lambda: seen.append(say("heading.verdict")))
        other.start()
        other.join()
        with language("en"):
            assert say("heading.verdict") == "Verdict"
        assert spoken() == "zh"
    assert seen == ["Verdict"]
    with pytest.raises(ZeroDivisionError), language("zh"):
        raise ZeroDivisionError
    assert spoken() == "en"


def test_text_of_the_user_is_no_template() -> None:
    """Braces in a field stay what they are, in every language."""
    with language("zh"):
        assert "{0}" in say("graph.headline", expression="{0}{at}", at="x")


def test_words_of_a_sentence() -> None:
    """Enumerations, engines and statuses; no blanks between Chinese characters, but beside Latin ones."""
    with language("zh"):
        assert joined(["a", "b", "c"]) == "a、b 和 c"
        assert label("reverse") == "反向模式"
        assert label("peer") == "peer"
        assert word("kink") == "尖点"
        assert say("verdict.best", engine=label("reverse"), digits="x") == "最好的方法是反向模式，x"
        assert say("verdict.best", engine="D0", digits="x") == "最好的方法是 D0，x"
    assert (joined(["a", "b"]), label("reverse"), word("kink")) == ("a and b", "reverse", "kink")


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())
def test_every_record_speaks_chinese(record: Record) -> None:
    """Headline and headers of every study; JSON keys stay as they are."""
    english = record.to_dict()
    with language("zh"):
        assert CHARACTER.search(str(record)) or record.study == "staged"
        headers = record.table().headers
        assert any(CHARACTER.search(header) for header in headers)
        assert record.to_dict() == english
        document = build(record)
        assert all(CHARACTER.search(section.heading) for section in document.sections)
        assert all(CHARACTER.search(block.caption) for block in document.figures())


def test_nothing_english_is_left_in_a_chinese_report() -> None:
    """Of a report on three functions, no word of four letters but names, code and the words of machines."""
    for text, at in (("exp(x)*sin(y)", {"x": 1.0, "y": 2.0}), ("abs(x)", {"x": 0.0}), ("(1-cos(x))/x^2", {"x": 1e-4})):
        with language("zh"):
            page = write_plan(dk.report(text, at, time_limit=20.0), "r.html")[Path("r.html")].decode()
        page = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>|<math.*?</math>|<pre>.*?</pre>|<[^>]*>", " ", page)
        left = set(re.findall(r"[A-Za-z]{4,}", page)) - ALLOWED
        assert left == set(), text


ALLOWED = {  # names of functions, arithmetic, libraries and machines, and statuses, which are identifiers
    *("float", "IEEE", "JSON", "numeric", "derivative", "diffkit", "Python", "sympy", "numpy", "mpmath", "python", "flint"),
    *(
        "matplotlib",
        "Linux",
        "glibc",
        "libc",
        "sqrt",
        "kink",
        "noisy",
        "SymPy",
        "simplify",
        "expm",
        "sinc",
        "sign",
        "exact",
        "json",
        "report",
    ),
}


def test_the_page_names_its_language() -> None:
    """For readers and screen readers: lang, table and figure."""
    record = specimens.comparison()
    with language("zh"):
        page = write_plan(record, "r.html")[Path("r.html")].decode()
    assert '<html lang="zh-CN">' in page
    assert "<b>表 1</b>" in page
    assert "<b>图 1</b>" in page
    assert '<html lang="en">' in write_plan(record, "r.html")[Path("r.html")].decode()


def test_latex_in_chinese_is_of_another_class() -> None:
    """ctexart sets Chinese; English stays with article."""
    with language("zh"):
        text = write_plan(specimens.sweep(), "r.tex")[Path("r.tex")].decode()
    assert r"\documentclass[11pt,a4paper]{ctexart}" in text
    assert "pdflatex" not in text
    assert r"{article}" in write_plan(specimens.sweep(), "r.tex")[Path("r.tex")].decode()


def texts_of(figure: Figure) -> list[str]:
    """What is written in a figure."""
    return [text.get_text() for text in figure.findobj(Text)]


@needs_font
@pytest.mark.parametrize(
    "name", ["sweep", "swell", "rounding", "advice", "graph", "check", "compare", "errors", "cost", "reproduce"]
)
def test_pictures_are_drawn_in_chinese(name: str) -> None:
    """With a font that has the characters: no glyph is missing (a warning would be an error here)."""
    with language("zh"):
        drawn = pictures(RECORDS[name])
        files = write_plan(RECORDS[name], "p.svg")
    texts = [text for figure in drawn.values() for text in texts_of(figure)]
    assert any(CHARACTER.search(text) for text in texts)
    assert all(files.values())


def test_without_a_font_pictures_are_in_english_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels that no font can show would be boxes."""
    monkeypatch.setattr(fonts, "chinese", lambda: None)
    with language("zh"):
        drawn = pictures(specimens.sweep())["error_vs_h"]
        captions = [block.caption for block in build(specimens.sweep()).figures()]
    texts = texts_of(drawn)
    assert not any(CHARACTER.search(text) for text in texts)
    assert "step size $h$" in texts
    assert all("图中的文字是英文" in caption for caption in captions)


def test_fonts_are_families() -> None:
    """No name twice."""
    assert len(set(CHINESE)) == len(CHINESE)


def test_a_table_of_wide_characters_is_aligned() -> None:
    """A Chinese character takes two columns of a terminal."""
    with language("zh"):
        rows = str(Table(("方法", "n"), (("反向模式", "1"), ("D0", "20")))).splitlines()
    assert len({width(row) for row in rows}) == 1
    assert rows[3] == "D0        20"


def test_chinese_prose_is_wrapped() -> None:
    """By columns, between characters, and no line begins with a full stop or a comma."""
    text = "没有哪种方法被预设为精确：每一种都以各位数字经过证明的参考值来评判。" * 6
    found = lines(text, 40, "")
    assert max(map(width, found)) <= 42  # punctuation may hang over
    assert "".join(found) == text
    assert not any(line[0] in "，。；：" for line in found)


def test_a_terminal_gets_chinese_only_if_asked() -> None:
    """In English all is ASCII; in Chinese control characters are still taken out."""
    assert plain("步\x1b") == "\\u6b65?"
    with language("zh"):
        assert plain("步\x1b") == "步?"


def test_the_command_line_speaks(capsys: pytest.CaptureFixture[str]) -> None:
    """--lang zh; the next command is English again; an unknown language is refused; errors of a study are Chinese too."""
    assert run(["compare", "x^2", "--at", "x=1", "--lang", "zh"]) == 0
    assert "各种方法求 x^2 在 x = 1.0 处的导数" in capsys.readouterr().out
    assert run(["compare", "x^2", "--at", "x=1"]) == 0
    assert capsys.readouterr().out.startswith("Every engine")
    assert run(["compare", "x^2", "--at", "x=1", "--lang", "tlh"]) == 2
    assert "tlh" in capsys.readouterr().err
    assert run(["compare", "log(x)", "--at", "x=-1", "--lang", "zh"]) == 4
    assert "没有定义" in capsys.readouterr().err


def test_json_keys_are_english_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    """The document has the same keys and numbers."""
    run(["compare", "x^2", "--at", "x=1", "--json", "--lang", "zh"])
    chinese_document = json.loads(capsys.readouterr().out)
    run(["compare", "x^2", "--at", "x=1", "--json"])
    assert chinese_document == json.loads(capsys.readouterr().out)


def test_redo_names_the_language(tmp_path: Path) -> None:
    """The command that a report prints makes the same report."""
    run(["report", "x^2", "--at", "x=1", "--lang", "zh", "-q", "-o", str(tmp_path / "r.json")])
    assert "--lang zh" in json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["command"]


def test_names_that_records_keep_are_translated() -> None:
    """Forms, reasons for a missing one, published results and families: in JSON by their English names, in Chinese to read."""
    names = [*STEPS, FORWARD, REVERSE, TAPE, EMITTED, TAYLOR, GAVE_UP, TOO_LARGE, NOT_TRIED, FAILED]
    names += [result.title for result in RESULTS.values()]
    names += [f.definition for f in NAMED.values() if re.search(r"[a-z]{2,} [a-z]{2,}|,", f.definition)]
    assert len(names) > 20
    with language("zh"):
        assert [name for name in names if not CHARACTER.search(word(name))] == []


def test_reasons_come_from_the_worker_in_its_language() -> None:
    """SymPy works in another process, which speaks as this one does."""
    with language("zh"):
        record = dk.swell("x*sin(1/x)", {"x": 0.5})
    missing = [form.reason for form in record.forms if form.status != "ok"]
    assert missing
    assert all(CHARACTER.search(reason) for reason in missing)


def test_the_table_of_functions_is_translated() -> None:
    """What THE table says of a function in English words has a Chinese text too."""
    for row in TABLE.values():
        for text in filter(None, (row.doc, row.convention)):
            if re.search(r"[a-z]{2,} [a-z]{2,}", text):
                assert f"word.{text}" in SENTENCES, text
