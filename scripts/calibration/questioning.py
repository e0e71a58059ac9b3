"""Asking participants in processes of their own: one that never returns is ended, and that counts as a refusal."""

import os
import warnings
from collections.abc import Iterator, Sequence
from math import nan
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from calibration.corpus import Case
from calibration.participants import Answer, Participant, ask

PATIENCE = 2.0  # seconds a call; the slowest median is a thousandth of that
FORK: Any = get_context("fork")  # beware: formulas are lambdas, which only a forked process inherits


def answers(participant: Participant, cases: Sequence[Case]) -> Iterator[Answer]:
    """Yield one answer a case, in order."""
    ask(participant, np.sin, 1.0)  # what it imports on first use is neither timed nor imported again
    done = 0
    while done < len(cases):
        receiving, sending = FORK.Pipe(duplex=False)
        process = FORK.Process(target=_answer, args=(sending, participant, cases[done:]), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 dislikes a fork beside BLAS's idle threads
            process.start()
        while done < len(cases) and receiving.poll(PATIENCE):
            yield receiving.recv()
            done += 1
        process.kill()
        process.join()
        if done < len(cases):
            yield Answer(nan, nan, False, "no answer", 0, PATIENCE)
            done += 1


def _answer(sending: Connection, participant: Participant, cases: Sequence[Case]) -> None:
    for stream in (1, 2):  # LAPACK complains there of what a peer hands it
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    for case in cases:
        sending.send(ask(participant, case.function, case.x))
