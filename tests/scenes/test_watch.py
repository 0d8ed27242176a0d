"""The program watches while nodes and pods come and go: what it ends with is what a fresh read finds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.commands.screens import Running
from tests.scenes.relay import Relay, relayed
from tests.scenes.scene import Scene, kubectl_ds
from tests.waiting import until

States = dict[tuple[str, str], tuple[object, ...]]


def said(node: dict[str, Any]) -> tuple[object, ...]:
    codes = tuple(reason["code"] for reason in node["reasons"])
    return node["state"], node["duplicate"], node["outdated"], codes


def states_of(report: dict[str, Any]) -> States:
    return {(item["name"], node["node"]): said(node) for item in report["items"] for node in item["nodes"]}


def followed(text: str) -> States:
    """What the documents of a watch add up to."""
    states: States = {}
    for line in text.splitlines(keepends=True):
        if not line.endswith("\n"):
            break
        document = json.loads(line)
        if document["kind"] == "CoverageReport":
            states = states_of(document)
        elif document["after"] is None:
            states.pop((document["name"], document["node"]))
        else:
            states[document["name"], document["node"]] = said(document["after"])
    return states


def fresh(scene: Scene) -> States:
    outcome = kubectl_ds(scene.control_plane, "coverage", "-n", scene.name, "-o", "json")
    return states_of(json.loads(outcome.out))


def watching(scene: Scene, *words: str) -> Running:
    words = ("coverage", "-n", scene.name, *words)
    return Running(scene.control_plane.connection, *words, KUBERC="off")


@contextmanager
def relay_to(scene: Scene) -> Iterator[Relay]:
    address = urlsplit(scene.control_plane.url)
    if address.hostname != "127.0.0.1" or address.port is None:
        pytest.skip("this needs a control plane on loopback")
    with relayed(address.port) as relay:
        yield relay


def test_what_was_followed_is_what_is_there_in_the_end(scene: Scene):
    a, b = scene.nodes("a", "b")
    scene.daemonset()
    with watching(scene, "--watch", "-o", "json") as running:
        until(lambda: followed(running.out.getvalue()), "the first report")
        scene.settled(a="Ready", b="Ready")
        scene.node("c")
        scene.settled(a="Ready", b="Ready", c="Ready")
        scene.server.delete("Pod", scene.pod_on(a)["metadata"]["name"], scene.name)
        scene.server.merge("Node", b, spec={"taints": [{"key": "example.com/out", "effect": "NoExecute"}]})
        scene.settled(a="Ready", b="Excluded", c="Ready")
        scene.server.delete("Node", a)
        scene.node("d")
        scene.settled(b="Excluded", c="Ready", d="Ready")
        scene.server.merge("Node", b, spec={"taints": None})
        scene.settled(b="Ready", c="Ready", d="Ready")
        until(
            lambda: followed(running.out.getvalue()) == fresh(scene),
            f"the changes of the watch add up to what is there: {running.err.getvalue()}",
        )
        states = followed(running.out.getvalue())
    ours = {node: one[0] for (_, node), one in states.items() if node.startswith(scene.name)}
    assert ours == {f"{scene.name}-{short}": "Ready" for short in "bcd"}
    assert running.err.getvalue() == ""


def test_what_happens_while_the_connection_is_cut_is_seen_once_it_is_mended(scene: Scene):
    a, b = scene.nodes("a", "b")
    scene.daemonset()
    scene.settled(a="Ready", b="Ready")
    with relay_to(scene) as relay:
        way = ("--server", f"https://127.0.0.1:{relay.port}")
        with watching(scene, "--watch", "-o", "json", *way) as running:
            until(lambda: followed(running.out.getvalue()), "the first report")
            relay.cut()
            until(lambda: "no longer followed" in running.err.getvalue(), "the cut is said")
            scene.server.delete("Node", a)
            scene.server.delete("Pod", scene.pod_on(b)["metadata"]["name"], scene.name)
            scene.node("c")
            scene.settled(b="Ready", c="Ready")
            relay.mend()
            until(lambda: followed(running.out.getvalue()) == fresh(scene), "the last state")
            until(lambda: "followed again" in running.err.getvalue(), "the mending is said")


def test_waiting_ends_when_the_last_node_has_its_pod(scene: Scene):
    scene.nodes("a", "b")
    scene.daemonset(pod={"schedulingGates": [{"name": "example.com/wait"}]})
    scene.settled(a="Pending", b="Pending")
    with watching(scene, "--wait", "--timeout", "120s") as running:
        for pod in scene.pods():
            assert running.code is None
            scene.server.merge("Pod", pod["metadata"]["name"], scene.name, spec={"schedulingGates": []})
        until(lambda: running.code is not None, "the wait is over")
        assert running.code == 0
        assert "2 ready" in running.out.getvalue()
