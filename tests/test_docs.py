"""Documents and code say the same: what can drift is written from the code or held against it here."""

import ast
import re
from pathlib import Path

import click
import pytest

from kubectl_ds import __version__
from kubectl_ds.cli import COMMANDS, program

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")])
ROOMS = ("core", "kube", "output", "commands")
WITHIN = ("api_server/", "sample/")


def modules_page() -> str:
    """docs/modules.md, from the first line of each module."""
    parts = [
        "# Modules\n\nWritten from the first line of each module by `pytest tests/test_docs.py --update-golden`.\n"
    ]
    for room in ROOMS:
        folder = ROOT / "kubectl_ds" / room
        parts.append(f"\n## {room}\n\n| module | answers |\n|---|---|\n")
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            if not name.endswith("__init__.py") and not name.startswith(WITHIN):
                words = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]
                parts.append(f"| `{name}` | {words.replace('|', chr(92) + '|')} |\n")
    return "".join(parts)


def test_every_module_is_on_the_page_of_modules(request: pytest.FixtureRequest):
    page = ROOT / "docs" / "modules.md"
    if request.config.getoption("--update-golden"):
        page.write_text(modules_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == modules_page()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_of_the_documents_lead_somewhere(document: Path):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, _ in COMMANDS:
        if name != "version":
            assert re.search(rf"kubectl ds {name}\b|`kubectl ds`", readme), name


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_says_what_it_does_and_every_flag_what_it_means(name: str):
    command = program().get_command(click.Context(program()), name)
    assert command is not None
    assert command.help
    if name not in ("version",):
        assert command.epilog
        assert "kubectl ds" in command.epilog
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden and name != "version":
            assert option.help, f"{name} {option.opts}"


def test_the_version_is_the_same_everywhere():
    assert f"version = {__version__}\n" in (ROOT / "setup.cfg").read_text()


def test_the_registry_of_commands_is_the_folder_of_commands():
    folder = ROOT / "kubectl_ds" / "commands"
    with_command = {path.stem for path in folder.glob("*.py") if "@click.command" in path.read_text()}
    assert with_command == {name for name, _ in COMMANDS}


def test_the_readmes_commands_are_those_of_dev_py():
    readme, script = (ROOT / "README.md").read_text(), (ROOT / "dev.py").read_text()
    for verb in re.findall(r"python3 dev\.py (\w+)", readme + (ROOT / "CONTRIBUTING.md").read_text()):
        assert f'"{verb}": {verb}' in script
    assert {"demo", "test"} <= set(re.findall(r"python3 dev\.py (\w+)", readme))
    assert "python3 dev.py test" in (ROOT / ".ci" / "run").read_text()


def test_every_document_of_the_program_has_a_published_schema():
    schemas = {path.name for path in (ROOT / "docs" / "schema").glob("*.json")}
    assert schemas == {"coverage-report.schema.json", "placement-report.schema.json"}
