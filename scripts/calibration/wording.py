"""The sentences of the page."""

from calibration.corpus import DIGITS
from calibration.features import CLEAR
from calibration.judge import SERIOUS, SHARP
from calibration.questioning import PATIENCE

MEANING = {
    "case": "one function at one point; the function is float64 code, the points are seeded by its name and a number, and all "
    "participants are asked the same with their default settings",
    "truth": f"the derivative of the formula, by mpmath with {DIGITS} digits and right to 50 or more; for quantised, "
    "single-precision or noisy f it is that of the formula without rounding or noise",
    "claim": "value and stated error are both finite numbers",
    "violation": "|value - truth| > stated error + 1 ulp of the truth (the rounding of the value itself), where a derivative "
    "exists; counted whether or not the participant flags the answer, and again among the claims it stands by",
    "silent wrong answer": "the participant stands by its answer, which is off by more than it states and by more than "
    f"{SERIOUS:.0%}; where no derivative exists (kink, jump, pole, end of the domain), off means off the farther of the slopes "
    "on the left and on the right, so that 0 +- 1 for |x| at 0 is honest and 0 +- 0 is not",
    "refusal": f"no finite claim: nan, inf, an exception, or no answer within {PATIENCE:g} s",
    "slack": "stated error over true error: 1 is sharp, below 1 is too small; a bar that holds by being wide is worth little",
    "sharp bar": f"stated error below {SHARP:g} of the derivative",
    "evaluations": "of f, counted from outside by wrapping it, one an element of an array",
}
SEEN = (
    "The estimator was mended at the points of seed {development} and at others like them; of its {claims} claims there, "
    "{violations} are now too small, and {silent} answers silently wrong. "
    "All other figures on this page are of seed {seed}: fresh points."
)
ABSENT = "Not asked: libraries that state no error (mpmath.diff, findiff, statsmodels), and derivkit, which states a proxy of it."
FUNCTIONS = (
    "Violations among the cases with a derivative, in brackets the silent wrong answers among all cases; "
    "then the median relative error where a derivative exists."
)
BEYOND = (
    "One feature of random amplitude (1e-12 to 10) and length (1e-12 to 1) is added to a smooth function, on a random "
    f"side of the point; drawn again until its values exceed {CLEAR} roundings of f and its length {CLEAR} ulps of x, so "
    "that it can be seen by looking there. Violations in % of the claims, in brackets silent wrong answers in % of the cases."
)
NOWHERE = "At none of the {cases} cases above."
ELSEWHERE = (
    "Beside a feature of any size, in the next section, {violations} of {claims} stated errors ({share} %) are too small, and "
    "{silent} answers silently wrong: a kink, a root or a peak far smaller than f or nearer to x than the steps that decide is "
    "not always seen."
)
AGAIN = (
    "`pip install 'diffkit[peers]'`, then `python scripts/calibrate.py`. "
    "All figures but the times are the same on every run with the same versions."
)
CAPTION = (
    "Stated against true error of each answer, both relative to the derivative. What lies above the diagonal holds, what lies "
    "below it was too small; the nearer above, the sharper. Errors beyond the axes, exact zeros among them, lie on the frame."
)
ALT = "Scatter plots, one a participant: stated relative error against true relative error, with the diagonal."
