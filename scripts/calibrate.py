"""Measure whether the errors hold that diffkit and its peers state with their derivatives; writes reports/calibration.*.

python scripts/calibrate.py [--points 40] [--seed 1] [--out FOLDER]
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from calibration import page, picture, speed
from calibration.corpus import DEVELOPMENT, Case, cases
from calibration.features import FEATURES, featured
from calibration.hard import HARD
from calibration.judge import Verdict, judge, summary
from calibration.participants import OURS, PEERS, Participant
from calibration.questioning import answers
from calibration.smooth import SMOOTH
from calibration.staircases import FAMILIES, stepped

FRESH = 1  # the seed of the published points
REPORTS = Path(__file__).resolve().parent.parent / "reports"


def ask_all(participants: Sequence[Participant], blocks: Sequence[Sequence[Case]]) -> dict[str, list[Verdict]]:
    """Ask every participant every case, and judge the answers."""
    found: dict[str, list[Verdict]] = {p.name: [] for p in participants}
    with progress(len(blocks)) as step:
        for block in blocks:
            step(block[0].function.name)
            for participant in participants:
                found[participant.name] += map(judge, block, answers(participant, block))
    return found


@contextmanager
def progress(total: int) -> Iterator[Any]:
    """Tell on a terminal which function is being asked; elsewhere say nothing."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda name: bar.update(task, description=name, advance=1)


def write(study: page.Study, out: Path) -> None:
    """Write page, data and picture, and say so."""
    out.mkdir(parents=True, exist_ok=True)
    picture.draw(study.found, out / page.PICTURE)
    (out / "calibration.md").write_text(page.render(study), encoding="utf-8")
    (out / "calibration.json").write_text(page.data(study), encoding="utf-8")
    print(f"wrote calibration.md, calibration.json and {page.PICTURE} in {out}")


def main() -> None:
    """Run the study if the peers are there, else say what is missing."""
    parser = argparse.ArgumentParser(description="Do the errors hold that are stated with derivatives?")
    parser.add_argument("--points", type=int, default=40, help="points a function")
    parser.add_argument("--seed", type=int, default=FRESH, help="which points")
    parser.add_argument("--out", type=Path, default=REPORTS, help="folder to write to")
    options = parser.parse_args()
    participants = [OURS, *PEERS]
    if missing := [p.distribution for p in participants if p.version is None]:
        print(f"calibration: skipped, without {', '.join(missing)}; pip install 'diffkit[peers]' brings them")
        return
    write(study(participants, options.points, options.seed), options.out)


def study(participants: Sequence[Participant], points: int, seed: int) -> page.Study:
    """Everything that the page tells."""
    seen = ask_all(participants[:1], _blocks(points))[participants[0].name]
    found = ask_all(participants, _blocks(points, seed))
    beyond = ask_all(participants, [featured(feature, points, seed) for feature in FEATURES])
    return page.Study(participants, found, beyond, seed, summary(seen), speed.measure())


def _blocks(points: int, seed: int = DEVELOPMENT) -> list[list[Case]]:
    """The cases that the headline counts, function by function."""
    return [*(cases(f, points, seed) for f in (*SMOOTH, *HARD)), *(stepped(family, points, seed) for family in FAMILIES)]


if __name__ == "__main__":
    main()
