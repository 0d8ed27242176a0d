"""Pods, DaemonSets and namespaces that end, or cannot: what keeps them, and what comes after."""

from typing import Any

from tests.scenes.scene import Scene, kubectl_ds, messages
from tests.waiting import until

PHASE = "sim.kubectl-ds/phase"
HOLD = "example.com/hold"


def events_of(scene: Scene, reason: str) -> list[str]:
    """What the controller has said about the DaemonSet."""
    return [one["message"] for one in scene.server.list("Event", scene.name) if one["reason"] == reason]


# --- pods ------------------------------------------------------------------------------------------


def test_a_deleted_pod_is_replaced_once_it_is_gone(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.daemonset(annotations={PHASE: f"stuck-terminating@{node}"})
    scene.settled(a="Ready", b="Ready")
    before = scene.pod_on(node)["metadata"]["name"]
    scene.server.delete("Pod", before, scene.name)
    item = scene.settled(a=("Missing", "PodTerminating"), b="Ready")
    assert item["nodes"]["a"]["outlook"] == "heals"
    assert f"The pod {before} is terminating; the next one comes when it is gone" in messages(
        item["nodes"]["a"]
    )
    assert scene.status()["currentNumberScheduled"] == 2, "the controller still counts it"
    assert scene.verdict() == "Progressing: 1 missing (PodTerminating)"
    scene.server.delete("Pod", before, scene.name, gracePeriodSeconds=0)
    scene.settled(a="Ready", b="Ready")
    assert scene.pod_on(node)["metadata"]["name"] != before


def test_a_surge_does_not_wait_for_a_pod_that_is_going(scene: Scene):
    node = scene.node("a")
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    scene.daemonset(annotations={PHASE: "stuck-terminating"}, updateStrategy=surge)
    scene.settled(a="Ready")
    scene.server.delete("Pod", scene.pod_on(node)["metadata"]["name"], scene.name)
    until(lambda: len(scene.pods()) == 2, "another one comes at once")
    item = scene.settled(a="Ready")
    assert item["nodes"]["a"]["duplicate"] is False
    assert len(item["nodes"]["a"]["pods"]) == 2


def test_a_finalizer_that_keeps_a_pod_is_named(scene: Scene):
    node = scene.node("a")
    scene.daemonset(annotations={PHASE: "stuck-terminating"})
    scene.settled(a="Ready")
    pod = scene.pod_on(node)["metadata"]["name"]
    scene.hold("Pod", pod, HOLD)
    scene.server.delete("Pod", pod, scene.name)
    item = scene.settled(a=("Missing", "PodTerminating"))
    assert f"it is kept until the finalizer {HOLD} is taken off" in messages(item["nodes"]["a"])
    scene.server.delete("Pod", pod, scene.name, gracePeriodSeconds=0)
    assert scene.node_says("a")["state"] == "Missing", "the finalizer keeps it even so"
    scene.hold("Pod", pod, None)
    scene.settled(a="Ready")


def test_a_pod_that_has_ended_and_is_kept_is_as_good_as_gone(scene: Scene):
    """A kubelet reports the end before it lets go (KEP-3329): the controller waits for no finalizer then."""
    node = scene.node("a")
    scene.daemonset(annotations={PHASE: "stuck-terminating"})
    scene.settled(a="Ready")
    kept = scene.pod_on(node)["metadata"]["name"]
    scene.hold("Pod", kept, HOLD)
    scene.server.delete("Pod", kept, scene.name)
    scene.settled(a=("Missing", "PodTerminating"))
    scene.server.report("Pod", kept, scene.name, {"phase": "Failed"})
    item = scene.settled(a="Ready")
    assert kept not in str(item["nodes"])
    assert {pod["metadata"]["name"] for pod in scene.pods()} > {kept}
    assert scene.verdict() == "Healthy"


def test_failed_pods_are_replaced_ever_more_slowly(scene: Scene):
    failed, evicted, refused = scene.nodes("a", "b", "c")
    scene.daemonset(annotations={PHASE: f"failed@{failed},evicted@{evicted},rejected@{refused}"})
    scene.comes_to(
        a=("Missing", "Failed", "CreateBackoff"),
        b=("Missing", "Evicted", "CreateBackoff"),
        c=("Missing", "OutOfcpu", "CreateBackoff"),
    )
    until(lambda: len(events_of(scene, "FailedDaemonPod")) >= 6, "each has been replaced twice")
    item = scene.settled(
        a=("Missing", "Failed", "CreateBackoff"),
        b=("Missing", "Evicted", "CreateBackoff"),
        c=("Missing", "OutOfcpu", "CreateBackoff"),
    )
    assert "The node was low on resource: memory" in messages(item["nodes"]["b"])
    assert "The kubelet refused the pod" in messages(item["nodes"]["c"])
    assert item["nodes"]["c"]["outlook"] == "stuck"
    assert "backs off before it replaces the failed pod" in messages(item["nodes"]["a"])
    assert scene.verdict().startswith("Stuck: 1 missing (OutOfcpu)")
    # A failed pod that is not being deleted counts for the controller all the same.
    assert scene.status()["currentNumberScheduled"] == 3
    assert scene.status()["numberReady"] == 0


def test_a_pod_that_succeeds_is_replaced_at_once_and_again(scene: Scene):
    scene.node("a")
    scene.daemonset(annotations={PHASE: "succeeded"})
    until(lambda: len(events_of(scene, "SucceededDaemonPod")) >= 3, "three have ended")

    def told() -> dict[str, Any] | None:
        node = scene.node_says("a")
        ended = any(reason["code"] == "PodSucceeded" for reason in node["reasons"])
        return node if ended and node["outlook"] == "stuck" else None

    node = until(told, "the loop is told, pod or no pod")
    assert node["state"] == "Missing"
    assert "give the container a command that keeps running" in messages(node)


def test_a_failed_pod_whose_cause_is_gone_heals_with_the_next_generation(scene: Scene):
    node = scene.node("a")
    scene.daemonset(annotations={PHASE: f"evicted@{node}"})
    scene.comes_to(a=("Missing", "Evicted", "CreateBackoff"))
    scene.change_template(annotations={PHASE: None})
    scene.settled(outdated=0, a="Ready")


# --- DaemonSets ------------------------------------------------------------------------------------


def test_a_daemonset_whose_foreground_deletion_waits_for_a_pod(scene: Scene):
    kept, _ = scene.nodes("a", "b")
    scene.daemonset(annotations={PHASE: f"stuck-terminating@{kept}"})
    scene.settled(a="Ready", b="Ready")
    pod = scene.pod_on(kept)["metadata"]["name"]
    scene.server.delete("DaemonSet", "agent", scene.name, propagationPolicy="Foreground")
    item = scene.comes_to(
        a=("Missing", "DaemonSetDeleted", "PodTerminating"), b=("Missing", "DaemonSetDeleted")
    )
    assert "It waits for its pods to go (foregroundDeletion)" in messages(item["nodes"]["b"])
    assert f"The pod {pod} is terminating; no other comes after it" in messages(item["nodes"]["a"])
    assert scene.verdict() == "Progressing: being deleted"
    text = kubectl_ds(scene.control_plane, "explain", "agent", "-n", scene.name).out
    assert "(being deleted: the controller leaves it alone)" in text
    assert scene.status()["numberReady"] == 2, "its status stands still"

    scene.server.delete("Pod", pod, scene.name, gracePeriodSeconds=0)
    until(lambda: not scene.server.list("DaemonSet", scene.name), "the DaemonSet is gone")


def test_a_daemonset_that_somebodys_finalizer_keeps(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    scene.hold("DaemonSet", "agent", HOLD)
    scene.server.delete("DaemonSet", "agent", scene.name)
    scene.server.delete("Pod", scene.pod_on(node)["metadata"]["name"], scene.name)
    item = scene.comes_to(a=("Missing", "DaemonSetDeleted"), b="Ready")
    assert f"the finalizer {HOLD}, which whoever set it has to take off" in messages(item["nodes"]["a"])
    assert scene.verdict() == f"Progressing: being deleted, kept by {HOLD}"
    scene.hold("DaemonSet", "agent", None)
    until(lambda: not scene.server.list("DaemonSet", scene.name), "the DaemonSet is gone")


# --- namespaces ------------------------------------------------------------------------------------


def test_a_namespace_that_is_going_and_cannot(scene: Scene):
    """Pods are deleted first (OrderedNamespaceDeletion): one that stays leaves the DaemonSet, which gets no others."""
    kept, _ = scene.nodes("a", "b")
    scene.daemonset(annotations={PHASE: f"stuck-terminating@{kept}"})
    scene.settled(a="Ready", b="Ready")
    pod = scene.pod_on(kept)["metadata"]["name"]
    scene.server.delete("Namespace", scene.name)

    item = scene.comes_to(a=("Missing", "PodTerminating", "FailedCreate"), b=("Missing", "FailedCreate"))
    assert scene.server.get("DaemonSet", "agent", scene.name)["metadata"].get("deletionTimestamp") is None
    assert {node["outlook"] for node in item["nodes"].values()} == {"stuck"}
    assert f"The namespace {scene.name} has been being deleted" in messages(item["nodes"]["b"])
    assert f"The pod {pod} is terminating; no other comes after it" in messages(item["nodes"]["a"])
    until(
        lambda: "what holds the deletion up: " in messages(scene.node_says("b")),
        "the namespace's own words are there",
    )
    assert scene.verdict() == "Progressing: its namespace is being deleted"
    assert events_of(scene, "FailedCreate") == [], "the controller says nothing of it"
    scene.server.delete("Pod", pod, scene.name, gracePeriodSeconds=0)
