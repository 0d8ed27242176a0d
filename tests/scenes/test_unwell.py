"""Pods that are bound and not well: what their kubelet says of them, in states, conditions and events."""

from tests.scenes.scene import Scene, codes, messages
from tests.waiting import until

PHASE = "sim.kubectl-ds/phase"


def test_every_way_of_being_unwell_has_its_reason_and_its_way_out(scene: Scene):
    phases = {
        "a": "crash",
        "b": "oom",
        "c": "imagepull",
        "d": "config-error",
        "e": "init-crash",
        "f": "notready",
        "g": "running",
    }
    names = dict(zip(phases, scene.nodes(*phases), strict=True))
    played = ",".join(f"{phase}@{names[short]}" for short, phase in phases.items())
    setup = {"name": "setup", "image": "registry.example/setup:1"}
    scene.daemonset(annotations={PHASE: played}, pod={"initContainers": [setup]})
    item = scene.settled(
        a=("NotReady", "CrashLoopBackOff"),
        b=("NotReady", "CrashLoopBackOff"),
        c=("NotReady", "ImagePullBackOff"),
        d=("NotReady", "CreateContainerConfigError"),
        e=("NotReady", "CrashLoopBackOff"),
        f=("NotReady", "ReadinessProbeFailing"),
        g="Ready",
    )
    said = {short: messages(node) for short, node in item["nodes"].items()}
    crashed = scene.pod_on(names["a"])["metadata"]["name"]
    assert f"kubectl logs -n {scene.name} {crashed} -c main --previous" in said["a"]
    assert "it needs more memory than its limit, or leaks" in said["b"]
    assert "correct the image's name or the pull secret" in said["c"]
    assert "create the ConfigMap, Secret or key" in said["d"]
    assert "The init container setup of" in said["e"]
    assert "its readiness probe has not passed" in said["f"]
    assert {short for short, node in item["nodes"].items() if node.get("outlook") == "stuck"} == set("abcde")
    assert scene.status()["numberReady"] == 1
    # The cluster may hold nodes that are not the scene's: they are Excluded.
    unwell = [cause for cause in item["causes"] if cause["state"] == "NotReady"]
    assert len(unwell) == 6, "one for each: the same code with another end is another cause"
    described = scene.described()
    assert "Unwell Pods:" in described
    assert crashed in described


def test_a_readiness_gate_that_nobody_opens(scene: Scene):
    node = scene.node("a")
    scene.daemonset(pod={"readinessGates": [{"conditionType": "example.com/attached"}]})
    item = scene.settled(a=("NotReady", "ReadinessGatesNotReady"))
    assert "example.com/attached" in messages(item["nodes"]["a"])
    pod = scene.pod_on(node)["metadata"]["name"]
    opened = {"conditions": [{"type": "example.com/attached", "status": "True"}]}
    scene.server.report("Pod", pod, scene.name, opened)
    scene.settled(a="Ready")


def test_what_the_kubelet_says_in_events_only(scene: Scene):
    node = scene.node("a")
    scene.daemonset(annotations={PHASE: "pending"})
    scene.comes_to(a=("NotReady", "ContainerCreating"))
    pod = scene.pod_on(node)["metadata"]
    about = {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": pod["name"],
        "namespace": scene.name,
        "uid": pod["uid"],
    }
    scene.server.create(
        {
            "kind": "Event",
            "metadata": {"name": f"{pod['name']}.mount", "namespace": scene.name},
            "involvedObject": about,
            "reason": "FailedMount",
            "message": 'MountVolume.SetUp failed for volume "certs": secret "agent-tls" not found',
            "type": "Warning",
            "source": {"component": "kubelet", "host": node},
        }
    )
    item = scene.settled(a=("NotReady", "FailedMount", "ContainerCreating"))
    assert 'secret "agent-tls" not found' in messages(item["nodes"]["a"])


def test_a_pod_that_recovers_is_ready_again(scene: Scene):
    node = scene.node("a")
    scene.daemonset(annotations={PHASE: "crash"})
    scene.settled(a=("NotReady", "CrashLoopBackOff"))
    pod = scene.pod_on(node)["metadata"]["name"]
    scene.server.merge("Pod", pod, scene.name, metadata={"annotations": {PHASE: None}})
    scene.settled(a="Ready")
    assert scene.verdict() == "Healthy"


def test_two_containers_of_which_one_is_unwell(scene: Scene):
    """The simulator plays one part for all containers of a pod, so that here both are."""
    node = scene.node("a")
    main = {"name": "main", "image": "registry.example/agent:1"}
    scene.daemonset(annotations={PHASE: "imagepull"})
    scene.change(template={"spec": {"containers": [main, {**main, "name": "exporter"}]}})
    until(
        lambda: (
            len(scene.pods()) == 1 and len(scene.pod_on(node)["status"].get("containerStatuses", [])) == 2
        ),
        "the pod has two containers",
    )
    said = scene.node_says("a")
    assert codes(said) == ["ImagePullBackOff", "ImagePullBackOff"]
    assert "The container main of" in messages(said)
    assert "The container exporter of" in messages(said)
