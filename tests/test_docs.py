"""Documents and code say the same: what can drift is written from the code or held against it here."""

import ast
import re
import shlex
import tempfile
from contextlib import chdir
from pathlib import Path
from typing import get_args

import click
import pytest

from kubectl_ds import __version__
from kubectl_ds.cli import COMMANDS
from kubectl_ds.commands.options import CONNECTION
from kubectl_ds.core.audit_baseline import AuditBaseline
from kubectl_ds.core.audit_configuration import AuditConfiguration
from kubectl_ds.output.documents import Report
from kubectl_ds.program import program
from release.man_pages import FOLDER as MAN
from release.man_pages import man_pages, write_man_pages
from tests.program import kubectl_ds

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")])
PAGES = ROOT / "docs" / "commands"
EXAMPLE_COLUMNS = 100
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


def test_every_decision_has_a_number_of_its_own_and_says_it():
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert page.read_text(encoding="utf-8").startswith(f"# {int(page.name[:4])}. "), page.name


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


DECLARES = re.compile(r"^(@click\.command\(|command = Declared\()", re.MULTILINE)


def test_the_registry_of_commands_is_the_folder_of_commands():
    folder = ROOT / "kubectl_ds" / "commands"
    with_command = {path.stem for path in folder.glob("*.py") if DECLARES.search(path.read_text())}
    assert with_command == {name for name, _ in COMMANDS}


def test_the_readmes_commands_are_those_of_dev_py():
    readme, script = (ROOT / "README.md").read_text(), (ROOT / "dev.py").read_text()
    for verb in re.findall(r"python3 dev\.py (\w+)", readme + (ROOT / "CONTRIBUTING.md").read_text()):
        assert f'"{verb}": {verb}' in script
    assert {"demo", "test"} <= set(re.findall(r"python3 dev\.py (\w+)", readme))
    assert "python3 dev.py test" in (ROOT / ".ci" / "run").read_text()


FILES_THAT_ARE_READ = (AuditConfiguration, AuditBaseline)


def test_every_document_of_the_program_has_a_published_schema():
    schemas = {path.name for path in (ROOT / "docs" / "schema").glob("*.json")}
    kinds = {type_.__name__ for type_ in (*get_args(Report), *FILES_THAT_ARE_READ)}
    # What `snapshot` writes is a document too, of objects rather than findings.
    kinds |= {"ClusterSnapshot"}
    assert schemas == {re.sub(r"(?<!^)([A-Z])", r"-\1", kind).lower() + ".schema.json" for kind in kinds}


def test_the_man_pages_are_those_of_the_commands(request: pytest.FixtureRequest):
    if request.config.getoption("--update-golden"):
        write_man_pages()
    assert {path.name: path.read_text(encoding="utf-8") for path in MAN.glob("*")} == man_pages()


# --- a page for each command -----------------------------------------------------------------------


def test_every_command_has_a_page():
    assert {path.stem for path in PAGES.glob("*.md")} == {name for name, _ in COMMANDS}


def flags_of(name: str) -> str:
    """The command's own flags as a list; those of every connection are told by docs/connection.md."""
    command = program().get_command(click.Context(program()), name)
    assert command is not None

    @click.command()
    def bare() -> None: ...

    for option in CONNECTION:
        option(bare)
    shared = {parameter.name for parameter in getattr(bare, "__click_params__", [])} | {
        parameter.name for parameter in bare.params
    }
    context = click.Context(command)
    records = [
        record
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name not in shared
        if (record := parameter.get_help_record(context)) is not None
    ]
    lines = [f"- `{flag}`: {words}" for flag, words in records]
    return "\n".join(["", *lines, "", "[Connection flags](../connection.md) work as kubectl's.", ""]).lstrip(
        "\n"
    )


def with_flags(page: str, name: str) -> str:
    head, _, _ = page.partition("## Flags\n")
    return f"{head}## Flags\n\n{flags_of(name)}"


EXAMPLE = re.compile(r"```\n\$ (kubectl ds demo [^\n]*)\n(.*?)```", re.DOTALL)


def with_examples(page: str) -> str:
    """The page with every example's output as the program prints it; a line `…` stands for the rest."""

    def shown(found: re.Match[str]) -> str:
        words = shlex.split(found[1])[2:]
        # What an example writes, it writes into a folder that goes.
        with tempfile.TemporaryDirectory() as folder, chdir(folder):
            out = kubectl_ds(*words, width=EXAMPLE_COLUMNS).out.rstrip("\n")
        if found[2].endswith("\n…\n"):
            kept = found[2].count("\n") - 1
            out = "\n".join([*out.split("\n")[:kept], "…"])
        return f"```\n$ {found[1]}\n{out}\n```"

    return EXAMPLE.sub(shown, page)


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_a_commands_page_shows_real_output_and_every_flag(name: str, request: pytest.FixtureRequest):
    path = PAGES / f"{name}.md"
    before = path.read_text(encoding="utf-8")
    now = with_flags(with_examples(before), name)
    if request.config.getoption("--update-golden"):
        path.write_text(now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == now
    assert name in ("completion", "version") or EXAMPLE.search(now), "an example that a test holds"
