"""When a verdict may change with nothing but time: a pod becomes available, a start takes too long, an event is old.

Nothing tells of such a moment, so whoever follows a cluster asks here when to look again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from kubectl_ds.core.creation_failures import CreationFailed
from kubectl_ds.core.dead_pods import OVERDUE_SECONDS
from kubectl_ds.core.ended_pods import EndedPods
from kubectl_ds.core.missing import (
    FAILURE_IS_FRESH,
    JUST_CREATED_SECONDS,
    NEVER_OBSERVED_SECONDS,
)
from kubectl_ds.core.model import DaemonSet, Node, Pod
from kubectl_ds.core.node_condition import START_UP
from kubectl_ds.core.pod_health_reasons import PATIENCE_SECONDS
from kubectl_ds.core.scheduling.no_scheduler import QUEUE_SECONDS, STRANGER_SECONDS
from kubectl_ds.core.status import ready_condition

_SPANS: Final = tuple(
    sorted(
        {
            FAILURE_IS_FRESH,
            START_UP,
            *(
                timedelta(seconds=seconds)
                for seconds in (
                    JUST_CREATED_SECONDS,
                    PATIENCE_SECONDS,
                    QUEUE_SECONDS,
                    STRANGER_SECONDS,
                )
            ),
            # "longer than", in whole seconds.
            *(timedelta(seconds=seconds + 1) for seconds in (NEVER_OBSERVED_SECONDS, OVERDUE_SECONDS)),
        }
    )
)
"""Every span that a rule of core compares an age with."""


def next_turn(
    daemonset: DaemonSet,
    node: Node | None,
    pods: Iterable[Pod],
    failure: CreationFailed | None,
    ended: EndedPods | None,
    now: datetime,
) -> datetime | None:
    """The next moment at which something else may be said of a node that is not as it should be.

    It may be early, never late: every span is added to every time that a rule may look at.
    """
    times = [daemonset.metadata.creation_timestamp, failure.last_seen if failure else None]
    times.append(ended.seen if ended else None)
    times += [node.metadata.creation_timestamp] if node else []
    for pod in pods:
        times += _times_of(pod)
    return _earliest((time + span for time in times if time is not None for span in _SPANS), now)


def next_availability(daemonset: DaemonSet, pods: Iterable[Pod], now: datetime) -> datetime | None:
    """When the next of these pods will have been Ready for `minReadySeconds`."""
    span = timedelta(seconds=daemonset.spec.min_ready_seconds)
    if not span:
        return None
    conditions = (condition for pod in pods if (condition := ready_condition(pod)) is not None)
    since = (one.last_transition_time for one in conditions if one.status == "True")
    return _earliest((time + span for time in since if time is not None), now)


def earliest(moments: Sequence[datetime | None]) -> datetime | None:
    """The first of these; None when there is none."""
    return min((one for one in moments if one is not None), default=None)


def _earliest(moments: Iterable[datetime], now: datetime) -> datetime | None:
    return min((one for one in moments if one > now), default=None)


def _times_of(pod: Pod) -> Iterator[datetime | None]:
    yield from (pod.metadata.creation_timestamp, pod.metadata.deletion_timestamp, pod.status.start_time)
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        if status.state.running is not None:
            yield status.state.running.started_at
