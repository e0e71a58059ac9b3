"""How well the errors of difference quotients are predicted before they are measured: over the corpus, and nine functions.

For every input of every smooth problem the sweep predicts the error of D+, D-, D0 and Richardson at every step, from the tape
(noise) and proved derivatives (truncation), with nothing fitted.  Two questions are asked of each:

- where rounding rules, what is the median of measured over predicted error?  It should lie between 0.3 and 3.
- how much larger is the error measured around the predicted step than the best that neighbouring steps reach together?
  It should be at most 3 times as large.

    python scripts/predict.py [--out reports/prediction.md] [NAME ...]
"""

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from diffkit.problems import PROBLEMS, Problem, by_name
from diffkit.results import Scheme
from diffkit.study import sweep

OUT = Path(__file__).resolve().parent.parent / "reports" / "prediction.md"
LOW, HIGH, FACTOR = 0.3, 3.0, 3.0
SCHEMES = ("D+", "D-", "D0", "richardson")
NINE = (  # the headline, four that cancel or amplify, four of other kinds
    "squire-trapp",
    "one-minus-cos-0.01",
    "expanded-power",
    "root-difference-1e+06",
    "logistic-12",
    "log",
    "nested-trigonometry",
    "runge",
    "self-power",
)


class Row(NamedTuple):
    """One input of one problem: its schemes, all of them predicted and measured."""

    problem: Problem
    wrt: str
    schemes: tuple[Scheme, ...]

    def ratio(self) -> float | None:
        """The median over the schemes that have a rounding branch; None where f is computed exactly, and so has none."""
        known = [s.ratio for s in self.schemes if s.ratio is not None and s.cause != "exact"]
        return statistics.median(known) if known else None

    def far(self) -> list[float]:
        """For each scheme the error around its predicted step over the best of the envelope."""
        return [s.error_there / s.error_envelope for s in self.schemes if s.h_predicted and s.error_there and s.error_envelope]

    def causes(self) -> str:
        """The names of the reasons why measured and predicted differ, where they do."""
        return ", ".join(dict.fromkeys(s.cause for s in self.schemes if s.cause))


def measure(problems: Sequence[Problem]) -> list[Row]:
    """Every input of every problem."""
    return [
        Row(problem, name, sweep.measure(problem.expression, dict(problem.at), name, SCHEMES, []).schemes)
        for problem in problems
        for name in problem.at
    ]


def share(hits: Sequence[bool]) -> str:
    """How many of how many, and in percent."""
    return f"{sum(hits)} of {len(hits)} ({100 * sum(hits) / max(1, len(hits)):.1f} %)"


def in_band(rows: Sequence[Row]) -> list[bool]:
    """For each input with a rounding branch: is its median of measured over predicted between 0.3 and 3?"""
    return [LOW <= ratio <= HIGH for row in rows if (ratio := row.ratio()) is not None]


def schemes_in_band(rows: Sequence[Row]) -> list[bool]:
    """The same for each scheme of each input."""
    known = [s for row in rows for s in row.schemes if s.ratio is not None and s.cause != "exact"]
    return [LOW <= (s.ratio or 0.0) <= HIGH for s in known]


def near_best(rows: Sequence[Row]) -> list[bool]:
    """For each scheme with a predicted step: is the error there within 3 times the best of the envelope?"""
    return [far <= FACTOR for row in rows for far in row.far()]


def report(rows: Sequence[Row]) -> str:
    """The page: the answers first, then every input."""
    lines = [
        "# Predicted before measured",
        "",
        *(__doc__ or "").split("\n\n")[1].splitlines(),
        "",
        f"- Median of measured over predicted between {LOW} and {HIGH:g} where rounding rules: "
        f"{share(in_band(rows))} of the inputs, {share(schemes_in_band(rows))} of their schemes.",
        f"- Error at the predicted step within {FACTOR:g} times the best of the envelope: {share(near_best(rows))}.",
        f"- Sums of the four parts beside the errors measured: largest relative gap {worst_residue(rows):.1e}.",
        "",
        "Inputs without a number have no rounding branch (f is computed exactly there, or nothing is divided by h), or no best "
        "step (nothing is cut off). A cause stands where a ratio of a scheme lies outside of 1/3 to 3.",
        "",
        "| problem | input | " + " | ".join(SCHEMES) + " | median | worst at h* / best | cause |",
        "|---|---|" + "---:|" * (len(SCHEMES) + 2) + "---|",
        *map(line, rows),
        "",
        "A ratio of 0.00 belongs to errors far smaller than predicted: f is exact at these points, or its values stand",
        "still. One far above 3 belongs to an f whose roundings most likely cancel, and here by chance do not. A large last",
        "number belongs to a scheme that is exact at some steps, such as D0 on a parabola: beside them any other step looks bad.",
        "",
        "## The problems",
        "",
        "| problem | formula | point |",
        "|---|---|---|",
        *map(problem_line, dict.fromkeys(row.problem.name for row in rows)),
    ]
    return "\n".join(lines) + "\n"


def worst_residue(rows: Sequence[Row]) -> float:
    """The largest proved bound of what parts miss their sum by, relative."""
    return max(sample.residue or 0.0 for row in rows for scheme in row.schemes for sample in scheme.samples)


def line(row: Row) -> str:
    """One row of the table."""
    numbers = [*(s.ratio for s in row.schemes), row.ratio(), max(row.far(), default=None)]
    shown = ["-" if x is None else f"{x:.2f}" if x < 100 else f"{x:.1e}" for x in numbers]
    return f"| {row.problem.name} | {row.wrt} | {' | '.join(shown)} | {row.causes()} |"


def problem_line(name: str) -> str:
    """What a problem is."""
    problem = by_name(name)
    formula = problem.expression.replace("|", r"\|")
    return f"| {name} | `{formula}` | {', '.join(f'{x} = {value:.6g}' for x, value in problem.at.items())} |"


def main() -> None:
    """Print the page and write it."""
    parser = argparse.ArgumentParser(description="How well errors are predicted before they are measured.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="problems of the corpus; by default all that are smooth")
    parser.add_argument("--out", type=Path, default=OUT, help="the file to write")
    given = parser.parse_args()
    text = report(measure([by_name(name) for name in given.names] or [p for p in PROBLEMS if p.smooth]))
    print(text)
    given.out.write_text(text, encoding="utf-8")
    print(f"wrote {given.out}")


if __name__ == "__main__":
    main()
