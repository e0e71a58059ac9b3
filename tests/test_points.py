"""Points in every form, and what is no point."""

import numpy as np
import pytest

import diffkit as dk
from diffkit.points import prepare


@pytest.mark.parametrize(
    ("at", "values", "back"),
    [
        ((1, 2), [1.0, 2.0], (10.0, 20.0)),
        ([1, 2], [1.0, 2.0], [10.0, 20.0]),
        ({"y": 2, "x": 1}, [1.0, 2.0], {"y": 20.0, "x": 10.0}),
    ],
)
def test_results_have_the_form_of_the_point(at, values, back):
    """Tuple, list and dict, whose order is kept."""
    _, found, restore = prepare("x - y", at)
    assert found == values
    assert restore([10.0, 20.0]) == back
    assert isinstance(back, dict) is False or list(restore([10.0, 20.0])) == list(at)


def test_arrays():
    """One coordinate an element for several inputs; one array for one input."""
    _, values, restore = prepare("x - y", np.array([1.0, 2.0]))
    assert values == [1.0, 2.0]
    assert restore([3.0, 4.0]).tolist() == [3.0, 4.0]
    assert prepare("x", np.array([1.0, 2.0]))[1][0].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("f", "at", "message"),
    [
        ("x + y", {"x": 1}, "no value for y\n    its inputs are x, y"),
        ("sin(y)", {"x": 1}, "no value for y; the function has no input 'x'\n    its inputs are y"),
        ("sinx", {"x": 1}, "no value for sinx; the function has no input 'x'\n    did you mean sin(x)?"),
        ("x*coshx", {"x": 1}, "no value for coshx\n    did you mean cosh(x)?"),
        ("x", {"x": 1, "z": 2}, "the function has no input 'z'\n    its inputs are x"),
        ("x + y", (1,), "the point has 1 coordinate, the function 2 inputs\n    its inputs are x, y"),
        ("x + y", 1, "the point has 1 coordinate, the function 2 inputs\n    its inputs are x, y"),
        ("3", 1, "the point has 1 coordinate, the function 0 inputs\n    its inputs are none: it is constant"),
        ("x", "abc", "a coordinate must be a real number, not 'abc'"),
        ("x", {"x": 1j}, "a coordinate must be a real number, not '1j'"),
        ("x", {"x": None}, "a coordinate must be a real number, not 'None'"),
        (3, 1, "a function is a text, a Program or a Python callable, not int"),
    ],
)
def test_what_is_no_point(f, at, message):
    """Each with the place and the remedy."""
    with pytest.raises(dk.UsageError) as caught:
        prepare(f, at)
    assert str(caught.value) == message


def test_texts_and_complex_arrays_are_no_coordinates_and_named_tuples_are_points():
    """A number written as text is a slip; a named tuple comes back as one."""
    from typing import NamedTuple

    class P(NamedTuple):
        x: float
        y: float

    for at in ("3", {"x": "3"}, np.array([1j])):
        with pytest.raises(dk.UsageError, match="a coordinate must be a real number"):
            prepare("x", at)
    assert prepare("x*y", P(2, 3))[2]([1.0, 2.0]) == P(1.0, 2.0)
