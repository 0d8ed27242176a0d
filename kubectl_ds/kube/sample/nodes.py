"""The 39 nodes of the sample, and what is special about each."""

from collections.abc import Iterator

from kubectl_ds.kube.sample.api_objects import Moment, Raw
from kubectl_ds.kube.sample.node_objects import NodeFacts, node, taint

CONTROL_PLANE = ("cp-1", "cp-2", "cp-3")
ZONE_A = tuple(f"worker-a-{n}" for n in range(1, 7))
ZONE_B = tuple(f"worker-b-{n}" for n in range(1, 7))
ZONE_C = tuple(f"worker-c-{n}" for n in range(1, 7))
WORKERS = (*ZONE_A, *ZONE_B, *ZONE_C)
GPU = ("gpu-1", "gpu-2", "gpu-3", "gpu-4")
ARM = ("arm-1", "arm-2", "arm-3")
STORAGE = ("storage-1", "storage-2", "storage-3")
EDGE = ("edge-1", "edge-2", "edge-3")
WINDOWS = ("win-1", "win-2")
VIRTUAL = ("fargate-1", "virtual-node-1")
FRESH = "worker-c-10"
REMOVED = "worker-c-7"
"""Scaled away half a minute ago: some pods still say that they run there."""

CORDONED = "worker-a-3"
CPU_FULL = "worker-a-6"
PODS_FULL = "worker-b-2"
MEMORY_FULL = "worker-b-3"
PORT_TAKEN = "worker-b-5"
DEDICATED = "worker-b-6"
"""Tainted for batch jobs while pods of other DaemonSets were already there."""
TENANT_BLUE = ("worker-b-1", "worker-b-4", DEDICATED)
DISK_PRESSURE = "worker-c-4"
RETIRING = "worker-c-5"
"""Got a NoExecute taint seconds ago."""
NOT_READY = "worker-c-6"
UNREACHABLE = "edge-3"

LINUX = (*CONTROL_PLANE, *WORKERS, FRESH, *GPU, *ARM, *STORAGE, *EDGE)
"""Every Linux machine: the virtual nodes call themselves Linux too and are not among these."""
ALL = (*LINUX, *WINDOWS, *VIRTUAL)


def address_of(name: str) -> str:
    """The node's internal IP."""
    number = _number(name)
    return f"10.0.{16 + number // 200}.{20 + number}"


def pod_network_of(name: str) -> str:
    """The first three numbers of the addresses that pods get there."""
    return f"10.244.{_number(name)}"


def _number(name: str) -> int:
    return (*ALL, REMOVED).index(name) + 1


def every_node(moment: Moment) -> list[Raw]:
    """All Node objects."""
    return [
        node(moment, facts, address_of(facts.name), f"{pod_network_of(facts.name)}.0/24")
        for facts in (*_machines(moment), *_troubled(moment), *_virtual())
    ]


def _machines(moment: Moment) -> Iterator[NodeFacts]:
    """Those with nothing wrong."""
    for name, letter in zip(CONTROL_PLANE, "abc", strict=True):
        yield NodeFacts(
            name,
            zone=f"eu-central-1{letter}",
            instance="m7i.xlarge",
            cpu=4,
            memory_gib=16,
            age_days=212,
            labels={"node-role.kubernetes.io/control-plane": ""},
            taints=(taint("node-role.kubernetes.io/control-plane", "NoSchedule"),),
        )
    troubled = {CORDONED, PODS_FULL, DEDICATED, DISK_PRESSURE, RETIRING, NOT_READY}
    for name in WORKERS:
        if name not in troubled:
            yield NodeFacts(name, zone=_zone(name), labels=_worker_labels(name))
    for name in GPU:
        yield NodeFacts(
            name,
            instance="g6.24xlarge",
            cpu=96,
            memory_gib=384,
            pods=110,
            age_days=18,
            extended={"nvidia.com/gpu": "4"},
            labels={"nvidia.com/gpu.present": "true", "nvidia.com/gpu.product": "NVIDIA-L4"},
            taints=(taint("nvidia.com/gpu", "NoSchedule", value="present"),),
        )
    for name in ARM:
        lifecycle = "on-demand" if name == "arm-1" else "preemptible"
        yield NodeFacts(
            name,
            zone="eu-central-1b",
            instance="m7g.2xlarge",
            arch="arm64",
            kubelet="v1.35.5",
            labels={"node.example.com/lifecycle": lifecycle, "sandbox.example.com/runtime": "gvisor"},
        )
    for name in STORAGE:
        audit = {"audit.example.com/level": "strict"} if name == "storage-1" else {}
        yield NodeFacts(
            name,
            zone="eu-central-1c",
            instance="i4i.2xlarge",
            memory_gib=64,
            age_days=96,
            labels={"node.example.com/storage": "nvme", **audit},
        )
    for name in WINDOWS:
        yield NodeFacts(
            name,
            os="windows",
            labels={"node.kubernetes.io/windows-build": "10.0.20348"},
            taints=(taint("os", "NoSchedule", value="windows"),),
        )


def _troubled(moment: Moment) -> Iterator[NodeFacts]:
    """Those that make the sample worth looking at."""
    cordon = taint("node.kubernetes.io/unschedulable", "NoSchedule", added=moment.ago(hours=2))
    yield NodeFacts(CORDONED, zone=_zone(CORDONED), taints=(cordon,), unschedulable=True)
    yield NodeFacts(PODS_FULL, zone=_zone(PODS_FULL), instance="t3.medium", cpu=2, memory_gib=4, pods=17)
    yield NodeFacts(
        DEDICATED,
        zone=_zone(DEDICATED),
        labels=_worker_labels(DEDICATED),
        taints=(taint("dedicated", "NoSchedule", value="batch"),),
    )
    yield NodeFacts(
        DISK_PRESSURE,
        zone=_zone(DISK_PRESSURE),
        pressure="DiskPressure",
        taints=(taint("node.kubernetes.io/disk-pressure", "NoSchedule", added=moment.ago(minutes=17)),),
    )
    yield NodeFacts(
        RETIRING, zone=_zone(RETIRING), taints=(taint("maintenance", "NoExecute", value="planned"),)
    )
    yield NodeFacts(
        NOT_READY,
        zone=_zone(NOT_READY),
        state="not ready",
        state_minutes=34,
        not_ready_message="PLEG is not healthy: pleg was last seen active 37m12s ago; threshold is 3m0s",
        taints=_lost_taints("not-ready", moment.ago(minutes=34)),
    )
    yield NodeFacts(
        FRESH,
        zone=_zone(FRESH),
        age_days=70 / 86400,
        state="not ready",
        not_ready_message="container runtime network not ready: NetworkReady=false "
        "reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
        taints=_lost_taints("not-ready", moment.ago(seconds=66)),
    )
    for name in EDGE:
        unreachable = name == UNREACHABLE
        since = moment.ago(minutes=26 * 60)
        yield NodeFacts(
            name,
            zone="edge-fra",
            instance="edge-box",
            cpu=4,
            memory_gib=8,
            provider="metal3",
            kubelet="v1.35.5",
            labels={"node-role.example.com/edge": ""},
            state="unreachable" if unreachable else "ready",
            state_minutes=26 * 60 if unreachable else 0,
            taints=(
                taint("node-role.example.com/edge", "NoSchedule"),
                *(_lost_taints("unreachable", since) if unreachable else ()),
            ),
        )


def _virtual() -> Iterator[NodeFacts]:
    """Those without a machine: a Fargate micro-VM with room for its one pod, and a virtual kubelet."""
    yield NodeFacts(
        "fargate-1",
        zone="eu-central-1b",
        instance="",
        cpu=2,
        memory_gib=4,
        pods=1,
        labels={"eks.amazonaws.com/compute-type": "fargate"},
        taints=(taint("eks.amazonaws.com/compute-type", "NoSchedule", value="fargate"),),
    )
    yield NodeFacts(
        "virtual-node-1",
        instance="",
        cpu=800,
        memory_gib=4096,
        pods=5000,
        provider="virtual",
        labels={"type": "virtual-kubelet", "kubernetes.io/role": "agent"},
        taints=(taint("virtual-kubelet.io/provider", "NoSchedule", value="azure"),),
    )


def _lost_taints(key: str, added: str) -> tuple[Raw, Raw]:
    """The pair that the node lifecycle controller puts on a node whose kubelet is not ready or not heard."""
    return (
        taint(f"node.kubernetes.io/{key}", "NoSchedule", added=added),
        taint(f"node.kubernetes.io/{key}", "NoExecute", added=added),
    )


def _zone(worker: str) -> str:
    return f"eu-central-1{worker.split('-')[1]}"


def _worker_labels(worker: str) -> dict[str, str]:
    return {"tenant": "blue"} if worker in TENANT_BLUE else {}
