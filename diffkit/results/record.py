"""What a record is: plain data that says what it holds by `headline`, `table` and `raw`, from which every rendering derives."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from diffkit.codec import Data, expect
from diffkit.errors import InputError, UsageError
from diffkit.tables import Table, clip, plain, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1


class Record(Data):
    """The result of a study; a subclass says what it holds by `headline`, `table` and `raw`."""

    STUDIES: ClassVar[dict[str, type[Record]]] = {}
    study: ClassVar[str]
    schema: ClassVar[int] = SCHEMA
    expression: str
    at: dict[str, float]

    def __init_subclass__(cls) -> None:
        Record.STUDIES[cls.study] = cls  # beware: every subclass names its study

    def headline(self) -> list[str]:
        """Return the lines that stand above the table in a terminal."""
        raise NotImplementedError

    def table(self) -> Table:
        """Return the table that every textual rendering shows."""
        raise NotImplementedError

    def raw(self) -> Iterator[dict[str, object]]:
        """Yield the rows of the CSV file, unrounded, all with the same keys."""
        raise NotImplementedError

    def prose(self) -> list[str]:
        """Return the headline as lines that any terminal prints."""
        return [line for sentence in self.headline() for line in wrapped(plain(sentence))]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document: study, schema, version, then the fields."""
        version = sys.modules["diffkit"].__version__
        return {"study": self.study, "schema": self.schema, "diffkit": version, **super().to_dict()}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return the record of a JSON document; `Record.from_dict` reads that of any study.

        Raises
        ------
        InputError
            The document is of another study or schema, or a value is missing or of another kind.
        """
        kind = Record.STUDIES.get(str(saved.get("study")))
        study, schema = (plain(clip(repr(saved.get(key)), 40)) for key in ("study", "schema"))
        if kind is None or not issubclass(kind, cls):
            raise InputError(f"the saved result is of another study: {study}")
        if saved.get("schema") != SCHEMA:
            raise InputError(f"the saved result has schema {schema}; this version reads schema {SCHEMA}")
        return super(Record, kind).from_dict(saved)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the record of a JSON text.

        Raises
        ------
        InputError
            It is no JSON, or not a result of ours.
        """
        try:
            saved = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError("the saved result is no JSON", where=clip(str(error))) from None
        return cls.from_dict(expect(saved, dict, "the document"))

    def to_json(self) -> str:
        """Return the document as strict JSON: non-finite numbers are strings."""
        return json.dumps(self.to_dict(), allow_nan=False, indent=1, ensure_ascii=False) + "\n"

    def to_csv(self) -> str:
        """Return the unrounded rows as CSV, the first line naming the columns."""
        import csv
        import io

        rows = list(self.raw())
        file = io.StringIO()
        header = [list(row) for row in rows[:1]]
        csv.writer(file, lineterminator="\n").writerows([*header, *(row.values() for row in rows)])
        return file.getvalue()

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        from diffkit.render.markdown import table

        return table(self.table())

    def to_latex(self) -> str:
        """Return the table as LaTeX, for the package booktabs."""
        from diffkit.render.latex import table

        return table(self.table())

    def _repr_html_(self) -> str:
        from diffkit.render.html import table

        return table(self.table())

    def plot(self) -> Figure:
        """Return the picture of this record.

        Raises
        ------
        UsageError
            A result of this study has no picture.
        """
        from diffkit.figures import pictures

        drawn = next(iter(pictures(self).values()), None)
        if drawn is None:
            raise UsageError(f"a result of the study '{self.study}' has no picture")
        return drawn

    def __str__(self) -> str:
        return "\n".join([*self.prose(), "", str(self.table())])
