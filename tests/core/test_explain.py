"""How pods are bound, and which rule lets each node in or keeps it out."""

from typing import Any

import pytest

from kubectl_ds.core.explain import explain, groups_by_verdict
from kubectl_ds.core.explain_report import (
    NodeAffinityRule,
    NodeExplanation,
    NodeSelectorRule,
    PlacementReport,
    TaintsRule,
)
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.errors import NotFoundError
from tests.clusters import a_daemonset, a_node, a_pod, a_term, affinity_to, snapshot_of, unschedulable


def explained(daemonset: dict[str, Any], *others: dict[str, Any], **asked: Any) -> PlacementReport:
    snapshot = snapshot_of(daemonset, *others)
    return explain(snapshot, snapshot.daemonsets[0], **asked)


def only_node(report: PlacementReport) -> NodeExplanation:
    (node,) = report.nodes
    return node


# --- the mechanism ---------------------------------------------------------------------------------


def test_pods_are_counted_by_how_they_were_tied_to_their_node() -> None:
    cni = a_daemonset("cni")
    nodes = [a_node(f"n{number}") for number in range(1, 5)]
    report = explained(
        cni,
        *nodes,
        a_pod(cni, "n1"),
        a_pod(cni, "n2", pin=None),
        a_pod(cni, "n3", bound=False),
        a_pod(cni, "n4", schedulerName="other"),
    )
    assert report.mechanism is not None
    assert (report.mechanism.node_affinity, report.mechanism.node_name, report.mechanism.unbound) == (2, 1, 1)
    assert report.mechanism.schedulers == {"default-scheduler": 2, "other": 1}


def test_a_pod_on_another_node_than_its_pin_is_flagged() -> None:
    cni = a_daemonset("cni")
    stray = a_pod(cni, "n1", pin="n2", name="stray")
    report = explained(cni, a_node("n1"), a_node("n2"), stray, nodes=["n1"])
    assert report.mechanism is not None
    assert report.mechanism.disagreeing == ("stray",)
    (pod,) = only_node(report).pods or ()
    assert (pod.binding.agrees, pod.binding.pinned_to, pod.binding.node_name) == (False, "n2", "n1")


def test_the_templates_tolerations_stay_apart_from_the_controllers() -> None:
    report = explained(a_daemonset("cni", hostNetwork=True, tolerations=[{"key": "a", "operator": "Exists"}]))
    assert [one.key for one in report.tolerations.template] == ["a"]
    assert [one.key for one in report.tolerations.added_by_controller][
        -1
    ] == "node.kubernetes.io/network-unavailable"


# --- rules -----------------------------------------------------------------------------------------


def test_every_rule_is_explained_though_the_controller_stops_at_the_first() -> None:
    cni = a_daemonset(
        "cni", nodeSelector={"role": "edge"}, affinity=affinity_to(a_term(("zone", "In", ["a"])))
    )
    node = only_node(explained(cni, a_node("n1", labels={"zone": "b"}, taints=["x:NoExecute"])))
    assert [rule.reason is None for rule in node.rules] == [True, False, False, False]
    assert node.deciding is node.rules[1].reason
    selector, affinity, taints = node.rules[1:]
    assert isinstance(selector, NodeSelectorRule)
    assert (selector.wants, selector.has) == ({"role": "edge"}, {"role": None})
    assert isinstance(affinity, NodeAffinityRule)
    assert affinity.terms is not None
    assert affinity.terms[0].requirements[0].has == "b"
    assert isinstance(taints, TaintsRule)
    assert [(one.taint.key, one.tolerated_by) for one in taints.has] == [("x", None)]


@pytest.mark.parametrize(
    ("tolerations", "taint", "tolerated", "by_controller"),
    [
        pytest.param([{"operator": "Exists"}], "x:NoSchedule", True, False, id="by the template"),
        pytest.param([], "node.kubernetes.io/unschedulable:NoSchedule", True, True, id="by the controller"),
        pytest.param(
            [{"operator": "Exists"}],
            "node.kubernetes.io/unschedulable:NoSchedule",
            True,
            False,
            id="by both: the template would do alone",
        ),
        pytest.param([], "x:NoSchedule", False, False, id="by nobody"),
    ],
)
def test_each_taint_says_whose_toleration_bears_it(
    tolerations: list[Any], taint: str, tolerated: bool, by_controller: bool
) -> None:
    node = only_node(explained(a_daemonset("cni", tolerations=tolerations), a_node("n1", taints=[taint])))
    rule = node.rules[3]
    assert isinstance(rule, TaintsRule)
    assert (rule.has[0].tolerated_by is not None, rule.has[0].added_by_controller) == (
        tolerated,
        by_controller,
    )


def test_prefer_no_schedule_is_shown_and_does_not_count() -> None:
    node = only_node(explained(a_daemonset("cni"), a_node("n1", taints=["x:PreferNoSchedule"])))
    rule = node.rules[3]
    assert isinstance(rule, TaintsRule)
    assert (node.should_run, rule.has[0].counts) == (True, False)


def test_an_unbound_pod_says_what_the_scheduler_lacks() -> None:
    cni = a_daemonset(
        "cni", containers=[{"name": "main", "image": "x", "resources": {"requests": {"cpu": "64"}}}]
    )
    pod = a_pod(cni, "n1", bound=False, conditions=unschedulable())
    node = only_node(explained(cni, a_node("n1"), pod))
    assert [reason.code for reason in node.scheduling][:1] == ["InsufficientCPU"]


# --- which nodes -----------------------------------------------------------------------------------


def test_all_nodes_in_natural_order_then_the_ones_that_are_gone() -> None:
    cni = a_daemonset("cni")
    report = explained(cni, a_node("node-10"), a_node("node-2"), a_pod(cni, "gone-1"))
    assert [(node.node, node.exists) for node in report.nodes] == [
        ("node-2", True),
        ("node-10", True),
        ("gone-1", False),
    ]


def test_a_pod_stands_for_its_node_bound_or_only_pinned() -> None:
    cni = a_daemonset("cni")
    nodes = [a_node(f"n{number}") for number in range(1, 4)]
    pods = [a_pod(cni, "n1", name="p1"), a_pod(cni, "n2", name="p2", bound=False)]
    report = explained(cni, *nodes, *pods, pods=["p2", "p1"], nodes=["n1"])
    assert [node.node for node in report.nodes] == ["n1", "n2"]
    assert report.narrowed


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"nodes": ["nope"]}, id="an unknown node"),
        pytest.param({"pods": ["nope"]}, id="an unknown pod"),
        pytest.param({"pods": ["lone"]}, id="a pod of nobody"),
    ],
)
def test_what_is_not_there_is_refused_by_name(asked: dict[str, Any]) -> None:
    with pytest.raises(NotFoundError, match=r"nope|lone"):
        explained(a_daemonset("cni"), a_node("n1"), a_pod(None, "n1", name="lone"), **asked)


def test_without_the_pods_placement_is_known_and_binding_is_not() -> None:
    snapshot = snapshot_of(
        a_daemonset("cni"), a_node("n1"), gaps=[Gap(resource="pods", status=403, message="no")]
    )
    report = explain(snapshot, snapshot.daemonsets[0])
    assert report.mechanism is None
    assert (only_node(report).should_run, only_node(report).pods) == (True, None)


def test_without_the_nodes_nothing_is_said_of_any_node() -> None:
    cni = a_daemonset("cni")
    gap = Gap(resource="nodes", status=403, message="no")
    snapshot = snapshot_of(cni, a_pod(cni, "n1"), gaps=[gap])
    report = explain(snapshot, snapshot.daemonsets[0], nodes=["n1"])
    assert (report.nodes, report.near_miss, report.incomplete) == ((), None, (gap,))


def test_nodes_that_fail_alike_form_one_group_whatever_they_have_instead() -> None:
    cni = a_daemonset("cni", nodeSelector={"role": "edge"})
    labels = [{"role": "a"}, {"role": "b"}, {}, {"role": "edge"}]
    report = explained(cni, *[a_node(f"n{place}", labels=one) for place, one in enumerate(labels)])
    assert [[node.node for node in group] for group in groups_by_verdict(report).values()] == [
        ["n3"],
        ["n0", "n1", "n2"],
    ]
