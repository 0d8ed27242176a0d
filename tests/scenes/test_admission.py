"""What the API server refuses to create, and what the program says of the nodes that lack a pod for it."""

from collections.abc import Iterator

import pytest

from tests.controlplane.harness import ControlPlane
from tests.scenes.scene import Scene, codes, messages
from tests.scenes.webhook import REFUSAL, refusing_webhook
from tests.waiting import until


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


def quota(scene: Scene, name: str, **hard: str) -> None:
    """A ResourceQuota that is in force when this returns."""
    spec = {"hard": {resource.replace("_", "."): amount for resource, amount in hard.items()}}
    scene.add({"kind": "ResourceQuota", "metadata": {"name": name, "namespace": scene.name}, "spec": spec})
    until(
        lambda: scene.server.get("ResourceQuota", name, scene.name).get("status", {}).get("hard"),
        "it is counted",
    )


def test_a_quota_that_is_used_up_half_way(scene: Scene):
    scene.nodes("a", "b", "c")
    quota(scene, "two", pods="2")
    scene.daemonset()

    def at_rest() -> bool:
        item = scene.coverage()
        counts = item["summary"]
        return (counts["ready"], counts["missing"]) == (2, 1) and not item["controllerDisagrees"]

    until(at_rest, "two of three have a pod")
    (left_out,) = [node for node in scene.coverage()["nodes"].values() if node["state"] == "Missing"]
    assert codes(left_out) == ["QuotaExceeded"]
    assert "The ResourceQuota two is used up" in messages(left_out)
    assert "combined from similar events" not in messages(left_out)
    assert scene.verdict() == "Stuck: 1 missing (QuotaExceeded)"


def test_a_quota_that_wants_requests_which_the_template_does_not_make(scene: Scene):
    scene.node("a")
    quota(scene, "compute", requests_cpu="4")
    assert "The ResourceQuota compute wants requests or limits" in missing_for(scene, "QuotaExceeded")


def test_a_limit_range_that_the_pod_breaks(scene: Scene):
    scene.node("a")
    limits = [{"type": "Container", "max": {"memory": "64Mi"}}]
    metadata = {"name": "small", "namespace": scene.name}
    scene.add({"kind": "LimitRange", "metadata": metadata, "spec": {"limits": limits}})
    until(lambda: scene.admitted()["spec"]["containers"][0]["resources"], "the LimitRange is in force")
    amounts = {"memory": "128Mi"}
    scene.daemonset(container={"resources": {"requests": amounts, "limits": amounts}})
    item = scene.settled(a=("Missing", "AdmissionDenied"))
    assert "maximum memory usage per Container is 64Mi" in messages(item["nodes"]["a"])


def test_classes_that_are_not_there(scene: Scene):
    scene.node("a")
    scene.daemonset(name="urgent", pod={"priorityClassName": "no-such-priority"})
    scene.daemonset(name="sandboxed", pod={"runtimeClassName": "no-such-runtime"})
    said = messages(scene.settled("urgent", a=("Missing", "FailedCreate"))["nodes"]["a"])
    assert "The PriorityClass no-such-priority does not exist" in said
    said = messages(scene.settled("sandboxed", a=("Missing", "FailedCreate"))["nodes"]["a"])
    assert "The RuntimeClass no-such-runtime does not exist" in said


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


def forbidding(scene: Scene, expression: str, message: str) -> None:
    """A ValidatingAdmissionPolicy on the scene's pods: what the expression does not hold for is refused."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    where = {"matchLabels": {"kubernetes.io/metadata.name": scene.name}}
    policy = {
        "matchConstraints": {"resourceRules": [rule], "namespaceSelector": where},
        "validations": [{"expression": expression, "message": message}],
    }
    named = {"metadata": {"name": scene.name}}
    scene.add({"kind": "ValidatingAdmissionPolicy", **named, "spec": policy})
    binding = {"policyName": scene.name, "validationActions": ["Deny"]}
    scene.add({"kind": "ValidatingAdmissionPolicyBinding", **named, "spec": binding})


def test_an_admission_policy_that_forbids_the_pod(scene: Scene):
    scene.node("a")
    forbidding(scene, "false", "no pods on weekdays")
    until(lambda: "no pods on weekdays" in scene.refusal_of_a_pod(), "the policy is in force")
    assert "no pods on weekdays" in missing_for(scene, "AdmissionDenied")


def test_an_admission_policy_that_spares_one_node(scene: Scene):
    """The refusal names no node, and the pods for the others are created in the same pass."""
    _, spared, _ = scene.nodes("a", "b", "c")
    pinned = "object.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
    elsewhere = f"has(object.spec.affinity) && {pinned}.matchFields[0].values[0] != '{spared}'"
    forbidding(scene, elsewhere, "this one is spared")
    until(lambda: "this one is spared" in scene.refusal_of_a_pod(), "the policy is in force")
    scene.daemonset()
    item = scene.settled(a="Ready", b=("Missing", "AdmissionDenied"), c="Ready")
    assert "this one is spared" in messages(item["nodes"]["b"])
    assert scene.verdict() == "Stuck: 1 missing (AdmissionDenied)"


@pytest.fixture
def webhook(control_plane: ControlPlane) -> Iterator[dict[str, str]]:
    with refusing_webhook(control_plane.pki) as client_config:
        yield client_config


def ask_webhook(scene: Scene, name: str, client_config: dict[str, str]) -> None:
    """Have it asked about every pod of the scene."""
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    webhook = {
        "name": name,
        "clientConfig": client_config,
        "rules": [rule],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scene.name}},
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 2,
    }
    scene.add(
        {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": scene.name}, "webhooks": [webhook]}
    )


def test_a_webhook_that_refuses_the_pod(scene: Scene, webhook: dict[str, str]):
    scene.node("a")
    ask_webhook(scene, "refusing.example.com", webhook)
    until(lambda: REFUSAL in scene.refusal_of_a_pod(), "the webhook is asked")
    said = missing_for(scene, "AdmissionDenied")
    assert "refusing.example.com" in said
    assert REFUSAL in said


def test_a_webhook_that_nobody_serves(scene: Scene):
    scene.node("a")
    ask_webhook(scene, "gone.example.com", {"url": "https://127.0.0.1:9/"})
    until(lambda: "failed calling webhook" in scene.refusal_of_a_pod(), "the webhook is asked")
    scene.daemonset()
    item = scene.settled(a=("Missing", "FailedCreate"))
    said = messages(item["nodes"]["a"])
    assert "The API server cannot call the admission webhook gone.example.com" in said
    assert "set its failurePolicy to Ignore" in said
    scene.server.delete("ValidatingWebhookConfiguration", scene.name)
    until(lambda: not scene.refusal_of_a_pod(), "the webhook is asked no more")
    scene.make_the_controller_look()  # its back-off would be long
    scene.settled(a="Ready")
