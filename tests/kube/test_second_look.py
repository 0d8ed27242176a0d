"""With --fast the watch cache is read, and nobody is accused on its word alone."""

import contextlib
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.doubts import doubts
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.errors import NotFoundError
from kubectl_ds.kube.api_server import Answer, ApiServer, RecordedRequest
from kubectl_ds.kube.reader import Scope, read_snapshot
from tests.clusters import a_daemonset, a_node, a_pod, a_revision
from tests.kube.faults import on, refuse
from tests.kube.reading import options, transport_to
from tests.program import kubectl_ds
from tests.random_clusters import random_cluster

EVERYTHING = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})
ALL = Scope(namespace=None)
CNI = a_daemonset("cni", nodeSelector={"role": "edge"})
ONE = Scope(namespace="kube-system", names=("cni",))


def an_edge(name: str) -> dict[str, Any]:
    return a_node(name, labels={"role": "edge"})


EDGES = [an_edge(f"n{number}") for number in range(1, 5)]
PODS = [a_pod(CNI, node["metadata"]["name"]) for node in EDGES]
WHOLE = [CNI, a_revision(CNI), *EDGES, *PODS]


def without(cluster: list[dict[str, Any]], *objects: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in cluster if one not in objects]


@contextlib.contextmanager
def cached(
    cluster: list[dict[str, Any]], *now: dict[str, Any], faults: list[Any] = ()
) -> Iterator[ApiServer]:  # type: ignore[assignment]
    """A server whose watch cache still holds `cluster`, and where everything is by now as in `now`."""
    with ApiServer(cluster) as cache, ApiServer(now, faults=[*faults, answering_from(cache)]) as server:
        yield server


def answering_from(cache: ApiServer) -> Callable[..., Answer]:
    def fault(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        if request.parameter("resourceVersion") != "0":
            return answer()
        url = f"{cache.url}{request.path}?{urllib.parse.urlencode(request.query)}"
        try:
            with urllib.request.urlopen(url) as response:
                return Answer(body=response.read())
        except urllib.error.HTTPError as error:
            return Answer(status=error.code, body=error.read())

    return fault


def fast(server: ApiServer, scope: Scope = ALL) -> ClusterSnapshot:
    with transport_to(server) as transport:
        return read_snapshot(transport, scope, EVERYTHING, options(fast=True))


def states(snapshot: ClusterSnapshot, name: str = "cni") -> dict[str, str | None]:
    (item,) = coverage(snapshot, names=[name]).items
    return {node.node: node.state for node in item.nodes}


def looked_at_again(server: ApiServer) -> list[tuple[str, str]]:
    return sorted(
        (one.path.rpartition("/")[2], one.parameter("fieldSelector") or one.parameter("labelSelector"))
        for one in server.requests
        if one.parameter("resourceVersion") != "0"
    )


def test_a_healthy_cluster_is_read_from_the_cache_alone():
    with cached(WHOLE, *WHOLE) as server:
        snapshot = fast(server)
    assert snapshot.consistency == "cache"
    assert set(states(snapshot).values()) == {"Ready"}
    assert looked_at_again(server) == []


def test_without_fast_nothing_comes_from_the_cache():
    with cached([CNI], *WHOLE) as server, transport_to(server) as transport:
        snapshot = read_snapshot(transport, ALL, EVERYTHING, options())
    assert snapshot.consistency == "consistent"
    assert len(snapshot.nodes) == 4


def test_a_pod_that_the_cache_does_not_hold_yet_is_not_missing():
    with cached(without(WHOLE, PODS[1]), *WHOLE) as server:
        snapshot = fast(server)
    assert states(snapshot)["n2"] == "Ready"
    assert looked_at_again(server) == [
        ("daemonsets", ""),
        ("nodes", "metadata.name=n2"),
        ("pods", "app=cni"),
    ]


def test_a_node_that_truly_lacks_its_pod_is_missing():
    lacking = without(WHOLE, PODS[1])
    with cached(lacking, *lacking) as server:
        snapshot = fast(server)
    assert states(snapshot) == {"n1": "Ready", "n2": "Missing", "n3": "Ready", "n4": "Ready"}


def test_a_pod_that_is_gone_by_now_leaves_its_node_missing_only_when_that_was_looked_at():
    """The cache still shows the pod, so that nobody is accused; the next look will see it."""
    with cached(WHOLE, *without(WHOLE, PODS[1])) as server:
        snapshot = fast(server)
    assert states(snapshot)["n2"] == "Ready"
    assert looked_at_again(server) == []


def test_a_node_that_has_its_label_by_now_has_no_pod_too_many():
    plain = a_node("n2")
    with cached([plain if one is EDGES[1] else one for one in WHOLE], *WHOLE) as server:
        snapshot = fast(server)
    assert states(snapshot)["n2"] == "Ready"


def test_a_node_that_the_cache_does_not_know_yet_orphans_nobody():
    with cached(without(WHOLE, EDGES[3]), *WHOLE) as server:
        (item,) = coverage(fast(server)).items
    assert item.orphaned == ()
    assert item.summary.ready == 4


def test_a_node_that_is_gone_orphans_its_pod():
    gone = without(WHOLE, EDGES[3])
    with cached(gone, *gone) as server:
        (item,) = coverage(fast(server)).items
    assert [one.node for one in item.orphaned] == ["n4"]


def test_a_template_that_has_changed_by_now_is_judged_as_it_is():
    anywhere = a_daemonset("cni")
    plain = a_node("plain")
    old = [*without(WHOLE, PODS[1]), plain]
    now = [anywhere, *without(WHOLE, CNI), plain]
    with cached(old, *now) as server:
        snapshot = fast(server)
    # n2 was in doubt; that `plain` is Missing under the new template was then looked at as well.
    assert states(snapshot) == {
        "n1": "Ready",
        "n2": "Ready",
        "n3": "Ready",
        "n4": "Ready",
        "plain": "Missing",
    }
    assert ("nodes", "metadata.name=plain") in looked_at_again(server)


def test_a_daemonset_that_is_gone_by_now_is_in_no_report():
    with cached(without(WHOLE, PODS[1]), *without(WHOLE, CNI)) as server:
        snapshot = fast(server)
    assert snapshot.daemonsets == ()


def test_one_that_was_named_and_is_gone_by_now_is_not_found():
    with cached(without(WHOLE, PODS[1]), *without(WHOLE, CNI)) as server, pytest.raises(NotFoundError):
        fast(server, ONE)


def test_many_doubted_nodes_are_one_list():
    with cached([CNI, *EDGES, *map(an_edge, "abcdef")], *WHOLE) as server:
        snapshot = fast(server)
    assert states(snapshot) == {f"n{number}": "Ready" for number in range(1, 5)}
    assert [one for one in looked_at_again(server) if one[0] == "nodes"] == [("nodes", "")]


def test_a_few_nodes_that_were_named_are_read_again_with_all_that_is_on_them():
    with cached(without(WHOLE, PODS[1]), *WHOLE) as server:
        snapshot = fast(server, Scope(namespace=None, nodes=("n2",)))
    assert states(snapshot) == {"n2": "Ready"}
    assert [node.metadata.name for node in snapshot.nodes] == ["n2"]


@pytest.mark.parametrize("resource", ["nodes", "pods"])
def test_what_cannot_be_looked_at_again_is_accused_of_nothing(resource: str):
    def refused(request: RecordedRequest, answer: Callable[[], Answer]) -> Answer:
        if request.parameter("resourceVersion") == "0":
            return answer()
        return refuse(403, "denied")(request, answer)

    with cached(without(WHOLE, PODS[1]), *WHOLE, faults=[on(f"/{resource}", refused)]) as server:
        snapshot = fast(server)
        outcome = kubectl_ds("coverage", "-A", "--fast", "-o", "json", "--server", server.url)
    assert doubts(snapshot) == frozenset()
    assert [gap.resource for gap in snapshot.gaps] == [resource]
    assert "could not be looked at again" in snapshot.gaps[0].message
    assert outcome.code == 3
    (item,) = json.loads(outcome.out)["items"]
    assert item["summary"]["missing"] is None


@pytest.mark.parametrize(("flags", "consistency"), [((), "consistent"), (("--fast",), "cache")])
def test_the_document_says_how_it_was_read(flags: tuple[str, ...], consistency: str):
    with ApiServer(WHOLE) as server:
        for words in (["coverage"], ["explain", "cni"], ["history", "cni"], ["rollout", "cni"], ["overhead"]):
            run = kubectl_ds(*words, "-n", "kube-system", *flags, "-o", "json", "--server", server.url)
            assert json.loads(run.out)["consistency"] == consistency, words


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_whatever_the_cache_holds_only_what_is_so_now_is_held_against_anybody(before: int, now: int):
    with cached(random_cluster(before), *random_cluster(now)) as server, transport_to(server) as transport:
        accused = doubts(fast(server))
        true = doubts(read_snapshot(transport, ALL, EVERYTHING, options()))
    assert accused <= true
