"""The rolling step of a controller pass: which old pods go, which nodes get a new one beside the old.

Upstream: `rollingUpdate` and `findUpdatedPodsOnNode` of pkg/controller/daemon/update.go.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.model import DaemonSet, Pod
from kubectl_ds.core.ownership import is_terminating
from kubectl_ds.core.placement import Placement
from kubectl_ds.core.revisions import is_pod_updated, template_generation
from kubectl_ds.core.status import is_available
from kubectl_ds.core.update_strategy import budget

StepResult = tuple[list[str], list[str]]
"""Nodes that get a pod, pods that go."""


class NodePods(Struct, frozen=True):
    """The live pods of one node by revision. `crowded`: several of one revision, which `manage` cleans up."""

    new: Pod | None = None
    old: Pod | None = None
    crowded: bool = False


def node_pods(daemonset: DaemonSet, pods: Sequence[Pod], current_hash: str) -> NodePods:
    """`findUpdatedPodsOnNode`: terminating pods are as good as gone."""
    generation = template_generation(daemonset)
    new = old = None
    for pod in pods:
        if is_terminating(pod):
            continue
        if is_pod_updated(pod, current_hash, generation):
            if new:
                return NodePods(crowded=True)
            new = pod
        else:
            if old:
                return NodePods(crowded=True)
            old = pod
    return NodePods(new=new, old=old)


def rolling_step(
    daemonset: DaemonSet,
    placements: Mapping[str, Placement],
    by_node: Mapping[str, Sequence[Pod]],
    current_hash: str,
    now: datetime,
) -> StepResult:
    """What the rolling step would do; where upstream takes nodes in no order, here they go by name."""
    eligible = [name for name, placement in placements.items() if placement.should_run]
    allowed = budget(daemonset, len(eligible))
    by_name = {
        name: node_pods(daemonset, by_node.get(name, ()), current_hash)
        for name in sorted({*eligible, *(name for name, pods in by_node.items() if pods)})
    }
    if allowed.max_surge == 0:
        return [], _deletions(daemonset, by_name, allowed.max_unavailable, now)
    return _surge(daemonset, placements, by_name, allowed.max_surge, now)


def _deletions(
    daemonset: DaemonSet, by_name: Mapping[str, NodePods], max_unavailable: int, now: datetime
) -> list[str]:
    """Without a surge: all unavailable old pods, and as many available ones as the budget still holds."""
    min_ready_seconds = daemonset.spec.min_ready_seconds
    unavailable = 0
    unhealthy: list[str] = []
    candidates: list[str] = []
    for pods in by_name.values():
        if pods.old and not pods.new:
            if is_available(pods.old, min_ready_seconds, now):
                candidates.append(pods.old.metadata.name)
            else:
                unhealthy.append(pods.old.metadata.name)
                unavailable += 1
        elif not (pods.new and not pods.old and is_available(pods.new, min_ready_seconds, now)):
            unavailable += 1
    return unhealthy + candidates[: max(0, max_unavailable - unavailable)]


def _surge(
    daemonset: DaemonSet,
    placements: Mapping[str, Placement],
    by_name: Mapping[str, NodePods],
    max_surge: int,
    now: datetime,
) -> StepResult:
    """With a surge: new pods beside available old ones within the budget, beside unavailable ones at once."""

    def available(pod: Pod) -> bool:
        return is_available(pod, daemonset.spec.min_ready_seconds, now)

    surging = count_available = 0
    deletes: list[str] = []
    urgent: list[str] = []
    candidates: list[str] = []
    sunset: list[str] = []
    for name, pods in by_name.items():
        if pods.crowded:
            surging += 1
            continue
        judged = pods.old or pods.new
        count_available += judged is not None and available(judged)
        if pods.old is None:
            continue
        old_name = pods.old.metadata.name
        if pods.new:
            if available(pods.new):
                deletes.append(old_name)
            else:
                surging += 1
        elif name not in placements:
            # Upstream fails the whole step here until the pod collector has taken the pod of the lost node.
            return [], []
        elif placements[name].should_run:
            (candidates if available(pods.old) else urgent).append(name)
        else:
            (sunset if available(pods.old) else deletes).append(old_name)
    desired = sum(placement.should_run for placement in placements.values())
    deletes += sunset[: max(0, count_available - desired)]
    return urgent + candidates[: max(0, max_surge - surging)], deletes
