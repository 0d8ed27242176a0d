"""A live cluster holds what a fresh read would find, whatever happens to its watches."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.live_coverage import LiveCoverage
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.core.status import is_ready
from kubectl_ds.errors import ApiError, NotFoundError
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.batch import Batch
from kubectl_ds.kube.feed import Pace
from kubectl_ds.kube.live import LiveCluster
from kubectl_ds.kube.reader import Scope, read_snapshot
from tests.clusters import a_daemonset, a_node, a_pod, a_revision, an_event, unschedulable
from tests.kube.faults import forbid, on, refuse, stalled, with_body
from tests.kube.playing import Play
from tests.kube.reading import options, serving, watches

EVERYTHING = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})
ALL = Scope(namespace=None)
ONE = Scope(namespace="kube-system", names=("cni",))
QUICK = Pace(settle=0.02, shortest=0.02, poll=0.05, again=0.05, first_wait=0.01, longest_wait=0.05)

CNI, LOGS = a_daemonset("cni"), a_daemonset("logs", namespace="logging")
FAILED = an_event(CNI, "FailedCreate", "Error creating: exceeded quota")
CLUSTER = [
    *(CNI, LOGS, a_node("n1"), a_node("n2"), a_revision(CNI), a_revision(LOGS), FAILED),
    *(
        a_pod(CNI, "n1"),
        a_pod(CNI, "n2", name="cni-n2", ready=False),
        a_pod(LOGS, "n1"),
        a_pod(None, "n1", name="web"),
    ),
]


class Follower:
    """A live cluster that a test waits with."""

    def __init__(self, live: LiveCluster) -> None:
        self.live = live
        self.batches: list[Batch] = []

    def until(self, holds: Callable[[ClusterSnapshot], bool]) -> ClusterSnapshot:
        """The first snapshot of which it holds; a minute without one fails the test."""
        end = threading.Event()
        timer = threading.Timer(60, end.set)
        timer.start()
        try:
            while not holds(snapshot := self.live.snapshot()):
                assert not end.is_set(), f"it never came about: {snapshot}"
                self.batches.append(self.live.wait(0.5))
        finally:
            timer.cancel()
        return snapshot

    def said(self) -> list[str]:
        return [news.state.how for batch in self.batches for news in batch.news]


@contextmanager
def following(
    *objects: Any, scope: Scope = ALL, pace: Pace = QUICK, **settings: Any
) -> Iterator[tuple[ApiServer, Follower]]:
    with serving(*(objects or CLUSTER), **settings) as (server, transport):
        live = LiveCluster(transport, scope, EVERYTHING, options(), pace=pace)
        live.begin()
        try:
            yield server, Follower(live)
        finally:
            live.close()


def facts(snapshot: ClusterSnapshot) -> dict[str, object]:
    """A snapshot without its moment, and without an order that means nothing."""

    def in_order(objects: Any) -> list[Any]:
        return sorted(objects, key=lambda one: (one.metadata.namespace, one.metadata.name))

    return {
        "daemonsets": snapshot.daemonsets,
        "objects": snapshot.daemonset_objects,
        "nodes": in_order(snapshot.nodes),
        "pods": in_order(snapshot.pods),
        "revisions": in_order(snapshot.revisions),
        "all_pods": snapshot.all_pods,
        "read": snapshot.read,
        "gaps": snapshot.gaps,
    }


def fresh(server: ApiServer, scope: Scope) -> dict[str, object]:
    from tests.kube.reading import transport_to

    with transport_to(server) as transport:
        return facts(read_snapshot(transport, scope, EVERYTHING, options()))


def ready(name: str) -> Callable[[ClusterSnapshot], bool]:
    return lambda snapshot: any(pod.metadata.name == name and is_ready(pod) for pod in snapshot.pods)


def has_node(name: str) -> Callable[[ClusterSnapshot], bool]:
    return lambda snapshot: any(node.metadata.name == name for node in snapshot.nodes)


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param(ALL, id="the whole cluster"),
        pytest.param(ONE, id="one name"),
        pytest.param(Scope(namespace="kube-system"), id="one namespace"),
    ],
)
def test_it_begins_with_what_a_read_finds_and_one_watch_a_kind(scope):
    with following(scope=scope) as (server, follower):
        assert facts(follower.live.snapshot()) == fresh(server, scope)
        assert [event.reason for event in follower.live.snapshot().events] == ["FailedCreate"]
        server.add(a_node("n3"))
        follower.until(has_node("n3"))
        assert set(watches(server).values()) == {1}
        assert set(watches(server)) == EVERYTHING


def test_one_name_narrows_the_watches_of_pods_and_revisions():
    with following(scope=ONE) as (server, follower):
        follower.until(lambda _: len(watches(server)) == 5)
        asked = {one.path.rsplit("/", 1)[-1]: one for one in server.requests if one.watches}
        assert asked["pods"].parameter("labelSelector") == "app=cni"
        assert asked["controllerrevisions"].parameter("labelSelector") == "app=cni"
        assert asked["daemonsets"].parameter("fieldSelector") == "metadata.name=cni"
        assert asked["events"].path == "/api/v1/namespaces/kube-system/events"


def test_a_burst_of_events_about_one_object_is_one_change_from_the_state_that_was_known():
    with following(pace=Pace(settle=0.5)) as (server, follower):
        for number in range(50):
            server.update(a_daemonset("cni", status={"numberReady": number}))
        follower.until(lambda snapshot: snapshot.daemonsets[0].status.number_ready == 49)
        changes = [change for batch in follower.batches for change in batch.changes]
        assert len(changes) < 10
        assert changes[0].before.status.number_ready == 0
        assert changes[-1].after.status.number_ready == 49
        assert changes[-1].raw["status"]["numberReady"] == 49


def test_objects_that_come_and_go_are_told_with_what_they_were():
    with following() as (server, follower):
        server.add(a_node("n3"))
        follower.until(has_node("n3"))
        server.delete("Node", "n3")
        follower.until(lambda snapshot: not has_node("n3")(snapshot))
        changes = [change for batch in follower.batches for change in batch.changes]
        assert [(change.before is None, change.after is None) for change in changes] == [
            (True, False),
            (False, True),
        ]


FAULTS = {
    "a dropped connection": lambda server: server.end_watches(),
    "410 inside the stream": lambda server: server.compact(),
    "410 inside the stream and the connection dropped": lambda server: (server.compact(), server.end_watches()),
    "bookmarks": lambda server: server.send_bookmarks(),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_last_state_arrives_after(fault):
    with following() as (server, follower):
        server.add(a_node("n3"))
        follower.until(has_node("n3"))
        fault(server)
        server.update(a_pod(CNI, "n2", name="cni-n2"))
        server.delete("Node", "n3")
        server.add(a_node("n4"))
        follower.until(lambda one: has_node("n4")(one) and not has_node("n3")(one) and ready("cni-n2")(one))
        assert facts(follower.live.snapshot()) == fresh(server, ALL)
        assert follower.said() == [], "a single break concerns nobody"


def test_the_last_state_arrives_after_the_server_has_restarted_on_the_same_port():
    with following() as (server, follower):
        server.go_down()
        follower.until(lambda _: follower.live.lost is not None)
        server.update(a_pod(CNI, "n2", name="cni-n2"))
        server.add(a_node("n4"))
        server.come_back()
        follower.until(
            lambda one: has_node("n4")(one) and ready("cni-n2")(one) and follower.live.lost is None
        )
        assert facts(follower.live.snapshot()) == fresh(server, ALL)
        assert {"lost", "following"} == set(follower.said())


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_what_a_starting_server_refuses_for_a_moment_is_asked_again(status):
    with following() as (server, follower):
        # What arrives by a watch proves that it has worked: a first one that is refused is believed.
        server.add(a_node("n3"))
        follower.until(has_node("n3"))
        server.faults.append(on("/nodes", refuse(status, "not yet"), where="watch", times=3))
        server.end_watches()
        server.add(a_node("n4"))
        follower.until(has_node("n4"))
        assert follower.live.snapshot().gaps == ()


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(refuse(410), id="410 on connect"),
        pytest.param(
            with_body(b'{"type":"MODIFIED","object":{"metadata":{"na'), id="a line that is cut short"
        ),
        pytest.param(with_body(b"<html>"), id="a login page"),
        pytest.param(with_body(b'{"type":"BOOKMARK","object":null}\n'), id="a bookmark of nothing"),
    ],
)
def test_a_strange_answer_is_got_over(way):
    with following(faults=[on("/nodes", way, where="watch", times=2)]) as (server, follower):
        server.add(a_node("n3"))
        follower.until(has_node("n3"))
        assert facts(follower.live.snapshot()) == fresh(server, ALL)


def test_a_stream_that_falls_silent_is_taken_up_again():
    over = threading.Event()
    pace = Pace(settle=0.02, shortest=0.02, silence=0.3, first_wait=0.01)
    with following(faults=[on("/nodes", stalled(over), where="watch", times=1)], pace=pace) as (
        server,
        follower,
    ):
        server.add(a_node("n3"))
        follower.until(has_node("n3"))
        over.set()
        assert watches(server)["nodes"] >= 2


def test_an_object_deleted_and_made_anew_between_two_streams_is_the_new_one():
    with following() as (server, follower):
        follower.until(lambda _: len(watches(server)) == 5)
        server.go_down()
        server.delete("DaemonSet", "cni", "kube-system")
        server.add(a_daemonset("cni", uid="another", status={"numberReady": 7}))
        server.compact()
        server.come_back()
        snapshot = follower.until(lambda one: one.daemonsets[0].metadata.uid == "another")
        (change,) = (
            change
            for batch in follower.batches
            for change in batch.changes
            if change.resource == "daemonsets"
        )
        assert (change.before.metadata.uid, change.after.metadata.uid) == (CNI["metadata"]["uid"], "another")
        assert list(snapshot.daemonset_objects) == ["another", LOGS["metadata"]["uid"]]


def test_a_daemonset_made_anew_with_another_selector_takes_its_pods_along():
    other = a_daemonset("cni", uid="another", selector={"matchLabels": {"app": "new"}})
    pod = a_pod(other, "n1", name="cni-new", labels={"app": "new"})
    with following(scope=ONE) as (server, follower):
        server.delete("DaemonSet", "cni", "kube-system")
        follower.until(lambda one: not one.daemonsets and not one.pods)
        assert follower.live.missing_names == ("cni",)
        server.add(other)
        server.add(pod)
        snapshot = follower.until(lambda one: [pod.metadata.labels["app"] for pod in one.pods] == ["new"])
        assert follower.live.missing_names == ()
        assert snapshot.read == EVERYTHING


def test_what_may_be_listed_and_not_watched_is_read_anew_and_that_is_said():
    with following(faults=[on("/nodes", forbid(), where="watch")]) as (server, follower):
        server.add(a_node("n3"))
        follower.until(has_node("n3"))
        assert follower.said() == ["polling"]
        assert follower.live.snapshot().gaps == ()
        assert watches(server)["pods"] == 1


def test_what_may_not_be_listed_is_a_gap_until_it_may():
    refusal = on("/events", forbid(), times=3)
    with following(faults=[refusal]) as (_, follower):
        (gap,) = follower.live.snapshot().gaps
        assert (gap.resource, gap.status) == ("events", 403)
        assert gap.message.startswith("events could not be read: ")
        assert "events" not in follower.live.snapshot().read
        snapshot = follower.until(lambda one: not one.gaps)
        assert [event.reason for event in snapshot.events] == ["FailedCreate"]
        assert any(batch.relearn for batch in follower.batches)


def test_what_must_not_be_read_any_more_is_not_held_as_if_it_were():
    with following() as (server, follower):
        follower.until(lambda _: len(watches(server)) == 5)
        server.faults.append(on("/pods", forbid()))
        server.compact()
        snapshot = follower.until(lambda one: bool(one.gaps))
        assert (snapshot.gaps[0].resource, snapshot.pods) == ("pods", ())
        assert "pods" not in snapshot.read


def test_it_does_not_begin_without_the_daemonsets():
    forbidden = on("/daemonsets", forbid())
    with serving(*CLUSTER, faults=[forbidden]) as (_, transport), pytest.raises(ApiError, match="forbidden"):
        LiveCluster(transport, ALL, EVERYTHING, options(), pace=QUICK).begin()


def test_it_does_not_begin_with_a_name_that_is_not_there():
    with serving(*CLUSTER) as (_, transport):
        scope = Scope(namespace="kube-system", names=("cni", "gone"))
        with pytest.raises(NotFoundError, match='"gone" not found'):
            LiveCluster(transport, scope, EVERYTHING, options(), pace=QUICK).begin()


def test_a_credential_that_is_refused_for_good_ends_it():
    with following() as (server, follower):
        server.faults.append(on("", refuse(401, "Unauthorized")))
        server.end_watches()
        with pytest.raises(ApiError, match="logged in"):
            follower.until(lambda _: False)


def test_waking_ends_a_wait_and_so_does_the_end_of_its_time():
    with following() as (_, follower):
        follower.live.wait(0.2)
        threading.Timer(0.1, follower.live.wake).start()
        # Each of the five watches may only now have begun, which ends a wait too and is nothing that happened.
        batches = (follower.live.wait(60) for _ in range(6))
        assert next(batch for batch in batches if not batch.is_empty).woken
        assert follower.live.wait(0).is_empty


# --- who else is on the nodes that are waited for ---------------------------------------------------

WAITING = a_pod(CNI, "n1", name="cni-waits", bound=False, conditions=unschedulable("Insufficient cpu"))
TENANT = a_pod(None, "n1", name="tenant", namespace="shop")
ELSEWHERE = a_pod(None, "n2", name="elsewhere", namespace="shop")


def pod_watches(server: ApiServer) -> list[str]:
    return [one.path for one in server.requests if one.watches and one.path.endswith("/pods")]


def names(snapshot: ClusterSnapshot) -> set[str]:
    return {pod.metadata.name for pod in snapshot.pods}


def test_a_pod_that_waits_brings_in_all_that_takes_room_on_its_node():
    with following(CNI, a_node("n1"), a_node("n2"), WAITING, TENANT, ELSEWHERE, scope=ONE) as (
        server,
        follower,
    ):
        snapshot = follower.live.snapshot()
        assert (names(snapshot), snapshot.all_pods) == ({"cni-waits", "tenant"}, True)
        assert facts(snapshot) == fresh(server, ONE)
        server.delete("Pod", "tenant", "shop")
        server.add(a_pod(None, "n1", name="next", namespace="shop"))
        follower.until(lambda one: names(one) == {"cni-waits", "next"})


def test_a_pod_that_begins_to_wait_is_given_a_moment_and_then_its_neighbours_are_looked_at():
    pace = Pace(settle=0.02, room_after=0.2, between_rooms=0.0)
    with following(CNI, a_node("n1"), TENANT, scope=ONE, pace=pace) as (server, follower):
        assert not follower.live.snapshot().all_pods
        assert len(pod_watches(server)) <= 1
        server.add(WAITING)
        snapshot = follower.until(lambda one: one.all_pods)
        assert names(snapshot) == {"cni-waits", "tenant"}
        assert any(batch.relearn for batch in follower.batches)
        assert sorted(set(pod_watches(server))) in (
            ["/api/v1/namespaces/kube-system/pods", "/api/v1/pods"],
            ["/api/v1/namespaces/kube-system/pods"],
        )


def test_once_nobody_waits_the_neighbours_are_let_go():
    with following(CNI, a_node("n1"), WAITING, TENANT, scope=ONE) as (server, follower):
        server.update(a_pod(CNI, "n1", name="cni-waits"))
        snapshot = follower.until(lambda one: not one.all_pods and names(one) == {"cni-waits"})
        assert facts(snapshot) == fresh(server, ONE)


def test_another_node_that_is_waited_for_means_another_list():
    other = a_pod(CNI, "n2", name="cni-waits-too", bound=False, conditions=unschedulable("Insufficient cpu"))
    pace = Pace(settle=0.02, room_after=0.0, between_rooms=0.0)
    with following(CNI, a_node("n1"), a_node("n2"), WAITING, TENANT, ELSEWHERE, scope=ONE, pace=pace) as (
        server,
        follower,
    ):
        server.add(other)
        snapshot = follower.until(lambda one: one.all_pods and "elsewhere" in names(one))
        assert facts(snapshot) == fresh(server, ONE)


def test_neighbours_that_may_not_be_read_are_a_gap():
    forbidden = on("/api/v1/pods", forbid())
    with following(CNI, a_node("n1"), WAITING, TENANT, scope=ONE, faults=[forbidden]) as (server, follower):
        snapshot = follower.live.snapshot()
        assert snapshot.gaps[0].message.startswith("free room on nodes cannot be computed, since")
        assert facts(snapshot) == fresh(server, ONE)


# --- some nodes -------------------------------------------------------------------------------------

TWO_NODES = [
    CNI,
    LOGS,
    a_revision(CNI),
    a_node("n1"),
    a_node("n2"),
    a_pod(CNI, "n1", name="cni-n1"),
    TENANT,
    ELSEWHERE,
]


def test_of_one_node_that_is_not_there_yet_all_that_comes_is_seen():
    scope = Scope(namespace=None, nodes=("n3",))
    with following(*TWO_NODES, scope=scope) as (server, follower):
        snapshot = follower.live.snapshot()
        assert (snapshot.nodes, snapshot.pods, snapshot.some_nodes) == ((), (), True)
        server.add(a_pod(CNI, "n3", name="cni-n3", bound=False))
        server.add(a_node("n3"))
        follower.until(lambda one: has_node("n3")(one) and names(one) == {"cni-n3"})
        server.update(a_pod(CNI, "n3", name="cni-n3"))
        server.add(a_pod(CNI, "n2", name="cni-n2"))
        follower.until(ready("cni-n3"))
        assert facts(follower.live.snapshot()) == fresh(server, scope)
        assert set(watches(server).values()) == {1}


def test_of_several_nodes_only_what_is_about_them_is_held():
    scope = Scope(namespace=None, nodes=("n1", "n2"))
    with following(*TWO_NODES, a_node("n3"), a_pod(LOGS, "n3"), scope=scope) as (server, follower):
        assert facts(follower.live.snapshot()) == fresh(server, scope)
        server.delete("Pod", "elsewhere", "shop")
        server.update(a_node("n3", ready=False))
        server.add(a_pod(LOGS, "n1", name="logs-n1"))
        follower.until(lambda one: names(one) == {"cni-n1", "tenant", "logs-n1"})
        assert facts(follower.live.snapshot()) == fresh(server, scope)


def test_a_pod_that_is_nominated_elsewhere_is_held_no_more():
    waiting = a_pod(None, "x", name="waiting", bound=False, namespace="shop")
    waiting["status"]["nominatedNodeName"] = "n1"
    elsewhere = a_pod(None, "x", name="waiting", bound=False, namespace="shop")
    elsewhere["status"]["nominatedNodeName"] = "n2"
    with following(*TWO_NODES, waiting, scope=Scope(namespace=None, nodes=("n1",))) as (server, follower):
        assert "waiting" in names(follower.live.snapshot())
        server.update(elsewhere)
        follower.until(lambda one: "waiting" not in names(one))


# --- much that happens ------------------------------------------------------------------------------


def test_after_much_has_happened_it_holds_what_is_there_and_nothing_else():
    play = Play(nodes=20, daemonsets=3, live_events=50)
    with following(*play.objects(), pace=Pace(settle=0.02, shortest=0.02)) as (server, follower):
        coverage_now = LiveCoverage(follower.live.snapshot())
        for part in range(6):
            for _ in range(300):
                play.act(server)
            if part % 2:
                server.end_watches()
            if part == 3:
                server.compact()
            server.add(a_node(f"milestone-{part}"))
            batches = len(follower.batches)
            follower.until(has_node(f"milestone-{part}"))
            for batch in follower.batches[batches:]:
                if batch.relearn:
                    coverage_now.restart(follower.live.snapshot())
                else:
                    coverage_now.apply(batch.changes, batch.now)
        now = follower.live.now()
        assert coverage_now.report(now) == coverage(replace(follower.live.snapshot(), taken_at=now))
        play.finish(server)
        batches = len(follower.batches)
        follower.until(
            lambda one: not one.daemonsets and not one.pods and not one.events and not one.revisions
        )
        for batch in follower.batches[batches:]:
            coverage_now.apply(batch.changes, batch.now)
        assert coverage_now.report(follower.live.now()).items == ()
        assert len(follower.live.snapshot().nodes) == 26


def test_a_namespace_that_goes_while_pods_are_lacking_is_seen():
    lacking = a_daemonset("cni", status={"desiredNumberScheduled": 2, "currentNumberScheduled": 1})
    with following(lacking, a_node("n1"), a_node("n2"), a_pod(CNI, "n1"), scope=ONE) as (server, follower):
        (known,) = follower.live.snapshot().namespaces
        assert (known.metadata.name, known.metadata.deletion_timestamp) == ("kube-system", None)
        going = {
            "kind": "Namespace",
            "apiVersion": "v1",
            "metadata": {"name": "kube-system", "deletionTimestamp": "2026-09-01T12:00:00Z"},
        }
        server.update(going)
        server.delete("Pod", a_pod(CNI, "n1")["metadata"]["name"], "kube-system")
        follower.until(
            lambda one: one.namespaces and one.namespaces[0].metadata.deletion_timestamp is not None
        )
        assert any(batch.relearn for batch in follower.batches)
