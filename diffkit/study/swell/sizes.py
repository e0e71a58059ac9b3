"""Rows of a swell study: the sizes of every form beside those of f."""

from collections.abc import Mapping

from diffkit.results import Form
from diffkit.study.swell.forms import STEPS, SYMBOLIC, Written
from diffkit.tables import quotient

FORWARD, REVERSE, TAPE, EMITTED, TAYLOR = "f' forward", "f' reverse", "f' tape", "f' emitted", "f' Taylor"
ORDER = ("f", *STEPS, FORWARD, REVERSE, TAPE, EMITTED, TAYLOR)  # of the rows


def rows(written: Mapping[str, Written], n: int | None) -> list[Form]:
    f, raw = written["f"].sizes, written.get(SYMBOLIC)
    largest = max(sizes.tree for sizes in (f, raw and raw.sizes) if sizes is not None) if f else 0
    ordered = [written[name] for name in ORDER if name in written]
    return [_row(w, n, f.tree if f else 0, f.dag if f else 0, largest) for w in ordered]


def _row(w: Written, n: int | None, tree: int, dag: int, largest: int) -> Form:
    """The row of one form, beside a function of that tree and graph; ``largest`` is the largest tree before this one."""
    if w.sizes is None:
        return Form(form=w.name, n=n, tree_size=0, dag_size=0, operations=0, status=w.status, reason=w.reason, seconds=w.seconds)
    s, native = w.sizes, w.native or (None, None, None)
    derived = w.name != "f"
    return Form(
        form=w.name,
        n=n,
        tree_size=s.tree,
        dag_size=s.dag,
        operations=s.operations,
        seconds=w.seconds if derived else None,
        depth=s.depth,
        path_length=s.path_length,
        characters=s.characters,
        pages=s.pages,
        sharing=quotient(s.tree, s.dag),
        swell_tree=quotient(s.tree, tree) if derived and tree else "",
        swell_dag=quotient(s.dag, dag) if derived and dag else "",
        intermediate_swell=quotient(max(largest, s.tree), s.tree) if w.name in STEPS else "",
        native_tree=native[0],
        native_dag=native[1],
        native_operations=native[2],
    )
