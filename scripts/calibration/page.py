"""The page of the study, reports/calibration.md, and its data, reports/calibration.json."""

import json
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from calibration.corpus import DEVELOPMENT
from calibration.judge import Summary, Verdict, quantile, summary
from calibration.participants import Participant
from calibration.speed import GOAL, RUNS, Speed
from calibration.wording import ABSENT, AGAIN, ALT, BEYOND, CAPTION, ELSEWHERE, FUNCTIONS, MEANING, NOWHERE, SEEN
from diffkit.codec import encode
from diffkit.render import markdown
from diffkit.tables import Table, exact, short

Found = Mapping[str, Sequence[Verdict]]
PICTURE = "calibration.png"
LISTED = 40  # violations of ours that are listed one by one

ROWS: tuple[tuple[str, Callable[[Summary], str]], ...] = (
    ("cases with a derivative", lambda s: str(s.cases)),
    ("cases without one", lambda s: str(s.elsewhere)),
    ("claims", lambda s: str(s.claims)),
    ("violations", lambda s: str(s.violations)),
    ("violations, % of claims", lambda s: percent(s.violations, s.claims)),
    ("claims it stands by", lambda s: str(s.stood_by)),
    ("violations among them, %", lambda s: percent(s.violations_stood_by, s.stood_by)),
    ("largest true/stated error, with the ulp", lambda s: short(s.worst, 2)),
    ("silent wrong answers", lambda s: str(s.silent)),
    ("of these on hard functions", lambda s: str(s.silent_on_hard)),
    ("smooth: refusals", lambda s: str(s.refused_on_smooth)),
    ("smooth: median relative error", lambda s: short(s.median_relative, 2)),
    ("smooth: 90 % quantile of it", lambda s: short(s.ninety_percent, 2)),
    ("smooth: median slack", lambda s: short(s.median_slack, 2)),
    ("smooth: sharp bars, %", lambda s: f"{100 * s.sharp:.1f}"),
    ("evaluations, median", lambda s: f"{s.evaluations:g}"),
    ("milliseconds of processor, median", lambda s: f"{s.milliseconds:.2g}"),
)


class Study(NamedTuple):
    """What the page tells: ours is the first participant."""

    participants: Sequence[Participant]
    found: Found
    beyond: Found  # with features of random size
    seed: int
    seen: Summary  # of ours, at the points of its development
    speed: Speed


def percent(part: int, whole: int) -> str:
    """A share in percent; "-" of nothing."""
    return f"{100 * part / whole:.3g}" if whole else "-"


def render(study: Study) -> str:
    """Return the page as Markdown."""
    found, participants = study.found, study.participants
    totals = {name: summary(verdicts) for name, verdicts in found.items()}
    ours = next(iter(found))
    sections = {
        "In figures": f"{in_figures(totals)}\n{seen(study)}",
        "What the words mean": meaning(participants),
        "Function by function": f"{FUNCTIONS}\n\n{markdown.table(by_function(found))}",
        f"Where {ours} fails": failures(found[ours], summary(study.beyond[ours])),
        "Features of any size": f"{BEYOND}\n\n{markdown.table(features(study.beyond))}",
        "Many points in one pass": many(study.speed),
        "How to do it again": f"{AGAIN}\n\n{conditions(participants)}",
    }
    head = ("# Do the stated errors hold?", f"**{verdict(ours, totals)}**", f"![{ALT}]({PICTURE})", f"*{CAPTION}*")
    return "\n\n".join([*head, *(f"## {heading}\n\n{text.strip()}" for heading, text in sections.items())]) + "\n"


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


def in_figures(totals: Mapping[str, Summary]) -> str:
    """The table of everything measured."""
    return markdown.table(Table(("", *totals), tuple((what, *map(show, totals.values())) for what, show in ROWS)))


def seen(study: Study) -> str:
    """The sentence on the points that the estimator knows from its development."""
    s = study.seen
    return SEEN.format(development=DEVELOPMENT, seed=study.seed, violations=s.violations, claims=s.claims, silent=s.silent)


def meaning(participants: Sequence[Participant]) -> str:
    """The words of the page, and who is asked."""
    words = {**MEANING, "stands by its answer": "; ".join(f"{p.name}: {p.stands}" for p in participants)}
    return "\n".join(f"- **{word}**: {markdown.escape(text)}" for word, text in words.items()) + f"\n\n{ABSENT}"


def by_function(found: Found) -> Table:
    """Faults and accuracy of each participant on each function, and what the first one says of it."""
    functions = {v.case.function.name: v.case.function.hard for verdicts in found.values() for v in verdicts}
    rows = []
    for name, hard in functions.items():
        mine = [[v for v in verdicts if v.case.function.name == name] for verdicts in found.values()]
        says = Counter(v.answer.status for v in mine[0]).most_common()
        said = ", ".join(f"{status} {count}" for status, count in says)
        rows.append((name, "hard" if hard else "smooth", *map(_faults, mine), *map(_median, mine), said))
    headers = ("function", "kind", *found, *(f"{name}, error" for name in found), f"{next(iter(found))} says")
    return Table(headers, tuple(rows))


def features(found: Found) -> Table:
    """Shares of violations and of silent wrong answers for each feature, and for all."""
    names = list(dict.fromkeys(v.case.function.name for verdicts in found.values() for v in verdicts))
    parts = {name: [[v for v in verdicts if v.case.function.name == name] for verdicts in found.values()] for name in names}
    parts["all"] = [list(verdicts) for verdicts in found.values()]
    return Table(("feature", *found), tuple((name, *map(_shares, part)) for name, part in parts.items()))


def _shares(verdicts: Sequence[Verdict]) -> str:
    s = summary(verdicts)
    return f"{percent(s.violations, s.claims)} ({percent(s.silent, len(verdicts))})"


def _faults(verdicts: Sequence[Verdict]) -> str:
    silent = sum(v.silent for v in verdicts)
    return f"{sum(v.violated for v in verdicts)}" + (f" ({silent})" if silent else "")


def _median(verdicts: Sequence[Verdict]) -> str:
    return short(quantile([v.relative for v in verdicts if v.case.differentiable], 0.5), 2)


def failures(verdicts: Sequence[Verdict], beyond: Summary) -> str:
    """Violations and silent wrong answers one by one, and how many there are beside features."""
    bad = [v for v in verdicts if v.violated or v.silent]
    rows = tuple(
        (v.case.function.name, exact(v.case.x), exact(v.answer.value), short(v.answer.claimed), short(v.error), v.answer.status)
        for v in bad[:LISTED]
    )
    more = f"\nand {len(bad) - LISTED} more" if len(bad) > LISTED else ""
    table = Table(("function", "x", "value", "stated error", "true error", "status"), rows)
    here = markdown.table(table) + more if bad else NOWHERE.format(cases=len(verdicts))
    share = percent(beyond.violations, beyond.claims)
    return here + "\n\n" + ELSEWHERE.format(violations=beyond.violations, claims=beyond.claims, share=share, silent=beyond.silent)


def many(speed: Speed) -> str:
    """The sentence on one vectorised pass."""
    return (
        f"numeric.derivative(np.sin, {speed.points} points): {speed.evaluations / speed.points:.3g} evaluations a point "
        f"({speed.reported / speed.points:.3g} reported), {speed.ratio:.2f} times the time of these evaluations alone "
        f"(goal: at most {GOAL:g}; processor time, medians of {RUNS} runs in turn)."
    )


def conditions(participants: Sequence[Participant]) -> str:
    """Versions and machine."""
    return f"Versions: {', '.join(map(' '.join, versions(participants).items()))}. Machine: {machine()}."


def versions(participants: Sequence[Participant]) -> dict[str, str]:
    """What took part, and what it stands on."""
    taking_part = {p.name: p.version or "-" for p in participants}
    return taking_part | {"NumPy": version("numpy"), "mpmath": version("mpmath"), "Python": platform.python_version()}


def machine() -> str:
    """The kind of machine, without its name."""
    return f"{platform.system()}, {platform.machine()}"


def data(study: Study) -> str:
    """Return the figures as JSON."""
    found, participants = study.found, study.participants
    functions = list(dict.fromkeys(v.case.function.name for verdicts in found.values() for v in verdicts))
    document: dict[str, Any] = {"versions": versions(participants), "machine": machine(), "vectorised": study.speed._asdict()}
    document |= {"seed": study.seed, "seen": study.seen._asdict()}
    document["features"] = {name: summary(verdicts)._asdict() for name, verdicts in study.beyond.items()}
    document["participants"] = {name: summary(verdicts)._asdict() for name, verdicts in found.items()}
    document["functions"] = {f: {name: _row(verdicts, f) for name, verdicts in found.items()} for f in functions}
    return json.dumps(_plain(document), indent=1, allow_nan=False) + "\n"


def _row(verdicts: Sequence[Verdict], function: str) -> dict[str, Any]:
    s = summary([v for v in verdicts if v.case.function.name == function])
    return {"violations": s.violations, "silent": s.silent, "median_relative": s.median_relative, "evaluations": s.evaluations}


def _plain(value: Any) -> Any:
    return {k: _plain(v) for k, v in value.items()} if isinstance(value, dict) else encode(value)
