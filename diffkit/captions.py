"""What is said about a picture: a caption, a whole sentence usable in a hand-in, and a description for who cannot see it."""

import math
import re

from diffkit.messages import SENTENCES, paragraph, say, word
from diffkit.results import (
    Advice,
    Check,
    Comparison,
    Cost,
    Form,
    Graph,
    Record,
    Reproduction,
    Reproductions,
    Rounding,
    Sample,
    Scheme,
    Sweep,
    Swell,
)
from diffkit.tables import clip, fixed, point, short

ENGINE = re.compile(r"(?a)(?<![\w-])(?:richardson|complex-step|D-|symbolic|forward|reverse|compiled)(?![\w-])")
FILL = {"input": "#E8F1F8", "output": "#FCEDE3", "operation": "#FFFFFF", "repeats": "#F2F2F2"}  # of the nodes of a graph
DRAWN = ("ok", "exact", "below-ulp")  # the samples a picture shows


def label(scheme: str) -> str:
    """Return the name of a scheme or engine as prose writes it."""
    return say(f"engine.{scheme}") if f"engine.{scheme}" in SENTENCES else scheme


def named(text: str) -> str:
    """Return a sentence of a study with the names of the schemes as prose writes them."""
    return ENGINE.sub(lambda found: label(found[0]), text)


def joined(parts: list[str]) -> str:
    """Return an enumeration.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(parts) < 2:
        return "".join(parts)
    return say("and", first=say("comma").join(parts[:-1]), last=parts[-1])


def caption(record: Record) -> str:
    """Return the caption of the picture of a record, with its reading instructions."""
    if isinstance(record, Sweep):
        return _sweep_caption(record)
    if isinstance(record, Swell):
        return _swell_caption(record) if record.wrt else say("stop", text=record.headline()[0])
    if isinstance(record, Reproductions):
        return say("reproduce.caption")
    if isinstance(record, Cost):
        return say("figure.cost", expression=clip(record.expression), bound=short(record.bound))
    if isinstance(record, Check):
        return _check_caption(record)
    if isinstance(record, Advice):
        return say("figure.advice", at=point(record.at), expression=clip(record.expression))
    if isinstance(record, Rounding):
        return say("figure.rounding", at=point(record.at), expression=clip(record.expression))
    if isinstance(record, Graph):
        return _graph_caption(record)
    return say("figure.engines", at=point(record.at), expression=clip(record.expression))


def _graph_caption(graph: Graph) -> str:
    said = {"value", "tangent", "adjoint", "error", "local"}.intersection(graph.show)
    parts = [
        say(f"figure.graph.{kind}", name=graph.wrt) for kind in ("value", "tangent", "adjoint", "error", "local") if kind in said
    ]
    if graph.on_arrays() and said - {"local"}:
        parts.append(say("figure.graph.norm"))
    title = say("figure.graph", expression=clip(graph.expression), at=point(graph.at))
    return say("stop", text=say("colon", name=title, text=say("semicolon").join(parts)) if parts else title)


def errors_caption(result: Reproduction) -> str:
    """Return the caption of the picture of a published result."""
    names = joined([label(series.name) for series in result.curves])
    return say("figure.reproduce", names=names, title=word(result.title), source=result.source)


def errors_alt(result: Reproduction) -> str:
    """Return in words what that picture shows."""
    best = [(series.name, *min(series.points, key=lambda pair: pair[1])) for series in result.curves if series.points]
    shown = [say("alt.reproduce.curve", scheme=label(name), h=short(h, 2), error=short(e, 2)) for name, h, e in best]
    return say("alt.reproduce", curves=joined(shown) or say("label.none"))


def _swell_caption(swell: Swell) -> str:
    key = "figure.swell" if not swell.family() else "figure.swell.orders" if swell.parameter == "order" else "figure.swell.family"
    return say(key, name=swell.wrt, expression=clip(swell.expression))


def accuracy_caption(swell: Swell) -> str:
    """Return the caption of the picture of errors of a swell study."""
    low, high = map(short, swell.interval or (math.nan, math.nan))
    known = {"name": swell.wrt, "expression": clip(swell.expression), "low": low, "high": high}
    return say("figure.accuracy.family" if swell.family() else "figure.accuracy", parameter=word(swell.parameter), **known)


def accuracy_alt(swell: Swell) -> str:
    """Return in words what that picture shows."""
    last = {form.form: form for form in swell.forms if form.largest_error is not None}
    shown = [f"{swell.shown(name, f.n)}{_at(f, swell)} {short(f.largest_error, 2)}" for name, f in last.items()]
    return say("alt.accuracy", errors=joined(shown) or say("label.none"))


def _at(form: Form, swell: Swell) -> str:
    return "" if form.n is None else f" ({word(swell.parameter)} = {form.n})"


def _check_caption(check: Check) -> str:
    where = {"direction": check.direction or say("check.random"), "expression": clip(check.expression), "at": check.place()}
    known = [r for r in check.remainders if r.slope is not None]
    slopes = [say("figure.check.slope", scheme=label(r.scheme), slope=fixed(r.slope), right=r.expected_slope) for r in known]
    seen = say("figure.check.slopes", slopes=joined(slopes)) if slopes else say("figure.check.none")
    clauses = [say("figure.check", **where), say("figure.check.kink") if check.verdict == "kink" else seen]
    return say("stop", text=say("semicolon").join(clauses))


def _sweep_caption(sweep: Sweep) -> str:
    stars = [s for s in sweep.schemes if s.h_predicted and s.error_predicted]
    shown = [(s, seen) for s in sweep.schemes for seen in s.samples if math.isfinite(seen.total) and seen.h > 0]
    zeros = any(seen.status == "exact" or (seen.status == "ok" and seen.total == 0) for _, seen in shown)
    coarse = any(seen.status == "below-ulp" and seen.total > 0 for _, seen in shown)
    drawn = [s.scheme for s in sweep.schemes if any(s is scheme and seen.status in DRAWN for scheme, seen in shown)]
    names = drawn or [s.scheme for s in sweep.schemes]
    place = {"kind": say(f"kind.{sweep.kind()}").capitalize(), "at": point(sweep.at), "expression": clip(sweep.expression)}
    clauses = [
        say("figure.sweep", **place, schemes=joined([label(name) for name in names]), name=sweep.wrt),
        say("figure.sweep.model", steps=joined(_steps(stars))) if stars else "",
        say("figure.sweep.triangles") if any(s.fitted_order is not None for s in sweep.schemes) else "",
        say("figure.sweep.engines") if sweep.engines and sweep.kind() == "relative" else "",
        say("figure.sweep.zeros") if zeros else "",
        say("figure.sweep.ulp") if coarse else "",
    ]
    return say("stop", text=say("semicolon").join(clause for clause in clauses if clause))


def parts_caption(sweep: Sweep) -> str:
    """Return the caption of the picture of the parts of the errors."""
    place = {"kind": say(f"kind.{sweep.kind()}"), "at": point(sweep.at), "expression": clip(sweep.expression), "name": sweep.wrt}
    return say("figure.parts", **place)


def parts_alt(sweep: Sweep) -> str:
    """Return in words which part is the largest at the smallest, the predicted and the largest step."""
    split = [(s, [seen for seen in s.samples if seen.cut is not None and seen.status == "ok"]) for s in sweep.split()]
    told = [say("alt.parts.scheme", scheme=label(s.scheme), parts=_largest(seen)) for s, seen in split if seen]
    return say("alt.parts", kind=say(f"kind.{sweep.kind()}"), schemes=paragraph(*told)).strip()


def _largest(seen: list[Sample]) -> str:
    """Return the part that is largest over ranges of h, from the smallest step on."""
    found: list[tuple[str, float]] = []
    for s in sorted(seen, key=lambda s: s.h):
        sizes = {"truncation": s.cut, "abscissa": s.abscissa, "evaluation": s.evaluation, "arithmetic": s.arithmetic}
        name = max(sizes, key=lambda part: abs(sizes[part] or 0.0))
        if not found or found[-1][0] != name:
            found.append((name, s.h))
    if len(found) > 4:  # they take turns
        found = [found[0], found[-1]]
    return joined([say("alt.parts.from", part=say(f"part.{name}"), h=short(h, 2)) for name, h in found])


def _steps(stars: list[Scheme]) -> list[str]:
    of: dict[str, list[str]] = {}
    for scheme in stars:
        of.setdefault(short(scheme.h_predicted, 2), []).append(label(scheme.scheme))
    return [say("figure.sweep.step", step=step, names=joined(names)) for step, names in of.items()]


def alt(record: Record) -> str:
    """Return in words what the picture of a record shows."""
    if isinstance(record, Sweep):
        curves = paragraph(*(_curve(s, record.scale()) for s in record.schemes))
        return say("alt.sweep", kind=say(f"kind.{record.kind()}"), curves=curves).strip()
    if isinstance(record, Reproductions):
        return say("reproduce.caption")
    if isinstance(record, Cost):
        return say("alt.cost", growth=named(say("semicolon").join(record.statements())) or say("label.none"))
    if isinstance(record, Swell):
        known = [form for form in record.forms if form.status == "ok"]
        sizes = joined([f"{record.shown(f.form, f.n)}{_at(f, record)} {short(float(f.dag_size), 6)}" for f in known[:24]])
        return say("alt.swell", sizes=sizes or say("label.none"))
    if isinstance(record, Advice):
        ways = [f"df/d{d.wrt}, {o.shown()} {fixed(o.correct_digits, 1)}" for d in record.derivatives[:4] for o in d.options]
        return say("alt.engines", digits=joined(ways) or say("label.none"))
    if isinstance(record, Rounding):
        worst = [f"{q.of}, {i.shown(60)}: {fixed(i.share, 1)} %" for q in record.quantities[:4] for i in q.worst()]
        return say("alt.rounding", shares=joined(worst) or say("label.none"))
    if isinstance(record, Graph):
        parts = [f"{n.text} = {short(n.value)}" if n.value is not None else n.text for n in record.nodes[:40]]
        return say("alt.graph", count=len(record.nodes), nodes=say("semicolon").join(parts))
    if isinstance(record, Check):
        slopes = [f"{label(r.scheme)} {fixed(r.slope)}" for r in record.remainders if r.slope is not None]
        return say("alt.check", slopes=joined(slopes) or say("label.none"), verdict=record.verdict)
    shown = record.judged() if isinstance(record, Comparison) else []
    digits = [f"{label(e.engine)} {e.digits()}" for e in shown]
    return say("alt.engines", digits=joined(digits) or say("label.none"))


def _curve(scheme: Scheme, scale: float) -> str:
    if scheme.error_measured_best is None or scheme.h_measured_best is None:
        return say("alt.curve.none", scheme=label(scheme.scheme))
    error = short(scheme.error_measured_best / scale, 2)
    where = {"scheme": label(scheme.scheme), "error": error, "h": short(scheme.h_measured_best, 2)}
    return say("alt.curve", **where, slope=fixed(scheme.fitted_order))
