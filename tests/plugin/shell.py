"""A command line with kubectl and the installed plugin on it: every word a process of its own, as people have it."""

import os
import shutil
import signal
import subprocess
import sysconfig
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from tests.controlplane.cluster import ControlPlane

SCRIPTS = sysconfig.get_path("scripts")


class Said(NamedTuple):
    """What a program wrote and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """The environment that programs are started in, and nothing of the surrounding one."""

    variables: Mapping[str, str]

    def run(self, *words: str, stdin: str = "") -> Said:
        """Run a program from PATH to its end. Bytes that are no UTF-8 come out as surrogates."""
        program = shutil.which(words[0], path=self.variables["PATH"])
        assert program, f"{words[0]} is not installed in the test environment"
        done = subprocess.run(
            [program, *words[1:]],
            input=stdin.encode(),
            capture_output=True,
            env=dict(self.variables),
            check=False,
            timeout=120,
        )
        out, err = (stream.decode(errors="surrogateescape") for stream in (done.stdout, done.stderr))
        return Said(done.returncode, out, err)

    def kubectl(self, *words: str) -> Said:
        return self.run("kubectl", *words)

    def ds(self, *words: str) -> Said:
        """`kubectl ds WORDS`: kubectl finds the plugin and hands over to it."""
        return self.run("kubectl", "ds", *words)

    def both(self, verb: str, *words: str) -> tuple[Said, Said]:
        """kubectl's own command on DaemonSets, and the plugin's of that name."""
        return self.kubectl(verb, "ds", *words), self.ds(verb, *words)

    def where(self, **variables: str) -> "Shell":
        """The same with these variables too."""
        return replace(self, variables={**self.variables, **variables})


def shell_for(control_plane: ControlPlane, home: Path) -> Shell:
    """A shell whose KUBECONFIG leads to the control plane as its administrator."""
    bare = Shell({"PATH": f"{SCRIPTS}{os.pathsep}{os.defpath}", "HOME": str(home)})
    view = ("config", "view", "--raw", "--flatten", "--minify", *control_plane.connection)
    kubeconfig = home / "kubeconfig"
    kubeconfig.write_text(bare.kubectl(*view).out)
    return bare.where(KUBECONFIG=str(kubeconfig))


class Following:
    """A program that goes on until it is told to stop, and what it has written so far."""

    def __init__(self, shell: Shell, *words: str) -> None:
        program = shutil.which(words[0], path=shell.variables["PATH"])
        assert program, f"{words[0]} is not installed in the test environment"
        self._process = subprocess.Popen(
            [program, *words[1:]],
            env=dict(shell.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._written = b""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        while piece := os.read(self._process.stdout.fileno(), 65536):
            with self._changed:
                self._written += piece
                self._changed.notify_all()

    @property
    def written(self) -> str:
        return self._written.decode()

    def wait_for(self, holds: Callable[[str], bool]) -> str:
        """All that it has written, once that is enough; fails after a long while."""
        with self._changed:
            enough = self._changed.wait_for(lambda: holds(self._written.decode()), timeout=120)
            assert enough, (self._written.decode(), self._process.poll())
            return self._written.decode()

    def stop(self, signum: int = signal.SIGTERM) -> Said:
        """End it, and give everything that it wrote."""
        self._process.send_signal(signum)
        code = self._process.wait(30)
        self._reader.join(30)
        assert self._process.stderr
        return Said(code, self._written.decode(), self._process.stderr.read().decode())


@contextmanager
def following(shell: Shell, *words: str) -> Iterator[Following]:
    """It runs as long as the block."""
    program = Following(shell, *words)
    try:
        yield program
    finally:
        program.stop(signal.SIGKILL)
