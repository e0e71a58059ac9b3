"""``python -m diffkit`` is ``diffkit``."""

from diffkit.cli import main

main()
