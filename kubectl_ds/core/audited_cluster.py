"""What rules of an audit may look at: a snapshot, its coverage, and the bounds that are set."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from typing import Any

from kubectl_ds.core.audit_settings import AuditSettings
from kubectl_ds.core.control_plane import is_control_plane
from kubectl_ds.core.coverage import Cluster, coverage_in
from kubectl_ds.core.coverage_report import Cause, DaemonSetCoverage, State
from kubectl_ds.core.idle_gaps import idle_for
from kubectl_ds.core.model import Container, DaemonSet, Node, Pod, PodSpec
from kubectl_ds.core.namespaces import namespace_of
from kubectl_ds.core.node_platform import NodePlatform, platform_of
from kubectl_ds.core.object_key import Key, key_of
from kubectl_ds.core.overhead import node_shapes
from kubectl_ds.core.overhead_report import NodeShape
from kubectl_ds.core.placement import Placement, place_all
from kubectl_ds.core.placement_change import with_template_spec
from kubectl_ds.core.predicted_pod import admission_of, admitted_spec
from kubectl_ds.core.rollout import rollout_in
from kubectl_ds.core.rollout_report import RolloutReport
from kubectl_ds.core.scheduling.pod_requests import Amounts, amounts, is_sidecar, pod_requests
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.core.spec_change import changed_at
from kubectl_ds.core.update_strategy import rolls

_TIME_TO_ACT = timedelta(minutes=1)
"""A controller that is well has acted on a change by then."""
_TIME_TO_FILL = timedelta(minutes=10)
"""So long a new DaemonSet may be filled, as long as pods are still made."""
_TIME_TO_GO = timedelta(minutes=10)
"""What is being deleted may take so long before its state is told as a fault."""


class AuditedCluster:
    """A snapshot as rules see it. What takes long is worked out once, and only when a rule asks for it."""

    def __init__(self, snapshot: ClusterSnapshot, settings: AuditSettings) -> None:
        self.snapshot = snapshot
        self.settings = settings
        self.joins = Cluster(snapshot, None)
        covered = {(one.namespace, one.name): one for one in coverage_in(self.joins).items}
        self.daemonsets: tuple[AuditedDaemonSet, ...] = tuple(
            AuditedDaemonSet(self, one, covered[key_of(one.metadata)])
            for one in sorted(snapshot.daemonsets, key=lambda one: key_of(one.metadata))
        )

    @property
    def nodes(self) -> tuple[Node, ...]:
        """In natural order."""
        return self.joins.nodes

    @property
    def node_of(self) -> Mapping[str, Node]:
        return self.joins.node_of

    @cached_property
    def belonging(self) -> Mapping[str, "tuple[AuditedDaemonSet, ...]"]:
        """By node: the DaemonSets that belong there. Nodes of the same ones share one tuple."""
        on: dict[str, list[AuditedDaemonSet]] = {node.metadata.name: [] for node in self.nodes}
        for one in self.daemonsets:
            for node in one.eligible:
                on[node.metadata.name].append(one)
        shared: dict[tuple[int, ...], tuple[AuditedDaemonSet, ...]] = {}
        return {name: shared.setdefault(tuple(map(id, those)), tuple(those)) for name, those in on.items()}

    @cached_property
    def shapes(self) -> tuple[NodeShape, ...]:
        """What DaemonSets take of a new node, from the smallest shape to the largest."""
        return node_shapes(self.snapshot)

    @cached_property
    def allocatable(self) -> Mapping[str, Amounts]:
        """By node; without those that list something which is no quantity."""
        found: dict[str, Amounts] = {}
        for node in self.nodes:
            with suppress(ValueError):
                found[node.metadata.name] = amounts(node.status.allocatable)
        return found

    @cached_property
    def control_plane(self) -> tuple[Node, ...]:
        """Its nodes, in natural order."""
        return tuple(node for node in self.nodes if is_control_plane(node))

    @cached_property
    def platforms(self) -> Mapping[str, NodePlatform]:
        """By node."""
        return {node.metadata.name: platform_of(node) for node in self.nodes}


class AuditedDaemonSet:
    """One DaemonSet, and the cluster around it."""

    def __init__(self, cluster: AuditedCluster, daemonset: DaemonSet, coverage: DaemonSetCoverage) -> None:
        self.cluster = cluster
        self.daemonset = daemonset
        self.coverage = coverage
        self.key: Key = key_of(daemonset.metadata)

    @property
    def tree(self) -> Mapping[str, Any]:
        """The object as the server sent it, for fields that the model does not hold; any of them may be of any type."""
        return self.cluster.snapshot.daemonset_objects.get(self.daemonset.metadata.uid, {})

    @cached_property
    def admitted(self) -> PodSpec:
        """The spec of a pod made now, with all that the cluster's own admission adds."""
        return admitted_spec(self.daemonset, admission_of(self.cluster.snapshot))

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """Those that the controller takes for its own, wherever they are."""
        return self.cluster.joins.pods.claimed(self.daemonset)

    @cached_property
    def requests(self) -> Amounts:
        """What a pod made now requests. Empty where an amount is no quantity, which the API server lets in nowhere."""
        try:
            return pod_requests(Pod(spec=self.admitted))
        except ValueError:
            return {}

    @cached_property
    def priority(self) -> int:
        """That of its pods, or of a pod made now where there is none."""
        known = [one.spec.priority for one in self.pods if one.spec.priority is not None]
        return max(known, default=self.admitted.priority or 0)

    @property
    def running_containers(self) -> tuple[Container, ...]:
        """Those that run as long as the pod does, as admission leaves them: sidecars, and then the others."""
        spec = self.admitted
        return (*(one for one in spec.init_containers if is_sidecar(one)), *spec.containers)

    @property
    def flags(self) -> tuple[str, ...]:
        """What names it on kubectl's command line: `ds NAME -n NAMESPACE`."""
        namespace, name = self.key
        return ("ds", name, "-n", namespace)

    def youth(self) -> tuple[float, Key]:
        """Sorts the youngest first: what was made last is what to blame where two get in each other's way."""
        created = self.daemonset.metadata.creation_timestamp
        return -created.timestamp() if created else 0.0, self.key

    @cached_property
    def eligible(self) -> tuple[Node, ...]:
        """The nodes where the controller puts a pod, in natural order."""
        node_of = self.cluster.node_of
        return tuple(node_of[one.node] for one in self.coverage.nodes if one.eligible)

    @cached_property
    def placements(self) -> Mapping[str, Placement]:
        """The controller's verdict on every node, by name."""
        return place_all(self.daemonset, self.cluster.joins.kinds, self.cluster.joins.gates)

    def nodes_with(self, spec: PodSpec) -> frozenset[str]:
        """Where the controller would put pods if the template had this spec."""
        joins = self.cluster.joins
        placements = place_all(with_template_spec(self.daemonset, spec), joins.kinds, joins.gates)
        return frozenset(name for name, placement in placements.items() if placement.should_run)

    def lacking(self, needs: frozenset[Resource]) -> tuple[Resource, ...]:
        """Which of them were not read, or not in full, as far as this DaemonSet is concerned."""
        namespace = self.daemonset.metadata.namespace
        needs = needs - idle_for((self.daemonset.spec.template.spec,))
        unread = self.cluster.joins.unread_for(self.daemonset)
        known = self.cluster.snapshot.knows
        return tuple(sorted(one for one in needs if one in unread or not known(one, namespace)))

    @cached_property
    def rollout(self) -> RolloutReport:
        return rollout_in(self.cluster.joins, self.daemonset)

    @property
    def going_for(self) -> timedelta | None:
        """How long it, or its namespace, has been in deletion; None where nobody deletes it."""
        snapshot = self.cluster.snapshot
        namespace = namespace_of(self.daemonset.metadata.namespace, snapshot.namespaces)
        moments = [self.daemonset.metadata.deletion_timestamp]
        if namespace is not None:
            moments.append(namespace.metadata.deletion_timestamp)
        known = [moment for moment in moments if moment is not None]
        return snapshot.taken_at - min(known) if known else None

    @property
    def is_just_changed(self) -> bool:
        """Somebody has changed it so lately that the controller may not have acted yet."""
        moment = changed_at(self.tree)
        return moment is not None and self.cluster.snapshot.taken_at - moment < _TIME_TO_ACT

    @property
    def is_being_filled(self) -> bool:
        """The controller is at work: it has made pods within a minute, and has a rollout or a new DaemonSet to fill.

        On thousands of nodes that takes minutes, as its client makes some 20 requests a second, and between two
        pods of a node there is a moment with none.
        """
        now, created = self.cluster.snapshot.taken_at, self.daemonset.metadata.creation_timestamp
        is_new = created is not None and now - created < _TIME_TO_FILL
        if not is_new and not (self.coverage.summary.outdated and rolls(self.daemonset)):
            return False
        pods = self.cluster.joins.pods.claimed(self.daemonset)
        made = (pod.metadata.creation_timestamp for pod in pods)
        return any(moment is not None and now - moment < _TIME_TO_ACT for moment in made)

    @property
    def is_going_in_time(self) -> bool:
        """Somebody deletes it, and it has not taken long: pods that lack or linger are what was asked for."""
        return self.going_for is not None and self.going_for < _TIME_TO_GO

    def lasting_causes_of(self, *states: State) -> tuple[Cause, ...]:
        """Those of the causes that do not, or may not, pass by themselves."""
        return tuple(cause for cause in self.causes_of(*states) if cause.outlook != "heals")

    def nodes_of(self, causes: Iterable[Cause]) -> tuple[str, ...]:
        """The nodes behind these causes, in natural order."""
        names = frozenset(node for cause in causes for node in cause.nodes)
        return tuple(one.node for one in self.coverage.nodes if one.node in names)

    def causes_of(self, *states: State) -> tuple[Cause, ...]:
        """The distinct causes behind nodes in these states."""
        return tuple(cause for cause in self.coverage.causes if cause.state in states)

    def nodes_in(self, *states: State) -> tuple[str, ...]:
        return tuple(one.node for one in self.coverage.nodes if one.state in states)
