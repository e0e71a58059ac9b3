"""Sentences of the report, and what all reports share."""

SENTENCES = {
    "report.constant": "Report on {expression}: it has no inputs, so there is nothing to differentiate",
    "report.headline": "Report on {expression} at {at}",
    "verdict.reference": "The derivative df/d{name} at {at} is {value}, proved to {digits} digits.",
    "verdict.gradient": "The gradient at {at} is {values}, proved to {digits} digits.",
    "verdict.more": "{count} more",
    "verdict.kink": (
        "At {at} f has no derivative ({status}): along {name} its slope is {left} on the left and {right} on the right."
    ),
    "verdict.jump": "At {at} f has no derivative: along {name} it jumps from {left} to {right}.",
    "verdict.constant": "The function has no inputs, so there is nothing to differentiate.",
    "verdict.part": "Judged by {names} alone:",
    "verdict.none": "No derivative could be proved at {at} ({status}): {reason}.",
    "verdict.no_reason": "no reason was recorded",
    "verdict.best": "The best engine, {engine}, is {digits}",
    "verdict.difference": "the best difference quotient, {engine}, is {digits}",
    "verdict.all": "Every engine is exactly right.",
    "verdict.nobody": "No engine has a correct digit; the least wrong is {engine}.",
    "verdict.no_difference": "no difference quotient has a correct digit",
    "verdict.worst": "the worst engine, {engine}, is {digits}",
    "verdict.convention": "What the engines answer there is a convention and cannot be judged: {answers}.",
    "verdict.no_engines": "No engine gave a number that can be judged.",
    "digits": "right to {digits} digits",
    "digits.exact": "exactly right",
    "digits.zero": "not 0 where the derivative is 0",
    "digits.none": "wrong in every digit",
    "report.title": "How exact is the derivative at {at}?",
    "report.value": "The function has the value {value} in float64.",
    "report.setting": "At {at} the function has the value {value} in float64.",
    "heading.verdict": "Verdict",
    "heading.formula": "The function",
    "heading.measured": "How it was measured",
    "heading.redo": "How to redo it",
    "prose.no_sweep": "There is no derivative at this point, so there is no error to draw against the step.",
    "prose.proved": "The reference was proved to {digits} digits.",
    "prose.redo": (
        "With the same versions of the libraries on the same kind of machine every value and every error comes out again, "
        "digit for digit; the times do not."
    ),
    "term.float64": "float64, u",
    "meaning.float64": (
        "All engines compute in IEEE double precision. u = 2^-53 = 1.11e-16 is the largest relative error of rounding one number."
    ),
    "term.reference": "reference",
    "meaning.reference": (
        "The derivative in ball arithmetic: every number carries a proved bound of its error, and the precision is raised until "
        "the digits shown are certain. It uses no rule of the engines. Point and literals denote the nearest float64, "
        "so that all differentiate the same function."
    ),
    "term.digits": "correct digits",
    "meaning.digits": "\N{MINUS SIGN}log10 of the relative error; float64 holds about 16.",
    "term.ulp": "ulp",
    "meaning.ulp": "The spacing of the floats at the reference; a correctly rounded result errs by at most half of it.",
    "caption.environment": "Versions, machine and times of this measurement.",
    "header.input": "input",
    "header.point": "at",
    "header.proved": "proved derivative",
    "header.what": "what",
    "header.how": "value",
    "seconds": "{count} s",
    "environment.machine": "machine",
    "stage.compare": "compare",
    "stage.sweep": "sweep",
    "stage.rounding": "rounding",
    "stage.advice": "advice",
    "stage.swell": "swell",
}
