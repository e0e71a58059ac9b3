"""Frozen records of every study: plain data, written to JSON and read back exactly.

What is printed, exported or drawn is a function of a record; each says what it holds by `table`,
and every textual rendering derives from that.

Letters: h a step; u = 2^-53; an error is |estimate - reference|, absolute unless it says relative;
correct digits are -log10 of the relative error.
"""

from diffkit.results.compare import Comparison, EngineResult, Reference
from diffkit.results.cost import Cost, CostRow, Growth
from diffkit.results.functions import FunctionRow, Functions
from diffkit.results.record import SCHEMA, Record
from diffkit.results.report import Report
from diffkit.results.rules import RuleRow, Rules
from diffkit.results.sweep import Sample, Scheme, Sweep, Verdict
from diffkit.results.swell import Form, Swell

__all__ = [
    "SCHEMA",
    "Comparison",
    "Cost",
    "CostRow",
    "EngineResult",
    "Form",
    "FunctionRow",
    "Functions",
    "Growth",
    "Record",
    "Reference",
    "Report",
    "RuleRow",
    "Rules",
    "Sample",
    "Scheme",
    "Sweep",
    "Swell",
    "Verdict",
]
