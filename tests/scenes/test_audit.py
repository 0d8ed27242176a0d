"""Rules of the audit that rest on what the scheduler, admission and the controller do: told, seen, and mended."""

from typing import Any

from tests.scenes.scene import Object, Scene, host_port, requests
from tests.waiting import until


def found(scene: Scene, rule: str) -> list[Object]:
    """What this rule alone tells of the scene's DaemonSets."""
    document = scene.say("audit", "--select", rule, "--fail-on", "none")
    assert document["incomplete"] == []
    findings: list[Object] = document["findings"]
    return findings


def mend(scene: Scene, finding: Object) -> None:
    """Apply the ready patch, which is a merge patch."""
    assert finding["patch"]["type"] == "merge"
    body: dict[str, Any] = finding["patch"]["body"]
    scene.server.merge("DaemonSet", finding["name"], scene.name, **body)


def test_a_surge_across_a_host_port_halts_until_the_ready_patch_is_applied(scene: Scene):
    scene.nodes("a", "b")
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    scene.daemonset(container=host_port(9104), updateStrategy=surge)
    scene.settled(a="Ready", b="Ready")
    (told,) = found(scene, "DS027")
    assert "which holds port 9104/TCP" in told["message"]
    scene.change_template(image="registry.example/agent:2")
    until(lambda: "HostPortConflict" in scene.verdict(), "the surge halts, as was told")
    mend(scene, told)
    assert found(scene, "DS027") == []
    scene.settled(a="Ready", b="Ready", outdated=0)


def test_an_update_that_would_take_all_down_is_told_until_the_ready_patch_is_applied(scene: Scene):
    names = scene.nodes("a", "b", "c")
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%"}}
    scene.daemonset(updateStrategy=strategy)
    scene.settled(a="Ready", b="Ready", c="Ready")
    (told,) = found(scene, "DS026")
    assert f"all {len(names)} nodes" in told["message"]
    mend(scene, told)
    assert found(scene, "DS026") == []


def test_requests_and_limits_that_a_limit_range_gives_are_counted(scene: Scene):
    (node,) = scene.nodes("a")
    scene.daemonset()
    scene.settled(a="Ready")
    assert len(found(scene, "DS018")) == len(found(scene, "DS019")) == 1
    limits = {"type": "Container", "default": {"cpu": "20m", "memory": "16Mi"}}
    metadata = {"name": "defaults", "namespace": scene.name}
    scene.add({"kind": "LimitRange", "metadata": metadata, "spec": {"limits": [limits]}})
    assert found(scene, "DS018") == found(scene, "DS019") == []
    scene.change_template(image="registry.example/agent:2")
    scene.settled(a="Ready", outdated=0)
    (container,) = scene.pod_on(node)["spec"]["containers"]
    assert container["resources"] == {"limits": limits["default"], "requests": limits["default"]}


def test_a_pod_that_is_told_not_to_fit_stays_pending(scene: Scene):
    scene.node("large", allocatable={"cpu": "4", "memory": "8Gi", "pods": "110"})
    small = scene.node("small", allocatable={"cpu": "900m", "memory": "8Gi", "pods": "110"})
    name = f"{scene.name}-first"
    scene.add({"kind": "PriorityClass", "metadata": {"name": name}, "value": 1000})
    scene.daemonset(name="first", container=requests(cpu="500m"), pod={"priorityClassName": name})
    scene.daemonset(name="second", container=requests(cpu="401m"))
    scene.settled("first", large="Ready", small="Ready")
    scene.comes_to("second", large="Ready", small=("Pending", "InsufficientCPU", "PreemptionCannotHelp"))
    (told,) = found(scene, "DS023")
    assert (told["name"], told["nodes"]) == ("second", [small])
    assert (
        "900m cpu allocatable, of which DaemonSets of its own or a higher priority request 500m cpu"
        in (told["message"])
    )
