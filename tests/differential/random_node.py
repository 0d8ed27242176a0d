"""Nodes from a random generator: labels, taints, cordons, sizes, and the state that their kubelet reports."""

import random

from tests.differential.vocabulary import LABELS, SHARD, STATE_ANNOTATION, TAINTS, Raw

_STATES = {
    "": 80,
    "notready": 4,
    "silent": 2,
    "memory-pressure": 3,
    "disk-pressure": 3,
    "pid-pressure": 2,
    "network-unavailable": 4,
    "disk-pressure,network-unavailable": 1,
    "notready,memory-pressure": 1,
}
"""How often a node is in which state. Few of them may be down: from 55 % on the node lifecycle controller
holds back its NoExecute taints."""

SIZES: tuple[Raw, ...] = (
    {"cpu": "500m", "memory": "1Gi", "pods": "110"},
    {"cpu": "1", "memory": "3Gi", "pods": "6"},
    {"cpu": "1500m", "memory": "1.5Gi", "pods": "15"},
    {"cpu": "0.25", "memory": "1e9", "pods": "110", "ephemeral-storage": "1Gi"},
    {"cpu": "2", "memory": "16Gi", "pods": "110", "example.com/fpga": "1"},
    {"cpu": "8", "memory": "32Gi", "pods": "2", "example.com/fpga": "3"},
    {"cpu": "4", "memory": "8Gi", "pods": "0"},
    {"cpu": "4", "memory": "8Gi", "pods": "110", "hugepages-2Mi": "6Mi"},
)


def a_node(rng: random.Random, name: str, shards: int) -> Raw:
    """A node that most likely is well, the size of its siblings and without taints."""
    node: Raw = {
        "kind": "Node",
        "metadata": {"name": name, "labels": labels(rng, name, shards)},
        "spec": {},
    }
    if state := a_state(rng):
        node["metadata"]["annotations"] = {STATE_ANNOTATION: state}
    if rng.random() < 0.25:
        node["spec"]["taints"] = taints(rng)
    if rng.random() < 0.07:
        node["spec"]["unschedulable"] = True
    if rng.random() < 0.35:
        size = rng.choice(SIZES)
        node["status"] = {"capacity": size, "allocatable": size}
    return node


def a_state(rng: random.Random) -> str:
    """What the node simulator is told; empty for a node that is well."""
    return rng.choices([*_STATES], weights=[*_STATES.values()])[0]


def labels(rng: random.Random, name: str, shards: int) -> dict[str, str]:
    """Most of the labels there are, and the one that spreads the nodes over the shards."""
    found = {"kubernetes.io/hostname": name, SHARD: str(rng.randrange(shards))}
    for key, values in LABELS.items():
        if rng.random() < 0.8:
            found[key] = rng.choice(values)
    return found


def taints(rng: random.Random) -> list[Raw]:
    """One to three, seldom many; the API wants key and effect together to be unique."""
    count = rng.choice([1, 1, 1, 2, 2, 3, 8])
    chosen = {(taint["key"], taint["effect"]): dict(taint) for taint in rng.choices(TAINTS, k=count)}
    return list(chosen.values())
