"""What takes Kubernetes or a reader's patience a minute or more. All of it is begun at once, and waited for together."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.controlplane.harness import ControlPlane
from tests.scenes.conftest import opened
from tests.scenes.scene import Scene, messages, states_of
from tests.scenes.server import Server
from tests.waiting import until

pytestmark = pytest.mark.slow

PHASE = "sim.kubectl-ds/phase"
NODE = "sim.kubectl-ds/node"
HOLD = "example.com/hold"


class Begun:
    """One scene each, with what has been done in it."""

    def __init__(self, stack: ExitStack, control_plane: ControlPlane, server: Server) -> None:
        self._stage = lambda: stack.enter_context(opened(control_plane, server))
        self.lost_pod = ""
        self.lost = self._lost_node()
        self.silent = self._silent_node()
        self.abandoned = self._pod_that_dies_on_a_silent_node()
        self.overdue = self._pod_that_does_not_end()
        self.held = self._pod_that_is_held()

    def _lost_node(self) -> Scene:
        scene = self._stage()
        _, lost = scene.nodes("a", "b")
        scene.daemonset()
        scene.settled(a="Ready", b="Ready")
        self.lost_pod = scene.pod_on(lost)["metadata"]["name"]
        scene.server.delete("Node", lost)
        item = scene.coverage()
        assert states_of(item) == {"a": "Ready"}
        assert item["orphaned"] == [{"pod": self.lost_pod, "node": lost}]
        assert (item["summary"]["orphaned"], item["summary"]["eligible"]) == (1, 1)
        return scene

    def _silent_node(self) -> Scene:
        scene = self._stage()
        silent, _ = scene.nodes("a", "b")
        scene.daemonset()
        scene.settled(a="Ready", b="Ready")
        scene.server.merge("Node", silent, metadata={"annotations": {NODE: "silent"}})
        return scene

    def _pod_that_dies_on_a_silent_node(self) -> Scene:
        scene = self._stage()
        node = scene.node("a")
        scene.daemonset(pod={"tolerations": [{"operator": "Exists"}]})
        scene.settled(a="Ready")
        scene.server.merge("Node", node, metadata={"annotations": {NODE: "silent"}})
        scene.server.delete("Pod", scene.pod_on(node)["metadata"]["name"], scene.name)
        return scene

    def _pod_that_does_not_end(self) -> Scene:
        scene = self._stage()
        node = scene.node("a")
        scene.daemonset(annotations={PHASE: "stuck-terminating"})
        scene.settled(a="Ready")
        scene.server.delete("Pod", scene.pod_on(node)["metadata"]["name"], scene.name)
        return scene

    def _pod_that_is_held(self) -> Scene:
        scene = self._stage()
        node = scene.node("a")
        scene.daemonset(annotations={PHASE: "stuck-terminating"})
        scene.settled(a="Ready")
        pod = scene.pod_on(node)["metadata"]["name"]
        scene.hold("Pod", pod, HOLD)
        scene.server.delete("Pod", pod, scene.name, gracePeriodSeconds=0)
        return scene


@pytest.fixture(scope="module")
def begun(control_plane: ControlPlane, server: Server) -> Iterator[Begun]:
    control_plane.needs_simulated_nodes()
    with ExitStack() as stack:
        yield Begun(stack, control_plane, server)


def comes_to_say(scene: Scene, words: str, outlook: str, **nodes: tuple[str, ...]) -> str:
    """Wait until the first node is told so in these words and with this outlook."""

    def says() -> str:
        node = scene.node_says("a")
        return messages(node) if words in messages(node) and node["outlook"] == outlook else ""

    said = until(says, f"{words!r} is said, {outlook}: {scene.node_says('a')}")
    scene.comes_to(**nodes)
    return said


def test_a_silent_kubelet_leaves_its_node_extra_until_it_speaks_again(begun: Begun):
    scene = begun.silent
    pod = scene.pod_on(f"{scene.name}-a")["metadata"]["uid"]
    comes_to_say(
        scene,
        "node.kubernetes.io/unreachable",
        "unknown",
        a=("Extra", "UntoleratedTaint", "ControllerLeavesPod"),
        b=("Ready",),
    )
    scene.make_the_controller_look()
    item = scene.settled(a=("Extra", "UntoleratedTaint", "ControllerLeavesPod"), b="Ready")
    assert item["summary"]["eligible"] == 1
    assert "Kubernetes removes the taint when the node recovers" in messages(item["nodes"]["a"])
    assert scene.verdict() == "Degraded: 1 extra (UntoleratedTaint)"
    scene.server.merge("Node", f"{scene.name}-a", metadata={"annotations": {NODE: None}})
    scene.settled(a="Ready", b="Ready")
    assert scene.pod_on(f"{scene.name}-a")["metadata"]["uid"] == pod


def test_a_pod_whose_end_a_silent_kubelet_does_not_confirm_is_stuck(begun: Begun):
    scene = begun.abandoned
    said = comes_to_say(
        scene,
        "kubelet is not there to confirm its end",
        "stuck",
        a=("Missing", "PodTerminating", "NodeNotReady"),
    )
    assert "--grace-period=0 --force" in said
    assert scene.verdict() == "Stuck: 1 missing (PodTerminating)"
    assert scene.status()["desiredNumberScheduled"] == 1
    # What the sentence says to do.
    pod = scene.pod_on(f"{scene.name}-a")["metadata"]
    scene.server.delete("Pod", pod["name"], scene.name, gracePeriodSeconds=0)
    scene.comes_to(a=("NotReady", "NodeNotReady"))
    scene.server.merge("Node", f"{scene.name}-a", metadata={"annotations": {NODE: None}})
    scene.settled(a="Ready")


def test_a_pod_long_past_its_grace_on_a_good_node_cannot_be_told(begun: Begun):
    said = comes_to_say(begun.overdue, "should have been gone", "unknown", a=("Missing", "PodTerminating"))
    assert "at the kubelet's log" in said
    assert begun.overdue.verdict() == "Degraded: 1 missing (PodTerminating)"


def test_a_pod_that_a_finalizer_keeps_is_stuck_once_it_is_overdue(begun: Begun):
    scene = begun.held
    said = comes_to_say(scene, f"is kept by the finalizer {HOLD}", "stuck", a=("Missing", "PodTerminating"))
    assert "whoever set it has to take it off" in said
    scene.hold("Pod", scene.pod_on(f"{scene.name}-a")["metadata"]["name"], None)
    scene.settled(a="Ready")


def test_an_orphaned_pod_goes_when_the_garbage_collector_comes(begun: Begun):
    """The controller does not look when a node goes; it counts anew when the collector takes the pod."""
    item = begun.lost.settled(a="Ready")
    assert item["orphaned"] == []
    assert begun.lost_pod not in str(begun.lost.pods())
