"""Results of the literature recomputed and set beside the published figures: each says what agrees and what does not.

A result also says what its published figures were checked against: the publication itself, copies of it, or nothing.
"""

import time
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import NamedTuple

from diffkit import families, problems
from diffkit.errors import UsageError
from diffkit.messages import say
from diffkit.results import Claim, Reproduction, Reproductions, Series
from diffkit.study.reproduce import baydin, classics


class Published(NamedTuple):
    """A result under the name by which it is asked for."""

    name: str
    title: str
    source: str
    claims: Callable[[], list[Claim]]
    curves: Callable[[], tuple[Series, ...]] = tuple


def measure(names: str | Iterable[str] = "all", progress: Callable[[str], None] = lambda stage: None) -> Reproductions:
    """Recompute results of the literature.

    Parameters
    ----------
    names : str or iterable of str
        Names of results, or "all".
    progress : callable, optional
        Told the name of each result as it begins.

    Raises
    ------
    UsageError
        If there is no result of that name.

    Examples
    --------
    >>> record = measure("rump")
    >>> record.passed, record.results[0].claims[0].recomputed
    (True, '-0.827396059946821368141165095479816')
    """
    chosen = [result for name in ([names] if isinstance(names, str) else names) for result in _named(name)]
    return Reproductions(expression="", at={}, results=tuple(_recomputed(result, progress) for result in dict.fromkeys(chosen)))


def _named(name: str) -> list[Published]:
    if name == "all":
        return list(RESULTS.values())
    if name in RESULTS:
        return [RESULTS[name]]
    close = get_close_matches(name, RESULTS, 1)
    remedy = f"did you mean '{close[0]}'?" if close else f"they are {', '.join(RESULTS)}"
    raise UsageError(f"no published result is called {name[:40]!r}", remedy=remedy)


def _recomputed(result: Published, progress: Callable[[str], None]) -> Reproduction:
    progress(result.name)
    begun = time.perf_counter()
    claims = tuple(result.claims())
    checked = say(f"reproduce.checked.{result.name}")
    found = {"name": result.name, "title": result.title, "source": result.source, "checked": checked}
    return Reproduction(**found, claims=claims, curves=result.curves(), seconds=time.perf_counter() - begun)


COMPLEX_STEP = f"{problems.SQUIRE}; at pi/4: {problems.MOLER}; with the root: {problems.MARTINS}"
RUMP = f"{problems.RUMP}; rearranged: {problems.LOH}"
RESULTS = {
    row[0]: Published(*row)
    for row in (
        ("baydin-table", "the logistic map and its derivatives", f"{problems.BAYDIN}, table 1", baydin.table),
        (
            "baydin-figure",
            "the error of difference quotients against h",
            f"{problems.BAYDIN}, the figure of errors",
            baydin.figure,
            baydin.curves,
        ),
        ("speelpenning", "the gradient of a product", problems.SPEELPENNING, classics.speelpenning),
        ("casadi-loop", "the loop y = sin(y)*y, a hundred times", families.CASADI, classics.casadi_loop),
        ("squire-trapp", "the complex step", COMPLEX_STEP, classics.squire_trapp),
        ("rump", "a sum that single, double and extended precision get wrong alike", RUMP, classics.rump),
    )
}
