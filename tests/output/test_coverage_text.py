"""The text of coverage: the arithmetic, distinct causes, folded nodes, and nothing that a terminal obeys."""

from datetime import timedelta

import pytest

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.core.spelled_amount import spelled_amount
from kubectl_ds.output.coverage import FEW_NODES, coverage_text, folded
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import display_width
from tests.clusters import (
    a_container_status,
    a_daemonset,
    a_node,
    a_pod,
    a_revision,
    a_term,
    affinity_to,
    an_event,
    snapshot_of,
)
from tests.schema.validation import assert_valid

STATUS = {
    "desiredNumberScheduled": 4,
    "currentNumberScheduled": 2,
    "numberReady": 1,
    "numberMisscheduled": 1,
    "updatedNumberScheduled": 2,
    "numberAvailable": 1,
    "numberUnavailable": 3,
}
DS = a_daemonset("cni", status=STATUS)
TAINT = "dedicated=gpu:NoSchedule"
QUOTA = an_event(DS, "FailedCreate", "Error creating: exceeded quota: q1, used: pods=5")


def report(*more, **options):
    nodes = [
        *(a_node(f"n{i}") for i in (1, 2, 3, 10)),
        a_node("x", taints=[TAINT]),
        a_node("y", taints=[TAINT]),
    ]
    pods = [a_pod(DS, "n1"), a_pod(DS, "n2", ready=False), a_pod(DS, "x")]
    return coverage(snapshot_of(DS, a_revision(DS), *nodes, *pods, QUOTA, *more, **options))


def test_the_whole_text():
    assert coverage_text(report(), Style()) == GOLDEN


GOLDEN = """\
ds kube-system/cni  4 of 6 nodes belong; 1 ready; 1 not ready, 2 missing; 1
    extra; 1 excluded

  2 missing, stuck
    The ResourceQuota q1 is used up; raise it or free some of it, and the pod is
    created. The server said: exceeded quota: q1, used: pods=5
    n3, n10

  1 not ready, outlook unknown
    The container main of cni-fa523 has been running for 4h, and its readiness
    probe has not passed; see kubectl logs -n kube-system cni-fa523 -c main.
    n2

  1 extra, stuck
    The DaemonSet does not tolerate the node's taint dedicated=gpu:NoSchedule.
    The controller leaves the pod as it is, and does not replace it once it is
    gone; tolerate the taint in the template, take it off the node, or delete
    the pod.
    x

  1 excluded
    The DaemonSet does not tolerate the node's taint dedicated=gpu:NoSchedule.
    y

  NODE   STATE      FLAGS   POD         REASON
  n1     Ready      -       cni-f98e5   -
  n2     NotReady   -       cni-fa523   ReadinessProbeFailing
  n3     Missing    -       -           QuotaExceeded
  n10    Missing    -       -           QuotaExceeded
  x      Extra      -       cni-7e4e1   UntoleratedTaint, ControllerLeavesPod
  y      Excluded   -       -           UntoleratedTaint
"""


@pytest.mark.parametrize("width", [60, 80, 120, 200, 400])
def test_prose_keeps_within_the_width_and_is_never_wider_than_can_be_read(width):
    lines = coverage_text(report(), Style(width=width)).splitlines()
    prose = lines[: next(i for i, line in enumerate(lines) if line.lstrip().startswith("NODE"))]
    assert max(map(display_width, prose)) <= min(width, 120)


# --- no node is eligible ---------------------------------------------------------------------------


def idle(template, *nodes):
    """Text and document of a DaemonSet that belongs on no node."""
    found = coverage(snapshot_of(a_daemonset("cni", **template), *nodes))
    assert_valid(to_document(found))
    return coverage_text(found, Style()), to_document(found)["items"][0]


def test_a_label_that_exists_nowhere_is_named_at_once():
    text, document = idle({"nodeSelector": {"role": "edge"}}, a_node("n1"))
    assert "nodeSelector role=edge: no node has the label role." in text
    [unmet] = document["nearMiss"]["unmet"]
    assert (unmet["key"], unmet["nodesWithKey"]) == ("role", 0)


def test_nodes_with_another_value_are_counted_at_once():
    nodes = [a_node(name, labels={"role": "core"}) for name in ("n1", "n2")]
    text, document = idle({"nodeSelector": {"role": "edge"}}, *nodes)
    assert '2 nodes have the label with another value ("core" on 2)' in " ".join(text.split())
    assert document["nearMiss"]["unmet"][0]["seen"] == [{"value": "core", "nodes": 2}]


def test_what_is_needed_on_some_node_is_no_near_miss():
    found = coverage(snapshot_of(DS, a_node("n1"), a_node("n2", taints=[TAINT])))
    assert to_document(found)["items"][0]["nearMiss"] is None


def test_where_no_node_is_eligible_nothing_is_said_of_ready_ones():
    text, _ = idle({"nodeSelector": {"role": "edge"}}, a_node("n1"))
    assert text.startswith("ds kube-system/cni  0 of 1 node belongs; 1 excluded\n")


def test_a_malformed_term_fits_the_screen_and_is_whole_in_the_document():
    wants = a_term(("release", "Gt", ["v5"]))
    text, document = idle({"affinity": affinity_to(wants)}, a_node("n1", labels={"release": "5"}))
    assert max(map(display_width, text.splitlines())) <= 80
    assert "nodeSelectorTerms[0].matchExpressions[0]" in text
    message = document["nodes"][0]["reasons"][0]["message"]
    assert "spec.template.spec.affinity.nodeAffinity.required" in message


def test_of_causes_with_as_many_nodes_the_one_that_waits_for_somebody_comes_first():
    slow = a_pod(DS, "n1", ready=False)
    crash = a_pod(DS, "n2", ready=False, container_statuses=[a_container_status(waiting="CrashLoopBackOff")])
    text = coverage_text(
        coverage(snapshot_of(DS, a_revision(DS), a_node("n1"), a_node("n2"), slow, crash)), Style()
    )
    assert text.index("1 not ready, stuck") < text.index("1 not ready, outlook unknown")


def test_colour_only_where_it_is_asked_for():
    plain, painted = coverage_text(report(), Style()), coverage_text(report(), Style(color=True))
    assert "\x1b" not in plain
    assert "\x1b[31m2 missing, stuck\x1b[0m" in painted


def test_hostile_words_reach_a_document_and_no_terminal():
    evil = an_event(
        DS, "FailedCreate", "Error creating: \x1b]0;owned\x07\x1b[2J\r\nnope\u202e", last=timedelta(seconds=1)
    )
    shown = report(evil)
    text = coverage_text(shown, Style(), wide=True)
    assert not any(character in text for character in "\x1b\x07\r\u202e")
    messages = [
        reason["message"] for node in to_document(shown)["items"][0]["nodes"] for reason in node["reasons"]
    ]
    assert any("\x1b]0;owned\x07" in message for message in messages)


def test_many_nodes_are_listed_only_when_asked():
    nodes = [a_node(f"node-{i}") for i in range(FEW_NODES + 1)]
    many = coverage(snapshot_of(DS, *nodes))
    assert "NODE   " not in coverage_text(many, Style())
    assert coverage_text(many, Style(), wide=True).count("node-12") == 2


def test_a_gap_stands_above_everything():
    gap = Gap(resource="nodes", status=403, message="nodes is forbidden")
    text = coverage_text(coverage(snapshot_of(DS, gaps=[gap])), Style())
    assert text == (
        "incomplete: nodes is forbidden; no node can be judged.\n\n"
        "ds kube-system/cni  the nodes could not be read, so nothing is known of its\n    coverage\n"
    )


def test_a_status_that_differs_is_told():
    text = coverage_text(coverage(snapshot_of(DS, a_revision(DS), a_node("n1"))), Style(width=200))
    assert "desiredNumberScheduled 4 instead of 1" in text


def test_nothing_to_report_is_an_empty_text():
    assert coverage_text(coverage(snapshot_of()), Style()) == ""


@pytest.mark.parametrize(
    ("names", "columns", "text"),
    [
        (["a"], 1, "a"),
        (["node-1", "node-2", "node-3"], 40, "node-1, node-2, node-3"),
        (["node-1", "node-2", "node-3"], 16, "node-1, node-2, … +1"),
    ],
)
def test_names_are_folded(names, columns, text):
    assert folded(names, columns) == text


@pytest.mark.parametrize(
    ("resource", "amount", "text"),
    [
        ("cpu", 250, "250m"),
        ("cpu", 2000, "2"),
        ("memory", 2**30, "1Gi"),
        ("memory", 1536 * 2**20, "1536Mi"),
        ("memory", 123456789, "117Mi"),
        ("memory", 0, "0"),
        ("hugepages-2Mi", 2**21, "2Mi"),
        ("nvidia.com/gpu", 3, "3"),
    ],
)
def test_amounts_keep_kubernetes_notation(resource, amount, text):
    assert spelled_amount(resource, amount) == text
