"""Edges of the rules about DaemonSets that get in each other's way: DS021 and DS022."""

from datetime import timedelta
from typing import Any

import pytest

from tests.audit.asked import findings
from tests.clusters import Raw, a_container, a_daemonset, a_node

NODES = [a_node("n1", labels={"role": "web"}), a_node("n2", labels={"role": "db"})]
OLDER, YOUNGER = timedelta(days=90), timedelta(days=2)


def port(number: int = 9100, **fields: Any) -> Raw:
    return {"containerPort": number, "hostPort": number, "protocol": "TCP", **fields}


def listening(name: str, *ports: Raw, age: timedelta = OLDER, kind: str = "containers", **spec: Any) -> Raw:
    containers = {
        "containers": [a_container()],
        kind: [a_container(ports=list(ports), **spec.pop("container", {}))],
    }
    return a_daemonset(name, age=age, **containers, **spec)


OLD = listening("old", port())
CLASHES: dict[str, tuple[Raw, bool]] = {
    "the same port clashes": (listening("new", port(), age=YOUNGER), True),
    "another port does not": (listening("new", port(9101), age=YOUNGER), False),
    "nor the same one by another protocol": (listening("new", port(protocol="UDP"), age=YOUNGER), False),
    "one address is part of every address": (listening("new", port(hostIP="127.0.0.1"), age=YOUNGER), True),
    "a container port alone is nobody's": (listening("new", {"containerPort": 9100}, age=YOUNGER), False),
    "unless the pod is of the host network": (
        listening("new", {"containerPort": 9100}, age=YOUNGER, hostNetwork=True),
        True,
    ),
    "a sidecar holds its ports as long as the pod lives": (
        listening("new", port(), age=YOUNGER, kind="initContainers", container={"restartPolicy": "Always"}),
        True,
    ),
    "an init container does not": (listening("new", port(), age=YOUNGER, kind="initContainers"), False),
    "one that is being deleted gives its port up": (
        a_daemonset("new", age=YOUNGER, deleting=True, containers=[a_container(ports=[port()])]),
        False,
    ),
}


@pytest.mark.parametrize("name", CLASHES)
def test_host_ports(name: str):
    other, clashes = CLASHES[name]
    found = findings("host-port-clash", *NODES, OLD, other)
    assert [(one.name, one.subject) for one in found] == [("new", "ds kube-system/old")] * clashes


def test_two_addresses_of_their_own_do_not_clash():
    one = listening("one", port(hostIP="10.0.0.1"))
    other = listening("other", port(hostIP="127.0.0.1"))
    assert not findings("host-port-clash", *NODES, one, other)


def test_daemonsets_on_different_nodes_do_not_clash():
    web = listening("web", port(), nodeSelector={"role": "web"})
    db = listening("db", port(), nodeSelector={"role": "db"})
    assert not findings("host-port-clash", *NODES, web, db)


def test_only_the_nodes_that_they_share_are_named():
    web = listening("web", port(), port(80), age=YOUNGER, nodeSelector={"role": "web"})
    (found,) = findings("host-port-clash", *NODES, listening("old", port(), port(80)), web)
    assert (found.name, found.nodes) == ("web", ("n1",))
    assert "port 80/TCP and port 9100/TCP" in found.message


def test_of_three_with_one_port_each_pair_is_told():
    three = [listening(name, port(), age=timedelta(days=age)) for name, age in (("a", 3), ("b", 2), ("c", 1))]
    found = findings("host-port-clash", *NODES, *three)
    assert [(one.name, one.subject.rpartition("/")[2]) for one in found] == [
        ("b", "a"),
        ("c", "a"),
        ("c", "b"),
    ]


# --- selectors -------------------------------------------------------------------------------------

WEB = {"app": "web"}


def selecting(name: str, selector: Raw, labels: dict[str, str], **fields: Any) -> Raw:
    return a_daemonset(name, selector=selector, template_labels=labels, **fields)


BASE = selecting("base", {"matchLabels": WEB}, WEB | {"tier": "a"}, age=OLDER)
OVERLAPS: dict[str, tuple[Raw, list[tuple[str, str]]]] = {
    "the same selector overlaps, and the younger is blamed": (
        selecting("other", {"matchLabels": WEB}, WEB, age=YOUNGER),
        [("other", "ds base")],
    ),
    "a selector of its own does not": (selecting("other", {"matchLabels": {"app": "x"}}, {"app": "x"}), []),
    "a narrower one is taken in by the wider, which is blamed": (
        selecting("other", {"matchLabels": WEB | {"tier": "b"}}, WEB | {"tier": "b"}, age=YOUNGER),
        [("base", "ds other")],
    ),
    "a selector that leaves the others out does not": (
        selecting(
            "other",
            {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]},
            {"app": "x"},
        ),
        [],
    ),
    "another namespace is another world": (
        selecting("other", {"matchLabels": WEB}, WEB, namespace="elsewhere"),
        [],
    ),
    "an empty selector makes the controller do nothing": (selecting("other", {}, {"app": "x"}), []),
    "one that is being deleted adopts nothing": (
        selecting("other", {"matchLabels": WEB}, WEB, deleting=True, age=YOUNGER),
        [],
    ),
}


@pytest.mark.parametrize("name", OVERLAPS)
def test_selectors(name: str):
    other, told = OVERLAPS[name]
    found = findings("overlapping-selectors", BASE, other)
    assert [(one.name, one.subject) for one in found] == told
