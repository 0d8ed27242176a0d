"""Rules of the audit that rest on affinity, taints, ports and selectors: told, seen on real controllers, and mended."""

from tests.scenes.scene import Object, Scene, host_port
from tests.scenes.test_audit import found, mend
from tests.waiting import until

TAINT = {"key": "example.com/maintenance", "effect": "NoExecute"}


def test_a_taint_that_is_tolerated_for_a_while_evicts_the_pod_again_and_again(scene: Scene):
    node = scene.node("a", taints=[TAINT])
    scene.daemonset(pod={"tolerations": [{**TAINT, "operator": "Exists", "tolerationSeconds": 1}]})
    seen: set[str] = set()

    def made_again() -> bool:
        seen.update(pod["metadata"]["uid"] for pod in scene.pods())
        return len(seen) > 2

    until(made_again, "the pod is evicted and made again, twice")
    (told,) = found(scene, "DS030")
    assert (told["subject"], told["nodes"]) == ("present taints", [node])
    assert "after 1 second" in told["message"]
    mend(scene, told)
    assert found(scene, "DS030") == []
    scene.settled(a="Ready", outdated=0)


def test_a_nodename_in_the_template_is_told_until_a_scheduler_binds_the_pod_to_the_same_node(scene: Scene):
    node, _ = scene.nodes("a", "b")
    scene.daemonset(pod={"nodeName": node})
    scene.settled(a="Ready", b="Excluded")
    (told,) = found(scene, "DS013")
    assert told["nodes"] == [node]
    mend(scene, told)
    assert found(scene, "DS013") == []
    scene.settled(a="Ready", b="Excluded", outdated=0)
    assert "nodeName" not in scene.server.get("DaemonSet", "agent", scene.name)["spec"]["template"]["spec"]


def test_a_term_that_the_server_takes_and_no_node_can_match_is_told(scene: Scene):
    scene.node("a", labels={"generation": "6"})
    term = {"matchExpressions": [{"key": "generation", "operator": "Gt", "values": ["v5"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    scene.daemonset(pod={"affinity": {"nodeAffinity": required}})
    scene.settled(a="Excluded")
    (told,) = found(scene, "DS010")
    assert 'nodeSelectorTerms[0].matchExpressions[0].values[0]: Invalid value: "v5"' in told["message"]


def test_of_two_daemonsets_for_one_host_port_one_waits(scene: Scene):
    node = scene.node("a")
    scene.daemonset(name="first", container=host_port(9104))
    scene.settled("first", a="Ready")
    scene.daemonset(name="second", container=host_port(9104))
    scene.comes_to("second", a=("Pending", "HostPortConflict", "PreemptionCannotHelp"))
    (told,) = found(scene, "DS021")
    assert told["nodes"] == [node]
    assert {told["name"], told["subject"]} in (
        {"first", f"ds {scene.name}/second"},
        {"second", f"ds {scene.name}/first"},
    )
    assert "waits for it on 1 node." in told["message"]


def test_a_pod_without_an_owner_is_taken_over_by_whose_selector_is_too_wide(scene: Scene):
    scene.node("a")
    wide = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["narrow", "wide"]}]}
    scene.daemonset(name="narrow")
    owner = scene.daemonset(name="wide", selector=wide)["metadata"]["uid"]
    scene.settled("narrow", a="Ready")
    scene.settled("wide", a="Ready")
    (told,) = found(scene, "DS022")
    assert (told["name"], told["subject"]) == ("wide", "ds narrow")
    scene.server.delete("DaemonSet", "narrow", scene.name, propagationPolicy="Orphan")

    def owners() -> set[str]:
        return {
            one["uid"]
            for pod in scene.pods()
            for one in pod["metadata"].get("ownerReferences", [{"uid": ""}])
        }

    until(lambda: owners() == {owner}, "every pod belongs to the other DaemonSet")


def test_required_nodes_are_left_out_until_the_taint_is_tolerated(scene: Scene):
    tainted = scene.node("a", taints=[{"key": "example.com/gpu", "value": "yes", "effect": "NoSchedule"}])
    scene.node("b")
    scene.daemonset()
    scene.settled(a="Excluded", b="Ready")

    def left_out() -> list[Object]:
        words = (
            "--select",
            "DS034",
            "--fail-on",
            "none",
            "--require",
            f"{scene.name}/agent:scene={scene.name}",
        )
        findings: list[Object] = scene.say("audit", *words)["findings"]
        return findings

    (told,) = left_out()
    assert told["nodes"] == [tainted]
    assert f"1 by a taint that it does not tolerate ({tainted})" in told["message"]
    mend(scene, told)
    scene.settled(a="Ready", b="Ready", outdated=0)
    assert left_out() == []
