"""Build the programs of this module once; later runs take them from a folder named after their sources."""

import hashlib
import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.controlplane.toolchain import FIXED, MODULE, building_environment, go_toolchain, say

PROGRAMS = {
    "controlplane": "./cmd/controlplane",
    "nodes": "./cmd/nodes",
    "kwok": "sigs.k8s.io/kwok/cmd/kwok",
    "etcd": "go.etcd.io/etcd/server/v3",
}
"""Their Go packages."""
EVERYDAY = ("controlplane", "nodes")
PROMISES = {
    "controlplane": "etcd and the servers of Kubernetes: about 10 minutes on two cores the first time, "
    "under a minute once Go's cache is warm",
    "nodes": "the simulated kubelets: about 2 minutes on two cores the first time, seconds after the control plane",
    "kwok": "about 4 minutes on two cores the first time, half a minute after the control plane",
    "etcd": "alone, as a binary like envtest's: about 2 minutes on two cores the first time, seconds after the control plane",
}
SOURCES = ("cmd", "lifetime", "simulator", "workdir")
BUILDS = MODULE / ".build"
STOP_PATIENCE = 20.0
KEPT_BUILDS = 4
"""So many of the last used stay, and all that were used within `KEPT_SECONDS`."""
KEPT_SECONDS = 24 * 3600.0


def build(program: str = "controlplane") -> Path:
    """The program's path; built when there is none of these sources. Raises `RuntimeError`, `NoToolchain`."""
    built = folder() / program
    if not built.exists():
        with only_builder(BUILDS, program):
            if not built.exists():
                compile_program(program, built)
                remove_old_builds(BUILDS, time.time())
    with suppress(OSError):  # a clone that may only be read
        os.utime(built.parent)
    return built


@contextmanager
def only_builder(builds: Path, program: str) -> Iterator[None]:
    """One run at a time: two would each take twice as long. The lock goes with its holder, however that ends."""
    builds.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows: both build, and the later result takes the earlier one's place
        yield
        return
    with (builds / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another run builds here; {program} waits for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def compile_program(program: str, built: Path) -> None:
    """`go build` with progress, to its place in one step: what is there is whole."""
    say(f"\nBuilding {program}: {PROMISES[program]}.")  # pytest may be in the middle of a line
    go = go_toolchain()
    environment = building_environment(go, BUILDS / "caches")
    total = packages(go, environment, program)
    begun = time.monotonic()
    built.parent.mkdir(parents=True, exist_ok=True)
    for left_behind in built.parent.glob(f"{program}.*"):  # by a run that was killed
        left_behind.unlink()
    unfinished = built.with_suffix(f".{os.getpid()}")
    process = subprocess.Popen(
        [go, "build", "-v", *flags(), "-o", str(unfinished), PROGRAMS[program]],
        cwd=MODULE,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        told = follow(process, total)
        if process.wait() != 0:
            raise RuntimeError(f"go build of {program} failed:\n" + "\n".join(told[-30:]))
        unfinished.replace(built)
    finally:
        stop(process)
        unfinished.unlink(missing_ok=True)
    say(f"Built {program} in {time.monotonic() - begun:.0f} s.")


def stop(process: "subprocess.Popen[str]") -> None:
    """As Ctrl-C does: then `go` takes its temporary folder away. Nothing happens to one that has ended."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
    try:
        process.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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


def packages(go: str, environment: dict[str, str], program: str) -> int:
    """How many packages there are to compile at most. Downloads the modules where they are not there yet."""
    say(f"With {go}; looking its packages up (and downloading the modules the first time) ...")
    done = subprocess.run(
        [go, "list", "-deps", PROGRAMS[program]],
        cwd=MODULE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the modules of {program} cannot be had: {done.stderr.strip()}")
    return len(done.stdout.split())


def flags() -> list[str]:
    """Without a git stamp: git refuses to look into a clone that belongs to another user."""
    gates = f"-X k8s.io/component-base/version.gitVersion={kubernetes_version()}"
    return ["-buildvcs=false", "-ldflags", f"-s -w {gates}"]


def folder() -> Path:
    """Where this state of the sources is built to, for this kind of machine."""
    digest = hashlib.sha256(repr((sysconfig.get_platform(), FIXED, flags())).encode())
    sources = [source for room in SOURCES for source in (MODULE / room).rglob("*.go")]
    for source in sorted([*sources, MODULE / "go.mod", MODULE / "go.sum"]):
        digest.update(source.relative_to(MODULE).as_posix().encode() + b"\0" + source.read_bytes())
    return BUILDS / digest.hexdigest()[:16]


def remove_old_builds(builds: Path, now: float) -> None:
    """Remove what no run has used for long; the time of a folder is that of its last use."""
    folders = [path for path in builds.iterdir() if path.is_dir() and path.name != "caches"]
    folders.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in folders[KEPT_BUILDS:]:
        if now - path.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def kubernetes_version() -> str:
    """The release of k8s.io/kubernetes that go.mod requires; the servers report it as theirs."""
    words = next(
        line.split() for line in (MODULE / "go.mod").read_text().splitlines() if "k8s.io/kubernetes v" in line
    )
    return next(word for word in words if word.startswith("v1."))
