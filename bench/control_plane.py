"""A real control plane in place of our own server: kube-apiserver computes what there is rendered beforehand.

Its nodes are those of `bench.clusters`; pods are made by the real controller, bound by the real scheduler, and
made Ready by the simulated kubelets of tests/controlplane. Requests are counted in its audit log, which does
not tell bytes.
"""

import json
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.clusters.daemonset_objects import daemonset_tree, plan_of
from bench.clusters.metadata import Tree
from bench.clusters.node_objects import node_tree
from bench.clusters.planning import plan_cluster
from bench.clusters.size import Size
from bench.clusters.template import Template
from bench.measuring.served import Counted
from tests.controlplane.cluster import NODE_ANNOTATIONS, ControlPlane
from tests.controlplane.harness import start

_USER: Final = "bench"
_PATIENCE: Final = 600.0
"""Seconds in which all pods have to be Ready."""
_SETTLING: Final = 0.5
"""Seconds after which the audit log holds what was answered."""
_WRITTEN_BY_THE_SERVER: Final = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation")

Say = Callable[[str], None]


@dataclass
class RealCluster:
    """A control plane that runs, seen through a user of our own."""

    running: ControlPlane
    _read_to: int = 0
    _context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        self._context = ssl.create_default_context(cafile=str(self._authority))

    @property
    def url(self) -> str:
        """Where kube-apiserver listens."""
        return self.running.url

    @property
    def curl_options(self) -> Sequence[str]:
        """What curl needs to get in."""
        return (
            "--cacert",
            str(self._authority),
            "-H",
            f"Authorization: Bearer {self.running.token_of(_USER)}",
        )

    def kubeconfig(self, path: Path) -> Path:
        """The control plane's own."""
        return self.running.kubeconfig_of(_USER)

    def tally(self) -> Counted:
        """What our user asked since the last call, by the audit log."""
        time.sleep(_SETTLING)
        with self.running.audit_log.open("rb") as log:
            log.seek(self._read_to)
            lines = log.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        self._read_to += sum(len(line) for line in whole)
        entries = [json.loads(line) for line in whole]
        return Counted([one["requestURI"] for one in entries if one["user"]["username"] == _USER])

    def read(self, path: str) -> bytes:
        """The answer to one GET."""
        headers = {"Authorization": f"Bearer {self.running.token_of(_USER)}"}
        request = urllib.request.Request(self.url + path, headers=headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, context=self._context) as answer:  # noqa: S310
            body: bytes = answer.read()
            return body

    @property
    def _authority(self) -> Path:
        return self.running.pki / "ca.crt"


@contextmanager
def real_cluster(size: Size, kubectl: Path, say: Say) -> Iterator[RealCluster]:
    """A control plane with a cluster of this size, for as long as the block runs; its workloads are left out.

    Raises `NotOurs` where the environment names another's cluster, which is no place for our nodes.
    """
    say(f"starting a control plane of {size.nodes} nodes and {size.daemonsets} DaemonSets")
    with start(users=[f"{_USER}=system:masters"]) as running:
        running.needs_ours("a place for hundreds of nodes without machines")
        cluster = RealCluster(running)
        _create(cluster, kubectl, _objects(size))
        _wait_until_ready(cluster, size, say)
        yield cluster


def _objects(size: Size) -> Iterator[Tree]:
    plans = [plan_of(number) for number in range(size.daemonsets)]
    for namespace in sorted({plan.namespace for plan in plans} - {"kube-system"}):
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    for node in plan_cluster(size).nodes:
        values = dict.fromkeys((b"uid", b"version", b"machine"), b"0" * 32)
        values |= {b"name": node.name.encode(), b"address": b"10.0.%d.%d" % divmod(node.number, 256)}
        values |= {b"cidr": b"100.64.%d.%d/32" % divmod(node.number, 256)}
        text = Template(node_tree(node.kind, node.zone, size.images)).fill(values)
        tree = _as_written_by_people(json.loads(text))
        tree["metadata"]["annotations"] |= NODE_ANNOTATIONS
        yield {"apiVersion": "v1", "kind": "Node", **tree}
    for plan in plans:
        tree = _as_written_by_people(daemonset_tree(plan, {}))
        spec = tree["spec"]["template"]["spec"]
        # Another account than the namespace's own would have to be made first.
        del spec["serviceAccountName"], spec["serviceAccount"], tree["status"]
        yield {"apiVersion": "apps/v1", "kind": "DaemonSet", **tree}


def _as_written_by_people(tree: Tree) -> Tree:
    metadata = {name: value for name, value in tree["metadata"].items() if name not in _WRITTEN_BY_THE_SERVER}
    return tree | {"metadata": metadata}


def _create(cluster: RealCluster, kubectl: Path, objects: Iterator[Tree]) -> None:
    manifest = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    command = [str(kubectl), "create", "-f", "-", "--kubeconfig", str(cluster.running.kubeconfig_of(_USER))]
    done = subprocess.run(command, input=manifest, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"kubectl create: {done.stderr[-2000:]}")


def _wait_until_ready(cluster: RealCluster, size: Size, say: Say) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        statuses = [one["status"] for one in _items(cluster, "/apis/apps/v1/daemonsets")]
        ready = sum(one.get("numberReady", 0) for one in statuses)
        wanted = sum(one.get("desiredNumberScheduled", 0) for one in statuses)
        if len(statuses) == size.daemonsets and wanted and ready == wanted:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"after {_PATIENCE:.0f} s only {ready} of {wanted} pods are Ready")
        say(f"{ready} of {wanted} pods are Ready")
        time.sleep(5)


def _items(cluster: RealCluster, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(cluster.read(path))["items"]
    return items
