"""Edges of the rules about affinity and nodeName: DS010 and DS013."""

from typing import Any

import pytest

from tests.audit.asked import findings
from tests.clusters import Raw, a_daemonset, a_node, a_term, affinity_to
from tests.program import kubectl_ds

NODES = [a_node("n1", labels={"role": "edge"}), a_node("n2")]
EDGE: Raw = {"matchExpressions": [{"key": "role", "operator": "Exists"}]}
TWO_NAMES = ("metadata.name", "In", ["n1", "n2"])

MALFORMED: dict[str, tuple[Raw, str | None, bool]] = {
    "without affinity nothing is malformed": ({}, None, False),
    "preferred affinity alone is nobody's rule": (
        {
            "nodeAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {}}]
            }
        },
        None,
        False,
    ),
    "a legal term is well": (affinity_to(EDGE), None, False),
    "an unknown operator voids a term, beside legal ones too": (
        affinity_to(EDGE, a_term(("role", "Has", ["x"]))),
        "error",
        False,
    ),
    "a value that no label can have voids a term": (
        affinity_to(a_term(("role", "In", ["a b"]))),
        "error",
        False,
    ),
    "only empty terms are as bad as malformed ones": (affinity_to({}, {}), "error", False),
    "an empty term beside a legal one takes nothing away": (affinity_to(EDGE, {}), "warning", False),
    "two names in one matchFields have a ready patch": (
        affinity_to(a_term(fields=[TWO_NAMES])),
        "error",
        True,
    ),
    "two names beside another mistake have none": (
        affinity_to(a_term(fields=[TWO_NAMES]), a_term(("role", "Gt", ["x"]))),
        "error",
        False,
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_terms(name: str):
    affinity, level, has_patch = MALFORMED[name]
    found = findings("malformed-affinity-term", *NODES, a_daemonset("cni", affinity=affinity))
    assert [(one.level, one.patch is not None) for one in found] == ([(level, has_patch)] if level else [])


PINNED = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]}
NAMED: dict[str, tuple[dict[str, Any], Any]] = {
    "without any term there is one for the node": ({}, [PINNED]),
    "every term gets the node beside what it asks for": (
        {"affinity": affinity_to(EDGE, a_term(("kubernetes.io/os", "In", ["linux"])))},
        [EDGE | PINNED, a_term(("kubernetes.io/os", "In", ["linux"])) | PINNED],
    ),
    "preferred affinity is left out of the patch, and so alone": (
        {"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}},
        [PINNED],
    ),
    "a node that another rule keeps out is no patch's business": ({"nodeSelector": {"role": "core"}}, None),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_node_name_becomes_affinity(name: str):
    spec, terms = NAMED[name]
    (found,) = findings("node-name-in-template", *NODES, a_daemonset("gateway", nodeName="n1", **spec))
    if terms is None:
        assert found.patch is None
        return
    required = {"nodeSelectorTerms": terms}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    assert found.patch is not None
    assert found.patch.body == {"spec": {"template": {"spec": {"nodeName": None, "affinity": affinity}}}}


def test_the_demo_does_not_take_the_name_of_a_rule_for_a_daemonset():
    outcome = kubectl_ds("demo", "audit", "--select", "DS013")
    assert "edge/edge-gateway" in outcome.out
