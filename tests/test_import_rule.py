"""The four rooms: who may import what. See docs/architecture.md."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kubectl_ds

PACKAGE = Path(kubectl_ds.__file__).parent
BESIDE_THE_ROOMS = frozenset({"kubectl_ds.errors", "kubectl_ds.exit_codes", "kubectl_ds"})

MAY_IMPORT = {
    "core": {"msgspec", "kubectl_ds.core"},
    "kube": {"msgspec", "urllib3", "yaml", "kubernetes", "kubectl_ds.core", "kubectl_ds.kube"},
    "output": {"msgspec", "yaml", "tabulate", "kubectl_ds.core", "kubectl_ds.output"},
    "commands": {
        *("click", "msgspec", "yaml", "kubectl_ds.core", "kubectl_ds.kube", "kubectl_ds.output"),
        *("kubectl_ds.commands", "kubectl_ds.environment"),
    },
}
# The clock, the terminal and the environment are read in one place and passed on as values.
IMPURE = {"os", "sys", "time", "subprocess", "socket", "threading", "locale", "getpass", "random"}
MUST_NOT = {"core": IMPURE, "output": IMPURE}


def modules(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            yield node.module or ""
            if node.module == "kubectl_ds":
                yield from (f"kubectl_ds.{alias.name}" for alias in node.names if alias.name[:2] != "__")


def room_of(module: str) -> str:
    parts = module.split(".")
    if parts[0] != "kubectl_ds" or module in BESIDE_THE_ROOMS:
        return module if parts[0] == "kubectl_ds" else parts[0]
    return ".".join(parts[:2])


@pytest.mark.parametrize(
    ("room", "path"),
    [
        pytest.param(room, path, id=str(path.relative_to(PACKAGE)))
        for room in MAY_IMPORT
        for path in modules(room)
    ],
)
def test_a_room_imports_only_what_it_may(room: str, path: Path):
    allowed = MAY_IMPORT[room] | BESIDE_THE_ROOMS
    forbidden = MUST_NOT.get(room, set())
    for module in imports(path):
        top = module.split(".")[0]
        assert top not in forbidden, f"{path.name} imports {module}: impure things come in as arguments"
        assert room_of(module) in allowed or top in sys.stdlib_module_names, f"{path.name} imports {module}"


def test_every_folder_of_the_package_is_a_room_that_the_rule_knows():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(MAY_IMPORT)


def test_no_command_imports_another():
    from kubectl_ds.cli import COMMANDS

    commands = {f"kubectl_ds.commands.{name}" for name, _ in COMMANDS}
    for name, _ in COMMANDS:
        imported = set(imports(PACKAGE / "commands" / f"{name}.py"))
        assert not imported & commands, f"{name} imports another command"


@pytest.mark.parametrize("room", ["core", "output"])
def test_pure_rooms_never_ask_for_the_present_moment(room: str):
    for path in modules(room):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"now", "utcnow", "today"}, f"{path.name} looks at the clock"
