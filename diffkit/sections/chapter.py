"""The chapter: its examples in order, each with its picture, table or listing."""

from diffkit.captions import alt, joined, label
from diffkit.document import Block, FigureBlock, Formula, Listing, Prose, Section, TableBlock
from diffkit.messages import say, word
from diffkit.results import Chapter, Graph
from diffkit.sections.common import dressed
from diffkit.tables import Table, exact, fixed, headed, point, short

QUOTIENTS = (  # of the chapter, as typed and in LaTeX
    ("D+ = (f(x + h) - f(x))/h", r"D_+(h) = \frac{f(x+h) - f(x)}{h}"),
    ("D- = (f(x) - f(x - h))/h", r"D_-(h) = \frac{f(x) - f(x-h)}{h}"),
    ("D0 = (f(x + h) - f(x - h))/(2h)", r"D_0(h) = \frac{f(x+h) - f(x-h)}{2h}"),
    ("R = (4 D0(h) - D0(2h))/3", r"R(h) = \frac{4 D_0(h) - D_0(2h)}{3}"),
)
NUMPY = """import numpy as np

W = np.random.randn({w})
X = np.random.randn({x})
D = W.dot(X)

dD = np.random.randn(*D.shape)
dW = dD.dot(X.T)
dX = W.T.dot(dD)"""
TREE = ("graph", "values", "local", "forward", "reverse")


def build(record: Chapter) -> list[Section]:
    """Return the sections of the chapter, in its order."""
    parts: dict[str, list[Block]] = {
        "overview": [Prose(say("chapter.lead"), lead=True)],
        "numeric": _numeric(record),
        "cost": _cost(record),
        "check": _check(record),
        "symbolic": _symbolic(record),
        "graph": [_text("graph", expression=record.tree[0].expression), *_tree(record, 0), _values(record), *_tree(record, 1)],
        "local": [_text("local"), *_tree(record, 2)],
        "forward": [_text("forward", value=short(record.tree[3].nodes[-1].tangent)), *_tree(record, 3)],
        "reverse": [_text("reverse", gradient=_gradient(record.tree[4])), *_tree(record, 4), _modes(record)],
        "rules": [_text("rules"), _rules(record), _slip("max")],
        "composite": _composite(record),
        "sigmoid": _sigmoid(record),
        "exercise": _exercise(record),
        "matrix": _matrix(record),
        "numbers": [
            TableBlock(dressed(record.table())),
            _text("redo"),
            Listing("diffkit chapter -o DIR", say("listing.command")),
        ],
    }
    return [Section(say(f"chapter.heading.{key}"), tuple(blocks)) for key, blocks in parts.items()]


def _text(key: str, **fields: object) -> Prose:
    return Prose(say(f"chapter.{key}", **fields))


def _slip(key: str, **fields: object) -> Prose:
    """A note on a slip of the chapter."""
    return Prose(say("chapter.note", text=say(f"chapter.slip.{key}", **fields)))


def _picture(record: Graph, key: str, caption: str) -> FigureBlock:
    return FigureBlock("graph", caption, alt(record), record, key)


# --- numeric and symbolic differentiation --------------------------------------------------------------------------------
def _numeric(record: Chapter) -> list[Block]:
    sweep = record.orders
    known = [s for s in sweep.schemes if s.fitted_order is not None and s.scheme != "complex-step"]
    slopes = [say("chapter.slope", slope=fixed(s.fitted_order), scheme=label(s.scheme)) for s in known]
    stars = [s for s in known if s.error_predicted]
    digits = [say("chapter.digits", digits=fixed(sweep.digits(s.error_predicted), 1), scheme=label(s.scheme)) for s in stars]
    return [
        *(Formula(latex, typed) for typed, latex in QUOTIENTS),
        _text("numeric", expression=sweep.expression, at=point(sweep.at), slopes=joined(slopes)),
        FigureBlock("error_vs_h", say("chapter.figure.orders"), alt(sweep), sweep, "orders"),
        TableBlock(dressed(sweep.table())),
        _text("rounding", digits=joined(digits)),
    ]


def _cost(record: Chapter) -> list[Block]:
    last = record.costs[-1]
    times = {name: short(last.work[name] / last.operations) for name in last.work}
    said = {"n": last.n, "operations": last.operations, "ratio": times["reverse"], "times": times["D+"]}
    rows = [(str(w.n), str(w.operations), *(f"{w.work[k]} ({w.times[k]})" for k in w.work)) for w in record.costs]
    table = Table(("n", say("header.operations-of-f"), *map(_way, last.work)), tuple(rows), say("chapter.cost.caption"))
    work = joined([say("chapter.work", name=_way(name), work=count) for name, count in last.work.items()])
    picture = FigureBlock("costs", say("chapter.figure.costs"), say("alt.chapter.costs", n=last.n, work=work), record)
    return [_text("cost", **said), TableBlock(table), picture, _slip("cost")]


def _way(name: str) -> str:
    return say(f"mode.{name}") if name in ("forward", "reverse") else label(name)


def _check(record: Chapter) -> list[Block]:
    rows = [
        (
            say(f"chapter.case.{c.case}"),
            c.expression,
            point(c.at),
            c.gradient or say("chapter.by_tape"),
            short(c.error),
            word(c.chapter),
            word(c.verdict),
        )
        for c in record.checks
    ]
    headers = headed("example", "function", "point", "gradient", "error", "chapter", "remainder")
    table = Table(headers, tuple(rows), say("chapter.check.caption"))
    return [_text("check"), TableBlock(table)]


def _symbolic(record: Chapter) -> list[Block]:
    choice, loop = record.branching
    rows = [(exact(b.x), str(b.lines), exact(b.slope), exact(b.expected)) for b in loop.branches]
    headers = ("a", *headed("recorded", "slope"), "1/(2 sqrt(a))")
    return [
        _text("if", expression=choice.code, derivative=choice.symbolic),
        Listing(loop.code, say("chapter.while.listing")),
        _text("while", reason=loop.reason),
        TableBlock(Table(headers, tuple(rows), say("chapter.while.caption"))),
        _slip("closed"),
    ]


# --- graphs, modes, operations -------------------------------------------------------------------------------------------
def _tree(record: Chapter, i: int) -> list[Block]:
    return [_picture(record.tree[i], f"tree-{TREE[i]}", say(f"chapter.tree.{TREE[i]}"))]


def _values(record: Chapter) -> Prose:
    graph = record.tree[1]
    return _text("values", at=point(graph.at), value=short(graph.nodes[-1].value))


def _gradient(graph: Graph) -> str:
    return say("comma").join(f"df/d{n.text} = {short(n.adjoint)}" for n in graph.nodes if n.role == "input")


def _modes(record: Chapter) -> TableBlock:
    rows = [(say(f"mode.{m.mode}"), str(m.sweeps), str(m.products), str(m.wasted)) for m in record.modes]
    headers = headed("mode", "sweeps", "products", "wasted")
    return TableBlock(Table(headers, tuple(rows), say("chapter.modes.caption")))


def _rules(record: Chapter) -> TableBlock:
    rows = [
        (r.expression, point(r.at), short(r.value), _pair(r.gradient), _pair(r.chapter), short(r.along)) for r in record.rules
    ]
    headers = headed("operation", "point", "value", "here", "chapter", "along")
    return TableBlock(Table(headers, tuple(rows), say("chapter.rules.caption")))


def _pair(gradient: dict[str, float]) -> str:
    return ", ".join(short(slope) for slope in gradient.values())


def _composite(record: Chapter) -> list[Block]:
    graph = record.composite
    value = short(record.composite_listing.gradient["x"])
    return [
        _text("composite", at=point(graph.at)),
        _picture(graph, "composite", say("chapter.figure.composite")),
        Listing(record.composite_listing.code, say("listing.staged")),
        _slip("composite", value=value),
    ]


# --- the neuron, the exercise, matrices ----------------------------------------------------------------------------------
def _sigmoid(record: Chapter) -> list[Block]:
    four, one = record.neuron
    t = {"t": short(record.saturated)}
    gates = {gate.form: gate for gate in record.gates}
    rows = [
        (say(f"chapter.gate.{g.form}"), str(g.forward), str(g.reverse), str(g.forward + g.reverse), short(g.error, 2))
        for g in record.gates
    ]
    totals = {form: gate.forward + gate.reverse for form, gate in gates.items()}
    headers = headed("form", "forward", "reverse", "together", "error")
    return [
        _text("neuron", before=four.operations, after=one.operations),
        _picture(four, "neuron-gates", say("chapter.neuron.four")),
        _picture(one, "neuron-sigmoid", say("chapter.neuron.one")),
        _text("gates", **t, **totals, error=short(gates["fused"].error, 2)),
        TableBlock(Table(headers, tuple(rows), say("chapter.gates.caption", **t))),
        Listing(record.neuron_listing.code, say("chapter.neuron.listing")),
        Listing(record.neuron_fused.code, say("chapter.neuron.listing.fused")),
        _slip("reciprocal"),
    ]


def _exercise(record: Chapter) -> list[Block]:
    listing = record.exercise_listing
    gradient = say("comma").join(f"df/d{name} = {exact(slope)}" for name, slope in listing.gradient.items())
    return [
        _text("exercise"),
        _picture(record.exercise, "exercise", say("chapter.figure.exercise")),
        Listing(listing.code, say("listing.staged")),
        _text("exercise.result", value=exact(listing.value), gradient=gradient),
    ]


def _matrix(record: Chapter) -> list[Block]:
    w, x = (_shape(shape) for shape in record.products[0].shapes[:2])
    rows = [
        (
            p.name,
            p.formula,
            f"({_shape(p.shapes[0])})({_shape(p.shapes[1])}) -> {_shape(p.shapes[2])}",
            *(short(x, 2) for x in (p.difference, p.error)),
        )
        for p in record.products
    ]
    headers = headed("name", "product", "shapes", "difference", "step")
    return [
        _text("matrix", w=w, x=x),
        TableBlock(Table(headers, tuple(rows), say("chapter.matrix.caption"))),
        Listing(NUMPY.format(w=w.replace(" x ", ", "), x=x.replace(" x ", ", ")), say("chapter.matrix.listing")),
        _slip("matrix"),
    ]


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
