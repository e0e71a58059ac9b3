"""Python callables recorded as Programs: operators, NumPy functions, choices, and what cannot be recorded."""

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit import tape


def test_a_callable_gives_the_program_that_its_text_gives():
    """Operators, reflected operators, powers, NumPy functions and names of parameters."""
    f = dk.trace(lambda x, y: 2 * np.sin(x) ** 3 / (1 - y) + abs(-x) - np.hypot(x, 3), (0.5, 2))
    assert f == dk.parse("2*sin(x)^3/(1 - y) + abs(-x) - hypot(x, 3)")


def test_the_branch_of_the_point_is_recorded():
    """if, while and recursion run on the values at the point."""

    def root(a):
        x = a
        while abs(x * x - a) > 1e-12:
            x = 0.5 * (x + a / x)
        return x if a > 0 else -a

    assert tape.gradient(root, 2.0) == pytest.approx(0.5 / math.sqrt(2), rel=1e-12)


def test_points_by_name_and_functions_of_several_outputs():
    """A dict calls by keyword; a tuple of results is several outputs."""
    assert tape.gradient(lambda x, y: x * y, {"y": 3, "x": 2}) == {"y": 2.0, "x": 3.0}
    assert tape.jacobian(lambda x, y: (x * y, x / y), (6, 2)) == ((2.0, 6.0), (0.5, -1.5))
    assert tape.gradient(lambda *v: v[0] * v[1], (2, 3)) == (3.0, 2.0)


@pytest.mark.parametrize("f", [lambda x: math.sin(x), lambda x: float(x), lambda x: int(x) * x])
def test_what_would_lose_the_derivative_is_refused(f):
    """math.sin, float() and int() of a traced value."""
    with pytest.raises(dk.InputError) as caught:
        tape.gradient(f, 1.0)
    what, where, remedy = str(caught.value).split("\n")
    assert what == "a traced value was turned into a plain float, which loses its derivative"
    assert where.startswith("    test_tracing.py, line ")
    assert "lambda x: math.sin(x)" in where
    assert remedy == "    use NumPy's functions (np.sin, not math.sin) and leave out float()"


def test_numpy_functions_without_a_row_are_refused():
    """Each with its reason."""
    with pytest.raises(dk.InputError, match=r"numpy\.spacing cannot be recorded"):
        tape.gradient(lambda x: np.spacing(x), 1.0)
    with pytest.raises(dk.InputError, match="an input cannot be called 'e'"):
        dk.trace(lambda e: e * 2, 1.0)
