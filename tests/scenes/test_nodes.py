"""Nodes come, go, are tainted, relabelled, cordoned, fall ill: where the pods are, and what is said of it."""

from tests.scenes.scene import Scene, codes, messages
from tests.waiting import until


def test_a_pod_appears_on_a_new_node(scene: Scene):
    scene.node("a")
    scene.daemonset()
    scene.settled(a="Ready")
    scene.node("b")
    item = scene.settled(a="Ready", b="Ready")
    assert item["summary"]["eligible"] == 2


def test_a_pod_that_waits_for_a_deleted_node_goes_as_soon_as_the_controller_looks(scene: Scene):
    lost = scene.node("a")
    scene.daemonset(pod={"schedulingGates": [{"name": "example.com/wait"}]})
    scene.settled(a="Pending")
    (waiting,) = scene.pods()
    scene.server.delete("Node", lost)
    assert scene.coverage()["orphaned"] in ([{"pod": waiting["metadata"]["name"], "node": lost}], [])
    scene.change(minReadySeconds=1)  # any change: the controller does not watch for deleted nodes
    until(lambda: not scene.pods(), "the controller deletes the unbound pod")
    item = scene.settled()
    assert item["summary"]["eligible"] == 0
    assert item["orphaned"] == []


def test_a_noschedule_taint_leaves_a_running_pod_as_extra(scene: Scene):
    tainted, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    before = scene.pod_on(tainted)["metadata"]["uid"]

    scene.server.merge(
        "Node", tainted, spec={"taints": [{"key": "example.com/busy", "effect": "NoSchedule"}]}
    )
    until(lambda: scene.node_says("a")["state"] == "Extra", "the program sees the taint at once")
    stale = scene.coverage()["controllerDisagrees"]
    assert {"field": "numberMisscheduled", "status": 0, "computed": 1} in stale

    scene.make_the_controller_look()
    item = scene.settled(a="Extra", b="Ready")
    assert codes(item["nodes"]["a"]) == ["UntoleratedTaint", "ControllerLeavesPod"]
    assert "example.com/busy" in messages(item["nodes"]["a"])
    assert item["summary"]["eligible"] == 1
    assert scene.pod_on(tainted)["metadata"]["uid"] == before

    scene.server.merge("Node", tainted, spec={"taints": None})
    scene.settled(a="Ready", b="Ready")
    assert scene.pod_on(tainted)["metadata"]["uid"] == before


def test_a_pod_that_a_noschedule_taint_left_is_not_replaced_once_it_is_deleted(scene: Scene):
    tainted = scene.node("a")
    scene.daemonset()
    scene.settled(a="Ready")
    scene.server.merge(
        "Node", tainted, spec={"taints": [{"key": "example.com/busy", "effect": "NoSchedule"}]}
    )
    scene.make_the_controller_look()
    scene.settled(a="Extra")
    scene.server.delete("Pod", scene.pod_on(tainted)["metadata"]["name"], scene.name)
    item = scene.settled(a="Excluded")
    assert codes(item["nodes"]["a"]) == ["UntoleratedTaint"]
    assert scene.pods() == []


def test_a_noexecute_taint_deletes_the_running_pod(scene: Scene):
    tainted, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    scene.server.merge("Node", tainted, spec={"taints": [{"key": "example.com/gone", "effect": "NoExecute"}]})
    item = scene.settled(a="Excluded", b="Ready")
    assert codes(item["nodes"]["a"]) == ["UntoleratedTaint"]
    assert len(scene.pods()) == 1


def test_a_label_removed_takes_the_pod_away_and_given_back_returns_it(scene: Scene):
    changed, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    scene.server.merge("Node", changed, metadata={"labels": {"scene": None}})
    item = scene.settled(a="Excluded", b="Ready")
    assert codes(item["nodes"]["a"]) == ["NodeSelectorMismatch"]
    assert len(scene.pods()) == 1
    scene.server.merge("Node", changed, metadata={"labels": {"scene": scene.name}})
    scene.settled(a="Ready", b="Ready")


def test_a_selector_that_no_node_meets_takes_all_pods_away(scene: Scene):
    """The usual way to stop a DaemonSet for a while; and a misspelt label does the same."""
    scene.node("a", labels={"disk-type": "ssd"})
    scene.node("b", labels={"disk-type": "hdd"})
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    scene.change(template={"spec": {"nodeSelector": {"disktype": "ssd"}}})
    out = ("Excluded", "NodeSelectorMismatch")
    item = scene.settled(a=out, b=out)
    assert scene.pods() == []
    assert scene.status()["desiredNumberScheduled"] == 0
    (unmet,) = [one for one in item["nearMiss"]["unmet"] if one["key"] == "disktype"]
    assert unmet["similar"] == ["disk-type"]
    assert scene.verdict() == "Idle: no node has the label disktype"
    scene.change(template={"spec": {"nodeSelector": {"disktype": None, "disk-type": "ssd"}}})
    scene.settled(outdated=0, a="Ready", b=out)


def test_a_cordon_does_not_keep_a_daemon_pod_out(scene: Scene):
    scene.node("a", unschedulable=True)
    cordoned = scene.node("b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    scene.server.merge("Node", cordoned, spec={"unschedulable": True})
    until(
        lambda: (
            "node.kubernetes.io/unschedulable"
            in str(scene.server.get("Node", cordoned)["spec"].get("taints"))
        ),
        "the cordon is a taint",
    )
    item = scene.settled(a="Ready", b="Ready")
    assert item["summary"]["eligible"] == 2


def test_a_node_that_is_not_ready_leaves_desired_and_keeps_its_pod(scene: Scene):
    ill, _ = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    before = scene.pod_on(ill)["metadata"]["uid"]
    scene.server.merge("Node", ill, metadata={"annotations": {"sim.kubectl-ds/node": "notready"}})
    until(lambda: scene.node_says("a")["state"] == "Extra", "the node lifecycle controller taints the node")
    scene.make_the_controller_look()
    item = scene.settled(a="Extra", b="Ready")
    assert item["summary"]["eligible"] == 1
    assert codes(item["nodes"]["a"]) == ["UntoleratedTaint", "ControllerLeavesPod"]
    assert "node.kubernetes.io/not-ready" in messages(item["nodes"]["a"])
    assert scene.pod_on(ill)["metadata"]["uid"] == before

    scene.server.merge("Node", ill, metadata={"annotations": {"sim.kubectl-ds/node": None}})
    scene.settled(a="Ready", b="Ready")
    assert scene.pod_on(ill)["metadata"]["uid"] == before


def taints_of(scene: Scene, node: str) -> set[str]:
    return {taint["key"] for taint in scene.server.get("Node", node)["spec"].get("taints", [])}


def test_pressure_on_a_node_keeps_no_daemon_pod_out(scene: Scene):
    pressed = scene.node(
        "a", annotations={"sim.kubectl-ds/node": "memory-pressure,disk-pressure,pid-pressure"}
    )
    pressures = {"node.kubernetes.io/disk-pressure", "node.kubernetes.io/pid-pressure"}
    until(lambda: pressures <= taints_of(scene, pressed), "it is tainted")
    scene.daemonset()
    item = scene.settled(a="Ready")
    assert item["summary"]["eligible"] == 1
    rule = scene.explains("a")["rules"]["Taints"]
    assert rule["passed"] is True
    assert "is tolerated by the controller" in rule["detail"]


def test_a_node_without_network_takes_pods_of_the_host_network_alone(scene: Scene):
    node = scene.node("a", annotations={"sim.kubectl-ds/node": "network-unavailable"})
    until(lambda: "node.kubernetes.io/network-unavailable" in taints_of(scene, node), "it is tainted")
    scene.daemonset(name="cni", pod={"hostNetwork": True})
    scene.daemonset()
    scene.settled("cni", a="Ready")
    item = scene.settled(a=("Excluded", "UntoleratedTaint"))
    assert "node.kubernetes.io/network-unavailable" in messages(item["nodes"]["a"])


def test_a_taint_that_only_asks_to_be_preferred_keeps_nobody_out(scene: Scene):
    scene.node("a", taints=[{"key": "example.com/rather-not", "effect": "PreferNoSchedule"}])
    scene.daemonset()
    scene.settled(a="Ready")
    assert "keeps no daemon pod out" in scene.explains("a")["rules"]["Taints"]["detail"]


def test_the_change_that_explain_names_lets_the_control_plane_in(scene: Scene):
    key = "node-role.kubernetes.io/control-plane"
    scene.node("a", labels={key: ""}, taints=[{"key": key, "effect": "NoSchedule"}])
    scene.node("b")
    scene.daemonset()
    item = scene.settled(a=("Excluded", "UntoleratedTaint"), b="Ready")
    assert item["summary"]["eligible"] == scene.status()["desiredNumberScheduled"] == 1
    toleration = {"key": key, "operator": "Exists", "effect": "NoSchedule"}
    assert (
        f"add to the template the toleration {{key: {key}, operator: Exists, effect: NoSchedule}}"
        in scene.explains("a")["change"]
    )
    scene.change(template={"spec": {"tolerations": [toleration]}})
    scene.settled(outdated=0, a="Ready", b="Ready")


def test_a_toleration_for_seconds_makes_a_loop_of_deletions(scene: Scene):
    """The node stays eligible for the controller, and the taint eviction controller takes each pod away."""
    node = scene.node("a")
    gone = {"key": "example.com/gone", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 1}
    scene.daemonset(pod={"tolerations": [gone]})
    scene.settled(a="Ready")
    seen = {scene.pod_on(node)["metadata"]["uid"]}
    scene.server.merge("Node", node, spec={"taints": [{"key": "example.com/gone", "effect": "NoExecute"}]})

    def third() -> bool:
        seen.update(pod["metadata"]["uid"] for pod in scene.pods())
        return len(seen) >= 3

    until(third, "the pod has been replaced twice")
    item = scene.coverage()
    assert item["summary"]["eligible"] == 1
    assert item["nodes"]["a"]["state"] in ("Ready", "NotReady", "Pending", "Missing")
    assert item["nodes"]["a"].get("outlook") != "stuck"


def test_an_evicted_pod_comes_back_to_a_cordoned_node(scene: Scene):
    """Why `kubectl drain` wants --ignore-daemonsets."""
    node = scene.node("a")
    scene.daemonset()
    scene.settled(a="Ready")
    scene.server.merge("Node", node, spec={"unschedulable": True})
    before = scene.pod_on(node)["metadata"]
    scene.server.evict(before["name"], scene.name)
    until(lambda: before["uid"] not in str(scene.pods()), "the pod is gone")
    item = scene.settled(a="Ready")
    assert item["summary"]["eligible"] == 1


def test_a_node_made_anew_under_its_name_has_its_pod_again(scene: Scene):
    node = scene.node("a")
    scene.daemonset()
    scene.settled(a="Ready")
    pod = scene.pod_on(node)["metadata"]["name"]
    scene.server.delete("Node", node)
    assert scene.coverage()["orphaned"] == [{"pod": pod, "node": node}]
    scene.node("a")
    item = scene.settled(a="Ready")
    assert item["orphaned"] == []
