"""What an explanation holds: how pods are bound, and every rule on every node that was asked for. No prose."""

from msgspec import Struct

from kubectl_ds.core.binding import Binding
from kubectl_ds.core.model import NodeSelectorTerm, Taint, Toleration
from kubectl_ds.core.near_miss import NearMiss
from kubectl_ds.core.placement import PlacementReason
from kubectl_ds.core.placement.node_affinity import MalformedRequirement, TermOutcome
from kubectl_ds.core.placement_change import Remedy
from kubectl_ds.core.scheduling import SchedulingReason
from kubectl_ds.core.snapshot import Consistency, Gap


class Mechanism(Struct, frozen=True, kw_only=True):
    """How the DaemonSet's pods were tied to their nodes, counted.

    `schedulers` counts the pods that leave it to a scheduler, bound or not yet, by the scheduler they ask for.
    `disagreeing` are pods on another node than their pin allows.
    """

    node_affinity: int
    node_name: int
    unbound: int
    schedulers: dict[str, int]
    disagreeing: tuple[str, ...]


class Tolerations(Struct, frozen=True):
    """What the template tolerates, and what the controller adds on every pod that it creates."""

    template: tuple[Toleration, ...]
    added_by_controller: tuple[Toleration, ...]


class Template(Struct, frozen=True, kw_only=True):
    """What the template asks of a node. `node_affinity` is None without a required part."""

    node_name: str
    node_selector: dict[str, str]
    node_affinity: tuple[NodeSelectorTerm, ...] | None
    malformed: tuple[MalformedRequirement, ...]
    scheduler: str


class NodeNameRule(Struct, frozen=True, tag="NodeName"):
    """The template's own nodeName; `wants` is empty where it has none."""

    wants: str
    has: str
    reason: PlacementReason | None


class NodeSelectorRule(Struct, frozen=True, tag="NodeSelector"):
    """Each wanted label with the node's value, None where the node lacks it."""

    wants: dict[str, str]
    has: dict[str, str | None]
    reason: PlacementReason | None


class NodeAffinityRule(Struct, frozen=True, tag="NodeAffinity"):
    """Every term against the node, matched or not; `terms` is None without a required part."""

    terms: tuple[TermOutcome, ...] | None
    reason: PlacementReason | None


class TaintTolerance(Struct, frozen=True):
    """A taint of the node and the toleration that lets the pod bear it.

    `counts` is false for PreferNoSchedule, which keeps no daemon pod out.
    """

    taint: Taint
    tolerated_by: Toleration | None
    added_by_controller: bool
    counts: bool


class TaintsRule(Struct, frozen=True, tag="Taints"):
    """All taints of the node, and the tolerations of a created pod."""

    wants: tuple[Toleration, ...]
    has: tuple[TaintTolerance, ...]
    reason: PlacementReason | None


RuleExplanation = NodeNameRule | NodeSelectorRule | NodeAffinityRule | TaintsRule


class ExplainedPod(Struct, frozen=True, kw_only=True):
    """A pod on, or meant for, the node."""

    name: str
    binding: Binding
    alive: bool
    """Neither ended (Failed, Succeeded) nor terminating."""


class NodeExplanation(Struct, frozen=True, kw_only=True):
    """One node. A node that is gone (`exists` false) has pods left over and no rules."""

    node: str
    exists: bool = True
    should_run: bool
    should_continue_running: bool
    rules: tuple[RuleExplanation, ...]
    deciding: PlacementReason | None
    """The rule at which the controller stops; None where the node should run a pod, or is gone."""
    pods: tuple[ExplainedPod, ...] | None
    """None when the pods could not be read."""
    scheduling: tuple[SchedulingReason, ...]
    """Why the pod that was made for this node is not bound, where there is one."""
    remedies: tuple[Remedy, ...]
    """The smallest change that would let the node in, then one that leaves the other side alone."""


class PlacementReport(Struct, frozen=True, kw_only=True):
    """One DaemonSet explained."""

    namespace: str
    name: str
    uid: str
    deleting: bool
    mechanism: Mechanism | None
    """None when the pods could not be read."""
    tolerations: Tolerations
    template: Template
    near_miss: NearMiss | None
    nodes: tuple[NodeExplanation, ...]
    """In natural order; all of them unless nodes or pods were named."""
    narrowed: bool
    """Whether nodes or pods were named."""
    incomplete: tuple[Gap, ...]
    consistency: Consistency = "consistent"
