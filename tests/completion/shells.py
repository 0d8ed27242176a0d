"""The shells that people complete in: those of this machine, or Debian's, unpacked into a folder without root."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = ("zsh", "zsh-common", "fish", "fish-common", "libpcre2-32-0", "bash-completion")
UNPACKED = Path(__file__).parent / ".shells"


def shell_program(name: str) -> list[str]:
    """The words that start the shell without anybody's configuration."""
    options = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-d", "-i"], "fish": ["--no-config", "-i"]}
    places = {"zsh": "bin/zsh", "fish": "usr/bin/fish"}
    program = shutil.which(name) or str(_debians() / places[name])
    return [program, *options[name]]


def variables_of(program: str) -> dict[str, str]:
    """What a shell needs that was not built for the folder where it lies."""
    if not program.startswith(str(UNPACKED)):
        return {"ZDOTDIR": str(UNPACKED / "nobody")}
    return {"LD_LIBRARY_PATH": str(_libraries()), "ZDOTDIR": str(UNPACKED)}


def _libraries() -> Path:
    return next((UNPACKED / "usr/lib").glob("*-linux-gnu*"))


def bash_completion() -> Path:
    """kubectl's own script for bash rests on this package."""
    of_the_machine = Path("/usr/share/bash-completion/bash_completion")
    return (
        of_the_machine
        if of_the_machine.exists()
        else _debians() / "usr/share/bash-completion/bash_completion"
    )


def _debians() -> Path:
    stamp = UNPACKED / ".complete"
    if stamp.exists():
        return UNPACKED
    if platform.system() != "Linux" or not shutil.which("apt-get"):
        pytest.skip("this shell is not installed, and there is no apt-get to have it from")
    state, archives = UNPACKED / "state", UNPACKED / "archives"
    for folder in (state / "lists" / "partial", archives):
        folder.mkdir(parents=True, exist_ok=True)
    # apt with a state of its own needs no root and changes nothing of the machine.
    apt = [
        "apt-get",
        "-q",
        "-o",
        f"Dir::State={state}",
        "-o",
        f"Dir::Cache={state}",
        "-o",
        "APT::Sandbox::User=",
    ]
    environment = {**os.environ, "LC_ALL": "C"}
    for words in (["update"], ["download", *PACKAGES]):
        done = subprocess.run(
            [*apt, *words], cwd=archives, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"apt-get {words[0]} failed: {done.stderr.strip()}")
    for package in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, UNPACKED], check=True)
    # fish takes its folders from where it lies, if both are there below one.
    (UNPACKED / "usr/etc").symlink_to("../etc")
    # zsh takes its modules' folder from no variable, and its line editor is such a module.
    modules = next(_libraries().glob("zsh/*"))
    functions = " ".join(
        str(path) for path in (UNPACKED / "usr/share/zsh/functions").rglob("*") if path.is_dir()
    )
    (UNPACKED / ".zshenv").write_text(f"module_path=({modules})\nfpath=({functions})\n")
    stamp.touch()
    return UNPACKED
