"""DaemonSets of every kind on a few nodes of their own, and a shell that leads to them."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane.cluster import NODE_ANNOTATIONS, ControlPlane
from tests.plugin.odd_daemonsets import placed, printable_daemonsets, quiet_daemonsets, refused_daemonsets
from tests.plugin.shell import Shell, shell_for
from tests.scenes.server import Server, proxied
from tests.waiting import until

NODES = 3


@dataclass(frozen=True)
class Exhibits:
    """Where the DaemonSets are. `printable` are all that kubectl can print, `quiet` those fit for a terminal."""

    namespace: str
    refused_namespace: str
    printable: tuple[str, ...]
    quiet: tuple[str, ...]
    nodes: tuple[str, ...]


@pytest.fixture(scope="session")
def shell(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The administrator's."""
    return shell_for(control_plane, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def exhibits(control_plane: ControlPlane) -> Iterator[Exhibits]:
    """All of them at rest, so that two programs that look one after the other see the same."""
    control_plane.needs_simulated_nodes()
    name = f"exhibits-{secrets.token_hex(3)}"
    labels = {"exhibits": name}
    daemonsets = [
        *placed(printable_daemonsets(), name, labels),
        *placed(refused_daemonsets(), f"{name}-refused", labels),
    ]
    found = Exhibits(
        namespace=name,
        refused_namespace=f"{name}-refused",
        printable=tuple(one["metadata"]["name"] for one in printable_daemonsets()),
        quiet=tuple(one["metadata"]["name"] for one in quiet_daemonsets()),
        nodes=tuple(f"{name}-{number}" for number in range(1, NODES + 1)),
    )
    with proxied(control_plane) as server:
        try:
            _create(server, found, labels, daemonsets)
            yield found
        finally:
            _remove(server, found)


def _create(
    server: Server, found: Exhibits, labels: dict[str, str], daemonsets: list[dict[str, Any]]
) -> None:
    for namespace in (found.namespace, found.refused_namespace):
        server.create({"kind": "Namespace", "metadata": {"name": namespace}})
        until(
            lambda where=namespace: server.has("ServiceAccount", "default", where),
            "the namespace has its service account",
        )
    for node in found.nodes:
        metadata = {
            "name": node,
            "labels": {**labels, "kubernetes.io/hostname": node, "kubernetes.io/os": "linux"},
            "annotations": NODE_ANNOTATIONS,
        }
        server.create({"kind": "Node", "metadata": metadata})
    for one in daemonsets:
        server.create(one)
    until(lambda: all(_at_rest(one) for one in _all(server, found)), "the DaemonSets are at rest")
    # Its finalizer keeps it there: a DaemonSet that is on its way out is an exhibit too.
    server.delete("DaemonSet", "held", found.namespace)


def _all(server: Server, found: Exhibits) -> list[dict[str, Any]]:
    return [
        one for where in (found.namespace, found.refused_namespace) for one in server.list("DaemonSet", where)
    ]


def _at_rest(daemonset: dict[str, Any]) -> bool:
    status = daemonset["status"]
    wanted = 0 if "no-node" in daemonset["spec"]["template"]["spec"]["nodeSelector"] else NODES
    counts = {status[field] for field in ("desiredNumberScheduled", "currentNumberScheduled", "numberReady")}
    return status.get("observedGeneration") == daemonset["metadata"]["generation"] and counts == {wanted}


def _remove(server: Server, found: Exhibits) -> None:
    for one in _all(server, found):
        where, name = one["metadata"]["namespace"], one["metadata"]["name"]
        if one["metadata"].get("finalizers"):
            server.merge("DaemonSet", name, where, metadata={"finalizers": None})
        server.delete("DaemonSet", name, where)
    for node in found.nodes:
        server.delete("Node", node)
    for namespace in (found.namespace, found.refused_namespace):
        server.delete("Namespace", namespace)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for the files of one test."""
    return tmp_path
