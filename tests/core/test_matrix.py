"""Nodes × DaemonSets: nodes that are alike are one row, and nothing is lost by it."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from kubectl_ds.core.coverage import coverage
from kubectl_ds.core.matrix import MatrixReport, matrix
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.html_page import html_text
from kubectl_ds.output.matrix import MOST_ROWS, matrix_text
from kubectl_ds.output.matrix_html import matrix_html
from kubectl_ds.output.style import PLAIN
from tests.clusters import a_daemonset, a_node, a_pod, snapshot_of
from tests.output.audits import HOSTILE_TEXTS, is_plain
from tests.random_clusters import random_snapshot, seeds
from tests.schema.validation import assert_valid

CNI = a_daemonset("cni")
EDGE = a_daemonset("edge-agent", namespace="edge", nodeSelector={"role": "edge"})
NODES = [
    *(a_node(f"n{number}") for number in range(1, 12)),
    a_node("edge-1", labels={"role": "edge"}),
    a_node("edge-2", labels={"role": "edge"}),
]
PODS = [
    *(a_pod(CNI, f"n{number}") for number in range(1, 11)),
    *(a_pod(CNI, f"edge-{number}") for number in (1, 2)),
    a_pod(EDGE, "edge-1", ready=False),
    a_pod(EDGE, "edge-2"),
    a_pod(EDGE, "edge-2", name="again"),
]


def report(*objects, **options) -> MatrixReport:
    made = matrix(coverage(snapshot_of(*objects, **options)))
    assert_valid(to_document(made))
    return made


def rows(made: MatrixReport) -> list[tuple[tuple[str, ...], list[str | None]]]:
    return [(row.nodes, [cell.state for cell in row.cells]) for row in made.rows]


def test_nodes_on_which_everything_stands_the_same_are_one_row_in_natural_order():
    made = report(CNI, EDGE, *NODES, *PODS)
    assert made.daemonsets == (("edge", "edge-agent"), ("kube-system", "cni"))
    assert (tuple(f"n{number}" for number in range(1, 11)), ["Excluded", "Ready"]) in rows(made)


def test_rows_with_problems_come_first_and_then_the_largest():
    made = report(CNI, EDGE, *NODES, *PODS)
    assert [nodes[0] for nodes, _ in rows(made)] == ["edge-1", "edge-2", "n11", "n1"]


def test_a_pod_too_many_makes_another_row_and_a_problem():
    made = report(EDGE, *NODES[-2:], a_pod(EDGE, "edge-1"), *PODS[-2:])
    (doubled, *_) = made.rows
    assert (doubled.nodes, doubled.problems) == (("edge-2",), 1)
    assert doubled.cells[0].duplicate is True


@given(seeds())
def test_every_node_is_in_one_row_with_its_own_states(seed: int):
    covered = coverage(random_snapshot(seed))
    made = matrix(covered)
    assert_valid(to_document(made))
    assert len({row.cells for row in made.rows}) == len(made.rows)
    row_of = {node: row for row in made.rows for node in row.nodes}
    assert len(row_of) == made.nodes
    for column, item in enumerate(covered.items):
        for node in item.nodes:
            cell = row_of[node.node].cells[column]
            assert (cell.state, cell.duplicate) == (node.state, node.duplicate)


def test_pods_that_could_not_be_read_leave_states_unknown():
    gap = Gap(resource="pods", status=403, message="pods is forbidden")
    made = report(CNI, *NODES, gaps=[gap])
    assert [states for _, states in rows(made)] == [[None]]
    text = matrix_text(made, PLAIN)
    assert text.startswith("Not known: pods is forbidden.")
    assert "? not known" in text


def test_without_daemonsets_or_without_nodes_there_are_no_rows():
    assert rows(report(*NODES)) == rows(report(CNI)) == []
    assert matrix_text(report(CNI), PLAIN) == "0 nodes in 0 rows, 1 DaemonSet.\n"


# --- the text --------------------------------------------------------------------------------------


def test_names_stand_above_their_columns_as_stairs():
    assert matrix_text(report(CNI, EDGE, *NODES, *PODS), PLAIN) == (
        "edge/edge-agent\n"
        "│ kube-system/cni\n"
        "n R    1   edge-1\n"
        "D R    1   edge-2\n"
        ". M    1   n11\n"
        ". R   10   n1, n2, n3, n4, n5, n6, n7, n8, n9, n10\n"
        "\n"
        "R ready, n not ready, M missing, . excluded, D ready, with a pod too many\n"
        "\n"
        "13 nodes in 4 rows, 2 DaemonSets; 3 places on 3 nodes not as they should be.\n"
    )


def test_a_line_is_no_wider_than_asked_unless_every_node_is_to_be_named():
    nodes = [a_node(f"a-rather-long-name-of-a-node-{number}") for number in range(5000)]
    made = report(*(a_daemonset(f"d{number}") for number in range(5)), *nodes)
    assert {len(line) <= 80 for line in matrix_text(made, PLAIN).split("\n")} == {True}
    assert len(matrix_text(made, PLAIN).split("\n")) < 15, "5,000 nodes fit a screen"
    assert "node-4999" in matrix_text(made, PLAIN, wide=True)


@pytest.mark.parametrize(("width", "parts"), [(80, 3), (200, 1), (40, 12)])
def test_daemonsets_that_do_not_fit_beside_each_other_stand_below(width: int, parts: int):
    made = report(*(a_daemonset(f"d{number:02}") for number in range(60)), a_node("n1"))
    text = matrix_text(made, replace(PLAIN, width=width))
    assert text.count("   1   n1\n") == parts
    assert text.count("kube-system/d") == 60


def test_of_very_many_different_rows_the_worst_are_shown():
    daemonsets = [a_daemonset(f"d{number}") for number in range(6)]
    nodes = [a_node(f"n{number}") for number in range(64)]
    pods = [
        a_pod(daemonset, f"n{number}")
        for number in range(64)
        for bit, daemonset in enumerate(daemonsets)
        if number >> bit & 1
    ]
    made = report(*daemonsets, *nodes, *pods)
    assert len(made.rows) == 64
    assert (
        f"\n{64 - MOST_ROWS} more rows, of {64 - MOST_ROWS} nodes: -o wide shows them all.\n"
        in matrix_text(made, PLAIN)
    )
    assert "more rows" not in matrix_text(made, PLAIN, wide=True)


# --- the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_cluster_breaks_it(text: str):
    made = report(CNI, *NODES, *PODS[:12])
    rows_with = tuple(replace(row, nodes=(text, *row.nodes)) for row in made.rows)
    hostile = replace(made, daemonsets=((text, text),), rows=rows_with)
    page = matrix_html(hostile)
    assert page.count("<") == matrix_html(replace(hostile, daemonsets=(("a", "b"),))).count("<")
    assert f'title="{html_text(f"{text}/{text}")}: ready"' in page
    assert is_plain(page.replace("\n", ""))
    assert is_plain(matrix_text(hostile, PLAIN, wide=True).replace("\n", ""))


def test_a_page_holds_every_node_and_every_state():
    page = matrix_html(report(CNI, EDGE, *NODES, *PODS))
    for number in range(1, 12):
        assert f"n{number}" in page
    assert page.count("<td ") == 4 * 2
    assert '<td class="error" title="kube-system/cni: missing">M</td>' in page
    assert "<script" not in page
