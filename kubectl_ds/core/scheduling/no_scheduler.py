"""Pods that no scheduler has looked at."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from kubectl_ds.core.binding import DEFAULT_SCHEDULER
from kubectl_ds.core.model import Pod
from kubectl_ds.core.node_condition import seconds_between
from kubectl_ds.core.reason import Fact, Outlook, Source
from kubectl_ds.core.similar_names import similar_names

QUEUE_SECONDS = 60
"""A scheduler that is alive takes a new pod up well within this time."""
STRANGER_SECONDS = 10
"""So much time is given to a scheduler that nothing shows to exist."""


class NoScheduler(Fact, frozen=True):
    """The pod has no PodScheduled condition: no scheduler of that name has taken it up."""

    code: ClassVar[str] = "NoScheduler"
    source: ClassVar[Source] = "pod"
    varying: ClassVar[frozenset[str]] = frozenset({"seconds", "known", "claims"})

    scheduler: str
    seconds: int | None
    """The pod's age; None when the pod does not say."""
    known: bool = True
    """Every cluster has a scheduler of that name, or a pod of the same node asked for it and was bound."""
    similar: tuple[str, ...] = ()
    """Known ones that the name looks like a misspelling of."""
    claims: tuple[str, ...] = ()
    """ResourceClaims that the pod names: it is not even queued before all of them are there."""

    @property
    def just_created(self) -> bool:
        """Young enough that the scheduler may be about to take it up."""
        patience = QUEUE_SECONDS if self.known or self.claims else STRANGER_SECONDS
        return self.seconds is not None and self.seconds < patience and not self.similar

    @property
    def outlook(self) -> Outlook:
        if not self.just_created:
            return "stuck"
        return "heals" if self.known and not self.claims else "unknown"

    def cause(self) -> tuple[object, ...]:
        return (*super().cause(), self.just_created)


def no_scheduler(pod: Pod, neighbours: Iterable[Pod], now: datetime) -> NoScheduler:
    """For a pod without a PodScheduled condition; `neighbours` are the pods of its node, as far as they were read."""
    name = pod.spec.scheduler_name or DEFAULT_SCHEDULER
    served = {DEFAULT_SCHEDULER, *(one.spec.scheduler_name for one in neighbours if one.spec.node_name)}
    known = name in served
    return NoScheduler(
        scheduler=name,
        seconds=seconds_between(pod.metadata.creation_timestamp, now),
        known=known,
        similar=() if known else similar_names(name, served - {""}),
        claims=tuple(claim.resource_claim_name or claim.name for claim in pod.spec.resource_claims),
    )
