"""The functions of the chapter on automatic differentiation, with the points at which it takes them.

The chapter calls the result of its first graph e, which is 2.718... here; it is f.
"""

from typing import Any

TREE, TREE_AT = "c = a + b; d = b + 1; f = c*d", {"a": 2.0, "b": 1.0}
SMOOTH, SMOOTH_AT = "sin(x)", 1.0  # the chapter names none for its orders of accuracy
COMPOSITE, COMPOSITE_AT = "q = x + y; f = q*z", {"x": -2.0, "y": 5.0, "z": -4.0}
NEURON = "dot = w0*x0 + w1*x1 + w2; f = 1/(1 + exp(-dot))"
NEURON_FUSED = "dot = w0*x0 + w1*x1 + w2; f = sigmoid(dot)"
NEURON_AT = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
EXERCISE = (
    "sigy = sigmoid(y); num = x + sigy; sigx = sigmoid(x); xpy = x + y; "
    "xpysqr = xpy^2; den = sigx + xpysqr; invden = 1/den; f = num*invden"
)
EXERCISE_AT = {"x": 3.0, "y": -4.0}
RULES = (  # an operation, a point, and the derivatives that the chapter's rule gives there
    ("x + y", {"x": 3.0, "y": -4.0}, {"x": 1.0, "y": 1.0}),
    ("x*y", {"x": 3.0, "y": -4.0}, {"x": -4.0, "y": 3.0}),
    ("max(x, y)", {"x": 3.0, "y": -4.0}, {"x": 1.0, "y": 0.0}),
    ("max(x, y)", {"x": 3.0, "y": 3.0}, {"x": 1.0, "y": 1.0}),
)
CHECKS = (  # a case, a function, a point, a gradient, whether it is right
    ("right", "(x + sigmoid(y))/(sigmoid(x) + (x + y)^2)", EXERCISE_AT, None),
    ("slip", "x*x", {"x": 3.0}, "x"),
    ("steep", "sin(1000*x)", {"x": 1.0}, "1000*cos(1000*x)"),
    ("offset", "100000000 + x", {"x": 1.0}, "1"),
    ("small", "exp(x)", {"x": 1.0}, "exp(x)*(1 + 5e-8)"),
)
SIGMOID = "1/(1 + exp(-t))"
GATES = (  # the sigmoid and its derivative, which reads what the forward sweep has computed: as four gates, and as one
    ("four", None),
    ("fused", "s = 1/(1 + exp(-t)); s, s*(1 - s)"),
    ("stable", "q = exp(-abs(t)); g = 1 + q; where(t >= 0, 1, q)/g, q/g/g"),
)
SATURATED = 20.0  # where s*(1 - s) has lost half of its digits
W, X = (5, 10), (10, 3)  # shapes of the layer D = W X
INPUTS = (1, 2, 4, 8, 16, 32, 64)  # of the functions whose gradients are counted
IF, IF_POINTS = "x^2 if x > 0 else -x", (-1.0, 0.5)
WHILE_POINTS = (2.0, 9.0, 100.0)


def root(a: Any) -> Any:
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = (x + a / x) / 2
    return x


def neuron(n: int) -> str:
    """A neuron with n weights, its data being fixed."""
    return f"sigmoid({' + '.join(f'w{i}*{(i + 1) / n}' for i in range(n))})"
