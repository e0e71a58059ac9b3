"""Runs hand-staged code statement by statement; prints, as JSON, what it assigned and what it should have handed back.

It is run as a program of its own (``python -m diffkit.study.staged.student FILE OUTPUT``), because it runs the student's file.

Letters: ``t`` is a variable of the forward part, which ends where the output is assigned for the last time.  What t hands
through one statement is found by moving t in that statement alone, by -2h, -h, h and 2h (Richardson's extrapolation).
"""

import ast
import json
import sys
from contextlib import redirect_stdout
from typing import Any

H = 2.0**-12  # relative to the size of what is moved: truncation and rounding both stay below 1e-10


class Code:
    """The statements of a file."""

    def __init__(self, text: str, output: str) -> None:
        self.statements = ast.parse(text).body
        self.compiled = [compile(ast.Module([s], []), "<student>", "exec") for s in self.statements]
        self.ends = max((i for i, s in enumerate(self.statements) if output in assigned(s)), default=-1)
        self.output = output

    def forward(self, moved: int = -1, name: str = "", by: float = 0.0) -> float:
        """The output, with one variable moved in one statement."""
        room: dict[str, Any] = {}
        for i, code in enumerate(self.compiled[: self.ends + 1]):
            kept: Any = room.get(name)
            if i == moved:
                room[name] = kept + by
            exec(code, room)
            if i == moved and name not in assigned(self.statements[i]):
                room[name] = kept
        return float(room[self.output])

    def handed(self, i: int, name: str, value: float) -> float:
        """The derivative of the output by a variable, through one statement."""
        h = H * max(abs(value), 1.0)
        wide, narrow = ((self.forward(i, name, k * h) - self.forward(i, name, -k * h)) / (2 * k * h) for k in (2, 1))
        return (4 * narrow - wide) / 3

    def run(self) -> dict[str, Any]:
        """Every assignment of a number, and what each variable hands back through each statement that reads it."""
        room: dict[str, Any] = {}
        assignments: list[dict[str, Any]] = []
        uses: list[dict[str, Any]] = []
        for i, (statement, code) in enumerate(zip(self.statements, self.compiled, strict=True)):
            before = {name: room.get(name) for name in assigned(statement)}
            if i <= self.ends:
                uses += [
                    {"statement": i, "name": name, "value": room[name]} for name in read(statement) if number(room.get(name))
                ]
            try:
                exec(code, room)
            except Exception as error:
                return {"assignments": assignments, "uses": [], "failed": [statement.lineno, f"{type(error).__name__}: {error}"]}
            for name, old in before.items():
                if number(room.get(name)):
                    added = isinstance(statement, ast.AugAssign) and number(old)
                    row = {"line": statement.lineno, "name": name, "value": float(room[name]), "added": added}
                    assignments.append(row | {"before": float(old or 0.0) if added else 0.0, "forward": i <= self.ends})
        for use in uses:
            use["line"] = self.statements[use["statement"]].lineno
            use["handed"] = self.handed(use["statement"], use["name"], float(use.pop("value")))
        return {"assignments": assignments, "uses": uses, "failed": None}


def assigned(statement: ast.stmt) -> list[str]:
    """The variables that a statement assigns, those inside a loop or branch included."""
    return [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def read(statement: ast.stmt) -> list[str]:
    """The variables that a statement reads, each once; what ``x += 1`` adds to is read too."""
    found = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    added = [s.target.id for s in ast.walk(statement) if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)]
    return list(dict.fromkeys([*found, *added]))


def number(value: Any) -> bool:
    """Is it a number that can be moved?"""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def main(path: str, output: str) -> None:
    """Run the file and print what it did; what the file prints goes to standard error."""
    with redirect_stdout(sys.stderr), open(path, encoding="utf-8") as file:
        found = Code(file.read(), output).run()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
