"""The control plane lives: it does to DaemonSets what a real one does, since it is one."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.controlplane.harness import ControlPlane
from tests.controlplane.kubectl import apply, kubectl, objects
from tests.controlplane.manifests import conditions, daemonset, namespace, node
from tests.waiting import until


@pytest.fixture
def name(control_plane: ControlPlane) -> Iterator[str]:
    """Of a namespace, and of the label of the nodes, that go when the test is over."""
    name = f"lives-{secrets.token_hex(3)}"
    apply(control_plane, namespace(name))
    until(
        lambda: objects(control_plane, "serviceaccounts", "-n", name), "the namespace has its service account"
    )
    try:
        yield name
    finally:
        kubectl(control_plane, "delete", "nodes", "-l", f"scene={name}")
        kubectl(control_plane, "delete", "namespace", name, "--wait=false")


def test_a_pod_comes_with_a_node_pinned_and_bound(control_plane: ControlPlane, name: str):
    control_plane.needs_simulated_nodes()
    apply(control_plane, node(f"{name}-1", scene=name), node(f"{name}-2", scene=name))
    apply(control_plane, daemonset("agent", name, nodeSelector={"scene": name}))

    def ready() -> list[dict[str, Any]]:
        pods = objects(control_plane, "pods", "-n", name)
        return pods if [conditions(pod).get("Ready") for pod in pods] == ["True", "True"] else []

    for pod in until(ready, "two Ready pods"):
        terms = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        pin = {"key": "metadata.name", "operator": "In", "values": [pod["spec"]["nodeName"]]}
        assert terms == {"nodeSelectorTerms": [{"matchFields": [pin]}]}
    bound = objects(control_plane, "events", "-n", name, "--field-selector", "reason=Scheduled")
    assert {event.get("reportingComponent") or event["source"]["component"] for event in bound} == {
        "default-scheduler"
    }


def test_quota_refuses_pods(control_plane: ControlPlane, name: str):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none", "namespace": name},
        "spec": {"hard": {"pods": "0"}},
    }
    apply(control_plane, node(f"{name}-1", scene=name), quota)
    until(
        lambda: objects(control_plane, "resourcequota", "-n", name)[0].get("status", {}).get("hard"),
        "the quota is counted",
    )
    tolerates_all = [{"operator": "Exists"}]
    apply(control_plane, daemonset("agent", name, nodeSelector={"scene": name}, tolerations=tolerates_all))
    events = until(
        lambda: objects(control_plane, "events", "-n", name, "--field-selector", "reason=FailedCreate"),
        "FailedCreate",
    )
    assert "exceeded quota" in events[0]["message"]


def test_a_certificate_and_a_token_make_the_same_user_and_no_role_means_no(control_plane: ControlPlane):
    token = ("--token", control_plane.token_of("nobody"))
    by_certificate = replace(control_plane, kubeconfig=control_plane.kubeconfig_of("nobody"))
    who = json.loads(kubectl(by_certificate, "auth", "whoami", "-o", "json").stdout)
    assert who["status"]["userInfo"]["username"] == "nobody"
    refused = kubectl(by_certificate, "get", "nodes", check=False)
    assert refused.returncode == 1
    assert 'User "nobody" cannot list resource "nodes"' in refused.stderr

    nothing = control_plane.kubeconfig.with_name("nothing")
    nothing.write_text("apiVersion: v1\nkind: Config\n")
    by_token = replace(control_plane, kubeconfig=nothing)
    server = ("--server", control_plane.url, "--insecure-skip-tls-verify")
    who = json.loads(kubectl(by_token, "auth", "whoami", "-o", "json", *server, *token).stdout)
    assert who["status"]["userInfo"]["username"] == "nobody"
    wrong = kubectl(by_token, "get", "nodes", *server, "--token", "wrong", check=False)
    assert "must be logged in" in wrong.stderr


def test_the_audit_log_is_written(control_plane: ControlPlane):
    log = control_plane.audit_log
    lines = until(lambda: log.read_text().splitlines(), "audit lines")
    assert json.loads(lines[0])["kind"] == "Event"
