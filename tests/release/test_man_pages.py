"""The man pages as readers of man see them."""

import re
import subprocess

import click
import pytest

from kubectl_ds.cli import COMMANDS
from kubectl_ds.commands.options import CONNECTION
from kubectl_ds.exit_codes import ExitCode
from kubectl_ds.program import program
from release.man_pages import FOLDER
from tests.debian import debian_program

PAGES = sorted(FOLDER.glob("*.1"))


def mandoc(*words: str) -> str:
    done = subprocess.run(
        [debian_program("mandoc"), *words],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C.UTF-8"},
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mandoc_finds_nothing_amiss(page):
    said = mandoc("-T", "lint", "-W", "warning", str(page)).splitlines()
    # A page has no date: the same sources make the same page.
    assert [line for line in said if "missing date" not in line] == []


def as_read(name: str) -> str:
    """The page as text, without the doubled letters of bold print."""
    return re.sub(".\b", "", mandoc("-T", "utf8", "-O", "width=500", str(FOLDER / name)))


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_a_page_shows_how_the_command_is_typed_its_flags_and_its_examples(name: str):
    text = as_read(f"kubectl-ds-{name}.1")
    command = program().get_command(click.Context(program()), name)
    assert command is not None
    assert f"kubectl ds {name} " in text
    shared = {flag.name for flag in CONNECTION}
    flags = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    assert [one.opts for one in flags if one.name not in shared and one.opts[-1] not in text] == []
    assert ("The connection options are those of all commands" in text) == any(
        one.name in shared for one in flags
    )
    for line in (command.epilog or "").splitlines():
        if line.startswith("  "):
            assert line.strip() in text


def test_the_main_page_lists_commands_connection_flags_and_exit_codes():
    text = as_read("kubectl-ds.1")
    assert [name for name, _ in COMMANDS if f"kubectl-ds-{name}(1)" not in text] == []
    assert [
        flag.spellings for flag in CONNECTION if not flag.is_hidden and flag.spellings[-1] not in text
    ] == []
    codes = text.partition("EXIT STATUS")[2]
    assert [int(code) for code in re.findall(r"^ +(\d+) ", codes, re.MULTILINE)] == list(ExitCode)
