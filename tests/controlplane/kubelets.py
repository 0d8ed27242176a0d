"""Who plays the kubelets of nodes without machines: this module's simulator, kwok, or somebody else."""

import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.controlplane.building import build
from tests.controlplane.cluster import NODE_ANNOTATIONS, ControlPlane
from tests.controlplane.kubectl import apply, kubectl
from tests.controlplane.kwok import kwok
from tests.controlplane.processes import running

NODES = "KUBECTL_DS_NODES"
PLAYERS = ("simulator", "kwok", "none")
PROBE_PATIENCE = 60.0


def player() -> str:
    """The one that the environment names."""
    named = os.environ.get(NODES) or PLAYERS[0]
    if named not in PLAYERS:
        raise RuntimeError(f"{NODES} is {named!r}: want one of {', '.join(PLAYERS)}")
    return named


@contextmanager
def played(kubeconfig: Path, folder: Path, words: Sequence[str] = (), *, all_nodes: bool) -> Iterator[None]:
    """The kubelets of all nodes, or of those with `NODE_ANNOTATIONS`, as long as the block runs.

    `words` are further flags of `nodes simulate`, which creates the first nodes whoever plays them.
    """
    simulate = "none" if player() != "simulator" else "all" if all_nodes else "marked"
    simulator = [
        *(str(build("nodes")), "simulate", f"--kubeconfig={kubeconfig}", "--exit-with-stdin"),
        *(f"--simulate={simulate}", *words),
    ]
    with running(simulator, folder / "nodes.log"):
        if player() != "kwok":
            yield
            return
        with kwok(kubeconfig, folder, all_nodes=all_nodes):
            yield


def somebody_plays(control_plane: ControlPlane) -> bool:
    """Whether a node without a machine becomes Ready on a cluster where we play none."""
    name = f"kubectl-ds-probe-{secrets.token_hex(3)}"
    metadata = {"name": name, "annotations": NODE_ANNOTATIONS}
    apply(control_plane, {"apiVersion": "v1", "kind": "Node", "metadata": metadata})
    ready = ("get", "node", name, "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}")
    deadline = time.monotonic() + PROBE_PATIENCE
    try:
        while time.monotonic() < deadline:
            if kubectl(control_plane, *ready).stdout == "True":
                return True
            time.sleep(0.5)
        return False
    finally:
        kubectl(control_plane, "delete", "node", name, "--ignore-not-found", "--wait=false")
