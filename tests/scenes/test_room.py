"""Nodes that are too small, full, or taken: what is lacking, who has it, and what would free it."""

from tests.scenes.scene import Scene, host_port, messages, requests
from tests.waiting import until


def too_small(scene: Scene) -> None:
    """One node for each resource, one that is full, one without a pod slot, one that holds the pod."""
    room = {"cpu": "2", "memory": "2Gi", "ephemeral-storage": "10Gi", "pods": "10", "example.com/dongle": "1"}
    scene.node("cpu", allocatable={**room, "cpu": "400m"})
    scene.node("memory", allocatable={**room, "memory": "256Mi"})
    scene.node("disk", allocatable={**room, "ephemeral-storage": "1Gi"})
    scene.node("plain", allocatable={key: room[key] for key in room if "/" not in key})
    scene.node("fits", allocatable=room)
    full, slots = scene.node("full", allocatable=room), scene.node("slots", allocatable={**room, "pods": "1"})
    scene.pod("web", node=full, container=requests(cpu="1600m"))
    scene.pod("only", node=slots)
    ask = requests(cpu="500m", memory="512Mi", **{"ephemeral-storage": "2Gi"})
    ask["resources"]["limits"] = {"example.com/dongle": "1"}
    scene.daemonset(container=ask)


def test_a_node_too_small_in_each_way_and_what_would_free_it(scene: Scene):
    too_small(scene)
    stuck = "PreemptionCannotHelp"
    item = scene.settled(
        cpu=("Pending", "InsufficientCPU", stuck),
        memory=("Pending", "InsufficientMemory", stuck),
        disk=("Pending", "InsufficientEphemeralStorage", stuck),
        plain=("Pending", "InsufficientResource", stuck),
        full=("Pending", "InsufficientCPU", stuck),
        slots=("Pending", "TooManyPods", stuck),
        fits="Ready",
    )
    said = {short: messages(node) for short, node in item["nodes"].items()}
    assert "requests 500m cpu and the node offers 400m in all" in said["cpu"]
    assert "requests 512Mi memory and the node offers 256Mi in all" in said["memory"]
    assert "requests 2Gi ephemeral-storage and the node offers 1Gi in all" in said["disk"]
    assert "requests 1 example.com/dongle and the node offers none" in said["plain"]
    assert f"400m of 2 is free on the node, where {scene.name}/web holds 1600m" in said["full"]
    assert "The only pod slot of the node is taken" in said["slots"]
    assert {node["outlook"] for node in item["nodes"].values() if node["reasons"]} == {"stuck"}
    for short, word in (("cpu", "cpu"), ("memory", "memory"), ("plain", "example.com/dongle")):
        assert f"Insufficient {word}" in scene.scheduler_says(f"{scene.name}-{short}")
    assert "Too many pods" in scene.scheduler_says(f"{scene.name}-slots")
    assert scene.verdict().startswith("Stuck: 2 pending (InsufficientCPU)")
    assert [one["code"] for one in scene.explains("full")["scheduling"]] == ["InsufficientCPU", stuck]

    scene.server.delete("Pod", "web", scene.name)
    scene.server.delete("Pod", "only", scene.name)
    scene.comes_to(
        **dict.fromkeys(("cpu", "memory", "disk", "plain"), "Pending"),
        full="Ready",
        slots="Ready",
        fits="Ready",
    )


def test_init_containers_and_sidecars_are_part_of_what_is_asked_for(scene: Scene):
    node = scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    sidecar = {"name": "proxy", "image": "x", "restartPolicy": "Always", **requests(cpu="300m")}
    setup = {"name": "setup", "image": "x", **requests(cpu="800m")}
    scene.daemonset(pod={"initContainers": [sidecar, setup]}, container=requests(cpu="100m"))
    item = scene.settled(a=("Pending", "InsufficientCPU", "PreemptionCannotHelp"))
    assert "requests 1100m cpu and the node offers 1 in all" in messages(item["nodes"]["a"])
    assert "Insufficient cpu" in scene.scheduler_says(node)


def test_a_pod_that_is_leaving_makes_room(scene: Scene):
    node = scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    scene.pod(
        "slow",
        node=node,
        container=requests(cpu="800m"),
        annotations={"sim.kubectl-ds/phase": "stuck-terminating"},
        terminationGracePeriodSeconds=30,
    )
    until(lambda: scene.pod_on(node)["status"]["phase"] == "Running", "the pod runs")
    scene.server.delete("Pod", "slow", scene.name)
    scene.daemonset(container=requests(cpu="500m"))
    item = scene.settled(a=("Pending", "InsufficientCPU"))
    assert item["nodes"]["a"]["outlook"] == "heals"
    assert "pods that are terminating there make room" in messages(item["nodes"]["a"])
    assert scene.verdict() == "Progressing: 1 pending (InsufficientCPU)"
    scene.server.delete("Pod", "slow", scene.name, gracePeriodSeconds=0)
    scene.settled(a="Ready")


def test_a_limit_range_whose_default_does_not_fit(scene: Scene):
    scene.node("a", allocatable={"cpu": "400m", "memory": "1Gi", "pods": "10"})
    scene.node("b")
    limits = [{"type": "Container", "defaultRequest": {"cpu": "500m"}, "default": {"cpu": "1"}}]
    defaults = {"metadata": {"name": "defaults", "namespace": scene.name}, "spec": {"limits": limits}}
    scene.add({"kind": "LimitRange", **defaults})
    until(lambda: scene.admitted()["spec"]["containers"][0]["resources"], "the LimitRange is in force")
    scene.daemonset()
    item = scene.settled(a=("Pending", "InsufficientCPU", "PreemptionCannotHelp"), b="Ready")
    said = messages(item["nodes"]["a"])
    assert "requests 500m cpu (500m a LimitRange's default" in said
    assert "not the template's) and the node offers 400m in all" in said


def test_a_runtime_class_whose_overhead_does_not_fit(scene: Scene):
    overhead = {"podFixed": {"cpu": "250m", "memory": "64Mi"}}
    scene.add(
        {"kind": "RuntimeClass", "metadata": {"name": scene.name}, "handler": "kata", "overhead": overhead}
    )
    scene.node("a", allocatable={"cpu": "300m", "memory": "1Gi", "pods": "10"})
    scene.node("b")
    scene.daemonset(pod={"runtimeClassName": scene.name}, container=requests(cpu="100m"))
    item = scene.settled(a=("Pending", "InsufficientCPU", "PreemptionCannotHelp"), b="Ready")
    assert "requests 350m cpu (250m the overhead of its RuntimeClass)" in messages(item["nodes"]["a"])


def test_a_rollout_to_a_larger_request_that_one_node_cannot_take(scene: Scene):
    room = {"cpu": "1", "memory": "1Gi", "pods": "10"}
    crowded, _ = scene.node("a", allocatable=room), scene.node("b", allocatable=room)
    scene.daemonset(container=requests(cpu="500m"), updateStrategy=by_one())
    scene.settled(a="Ready", b="Ready")
    scene.pod("tenant", node=crowded, container=requests(cpu="400m"))
    scene.change_template(resources={"requests": {"cpu": "700m"}})
    item = scene.comes_to(a=("Pending", "InsufficientCPU", "PreemptionCannotHelp"), b="Ready")
    assert item["nodes"]["a"]["outdated"] is False
    assert f"where {scene.name}/tenant holds 400m" in messages(item["nodes"]["a"])
    assert scene.verdict().startswith("Stuck: 1 pending (InsufficientCPU)")

    # Back to what fitted: the waiting pod is of an older revision now and not available, so it is replaced.
    scene.change_template(resources={"requests": {"cpu": "500m"}})
    scene.settled(outdated=0, a="Ready", b="Ready")


def by_one() -> dict[str, object]:
    return {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}


# --- host ports ------------------------------------------------------------------------------------


def test_a_host_port_that_a_plain_pod_or_another_daemonset_holds(scene: Scene):
    taken, served, _ = scene.nodes("a", "b", "c")
    scene.pod("squatter", node=taken, container=host_port(9100))
    scene.daemonset(
        name="exporter", container=host_port(9100), pod={"nodeSelector": {"kubernetes.io/hostname": served}}
    )
    scene.comes_to("exporter", a="Excluded", b="Ready", c="Excluded")
    scene.daemonset(container=host_port(9100))
    refused = ("Pending", "HostPortConflict", "PreemptionCannotHelp")
    item = scene.settled(a=refused, b=refused, c="Ready")
    assert f"9100/TCP is held by the pod {scene.name}/squatter; move one" in messages(item["nodes"]["a"])
    holder = scene.pod_on(served, "exporter")["metadata"]["name"]
    assert f"held by the pod {scene.name}/{holder} of the DaemonSet exporter" in messages(item["nodes"]["b"])
    assert "didn't have free ports" in scene.scheduler_says(taken)
    assert scene.verdict() == "Stuck: 2 pending (HostPortConflict)"
    waiting = [cause for cause in item["causes"] if cause["state"] == "Pending"]
    assert len(waiting) == 2, "a DaemonSet in the way is another cause than a pod of nobody's"

    scene.server.delete("Pod", "squatter", scene.name)
    scene.server.delete("DaemonSet", "exporter", scene.name)
    scene.settled(a="Ready", b="Ready", c="Ready")


def test_host_ports_conflict_by_protocol_and_address(scene: Scene):
    node = scene.node("a")
    ports = [
        {"containerPort": 80, "hostPort": 80, "hostIP": "127.0.0.1"},
        {"containerPort": 53, "hostPort": 53, "protocol": "UDP"},
    ]
    scene.pod("local", node=node, container={"ports": ports})
    elsewhere = [
        {"containerPort": 80, "hostPort": 80, "hostIP": "127.0.0.2"},
        {"containerPort": 53, "hostPort": 53, "protocol": "TCP"},
    ]
    scene.daemonset(name="elsewhere", container={"ports": elsewhere})
    scene.daemonset(name="everywhere", container=host_port(80))
    resolver = {"ports": [{"containerPort": 53, "protocol": "UDP"}]}
    scene.daemonset(name="resolver", container=resolver, pod={"hostNetwork": True})
    scene.settled("elsewhere", a="Ready")
    refused = ("Pending", "HostPortConflict", "PreemptionCannotHelp")
    assert "80/TCP is held" in messages(scene.settled("everywhere", a=refused)["nodes"]["a"])
    assert "53/UDP is held" in messages(scene.settled("resolver", a=refused)["nodes"]["a"])


# --- priorities ------------------------------------------------------------------------------------


def priority(scene: Scene, short: str, value: int, **more: str) -> str:
    name = f"{scene.name}-{short}"
    scene.add({"kind": "PriorityClass", "metadata": {"name": name}, "value": value, **more})
    return name


def test_a_priority_too_low_to_preempt_and_which_one_would_do(scene: Scene):
    node = scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    low, middle = priority(scene, "low", 10), priority(scene, "middle", 100)
    scene.pod("tenant", node=node, container=requests(cpu="800m"), priorityClassName=middle)
    scene.daemonset(container=requests(cpu="500m"), pod={"priorityClassName": low})
    item = scene.settled(a=("Pending", "InsufficientCPU", "PreemptionCannotHelp"))
    said = messages(item["nodes"]["a"])
    assert f"With its priority of 10 ({low}) the pod may evict nothing that would make it fit" in said
    assert "a priority class of 101 or more helps" in said
    assert "No preemption victims found" in scene.scheduler_says(node)
    assert scene.server.get("Pod", "tenant", scene.name)["metadata"].get("deletionTimestamp") is None

    # And so it is: 101 evicts it.
    high = priority(scene, "high", 101)
    scene.daemonset(name="second", container=requests(cpu="500m"), pod={"priorityClassName": high})
    scene.settled("second", a="Ready")
    until(lambda: all(pod["metadata"]["name"] != "tenant" for pod in scene.pods()), "the tenant is evicted")


def test_a_priority_class_that_never_preempts(scene: Scene):
    node = scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    polite = priority(scene, "polite", 1000, preemptionPolicy="Never")
    scene.pod("tenant", node=node, container=requests(cpu="800m"))
    scene.daemonset(container=requests(cpu="500m"), pod={"priorityClassName": polite})
    item = scene.settled(a=("Pending", "InsufficientCPU", "PreemptionCannotHelp"))
    assert f"priority class ({polite}) says preemptionPolicy Never" in messages(item["nodes"]["a"])
    assert item["nodes"]["a"]["outlook"] == "stuck"


def test_a_preemption_under_way(scene: Scene):
    node = scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    high = priority(scene, "high", 1000)
    scene.pod(
        "victim",
        node=node,
        container=requests(cpu="800m"),
        annotations={"sim.kubectl-ds/phase": "stuck-terminating"},
        terminationGracePeriodSeconds=60,
    )
    scene.daemonset(container=requests(cpu="500m"), pod={"priorityClassName": high})
    until(
        lambda: [pod["status"].get("nominatedNodeName") for pod in scene.pods_of("agent")] == [node],
        "the node is nominated",
    )
    item = scene.settled(a=("Pending", "InsufficientCPU"))
    assert item["nodes"]["a"]["outlook"] == "heals"
    assert "the scheduler is evicting pods of lower priority for it" in messages(item["nodes"]["a"])
    assert scene.verdict() == "Progressing: 1 pending (InsufficientCPU)"
    scene.server.delete("Pod", "victim", scene.name, gracePeriodSeconds=0)
    scene.settled(a="Ready")


def test_a_daemon_pod_that_is_itself_the_victim(scene: Scene):
    node = scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    scene.daemonset(container=requests(cpu="500m"))
    scene.settled(a="Ready")
    high = priority(scene, "high", 1000)
    ask = {"nodeName": None, "nodeSelector": {"kubernetes.io/hostname": node}, "priorityClassName": high}
    scene.pod("important", node=node, container=requests(cpu="800m"), **ask)
    item = scene.settled(a=("Pending", "InsufficientCPU", "PreemptionCannotHelp"))
    assert f"where {scene.name}/important holds 800m" in messages(item["nodes"]["a"])
    assert "a priority class of 1001 or more helps" in messages(item["nodes"]["a"])
