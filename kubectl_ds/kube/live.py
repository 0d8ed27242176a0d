"""A cluster followed by watch: listed once, then one watch a kind, and always a snapshot of what is there now.

Whatever follows a cluster is a loop over it:

    live = LiveCluster(transport, scope, wants, options)
    look_at(live.begin())
    while not done:
        batch = live.wait(seconds_until_the_next_moment)
        if batch.changes or batch.relearn:
            look_at(live.snapshot())
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from msgspec.structs import replace

from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.core.object_key import key_of
from kubectl_ds.core.snapshot import ClusterSnapshot, Resource
from kubectl_ds.errors import KubectlDsError
from kubectl_ds.kube.batch import Batch, FeedNews
from kubectl_ds.kube.daemonset_objects import not_found
from kubectl_ds.kube.event_shelf import EventShelf
from kubectl_ds.kube.feed import Pace
from kubectl_ds.kube.gathering import Narrowing
from kubectl_ds.kube.inbox import Delivery, Inbox, Key
from kubectl_ds.kube.live_feeds import Feeds, one_narrowing_of
from kubectl_ds.kube.live_kind import LiveKind
from kubectl_ds.kube.live_namespaces import LiveNamespaces
from kubectl_ds.kube.neighbours import Neighbours
from kubectl_ds.kube.resource_lists import may_be_a_daemonsets
from kubectl_ds.kube.scope import AS_USUAL, ReadOptions, Scope
from kubectl_ds.kube.server_clock import ServerClock
from kubectl_ds.kube.transport import Transport
from kubectl_ds.kube.watched import WatchedDaemonSet

_ORDER: Final[tuple[Resource, ...]] = ("daemonsets", "nodes", "controllerrevisions", "pods", "events")
"""Events last: which of them matter depends on the pods that are there."""


class LiveCluster:
    """The DaemonSets of a scope and all that is wanted beside them, kept up to date by one watch a kind.

    Feeds run on daemon threads and survive a connection that drops or falls silent, an expired version (410),
    and a server that restarts; whatever happens meanwhile, the last state arrives. All methods but `wake` are
    for one thread. Names narrow pods and revisions by the DaemonSets' selectors, and selectors of the scope do
    so too. Pods of other owners are held only where the scope is the whole cluster. `options.fast` is not
    looked at. Of `wants` it knows DaemonSets, nodes, pods, revisions and events.
    """

    def __init__(
        self,
        transport: Transport,
        scope: Scope,
        wants: frozenset[Resource],
        options: ReadOptions = AS_USUAL,
        *,
        pace: Pace | None = None,
        clock: ServerClock | None = None,
    ) -> None:
        # What a cache has missed comes by the watch: only the first look would be behind.
        options = replace(options, fast=False)
        self._transport, self._scope, self._options = transport, scope, options
        self._pace = pace or Pace()
        self._clock = clock or ServerClock()
        self._inbox = Inbox()
        self._feeds = Feeds(self._inbox, transport, scope, options, self._pace)
        self._events = EventShelf()
        self._kinds: dict[str, LiveKind] = {
            one: LiveKind(one, fits=may_be_a_daemonsets if one == "controllerrevisions" else None)
            for one in _ORDER
            if one in wants or one == "daemonsets"
        }
        self._neighbours: Neighbours | None = None
        if "pods" in wants and options.free_room and not scope.holds_all_pods:
            self._neighbours = Neighbours(self._feeds.of_neighbours, self._pace)
            self._kinds["neighbours"] = self._neighbours.kind
        self._namespaces: LiveNamespaces | None = None
        if {"pods", "events"} <= wants:
            self._namespaces = LiveNamespaces(transport, options)
        self._tuples: dict[str, tuple[Any, ...]] = {}
        self._read = self._what_is_read()
        """What could be read at the last look."""
        self._early_news: tuple[FeedNews, ...] = ()
        """What was to be said before anybody waited."""

    # --- what a command does with it ----------------------------------------------------------------

    def begin(self) -> ClusterSnapshot:
        """Everything as it is now; from here on it is followed.

        Raises what `read_snapshot` raises: an error for the DaemonSets or for a name that is not there; what
        else cannot be read is a gap, and is tried again.
        """
        try:
            return self._begun()
        except BaseException:
            self.close()
            raise

    def _begun(self) -> ClusterSnapshot:
        self._start("daemonsets", Narrowing(self._scope.namespace))
        self._start("nodes", Narrowing(None))
        if not self._scope.narrows:
            self._start("controllerrevisions", Narrowing(self._scope.namespace))
            self._start("pods", Narrowing(self._scope.namespace))
        self._until_reported("daemonsets")
        gap = self._kinds["daemonsets"].error
        if gap is not None:
            raise gap
        self.check_names()
        self._follow_selectors()
        self._until_reported("controllerrevisions", "pods")
        self._start("events", Narrowing(self._scope.namespace))
        self._look_at_neighbours(at_once=True)
        self._until_reported("nodes", "events", "neighbours")
        self._look_at_namespaces(at_once=True)
        return self.snapshot()

    def wait(self, seconds: float | None = None) -> Batch:
        """What happens next; at most `seconds` are waited for it. What comes in a burst comes together.

        Raises `CredentialError`, and `ApiError` for a 401 that stays.
        """
        self._look_at_neighbours()
        self._look_at_namespaces()
        early, self._early_news = self._early_news, ()
        deliveries, woken = self._inbox.take(0 if early else seconds, self._pace.settle)
        batch = self._applied(deliveries)
        return replace(batch, news=(*early, *batch.news), woken=woken) if early or woken else batch

    def snapshot(self) -> ClusterSnapshot:
        """All that is known, as one moment of the cluster, for the functions that make reports."""
        daemonsets = self._daemonsets()
        return ClusterSnapshot(
            taken_at=self.now(),
            daemonsets=tuple(one.daemonset for one in daemonsets),
            daemonset_objects={one.metadata.uid: one.object for one in daemonsets},
            nodes=self._all("nodes"),
            pods=(*self._all("pods"), *self._all("neighbours")),
            all_pods=self._knows_all_pods(),
            # In the order in which a list has them: of those that are equally good the first one counts.
            revisions=tuple(sorted(self._all("controllerrevisions"), key=lambda one: key_of(one.metadata))),
            events=tuple(sorted(self._events.values(), key=lambda one: key_of(one.metadata))),
            namespaces=self._namespaces.known if self._namespaces else (),
            some_nodes=bool(self._scope.nodes),
            read=frozenset(one for one in _ORDER if one in self._kinds and self._kinds[one].is_read),
            gaps=tuple(gap for kind in self._kinds.values() if (gap := kind.gap) is not None),
        )

    def now(self) -> datetime:
        """The API server's present moment."""
        return self._clock.now()

    @property
    def missing_names(self) -> tuple[str, ...]:
        """Names of the scope of which there is no DaemonSet now."""
        there = {name for _, name in self._kinds["daemonsets"].objects}
        return tuple(name for name in dict.fromkeys(self._scope.names) if name not in there)

    def check_names(self) -> None:
        """Raises `NotFoundError` for names of which there is no DaemonSet, unless they may be missing."""
        if self.missing_names and not self._options.ignore_not_found:
            raise not_found(self._transport, self._scope.namespace, self.missing_names, self._options)

    @property
    def lost(self) -> KubectlDsError | None:
        """Why what is held may be old: the error of a watch that is broken now. None while all are followed."""
        return next((kind.lost for kind in self._kinds.values() if kind.lost is not None), None)

    def wake(self) -> None:
        """Let `wait` return now. For signal handlers and other threads."""
        self._inbox.wake()

    def close(self) -> None:
        """Follow nothing more."""
        for kind in self._kinds.values():
            kind.close()

    # --- feeds --------------------------------------------------------------------------------------

    def _start(self, resource: Resource, narrowing: Narrowing) -> None:
        kind = self._kinds.get(resource)
        if kind is None:
            return
        kind.follow(narrowing, lambda: self._feeds.of(resource, kind.source, narrowing, self._events.matters))

    def _follow_selectors(self) -> None:
        """Pods and revisions of the DaemonSets that there are, where the scope does not say whose it wants."""
        if not self._scope.narrows:
            return
        narrowing = one_narrowing_of(one.daemonset for one in self._daemonsets())
        for resource in ("controllerrevisions", "pods"):
            kind = self._kinds.get(resource)
            if kind is None or (kind.begun and kind.narrowing == narrowing):
                continue
            if narrowing is None:
                self._inbox.relist(kind.unfollow(), {}, "")
            else:
                self._start(resource, narrowing)

    def _look_at_neighbours(self, *, at_once: bool = False) -> None:
        if self._neighbours is not None:
            self._neighbours.look(self._kinds["pods"].narrowing, at_once=at_once)

    def _look_at_namespaces(self, *, at_once: bool = False) -> None:
        if self._namespaces is not None:
            daemonsets = (one.daemonset for one in self._daemonsets())
            self._namespaces.look(daemonsets, lambda: self._all("pods"), at_once=at_once)

    def _until_reported(self, *names: str) -> None:
        kinds = [kind for name in names if (kind := self._kinds.get(name)) and kind.begun]
        while not all(kind.reported for kind in kinds):
            self._early_news += self._applied(self._inbox.take(None)[0]).news

    # --- what feeds bring ---------------------------------------------------------------------------

    def _applied(self, deliveries: Mapping[Any, Delivery]) -> Batch:
        changes: list[ObjectChange] = []
        news: list[FeedNews] = []
        for kind in self._kinds.values():
            delivery = deliveries.get(kind.source)
            if delivery is None:
                continue
            self._clock.saw(delivery.date)
            changes += self._changes_of(kind, delivery)
            news += [FeedNews(kind.resource, state) for state in kind.heard(delivery.states)]
            if kind.gap is not None:
                changes += self._changes_of(kind, Delivery(listed={}))
        for change in changes:
            self._tuples.pop(change.resource, None)
        self._tuples.pop("neighbours", None)
        if any(change.resource == "daemonsets" for change in changes):
            self._follow_selectors()
        if self._namespaces is not None and changes:
            self._namespaces.something_changed()
        before, self._read = self._read, self._what_is_read()
        return Batch(now=self.now(), changes=tuple(changes), relearn=self._read != before, news=tuple(news))

    def _changes_of(self, kind: LiveKind, delivery: Delivery) -> list[ObjectChange]:
        if kind.resource == "events":
            changes = self._events.relist(delivery.listed) if delivery.listed is not None else []
            for key, event in delivery.changed.items():
                changes += self._events.put(key, event)
            return changes
        changes = kind.changes(delivery)
        if kind.name == "pods":
            if self._neighbours is not None:
                self._neighbours.see(changes)
            changes += [one for change in changes for one in self._events_of(change)]
        return changes

    def _events_of(self, change: ObjectChange) -> list[ObjectChange]:
        """Events come and go with their pod."""
        before, after = change.before, change.after
        if before is not None and after is not None and before.metadata.uid == after.metadata.uid:
            return []
        went = [] if before is None else self._events.pod_went(before.metadata)
        return went if after is None else [*went, *self._events.pod_came(after.metadata)]

    # --- what is held -------------------------------------------------------------------------------

    def _daemonsets(self) -> list[WatchedDaemonSet]:
        """In the order asked for, or else as a list has them."""
        objects = cast(dict[Key, WatchedDaemonSet], self._kinds["daemonsets"].objects)
        position = {name: place for place, name in enumerate(self._scope.names)}
        return [objects[key] for key in sorted(objects, key=lambda key: (position.get(key[1], 0), key))]

    def _all(self, name: str) -> tuple[Any, ...]:
        if name not in self._tuples:
            kind = self._kinds.get(name)
            self._tuples[name] = tuple(kind.objects.values()) if kind else ()
        return self._tuples[name]

    def _knows_all_pods(self) -> bool:
        if self._neighbours is not None:
            return self._neighbours.are_known and self._kinds["pods"].is_read
        return self._scope.holds_all_pods and "pods" in self._kinds and self._kinds["pods"].is_read

    def _what_is_read(self) -> tuple[object, ...]:
        namespaces = self._namespaces.known if self._namespaces else ()
        return (
            self._knows_all_pods(),
            namespaces,
            *((kind.reported, kind.gap) for kind in self._kinds.values()),
        )
