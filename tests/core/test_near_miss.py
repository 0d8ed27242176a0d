"""What almost matched, and the smallest change that lets a node in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.near_miss import NearMiss, near_miss
from kubectl_ds.core.placement import place
from kubectl_ds.core.placement_change import (
    AddTolerations,
    LabelNode,
    OneTermPerNode,
    RemoveFromNodeSelector,
    RemoveNodeAffinity,
    RemoveNodeName,
    RemoveTaints,
    applied,
)
from kubectl_ds.core.remedies import remedies
from tests.clusters import a_daemonset, a_node, a_term, affinity_to, model, models

GATES = FeatureGates()


def missed(daemonset: dict[str, Any], *nodes: dict[str, Any]) -> NearMiss:
    found = near_miss(model(daemonset), models(*nodes), GATES)
    assert found is not None
    return found


def test_nothing_is_missed_where_a_node_is_eligible_and_every_requirement_is_met() -> None:
    daemonset = model(a_daemonset("cni", nodeSelector={"role": "edge"}))
    nodes = models(a_node("n1", labels={"role": "edge"}), a_node("n2"))
    assert near_miss(daemonset, nodes, GATES) is None


def test_a_label_that_exists_nowhere_is_said_so() -> None:
    (unmet,) = missed(a_daemonset("cni", nodeSelector={"role": "edge"}), a_node("n1"), a_node("n2")).unmet
    assert (unmet.place, unmet.key, unmet.values, unmet.nodes_with_key, unmet.seen) == (
        "nodeSelector",
        "role",
        ("edge",),
        0,
        (),
    )


def test_nodes_with_another_value_are_counted_by_value_the_most_frequent_first() -> None:
    nodes = [a_node(f"n{place}", labels={"role": role}) for place, role in enumerate(["a", "b", "b"])]
    (unmet,) = missed(a_daemonset("cni", nodeSelector={"role": "edge"}), *nodes).unmet
    assert (unmet.nodes_with_key, unmet.seen) == (3, (("b", 2), ("a", 1)))


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        pytest.param("gpu", "example.com/gpu", id="the same name under a prefix"),
        pytest.param("example.com/GPU", "example.com/gpu", id="the same name in other letters"),
        pytest.param("topology.kubernetes.io/zone", "topology.kubernetes.io/zones", id="a misspelling"),
    ],
)
def test_a_key_that_looks_like_the_wanted_one_is_named(wanted: str, there: str) -> None:
    found = missed(a_daemonset("cni", nodeSelector={wanted: "x"}), a_node("n1", labels={there: "x"}))
    assert there in found.unmet[0].similar


def test_a_dead_affinity_term_is_found_though_another_term_lets_nodes_in() -> None:
    affinity = affinity_to(a_term(("role", "In", ["edge"])), a_term(("gone", "Exists", [])))
    found = missed(a_daemonset("cni", affinity=affinity), a_node("n1", labels={"role": "edge"}))
    assert [(one.term, one.key) for one in found.unmet] == [(1, "gone")]
    assert (found.eligible, found.nearest) == (1, None)


@pytest.mark.parametrize(
    "term",
    [
        pytest.param(a_term(("gen", "Gt", ["v5"])), id="Gt with a value that is no integer"),
        pytest.param(a_term(("gen", "In", [])), id="In without values"),
        pytest.param(a_term(("gen", "in", ["a"])), id="an operator in small letters"),
        pytest.param(a_term(fields=[("metadata.name", "In", ["n1", "n2"])]), id="two names in one field"),
    ],
)
def test_a_malformed_requirement_comes_with_its_error_whatever_the_nodes_have(term: dict[str, Any]) -> None:
    daemonset = a_daemonset("cni", affinity=affinity_to(term))
    assert missed(daemonset, a_node("n1", labels={"gen": "7"})).unmet[0].errors
    assert missed(daemonset).unmet[0].errors


def test_affinity_without_terms_is_said_to_match_nothing() -> None:
    assert missed(a_daemonset("cni", affinity=affinity_to()), a_node("n1")).empty_affinity
    assert missed(a_daemonset("cni", affinity=affinity_to({})), a_node("n1")).empty_affinity


def test_a_node_name_that_is_no_node_is_found() -> None:
    found = missed(a_daemonset("cni", nodeName="node-1"), a_node("node-2"))
    assert (found.unmet[0].place, found.unmet[0].similar) == ("nodeName", ("node-2",))


def test_a_taint_counts_as_shared_among_the_nodes_that_match_otherwise() -> None:
    found = missed(
        a_daemonset("cni", nodeSelector={"role": "edge"}),
        a_node("n1", labels={"role": "edge"}, taints=["dedicated=edge:NoSchedule", "x:NoSchedule"]),
        a_node("n2", labels={"role": "edge"}, taints=["dedicated=edge:NoSchedule"]),
        a_node("n3"),
    )
    assert [(taint.key, taint.value) for taint in found.shared_taints] == [("dedicated", "edge")]
    assert (found.matching, found.unmet) == (2, ())


def test_the_nearest_node_lacks_least_and_ties_go_to_the_first_in_natural_order() -> None:
    found = missed(
        a_daemonset("cni", nodeSelector={"a": "1", "b": "2"}),
        a_node("node-10", labels={"a": "1"}),
        a_node("node-2", labels={"b": "2"}),
        a_node("node-1"),
    )
    assert found.nearest is not None
    assert found.nearest.node == "node-2"
    assert found.nearest.remedies[0] == (LabelNode((("a", "1"),)),)


def test_a_cluster_without_nodes_has_no_nearest_one() -> None:
    assert missed(a_daemonset("cni", nodeSelector={"a": "1"})).nearest is None


# --- remedies --------------------------------------------------------------------------------------

REMEDIES = [
    pytest.param({"nodeSelector": {"a": "1"}}, {}, LabelNode, id="a missing label is set"),
    pytest.param(
        {"nodeSelector": {"a": "1"}}, {"labels": {"a": "2"}}, LabelNode, id="a wrong value is changed"
    ),
    pytest.param(
        {"nodeSelector": {"kubernetes.io/os": "windows"}},
        {},
        RemoveFromNodeSelector,
        id="what the kubelet says of its machine is never relabelled",
    ),
    pytest.param({"nodeName": "other"}, {}, RemoveNodeName, id="a nodeName is taken out"),
    pytest.param(
        {"affinity": affinity_to(a_term(("a", "NotIn", ["1"])))},
        {"labels": {"a": "1"}},
        LabelNode,
        id="a forbidden label is removed",
    ),
    pytest.param(
        {
            "affinity": affinity_to(
                a_term(("a", "Gt", ["5"]), ("b", "Exists", [])), a_term(("c", "Lt", ["9"]))
            )
        },
        {},
        LabelNode,
        id="the term that needs fewest labels is chosen",
    ),
    pytest.param(
        {"affinity": affinity_to(a_term(fields=[("metadata.name", "In", ["n1", "n2"])]))},
        {},
        OneTermPerNode,
        id="two names in one field become two terms",
    ),
    pytest.param(
        {"affinity": affinity_to(a_term(("a", "Gt", ["x"])))},
        {},
        RemoveNodeAffinity,
        id="what is malformed beyond repair is taken out",
    ),
    pytest.param({}, {"taints": ["a=b:NoSchedule"]}, AddTolerations, id="a taint is tolerated"),
]


@pytest.mark.parametrize(("template", "node", "kind"), REMEDIES)
def test_the_smallest_change_is_confirmed_by_placing_again(
    template: dict[str, Any], node: dict[str, Any], kind: type
) -> None:
    daemonset, target = model(a_daemonset("cni", **template)), model(a_node("n1", **node))
    assert not place(daemonset, target, GATES).should_run
    first = remedies(daemonset, target, GATES)[0]
    assert [type(change) for change in first] == [kind]
    for change in first:
        daemonset, target = applied(change, daemonset, target)
    assert place(daemonset, target, GATES).should_run


def test_the_second_remedy_leaves_the_other_side_alone() -> None:
    node = model(a_node("n1", taints=["a=b:NoSchedule"]))
    first, second = remedies(model(a_daemonset("cni")), node, GATES)
    assert [type(change) for change in (*first, *second)] == [AddTolerations, RemoveTaints]


def test_taints_that_come_back_by_themselves_are_not_to_be_removed() -> None:
    node = model(a_node("n1", taints=["node.kubernetes.io/not-ready:NoSchedule"]))
    (only,) = remedies(model(a_daemonset("cni")), node, GATES)
    assert isinstance(only[0], AddTolerations)


def test_a_node_that_is_in_needs_no_change() -> None:
    assert remedies(model(a_daemonset("cni")), model(a_node("n1")), GATES) == ()


KEYS, VALUES = st.sampled_from(["a", "b"]), st.sampled_from(["1", "2", "x"])
OPERATORS = st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])
TERMS = st.lists(st.tuples(KEYS, OPERATORS, st.lists(VALUES, max_size=2)), max_size=3).map(
    lambda rows: a_term(*rows)
)


@given(
    selector=st.dictionaries(KEYS, VALUES, max_size=2),
    terms=st.none() | st.lists(TERMS, max_size=3),
    labels=st.dictionaries(KEYS, VALUES, max_size=2),
    taints=st.lists(st.sampled_from(["t:NoSchedule", "t=v:NoExecute", "u:PreferNoSchedule"]), max_size=2),
)
def test_some_confirmed_change_is_found_for_every_node_that_is_out(
    selector: dict[str, str], terms: list[Any] | None, labels: dict[str, str], taints: list[str]
) -> None:
    affinity = {} if terms is None else {"affinity": affinity_to(*terms)}
    daemonset = model(a_daemonset("cni", nodeSelector=selector, **affinity))
    node = model(a_node("n1", labels=labels, taints=taints))
    found = remedies(daemonset, node, GATES)
    assert bool(found) != place(daemonset, node, GATES).should_run
    for remedy in found:
        changed, target = daemonset, node
        for change in remedy:
            changed, target = applied(change, changed, target)
        assert place(changed, target, GATES).should_run
