"""What the API server refuses to create, and what the program says of the nodes that lack a pod for it."""

from collections.abc import Iterator

import pytest

from tests.controlplane.harness import ControlPlane
from tests.scenes.scene import Scene, codes, messages, until
from tests.scenes.webhook import REFUSAL, refusing_webhook


def missing_for(scene: Scene, code: str) -> str:
    """Wait until each of the scene's nodes is Missing for this reason alone; answers the sentence."""
    scene.daemonset()

    def refused() -> bool:
        nodes = scene.coverage()["nodes"].values()
        return all(node["state"] == "Missing" and codes(node) == [code] for node in nodes)

    until(refused, f"every node is Missing for {code}: {scene.coverage()['nodes']}")
    nodes = scene.coverage()["nodes"]
    assert {node["outlook"] for node in nodes.values()} == {"stuck"}
    assert scene.pods() == []
    assert scene.server.get("DaemonSet", "agent", scene.name)["status"]["currentNumberScheduled"] == 0
    return messages(nodes["a"])


def test_a_quota_that_allows_no_pod(scene: Scene):
    scene.nodes("a", "b")
    quota = {"metadata": {"name": "none", "namespace": scene.name}, "spec": {"hard": {"pods": "0"}}}
    scene.add({"kind": "ResourceQuota", **quota})
    until(
        lambda: scene.server.get("ResourceQuota", "none", scene.name).get("status", {}).get("hard"),
        "the quota is counted",
    )
    assert "none" in missing_for(scene, "QuotaExceeded")
    assert "Stuck" in scene.verdict()

    scene.server.delete("ResourceQuota", "none", scene.name)
    scene.change(minReadySeconds=0, revisionHistoryLimit=9)  # the controller's back-off would be long
    scene.settled(a="Ready", b="Ready")


def test_a_namespace_whose_pod_security_forbids_the_pod(empty_scene: Scene):
    empty_scene.open(**{"pod-security.kubernetes.io/enforce": "restricted"})
    empty_scene.node("a")
    assert "restricted" in missing_for(empty_scene, "AdmissionDenied")


def test_a_service_account_that_is_not_there(scene: Scene):
    scene.node("a")
    scene.daemonset(pod={"serviceAccountName": "collector"})

    def refused() -> bool:
        return codes(scene.node_says("a")) == ["FailedCreate"]

    until(refused, "Missing for the service account")
    assert "collector" in messages(scene.node_says("a"))


def test_an_admission_policy_that_forbids_the_pod(scene: Scene):
    scene.node("a")
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    where = {"matchLabels": {"kubernetes.io/metadata.name": scene.name}}
    scene.add(
        {
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": scene.name},
            "spec": {
                "matchConstraints": {"resourceRules": [rule], "namespaceSelector": where},
                "validations": [{"expression": "false", "message": "no pods on weekdays"}],
            },
        }
    )
    scene.add(
        {
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": scene.name},
            "spec": {"policyName": scene.name, "validationActions": ["Deny"]},
        }
    )
    until(lambda: "no pods on weekdays" in scene.refusal_of_a_pod(), "the policy is in force")
    assert "no pods on weekdays" in missing_for(scene, "AdmissionDenied")


@pytest.fixture
def webhook(control_plane: ControlPlane) -> Iterator[dict[str, str]]:
    with refusing_webhook(control_plane.pki) as client_config:
        yield client_config


def test_a_webhook_that_refuses_the_pod(scene: Scene, webhook: dict[str, str]):
    scene.node("a")
    scene.add(
        {
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": scene.name},
            "webhooks": [
                {
                    "name": "refusing.example.com",
                    "clientConfig": webhook,
                    "rules": [
                        {
                            "apiGroups": [""],
                            "apiVersions": ["v1"],
                            "operations": ["CREATE"],
                            "resources": ["pods"],
                        }
                    ],
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scene.name}},
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                }
            ],
        }
    )
    until(lambda: REFUSAL in scene.refusal_of_a_pod(), "the webhook is asked")
    said = missing_for(scene, "AdmissionDenied")
    assert "refusing.example.com" in said
    assert REFUSAL in said
