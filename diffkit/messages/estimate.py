"""Sentences of the numeric estimate."""

SENTENCES = {
    "heading.estimate": "The derivative from values of f alone",
    "estimate.headline": "{count} derivatives of {expression}, from its values alone",
    "estimate.line": "f'({at}) = {value} +- {error} ({scheme}, h = {h}, {evaluations} evaluations, {status})",
    "estimate.slopes": "slopes {left} from the left, {right} from the right",
    "estimate.order": "measured order {order}",
    "estimate.caption": "The derivative of {expression} from its values alone: value, error bar, and how it was found.",
    "estimate.more": "{count} more stand in the JSON document.",
    "estimate.superconvergent": "the third derivative of f vanishes at x: the central difference is better than its order",
    "estimate.limited-smoothness": (
        "the quotients converge with an order that is not that of a smooth f: a higher derivative does not exist at x"
    ),
    "estimate.noisy": "f scatters far more than rounding f(x) and x explains; what is smaller than this noise is not seen",
    "estimate.quantised": (
        "f takes the same value at neighbouring points, as if rounded: the error reaches the slope across its steps"
    ),
    "estimate.kink": "f has a kink at x: the value is the mean of the one-sided slopes, and the error reaches both",
    "estimate.jump": "f jumps at x: it has no derivative there",
    "estimate.vertical-tangent": "the quotients grow without limit as h falls: the tangent is vertical, or f has a cusp there",
    "estimate.domain-edge": "f is defined on one side of x only: this is its slope on that side",
    "estimate.domain": "f has no value at x, or on neither side of it",
    "estimate.overflow": "f(x) or its quotients are infinite in float64: an overflow or a pole",
    "estimate.below-ulp": "f changes as much between neighbouring floats at x as over all steps: its slope cannot be resolved",
    "estimate.no-asymptotic-range": "at no step h do the quotients settle: noise, an oscillation or a pole hides the slope",
    "complex.unreal": "the complex step needs a function that is real on the real axis: f(x + 0i) is not",
    "complex.disagrees": "the complex step gives {slope}, the values of f {value}: f is not analytic as it is computed",
    "complex.remedy": "use numeric.derivative; abs, max and conj of complex numbers have no complex derivative",
    "second.domain": "f has no value at x, or on one side of it",
    "second.limited-smoothness": "the second derivative from the left is not that from the right: the error reaches both",
    "second.no-asymptotic-range": "the second differences do not settle as h falls: a kink, a jump, a pole or noise",
    "estimate.unfit": "numeric differentiation needs a function that returns one real number, not {kind}",
    "estimate.unfit.remedy": "differentiate the parts of a complex or an array result one by one, or use numeric.jacobian",
    "estimate.point": "a point is a number or an array of numbers, not {kind}",
    "estimate.finite": "there is no derivative at infinity or at nan: every point must be finite",
    "estimate.maxevals": "an honest estimate takes at least {least} evaluations; maxevals is {given}",
}
