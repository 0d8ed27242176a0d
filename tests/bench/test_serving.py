"""The bench's server answers lists as an API server does: kubectl and the program cannot tell the difference."""

import gzip
import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from bench.measuring.server_process import serving
from bench.serving.server import TALLY, BenchServer
from bench.serving.wire import Road
from tests.bench.made import SIZE, folder, server, serving_thread
from tests.controlplane.kubectl import kubectl_program

__all__ = ["folder", "server"]

CNI = "app.kubernetes.io/name=cni"


def get(server: BenchServer, path: str, accept: str = "application/json", **query: Any) -> Any:
    url = f"{server.url}{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept})) as answer:
        return json.load(answer)


def names(page: Any) -> list[str]:
    return [one["metadata"]["name"] for one in page["items"]]


def test_pages_follow_each_other_by_their_token_and_hold_every_object_once(server: BenchServer):
    found: list[str] = []
    query: dict[str, Any] = {"limit": 25}
    remaining = []
    while True:
        page = get(server, "/api/v1/nodes", **query)
        found += names(page)
        remaining.append(page["metadata"].get("remainingItemCount"))
        if "continue" not in page["metadata"]:
            break
        query["continue"] = page["metadata"]["continue"]
    assert remaining == [35, 10, None]
    assert len(found) == SIZE.nodes
    assert found == sorted(set(found))


def test_a_list_narrowed_by_a_selector_does_not_tell_what_remains(server: BenchServer):
    page = get(server, "/api/v1/pods", labelSelector=CNI, limit=10)
    assert len(page["items"]) == 10
    assert page["metadata"]["continue"]
    assert "remainingItemCount" not in page["metadata"]


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        (CNI, lambda name: name == "cni"),
        ("app.kubernetes.io/name in (cni, kube-proxy)", lambda name: name in ("cni", "kube-proxy")),
        ("app.kubernetes.io/name notin (cni,kube-proxy)", lambda name: name not in ("cni", "kube-proxy")),
        ("app.kubernetes.io/name!=cni", lambda name: name != "cni"),
        ("controller-revision-hash", lambda name: name not in ("cart", "search", "shop-front")),
        ("!controller-revision-hash", lambda name: name in ("cart", "search", "shop-front")),
        (f"{CNI},controller-revision-hash", lambda name: name == "cni"),
    ],
)
def test_label_selectors(server: BenchServer, selector: str, holds: Any):
    everything = get(server, "/api/v1/pods")["items"]
    wanted = [one for one in everything if holds(one["metadata"]["labels"]["app.kubernetes.io/name"])]
    assert get(server, "/api/v1/pods", labelSelector=selector)["items"] == wanted
    assert wanted


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("status.phase=Pending", lambda pod: pod["status"]["phase"] == "Pending"),
        ("status.phase!=Succeeded,status.phase!=Failed", lambda pod: True),
        ("spec.nodeName=", lambda pod: "nodeName" not in pod["spec"]),
        ("spec.nodeName=ip-10-0-7-1", lambda pod: pod["spec"].get("nodeName") == "ip-10-0-7-1"),
        ("spec.nodeName=nowhere", lambda pod: False),
    ],
)
def test_field_selectors(server: BenchServer, selector: str, holds: Any):
    everything = get(server, "/api/v1/pods")["items"]
    wanted = [one for one in everything if holds(one)]
    assert get(server, "/api/v1/pods", fieldSelector=selector)["items"] == wanted


def test_a_namespace_narrows_a_list(server: BenchServer):
    page = get(server, "/apis/apps/v1/namespaces/monitoring/daemonsets")
    assert page["kind"] == "DaemonSetList"
    assert names(page) == ["node-exporter"]


def test_one_object_by_its_name_says_what_it_is(server: BenchServer):
    found = get(server, "/apis/apps/v1/namespaces/kube-system/daemonsets/cni")
    assert (found["kind"], found["apiVersion"], found["metadata"]["name"]) == ("DaemonSet", "apps/v1", "cni")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/apis/apps/v1/namespaces/default/daemonsets/cni", 404),
        ("/api/v1/services", 404),
        ("/api/v1/pods?fieldSelector=spec.colour%3Dred", 400),
        ("/api/v1/pods?continue=bm9uc2Vuc2U", 410),
        ("/api/v1/pods?watch=true", 405),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_status(server: BenchServer, path: str, status: int):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(server.url + path)
    with refusal.value as answer:
        tree = json.load(answer)
    assert (tree["kind"], tree["code"]) == ("Status", status)


def test_gzip_comes_when_asked_and_holds_the_same(server: BenchServer):
    url = f"{server.url}/api/v1/nodes"
    with urllib.request.urlopen(url) as answer:
        plain = answer.read()
    for _ in range(2):  # the second answer is the one that was kept
        request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(answer.read()) == plain


def test_a_long_and_narrow_road_delivers_the_same(folder: Path, server: BenchServer):
    road = Road(latency=0.001, bandwidth=200e6)
    with serving_thread(folder, road) as narrow:
        for query in ({"limit": 20}, {"fieldSelector": "spec.nodeName=ip-10-0-7-1"}):
            assert get(narrow, "/api/v1/pods", **query) == get(server, "/api/v1/pods", **query)


def test_a_process_serves_over_tls_whoever_trusts_its_authority(folder: Path, tmp_path: Path):
    with serving(folder, tmp_path, tls=True) as process:
        assert process.url.startswith("https://")
        config = process.kubeconfig(tmp_path / "kubeconfig")
        command = [kubectl_program(), "--kubeconfig", str(config), "get", "nodes", "-o", "name"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"HOME": str(tmp_path)}
        )
        assert len(done.stdout.splitlines()) == SIZE.nodes
        assert "/api/v1/nodes?limit=500" in process.tally().requests


def test_the_tally_counts_requests_and_bytes_once(server: BenchServer):
    get(server, TALLY)
    with urllib.request.urlopen(f"{server.url}/api/v1/nodes?limit=1") as answer:
        length = len(answer.read())
    assert get(server, TALLY) == {"requests": ["/api/v1/nodes?limit=1"], "bytes": length, "gzipped": 0}
    assert get(server, TALLY)["requests"] == []


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ("get nodes -o wide", "ip-10-0-0-1 Ready"),
        ("get ds -n kube-system cni", "cni 60 59"),
        (f"get pods -n kube-system -l {CNI} -o wide", "Running"),
    ],
)
def test_kubectl_prints_tables_of_it(server: BenchServer, tmp_path: Path, words: str, row: str):
    command = [kubectl_program(), "--server", server.url, "--cache-dir", str(tmp_path), *words.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"HOME": str(tmp_path)})
    assert row in " ".join(done.stdout.split())
