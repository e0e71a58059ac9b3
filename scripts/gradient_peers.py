"""Who takes part in benchmark_gradients.py: each makes, of a problem, a call that answers with value and gradient.

A participant whose library is not installed, or that cannot express a problem, raises `Absent` with the reason, and the table
says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from gradient_problems import STEPS, Problem

Call = Callable[[], tuple[Any, Any]]


class AbsentError(Exception):
    """Why a participant does not take part in a problem."""


def library(name: str) -> Any:
    """An installed library, or the reason why its participant is absent."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise AbsentError("not installed") from None


def bare(problem: Problem) -> Callable[[], Any]:
    """f itself: in plain Python, on floats and lists, or in NumPy."""
    f = problem.f(math if problem.numbers else np)
    at = tuple(x.tolist() if problem.numbers and hasattr(x, "tolist") else x for x in problem.at)
    return lambda: f(*at)


# --- diffkit -----------------------------------------------------------------------------------------------------------
def eager(problem: Problem) -> Call:
    """diffkit's tape, recorded at every call."""
    from diffkit import tape

    f = problem.f(np)
    return lambda: tape.value_and_gradient(f, problem.at)


def compiled(problem: Problem, fast: bool = False) -> Call:
    """diffkit's tape, recorded once."""
    from diffkit import tape

    g = tape.compile(problem.f(np), problem.at, fast=fast)
    return lambda: g(problem.at)


def compiled_fast(problem: Problem) -> Call:
    """The same with numba."""
    library("numba")
    return compiled(problem, fast=True)


# --- peers -------------------------------------------------------------------------------------------------------------
def autograd(problem: Problem) -> Call:
    """HIPS autograd."""
    places = tuple(range(len(problem.at)))
    gradient = library("autograd").value_and_grad(problem.f(library("autograd.numpy")), places)
    return lambda: gradient(*problem.at)


def pytorch(problem: Problem) -> Call:
    """PyTorch without a compiler."""
    torch = library("torch")
    torch.set_num_threads(1)

    class Module:
        """torch under NumPy's names."""

        def __getattr__(self, name: str) -> Any:
            return getattr(torch, name)

        def asarray(self, x: Any) -> Any:
            return torch.tensor(x, dtype=torch.float64)

    f = problem.f(Module())

    def call() -> tuple[Any, Any]:
        at = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in problem.at]
        value = f(*at)
        value.backward()
        return value.item(), tuple(x.grad.numpy() for x in at)

    return call


def jax(problem: Problem) -> Call:
    """JAX, compiled for the CPU; loops by scan."""
    jax, jnp = library("jax"), library("jax.numpy")
    jax.config.update("jax_enable_x64", True)

    def scanned(step: Any, start: Any, along: Any) -> Any:
        return jax.lax.scan(lambda carry, x: (step(carry, x), None), start, along)[0]

    forms: dict[str, Callable[..., Any]] = {
        "logistic": lambda x, r: jax.lax.scan(lambda y, _: (r * y * (1.0 - y), None), x, None, length=STEPS)[0],
        "product": lambda x: scanned(lambda p, y: p * y, x[0], x[1:]),
        "rosenbrock": lambda x: scanned(
            lambda s, xy: s + 100.0 * (xy[1] - xy[0] * xy[0]) ** 2 + (1.0 - xy[0]) ** 2, 0.0, (x[:-1], x[1:])
        ),
    }
    f = forms.get(problem.loop, problem.f(jnp))
    gradient = jax.jit(jax.value_and_grad(f, tuple(range(len(problem.at)))))
    at = tuple(jnp.asarray(x) for x in problem.at)

    def call() -> tuple[Any, Any]:
        value, slopes = gradient(*at)
        jax.block_until_ready(slopes)
        return value, slopes

    return call


def casadi(problem: Problem) -> Call:
    """CasADi: SX on numbers, MX on arrays, in its own virtual machine."""
    ca = library("casadi")
    kind = ca.SX if problem.numbers or problem.loop == "prod" else ca.MX
    at = [kind.sym(f"x{i}", *(np.shape(x) or (1,))) for i, x in enumerate(problem.at)]
    f = _casadi_form(ca, problem)(*at)
    function = ca.Function("g", at, [f, *(ca.gradient(f, x) for x in at)])

    def call() -> tuple[Any, Any]:
        value, *slopes = function(*problem.at)
        return float(value), tuple(np.asarray(s) for s in slopes)

    return call


def _casadi_form(ca: Any, problem: Problem) -> Callable[..., Any]:
    """The problem in CasADi's own words, where it does not read NumPy's."""

    def perceptron(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        X, Y = map(ca.DM, problem.data)

        def layer(z: Any, b: Any) -> Any:
            return 1.0 / (1.0 + ca.exp(-(z + ca.repmat(b.T, 256, 1))))

        missed = layer(layer(X @ w1, b1) @ w2, b2) - Y
        return ca.sumsqr(missed) / 256

    def mixture(alpha: Any, mean: Any, log_sigma: Any) -> Any:
        D, terms = ca.DM(problem.data[0]), []
        for k in range(5):
            away = (D - ca.repmat(mean[k, :], 1000, 1)) * ca.repmat(ca.exp(-log_sigma[k, :]), 1000, 1)
            terms.append(alpha[k] - ca.sum2(log_sigma[k, :]) - 0.5 * ca.sum2(away * away))
        return ca.sum1(ca.log(ca.sum2(ca.exp(ca.horzcat(*terms))))) - 1000 * ca.log(ca.sum1(ca.exp(alpha)))

    def on_elements(x: Any) -> Any:
        return problem.f(ca)(ca.vertsplit(x)) if x.numel() > 1 else problem.f(ca)(x)

    def chained(x: Any) -> Any:
        y = x
        for _ in range(5):
            y = ca.exp(ca.tanh(y * x + 0.5) * -0.5) - x
        return ca.sum1(y)

    forms: dict[str, Callable[..., Any]] = {
        "tiny": lambda *at: problem.f(ca)(*at),
        "logistic": lambda *at: problem.f(ca)(*at),
        "product": on_elements,
        "rosenbrock": on_elements,
        "prod": lambda x: math.prod(ca.vertsplit(x)[1:], start=ca.vertsplit(x)[0]),
        "rosenbrock arrays": lambda x: ca.sum1(100.0 * (x[1:] - x[:-1] * x[:-1]) ** 2 + (1.0 - x[:-1]) ** 2),
        "log-sum-exp": lambda x: ca.log(ca.sum1(ca.exp(x - ca.mmax(x)))) + ca.mmax(x),
        "perceptron": perceptron,
        "mixture": mixture,
        "chain": chained,
    }
    return forms[problem.loop]


def micrograd(problem: Problem) -> Call:
    """micrograd: numbers only, + - * / and powers."""
    engine = library("micrograd.engine")
    if not problem.numbers:
        raise AbsentError("numbers only")
    if problem.loop == "tiny":
        raise AbsentError("no sin, exp, log")

    def call() -> tuple[Any, Any]:
        at = [[engine.Value(x) for x in np.ravel(part)] for part in problem.at]
        value = problem.f(None)(*(x if np.ndim(part) else x[0] for x, part in zip(at, problem.at)))
        value.backward()
        return value.data, tuple(np.array([x.grad for x in part]) for part in at)

    return call


def sympy(problem: Problem) -> Call:
    """SymPy's derivative, common subexpressions shared, written as Python with math."""
    import sympy

    count = sum(np.size(x) for x in problem.at)
    if not problem.numbers or count > 100 or problem.loop == "logistic":
        raise AbsentError("expressions of this size take it minutes")
    at = [sympy.symbols(f"x{i}_:{np.size(x)}") for i, x in enumerate(problem.at)]
    f = problem.f(sympy)(*(x if np.ndim(part) else x[0] for x, part in zip(at, problem.at)))
    flat = [x for part in at for x in part]
    function = sympy.lambdify(flat, [f, *(sympy.diff(f, x) for x in flat)], modules="math", cse=True)
    numbers = [float(x) for part in problem.at for x in np.ravel(part)]

    def call() -> tuple[Any, Any]:
        value, *slopes = function(*numbers)
        return value, slopes

    return call


# --- the limit: written by hand -------------------------------------------------------------------------------------------
def by_hand(problem: Problem) -> Call:
    """Forward and reverse sweep by hand, compiled by numba."""
    numba = library("numba")
    written: dict[str, Callable[..., Any]] = {
        "logistic": _logistic,
        "product": _product,
        "rosenbrock": _rosenbrock,
        "tiny": _tiny,
    }
    if not problem.numbers:
        raise AbsentError("for numbers and loops")
    function = numba.njit(written[problem.loop], error_model="numpy")
    return lambda: function(*problem.at)


def _tiny(x: float, y: float, z: float) -> Any:
    sz = math.sin(z)
    a = x * y + sz
    e, q = math.exp(-a * a / 10.0), x / y
    b = e + q
    u = 1.0 + b * b
    lg = math.log(u)
    c = lg * z - a
    d = math.sqrt(c * c + b * b + 1.0)
    w = 1.0 + z * z
    f = d * a / w + x * b - c
    dd, da = a / w, d / w
    dc = dd * c / d - 1.0
    db = x + dd * b / d + dc * z * 2.0 * b / u
    da += -dc - db * e * a / 5.0
    dz = dc * lg - 2.0 * z * d * a / (w * w) + da * math.cos(z)
    return f, (b + db / y + da * y, -db * q / y + da * x, dz)


def _logistic(x: float, r: float) -> Any:
    kept = np.empty(STEPS)
    for i in range(STEPS):
        kept[i] = x
        x = r * x * (1.0 - x)
    dx, dr = 1.0, 0.0
    for i in range(STEPS - 1, -1, -1):
        y = kept[i]
        dr += dx * y * (1.0 - y)
        dx *= r * (1.0 - 2.0 * y)
    return x, (dx, dr)


def _product(x: Any) -> Any:
    n = x.size
    slopes = np.empty(n)
    p = 1.0
    for i in range(n):
        slopes[i] = p
        p *= x[i]
    bar = 1.0
    for i in range(n - 1, -1, -1):
        slopes[i] *= bar
        bar *= x[i]
    return p, (slopes,)


def _rosenbrock(x: Any) -> Any:
    slopes = np.zeros(x.size)
    total = 0.0
    for i in range(x.size - 1):
        a, b = x[i + 1] - x[i] * x[i], 1.0 - x[i]
        total += 100.0 * a * a + b * b
        slopes[i] -= 400.0 * a * x[i] + 2.0 * b
        slopes[i + 1] = 200.0 * a
    return total, (slopes,)


PARTICIPANTS: dict[str, Callable[[Problem], Call]] = {
    "diffkit eager": eager,
    "diffkit compiled": compiled,
    "diffkit + fast": compiled_fast,
    "autograd": autograd,
    "PyTorch": pytorch,
    "JAX jit": jax,
    "CasADi": casadi,
    "micrograd": micrograd,
    "SymPy cse": sympy,
    "by hand": by_hand,
}
