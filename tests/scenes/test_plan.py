"""A plan against what the controller and the scheduler then do, when the same change is really made."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kubectl_ds.cli import main
from kubectl_ds.environment import Environment
from tests.controlplane.kubectl import kubectl
from tests.scenes.scene import Scene
from tests.waiting import until


def planned(scene: Scene, *words: str, stdin: str = "") -> dict[str, Any]:
    """The one item of the plan that is about the scene's agent."""
    out, err = io.StringIO(), io.StringIO()
    environment = Environment(variables={"KUBERC": "off"}, stdin=io.StringIO(stdin), stdout=out, stderr=err)
    code = main(
        ["plan", *words, "-n", scene.name, "-o", "json", *scene.control_plane.connection], environment
    )
    assert int(code) == 0, err.getvalue()
    items = [one for one in json.loads(out.getvalue())["items"] if one["namespace"] == scene.name]
    (item,) = items
    return item


def nodes(scene: Scene, rows: list[dict[str, Any]], **fields: str) -> list[str]:
    chosen = [one for one in rows if all(one[key] == value for key, value in fields.items())]
    return [one["node"].removeprefix(f"{scene.name}-") for one in chosen]


def agent(scene: Scene, **pod: Any) -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": "agent"}},
        "spec": {
            "nodeSelector": {"scene": scene.name},
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "main", "image": "registry.example/agent:1"}],
            **pod,
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "namespace": scene.name},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "template": template},
    }


def not_ready_yet(scene: Scene) -> list[str]:
    taint = "node.kubernetes.io/not-ready"
    ours = [node for node in scene.server.list("Node") if node["metadata"]["name"].startswith(scene.name)]
    return [node["metadata"]["name"] for node in ours if taint in str(node["spec"].get("taints"))]


def apply(scene: Scene, manifest: dict[str, Any]) -> None:
    kubectl(scene.control_plane, "apply", "-f", "-", stdin=json.dumps(manifest))


def test_a_new_manifest_lands_where_it_was_planned_and_what_does_not_fit_stays_pending(scene: Scene):
    scene.node("a"), scene.node("tainted", taints=[{"key": "gpu", "effect": "NoSchedule"}])
    scene.node("small", allocatable={"cpu": "100m", "memory": "1Gi", "pods": "10"})
    until(lambda: not_ready_yet(scene) == [], "new nodes are without the taint of those that are not Ready")
    container = {"name": "main", "image": "x", "resources": {"requests": {"cpu": "500m"}}}
    manifest = agent(scene, containers=[container])
    item = planned(scene, "-f", "-", stdin=json.dumps(manifest))
    assert nodes(scene, item["gained"], fit="fits") == ["a"]
    assert nodes(scene, item["gained"], fit="pending") == ["small"]
    assert item["eligibleAfter"] == 2
    apply(scene, manifest)
    scene.settled(a="Ready", small="Pending", tainted="Excluded")


def test_a_noschedule_and_a_noexecute_taint_and_a_label_do_what_was_planned(scene: Scene):
    names = {short: scene.node(short) for short in ("a", "b", "c", "d")}
    scene.daemonset()
    scene.settled(a="Ready", b="Ready", c="Ready", d="Ready")
    item = planned(
        scene,
        *("--taint", f"{names['a']}:busy=yes:NoSchedule", "--taint", f"{names['b']}:gone=yes:NoExecute"),
        *("--label", f"{names['c']}:scene-", "--drain", names["d"]),
    )
    assert nodes(scene, item["lost"], loss="left") == ["a"]
    assert nodes(scene, item["lost"], loss="evicted") == ["b", "c"]
    assert item["eligibleAfter"] == 1
    kubectl(scene.control_plane, "taint", "node", names["a"], "busy=yes:NoSchedule")
    kubectl(scene.control_plane, "taint", "node", names["b"], "gone=yes:NoExecute")
    kubectl(scene.control_plane, "label", "node", names["c"], "scene-")
    kubectl(scene.control_plane, "drain", names["d"], "--ignore-daemonsets")
    until(lambda: len(scene.pods()) == 2, "two pods are left")
    scene.make_the_controller_look()
    scene.settled(a="Extra", b="Excluded", c="Excluded", d="Ready")


def test_an_image_with_larger_requests_replaces_what_fits_and_leaves_the_rest_pending(scene: Scene):
    scene.node("big"), scene.node("small", allocatable={"cpu": "300m", "memory": "1Gi", "pods": "10"})

    def with_cpu(cpu: str) -> dict[str, Any]:
        return agent(
            scene, containers=[{"name": "main", "image": "x", "resources": {"requests": {"cpu": cpu}}}]
        )

    first, second = with_cpu("200m"), with_cpu("400m")
    second["spec"]["updateStrategy"] = {"rollingUpdate": {"maxUnavailable": "100%"}}
    apply(scene, first)
    scene.settled(big="Ready", small="Ready")
    item = planned(scene, "-f", "-", stdin=json.dumps(second))
    assert nodes(scene, item["replaced"], fit="fits") == ["big"]
    assert nodes(scene, item["replaced"], fit="pending") == ["small"]
    assert (item["eligibleBefore"], item["eligibleAfter"], item["lost"]) == (2, 2, [])
    apply(scene, second)
    until(lambda: scene.node_says("small")["state"] == "Pending", "the new pod stays pending")
    scene.settled(big="Ready", small="Pending")


def test_the_same_manifest_again_is_planned_to_do_nothing(scene: Scene):
    scene.node("a")
    manifest = agent(scene)
    apply(scene, manifest)
    scene.settled(a="Ready")
    out = io.StringIO()
    environment = Environment(
        variables={"KUBERC": "off"}, stdin=io.StringIO(json.dumps(manifest)), stdout=out, stderr=io.StringIO()
    )
    code = main(["plan", "-f", "-", "--exit-code", *scene.control_plane.connection], environment)
    assert (int(code), "Nothing happens to any DaemonSet." in out.getvalue()) == (0, True), out.getvalue()


def test_a_pod_of_higher_priority_evicts_the_pods_that_were_named(scene: Scene):
    scene.add({"kind": "PriorityClass", "metadata": {"name": f"{scene.name}-high"}, "value": 1000})
    node = scene.node("a", allocatable={"cpu": "1", "memory": "1Gi", "pods": "10"})
    half = {"resources": {"requests": {"cpu": "400m"}}}
    scene.pod("first", node=node, container=half)
    started = until(lambda: scene.pod_on(node)["status"].get("startTime"), "the first runs")
    # Of equal priority the one that started later goes; start times are whole seconds.
    until(lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}" > started, "the second starts in another second")
    scene.pod("second", node=node, container=half)
    until(lambda: all(pod["status"].get("startTime") for pod in scene.pods()), "both run")
    until(lambda: not_ready_yet(scene) == [], "the node is ready")
    container = {"name": "main", "image": "x", "resources": {"requests": {"cpu": "500m"}}}
    manifest = agent(scene, containers=[container], priorityClassName=f"{scene.name}-high")
    item = planned(scene, "-f", "-", stdin=json.dumps(manifest))
    assert nodes(scene, item["gained"], fit="preempts") == ["a"]
    (victim,) = item["gained"][0]["victims"]
    apply(scene, manifest)
    scene.settled(a="Ready")
    left = {pod["metadata"]["name"] for pod in scene.pods()} & {"first", "second"}
    assert left == {"first", "second"} - {victim.partition("/")[2]}


@pytest.mark.slow
def test_a_node_that_joins_gets_what_was_planned_for_its_like(scene: Scene):
    like = scene.node("a", labels={"extra": "yes"})
    scene.daemonset()
    scene.settled(a="Ready")
    item = planned(scene, "--add-node", like)
    assert [one["node"] for one in item["gained"]] == [f"{like}-new-1"]
    scene.node("b", labels={"extra": "yes"})
    scene.settled(a="Ready", b="Ready")
