"""The house: rooms in one direction, no circle, and no folder that bears the name of a public function."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import tlkit as tl
from tlkit.runtime.paths import PACKAGE

ORDER = (  # a room imports from those before it, and from its own; those on one line know nothing of one another
    {"errors", "events", "seeding", "estimate", "lazy", "arguments", "__init__"},
    {"runtime"},
    {"datasets", "models"},
    {"methods", "plots"},
    {"experiments"},
    {"analysis"},
    {"exercises"},
    {"widgets"},
    {"pages"},
    {"commands"},
)
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
MODULES = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports, also within functions, but not for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for each in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import hides its room"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES or f"{whole}.__init__" in MODULES else node.module)
    return {f"{name}.__init__" if f"{name}.__init__" in MODULES else name for name in found} & MODULES.keys()


def room(module: str) -> str:
    return module.split(".")[1]


def test_every_module_has_a_room():
    assert {room(module) for module in MODULES} == LEVEL.keys()


def test_imports_run_one_way():
    inside = {module: path for module, path in MODULES.items() if module != "tlkit.__init__"}  # the door leads anywhere
    wrong = [
        f"{module} imports {other}"
        for module, path in inside.items()
        for other in imported(path)
        if LEVEL[room(other)] > LEVEL[room(module)]
        or (LEVEL[room(other)] == LEVEL[room(module)] and room(other) != room(module) and LEVEL[room(module)])
    ]
    assert wrong == []


def test_there_is_no_circle():
    graph = {module: imported(path) - {"tlkit.__init__"} for module, path in MODULES.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_no_room_bears_the_name_of_a_public_function():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    assert rooms.isdisjoint(name for name in tl.__all__ if name not in ("plots",))
