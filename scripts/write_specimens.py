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
    asked = [wanted["expression"], "--at", wanted["at"]] if "expression" in wanted else []  # the chapter asks for nothing
    for name in wanted["outputs"]:
        command = wanted.get("command") or COMMANDS.get(Path(name).suffix, "report")
        arguments = [command, *asked, "--lang", wanted.get("lang", "en"), "-o", name, "--force"]
        subprocess.run([sys.executable, "-m", "diffkit", *arguments], cwd=description.parent, check=True)


def main() -> None:
    """Write those of the command line, or all."""
    for description in map(Path, sys.argv[1:]) if sys.argv[1:] else sorted(REPORTS.glob("*.toml")):
        print(f"{description.name}:")
        write(description.resolve())


if __name__ == "__main__":
    main()
