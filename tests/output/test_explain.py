"""The words and the document of `explain`."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kubectl_ds
from kubectl_ds.core.explain import explain
from kubectl_ds.core.explain_report import PlacementReport
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.explain import explain_text
from kubectl_ds.output.explain_document import explain_document
from kubectl_ds.output.style import PLAIN, Style
from tests.clusters import (
    a_container,
    a_daemonset,
    a_node,
    a_pod,
    a_term,
    affinity_to,
    snapshot_of,
    unschedulable,
)

SCHEMA = json.loads(
    (Path(kubectl_ds.__file__).parents[1] / "docs/schema/placement-report.schema.json").read_text()
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def explained(
    daemonset: dict[str, Any], *others: dict[str, Any], gaps: Any = (), **asked: Any
) -> PlacementReport:
    snapshot = snapshot_of(daemonset, *others, gaps=gaps)
    return explain(snapshot, snapshot.daemonsets[0], **asked)


def words(report: PlacementReport) -> str:
    """The text without its line breaks."""
    return " ".join(explain_text(report, PLAIN).split())


CNI = a_daemonset("cni")
EDGE = a_daemonset("cni", nodeSelector={"role": "edge"})
BUSY = a_daemonset("cni", containers=[a_container(requests={"cpu": "64"})])

SENTENCES = [
    pytest.param(
        (EDGE, a_node("n1")),
        {"nodes": ["n1"]},
        ["The nodeSelector wants role=edge; the node has no label role.", "label the node role=edge"],
        id="a missing label, and the label to set",
    ),
    pytest.param(
        (CNI, a_node("n1", taints=["dedicated=db:NoSchedule"])),
        {"nodes": ["n1"]},
        [
            "dedicated=db:NoSchedule",
            'add to the template the toleration {key: dedicated, operator: Equal, value: "db", effect: NoSchedule}',
            "or remove the taint dedicated=db:NoSchedule from the node.",
        ],
        id="a taint, and the toleration to add",
    ),
    pytest.param(
        (CNI, a_node("n1", taints=["x:NoSchedule"]), a_pod(CNI, "n1")),
        {"nodes": ["n1"]},
        ["left running, and not replaced once it is gone", "should run: no, should continue running: yes"],
        id="a pod that is left running",
    ),
    pytest.param(
        (CNI, a_node("n1", taints=["x:NoExecute"]), a_pod(CNI, "n1")),
        {"nodes": ["n1"]},
        ["the controller deletes the pod that is there"],
        id="a pod that will be deleted",
    ),
    pytest.param(
        (CNI, a_node("n1"), a_pod(CNI, "n1", name="p", schedulerName="mine")),
        {"pods": ["p"]},
        ["Pinned to n1, bound by the scheduler mine."],
        id="who bound a pod",
    ),
    pytest.param(
        (CNI, a_node("n1"), a_node("n2"), a_pod(CNI, "n1", pin="n2", name="p")),
        {"pods": ["p"]},
        ["Pinned to n2 and yet on n1: whoever bound it (default-scheduler) ignored the pin."],
        id="a pod that is not where it is pinned",
    ),
    pytest.param(
        (BUSY, a_node("n1"), a_pod(BUSY, "n1", bound=False, conditions=unschedulable())),
        {"nodes": ["n1"]},
        ["nobody has bound it", "Not bound", "cpu"],
        id="a pod that does not fit",
    ),
    pytest.param(
        (CNI, a_node("n1"), a_pod(CNI, "n1", phase="Failed")),
        {"nodes": ["n1"]},
        ["belongs on this node; the pod that is there has ended or is terminating"],
        id="a pod that has failed is no pod",
    ),
    pytest.param(
        (CNI, a_pod(CNI, "gone-1")),
        {"nodes": ["gone-1"]},
        ["The node no longer exists"],
        id="a node that is gone",
    ),
    pytest.param(
        (a_daemonset("cni", affinity=affinity_to(a_term(("gen", "Gt", ["v5"])))), a_node("n1")),
        {},
        ["malformed and can match no node", "the value must be an integer", "Why it belongs on no node"],
        id="a malformed term",
    ),
    pytest.param(
        (
            a_daemonset("cni", affinity=affinity_to(a_term(fields=[("metadata.name", "In", ["n1", "n2"])]))),
            a_node("n1"),
        ),
        {},
        ["write one nodeSelectorTerm for each of n1 and n2"],
        id="two names in one field",
    ),
    pytest.param(
        (EDGE, a_node("n1", labels={"role": "db"}), a_node("n2", labels={"role": "db"})),
        {},
        ['nodeSelector role=edge: 2 nodes have the label with another value ("db" on 2).'],
        id="nodes with another value",
    ),
    pytest.param(
        (CNI, a_node("n1", taints=["x:NoSchedule"]), a_node("n2", taints=["x:NoSchedule"])),
        {},
        ["All 2 matching nodes have the taint x:NoSchedule, which is not tolerated."],
        id="a taint that every node has",
    ),
    pytest.param((CNI,), {}, ["The cluster has no nodes."], id="no nodes at all"),
]


@pytest.mark.parametrize(("cluster", "asked", "sentences"), SENTENCES)
def test_what_is_said(cluster: tuple[Any, ...], asked: dict[str, Any], sentences: list[str]) -> None:
    report = explained(*cluster, **asked)
    text = words(report)
    for sentence in sentences:
        assert sentence in text
    VALIDATOR.validate(explain_document(report))


def test_the_schema_is_one() -> None:
    VALIDATOR.check_schema(SCHEMA)
    assert SCHEMA["additionalProperties"] is False


def test_the_document_holds_the_published_names() -> None:
    cluster = (
        EDGE,
        a_node("n1", labels={"role": "db"}, taints=["x:NoSchedule"]),
        a_pod(EDGE, "n1", name="p"),
    )
    document = explain_document(explained(*cluster))
    assert document["apiVersion"] == "kubectl-ds/v1"
    assert document["mechanism"] == {
        "nodeAffinity": 1,
        "nodeName": 0,
        "unbound": 0,
        "schedulers": {"default-scheduler": 1},
    }
    (node,) = document["nodes"]
    assert (node["shouldRun"], node["shouldContinueRunning"]) == (False, False)
    assert [(rule["rule"], rule["passed"]) for rule in node["rules"]] == [
        ("NodeName", True),
        ("NodeSelector", False),
        ("NodeAffinity", True),
        ("Taints", False),
    ]
    assert (node["rules"][1]["wants"], node["rules"][1]["has"]) == ({"role": "edge"}, {"role": "db"})
    (pod,) = node["pods"]
    assert (
        pod["name"],
        pod["binding"],
        pod["pinnedTo"],
        pod["nodeName"],
        pod["scheduler"],
        pod["agrees"],
    ) == (
        "p",
        "NodeAffinity",
        "n1",
        "n1",
        "default-scheduler",
        True,
    )


def test_what_could_not_be_read_is_null_and_named() -> None:
    report = explained(
        CNI, a_node("n1"), gaps=[Gap(resource="pods", status=403, message="pods is forbidden")]
    )
    document = explain_document(report)
    VALIDATOR.validate(document)
    assert (document["mechanism"], document["nodes"][0]["pods"]) == (None, None)
    assert "pods is forbidden" in document["incomplete"][0]
    assert "The pods could not be read." in words(report)


@pytest.mark.parametrize("width", [80, 200])
def test_lines_keep_to_the_width(width: int) -> None:
    daemonset = a_daemonset("cni", affinity=affinity_to(a_term(("zone", "In", ["a", "b"]))), tolerations=[{}])
    nodes = [a_node(f"node-{number}", labels={"zone": "c"}, taints=["x:NoSchedule"]) for number in range(50)]
    for asked in ({}, {"nodes": ["node-1"]}):
        lines = explain_text(explained(daemonset, *nodes, **asked), Style(width=width)).splitlines()
        assert [line for line in lines if len(line) > width] == []


def test_colour_is_only_there_when_asked() -> None:
    report = explained(EDGE, a_node("n1"), a_node("n2", labels={"role": "edge"}), nodes=["n1", "n2"])
    coloured = explain_text(report, Style(color=True))
    assert "\x1b[31m-\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == explain_text(report, PLAIN)


TEXT = st.text(alphabet=st.sampled_from("ab1-./\x1b\x9b\u202e\r\n\t"), min_size=1, max_size=8)
TERMS = st.lists(
    st.tuples(TEXT, st.sampled_from(["In", "NotIn", "Exists", "Gt", "odd"]), st.lists(TEXT, max_size=2)),
    max_size=2,
).map(lambda rows: a_term(*rows))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    labels=st.dictionaries(TEXT, TEXT, max_size=2),
    selector=st.dictionaries(TEXT, TEXT, max_size=2),
    terms=st.lists(TERMS, max_size=2),
    taint=TEXT,
    name=TEXT,
)
def test_hostile_text_stays_as_it_is_in_the_document_and_harmless_in_the_text(
    labels: dict[str, str], selector: dict[str, str], terms: list[Any], taint: str, name: str
) -> None:
    daemonset = a_daemonset("cni", nodeSelector=selector, affinity=affinity_to(*terms), schedulerName=name)
    node = a_node("n1", labels=labels, taints=[{"key": taint, "effect": "NoSchedule"}])
    cluster = (daemonset, node, a_pod(daemonset, "n1", name=name))
    for asked in ({}, {"nodes": ["n1"]}):
        report = explained(*cluster, **asked)
        assert not set(explain_text(report, PLAIN)) & set("\x1b\x9b\u202e\r\t")
        document = explain_document(report)
        VALIDATOR.validate(document)
        assert document["nodes"][0]["pods"][0]["name"] == name
