"""Every sentence a report prints, by name; another language is another dict.

A sentence is a template of ours and its fields are data: text of the user is never a template.
"""

SENTENCES = {
    # -- headlines of the terminal tables and captions of the tables
    "compare.headline": "Every engine on the derivative of {expression} at {at}",
    "compare.value": "f = {value}",
    "compare.reference": "reference d/d{name} = {value} (proved to {digits} digits)",
    "compare.slopes": "slopes along {name}: {left} from the left, {right} from the right",
    "compare.caption": "The engines at {at}, best first, judged in correct digits against the proved reference.",
    "sweep.headline": "Error of the difference schemes on the derivative by {name} of {expression} at {at}",
    "sweep.reference": "reference d/d{name} = {value}",
    "sweep.caption": "Order of accuracy, predicted step and lucky minimum of each scheme at {at} ({kind} errors).",
    "sweep.luck": (
        "The lucky minimum is the smallest error measured: truncation and rounding happen to cancel there, "
        "so it can be named only once the answer is known and is no advice on the step."
    ),
    "swell.headline": "Sizes of {expression} and of its derivative by {name}",
    "swell.caption": (
        "Sizes of f and of the forms of its derivative by {name}: leaves and operations of the tree, "
        "of the same with equal parts shared (DAG), and operations of the latter."
    ),
    "report.headline": "Report on {expression} at {at}",
    # -- captions and descriptions of the pictures
    "figure.sweep": (
        "{kind} error of {schemes} as approximations of the derivative by {name} of {expression} at {at}, "
        "against the step h; marks are measured"
    ),
    "figure.sweep.model": (
        "solid lines are the model, truncation (dashed) plus rounding (dotted), and stars its best steps, h* = {steps}"
    ),
    "figure.sweep.triangles": "the fitted slope is written along each curve and the triangles show the expected order",
    "figure.sweep.engines": "engines that need no step stand in the grey band under u = 2^-53, unless they err by more",
    "figure.sweep.zeros": "errors that are exactly 0 lie at the foot",
    "figure.sweep.ulp": "steps below the spacing of the floats at the point are drawn faint",
    "figure.swell": "Sizes of {expression} and of the forms of its derivative by {name}, on a logarithmic scale.",
    "figure.swell.family": (
        "Sizes of f and of the forms of its derivative by {name} against n for {expression}, on a logarithmic scale."
    ),
    "figure.engines": "Correct significant digits of every engine on the derivative of {expression} at {at}.",
    "alt.sweep": "Diagram with logarithmic axes of the {kind} error against the step h. {curves}",
    "alt.curve": "{scheme}: fitted slope {slope}, smallest measured error {error} at h = {h}.",
    "alt.curve.none": "{scheme}: no error above 0 was measured.",
    "alt.swell": "Diagram of sizes with parts shared: {sizes}.",
    "alt.engines": "Diagram of correct digits: {digits}.",
    # -- the verdict of the report, two sentences
    "verdict.reference": "The derivative by {name} at {at} is {value}, proved to {digits} digits.",
    "verdict.gradient": "The gradient at {at} is ({values}), proved to {digits} digits.",
    "verdict.kink": "At {at} f has no derivative ({status}): along {name} its slope is {left} on the left and {right} on the right.",
    "verdict.none": "No derivative could be proved at {at} ({status}): {reason}.",
    "verdict.engines": "{best} is right to {digits} digits",
    "verdict.differences": ", while the best difference, {scheme}, is predicted to keep {digits} at h = {h} and no choice of h helps it much further",
    "verdict.luckless": ", while the best difference measured, {scheme}, reached {digits} at h = {h}, and that only by luck",
    "verdict.no_engines": "No engine gave a number that can be judged",
}


def say(sentence: str, /, **fields: object) -> str:
    """Return the sentence of that name with its fields filled in.

    Examples
    --------
    >>> say("compare.value", value=4.5)
    'f = 4.5'
    """
    return SENTENCES[sentence].format(**fields)
