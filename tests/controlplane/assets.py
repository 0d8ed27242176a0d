"""A control plane of binaries that are there already, in the folder that KUBEBUILDER_ASSETS names."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.controlplane.building import build, kubernetes_version
from tests.controlplane.cluster import ControlPlane
from tests.controlplane.kubectl import kubectl
from tests.controlplane.kubelets import played
from tests.controlplane.processes import Running, running, wait_until
from tests.controlplane.toolchain import numbers, say

ASSETS = "KUBEBUILDER_ASSETS"
SERVERS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
REPLACEABLE = ("kube-controller-manager", "kube-scheduler")
"""envtest's archives hold no controller manager and no scheduler; the built program is these two as well."""


@contextmanager
def from_assets(assets: Path, folder: Path, nodes: int, arguments: Sequence[str]) -> Iterator[ControlPlane]:
    """The four servers as processes of their own, with the same certificates and flags as the built program."""
    commands = {name: server_command(assets, name) for name in SERVERS}
    if str(build()) in (command[0] for command in commands.values()):
        must_go_together(commands["kube-apiserver"][0])
    guard = [str(build("nodes")), "guard"]
    inner = folder / "controlplane"
    port, prepared = prepare(inner, arguments)
    admin = inner / "users" / "admin.kubeconfig"
    control_plane = ControlPlane(
        kubeconfig=admin, url=f"https://127.0.0.1:{port}", workdir=inner, users=admin.parent
    )
    servers: list[Running] = []
    with ExitStack() as stack:
        for name, command in commands.items():
            words = [*guard, *command, *prepared["arguments"][name]]
            servers.append(stack.enter_context(running(words, folder / f"{name}.log")))
            if name == "kube-apiserver":
                wait_until(
                    lambda: answers(control_plane, "--raw=/readyz"), "kube-apiserver is ready", servers
                )
        words = [f"--nodes={nodes}", *prepared["simulator"]]
        stack.enter_context(played(admin, folder, words, all_nodes=True))
        # Admission refuses pods while their namespace has no service account, which the controller manager makes.
        wait_until(
            lambda: answers(control_plane, "serviceaccount", "default"), "pods can be created", servers
        )
        yield control_plane


def server_command(assets: Path, name: str) -> list[str]:
    """How to run one of the servers. Raises `RuntimeError` when that folder has it not and nothing stands in."""
    found = shutil.which(name, path=str(assets))
    if found:
        return [found]
    if name in REPLACEABLE:
        say(f"{assets} has no {name}: the one that is built here stands in.")
        return [str(build()), name]
    raise RuntimeError(f"{ASSETS} is {assets}, and there is no {name}")


def must_go_together(api_server: str) -> None:
    """Raises `RuntimeError` when the servers that stand in are of a release that this API server is too old for.

    Upstream's rule: neither is newer than the API server, nor more than one minor release older. A scheduler that
    is newer waits for ever for kinds that the server does not know.
    https://kubernetes.io/releases/version-skew-policy/
    """
    said = subprocess.run(
        [api_server, "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    ours = kubernetes_version()
    theirs, built = numbers(said)[:2], numbers(ours)[:2]
    if not built <= theirs <= (built[0], built[1] + 1):
        raise RuntimeError(
            f"{api_server} is {said or 'of no release'}, and the controller manager and scheduler that are built here "
            f"are {ours}: put binaries of that release there, or a kube-controller-manager and a kube-scheduler too, "
            f"or unset {ASSETS}"
        )


def prepare(inner: Path, arguments: Sequence[str]) -> tuple[int, dict[str, Any]]:
    """Write certificates and kubeconfigs; the API server's port, and the arguments of the servers and the simulator."""
    port, etcd_port, peer_port = free_ports(3)
    command = [
        *(str(build("nodes")), "prepare", f"--workdir={inner}", f"--port={port}", f"--etcd-port={etcd_port}"),
        *(f"--etcd-peer-port={peer_port}", *arguments),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return port, json.loads(done.stdout)


def answers(control_plane: ControlPlane, *words: str) -> bool:
    return kubectl(control_plane, "get", *words, check=False).returncode == 0


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
