"""Sentences of expression swell."""

SENTENCES = {
    "swell.headline": "Sizes of {expression} and of its derivative with respect to {name}",
    "swell.constant": "Sizes of {expression}, which has no inputs",
    "swell.caption": (
        "Sizes of f and of the forms of its derivative with respect to {name}: leaves and operations of the tree, "
        "of the same with equal parts shared (DAG), and operations of the latter."
    ),
    "swell.details": "What else is counted of every form; SymPy's own counts stand beside ours.",
    "swell.orders": "Sizes of {expression} and of its derivatives by {name}, order by order",
    "swell.errors": "Errors are relative, over {points} points of ({low}, {high}); evaluation is the seconds of one call.",
    "swell.fewer": (
        "Errors are relative, over {points} of {drawn} points of ({low}, {high}): at no more was a derivative other than 0 "
        "proved; evaluation is the seconds of one call."
    ),
    "swell.not_timed": "not timed, as a formula of more than {nodes} nodes is not compiled as it is written",
    "swell.no_errors": "There are no errors: at no point of ({low}, {high}) was a derivative other than 0 proved.",
    "swell.lines": "a derivative of {lines} lines is differentiated no further",
    "swell.late": "{step} did not finish in {seconds} s",
    "swell.ended": "{step} ended without an answer",
    "swell.no_process": "{step} got no process to run in",
    "swell.memory": "{step} needs more than {size} GiB",
    "swell.no_polynomial": "{step} needs a polynomial, also in sines and the like taken as names",
    "swell.fails": "{step} fails: {error}",
    "swell.too_large": "{step} would need about {nodes} nodes, by estimate",
    "swell.uncounted": "the numbers of nodes are themselves too large to be counted",
    "swell.no_code": "so long a recording is not written as code: the tape itself answers",
    "swell.before": "at {parameter} = {n} {reason}",
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
    "alt.swell": "Diagram of sizes with parts shared: {sizes}.",
    "alt.accuracy": "Diagram of the largest relative errors: {errors}.",
    "heading.swell": "How large the derivative grows",
    "heading.accuracy": "What the forms do to the accuracy",
    "prose.swell": (
        "A tree counts every leaf and operation of the formula written out in full; a DAG counts equal parts once, "
        "which is how a program computes it."
    ),
    "prose.accuracy": (
        "Every form is the same function; only its order of operations differs. Each was compiled the same way and judged "
        "against the proved reference over {points} points of ({low}, {high})."
    ),
    "prose.explosion": (
        "At {parameter} = {n} simplify brought the tree of f' from {raw} down to {simplified} nodes, and its largest relative "
        "error from {exact} up to {wrong}; at half of the points the error is {median} or more."
    ),
    "prose.explosion.one": (
        "Simplify brought the tree of f' from {raw} down to {simplified} nodes, and its largest relative "
        "error from {exact} up to {wrong}; at half of the points the error is {median} or more."
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
    "term.forms": "the forms",
    "meaning.forms": (
        "symbolic: SymPy's derivative as SymPy leaves it; expanded, factored, horner, simplified: what SymPy's functions of "
        "these names make of that; cse: its common subexpressions named; forward, reverse: the sweeps written as a program; "
        "tape: value and gradient by one reverse sweep; Taylor: the derivative of higher order by Taylor arithmetic."
    ),
    "term.swell": "swell",
    "meaning.swell": "The tree of the derivative over the tree of f; swell (DAG): the DAG over the DAG of f.",
    "term.sharing": "sharing, path length, on the way",
    "meaning.sharing": (
        "Tree over DAG: how often a node is used on average; the sum over all nodes of the tree of their distance from the root; "
        "the largest tree on the way to a form of SymPy's, over the tree of that form."
    ),
    "term.native": "native",
    "meaning.native": (
        "Nodes of SymPy's own tree, in which a sum or a product has any number of operands; its distinct nodes; its count_ops."
    ),
    "term.emitted": "emitted",
    "meaning.emitted": (
        "The Python that the tape compiles for value and gradient by all inputs, its statements counted as they stand; "
        "a recording that repeats is written as a loop."
    ),
    "term.evaluation": "evaluation",
    "meaning.evaluation": (
        "Seconds of one call as straight-line Python; a formula computes every part as often as it is written, a program once; "
        "the emitted code is called as it is."
    ),
    "time": "time for {stage}",
    "time.swell": "time spent waiting for swell, which runs beside the others",
}
