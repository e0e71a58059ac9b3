"""Who imports whom, and what each engine's import loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import diffkit

HOUSE = Path(diffkit.__file__).parent
ENGINES = {"symbolic", "numeric", "tape", "tangent"}
ORDER = [  # a module imports only from its left: here from rows above its own
    {"errors", "floats", "limits", "deadline"},
    {"messages", "tables", "widths", "codec", "program_latex"},
    {"results"},
    {"primitives"},
    {"namespaces"},
    {"arrays", "program", "printing", "counting", "sympy_forms", "sympy_program"},
    {"whereabouts"},
    {"traced"},
    {"recording", "surroundings", "sweeps"},
    {"numpy_functions", "array_sweeps"},
    {"algebra", "steps", "language", "tracing", "points", "rewriting", "gates", "rational", "eager", "eager_arrays"},
    {"jacobians", "explain"},
    {"emit", "checkpoint", "accumulation", "taylor"},
    ENGINES | {"balls", "domains", "enclosures"},
    {"engines", "truth", "problems", "families"},
    {"stable"},
    {"study"},
    {"figures", "document", "captions"},
    {"sections", "render"},
    {"files"},
    {"arguments", "terminal"},
    {"commands"},
    {"cli"},
]


def test_only_public_names_are_listed() -> None:
    """What a prompt completes is what is public, and all of it exists."""
    assert set(dir(diffkit)) == {*diffkit.__all__, "__version__"}
    assert all(hasattr(diffkit, name) for name in dir(diffkit))


def imports(path: Path) -> set[str]:
    """The modules of diffkit that a file imports while it is itself imported, by top-level name."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "diffkit":
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return found - {"__version__"}


def modules() -> dict[str, set[str]]:
    """What every module (or drawer) imports at its top."""
    table: dict[str, set[str]] = {}
    for path in HOUSE.rglob("*.py"):
        name = path.relative_to(HOUSE).with_suffix("").parts[0]
        table.setdefault(name, set()).update(imports(path) - {name})
    return {name: found for name, found in table.items() if not name.startswith("__")}


def misplaced(table: dict[str, set[str]]) -> list[str]:
    """Imports that point to the right."""
    rank = {name: i for i, row in enumerate(ORDER) for name in row}
    return [f"{name} imports {other}" for name, found in table.items() for other in found if rank[other] > rank[name]]


def test_every_module_has_its_place_and_imports_only_from_its_left():
    """The floor plan of the house is kept."""
    table = modules()
    assert set(table) <= {name for row in ORDER for name in row}, "a new module needs a place in ORDER"
    assert misplaced(table) == []


def test_an_import_to_the_right_is_found():
    """The check above fails for a table in which the tape imports the command line."""
    assert misplaced({"tape": {"cli"}}) == ["tape imports cli"]


def engine_files(engine: str) -> list[Path]:
    """The files of an engine: one, or those of its drawer."""
    return [HOUSE / f"{engine}.py"] if (HOUSE / f"{engine}.py").exists() else sorted((HOUSE / engine).glob("*.py"))


def mentioned(path: Path) -> set[str]:
    """Every part of every name of diffkit that a file imports, at its top or inside its functions."""
    return {
        part
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("diffkit")
        for part in [*(node.module or "").split("."), *(alias.name for alias in node.names)]
    }


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_engines_never_import_each_other(engine):
    """Nor at their top, nor inside their functions."""
    files = engine_files(engine)
    assert files, "an engine has a file or a drawer"
    for path in files:
        assert not mentioned(path) & (ENGINES - {engine})


def test_rendering_never_loads_an_engine():
    """A saved result is rendered again without measuring again."""
    for name in ("render", "sections", "figures", "document", "results"):
        assert not modules()[name] & (ENGINES | {"engines", "truth", "study", "balls"})


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("diffkit", ["sympy", "matplotlib", "numpy", "mpmath", "flint", "lark", "click", "rich"]),
        ("diffkit.tape", ["sympy", "matplotlib", "numpy", "mpmath", "flint", "lark"]),
        ("diffkit.tangent", ["sympy", "matplotlib", "numpy", "mpmath", "flint", "lark"]),
        ("diffkit.numeric", ["sympy", "matplotlib", "numpy", "mpmath", "flint", "lark"]),
        ("diffkit.symbolic", ["matplotlib"]),
        ("diffkit.cli", ["sympy", "matplotlib", "numpy", "mpmath", "flint", "lark", "rich", "jinja2"]),
    ],
)
def test_what_an_import_loads(module, absent):
    """Each engine can be imported alone, and costs no library it does not need."""
    code = f"import {module}, sys; print([m for m in {absent!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_scalars_are_differentiated_without_numpy():
    """The tape on floats needs the standard library only."""
    code = (
        "from diffkit import tape; from diffkit.program import Builder; import sys; b = Builder(); x = b.input('x');"
        "print(tape.gradient(b.build(b.op('sin', x)), 0.0), 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1.0 False\n"


def test_importing_a_module_does_not_hide_a_public_function():
    """Public names are functions whatever was imported before."""
    code = (
        "import pkgutil, importlib, diffkit\n"
        "for m in pkgutil.walk_packages(diffkit.__path__, 'diffkit.'):\n"
        "    importlib.import_module(m.name) if not m.name.endswith('__main__') else None\n"
        "print([n for n in diffkit.HOME if not callable(getattr(diffkit, n))])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
