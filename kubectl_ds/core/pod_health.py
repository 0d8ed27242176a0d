"""Why a bound pod is not Ready: its node, its own words, its init containers, its containers, its probes, its gates.

The first of these that is at fault explains the rest: a kubelet that is gone reports nothing, and containers
wait for init containers (`PodInitializing`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from kubectl_ds.core.event_index import newest
from kubectl_ds.core.model import ContainerStateTerminated, ContainerStatus, Event, Node, Pod
from kubectl_ds.core.node_condition import node_not_ready, seconds_between
from kubectl_ds.core.pod_health_reasons import (
    PATIENCE_SECONDS,
    STARTING,
    ContainerKind,
    ContainerTerminated,
    ContainerWaiting,
    InitContainerRunning,
    KubeletEvent,
    PodConditionFalse,
    PodHealthReason,
    PodNotStarted,
    PodStatusReason,
    ProbeFailing,
)
from kubectl_ds.core.scheduling.virtual_nodes import NodeCannotHost, node_cannot_host

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


def pod_health(pod: Pod, node: Node | None, events: Sequence[Event], now: datetime) -> list[PodHealthReason]:
    """Why this bound pod is not Ready, the cause first; never empty. `events` are those about the pod."""
    reasons: list[PodHealthReason] = []
    if node is not None and (down := node_not_ready(node, now)) is not None:
        reasons.append(down)
    found = _init_reasons(pod, events, now) or _container_reasons(pod, events, now)
    own = _own_words(pod)
    found = [*own, *found] if all(_is_waiting_to_start(reason) for reason in found) else [*found, *own]
    reasons += found
    if all(_is_waiting_to_start(reason) for reason in reasons):
        reasons[:0] = _kubelet_events(pod, events)
    if not reasons:
        reasons.append(_condition_false(pod) or _not_started(pod, now))
    virtual = None if node is None else _cannot_host(pod, node, now)
    return reasons if virtual is None else [virtual, *reasons]


def _cannot_host(pod: Pod, node: Node, now: datetime) -> NodeCannotHost | None:
    """A virtual node that refuses the pod, or says nothing of it. One that runs the pod hosts it after all."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    if pod.status.phase == "Running" or any(one.state.running or one.state.terminated for one in statuses):
        return None
    age = seconds_between(pod.metadata.creation_timestamp, now)
    if not _own_words(pod) and age is not None and age < PATIENCE_SECONDS:
        return None
    return node_cannot_host(node)


def _own_words(pod: Pod) -> list[PodHealthReason]:
    status = pod.status
    if not status.reason and not status.message:
        return []
    return [PodStatusReason(code=status.reason or "PodStatus", pod=pod.metadata.name, message=status.message)]


def _init_reasons(pod: Pod, events: Sequence[Event], now: datetime) -> list[PodHealthReason]:
    """The one init container that holds the pod up: they run in order. Sidecars that have started do not.

    `started` alone does not tell: kubelets set it on every init container that runs (prober_manager.go
    UpdatePodStatus).
    """
    sidecars = _sidecars(pod)
    for status in pod.status.init_container_statuses:
        if status.name in sidecars:
            # Its restarts beside containers that run hold nobody up; they are told with the containers' own.
            if status.started or status.ready or _have_started(pod):
                continue
            return _container_reason(pod, status, "sidecar container", events, now)
        ended = status.state.terminated
        if ended is not None and ended.exit_code == 0:
            continue
        if status.state.running is not None:
            seconds = seconds_between(status.state.running.started_at, now)
            return [InitContainerRunning(pod=pod.metadata.name, container=status.name, seconds=seconds)]
        reason = _not_running(pod, status, now, kind="init container")
        return [] if reason is None or reason.code == "PodInitializing" else [reason]
    return []


def _sidecars(pod: Pod) -> set[str]:
    return {one.name for one in pod.spec.init_containers if one.restart_policy == "Always"}


def _have_started(pod: Pod) -> bool:
    """Whether any of the pod's own containers got as far as running, so that all init containers are done."""
    return any(
        status.state.running or status.state.terminated or status.last_state.terminated
        for status in pod.status.container_statuses
    )


def _container_reasons(pod: Pod, events: Sequence[Event], now: datetime) -> list[PodHealthReason]:
    """Those of sidecars too: each of them counts for the pod's readiness like any container."""
    sidecars = _sidecars(pod)
    reasons: list[PodHealthReason] = []
    for status in pod.status.init_container_statuses:
        if status.name in sidecars and not status.ready:
            reasons += _container_reason(pod, status, "sidecar container", events, now)
    for status in pod.status.container_statuses:
        if not status.ready:
            reasons += _container_reason(pod, status, "container", events, now)
    return sorted(reasons, key=_is_waiting_to_start)


def _container_reason(
    pod: Pod, status: ContainerStatus, kind: ContainerKind, events: Sequence[Event], now: datetime
) -> list[PodHealthReason]:
    if status.state.running is not None:
        return [_probe_failing(pod, status, kind, events, now)]
    reason = _not_running(pod, status, now, kind=kind)
    return [] if reason is None else [reason]


def _not_running(
    pod: Pod, status: ContainerStatus, now: datetime, *, kind: ContainerKind
) -> ContainerWaiting | ContainerTerminated | None:
    if (ended := status.state.terminated) is not None:
        return ContainerTerminated(
            code=ended.reason or "Error",
            pod=pod.metadata.name,
            container=status.name,
            kind=kind,
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
        namespace=pod.metadata.namespace,
        pod=pod.metadata.name,
        container=status.name,
        kind=kind,
        message=waiting.message,
        restarts=status.restart_count,
        seconds=seconds_between(pod.status.start_time or pod.metadata.creation_timestamp, now),
        last_reason=last.reason if last else "",
        last_exit_code=last.exit_code if last else None,
    )


def _probe_failing(
    pod: Pod, status: ContainerStatus, kind: ContainerKind, events: Sequence[Event], now: datetime
) -> ProbeFailing:
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
        namespace=pod.metadata.namespace,
        pod=pod.metadata.name,
        container=status.name,
        kind=kind,
        seconds=seconds_between(running.started_at if running else None, now),
        restarts=status.restart_count,
        message=unhealthy.message if unhealthy else "",
    )


def _is_of_container(event: Event, container: str) -> bool:
    """`involvedObject.fieldPath` is `spec.containers{name}`, or `spec.initContainers{name}`.

    Events that do not say count for all.
    """
    path = event.involved_object.field_path
    return not path or path.endswith(f"{{{container}}}")


def _is_waiting_to_start(reason: PodHealthReason) -> bool:
    return isinstance(reason, ContainerWaiting) and reason.code in STARTING


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
