"""Sentences of results of the literature."""

SENTENCES = {
    "reproduce.all": "{title}: all {count} figures agree",
    "reproduce.some": "{title}: {agreeing} of {count} figures agree",
    "reproduce.agrees": "agrees",
    "reproduce.differs": "differs",
    "reproduce.caption": "Published figures beside the same recomputed.",
    "reproduce.note": "{name}, {what}: {why}",
    "reproduce.source": "{name}: {source}; {seconds} s",
    "reproduce.none": "none",
    "reproduce.whole": "{name}, {what}: published {published}; recomputed {recomputed}",
    "reproduce.checked": "{name}: {checked}",
    "reproduce.checked.baydin-table": (
        "formulas agree if they are the same polynomial, derivatives by the product rule if they have the same terms. The table "
        "was checked against lecture notes that copy it, up to l_3 in full, and the derivative of l_4 against their copy of "
        "figure 2; the middle of the last polynomial is as the field quotes it. The article itself was not at hand."
    ),
    "reproduce.checked.baydin-figure": (
        "f' at 0.2 is that of the table's last polynomial, in fractions. That the figure is drawn for 0.2 is as the field quotes "
        "it: no copy was found; lecture notes that draw it anew at 0.3 show the same slopes."
    ),
    "reproduce.checked.speelpenning": (
        "no copy of the thesis was found, so the laws stand here as proved, not as printed: n partials of n - 1 factors take "
        "n - 2 products each; reverse mode takes n - 2 products on the way up and 2(n - 2) on the way down; what cse shares was "
        "counted."
    ),
    "reproduce.checked.casadi-loop": (
        "checked against the page itself: the loop runs in the blink of a second, the expression is very large, and conventional "
        "computer algebra, SymPy by name, fails to construct it."
    ),
    "reproduce.checked.squire-trapp": (
        "checked against copies: the functions and digits at 1.5 in the tests of two programs that cite the note, those at pi/4 "
        "in several programs for one exercise, those with the root in the manual of a package that cites the paper. The three "
        "texts themselves were not at hand."
    ),
    "reproduce.checked.rump": (
        "the formula, its value and the figures of both papers were checked against several copies, one of which quotes the "
        "second paper at length."
    ),
    "reproduce.map": "l_{n}",
    "reproduce.raw": "l_{n}' by the product rule",
    "reproduce.simplified": "l_{n}' simplified",
    "reproduce.derivative": "f' at {at}",
    "reproduce.truncation": "{scheme}, truncation",
    "reproduce.rounding": "{scheme}, rounding",
    "reproduce.slope": "slope {slope}",
    "reproduce.written": "products written out, n = {n}",
    "reproduce.cse": "products after cse, n = {n}",
    "reproduce.reverse": "products by reverse mode, n = {n}",
    "reproduce.graph": "the loop and its derivative as graphs",
    "reproduce.blink": "in the blink of a second",
    "reproduce.built": "{dag} and {derivative} nodes in {seconds} s",
    "reproduce.tree": "the same written out",
    "reproduce.large": "very large",
    "reproduce.nodes": "{nodes} nodes",
    "reproduce.differentiated": "SymPy differentiates it",
    "reproduce.construction": "SymPy constructs it",
    "reproduce.fails": "fails",
    "reproduce.unhandled": "fails to handle it",
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
    "reproduce.rearranged": "rearranged, in double precision",
    "reproduce.sign": "rearranged, is its sign right?",
    "reproduce.yes": "yes",
    "reproduce.no": "no",
    "reproduce.hexadecimal": (
        "published for an IBM S/370; IEEE 754 rounds this order of operations otherwise: it is wrong by 21 decades, though right "
        "in sign"
    ),
    "heading.reproduce": "Published and recomputed",
    "figure.reproduce": "Absolute error of {names} against the step h, recomputed for {title} ({source}).",
    "alt.reproduce": "Diagram with logarithmic axes of errors against the step: {curves}.",
    "alt.reproduce.curve": "{scheme} at least {error} at h = {h}",
}
