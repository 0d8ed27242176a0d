"""Pods of a node that live no more and are still there: terminating, failed, or ended with success."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from kubectl_ds.core.binding import DEFAULT_SCHEDULER
from kubectl_ds.core.ended_pods import EndedPods
from kubectl_ds.core.model import Node, Pod
from kubectl_ds.core.node_condition import NodeNotReady, node_not_ready, seconds_between
from kubectl_ds.core.ownership import pinned_values
from kubectl_ds.core.reason import Fact, Outlook, Source

OVERDUE_SECONDS = 60
LONGEST_BACKOFF_SECONDS = 15 * 60
"""`NewDaemonSetsController` gives failed pods a back-off of 1 s to 15 min."""
_A_LOOP = 3
"""So many pods of one node that ended the same way, and the next one is not expected to fare better."""
_REFUSED_BY_KUBELET = frozenset(
    {
        "NodeAffinity",
        "NodeName",
        "NodePorts",
        "PodOSNotSupported",
        "PodOSSelectorNodeLabelDoesNotMatch",
        "TaintToleration",
        "UnexpectedAdmissionError",
        "AdmissionError",
        "SysctlForbidden",
        "AppArmor",
    }
)
"""Reasons of pkg/kubelet/lifecycle/predicate.go beside OutOf<resource>: the next pod is refused as well."""


class PodTerminating(Fact, frozen=True):
    """The node's only pod is going; where it belongs the next one comes when it is gone (with maxSurge at once)."""

    code: ClassVar[str] = "PodTerminating"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "overdue_seconds"})

    pod: str
    overdue_seconds: int
    """How long past its grace period; 0 while that lasts."""
    kubelet_is_silent: bool
    """The node is not Ready, so that nobody there confirms the end of the pod."""
    replaced: bool = True
    """The node is to have another pod afterwards; False where the DaemonSet does not belong, or is going itself."""
    finalizers: tuple[str, ...] = ()
    """Who has to be done before it is gone, beside the kubelet."""

    @property
    def overdue(self) -> bool:
        """Longer than a kubelet needs to report the end."""
        return self.overdue_seconds > OVERDUE_SECONDS

    @property
    def outlook(self) -> Outlook:
        if not self.overdue:
            return "heals"
        return "stuck" if self.kubelet_is_silent or self.finalizers else "unknown"

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.overdue)


class PodFailed(Fact, frozen=True):
    """The node's pod has failed; `code` is the pod's own reason (`Evicted`, `OutOfcpu` …) or `Failed`."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "pinned_to", "before"})

    code: str
    pod: str
    message: str
    scheduler: str = ""
    """The scheduler that the pod asks for."""
    pinned_to: tuple[str, ...] = ()
    """Where its pin allows it, if that is not this node and the kubelet refused it for that."""
    before: int = 0
    """How many pods failed on the node that the controller has told of in its events."""
    gone: bool = False
    """The controller has deleted it already; only the event is left."""

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), bool(self.pinned_to), self.loops)

    @property
    def loops(self) -> bool:
        """One pod after the other fails."""
        return self.before >= _A_LOOP

    @property
    def refused_by_kubelet(self) -> bool:
        """The kubelet did not admit the pod, and will not admit the next one as long as nothing changes."""
        return self.code in _REFUSED_BY_KUBELET or self.code.startswith("OutOf")

    @property
    def outlook(self) -> Outlook:
        if self.refused_by_kubelet:
            return "stuck"
        return "unknown" if self.loops else "heals"


class CreateBackoff(Fact, frozen=True):
    """The controller keeps a failed pod for 1 s, doubling to 15 min, before it deletes it and makes another."""

    code: ClassVar[str] = "CreateBackoff"
    source: ClassVar[Source] = "computed"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "ended_seconds"})
    pod: str
    ended_seconds: int = 0
    """Since it failed; 0 where the pod does not say when."""

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.overdue)

    @property
    def overdue(self) -> bool:
        """Twice as long as the controller ever waits."""
        return self.ended_seconds > 2 * LONGEST_BACKOFF_SECONDS

    @property
    def outlook(self) -> Outlook:
        return "unknown" if self.overdue else "heals"


class PodSucceeded(Fact, frozen=True):
    """The node's pod has ended with success, which a daemon pod should not; the controller replaces it at once."""

    code: ClassVar[str] = "PodSucceeded"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "before"})

    pod: str
    before: int = 0
    """How many pods ended so on the node that the controller has told of in its events."""
    gone: bool = False
    """The controller has deleted it already; only the event is left."""

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.loops)

    @property
    def loops(self) -> bool:
        """One pod after the other ends."""
        return self.before >= _A_LOOP

    @property
    def outlook(self) -> Outlook:
        return "stuck" if self.loops else "heals"


DeadPodReason = PodTerminating | PodFailed | CreateBackoff | PodSucceeded | NodeNotReady


def dead_pods(
    node: Node, pods: Sequence[Pod], ended: EndedPods | None, now: datetime, *, replaced: bool = True
) -> tuple[DeadPodReason, ...]:
    """One reason for each way of being dead, by the first pod of it. `ended`: what events tell of this node."""
    down = node_not_ready(node, now)
    found: dict[str, list[DeadPodReason]] = {}
    for pod in pods:
        name = pod.metadata.name
        if pod.metadata.deletion_timestamp is not None:
            going = pod_terminating(pod, kubelet_is_silent=down is not None, replaced=replaced, now=now)
            found.setdefault("terminating", [going, *([down] if down is not None and going.overdue else [])])
        elif pod.status.phase == "Succeeded":
            found.setdefault("succeeded", [PodSucceeded(pod=name, before=_count(ended, "Succeeded"))])
        else:
            backoff = CreateBackoff(pod=name, ended_seconds=seconds_between(_ended_at(pod), now) or 0)
            found.setdefault("failed", [_failed(node, pod, _count(ended, "Failed")), backoff])
    return tuple(reason for group in found.values() for reason in group)


def pod_terminating(pod: Pod, *, kubelet_is_silent: bool, replaced: bool, now: datetime) -> PodTerminating:
    """For a pod that has been asked to go."""
    return PodTerminating(
        pod=pod.metadata.name,
        overdue_seconds=seconds_between(pod.metadata.deletion_timestamp, now) or 0,
        kubelet_is_silent=kubelet_is_silent,
        replaced=replaced,
        finalizers=pod.metadata.finalizers,
    )


def ended_and_gone(ended: EndedPods) -> PodFailed | PodSucceeded:
    """For a node between two pods: the one that ended has been deleted, and the next one is not there yet."""
    if ended.how == "Succeeded":
        return PodSucceeded(pod=ended.last, before=ended.count, gone=True)
    return PodFailed(code="Failed", pod=ended.last, message="", before=ended.count, gone=True)


def _ended_at(pod: Pod) -> datetime | None:
    """When its last container ended or it was evicted, whichever was later; Ready may have been lost long before."""
    ends = [
        one.state.terminated.finished_at
        for one in (*pod.status.container_statuses, *pod.status.init_container_statuses)
        if one.state.terminated is not None
    ]
    ends += [one.last_transition_time for one in pod.status.conditions if one.type == "DisruptionTarget"]
    return max((end for end in ends if end is not None), default=None)


def _count(ended: EndedPods | None, how: str) -> int:
    return ended.count if ended is not None and ended.how == how else 0


def _failed(node: Node, pod: Pod, before: int) -> PodFailed:
    pin = pinned_values(pod) or ()
    astray = pod.status.reason == "NodeAffinity" and bool(pin) and node.metadata.name not in pin
    return PodFailed(
        code=pod.status.reason or "Failed",
        pod=pod.metadata.name,
        message=pod.status.message,
        scheduler=pod.spec.scheduler_name or DEFAULT_SCHEDULER,
        pinned_to=pin if astray else (),
        before=before,
    )
