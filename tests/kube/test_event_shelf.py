"""Which events are kept, and how many."""

from typing import Any

from kubectl_ds.core.model import Event, ObjectMeta, ObjectReference
from kubectl_ds.core.object_change import ObjectChange
from kubectl_ds.kube.event_shelf import EventShelf

POD = ObjectMeta(name="cni-x", namespace="kube-system", uid="pod-1")


def an_event(name: str, /, *, kind: str = "Pod", uid: str = "pod-1", **about: Any) -> Event:
    return Event(
        metadata=ObjectMeta(name=name, namespace="kube-system"),
        involved_object=ObjectReference(kind=kind, uid=uid, **about),
    )


def told(changes: list[ObjectChange]) -> list[tuple[str, bool]]:
    """Name, and whether it is there now."""
    return [((change.after or change.before).metadata.name, change.after is not None) for change in changes]


def put(shelf: EventShelf, event: Event) -> list[ObjectChange]:
    return shelf.put((event.metadata.namespace, event.metadata.name), event)


def test_events_about_daemonsets_are_kept_and_those_about_other_kinds_are_not():
    shelf = EventShelf()
    assert told(put(shelf, an_event("a", kind="DaemonSet", uid="ds"))) == [("a", True)]
    assert told(put(shelf, an_event("b", kind="Node", uid="n"))) == []
    assert len(shelf) == 1


def test_an_event_that_comes_before_its_pod_is_there_once_the_pod_is():
    shelf = EventShelf()
    assert put(shelf, an_event("a")) == []
    assert len(shelf) == 0
    assert told(shelf.pod_came(POD)) == [("a", True)]
    assert told(put(shelf, an_event("b"))) == [("b", True)]


def test_an_event_without_a_uid_is_found_by_its_pods_name():
    shelf = EventShelf()
    shelf.pod_came(POD)
    event = an_event("a", uid="", namespace="kube-system", name="cni-x")
    assert told(put(shelf, event)) == [("a", True)]


def test_a_pod_takes_its_events_along():
    shelf = EventShelf()
    shelf.pod_came(POD)
    put(shelf, an_event("a"))
    put(shelf, an_event("of-another", kind="DaemonSet", uid="ds"))
    assert told(shelf.pod_went(POD)) == [("a", False)]
    assert [name for _, name in shelf] == ["of-another"]


def test_an_event_that_expires_is_gone_and_one_that_is_told_again_is_no_change():
    shelf = EventShelf()
    event = an_event("a", kind="DaemonSet")
    put(shelf, event)
    assert put(shelf, event) == []
    assert told(shelf.put(("kube-system", "a"), None)) == [("a", False)]
    assert shelf.put(("kube-system", "a"), None) == []


def test_of_many_events_about_one_object_the_last_told_are_kept():
    shelf = EventShelf(most_per_object=3)
    for number in range(10):
        put(shelf, an_event(str(number), kind="DaemonSet"))
    put(shelf, an_event("7", kind="DaemonSet", name="changed"))
    put(shelf, an_event("10", kind="DaemonSet"))
    assert [name for _, name in shelf] == ["9", "7", "10"]


def test_of_events_about_pods_that_never_come_only_the_last_few_are_held():
    shelf = EventShelf(most_strays=2)
    for number in range(5):
        put(shelf, an_event(str(number)))
    assert told(shelf.pod_came(POD)) == [("3", True), ("4", True)]


def test_a_list_stands_for_all_that_was_before():
    shelf = EventShelf()
    for name in ("a", "b"):
        put(shelf, an_event(name, kind="DaemonSet"))
    changed = {("kube-system", name): an_event(name, kind="DaemonSet") for name in ("b", "c")}
    assert told(shelf.relist(changed)) == [("a", False), ("c", True)]
