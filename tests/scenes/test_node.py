"""`node` and `node --wait` on a real server, while nodes and pods come and go."""

import json
import threading
from typing import Any

import pytest

from tests.scenes.scene import Outcome, Scene, kubectl_ds
from tests.waiting import until


def ask(scene: Scene, *words: str) -> Outcome:
    return kubectl_ds(scene.control_plane, "node", *words, "-n", scene.name, "-o", "json")


def told(outcome: Outcome) -> dict[str, Any]:
    (item,) = json.loads(outcome.out)["items"]
    return item


class Waiting:
    """The command at work in another thread."""

    def __init__(self, scene: Scene, *words: str) -> None:
        self._outcome: list[Outcome] = []
        self._thread = threading.Thread(
            target=lambda: self._outcome.append(ask(scene, *words, "--wait")), daemon=True
        )
        self._thread.start()

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def outcome(self) -> Outcome:
        self._thread.join(120)
        assert self._outcome, "it still waits"
        return self._outcome[0]


def test_a_node_that_does_not_exist_yet_is_waited_for_until_its_pods_are_ready(scene: Scene):
    scene.daemonset(annotations={"sim.kubectl-ds/ready-delay": "1s"})
    name = f"{scene.name}-a"
    waiting = Waiting(scene, name)
    assert not waiting.ended
    scene.node("a")
    outcome = waiting.outcome()
    assert outcome.code == 0
    item = told(outcome)
    assert (item["covered"], item["summary"]["ready"]) == (True, 1)
    assert ask(scene, name).code == 0


def test_when_time_is_up_it_says_what_still_lacks(scene: Scene):
    name = scene.node("a")
    scene.daemonset(annotations={"sim.kubectl-ds/phase": "crash"})
    until(lambda: scene.node_says("a")["state"] == "NotReady", "the pod crashes")
    outcome = ask(scene, name, "--wait", "--timeout", "2s")
    assert outcome.code == 1
    (agent,) = told(outcome)["daemonSets"]
    assert [reason["code"] for reason in agent["reasons"]] == ["CrashLoopBackOff"]


def test_a_node_that_never_comes_is_named_when_time_is_up(scene: Scene):
    scene.daemonset()
    outcome = ask(scene, f"{scene.name}-never", "--wait", "--timeout", "1s")
    assert outcome.code == 1
    assert json.loads(outcome.out)["absent"] == [f"{scene.name}-never"]


def test_what_is_required_alone_is_waited_for(scene: Scene):
    name = scene.node("a")
    scene.daemonset()
    scene.daemonset(name="slow", annotations={"sim.kubectl-ds/phase": "notready"})
    outcome = ask(scene, name, "--wait", "--timeout", "60s", "--require", f"{scene.name}/agent")
    assert outcome.code == 0
    assert ask(scene, name, "--exit-code").code == 1


def test_a_daemonset_that_is_deleted_meanwhile_is_waited_for_no_longer(scene: Scene):
    name = scene.node("a")
    scene.daemonset()
    scene.daemonset(name="broken", annotations={"sim.kubectl-ds/phase": "crash"})
    scene.settled(a="Ready")
    waiting = Waiting(scene, name)
    scene.server.delete("DaemonSet", "broken", scene.name)
    outcome = waiting.outcome()
    assert outcome.code == 0
    assert [one["name"] for one in told(outcome)["daemonSets"] if one["required"]] == ["agent"]


def test_a_workload_that_started_before_the_daemon_was_ready_is_exposed(scene: Scene):
    name = scene.node("a")
    scene.daemonset(annotations={"sim.kubectl-ds/ready-delay": "4s"})
    until(lambda: scene.pods(), "the daemon's pod is made")
    scene.pod("web", node=name)
    until(
        lambda: scene.server.get("Pod", "web", scene.name)["status"].get("phase") == "Running",
        "the workload runs",
    )
    scene.settled(a="Ready")
    item = told(ask(scene, name))
    exposed = {one["name"]: one["without"] for one in item["exposed"]}
    assert set(exposed) == {"web"}
    assert exposed["web"][0]["until"] is not None


@pytest.mark.parametrize("words", [(), ("--timeout", "5s")], ids=["without --wait", "a timeout for nothing"])
def test_a_node_that_is_not_there_is_no_answer(scene: Scene, words: tuple[str, ...]):
    assert ask(scene, f"{scene.name}-never", *words).code == (2 if words else 3)
