"""How large the derivative grows, how long that takes and what it does to the accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say, word
from diffkit.results.record import Record
from diffkit.tables import Table, clip, count, headed, short


@dataclass(frozen=True, eq=False, kw_only=True)
class Form(Data):
    """One way to write f or its derivative: how large it is, how long it takes, how far it errs.

    Sizes are defined in `diffkit.counting`; native ones are SymPy's own, whose sums and products have any number of
    operands.  Swell compares with f, `intermediate_swell` with the largest tree on the way to this form; they are decimals
    as text, since they may exceed every float.  Errors are relative, over the points of an interval.
    """

    form: str
    tree_size: int = field(repr=False)  # repr() refuses more than 4300 digits
    dag_size: int
    operations: int
    status: str = "ok"
    reason: str = ""
    seconds: float | None = None
    n: int | None = None
    depth: int | None = None
    path_length: int | None = field(default=None, repr=False)
    characters: int | None = field(default=None, repr=False)
    pages: int | None = field(default=None, repr=False)
    sharing: str = ""
    swell_tree: str = ""
    swell_dag: str = ""
    intermediate_swell: str = ""
    native_tree: int | None = field(default=None, repr=False)
    native_dag: int | None = None
    native_operations: int | None = None
    evaluation_seconds: float | None = None
    largest_error: float | None = None
    median_error: float | None = None
    points: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Swell(Record):
    """How large the derivative grows, form by form; in a family every form carries its n, or its order."""

    study: ClassVar[str] = "swell"
    expression: str
    at: dict[str, float]
    wrt: str
    forms: tuple[Form, ...]
    parameter: str = "n"
    interval: tuple[float, float] | None = None
    points: int | None = None
    definition: str = ""

    def headline(self) -> list[str]:
        """Return expression and variable."""
        key = "constant" if not self.wrt else "orders" if self.parameter == "order" else "headline"
        return [say(f"swell.{key}", expression=clip(self.expression), name=clip(self.wrt, 40))]

    def family(self) -> bool:
        """Tell whether the forms carry an n."""
        return any(form.n is not None for form in self.forms)

    def judged(self) -> bool:
        """Tell whether errors were measured."""
        return any(form.largest_error is not None for form in self.forms)

    def shown(self, form: str, n: int | None) -> str:
        """Return the name of a form; of the n-th derivative where n is an order."""
        marks = "'" * (n or 1) if (n or 1) <= 3 else f"^({n})"
        return word(form).replace("f'", f"f{marks}", 1) if self.parameter == "order" else word(form)

    def of(self, form: str) -> list[Form]:
        """Return the rows of one form that exist, by n."""
        return sorted((f for f in self.forms if f.form == form and f.status == "ok"), key=lambda f: f.n or 0)

    def table(self) -> Table:
        """Return one row a form."""
        number = [word(self.parameter)] * self.family()
        errors = headed("evaluation", "largest-error", "median-error") if self.judged() else ()
        sizes = headed("tree", "dag", "operations", "depth", "pages", "swell", "native", "seconds")
        headers = (*headed("form"), *number, *sizes, *errors, *headed("status"))
        rows = [(*self._cells(f), *_row(f, bool(errors)), word(f.status)) for f in self.forms]
        said = say("swell.caption", name=clip(self.wrt, 40)) if self.wrt else say("stop", text=self.headline()[0])
        return Table(headers, tuple(rows), said, self.notes())

    def details(self) -> Table:
        """Return what else is counted, of the forms that exist."""
        number = [word(self.parameter)] * self.family()
        counted = headed(
            "sharing", "path-length", "characters", "swell-dag", "intermediate", "native", "native-dag", "native-ops"
        )
        rows = tuple((*self._cells(f), *_details(f)) for f in self.forms if f.status == "ok")
        return Table((*headed("form"), *number, *counted), rows, say("swell.details"))

    def _cells(self, form: Form) -> tuple[str, ...]:
        """The first cells of a row: the form, and its n."""
        return self.shown(form.form, form.n), *([_whole(form.n)] if self.family() else [])

    def notes(self) -> tuple[str, ...]:
        """Return what the errors are, and why forms are missing: once for all forms alike, at the first and the last n."""
        reasons = [say("colon", name=self._name(*key), text=forms[0].reason) for key, forms in self._reasons()]
        if self.interval is None:
            return tuple(reasons)
        low, high = map(short, self.interval)
        points = [f.points for f in self.forms if f.points is not None]
        drawn = self.points or max(points, default=0)
        key = "no_errors" if not any(points) else "fewer" if min(points) < drawn else "errors"
        return (say(f"swell.{key}", points=min(points, default=0), drawn=drawn, low=low, high=high), *reasons)

    def _name(self, forms: tuple[str, ...], n: int | None) -> str:
        name = say("comma").join(self.shown(form, n) for form in forms)
        return name if n is None else say("row.at", row=name, parameter=word(self.parameter), n=n)

    def _reasons(self) -> list[tuple[tuple[tuple[str, ...], int | None], list[Form]]]:
        """Reasons by forms and n; what was not tried because a smaller n gave up has none of its own."""
        alike: dict[tuple[int | None, str], list[Form]] = {}
        for form in self.forms:
            if form.reason and form.status != "not tried":
                alike.setdefault((form.n, form.reason), []).append(form)
        found = [((tuple(f.form for f in forms), n), forms) for (n, _), forms in alike.items()]
        kind = [(names, forms[0].status) for (names, _), forms in found]
        return [item for item, k in zip(found, _ends(kind), strict=True) if k]

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a form."""
        return (form.to_dict() for form in self.forms)


def _ends(kinds: Sequence[object]) -> list[bool]:
    """For each whether it is the first or the last of its kind."""
    last = {kind: i for i, kind in enumerate(kinds)}
    return [kind not in kinds[:i] or last[kind] == i for i, kind in enumerate(kinds)]


def _row(form: Form, errors: bool) -> tuple[str, ...]:
    sizes = (form.tree_size, form.dag_size, form.operations, form.depth, form.pages)
    known = [_whole(size) for size in sizes] if form.status == "ok" else ["-"] * len(sizes)
    times = [short(form.evaluation_seconds), short(form.largest_error), short(form.median_error)] if errors else []
    return (*known, form.swell_tree or "-", _whole(form.native_tree), short(form.seconds), *times)


def _details(form: Form) -> tuple[str, ...]:
    ratios = (form.swell_dag or "-", form.intermediate_swell or "-")
    native = (form.native_tree, form.native_dag, form.native_operations)
    return (form.sharing or "-", _whole(form.path_length), _whole(form.characters), *ratios, *map(_whole, native))


def _whole(n: int | None) -> str:
    return "-" if n is None else count(n)
