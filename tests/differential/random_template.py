"""Pod templates from a random generator: everything that decides on a node, and reasons to stay Pending."""

import random
from collections.abc import Sequence

from tests.differential.random_affinity import node_affinity
from tests.differential.random_containers import containers
from tests.differential.vocabulary import (
    COMPARING_TOLERATIONS,
    LABELS,
    PHASE_ANNOTATION,
    RESTING_PHASES,
    SHARD,
    TOLERATIONS,
    Raw,
)

NAMESPACE_A, NAMESPACE_B = "differential-a", "differential-b"
"""The second one has a LimitRange, so that its pods ask for more than their templates do."""
PRIORITIES = {
    "differential-high": (1000, "PreemptLowerPriority"),
    "differential-never": (1000, "Never"),
    "differential-low": (-10, "PreemptLowerPriority"),
}
OVERHEAD, ELSEWHERE = "differential-overhead", "differential-elsewhere"
"""RuntimeClasses: one makes pods larger, one makes them ask for nodes that their templates do not ask for."""
UNBOUND_CLAIM, LOCAL_CLAIM = "differential-unbound", "differential-local"
"""PersistentVolumeClaims: no volume is there for the one, and that of the other is in one zone."""
FINALIZER = "differential.example.com/held"
"""Keeps what is being deleted: a pod that nobody lets go, a DaemonSet that the controller leaves alone."""


def template(
    rng: random.Random, labels: dict[str, str], nodes: Sequence[str], shards: int, *, comparing: bool
) -> Raw:
    """Most select one shard of the nodes, so that the pods stay few."""
    spec: Raw = {"terminationGracePeriodSeconds": 1, **containers(rng)}
    if rng.random() < 0.87:
        spec["nodeSelector"] = {SHARD: str(rng.randrange(shards))}
    if rng.random() < 0.2:
        spec.setdefault("nodeSelector", {})["tier"] = rng.choice([*LABELS["tier"], "iron"])
    if rng.random() < 0.5:
        spec["affinity"] = {"nodeAffinity": node_affinity(rng, nodes)}
    if rng.random() < 0.6:
        spec["tolerations"] = tolerations(rng, comparing=comparing)
    if rng.random() < 0.15:
        spec["priorityClassName"] = rng.choice([*PRIORITIES])
    if rng.random() < 0.08:
        spec["runtimeClassName"] = rng.choice([OVERHEAD, OVERHEAD, ELSEWHERE])
    if rng.random() < 0.25:
        rng.choice(_ODDITIES)(rng, spec, labels, nodes)
    metadata: Raw = {"labels": labels}
    if rng.random() < 0.12:
        where = rng.choice(["", f"@{rng.choice(nodes)}"])
        metadata["annotations"] = {PHASE_ANNOTATION: rng.choice(RESTING_PHASES) + where}
    if rng.random() < 0.05:
        metadata["finalizers"] = [FINALIZER]
    return {"metadata": metadata, "spec": spec}


def tolerations(rng: random.Random, *, comparing: bool) -> list[Raw]:
    """One to four, the same one twice now and then. `comparing`: the API lets Gt and Lt through."""
    known = (*TOLERATIONS, *(COMPARING_TOLERATIONS if comparing else ()))
    return [dict(one) for one in rng.choices(known, k=rng.choice([1, 1, 2, 3, 4]))]


def _node_name(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    """Bound at birth, or to nothing: most of the other rules still have their say."""
    spec["nodeName"] = rng.choice([*nodes, "no-such-node"])
    if rng.random() < 0.7:
        spec.pop("nodeSelector", None)
        spec.pop("affinity", None)


def _gates(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    names = rng.sample(["example.com/quota", "example.com/licence"], rng.randint(1, 2))
    spec["schedulingGates"] = [{"name": name} for name in names]


def _unknown_scheduler(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    spec["schedulerName"] = "defualt-scheduler"


def _missing_claim(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    name = rng.choice([UNBOUND_CLAIM, LOCAL_CLAIM, LOCAL_CLAIM, "no-such-claim"])
    spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]


def _missing_device(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    spec["resourceClaims"] = [{"name": "device", "resourceClaimName": "no-such-device"}]


def _apart(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    """Not beside pods of its own kind in the same place: at most one pod a zone."""
    term = {
        "labelSelector": {"matchLabels": labels},
        "topologyKey": rng.choice(["zone", "kubernetes.io/hostname"]),
    }
    spec.setdefault("affinity", {})["podAntiAffinity"] = {
        "requiredDuringSchedulingIgnoredDuringExecution": [term]
    }


def _spread(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    spec["topologySpreadConstraints"] = [
        {
            "maxSkew": 1,
            "topologyKey": rng.choice(["zone", "no-such-label"]),
            "whenUnsatisfiable": rng.choice(["DoNotSchedule", "DoNotSchedule", "ScheduleAnyway"]),
            "labelSelector": {"matchLabels": labels},
        }
    ]


def _readiness_gate(rng: random.Random, spec: Raw, labels: dict[str, str], nodes: Sequence[str]) -> None:
    spec["readinessGates"] = [{"conditionType": "example.com/registered"}]


_ODDITIES = (
    *(_readiness_gate, _node_name, _node_name, _gates, _unknown_scheduler, _unknown_scheduler),
    *(_missing_claim, _missing_device, _apart, _spread),
)
