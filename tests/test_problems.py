"""The corpus: every problem reads, is explained, and is what its tags say."""

import pickle

import pytest

from diffkit.errors import NumberError, UsageError
from diffkit.language import parse
from diffkit.problems import PROBLEMS, Problem, by_name
from diffkit.truth import derivative

STATUS = {"kink", "jump", "singular", "domain"}
NAMES = [problem.name for problem in PROBLEMS]


def test_size_and_names() -> None:
    """At least forty problems, each with a name of its own."""
    assert len(PROBLEMS) >= 40
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("problem", PROBLEMS, ids=NAMES)
def test_reads_and_is_explained(problem: Problem) -> None:
    """Each expression parses, back to itself too; the point gives every input; why and source are told."""
    program = parse(problem.expression)
    assert set(program.inputs) == set(problem.at)
    assert parse(str(program)) == program
    assert problem.why and problem.source
    assert pickle.loads(pickle.dumps(problem)) == problem


@pytest.mark.parametrize("problem", PROBLEMS, ids=NAMES)
def test_is_what_it_says(problem: Problem) -> None:
    """A problem without derivative has the status its tag names; every other one has a certified derivative."""
    promised = STATUS & set(problem.tags)
    if not promised:
        assert all(result.status in {"ok", "underflow"} for result in derivative(problem.expression, problem.at).values())
        return
    assert not problem.smooth
    with pytest.raises(NumberError) as caught:
        derivative(problem.expression, problem.at)
    assert {caught.value.status} == promised


def test_by_name_guesses() -> None:
    """A misspelt name is answered with the one that was meant."""
    assert by_name("rump").at == {"a": 77617.0, "b": 33096.0}
    with pytest.raises(UsageError) as caught:
        by_name("rosenbrok")
    assert str(caught.value) == "no problem is called 'rosenbrok'\n    did you mean 'rosenbrock'?"
    with pytest.raises(UsageError) as caught:
        by_name("0")
    assert str(caught.value) == "no problem is called '0'\n    diffkit.problems.PROBLEMS lists them"
