"""What a live cluster has to tell at one look."""

from datetime import datetime

from msgspec import Struct

from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.core.snapshot import Resource
from kubectl_ds.kube.inbox import FeedState


class FeedNews(Struct, frozen=True):
    """Something to say about how a resource is being read: its watch is lost, or back, or not allowed."""

    resource: Resource
    state: FeedState


class Batch(Struct, frozen=True, kw_only=True):
    """What happened since the last look. Nothing at all when time ran out or somebody woke the cluster."""

    now: datetime
    """The API server's clock."""
    changes: tuple[ObjectChange, ...] = ()
    """One an object, its last state. A burst of events is one batch."""
    relearn: bool = False
    """What can be read has changed: what was worked out has to be begun anew from `snapshot()`."""
    news: tuple[FeedNews, ...] = ()
    woken: bool = False
    """Somebody called `wake`."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened."""
        return not (self.changes or self.relearn or self.news or self.woken)
