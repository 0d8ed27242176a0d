"""Why a node that should have a pod has none that lives."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from msgspec import Struct

from kubectl_ds.core.creation_failures import CreationFailed
from kubectl_ds.core.dead_pods import (
    CreateBackoff,
    PodFailed,
    PodSucceeded,
    PodTerminating,
    dead_pods,
    ended_and_gone,
)
from kubectl_ds.core.ended_pods import EndedPods
from kubectl_ds.core.label_selector import selects_everything
from kubectl_ds.core.model import DaemonSet, Namespace, Node, Pod
from kubectl_ds.core.namespaces import NamespaceTerminating, namespace_terminating
from kubectl_ds.core.node_condition import NodeNotReady, node_not_ready, seconds_between
from kubectl_ds.core.ownership import is_terminating
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.snapshot import Resource
from kubectl_ds.core.status import ComputedStatus

OF_THE_GARBAGE_COLLECTOR = ("foregroundDeletion", "orphan")
"""Finalizers that a deletion brings along and Kubernetes takes off by itself."""
JUST_CREATED_SECONDS = 60
_BETWEEN_TWO_PODS = timedelta(seconds=JUST_CREATED_SECONDS)
NEVER_OBSERVED_SECONDS = 300
FAILURE_IS_FRESH = timedelta(minutes=30)
"""The controller's queue retries after at most 1,000 s and its recorder repeats an event every 5 minutes, so an
older FailedCreate is over."""


class DaemonSetDeleted(Fact, frozen=True):
    """The DaemonSet is being deleted: the controller leaves it alone and its status stands still."""

    code: ClassVar[str] = "DaemonSetDeleted"
    source: ClassVar[Source] = "daemonset"
    outlook: ClassVar[Outlook] = "stuck"

    finalizers: tuple[str, ...] = ()
    """Who has to be done before it is gone; `foregroundDeletion` waits for its pods."""


class SelectingAll(Fact, frozen=True):
    """The selector is empty: the controller emits an event of this name and does nothing else.

    Upstream: syncDaemonSet of pkg/controller/daemon/daemon_controller.go. apps/v1 lets no such object in; older
    APIs did.
    """

    code: ClassVar[str] = "SelectingAll"
    source: ClassVar[Source] = "daemonset"
    outlook: ClassVar[Outlook] = "stuck"


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
        young = self.seconds is not None and self.seconds < JUST_CREATED_SECONDS
        if self.behind in ("new-daemonset", "new-node") or (self.behind == "status" and young):
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
    namespace_is_well: bool = False
    """It was looked at, and is not being deleted."""


MissingReason = (
    DaemonSetDeleted
    | SelectingAll
    | PodTerminating
    | PodFailed
    | CreateBackoff
    | PodSucceeded
    | ControllerBehind
    | CreationFailed
    | NamespaceTerminating
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
    namespace: Namespace | None = None
    """None where it was not looked at."""
    ended: Mapping[str, EndedPods] = {}
    """What the controller's events tell of pods that ended, by node."""


def missing_reasons(node: Node, pods: Sequence[Pod], context: MissingContext) -> tuple[MissingReason, ...]:
    """Why there is no live pod; never empty. `pods`: what the controller still counts here, all of it dead."""
    going = namespace_terminating(context.namespace, context.now)
    if context.daemonset.metadata.deletion_timestamp is not None:
        return (*_deleted(node, pods, context), *([going] if going is not None else []))
    if selects_everything(context.daemonset.spec.selector):
        return (SelectingAll(),)
    if pods:
        dead = dead_pods(
            node, pods, context.ended.get(node.metadata.name), context.now, replaced=going is None
        )
        return (*dead, *([going] if going is not None else []))
    if going is not None:
        return (going,)
    failure = context.failure
    if failure is not None and (
        failure.last_seen is None or context.now - failure.last_seen < FAILURE_IS_FRESH
    ):
        return (failure,)
    ended = context.ended.get(node.metadata.name)
    if ended is not None and (ended.seen is None or context.now - ended.seen < _BETWEEN_TWO_PODS):
        return (ended_and_gone(ended),)
    if (behind := _controller_behind(node, context)) is not None:
        return (behind,)
    unread: tuple[Resource, ...] = ("events",) if context.events_unread else ()
    down = node_not_ready(node, context.now)
    unknown = UnknownCause(unread=unread, namespace_is_well=context.namespace is not None)
    return (unknown, *([down] if down is not None else []))


def _deleted(node: Node, pods: Sequence[Pod], context: MissingContext) -> tuple[MissingReason, ...]:
    """That nobody replaces pods any more, and the pod here that is still going, if there is one."""
    deleted = DaemonSetDeleted(finalizers=context.daemonset.metadata.finalizers)
    going = [pod for pod in pods if is_terminating(pod)]
    return (deleted, *dead_pods(node, going, None, context.now, replaced=False))


def _controller_behind(node: Node, context: MissingContext) -> ControllerBehind | None:
    meta, status, now = context.daemonset.metadata, context.daemonset.status, context.now
    age = seconds_between(meta.creation_timestamp, now)
    computed = context.computed
    counts_it = computed is not None and status.current_number_scheduled > computed.current_number_scheduled
    if age is not None and age < JUST_CREATED_SECONDS and not counts_it:
        return ControllerBehind(behind="new-daemonset", seconds=age)
    node_age = seconds_between(node.metadata.creation_timestamp, now)
    if node_age is not None and node_age < JUST_CREATED_SECONDS and not counts_it:
        return ControllerBehind(behind="new-node", seconds=node_age)
    if status.observed_generation < meta.generation:
        never = status.observed_generation == 0
        return ControllerBehind(behind="generation", seconds=age, never_observed=never)
    if counts_it or (
        computed is not None and status.desired_number_scheduled < computed.desired_number_scheduled
    ):
        return ControllerBehind(behind="status", seconds=age)
    return None
