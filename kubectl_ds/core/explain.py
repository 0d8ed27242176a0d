"""How a DaemonSet's pods are bound, and which rule lets each node in or keeps it out.

Placement is `NodeShouldRunDaemonPod` of pkg/controller/daemon/daemon_controller.go; every rule is shown on
every node, beside the one at which the controller stops.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from kubectl_ds.core.binding import binding_of, scheduled_by_pod
from kubectl_ds.core.explain_report import (
    ExplainedPod,
    Mechanism,
    NodeAffinityRule,
    NodeExplanation,
    NodeNameRule,
    NodeSelectorRule,
    PlacementReport,
    RuleExplanation,
    TaintsRule,
    TaintTolerance,
    Template,
    Tolerations,
)
from kubectl_ds.core.feature_gates import infer_feature_gates
from kubectl_ds.core.model import DaemonSet, Node, Pod, Taint
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.near_miss import near_miss
from kubectl_ds.core.not_ours import why_not_ours
from kubectl_ds.core.ownership import PodIndex, is_live, pods_by_node
from kubectl_ds.core.placement import Placement, in_natural_order, malformed_terms, place_all
from kubectl_ds.core.placement.node_affinity import required_node_affinity
from kubectl_ds.core.placement_change import Remedy, required_terms_of
from kubectl_ds.core.remedies import remedies
from kubectl_ds.core.revisions import (
    current_revision,
    is_pod_updated,
    revision_hash,
    template_generation,
)
from kubectl_ds.core.scheduling import SchedulingContext, SchedulingReason, pending_reasons
from kubectl_ds.core.scheduling.node_room import RoomIndex
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.core.tolerations import (
    SCHEDULING_EFFECTS,
    controller_tolerations,
    merged_tolerations,
    tolerates,
)
from kubectl_ds.core.update_strategy import rolls
from kubectl_ds.errors import NotFoundError

_DEFAULT_SCHEDULER = "default-scheduler"


def explain(
    snapshot: ClusterSnapshot,
    daemonset: DaemonSet,
    *,
    nodes: Sequence[str] = (),
    pods: Sequence[str] = (),
) -> PlacementReport:
    """The explanation of one DaemonSet of the snapshot.

    Without `nodes` and `pods` every node is explained; with them the nodes named, and the nodes of the pods
    named. Raises NotFoundError for a node that is not there, or a pod that is not the DaemonSet's, as far as
    that can be known.
    """
    return _Explanation(snapshot, daemonset).report(nodes, pods)


class _Explanation:
    """One DaemonSet against one snapshot, with what all nodes share worked out once."""

    def __init__(self, snapshot: ClusterSnapshot, daemonset: DaemonSet) -> None:
        self._snapshot = snapshot
        self._daemonset = daemonset
        self._spec = daemonset.spec.template.spec
        self._gates = infer_feature_gates(snapshot.daemonsets, snapshot.pods)
        self._nodes = {node.metadata.name: node for node in in_natural_order(snapshot.nodes)}
        self._placements = place_all(daemonset, self._nodes.values(), self._gates)
        self._claimed = PodIndex(snapshot.pods).claimed(daemonset)
        self._pods = pods_by_node(daemonset, self._claimed)
        self._scheduled_by = scheduled_by_pod(snapshot.events)
        self._affinity = required_node_affinity(self._spec)
        self._tolerations = merged_tolerations(self._spec)
        self._remedies: dict[int, tuple[Remedy, ...]] = {}
        self._room = RoomIndex(snapshot.pods) if snapshot.all_pods else None
        raw = snapshot.daemonset_objects.get(daemonset.metadata.uid)
        self._current_hash = revision_hash(current_revision(daemonset, raw, snapshot.revisions))

    def report(self, nodes: Sequence[str], pods: Sequence[str]) -> PlacementReport:
        metadata = self._daemonset.metadata
        named = sorted({*self._checked(nodes), *self._nodes_of(pods)}, key=natural_key)
        chosen = named if nodes or pods else [*self._nodes, *self._gone()]
        if not self._is_read("nodes"):
            chosen = []
        return PlacementReport(
            namespace=metadata.namespace,
            name=metadata.name,
            uid=metadata.uid,
            deleting=metadata.deletion_timestamp is not None,
            mechanism=self._mechanism() if self._is_read("pods") else None,
            tolerations=Tolerations(self._spec.tolerations, controller_tolerations(self._spec)),
            template=self._template(),
            near_miss=near_miss(self._daemonset, tuple(self._nodes.values()), self._gates, self._placements)
            if self._is_read("nodes")
            else None,
            nodes=tuple(self._node(name) for name in chosen),
            narrowed=bool(nodes or pods),
            incomplete=self._snapshot.gaps,
            consistency=self._snapshot.consistency,
        )

    # --- which nodes -------------------------------------------------------------------------------

    def _is_read(self, resource: Resource) -> bool:
        return self._snapshot.knows(resource, self._daemonset.metadata.namespace)

    def _checked(self, nodes: Sequence[str]) -> Sequence[str]:
        for name in nodes:
            if name not in self._nodes and name not in self._pods and self._is_read("nodes"):
                raise NotFoundError(
                    f'nodes "{name}" not found', hint="`kubectl get nodes` lists the nodes there are"
                )
        return nodes

    def _nodes_of(self, pods: Sequence[str]) -> Sequence[str]:
        """The node each pod is bound or pinned to."""
        of_pod = {pod.metadata.name: node for node, there in self._pods.items() for pod in there}
        for name in pods:
            if name not in of_pod and self._is_read("pods"):
                raise NotFoundError(
                    why_not_ours(name, self._daemonset, self._snapshot.pods),
                    hint="name a pod that this DaemonSet owns",
                )
        return [of_pod[name] for name in pods if name in of_pod]

    def _gone(self) -> list[str]:
        """Nodes that pods are still bound or pinned to and that no longer exist."""
        if not self._is_read("nodes"):
            return []
        return sorted((name for name in self._pods if name not in self._nodes), key=natural_key)

    # --- the DaemonSet -----------------------------------------------------------------------------

    def _mechanism(self) -> Mechanism:
        bindings = [(pod, binding_of(pod, self._daemonset)) for pod in self._claimed]
        kinds = Counter(binding.how for _, binding in bindings)
        schedulers = Counter(binding.scheduler for _, binding in bindings if binding.how != "NodeName")
        return Mechanism(
            node_affinity=kinds["NodeAffinity"],
            node_name=kinds["NodeName"],
            unbound=kinds["Unbound"],
            schedulers=dict(sorted(schedulers.items())),
            disagreeing=tuple(
                sorted(
                    (pod.metadata.name for pod, binding in bindings if not binding.agrees), key=natural_key
                )
            ),
        )

    def _template(self) -> Template:
        affinity = self._spec.affinity.node_affinity if self._spec.affinity else None
        has_required = affinity is not None and affinity.required is not None
        return Template(
            node_name=self._spec.node_name,
            node_selector=self._spec.node_selector,
            node_affinity=required_terms_of(self._spec) if has_required else None,
            malformed=malformed_terms(self._spec),
            scheduler=self._spec.scheduler_name or _DEFAULT_SCHEDULER,
        )

    # --- one node ----------------------------------------------------------------------------------

    def _node(self, name: str) -> NodeExplanation:
        node, placement = self._nodes.get(name), self._placements.get(name)
        pods = self._pods.get(name, [])
        if node is None or placement is None:
            return NodeExplanation(
                node=name,
                exists=False,
                should_run=False,
                should_continue_running=False,
                rules=(),
                deciding=None,
                pods=self._explained(pods),
                scheduling=(),
                remedies=(),
            )
        return NodeExplanation(
            node=name,
            should_run=placement.should_run,
            should_continue_running=placement.should_continue_running,
            rules=self._rules(node, placement),
            deciding=placement.deciding.reason if placement.deciding else None,
            pods=self._explained(pods),
            scheduling=self._scheduling(node, placement, pods),
            remedies=self._remedies_of(node, placement),
        )

    def _explained(self, pods: Sequence[Pod]) -> tuple[ExplainedPod, ...] | None:
        if not self._is_read("pods"):
            return None
        return tuple(
            ExplainedPod(
                name=pod.metadata.name,
                binding=binding_of(
                    pod, self._daemonset, scheduled_by=self._scheduled_by.get(pod.metadata.uid, "")
                ),
                alive=is_live(pod),
            )
            for pod in pods
        )

    def _rules(self, node: Node, placement: Placement) -> tuple[RuleExplanation, ...]:
        reasons = {outcome.rule: outcome.reason for outcome in placement.outcomes}
        labels, selector = node.metadata.labels, self._spec.node_selector
        terms = None if self._affinity is None else self._affinity.mismatch(node).terms
        return (
            NodeNameRule(self._spec.node_name, node.metadata.name, reasons["NodeName"]),
            NodeSelectorRule(selector, {key: labels.get(key) for key in selector}, reasons["NodeSelector"]),
            NodeAffinityRule(terms, reasons["NodeAffinity"]),
            TaintsRule(
                self._tolerations,
                tuple(self._tolerance(taint) for taint in node.spec.taints),
                reasons["Taints"],
            ),
        )

    def _tolerance(self, taint: Taint) -> TaintTolerance:
        bearing = next((one for one in self._tolerations if tolerates(one, taint, self._gates)), None)
        own = bearing is not None and any(
            tolerates(one, taint, self._gates) for one in self._spec.tolerations
        )
        return TaintTolerance(
            taint=taint,
            tolerated_by=bearing,
            added_by_controller=bearing is not None and not own,
            counts=taint.effect in SCHEDULING_EFFECTS,
        )

    def _remedies_of(self, node: Node, placement: Placement) -> tuple[Remedy, ...]:
        """Changes name no node, so that nodes of one verdict (one object, see place_all) share them."""
        key = id(placement)
        if key not in self._remedies:
            self._remedies[key] = remedies(self._daemonset, node, self._gates)
        return self._remedies[key]

    def _scheduling(
        self, node: Node, placement: Placement, pods: Sequence[Pod]
    ) -> tuple[SchedulingReason, ...]:
        waiting = next(
            (pod for pod in pods if not pod.spec.node_name and is_live(pod)),
            None,
        )
        if waiting is None or not placement.should_run:
            return ()
        context = SchedulingContext(
            now=self._snapshot.taken_at,
            room=self._room,
            gates=self._gates,
            outdated_pods_are_replaced=rolls(self._daemonset),
            daemonset=self._daemonset,
        )
        return pending_reasons(waiting, node, context, outdated=self._is_outdated(waiting))

    def _is_outdated(self, pod: Pod) -> bool:
        if not self._current_hash:
            return False
        return not is_pod_updated(pod, self._current_hash, template_generation(self._daemonset))


def groups_by_verdict(report: PlacementReport) -> Mapping[tuple[object, ...], Sequence[NodeExplanation]]:
    """The nodes of a report by the controller's pair and the cause, the largest group first.

    Nodes that fail a rule in the same way are in one group, whatever values they have in place of the wanted
    ones.
    """
    from kubectl_ds.core.coverage_reasons import cause_of

    groups: dict[tuple[object, ...], list[NodeExplanation]] = {}
    for node in report.nodes:
        cause = cause_of(node.deciding) if node.deciding is not None else ()
        key = (node.exists, node.should_run, node.should_continue_running, *cause)
        groups.setdefault(key, []).append(node)
    return dict(sorted(groups.items(), key=lambda group: (not group[0][1], -len(group[1]))))
