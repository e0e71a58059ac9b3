"""Forward mode: directional derivatives, forms of points, agreement with the definition."""

import numpy as np
import pytest

from diffkit import tangent


def test_the_chapter_graph_by_forward_mode():
    """(a+b)(b+1) at a = 2, b = 1 by b: 5; by a: 2."""
    assert tangent.jvp("(a + b)*(b + 1)", (2, 1), (0, 1)) == (6.0, 5.0)
    assert tangent.jvp("(a + b)*(b + 1)", {"a": 2, "b": 1}, {"a": 1, "b": 0}) == (6.0, 2.0)


def test_a_directional_derivative_is_linear_in_the_direction():
    """jvp along 3u + v is 3 jvp(u) + jvp(v)."""
    f, at = "x*sin(y) + exp(x*y)", (0.5, 0.7)
    u, v = tangent.jvp(f, at, (1, 0))[1], tangent.jvp(f, at, (0, 1))[1]
    assert tangent.jvp(f, at, (3, 1))[1] == pytest.approx(3 * u + v, rel=1e-15)


def test_forms_of_points_and_several_outputs():
    """Structured like the point; arrays element by element; a Jacobian by columns."""
    assert tangent.derivative("x^3", 2) == 12.0
    assert tangent.derivative("x^3", np.array([1.0, 2.0])).tolist() == [3.0, 12.0]
    assert tangent.gradient("x*y", {"x": 2, "y": 3}) == {"x": 3.0, "y": 2.0}
    assert tangent.jacobian("x*y, x/y", (6, 2)) == ((2.0, 6.0), (0.5, -1.5))
    assert tangent.jacobian("x*y", (6, 2)) == ((2.0, 6.0),)
    assert tangent.derivative("3 + 0*x", 1.0) == 0.0
