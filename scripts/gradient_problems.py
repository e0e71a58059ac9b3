"""The problems of benchmark_gradients.py, each written once for every library that speaks NumPy.

A problem is a function of the module it computes with (``math`` or NumPy, or a peer's stand-in for them) that gives the
function to differentiate.  Where a library cannot read it as it stands, such as a loop under JAX, its own form is in
`gradient_peers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

STEPS = 10_000
DICE = np.random.default_rng(2024)


class Problem(NamedTuple):
    """A function, where it is differentiated, and what it is compared on."""

    name: str
    f: Callable[[Any], Callable[..., Any]]  # module -> function
    at: tuple[Any, ...]
    numbers: bool  # plain Python on numbers, or NumPy on arrays?
    loop: str  # the family that peers write in their own way
    data: tuple[Any, ...] = ()  # arrays that are not differentiated by


def tiny(xp: Any) -> Callable[..., Any]:
    """3 inputs, 25 operations."""

    def f(x: Any, y: Any, z: Any) -> Any:
        a = x * y + xp.sin(z)
        b = xp.exp(-a * a / 10.0) + x / y
        c = xp.log(1.0 + b * b) * z - a
        d = xp.sqrt(c * c + b * b + 1.0)
        return d * a / (1.0 + z * z) + x * b - c

    return f


def logistic(xp: Any) -> Callable[..., Any]:
    """The logistic map at the end of its period doublings, where derivatives neither vanish nor explode."""

    def f(x: Any, r: Any) -> Any:
        for _ in range(STEPS):
            x = r * x * (1.0 - x)
        return x

    return f


def rosenbrock_loop(xp: Any) -> Callable[..., Any]:
    """Rosenbrock's sum, number by number."""

    def f(x: Any) -> Any:
        total = 0.0
        for i in range(len(x) - 1):
            total += 100.0 * (x[i + 1] - x[i] * x[i]) ** 2 + (1.0 - x[i]) ** 2
        return total

    return f


def rosenbrock(xp: Any) -> Callable[..., Any]:
    """Rosenbrock's sum, in arrays."""
    return lambda x: (100.0 * (x[1:] - x[:-1] * x[:-1]) ** 2 + (1.0 - x[:-1]) ** 2).sum()


def product_loop(xp: Any) -> Callable[..., Any]:
    """x1 x2 ... xn, number by number (Speelpenning 1980)."""

    def f(x: Any) -> Any:
        found = x[0]
        for i in range(1, len(x)):
            found = found * x[i]
        return found

    return f


def product(xp: Any) -> Callable[..., Any]:
    """The same by prod."""
    return lambda x: xp.prod(x)


def perceptron(data: Any, wanted: Any) -> Callable[[Any], Callable[..., Any]]:
    """Two layers of sigmoids and the mean square of what they miss."""

    def problem(xp: Any) -> Callable[..., Any]:
        def sigmoid(z: Any) -> Any:
            return 1.0 / (1.0 + xp.exp(-z))

        X, Y = xp.asarray(data), xp.asarray(wanted)

        def f(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
            missed = sigmoid(sigmoid(X @ w1 + b1) @ w2 + b2) - Y
            return (missed * missed).sum() / len(data)

        return f

    return problem


def log_sum_exp(xp: Any) -> Callable[..., Any]:
    """log(sum(exp(x))), shifted by the largest."""

    def f(x: Any) -> Any:
        top = x.max()
        return xp.log(xp.exp(x - top).sum()) + top

    return f


def mixture(points: Any) -> Callable[[Any], Callable[..., Any]]:
    """The log-likelihood of a mixture of Gaussians with diagonal covariances."""

    def problem(xp: Any) -> Callable[..., Any]:
        D = xp.asarray(points)

        def f(alpha: Any, mean: Any, log_sigma: Any) -> Any:
            away = (D[:, None, :] - mean[None, :, :]) * xp.exp(-log_sigma)[None, :, :]
            terms = alpha - log_sigma.sum(axis=1) - 0.5 * (away * away).sum(axis=2)
            inner = xp.log(xp.exp(terms).sum(axis=1)).sum()
            return inner - len(points) * xp.log(xp.exp(alpha).sum())

        return f

    return problem


def chain(xp: Any) -> Callable[..., Any]:
    """30 operations on each of 10^6 elements."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(5):
            y = xp.tanh(y * x + 0.5)
            y = xp.exp(y * -0.5) - x
        return y.sum()

    return f


def layers(width: int) -> Problem:
    """The perceptron of one width, on a batch of 256."""
    random = DICE.standard_normal
    data = random((256, width)), DICE.random((256, 10))
    at = (random((width, width)) / width**0.5, random(width), random((width, 10)) / width**0.5, random(10))
    return Problem(f"perceptron {width}", perceptron(*data), at, False, "perceptron", data)


def problems() -> list[Problem]:
    """All of them."""
    found = [
        Problem("tiny expression", tiny, (0.3, 1.2, 0.7), True, "tiny"),
        Problem("logistic loop 10^4", logistic, (0.3, 3.5699456), True, "logistic"),
        Problem("product loop 10^3", product_loop, (DICE.uniform(0.9, 1.1, 1000),), True, "product"),
        Problem("product by prod 10^3", product, (DICE.uniform(0.9, 1.1, 1000),), False, "prod"),
    ]
    for power in (2, 4):
        found.append(Problem(f"Rosenbrock loop 10^{power}", rosenbrock_loop, (DICE.random(10**power),), True, "rosenbrock"))
    for power in (2, 4, 6):
        found.append(Problem(f"Rosenbrock 10^{power}", rosenbrock, (DICE.random(10**power),), False, "rosenbrock arrays"))
    points = DICE.standard_normal((1000, 2))
    parameters = tuple(DICE.standard_normal(shape) for shape in (5, (5, 2), (5, 2)))
    found += [
        layers(64),
        layers(256),
        Problem("log-sum-exp 10^5", log_sum_exp, (DICE.standard_normal(10**5),), False, "log-sum-exp"),
        Problem("Gaussian mixture", mixture(points), parameters, False, "mixture", (points,)),
        Problem("chain of 30 on 10^6", chain, (DICE.random(10**6),), False, "chain"),
    ]
    return found
