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
    "sweep.caption": "Order of accuracy, predicted step and lucky minimum of each scheme at {at} ({kind} errors).",
    "sweep.luck": (
        "The lucky minimum is the smallest error measured: truncation and rounding happen to cancel there, "
        "so it can be named only once the answer is known and is no advice on the step."
    ),
    "swell.headline": "Sizes of {expression} and of its derivative with respect to {name}",
    "swell.constant": "Sizes of {expression}, which has no inputs",
    "swell.caption": (
        "Sizes of f and of the forms of its derivative with respect to {name}: leaves and operations of the tree, "
        "of the same with equal parts shared (DAG), and operations of the latter."
    ),
    "swell.orders": "Sizes of {expression} and of its derivatives by {name}, order by order",
    "swell.errors": "Errors are relative, over {points} points of ({low}, {high}); evaluation is the seconds of one call.",
    "swell.lines": "a derivative of {lines} lines is differentiated no further",
    "swell.late": "{step} did not finish in {seconds} s",
    "swell.ended": "{step} ended without an answer",
    "swell.no_process": "{step} got no process to run in",
    "swell.memory": "{step} needs more than {size} GiB",
    "swell.fails": "{step} fails: {error}",
    "swell.too_large": "{step} would need about {nodes} nodes",
    "swell.before": "at {parameter} = {n} {reason}",
    "cost.headline": "What value and gradient of {expression} cost",
    "cost.growth": "{engine}: {order} in {against}, up to {ratio} times the operations of f",
    "cost.growth.evaluations": "{engine}: {order} in {against}, up to {ratio} times the operations of f ({evaluations} evaluations)",
    "cost.cheap": "reverse mode stays below the cheap-gradient bound: {ratio} <= {bound}",
    "cost.dear": "reverse mode exceeds {bound} times f ({ratio}): the bound is for sums, products and quotients",
    "cost.caption": (
        "Operations of value and gradient of {expression}, and as ratio to those of f; evaluations of f or sweeps; seconds and "
        "peak memory of one gradient, and its time as ratio to f in the same run."
    ),
    "cost.slow": "a gradient takes more than {seconds} s",
    "cost.not_counted": "{sweeps} sweeps over {lines} lines are too many to be written out",
    "functions.headline": "Functions of the language: accuracy in ulps, in math and in NumPy, over the domain named",
    "rules.headline": "Accuracy of the primitive table in ulps, measured in math and in NumPy at {points} points of each domain",
    "rules.held": "every row is as accurate as it states",
    "rules.broken": "less accurate than stated: {functions}",
    "rules.caption": "The largest error of value and partials in ulps over {points} points, beside what the row states.",
    "rules.textbook": "{function}: the textbook's {form} errs by {ulps} ulps at {at}",
    "heading.functions": "The functions of the language",
    "report.constant": "Report on {expression}: it has no inputs, so there is nothing to differentiate",
    "report.headline": "Report on {expression} at {at}",
    # -- captions and descriptions of the pictures
    "figure.sweep": (
        "{kind} error of {schemes} as approximations of the derivative with respect to {name} of {expression} at {at}, "
        "against the step h; marks are measured"
    ),
    "figure.sweep.model": (
        "solid lines are the model, truncation (dashed) plus rounding (dotted), and stars its best steps, h* = {steps}"
    ),
    "figure.sweep.triangles": "the fitted slope is written along each curve and the triangles show the expected order",
    "figure.sweep.engines": "engines that need no step stand in the grey band under u = 2^-53, unless they err by more",
    "figure.sweep.zeros": "errors that are exactly 0 lie at the foot",
    "figure.sweep.ulp": "steps below the spacing of the floats at the point are drawn faint",
    "figure.swell": "Sizes of {expression} and of the forms of its derivative with respect to {name}, on a logarithmic scale.",
    "figure.swell.family": (
        "Sizes of f and of the forms of its derivative with respect to {name} against n for {expression}, on a logarithmic scale."
    ),
    "figure.swell.orders": (
        "Sizes of the forms of the derivatives by {name} of {expression} against their order, on a logarithmic scale."
    ),
    "figure.accuracy": (
        "Largest and median relative error of each form of the derivative with respect to {name} of {expression} over points "
        "of ({low}, {high}); an error of 0 stands at u = 2^-53."
    ),
    "figure.accuracy.family": (
        "What the forms of the derivative with respect to {name} of {expression} cost in nodes (above) and in accuracy (below) "
        "against {parameter}: the largest relative error over points of ({low}, {high}); an error of 0 stands at u = 2^-53."
    ),
    "figure.engines": "Correct significant digits of every engine on the derivative of {expression} at {at}.",
    "alt.sweep": "Diagram with logarithmic axes of the {kind} error against the step h. {curves}",
    "alt.curve": "{scheme}: fitted slope {slope}, smallest measured error {error} at h = {h}.",
    "alt.curve.none": "{scheme}: no error above 0 was measured.",
    "alt.swell": "Diagram of sizes with parts shared: {sizes}.",
    "alt.accuracy": "Diagram of the largest relative errors: {errors}.",
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
    "heading.formula": "The function",
    "heading.engines": "Every engine against the proved value",
    "heading.answers": "What every engine answers",
    "heading.sweep": "Error against the step",
    "heading.orders": "Orders of accuracy and the best step",
    "heading.swell": "How large the derivative grows",
    "heading.accuracy": "What the forms do to the accuracy",
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
    "prose.accuracy": (
        "Every form is the same function; only its order of operations differs. Each was compiled the same way and judged "
        "against the proved reference over {points} points of ({low}, {high})."
    ),
    "prose.explosion": (
        "At {parameter} = {n} simplify brought the tree of f' from {raw} down to {simplified} nodes, and its largest relative "
        "error from {exact} up to {wrong}."
    ),
    "prose.explosion.one": (
        "Simplify brought the tree of f' from {raw} down to {simplified} nodes, "
        "and its largest relative error from {exact} up to {wrong}."
    ),
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
        "Truncation is the first term that the scheme leaves out of the Taylor series; "
        "rounding is the bound on the error of f divided by h; "
        "h* is the step at which their sum is least."
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
