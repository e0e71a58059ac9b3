"""diffkit: how exact is a derivative, and why?

A function (text, SymPy expression or Python callable) becomes one Program; every engine is a small reader of Programs;
every study turns engines into a frozen record; every report is a rendering of records.  To learn how it works, read the
modules in this order: primitives, program, language, traced, recording, arrays, tracing, tape, tangent, numeric, symbolic,
truth, study, sections.

Names below are loaded on first use, so that ``import diffkit`` is as cheap as an empty module.
"""

from __future__ import annotations

TYPE_CHECKING = False  # the module typing is a third of what importing an engine may cost
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

HOME = {
    "parse": "language",
    "Program": "program",
    "Builder": "program",
    "from_sympy": "symbolic",
    "trace": "tracing",
    "reference": "truth",
    "derivative": "truth",
    "compare": "study.compare",
    "sweep": "study.sweep",
    "swell": "study.swell",
    "cost": "study.cost",
    "reproduce": "study.reproduce",
    "rounding": "study.rounding",
    "graph": "study.graph",
    "staged": "study.staged",
    "chapter": "study.chapter",
    "advise": "study.advise",
    "check_gradient": "study.check",
    "assert_gradient": "study.check",
    "report": "study.report",
    "DiffkitError": "errors",
    "ParseError": "errors",
    "UsageError": "errors",
    "InputError": "errors",
    "NumberError": "errors",
}
ENGINES = ("numeric", "symbolic", "tangent", "tape")
MEASURES = {
    "compare",
    "sweep",
    "swell",
    "rounding",
    "advise",
    "report",
    "graph",
    "staged",
    "chapter",
    "cost",
    "reproduce",
}  # public under the name of their module

__all__ = [*HOME, *ENGINES]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in ENGINES:
        return import_module(f"diffkit.{name}")
    if name not in HOME:
        raise AttributeError(f"module 'diffkit' has no attribute {name!r}")
    value = getattr(import_module(f"diffkit.{HOME[name]}"), "measure" if name in MEASURES else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
