"""One node and one DaemonSet: the state, the flags, the reasons."""

from collections.abc import Callable, Sequence

from kubectl_ds.core.binding import binding_kind
from kubectl_ds.core.coverage_reasons import NodeReason, outlook_of
from kubectl_ds.core.coverage_report import NodeCoverage, PodCoverage, State
from kubectl_ds.core.event_index import EventIndex
from kubectl_ds.core.extra import fate_of_extra
from kubectl_ds.core.missing import MissingContext, missing_reasons
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.ownership import is_live, pinned_values
from kubectl_ds.core.placement import Placement
from kubectl_ds.core.pod_health import pod_health
from kubectl_ds.core.reason import Outlook
from kubectl_ds.core.revisions import HASH_LABEL, is_pod_updated, template_generation
from kubectl_ds.core.scheduling import SchedulingContext, pending_reasons
from kubectl_ds.core.status import is_ready
from kubectl_ds.core.update_strategy import surge_enabled


class NodeJudge:
    """Judges the nodes of one DaemonSet. What several nodes share is worked out once."""

    def __init__(
        self,
        *,
        daemonset: DaemonSet,
        current_hash: str | None,
        pods_unread: bool,
        events: EventIndex,
        missing: MissingContext,
        scheduling: Callable[[], SchedulingContext],
    ) -> None:
        """`current_hash` is None when the revisions could not be read."""
        self._daemonset = daemonset
        self._current_hash = current_hash
        self._generation = template_generation(daemonset)
        self._surges = surge_enabled(daemonset)
        self._pods_unread = pods_unread
        self._events = events
        self._missing = missing
        self._scheduling = scheduling
        self._exclusions: dict[int, tuple[Placement, tuple[NodeReason, ...], Outlook | None]] = {}
        """By identity: `place_all` gives one verdict to all nodes that it decides at once."""

    def node(self, node: Node, placement: Placement, pods: Sequence[Pod]) -> NodeCoverage:
        """`pods`: what the controller counts on this node, in its order."""
        if not self._pods_unread:
            if not pods and not placement.should_run:
                return self._excluded(node.metadata.name, placement)
            if len(pods) == 1 and placement.should_run and _is_well(pods[0]):
                return self._well(node.metadata.name, pods[0])
        live = [pod for pod in pods if is_live(pod)]
        state = None if self._pods_unread else _state(placement, pods, live)
        reasons = self._reasons(state, node, placement, pods, live)
        return NodeCoverage(
            node=node.metadata.name,
            state=state,
            eligible=placement.should_run,
            duplicate=None if self._pods_unread else self._is_duplicate(live),
            outdated=self._is_outdated(live),
            pods=tuple([_pod_coverage(pod) for pod in pods]),
            reasons=reasons,
            outlook=outlook_of(reasons),
            taken_for_current=any(map(self._is_taken_for_current, live)),
        )

    def _well(self, name: str, pod: Pod) -> NodeCoverage:
        """Nearly all nodes of a DaemonSet that is meant for all: one live, bound, Ready pod, nothing to explain."""
        return NodeCoverage(
            node=name,
            state="Ready",
            eligible=True,
            duplicate=False,
            outdated=None if self._current_hash is None else not self._is_updated(pod),
            pods=(_pod_coverage(pod),),
            taken_for_current=self._is_taken_for_current(pod),
        )

    def _excluded(self, name: str, placement: Placement) -> NodeCoverage:
        """Most nodes of a DaemonSet that is meant for few: those of one verdict share its reasons."""
        known = self._exclusions.get(id(placement))
        if known is None:
            reasons = _failing_rule(placement)
            known = self._exclusions[id(placement)] = (placement, reasons, outlook_of(reasons))
        _, reasons, outlook = known
        return NodeCoverage(
            node=name,
            state="Excluded",
            eligible=False,
            duplicate=False,
            outdated=None if self._current_hash is None else False,
            reasons=reasons,
            outlook=outlook,
        )

    def _reasons(
        self,
        state: State | None,
        node: Node,
        placement: Placement,
        pods: Sequence[Pod],
        live: Sequence[Pod],
    ) -> tuple[NodeReason, ...]:
        now = self._missing.now
        match state:
            case "Ready":
                return self._what_halts_a_surge(node, live)
            case "NotReady":
                return self._what_ails(next(pod for pod in live if pod.spec.node_name), node)
            case "Pending":
                return self._what_ails(live[0], node)
            case "Missing":
                return missing_reasons(node, pods, self._missing)
            case "Extra":
                return (*_failing_rule(placement), fate_of_extra(self._daemonset, node, pods, placement, now))
            case "Excluded" | None:
                return _failing_rule(placement)

    def _what_ails(self, pod: Pod, node: Node) -> tuple[NodeReason, ...]:
        """Why this live pod is not Ready, bound or not."""
        if pod.spec.node_name:
            events = self._events.about("Pod", pod.metadata)
            return tuple(pod_health(pod, node, events, self._missing.now))
        outdated = self._current_hash is not None and not self._is_updated(pod)
        return pending_reasons(pod, node, self._scheduling(), outdated=outdated)

    def _what_halts_a_surge(self, node: Node, live: Sequence[Pod]) -> tuple[NodeReason, ...]:
        """Why the new pod cannot take over from the Ready old one; nothing while it is on its way."""
        if not self._surges or self._current_hash is None:
            return ()
        old = [pod for pod in live if not self._is_updated(pod)]
        new = [pod for pod in live if self._is_updated(pod)]
        if not old or not new or any(is_ready(pod) for pod in new):
            return ()
        reasons = self._what_ails(new[0], node)
        return () if outlook_of(reasons) == "heals" else reasons

    def _is_updated(self, pod: Pod) -> bool:
        return is_pod_updated(pod, self._current_hash or "", self._generation)

    def _is_taken_for_current(self, pod: Pod) -> bool:
        """Without a current revision no pod can be told from it."""
        if not self._current_hash or self._generation is None:
            return False
        revision = pod.metadata.labels.get(HASH_LABEL)
        return revision not in (None, self._current_hash) and self._is_updated(pod)

    def _is_outdated(self, live: Sequence[Pod]) -> bool | None:
        if self._current_hash is None or self._pods_unread:
            return None
        return not all(map(self._is_updated, live))

    def _is_duplicate(self, live: Sequence[Pod]) -> bool:
        """More than one live pod, except the old and the new one of a surge."""
        if len(live) < 2:
            return False
        if not self._surges or len(live) > 2:
            return True
        first, second = live
        if self._current_hash is None:
            return first.metadata.labels.get(HASH_LABEL) == second.metadata.labels.get(HASH_LABEL)
        return self._is_updated(first) == self._is_updated(second)


def _pod_coverage(pod: Pod) -> PodCoverage:
    metadata, pin = pod.metadata, pinned_values(pod)
    return PodCoverage(
        name=metadata.name,
        phase=pod.status.phase,
        ready=is_ready(pod),
        binding=binding_kind(pod.spec.node_name, pin),
        pinned_to=pin[0] if pin is not None and len(pin) == 1 else None,
        revision=metadata.labels.get(HASH_LABEL),
    )


def _is_well(pod: Pod) -> bool:
    return bool(pod.spec.node_name) and is_ready(pod) and is_live(pod)


def _state(placement: Placement, pods: Sequence[Pod], live: Sequence[Pod]) -> State:
    """Ready as soon as one live pod is; a pod that is bound outweighs one that is not.

    What is dead covers no node that is eligible, and yet makes another one Extra: the controller counts it in
    `numberMisscheduled` until it is gone.
    """
    if not placement.should_run:
        return "Extra" if pods else "Excluded"
    if not live:
        return "Missing"
    bound = [pod for pod in live if pod.spec.node_name]
    if not bound:
        return "Pending"
    return "Ready" if any(map(is_ready, bound)) else "NotReady"


def _failing_rule(placement: Placement) -> tuple[NodeReason, ...]:
    """The rule at which the controller stops, and no other: a node that fails affinity is not out for a taint."""
    decided = placement.deciding
    return () if decided is None or decided.reason is None else (decided.reason,)
