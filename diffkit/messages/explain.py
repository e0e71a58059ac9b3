"""Sentences of what tape.explain finds."""

SENTENCES = {
    "explain.ok": "nothing to report: every operation has a value and a slope there",
    "explain.domain": "{operation} has no value there: nan",
    "explain.singular": "{operation} has an infinite or undefined slope there",
    "explain.overflow": "{operation} is too large for a float: inf",
    "explain.jump": "{operation} jumps there; its slope is taken as 0",
    "explain.kink": "{operation} has a kink there: the slopes of its sides differ",
    "explain.tie": "{operation} compares equal numbers: another branch begins there",
    "explain.adjoint": "at {operation} the adjoint stops being a finite number",
    "explain.more": " and {count} more",
    "explain.inputs": "on the way to the derivative by {names}",
    "explain.line": "line {k} of the Program",
}
