"""From a plan to rendered collections on disk, object by object."""

import hashlib
import json
import math
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.clusters.collection import CollectionWriter, ItemClass
from bench.clusters.daemonset_objects import DAEMON_POD_CPU, daemonset_tree, revision_tree
from bench.clusters.event_objects import event_tree, events_of
from bench.clusters.metadata import Tree, digest, uid
from bench.clusters.node_objects import ALLOCATABLE_CPU, NodeKind, node_row, node_tree, partial
from bench.clusters.planning import ClusterPlan, DaemonSetFacts, plan_cluster
from bench.clusters.pod_objects import PodState, daemon_pod_tree, pod_row, workload_pod_tree
from bench.clusters.size import Size
from bench.clusters.template import Template

VERSION = "8000000"
"""The resourceVersion of every list."""

_MIXTURES = 29
"""Different sets of images on nodes."""
_WORKLOADS = ("cart", "search", "shop-front")
_WORKLOAD_NAMESPACE = "shop"

Say = Callable[[str], None]


def made(size: Size, parent: Path, say: Say) -> Path:
    """The folder of this cluster, made now or found from before."""
    folder = parent / f"{size.name}-{_recipe()}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    say(f"making a cluster of {size.nodes} nodes and {size.daemonsets} DaemonSets")
    plan = plan_cluster(size)
    _make_nodes(plan, folder / "nodes")
    _make_daemonsets(plan, folder)
    _make_pods(plan, folder / "pods")
    _make_events(plan, folder / "events")
    (folder / "done").write_text(json.dumps(size.as_dict()))
    return folder


def _recipe() -> str:
    """Eight digits that change with what makes clusters: one kept from before a change is of no use."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def _make_nodes(plan: ClusterPlan, folder: Path) -> None:
    templates: dict[tuple[NodeKind, str, int], tuple[Template, Template, Tree]] = {}
    with CollectionWriter(folder) as writer:
        for node in plan.nodes:
            look = (node.kind, node.zone, node.number % _MIXTURES)
            if look not in templates:
                tree = node_tree(*look[:2], plan.size.images, look[2])
                templates[look] = Template(tree), node_row(tree, node.kind), tree
            item, row, tree = templates[look]
            values = {
                b"name": node.name.encode(),
                b"uid": uid(0xA0, node.number).encode(),
                b"version": b"%d" % (1_000_000 + node.number),
                b"address": _address(node.number).encode(),
                b"machine": digest(0xAA, node.number)[:32].encode(),
                b"cidr": b"100.%d.%d.0/24" % (64 + node.number // 256, node.number % 256),
            }
            labels = tree["metadata"]["labels"] | {"kubernetes.io/hostname": node.name}
            fields = {"metadata.name": node.name, "spec.unschedulable": str(node.kind.unschedulable).lower()}
            number = writer.new_class(ItemClass("", labels, fields))
            writer.add(node.name, number, item.fill(values), row.fill(values))


def _make_daemonsets(plan: ClusterPlan, folder: Path) -> None:
    ordered = sorted(plan.daemonsets, key=lambda one: (one.plan.namespace, one.plan.name))
    _write_trees(
        folder / "daemonsets", (daemonset_tree(one.plan, one.status) for one in ordered), _daemonset_cells
    )
    revisions = [revision_tree(one.plan, old=old) for one in ordered for old in (True, False)]
    revisions.sort(key=lambda one: (one["metadata"]["namespace"], one["metadata"]["name"]))
    _write_trees(folder / "controllerrevisions", revisions, lambda tree: [tree["metadata"]["name"]])
    namespaces = sorted({one.plan.namespace for one in ordered} | {_WORKLOAD_NAMESPACE, "default"})
    trees = [
        {"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}}} for name in namespaces
    ]
    _write_trees(folder / "namespaces", trees, lambda tree: [tree["metadata"]["name"], "Active", "12d"])


def _write_trees(folder: Path, trees: Iterable[Tree], cells: Callable[[Tree], list[Any]]) -> None:
    with CollectionWriter(folder) as writer:
        for tree in trees:
            metadata = tree["metadata"]
            namespace, name = metadata.get("namespace", ""), metadata["name"]
            fields = {"metadata.name": name, "metadata.namespace": namespace}
            number = writer.new_class(ItemClass(namespace, metadata["labels"], fields))
            row = {"cells": cells(tree), "object": partial(metadata)}
            writer.add(name, number, _dumped(tree), _dumped(row))


def _make_pods(plan: ClusterPlan, folder: Path) -> None:
    by_namespace: dict[str, list[DaemonSetFacts]] = {}
    for facts in plan.daemonsets:
        by_namespace.setdefault(facts.plan.namespace, []).append(facts)
    with CollectionWriter(folder) as writer:
        for namespace in sorted([*by_namespace, _WORKLOAD_NAMESPACE]):
            for facts in sorted(by_namespace.get(namespace, ()), key=lambda one: f"{one.plan.name}-"):
                _write_daemon_pods(plan, facts, writer)
            if namespace == _WORKLOAD_NAMESPACE:
                _write_workload_pods(plan, writer)


def _write_daemon_pods(plan: ClusterPlan, facts: DaemonSetFacts, writer: CollectionWriter) -> None:
    looks: dict[tuple[PodState, bool], tuple[int, Template, Template]] = {}
    for place, pod in enumerate(facts.pods):
        look = (pod.state, pod.old)
        if look not in looks:
            tree = daemon_pod_tree(facts.plan, pod.state, old=pod.old)
            looks[look] = _new_pod_class(writer, tree), Template(tree), pod_row(tree, pod.state)
        number, item, row = looks[look]
        values = _pod_values(plan, pod.name, pod.node, plan.serial(facts, place))
        bound = -1 if pod.state == "pending" else pod.node
        writer.add(pod.name, number, item.fill(values), row.fill(values), bound)


def _write_workload_pods(plan: ClusterPlan, writer: CollectionWriter) -> None:
    looks: dict[tuple[str, int], tuple[int, Template, Template]] = {}
    count = plan.size.workload_pods * len(plan.nodes)
    for first, workload in enumerate(_WORKLOADS):
        for serial in range(first, count, len(_WORKLOADS)):
            name = f"{workload}-5d8f7b9c6-{serial:06d}"
            node = serial // plan.size.workload_pods
            look = (workload, _workload_cpu(plan, node))
            if look not in looks:
                tree = workload_pod_tree(_WORKLOAD_NAMESPACE, *look)
                looks[look] = _new_pod_class(writer, tree), Template(tree), pod_row(tree, "ready")
            number, item, row = looks[look]
            values = _pod_values(plan, name, node, 0x1000000 + serial)
            writer.add(name, number, item.fill(values), row.fill(values), node)


def _workload_cpu(plan: ClusterPlan, node: int) -> int:
    """Millicores: little, or on a node on which a daemon pod waits all that there is."""
    if node not in plan.full:
        return 250
    return math.ceil((ALLOCATABLE_CPU - plan.daemon_pods_on[node] * DAEMON_POD_CPU) / plan.size.workload_pods)


def _new_pod_class(writer: CollectionWriter, tree: Tree) -> int:
    metadata, status = tree["metadata"], tree["status"]
    fields = {
        "metadata.namespace": metadata["namespace"],
        "status.phase": status["phase"],
        "spec.schedulerName": tree["spec"]["schedulerName"],
    }
    return writer.new_class(ItemClass(metadata["namespace"], metadata["labels"], fields))


def _pod_values(plan: ClusterPlan, name: str, node: int, serial: int) -> dict[bytes, bytes]:
    return {
        b"name": name.encode(),
        b"uid": uid(0xB0, serial).encode(),
        b"version": b"%d" % (2_000_000 + serial),
        b"node": plan.nodes[node].name.encode(),
        b"host": _address(node).encode(),
        b"container": digest(0xBB, serial).encode(),
        b"address": b"100.%d.%d.%d" % (64 + serial // 65536 % 64, serial // 256 % 256, serial % 256),
    }


def _make_events(plan: ClusterPlan, folder: Path) -> None:
    with CollectionWriter(folder) as writer:
        for place, event in enumerate(events_of(plan)):
            tree = event_tree(event, place)
            number = writer.new_class(ItemClass(event.namespace, {}, event.fields))
            row = {"cells": ["12m", event.kind, event.reason], "object": partial(tree["metadata"])}
            writer.add(tree["metadata"]["name"], number, _dumped(tree), _dumped(row))


def _daemonset_cells(tree: Tree) -> list[Any]:
    """Mirrors `printDaemonSet` of pkg/printers/internalversion/printers.go."""
    spec, status = tree["spec"]["template"]["spec"], tree["status"]
    counters = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled")
    return [
        tree["metadata"]["name"],
        *(status[name] for name in (*counters, "numberAvailable")),
        _pairs(spec["nodeSelector"]),
        "12d",
        ",".join(one["name"] for one in spec["containers"]),
        ",".join(one["image"] for one in spec["containers"]),
        _pairs(tree["spec"]["selector"]["matchLabels"]),
    ]


def _pairs(labels: Tree) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _address(node: int) -> str:
    return f"10.{node >> 16 & 255}.{node >> 8 & 255}.{node & 255}"


def _dumped(tree: Tree) -> bytes:
    return json.dumps(tree, separators=(",", ":")).encode()
