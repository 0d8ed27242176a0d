"""Whose a pod is: orphans, namesakes, twins, pods that were relabelled or bound by hand; and how each was bound."""

from typing import Any

import pytest

from tests.scenes.scene import Scene, kubectl_ds, pin_of
from tests.waiting import until

PHASE = "sim.kubectl-ds/phase"


def uids(scene: Scene) -> set[str]:
    return {pod["metadata"]["uid"] for pod in scene.pods()}


def owners(scene: Scene) -> set[str]:
    """The uids of what controls the pods; empty for none."""
    return {
        next((one["uid"] for one in pod["metadata"].get("ownerReferences", []) if one.get("controller")), "")
        for pod in scene.pods()
    }


def uid_of(scene: Scene, name: str = "agent") -> str:
    uid: str = scene.server.get("DaemonSet", name, scene.name)["metadata"]["uid"]
    return uid


def delete_and_leave_the_pods(scene: Scene, name: str = "agent") -> None:
    scene.server.delete("DaemonSet", name, scene.name, propagationPolicy="Orphan")
    until(lambda: not scene.server.list("DaemonSet", scene.name), "the DaemonSet is gone")
    assert owners(scene) == {""}


def test_orphaned_pods_are_adopted_by_a_daemonset_made_of_the_same_template(scene: Scene):
    scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    before = uids(scene)
    delete_and_leave_the_pods(scene)

    scene.daemonset()
    item = scene.settled(outdated=0, a="Ready", b="Ready")
    assert uids(scene) == before
    assert owners(scene) == {uid_of(scene)}
    assert (item["summary"]["duplicate"], item["takenForCurrent"]) == (0, [])
    assert scene.verdict() == "Healthy"


def test_orphaned_pods_of_another_template_pass_for_new_ones_until_the_next_change(scene: Scene):
    """Both DaemonSets count their template generation from 1, and the controller goes by that as well."""
    a, b = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    before = uids(scene)
    delete_and_leave_the_pods(scene)

    scene.daemonset(container={"image": "registry.example/agent:2"})
    until(lambda: owners(scene) == {uid_of(scene)}, "the pods are adopted")
    item = scene.settled(outdated=0, a="Ready", b="Ready")
    assert uids(scene) == before
    assert scene.status()["updatedNumberScheduled"] == 2, "so the controller says"
    assert item["takenForCurrent"] == [a, b]
    assert {pod["spec"]["containers"][0]["image"] for pod in scene.pods()} == {"registry.example/agent:1"}
    assert scene.verdict() == "Degraded: 2 of another revision, taken for current"

    scene.change_template(annotations={"kubectl.kubernetes.io/restartedAt": "now"})
    item = scene.settled(outdated=0, a="Ready", b="Ready")
    assert item["takenForCurrent"] == []
    assert before.isdisjoint(uids(scene))
    assert scene.verdict() == "Healthy"


def test_pods_of_a_namesake_that_was_deleted_are_not_ours(scene: Scene):
    a, _ = scene.nodes("a", "b")
    scene.daemonset(annotations={PHASE: f"stuck-terminating@{a}"})
    scene.settled(a="Ready", b="Ready")
    left = scene.pod_on(a)["metadata"]["name"]
    scene.server.delete("DaemonSet", "agent", scene.name, propagationPolicy="Background")
    until(lambda: [pod["metadata"]["name"] for pod in scene.pods()] == [left], "one pod is left")

    scene.daemonset()
    item = scene.settled(outdated=0, a="Ready", b="Ready")
    assert len(scene.pods()) == 3
    assert left not in str(item["nodes"])
    assert item["nodes"]["a"]["duplicate"] is False
    asked = kubectl_ds(scene.control_plane, "explain", "agent", "-n", scene.name, "--pod", left)
    assert asked.code == 3
    assert f'pod "{left}" belongs to an earlier DaemonSet of that name' in asked.err


def test_a_pod_that_was_relabelled_runs_on_unmanaged_and_is_replaced(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    released = scene.pod_on(node)["metadata"]["name"]
    scene.server.merge("Pod", released, scene.name, metadata={"labels": {"app": "under-study"}})
    until(lambda: len(scene.pods()) == 3, "the released pod is replaced")
    item = scene.settled(a="Ready", b="Ready")
    assert released not in str(item["nodes"])
    assert "" in owners(scene)
    asked = kubectl_ds(scene.control_plane, "explain", "agent", "-n", scene.name, "--pod", released)
    assert asked.code == 3
    assert "has the labels that the selector asks for" in asked.err
    assert scene.verdict() == "Healthy"


def a_twin(scene: Scene, name: str) -> None:
    """A DaemonSet with the selector and the labels of `agent`."""
    agent = scene.server.get("DaemonSet", "agent", scene.name)
    metadata = {"name": name, "namespace": scene.name}
    scene.server.create({"kind": "DaemonSet", "metadata": metadata, "spec": agent["spec"]})


def test_two_daemonsets_with_one_selector_leave_each_others_pods_alone(scene: Scene):
    scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    a_twin(scene, "twin")
    twin = scene.settled("twin", a="Ready", b="Ready")
    agent = scene.settled(a="Ready", b="Ready")
    assert len(scene.pods()) == 4
    assert (agent["summary"]["duplicate"], twin["summary"]["duplicate"]) == (0, 0)
    for item, name in ((agent, "agent"), (twin, "twin")):
        for node in item["nodes"].values():
            (pod,) = node["pods"]
            assert pod["name"].startswith(f"{name}-")


def test_an_orphan_that_either_of_two_may_adopt_goes_to_one_and_then_goes(scene: Scene):
    """Whoever adopts it has one pod too many there, and keeps the older."""
    node = scene.node("a")
    scene.daemonset()
    scene.settled(a="Ready")
    a_twin(scene, "twin")
    scene.settled("twin", a="Ready")
    stray = {"app": "agent"}
    scene.pod("stray", node=node, labels=stray)
    until(lambda: all(pod["metadata"]["name"] != "stray" for pod in scene.pods()), "the stray pod is deleted")
    scene.settled(a="Ready")
    scene.settled("twin", a="Ready")


def test_a_second_pod_on_a_node_is_a_duplicate_until_it_is_gone(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    kept = scene.pod_on(node)["metadata"]["name"]
    # It ends slowly, so that it can be seen adopted and unwanted.
    scene.pod(
        "extra",
        node=node,
        labels={"app": "agent"},
        annotations={PHASE: "stuck-terminating"},
        terminationGracePeriodSeconds=60,
    )
    until(
        lambda: scene.server.get("Pod", "extra", scene.name)["metadata"].get("deletionTimestamp"),
        "it is unwanted",
    )
    assert owners(scene) == {uid_of(scene)}
    item = scene.settled(a="Ready", b="Ready")
    assert {pod["name"] for pod in item["nodes"]["a"]["pods"]} == {kept, "extra"}
    assert item["nodes"]["a"]["duplicate"] is False, "what is going is no duplicate"
    scene.server.delete("Pod", "extra", scene.name, gracePeriodSeconds=0)
    item = scene.settled(a="Ready", b="Ready")
    assert [pod["name"] for pod in item["nodes"]["a"]["pods"]] == [kept]


def test_a_duplicate_that_nobody_removes(scene: Scene):
    """The controller lets a DaemonSet be that is being deleted, whatever pods it has."""
    node = scene.node("a")
    scene.daemonset()
    scene.settled(a="Ready")
    scene.hold("DaemonSet", "agent", "example.com/hold")
    scene.server.delete("DaemonSet", "agent", scene.name)
    owner = scene.pod_on(node)["metadata"]["ownerReferences"]
    scene.pod("second", node=node, labels={"app": "agent"}, owners=owner)
    until(lambda: all("podIP" in pod["status"] for pod in scene.pods()), "both run")
    item = scene.comes_to(a="Ready")
    assert item["nodes"]["a"]["duplicate"] is True
    assert item["summary"]["duplicate"] == 1
    assert [pod["binding"] for pod in item["nodes"]["a"]["pods"]] == ["NodeAffinity", "NodeName"]
    assert "1 duplicate" in scene.described()


def test_a_deleted_daemonset_leaves_duplicates_alone(scene: Scene):
    """It adopts nothing any more, and neither creates nor deletes."""
    node = scene.node("a")
    scene.daemonset(annotations={PHASE: "stuck-terminating"})
    scene.settled(a="Ready")
    scene.server.delete("DaemonSet", "agent", scene.name, propagationPolicy="Foreground")
    scene.pod("stray", node=node, labels={"app": "agent"})
    item = scene.comes_to(a=("Missing", "DaemonSetDeleted", "PodTerminating"))
    assert "stray" not in str(item["nodes"])


# --- how pods were bound ---------------------------------------------------------------------------


def mechanism(scene: Scene) -> dict[str, Any]:
    counted: dict[str, Any] = scene.say("explain", "agent")["mechanism"]
    return counted


def test_a_pod_bound_by_node_name_beside_pods_that_the_scheduler_bound(scene: Scene):
    by_hand, scheduled, waiting = scene.nodes("a", "b", "c")
    scene.pod("by-hand", node=by_hand, labels={"app": "agent"})
    until(lambda: scene.pod_on(by_hand)["status"]["phase"] == "Running", "the pod made by hand runs")
    # Another pod holds the port on one node, so that ours stays unbound there.
    port = {"ports": [{"containerPort": 9100, "hostPort": 9100}]}
    scene.pod("squatter", node=waiting, container=port)
    scene.daemonset(updateStrategy={"type": "OnDelete"}, container=port)
    item = scene.settled(a="Ready", b="Ready", c=("Pending", "HostPortConflict", "PreemptionCannotHelp"))

    bindings = {
        short: [(pod["binding"], pod["pinnedTo"]) for pod in node["pods"]]
        for short, node in item["nodes"].items()
    }
    assert bindings == {
        "a": [("NodeName", None)],
        "b": [("NodeAffinity", scheduled)],
        "c": [("Unbound", waiting)],
    }
    assert {short for short, node in item["nodes"].items() if node["outdated"]} == {"a"}
    assert mechanism(scene) == {
        "nodeAffinity": 1,
        "nodeName": 1,
        "unbound": 1,
        "schedulers": {"default-scheduler": 2},
    }
    adopted = scene.pod_on(by_hand)
    assert (pin_of(adopted), adopted["metadata"]["ownerReferences"][0]["uid"]) == ("", uid_of(scene))
    assert pin_of(scene.pod_on(scheduled)) == scheduled
    (by_scheduler,) = scene.explains("b")["pods"]
    assert (by_scheduler["boundBy"], by_scheduler["agrees"]) == ("Scheduler", True)
    (unbound,) = [one for one in scene.explains("c")["pods"] if one["binding"] == "Unbound"]
    assert (unbound["pinnedTo"], unbound["nodeName"]) == (waiting, None)


def test_a_rollout_replaces_a_pod_made_by_hand(scene: Scene):
    """Without a revision's hash it counts as old, and a rolling update makes it a pod like the others."""
    node = scene.node("a")
    scene.pod("by-hand", node=node, labels={"app": "agent"})
    until(lambda: scene.pod_on(node)["status"]["phase"] == "Running", "the pod made by hand runs")
    scene.daemonset()
    item = scene.settled(outdated=0, a="Ready")
    (pod,) = item["nodes"]["a"]["pods"]
    assert (pod["binding"], pod["pinnedTo"]) == ("NodeAffinity", node)


def test_a_node_name_in_the_template_passes_every_scheduler(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.daemonset(pod={"nodeName": node})
    item = scene.settled(a="Ready", b=("Excluded", "NodeNameMismatch"))
    assert item["summary"]["eligible"] == 1
    (pod,) = scene.explains("a")["pods"]
    assert (pod["boundBy"], pod["binding"]) == ("Template", "NodeAffinity")
    assert scene.explains("b")["rules"]["NodeName"]["passed"] is False
    scene.server.merge("Node", node, spec={"taints": [{"key": "example.com/gone", "effect": "NoExecute"}]})
    scene.settled(a=("Excluded", "UntoleratedTaint"), b=("Excluded", "NodeNameMismatch"))


def test_a_node_name_of_no_node(scene: Scene):
    scene.node("a")
    scene.daemonset(pod={"nodeName": f"{scene.name}-nowhere"})
    item = scene.settled(a=("Excluded", "NodeNameMismatch"))
    assert item["summary"]["eligible"] == 0
    assert scene.verdict().startswith(f"Idle: there is no node {scene.name}-nowhere")


def test_a_pod_that_somebody_bound_past_its_pin(scene: Scene):
    pinned, other = scene.nodes("a", "b")
    scene.daemonset(pod={"schedulerName": "by-hand"})
    scene.comes_to(a=("Pending", "NoScheduler"), b=("Pending", "NoScheduler"))
    stray = scene.pod_on(pinned)["metadata"]["name"]
    scene.server.bind(stray, scene.name, other)
    # There it counts, as the older one of two; and its own node gets another.
    scene.settled(a=("Pending", "NoScheduler"), b="Ready")
    seen = scene.say("explain", "agent")
    (pod,) = [pod for node in seen["nodes"] for pod in node["pods"] if pod["name"] == stray]
    assert (pod["pinnedTo"], pod["nodeName"], pod["agrees"]) == (pinned, other, False)
    assert "ignored the pin" in pod["detail"]


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
def test_deleting_a_daemonset_takes_its_pods_along(scene: Scene, propagation: str):
    scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    scene.server.delete("DaemonSet", "agent", scene.name, propagationPolicy=propagation)
    until(lambda: not scene.pods() and not scene.server.list("DaemonSet", scene.name), "all of it is gone")
    gone = kubectl_ds(scene.control_plane, "coverage", "agent", "-n", scene.name)
    assert gone.code == 3
    assert "not found" in gone.err
