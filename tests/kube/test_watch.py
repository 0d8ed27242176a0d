"""A watch brings every change once, whatever happens to the stream."""

import threading
from collections.abc import Iterator
from itertools import islice

import pytest

from kubectl_ds.errors import ApiError, NotFoundError
from kubectl_ds.kube.lists import Patience
from kubectl_ds.kube.reader import ReadOptions, Scope
from kubectl_ds.kube.transport import Transport
from kubectl_ds.kube.watch import WatchEvent, begin_watch
from tests.clusters import a_daemonset
from tests.kube.faults import on, refuse, with_body
from tests.kube.reading import options, patience, serving

SCOPE = Scope(namespace="kube-system")


def a_state(name: str, ready: int) -> dict:
    return a_daemonset(name, status={"numberReady": ready})


def told(event: WatchEvent) -> tuple[str, str, int]:
    return event.change, event.object["metadata"]["name"], event.object["status"]["numberReady"]


def watch_daemonsets(transport: Transport, scope: Scope, options: ReadOptions) -> Iterator[WatchEvent]:
    """What is there, then each change, as one stream."""
    there, changes = begin_watch(transport, scope, options)
    yield from (WatchEvent(change="ADDED", object=one) for one in there)
    yield from changes


def take(events: Iterator[WatchEvent], count: int) -> list[tuple[str, str, int]]:
    return [told(event) for event in islice(events, count)]


def watches(server) -> int:
    return sum(one.watches for one in server.requests)


def test_what_is_there_comes_first_and_then_each_change():
    with serving(a_state("a", 1), a_state("b", 1)) as (server, transport):
        events = watch_daemonsets(transport, SCOPE, options())
        assert take(events, 2) == [("ADDED", "a", 1), ("ADDED", "b", 1)]
        server.update(a_state("a", 2))
        server.add(a_state("c", 0))
        server.delete("DaemonSet", "b", "kube-system")
        assert take(events, 3) == [("MODIFIED", "a", 2), ("ADDED", "c", 0), ("DELETED", "b", 1)]


def test_a_stream_that_ends_is_taken_up_where_it_ended():
    with serving(a_state("a", 1)) as (server, transport):
        events = watch_daemonsets(transport, SCOPE, options())
        take(events, 1)
        server.update(a_state("a", 2))
        assert take(events, 1) == [("MODIFIED", "a", 2)]
        server.end_watches()
        server.update(a_state("a", 3))
        assert take(events, 1) == [("MODIFIED", "a", 3)]
        assert sum(not one.watches for one in server.requests) == 1, "no second list was needed"


def test_an_expired_version_means_a_new_list_of_which_only_the_differences_are_told():
    with serving(a_state("a", 1), a_state("b", 1), a_state("same", 1)) as (server, transport):
        events = watch_daemonsets(transport, SCOPE, options())
        take(events, 3)
        server.update(a_state("a", 2))
        server.delete("DaemonSet", "b", "kube-system")
        server.add(a_state("c", 0))
        server.compact()
        assert take(events, 3) == [("DELETED", "b", 1), ("MODIFIED", "a", 2), ("ADDED", "c", 0)]
        server.update(a_state("same", 5))
        assert take(events, 1) == [("MODIFIED", "same", 5)]


def test_a_410_before_the_stream_is_as_good_as_one_inside_it():
    faults = [on("/daemonsets", refuse(410), where="watch", times=1)]
    with serving(a_state("a", 1), faults=faults) as (server, transport):
        events = watch_daemonsets(transport, SCOPE, options())
        take(events, 1)
        server.update(a_state("a", 2))
        assert take(events, 1) == [("MODIFIED", "a", 2)]


def test_a_bookmark_carries_the_version_on_past_what_others_changed():
    with serving(a_state("a", 1), bookmark_interval=0.05) as (server, transport):
        events = watch_daemonsets(transport, SCOPE, options())
        take(events, 1)
        server.add(a_daemonset("elsewhere", namespace="x"))
        update = threading.Timer(0.5, server.update, [a_state("a", 2)])
        update.start()
        assert take(events, 1) == [("MODIFIED", "a", 2)]
        assert all(one.parameter("allowWatchBookmarks") == "true" for one in server.requests if one.watches)


def test_an_object_that_leaves_the_selection_is_deleted_for_this_watch():
    labelled = a_daemonset("a", labels={"tier": "net"})
    with serving(labelled) as (server, transport):
        scope = Scope(namespace=None, label_selector="tier=net")
        events = watch_daemonsets(transport, scope, options())
        take(events, 1)
        server.update(a_daemonset("a"))
        assert take(events, 1) == [("DELETED", "a", 0)]


def test_of_several_names_only_those_are_told():
    with serving(a_state("a", 1), a_state("b", 1), a_state("c", 1)) as (server, transport):
        scope = Scope(namespace="kube-system", names=("a", "c"))
        events = watch_daemonsets(transport, scope, options())
        assert take(events, 2) == [("ADDED", "a", 1), ("ADDED", "c", 1)]
        server.update(a_state("b", 2))
        server.update(a_state("c", 2))
        assert take(events, 1) == [("MODIFIED", "c", 2)]


def test_a_name_that_is_not_there_is_not_waited_for():
    with serving(a_state("a", 1)) as (_, transport), pytest.raises(NotFoundError):
        next(watch_daemonsets(transport, Scope(namespace="kube-system", names=("x",)), options()))


def test_a_busy_server_is_asked_again_with_growing_pauses_until_it_answers():
    waits: list[float] = []
    said: list[object] = []
    faults = [on("/daemonsets", refuse(503), where="watch", times=8)]
    with serving(a_state("a", 1), faults=faults) as (server, transport):
        chosen = options(patience=patience(waits, attempts=4, longest_wait=5.0))
        _, events = begin_watch(transport, SCOPE, chosen, say=said.append)
        server.update(a_state("a", 2))
        assert take(events, 1) == [("MODIFIED", "a", 2)]
        assert watches(server) == 9
    assert waits == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0]
    assert [type(one) for one in said] == [*[ApiError] * 7, type(None)], "the first break concerns nobody"


def test_a_server_that_restarts_is_waited_for():
    with serving(a_state("a", 1)) as (server, transport):
        _, events = begin_watch(
            transport, SCOPE, options(patience=Patience(first_wait=0.01, longest_wait=0.1))
        )
        server.update(a_state("a", 2))
        assert take(events, 1) == [("MODIFIED", "a", 2)]
        server.go_down()
        server.update(a_state("a", 3))
        threading.Timer(1.0, server.come_back).start()
        assert take(events, 1) == [("MODIFIED", "a", 3)]


def test_a_refusal_of_what_was_allowed_is_believed_when_it_stays():
    with serving(a_state("a", 1)) as (server, transport):
        _, events = begin_watch(transport, SCOPE, options(patience=patience(attempts=3)))
        server.update(a_state("a", 2))
        take(events, 1)
        server.faults.append(on("/daemonsets", refuse(403, "daemonsets.apps is forbidden"), where="watch"))
        server.end_watches()
        with pytest.raises(ApiError, match="forbidden"):
            next(events)
        assert watches(server) == 4


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"type":"ADDED","obj\n', id="a line that is cut short"),
        pytest.param(b"<html>\n", id="a login page"),
        pytest.param(b'["ADDED"]\n', id="another form"),
        pytest.param(b'{"type":"SOMETHING","object":{}}\n', id="an unknown type of event"),
    ],
)
def test_garbage_in_the_stream_is_survived(line):
    faults = [on("/daemonsets", with_body(line), where="watch", times=2)]
    said: list[object] = []
    with serving(a_state("a", 1), faults=faults) as (server, transport):
        _, events = begin_watch(transport, SCOPE, options(), say=said.append)
        server.update(a_state("a", 2))
        assert take(events, 1) == [("MODIFIED", "a", 2)]


def test_forbidden_to_watch_is_said_at_once():
    faults = [on("/daemonsets", refuse(403, "daemonsets.apps is forbidden"), where="watch")]
    with serving(a_state("a", 1), faults=faults) as (server, transport):
        events = watch_daemonsets(transport, SCOPE, options())
        take(events, 1)
        with pytest.raises(ApiError, match="forbidden"):
            next(events)
        assert watches(server) == 1
