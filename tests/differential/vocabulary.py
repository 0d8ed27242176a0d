"""The words that random clusters are made of: labels, taints and tolerations that meet, and almost meet."""

from typing import Any

Raw = dict[str, Any]

SHARD = "shard"
"""The label that most DaemonSets select one value of, so that their pods stay few."""

LABELS: dict[str, tuple[str, ...]] = {
    "zone": ("a", "b", "c"),
    "tier": ("gold", "silver", ""),
    "example.com/pool": ("blue", "green", "Blue"),
    "weight": (
        *("1", "5", "007", "12", "0", "", "12x", "many", "1_000", "1.5", "1e3", "0x10"),
        *("9223372036854775807", "9223372036854775808", "00000000000000000000000000000000000000005"),
    ),
    "metadata.name": ("differential-001", "no-node"),
}
"""Labels of nodes and some of their values; a fifth of the nodes lacks each."""

BOUNDS = (
    *("0", "4", "5", "007", "100", "1_000", "1.5", "1e3", "0x10", "4x", "heavy", ""),
    *("9223372036854775806", "9223372036854775807", "9223372036854775808"),
    "00000000000000000000000000000000000000004",
)
"""Values for Gt and Lt: the API asks for a label value, and only the matcher for an integer of 64 bits."""

TAINTS: tuple[Raw, ...] = (
    {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"},
    {"key": "dedicated", "value": "db", "effect": "NoSchedule"},
    {"key": "dedicated", "effect": "NoSchedule"},
    {"key": "dedicated", "value": "gpu", "effect": "NoExecute"},
    {"key": "dedicated", "value": "gpu", "effect": "PreferNoSchedule"},
    {"key": "maintenance", "effect": "NoExecute"},
    {"key": "maintenance", "effect": "NoSchedule"},
    {"key": "example.com/level", "value": "7", "effect": "NoSchedule"},
    {"key": "example.com/level", "value": "7", "effect": "PreferNoSchedule"},
    {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/unschedulable", "effect": "NoExecute"},
    {"key": "node.kubernetes.io/memory-pressure", "effect": "NoExecute"},
    {"key": "node.cloudprovider.kubernetes.io/uninitialized", "value": "true", "effect": "NoSchedule"},
    {"key": "example.com/level", "value": "12", "effect": "NoSchedule"},
    {"key": "example.com/level", "value": "007", "effect": "NoExecute"},
)
"""Set by hand. Those of the node lifecycle controller come from the state of the simulated kubelet."""

TOLERATIONS: tuple[Raw, ...] = (
    {"operator": "Exists"},
    {"operator": "Exists", "effect": "NoSchedule"},
    {"operator": "Exists", "effect": "NoExecute"},
    {"operator": "Exists", "effect": "PreferNoSchedule"},
    {"key": "dedicated", "operator": "Exists"},
    {"key": "dedicated", "value": "gpu"},
    {"key": "dedicated", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"},
    {"key": "dedicated", "operator": "Equal", "value": "GPU"},
    {"key": "dedicated", "operator": "Equal"},
    {"key": "dedicated", "effect": "PreferNoSchedule", "operator": "Exists"},
    {"key": "maintenance"},
    {"key": "maintenance", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 36000},
    {"key": "example.com/level", "operator": "Equal", "value": "7", "effect": "NoSchedule"},
    {"key": "example.com/level", "operator": "Equal", "value": "07"},
    {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/not-ready", "operator": "Exists"},
    {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoSchedule"},
    # Equal to one of the controller's own but for the seconds, which it takes away.
    {
        "key": "node.kubernetes.io/not-ready",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 5,
    },
    {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/memory-pressure", "operator": "Exists"},
    {"key": "node.kubernetes.io/network-unavailable", "operator": "Exists"},
    {"key": "node.kubernetes.io/unschedulable", "operator": "Exists"},
    {"key": "node.cloudprovider.kubernetes.io/uninitialized", "value": "true"},
)

COMPARING_TOLERATIONS: tuple[Raw, ...] = (
    {"key": "example.com/level", "operator": "Gt", "value": "6", "effect": "NoSchedule"},
    {"key": "example.com/level", "operator": "Gt", "value": "7"},
    {"key": "example.com/level", "operator": "Lt", "value": "13"},
    {"key": "example.com/level", "operator": "Lt", "value": "-1", "effect": "NoExecute"},
    {"key": "dedicated", "operator": "Lt", "value": "100"},
)
"""Behind the feature gate TaintTolerationComparisonOperators, which every other seed has on."""

STATE_ANNOTATION = "sim.kubectl-ds/node"
PHASE_ANNOTATION = "sim.kubectl-ds/phase"
"""The node simulator's annotations; see tests/controlplane/simulator/scenario.go."""

RESTING_PHASES = ("notready", "crash", "imagepull", "pending")
"""Phases in which a pod rests without being Ready; the controller replaces one that has failed for ever."""
