"""The judge: what of an answer holds against the truth, and what many such verdicts come to.

Violation: |value - truth| > claimed error + ulp(truth), where a derivative exists and value and claim are numbers.
Silent wrong answer: the participant stands by an answer that is off by more than it claims, and by more than 1 %.
Where no derivative exists an answer is off by its distance to the farther of the two one-sided slopes.
"""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import mpmath

from calibration.corpus import DIGITS, Case
from calibration.participants import Answer

SERIOUS = 0.01  # relative error from which a wrong answer is called silent
SHARP = 1e-6  # relative claim below which a bar is called sharp


class Verdict(NamedTuple):
    """One answer beside the truth."""

    case: Case
    answer: Answer
    error: float  # |value - truth|
    size: float  # |truth|
    violated: bool
    silent: bool

    @property
    def relative(self) -> float:
        """The relative error: inf where there was no answer, or truth 0 was missed."""
        return quotient(self.error, self.size)

    @property
    def relative_claim(self) -> float:
        """The claimed error relative to the truth."""
        return quotient(self.answer.claimed, self.size)

    @property
    def excess(self) -> float:
        """True over stated error, with the ulp that is allowed: a violation if above 1."""
        return quotient(self.error, self.answer.claimed + (math.ulp(self.size) if math.isfinite(self.size) else 0.0))

    @property
    def claims(self) -> bool:
        """Whether value and claimed error are numbers."""
        return math.isfinite(self.answer.value) and math.isfinite(self.answer.claimed)


def quotient(a: float, b: float) -> float:
    """a/b with 0/0 = 0 and inf for what is no number."""
    return a / b if b and a == a and math.isfinite(b) else 0.0 if a == 0 else math.inf


def judge(case: Case, answer: Answer) -> Verdict:
    """Hold one answer against the truth."""
    with mpmath.workdps(DIGITS):
        exact = max(abs(mpmath.mpf(answer.value) - slope) for slope in (case.low, case.high))
        size = float(max(abs(case.low), abs(case.high)))
        claims = math.isfinite(answer.value) and math.isfinite(answer.claimed)
        beyond = claims and exact > answer.claimed + (math.ulp(size) if math.isfinite(size) else 0.0)
        error = math.inf if mpmath.isnan(exact) else float(exact)
    wrong = beyond and answer.stands and quotient(error, size) > SERIOUS
    return Verdict(case, answer, error, size, beyond and case.differentiable, wrong)


class Summary(NamedTuple):
    """What the verdicts on one participant come to."""

    cases: int  # where a derivative exists
    elsewhere: int  # where none does
    claims: int
    violations: int
    stood_by: int  # claims it stands by
    violations_stood_by: int
    worst: float  # largest true/stated error of a claim
    silent: int
    silent_on_hard: int
    refused_on_smooth: int
    median_relative: float  # on smooth functions, as are those below
    ninety_percent: float
    median_slack: float  # claimed/true
    sharp: float  # share of bars below 1e-6 of the derivative
    evaluations: float
    milliseconds: float


def summary(verdicts: Sequence[Verdict]) -> Summary:
    """Count and take quantiles."""
    there = [v for v in verdicts if v.case.differentiable]
    claims, violations = [v for v in there if v.claims], [v for v in there if v.violated]
    smooth, silent = [v for v in verdicts if not v.case.function.hard], [v for v in verdicts if v.silent]
    return Summary(
        cases=len(there),
        elsewhere=len(verdicts) - len(there),
        claims=len(claims),
        violations=len(violations),
        stood_by=sum(v.answer.stands for v in claims),
        violations_stood_by=sum(v.answer.stands for v in violations),
        worst=max((v.excess for v in claims), default=math.nan),
        silent=len(silent),
        silent_on_hard=sum(v.case.function.hard for v in silent),
        refused_on_smooth=sum(not v.claims for v in smooth),
        median_relative=quantile([v.relative for v in smooth], 0.5),
        ninety_percent=quantile([v.relative for v in smooth], 0.9),
        median_slack=quantile([quotient(v.answer.claimed, v.error) for v in smooth if v.error], 0.5),
        sharp=sum(v.claims and v.relative_claim < SHARP for v in smooth) / max(len(smooth), 1),
        evaluations=median(v.answer.evaluations for v in verdicts),
        milliseconds=1e3 * median(v.answer.seconds for v in verdicts),
    )


def quantile(numbers: Sequence[float], share: float) -> float:
    """The smallest number that this share of them does not exceed; nan of none."""
    return sorted(numbers)[max(math.ceil(share * len(numbers)) - 1, 0)] if numbers else math.nan
