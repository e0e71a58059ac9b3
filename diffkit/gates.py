"""Gates made larger or smaller: a sigmoid written out by four operations becomes one, and back.

One fused gate needs one local derivative, s(1 - s), instead of four.  Values may change in the last digits.
"""

from diffkit.errors import UsageError
from diffkit.language import parse
from diffkit.program import Program
from diffkit.rewriting import Rule, rewrite, shared, sites

GATES = {  # written out, fused: first as it is written out; a minus at the head of a product or a sum belongs to its first part
    "sigmoid": (
        ("1/(1 + exp(-t))", "sigmoid(t)"),
        ("1/(1 + exp(-a*b))", "sigmoid(a*b)"),
        ("1/(1 + exp(-a/b))", "sigmoid(a/b)"),
        ("1/(1 + exp(-a - b))", "sigmoid(a + b)"),
        ("1/(1 + exp(-a*b - c))", "sigmoid(a*b + c)"),
    )
}
SOURCE = "a definition"


def fuse(program: Program, gate: str) -> Program:
    """The Program with every written-out ``gate`` as one operation.

    Examples
    --------
    >>> print(fuse(parse("1/(1 + exp(-x)) + 1/(exp(-y) + 1)"), "sigmoid"))
    sigmoid(x) + sigmoid(y)
    """
    return _everywhere(program, [Rule(written_out, fused, SOURCE) for written_out, fused in _known(gate)])


def unfuse(program: Program, gate: str) -> Program:
    """The Program with every operation ``gate`` written out.

    Examples
    --------
    >>> print(unfuse(parse("sigmoid(x*y)"), "sigmoid"))
    1/(1 + exp(-(x*y)))
    """
    written_out, fused = _known(gate)[0]
    return _everywhere(program, [Rule(fused, written_out, SOURCE)])


def sigmoids(program: Program) -> dict[int, int]:
    """The lines that are a sigmoid, fused or written out, with the lines of their arguments.

    Examples
    --------
    >>> sigmoids(parse("1/(1 + exp(-x)) + sigmoid(y)"))
    {5: 1, 7: 6}
    """
    written_out, fused = _known("sigmoid")[0]
    table = {form.lines[form.outputs[0]].op: [Rule(form, form, SOURCE)] for form in (written_out, fused)}
    return {site.line: site.bound["t"] for site in sites(program, table)}


def _known(gate: str) -> list[tuple[Program, Program]]:
    if gate not in GATES:
        raise UsageError(f"no gate '{gate}' can be fused", remedy=f"the gates are {', '.join(GATES)}")
    return [(parse(written_out), parse(fused)) for written_out, fused in GATES[gate]]


def _everywhere(program: Program, rules: list[Rule]) -> Program:
    """The Program with the rules, whose forms end alike, applied at every place that one fits."""
    root = rules[0].form.lines[rules[0].form.outputs[0]].op
    program = shared(program)
    while site := next(sites(program, {root: rules}), None):
        program = rewrite(program, site)
    return program
