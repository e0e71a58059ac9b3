"""What the schemes call: functions and points in every form a user may give them."""

from collections.abc import Callable, Sequence
from typing import Any

from diffkit.errors import UsageError
from diffkit.messages import say
from diffkit.points import like


def as_callable(f: Any) -> Callable[..., Any]:
    """A callable from a callable or a text."""
    if isinstance(f, str):
        from diffkit.language import parse

        return parse(f)
    if not callable(f):
        raise UsageError(f"a function is a text, a Program or a Python callable, not {type(f).__name__}")
    return f  # type: ignore[no-any-return]


def is_array(x: Any) -> bool:
    return getattr(x, "ndim", 0) > 0


def elementwise(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f on arrays: in one call if it takes arrays, else one element after the other."""
    import numpy as np

    def vectorised(x: Any) -> Any:
        try:
            with np.errstate(all="ignore"):
                y = np.asarray(f(x))
            if y.dtype.kind == "c":
                raise unfit(y.flat[0])
            y = y.astype(float, copy=False)
        except (TypeError, ValueError):  # math.sin of an array, `if x > 0` of an array
            return np.array([float(f(float(t))) for t in x.ravel()]).reshape(x.shape)
        return np.broadcast_to(y, x.shape)

    return vectorised


def unfit(y: Any) -> UsageError:
    """What to say of a value of f that is no real number."""
    return UsageError(say("estimate.unfit", kind=type(y).__name__), remedy=say("estimate.unfit.remedy"))


def real(x: Any) -> Any:
    """A float for a whole number, of Python's or NumPy's; Fractions and other exact numbers stay."""
    return float(x) if hasattr(x, "__index__") else x


def coordinates(
    f: Callable[..., Any], at: Any
) -> tuple[Callable[[Sequence[Any]], Any], list[Any], Callable[[Sequence[Any]], Any]]:
    """f as a function of a list of coordinates, the coordinates, and the way back to the form of ``at``."""
    if isinstance(at, dict):
        return lambda x: f(**dict(zip(at, x))), [real(x) for x in at.values()], lambda r: dict(zip(at, r))
    if isinstance(at, (tuple, list)):
        return lambda x: f(*x), [real(x) for x in at], lambda r: like(at, r)
    if is_array(at):
        return _array_coordinates(f, at)
    return lambda x: f(x[0]), [real(at)], lambda r: r[0]


def _array_coordinates(
    f: Callable[..., Any], at: Any
) -> tuple[Callable[[Sequence[Any]], Any], list[Any], Callable[[Sequence[Any]], Any]]:
    import numpy as np

    names = getattr(f, "inputs", None)  # a Program takes its inputs one by one, a callable the array whole
    if names is not None and len(names) != 1:
        return lambda x: f(*x), [float(x) for x in at.ravel()], lambda r: np.array(r).reshape(at.shape)
    return (
        lambda x: f(np.array(x).reshape(at.shape)),
        [float(x) for x in at.ravel()],
        lambda r: np.array(r).reshape(np.shape(r[0])[:0] + at.shape + np.shape(r[0])),
    )
