"""Build the programs of this module once; later runs take them from a folder named after their sources."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.controlplane.toolchain import MODULE, environment, go_toolchain

PROGRAMS = ("controlplane", "nodes")
VERSION_PACKAGE = "k8s.io/component-base/version"


def build(program: str = "controlplane") -> Path:
    """The program's path; built when there is none of these sources. Raises `RuntimeError`, `NoToolchain`."""
    built = folder() / program
    if built.exists():
        return built
    go = go_toolchain()
    total = packages(go, program)
    say(
        f"Building {program} with {go}: a cold build takes about 10 minutes on two cores, a warm one under one."
    )
    begun = time.monotonic()
    built.parent.mkdir(parents=True, exist_ok=True)
    unfinished = built.with_suffix(f".{os.getpid()}")
    flags = f"-s -w -X {VERSION_PACKAGE}.gitVersion={kubernetes_version()}"
    process = subprocess.Popen(
        [go, "build", "-v", "-ldflags", flags, "-o", str(unfinished), f"./cmd/{program}"],
        cwd=MODULE,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    told = follow(process, total)
    if process.wait() != 0:
        raise RuntimeError(f"go build of {program} failed:\n" + "\n".join(told[-30:]))
    unfinished.rename(built)  # in one step: another run may be waiting for it
    say(f"Built {program} in {time.monotonic() - begun:.0f} s.")
    return built


def follow(process: "subprocess.Popen[str]", total: int) -> list[str]:
    """Say how far it is at each tenth; `go build -v` names a package when it begins to compile it."""
    told: list[str] = []
    tenths = 0
    assert process.stderr is not None
    for line in process.stderr:
        told.append(line.rstrip())
        if 10 * len(told) // total > tenths:
            tenths = 10 * len(told) // total
            say(f"  {min(len(told), total)} of at most {total} packages")
    return told


def packages(go: str, program: str) -> int:
    """How many packages there are to compile at most. Downloads the modules where they are not there yet."""
    say(f"Looking the packages of {program} up (downloads the modules the first time) ...")
    done = subprocess.run(
        [go, "list", "-deps", f"./cmd/{program}"],
        cwd=MODULE,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the modules of {program} cannot be had: {done.stderr.strip()}")
    return len(done.stdout.split())


def folder() -> Path:
    """Where this state of the sources is built to."""
    digest = hashlib.sha256()
    for source in sorted([*MODULE.rglob("*.go"), MODULE / "go.mod", MODULE / "go.sum"]):
        digest.update(source.relative_to(MODULE).as_posix().encode() + b"\0" + source.read_bytes())
    return MODULE / ".build" / digest.hexdigest()[:16]


def kubernetes_version() -> str:
    """The release of k8s.io/kubernetes that go.mod requires; the servers report it as theirs."""
    words = next(
        line.split() for line in (MODULE / "go.mod").read_text().splitlines() if "k8s.io/kubernetes v" in line
    )
    return next(word for word in words if word.startswith("v1."))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
