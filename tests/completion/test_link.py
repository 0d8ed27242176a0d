"""`kubectl ds completion --install`: what krew cannot put on PATH. Nothing that is not ours is touched."""

import io
import os
from pathlib import Path

import pytest

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment
from tests.program import Outcome


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """As krew leaves it: one link into its store."""
    store = tmp_path / "store" / "v1"
    store.mkdir(parents=True)
    program(store / "kubectl-ds")
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "kubectl-ds").symlink_to(store / "kubectl-ds")
    return folder


def program(path: Path, content: str = "#!/bin/sh\n") -> Path:
    path.write_text(content)
    path.chmod(0o755)
    return path


def install(path: str, *words: str, called: str = "kubectl-ds") -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    environment = Environment(
        variables={"PATH": path}, stdin=io.StringIO(), stdout=out, stderr=err, program=called
    )
    code = main(["completion", *(words or ("--install",))], environment)
    return Outcome(int(code), out.getvalue(), err.getvalue())


def test_it_is_made_beside_the_program_and_leads_to_it_by_name(bin_folder: Path):
    outcome = install(str(bin_folder))
    link = bin_folder / "kubectl_complete-ds"
    assert outcome.code == 0
    assert outcome.out.startswith(f"{link} made: kubectl completes kubectl ds now")
    # By name: when krew upgrades, the first link leads elsewhere.
    assert os.readlink(link) == "kubectl-ds"


def test_a_second_time_says_that_it_is_there(bin_folder: Path):
    install(str(bin_folder))
    outcome = install(str(bin_folder))
    link = bin_folder / "kubectl_complete-ds"
    assert (outcome.code, outcome.out) == (0, f"{link} is there already: kubectl completes kubectl ds.\n")


def test_the_program_found_on_path_counts_and_not_where_krew_keeps_it(bin_folder: Path):
    install(str(bin_folder), called=os.path.realpath(bin_folder / "kubectl-ds"))
    assert (bin_folder / "kubectl_complete-ds").is_symlink()


def test_the_script_that_pip_made_is_ours(bin_folder: Path):
    there = program(bin_folder / "kubectl_complete-ds", "#!/x/python\nfrom kubectl_ds.starting import run\n")
    assert install(str(bin_folder)).out.startswith(f"{there} is there already")


def test_somebody_elses_is_left_as_it_is(bin_folder: Path):
    there = program(bin_folder / "kubectl_complete-ds", "#!/bin/sh\necho mine\n")
    outcome = install(str(bin_folder))
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith(f"error: {there} is not of this program, and is left as it is\n")
    assert there.read_text() == "#!/bin/sh\necho mine\n"


def test_so_is_one_further_in_front_on_path(bin_folder: Path, tmp_path: Path):
    (tmp_path / "first").mkdir()
    there = program(tmp_path / "first" / "kubectl_complete-ds")
    outcome = install(f"{tmp_path / 'first'}{os.pathsep}{bin_folder}")
    assert outcome.err.startswith(f"error: {there} is not of this program")
    assert not (bin_folder / "kubectl_complete-ds").exists()


@pytest.mark.parametrize("kind", ["a file", "a link that leads nowhere"])
def test_so_is_what_is_in_the_way_and_no_program(bin_folder: Path, kind: str):
    there = bin_folder / "kubectl_complete-ds"
    if kind == "a file":
        there.write_text("notes")
    else:
        there.symlink_to("/nonexistent/kubectl-other")
    outcome = install(str(bin_folder))
    assert outcome.code == 3
    assert "is left as it is" in outcome.err


def test_a_link_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path):
    # No file's name may be as long as the link's would be: that stops root too.
    plugin = "x" * 240
    long = program(tmp_path / f"kubectl-{plugin}")
    outcome = install(str(tmp_path), called=str(long))
    assert outcome.code == 3
    assert outcome.err.startswith(f"error: {tmp_path}/kubectl_complete-{plugin} cannot be made: ")
    assert f"ln -s {long} kubectl_complete-{plugin}" in outcome.err


@pytest.mark.parametrize("called", ["kubectl-ds", "/nonexistent/kubectl_ds/__main__.py"])
def test_a_program_that_is_not_on_path_is_told(called: str):
    outcome = install("/nonexistent", called=called)
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith("error: kubectl-ds is not on PATH\n")


def test_under_another_name_it_is_that_names_link(bin_folder: Path):
    (bin_folder / "kubectl-daemonset_coverage").symlink_to("kubectl-ds")
    outcome = install(str(bin_folder), called=str(bin_folder / "kubectl-daemonset_coverage"))
    assert os.readlink(bin_folder / "kubectl_complete-daemonset_coverage") == "kubectl-daemonset_coverage"
    assert "kubectl completes kubectl daemonset-coverage now" in outcome.out


@pytest.mark.parametrize("words", ["--install=false", "--install bash", "bash zsh", "tcsh", "Bash"])
def test_one_shell_or_the_link_is_asked_for(words: str):
    outcome = install("", *words.split())
    assert outcome.code == 2
    assert outcome.err.startswith("error: name one shell: bash, zsh, fish, powershell\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_names_the_program_that_printed_it(shell: str):
    text = install("", shell, called="/x/kubectl-daemonset_coverage").out
    assert (
        "kubectl-daemonset_coverage __complete" in text or "'kubectl-daemonset_coverage' __complete" in text
    )
    assert "PROGRAM" not in text
    assert "kubectl-ds" not in text
