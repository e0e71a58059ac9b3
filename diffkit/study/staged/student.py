"""Runs a student's file, in a process of its own, and writes what it assigned and what each variable should hand back.

Settings come by standard input, the answer goes to a file that they name, so that what the student's code prints, reads or
closes is no part of it.  The forward part ends where the output is assigned for the last time.
"""

import ast
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from diffkit.namespaces import get
from diffkit.study.staged.reads import CALL, ITEM, READ, Reads, assigned, right_hand_side, statements
from diffkit.study.staged.remembering import Remembering, ancestors, forgotten, handed_back, teach_math

LONGEST = 100  # list that is looked at item by item
COMPOUND = (ast.For, ast.While, ast.With, ast.Try)
NAME = "<student>"


class Student:
    """The statements of a file, and what happens when they run."""

    def __init__(self, path: str, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self.path, self.inputs = path, {*inputs}
        self.statements = statements(Path(path).read_bytes(), Path(path).name)
        names = [{*assigned(s)} for s in self.statements]
        self.output = next((name for name in outputs if any(name in found for found in names)), outputs[0])
        self.ends = max((i for i, found in enumerate(names) if self.output in found), default=-1)
        self.rows: list[dict[str, Any]] = []
        self.uses: list[tuple[int, str, int]] = []  # the number of the read, the variable, the place of the number read
        self.lost: set[int] = set()  # places of numbers that a function has forgotten
        self.reads, self.line = Reads(), 0

    def run(self, remember: bool = True) -> dict[str, Any]:
        """Every assignment, every use, and the line that failed; without memory if code fails that only then does."""
        self.rows, self.uses, self.lost, self.reads = [], [], set(), Reads()
        Remembering.all.clear()
        self.room: dict[str, Any] = {
            "__name__": "__main__",
            "__file__": self.path,
            READ: self.read,
            ITEM: self.item,
            CALL: self.call,
        }
        root: Any = None
        for i, whole in enumerate(self.statements):
            forward = i <= self.ends
            try:
                self.carry_out(whole, forward, forward and remember)
            except BaseException as error:
                if isinstance(error, SystemExit) and whole is self.statements[-1]:
                    break
                if forward and remember:
                    return self.run(remember=False)
                return self.answer(root, [self.line, f"{type(error).__name__}: {error}"[:200].rstrip(": ")])
            if i == self.ends:
                root = self.room.get(self.output)
                self.room |= {k: float(x) for k, x in self.room.items() if isinstance(x, Remembering)}
        return self.answer(root)

    def carry_out(self, statement: ast.stmt, forward: bool, remember: bool) -> None:
        """Run a statement and note what it assigned; of a choice the statements that are chosen."""
        self.line = statement.lineno
        if isinstance(statement, ast.If):
            test = self.reads.changed(ast.copy_location(ast.Expr(statement.test), statement)) if remember else None
            expression = test.value if isinstance(test, ast.Expr) else statement.test
            for inner in (
                statement.body if eval(compile(ast.Expression(expression), NAME, "eval"), self.room) else statement.orelse
            ):
                self.carry_out(inner, forward, remember)
            return
        before = {name: value for target in {*assigned(statement)} for name, value in self.numbers(target)}
        changed = self.reads.changed(statement) if remember else statement
        exec(compile(ast.Module([changed], []), NAME, "exec"), self.room)
        self.rows += self.assignments(statement, before, forward)

    def answer(self, root: Any, failed: list[Any] | None = None) -> dict[str, Any]:
        """What the file did."""
        uses = list(self.handed(root))
        return {"rows": self.rows, "uses": uses, "failed": failed, "output": self.output, "often": self.often()}

    # --- what it reads -----------------------------------------------------------------------------------------------
    def read(self, k: int, name: str, value: Any) -> Any:
        """What a name is read as: numbers remember that they were read here; whole numbers that count something are left."""
        counts = isinstance(value, int) and name not in self.inputs
        return value if counts or not _number(value) else self.used(k, name, value)

    def item(self, k: int, name: str, value: Any, i: Any) -> Any:
        """The same for an item."""
        found = value[i]
        if not _number(found) or not isinstance(i, int):
            return found
        label = f"{name}[{i % len(value)}]"
        counts = isinstance(found, int) and self.inputs.isdisjoint(spellings(label))
        return found if counts else self.used(k, label, found)

    def call(self, function: Any, *operands: Any, **options: Any) -> Any:
        """The result of a function, and a note of what it has forgotten."""
        found = function(*operands, **options)
        self.lost.update(forgotten(function, [*operands, *options.values()], found))
        return found

    def used(self, k: int, name: str, value: Any) -> Remembering:
        """A number that remembers where it was read."""
        number = Remembering(value, [(value.place, 1.0)] if isinstance(value, Remembering) else ())
        self.uses.append((k, name, number.place))
        return number

    def handed(self, output: Any) -> Iterator[dict[str, Any]]:
        """What each variable hands back through each place that reads it."""
        bars, vague = handed_back(output), ancestors(self.lost)
        total: Counter[tuple[int, str]] = Counter()
        for k, name, place in self.uses:
            total[k, name] += bars.get(place, 0.0)  # type: ignore[assignment]
        unsure = {name for _, name, place in self.uses if place in vague}
        for (k, name), value in total.items():
            read = self.reads.found[k]
            yield {"name": name, "line": read.line, "via": read.via, "handed": value, "sure": name not in unsure}

    # --- what it assigns ---------------------------------------------------------------------------------------------
    def numbers(self, name: str) -> Iterator[tuple[str, float]]:
        """A variable's number, or the numbers of its list."""
        value = self.room.get(name)
        if _number(value):
            yield name, float(value)  # type: ignore[arg-type]
        elif isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) == 1:
            items = list(value[:LONGEST])  # type: ignore[index]
            yield from ((f"{name}[{i}]", float(x)) for i, x in enumerate(items) if _number(x))

    def assignments(self, statement: ast.stmt, before: dict[str, float], forward: bool) -> Iterator[dict[str, Any]]:
        """The numbers that a statement assigned; of an item of a list only if it changed."""
        reads, augmented = right_hand_side(statement), isinstance(statement, ast.AugAssign)
        by_item = isinstance(statement, (ast.Assign, ast.AugAssign)) and not any(
            isinstance(t, (ast.Name, ast.Tuple)) for t in getattr(statement, "targets", [getattr(statement, "target", None)])
        )
        for target in dict.fromkeys(assigned(statement)):
            added = augmented or (target in reads and not by_item)
            for name, value in self.numbers(target):
                if by_item and before.get(name) == value:
                    continue
                row = {"line": statement.lineno, "name": name, "value": value, "forward": forward, "reads": reads}
                old = before.get(name, 0.0) if added else 0.0
                yield row | {"before": old, "loop": isinstance(statement, COMPOUND)}

    def often(self) -> list[str]:
        """The variables that the forward part sets more than once, so that their names alone say no longer what is meant."""
        count: Counter[str] = Counter()
        for statement in self.statements[: self.ends + 1]:
            count.update({*assigned(statement)})
            if isinstance(statement, (ast.For, ast.While)):
                count.update(assigned(statement))
        return [name for name, times in count.items() if times > 1]


def spellings(label: str) -> list[str]:
    """What an item may be called in a formula: w[0], w0 or w_0."""
    name, _, i = label.rstrip("]").partition("[")
    return [label, name + i, f"{name}_{i}"] if i else [label]


def _number(value: Any) -> bool:
    return (isinstance(value, Real) and not isinstance(value, bool)) or getattr(value, "shape", None) == ()


def limit(size: int) -> None:
    """Let no more than that many bytes be taken, where the system can see to it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Run the file that standard input names, and write the answer."""
    settings = json.load(sys.stdin)
    path = settings["path"]
    sys.argv, sys.path[:0] = [path], [str(Path(path).resolve().parent)]
    get("math")  # before its functions learn to remember
    teach_math()
    limit(settings["memory"])
    try:
        answer = Student(path, settings["inputs"], settings["outputs"]).run()
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
        answer = {"unreadable": f"{type(error).__name__}: {error}"[:200]}
    Path(settings["answer"]).write_text(json.dumps(answer), encoding="utf-8")
    os._exit(0)  # threads and exit functions of the student's are no part of the answer


if __name__ == "__main__":
    main()
