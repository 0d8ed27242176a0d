"""What one pass of the DaemonSet controller would create and delete.

Two steps, as upstream: `manage` puts a pod where one belongs and takes away what does not, and, when its
effects have been seen, `rollingUpdate` replaces pods of older revisions. Here the effects of the first step are
taken as seen at once: new pods are there and not ready, deleted pods are gone. The back-off of failed pods is
not modelled. Upstream: pkg/controller/daemon/daemon_controller.go and update.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.label_selector import selects_everything
from kubectl_ds.core.model import DaemonSet, Node, ObjectMeta, Pod, PodSpec
from kubectl_ds.core.ownership import PodIndex, creation_order, is_terminal, is_terminating, pods_by_node
from kubectl_ds.core.placement import Placement, place_all
from kubectl_ds.core.revisions import HASH_LABEL
from kubectl_ds.core.rolling_step import rolling_step
from kubectl_ds.core.status import is_available, is_ready
from kubectl_ds.core.update_strategy import budget, rolls, surge_enabled

_NO_GATES = FeatureGates()

BURST_REPLICAS = 250
"""The most that one step creates, and the most that it deletes."""


class ControllerPass(Struct, frozen=True):
    """`creates`: names of nodes that get a pod; `deletes`: names of pods. Sorted."""

    creates: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()


class NodeCounts(Struct, frozen=True):
    """What the rolling step starts from; `empty_nodes` are eligible nodes without any pod object."""

    max_unavailable: int
    max_surge: int
    desired_number_scheduled: int
    empty_nodes: int


def counts(
    daemonset: DaemonSet,
    nodes: Iterable[Node],
    pods: Iterable[Pod],
    *,
    gates: FeatureGates = _NO_GATES,
) -> NodeCounts:
    """`updatedDesiredNodeCounts`: the budget over the eligible nodes, and how many of those are empty."""
    placements = place_all(daemonset, nodes, gates)
    by_node = pods_by_node(daemonset, PodIndex(pods).claimed(daemonset))
    eligible = [name for name, placement in placements.items() if placement.should_run]
    allowed = budget(daemonset, len(eligible))
    return NodeCounts(
        max_unavailable=allowed.max_unavailable,
        max_surge=allowed.max_surge,
        desired_number_scheduled=len(eligible),
        empty_nodes=sum(name not in by_node for name in eligible),
    )


def sync(
    daemonset: DaemonSet,
    nodes: Iterable[Node],
    pods: Iterable[Pod],
    *,
    current_hash: str,
    now: datetime,
    gates: FeatureGates = _NO_GATES,
) -> ControllerPass:
    """What the controller would do now, were it to look at just these objects.

    `pods` are the cluster's or the namespace's; ownership is decided here. Nothing is done for a DaemonSet
    that is being deleted, or whose selector selects everything.
    """
    if daemonset.metadata.deletion_timestamp or selects_everything(daemonset.spec.selector):
        return ControllerPass()
    placements = place_all(daemonset, nodes, gates)
    by_node = pods_by_node(daemonset, PodIndex(pods).claimed(daemonset))
    creates, deletes = _manage(daemonset, placements, by_node, current_hash, now)
    if rolls(daemonset):
        seen = _after(daemonset, by_node, creates, deletes, current_hash)
        more_creates, more_deletes = rolling_step(daemonset, placements, seen, current_hash, now)
        creates += more_creates[:BURST_REPLICAS]
        deletes += more_deletes[:BURST_REPLICAS]
    return ControllerPass(creates=tuple(sorted(creates)), deletes=tuple(sorted(deletes)))


def _manage(
    daemonset: DaemonSet,
    placements: Mapping[str, Placement],
    by_node: Mapping[str, Sequence[Pod]],
    current_hash: str,
    now: datetime,
) -> tuple[list[str], list[str]]:
    """`manage`: nodes that need a pod, and pods that must go."""
    creates: list[str] = []
    deletes: list[str] = []
    for node_name, placement in placements.items():
        pods = by_node.get(node_name, ())
        if placement.should_run and not pods:
            creates.append(node_name)
        elif placement.should_continue_running:
            needs_one, surplus = _kept(daemonset, pods, current_hash, now)
            deletes.extend(surplus)
            if needs_one and placement.should_run:
                creates.append(node_name)
        else:
            deletes.extend(pod.metadata.name for pod in pods if not is_terminating(pod))
    # Pods that wait for a node that is gone would wait for ever; bound ones are left to the pod collector.
    for node_name, pods in by_node.items():
        if node_name not in placements:
            deletes.extend(pod.metadata.name for pod in pods if not pod.spec.node_name)
    return creates[:BURST_REPLICAS], deletes[:BURST_REPLICAS]


def _kept(
    daemonset: DaemonSet, pods: Sequence[Pod], current_hash: str, now: datetime
) -> tuple[bool, list[str]]:
    """`podsShouldBeOnNode` where pods may stay: whether one is needed at once, and which are too many."""
    present = [pod for pod in pods if not is_terminating(pod)]
    deletes = [pod.metadata.name for pod in present if is_terminal(pod)]
    running = sorted((pod for pod in present if not is_terminal(pod)), key=creation_order)
    if not surge_enabled(daemonset):
        return False, deletes + [pod.metadata.name for pod in running[1:]]
    if len(running) < 2:
        return not running, deletes
    return False, deletes + _surplus_of_surge(daemonset, running, current_hash, now)


def _surplus_of_surge(
    daemonset: DaemonSet, running: Sequence[Pod], current_hash: str, now: datetime
) -> list[str]:
    """Of several pods the oldest new and the oldest old one stay, and both only while the new one is awaited."""
    new = [pod for pod in running if pod.metadata.labels.get(HASH_LABEL) == current_hash]
    old = [pod for pod in running if pod.metadata.labels.get(HASH_LABEL) != current_hash]
    surplus = new[1:] + old[1:]
    if new and old:
        replaced = is_available(new[0], daemonset.spec.min_ready_seconds, now)
        if replaced or not is_ready(old[0]):
            surplus.append(old[0])
    return [pod.metadata.name for pod in surplus]


def _after(
    daemonset: DaemonSet,
    by_node: Mapping[str, Sequence[Pod]],
    creates: Iterable[str],
    deletes: Iterable[str],
    current_hash: str,
) -> dict[str, list[Pod]]:
    """The pods by node once `manage` has been seen to work: a pod named like its node stands for a new one."""
    gone = frozenset(deletes)
    seen = {name: [pod for pod in pods if pod.metadata.name not in gone] for name, pods in by_node.items()}
    for node_name in creates:
        metadata = ObjectMeta(
            name=node_name, namespace=daemonset.metadata.namespace, labels={HASH_LABEL: current_hash}
        )
        seen.setdefault(node_name, []).append(Pod(metadata=metadata, spec=PodSpec(node_name=node_name)))
    return seen
