"""Why a node that should have a pod has none that lives."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from msgspec import Struct

from kubectl_ds.core.binding import DEFAULT_SCHEDULER
from kubectl_ds.core.creation_failures import CreationFailed
from kubectl_ds.core.label_selector import selects_everything
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.node_condition import NodeNotReady, node_not_ready, seconds_between
from kubectl_ds.core.ownership import pinned_values
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.snapshot import Resource
from kubectl_ds.core.status import ComputedStatus

JUST_CREATED_SECONDS = 60
NEVER_OBSERVED_SECONDS = 300
FAILURE_IS_FRESH = timedelta(minutes=30)
"""The controller's queue retries after at most 1,000 s and its recorder repeats an event every 5 minutes, so an
older FailedCreate is over."""
OVERDUE_SECONDS = 60
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


class DaemonSetDeleted(Fact, frozen=True):
    """The DaemonSet is being deleted: the controller leaves it alone and its status stands still."""

    code: ClassVar[str] = "DaemonSetDeleted"
    source: ClassVar[Source] = "daemonset"
    outlook: ClassVar[Outlook] = "stuck"


class SelectingAll(Fact, frozen=True):
    """The selector is empty: the controller emits an event of this name and does nothing else.

    Upstream: syncDaemonSet of pkg/controller/daemon/daemon_controller.go. apps/v1 lets no such object in; older
    APIs did.
    """

    code: ClassVar[str] = "SelectingAll"
    source: ClassVar[Source] = "daemonset"
    outlook: ClassVar[Outlook] = "stuck"


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
    """The node is to have another pod afterwards; False where the DaemonSet does not belong."""

    @property
    def overdue(self) -> bool:
        """Longer than a kubelet needs to report the end."""
        return self.overdue_seconds > OVERDUE_SECONDS

    @property
    def outlook(self) -> Outlook:
        if not self.overdue:
            return "heals"
        return "stuck" if self.kubelet_is_silent else "unknown"

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.overdue)


class PodFailed(Fact, frozen=True):
    """The node's pod has failed; `code` is the pod's own reason (`Evicted`, `OutOfcpu` …) or `Failed`."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "pinned_to"})

    code: str
    pod: str
    message: str
    scheduler: str = ""
    """The scheduler that the pod asks for."""
    pinned_to: tuple[str, ...] = ()
    """Where its pin allows it, if that is not this node and the kubelet refused it for that."""

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), bool(self.pinned_to))

    @property
    def refused_by_kubelet(self) -> bool:
        """The kubelet did not admit the pod, and will not admit the next one as long as nothing changes."""
        return self.code in _REFUSED_BY_KUBELET or self.code.startswith("OutOf")

    @property
    def outlook(self) -> Outlook:
        return "stuck" if self.refused_by_kubelet else "heals"


class CreateBackoff(Fact, frozen=True):
    """The controller keeps a failed pod for 1 s, doubling to 15 min, before it deletes it and makes another."""

    code: ClassVar[str] = "CreateBackoff"
    source: ClassVar[Source] = "computed"
    outlook: ClassVar[Outlook] = "heals"
    varying: ClassVar[frozenset[str]] = frozenset({"pod"})
    pod: str


class PodSucceeded(Fact, frozen=True):
    """The node's pod has ended with success, which a daemon pod should not; the controller replaces it."""

    code: ClassVar[str] = "PodSucceeded"
    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "heals"
    varying: ClassVar[frozenset[str]] = frozenset({"pod"})
    pod: str


class ControllerBehind(Fact, frozen=True):
    """The DaemonSet controller has not acted yet on what is there now.

    `generation`: it has not seen the newest spec. `new-daemonset`, `new-node`: created seconds ago. `status`:
    the status it wrote does not count this cluster's nodes and pods.
    """

    code: ClassVar[str] = "ControllerBehind"
    varying: ClassVar[frozenset[str]] = frozenset({"seconds"})

    behind: Literal["generation", "new-daemonset", "new-node", "status"]
    seconds: int | None
    """Age of the DaemonSet, or of the node for `new-node`."""
    never_observed: bool = False
    """The controller has never written a status for this DaemonSet."""

    @property
    def source(self) -> Source:
        return "node" if self.behind == "new-node" else "daemonset"

    @property
    def outlook(self) -> Outlook:
        if self.behind in ("new-daemonset", "new-node"):
            return "heals"
        late = self.seconds is None or self.seconds > NEVER_OBSERVED_SECONDS
        return "stuck" if self.never_observed and late else "unknown"


class UnknownCause(Fact, frozen=True):
    """Nothing that was read says why."""

    code: ClassVar[str] = "Unknown"
    source: ClassVar[Source] = "computed"
    outlook: ClassVar[Outlook] = "unknown"

    unread: tuple[Resource, ...]
    """What might have said so and could not be read."""


MissingReason = (
    DaemonSetDeleted
    | SelectingAll
    | PodTerminating
    | PodFailed
    | CreateBackoff
    | PodSucceeded
    | ControllerBehind
    | CreationFailed
    | NodeNotReady
    | UnknownCause
)


class MissingContext(Struct, frozen=True, kw_only=True):
    """What is the same for all nodes of one DaemonSet."""

    daemonset: DaemonSet
    computed: ComputedStatus | None
    """None where only some nodes were read, so that counts over all of them are not known."""
    failure: CreationFailed | None
    """The newest FailedCreate."""
    events_unread: bool
    now: datetime


def missing_reasons(node: Node, pods: Sequence[Pod], context: MissingContext) -> tuple[MissingReason, ...]:
    """Why there is no live pod; never empty. `pods`: what the controller still counts here, all of it dead."""
    if context.daemonset.metadata.deletion_timestamp is not None:
        return (DaemonSetDeleted(),)
    if selects_everything(context.daemonset.spec.selector):
        return (SelectingAll(),)
    if pods:
        return _dead_pods(node, pods, context.now)
    failure = context.failure
    if failure is not None and (
        failure.last_seen is None or context.now - failure.last_seen < FAILURE_IS_FRESH
    ):
        return (failure,)
    if (behind := _controller_behind(node, context)) is not None:
        return (behind,)
    unread: tuple[Resource, ...] = ("events",) if context.events_unread else ()
    down = node_not_ready(node, context.now)
    return (UnknownCause(unread=unread), *([down] if down is not None else []))


def _dead_pods(node: Node, pods: Sequence[Pod], now: datetime) -> tuple[MissingReason, ...]:
    """One reason for each way of being dead, by the first pod of it."""
    down = node_not_ready(node, now)
    found: dict[str, list[MissingReason]] = {}
    for pod in pods:
        name = pod.metadata.name
        if (deadline := pod.metadata.deletion_timestamp) is not None:
            going = PodTerminating(
                pod=name,
                overdue_seconds=seconds_between(deadline, now) or 0,
                kubelet_is_silent=down is not None,
            )
            found.setdefault("terminating", [going, *([down] if down is not None and going.overdue else [])])
        elif pod.status.phase == "Succeeded":
            found.setdefault("succeeded", [PodSucceeded(pod=name)])
        else:
            found.setdefault("failed", [_failed(node, pod), CreateBackoff(pod=name)])
    return tuple(reason for group in found.values() for reason in group)


def _failed(node: Node, pod: Pod) -> PodFailed:
    pin = pinned_values(pod) or ()
    astray = pod.status.reason == "NodeAffinity" and bool(pin) and node.metadata.name not in pin
    return PodFailed(
        code=pod.status.reason or "Failed",
        pod=pod.metadata.name,
        message=pod.status.message,
        scheduler=pod.spec.scheduler_name or DEFAULT_SCHEDULER,
        pinned_to=pin if astray else (),
    )


def _controller_behind(node: Node, context: MissingContext) -> ControllerBehind | None:
    meta, status, now = context.daemonset.metadata, context.daemonset.status, context.now
    age = seconds_between(meta.creation_timestamp, now)
    if age is not None and age < JUST_CREATED_SECONDS:
        return ControllerBehind(behind="new-daemonset", seconds=age)
    node_age = seconds_between(node.metadata.creation_timestamp, now)
    if node_age is not None and node_age < JUST_CREATED_SECONDS:
        return ControllerBehind(behind="new-node", seconds=node_age)
    if status.observed_generation < meta.generation:
        never = status.observed_generation == 0
        return ControllerBehind(behind="generation", seconds=age, never_observed=never)
    computed = context.computed
    if computed is not None and (
        status.desired_number_scheduled < computed.desired_number_scheduled
        or status.current_number_scheduled > computed.current_number_scheduled
    ):
        return ControllerBehind(behind="status", seconds=age)
    return None
