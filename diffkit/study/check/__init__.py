"""Is a gradient right?  Judged by what f itself does, with no fixed tolerance.

A small gradient is judged entry by entry (`entries`), a large one along random directions first (`suspects`); at a kink every
subgradient is right (`subgradients`); what is wrong gets a probable cause (`causes`).
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from diffkit import limits
from diffkit.errors import UsageError
from diffkit.messages import say
from diffkit.program import Program
from diffkit.results import Check, Entry
from diffkit.results.check import VERDICTS
from diffkit.study.check import causes, entries, subgradients, suspects
from diffkit.study.check.answers import source
from diffkit.study.check.entries import Case
from diffkit.study.check.handover import Array, Handed
from diffkit.study.check.remainders import direction

RTOL, RTOL32 = 1e-6, 2e-3  # what pass excludes by default: eps^(3/8), which a good difference reaches with room to spare


def check_gradient(
    f: Any,
    gradient: Any,
    at: Any,
    *,
    rule: str = "taylor",
    rtol: float | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda stage: None,
) -> Check:
    """Check a gradient against f: |f(x + hd) - f(x) - h g.d| = O(h^2) if and only if g is right.

    Parameters
    ----------
    f : Program, str or callable
        Returns one number: a float, or whatever a library makes of one. It is only handed copies of the point.
    gradient : callable, Program, str, value or None
        Of the same arguments as f, or its value at the point, structured like ``at``; None checks the tape's gradient of f.
    at : number, array, tuple or dict
        The point.
    rule : {"taylor", "chapter"}
        "chapter" is the usual rule: |a - n|/max(|a|, |n|) < 1e-7, where n is D0 with h = 1e-5.
    rtol : float, optional
        The relative error that must be excluded for pass; by default 1e-6, or 2e-3 where f answers in single precision.
    seed : int
        Of the random directions.

    Returns
    -------
    Check
        ``verdict`` is pass, wrong, undecided or kink (right there: a subgradient); ``entries``, the worst first, carry yours,
        the numerical value with its error bar, absolute, and how many digits could be decided.

    Raises
    ------
    UsageError
        f does not return one number, or the point does not fit it.
    InputError
        f or the gradient fails at the point.
    NumberError
        f has no finite value there.

    Examples
    --------
    >>> check_gradient("x*y", "y, x", {"x": 2, "y": 3}).verdict
    'pass'
    >>> check_gradient("x*y", "y, -x", {"x": 2, "y": 3}).cause
    'sign'
    """
    if rule not in ("taylor", "chapter"):
        raise UsageError(f"unknown rule '{rule}'", remedy="the rules are taylor, chapter")
    if rtol is not None and not 0 < rtol < 1:
        raise UsageError(f"rtol must lie between 0 and 1, not be {rtol}")
    handed = Handed(f, at)
    case = Case(handed, source(gradient, handed), rtol or (RTOL32 if handed.single else RTOL))
    dice = np.random.default_rng(seed % 2**64)  # beware: NumPy takes no negative seeds
    progress("entries")
    found, limit = _by_chapter(case) if rule == "chapter" else _by_slopes(case, dice)
    cause, because = (None, "") if rule == "chapter" else _explain(case, found)
    progress("remainders")
    status, reason = _conduct(case)
    return Check(
        expression=_text(f, handed),
        at=dict(zip(handed.point.names, handed.point.flat.tolist())),
        rule=rule,
        verdict=_verdict(case, found, limit),
        cause=cause,
        because=because,
        entries=tuple(sorted(found.values(), key=_badness)),
        **_remainders(case, found, dice),
        count=len(case.x),
        rtol=case.rtol,
        noise=case.noise,
        seed=seed,
        evaluations=handed.evaluations,
        limit=limit,
        status=status,
        reason=reason,
    )


def assert_gradient(f: Any, gradient: Any, at: Any, **options: Any) -> None:
    """Raise AssertionError, with the table of entries, unless the gradient is right; options as in `check_gradient`.

    Examples
    --------
    >>> assert_gradient("sin(1000*x)", "1000*cos(1000*x)", 1.0)
    """
    __tracebackhide__ = True
    check = check_gradient(f, gradient, at, **options)
    if not check.passed:
        raise AssertionError(str(check))


# --- the entries --------------------------------------------------------------------------------------------------------
Found = dict[int, Entry]


def _by_chapter(case: Case) -> tuple[Found, None]:
    return {i: entries.by_chapter(case, i) for i in range(len(case.x))}, None


def _by_slopes(case: Case, dice: np.random.Generator) -> tuple[Found, float | None]:
    """The entries that were judged, and the error that the others could hide."""
    if len(case.x) <= limits.CHECK_ENTRIES:
        asked, limit = list(range(len(case.x))), None
    else:
        asked, limit = suspects.search(case, dice)
    found = {i: entries.judge(case, i) for i in asked}
    kinks = [i for i, entry in found.items() if entry.verdict == "kink"]
    return found | _ties(case, found, kinks, dice), limit


def _ties(case: Case, found: Found, kinks: list[int], dice: np.random.Generator) -> Found:
    """Entries at a kink, each of which could be right, but not all of them together."""
    off = subgradients.excess(case.handed.value, case.x, case.yours, kinks, dice) if len(kinks) > 1 else None
    if off is None:
        return {}
    return {
        i: replace(found[i], verdict="wrong", relative_error=float(error), reason="", cause="tie") for i, error in zip(kinks, off)
    }


def _badness(entry: Entry) -> tuple[int, float]:
    error = math.inf if math.isnan(entry.relative_error) else entry.relative_error
    return VERDICTS.index(entry.verdict), -error


def _verdict(case: Case, found: Found, limit: float | None) -> str:
    """The worst of the entries; undecided if the directions could hide too much in the entries that nobody looked at."""
    worst = min((entry.verdict for entry in found.values()), key=VERDICTS.index, default="pass")
    if case.answer.misshapen(case.handed.point.parts):
        return "wrong"
    hidden = limit is not None and not limit <= case.rtol * float(np.abs(np.nan_to_num(case.yours)).max())
    return "undecided" if hidden and worst != "wrong" else worst


def _explain(case: Case, found: Found) -> tuple[str | None, str]:
    """The probable cause of all that is wrong, and of each wrong entry."""
    wrong = [i for i, entry in found.items() if entry.verdict == "wrong"]
    misshapen = case.answer.misshapen(case.handed.point.parts)
    if not wrong and not misshapen:
        return None, ""
    evidence = _evidence(case, found, wrong)
    for i in wrong:
        if found[i].cause is None:
            found[i] = replace(found[i], cause=causes.of_entry(evidence, i))
    cause = ("tie", say("because.tie")) if any(found[i].cause == "tie" for i in wrong) else causes.name(evidence)
    if cause:
        found.update({i: replace(found[i], cause=cause[0]) for i in wrong})
        return cause
    shared = {found[i].cause for i in wrong}
    return (shared.pop() if len(shared) == 1 else None), ""


def _evidence(case: Case, found: Found, wrong: list[int]) -> causes.Evidence:
    true, bars = (np.full(len(case.x), np.nan) for _ in range(2))
    for i, entry in found.items():
        true[i], bars[i] = entry.numerical, entries.SAFE * entry.error
    mask = np.isin(np.arange(len(case.x)), wrong)
    return causes.Evidence(case.handed.point.parts, case.answer, true, bars, mask, case.handed.program, case.x)


# --- the picture, and how f behaved -------------------------------------------------------------------------------------
def _remainders(case: Case, found: Found, dice: np.random.Generator) -> dict[str, Any]:
    """The fields of the record that say how fast f approaches its tangent."""
    drawn, d = _direction(case, found, dice)
    curves = case.remainders(d) if len(d) and np.isfinite(case.yours[d != 0]).all() else ()
    return {"direction": drawn, "remainders": curves, "taylor_slope": curves[0].slope if curves else None}


def _direction(case: Case, found: Found, dice: np.random.Generator) -> tuple[str, Array]:
    """Along which direction the remainders are drawn: the worst entry if one is wrong, else a random one."""
    wrong = {i: entry for i, entry in found.items() if entry.verdict == "wrong"}
    if wrong and len(case.x) > 1:
        worst = min(wrong, key=lambda i: _badness(wrong[i]))
        return wrong[worst].name, (np.arange(len(case.x)) == worst) * 1.0
    if len(case.x) <= 1:
        return case.handed.point.names[0] if len(case.x) else "", np.ones_like(case.x)
    return "", direction([part.place for part in case.handed.point.parts], case.x, dice)


def _conduct(case: Case) -> tuple[str, str]:
    """How f behaved: does it write into its arguments, or answer otherwise the second time?"""
    handed = case.handed
    if handed.changes():
        return "mutates", say("check.mutates")
    again = handed.value(case.x)
    if again != handed.first:
        return "not-deterministic", say("check.changed", first=repr(handed.first), again=repr(again))
    return "ok", ""


def _text(f: Any, handed: Handed) -> str:
    return str(handed.f) if isinstance(handed.f, Program) else getattr(f, "__name__", type(f).__name__)
