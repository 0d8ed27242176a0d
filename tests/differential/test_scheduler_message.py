"""The independent reading of the scheduler's message, on messages as v1.37 writes them."""

import pytest

from tests.differential.scheduler_message import read_message

PINNED = "99 node(s) didn't satisfy plugin(s) [NodeAffinity]"
NO_HELP = "preemption: 0/100 nodes are available: 100 Preemption is not helpful for scheduling."


@pytest.mark.parametrize(
    ("text", "plugin", "causes"),
    [
        pytest.param(
            f"0/100 nodes are available: 1 Insufficient cpu, 1 Too many pods, {PINNED}. {NO_HELP}",
            "NodeResourcesFit",
            {"Insufficient cpu", "Too many pods"},
            id="all resources that are short",
        ),
        pytest.param(
            "0/2 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 1 node(s) didn't"
            " satisfy plugin(s) [NodeAffinity]. preemption: not eligible due to preemptionPolicy=Never.",
            "NodePorts",
            {"node(s) didn't have free ports for the requested pod ports"},
            id="a port that is taken",
        ),
        pytest.param(
            f"0/100 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, {PINNED}. {NO_HELP}",
            "NodeAffinity",
            {"node(s) didn't match Pod's node affinity/selector"},
            id="the pod's own selector",
        ),
        pytest.param(
            "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
            "Later",
            {"node(s) didn't match pod topology spread constraints (missing required label)"},
            id="a filter that comes later, on a cluster of one node",
        ),
        pytest.param(
            '0/3 nodes are available: persistentvolumeclaim "no-such-claim" not found. not found',
            "PreFilter",
            {'persistentvolumeclaim "no-such-claim" not found. not found'},
            id="a sentence before any node was looked at",
        ),
    ],
)
def test_which_filter_refuses_and_why(text: str, plugin: str, causes: set[str]):
    message = read_message(text)
    assert (message.plugin, message.causes) == (plugin, causes)


def test_how_many_nodes_there_are_and_what_came_of_preemption():
    message = read_message(f"0/100 nodes are available: 1 Insufficient cpu, {PINNED}. {NO_HELP}")
    assert (message.nodes, message.preemption_fails) == (100, True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("no nodes available to schedule pods", id="a sentence"),
        pytest.param(
            "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s).",
            id="two nodes' causes",
        ),
    ],
)
def test_a_message_that_cannot_be_read_is_not_guessed_at(text: str):
    with pytest.raises(ValueError):
        read_message(text)
