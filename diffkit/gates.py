"""Gates made larger or smaller: a sigmoid written out by four operations becomes one, and back.

One fused gate needs one local derivative, s(1 - s), instead of four.  Values may change in the last digits.
"""

from diffkit.errors import UsageError
from diffkit.language import parse
from diffkit.program import Program
from diffkit.rewriting import Rule, rewrite, shared, sites

GATES = {"sigmoid": ("1/(1 + exp(-t))", "sigmoid(t)")}  # written out, fused
SOURCE = "a definition"


def fuse(program: Program, gate: str) -> Program:
    """The Program with every written-out ``gate`` as one operation.

    Examples
    --------
    >>> print(fuse(parse("1/(1 + exp(-x)) + 1/(exp(-y) + 1)"), "sigmoid"))
    sigmoid(x) + sigmoid(y)
    """
    written_out, fused = _known(gate)
    return _everywhere(program, Rule(written_out, fused, SOURCE))


def unfuse(program: Program, gate: str) -> Program:
    """The Program with every operation ``gate`` written out.

    Examples
    --------
    >>> print(unfuse(parse("sigmoid(x*y)"), "sigmoid"))
    1/(1 + exp(-(x*y)))
    """
    written_out, fused = _known(gate)
    return _everywhere(program, Rule(fused, written_out, SOURCE))


def sigmoids(program: Program) -> dict[int, int]:
    """The lines that are a sigmoid, fused or written out, with the lines of their arguments.

    Examples
    --------
    >>> sigmoids(parse("1/(1 + exp(-x)) + sigmoid(y)"))
    {5: 1, 7: 6}
    """
    written_out, fused = _known("sigmoid")
    table = {form.lines[form.outputs[0]].op: [Rule(form, form, SOURCE)] for form in (written_out, fused)}
    return {site.line: site.bound["t"] for site in sites(program, table)}


def _known(gate: str) -> tuple[Program, Program]:
    if gate not in GATES:
        raise UsageError(f"no gate '{gate}' can be fused", remedy=f"the gates are {', '.join(GATES)}")
    written_out, fused = GATES[gate]
    return parse(written_out), parse(fused)


def _everywhere(program: Program, rule: Rule) -> Program:
    """The Program with the rule applied at every place that it fits."""
    root = rule.form.lines[rule.form.outputs[0]].op
    program = shared(program)
    while site := next(sites(program, {root: [rule]}), None):
        program = rewrite(program, site)
    return program
