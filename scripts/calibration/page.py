"""The page of the study, reports/calibration.md, and its data, reports/calibration.json."""

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from calibration.judge import Summary, Verdict, quantile, summary
from calibration.participants import Participant
from calibration.speed import GOAL, Speed
from calibration.wording import ABSENT, AGAIN, ALT, CAPTION, FUNCTIONS, MEANING
from diffkit.codec import encode
from diffkit.render import markdown
from diffkit.tables import Table, exact, short

Found = Mapping[str, Sequence[Verdict]]
PICTURE = "calibration.png"
LISTED = 40  # violations of ours that are listed one by one

ROWS: tuple[tuple[str, Callable[[Summary], str]], ...] = (
    ("cases with a derivative", lambda s: str(s.cases)),
    ("claims", lambda s: str(s.claims)),
    ("violations", lambda s: str(s.violations)),
    ("violations, % of claims", lambda s: percent(s.violations, s.claims)),
    ("claims it stands by", lambda s: str(s.stood_by)),
    ("violations among them, %", lambda s: percent(s.violations_stood_by, s.stood_by)),
    ("largest true/stated error", lambda s: short(s.worst, 2)),
    ("silent wrong answers", lambda s: str(s.silent)),
    ("of these on hard functions", lambda s: str(s.silent_on_hard)),
    ("smooth: refusals", lambda s: str(s.refused_on_smooth)),
    ("smooth: median relative error", lambda s: short(s.median_relative, 2)),
    ("smooth: 90 % quantile of it", lambda s: short(s.ninety_percent, 2)),
    ("smooth: median slack", lambda s: short(s.median_slack, 2)),
    ("smooth: sharp bars, %", lambda s: f"{100 * s.sharp:.1f}"),
    ("evaluations, median", lambda s: f"{s.evaluations:g}"),
    ("milliseconds, median", lambda s: f"{s.milliseconds:.2g}"),
)


def percent(part: int, whole: int) -> str:
    """A share in percent; "-" of nothing."""
    return f"{100 * part / whole:.2g}" if whole else "-"


def render(found: Found, participants: Sequence[Participant], speed: Speed) -> str:
    """Return the page as Markdown."""
    totals = {name: summary(verdicts) for name, verdicts in found.items()}
    functions = {v.case.function.name: v.case.function.hard for verdicts in found.values() for v in verdicts}
    ours = next(iter(found))
    hard = sum(functions.values())
    parts = [
        "# Do the stated errors hold?",
        f"**{verdict(ours, totals)}**",
        f"{len(functions) - hard} smooth and {hard} hard functions; every participant as it comes, with its default settings.",
        f"![{ALT}]({PICTURE})\n\n*{CAPTION}*",
        "## In figures",
        markdown.table(Table(("", *totals), tuple((what, *map(show, totals.values())) for what, show in ROWS))),
        "## What the words mean",
        "\n".join(f"- **{word}**: {markdown.escape(meaning)}" for word, meaning in MEANING.items()),
        "Stands by its answer: " + "; ".join(f"{p.name}: {p.stands}" for p in participants) + ".",
        ABSENT,
        "## Function by function",
        FUNCTIONS,
        markdown.table(_by_function(found, functions)),
        f"## The violations of {ours}",
        _violations(found[ours]),
        "## Many points in one pass",
        f"numeric.derivative(np.sin, {speed.points} points): {speed.evaluations / speed.points:.3g} evaluations a point "
        f"({speed.reported / speed.points:.3g} reported), {speed.ratio:.2f} times the time of these evaluations alone "
        f"(goal: at most {GOAL:g}).",
        "## How to do it again",
        AGAIN,
        f"Versions: {', '.join(map(' '.join, versions(participants).items()))}. Machine: {machine()}.",
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def verdict(ours: str, totals: Mapping[str, Summary]) -> str:
    """The answer in one sentence."""
    s = totals[ours]
    others = "; ".join(f"{name} {percent(t.violations, t.claims)} %" for name, t in totals.items() if name != ours)
    beside = f" ({others})" if others else ""
    return (
        f"{ours}: the true error exceeds the stated one in {s.violations} of {s.claims} claims, "
        f"{percent(s.violations, s.claims)} %{beside}; {s.silent} silent wrong answers; "
        f"median relative error on smooth functions {short(s.median_relative, 2)}."
    )


def _by_function(found: Found, functions: Mapping[str, bool]) -> Table:
    headers = ("function", "kind", *found, *(f"{name}, error" for name in found))
    rows = []
    for name, hard in functions.items():
        mine = [[v for v in verdicts if v.case.function.name == name] for verdicts in found.values()]
        rows.append((name, "hard" if hard else "smooth", *map(_faults, mine), *map(_median, mine)))
    return Table(headers, tuple(rows))


def _faults(verdicts: Sequence[Verdict]) -> str:
    silent = sum(v.silent for v in verdicts)
    return f"{sum(v.violated for v in verdicts)}" + (f" ({silent})" if silent else "")


def _median(verdicts: Sequence[Verdict]) -> str:
    return short(quantile([v.relative for v in verdicts if v.case.differentiable], 0.5), 2)


def _violations(verdicts: Sequence[Verdict]) -> str:
    bad = [v for v in verdicts if v.violated or v.silent]
    if not bad:
        return "None."
    rows = tuple(
        (v.case.function.name, exact(v.case.x), exact(v.answer.value), short(v.answer.claimed), short(v.error), v.answer.status)
        for v in bad[:LISTED]
    )
    more = f"\nand {len(bad) - LISTED} more" if len(bad) > LISTED else ""
    return markdown.table(Table(("function", "x", "value", "stated error", "true error", "status"), rows)) + more


def versions(participants: Sequence[Participant]) -> dict[str, str]:
    """What took part, and what it stands on."""
    taking_part = {p.name: p.version or "-" for p in participants}
    return taking_part | {"NumPy": version("numpy"), "mpmath": version("mpmath"), "Python": platform.python_version()}


def machine() -> str:
    """The kind of machine, without its name."""
    return f"{platform.system()}, {platform.machine()}"


def data(found: Found, participants: Sequence[Participant], speed: Speed) -> str:
    """Return the figures as JSON."""
    functions = list(dict.fromkeys(v.case.function.name for verdicts in found.values() for v in verdicts))
    document: dict[str, Any] = {"versions": versions(participants), "machine": machine(), "vectorised": speed._asdict()}
    document["participants"] = {name: summary(verdicts)._asdict() for name, verdicts in found.items()}
    document["functions"] = {f: {name: _row(verdicts, f) for name, verdicts in found.items()} for f in functions}
    return json.dumps(_plain(document), indent=1, allow_nan=False) + "\n"


def _row(verdicts: Sequence[Verdict], function: str) -> dict[str, Any]:
    s = summary([v for v in verdicts if v.case.function.name == function])
    return {"violations": s.violations, "silent": s.silent, "median_relative": s.median_relative, "evaluations": s.evaluations}


def _plain(value: Any) -> Any:
    return {k: _plain(v) for k, v in value.items()} if isinstance(value, dict) else encode(value)
