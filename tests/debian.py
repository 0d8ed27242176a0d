"""Programs that tests run and that not every machine has: Debian's, unpacked into a folder, without root."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = ("zsh", "zsh-common", "fish", "fish-common", "libpcre2-32-0", "bash-completion", "mandoc")
UNPACKED = Path(__file__).parent / ".debian"


def debian_program(name: str) -> str:
    """The machine's own, or Debian's."""
    found = shutil.which(name)
    return found or next(str(path) for path in from_debian().glob(f"**/bin/{name}") if path.is_file())


def libraries() -> Path:
    """The folder of the shared libraries that came with them."""
    return next((UNPACKED / "usr/lib").glob("*-linux-gnu*"))


def from_debian() -> Path:
    """The folder in which the packages are; fetched the first time. Skips where that cannot be done."""
    stamp = UNPACKED / ".complete"
    if stamp.exists() and stamp.read_text() == " ".join(PACKAGES):
        return UNPACKED
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip("a program is not installed, and there is no apt-get to have it from")
    shutil.rmtree(UNPACKED, ignore_errors=True)
    state, archives = UNPACKED / "state", UNPACKED / "archives"
    for folder in (state / "lists" / "partial", archives):
        folder.mkdir(parents=True)
    # apt with a state of its own needs no root, and changes nothing of the machine.
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
    _make_at_home()
    stamp.write_text(" ".join(PACKAGES))
    return UNPACKED


def _make_at_home() -> None:
    # fish takes its folders from where it lies, if both are there below one.
    (UNPACKED / "usr/etc").symlink_to("../etc")
    # zsh takes its modules' folder from no variable, and its line editor is such a module.
    modules = next(libraries().glob("zsh/*"))
    functions = " ".join(
        str(path) for path in (UNPACKED / "usr/share/zsh/functions").rglob("*") if path.is_dir()
    )
    (UNPACKED / ".zshenv").write_text(f"module_path=({modules})\nfpath=({functions})\n")
