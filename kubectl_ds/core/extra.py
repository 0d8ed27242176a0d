"""What becomes of a pod on a node where it does not belong."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from kubectl_ds.core.dead_pods import PodTerminating, pod_terminating
from kubectl_ds.core.label_selector import selects_everything
from kubectl_ds.core.missing import DaemonSetDeleted, SelectingAll
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.node_condition import node_not_ready
from kubectl_ds.core.placement import Placement, UntoleratedTaint
from kubectl_ds.core.reason import Fact, Outlook, Source


class ControllerDeletesPod(Fact, frozen=True):
    """The controller deletes the pod in its next pass."""

    code: ClassVar[str] = "ControllerDeletesPod"
    source: ClassVar[Source] = "computed"
    outlook: ClassVar[Outlook] = "heals"


class ControllerLeavesPod(Fact, frozen=True):
    """Only a NoSchedule taint keeps the DaemonSet out: the pod is left alone and not replaced once it is gone.

    `passing`: Kubernetes itself sets and removes all of these taints, with the node's conditions. `bound`: a pod
    that no scheduler had bound before the taint came is not bound past it either.
    """

    code: ClassVar[str] = "ControllerLeavesPod"
    source: ClassVar[Source] = "computed"

    passing: bool
    bound: bool = True

    @property
    def outlook(self) -> Outlook:
        return "unknown" if self.passing else "stuck"


LIFECYCLE_TAINTS = frozenset(
    {
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
        "node.kubernetes.io/disk-pressure",
        "node.kubernetes.io/memory-pressure",
        "node.kubernetes.io/pid-pressure",
        "node.kubernetes.io/network-unavailable",
        "node.cloudprovider.kubernetes.io/uninitialized",
    }
)
"""Taints that Kubernetes sets and removes by itself, as the node's conditions change."""

ExtraReason = ControllerDeletesPod | ControllerLeavesPod | PodTerminating | DaemonSetDeleted | SelectingAll


def fate_of_extra(
    daemonset: DaemonSet,
    node: Node,
    pods: Sequence[Pod],
    placement: Placement,
    now: datetime,
) -> ExtraReason:
    """What the controller will do; to be named after the placement rule that fails."""
    going = [pod for pod in pods if pod.metadata.deletion_timestamp is not None]
    if len(going) == len(pods):
        silent = node_not_ready(node, now) is not None
        return pod_terminating(going[0], kubelet_is_silent=silent, replaced=False, now=now)
    if daemonset.metadata.deletion_timestamp is not None:
        return DaemonSetDeleted(finalizers=daemonset.metadata.finalizers)
    if selects_everything(daemonset.spec.selector):
        return SelectingAll()
    if placement.should_continue_running:
        bound = any(pod.spec.node_name for pod in pods)
        return ControllerLeavesPod(passing=is_kept_out_in_passing(placement), bound=bound)
    return ControllerDeletesPod()


def is_kept_out_in_passing(placement: Placement) -> bool:
    """Whether nothing but taints that Kubernetes itself sets and removes keeps the DaemonSet off the node."""
    decided = placement.deciding
    taints = decided.reason.taints if decided and isinstance(decided.reason, UntoleratedTaint) else ()
    return bool(taints) and all(taint.key in LIFECYCLE_TAINTS for taint in taints)
