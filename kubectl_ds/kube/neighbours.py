"""The pods that take room where one of ours waits for it: followed only while one waits, and only on its node."""

import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from kubectl_ds.core.model import Pod
from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.core.ownership import target_node_name
from kubectl_ds.core.scheduling.scheduler_words import pod_scheduled
from kubectl_ds.kube.feed import Feed, Pace
from kubectl_ds.kube.gathering import Narrowing, selected_by
from kubectl_ds.kube.inbox import Key
from kubectl_ds.kube.live_kind import LiveKind
from kubectl_ds.kube.reader import NO_FREE_ROOM, waits_for_room

Build = Callable[[Hashable, Callable[[Pod], bool]], Feed[Any]]


class Neighbours:
    """Who else is on the nodes that are waited for. Pods of the scope's own are not held twice."""

    def __init__(self, build: Build, pace: Pace) -> None:
        self.kind = LiveKind("pods", name="neighbours", fits=self._is_one)
        self.kind.for_want_of = NO_FREE_ROOM
        self._build, self._pace = build, pace
        self._waiting: dict[Key, tuple[str, float]] = {}
        self._nodes: frozenset[str] = frozenset()
        self._own: Narrowing | None = None
        self._selects: Callable[[Pod], bool] = _nothing
        self._begun = float("-inf")

    @property
    def are_known(self) -> bool:
        """Whether everything is known that takes room where a pod waits."""
        waited_for = {node for node, _ in self._waiting.values()}
        return bool(waited_for) and waited_for <= self._nodes and self.kind.is_read

    def see(self, changes: Iterable[ObjectChange]) -> None:
        """Pods of the scope that changed: some begin to wait, or wait no more."""
        for change in changes:
            if isinstance(change.before, Pod):
                before = change.before.metadata
                if not isinstance(change.after, Pod) or not _waits(change.after):
                    self._waiting.pop((before.namespace, before.name), None)
            if isinstance(change.after, Pod) and _waits(change.after):
                key = (change.after.metadata.namespace, change.after.metadata.name)
                if (node := target_node_name(change.after)) is not None:
                    self._waiting.setdefault(key, (node, time.monotonic()))

    def look(self, own: Narrowing | None, *, at_once: bool = False) -> None:
        """Follow whom there is to follow now. `own`: which pods the scope holds itself. `at_once`: what waits has
        done so for long."""
        now = time.monotonic()
        latest = now if at_once else now - self._pace.room_after
        waited_for = {node for node, since in self._waiting.values() if since <= latest}
        if not self._waiting and self._nodes:
            self._nodes = frozenset()
            self.kind.unfollow()
            self.kind.forget()
        if own != self._own:
            self._own, self._selects = own, _nothing if own is None else selected_by(own)
        if waited_for <= self._nodes or now - self._begun < self._pace.between_rooms:
            return
        self._nodes, self._begun = frozenset(waited_for), now
        self.kind.reported = False
        self.kind.follow(Narrowing(None), lambda: self._build(self.kind.source, self._is_one))

    def _is_one(self, pod: Pod) -> bool:
        on = pod.spec.node_name or pod.status.nominated_node_name
        return on in self._nodes and not self._selects(pod)


def _waits(pod: Pod) -> bool:
    """A scheduler has looked at it and found no room; before that nothing rests on what room there is."""
    return waits_for_room(pod) and pod_scheduled(pod) is not None


def _nothing(_: Pod) -> bool:
    return False
