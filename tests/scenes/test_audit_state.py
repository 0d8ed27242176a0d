"""Rules of the audit about what is there: planted on a real control plane, told, and gone once mended as told."""

import pytest

from tests.scenes.scene import Object, Scene, requests
from tests.waiting import until

OF_THE_STATE = "DS001,DS002,DS003,DS004,DS005,DS006,DS007,DS008,DS009,DS011,DS012"


def found(scene: Scene, rules: str = OF_THE_STATE) -> list[Object]:
    """What these rules tell of the scene's DaemonSets."""
    document = scene.say("audit", "--select", rules, "--fail-on", "none")
    assert document["incomplete"] == []
    findings: list[Object] = document["findings"]
    return findings


def rules_of(scene: Scene) -> list[str]:
    return [one["rule"] for one in found(scene)]


def test_a_rollout_that_does_not_fit_is_told_and_the_way_back_that_it_names_mends_it(scene: Scene):
    scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    assert rules_of(scene) == []
    scene.change_template(resources=requests(cpu="900")["resources"])
    until(lambda: "DS007" in rules_of(scene), "the rollout is told to stand still")
    assert set(rules_of(scene)) == {"DS006", "DS007"}
    (told,) = found(scene, "DS007")
    assert "maxUnavailable 1 allows 1 node at a time, and 1 node is stuck" in told["message"]
    assert f"kubectl rollout undo ds agent -n {scene.name} --to-revision=1" in told["fix"]
    scene.change_template(resources={})
    scene.settled(a="Ready", b="Ready", outdated=0)
    until(lambda: rules_of(scene) == [], "nothing is left to tell")


def test_old_pods_under_on_delete_are_told_until_the_last_is_deleted(scene: Scene):
    (node,) = scene.nodes("a")
    scene.daemonset(updateStrategy={"type": "OnDelete"})
    scene.settled(a="Ready")
    scene.change_template(image="registry.example/agent:2")
    until(lambda: rules_of(scene) == ["DS008"], "the old pod is told")
    (told,) = found(scene)
    pod = scene.pod_on(node)["metadata"]["name"]
    assert f"kubectl delete pod {pod} -n {scene.name}" in told["fix"]
    scene.server.delete("Pod", pod, scene.name)
    scene.settled(a="Ready", outdated=0)
    assert rules_of(scene) == []


def test_a_pod_made_by_hand_that_the_daemonset_adopts_is_told_as_bound_past_the_scheduler(scene: Scene):
    (node,) = scene.nodes("a")
    scene.until_nodes_are_ready(node)
    scene.pod("by-hand", node=node, labels={"app": "agent"})
    scene.daemonset(
        updateStrategy={"type": "OnDelete"}
    )  # it is of no revision, and would be replaced at once
    scene.settled(a="Ready")
    (told,) = found(scene, "DS012")
    assert told["nodes"] == [node]
    assert f"kubectl delete pod by-hand -n {scene.name}" in told["fix"]
    scene.server.delete("Pod", "by-hand", scene.name)
    until(lambda: found(scene, "DS012") == [], "the next one is bound by a scheduler")


@pytest.mark.slow
def test_a_taint_under_a_pod_leaves_the_status_wrong_and_the_bug_is_named(scene: Scene):
    """Slow: nothing is told before a minute has passed in which nothing changed."""
    node, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    scene.server.merge("Node", node, spec={"taints": [{"key": "dedicated", "effect": "NoSchedule"}]})
    until(lambda: "DS011" in rules_of(scene), "the counters are told to be wrong")
    assert set(rules_of(scene)) == {"DS002", "DS011"}
    (told,) = found(scene, "DS011")
    assert "desiredNumberScheduled is 2 and should be 1" in told["message"]
    assert "https://github.com/kubernetes/kubernetes/pull/130514" in told["message"]
    scene.server.merge(
        "DaemonSet", "agent", scene.name, metadata={"annotations": {"kubectl-ds/recount": "now"}}
    )
    until(lambda: rules_of(scene) == ["DS002"], "the controller has counted anew, as the finding said")


def test_a_rollout_that_is_well_is_never_told_of(scene: Scene):
    names = scene.nodes(*"abcdef")
    scene.until_nodes_are_ready(*names)
    scene.daemonset()
    everywhere = dict.fromkeys("abcdef", "Ready")
    scene.settled(**everywhere)
    scene.change_template(image="registry.example/agent:2")
    told = []

    def is_through() -> bool:
        told.extend(found(scene))
        return bool(scene.status()["updatedNumberScheduled"] == len(names))

    until(is_through, "the rollout is through")
    assert [f"{one['rule']}: {one['message']}" for one in told] == []
    scene.settled(**everywhere, outdated=0)


def test_a_well_made_daemonset_is_noted_at_most(scene: Scene):
    names = scene.nodes("a", "b")
    scene.until_nodes_are_ready(*names)
    scene.add({"kind": "PriorityClass", "metadata": {"name": f"{scene.name}-agents"}, "value": 100000})
    amounts = {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}}
    scene.daemonset(container={"resources": amounts}, pod={"priorityClassName": f"{scene.name}-agents"})
    scene.settled(a="Ready", b="Ready")
    document = scene.say("audit")
    assert document["incomplete"] == []
    assert [one for one in document["findings"] if one["level"] != "info"] == []
