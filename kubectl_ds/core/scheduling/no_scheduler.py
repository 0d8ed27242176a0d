"""Pods that no scheduler has looked at."""

from datetime import datetime
from typing import ClassVar

from kubectl_ds.core.model import Pod
from kubectl_ds.core.node_condition import seconds_between
from kubectl_ds.core.reason import Fact, Outlook, Source

QUEUE_SECONDS = 60
"""A scheduler that is alive takes a new pod up well within this time."""


class NoScheduler(Fact, frozen=True):
    """The pod has no PodScheduled condition: no scheduler of that name has taken it up."""

    code: ClassVar[str] = "NoScheduler"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"seconds"})

    scheduler: str
    seconds: int | None
    """The pod's age; None when the pod does not say."""

    @property
    def just_created(self) -> bool:
        """Young enough that the scheduler may be about to take it up."""
        return self.seconds is not None and self.seconds < QUEUE_SECONDS

    @property
    def outlook(self) -> Outlook:
        return "heals" if self.just_created else "stuck"

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.just_created)


def no_scheduler(pod: Pod, now: datetime) -> NoScheduler:
    """For a pod without a PodScheduled condition."""
    return NoScheduler(
        scheduler=pod.spec.scheduler_name or "default-scheduler",
        seconds=seconds_between(pod.metadata.creation_timestamp, now),
    )
