"""Every sentence a report prints, by name; another language is a file in locale/ with the same names.

A sentence is a template of ours and its fields are data: text of the user is never a template.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "en", "zh": "zh-CN"}  # and as HTML names them
CHARACTER = "[\u2e80-\u9fff\uff00-\uff60]"  # of Chinese, with its punctuation
BLANK = re.compile(f"(?<={CHARACTER}) (?={CHARACTER})|(?<=[，。；：）]) ")  # where Chinese has none
LOCALE = Path(__file__).parent / "locale"
SENTENCES = {
    # -- headlines of the terminal tables and captions of the tables
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
    "swell.orders": "Sizes of {expression} and of its derivatives by {name}, order by order",
    "swell.errors": "Errors are relative, over {points} points of ({low}, {high}); evaluation is the seconds of one call.",
    "swell.no_errors": "There are no errors: at no point of ({low}, {high}) was a derivative other than 0 proved.",
    "swell.lines": "a derivative of {lines} lines is differentiated no further",
    "swell.late": "{step} did not finish in {seconds} s",
    "swell.ended": "{step} ended without an answer",
    "swell.no_process": "{step} got no process to run in",
    "swell.memory": "{step} needs more than {size} GiB",
    "swell.no_polynomial": "{step} needs a polynomial, also in sines and the like taken as names",
    "swell.fails": "{step} fails: {error}",
    "swell.too_large": "{step} would need about {nodes} nodes",
    "swell.before": "at {parameter} = {n} {reason}",
    "cost.headline": "What value and gradient of {expression} cost",
    "cost.growth": "{engine}: {order} in {against}, up to {ratio} times the operations of f",
    "cost.growth.work": "{engine}: {order} in {against}, {work}, up to {ratio} times the operations of f",
    "cost.evaluations": "{count} evaluations",
    "cost.evaluations.one": "1 evaluation",
    "cost.sweeps": "{count} sweeps",
    "cost.sweeps.one": "1 sweep",
    "cost.formulas": "{count} formulas",
    "cost.formulas.one": "1 formula",
    "cost.cheap": "reverse mode stays below the cheap-gradient bound: {ratio} <= {bound}",
    "cost.dear": "reverse mode exceeds {bound} times f ({ratio}): the bound is for sums, products and quotients",
    "cost.caption": (
        "Operations of value and gradient of {expression}, and as ratio to those of f; evaluations of f or sweeps; seconds and "
        "peak memory of one gradient, and its time as ratio to f in the same run."
    ),
    "cost.slow": "a gradient takes more than {seconds} s",
    "cost.not_counted": "{sweeps} sweeps over {lines} lines are too many to be written out",
    "reproduce.all": "{title}: all {count} figures agree",
    "reproduce.some": "{title}: {agreeing} of {count} figures agree",
    "reproduce.agrees": "agrees",
    "reproduce.differs": "differs",
    "reproduce.caption": "Published figures beside the same recomputed.",
    "reproduce.note": "{name}, {what}: {why}",
    "reproduce.source": "{name}: {source}; {seconds} s",
    "reproduce.none": "none",
    "reproduce.map": "l_{n}",
    "reproduce.raw": "l_{n}' by the product rule",
    "reproduce.simplified": "l_{n}' simplified",
    "reproduce.derivative": "f' at {at}",
    "reproduce.truncation": "{scheme}, truncation",
    "reproduce.rounding": "{scheme}, rounding",
    "reproduce.grows": "grows as h falls, about 1/h",
    "reproduce.written": "products written out, n = {n}",
    "reproduce.cse": "products after cse, n = {n}",
    "reproduce.reverse": "products by reverse mode, n = {n}",
    "reproduce.graph": "the loop and its derivative as graphs",
    "reproduce.blink": "in the blink of a second",
    "reproduce.built": "{dag} and {derivative} nodes in {seconds} s",
    "reproduce.tree": "the same written out",
    "reproduce.large": "too large to construct",
    "reproduce.nodes": "{nodes} nodes",
    "reproduce.differentiated": "SymPy differentiates it",
    "reproduce.construction": "SymPy constructs it",
    "reproduce.fails": "fails",
    "reproduce.works": "works",
    "reproduce.constructs": "SymPy {version} constructs it in {seconds} s",
    "reproduce.shares": "SymPy shares equal parts today; what walks the tree, as printing and diff do, still fails",
    "reproduce.of": "f', {label}",
    "reproduce.step": "complex step, {label}",
    "reproduce.full": "exact from h = 1e-8 to 1e-100",
    "reproduce.central": "D0, h <= 1e-11, {label}",
    "reproduce.lost": "digits cancel",
    "reproduce.value": "the value",
    "reproduce.double": "in double precision",
    "reproduce.sign": "is the answer in float64 right?",
    "reproduce.wrong": "no, not even its sign",
    "reproduce.hexadecimal": (
        "published for the hexadecimal arithmetic of an IBM S/370; IEEE 754 rounds otherwise, and is wrong by 21 decades"
    ),
    "heading.reproduce": "Published and recomputed",
    "functions.headline": "Functions of the language: accuracy in ulps, in math and in NumPy, over the domain named",
    "graph.headline": "Computational graph of {expression} at {at}",
    "graph.operations": "{count} operations",
    "graph.gates": "gates changed: {before} operations as typed, {after} as drawn",
    "graph.caption": "The nodes of the computational graph at {at}; a dash says that nothing was computed there.",
    "graph.repeats": "{count} times more",
    "graph.key.value.upright": "value above",
    "graph.key.value.turned": "value",
    "graph.key.tangent.upright": "tangent (derivative by {name}) above",
    "graph.key.tangent.turned": "tangent (derivative by {name})",
    "graph.key.adjoint.upright": "adjoint (derivative of the output) below",
    "graph.key.adjoint.turned": "adjoint (derivative of the output)",
    "graph.key.error.upright": "largest contribution of rounding below",
    "graph.key.error.turned": "largest contribution of rounding",
    "graph.key.local": "local derivative on the edge",
    "staged.headline": "Staged backpropagation of {expression} at {at}",
    "staged.caption": "The forward and the reverse sweep at {at}; equal numbers belong to the same operation.",
    "staged.forward": "forward sweep",
    "staged.reverse": "reverse sweep",
    "staged.output": "f",
    "grade.passed": "right: all {count} lines that could be judged, and both sweeps are complete.",
    "grade.wrong": "wrong: line {line} gives {name} the value {value}",
    "grade.expected": "expected: {expected}",
    "grade.contributions": "one of these contributions, or the sum of some, was expected: {listed}",
    "grade.overwritten": "{name} was set before, and what it held is lost: += adds to it",
    "grade.lost": "d{name} lacks what {name} hands back through line {line}: {value}",
    "grade.no_output": "nothing sets the result {name}",
    "grade.no_slope": "the derivative by {name} is missing: call it d{name}",
    "grade.failed": "line {line} fails: {error}",
    "grade.caption": "Every assignment in the order of running; of += the amount that was added.",
    "heading.grade": "The code, line by line",
    "heading.staged": "The two sweeps, staged",
    "prose.staged": (
        "The forward sweep computes one operation a line; the reverse sweep takes the lines in the opposite order and hands "
        "the derivative of the result back to what each line reads. A variable that is read twice receives two contributions: "
        "the first sets its derivative, further ones are added."
    ),
    "listing.staged": "The listing; it runs as it stands",
    "header.line": "line",
    "header.name": "name",
    "header.yours": "yours",
    "header.expected": "expected",
    "header.verdict": "verdict",
    "header.number": "number",
    "header.code": "code",
    "header.value": "value",
    "header.rule": "rule",
    "rule.add": "a sum hands its derivative on to each term",
    "rule.sub": "a difference hands it on, with the opposite sign to the second term",
    "rule.mul": "a product: times the other factor",
    "rule.div": "a quotient: 1/b by the numerator, -(a/b)/b by the denominator",
    "rule.neg": "the opposite sign",
    "rule.pow": "a power: b*a^(b-1) by the base, a^b*log(a) by the exponent",
    "rule.exp": "exp is its own derivative",
    "rule.log": "the derivative of log is 1/x",
    "rule.sqrt": "the derivative of sqrt is 1/(2*sqrt)",
    "rule.sin": "the derivative of sin is cos",
    "rule.cos": "the derivative of cos is -sin",
    "rule.tanh": "the derivative of tanh is 1/cosh^2",
    "rule.sigmoid": "the derivative of the sigmoid s is s*(1 - s), without cancellation",
    "rule.max": "the larger operand takes all; equal ones share it",
    "rule.min": "the smaller operand takes all; equal ones share it",
    "rule.where": "the branch that was taken takes all",
    "rule.relu": "handed on where the operand is positive",
    "rule.other": "the derivative of {operation}",
    "figure.graph": "The computational graph of {expression} at {at}, drawn from the inputs to the output",
    "figure.graph.value": "the value of every node",
    "figure.graph.tangent": "its derivative by {name}, which forward mode computes along with it",
    "figure.graph.adjoint": "the derivative of the output by it, which reverse mode computes in the opposite order",
    "figure.graph.error": "the largest contribution of its rounding to the error of the output",
    "figure.graph.local": "on every edge the local derivative, the factor by which reverse mode hands the derivative back",
    "alt.graph": "Graph of {count} nodes: {nodes}.",
    "heading.graph": "The computational graph",
    "prose.graph": (
        "Every operation is a node and reads the nodes at the other end of its edges. Values flow with the arrows; the "
        "derivative of the output flows against them: each node hands its own to every operand, times the local derivative "
        "on the edge, and what arrives over several edges is added up."
    ),
    "prose.graph.large": "It has {count} nodes, too many for a picture, so they are listed.",
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
    # -- what tape.explain finds
    "explain.ok": "nothing to report: every operation has a value and a slope there",
    "explain.domain": "{operation} has no value there: nan",
    "explain.singular": "{operation} has an infinite or undefined slope there",
    "explain.overflow": "{operation} is too large for a float: inf",
    "explain.jump": "{operation} jumps there; its slope is taken as 0",
    "explain.kink": "{operation} has a kink there: the slopes of its sides differ",
    "explain.tie": "{operation} compares equal numbers: another branch begins there",
    "explain.adjoint": "at {operation} the adjoint stops being a finite number",
    "explain.more": " and {count} more",
    "explain.inputs": "on the way to the derivative by {names}",
    "explain.line": "line {k} of the Program",
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
    "figure.cost": (
        "Operations that value and gradient of {expression} need by each engine, as ratio to those of f, on logarithmic scales; "
        "D\N{MINUS SIGN} needs as many evaluations as D+. "
        "The dashed line is the cheap-gradient bound, {bound} times f."
    ),
    "figure.reproduce": "Absolute error of {names} against the step h, recomputed for {title} ({source}).",
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
    "alt.accuracy": "Diagram of the largest relative errors: {errors}.",
    "alt.cost": "Diagram of operations of the gradient over those of f: {growth}.",
    "alt.reproduce": "Diagram with logarithmic axes of errors against the step: {curves}.",
    "alt.reproduce.curve": "{scheme} at least {error} at h = {h}",
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
    "heading.cost": "What the gradient costs",
    "heading.growth": "How the cost grows",
    "growth.caption": "How the operations of each engine, over those of f, grow in {against}, from exact counts.",
    "header.growth": "growth",
    "header.work": "work",
    "header.most": "times f, at most",
    "prose.cost": (
        "Operations are counted, not timed: those of the evaluations of f that a difference scheme makes, of the sweeps that "
        "forward and reverse mode make, and of SymPy's gradient as it is written out. Seconds depend on machine and load; "
        "they stand beside those of f in the same run."
    ),
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
    "prose.accuracy": (
        "Every form is the same function; only its order of operations differs. Each was compiled the same way and judged "
        "against the proved reference over {points} points of ({low}, {high})."
    ),
    "prose.explosion": (
        "At {parameter} = {n} simplify brought the tree of f' from {raw} down to {simplified} nodes, and its largest relative "
        "error from {exact} up to {wrong} at some of the points."
    ),
    "prose.explosion.one": (
        "Simplify brought the tree of f' from {raw} down to {simplified} nodes, "
        "and its largest relative error from {exact} up to {wrong} at some of the points."
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
    "heading.counted": "What is counted",
    "term.tree": "tree, DAG, operations",
    "meaning.tree": (
        "Leaves and operations when the formula is written out in full; the same with equal parts shared; "
        "the operations among the latter."
    ),
    "term.depth": "depth, pages",
    "meaning.depth": (
        "Operations on the longest way from a leaf to the result; pages of 43 lines of 70 characters that the formula "
        "written out would fill."
    ),
    "term.swell": "swell",
    "meaning.swell": "The tree of the derivative over the tree of f.",
    "term.native": "native",
    "meaning.native": "Nodes of SymPy's own tree, in which a sum or a product has any number of operands.",
    "term.evaluation": "evaluation",
    "meaning.evaluation": (
        "Seconds of one call as straight-line Python; a formula computes every part as often as it is written, a program once."
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
    # -- the chapter
    "chapter.headline": "The chapter on automatic differentiation, recomputed",
    "chapter.caption": "The numbers of the chapter, each to its last digit.",
    "chapter.lead": (
        "Every example of the chapter, in its order, computed again: numeric differentiation, symbolic differentiation, "
        "computational graphs with forward and reverse mode, staged backpropagation, gradients of matrices. Where the chapter "
        "slips, a note says so."
    ),
    "chapter.example.orders": "fitted order of accuracy",
    "chapter.example.tree": "(a + b)(b + 1)",
    "chapter.example.composite": "(x + y)z",
    "chapter.example.neuron": "sigmoid neuron",
    "chapter.example.exercise": "staged exercise",
    "chapter.note": "Note: {text}",
    "chapter.heading.overview": "What this is",
    "chapter.by_tape": "by the tape",
    "chapter.heading.numeric": "Numeric differentiation: four quotients and their orders",
    "chapter.heading.cost": "Numeric differentiation: n times the cost",
    "chapter.heading.check": "Numeric differentiation: a gradient check",
    "chapter.heading.symbolic": "Symbolic differentiation: if and while",
    "chapter.heading.graph": "The computational graph",
    "chapter.heading.local": "Derivatives on the edges",
    "chapter.heading.forward": "Forward mode",
    "chapter.heading.reverse": "Reverse mode",
    "chapter.heading.rules": "Basic operations: addition, multiplication, max",
    "chapter.heading.composite": "The chain rule: (x + y)z",
    "chapter.heading.sigmoid": "The sigmoid neuron: gates small and large",
    "chapter.heading.exercise": "The staged exercise",
    "chapter.heading.matrix": "Gradients of matrices",
    "chapter.heading.numbers": "All numbers",
    "chapter.redo": "With the same versions of the libraries every number comes out again, digit for digit.",
    "chapter.numeric": (
        "The limit in the definition of the derivative is replaced by a small step h. The chapter gives the four quotients "
        "the errors O(h), O(h), O(h^2) and O(h^4). Measured on {expression} at {at}, the error falls with the slopes {slopes}."
    ),
    "chapter.slope": "{slope} ({scheme})",
    "chapter.rounding": (
        "The numerical instability is the left side of the figure: the rounding error of f is divided by h. No step makes a "
        "difference quotient exact; the best predicted steps leave {digits} correct digits."
    ),
    "chapter.digits": "{digits} ({scheme})",
    "chapter.figure.orders": (
        "Error against h for the four quotients of the chapter, and for the complex step, which has no rounding branch."
    ),
    "chapter.cost": (
        "A neuron with n weights is one evaluation of {operations} operations for n = {n}. One-sided differences then need "
        "n + 1 evaluations, central ones 2n, Richardson's extrapolation 4n, forward mode n sweeps, reverse mode one: counted by "
        "asking at how many different points each scheme evaluates f. The gradient by reverse mode takes {ratio} times the "
        "operations of f at n = {n}, the one by one-sided differences {times} times."
    ),
    "chapter.cost.caption": (
        "Operations for the gradient of a sigmoid neuron with n weights; evaluations of f, or sweeps, in parentheses. "
        "The operations of difference quotients are those of their evaluations."
    ),
    "chapter.figure.costs": "Operations for the gradient of a sigmoid neuron with n weights, on logarithmic axes.",
    "alt.chapter.costs": "Diagram with logarithmic axes of operations against n. At n = {n}: {work}.",
    "chapter.work": "{name} {work}",
    "chapter.slip.cost": (
        "the chapter says that n inputs take n evaluations; one-sided differences take n + 1, central differences 2n and "
        "Richardson's extrapolation 4n."
    ),
    "chapter.check": (
        "The chapter calls a gradient right if |a - n|/max(|a|, |n|) is below 1e-7, where n is a central difference at h = 1e-5. "
        "As it says itself, this is no proof: a fixed tolerance fails both ways. Beside it stands the verdict by the Taylor "
        "remainder, which knows the rounding noise of f and tries many steps."
    ),
    "chapter.check.caption": "Five gradients judged by the chapter's rule and by the Taylor remainder.",
    "chapter.case.right": "the staged exercise, right",
    "chapter.case.slip": "x*x with = for +=, wrong",
    "chapter.case.steep": "steep, right",
    "chapter.case.offset": "a large constant, right",
    "chapter.case.small": "5e-8 too large, wrong",
    "chapter.if": (
        "A branch inside a formula is no obstacle: it becomes a piecewise function, and each piece is differentiated. "
        "The derivative of {expression} is {derivative}, in closed form."
    ),
    "chapter.while": (
        "A loop that runs until a value is small enough has no formula: the number of turns depends on the value. SymPy, handed "
        "a symbol, has to decide the condition and cannot; it answers {reason}. The tape does not ask for all values: it "
        "records the operations that are carried out at this one, and differentiates them. The derivative so found is that "
        "of the computed value, here as exact as the square root itself."
    ),
    "chapter.while.listing": "The square root by Newton's method, until it is good to 1e-12",
    "chapter.while.caption": "The operations recorded at three points, the derivative by the tape, and 1/(2 sqrt(a)).",
    "chapter.slip.closed": (
        "the chapter doubts that every derivative has a closed form, and counts integration by parts among the tools. Both "
        "belong to integration: a formula of elementary functions always has an elementary derivative. What is true is that "
        "the closed form may be far larger than the function."
    ),
    "chapter.graph": (
        "The formula is taken apart into operations with one name each: {expression}. Inputs are the leaves, every other node "
        "is an operation, an edge leads from what is read to what reads it. The chapter calls the result e, which is the "
        "number 2.718... here, so it is f."
    ),
    "chapter.values": "The forward sweep computes the nodes in order: at {at} first c and d, at last f = {value}.",
    "chapter.local": (
        "Each edge carries the derivative of the node it leads to by the node it comes from: 1 for the sums, and for the "
        "product the other factor."
    ),
    "chapter.forward": (
        "One forward sweep computes the derivative of every node by one input, here b: the inputs are seeded with 0 and 1, and "
        "every node adds up what its operands hand on, edge times derivative. It ends with df/db = {value}. The derivative of "
        "a by b, which is 0, is computed in vain, and a takes another sweep."
    ),
    "chapter.reverse": (
        "The reverse sweep starts at the output with 1 and goes against the arrows: every node hands its derivative on, times "
        "the edge, and what arrives over several edges is added up. One sweep gives all: {gradient}."
    ),
    "chapter.modes.caption": (
        "Forward and reverse mode on this graph: sweeps, products of edge and derivative, and those with a factor 0."
    ),
    "chapter.tree.graph": "The computational graph of (a + b)(b + 1), drawn upwards from the inputs.",
    "chapter.tree.values": "The same with values, from the forward sweep.",
    "chapter.tree.local": "The same with the local derivative on every edge.",
    "chapter.tree.forward": "Forward mode by b: beside every node its derivative by b; the grey 0 is wasted work.",
    "chapter.tree.reverse": "Reverse mode: beside every node its value and the derivative of f by it.",
    "chapter.rules": (
        "A sum hands the derivative on, a product hands it on times the other factor, max hands it to the larger operand. "
        "The last column is measured: how fast the operation grows if both operands grow alike, which the derivatives must "
        "add up to."
    ),
    "chapter.rules.caption": "The basic operations: derivatives here and by the chapter's rule, and growth along (1, 1).",
    "chapter.slip.max": (
        "the chapter's rule gives 1 and 1 where the operands of max are equal. Along (1, 1) max grows by 1, not by 2, so this is "
        "no subgradient; here the winners share, 1/2 each, which is one."
    ),
    "chapter.composite": "With q = x + y the function is f = q*z. The values at {at}, the local derivatives and the gradient:",
    "chapter.figure.composite": "The graph of (x + y)z: value above, derivative of f below, local derivative on the edge.",
    "chapter.figure.exercise": (
        "The graph of the staged exercise: value above, derivative of f below, local derivative on the edge; x and y receive "
        "the sum of what arrives over their edges."
    ),
    "chapter.slip.composite": (
        "the line for df/dx ends with z*1 = (x + y); it is z, which is {value} here, as the chapter's code has it."
    ),
    "chapter.neuron": (
        "The function 1/(1 + exp(-(w0*x0 + w1*x1 + w2))) as small gates: products, sums, a change of sign, exp, and 1/x. The "
        "last four can be one gate, the sigmoid: {before} operations become {after}."
    ),
    "chapter.neuron.four": "The neuron in small gates.",
    "chapter.neuron.one": "The same with the sigmoid as one gate.",
    "chapter.gates": (
        "Its derivative is s(1 - s), one subtraction and one product if the forward sweep has kept s, against four operations "
        "for four gates. But 1 - s cancels where s is near 1: at t = {t} the product is wrong by {error}. With q = exp(-|t|), "
        "q/(1 + q)^2 costs the same two operations and stays right; that is what diffkit computes."
    ),
    "chapter.gates.caption": "Operations of one sigmoid, and the relative error of its derivative at t = {t}.",
    "chapter.gate.four": "four gates",
    "chapter.gate.fused": "one gate, s(1 - s)",
    "chapter.gate.stable": "one gate, q/(1 + q)^2",
    "chapter.slip.reciprocal": (
        "among the basic functions the chapter lists the derivative where it means 1/x, the reciprocal (two words that look "
        "alike in Chinese)."
    ),
    "chapter.exercise": (
        "The numbers in parentheses are those of the chapter. x is read by (2), (3) and (4), so its derivative is set once and "
        "added to twice; y is read by (1) and (4)."
    ),
    "chapter.exercise.result": "f = {value}, {gradient}.",
    "chapter.matrix": (
        "A layer D = W X with W of shape {w} and X of shape {x}. Shapes alone tell where the transposes go: dW must have the "
        "shape of W, and dD X^T is the only product of dD and X that has it. Random matrices, every entry of both gradients "
        "compared with the complex step of the loss sum(dD * (W X)):"
    ),
    "chapter.matrix.caption": "Shapes of the products, and the largest difference of an entry from its complex step.",
    "chapter.matrix.listing": "The same in NumPy",
    "chapter.slip.matrix": ("under the sum over D the chapter notes that k must be 0; it must be i, as in the line above it."),
    "header.example": "example",
    "header.function": "function",
    "header.gradient": "gradient",
    "header.error": "error",
    "header.mode": "mode",
    "header.sweeps": "sweeps",
    "header.products": "products",
    "header.wasted": "with a 0",
    "header.operation": "operation",
    "header.chapter": "by the chapter",
    "header.here": "here",
    "header.along": "along (1, 1)",
    "header.form": "form",
    "header.forward": "forward sweep",
    "header.reverse": "reverse sweep",
    "header.product": "product",
    "header.shapes": "shapes",
    "header.remainder": "by the remainder",
    "header.recorded": "operations recorded",
    "header.slope": "derivative by the tape",
    "header.operations": "operations",
    "header.operations-of-f": "operations of f",
    "axis.operations": "operations",
    "axis.weights": "number n of weights",
    "mode.forward": "forward mode",
    "mode.reverse": "reverse mode",
    # -- why there is no proved value
    "truth.at": " at {place}",
    "truth.domain": "f is not defined{at}: {shown} has no real value",
    "truth.domain.beside": "f is not defined beside {place}: {shown} has no real value there",
    "truth.overflow": "f is too large{at}: {shown} overflows",
    "truth.singular": "{lack}: {shown} is singular",
    "truth.kink": "{lack}: {blamed} has a kink",
    "truth.jump": "{lack}: {blamed} jumps",
    "truth.choice.kink": "{lack}: the choice by {blamed} makes a kink",
    "truth.choice.jump": "{lack}: the choice by {blamed} makes a jump",
    "truth.sides.value": "its value is {left} on the left, {right} on the right",
    "truth.sides.slope": "its slope is {left} on the left, {right} on the right",
    "truth.sides.order": "its derivative of order {order} is {left} on the left, {right} on the right",
    "truth.sides.there": " and {here} there",
    "truth.no.value": "f has no value{at}",
    "truth.no.derivative": "f has no derivative{at}",
    "truth.no.derivative.by": "f has no derivative by {name}{at}",
    "truth.not-finite": "f is not defined{at}: the point is not finite",
    "truth.precision": "not proved{at} with {bits} bits of precision",
    "truth.precision.remedy": "digits cancel without end there, or the truth lies exactly between two doubles",
    "truth.undecided": "{shown} stayed undecided{at} with {bits} bits of precision",
    "truth.undecided.remedy": "it is, or is extremely close to, a point where it has no number",
    "truth.larger": "{shown} is larger than every double",
    "compare.not-finite": "the engine's result is not a finite number",
    "compare.no-value": "the value of f is {value} in float64",
    "sweep.continuation": "it is not continued from the real axis here",
    "rounding.note": "{of}: {status}, {reason}",
    "rounding.no-sum": "the first-order sum has no number",
    "sweep.verdict": "{word}: {text}",
    "figure.no-font": "(The words of the picture are in English: no font with Chinese characters is installed.)",
    "environment.machine": "machine",
    "stage.compare": "compare",
    "stage.sweep": "sweep",
    "stage.rounding": "rounding",
    "stage.advice": "advice",
    "stage.swell": "swell",
    # -- statuses, as sentences say them
    "word.ok": "ok",
    "word.exact": "exact",
    "word.branch": "branch",
    "word.kink": "kink",
    "word.jump": "jump",
    "word.domain": "domain",
    "word.overflow": "overflow",
    "word.singular": "singular",
    "word.below-ulp": "below-ulp",
    "word.limited-smoothness": "limited-smoothness",
    "word.superconvergent": "superconvergent",
    "word.noisy": "noisy",
    "word.quantised": "quantised",
    "word.vertical-tangent": "vertical-tangent",
    "word.domain-edge": "domain-edge",
    "word.no-asymptotic-range": "no-asymptotic-range",
    "word.smooth": "smooth",
    "word.limited": "limited",
    "word.timeout": "timeout",
    "word.failed": "failed",
    "word.missing": "missing",
    "word.not-finite": "not-finite",
    "word.precision": "precision",
    "word.undecided": "undecided",
    "word.not-applicable": "not-applicable",
    "word.not-analytic": "not-analytic",
    "word.too-large": "too-large",
    "word.mutates": "mutates",
    "word.gave up": "gave up",
    "word.too large": "too large",
    "word.not tried": "not tried",
    "word.not counted": "not counted",
    "word.not timed": "not timed",
    "word.order": "order",
    "word.SymPy's diff": "SymPy's diff",
    "word.the number of inputs n": "the number of inputs n",
    # what the table of functions says of them
    "word.slope 0 at 0": "slope 0 at 0",
    "word.sign(0) = 0, slope 0": "sign(0) = 0, slope 0",
    "word.step(0) = 1/2, slope 0": "step(0) = 1/2, slope 0",
    "word.0 for x < 0, 1 for x > 0": "0 for x < 0, 1 for x > 0",
    "word.slope 0": "slope 0",
    "word.one shared among the winners": "one shared among the winners",
    "word.where(c, a, b) is a if c else b; the branch not taken contributes 0, never nan": (
        "where(c, a, b) is a if c else b; the branch not taken contributes 0, never nan"
    ),
    "word.acot(x) = atan(1/x), which jumps at 0": "acot(x) = atan(1/x), which jumps at 0",
    "word.jumps on the negative axis": "jumps on the negative axis",
    "word.derivative of lgamma": "derivative of lgamma",
    "word.n-th derivative of digamma; n is a whole number": "n-th derivative of digamma; n is a whole number",
    "word.pass": "pass",
    "word.wrong": "wrong",
    "word.f' symbolic": "f' symbolic",
    "word.f' simplified": "f' simplified",
    "word.f' cse": "f' cse",
    "word.f' reverse": "f' reverse",
    "word.f' horner": "f' horner",
    "word.f' expanded": "f' expanded",
    "word.f' factored": "f' factored",
    "word.f' forward": "f' forward",
    "word.f' tape": "f' tape",
    "word.f' emitted": "f' emitted",
    "word.f' Taylor": "f' Taylor",
    "word.the logistic map and its derivatives": "the logistic map and its derivatives",
    "word.the error of difference quotients against h": "the error of difference quotients against h",
    "word.the gradient of a product": "the gradient of a product",
    "word.the loop y = sin(y)*y, a hundred times": "the loop y = sin(y)*y, a hundred times",
    "word.the complex step": "the complex step",
    "word.a sum that is wrong in every precision": "a sum that is wrong in every precision",
    "word.without root, 1.5": "without root, 1.5",
    "word.without root, pi/4": "without root, pi/4",
    "word.with root, 1.5": "with root, 1.5",
    "word.l = x; repeat n: l = 4*l*(1 - l), n - 1 times": "l = x; repeat n: l = 4*l*(1 - l), n - 1 times",
    "word.of an n x n matrix, by minors": "of an n x n matrix, by minors",
    "word.three tanh units on n features": "three tanh units on n features",
    "word.the sum of 100*(x2 - x1^2)^2 + (1 - x1)^2 over neighbours of n inputs": (
        "the sum of 100*(x2 - x1^2)^2 + (1 - x1)^2 over neighbours of n inputs"
    ),
    # -- words of tables and pictures
    "and": "{first} and {last}",
    "comma": ", ",
    "semicolon": "; ",
    "stop": "{text}.",
    "colon": "{name}: {text}",
    "engine.D+": "D+",
    "engine.D-": "D\N{MINUS SIGN}",
    "engine.D0": "D0",
    "engine.richardson": "Richardson",
    "engine.complex-step": "complex step",
    "engine.taylor": "Taylor",
    "engine.symmetric": "symmetric",
    "engine.symbolic": "symbolic",
    "engine.forward": "forward",
    "engine.reverse": "reverse",
    "engine.compiled": "compiled",
    "figure.sweep.step": "{step} for {names}",
    "axis.cost": "cost of the gradient / cost of $f$",
    "axis.digits": "correct significant digits",
    "axis.error.absolute": "absolute error of the derivative",
    "axis.error.largest": "largest relative error",
    "axis.error.of-forms": "relative error",
    "axis.error.published": "absolute error",
    "axis.error.relative": "relative error of the derivative",
    "axis.inputs": "number of inputs $n$",
    "axis.order": "order of the derivative",
    "axis.remainder": "remainder of $f$, less $h\\,g\\cdot d$",
    "axis.size": "size (leaves and operations)",
    "axis.size.short": "size",
    "axis.step": "step size $h$",
    "band.count": "{count} engines: no $h$",
    "band.engines": "{names}: {error}, no $h$",
    "band.error": "error ${error}$",
    "band.names": "{names}: no $h$",
    "band.ratio": "error $\\leq{ratio}\\,u$",
    "band.zero": "error 0",
    "compare.status": "status: {status}",
    "compare.status.reason": "status: {status} ({reason})",
    "curve.rounding": "rounding ${{\\propto}}\\,h^{{-1}}$",
    "curve.slope": "{name} (slope {slope})",
    "curve.slope.colon": "{name}: slope {slope}",
    "figure.nothing": "no estimate is a finite number",
    "functions.any": "any",
    "graph.local": "{local} by {source}",
    "header.adjoint": "adjoint",
    "header.amplified": "amplified",
    "header.bound": "bound",
    "header.by": "by",
    "header.by-rule": "1e-7 rule",
    "header.cause": "cause",
    "header.contribution": "contribution",
    "header.correct-digits": "correct digits",
    "header.corrected": "corrected",
    "header.cost": "cost",
    "header.dag": "DAG",
    "header.depth": "depth",
    "header.digits": "digits",
    "header.digits-then": "digits then",
    "header.engine": "engine",
    "header.entry": "entry",
    "header.error-bar": "error bar",
    "header.estimate": "estimate",
    "header.evaluation": "evaluation",
    "header.evaluations": "evaluations",
    "header.expression": "expression",
    "header.fate": "what becomes of it",
    "header.figure": "figure",
    "header.fitted": "fitted",
    "header.float64": "float64",
    "header.from": "from",
    "header.h": "h",
    "header.h*": "h*",
    "header.instruction": "instruction",
    "header.inputs": "inputs",
    "header.largest-error": "largest error",
    "header.left": "left",
    "header.local": "local derivatives",
    "header.lucky-h": "lucky h",
    "header.lucky-minimum": "lucky minimum",
    "header.meaning": "meaning, convention at a kink",
    "header.measured": "measured",
    "header.median-error": "median error",
    "header.memory": "KiB",
    "header.native": "native",
    "header.node": "node",
    "header.numerical": "numerical",
    "header.of": "of",
    "header.of-f": "f",
    "header.operands": "operands",
    "header.order": "order",
    "header.over": "over",
    "header.pages": "pages",
    "header.partials": "partials",
    "header.predicted": "predicted",
    "header.proved-error": "error, proved",
    "header.published": "published",
    "header.ratio": "ratio",
    "header.recomputed": "recomputed",
    "header.relative-error": "relative error",
    "header.result": "result",
    "header.right": "right",
    "header.rms": "rms",
    "header.rounding": "rounding",
    "header.scheme": "scheme",
    "header.seconds": "seconds",
    "header.share": "share %",
    "header.stated": "stated",
    "header.status": "status",
    "header.swell": "swell",
    "header.textbook": "textbook's form",
    "header.time-ratio": "time/f",
    "header.tree": "tree",
    "header.ulps": "ulps",
    "header.ulps-partials": "ulps of partials",
    "header.ulps-value": "ulps of value",
    "header.use": "use",
    "header.worst-at": "worst at",
    "row.at": "{row}, {parameter} = {n}",
    "kind.absolute": "absolute",
    "kind.relative": "relative",
    "legend.below-ulp": "$h$ below ulp($x$)",
    "legend.bound": "bound predicted",
    "legend.cheap": "cheap-gradient bound {bound}\N{MULTIPLICATION SIGN}",
    "legend.cheap.short": "bound {bound}\N{MULTIPLICATION SIGN}",
    "legend.dag": "DAG",
    "legend.largest": "largest",
    "legend.measured": "measured",
    "legend.median": "median",
    "legend.model": "model: truncation + rounding",
    "legend.noise": "rounding noise of f",
    "legend.operations": "operations",
    "legend.outside": "outside",
    "legend.predicted": "predicted",
    "legend.rounding": "rounding alone",
    "legend.star": "predicted best $h^*$",
    "legend.sum": "their sum, the error measured",
    "legend.tree": "tree",
    "legend.truncation": "truncation alone",
    "legend.widest": "widest window",
    "legend.window": "in the window of the slope",
    "legend.zero": "error exactly 0",
    "part.abscissa": "abscissa",
    "part.arithmetic": "arithmetic",
    "part.evaluation": "evaluation",
    "part.truncation": "truncation",
    # -- words around tables and figures
    "label.table": "table",
    "label.tables": "Table {number}",
    "label.figures": "Figure {number}",
    "label.numbered": "{label}.",
    "label.none": "none",
    "listing.family": "The family of functions that was measured.",
    "listing.function": "The function as it was given.",
    "listing.command": "On the command line:",
    "listing.python": "In Python:",
    "code.json": (
        "from pathlib import Path\n\nfrom diffkit.results import Record\n\n"
        'report = Record.from_json(Path("report.json").read_text(encoding="utf-8"))\nprint(report)'
    ),
    "listing.json": "From a saved result (-o report.json), without measuring again:",
}


_language = ContextVar("language", default="en")


def say(sentence: str, /, **fields: object) -> str:
    """Return the sentence of that name with its fields filled in, in the language of the context.

    Examples
    --------
    >>> say("compare.value", value=4.5)
    'f = 4.5'
    """
    return _set(_sentences(spoken())[sentence].format(**fields))


def paragraph(*sentences: str) -> str:
    """Return sentences one after the other."""
    return _set(" ".join(sentences))


def _set(text: str) -> str:
    return text if spoken() == "en" else BLANK.sub("", text)


def word(identifier: str) -> str:
    """Return a status, verdict or reason that JSON names by one word, as a sentence says it."""
    return say(f"word.{identifier}") if f"word.{identifier}" in SENTENCES else identifier


def spoken() -> str:
    """Return the language in which sentences are said now: en or zh."""
    return _language.get()


@contextmanager
def language(name: str) -> Iterator[None]:
    """Say every sentence in that language, in this thread.

    Examples
    --------
    >>> with language("zh"):
    ...     print(say("heading.verdict"))
    结论
    """
    token = _language.set(name)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _sentences(name: str) -> Mapping[str, str]:
    """The sentences of a language: those of its gettext file, whose contexts are the names."""
    if name == "en":
        return SENTENCES
    import polib

    return SENTENCES | {entry.msgctxt: entry.msgstr for entry in polib.pofile(str(LOCALE / f"{name}.po")) if entry.msgstr}
