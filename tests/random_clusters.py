"""Whole clusters from a seed, with a little of everything that a snapshot can hold.

@given(seeds())
def test_…(seed): cluster = random_cluster(seed); snapshot_of(*cluster)
"""

import random
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from kubectl_ds.core.snapshot import ClusterSnapshot, Gap
from tests.clusters import (
    NEW_HASH,
    OLD_HASH,
    Raw,
    a_container,
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    a_term,
    affinity_to,
    ago,
    an_event,
    pinned_to,
    snapshot_of,
    unschedulable,
)

TAINTS = (
    "dedicated=db:NoSchedule",
    "dedicated=web:NoSchedule",
    "maintenance=planned:NoExecute",
    "level=7:NoExecute",
    "soft=yes:PreferNoSchedule",
    "node.kubernetes.io/not-ready:NoExecute",
    "node.kubernetes.io/unschedulable:NoSchedule",
    "virtual-kubelet.io/provider=azure:NoSchedule",
)
ZONES = ("a", "b", "c")


def seeds() -> st.SearchStrategy[int]:
    """A seed for `random_cluster`; hypothesis prints the one that fails."""
    return st.integers(0, 2**32)


def random_cluster(seed: int, *, most_nodes: int = 9, most_daemonsets: int = 4) -> list[Raw]:
    """Raw objects in no special order."""
    return _Dice(seed).cluster(most_nodes, most_daemonsets)


def random_snapshot(seed: int, **bounds: int) -> ClusterSnapshot:
    """The cluster of this seed as it was read: often whole, at times with gaps or without foreign pods."""
    dice = random.Random(seed + 1)
    gaps = [
        Gap(resource=resource, status=403, message=f"{resource} could not be read")
        for resource in ("nodes", "pods", "events", "controllerrevisions")
        if dice.random() < 0.05
    ]
    return snapshot_of(*random_cluster(seed, **bounds), all_pods=dice.random() < 0.7, gaps=gaps)


class _Dice:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.chance = lambda share: self._random.random() < share
        self.one = self._random.choice

    def some(self, these: Any, share: float = 0.3) -> list[Any]:
        return [one for one in these if self.chance(share)]

    def cluster(self, most_nodes: int, most_daemonsets: int) -> list[Raw]:
        nodes = [self.node(f"n{number}") for number in range(self._random.randint(0, most_nodes))]
        names = [*(node["metadata"]["name"] for node in nodes), *(["gone-1"] if self.chance(0.3) else [])]
        daemonsets = [
            self.daemonset(f"d{number}", names) for number in range(self._random.randint(1, most_daemonsets))
        ]
        pods = [pod for one in daemonsets for name in names for pod in self.pods(one, name)]
        others = [self.stranger(f"web-{number}", self.one(names)) for number in range(3) if names]
        revisions = [
            a_revision(one, number, revision_hash=hash_)
            for one in daemonsets
            for number, hash_ in ((1, OLD_HASH), (2, NEW_HASH))
            if self.chance(0.8)
        ]
        events = [self.event(one) for one in self.some([*daemonsets, *pods], 0.15)]
        cluster = [*nodes, *daemonsets, *pods, *others, *revisions, *events]
        self._random.shuffle(cluster)
        return cluster

    def node(self, name: str) -> Raw:
        labels = {"zone": self.one(ZONES)} if self.chance(0.8) else {}
        labels |= {"role": self.one(("edge", "core"))} if self.chance(0.5) else {}
        labels |= {"cores": self.one(("4", "16", "many"))} if self.chance(0.5) else {}
        labels |= {"type": "virtual-kubelet"} if self.chance(0.05) else {}
        return a_node(
            name,
            labels=labels,
            taints=self.some(TAINTS, 0.12),
            ready=self.one((True, True, True, True, False, None)),
            unschedulable=self.chance(0.1),
            allocatable={"cpu": self.one(("1", "4")), "pods": self.one(("2", "110"))},
            age=timedelta(seconds=self.one((30, 3000, 3_000_000))),
        )

    def daemonset(self, name: str, nodes: list[str]) -> Raw:
        template: Raw = {}
        if self.chance(0.3):
            template["nodeSelector"] = {"zone": self.one(ZONES)} | (
                {"role": "edge"} if self.chance(0.3) else {}
            )
        if self.chance(0.4):
            template["affinity"] = affinity_to(*(self.term() for _ in range(self._random.randint(0, 2))))
        if self.chance(0.1) and nodes:
            template["nodeName"] = self.one(nodes)
        if self.chance(0.5):
            template["tolerations"] = [self.toleration() for _ in range(self._random.randint(1, 3))]
        template["hostNetwork"] = self.chance(0.2)
        ports = [{"containerPort": 80, "hostPort": 80}] if self.chance(0.3) else []
        requests = {"cpu": self.one(("100m", "900m", "2"))} if self.chance(0.6) else None
        template["containers"] = [a_container(requests=requests, ports=ports)]
        surge = self.one((None, None, 1))
        return a_daemonset(
            name,
            namespace=self.one(("kube-system", "kube-system", "shop")),
            generation=self.one((1, 2)),
            observed_generation=self.one((1, 2)),
            template_generation=self.one((None, 1, 2)),
            strategy={"type": "OnDelete"} if self.chance(0.2) else None,
            max_surge=surge,
            min_ready_seconds=self.one((0, 0, 20_000)),
            deleting=self.chance(0.05),
            selector={} if self.chance(0.03) else None,
            **template,
        )

    def term(self) -> Raw:
        requirements = [
            self.one(
                (
                    ("zone", "In", self.some(ZONES, 0.6)),
                    ("zone", "NotIn", ["a"]),
                    ("role", "Exists", []),
                    ("role", "DoesNotExist", []),
                    ("cores", "Gt", ["8"]),
                    ("cores", "Lt", ["8"]),
                    ("kubernetes.io/hostname", "In", ["n1", "n2"]),
                    ("bad key!", "Exists", []),
                )
            )
            for _ in range(self._random.randint(0, 2))
        ]
        fields = [("metadata.name", self.one(("In", "NotIn")), ["n1"])] if self.chance(0.2) else []
        return a_term(*requirements, fields=fields)

    def toleration(self) -> Raw:
        return self.one(
            (
                {"operator": "Exists"},
                {"key": "dedicated", "operator": "Exists"},
                {"key": "dedicated", "operator": "Equal", "value": "db", "effect": "NoSchedule"},
                {"key": "maintenance", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60},
                {"key": "level", "operator": "Gt", "value": "5"},
            )
        )

    def pods(self, daemonset: Raw, node: str) -> list[Raw]:
        count = self.one((0, 1, 1, 1, 1, 2, 3))
        return [self.pod(daemonset, node, number) for number in range(count)]

    def pod(self, daemonset: Raw, node: str, number: int) -> Raw:
        more = self.one(
            (
                {},
                {},
                {},
                {"ready": False},
                {"ready": False, "container_statuses": [self.broken_container()]},
                {"bound": False},
                {"bound": False, "conditions": unschedulable(self.one(SCHEDULER_WORDS))},
                {"bound": False, "schedulingGates": [{"name": "wait"}]},
                {"phase": "Failed", "reason": self.one(("Evicted", "NodeAffinity", "OutOfcpu"))},
                {"phase": "Succeeded"},
                {"deleting": True},
                {"pin": None},
                {"pin": "n1"},
                {"nodeSelector": {"zone": "z"}, "bound": False, "conditions": unschedulable()},
            )
        )
        pod = a_pod(
            daemonset,
            node,
            name=f"{daemonset['metadata']['name']}-{node}-{number}",
            revision_hash=self.one((NEW_HASH, NEW_HASH, OLD_HASH)),
            age=timedelta(seconds=self.one((20, 5000, 50_000))),
            ready_for=timedelta(seconds=self.one((10, 4000))),
            priority=self.one((0, 1000)),
            **more,
        )
        self.dress(pod)
        return pod

    def dress(self, pod: Raw) -> None:
        """What tells one pod from the next without telling anything, and now and then something that does."""
        name = pod["metadata"]["name"]
        pod["spec"]["volumes"] = [{"name": f"kube-api-access-{name}", "projected": {}}]
        if self.chance(0.1):
            pod["spec"]["volumes"].append({"name": "data", "persistentVolumeClaim": {"claimName": name}})
        for condition in ("Initialized", "ContainersReady", "PodReadyToStartContainers"):
            if pod["status"].get("conditions") and self.chance(0.7):
                status = self.one(("True", "True", "False"))
                since = ago(seconds=self._random.randint(1, 9000))
                pod["status"]["conditions"].append(
                    {"type": condition, "status": status, "lastTransitionTime": since}
                )
        for status in pod["status"].get("containerStatuses", []):
            if self.chance(0.3):
                status["resources"] = {"requests": {"cpu": self.one(("100m", "3"))}}
                status["allocatedResources"] = {"cpu": "200m"}
        if self.chance(0.1):
            pod["metadata"]["labels"]["app"] = "renamed"
        if self.chance(0.1):
            pod["metadata"].pop("ownerReferences", None)
        if self.chance(0.05):
            pod["status"]["nominatedNodeName"] = "n1"
        if self.chance(0.1):
            pod["status"]["startTime"] = ago(hours=1)

    def broken_container(self) -> Raw:
        return self.one(
            (
                a_container_status(
                    waiting="CrashLoopBackOff", message="back-off", restarts=7, last_exit_code=1
                ),
                a_container_status(waiting="ImagePullBackOff"),
                a_container_status(ready=False),
                a_container_status(running=False),
            )
        )

    def stranger(self, name: str, node: str) -> Raw:
        """A pod that no DaemonSet owns; it takes room all the same."""
        container = a_container(
            requests={"cpu": self.one(("500m", "3"))},
            ports=[{"containerPort": 80, "hostPort": 80}] if self.chance(0.3) else [],
        )
        pod = a_pod(
            None, node, name=name, namespace="shop", containers=[container], priority=self.one((0, 2000))
        )
        if self.chance(0.3):
            pod["spec"]["affinity"] = pinned_to(node)
        if self.chance(0.3):
            pod["metadata"]["labels"] = {"app": "d0"}
        self.dress(pod)
        return pod

    def event(self, about: Raw) -> Raw:
        reason, message = self.one(
            (
                ("FailedCreate", "Error creating: pods is forbidden: exceeded quota: q, requested: pods=1"),
                ("FailedMount", "Unable to attach or mount volumes"),
                ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500"),
                ("Scheduled", "Successfully assigned"),
            )
        )
        return an_event(about, reason, message, last=timedelta(minutes=self.one((1, 90))))


SCHEDULER_WORDS = (
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector.",
    "0/3 nodes are available: 1 node(s) had volume node affinity conflict.",
    "0/3 nodes are available: 1 Too many pods. preemption: 0/3 nodes are available.",
)
