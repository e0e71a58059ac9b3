"""Sentences of every engine at one point."""

SENTENCES = {
    "compare.headline": "Every engine on the derivative of {expression} at {at}",
    "compare.constant": "{expression} has no inputs: there is nothing to differentiate",
    "compare.value": "f = {value}",
    "compare.reference": "reference d/d{name} = {value} (proved to {digits} digits)",
    "compare.slopes": "slopes along {name}: {left} from the left, {right} from the right",
    "compare.sides": "along {name}: {left} from the left, {right} from the right",
    "compare.jump": "f jumps from {left} to {right} along {name}",
    "compare.branch": (
        "f chose by {condition}, and the point lies on its edge: what is proved is the derivative of the branch taken"
    ),
    "verdict.branch": "At {at} {reason}.",
    "compare.answers": "What the engines answer at {at}; there is no proved derivative to judge them by.",
    "compare.nothing": "The engines on a function without inputs.",
    "reference.caption": "The proved derivatives at {at}, to {digits} digits.",
    "reference.more": "{count} more inputs stand in the JSON document.",
    "compare.caption": "The engines at {at}, best first, judged in correct digits against the proved reference.",
    "figure.engines": "Correct significant digits of every engine on the derivative of {expression} at {at}.",
    "alt.engines": "Diagram of correct digits: {digits}.",
    "heading.engines": "Every engine against the proved value",
    "heading.answers": "What every engine answers",
    "prose.engines": (
        "None of the engines is assumed exact: each is judged against a reference whose digits are proved. "
        "A difference quotient depends on its step h. The complex step does not, as long as h is small; "
        "the other engines have no step."
    ),
    "prose.answers": (
        "No derivative is proved at this point, so no engine can be called right or wrong: "
        "what each answers is its convention, and a difference quotient answers what its step h makes of it."
    ),
    "compare.not-finite": "the engine's result is not a finite number",
    "compare.no-value": "the value of f is {value} in float64",
}
