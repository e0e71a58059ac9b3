"""Frozen records of every study: plain data, written to JSON and read back exactly.

What is printed, exported or drawn is a function of a record; each says what it holds by `table`,
and every textual rendering derives from that.

Letters: h a step; u = 2^-53; an error is |estimate - reference|, absolute unless it says relative;
correct digits are -log10 of the relative error.
"""

from diffkit.results.advice import Advice, Advised, Losses, Option, Rewriting
from diffkit.results.chapter import Chapter
from diffkit.results.check import Check, Entry, Remainder, Step
from diffkit.results.compare import Comparison, EngineResult, Reference
from diffkit.results.cost import Cost, CostRow, Growth
from diffkit.results.estimate import Estimate
from diffkit.results.functions import FunctionRow, Functions
from diffkit.results.grade import Grade, GradedLine
from diffkit.results.graph import Edge, Graph, Node
from diffkit.results.record import SCHEMA, Record
from diffkit.results.report import Report
from diffkit.results.reproduce import Claim, Reproduction, Reproductions, Series
from diffkit.results.rounding import Instruction, Rounded, Rounding
from diffkit.results.rules import RuleRow, Rules
from diffkit.results.staged import Staged, StagedRow
from diffkit.results.sweep import Sample, Scheme, Sweep, Verdict
from diffkit.results.swell import Form, Swell

__all__ = [
    "SCHEMA",
    "Advice",
    "Advised",
    "Losses",
    "Option",
    "Rewriting",
    "Chapter",
    "Check",
    "Claim",
    "Comparison",
    "Cost",
    "CostRow",
    "Edge",
    "EngineResult",
    "Estimate",
    "Entry",
    "Form",
    "FunctionRow",
    "Functions",
    "Grade",
    "GradedLine",
    "Graph",
    "Growth",
    "Node",
    "Instruction",
    "Record",
    "Reference",
    "Remainder",
    "Report",
    "Reproduction",
    "Reproductions",
    "Rounded",
    "Rounding",
    "RuleRow",
    "Rules",
    "Sample",
    "Scheme",
    "Staged",
    "StagedRow",
    "Step",
    "Sweep",
    "Series",
    "Swell",
    "Verdict",
]
