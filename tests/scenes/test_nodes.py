"""Nodes come, go, are tainted, relabelled, cordoned, fall ill: where the pods are, and what is said of it."""

from tests.scenes.scene import Scene, codes, messages, states_of, until


def test_a_pod_appears_on_a_new_node_and_is_orphaned_until_it_goes_with_a_deleted_one(scene: Scene):
    (kept,) = scene.nodes("a")
    scene.daemonset()
    scene.settled(a="Ready")
    lost = scene.node("b")
    scene.settled(a="Ready", b="Ready")
    left_behind = scene.pod_on(lost)["metadata"]["name"]

    scene.server.delete("Node", lost)
    item = scene.coverage()
    assert states_of(item) == {"a": "Ready"}
    assert item["orphaned"] == [{"pod": left_behind, "node": lost}]
    assert item["summary"]["orphaned"] == 1
    assert item["summary"]["eligible"] == 1

    # The controller does not look when a node goes; it counts anew when the garbage collector takes the pod.
    item = scene.settled(a="Ready")
    assert item["orphaned"] == []
    assert [pod["spec"]["nodeName"] for pod in scene.pods()] == [kept]


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
