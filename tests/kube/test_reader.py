"""What is asked of the server for a snapshot, and what becomes of what may not be read."""

from datetime import UTC, datetime

import pytest

from kubectl_ds.errors import ApiError, ConnectionFailed, NotFoundError, UnexpectedAnswer
from kubectl_ds.kube.api_server import ApiServer, RecordedRequest
from kubectl_ds.kube.reader import Scope, read_daemonset_objects, read_snapshot
from tests.clusters import a_daemonset, a_node, a_pod, a_revision, an_event, unschedulable
from tests.kube.faults import (
    changed,
    cut_after,
    forbid,
    login_page,
    on,
    refuse,
    truncated_json,
    with_empty_collections_null,
)
from tests.kube.reading import options, serving

EVERYTHING = frozenset({"daemonsets", "nodes", "pods", "events", "controllerrevisions"})

CNI = a_daemonset("cni")
LOGS = a_daemonset("logs", namespace="logging")
NODES = [a_node(f"n{number}") for number in range(1, 8)]
CLUSTER = [
    CNI,
    LOGS,
    *NODES,
    *(a_pod(CNI, node["metadata"]["name"]) for node in NODES),
    a_pod(LOGS, "n1"),
    a_pod(None, "n1", name="web"),
    a_revision(CNI),
    a_revision(LOGS),
    an_event(CNI, "FailedCreate", "Error creating: pods is forbidden: exceeded quota"),
    an_event(NODES[0], "Rebooted", "Node n1 has been rebooted"),
]
ONE = Scope(namespace="kube-system", names=("cni",))
ALL = Scope(namespace=None)


def asked(server: ApiServer, path_end: str) -> list[RecordedRequest]:
    return [one for one in server.requests if one.path.endswith(path_end)]


def names(objects) -> list[str]:
    return sorted(one.metadata.name for one in objects)


def test_one_daemonset_narrows_everything_that_belongs_to_it():
    with serving(*CLUSTER) as (server, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    assert names(snapshot.daemonsets) == ["cni"]
    assert names(snapshot.nodes) == [f"n{number}" for number in range(1, 8)]
    assert {pod.metadata.labels["app"] for pod in snapshot.pods} == {"cni"}
    assert len(snapshot.pods) == 7
    assert [event.reason for event in snapshot.events] == ["FailedCreate"]
    assert names(snapshot.revisions) == ["cni-6c8f9d7b54"]
    assert (snapshot.read, snapshot.gaps, snapshot.all_pods) == (EVERYTHING, (), False)
    assert [one.path for one in asked(server, "/daemonsets/cni")] == [
        "/apis/apps/v1/namespaces/kube-system/daemonsets/cni"
    ]
    (pods,) = asked(server, "/pods")
    assert (pods.path, pods.parameter("labelSelector")) == ("/api/v1/namespaces/kube-system/pods", "app=cni")
    (events,) = asked(server, "/events")
    assert events.parameter("fieldSelector") == "involvedObject.kind=DaemonSet,involvedObject.name=cni"


def test_the_number_of_requests_does_not_grow_with_the_cluster():
    def requests(nodes: int) -> int:
        objects = [
            CNI,
            *(a_node(f"m{n}") for n in range(nodes)),
            *(a_pod(CNI, f"m{n}") for n in range(nodes)),
        ]
        with serving(*objects) as (server, transport):
            read_snapshot(transport, ONE, EVERYTHING, options())
            return len(server.requests)

    assert requests(3) == requests(60)


def test_all_namespaces_are_one_list_a_resource_and_every_pod():
    with serving(*CLUSTER) as (server, transport):
        snapshot = read_snapshot(transport, ALL, EVERYTHING, options())
    assert names(snapshot.daemonsets) == ["cni", "logs"]
    assert snapshot.all_pods
    assert len(snapshot.pods) == 9
    assert sorted(one.path for one in server.requests) == [
        "/api/v1/events",
        "/api/v1/nodes",
        "/api/v1/pods",
        "/apis/apps/v1/controllerrevisions",
        "/apis/apps/v1/daemonsets",
    ]


def test_a_label_selector_narrows_as_a_name_does():
    with serving(a_daemonset("cni", labels={"tier": "net"}), *CLUSTER[1:]) as (server, transport):
        scope = Scope(namespace=None, label_selector="tier in (net)")
        snapshot = read_snapshot(transport, scope, EVERYTHING, options())
    assert names(snapshot.daemonsets) == ["cni"]
    assert [one.parameter("labelSelector") for one in asked(server, "/pods")] == ["app=cni"]


def test_many_daemonsets_share_one_list_of_pods():
    many = [a_daemonset(f"d{number}", labels={"team": "x"}) for number in range(9)]
    with serving(*many, *(a_pod(one, "n1") for one in many), a_node("n1")) as (server, transport):
        scope = Scope(namespace=None, label_selector="team=x")
        snapshot = read_snapshot(transport, scope, EVERYTHING, options())
    assert len(snapshot.pods) == 9
    assert [one.path for one in asked(server, "/pods")] == ["/api/v1/namespaces/kube-system/pods"]


def test_only_what_is_wanted_is_read():
    with serving(*CLUSTER) as (server, transport):
        snapshot = read_snapshot(transport, ALL, frozenset({"daemonsets"}), options())
    assert [one.path for one in server.requests] == ["/apis/apps/v1/daemonsets"]
    assert snapshot.read == frozenset({"daemonsets"})


@pytest.mark.parametrize("chunk_size", [0, 1, 3, 500], ids=lambda size: f"--chunk-size={size}")
def test_the_page_size_never_changes_what_is_read(chunk_size):
    with serving(*CLUSTER) as (server, transport):
        snapshot = read_snapshot(transport, ALL, EVERYTHING, options(chunk_size=chunk_size))
    assert (len(snapshot.nodes), len(snapshot.pods), len(snapshot.daemonsets)) == (7, 9, 2)
    limits = {one.parameter("limit") for one in server.requests}
    assert limits == {str(chunk_size) if chunk_size else ""}


def test_fast_lets_the_server_answer_from_its_cache_and_never_names_a_version_beside_a_token():
    # Nothing is amiss here, so that nothing is looked at again (test_second_look.py).
    with serving(*(one for one in CLUSTER if one is not LOGS)) as (server, transport):
        read_snapshot(transport, ALL, EVERYTHING, options(fast=True, chunk_size=3))
    for request in server.requests:
        wanted = "" if request.parameter("continue") else "0"
        assert request.parameter("resourceVersion") == wanted


# --- free room ------------------------------------------------------------------------------------


WAITING = a_pod(CNI, "n2", bound=False, conditions=unschedulable())


def test_a_pod_that_waits_for_room_makes_its_nodes_pods_be_read_and_the_unbound_ones():
    there = a_pod(None, "n2", name="web", namespace="shop")
    elsewhere = a_pod(None, "n3", name="far", namespace="shop")
    ended = a_pod(None, "n2", name="job", namespace="shop", phase="Succeeded")
    coming = a_pod(None, "n2", name="soon", namespace="shop", bound=False)
    coming["status"]["nominatedNodeName"] = "n2"
    objects = [CNI, *NODES, a_pod(CNI, "n1"), WAITING, there, elsewhere, ended, coming]
    with serving(*objects) as (server, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    assert snapshot.all_pods
    own = [pod.metadata.name for pod in snapshot.pods if pod.metadata.namespace == "kube-system"]
    others = names(pod for pod in snapshot.pods if pod.metadata.namespace == "shop")
    assert len(own) == 2
    assert others == ["soon", "web"]
    cluster_wide = [one for one in asked(server, "/pods") if one.path == "/api/v1/pods"]
    live = "status.phase!=Succeeded,status.phase!=Failed"
    fields = sorted(one.parameter("fieldSelector") for one in cluster_wide)
    assert fields == [f"spec.nodeName=,{live}", f"spec.nodeName=n2,{live}"]


def test_where_pods_wait_for_many_nodes_one_list_brings_the_pods_of_all_and_keeps_those():
    waiting = [a_pod(CNI, f"n{number}", bound=False, conditions=unschedulable()) for number in range(1, 7)]
    there = a_pod(None, "n6", name="web", namespace="shop")
    elsewhere = a_pod(None, "n7", name="far", namespace="shop")
    with serving(CNI, *NODES, *waiting, there, elsewhere) as (server, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    assert snapshot.all_pods
    assert names(pod for pod in snapshot.pods if pod.metadata.namespace == "shop") == ["web"]
    cluster_wide = [one for one in asked(server, "/pods") if one.path == "/api/v1/pods"]
    fields = [one.parameter("fieldSelector") for one in cluster_wide]
    assert fields == ["status.phase!=Succeeded,status.phase!=Failed"]


def test_pods_of_other_namespaces_that_may_not_be_read_are_a_gap_that_says_what_for():
    def fault(request, answer):
        return forbid()(request, answer) if request.path == "/api/v1/pods" else answer()

    with serving(CNI, *NODES, WAITING, faults=[fault]) as (_, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    (gap,) = snapshot.gaps
    assert (gap.resource, gap.namespace, gap.status) == ("pods", "", 403)
    assert gap.message.startswith("free room on nodes cannot be computed")
    assert not snapshot.all_pods
    assert len(snapshot.pods) == 1
    assert "pods" in snapshot.read


def test_events_of_pods_are_asked_for_only_where_a_pod_is_unwell():
    sick = a_pod(CNI, "n3", ready=False)
    told = an_event(sick, "BackOff", "Back-off pulling image", component="kubelet")
    other = an_event(a_pod(CNI, "n9"), "BackOff", "of a pod that is gone", component="kubelet")
    with serving(CNI, *NODES, sick, told, other) as (server, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    assert [event.message for event in snapshot.events] == ["Back-off pulling image"]
    assert len(asked(server, "/events")) == 2


def test_the_servers_version_is_asked_for_only_where_it_is_wanted():
    with serving(*CLUSTER, git_version="v1.33.4") as (server, transport):
        assert read_snapshot(transport, ALL, EVERYTHING, options()).server_version == ""
        assert asked(server, "/version") == []
        assert read_snapshot(transport, ALL, EVERYTHING | {"version"}, options()).server_version == "v1.33.4"
        assert len(asked(server, "/version")) == 1


# --- what cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(forbid(), id="forbidden"),
        pytest.param(refuse(503), id="unavailable"),
        pytest.param(login_page(), id="a login page"),
        pytest.param(changed(lambda tree: [tree]), id="a list"),
        pytest.param(changed(lambda tree: {}), id="an object without it"),
    ],
)
def test_a_version_that_is_not_told_is_no_gap(way):
    with serving(*CLUSTER, faults=[on("/version", way)]) as (_, transport):
        snapshot = read_snapshot(transport, ALL, EVERYTHING | {"version"}, options())
    assert (snapshot.server_version, snapshot.gaps) == ("", ())


@pytest.mark.parametrize("resource", ["nodes", "pods", "events", "controllerrevisions"])
@pytest.mark.parametrize(
    ("way", "status"),
    [
        pytest.param(forbid(), 403, id="forbidden"),
        pytest.param(refuse(503), 503, id="unavailable for good"),
        pytest.param(login_page(), 0, id="a login page"),
        pytest.param(cut_after(40), 0, id="a cut body"),
        pytest.param(truncated_json(40), 0, id="truncated JSON"),
        pytest.param(changed(lambda tree: tree | {"kind": "Status"}), 0, id="another kind"),
        pytest.param(changed(lambda tree: {"kind": tree["kind"]}), 0, id="a list without items"),
    ],
)
def test_what_cannot_be_read_is_a_gap_and_never_an_empty_list(resource, way, status):
    with serving(*CLUSTER, faults=[on(f"/{resource}", way)]) as (_, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    (gap,) = snapshot.gaps
    assert (gap.resource, gap.status) == (resource, status)
    assert gap.message.startswith(f"{resource} could not be read: ")
    assert snapshot.lacks(resource)
    assert resource not in snapshot.read
    assert snapshot.read == EVERYTHING - {resource}


@pytest.mark.parametrize(
    ("way", "error", "words"),
    [
        pytest.param(forbid(), ApiError, "Error from server (Forbidden): daemonsets", id="forbidden"),
        pytest.param(refuse(401), ApiError, "You must be logged in to the server", id="an expired token"),
        pytest.param(login_page(), UnexpectedAnswer, "text/html", id="a login page"),
        pytest.param(login_page(502), ApiError, "Bad Gateway, text/html", id="a proxy's error page"),
        pytest.param(cut_after(40), ConnectionFailed, "", id="a cut body"),
        pytest.param(truncated_json(40), UnexpectedAnswer, "cut short or not JSON", id="truncated JSON"),
    ],
)
def test_without_the_daemonsets_there_is_nothing_to_say(way, error, words):
    with (
        serving(*CLUSTER, faults=[on("/daemonsets", way)]) as (_, transport),
        pytest.raises(error) as caught,
    ):
        read_snapshot(transport, ALL, EVERYTHING, options())
    assert words in caught.value.message
    assert caught.value.message.isprintable()


def test_a_refused_credential_ends_the_reading_wherever_it_shows():
    with serving(*CLUSTER, faults=[on("/nodes", refuse(401))]) as (_, transport), pytest.raises(ApiError):
        read_snapshot(transport, ONE, EVERYTHING, options())


def test_forbidden_everywhere_says_what_grants_it_and_to_try_one_namespace():
    with (
        serving(*CLUSTER, faults=[on("/daemonsets", forbid())]) as (_, transport),
        pytest.raises(ApiError) as caught,
    ):
        read_snapshot(transport, ALL, EVERYTHING, options())
    hint = caught.value.hint
    assert "try -n NAMESPACE" in hint
    assert 'apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["list"]' in hint
    assert "kubectl auth can-i list daemonsets.apps -A" in hint


def test_nulls_in_place_of_collections_mean_that_nothing_is_set():
    faults = [on("", changed(with_empty_collections_null))]
    with serving(*CLUSTER) as (_, transport):
        plain = read_snapshot(transport, ONE, EVERYTHING, options())
    with serving(*CLUSTER, faults=faults) as (_, transport):
        nulls = read_snapshot(transport, ONE, EVERYTHING, options())
    assert (nulls.nodes, nulls.pods, nulls.events) == (plain.nodes, plain.pods, plain.events)
    assert nulls.daemonsets[0].spec == plain.daemonsets[0].spec
    assert nulls.gaps == ()


def test_an_object_that_comes_twice_counts_once():
    twice = changed(lambda tree: tree | {"items": [*tree["items"], *tree["items"]]})
    with serving(*CLUSTER, faults=[on("/pods", twice), on("/nodes", twice)]) as (_, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    assert (len(snapshot.nodes), len(snapshot.pods)) == (7, 7)


# --- the moment -----------------------------------------------------------------------------------


def test_the_moment_is_the_servers_and_not_this_machines():
    moment = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
    with serving(*CLUSTER, clock=lambda: moment) as (_, transport):
        assert read_snapshot(transport, ALL, EVERYTHING, options()).taken_at == moment


def test_the_raw_objects_are_kept_by_uid():
    with serving(*CLUSTER) as (_, transport):
        snapshot = read_snapshot(transport, ONE, EVERYTHING, options())
    raw = snapshot.daemonset_objects[CNI["metadata"]["uid"]]
    assert raw["spec"] == CNI["spec"]
    assert (raw["kind"], raw["apiVersion"]) == ("DaemonSet", "apps/v1")


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("namespace", "name", "hint"),
    [
        pytest.param("kube-system", "cny", "Did you mean cni?", id="a slip of the pen"),
        pytest.param("kube-system", "logs", "logs is in namespace logging: try -n logging", id="elsewhere"),
        pytest.param("logging", "cn", "Did you mean cni -n kube-system?", id="a slip and elsewhere"),
        pytest.param("logging", "qqq", "There is: logs", id="nothing like it"),
        pytest.param(
            "empty", "qqq", "There is no DaemonSet in namespace empty: try -A", id="an empty namespace"
        ),
    ],
)
def test_a_name_that_is_not_there_says_what_is(namespace, name, hint):
    with serving(*CLUSTER) as (_, transport), pytest.raises(NotFoundError) as caught:
        read_snapshot(transport, Scope(namespace=namespace, names=(name,)), EVERYTHING, options())
    assert caught.value.message == f'Error from server (NotFound): daemonsets.apps "{name}" not found'
    assert caught.value.hint == hint


def test_a_name_that_is_not_there_is_no_worse_where_nothing_else_may_be_read():
    faults = [on("/daemonsets", forbid())]
    with serving(*CLUSTER, faults=faults) as (_, transport), pytest.raises(NotFoundError) as caught:
        read_snapshot(transport, Scope(namespace="kube-system", names=("x",)), EVERYTHING, options())
    assert caught.value.hint == ""


def test_several_names_come_in_the_order_asked_for():
    objects = [a_daemonset(name) for name in ("a", "b", "c")]
    with serving(*objects) as (_, transport):
        scope = Scope(namespace="kube-system", names=("c", "a", "c"))
        found = read_daemonset_objects(transport, scope, options())
    assert [one["metadata"]["name"] for one in found.objects] == ["c", "a"]


def test_more_names_than_are_got_one_by_one_are_picked_out_of_one_list():
    wanted = tuple(f"d{number}" for number in range(20))
    with serving(*(a_daemonset(name) for name in wanted), a_daemonset("other")) as (server, transport):
        scope = Scope(namespace="kube-system", names=tuple(reversed(wanted)))
        found = read_daemonset_objects(transport, scope, options())
    assert [one["metadata"]["name"] for one in found.objects] == list(reversed(wanted))
    assert len(server.requests) == 1


def test_a_name_in_all_namespaces_is_looked_for_with_one_list():
    with serving(*CLUSTER) as (server, transport):
        found = read_daemonset_objects(transport, Scope(namespace=None, names=("logs",)), options())
    assert [one["metadata"]["namespace"] for one in found.objects] == ["logging"]
    assert [one.parameter("fieldSelector") for one in server.requests] == ["metadata.name=logs"]


def test_ignoring_what_is_not_there_leaves_it_out_and_says_so():
    with serving(*CLUSTER) as (_, transport):
        scope = Scope(namespace="kube-system", names=("nope", "cni"))
        found = read_daemonset_objects(transport, scope, options(ignore_not_found=True))
    assert [one["metadata"]["name"] for one in found.objects] == ["cni"]
    assert found.missing == ("nope",)
