"""Edges of the rules about the control plane's nodes and about keys that were given up: DS016 and DS017."""

from typing import Any

import pytest

from tests.audit.asked import findings
from tests.audit.cases.deprecated_labels_and_taints import spread_over, tolerating
from tests.clusters import Raw, a_daemonset, a_node, a_term, affinity_to

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
MASTER = "node-role.kubernetes.io/master"


def control_plane(*taints: str, labels: dict[str, str] | None = None, **fields: Any) -> Raw:
    given = taints or (f"{CONTROL_PLANE}:NoSchedule",)
    return a_node("cp-1", labels={CONTROL_PLANE: ""} if labels is None else labels, taints=given, **fields)


NOT_READY = "node.kubernetes.io/not-ready:NoSchedule"
FARGATE = {"eks.amazonaws.com/compute-type": "fargate"}
LEFT_OUT: dict[str, tuple[list[Raw], dict[str, Any], bool]] = {
    "an agent of every worker is told": ([control_plane(), a_node("n1")], {}, True),
    "one that a few nodes with taints of their own keep out is told": (
        [control_plane(), a_node("n1"), a_node("n2"), a_node("g1", taints=["gpu:NoSchedule"])],
        {},
        True,
    ),
    "one that most nodes keep out is not meant for all": (
        [control_plane(), a_node("n1"), a_node("g1", taints=["gpu:NoSchedule"])],
        {},
        False,
    ),
    "one that a selector narrows is not": (
        [control_plane(), a_node("n1"), a_node("n2"), a_node("n3", labels={"no": "agent"})],
        {"affinity": affinity_to(a_term(("no", "DoesNotExist", [])))},
        False,
    ),
    "a worker that is not ready counts as covered": (
        [control_plane(), a_node("n1"), a_node("n2", taints=[NOT_READY])],
        {},
        True,
    ),
    "a control plane that is not ready is still left out": (
        [control_plane(f"{CONTROL_PLANE}:NoSchedule", NOT_READY), a_node("n1")],
        {},
        True,
    ),
    "a virtual node needs no agent": (
        [control_plane(), a_node("n1"), a_node("f1", labels=FARGATE, taints=["x:NoSchedule"])],
        {},
        True,
    ),
    "a Windows worker is no concern of a Linux agent": (
        [control_plane(), a_node("n1"), a_node("w1", operating_system="windows")],
        {"nodeSelector": {"kubernetes.io/os": "linux"}},
        True,
    ),
    "a selector that leaves the control plane out is meant": (
        [control_plane(), a_node("n1", labels={"role": "worker"})],
        {"nodeSelector": {"role": "worker"}},
        False,
    ),
    "another taint beside its own keeps others out too": (
        [control_plane(f"{CONTROL_PLANE}:NoSchedule", "etcd:NoSchedule"), a_node("n1")],
        {},
        False,
    ),
    "a cluster that is all control plane has nobody to compare with": ([control_plane()], {}, False),
    "the master's taint of old counts": (
        [control_plane(f"{MASTER}:NoSchedule", labels={}), a_node("n1")],
        {},
        True,
    ),
    "a control plane without a taint is covered": (
        [a_node("cp-1", labels={CONTROL_PLANE: ""}), a_node("n1")],
        {},
        False,
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_the_control_plane_is_left_out(name: str):
    nodes, spec, told = LEFT_OUT[name]
    found = findings("control-plane-left-out", *nodes, a_daemonset("agent", **spec))
    assert [one.nodes for one in found] == [("cp-1",)] * told


def test_the_patch_adds_to_the_tolerations_that_are_there():
    own = {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}
    (found,) = findings(
        "control-plane-left-out", control_plane(), a_node("n1"), a_daemonset("agent", tolerations=[own])
    )
    assert found.patch is not None
    assert found.patch.body == {
        "spec": {"template": {"spec": {"tolerations": [own, *tolerating("control-plane")]}}}
    }


# --- keys that were given up -----------------------------------------------------------------------

BETA_OS = "beta.kubernetes.io/os"
BETA_ZONE = "failure-domain.beta.kubernetes.io/zone"
LINUX = a_node("n1", labels={BETA_OS: "linux", BETA_ZONE: "a", "topology.kubernetes.io/zone": "a"})
NEW = a_node("n2")
OLD_ONLY = a_node("n3", labels={"old": "yes", BETA_ZONE: "b"})

USES: dict[str, tuple[dict[str, Any], list[tuple[str, str, bool]]]] = {
    "the new keys are well": ({"nodeSelector": {"kubernetes.io/os": "linux"}}, []),
    "a nodeSelector that asks for both loses the old one": (
        {"nodeSelector": {BETA_OS: "linux", "kubernetes.io/os": "linux"}},
        [(f"label {BETA_OS}", "warning", True)],
    ),
    "required affinity counts": (
        {"affinity": affinity_to(a_term((BETA_OS, "In", ["linux"])))},
        [(f"label {BETA_OS}", "warning", True)],
    ),
    "preferred affinity counts": (
        {
            "affinity": {
                "nodeAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 1, "preference": a_term((BETA_OS, "Exists", []))}
                    ]
                }
            }
        },
        [(f"label {BETA_OS}", "warning", True)],
    ),
    "the topology of pod affinity counts": (
        {
            "affinity": {
                "podAntiAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 1, "podAffinityTerm": {"topologyKey": BETA_ZONE}}
                    ]
                }
            }
        },
        [(f"label {BETA_ZONE}", "warning", False)],
    ),
    "a zone that some nodes have under the old key alone is not renamed by a patch": (
        {"topologySpreadConstraints": spread_over(BETA_ZONE)},
        [(f"label {BETA_ZONE}", "warning", False)],
    ),
    "where all nodes have both keys it is": (
        {"topologySpreadConstraints": spread_over(BETA_ZONE), "nodeSelector": {BETA_OS: "linux"}},
        [(f"label {BETA_OS}", "warning", True), (f"label {BETA_ZONE}", "warning", True)],
    ),
    "a node that would be lost forbids the patch": (
        {"affinity": affinity_to(a_term((BETA_ZONE, "Exists", [])))},
        [(f"label {BETA_ZONE}", "warning", False)],
    ),
    "the master alone tolerated keeps it from today's control plane": (
        {"tolerations": tolerating("master")},
        [(f"taint {MASTER}", "warning", True)],
    ),
    "the master beside the control plane is a leftover": (
        {"tolerations": tolerating("master", "control-plane")},
        [(f"taint {MASTER}", "info", True)],
    ),
    "the master beside everything is a leftover": (
        {"tolerations": [*tolerating("master"), {"operator": "Exists"}]},
        [(f"taint {MASTER}", "info", True)],
    ),
    "the alpha taints are the controller's own concern today": (
        {
            "tolerations": [
                {"key": "node.alpha.kubernetes.io/notReady", "operator": "Exists", "effect": "NoExecute"}
            ]
        },
        [("taint node.alpha.kubernetes.io/notReady", "info", True)],
    ),
}


@pytest.mark.parametrize("name", USES)
def test_deprecated_keys(name: str):
    spec, told = USES[name]
    found = findings("deprecated-labels-and-taints", LINUX, NEW, OLD_ONLY, a_daemonset("agent", **spec))
    assert [(one.subject, one.level, one.patch is not None) for one in found] == sorted(told)


def test_a_taint_that_a_node_still_has_is_still_tolerated():
    nodes = [
        a_node("cp-1", taints=[f"{MASTER}:NoSchedule"]),
        a_node("cp-2", taints=[f"{CONTROL_PLANE}:NoSchedule"]),
    ]
    (found,) = findings(
        "deprecated-labels-and-taints", *nodes, a_daemonset("agent", tolerations=tolerating("master"))
    )
    assert (found.level, found.nodes, found.patch) == ("warning", ("cp-1",), None)
    assert found.fix.startswith(f"Tolerate {CONTROL_PLANE} beside it")


def test_a_distribution_that_has_kept_the_master_has_its_agents_noted():
    roles = {MASTER: "", CONTROL_PLANE: ""}
    nodes = [a_node("cp-1", labels=roles, taints=[f"{MASTER}:NoSchedule"]), a_node("n1")]
    server = a_daemonset("server", nodeSelector={MASTER: ""}, tolerations=tolerating("master"))
    found = findings("deprecated-labels-and-taints", *nodes, server)
    assert [(one.subject, one.level) for one in found] == [
        (f"label {MASTER}", "info"),
        (f"taint {MASTER}", "info"),
    ]


def test_what_a_new_key_changes_is_said():
    avoiding = affinity_to(a_term((MASTER, "DoesNotExist", [])))
    nodes = [a_node("cp-1", labels={CONTROL_PLANE: ""}), a_node("n1")]
    (found,) = findings("deprecated-labels-and-taints", *nodes, a_daemonset("agent", affinity=avoiding))
    assert found.patch is None
    assert "with which it belongs on 1 fewer of the nodes" in found.fix
