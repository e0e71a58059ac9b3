"""Sentences of the rounding error of f."""

SENTENCES = {
    "rounding.headline": "Rounding error of {expression} at {at}",
    "rounding.constant": "Rounding error of {expression}",
    "rounding.point": "at {at}",
    "rounding.value": "{of} = {value} in float64",
    "rounding.reference": "exactly {value}; error {error} (proved): {digits} correct digits",
    "rounding.exactly": "exactly {value} (proved)",
    "rounding.below": "smaller than every double",
    "rounding.estimate": "estimated error {estimate} (bound {bound}, rms {rms})",
    "rounding.corrected": "value minus estimated error = {value}: {digits} correct digits",
    "rounding.corrected.unproved": "value minus estimated error = {value}",
    "rounding.data": (
        "half an ulp in every input would change it by {data}: if so uncertain, no formula keeps more than {digits} digits"
    ),
    "rounding.status": "status: {status} ({reason})",
    "rounding.caption": (
        "The instructions that lose the digits at {at}, worst first: the error of each in ulps of its own result, and how many "
        "times larger it is, relatively, when it reaches the output."
    ),
    "rounding.exact": "No instruction commits an error at {at}.",
    "rounding.summary": "Rounding errors at {at}, proved and estimated.",
    "rounding.limits": (
        "The estimate adds up what the error of each instruction, computed exactly, does to the result; the bound is the most "
        "that such errors could do, and rms what they do on average if they are random. All three are of first order: products "
        "of errors are left out, and next to a branch or a tie they say nothing. The bound trusts the stated ulps of the library "
        "functions and takes the inputs as exact."
    ),
    "rounding.kind.rounding": "passed on",
    "rounding.kind.cancellation": "grows as {amplifier} cancels",
    "rounding.kind.ill-conditioned": "grows in {amplifier}",
    "rounding.kind.accumulated": "grows step by step",
    "rounding.kind.inaccurate": "beyond the stated accuracy of the function",
    "rounding.overflow": "{line} is {value} in float64, so no first-order estimate exists",
    "rounding.domain": "{line} is {value} in float64, so no first-order estimate exists",
    "rounding.singular": "a slope on the way is infinite, so no first-order estimate exists",
    "rounding.branch": "float64 decides {line} otherwise than exact arithmetic, so no first-order estimate exists",
    "rounding.undecided": "whether float64 decides {line} rightly stayed undecided",
    "rounding.tie": "float64 decides {line} otherwise than exact arithmetic; the estimate holds for the choice it made",
    "rounding.second-order": "products of rounding errors matter here: they leave {left} of the error unexplained",
    "heading.rounding": "The rounding error and where it comes from",
    "prose.rounding": (
        "Every operation rounds its result, and its adjoint tells what that does to the output. The error that each operation "
        "did commit is computed exactly, with its sign; the sum of all of them estimates the error of the output, "
        "and taking it off corrects the value. The error itself is proved in ball arithmetic, without this estimate."
    ),
    "verdict.rounding": "{of} has {digits} correct digits in float64",
    "verdict.rounding.blame": "{digits}; {share} % of the error comes from the rounding of {line} ({fate}).",
    "verdict.rounding.unknown": "{of}: {status}, {reason}.",
    "figure.rounding": (
        "Rounding errors in {expression} at {at}: for each instruction, its own relative error (circle) and its contribution "
        "relative to the result (diamond), on a logarithmic scale; the arrow is what the rest of the formula makes of it."
    ),
    "alt.rounding": "Diagram of instructions by their part of the rounding error: {shares}.",
    "term.adjoint": "adjoint",
    "meaning.adjoint": "The derivative of the output by the result of one instruction, from one reverse sweep.",
    "term.contribution": "contribution",
    "meaning.contribution": "Adjoint times the error that the instruction committed: what it changed in the output.",
    "term.bound": "bound, rms",
    "meaning.bound": (
        "The sum of |adjoint| times the largest error that each instruction may commit; and the root mean square, "
        "if each error is uniform within its bound and independent of the others."
    ),
    "term.corrected": "corrected",
    "meaning.corrected": "The float64 value minus its estimated error.",
    "term.data": "uncertain inputs",
    "meaning.data": (
        "What an error of half an ulp in every input would do to the output, whatever the formula: the conditioning of f. "
        "It is no part of the other errors, for which the inputs are exact."
    ),
    "rounding.note": "{of}: {status}, {reason}",
    "rounding.no-sum": "the first-order sum has no number",
}
