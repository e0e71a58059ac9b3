"""Sentences of the cost of gradients."""

SENTENCES = {
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
        "peak memory of one gradient, and its time as ratio to f in the same run. D0 and Richardson, which never evaluate f "
        "itself, count the gradient only; an operation on complex numbers counts as one."
    ),
    "cost.growth.unknown": "{engine}: too few n to tell how it grows, up to {ratio} times the operations of f",
    "cost.few": "with fewer than 3 n at which f has operations it cannot be told how the cost grows",
    "cost.domain": "f has no finite value at this point, so nothing is timed",
    "cost.slow": "a gradient takes more than {seconds} s",
    "cost.not_counted": "{sweeps} sweeps over {lines} lines are too many to be written out",
    "figure.cost": (
        "Operations that value and gradient of {expression} need by each engine, as ratio to those of f, on logarithmic scales; "
        "D\N{MINUS SIGN} needs as many evaluations as D+. "
        "The dashed line is the cheap-gradient bound, {bound} times f."
    ),
    "alt.cost": "Diagram of operations of the gradient over those of f: {growth}.",
    "heading.cost": "What the gradient costs",
    "heading.growth": "How the cost grows",
    "growth.caption": "How the operations of each engine, over those of f, grow in {against}, from exact counts; ~ marks a fit.",
    "header.growth": "growth",
    "header.work": "work",
    "header.most": "times f, at most",
    "prose.cost": (
        "Operations are counted, not timed: those of the evaluations of f that a difference scheme makes, of the sweeps that "
        "forward and reverse mode make, and of SymPy's gradient as it is written out. Seconds depend on machine and load; "
        "they stand beside those of f in the same run, and leave out the first call, with what it imports and SymPy remembers."
    ),
    "prose.growth": ("The symbolic derivative is {tree} when written out in full, and {dag} with equal parts shared."),
    "prose.growth.alike": "The symbolic derivative is {tree}, both written out in full and with equal parts shared.",
    "growth.same": "as large as f",
    "growth.about": "about as large as f",
    "growth.half": "half the size of f",
    "growth.smaller": "{ratio} of the size of f",
    "growth.larger": "{ratio} times as large as f",
}
