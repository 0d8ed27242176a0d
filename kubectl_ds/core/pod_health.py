"""Why a bound pod is not Ready: its node, its init containers, its containers, its probes, its gates.

The first of these that is at fault explains the rest: a kubelet that is gone reports nothing, and containers
wait for init containers (`PodInitializing`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from kubectl_ds.core.event_index import newest
from kubectl_ds.core.model import ContainerStateTerminated, ContainerStatus, Event, Node, Pod
from kubectl_ds.core.node_condition import NodeNotReady, node_not_ready, seconds_between
from kubectl_ds.core.reason import Fact, Outlook, Source

_STARTING = frozenset({"ContainerCreating", "PodInitializing"})
_PATIENCE_SECONDS = 120
"""A container that has been starting, or running unready, for less than this is given time."""
_RESTARTS_OF_A_LOOP = 3
_BLOCKING_EVENTS = frozenset(
    {
        "FailedMount",
        "FailedAttachVolume",
        "FailedMapVolume",
        "FailedCreatePodSandBox",
        "FailedCreatePodContainer",
        "NetworkNotReady",
        "FailedPostStartHook",
        "FailedPrepareDynamicResources",
    }
)
"""What the kubelet says in events only, while the container's state stays ContainerCreating."""


class ContainerWaiting(Fact, frozen=True):
    """A container that is not running; `code` is the kubelet's own word for it."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "restarts", "seconds", "last_exit_code"})

    code: str
    pod: str
    container: str
    init: bool
    message: str
    restarts: int
    seconds: int | None
    """Age of the pod."""
    last_reason: str
    """Why it ended the last time: `OOMKilled`, `Error`; empty when it never ran."""
    last_exit_code: int | None

    @property
    def outlook(self) -> Outlook:
        if self.code not in _STARTING:
            return "stuck"
        return "heals" if self.seconds is not None and self.seconds < _PATIENCE_SECONDS else "unknown"

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.outlook)


class ContainerTerminated(Fact, frozen=True):
    """A container that has ended and is not yet started again."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "restarts"})

    code: str
    """`Error`, `OOMKilled`, `Completed` …"""
    pod: str
    container: str
    init: bool
    exit_code: int
    message: str
    restarts: int

    @property
    def outlook(self) -> Outlook:
        return "unknown" if self.restarts >= _RESTARTS_OF_A_LOOP else "heals"


class InitContainerRunning(Fact, frozen=True):
    """An init container is at work; the others have not been started."""

    code: ClassVar[str] = "InitContainerRunning"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "seconds"})

    pod: str
    container: str
    seconds: int | None
    """How long it has been running."""

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.seconds is not None and self.seconds < _PATIENCE_SECONDS else "unknown"


class ProbeFailing(Fact, frozen=True):
    """A container runs, and its startup or readiness probe has not passed."""

    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message", "seconds", "restarts"})

    probe: Literal["startup", "readiness"]
    pod: str
    container: str
    seconds: int | None
    """How long the container has been running."""
    restarts: int
    message: str
    """The kubelet's newest `Unhealthy` event, if there is one."""

    @property
    def code(self) -> str:
        return "StartupProbeFailing" if self.probe == "startup" else "ReadinessProbeFailing"

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.seconds is not None and self.seconds < _PATIENCE_SECONDS else "unknown"


class PodNotStarted(Fact, frozen=True):
    """The pod is bound and the kubelet has reported nothing about its containers."""

    code: ClassVar[str] = "PodNotStarted"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "seconds"})

    pod: str
    seconds: int | None

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.seconds is not None and self.seconds < _PATIENCE_SECONDS else "unknown"


class KubeletEvent(Fact, frozen=True):
    """What keeps the kubelet from starting the pod, by its own event (`FailedMount` …)."""

    source: ClassVar[Source] = "event"
    outlook: ClassVar[Outlook] = "unknown"
    varying: ClassVar[frozenset[str]] = frozenset({"pod", "message"})

    code: str
    pod: str
    message: str


class PodConditionFalse(Fact, frozen=True):
    """All containers are ready and the pod is not: a readiness gate, or a status that is behind."""

    source: ClassVar[Source] = "pod"
    outlook: ClassVar[Outlook] = "unknown"
    varying: ClassVar[frozenset[str]] = frozenset({"pod"})

    code: str
    """The Ready condition's own reason (`ReadinessGatesNotReady`), `NotReady` when it gives none."""
    pod: str
    message: str


PodHealthReason = (
    NodeNotReady
    | ContainerWaiting
    | ContainerTerminated
    | InitContainerRunning
    | ProbeFailing
    | PodNotStarted
    | KubeletEvent
    | PodConditionFalse
)


def pod_health(pod: Pod, node: Node | None, events: Sequence[Event], now: datetime) -> list[PodHealthReason]:
    """Why this bound pod is not Ready, the cause first; never empty. `events` are those about the pod."""
    reasons: list[PodHealthReason] = []
    if node is not None and (down := node_not_ready(node, now)) is not None:
        reasons.append(down)
    reasons += _init_reasons(pod, now) or _container_reasons(pod, events, now)
    if all(_is_waiting_to_start(reason) for reason in reasons):
        reasons[:0] = _kubelet_events(pod, events)
    if not reasons:
        reasons.append(_condition_false(pod) or _not_started(pod, now))
    return reasons


def _init_reasons(pod: Pod, now: datetime) -> list[PodHealthReason]:
    """The one init container that holds the pod up: they run in order. Sidecars that have started do not.

    `started` alone does not tell: kubelets set it on every init container that runs (prober_manager.go
    UpdatePodStatus).
    """
    sidecars = {one.name for one in pod.spec.init_containers if one.restart_policy == "Always"}
    for status in pod.status.init_container_statuses:
        ended = status.state.terminated
        if ended is not None and ended.exit_code == 0:
            continue
        if status.name in sidecars and (status.started or status.ready):
            continue
        if status.state.running is not None:
            seconds = seconds_between(status.state.running.started_at, now)
            return [InitContainerRunning(pod=pod.metadata.name, container=status.name, seconds=seconds)]
        reason = _not_running(pod, status, now, init=True)
        return [] if reason is None or reason.code == "PodInitializing" else [reason]
    return []


def _container_reasons(pod: Pod, events: Sequence[Event], now: datetime) -> list[PodHealthReason]:
    reasons: list[PodHealthReason] = []
    for status in pod.status.container_statuses:
        if status.ready:
            continue
        if status.state.running is not None:
            reasons.append(_probe_failing(pod, status, events, now))
        elif (reason := _not_running(pod, status, now, init=False)) is not None:
            reasons.append(reason)
    return sorted(reasons, key=_is_waiting_to_start)


def _not_running(
    pod: Pod, status: ContainerStatus, now: datetime, *, init: bool
) -> ContainerWaiting | ContainerTerminated | None:
    if (ended := status.state.terminated) is not None:
        return ContainerTerminated(
            code=ended.reason or "Error",
            pod=pod.metadata.name,
            container=status.name,
            init=init,
            exit_code=ended.exit_code,
            message=ended.message,
            restarts=status.restart_count,
        )
    waiting = status.state.waiting
    if waiting is None:
        return None
    last: ContainerStateTerminated | None = status.last_state.terminated
    return ContainerWaiting(
        code=waiting.reason or "ContainerCreating",
        pod=pod.metadata.name,
        container=status.name,
        init=init,
        message=waiting.message,
        restarts=status.restart_count,
        seconds=seconds_between(pod.status.start_time or pod.metadata.creation_timestamp, now),
        last_reason=last.reason if last else "",
        last_exit_code=last.exit_code if last else None,
    )


def _probe_failing(pod: Pod, status: ContainerStatus, events: Sequence[Event], now: datetime) -> ProbeFailing:
    running = status.state.running
    probe: Literal["startup", "readiness"] = "startup" if status.started is False else "readiness"
    unhealthy = newest(
        event
        for event in events
        if event.reason == "Unhealthy"
        and probe in event.message.lower()
        and _is_of_container(event, status.name)
    )
    return ProbeFailing(
        probe=probe,
        pod=pod.metadata.name,
        container=status.name,
        seconds=seconds_between(running.started_at if running else None, now),
        restarts=status.restart_count,
        message=unhealthy.message if unhealthy else "",
    )


def _is_of_container(event: Event, container: str) -> bool:
    """`involvedObject.fieldPath` is `spec.containers{name}`; events that do not say count for all."""
    path = event.involved_object.field_path
    return not path or path.endswith(f"{{{container}}}")


def _is_waiting_to_start(reason: PodHealthReason) -> bool:
    return isinstance(reason, ContainerWaiting) and reason.code in _STARTING


def _kubelet_events(pod: Pod, events: Sequence[Event]) -> list[PodHealthReason]:
    if pod.status.phase == "Running":
        return []
    event = newest(event for event in events if event.reason in _BLOCKING_EVENTS)
    if event is None:
        return []
    return [KubeletEvent(code=event.reason, pod=pod.metadata.name, message=event.message)]


def _condition_false(pod: Pod) -> PodConditionFalse | None:
    if not pod.status.container_statuses or pod.status.phase == "Pending":
        return None
    ready = next((one for one in pod.status.conditions if one.type == "Ready"), None)
    return PodConditionFalse(
        code=(ready.reason if ready else "") or "NotReady",
        pod=pod.metadata.name,
        message=ready.message if ready else "",
    )


def _not_started(pod: Pod, now: datetime) -> PodNotStarted:
    return PodNotStarted(pod=pod.metadata.name, seconds=seconds_between(pod.metadata.creation_timestamp, now))
