"""The events that can matter: those about DaemonSets, and about the pods that are there. Never more than a few of each.

Servers let events expire after an hour and say so, which bounds them as well; a pod that nobody holds any more
takes its events with it.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Final

from kubectl_ds.core.model import Event, ObjectMeta
from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.kube.inbox import Key

MOST_PER_OBJECT: Final = 64
"""The recorder of client-go merges equal events and lets an object have 25 at once, then one in five minutes."""
MOST_STRAYS: Final = 1000
"""Events about pods that are not known: theirs may come a moment before the pods themselves."""


class EventShelf(Mapping[Key, Event]):
    """What is kept, by namespace and name of the event. Every method that changes it tells what changed."""

    def __init__(self, most_per_object: int = MOST_PER_OBJECT, most_strays: int = MOST_STRAYS) -> None:
        self._most_per_object, self._most_strays = most_per_object, most_strays
        self._kept: dict[Key, Event] = {}
        self._by_object: dict[Hashable, dict[Key, None]] = {}
        # A plain dict that loses its first and gains a last one all the time is slow to find the first.
        self._strays: OrderedDict[Key, Event] = OrderedDict()
        self._pods: set[Hashable] = set()

    def __getitem__(self, key: Key) -> Event:
        return self._kept[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def matters(self, event: Event) -> bool:
        """Whether it is about a DaemonSet or a pod that is known now."""
        about = event.involved_object
        return about.kind == "DaemonSet" or (about.kind == "Pod" and _object_of(event) in self._pods)

    def put(self, key: Key, event: Event | None) -> list[ObjectChange]:
        """The event as it is now; None when it has expired."""
        self._strays.pop(key, None)
        before = self._take(key)
        if event is None or not self.matters(event):
            if event is not None and event.involved_object.kind == "Pod":
                self._strays[key] = event
                if len(self._strays) > self._most_strays:
                    self._strays.popitem(last=False)
            return [] if before is None else [_change(before, None)]
        self._kept[key] = event
        of_object = self._by_object.setdefault(_object_of(event), {})
        of_object[key] = None
        changes = [] if before == event else [_change(before, event)]
        if len(of_object) > self._most_per_object:
            oldest = self._take(next(iter(of_object)))
            changes.append(_change(oldest, None))
        return changes

    def relist(self, events: Mapping[Key, Event]) -> list[ObjectChange]:
        """A whole list: what it lacks has expired."""
        self._strays.clear()
        changes = [
            change
            for key in [key for key in self._kept if key not in events]
            for change in self.put(key, None)
        ]
        for key, event in events.items():
            changes += self.put(key, event)
        return changes

    def pod_came(self, metadata: ObjectMeta) -> list[ObjectChange]:
        """A pod is there: what was said of it before counts from now on."""
        names = _names_of(metadata)
        self._pods.update(names)
        waiting = [key for key, event in self._strays.items() if _object_of(event) in names]
        return [change for key in waiting for change in self.put(key, self._strays[key])]

    def pod_went(self, metadata: ObjectMeta) -> list[ObjectChange]:
        """A pod is gone, and what was said of it is of no more use."""
        names = _names_of(metadata)
        self._pods.difference_update(names)
        return self._drop(key for name in names for key in tuple(self._by_object.get(name, ())))

    def _drop(self, keys: Iterable[Key]) -> list[ObjectChange]:
        return [_change(before, None) for key in keys if (before := self._take(key)) is not None]

    def _take(self, key: Key) -> Event | None:
        event = self._kept.pop(key, None)
        if event is not None:
            of_object = self._by_object[_object_of(event)]
            del of_object[key]
            if not of_object:
                del self._by_object[_object_of(event)]
        return event


def _object_of(event: Event) -> Hashable:
    about = event.involved_object
    return about.uid or (about.kind, about.namespace, about.name)


def _names_of(metadata: ObjectMeta) -> tuple[Hashable, ...]:
    """How events may name a pod: by its uid, or without one by its name."""
    return metadata.uid, ("Pod", metadata.namespace, metadata.name)


def _change(before: Event | None, after: Event | None) -> ObjectChange:
    return ObjectChange(resource="events", before=before, after=after)
