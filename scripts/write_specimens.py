"""Write the specimens in reports/ again, each from its description (a TOML file).

python scripts/write_specimens.py [DESCRIPTION.toml ...]
"""

import subprocess
import sys
import tomllib
from pathlib import Path

REPORTS = Path(__file__).resolve().parent.parent / "reports"
COMMANDS = {".png": "sweep", ".svg": "sweep", ".pdf": "sweep"}  # every other suffix is a whole report


def write(description: Path) -> None:
    """Write the outputs of one description beside it."""
    wanted = tomllib.loads(description.read_text(encoding="utf-8"))
    for name in wanted["outputs"]:
        command = COMMANDS.get(Path(name).suffix, "report")
        subprocess.run(
            [sys.executable, "-m", "diffkit", command, wanted["expression"], "--at", wanted["at"], "-o", name, "--force"],
            cwd=description.parent,
            check=True,
        )


def main() -> None:
    """Write those of the command line, or all."""
    for description in map(Path, sys.argv[1:]) if sys.argv[1:] else sorted(REPORTS.glob("*.toml")):
        print(f"{description.name}:")
        write(description.resolve())


if __name__ == "__main__":
    main()
