"""Namespaces are looked at where a pod is lacking or going, and no answer is incomplete for them."""

import re
from typing import Any

import pytest

from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.kube.api_server.server import ApiServer
from kubectl_ds.kube.reader import Scope, read_snapshot
from tests.clusters import a_daemonset, a_namespace, a_node, a_pod
from tests.kube.faults import Way, cut_after, forbid, login_page, on, refuse
from tests.kube.reading import options, serving

EVERYTHING = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})
WHOLE = {"desiredNumberScheduled": 1, "currentNumberScheduled": 1}
LACKING = {"desiredNumberScheduled": 1, "currentNumberScheduled": 0}


def asked(server: ApiServer) -> list[str]:
    return [one.path for one in server.requests if re.fullmatch(r"/api/v1/namespaces(/[^/]+)?", one.path)]


def read(*objects: Any, wants: Any = EVERYTHING, **faults: Any) -> tuple[ClusterSnapshot, list[str]]:
    with serving(*objects, **faults) as (server, transport):
        snapshot = read_snapshot(transport, Scope(namespace=None), wants, options())
        return snapshot, asked(server)


def test_where_nothing_is_lacking_none_is_asked_for():
    ds = a_daemonset("cni", status=WHOLE)
    assert read(ds, a_node("n1"), a_pod(ds, "n1"), a_namespace("kube-system"))[1] == []


@pytest.mark.parametrize(
    ("ds", "pods"),
    [
        pytest.param(a_daemonset("cni", status=LACKING), [], id="a pod that is lacking"),
        pytest.param(a_daemonset("cni", status=WHOLE), [a_pod(a_daemonset("cni"), "n1", deleting=True)], id="a pod that is going"),
    ],
)  # fmt: skip
def test_the_namespace_is_got_by_name(ds: Any, pods: list[Any]):
    snapshot, paths = read(ds, a_node("n1"), *pods, a_namespace("kube-system", deleting=True))
    assert paths == ["/api/v1/namespaces/kube-system"]
    (namespace,) = snapshot.namespaces
    assert namespace.metadata.deletion_timestamp is not None


def test_many_namespaces_are_one_list_of_which_those_are_kept():
    names = [f"team-{number}" for number in range(6)]
    lacking = [a_daemonset("cni", namespace=name, status=LACKING) for name in names]
    spaces = [a_namespace(name) for name in [*names, "bystander"]]
    snapshot, paths = read(*lacking, a_node("n1"), *spaces)
    assert paths == ["/api/v1/namespaces"]
    assert sorted(one.metadata.name for one in snapshot.namespaces) == names


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(forbid(), id="forbidden"),
        pytest.param(refuse(404), id="not there"),
        pytest.param(refuse(503), id="a server that is busy"),
        pytest.param(login_page(), id="a login page"),
        pytest.param(cut_after(9), id="a connection that breaks"),
    ],
)
def test_what_cannot_be_read_is_no_gap(way: Way):
    faults = [on("/namespaces/kube-system", way)]
    snapshot, _ = read(a_daemonset("cni", status=LACKING), a_node("n1"), faults=faults)
    assert (snapshot.namespaces, snapshot.gaps) == ((), ())


def test_without_events_nobody_asks_for_reasons():
    ds = a_daemonset("cni", status=LACKING)
    assert read(ds, a_node("n1"), wants=frozenset({"daemonsets", "nodes", "pods"}))[1] == []
