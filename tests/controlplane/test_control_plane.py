"""The control plane lives: it does to DaemonSets what a real one does, since it is one."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.controlplane.harness import ControlPlane
from tests.controlplane.kubectl import apply, kubectl, objects

PATIENCE = 90.0


def until(holds: Callable[[], Any], what: str) -> Any:
    """What `holds` answers once it is true; fails with `what` after a long while."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = holds()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.2)


def daemonset(name: str, namespace: str, **pod_spec: Any) -> dict[str, Any]:
    labels = {"app": name}
    spec = {"containers": [{"name": "main", "image": "registry.example/agent:1"}], **pod_spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def node(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def test_a_pod_comes_with_a_node_pinned_and_bound_and_goes_with_it(control_plane: ControlPlane):
    apply(control_plane, namespace("lives"), node("lives-1", scene="lives"), node("lives-2", scene="lives"))
    apply(control_plane, daemonset("agent", "lives", nodeSelector={"scene": "lives"}))

    def ready() -> list[dict[str, Any]]:
        pods = objects(control_plane, "pods", "-n", "lives")
        conditions = [{c["type"]: c["status"] for c in pod["status"].get("conditions", [])} for pod in pods]
        return pods if len(pods) == 2 and all(c.get("Ready") == "True" for c in conditions) else []

    for pod in until(ready, "two Ready pods"):
        terms = pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        pin = {"key": "metadata.name", "operator": "In", "values": [pod["spec"]["nodeName"]]}
        assert terms == {"nodeSelectorTerms": [{"matchFields": [pin]}]}
    bound = objects(control_plane, "events", "-n", "lives", "--field-selector", "reason=Scheduled")
    assert {event.get("reportingComponent") or event["source"]["component"] for event in bound} == {
        "default-scheduler"
    }
    kubectl(control_plane, "delete", "node", "lives-1")
    until(lambda: len(objects(control_plane, "pods", "-n", "lives")) == 1, "the pod goes with its node")


def test_quota_refuses_pods(control_plane: ControlPlane):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none", "namespace": "lives-quota"},
        "spec": {"hard": {"pods": "0"}},
    }
    apply(control_plane, namespace("lives-quota"), node("lives-quota-1", scene="lives-quota"), quota)
    until(
        lambda: objects(control_plane, "resourcequota", "-n", "lives-quota")[0].get("status", {}).get("hard"),
        "the quota is counted",
    )
    apply(control_plane, daemonset("agent", "lives-quota", nodeSelector={"scene": "lives-quota"}))
    events = until(
        lambda: objects(
            control_plane, "events", "-n", "lives-quota", "--field-selector", "reason=FailedCreate"
        ),
        "FailedCreate",
    )
    assert "exceeded quota" in events[0]["message"]


def test_a_certificate_and_a_token_make_the_same_user_and_no_role_means_no(control_plane: ControlPlane):
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
    token = ("--token", control_plane.token_of("nobody"))
    who = json.loads(kubectl(by_token, "auth", "whoami", "-o", "json", *server, *token).stdout)
    assert who["status"]["userInfo"]["username"] == "nobody"
    wrong = kubectl(by_token, "get", "nodes", *server, "--token", "wrong", check=False)
    assert "must be logged in" in wrong.stderr


def test_the_audit_log_is_written(control_plane: ControlPlane):
    lines = until(lambda: control_plane.audit_log.read_text().splitlines(), "audit lines")
    assert json.loads(lines[0])["kind"] == "Event"
