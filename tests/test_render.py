"""Rendering: nothing of the user is markup, nothing is loaded from anywhere, every format is whole."""

import dataclasses
import html.parser
import json
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkit import figures
from diffkit.document import Document, Formula, Listing, Prose, Section, TableBlock, Terms
from diffkit.errors import UsageError
from diffkit.render import CODE, DRAWN, GRAPHS, PICTURES, SUFFIXES, latex, markdown, places, write_plan
from diffkit.render import html as html_
from diffkit.results import Record
from diffkit.sections import build
from diffkit.tables import Table

from . import specimens

RECORDS: dict[str, Record] = {
    "report": specimens.report(),
    "compare": specimens.comparison(),
    "sweep": specimens.sweep(False),
    "swell": specimens.swell(),
    "family": specimens.swell_family(),
    "rounding": specimens.rounding(),
    "advice": specimens.advice(),
    "check": specimens.check(),
    "graph": specimens.graph(),
    "staged": specimens.staged(),
    "grade": specimens.grade(),
    "errors": specimens.swell_errors(),
    "cost": specimens.cost(),
    "reproduce": specimens.reproductions(),
    "kink": dataclasses.replace(specimens.report(), comparison=specimens.kink(), sweep=None),
}
every_record = pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())
ELEMENTS = set(
    re.findall(
        r"\w+",
        """html head meta link title style body main h1 section h2 p b div table thead tbody tr th td
    dl dt dd pre code math mrow mi sup span""",
    )
)
EVIL = "<script>alert(1)</script>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page(html.parser.HTMLParser):
    """What a browser would see: elements, their attributes, and whether all were closed."""

    VOID = {"meta", "link", "br", "img", "hr", "input"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# -- HTML -----------------------------------------------------------------------------------------------
@every_record
def test_html_is_whole_and_loads_nothing(record: Record) -> None:
    """Every element is closed, nothing runs, nothing refers outside; addresses are names of namespaces only."""
    text = html_.render(build(record))
    page = Page(text)
    assert page.open == []
    assert not {"script", "iframe", "object", "embed", "img", "form", "base"} & set(page.tags)
    for _, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in ("href", "src", "xlink:href") or value.startswith(("#", "data:,"))
    assert set(re.findall(r"https?://[^\"'<> )]*", text)) <= {
        *("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1998/Math/MathML")
    }
    assert "@import" not in text and "url(http" not in text


def test_html_of_the_report() -> None:
    """Formula as MathML, two pictures with titles, tables that scroll, headings in order, a language."""
    text = html_.render(build(specimens.report()))
    page = Page(text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert (page.tags.count("math"), page.tags.count("svg"), page.tags.count("table"), page.tags.count("h1")) == (1, 3, 4, 1)
    assert page.tags.count("desc") == 3
    assert len(re.findall(r'<div class="scroll"[^>]*>\s*<table', text)) == 4
    assert "8.72\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10<sup>\N{MINUS SIGN}4</sup>" in text
    assert "4.05342789389862065771418792561" in text
    assert 'alttext="exp(x)/sqrt(sin(x)^3 + cos(x)^3)"' in text
    ET.fromstring(re.search(r"<math.*?</math>", text, re.DOTALL)[0])  # type: ignore[index]


def test_staged_lines_are_rows_of_mathml() -> None:
    """Named lines stand below one another, and a choice has its brace."""
    staged = dataclasses.replace(specimens.comparison(), expression="q = x + 1; f = q if q > 0 else -q")
    text = html_.render(build(staged))
    assert text.count("<mtr>") == 4
    assert "&amp;" not in text[text.index("<math") : text.index("</math>")]


def test_html_shows_text_of_the_user_as_text() -> None:
    """A script in title, expression, engine, reason, command and version is shown, not run."""
    hostile = dataclasses.replace(
        specimens.report(EVIL),
        expression=f"{EVIL}2",
        command=f'diffkit report "{EVIL}"',
        environment={EVIL: f"'{EVIL}\""},
        comparison=dataclasses.replace(
            specimens.comparison(), expression=EVIL, engines=(specimens.engine(EVIL, 1e-3, 1.0, reason=f'"{EVIL}'),)
        ),
        sweep=dataclasses.replace(specimens.sweep(False), expression=EVIL, wrt=EVIL),
        swell=dataclasses.replace(specimens.swell(), expression=EVIL, wrt=EVIL),
    )
    text = html_.render(build(hostile))
    assert "<script" not in text.lower()
    assert "<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>" in text
    assert Page(text).open == []


@given(st.text())
@settings(deadline=None)
def test_no_text_becomes_markup(text: str) -> None:
    """Whatever stands in any block comes out as text."""
    table = Table((text, "b"), ((text, text), ("1e-8", "2")), text, (text,))
    listed = (TableBlock(table), Listing(text, text), Terms(((text, text),)), Formula("x", text))
    blocks = (Prose(text), Prose(text, lead=True), *listed)
    page = Page(html_.render(Document(text, (Section(text, blocks),))))
    assert page.open == []
    assert set(page.tags) <= ELEMENTS


def test_html_of_a_table_alone() -> None:
    """A notebook shows the table without a page around it."""
    text = specimens.comparison()._repr_html_()
    assert "<table" in text and "<html" not in text
    assert Page(text).open == []


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_html_in_a_browser() -> None:
    """No message on the console, no request, every picture visible, nothing wider than a narrow window."""
    probe = (
        "<script>document.title = 'x'; addEventListener('load', () => { const bad = [];"
        "for (const e of document.querySelectorAll('svg, math, table, figure')) { const r = e.getBoundingClientRect();"
        " if (r.width < 20 || r.height < 5) bad.push(e.tagName); }"
        "document.body.dataset.result = JSON.stringify({bad, wide: document.documentElement.scrollWidth - innerWidth,"
        " requests: performance.getEntriesByType('resource').map(e => e.name)}); });</script></body>"
    )
    page = html_.render(build(specimens.report()))
    page = page.replace("default-src 'none';", "script-src 'unsafe-inline'; default-src 'none';")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(page.replace("</body>", probe), encoding="utf-8")
        command = [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={folder}/profile",
            "--window-size=500,900",
            "--enable-logging=stderr",
            "--dump-dom",
            file.as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, timeout=120, check=True, env=os.environ | {"HOME": folder})
    found = re.search(r'data-result="([^"]*)"', done.stdout.decode("utf-8"))
    assert found
    result = json.loads(found[1].replace("&quot;", '"'))
    assert (result["bad"], result["requests"]) == ([], [])
    assert result["wide"] <= 0
    assert b":CONSOLE" not in done.stderr


# -- Markdown -------------------------------------------------------------------------------------------
def test_markdown_of_the_report() -> None:
    """Headings, formula, tables with alignment, pictures beside it."""
    text = markdown.render(build(specimens.report()), {"error_vs_h": "a b-error_vs_h.svg"})
    assert text.startswith("# How exact is the derivative at x = 1.5?\n")
    assert "$$\nf(x) = \\frac{e^{x}}{\\sqrt{\\sin^{3} x + \\cos^{3} x}}\n$$" in text
    assert "| Richardson | 12.7 | 2.2e-13 | 1.98e3 | 4.053427893898 | 8.72e-4 | 4 | ok |" in text
    assert "](a%20b-error_vs_h.svg)" in text
    assert "](swell.svg)" in text


def test_markdown_escapes() -> None:
    """Nothing of the user makes a link, a picture, a tag, a cell or a heading."""
    assert markdown.escape("# <b>[a](b)|`x`*") == r"\# \<b\>\[a\](b)\|\`x\`\*"
    assert markdown.escape("1. x\n- y") == r"1\. x - y"
    rows = markdown.table(Table(("a",), (("x|y\nz",),))).splitlines()
    assert rows == ["| a |", "| :--- |", r"| x\|y z |"]


def test_markdown_listing_cannot_be_left() -> None:
    """A fence in the code gets a longer fence around it."""
    text = markdown.render(Document("t", (Section("s", (Listing("```\n# x", "c"),)),)))
    assert text.endswith("\n````\n```\n# x\n````\n")


@every_record
def test_markdown_tables_are_rectangular(record: Record) -> None:
    """Every row has as many cells as the header."""
    rows = [line for line in record.to_markdown().splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


# -- LaTeX ----------------------------------------------------------------------------------------------
def balanced(text: str) -> bool:
    """Braces match, and environments are closed in order."""
    bare = re.sub(r"\\[{}\\]", "", re.sub(r"(?m)(?<!\\)%.*$", "", text))
    stack: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", bare):
        if kind == "begin":
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    depth = 0
    for c in bare:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0 and not stack


@every_record
def test_latex_is_balanced(record: Record) -> None:
    """An article from beginning to end, tables with booktabs."""
    text = latex.render(build(record))
    assert balanced(text)
    assert text.rstrip().endswith(r"\end{document}")
    assert all(rule in record.to_latex() for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\begin{tabular}"))
    assert balanced(record.to_latex())


@given(st.text())
@settings(deadline=None)
def test_latex_escapes(text: str) -> None:
    """No text opens a group, a comment, a formula or a command of its own."""
    shown = latex.escape(text)
    assert balanced(shown)
    assert not re.search(r"(?<!\\)[%&#_]", shown)
    commands = set(re.findall(r"\\([a-zA-Z]+)", shown))
    assert all(name.startswith("text") or name in map(str.strip, latex.LETTERS.values()) for name in commands)


def test_latex_of_the_report() -> None:
    """Numbers are set as mathematics, pictures are included, the formula is displayed."""
    text = latex.render(build(specimens.report()), {"error_vs_h": "r-error_vs_h.pdf"})
    assert r"$8.72 \cdot 10^{-4}$" in text
    assert r"\includegraphics{\detokenize{r-error_vs_h.pdf}}" in text
    assert r"\frac{e^{x}}{\sqrt{\sin^{3} x + \cos^{3} x}}" in text
    assert "0.1.0" in text and "$0.1.0$" not in text


# -- the plan of files ----------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", SUFFIXES)
@every_record
def test_every_format_of_every_record(record: Record, suffix: str) -> None:
    """Each suffix gives the file asked for, non-empty and of its kind; nothing is written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out{suffix.upper()}"
        only = {".dot": "graph", ".gif": "graph", ".py": "staged"}.get(suffix, record.study)
        nothing_drawn = suffix in PICTURES and record.study in {"staged", "grade"}
        if record.study != only or nothing_drawn:
            with pytest.raises(UsageError, match=f"a result of the study '{record.study}' (is|has) no"):
                write_plan(record, path)
            return
        plan = write_plan(record, path)
        assert os.listdir(folder) == []
    assert next(iter(plan)) == path
    assert all(place.parent == path.parent and content for place, content in plan.items())
    starts = {".html": b"<!DOCTYPE html>", ".md": b"# ", ".tex": b"%", ".json": b"{", ".pdf": b"%PDF", ".png": b"\x89PNG"}
    assert plan[path].startswith(starts.get(suffix, b""))


def test_pictures_stand_beside_the_text() -> None:
    """Markdown has SVG and PNG, LaTeX has PDF, and the text names them; HTML and data stand alone."""
    report = specimens.report()
    names = {
        suffix: [path.name for path in write_plan(report, f"/x/r{suffix}")]
        for suffix in SUFFIXES
        if suffix not in (*GRAPHS, *CODE)
    }
    assert names[".html"] == ["r.html"] and names[".json"] == ["r.json"] and names[".csv"] == ["r.csv"]
    drawn = ("error_vs_h", "error_parts", "swell")
    assert names[".md"] == ["r.md", *(f"r-{name}{form}" for name in drawn for form in (".svg", ".png"))]
    assert names[".tex"] == ["r.tex", "r-error_vs_h.pdf", "r-error_parts.pdf", "r-swell.pdf"]
    assert names[".png"] == ["r.png", "r-error_parts.png", "r-swell.png"]
    assert b"](r-error_vs_h.svg)" in write_plan(report, "/x/r.md")[Path("/x/r.md")]


@pytest.mark.parametrize("suffix", [".html", ".md", ".tex", ".json", ".csv", ".png", ".svg", ".pdf"])
def test_all_files_are_known_before_anything_is_measured(suffix: str) -> None:
    """Whatever is written for a record was named before, and pictures have the names that were foreseen."""
    path = Path(f"/x/r{suffix}")
    for record in RECORDS.values():
        if suffix in PICTURES and not figures.pictures(record):
            continue  # refused, which another test sees to
        assert set(write_plan(record, path)) <= set(places(record.study, path))
        assert set(figures.pictures(record)) <= set(DRAWN.get(record.study, ()))


def test_json_is_the_record() -> None:
    """The saved file is read back as the same record."""
    (content,) = write_plan(specimens.sweep(), "x.json").values()
    assert Record.from_json(content.decode("utf-8")) == specimens.sweep()


@pytest.mark.parametrize("name", ["x.doc", "x", "x.xls"])
def test_another_suffix_is_refused(name: str) -> None:
    """The formats that exist are listed."""
    with pytest.raises(UsageError) as caught:
        write_plan(specimens.swell(), name)
    suffix = Path(name).suffix
    assert str(caught.value) == (
        f"cannot write '{name}': unknown format '{suffix}'\n"
        "    the formats are .html .md .tex .json .csv .pdf .svg .png .dot .gif .py"
    )


def test_a_record_without_picture_says_so() -> None:
    """At a kink no engine can be judged, so there is nothing to draw."""
    with pytest.raises(UsageError) as caught:
        write_plan(specimens.kink(), "x.png")
    assert str(caught.value) == "a result of the study 'compare' has no picture\n    use .html .md .tex .json or .csv"
    with pytest.raises(UsageError):
        specimens.kink().plot()
    assert specimens.sweep(False).plot().get_axes()


def test_a_table_that_fills_a_page_goes_over_several() -> None:
    """Its head stands on each page; shorter ones float."""
    short, long = (latex.table(Table(("n", "n^2"), tuple((str(i), str(i * i)) for i in range(n)), "Squares.")) for n in (30, 60))
    assert r"\begin{table}" in short
    assert r"\begin{longtable}{rr}" in long
    assert long.count(r"\toprule") == 2
