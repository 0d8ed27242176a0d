"""Nodes as a cloud has them: pools with labels and taints, conditions, 40 images, managedFields; about 10 kB."""

from dataclasses import dataclass, field
from typing import Any

from bench.clusters.metadata import CHANGED, CREATED, HEARTBEAT, Tree, digest, fields_of, managed
from bench.clusters.template import Template

ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
ALLOCATABLE_CPU = 15890
"""Millicores of a node that pods can have."""


@dataclass(frozen=True, eq=False)
class NodeKind:
    """Nodes that placement treats alike."""

    name: str
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[Tree, ...] = ()
    ready: str = "True"
    unschedulable: bool = False

    @property
    def all_labels(self) -> dict[str, str]:
        """The labels of a node of this kind, except those that name the node or its zone."""
        return {
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/os": "linux",
            "node.kubernetes.io/instance-type": "m7i.4xlarge",
            "topology.kubernetes.io/region": "eu-central-1",
            "example.com/nodepool": self.name,
            "example.com/cost-centre": "platform-4711",
            "eks.amazonaws.com/capacityType": "ON_DEMAND",
            "eks.amazonaws.com/nodegroup-image": "ami-0f3ac21b7d9e00c11",
            **self.labels,
        }


def _taint(key: str, effect: str, value: str = "") -> Tree:
    return {"key": key, "effect": effect} | ({"value": value} if value else {})


_CORDON = _taint("node.kubernetes.io/unschedulable", "NoSchedule")
_LOST = (
    _taint("node.kubernetes.io/unreachable", "NoSchedule"),
    _taint("node.kubernetes.io/unreachable", "NoExecute"),
)

GENERAL = NodeKind("general")
KINDS: tuple[tuple[float, NodeKind], ...] = (
    (0.050, NodeKind("gpu", {"accelerator": "nvidia"}, (_taint("nvidia.com/gpu", "NoSchedule", "present"),))),
    (0.040, NodeKind("arm", {"kubernetes.io/arch": "arm64"})),
    (0.030, NodeKind("spot", {"example.com/spot": "true"}, (_taint("example.com/spot", "PreferNoSchedule"),))),
    (0.010, NodeKind("cordoned", {}, (_CORDON,), unschedulable=True)),
    (0.004, NodeKind("lost", {}, _LOST, ready="Unknown")),
    (0.004, NodeKind("maintenance", {}, (_taint("maintenance", "NoExecute", "planned"),))),
    (0.002, NodeKind("control", {"node-role.kubernetes.io/control-plane": ""},
                     (_taint("node-role.kubernetes.io/control-plane", "NoSchedule"),))),
)  # fmt: skip
"""Each kind's share of the nodes; the rest is `GENERAL`."""


def node_tree(kind: NodeKind, zone: str, images: int, mixture: int = 0) -> Tree:
    """A node with the holes name, uid, version, address, cidr and machine (32 digits).

    Nodes of another `mixture` hold other images: gzip must not find the last node's again in each one.
    """
    spec: Tree = {
        "podCIDR": "@{cidr}",
        "podCIDRs": ["@{cidr}"],
        "providerID": f"aws:///{zone}/i-@{{name}}",
    }
    if kind.taints:
        spec["taints"] = list(kind.taints)
    if kind.unschedulable:
        spec["unschedulable"] = True
    status = _status(kind, images, mixture)
    return {"metadata": _metadata(kind, zone, spec, status), "spec": spec, "status": status}


def _metadata(kind: NodeKind, zone: str, spec: Tree, status: Tree) -> Tree:
    labels = {
        **kind.all_labels,
        "kubernetes.io/hostname": "@{name}",
        "topology.kubernetes.io/zone": zone,
        "topology.ebs.csi.aws.com/zone": zone,
    }
    annotations = {
        "csi.volume.kubernetes.io/nodeid": '{"ebs.csi.aws.com":"i-@{name}"}',
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    heartbeats = {name: status[name] for name in ("allocatable", "capacity", "conditions")}
    managed_fields = [
        managed("kubelet", {"f:metadata": fields_of({"annotations": annotations, "labels": labels})}),
        managed("kube-controller-manager", {"f:spec": fields_of({**spec, "podCIDRs": {"v:@{cidr}": {}}})}),
        managed("kubelet", {"f:status": fields_of(heartbeats)}, subresource="status"),
    ]
    return {
        "name": "@{name}",
        "uid": "@{uid}",
        "resourceVersion": "@{version}",
        "creationTimestamp": CREATED,
        "labels": labels,
        "annotations": annotations,
        "managedFields": managed_fields,
    }


def node_row(tree: Tree, kind: NodeKind) -> Template:
    """The row of a Table. Mirrors `printNode` of pkg/printers/internalversion/printers.go."""
    status = "Ready" if kind.ready == "True" else "NotReady"
    roles = "control-plane" if kind.name == "control" else "<none>"
    info = tree["status"]["nodeInfo"]
    cells = [
        "@{name}",
        status + (",SchedulingDisabled" if kind.unschedulable else ""),
        roles,
        "12d",
        info["kubeletVersion"],
        "@{address}",
        "<none>",
        info["osImage"],
        info["kernelVersion"],
        info["containerRuntimeVersion"],
    ]
    return Template({"cells": cells, "object": partial(tree["metadata"])})


def partial(metadata: Any) -> Tree:
    """What a row holds of its object when kubectl asks for no more."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}


def _status(kind: NodeKind, images: int, mixture: int) -> Tree:
    capacity = {
        "cpu": "16",
        "ephemeral-storage": "104845292Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": "64814028Ki",
        "pods": "110",
    }
    return {
        "capacity": capacity,
        "allocatable": {
            **capacity,
            "cpu": f"{ALLOCATABLE_CPU}m",
            "ephemeral-storage": "95551679124",
            "memory": "60998604Ki",
        },
        "conditions": _conditions(kind),
        "addresses": [
            {"type": "InternalIP", "address": "@{address}"},
            {"type": "Hostname", "address": "@{name}"},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "machineID": "@{machine}",
            "systemUUID": "ec2@{machine}",
            "bootID": "b00@{machine}",
            "kernelVersion": "6.12.46-66.121.amzn2023.x86_64",
            "osImage": "Amazon Linux 2023.9.20260810",
            "containerRuntimeVersion": "containerd://2.1.4",
            "kubeletVersion": "v1.37.1",
            "kubeProxyVersion": "",
            "operatingSystem": "linux",
            "architecture": kind.all_labels["kubernetes.io/arch"],
        },
        "images": [_image(number, mixture) for number in range(images)],
    }  # fmt: skip


def _image(number: int, mixture: int) -> Tree:
    """Every other image is on all nodes, as the daemons' are; the rest is what the node's workloads brought."""
    serial = number + (1000 * (mixture + 1) if number % 2 else 0)
    repository = f"registry.example.com/a{serial}"
    names = [f"{repository}@sha256:{digest(0x1A, serial)}", f"{repository}:v1.{number}"]
    return {"names": names, "sizeBytes": 7_340_032 * (number + 1)}


def _conditions(kind: NodeKind) -> list[Tree]:
    silent = kind.ready == "Unknown"
    told = {
        "MemoryPressure": ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        "DiskPressure": ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        "PIDPressure": ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        "Ready": ("KubeletReady", "kubelet is posting ready status"),
    }
    lost = ("NodeStatusUnknown", "Kubelet stopped posting node status.")
    return [
        {
            "type": name,
            "status": "Unknown" if silent else "True" if name == "Ready" else "False",
            "lastHeartbeatTime": HEARTBEAT,
            "lastTransitionTime": CHANGED,
            "reason": (lost if silent else words)[0],
            "message": (lost if silent else words)[1],
        }
        for name, words in told.items()
    ]
