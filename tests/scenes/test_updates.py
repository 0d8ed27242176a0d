"""Updates of the template: by budget, by surge, by hand; halted by one node, and undone."""

import time
from typing import Any

import pytest

from tests.scenes.scene import Scene, codes, host_port, messages, requests
from tests.waiting import until

PHASE = "sim.kubectl-ds/phase"


def rolling(**budget: int | str) -> dict[str, Any]:
    return {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": budget}}


def surging(count: int | str = 1) -> dict[str, Any]:
    return rolling(maxSurge=count, maxUnavailable=0)


def outdated(item: dict[str, Any]) -> set[str]:
    return {short for short, node in item["nodes"].items() if node["outdated"]}


def revisions(scene: Scene) -> dict[int, str]:
    """What the server holds: revision number to hash."""
    return {
        one["revision"]: one["metadata"]["labels"]["controller-revision-hash"]
        for one in scene.server.list("ControllerRevision", scene.name)
    }


def a_second_later() -> None:
    """The controller judges the older pod of a node, and creation timestamps are whole seconds."""
    time.sleep(1.1)


def uids(scene: Scene, *nodes: str) -> list[str]:
    """Of the pods on these nodes, however many."""
    bound = {pod["metadata"]["uid"]: pod["spec"].get("nodeName") for pod in scene.pods()}
    return [uid for node in nodes for uid, where in bound.items() if where == node]


@pytest.mark.parametrize(
    ("phase", "code"),
    [
        pytest.param("crash", "CrashLoopBackOff", id="a crash loop"),
        pytest.param("imagepull", "ImagePullBackOff", id="an image that cannot be pulled"),
        pytest.param("oom", "CrashLoopBackOff", id="too little memory"),
        pytest.param("config-error", "CreateContainerConfigError", id="a secret that is missing"),
    ],
)
def test_a_rollout_that_one_bad_node_halts(scene: Scene, phase: str, code: str):
    names = scene.nodes("a", "b", "c", "d")
    bad = names[1]
    scene.daemonset(**rolling(maxUnavailable=1))
    scene.settled(a="Ready", b="Ready", c="Ready", d="Ready")
    old = set(uids(scene, *names))

    scene.change_template(annotations={PHASE: f"{phase}@{bad}"}, image="registry.example/agent:2")
    item = scene.settled(a="Ready", b=("NotReady", code), c="Ready", d="Ready")
    assert item["nodes"]["b"]["outlook"] == "stuck"
    assert item["nodes"]["b"]["outdated"] is False
    # The budget of 1 is used up by the bad node, so what is old now stays so.
    still = outdated(item)
    assert item["summary"]["outdated"] == len(still)
    assert scene.status().get("updatedNumberScheduled", 0) == 4 - len(still)
    assert {uid for uid in uids(scene, *names) if uid in old} == {
        uid for short, uid in zip("abcd", uids(scene, *names), strict=True) if short in still
    }
    assert scene.verdict() == f"Stuck: 1 not ready ({code})" + (
        f", {4 - len(still)} of 4 up to date" if still else ""
    )
    assert "Waiting for daemon set" in scene.described()


def test_a_rollback_raises_the_old_revision_and_brings_the_old_pods_back(scene: Scene):
    _, bad, _ = scene.nodes("a", "b", "c")
    everywhere = {"a": "Ready", "b": "Ready", "c": "Ready"}
    scene.daemonset(**rolling(maxUnavailable=1))
    scene.settled(**everywhere)
    first = revisions(scene)[1]
    scene.change_template(annotations={PHASE: f"crash@{bad}"}, image="registry.example/agent:2")
    scene.comes_to(**everywhere | {"b": ("NotReady", "CrashLoopBackOff")})
    second = revisions(scene)[2]
    assert "2 (current)" in scene.described()

    scene.change_template(annotations={PHASE: None}, image="registry.example/agent:1")
    item = scene.settled(outdated=0, **everywhere)
    assert revisions(scene) == {2: second, 3: first}
    assert {pod["revision"] for node in item["nodes"].values() for pod in node["pods"]} == {first}
    assert "3 (current)" in scene.described()
    assert scene.verdict() == "Healthy"


def test_a_surge_puts_the_new_pod_beside_the_old_one_and_then_takes_its_place(scene: Scene):
    scene.nodes("a", "b", "c")
    everywhere = {"a": "Ready", "b": "Ready", "c": "Ready"}
    scene.daemonset(**surging("100%"))
    scene.settled(**everywhere)
    old = revisions(scene)[1]

    a_second_later()
    scene.change_template(annotations={PHASE: "notready"})
    until(lambda: len(scene.pods()) == 6, "each node has two pods")
    item = scene.settled(outdated=3, **everywhere)
    new = revisions(scene)[2]
    assert item["summary"]["duplicate"] == 0
    assert outdated(item) == {"a", "b", "c"}
    for node in item["nodes"].values():
        assert [(pod["revision"], pod["ready"]) for pod in node["pods"]] == [(old, True), (new, False)]
    assert (scene.status()["numberAvailable"], scene.status().get("updatedNumberScheduled", 0)) == (3, 0)
    assert scene.verdict() == "Progressing: 0 of 3 up to date"
    assert scene.say("explain", "agent")["mechanism"]["nodeAffinity"] == 6

    for pod in scene.pods():
        if pod["metadata"]["labels"]["controller-revision-hash"] == new:
            scene.server.merge(
                "Pod", pod["metadata"]["name"], scene.name, metadata={"annotations": {PHASE: None}}
            )
    until(lambda: len(scene.pods()) == 3, "the old pods have ended")
    item = scene.settled(outdated=0, **everywhere)
    assert {pod["revision"] for node in item["nodes"].values() for pod in node["pods"]} == {new}
    assert scene.verdict() == "Healthy"


def test_a_surge_that_the_old_pods_host_port_halts(scene: Scene):
    names = scene.nodes("a", "b")
    scene.daemonset(container=host_port(9100), **surging())
    scene.settled(a="Ready", b="Ready")
    scene.change_template(annotations={"release": "2"})

    def halted() -> list[dict[str, Any]]:
        return [node for node in scene.coverage()["nodes"].values() if node["reasons"]]

    (node,) = until(halted, "a surge is told to halt")
    assert (node["state"], node["outlook"], node["outdated"]) == ("Ready", "stuck", True)
    assert codes(node) == ["HostPortConflict"]
    assert "of this DaemonSet, which stays until the new one is Ready" in messages(node)
    assert "use maxUnavailable" in messages(node)
    assert scene.verdict() == "Stuck: 1 surge halted (HostPortConflict), 0 of 2 up to date"
    assert "surge halted" in scene.described()
    assert [one["code"] for one in scene.explains(node["node"][-1])["scheduling"]] == ["HostPortConflict"]

    scene.change(updateStrategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}})
    scene.settled(outdated=0, a="Ready", b="Ready")
    assert len(scene.pods()) == len(names)


def test_a_surge_on_a_node_without_room_for_both(scene: Scene):
    scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    scene.daemonset(container=requests(cpu="600m"), **surging())
    scene.settled(a="Ready")
    scene.change_template(annotations={"release": "2"})
    item = scene.comes_to(a=("Ready", "InsufficientCPU"))
    assert "this DaemonSet's old pod, which stays until the new one is Ready" in messages(item["nodes"]["a"])
    assert scene.verdict() == "Stuck: 1 surge halted (InsufficientCPU), 0 of 1 up to date"


def test_a_surge_whose_new_pod_crashes_leaves_the_old_one_serving(scene: Scene):
    scene.nodes("a", "b")
    scene.daemonset(**surging())
    scene.settled(a="Ready", b="Ready")
    a_second_later()
    scene.change_template(annotations={PHASE: "crash"})
    until(lambda: "CrashLoopBackOff" in scene.verdict(), "the crash is told")
    item = scene.coverage()
    assert {node["state"] for node in item["nodes"].values()} == {"Ready"}
    assert scene.verdict() == "Stuck: 1 surge halted (CrashLoopBackOff), 0 of 2 up to date"
    assert scene.status()["numberAvailable"] == 2


def test_old_pods_stay_under_on_delete_until_somebody_deletes_them(scene: Scene):
    first, second = scene.nodes("a", "b")
    scene.daemonset(updateStrategy={"type": "OnDelete"})
    scene.settled(a="Ready", b="Ready")
    before = uids(scene, first, second)
    scene.change_template(image="registry.example/agent:2")
    until(lambda: 2 in revisions(scene), "the new revision")
    scene.settled(outdated=2, a="Ready", b="Ready")
    assert uids(scene, first, second) == before
    assert scene.verdict() == "Healthy: 2 outdated, OnDelete"
    assert "OnDelete" in scene.described()

    scene.server.delete("Pod", scene.pod_on(first)["metadata"]["name"], scene.name)
    item = scene.settled(outdated=1, a="Ready", b="Ready")
    assert outdated(item) == {"b"}
    assert uids(scene, second) == before[1:]
    assert scene.verdict() == "Healthy: 1 outdated, OnDelete"


def test_pods_that_have_not_been_ready_for_long_enough_are_not_available(scene: Scene):
    scene.nodes("a", "b")
    scene.daemonset(minReadySeconds=3600)
    item = scene.settled(a="Ready", b="Ready")
    assert item["summary"]["ready"] == 2
    assert (scene.status()["numberReady"], scene.status().get("numberAvailable", 0)) == (2, 0)
    assert scene.verdict() == "Progressing: 0 of 2 available"
    scene.change(minReadySeconds=0)
    scene.settled(a="Ready", b="Ready")
    assert scene.verdict() == "Healthy"


def test_a_percentage_is_rounded_up_over_the_eligible_nodes(scene: Scene):
    names = scene.nodes("a", "b", "c", "d", "e")
    everywhere = dict.fromkeys("abcde", "Ready")
    scene.daemonset(**rolling(maxUnavailable="30%"))
    scene.settled(**everywhere)
    scene.change_template(annotations={PHASE: "crash"})
    # 30 % of 5 is 2: two pods are replaced, and no third.
    item = until(
        lambda: (
            (seen := scene.coverage())["summary"]["notReady"] == 2
            and not seen["controllerDisagrees"]
            and seen
        ),
        "two are down",
    )
    assert item["summary"]["outdated"] == 3
    assert scene.verdict() == "Stuck: 2 not ready (CrashLoopBackOff), 2 of 5 up to date"
    assert len(names) - 2 == scene.status()["numberAvailable"]


def test_a_pod_on_a_tainted_node_is_deleted_by_a_rollout_and_not_replaced(scene: Scene):
    """The controller's rolling step counts nodes with pods, whether the DaemonSet belongs there or not."""
    tainted, _ = scene.nodes("a", "b")
    scene.daemonset(**rolling(maxUnavailable=1))
    scene.settled(a="Ready", b="Ready")
    scene.server.merge(
        "Node", tainted, spec={"taints": [{"key": "example.com/busy", "effect": "NoSchedule"}]}
    )
    scene.make_the_controller_look()
    scene.settled(a=("Extra", "UntoleratedTaint", "ControllerLeavesPod"), b="Ready")
    scene.change_template(image="registry.example/agent:2")
    scene.settled(outdated=0, a=("Excluded", "UntoleratedTaint"), b="Ready")
