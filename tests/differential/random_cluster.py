"""A cluster from a seed: plain API objects, in the order in which they are to be created."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.differential.random_node import a_node
from tests.differential.random_template import (
    ELSEWHERE,
    LOCAL_CLAIM,
    NAMESPACE_A,
    NAMESPACE_B,
    OVERHEAD,
    PRIORITIES,
    UNBOUND_CLAIM,
    template,
)
from tests.differential.vocabulary import Raw

NAMESPACE_CLOSED = "differential-closed"
"""Its pod security lets no random pod in."""
NAMESPACE_TWINS = "differential-twins"
NODES_OF_A_SHARD = 5
_NUMBERS = ("007", "1e5", "10.0.0.7", "1.5", "0x10")
"""Names of nodes that a careless program reads as numbers."""
_ODD_NAMES = ("1e5", "007", "with.dots.in-it", "so-long-a-name-" + "o" * 180)


@dataclass(frozen=True)
class Cluster:
    """What is created. `seed` makes it again."""

    seed: int
    feature_gates: str
    surroundings: list[Raw]
    """Namespaces and whatever else has to be there before the first pod."""
    nodes: list[Raw]
    daemonsets: list[Raw]


def random_cluster(seed: int, *, nodes: int, daemonsets: int) -> Cluster:
    """The cluster of this seed; the same one on every machine."""
    rng = random.Random(seed)
    named = min(len(_NUMBERS), nodes // 10)
    names = [*_NUMBERS[:named], *(f"differential-{index:03}" for index in range(nodes - named))]
    shards = shards_of(nodes)
    return Cluster(
        seed=seed,
        feature_gates=f"TaintTolerationComparisonOperators={'true' if compares(seed) else 'false'}",
        surroundings=_surroundings(),
        nodes=[a_node(rng, name, shards) for name in names],
        daemonsets=[
            _daemonset(rng, _name_of(index), names, shards, comparing=compares(seed))
            for index in range(daemonsets)
        ],
    )


def shards_of(nodes: int) -> int:
    """How many values the label has that spreads the nodes."""
    return max(2, nodes // NODES_OF_A_SHARD)


def compares(seed: int) -> bool:
    """Whether the seed's servers let tolerations compare numbers."""
    return seed % 2 == 0


def _name_of(index: int) -> str:
    """Mostly plain names, and a few as people do not give them."""
    return _ODD_NAMES[index] if index < len(_ODD_NAMES) else f"ds-{index:03}"


def _daemonset(rng: random.Random, name: str, nodes: Sequence[str], shards: int, *, comparing: bool) -> Raw:
    """One of a dozen is in the namespace that is closed; some share a label that both of them select."""
    app = name[:63]
    labels = {"app": app}
    selector: Raw = {"matchLabels": labels}
    kind = rng.random()
    if kind < 0.1:
        labels = {"app": app, "group": "shared"}
        selector = {"matchLabels": {"group": "shared"}}
    elif kind < 0.2:
        selector = {"matchExpressions": [{"key": "app", "operator": "In", "values": [app, "nobody"]}]}
    elif kind < 0.25:
        absent = {"key": "group", "operator": "NotIn", "values": ["shared"]}
        selector = {"matchLabels": labels, "matchExpressions": [absent]}
    where = rng.choices([NAMESPACE_A, NAMESPACE_B, NAMESPACE_CLOSED], weights=[7, 4, 1])[0]
    return {
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": where},
        "spec": {
            "selector": selector,
            "updateStrategy": strategy(rng),
            **({"minReadySeconds": rng.choice([1, 3, 3600])} if rng.random() < 0.25 else {}),
            "template": template(rng, labels, nodes, shards, comparing=comparing),
        },
    }


def strategy(rng: random.Random) -> Raw:
    kind = rng.random()
    if kind < 0.15:
        return {"type": "OnDelete", "rollingUpdate": None}
    if kind < 0.4:
        rolling = {"maxUnavailable": 0, "maxSurge": rng.choice([1, 3, "40%"])}
    else:
        rolling = {"maxUnavailable": rng.choice([1, 2, "30%", "100%"]), "maxSurge": 0}
    return {"type": "RollingUpdate", "rollingUpdate": rolling}


def _surroundings() -> list[Raw]:
    pool = {"nodeSelector": {"example.com/pool": "green"}}
    return [
        _named("Namespace", NAMESPACE_A),
        _named("Namespace", NAMESPACE_B),
        _named("Namespace", NAMESPACE_TWINS),
        _named("Namespace", NAMESPACE_CLOSED, labels={"pod-security.kubernetes.io/enforce": "restricted"}),
        *(
            {**_named("PriorityClass", name), "value": value, "preemptionPolicy": policy}
            for name, (value, policy) in PRIORITIES.items()
        ),
        {
            **_named("RuntimeClass", OVERHEAD),
            "handler": "heavy",
            "overhead": {"podFixed": {"cpu": "250m", "memory": "100Mi"}},
        },
        {**_named("RuntimeClass", ELSEWHERE), "handler": "green", "scheduling": pool},
        {
            **_named("LimitRange", "defaults", namespace=NAMESPACE_B),
            "spec": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "50m", "memory": "32Mi"}}]},
        },
        _local_volume(),
        _claim(LOCAL_CLAIM, NAMESPACE_A, volumeName=LOCAL_CLAIM),
        *(
            _claim(UNBOUND_CLAIM, namespace, volumeName="no-such-volume")
            for namespace in (NAMESPACE_A, NAMESPACE_B)
        ),
    ]


def _claim(name: str, namespace: str, **spec: str) -> Raw:
    return {
        **_named("PersistentVolumeClaim", name, namespace=namespace),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
    }


def _local_volume() -> Raw:
    """A volume that can be had in one zone only."""
    zone = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
    return {
        **_named("PersistentVolume", LOCAL_CLAIM),
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "local": {"path": "/data"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [zone]}},
        },
    }


def _named(kind: str, name: str, **metadata: object) -> Raw:
    return {"kind": kind, "metadata": {"name": name, **metadata}}
