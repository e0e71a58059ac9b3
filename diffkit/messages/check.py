"""Sentences of the gradient check."""

SENTENCES = {
    "point.any": "every point",
    "check.headline": "Gradient of {expression} at {at}",
    "check.caption": "Your gradient beside the numerical one at {at}, the worst entry first.",
    "check.pass.one": "pass: the derivative agrees with f, to at least {digits} digits.",
    "check.pass.many": (
        "pass: {looked} entries agree with f, to at least {digits} digits, and the other {others} along random directions, "
        "where an error above {limit} in any one of them would have been seen."
    ),
    "check.pass.empty": "pass: there is no entry that could be wrong.",
    "check.pass.sentence": "pass: all {count} entries agree with f, to at least {digits} digits.",
    "check.kink.sentence": "kink: f has no derivative there, and your gradient is one of its subgradients.",
    "check.wrong.sentence": "wrong: {wrong} of {count} entries; {name}, the worst, is off by {amount}.",
    "check.wrong.least": (
        "wrong: at least {wrong} of {count} entries (the search ended there); {name}, the worst of them, is off by {amount}."
    ),
    "check.wrong.one": "wrong: the derivative is off by {amount}.",
    "check.wrong.missing": "wrong: {wrong} of {count} entries, of which {name} is no finite number.",
    "check.wrong.shape": "wrong: the gradient has another shape than the point.",
    "check.undecided.sentence": (
        "undecided: nothing wrong is seen, but only {digits} digits could be decided of {wanted} asked for (worst: {name})."
    ),
    "check.undecided.together": (
        "undecided: the {looked} entries looked at are right, but in the other {others}, checked together, "
        "an error up to {limit} could hide."
    ),
    "check.undecided.unknown": (
        "undecided: the {looked} entries looked at are right, but of the other {others} nothing can be said: checked together, "
        "along random directions, they disagree or are too noisy."
    ),
    "check.undecided.differs": "undecided: {name} is off by {amount}, but {reason}.",
    "check.cause": "Probable cause: {cause}.",
    "check.because": "{cause} ({because})",
    "check.slopes": "slopes of the remainder along {direction}: {slopes}; a wrong gradient has 1",
    "check.accepted": "off by {error} of its size, which is accepted",
    "check.reaches": "its error bar does not tell whether that is within what is accepted",
    "check.accepting": "Errors up to {accept} of an entry are accepted, as asked; {count} of them would be wrong otherwise.",
    "check.rule": (
        "1e-7 rule: the relative difference to D0 with h = 1e-5, called right below 1e-7, as textbooks advise; for comparison."
    ),
    "check.rule.denied": (
        "the 1e-7 rule passes it although the remainder shows an error (slope 1) or a kink: --rule taylor tells which"
    ),
    "check.promoted": "{names} came as {kind}; f and its gradient were called in float64",
    "check.slope": "{scheme} {slope} (right: {expected})",
    "junit.whole": "gradient",
    "junit.entry": "{verdict}: yours {yours}, numerical {numerical}, relative error {error}.",
    "check.random": "a random direction",
    "check.status": "status: {status} ({reason})",
    "check.sides": "{left} .. {right}",
    "check.progress": "entry {done} of {count}",
    "check.searching": "searching along random directions",
    "check.timeout": (
        "until then {done} of {count} entries were judged and {wrong} found wrong; without an end there is no table"
    ),
    "check.all": "everything (it should be 0)",
    "check.percent": "{percent} %",
    "check.part": "{error} of its size",
    "check.more": "{count} more entries stand in the JSON document.",
    "check.together": (
        "{count} more entries were checked together, along random directions: an error above {limit} in any one of them "
        "would have been seen."
    ),
    "check.unknown": "{count} more entries were only looked at together, and of none of them can it be said that it is right.",
    "check.no-number": "no numerical value: {status}; {reason}",
    "check.hidden": "{digits} digits could be decided ({status})",
    "check.hidden.why": "{digits} digits could be decided ({status}: {reason})",
    "check.inside": "f has a kink here; every value from {left} to {right} is right",
    "check.outside": "f has a kink here; right are the values from {left} to {right}",
    "check.denied": "the remainder of f denies it: the error bar of the numerical side may not hold",
    "check.noisy-gradient": "the rounding noise of your gradient itself may explain the whole difference",
    "check.mutates": "f writes into its arguments; it was handed copies, so yours are untouched",
    "check.changed": "f at the same point was {first} first and {again} later",
    "check.point": "a point of {count} coordinates",
    "cause.tie": "no subgradient",
    "because.tie": "each of these entries could be right, but not all of them at once",
    "cause.sign": "sign",
    "cause.zero": "an entry that was never computed",
    "cause.factor": "a factor",
    "cause.float32": "float32",
    "cause.transposed": "transposed",
    "cause.permuted": "permuted",
    "cause.swapped": "swapped",
    "cause.shape": "another shape",
    "cause.not-finite": "nan or inf",
    "cause.missing accumulation": "missing accumulation",
    "cause.missing broadcast sum": "missing broadcast sum",
    "because.sign": "what is wrong has the opposite sign",
    "because.zero": "what is wrong is 0: it was left out",
    "because.factor": "what is wrong is {factor} times the right value",
    "because.float32": "what is wrong is off by roundings of single precision only",
    "because.not-finite": "what is wrong is nan or inf",
    "because.shape": "the gradient of {name} has the shape {shape} instead of {expected}",
    "because.count": "arrays given: {given}, expected: {expected}, one for each of {names}",
    "because.nothing": "there is no gradient of {name}",
    "because.transposed": "the gradient of {name} is right when transposed to {expected}",
    "because.transposed.square": "the gradient of {name} is right when transposed",
    "because.broadcast": "the gradient of {name} has the shape {shape}; summed to {expected} it is right",
    "because.row": "the gradient of {name} is that of one row of {other}, not the sum over its rows",
    "because.swapped": "the gradients of {a} and {b} are exchanged",
    "because.permuted": "the right values stand in another order",
    "because.order": "your formulas were read in the order {order}",
    "because.accumulation": "{name} is used several times, and the share of a use is missing: += instead of =",
    "figure.check": (
        "What is left of f after the step h along {direction} when h g.d is taken off, for the gradient g of {expression} at {at}"
    ),
    "figure.check.slopes": (
        "filled marks lie in the window that is above the rounding noise of f (dotted) and below the steps that bend the curve, "
        "where the slope is {slopes}; a wrong gradient has slope 1 in all of them"
    ),
    "figure.check.kink": "f has a kink there, so slope 1 is that of every gradient",
    "figure.check.none": "nothing stands clear of the rounding noise of f (dotted), so no slope can be seen",
    "figure.check.slope": "{slope} ({scheme}; right is {right})",
    "alt.check": "Diagram with logarithmic axes of the remainders against the step h. Slopes: {slopes}. Verdict: {verdict}.",
    "heading.entries": "Entry by entry",
    "heading.remainders": "How fast the remainder falls",
    "prose.entries": (
        "Yours is the gradient under test. The numerical side comes from f alone, by Richardson extrapolation with an error bar "
        "and a step of its own choice for every entry."
    ),
    "prose.remainders": (
        "If g is right, the remainder f(x + hd) - f(x) - h g.d falls with slope 2, the symmetric one with slope 3 and "
        "Richardson's with slope 5. If g is wrong, each falls with slope 1 once h is small enough, however small the error: "
        "the higher the order, the sooner."
    ),
    "term.check.numerical": "numerical",
    "meaning.check.numerical": "The slope of f along this entry, or the slopes on both sides of a kink.",
    "term.check.digits": "digits",
    "meaning.check.digits": (
        "How many significant digits could be decided: an error of yours above this would have shown over the error bar of the "
        "numerical side and the rounding of a right gradient."
    ),
    "term.check.verdict": "verdict",
    "meaning.check.verdict": (
        "wrong: the two differ by more than that. pass: they agree, to the digits asked for. "
        "undecided: they agree, but noise hides digits that were asked for. kink: f has no derivative there, and yours lies "
        "between the slopes on both sides."
    ),
    "term.check.slope": "slope",
    "meaning.check.slope": (
        "Of the remainder against h on logarithmic axes, in a window found from the noise of f and the curve itself."
    ),
    "term.check.chapter": "1e-7 rule",
    "meaning.check.chapter": (
        "|a - n|/max(|a|, |n|) with n = D0 at h = 1e-5, called right below 1e-7, as textbooks advise: for comparison. "
        "It has no regard to "
        "the noise of f or to the length over which f changes, and so fails both ways."
    ),
}
