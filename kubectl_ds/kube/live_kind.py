"""One resource of a live cluster: its objects by key, the feed that brings them, and how that feed is doing."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.core.snapshot import Gap, Resource
from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.feed import Feed
from kubectl_ds.kube.gathering import Narrowing, gap_of
from kubectl_ds.kube.inbox import Delivery, FeedState, Key
from kubectl_ds.kube.watched import WatchedDaemonSet


class LiveKind:
    """What is known of one resource. A feed that has been replaced delivers under a source that nobody asks for."""

    def __init__(
        self, resource: Resource, *, name: str = "", fits: Callable[[Any], bool] | None = None
    ) -> None:
        """`name`: where a resource is followed twice. `fits`: which of what the feed brings is held at all."""
        self.resource = resource
        self.name = name or resource
        self.fits = fits
        self.objects: dict[Key, Any] = {}
        self.narrowing: Narrowing | None = None
        self.for_want_of = ""
        """What a gap says in place of "could not be read"."""
        self.begun = False
        """Whether it has been said what to follow, be it nothing."""
        self.reported = False
        """Whether a list has come, or word that it cannot be read."""
        self.error: KubectlDsError | None = None
        """Why it cannot be read."""
        self.lost: KubectlDsError | None = None
        """Why its watch is broken now."""
        self._feed: Feed[Any] | None = None
        self._generation = 0

    @property
    def source(self) -> Hashable:
        """Under this name its feed delivers."""
        return self.name, self._generation

    @property
    def gap(self) -> Gap | None:
        """What a snapshot says of a resource that cannot be read."""
        if self.error is None:
            return None
        namespace = self.narrowing.namespace if self.narrowing else None
        return gap_of(self.resource, namespace, self.error, self.for_want_of)

    @property
    def is_read(self) -> bool:
        """Whether its list has come, and has not been refused since."""
        return self.reported and self.error is None

    def follow(self, narrowing: Narrowing, build: Callable[[], Feed[Any]]) -> None:
        """Go on with a new feed; what is held stays until its list has come."""
        self.unfollow()
        self.narrowing = narrowing
        self._feed = build()
        self._feed.start()

    def unfollow(self) -> Hashable:
        """Follow nothing for now. Answers the source under which what is there instead can be delivered."""
        self.close()
        self._feed, self.narrowing, self.begun = None, None, True
        self._generation += 1
        return self.source

    def forget(self) -> None:
        """Hold nothing, and begin as if nothing had been asked for."""
        self.objects.clear()
        self.reported, self.error, self.lost = False, None, None

    def close(self) -> None:
        if self._feed is not None:
            self._feed.close()

    def heard(self, states: Iterable[FeedState]) -> list[FeedState]:
        """Takes in how the feed is doing; answers what is worth saying."""
        worth_saying = []
        for state in states:
            self.reported = True
            if state.how == "unreadable":
                self.error = state.error
            elif state.how != "lost":
                self.error = None
            was_lost, self.lost = self.lost, state.error if state.how == "lost" else None
            if state.how in ("lost", "polling", "unreadable") or (state.how == "following" and was_lost):
                worth_saying.append(state)
        return worth_saying

    def changes(self, delivery: Delivery) -> list[ObjectChange]:
        """Takes in what the feed has brought; answers what is other than before."""
        found: list[ObjectChange] = []
        if (listed := delivery.listed) is not None:
            gone = [key for key in self.objects if key not in listed]
            found += [change for key in gone if (change := self._put(key, None)) is not None]
            for key, obj in listed.items():
                if (change := self._put(key, obj)) is not None:
                    found.append(change)
        for key, obj in delivery.changed.items():
            if (change := self._put(key, obj)) is not None:
                found.append(change)
        return found

    def _put(self, key: Key, obj: Any | None) -> ObjectChange | None:
        before = self.objects.get(key)
        if obj is not None and self.fits is not None and not self.fits(obj):
            obj = None
        if obj is None:
            self.objects.pop(key, None)
        else:
            self.objects[key] = obj
        if before is obj or (before is not None and obj is not None and _same(before, obj)):
            return None
        if isinstance(before, WatchedDaemonSet) or isinstance(obj, WatchedDaemonSet):
            return ObjectChange(
                resource=self.resource,
                before=None if before is None else before.daemonset,
                after=None if obj is None else obj.daemonset,
                raw=None if obj is None else obj.object,
            )
        return ObjectChange(resource=self.resource, before=before, after=obj)


def _same(one: Any, other: Any) -> bool:
    """One version of one object: a list told again, or a stream taken up twice."""
    mine, theirs = one.metadata, other.metadata
    return bool(mine.uid == theirs.uid and mine.resource_version == theirs.resource_version)
