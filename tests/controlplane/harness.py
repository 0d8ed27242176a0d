"""Get a control plane: one of the user's choice, binaries that are there, or the one that this module builds."""

import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.controlplane.building import build

KUBECONFIG = "KUBECTL_DS_TEST_KUBECONFIG"
CONTEXT = "KUBECTL_DS_TEST_CONTEXT"
ASSETS = "KUBEBUILDER_ASSETS"
SERVERS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
START_PATIENCE = 300.0
"""Seconds; a loaded machine takes its time."""


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane, as its administrator sees it."""

    kubeconfig: Path
    context: str = ""
    url: str = ""
    workdir: Path | None = None
    """Certificates, users, data and logs; None for a cluster that is not ours."""
    simulates_nodes: bool = True

    @property
    def connection(self) -> list[str]:
        """The flags that lead kubectl or the plugin there."""
        return ["--kubeconfig", str(self.kubeconfig), *(["--context", self.context] if self.context else [])]

    def kubeconfig_of(self, user: str) -> Path:
        """Of a user that was asked for at the start, or `nobody`."""
        return self._user_file(user, "kubeconfig")

    def token_of(self, user: str) -> str:
        return self._user_file(user, "token").read_text().strip()

    def token_file_of(self, user: str) -> Path:
        return self._user_file(user, "token")

    @property
    def audit_log(self) -> Path:
        assert self.workdir, "another's cluster keeps its audit log to itself"
        return self.workdir / "audit.log"

    def _user_file(self, user: str, kind: str) -> Path:
        assert self.workdir, "the users of another's cluster are not known"
        return self.workdir / "users" / f"{user.replace(':', '-')}.{kind}"


@contextmanager
def start(
    *, nodes: int = 0, users: Sequence[str] = (), workdir: Path | None = None, arguments: Sequence[str] = ()
) -> Iterator[ControlPlane]:
    """The control plane that the environment names, for as long as the block runs.

    `users` are NAME or NAME=GROUP,GROUP, each with certificate and token. `arguments` go to the built program.
    Raises `RuntimeError` or `NoToolchain` when none can be had.
    """
    if os.environ.get(KUBECONFIG):
        yield ControlPlane(
            kubeconfig=Path(os.environ[KUBECONFIG]),
            context=os.environ.get(CONTEXT, ""),
            simulates_nodes=False,
        )
        return
    with ExitStack() as stack:
        folder = workdir or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="kubectl-ds-controlplane-"))
        )
        words = [f"--user={user}" for user in users] + list(arguments)
        if os.environ.get(ASSETS):
            yield stack.enter_context(_of_assets(Path(os.environ[ASSETS]), folder, nodes, words))
        else:
            yield stack.enter_context(_built(folder, nodes, words))


@contextmanager
def _built(folder: Path, nodes: int, arguments: Sequence[str]) -> Iterator[ControlPlane]:
    # The program keeps its folder only when it was there before; the logs are wanted after a failure.
    inner = folder / "controlplane"
    command = [str(build()), f"--workdir={inner}", f"--nodes={nodes}", "--exit-with-stdin", *arguments]
    with _process(command, folder / "controlplane.log") as process:
        line = _first_line(process, folder / "controlplane.log")
        words = line.split()
        if len(words) != 3 or words[0] != "ready":
            raise RuntimeError(
                f"the control plane said {line!r} in place of ready:\n{_tail(folder / 'controlplane.log')}"
            )
        yield ControlPlane(kubeconfig=Path(words[2].removeprefix("kubeconfig=")), url=words[1], workdir=inner)


@contextmanager
def _of_assets(assets: Path, folder: Path, nodes: int, arguments: Sequence[str]) -> Iterator[ControlPlane]:
    """The four servers as processes of their own, with the same certificates and flags as the built program."""
    binaries = {name: _binary(assets, name) for name in SERVERS}
    simulator = str(build("nodes"))
    inner = folder / "controlplane"
    port, etcd_port, peer_port = _free_ports(3)
    prepared = subprocess.run(
        [
            *(simulator, "prepare", f"--workdir={inner}", f"--port={port}", f"--etcd-port={etcd_port}"),
            *(f"--etcd-peer-port={peer_port}", *arguments),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    server_arguments: dict[str, list[str]] = json.loads(prepared.stdout)
    control_plane = ControlPlane(
        kubeconfig=inner / "users" / "admin.kubeconfig", url=f"https://127.0.0.1:{port}", workdir=inner
    )
    with ExitStack() as stack:
        for name in SERVERS:
            log = folder / f"{name}.log"
            stack.enter_context(_process([binaries[name], *server_arguments[name]], log))
            if name == "kube-apiserver":
                _wait_until_ready(control_plane, log)
        simulate = [simulator, "simulate", f"--kubeconfig={control_plane.kubeconfig}", f"--nodes={nodes}"]
        stack.enter_context(_process([*simulate, "--exit-with-stdin"], folder / "nodes.log"))
        yield control_plane


def _binary(assets: Path, name: str) -> str:
    found = shutil.which(name, path=f"{assets}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise RuntimeError(f"{ASSETS} is {assets}, and there is no {name} there or on PATH")
    return found


def _wait_until_ready(control_plane: ControlPlane, log: Path) -> None:
    import time

    from tests.controlplane.kubectl import kubectl

    deadline = time.monotonic() + START_PATIENCE
    while kubectl(control_plane, "get", "--raw", "/readyz", check=False).returncode:
        if time.monotonic() > deadline:
            raise RuntimeError(f"kube-apiserver is not ready:\n{_tail(log)}")
        time.sleep(0.3)


@contextmanager
def _process(command: Sequence[str], log: Path) -> "Iterator[subprocess.Popen[str]]":
    """A process that ends with the block, and with us: its standard input closes when we die."""
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def _first_line(process: "subprocess.Popen[str]", log: Path) -> str:
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()  # type: ignore[union-attr]
    try:
        line = lines.get(timeout=START_PATIENCE).strip()
    except queue.Empty:
        raise RuntimeError(
            f"the control plane is not ready after {START_PATIENCE:.0f} s:\n{_tail(log)}"
        ) from None
    if not line:
        raise RuntimeError(f"the control plane ended at once:\n{_tail(log)}")
    return line


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-25:])


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
