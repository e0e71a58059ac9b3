"""Every sentence a report prints, by name; another language is another dict.

A sentence is a template of ours and its fields are data: text of the user is never a template.
"""

SENTENCES = {
    # -- headlines of the terminal tables and captions of the tables
    "compare.headline": "Every engine on the derivative of {expression} at {at}",
    "compare.constant": "{expression} has no inputs: there is nothing to differentiate",
    "compare.value": "f = {value}",
    "compare.reference": "reference d/d{name} = {value} (proved to {digits} digits)",
    "compare.slopes": "slopes along {name}: {left} from the left, {right} from the right",
    "compare.sides": "along {name}: {left} from the left, {right} from the right",
    "compare.jump": "f jumps from {left} to {right} along {name}",
    "compare.answers": "What the engines answer at {at}; there is no proved derivative to judge them by.",
    "compare.nothing": "The engines on a function without inputs.",
    "reference.caption": "The proved derivatives at {at}, to {digits} digits.",
    "reference.more": "{count} more inputs stand in the JSON document.",
    "compare.caption": "The engines at {at}, best first, judged in correct digits against the proved reference.",
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
    "sweep.complex": "the complex step needs a function of complex numbers: {error}",
    "swell.headline": "Sizes of {expression} and of its derivative with respect to {name}",
    "swell.constant": "Sizes of {expression}, which has no inputs",
    "swell.caption": (
        "Sizes of f and of the forms of its derivative with respect to {name}: leaves and operations of the tree, "
        "of the same with equal parts shared (DAG), and operations of the latter."
    ),
    "functions.headline": "Functions of the language: accuracy in ulps, in math and in NumPy, over the domain named",
    "rules.headline": "Accuracy of the primitive table in ulps, measured in math and in NumPy at {points} points of each domain",
    "rules.held": "every row is as accurate as it states",
    "rules.broken": "less accurate than stated: {functions}",
    "rules.caption": "The largest error of value and partials in ulps over {points} points, beside what the row states.",
    "rules.textbook": "{function}: the textbook's {form} errs by {ulps} ulps at {at}",
    "heading.estimate": "The derivative from values of f alone",
    "heading.functions": "The functions of the language",
    "report.constant": "Report on {expression}: it has no inputs, so there is nothing to differentiate",
    "report.headline": "Report on {expression} at {at}",
    # -- the numeric estimate
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
    # -- the rounding error
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
    "figure.advice": (
        "Correct significant digits of the ways to the derivatives of {expression} at {at}, by what they need to know."
    ),
    "figure.own": "relative error of the instruction itself",
    "figure.passed": "relative error that it causes in the output",
    "figure.relative": "relative error",
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
    # -- the gradient check
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
    # -- the advice
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
    # -- captions and descriptions of the pictures
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
    "figure.swell": "Sizes of {expression} and of the forms of its derivative with respect to {name}, on a logarithmic scale.",
    "figure.swell.family": (
        "Sizes of f and of the forms of its derivative with respect to {name} against n for {expression}, on a logarithmic scale."
    ),
    "figure.engines": "Correct significant digits of every engine on the derivative of {expression} at {at}.",
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
    "alt.sweep": "Diagram with logarithmic axes of the {kind} error against the step h. {curves}",
    "alt.curve": "{scheme}: fitted slope {slope}, smallest measured error {error} at h = {h}.",
    "alt.curve.none": "{scheme}: no error above 0 was measured.",
    "alt.swell": "Diagram of sizes with parts shared: {sizes}.",
    "alt.engines": "Diagram of correct digits: {digits}.",
    # -- the verdict of the report, two sentences
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
    # -- the report: title, headings, prose
    "report.title": "How exact is the derivative at {at}?",
    "report.value": "The function has the value {value} in float64.",
    "report.setting": "At {at} the function has the value {value} in float64.",
    "heading.verdict": "Verdict",
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
    "heading.formula": "The function",
    "heading.engines": "Every engine against the proved value",
    "heading.answers": "What every engine answers",
    "heading.sweep": "Error against the step",
    "heading.orders": "Orders of accuracy and the best step",
    "heading.swell": "How large the derivative grows",
    "heading.measured": "How it was measured",
    "heading.redo": "How to redo it",
    "prose.engines": (
        "None of the engines is assumed exact: each is judged against a reference whose digits are proved. "
        "A difference quotient depends on its step h. The complex step does not, as long as h is small; "
        "the other engines have no step."
    ),
    "prose.answers": (
        "No derivative is proved at this point, so no engine can be called right or wrong: "
        "what each answers is its convention, and a difference quotient answers what its step h makes of it."
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
    "prose.no_sweep": "There is no derivative at this point, so there is no error to draw against the step.",
    "prose.orders": (
        "The order p is the slope of the error in the figure where truncation rules; the predicted step h* comes from "
        "the model alone and was chosen without looking at the errors."
    ),
    "prose.swell": (
        "A tree counts every leaf and operation of the formula written out in full; a DAG counts equal parts once, "
        "which is how a program computes it."
    ),
    "prose.growth": ("The symbolic derivative is {tree} when written out in full, and {dag} with equal parts shared."),
    "prose.growth.alike": "The symbolic derivative is {tree}, both written out in full and with equal parts shared.",
    "growth.same": "as large as f",
    "growth.about": "about as large as f",
    "growth.half": "half the size of f",
    "growth.smaller": "{ratio} of the size of f",
    "growth.larger": "{ratio} times as large as f",
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
    "term.relative": "relative error",
    "meaning.relative": "|estimate \N{MINUS SIGN} reference| / |reference|, the worst over the components of a gradient.",
    "term.digits": "correct digits",
    "meaning.digits": "\N{MINUS SIGN}log10 of the relative error; float64 holds about 16.",
    "term.ulp": "ulp",
    "meaning.ulp": "The spacing of the floats at the reference; a correctly rounded result errs by at most half of it.",
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
    "caption.environment": "Versions, machine and times of this measurement.",
    "header.input": "input",
    "header.point": "at",
    "header.proved": "proved derivative",
    "header.what": "what",
    "header.how": "value",
    "time": "time for {stage}",
    "time.swell": "time spent waiting for swell, which runs beside the others",
    "seconds": "{count} s",
    "listing.function": "The function as it was given.",
    "listing.command": "On the command line:",
    "listing.python": "In Python:",
    "code.json": (
        "from pathlib import Path\n\nfrom diffkit.results import Record\n\n"
        'report = Record.from_json(Path("report.json").read_text(encoding="utf-8"))\nprint(report)'
    ),
    "listing.json": "From a saved result (-o report.json), without measuring again:",
}


def say(sentence: str, /, **fields: object) -> str:
    """Return the sentence of that name with its fields filled in.

    Examples
    --------
    >>> say("compare.value", value=4.5)
    'f = 4.5'
    """
    return SENTENCES[sentence].format(**fields)
