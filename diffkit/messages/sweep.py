"""Sentences of error against h."""

SENTENCES = {
    "sweep.headline": "Error of the difference schemes on the derivative with respect to {name} of {expression} at {at}",
    "sweep.reference": "reference d/d{name} = {value}",
    "sweep.caption": "Order of accuracy, predicted and measured error, and lucky minimum of each scheme at {at} ({kind} errors).",
    "sweep.noise": "computed in {arithmetic}; rounding noise of f {rms} (rms), at most {bound}",
    "sweep.nominal": "; quotients divided by h itself",
    "sweep.columns": (
        "h* is the best step by prediction, with the error and correct digits predicted there and the error measured around "
        "it; ratio is the median of measured over predicted error where rounding rules."
    ),
    "sweep.luck": (
        "The lucky minimum is the smallest error measured: truncation and rounding happen to cancel there, "
        "so it can be named only once the answer is known and is no advice on the step."
    ),
    "sweep.digits": "digits of a sweep must lie between 2 and {most}, not {digits}",
    "sweep.both": "a sweep takes dtype or digits, not both",
    "sweep.dtype": "a sweep has no dtype '{dtype}'",
    "sweep.dtype.remedy": "give float64 or float32, or digits for more of them",
    "sweep.reason.missing": "no prediction: the derivative in its truncation constant does not exist here",
    "sweep.reason.nothing": (
        "no best step: the derivatives in its truncation are all 0 here, so the larger h the better while the series holds"
    ),
    "sweep.reason.edge": "no best step: the predicted error has no minimum among the steps",
    "sweep.reason.superconvergent": (
        "superconvergent: the derivative in its truncation constant is 0 here, so the error falls like h^{power}"
    ),
    "sweep.cause.exact": "less than predicted: at most points f is computed exactly, its operands being short numbers",
    "sweep.cause.quantised": (
        "less than predicted: f returns the same number at both points, because its last rounding swallows what came before"
    ),
    "sweep.cause.correlated": (
        "less than predicted: the rounding errors of different operations cancel, which the model takes for independent"
    ),
    "sweep.cause.library": "more than predicted: a library function errs by more than the rounding of its result",
    "sweep.cause.first-order": (
        "more than predicted: rounding errors are so large that their products count, or a branch of f changes"
    ),
    "sweep.cause.series": (
        "at h* the truncation is not the first terms of its series: a kink, a pole or an edge of the domain is nearer than that"
    ),
    "sweep.verdict.none": "no scheme has a range of steps where truncation rules, so no order could be fitted.",
    "sweep.verdict.limited": (
        "fitted orders {orders}: {names} stay below the theory, so f lacks the smoothness that it assumes, "
        "or a singularity is near."
    ),
    "sweep.verdict.superconvergent": (
        "fitted orders {orders}: {names} do better than the theory's order, because "
        "the derivative in its truncation constant vanishes here."
    ),
    "sweep.verdict.smooth": "fitted orders {orders}, as the theory says for a smooth f.",
    "sweep.verdict.break": (
        "From h = {h} on the truncation leaves its series at once: f has a kink, a jump or another branch that far away."
    ),
    "sweep.verdict.best": (
        "Best by prediction is {scheme} at h = {h} with {predicted} correct digits; "
        "around that step at least {measured} were measured."
    ),
    "sweep.verdict.whole": (
        "Nothing is cut off here by {names}: only rounding is left, and the larger h the less of it while the series holds; "
        "{scheme} at h = {h} has {measured} correct digits."
    ),
    "sweep.complex": "the complex step needs a function of complex numbers: {error}",
    "figure.sweep": (
        "{kind} error of {schemes} as approximations of the derivative with respect to {name} of {expression} at {at}, "
        "against the step h; marks are measured"
    ),
    "figure.sweep.model": (
        "solid lines were predicted, truncation (dashed) plus rounding (dotted, root mean square), "
        "and stars are the best steps by prediction, h* = {steps}"
    ),
    "figure.parts": (
        "What the {kind} error of the derivative with respect to {name} of {expression} at {at} is made of, against the step h: "
        "truncation of the Taylor series, rounding of the values of f (evaluation), of the points x + h (abscissa) and of the "
        "quotient (arithmetic); the thin line is their sum, which is the error measured, and the grey line was predicted without "
        "looking at it."
    ),
    "alt.parts": "Diagrams with logarithmic axes of the parts of the {kind} error against the step h. {schemes}",
    "alt.parts.scheme": "{scheme}: largest is {parts}.",
    "alt.parts.from": "{part} from h = {h} on",
    "figure.sweep.triangles": "the fitted slope is written along each curve and the triangles show the expected order",
    "figure.sweep.engines": "engines that need no step stand in the grey band under u = 2^-53, unless they err by more",
    "figure.sweep.zeros": "errors that are exactly 0 lie at the foot",
    "figure.sweep.ulp": "steps below the spacing of the floats at the point are drawn faint",
    "alt.sweep": "Diagram with logarithmic axes of the {kind} error against the step h. {curves}",
    "alt.curve": "{scheme}: fitted slope {slope}, smallest measured error {error} at h = {h}.",
    "alt.curve.none": "{scheme}: no error above 0 was measured.",
    "heading.sweep": "Error against the step",
    "heading.orders": "Orders of accuracy and the best step",
    "prose.sweep.one": (
        "The figures of errors and the table of orders are of the derivative by {name}: only {name} varies, the other inputs "
        'keep their values. Those of another input come with --wrt, in Python with wrt: --wrt {other}, wrt="{other}".'
    ),
    "prose.sweep": (
        "A difference quotient errs twice: cutting off the Taylor series costs C h^p (truncation), which falls with h, "
        "and rounding in f is divided by h, which grows as h falls. The sum is least where the two balance."
    ),
    "prose.parts": (
        "Which error is it? Each is split in exact arithmetic: what the scheme cuts off at the nominal step (truncation), what "
        "the rounding of x + h does (abscissa), what the rounding of f does (evaluation), and what the subtraction and division "
        "add (arithmetic). The four add up to the error measured, proved to at least 30 digits."
    ),
    "heading.parts": "What the errors are made of",
    "prose.orders": (
        "The order p is the slope of the error in the figure where truncation rules; the predicted step h* comes from "
        "the model alone and was chosen without looking at the errors."
    ),
    "term.truncation": "truncation, rounding, h*",
    "meaning.truncation": (
        "Truncation is what the scheme leaves out of the Taylor series, predicted by its first two terms; "
        "rounding is the error of f divided by h, predicted as the root mean square of what the operations of f commit; "
        "h* is the step at which their sum is least. Neither is fitted to a measurement."
    ),
    "term.luck": "lucky minimum",
    "meaning.luck": (
        "The smallest error measured, of a scheme with a predicted h*. Truncation and rounding happen to cancel there; "
        "it is known only once the answer is, and is no advice on the step."
    ),
    "sweep.continuation": "it is not continued from the real axis here",
    "sweep.verdict": "{word}: {text}",
}
