"""Sentences of the advice."""

SENTENCES = {
    "figure.advice": (
        "Correct significant digits of the ways to the derivatives of {expression} at {at}, by what they need to know."
    ),
    "figure.own": "relative error of the instruction itself",
    "figure.passed": "relative error that it causes in the output",
    "figure.relative": "relative error",
    "advice.headline": "Advice on the derivatives of {expression} at {at}",
    "advice.constant": "{expression} has no inputs: there is nothing to differentiate",
    "advice.reference": "df/d{name} = {value} (proved)",
    "advice.none": "Use {engine}: it keeps {digits} digits ({cost}).",
    "advice.formula": (
        "The formula loses {lost} digits: {line} is rounded, and that error {fate}. "
        "The best engine that derives it, {engine}, keeps {digits}."
    ),
    "advice.conditioning": (
        "df/d{name} is ill-conditioned: with half an ulp in the inputs no formula keeps more than {data} digits. "
        "{engine} keeps {digits} ({cost})."
    ),
    "advice.float64": "float64 fails on the way: {reason}. The best engine, {engine}, keeps {digits} digits.",
    "advice.rewrite.reverse": "On the form of f offered below reverse mode keeps {digits}.",
    "advice.rewrite.stable": "The form of the derivative offered below keeps {digits}.",
    "advice.values": "Without the formula, numeric.derivative keeps {digits} ({cost}).",
    "advice.values.better": (
        "numeric.derivative, which takes differences of values only, keeps more than any derivative of this formula: "
        "{digits} ({cost})."
    ),
    "advice.certified": "diffkit.derivative is right to the last digit.",
    "advice.of": "df/d{name}: {text}",
    "advice.losses": (
        "Digits lost: {data} by the conditioning (were the inputs uncertain by half an ulp), {formula} more by the formula, "
        "{method} more by differences of values."
    ),
    "advice.losses.values": (
        "Digits lost: {data} by the conditioning (were the inputs uncertain by half an ulp), {formula} more by the formula; "
        "differences of values do not use its derivative and keep {kept}."
    ),
    "advice.same": "{engine}, as above",
    "advice.luck": (
        "{engine} at its fixed step has more digits than numeric.derivative here, which only the proof tells: a fixed step comes "
        "without an error bar."
    ),
    "advice.refused": "There is no df/d{name}: {reason}.",
    "advice.not_finite": "its result is not a finite number",
    "advice.rewritten.reverse": "reverse, offered f",
    "advice.rewritten.stable": "offered derivative",
    "advice.no_form": "No rewriting in the table keeps more digits of f or of its derivatives here.",
    "advice.too_long": "No stable form was looked for: f has more than {count} operations.",
    "advice.gain": "{of} {after} digits instead of {before}",
    "advice.stable.everywhere": (
        "Offered: {text} is equal to {of} (proved by ball arithmetic at {points} points and in Taylor coefficients) "
        "and has more digits: {gains}."
    ),
    "advice.stable.near": (
        "Offered: {text} is equal to {of} near this point, though not everywhere "
        "(proved by ball arithmetic at points beside it and in Taylor coefficients), and has more digits: {gains}."
    ),
    "advice.needs.values": "values",
    "advice.needs.quotient": "values, fixed step",
    "advice.needs.formula": "formula",
    "advice.needs.float64": "all, in float64",
    "advice.needs.proof": "all, with proof",
    "advice.cost.evaluations": "{count} evaluation{s}",
    "advice.cost.sweeps": "{count} sweep{s}",
    "advice.cost.formula": "{count} formula{s}",
    "advice.cost.bits": "{count} bits",
    "advice.caption": "The best way to each derivative at {at}, by what is known of f; digits are measured against the proof.",
    "advice.note": "{engine} (df/d{name}): {status}, {reason}",
    "heading.advice": "Which engine to use",
    "heading.stable": "A stable form",
    "prose.advice": (
        "The digits that are missing have three causes: f's own conditioning, which no formula can mend; the rounding of this "
        "formula, which another formula can; and the method, which pays for knowing f by its values only."
    ),
    "stable.form": "A form equal to {of}, as diffkit reads it.",
    "stable.rule": "rule",
    "stable.source": "taught by",
    "stable.caption": "The rules that lead to the offered form.",
    "term.relative": "relative error",
    "meaning.relative": "|estimate \N{MINUS SIGN} reference| / |reference|, the worst over the components of a gradient.",
}
