"""How large the derivative grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from diffkit.codec import Data
from diffkit.messages import say, word
from diffkit.results.record import Record
from diffkit.tables import Table, clip, count, headed, short


@dataclass(frozen=True, eq=False, kw_only=True)
class Form(Data):
    """One way to write f or its derivative, and how large it is."""

    form: str
    tree_size: int = field(repr=False)  # repr() refuses more than 4300 digits
    dag_size: int
    operations: int
    status: str = "ok"
    reason: str = ""
    seconds: float | None = None
    n: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Swell(Record):
    """How large the derivative grows, form by form; in a family every form carries its n."""

    study: ClassVar[str] = "swell"
    expression: str
    at: dict[str, float]
    wrt: str
    forms: tuple[Form, ...]

    def headline(self) -> list[str]:
        """Return expression and variable."""
        return [say("swell.headline" if self.wrt else "swell.constant", expression=clip(self.expression), name=self.wrt)]

    def table(self) -> Table:
        """Return one row a form."""
        family = any(f.n is not None for f in self.forms)
        headers = (*headed("form"), *["n"] * family, *headed("tree", "dag", "operations", "seconds", "status"))
        rows = [
            (word(f.form), *["-" if f.n is None else str(f.n)] * family, *_sizes(f), short(f.seconds), f.status)
            for f in self.forms
        ]
        notes = tuple(say("colon", name=word(f.form), text=f.reason) for f in self.forms if f.reason)
        said = say("swell.caption", name=self.wrt) if self.wrt else say("stop", text=self.headline()[0])
        return Table(headers, tuple(rows), said, notes)

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield one row a form."""
        return (f.to_dict() for f in self.forms)


def _sizes(form: Form) -> tuple[str, ...]:
    known = form.status == "ok"
    return tuple(count(size) if known else "-" for size in (form.tree_size, form.dag_size, form.operations))
