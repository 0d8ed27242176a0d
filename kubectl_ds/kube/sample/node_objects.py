"""Node objects, as the kubelet, the cloud and the node controllers write them together."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kubectl_ds.kube.sample.api_objects import Moment, Raw, metadata

REGION = "eu-central-1"

KubeletState = Literal["ready", "not ready", "unreachable"]


@dataclass(frozen=True)
class NodeFacts:
    """What tells one node from another; the rest follows."""

    name: str
    zone: str = "eu-central-1a"
    instance: str = "m7i.2xlarge"
    cpu: int = 8
    memory_gib: int = 32
    pods: int = 58
    extended: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Raw, ...] = ()
    os: str = "linux"
    arch: str = "amd64"
    kubelet: str = "v1.36.2"
    age_days: float = 41
    state: KubeletState = "ready"
    state_minutes: float = 0
    """How long the Ready condition has been so; 0 for as long as the node is old."""
    not_ready_message: str = ""
    pressure: str = ""
    """A pressure condition that is True, such as DiskPressure."""
    unschedulable: bool = False
    provider: str = "aws"


def taint(key: str, effect: str, *, value: str = "", added: str = "") -> Raw:
    """A taint; the node lifecycle controller stamps `timeAdded` on those that it sets."""
    found = {"key": key, "effect": effect}
    if value:
        found["value"] = value
    if added:
        found["timeAdded"] = added
    return found


def node(moment: Moment, facts: NodeFacts, address: str, pod_cidr: str) -> Raw:
    """The whole Node object."""
    created = moment.ago(days=facts.age_days)
    labels = {
        "beta.kubernetes.io/arch": facts.arch,
        "beta.kubernetes.io/os": facts.os,
        "kubernetes.io/arch": facts.arch,
        "kubernetes.io/hostname": facts.name,
        "kubernetes.io/os": facts.os,
        "node.kubernetes.io/instance-type": facts.instance,
        "topology.kubernetes.io/region": REGION,
        "topology.kubernetes.io/zone": facts.zone,
        **facts.labels,
    }
    spec: Raw = {"podCIDR": pod_cidr, "podCIDRs": [pod_cidr], "providerID": _provider_id(facts)}
    if facts.taints:
        spec["taints"] = list(facts.taints)
    if facts.unschedulable:
        spec["unschedulable"] = True
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": metadata(
            "Node",
            facts.name,
            created,
            manager="kubelet",
            labels=dict(sorted(labels.items())),
            annotations={"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        ),
        "spec": spec,
        "status": _status(moment, facts, address),
    }


def _provider_id(facts: NodeFacts) -> str:
    if facts.provider == "aws":
        return f"aws:///{facts.zone}/i-{facts.name}"
    return f"{facts.provider}://{facts.name}"


def _status(moment: Moment, facts: NodeFacts, address: str) -> Raw:
    capacity = {
        "cpu": str(facts.cpu),
        "ephemeral-storage": "83873772Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{facts.memory_gib * 1024 * 1024 - 524288}Ki",
        "pods": str(facts.pods),
        **facts.extended,
    }
    allocatable = {
        **capacity,
        "cpu": f"{facts.cpu * 1000 - 90}m",
        "ephemeral-storage": "76224326324",
        "memory": f"{facts.memory_gib * 1024 * 1024 - 1572864}Ki",
    }
    return {
        "capacity": dict(sorted(capacity.items())),
        "allocatable": dict(sorted(allocatable.items())),
        "conditions": list(_conditions(moment, facts)),
        "addresses": [
            {"type": "InternalIP", "address": address},
            {"type": "Hostname", "address": facts.name},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": _node_info(facts),
        "images": [
            {"names": ["registry.k8s.io/pause:3.10.1"], "sizeBytes": 320448},
        ],
    }


def _conditions(moment: Moment, facts: NodeFacts) -> Iterable[Raw]:
    silent = facts.state == "unreachable"
    heard = moment.ago(minutes=facts.state_minutes + 1) if silent else moment.ago(seconds=21)
    joined = moment.ago(days=facts.age_days)
    changed = moment.ago(minutes=facts.state_minutes) if facts.state_minutes else joined
    lost = {"reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."}
    for kind, subject, negation in (
        ("MemoryPressure", "Memory", "kubelet has sufficient memory available"),
        ("DiskPressure", "Disk", "kubelet has no disk pressure"),
        ("PIDPressure", "PID", "kubelet has sufficient PID available"),
    ):
        condition: Raw = {
            "type": kind,
            "status": "False",
            "lastHeartbeatTime": heard,
            "lastTransitionTime": joined,
        }
        told = {"reason": f"KubeletHasSufficient{subject}", "message": negation}
        if kind == "DiskPressure":
            told["reason"] = "KubeletHasNoDiskPressure"
        if silent:
            condition |= {"status": "Unknown", "lastTransitionTime": changed, **lost}
        elif kind == facts.pressure:
            told = {"reason": f"KubeletHas{kind}", "message": "kubelet has disk pressure"}
            condition |= {"status": "True", "lastTransitionTime": moment.ago(minutes=17), **told}
        else:
            condition |= told
        yield condition
    ready: Raw = {
        "type": "Ready",
        "status": "True",
        "lastHeartbeatTime": heard,
        "lastTransitionTime": changed,
    }
    if silent:
        ready |= {"status": "Unknown", **lost}
    elif facts.state == "not ready":
        ready |= {"status": "False", "reason": "KubeletNotReady", "message": facts.not_ready_message}
    else:
        ready |= {"reason": "KubeletReady", "message": "kubelet is posting ready status"}
    yield ready


def _node_info(facts: NodeFacts) -> dict[str, Any]:
    windows = facts.os == "windows"
    return {
        "machineID": f"ec2{abs(hash_of(facts.name)):029x}",
        "systemUUID": f"ec2{abs(hash_of(facts.name)):029x}",
        "bootID": f"{abs(hash_of('boot' + facts.name)):032x}",
        "kernelVersion": "10.0.20348.4052" if windows else "6.12.46-66.121",
        "osImage": "Windows Server 2022 Datacenter" if windows else "Bottlerocket OS 1.49.0 (aws-k8s-1.36)",
        "containerRuntimeVersion": "containerd://2.1.4",
        "kubeletVersion": facts.kubelet,
        "kubeProxyVersion": "",
        "operatingSystem": facts.os,
        "architecture": facts.arch,
    }


def hash_of(text: str) -> int:
    """A small stable number for a text (Python's own hash differs in every run)."""
    return zlib.crc32(text.encode())
