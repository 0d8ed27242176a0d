"""A cluster as it should be: no rule has more than an inventory to tell of it, all of them together."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from kubectl_ds.core.audit_rules import RULES
from tests.audit.test_rules import audited
from tests.clusters import (
    Raw,
    a_container,
    a_container_status,
    a_daemonset,
    a_namespace,
    a_node,
    a_pod,
    a_priority_class,
    a_revision,
    a_term,
    affinity_to,
)

CONTROL_PLANE = ("cp-1", "cp-2", "cp-3")
WORKERS = tuple(f"worker-{number}" for number in range(1, 7))
GPU = ("gpu-1", "gpu-2")
LINUX = (*CONTROL_PLANE, *WORKERS, *GPU)
WINDOWS = ("win-1",)
FARGATE = "eks.amazonaws.com/compute-type"

EVERY_TAINT = [{"operator": "Exists"}]
NODE_CRITICAL = "system-node-critical"
ON_LINUX = {"kubernetes.io/os": "linux"}
NOT_ON_FARGATE = affinity_to(a_term((FARGATE, "NotIn", ["fargate"])))


def the_nodes() -> Iterator[Raw]:
    for name in CONTROL_PLANE:
        role = "node-role.kubernetes.io/control-plane"
        yield a_node(name, labels={role: ""}, taints=[f"{role}:NoSchedule"])
    for name in WORKERS:
        yield a_node(name)
    for name in GPU:
        yield a_node(
            name,
            labels={"accelerator": "gpu"},
            taints=["accelerator=gpu:NoSchedule"],
            allocatable={"example.com/gpu": "4"},
        )
    for name in WINDOWS:
        yield a_node(name, operating_system="windows", taints=["os=windows:NoSchedule"])
    yield a_node("fargate-1", labels={FARGATE: "fargate"}, taints=[f"{FARGATE}=fargate:NoSchedule"])


def container(name: str, **fields: Any) -> Raw:
    amounts = {"cpu": "50m", "memory": "64Mi"}
    return a_container(name, resources={"requests": amounts, "limits": {"memory": "128Mi"}}, **fields)


def rolled_out(daemonset: Raw, nodes: Sequence[str]) -> Iterator[Raw]:
    """The DaemonSet with its revision, a pod that is well on each of the nodes, and the status that counts them."""
    daemonset["status"] |= dict.fromkeys(
        (
            "currentNumberScheduled",
            "desiredNumberScheduled",
            "numberReady",
            "updatedNumberScheduled",
            "numberAvailable",
        ),
        len(nodes),
    )
    yield daemonset
    yield a_revision(daemonset)
    spec = daemonset["spec"]["template"]["spec"]
    statuses = [
        {**a_container_status(one["name"]), "imageID": f"{one['image'].rpartition(':')[0]}@sha256:{'c' * 64}"}
        for one in spec["containers"]
    ]
    for name in nodes:
        yield a_pod(daemonset, name, container_statuses=statuses, priority=2_000_001_000)


def well_made() -> Iterator[Raw]:
    yield from the_nodes()
    yield from (a_namespace(name) for name in ("kube-system", "logging", "monitoring"))
    yield a_priority_class(NODE_CRITICAL, 2_000_001_000)
    network = a_daemonset(
        "network-agent",
        max_unavailable="20%",
        containers=[container("agent", securityContext={"privileged": True})],
        hostNetwork=True,
        nodeSelector=ON_LINUX,
        affinity=NOT_ON_FARGATE,
        tolerations=EVERY_TAINT,
        priorityClassName=NODE_CRITICAL,
    )
    yield from rolled_out(network, LINUX)
    logs = a_daemonset(
        "log-agent",
        namespace="logging",
        max_unavailable="20%",
        containers=[
            container("agent", volumeMounts=[{"name": "logs", "mountPath": "/var/log", "readOnly": True}]),
            container("reloader"),
        ],
        volumes=[{"name": "logs", "hostPath": {"path": "/var/log", "type": ""}}],
        nodeSelector=ON_LINUX,
        affinity=NOT_ON_FARGATE,
        tolerations=EVERY_TAINT,
        priorityClassName=NODE_CRITICAL,
    )
    yield from rolled_out(logs, LINUX)
    exporter = a_daemonset(
        "exporter",
        namespace="monitoring",
        containers=[
            container("exporter", ports=[{"containerPort": 9100, "hostPort": 9100, "protocol": "TCP"}])
        ],
        nodeSelector=ON_LINUX,
        affinity=NOT_ON_FARGATE,
        tolerations=EVERY_TAINT,
        priorityClassName=NODE_CRITICAL,
    )
    yield from rolled_out(exporter, LINUX)
    gpu = a_daemonset(
        "gpu-driver",
        max_surge=1,
        containers=[container("driver")],
        nodeSelector={"accelerator": "gpu"},
        tolerations=[{"key": "accelerator", "operator": "Exists", "effect": "NoSchedule"}],
        priorityClassName=NODE_CRITICAL,
    )
    yield from rolled_out(gpu, GPU)
    windows = a_daemonset(
        "windows-exporter",
        namespace="monitoring",
        containers=[container("exporter")],
        nodeSelector={"kubernetes.io/os": "windows"},
        tolerations=[{"key": "os", "operator": "Equal", "value": "windows", "effect": "NoSchedule"}],
        priorityClassName=NODE_CRITICAL,
    )
    yield from rolled_out(windows, WINDOWS)


def test_a_well_made_cluster_has_nothing_but_an_inventory():
    outcome = audited(list(well_made()), "-o", "json", "--fail-on", "warning")
    document = json.loads(outcome.out)
    assert [(one["rule"], one["name"], one["message"]) for one in document["findings"]] == [
        ("DS031", "network-agent", "Container agent is privileged."),
        ("DS032", "log-agent", "Its pods hold 1 path of the node: /var/log (read-only)."),
        ("DS033", "network-agent", "Its pods share the node's network (hostNetwork)."),
    ]
    assert (outcome.code, outcome.err, document["incomplete"]) == (0, "", [])
    assert document["rules"] == [rule.id for rule in RULES]
