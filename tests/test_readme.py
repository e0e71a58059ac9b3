"""Every command and every Python block of the README runs and prints what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split(" # ")[0].strip() for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()
]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
BIN = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.startswith("make")])
def test_commands(command, tmp_path):
    """They succeed, and write the file they name."""
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": BIN},
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    named = re.findall(r"-o (\S+)", command)
    assert {p.name for p in tmp_path.iterdir()} >= set(named)
    assert result.stdout or named


@pytest.mark.parametrize("block", PYTHON)
def test_python(block, tmp_path):
    """They run, and a comment that shows a result shows the right one."""
    result = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    for shown in ("4.053427893898621", "{'a': 2.0, 'b': 5.0}", "(6.0, 5.0)", "x*sin(y), sin(y), x*cos(y)"):
        assert (shown in block) == (shown in result.stdout)


def test_make_targets_are_those_of_the_makefile():
    """`make report` and `make test` exist; what they run is run by the other tests and by CI."""
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {c.split()[1] for c in COMMANDS if c.startswith("make")} <= set(targets)
    assert {"report", "test", "help"} <= set(targets)


def test_the_first_figure_is_there():
    """The picture and the links of the README exist."""
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
