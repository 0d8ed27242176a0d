"""Whether a node should run a DaemonSet's pod: the controller's own pair, with a reason from every rule.

Upstream: `NodeShouldRunDaemonPod` of pkg/controller/daemon/daemon_controller.go. Resources, host ports,
`spec.unschedulable`, conditions, pod affinity and the scheduler's name play no part in it.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import DaemonSet, Node
from kubectl_ds.core.placement.node_affinity import (
    NodeAffinityMismatch,
    check_node_affinity,
    malformed_terms,
    required_node_affinity,
)
from kubectl_ds.core.placement.node_kinds import NodeKinds, in_natural_order
from kubectl_ds.core.placement.node_name import NodeNameMismatch, check_node_name
from kubectl_ds.core.placement.node_selector import NodeSelectorMismatch, check_node_selector
from kubectl_ds.core.placement.taints import UntoleratedTaint, check_taints
from kubectl_ds.core.tolerations import merged_tolerations

__all__ = [
    "FeatureGates",
    "NodeAffinityMismatch",
    "NodeKinds",
    "NodeNameMismatch",
    "NodeSelectorMismatch",
    "Placement",
    "PlacementReason",
    "Rule",
    "RuleOutcome",
    "UntoleratedTaint",
    "in_natural_order",
    "malformed_terms",
    "place",
    "place_all",
]

Rule = Literal["NodeName", "NodeSelector", "NodeAffinity", "Taints"]
PlacementReason = NodeNameMismatch | NodeSelectorMismatch | NodeAffinityMismatch | UntoleratedTaint

_NO_GATES = FeatureGates()


class RuleOutcome(Struct, frozen=True):
    """One rule on one node. `reason` is None exactly where the rule passed."""

    rule: Rule
    reason: PlacementReason | None = None

    @property
    def passed(self) -> bool:
        """Whether the rule lets the node in."""
        return self.reason is None


_PASSED: dict[Rule, RuleOutcome] = {
    "NodeName": RuleOutcome("NodeName"),
    "NodeSelector": RuleOutcome("NodeSelector"),
    "NodeAffinity": RuleOutcome("NodeAffinity"),
    "Taints": RuleOutcome("Taints"),
}


class Placement(Struct, frozen=True):
    """The controller's verdict on one node.

    `should_run`: a pod is created where there is none; this is what DESIRED counts.
    `should_continue_running`: a pod that is there is left alone. It follows from `should_run`.
    `outcomes`: all four rules in the order NodeName, NodeSelector, NodeAffinity, Taints, each evaluated
    even where an earlier one has already failed.
    """

    should_run: bool
    should_continue_running: bool
    outcomes: tuple[RuleOutcome, ...]

    @property
    def deciding(self) -> RuleOutcome | None:
        """The rule at which the controller stopped; None where the node should run the pod."""
        return next((outcome for outcome in self.outcomes if not outcome.passed), None)


class _Template:
    """A DaemonSet's template, parsed once for all nodes."""

    def __init__(self, daemonset: DaemonSet, gates: FeatureGates) -> None:
        self._spec = daemonset.spec.template.spec
        self._affinity = required_node_affinity(self._spec)
        self._tolerations = merged_tolerations(self._spec)
        self._gates = gates
        keys = set(self._spec.node_selector)
        if self._affinity:
            keys |= self._affinity.label_keys
        self.label_keys = tuple(sorted(keys))
        """The labels that the rules look at."""
        self.uses_node_name = bool(self._spec.node_name) or bool(
            self._affinity and self._affinity.uses_node_name
        )

    def place(self, node: Node) -> Placement:
        name = check_node_name(self._spec, node)
        selector = check_node_selector(self._spec, node)
        affinity = check_node_affinity(self._affinity, node)
        taint = check_taints(self._tolerations, node, self._gates)
        belongs = name is None and selector is None and affinity is None
        return Placement(
            should_run=belongs and taint is None,
            should_continue_running=belongs and (taint is None or not taint.evicts),
            outcomes=(
                _PASSED["NodeName"] if name is None else RuleOutcome("NodeName", name),
                _PASSED["NodeSelector"] if selector is None else RuleOutcome("NodeSelector", selector),
                _PASSED["NodeAffinity"] if affinity is None else RuleOutcome("NodeAffinity", affinity),
                _PASSED["Taints"] if taint is None else RuleOutcome("Taints", taint),
            ),
        )


def place(daemonset: DaemonSet, node: Node, gates: FeatureGates = _NO_GATES) -> Placement:
    """Whether this node should run this DaemonSet's pod, and why not."""
    return _Template(daemonset, gates).place(node)


def place_all(
    daemonset: DaemonSet, nodes: Iterable[Node] | NodeKinds, gates: FeatureGates = _NO_GATES
) -> dict[str, Placement]:
    """The verdict on every node by its name, in the order given.

    Nodes that agree in every label that the template asks for, and in their taints, are decided once and share
    one object. Who asks for many DaemonSets passes `NodeKinds`, so that the nodes are looked at once.
    """
    kinds = nodes if isinstance(nodes, NodeKinds) else NodeKinds(nodes)
    template = _Template(daemonset, gates)
    signatures = kinds.signatures(template.label_keys, by_name=template.uses_node_name)
    decided: dict[tuple[object, ...], Placement] = {}
    placements: dict[str, Placement] = {}
    for node, name, signature in zip(kinds.nodes, kinds.names, signatures, strict=True):
        placement = decided.get(signature)
        if placement is None:
            placement = decided[signature] = template.place(node)
        placements[name] = placement
    return placements
