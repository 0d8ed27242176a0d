"""What a placement tells beside the verdict: each rule's reason, the one that decided, shared verdicts.

The verdicts themselves are held against upstream in tests/conformance.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_ds.core.feature_gates import FeatureGates
from kubectl_ds.core.model import DaemonSet, Node, Taint
from kubectl_ds.core.placement import (
    NodeAffinityMismatch,
    NodeNameMismatch,
    NodeSelectorMismatch,
    UntoleratedTaint,
    place,
    place_all,
)
from kubectl_ds.core.placement.node_affinity import malformed_terms
from kubectl_ds.core.placement.node_selector import LabelMismatch
from tests.clusters import a_daemonset, a_node, a_term, affinity_to, model

RULES = ["NodeName", "NodeSelector", "NodeAffinity", "Taints"]


def daemonset(**template: Any) -> DaemonSet:
    return model(a_daemonset("cni", **template))


def node(name: str = "n1", **fields: Any) -> Node:
    return model(a_node(name, **fields))


def test_all_four_rules_are_evaluated_even_where_the_first_has_decided():
    wanted = daemonset(
        nodeName="n2", nodeSelector={"role": "edge"}, affinity=affinity_to(a_term(("zone", "In", ["a"])))
    )
    placement = place(wanted, node(taints=["dedicated=db:NoSchedule"]))
    assert [outcome.rule for outcome in placement.outcomes] == RULES
    assert [type(outcome.reason) for outcome in placement.outcomes] == [
        NodeNameMismatch,
        NodeSelectorMismatch,
        NodeAffinityMismatch,
        UntoleratedTaint,
    ]
    assert placement.deciding is placement.outcomes[0]


@pytest.mark.parametrize(
    ("template", "taints", "rule"),
    [
        pytest.param({}, [], None, id="nothing decides where the pod belongs"),
        pytest.param(
            {"nodeSelector": {"role": "db"}}, ["a:NoExecute"], "NodeSelector", id="labels come before taints"
        ),
        pytest.param(
            {"nodeSelector": {"role": "db"}, "affinity": affinity_to(a_term(("zone", "Exists", [])))},
            [],
            "NodeSelector",
            id="the nodeSelector comes before the affinity",
        ),
        pytest.param(
            {"affinity": affinity_to()}, ["a:NoSchedule"], "NodeAffinity", id="no terms match no node"
        ),
        pytest.param({}, ["a:NoSchedule"], "Taints", id="a taint decides where labels fit"),
        pytest.param({}, ["a:PreferNoSchedule"], None, id="PreferNoSchedule decides nothing"),
    ],
)
def test_the_rule_that_decided(template: dict[str, Any], taints: list[str], rule: str | None):
    deciding = place(daemonset(**template), node(taints=taints)).deciding
    assert (deciding.rule if deciding else None) == rule


def test_a_node_selector_tells_which_labels_fail_and_what_the_node_has():
    wanted = daemonset(nodeSelector={"role": "edge", "zone": "a", "disk": "ssd"})
    reason = place(wanted, node(labels={"role": "core", "disk": "ssd"})).outcomes[1].reason
    assert reason == NodeSelectorMismatch(
        labels=(LabelMismatch("role", wants="edge", has="core"), LabelMismatch("zone", wants="a", has=None))
    )


def test_an_affinity_tells_term_by_term_what_the_node_has():
    terms = affinity_to(
        a_term(("zone", "In", ["a", "b"]), ("gpu", "DoesNotExist", [])),
        a_term(fields=[("metadata.name", "In", ["n7"])]),
    )
    reason = place(daemonset(affinity=terms), node(labels={"zone": "c"})).outcomes[2].reason
    assert isinstance(reason, NodeAffinityMismatch)
    first, second = reason.terms
    assert [(one.key, one.has, one.holds) for one in first.requirements] == [
        ("zone", "c", False),
        ("gpu", None, True),
    ]
    assert [(one.source, one.has, one.holds) for one in second.requirements] == [("matchFields", "n1", False)]
    assert not reason.errors


@pytest.mark.parametrize(
    ("term", "words"),
    [
        pytest.param(
            a_term(("rank", "Gt", ["high"])),
            "matchExpressions[0].values[0]: Invalid value: \"high\": for 'Gt', 'Lt' operators, the value must be an integer",
            id="Gt with a word, which the API server lets in",
        ),
        pytest.param(
            a_term(fields=[("metadata.name", "In", ["n1", "n2"])]),
            'matchFields[0].values: Invalid value: ["n1","n2"]: must have one element',
            id="two names in one field",
        ),
        pytest.param(
            a_term(("zone", "Equals", ["a"])),
            'matchExpressions[0].operator: Unsupported value: "Equals": supported values: "In", "NotIn"',
            id="an unknown operator",
        ),
        pytest.param(
            a_term(("zone", "In", [])),
            "matchExpressions[0].values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
            id="In without values",
        ),
        pytest.param(
            a_term(fields=[("metadata.uid", "In", ["x"])]),
            'matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key',
            id="a field that nodes do not have",
        ),
    ],
)
def test_what_is_malformed_is_told_without_any_node(term: dict[str, Any], words: str):
    (malformed,) = malformed_terms(
        daemonset(affinity=affinity_to(a_term(("zone", "Exists", [])), term)).spec.template.spec
    )
    path = "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1]"
    assert malformed.term == 1
    assert malformed.error.startswith(f"{path}.{words}")


def test_a_malformed_requirement_voids_its_term_and_says_so_on_every_node():
    terms = affinity_to(a_term(("zone", "Exists", []), ("rank", "Gt", ["high"])))
    placement = place(daemonset(affinity=terms), node(labels={"zone": "a", "rank": "9"}))
    reason = placement.outcomes[2].reason
    assert not placement.should_run
    assert isinstance(reason, NodeAffinityMismatch)
    assert reason.terms[0].malformed
    assert len(reason.errors) == 1


def test_a_malformed_term_is_no_matter_where_another_one_matches():
    terms = affinity_to(a_term(("rank", "Gt", ["high"])), a_term(("zone", "Exists", [])))
    assert place(daemonset(affinity=terms), node(labels={"zone": "a"})).should_run


@pytest.mark.parametrize(
    ("taints", "evicts"),
    [
        pytest.param(["a=1:NoSchedule", "b:PreferNoSchedule"], False, id="NoSchedule leaves a pod alone"),
        pytest.param(["a=1:NoSchedule", "b:NoExecute"], True, id="NoExecute drives it out"),
    ],
)
def test_a_taint_tells_whether_it_evicts(taints: list[str], evicts: bool):
    placement = place(daemonset(), node(taints=[*taints, "node.kubernetes.io/not-ready:NoExecute"]))
    reason = placement.outcomes[3].reason
    assert isinstance(reason, UntoleratedTaint)
    assert reason.taints[0] == Taint(key="a", value="1", effect="NoSchedule")
    assert {taint.key for taint in reason.taints} == ({"a", "b"} if evicts else {"a"})
    assert (reason.evicts, placement.should_continue_running) == (evicts, not evicts)


def test_nodes_that_differ_only_in_what_no_rule_asks_for_share_one_verdict():
    nodes = [
        node(f"n{number}", labels={"rack": str(number)}, taints=["a:NoSchedule"]) for number in range(50)
    ]
    placements = place_all(daemonset(nodeSelector={"kubernetes.io/os": "linux"}), nodes)
    assert len({id(placement) for placement in placements.values()}) == 1
    assert list(placements) == [f"n{number}" for number in range(50)]


# --- properties --------------------------------------------------------------------------------------

KEYS = st.sampled_from(["zone", "rank", "role", "bad key", "node.kubernetes.io/not-ready"])
VALUES = st.sampled_from(["a", "b", "7", "10", "", "n1", "x y"])
EFFECTS = st.sampled_from(["NoSchedule", "NoExecute", "PreferNoSchedule"])
TAINTS = st.builds(
    lambda key, value, effect: {"key": key, "value": value, "effect": effect}, KEYS, VALUES, EFFECTS
)
TOLERATIONS = st.builds(
    lambda key, operator, value, effect: {"key": key, "operator": operator, "value": value, "effect": effect},
    KEYS | st.just(""),
    st.sampled_from(["", "Equal", "Exists", "Gt", "Lt"]),
    VALUES,
    EFFECTS | st.just(""),
)
OPERATORS = st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Bogus"])
EXPRESSIONS = st.lists(st.tuples(KEYS, OPERATORS, st.lists(VALUES, max_size=2)), max_size=2)
FIELDS = st.lists(
    st.tuples(
        st.sampled_from(["metadata.name", "metadata.uid"]),
        st.sampled_from(["In", "NotIn"]),
        st.lists(st.sampled_from(["n0", "n1", "n2"]), max_size=2),
    ),
    max_size=1,
)
TERMS = st.builds(lambda expressions, fields: a_term(*expressions, fields=fields), EXPRESSIONS, FIELDS)
TEMPLATES = st.fixed_dictionaries(
    {"tolerations": st.lists(TOLERATIONS, max_size=3)},
    optional={
        "nodeName": st.sampled_from(["n0", "n1"]),
        "nodeSelector": st.dictionaries(KEYS, VALUES, max_size=2),
        "affinity": st.lists(TERMS, max_size=3).map(lambda terms: affinity_to(*terms)),
        "hostNetwork": st.booleans(),
    },
)
NODES = st.lists(
    st.tuples(st.dictionaries(KEYS, VALUES), st.lists(TAINTS, max_size=2)), min_size=1, max_size=5
).map(
    lambda drawn: [node(f"n{at}", labels=labels, taints=taints) for at, (labels, taints) in enumerate(drawn)]
)
GATES = st.builds(FeatureGates, st.booleans())


@given(TEMPLATES, NODES, GATES)
def test_deciding_all_nodes_at_once_is_deciding_each(
    template: dict[str, Any], nodes: list[Node], gates: FeatureGates
):
    owner = daemonset(**template)
    assert place_all(owner, nodes, gates) == {one.metadata.name: place(owner, one, gates) for one in nodes}


@given(TEMPLATES, NODES, TOLERATIONS, GATES)
def test_one_more_toleration_never_loses_a_node(
    template: dict[str, Any], nodes: list[Node], toleration: dict[str, str], gates: FeatureGates
):
    before = place_all(daemonset(**template), nodes, gates)
    more = {**template, "tolerations": [*template["tolerations"], toleration]}
    after = place_all(daemonset(**more), nodes, gates)
    for name in before:
        assert after[name].should_run >= before[name].should_run
        assert after[name].should_continue_running >= before[name].should_continue_running


@given(TEMPLATES, NODES, TAINTS)
def test_one_more_taint_never_gains_a_node(
    template: dict[str, Any], nodes: Sequence[Node], taint: dict[str, str]
):
    owner = daemonset(**template)
    for one in nodes:
        before = place(owner, one)
        taints = [{"key": t.key, "value": t.value, "effect": t.effect} for t in one.spec.taints]
        after = place(owner, node(one.metadata.name, labels=one.metadata.labels, taints=[*taints, taint]))
        assert after.should_run <= before.should_run
        assert after.should_continue_running <= before.should_continue_running


@given(TEMPLATES, NODES, GATES)
def test_a_verdict_agrees_with_its_reasons(template: dict[str, Any], nodes: list[Node], gates: FeatureGates):
    for placement in place_all(daemonset(**template), nodes, gates).values():
        assert placement.should_run == (placement.deciding is None)
        assert placement.should_run <= placement.should_continue_running
        stays = all(one.passed for one in placement.outcomes[:3]) and not (
            isinstance(placement.outcomes[3].reason, UntoleratedTaint) and placement.outcomes[3].reason.evicts
        )
        assert placement.should_continue_running == stays


@given(TEMPLATES, NODES, st.randoms())
def test_the_order_of_terms_tolerations_taints_and_nodes_changes_no_verdict(
    template: dict[str, Any], nodes: list[Node], random: Any
):
    before = {
        name: (one.should_run, one.should_continue_running)
        for name, one in place_all(daemonset(**template), nodes).items()
    }
    random.shuffle(nodes)
    random.shuffle(template["tolerations"])
    if "affinity" in template:
        random.shuffle(
            template["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
                "nodeSelectorTerms"
            ]
        )
    after = place_all(daemonset(**template), nodes)
    assert {name: (one.should_run, one.should_continue_running) for name, one in after.items()} == before
