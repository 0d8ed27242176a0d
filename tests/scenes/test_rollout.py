"""`rollout` on a real controller: the arithmetic against what it does, and `--watch` until it is done."""

import io
import json
import threading
from typing import Any

import pytest

from tests.controlplane.kubectl import kubectl
from tests.scenes.scene import Outcome, Scene, kubectl_ds
from tests.waiting import until

NODES = ("a", "b", "c", "d")


def ask(scene: Scene, *words: str) -> Outcome:
    return kubectl_ds(scene.control_plane, "rollout", "agent", *words, "-n", scene.name)


def told(scene: Scene) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ask(scene, "-o", "json").out)
    return document


def steps(scene: Scene) -> dict[str, str]:
    return {node["node"].removeprefix(f"{scene.name}-"): node["step"] for node in told(scene)["nodes"]}


def rolling(**budget: Any) -> dict[str, Any]:
    return {"type": "RollingUpdate", "rollingUpdate": budget}


def running(scene: Scene, strategy: dict[str, Any]) -> None:
    """An agent on every node, done."""
    scene.nodes(*NODES)
    scene.daemonset(updateStrategy=strategy)
    scene.settled(**dict.fromkeys(NODES, "Ready"))


class Following:
    """`rollout --watch` in another thread."""

    def __init__(self, scene: Scene, *words: str) -> None:
        self._outcomes: list[Outcome] = []
        self._out = io.StringIO()
        words = ("rollout", "agent", "--watch", *words, "-n", scene.name)
        self._thread = threading.Thread(
            target=lambda: self._outcomes.append(kubectl_ds(scene.control_plane, *words, out=self._out)),
            daemon=True,
        )
        self._thread.start()

    def has_begun(self) -> "Following":
        until(self._out.getvalue, "it has written something")
        return self

    def outcome(self) -> Outcome:
        self._thread.join(150)
        assert self._outcomes, "it still follows"
        return self._outcomes[0]


@pytest.mark.parametrize(
    "strategy",
    [
        pytest.param(rolling(maxUnavailable=2), id="two at a time"),
        pytest.param(rolling(maxUnavailable=0, maxSurge="50%"), id="two beside the old ones"),
    ],
)
def test_it_is_followed_until_it_is_done_and_the_waves_come_as_counted(
    scene: Scene, strategy: dict[str, Any]
):
    running(scene, strategy)
    scene.change_template(annotations={"sim.kubectl-ds/ready-delay": "5s"}, image="registry.example/agent:2")
    following = Following(scene, "-o", "json")
    outcome = following.outcome()
    assert outcome.code == 0
    documents = [json.loads(line) for line in outcome.out.splitlines()]
    assert documents[-1]["verdict"] == "Done"
    counted = [one["waves"] for one in documents if one["verdict"] == "Progressing"]
    assert max(counted) == 2
    assert counted == sorted(counted, reverse=True)
    status = kubectl(scene.control_plane, "rollout", "status", "ds/agent", "-n", scene.name)
    assert "successfully rolled out" in status.stdout


def test_off_a_terminal_each_change_is_a_line_and_the_last_one_says_that_it_is_done(scene: Scene):
    running(scene, rolling(maxUnavailable=1))
    scene.change_template(annotations={"sim.kubectl-ds/phase": "notready"}, image="registry.example/agent:2")
    until(lambda: told(scene)["summary"]["done"] < 4, "it is held on its first node")
    following = Following(scene).has_begun()
    scene.change_template(annotations={"sim.kubectl-ds/phase": None}, image="registry.example/agent:3")
    lines = following.outcome().out.splitlines()
    assert lines[-1].endswith("revision 3: done on all of its 4 nodes")
    for short in NODES:
        of_node = [line for line in lines if f" {scene.name}-{short}: " in line]
        assert of_node[-1].endswith("-> new pod, available")


def test_one_bad_node_holds_it_up_and_is_named(scene: Scene):
    running(scene, rolling(maxUnavailable=1))
    bad = f"{scene.name}-b"
    scene.change_template(
        annotations={"sim.kubectl-ds/phase": f"imagepull@{bad}"}, image="registry.example/agent:2"
    )
    until(lambda: told(scene)["verdict"] == "WillNotFinish", f"it stands still: {told(scene)}")
    report = told(scene)
    assert report["budget"] == {
        "kind": "maxUnavailable",
        "setting": 1,
        "limit": 1,
        "used": 1,
        "stuck": 1,
        "left": 0,
    }
    # The controller takes nodes in no order: none is left where the bad one came last.
    assert report["waves"] in (None, 0)
    (stuck,) = [node for node in report["nodes"] if node["outlook"] == "stuck"]
    assert (stuck["node"], stuck["reasons"][0]["code"]) == (bad, "ImagePullBackOff")
    assert f"will not finish unless {bad} is mended" in report["message"]
    outcome = ask(scene, "--watch", "--timeout", "1s")
    assert outcome.code == 1

    scene.change_template(annotations={"sim.kubectl-ds/phase": None}, image="registry.example/agent:3")
    assert Following(scene).outcome().code == 0


def test_on_delete_waits_for_somebody_and_says_on_which_nodes(scene: Scene):
    running(scene, {"type": "OnDelete"})
    scene.change_template(image="registry.example/agent:2")
    until(lambda: told(scene)["verdict"] == "OnDelete", "the controller has made the revision")
    assert set(steps(scene).values()) == {"Old"}
    for pod in scene.pods()[:2]:
        scene.server.delete("Pod", pod["metadata"]["name"], scene.name)
    until(lambda: sorted(steps(scene).values()) == ["Done", "Done", "Old", "Old"], "two have been replaced")
    assert told(scene)["summary"] == {"eligible": 4, "done": 2, "old": 2}


def test_a_rollback_is_followed_like_any_other(scene: Scene):
    running(scene, rolling(maxUnavailable="100%"))
    scene.change_template(image="registry.example/agent:2")
    assert Following(scene).outcome().code == 0
    kubectl(scene.control_plane, "rollout", "undo", "ds/agent", "-n", scene.name)
    outcome = Following(scene).outcome()
    assert outcome.code == 0
    assert "revision 3: done on all of its 4 nodes" in outcome.out


def test_a_daemonset_that_goes_while_it_is_followed_ends_it(scene: Scene):
    running(scene, rolling(maxUnavailable=1))
    scene.change_template(annotations={"sim.kubectl-ds/phase": "notready"}, image="registry.example/agent:2")
    following = Following(scene)
    until(lambda: told(scene)["summary"]["done"] < 4, "it has begun")
    scene.server.delete("DaemonSet", "agent", scene.name)
    outcome = following.outcome()
    assert outcome.code == 3
    assert '"agent" not found' in outcome.err
